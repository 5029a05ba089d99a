package thads

import (
	"slices"
	"time"
)

// VerdictCategory is the kind of operative part of an administrative judgment:
// the points of article 311(1) of the Law on Administrative Procedure
// (93/2015/QH13).
type VerdictCategory string

// The categories.
const (
	VerdictRejectsClaim    VerdictCategory = "REJECT_CLAIM"
	VerdictAnnulsDecision  VerdictCategory = "ANNUL_DECISION"
	VerdictAnnulsDismissal VerdictCategory = "ANNUL_DISMISSAL"
	VerdictDeclaresAct     VerdictCategory = "DECLARE_UNLAWFUL"
	VerdictCompelsAct      VerdictCategory = "COMPEL_ACT"
	VerdictVoterList       VerdictCategory = "VOTER_LIST"
	VerdictProvisional     VerdictCategory = "PROVISIONAL_MEASURE"
)

// A VerdictCategorySpec describes a category.
type VerdictCategorySpec struct {
	Category VerdictCategory
	// Point is the letter of article 311(1).
	Point string
	Name  Text
	// AtOnce categories are to be carried out on receipt; the others within
	// VerdictDays (art 311(2)).
	AtOnce bool
	// Verified tells whether the letter was checked against the statute.
	Verified bool
}

// VerdictCategories are the categories in the order of the statute.
func VerdictCategories() []VerdictCategorySpec { return verdictCategories }

var verdictCategories = []VerdictCategorySpec{
	{VerdictRejectsClaim, "a", Text{"Bác yêu cầu khởi kiện", "Rejects the claim"}, false, true},
	{VerdictAnnulsDecision, "b", Text{"Hủy quyết định hành chính", "Annuls an administrative decision"}, false, true},
	{VerdictAnnulsDismissal, "c", Text{"Hủy quyết định kỷ luật buộc thôi việc", "Annuls a dismissal"}, false, true},
	{VerdictDeclaresAct, "d", Text{"Tuyên bố hành vi hành chính trái pháp luật", "Declares an administrative act unlawful"}, false, false},
	{VerdictCompelsAct, "đ", Text{"Buộc thực hiện nhiệm vụ, công vụ", "Compels an official act"}, false, false},
	{VerdictVoterList, "e", Text{"Sửa đổi, bổ sung danh sách cử tri", "Amends a voter list"}, true, false},
	{VerdictProvisional, "g", Text{"Áp dụng biện pháp khẩn cấp tạm thời", "Orders a provisional measure"}, true, false},
}

func verdictCategory(c VerdictCategory) (VerdictCategorySpec, bool) {
	i := slices.IndexFunc(verdictCategories, func(s VerdictCategorySpec) bool { return s.Category == c })
	if i < 0 {
		return VerdictCategorySpec{Category: c, Name: Text{VI: string(c), EN: string(c)}}, false
	}
	return verdictCategories[i], true
}

// Name returns the category's names.
func (c VerdictCategory) Name() Text { s, _ := verdictCategory(c); return s.Name }

// AtOnce tells whether the verdict is to be carried out on receipt.
func (c VerdictCategory) AtOnce() bool { s, _ := verdictCategory(c); return s.AtOnce }

const (
	// VerdictDays is how many days the agency has from receiving the
	// judgment (Law 93/2015/QH13 art 311(2)).
	VerdictDays = 30
	// verdictRequestYears is for how long after that the creditor may ask the
	// court to compel (art 312).
	verdictRequestYears = 1
	// compulsionFrom is the first day of Law 93/2015/QH13, which introduced
	// the court's decision to compel (from memory).
	compulsionFrom Date = 20160701
)

// VerdictState is where an administrative verdict stands.
type VerdictState string

