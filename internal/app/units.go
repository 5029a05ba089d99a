package app

import (
	"context"
	"fmt"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var unitCollection = &store.Collection{
	Name: "unit",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "level", Type: store.String},
		{Name: "parent", Type: store.String},
		{Name: "code", Type: store.String, Sortable: true},
		{Name: "name", Type: store.String, Sortable: true},
		{Name: "validFrom", Type: store.Int, Sortable: true},
		{Name: "validTo", Type: store.Int},
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
	record: func(e *thads.UnitEvent) *thads.Record { return &e.Record },
	index: func(u *thads.Unit) (any, store.Fields) {
		f := store.Fields{
			"state": string(u.State), "level": string(u.Level), "code": u.Code, "name": thads.TextSortKey(u.Name),
			"validFrom": int64(u.ValidFrom), "words": thads.Tokens(u.Name + " " + u.ShortName + " " + u.Code + " " + u.Area),
		}
		if u.Parent != "" {
			f["parent"] = string(u.Parent)
		}
		if !u.ValidTo.IsZero() {
			f["validTo"] = int64(u.ValidTo)
		}
		return plainHead(u, func(h *thads.Unit) { h.Events = nil }), f
	},
	claims: func(u *thads.Unit) []string {
		if k := u.NaturalKey(); k != "" {
			return []string{"unit/" + k}
		}
		return nil
	},
	touches: func(*thads.Unit, *thads.UnitEvent) []thads.UnitID { return nil },
	holder:  func(*thads.Unit) thads.UnitID { return "" },
	officer: func(*thads.Unit) thads.OfficerID { return "" },
}

// A UnitFilter says which units: all conditions given must hold.
type UnitFilter struct {
	Text   *string
	Levels []thads.UnitLevel
	Parent *thads.UnitID
	// ExistOn keeps the units that work on this day.
	ExistOn *thads.Date
}

// Units returns one page of units, ordered by name.
func (a *App) Units(ctx context.Context, f *UnitFilter, by string, descending bool, page PageArgs) (*Page[*thads.Unit], error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	var where []store.Cond
	if f != nil {
		if f.Text != nil {
			where = append(where, wordConds("words", *f.Text)...)
		}
		if f.Levels != nil {
			where = append(where, store.In("level", texts(f.Levels)))
		}
		if f.Parent != nil {
			where = append(where, store.Eq("parent", string(*f.Parent)))
		}
		if f.ExistOn != nil {
			d, err := a.Directory(ctx)
			if err != nil {
				return nil, err
			}
			// Ids are few: the day is judged by the tree, not by two open ranges.
			where = append(where, store.In("code", unitCodesOn(d, *f.ExistOn)))
		}
	}
	q, err := page.query(thads.Everything(), where, by, descending)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, unitCollection, q, decodePlain[thads.Unit])
}

func unitCodesOn(d *Directory, on thads.Date) []string {
	var codes []string
	for _, id := range d.Tree.All() {
		if u := d.Unit(id); u.ExistsOn(on) {
			codes = append(codes, u.Code)
		}
	}
	return codes
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

// UnitOpen records the first event of a unit.
func (a *App) UnitOpen(ctx context.Context, key string, e thads.UnitEvent) (*thads.Unit, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	return units.create(ctx, a, p, Change{Key: key, prepare: checkTree}, e)
}

// UnitRecord records a further event of a unit.
func (a *App) UnitRecord(ctx context.Context, c Change, e thads.UnitEvent) (*thads.Unit, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	c.prepare = checkTree
	return units.amend(ctx, a, p, c, e)
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
		{Name: "unit", Type: store.String},
		{Name: "code", Type: store.String, Sortable: true},
		{Name: "name", Type: store.String, Sortable: true},
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
	record: func(e *thads.OfficerEvent) *thads.Record { return &e.Record },
	index: func(o *thads.Officer) (any, store.Fields) {
		return plainHead(o, func(h *thads.Officer) { h.Events = nil }), store.Fields{
			"state": string(o.State), "rank": string(o.Rank), "position": string(o.Position), "unit": string(o.Unit),
			"code": o.Code, "name": thads.NameSortKey(o.Name), "words": thads.Tokens(o.Name + " " + o.Code),
		}
	},
	claims: func(o *thads.Officer) []string {
		if k := o.NaturalKey(); k != "" {
			return []string{"officer/" + k}
		}
		return nil
	},
	touches: func(*thads.Officer, *thads.OfficerEvent) []thads.UnitID { return nil },
	holder:  func(*thads.Officer) thads.UnitID { return "" },
	officer: func(*thads.Officer) thads.OfficerID { return "" },
}

// An OfficerFilter says which officers: all conditions given must hold.
type OfficerFilter struct {
	Text      *string
	States    []thads.OfficerState
	Ranks     []thads.OfficerRank
	Positions []thads.OfficerPosition
	// Units keeps those whose latest post is in one of these units or below.
	Units []thads.UnitID
}

// Officers returns one page of officers.
func (a *App) Officers(ctx context.Context, f *OfficerFilter, by string, descending bool, page PageArgs) (*Page[*thads.Officer], error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	var where []store.Cond
	if f != nil {
		if f.Text != nil {
			where = append(where, wordConds("words", *f.Text)...)
		}
		if f.States != nil {
			where = append(where, store.In("state", texts(f.States)))
		}
		if f.Ranks != nil {
			where = append(where, store.In("rank", texts(f.Ranks)))
		}
		if f.Positions != nil {
			where = append(where, store.In("position", texts(f.Positions)))
		}
		if f.Units != nil {
			d, err := a.Directory(ctx)
			if err != nil {
				return nil, err
			}
			where = append(where, store.In("unit", texts(d.below(f.Units))))
		}
	}
	q, err := page.query(thads.Everything(), where, by, descending)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, officerCollection, q, decodePlain[thads.Officer])
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

// OfficerOpen records the first event of an officer.
func (a *App) OfficerOpen(ctx context.Context, key string, e thads.OfficerEvent) (*thads.Officer, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	if err := a.checkPost(ctx, &e); err != nil {
		return nil, err
	}
	return officers.create(ctx, a, p, Change{Key: key}, e)
}

// OfficerRecord records a further event of an officer.
func (a *App) OfficerRecord(ctx context.Context, c Change, e thads.OfficerEvent) (*thads.Officer, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	if err := a.checkPost(ctx, &e); err != nil {
		return nil, err
	}
	return officers.amend(ctx, a, p, c, e)
}

// checkPost refuses a post in a unit that does not exist that day.
func (a *App) checkPost(ctx context.Context, e *thads.OfficerEvent) error {
	if e.Unit == "" {
		return nil
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	var es thads.Errors
	d.checkUnit(&es, "unit", e.Unit, e.EffectiveOn)
	return es.Err()
}
