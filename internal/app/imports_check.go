package app

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// jobImportCheck is the kind of job that checks a file. It writes nothing but
// the findings of its run.
const jobImportCheck = "importCheck"

const (
	// maxImportProblems bounds the errors of one check that are kept, and apart
	// from them the warnings and rows left out. A file with more errors is not
	// read on: nobody would read them.
	maxImportProblems = 10_000
	// problemsPerPiece and entriesPerPiece say how findings are kept.
	problemsPerPiece = 500
	entriesPerPiece  = 1000
	// checkSize is how many entries are looked up in the store at once.
	checkSize = 1000
)

// checking is a check under way.
type checking struct {
	app *App
	job *Job
	r   *importRecord
	run int
	im  *importing
	// order is the place of each sheet among those that are read.
	order map[string]int

	errors, others []sheet.Problem
	// faulty counts all errors, warnings all warnings.
	faulty, warnings int
	byAction         map[ImportAction]int
	pending          []importEntryKept
	pieces           map[string]int
	checked          int
}

// runImportCheck checks a file. Run again after a crash it begins anew, under
// another number of run.
func runImportCheck(ctx context.Context, a *App, j *Job) error {
	r, err := a.beginRun(ctx, j)
	if err != nil || r == nil {
		return err
	}
	c := &checking{app: a, job: j, r: r, run: r.Run, byAction: map[ImportAction]int{}, pieces: map[string]int{}, order: map[string]int{}}
	for _, m := range mapped(&r.Reading) {
		c.order[m.mapping.Sheet] = len(c.order)
	}
	err = c.check(ctx)
	switch {
	case err == nil || errors.Is(err, errOvertaken) || ctx.Err() != nil:
		return err
	case errors.Is(err, errGivenUp):
		return nil
	}
	return errors.Join(err, c.fail(ctx))
}

// errGivenUp tells that the import went on without the run that is under way: it
// was cancelled, or is checked by another mapping.
var errGivenUp = errors.New("the import goes on without this job")

// beginRun numbers a run of the check and deletes what earlier ones have left.
func (a *App) beginRun(ctx context.Context, j *Job) (*importRecord, error) {
	for {
		r, err := a.importOf(ctx, j)
		if err != nil || r == nil {
			return nil, err
		}
		if r.Attempt, err = a.attempt(ctx, r.Digest); err != nil {
			return nil, err
		}
		r.Run++
		if err := a.saveImport(ctx, r); errors.Is(err, store.ErrConflict) {
			continue
		} else if err != nil {
			return nil, err
		}
		return r, a.deleteRuns(ctx, r, r.Run)
	}
}

// deleteRuns deletes the findings of all runs but one; of all where keep is 0.
func (a *App) deleteRuns(ctx context.Context, r *importRecord, keep int) error {
	for _, kind := range []string{problemPart, entryPart} {
		but := ""
		if keep != 0 {
			but = r.results(kind, keep)
		}
		if err := a.deletePartsBut(ctx, partPrefix(r.ID, kind), but); err != nil {
			return err
		}
	}
	return nil
}

// check reads the file and keeps what it finds.
func (c *checking) check(ctx context.Context) error {
	c.job.Done, c.job.Total, c.job.Problems = 0, c.r.Cases, nil
	harmful, err := c.inspect(ctx)
	if err != nil {
		return c.standing(ctx, err)
	}
	var counts sheet.Counts
	stopped := harmful
	if !harmful {
		if counts, stopped, err = c.read(ctx); err != nil {
			return c.standing(ctx, err)
		}
	}
	if counts.Rows == 0 && len(c.errors) == 0 {
		c.report(sheet.Problem{Code: thads.CodeRequired, Text: thads.Text{VI: "Sổ không có dòng nào", EN: "The register has no rows"}})
	}
	if err := c.keepProblems(ctx); err != nil {
		return c.standing(ctx, err)
	}
	if err := c.keepEntries(ctx, true); err != nil {
		return c.standing(ctx, err)
	}
	return c.finish(ctx, counts, stopped)
}

