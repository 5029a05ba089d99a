package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/thads"
)

// plainDeadlines is the slow and obvious way to hold deadlines.
type plainDeadlines map[string]DeadlineRecord

func (l plainDeadlines) apply(r DeadlineRecord) {
	if l[r.ID].Version < r.Version {
		l[r.ID] = r
	}
}

func (l plainDeadlines) remove(id string, version int64) {
	if r, ok := l[id]; ok && (version == 0 || r.Version <= version) {
		delete(l, id)
	}
}

// all are the deadlines of the query, in the order of Select.
func (l plainDeadlines) all(q DeadlineQuery) []OpenDeadline {
	var out []OpenDeadline
	for _, r := range l {
		for i, d := range r.Deadlines {
			o := OpenDeadline{ID: r.ID, Book: r.Book, Deadline: d}
			o.DueOn, o.Certain = d.End()
			o.Met = false // is not kept
			rule, known := thads.DeadlineRuleOf(d.Rule)
			in := known && o.DueOn != 0 && thads.OpenSince(r.Deadlines, i) <= q.AsOf && (d.Ended == 0 || d.Ended > q.AsOf) &&
				(q.States == nil || slices.Contains(q.States, DeadlineStateOn(o.DueOn, q.AsOf))) &&
				(q.Units == nil || slices.Contains(q.Units, d.Unit)) && (q.Officers == nil || slices.Contains(q.Officers, d.Officer)) &&
				(q.Rules == nil || slices.Contains(q.Rules, d.Rule)) && (q.Books == nil || slices.Contains(q.Books, rule.Book)) &&
				(q.DueFrom == 0 || o.DueOn >= q.DueFrom) && (q.DueTo == 0 || o.DueOn <= q.DueTo)
			if in {
				out = append(out, o)
			}
		}
	}
	slices.SortFunc(out, func(a, b OpenDeadline) int { return a.Place().compare(b.Place()) })
	return out
}

