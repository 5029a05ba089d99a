package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

func testRoundTrip(t *testing.T, db *Database) {
	b := start(t, db)
	full := &store.Document{
		ID: "án-1/2019 \"x\" 😀", Version: 1,
		Fields: store.Fields{
			"number": "Số 12/QĐ-CTHADS", "state": "open", "titleKey": "", "amount": int64(1) << 60, "paid": int64(-1) << 60,
			"due": time.Date(2019, 2, 28, 17, 0, 0, 123_000_000, time.UTC), "opened": time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
			"urgent": false, "done": true,
			"words": words("hoa thanh hoa"), "units": words("u2 u1"), "officers": []string{"o1"},
		},
		Head: []byte{0, 1, 2, 255, 0}, Body: bytes.Repeat([]byte{'b', 0}, 70_000), Postings: []byte{9, 0, 9},
		PostingsVersion: 12, DerivedVersion: 34,
		UpdatedAt: time.Date(2019, 12, 9, 1, 2, 3, 4_999_999, time.FixedZone("ICT", 7*3600)),
	}
	bare := &store.Document{ID: "b", Version: 1, UpdatedAt: time.UnixMilli(1).UTC()}
	b.must(b.Insert(b.ctx(), b.matters, full))
	b.must(b.Insert(b.ctx(), b.matters, bare))

	want := []*store.Document{stored(b.matters, full), stored(b.matters, bare)}
	byID(want)
	b.equal("sets are sorted and without repetition", words("hoa thanh"), set(stored(b.matters, full).Fields["words"]))
	got, err := b.Get(b.ctx(), b.matters, thads.Everything(), full.ID, bare.ID, full.ID, "absent")
	b.must(err)
	byID(got)
	b.equal("Get", want, got)

	var scanned []*store.Document
	for d, err := range b.Scan(b.ctx(), b.matters, store.ScanOptions{}) {
		b.must(err)
		scanned = append(scanned, d)
	}
	b.equal("Scan", want, scanned)

	heads, err := b.Heads(b.ctx(), b.matters, thads.Everything(), bare.ID, full.ID)
	b.must(err)
	slices.SortFunc(heads, func(x, y store.Head) int { return strings.Compare(x.ID, y.ID) })
	var wantHeads []store.Head
	for _, d := range want {
		wantHeads = append(wantHeads, store.Head{ID: d.ID, Version: 1, Head: d.Head, DerivedVersion: d.DerivedVersion, UpdatedAt: d.UpdatedAt})
	}
	b.equal("Heads", wantHeads, heads)

	page, err := b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Limit: 10})
	b.must(err)
	for i := range page.Heads {
		if page.Heads[i].Cursor == "" {
			b.Errorf("no cursor for %s", page.Heads[i].ID)
		}
		page.Heads[i].Cursor = ""
	}
	b.equal("Find", store.Page{Heads: wantHeads}, page)

	for name, o := range map[string]store.ScanOptions{
		"neither": {WithoutBody: true, WithoutPostings: true}, "no body": {WithoutBody: true}, "no postings": {WithoutPostings: true},
	} {
		i := 0
		for d, err := range b.Scan(b.ctx(), b.matters, o) {
			b.must(err)
			w := *want[i]
			if o.WithoutBody {
				w.Body = nil
			}
			if o.WithoutPostings {
				w.Postings = nil
			}
			b.equal(name, &w, d)
			i++
		}
		b.equal(name, 2, i)
	}

	// The second version replaces every part.
	second := &store.Document{
		ID: full.ID, Version: 2, Head: []byte("head"), UpdatedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		Fields: store.Fields{"words": words("moi"), "amount": int64(0), "urgent": true},
	}
	b.must(b.Replace(b.ctx(), b.matters, second))
	b.equal("replaced", stored(b.matters, second), b.get(full.ID))
}

