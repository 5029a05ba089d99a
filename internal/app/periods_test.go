package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/thads"
)

// locked locks a period and carries its job out. The clock of the world is moved
// on by as long as the lock waits.
func (w *world) locked(t *testing.T, unit thads.UnitID, through thads.Date) *app.PeriodLock {
	t.Helper()
	app.SetLockWaiter(w.App, func(_ context.Context, d time.Duration) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now = w.now.Add(d)
		return nil
	})
	lock, job, err := w.PeriodLock(leader(t.Context()), app.PeriodLockInput{Unit: unit, Through: through, IdempotencyKey: "lock-" + string(unit) + through.String()})
	if err != nil {
		t.Fatal(err)
	}
	if lock.State == app.PeriodClosing {
		if lock.KnownAt != nil || lock.Hash != nil || len(lock.Forms) != 0 {
			t.Fatalf("closing, the lock is %+v", lock)
		}
	}
	if err := w.RunJob(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if job.State != app.JobDone || len(job.Problems) != 0 {
		t.Fatalf("the job ended %+v", job)
	}
	done, err := w.PeriodLockByID(leader(t.Context()), lock.ID)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// verified tells that the books are as the records say.
func verified(t *testing.T, a *app.App) *app.LedgerCheck {
	t.Helper()
	c, err := a.VerifyLedger(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.DifferenceCount != 0 {
		t.Fatalf("the books differ: %+v", c.Differences)
	}
	return c
}

// reported is the report of a year or a part of it, as the leader sees it.
func reported(t *testing.T, a *app.App, form forms.Code, unit thads.UnitID, year thads.StatYear, months int) *app.Report {
	t.Helper()
	r, err := a.Report(leader(t.Context()), app.ReportInput{Form: form, Unit: &unit, Period: &app.PeriodInput{StatYear: year, Months: months}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPeriodLock(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	ids := busy(t, w, first, second, officer)
	w.on(thads.DateOf(2019, 1, 3))
	before := reported(t, w.App, forms.FormOfficersByCase, province, 2019, 3)
	if before.Lock != nil {
		t.Fatal("a report is kept before anything was locked")
	}
	w.on(thads.DateOf(2019, 12, 9))

	lock := w.locked(t, province, thads.DateOf(2019, 9, 30))
	switch {
	case lock.State != app.PeriodLocked, lock.KnownAt == nil, lock.Hash == nil, len(*lock.Hash) != 64:
		t.Fatalf("the lock is %+v", lock)
	case lock.KnownAt.Sub(lock.ClosedAt) < app.LockWait:
		t.Errorf("closed at %s, known at %s", lock.ClosedAt, lock.KnownAt)
	}
	var available []forms.Code
	for _, f := range forms.Forms(forms.RegimeTT01) {
		if f.Available {
			available = append(available, f.Code)
		}
	}
	if diff := cmp.Diff(available, lock.Forms); diff != "" {
		t.Errorf("kept (-available +kept):\n%s", diff)
	}
	kept := reported(t, w.App, forms.FormOfficersByCase, province, 2019, 12)
	if kept.Lock == nil || kept.Lock.ID != lock.ID {
		t.Fatal("the report of the locked period is not the kept one")
	}
	check := verified(t, w.App)
	if check.Locks != 1 || check.Reports != len(available) || check.Records != 3 || check.Postings == 0 {
		t.Errorf("checked %+v", check)
	}

	// What is recorded now counts in the next period, and the locked one stands
	// as it was, with the names that it had.
	paid := thads.CaseEvent{Kind: thads.CasePaidOut, Amount: 30_000_000}
	paid.EffectiveOn = thads.DateOf(2018, 12, 5)
	c, err := w.CaseRecord(leader(t.Context()), app.Change{ID: string(ids[0]), Version: 3}, paid, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Events[3].BookedOn(); got != thads.DateOf(2019, 10, 1) {
		t.Errorf("a late event is booked on %s", got)
	}
	renamed := thads.UnitEvent{Kind: thads.UnitRenamed, Name: "Chi cục đổi tên"}
	renamed.EffectiveOn = thads.DateOf(2018, 10, 1)
	if _, err := w.UnitRecord(leader(t.Context()), app.Change{ID: string(first), Version: 1}, renamed); err != nil {
		t.Fatal(err)
	}
	again := reported(t, w.App, forms.FormOfficersByCase, province, 2019, 12)
	if diff := cmp.Diff(kept.Rows, again.Rows); diff != "" {
		t.Errorf("the locked report changed:\n%s", diff)
	}
	verified(t, w.App)

	// The same request again is the same lock and job; a lock is not repeated and
	// not gone back behind.
	lock2, _, err := w.PeriodLock(leader(t.Context()), app.PeriodLockInput{Unit: province, Through: thads.DateOf(2019, 9, 30), IdempotencyKey: "lock-" + string(province) + "2019-09-30"})
	if err != nil || lock2.ID != lock.ID || lock2.State != app.PeriodLocked {
		t.Errorf("asked again: %+v, %v", lock2, err)
	}
	for _, day := range []thads.Date{thads.DateOf(2019, 9, 30), thads.DateOf(2019, 6, 30), thads.DateOf(2019, 10, 15), thads.DateOf(2019, 12, 31)} {
		if _, _, err := w.PeriodLock(leader(t.Context()), app.PeriodLockInput{Unit: province, Through: day, IdempotencyKey: "further-" + day.String()}); code(err) == "" {
			t.Errorf("through %s: %v", day, err)
		}
	}
	district := auth.NewContext(t.Context(), auth.Person("head", "Chi cục trưởng", auth.RoleUnitHead, first, ""))
	if _, _, err := w.PeriodLock(district, app.PeriodLockInput{Unit: province, Through: thads.DateOf(2019, 11, 30), IdempotencyKey: "theirs"}); code(err) != thads.CodeNotFound {
		t.Errorf("a head locks what is not theirs: %v", err)
	}
	if _, _, err := w.PeriodLock(district, app.PeriodLockInput{Unit: first, Through: thads.DateOf(2019, 11, 30), IdempotencyKey: "theirs"}); err != nil {
		t.Errorf("a head cannot lock the own unit: %v", err)
	}

	// A period is closed by the unit's own lock for it, else by the first that
	// covers it.
	periods, err := w.Periods(leader(t.Context()), &second, new(thads.StatYear(2019)))
	if err != nil || len(periods) != 12 {
		t.Fatal(periods, err)
	}
	for _, p := range periods {
		if p.Lock == nil || p.Lock.ID != lock.ID || p.DueOn <= p.To || p.DueGround == "" {
			t.Errorf("period %+v", p)
		}
	}
	if periods, err = w.Periods(leader(t.Context()), &second, new(thads.StatYear(2020))); err != nil || periods[0].Lock != nil {
		t.Errorf("an open period: %+v, %v", periods, err)
	}
}

// What was tampered with is found.
func TestVerifyLedgerFindsDifferences(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	ids := busy(t, w, first, second, officer)
	lock := w.locked(t, province, thads.DateOf(2019, 9, 30))
	ctx := t.Context()

	docs, err := w.store.Get(ctx, app.CaseCollection, thads.Everything(), string(ids[0]))
	if err != nil || len(docs) != 1 {
		t.Fatal(docs, err)
	}
	d := docs[0]
	d.Version, d.Postings = d.Version+1, thads.EncodeEntries(nil, nil)
	if err := w.store.Replace(ctx, app.CaseCollection, d); err != nil {
		t.Fatal(err)
	}
	docs, err = w.store.Get(ctx, app.PeriodReportCollection, thads.Everything(), lock.ID+"/"+string(forms.FormOfficersByCase))
	if err != nil || len(docs) != 1 {
		t.Fatal(docs, err)
	}
	r := docs[0]
	r.Version, r.Body = r.Version+1, bytes.Replace(r.Body, []byte(`{"n":3}`), []byte(`{"n":4}`), 1)
	if err := w.store.Replace(ctx, app.PeriodReportCollection, r); err != nil {
		t.Fatal(err)
	}
	c, err := w.VerifyLedger(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, d := range c.Differences {
		found = append(found, d.ID)
	}
	if c.DifferenceCount != 3 || !slices.Contains(found, string(ids[0])) || !slices.Contains(found, lock.ID) {
		t.Errorf("found %+v", c.Differences)
	}
}

// Locks that were recorded without reports get them, as known when nothing could
// be under way any more that was dated before.
func TestCompleteLocks(t *testing.T) {
	w := newWorld(t)
	w.on(thads.DateOf(2019, 1, 3))
	province, first, second, officer := w.province(t)
	busy(t, w, first, second, officer)
	e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: thads.DateOf(2018, 12, 31)}
	u, err := w.UnitRecord(leader(t.Context()), app.Change{ID: string(province), Version: 1}, e)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.CompleteLocks(t.Context()); n != 0 || err != nil {
		t.Fatalf("a lock that was just recorded: %d, %v", n, err)
	}
	w.on(thads.DateOf(2019, 12, 9))
	for _, want := range []int{1, 0} {
		if n, err := w.CompleteLocks(t.Context()); n != want || err != nil {
			t.Fatalf("completed %d, %v, want %d", n, err, want)
		}
	}
	r := reported(t, w.App, forms.FormResultsByCase, province, 2019, 3)
	if r.Lock == nil || !r.Lock.KnownAt.Equal(u.Locks[0].RecordedAt.Add(app.LockWait)) {
		t.Fatalf("kept: %+v", r.Lock)
	}
	verified(t, w.App)
}

// A lock whose job has failed is completed by whoever looks after locks.
func TestCompleteLocksWhoseJobsFailed(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	busy(t, w, first, second, officer)
	app.SetLockWaiter(w.App, func(context.Context, time.Duration) error { return errStopped })
	_, job, err := w.PeriodLock(leader(t.Context()), app.PeriodLockInput{Unit: province, Through: thads.DateOf(2019, 9, 30), IdempotencyKey: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RunJob(t.Context(), job); !errors.Is(err, errStopped) || job.State != app.JobFailed {
		t.Fatalf("the job ended %s, %v", job.State, err)
	}
	w.on(thads.DateOf(2019, 12, 10))
	if n, err := w.CompleteLocks(t.Context()); n != 1 || err != nil {
		t.Errorf("completed %d, %v", n, err)
	}
	if r := reported(t, w.App, forms.FormResultsByCase, province, 2019, 12); r.Lock == nil {
		t.Error("nothing was kept")
	}
	verified(t, w.App)
}

// What another process was recording by the books as they were before a lock is
// in the reports that are kept of it.
func TestCompleteLocksWithWhatWasUnderWay(t *testing.T) {
	dir := t.TempDir()
	w := &world{now: thads.DateOf(2019, 10, 2).StartOfDay()}
	one, s := another(t, dir, app.Options{Clock: w.clock})
	w.App, w.store = one, s
	province, first, second, officer := w.province(t)
	busy(t, w, first, second, officer)
	ctx := leader(t.Context())
	two, _ := another(t, dir, app.Options{Clock: w.clock})
	app.SetPictureAge(two, time.Hour)
	if _, err := two.Directory(ctx); err != nil {
		t.Fatal(err)
	}
	e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: thads.DateOf(2019, 9, 30)}
	if _, err := one.UnitRecord(ctx, app.Change{ID: string(province), Version: 1}, e); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
	if _, err := two.CaseOpen(ctx, "late", decided(first, officer, "99/QĐ-CCTHADS", thads.DateOf(2019, 9, 20)), nil); err != nil {
		t.Fatal(err)
	}
	w.on(thads.DateOf(2019, 10, 3))
	if n, err := one.CompleteLocks(t.Context()); n != 1 || err != nil {
		t.Fatalf("completed %d, %v", n, err)
	}
	kept := reported(t, one, forms.FormResultsByCase, province, 2019, 12)
	known := w.clock().Add(-time.Minute)
	now, err := one.Report(ctx, app.ReportInput{
		Form: forms.FormResultsByCase, Unit: &province, Period: &app.PeriodInput{StatYear: 2019, Months: 12}, Moment: &app.MomentInput{KnownAt: &known},
	})
	if err != nil || kept.Lock == nil || now.Lock != nil {
		t.Fatal(kept.Lock, now, err)
	}
	if d := cmp.Diff(now.Rows, kept.Rows); d != "" {
		t.Errorf("what was kept is not what is booked in the period (-booked +kept):\n%s", d)
	}
}

// errStopped stops a job as the end of a process does.
var errStopped = errors.New("stopped")

// A lock that was stopped is completed by whoever runs its job next.
func TestPeriodLockResumes(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	busy(t, w, first, second, officer)
	ctx, stop := context.WithCancel(t.Context())
	app.SetLockWaiter(w.App, func(context.Context, time.Duration) error { stop(); return errStopped })
	_, job, err := w.PeriodLock(leader(t.Context()), app.PeriodLockInput{Unit: province, Through: thads.DateOf(2019, 9, 30), IdempotencyKey: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RunJob(ctx, job); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	app.SetLockWaiter(w.App, func(context.Context, time.Duration) error { return nil })
	if err := w.ResumeJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := reported(t, w.App, forms.FormResultsByCase, province, 2019, 12); r.Lock == nil {
		t.Error("nothing was kept")
	}
	verified(t, w.App)
}

// TestLockWhileOthersRecord locks a period while two processes record in it: what
// is recorded after the instant of the lock's figures is booked in the next
// period, and the figures that are kept are those that are known at that instant.
func TestLockWhileOthersRecord(t *testing.T) {
	dir := t.TempDir()
	began, base := time.Now(), time.Date(2019, 10, 2, 2, 0, 0, 0, time.UTC)
	clock := func() time.Time { return base.Add(time.Since(began)) }
	one, s := another(t, dir, app.Options{Clock: clock})
	w := &world{App: one, store: s}
	province, first, second, _ := w.province(t)
	two, _ := another(t, dir, app.Options{Clock: clock})
	ctx := leader(t.Context())

	// Whoever records holds under for as long as a write is under way.
	var under sync.RWMutex
	var recorded atomic.Int64
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i, a := range []*app.App{one, two, two} {
		app.SetPictureAge(a, 0)
		unit := []thads.UnitID{first, second}[i%2]
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				under.RLock()
				c, err := a.CaseOpen(ctx, fmt.Sprint(i, "-", n), decided(unit, "", fmt.Sprintf("%d/QĐ-CCTHADS", 1000*(i+1)+n), thads.DateOf(2019, 9, 20)), nil)
				under.RUnlock()
				if err != nil {
					t.Error(err)
					return
				}
				if c.Events[0].OpenFrom != 0 {
					recorded.Add(1)
				}
			}
		})
	}
	app.SetLockWaiter(one, func(context.Context, time.Duration) error {
		under.Lock() // all that was under way is over
		defer under.Unlock()
		return nil
	})
	lock, job, err := one.PeriodLock(ctx, app.PeriodLockInput{Unit: province, Through: thads.DateOf(2019, 9, 30), IdempotencyKey: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if err := one.RunJob(t.Context(), job); err != nil || len(job.Problems) > 0 {
		t.Fatal(err, job.Problems)
	}
	for recorded.Load() < 10 && !t.Failed() {
		// The writers go on for a while.
		if _, err := two.Directory(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	writers.Wait()
	if lock, err = two.PeriodLockByID(ctx, lock.ID); err != nil || lock.State != app.PeriodLocked {
		t.Fatal(lock, err)
	}
	verified(t, two)
	page, err := two.Cases(ctx, nil, app.CasesByUpdate, true, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	after := 0
	for _, it := range page.Items {
		c, err := two.Case(ctx, it.Value.ID)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Events {
			if e := &c.Events[i]; e.RecordedAt.After(*lock.KnownAt) {
				if after++; e.BookedOn() <= lock.Through {
					t.Errorf("recorded at %s, after %s, and booked on %s", e.RecordedAt, lock.KnownAt, e.BookedOn())
				}
			}
		}
	}
	if after == 0 {
		t.Error("nothing was recorded after the lock")
	}
	r := reported(t, two, forms.FormResultsByCase, province, 2019, 12)
	if r.Lock == nil {
		t.Fatal("the report is not the kept one")
	}
}
