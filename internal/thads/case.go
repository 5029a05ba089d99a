package thads

import (
	"slices"
	"time"
)

// Initiation tells how the enforcement of a case began (Law 26/2008 art 36(1)
// and (2), Law 106/2025 art 33 and 34).
type Initiation string

// The ways a case begins.
const (
	OwnMotion Initiation = "OWN_MOTION" // chủ động
	OnRequest Initiation = "ON_REQUEST" // theo yêu cầu
)

// Initiations are the ways a case begins, with their names.
func Initiations() []Term[Initiation] { return initiations }

var initiations = []Term[Initiation]{
	{OwnMotion, Text{"Chủ động", "Own motion"}},
	{OnRequest, Text{"Theo yêu cầu", "On request"}},
}

// JudgmentKind is the field of law of the judgment being enforced: the rows of
// the statistical forms (indicator table of Circular 10/2017).
type JudgmentKind string

// The kinds of judgment.
const (
	JudgmentCivil          JudgmentKind = "CIVIL"
	JudgmentCriminal       JudgmentKind = "CRIMINAL"
	JudgmentAdministrative JudgmentKind = "ADMINISTRATIVE"
	JudgmentFamily         JudgmentKind = "MARRIAGE_FAMILY"
	JudgmentCommercial     JudgmentKind = "BUSINESS_COMMERCIAL"
	JudgmentLabour         JudgmentKind = "LABOUR"
	JudgmentBankruptcy     JudgmentKind = "BANKRUPTCY"
	JudgmentArbitration    JudgmentKind = "ARBITRATION"
	JudgmentOther          JudgmentKind = "OTHER"
)

// JudgmentKinds are the kinds of judgment, with their names, in form order.
func JudgmentKinds() []Term[JudgmentKind] { return judgmentKinds }

var judgmentKinds = []Term[JudgmentKind]{
	{JudgmentCivil, Text{"Dân sự", "Civil"}},
	{JudgmentCriminal, Text{"Hình sự", "Criminal"}},
	{JudgmentAdministrative, Text{"Hành chính", "Administrative"}},
	{JudgmentFamily, Text{"Hôn nhân và gia đình", "Marriage and family"}},
	{JudgmentCommercial, Text{"Kinh doanh, thương mại", "Business and commercial"}},
	{JudgmentLabour, Text{"Lao động", "Labour"}},
	{JudgmentBankruptcy, Text{"Phá sản", "Bankruptcy"}},
	{JudgmentArbitration, Text{"Trọng tài", "Arbitration"}},
	{JudgmentOther, Text{"Khác", "Other"}},
}

// PartyRole is what a party is to the obligation.
type PartyRole string

// The roles of parties.
const (
	Creditor PartyRole = "CREDITOR" // người được thi hành án
	Debtor   PartyRole = "DEBTOR"   // người phải thi hành án
	Related  PartyRole = "RELATED"  // người có quyền lợi, nghĩa vụ liên quan
)

// PartyRoles are the roles of parties, with their names.
func PartyRoles() []Term[PartyRole] { return partyRoles }

var partyRoles = []Term[PartyRole]{
	{Creditor, Text{"Người được thi hành án", "Judgment creditor"}},
	{Debtor, Text{"Người phải thi hành án", "Judgment debtor"}},
	{Related, Text{"Người có quyền lợi, nghĩa vụ liên quan", "Person with related rights or obligations"}},
}

// PartyKind is what a party is in law.
type PartyKind string

// The kinds of parties.
const (
	Person       PartyKind = "PERSON"
	Organisation PartyKind = "ORGANISATION"
	StateBudget  PartyKind = "STATE_BUDGET"
)

// PartyKinds are the kinds of parties, with their names.
func PartyKinds() []Term[PartyKind] { return partyKinds }

var partyKinds = []Term[PartyKind]{
	{Person, Text{"Cá nhân", "Person"}},
	{Organisation, Text{"Tổ chức", "Organisation"}},
	{StateBudget, Text{"Ngân sách nhà nước", "State budget"}},
}

