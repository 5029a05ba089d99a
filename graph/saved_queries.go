package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
)

// savedQuery splits the answer of a change of a saved query into what a payload
// holds.
func savedQuery(ctx context.Context, q *app.SavedQuery, err error) (*model.SavedQueryPayload, error) {
	userErrors, err := outcome(ctx, err)
	return &model.SavedQueryPayload{SavedQuery: q, UserErrors: userErrors}, err
}
