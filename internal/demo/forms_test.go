//go:build !race

package demo

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/forms"
	books "github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

var update = flag.Bool("update", false, "write the golden files anew")

// An organisation names the units and officers of the province.
type organisation struct{ p *province }

// Rows are the agencies; a room of one has a row only where something is counted
// in it.
func (o organisation) Rows(root thads.UnitID, from, to thads.Date) []thads.UnitID {
	return slices.DeleteFunc(o.p.tree.SubtreeEver(root), func(id thads.UnitID) bool {
		u, _ := o.p.tree.Unit(id)
		return u.Level == thads.LevelStaff || u.ValidFrom > to || !u.ValidTo.IsZero() && u.ValidTo < from
	})
}

func (o organisation) Below(id thads.UnitID) []thads.UnitID { return o.p.tree.SubtreeEver(id) }

func (o organisation) UnitName(id thads.UnitID, on thads.Date) string {
	u, ok := o.p.tree.Unit(id)
	if !ok {
		return string(id)
	}
	return u.NameOn(on).Name
}

func (o organisation) OfficerName(id thads.OfficerID) string {
	if officer := o.p.officers[id]; officer != nil {
		return officer.Name
	}
	return string(id)
}

// asPosted is the ledger of all records of the province.
var asPosted = sync.OnceValues(func() (*books.Ledger, error) {
	p, err := filled()
	if err != nil {
		return nil, err
	}
	l := books.New()
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for i := w; i < len(p.cases) && errs[w] == nil; i += len(errs) {
				c := p.cases[i]
				errs[w] = enter(l, string(c.ID), thads.BookCases, c, thads.PostCase)
			}
		})
	}
	wg.Wait()
	return l, errors.Join(errs...)
})

// enter posts a record.
func enter[S any](l *books.Ledger, id string, book thads.Book, record *S, post func(*S) ([]thads.Posting, error)) error {
	postings, err := post(record)
	if err == nil && !l.Apply(books.Document{ID: id, Version: 1, Book: book, Postings: postings}) {
		err = fmt.Errorf("%s was not taken", id)
	}
	return err
}