// A Party is a creditor, a debtor or somebody whose rights are touched. Its
// identity number and the number of its bank account are kept apart from the
// history, sealed; the history carries only whether there are any, and keyed
// commitments, by which identity numbers are looked up.
type Party struct {
	// ID is unique within the case ("p1", "p2", …).
	ID      string    `json:"id"`
	Role    PartyRole `json:"role"`
	Kind    PartyKind `json:"kind"`
	Name    string    `json:"name"`
	Address string    `json:"address,omitzero"`
	// BirthYear tells namesakes apart; 0 where unknown or not a person.
	BirthYear int `json:"birthYear,omitzero"`
	// Juvenile marks a party under age: the case is never shown in public.
	Juvenile bool `json:"juvenile,omitzero"`
	// JointGroup binds parties that owe or are owed jointly (liên đới).
	JointGroup string `json:"jointGroup,omitzero"`
	// Commitment is the keyed hash of the identity number, or empty.
	Commitment string `json:"commitment,omitzero"`
	// AccountCommitment is the same of the number of the bank account.
	AccountCommitment string `json:"accountCommitment,omitzero"`
}

// HasIdentityNumber tells whether an identity number is kept of the party.
func (p *Party) HasIdentityNumber() bool { return p.Commitment != "" }

// HasAccountNumber tells whether the number of a bank account is kept of the party.
func (p *Party) HasAccountNumber() bool { return p.AccountCommitment != "" }

// ObligationKind is what a debtor must pay, hand over, do or not do.
type ObligationKind string

// The kinds of obligations. Money obligations first.
const (
	CourtFee       ObligationKind = "COURT_FEE"
	Fine           ObligationKind = "FINE"
	Arrears        ObligationKind = "ARREARS"
	IllicitGains   ObligationKind = "ILLICIT_GAINS"
	Compensation   ObligationKind = "COMPENSATION"
	Maintenance    ObligationKind = "MAINTENANCE"
	Debt           ObligationKind = "DEBT"
	LateInterest   ObligationKind = "LATE_INTEREST"
	OtherMoney     ObligationKind = "OTHER_MONEY"
	HandOverAsset  ObligationKind = "HAND_OVER_ASSET"
	HandOverPapers ObligationKind = "HAND_OVER_PAPERS"
	HandOverChild  ObligationKind = "HAND_OVER_CHILD"
	Confiscation   ObligationKind = "CONFISCATION"
	Destruction    ObligationKind = "DESTRUCTION"
	PerformAct     ObligationKind = "PERFORM_ACT"
	RefrainFromAct ObligationKind = "REFRAIN_FROM_ACT"
	OtherNonMoney  ObligationKind = "OTHER_NON_MONEY"
)

// ObligationKinds are the kinds of obligations, with their names.
func ObligationKinds() []Term[ObligationKind] { return obligationKinds }

var obligationKinds = []Term[ObligationKind]{
	{CourtFee, Text{"Án phí, lệ phí", "Court fees"}},
	{Fine, Text{"Tiền phạt", "Fine"}},
	{Arrears, Text{"Truy thu", "Arrears"}},
	{IllicitGains, Text{"Tịch thu, nộp lại tiền thu lợi bất chính", "Illicit gains"}},
	{Compensation, Text{"Bồi thường", "Compensation"}},
	{Maintenance, Text{"Cấp dưỡng", "Maintenance"}},
	{Debt, Text{"Trả nợ", "Debt"}},
	{LateInterest, Text{"Lãi chậm thi hành án", "Interest for late enforcement"}},
	{OtherMoney, Text{"Nghĩa vụ tiền khác", "Other money obligation"}},
	{HandOverAsset, Text{"Giao tài sản", "Hand over property"}},
	{HandOverPapers, Text{"Giao giấy tờ", "Hand over papers"}},
	{HandOverChild, Text{"Giao người chưa thành niên", "Hand over a minor to the carer"}},
	{Confiscation, Text{"Tịch thu vật chứng, tài sản", "Confiscate exhibits or property"}},
	{Destruction, Text{"Tiêu hủy vật chứng, tài sản", "Destroy exhibits or property"}},
	{PerformAct, Text{"Buộc thực hiện công việc", "Perform an act"}},
	{RefrainFromAct, Text{"Không được thực hiện công việc", "Refrain from an act"}},
	{OtherNonMoney, Text{"Nghĩa vụ khác", "Other obligation"}},
}

