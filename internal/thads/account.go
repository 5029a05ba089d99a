package thads

import "slices"

// A Book is a kind of record of which figures are kept. What is moved in one
// book never leaves it.
type Book string

// The books.
const (
	BookCases    Book = "CASES"    // việc thi hành án dân sự
	BookVerdicts Book = "VERDICTS" // theo dõi thi hành án hành chính
	BookDirected Book = "DIRECTED" // vụ việc thuộc diện chỉ đạo
	BookTasks    Book = "TASKS"    // nhiệm vụ
)

// Books are the books, with their names.
func Books() []Term[Book] { return books }

var books = []Term[Book]{
	{BookCases, Text{"Thi hành án dân sự", "Civil enforcement"}},
	{BookVerdicts, Text{"Theo dõi thi hành án hành chính", "Administrative verdicts"}},
	{BookDirected, Text{"Vụ việc thuộc diện chỉ đạo", "Directed cases"}},
	{BookTasks, Text{"Nhiệm vụ", "Tasks"}},
}

// AccountNature says how an account takes part in the balance of its book.
type AccountNature string

// The natures of accounts.
const (
	// NatureSource is where what enters the book comes from: its sum is
	// negative, as in double-entry bookkeeping.
	NatureSource AccountNature = "SOURCE"
	// NatureStock is what stands: the live records.
	NatureStock AccountNature = "STOCK"
	// NatureFlow is where what leaves the stock goes.
	NatureFlow AccountNature = "FLOW"
	// NatureMemoStock and NatureMemoFlow lie outside the balance: the separate
	// book, and what is only counted (measures, decisions, sessions).
	NatureMemoStock AccountNature = "MEMO_STOCK"
	NatureMemoFlow  AccountNature = "MEMO_FLOW"
)

// OnBook tells whether postings of such accounts add up to zero.
func (n AccountNature) OnBook() bool { return n != NatureMemoStock && n != NatureMemoFlow }

// IsStock tells whether the account is asked for as it stands on a day, and not
// for what went through it in a span of days.
func (n AccountNature) IsStock() bool { return n == NatureStock || n == NatureMemoStock }

// AccountClass is a class of accounts: a legal state or a way into or out of
// the book, never a column of a form. The values are those of the GraphQL
// enumeration.
type AccountClass string

// The classes of accounts of the book of cases.
const (
	// AccountNew is newly accepted; AccountAdjusted is interest, instalments
	// falling due and re-valuation, in đồng only.
	AccountNew      AccountClass = "NEW"
	AccountAdjusted AccountClass = "ADJUSTED"
	// AccountFromSeparate enters from the separate book, AccountReopened is
	// enforced again after the year in which it was finished.
	AccountFromSeparate AccountClass = "FROM_SEPARATE_BOOK"
	AccountReopened     AccountClass = "REOPENED"
	// AccountOpening is the outstanding balance of an older case, dated the day
	// before its first year in the ledger: carried over, never newly accepted.
	AccountOpening AccountClass = "OPENING"

	AccountVoluntary  AccountClass = "VOLUNTARY"
	AccountVerifying  AccountClass = "VERIFYING"
	AccountInProgress AccountClass = "IN_PROGRESS"
	// AccountHeld is money collected and not yet paid out.
	AccountHeld           AccountClass = "HELD"
	AccountPostponed      AccountClass = "POSTPONED"
	AccountPaused         AccountClass = "PAUSED"
	AccountSuspended      AccountClass = "SUSPENDED"
	AccountNotEnforceable AccountClass = "NOT_ENFORCEABLE"

	AccountDone       AccountClass = "DONE"
	AccountTerminated AccountClass = "TERMINATED"
	AccountReduced    AccountClass = "REDUCED"
	AccountEntrusted  AccountClass = "ENTRUSTED"
	AccountWithdrawn  AccountClass = "WITHDRAWN"
	AccountRevoked    AccountClass = "REVOKED"
	AccountReturned   AccountClass = "RETURNED"
	// AccountToSeparate is what moved to the separate book, AccountTransferred
	// what changed unit, officer or tags while live: the old place gives it, the
	// new one receives it, and over both it is zero.
	AccountToSeparate  AccountClass = "TO_SEPARATE_BOOK"
	AccountTransferred AccountClass = "TRANSFERRED"

	// AccountSeparate is the separate book; AccountMeasure counts measures of
	// security and coercion, AccountReduction decisions to exempt or reduce.
	AccountSeparate  AccountClass = "SEPARATE_BOOK"
	AccountMeasure   AccountClass = "MEASURE"
	AccountReduction AccountClass = "REDUCTION_DECISION"
)

