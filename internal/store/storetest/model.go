package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// The model answers queries in the plainest way, over documents in memory. An
// engine must answer as it does.
type model struct {
	c    *store.Collection
	docs []*store.Document // with normalized fields
}

func newModel(c *store.Collection, docs []*store.Document) *model {
	m := &model{c: c}
	for _, d := range docs {
		m.docs = append(m.docs, stored(c, d))
	}
	return m
}

// find returns the ids of the matching documents in the order of the sort.
func (m *model) find(scope thads.OpenScope, where []store.Cond, sort string, descending bool) []string {
	var hits []*store.Document
	for _, d := range m.docs {
		if m.reaches(scope, d) && !slices.ContainsFunc(where, func(w store.Cond) bool { return !m.holds(w, d) }) {
			hits = append(hits, d)
		}
	}
	slices.SortFunc(hits, func(a, b *store.Document) int {
		n := 0
		if sort != "" {
			n = compare(a.Fields[sort], b.Fields[sort])
		}
		if n == 0 {
			n = strings.Compare(a.ID, b.ID)
		}
		if descending {
			return -n
		}
		return n
	})
	out := make([]string, len(hits))
	for i, d := range hits {
		out[i] = d.ID
	}
	return out
}

func (m *model) reaches(s thads.OpenScope, d *store.Document) bool {
	if m.c.ScopeField == "" {
		return !s.IsZero()
	}
	var units []thads.UnitID
	var officers []thads.OfficerID
	for _, u := range set(d.Fields[m.c.ScopeField]) {
		units = append(units, thads.UnitID(u))
	}
	for _, o := range set(d.Fields[m.c.OfficerField]) {
		officers = append(officers, thads.OfficerID(o))
	}
	return s.Reaches(units, officers)
}

func set(v any) []string {
	s, _ := v.([]string)
	return s
}

func (m *model) holds(w store.Cond, d *store.Document) bool {
	v, ok := d.Fields[w.Field]
	if w.Op == store.OpNull {
		return !ok
	}
	if w.Op == store.OpAll && len(w.Values) == 0 {
		return true
	}
	if !ok {
		return false
	}
	members, isSet := v.([]string)
	values := []any{v}
	if isSet {
		values = nil
		for _, s := range members {
			values = append(values, s)
		}
	}
	has := func(x any) bool {
		return slices.ContainsFunc(values, func(y any) bool { return compare(x, y) == 0 })
	}
	switch w.Op {
	case store.OpEq, store.OpIn:
		return slices.ContainsFunc(w.Values, has)
	case store.OpNot:
		return !slices.ContainsFunc(w.Values, has)
	case store.OpAll:
		return !slices.ContainsFunc(w.Values, func(x any) bool { return !has(x) })
	case store.OpPrefix:
		return slices.ContainsFunc(values, func(y any) bool { return strings.HasPrefix(y.(string), w.Values[0].(string)) })
	case store.OpRange:
		return (w.Low == nil || compare(w.Low, v) <= 0) && (w.High == nil || compare(v, w.High) <= 0)
	case store.OpNull: // answered above
	}
	panic(fmt.Sprintf("storetest: operator %d has no model", w.Op))
}

// compare orders two values of one type.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case int64:
		return cmp.Compare(a, b.(int64))
	case bool:
		x, y := 0, 0
		if a {
			x = 1
		}
		if b.(bool) {
			y = 1
		}
		return x - y
	case time.Time:
		return cmp.Compare(a.UnixMilli(), b.(time.Time).UnixMilli())
	}
	panic(fmt.Sprintf("storetest: %T has no order", a))
}

// page returns the page that a query must return of a sorted list, and what
// lies on its sides. after and before are ids of the list, or "".
func page(all []string, after, before string, limit int, fromEnd bool) (ids []string, hasPrevious, hasNext bool) {
	from, to := 0, len(all)
	if after != "" {
		from = slices.Index(all, after) + 1
	}
	if before != "" {
		to = max(from, slices.Index(all, before))
	}
	if to-from > limit {
		if fromEnd {
			from = to - limit
		} else {
			to = from + limit
		}
	}
	return all[from:to], from > 0, to < len(all)
}

var (
	states = []string{"open", "paused", "done", ""}
	stock  = words("nguyen van thi tran le hoang minh an binh thanh hoa tinh gia nghi son")
)

// mixed returns n documents with all kinds of values, many alike and many
// missing.
func mixed(seed uint64, n int) []*store.Document {
	r := rand.New(rand.NewPCG(seed, 1))
	docs := make([]*store.Document, n)
	day := time.Date(2019, 10, 1, 0, 0, 0, 0, time.UTC)
	for i := range docs {
		f := store.Fields{}
		maybe := func(name string, v any) {
			if r.IntN(4) > 0 {
				f[name] = v
			}
		}
		maybe("number", numbered("no-", r.IntN(n/2)))
		maybe("state", states[r.IntN(len(states))])
		maybe("titleKey", numbered("k", r.IntN(n/8+1)))
		maybe("amount", int64(r.IntN(9)-4))
		maybe("paid", int64(r.IntN(9)-4))
		maybe("due", day.AddDate(0, 0, r.IntN(10)))
		maybe("opened", day.AddDate(0, 0, r.IntN(20)-10))
		maybe("urgent", r.IntN(2) == 0)
		maybe("done", r.IntN(2) == 0)
		sample := func(from []string, most int) []string {
			var out []string
			for range r.IntN(most + 1) {
				out = append(out, from[r.IntN(len(from))])
			}
			return out
		}
		maybe("words", sample(stock, 5))
		maybe("units", sample(words("u1 u2 u3 u4"), 2))
		maybe("officers", sample(words("o1 o2 o3"), 1))
		// The ids are not in the order of insertion.
		docs[i] = matter(fmt.Sprintf("m%04d", (i*7919+13)%10007), f)
	}
	return docs
}
