// Package demo fills an empty store with the demonstration province: the
// agencies of Thanh Hóa as they were in 2019 with invented officers, parties and
// cases, whose sums are the figures published at the conference of 9 December
// 2019, and the record of that conference.
//
// Everything is planned first, from a fixed seed, and then written through the
// application as it would have been recorded at the time. Planning decides when
// things happen and what they move; putting into words (history) makes events of
// it. So the same program always makes the same records.
//
// What is invented says so: the system tells that it shows the demonstration,
// every opening of a case, officer, verdict or directed case carries a note,
// addresses lie in communes called Minh Họa, organisations bear that name, and
// invented texts about real documents and the real conference say “minh họa”.
// Accounts are called demo:…. What is real are the names of agencies, courts and
// documents, the two public officials at the conference, and its figures; what of
// that stands from memory says that it was not checked.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// ErrNotEmpty tells that the store holds other records than the demonstration.
var ErrNotEmpty = errors.New("demo: the store holds records that are not the demonstration's")

// recorder is the account that records what no unit's own account does.
const recorder thads.PrincipalID = "demo:quan-tri"

// Options say how to fill.
type Options struct {
	// Log hears how far the filling is; discarded if nil.
	Log *slog.Logger
	// Version is the version of the program.
	Version string
}

// A Result tells what Fill did.
type Result struct {
	// Existing tells that the demonstration was there already, whole.
	Existing bool
	// Cases and Events count the cases and their events.
	Cases, Events int
}

// Fill writes the demonstration into an empty store, which must have been opened
// with app.Collections. A store in which an earlier call was cut off is
// completed: every id and key derives from the place of the record in the plan.
// A store that holds the whole demonstration already, whatever was recorded in
// it since, is left alone: it is recognised by the last record that Fill writes.
// Anything else is ErrNotEmpty.
func Fill(ctx context.Context, st store.Store, o Options) (Result, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	found, err := inspect(ctx, st)
	switch {
	case err != nil:
		return Result{}, fmt.Errorf("demo: %w", err)
	case found == complete:
		return Result{Existing: true}, nil
	case found == foreign:
		return Result{}, ErrNotEmpty
	}
	f := &filling{log: o.Log}
	if f.app, err = app.New(app.Options{Store: st, Clock: f.clock, Log: o.Log, Version: o.Version, Demo: true}); err != nil {
		return Result{}, fmt.Errorf("demo: %w", err)
	}
	if f.generator, err = newGenerator(); err != nil {
		return Result{}, err
	}
	ctx = auth.NewContext(ctx, auth.Person(recorder, "Quản trị dữ liệu minh họa", auth.RoleSystem, "", ""))
	for _, part := range []struct {
		name  string
		write func(context.Context) error
	}{
		{"units", f.writeUnits},
		{"officers", f.writeOfficers},
		{"locks", f.writeLocks},
		{"cases", f.writeCases},
		{"verdicts", f.writeVerdicts},
		{"directives", f.writeDirectives},
		{"targets", f.writeTargets},
		{"directed cases", f.writeDirectedCases},
		{"kept reports", f.keepReports},
		{"conference", f.writeConference},
	} {
		started := time.Now()
		if err := part.write(ctx); err != nil {
			return Result{}, fmt.Errorf("demo: %s: %w", part.name, err)
		}
		o.Log.DebugContext(ctx, "demonstration written", "part", part.name, "took", time.Since(started))
	}
	return f.result, nil
}

// A filling is one run of Fill.
type filling struct {
	*generator
	app    *app.App
	log    *slog.Logger
	result Result
	// directives are the ids of the directives by their keys.
	directives map[string]thads.DirectiveID
	// now is what the application takes for the time, in milliseconds.
	now atomic.Int64
}

func (f *filling) clock() time.Time { return time.UnixMilli(f.now.Load()).UTC() }

// set makes it a minute of a day in Vietnam.
func (f *filling) set(d day, minute int) { f.now.Store(f.cal.at(d, minute).UnixMilli()) }

