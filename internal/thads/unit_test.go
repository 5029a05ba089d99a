package thads

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func unitEvent(kind UnitEventKind, on Date) UnitEvent {
	e := UnitEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	switch kind {
	case UnitEstablished:
		e.Code, e.Name, e.ShortName, e.Level, e.Parent = "th-td", "Chi cục Thi hành án dân sự huyện Mẫu", "Chi cục Mẫu", LevelDistrict, "un_province"
		e.Area, e.Decision = "Huyện Mẫu", decision("1/QĐ-BTP", on)
	case UnitRenamed:
		e.Name = "Chi cục Thi hành án dân sự thị xã Mẫu"
	case UnitMoved:
		e.Parent = "un_other"
	case UnitClosure:
		e.Successors = []UnitID{"un_room"}
	case UnitPeriodLocked:
		e.Through = 20181231
	case UnitEventVoided:
	}
	return e
}

var unitLife = aLife[Unit, UnitEvent, UnitEventKind, UnitState, *Unit, *UnitEvent]{
	noun: &units,
	fold: func(events []UnitEvent) (*Unit, error) { return FoldUnit("", events) },
	ev:   unitEvent,
	paths: map[UnitState][]UnitEventKind{
		UnitOpen:   {UnitEstablished},
		UnitClosed: {UnitEstablished, UnitClosure},
	},
	steps: map[UnitEventKind]map[UnitState]UnitState{
		UnitEstablished:  {"": UnitOpen},
		UnitRenamed:      {UnitOpen: UnitOpen},
		UnitMoved:        {UnitOpen: UnitOpen},
		UnitClosure:      {UnitOpen: UnitClosed},
		UnitPeriodLocked: {UnitOpen: UnitOpen, UnitClosed: UnitClosed},
	},
}

func TestUnitTables(t *testing.T) {
	t.Run("tables", unitLife.tables)
	t.Run("transitions", unitLife.transitions)
	t.Run("fields", unitLife.fields)
	t.Run("damaged", unitLife.damaged)
}

func TestUnitCorrections(t *testing.T) {
	life := unitLife
	// Locks keep rules of their own, tried below.
	life.steps = map[UnitEventKind]map[UnitState]UnitState{
		UnitEstablished: {"": UnitOpen}, UnitRenamed: {UnitOpen: UnitOpen}, UnitMoved: {UnitOpen: UnitOpen}, UnitClosure: {UnitOpen: UnitClosed},
	}
	life.corrections(t)
}

func TestUnitInTime(t *testing.T) {
	l := &unitLife
	u := l.build(t, UnitEstablished)
	u = l.must(t, u, unitEvent(UnitClosure, 20200701))
	// Recorded late, out of order.
	u = l.must(t, u, unitEvent(UnitMoved, 20200101))
	u = l.must(t, u, unitEvent(UnitRenamed, 20190601))
	l.sound(t, u)
	want := []UnitName{
		{Period{20190201, 20190531}, "Chi cục Thi hành án dân sự huyện Mẫu", "Chi cục Mẫu"},
		{Period{20190601, 20200630}, "Chi cục Thi hành án dân sự thị xã Mẫu", ""},
	}
	if diff := cmp.Diff(want, u.Names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]UnitPlace{{Period{20190201, 20191231}, "un_province"}, {Period{20200101, 20200630}, "un_other"}}, u.Parents); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		on     Date
		exists bool
		name   string
		parent UnitID
	}{
		{20190131, false, want[0].Name, ""},
		{20190201, true, want[0].Name, "un_province"},
		{20190531, true, want[0].Name, "un_province"},
		{20190601, true, want[1].Name, "un_province"},
		{20200101, true, want[1].Name, "un_other"},
		{20200630, true, want[1].Name, "un_other"},
		{20200701, false, want[1].Name, ""},
	} {
		parent, ok := u.ParentOn(c.on)
		if u.ExistsOn(c.on) != c.exists || ok != c.exists || u.NameOn(c.on).Name != c.name || parent != c.parent {
			t.Errorf("on %s: exists %t, %q under %q", c.on, u.ExistsOn(c.on), u.NameOn(c.on).Name, parent)
		}
	}
	if u.Code != "TH-TD" || u.NaturalKey() != "TH-TD" || u.ValidTo != 20200630 || u.State != UnitClosed {
		t.Errorf("%q until %s, %s", u.Code, u.ValidTo, u.State)
	}
	// The rename would be after the closing.
	r := l.refused(t, u, l.amend(unitEvent(UnitClosure, 20190501), 2, 0), CodeLaterEvent, "")
	if r.Event != 4 {
		t.Errorf("the conflict is with event %d, want 4", r.Event)
	}
	// A move on the first day leaves one place only.
	v := l.must(t, l.build(t, UnitEstablished), unitEvent(UnitMoved, 20190201))
	if diff := cmp.Diff([]UnitPlace{{Period{From: 20190201}, "un_other"}}, v.Parents); diff != "" {
		t.Error(diff)
	}
}

