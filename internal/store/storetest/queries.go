package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// sample is how many documents the tests of queries keep: few, because the
// test server of MongoDB's protocol decodes all of them for each query.
const sample = 120

var (
	noon   = time.Date(2019, 10, 4, 0, 0, 0, 0, time.UTC)
	noInts = []int64{}
)

// conditions are every operator on every type of field.
func conditions() map[string][]store.Cond {
	return map[string][]store.Cond{
		"String": {
			store.Eq("state", "open"), store.Eq("state", ""), store.Eq("state", "none"),
			store.In("state", words("open done none")), store.In("state", []string{"paused"}), store.In("state", []string{}),
			store.NotIn("state", words("open")), store.NotIn("state", words("open done none")), store.NotIn("state", []string{}),
			store.Between("number", "no-0010", "no-0020"), store.Between("number", nil, "no-0005"), store.Between("number", "no-0050", nil),
			store.Between("number", nil, nil), store.Between("number", "z", "a"),
			store.Prefix("number", "no-001"), store.Prefix("number", ""), store.Prefix("number", "x"),
			store.IsNull("state"),
		},
		"SortableString": {
			store.Eq("titleKey", "k0003"), store.In("titleKey", words("k0001 k0002")), store.NotIn("titleKey", words("k0001")),
			store.Between("titleKey", "k0004", "k0006"), store.Prefix("titleKey", "k000"), store.Eq("titleKey", ""), store.IsNull("titleKey"),
		},
		"Int": {
			store.Eq("amount", int64(0)), store.Eq("amount", int64(-3)),
			store.In("amount", []int64{1, 2, -4, 99}), store.In("amount", noInts),
			store.NotIn("amount", []int64{0, 1}), store.NotIn("amount", noInts),
			store.Between("amount", int64(-2), int64(2)), store.Between("amount", nil, int64(-3)), store.Between("amount", int64(3), nil),
			store.IsNull("amount"), store.Eq("paid", int64(0)), store.IsNull("paid"),
		},
		"Bool": {
			store.Eq("urgent", true), store.Eq("urgent", false), store.In("urgent", []bool{true, false}), store.In("urgent", []bool{false}),
			store.NotIn("urgent", []bool{true}), store.NotIn("urgent", []bool{true, false}), store.IsNull("urgent"),
			store.Eq("done", false), store.IsNull("done"),
		},
		"Time": {
			store.Eq("due", noon), store.In("due", []time.Time{noon, noon.AddDate(0, 0, 1)}),
			store.NotIn("due", []time.Time{noon}), store.Between("due", noon, noon.AddDate(0, 0, 3)),
			store.Between("due", nil, noon), store.Between("due", noon, nil), store.Between("due", nil, nil), store.IsNull("due"),
			store.Eq("opened", time.Time{}), store.Between("opened", noon, nil), store.IsNull("opened"),
		},
		"Strings": {
			store.Eq("words", "hoa"), store.Eq("words", "none"), store.Eq("words", ""),
			store.In("words", words("hoa nghi none")), store.In("words", []string{}), store.In("words", []string{"le"}),
			store.All("words", words("hoa")), store.All("words", words("nguyen van")), store.All("words", words("hoa hoa")),
			store.All("words", words("hoa none")), store.All("words", nil),
			store.NotIn("words", words("hoa")), store.NotIn("words", words("hoa van an")), store.NotIn("words", []string{}),
			store.Prefix("words", "th"), store.Prefix("words", "thanh"), store.Prefix("words", ""), store.Prefix("words", "x"),
			store.IsNull("words"),
		},
	}
}

func testOperators(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(3, sample)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for kind, conds := range conditions() {
		t.Run(kind, func(t *testing.T) {
			b := &bench{T: t, Store: b.Store, db: db, matters: b.matters, refs: b.refs}
			for _, c := range conds {
				b.equal(fmt.Sprintf("%+v", c), m.find(thads.Everything(), []store.Cond{c}, "", false), b.find(thads.Everything(), c))
			}
		})
	}
}

func testConjunctions(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(4, sample)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for _, where := range [][]store.Cond{
		{store.All("words", words("van")), store.Eq("words", "hoa")},
		{store.Eq("words", "van"), store.NotIn("words", words("hoa")), store.In("words", words("le an"))},
		{store.In("units", words("u1 u2")), store.Eq("state", "open"), store.Between("opened", noon, nil)},
		{store.Between("amount", int64(-2), nil), store.Between("amount", nil, int64(2))},
		{store.Eq("state", "open"), store.Eq("state", "done")},
		{store.In("state", words("open done")), store.NotIn("state", words("done"))},
		{store.Prefix("words", "t"), store.Prefix("words", "h")},
		{store.IsNull("urgent"), store.IsNull("due")},
		{store.In("state", []string{}), store.Eq("words", "hoa")},
	} {
		for _, scope := range []thads.OpenScope{thads.Everything(), thads.UnitScope("u1", "u3"), thads.OfficerScope("o2")} {
			b.equal(fmt.Sprintf("%+v %+v", scope, where), m.find(scope, where, "", false), b.find(scope, where...))
		}
	}
}

