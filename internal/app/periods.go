package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// # Locks
//
// The lock of a period is an event of its unit: from then on, what is recorded in
// the unit or below it is booked in the next period at the earliest. The figures
// of the period are made only when nothing can be under way any more that was
// dated before: a writer takes the locks from a picture of the units that is at
// most maxPicture old, has maxUnderWay to come to its write, and the store
// completes or gives up a write within store.WriteDeadline. Then the instant is
// taken as known at which the figures are made, from a scan of the store and not
// from the books in memory, and all forms are kept with a hash over them.

const (
	// maxPicture is how old the picture of the units may be from which a writer
	// takes the locks.
	maxPicture = 2 * time.Second
	// maxUnderWay is how long after that a writer may begin its write.
	maxUnderWay = 10 * time.Second
	// clockSkew is how far the clocks of two processes may be apart.
	clockSkew = 5 * time.Second
	// lockWait is how long after a lock something recorded before it may still be
	// under way.
	lockWait = maxPicture + maxUnderWay + store.WriteDeadline + clockSkew
)

const (
	jobPeriodLock    = "PERIOD_LOCK"
	periodLockPrefix = "pl"
)

// periodLockCollection holds the locks of periods, periodReportCollection the
// reports that they keep. Neither is ever changed once the lock is complete.
var (
	periodLockCollection = &store.Collection{
		Name:    "periodLock",
		Fields:  []store.Field{{Name: "unit", Type: store.String}, {Name: "state", Type: store.String}},
		Indexes: []store.Index{{"unit"}},
	}
	periodReportCollection = &store.Collection{
		Name:    "periodReport",
		Fields:  []store.Field{{Name: "lock", Type: store.String}},
		Indexes: []store.Index{{"lock"}},
	}
)

// A lockRecord is a lock as it is stored.
type lockRecord struct {
	ID       string            `json:"id"`
	Unit     thads.UnitID      `json:"unit"`
	Through  thads.Date        `json:"through"`
	State    PeriodLockState   `json:"state"`
	By       thads.PrincipalID `json:"by"`
	ClosedAt time.Time         `json:"closedAt"`
	// KnownAt is the instant as known at which the reports are made; zero until
	// it is taken.
	KnownAt time.Time    `json:"knownAt,omitzero"`
	Regime  forms.Regime `json:"regime"`
	// Rules and Definitions are the versions by which histories became postings
	// and postings figures.
	Rules       int `json:"rules"`
	Definitions int `json:"definitions"`
	// Kept are the forms with the SHA-256 of what was kept of each, Hash that of
	// this record with all of them.
	Kept []keptForm `json:"kept,omitzero"`
	Hash string     `json:"hash,omitzero"`

	version int64
}

// A keptForm names a report that was kept.
type keptForm struct {
	Form   forms.Code `json:"form"`
	Digest string     `json:"digest"`
}

// periodLockID is the id of the lock of a unit through a day.
func periodLockID(unit thads.UnitID, through thads.Date) string {
	return newID(periodLockPrefix, thads.PrincipalID(unit), through.String())
}

// periodReportID is the id of the report that a lock keeps of a form.
func periodReportID(lock string, form forms.Code) string { return lock + "/" + string(form) }

// seal is the hash over everything that a lock keeps: the lock itself and the
// digests of its reports, titles and names included.
func (l *lockRecord) seal() (string, error) {
	sealed := *l
	sealed.State, sealed.Hash = PeriodLocked, ""
	data, err := json.Marshal(&sealed)
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", l.ID, err)
	}
	return digest(data), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (l *lockRecord) document(now time.Time) (*store.Document, error) {
	body, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", l.ID, err)
	}
	return &store.Document{
		ID: l.ID, Version: l.version, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"unit": string(l.Unit), "state": string(l.State)},
	}, nil
}

func decodeLock(d *store.Document) (*lockRecord, error) {
	l := &lockRecord{version: d.Version}
	if err := json.Unmarshal(d.Body, l); err != nil {
		return nil, fmt.Errorf("lock %s: %w", d.ID, err)
	}
	return l, nil
}

// lock reads a lock; nil if there is none.
func (a *App) lock(ctx context.Context, id string) (*lockRecord, error) {
	docs, err := a.store.Get(ctx, periodLockCollection, thads.Everything(), id)
	if err != nil || len(docs) == 0 {
		return nil, unavailable(err)
	}
	return decodeLock(docs[0])
}