func (l plainDeadlines) counts(q DeadlineQuery, scope thads.CountScope, by DeadlineGrouping) []DeadlineCount {
	sums := map[string]DeadlineCount{}
	if by == "" {
		sums[""] = DeadlineCount{}
	}
	for _, d := range l.all(q) {
		if !scope.Reaches([]thads.UnitID{d.Unit}, []thads.OfficerID{d.Officer}) {
			continue
		}
		key := map[DeadlineGrouping]string{
			DeadlinesByUnit: string(d.Unit), DeadlinesByOfficer: string(d.Officer), DeadlinesByRule: string(d.Rule), DeadlinesByBook: string(d.Book),
		}[by]
		c := sums[key]
		c.Key = key
		c.add(DeadlineStateOn(d.DueOn, q.AsOf))
		sums[key] = c
	}
	out := slices.AppendSeq([]DeadlineCount{}, maps.Values(sums))
	slices.SortFunc(out, func(a, b DeadlineCount) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

var (
	someUnits    = []thads.UnitID{"u1", "u2", "u3"}
	someOfficers = []thads.OfficerID{"", "o1", "o2"}
)

func drawDate(t *rapid.T, label string) thads.Date {
	return thads.DateOf(2019, time.January, 1).AddDays(rapid.IntRange(0, 400).Draw(t, label))
}

// drawRecord draws deadlines of a record, some of them handed over.
func drawRecord(t *rapid.T) DeadlineRecord {
	n := rapid.IntRange(0, 9).Draw(t, "record")
	book := []thads.Book{thads.BookCases, thads.BookVerdicts, thads.BookTasks}[n%3]
	r := DeadlineRecord{ID: fmt.Sprintf("r%d", n), Version: int64(rapid.IntRange(1, 6).Draw(t, "version")), Book: book}
	var rules []thads.RuleCode
	for _, rule := range thads.DeadlineRules() {
		if rule.Book == book && rule.IsTracked() {
			rules = append(rules, rule.Code)
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
		rules = append(rules, "OF_A_LATER_PROGRAM")
	}
	holder := func(d *thads.Deadline) {
		d.Unit, d.Officer = rapid.SampledFrom(someUnits).Draw(t, "unit"), rapid.SampledFrom(someOfficers).Draw(t, "officer")
	}
	for range rapid.IntRange(0, 4).Draw(t, "deadlines") {
		d := thads.Deadline{Rule: rapid.SampledFrom(rules).Draw(t, "rule"), From: drawDate(t, "from")}
		holder(&d)
		if rapid.IntRange(0, 2).Draw(t, "named") == 0 {
			d.Due = d.From.AddDays(rapid.IntRange(0, 90).Draw(t, "due"))
		}
		for rapid.IntRange(0, 2).Draw(t, "ends") == 0 {
			last := d.From
			if d.Ended != 0 {
				last = d.Ended
			}
			d.Ended = last.AddDays(rapid.IntRange(1, 60).Draw(t, "ended"))
			r.Deadlines = append(r.Deadlines, d)
			holder(&d)
		}
		if d.Ended != 0 && rapid.Bool().Draw(t, "stays ended") {
			continue
		}
		d.Ended = 0
		r.Deadlines = append(r.Deadlines, d)
	}
	for range rapid.IntRange(0, 1).Draw(t, "before") {
		r.Units = append(r.Units, rapid.SampledFrom(someUnits).Draw(t, "held by"))
	}
	return r
}

// maybe draws a list of some of the values, or nil.
func maybe[T any](t *rapid.T, values []T, label string) []T {
	switch rapid.IntRange(0, 3).Draw(t, label) {
	case 0:
		return rapid.SliceOfN(rapid.SampledFrom(values), 0, 2).Draw(t, label+"s")
	default:
		return nil
	}
}

func drawDeadlineQuery(t *rapid.T) DeadlineQuery {
	q := DeadlineQuery{
		AsOf:     drawDate(t, "as of"),
		States:   maybe(t, []DeadlineState{DeadlineOverdue, DeadlineDue, DeadlineComing, DeadlineLater}, "state"),
		Units:    maybe(t, someUnits, "unit"),
		Officers: maybe(t, someOfficers, "officer"),
		Rules:    maybe(t, []thads.RuleCode{thads.RulePayOut, thads.RuleReverify, thads.RuleTaskDue}, "rule"),
		Books:    maybe(t, []thads.Book{thads.BookCases, thads.BookTasks}, "book"),
	}
	if rapid.IntRange(0, 3).Draw(t, "bounded") == 0 {
		q.DueFrom = drawDate(t, "due from")
		q.DueTo = q.DueFrom.AddDays(rapid.IntRange(0, 60).Draw(t, "due to"))
	}
	return q
}

// TestDeadlinesAnswerAsThePlainOnes applies, removes and asks at random.
func TestDeadlinesAnswerAsThePlainOnes(t *testing.T) {
	listed, paged := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		l, plain := NewDeadlines(), plainDeadlines{}
		for range rapid.IntRange(5, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 7).Draw(t, "step") {
			case 0:
				id, version := fmt.Sprintf("r%d", rapid.IntRange(0, 9).Draw(t, "gone")), int64(rapid.IntRange(0, 6).Draw(t, "version"))
				l.Remove(id, version)
				plain.remove(id, version)
			case 1:
				l.Settle(drawDate(t, "today"))
			default:
				r := drawRecord(t)
				l.Apply(r)
				plain.apply(r)
			}
			q := drawDeadlineQuery(t)
			scope := thads.CountEverything()
			if rapid.Bool().Draw(t, "scoped") {
				scope = thads.CountScopeOf(maybe(t, someUnits, "count"), rapid.SampledFrom(someOfficers).Draw(t, "counts"))
			}
			by := rapid.SampledFrom([]DeadlineGrouping{"", DeadlinesByUnit, DeadlinesByOfficer, DeadlinesByRule, DeadlinesByBook}).Draw(t, "by")
			if diff := gocmp.Diff(plain.counts(q, scope, by), l.Counts(q, scope, by)); diff != "" {
				t.Fatalf("counts by %q (-want +got):\n%s", by, diff)
			}

			want := plain.all(q)
			everything := DeadlineReader{Scopes: map[thads.Book]thads.OpenScope{
				thads.BookCases: thads.Everything(), thads.BookVerdicts: thads.Everything(), thads.BookTasks: thads.Everything(),
			}}
			if doubtful := l.Doubtful(q, everything); len(doubtful) != 0 {
				t.Fatalf("to who opens everything %v are doubtful", doubtful)
			}
			var got []OpenDeadline
			var after *DeadlinePlace
			limit := rapid.IntRange(1, 5).Draw(t, "limit")
			for more := true; more; paged++ {
				var page []OpenDeadline
				var total int
				page, more, total = l.Select(q, everything, after, limit)
				if total != len(want) || len(page) > limit || more && len(page) < limit {
					t.Fatalf("a page of %d has %d of %d, there are %d", limit, len(page), total, len(want))
				}
				got = append(got, page...)
				if more {
					place := page[len(page)-1].Place()
					after = &place
				}
			}
			// Several that are alike have one place.
			want = slices.CompactFunc(want, func(a, b OpenDeadline) bool { return a.Place() == b.Place() })
			got = slices.CompactFunc(got, func(a, b OpenDeadline) bool { return a.Place() == b.Place() })
			if diff := gocmp.Diff(places(want), places(got)); diff != "" {
				t.Fatalf("the list (-want +got):\n%s", diff)
			}
			listed += len(got)

			id := fmt.Sprintf("r%d", rapid.IntRange(0, 9).Draw(t, "of"))
			of := places(l.Of(id, q.AsOf))
			alone := plainDeadlines{id: plain[id]}
			if diff := gocmp.Diff(places(alone.all(DeadlineQuery{AsOf: q.AsOf})), of); diff != "" {
				t.Fatalf("those of %s (-want +got):\n%s", id, diff)
			}
		}
	})
	if listed == 0 || paged == 0 {
		t.Error("nothing was listed")
	}
}

