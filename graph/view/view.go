// Package view holds what the API shows and the domain does not have in that
// shape: pages, events beside their fate, and values that may be absent.
package view

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A Connection is a page in the manner of Relay.
type Connection[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
	page     interface {
		Total(context.Context) (int, error)
	}
}

// An Edge is an element and its place.
type Edge[T any] struct {
	Cursor store.Cursor
	Node   T
}

// PageInfo tells where a page lies.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     store.Cursor
	EndCursor       store.Cursor
}

// Page makes the connection of a page, each element shown by show.
func Page[S, T any](p *app.Page[S], show func(S) T) *Connection[T] {
	c := &Connection[T]{
		Edges:    make([]Edge[T], len(p.Items)),
		PageInfo: PageInfo{HasNextPage: p.HasNext, HasPreviousPage: p.HasPrevious},
		page:     p,
	}
	for i, it := range p.Items {
		c.Edges[i] = Edge[T]{Cursor: it.Cursor, Node: show(it.Value)}
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = c.Edges[0].Cursor, c.Edges[n-1].Cursor
	}
	return c
}

// Same shows an element as it is.
func Same[T any](v T) T { return v }

// Nodes are the elements alone.
func (c *Connection[T]) Nodes() []T {
	out := make([]T, len(c.Edges))
	for i, e := range c.Edges {
		out[i] = e.Node
	}
	return out
}

// TotalCount counts the whole list; it runs only when the field is asked for.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.page.Total(ctx) }

// The connections and edges by the names of the schema.
type (
	CaseConnection         = Connection[*thads.CaseHead]
	CaseEdge               = Edge[*thads.CaseHead]
	PublicDebtorConnection = Connection[*PublicDebtor]
	PublicDebtorEdge       = Edge[*PublicDebtor]

	UnitConnection                  = Connection[*thads.Unit]
	UnitEdge                        = Edge[*thads.Unit]
	OfficerConnection               = Connection[*thads.Officer]
	OfficerEdge                     = Edge[*thads.Officer]
	AdministrativeVerdictConnection = Connection[*thads.AdministrativeVerdict]
	AdministrativeVerdictEdge       = Edge[*thads.AdministrativeVerdict]
	DirectiveConnection             = Connection[*thads.Directive]
	DirectiveEdge                   = Edge[*thads.Directive]
	TaskConnection                  = Connection[*thads.Task]
	TaskEdge                        = Edge[*thads.Task]
	DirectedCaseConnection          = Connection[*thads.DirectedCase]
	DirectedCaseEdge                = Edge[*thads.DirectedCase]
	ConferenceConnection            = Connection[*thads.Conference]
	ConferenceEdge                  = Edge[*thads.Conference]
	TargetConnection                = Connection[*thads.Target]
	TargetEdge                      = Edge[*thads.Target]

	ImportConnection        = Connection[*app.Import]
	ImportEdge              = Edge[*app.Import]
	ImportEntryConnection   = Connection[*app.ImportEntry]
	ImportEntryEdge         = Edge[*app.ImportEntry]
	ImportProblemConnection = Connection[*ImportProblem]
	ImportProblemEdge       = Edge[*ImportProblem]
)

// optional is nil for the zero value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// A CaseEvent is an event of a case beside what became of it.
type CaseEvent struct {
	*thads.CaseEvent
	Fate       thads.Fate
	FateBy     *int
	Supersedes *int
	Voids      *int
	Amount     *thads.Dong
	Finding    *thads.Finding
	Measure    *thads.Measure
	// Parties are those the event opens the case with, or changes.
	Parties []*Party
}

// CaseEvents shows the history of a case to somebody who sees its parties so.
func CaseEvents(c *thads.Case, sees Sees) []*CaseEvent {
	fates, by := c.Fates()
	out := make([]*CaseEvent, len(c.Events))
	for i := range c.Events {
		e := &c.Events[i]
		parties := e.Parties
		if e.Particulars != nil {
			parties = e.Particulars.Parties
		}
		out[i] = &CaseEvent{
			CaseEvent: e, Fate: fates[i], FateBy: optional(by[i]),
			Supersedes: optional(e.Supersedes), Voids: optional(e.Voids), Amount: optional(e.Amount),
			Finding: optional(e.Finding), Measure: optional(e.Measure), Parties: Parties(c, parties, sees),
		}
	}
	return out
}

// A Party is a party whose year of birth may be unknown, with what of it is
// masked and what may be asked for.
type Party struct {
	*thads.Party
	BirthYear          *int
	Masked, Revealable []auth.PersonalData
}