// shownLock is what is shown of a lock.
func (a *App) shownLock(ctx context.Context, d *Directory, l *lockRecord) (*PeriodLock, error) {
	by, err := a.nameOf(ctx, l.By)
	if err != nil {
		return nil, err
	}
	out := &PeriodLock{ID: l.ID, Unit: d.Unit(l.Unit), Through: l.Through, State: l.State, By: by, ClosedAt: l.ClosedAt, Forms: []forms.Code{}}
	if l.State == PeriodLocked {
		out.KnownAt, out.Hash = &l.KnownAt, &l.Hash
		for _, k := range l.Kept {
			out.Forms = append(out.Forms, k.Form)
		}
	}
	return out, nil
}

// nameOf is the name of an account, or the id where it has none.
func (a *App) nameOf(ctx context.Context, id thads.PrincipalID) (string, error) {
	docs, err := a.store.Get(ctx, userCollection, thads.Everything(), string(id))
	if err != nil {
		return "", unavailable(err)
	}
	var u struct {
		Name string `json:"name"`
	}
	if len(docs) == 1 {
		if err := json.Unmarshal(docs[0].Body, &u); err != nil {
			return "", fmt.Errorf("account %s: %w", id, err)
		}
	}
	if u.Name == "" {
		return string(id), nil
	}
	return u.Name, nil
}

// A PeriodLockInput asks for a lock.
type PeriodLockInput struct {
	Unit thads.UnitID `json:"unit"`
	// Through is the last day, the end of a month.
	Through        thads.Date `json:"through"`
	IdempotencyKey string     `json:"-"`
}

// PeriodLock locks the books of a unit and those below it through the end of a
// month, and journals the job that makes and keeps the reports. The lock holds at
// once; it is never undone. The same request again returns the same lock and job.
func (a *App) PeriodLock(ctx context.Context, in PeriodLockInput) (*PeriodLock, *Job, error) {
	p, err := a.permit(ctx, auth.Lock)
	if err != nil {
		return nil, nil, err
	}
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return nil, nil, err
	}
	u := d.Unit(in.Unit)
	covered := slices.ContainsFunc(p.Granting(auth.Lock), func(g auth.Reached) bool { return u != nil && d.covers(g, u.ID, "") })
	if !covered {
		return nil, nil, notFound("unit")
	}
	known, err := a.job(ctx, newID(jobPrefix, p.ID, in.IdempotencyKey))
	if err != nil {
		return nil, nil, err
	}
	if known == nil || in.IdempotencyKey == "" {
		// What the unit refuses is refused before anything is journalled.
		if _, err := u.Append(lockEvent(&in, p.ID), a.clock()); err != nil {
			return nil, nil, err
		}
	}
	j, err := a.startJob(ctx, p, in.IdempotencyKey, jobPeriodLock, in)
	if err != nil {
		return nil, nil, err
	}
	l, err := a.closePeriod(ctx, j, &in)
	if err != nil {
		return nil, nil, err
	}
	if d, err = a.Directory(ctx); err != nil {
		return nil, nil, err
	}
	shown, err := a.shownLock(ctx, d, l)
	return shown, j, err
}

func lockEvent(in *PeriodLockInput, by thads.PrincipalID) thads.UnitEvent {
	e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: in.Through}
	e.By = by
	return e
}

// closePeriod is the first step of a lock: it records the unit's event, with
// which the books are closed, and the lock. Taken again it changes nothing.
func (a *App) closePeriod(ctx context.Context, j *Job, in *PeriodLockInput) (*lockRecord, error) {
	l, err := a.lock(ctx, periodLockID(in.Unit, in.Through))
	if err != nil || l != nil {
		return l, err
	}
	u, err := units.amend(ctx, a, j.principal(), Change{ID: string(in.Unit), Key: j.key("lock")}, thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: in.Through})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(u.Locks, func(l thads.UnitLock) bool { return l.Through == in.Through })
	if i < 0 {
		return nil, fmt.Errorf("lock of %s through %s: not among the unit's", in.Unit, in.Through)
	}
	return a.insertLock(ctx, newLock(u.ID, &u.Locks[i]))
}

// newLock is a lock of which nothing is kept yet.
func newLock(unit thads.UnitID, of *thads.UnitLock) *lockRecord {
	return &lockRecord{
		ID: periodLockID(unit, of.Through), Unit: unit, Through: of.Through, State: PeriodClosing, By: of.By, ClosedAt: of.RecordedAt,
		Regime: forms.RegimeOn(of.Through), Rules: thads.PostingRules, Definitions: forms.Definitions, version: 1,
	}
}

