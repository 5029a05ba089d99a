package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openTarget records the first event of a target.
func (r *Resolver) openTarget(ctx context.Context, key *string, e thads.TargetEvent) (*model.TargetPayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.TargetOpen)
	return &model.TargetPayload{Target: s, UserErrors: userErrors}, err
}

// recordTarget records a further event of a target.
func (r *Resolver) recordTarget(ctx context.Context, c app.Change, e thads.TargetEvent) (*model.TargetPayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.TargetRecord)
	return &model.TargetPayload{Target: s, UserErrors: userErrors}, err
}

// wholeTarget returns the target with its history.
func wholeTarget(ctx context.Context, s *thads.Target) (*thads.Target, error) {
	return whole(ctx, s, s.Events[0].Kind == "", loadersOf(ctx).targets, s.ID)
}
