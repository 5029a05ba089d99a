package thads

import "slices"

// A Scope limits which records a question may reach. The zero Scope reaches
// nothing, so a query that forgot its scope answers nothing and leaks nothing.
// Scopes are values: they can be copied and compared by Equal only.
type Scope struct {
	everything bool
	units      []UnitID
	officer    OfficerID
}

// Everything reaches all records: the province's leaders, and the system's own
// work (imports, re-derivation, dumps).
func Everything() Scope { return Scope{everything: true} }

// UnitScope reaches the records that one of these units holds or ever held.
func UnitScope(units ...UnitID) Scope {
	u := slices.Clone(units)
	slices.Sort(u)
	return Scope{units: slices.Compact(u)}
}

// OfficerScope reaches the records that the officer holds or ever held.
func OfficerScope(officer OfficerID) Scope { return Scope{officer: officer} }

// IsZero tells whether the scope reaches nothing.
func (s Scope) IsZero() bool { return !s.everything && len(s.units) == 0 && s.officer == "" }

// IsEverything tells whether the scope reaches all records.
func (s Scope) IsEverything() bool { return s.everything }

// Units returns the units whose records the scope reaches, sorted; the caller
// must not change them.
func (s Scope) Units() []UnitID { return s.units }

// Officer returns the officer whose records the scope reaches, or "".
func (s Scope) Officer() OfficerID { return s.officer }

// Reaches tells whether the scope reaches a record that these units and
// officers hold or ever held.
func (s Scope) Reaches(units []UnitID, officers []OfficerID) bool {
	if s.everything {
		return true
	}
	if s.officer != "" && slices.Contains(officers, s.officer) {
		return true
	}
	return slices.ContainsFunc(units, func(u UnitID) bool { return slices.Contains(s.units, u) })
}