func testNullAndMissing(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(
		matter("absent", nil),
		matter("empty", store.Fields{"state": "", "amount": int64(0), "urgent": false, "due": time.UnixMilli(0), "words": []string{}}),
		matter("null", store.Fields{"state": nil, "amount": nil, "urgent": nil, "due": nil, "words": nil, "titleKey": nil, "opened": nil}),
		matter("some", store.Fields{"state": "x", "amount": int64(1), "urgent": true, "due": noon, "words": []string{""}}),
	)
	all := thads.Everything()
	for _, f := range words("state amount urgent due") {
		b.equal(f+" is null", words("absent null"), b.find(all, store.IsNull(f)))
		b.equal(f+" is not nothing", words("empty some"), b.find(all, store.Cond{Field: f, Op: store.OpNot}))
	}
	b.equal("an empty set is null", words("absent empty null"), b.find(all, store.IsNull("words")))
	b.equal("an empty member is a member", words("some"), b.find(all, store.Eq("words", "")))
	b.equal("prefix of the empty member", words("some"), b.find(all, store.Prefix("words", "")))
	b.equal("not of a null set", words("some"), b.find(all, store.NotIn("words", words("x"))))
	b.equal("not of null", words("empty"), b.find(all, store.NotIn("state", words("x"))))
	b.equal("open range", words("empty some"), b.find(all, store.Between("amount", nil, nil)))
	b.equal("sortable is never null", []string(nil), b.find(all, store.IsNull("titleKey")))
	b.equal("its zero can be found", words("absent empty null some"), b.find(all, store.Eq("opened", time.Time{})))
	b.equal("null comes back absent", b.get("absent").Fields, b.get("null").Fields)
	counts, err := b.CountBy(b.ctx(), b.matters, all, "state")
	b.must(err)
	b.equal("null counts as empty", map[string]int64{"": 3, "x": 1}, counts)
}

func testEmptyLists(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(matter("a", store.Fields{"words": words("x"), "state": "s"}), matter("b", nil))
	all := thads.Everything()
	b.equal("In", []string(nil), b.find(all, store.In("state", []string{})))
	b.equal("In of a set", []string(nil), b.find(all, store.In("words", []string{})))
	b.equal("All", words("a b"), b.find(all, store.All("words", nil)))
	b.equal("Not", words("a"), b.find(all, store.NotIn("state", []string{})))
	b.equal("Not of a set", words("a"), b.find(all, store.NotIn("words", []string{})))
	b.equal("no units", []string(nil), b.find(thads.UnitScope()))
	b.equal("no officer", []string(nil), b.find(thads.OfficerScope("")))
	docs, err := b.Get(b.ctx(), b.matters, all)
	b.must(err)
	b.equal("no ids", 0, len(docs))
	heads, err := b.Heads(b.ctx(), b.matters, all)
	b.must(err)
	b.equal("no ids", 0, len(heads))
	_, err = b.CountBy(b.ctx(), b.matters, all, "state", store.In("state", []string{}))
	b.must(err)
}

func testOddPrefixes(t *testing.T, db *Database) {
	b := start(t, db)
	odd := []string{
		"%", "%a", "_", "_a", "a_b", "axb", "*", "**", "?", ".", ".a", "\\", "\\a", "\\Ea", "^", "^a", "$", "[a]", "(a)", "{1}", "|", "+", "/",
		"'", "\"", "`", "-", "#", " ", "  x", "\n", "\nx", "a\nb", "A", "a", "á", "a\u0301", "đ", "Đ", "e", "é", "ế", "\u007f", "\ud7ff", "\ue000",
		"\uffff", "\uffffx", "\U0001F600", "\U0001F601", "\U0010FFFF", "\U0010FFFFx", "\U0010FFFF\U0010FFFF", "null", "$x", "x.y",
	}
	var docs []*store.Document
	for i, s := range odd {
		docs = append(docs, matter(numbered("p", i), store.Fields{"number": s, "titleKey": s, "words": []string{"zz", s}}))
	}
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for _, p := range odd {
		for _, f := range words("number words") {
			for _, c := range []store.Cond{store.Prefix(f, p), store.Eq(f, p)} {
				b.equal(fmt.Sprintf("%q %+v", p, c), m.find(thads.Everything(), []store.Cond{c}, "", false), b.find(thads.Everything(), c))
			}
		}
	}
	// And the same strings in order: byte by byte.
	page, err := b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Sort: "titleKey", Limit: 100})
	b.must(err)
	b.equal("order", m.find(thads.Everything(), nil, "titleKey", false), ids(page.Heads))
}

