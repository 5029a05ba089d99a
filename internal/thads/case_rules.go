package thads

import "slices"

// CaseEventKind is a kind of step in the life of a case.
type CaseEventKind string

// The kinds of events of a case.
const (
	CaseReceived          CaseEventKind = "RECEIVED"
	CaseRefused           CaseEventKind = "REFUSED"
	CaseDecided           CaseEventKind = "DECIDED"
	CaseBroughtForward    CaseEventKind = "BROUGHT_FORWARD"
	CaseVerificationBegun CaseEventKind = "VERIFICATION_BEGUN"
	CaseVerified          CaseEventKind = "VERIFIED"
	CaseCollected         CaseEventKind = "COLLECTED"
	CasePaidOut           CaseEventKind = "PAID_OUT"
	CaseDeposited         CaseEventKind = "DEPOSITED"
	CasePerformed         CaseEventKind = "PERFORMED"
	CaseAdjusted          CaseEventKind = "ADJUSTED"
	CaseReduced           CaseEventKind = "REDUCED"
	CasePostponed         CaseEventKind = "POSTPONED"
	CaseSuspended         CaseEventKind = "SUSPENDED"
	CasePaused            CaseEventKind = "PAUSED"
	CaseResumed           CaseEventKind = "RESUMED"
	CaseNotEnforceable    CaseEventKind = "DECLARED_NOT_ENFORCEABLE"
	CaseMovedToSeparate   CaseEventKind = "MOVED_TO_SEPARATE_BOOK"
	CaseBackFromSeparate  CaseEventKind = "BACK_FROM_SEPARATE_BOOK"
	CaseRequestReturned   CaseEventKind = "REQUEST_RETURNED"
	CaseEntrusted         CaseEventKind = "ENTRUSTED"
	CaseTerminated        CaseEventKind = "TERMINATED"
	CaseWithdrawn         CaseEventKind = "WITHDRAWN"
	CaseRevoked           CaseEventKind = "REVOKED"
	CaseReopened          CaseEventKind = "REOPENED"
	CaseSecurityMeasure   CaseEventKind = "SECURITY_MEASURE"
	CaseCoerciveMeasure   CaseEventKind = "COERCIVE_MEASURE"
	CasePartiesChanged    CaseEventKind = "PARTIES_CHANGED"
	CaseAssigned          CaseEventKind = "ASSIGNED"
	CaseTransferred       CaseEventKind = "TRANSFERRED"
	CaseTagged            CaseEventKind = "TAGGED"
	CaseNoted             CaseEventKind = "NOTED"
	CaseVoidedEvent       CaseEventKind = "VOIDED"
)

// notOpened is the state of a case before the event that opens it.
const notOpened CaseState = ""

// A Need tells whether a kind of event has a field.
type Need int

// The needs, from not having a field to having to have it.
const (
	Without Need = iota
	Optional
	Required
)

// A CaseEventSpec tells what a kind of event is called, which fields it has and
// what it acts on.
type CaseEventSpec struct {
	Kind CaseEventKind
	Name Text
	// WholeCase events act on the case and all its obligations; the others on
	// one obligation, or on every one in a state the step allows.
	WholeCase bool
	// OneObligation demands that the obligation is named where the case has
	// more than one.
	OneObligation bool
	// The fields.
	Amount, Ground, Until, Decision, Finding, Measure Need
	Particulars, Parties, Tags, ToUnit, ToOfficer     Need
	Recipient, Receipt                                Need
}

// CaseEventSpecs are the kinds of events of a case, in the order of a life.
func CaseEventSpecs() []CaseEventSpec { return caseEventSpecs }