// insertLock stores a new lock, or returns the one that is there.
func (a *App) insertLock(ctx context.Context, l *lockRecord) (*lockRecord, error) {
	doc, err := l.document(a.clock())
	if err != nil {
		return nil, err
	}
	switch err := a.store.Insert(ctx, periodLockCollection, doc); {
	case errors.Is(err, store.ErrExists):
		return a.lock(ctx, l.ID)
	case err != nil:
		return nil, unavailable(err)
	}
	return l, nil
}

// replaceLock stores the next form of a lock, or returns that of whoever was
// faster.
func (a *App) replaceLock(ctx context.Context, l *lockRecord) (*lockRecord, error) {
	l.version++
	doc, err := l.document(a.clock())
	if err != nil {
		return nil, err
	}
	switch err := a.store.Replace(ctx, periodLockCollection, doc); {
	case errors.Is(err, store.ErrConflict):
		return a.lock(ctx, l.ID)
	case err != nil:
		return nil, unavailable(err)
	}
	return l, nil
}

// runPeriodLock closes the period, waits for what is under way, and keeps the
// reports.
func runPeriodLock(ctx context.Context, a *App, j *Job) error {
	var in PeriodLockInput
	if err := json.Unmarshal(j.Input, &in); err != nil {
		return fmt.Errorf("job %s: input: %w", j.ID, err)
	}
	j.Done, j.Total, j.Problems = 0, 3, nil
	l, err := a.closePeriod(ctx, j, &in)
	if err != nil {
		return j.problem(string(in.Unit), err)
	}
	j.Done = 1
	if err := a.note(ctx, j, true); err != nil {
		return err
	}
	if l.KnownAt.IsZero() {
		if err := a.waitFor(ctx, l.ClosedAt.Add(lockWait).Sub(a.clock())); err != nil {
			return err
		}
		l.KnownAt = a.clock().UTC().Truncate(time.Millisecond)
		if l, err = a.replaceLock(ctx, l); err != nil {
			return err
		}
	}
	j.Done = 2
	if err := a.note(ctx, j, true); err != nil {
		return err
	}
	if l.State != PeriodLocked {
		view, d, err := a.scanLedger(ctx)
		if err != nil {
			return err
		}
		if err := a.keepReports(ctx, l, view, d); err != nil {
			return err
		}
	}
	j.Done = 3
	return nil
}

