package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var unitCollection = &store.Collection{
	Name: "unit",
	Fields: []store.Field{
		// self is the id: questions about the tree are answered in memory and
		// put to the store as ids.
		{Name: "self", Type: store.String},
		{Name: "state", Type: store.String},
		{Name: "level", Type: store.String},
		{Name: "code", Type: store.String, Sortable: true},
		{Name: "name", Type: store.String, Sortable: true},
		{Name: "validFrom", Type: store.Int, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "words", Type: store.Strings},
	},
	Indexes: []store.Index{{"name"}, {"code"}},
}

var units = &noun[thads.Unit, thads.UnitEvent]{
	coll:   unitCollection,
	prefix: "un",
	fold: func(id string, events []thads.UnitEvent) (*thads.Unit, error) {
		return thads.FoldUnit(thads.UnitID(id), events)
	},
	add:    (*thads.Unit).Append,
	empty:  func(id string) *thads.Unit { return &thads.Unit{ID: thads.UnitID(id)} },
	events: func(u *thads.Unit) []thads.UnitEvent { return u.Events },
	record: unitRecord,
	index: func(u *thads.Unit) (any, store.Fields) {
		return plainHead(u, func(h *thads.Unit) { h.Events = lastRecord(h.Events, unitRecord) }), store.Fields{
			"self": string(u.ID), "state": string(u.State), "level": string(u.Level), "code": u.Code, "name": thads.TextSortKey(u.Name),
			"validFrom": int64(u.ValidFrom), "updatedAt": u.UpdatedAt(),
			"words": thads.Tokens(u.Name + " " + u.ShortName + " " + u.Code + " " + u.Area),
		}
	},
	claims: func(u *thads.Unit) []string {
		if k := u.NaturalKey(); k != "" {
			return []string{"unit/" + k}
		}
		return nil
	},
	claimField: "code",
	touches:    func(*thads.Unit, *thads.UnitEvent) []thads.UnitID { return nil },
	officer:    func(*thads.Unit) thads.OfficerID { return "" },
	reads:      auth.SignedIn,
	right:      func(*thads.UnitEvent) auth.Right { return auth.Administer },
	alike:      func(e, old *thads.UnitEvent) { e.Kind = old.Kind },
}

func unitRecord(e *thads.UnitEvent) *thads.Record { return &e.Record }

// A UnitFilter says which units: all conditions given must hold. A list that is
// not nil but empty matches nothing.
type UnitFilter struct {
	Text   *string
	Codes  []string
	States []thads.UnitState
	Levels []thads.UnitLevel
	// Parents keeps those directly under one of these units today, Under those
	// that are one of these or stand below one today.
	Parents []thads.UnitID
	Under   []thads.UnitID
	// On keeps those that work on this day.
	On *thads.Date
}

// codes are the codes as registers have them, in capitals.
func (f *UnitFilter) codes() []string {
	if f.Codes == nil {
		return nil
	}
	out := make([]string, len(f.Codes))
	for i, c := range f.Codes {
		out[i] = normalCode(c)
	}
	return out
}

// normalCode is a code as registers have it.
func normalCode(code string) string { return strings.ToUpper(thads.NormalizeName(code)) }

// A UnitOrderField is what units are ordered by.
type UnitOrderField string

// The orders of units.
const (
	UnitsByCode   UnitOrderField = "CODE"
	UnitsByName   UnitOrderField = "NAME"
	UnitsByStart  UnitOrderField = "VALID_FROM"
	UnitsByUpdate UnitOrderField = "UPDATED_AT"
)

var unitOrders = map[UnitOrderField]string{
	UnitsByCode: "code", UnitsByName: "name", UnitsByStart: "validFrom", UnitsByUpdate: "updatedAt",
}