var caseEventSpecs = []CaseEventSpec{
	{Kind: CaseReceived, Name: Text{"Tiếp nhận bản án, yêu cầu", "Judgment or request received"}, WholeCase: true, Particulars: Required, ToUnit: Required, ToOfficer: Optional},
	{Kind: CaseRefused, Name: Text{"Từ chối yêu cầu thi hành án", "Request refused"}, WholeCase: true, Decision: Optional, Ground: Optional},
	{Kind: CaseDecided, Name: Text{"Ra quyết định thi hành án", "Enforcement decision issued"}, WholeCase: true, Particulars: Optional, Decision: Required, ToUnit: Optional, ToOfficer: Optional},
	{Kind: CaseBroughtForward, Name: Text{"Chuyển số dư việc cũ", "Brought forward with its balance"}, WholeCase: true, Particulars: Required, Decision: Required, ToUnit: Required, ToOfficer: Optional},
	{Kind: CaseVerificationBegun, Name: Text{"Hết thời hạn tự nguyện, bắt đầu xác minh", "Voluntary period over, verification begun"}},
	{Kind: CaseVerified, Name: Text{"Kết quả xác minh điều kiện thi hành án", "Result of verifying means"}, Finding: Required},
	{Kind: CaseCollected, Name: Text{"Thu tiền thi hành án", "Money collected"}, OneObligation: true, Amount: Required, Receipt: Optional},
	{Kind: CasePaidOut, Name: Text{"Chi trả tiền thi hành án", "Money paid out"}, OneObligation: true, Amount: Required, Receipt: Optional, Recipient: Optional},
	{Kind: CaseDeposited, Name: Text{"Gửi tiền khi người nhận không đến", "Money deposited for an absent payee"}, OneObligation: true, Amount: Required, Receipt: Optional, Recipient: Optional},
	{Kind: CasePerformed, Name: Text{"Thi hành nghĩa vụ (giao, thực hiện, tự thanh toán)", "Obligation performed"}, OneObligation: true, Amount: Optional},
	{Kind: CaseAdjusted, Name: Text{"Điều chỉnh giá trị nghĩa vụ", "Value of the obligation adjusted"}, OneObligation: true, Amount: Required, Decision: Optional},
	{Kind: CaseReduced, Name: Text{"Miễn, giảm nghĩa vụ", "Obligation exempted or reduced"}, OneObligation: true, Amount: Required, Ground: Optional, Decision: Required},
	{Kind: CasePostponed, Name: Text{"Hoãn thi hành án", "Postponed"}, Ground: Required, Until: Optional, Decision: Required},
	{Kind: CaseSuspended, Name: Text{"Tạm đình chỉ thi hành án", "Suspended"}, Ground: Required, Decision: Required},
	{Kind: CasePaused, Name: Text{"Tạm dừng để giải quyết khiếu nại", "Paused for a complaint"}, Until: Optional, Ground: Optional, Decision: Optional},
	{Kind: CaseResumed, Name: Text{"Tiếp tục thi hành án", "Resumed"}, Decision: Required, Ground: Optional},
	{Kind: CaseNotEnforceable, Name: Text{"Xác định chưa có điều kiện thi hành", "Declared not yet enforceable"}, Ground: Required, Decision: Required},
	{Kind: CaseMovedToSeparate, Name: Text{"Chuyển sang sổ theo dõi riêng", "Moved to the separate book"}, WholeCase: true, Decision: Optional},
	{Kind: CaseBackFromSeparate, Name: Text{"Thi hành lại từ sổ theo dõi riêng", "Back from the separate book"}, WholeCase: true, Decision: Required},
	{Kind: CaseRequestReturned, Name: Text{"Trả lại yêu cầu thi hành án", "Request returned"}, WholeCase: true, Decision: Required, Ground: Optional},
	{Kind: CaseEntrusted, Name: Text{"Ủy thác thi hành án", "Entrusted to another agency"}, Decision: Required, Recipient: Required},
	{Kind: CaseTerminated, Name: Text{"Đình chỉ thi hành án", "Terminated"}, Ground: Required, Decision: Required},
	{Kind: CaseWithdrawn, Name: Text{"Rút hồ sơ lên cấp tỉnh thi hành", "Withdrawn to the department"}, WholeCase: true, Decision: Required},
	{Kind: CaseRevoked, Name: Text{"Thu hồi, hủy quyết định thi hành án", "Enforcement decision revoked"}, WholeCase: true, Decision: Required, Ground: Optional},
	{Kind: CaseReopened, Name: Text{"Thi hành lại, khôi phục thi hành", "Reopened"}, Decision: Required, Amount: Optional},
	{Kind: CaseSecurityMeasure, Name: Text{"Áp dụng biện pháp bảo đảm", "Security measure"}, Measure: Required, Decision: Required, Amount: Optional, Until: Optional},
	{Kind: CaseCoerciveMeasure, Name: Text{"Cưỡng chế thi hành án", "Coercive measure"}, Measure: Required, Decision: Required, Amount: Optional},
	{Kind: CasePartiesChanged, Name: Text{"Thay đổi, bổ sung đương sự", "Parties changed"}, WholeCase: true, Parties: Required, Decision: Optional},
	{Kind: CaseAssigned, Name: Text{"Phân công chấp hành viên", "Assigned to an officer"}, WholeCase: true, ToOfficer: Required, Decision: Optional},
	{Kind: CaseTransferred, Name: Text{"Chuyển đơn vị thi hành", "Transferred to another unit"}, WholeCase: true, ToUnit: Required, ToOfficer: Optional, Decision: Optional},
	{Kind: CaseTagged, Name: Text{"Gắn nhãn", "Tags changed"}, WholeCase: true, Tags: Required},
	{Kind: CaseNoted, Name: Text{"Ghi chú", "Note"}, WholeCase: true},
	{Kind: CaseVoidedEvent, Name: Text{"Hủy sự kiện", "Event voided"}, WholeCase: true},
}

