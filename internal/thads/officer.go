package thads

import "time"

// OfficerRank is the civil service rank (ngạch) of an officer.
type OfficerRank string

// The ranks.
const (
	RankJuniorOfficer         OfficerRank = "JUNIOR_OFFICER"
	RankIntermediateOfficer   OfficerRank = "INTERMEDIATE_OFFICER"
	RankSeniorOfficer         OfficerRank = "SENIOR_OFFICER"
	RankExaminer              OfficerRank = "EXAMINER"
	RankPrincipalExaminer     OfficerRank = "PRINCIPAL_EXAMINER"
	RankSeniorExaminer        OfficerRank = "SENIOR_EXAMINER"
	RankSecretary             OfficerRank = "SECRETARY"
	RankIntermediateSecretary OfficerRank = "INTERMEDIATE_SECRETARY"
	RankOther                 OfficerRank = "OTHER"
)

// OfficerRanks are the ranks, with their names.
func OfficerRanks() []Term[OfficerRank] { return officerRanks }

var officerRanks = []Term[OfficerRank]{
	{RankJuniorOfficer, Text{"Chấp hành viên sơ cấp", "Junior enforcement officer"}},
	{RankIntermediateOfficer, Text{"Chấp hành viên trung cấp", "Intermediate enforcement officer"}},
	{RankSeniorOfficer, Text{"Chấp hành viên cao cấp", "Senior enforcement officer"}},
	{RankExaminer, Text{"Thẩm tra viên", "Examiner"}},
	{RankPrincipalExaminer, Text{"Thẩm tra viên chính", "Principal examiner"}},
	{RankSeniorExaminer, Text{"Thẩm tra viên cao cấp", "Senior examiner"}},
	{RankSecretary, Text{"Thư ký thi hành án", "Enforcement secretary"}},
	{RankIntermediateSecretary, Text{"Thư ký trung cấp thi hành án", "Intermediate enforcement secretary"}},
	{RankOther, Text{"Ngạch khác", "Other rank"}},
}

// Name returns the rank's names.
func (r OfficerRank) Name() Text { return termOf(officerRanks, r) }

// CanEnforce tells whether the rank is that of a Chấp hành viên, to whom alone
// a case may be assigned.
func (r OfficerRank) CanEnforce() bool {
	return r == RankJuniorOfficer || r == RankIntermediateOfficer || r == RankSeniorOfficer
}

// OfficerPosition is what an officer does in a unit.
type OfficerPosition string

// The positions.
const (
	PositionHead         OfficerPosition = "HEAD"
	PositionDeputy       OfficerPosition = "DEPUTY"
	PositionOfficer      OfficerPosition = "OFFICER"
	PositionExaminer     OfficerPosition = "EXAMINER"
	PositionSecretary    OfficerPosition = "SECRETARY"
	PositionAccountant   OfficerPosition = "ACCOUNTANT"
	PositionStorekeeper  OfficerPosition = "STOREKEEPER"
	PositionCashier      OfficerPosition = "CASHIER"
	PositionClerk        OfficerPosition = "CLERK"
	PositionStatistician OfficerPosition = "STATISTICIAN"
)

// OfficerPositions are the positions, with their names.
func OfficerPositions() []Term[OfficerPosition] { return officerPositions }

var officerPositions = []Term[OfficerPosition]{
	{PositionHead, Text{"Thủ trưởng (Cục trưởng, Chi cục trưởng, Trưởng phòng)", "Head"}},
	{PositionDeputy, Text{"Phó thủ trưởng", "Deputy head"}},
	{PositionOfficer, Text{"Chấp hành viên", "Enforcement officer"}},
	{PositionExaminer, Text{"Thẩm tra viên", "Examiner"}},
	{PositionSecretary, Text{"Thư ký", "Secretary"}},
	{PositionAccountant, Text{"Kế toán", "Accountant"}},
	{PositionStorekeeper, Text{"Thủ kho vật chứng", "Keeper of exhibits"}},
	{PositionCashier, Text{"Thủ quỹ", "Cashier"}},
	{PositionClerk, Text{"Văn thư", "Clerk"}},
	{PositionStatistician, Text{"Cán bộ thống kê", "Statistician"}},
}

// Name returns the position's names.
func (p OfficerPosition) Name() Text { return termOf(officerPositions, p) }

// OfficerState tells whether an officer serves.
type OfficerState string

// The states of an officer.
const (
	OfficerServing OfficerState = "SERVING"
	OfficerEnded   OfficerState = "ENDED"
	OfficerVoided  OfficerState = voided
)

// OfficerStates are the states of an officer, with their names.
func OfficerStates() []Term[OfficerState] { return officers.states }

// Name returns the state's names.
func (s OfficerState) Name() Text { return termOf(officers.states, s) }

// OfficerEventKind is a kind of event in the service of an officer.
type OfficerEventKind string

