package app

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// Directed cases are no public matter: a person reaches those of units within
// the own scope.
var directedCaseCollection = &store.Collection{
	Name: "directedCase",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "live", Type: store.Bool},
		{Name: "unit", Type: store.String},
		{Name: "directive", Type: store.String},
		{Name: "case", Type: store.String},
		{Name: "listedOn", Type: store.Int, Sortable: true},
		{Name: "finishedOn", Type: store.Int},
		{Name: "title", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "units", Type: store.Strings},
		{Name: "words", Type: store.Strings},
	},
	Indexes:    []store.Index{{"listedOn"}, {"title"}, {"updatedAt"}, {"unit", "live"}, {"directive", "listedOn"}},
	ScopeField: "units",
}

var directedCases = &noun[thads.DirectedCase, thads.DirectedCaseEvent]{
	coll:   directedCaseCollection,
	prefix: "dc",
	fold: func(id string, events []thads.DirectedCaseEvent) (*thads.DirectedCase, error) {
		return thads.FoldDirectedCase(thads.DirectedCaseID(id), events)
	},
	add:    (*thads.DirectedCase).Append,
	empty:  func(id string) *thads.DirectedCase { return &thads.DirectedCase{ID: thads.DirectedCaseID(id)} },
	events: func(c *thads.DirectedCase) []thads.DirectedCaseEvent { return c.Events },
	record: directedCaseRecord,
	index: func(c *thads.DirectedCase) (any, store.Fields) {
		f := store.Fields{
			"state": string(c.State), "live": c.State == thads.DirectedOpen, "unit": string(c.Unit),
			"listedOn": int64(c.ListedOn), "title": thads.TextSortKey(c.Title), "updatedAt": c.UpdatedAt(),
			"units": texts(c.Units), "words": thads.Tokens(c.Title),
		}
		optionalText(f, "directive", c.Directive)
		optionalText(f, "case", c.Case)
		optionalDay(f, "finishedOn", c.FinishedOn)
		return plainHead(c, func(h *thads.DirectedCase) { h.Events = lastRecord(h.Events, directedCaseRecord) }), f
	},
	claims: func(*thads.DirectedCase) []string { return nil },
	touches: func(c *thads.DirectedCase, e *thads.DirectedCaseEvent) []thads.UnitID {
		return present(append(slices.Clone(c.Units), e.ToUnit)...)
	},
	holder:  func(c *thads.DirectedCase) thads.UnitID { return c.Unit },
	officer: func(*thads.DirectedCase) thads.OfficerID { return "" },
	reads:   auth.ReadDirection,
	right: func(e *thads.DirectedCaseEvent) auth.Right {
		switch e.Kind {
		case thads.DirectedListed, thads.DirectedDelisting, thads.DirectedReopened, thads.DirectedTransferred:
			return auth.Direct
		case thads.DirectedObstacle, thads.DirectedReported, thads.DirectedResolution, thads.DirectedEventVoided:
		}
		return auth.Report
	},
	alike:  func(e, old *thads.DirectedCaseEvent) { e.Kind = old.Kind },
	ledger: thads.BookDirected,
	posts: func(c *thads.DirectedCase) ([]thads.Posting, []thads.Deadline, error) {
		postings, err := thads.PostDirectedCase(c)
		return postings, nil, err
	},
}

func directedCaseRecord(e *thads.DirectedCaseEvent) *thads.Record { return &e.Record }

// A DirectedCaseFilter says which directed cases: all conditions given must
// hold. A list that is not nil but empty matches nothing.
type DirectedCaseFilter struct {
	Text       *string
	States     []thads.DirectedCaseState
	Units      []thads.UnitID
	EverUnits  []thads.UnitID
	Directives []thads.DirectiveID
	Cases      []thads.CaseID
	ListedOn   *DateRange
	FinishedOn *DateRange
}

// A DirectedCaseOrderField is what directed cases are ordered by.
type DirectedCaseOrderField string

// The orders of directed cases.
const (
	DirectedCasesByListing DirectedCaseOrderField = "LISTED_ON"
	DirectedCasesByTitle   DirectedCaseOrderField = "TITLE"
	DirectedCasesByUpdate  DirectedCaseOrderField = "UPDATED_AT"
)

var directedCaseOrders = map[DirectedCaseOrderField]string{
	DirectedCasesByListing: "listedOn", DirectedCasesByTitle: "title", DirectedCasesByUpdate: "updatedAt",
}

// DirectedCases returns one page of the directed cases within the caller's scope.
func (a *App) DirectedCases(ctx context.Context, f *DirectedCaseFilter, o Order[DirectedCaseOrderField], page PageArgs) (*Page[*thads.DirectedCase], error) {
	w := &conditions{}
	if f != nil {
		d, err := a.Directory(ctx)
		if err != nil {
			return nil, err
		}
		w.text(f.Text)
		oneOf(w, "state", f.States)
		w.below(d, "unit", f.Units)
		oneOf(w, "units", f.EverUnits)
		oneOf(w, "directive", f.Directives)
		cases, err := a.openCases(ctx, f.Cases)
		if err != nil {
			return nil, err
		}
		oneOf(w, "case", cases)
		w.dates("listedOn", f.ListedOn)
		w.dates("finishedOn", f.FinishedOn)
	}
	return list(ctx, a, directedCases, w, directedCaseOrders, o, page)
}

// openCases are those of the cases that the caller may open: a list must not
// tell of the others which records name them.
func (a *App) openCases(ctx context.Context, ids []thads.CaseID) ([]thads.CaseID, error) {
	if ids == nil {
		return nil, nil
	}
	heads, err := a.CaseHeads(ctx, texts(ids))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id thads.CaseID) bool { return heads[string(id)] == nil }), nil
}

// DirectedCase returns a directed case with its history, or nil.
func (a *App) DirectedCase(ctx context.Context, id thads.DirectedCaseID) (*thads.DirectedCase, error) {
	return read(ctx, a, directedCases, string(id))
}

// DirectedCasesByID returns those of the directed cases that exist and may be
// seen, by id.
func (a *App) DirectedCasesByID(ctx context.Context, ids []string) (map[string]*thads.DirectedCase, error) {
	return readMany(ctx, a, directedCases, ids)
}

// DirectedCasesOfDirectives returns the heads of the directed cases behind
// which one of these directives stands, by the day of listing.
func (a *App) DirectedCasesOfDirectives(ctx context.Context, ids []string) ([]*thads.DirectedCase, error) {
	return related(ctx, a, directedCases, store.In("directive", ids), "listedOn")
}

// DirectedCaseOpen records the first event of a directed case.
func (a *App) DirectedCaseOpen(ctx context.Context, key string, e thads.DirectedCaseEvent) (*thads.DirectedCase, error) {
	return open(ctx, a, directedCases, checkDirectedCase, Change{Key: key}, e)
}

// DirectedCaseRecord records a further event of a directed case.
func (a *App) DirectedCaseRecord(ctx context.Context, c Change, e thads.DirectedCaseEvent) (*thads.DirectedCase, error) {
	return recordEvent(ctx, a, directedCases, checkDirectedCase, c, e)
}

func checkDirectedCase(ctx context.Context, a *App, by auth.Principal, e *thads.DirectedCaseEvent) error {
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	n.unit("toUnit", e.ToUnit)
	if p := e.Particulars; p != nil {
		n.record(cases, "particulars.case", string(p.Case))
		n.record(directives, "particulars.directive", string(p.Directive))
	}
	return n.refusals(ctx, a)
}
