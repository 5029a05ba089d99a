package app

import (
	"context"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var verdictCollection = &store.Collection{
	Name: "verdict",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "live", Type: store.Bool},
		{Name: "tracked", Type: store.Bool},
		{Name: "category", Type: store.String},
		{Name: "unit", Type: store.String},
		{Name: "officer", Type: store.String},
		{Name: "registeredOn", Type: store.Int, Sortable: true},
		{Name: "finishedOn", Type: store.Int},
		{Name: "deadline", Type: store.Int},
		{Name: "number", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "units", Type: store.Strings},
		{Name: "officers", Type: store.Strings},
		{Name: "words", Type: store.Strings},
	},
	Indexes:      []store.Index{{"updatedAt"}, {"registeredOn"}, {"number"}, {"unit", "live"}},
	ScopeField:   "units",
	OfficerField: "officers",
}

var verdicts = &noun[thads.AdministrativeVerdict, thads.VerdictEvent]{
	coll:   verdictCollection,
	prefix: "vd",
	fold: func(id string, events []thads.VerdictEvent) (*thads.AdministrativeVerdict, error) {
		return thads.FoldVerdict(thads.VerdictID(id), events)
	},
	add: (*thads.AdministrativeVerdict).Append,
	empty: func(id string) *thads.AdministrativeVerdict {
		return &thads.AdministrativeVerdict{ID: thads.VerdictID(id)}
	},
	events: func(v *thads.AdministrativeVerdict) []thads.VerdictEvent { return v.Events },
	record: func(e *thads.VerdictEvent) *thads.Record { return &e.Record },
	index: func(v *thads.AdministrativeVerdict) (any, store.Fields) {
		words := v.Number.Raw + " " + v.Court
		for _, c := range v.Creditors {
			words += " " + c.Name
		}
		for _, d := range v.Debtors {
			words += " " + d.Name
		}
		f := store.Fields{
			"state": string(v.State), "live": v.State.IsLive(), "tracked": v.IsTracked(), "category": string(v.Category),
			"unit": string(v.Unit), "registeredOn": int64(v.RegisteredOn),
			"number": thads.TextSortKey(v.Number.Key()), "updatedAt": v.UpdatedAt(),
			"units": texts(v.Units), "officers": texts(v.Officers), "words": append(thads.Tokens(words), v.Number.SearchTokens()...),
		}
		if v.Officer != "" {
			f["officer"] = string(v.Officer)
		}
		if !v.FinishedOn.IsZero() {
			f["finishedOn"] = int64(v.FinishedOn)
		}
		if d, known := v.Deadline(); known {
			f["deadline"] = int64(d)
		}
		return plainHead(v, func(h *thads.AdministrativeVerdict) { h.Events = nil }), f
	},
	claims: func(v *thads.AdministrativeVerdict) []string {
		if k := v.NaturalKey(); k != "" {
			return []string{"verdict/" + k}
		}
		return nil
	},
	touches: func(v *thads.AdministrativeVerdict, e *thads.VerdictEvent) []thads.UnitID {
		return present(v.Unit, e.ToUnit)
	},
	holder:  func(v *thads.AdministrativeVerdict) thads.UnitID { return v.Unit },
	officer: func(v *thads.AdministrativeVerdict) thads.OfficerID { return v.Officer },
}

// present returns the units that are given.
func present(units ...thads.UnitID) []thads.UnitID {
	var out []thads.UnitID
	for _, u := range units {
		if u != "" {
			out = append(out, u)
		}
	}
	return out
}

// Verdict returns an administrative verdict with its history, or nil.
func (a *App) Verdict(ctx context.Context, id thads.VerdictID) (*thads.AdministrativeVerdict, error) {
	return read(ctx, a, verdicts, string(id))
}

// VerdictOpen records the first event of an administrative verdict.
func (a *App) VerdictOpen(ctx context.Context, key string, e thads.VerdictEvent) (*thads.AdministrativeVerdict, error) {
	p, err := a.permit(ctx, auth.Record)
	if err != nil {
		return nil, err
	}
	if err := a.checkTracker(ctx, &e); err != nil {
		return nil, err
	}
	return verdicts.create(ctx, a, p, Change{Key: key}, e)
}

// VerdictRecord records a further event of an administrative verdict.
func (a *App) VerdictRecord(ctx context.Context, c Change, e thads.VerdictEvent) (*thads.AdministrativeVerdict, error) {
	p, err := a.permit(ctx, auth.Record)
	if err != nil {
		return nil, err
	}
	if err := a.checkTracker(ctx, &e); err != nil {
		return nil, err
	}
	return verdicts.amend(ctx, a, p, c, e)
}

// checkTracker refuses units and officers that do not exist on the day.
func (a *App) checkTracker(ctx context.Context, e *thads.VerdictEvent) error {
	return a.checkReceivers(ctx, e.ToUnit, e.ToOfficer, e.EffectiveOn)
}
