package ledger

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What differs between two questions is what their contributions say.
func TestDifferingIsTheDifferenceOfContributions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, docs: map[string]Document{}}
		l := newLedger(small(t))
		var docs []Document
		for range rapid.IntRange(0, 12).Draw(t, "documents") {
			docs = append(docs, w.document())
		}
		if err := l.Load(sequence(docs)); err != nil {
			t.Fatal(err)
		}
		base, other, v := w.query(), w.query(), l.View()
		want := map[string]Contribution{}
		for _, c := range v.Contributions(other) {
			want[c.ID] = c
		}
		for _, c := range v.Contributions(base) {
			d := want[c.ID]
			d.ID, d.Book, d.Cases, d.Dong = c.ID, c.Book, d.Cases-c.Cases, d.Dong-c.Dong
			want[c.ID] = d
		}
		maps.DeleteFunc(want, func(_ string, c Contribution) bool { return c.IsZero() })
		list := slices.SortedFunc(maps.Values(want), func(a, b Contribution) int {
			return cmp.Or(cmp.Compare(abs(b.Dong), abs(a.Dong)), cmp.Compare(abs(b.Cases), abs(a.Cases)), compareHidden(a.ID, b.ID))
		})
		total := Total{Records: len(list)}
		for _, c := range list {
			total.Cases += c.Cases
			total.Dong += c.Dong
		}
		limit := rapid.IntRange(-1, 5).Draw(t, "limit")
		if limit >= 0 {
			list = list[:min(limit, len(list))]
		}
		got, all := v.Differing(base, other, limit)
		if d := gocmp.Diff(list, append([]Contribution(nil), got...)); d != "" && len(list)+len(got) > 0 || all != total {
			t.Fatalf("total %v, want %v (-want +got):\n%s", all, total, d)
		}
	})
}
