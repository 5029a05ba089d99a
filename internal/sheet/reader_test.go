package sheet

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// bookOf is a workbook with cases of these keys, and events of cases in this
// order, one a row. A name that begins with # is the number of a decision.
func bookOf(t *testing.T, cases, events []string) *Book {
	t.Helper()
	day := thads.DateOf(2018, 10, 5)
	rows := []CaseRow{}
	for _, name := range cases {
		r := CaseRow{
			Key: name, Unit: "38.01", Number: "9" + name + "/QĐ-CCTHADS", Date: day, EffectiveOn: day, Initiation: thads.OwnMotion, JudgmentKind: thads.JudgmentCriminal, JudgmentNumber: "07/2018/HS-ST",
			JudgmentDate: day.AddDays(-30), Court: "TAND thành phố Thanh Hóa", Debtor: PartyCells{Name: "Nguyễn Văn Thử"}, ObligationKind: thads.CourtFee, Amount: 200_000,
		}
		if name[0] == '#' {
			r.Key, r.Number = "", name[1:]+"/QĐ-CCTHADS"
		}
		rows = append(rows, r)
	}
	happened := []EventRow{}
	for _, name := range events {
		r := EventRow{Key: name, Kind: thads.CaseNoted, EffectiveOn: day.AddDays(len(happened)), Note: "lời"}
		if name[0] == '#' {
			r.Key, r.Unit, r.Number, r.Date = "", "38.01", "0"+name[1:]+" /qđ-ccthads", day
		}
		happened = append(happened, r)
	}
	return openBook(t, writeRegisters(t, XLSX, rows, happened))
}

func bothOf(t *testing.T, b *Book) Reading {
	t.Helper()
	return Reading{Cases: proposed(t, b, Cases, casesSheet), Events: proposed(t, b, CaseEvents, eventsSheet)}
}

// names returns what was read in short: the case, whether the file opens it, and
// the rows of its events.
func names(entries []*Entry) []string {
	var out []string
	for _, e := range entries {
		s := e.Key
		if s == "" {
			s = "#" + e.Number.Raw
		}
		if e.Opening != nil {
			s += fmt.Sprintf(" opened in %d", e.RowNumbers)
		}
		for _, ev := range e.Events {
			s += fmt.Sprintf(" %d", ev.Row)
		}
		if e.Failed {
			s += " failed"
		}
		out = append(out, s)
	}
	return out
}

// TestCasesAndEventsSideBySide: events join the case that the file opens, by key
// or by decision; those of other cases are entries of their own, in their place;
// what comes too late for its case is refused.
func TestCasesAndEventsSideBySide(t *testing.T) {
	for name, tt := range map[string]struct {
		cases, events []string
		want          []string
		problems      []string
	}{
		"as exported": {
			cases: []string{"A", "B", "C", "D"}, events: []string{"A", "A", "C", "D"},
			want: []string{"A opened in [2] 2 3", "B opened in [3]", "C opened in [4] 4", "D opened in [5] 5"},
		},
		"by decision": {
			cases: []string{"#46", "#47", "C"}, events: []string{"#46", "#47", "#47", "c"},
			want: []string{"#46/QĐ-CCTHADS opened in [2] 2", "#47/QĐ-CCTHADS opened in [3] 3 4", "C opened in [4] 5"},
		},
		"with others between, before and behind": {
			cases: []string{"A", "C"}, events: []string{"X", "A", "Y", "A", "C", "#99"},
			want: []string{"X 2", "Y 4", "A opened in [2] 3 5", "#099 /qđ-ccthads 7", "C opened in [3] 6"},
		},
		"late": {
			cases: []string{"A", "B", "C"}, events: []string{"B", "A", "C", "B"},
			want:     []string{"A opened in [2]", "A 3 failed", "B opened in [3] 2", "B 5 failed", "C opened in [4] 4"},
			problems: []string{`ERROR A3 INVALID "A"`, `ERROR A5 INVALID "B"`},
		},
		"no events": {cases: []string{"A"}, want: []string{"A opened in [2]"}},
		"no cases":  {events: []string{"A", "B", "A"}, want: []string{"A 2", "B 3", "A 4"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := bookOf(t, tt.cases, tt.events)
			entries, problems := readEntries(t, b, bothOf(t, b))
			if diff := cmp.Diff(tt.want, names(entries)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			want(t, problems, tt.problems...)
			for _, e := range entries {
				for _, ev := range e.Events {
					if ev.Sheet != eventsSheet || e.Opening != nil && e.Sheet != casesSheet {
						t.Errorf("%s: an event of %q in %q", e.Key, ev.Sheet, e.Sheet)
					}
				}
			}
		})
	}
}

// TestDisagreementAboutTheCase: the key leads, and another number beside it is
// told.
func TestDisagreementAboutTheCase(t *testing.T) {
	b := openBook(t, writeRegisters(t, XLSX,
		[]CaseRow{{Key: "A", Unit: "38.01", Number: "46/QĐ", Date: thads.DateOf(2018, 10, 5), Initiation: thads.OwnMotion, JudgmentKind: thads.JudgmentCivil, JudgmentNumber: "7/DS", JudgmentDate: thads.DateOf(2018, 9, 5), Court: "TAND", Debtor: PartyCells{Name: "Nguyễn Văn Thử"}, ObligationKind: thads.CourtFee, Amount: 200_000}},
		[]EventRow{{Key: "A", Number: "47/QĐ", Kind: thads.CaseNoted, EffectiveOn: thads.DateOf(2018, 10, 9), Note: "lời"}},
	))
	entries, problems := readEntries(t, b, bothOf(t, b))
	want(t, problems, `ERROR C2 VERSION_CONFLICT "47/QĐ"`)
	if len(entries) != 1 || !entries[0].Failed {
		t.Errorf("entries %v", names(entries))
	}
}

// TestReadTwice: the sequence can be read again, stopped early, and counts what
// it yields.
func TestReadTwice(t *testing.T) {
	b := bookOf(t, []string{"A", "B", "C"}, []string{"X", "A", "C", "C", "Z"})
	var problems []Problem
	r, err := NewReader(b, bothOf(t, b), func(p Problem) { problems = append(problems, p) })
	if err != nil {
		t.Fatal(err)
	}
	for most := range 8 {
		var got []*Entry
		for e, err := range r.Entries() {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, e); len(got) == most {
				break
			}
		}
		want := 5
		if most > 0 {
			want = min(most, 5)
		}
		if c := r.Counts(); len(got) != want || c.Entries != want || want == 5 && c != (Counts{Rows: 8, Entries: 5}) {
			t.Errorf("%d entries of at most %d, counted %+v", len(got), most, c)
		}
	}
	if len(problems) > 0 {
		t.Errorf("problems %v", found(problems))
	}
}

