package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// testCrash kills a process that writes and acknowledges, again and again, and
// finds every acknowledged write.
func testCrash(t *testing.T, db *Database) {
	acked := map[string]int64{}
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	b := start(t, db)
	for round := range 6 {
		child := b.child(db, "flood", fmt.Sprint(round))
		until := 5 + r.IntN(120)
		for range until {
			id, version, ok := child.ack()
			if !ok {
				b.Fatalf("the process ended by itself: %v", child.cmd.Wait())
			}
			acked[id] = max(acked[id], version)
		}
		b.must(child.cmd.Process.Kill())
		for { // what it had acknowledged before it died
			id, version, ok := child.ack()
			if !ok {
				break
			}
			acked[id] = max(acked[id], version)
		}
		_ = child.cmd.Wait() // it was killed
		// A store that was open meanwhile sees the writes, and so does a new one.
		for _, s := range []store.Store{b.Store, b.reopen()} {
			for id, version := range acked {
				docs, err := s.Get(b.ctx(), b.matters, thads.Everything(), id)
				b.must(err)
				switch {
				case len(docs) == 0:
					b.Errorf("round %d: %s is gone, was acknowledged at version %d", round, id, version)
				case docs[0].Version < version:
					b.Errorf("round %d: %s is at version %d, was acknowledged at %d", round, id, docs[0].Version, version)
				case string(docs[0].Body) != childBody(id, docs[0].Version):
					b.Errorf("round %d: %s has the body of another version", round, id)
				}
			}
		}
		b.insert(matter(numbered("between", round), nil))
	}
	t.Logf("%d documents acknowledged", len(acked))
}

func testReopen(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(14, 30)
	b.insert(docs...)
	from := b.position()
	b.must(b.Store.Close())
	b.must(b.Store.Close()) // twice does no harm
	s := b.reopen()
	b2 := &bench{T: t, Store: s, db: db, matters: b.matters, refs: b.refs}
	for _, d := range docs {
		b2.equal(d.ID, stored(b.matters, d), b2.get(d.ID))
	}
	b2.insert(matter("new", nil))
	w := b2.watch(s, from) // positions outlive the store
	w.until(written("new", 1))
	w.end()
}

// testReconcile opens a database with declarations that have grown.
func testReconcile(t *testing.T, db *Database) {
	b := start(t, db)
	d := matter("a", store.Fields{"state": "open", "units": words("u1"), "words": words("x")})
	b.insert(d)
	b.must(b.Store.Close())

	grown := Matters()
	grown.Fields = append(grown.Fields,
		store.Field{Name: "court", Type: store.String},
		store.Field{Name: "rank", Type: store.Int, Sortable: true},
		store.Field{Name: "since", Type: store.Time, Sortable: true},
		store.Field{Name: "tags", Type: store.Strings},
	)
	for i, f := range grown.Fields {
		if f.Name == "number" {
			grown.Fields[i].Sortable = true // it was null for the document above
		}
	}
	grown.Indexes = append(grown.Indexes, store.Index{"tags", "rank"}, store.Index{"court", "rank"})
	more := &store.Collection{Name: "more", Fields: []store.Field{{Name: "x", Type: store.String}}}
	s, err := db.Open(b.ctx(), []*store.Collection{grown, b.refs, more})
	b.must(err)
	g := &bench{T: t, Store: s, db: db, matters: grown, refs: b.refs}
	want := stored(grown, d)
	g.equal("old document", want, g.get("a"))
	g.equal("new fields are null", words("a"), g.find(thads.Everything(), store.IsNull("court"), store.IsNull("tags")))
	g.equal("new sortable field", words("a"), g.find(thads.Everything(), store.Eq("rank", int64(0)), store.Eq("number", "")))
	n := next(d)
	n.Fields = store.Fields{"court": "c", "rank": int64(-1), "tags": words("t"), "units": words("u1"), "number": "n"}
	g.must(g.Replace(g.ctx(), grown, n))
	g.insert(matter("b", store.Fields{"tags": words("t")}))
	p, err := g.Find(g.ctx(), grown, store.Query{Scope: thads.Everything(), Where: []store.Cond{store.Eq("tags", "t")}, Sort: "rank", Limit: 5})
	g.must(err)
	g.equal("sorted by the new field", words("a b"), ids(p.Heads))
	for _, sort := range words("since number") {
		p, err = g.Find(g.ctx(), grown, store.Query{Scope: thads.Everything(), Sort: sort, Descending: true, Limit: 5})
		g.must(err)
		g.equal("sorted by "+sort, 2, len(p.Heads))
	}
	g.must(g.Insert(g.ctx(), more, &store.Document{ID: "m", Version: 1, Fields: store.Fields{"x": "y"}}))
	g.must(s.Close())

	// An older program: nothing was dropped, and nothing stands in its way.
	s, err = db.Open(b.ctx(), []*store.Collection{b.matters})
	b.must(err)
	o := &bench{T: t, Store: s, db: db, matters: b.matters}
	o.equal("found by the older program", words("a b"), o.find(thads.Everything()))
	o.must(s.Close())
	s, err = db.Open(b.ctx(), []*store.Collection{grown, more})
	g.must(err)
	g.Store = s
	g.equal("and what it left is there", words("a b"), g.find(thads.Everything(), store.Eq("tags", "t")))
	g.must(s.Close())

	// A field cannot change its type.
	other := Matters()
	other.Fields[0].Type = store.Int
	if s, err := db.Open(b.ctx(), []*store.Collection{other}); !errors.Is(err, store.ErrBadDeclaration) {
		b.Errorf("a field of another type: %v", err)
		if err == nil {
			b.must(s.Close())
		}
	}
}

