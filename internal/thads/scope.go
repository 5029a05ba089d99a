package thads

import "slices"

// Two kinds of questions are asked of the records, and each has a scope of its
// own type, so that none can be taken for the other and neither forgotten: the
// zero scope of either kind reaches nothing.

// An OpenScope limits which records may be opened: those that the units or the
// officer hold or ever held.
type OpenScope struct{ reach }

// A CountScope limits whose records add to a figure: those that the units or the
// officer hold, or, in the ledger, those to which a posting belongs.
type CountScope struct{ reach }

// reach is what the two kinds of scopes share. They are values: they can be
// copied.
type reach struct {
	everything bool
	units      []UnitID
	officer    OfficerID
}

func over(units []UnitID, officer OfficerID) reach {
	u := slices.Clone(units)
	slices.Sort(u)
	return reach{units: slices.Compact(u), officer: officer}
}

// Everything opens all records: for the province's leaders, and for the system's
// own work (imports, re-derivation, dumps).
func Everything() OpenScope { return OpenScope{reach{everything: true}} }

// UnitScope opens the records that one of these units holds or ever held.
func UnitScope(units ...UnitID) OpenScope { return OpenScope{over(units, "")} }

// OfficerScope opens the records that the officer holds or ever held.
func OfficerScope(officer OfficerID) OpenScope { return OpenScope{over(nil, officer)} }

// OpenScopeOf opens the records that one of these units, or the officer, holds
// or ever held.
func OpenScopeOf(units []UnitID, officer OfficerID) OpenScope { return OpenScope{over(units, officer)} }

// CountEverything counts all records.
func CountEverything() CountScope { return CountScope{reach{everything: true}} }

// CountScopeOf counts the records that one of these units, or the officer, holds.
func CountScopeOf(units []UnitID, officer OfficerID) CountScope {
	return CountScope{over(units, officer)}
}

// IsZero tells whether the scope reaches nothing.
func (s reach) IsZero() bool { return !s.everything && len(s.units) == 0 && s.officer == "" }

// IsEverything tells whether the scope reaches all records.
func (s reach) IsEverything() bool { return s.everything }

// Units returns the units whose records the scope reaches, sorted; the caller
// must not change them.
func (s reach) Units() []UnitID { return s.units }

// Officer returns the officer whose records the scope reaches, or "".
func (s reach) Officer() OfficerID { return s.officer }

// Reaches tells whether the scope reaches a record of these units and officers:
// for an OpenScope those that hold or ever held it, for a CountScope those that
// hold it.
func (s reach) Reaches(units []UnitID, officers []OfficerID) bool {
	if s.everything {
		return true
	}
	if s.officer != "" && slices.Contains(officers, s.officer) {
		return true
	}
	return slices.ContainsFunc(units, func(u UnitID) bool { return slices.Contains(s.units, u) })
}
