package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/thads"
)

// A world draws what a small province could hold, and more than it could.
type world struct {
	t *rapid.T
	// versions are those of the records drawn so far.
	docs map[string]Document
}

var (
	units    = []thads.UnitID{"u1", "u2", "u3"}
	officers = []thads.OfficerID{"", "o1", "o2"}
	accounts = []thads.Account{
		{Class: thads.AccountNew},
		{Class: thads.AccountInProgress},
		{Class: thads.AccountPostponed, Detail: "G1"},
		{Class: thads.AccountPostponed, Detail: "G2"},
		{Class: thads.AccountDone},
	}
	classes  = []thads.AccountClass{thads.AccountNew, thads.AccountInProgress, thads.AccountPostponed, thads.AccountDone, thads.AccountHeld}
	details  = []string{"", "G1", "G2"}
	subjects = []string{"", "DEBT", "FINE"}
	kinds    = []thads.JudgmentKind{thads.JudgmentCivil, thads.JudgmentCriminal}
	begun    = []thads.Initiation{thads.OwnMotion, thads.OnRequest}
	tagSets  = [][]thads.Tag{nil, {"A"}, {"A", "B"}, {"C"}}
	tags     = []thads.Tag{"A", "B", "C", "D"}
)

// day0 is where drawn days begin, near the end of a statistical year.
var day0 = thads.DateOf(2018, time.September, 1)

func (w *world) day(label string) thads.Date {
	return day0.AddDays(rapid.IntRange(0, 120).Draw(w.t, label))
}

func (w *world) instant(label string) time.Time {
	n := rapid.IntRange(0, 60).Draw(w.t, label)
	return day0.StartOfDay().Add(time.Duration(n) * 50 * time.Hour)
}

func of[T any](w *world, list []T, label string) T { return rapid.SampledFrom(list).Draw(w.t, label) }

// posting draws one. Now and then it is out of all bounds: what is booked before it
// happened, moves a thousand cases, or was recorded decades ago.
func (w *world) posting(event int) thads.Posting {
	on := w.day("effective")
	p := thads.Posting{
		Account: of(w, accounts, "account"), EffectiveOn: on, BookedOn: on, RecordedAt: w.instant("recorded"), Event: event,
		Unit: of(w, units, "unit"), Officer: of(w, officers, "officer"), Initiation: of(w, begun, "initiation"),
		Kind: of(w, kinds, "kind"), Subject: of(w, subjects, "subject"), Tags: of(w, tagSets, "tags"),
		Cases: rapid.IntRange(-1, 1).Draw(w.t, "cases"), Dong: thads.Dong(rapid.IntRange(-3, 3).Draw(w.t, "đồng")) * 1_000_000,
	}
	switch rapid.IntRange(0, 19).Draw(w.t, "odd") {
	case 0, 1, 2:
		p.BookedOn = max(on, w.day("booked"))
	case 3:
		p.BookedOn = w.day("booked")
	case 4:
		p.Cases, p.Event = of(w, []int{-1000, -128, 127, 128, 70_000}, "cases"), of(w, []int{event, 65_535, 70_000}, "event")
	case 5:
		p.RecordedAt = p.RecordedAt.AddDate(of(w, []int{-60, 1}, "years"), 0, 0)
	case 6:
		p.Dong = -1 << 52
	}
	return p
}

// document draws a new version: of a record drawn before, whose postings it
// mostly keeps, or of a new one.
func (w *world) document() Document {
	d := Document{ID: fmt.Sprintf("doc%d", rapid.IntRange(0, 12).Draw(w.t, "id")), Book: thads.BookCases}
	if old, ok := w.docs[d.ID]; ok {
		d.Version, d.Postings = old.Version+int64(rapid.IntRange(-1, 2).Draw(w.t, "version")), slices.Clone(old.Postings)
		switch rapid.IntRange(0, 7).Draw(w.t, "history") {
		case 0:
			d.Postings = nil
		case 1:
			if n := len(d.Postings); n > 0 {
				d.Postings = d.Postings[:n-1]
			}
		case 2:
			d.Book = thads.BookVerdicts
		}
	} else {
		d.Version = int64(rapid.IntRange(1, 3).Draw(w.t, "version"))
	}
	for range rapid.IntRange(0, 9).Draw(w.t, "postings") {
		d.Postings = append(d.Postings, w.posting(len(d.Postings)+1))
	}
	if old, ok := w.docs[d.ID]; !ok || old.Version < d.Version {
		w.docs[d.ID] = d
	}
	return d
}