func testRoundTripReference(t *testing.T, db *Database) {
	b := start(t, db)
	d := &store.Document{ID: "same", Version: 1, Head: []byte("r"), Fields: store.Fields{"kind": "k"}, UpdatedAt: time.UnixMilli(5).UTC()}
	b.must(b.Insert(b.ctx(), b.refs, d))
	b.insert(matter("same", nil)) // collections share no ids
	got, err := b.Get(b.ctx(), b.refs, thads.UnitScope("any"), "same")
	b.must(err)
	b.equal("reference", []*store.Document{stored(b.refs, d)}, got)
	b.equal("fields", store.Fields{"kind": "k", "order": int64(0)}, got[0].Fields)
}

func testPrecision(t *testing.T, db *Database) {
	b := start(t, db)
	at := time.Date(2019, 9, 30, 16, 59, 59, 999_999_999, time.UTC)
	ict := time.FixedZone("ICT", 7*3600)
	b.insert(
		matter("last", store.Fields{"due": at, "opened": at}),
		matter("next", store.Fields{"due": at.Add(time.Nanosecond)}),
		matter("before1970", store.Fields{"due": time.Date(1945, 9, 2, 0, 0, 0, 1, ict)}),
	)
	b.equal("cut to the millisecond", at.Truncate(time.Millisecond), b.get("last").Fields["due"].(time.Time))
	for _, test := range []struct {
		what string
		cond store.Cond
		want []string
	}{
		{"equal within the millisecond", store.Eq("due", at.Truncate(time.Millisecond)), words("last")},
		{"equal in another zone", store.Eq("due", at.In(ict)), words("last")},
		{"range", store.Between("due", at, at), words("last")},
		{"up to", store.Between("due", nil, at), words("before1970 last")},
		{"from", store.Between("due", at.Add(time.Nanosecond), nil), words("next")},
		{"before 1970", store.Between("due", nil, time.UnixMilli(0)), words("before1970")},
	} {
		b.equal(test.what, test.want, b.find(thads.Everything(), test.cond))
	}
}

func testInsertTaken(t *testing.T, db *Database) {
	b := start(t, db)
	first := matter("a", store.Fields{"state": "open", "words": words("x")})
	b.must(b.Insert(b.ctx(), b.matters, first))
	b.is(b.Insert(b.ctx(), b.matters, matter("a", store.Fields{"state": "done", "words": words("y")})), store.ErrExists)
	b.equal("left as it was", stored(b.matters, first), b.get("a"))
	b.equal("by the new word", []string(nil), b.find(thads.Everything(), store.Eq("words", "y")))
	b.must(b.Insert(b.ctx(), b.matters, matter("A", nil))) // ids are told apart by case
	b.is(b.Insert(b.ctx(), b.matters, next(matter("b", nil))), store.ErrBadDocument)
}

func testInsertRace(t *testing.T, db *Database) {
	b := start(t, db)
	for round := range 5 {
		id := numbered("race", round)
		errs := together(8, func(i int) error {
			return b.Insert(b.ctx(), b.matters, matter(id, store.Fields{"amount": int64(i)}))
		})
		won := -1
		for i, err := range errs {
			if err == nil {
				if won >= 0 {
					b.Fatalf("%d and %d both made %s", won, i, id)
				}
				won = i
			} else {
				b.is(err, store.ErrExists)
			}
		}
		if won < 0 {
			b.Fatal("nobody won")
		}
		b.equal("the winner's", any(int64(won)), b.get(id).Fields["amount"])
	}
}

// together runs fn n times at once and returns the errors.
func together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-begin
			errs[i] = fn(i)
		})
	}
	close(begin)
	wg.Wait()
	return errs
}