// TestReadingThatDoesNotFit: the paths of refusals say of which mapping they are.
func TestReadingThatDoesNotFit(t *testing.T) {
	b := bookOf(t, []string{"A"}, []string{"A"})
	good := bothOf(t, b)
	without := func(m *Mapping, fields ...string) *Mapping {
		out := *m
		out.Columns = slices.Clone(m.Columns)
		for i := range out.Columns {
			if slices.Contains(fields, out.Columns[i].Field) {
				out.Columns[i].Field = ""
			}
		}
		return &out
	}
	elsewhere := *good.Events
	elsewhere.Sheet = "Trang khác"
	same := *good.Events
	same.Sheet = casesSheet
	for name, tt := range map[string]struct {
		reading Reading
		want    []string
	}{
		"nothing":          {Reading{}, []string{""}},
		"no such sheet":    {Reading{Events: &elsewhere}, []string{"events.sheet"}},
		"the same sheet":   {Reading{Cases: good.Cases, Events: &same}, []string{"events.sheet"}},
		"no debtors":       {Reading{Cases: without(good.Cases, "debtorName"), Events: good.Events}, []string{"cases.constants.debtorName"}},
		"no kind, no date": {Reading{Events: without(good.Events, "kind", "effectiveOn", "documentDate")}, []string{"events.constants.kind", "events.constants.effectiveOn"}},
		"no names":         {Reading{Events: without(good.Events, "key", "number", "unit")}, []string{"events.constants.unit", "events.constants.number"}},
		"key alone":        {Reading{Events: without(good.Events, "number", "date", "unit")}, nil},
		"decision alone":   {Reading{Events: without(good.Events, "key")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewReader(b, tt.reading, func(Problem) {})
			var got []string
			es, isRefusal := thads.Refusals(err)
			if err != nil && !isRefusal {
				t.Fatal(err)
			}
			for _, e := range es {
				got = append(got, fmt.Sprint(joined(e.Field)))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
		})
	}
}

func joined(field []string) string {
	s := ""
	for i, f := range field {
		if i > 0 {
			s += "."
		}
		s += f
	}
	return s
}

// brokenSheet is a sheet whose file is damaged behind some rows.
type brokenSheet struct {
	source
	after int
}

var errDamaged = errors.New("damaged")

func (s brokenSheet) rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		n := 0
		for row, err := range s.source.rows() {
			if n++; n > s.after {
				yield(nil, errDamaged)
				return
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// TestDamage: reading ends with the error once, wherever it strikes, and yields
// nothing behind it.
func TestDamage(t *testing.T) {
	for broken := range 2 {
		for after := 1; after < 4; after++ {
			b := bookOf(t, []string{"A", "B", "C"}, []string{"A", "B", "C"})
			both := bothOf(t, b)
			for name, reading := range map[string]Reading{"both": both, "cases": {Cases: both.Cases}, "events": {Events: both.Events}} {
				if name == "cases" && broken == 1 || name == "events" && broken == 0 {
					continue
				}
				whole := b.sheets[broken]
				b.sheets[broken] = brokenSheet{whole, after}
				r, err := NewReader(b, reading, func(Problem) {})
				if err != nil {
					t.Fatal(err)
				}
				errs, entries := 0, 0
				for e, err := range r.Entries() {
					switch {
					case errs > 0:
						t.Fatalf("%s: something behind the error", name)
					case err != nil:
						if errs++; !errors.Is(err, errDamaged) || e != nil {
							t.Fatalf("%s: %v", name, err)
						}
					default:
						entries++
					}
				}
				if errs != 1 || entries >= after {
					t.Errorf("%s, damaged behind row %d: %d errors, %d entries", name, after, errs, entries)
				}
				b.sheets[broken] = whole
			}
		}
	}
}

// TestEndlessCase: rows of one case beyond what a case can take are counted, told
// once and not kept.
func TestEndlessCase(t *testing.T) {
	rows := make([]EventRow, 2*thads.MaxEvents+10)
	for i := range rows {
		rows[i] = EventRow{Key: "A", Kind: thads.CaseNoted, EffectiveOn: thads.DateOf(2019, 1, 1), Note: "lời"}
	}
	b := openBook(t, writeRegisters(t, CSV, nil, rows))
	entries, problems := readEntries(t, b, Reading{Events: proposed(t, b, CaseEvents, "")})
	want(t, problems, fmt.Sprintf(`ERROR %d LIMIT_EXCEEDED ""`, thads.MaxEvents+2))
	if len(entries) != 1 || len(entries[0].Events) != thads.MaxEvents || !entries[0].Failed {
		t.Errorf("%d entries, %d events", len(entries), len(entries[0].Events))
	}
}
