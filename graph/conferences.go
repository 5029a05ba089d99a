package graph

import (
	"context"
	"slices"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// openConference records the first event of a conference.
func (r *Resolver) openConference(ctx context.Context, key *string, e thads.ConferenceEvent) (*model.ConferencePayload, error) {
	s, userErrors, err := openIn(ctx, key, e, r.app.ConferenceOpen)
	return &model.ConferencePayload{Conference: s, UserErrors: userErrors}, err
}

// recordConference records a further event of a conference.
func (r *Resolver) recordConference(ctx context.Context, c app.Change, e thads.ConferenceEvent) (*model.ConferencePayload, error) {
	s, userErrors, err := recordIn(ctx, c, e, r.app.ConferenceRecord)
	return &model.ConferencePayload{Conference: s, UserErrors: userErrors}, err
}

// wholeConference returns the conference with its history.
func wholeConference(ctx context.Context, s *thads.Conference) (*thads.Conference, error) {
	return whole(ctx, s, s.Events[0].Kind == "", loadersOf(ctx).conferences, s.ID)
}

// taskOfItem returns the task that an item of a conclusion became: the one named
// when it was concluded, else the first that names the item itself.
func taskOfItem(ctx context.Context, it *view.ConclusionItem) (*thads.Task, error) {
	l := loadersOf(ctx)
	if it.Task != "" {
		return l.taskHeads.Load(ctx, it.Task)
	}
	tasks, err := l.conferenceTasks.Load(ctx, it.Conference)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		if t.Particulars.Item == it.ID && !t.IsVoided() {
			return t, nil
		}
	}
	return nil, nil
}

// shownAs is the value of a quantity, if its unit is one of these.
func shownAs[T ~int | ~int64](q *thads.Quantity, units ...thads.QuantityUnit) *T {
	if !slices.Contains(units, q.Unit) {
		return nil
	}
	v := T(q.Value)
	return &v
}
