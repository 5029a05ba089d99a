package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// testPages walks every sort in both directions, from both ends, with ties.
func testPages(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(8, 60)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for _, sort := range words("id titleKey paid opened done") {
		if sort == "id" {
			sort = ""
		}
		for _, descending := range []bool{false, true} {
			for _, fromEnd := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s descending=%v fromEnd=%v", sort, descending, fromEnd), func(t *testing.T) {
					b := &bench{T: t, Store: b.Store, matters: b.matters}
					q := store.Query{Scope: thads.Everything(), Sort: sort, Descending: descending, FromEnd: fromEnd, Limit: 23}
					b.walk(q, m.find(q.Scope, nil, sort, descending))
				})
			}
		}
	}
	scoped := store.Query{Scope: thads.UnitScope("u1", "u2"), Where: []store.Cond{store.NotIn("state", words("done"))}, Sort: "opened", Limit: 7}
	b.walk(scoped, m.find(scoped.Scope, scoped.Where, scoped.Sort, false))
	// A page as long as the list, and one longer.
	for _, limit := range []int{60, 61} {
		page, err := b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Limit: limit})
		b.must(err)
		b.equal("whole", []any{60, false, false}, []any{len(page.Heads), page.HasPrevious, page.HasNext})
	}
}

// walk pages through the query and compares each page with the list.
func (b *bench) walk(q store.Query, all []string) {
	b.Helper()
	var mark string
	for range len(all) + 2 {
		p, err := b.Find(b.ctx(), b.matters, q)
		b.must(err)
		after, before := mark, ""
		if q.FromEnd {
			after, before = "", mark
		}
		want, hasPrevious, hasNext := page(all, after, before, q.Limit, q.FromEnd)
		b.equal("page behind "+mark, want, ids(p.Heads))
		b.equal("has previous, next", []bool{hasPrevious, hasNext}, []bool{p.HasPrevious, p.HasNext})
		if len(p.Heads) == 0 {
			return
		}
		if q.FromEnd {
			mark, q.Before = p.Heads[0].ID, p.Heads[0].Cursor
		} else {
			last := p.Heads[len(p.Heads)-1]
			mark, q.After = last.ID, last.Cursor
		}
	}
	b.Fatal("the pages do not end")
}

// testPagesWithin bounds pages on both sides.
func testPagesWithin(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(9, 40)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for _, descending := range []bool{false, true} {
		q := store.Query{Scope: thads.Everything(), Sort: "paid", Descending: descending, Limit: 40}
		all, err := b.Find(b.ctx(), b.matters, q)
		b.must(err)
		order := m.find(q.Scope, nil, q.Sort, descending)
		b.equal("all", order, ids(all.Heads))
		for _, at := range [][2]int{{5, 30}, {5, 6}, {10, 20}, {0, 39}, {20, 20}} {
			for _, limit := range []int{4, 40} {
				for _, fromEnd := range []bool{false, true} {
					q.After, q.Before, q.Limit, q.FromEnd = all.Heads[at[0]].Cursor, all.Heads[at[1]].Cursor, limit, fromEnd
					p, err := b.Find(b.ctx(), b.matters, q)
					b.must(err)
					want, hasPrevious, hasNext := page(order, order[at[0]], order[at[1]], limit, fromEnd)
					what := fmt.Sprintf("%v limit %d fromEnd %v descending %v", at, limit, fromEnd, descending)
					b.equal(what, want, ids(p.Heads))
					if len(want) > 0 {
						b.equal(what, []bool{hasPrevious, hasNext}, []bool{p.HasPrevious, p.HasNext})
					}
				}
			}
		}
	}
	// Behind the end there is nothing, and before it everything.
	q := store.Query{Scope: thads.Everything(), Limit: 40}
	all, err := b.Find(b.ctx(), b.matters, q)
	b.must(err)
	q.After = all.Heads[39].Cursor
	p, err := b.Find(b.ctx(), b.matters, q)
	b.must(err)
	b.equal("behind the end", []any{0, true, false}, []any{len(p.Heads), p.HasPrevious, p.HasNext})
}