// The states of a verdict.
const (
	VerdictNew      VerdictState = "NEW"       // mới
	VerdictNotified VerdictState = "NOTIFIED"  // đã thông báo tự nguyện thi hành
	VerdictCompels  VerdictState = "COMPELLED" // đã có quyết định buộc thi hành án
	VerdictUrged    VerdictState = "URGED"     // đang đôn đốc
	VerdictDone     VerdictState = "DONE"      // thi hành xong
	VerdictNoLonger VerdictState = "NO_LONGER" // không còn nội dung thi hành
	VerdictVoided   VerdictState = voided
)

// VerdictStates are the states of a verdict, with their names.
func VerdictStates() []Term[VerdictState] { return verdicts.states }

// Name returns the state's names.
func (s VerdictState) Name() Text { return termOf(verdicts.states, s) }

// IsLive tells whether the verdict is still to be carried out: the stock that
// is carried over at a year's end.
func (s VerdictState) IsLive() bool { return slices.Contains(liveVerdict, s) }

// VerdictEventKind is a kind of step in tracking an administrative verdict.
type VerdictEventKind string

// The kinds of events of a verdict.
const (
	VerdictRegistered           VerdictEventKind = "REGISTERED"
	VerdictReceiptEstablished   VerdictEventKind = "DEBTOR_RECEIPT_ESTABLISHED"
	VerdictNoticeIssued         VerdictEventKind = "NOTICE_ISSUED"
	VerdictWorkSession          VerdictEventKind = "WORK_SESSION"
	VerdictCompulsionDecided    VerdictEventKind = "COMPULSION_DECIDED"
	VerdictUrging               VerdictEventKind = "URGED"
	VerdictDisciplinePetitioned VerdictEventKind = "DISCIPLINE_PETITIONED"
	VerdictPublished            VerdictEventKind = "PUBLISHED"
	VerdictCompleted            VerdictEventKind = "DONE"
	VerdictNothingLeft          VerdictEventKind = "NO_LONGER"
	VerdictReopened             VerdictEventKind = "REOPENED"
	VerdictAssigned             VerdictEventKind = "ASSIGNED"
	VerdictTransferred          VerdictEventKind = "TRANSFERRED"
	VerdictNoted                VerdictEventKind = "NOTED"
	VerdictEventVoided          VerdictEventKind = voided
)

// Name returns the names of the kind.
func (k VerdictEventKind) Name() Text { return verdicts.name(k) }

// VerdictEventSpecs are the kinds of events of a verdict, in the order of a life.
func VerdictEventSpecs() []EventSpec[VerdictEventKind] { return verdicts.specs }

// VerdictRules is the table of steps in tracking a verdict.
func VerdictRules() []Rule[VerdictEventKind, VerdictState] { return verdicts.rules }

var (
	liveVerdict     = []VerdictState{VerdictNew, VerdictNotified, VerdictCompels, VerdictUrged}
	endedVerdict    = []VerdictState{VerdictDone, VerdictNoLonger}
	standingVerdict = slices.Concat(liveVerdict, endedVerdict)
)

