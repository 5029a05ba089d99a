package forms

import (
	"slices"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A Measure is a figure by name. The values are those of the GraphQL
// enumeration FigureMeasure.
type Measure string

// The measures.
const (
	MeasureAcceptedTotal  Measure = "ACCEPTED_TOTAL"
	MeasureCarriedIn      Measure = "CARRIED_IN"
	MeasureNewlyAccepted  Measure = "NEWLY_ACCEPTED"
	MeasureEntrusted      Measure = "ENTRUSTED"
	MeasureWithdrawn      Measure = "WITHDRAWN"
	MeasureRevoked        Measure = "REVOKED"
	MeasureReturned       Measure = "RETURNED"
	MeasureToEnforce      Measure = "TO_ENFORCE"
	MeasureEnforceable    Measure = "ENFORCEABLE"
	MeasureDone           Measure = "DONE"
	MeasureTerminated     Measure = "TERMINATED"
	MeasureReduced        Measure = "REDUCED"
	MeasureSettled        Measure = "SETTLED"
	MeasureInProgress     Measure = "IN_PROGRESS"
	MeasurePostponed      Measure = "POSTPONED"
	MeasureSuspended      Measure = "SUSPENDED"
	MeasurePaused         Measure = "PAUSED"
	MeasureNotEnforceable Measure = "NOT_ENFORCEABLE"
	MeasureOutside        Measure = "OUTSIDE"
	MeasureSeparateBook   Measure = "SEPARATE_BOOK"
	MeasureCarriedOut     Measure = "CARRIED_OUT"
	MeasureHeld           Measure = "HELD"
	MeasureMeasures       Measure = "MEASURES"
	MeasureReductions     Measure = "REDUCTION_DECISIONS"

	MeasureVerdictsCarriedIn  Measure = "VERDICTS_CARRIED_IN"
	MeasureVerdictsNew        Measure = "VERDICTS_NEW"
	MeasureVerdictsTracked    Measure = "VERDICTS_TRACKED"
	MeasureVerdictsDone       Measure = "VERDICTS_DONE"
	MeasureVerdictsNoLonger   Measure = "VERDICTS_NO_LONGER"
	MeasureVerdictsNotDone    Measure = "VERDICTS_NOT_DONE"
	MeasureVerdictNotices     Measure = "VERDICT_NOTICES"
	MeasureVerdictSessions    Measure = "VERDICT_SESSIONS"
	MeasureVerdictCompulsions Measure = "VERDICT_COMPULSIONS"
	MeasureVerdictPetitions   Measure = "VERDICT_PETITIONS"

	MeasureDirectedListed   Measure = "DIRECTED_LISTED"
	MeasureDirectedResolved Measure = "DIRECTED_RESOLVED"
	MeasureDirectedOpen     Measure = "DIRECTED_OPEN"

	MeasureTasksOpen Measure = "TASKS_OPEN"
	MeasureTasksDone Measure = "TASKS_DONE"
)

// A MeasureSpec describes a measure.
type MeasureSpec struct {
	Measure Measure
	// Code is its letter in the statistical forms ("A1"), "" for none.
	Code string
	Name thads.Text
	Book thads.Book
	// Cases and Dong tell in what it is counted.
	Cases, Dong bool
	// Flow measures count what happened from the first to the last day only,
	// and so may be grouped by month; the others also look at what stands.
	Flow    bool
	Formula thads.Text
	Source  string
	// Verified tells whether it was checked against a published source.
	Verified bool
}

// Measures are the measures, in the order of the forms.
func Measures() []MeasureSpec { return slices.Clone(measures) }

const (
	published    = "Tên cột và cách tính theo các báo cáo đã công bố của Tổng cục THADS và cơ quan THADS"
	ownRule      = "Quy tắc của hệ thống"
	balanceRule  = "Cân đối theo chế độ báo cáo: xem từng chế độ"
	verdictRule  = "Số liệu theo dõi thi hành án hành chính trong các báo cáo đã công bố"
	separateRule = "Nghị định 62/2015/NĐ-CP Điều 9 khoản 6: thống kê riêng"
)

var measures = []MeasureSpec{
	{
		Measure: MeasureAcceptedTotal, Code: "A1", Name: text("Tổng số thụ lý", "Accepted in all"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("A1 = A2 + A3", "A1 = A2 + A3"), Source: published, Verified: true,
	},
	{
		Measure: MeasureCarriedIn, Code: "A2", Name: text("Năm trước chuyển sang", "Carried in"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Số đang tồn trước kỳ − chuyển sổ theo dõi riêng trong kỳ, cộng hoặc trừ số chuyển đơn vị, chấp hành viên, nhãn trong kỳ, cộng số dư việc cũ nhập trong kỳ",
			"What stood before the period − moved to the separate book in it ± transferred in it + balances of older cases entered in it"), Source: published, Verified: true,
	},
	{
		Measure: MeasureNewlyAccepted, Code: "A3", Name: text("Thụ lý mới", "Newly accepted"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Thụ lý mới + từ sổ theo dõi riêng + thi hành lại sau năm kết thúc + điều chỉnh giá trị (tiền), trong kỳ",
			"Newly accepted + from the separate book + reopened in a later year + value adjusted (money), in the period"), Source: published, Verified: true,
	},
	{
		Measure: MeasureEntrusted, Code: "B1", Name: text("Ủy thác thi hành án", "Entrusted"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Ủy thác trong kỳ", "Entrusted in the period"), Source: published, Verified: true,
	},
	{
		Measure: MeasureWithdrawn, Code: "B2", Name: text("Cục rút lên thi hành", "Withdrawn to the department"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Cấp tỉnh rút lên trong kỳ (đến 06/2025)", "Withdrawn in the period (until 06/2025)"), Source: published, Verified: true,
	},
	{
		Measure: MeasureRevoked, Code: "B3", Name: text("Thu hồi, hủy quyết định thi hành án", "Decision revoked"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Thu hồi, hủy trong kỳ", "Revoked in the period"), Source: published, Verified: true,
	},
	{
		Measure: MeasureReturned, Code: "B4", Name: text("Trả lại yêu cầu thi hành án", "Request returned"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Trả lại yêu cầu trong kỳ (từ 07/2026)", "Returned in the period (from 07/2026)"), Source: "Luật 106/2025/QH15 Điều 38 khoản 4; vị trí trong biểu chưa biết",
	},
	{
		Measure: MeasureToEnforce, Code: "C", Name: text("Tổng số phải thi hành", "To enforce"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("C = A1 − B1 − B2 − B3 (− B4)", "C = A1 − B1 − B2 − B3 (− B4)"), Source: published, Verified: true,
	},
	{
		Measure: MeasureEnforceable, Code: "D", Name: text("Có điều kiện thi hành", "With means"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("D1 + D2 + D3 + D4, cộng hoãn, tạm đình chỉ, tạm dừng tùy chế độ", "D1 + D2 + D3 + D4, and postponed, suspended, paused as the regime has it"), Source: balanceRule,
	},
	{
		Measure: MeasureSettled, Name: text("Đã giải quyết xong", "Settled"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("D1 + D2 (việc); D1 + D2 + D3 (tiền)", "D1 + D2 (cases); D1 + D2 + D3 (money)"), Source: published, Verified: true,
	},
	{
		Measure: MeasureDone, Code: "D1", Name: text("Thi hành xong", "Done"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Thi hành xong trong kỳ; tiền tính khi đã chi trả hoặc gửi tiết kiệm", "Done in the period; money when paid out or deposited"), Source: published, Verified: true,
	},
	{
		Measure: MeasureTerminated, Code: "D2", Name: text("Đình chỉ thi hành án", "Terminated"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Đình chỉ trong kỳ", "Terminated in the period"), Source: published, Verified: true,
	},
	{
		Measure: MeasureReduced, Code: "D3", Name: text("Giảm nghĩa vụ thi hành án", "Reduced"), Book: thads.BookCases, Dong: true, Flow: true,
		Formula: text("Miễn, giảm nghĩa vụ trong kỳ (tiền)", "Exempted or reduced in the period (money)"), Source: published,
	},
	{
		Measure: MeasureInProgress, Code: "D4", Name: text("Đang thi hành", "Under way"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Trong thời hạn tự nguyện + đang xác minh + đang thi hành + đã thu chưa chi trả, đến ngày cuối kỳ",
			"Voluntary period + verifying + in progress + collected and not paid out, on the last day"), Source: published,
	},
	{
		Measure: MeasurePostponed, Name: text("Hoãn thi hành án", "Postponed"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Đang hoãn đến ngày cuối kỳ", "Postponed on the last day"), Source: published,
	},
	{
		Measure: MeasureSuspended, Name: text("Tạm đình chỉ thi hành án", "Suspended"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Đang tạm đình chỉ đến ngày cuối kỳ", "Suspended on the last day"), Source: published,
	},
	{
		Measure: MeasurePaused, Name: text("Tạm dừng thi hành án để giải quyết khiếu nại", "Paused for a complaint"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Đang tạm dừng đến ngày cuối kỳ", "Paused on the last day"), Source: published,
	},
	{
		Measure: MeasureNotEnforceable, Code: "E", Name: text("Chưa có điều kiện thi hành (trừ số đã chuyển sổ theo dõi riêng)", "Not yet enforceable (without the separate book)"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Chưa có điều kiện đến ngày cuối kỳ", "Not yet enforceable on the last day"), Source: published, Verified: true,
	},
	{
		Measure: MeasureOutside, Code: "G", Name: text("Hoãn, tạm đình chỉ, tạm dừng, khác ngoài số có điều kiện", "Outside both with and without means"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Hoãn, tạm đình chỉ, tạm dừng mà chế độ không tính trong D; C = D + E + G", "Postponed, suspended, paused that the regime does not count in D; C = D + E + G"), Source: balanceRule,
	},
	{
		Measure: MeasureSeparateBook, Code: "F", Name: text("Chưa có điều kiện đã chuyển sổ theo dõi riêng", "In the separate book"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Trong sổ theo dõi riêng đến ngày cuối kỳ; ngoài C", "In the separate book on the last day; outside C"), Source: separateRule, Verified: true,
	},
	{
		Measure: MeasureCarriedOut, Code: "R", Name: text("Tổng số chuyển kỳ sau", "Carried out"), Book: thads.BookCases, Cases: true, Dong: true,
		Formula: text("Đang tồn đến ngày cuối kỳ, bằng C trừ số đã giải quyết xong", "What stands on the last day: C less what was settled"), Source: published, Verified: true,
	},
	{
		Measure: MeasureHeld, Name: text("Đã thu, chưa chi trả", "Collected, not paid out"), Book: thads.BookCases, Dong: true,
		Formula: text("Tiền đã thu, chưa chi trả đến ngày cuối kỳ; nằm trong D4", "Collected and not paid out on the last day; part of D4"), Source: ownRule,
	},
	{
		Measure: MeasureMeasures, Name: text("Biện pháp bảo đảm, cưỡng chế", "Measures of security and coercion"), Book: thads.BookCases, Cases: true, Dong: true, Flow: true,
		Formula: text("Mỗi quyết định áp dụng biện pháp trong kỳ tính là một việc", "Each decision in the period counts one"), Source: "Thông tư 08/2015/TT-BTP, Phụ lục 2: mỗi quyết định cưỡng chế là một việc", Verified: true,
	},
	{
		Measure: MeasureReductions, Name: text("Quyết định miễn, giảm", "Decisions to exempt or reduce"), Book: thads.BookCases, Cases: true, Flow: true,
		Formula: text("Mỗi quyết định miễn, giảm trong kỳ tính là một việc", "Each decision in the period counts one"), Source: ownRule,
	},

	{
		Measure: MeasureVerdictsCarriedIn, Name: text("Án hành chính kỳ trước chuyển sang", "Verdicts carried in"), Book: thads.BookVerdicts, Cases: true,
		Formula: text("Đang theo dõi trước kỳ, cộng hoặc trừ số chuyển đơn vị, chấp hành viên trong kỳ", "Tracked before the period ± transferred in it"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictsNew, Name: text("Án hành chính thụ lý theo dõi mới", "Verdicts newly tracked"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Thụ lý theo dõi mới + theo dõi lại sau năm kết thúc, trong kỳ", "Newly tracked + reopened in a later year, in the period"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictsTracked, Name: text("Án hành chính phải theo dõi", "Verdicts to track"), Book: thads.BookVerdicts, Cases: true,
		Formula: text("Kỳ trước chuyển sang + thụ lý mới", "Carried in + new"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictsDone, Name: text("Án hành chính thi hành xong", "Verdicts done"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Thi hành xong trong kỳ", "Done in the period"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictsNoLonger, Name: text("Án hành chính không còn nội dung thi hành", "Verdicts with nothing left"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Không còn nội dung thi hành, trong kỳ", "Nothing left to carry out, in the period"), Source: ownRule,
	},
	{
		Measure: MeasureVerdictsNotDone, Name: text("Án hành chính chưa thi hành xong", "Verdicts not done"), Book: thads.BookVerdicts, Cases: true,
		Formula: text("Đang theo dõi đến ngày cuối kỳ", "Tracked on the last day"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictNotices, Name: text("Thông báo tự nguyện thi hành án hành chính", "Notices"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Số thông báo trong kỳ", "Notices in the period"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictSessions, Name: text("Buổi làm việc về thi hành án hành chính", "Work sessions"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Số buổi làm việc trong kỳ", "Work sessions in the period"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictCompulsions, Name: text("Quyết định buộc thi hành án hành chính", "Decisions to compel"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Số quyết định của Tòa án trong kỳ", "Decisions of the court in the period"), Source: verdictRule, Verified: true,
	},
	{
		Measure: MeasureVerdictPetitions, Name: text("Kiến nghị xử lý trách nhiệm", "Petitions for discipline"), Book: thads.BookVerdicts, Cases: true, Flow: true,
		Formula: text("Số kiến nghị trong kỳ", "Petitions in the period"), Source: verdictRule, Verified: true,
	},

	{
		Measure: MeasureDirectedListed, Name: text("Vụ việc thuộc diện chỉ đạo", "Directed cases"), Book: thads.BookDirected, Cases: true,
		Formula: text("Đang chỉ đạo + đã giải quyết xong, từ khi đưa vào diện chỉ đạo đến ngày cuối kỳ", "Open + resolved, from listing to the last day"), Source: ownRule,
	},
	{
		Measure: MeasureDirectedResolved, Name: text("Vụ việc thuộc diện chỉ đạo đã giải quyết xong", "Directed cases resolved"), Book: thads.BookDirected, Cases: true,
		Formula: text("Giải quyết xong đến ngày cuối kỳ, trừ số chỉ đạo lại", "Resolved up to the last day, less those reopened"), Source: ownRule,
	},
	{
		Measure: MeasureDirectedOpen, Name: text("Vụ việc đang chỉ đạo", "Directed cases open"), Book: thads.BookDirected, Cases: true,
		Formula: text("Đang chỉ đạo đến ngày cuối kỳ", "Open on the last day"), Source: ownRule,
	},

	{
		Measure: MeasureTasksOpen, Name: text("Nhiệm vụ chưa xong", "Tasks open"), Book: thads.BookTasks, Cases: true,
		Formula: text("Chưa thực hiện + đang thực hiện, đến ngày cuối kỳ", "Not started + in progress, on the last day"), Source: ownRule,
	},
	{
		Measure: MeasureTasksDone, Name: text("Nhiệm vụ hoàn thành", "Tasks done"), Book: thads.BookTasks, Cases: true, Flow: true,
		Formula: text("Hoàn thành trong kỳ", "Done in the period"), Source: ownRule,
	},
}

// MeasureSpecOf finds a measure.
func MeasureSpecOf(m Measure) (MeasureSpec, bool) {
	i := slices.IndexFunc(measures, func(s MeasureSpec) bool { return s.Measure == m })
	if i < 0 {
		return MeasureSpec{Measure: m, Name: text(string(m), string(m))}, false
	}
	return measures[i], true
}

// Name returns the measure's names.
func (m Measure) Name() thads.Text { s, _ := MeasureSpecOf(m); return s.Name }

// The groups of accounts that measures are made of.
var (
	underWay = []thads.AccountClass{thads.AccountVoluntary, thads.AccountVerifying, thads.AccountInProgress, thads.AccountHeld}
	resting  = []thads.AccountClass{thads.AccountPostponed, thads.AccountSuspended, thads.AccountPaused}
	live     = slices.Concat(underWay, resting, []thads.AccountClass{thads.AccountNotEnforceable})
	settled  = []thads.AccountClass{thads.AccountDone, thads.AccountTerminated, thads.AccountReduced}

	liveVerdicts = []thads.AccountClass{thads.AccountVerdictUnnotified, thads.AccountVerdictNotified, thads.AccountVerdictCompelled, thads.AccountVerdictUrged}
)

// byAgreement are the grounds of postponement that Circular 06/2019 counts among
// the cases with means: the parties agreed (Law 26/2008 art 48(1)(c)).
var byAgreement = []string{"L2008_48_1_C"}

func part(span ledger.Span, sign int64, classes ...thads.AccountClass) ledger.Part {
	return ledger.Part{Accounts: ledger.Accounts{Classes: classes}, Span: span, Sign: sign}
}

func stock(classes ...thads.AccountClass) ledger.Figure {
	return ledger.Figure{part(ledger.UpTo, 1, classes...)}
}

func flow(classes ...thads.AccountClass) ledger.Figure {
	return ledger.Figure{part(ledger.Within, 1, classes...)}
}

// source sums accounts of nature SOURCE, which give, as what they gave.
func source(classes ...thads.AccountClass) ledger.Figure {
	return ledger.Figure{part(ledger.Within, -1, classes...)}
}

// minus is the figure with its sign turned.
func minus(f ledger.Figure) ledger.Figure {
	out := slices.Clone(f)
	for i := range out {
		out[i].Sign = -out[i].Sign
	}
	return out
}

// A balance is how a regime splits what is live and neither under way nor
// without means: in D, or outside of both D and E.
type balance struct{ within, outside ledger.Figure }

// balanceOf returns the regime's split. That of TT05_2026 is not known and
// provisionally that of TT05_2024.
func balanceOf(r Regime) (balance, bool) {
	switch r {
	case RegimeTT01:
		return balance{within: stock(resting...), outside: ledger.Figure{}}, true
	case RegimeTT06:
		agreed, other := part(ledger.UpTo, 1, thads.AccountPostponed), part(ledger.UpTo, 1, thads.AccountPostponed)
		agreed.Accounts.Only, other.Accounts.Except = byAgreement, byAgreement
		return balance{within: ledger.Figure{agreed}, outside: ledger.Figure{other, part(ledger.UpTo, 1, thads.AccountSuspended, thads.AccountPaused)}}, true
	case RegimeTT05, RegimeTT05Of2026:
		return balance{within: ledger.Figure{}, outside: stock(resting...)}, true
	}
	return balance{}, false
}

// Provisional tells whether figures under the regime follow the arithmetic of an
// earlier one because its own is not known, and what to say beside them.
func Provisional(r Regime) (note thads.Text, provisional bool) {
	s, ok := RegimeSpecOf(r)
	return s.Note, ok && !s.Available
}

// FigureOf returns what a measure is made of under a regime. ENFORCEABLE and
// OUTSIDE differ by regime; a figure without parts is zero. It is false for an
// unknown measure or regime. See [Provisional] for TT05_2026.
func FigureOf(m Measure, r Regime) (ledger.Figure, bool) {
	split, ok := balanceOf(r)
	if !ok {
		return nil, false
	}
	switch m {
	case MeasureCarriedIn:
		return ledger.Figure{
			part(ledger.Before, 1, live...),
			part(ledger.Within, -1, thads.AccountToSeparate, thads.AccountTransferred, thads.AccountOpening),
		}, true
	case MeasureNewlyAccepted:
		return source(thads.AccountNew, thads.AccountAdjusted, thads.AccountFromSeparate, thads.AccountReopened), true
	case MeasureAcceptedTotal:
		return sumOf(r, MeasureCarriedIn, MeasureNewlyAccepted), true
	case MeasureEntrusted:
		return flow(thads.AccountEntrusted), true
	case MeasureWithdrawn:
		return flow(thads.AccountWithdrawn), true
	case MeasureRevoked:
		return flow(thads.AccountRevoked), true
	case MeasureReturned:
		return flow(thads.AccountReturned), true
	case MeasureToEnforce:
		return slices.Concat(sumOf(r, MeasureAcceptedTotal), minus(sumOf(r, MeasureEntrusted, MeasureWithdrawn, MeasureRevoked, MeasureReturned))), true
	case MeasureEnforceable:
		return slices.Concat(sumOf(r, MeasureSettled, MeasureInProgress), split.within), true
	case MeasureDone:
		return flow(thads.AccountDone), true
	case MeasureTerminated:
		return flow(thads.AccountTerminated), true
	case MeasureReduced:
		return flow(thads.AccountReduced), true
	case MeasureSettled:
		return flow(settled...), true
	case MeasureInProgress:
		return stock(underWay...), true
	case MeasurePostponed:
		return stock(thads.AccountPostponed), true
	case MeasureSuspended:
		return stock(thads.AccountSuspended), true
	case MeasurePaused:
		return stock(thads.AccountPaused), true
	case MeasureNotEnforceable:
		return stock(thads.AccountNotEnforceable), true
	case MeasureOutside:
		return split.outside, true
	case MeasureSeparateBook:
		return stock(thads.AccountSeparate), true
	case MeasureCarriedOut:
		return stock(live...), true
	case MeasureHeld:
		return stock(thads.AccountHeld), true
	case MeasureMeasures:
		return flow(thads.AccountMeasure), true
	case MeasureReductions:
		return flow(thads.AccountReduction), true

	case MeasureVerdictsCarriedIn:
		return ledger.Figure{part(ledger.Before, 1, liveVerdicts...), part(ledger.Within, -1, thads.AccountVerdictTransferred)}, true
	case MeasureVerdictsNew:
		return source(thads.AccountVerdictNew, thads.AccountVerdictReopened), true
	case MeasureVerdictsTracked:
		return sumOf(r, MeasureVerdictsCarriedIn, MeasureVerdictsNew), true
	case MeasureVerdictsDone:
		return flow(thads.AccountVerdictDone), true
	case MeasureVerdictsNoLonger:
		return flow(thads.AccountVerdictNoLonger), true
	case MeasureVerdictsNotDone:
		return stock(liveVerdicts...), true
	case MeasureVerdictNotices:
		return flow(thads.AccountVerdictNotice), true
	case MeasureVerdictSessions:
		return flow(thads.AccountVerdictSession), true
	case MeasureVerdictCompulsions:
		return flow(thads.AccountVerdictCompulsion), true
	case MeasureVerdictPetitions:
		return flow(thads.AccountVerdictPetition), true

	// Directed cases are counted from their listing on, over all years. One that
	// was ended in an earlier year and reopened stays in the account it ended in,
	// and REOPENED, which gives, takes it out again.
	case MeasureDirectedListed:
		return sumOf(r, MeasureDirectedOpen, MeasureDirectedResolved), true
	case MeasureDirectedResolved:
		return stock(thads.AccountDirectedResolved, thads.AccountDirectedReopened), true
	case MeasureDirectedOpen:
		return stock(thads.AccountDirectedOpen), true

	case MeasureTasksOpen:
		return stock(thads.AccountTaskNotStarted, thads.AccountTaskInProgress), true
	case MeasureTasksDone:
		return flow(thads.AccountTaskDone), true
	}
	return nil, false
}

// sumOf adds measures of one regime up.
func sumOf(r Regime, ms ...Measure) ledger.Figure {
	out := ledger.Figure{}
	for _, m := range ms {
		f, _ := FigureOf(m, r)
		out = append(out, f...)
	}
	return out
}