// Name returns the names of the kind.
func (k CaseEventKind) Name() Text {
	if s, ok := caseEventSpec(k); ok {
		return s.Name
	}
	return Text{VI: string(k), EN: string(k)}
}

func caseEventSpec(k CaseEventKind) (*CaseEventSpec, bool) {
	for i := range caseEventSpecs {
		if caseEventSpecs[i].Kind == k {
			return &caseEventSpecs[i], true
		}
	}
	return nil, false
}

// A Law is one of the two statutes under which enforcement runs.
type Law string

// The laws. An unfinished case goes on under the new one; steps already taken
// are not taken again (Law 106/2025 art 115 and 116).
const (
	Law2008 Law = "LAW_2008" // Law 26/2008/QH12 as amended 2014 and 2022
	Law2025 Law = "LAW_2025" // Law 106/2025/QH15
)

// The days on which the law or the organisation changed.
const (
	// law2025From is the first day of Law 106/2025/QH15.
	law2025From Date = 20260701
	// law2008To is the last day of Law 26/2008/QH12.
	law2008To Date = 20260630
	// twoLevelsTo is the last day of department and district branches
	// (Decision 1898/QD-BTP of 25/06/2025): after it nothing is withdrawn.
	twoLevelsTo Date = 20250630
)

// LawOn returns the law in force on a date.
func LawOn(d Date) Law {
	if d >= law2025From {
		return Law2025
	}
	return Law2008
}

// A Transition is one row of the table of steps that the law allows.
type Transition struct {
	Kind CaseEventKind
	// From are the states of the obligation (or of the case, for a step that
	// acts on the whole) in which the step is possible.
	From []CaseState
	// To is the state it leads to; empty where it stays as it is.
	To CaseState
	// Ground2008 and Ground2025 are the articles that allow it under each
	// law; empty where that law does not know the step.
	Ground2008, Ground2025 string
	// ValidFrom and ValidTo bound the dates on which the step exists at all;
	// zero is unbounded.
	ValidFrom, ValidTo Date
	// MinMonths is how long the state must have lasted, by ground where it
	// depends on it; MinVerifications how many verifications it must have seen.
	MinMonths, MinVerifications int
	// Verified tells whether the articles were checked against the statute's
	// text; the others stand from practice and are easy to mend here.
	Verified bool
}

// InForce tells whether the step exists on a date.
func (t *Transition) InForce(d Date) bool {
	if !t.ValidFrom.IsZero() && d < t.ValidFrom || !t.ValidTo.IsZero() && d > t.ValidTo {
		return false
	}
	return t.Article(d) != ""
}

// Article returns the article that allows the step on a date, or "".
func (t *Transition) Article(d Date) string {
	if LawOn(d) == Law2025 {
		return t.Ground2025
	}
	return t.Ground2008
}

// Transitions is the table of steps: what is not in it is refused.
func Transitions() []Transition { return transitions }

var (
	notBegun    = []CaseState{notOpened}
	live        = LiveStates()
	liveOrApart = append(LiveStates(), StateSeparateBook)
	anyStanding = append(LiveStates(), StateSeparateBook, StateReceived)
	anyState    = slices.DeleteFunc(allCaseStates(), func(s CaseState) bool { return s == StateVoided })
	payable     = []CaseState{StateVoluntary, StateInProgress, StatePostponed}
)

const registerRule = "Sổ sách nghiệp vụ"

