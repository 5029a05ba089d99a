package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openOfficer records the first event of an officer.
func (r *Resolver) openOfficer(ctx context.Context, key *string, e thads.OfficerEvent) (*model.OfficerPayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.OfficerOpen)
	return &model.OfficerPayload{Officer: s, UserErrors: userErrors}, err
}

// recordOfficer records a further event of an officer.
func (r *Resolver) recordOfficer(ctx context.Context, c app.Change, e thads.OfficerEvent) (*model.OfficerPayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.OfficerRecord)
	return &model.OfficerPayload{Officer: s, UserErrors: userErrors}, err
}

// wholeOfficer returns the officer with the history. Officers in a list have it
// already but for those whom another process has only just appointed.
func (r *Resolver) wholeOfficer(ctx context.Context, o *thads.Officer) (*thads.Officer, error) {
	if o.Events[0].Kind != "" {
		return o, nil
	}
	found, err := r.app.Officer(ctx, o.ID)
	if err == nil && found == nil {
		err = errGone
	}
	return found, err
}