func TestUnitLocks(t *testing.T) {
	l := &unitLife
	lock := func(through Date) UnitEvent {
		return UnitEvent{Kind: UnitPeriodLocked, Through: through, Record: Record{By: "person-1"}}
	}
	u := l.build(t, UnitEstablished)
	if u.OpenFrom() != 0 {
		t.Errorf("open from %s", u.OpenFrom())
	}
	u = l.must(t, u, lock(20190331))
	u = l.must(t, u, lock(20190930))
	l.sound(t, u)
	if u.LockedThrough != 20190930 || u.OpenFrom() != 20191001 || len(u.Locks) != 2 || u.Locks[0].Through != 20190331 || u.Locks[1].By != "person-1" {
		t.Errorf("locked through %s: %+v", u.LockedThrough, u.Locks)
	}
	if got := u.Events[2].EffectiveOn; got != DateIn(clock) {
		t.Errorf("a lock counts on %s, want the day it is recorded", got)
	}
	l.refused(t, u, lock(20190930), CodeTransition, "through")
	l.refused(t, u, lock(20190630), CodeTransition, "through")
	l.refused(t, u, lock(20191015), CodeOutOfRange, "through")
	l.refused(t, u, lock(DateOf(2028, 1, 31)), CodeTooEarly, "through")
	l.refused(t, u, lock(20191131), CodeInvalid, "through")
	l.refused(t, u, l.voiding(3), CodeTransition, "event")
	l.refused(t, u, l.amend(lock(20191031), 3, 0), CodeTransition, "event")
	l.refused(t, u, l.voiding(1), CodeTransition, "event")
	l.refused(t, u, l.voiding(99), CodeUnknown, "event")
	// The opening may still be corrected, and a clock that went back does not
	// change the order of locks.
	l.must(t, u, l.amend(unitEvent(UnitEstablished, 20190101), 1, 0))
	back, err := u.Append(lock(20191231), clock.AddDate(-1, 0, 0))
	if err != nil || back.LockedThrough != 20191231 {
		t.Errorf("a lock by a clock that went back: %v", err)
	}
	// The last day of a period is locked once it is over.
	if _, err := l.build(t, UnitEstablished).Append(lock(20271231), clock); err != nil {
		t.Error(err)
	}
}

func TestBadUnits(t *testing.T) {
	established := func(change func(*UnitEvent)) UnitEvent {
		e := unitEvent(UnitEstablished, 20190201)
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		e     UnitEvent
		code  Code
		field string
	}{
		"code":          {established(func(e *UnitEvent) { e.Code = "chi cục" }), CodeInvalid, "code"},
		"level":         {established(func(e *UnitEvent) { e.Level = "VILLAGE" }), CodeInvalid, "level"},
		"no parent":     {established(func(e *UnitEvent) { e.Parent = "" }), CodeRequired, "parent"},
		"root's parent": {established(func(e *UnitEvent) { e.Level = LevelGeneral }), CodeNotAllowed, "parent"},
		"room too soon": {established(func(e *UnitEvent) { e.Level = LevelRegional }), CodeNotInForce, "level"},
		"branch too late": {established(func(e *UnitEvent) {
			e.EffectiveOn = 20250701
			e.Decision = nil
		}), CodeNotInForce, "level"},
		"long name":   {established(func(e *UnitEvent) { e.Name = longText }), CodeOutOfRange, "name"},
		"no decision": {established(func(e *UnitEvent) { e.Decision = &Decision{Date: 20190101} }), CodeRequired, "decision.number"},
	} {
		t.Run(name, func(t *testing.T) { unitLife.refused(t, new(Unit), c.e, c.code, c.field) })
	}
	u, err := OpenUnit("un_1", unitEvent(UnitEstablished, 20190201), clock)
	if err != nil {
		t.Fatal(err)
	}
	self := unitEvent(UnitMoved, 20190301)
	self.Parent = u.ID
	unitLife.refused(t, u, self, CodeInvalid, "parent")
	same := unitEvent(UnitMoved, 20190301)
	same.Parent = u.Parent
	unitLife.refused(t, u, same, CodeInvalid, "parent")
	unitLife.refused(t, u, unitEvent(UnitClosure, 20190201), CodeOutOfRange, "effectiveOn")
	heir := unitEvent(UnitClosure, 20190301)
	heir.Successors = []UnitID{u.ID}
	unitLife.refused(t, u, heir, CodeInvalid, "successors")
}

