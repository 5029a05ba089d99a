package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openTask records the first event of a task.
func (r *Resolver) openTask(ctx context.Context, key *string, e thads.TaskEvent) (*model.TaskPayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.TaskOpen)
	return &model.TaskPayload{Task: s, UserErrors: userErrors}, err
}

// recordTask records a further event of a task.
func (r *Resolver) recordTask(ctx context.Context, c app.Change, e thads.TaskEvent) (*model.TaskPayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.TaskRecord)
	return &model.TaskPayload{Task: s, UserErrors: userErrors}, err
}

// wholeTask returns the task with its history.
func wholeTask(ctx context.Context, s *thads.Task) (*thads.Task, error) {
	return whole(ctx, s, s.Events[0].Kind == "", loadersOf(ctx).tasks, s.ID)
}
