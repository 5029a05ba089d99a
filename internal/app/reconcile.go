package app

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// maxChecked bounds how many published figures are checked at once.
const maxChecked = 50

// pointTolerance is how much a published share, or a difference of shares, may
// differ by rounding: 0,05 of a point.
const pointTolerance = 5

// FiguresCheck compares published figures, at most 50, with what the ledger
// computes for the same day, of a unit with those below it, or of the caller's own
// where none is given: as known at an instant, or now.
func (a *App) FiguresCheck(ctx context.Context, figures []thads.ReportedFigure, unit *thads.UnitID, knownAt *time.Time) ([]*FigureCheck, error) {
	if len(figures) > maxChecked {
		return nil, thads.Errorf(thads.CodeLimit, "figures", "Tối đa %d số liệu", "At most %d figures", maxChecked)
	}
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	i, err := k.indicating(given(unit), "")
	if err != nil {
		return nil, err
	}
	out := make([]*FigureCheck, len(figures))
	for n, f := range figures {
		f.ID = cmp.Or(f.ID, "F"+strconv.Itoa(n+1)) // as those of a conference are numbered
		if out[n], err = i.check(ctx, &f, knownAt); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// FigureCheck compares one figure of a conference with the ledger; nil for those
// who may not see figures.
func (a *App) FigureCheck(ctx context.Context, c *thads.Conference, f thads.ReportedFigure, knownAt *time.Time) (*FigureCheck, error) {
	if !auth.FromContext(ctx).Can(auth.ReadFigures) {
		return nil, nil //nolint:nilnil // none is what such callers are shown
	}
	all, err := a.FiguresCheck(ctx, []thads.ReportedFigure{f}, &c.Particulars.Unit, knownAt)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// TargetProgress tells how far a target is reached, at the end of its period, or
// today while that lies ahead, where no moment is given; nil for those who may not
// see figures.
func (a *App) TargetProgress(ctx context.Context, t *thads.Target, in *MomentInput) (*TargetProgress, error) {
	if !auth.FromContext(ctx).Can(auth.ReadFigures) {
		return nil, nil //nolint:nilnil // none is what such callers are shown
	}
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	var moment MomentInput
	if in != nil {
		moment = *in
	}
	if moment.AsOf == nil {
		day := min(t.PeriodEnd, a.Today())
		moment.AsOf = &day
	}
	if first := t.StatYear.Start(); moment.From == nil && first <= *moment.AsOf {
		moment.From = &first
	}
	m, err := a.moment(&moment)
	if err != nil {
		return nil, err
	}
	i, err := k.indicating(t.Unit, t.Officer)
	if err != nil {
		return nil, err
	}
	if why := i.uncounted(); why != nil {
		return progressOf(t, m, nil, why), nil
	}
	r, err := i.readings(ctx, []thads.Metric{t.Metric}, m)
	if err != nil {
		return nil, err
	}
	return progressOf(t, m, r[0].value, r[0].why), nil
}

// uncounted says why a figure of the unit cannot be compared with what others say
// of it: where not all of the unit counts for the caller. nil where all does.
func (i *indicating) uncounted() *thads.Text {
	if i.countsAllOf(i.unit.ID) {
		return nil
	}
	return &thads.Text{
		VI: "Số liệu bạn được xem không gồm toàn bộ " + i.unit.Name,
		EN: "The figures that you see are not all those of " + i.unit.Name,
	}
}

// check compares one published figure with the ledger.
func (i *indicating) check(ctx context.Context, f *thads.ReportedFigure, knownAt *time.Time) (*FigureCheck, error) {
	c := &FigureCheck{ID: f.ID, Reported: f.Value, Verdict: FigureNotComputable, Parts: []*IndicatorPart{}}
	why, m, err := i.checkedAt(f, knownAt)
	if err != nil {
		return nil, err
	}
	if why == nil {
		why = i.uncounted()
	}
	if why != nil {
		c.Reason = *why
		return c, nil
	}
	read, err := i.readings(ctx, []thads.Metric{f.Metric}, m)
	if err != nil {
		return nil, err
	}
	r := &read[0]
	if r.value == nil {
		c.Reason = *r.why
		return c, nil
	}
	c.Moment, c.Computed = &m, r.value
	for p := range r.parts {
		c.Parts = append(c.Parts, i.part(&r.parts[p], m))
	}
	c.judge(f.Operator)
	return c, nil
}

// checkedAt is when a published figure is computed for, or why it is not: its own
// day, else the end of its year, by the books.
func (i *indicating) checkedAt(f *thads.ReportedFigure, knownAt *time.Time) (why *thads.Text, m Moment, err error) {
	if f.StatYear == 0 && f.AsOf.IsZero() {
		return &thads.Text{VI: "Không nêu năm, ngày của số liệu", EN: "Neither its year nor its day is told"}, m, nil
	}
	year := f.StatYear
	if year == 0 {
		year = thads.StatYearOf(f.AsOf)
	}
	from, to := year.Start(), year.End()
	if !f.AsOf.IsZero() {
		to = min(to, f.AsOf)
	}
	switch {
	case to > i.app.Today():
		return &thads.Text{VI: "Ngày " + to.Vietnamese() + " chưa đến", EN: to.Vietnamese() + " lies ahead"}, m, nil
	case to < from:
		return &thads.Text{VI: "Ngày " + to.Vietnamese() + " không thuộc năm thống kê " + year.String(), EN: to.Vietnamese() + " is not in the statistical year " + year.String()}, m, nil
	}
	m, err = i.app.moment(&MomentInput{From: &from, AsOf: &to, KnownAt: knownAt, Basis: ledger.Booked})
	return nil, m, err
}

// judge compares what was published with what computes, as exactly as it was
// published.
func (c *FigureCheck) judge(operator thads.Operator) {
	if c.Computed.Unit != c.Reported.Unit {
		c.Reason = thads.Text{VI: "Số công bố bằng đơn vị tính khác", EN: "It was published in another unit"}
		return
	}
	d := differenceOf(*c.Computed, c.Reported)
	c.Difference = &d
	tolerance, exact := toleranceOf(c.Reported, operator)
	c.Tolerance = &tolerance
	off := max(d.Value, -d.Value)
	holds, bound := operator.Holds(c.Computed.Value, c.Reported.Value)
	switch {
	case d.Value == 0, bound && operator != thads.Equal && holds, exact && off <= tolerance.Value:
		c.Verdict = FigureMatches
		c.Reason = thads.Text{VI: "Sổ tính được " + c.Computed.Vietnamese(), EN: "The ledger computes " + c.Computed.Vietnamese()}
		return
	}
	c.Verdict = FigureDiffers
	c.Reason = thads.Text{
		VI: "Sổ tính được " + c.Computed.Vietnamese() + ", chênh lệch " + signed(d),
		EN: "The ledger computes " + c.Computed.Vietnamese() + ", a difference of " + signed(d),
	}
	if off <= tolerance.Value {
		c.Warning = &thads.Text{
			VI: "Lệch " + magnitudeOf(d) + ", trong mức làm tròn cho phép " + tolerance.Vietnamese(),
			EN: "Off by " + magnitudeOf(d) + ", within the tolerance for rounding of " + tolerance.Vietnamese(),
		}
	}
}

// signed writes a difference with its sign.
func signed(q thads.Quantity) string {
	if q.Value > 0 {
		return "+" + q.Vietnamese()
	}
	return q.Vietnamese()
}

func magnitudeOf(q thads.Quantity) string {
	q.Value = max(q.Value, -q.Value)
	return q.Vietnamese()
}

// toleranceOf is how much a published number may differ by the rounding of its
// last digit. exact tells that a difference within it is none: 970,327 tỷ is as
// much as is told of an amount in đồng. Shares are published as they were
// computed, to the hundredth: a difference within the tolerance is told.
func toleranceOf(q thads.Quantity, operator thads.Operator) (tolerance thads.Quantity, exact bool) {
	switch q.Unit {
	case thads.UnitPercent, thads.UnitPoints:
		return thads.Quantity{Unit: thads.UnitPoints, Value: pointTolerance}, operator == thads.About
	case thads.UnitDong:
		return thads.Quantity{Unit: q.Unit, Value: lastDigit(q.Value) / 2}, true
	default:
		if operator == thads.About {
			return thads.Quantity{Unit: q.Unit, Value: lastDigit(q.Value) / 2}, true
		}
		return thads.Quantity{Unit: q.Unit}, true
	}
}

// lastDigit is the place of the last digit of a number that is not zero: 1000 in
// 13.000.
func lastDigit(n int64) int64 {
	if n == 0 {
		return 1
	}
	place := int64(1)
	for n%10 == 0 {
		n, place = n/10, place*10
	}
	return place
}
