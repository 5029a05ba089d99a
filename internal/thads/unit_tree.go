package thads

import (
	"cmp"
	"slices"
	"time"
)

// A UnitTree answers questions about units as they stood under each other in
// time. It is built from folded units and never changes; voided units are not
// in it. Any set of units makes a tree: a parent that is missing ends the way
// up, and a circle, which Check would have refused, ends where it closes.
type UnitTree struct {
	units map[UnitID]*Unit
	// order lists the units by code.
	order []UnitID
	below map[UnitID][]childSpell
	// before lists, for each unit, those it directly succeeded.
	before map[UnitID][]UnitID
	// locks lists, for each unit, its own locks and those of all units that
	// ever stood above it: every record asks for them.
	locks map[UnitID][]UnitLock
}

// A childSpell is a child and the days on which it stood there.
type childSpell struct {
	Period
	child UnitID
}

// NewUnitTree builds the tree.
func NewUnitTree(units []*Unit) *UnitTree {
	t := &UnitTree{
		units:  make(map[UnitID]*Unit, len(units)),
		below:  make(map[UnitID][]childSpell),
		before: make(map[UnitID][]UnitID),
		locks:  make(map[UnitID][]UnitLock),
	}
	for _, u := range units {
		if !u.IsVoided() {
			t.units[u.ID] = u
		}
	}
	for id := range t.units {
		t.order = append(t.order, id)
	}
	slices.SortFunc(t.order, func(a, b UnitID) int {
		return cmp.Or(cmp.Compare(t.units[a].Code, t.units[b].Code), cmp.Compare(a, b))
	})
	for _, id := range t.order {
		u := t.units[id]
		for _, p := range u.Parents {
			if p.Parent != "" {
				t.below[p.Parent] = append(t.below[p.Parent], childSpell{p.Period, id})
			}
		}
		for _, s := range u.Successors {
			t.before[s] = append(t.before[s], id)
		}
	}
	for _, id := range t.order {
		locks := t.units[id].Locks
		for _, above := range t.AncestorsEver(id) {
			locks = slices.Concat(locks, t.units[above].Locks)
		}
		t.locks[id] = locks
	}
	return t
}

// Unit returns a unit by its id.
func (t *UnitTree) Unit(id UnitID) (*Unit, bool) {
	u, ok := t.units[id]
	return u, ok
}

// ByCode returns the unit with that code.
func (t *UnitTree) ByCode(code string) (*Unit, bool) {
	code = normaliseCode(code)
	i, ok := slices.BinarySearchFunc(t.order, code, func(id UnitID, code string) int {
		return cmp.Compare(t.units[id].Code, code)
	})
	if !ok {
		return nil, false
	}
	return t.units[t.order[i]], true
}

// All returns the ids of all units, by code.
func (t *UnitTree) All() []UnitID { return slices.Clone(t.order) }

// RootsOn returns the units that stand under none on a day, by code.
func (t *UnitTree) RootsOn(d Date) []UnitID {
	return t.where(func(u *Unit) bool {
		p, ok := u.ParentOn(d)
		return ok && (p == "" || t.units[p] == nil)
	})
}

func (t *UnitTree) where(holds func(*Unit) bool) []UnitID {
	var out []UnitID
	for _, id := range t.order {
		if holds(t.units[id]) {
			out = append(out, id)
		}
	}
	return out
}

// AncestorsOn returns the units above on a day, the nearest first.
func (t *UnitTree) AncestorsOn(id UnitID, d Date) []UnitID {
	var out []UnitID
	for at := id; ; {
		u := t.units[at]
		if u == nil {
			return out
		}
		parent, ok := u.ParentOn(d)
		if !ok || t.units[parent] == nil || parent == id || slices.Contains(out, parent) {
			return out
		}
		out = append(out, parent)
		at = parent
	}
}

// ChildrenOn returns the units directly below on a day, by code.
func (t *UnitTree) ChildrenOn(id UnitID, d Date) []UnitID {
	var out []UnitID
	for _, c := range t.below[id] {
		if c.Contains(d) {
			out = addUnique(out, c.child)
		}
	}
	return out
}