// waitTimer waits on the clock of the process; nothing where nothing is left to
// wait for.
func waitTimer(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// scanLedger makes books of their own from what is stored, with the units and
// officers as they are stored too. A record that cannot be read is a fault: no
// report may be kept from which one is missing.
func (a *App) scanLedger(ctx context.Context) (*ledger.View, *Directory, error) {
	books := ledger.New()
	decoder := new(thads.EntryDecoder)
	for _, n := range postedNouns() {
		var older []string
		err := books.Load(func(yield func(ledger.Document, error) bool) {
			var postings []thads.Posting
			for d, err := range a.store.Scan(ctx, n.collection(), store.ScanOptions{WithoutBody: true}) {
				if err == nil && d.PostingsVersion != thads.PostingRules {
					older = append(older, d.ID)
					continue
				}
				if err == nil {
					if postings, _, err = decoder.Append(postings[:0], nil, d.Postings); err != nil {
						err = fmt.Errorf("%s %s: %w", n.collection().Name, d.ID, err)
					}
				}
				if err != nil {
					yield(ledger.Document{}, unavailable(err))
					return
				}
				if !yield(ledger.Document{ID: d.ID, Version: d.Version, Book: n.book(), Postings: postings}, nil) {
					return
				}
			}
		})
		if err != nil {
			return nil, nil, err
		}
		for part := range slices.Chunk(older, rereadPart) {
			docs, err := a.store.Get(ctx, n.collection(), thads.Everything(), part...)
			if err != nil {
				return nil, nil, unavailable(err)
			}
			for _, d := range docs {
				postings, _, err := n.entries(d)
				if err != nil {
					return nil, nil, err
				}
				books.Apply(ledger.Document{ID: d.ID, Version: d.Version, Book: n.book(), Postings: postings})
			}
		}
	}
	d, err := a.presentDirectory(ctx)
	return books.View(), d, err
}

// requestOf is the question that a report of the lock answers.
func (l *lockRecord) requestOf(f forms.Form) forms.Request {
	return forms.Request{
		Form: f, Unit: l.Unit, Scope: thads.CountEverything(),
		Moment: ledger.Moment{From: thads.StatYearOf(l.Through).Start(), To: l.Through, Known: l.KnownAt, Basis: ledger.Booked},
	}
}

// keepReports makes the reports of a lock and completes it. What another process
// has kept meanwhile stands.
func (a *App) keepReports(ctx context.Context, l *lockRecord, view *ledger.View, d *Directory) error {
	l.Kept = nil
	for _, f := range forms.Forms(l.Regime) {
		if !f.Available {
			continue
		}
		report, err := computeReport(view, d, l.requestOf(f))
		if err != nil {
			return fmt.Errorf("lock %s: %s: %w", l.ID, f.Code, err)
		}
		kept, err := a.keepReport(ctx, l, report)
		if err != nil {
			return err
		}
		l.Kept = append(l.Kept, keptForm{Form: f.Code, Digest: digest(kept)})
	}
	hash, err := l.seal()
	if err != nil {
		return err
	}
	l.State, l.Hash = PeriodLocked, hash
	_, err = a.replaceLock(ctx, l)
	return err
}

// keepReport stores one report and returns what is stored of it: where another
// process was faster, that.
func (a *App) keepReport(ctx context.Context, l *lockRecord, r *forms.Report) ([]byte, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %s: %w", l.ID, r.Form.Code, err)
	}
	doc := &store.Document{
		ID: periodReportID(l.ID, r.Form.Code), Version: 1, Body: body, DerivedVersion: derivedVersion, UpdatedAt: a.clock(),
		Fields: store.Fields{"lock": l.ID},
	}
	switch err := a.store.Insert(ctx, periodReportCollection, doc); {
	case errors.Is(err, store.ErrExists):
		docs, err := a.store.Get(ctx, periodReportCollection, thads.Everything(), doc.ID)
		if err != nil {
			return nil, unavailable(err)
		}
		if len(docs) == 0 {
			return nil, fmt.Errorf("lock %s: the report %s is gone", l.ID, r.Form.Code)
		}
		return docs[0].Body, nil
	case err != nil:
		return nil, unavailable(err)
	}
	return body, nil
}

// CompleteLocks keeps the reports of locks that have none: those of a
// demonstration, those that were recorded by a program that kept none, and those
// whose job has failed. Where none is taken yet, the instant as known at which the
// reports are made is the first at which nothing could be under way any more that
// was dated before the lock. It costs next to nothing where every lock is complete,
// and leaves those alone that a job is about to complete; should one still be at
// it, both keep the same.
func (a *App) CompleteLocks(ctx context.Context) (completed int, err error) {
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return 0, err
	}
	stored := map[string]*lockRecord{}
	for doc, err := range a.store.Scan(ctx, periodLockCollection, store.ScanOptions{}) {
		if err != nil {
			return 0, unavailable(err)
		}
		if stored[doc.ID], err = decodeLock(doc); err != nil {
			return 0, err
		}
	}
	var view *ledger.View
	for _, id := range d.Tree.All() {
		u := d.Unit(id)
		for i := range u.Locks {
			of := &u.Locks[i]
			if a.clock().Sub(of.RecordedAt) < 2*lockWait {
				continue
			}
			l := stored[periodLockID(id, of.Through)]
			switch {
			case l == nil:
				if l, err = a.insertLock(ctx, newLock(id, of)); err != nil {
					return completed, err
				}
			case l.State == PeriodLocked:
				continue
			}
			if l.KnownAt.IsZero() {
				l.KnownAt = l.ClosedAt.Add(lockWait)
				if l, err = a.replaceLock(ctx, l); err != nil {
					return completed, err
				}
			}
			if l.State == PeriodLocked {
				continue // another process was faster
			}
			if view == nil {
				if view, d, err = a.scanLedger(ctx); err != nil {
					return completed, err
				}
			}
			if err := a.keepReports(ctx, l, view, d); err != nil {
				return completed, err
			}
			completed++
		}
	}
	return completed, nil
}

