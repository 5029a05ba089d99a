package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// jobImportAccept is the kind of job that writes what was checked.
const jobImportAccept = "importAccept"

// ImportAccept writes what was checked, by a job. Everything is decided again by
// the same rules as in the check: an entry that is not any more what it was then
// becomes a problem of the import, and the others stand.
func (a *App) ImportAccept(ctx context.Context, c ImportChange, mode AcceptMode) (*Import, error) {
	request := struct {
		Do   string
		Mode AcceptMode
	}{"accept", mode}
	r, err := a.changeImport(ctx, c, request, []ImportState{ImportChecked}, func(ctx context.Context, p auth.Principal, r *importRecord) error {
		switch {
		case !mode.Valid():
			return thads.Errorf(thads.CodeInvalid, "mode", "Cách chấp nhận không hợp lệ", "There is no such way to accept")
		case !r.FileKept:
			return fileGone()
		case r.Stopped:
			return thads.Errorf(thads.CodeTransition, "id", "Tệp chưa được kiểm tra đến cuối; hãy sửa tệp rồi gửi lại", "The file was not checked to its end; mend it and send it again")
		case mode == AcceptAll && r.Errors > 0:
			return thads.Errorf(thads.CodeNotAllowed, "mode", "Tệp còn %d lỗi; hãy sửa, hoặc chỉ nhập các dòng không có lỗi", "The file has %d errors; mend them, or accept the good rows only", r.Errors)
		case r.Creates+r.Changes == 0:
			return thads.Errorf(thads.CodeTransition, "id", "Tệp không có gì mới để ghi", "There is nothing in the file to be recorded")
		}
		if err := a.onlyAttempt(ctx, r); err != nil {
			return err
		}
		r.State, r.Mode = ImportAccepting, mode
		r.Created, r.Changed, r.Refused = 0, 0, 0
		r.begin(jobImportAccept, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &r.Import, nil
}

// onlyAttempt refuses to accept a file of which another import has been accepted
// since the check began: both would count the same cases as theirs, and undoing
// one would undo the other. What was accepted before that, the check has seen:
// the rest of the file may follow, for instance when the good rows came first.
func (a *App) onlyAttempt(ctx context.Context, r *importRecord) error {
	check, err := a.job(ctx, r.Job)
	if err != nil {
		return err
	}
	return a.eachOfFile(ctx, r.Digest, func(o *Import) error {
		seen := check != nil && o.State == ImportAccepted && o.AcceptedAt.Before(check.StartedAt)
		if o.ID == r.ID || o.Attempt < r.Attempt || seen {
			return nil
		}
		switch o.State {
		case ImportAccepting, ImportAccepted, ImportUndoing, ImportUndone:
			return thads.Errorf(thads.CodeConflict, "id", "Tệp này vừa được nhập ở một lần nhập khác; hãy kiểm tra lại", "The same file has just been accepted in another import; check it again")
		case ImportMapping, ImportChecking, ImportChecked, ImportCancelled, ImportFailed:
		}
		return nil
	})
}

// acceptance is the acceptance of an import under way.
type acceptance struct {
	app *App
	job *Job
	r   *importRecord
	// writer stores the parts of the pass over the file.
	writer *entryWriter

	created, changed, refused int
	problems                  []sheet.Problem
	// refusedRows are the rows of the entries that were refused, by where they begin.
	refusedRows map[entryPlace][]rowRun
	// resumed tells that a run which was interrupted has marked entries as refused.
	resumed bool
}

// runImportAccept writes what was checked. Run again, it finds what it has
// written by the ids of the cases and the keys of the events, and goes on.
func runImportAccept(ctx context.Context, a *App, j *Job) error {
	r, err := a.importOf(ctx, j)
	if err != nil || r == nil || r.State != ImportAccepting {
		return err
	}
	j.Done, j.Total, j.Problems = 0, r.Cases, nil
	acc := &acceptance{app: a, job: j, r: r, writer: newEntryWriter(a), refusedRows: map[entryPlace][]rowRun{}}
	write := acc.write
	if r.Reading.Records != nil {
		write = acc.writeRecords
	}
	switch err := write(ctx); {
	case errors.Is(err, errGivenUp):
		// Another process has ended it and writes into the journal how.
		return errOvertaken
	case err != nil:
		return err
	}
	return acc.finish(ctx)
}

// An acceptedPart is some entries on their way into the ledger.
type acceptedPart struct {
	// read is how many entries of the file it stands for.
	read   int
	writes []*entryWrite
}

// write leads the entries of the file that the check found good, a part at a
// time, into the ledger: while one part is stored, the next is encoded and its
// numbers are claimed, and the one after that is read and planned.
func (acc *acceptance) write(ctx context.Context) error {
	a := acc.app
	// What the reader has to say was told by the check.
	im, reader, err := a.beginImporting(ctx, acc.r, acc.r.Actor.principal(), func(sheet.Problem) {})
	if err != nil {
		return fmt.Errorf("import %s: what was checked cannot be read again: %w", acc.r.ID, err)
	}
	checked, stop := iter.Pull2(a.entriesOf(ctx, acc.r, false))
	defer stop()
	source := func(yield func(*acceptedPart) bool) error {
		part := &acceptedPart{}
		var entries []*sheet.Entry
		var were []importEntryKept
		flush := func() (more bool, err error) {
			if err := im.refresh(ctx); err != nil {
				return false, err
			}
			plans, err := im.plan(ctx, entries)
			if err != nil {
				return false, err
			}
			for i, p := range plans {
				part.writes = append(part.writes, acc.decide(p, were[i]))
			}
			more = yield(part)
			part, entries, were = &acceptedPart{}, nil, nil
			return more, nil
		}
		for e, err := range reader.Entries() {
			if err != nil {
				return fmt.Errorf("import %s: what was checked cannot be read again: %w", acc.r.ID, err)
			}
			was, err, ok := checked()
			if err != nil {
				return err
			}
			if !ok || was.Sheet != e.Sheet || was.Row != e.Row {
				return fmt.Errorf("import %s: row %d is not what was checked", acc.r.ID, e.Row)
			}
			part.read++
			acc.unmark(&was)
			if was.Action == ActionCreate || was.Action == ActionChange {
				entries, were = append(entries, e), append(were, was)
			}
			if part.read < a.partSize {
				continue
			}
			if more, err := flush(); err != nil || !more {
				return err
			}
		}
		_, err := flush()
		return err
	}
	return pipeline(ctx, source, acc.ready, acc.store)
}

// unmark gives an entry that this acceptance has refused, before it was
// interrupted, the action that the check had found: it is decided about again.
func (acc *acceptance) unmark(was *importEntryKept) {
	if was.Refused != "" {
		was.Action, acc.resumed = was.Refused, true
	}
}

// refresh brings a pass up to the present: the clock, and the units and officers
// with the locks of their books.
func (im *importing) refresh(ctx context.Context) error {
	d, err := im.app.presentDirectory(ctx)
	if err != nil {
		return err
	}
	im.now, im.directory = im.app.clock(), d
	return nil
}

// An entryWrite is what becomes of one entry that the check found good.
type entryWrite struct {
	plan *planned
	was  importEntryKept
	// done tells that there is nothing (left) to write; refusal why it must not
	// be written.
	done    bool
	refusal error
	// lost tells that somebody has written the case since it was read.
	lost bool

	doc     *store.Document
	secrets []*store.Document
	numbers []string
}

// decide compares what is to be done now with what the check has told: nothing
// is recorded that nobody has seen, and in no other case.
func (acc *acceptance) decide(p *planned, was importEntryKept) *entryWrite {
	w := &entryWrite{plan: p, was: was}
	switch {
	case p.action == ActionBad:
		w.refusal = errEntryBad
	case p.action == ActionExisting && (p.recorded > 0 || p.own):
		w.done = true // by this acceptance before it was interrupted, or by another process
	case p.action != was.Action || p.id != was.Case:
		w.refusal = thads.Errorf(thads.CodeConflict, "",
			"Việc này đã thay đổi trong sổ sau khi kiểm tra tệp; hãy kiểm tra lại tệp", "The case was changed in the ledger after the file was checked; check the file again")
	}
	return w
}

// errEntryBad marks an entry whose problems say why it is not written.
var errEntryBad = errors.New("the entry has errors")

// ready makes a part ready to be stored.
func (acc *acceptance) ready(ctx context.Context, part *acceptedPart) error {
	if err := acc.writer.encode(part.writes); err != nil {
		return err
	}
	return acc.writer.claim(ctx, part.writes)
}

// store stores a part. What somebody else has written meanwhile is planned again
// by itself, in the order of the file.
func (acc *acceptance) store(ctx context.Context, part *acceptedPart) error {
	if err := acc.writer.store(ctx, part.writes); err != nil {
		return err
	}
	for i, w := range part.writes {
		for w.lost {
			again, err := acc.again(ctx, w)
			if err != nil {
				return err
			}
			w, part.writes[i] = again, again
		}
	}
	return acc.tally(ctx, part)
}

// again plans and writes one entry anew. It uses a pass of its own, because what
// the pass over the file remembers of the case is not what is stored.
func (acc *acceptance) again(ctx context.Context, lost *entryWrite) (*entryWrite, error) {
	im, err := acc.app.newImporting(ctx, acc.r, acc.r.Actor.principal())
	if err != nil {
		return nil, err
	}
	plans, err := im.plan(ctx, []*sheet.Entry{lost.plan.entry})
	if err != nil {
		return nil, err
	}
	one := []*entryWrite{acc.decide(plans[0], lost.was)}
	writer := newEntryWriter(acc.app)
	if err := writer.encode(one); err != nil {
		return nil, err
	}
	if err := writer.claim(ctx, one); err != nil {
		return nil, err
	}
	return one[0], writer.store(ctx, one)
}

// tally counts what became of a part.
func (acc *acceptance) tally(ctx context.Context, part *acceptedPart) error {
	for _, w := range part.writes {
		switch {
		case w.refusal != nil:
			acc.refused++
			acc.refusedRows[entryPlace{w.was.Sheet, w.was.Row}] = rowsOf(w.plan.entry)
			if err := acc.refuse(w); err != nil {
				return err
			}
		case w.was.Action == ActionCreate:
			acc.created++
		default:
			acc.changed++
		}
	}
	if acc.job.Done += part.read; acc.job.Done > acc.job.Total {
		acc.job.Total = acc.job.Done
	}
	return acc.reached(ctx)
}

// reached notes how far the acceptance is, and ends it where the import has gone
// on without it.
func (acc *acceptance) reached(ctx context.Context) error {
	if err := acc.app.note(ctx, acc.job, false); err != nil {
		return err
	}
	r, err := acc.app.importOf(ctx, acc.job)
	if err == nil && (r == nil || r.State != ImportAccepting) {
		return errGivenUp
	}
	return err
}

// refuse places why an entry was not written.
func (acc *acceptance) refuse(w *entryWrite) error {
	if errors.Is(w.refusal, errEntryBad) {
		for _, p := range w.plan.problems {
			if p.Severity == sheet.Error {
				acc.problem(p)
			}
		}
		return nil
	}
	es, isRefusal := thads.Refusals(w.refusal)
	if !isRefusal {
		return w.refusal
	}
	for _, e := range es {
		acc.problem(w.plan.entry.Problem(e))
	}
	return nil
}

func (acc *acceptance) problem(p sheet.Problem) {
	if len(acc.problems) < maxImportProblems {
		acc.problems = append(acc.problems, p)
	}
}

// finish writes what was refused behind the problems of the check and ends the
// import, unless another process has done so.
func (acc *acceptance) finish(ctx context.Context) error {
	for {
		r, err := acc.app.importOf(ctx, acc.job)
		if err != nil || r == nil || r.State != ImportAccepting {
			return err
		}
		if err := acc.keepRefused(ctx, r); err != nil {
			return err
		}
		r.State, r.AcceptedAt = ImportAccepted, store.Instant(acc.app.clock())
		r.Created, r.Changed, r.Refused = acc.created, acc.changed, acc.refused
		r.Version++
		if err := acc.app.saveImport(ctx, r); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// keepRefused adds to the findings what was refused: its problems, and that the
// entries are bad now, so that their rows are handed back with the others.
func (acc *acceptance) keepRefused(ctx context.Context, r *importRecord) error {
	if len(acc.refusedRows) == 0 && !acc.resumed {
		return nil
	}
	pieces := maps.Clone(r.Pieces)
	for part := range slices.Chunk(acc.problems, problemsPerPiece) {
		pieces[problemPart]++
		d, err := makePiece(acc.app, r.pieceID(problemPart, r.Shown, pieces[problemPart]), part, func(p *sheet.Problem) string { return string(p.Severity) })
		if err != nil {
			return err
		}
		// One that is there was written by this acceptance before it was
		// interrupted, or by another process that carries it out.
		if err := acc.app.store.Insert(ctx, importPartCollection, d); err != nil && !errors.Is(err, store.ErrExists) {
			return unavailable(err)
		}
	}
	r.Pieces = pieces
	return acc.app.changePieces(ctx, r, func(entries []importEntryKept) (changed bool, err error) {
		for i := range entries {
			e := &entries[i]
			rows, refused := acc.refusedRows[entryPlace{e.Sheet, e.Row}]
			switch marked := e.Refused != ""; {
			case refused && !marked:
				e.Refused, e.Action, e.Rows = e.Action, ActionBad, rows
			case marked && !refused: // recorded after all, so that an undo must find it
				e.Refused, e.Action, e.Rows = "", e.Refused, nil
			default:
				continue
			}
			changed = true
		}
		return changed, nil
	})
}

// entriesOf yields what the check has planned, in the order of the file or from
// its end.
func (a *App) entriesOf(ctx context.Context, r *importRecord, backwards bool) iter.Seq2[importEntryKept, error] {
	return func(yield func(importEntryKept, error) bool) {
		n := r.Pieces[entryPart]
		for i := range n {
			at := i + 1
			if backwards {
				at = n - i
			}
			id := r.pieceID(entryPart, r.Shown, at)
			entries, err := readPiece[importEntryKept](ctx, a, id)
			if err == nil && len(entries) == 0 {
				err = fmt.Errorf("part %s is gone", id)
			}
			if err != nil {
				yield(importEntryKept{}, err)
				return
			}
			if backwards {
				slices.Reverse(entries)
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// An entryWriter stores entries, a part at a time; its steps may work on
// different parts at the same time.
type entryWriter struct {
	app *App
	// claimed are the cases of the part before, which have their numbers and may
	// not be stored yet.
	claimed map[string]bool
	// disturbed are the cases in which an entry could not be written as it was
	// planned. What later entries do to them was planned on top of it: the
	// version alone would not tell, once somebody else has written in its place.
	disturbed map[string]bool
}

func newEntryWriter(a *App) *entryWriter {
	return &entryWriter{app: a, disturbed: map[string]bool{}}
}

// open tells whether an entry is still to be written.
func (w *entryWrite) open() bool { return !w.done && w.refusal == nil && !w.lost }

// encode makes the documents, on all processors.
func (ew *entryWriter) encode(writes []*entryWrite) error {
	faults := make([]error, len(writes))
	inParallel(len(writes), func(i int) {
		if w := writes[i]; w.open() {
			faults[i] = ew.encodeOne(w)
		}
	})
	return errors.Join(faults...)
}

func (ew *entryWriter) encodeOne(w *entryWrite) (err error) {
	p := w.plan
	if w.doc, err = p.document(); err != nil {
		return err
	}
	if err := w.doc.Check(caseCollection); errors.Is(err, store.ErrTooLarge) {
		w.refusal = tooLarge()
		return nil
	} else if err != nil {
		return err
	}
	if w.secrets, err = p.secrets(ew.app); err != nil {
		return err
	}
	for _, e := range p.state.Events[len(p.state.Events)-p.events:] {
		// No other events give a case its number.
		if e.Decision != nil && (e.Kind == thads.CaseDecided || e.Kind == thads.CaseBroughtForward) {
			w.numbers = cases.claims(p.state)
			break
		}
	}
	// The rest of the plan is not needed any more, and large.
	p.release()
	return nil
}

// release lets go of everything but what tells of the entry and its problems.
func (p *planned) release() {
	p.state, p.held, p.opening, p.further, p.numbers = nil, nil, nil, nil, nil
}

// claim takes the numbers of the cases and stores their secrets, both before the
// cases themselves.
func (ew *entryWriter) claim(ctx context.Context, writes []*entryWrite) error {
	var ids []string
	var numbers [][]string
	var claiming []*entryWrite
	var secrets []*store.Document
	for _, w := range writes {
		if !w.open() {
			continue
		}
		secrets = append(secrets, w.secrets...)
		if len(w.numbers) > 0 {
			ids, numbers, claiming = append(ids, w.doc.ID), append(numbers, w.numbers), append(claiming, w)
		}
	}
	refused, err := ew.app.claimWith(ctx, ids, numbers, secrets, ew.claimed)
	if err != nil {
		return err
	}
	claimed := make(map[string]bool, len(claiming))
	for i, w := range claiming {
		if w.refusal = refused[i]; w.refusal == nil {
			claimed[w.doc.ID] = true
		}
	}
	ew.claimed = claimed
	return nil
}

// store stores the cases that have their numbers. The entries of one case are
// stored one after another.
func (ew *entryWriter) store(ctx context.Context, writes []*entryWrite) error {
	nth := map[string]int{}
	var rounds [][]*entryWrite
	for _, w := range writes {
		if w.refusal != nil && w.doc != nil {
			ew.disturbed[w.doc.ID] = true
		}
		if !w.open() {
			continue
		}
		n := nth[w.doc.ID]
		nth[w.doc.ID]++
		if n == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[n] = append(rounds[n], w)
	}
	for _, round := range rounds {
		if err := ew.storeRound(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

// storeRound stores entries of different cases.
func (ew *entryWriter) storeRound(ctx context.Context, round []*entryWrite) error {
	var fresh, changed []*entryWrite
	for _, w := range round {
		switch {
		case ew.disturbed[w.doc.ID]:
			w.lost = true
		case ew.app.inTime(w.doc.UpdatedAt) != nil:
			// Its period may have been locked since it was planned.
			w.lost, ew.disturbed[w.doc.ID] = true, true
		case w.plan.version == 0:
			fresh = append(fresh, w)
		default:
			changed = append(changed, w)
		}
	}
	taken, err := ew.app.store.BulkInsert(ctx, caseCollection, documents(fresh))
	if err != nil {
		return unavailable(err)
	}
	// An id that is taken was stored by another process which carries out the
	// same acceptance: nobody else makes these ids.
	for _, i := range taken {
		fresh[i].done = true
		ew.disturbed[fresh[i].doc.ID] = true
	}
	lost, err := ew.app.store.BulkReplace(ctx, caseCollection, documents(changed))
	if err != nil {
		return unavailable(err)
	}
	for _, i := range lost {
		changed[i].lost = true
		ew.disturbed[changed[i].doc.ID] = true
	}
	return nil
}

func documents(writes []*entryWrite) []*store.Document {
	docs := make([]*store.Document, len(writes))
	for i, w := range writes {
		docs[i] = w.doc
	}
	return docs
}