// SubtreeOn returns the unit and all below it on a day, a parent before its
// children; nothing where the unit is unknown.
func (t *UnitTree) SubtreeOn(id UnitID, d Date) []UnitID {
	return t.reach(id, func(at UnitID) []UnitID { return t.ChildrenOn(at, d) })
}

// reach returns what is reached from a known unit, itself first.
func (t *UnitTree) reach(id UnitID, step func(UnitID) []UnitID) []UnitID {
	if t.units[id] == nil {
		return nil
	}
	out := []UnitID{id}
	seen := map[UnitID]bool{id: true}
	for i := 0; i < len(out); i++ {
		for _, next := range step(out[i]) {
			if !seen[next] && t.units[next] != nil {
				seen[next] = true
				out = append(out, next)
			}
		}
	}
	return out
}

// SubtreeEver returns the unit and all that on any day stood below it, directly
// or through others on that same day: the units whose records it answers for.
func (t *UnitTree) SubtreeEver(id UnitID) []UnitID {
	return t.ever(id, func(at UnitID) []childSpell { return t.below[at] })
}

// AncestorsEver returns all units that on any day stood above, not the unit itself.
func (t *UnitTree) AncestorsEver(id UnitID) []UnitID {
	all := t.ever(id, func(at UnitID) []childSpell {
		var up []childSpell
		for _, p := range t.units[at].Parents {
			up = append(up, childSpell{p.Period, p.Parent})
		}
		return up
	})
	if len(all) == 0 {
		return nil
	}
	return all[1:]
}

// ever returns what is reached from a known unit, itself first, along spells
// that have a day in common.
func (t *UnitTree) ever(id UnitID, step func(UnitID) []childSpell) []UnitID {
	if t.units[id] == nil {
		return nil
	}
	// Periods only shrink on the way and there are finitely many, so that
	// this ends even in a circle.
	start := childSpell{child: id}
	queue, seen := []childSpell{start}, map[childSpell]bool{start: true}
	out := []UnitID{id}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, s := range step(at.child) {
			days, any := at.overlap(s.Period)
			next := childSpell{days, s.child}
			if !any || t.units[s.child] == nil || seen[next] {
				continue
			}
			seen[next] = true
			queue = append(queue, next)
			out = addUnique(out, s.child)
		}
	}
	return out
}

// Successors returns the units that took over from this one, through all later
// closures; those still open last in time are in it too. The unit itself is not.
func (t *UnitTree) Successors(id UnitID) []UnitID {
	return t.others(id, func(at UnitID) []UnitID { return t.units[at].Successors })
}

// Predecessors returns the units that this one took over from, through all
// earlier closures.
func (t *UnitTree) Predecessors(id UnitID) []UnitID {
	return t.others(id, func(at UnitID) []UnitID { return t.before[at] })
}

func (t *UnitTree) others(id UnitID, step func(UnitID) []UnitID) []UnitID {
	all := t.reach(id, step)
	if len(all) < 2 {
		return nil
	}
	return all[1:]
}

// SuccessorsOn returns the units that hold, on a day, what this one held: itself
// while it works, afterwards those of its successors that work that day.
func (t *UnitTree) SuccessorsOn(id UnitID, d Date) []UnitID {
	u := t.units[id]
	if u == nil {
		return nil
	}
	if u.ExistsOn(d) {
		return []UnitID{id}
	}
	return slices.DeleteFunc(t.Successors(id), func(s UnitID) bool { return !t.units[s].ExistsOn(d) })
}

// OpenFrom returns the first day that, at an instant, was locked neither in any
// of the units nor in any unit that ever stood above one of them; zero where
// nothing was locked. Earlier places count as well: a correction in a unit that
// has moved or closed would otherwise change what its former superior has reported.
func (t *UnitTree) OpenFrom(at time.Time, units ...UnitID) Date {
	var last Date
	for _, id := range units {
		for _, lock := range t.locks[id] {
			if !lock.RecordedAt.After(at) {
				last = max(last, lock.Through)
			}
		}
	}
	return last.AddDays(1)
}

