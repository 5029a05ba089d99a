package app

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// An organisation knows units and officers to the forms as the directory has them.
type organisation struct{ *Directory }

// Rows returns the unit and the agencies below it that exist on a day of the
// period, a unit before those below it. A room that serves a whole agency has a row
// only where something is counted in it.
func (o organisation) Rows(root thads.UnitID, from, to thads.Date) []thads.UnitID {
	return slices.DeleteFunc(o.Tree.SubtreeEver(root), func(id thads.UnitID) bool {
		u := o.Unit(id)
		return u.Level == thads.LevelStaff && id != root || u.ValidFrom > to || !u.ValidTo.IsZero() && u.ValidTo < from
	})
}

// Below returns the unit and all that ever stood below it.
func (o organisation) Below(id thads.UnitID) []thads.UnitID { return o.Tree.SubtreeEver(id) }

// UnitName returns the name of a unit on a day.
func (o organisation) UnitName(id thads.UnitID, on thads.Date) string {
	if u := o.Unit(id); u != nil {
		return u.NameOn(on).Name
	}
	return string(id)
}

// OfficerName returns the name of an officer.
func (o organisation) OfficerName(id thads.OfficerID) string {
	if p := o.Officer(id); p != nil {
		return p.Name
	}
	return string(id)
}

// Forms returns the forms of a regime, of the one in force today where none is
// given; those that cannot be filled say why.
func (a *App) Forms(ctx context.Context, regime *forms.Regime) ([]forms.Form, error) {
	if _, err := a.permit(ctx, auth.ReadFigures); err != nil {
		return nil, err
	}
	r := forms.RegimeOn(a.Today())
	if regime != nil {
		r = *regime
	}
	return forms.Forms(r), nil
}

// computeReport fills a form from a view of the ledger.
func computeReport(v *ledger.View, d *Directory, q forms.Request) (*forms.Report, error) {
	return forms.Compute(v, organisation{d}, q)
}

// A reporting is a report as it is asked for: with its cells, and the kept one
// where there is one.
type reporting struct {
	*asking
	unit    *thads.Unit
	moment  Moment
	request forms.Request
	// kept and lock are not nil where a lock has kept exactly this report.
	kept *forms.Report
	lock *PeriodLock
}

// Report fills a form at a day or for a period, of what counts for the caller. A
// form that cannot be filled, and any under a regime whose forms are not known, is
// refused (FORM_NOT_AVAILABLE). What a lock of exactly that unit and period has
// kept is served as it was kept, to those whose figures count all of it and who
// ask neither for another basis nor for another instant.
func (a *App) Report(ctx context.Context, in ReportInput) (*Report, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	r, err := k.reporting(ctx, in)
	if err != nil {
		return nil, err
	}
	return r.report()
}

// reporting resolves what is asked for.
func (k *asking) reporting(ctx context.Context, in ReportInput) (*reporting, error) {
	m, err := k.app.reportMoment(in)
	if err != nil {
		return nil, err
	}
	u, err := k.unit(given(in.Unit))
	if err != nil {
		return nil, err
	}
	f, err := formOf(in.Form, m.Regime)
	if err != nil {
		return nil, err
	}
	r := &reporting{asking: k, unit: u, moment: m}
	if err := r.findKept(ctx, in.Form); err != nil {
		return nil, err
	}
	r.request = forms.Request{Form: f, Unit: u.ID, Scope: k.scope, Moment: r.moment.ledger()}
	return r, nil
}

// formOf finds a form that can be filled.
func formOf(code forms.Code, regime forms.Regime) (forms.Form, error) {
	spec, _ := forms.RegimeSpecOf(regime)
	f, ok := forms.FormOf(code, regime)
	switch {
	case !ok && !spec.Available:
		return f, thads.Errorf(forms.CodeFormUnavailable, "input.moment.regime", "%[1]s", "%[2]s", spec.Note.VI, spec.Note.EN)
	case !ok:
		return f, thads.Errorf(forms.CodeFormUnavailable, "input.form", "%[1]s không có biểu này", "%[2]s has no such form", spec.Name.VI, spec.Name.EN)
	case !f.Available:
		return f, thads.Errorf(forms.CodeFormUnavailable, "input.form", "Không lập được biểu “%[1]s”: %[3]s", "The form %[2]q is not available: %[4]s", f.Title.VI, f.Title.EN, f.Reason.VI, f.Reason.EN)
	}
	return f, nil
}

// reportMoment resolves when a report is for: a period gives the days.
func (a *App) reportMoment(in ReportInput) (Moment, error) {
	if in.Period == nil {
		return a.moment(in.Moment)
	}
	m := MomentInput{}
	if in.Moment != nil {
		m = *in.Moment
	}
	if m.AsOf != nil || m.From != nil {
		return Moment{}, thads.Errorf(thads.CodeNotAllowed, "input.period", "Chỉ dùng một trong hai: kỳ báo cáo hoặc từ ngày, đến ngày", "Give a period or days, not both")
	}
	from := in.Period.StatYear.Start()
	to, err := in.Period.StatYear.PeriodEnd(in.Period.Months)
	if err != nil {
		return Moment{}, err
	}
	m.From, m.AsOf = &from, &to
	return a.moment(&m)
}

// findKept looks for the report that a lock has kept. Its cells open to what was
// known when it was made.
func (r *reporting) findKept(ctx context.Context, code forms.Code) error {
	m := &r.moment
	whole := m.From == thads.StatYearOf(m.AsOf).Start() && m.AsOf == monthEnd(m.AsOf)
	if !whole || !m.latest || m.Basis != ledger.Booked || !r.countsAllOf(r.unit.ID) {
		return nil
	}
	kept, lock, err := r.app.keptReport(ctx, r.unit.ID, m.AsOf, code, m.Regime)
	if err != nil || kept == nil || lock == nil || lock.KnownAt == nil {
		return err
	}
	r.kept, r.lock = kept, lock
	m.KnownAt, m.latest = *lock.KnownAt, false
	return nil
}

