// Package sqlite keeps the documents of thads in one SQLite file, without cgo.
//
// # Engine
//
// The driver is zombiezen.com/go/sqlite over the pure-Go SQLite of modernc.org.
// Measured on two shared cores against the same engine behind database/sql
// (5,000 documents of 2 KB with six set members a transaction; pages of 51
// heads of 300 bytes; documents by id):
//
//	              insert/doc   page     get      allocations per page
//	database/sql     43.6 µs   83 µs    11.8 µs  484
//	zombiezen        32.3 µs   39 µs     7.9 µs  102
//
// # Layout
//
// The file thads.db is in WAL mode with synchronous=FULL: a write is
// acknowledged after its commit reached the disk. One connection writes, under
// BEGIN IMMEDIATE; the writes that wait while a commit is under way share the
// next one. A pool of connections reads.
//
// Each collection has three tables. The main table holds version, position,
// one column per single-valued field, head and postings; bodies stand in a
// table of their own, so that lists and scans of postings stay dense; and the
// members of the set fields stand as rows (field, term, rid), so that a search
// word leads to its documents. An index over a set field is made without that
// field, because the set table already leads from a member to its documents:
// see plan.go for how a query chooses between the two ways.
//
// Every write takes the next position of the database inside its transaction,
// so positions are in the order of commits and a watcher that has read up to
// one misses nothing. Other processes may open the same file; their writes are
// noticed by PRAGMA data_version. Deletions leave a tombstone with a position.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
)

// FileName is the name of the database within its directory.
const FileName = "thads.db"

const (
	// busyTimeout bounds the wait of a reader for a lock, which in WAL mode
	// happens only while the file is opened or recovered.
	busyTimeout = 5 * time.Second
	// beginTimeout bounds the wait for the write lock of another process. It
	// is shorter than store.WriteDeadline, so that the commit fits too.
	beginTimeout = 7 * time.Second
	// writerCache keeps the pages of the indexes that a bulk write changes in
	// memory: they are changed again by the next one. 64 MB.
	writerCache = "PRAGMA cache_size=-64000"
	// checkpointAfter copies the log into the file after 64 MB instead of 4 MB:
	// bulk writes change the same pages of the indexes over and over, which then
	// are copied once for many commits. The file of the log stays that long.
	checkpointAfter = "PRAGMA wal_autocheckpoint=16000"
	// watchEvery is how often watchers look for the writes of other processes.
	watchEvery = 50 * time.Millisecond
)

// Options say how to open a store.
type Options struct {
	// Dir is the directory of the database, made (0700) if it is missing.
	Dir string
	// Collections are the declarations of what the store keeps.
	Collections []*store.Collection
	// Readers is the number of connections that read; 0 is twice the number of
	// processors, at least 4.
	Readers int
	// KeepDeletions is for how long deletions stay visible to watchers; 0 is
	// seven days.
	KeepDeletions time.Duration
	// Log receives what was done while opening; nil discards it.
	Log *slog.Logger
}

// Store implements store.Store on a SQLite file.
type Store struct {
	path  string
	log   *slog.Logger
	colls map[string]*collection
	keep  time.Duration
	begin time.Duration // beginTimeout, but in tests
	dbID  string
	notes []string

	writer  *zs.Conn // used by the goroutine of writeLoop alone
	jobs    chan *job
	written chan struct{} // closed when writeLoop ended
	pruned  time.Time     // used by writeLoop alone

	readers  readers
	pool     int
	watchers sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed and replaced by every commit
	closing chan struct{}
	closed  bool
}

var _ store.Store = (*Store)(nil)