// Units returns one page of units.
func (a *App) Units(ctx context.Context, f *UnitFilter, o Order[UnitOrderField], page PageArgs) (*Page[*thads.Unit], error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	w := &conditions{}
	if f != nil {
		w.text(f.Text)
		oneOf(w, "code", f.codes())
		oneOf(w, "state", f.States)
		oneOf(w, "level", f.Levels)
		today := a.Today()
		w.reached(f.Parents, func(id thads.UnitID) []thads.UnitID { return d.Tree.ChildrenOn(id, today) })
		w.reached(f.Under, func(id thads.UnitID) []thads.UnitID { return d.Tree.SubtreeOn(id, today) })
		if f.On != nil {
			oneOf(w, "self", d.unitsOn(*f.On))
		}
	}
	p, err := listWithin(ctx, a, units, thads.Everything(), w, unitOrders, o, page)
	return whole(p, err, func(u *thads.Unit) *thads.Unit { return d.Unit(u.ID) })
}

// reached asks for the units that step reaches from one of these.
func (w *conditions) reached(from []thads.UnitID, step func(thads.UnitID) []thads.UnitID) {
	if from == nil {
		return
	}
	to := []thads.UnitID{}
	for _, id := range from {
		to = append(to, step(id)...)
	}
	oneOf(w, "self", to)
}

// unitsOn returns the units that work on a day.
func (d *Directory) unitsOn(on thads.Date) []thads.UnitID {
	out := []thads.UnitID{}
	for _, id := range d.Tree.All() {
		if d.Unit(id).ExistsOn(on) {
			out = append(out, id)
		}
	}
	return out
}

// Unit returns a unit with its history, or nil.
func (a *App) Unit(ctx context.Context, id thads.UnitID) (*thads.Unit, error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return d.Unit(id), nil
}

// UnitByCode returns the unit with a code, or nil.
func (a *App) UnitByCode(ctx context.Context, code string) (*thads.Unit, error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	u, _ := d.Tree.ByCode(normalCode(code))
	return u, nil
}

// UnitOpen records the first event of a unit.
func (a *App) UnitOpen(ctx context.Context, key string, e thads.UnitEvent) (*thads.Unit, error) {
	return open(ctx, a, units, nil, Change{Key: key, prepare: checkTree}, e)
}

// UnitRecord records a further event of a unit.
func (a *App) UnitRecord(ctx context.Context, c Change, e thads.UnitEvent) (*thads.Unit, error) {
	c.prepare = checkTree
	return recordEvent(ctx, a, units, nil, c, e)
}

// checkTree refuses a unit that would not fit among the others.
func checkTree(ctx context.Context, a *App, state any) error {
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	u, ok := state.(*thads.Unit)
	if !ok {
		return fmt.Errorf("units: %T is no unit", state)
	}
	return d.Tree.Check(u)
}

var officerCollection = &store.Collection{
	Name: "officer",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "rank", Type: store.String},
		{Name: "position", Type: store.String},
		{Name: "canEnforce", Type: store.Bool},
		{Name: "unit", Type: store.String},
		{Name: "units", Type: store.Strings},
		{Name: "code", Type: store.String, Sortable: true},
		{Name: "name", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "words", Type: store.Strings},
	},
	Indexes: []store.Index{{"name"}, {"code"}, {"unit", "name"}},
}

var officers = &noun[thads.Officer, thads.OfficerEvent]{
	coll:   officerCollection,
	prefix: "of",
	fold: func(id string, events []thads.OfficerEvent) (*thads.Officer, error) {
		return thads.FoldOfficer(thads.OfficerID(id), events)
	},
	add:    (*thads.Officer).Append,
	empty:  func(id string) *thads.Officer { return &thads.Officer{ID: thads.OfficerID(id)} },
	events: func(o *thads.Officer) []thads.OfficerEvent { return o.Events },
	record: officerRecord,
	index: func(o *thads.Officer) (any, store.Fields) {
		return plainHead(o, func(h *thads.Officer) { h.Events = lastRecord(h.Events, officerRecord) }), store.Fields{
			"state": string(o.State), "rank": string(o.Rank), "position": string(o.Position), "canEnforce": o.Rank.CanEnforce(),
			"unit": string(o.Unit), "units": texts(o.Units), "updatedAt": o.UpdatedAt(),
			"code": o.Code, "name": thads.NameSortKey(o.Name), "words": thads.Tokens(o.Name + " " + o.Code),
		}
	},
	claims: func(o *thads.Officer) []string {
		if k := o.NaturalKey(); k != "" {
			return []string{"officer/" + k}
		}
		return nil
	},
	claimField: "code",
	touches:    func(*thads.Officer, *thads.OfficerEvent) []thads.UnitID { return nil },
	officer:    func(*thads.Officer) thads.OfficerID { return "" },
	reads:      auth.SignedIn,
	right:      func(*thads.OfficerEvent) auth.Right { return auth.Administer },
	alike:      func(e, old *thads.OfficerEvent) { e.Kind = old.Kind },
}

