// Package auth says who acts and what they may do: principals, roles and
// rights, passwords, second factors and tokens. It decides nothing about single
// records; that is a matter of scope, which the application derives from a
// principal's grants.
package auth

import (
	"context"
	"slices"
	"time"

	"github.com/thads/thads/internal/thads"
)

// A Grant is a role held at a place, today.
type Grant struct {
	Role Role `json:"role"`
	// Unit is where the role is held, Officer who the person is as an officer.
	Unit    thads.UnitID    `json:"unit,omitzero"`
	Officer thads.OfficerID `json:"officer,omitzero"`
	// Within narrows the grant to these units and those below them; nil narrows
	// nothing. It is how an API token has less than its owner.
	Within []thads.UnitID `json:"within,omitzero"`
}

// Means are the ways in which somebody has shown who they are.
type Means string

// The means.
const (
	ByPassword Means = "PASSWORD"
	ByLink     Means = "LINK"
	ByProvider Means = "PROVIDER" // OpenID Connect
	ByToken    Means = "TOKEN"
	// ByDemonstration is the lasting link of the demonstration.
	ByDemonstration Means = "DEMONSTRATION"
)

// A Need is what a person must do before their rights are given. The values are
// those of the GraphQL enumeration Need.
type Need string

// The needs.
const (
	NeedPassword     Need = "PASSWORD"
	NeedSecondFactor Need = "SECOND_FACTOR"
)

// A Principal is who acts. The zero Principal is an anonymous visitor.
type Principal struct {
	ID   thads.PrincipalID
	Name string
	// Grants are the roles held today; a person may have several.
	Grants []Grant
	// Only, where it is not nil, are the rights that a token has been left.
	Only []Right
	// Fields, where it is not nil, are the root fields that a token may ask for.
	Fields []string
	// Needs are what has to be done first; until then Grants is empty.
	Needs []Need
	// Session is the id of the session or token, Means how its holder signed
	// in, At when.
	Session string
	Means   Means
	At      time.Time
}

// Person is a principal with one role.
func Person(id thads.PrincipalID, name string, role Role, unit thads.UnitID, officer thads.OfficerID) Principal {
	return Principal{ID: id, Name: name, Grants: []Grant{{Role: role, Unit: unit, Officer: officer}}}
}

// System is the application acting for itself, under a name that tells for what.
func System(what string) Principal {
	return Person(thads.PrincipalID("system:"+what), what, RoleSystem, "", "")
}

// IsAnonymous tells whether nobody has signed in.
func (p Principal) IsAnonymous() bool { return p.ID == "" }

// IsSystem tells whether it is the application itself.
func (p Principal) IsSystem() bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role == RoleSystem })
}

// Unit is where the principal's first role is held, or "".
func (p Principal) Unit() thads.UnitID {
	for _, g := range p.Grants {
		if g.Unit != "" {
			return g.Unit
		}
	}
	return ""
}

// Can tells whether the principal holds a right, however far it reaches.
func (p Principal) Can(r Right) bool { return p.Reach(r) != ReachNothing }

// Rights are the rights that the principal holds, in the order of the table.
func (p Principal) Rights() []Right {
	var out []Right
	for _, t := range Rights() {
		if p.Can(t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

// Reach tells how far a right goes at most; where the principal has several
// roles, each of them may reach elsewhere (see Granting).
func (p Principal) Reach(r Right) Reach {
	switch {
	case r == Public:
		return ReachProvince
	case p.IsAnonymous():
		return ReachNothing
	case r == SignedIn:
		return ReachProvince
	case p.Only != nil && !slices.Contains(p.Only, r):
		return ReachNothing
	}
	most := ReachNothing
	for _, g := range p.Grants {
		s, _ := g.Role.Spec()
		most = max(most, s.Rights[r])
	}
	return most
}

// Granting are the grants that hold a right, each with how far it goes there.
func (p Principal) Granting(r Right) []Reached {
	if p.IsAnonymous() || p.Only != nil && !slices.Contains(p.Only, r) {
		return nil
	}
	var out []Reached
	for _, g := range p.Grants {
		if s, _ := g.Role.Spec(); s.Rights[r] != ReachNothing {
			out = append(out, Reached{g, s.Rights[r]})
		}
	}
	return out
}

// Everywhere tells whether a right reaches all there is: held for the province
// and narrowed to no units, as a token's may be.
func (p Principal) Everywhere(r Right) bool {
	return slices.ContainsFunc(p.Granting(r), Reached.Everywhere)
}

// Counting are the grants that let figures be seen, each with whose cases add to
// them.
func (p Principal) Counting() []Reached {
	var out []Reached
	for _, g := range p.Granting(ReadFigures) {
		if s, _ := g.Role.Spec(); s.Count != ReachNothing {
			out = append(out, Reached{g.Grant, s.Count})
		}
	}
	return out
}

// Purposes are those that the principal may state where one of some rights is
// held, in the order of their table.
func (p Principal) Purposes(rights ...Right) []Purpose {
	held := map[Purpose]bool{}
	for _, r := range rights {
		for _, g := range p.Granting(r) {
			s, _ := g.Role.Spec()
			for _, purpose := range s.Purposes {
				held[purpose] = true
			}
		}
	}
	out := []Purpose{}
	for _, t := range Purposes() {
		if held[t.Value] {
			out = append(out, t.Value)
		}
	}
	return out
}

// A Reached is a grant with how far one of its rights goes.
type Reached struct {
	Grant
	Reach Reach
}

// Everywhere tells whether the right goes to all there is.
func (g Reached) Everywhere() bool { return g.Reach == ReachProvince && g.Within == nil }

type contextKey struct{ _ byte }

// NewContext returns a context that carries the principal.
func NewContext(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// FromContext returns the principal that the context carries, anonymous where
// it carries none.
func FromContext(ctx context.Context) Principal {
	p, _ := ctx.Value(contextKey{}).(Principal)
	return p
}
