package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/storetest"
	"github.com/thads/thads/internal/thads"
)

func openMatters(t *testing.T, dir string) (*Store, *store.Collection) {
	t.Helper()
	c := storetest.Matters()
	s, err := Open(t.Context(), Options{Dir: dir, Collections: []*store.Collection{c}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCommitFails makes COMMIT itself fail, by a deferred constraint, after
// every statement of the write has succeeded.
func TestCommitFails(t *testing.T) {
	s, c := openMatters(t, t.TempDir())
	ctx := t.Context()
	// No write is under way: the connection is idle.
	for _, sql := range []string{
		"PRAGMA foreign_keys=ON",
		"CREATE TEMP TABLE parent (id INTEGER PRIMARY KEY)",
		"CREATE TEMP TABLE child (id REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
		"CREATE TEMP TRIGGER violate AFTER INSERT ON main.matters BEGIN INSERT INTO child VALUES (99); END",
	} {
		must(t, run(s.writer, sql))
	}
	before, err := s.Position(ctx)
	must(t, err)
	if err := s.Insert(ctx, c, &store.Document{ID: "a", Version: 1}); err == nil {
		t.Fatal("a write whose commit failed was acknowledged")
	}
	if _, err := s.BulkInsert(ctx, c, []*store.Document{{ID: "b", Version: 1}}); err == nil {
		t.Fatal("a bulk whose commit failed was acknowledged")
	}
	after, err := s.Position(ctx)
	must(t, err)
	if n, err := s.Count(ctx, c, thads.Everything()); err != nil || n != 0 || after != before {
		t.Errorf("%d documents (%v), position %s after %s", n, err, after, before)
	}
	must(t, run(s.writer, "DROP TRIGGER violate"))
	must(t, s.Insert(ctx, c, &store.Document{ID: "a", Version: 1}))
}

func TestLockedByAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	s, c := openMatters(t, dir)
	s.begin = 300 * time.Millisecond
	other, err := zs.OpenConn(filepath.Join(dir, FileName), zs.OpenReadWrite)
	must(t, err)
	defer func() { must(t, other.Close()) }()
	must(t, run(other, "BEGIN IMMEDIATE"))
	if err := s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("while another holds the lock: %v", err)
	}
	// Whoever gives up while waiting hears so, long before the lock is free.
	s.begin = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Insert(ctx, c, &store.Document{ID: "a", Version: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up while waiting: %v", err)
	}
	// Readers do not wait.
	if n, err := s.Count(t.Context(), c, thads.Everything()); n != 0 || err != nil {
		t.Errorf("reading beside the lock: %d, %v", n, err)
	}
	must(t, run(other, "COMMIT"))
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
}

func TestReadOnly(t *testing.T) {
	s, c := openMatters(t, t.TempDir())
	must(t, run(s.writer, "PRAGMA query_only=ON"))
	if err := s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("writing what cannot be written: %v", err)
	}
	must(t, run(s.writer, "PRAGMA query_only=OFF"))
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
}

func TestInterrupt(t *testing.T) {
	s, _ := openMatters(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err := s.read(ctx, func(c *conn) error {
		_, err := scalar(c, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT count(*) FROM n")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an endless statement: %v", err)
	}
	// The connections work on.
	for range s.pool {
		must(t, s.Ping(t.Context()))
	}
}

func TestForeignFiles(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"text": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("no database\n"), 500), 0o600) },
		"another program's": func(path string) error {
			c, err := zs.OpenConn(path, zs.OpenReadWrite, zs.OpenCreate)
			if err != nil {
				return err
			}
			return errors.Join(run(c, "CREATE TABLE theirs (x)"), c.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			must(t, make(path))
			before, err := os.ReadFile(path)
			must(t, err)
			s, err := Open(t.Context(), Options{Dir: dir})
			if err == nil {
				must(t, s.Close())
			}
			if !errors.Is(err, store.ErrForeign) {
				t.Errorf("got %v", err)
			}
			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file of another program was changed")
			}
		})
	}
}

func TestUnavailableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := Open(t.Context(), Options{Dir: filepath.Join(file, "below")}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestFileMode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	s, c := openMatters(t, dir)
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
	for _, name := range []string{"", FileName, FileName + "-wal", FileName + "-shm"} {
		fi, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", name, fi.Mode())
		}
	}
}