// A content is what a store holds.
type content int

const (
	empty content = iota
	partial
	complete
	foreign
)

// rootKey is the key of the first record that Fill writes, lastKey that of the last.
const (
	rootKey = "unit/" + provinceCode
	lastKey = "conference/complete"
)

// inspect tells what a store holds, by the records that Fill writes first and last.
func inspect(ctx context.Context, st store.Store) (content, error) {
	begun, err := recorded(ctx, st, "unit", rootKey)
	if err != nil {
		return empty, err
	}
	if begun {
		done, err := recorded(ctx, st, "conference", lastKey)
		if err != nil {
			return empty, err
		}
		if done {
			return complete, nil
		}
		return partial, nil
	}
	for _, c := range app.Collections() {
		if !isRecord(c.Name) {
			continue
		}
		n, err := st.Count(ctx, c, thads.Everything())
		if err != nil {
			return empty, err
		}
		if n > 0 {
			return foreign, nil
		}
	}
	return empty, nil
}

// isRecord tells whether a collection holds what the agencies record: accounts,
// sessions and the store's own bookkeeping may be there before.
func isRecord(collection string) bool {
	return slices.Contains([]string{"unit", "officer", "case", "verdict", "directive", "task", "directedCase", "conference", "target"}, collection)
}

// recorded tells whether an event was recorded by this package under a key. It
// reads a whole collection, and so is for small ones.
func recorded(ctx context.Context, st store.Store, collection, key string) (bool, error) {
	i := slices.IndexFunc(app.Collections(), func(c *store.Collection) bool { return c.Name == collection })
	if i < 0 {
		return false, fmt.Errorf("there is no collection %q", collection)
	}
	for d, err := range st.Scan(ctx, app.Collections()[i], store.ScanOptions{}) {
		if err != nil {
			return false, err
		}
		var events []thads.Record
		if err := json.Unmarshal(d.Body, &events); err != nil {
			return false, fmt.Errorf("%s %s: %w", collection, d.ID, err)
		}
		if slices.ContainsFunc(events, func(r thads.Record) bool { return r.By == recorder && r.Key == key }) {
			return true, nil
		}
	}
	return false, nil
}

// writeUnits records the department, its rooms and its branches.
func (f *filling) writeUnits(ctx context.Context) error {
	open := func(code, name, short, area string, level thads.UnitLevel, parent thads.UnitID) (thads.UnitID, error) {
		e := thads.UnitEvent{
			Kind: thads.UnitEstablished, Code: code, Name: name, ShortName: short, Area: area, Level: level, Parent: parent,
			Note: "Dữ liệu minh họa: tên đơn vị theo tổ chức năm 2019, chưa đối chiếu; mã đơn vị tự đặt.",
		}
		e.EffectiveOn = thads.DateOf(2009, 7, 1)
		u, err := f.app.UnitOpen(ctx, "unit/"+code, e)
		if err != nil {
			return "", fmt.Errorf("%s: %w", code, err)
		}
		return u.ID, nil
	}
	f.set(broughtForward-1, 9*60)
	var root thads.UnitID
	for i, u := range f.units {
		level := thads.LevelDistrict
		if i == provinceAt {
			level = thads.LevelProvince
		}
		id, err := open(u.code, u.name, u.short, u.area, level, root)
		if err != nil {
			return err
		}
		if u.id = id; i == provinceAt {
			root = id
		}
	}
	f.places = map[string]thads.UnitID{}
	for _, u := range f.units {
		f.places[u.code] = u.id
	}
	for _, room := range staffRooms {
		id, err := open(room.code, room.name, room.short, "", thads.LevelStaff, root)
		if err != nil {
			return err
		}
		f.places[room.code] = id
	}
	return nil
}