// The classes of the other books.
const (
	AccountVerdictNew         AccountClass = "VERDICT_NEW"
	AccountVerdictReopened    AccountClass = "VERDICT_REOPENED"
	AccountVerdictUnnotified  AccountClass = "VERDICT_UNNOTIFIED"
	AccountVerdictNotified    AccountClass = "VERDICT_NOTIFIED"
	AccountVerdictCompelled   AccountClass = "VERDICT_COMPELLED"
	AccountVerdictUrged       AccountClass = "VERDICT_URGED"
	AccountVerdictDone        AccountClass = "VERDICT_DONE"
	AccountVerdictNoLonger    AccountClass = "VERDICT_NO_LONGER"
	AccountVerdictTransferred AccountClass = "VERDICT_TRANSFERRED"
	// AccountVerdictUntracked counts judgments received with nothing to track.
	AccountVerdictUntracked  AccountClass = "VERDICT_UNTRACKED"
	AccountVerdictNotice     AccountClass = "VERDICT_NOTICE"
	AccountVerdictSession    AccountClass = "VERDICT_SESSION"
	AccountVerdictCompulsion AccountClass = "VERDICT_COMPULSION"
	AccountVerdictPetition   AccountClass = "VERDICT_PETITION"

	AccountDirectedListed      AccountClass = "DIRECTED_LISTED"
	AccountDirectedReopened    AccountClass = "DIRECTED_REOPENED"
	AccountDirectedOpen        AccountClass = "DIRECTED_OPEN"
	AccountDirectedResolved    AccountClass = "DIRECTED_RESOLVED"
	AccountDirectedDelisted    AccountClass = "DIRECTED_DELISTED"
	AccountDirectedTransferred AccountClass = "DIRECTED_TRANSFERRED"

	AccountTaskSet        AccountClass = "TASK_SET"
	AccountTaskReopened   AccountClass = "TASK_REOPENED"
	AccountTaskNotStarted AccountClass = "TASK_NOT_STARTED"
	AccountTaskInProgress AccountClass = "TASK_IN_PROGRESS"
	AccountTaskDone       AccountClass = "TASK_DONE"
	AccountTaskCancelled  AccountClass = "TASK_CANCELLED"
)

// An AccountSpec is one row of the chart of accounts.
type AccountSpec struct {
	Class  AccountClass
	Book   Book
	Nature AccountNature
	Name   Text
}

// ChartOfAccounts are all classes of accounts, in the order of a life.
func ChartOfAccounts() []AccountSpec { return chart }