// Name returns the kind's names.
func (k ObligationKind) Name() Text { return termOf(obligationKinds, k) }

// IsMoney tells whether the obligation is to pay a sum.
func (k ObligationKind) IsMoney() bool {
	switch k {
	case CourtFee, Fine, Arrears, IllicitGains, Compensation, Maintenance, Debt, LateInterest, OtherMoney:
		return true
	case HandOverAsset, HandOverPapers, HandOverChild, Confiscation, Destruction, PerformAct, RefrainFromAct, OtherNonMoney:
	}
	return false
}

// An Obligation is one line of what the enforcement decision orders.
type Obligation struct {
	// ID is unique within the case ("o1", "o2", …).
	ID   string         `json:"id"`
	Kind ObligationKind `json:"kind"`
	// Amount is the sum to pay, or the value in đồng of what is to be handed
	// over where the judgment gives one. Money obligations have more than 0.
	Amount Dong `json:"amount,omitzero"`
	// Periodic marks instalments that fall due over time (cấp dưỡng định kỳ);
	// each instalment falling due is an adjustment.
	Periodic bool     `json:"periodic,omitzero"`
	Content  string   `json:"content,omitzero"`
	Debtors  []string `json:"debtors,omitzero"`
	// Creditors are the parties it is owed to, by id; none means all.
	Creditors []string `json:"creditors,omitzero"`
}

// A Judgment is the title being enforced.
type Judgment struct {
	Kind   JudgmentKind   `json:"kind"`
	Number DocumentNumber `json:"number"`
	Date   Date           `json:"date"`
	Court  string         `json:"court"`
	// ReceivedOn is when the agency received it.
	ReceivedOn Date `json:"receivedOn,omitzero"`
}

// A Decision is the numbered paper behind a step.
type Decision struct {
	Number DocumentNumber `json:"number"`
	Date   Date           `json:"date"`
	// Issuer names who issued it where it was not the unit that holds the case.
	Issuer string `json:"issuer,omitzero"`
	Signer string `json:"signer,omitzero"`
}

// Particulars are what opens a case: who, what and by which judgment.
type Particulars struct {
	Initiation  Initiation   `json:"initiation"`
	Judgment    Judgment     `json:"judgment"`
	Parties     []Party      `json:"parties"`
	Obligations []Obligation `json:"obligations"`
	Tags        []Tag        `json:"tags,omitzero"`
	// Request is when the request was filed; only on request.
	RequestedOn Date `json:"requestedOn,omitzero"`
	// Balance describes an older case that enters with what is outstanding.
	Balance *OpeningBalance `json:"balance,omitzero"`
}

// An OpeningBalance tells how an older case stood on the day it entered the
// ledger. The obligations' amounts are then what was outstanding that day.
type OpeningBalance struct {
	// State is one of the live states, or SEPARATE_BOOK.
	State CaseState `json:"state"`
	// Since is when that state began.
	Since  Date       `json:"since,omitzero"`
	Ground GroundCode `json:"ground,omitzero"`
	// Verifications is how often the debtor's means had been verified since.
	Verifications int `json:"verifications,omitzero"`
}

// A Tag marks cases that are reported on as a group.
type Tag string

// The tags.
const (
	TagCredit     Tag = "CREDIT_INSTITUTION"
	TagDirected   Tag = "DIRECTED"
	TagCorruption Tag = "CORRUPTION_RECOVERY"
	TagOverdue    Tag = "COUNCIL_LIST"
	TagStateComp  Tag = "STATE_COMPENSATION"
	TagComplex    Tag = "COMPLEX"
	TagImported   Tag = "IMPORTED"
)

