package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
)

// unitOf returns a unit that another record names. Units and officers are held
// in memory, so a list of records that name them reads nothing more.
func (r *Resolver) unitOf(ctx context.Context, id thads.UnitID) (*thads.Unit, error) {
	if id == "" {
		return nil, nil
	}
	d, err := r.app.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return d.Unit(id), nil
}

// unitsOf returns units in the order of their ids.
func (r *Resolver) unitsOf(ctx context.Context, ids []thads.UnitID) ([]*thads.Unit, error) {
	d, err := r.app.Directory(ctx)
	if err != nil {
		return nil, err
	}
	out := []*thads.Unit{}
	for _, id := range ids {
		if u := d.Unit(id); u != nil {
			out = append(out, u)
		}
	}
	return out, nil
}

// officerOf returns an officer that another record names.
func (r *Resolver) officerOf(ctx context.Context, id thads.OfficerID) (*thads.Officer, error) {
	if id == "" {
		return nil, nil
	}
	d, err := r.app.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return d.Officer(id), nil
}

// maxNodes bounds how many records one field may ask for by id.
const maxNodes = 100

// records returns records in the order of their ids.
func (r *Resolver) records(ctx context.Context, ids []string) ([]view.Node, error) {
	if len(ids) > maxNodes {
		return nil, thads.Errorf(thads.CodeLimit, "ids", "Tối đa %d mã", "At most %d ids", maxNodes)
	}
	out := make([]view.Node, len(ids))
	for i, id := range ids {
		n, err := r.record(ctx, id)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// record returns the record with an id, whatever its kind, or nil. An untyped nil
// is returned for a missing record: a typed one would be taken for a record.
func (r *Resolver) record(ctx context.Context, id string) (view.Node, error) {
	n, err := r.app.Node(ctx, id)
	if err != nil || n == nil {
		return nil, err
	}
	if c, ok := n.(*thads.Case); ok {
		return headOf(ctx, c), nil
	}
	return n, nil
}

// find finds records of the kinds asked for.
func (r *Resolver) find(ctx context.Context, text string, kinds []app.SearchKind, first int) ([]*model.SearchHit, error) {
	hits, err := r.app.Search(ctx, text, kinds, first)
	if err != nil {
		return nil, err
	}
	out := make([]*model.SearchHit, len(hits))
	lang := request.FromContext(ctx).Language()
	for i, h := range hits {
		out[i] = &model.SearchHit{Kind: h.Kind, Title: h.Title, Detail: h.Detail.In(lang), Exact: h.Exact, Node: h.Record}
	}
	return out, nil
}

// statesOf shows how many cases are in each state, in the order of the table;
// states without cases are left out.
func statesOf(ctx context.Context, s *app.Summary) ([]*model.StateCount, error) {
	counts, err := s.ByState(ctx)
	if err != nil {
		return nil, err
	}
	out := []*model.StateCount{}
	for _, t := range thads.CaseStates() {
		if n := counts[t.Value]; n > 0 {
			out = append(out, &model.StateCount{State: t.Value, Count: n})
		}
	}
	return out, nil
}

// reorganise begins a reorganisation.
func (r *Resolver) reorganise(ctx context.Context, in model.UnitReorganiseInput) (*model.UnitReorganisePayload, error) {
	o := app.Reorganisation{EffectiveOn: in.EffectiveOn, Decision: in.Decision}
	for _, u := range in.Establish {
		n := app.ReorganisedUnit{
			Code: u.Code, Name: u.Name, ShortName: u.ShortName, Level: u.Level,
			Parent: thads.UnitID(value(u.Parent)), ParentCode: value(u.ParentCode),
		}
		for _, old := range u.TakesOver {
			n.TakesOver = append(n.TakesOver, thads.UnitID(old))
		}
		o.Establish = append(o.Establish, n)
	}
	j, err := r.app.UnitReorganise(ctx, in.IdempotencyKey, o)
	userErrors, err := outcome(ctx, err)
	if err != nil {
		return nil, err
	}
	return &model.UnitReorganisePayload{Job: j, UserErrors: userErrors}, nil
}
