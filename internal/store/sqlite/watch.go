package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
)

// watchRows bounds what one look at a collection reads.
const watchRows = 1000

// errEnough ends a query early.
var errEnough = errors.New("sqlite: enough")

// Position returns the position of the last write.
func (s *Store) Position(ctx context.Context) (store.Position, error) {
	var at int64
	err := s.read(ctx, func(c *conn) error {
		var err error
		at, err = scalar(c, "SELECT position FROM thads_meta")
		return err
	})
	if err != nil {
		return "", err
	}
	return s.position(at), nil
}

// position names the database, so that the position of another one, or of the
// same one before a backup was put back, is noticed.
func (s *Store) position(at int64) store.Position {
	return store.Position(s.dbID + "." + strconv.FormatInt(at, 10))
}

func (s *Store) parsePosition(p store.Position) (int64, error) {
	db, number, _ := strings.Cut(string(p), ".")
	at, err := strconv.ParseInt(number, 10, 64)
	if err != nil || db != s.dbID {
		return 0, fmt.Errorf("%w: position %q is of another database", store.ErrPositionLost, p)
	}
	return at, nil
}

// Watch calls fn for the changes behind from. It reads with a connection of its
// own: the data version by which a connection notices the commits of others is
// its own too.
func (s *Store) Watch(ctx context.Context, from store.Position, fn func(store.Change) error) (err error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.ErrClosed
	}
	s.watchers.Add(1)
	s.mu.Unlock()
	defer s.watchers.Done()

	at, err := s.parsePosition(from)
	if err != nil {
		return err
	}
	c, err := s.newReader()
	if err != nil {
		return wrap(ctx, err)
	}
	defer func() {
		if e := c.Close(); err == nil {
			err = wrap(ctx, e)
		}
	}()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var seen int64
	for {
		// Taken before reading, so that a commit during it is not slept over.
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		version, err := scalar(c, "PRAGMA data_version")
		if err != nil {
			return wrap(ctx, err)
		}
		if version != seen {
			seen = version
			if at, err = s.deliver(ctx, c, at, fn); err != nil || ctx.Err() != nil {
				return err
			}
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		case <-s.closing:
			return store.ErrClosed
		}
	}
}

// deliver calls fn for everything behind at and returns how far it came.
func (s *Store) deliver(ctx context.Context, c *conn, at int64, fn func(store.Change) error) (int64, error) {
	for {
		changes, to, more, err := s.changes(c, at)
		if err != nil {
			return at, wrap(ctx, err)
		}
		for _, ch := range changes {
			if ctx.Err() != nil {
				return at, nil //nolint:nilerr // that is how a watch is meant to end
			}
			select {
			case <-s.closing:
				return at, store.ErrClosed
			default:
			}
			if err := fn(ch.Change); err != nil {
				return at, err
			}
		}
		at = to
		if !more {
			return at, nil
		}
	}
}

// A change is a Change with the number of its position.
type change struct {
	store.Change
	at int64
}

// changes reads what was written behind at, in the order of its positions. It
// reaches to a position, up to which nothing is left, and tells whether there
// was more than one look reads.
func (s *Store) changes(c *conn, at int64) (all []change, to int64, more bool, err error) {
	err = c.snapshot(func() error {
		var forgotten int64
		err := c.query("SELECT position, forgotten FROM thads_meta", nil, func(st *zs.Stmt) error {
			to, forgotten = st.ColumnInt64(0), st.ColumnInt64(1)
			return nil
		})
		if err != nil {
			return err
		}
		if at < forgotten || at > to {
			return fmt.Errorf("%w: changes are known from %d to %d, not from %d", store.ErrPositionLost, forgotten, to, at)
		}
		read := func(sql, name string) error {
			n, last := 0, int64(0)
			err := c.query(sql, []any{at, watchRows}, func(st *zs.Stmt) error {
				ch := change{at: st.ColumnInt64(2)}
				ch.Collection, ch.ID, ch.Version, ch.Deleted = name, st.ColumnText(0), st.ColumnInt64(1), name == ""
				if ch.Deleted {
					ch.Collection = st.ColumnText(3)
				}
				ch.Position = s.position(ch.at)
				n, last = n+1, ch.at
				if _, declared := s.colls[ch.Collection]; declared {
					all = append(all, ch)
				}
				return nil
			})
			if n == watchRows {
				more = true
				to = min(to, last)
			}
			return err
		}
		for name, k := range s.colls {
			if err := read("SELECT id, version, pos FROM "+k.main+" WHERE pos > ? ORDER BY pos LIMIT ?", name); err != nil {
				return err
			}
		}
		return read("SELECT id, version, position, collection FROM thads_tombstone WHERE position > ? ORDER BY position LIMIT ?", "")
	})
	if err != nil {
		return nil, 0, false, err
	}
	all = slices.DeleteFunc(all, func(ch change) bool { return ch.at > to })
	slices.SortFunc(all, func(a, b change) int { return int(a.at - b.at) })
	return all, to, more, nil
}
