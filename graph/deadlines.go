package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/ledger"
)

// deadlinesOf are the deadlines that run in a record which the caller was shown.
func deadlinesOf(ctx context.Context, id string) ([]*app.Deadline, error) {
	found, err := loadersOf(ctx).deadlines.Load(ctx, id)
	if found == nil {
		found = []*app.Deadline{}
	}
	return found, err
}

// deadlineCounts counts deadlines, in one line where by is nil.
func (r *Resolver) deadlineCounts(ctx context.Context, f *app.DeadlineFilter, by *ledger.DeadlineGrouping) ([]*view.DeadlineCount, error) {
	return view.DeadlineCounts(r.app.DeadlineCounts(ctx, f, value(by)))
}

// lockPeriod locks the books of a unit.
func (r *Resolver) lockPeriod(ctx context.Context, in app.PeriodLockInput) (*model.PeriodLockPayload, error) {
	lock, job, err := r.app.PeriodLock(ctx, in)
	userErrors, err := outcome(ctx, err)
	return &model.PeriodLockPayload{Lock: lock, Job: job, UserErrors: userErrors}, err
}
