package app

import (
	"context"
	"strconv"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var directiveCollection = &store.Collection{
	Name: "directive",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "type", Type: store.String},
		{Name: "parent", Type: store.String},
		{Name: "addressees", Type: store.Strings},
		{Name: "date", Type: store.Int, Sortable: true},
		{Name: "issuedOn", Type: store.Int},
		// lastOn is the last day on which it is to be carried out.
		{Name: "lastOn", Type: store.Int},
		{Name: "reviewOn", Type: store.Int},
		{Name: "number", Type: store.String, Sortable: true},
		{Name: "title", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "words", Type: store.Strings},
	},
	Indexes: []store.Index{{"date"}, {"updatedAt"}, {"number"}, {"title"}, {"parent", "date"}},
}

var directives = &noun[thads.Directive, thads.DirectiveEvent]{
	coll:   directiveCollection,
	prefix: "dr",
	fold: func(id string, events []thads.DirectiveEvent) (*thads.Directive, error) {
		return thads.FoldDirective(thads.DirectiveID(id), events)
	},
	add:    (*thads.Directive).Append,
	empty:  func(id string) *thads.Directive { return &thads.Directive{ID: thads.DirectiveID(id)} },
	events: func(d *thads.Directive) []thads.DirectiveEvent { return d.Events },
	record: directiveRecord,
	index: func(d *thads.Directive) (any, store.Fields) {
		f := store.Fields{
			"state": string(d.State), "type": string(d.Type), "addressees": texts(d.Units()),
			"date": int64(d.Date), "issuedOn": int64(d.IssuedOn),
			"number": strconv.Itoa(d.Date.Year()) + " " + thads.TextSortKey(d.Number.Key()),
			"title":  thads.TextSortKey(d.Title), "updatedAt": d.UpdatedAt(),
			"words": append(thads.Tokens(d.Number.Raw+" "+d.Title+" "+d.Issuer), d.Number.SearchTokens()...),
		}
		optionalText(f, "parent", d.Parent)
		optionalDay(f, "reviewOn", d.ReviewOn)
		if !d.IsVoided() {
			f["lastOn"] = untilOr(d.ExpiresOn)
			if !d.EndedOn.IsZero() {
				f["lastOn"] = min(untilOr(d.ExpiresOn), int64(d.EndedOn.AddDays(-1)))
			}
		}
		return plainHead(d, func(h *thads.Directive) { h.Events = lastRecord(h.Events, directiveRecord) }), f
	},
	claims:     directiveClaims,
	claimField: "document.number",
	touches:    func(*thads.Directive, *thads.DirectiveEvent) []thads.UnitID { return nil },
	// What is addressed to one unit alone is that unit's own; the rest is the
	// province's.
	holder: func(d *thads.Directive) thads.UnitID {
		if len(d.Addressees) == 1 {
			return d.Addressees[0].Unit
		}
		return ""
	},
	officer: func(*thads.Directive) thads.OfficerID { return "" },
	reads:   auth.ReadDirection,
	right:   func(*thads.DirectiveEvent) auth.Right { return auth.Direct },
	alike:   func(e, old *thads.DirectiveEvent) { e.Kind = old.Kind },
}

func directiveRecord(e *thads.DirectiveEvent) *thads.Record { return &e.Record }

func directiveClaims(d *thads.Directive) []string {
	if k := d.NaturalKey(); k != "" {
		return []string{"directive/" + k}
	}
	return nil
}

// A DirectiveFilter says which directives: all conditions given must hold. A
// list that is not nil but empty matches nothing.
type DirectiveFilter struct {
	Text    *string
	States  []thads.DirectiveState
	Types   []thads.DirectiveType
	Parents []thads.DirectiveID
	// Units keeps those that address one of these units.
	Units     []thads.UnitID
	Date      *DateRange
	InForceOn *thads.Date
	ReviewOn  *DateRange
}

// A DirectiveOrderField is what directives are ordered by.
type DirectiveOrderField string

// The orders of directives.
const (
	DirectivesByDate   DirectiveOrderField = "DATE"
	DirectivesByNumber DirectiveOrderField = "NUMBER"
	DirectivesByTitle  DirectiveOrderField = "TITLE"
	DirectivesByUpdate DirectiveOrderField = "UPDATED_AT"
)

var directiveOrders = map[DirectiveOrderField]string{
	DirectivesByDate: "date", DirectivesByNumber: "number", DirectivesByTitle: "title", DirectivesByUpdate: "updatedAt",
}

// Directives returns one page of directives.
func (a *App) Directives(ctx context.Context, f *DirectiveFilter, o Order[DirectiveOrderField], page PageArgs) (*Page[*thads.Directive], error) {
	w := &conditions{}
	if f != nil {
		w.text(f.Text)
		oneOf(w, "state", f.States)
		oneOf(w, "type", f.Types)
		oneOf(w, "parent", f.Parents)
		oneOf(w, "addressees", f.Units)
		w.dates("date", f.Date)
		w.dates("reviewOn", f.ReviewOn)
		if f.InForceOn != nil {
			w.add(store.Between("issuedOn", nil, int64(*f.InForceOn)), store.Between("lastOn", int64(*f.InForceOn), nil))
		}
	}
	return list(ctx, a, directives, w, directiveOrders, o, page)
}

// Directive returns a directive with its history, or nil.
func (a *App) Directive(ctx context.Context, id thads.DirectiveID) (*thads.Directive, error) {
	return read(ctx, a, directives, string(id))
}

// DirectivesByID returns those of the directives that exist, by id.
func (a *App) DirectivesByID(ctx context.Context, ids []string) (map[string]*thads.Directive, error) {
	return readMany(ctx, a, directives, ids)
}

// DirectiveHeads returns, without their histories, those of the directives that exist, by id.
func (a *App) DirectiveHeads(ctx context.Context, ids []string) (map[string]*thads.Directive, error) {
	return readHeads[thads.Directive](ctx, a, directives, ids)
}

// DirectivesUnder returns the heads of the directives that carry out one of
// these, by date.
func (a *App) DirectivesUnder(ctx context.Context, ids []string) ([]*thads.Directive, error) {
	return related(ctx, a, directives, store.In("parent", ids), "date")
}

// DirectiveByNumber returns the directive of an issuer with a number in a
// calendar year, or nil.
func (a *App) DirectiveByNumber(ctx context.Context, issuer, number string, year int) (*thads.Directive, error) {
	var d thads.Directive
	d.Issuer, d.Number, d.Date = thads.NormalizeName(issuer), thads.ParseDocumentNumber(number), thads.DateOf(year, 1, 1)
	return readClaimed(ctx, a, directives, directiveClaims(&d))
}

// DirectiveOpen records the first event of a directive.
func (a *App) DirectiveOpen(ctx context.Context, key string, e thads.DirectiveEvent) (*thads.Directive, error) {
	return open(ctx, a, directives, checkDirective, Change{Key: key}, e)
}

// DirectiveRecord records a further event of a directive.
func (a *App) DirectiveRecord(ctx context.Context, c Change, e thads.DirectiveEvent) (*thads.Directive, error) {
	return recordEvent(ctx, a, directives, checkDirective, c, e)
}

func checkDirective(ctx context.Context, a *App, by auth.Principal, e *thads.DirectiveEvent) error {
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	if e.Document != nil {
		n.record(directives, "document.parent", string(e.Document.Parent))
	}
	if e.Terms != nil {
		n.bodies("terms.addressees", e.Terms.Addressees)
	}
	return n.refusals(ctx, a)
}