// Open opens the database in o.Dir, makes it if there is none, brings its
// layout up to date and reconciles the declared collections with it: new
// collections, fields and indexes are added, nothing is dropped. ErrForeign or
// ErrNewer if the file is not this program's to write, ErrUnavailable if it
// cannot be opened.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := store.CheckCollections(o.Collections); err != nil {
		return nil, err
	}
	if o.Dir == "" {
		return nil, errors.New("sqlite: no directory given")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	path, err := filepath.Abs(filepath.Join(o.Dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	// SQLite would make the file readable by all; it holds personal data.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	s := &Store{
		path:    path,
		log:     o.Log,
		colls:   make(map[string]*collection, len(o.Collections)),
		keep:    o.KeepDeletions,
		begin:   beginTimeout,
		jobs:    make(chan *job),
		written: make(chan struct{}),
		changed: make(chan struct{}),
		closing: make(chan struct{}),
		pool:    o.Readers,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.keep <= 0 {
		s.keep = 7 * 24 * time.Hour
	}
	if s.pool <= 0 {
		s.pool = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if err := s.open(ctx, o.Collections); err != nil {
		return nil, errors.Join(err, s.release())
	}
	go s.writeLoop()
	return s, nil
}

// open connects the writer, prepares the file and connects the readers.
func (s *Store) open(ctx context.Context, colls []*store.Collection) error {
	w, err := zs.OpenConn(s.path, zs.OpenReadWrite)
	if err != nil {
		return wrap(ctx, err)
	}
	s.writer = w
	w.SetInterrupt(ctx.Done())
	defer w.SetInterrupt(nil)
	// The busy timeout comes first: the change to WAL may already have to wait.
	w.SetBusyTimeout(busyTimeout)
	if err := identify(w); err != nil {
		return wrap(ctx, err)
	}
	for _, pragma := range []string{
		"PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=FULL",
		writerCache, checkpointAfter,
		"PRAGMA temp_store=MEMORY",
	} {
		if err := run(w, pragma); err != nil {
			return wrap(ctx, err)
		}
	}
	if err := s.migrate(w); err != nil {
		return wrap(ctx, err)
	}
	if err := s.reconcile(w, colls); err != nil {
		return wrap(ctx, err)
	}
	if err := s.readIdentity(w); err != nil {
		return wrap(ctx, err)
	}
	s.readers.free = make(chan struct{}, s.pool)
	for range s.pool {
		c, err := s.newReader()
		if err != nil {
			return wrap(ctx, err)
		}
		c.interruptible()
		s.readers.put(c)
	}
	return nil
}

// Close waits for the writes and reads under way and closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.closing)
	s.mu.Unlock()
	<-s.written
	s.watchers.Wait()
	var errs []error
	for range s.pool {
		// A connection comes back when its read ends.
		<-s.readers.free
		errs = append(errs, s.readers.take().Close())
	}
	return errors.Join(append(errs, s.writer.Close())...)
}

// release closes the connections of a store that did not open.
func (s *Store) release() error {
	var errs []error
	for len(s.readers.free) > 0 {
		<-s.readers.free
		errs = append(errs, s.readers.take().Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	return errors.Join(errs...)
}

// Ping tells whether the file answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, func(c *conn) error {
		_, err := scalar(c, "SELECT position FROM thads_meta")
		return err
	})
}

// Info describes the open store.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	info := store.Info{Engine: "sqlite", SchemaVersion: schemaVersion, Notes: s.notes}
	err := s.read(ctx, func(c *conn) error {
		return c.query("SELECT sqlite_version()", nil, func(st *zs.Stmt) error {
			info.EngineVersion = st.ColumnText(0)
			return nil
		})
	})
	if err != nil {
		return store.Info{}, err
	}
	for _, suffix := range []string{"", "-wal"} {
		fi, err := os.Stat(s.path + suffix)
		switch {
		case err == nil:
			info.Bytes += fi.Size()
		case !errors.Is(err, fs.ErrNotExist):
			return store.Info{}, fmt.Errorf("%w: %w", store.ErrUnavailable, err)
		}
	}
	return info, nil
}

// collection returns how the declared collection is kept.
func (s *Store) collection(c *store.Collection) (*collection, error) {
	k, ok := s.colls[c.Name]
	if !ok {
		return nil, fmt.Errorf("%w: collection %q was not declared when the store opened", store.ErrBadQuery, c.Name)
	}
	return k, nil
}