// Tags are the tags, with their names.
func Tags() []Term[Tag] { return tags }

var tags = []Term[Tag]{
	{TagCredit, Text{"Tín dụng, ngân hàng", "Credit institution"}},
	{TagDirected, Text{"Thuộc diện chỉ đạo", "Directed"}},
	{TagCorruption, Text{"Thu hồi tài sản tham nhũng, kinh tế", "Recovery of corruption and economic crime assets"}},
	{TagOverdue, Text{"Danh sách giám sát của HĐND", "People's Council list"}},
	{TagStateComp, Text{"Bồi thường nhà nước", "State compensation"}},
	{TagComplex, Text{"Phức tạp, kéo dài", "Complex, long-running"}},
	{TagImported, Text{"Nhập từ sổ cũ", "Imported from a register"}},
}

// CaseState is where a case, or one obligation of it, stands in law.
type CaseState string

// The states of a case (DOMAIN vocabulary in parentheses).
const (
	StateReceived       CaseState = "RECEIVED"        // tiếp nhận
	StateRefused        CaseState = "REFUSED"         // từ chối
	StateVoluntary      CaseState = "VOLUNTARY"       // trong thời hạn tự nguyện
	StateVerifying      CaseState = "VERIFYING"       // đang xác minh
	StateInProgress     CaseState = "IN_PROGRESS"     // đang thi hành
	StatePostponed      CaseState = "POSTPONED"       // hoãn
	StatePaused         CaseState = "PAUSED"          // tạm dừng để giải quyết khiếu nại
	StateSuspended      CaseState = "SUSPENDED"       // tạm đình chỉ
	StateNotEnforceable CaseState = "NOT_ENFORCEABLE" // chưa có điều kiện
	StateSeparateBook   CaseState = "SEPARATE_BOOK"   // sổ theo dõi riêng
	StateDone           CaseState = "DONE"            // thi hành xong
	StateTerminated     CaseState = "TERMINATED"      // đình chỉ
	StateReduced        CaseState = "REDUCED"         // miễn, giảm hết (one obligation only)
	StateEntrusted      CaseState = "ENTRUSTED"       // ủy thác
	StateWithdrawn      CaseState = "WITHDRAWN"       // rút lên
	StateRevoked        CaseState = "REVOKED"         // thu hồi, hủy quyết định
	StateReturned       CaseState = "RETURNED"        // trả lại yêu cầu
	StateVoided         CaseState = "VOIDED"          // hủy bản ghi (entered by mistake)
)

// CaseStates are the states of a case, with their names, in the order of a life.
func CaseStates() []Term[CaseState] { return caseStates }

var caseStates = []Term[CaseState]{
	{StateReceived, Text{"Đã tiếp nhận", "Received"}},
	{StateRefused, Text{"Từ chối yêu cầu", "Refused"}},
	{StateVoluntary, Text{"Trong thời hạn tự nguyện", "Voluntary period"}},
	{StateVerifying, Text{"Đang xác minh", "Verifying means"}},
	{StateInProgress, Text{"Đang thi hành", "In progress"}},
	{StatePostponed, Text{"Hoãn thi hành án", "Postponed"}},
	{StatePaused, Text{"Tạm dừng để giải quyết khiếu nại", "Paused for a complaint"}},
	{StateSuspended, Text{"Tạm đình chỉ", "Suspended"}},
	{StateNotEnforceable, Text{"Chưa có điều kiện thi hành", "Not yet enforceable"}},
	{StateSeparateBook, Text{"Đã chuyển sổ theo dõi riêng", "In the separate book"}},
	{StateDone, Text{"Thi hành xong", "Done"}},
	{StateTerminated, Text{"Đình chỉ", "Terminated"}},
	{StateReduced, Text{"Đã miễn, giảm", "Reduced"}},
	{StateEntrusted, Text{"Đã ủy thác", "Entrusted"}},
	{StateWithdrawn, Text{"Đã rút hồ sơ lên", "Withdrawn to the department"}},
	{StateRevoked, Text{"Thu hồi, hủy quyết định", "Revoked"}},
	{StateReturned, Text{"Đã trả lại yêu cầu", "Request returned"}},
	{StateVoided, Text{"Bản ghi đã hủy", "Record voided"}},
}

