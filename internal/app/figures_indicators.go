package app

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// maxIndicators bounds how many indicators are asked for at once.
const maxIndicators = 20

// Indicator returns a metric of a unit with those below it, of the caller's own
// where none is given, or of one officer.
func (a *App) Indicator(ctx context.Context, metric thads.Metric, in *MomentInput, unit *thads.UnitID, officer *thads.OfficerID) (*Indicator, error) {
	all, err := a.Indicators(ctx, []thads.Metric{metric}, in, unit, officer)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Indicators returns several metrics at once, at most 20, in their order.
func (a *App) Indicators(ctx context.Context, metrics []thads.Metric, in *MomentInput, unit *thads.UnitID, officer *thads.OfficerID) ([]*Indicator, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	if len(metrics) > maxIndicators {
		return nil, thads.Errorf(thads.CodeLimit, "metrics", "Tối đa %d chỉ tiêu", "At most %d metrics", maxIndicators)
	}
	m, err := a.moment(in)
	if err != nil {
		return nil, err
	}
	i, err := k.indicating(given(unit), given(officer))
	if err != nil {
		return nil, err
	}
	return i.indicators(ctx, metrics, m)
}

// given is what a pointer points to, the zero value for nil.
func given[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// An indicating computes indicators of a unit or an officer.
type indicating struct {
	*asking
	unit    *thads.Unit
	officer *thads.Officer
	filter  ledger.Filter
}

func (k *asking) indicating(unit thads.UnitID, officer thads.OfficerID) (*indicating, error) {
	u, err := k.unit(unit)
	if err != nil {
		return nil, err
	}
	i := &indicating{asking: k, unit: u, filter: k.within(u.ID, officer)}
	if officer != "" {
		if i.officer = k.directory.Officer(officer); i.officer == nil {
			return nil, notFound("officer")
		}
	}
	return i, nil
}

// A reading is a metric at a moment.
type reading struct {
	// value is nil where there is none, and why says so.
	value *thads.Quantity
	why   *thads.Text
	parts []summed
}

// A summed is one of the sums of a metric: n in a unit.
type summed struct {
	measure forms.Measure
	unit    thads.QuantityUnit
	figure  ledger.Figure
	n       int64
}

// sumsOf are the sums that a metric of the ledger is made of: one of a count, those
// above and below the line of a share; none of what the ledger cannot tell and of
// differences.
func sumsOf(m thads.Metric, r forms.Regime) []summed {
	sum := func(of forms.Measure, unit thads.QuantityUnit, where ledger.Filter) summed {
		f, _ := forms.FigureOf(of, r)
		return summed{measure: of, unit: unit, figure: narrowed(f, where)}
	}
	if rate, ok := forms.RateOf(m); ok {
		return []summed{sum(rate.Numerator, rate.Unit, rate.Filter), sum(rate.Denominator, rate.Unit, rate.Filter)}
	}
	if of, unit, ok := forms.CountOf(m); ok {
		return []summed{sum(of, unit, ledger.Filter{})}
	}
	return nil
}

// narrowed is a figure of what a filter keeps. The parts of measures have no
// filters of their own.
func narrowed(f ledger.Figure, where ledger.Filter) ledger.Figure {
	out := slices.Clone(f)
	for i := range out {
		out[i].Where = where
	}
	return out
}

// readings computes metrics at a moment with one question to the ledger, and one
// more where something is compared with the year before.
func (i *indicating) readings(ctx context.Context, metrics []thads.Metric, m Moment) ([]reading, error) {
	all := make([]reading, len(metrics))
	var figures []ledger.Figure
	for n, metric := range metrics {
		all[n] = unread(metric, m)
		for _, s := range all[n].parts {
			figures = append(figures, s.figure)
		}
	}
	if len(figures) > 0 {
		sums := i.sum(i.query(m, i.filter, figures...))
		for n := range all {
			for p := range all[n].parts {
				s := &all[n].parts[p]
				s.n, sums = inUnit(s.unit, sums[0]), sums[1:]
			}
		}
	}
	for n, metric := range metrics {
		all[n].concluded(metric)
		c, ok := forms.ComparisonOf(metric)
		if !ok || all[n].value == nil {
			continue
		}
		if err := i.compare(ctx, &all[n], c, m); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// unread is a metric of which the sums are still to be asked for.
func unread(m thads.Metric, at Moment) reading {
	if c, ok := forms.ComparisonOf(m); ok {
		m = c.Of
	}
	return reading{parts: sumsOf(m, at.Regime)}
}

// concluded makes the value of the sums.
func (r *reading) concluded(m thads.Metric) *reading {
	switch len(r.parts) {
	case 1:
		r.value = &thads.Quantity{Unit: r.parts[0].unit, Value: r.parts[0].n}
	case 2:
		share, ok := thads.Ratio(r.parts[0].n, r.parts[1].n)
		if !ok {
			r.why = &thads.Text{VI: "Mẫu số bằng 0", EN: "It is a share of nothing"}
			return r
		}
		r.value = &thads.Quantity{Unit: thads.UnitPercent, Value: int64(share)}
	default:
		why := forms.NotComputable(m)
		r.why = &why
	}
	return r
}

// compare makes of the reading of a metric the difference that is asked for.
func (i *indicating) compare(ctx context.Context, r *reading, c forms.Comparison, m Moment) error {
	var with thads.Quantity
	if c.Issuer == "" {
		before, err := i.readings(ctx, []thads.Metric{c.Of}, m.yearBefore())
		if err != nil {
			return err
		}
		if r.why = before[0].why; r.why == nil {
			with = *before[0].value
		}
	} else {
		t, err := i.target(ctx, c.Of, c.Issuer, m.AsOf)
		if err != nil {
			return err
		}
		if t == nil {
			r.why = &thads.Text{VI: "Chưa có chỉ tiêu được giao để so sánh", EN: "There is no target to compare with"}
		} else {
			with = t.Value
		}
	}
	if r.why == nil && with.Unit != r.value.Unit {
		r.why = &thads.Text{VI: "Chỉ tiêu được giao bằng đơn vị tính khác", EN: "The target is in another unit"}
	}
	if r.why != nil {
		r.value = nil
		return nil
	}
	d := differenceOf(*r.value, with)
	r.value = &d
	return nil
}

// differenceOf is how much a exceeds b, of the same unit: points for shares.
func differenceOf(a, b thads.Quantity) thads.Quantity {
	d := thads.Quantity{Unit: a.Unit, Value: a.Value - b.Value}
	if d.Unit == thads.UnitPercent {
		d.Unit = thads.UnitPoints
	}
	return d
}

// indicators shows metrics at a moment.
func (i *indicating) indicators(ctx context.Context, metrics []thads.Metric, m Moment) ([]*Indicator, error) {
	readings, err := i.readings(ctx, metrics, m)
	if err != nil {
		return nil, err
	}
	out := make([]*Indicator, len(metrics))
	for n, metric := range metrics {
		out[n] = i.indicator(metric, m, &readings[n])
	}
	return out, nil
}

// indicator shows a reading.
func (i *indicating) indicator(metric thads.Metric, m Moment, r *reading) *Indicator {
	out := &Indicator{
		Metric: metric, Name: metric.Name(), Moment: m, Unit: i.unit, Officer: i.officer,
		Value: r.value, NotComputable: r.why, in: i,
	}
	if len(r.parts) > 0 {
		out.Numerator = i.part(&r.parts[0], m)
	}
	if len(r.parts) > 1 {
		out.Denominator = i.part(&r.parts[1], m)
	}
	return out
}

// part shows a sum, which opens to the records behind it.
func (i *indicating) part(s *summed, m Moment) *IndicatorPart {
	return &IndicatorPart{
		Measure: s.measure, Value: thads.Quantity{Unit: s.unit, Value: s.n},
		open: i.opens(i.query(m, i.filter, s.figure), nil),
	}
}

// Cases are the records behind the sum, one page of at most 200.
func (p *IndicatorPart) Cases(ctx context.Context, first int, after *store.Cursor) (*FigureRecords, error) {
	return p.open(ctx, first, after)
}

// Previous is the same a year before, by the regime of that year.
func (i *Indicator) Previous(ctx context.Context) (*thads.Quantity, error) {
	r, err := i.in.readings(ctx, []thads.Metric{i.Metric}, i.Moment.yearBefore())
	if err != nil {
		return nil, err
	}
	return r[0].value, nil
}

// Change is the difference to the year before; nil where one of both is not there.
func (i *Indicator) Change(ctx context.Context) (*thads.Quantity, error) {
	before, err := i.Previous(ctx)
	if err != nil || before == nil || i.Value == nil {
		return nil, err
	}
	d := differenceOf(*i.Value, *before)
	return &d, nil
}

// Trend is the indicator at the end of each month of the year so far, the last
// time at its own day.
func (i *Indicator) Trend(ctx context.Context) ([]IndicatorPoint, error) {
	out := []IndicatorPoint{}
	first := max(i.Moment.From, thads.StatYearOf(i.Moment.AsOf).Start())
	for day := monthEnd(first); ; day = monthEnd(day.AddDays(1)) {
		day = min(day, i.Moment.AsOf)
		r, err := i.in.readings(ctx, []thads.Metric{i.Metric}, i.Moment.on(day))
		if err != nil {
			return nil, err
		}
		out = append(out, IndicatorPoint{AsOf: day, Value: r[0].value})
		if day >= i.Moment.AsOf {
			return out, nil
		}
	}
}

// Targets are those set for the indicator in its year, of whoever set them, with
// how far they are reached.
func (i *Indicator) Targets(ctx context.Context) ([]*TargetProgress, error) {
	set, err := i.in.targets(ctx, i.Metric, i.Moment.AsOf)
	if err != nil {
		return nil, err
	}
	out := make([]*TargetProgress, len(set))
	for n, t := range set {
		out[n] = progressOf(t, i.Moment, i.Value, i.NotComputable)
	}
	return out, nil
}

// progressOf compares a value, or why there is none, with a target.
func progressOf(t *thads.Target, m Moment, value *thads.Quantity, why *thads.Text) *TargetProgress {
	p := &TargetProgress{Target: t, Moment: m, Value: value, NotComputable: why}
	if value == nil {
		return p
	}
	if reached, over, ok := t.Reached(*value); ok {
		p.Reached, p.Over = &reached, &over
	}
	if share, ok := thads.Ratio(value.Value, t.Value.Value); ok && value.Unit == t.Value.Unit {
		p.Ratio = &share
	}
	return p
}

// targets are the targets in force for a metric in the year of a day that were set
// for the officer or the unit, national ones included, in the order of their
// issuers.
func (i *indicating) targets(ctx context.Context, metric thads.Metric, on thads.Date) ([]*thads.Target, error) {
	first := MaxPage
	f := &TargetFilter{
		States: []thads.TargetState{thads.TargetInForce}, Metrics: []thads.Metric{metric}, StatYears: []thads.StatYear{thads.StatYearOf(on)},
	}
	page, err := i.app.Targets(ctx, f, Order[TargetOrderField]{By: TargetsByPeriod}, PageArgs{First: &first})
	if err != nil {
		return nil, err
	}
	out := []*thads.Target{}
	for _, issuer := range thads.TargetIssuers() {
		for _, it := range page.Items {
			if it.Value.Issuer == issuer.Value && i.meant(it.Value) {
				out = append(out, it.Value)
			}
		}
	}
	return out, nil
}

// meant tells whether a target is set for what the indicator is about.
func (i *indicating) meant(t *thads.Target) bool {
	switch {
	case i.officer != nil:
		return t.Reach == thads.ReachOfficer && t.Officer == i.officer.ID
	case t.Reach == thads.ReachNational:
		return true
	}
	return t.Reach != thads.ReachOfficer && t.Unit == i.unit.ID
}

// target is the one of an issuer that a day is measured by: the one whose period
// ends on that day or first after it; nil where there is none.
func (i *indicating) target(ctx context.Context, metric thads.Metric, issuer thads.TargetIssuer, on thads.Date) (*thads.Target, error) {
	all, err := i.targets(ctx, metric, on)
	if err != nil {
		return nil, err
	}
	for _, t := range all { // in the order of the ends of their periods
		if t.Issuer == issuer && t.PeriodEnd >= on {
			return t, nil
		}
	}
	return nil, nil
}
