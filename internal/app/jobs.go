package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// JobState is where a job stands: the values of the GraphQL enumeration.
type JobState string

// The states of a job.
const (
	JobRunning JobState = "RUNNING"
	JobDone    JobState = "DONE"
	JobFailed  JobState = "FAILED"
)

// A Job is the journal of a long work over many records. The work itself is
// made of steps whose ids or keys derive from the job's id, so that a step
// taken twice (after a crash, or by two processes) is taken once.
type Job struct {
	ID    string          `json:"id"`
	Kind  string          `json:"kind"`
	Input json.RawMessage `json:"input"`
	// By is who began it.
	By         thads.PrincipalID `json:"by"`
	State      JobState          `json:"state"`
	Done       int               `json:"done"`
	Total      int               `json:"total"`
	Problems   []string          `json:"problems,omitzero"`
	StartedAt  time.Time         `json:"startedAt"`
	FinishedAt time.Time         `json:"finishedAt,omitzero"`

	version int64
	// noted is when progress was last written.
	noted time.Time
}

// jobPrefix leads the ids of jobs.
const jobPrefix = "jb"

// maxProblems bounds the problems that a job keeps.
const maxProblems = 1000

// noteEvery is how often a running job writes its progress.
const noteEvery = 2 * time.Second

// jobRunner carries a job out; run again, it repeats nothing.
type jobRunner func(ctx context.Context, a *App, j *Job) error

// runner returns what carries out a kind of job.
func runner(kind string) (jobRunner, error) {
	switch kind {
	case jobReorganise:
		return runReorganise, nil
	case jobImportCheck:
		return runImportCheck, nil
	case jobImportAccept:
		return runImportAccept, nil
	case jobImportUndo:
		return runImportUndo, nil
	case jobPeriodLock:
		return runPeriodLock, nil
	default:
		return nil, fmt.Errorf("job of unknown kind %q", kind)
	}
}

// principal acts for whoever began the job, with the rights that it had then.
func (j *Job) principal() auth.Principal {
	return auth.Person(j.By, string(j.By), auth.RoleSystem, "", "")
}

// key is the idempotency key of the job's step for a record.
func (j *Job) key(step string) string { return "job/" + j.ID + "/" + step }

// problem keeps a refusal that concerns one record; a fault is returned.
func (j *Job) problem(what string, err error) error {
	es, isRefusal := thads.Refusals(err)
	if !isRefusal {
		return err
	}
	for _, e := range es {
		if e.Code == thads.CodeUnavailable {
			return err
		}
		if len(j.Problems) < maxProblems {
			j.Problems = append(j.Problems, what+": "+e.Text.VI)
		}
	}
	return nil
}

// startJob journals a job; the same principal and key again return the same job.
func (a *App) startJob(ctx context.Context, p auth.Principal, key, kind string, input any) (*Job, error) {
	if key == "" {
		return nil, thads.Errorf(thads.CodeRequired, "idempotencyKey", "Thiếu khóa chống ghi trùng", "The idempotency key is missing")
	}
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", kind, err)
	}
	j := &Job{
		ID: newID(jobPrefix, p.ID, key), Kind: kind, Input: raw, By: p.ID, State: JobRunning,
		StartedAt: a.clock().UTC().Truncate(time.Millisecond), version: 1,
	}
	d, err := j.document(a.clock())
	if err != nil {
		return nil, err
	}
	switch err := a.store.Insert(ctx, jobCollection, d); {
	case errors.Is(err, store.ErrExists):
		old, err := a.job(ctx, j.ID)
		if err != nil {
			return nil, err
		}
		if old == nil || old.Kind != kind || string(old.Input) != string(raw) {
			return nil, keyReused()
		}
		return old, nil
	case err != nil:
		return nil, unavailable(err)
	}
	select {
	case a.wake <- struct{}{}:
	default:
	}
	return j, nil
}

// document makes the stored form of the job.
func (j *Job) document(now time.Time) (*store.Document, error) {
	body, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", j.ID, err)
	}
	return &store.Document{
		ID: j.ID, Version: j.version, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"state": string(j.State), "kind": j.Kind, "updatedAt": now},
	}, nil
}

func decodeJob(d *store.Document) (*Job, error) {
	j := &Job{version: d.Version}
	if err := json.Unmarshal(d.Body, j); err != nil {
		return nil, fmt.Errorf("job %s: %w", d.ID, err)
	}
	return j, nil
}

// job reads a job; nil if there is none.
func (a *App) job(ctx context.Context, id string) (*Job, error) {
	docs, err := a.store.Get(ctx, jobCollection, thads.Everything(), id)
	if err != nil || len(docs) == 0 {
		return nil, unavailable(err)
	}
	return decodeJob(docs[0])
}

// Job returns a job that the caller may follow, or nil.
func (a *App) Job(ctx context.Context, id string) (*Job, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err != nil {
		return nil, err
	}
	j, err := a.job(ctx, id)
	if err != nil || j == nil || j.By != p.ID && !p.Can(auth.Administer) {
		return nil, err
	}
	return j, nil
}

