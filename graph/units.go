package graph

import (
	"context"
	"slices"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openUnit records the first event of a unit.
func (r *Resolver) openUnit(ctx context.Context, key *string, e thads.UnitEvent) (*model.UnitPayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.UnitOpen)
	return &model.UnitPayload{Unit: s, UserErrors: userErrors}, err
}

// recordUnit records a further event of a unit.
func (r *Resolver) recordUnit(ctx context.Context, c app.Change, e thads.UnitEvent) (*model.UnitPayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.UnitRecord)
	return &model.UnitPayload{Unit: s, UserErrors: userErrors}, err
}

// wholeUnit returns the unit with its history. Units in a list have it already
// but for those that another process has only just founded.
func (r *Resolver) wholeUnit(ctx context.Context, u *thads.Unit) (*thads.Unit, error) {
	if u.Events[0].Kind != "" {
		return u, nil
	}
	found, err := r.app.Unit(ctx, u.ID)
	if err == nil && found == nil {
		err = errGone
	}
	return found, err
}

// unitsAround shows units above or below, today or on a closed unit's last day.
func (r *Resolver) unitsAround(ctx context.Context, u *thads.Unit, step func(*thads.UnitTree, thads.UnitID, thads.Date) []thads.UnitID) ([]*thads.Unit, error) {
	d, err := r.app.Directory(ctx)
	if err != nil {
		return nil, err
	}
	day := r.app.Today()
	if !u.ValidTo.IsZero() && u.ValidTo < day {
		day = u.ValidTo
	}
	return r.unitsOf(ctx, step(d.Tree, u.ID, day))
}

// predecessors shows the units that name this one as their successor.
func (r *Resolver) predecessors(ctx context.Context, u *thads.Unit) ([]*thads.Unit, error) {
	d, err := r.app.Directory(ctx)
	if err != nil {
		return nil, err
	}
	out := []*thads.Unit{}
	for _, id := range d.Tree.All() {
		if old := d.Unit(id); slices.Contains(old.Successors, u.ID) {
			out = append(out, old)
		}
	}
	return out, nil
}

// typed are ids of one kind.
func typed[T ~string](ids []string) []T {
	var out []T
	for _, id := range ids {
		out = append(out, T(id))
	}
	return out
}
