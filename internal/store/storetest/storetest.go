// Package storetest is the law for the engines of package store: a suite that
// every one of them must pass, over its real driver. An engine's test is
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Main(m, openSpec)) }
//
//	func TestStore(t *testing.T) { storetest.Run(t, newDatabase) }
//
// Each test has an empty database of its own, so that none depends on another.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// patience bounds every wait for something that must happen.
const patience = 30 * time.Second

// A Database is an empty place that stores can be opened on, again and again.
type Database struct {
	// Spec names the place for the function given to Main, so that another
	// process can open it.
	Spec string
	// Open opens the database with these collections.
	Open func(context.Context, []*store.Collection) (store.Store, error)
	// MakeNewer marks the closed database as written by a newer program, and
	// MakeForeign as another program's.
	MakeNewer, MakeForeign func(context.Context) error
	// Break makes writes of at least 64 KB by the open store fail, no sooner
	// than in the engine itself, until mend is called.
	Break func(context.Context, store.Store) (mend func() error, err error)
	// Disconnect cuts the connections of open stores once; nil where there are
	// no connections.
	Disconnect func() error
	// OldPosition returns a position that changes are no longer known from.
	OldPosition func(context.Context, store.Store) (store.Position, error)
}

// Run runs the suite, or those of its tests whose names begin with one of
// these. open returns an empty database for each of them.
func Run(t *testing.T, open func(*testing.T) *Database, only ...string) {
	tests := []struct {
		name string
		run  func(*testing.T, *Database)
	}{
		{"RoundTrip", testRoundTrip},
		{"RoundTripReference", testRoundTripReference},
		{"Precision", testPrecision},
		{"InsertTaken", testInsertTaken},
		{"InsertRace", testInsertRace},
		{"BulkInsert", testBulkInsert},
		{"BulkInsertCancelled", testBulkInsertCancelled},
		{"BulkReplace", testBulkReplace},
		{"BulkDelete", testBulkDelete},
		{"Versions", testVersions},
		{"Delete", testDelete},
		{"NoLostUpdate", testNoLostUpdate},
		{"ReplaceSets", testReplaceSets},
		{"BadDocuments", testBadDocuments},
		{"Limits", testLimits},
		{"WriteFails", testWriteFails},
		{"Operators", testOperators},
		{"Conjunctions", testConjunctions},
		{"NullAndMissing", testNullAndMissing},
		{"EmptyLists", testEmptyLists},
		{"OddPrefixes", testOddPrefixes},
		{"ManyValues", testManyValues},
		{"BadQueries", testBadQueries},
		{"Scope", testScope},
		{"Vietnamese", testVietnamese},
		{"CountBy", testCountBy},
		{"Pages", testPages},
		{"PagesWithin", testPagesWithin},
		{"PagesDuringWrites", testPagesDuringWrites},
		{"CursorOfDeleted", testCursorOfDeleted},
		{"BadCursors", testBadCursors},
		{"CommonAndRareWords", testCommonAndRareWords},
		{"Scan", testScan},
		{"ScanDuringWrites", testScanDuringWrites},
		{"Cancelled", testCancelled},
		{"WatchOwn", testWatchOwn},
		{"WatchFromPosition", testWatchFromPosition},
		{"WatchOrder", testWatchOrder},
		{"WatchDeleteAndInsert", testWatchDeleteAndInsert},
		{"WatchFails", testWatchFails},
		{"WatchAcrossProcesses", testWatchAcrossProcesses},
		{"WatchDisconnected", testWatchDisconnected},
		{"WatchPositionLost", testWatchPositionLost},
		{"Crash", testCrash},
		{"Reopen", testReopen},
		{"Reconcile", testReconcile},
		{"BadDeclarations", testBadDeclarations},
		{"NewerAndForeign", testNewerAndForeign},
		{"Closed", testClosed},
		{"Info", testInfo},
	}
	for _, test := range tests {
		if len(only) > 0 && !slices.ContainsFunc(only, func(p string) bool { return strings.HasPrefix(test.name, p) }) {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
}

// Matters are documents with every type of field.
func Matters() *store.Collection {
	return &store.Collection{
		Name: "matters",
		Fields: []store.Field{
			{Name: "number", Type: store.String},
			{Name: "state", Type: store.String},
			{Name: "titleKey", Type: store.String, Sortable: true},
			{Name: "amount", Type: store.Int},
			{Name: "paid", Type: store.Int, Sortable: true},
			{Name: "due", Type: store.Time},
			{Name: "opened", Type: store.Time, Sortable: true},
			{Name: "urgent", Type: store.Bool},
			{Name: "done", Type: store.Bool, Sortable: true},
			{Name: "words", Type: store.Strings},
			{Name: "units", Type: store.Strings},
			{Name: "officers", Type: store.Strings},
		},
		Indexes: []store.Index{
			{"units", "state", "opened"},
			{"words", "opened"},
			{"titleKey"},
			{"number"},
		},
		ScopeField:   "units",
		OfficerField: "officers",
	}
}

// Refs are reference data.
func Refs() *store.Collection {
	return &store.Collection{
		Name:    "refs",
		Fields:  []store.Field{{Name: "kind", Type: store.String}, {Name: "order", Type: store.Int, Sortable: true}},
		Indexes: []store.Index{{"kind", "order"}},
	}
}

// A bench is an open store with the collections of the suite.
type bench struct {
	*testing.T
	store.Store
	db            *Database
	matters, refs *store.Collection
}

// start opens the database and closes it when the test ends.
func start(t *testing.T, db *Database) *bench {
	t.Helper()
	b := &bench{T: t, db: db, matters: Matters(), refs: Refs()}
	b.Store = b.reopen()
	return b
}

// reopen opens the database once more.
func (b *bench) reopen() store.Store {
	b.Helper()
	s, err := b.db.Open(b.ctx(), []*store.Collection{b.matters, b.refs})
	b.must(err)
	b.T.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.T.Errorf("close: %v", err)
		}
	})
	return s
}