// inspect looks through the whole file, also where nobody reads, for what must
// not come in, and tells what is worth knowing of it. harmful tells that it is
// refused: then nothing of it is read.
func (c *checking) inspect(ctx context.Context) (harmful bool, err error) {
	book, err := c.app.openImport(ctx, c.r)
	if err == nil {
		for _, p := range book.Notices() {
			c.report(p)
		}
		err = book.Inspect(ctx)
	}
	if err != nil {
		return true, c.refuse(err)
	}
	return false, nil
}

// read checks the entries of the file, some at a time. stopped tells that the
// rest was not looked at.
func (c *checking) read(ctx context.Context) (counts sheet.Counts, stopped bool, err error) {
	if c.r.Reading.Records != nil {
		return c.readRecords(ctx)
	}
	im, reader, err := c.app.beginImporting(ctx, c.r, c.r.Actor.principal(), c.report)
	if err != nil {
		return counts, true, c.refuse(err)
	}
	c.im = im
	part := make([]*sheet.Entry, 0, checkSize)
	for e, err := range reader.Entries() {
		if err != nil {
			stopped = true
			if err := c.refuse(err); err != nil {
				return counts, true, err
			}
			break
		}
		if part = append(part, e); len(part) == checkSize {
			if err := c.part(ctx, part); err != nil {
				return counts, true, err
			}
			part = part[:0]
		}
		if c.faulty > maxImportProblems {
			stopped = true
			break
		}
	}
	return reader.Counts(), stopped, c.part(ctx, part)
}

// refuse keeps a refusal of the whole file as a problem; a fault is returned.
func (c *checking) refuse(err error) error {
	if isFault(err) {
		return err
	}
	es, _ := thads.Refusals(err)
	for _, e := range es {
		c.report(sheet.Problem{Code: e.Code, Text: e.Text})
	}
	return nil
}

// report keeps a problem while there is room.
func (c *checking) report(p sheet.Problem) {
	if p.Severity == "" {
		p.Severity = sheet.Error
	}
	kept := &c.others
	switch p.Severity {
	case sheet.Error:
		c.faulty++
		kept = &c.errors
	case sheet.Warning:
		c.warnings++
	case sheet.LeftOut:
	}
	if len(*kept) < maxImportProblems {
		*kept = append(*kept, p)
	}
}

// part checks some entries.
func (c *checking) part(ctx context.Context, entries []*sheet.Entry) error {
	if len(entries) == 0 {
		return ctx.Err()
	}
	if _, err := c.current(ctx); err != nil {
		return err
	}
	plans, err := c.im.plan(ctx, entries)
	if err != nil {
		return err
	}
	if err := c.im.alike(ctx, plans); err != nil {
		return err
	}
	for _, p := range plans {
		for _, problem := range p.problems {
			c.report(problem)
		}
		c.byAction[p.action]++
		c.pending = append(c.pending, p.kept())
	}
	c.checked += len(entries)
	if c.job.Done = c.checked; c.job.Total > 0 { // 0: how many there are is known in the end
		c.job.Total = max(c.job.Total, c.checked)
	}
	if err := c.keepEntries(ctx, false); err != nil {
		return err
	}
	return c.app.note(ctx, c.job, false)
}

// current returns the import as it stands, or an error where it has gone on
// without this run.
func (c *checking) current(ctx context.Context) (*importRecord, error) {
	r, err := c.app.importRecord(ctx, c.r.ID)
	switch {
	case err != nil:
		return nil, err
	case r == nil || r.Job != c.job.ID || r.State != ImportChecking:
		return nil, errGivenUp
	case r.Run != c.run:
		return nil, errOvertaken
	}
	return r, nil
}

// standing returns the error of a check: that it was overtaken, if it was,
// because then its pieces may have been deleted under it. What it wrote is
// deleted.
func (c *checking) standing(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if !errors.Is(err, errOvertaken) && !errors.Is(err, errGivenUp) {
		_, over := c.current(ctx)
		if !errors.Is(over, errOvertaken) && !errors.Is(over, errGivenUp) {
			return err
		}
		err = over
	}
	for _, kind := range []string{problemPart, entryPart} {
		if failed := c.app.deleteParts(ctx, c.r.results(kind, c.run)); failed != nil {
			return failed
		}
	}
	return err
}