func testManyValues(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(5, sample)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	var numbers, terms []string
	var amounts []int64
	var days []time.Time
	for i := range 300 {
		numbers = append(numbers, numbered("no-", 2*i))
		terms = append(terms, numbered("w", i))
		amounts = append(amounts, int64(2*i))
		days = append(days, noon.AddDate(0, 0, 2*i))
	}
	terms = append(terms, "hoa")
	for _, c := range []store.Cond{
		store.In("number", numbers), store.NotIn("number", numbers), store.In("words", terms), store.NotIn("words", terms),
		store.In("amount", amounts), store.NotIn("amount", amounts), store.In("due", days), store.In("urgent", slices.Repeat([]bool{true}, 50)),
		store.In("number", numbers[:3]), store.In("number", numbers[:5]),
	} {
		b.equal(c.Field, m.find(thads.Everything(), []store.Cond{c}, "", false), b.find(thads.Everything(), c))
	}
	var units []thads.UnitID
	for i := range 200 {
		units = append(units, thads.UnitID(numbered("v", i)))
	}
	scope := thads.UnitScope(append(units, "u1", "u2")...)
	b.equal("scope of many units", m.find(scope, nil, "", false), b.find(scope))
}

func testBadQueries(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(matter("a", nil))
	all := thads.Everything()
	for name, c := range map[string]store.Cond{
		"unknown field":      store.Eq("none", "x"),
		"field of an engine": store.Eq("version", "x"),
		"no operator":        {Field: "state"},
		"wrong type":         store.Eq("state", int64(1)),
		"int":                store.Eq("amount", 1),
		"nil":                store.Eq("state", nil),
		"two values":         {Field: "state", Op: store.OpEq, Values: []any{"a", "b"}},
		"range of a set":     store.Between("words", "a", "b"),
		"range of a bool":    store.Between("urgent", false, true),
		"all of a string":    store.All("state", words("a")),
		"prefix of an int":   {Field: "amount", Op: store.OpPrefix, Values: []any{int64(1)}},
		"no text":            store.Eq("state", "\xff"),
		"NUL":                store.Prefix("words", "a\x00"),
		"operator of a map":  {Field: "state", Op: store.OpIn, Values: []any{map[string]any{"$gt": ""}}},
	} {
		_, err := b.Find(b.ctx(), b.matters, store.Query{Scope: all, Where: []store.Cond{c}, Limit: 1})
		if !isBadQuery(err) {
			b.Errorf("%s: Find returned %v", name, err)
		}
		if _, err := b.Count(b.ctx(), b.matters, all, c); !isBadQuery(err) {
			b.Errorf("%s: Count returned %v", name, err)
		}
		if _, err := b.CountBy(b.ctx(), b.matters, all, "state", c); !isBadQuery(err) {
			b.Errorf("%s: CountBy returned %v", name, err)
		}
	}
	for _, sort := range words("none number words id _id") {
		_, err := b.Find(b.ctx(), b.matters, store.Query{Scope: all, Sort: sort, Limit: 1})
		b.is(err, store.ErrBadQuery)
	}
	for _, field := range words("none amount words") {
		_, err := b.CountBy(b.ctx(), b.matters, all, field)
		b.is(err, store.ErrBadQuery)
	}
	_, err := b.Count(b.ctx(), &store.Collection{Name: "unknown"}, all)
	b.is(err, store.ErrBadQuery)
}