// keptReport returns the report that a lock of exactly this unit through exactly
// this day has kept, and the lock; nil where none has.
func (a *App) keptReport(ctx context.Context, unit thads.UnitID, through thads.Date, form forms.Code, regime forms.Regime) (*forms.Report, *PeriodLock, error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, nil, err
	}
	u := d.Unit(unit)
	if u == nil || !slices.ContainsFunc(u.Locks, func(l thads.UnitLock) bool { return l.Through == through }) {
		return nil, nil, nil
	}
	l, err := a.lock(ctx, periodLockID(unit, through))
	if err != nil || l == nil || l.State != PeriodLocked || l.Regime != regime {
		return nil, nil, err
	}
	docs, err := a.store.Get(ctx, periodReportCollection, thads.Everything(), periodReportID(l.ID, form))
	if err != nil || len(docs) == 0 {
		return nil, nil, unavailable(err)
	}
	report, err := decodeReport(docs[0])
	if err != nil {
		return nil, nil, err
	}
	shown, err := a.shownLock(ctx, d, l)
	return report, shown, err
}

func decodeReport(d *store.Document) (*forms.Report, error) {
	r := new(forms.Report)
	if err := json.Unmarshal(d.Body, r); err != nil {
		return nil, fmt.Errorf("kept report %s: %w", d.ID, err)
	}
	return r, nil
}

// PeriodLockByID returns a lock, or nil. Locks are known to all who read figures.
func (a *App) PeriodLockByID(ctx context.Context, id string) (*PeriodLock, error) {
	if _, err := a.permit(ctx, auth.ReadFigures); err != nil {
		return nil, err
	}
	l, err := a.lock(ctx, id)
	if err != nil || l == nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return a.shownLock(ctx, d, l)
}

// A Period is a cumulative period of a unit.
type Period struct {
	StatYear thads.StatYear
	// Months is how many months it has from 1 October.
	Months   int
	From, To thads.Date
	// DueOn is when the report is due at the level above, DueGround what that
	// rests on, DueCertain whether the calendar is certain for it.
	DueOn      thads.Date
	DueGround  string
	DueCertain bool
	// Lock closes the period: the unit's own for exactly it, else the first that
	// covers it, its own or of a unit above; nil while it is open.
	Lock *PeriodLock
}

// Periods returns the twelve periods of a statistical year: of the caller's own
// unit and of the year of today where none are given.
func (a *App) Periods(ctx context.Context, unit *thads.UnitID, statYear *thads.StatYear) ([]*Period, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	u, err := k.unit(given(unit))
	if err != nil {
		return nil, err
	}
	year := thads.StatYearOf(a.Today())
	if statYear != nil {
		year = *statYear
	}
	locks, err := a.locksOver(ctx, k.directory, u)
	if err != nil {
		return nil, err
	}
	out := make([]*Period, 0, 12)
	for months := 1; months <= 12; months++ {
		due, err := thads.ReportDueOf(u.Level, year, months)
		if err != nil {
			return nil, err
		}
		to, err := year.PeriodEnd(months)
		if err != nil {
			return nil, err
		}
		p := &Period{StatYear: year, Months: months, From: year.Start(), To: to, DueOn: due.On, DueGround: due.Ground, DueCertain: due.Certain}
		if l := closing(locks, u.ID, to); l != nil {
			if p.Lock, err = a.shownLock(ctx, k.directory, l); err != nil {
				return nil, err
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// locksOver are the locks of a unit and of those that ever stood above it, in the
// order of recording.
func (a *App) locksOver(ctx context.Context, d *Directory, u *thads.Unit) ([]*lockRecord, error) {
	var out []*lockRecord
	var ids []string
	for _, id := range append([]thads.UnitID{u.ID}, d.Tree.AncestorsEver(u.ID)...) {
		over := d.Unit(id)
		for i := range over.Locks {
			l := newLock(id, &over.Locks[i])
			out, ids = append(out, l), append(ids, l.ID)
		}
	}
	for part := range slices.Chunk(ids, store.MaxPage) {
		docs, err := a.store.Get(ctx, periodLockCollection, thads.Everything(), part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, doc := range docs {
			l, err := decodeLock(doc)
			if err != nil {
				return nil, err
			}
			out[slices.Index(ids, l.ID)] = l
		}
	}
	slices.SortFunc(out, func(x, y *lockRecord) int { return x.ClosedAt.Compare(y.ClosedAt) })
	return out, nil
}

// closing is the lock that closes a period of a unit; nil while it is open.
func closing(locks []*lockRecord, unit thads.UnitID, to thads.Date) *lockRecord {
	var first *lockRecord
	for _, l := range locks {
		switch {
		case l.Unit == unit && l.Through == to:
			return l
		case l.Through >= to && first == nil:
			first = l
		}
	}
	return first
}
