package thads

import (
	"time"
)

// UnitLevel is the place of an agency in the enforcement system.
type UnitLevel string

// The levels.
const (
	// LevelGeneral is the national agency: Tổng cục THADS, from 2025 Cục Quản
	// lý THADS.
	LevelGeneral UnitLevel = "GENERAL_DEPARTMENT"
	// LevelProvince is Cục THADS tỉnh, from 01/07/2025 THADS tỉnh.
	LevelProvince UnitLevel = "PROVINCE"
	// LevelDistrict is Chi cục THADS cấp huyện, until 30/06/2025.
	LevelDistrict UnitLevel = "DISTRICT"
	// LevelRegional is Phòng THADS khu vực, from 01/07/2025.
	LevelRegional UnitLevel = "REGIONAL_ROOM"
	// LevelStaff is a room without cases of its own area: phòng nghiệp vụ, văn
	// phòng, kế toán.
	LevelStaff UnitLevel = "STAFF_ROOM"
)

// A UnitLevelSpec tells what a level is called, when units of it may be
// established and under which levels they stand.
type UnitLevelSpec struct {
	Level              UnitLevel
	Name               Text
	ValidFrom, ValidTo Date
	// Under are the levels of possible parents; a unit of a level with Root
	// may have none.
	Under []UnitLevel
	Root  bool
}

// UnitLevels are the levels from the top (organisation until 30/06/2025 and from
// 01/07/2025: Decision 1898/QĐ-BTP of 25/06/2025).
func UnitLevels() []UnitLevelSpec { return unitLevels }

var unitLevels = []UnitLevelSpec{
	{Level: LevelGeneral, Name: Text{"Tổng cục THADS (Cục Quản lý THADS)", "General Department"}, Root: true},
	{Level: LevelProvince, Name: Text{"Cục THADS tỉnh (THADS tỉnh)", "Provincial agency"}, Under: []UnitLevel{LevelGeneral}, Root: true},
	{Level: LevelDistrict, Name: Text{"Chi cục THADS cấp huyện", "District branch"}, ValidTo: twoLevelsTo, Under: []UnitLevel{LevelProvince}},
	{Level: LevelRegional, Name: Text{"Phòng THADS khu vực", "Regional room"}, ValidFrom: twoLevelsTo.AddDays(1), Under: []UnitLevel{LevelProvince}},
	{Level: LevelStaff, Name: Text{"Phòng chuyên môn, văn phòng", "Staff room"}, Under: []UnitLevel{LevelGeneral, LevelProvince, LevelDistrict}},
}

func unitLevel(l UnitLevel) (*UnitLevelSpec, bool) {
	for i := range unitLevels {
		if unitLevels[i].Level == l {
			return &unitLevels[i], true
		}
	}
	return nil, false
}

// Name returns the level's names.
func (l UnitLevel) Name() Text {
	if s, ok := unitLevel(l); ok {
		return s.Name
	}
	return Text{VI: string(l), EN: string(l)}
}

// UnitState tells whether a unit works.
type UnitState string

// The states of a unit.
const (
	UnitOpen   UnitState = "OPEN"
	UnitClosed UnitState = "CLOSED"
	UnitVoided UnitState = voided
)

// UnitStates are the states of a unit, with their names.
func UnitStates() []Term[UnitState] { return units.states }

// Name returns the state's names.
func (s UnitState) Name() Text { return termOf(units.states, s) }

// UnitEventKind is a kind of event in the life of a unit.
type UnitEventKind string

// The kinds of events of a unit.
const (
	UnitEstablished  UnitEventKind = "ESTABLISHED"
	UnitRenamed      UnitEventKind = "RENAMED"
	UnitMoved        UnitEventKind = "MOVED"
	UnitClosure      UnitEventKind = "CLOSED"
	UnitPeriodLocked UnitEventKind = "PERIOD_LOCKED"
	UnitEventVoided  UnitEventKind = voided
)

// Name returns the names of the kind.
func (k UnitEventKind) Name() Text { return units.name(k) }

// UnitEventSpecs are the kinds of events of a unit.
func UnitEventSpecs() []EventSpec[UnitEventKind] { return units.specs }

// UnitRules is the table of steps in the life of a unit.
func UnitRules() []Rule[UnitEventKind, UnitState] { return units.rules }