// testPagesDuringWrites pages in both directions while others insert, change
// and delete. What was there throughout and did not move is met exactly once.
func testPagesDuringWrites(t *testing.T, db *Database) {
	b := start(t, db)
	var docs []*store.Document
	stable := map[string]bool{}
	for i := range 80 {
		d := matter(numbered("d", i), store.Fields{"opened": noon.AddDate(0, 0, i/3), "state": "open"})
		docs = append(docs, d)
		stable[d.ID] = i%4 != 0
	}
	b.insert(docs...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var writes atomic.Int64
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			writes.Add(1)
			d := docs[(i*4)%80]
			if i < 20 && i%2 == 0 {
				if err := b.Delete(b.ctx(), b.matters, d.ID, d.Version); err != nil {
					t.Errorf("delete: %v", err)
					return
				}
				continue
			}
			n := matter(fmt.Sprintf("x%d", i), store.Fields{"opened": noon.AddDate(0, 0, i%27), "state": "open"})
			if err := b.Insert(b.ctx(), b.matters, n); err != nil {
				t.Errorf("insert: %v", err)
				return
			}
			if i >= 60 { // no endless growth
				if err := b.Delete(b.ctx(), b.matters, n.ID, 1); err != nil {
					t.Errorf("delete: %v", err)
					return
				}
			}
		}
	})
	for round := 0; round < 4 || writes.Load() < 50; round++ {
		for _, fromEnd := range []bool{false, true} {
			descending := round%2 == 1
			met := map[string]int{}
			q := store.Query{Scope: thads.Everything(), Where: []store.Cond{store.Eq("state", "open")}, Sort: "opened", Descending: descending, FromEnd: fromEnd, Limit: 9}
			for {
				p, err := b.Find(b.ctx(), b.matters, q)
				b.must(err)
				if len(p.Heads) == 0 {
					break
				}
				for _, h := range p.Heads {
					met[h.ID]++
				}
				if fromEnd {
					q.Before = p.Heads[0].Cursor
				} else {
					q.After = p.Heads[len(p.Heads)-1].Cursor
				}
			}
			for id, n := range met {
				if n != 1 {
					b.Errorf("%s was met %d times", id, n)
				}
			}
			for id, was := range stable {
				if was && met[id] == 0 {
					b.Errorf("%s was missed", id)
				}
			}
		}
	}
	close(stop)
	wg.Wait()
}

func testCursorOfDeleted(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(10, 30)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	order := m.find(thads.Everything(), nil, "titleKey", true)
	q := store.Query{Scope: thads.Everything(), Sort: "titleKey", Descending: true, Limit: 10}
	p, err := b.Find(b.ctx(), b.matters, q)
	b.must(err)
	b.equal("first page", order[:10], ids(p.Heads))
	// The document that the cursor marks goes, its neighbour moves to the end.
	q.After = p.Heads[9].Cursor
	b.must(b.Delete(b.ctx(), b.matters, order[9], 1))
	moved := next(b.get(order[10]))
	moved.Fields["titleKey"] = ""
	b.must(b.Replace(b.ctx(), b.matters, moved))
	p, err = b.Find(b.ctx(), b.matters, q)
	b.must(err)
	b.equal("second page", order[11:21], ids(p.Heads))
	q.After, q.Before, q.FromEnd = "", q.After, true
	p, err = b.Find(b.ctx(), b.matters, q)
	b.must(err)
	b.equal("back", order[:9], ids(p.Heads))
	b.equal("back: on the sides", []bool{false, true}, []bool{p.HasPrevious, p.HasNext})
	// A cursor stands for a document on its side, whether or not one is left.
	for _, id := range order[:9] {
		b.must(b.Delete(b.ctx(), b.matters, id, 1))
	}
	for _, where := range [][]store.Cond{nil, {store.In("state", []string{})}} {
		q.Where = where
		p, err = b.Find(b.ctx(), b.matters, q)
		b.must(err)
		b.equal("nothing left before the cursor", []any{0, false, true}, []any{len(p.Heads), p.HasPrevious, p.HasNext})
	}
	q.Where, q.After, q.Before, q.FromEnd, q.Limit = nil, q.Before, "", false, 30
	p, err = b.Find(b.ctx(), b.matters, q)
	b.must(err)
	b.equal("the rest", []any{20, true, false}, []any{len(p.Heads), p.HasPrevious, p.HasNext})
}

func testBadCursors(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(mixed(11, 10)...)
	q := store.Query{Scope: thads.Everything(), Sort: "opened", Limit: 2}
	p, err := b.Find(b.ctx(), b.matters, q)
	b.must(err)
	good := p.Heads[0].Cursor
	q.Sort = ""
	p, err = b.Find(b.ctx(), b.matters, q)
	b.must(err)
	ofID := p.Heads[0].Cursor
	for _, test := range []struct {
		name   string
		cursor store.Cursor
		sort   string
	}{
		{"rubbish", "rubbish", "opened"},
		{"not base64", "!!", "opened"},
		{"empty object", "e30", "opened"},
		{"of another sort", good, "titleKey"},
		{"of a sort, for the id", good, ""},
		{"of the id, for a sort", ofID, "opened"},
		{"cut", good[:len(good)-4], "opened"},
		{"an id", store.Cursor(p.Heads[0].ID), ""},
	} {
		for _, before := range []bool{false, true} {
			q := store.Query{Scope: thads.Everything(), Sort: test.sort, Limit: 2}
			if before {
				q.Before = test.cursor
			} else {
				q.After = test.cursor
			}
			if _, err := b.Find(b.ctx(), b.matters, q); !errors.Is(err, store.ErrBadCursor) {
				b.Errorf("%s: %v", test.name, err)
			}
		}
	}
	// The other direction of the same sort may use it.
	_, err = b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Sort: "opened", Descending: true, After: good, Limit: 2})
	b.must(err)
}