func testBulkInsert(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(1, 60)
	taken, err := b.BulkInsert(b.ctx(), b.matters, docs[:20])
	b.must(err)
	b.equal("none taken", []int(nil), taken)
	var other []*store.Document
	for _, d := range docs {
		other = append(other, matter(d.ID, store.Fields{"state": "other"}))
	}
	other = append(other, matter(docs[40].ID, store.Fields{"state": "twice"}))
	taken, err = b.BulkInsert(b.ctx(), b.matters, other)
	b.must(err)
	slices.Sort(taken)
	want := []int{60}
	for i := range 20 {
		want = append(want, i)
	}
	slices.Sort(want)
	b.equal("taken", want, taken)
	for i, d := range docs {
		w := stored(b.matters, d)
		if i >= 20 {
			w = stored(b.matters, other[i])
		}
		b.equal(d.ID, w, b.get(d.ID))
	}
	b.equal("all", 60, len(b.find(thads.Everything())))
	taken, err = b.BulkInsert(b.ctx(), b.matters, nil)
	b.must(err)
	b.equal("of nothing", []int(nil), taken)
	_, err = b.BulkInsert(b.ctx(), b.matters, []*store.Document{matter("new", nil), matter("bad", store.Fields{"none": "x"})})
	b.is(err, store.ErrBadDocument)
	// What is restored keeps its version, and goes on from there.
	restored := matter("restored", nil)
	restored.Version = 7
	taken, err = b.BulkInsert(b.ctx(), b.matters, []*store.Document{restored})
	b.must(err)
	b.equal("restored", []int(nil), taken)
	b.equal("at its version", stored(b.matters, restored), b.get("restored"))
	b.is(b.Replace(b.ctx(), b.matters, next(matter("restored", nil))), store.ErrConflict)
	b.must(b.Replace(b.ctx(), b.matters, next(restored)))
}

func testBulkReplace(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(3, 60)
	_, err := b.BulkInsert(b.ctx(), b.matters, docs)
	b.must(err)
	// Somebody writes two of them, and one is gone.
	b.must(b.Replace(b.ctx(), b.matters, next(docs[7])))
	b.must(b.Replace(b.ctx(), b.matters, next(docs[30])))
	b.must(b.Delete(b.ctx(), b.matters, docs[31].ID, 1))
	fresh := make([]*store.Document, len(docs))
	for i, d := range docs {
		fresh[i] = matter(d.ID, store.Fields{"state": "fresh", "words": words(fmt.Sprintf("fresh w%d", i%3))})
		fresh[i].Version = 2
	}
	lost, err := b.BulkReplace(b.ctx(), b.matters, fresh)
	b.must(err)
	b.equal("lost", []int{7, 30, 31}, lost)
	for i, d := range docs {
		if i != 7 && i != 30 && i != 31 {
			b.equal(d.ID, stored(b.matters, fresh[i]), b.get(d.ID))
		}
	}
	b.equal("of another writer", stored(b.matters, next(docs[7])), b.get(docs[7].ID))
	b.equal("by the new words", 57, len(b.find(thads.Everything(), store.All("words", []string{"fresh"}))))
	for _, w := range docs[0].Fields["words"].([]string) {
		if slices.Contains(b.find(thads.Everything(), store.All("words", []string{w})), docs[0].ID) {
			b.Errorf("%s is still found by %q", docs[0].ID, w)
		}
	}
	lost, err = b.BulkReplace(b.ctx(), b.matters, nil)
	b.must(err)
	b.equal("of nothing", []int(nil), lost)
	twice := next(fresh[0])
	_, err = b.BulkReplace(b.ctx(), b.matters, []*store.Document{twice, twice})
	b.is(err, store.ErrBadDocument)
	_, err = b.BulkReplace(b.ctx(), b.matters, []*store.Document{twice, matter("bad", store.Fields{"none": "x"})})
	b.is(err, store.ErrBadDocument)
	b.equal("nothing of a bad call", stored(b.matters, fresh[0]), b.get(docs[0].ID))
	ctx, cancel := context.WithCancel(b.ctx())
	cancel()
	_, err = b.BulkReplace(ctx, b.matters, []*store.Document{twice})
	b.is(err, context.Canceled)
}

func testBulkDelete(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(4, 40)
	_, err := b.BulkInsert(b.ctx(), b.matters, docs)
	b.must(err)
	b.must(b.Replace(b.ctx(), b.matters, next(docs[5])))
	gone := []store.VersionOf{{ID: "never", Version: 1}}
	for _, d := range docs[:20] {
		gone = append(gone, store.VersionOf{ID: d.ID, Version: 1})
	}
	lost, err := b.BulkDelete(b.ctx(), b.matters, gone)
	b.must(err)
	b.equal("lost", []int{0, 6}, lost)
	left := b.find(thads.Everything())
	b.equal("left", 21, len(left))
	if !slices.Contains(left, docs[5].ID) {
		b.Errorf("what another writer changed was deleted")
	}
	// The id is free again.
	b.must(b.Insert(b.ctx(), b.matters, matter(docs[0].ID, nil)))
	ctx, cancel := context.WithCancel(b.ctx())
	cancel()
	_, err = b.BulkDelete(ctx, b.matters, gone[:1])
	b.is(err, context.Canceled)
}

