package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openDirectedCase records the first event of a directed case.
func (r *Resolver) openDirectedCase(ctx context.Context, key *string, e thads.DirectedCaseEvent) (*model.DirectedCasePayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.DirectedCaseOpen)
	return &model.DirectedCasePayload{DirectedCase: s, UserErrors: userErrors}, err
}

// recordDirectedCase records a further event of a directed case.
func (r *Resolver) recordDirectedCase(ctx context.Context, c app.Change, e thads.DirectedCaseEvent) (*model.DirectedCasePayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.DirectedCaseRecord)
	return &model.DirectedCasePayload{DirectedCase: s, UserErrors: userErrors}, err
}

// wholeDirectedCase returns the directed case with its history.
func wholeDirectedCase(ctx context.Context, s *thads.DirectedCase) (*thads.DirectedCase, error) {
	return whole(ctx, s, s.Events[0].Kind == "", loadersOf(ctx).directedCases, s.ID)
}

// directedCaseReport records a report, or how a directed case ended.
func (r *Resolver) directedCaseReport(ctx context.Context, kind thads.DirectedCaseEventKind, in model.DirectedCaseReportInput) (*model.DirectedCasePayload, error) {
	return r.recordDirectedCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), thads.DirectedCaseEvent{
		Record: on(in.EffectiveOn), Kind: kind, Text: in.Text, Evidence: values(in.Evidence), Note: value(in.Note),
	})
}