var units = noun[UnitEventKind, UnitState, UnitEvent, *UnitEvent]{
	states: []Term[UnitState]{
		{UnitOpen, Text{"Đang hoạt động", "Open"}},
		{UnitClosed, Text{"Đã giải thể, sáp nhập", "Closed"}},
		{UnitVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[UnitEventKind]{
		{Kind: UnitEstablished, Name: Text{"Thành lập đơn vị", "Established"}, Required: []string{"code", "name", "level"}, Optional: []string{"shortName", "parent", "area", "decision"}},
		{Kind: UnitRenamed, Name: Text{"Đổi tên đơn vị", "Renamed"}, Required: []string{"name"}, Optional: []string{"shortName", "decision"}},
		{Kind: UnitMoved, Name: Text{"Chuyển đơn vị cấp trên", "Moved under another unit"}, Required: []string{"parent"}, Optional: []string{"decision"}},
		{Kind: UnitClosure, Name: Text{"Giải thể, sáp nhập đơn vị", "Closed"}, Optional: []string{"successors", "decision"}},
		{Kind: UnitPeriodLocked, Name: Text{"Chốt số liệu, khóa sổ kỳ báo cáo", "Period locked"}, Required: []string{"through"}},
		{Kind: UnitEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[UnitEventKind, UnitState]{
		{Kind: UnitEstablished, From: []UnitState{""}, To: UnitOpen, Article: "Quyết định thành lập"},
		{Kind: UnitRenamed, From: []UnitState{UnitOpen}, Article: "Quyết định đổi tên"},
		{Kind: UnitMoved, From: []UnitState{UnitOpen}, Article: "Quyết định tổ chức lại"},
		{Kind: UnitClosure, From: []UnitState{UnitOpen}, To: UnitClosed, Article: "Quyết định giải thể, sáp nhập"},
		// A closed unit keeps its rows for the year in which it closed.
		{Kind: UnitPeriodLocked, From: []UnitState{UnitOpen, UnitClosed}, Article: "Chế độ báo cáo thống kê: chốt số liệu, khóa sổ cuối kỳ", Verified: true},
	},
}

// A UnitEvent is one event in the life of a unit.
type UnitEvent struct {
	Record
	Kind UnitEventKind `json:"kind"`
	// Code is the unit's code in registers and imports, in capitals.
	Code      string    `json:"code,omitzero"`
	Name      string    `json:"name,omitzero"`
	ShortName string    `json:"shortName,omitzero"`
	Level     UnitLevel `json:"level,omitzero"`
	// Parent is the unit above; empty for a root.
	Parent UnitID `json:"parent,omitzero"`
	// Area is the territory, in words.
	Area string `json:"area,omitzero"`
	// Successors take over what the closed unit held.
	Successors []UnitID `json:"successors,omitzero"`
	// Through is the last day of the locked period, the end of a month.
	Through  Date      `json:"through,omitzero"`
	Decision *Decision `json:"decision,omitzero"`
	Note     string    `json:"note,omitzero"`
}

func (e *UnitEvent) kind() UnitEventKind { return e.Kind }
func (e *UnitEvent) notes() *string      { return &e.Note }
func (e *UnitEvent) strip()              { *e = UnitEvent{Record: e.Record, Kind: UnitEventVoided, Note: e.Note} }

func (e *UnitEvent) normalise() {
	e.Code, e.Decision = normaliseCode(e.Code), normaliseDecision(e.Decision)
	e.Name, e.ShortName, e.Area = NormalizeName(e.Name), NormalizeName(e.ShortName), NormalizeName(e.Area)
	e.Successors = addUnique[UnitID](nil, e.Successors...)
}

func (e *UnitEvent) given() []given {
	return []given{
		{"code", "mã đơn vị", "The code", e.Code != ""},
		{"name", "tên đơn vị", "The name", e.Name != ""},
		{"shortName", "tên viết tắt", "The short name", e.ShortName != ""},
		{"level", "cấp đơn vị", "The level", e.Level != ""},
		{"parent", "đơn vị cấp trên", "The parent", e.Parent != ""},
		{"area", "địa bàn", "The area", e.Area != ""},
		{"successors", "đơn vị kế thừa", "The successors", len(e.Successors) > 0},
		{"through", "ngày cuối kỳ", "The last day of the period", !e.Through.IsZero()},
		{"decision", "quyết định", "The decision", e.Decision != nil},
	}
}

func (e *UnitEvent) check(es *Errors, today Date) {
	es.decision(e.Decision, "decision", today)
	es.short("name", e.Name)
	es.short("shortName", e.ShortName)
	es.short("area", e.Area)
	switch e.Kind {
	case UnitEstablished:
		es.code("code", e.Code, "mã đơn vị", "The code")
		level, ok := unitLevel(e.Level)
		switch {
		case !ok:
			es.Add(CodeInvalid, "level", "Không có cấp đơn vị %q", "There is no level %q", string(e.Level))
		case !level.ValidFrom.IsZero() && e.EffectiveOn < level.ValidFrom || !level.ValidTo.IsZero() && e.EffectiveOn > level.ValidTo:
			es.Add(CodeNotInForce, "level", "Không có “%[1]s” vào ngày %[3]s", "There is no %[2]q on %[3]s", level.Name.VI, level.Name.EN, e.EffectiveOn.Vietnamese())
		case e.Parent == "" && !level.Root:
			es.term(required("parent", "đơn vị cấp trên", "The parent"))
		case e.Parent != "" && len(level.Under) == 0:
			es.Add(CodeNotAllowed, "parent", "“%[1]s” không có đơn vị cấp trên", "%[2]q has no parent", level.Name.VI, level.Name.EN)
		}
	case UnitClosure:
		es.list("successors", len(e.Successors))
	case UnitPeriodLocked:
		es.valid("through", e.Through)
		if e.Through.AddDays(1).Day() != 1 {
			es.Add(CodeOutOfRange, "through", "Kỳ báo cáo kết thúc vào ngày cuối tháng, không phải %s", "A period ends with a month, not on %s", e.Through.Vietnamese())
		}
		if e.Through >= today {
			es.Add(CodeTooEarly, "through", "Kỳ đến ngày %s chưa kết thúc", "The period through %s is not over", e.Through.Vietnamese())
		}
	case UnitRenamed, UnitMoved, UnitEventVoided:
	}
}

// A UnitName is a name and the days on which the unit bears it.
type UnitName struct {
	Period
	Name      string `json:"name"`
	ShortName string `json:"shortName,omitzero"`
}

// A UnitPlace is a parent and the days on which the unit stands under it.
type UnitPlace struct {
	Period
	Parent UnitID `json:"parent,omitzero"`
}

// A UnitLock is one locking of a period.
type UnitLock struct {
	Through    Date        `json:"through"`
	RecordedAt time.Time   `json:"at"`
	By         PrincipalID `json:"by"`
}

// A Unit is an agency or room of the enforcement system.
type Unit struct {
	ID      UnitID `json:"id"`
	Version int    `json:"version"`
	Standing[UnitState]
	Code  string    `json:"code"`
	Level UnitLevel `json:"level"`
	Area  string    `json:"area,omitzero"`
	// Name, ShortName and Parent are the latest.
	Name      string `json:"name"`
	ShortName string `json:"shortName,omitzero"`
	Parent    UnitID `json:"parent,omitzero"`
	// Names and Parents are all of them, in the order of time.
	Names   []UnitName  `json:"names"`
	Parents []UnitPlace `json:"parents"`
	// ValidFrom is the first day of the unit, ValidTo its last, zero while it
	// is open.
	ValidFrom  Date     `json:"validFrom"`
	ValidTo    Date     `json:"validTo,omitzero"`
	Successors []UnitID `json:"successors,omitzero"`
	// LockedThrough is the last locked day, zero for none.
	LockedThrough Date        `json:"lockedThrough,omitzero"`
	Locks         []UnitLock  `json:"locks,omitzero"`
	Events        []UnitEvent `json:"events"`
}

// FoldUnit replays a stored history; an error wraps ErrDamaged.
func FoldUnit(id UnitID, events []UnitEvent) (*Unit, error) {
	u := &Unit{ID: id, Version: len(events), Events: events}
	if err := units.fold(string(id), events, u); err != nil {
		return nil, err
	}
	return u, nil
}

// OpenUnit starts a unit with its first event.
func OpenUnit(id UnitID, e UnitEvent, now time.Time) (*Unit, error) {
	return (&Unit{ID: id}).Append(e, now)
}

// Append records one more event and returns the unit as it then stands; u is
// left as it was. A lock counts on the day it is recorded. Whether parents and
// successors exist is for UnitTree.Check to tell.
func (u *Unit) Append(e UnitEvent, now time.Time) (*Unit, error) {
	if e.Kind == UnitPeriodLocked && e.target() == 0 {
		// Locks are replayed in the order in which they were recorded.
		e.EffectiveOn = DateIn(now)
		if at := updatedAt(u.Events); at.After(now) {
			e.EffectiveOn = DateIn(at)
		}
	}
	if err := u.keepLocks(&e.Record); err != nil {
		return nil, err
	}
	events, err := units.admit(u.Events, u.State, e, now)
	if err != nil {
		return nil, err
	}
	next := &Unit{ID: u.ID, Version: len(events), Events: events}
	if err := units.record(events, next); err != nil {
		return nil, err
	}
	return next, nil
}

// keepLocks refuses to correct or take back a lock, or a unit that has one:
// locked reports were sent to the level above.
func (u *Unit) keepLocks(r *Record) error {
	t := r.target()
	if t < 1 || t > len(u.Events) {
		return nil
	}
	switch kind := u.Events[t-1].Kind; {
	case kind == UnitPeriodLocked:
		return Errorf(CodeTransition, "event", "Kỳ đã khóa không được sửa hoặc hủy; sai sót được điều chỉnh ở kỳ sau", "A lock is never corrected or undone; errors are corrected in the next period")
	case kind == UnitEstablished && r.Voids != 0 && !u.LockedThrough.IsZero():
		return Errorf(CodeTransition, "event", "Đơn vị đã khóa sổ đến %s, không thể hủy", "The unit is locked through %s and cannot be voided", u.LockedThrough.Vietnamese())
	}
	return nil
}

func (u *Unit) apply(e *UnitEvent) *Error {
	on := e.EffectiveOn
	switch e.Kind {
	case UnitEstablished:
		u.ValidFrom = on
		u.show(e)
	case UnitRenamed:
		u.Name, u.ShortName = e.Name, e.ShortName
		u.Names = begin(u.Names, UnitName{Period{From: on}, e.Name, e.ShortName})
	case UnitMoved:
		if e.Parent == u.Parent {
			return Errorf(CodeInvalid, "parent", "Đơn vị đã thuộc đơn vị cấp trên này", "The unit stands under this parent already")
		}
		if e.Parent == u.ID {
			return Errorf(CodeInvalid, "parent", "Đơn vị không thể thuộc chính nó", "A unit cannot stand under itself")
		}
		u.Parent = e.Parent
		u.Parents = begin(u.Parents, UnitPlace{Period{From: on}, e.Parent})
	case UnitClosure:
		if on <= u.ValidFrom {
			return Errorf(CodeOutOfRange, "effectiveOn", "Đơn vị mới thành lập ngày %s", "The unit was established on %s", u.ValidFrom.Vietnamese())
		}
		for _, s := range e.Successors {
			if s == u.ID {
				return Errorf(CodeInvalid, "successors", "Đơn vị không thể kế thừa chính nó", "A unit cannot succeed itself")
			}
		}
		// The event counts on the first day without the unit.
		u.ValidTo, u.Successors = on.AddDays(-1), e.Successors
		finish(u.Names, u.ValidTo)
		finish(u.Parents, u.ValidTo)
	case UnitPeriodLocked:
		if e.Through <= u.LockedThrough {
			return Errorf(CodeTransition, "through", "Sổ đã khóa đến ngày %s", "The books are locked through %s already", u.LockedThrough.Vietnamese())
		}
		u.LockedThrough = e.Through
		u.Locks = append(u.Locks, UnitLock{e.Through, e.RecordedAt, e.By})
	case UnitEventVoided:
	}
	return nil
}

func (u *Unit) show(e *UnitEvent) {
	u.Code, u.Level, u.Area, u.Parent = e.Code, e.Level, e.Area, e.Parent
	u.Name, u.ShortName = e.Name, e.ShortName
	u.Names = []UnitName{{Period{From: e.EffectiveOn}, e.Name, e.ShortName}}
	u.Parents = []UnitPlace{{Period{From: e.EffectiveOn}, e.Parent}}
}

// ExistsOn tells whether the unit works on a day.
func (u *Unit) ExistsOn(d Date) bool {
	return !u.IsVoided() && Period{u.ValidFrom, u.ValidTo}.Contains(d)
}

// NameOn returns the name on a day; before the first day the first, after the
// last day the last.
func (u *Unit) NameOn(d Date) UnitName {
	if n, ok := spellOn(u.Names, d); ok {
		return n
	}
	if len(u.Names) > 0 && d < u.Names[0].From {
		return u.Names[0]
	}
	return UnitName{Period{From: u.ValidFrom, To: u.ValidTo}, u.Name, u.ShortName}
}

// ParentOn returns the parent on a day, "" for none; false where the unit does
// not exist that day.
func (u *Unit) ParentOn(d Date) (UnitID, bool) {
	if u.IsVoided() {
		return "", false
	}
	p, ok := spellOn(u.Parents, d)
	return p.Parent, ok
}

// OpenFrom is the day after the unit's own last lock, zero for none.
func (u *Unit) OpenFrom() Date { return u.LockedThrough.AddDays(1) }

// NaturalKey is unique among units that stand; "" for a voided one.
func (u *Unit) NaturalKey() string {
	if u.IsVoided() {
		return ""
	}
	return u.Code
}

// UpdatedAt is when the last event was recorded.
func (u *Unit) UpdatedAt() time.Time { return updatedAt(u.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (u *Unit) Fates() ([]Fate, []int) { return fates(u.Events) }

// NextSteps returns the steps that the unit's state allows on a date.
func (u *Unit) NextSteps(on Date) []Rule[UnitEventKind, UnitState] { return units.next(u.State, on) }
