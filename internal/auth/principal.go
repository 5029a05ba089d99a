// Package auth says who acts and what they may do: principals, roles and
// rights. It decides nothing about single records; that is a matter of scope,
// which the application derives from a principal's role and unit.
package auth

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/thads"
)

// A Right is what a field of the API asks for. The values are those of the
// GraphQL enumeration Right.
type Right string

// The rights.
const (
	Public     Right = "PUBLIC"
	SignedIn   Right = "SIGNED_IN"
	Read       Right = "READ"
	Record     Right = "RECORD"
	Direct     Right = "DIRECT"
	Administer Right = "ADMINISTER"
)

// A Role is what a person is in the agency.
type Role string

// The roles.
const (
	RoleLeader        Role = "LEADER"        // lãnh đạo THADS tỉnh
	RoleUnitHead      Role = "UNIT_HEAD"     // Chi cục trưởng, Trưởng phòng khu vực
	RoleOfficer       Role = "OFFICER"       // chấp hành viên
	RoleClerk         Role = "CLERK"         // thư ký, văn thư
	RoleReader        Role = "READER"        // người xem
	RoleAdministrator Role = "ADMINISTRATOR" // quản trị hệ thống
	// RoleSystem is the application itself: imports, jobs, the demonstration.
	RoleSystem Role = "SYSTEM"
)

// A Reach says how far a role sees.
type Reach int

// The reaches.
const (
	// ReachNothing sees no records of cases.
	ReachNothing Reach = iota
	// ReachOwn sees the cases one holds or held as an officer.
	ReachOwn
	// ReachUnit sees those of one's unit and the units below it.
	ReachUnit
	// ReachEverything sees all.
	ReachEverything
)

type roleRule struct {
	rights []Right
	reach  Reach
}

// rules is the table of roles: what is not in it is not allowed.
func (r Role) rules() roleRule {
	switch r {
	case RoleLeader:
		return roleRule{[]Right{Read, Record, Direct, Administer}, ReachEverything}
	case RoleUnitHead:
		return roleRule{[]Right{Read, Record, Direct}, ReachUnit}
	case RoleOfficer:
		return roleRule{[]Right{Read, Record}, ReachOwn}
	case RoleClerk:
		return roleRule{[]Right{Read, Record}, ReachUnit}
	case RoleReader:
		return roleRule{[]Right{Read}, ReachUnit}
	case RoleAdministrator:
		return roleRule{[]Right{Administer}, ReachNothing}
	case RoleSystem:
		return roleRule{[]Right{Read, Record, Direct, Administer}, ReachEverything}
	}
	return roleRule{}
}

// Valid tells whether people can have the role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Roles are the roles that people can have.
func Roles() []Role {
	return []Role{RoleLeader, RoleUnitHead, RoleOfficer, RoleClerk, RoleReader, RoleAdministrator}
}

// A Principal is who acts. The zero Principal is an anonymous visitor.
type Principal struct {
	ID   thads.PrincipalID
	Name string
	Role Role
	// Unit is where the role is held, Officer who the person is as an officer.
	Unit    thads.UnitID
	Officer thads.OfficerID
}

// System is the application acting for itself, under a name that tells for what.
func System(what string) Principal {
	return Principal{ID: thads.PrincipalID("system:" + what), Name: what, Role: RoleSystem}
}

// IsAnonymous tells whether nobody has signed in.
func (p Principal) IsAnonymous() bool { return p.ID == "" }

// Can tells whether the principal holds a right.
func (p Principal) Can(r Right) bool { return slices.Contains(p.Rights(), r) }

// Rights are the rights that the principal holds.
func (p Principal) Rights() []Right {
	if p.IsAnonymous() {
		return []Right{Public}
	}
	return append([]Right{Public, SignedIn}, p.Role.rules().rights...)
}

// Reach tells how far the principal sees.
func (p Principal) Reach() Reach {
	if p.IsAnonymous() {
		return ReachNothing
	}
	return p.Role.rules().reach
}

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
