package app

import (
	"context"
	"errors"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// sweepEvery is how often what is kept no longer is looked for.
const sweepEvery = time.Hour

// SweepImports deletes what is kept no longer: files that no import took, files
// and findings of imports that have ended, and imports that nobody accepted. It
// also sets imports going again whose job was lost. Errors of single imports do
// not stop it.
func (a *App) SweepImports(ctx context.Context) error {
	now := store.Instant(a.clock())
	return errors.Join(a.sweepUploads(ctx, now.Add(-uploadsKept)), a.sweepEnded(ctx, now), a.reviveImports(ctx))
}

// sweepUploads deletes uploads from before an instant that no import took.
func (a *App) sweepUploads(ctx context.Context, before time.Time) error {
	ids, err := a.findIDs(ctx, uploadCollection, "at", store.Between("at", nil, before))
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		u, err := a.uploadRecord(ctx, id)
		if err == nil && u != nil {
			var r *importRecord
			if u.Import != "" {
				r, err = a.importRecord(ctx, u.Import)
			}
			if err == nil && r != nil {
				err = a.forgetUpload(ctx, id) // the pieces are the import's now
			} else if err == nil {
				err = a.deleteUpload(ctx, u)
			}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// findIDs returns the ids of all documents that meet a condition.
func (a *App) findIDs(ctx context.Context, c *store.Collection, sort string, where ...store.Cond) ([]string, error) {
	var ids []string
	q := store.Query{Scope: thads.Everything(), Where: where, Sort: sort, Limit: store.MaxPage}
	for {
		page, err := a.store.Find(ctx, c, q)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, h := range page.Heads {
			ids = append(ids, h.ID)
		}
		if !page.HasNext {
			return ids, nil
		}
		q.After = page.Heads[len(page.Heads)-1].Cursor
	}
}

// sweepEnded deletes what was kept of imports until now.
func (a *App) sweepEnded(ctx context.Context, now time.Time) error {
	// The zero instant says that nothing is to be deleted.
	ids, err := a.findIDs(ctx, importCollection, "expiresAt", store.Between("expiresAt", time.UnixMilli(1).UTC(), now))
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		errs = append(errs, a.expire(ctx, id, now))
	}
	return errors.Join(errs...)
}

// expire deletes what an import keeps no longer. It does so twice, the second
// time when whatever was under way has surely ended: a job that has been given
// up may have written some more.
func (a *App) expire(ctx context.Context, id string, now time.Time) error {
	r, err := a.importRecord(ctx, id)
	if err != nil || r == nil || r.ExpiresAt.IsZero() || r.ExpiresAt.After(now) || r.State.isUnderWay() {
		return err
	}
	again := !r.FileKept
	switch {
	case again:
		r.ExpiresAt = time.Time{}
	case r.State.isEnded():
		r.FileKept, r.ExpiresAt = false, now.Add(leftoversAfter)
		r.Version++
	default:
		r.cancel(now.Add(leftoversAfter))
		r.Message = thads.Text{VI: "Đã tự hủy vì quá 30 ngày không được chấp nhận", EN: "Given up because nobody accepted it within 30 days"}
		r.Version++
	}
	if again {
		if err := a.deleteWorkingPapers(ctx, r); err != nil {
			return err
		}
	}
	switch err := a.saveImport(ctx, r); {
	case errors.Is(err, store.ErrConflict):
		return nil // somebody has just done something with it
	case err != nil || again:
		return err
	}
	return a.deleteWorkingPapers(ctx, r)
}

// deleteWorkingPapers deletes the file of an import and what was found in it.
// What became of the entries of an import that was accepted is kept with it: it
// names the cases.
func (a *App) deleteWorkingPapers(ctx context.Context, r *importRecord) error {
	kinds := []string{problemPart}
	if r.State == ImportCancelled {
		kinds = append(kinds, entryPart)
	}
	err := a.deleteParts(ctx, partPrefix(r.Upload, filePart))
	for _, kind := range kinds {
		err = errors.Join(err, a.deleteParts(ctx, partPrefix(r.ID, kind)))
	}
	return err
}

// reviveImports sets imports going again that wait for a job which is not there
// (the process stopped between writing the import and its job) or has ended
// without them.
func (a *App) reviveImports(ctx context.Context) error {
	states := []ImportState{ImportChecking, ImportAccepting, ImportUndoing}
	ids, err := a.findIDs(ctx, importCollection, "startedAt", store.In("state", texts(states)))
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		errs = append(errs, a.revive(ctx, id))
	}
	return errors.Join(errs...)
}

func (a *App) revive(ctx context.Context, id string) error {
	r, err := a.importRecord(ctx, id)
	if err != nil || r == nil || !r.State.isUnderWay() {
		return err
	}
	j, err := a.job(ctx, r.Job)
	if err != nil || j != nil && j.State == JobRunning {
		return err
	}
	if j == nil {
		return a.journalImport(ctx, r)
	}
	r.begin(r.Kind, r.Actor.principal())
	switch err := a.saveImport(ctx, r); {
	case errors.Is(err, store.ErrConflict):
		return nil
	case err != nil:
		return err
	}
	return a.journalImport(ctx, r)
}