func (b *bench) ctx() context.Context { return b.T.Context() }

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// is fails the test unless err is (or wraps) want.
func (b *bench) is(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("got error %v, want %v", err, want)
	}
}

// equal fails the test unless got is want; nil and empty are the same.
func (b *bench) equal(what string, want, got any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), wholeBytes); diff != "" {
		b.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// insert stores new documents.
func (b *bench) insert(docs ...*store.Document) {
	b.Helper()
	for len(docs) > 0 {
		n := min(len(docs), 100)
		taken, err := b.BulkInsert(b.ctx(), b.matters, docs[:n])
		b.must(err)
		if len(taken) > 0 {
			b.Fatalf("ids taken: %v", taken)
		}
		docs = docs[n:]
	}
}

// wholeBytes compares bytes at once: one by one takes seconds for a large body.
var wholeBytes = cmp.FilterValues(
	func(x, y []byte) bool { return len(x) > 0 || len(y) > 0 }, // EquateEmpty has the rest
	cmp.Comparer(bytes.Equal),
)

// get returns the document, or nil if there is none.
func (b *bench) get(id string) *store.Document {
	b.Helper()
	docs, err := b.Get(b.ctx(), b.matters, thads.Everything(), id)
	b.must(err)
	switch len(docs) {
	case 0:
		return nil
	case 1:
		return docs[0]
	}
	b.Fatalf("%d documents for one id", len(docs))
	return nil
}

// find returns the ids of all documents that match, sorted, and checks that
// Count agrees.
func (b *bench) find(scope thads.OpenScope, where ...store.Cond) []string {
	b.Helper()
	page, err := b.Find(b.ctx(), b.matters, store.Query{Scope: scope, Where: where, Limit: store.MaxPage})
	b.must(err)
	n, err := b.Count(b.ctx(), b.matters, scope, where...)
	b.must(err)
	if int(n) != len(page.Heads) {
		b.Fatalf("Count says %d, Find found %d: %v", n, len(page.Heads), where)
	}
	return ids(page.Heads)
}

func ids(heads []store.Head) []string {
	out := make([]string, len(heads))
	for i, h := range heads {
		out[i] = h.ID
	}
	return out
}

// stored returns d as it comes back from a store.
func stored(c *store.Collection, d *store.Document) *store.Document {
	s := *d
	s.Fields = c.Normalize(d.Fields)
	s.UpdatedAt = store.Instant(d.UpdatedAt)
	return &s
}

func byID(docs []*store.Document) {
	sort.Slice(docs, func(i, j int) bool { return docs[i].ID < docs[j].ID })
}

// matter returns a small valid document.
func matter(id string, fields store.Fields) *store.Document {
	return &store.Document{
		ID: id, Version: 1, Fields: fields,
		Head: []byte("head of " + id), Body: []byte("body of " + id), Postings: []byte("postings of " + id),
		PostingsVersion: 3, DerivedVersion: 7,
		UpdatedAt: time.Date(2019, 12, 9, 1, 2, 3, 4_000_000, time.UTC),
	}
}

// next returns the version of d that follows, with a new body.
func next(d *store.Document) *store.Document {
	n := *d
	n.Version++
	n.Body = fmt.Appendf(nil, "body of %s at %d", d.ID, n.Version)
	return &n
}

func numbered(prefix string, i int) string { return fmt.Sprintf("%s%04d", prefix, i) }

func words(s string) []string { return strings.Fields(s) }