func testBulkInsertCancelled(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(2, 50)
	ctx, cancel := context.WithCancel(b.ctx())
	cancel()
	_, err := b.BulkInsert(ctx, b.matters, docs)
	b.is(err, context.Canceled)
	// And at a moment within it: whatever part was stored stays whole.
	ctx, cancel = context.WithCancel(b.ctx())
	defer cancel()
	count := &countdown{Context: ctx, left: 3, cancel: cancel}
	if _, err := b.BulkInsert(count, b.matters, docs); err != nil {
		b.is(err, context.Canceled)
	}
	for _, id := range b.find(thads.Everything()) {
		i := slices.IndexFunc(docs, func(d *store.Document) bool { return d.ID == id })
		b.equal("a part", stored(b.matters, docs[i]), b.get(id))
		if w := set(stored(b.matters, docs[i]).Fields["words"]); len(w) > 0 && !slices.Contains(b.find(thads.Everything(), store.All("words", w)), id) {
			b.Errorf("%s is not found by its words", id)
		}
	}
	taken, err := b.BulkInsert(b.ctx(), b.matters, docs)
	b.must(err)
	if n := len(b.find(thads.Everything())); n != 50 {
		b.Fatalf("%d of 50 documents after the second call, %d were taken", n, len(taken))
	}
}

// A countdown is a context that ends when it was asked so many times.
type countdown struct {
	context.Context
	mu     sync.Mutex
	left   int
	cancel context.CancelFunc
}

func (c *countdown) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left <= 0 {
		c.cancel()
	}
	return c.Context.Err()
}

func testVersions(t *testing.T, db *Database) {
	b := start(t, db)
	d := matter("a", store.Fields{"state": "open"})
	b.is(b.Replace(b.ctx(), b.matters, next(d)), store.ErrNotFound)
	b.insert(d)
	b.is(b.Replace(b.ctx(), b.matters, d), store.ErrConflict)             // version 1 over 0
	b.is(b.Replace(b.ctx(), b.matters, next(next(d))), store.ErrConflict) // 3 over 2
	second := next(d)
	second.Fields = store.Fields{"state": "done"}
	b.must(b.Replace(b.ctx(), b.matters, second))
	b.is(b.Replace(b.ctx(), b.matters, second), store.ErrConflict)
	b.is(b.Replace(b.ctx(), b.matters, next(matter("other", nil))), store.ErrNotFound)
	b.equal("second version", stored(b.matters, second), b.get("a"))
	b.equal("found by the new state", words("a"), b.find(thads.Everything(), store.Eq("state", "done")))
	b.equal("not by the old", []string(nil), b.find(thads.Everything(), store.Eq("state", "open")))
}

func testDelete(t *testing.T, db *Database) {
	b := start(t, db)
	d := matter("a", store.Fields{"words": words("x y"), "units": words("u1")})
	b.is(b.Delete(b.ctx(), b.matters, "a", 1), store.ErrNotFound)
	b.insert(d, matter("b", store.Fields{"words": words("x")}))
	b.is(b.Delete(b.ctx(), b.matters, "a", 2), store.ErrConflict)
	b.must(b.Replace(b.ctx(), b.matters, next(d)))
	b.is(b.Delete(b.ctx(), b.matters, "a", 1), store.ErrConflict)
	b.must(b.Delete(b.ctx(), b.matters, "a", 2))
	b.is(b.Delete(b.ctx(), b.matters, "a", 2), store.ErrNotFound)
	b.is(b.Replace(b.ctx(), b.matters, next(next(d))), store.ErrNotFound)
	b.equal("gone", (*store.Document)(nil), b.get("a"))
	b.equal("gone from the words", words("b"), b.find(thads.Everything(), store.Eq("words", "x")))
	// The id can be used again, from the first version on.
	again := matter("a", store.Fields{"words": words("z")})
	b.insert(again)
	b.equal("again", stored(b.matters, again), b.get("a"))
	b.equal("without its old words", []string(nil), b.find(thads.Everything(), store.Eq("words", "y")))
}