// some draws a part of a list; nil means all.
func some[T any](w *world, list []T, label string) []T {
	if rapid.IntRange(0, 3).Draw(w.t, label) != 0 {
		return nil
	}
	out := []T{}
	for _, v := range list {
		if rapid.Bool().Draw(w.t, label) {
			out = append(out, v)
		}
	}
	return out
}

func (w *world) filter() Filter {
	return Filter{
		Units: some(w, units, "units"), Officers: some(w, officers, "officers"), Initiations: some(w, begun, "initiations"),
		Kinds: some(w, kinds, "kinds"), Subjects: some(w, subjects, "subjects"), Tags: some(w, tags, "tags"), Accounts: some(w, classes, "accounts"),
	}
}

func (w *world) query() Query {
	q := Query{
		Scope:  thads.CountEverything(),
		Moment: Moment{From: w.day("from"), To: w.day("to"), Basis: of(w, []Basis{Booked, Effective}, "basis")},
		Late:   rapid.IntRange(0, 5).Draw(w.t, "late") == 0,
	}
	switch rapid.IntRange(0, 9).Draw(w.t, "scope") {
	case 0:
		q.Scope = thads.CountScope{}
	case 1, 2, 3:
		q.Scope = thads.CountScopeOf(some(w, units, "scope"), of(w, officers, "scope"))
	}
	if rapid.Bool().Draw(w.t, "known") {
		q.Moment.Known = w.instant("known").Add(of(w, []time.Duration{0, -time.Nanosecond, time.Millisecond}, "known"))
	}
	if rapid.IntRange(0, 2).Draw(w.t, "filtered") == 0 {
		q.Filter = w.filter()
		if rapid.IntRange(0, 2).Draw(w.t, "documents") == 0 {
			q.Filter.Documents = []string{"doc1", "doc2", "doc7", "nobody's"}
		}
	}
	for range rapid.IntRange(1, 3).Draw(w.t, "figures") {
		var f Figure
		for range rapid.IntRange(1, 3).Draw(w.t, "parts") {
			part := Part{
				Accounts: Accounts{Classes: some(w, classes, "classes"), Only: some(w, details, "only")},
				Span:     of(w, []Span{Before, Within, UpTo}, "span"), Sign: of(w, []int64{1, -1, 2}, "sign"),
			}
			if part.Accounts.Classes == nil {
				part.Accounts.Classes = classes
			}
			if rapid.IntRange(0, 3).Draw(w.t, "except") == 0 {
				part.Accounts.Except = []string{"G1"}
			}
			if rapid.IntRange(0, 3).Draw(w.t, "where") == 0 {
				part.Where = w.filter()
			}
			f = append(f, part)
		}
		q.Figures = append(q.Figures, f)
	}
	for range rapid.IntRange(0, 3).Draw(w.t, "dimensions") {
		q.GroupBy = append(q.GroupBy, of(w, []Dimension{ByUnit, ByOfficer, ByAccount, ByDetail, ByInitiation, ByKind, BySubject, ByTag, ByMonth, ByStatYear}, "dimension"))
	}
	if rapid.Bool().Draw(w.t, "roll") {
		q.Roll = map[thads.UnitID]thads.UnitID{"u1": "u3", "u2": "department"}
	}
	return q
}

// same compares every answer to a query.
func same(t *rapid.T, w *world, got *View, want *plainView, q Query) {
	if d := gocmp.Diff(want.Sum(q), got.Sum(q)); d != "" {
		t.Fatalf("Sum of %+v (-reference +engine):\n%s", q, d)
	}
	all := want.Contributions(q)
	if d := gocmp.Diff(all, got.Contributions(q)); d != "" {
		t.Fatalf("Contributions of %+v (-reference +engine):\n%s", q, d)
	}
	from, n := rapid.IntRange(0, len(all)+1).Draw(w.t, "offset"), rapid.IntRange(0, 4).Draw(w.t, "limit")
	page, total := got.Page(q, from, n)
	from = min(from, len(all))
	if d := gocmp.Diff(all[from:min(from+n, len(all))], page); d != "" {
		t.Fatalf("Page of %+v (-reference +engine):\n%s", q, d)
	}
	sum := Total{Records: len(all)}
	for _, c := range all {
		sum.Cases += c.Cases
		sum.Dong += c.Dong
	}
	if sum != total {
		t.Fatalf("Page of %+v: total %+v, the contributions come to %+v", q, total, sum)
	}
	if d := gocmp.Diff(sorted(want.Entries(q)), sorted(got.Entries(q)), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("Entries of %+v (-reference +engine):\n%s", q, d)
	}
	last, seen := Entry{}, map[string]bool{}
	for e := range got.Entries(q) {
		if e.ID == last.ID && e.Event < last.Event || e.ID != last.ID && seen[e.ID] {
			t.Fatalf("Entries of %+v: %+v comes after %+v", q, e, last)
		}
		last, seen[e.ID] = e, true
	}
}

