package app_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A lookingStore counts how often locks are looked through.
type lookingStore struct {
	store.Store
	looks atomic.Int64
}

func (s *lookingStore) Scan(ctx context.Context, c *store.Collection, o store.ScanOptions) iter.Seq2[*store.Document, error] {
	if c.Name == "periodLock" {
		s.looks.Add(1)
	}
	return s.Store.Scan(ctx, c, o)
}

// Locks without reports are not looked for after every job: where one cannot be
// completed, all records would be read each time.
func TestLocksAreNotLookedForAfterEveryJob(t *testing.T) {
	w := newWorld(t)
	looking := &lookingStore{Store: w.store}
	w.use(t, looking, t.TempDir())
	province, _, _, _ := w.province(t)
	app.SetLockWaiter(w.App, func(context.Context, time.Duration) error { return nil })
	run, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(run) }()
	ctx := leader(t.Context())
	for month := range time.Month(3) {
		in := app.PeriodLockInput{Unit: province, Through: thads.DateOf(2019, 6+month, 1).AddDays(-1), IdempotencyKey: fmt.Sprint(month)}
		_, job, err := w.PeriodLock(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for job.State != app.JobDone {
			changed := w.Changed()
			if job, err = w.Job(ctx, job.ID); err != nil || job.State == app.JobFailed {
				t.Fatal(job, err)
			}
			if job.State != app.JobDone {
				<-changed
			}
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := looking.looks.Load(); n > 1 {
		t.Errorf("locks were looked through %d times", n)
	}
}