// testNoLostUpdate lets eight writers, through two stores, add to one document
// until each has added its share. Every version must have exactly one winner.
func testNoLostUpdate(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(matter("a", store.Fields{"amount": int64(0)}))
	const writers, share = 8, 6
	stores := []store.Store{b.Store, b.reopen()}
	var mu sync.Mutex
	winners := map[int64]int{}
	for i, err := range together(writers, func(i int) error {
		s := stores[i%2]
		for done := 0; done < share; {
			docs, err := s.Get(b.ctx(), b.matters, thads.Everything(), "a")
			if err != nil || len(docs) != 1 {
				return errors.Join(err, fmt.Errorf("%d documents", len(docs)))
			}
			n := next(docs[0])
			n.Fields["amount"] = docs[0].Fields["amount"].(int64) + 1
			n.Body = fmt.Appendf(nil, "by %d", i)
			switch err := s.Replace(b.ctx(), b.matters, n); {
			case err == nil:
				done++
				mu.Lock()
				winners[n.Version]++
				mu.Unlock()
			case !errors.Is(err, store.ErrConflict):
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			b.Errorf("writer %d: %v", i, err)
		}
	}
	d := b.get("a")
	b.equal("version", int64(1+writers*share), d.Version)
	b.equal("sum", any(int64(writers*share)), d.Fields["amount"])
	for v := int64(2); v <= d.Version; v++ {
		if winners[v] != 1 {
			b.Errorf("version %d has %d winners", v, winners[v])
		}
	}
}

func testReplaceSets(t *testing.T, db *Database) {
	b := start(t, db)
	d := matter("a", nil)
	b.insert(d, matter("other", store.Fields{"words": words("a b c d e")}))
	for _, set := range []string{"a b c", "b c d", "", "e", "a b c d e", "c"} {
		d = next(d)
		d.Fields = store.Fields{"words": words(set), "units": words(set)}
		b.must(b.Replace(b.ctx(), b.matters, d))
		for _, w := range words("a b c d e") {
			want := []string{"a", "other"}
			if !slices.Contains(words(set), w) {
				want = want[1:]
			}
			b.equal(set+": "+w, want, b.find(thads.Everything(), store.Eq("words", w)))
		}
		b.equal(set+": units", len(words(set)) > 0, len(b.find(thads.UnitScope("a", "b", "c", "d", "e"))) == 1)
		b.equal(set, stored(b.matters, d), b.get("a"))
	}
}

func testBadDocuments(t *testing.T, db *Database) {
	b := start(t, db)
	bad := map[string]*store.Document{
		"no id":             matter("", nil),
		"long id":           matter(strings.Repeat("x", store.MaxIDBytes+1), nil),
		"id is no text":     matter("a\xff", nil),
		"id with NUL":       matter("a\x00", nil),
		"unknown field":     matter("a", store.Fields{"none": "x"}),
		"wrong type":        matter("a", store.Fields{"state": int64(1)}),
		"int and not int64": matter("a", store.Fields{"amount": 1}),
		"string for a set":  matter("a", store.Fields{"words": "x"}),
		"set for a string":  matter("a", store.Fields{"state": words("x")}),
		"text is no text":   matter("a", store.Fields{"state": "\xff"}),
		"member with NUL":   matter("a", store.Fields{"words": []string{"a", "b\x00"}}),
		"version 0":         {ID: "a"},
	}
	for name, d := range bad {
		if err := b.Insert(b.ctx(), b.matters, d); !errors.Is(err, store.ErrBadDocument) {
			b.Errorf("%s: Insert returned %v", name, err)
		}
		if err := b.Replace(b.ctx(), b.matters, d); !errors.Is(err, store.ErrBadDocument) {
			b.Errorf("%s: Replace returned %v", name, err)
		}
		if _, err := b.BulkInsert(b.ctx(), b.matters, []*store.Document{d}); !errors.Is(err, store.ErrBadDocument) {
			b.Errorf("%s: BulkInsert returned %v", name, err)
		}
	}
	b.equal("nothing stored", []string(nil), b.find(thads.Everything()))
}

func testLimits(t *testing.T, db *Database) {
	b := start(t, db)
	big := matter("big", nil)
	big.Head, big.Postings = []byte("h"), []byte("p")
	big.Body = bytes.Repeat([]byte("x"), store.MaxDocumentBytes-2)
	b.must(b.Insert(b.ctx(), b.matters, big))
	b.equal("the largest document", stored(b.matters, big), b.get("big"))
	over := next(big)
	over.Body = append(big.Body, 'x')
	b.is(b.Replace(b.ctx(), b.matters, over), store.ErrTooLarge)
	b.is(b.Insert(b.ctx(), b.matters, matter("long", store.Fields{"state": strings.Repeat("x", store.MaxFieldBytes+1)})), store.ErrTooLarge)
	longest := strings.Repeat("y", store.MaxFieldBytes)
	b.must(b.Insert(b.ctx(), b.matters, matter(strings.Repeat("i", store.MaxIDBytes), store.Fields{"titleKey": longest, "words": []string{longest}})))
	b.equal("the longest member", []string{strings.Repeat("i", store.MaxIDBytes)}, b.find(thads.Everything(), store.Eq("words", longest)))
	many := make([]string, store.MaxPage+1)
	for i := range many {
		many[i] = numbered("x", i)
	}
	_, err := b.Get(b.ctx(), b.matters, thads.Everything(), many...)
	b.is(err, store.ErrBadQuery)
	_, err = b.Heads(b.ctx(), b.matters, thads.Everything(), many...)
	b.is(err, store.ErrBadQuery)
	docs, err := b.Get(b.ctx(), b.matters, thads.Everything(), many[1:]...)
	b.must(err)
	b.equal("of many absent ids", 0, len(docs))
	for _, limit := range []int{-1, 0, store.MaxPage + 1} {
		_, err := b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Limit: limit})
		b.is(err, store.ErrBadQuery)
	}
}

