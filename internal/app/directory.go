package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A Directory is the present picture of all units and officers. It is small
// (hundreds of records), read often and changed rarely, so it is held in memory
// and read again when a unit or officer changes here or in another process.
// Nobody may change it.
type Directory struct {
	Tree     *thads.UnitTree
	officers map[thads.OfficerID]*thads.Officer
	// versions are those of the documents of units as they were when it began to
	// be read, and present when that was, or when they were found to be the same.
	versions map[string]int64
	present  atomic.Pointer[time.Time]
	// generation is that of the application when it began to be read: one of
	// another generation than the application's is not the present picture.
	generation int64
}

// Directory returns the present picture of units and officers.
func (a *App) Directory(ctx context.Context) (*Directory, error) {
	// A change that comes in while this reads must not be covered by what was
	// read before it: the generation is taken first.
	generation, began := a.generation.Load(), time.Now()
	if d := a.directory.Load(); d != nil && d.generation == generation {
		return d, nil
	}
	versions, err := a.unitVersions(ctx)
	if err != nil {
		return nil, err
	}
	units, err := scanAll(ctx, a, units)
	if err != nil {
		return nil, err
	}
	officers, err := scanAll(ctx, a, officers)
	if err != nil {
		return nil, err
	}
	d := &Directory{Tree: thads.NewUnitTree(units), officers: make(map[thads.OfficerID]*thads.Officer, len(officers)), versions: versions, generation: generation}
	d.present.Store(&began)
	for _, o := range officers {
		d.officers[o.ID] = o
	}
	if a.generation.Load() == generation {
		a.directory.Store(d)
	}
	return d, nil
}

// presentDirectory is a picture of units and officers that was the present one at
// most maxPicture ago, whether or not anybody follows what other processes write:
// what is recorded by it takes every lock into account that is older than that.
func (a *App) presentDirectory(ctx context.Context) (*Directory, error) {
	d, err := a.Directory(ctx)
	if err != nil || time.Since(*d.present.Load()) < a.pictureAge {
		return d, err
	}
	began := time.Now()
	versions, err := a.unitVersions(ctx)
	if err != nil {
		return nil, err
	}
	if maps.Equal(versions, d.versions) {
		d.present.Store(&began)
		return d, nil
	}
	a.forget()
	return a.Directory(ctx)
}

// unitVersions are the versions of the documents of all units.
func (a *App) unitVersions(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	for v, err := range a.store.Versions(ctx, unitCollection) {
		if err != nil {
			return nil, unavailable(err)
		}
		out[v.ID] = v.Version
	}
	return out, nil
}

// inTime refuses to begin a write too long after the locks were looked up that it
// takes into account.
func (a *App) inTime(since time.Time) error {
	if a.clock().Sub(since) <= maxUnderWay {
		return nil
	}
	return thads.Errorf(thads.CodeUnavailable, "", "Ghi quá lâu nên đã dừng để không ghi vào kỳ đã khóa, hãy thử lại", "Recording took too long and was given up, as the period may have been locked meanwhile; try again")
}

// forget makes the next Directory read again.
func (a *App) forget() {
	a.generation.Add(1)
	a.directory.Store(nil)
}

// scanAll reads every record of a small collection.
func scanAll[S, E any](ctx context.Context, a *App, n *noun[S, E]) ([]*S, error) {
	var out []*S
	for d, err := range a.store.Scan(ctx, n.coll, store.ScanOptions{}) {
		if err != nil {
			return nil, unavailable(err)
		}
		s, err := n.decode(d)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Unit returns a unit, or nil.
func (d *Directory) Unit(id thads.UnitID) *thads.Unit {
	u, _ := d.Tree.Unit(id)
	return u
}

// UnitName returns the present name of a unit, or "".
func (d *Directory) UnitName(id thads.UnitID) string {
	if u := d.Unit(id); u != nil {
		return u.Name
	}
	return ""
}

// Officer returns an officer, or nil.
func (d *Directory) Officer(id thads.OfficerID) *thads.Officer { return d.officers[id] }

// OpenFrom is the first day that is locked neither in a unit nor in any that ever
// stood above it; zero where nothing is locked.
func (a *App) OpenFrom(ctx context.Context, unit thads.UnitID) (thads.Date, error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return 0, err
	}
	return d.Tree.OpenFrom(a.clock(), unit), nil
}

// checkUnit refuses a unit that does not exist on a day.
func (d *Directory) checkUnit(es *thads.Errors, field string, id thads.UnitID, on thads.Date) {
	u := d.Unit(id)
	switch {
	case u == nil:
		es.Add(thads.CodeUnknown, field, "Không có đơn vị này", "There is no such unit")
	case !on.IsZero() && !u.ExistsOn(on):
		es.Add(thads.CodeUnknown, field, "Đơn vị %[1]s không hoạt động vào ngày %[2]s", "The unit %[1]s does not exist on %[2]s", u.Name, on.Vietnamese())
	}
}

// checkOfficer refuses an officer who is not in service on a day.
func (d *Directory) checkOfficer(es *thads.Errors, field string, id thads.OfficerID, on thads.Date) {
	o := d.Officer(id)
	if o == nil {
		es.Add(thads.CodeUnknown, field, "Không có công chức này", "There is no such officer")
		return
	}
	if _, serves := o.At(on); !on.IsZero() && !serves {
		es.Add(thads.CodeUnknown, field, "Công chức %[1]s không công tác vào ngày %[2]s", "The officer %[1]s is not in service on %[2]s", o.Name, on.Vietnamese())
	}
}

// plainHead is the head of records that are listed whole: the state without its
// events.
func plainHead[S any](s *S, strip func(*S)) any {
	head := *s
	strip(&head)
	return &head
}

// decodePlain reads such a head.
func decodePlain[S any](h store.Head) (*S, error) {
	s := new(S)
	if err := json.Unmarshal(h.Head, s); err != nil {
		return nil, fmt.Errorf("head of %s: %w", h.ID, err)
	}
	return s, nil
}

// checkReceivers refuses a unit and an officer, where they are given, that do
// not exist on a day.
func (a *App) checkReceivers(ctx context.Context, unit thads.UnitID, officer thads.OfficerID, on thads.Date) error {
	if unit == "" && officer == "" {
		return nil
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	var es thads.Errors
	if unit != "" {
		d.checkUnit(&es, "toUnit", unit, on)
	}
	if officer != "" {
		d.checkOfficer(&es, "toOfficer", officer, on)
	}
	return es.Err()
}
