package thads

import "time"

// TargetIssuer is who sets a target.
type TargetIssuer string

// The issuers.
const (
	IssuerNationalAssembly TargetIssuer = "NATIONAL_ASSEMBLY"
	IssuerMinistry         TargetIssuer = "MINISTRY"
	IssuerProvince         TargetIssuer = "PROVINCE"
	IssuerUnit             TargetIssuer = "UNIT"
)

// TargetIssuers are the issuers, with their names.
func TargetIssuers() []Term[TargetIssuer] { return targetIssuers }

var targetIssuers = []Term[TargetIssuer]{
	{IssuerNationalAssembly, Text{"Quốc hội", "National Assembly"}},
	{IssuerMinistry, Text{"Bộ Tư pháp, Tổng cục (Cục Quản lý) THADS", "Ministry of Justice"}},
	{IssuerProvince, Text{"Cơ quan THADS tỉnh", "Provincial agency"}},
	{IssuerUnit, Text{"Đơn vị", "Unit"}},
}

// Name returns the issuer's names.
func (i TargetIssuer) Name() Text { return termOf(targetIssuers, i) }

// TargetReach is whose results a target is for.
type TargetReach string

// The reaches.
const (
	// ReachNational is for the whole country, and so a yardstick for every unit.
	ReachNational TargetReach = "NATIONAL"
	// ReachProvincial is for a province with all its units.
	ReachProvincial TargetReach = "PROVINCIAL"
	// ReachUnit is for one unit, ReachOfficer for one officer.
	ReachUnit    TargetReach = "UNIT"
	ReachOfficer TargetReach = "OFFICER"
)

// TargetReaches are the reaches, with their names.
func TargetReaches() []Term[TargetReach] { return targetReaches }

var targetReaches = []Term[TargetReach]{
	{ReachNational, Text{"Toàn quốc", "National"}},
	{ReachProvincial, Text{"Toàn tỉnh", "Provincial"}},
	{ReachUnit, Text{"Đơn vị", "Unit"}},
	{ReachOfficer, Text{"Chấp hành viên", "Officer"}},
}

// Name returns the reach's names.
func (r TargetReach) Name() Text { return termOf(targetReaches, r) }

// TargetState tells whether a target counts.
type TargetState string

// The states of a target.
const (
	TargetInForce   TargetState = "IN_FORCE"
	TargetTakenBack TargetState = "WITHDRAWN"
	TargetVoided    TargetState = voided
)

// TargetStates are the states of a target, with their names.
func TargetStates() []Term[TargetState] { return targets.states }

// Name returns the state's names.
func (s TargetState) Name() Text { return termOf(targets.states, s) }

// TargetEventKind is a kind of event in the life of a target.
type TargetEventKind string

// The kinds of events of a target.
const (
	TargetSet         TargetEventKind = "SET"
	TargetWithdrawn   TargetEventKind = "WITHDRAWN"
	TargetEventVoided TargetEventKind = voided
)

// Name returns the names of the kind.
func (k TargetEventKind) Name() Text { return targets.name(k) }

// TargetEventSpecs are the kinds of events of a target.
func TargetEventSpecs() []EventSpec[TargetEventKind] { return targets.specs }

// TargetRules is the table of steps in the life of a target.
func TargetRules() []Rule[TargetEventKind, TargetState] { return targets.rules }