// Check tells whether a unit, as it stands after a new event, fits among the
// others: parents exist throughout and are of a level above, nothing stands
// under itself, nothing is left under a closed unit, and successors exist when
// they take over. t may or may not hold an earlier form of the unit.
func (t *UnitTree) Check(u *Unit) error {
	var es Errors
	if u.IsVoided() {
		for _, c := range t.below[u.ID] {
			es.Add(CodeTransition, "event", "Còn đơn vị %s trực thuộc", "Unit %s stands under it", t.units[c.child].Code)
		}
		return es.Err()
	}
	others := make([]*Unit, 0, len(t.units)+1)
	for id, v := range t.units {
		if id != u.ID {
			others = append(others, v)
		}
	}
	next := NewUnitTree(append(others, u))
	for _, p := range u.Parents {
		next.checkParent(&es, u, p)
	}
	for _, c := range next.below[u.ID] {
		child := next.units[c.child]
		if c.From < u.ValidFrom || !u.ValidTo.IsZero() && (c.To.IsZero() || c.To > u.ValidTo) {
			es.Add(CodeTransition, "effectiveOn", "Đơn vị %[1]s trực thuộc ngoài thời gian hoạt động của đơn vị này", "Unit %[1]s stands under it on days on which it does not exist", child.Code)
		}
	}
	for i, id := range u.Successors {
		s := next.units[id]
		switch {
		case s == nil:
			es.Add(CodeUnknown, "successors."+itoa(i), "Không có đơn vị kế thừa %q", "There is no successor %q", string(id))
		case !s.ExistsOn(u.ValidTo.AddDays(1)):
			es.Add(CodeOutOfRange, "successors."+itoa(i), "Đơn vị kế thừa %[1]s không hoạt động ngày %[2]s", "The successor %[1]s does not exist on %[2]s", s.Code, u.ValidTo.AddDays(1).Vietnamese())
		}
	}
	return es.Err()
}

// checkParent checks one place of a unit.
func (t *UnitTree) checkParent(es *Errors, u *Unit, place UnitPlace) {
	level, _ := unitLevel(u.Level)
	if place.Parent == "" {
		if level != nil && !level.Root {
			es.term(required("parent", "đơn vị cấp trên", "The parent"))
		}
		return
	}
	p := t.units[place.Parent]
	if p == nil {
		es.Add(CodeUnknown, "parent", "Không có đơn vị cấp trên %q", "There is no parent %q", string(place.Parent))
		return
	}
	if level != nil && !slices.Contains(level.Under, p.Level) {
		es.Add(CodeInvalid, "parent", "“%[1]s” không thể trực thuộc “%[3]s”", "%[2]q cannot stand under %[4]q", level.Name.VI, level.Name.EN, p.Level.Name().VI, p.Level.Name().EN)
	}
	if place.From < p.ValidFrom || !p.ValidTo.IsZero() && (place.To.IsZero() || place.To > p.ValidTo) {
		es.Add(CodeOutOfRange, "parent", "Đơn vị cấp trên %[1]s không hoạt động suốt thời gian đó", "The parent %[1]s does not exist throughout", p.Code)
	}
	if slices.Contains(t.AncestorsEver(place.Parent), u.ID) && t.circles(u.ID) {
		es.Add(CodeInvalid, "parent", "Đơn vị %[1]s đang trực thuộc đơn vị này", "Unit %[1]s stands under this one", p.Code)
	}
}

// circles tells whether on any day a unit stands under itself. Places change
// only on the first day of a spell, so those days are enough.
func (t *UnitTree) circles(id UnitID) bool {
	for _, other := range t.order {
		for _, p := range t.units[other].Parents {
			if t.under(id, id, p.From) {
				return true
			}
		}
	}
	return false
}

// under tells whether the way up from a unit meets another one on a day.
func (t *UnitTree) under(id, above UnitID, d Date) bool {
	at := id
	for range t.order {
		u := t.units[at]
		if u == nil {
			return false
		}
		parent, ok := u.ParentOn(d)
		if !ok || parent == "" {
			return false
		}
		if parent == above {
			return true
		}
		at = parent
	}
	return false
}