// TestForget prunes deletions and checks that watchers from before them are
// told that they lost their place.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	c := storetest.Matters()
	s, err := Open(t.Context(), Options{Dir: dir, Collections: []*store.Collection{c}, KeepDeletions: time.Millisecond})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	from, err := s.Position(t.Context())
	must(t, err)
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
	must(t, s.Delete(t.Context(), c, "a", 1))
	must(t, s.write(t.Context(), func(tx *writeTx) error {
		tx.s.pruned = time.Time{} // the commit of this write looks for what is old
		return run(tx.Conn, "UPDATE thads_tombstone SET deleted_at = deleted_at - 1000")
	}))
	lost(t, s, from)
	var left int64
	must(t, s.read(t.Context(), func(c *conn) error {
		left, err = scalar(c, "SELECT count(*) FROM thads_tombstone")
		return err
	}))
	if left != 0 {
		t.Errorf("%d tombstones are kept", left)
	}
}

// TestPositionOfBackup puts an older file back: a watcher from after it must
// not wait for positions that were given to other writes.
func TestPositionOfBackup(t *testing.T) {
	dir := t.TempDir()
	c := storetest.Matters()
	open := func() *Store {
		s, err := Open(t.Context(), Options{Dir: dir, Collections: []*store.Collection{c}})
		must(t, err)
		return s
	}
	s := open()
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
	must(t, s.Close())
	backup, err := os.ReadFile(filepath.Join(dir, FileName))
	must(t, err)
	s = open()
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "b", Version: 1}))
	late, err := s.Position(t.Context())
	must(t, err)
	must(t, s.Close())
	must(t, os.WriteFile(filepath.Join(dir, FileName), backup, 0o600))
	s = open()
	defer func() { must(t, s.Close()) }()
	lost(t, s, late)
}

// lost fails the test unless a watch from this position is refused.
func lost(t *testing.T, s *Store, from store.Position) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Watch(ctx, from, func(store.Change) error { return nil }); !errors.Is(err, store.ErrPositionLost) {
		t.Errorf("got %v", err)
	}
}

// TestPlans checks what a query begins with: a common word is probed along the
// sort, a rare one is driven from, and so are two common ones that never meet.
func TestPlans(t *testing.T) {
	s, c := openMatters(t, t.TempDir())
	var docs []*store.Document
	for i := range 3000 {
		w := []string{"common", []string{"even", "odd"}[i%2]}
		if i%1000 == 0 {
			w = append(w, "rare")
		}
		docs = append(docs, &store.Document{ID: fmt.Sprint(i), Version: 1, Fields: store.Fields{
			"words": w, "units": []string{"u1"}, "titleKey": fmt.Sprint(i), "opened": time.UnixMilli(int64(i)),
		}})
	}
	_, err := s.BulkInsert(t.Context(), c, docs)
	must(t, err)
	k := s.colls["matters"]
	for _, test := range []struct {
		words string
		want  int
		drive string // "" for probing
	}{
		{"common", 51, ""},
		{"rare", 51, "rare"},
		{"common rare", 51, "rare"},
		{"even odd", 51, "even"},
		{"common even", 51, ""},
		{"common", 0, "common"},
		{"common rare", 0, "rare"},
		{"absent common", 51, "absent"},
	} {
		f := k.filter(thads.UnitScope("u1"), []store.Cond{store.All("words", strings.Fields(test.words))})
		if test.words == "even odd" {
			f = k.filter(thads.Everything(), []store.Cond{store.All("words", strings.Fields(test.words))})
		}
		if test.words == "common" && test.want == 0 {
			f = k.filter(thads.Everything(), []store.Cond{store.All("words", []string{"common"})})
		}
		must(t, s.read(t.Context(), func(c *conn) error {
			p, err := c.choose(k, f, test.want)
			if err != nil {
				return err
			}
			got := ""
			if p.drive != nil {
				got = fmt.Sprint(p.drive.terms...)
			}
			if got != test.drive {
				t.Errorf("%q for %d begins with %q, want %q", test.words, test.want, got, test.drive)
			}
			q := p.sql()
			q.add(order{col: `m."f_opened"`}.by(false) + " LIMIT 51")
			var sorts bool
			err = c.query("EXPLAIN QUERY PLAN SELECT m.id"+q.sql, q.args, func(st *zs.Stmt) error {
				sorts = sorts || strings.Contains(st.ColumnText(3), "TEMP B-TREE")
				return nil
			})
			if sorts != (got != "") {
				t.Errorf("%q for %d: sorts: %v, begins with %q", test.words, test.want, sorts, got)
			}
			return err
		}))
	}
}