var transitions = []Transition{
	{Kind: CaseReceived, From: notBegun, To: StateReceived, Ground2008: "Điều 29, 31", Ground2025: "Điều 33, 34"},
	{Kind: CaseRefused, From: []CaseState{StateReceived}, To: StateRefused, Ground2008: "Điều 31 khoản 5", Ground2025: "Điều 34 khoản 3, 4", Verified: true},
	{Kind: CaseDecided, From: []CaseState{notOpened, StateReceived}, To: StateVoluntary, Ground2008: "Điều 36", Ground2025: "Điều 33, 34", Verified: true},
	{Kind: CaseBroughtForward, From: notBegun, Ground2008: registerRule, Ground2025: "Điều 115, 116"},
	{Kind: CaseVerificationBegun, From: []CaseState{StateVoluntary}, To: StateVerifying, Ground2008: "Điều 44 khoản 1, Điều 45", Ground2025: "Điều 36, Điều 37 khoản 1", Verified: true},
	// A verification that finds means makes the case enforceable; any other
	// finding is a record only, until a decision draws the consequence.
	{Kind: CaseVerified, From: []CaseState{StateVerifying}, To: StateInProgress, Ground2008: "Điều 44", Ground2025: "Điều 37"},
	{Kind: CaseVerified, From: []CaseState{StateVoluntary, StateInProgress, StatePostponed, StatePaused, StateSuspended, StateNotEnforceable, StateSeparateBook}, Ground2008: "Điều 44 khoản 2", Ground2025: "Điều 38 khoản 3"},
	{Kind: CaseCollected, From: payable, Ground2008: "Điều 45, 47", Ground2025: "Điều 36, 54"},
	// What was collected is paid out whatever the case has come to meanwhile:
	// ten days run from the collection (art 47(5) / 54(6)).
	{Kind: CasePaidOut, From: live, Ground2008: "Điều 47", Ground2025: "Điều 54", Verified: true},
	{Kind: CaseDeposited, From: live, Ground2008: "Điều 47, Điều 126", Ground2025: "Điều 59 khoản 1"},
	{Kind: CasePerformed, From: payable, Ground2008: "Điều 52", Ground2025: "Điều 55", Verified: true},
	{Kind: CaseAdjusted, From: live, Ground2008: "Điều 37", Ground2025: "Điều 35"},
	{Kind: CaseReduced, From: []CaseState{StateInProgress, StateNotEnforceable}, Ground2008: "Điều 61, 63", Ground2025: "Điều 42"},
	{Kind: CasePostponed, From: []CaseState{StateVerifying, StateInProgress}, To: StatePostponed, Ground2008: "Điều 48", Ground2025: "Điều 46", Verified: true},
	{Kind: CaseSuspended, From: []CaseState{StateInProgress, StatePostponed}, To: StateSuspended, Ground2008: "Điều 49", Ground2025: "Điều 47"},
	{Kind: CasePaused, From: []CaseState{StateInProgress}, To: StatePaused, Ground2008: "Điều 150 khoản 1", Ground2025: "Giải quyết khiếu nại"},
	{Kind: CaseResumed, From: []CaseState{StatePostponed, StateSuspended, StatePaused, StateNotEnforceable}, To: StateInProgress, Ground2008: "Điều 44a khoản 2, 48 khoản 3, 49 khoản 3", Ground2025: "Điều 38, 46, 47"},
	{Kind: CaseNotEnforceable, From: []CaseState{StateVerifying, StateInProgress, StatePostponed}, To: StateNotEnforceable, Ground2008: "Điều 44a", Ground2025: "Điều 38 khoản 1", Verified: true},
	{Kind: CaseMovedToSeparate, From: []CaseState{StateNotEnforceable}, To: StateSeparateBook, Ground2008: "Nghị định 62/2015/NĐ-CP Điều 9", ValidTo: law2008To, MinMonths: 12, MinVerifications: 2, Verified: true},
	{Kind: CaseBackFromSeparate, From: []CaseState{StateSeparateBook}, To: StateInProgress, Ground2008: "Nghị định 62/2015/NĐ-CP Điều 9", Ground2025: "Điều 38 khoản 2, Điều 115"},
	{Kind: CaseRequestReturned, From: []CaseState{StateNotEnforceable}, To: StateReturned, Ground2025: "Điều 38 khoản 4", ValidFrom: law2025From, MinMonths: 24, Verified: true},
	{Kind: CaseEntrusted, From: []CaseState{StateVoluntary, StateVerifying, StateInProgress, StatePostponed}, To: StateEntrusted, Ground2008: "Điều 55, 57", Ground2025: "Điều 49", Verified: true},
	{Kind: CaseTerminated, From: []CaseState{StateInProgress, StatePostponed, StateSuspended, StatePaused, StateNotEnforceable}, To: StateTerminated, Ground2008: "Điều 50", Ground2025: "Điều 48", Verified: true},
	{Kind: CaseWithdrawn, From: live, To: StateWithdrawn, Ground2008: "Thông tư 04/2023/TT-BTP", ValidTo: twoLevelsTo},
	{Kind: CaseRevoked, From: liveOrApart, To: StateRevoked, Ground2008: "Điều 37", Ground2025: "Điều 35"},
	{Kind: CaseReopened, From: []CaseState{StateReturned}, To: StateInProgress, Ground2025: "Điều 38 khoản 4", ValidFrom: law2025From, Verified: true},
	{Kind: CaseReopened, From: []CaseState{StateDone, StateTerminated, StateReduced}, To: StateInProgress, Ground2008: "Điều 37, 50", Ground2025: "Điều 35, 48"},
	{Kind: CaseSecurityMeasure, From: live, Ground2008: "Điều 66", Ground2025: "Điều 66"},
	{Kind: CaseCoerciveMeasure, From: []CaseState{StateInProgress}, Ground2008: "Điều 71", Ground2025: "Điều 71", Verified: true},
	{Kind: CasePartiesChanged, From: anyStanding, Ground2008: "Điều 54", Ground2025: "Điều 6, 7"},
	{Kind: CaseAssigned, From: anyStanding, Ground2008: "Điều 36 khoản 4", Ground2025: "Điều 22"},
	{Kind: CaseTransferred, From: anyStanding, Ground2008: "Điều 35", Ground2025: "Điều 22"},
	{Kind: CaseTagged, From: anyState, Ground2008: registerRule, Ground2025: registerRule},
	{Kind: CaseNoted, From: anyState, Ground2008: registerRule, Ground2025: registerRule},
}