// longText is longer than a name may be.
var longText = strings.Repeat("ă", MaxName)

// province is the organisation of an invented province before and after 1 July
// 2025: two branches, of which one had been under another province's agency,
// become one room.
func province(t testing.TB) map[UnitID]*Unit {
	t.Helper()
	out := make(map[UnitID]*Unit)
	do := func(id UnitID, e UnitEvent) {
		u := out[id]
		if u == nil {
			u = &Unit{ID: id}
		}
		next, err := u.Append(e, clock)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		out[id] = next
	}
	found := func(id UnitID, on Date, level UnitLevel, parent UnitID) {
		do(id, UnitEvent{Kind: UnitEstablished, Record: Record{EffectiveOn: on}, Code: string(id[3:]), Name: "Đơn vị " + string(id), Level: level, Parent: parent})
	}
	found("un_A", 19930701, LevelGeneral, "")
	found("un_B", 19930701, LevelProvince, "un_A")
	found("un_C", 19930701, LevelProvince, "un_A")
	found("un_B1", 19930701, LevelDistrict, "un_B")
	found("un_B2", 19930701, LevelDistrict, "un_C")
	do("un_B2", UnitEvent{Kind: UnitMoved, Record: Record{EffectiveOn: 20000101}, Parent: "un_B"})
	found("un_B0", 20100101, LevelStaff, "un_B")
	found("un_BX", 20250701, LevelRegional, "un_B")
	for _, id := range []UnitID{"un_B1", "un_B2"} {
		do(id, UnitEvent{Kind: UnitClosure, Record: Record{EffectiveOn: 20250701}, Successors: []UnitID{"un_BX"}})
	}
	return out
}

func treeOf(units map[UnitID]*Unit) *UnitTree {
	var list []*Unit
	for _, u := range units {
		list = append(list, u)
	}
	return NewUnitTree(list)
}