func sorted(entries iter.Seq[Entry]) []Entry {
	return slices.SortedFunc(entries, func(a, b Entry) int {
		return cmp.Or(
			strings.Compare(a.ID, b.ID), cmp.Compare(a.Event, b.Event), cmp.Compare(a.BookedOn, b.BookedOn), cmp.Compare(a.Sign, b.Sign),
			strings.Compare(fmt.Sprint(a.Posting), fmt.Sprint(b.Posting)))
	})
}

// small sizes make blocks and segments of few rows.
func small(t *rapid.T) sizes {
	return sizes{
		bits: uint(rapid.IntRange(1, 5).Draw(t, "bits")), segmentRows: rapid.IntRange(1, 40).Draw(t, "segment"),
		segmentCombos: rapid.IntRange(0, 1).Draw(t, "combos"),
	}
}

func sequence(docs []Document) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// The engine answers everything as the reference does, after every step, also from
// views taken before it; and so does a ledger that loads at once what is held.
func TestEngineAnswersAsReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, docs: map[string]Document{}}
		l, plain := newLedger(small(t)), newPlain()
		earlier, earlierPlain := l.View(), plain.View()
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				id, version := fmt.Sprintf("doc%d", rapid.IntRange(0, 12).Draw(t, "id")), int64(rapid.IntRange(0, 3).Draw(t, "version"))
				if got, want := l.Remove(id, version), plain.Remove(id, version); got != want {
					t.Fatalf("Remove(%s, %d) = %t, the reference says %t", id, version, got, want)
				}
				if l.Version(id) == 0 {
					delete(w.docs, id)
				}
			case 1, 2, 3:
				var docs []Document
				for range rapid.IntRange(0, 12).Draw(t, "load") {
					docs = append(docs, w.document())
				}
				if err := l.Load(sequence(docs)); err != nil {
					t.Fatal(err)
				}
				for _, d := range docs {
					plain.Apply(d)
				}
			default:
				d := w.document()
				if got, want := l.Apply(d), plain.Apply(d); got != want {
					t.Fatalf("Apply(%s, version %d) = %t, the reference says %t", d.ID, d.Version, got, want)
				}
			}
			q := w.query()
			same(t, w, l.View(), plain.View(), q)
			same(t, w, earlier, earlierPlain, q)
			if rapid.Bool().Draw(t, "look") {
				earlier, earlierPlain = l.View(), plain.View()
			}
		}
		if d := gocmp.Diff(plain.Held(), l.Held()); d != "" {
			t.Fatalf("Held (-reference +engine):\n%s", d)
		}
		got, want := l.Stats(), plain.Stats()
		for _, d := range plain.docs {
			for _, p := range d.Postings {
				if p.BookedOn != p.EffectiveOn {
					want.Late++
				}
			}
		}
		if d := gocmp.Diff(want, got, cmpopts.IgnoreFields(Stats{}, "Bytes", "Combinations")); d != "" || got.Postings > 0 && got.Bytes <= 0 {
			t.Fatalf("Stats (-reference +engine, %d bytes):\n%s", got.Bytes, d)
		}
		rebuilt := newLedger(small(t))
		var docs []Document
		for _, id := range slices.Sorted(maps.Keys(plain.docs)) {
			docs = append(docs, *plain.docs[id])
		}
		if err := rebuilt.Load(sequence(docs)); err != nil {
			t.Fatal(err)
		}
		same(t, w, rebuilt.View(), plain.View(), w.query())
	})
}

