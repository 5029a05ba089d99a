package app

import (
	"context"
	"fmt"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var conferenceCollection = &store.Collection{
	Name: "conference",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "kind", Type: store.String},
		{Name: "statYear", Type: store.Int},
		{Name: "unit", Type: store.String},
		{Name: "directives", Type: store.Strings},
		{Name: "heldOn", Type: store.Int, Sortable: true},
		{Name: "title", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "words", Type: store.Strings},
	},
	Indexes: []store.Index{{"heldOn"}, {"title"}, {"updatedAt"}},
}

var conferences = &noun[thads.Conference, thads.ConferenceEvent]{
	coll:   conferenceCollection,
	prefix: "cf",
	fold: func(id string, events []thads.ConferenceEvent) (*thads.Conference, error) {
		return thads.FoldConference(thads.ConferenceID(id), events)
	},
	add:    (*thads.Conference).Append,
	empty:  func(id string) *thads.Conference { return &thads.Conference{ID: thads.ConferenceID(id)} },
	events: func(c *thads.Conference) []thads.ConferenceEvent { return c.Events },
	record: conferenceRecord,
	index: func(c *thads.Conference) (any, store.Fields) {
		p := &c.Particulars
		var papers []string
		for _, d := range p.Documents {
			if d.Directive != "" {
				papers = append(papers, string(d.Directive))
			}
		}
		f := store.Fields{
			"state": string(c.State), "kind": string(p.Kind), "statYear": int64(p.StatYear), "directives": papers,
			"heldOn": int64(c.HeldOn), "title": thads.TextSortKey(p.Title), "updatedAt": c.UpdatedAt(),
			"words": thads.Tokens(p.Title + " " + p.Organiser),
		}
		optionalText(f, "unit", p.Unit)
		return plainHead(c, func(h *thads.Conference) { h.Events = lastRecord(h.Events, conferenceRecord) }), f
	},
	claims:  func(*thads.Conference) []string { return nil },
	touches: func(*thads.Conference, *thads.ConferenceEvent) []thads.UnitID { return nil },
	// The unit whose work it was about keeps its record.
	holder:  func(c *thads.Conference) thads.UnitID { return c.Particulars.Unit },
	officer: func(*thads.Conference) thads.OfficerID { return "" },
	reads:   auth.ReadFigures,
	right:   func(*thads.ConferenceEvent) auth.Right { return auth.Direct },
	alike:   func(e, old *thads.ConferenceEvent) { e.Kind = old.Kind },
}

func conferenceRecord(e *thads.ConferenceEvent) *thads.Record { return &e.Record }

// A ConferenceFilter says which conferences: all conditions given must hold. A
// list that is not nil but empty matches nothing.
type ConferenceFilter struct {
	Text      *string
	States    []thads.ConferenceState
	Kinds     []thads.ConferenceKind
	StatYears []thads.StatYear
	// Units keeps those about the work of one of these units or one below.
	Units []thads.UnitID
	// Directives keeps those with one of them among the papers.
	Directives []thads.DirectiveID
	HeldOn     *DateRange
}

// A ConferenceOrderField is what conferences are ordered by.
type ConferenceOrderField string

// The orders of conferences.
const (
	ConferencesByDay    ConferenceOrderField = "HELD_ON"
	ConferencesByTitle  ConferenceOrderField = "TITLE"
	ConferencesByUpdate ConferenceOrderField = "UPDATED_AT"
)

var conferenceOrders = map[ConferenceOrderField]string{
	ConferencesByDay: "heldOn", ConferencesByTitle: "title", ConferencesByUpdate: "updatedAt",
}

// Conferences returns one page of conferences.
func (a *App) Conferences(ctx context.Context, f *ConferenceFilter, o Order[ConferenceOrderField], page PageArgs) (*Page[*thads.Conference], error) {
	w := &conditions{}
	if f != nil {
		d, err := a.Directory(ctx)
		if err != nil {
			return nil, err
		}
		w.text(f.Text)
		oneOf(w, "state", f.States)
		oneOf(w, "kind", f.Kinds)
		oneOfYears(w, "statYear", f.StatYears)
		w.below(d, "unit", f.Units)
		oneOf(w, "directives", f.Directives)
		w.dates("heldOn", f.HeldOn)
	}
	return list(ctx, a, conferences, w, conferenceOrders, o, page)
}

// Conference returns a conference with its history, or nil.
func (a *App) Conference(ctx context.Context, id thads.ConferenceID) (*thads.Conference, error) {
	return read(ctx, a, conferences, string(id))
}

// ConferencesByID returns those of the conferences that exist, by id.
func (a *App) ConferencesByID(ctx context.Context, ids []string) (map[string]*thads.Conference, error) {
	return readMany(ctx, a, conferences, ids)
}

// ConferenceHeads returns, without their histories, those of the conferences that exist, by id.
func (a *App) ConferenceHeads(ctx context.Context, ids []string) (map[string]*thads.Conference, error) {
	return readHeads[thads.Conference](ctx, a, conferences, ids)
}

// ConferenceOpen records the first event of a conference.
func (a *App) ConferenceOpen(ctx context.Context, key string, e thads.ConferenceEvent) (*thads.Conference, error) {
	return open(ctx, a, conferences, checkConference, Change{Key: key}, e)
}

// ConferenceRecord records a further event of a conference.
func (a *App) ConferenceRecord(ctx context.Context, c Change, e thads.ConferenceEvent) (*thads.Conference, error) {
	return recordEvent(ctx, a, conferences, checkConference, c, e)
}

func checkConference(ctx context.Context, a *App, by auth.Principal, e *thads.ConferenceEvent) error {
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	if p := e.Particulars; p != nil {
		n.unit("particulars.unit", p.Unit)
		for i, d := range p.Documents {
			n.record(directives, fmt.Sprintf("particulars.documents.%d.directive", i), string(d.Directive))
		}
	}
	if e.Conclusion != nil {
		for i, it := range e.Conclusion.Items {
			n.bodies(fmt.Sprintf("conclusion.items.%d.leads", i), it.Leads)
			n.record(tasks, fmt.Sprintf("conclusion.items.%d.task", i), string(it.Task))
		}
	}
	return n.refusals(ctx, a)
}