// Name returns the state's names.
func (s CaseState) Name() Text { return termOf(caseStates, s) }

// IsLive tells whether enforcement is still owed: the stock that is carried
// over at a year's end. The separate book is a stock of its own.
func (s CaseState) IsLive() bool {
	switch s {
	case StateVoluntary, StateVerifying, StateInProgress, StatePostponed, StatePaused, StateSuspended, StateNotEnforceable:
		return true
	case notOpened, StateReceived, StateRefused, StateSeparateBook, StateDone, StateTerminated, StateReduced,
		StateEntrusted, StateWithdrawn, StateRevoked, StateReturned, StateVoided:
	}
	return false
}

// IsUnfinished tells whether something is left to do: live cases, those in the
// separate book, and those received and not yet decided.
func (s CaseState) IsUnfinished() bool {
	return s.IsLive() || s == StateSeparateBook || s == StateReceived
}

// LiveStates are the states for which IsLive holds.
func LiveStates() []CaseState {
	return slices.DeleteFunc(allCaseStates(), func(s CaseState) bool { return !s.IsLive() })
}

func allCaseStates() []CaseState {
	out := make([]CaseState, len(caseStates))
	for i, t := range caseStates {
		out[i] = t.Value
	}
	return out
}

// A CaseEvent is one event in the life of a case. Which of its fields a kind
// needs and allows stands in CaseEventSpecs.
type CaseEvent struct {
	Record
	Kind CaseEventKind `json:"kind"`
	// Unit and Officer are those that held the case when the event counts,
	// written by the fold when the event is recorded.
	Unit    UnitID    `json:"unit,omitzero"`
	Officer OfficerID `json:"officer,omitzero"`
	// Obligation is the obligation the event acts on; empty for all that are
	// unfinished.
	Obligation string `json:"obligation,omitzero"`
	// Amount is in đồng; negative only for an adjustment downwards.
	Amount   Dong       `json:"amount,omitzero"`
	Ground   GroundCode `json:"ground,omitzero"`
	Until    Date       `json:"until,omitzero"`
	Decision *Decision  `json:"decision,omitzero"`
	Finding  Finding    `json:"finding,omitzero"`
	Measure  Measure    `json:"measure,omitzero"`
	// Particulars open the case.
	Particulars *Particulars `json:"particulars,omitzero"`
	// Parties are added or, by id, replaced (succession, change of address).
	Parties []Party `json:"parties,omitzero"`
	// AddTags and RemoveTags change the tags.
	AddTags    []Tag `json:"addTags,omitzero"`
	RemoveTags []Tag `json:"removeTags,omitzero"`
	// ToUnit and ToOfficer receive the case.
	ToUnit    UnitID    `json:"toUnit,omitzero"`
	ToOfficer OfficerID `json:"toOfficer,omitzero"`
	// Recipient names whom a case is entrusted to or money is paid to.
	Recipient string `json:"recipient,omitzero"`
	// Receipt is the number of the receipt or voucher behind money.
	Receipt string `json:"receipt,omitzero"`
	Note    string `json:"note,omitzero"`
}

// A Finding is the result of verifying the debtor's means.
type Finding string

// The findings.
const (
	FindingMeans   Finding = "MEANS"    // có điều kiện
	FindingNoMeans Finding = "NO_MEANS" // chưa có điều kiện
	FindingUnclear Finding = "UNCLEAR"  // chưa rõ
)

// Findings are the results of a verification, with their names.
func Findings() []Term[Finding] { return findings }

var findings = []Term[Finding]{
	{FindingMeans, Text{"Có điều kiện thi hành", "Has means"}},
	{FindingNoMeans, Text{"Chưa có điều kiện thi hành", "Has no means yet"}},
	{FindingUnclear, Text{"Chưa xác định được", "Unclear"}},
}