var verdicts = noun[VerdictEventKind, VerdictState, VerdictEvent, *VerdictEvent]{
	states: []Term[VerdictState]{
		{VerdictNew, Text{"Mới thụ lý theo dõi", "New"}},
		{VerdictNotified, Text{"Đã thông báo tự nguyện thi hành", "Notified"}},
		{VerdictCompels, Text{"Đã có quyết định buộc thi hành án", "Compelled by the court"}},
		{VerdictUrged, Text{"Đang đôn đốc", "Urged"}},
		{VerdictDone, Text{"Thi hành xong", "Done"}},
		{VerdictNoLonger, Text{"Không còn nội dung thi hành", "Nothing left to carry out"}},
		{VerdictVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[VerdictEventKind]{
		{Kind: VerdictRegistered, Name: Text{"Vào sổ theo dõi bản án hành chính", "Registered"}, Required: []string{"particulars", "toUnit"}, Optional: []string{"toOfficer"}},
		{Kind: VerdictReceiptEstablished, Name: Text{"Xác định ngày người phải thi hành án nhận bản án", "Debtor's receipt established"}, Required: []string{"debtorReceivedOn"}},
		{Kind: VerdictNoticeIssued, Name: Text{"Thông báo tự nguyện thi hành án", "Notice issued"}, Required: []string{"decision"}},
		{Kind: VerdictWorkSession, Name: Text{"Làm việc với người phải thi hành án", "Work session"}, Required: []string{noteField}, Optional: []string{"recipient"}},
		{Kind: VerdictCompulsionDecided, Name: Text{"Tòa án ra quyết định buộc thi hành án hành chính", "Court's decision to compel"}, Required: []string{"decision"}},
		{Kind: VerdictUrging, Name: Text{"Đôn đốc thi hành án", "Urged"}, Required: []string{"decision"}, Optional: []string{"recipient"}},
		{Kind: VerdictDisciplinePetitioned, Name: Text{"Kiến nghị xử lý trách nhiệm", "Discipline petitioned"}, Required: []string{"decision", "recipient"}},
		{Kind: VerdictPublished, Name: Text{"Công khai việc không chấp hành án", "Non-compliance published"}, Optional: []string{"decision", "recipient"}},
		{Kind: VerdictCompleted, Name: Text{"Thi hành xong", "Done"}, Required: []string{"result"}, Optional: []string{"decision"}},
		{Kind: VerdictNothingLeft, Name: Text{"Không còn nội dung phải thi hành", "Nothing left to carry out"}, Required: []string{"result"}, Optional: []string{"decision"}},
		{Kind: VerdictReopened, Name: Text{"Theo dõi lại", "Reopened"}, Required: []string{noteField}, Optional: []string{"decision"}},
		{Kind: VerdictAssigned, Name: Text{"Phân công chấp hành viên theo dõi", "Assigned to an officer"}, Required: []string{"toOfficer"}, Optional: []string{"decision"}},
		{Kind: VerdictTransferred, Name: Text{"Chuyển đơn vị theo dõi", "Transferred to another unit"}, Required: []string{"toUnit"}, Optional: []string{"toOfficer", "decision"}},
		{Kind: VerdictNoted, Name: Text{"Ghi chú", "Note"}, Required: []string{noteField}},
		{Kind: VerdictEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	// Nothing here is refused for coming late or early: notices, decisions of
	// courts and petitions are facts, and the deadlines are questions.
	rules: []Rule[VerdictEventKind, VerdictState]{
		{Kind: VerdictRegistered, From: []VerdictState{""}, To: VerdictNew, Article: "Nghị định 71/2016/NĐ-CP Điều 14", Verified: true},
		{Kind: VerdictReceiptEstablished, From: standingVerdict, Article: "Luật TTHC 2015 Điều 311 khoản 2", Verified: true},
		{Kind: VerdictNoticeIssued, From: []VerdictState{VerdictNew}, To: VerdictNotified, Article: "Nghị định 71/2016/NĐ-CP Điều 14 khoản 2", Verified: true},
		{Kind: VerdictNoticeIssued, From: []VerdictState{VerdictNotified, VerdictCompels, VerdictUrged}, Article: "Nghị định 71/2016/NĐ-CP Điều 14 khoản 2"},
		{Kind: VerdictWorkSession, From: liveVerdict, Article: "Quyết định 1130/QĐ-TCTHADS"},
		{Kind: VerdictCompulsionDecided, From: liveVerdict, To: VerdictCompels, Article: "Luật TTHC 2015 Điều 312", ValidFrom: compulsionFrom, Verified: true},
		{Kind: VerdictUrging, From: []VerdictState{VerdictNotified, VerdictCompels, VerdictUrged}, To: VerdictUrged, Article: "Quyết định 1130/QĐ-TCTHADS"},
		{Kind: VerdictDisciplinePetitioned, From: []VerdictState{VerdictCompels, VerdictUrged}, Article: "Nghị định 71/2016/NĐ-CP Điều 20–26"},
		{Kind: VerdictPublished, From: []VerdictState{VerdictCompels, VerdictUrged}, Article: "Nghị định 71/2016/NĐ-CP"},
		{Kind: VerdictCompleted, From: liveVerdict, To: VerdictDone, Article: "Luật TTHC 2015 Điều 311"},
		{Kind: VerdictNothingLeft, From: liveVerdict, To: VerdictNoLonger, Article: "Luật TTHC 2015 Điều 311"},
		// It goes back to what the acts so far amount to.
		{Kind: VerdictReopened, From: endedVerdict, Article: registerRule},
		{Kind: VerdictAssigned, From: liveVerdict, Article: "Nghị định 71/2016/NĐ-CP Điều 14"},
		{Kind: VerdictTransferred, From: liveVerdict, Article: "Nghị định 71/2016/NĐ-CP Điều 14"},
		{Kind: VerdictNoted, From: standingVerdict, Article: registerRule},
	},
}

// A VerdictCreditor is who won: the person in whose favour the agency must act.
type VerdictCreditor struct {
	Kind    PartyKind `json:"kind"`
	Name    string    `json:"name"`
	Address string    `json:"address,omitzero"`
}

// A DebtorAgency must carry the judgment out itself; its superior urges it and
// answers for discipline.
type DebtorAgency struct {
	Name     string `json:"name"`
	Address  string `json:"address,omitzero"`
	Superior string `json:"superior,omitzero"`
}

// VerdictParticulars are what the register says of an administrative judgment.
type VerdictParticulars struct {
	Number DocumentNumber `json:"number"`
	Date   Date           `json:"date"`
	Court  string         `json:"court"`
	// ReceivedOn is when the enforcement agency received it.
	ReceivedOn Date              `json:"receivedOn"`
	Creditors  []VerdictCreditor `json:"creditors"`
	Debtors    []DebtorAgency    `json:"debtors"`
	// Operative is the part to be carried out, in the words of the court.
	Operative string          `json:"operative"`
	Category  VerdictCategory `json:"category"`
	// Tracked tells whether there is something to track (có nội dung theo
	// dõi); the others are registered only.
	Tracked bool `json:"tracked"`
	// DebtorReceivedOn is when the debtor received the judgment; zero where
	// it is not known, which is a fact to alert on.
	DebtorReceivedOn Date `json:"debtorReceivedOn,omitzero"`
	// MoneyCases are the cases that enforce the civil part.
	MoneyCases []CaseID `json:"moneyCases,omitzero"`
}

// A VerdictEvent is one event in tracking an administrative verdict.
type VerdictEvent struct {
	Record
	Kind VerdictEventKind `json:"kind"`
	// Unit and Officer are those that held the verdict when the event counts.
	Unit        UnitID              `json:"unit,omitzero"`
	Officer     OfficerID           `json:"officer,omitzero"`
	Particulars *VerdictParticulars `json:"particulars,omitzero"`
	// DebtorReceivedOn is when the debtor received the judgment.
	DebtorReceivedOn Date `json:"debtorReceivedOn,omitzero"`
	// Decision is the numbered paper: a notice, the court's decision, a letter.
	Decision *Decision `json:"decision,omitzero"`
	// Recipient is whom a letter or petition went to, whom a session was held
	// with, or where something was published.
	Recipient string `json:"recipient,omitzero"`
	// Result is what was done, or why nothing is left to do.
	Result    string    `json:"result,omitzero"`
	ToUnit    UnitID    `json:"toUnit,omitzero"`
	ToOfficer OfficerID `json:"toOfficer,omitzero"`
	Note      string    `json:"note,omitzero"`
}

func (e *VerdictEvent) kind() VerdictEventKind { return e.Kind }
func (e *VerdictEvent) notes() *string         { return &e.Note }
func (e *VerdictEvent) strip() {
	*e = VerdictEvent{Record: e.Record, Kind: VerdictEventVoided, Note: e.Note}
}

func (e *VerdictEvent) normalise() {
	e.Recipient, e.Result = NormalizeName(e.Recipient), NormalizeName(e.Result)
	e.Decision = normaliseDecision(e.Decision)
	if e.Particulars == nil {
		return
	}
	p := *e.Particulars
	p.Number = ParseDocumentNumber(p.Number.Raw)
	p.Court, p.Operative = NormalizeName(p.Court), NormalizeName(p.Operative)
	p.Creditors, p.Debtors = slices.Clone(p.Creditors), slices.Clone(p.Debtors)
	for i := range p.Creditors {
		c := &p.Creditors[i]
		c.Name, c.Address = NormalizeName(c.Name), NormalizeName(c.Address)
	}
	for i := range p.Debtors {
		d := &p.Debtors[i]
		d.Name, d.Address, d.Superior = NormalizeName(d.Name), NormalizeName(d.Address), NormalizeName(d.Superior)
	}
	p.MoneyCases = addUnique[CaseID](nil, p.MoneyCases...)
	e.Particulars = &p
}

func (e *VerdictEvent) given() []given {
	return []given{
		{"particulars", "nội dung bản án", "What the register says of the judgment", e.Particulars != nil},
		{"debtorReceivedOn", "ngày người phải thi hành án nhận bản án", "The date on which the debtor received the judgment", !e.DebtorReceivedOn.IsZero()},
		{"decision", "số, ngày văn bản", "The document", e.Decision != nil},
		{"recipient", "nơi nhận", "The recipient", e.Recipient != ""},
		{"result", "kết quả, lý do", "The result", e.Result != ""},
		{"toUnit", "đơn vị theo dõi", "The unit", e.ToUnit != ""},
		{"toOfficer", "chấp hành viên", "The officer", e.ToOfficer != ""},
	}
}

func (e *VerdictEvent) check(es *Errors, today Date) {
	es.decision(e.Decision, "decision", today)
	es.short("recipient", e.Recipient)
	es.unmasked("recipient", e.Recipient)
	es.length("result", e.Result)
	if !e.DebtorReceivedOn.IsZero() {
		es.past("debtorReceivedOn", e.DebtorReceivedOn, today, "", "")
	}
	if e.Kind == VerdictCompulsionDecided && e.Decision != nil && e.Decision.Issuer == "" {
		es.term(required("decision.issuer", "Tòa án ra quyết định", "The court"))
	}
	if p := e.Particulars; p != nil {
		p.check(es, e.EffectiveOn, today)
	}
}

func (p *VerdictParticulars) check(es *Errors, on, today Date) {
	const at = "particulars."
	es.name(at+"number", p.Number.Raw, "số bản án, quyết định", "The number of the judgment")
	es.past(at+"date", p.Date, today, "ngày bản án", "The date of the judgment")
	es.name(at+"court", p.Court, "Tòa án ra bản án", "The court")
	es.past(at+"receivedOn", p.ReceivedOn, today, "ngày nhận bản án", "The date of receipt")
	es.notBefore(at+"receivedOn", p.ReceivedOn, p.Date)
	if p.ReceivedOn > on {
		es.Add(CodeOutOfRange, at+"receivedOn", "Nhận bản án sau ngày vào sổ", "It was received after it was registered")
	}
	es.text(at+"operative", p.Operative, "phần quyết định của bản án", "The operative part")
	if p.Category == "" {
		es.term(required(at+"category", "loại nội dung theo khoản 1 Điều 311", "The category"))
	} else if _, ok := verdictCategory(p.Category); !ok {
		es.Add(CodeInvalid, at+"category", "Không có loại nội dung %q", "There is no category %q", string(p.Category))
	}
	es.valid(at+"debtorReceivedOn", p.DebtorReceivedOn)
	if p.DebtorReceivedOn > today {
		es.past(at+"debtorReceivedOn", p.DebtorReceivedOn, today, "", "")
	}
	es.notBefore(at+"debtorReceivedOn", p.DebtorReceivedOn, p.Date)
	if len(p.Creditors) == 0 {
		es.term(required(at+"creditors", "người được thi hành án", "A creditor"))
	}
	if len(p.Debtors) == 0 {
		es.term(required(at+"debtors", "cơ quan, người phải thi hành án", "A debtor agency"))
	}
	if n := len(p.Creditors) + len(p.Debtors); n > MaxParties {
		es.Add(CodeLimit, at+"creditors", "Một bản án có tối đa %d đương sự", "A judgment has at most %d parties", MaxParties)
		return
	}
	for i, c := range p.Creditors {
		f := at + "creditors." + itoa(i)
		es.term(checkTerm(partyKinds, c.Kind, f+".kind", "loại đương sự", "The kind of party"))
		es.name(f+".name", c.Name, "tên người được thi hành án", "The creditor's name")
		es.short(f+".address", c.Address)
		es.unmasked(f+".name", c.Name)
		es.unmasked(f+".address", c.Address)
	}
	for i, d := range p.Debtors {
		f := at + "debtors." + itoa(i)
		es.name(f+".name", d.Name, "tên cơ quan phải thi hành án", "The agency's name")
		es.short(f+".address", d.Address)
		es.short(f+".superior", d.Superior)
	}
	es.list(at+"moneyCases", len(p.MoneyCases))
}

// An AdministrativeVerdict is an administrative judgment whose carrying out the
// agency tracks. The agency does not enforce it: the debtor acts itself.
type AdministrativeVerdict struct {
	ID      VerdictID `json:"id"`
	Version int       `json:"version"`
	Standing[VerdictState]
	VerdictParticulars
	// RegisteredOn is the day from which it counts.
	RegisteredOn Date      `json:"registeredOn"`
	Unit         UnitID    `json:"unit"`
	Officer      OfficerID `json:"officer,omitzero"`
	// Units and Officers are all that hold or ever held the verdict.
	Units    []UnitID    `json:"units"`
	Officers []OfficerID `json:"officers,omitzero"`
	// NotifiedOn, CompelledOn, UrgedOn and PublishedOn are when that was done first.
	NotifiedOn  Date      `json:"notifiedOn,omitzero"`
	CompelledOn Date      `json:"compelledOn,omitzero"`
	Compulsion  *Decision `json:"compulsion,omitzero"`
	UrgedOn     Date      `json:"urgedOn,omitzero"`
	PublishedOn Date      `json:"publishedOn,omitzero"`
	// Notices, Sessions, Urgings and Petitions count what was done.
	Notices   int `json:"notices"`
	Sessions  int `json:"sessions"`
	Urgings   int `json:"urgings"`
	Petitions int `json:"petitions"`
	// FinishedOn and Result tell how it ended; zero while live.
	FinishedOn Date           `json:"finishedOn,omitzero"`
	Result     string         `json:"result,omitzero"`
	Events     []VerdictEvent `json:"events"`

	// newest is the sequence of the event being recorded, which receives the
	// unit and officer that held the verdict on its date; 0 while folding.
	newest int
}

// FoldVerdict replays a stored history; an error wraps ErrDamaged.
func FoldVerdict(id VerdictID, events []VerdictEvent) (*AdministrativeVerdict, error) {
	v := &AdministrativeVerdict{ID: id, Version: len(events), Events: events}
	if err := verdicts.fold(string(id), events, v); err != nil {
		return nil, err
	}
	return v, nil
}

// OpenVerdict starts a verdict with its first event.
func OpenVerdict(id VerdictID, e VerdictEvent, now time.Time) (*AdministrativeVerdict, error) {
	return (&AdministrativeVerdict{ID: id}).Append(e, now)
}

// Append records one more event and returns the verdict as it then stands; v is
// left as it was.
func (v *AdministrativeVerdict) Append(e VerdictEvent, now time.Time) (*AdministrativeVerdict, error) {
	events, err := verdicts.admit(v.Events, v.State, e, now)
	if err != nil {
		return nil, err
	}
	if last := &events[len(events)-1]; last.Voids != 0 {
		last.Unit, last.Officer = events[last.Voids-1].Unit, events[last.Voids-1].Officer
	}
	next := &AdministrativeVerdict{ID: v.ID, Version: len(events), Events: events, newest: len(events)}
	if err := verdicts.record(events, next); err != nil {
		return nil, err
	}
	next.newest = 0
	return next, nil
}

func (v *AdministrativeVerdict) apply(e *VerdictEvent) *Error {
	newest := e.Seq == v.newest
	if newest {
		e.Unit, e.Officer = v.Unit, v.Officer
	}
	if refusal := v.carryOut(e); refusal != nil {
		return refusal
	}
	if newest && e.Unit == "" {
		e.Unit, e.Officer = v.Unit, v.Officer
	}
	return nil
}

func (v *AdministrativeVerdict) carryOut(e *VerdictEvent) *Error {
	on := e.EffectiveOn
	if !v.Tracked && e.Kind.needsTracking() {
		return Errorf(CodeTransition, "kind",
			"Bản án không có nội dung theo dõi; hãy sửa lần vào sổ trước khi “%[1]s”",
			"The judgment has nothing to track; correct its registration before %[2]q", e.Kind.Name().VI, e.Kind.Name().EN)
	}
	switch e.Kind {
	case VerdictRegistered:
		v.VerdictParticulars, v.RegisteredOn = *e.Particulars, on
		v.hold(e.ToUnit, e.ToOfficer)
	case VerdictReceiptEstablished:
		if e.DebtorReceivedOn < v.Date {
			return Errorf(CodeOutOfRange, "debtorReceivedOn", "Ngày nhận trước ngày bản án %s", "It is before the date of the judgment, %s", v.Date.Vietnamese())
		}
		v.DebtorReceivedOn = e.DebtorReceivedOn
	case VerdictNoticeIssued:
		v.Notices++
		v.NotifiedOn = earliest(v.NotifiedOn, on)
	case VerdictWorkSession:
		v.Sessions++
	case VerdictCompulsionDecided:
		if v.Compulsion != nil {
			return Errorf(CodeTransition, "kind", "Bản án đã có quyết định buộc thi hành án số %s", "There is a decision to compel already, %s", v.Compulsion.Number.Raw)
		}
		v.Compulsion, v.CompelledOn = e.Decision, on
	case VerdictUrging:
		v.Urgings++
		v.UrgedOn = earliest(v.UrgedOn, on)
	case VerdictDisciplinePetitioned:
		v.Petitions++
	case VerdictPublished:
		v.PublishedOn = earliest(v.PublishedOn, on)
	case VerdictCompleted, VerdictNothingLeft:
		v.FinishedOn, v.Result = on, e.Result
	case VerdictReopened:
		v.FinishedOn, v.Result = 0, ""
		v.State = v.reached()
	case VerdictAssigned:
		if e.ToOfficer == v.Officer {
			return Errorf(CodeInvalid, "toOfficer", "Chấp hành viên này đang theo dõi bản án", "The officer holds the verdict already")
		}
		v.hold(v.Unit, e.ToOfficer)
	case VerdictTransferred:
		if e.ToUnit == v.Unit {
			return Errorf(CodeInvalid, "toUnit", "Bản án đã thuộc đơn vị này", "The unit holds the verdict already")
		}
		v.hold(e.ToUnit, e.ToOfficer)
	case VerdictNoted, VerdictEventVoided:
	}
	return nil
}

// needsTracking tells whether the step makes sense only where there is
// something to track.
func (k VerdictEventKind) needsTracking() bool {
	switch k {
	case VerdictNoticeIssued, VerdictWorkSession, VerdictCompulsionDecided, VerdictUrging,
		VerdictDisciplinePetitioned, VerdictPublished, VerdictCompleted, VerdictNothingLeft:
		return true
	case VerdictRegistered, VerdictReceiptEstablished, VerdictReopened, VerdictAssigned,
		VerdictTransferred, VerdictNoted, VerdictEventVoided:
	}
	return false
}

// reached is the live state that the acts so far amount to.
func (v *AdministrativeVerdict) reached() VerdictState {
	switch {
	case v.UrgedOn != 0 && v.UrgedOn >= v.CompelledOn:
		return VerdictUrged
	case v.Compulsion != nil:
		return VerdictCompels
	case v.Notices > 0:
		return VerdictNotified
	default:
		return VerdictNew
	}
}

// earliest returns the first of two dates, of which either may be none.
func earliest(a, b Date) Date {
	if a.IsZero() || !b.IsZero() && b < a {
		return b
	}
	return a
}

func (v *AdministrativeVerdict) hold(unit UnitID, officer OfficerID) {
	v.Unit, v.Officer = unit, officer
	v.Units, v.Officers = addUnique(v.Units, unit), addUnique(v.Officers, officer)
}

func (v *AdministrativeVerdict) show(e *VerdictEvent) {
	if e.Particulars != nil {
		v.VerdictParticulars = *e.Particulars
	}
	v.RegisteredOn = e.EffectiveOn
	// Whoever ever held it may still read it.
	for i := range v.Events {
		v.Units, v.Officers = addUnique(v.Units, v.Events[i].ToUnit), addUnique(v.Officers, v.Events[i].ToOfficer)
	}
	v.hold(e.ToUnit, e.ToOfficer)
}

// Deadline is the last day on which the debtor acts in time: the day of receipt
// itself where the verdict is to be carried out at once, else the thirtieth
// day after it (Law 93/2015/QH13 art 311(2)). It is false where the receipt is
// unknown.
func (v *AdministrativeVerdict) Deadline() (Date, bool) {
	switch {
	case v.DebtorReceivedOn.IsZero():
		return 0, false
	case v.Category.AtOnce():
		return v.DebtorReceivedOn, true
	default:
		return v.DebtorReceivedOn.AddDays(VerdictDays), true
	}
}

// IsOverdue tells whether, as the record now stands, the debtor had not carried
// the verdict out by the end of the day although the deadline was over.
func (v *AdministrativeVerdict) IsOverdue(on Date) bool {
	deadline, known := v.Deadline()
	return known && v.IsTracked() && on > deadline && (v.FinishedOn.IsZero() || v.FinishedOn > on)
}

// IsReceiptUnknown tells whether a live verdict has no deadline because nobody
// knows when the debtor received it.
func (v *AdministrativeVerdict) IsReceiptUnknown() bool {
	return v.IsTracked() && v.State.IsLive() && v.DebtorReceivedOn.IsZero()
}

// CompulsionRequestBy is the last day on which the creditor may ask the court
// to compel the debtor, a year after the deadline (art 312); false where the
// receipt is unknown.
func (v *AdministrativeVerdict) CompulsionRequestBy() (Date, bool) {
	deadline, known := v.Deadline()
	return deadline.AddYears(verdictRequestYears), known
}

// IsTracked tells whether the verdict counts among those tracked.
func (v *AdministrativeVerdict) IsTracked() bool { return v.Tracked && !v.IsVoided() }

// NaturalKey is unique among verdicts that stand: court, number and date; ""
// for a voided one.
func (v *AdministrativeVerdict) NaturalKey() string {
	if v.IsVoided() {
		return ""
	}
	return naturalKey(Fold(v.Court), v.Number.Key(), v.Date.String())
}

// UpdatedAt is when the last event was recorded.
func (v *AdministrativeVerdict) UpdatedAt() time.Time { return updatedAt(v.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (v *AdministrativeVerdict) Fates() ([]Fate, []int) { return fates(v.Events) }

// NextSteps returns the steps that the verdict's state allows on a date.
func (v *AdministrativeVerdict) NextSteps(on Date) []Rule[VerdictEventKind, VerdictState] {
	return slices.DeleteFunc(verdicts.next(v.State, on), func(r Rule[VerdictEventKind, VerdictState]) bool {
		return !v.Tracked && r.Kind.needsTracking() || r.Kind == VerdictCompulsionDecided && v.Compulsion != nil
	})
}