func places(ds []OpenDeadline) []DeadlinePlace {
	out := make([]DeadlinePlace, len(ds))
	for i := range ds {
		out[i] = ds[i].Place()
	}
	return out
}

// TestWhoMayOpenDeadlines checks what is told to whom of which record.
func TestWhoMayOpenDeadlines(t *testing.T) {
	t.Parallel()
	l := NewDeadlines()
	record := func(id string, book thads.Book, rule thads.RuleCode, unit thads.UnitID, officer thads.OfficerID, before ...thads.UnitID) {
		l.Apply(DeadlineRecord{ID: id, Version: 1, Book: book, Units: before, Deadlines: []thads.Deadline{
			{Rule: rule, From: 20190102, Due: 20190110, Unit: unit, Officer: officer},
		}})
	}
	record("mine", thads.BookCases, thads.RulePayOut, "u1", "o1")
	record("once mine", thads.BookCases, thads.RulePayOut, "u2", "o2", "u1")
	record("theirs", thads.BookCases, thads.RulePayOut, "u2", "o2", "u3")
	record("task", thads.BookTasks, thads.RuleTaskDue, "u2", "")
	record("verdict", thads.BookVerdicts, thads.RuleVerdictNotice, "u1", "o1")
	q := DeadlineQuery{AsOf: 20190105}
	reader := DeadlineReader{Scopes: map[thads.Book]thads.OpenScope{thads.BookCases: thads.UnitScope("u1"), thads.BookTasks: thads.UnitScope("u1")}}
	want := map[thads.Book][]string{thads.BookCases: {"once mine"}, thads.BookTasks: {"task"}}
	if diff := gocmp.Diff(want, l.Doubtful(q, reader)); diff != "" {
		t.Errorf("doubtful (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		known map[string]bool
		want  []string
	}{
		{nil, []string{"mine"}},
		{map[string]bool{"once mine": true, "task": true}, []string{"mine", "once mine", "task"}},
	} {
		reader.Known = tt.known
		found, _, total := l.Select(q, reader, nil, 10)
		var got []string
		for _, d := range found {
			got = append(got, d.ID)
		}
		slices.Sort(got)
		if diff := gocmp.Diff(tt.want, got); diff != "" || total != len(tt.want) {
			t.Errorf("%d are listed (-want +got):\n%s", total, diff)
		}
	}
	if c := l.Counts(q, thads.CountScope{}, "")[0]; c != (DeadlineCount{}) {
		t.Errorf("the scope that counts nothing counts %+v", c)
	}
	if c := l.Counts(q, thads.CountScopeOf([]thads.UnitID{"u2"}, "o1"), "")[0]; c.Due != 5 {
		t.Errorf("unit and officer count %+v", c)
	}
}

// TestDeadlinesForgetOldRows applies one record many times over.
func TestDeadlinesForgetOldRows(t *testing.T) {
	t.Parallel()
	l := NewDeadlines()
	for v := int64(1); v <= 20000; v++ {
		l.Apply(DeadlineRecord{ID: "r", Version: v, Book: thads.BookCases, Deadlines: []thads.Deadline{{Rule: thads.RulePayOut, From: 20190102, Unit: "u1"}}})
	}
	if records, deadlines := l.Len(); records != 1 || deadlines != 1 || len(l.runs.rows) > 4096 {
		t.Errorf("%d records and %d deadlines in %d rows", records, deadlines, len(l.runs.rows))
	}
}

// BenchmarkDeadlines asks a province of 200,000 cases with 5 deadlines each, of
// which one runs.
func BenchmarkDeadlines(b *testing.B) {
	l := NewDeadlines()
	for i := range 200_000 {
		var ds []thads.Deadline
		unit, officer := thads.UnitID(fmt.Sprint("u", i%28)), thads.OfficerID(fmt.Sprint("o", i%300))
		for k := range 5 {
			from := thads.Date(20180101).AddDays((i*7 + k*50) % 600)
			d := thads.Deadline{Rule: thads.RulePayOut, From: from, Unit: unit, Officer: officer}
			if k < 4 {
				d.Ended = from.AddDays(8)
			}
			ds = append(ds, d)
		}
		l.Apply(DeadlineRecord{ID: fmt.Sprintf("cs_%08d", i), Version: 1, Book: thads.BookCases, Deadlines: ds})
	}
	l.Settle(20191209)
	everything := DeadlineReader{Scopes: map[thads.Book]thads.OpenScope{thads.BookCases: thads.Everything()}}
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			l.Counts(DeadlineQuery{AsOf: 20191209}, thads.CountEverything(), DeadlinesByUnit)
		}
	})
	b.Run("counts of a past day", func(b *testing.B) {
		for b.Loop() {
			l.Counts(DeadlineQuery{AsOf: 20190331}, thads.CountEverything(), DeadlinesByUnit)
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			l.Select(DeadlineQuery{AsOf: 20191209}, everything, nil, 50)
		}
	})
}