// testWriteFails makes the engine fail a write that was well formed. The
// failure must reach the caller, and what is stored must be one of the two
// versions and nothing between.
func testWriteFails(t *testing.T, db *Database) {
	b := start(t, db)
	d := matter("a", store.Fields{"words": words("x")})
	b.insert(d)
	grown := next(d)
	grown.Body = bytes.Repeat([]byte("g"), 256<<10)
	grown.Fields = store.Fields{"words": words("y")}
	mend, err := db.Break(b.ctx(), b.Store)
	b.must(err)
	b.is(b.Replace(b.ctx(), b.matters, grown), store.ErrUnavailable)
	b.is(b.Insert(b.ctx(), b.matters, &store.Document{ID: "new", Version: 1, Body: grown.Body}), store.ErrUnavailable)
	_, err = b.BulkInsert(b.ctx(), b.matters, []*store.Document{{ID: "bulk", Version: 1, Body: grown.Body}})
	b.is(err, store.ErrUnavailable)
	b.must(mend())

	got := b.get("a")
	want := stored(b.matters, d)
	if got.Version == 2 { // the engine's answer was lost, not the write
		want = stored(b.matters, grown)
	}
	b.equal("one version, whole", want, got)
	b.equal("and its words", words("a"), b.find(thads.Everything(), store.All("words", set(want.Fields["words"]))))
	b.must(b.Replace(b.ctx(), b.matters, next(got)))
	if err := b.Insert(b.ctx(), b.matters, &store.Document{ID: "new", Version: 1}); err != nil {
		b.is(err, store.ErrExists)
	}
	_, err = b.BulkInsert(b.ctx(), b.matters, []*store.Document{{ID: "bulk", Version: 1}})
	b.must(err)
	b.equal("all there", words("a bulk new"), b.find(thads.Everything()))
}