// Sees tells what of a party of a case somebody is shown masked, and what of
// that, and of the sealed numbers, may be asked for.
type Sees func(*thads.Case, *thads.Party) (masked, revealable []auth.PersonalData)

// Parties shows parties of a case.
func Parties(c *thads.Case, ps []thads.Party, sees Sees) []*Party {
	out := make([]*Party, len(ps))
	for i := range ps {
		v := &Party{Party: &ps[i], BirthYear: optional(ps[i].BirthYear)}
		v.Masked, v.Revealable = sees(c, &ps[i])
		out[i] = v
	}
	return out
}

// Pointers returns pointers to the elements.
func Pointers[T any](vs []T) []*T {
	out := make([]*T, len(vs))
	for i := range vs {
		out[i] = &vs[i]
	}
	return out
}

// A CaseTransition is a step that the law allows.
type CaseTransition struct {
	Kind               thads.CaseEventKind
	Name               thads.Text
	From               []thads.CaseState
	To                 *thads.CaseState
	Law2008, Law2025   string
	ValidFrom, ValidTo thads.Date
	MinMonths          *int
	MinVerifications   *int
	Verified           bool
}

// CaseTransitions shows rows of the table of steps.
func CaseTransitions(ts []thads.Transition) []*CaseTransition {
	out := make([]*CaseTransition, len(ts))
	for i, t := range ts {
		v := &CaseTransition{
			Kind: t.Kind, Name: t.Kind.Name(), From: []thads.CaseState{}, To: optional(t.To),
			Law2008: t.Ground2008, Law2025: t.Ground2025, ValidFrom: t.ValidFrom, ValidTo: t.ValidTo,
			MinMonths: optional(t.MinMonths), MinVerifications: optional(t.MinVerifications), Verified: t.Verified,
		}
		for _, s := range t.From {
			if s != "" { // the state before the case is opened is none
				v.From = append(v.From, s)
			}
		}
		out[i] = v
	}
	return out
}

// A LegalGround is a legal ground on which a step may rest.
type LegalGround struct {
	thads.Ground
	MaxMonths *int
}

// Ground shows a legal ground by its code; nil where there is none.
func Ground(code thads.GroundCode) *LegalGround {
	g, ok := thads.GroundOf(code)
	if !ok {
		return nil
	}
	return LegalGroundOf(g)
}

// LegalGroundOf shows a legal ground.
func LegalGroundOf(g thads.Ground) *LegalGround {
	return &LegalGround{Ground: g, MaxMonths: optional(g.MaxMonths)}
}

// LegalGrounds shows the legal grounds of a kind of step and in force on a day,
// where these are given.
func LegalGrounds(kind thads.CaseEventKind, on thads.Date) []*LegalGround {
	out := []*LegalGround{}
	for _, g := range thads.Grounds() {
		if (kind == "" || slices.Contains(g.Kinds, kind)) && (on.IsZero() || g.InForce(on)) {
			out = append(out, LegalGroundOf(g))
		}
	}
	return out
}

// A PublicDebtor is what the law makes public of a debtor without means.
type PublicDebtor struct {
	Name, Address, Judgment, Decision, Reason, Unit string
	Obligations                                     []string
}

// PublicDebtorOf shows a case that the law makes public; unit is the agency's name.
func PublicDebtorOf(c *thads.Case, unit, lang string) *PublicDebtor {
	v := &PublicDebtor{Unit: unit, Obligations: []string{}, Reason: c.State.Name().In(lang)}
	for i := range c.Parties {
		if p := &c.Parties[i]; p.Role == thads.Debtor {
			v.Name, v.Address = join(v.Name, p.Name), join(v.Address, p.Address)
		}
	}
	j := c.Particulars.Judgment
	v.Judgment = j.Number.Raw + ", " + j.Date.Vietnamese() + ", " + j.Court
	if c.Decision != nil {
		v.Decision = c.Decision.Number.Raw + ", " + c.Decision.Date.Vietnamese()
	}
	if g, ok := thads.GroundOf(c.Ground); ok {
		v.Reason = g.Name.In(lang) + " (" + g.Citation + ")"
	}
	for i := range c.Balances {
		b := &c.Balances[i]
		if b.IsFinished() {
			continue
		}
		text := b.Kind.Name().In(lang)
		if b.Remaining > 0 {
			text += ": " + b.Remaining.Vietnamese()
		}
		v.Obligations = append(v.Obligations, text)
	}
	return v
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// A Node is any record with an id. It asks for no method, so that the domain's
// types need not know of the API.
type Node any