// A load that fails takes nothing; one during which newer versions were applied
// leaves them.
func TestLoadBesideApply(t *testing.T) {
	t.Parallel()
	p := thads.Posting{Account: accounts[1], EffectiveOn: day0, BookedOn: day0, RecordedAt: day0.StartOfDay(), Event: 1, Unit: "u1", Cases: 1}
	fault := errors.New("the store is gone")
	l := New()
	err := l.Load(func(yield func(Document, error) bool) {
		_ = yield(Document{ID: "a", Version: 1, Postings: []thads.Posting{p}}, nil) && yield(Document{}, fault)
	})
	if !errors.Is(err, fault) {
		t.Fatalf("Load returned %v", err)
	}
	if s := l.Stats(); s.Documents != 0 || s.Postings != 0 {
		t.Fatalf("a load that failed left %+v", s)
	}
	err = l.Load(func(yield func(Document, error) bool) {
		more := p
		more.Event, more.Cases = 2, 10
		if !yield(Document{ID: "a", Version: 1, Postings: []thads.Posting{p}}, nil) || !l.Apply(Document{ID: "a", Version: 2, Postings: []thads.Posting{p, more}}) {
			return
		}
		if l.Apply(Document{ID: "b", Version: 1, Postings: []thads.Posting{p}}) {
			yield(Document{ID: "b", Version: 2, Postings: []thads.Posting{p, more}}, nil)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(map[string]int64{"a": 2, "b": 2}, l.Held()); d != "" {
		t.Errorf("held (-want +got):\n%s", d)
	}
	q := Query{
		Scope: thads.CountEverything(), Moment: Moment{From: day0, To: day0, Basis: Booked},
		Figures: []Figure{{{Accounts: Accounts{Classes: classes}, Span: UpTo, Sign: 1}}},
	}
	if got := l.View().Sum(q)[0].Values[0].Cases; got != 22 {
		t.Errorf("the two records come to %d cases, not 22", got)
	}
}

// Readers see whole writes only: every record's postings come to nothing, so every
// view's do, whatever is applied, removed and loaded meanwhile.
func TestReadersSeeWholeWrites(t *testing.T) {
	t.Parallel()
	l := newLedger(sizes{bits: 4, segmentRows: 64})
	balanced := func(id string, version int64) Document {
		d := Document{ID: id, Version: version, Book: thads.BookCases}
		for i := range int(version) {
			p := thads.Posting{
				Account: accounts[0], EffectiveOn: day0, BookedOn: day0.AddDays(i % 3), RecordedAt: day0.StartOfDay().Add(time.Duration(i) * time.Hour),
				Event: i + 1, Unit: units[i%3], Cases: -1, Dong: -500,
			}
			q := p
			q.Account, q.Cases, q.Dong = accounts[1+i%4], 1, 500
			d.Postings = append(d.Postings, p, q)
		}
		return d
	}
	q := Query{
		Scope: thads.CountEverything(), Moment: Moment{From: day0.AddDays(1), To: day0.AddDays(9), Basis: Effective},
		Figures: []Figure{{{Accounts: Accounts{Classes: classes}, Span: UpTo, Sign: 1}}},
	}
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for n := range 3 {
		writers.Go(func() {
			for version := int64(1); version <= 12; version++ {
				for i := range 10 {
					l.Apply(balanced(fmt.Sprintf("%d-%d", n, i), version))
				}
				l.Remove(fmt.Sprintf("%d-%d", n, version%10), 0)
				var docs []Document
				for i := range 10 {
					docs = append(docs, balanced(fmt.Sprintf("loaded %d-%d", n, i), version))
				}
				if err := l.Load(sequence(docs)); err != nil {
					t.Error(err)
				}
			}
		})
		readers.Go(func() {
			for {
				v := l.View()
				if got := v.Sum(q)[0].Values[0]; !got.IsZero() {
					t.Errorf("a view does not add up: %+v", got)
				}
				if got := v.Contributions(q); len(got) != 0 {
					t.Errorf("a record does not add up: %+v", got)
				}
				cases := 0
				for e := range v.Entries(q) {
					cases += e.Cases
				}
				if cases != 0 {
					t.Errorf("the entries come to %d cases", cases)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}

// A page is a part of all contributions, however many are of one size.
func TestPageIsPartOfContributions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, n, sizes := New(), rapid.IntRange(0, 400).Draw(t, "records"), rapid.IntRange(1, 60).Draw(t, "sizes")
		docs := make([]Document, n)
		for i := range docs {
			p := thads.Posting{Account: accounts[1], EffectiveOn: day0, BookedOn: day0, RecordedAt: day0.StartOfDay(), Event: 1, Cases: 1 + i%2}
			p.Dong = thads.Dong(rapid.IntRange(-sizes, sizes).Draw(t, "đồng"))
			docs[i] = Document{ID: fmt.Sprint(i), Version: 1, Postings: []thads.Posting{p}}
		}
		if err := l.Load(sequence(docs)); err != nil {
			t.Fatal(err)
		}
		q := Query{
			Scope: thads.CountEverything(), Moment: Moment{From: day0, To: day0, Basis: Booked},
			Figures: []Figure{{{Accounts: Accounts{Classes: classes}, Span: UpTo, Sign: 1}}},
		}
		all := l.View().Contributions(q)
		offset, limit := rapid.IntRange(0, n+2).Draw(t, "offset"), rapid.IntRange(0, 9).Draw(t, "limit")
		page, total := l.View().Page(q, offset, limit)
		from := min(offset, n)
		if d := gocmp.Diff(all[from:min(from+limit, n)], page); d != "" || total.Records != n {
			t.Fatalf("%d records from %d of %d (-part of all +page):\n%s", limit, offset, total.Records, d)
		}
	})
}