var chart = []AccountSpec{
	{AccountNew, BookCases, NatureSource, Text{"Thụ lý mới", "Newly accepted"}},
	{AccountAdjusted, BookCases, NatureSource, Text{"Điều chỉnh giá trị (lãi, đến hạn, định giá lại)", "Value adjusted"}},
	{AccountFromSeparate, BookCases, NatureSource, Text{"Từ sổ theo dõi riêng", "From the separate book"}},
	{AccountReopened, BookCases, NatureSource, Text{"Thi hành lại sau năm kết thúc", "Reopened in a later year"}},
	{AccountOpening, BookCases, NatureSource, Text{"Số dư việc cũ", "Balance of an older case"}},
	{AccountVoluntary, BookCases, NatureStock, Text{"Trong thời hạn tự nguyện", "Voluntary period"}},
	{AccountVerifying, BookCases, NatureStock, Text{"Đang xác minh", "Verifying means"}},
	{AccountInProgress, BookCases, NatureStock, Text{"Đang thi hành", "In progress"}},
	{AccountHeld, BookCases, NatureStock, Text{"Đã thu, chưa chi trả", "Collected, not yet paid out"}},
	{AccountPostponed, BookCases, NatureStock, Text{"Hoãn thi hành án", "Postponed"}},
	{AccountPaused, BookCases, NatureStock, Text{"Tạm dừng để giải quyết khiếu nại", "Paused for a complaint"}},
	{AccountSuspended, BookCases, NatureStock, Text{"Tạm đình chỉ", "Suspended"}},
	{AccountNotEnforceable, BookCases, NatureStock, Text{"Chưa có điều kiện thi hành", "Not yet enforceable"}},
	{AccountDone, BookCases, NatureFlow, Text{"Thi hành xong", "Done"}},
	{AccountTerminated, BookCases, NatureFlow, Text{"Đình chỉ", "Terminated"}},
	{AccountReduced, BookCases, NatureFlow, Text{"Miễn, giảm nghĩa vụ", "Reduced"}},
	{AccountEntrusted, BookCases, NatureFlow, Text{"Ủy thác thi hành án", "Entrusted"}},
	{AccountWithdrawn, BookCases, NatureFlow, Text{"Cấp tỉnh rút lên thi hành", "Withdrawn to the department"}},
	{AccountRevoked, BookCases, NatureFlow, Text{"Thu hồi, hủy quyết định", "Revoked"}},
	{AccountReturned, BookCases, NatureFlow, Text{"Trả lại yêu cầu", "Request returned"}},
	{AccountToSeparate, BookCases, NatureFlow, Text{"Chuyển sổ theo dõi riêng", "Moved to the separate book"}},
	{AccountTransferred, BookCases, NatureFlow, Text{"Chuyển đơn vị, chấp hành viên, nhãn", "Transferred"}},
	{AccountSeparate, BookCases, NatureMemoStock, Text{"Sổ theo dõi riêng", "Separate book"}},
	{AccountMeasure, BookCases, NatureMemoFlow, Text{"Biện pháp bảo đảm, cưỡng chế", "Measures of security and coercion"}},
	{AccountReduction, BookCases, NatureMemoFlow, Text{"Quyết định miễn, giảm", "Decisions to exempt or reduce"}},

	{AccountVerdictNew, BookVerdicts, NatureSource, Text{"Thụ lý theo dõi mới", "Newly tracked"}},
	{AccountVerdictReopened, BookVerdicts, NatureSource, Text{"Theo dõi lại sau năm kết thúc", "Reopened in a later year"}},
	{AccountVerdictUnnotified, BookVerdicts, NatureStock, Text{"Chưa thông báo tự nguyện", "Not yet notified"}},
	{AccountVerdictNotified, BookVerdicts, NatureStock, Text{"Đã thông báo tự nguyện thi hành", "Notified"}},
	{AccountVerdictCompelled, BookVerdicts, NatureStock, Text{"Đã có quyết định buộc thi hành án", "Compelled by the court"}},
	{AccountVerdictUrged, BookVerdicts, NatureStock, Text{"Đang đôn đốc", "Urged"}},
	{AccountVerdictDone, BookVerdicts, NatureFlow, Text{"Thi hành xong", "Done"}},
	{AccountVerdictNoLonger, BookVerdicts, NatureFlow, Text{"Không còn nội dung thi hành", "Nothing left to carry out"}},
	{AccountVerdictTransferred, BookVerdicts, NatureFlow, Text{"Chuyển đơn vị, chấp hành viên", "Transferred"}},
	{AccountVerdictUntracked, BookVerdicts, NatureMemoFlow, Text{"Bản án không có nội dung theo dõi", "Nothing to track"}},
	{AccountVerdictNotice, BookVerdicts, NatureMemoFlow, Text{"Thông báo tự nguyện thi hành", "Notices"}},
	{AccountVerdictSession, BookVerdicts, NatureMemoFlow, Text{"Buổi làm việc", "Work sessions"}},
	{AccountVerdictCompulsion, BookVerdicts, NatureMemoFlow, Text{"Quyết định buộc thi hành án hành chính", "Decisions to compel"}},
	{AccountVerdictPetition, BookVerdicts, NatureMemoFlow, Text{"Kiến nghị xử lý trách nhiệm", "Petitions for discipline"}},

	{AccountDirectedListed, BookDirected, NatureSource, Text{"Đưa vào diện chỉ đạo", "Listed"}},
	{AccountDirectedReopened, BookDirected, NatureSource, Text{"Chỉ đạo lại", "Reopened"}},
	{AccountDirectedOpen, BookDirected, NatureStock, Text{"Đang chỉ đạo", "Open"}},
	{AccountDirectedResolved, BookDirected, NatureFlow, Text{"Giải quyết xong", "Resolved"}},
	{AccountDirectedDelisted, BookDirected, NatureFlow, Text{"Đưa ra khỏi diện chỉ đạo", "Delisted"}},
	{AccountDirectedTransferred, BookDirected, NatureFlow, Text{"Chuyển đơn vị", "Transferred"}},

	{AccountTaskSet, BookTasks, NatureSource, Text{"Giao nhiệm vụ", "Set"}},
	{AccountTaskReopened, BookTasks, NatureSource, Text{"Giao lại nhiệm vụ", "Reopened"}},
	{AccountTaskNotStarted, BookTasks, NatureStock, Text{"Chưa thực hiện", "Not started"}},
	{AccountTaskInProgress, BookTasks, NatureStock, Text{"Đang thực hiện", "In progress"}},
	{AccountTaskDone, BookTasks, NatureFlow, Text{"Hoàn thành", "Done"}},
	{AccountTaskCancelled, BookTasks, NatureFlow, Text{"Đã hủy bỏ", "Cancelled"}},
}

// AccountSpecOf finds a class in the chart of accounts.
func AccountSpecOf(c AccountClass) (AccountSpec, bool) {
	i := slices.IndexFunc(chart, func(s AccountSpec) bool { return s.Class == c })
	if i < 0 {
		return AccountSpec{Class: c, Name: Text{VI: string(c), EN: string(c)}}, false
	}
	return chart[i], true
}

// Book returns the book of the class.
func (c AccountClass) Book() Book { s, _ := AccountSpecOf(c); return s.Book }

// Nature returns the nature of the class.
func (c AccountClass) Nature() AccountNature { s, _ := AccountSpecOf(c); return s.Nature }

// Name returns the names of the class.
func (c AccountClass) Name() Text { s, _ := AccountSpecOf(c); return s.Name }

// An Account is where cases and money stand, come from or go to: a class with
// its legal ground, or with the measure where it counts measures.
type Account struct {
	Class AccountClass
	// Detail is the code of the ground or measure; "" for none.
	Detail string
}
