package app

import (
	"context"
	"slices"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// An asking is what every question about figures starts from: who asks, what
// counts for them, and the ledger as it stands. All that is asked through one is
// answered from the same postings.
type asking struct {
	app       *App
	by        auth.Principal
	view      *ledger.View
	directory *Directory
	scope     thads.CountScope
	// hides tells that the caller never sees protected matters, and so no small
	// numbers of them either.
	hides bool
}

// ask begins a question about figures.
func (a *App) ask(ctx context.Context) (*asking, error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return nil, err
	}
	k := &asking{app: a, by: p, hides: neverProtected(p)}
	if k.scope, err = a.countScope(ctx, p); err != nil {
		return nil, err
	}
	if k.directory, err = a.Directory(ctx); err != nil {
		return nil, err
	}
	if k.view, err = a.figures(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

// neverProtected tells whether none of the grants that show figures lets protected
// matters be seen, not even for a purpose.
func neverProtected(p auth.Principal) bool {
	return !slices.ContainsFunc(p.Counting(), func(g auth.Reached) bool {
		spec, _ := g.Role.Spec()
		return spec.Sight[auth.Protected] != auth.Masked
	})
}

// unit returns the unit asked about: the caller's own where none is given.
func (k *asking) unit(asked thads.UnitID) (*thads.Unit, error) {
	if u := k.directory.Unit(k.directory.home(k.by, asked, k.app.Today())); u != nil {
		return u, nil
	}
	return nil, notFound("unit")
}

// below returns the units and all that ever stood below them; a list that is not
// nil stays so, even where it names nothing.
func (k *asking) below(units ...thads.UnitID) []thads.UnitID {
	out := []thads.UnitID{}
	for _, u := range k.directory.below(units) {
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// within is the filter of a unit with those below it and, where one is given, of
// an officer.
func (k *asking) within(unit thads.UnitID, officer thads.OfficerID) ledger.Filter {
	f := ledger.Filter{Units: k.below(unit)}
	if officer != "" {
		f.Officers = []thads.OfficerID{officer}
	}
	return f
}

// query asks for figures at a moment, of what counts for the caller.
func (k *asking) query(m Moment, f ledger.Filter, figures ...ledger.Figure) ledger.Query {
	return ledger.Query{Scope: k.scope, Moment: m.ledger(), Filter: f, Figures: figures}
}

// sum answers figures that are not grouped.
func (k *asking) sum(q ledger.Query) []ledger.Amount {
	q.GroupBy = nil
	return k.view.Sum(q)[0].Values
}

// ledger is the moment as the ledger is asked.
func (m *Moment) ledger() ledger.Moment {
	l := ledger.Moment{From: m.From, To: m.AsOf, Basis: m.Basis}
	if !m.latest {
		l.Known = m.KnownAt
	}
	return l
}

// moment resolves when a figure is asked for: today, from the first day of the
// statistical year, as known now, by the books, under the regime in force on the
// last day. Days to come are refused (FUTURE_DATE), and a span that ends before
// it begins (OUT_OF_RANGE); an instant to come is now.
func (a *App) moment(in *MomentInput) (Moment, error) {
	if in == nil {
		in = &MomentInput{}
	}
	now := a.clock().UTC().Truncate(time.Millisecond)
	m := Moment{AsOf: thads.DateIn(now), KnownAt: now, Basis: ledger.Booked, latest: true}
	var es thads.Errors
	if in.AsOf != nil {
		if m.AsOf = *in.AsOf; m.AsOf > thads.DateIn(now) {
			es.Add(thads.CodeFutureDate, "moment.asOf", "Ngày %s chưa đến", "%s lies ahead", m.AsOf.Vietnamese())
		}
	}
	m.From = thads.StatYearOf(m.AsOf).Start()
	if in.From != nil {
		if m.From = *in.From; m.From > m.AsOf {
			es.Add(thads.CodeOutOfRange, "moment.from", "Từ ngày %[1]s là sau ngày %[2]s", "%[1]s is after %[2]s", m.From.Vietnamese(), m.AsOf.Vietnamese())
		}
	}
	if in.KnownAt != nil && in.KnownAt.Before(now) {
		m.KnownAt, m.latest = in.KnownAt.UTC(), false
	}
	switch in.Basis {
	case "", ledger.Booked:
	case ledger.Effective:
		m.Basis = ledger.Effective
	default:
		es.Add(thads.CodeInvalid, "moment.basis", "Không có cơ sở ngày %q", "There is no basis %q", string(in.Basis))
	}
	m.Regime = forms.RegimeOn(m.AsOf)
	if in.Regime != nil {
		m.Regime = *in.Regime
		if _, known := forms.RegimeSpecOf(m.Regime); !known {
			es.Add(thads.CodeInvalid, "moment.regime", "Không có chế độ báo cáo %q", "There is no regime %q", string(m.Regime))
		}
	}
	return m, es.Err()
}

// on is the same moment on another day of its year: with the flows up to there.
func (m Moment) on(day thads.Date) Moment {
	m.AsOf = day
	return m
}

// yearBefore is the same span a year before, by the regime of that year. The last
// day of a month stays the last day of its month.
func (m Moment) yearBefore() Moment {
	end := m.AsOf.AddDays(1).Day() == 1
	m.From, m.AsOf = m.From.AddYears(-1), m.AsOf.AddYears(-1)
	if end {
		m.AsOf = monthEnd(m.AsOf)
	}
	m.Regime = forms.RegimeOn(m.AsOf)
	return m
}

// monthEnd is the last day of the day's month.
func monthEnd(d thads.Date) thads.Date {
	return d.AddDays(1 - d.Day()).AddMonths(1).AddDays(-1)
}

// valueOf shows an amount.
func valueOf(a ledger.Amount) FigureValue {
	return FigureValue{Cases: int(a.Cases), Dong: thads.Dong(a.Dong)}
}

// inUnit is one of the two numbers of an amount.
func inUnit(u thads.QuantityUnit, a ledger.Amount) int64 {
	if u == thads.UnitDong {
		return a.Dong
	}
	return a.Cases
}

// smallCell is the largest number of records that tells too much of a protected
// matter.
const smallCell = 4

// singlesOut tells whether a question is about family matters alone.
func singlesOut(f *ledger.Filter) bool {
	return len(f.Kinds) > 0 && !slices.ContainsFunc(f.Kinds, func(j thads.JudgmentKind) bool { return j != thads.JudgmentFamily })
}

// suppressed tells why the figure of a question is not shown, nil where it is:
// those who never see protected matters are not shown figures of family matters
// alone that 1 to 4 records make. Only the query's first figure is judged.
func (k *asking) suppressed(q ledger.Query) *thads.Text {
	if !k.hides || !singlesOut(&q.Filter) {
		return nil
	}
	q.GroupBy = nil
	if _, all := k.view.Page(q, 0, 0); all.Records < 1 || all.Records > smallCell {
		return nil
	}
	return &thads.Text{
		VI: "Không hiển thị: số liệu án hôn nhân và gia đình có từ 1 đến 4 việc",
		EN: "Not shown: a figure of family matters with 1 to 4 cases",
	}
}