func testBadDeclarations(t *testing.T, db *Database) {
	field := func(name string, t store.FieldType, sortable bool) store.Field {
		return store.Field{Name: name, Type: t, Sortable: sortable}
	}
	for name, c := range map[string]*store.Collection{
		"name":             {Name: "Matters"},
		"empty name":       {Name: ""},
		"name for SQL":     {Name: `a"b`},
		"field name":       {Name: "a", Fields: []store.Field{field("f.g", store.String, false)}},
		"field name twice": {Name: "a", Fields: []store.Field{field("aB", store.String, false), field("ab", store.String, false)}},
		"no type":          {Name: "a", Fields: []store.Field{field("f", 0, false)}},
		"sortable set":     {Name: "a", Fields: []store.Field{field("f", store.Strings, true)}},
		"index":            {Name: "a", Indexes: []store.Index{{"none"}}},
		"empty index":      {Name: "a", Indexes: []store.Index{{}}},
		"two sets":         {Name: "a", Fields: []store.Field{field("f", store.Strings, false), field("g", store.Strings, false)}, Indexes: []store.Index{{"f", "g"}}},
		"scope":            {Name: "a", ScopeField: "none"},
		"scope of no set":  {Name: "a", Fields: []store.Field{field("f", store.String, false)}, ScopeField: "f"},
	} {
		s, err := db.Open(t.Context(), []*store.Collection{c})
		if !errors.Is(err, store.ErrBadDeclaration) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			if err := s.Close(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := db.Open(t.Context(), []*store.Collection{Refs(), Refs()}); !errors.Is(err, store.ErrBadDeclaration) {
		t.Errorf("twice: %v", err)
	}
}

func testNewerAndForeign(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(matter("a", nil))
	b.must(b.Store.Close())
	for _, test := range []struct {
		name string
		make func(context.Context) error
		want error
	}{{"newer", db.MakeNewer, store.ErrNewer}, {"foreign", db.MakeForeign, store.ErrForeign}} {
		b.must(test.make(b.ctx()))
		s, err := db.Open(b.ctx(), []*store.Collection{b.matters})
		if err == nil {
			b.must(s.Close())
		}
		b.is(err, test.want)
		if len(err.Error()) < len(test.want.Error())+20 {
			b.Errorf("%s: the error does not say what to do: %v", test.name, err)
		}
	}
}

func testClosed(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(mixed(15, 20)...)
	from := b.position()
	w := b.watch(b.Store, from)
	// Close waits for the writes under way: each is whole or refused.
	results := make(chan []error, 1)
	begun := make(chan struct{}, 8)
	go func() {
		results <- together(8, func(i int) error {
			for j := 0; ; j++ {
				if err := b.Insert(b.ctx(), b.matters, matter(fmt.Sprintf("w%d-%d", i, j), nil)); err != nil {
					return err
				}
				if j == 0 {
					begun <- struct{}{}
				}
			}
		})
	}()
	for range 8 {
		<-begun
	}
	b.must(b.Store.Close())
	for _, err := range <-results {
		b.is(err, store.ErrClosed)
	}
	select {
	case err := <-w.done:
		b.is(err, store.ErrClosed)
	case <-time.After(patience):
		b.Fatal("the watch outlived its store")
	}
	_, err := b.Get(b.ctx(), b.matters, thads.Everything(), "a")
	b.is(err, store.ErrClosed)
	_, err = b.Heads(b.ctx(), b.matters, thads.Everything(), "a")
	b.is(err, store.ErrClosed)
	_, err = b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Limit: 1})
	b.is(err, store.ErrClosed)
	_, err = b.Count(b.ctx(), b.matters, thads.Everything())
	b.is(err, store.ErrClosed)
	_, err = b.CountBy(b.ctx(), b.matters, thads.Everything(), "state")
	b.is(err, store.ErrClosed)
	b.is(b.Insert(b.ctx(), b.matters, matter("late", nil)), store.ErrClosed)
	b.is(b.Replace(b.ctx(), b.matters, next(matter("late", nil))), store.ErrClosed)
	b.is(b.Delete(b.ctx(), b.matters, "late", 1), store.ErrClosed)
	_, err = b.BulkInsert(b.ctx(), b.matters, []*store.Document{matter("late", nil)})
	b.is(err, store.ErrClosed)
	_, err = b.Position(b.ctx())
	b.is(err, store.ErrClosed)
	b.is(b.Watch(b.ctx(), from, func(store.Change) error { return nil }), store.ErrClosed)
	b.is(b.Ping(b.ctx()), store.ErrClosed)
	_, err = b.Info(b.ctx())
	b.is(err, store.ErrClosed)
	for _, err := range b.Scan(b.ctx(), b.matters, store.ScanOptions{}) {
		b.is(err, store.ErrClosed)
	}
	for _, err := range b.Versions(b.ctx(), b.matters) {
		b.is(err, store.ErrClosed)
	}
}

func testInfo(t *testing.T, db *Database) {
	b := start(t, db)
	b.must(b.Ping(b.ctx()))
	info, err := b.Info(b.ctx())
	b.must(err)
	if info.Engine == "" || info.EngineVersion == "" || info.SchemaVersion < 1 {
		b.Errorf("info is incomplete: %+v", info)
	}
	if slices.Contains(info.Notes, "") {
		b.Errorf("an empty note: %q", info.Notes)
	}
	t.Logf("tested engine: %s %s", info.Engine, info.EngineVersion)
}
