package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openDirective records the first event of a directive.
func (r *Resolver) openDirective(ctx context.Context, key *string, e thads.DirectiveEvent) (*model.DirectivePayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.DirectiveOpen)
	return &model.DirectivePayload{Directive: s, UserErrors: userErrors}, err
}

// recordDirective records a further event of a directive.
func (r *Resolver) recordDirective(ctx context.Context, c app.Change, e thads.DirectiveEvent) (*model.DirectivePayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.DirectiveRecord)
	return &model.DirectivePayload{Directive: s, UserErrors: userErrors}, err
}

// wholeDirective returns the directive with its history.
func wholeDirective(ctx context.Context, s *thads.Directive) (*thads.Directive, error) {
	return whole(ctx, s, s.Events[0].Kind == "", loadersOf(ctx).directives, s.ID)
}

// bodyName is the name of a body; for a unit its own.
func (r *Resolver) bodyName(ctx context.Context, b *thads.Body) (string, error) {
	u, err := r.unitOf(ctx, b.Unit)
	if err != nil || u == nil {
		return b.Name, err
	}
	return u.Name, nil
}