func testScope(t *testing.T, db *Database) {
	b := start(t, db)
	docs := []*store.Document{
		matter("a", store.Fields{"units": words("u1"), "officers": words("o1"), "state": "s"}),
		matter("b", store.Fields{"units": words("u1 u2"), "state": "s"}),
		matter("c", store.Fields{"units": words("u2"), "officers": words("o1 o2"), "state": "s"}),
		matter("d", store.Fields{"state": "s"}),
		matter("e", store.Fields{"units": words("u10"), "officers": words("u1"), "state": "s"}),
	}
	b.insert(docs...)
	b.must(b.Insert(b.ctx(), b.refs, &store.Document{ID: "r", Version: 1, Fields: store.Fields{"kind": "k"}}))
	every := words("a b c d e")
	for _, test := range []struct {
		name  string
		scope thads.OpenScope
		want  []string
		refs  int
	}{
		{"zero", thads.OpenScope{}, nil, 0},
		{"no unit", thads.UnitScope(), nil, 0},
		{"unit", thads.UnitScope("u1"), words("a b"), 1},
		{"two units", thads.UnitScope("u1", "u2"), words("a b c"), 1},
		{"unknown unit", thads.UnitScope("u"), nil, 1},
		{"officer", thads.OfficerScope("o1"), words("a c"), 1},
		{"unknown officer", thads.OfficerScope("o3"), nil, 1},
		{"everything", thads.Everything(), every, 1},
	} {
		b.equal(test.name+": Find and Count", test.want, b.find(test.scope))
		b.equal(test.name+": with a condition", test.want, b.find(test.scope, store.Eq("state", "s")))
		got, err := b.Get(b.ctx(), b.matters, test.scope, every...)
		b.must(err)
		byID(got)
		var gotIDs []string
		for _, d := range got {
			gotIDs = append(gotIDs, d.ID)
		}
		b.equal(test.name+": Get", test.want, gotIDs)
		heads, err := b.Heads(b.ctx(), b.matters, test.scope, every...)
		b.must(err)
		headIDs := ids(heads)
		slices.Sort(headIDs)
		b.equal(test.name+": Heads", test.want, headIDs)
		for _, sort := range words("titleKey opened") {
			page, err := b.Find(b.ctx(), b.matters, store.Query{Scope: test.scope, Sort: sort, Limit: 10})
			b.must(err)
			b.equal(test.name+": sorted", test.want, ids(page.Heads))
		}
		counts, err := b.CountBy(b.ctx(), b.matters, test.scope, "state")
		b.must(err)
		wantCounts := map[string]int64{}
		if len(test.want) > 0 {
			wantCounts["s"] = int64(len(test.want))
		}
		b.equal(test.name+": CountBy", wantCounts, counts)

		refs, err := b.Get(b.ctx(), b.refs, test.scope, "r")
		b.must(err)
		b.equal(test.name+": reference data", test.refs, len(refs))
		n, err := b.Count(b.ctx(), b.refs, test.scope, store.Eq("kind", "k"))
		b.must(err)
		b.equal(test.name+": reference data counted", int64(test.refs), n)
		page, err := b.Find(b.ctx(), b.refs, store.Query{Scope: test.scope, Sort: "order", Limit: 10})
		b.must(err)
		b.equal(test.name+": reference data found", test.refs, len(page.Heads))
	}
}

// testVietnamese keeps the order and the search of names, given the keys that
// the application computes. The golden order is the same for every engine.
func testVietnamese(t *testing.T, db *Database) {
	b := start(t, db)
	// In the order of the Vietnamese alphabet, a ă â b … d đ e ê …, and of the
	// tones. The keys are the letters' places, as an application would make
	// them; what is tested is that no engine orders or folds them its own way.
	golden := []struct{ key, name, folded string }{
		{"01.0", "an", "an"},
		{"01.1", "àn", "an"},
		{"01.2", "ản", "an"},
		{"02.0", "ăn", "an"},
		{"03.0", "ân", "an"},
		{"03.4", "ấn", "an"},
		{"04.0", "Bình", "binh"},
		{"07.0", "dung", "dung"},
		{"08.0", "Đào", "dao"},
		{"08.1", "Đức", "duc"},
		{"0A.0", "Hoá", "hoa"},
		{"0a.0", "hóa", "hoa"},
		{"0a.1", "HOÀ", "hoa"},
		{"~", "Ý", "y"},
	}
	var docs []*store.Document
	var want []string
	for i, g := range golden {
		id := numbered("v", i)
		want = append(want, id)
		docs = append(docs, matter(id, store.Fields{"titleKey": g.key, "number": g.name, "words": []string{g.folded, g.name}}))
	}
	slices.Reverse(docs)
	b.insert(docs...)
	page, err := b.Find(b.ctx(), b.matters, store.Query{Scope: thads.Everything(), Sort: "titleKey", Limit: 100})
	b.must(err)
	b.equal("golden order", want, ids(page.Heads))
	for _, test := range []struct {
		word string
		want []string
	}{
		{"an", want[:6]}, {"hoa", want[10:13]}, {"đ", nil}, {"Đào", want[8:9]}, {"đào", nil}, {"dao", want[8:9]}, {"ấn", want[5:6]}, {"HOÀ", want[12:13]}, {"hoà", nil},
	} {
		b.equal(test.word, test.want, b.find(thads.Everything(), store.All("words", []string{test.word})))
	}
	b.equal("no folding in equality", []string(nil), b.find(thads.Everything(), store.Eq("number", "bình")))
	b.equal("no folding in prefixes", []string{want[8], want[9]}, b.find(thads.Everything(), store.Prefix("number", "Đ")))
	b.equal("byte order of ranges", want[11:12], b.find(thads.Everything(), store.Between("number", "h", "i")))
}