// TestReads checks for which conditions a row met along the sort has to be read.
func TestReads(t *testing.T) {
	k := newCollection(benchCollection(), map[string]int{})
	units, state, amount := store.Eq("units", "u"), store.Eq("state", "s"), store.Between("amount", int64(1), nil)
	for _, test := range []struct {
		where []store.Cond
		sort  string
		reads bool
	}{
		{nil, "opened", false},
		{[]store.Cond{units}, "opened", false},
		{[]store.Cond{units, state}, "opened", false},
		{[]store.Cond{units, state}, "titleKey", true},
		{[]store.Cond{amount}, "opened", true},
		{[]store.Cond{state, amount}, "opened", true},
		{[]store.Cond{state}, "", false},
		{[]store.Cond{amount}, "", true},
	} {
		if got := k.reads(test.where, test.sort); got != test.reads {
			t.Errorf("%v by %q: %v", test.where, test.sort, got)
		}
	}
}

// TestReadersWarmestFirst checks that reads one after another share a connection.
func TestReadersWarmestFirst(t *testing.T) {
	s, _ := openMatters(t, t.TempDir())
	used := map[*conn]bool{}
	for range 3 * s.pool {
		must(t, s.read(t.Context(), func(c *conn) error {
			used[c] = true
			return nil
		}))
	}
	if len(used) != 1 {
		t.Errorf("%d connections were used by turns", len(used))
	}
}

// TestKnownCounts checks when a number that was counted for a choice is counted
// again: when a higher bound is asked for, and after many writes.
func TestKnownCounts(t *testing.T) {
	s, c := openMatters(t, t.TempDir())
	k, at := s.colls["matters"], 0
	insert := func(n int) {
		t.Helper()
		var docs []*store.Document
		for range n {
			at++
			docs = append(docs, &store.Document{ID: fmt.Sprint(at), Version: 1, Fields: store.Fields{"words": []string{"w", "v"}}})
		}
		_, err := s.BulkInsert(t.Context(), c, docs)
		must(t, err)
	}
	sc := setCond{field: k.number["words"], terms: []any{"w"}}
	for _, step := range []struct {
		insert      int
		bound, want int64
	}{
		{10, 100, 10},
		{5, 100, 10},
		{0, 8, 8},
		{0, 1000, 10},
		{knownWrites, 1000, knownWrites + 15},
		{0, 20, 20},
		{5, 2000, knownWrites + 15},
		{knownWrites, 30, 30},
		{5, 20, 20},
		{0, 2000, 2*knownWrites + 25},
	} {
		insert(step.insert)
		must(t, s.read(t.Context(), func(conn *conn) error {
			n, err := k.frequency(conn, sc, step.bound)
			if n != step.want {
				t.Errorf("%d more, up to %d: got %d, want %d", step.insert, step.bound, n, step.want)
			}
			return err
		}))
	}
	// Lists that are too long to be kept are counted each time.
	long := setCond{field: sc.field, terms: []any{"w", strings.Repeat("x", knownKey)}}
	for range 3 {
		insert(1)
		must(t, s.read(t.Context(), func(conn *conn) error {
			n, err := k.frequency(conn, long, 1<<20)
			if n != int64(at) {
				t.Errorf("a long list: got %d, want %d", n, at)
			}
			return err
		}))
	}
}

// TestManyStatements runs more different queries than a connection keeps
// prepared.
func TestManyStatements(t *testing.T) {
	c := storetest.Matters()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Collections: []*store.Collection{c}, Readers: 1})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1, Fields: store.Fields{"state": "x"}}))
	for i := range maxPrepared + 50 {
		err := s.read(t.Context(), func(c *conn) error {
			n, err := scalar(c, fmt.Sprintf("SELECT count(*) + %d FROM matters WHERE f_state = ?", i), "x")
			if n != int64(i)+1 {
				t.Errorf("query %d returned %d", i, n)
			}
			return err
		})
		must(t, err)
	}
}

