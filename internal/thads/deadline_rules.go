package thads

// The rules.
const (
	RuleDecideRequest     RuleCode = "DECISION_ON_REQUEST"
	RuleDecideOwnMotion   RuleCode = "DECISION_OWN_MOTION"
	RuleDecideBankruptcy  RuleCode = "DECISION_BANKRUPTCY"
	RuleVoluntary         RuleCode = "VOLUNTARY_PERIOD"
	RuleStartVerification RuleCode = "START_VERIFICATION"
	RuleNoMeansDecision   RuleCode = "NOT_ENFORCEABLE_DECISION"
	RuleReverify          RuleCode = "REVERIFY"
	RuleReverifyLong      RuleCode = "REVERIFY_LONG"
	RuleReturnRequest     RuleCode = "RETURN_REQUEST"
	RulePostponement      RuleCode = "POSTPONEMENT"
	RuleResume            RuleCode = "RESUME_AFTER_POSTPONEMENT"
	RulePause             RuleCode = "PAUSE"
	RulePayOut            RuleCode = "PAY_OUT"
	RuleCoercion          RuleCode = "COERCION_AFTER_SECURITY"

	RuleVerdictNotice        RuleCode = "VERDICT_NOTICE"
	RuleVerdictNoticeAtOnce  RuleCode = "VERDICT_NOTICE_AT_ONCE"
	RuleVerdictReceipt       RuleCode = "VERDICT_RECEIPT"
	RuleVerdictEnforce       RuleCode = "VERDICT_ENFORCE"
	RuleVerdictEnforceAtOnce RuleCode = "VERDICT_ENFORCE_AT_ONCE"
	RuleVerdictCompulsion    RuleCode = "VERDICT_COMPULSION_REQUEST"

	RuleTaskDue    RuleCode = "TASK_DUE"
	RuleTaskReview RuleCode = "TASK_REVIEW"
)

const (
	law2008Suffix = " Luật THADS 2008"
	law2025Suffix = " Luật THADS 2025"
)

// under2008 and under2025 make terms under the two laws of enforcement; the
// articles are those of the law itself unless another instrument is named.
func under2008(n int, unit TermUnit, articles string, verified bool) DeadlineTerm {
	return DeadlineTerm{ValidTo: law2008To, N: n, Unit: unit, Ground: articles + law2008Suffix, Verified: verified}
}

func under2025(n int, unit TermUnit, articles string, verified bool) DeadlineTerm {
	return DeadlineTerm{ValidFrom: law2025From, N: n, Unit: unit, Ground: articles + law2025Suffix, Verified: verified}
}

func underBoth(n int, unit TermUnit, articles2008, articles2025 string, verified bool) []DeadlineTerm {
	return []DeadlineTerm{under2008(n, unit, articles2008, verified), under2025(n, unit, articles2025, verified)}
}

// decree62 makes a term of Decree 62/2015/ND-CP, which went with the law of 2008.
func decree62(n int, unit TermUnit, article string, verified bool) DeadlineTerm {
	return DeadlineTerm{ValidTo: law2008To, N: n, Unit: unit, Ground: article + " Nghị định 62/2015/NĐ-CP", Verified: verified}
}

func kinds[K ~string](ks ...K) []string {
	out := make([]string, len(ks))
	for i, k := range ks {
		out[i] = string(k)
	}
	return out
}

var (
	beforeDecision = []CaseState{StateReceived}
	underWay       = []CaseState{StateVoluntary, StateVerifying, StateInProgress, StatePostponed}
)

