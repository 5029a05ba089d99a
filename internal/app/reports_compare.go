package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// CompareReports puts two reports of one form side by side: of two days or as
// known at two instants. At most first changed cells are listed, 1 to 200. Columns
// that only one of two regimes has are not compared.
func (a *App) CompareReports(ctx context.Context, base, other ReportInput, first int) (*ReportComparison, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	if base.Form != other.Form {
		return nil, thads.Errorf(thads.CodeNotAllowed, "other.form", "Chỉ so sánh hai báo cáo của cùng một biểu", "Only two reports of one form are compared")
	}
	c := &comparing{asking: k}
	if c.base, err = k.reporting(ctx, base); err != nil {
		return nil, err
	}
	if c.other, err = k.reporting(ctx, other); err != nil {
		return nil, err
	}
	out := &ReportComparison{Changes: []*ReportChange{}}
	if out.Base, err = c.base.report(); err != nil {
		return nil, err
	}
	if out.Other, err = c.other.report(); err != nil {
		return nil, err
	}
	c.changes(out, first)
	return out, nil
}

// A comparing compares two reports.
type comparing struct {
	*asking
	base, other *reporting
}

// changes finds the cells that differ.
func (c *comparing) changes(out *ReportComparison, first int) {
	for _, row := range rowsOfBoth(out.Base, out.Other) {
		for i := range out.Other.Form.Columns {
			column := &out.Other.Form.Columns[i]
			before, there := out.Base.at(row.Key, column.Code)
			after, here := out.Other.at(row.Key, column.Code)
			if !there || !here || before == after {
				continue
			}
			out.ChangeCount++
			if len(out.Changes) == first {
				continue
			}
			d := forms.Value{N: after.N - before.N}
			if before.Null || after.Null {
				d = forms.Value{Null: true}
			}
			out.Changes = append(out.Changes, &ReportChange{
				Row: row.Key, Title: row.Title, Column: column.Code, Base: before, Other: after, Difference: d, in: c,
			})
		}
	}
}

// rowsOfBoth are the rows of either report: those of the other in their order, then
// those that only the base has.
func rowsOfBoth(base, other *Report) []forms.Row {
	out := slices.Clone(other.Rows)
	for _, row := range base.Rows {
		if !slices.ContainsFunc(other.Rows, func(r forms.Row) bool { return r.Key == row.Key }) {
			out = append(out, row)
		}
	}
	return out
}

// at is the value of a cell; false where the form has no such column. In a row
// that the report does not show nothing was counted.
func (r *Report) at(row, column string) (forms.Value, bool) {
	at := slices.IndexFunc(r.Form.Columns, func(c forms.Column) bool { return c.Code == column })
	if at < 0 {
		return forms.Value{}, false
	}
	for i := range r.Rows {
		if r.Rows[i].Key == row {
			return r.Rows[i].Values[at], true
		}
	}
	return forms.Value{Null: r.Form.Columns[at].IsRatio()}, true
}

// Records are the events that explain the difference, at most first, 1 to 200: what is
// behind one cell and not behind the other, of the records that differ most first.
// All of them together add up to the difference. A share has none, and neither has
// a cell that is suppressed.
func (c *ReportChange) Records(ctx context.Context, first int) ([]*ReportChangeRecord, error) {
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	out := []*ReportChangeRecord{}
	if c.Difference.Null {
		return out, nil
	}
	if column, ok := c.in.other.request.Form.Column(c.Column); !ok || column.IsRatio() {
		return out, nil
	}
	base, err := c.in.base.query(c.Row, c.Column)
	if err != nil {
		return nil, err
	}
	other, err := c.in.other.query(c.Row, c.Column)
	if err != nil {
		return nil, err
	}
	all := c.in.explain(base, other, first)
	open, err := c.in.app.openable(ctx, func(yield func(thads.Book, string) bool) {
		for _, r := range all {
			if !yield(r.Book, r.ID) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if !open[r.ID] {
			r.ID = ""
		}
		out = append(out, r)
	}
	return out, nil
}

// explain returns the events behind the difference of two questions, other less
// base, of at least so many records that first events come together, if there are
// so many. A record that adds the same to both explains nothing of the difference
// and is left out.
func (k *asking) explain(base, other ledger.Query, first int) []*ReportChangeRecord {
	differing, all := k.view.Differing(base, other, first)
	if len(differing) == 0 || k.hides && singlesOut(&other.Filter) && all.Records <= smallCell {
		return nil
	}
	documents, place := make([]string, len(differing)), make(map[string]int, len(differing))
	for i, c := range differing {
		documents[i], place[c.ID] = c.ID, i
	}
	type event struct {
		id       string
		event    int
		recorded time.Time
		// An event may move what counts on several days.
		effective, booked thads.Date
	}
	sums := map[event]*ReportChangeRecord{}
	add := func(q ledger.Query, sign int64) {
		q.Filter.Documents = documents
		for e := range k.view.Entries(q) {
			at := event{e.ID, e.Event, e.RecordedAt, e.EffectiveOn, e.BookedOn}
			r := sums[at]
			if r == nil {
				r = &ReportChangeRecord{Book: e.Book, ID: e.ID, Event: e.Event, RecordedAt: e.RecordedAt, EffectiveOn: e.EffectiveOn, BookedOn: e.BookedOn}
				sums[at] = r
			}
			r.Value.Cases += int(sign*e.Sign) * e.Cases
			r.Value.Dong += thads.Dong(sign*e.Sign) * e.Dong
		}
	}
	add(base, -1)
	add(other, 1)
	out := make([]*ReportChangeRecord, 0, len(sums))
	for _, r := range sums {
		if r.Value != (FigureValue{}) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *ReportChangeRecord) int {
		return cmp.Or(cmp.Compare(place[a.ID], place[b.ID]), cmp.Compare(a.Event, b.Event), cmp.Compare(a.EffectiveOn, b.EffectiveOn), cmp.Compare(a.BookedOn, b.BookedOn))
	})
	return out[:min(len(out), first)]
}
