package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openVerdict records the first event of a verdict.
func (r *Resolver) openVerdict(ctx context.Context, key *string, e thads.VerdictEvent) (*model.VerdictPayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.VerdictOpen)
	return &model.VerdictPayload{Verdict: s, UserErrors: userErrors}, err
}

// recordVerdict records a further event of a verdict.
func (r *Resolver) recordVerdict(ctx context.Context, c app.Change, e thads.VerdictEvent) (*model.VerdictPayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.VerdictRecord)
	return &model.VerdictPayload{Verdict: s, UserErrors: userErrors}, err
}

// wholeVerdict returns the verdict with its history.
func wholeVerdict(ctx context.Context, s *thads.AdministrativeVerdict) (*thads.AdministrativeVerdict, error) {
	return whole(ctx, s, s.Events[0].Kind == "", loadersOf(ctx).verdicts, s.ID)
}

// verdictLetter records one of the papers in tracking a verdict.
func (r *Resolver) verdictLetter(ctx context.Context, kind thads.VerdictEventKind, in model.VerdictLetterInput) (*model.VerdictPayload, error) {
	return r.recordVerdict(ctx, change(in.ID, in.Version, in.IdempotencyKey), thads.VerdictEvent{
		Record: on(in.EffectiveOn), Kind: kind, Decision: in.Decision, Recipient: value(in.Recipient), Note: value(in.Note),
	})
}

// debtorName is the name of the first debtor; there is at least one.
func debtorName(v *thads.AdministrativeVerdict) string {
	if len(v.Debtors) == 0 {
		return ""
	}
	return v.Debtors[0].Name
}