func TestUnitTree(t *testing.T) {
	units := province(t)
	voided, err := units["un_B0"].Append(UnitEvent{Record: Record{Voids: 1, Reason: "nhập nhầm"}}, clock)
	if err != nil {
		t.Fatal(err)
	}
	tree := treeOf(units)
	for name, c := range map[string]struct{ got, want []UnitID }{
		"all":                     {tree.All(), []UnitID{"un_A", "un_B", "un_B0", "un_B1", "un_B2", "un_BX", "un_C"}},
		"roots":                   {tree.RootsOn(20190101), []UnitID{"un_A"}},
		"roots before":            {tree.RootsOn(19900101), nil},
		"ancestors 1999":          {tree.AncestorsOn("un_B2", 19991231), []UnitID{"un_C", "un_A"}},
		"ancestors 2000":          {tree.AncestorsOn("un_B2", 20000101), []UnitID{"un_B", "un_A"}},
		"ancestors when closed":   {tree.AncestorsOn("un_B2", 20250701), nil},
		"ancestors ever":          {tree.AncestorsEver("un_B2"), []UnitID{"un_C", "un_B", "un_A"}},
		"ancestors of the root":   {tree.AncestorsEver("un_A"), nil},
		"ancestors of none":       {tree.AncestorsEver("un_none"), nil},
		"children":                {tree.ChildrenOn("un_B", 20190101), []UnitID{"un_B0", "un_B1", "un_B2"}},
		"subtree 1999":            {tree.SubtreeOn("un_B", 19991231), []UnitID{"un_B", "un_B1"}},
		"subtree June 2025":       {tree.SubtreeOn("un_B", 20250630), []UnitID{"un_B", "un_B0", "un_B1", "un_B2"}},
		"subtree July 2025":       {tree.SubtreeOn("un_B", 20250701), []UnitID{"un_B", "un_B0", "un_BX"}},
		"subtree ever":            {tree.SubtreeEver("un_B"), []UnitID{"un_B", "un_B0", "un_B1", "un_B2", "un_BX"}},
		"subtree ever, former":    {tree.SubtreeEver("un_C"), []UnitID{"un_C", "un_B2"}},
		"subtree of none":         {tree.SubtreeEver("un_none"), nil},
		"successors":              {tree.Successors("un_B1"), []UnitID{"un_BX"}},
		"successors of an open":   {tree.Successors("un_B"), nil},
		"predecessors":            {tree.Predecessors("un_BX"), []UnitID{"un_B1", "un_B2"}},
		"holders before":          {tree.SuccessorsOn("un_B1", 20250630), []UnitID{"un_B1"}},
		"holders after":           {tree.SuccessorsOn("un_B1", 20250701), []UnitID{"un_BX"}},
		"holders of none":         {tree.SuccessorsOn("un_none", 20250701), nil},
		"holders before anything": {tree.SuccessorsOn("un_BX", 20190101), nil},
		"without voided":          {NewUnitTree([]*Unit{units["un_B"], voided}).All(), []UnitID{"un_B"}},
		"roots without parents":   {NewUnitTree([]*Unit{units["un_B"]}).RootsOn(20190101), []UnitID{"un_B"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if u, ok := tree.ByCode(" b1 "); !ok || u.ID != "un_B1" {
		t.Error("no unit by its code")
	}
	if _, ok := tree.ByCode("B3"); ok {
		t.Error("a unit by a code that none has")
	}
	if _, ok := tree.Unit("un_none"); ok {
		t.Error("a unit that there is not")
	}
}

func TestSubtreeEverFollowsTime(t *testing.T) {
	// A stood under B until 2010, and B stands under C from 2015 on: A never
	// stood under C.
	unit := func(id UnitID, places ...UnitPlace) *Unit {
		return &Unit{ID: id, Code: string(id), Standing: Standing[UnitState]{State: UnitOpen}, ValidFrom: 20000101, Parents: places}
	}
	tree := NewUnitTree([]*Unit{
		unit("A", UnitPlace{Period{20000101, 20101231}, "B"}, UnitPlace{Period{20110101, 0}, ""}),
		unit("B", UnitPlace{Period{20000101, 20141231}, ""}, UnitPlace{Period{20150101, 0}, "C"}),
		unit("C", UnitPlace{Period{20000101, 0}, ""}),
	})
	if got := tree.SubtreeEver("C"); !slices.Equal(got, []UnitID{"C", "B"}) {
		t.Errorf("below C: %v", got)
	}
	if got := tree.AncestorsEver("A"); !slices.Equal(got, []UnitID{"B"}) {
		t.Errorf("above A: %v", got)
	}
	// A circle, which no check lets in, does not hang anything.
	circle := NewUnitTree([]*Unit{
		unit("A", UnitPlace{Period{20000101, 0}, "B"}), unit("B", UnitPlace{Period{20000101, 0}, "A"}),
		unit("D", UnitPlace{Period{20000101, 0}, "D"}),
	})
	for name, got := range map[string]int{
		"above": len(circle.AncestorsOn("A", 20200101)), "ever above": len(circle.AncestorsEver("A")),
		"below": len(circle.SubtreeOn("A", 20200101)), "ever below": len(circle.SubtreeEver("A")), "self": len(circle.SubtreeEver("D")),
	} {
		if got > 2 {
			t.Errorf("%s: %d units in a circle of two", name, got)
		}
	}
}

func TestOpenFrom(t *testing.T) {
	units := province(t)
	later := clock.Add(time.Minute)
	lock := func(id UnitID, through Date) {
		u, err := units[id].Append(UnitEvent{Kind: UnitPeriodLocked, Through: through}, clock)
		if err != nil {
			t.Fatal(err)
		}
		units[id] = u
	}
	if got := treeOf(units).OpenFrom(later, "un_B1"); got != 0 {
		t.Errorf("without locks open from %s", got)
	}
	lock("un_B1", 20190331)
	lock("un_C", 20181231)
	lock("un_B", 20190131)
	tree := treeOf(units)
	for _, c := range []struct {
		units []UnitID
		want  Date
	}{
		{nil, 0},
		{[]UnitID{"un_none"}, 0},
		{[]UnitID{"un_A"}, 0},
		{[]UnitID{"un_B"}, 20190201},
		{[]UnitID{"un_BX"}, 20190201},
		{[]UnitID{"un_B1"}, 20190401},
		{[]UnitID{"un_C", "un_B1"}, 20190401},
		// It stood under C until 1999: what C reported must stay true.
		{[]UnitID{"un_B2"}, 20190201},
	} {
		if got := tree.OpenFrom(later, c.units...); got != c.want {
			t.Errorf("%v are open from %s, want %s", c.units, got, c.want)
		}
	}
	lock("un_C", 20191231)
	if got := treeOf(units).OpenFrom(later, "un_B2"); got != 20200101 {
		t.Errorf("a unit that moved away is open from %s, want 2020-01-01", got)
	}
	if got := treeOf(units).OpenFrom(clock.Add(-time.Minute), "un_B2"); got != 0 {
		t.Errorf("before anything was locked it was open from %s", got)
	}
}

func TestUnitCheck(t *testing.T) {
	units := province(t)
	tree := treeOf(units)
	for id, u := range units {
		if err := tree.Check(u); err != nil {
			t.Errorf("%s does not fit where it is: %v", id, err)
		}
	}
	change := func(id UnitID, e UnitEvent) *Unit {
		u := units[id]
		if u == nil {
			u = &Unit{ID: id}
		}
		next, err := u.Append(e, clock)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	establish := func(level UnitLevel, on Date, parent UnitID) *Unit {
		return change("un_new", UnitEvent{Kind: UnitEstablished, Record: Record{EffectiveOn: on}, Code: "NEW", Name: "Mới", Level: level, Parent: parent})
	}
	move := func(id, parent UnitID) *Unit {
		return change(id, UnitEvent{Kind: UnitMoved, Record: Record{EffectiveOn: 20250801}, Parent: parent})
	}
	for name, c := range map[string]struct {
		u     *Unit
		code  Code
		field string
	}{
		"fits":                 {establish(LevelStaff, 20200101, "un_B"), "", ""},
		"moves":                {move("un_B0", "un_A"), "", ""},
		"unknown parent":       {establish(LevelStaff, 20200101, "un_none"), CodeUnknown, "parent"},
		"wrong level":          {establish(LevelRegional, 20260101, "un_A"), CodeInvalid, "parent"},
		"parent closed":        {establish(LevelStaff, 20250701, "un_B1"), CodeOutOfRange, "parent"},
		"parent closes":        {establish(LevelStaff, 20250601, "un_B1"), CodeOutOfRange, "parent"},
		"parent not yet there": {establish(LevelProvince, 19900101, "un_A"), CodeOutOfRange, "parent"},
		"under itself":         {move("un_B", "un_B0"), CodeInvalid, "parent"},
		"closes over others":   {change("un_B", UnitEvent{Kind: UnitClosure, Record: Record{EffectiveOn: 20260101}}), CodeTransition, "effectiveOn"},
		"begins after others":  {change("un_B", UnitEvent{Kind: UnitEstablished, Record: Record{EffectiveOn: 19940101, Supersedes: 1, Reason: "x"}, Code: "B", Name: "B", Level: LevelProvince, Parent: "un_A"}), CodeTransition, "effectiveOn"},
		"unknown successor":    {change("un_B0", UnitEvent{Kind: UnitClosure, Record: Record{EffectiveOn: 20260101}, Successors: []UnitID{"un_none"}}), CodeUnknown, "successors.0"},
		"closed successor":     {change("un_B0", UnitEvent{Kind: UnitClosure, Record: Record{EffectiveOn: 20260101}, Successors: []UnitID{"un_BX", "un_B1"}}), CodeOutOfRange, "successors.1"},
		"voided over others":   {change("un_B", UnitEvent{Record: Record{Voids: 1, Reason: "x"}}), CodeTransition, "event"},
		"voided":               {change("un_BX", UnitEvent{Record: Record{Voids: 1, Reason: "x"}}), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := tree.Check(c.u)
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			es, ok := Refusals(err)
			if !ok {
				t.Fatalf("%v, want %s %s", err, c.code, c.field)
			}
			for _, r := range es {
				speaks(t, r)
			}
			if !slices.ContainsFunc(es, func(r *Error) bool {
				return r.Code == c.code && slices.Equal(r.Field, Errorf("", c.field, "", "").Field)
			}) {
				t.Errorf("%v, want %s %s", err, c.code, c.field)
			}
		})
	}
}