func FuzzDecodeSets(f *testing.F) {
	f.Add([]byte{1, 1, 2, 'a', 'b', 2, 0})
	f.Add([]byte{1, 255})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		sets, err := decodeSets(b)
		if err != nil && !errors.Is(err, errSets) {
			t.Fatalf("an error of another kind: %v", err)
		}
		for _, members := range sets {
			for _, m := range members {
				if len(m) > len(b) {
					t.Fatal("a member longer than all")
				}
			}
		}
	})
}

// TestBulkGivenUp ends the context of a bulk insert before the last of its
// transactions: those that were carried out stay whole, the rest is not begun.
func TestBulkGivenUp(t *testing.T) {
	s, c := openMatters(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var docs []*store.Document
	for i := range 2*bulkDocuments + 1 {
		docs = append(docs, &store.Document{ID: fmt.Sprint(i), Version: 1, Fields: store.Fields{"words": []string{"w"}}})
	}
	// Asked before each of the three transactions.
	_, err := s.BulkInsert(&endsWhenAsked{Context: ctx, left: 3, cancel: cancel}, c, docs)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	for _, where := range [][]store.Cond{nil, {store.Eq("words", "w")}} {
		if n, err := s.Count(t.Context(), c, thads.Everything(), where...); n != 2*bulkDocuments || err != nil {
			t.Errorf("%d documents are stored (%v)", n, err)
		}
	}
	if taken, err := s.BulkInsert(t.Context(), c, docs); len(taken) != 2*bulkDocuments || err != nil {
		t.Errorf("%d taken, %v", len(taken), err)
	}
}

// endsWhenAsked is a context that ends when it was asked so many times.
type endsWhenAsked struct {
	context.Context
	left   int
	cancel context.CancelFunc
}

func (c *endsWhenAsked) Err() error {
	if c.left--; c.left <= 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestWatchCatchesUp lets a watcher come late by more changes than one look
// reads, in two collections and among deletions.
func TestWatchCatchesUp(t *testing.T) {
	matters, refs := storetest.Matters(), storetest.Refs()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Collections: []*store.Collection{matters, refs}})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	from, err := s.Position(t.Context())
	must(t, err)
	want := map[string]int64{}
	insert := func(c *store.Collection, prefix string, n int) {
		docs := make([]*store.Document, n)
		for i := range docs {
			docs[i] = &store.Document{ID: fmt.Sprint(prefix, i), Version: 1}
			want[c.Name+"/"+docs[i].ID] = 1
		}
		_, err := s.BulkInsert(t.Context(), c, docs)
		must(t, err)
	}
	insert(matters, "a", watchRows+300)
	insert(refs, "b", 2*watchRows+1)
	insert(matters, "c", watchRows)
	for _, id := range []string{"a0", "c0"} {
		must(t, s.Delete(t.Context(), matters, id, 1))
		delete(want, "matters/"+id)
	}
	insert(refs, "d", 5)

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got, last, told := map[string]int64{}, int64(0), 0
	err = s.Watch(ctx, from, func(c store.Change) error {
		at, err := s.parsePosition(c.Position)
		if err != nil || at <= last {
			return fmt.Errorf("position %d behind %d (%w)", at, last, err)
		}
		last = at
		told++
		got[c.Collection+"/"+c.ID] = c.Version
		if c.Deleted {
			delete(got, c.Collection+"/"+c.ID)
		}
		if c.ID == "d4" {
			cancel()
		}
		return nil
	})
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after %d changes: %s", told, diff)
	}
}

// TestScanOfLargeDocuments scans more bytes than a scan holds at once.
func TestScanOfLargeDocuments(t *testing.T) {
	s, c := openMatters(t, t.TempDir())
	body := bytes.Repeat([]byte("x"), store.MaxDocumentBytes)
	for i := range 7 {
		must(t, s.Insert(t.Context(), c, &store.Document{ID: fmt.Sprint(i), Version: 1, Body: body}))
	}
	i := 0
	for d, err := range s.Scan(t.Context(), c, store.ScanOptions{}) {
		must(t, err)
		if d.ID != fmt.Sprint(i) || len(d.Body) != len(body) {
			t.Errorf("document %d is %s with %d bytes", i, d.ID, len(d.Body))
		}
		i++
	}
	if i != 7 {
		t.Errorf("%d documents of 7", i)
	}
}
