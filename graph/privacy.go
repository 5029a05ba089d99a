package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// This file is what the resolvers of masked personal data share. Their mutations
// have no idempotency keys: each look at masked data is one that is recorded, and
// numbers that are erased stay erased.

// reveal shows masked data of a party.
func (r *Resolver) reveal(ctx context.Context, in app.RevealRequest) (*model.PartyRevealPayload, error) {
	revealed, err := r.app.Reveal(ctx, in)
	userErrors, err := outcome(ctx, err)
	return &model.PartyRevealPayload{Revealed: revealed, UserErrors: userErrors}, err
}

// erase erases the sealed numbers of a party.
func (r *Resolver) erase(ctx context.Context, in model.PartyEraseInput) (*model.PartyErasePayload, error) {
	d, err := r.app.EraseParty(ctx, thads.CaseID(in.Case), in.Party, in.Reason)
	userErrors, err := outcome(ctx, err)
	return &model.PartyErasePayload{Disclosure: d, UserErrors: userErrors}, err
}