// A Measure is a measure of security (bảo đảm) or coercion (cưỡng chế).
type Measure string

// The measures of security (Law 26/2008 art 66, Law 106/2025 art 66) and of
// coercion (art 71 of both).
const (
	FreezeAccount     Measure = "FREEZE_ACCOUNT"
	SeizeTemporarily  Measure = "SEIZE_TEMPORARILY"
	HaltTransactions  Measure = "HALT_TRANSACTIONS"
	ExitPostponement  Measure = "EXIT_POSTPONEMENT"
	DeductAccount     Measure = "DEDUCT_ACCOUNT"
	DeductIncome      Measure = "DEDUCT_INCOME"
	ExploitAsset      Measure = "EXPLOIT_ASSET"
	AttachAsset       Measure = "ATTACH_ASSET"
	CompelHandOver    Measure = "COMPEL_HAND_OVER"
	CompelPerformance Measure = "COMPEL_PERFORMANCE"
)

// SecurityMeasures are the measures of security, with their names.
func SecurityMeasures() []Term[Measure] { return securityMeasures }

// CoerciveMeasures are the measures of coercion, with their names.
func CoerciveMeasures() []Term[Measure] { return coerciveMeasures }

var (
	securityMeasures = []Term[Measure]{
		{FreezeAccount, Text{"Phong tỏa tài khoản, tài sản ở nơi gửi giữ", "Freeze accounts or deposited property"}},
		{SeizeTemporarily, Text{"Tạm giữ tài sản, giấy tờ", "Seize property or papers temporarily"}},
		{HaltTransactions, Text{"Tạm dừng đăng ký, chuyển dịch, thay đổi hiện trạng tài sản", "Halt registration or transfer of property"}},
		{ExitPostponement, Text{"Tạm hoãn xuất cảnh", "Postpone leaving the country"}},
	}
	coerciveMeasures = []Term[Measure]{
		{DeductAccount, Text{"Khấu trừ tiền trong tài khoản; thu hồi, xử lý tiền, giấy tờ có giá", "Deduct from accounts; collect money and securities"}},
		{DeductIncome, Text{"Trừ vào thu nhập", "Deduct from income"}},
		{ExploitAsset, Text{"Khai thác tài sản", "Exploit property"}},
		{AttachAsset, Text{"Kê biên, xử lý tài sản", "Attach and dispose of property"}},
		{CompelHandOver, Text{"Buộc chuyển giao vật, quyền tài sản, giấy tờ", "Compel handing over of things, rights or papers"}},
		{CompelPerformance, Text{"Buộc thực hiện hoặc không được thực hiện công việc", "Compel performing or refraining from an act"}},
	}
)

// A Balance is one obligation as the history leaves it. At every moment
// Amount + Adjusted = Remaining + Held + Done + Reduced + Terminated + Entrusted + Closed.
type Balance struct {
	Obligation
	State CaseState `json:"state"`
	// Since is when that state began; Ground why, Until until when it was ordered.
	Since  Date       `json:"since"`
	Ground GroundCode `json:"ground,omitzero"`
	Until  Date       `json:"until,omitzero"`
	// Adjusted is what interest, instalments falling due and re-valuation added.
	Adjusted Dong `json:"adjusted"`
	// Remaining is what is still to be collected or performed.
	Remaining Dong `json:"remaining"`
	// Held was collected and not yet paid out: still live.
	Held Dong `json:"held"`
	// Done was paid out, deposited, performed between the parties or handed over.
	Done       Dong `json:"done"`
	Reduced    Dong `json:"reduced"`
	Terminated Dong `json:"terminated"`
	Entrusted  Dong `json:"entrusted"`
	// Closed left with the whole case: withdrawn, revoked or returned.
	Closed Dong `json:"closed"`
	// Performed tells that something of it was performed, also without value.
	Performed bool `json:"performed"`
	// Verifications counts the verifications since the state began.
	Verifications int `json:"verifications"`
	// usedOnce holds the grounds that may be used once and were.
	usedOnce []GroundCode
}

