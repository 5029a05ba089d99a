package app

import (
	"context"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var targetCollection = &store.Collection{
	Name: "target",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "issuer", Type: store.String},
		{Name: "statYear", Type: store.Int, Sortable: true},
		{Name: "periodEnd", Type: store.Int, Sortable: true},
		{Name: "metric", Type: store.String},
		{Name: "reach", Type: store.String},
		{Name: "unit", Type: store.String},
		{Name: "officer", Type: store.String},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
	},
	Indexes: []store.Index{{"statYear"}, {"periodEnd"}, {"updatedAt"}},
}

var targets = &noun[thads.Target, thads.TargetEvent]{
	coll:   targetCollection,
	prefix: "tg",
	fold: func(id string, events []thads.TargetEvent) (*thads.Target, error) {
		return thads.FoldTarget(thads.TargetID(id), events)
	},
	add:    (*thads.Target).Append,
	empty:  func(id string) *thads.Target { return &thads.Target{ID: thads.TargetID(id)} },
	events: func(t *thads.Target) []thads.TargetEvent { return t.Events },
	record: targetRecord,
	index: func(t *thads.Target) (any, store.Fields) {
		f := store.Fields{
			"state": string(t.State), "issuer": string(t.Issuer), "statYear": int64(t.StatYear), "periodEnd": int64(t.PeriodEnd),
			"metric": string(t.Metric), "reach": string(t.Reach), "updatedAt": t.UpdatedAt(),
		}
		optionalText(f, "unit", t.Unit)
		optionalText(f, "officer", t.Officer)
		return plainHead(t, func(h *thads.Target) { h.Events = lastRecord(h.Events, targetRecord) }), f
	},
	claims: func(t *thads.Target) []string {
		if k := t.NaturalKey(); k != "" {
			return []string{"target/" + k}
		}
		return nil
	},
	claimField: "particulars.metric",
	touches:    func(*thads.Target, *thads.TargetEvent) []thads.UnitID { return nil },
	// Targets for one unit, or an officer of it, are set within that unit; the
	// others by the province.
	holder:  func(t *thads.Target) thads.UnitID { return t.Unit },
	officer: func(*thads.Target) thads.OfficerID { return "" },
	reads:   auth.ReadFigures,
	right:   func(*thads.TargetEvent) auth.Right { return auth.Direct },
	alike:   func(e, old *thads.TargetEvent) { e.Kind = old.Kind },
}

func targetRecord(e *thads.TargetEvent) *thads.Record { return &e.Record }

// A TargetFilter says which targets: all conditions given must hold. A list
// that is not nil but empty matches nothing.
type TargetFilter struct {
	States    []thads.TargetState
	Issuers   []thads.TargetIssuer
	StatYears []thads.StatYear
	Metrics   []thads.Metric
	Reaches   []thads.TargetReach
	Units     []thads.UnitID
	Officers  []thads.OfficerID
}

// A TargetOrderField is what targets are ordered by.
type TargetOrderField string

// The orders of targets.
const (
	TargetsByYear   TargetOrderField = "STAT_YEAR"
	TargetsByPeriod TargetOrderField = "PERIOD_END"
	TargetsByUpdate TargetOrderField = "UPDATED_AT"
)

var targetOrders = map[TargetOrderField]string{
	TargetsByYear: "statYear", TargetsByPeriod: "periodEnd", TargetsByUpdate: "updatedAt",
}

// Targets returns one page of targets.
func (a *App) Targets(ctx context.Context, f *TargetFilter, o Order[TargetOrderField], page PageArgs) (*Page[*thads.Target], error) {
	w := &conditions{}
	if f != nil {
		oneOf(w, "state", f.States)
		oneOf(w, "issuer", f.Issuers)
		oneOfYears(w, "statYear", f.StatYears)
		oneOf(w, "metric", f.Metrics)
		oneOf(w, "reach", f.Reaches)
		oneOf(w, "unit", f.Units)
		oneOf(w, "officer", f.Officers)
	}
	return list(ctx, a, targets, w, targetOrders, o, page)
}

// Target returns a target with its history, or nil.
func (a *App) Target(ctx context.Context, id thads.TargetID) (*thads.Target, error) {
	return read(ctx, a, targets, string(id))
}

// TargetsByID returns those of the targets that exist, by id.
func (a *App) TargetsByID(ctx context.Context, ids []string) (map[string]*thads.Target, error) {
	return readMany(ctx, a, targets, ids)
}

// TargetOpen records the first event of a target.
func (a *App) TargetOpen(ctx context.Context, key string, e thads.TargetEvent) (*thads.Target, error) {
	return open(ctx, a, targets, checkTarget, Change{Key: key}, e)
}

// TargetRecord records a further event of a target.
func (a *App) TargetRecord(ctx context.Context, c Change, e thads.TargetEvent) (*thads.Target, error) {
	return recordEvent(ctx, a, targets, checkTarget, c, e)
}

func checkTarget(ctx context.Context, a *App, by auth.Principal, e *thads.TargetEvent) error {
	p := e.Particulars
	if p == nil {
		return nil
	}
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	n.unit("particulars.unit", p.Unit)
	n.officer("particulars.officer", p.Officer)
	n.record(directives, "particulars.directive", string(p.Directive))
	return n.refusals(ctx, a)
}