func officerRecord(e *thads.OfficerEvent) *thads.Record { return &e.Record }

// An OfficerFilter says which officers: all conditions given must hold. A list
// that is not nil but empty matches nothing.
type OfficerFilter struct {
	Text   *string
	States []thads.OfficerState
	// Units keeps those who serve now in one of these units or below,
	// EverUnits those who serve or ever served in one of them.
	Units      []thads.UnitID
	EverUnits  []thads.UnitID
	Ranks      []thads.OfficerRank
	Positions  []thads.OfficerPosition
	CanEnforce *bool
}

// An OfficerOrderField is what officers are ordered by.
type OfficerOrderField string

// The orders of officers.
const (
	OfficersByName   OfficerOrderField = "NAME"
	OfficersByCode   OfficerOrderField = "CODE"
	OfficersByUpdate OfficerOrderField = "UPDATED_AT"
)

var officerOrders = map[OfficerOrderField]string{
	OfficersByName: "name", OfficersByCode: "code", OfficersByUpdate: "updatedAt",
}

// Officers returns one page of officers.
func (a *App) Officers(ctx context.Context, f *OfficerFilter, o Order[OfficerOrderField], page PageArgs) (*Page[*thads.Officer], error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	w := &conditions{}
	if f != nil {
		w.text(f.Text)
		oneOf(w, "state", f.States)
		if f.Units != nil {
			w.below(d, "unit", f.Units)
			w.add(store.Eq("state", string(thads.OfficerServing)))
		}
		oneOf(w, "units", f.EverUnits)
		oneOf(w, "rank", f.Ranks)
		oneOf(w, "position", f.Positions)
		w.flag("canEnforce", f.CanEnforce)
	}
	p, err := listWithin(ctx, a, officers, thads.Everything(), w, officerOrders, o, page)
	return whole(p, err, func(head *thads.Officer) *thads.Officer { return d.Officer(head.ID) })
}

// whole puts, in a page, the records held in memory in the place of their heads.
// A record that this process has not heard of yet stays a head.
func whole[S any](p *Page[*S], err error, find func(*S) *S) (*Page[*S], error) {
	if err != nil {
		return nil, err
	}
	for i := range p.Items {
		if s := find(p.Items[i].Value); s != nil {
			p.Items[i].Value = s
		}
	}
	return p, nil
}

// below returns the units and all that stand or stood below them.
func (d *Directory) below(units []thads.UnitID) []thads.UnitID {
	var out []thads.UnitID
	for _, u := range units {
		out = append(out, d.Tree.SubtreeEver(u)...)
	}
	return out
}

// Officer returns an officer with the history, or nil.
func (a *App) Officer(ctx context.Context, id thads.OfficerID) (*thads.Officer, error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return d.Officer(id), nil
}

// OfficerByCode returns the officer with a code, or nil.
func (a *App) OfficerByCode(ctx context.Context, code string) (*thads.Officer, error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	code = normalCode(code)
	for _, o := range d.officers {
		if code != "" && o.NaturalKey() == code {
			return o, nil
		}
	}
	return nil, nil
}

// OfficerOpen records the first event of an officer.
func (a *App) OfficerOpen(ctx context.Context, key string, e thads.OfficerEvent) (*thads.Officer, error) {
	return open(ctx, a, officers, checkPost, Change{Key: key}, e)
}

// OfficerRecord records a further event of an officer.
func (a *App) OfficerRecord(ctx context.Context, c Change, e thads.OfficerEvent) (*thads.Officer, error) {
	return recordEvent(ctx, a, officers, checkPost, c, e)
}

// checkPost refuses a post in a unit that does not exist that day.
func checkPost(ctx context.Context, a *App, by auth.Principal, e *thads.OfficerEvent) error {
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	n.unit("unit", e.Unit)
	return n.refusals(ctx, a)
}