func viewOf(t *testing.T) *books.View {
	t.Helper()
	p := fill(t)
	l, err := asPosted()
	if err != nil {
		t.Fatal(err)
	}
	if l.Version(string(p.cases[0].ID)) == 0 {
		t.Fatal("the cases are not in the ledger")
	}
	for _, v := range all(t, p, "verdict", thads.FoldVerdict) {
		if l.Version(string(v.ID)) == 0 {
			err = errors.Join(err, enter(l, string(v.ID), thads.BookVerdicts, v, thads.PostVerdict))
		}
	}
	for _, d := range all(t, p, "directedCase", thads.FoldDirectedCase) {
		if l.Version(string(d.ID)) == 0 {
			err = errors.Join(err, enter(l, string(d.ID), thads.BookDirected, d, thads.PostDirectedCase))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return l.View()
}

func (p *province) report(t *testing.T, v *books.View, code forms.Code, regime forms.Regime, moment books.Moment) *forms.Report {
	t.Helper()
	f, ok := forms.FormOf(code, regime)
	if !ok {
		t.Fatalf("no %s under %s", code, regime)
	}
	r, err := forms.Compute(v, organisation{p}, forms.Request{Form: f, Unit: p.root(t), Scope: thads.CountEverything(), Moment: moment})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// cell returns a column of a report's first row.
func cell(r *forms.Report, column string) int64 {
	at := slices.IndexFunc(r.Form.Columns, func(c forms.Column) bool { return c.Code == column })
	return r.Rows[0].Values[at].N
}

func momentOf(day thads.Date, basis books.Basis) books.Moment {
	return books.Moment{From: thads.StatYearOf(day).Start(), To: day, Basis: basis}
}

// The published figures come out of the forms.
func TestPublishedFiguresInForms(t *testing.T) {
	p, v := fill(t), viewOf(t)
	byCase := p.report(t, v, forms.FormResultsByCase, forms.RegimeTT01, momentOf(20190930, books.Booked))
	before := p.report(t, v, forms.FormResultsByCase, forms.RegimeTT01, momentOf(20180930, books.Booked))
	byMoney := p.report(t, v, forms.FormOfficersByMoney, forms.RegimeTT01, momentOf(20190930, books.Booked))
	verdicts := p.report(t, v, forms.FormAdministrativeVerdicts, forms.RegimeTT01, momentOf(20190930, books.Booked))
	got := map[string]int64{
		"cases 2019": cell(byCase, "S"), "cases 2018": cell(before, "S"), "increase": cell(byCase, "S") - cell(before, "S"),
		"money": cell(byMoney, "S"), "with means": cell(byMoney, "D"), "rate": cell(byMoney, "P"),
		"verdicts": cell(verdicts, "T"), "done": cell(verdicts, "X"), "not done": cell(verdicts, "L"),
	}
	want := map[string]int64{
		"cases 2019": 13_140, "cases 2018": 11_888, "increase": 1_252, "money": 336_758_000_000, "with means": 970_327_000_000, "rate": 34_71,
		"verdicts": 13, "done": 4, "not done": 9,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Directed cases are counted from their listing to the day.
	var figures []books.Figure
	for _, m := range []forms.Measure{forms.MeasureDirectedListed, forms.MeasureDirectedResolved, forms.MeasureDirectedOpen} {
		f, _ := forms.FigureOf(m, forms.RegimeTT01)
		figures = append(figures, f)
	}
	sums := v.Sum(books.Query{Scope: thads.CountEverything(), Moment: momentOf(20191209, books.Booked), Figures: figures})
	if diff := cmp.Diff([]books.Amount{{Cases: 5}, {Cases: 3}, {Cases: 2}}, sums[0].Values); diff != "" {
		t.Errorf("directed cases:\n%s", diff)
	}
	// What one year carries out the next carries in, less what moved to the
	// separate book and what entered late.
	next := p.report(t, v, forms.FormResultsByCase, forms.RegimeTT01, momentOf(20181001, books.Booked))
	if out, in := cell(before, "R"), cell(next, "A2"); out < in || out-in > 50 {
		t.Errorf("2018 carries out %d, 2019 carries in %d", out, in)
	}
}

// The forms of the demonstration province, as they were reported for half a year,
// for a year, and for the conference; and the year's results as other regimes and
// the other base would have them.
func TestGoldenForms(t *testing.T) {
	p, v := fill(t), viewOf(t)
	for _, day := range []thads.Date{20190331, 20190930, 20191209} {
		regime := forms.RegimeOn(day)
		var b strings.Builder
		for _, f := range forms.Forms(regime) {
			if !f.Available {
				fmt.Fprintf(&b, "== %s %s\n   %s\n\n", f.Code, f.Title.VI, f.Reason.VI)
				continue
			}
			write(t, &b, p.report(t, v, f.Code, regime, momentOf(day, books.Booked)))
		}
		golden(t, day.String(), b.String())
	}
	var b strings.Builder
	for _, regime := range []forms.Regime{forms.RegimeTT06, forms.RegimeTT05} {
		for _, code := range []forms.Code{forms.FormResultsByCase, forms.FormResultsByMoney} {
			write(t, &b, p.report(t, v, code, regime, momentOf(20190930, books.Booked)))
		}
	}
	for _, code := range []forms.Code{forms.FormResultsByCase, forms.FormResultsByMoney} {
		write(t, &b, p.report(t, v, code, forms.RegimeTT01, momentOf(20190930, books.Effective)))
	}
	golden(t, "2019-09-30-otherwise", b.String())
}

// write puts a report into words. Every rule must hold.
func write(t *testing.T, b *strings.Builder, r *forms.Report) {
	t.Helper()
	fmt.Fprintf(b, "== %s %s %s %s\n   %s, %s–%s, %s\n", r.Form.Code, r.Form.Regime, r.Form.Number, r.Form.Title.VI, r.UnitName, r.Moment.From.Vietnamese(), r.Moment.To.Vietnamese(), r.Moment.Basis)
	for i := range r.Form.Columns {
		c := &r.Form.Columns[i]
		var path []string
		for _, h := range c.Path {
			path = append(path, h.VI)
		}
		fmt.Fprintf(b, "   %s: %s = %s\n", c.Code, strings.Join(path, " › "), c.Formula.VI)
	}
	for i := range r.Form.Columns {
		fmt.Fprintf(b, "\t%s", r.Form.Columns[i].Code)
	}
	b.WriteByte('\n')
	for i := range r.Rows {
		row := &r.Rows[i]
		b.WriteString(strings.Repeat("  ", row.Level) + row.Title.VI)
		for j, cell := range row.Values {
			switch {
			case cell.Null:
				b.WriteString("\t–")
			case r.Form.Columns[j].IsRatio():
				fmt.Fprintf(b, "\t%s", thads.Percent(cell.N).Vietnamese())
			default:
				fmt.Fprintf(b, "\t%d", cell.N)
			}
		}
		b.WriteByte('\n')
	}
	for _, c := range r.Checks {
		fmt.Fprintf(b, "   %s: %d = %d\n", c.Text.VI, c.Left, c.Right)
		if !c.Passed {
			t.Errorf("%s at %s: %+v", r.Form.Code, r.Moment.To, c)
		}
	}
	b.WriteByte('\n')
}

// golden compares with what was accepted.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "forms", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs; -update accepts it:\n%s", name, diff)
	}
}

// Every cell of the year's forms by officer opens to records that add up to it.
func TestDemonstrationCellsOpen(t *testing.T) {
	p, v := fill(t), viewOf(t)
	for _, code := range []forms.Code{forms.FormResultsByCase, forms.FormAdministrativeVerdicts, forms.FormMeasures, forms.FormReductions} {
		moment := momentOf(20190930, books.Booked)
		r := p.report(t, v, code, forms.RegimeTT01, moment)
		q := forms.Request{Form: r.Form, Unit: r.Unit, Scope: thads.CountEverything(), Moment: moment}
		opened := 0
		for i := range r.Rows {
			for j := range r.Form.Columns {
				c := &r.Form.Columns[j]
				if c.IsRatio() || r.Rows[i].Values[j].N == 0 {
					continue
				}
				query, err := forms.CellQuery(organisation{p}, q, r.Rows[i].Key, c.Code)
				if err != nil {
					t.Fatal(err)
				}
				var sum books.Amount
				for _, one := range v.Contributions(query) {
					sum.Cases, sum.Dong = sum.Cases+one.Cases, sum.Dong+one.Dong
				}
				n := sum.Cases
				if c.Unit == thads.UnitDong {
					n = sum.Dong
				}
				if opened++; n != r.Rows[i].Values[j].N {
					t.Errorf("%s: %s of %s is %d, its records add up to %d", code, c.Code, r.Rows[i].Key, r.Rows[i].Values[j].N, n)
				}
			}
		}
		if opened == 0 {
			t.Errorf("%s is empty", code)
		}
	}
}