// The table of rules. A rule that names Starts is tracked in every record;
// CaseDeadlines, VerdictDeadlines and TaskDeadlines say what of those events sets
// it running.
var deadlineRules = []DeadlineRule{
	// Cases, in the order of a life.
	{
		Code: RuleDecideRequest, Book: BookCases, Name: Text{"Ra quyết định hoặc từ chối yêu cầu thi hành án", "Decide on the request, or refuse it"},
		Terms:  underBoth(5, TermWorkdays, "Điều 31 khoản 5, Điều 36 khoản 1", "Điều 34 khoản 3, 4", true),
		Starts: kinds(CaseReceived), Met: kinds(CaseDecided, CaseRefused), While: beforeDecision,
	},
	{
		Code: RuleDecideOwnMotion, Book: BookCases, Name: Text{"Chủ động ra quyết định thi hành án", "Decide on one's own motion"},
		Terms:  underBoth(5, TermWorkdays, "Điều 36 khoản 2", "Điều 33 khoản 3", true),
		Starts: kinds(CaseReceived), Met: kinds(CaseDecided, CaseRefused), While: beforeDecision,
	},
	{
		Code: RuleDecideBankruptcy, Book: BookCases, Name: Text{"Chủ động ra quyết định thi hành quyết định phá sản", "Decide on one's own motion in bankruptcy"},
		Terms:  underBoth(3, TermWorkdays, "Điều 36 khoản 2", "Điều 33 khoản 3", true),
		Starts: kinds(CaseReceived), Met: kinds(CaseDecided, CaseRefused), While: beforeDecision,
	},
	{
		Code: RuleVoluntary, Book: BookCases, Name: Text{"Tự nguyện thi hành án", "Voluntary performance by the debtor"},
		Terms:  underBoth(10, TermDays, "Điều 45", "Điều 36", true),
		Starts: kinds(CaseDecided, CaseBroughtForward), Met: kinds(CasePerformed, CasePaidOut, CaseDeposited),
		While: []CaseState{StateVoluntary}, Lapses: true,
	},
	{
		Code: RuleStartVerification, Book: BookCases, Name: Text{"Bắt đầu xác minh điều kiện thi hành án", "Begin to verify the debtor's means"},
		Terms:  []DeadlineTerm{under2008(10, TermDays, "Điều 44 khoản 1", true), under2025(9, TermDays, "Điều 37 khoản 1", true)},
		Starts: kinds(CaseDecided, CaseBroughtForward), Met: kinds(CaseVerificationBegun, CaseVerified),
		While: []CaseState{StateVoluntary},
	},
	{
		Code: RuleNoMeansDecision, Book: BookCases, Name: Text{"Ra quyết định về việc chưa có điều kiện thi hành án", "Decide that there are no means yet"},
		Terms:  []DeadlineTerm{decree62(5, TermWorkdays, "Điều 9 khoản 4", true), under2025(5, TermWorkdays, "Điều 38 khoản 1", true)},
		Starts: kinds(CaseVerified), Met: kinds(CaseNotEnforceable), While: []CaseState{StateVerifying, StateInProgress},
	},
	{
		Code: RuleReverify, Book: BookCases, Name: Text{"Xác minh lại điều kiện thi hành án", "Verify the debtor's means again"},
		Terms:  underBoth(6, TermMonths, "Điều 44 khoản 2", "Điều 38 khoản 3", true),
		Starts: kinds(CaseNotEnforceable, CaseBroughtForward, CaseVerified), Met: kinds(CaseVerified), While: []CaseState{StateNotEnforceable},
	},
	{
		Code: RuleReverifyLong, Book: BookCases, Name: Text{"Xác minh lại điều kiện thi hành án (phạt tù từ hai năm, chưa rõ địa chỉ)", "Verify again (two years of prison left, or address unknown)"},
		Terms:  underBoth(12, TermMonths, "Điều 44 khoản 2", "Điều 38 khoản 3", true),
		Starts: kinds(CaseNotEnforceable, CaseBroughtForward, CaseVerified), Met: kinds(CaseVerified), While: []CaseState{StateNotEnforceable},
	},
	{
		Code: RuleReturnRequest, Book: BookCases, Name: Text{"Trả lại yêu cầu sau hai năm chưa có điều kiện thi hành", "Return the request after two years without means"},
		Terms:  []DeadlineTerm{under2025(24, TermMonths, "Điều 38 khoản 4", true)},
		Starts: kinds(CaseNotEnforceable), Met: kinds(CaseRequestReturned), While: []CaseState{StateNotEnforceable},
	},
	{
		Code: RulePostponement, Book: BookCases, Name: Text{"Hết thời hạn hoãn thi hành án", "End of the postponement"},
		Terms:  underBoth(0, TermOfRecord, "Điều 48", "Điều 46", true),
		Starts: kinds(CasePostponed, CaseBroughtForward), Met: kinds(CaseResumed), While: []CaseState{StatePostponed}, Lapses: true,
	},
	{
		Code: RuleResume, Book: BookCases, Name: Text{"Ra quyết định tiếp tục thi hành án", "Decide to resume"},
		Terms:  underBoth(5, TermWorkdays, "Điều 48 khoản 3", "Điều 46", true),
		Starts: kinds(CasePostponed), Met: kinds(CaseResumed), While: []CaseState{StatePostponed},
	},
	{
		Code: RulePause, Book: BookCases, Name: Text{"Hết thời hạn tạm dừng để giải quyết khiếu nại", "End of the pause for a complaint"},
		Terms:  underBoth(0, TermOfRecord, "Điều 150 khoản 1", "Quy định về giải quyết khiếu nại của", false),
		Starts: kinds(CasePaused), Met: kinds(CaseResumed), While: []CaseState{StatePaused},
	},
	{
		Code: RulePayOut, Book: BookCases, Name: Text{"Chi trả tiền thi hành án đã thu", "Pay out what was collected"},
		Terms:  underBoth(10, TermDays, "Điều 47 khoản 5", "Điều 54 khoản 6", true),
		Starts: kinds(CaseCollected), Met: kinds(CasePaidOut, CaseDeposited), While: live,
	},
	{
		Code: RuleCoercion, Book: BookCases, Name: Text{"Áp dụng biện pháp cưỡng chế sau biện pháp bảo đảm", "Coercive measure after a security measure"},
		Terms:  []DeadlineTerm{under2008(0, TermOfRecord, "Điều 66–69", false), under2025(10, TermDays, "Điều 66 khoản 4", false)},
		Starts: kinds(CaseSecurityMeasure), Met: kinds(CaseCoerciveMeasure), While: underWay,
	},

	// What is known and not tracked: the records do not say when it begins or
	// that it was done.
	{Code: "COURT_HANDS_OVER", Book: BookCases, Name: Text{"Tòa án chuyển giao bản án có hiệu lực", "Court hands over a judgment in effect"}, Terms: []DeadlineTerm{under2008(30, TermDays, "Điều 28", true), under2025(15, TermDays, "Điều 33 khoản 1", true)}},
	{Code: "COURT_HANDS_OVER_IMMEDIATE", Book: BookCases, Name: Text{"Tòa án chuyển giao bản án thi hành ngay", "Court hands over an immediately enforceable judgment"}, Terms: underBoth(15, TermDays, "Điều 28", "Điều 33 khoản 1", true)},
	{Code: "REQUEST_LIMITATION", Book: BookCases, Name: Text{"Thời hiệu yêu cầu thi hành án", "Time limit to request enforcement"}, Terms: underBoth(60, TermMonths, "Điều 30", "Điều 34 khoản 2", true)},
	{Code: "NOTIFY_PARTIES", Book: BookCases, Name: Text{"Thông báo cho đương sự, gửi Viện kiểm sát", "Notify the parties and the procuracy"}, Terms: []DeadlineTerm{under2008(3, TermWorkdays, "Điều 38, 39", false), under2025(3, TermWorkdays, "Điều 35", true)}},
	{Code: "THIRD_PARTY_ANSWER", Book: BookCases, Name: Text{"Cơ quan, tổ chức trả lời xác minh", "Third parties answer"}, Terms: underBoth(3, TermWorkdays, "Điều 44 khoản 6", "Điều 37 khoản 6", true)},
	{Code: "THIRD_PARTY_ANSWER_ACCOUNT", Book: BookCases, Name: Text{"Trả lời xác minh tài khoản", "Answer about accounts"}, Terms: underBoth(0, TermDays, "Điều 44 khoản 6", "Điều 37 khoản 6", true)},
	{Code: "PUBLISH_DEBTOR", Book: BookCases, Name: Text{"Đăng tải người phải thi hành án chưa có điều kiện", "Publish a debtor without means"}, Terms: []DeadlineTerm{decree62(5, TermWorkdays, "Điều 11", true)}},
	{Code: "AMEND_PUBLICATION", Book: BookCases, Name: Text{"Sửa đổi, bổ sung thông tin đã đăng", "Amend what was published"}, Terms: []DeadlineTerm{decree62(3, TermWorkdays, "Điều 11", true)}},
	{Code: "REMOVE_PUBLICATION", Book: BookCases, Name: Text{"Gỡ thông tin đã đăng", "Remove what was published"}, Terms: []DeadlineTerm{decree62(2, TermWorkdays, "Điều 11", true)}},
	{Code: "COMMUNE_POSTING", Book: BookCases, Name: Text{"Niêm yết tại cấp xã", "Posting in the commune"}, Terms: []DeadlineTerm{decree62(3, TermMonths, "Điều 11", true)}},
	{Code: "VERIFY_NEW_INFORMATION", Book: BookCases, Name: Text{"Xác minh khi có thông tin mới", "Verify on new information"}, Terms: underBoth(10, TermDays, "Điều 44", "Điều 38 khoản 2", true)},
	// It also takes that nothing new became known, which is not recorded.
	{Code: "MOVE_TO_SEPARATE_BOOK", Book: BookCases, Name: Text{"Chuyển sang sổ theo dõi riêng khi đủ điều kiện", "Move to the separate book once it may be"}, Terms: []DeadlineTerm{decree62(3, TermWorkdays, "Điều 9", true)}},
	{Code: "POSTPONE_DECISION", Book: BookCases, Name: Text{"Ra quyết định hoãn khi có căn cứ", "Decide to postpone on grounds"}, Terms: underBoth(5, TermWorkdays, "Điều 48", "Điều 46", true)},
	{Code: "SUSPEND_DECISION", Book: BookCases, Name: Text{"Ra quyết định, thông báo tạm đình chỉ khi có căn cứ", "Decide to suspend on grounds"}, Terms: underBoth(5, TermWorkdays, "Điều 49", "Điều 47", true)},
	{Code: "TERMINATE_DECISION", Book: BookCases, Name: Text{"Ra quyết định đình chỉ khi có căn cứ", "Decide to terminate on grounds"}, Terms: underBoth(5, TermWorkdays, "Điều 50", "Điều 48", true)},
	{Code: "ENTRUST_DECISION", Book: BookCases, Name: Text{"Ra quyết định ủy thác khi có căn cứ", "Decide to entrust on grounds"}, Terms: underBoth(5, TermWorkdays, "Điều 57", "Điều 49", true)},
	{Code: "ENTRUSTED_VERIFICATION_PROPERTY", Book: BookCases, Name: Text{"Trả lời ủy quyền xác minh bất động sản, tài sản đăng ký", "Reply to an authorised verification of registered property"}, Terms: []DeadlineTerm{decree62(30, TermDays, "Ủy quyền xác minh,", false)}},
	{Code: "ENTRUSTED_VERIFICATION", Book: BookCases, Name: Text{"Trả lời ủy quyền xác minh khác", "Reply to another authorised verification"}, Terms: []DeadlineTerm{decree62(15, TermDays, "Ủy quyền xác minh,", false)}},
	{Code: "PAYEE_ABSENT", Book: BookCases, Name: Text{"Gửi tiền khi người nhận không đến", "Deposit money for an absent payee"}, Terms: underBoth(15, TermDays, "Điều 47", "Điều 59 khoản 1", true)},
	{Code: "RESULT_CERTIFICATE", Book: BookCases, Name: Text{"Xác nhận kết quả thi hành án", "Certificate of the result"}, Terms: []DeadlineTerm{under2008(5, TermWorkdays, "Điều 53", true)}},
	{Code: "COERCION_COSTS_NOTICE", Book: BookCases, Name: Text{"Thông báo dự trù chi phí cưỡng chế trước khi cưỡng chế", "Notice of costs before coercion"}, Terms: []DeadlineTerm{under2025(2, TermWorkdays, "Điều 72", false)}},
	{Code: "COERCION_POLICE_PLAN", Book: BookCases, Name: Text{"Kế hoạch bảo vệ cưỡng chế của công an", "Police plan for coercion"}, Terms: []DeadlineTerm{under2025(3, TermWorkdays, "Điều 72", false)}},
	{Code: "EXHIBITS_HAND_OVER", Book: BookCases, Name: Text{"Giao vật chứng bị tịch thu", "Hand over confiscated exhibits"}, Terms: []DeadlineTerm{under2025(10, TermDays, "Điều 57", true)}},
	{Code: "EXHIBITS_DESTRUCTION", Book: BookCases, Name: Text{"Lập hội đồng tiêu hủy vật chứng", "Destruction council"}, Terms: []DeadlineTerm{under2025(1, TermMonths, "Điều 58", true)}},
	{Code: "PROTEST_SAME_LEVEL", Book: BookCases, Name: Text{"Kháng nghị của Viện kiểm sát cùng cấp", "Protest by the procuracy of the same level"}, Terms: []DeadlineTerm{under2008(15, TermDays, "Điều 160", false), under2025(15, TermDays, "Điều 112", true)}},
	{Code: "PROTEST_LEVEL_ABOVE", Book: BookCases, Name: Text{"Kháng nghị của Viện kiểm sát cấp trên", "Protest by the procuracy above"}, Terms: []DeadlineTerm{under2008(30, TermDays, "Điều 160", false), under2025(30, TermDays, "Điều 112", true)}},
	{Code: "PROTEST_REPLY", Book: BookCases, Name: Text{"Trả lời kháng nghị", "Reply to a protest"}, Terms: []DeadlineTerm{under2008(15, TermDays, "Điều 161", false), under2025(15, TermDays, "Điều 113", true)}},
	{Code: "PROTEST_COMPLY", Book: BookCases, Name: Text{"Thực hiện kháng nghị được chấp nhận", "Comply with an accepted protest"}, Terms: []DeadlineTerm{under2025(5, TermWorkdays, "Điều 113", true)}},
	{Code: "DENUNCIATION", Book: BookCases, Name: Text{"Giải quyết tố cáo", "Decide a denunciation"}, Terms: []DeadlineTerm{under2025(30, TermDays, "Điều 110", true)}},
	{Code: "DENUNCIATION_COMPLEX", Book: BookCases, Name: Text{"Giải quyết tố cáo phức tạp", "Decide a complex denunciation"}, Terms: []DeadlineTerm{under2025(60, TermDays, "Điều 110", true)}},
	{Code: "DENUNCIATION_VERY_COMPLEX", Book: BookCases, Name: Text{"Giải quyết tố cáo đặc biệt phức tạp", "Decide an especially complex denunciation"}, Terms: []DeadlineTerm{under2025(90, TermDays, "Điều 110", true)}},

	// Administrative verdicts.
	{
		Code: RuleVerdictNotice, Book: BookVerdicts, Name: Text{"Thông báo tự nguyện thi hành án hành chính", "Notice of voluntary enforcement"},
		Terms:  []DeadlineTerm{{N: 5, Unit: TermWorkdays, Ground: "Nghị định 71/2016/NĐ-CP Điều 14 khoản 2", Verified: true}},
		Starts: kinds(VerdictRegistered), Met: kinds(VerdictNoticeIssued), Ceases: kinds(VerdictCompleted, VerdictNothingLeft),
	},
	{
		Code: RuleVerdictNoticeAtOnce, Book: BookVerdicts, Name: Text{"Thông báo thi hành ngay án hành chính", "Notice of enforcement at once"},
		Terms:  []DeadlineTerm{{N: 0, Unit: TermDays, Ground: "Nghị định 71/2016/NĐ-CP Điều 14 khoản 2", Verified: true}},
		Starts: kinds(VerdictRegistered), Met: kinds(VerdictNoticeIssued), Ceases: kinds(VerdictCompleted, VerdictNothingLeft),
	},
	{
		// No statute says until when: it is our reminder, as long as the debtor
		// itself has.
		Code: RuleVerdictReceipt, Book: BookVerdicts, Name: Text{"Xác định ngày người phải thi hành án nhận bản án", "Establish when the debtor received the judgment"},
		Terms:  []DeadlineTerm{{N: VerdictDays, Unit: TermDays, Ground: "Nhắc việc theo Luật TTHC 2015 Điều 311 khoản 2 (không phải thời hạn luật định)"}},
		Starts: kinds(VerdictRegistered), Met: kinds(VerdictReceiptEstablished), Ceases: kinds(VerdictCompleted, VerdictNothingLeft),
	},
	{
		// Exact, as AdministrativeVerdict.Deadline is.
		Code: RuleVerdictEnforce, Book: BookVerdicts, Name: Text{"Cơ quan phải thi hành án tự thi hành", "The debtor agency carries the judgment out"},
		Terms:  []DeadlineTerm{{N: VerdictDays, Unit: TermDays, Ground: "Luật TTHC 2015 Điều 311 khoản 2", Verified: true}},
		Starts: kinds(VerdictRegistered, VerdictReceiptEstablished), Met: kinds(VerdictCompleted), Ceases: kinds(VerdictNothingLeft), Exact: true,
	},
	{
		Code: RuleVerdictEnforceAtOnce, Book: BookVerdicts, Name: Text{"Cơ quan phải thi hành án thi hành ngay", "The debtor agency carries the judgment out at once"},
		Terms:  []DeadlineTerm{{N: 0, Unit: TermDays, Ground: "Luật TTHC 2015 Điều 311 khoản 2", Verified: true}},
		Starts: kinds(VerdictRegistered, VerdictReceiptEstablished), Met: kinds(VerdictCompleted), Ceases: kinds(VerdictNothingLeft), Exact: true,
	},
	{
		Code: RuleVerdictCompulsion, Book: BookVerdicts, Name: Text{"Yêu cầu Tòa án ra quyết định buộc thi hành án", "Ask the court to compel"},
		Terms:  []DeadlineTerm{{ValidFrom: compulsionFrom, N: 12 * verdictRequestYears, Unit: TermMonths, Ground: "Luật TTHC 2015 Điều 312 khoản 1", Verified: true}},
		Starts: kinds(VerdictRegistered, VerdictReceiptEstablished), Met: kinds(VerdictCompulsionDecided), Ceases: kinds(VerdictCompleted, VerdictNothingLeft), Lapses: true,
	},
	{Code: "VERDICT_COURT_DECIDES", Book: BookVerdicts, Name: Text{"Tòa án ra quyết định buộc thi hành án", "The court decides to compel"}, Terms: []DeadlineTerm{{ValidFrom: compulsionFrom, N: 5, Unit: TermWorkdays, Ground: "Luật TTHC 2015 Điều 312", Verified: true}}},

	// Tasks.
	{
		Code: RuleTaskDue, Book: BookTasks, Name: Text{"Hoàn thành nhiệm vụ", "Complete the task"},
		Terms:  []DeadlineTerm{{Unit: TermOfRecord, Ground: taskRule, Verified: true}},
		Starts: kinds(TaskSet, TaskDueMoved, TaskReopened), Met: kinds(TaskCompleted), Ceases: kinds(TaskCalledOff, TaskDueMoved),
	},
	{
		Code: RuleTaskReview, Book: BookTasks, Name: Text{"Rà soát, đánh giá kết quả thực hiện", "Review what was done"},
		Terms:  []DeadlineTerm{{Unit: TermOfRecord, Ground: taskRule, Verified: true}},
		Starts: kinds(TaskSet), Met: kinds(TaskReported, TaskCompleted), Ceases: kinds(TaskCalledOff),
	},
}
