package sheet

import (
	"slices"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A CaseRow is one row of a register of cases, in the columns of the template.
// Zero values are empty cells.
type CaseRow struct {
	// Key names the case in the file, or is the id of its record.
	Key                   string
	Unit, Officer, Number string
	Date, EffectiveOn     thads.Date
	Initiation            thads.Initiation
	JudgmentKind          thads.JudgmentKind
	JudgmentNumber        string
	JudgmentDate          thads.Date
	Court                 string
	// Parties without a kind are what their name says.
	Debtor, Creditor, Related PartyCells
	ObligationKind            thads.ObligationKind
	Amount                    thads.Dong
	Content                   string
	Periodic                  bool
	// ObligationDebtors and ObligationCreditors name the parties that the
	// obligation binds, by id or name, divided by semicolons; empty for all.
	ObligationDebtors, ObligationCreditors string
	ObligationID                           string
	// MoreObligations are the further obligations that cells name. Writers give
	// them rows of their own.
	MoreObligations         []ObligationCells
	ReceivedOn, RequestedOn thads.Date
	Tags                    []thads.Tag
	Note                    string
	// State, Since, Ground and Outstanding are those of an older case that is
	// brought forward as it stood on EffectiveOn.
	State       thads.CaseState
	Since       thads.Date
	Ground      thads.GroundCode
	Outstanding thads.Dong
	// Verifications is how often the means were verified since then.
	Verifications int
	// DecisionIssuer names who issued the decision where it was not the unit.
	DecisionIssuer, DecisionSigner string
}

// ObligationCells are an obligation that a cell names.
type ObligationCells struct {
	Kind    thads.ObligationKind
	Amount  thads.Dong
	Content string

	// column is the column that names it.
	column int
}

// PartyCells are the columns of one party.
type PartyCells struct {
	Name           string
	Kind           thads.PartyKind
	Address        string
	BirthYear      int
	IdentityNumber string
	AccountNumber  string
	Juvenile       bool
	JointGroup     string
	// ID is the party's within the case; empty for the usual one by its place.
	ID string
	// Others are the further parties that a cell names, a line each. Writers give
	// them rows of their own.
	Others []PartyCells
}

// A part is what a column says something about.
type part int

const (
	ofCase part = iota
	ofDebtor
	ofCreditor
	ofObligation
	ofRelated
)

// A column is one column of a register whose rows are of type R.
type column[R any] struct {
	// code names the column for programs and for mappings that are kept; it
	// never changes its meaning.
	code   string
	header string
	// aliases are other headers by which the column is known.
	aliases []string
	part    part
	// required columns must be in the file.
	required bool
	// help explains the column, example shows a value.
	help    thads.Text
	example string
	width   float64
	format  format
	words   *vocabulary
	// set takes the value of a cell that is not empty, get returns it (string,
	// int, thads.Dong, thads.Date; nil where there is none).
	set func(*R, *reading)
	get func(*R) any
	// field is the end of the path by which the domain names the value.
	field string
	// gives are the codes of the columns whose values a composite column holds
	// together; it is read and never written.
	gives []string
	// secret values are never quoted in full.
	secret bool
}

// quoted returns a value as a problem may quote it.
func (c *column[R]) quoted(s string) string {
	if !c.secret {
		return s
	}
	return masked(s)
}

// masked leaves the last three characters of a number of a person.
func masked(s string) string {
	runes := []rune(strings.TrimSpace(s))
	for i := range runes[:max(0, len(runes)-3)] {
		runes[i] = '•'
	}
	return string(runes)
}

// A format is how a column is formatted.
type format int

const (
	formatText format = iota
	formatDate
	formatDong
	formatYear
)

// The places of the columns that the code speaks of.
const (
	colUnit = iota
	colOfficer
	colNumber
	colDate
	colEffectiveOn
	colInitiation
	colJudgmentKind
	colJudgmentNumber
	colJudgmentDate
	colCourt
	colDebtorName
	colDebtorKind
	colDebtorAddress
	colDebtorBirthYear
	colDebtorIdentity
	colCreditorName
	colCreditorKind
	colCreditorAddress
	colCreditorIdentity
	colObligationKind
	colAmount
	colContent
	colRequestedOn
	colTags
	colNote
	colState
	colSince
	colGround
	colOutstanding
	colKey
	colReceivedOn
	colVerifications
	colDebtorJuvenile
	colDebtorJointGroup
	colCreditorBirthYear
	colCreditorJuvenile
	colCreditorJointGroup
	colRelatedName
	colRelatedKind
	colRelatedAddress
	colRelatedBirthYear
	colRelatedIdentity
	colRelatedJuvenile
	colRelatedJointGroup
	colPeriodic
	colObligationDebtors
	colObligationCreditors
	colDecisionIssuer
	colDecisionSigner
	colDebtorID
	colCreditorID
	colRelatedID
	colObligationID
	colDebtorAccount
	colCreditorAccount
	colRelatedAccount
)

// A register is the columns of a kind of register.
type register[R any] struct {
	// columns are those that are written, in order.
	columns []column[R]
	// composites are the columns that books have and that hold what several
	// columns of the template hold; their places follow those of columns.
	composites []column[R]
	// headers finds a column by the key of a header, byCode by its code.
	headers map[string]int
	byCode  map[string]int
	// guess returns the code of the column that a header means which is no known
	// one, given the titles above one another and what finds the known ones; ""
	// where it means none. Without it the lowest title counts.
	guess func(path []string, known func(title string) string) string
	// lacking returns which columns a mapping lacks; nil where it is those that
	// are required.
	lacking func(has func(code string) bool) []string
}

// index lets columns be found by their headers and codes.
func (r *register[R]) index() *register[R] {
	r.headers, r.byCode = map[string]int{}, map[string]int{}
	for i := range r.size() {
		c := r.column(i)
		r.byCode[c.code] = i
		for _, h := range append([]string{c.header}, c.aliases...) {
			r.headers[headerKey(h)] = i
		}
	}
	return r
}

// size is the number of columns and composites.
func (r *register[R]) size() int { return len(r.columns) + len(r.composites) }

// column returns a column or composite by its place.
func (r *register[R]) column(i int) *column[R] {
	if i < len(r.columns) {
		return &r.columns[i]
	}
	return &r.composites[i-len(r.columns)]
}

// fields are what the columns say.
func (r *register[R]) fields() []Field {
	out := make([]Field, r.size())
	for i := range out {
		c := r.column(i)
		out[i] = Field{Code: c.code, Header: c.header, Help: c.help, Required: c.required, Money: c.format == formatDong, Example: c.example, Gives: c.gives, Choices: c.choices(), date: c.format == formatDate, secret: c.secret}
	}
	return out
}

// recognise returns the code of the column that a header means; "" where none.
func (r *register[R]) recognise(title string) string {
	if code := r.known(title); code != "" {
		return code
	}
	path := strings.Split(title, titleDivider)
	if r.guess != nil {
		return r.guess(path, r.known)
	}
	return r.known(path[len(path)-1])
}

// known returns the code of the column that has the header, in any spelling.
// Below another title, one of several things names them: "Bản án / Tòa án" is the
// court alone.
func (r *register[R]) known(title string) string {
	i, ok := r.headers[headerKey(title)]
	if !ok {
		return ""
	}
	c := r.column(i)
	if at := strings.LastIndex(title, titleDivider); at >= 0 && len(c.gives) > 0 && !strings.ContainsAny(title[at+len(titleDivider):], ",;&-") && !strings.Contains(title[at:], " và ") {
		return ""
	}
	return c.code
}

// parts are the codes of the columns that a column gives: its own, or those that
// a composite holds together.
func (r *register[R]) parts(code string) []string {
	if i, ok := r.byCode[code]; ok && len(r.column(i).gives) > 0 {
		return r.column(i).gives
	}
	return []string{code}
}

// missing are the codes of the columns that a mapping lacks.
func (r *register[R]) missing(has func(code string) bool) []string {
	if r.lacking != nil {
		return r.lacking(has)
	}
	var out []string
	for i := range r.columns {
		if c := &r.columns[i]; c.required && !has(c.code) {
			out = append(out, c.code)
		}
	}
	return out
}

// checkConstant refuses a constant that its column would not take.
func (r *register[R]) checkConstant(b *Book, code, value string) *thads.Error {
	i, known := r.byCode[code]
	if !known {
		return thads.Errorf(thads.CodeUnknown, "", "Sổ không có trường %q", "The register has no field %q", clip(code))
	}
	c := r.column(i)
	if len(c.gives) > 0 {
		return thads.Errorf(thads.CodeNotAllowed, "", "Trường gồm nhiều phần; hãy ghi từng phần", "The field has several parts; give each")
	}
	if strings.TrimSpace(value) == "" {
		return thads.Errorf(thads.CodeRequired, "", "Thiếu giá trị", "The value is missing")
	}
	var row R
	v := reading{cell: &Cell{Kind: Text, Text: value}, book: b}
	if c.set(&row, &v); v.code != "" {
		return &thads.Error{Code: v.code, Text: v.text}
	}
	return nil
}

func textColumn[R any](c column[R], at func(*R) *string) column[R] {
	c.set = func(r *R, v *reading) { *at(r) = v.asText() }
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

func dateColumn[R any](c column[R], at func(*R) *thads.Date) column[R] {
	c.format = formatDate
	c.set = func(r *R, v *reading) { *at(r) = v.asDate() }
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

func dongColumn[R any](c column[R], at func(*R) *thads.Dong) column[R] {
	c.format = formatDong
	c.set = func(r *R, v *reading) { *at(r) = v.asDong() }
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

func wordColumn[R any, T ~string](c column[R], words *vocabulary, at func(*R) *T) column[R] {
	c.words = words
	c.set = func(r *R, v *reading) {
		text := v.asText()
		if v.code != "" {
			return
		}
		value, ok := words.find(text)
		if !ok {
			v.wrong(thads.CodeInvalid, "Giá trị không có trong danh mục; %s", "This is none of the values allowed; see: %s", words.expected(c.header))
			return
		}
		*at(r) = T(value)
	}
	c.get = func(r *R) any {
		if *at(r) == "" {
			return nil
		}
		return words.label[string(*at(r))]
	}
	return c
}

// expected names the choices, where they are few enough for one sentence.
func (v *vocabulary) expected(header string) string {
	if len(v.names) > 10 {
		return "xem cột “" + header + "” ở trang “" + guideSheet + "” của tệp mẫu"
	}
	return "cần một trong: " + strings.Join(v.names, ", ")
}

func orNil[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// vi makes the explanation of a column.
func vi(vi, en string) thads.Text { return thads.Text{VI: vi, EN: en} }

// newRegister returns the columns of the register of cases.
func newRegister() *register[CaseRow] {
	partyKinds := vocabularyOf(thads.PartyKinds(), map[string]thads.PartyKind{"người": thads.Person, "pháp nhân": thads.Organisation, "cơ quan": thads.Organisation, "doanh nghiệp": thads.Organisation, "nhà nước": thads.StateBudget})
	judgmentKinds := vocabularyOf(thads.JudgmentKinds(), map[string]thads.JudgmentKind{
		"DS": thads.JudgmentCivil, "HS": thads.JudgmentCriminal, "HC": thads.JudgmentAdministrative, "HNGĐ": thads.JudgmentFamily, "hôn nhân gia đình": thads.JudgmentFamily,
		"KDTM": thads.JudgmentCommercial, "kinh tế": thads.JudgmentCommercial, "LĐ": thads.JudgmentLabour, "PS": thads.JudgmentBankruptcy, "TT": thads.JudgmentArbitration,
	})
	obligationKinds := vocabularyOf(thads.ObligationKinds(), map[string]thads.ObligationKind{
		"án phí": thads.CourtFee, "lệ phí": thads.CourtFee, "phạt": thads.Fine, "phạt tiền": thads.Fine, "bồi thường thiệt hại": thads.Compensation, "nợ": thads.Debt, "lãi chậm": thads.LateInterest,
		"tịch thu": thads.Confiscation, "tiêu hủy": thads.Destruction, "thu lợi bất chính": thads.IllicitGains,
		"án phí, lệ phí Tòa án": thads.CourtFee, "truy nộp": thads.Arrears, "trả tiền": thads.Debt, "cấp dưỡng nuôi con": thads.Maintenance, "lãi suất chậm thi hành án": thads.LateInterest,
		"giao nhà": thads.HandOverAsset, "giao đất": thads.HandOverAsset, "giao con": thads.HandOverChild, "sung công": thads.Confiscation,
	})
	states := slices.DeleteFunc(slices.Clone(thads.CaseStates()), func(t thads.Term[thads.CaseState]) bool {
		return !t.Value.IsLive() && t.Value != thads.StateSeparateBook
	})
	stateWords := vocabularyOf(states, map[string]thads.CaseState{"chưa có điều kiện": thads.StateNotEnforceable, "hoãn": thads.StatePostponed, "sổ theo dõi riêng": thads.StateSeparateBook, "tự nguyện": thads.StateVoluntary, "tạm dừng": thads.StatePaused})
	tagWords := vocabularyOf(thads.Tags(), nil)

	r := &register[CaseRow]{lacking: lackingOfCases, guess: guessCase}
	r.columns = []column[CaseRow]{
		colUnit: textColumn(column[CaseRow]{
			code: "unit", header: "Mã đơn vị", aliases: []string{"Đơn vị", "Mã cơ quan THADS"}, required: true, width: 12, example: "38.01", field: "toUnit",
			help: vi("Mã của cơ quan ra quyết định và đang giữ hồ sơ, như trong danh mục đơn vị.", "The code of the unit that issued the decision and holds the case."),
		}, func(r *CaseRow) *string { return &r.Unit }),
		colOfficer: textColumn(column[CaseRow]{
			code: "officer", header: "Mã chấp hành viên", aliases: []string{"Chấp hành viên", "CHV"}, width: 14, example: "CHV01", field: "toOfficer",
			help: vi("Mã công chức của chấp hành viên; để trống nếu chưa phân công.", "The code of the officer; empty where none is assigned."),
		}, func(r *CaseRow) *string { return &r.Officer }),
		colNumber: textColumn(column[CaseRow]{
			code: "number", header: "Số quyết định thi hành án", aliases: []string{"Số quyết định", "Số QĐ", "Số QĐ THA", "Quyết định thi hành án"}, required: true, width: 20, example: "46/QĐ-CCTHADS", field: "decision.number",
			help: vi("Số và ký hiệu đầy đủ. Mỗi quyết định là một việc. Việc có nhiều đương sự hoặc nhiều nghĩa vụ: ghi thêm dòng ngay bên dưới, lặp lại mã đơn vị và số quyết định (hoặc để trống cả hai), chỉ điền các cột đương sự, nghĩa vụ.", "Number and symbol. One decision is one case. For several parties or obligations add rows directly below with the same unit and number (or both empty) and fill in only the columns of parties and obligations."),
		}, func(r *CaseRow) *string { return &r.Number }),
		colDate: dateColumn(column[CaseRow]{
			code: "date", header: "Ngày quyết định (dd/MM/yyyy)", aliases: []string{"Ngày QĐ", "Ngày ra quyết định"}, required: true, width: 16, example: "05/10/2018", field: "decision.date",
			help: vi("Ngày ra quyết định thi hành án.", "The date of the enforcement decision."),
		}, func(r *CaseRow) *thads.Date { return &r.Date }),
		colEffectiveOn: dateColumn(column[CaseRow]{
			code: "effectiveOn", header: "Ngày tính vào sổ (dd/MM/yyyy)", aliases: []string{"Ngày có hiệu lực", "Ngày thụ lý", "Ngày chuyển số dư"}, width: 16, example: "05/10/2018", field: "effectiveOn",
			help: vi("Việc mới: để trống thì lấy ngày quyết định. Việc cũ (có cột Trạng thái): bắt buộc, là ngày chốt số dư, ví dụ 30/09/2018 để việc thuộc số năm trước chuyển sang của năm 2019.", "New cases: empty for the date of the decision. Older cases (with a state): required, the day of the balance, for example 30/09/2018."),
		}, func(r *CaseRow) *thads.Date { return &r.EffectiveOn }),
		colInitiation: wordColumn(column[CaseRow]{
			code: "initiation", header: "Hình thức thi hành", aliases: []string{"Loại việc", "Chủ động/Theo yêu cầu", "Hình thức"}, required: true, width: 16, example: "Theo yêu cầu", field: "particulars.initiation",
			help: vi("Chủ động hay theo yêu cầu.", "Of own motion or on request."),
		}, vocabularyOf(thads.Initiations(), map[string]thads.Initiation{"CĐ": thads.OwnMotion, "TYC": thads.OnRequest, "YC": thads.OnRequest, "yêu cầu": thads.OnRequest, "theo YC": thads.OnRequest, "đơn yêu cầu": thads.OnRequest, "theo đơn yêu cầu": thads.OnRequest}), func(r *CaseRow) *thads.Initiation { return &r.Initiation }),
		colJudgmentKind: wordColumn(column[CaseRow]{
			code: "judgmentKind", header: "Loại bản án", aliases: []string{"Loại án", "Lĩnh vực"}, required: true, width: 16, example: "Dân sự", field: "particulars.judgment.kind",
			help: vi("Lĩnh vực của bản án, quyết định được thi hành. Để trống thì lấy theo ký hiệu của bản án (DS, HS, HNGĐ, KDTM …).", "The field of law of the judgment; empty for what the symbol of its number says."),
		}, judgmentKinds, func(r *CaseRow) *thads.JudgmentKind { return &r.JudgmentKind }),
		colJudgmentNumber: textColumn(column[CaseRow]{
			code: "judgmentNumber", header: "Số bản án, quyết định", aliases: []string{"Số bản án", "Bản án số"}, required: true, width: 18, example: "07/2018/DS-ST", field: "particulars.judgment.number",
			help: vi("Số, ký hiệu bản án hoặc quyết định của Tòa án, Trọng tài.", "The number of the judgment."),
		}, func(r *CaseRow) *string { return &r.JudgmentNumber }),
		colJudgmentDate: dateColumn(column[CaseRow]{
			code: "judgmentDate", header: "Ngày bản án (dd/MM/yyyy)", aliases: []string{"Ngày tuyên án", "Ngày bản án, quyết định"}, required: true, width: 16, example: "05/09/2018", field: "particulars.judgment.date",
			help: vi("Ngày của bản án, quyết định.", "The date of the judgment."),
		}, func(r *CaseRow) *thads.Date { return &r.JudgmentDate }),
		colCourt: textColumn(column[CaseRow]{
			code: "court", header: "Tòa án, cơ quan ra bản án", aliases: []string{"Tòa án", "Cơ quan ban hành", "Tòa án ra bản án"}, required: true, width: 28, example: "TAND thành phố Thanh Hóa", field: "particulars.judgment.court",
			help: vi("Tên Tòa án hoặc cơ quan đã ra bản án, quyết định.", "The court."),
		}, func(r *CaseRow) *string { return &r.Court }),
		colDebtorName: namesColumn(column[CaseRow]{
			code: "debtorName", header: "Người phải thi hành án", aliases: []string{"Họ tên người phải thi hành án", "Người phải THA", "Tên người phải THA"}, part: ofDebtor, required: true, width: 26, example: "Nguyễn Văn A", field: "name",
			help: vi("Họ tên hoặc tên tổ chức. Mỗi người một dòng.", "The name of the debtor, one a row."),
		}, func(r *CaseRow) *PartyCells { return &r.Debtor }),
		colDebtorKind: wordColumn(column[CaseRow]{
			code: "debtorKind", header: "Loại người phải THA", part: ofDebtor, width: 14, example: "Cá nhân", field: "kind",
			help: vi("Để trống thì là cá nhân, trừ tên bắt đầu bằng Công ty, Ngân hàng, Hợp tác xã, Doanh nghiệp, Ủy ban … là tổ chức.", "Empty is a person, unless the name begins like that of an organisation."),
		}, partyKinds, func(r *CaseRow) *thads.PartyKind { return &r.Debtor.Kind }),
		colDebtorAddress: linesColumn(column[CaseRow]{
			code: "debtorAddress", header: "Địa chỉ người phải THA", part: ofDebtor, width: 30, example: "Phường Ba Đình, thành phố Thanh Hóa", field: "address",
			help: vi("Địa chỉ.", "The address."),
		}, func(r *CaseRow) *string { return &r.Debtor.Address }),
		colDebtorBirthYear: {
			code: "debtorBirthYear", header: "Năm sinh người phải THA", part: ofDebtor, width: 10, example: "1985", field: "birthYear", format: formatYear,
			help: vi("Bốn chữ số; chỉ ghi cho cá nhân.", "Four digits; of persons only."),
			set:  func(r *CaseRow, v *reading) { r.Debtor.BirthYear = v.asYear() },
			get:  func(r *CaseRow) any { return orNil(r.Debtor.BirthYear) },
		},
		colDebtorIdentity: identityColumn(column[CaseRow]{
			code: "debtorIdentity", header: "Số định danh người phải THA", aliases: []string{"CCCD người phải THA", "CMND/CCCD người phải THA"}, part: ofDebtor,
		}, func(r *CaseRow) *string { return &r.Debtor.IdentityNumber }),
		colCreditorName: namesColumn(column[CaseRow]{
			code: "creditorName", header: "Người được thi hành án", aliases: []string{"Họ tên người được thi hành án", "Người được THA", "Tên người được THA"}, part: ofCreditor, width: 26, example: "Trần Thị B", field: "name",
			help: vi("Họ tên, tên tổ chức, hoặc Ngân sách nhà nước. Để trống nếu không có.", "The name of the creditor; may be empty."),
		}, func(r *CaseRow) *PartyCells { return &r.Creditor }),
		colCreditorKind: wordColumn(column[CaseRow]{
			code: "creditorKind", header: "Loại người được THA", part: ofCreditor, width: 14, example: "Cá nhân", field: "kind",
			help: vi("Như loại người phải THA; tên “Ngân sách nhà nước” là ngân sách.", "As for the debtor."),
		}, partyKinds, func(r *CaseRow) *thads.PartyKind { return &r.Creditor.Kind }),
		colCreditorAddress: linesColumn(column[CaseRow]{
			code: "creditorAddress", header: "Địa chỉ người được THA", part: ofCreditor, width: 30, example: "Xã Nga An, huyện Nga Sơn", field: "address",
			help: vi("Địa chỉ.", "The address."),
		}, func(r *CaseRow) *string { return &r.Creditor.Address }),
		colCreditorIdentity: identityColumn(column[CaseRow]{
			code: "creditorIdentity", header: "Số định danh người được THA", aliases: []string{"CCCD người được THA", "CMND/CCCD người được THA"}, part: ofCreditor,
		}, func(r *CaseRow) *string { return &r.Creditor.IdentityNumber }),
		colObligationKind: obligationColumn(column[CaseRow]{
			code: "obligationKind", header: "Loại nghĩa vụ", aliases: []string{"Nghĩa vụ", "Khoản phải thi hành"}, part: ofObligation, required: true, width: 20, example: "Trả nợ", field: "kind",
			help: vi("Mỗi nghĩa vụ một dòng.", "One obligation a row."),
		}, obligationKinds),
		colAmount: dongColumn(column[CaseRow]{
			code: "amount", header: "Số tiền phải thi hành (đồng)", aliases: []string{"Số tiền", "Số tiền phải THA", "Giá trị"}, part: ofObligation, width: 20, example: "100.000.000", field: "amount",
			help: vi("Số tiền theo bản án, bằng đồng, số nguyên. Bắt buộc với nghĩa vụ tiền. Nghĩa vụ khác: giá trị tài sản nếu có.", "In whole đồng. Required for money obligations."),
		}, func(r *CaseRow) *thads.Dong { return &r.Amount }),
		colContent: textColumn(column[CaseRow]{
			code: "content", header: "Nội dung nghĩa vụ", part: ofObligation, width: 30, example: "Trả nợ gốc và lãi", field: "content",
			help: vi("Nội dung cụ thể, nếu cần.", "What exactly is owed, where needed."),
		}, func(r *CaseRow) *string { return &r.Content }),
		colRequestedOn: dateColumn(column[CaseRow]{
			code: "requestedOn", header: "Ngày yêu cầu (dd/MM/yyyy)", aliases: []string{"Ngày nhận đơn yêu cầu"}, width: 16, example: "01/10/2018", field: "particulars.requestedOn",
			help: vi("Ngày nhận đơn; chỉ với việc theo yêu cầu.", "The date of the request; on request only."),
		}, func(r *CaseRow) *thads.Date { return &r.RequestedOn }),
		colTags: tagColumn(column[CaseRow]{
			code: "tags", header: "Nhãn", width: 22, example: "Tín dụng, ngân hàng", field: "particulars.tags", words: tagWords,
			help: vi("Một hoặc nhiều nhãn, cách nhau bằng dấu chấm phẩy.", "Tags, divided by semicolons."),
		}),
		colNote: {
			code: "note", header: "Ghi chú", width: 30, example: "Hồ sơ lưu kho 2", field: "note",
			help: vi("Ghi chú tự do.", "A note."),
			set: func(r *CaseRow, v *reading) {
				if r.Note = v.asText(); v.cell.Kind == Text {
					r.Note = strings.TrimSpace(v.cell.Text) // with its line breaks
				}
			},
			get: func(r *CaseRow) any { return orNil(r.Note) },
		},
		colState: wordColumn(column[CaseRow]{
			code: "state", header: "Trạng thái (việc cũ)", aliases: []string{"Trạng thái"}, width: 20, example: "Chưa có điều kiện thi hành", field: "particulars.balance.state",
			help: vi("Chỉ ghi cho việc cũ nhập theo số dư: trạng thái vào ngày chốt số dư. Để trống cho việc mới.", "For older cases only: the state on the day of the balance."),
		}, stateWords, func(r *CaseRow) *thads.CaseState { return &r.State }),
		colSince: dateColumn(column[CaseRow]{
			code: "since", header: "Trạng thái từ ngày (dd/MM/yyyy)", aliases: []string{"Từ ngày"}, width: 16, example: "12/03/2017", field: "particulars.balance.since",
			help: vi("Việc cũ: ngày bắt đầu trạng thái đó.", "Older cases: since when they are in the state."),
		}, func(r *CaseRow) *thads.Date { return &r.Since }),
		colGround: wordColumn(column[CaseRow]{
			code: "ground", header: "Căn cứ pháp lý (việc cũ)", aliases: []string{"Căn cứ"}, width: 30, example: "điểm a khoản 1 Điều 44a Luật THADS 2008", field: "particulars.balance.ground",
			help: vi("Việc cũ: căn cứ của trạng thái, ghi như trong quyết định hoặc theo mã.", "Older cases: the legal ground of the state, as cited or by its code."),
		}, groundsOfStates(), func(r *CaseRow) *thads.GroundCode { return &r.Ground }),
		colOutstanding: dongColumn(column[CaseRow]{
			code: "outstanding", header: "Số tiền còn phải thi hành (đồng)", aliases: []string{"Còn phải thi hành", "Số còn lại"}, part: ofObligation, width: 20, example: "75.000.000", field: "amount",
			help: vi("Việc cũ: số còn phải thi hành vào ngày chốt số dư, bằng đồng; bắt buộc với nghĩa vụ tiền. Sổ mới bắt đầu từ số này.", "Older cases: what was outstanding on the day of the balance, in đồng."),
		}, func(r *CaseRow) *thads.Dong { return &r.Outstanding }),
		colKey: textColumn(column[CaseRow]{
			code: "key", header: "Mã hồ sơ", aliases: []string{"Mã vụ việc", "Mã việc", "Số hồ sơ"}, width: 18, example: "HS-2018-0046", field: "key",
			help: vi("Mã bất kỳ để phân biệt các việc trong tệp (tệp xuất ra ghi mã của bản ghi). Việc chưa có quyết định cần mã này hoặc ngày nhận bản án.", "Any key that tells the cases of the file apart (in exports, the id of the record). A case without a decision needs it, or the day of receipt."),
		}, func(r *CaseRow) *string { return &r.Key }),
		colReceivedOn: dateColumn(column[CaseRow]{
			code: "receivedOn", header: "Ngày nhận bản án (dd/MM/yyyy)", aliases: []string{"Ngày nhận bản án, quyết định", "Ngày tiếp nhận", "Ngày nhận", "Ngày tháng nhận"}, width: 16, example: "20/09/2018", field: "particulars.judgment.receivedOn",
			help: vi("Ngày cơ quan thi hành án nhận bản án, quyết định.", "When the agency received the judgment."),
		}, func(r *CaseRow) *thads.Date { return &r.ReceivedOn }),
		colVerifications: {
			code: "verifications", header: "Số lần xác minh (việc cũ)", aliases: []string{"Số lần xác minh"}, width: 10, example: "2", field: "particulars.balance.verifications", format: formatYear,
			help: vi("Việc cũ: số lần đã xác minh điều kiện thi hành từ khi ở trạng thái đó.", "Older cases: how often the means were verified since they are in the state."),
			set:  func(r *CaseRow, v *reading) { r.Verifications = v.asCount() },
			get:  func(r *CaseRow) any { return orNil(r.Verifications) },
		},
		colDebtorJuvenile:     juvenileColumn("debtorJuvenile", "Người phải THA chưa thành niên", ofDebtor, func(r *CaseRow) *bool { return &r.Debtor.Juvenile }),
		colDebtorJointGroup:   jointColumn("debtorJointGroup", "Nhóm liên đới của người phải THA", ofDebtor, func(r *CaseRow) *string { return &r.Debtor.JointGroup }),
		colCreditorBirthYear:  yearColumn("creditorBirthYear", "Năm sinh người được THA", ofCreditor, func(r *CaseRow) *int { return &r.Creditor.BirthYear }),
		colCreditorJuvenile:   juvenileColumn("creditorJuvenile", "Người được THA chưa thành niên", ofCreditor, func(r *CaseRow) *bool { return &r.Creditor.Juvenile }),
		colCreditorJointGroup: jointColumn("creditorJointGroup", "Nhóm liên đới của người được THA", ofCreditor, func(r *CaseRow) *string { return &r.Creditor.JointGroup }),
		colRelatedName: namesColumn(column[CaseRow]{
			code: "relatedName", header: "Người có quyền lợi, nghĩa vụ liên quan", aliases: []string{"Người liên quan", "Người có quyền, nghĩa vụ liên quan"}, part: ofRelated, width: 26, example: "Lê Văn C", field: "name",
			help: vi("Họ tên hoặc tên tổ chức; để trống nếu không có.", "The name of a person with related rights or obligations; may be empty."),
		}, func(r *CaseRow) *PartyCells { return &r.Related }),
		colRelatedKind: wordColumn(column[CaseRow]{
			code: "relatedKind", header: "Loại người liên quan", part: ofRelated, width: 14, example: "Cá nhân", field: "kind",
			help: vi("Như loại người phải THA.", "As for the debtor."),
		}, partyKinds, func(r *CaseRow) *thads.PartyKind { return &r.Related.Kind }),
		colRelatedAddress: linesColumn(column[CaseRow]{
			code: "relatedAddress", header: "Địa chỉ người liên quan", part: ofRelated, width: 30, example: "Xã Nga An, huyện Nga Sơn", field: "address",
			help: vi("Địa chỉ.", "The address."),
		}, func(r *CaseRow) *string { return &r.Related.Address }),
		colRelatedBirthYear: yearColumn("relatedBirthYear", "Năm sinh người liên quan", ofRelated, func(r *CaseRow) *int { return &r.Related.BirthYear }),
		colRelatedIdentity: identityColumn(column[CaseRow]{
			code: "relatedIdentity", header: "Số định danh người liên quan", part: ofRelated,
		}, func(r *CaseRow) *string { return &r.Related.IdentityNumber }),
		colRelatedJuvenile:   juvenileColumn("relatedJuvenile", "Người liên quan chưa thành niên", ofRelated, func(r *CaseRow) *bool { return &r.Related.Juvenile }),
		colRelatedJointGroup: jointColumn("relatedJointGroup", "Nhóm liên đới của người liên quan", ofRelated, func(r *CaseRow) *string { return &r.Related.JointGroup }),
		colPeriodic: yesColumn(column[CaseRow]{
			code: "periodic", header: "Định kỳ", aliases: []string{"Nghĩa vụ định kỳ", "Cấp dưỡng định kỳ"}, part: ofObligation, width: 10, field: "periodic",
			help: vi("“Có” với nghĩa vụ thực hiện nhiều lần theo kỳ, như cấp dưỡng hằng tháng.", "“Có” where instalments fall due over time."),
		}, func(r *CaseRow) *bool { return &r.Periodic }),
		colObligationDebtors: linesColumn(column[CaseRow]{
			code: "obligationDebtors", header: "Nghĩa vụ của những người phải THA", part: ofObligation, width: 26, example: "Nguyễn Văn A", field: "debtors",
			help: vi("Tên những người phải thi hành riêng nghĩa vụ này, cách nhau bằng dấu chấm phẩy; để trống là tất cả.", "The debtors whom the obligation binds, divided by semicolons; empty is all."),
		}, func(r *CaseRow) *string { return &r.ObligationDebtors }),
		colObligationCreditors: linesColumn(column[CaseRow]{
			code: "obligationCreditors", header: "Nghĩa vụ đối với những người được THA", part: ofObligation, width: 26, example: "Trần Thị B", field: "creditors",
			help: vi("Tên những người được thi hành riêng nghĩa vụ này, cách nhau bằng dấu chấm phẩy; để trống là tất cả.", "The creditors to whom the obligation is owed, divided by semicolons; empty is all."),
		}, func(r *CaseRow) *string { return &r.ObligationCreditors }),
		colDecisionIssuer: textColumn(column[CaseRow]{
			code: "decisionIssuer", header: "Cơ quan ra quyết định thi hành án", aliases: []string{"Cơ quan ra quyết định"}, width: 26, example: "Chi cục THADS huyện Nga Sơn", field: "decision.issuer",
			help: vi("Chỉ ghi khi không phải là đơn vị đang giữ hồ sơ.", "Only where it was not the unit that holds the case."),
		}, func(r *CaseRow) *string { return &r.DecisionIssuer }),
		colDecisionSigner: textColumn(column[CaseRow]{
			code: "decisionSigner", header: "Người ký quyết định", aliases: []string{"Người ký"}, width: 20, example: "Lê Văn D", field: "decision.signer",
			help: vi("Họ tên người ký quyết định thi hành án.", "Who signed the enforcement decision."),
		}, func(r *CaseRow) *string { return &r.DecisionSigner }),
		colDebtorID:     idColumn("debtorId", "Mã người phải THA", ofDebtor, func(r *CaseRow) *string { return &r.Debtor.ID }),
		colCreditorID:   idColumn("creditorId", "Mã người được THA", ofCreditor, func(r *CaseRow) *string { return &r.Creditor.ID }),
		colRelatedID:    idColumn("relatedId", "Mã người liên quan", ofRelated, func(r *CaseRow) *string { return &r.Related.ID }),
		colObligationID: idColumn("obligationId", "Mã nghĩa vụ", ofObligation, func(r *CaseRow) *string { return &r.ObligationID }),
		colDebtorAccount: accountColumn(column[CaseRow]{
			code: "debtorAccount", header: "Số tài khoản người phải THA", part: ofDebtor,
		}, func(r *CaseRow) *string { return &r.Debtor.AccountNumber }),
		colCreditorAccount: accountColumn(column[CaseRow]{
			code: "creditorAccount", header: "Số tài khoản người được THA", part: ofCreditor,
		}, func(r *CaseRow) *string { return &r.Creditor.AccountNumber }),
		colRelatedAccount: accountColumn(column[CaseRow]{
			code: "relatedAccount", header: "Số tài khoản người liên quan", part: ofRelated,
		}, func(r *CaseRow) *string { return &r.Related.AccountNumber }),
	}
	r.composites = compositesOfCases(len(r.columns), obligationKinds)
	return r.index()
}

// namesColumn reads names: every line of the cell is a party.
func namesColumn(c column[CaseRow], at func(*CaseRow) *PartyCells) column[CaseRow] {
	c.set = func(r *CaseRow, v *reading) {
		names := v.asNames()
		if len(names) == 0 {
			return
		}
		p := at(r)
		p.Name, p.Others = names[0], nil
		for _, name := range names[1:] {
			p.Others = append(p.Others, PartyCells{Name: name})
		}
	}
	c.get = func(r *CaseRow) any {
		p := at(r)
		names := p.Name
		for i := range p.Others {
			names += "; " + p.Others[i].Name
		}
		return orNil(names)
	}
	return c
}

// linesColumn reads a text that keeps its lines.
func linesColumn(c column[CaseRow], at func(*CaseRow) *string) column[CaseRow] {
	c.set = func(r *CaseRow, v *reading) { *at(r) = strings.Join(v.asLines(), "\n") }
	c.get = func(r *CaseRow) any { return orNil(*at(r)) }
	return c
}

// obligationColumn reads kinds of obligations. Books add to them what they are
// for: "Án phí DSST" is a court fee, with the text as its content.
func obligationColumn(c column[CaseRow], words *vocabulary) column[CaseRow] {
	c = wordColumn(c, words, func(r *CaseRow) *thads.ObligationKind { return &r.ObligationKind })
	exact := c.set
	c.set = func(r *CaseRow, v *reading) {
		if text := v.asText(); v.code == "" {
			if _, known := words.find(text); !known {
				if kind, begins := words.begins(text); begins {
					if r.ObligationKind = thads.ObligationKind(kind); r.Content == "" {
						r.Content = text
					}
					return
				}
			}
		}
		exact(r, v)
	}
	return c
}

// yesColumn reads whether something is so.
func yesColumn[R any](c column[R], at func(*R) *bool) column[R] {
	c.example, c.words = yes, yesWords()
	c.set = func(r *R, v *reading) {
		text := v.asText()
		if v.cell.Kind == Bool {
			v.code, *at(r) = "", v.cell.Text == "1"
			return
		}
		value, ok := c.words.find(text)
		if v.code == "" && !ok {
			v.wrong(thads.CodeInvalid, "Cần “%[1]s” hoặc để trống", "“%[1]s” or an empty cell is expected", yes)
		}
		*at(r) = value == yes
	}
	c.get = func(r *R) any {
		if !*at(r) {
			return nil
		}
		return yes
	}
	return c
}

// yes is how a register says that something is so.
const yes = "Có"

func yesWords() *vocabulary {
	v := newVocabulary()
	for _, word := range []string{yes, "x", "1", "đúng", "yes", "true"} {
		v.add(word, yes)
	}
	for _, word := range []string{"Không", "0", "sai", "no", "false"} {
		v.add(word, "Không")
	}
	v.names, v.label[yes] = []string{yes}, yes
	return v
}

func juvenileColumn(code, header string, of part, at func(*CaseRow) *bool) column[CaseRow] {
	return yesColumn(column[CaseRow]{
		code: code, header: header, part: of, width: 10, field: "juvenile",
		help: vi("“Có” nếu là người chưa thành niên; việc đó không bao giờ hiển thị công khai.", "“Có” where the party is under age: the case is never shown in public."),
	}, at)
}

func jointColumn(code, header string, of part, at func(*CaseRow) *string) column[CaseRow] {
	return textColumn(column[CaseRow]{
		code: code, header: header, part: of, width: 10, example: "1", field: "jointGroup",
		help: vi("Những người cùng ký hiệu chịu (hoặc hưởng) liên đới.", "Parties with the same sign owe or are owed jointly."),
	}, at)
}

func yearColumn(code, header string, of part, at func(*CaseRow) *int) column[CaseRow] {
	return column[CaseRow]{
		code: code, header: header, part: of, width: 10, example: "1985", field: "birthYear", format: formatYear,
		help: vi("Bốn chữ số; chỉ ghi cho cá nhân.", "Four digits; of persons only."),
		set:  func(r *CaseRow, v *reading) { *at(r) = v.asYear() },
		get:  func(r *CaseRow) any { return orNil(*at(r)) },
	}
}

func idColumn(code, header string, of part, at func(*CaseRow) *string) column[CaseRow] {
	return textColumn(column[CaseRow]{
		code: code, header: header, part: of, width: 8, example: "p1", field: "id",
		help: vi("Chỉ có trong tệp xuất ra khi mã khác thứ tự; không cần ghi.", "Only in exports, where it is not that of the place; need not be filled in."),
	}, at)
}

func identityColumn[R any](c column[R], at func(*R) *string) column[R] {
	c.width, c.example, c.field, c.secret = 16, "038090000123", "identityNumber", true
	c.help = vi("Số CCCD, CMND, hộ chiếu hoặc mã số thuế. Được mã hóa khi lưu.", "The identity, passport or tax number. It is stored sealed.")
	c.set = func(r *R, v *reading) { *at(r) = v.asIdentity() }
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

func accountColumn[R any](c column[R], at func(*R) *string) column[R] {
	c.width, c.example, c.field, c.secret = 20, "0123456789012", "accountNumber", true
	c.help = vi("Số tài khoản ngân hàng. Được mã hóa khi lưu.", "The number of the bank account. It is stored sealed.")
	c.set = func(r *R, v *reading) { *at(r) = v.asAccount() }
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

// tagColumn reads several tags in one cell. Semicolons divide them; commas do
// too where the text as a whole is no tag, because names of tags have commas.
func tagColumn(c column[CaseRow]) column[CaseRow] {
	c.set = func(r *CaseRow, v *reading) {
		text := v.asText()
		if v.code != "" {
			return
		}
		for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '|' }) {
			names := []string{one}
			if _, whole := c.words.find(one); !whole {
				names = strings.Split(one, ",")
			}
			for _, name := range names {
				if strings.TrimSpace(name) == "" {
					continue
				}
				value, ok := c.words.find(name)
				if !ok {
					v.wrong(thads.CodeInvalid, "Không có nhãn %[1]q; %[2]s", "There is no tag %[1]q; %[2]s", clip(strings.TrimSpace(name)), c.words.expected(c.header))
					return
				}
				if tag := thads.Tag(value); !slices.Contains(r.Tags, tag) {
					r.Tags = append(r.Tags, tag)
				}
			}
		}
	}
	c.get = func(r *CaseRow) any {
		if len(r.Tags) == 0 {
			return nil
		}
		var names []string
		for _, t := range r.Tags {
			names = append(names, c.words.label[string(t)])
		}
		return strings.Join(names, "; ")
	}
	return c
}

// lackingOfCases are the columns without which no case can be opened. A register
// of what is received has no decisions, and the number of a judgment tells its
// kind.
func lackingOfCases(has func(code string) bool) []string {
	var out []string
	for _, code := range []string{"unit", "number", "date", "initiation", "judgmentNumber", "judgmentDate", "court", "debtorName", "obligationKind"} {
		if (code == "number" || code == "date") && (has("key") || has("receivedOn")) {
			continue
		}
		if code == "obligationKind" && slices.ContainsFunc(amountsByKind(0), func(c column[CaseRow]) bool { return has(c.code) }) {
			continue
		}
		if !has(code) {
			out = append(out, code)
		}
	}
	return out
}