// countsAllOf tells whether all that ever stood below a unit counts for the caller.
func (k *asking) countsAllOf(unit thads.UnitID) bool {
	if k.scope.IsEverything() {
		return true
	}
	return !slices.ContainsFunc(k.below(unit), func(u thads.UnitID) bool { return !slices.Contains(k.scope.Units(), u) })
}

// report fills the form, or takes what was kept, and hides what the caller does
// not see.
func (r *reporting) report() (*Report, error) {
	filled := r.kept
	if filled == nil {
		var err error
		if filled, err = computeReport(r.view, r.directory, r.request); err != nil {
			return nil, err
		}
	}
	out := &Report{Form: filled.Form, Unit: r.unit, Moment: r.moment, Rows: filled.Rows, Checks: filled.Checks, Lock: r.lock, in: r}
	return out, out.suppress()
}

// suppress hides the cells that the caller does not see, and the shares that tell
// them.
func (r *Report) suppress() error {
	if !r.in.hides {
		return nil
	}
	r.Rows, r.Checks = slices.Clone(r.Rows), slices.Clone(r.Checks)
	for i := range r.Rows {
		row := &r.Rows[i]
		hidden, err := r.in.hiddenIn(&r.Form, row.Key)
		if err != nil {
			return err
		}
		if len(hidden) == 0 {
			continue
		}
		row.Values = slices.Clone(row.Values)
		for j := range r.Form.Columns {
			c := &r.Form.Columns[j]
			if hidden[c.Code] || c.IsRatio() && (hidden[c.Numerator] || hidden[c.Denominator]) {
				row.Values[j] = forms.Value{Null: true}
				r.Suppressed = append(r.Suppressed, SuppressedCell{Row: row.Key, Column: c.Code})
			}
		}
		r.Checks = slices.DeleteFunc(r.Checks, func(c forms.CheckResult) bool { return c.Row == row.Key })
	}
	return nil
}

// hiddenIn are the columns of sums that the caller does not see in a row.
func (r *reporting) hiddenIn(f *forms.Form, row string) (map[string]bool, error) {
	hidden := map[string]bool{}
	for i := range f.Columns {
		c := &f.Columns[i]
		if c.IsRatio() {
			continue
		}
		q, err := r.query(row, c.Code)
		if err != nil {
			return nil, err
		}
		if !singlesOut(&q.Filter) {
			return nil, nil // as for all columns of the row
		}
		if r.suppressed(q) != nil {
			hidden[c.Code] = true
		}
	}
	return hidden, nil
}

// query is the question that opens a cell.
func (r *reporting) query(row, column string) (ledger.Query, error) {
	return forms.CellQuery(organisation{r.directory}, r.request, row, column)
}

// ReportCell returns one cell of a report, which opens to the records behind it;
// a share to the cells that it is made of.
func (a *App) ReportCell(ctx context.Context, in ReportInput, row, column string) (*ReportCell, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	r, err := k.reporting(ctx, in)
	if err != nil {
		return nil, err
	}
	return r.cell(row, column)
}

// Cell opens one of the report's cells, from the same postings.
func (r *Report) Cell(row, column string) (*ReportCell, error) { return r.in.cell(row, column) }

// cell opens a cell.
func (r *reporting) cell(row, column string) (*ReportCell, error) {
	c, ok := r.request.Form.Column(column)
	if !ok {
		return nil, thads.Errorf(thads.CodeUnknown, "column", "Biểu không có cột %q", "The form has no column %q", column)
	}
	out := &ReportCell{Moment: r.moment, Row: row, Column: *c, Parts: []*ReportCell{}}
	if c.IsRatio() {
		return out, r.share(out)
	}
	q, err := r.query(row, column)
	if err != nil {
		return nil, err
	}
	if out.Suppressed = r.suppressed(q); out.Suppressed != nil {
		out.Value = forms.Value{Null: true}
	} else {
		out.Value = r.value(q, row, c)
	}
	out.open = r.opens(q, out.Suppressed)
	return out, nil
}

// value is what a cell shows: what was kept, else what computes.
func (r *reporting) value(q ledger.Query, row string, c *forms.Column) forms.Value {
	if r.kept == nil {
		return forms.Value{N: inUnit(c.Unit, r.sum(q)[0])}
	}
	line, ok := r.kept.Row(row)
	at := slices.IndexFunc(r.kept.Form.Columns, func(k forms.Column) bool { return k.Code == c.Code })
	if !ok || at < 0 || at >= len(line.Values) {
		return forms.Value{} // nothing was counted there
	}
	return line.Values[at]
}

// share opens a share.
func (r *reporting) share(out *ReportCell) error {
	for _, code := range []string{out.Column.Numerator, out.Column.Denominator} {
		part, err := r.cell(out.Row, code)
		if err != nil {
			return err
		}
		out.Parts = append(out.Parts, part)
		if part.Suppressed != nil {
			out.Suppressed = part.Suppressed
		}
	}
	p, ok := thads.Ratio(out.Parts[0].Value.N, out.Parts[1].Value.N)
	out.Value = forms.Value{N: int64(p), Null: !ok}
	if out.Suppressed != nil {
		out.Value = forms.Value{Null: true}
	}
	return nil
}

// Cases are the records behind the cell, one page of at most 200; nil for a share,
// none where the cell is suppressed.
func (c *ReportCell) Cases(ctx context.Context, first int, after *store.Cursor) (*FigureRecords, error) {
	if c.open == nil {
		return nil, nil
	}
	return c.open(ctx, first, after)
}
