package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// jobImportUndo is the kind of job that takes back what an import recorded.
const jobImportUndo = "importUndo"

// ImportUndo takes back, by a job, what an import recorded: every event of it is
// voided with the reason, the newest first. A case in which something else was
// recorded since is left as it is and listed among the problems of the job.
// Afterwards the same file can be imported again.
func (a *App) ImportUndo(ctx context.Context, c ImportChange, reason string) (*Import, error) {
	reason = strings.TrimSpace(reason)
	request := struct{ Do, Reason string }{"undo", reason}
	r, err := a.changeImport(ctx, c, request, []ImportState{ImportAccepted}, func(_ context.Context, p auth.Principal, r *importRecord) error {
		switch {
		case reason == "":
			return thads.Errorf(thads.CodeRequired, "reason", "Thiếu lý do hoàn tác", "The reason is missing")
		case len(reason) > thads.MaxText:
			return thads.Errorf(thads.CodeOutOfRange, "reason", "Lý do dài quá %d byte", "The reason is longer than %d bytes", thads.MaxText)
		case r.Created+r.Changed == 0:
			return thads.Errorf(thads.CodeTransition, "id", "Lần nhập này không ghi gì vào sổ", "This import recorded nothing")
		}
		r.State, r.Reason = ImportUndoing, reason
		r.Undone, r.NotUndone = 0, 0
		r.begin(jobImportUndo, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &r.Import, nil
}

// undoing takes an import back.
type undoing struct {
	app *App
	job *Job
	r   *importRecord
	// keys leads the idempotency keys of what the import recorded. since and
	// until bound when it did so, where others have recorded parts of the same
	// file under the same keys; zero where there are none.
	keys         string
	since, until time.Time
	// seen are the cases that were looked at: one may have several entries.
	seen         map[thads.CaseID]bool
	undone, left int
}

// runImportUndo takes back what an import recorded. Run again, it finds nothing
// left to void in the cases that it has dealt with.
func runImportUndo(ctx context.Context, a *App, j *Job) error {
	r, err := a.importOf(ctx, j)
	if err != nil || r == nil || r.State != ImportUndoing {
		return err
	}
	j.Done, j.Total, j.Problems = 0, r.Created+r.Changed, nil
	u := &undoing{app: a, job: j, r: r, keys: r.keyPrefix(), seen: map[thads.CaseID]bool{}}
	if err := u.bound(ctx); err != nil {
		return err
	}
	takeBack := func(ctx context.Context) error {
		return pipeline(ctx, u.parts(ctx), u.read, u.void, u.store, u.tally)
	}
	if r.Reading.Records != nil {
		takeBack = u.takeRecordsBack
	}
	switch err := takeBack(ctx); {
	case errors.Is(err, errGivenUp):
		// Another process has ended it and writes into the journal how.
		return errOvertaken
	case err != nil:
		return err
	}
	// Several entries may have been those of one case. What was left is told by the
	// job alone, so that it is written before the import ends.
	j.Total = j.Done
	if err := a.note(ctx, j, true); err != nil {
		return err
	}
	for {
		r, err := a.importOf(ctx, j)
		if err != nil || r == nil || r.State != ImportUndoing {
			return err
		}
		r.State, r.UndoneAt = ImportUndone, store.Instant(a.clock())
		r.Undone, r.NotUndone = u.undone, u.left
		r.Version++
		if err := a.saveImport(ctx, r); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// bound finds out when the import recorded what it did. Imports of one file and
// attempt are accepted one after another, each before the next one is checked.
func (u *undoing) bound(ctx context.Context) error {
	return u.app.eachOfFile(ctx, u.r.Digest, func(o *Import) error {
		switch {
		case o.ID == u.r.ID || o.Attempt != u.r.Attempt || o.AcceptedAt.IsZero():
		case o.AcceptedAt.Before(u.r.CheckedAt):
			u.since = u.r.CheckedAt
		case u.until.IsZero() || o.CheckedAt.Before(u.until):
			u.until = o.CheckedAt
		}
		return nil
	})
}

// An undonePart is some cases that are being taken back.
type undonePart struct {
	// directory was the present one at since.
	directory *Directory
	since     time.Time
	// within are the units for which the principal may write; nil for all.
	within []thads.UnitID
	cases  []*undoneCase
}

// An undoneCase is a case of the import.
type undoneCase struct {
	entry importEntryKept
	// doc is the case as it is stored; nil where it was not recorded after all.
	doc *store.Document
	// next is the case with the voids; nil where nothing is to be written.
	next *store.Document
	// state is the case as it stands afterwards. touched tells that the import
	// recorded something in it.
	state   *thads.Case
	touched bool
	// refusal is why the case is left.
	refusal error
}

// open tells whether there is something to write.
func (c *undoneCase) open() bool { return c.next != nil && c.refusal == nil }

// parts yields the cases of the import, the last of the file first.
func (u *undoing) parts(ctx context.Context) func(yield func(*undonePart) bool) error {
	return func(yield func(*undonePart) bool) error {
		part := &undonePart{}
		for e, err := range u.app.entriesOf(ctx, u.r, true) {
			if err != nil {
				return err
			}
			if e.Action != ActionCreate && e.Action != ActionChange || u.seen[e.Case] {
				continue
			}
			u.seen[e.Case] = true
			if part.cases = append(part.cases, &undoneCase{entry: e}); len(part.cases) < u.app.partSize {
				continue
			}
			if !yield(part) {
				return nil
			}
			part = &undonePart{}
		}
		yield(part)
		return nil
	}
}

// read reads the cases of a part.
func (u *undoing) read(ctx context.Context, part *undonePart) (err error) {
	part.since = u.app.clock()
	if part.directory, err = u.app.presentDirectory(ctx); err != nil {
		return err
	}
	part.within = part.directory.writable(u.r.Actor.principal())
	byID := make(map[string]*undoneCase, len(part.cases))
	ids := make([]string, len(part.cases))
	for i, c := range part.cases {
		ids[i] = string(c.entry.Case)
		byID[ids[i]] = c
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), store.MaxPage)]
		ids = ids[len(some):]
		docs, err := u.app.store.Get(ctx, caseCollection, thads.Everything(), some...)
		if err != nil {
			return unavailable(err)
		}
		for _, d := range docs {
			byID[d.ID].doc = d
		}
	}
	return nil
}

// void records the voids, on all processors.
func (u *undoing) void(_ context.Context, part *undonePart) error {
	faults := make([]error, len(part.cases))
	inParallel(len(part.cases), func(i int) { faults[i] = u.voidOne(part, part.cases[i]) })
	return errors.Join(faults...)
}

// voidOne takes back what the import recorded in one case, unless something else
// that stands was recorded since.
func (u *undoing) voidOne(part *undonePart, c *undoneCase) error {
	if c.doc == nil {
		return nil
	}
	state, err := cases.decode(c.doc)
	if err != nil {
		return err
	}
	own, other := u.standing(state)
	c.state = state
	c.touched = slices.ContainsFunc(state.Events, func(e thads.CaseEvent) bool { return u.recorded(&e) })
	switch {
	case len(own) == 0:
		return nil
	case other != nil:
		c.refusal = thads.Errorf(thads.CodeLaterEvent, "",
			"đã có “%s” ngày %s do người khác ghi sau khi nhập", "%[3]q of %[2]s was recorded since by somebody else",
			other.Kind.Name().VI, other.EffectiveOn.Vietnamese(), other.Kind.Name().EN)
		return nil
	case !part.mayVoid(state, own):
		c.refusal = thads.Errorf(thads.CodeForbidden, "", "chỉ người phụ trách đơn vị đã giữ việc này mới được hoàn tác", "only who is in charge of the unit that held the case may take it back")
		return nil
	}
	by := u.r.Actor.principal()
	now := u.app.clock()
	for i := len(own) - 1; i >= 0; i-- {
		e := thads.CaseEvent{Record: thads.Record{
			Voids: own[i], Reason: u.r.Reason, By: by.ID, Key: u.r.undoKey() + strconv.Itoa(own[i]),
		}}
		e.OpenFrom = part.directory.Tree.OpenFrom(now, cases.touches(state, &state.Events[own[i]-1])...)
		if state, err = cases.add(state, e, now); err != nil {
			if _, isRefusal := thads.Refusals(err); !isRefusal {
				return err
			}
			c.refusal = err
			return nil
		}
	}
	next, err := cases.encode(c.doc.ID, state, c.doc.Version+1)
	if err != nil {
		return err
	}
	if err := next.Check(caseCollection); errors.Is(err, store.ErrTooLarge) {
		c.refusal = tooLarge()
		return nil
	} else if err != nil {
		return err
	}
	c.state, c.next = state, next
	return nil
}

// mayVoid tells whether the principal may write for the units that held the case
// when the events counted. The import may have been accepted by somebody with
// wider rights, or the principal may have moved to another unit since.
func (p *undonePart) mayVoid(c *thads.Case, own []int) bool {
	return p.within == nil || !slices.ContainsFunc(own, func(seq int) bool {
		e := &c.Events[seq-1]
		return !slices.Contains(p.within, cmp.Or(e.Unit, e.ToUnit))
	})
}

// standing returns the events of the import that stand, by their sequence, and
// one of others that was recorded behind the first of them and stands; nil if
// there is none. Who has taken back or corrected an event of the import has seen
// to it: what replaced it is the work of others.
func (u *undoing) standing(c *thads.Case) (own []int, other *thads.CaseEvent) {
	fates, _ := c.Fates()
	begun := false
	for i := range c.Events {
		e := &c.Events[i]
		ours := u.recorded(e)
		begun = begun || ours
		switch {
		case fates[i] != thads.FateStands:
		case ours:
			own = append(own, e.Seq)
		case begun:
			other = e
		}
	}
	return own, other
}

// recorded tells whether the import recorded the event.
func (u *undoing) recorded(e *thads.CaseEvent) bool {
	return strings.HasPrefix(e.Key, u.keys) && !e.RecordedAt.Before(u.since) && (u.until.IsZero() || e.RecordedAt.Before(u.until))
}

// undoKey leads the idempotency keys of voids.
func (r *importRecord) undoKey() string {
	return "undo/" + r.Digest + "/" + strconv.Itoa(r.Attempt) + "/"
}

// store stores the voids. A case that somebody has written meanwhile is looked
// at again, and so are all where their periods may have been locked since they were
// read.
func (u *undoing) store(ctx context.Context, part *undonePart) error {
	var writes []*undoneCase
	var docs []*store.Document
	for _, c := range part.cases {
		if c.open() {
			writes, docs = append(writes, c), append(docs, c.next)
		}
	}
	if u.app.inTime(part.since) == nil {
		lost, err := u.app.store.BulkReplace(ctx, caseCollection, docs)
		if err != nil {
			return unavailable(err)
		}
		again := make([]*undoneCase, len(lost))
		for n, i := range lost {
			again[n] = writes[i]
		}
		writes = again
	}
	for _, c := range writes {
		if err := u.again(ctx, c); err != nil {
			return err
		}
	}
	return u.release(ctx, part)
}

// again takes back one case that was written since it was read.
func (u *undoing) again(ctx context.Context, c *undoneCase) error {
	for {
		one := &undonePart{cases: []*undoneCase{{entry: c.entry}}}
		if err := u.read(ctx, one); err != nil {
			return err
		}
		if err := u.void(ctx, one); err != nil {
			return err
		}
		*c = *one.cases[0]
		if !c.open() {
			return nil
		}
		if u.app.inTime(one.since) != nil {
			continue
		}
		lost, err := u.app.store.BulkReplace(ctx, caseCollection, []*store.Document{c.next})
		if err != nil || len(lost) == 0 {
			return unavailable(err)
		}
	}
}

// release frees the numbers of the cases that are voided now, also of those that
// a run before this one has voided.
func (u *undoing) release(ctx context.Context, part *undonePart) error {
	var given []release
	for _, c := range part.cases {
		if c.state == nil || c.refusal != nil || c.state.State != thads.StateVoided || c.state.Decision == nil || len(c.state.Units) == 0 {
			continue
		}
		d := c.state.Decision
		given = append(given, release{
			number: thads.DecisionKey(c.state.Units[0], d.Number, thads.StatYearOf(d.Date)),
			owner:  string(c.state.ID),
		})
	}
	return u.app.releaseClaims(ctx, given)
}

// tally counts what became of a part.
func (u *undoing) tally(ctx context.Context, part *undonePart) error {
	for _, c := range part.cases {
		switch {
		case c.refusal != nil:
			u.left++
			what := fmt.Sprintf("Dòng %d, việc %s", c.entry.Row, cmp.Or(c.entry.Number, string(c.entry.Case)))
			if err := u.job.problem(what, c.refusal); err != nil {
				return err
			}
		case c.touched:
			u.undone++
		default:
			continue // it was refused when it was to be recorded
		}
		u.job.Done++
	}
	u.job.Total = max(u.job.Total, u.job.Done)
	if err := u.app.note(ctx, u.job, false); err != nil {
		return err
	}
	r, err := u.app.importOf(ctx, u.job)
	if err == nil && (r == nil || r.State != ImportUndoing) {
		return errGivenUp
	}
	return err
}