// IsMoney tells whether the obligation is to pay a sum.
func (b *Balance) IsMoney() bool { return b.Kind.IsMoney() }

// IsFinished tells whether nothing is left to do about the obligation.
func (b *Balance) IsFinished() bool { return !b.State.IsLive() && b.State != StateSeparateBook }

// A Case is one enforcement decision (1 việc) and all that happened to it.
type Case struct {
	ID CaseID `json:"id"`
	// Version of the document; the number of its events.
	Version int `json:"version"`
	// State is derived from the obligations, see fold.
	State CaseState `json:"state"`
	// Since is when the case came into that state.
	Since  Date       `json:"since"`
	Ground GroundCode `json:"ground,omitzero"`
	// Number is the enforcement decision's, by which the case is known; nil
	// until it is issued.
	Decision *Decision `json:"decision,omitzero"`
	// OpenedOn is the day from which the case counts: of the decision, or of
	// the opening balance.
	OpenedOn    Date        `json:"openedOn,omitzero"`
	Unit        UnitID      `json:"unit"`
	Officer     OfficerID   `json:"officer,omitzero"`
	Particulars Particulars `json:"particulars"`
	Parties     []Party     `json:"parties"`
	Balances    []Balance   `json:"balances"`
	Tags        []Tag       `json:"tags,omitzero"`
	// Units and Officers are all that hold or ever held the case.
	Units    []UnitID    `json:"units"`
	Officers []OfficerID `json:"officers,omitzero"`
	// FinishedOn is when the last obligation was finished; zero while live.
	FinishedOn Date `json:"finishedOn,omitzero"`
	// Events are the whole history, corrected and voided events included.
	Events []CaseEvent `json:"events"`
}

// UpdatedAt is when the last event was recorded.
func (c *Case) UpdatedAt() time.Time {
	if len(c.Events) == 0 {
		return time.Time{}
	}
	return c.Events[len(c.Events)-1].RecordedAt
}

// Obligations are the obligations as the history leaves them; before there is a
// decision, as they were received.
func (c *Case) Obligations() []Balance {
	if len(c.Balances) > 0 {
		return c.Balances
	}
	out := make([]Balance, len(c.Particulars.Obligations))
	for i, o := range c.Particulars.Obligations {
		out[i] = Balance{Obligation: o, State: c.State, Since: c.Since, Remaining: o.Amount}
	}
	return out
}

// Totals are the sums over a case's obligations, in đồng.
type Totals struct {
	// Total is what was ordered and added by adjustments.
	Total      Dong `json:"total"`
	Remaining  Dong `json:"remaining"`
	Held       Dong `json:"held"`
	Done       Dong `json:"done"`
	Reduced    Dong `json:"reduced"`
	Terminated Dong `json:"terminated"`
	Entrusted  Dong `json:"entrusted"`
	Closed     Dong `json:"closed"`
}

// Totals sums the obligations.
func (c *Case) Totals() Totals {
	var t Totals
	for i := range c.Balances {
		b := &c.Balances[i]
		t.Total += b.Amount + b.Adjusted
		t.Remaining += b.Remaining
		t.Held += b.Held
		t.Done += b.Done
		t.Reduced += b.Reduced
		t.Terminated += b.Terminated
		t.Entrusted += b.Entrusted
		t.Closed += b.Closed
	}
	return t
}

// Number is the enforcement decision's number, or the zero number.
func (c *Case) Number() DocumentNumber {
	if c.Decision == nil {
		return DocumentNumber{}
	}
	return c.Decision.Number
}

// Fates tells, for each event, what became of it and which event decided so
// (0: none).
func (c *Case) Fates() ([]Fate, []int) { return fates(c.Events) }

// IsConfidential tells whether nothing of the case may be shown in public:
// family matters and cases with a party under age.
func (c *Case) IsConfidential() bool {
	return c.Particulars.Judgment.Kind == JudgmentFamily ||
		slices.ContainsFunc(c.Parties, func(p Party) bool { return p.Juvenile })
}