// keepProblems writes what was found, in the order of the rows.
func (c *checking) keepProblems(ctx context.Context) error {
	all := append(slices.Clip(c.errors), c.others...)
	slices.SortStableFunc(all, func(x, y sheet.Problem) int {
		return cmp.Or(cmp.Compare(c.order[x.Sheet], c.order[y.Sheet]), cmp.Compare(x.Row, y.Row), cmp.Compare(x.Column, y.Column))
	})
	for part := range slices.Chunk(all, problemsPerPiece) {
		if err := keepPiece(ctx, c, problemPart, part, func(p *sheet.Problem) string { return string(p.Severity) }); err != nil {
			return err
		}
	}
	return nil
}

// keepEntries writes the entries of which there are enough for a piece, or all.
func (c *checking) keepEntries(ctx context.Context, all bool) error {
	for len(c.pending) >= entriesPerPiece || all && len(c.pending) > 0 {
		part := c.pending[:min(entriesPerPiece, len(c.pending))]
		if err := keepPiece(ctx, c, entryPart, part, func(e *importEntryKept) string { return string(e.Action) }); err != nil {
			return err
		}
		c.pending = slices.Delete(c.pending, 0, len(part))
	}
	return nil
}

// A pieceHead counts what is in a piece, by severity or action.
type pieceHead struct {
	By map[string]int `json:"by"`
}

// keepPiece writes the next piece of a kind.
func keepPiece[T any](ctx context.Context, c *checking, part string, values []T, kind func(*T) string) error {
	c.pieces[part]++
	d, err := makePiece(c.app, c.r.pieceID(part, c.run, c.pieces[part]), values, kind)
	if err != nil {
		return err
	}
	// The number of the run is this run's alone: nobody has written the piece.
	return unavailable(c.app.store.Insert(ctx, importPartCollection, d))
}

// finish ends the check, unless the import has gone on without it.
func (c *checking) finish(ctx context.Context, counts sheet.Counts, stopped bool) error {
	for {
		r, err := c.current(ctx)
		if err != nil {
			return c.standing(ctx, err)
		}
		r.State, r.CheckedAt = ImportChecked, store.Instant(c.app.clock())
		r.Rows, r.Cases, r.LeftOut = counts.Rows, counts.Entries, counts.LeftOut
		r.Creates, r.Changes, r.Existing, r.Bad = c.byAction[ActionCreate], c.byAction[ActionChange], c.byAction[ActionExisting], c.byAction[ActionBad]
		r.Errors, r.Warnings, r.Stopped = c.faulty, c.warnings, stopped
		r.Shown, r.Pieces, r.Message = c.run, c.pieces, thads.Text{}
		r.Version++
		if err := c.app.saveImport(ctx, r); errors.Is(err, store.ErrConflict) {
			continue
		} else if err != nil {
			return err
		}
		c.job.Total = c.job.Done
		return nil
	}
}

// fail ends the check after a fault of the system.
func (c *checking) fail(ctx context.Context) error {
	for {
		r, err := c.current(ctx)
		if errors.Is(err, errGivenUp) || errors.Is(err, errOvertaken) {
			return nil
		} else if err != nil {
			return err
		}
		r.clearFindings()
		r.State = ImportFailed
		r.Message = thads.Text{VI: "Kiểm tra bị gián đoạn do lỗi hệ thống; hãy kiểm tra lại", EN: "The check was interrupted by a fault of the system; check again"}
		r.Version++
		if err := c.app.saveImport(ctx, r); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// beginImporting opens the file of an import for a pass over its entries, on
// behalf of a principal. The reader tells report what is wrong, also while
// entries are read. The error is a refusal where the file or its reading is not
// acceptable.
func (a *App) beginImporting(ctx context.Context, r *importRecord, by auth.Principal, report func(sheet.Problem)) (*importing, *sheet.Reader, error) {
	book, err := a.openImport(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	reader, err := sheet.NewReader(book, r.Reading, report)
	if err != nil {
		return nil, nil, err
	}
	im, err := a.newImporting(ctx, r, by)
	return im, reader, err
}