// TransitionsOn are the rows of the table in force on a date; all for the zero date.
func TransitionsOn(on Date) []Transition {
	if on.IsZero() {
		return transitions
	}
	return slices.DeleteFunc(slices.Clone(transitions), func(t Transition) bool { return !t.InForce(on) })
}

// transitionFor finds the row that allows a step in a state on a date. Without
// one it returns the refusal: not in force on that date, or not in that state.
func transitionFor(kind CaseEventKind, from CaseState, on Date) (*Transition, *Error) {
	outOfForce := false
	for i := range transitions {
		t := &transitions[i]
		if t.Kind != kind || !slices.Contains(t.From, from) {
			continue
		}
		if t.InForce(on) {
			return t, nil
		}
		outOfForce = true
	}
	name := kind.Name()
	if outOfForce {
		return nil, Errorf(CodeNotInForce, "effectiveOn",
			"Quy định có hiệu lực ngày %[3]s không có bước “%[1]s”", "%[2]q is not in force on %[3]s", name.VI, name.EN, on.Vietnamese())
	}
	if from == notOpened {
		return nil, Errorf(CodeTransition, "effectiveOn",
			"Không thể “%[1]s” ngày %[3]s vì khi đó việc chưa được mở", "%[2]q on %[3]s is before the case was opened", name.VI, name.EN, on.Vietnamese())
	}
	return nil, Errorf(CodeTransition, "kind",
		"Không thể “%[1]s” khi việc hoặc nghĩa vụ đang ở trạng thái “%[3]s”", "%[2]q is not possible in the state %[4]q",
		name.VI, name.EN, from.Name().VI, from.Name().EN)
}

// NextSteps returns the steps that the case allows on a date: those that at
// least one of its obligations (or the case itself) is in the right state for.
func (c *Case) NextSteps(on Date) []Transition {
	states := []CaseState{c.State}
	for i := range c.Balances {
		states = append(states, c.Balances[i].State)
	}
	var out []Transition
	for _, t := range transitions {
		spec, ok := caseEventSpec(t.Kind)
		if !ok || !t.InForce(on) {
			continue
		}
		try := states
		if spec.WholeCase {
			try = states[:1]
		}
		if slices.ContainsFunc(try, func(s CaseState) bool { return slices.Contains(t.From, s) }) {
			out = append(out, t)
		}
	}
	return out
}