// The kinds of events of an officer.
const (
	OfficerAppointed   OfficerEventKind = "APPOINTED"
	OfficerPosted      OfficerEventKind = "POSTED"
	OfficerPromoted    OfficerEventKind = "PROMOTED"
	OfficerServiceOver OfficerEventKind = "ENDED"
	OfficerEventVoided OfficerEventKind = voided
)

// Name returns the names of the kind.
func (k OfficerEventKind) Name() Text { return officers.name(k) }

// OfficerEventSpecs are the kinds of events of an officer.
func OfficerEventSpecs() []EventSpec[OfficerEventKind] { return officers.specs }

// OfficerRules is the table of steps in the service of an officer.
func OfficerRules() []Rule[OfficerEventKind, OfficerState] { return officers.rules }

var officers = noun[OfficerEventKind, OfficerState, OfficerEvent, *OfficerEvent]{
	states: []Term[OfficerState]{
		{OfficerServing, Text{"Đang công tác", "Serving"}},
		{OfficerEnded, Text{"Đã thôi công tác", "Service ended"}},
		{OfficerVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[OfficerEventKind]{
		{Kind: OfficerAppointed, Name: Text{"Bổ nhiệm, tuyển dụng", "Appointed"}, Required: []string{"name", "code", "rank", "unit", "position"}, Optional: []string{"decision"}},
		{Kind: OfficerPosted, Name: Text{"Điều động, phân công vị trí", "Posted"}, Required: []string{"unit", "position"}, Optional: []string{"decision"}},
		{Kind: OfficerPromoted, Name: Text{"Bổ nhiệm ngạch", "Promoted"}, Required: []string{"rank"}, Optional: []string{"decision"}},
		{Kind: OfficerServiceOver, Name: Text{"Thôi công tác (nghỉ hưu, thôi việc, chuyển ngành)", "Service ended"}, Optional: []string{"decision"}},
		{Kind: OfficerEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[OfficerEventKind, OfficerState]{
		{Kind: OfficerAppointed, From: []OfficerState{"", OfficerEnded}, To: OfficerServing, Article: "Quyết định bổ nhiệm, tuyển dụng"},
		{Kind: OfficerPosted, From: []OfficerState{OfficerServing}, Article: "Quyết định điều động, luân chuyển"},
		{Kind: OfficerPromoted, From: []OfficerState{OfficerServing}, Article: "Quyết định bổ nhiệm ngạch"},
		{Kind: OfficerServiceOver, From: []OfficerState{OfficerServing}, To: OfficerEnded, Article: "Quyết định thôi việc, nghỉ hưu, thuyên chuyển"},
	},
}

// An OfficerEvent is one event in the service of an officer.
type OfficerEvent struct {
	Record
	Kind OfficerEventKind `json:"kind"`
	Name string           `json:"name,omitzero"`
	// Code is the officer's code in registers and imports, in capitals.
	Code     string          `json:"code,omitzero"`
	Rank     OfficerRank     `json:"rank,omitzero"`
	Unit     UnitID          `json:"unit,omitzero"`
	Position OfficerPosition `json:"position,omitzero"`
	Decision *Decision       `json:"decision,omitzero"`
	Note     string          `json:"note,omitzero"`
}

func (e *OfficerEvent) kind() OfficerEventKind { return e.Kind }
func (e *OfficerEvent) notes() *string         { return &e.Note }
func (e *OfficerEvent) strip() {
	*e = OfficerEvent{Record: e.Record, Kind: OfficerEventVoided, Note: e.Note}
}

func (e *OfficerEvent) normalise() {
	e.Name, e.Code, e.Decision = NormalizeName(e.Name), normaliseCode(e.Code), normaliseDecision(e.Decision)
}

func (e *OfficerEvent) given() []given {
	return []given{
		{"name", "họ tên", "The name", e.Name != ""},
		{"code", "mã công chức", "The code", e.Code != ""},
		{"rank", "ngạch", "The rank", e.Rank != ""},
		{"unit", "đơn vị", "The unit", e.Unit != ""},
		{"position", "vị trí", "The position", e.Position != ""},
		{"decision", "quyết định", "The decision", e.Decision != nil},
	}
}

func (e *OfficerEvent) check(es *Errors, today Date) {
	es.decision(e.Decision, "decision", today)
	es.short("name", e.Name)
	if e.Code != "" {
		es.code("code", e.Code, "mã công chức", "The code")
	}
	if e.Rank != "" {
		es.term(checkTerm(officerRanks, e.Rank, "rank", "ngạch", "a rank"))
	}
	if e.Position != "" {
		es.term(checkTerm(officerPositions, e.Position, "position", "vị trí", "a position"))
	}
}

// An OfficerPost is a place in a unit and the days on which it is held.
type OfficerPost struct {
	Period
	Unit     UnitID          `json:"unit"`
	Position OfficerPosition `json:"position"`
}

// An OfficerGrade is a rank and the days on which it is held.
type OfficerGrade struct {
	Period
	Rank OfficerRank `json:"rank"`
}

// An Officer is a civil servant of the enforcement system.
type Officer struct {
	ID      OfficerID `json:"id"`
	Version int       `json:"version"`
	Standing[OfficerState]
	Name string `json:"name"`
	Code string `json:"code"`
	// Rank, Unit and Position are the latest; they stay after the service ended.
	Rank     OfficerRank     `json:"rank"`
	Unit     UnitID          `json:"unit"`
	Position OfficerPosition `json:"position"`
	// Posts and Grades are all of them, in the order of time.
	Posts  []OfficerPost  `json:"posts"`
	Grades []OfficerGrade `json:"grades"`
	// ServesFrom is the first day of service and ServesTo the last, zero
	// while it goes on; between appointments they bound the latest.
	ServesFrom Date `json:"servesFrom"`
	ServesTo   Date `json:"servesTo,omitzero"`
	// Units are all units of the officer's posts.
	Units  []UnitID       `json:"units"`
	Events []OfficerEvent `json:"events"`
}

// FoldOfficer replays a stored history; an error wraps ErrDamaged.
func FoldOfficer(id OfficerID, events []OfficerEvent) (*Officer, error) {
	o := &Officer{ID: id, Version: len(events), Events: events}
	if err := officers.fold(string(id), events, o); err != nil {
		return nil, err
	}
	return o, nil
}

// OpenOfficer starts an officer with the first event.
func OpenOfficer(id OfficerID, e OfficerEvent, now time.Time) (*Officer, error) {
	return (&Officer{ID: id}).Append(e, now)
}

// Append records one more event and returns the officer as it then stands; o
// is left as it was.
func (o *Officer) Append(e OfficerEvent, now time.Time) (*Officer, error) {
	events, err := officers.admit(o.Events, o.State, e, now)
	if err != nil {
		return nil, err
	}
	next := &Officer{ID: o.ID, Version: len(events), Events: events}
	if err := officers.record(events, next); err != nil {
		return nil, err
	}
	return next, nil
}

func (o *Officer) apply(e *OfficerEvent) *Error {
	on := e.EffectiveOn
	switch e.Kind {
	case OfficerAppointed:
		o.Name, o.Code, o.ServesFrom, o.ServesTo = e.Name, e.Code, on, 0
		o.promote(e)
		o.post(e)
	case OfficerPosted:
		if e.Unit == o.Unit && e.Position == o.Position {
			return Errorf(CodeInvalid, "unit", "Công chức đã ở vị trí này", "The officer holds this post already")
		}
		o.post(e)
	case OfficerPromoted:
		if e.Rank == o.Rank {
			return Errorf(CodeInvalid, "rank", "Công chức đã ở ngạch này", "The officer holds this rank already")
		}
		o.promote(e)
	case OfficerServiceOver:
		// The event counts on the first day without service.
		if on <= o.ServesFrom {
			return Errorf(CodeOutOfRange, "effectiveOn", "Công chức mới được bổ nhiệm ngày %s", "The officer was appointed on %s", o.ServesFrom.Vietnamese())
		}
		o.ServesTo = on.AddDays(-1)
		finish(o.Posts, o.ServesTo)
		finish(o.Grades, o.ServesTo)
	case OfficerEventVoided:
	}
	return nil
}

func (o *Officer) post(e *OfficerEvent) {
	o.Unit, o.Position = e.Unit, e.Position
	o.Units = addUnique(o.Units, e.Unit)
	o.Posts = begin(o.Posts, OfficerPost{Period{From: e.EffectiveOn}, e.Unit, e.Position})
}

func (o *Officer) promote(e *OfficerEvent) {
	o.Rank = e.Rank
	o.Grades = begin(o.Grades, OfficerGrade{Period{From: e.EffectiveOn}, e.Rank})
}

func (o *Officer) show(e *OfficerEvent) {
	o.Name, o.Code, o.ServesFrom, o.ServesTo = e.Name, e.Code, e.EffectiveOn, e.EffectiveOn
	o.promote(e)
	o.post(e)
}

// An OfficerAt is what an officer was on a day.
type OfficerAt struct {
	Rank     OfficerRank
	Unit     UnitID
	Position OfficerPosition
}

// At returns what the officer was on a day; false where not in service.
func (o *Officer) At(d Date) (OfficerAt, bool) {
	if o.IsVoided() {
		return OfficerAt{}, false
	}
	post, ok := spellOn(o.Posts, d)
	grade, _ := spellOn(o.Grades, d)
	if !ok {
		return OfficerAt{}, false
	}
	return OfficerAt{Rank: grade.Rank, Unit: post.Unit, Position: post.Position}, true
}

// NaturalKey is unique among officers that stand; "" for a voided one.
func (o *Officer) NaturalKey() string {
	if o.IsVoided() {
		return ""
	}
	return o.Code
}

// UpdatedAt is when the last event was recorded.
func (o *Officer) UpdatedAt() time.Time { return updatedAt(o.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (o *Officer) Fates() ([]Fate, []int) { return fates(o.Events) }

// NextSteps returns the steps that the officer's state allows on a date.
func (o *Officer) NextSteps(on Date) []Rule[OfficerEventKind, OfficerState] {
	return officers.next(o.State, on)
}
