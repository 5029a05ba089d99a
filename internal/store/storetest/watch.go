package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/thads/thads/internal/store"
)

// A watcher collects what a Watch delivers.
type watcher struct {
	b       *bench
	changes chan store.Change
	done    chan error
	stop    context.CancelFunc
	// last is what was told last of each document.
	last map[string]store.Change
}

// watch begins to watch s.
func (b *bench) watch(s store.Store, from store.Position) *watcher {
	ctx, cancel := context.WithCancel(b.ctx())
	w := &watcher{b: b, changes: make(chan store.Change, 10_000), done: make(chan error, 1), stop: cancel, last: map[string]store.Change{}}
	go func() {
		w.done <- s.Watch(ctx, from, func(c store.Change) error {
			w.changes <- c
			return nil
		})
	}()
	b.Cleanup(cancel)
	return w
}

func key(c store.Change) string { return c.Collection + "/" + c.ID }

// until takes changes until all of want were told in this state, and fails if
// an older version comes behind a newer.
func (w *watcher) until(want ...store.Change) {
	w.b.Helper()
	timeout := time.After(patience)
	for {
		missing := ""
		for _, c := range want {
			if got, ok := w.last[key(c)]; !ok || got.Version != c.Version && !c.Deleted || got.Deleted != c.Deleted {
				missing = fmt.Sprintf("%s %d deleted=%v; was told %+v", key(c), c.Version, c.Deleted, got)
			}
		}
		if missing == "" {
			return
		}
		select {
		case c := <-w.changes:
			w.take(c)
		case err := <-w.done:
			w.b.Fatalf("the watch ended (%v) without telling of %s", err, missing)
		case <-timeout:
			w.b.Fatalf("not told of %s", missing)
		}
	}
}

func (w *watcher) take(c store.Change) {
	w.b.Helper()
	if c.Position == "" || c.Collection == "" || c.ID == "" {
		w.b.Errorf("incomplete change %+v", c)
	}
	if was := w.last[key(c)]; !c.Deleted && !was.Deleted && c.Version < was.Version {
		w.b.Errorf("%s: version %d told behind %d", key(c), c.Version, was.Version)
	}
	w.last[key(c)] = c
}

// end stops the watch and checks that it ended well.
func (w *watcher) end() {
	w.b.Helper()
	w.stop()
	select {
	case err := <-w.done:
		w.b.must(err)
	case <-time.After(patience):
		w.b.Fatal("the watch did not end with its context")
	}
}

func written(id string, version int64) store.Change {
	return store.Change{Collection: "matters", ID: id, Version: version}
}

func deleted(id string) store.Change {
	return store.Change{Collection: "matters", ID: id, Deleted: true}
}

func (b *bench) position() store.Position {
	b.Helper()
	p, err := b.Position(b.ctx())
	b.must(err)
	return p
}

func testWatchOwn(t *testing.T, db *Database) {
	b := start(t, db)
	w := b.watch(b.Store, b.position())
	d := matter("a", nil)
	b.must(b.Insert(b.ctx(), b.matters, d))
	w.until(written("a", 1))
	b.must(b.Replace(b.ctx(), b.matters, next(d)))
	w.until(written("a", 2))
	_, err := b.BulkInsert(b.ctx(), b.matters, []*store.Document{matter("b", nil), d, matter("c", nil)})
	b.must(err)
	b.must(b.Insert(b.ctx(), b.refs, &store.Document{ID: "r", Version: 1}))
	w.until(written("b", 1), written("c", 1), store.Change{Collection: "refs", ID: "r", Version: 1})
	b.is(b.Insert(b.ctx(), b.matters, d), store.ErrExists)
	b.must(b.Delete(b.ctx(), b.matters, "b", 1))
	w.until(deleted("b"), written("a", 2))
	w.end()
}

func testWatchFromPosition(t *testing.T, db *Database) {
	b := start(t, db)
	first := b.position()
	a, c := matter("a", nil), matter("c", nil)
	b.insert(a, matter("b", nil), c)
	b.must(b.Replace(b.ctx(), b.matters, next(a)))
	b.must(b.Delete(b.ctx(), b.matters, "b", 1))
	// Everything since the first position is told to a watcher that comes late,
	// and to one of another store on the same database.
	for _, s := range []store.Store{b.Store, b.reopen()} {
		w := b.watch(s, first)
		w.until(written("a", 2), deleted("b"), written("c", c.Version))
		resume := w.last["matters/c"].Position
		w.end()
		// And from the position of a change that was told: everything behind
		// it, though perhaps more.
		c = next(c)
		b.must(b.Replace(b.ctx(), b.matters, c))
		w = b.watch(s, resume)
		w.until(written("c", c.Version))
		w.end()
	}
}