// note writes the job's progress, at most every noteEvery unless always is set.
// Another process that runs the same job may be ahead; that is no error.
func (a *App) note(ctx context.Context, j *Job, always bool) error {
	now := a.clock()
	if !always && now.Sub(j.noted) < noteEvery {
		return nil
	}
	j.noted = now
	j.version++
	d, err := j.document(now)
	if err != nil {
		return err
	}
	err = a.store.Replace(ctx, jobCollection, d)
	if errors.Is(err, store.ErrConflict) {
		stored, err := a.job(ctx, j.ID)
		if err != nil {
			return err
		}
		if stored == nil {
			return fmt.Errorf("job %s: its journal is gone", j.ID)
		}
		if stored.State != JobRunning {
			// Another process has carried it to its end: that stands, also when
			// this one comes to its own.
			return nil
		}
		j.version = stored.version
		if always {
			return a.note(ctx, j, true)
		}
		return nil
	}
	return unavailable(err)
}

// errOvertaken tells that another process carries the same job out and is ahead:
// this one leaves it, and its journal, alone.
var errOvertaken = errors.New("another process carries the job out")

// RunJob carries a job out to its end in the caller's goroutine. Where another
// process carries it out at the same time and is ahead, it waits until that has
// come to the end, and goes on itself where that has stopped.
func (a *App) RunJob(ctx context.Context, j *Job) error {
	for {
		err := a.carryOut(ctx, j)
		if !errors.Is(err, errOvertaken) {
			return err
		}
		if ended, err := a.awaitJob(ctx, j); err != nil || ended {
			return err
		}
	}
}

const (
	// awaitEvery is how often a job that another process carries out is looked at.
	awaitEvery = 200 * time.Millisecond
	// stoppedAfter is how long such a job makes no progress before the other
	// process is thought to have stopped. It is much longer than noteEvery.
	stoppedAfter = 30 * time.Second
)

// awaitJob waits for a job that another process carries out, and reads it; false
// where that process seems to have stopped.
func (a *App) awaitJob(ctx context.Context, j *Job) (ended bool, err error) {
	look := time.NewTicker(awaitEvery)
	defer look.Stop()
	patience := time.NewTimer(stoppedAfter)
	defer patience.Stop()
	var seen int64
	for {
		stored, err := a.job(ctx, j.ID)
		if err != nil {
			return false, err
		}
		if stored == nil {
			return false, fmt.Errorf("job %s: its journal is gone", j.ID)
		}
		if stored.State != JobRunning {
			*j = *stored
			return true, nil
		}
		if stored.version != seen {
			seen = stored.version
			patience.Reset(stoppedAfter)
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-patience.C:
			return false, nil
		case <-look.C:
		}
	}
}

// carryOut runs a job once. errOvertaken if another process is ahead.
func (a *App) carryOut(ctx context.Context, j *Job) error {
	run, err := runner(j.Kind)
	if err != nil {
		return err
	}
	err = run(auth.NewContext(ctx, j.principal()), a, j)
	if ctx.Err() != nil {
		// Stopped, not failed: whoever starts next goes on.
		return ctx.Err()
	}
	if errors.Is(err, errOvertaken) {
		return err
	}
	j.State, j.FinishedAt = JobDone, a.clock().UTC().Truncate(time.Millisecond)
	if err != nil {
		j.State = JobFailed
		j.Problems = append(j.Problems, "Gián đoạn do lỗi hệ thống; hãy chạy lại")
		a.log.ErrorContext(ctx, "job failed", "job", j.ID, "kind", j.Kind, "error", err)
	}
	return errors.Join(err, a.note(ctx, j, true))
}

// ResumeJobs carries out every job that is under way: those just journalled and
// those a stopped process left.
func (a *App) ResumeJobs(ctx context.Context) error {
	page, err := a.store.Find(ctx, jobCollection, store.Query{
		Scope: thads.Everything(), Where: []store.Cond{store.Eq("state", string(JobRunning))},
		Sort: "updatedAt", Limit: MaxPage,
	})
	if err != nil {
		return unavailable(err)
	}
	for _, h := range page.Heads {
		j, err := a.job(ctx, h.ID)
		if err != nil {
			return err
		}
		if j == nil || j.State != JobRunning {
			continue
		}
		// One that another process carries out is left to it; should that stop,
		// somebody looks again.
		if err := a.carryOut(ctx, j); err != nil && !errors.Is(err, errOvertaken) && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "job stopped", "job", j.ID, "error", err)
		}
	}
	return ctx.Err()
}

// workJobs carries out jobs as they are journalled, until ctx ends. Now and then
// it looks for what is kept no longer and for jobs that were lost.
func (a *App) workJobs(ctx context.Context) {
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	a.sweep(ctx)
	// For a lock that is not complete all records are read: once an hour at most.
	look := true
	for {
		if err := a.ResumeJobs(ctx); err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "jobs cannot be read", "error", err)
		}
		if look {
			// Only now: a lock that a stopped process left is completed by its job.
			a.completeLocks(ctx)
			look = false
		}
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			a.sweep(ctx)
			look = true
		case <-a.wake:
		}
	}
}

func (a *App) completeLocks(ctx context.Context) {
	n, err := a.CompleteLocks(ctx)
	if err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "reports of locked periods cannot be kept", "error", err)
	}
	if n > 0 {
		a.log.InfoContext(ctx, "reports of locked periods were kept", "locks", n)
	}
}

func (a *App) sweep(ctx context.Context) {
	if err := a.SweepImports(ctx); err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "what imports have left cannot be swept", "error", err)
	}
	done, err := a.SweepRetention(ctx)
	if err != nil && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "what is kept no longer cannot be swept", "error", err)
	}
	if len(done) > 0 {
		a.log.InfoContext(ctx, "what is kept no longer was deleted", "documents", done)
	}
}