func testCountBy(t *testing.T, db *Database) {
	b := start(t, db)
	docs := mixed(6, sample)
	b.insert(docs...)
	m := newModel(b.matters, docs)
	for _, scope := range []thads.OpenScope{thads.Everything(), thads.UnitScope("u2"), thads.OfficerScope("o1"), {}} {
		for _, where := range [][]store.Cond{nil, {store.Eq("words", "hoa")}, {store.Eq("urgent", true), store.Between("due", noon, nil)}, {store.IsNull("state")}} {
			for _, field := range words("state titleKey") {
				want := map[string]int64{}
				for _, id := range m.find(scope, where, "", false) {
					i := slices.IndexFunc(m.docs, func(d *store.Document) bool { return d.ID == id })
					s, _ := m.docs[i].Fields[field].(string)
					want[s]++
				}
				got, err := b.CountBy(b.ctx(), b.matters, scope, field, where...)
				b.must(err)
				b.equal(fmt.Sprintf("%s %+v %+v", field, scope, where), want, got)
			}
		}
	}
}

// testCancelled ends the context before and during calls.
func testCancelled(t *testing.T, db *Database) {
	b := start(t, db)
	b.insert(mixed(7, 60)...)
	ctx, cancel := context.WithCancel(b.ctx())
	defer cancel()
	var seen int
	for _, err := range b.Scan(ctx, b.matters, store.ScanOptions{}) {
		if err != nil {
			b.is(err, context.Canceled)
			break
		}
		seen++
		cancel()
	}
	if seen == 0 {
		b.Error("Scan yielded nothing before it was cancelled")
	}
	calls := map[string]func() error{
		"Get":     func() error { _, err := b.Get(ctx, b.matters, thads.Everything(), "a"); return err },
		"Heads":   func() error { _, err := b.Heads(ctx, b.matters, thads.Everything(), "a"); return err },
		"Count":   func() error { _, err := b.Count(ctx, b.matters, thads.Everything()); return err },
		"CountBy": func() error { _, err := b.CountBy(ctx, b.matters, thads.Everything(), "state"); return err },
		"Find": func() error {
			_, err := b.Find(ctx, b.matters, store.Query{Scope: thads.Everything(), Limit: 5})
			return err
		},
		"Insert":   func() error { return b.Insert(ctx, b.matters, matter("new", nil)) },
		"Replace":  func() error { return b.Replace(ctx, b.matters, next(matter("new", nil))) },
		"Delete":   func() error { return b.Delete(ctx, b.matters, "new", 1) },
		"Position": func() error { _, err := b.Position(ctx); return err },
		"Ping":     func() error { return b.Ping(ctx) },
		"Scan": func() error {
			for _, err := range b.Scan(ctx, b.matters, store.ScanOptions{}) {
				return err
			}
			return nil
		},
		"Versions": func() error {
			for _, err := range b.Versions(ctx, b.matters) {
				return err
			}
			return nil
		},
	}
	for name, call := range calls {
		done := make(chan error, 1)
		go func() { done <- call() }()
		select {
		case err := <-done:
			b.T.Run(name, func(t *testing.T) { (&bench{T: t}).is(err, context.Canceled) })
		case <-time.After(patience):
			b.Fatalf("%s did not return", name)
		}
	}
	b.equal("nothing was written", (*store.Document)(nil), b.get("new"))
	// Cancelling many calls at odd moments leaves a store that works.
	for range 20 {
		ctx, cancel := context.WithCancel(b.ctx())
		errs := together(3, func(i int) error {
			switch i {
			case 0:
				cancel()
				return nil
			case 1:
				_, err := b.Count(ctx, b.matters, thads.Everything(), store.Prefix("words", "t"))
				return err
			default:
				_, err := b.Find(ctx, b.matters, store.Query{Scope: thads.Everything(), Limit: 50, Sort: "opened"})
				return err
			}
		})
		for _, err := range errs {
			if err != nil {
				b.is(err, context.Canceled)
			}
		}
	}
	b.equal("still there", 60, len(b.find(thads.Everything())))
}

func isBadQuery(err error) bool { return errors.Is(err, store.ErrBadQuery) }