// writeOfficers records the staff and what happened in their careers.
func (f *filling) writeOfficers(ctx context.Context) error {
	f.set(broughtForward-1, 10*60)
	// All at one instant and several at a time: writes that wait for each other
	// share a commit.
	if err := f.together(func(o *officer) error { return f.writeOfficer(ctx, o) }); err != nil {
		return err
	}
	for _, o := range f.officers {
		if err := f.writeCareer(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", o.code, err)
		}
	}
	return nil
}

// together does something for every officer, some of them at the same time.
func (f *filling) together(do func(*officer) error) error {
	const workers = 16
	var wg sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(f.officers) && errs[w] == nil; i += workers {
				errs[w] = do(f.officers[i])
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (f *filling) writeOfficer(ctx context.Context, o *officer) error {
	e := thads.OfficerEvent{
		Kind: thads.OfficerAppointed, Name: o.name, Code: o.code, Rank: o.rank,
		Unit: f.places[o.posts[0].unit], Position: o.posts[0].position, Note: invented,
	}
	e.EffectiveOn = f.cal.date(o.posts[0].from)
	made, err := f.app.OfficerOpen(ctx, "officer/"+o.code, e)
	if err != nil {
		return fmt.Errorf("%s: %w", o.code, err)
	}
	o.id = made.ID
	return nil
}

func (f *filling) writeCareer(ctx context.Context, o *officer) error {
	record := func(on day, what string, e thads.OfficerEvent) error {
		f.set(on, 8*60)
		e.EffectiveOn = f.cal.date(on)
		_, err := f.app.OfficerRecord(ctx, app.Change{ID: string(o.id), Key: "officer/" + o.code + "/" + what}, e)
		return err
	}
	for _, p := range o.posts[1:] {
		if err := record(p.from, "posted", thads.OfficerEvent{Kind: thads.OfficerPosted, Unit: f.places[p.unit], Position: p.position}); err != nil {
			return err
		}
	}
	if o.promoted != 0 {
		if err := record(o.promoted, "promoted", thads.OfficerEvent{Kind: thads.OfficerPromoted, Rank: thads.RankIntermediateOfficer}); err != nil {
			return err
		}
	}
	if o.leaves != 0 {
		return record(o.leaves, "retired", thads.OfficerEvent{Kind: thads.OfficerServiceOver, Note: "Nghỉ hưu."})
	}
	return nil
}

// writeLocks locks the years 2018 and 2019 of the whole province.
func (f *filling) writeLocks(ctx context.Context) error {
	for _, lock := range []struct {
		on      day
		through thads.Date
	}{{lock2018, thads.StatYear(2018).End()}, {lock2019, thads.StatYear(2019).End()}} {
		f.set(lock.on, 17*60+15)
		e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: lock.through}
		c := app.Change{ID: string(f.units[provinceAt].id), Key: "lock/" + lock.through.String()}
		if _, err := f.app.UnitRecord(ctx, c, e); err != nil {
			return fmt.Errorf("%s: %w", lock.through, err)
		}
	}
	return nil
}

// keepReports keeps the reports of the locked years, as known when they were
// locked.
func (f *filling) keepReports(ctx context.Context) error {
	f.set(horizon, 17*60)
	_, err := f.app.CompleteLocks(ctx)
	return err
}

// writeCases stores the cases as they were recorded.
func (f *filling) writeCases(ctx context.Context) error {
	f.set(horizon, 17*60)
	got, err := f.app.CasesBackfill(ctx, f.histories(), false)
	if err != nil {
		return err
	}
	for i, refusal := range got.Refused {
		return fmt.Errorf("case %d, one of %d that were refused: %w", i, len(got.Refused), refusal)
	}
	f.result.Cases = got.Created + got.Existing
	return nil
}

func (f *filling) histories() iter.Seq[app.CaseHistory] {
	return func(yield func(app.CaseHistory) bool) {
		for _, p := range f.plans {
			h := f.history(p)
			f.result.Events += len(h.Events)
			if p.directed == 0 {
				p.steps = nil // they take room and are not asked for again
			}
			if !yield(h) {
				return
			}
		}
	}
}