var targets = noun[TargetEventKind, TargetState, TargetEvent, *TargetEvent]{
	states: []Term[TargetState]{
		{TargetInForce, Text{"Đang áp dụng", "In force"}},
		{TargetTakenBack, Text{"Đã thu hồi", "Withdrawn"}},
		{TargetVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[TargetEventKind]{
		{Kind: TargetSet, Name: Text{"Giao chỉ tiêu", "Set"}, Required: []string{"particulars"}},
		{Kind: TargetWithdrawn, Name: Text{"Thu hồi chỉ tiêu", "Withdrawn"}, Required: []string{noteField}, Optional: []string{"decision"}},
		{Kind: TargetEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[TargetEventKind, TargetState]{
		{Kind: TargetSet, From: []TargetState{""}, To: TargetInForce, Article: "Nghị quyết, quyết định giao chỉ tiêu"},
		{Kind: TargetWithdrawn, From: []TargetState{TargetInForce}, To: TargetTakenBack, Article: "Quyết định điều chỉnh, thu hồi chỉ tiêu"},
	},
}

// TargetParticulars are what a target is.
type TargetParticulars struct {
	Issuer TargetIssuer `json:"issuer"`
	// Document is the paper that sets it, where its number is known; Basis
	// describes it otherwise, or adds to it.
	Document  DocumentNumber `json:"document,omitzero"`
	Basis     string         `json:"basis,omitzero"`
	Directive DirectiveID    `json:"directive,omitzero"`
	StatYear  StatYear       `json:"statYear"`
	// PeriodEnd is the last day of the period from 1 October on; the end of
	// the year where none is given.
	PeriodEnd Date   `json:"periodEnd"`
	Metric    Metric `json:"metric"`
	// Label says what OTHER measures.
	Label    string      `json:"label,omitzero"`
	Operator Operator    `json:"operator"`
	Value    Quantity    `json:"value"`
	Reach    TargetReach `json:"reach"`
	Unit     UnitID      `json:"unit,omitzero"`
	Officer  OfficerID   `json:"officer,omitzero"`
}

// A TargetEvent is one event in the life of a target.
type TargetEvent struct {
	Record
	Kind        TargetEventKind    `json:"kind"`
	Particulars *TargetParticulars `json:"particulars,omitzero"`
	Decision    *Decision          `json:"decision,omitzero"`
	Note        string             `json:"note,omitzero"`
}

func (e *TargetEvent) kind() TargetEventKind { return e.Kind }
func (e *TargetEvent) notes() *string        { return &e.Note }
func (e *TargetEvent) strip() {
	*e = TargetEvent{Record: e.Record, Kind: TargetEventVoided, Note: e.Note}
}

func (e *TargetEvent) normalise() {
	e.Decision = normaliseDecision(e.Decision)
	if e.Particulars == nil {
		return
	}
	p := *e.Particulars
	p.Document = ParseDocumentNumber(p.Document.Raw)
	p.Basis, p.Label = NormalizeName(p.Basis), NormalizeName(p.Label)
	if p.PeriodEnd.IsZero() && p.StatYear >= minYear && p.StatYear <= maxYear {
		p.PeriodEnd = p.StatYear.End()
	}
	if p.Operator == "" {
		p.Operator = AtLeast
	}
	e.Particulars = &p
}

func (e *TargetEvent) given() []given {
	return []given{
		{"particulars", "nội dung chỉ tiêu", "What the target is", e.Particulars != nil},
		{"decision", "văn bản thu hồi", "The document", e.Decision != nil},
	}
}

func (e *TargetEvent) check(es *Errors, today Date) {
	es.decision(e.Decision, "decision", today)
	if e.Particulars != nil {
		e.Particulars.check(es)
	}
}

func (p *TargetParticulars) check(es *Errors) {
	const at = "particulars."
	es.term(checkTerm(targetIssuers, p.Issuer, at+"issuer", "cơ quan giao chỉ tiêu", "The issuer"))
	es.short(at+"document", p.Document.Raw)
	es.short(at+"basis", p.Basis)
	if p.Document.IsZero() && p.Basis == "" && p.Directive == "" {
		es.term(required(at+"document", "văn bản giao chỉ tiêu", "The document"))
	}
	es.statYear(at+"statYear", p.StatYear)
	es.valid(at+"periodEnd", p.PeriodEnd)
	if p.PeriodEnd.Valid() && (!p.StatYear.Contains(p.PeriodEnd) || p.PeriodEnd.AddDays(1).Day() != 1) {
		es.Add(CodeOutOfRange, at+"periodEnd", "Kỳ phải kết thúc vào ngày cuối tháng của năm thống kê %s", "The period ends with a month of the statistical year %s", p.StatYear.String())
	}
	if spec, ok := metricOf(p.Metric); ok && !spec.Target {
		es.Add(CodeInvalid, at+"metric", "Không giao chỉ tiêu về “%[1]s”", "No target is set for %[2]q", spec.Name.VI, spec.Name.EN)
	}
	es.measured("particulars", p.Metric, p.Label, p.Value)
	if p.Value.Value < 0 || p.Value.Unit == UnitPercent && p.Value.Value > 100_00 {
		es.Add(CodeOutOfRange, at+"value.value", "Chỉ tiêu %s ngoài giới hạn", "The target %s is out of range", p.Value.Vietnamese())
	}
	es.term(checkTerm(operators, p.Operator, at+"operator", "cách so sánh", "The operator"))
	es.term(checkTerm(targetReaches, p.Reach, at+"reach", "phạm vi chỉ tiêu", "The reach"))
	needUnit, needOfficer := p.Reach == ReachProvincial || p.Reach == ReachUnit, p.Reach == ReachOfficer
	switch {
	case needUnit && p.Unit == "":
		es.term(required(at+"unit", "đơn vị", "The unit"))
	case p.Reach == ReachNational && p.Unit != "":
		es.Add(CodeNotAllowed, at+"unit", "Chỉ tiêu toàn quốc không giao riêng cho đơn vị", "A national target has no unit")
	}
	switch {
	case needOfficer && p.Officer == "":
		es.term(required(at+"officer", "chấp hành viên", "The officer"))
	case isTerm(targetReaches, p.Reach) && !needOfficer && p.Officer != "":
		es.Add(CodeNotAllowed, at+"officer", "Chỉ tiêu này không giao riêng cho chấp hành viên", "This target has no officer")
	}
}

// A Target is a figure that a unit or officer is to reach in a year.
type Target struct {
	ID      TargetID `json:"id"`
	Version int      `json:"version"`
	Standing[TargetState]
	TargetParticulars
	SetOn       Date          `json:"setOn"`
	WithdrawnOn Date          `json:"withdrawnOn,omitzero"`
	Events      []TargetEvent `json:"events"`
}

// FoldTarget replays a stored history; an error wraps ErrDamaged.
func FoldTarget(id TargetID, events []TargetEvent) (*Target, error) {
	t := &Target{ID: id, Version: len(events), Events: events}
	if err := targets.fold(string(id), events, t); err != nil {
		return nil, err
	}
	return t, nil
}

// OpenTarget starts a target with its first event.
func OpenTarget(id TargetID, e TargetEvent, now time.Time) (*Target, error) {
	return (&Target{ID: id}).Append(e, now)
}

// Append records one more event and returns the target as it then stands; t is
// left as it was.
func (t *Target) Append(e TargetEvent, now time.Time) (*Target, error) {
	events, err := targets.admit(t.Events, t.State, e, now)
	if err != nil {
		return nil, err
	}
	next := &Target{ID: t.ID, Version: len(events), Events: events}
	if err := targets.record(events, next); err != nil {
		return nil, err
	}
	return next, nil
}

func (t *Target) apply(e *TargetEvent) *Error {
	switch e.Kind {
	case TargetSet:
		t.show(e)
	case TargetWithdrawn:
		t.WithdrawnOn = e.EffectiveOn
	case TargetEventVoided:
	}
	return nil
}

func (t *Target) show(e *TargetEvent) {
	t.SetOn = e.EffectiveOn
	if e.Particulars != nil {
		t.TargetParticulars = *e.Particulars
	}
}

// Reached compares a result with the target: whether it was reached, and by how
// much it exceeds it. Shares differ by percentage points, never by percent of
// percent. It is false where the units differ or the target is only "about".
func (t *Target) Reached(result Quantity) (reached bool, over Quantity, ok bool) {
	if result.Unit != t.Value.Unit {
		return false, Quantity{}, false
	}
	reached, ok = t.Operator.Holds(result.Value, t.Value.Value)
	over = Quantity{Unit: result.Unit, Value: result.Value - t.Value.Value}
	if over.Unit == UnitPercent {
		over.Unit = UnitPoints
	}
	return reached, over, ok
}

// NaturalKey is unique among targets that count; "" for one withdrawn or
// voided. OTHER targets are told apart by their labels.
func (t *Target) NaturalKey() string {
	if t.State != TargetInForce {
		return ""
	}
	return naturalKey(string(t.Issuer), string(t.Metric), Fold(t.Label), t.StatYear.String(), t.PeriodEnd.String(),
		string(t.Reach), string(t.Unit), string(t.Officer))
}

// UpdatedAt is when the last event was recorded.
func (t *Target) UpdatedAt() time.Time { return updatedAt(t.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (t *Target) Fates() ([]Fate, []int) { return fates(t.Events) }

// NextSteps returns the steps that the target's state allows on a date.
func (t *Target) NextSteps(on Date) []Rule[TargetEventKind, TargetState] {
	return targets.next(t.State, on)
}