// testWatchOrder lets several writers change the same documents and checks
// that no watcher is told of an older version behind a newer, and every one of
// the latest.
func testWatchOrder(t *testing.T, db *Database) {
	b := start(t, db)
	from := b.position()
	other := b.reopen()
	var docs []*store.Document
	for i := range 6 {
		docs = append(docs, matter(numbered("d", i), nil))
	}
	b.insert(docs...)
	watchers := []*watcher{b.watch(b.Store, from), b.watch(other, from)}
	errs := together(len(docs), func(i int) error {
		s := b.Store
		if i%2 == 1 {
			s = other
		}
		for range 12 {
			docs[i] = next(docs[i])
			if err := s.Replace(b.ctx(), b.matters, docs[i]); err != nil {
				return err
			}
		}
		return nil
	})
	b.must(errors.Join(errs...))
	for _, w := range watchers {
		for _, d := range docs {
			w.until(written(d.ID, d.Version))
		}
		w.end()
	}
}

// testWatchDeleteAndInsert uses ids again: a watcher that comes late must learn
// that the first document went before it learns of the new one.
func testWatchDeleteAndInsert(t *testing.T, db *Database) {
	b := start(t, db)
	first := matter("a", nil)
	b.insert(first)
	live := b.watch(b.Store, b.position())
	from := b.position()
	for range 3 {
		first = next(first)
		b.must(b.Replace(b.ctx(), b.matters, first))
	}
	live.until(written("a", 4))
	b.must(b.Delete(b.ctx(), b.matters, "a", 4))
	b.insert(matter("a", nil), matter("z", nil))
	live.until(written("a", 1), written("z", 1))
	live.end()

	late := b.watch(b.Store, from)
	sawDeleted := false
	timeout := time.After(patience)
	for !sawDeleted || late.last["matters/a"].Version != 1 || late.last["matters/a"].Deleted {
		select {
		case c := <-late.changes:
			late.take(c)
			sawDeleted = sawDeleted || c.Deleted && c.ID == "a"
		case <-timeout:
			b.Fatalf("deleted told: %v; last told %+v", sawDeleted, late.last["matters/a"])
		}
	}
	late.end()
}

func testWatchFails(t *testing.T, db *Database) {
	b := start(t, db)
	from := b.position()
	b.insert(matter("a", nil))
	boom := errors.New("boom")
	b.is(b.Watch(b.ctx(), from, func(store.Change) error { return boom }), boom)
	ctx, cancel := context.WithCancel(b.ctx())
	cancel()
	b.must(b.Watch(ctx, from, func(store.Change) error { return nil }))
}

func testWatchAcrossProcesses(t *testing.T, db *Database) {
	b := start(t, db)
	w := b.watch(b.Store, b.position())
	child := b.child(db, "obey")
	begun := time.Now()
	child.do("insert", "a", 1)
	w.until(written("a", 1))
	t.Logf("another process's write was told within %v of asking for it", time.Since(begun).Round(time.Millisecond))
	child.do("replace", "a", 2)
	w.until(written("a", 2))
	child.do("insert", "b", 1)
	child.do("delete", "b", 1)
	w.until(deleted("b"))
	b.must(b.Replace(b.ctx(), b.matters, next(b.get("a")))) // both ways
	child.do("replace", "a", 4)
	w.until(written("a", 4))
	w.end()
	child.end()
}

// testWatchDisconnected cuts the connections while a watch is under way.
func testWatchDisconnected(t *testing.T, db *Database) {
	b := start(t, db)
	if db.Disconnect == nil {
		t.Log("this engine has no connections: nothing to cut")
		return
	}
	w := b.watch(b.Store, b.position())
	b.insert(matter("before", nil))
	w.until(written("before", 1))
	for i := range 3 {
		b.must(db.Disconnect())
		id := numbered("after", i)
		// The write itself may meet a connection that was cut.
		deadline := time.Now().Add(patience)
		for {
			err := b.Insert(b.ctx(), b.matters, matter(id, nil))
			if err == nil || errors.Is(err, store.ErrExists) {
				break
			}
			b.is(err, store.ErrUnavailable)
			if time.Now().After(deadline) {
				b.Fatal("no connection comes back")
			}
		}
		w.until(written(id, 1))
	}
	w.end()
}

func testWatchPositionLost(t *testing.T, db *Database) {
	b := start(t, db)
	lost := func(p store.Position) {
		b.Helper()
		ctx, cancel := context.WithTimeout(b.ctx(), patience)
		defer cancel()
		b.is(b.Watch(ctx, p, func(store.Change) error { return errors.New("told of a change") }), store.ErrPositionLost)
	}
	for _, p := range []store.Position{"", "rubbish", "other.1", "other.t.1", "other.p.1"} {
		lost(p)
	}
	b.insert(matter("a", nil))
	old, err := db.OldPosition(b.ctx(), b.Store)
	b.must(err)
	lost(old)
	// A new position is what remains, and it works.
	w := b.watch(b.Store, b.position())
	b.insert(matter("b", nil))
	w.until(written("b", 1))
	w.end()
}