// testCommonAndRareWords searches words that nearly all documents have, words
// that few have, and two common words that meet rarely, with a page and with a
// count, so that whatever way an engine chooses gives the same answer.
func testCommonAndRareWords(t *testing.T, db *Database) {
	b := start(t, db)
	var docs []*store.Document
	for i := range sample * 2 {
		w := words("nguyen")
		if i%2 == 0 || i == 77 {
			w = append(w, "even")
		}
		if i%2 == 1 {
			w = append(w, "odd")
		}
		if i%100 == 3 {
			w = append(w, "rare")
		}
		docs = append(docs, matter(numbered("d", (i*31)%1000), store.Fields{"words": w, "units": words("u1"), "opened": noon.AddDate(0, 0, i%11)}))
	}
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for _, w := range []string{"nguyen", "rare", "nguyen rare", "even odd", "rare even", "odd nguyen rare", "even"} {
		q := store.Query{Scope: thads.UnitScope("u1"), Where: []store.Cond{store.All("words", words(w))}, Sort: "opened", Descending: true, Limit: 100}
		b.walk(q, m.find(q.Scope, q.Where, q.Sort, true))
	}
}

func testScan(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(12, 90)
	b.insert(docs...)
	byID(docs)
	for _, from := range []int{-1, 0, 40, 89} {
		after := ""
		if from >= 0 {
			after = docs[from].ID
		}
		i := from + 1
		for d, err := range b.Scan(b.ctx(), b.matters, store.ScanOptions{After: after}) {
			b.must(err)
			if diff := cmp.Diff(stored(b.matters, docs[i]), d); diff != "" {
				b.Fatalf("after %q: %s", after, diff)
			}
			i++
		}
		b.equal("to the end", 90, i)
	}
	n := 0
	for range b.Scan(b.ctx(), b.matters, store.ScanOptions{}) {
		if n++; n == 5 {
			break // a caller may stop
		}
	}
	var want, got []store.VersionOf
	docs[3] = next(docs[3])
	b.must(b.Replace(b.ctx(), b.matters, docs[3]))
	for _, d := range docs {
		want = append(want, store.VersionOf{ID: d.ID, Version: d.Version})
	}
	for v, err := range b.Versions(b.ctx(), b.matters) {
		b.must(err)
		got = append(got, v)
	}
	slices.SortFunc(got, func(x, y store.VersionOf) int { return strings.Compare(x.ID, y.ID) })
	b.equal("versions", want, got)
	for range b.Scan(b.ctx(), b.refs, store.ScanOptions{}) {
		b.Error("a document in an empty collection")
	}
}

// testScanDuringWrites writes to every document between any two that a scan
// yields. None that was there throughout is missed or repeated.
func testScanDuringWrites(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(13, 60)
	b.insert(docs...)
	byID(docs)
	var all []string // the writer below owns docs
	for _, d := range docs {
		all = append(all, d.ID)
	}
	met, last, i := map[string]int64{}, "", 0
	for d, err := range b.Scan(b.ctx(), b.matters, store.ScanOptions{}) {
		b.must(err)
		if d.ID <= last {
			b.Fatalf("%s behind %s", d.ID, last)
		}
		last = d.ID
		met[d.ID] = d.Version
		// One before and one behind the place of the scan, and a new one.
		for _, at := range []int{i, 59 - i} {
			docs[at] = next(docs[at])
			b.must(b.Replace(b.ctx(), b.matters, docs[at]))
		}
		b.must(b.Insert(b.ctx(), b.matters, matter(fmt.Sprintf("%s-%d", d.ID, i), nil)))
		if i++; i >= 60 {
			break
		}
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			for j := range docs {
				select {
				case <-stop:
					return
				default:
				}
				docs[j] = next(docs[j])
				if err := b.Replace(b.ctx(), b.matters, docs[j]); err != nil {
					t.Errorf("replace: %v", err)
					return
				}
			}
		}
	})
	for range 3 {
		met, last = map[string]int64{}, ""
		for d, err := range b.Scan(b.ctx(), b.matters, store.ScanOptions{WithoutBody: true}) {
			b.must(err)
			if d.ID <= last {
				b.Errorf("%s behind %s", d.ID, last)
			}
			last = d.ID
			met[d.ID]++
		}
		seen := map[string]int64{}
		for v, err := range b.Versions(b.ctx(), b.matters) {
			b.must(err)
			seen[v.ID]++
		}
		for _, id := range all {
			if met[id] != 1 || seen[id] != 1 {
				b.Errorf("%s was met %d times by Scan, %d by Versions", id, met[id], seen[id])
			}
		}
	}
	close(stop)
	wg.Wait()
}
