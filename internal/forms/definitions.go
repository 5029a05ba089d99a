package forms

import (
	"slices"
	"strings"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// Forms are the forms of a regime in its order, those that thads cannot fill
// included. What it returns is the caller's own.
func Forms(r Regime) []Form {
	spec, ok := RegimeSpecOf(r)
	if !ok {
		return nil
	}
	var out []Form
	for _, e := range editions(r) {
		f := Form{
			Code: e.code, Regime: r, Number: e.number, Title: e.code.Title(), Unit: e.code.unit(),
			Source: spec.Source, Columns: []Column{}, Checks: []Check{}, Unverified: slices.Clone(e.unverified),
		}
		reason, kept := e.code.kept()
		switch {
		case !spec.Available:
			f.Reason = spec.Note
		case !kept:
			f.Reason = reason
		default:
			f.Available = true
			f.fill()
		}
		out = append(out, f)
	}
	return out
}

// An edition is a form in a regime's list.
type edition struct {
	code       Code
	number     string
	unverified []thads.Text
}

var (
	titleFromMemory  = text("Tên biểu bằng tiếng Việt ghi theo trí nhớ", "The Vietnamese title is from memory")
	numberFromMemory = text("Số biểu ghi theo trí nhớ", "The number of the form is from memory")
	numberByOrder    = text("Số biểu suy ra từ thứ tự trong danh mục biểu mẫu", "The number of the form is inferred from its place in the list")
	numberUnknown    = text("Chưa biết số biểu", "The number of the form is not known")
	listFromMemory   = text("Danh mục biểu mẫu của Thông tư 06/2019/TT-BTP ghi theo trí nhớ", "The list of forms of Circular 06/2019/TT-BTP is from memory")
	combined         = text("Tổng hợp của hai biểu chủ động và theo yêu cầu; Thông tư 01/2013 không có biểu gộp này", "The sum of the two forms of own-motion cases and of cases on request; Circular 01/2013 has no such form")
	bothNotAtHand    = text("Chưa có danh mục và mẫu biểu của Thông tư 05/2026/TT-BTP; danh mục này theo Thông tư 05/2024/TT-BTP", "Neither list nor forms of Circular 05/2026/TT-BTP are at hand; the list is that of Circular 05/2024/TT-BTP")
)

// catalogue are the forms in the order of Circular 05/2024/TT-BTP, art 2.
var catalogue = []Code{
	FormResultsByCase, FormResultsByMoney, FormBudgetCollections, FormOfficersByCase, FormOfficersByMoney, FormReductions,
	FormMeasures, FormComplaints, FormCitizenReception, FormInspections, FormCompensation, FormAdministrativeVerdicts,
}

// editions are the regime's forms.
func editions(r Regime) []edition {
	var out []edition
	switch r {
	case RegimeTT01:
		// Art 2(2) of Circular 08/2015 has forms of their own for own-motion
		// cases and for those on request.
		for _, c := range []Code{FormResultsByCaseOwnMotion, FormResultsByCaseOnRequest, FormResultsByMoneyOwnMotion, FormResultsByMoneyOnRequest} {
			out = append(out, edition{code: c, unverified: []thads.Text{numberUnknown}})
		}
		for _, c := range catalogue {
			e := edition{code: c, unverified: []thads.Text{titleFromMemory}}
			switch c {
			case FormResultsByCase, FormResultsByMoney:
				e.unverified = []thads.Text{combined}
			case FormOfficersByCase:
				e.number, e.unverified = "06/TK-THA", append(e.unverified, numberFromMemory)
			case FormOfficersByMoney:
				e.number, e.unverified = "07/TK-THA", append(e.unverified, numberFromMemory)
			default:
				e.unverified = append(e.unverified, numberUnknown)
			}
			out = append(out, e)
		}
	case RegimeTT06, RegimeTT05:
		for i, c := range catalogue {
			e := edition{code: c, number: string([]byte{'0' + byte((i+1)/10), '0' + byte((i+1)%10)}) + "/TK-THA", unverified: []thads.Text{titleFromMemory}}
			switch {
			case r == RegimeTT06:
				e.unverified = append(e.unverified, listFromMemory, numberByOrder)
			case i < 2:
				e.unverified = append(e.unverified, numberFromMemory)
			default:
				e.unverified = append(e.unverified, numberByOrder)
			}
			out = append(out, e)
		}
	case RegimeTT05Of2026:
		for _, c := range catalogue {
			out = append(out, edition{code: c, unverified: []thads.Text{bothNotAtHand}})
		}
	}
	return out
}

// Title returns the form's title.
func (c Code) Title() thads.Text {
	switch c {
	case FormResultsByCase:
		return text("Kết quả thi hành án dân sự tính bằng việc", "Results by case")
	case FormResultsByMoney:
		return text("Kết quả thi hành án dân sự tính bằng tiền", "Results by money")
	case FormResultsByCaseOwnMotion:
		return text("Kết quả thi hành án dân sự chủ động tính bằng việc", "Results of own-motion cases, by case")
	case FormResultsByCaseOnRequest:
		return text("Kết quả thi hành án dân sự theo yêu cầu tính bằng việc", "Results of cases on request, by case")
	case FormResultsByMoneyOwnMotion:
		return text("Kết quả thi hành án dân sự chủ động tính bằng tiền", "Results of own-motion cases, by money")
	case FormResultsByMoneyOnRequest:
		return text("Kết quả thi hành án dân sự theo yêu cầu tính bằng tiền", "Results of cases on request, by money")
	case FormBudgetCollections:
		return text("Kết quả thi hành các khoản thu cho ngân sách nhà nước", "Collections for the State budget")
	case FormOfficersByCase:
		return text("Kết quả thi hành án dân sự tính bằng việc chia theo cơ quan thi hành án và chấp hành viên", "Results by case, per agency and officer")
	case FormOfficersByMoney:
		return text("Kết quả thi hành án dân sự tính bằng tiền chia theo cơ quan thi hành án và chấp hành viên", "Results by money, per agency and officer")
	case FormReductions:
		return text("Kết quả xét miễn, giảm nghĩa vụ thi hành án", "Exemption and reduction of obligations")
	case FormMeasures:
		return text("Kết quả áp dụng biện pháp bảo đảm, cưỡng chế thi hành án", "Measures of security and coercion")
	case FormComplaints:
		return text("Kết quả giải quyết khiếu nại, tố cáo, kiến nghị, phản ánh", "Complaints, denunciations and petitions")
	case FormCitizenReception:
		return text("Kết quả tiếp công dân", "Citizen reception")
	case FormInspections:
		return text("Kết quả giám sát, kiểm sát, kiểm tra", "Supervision, procuracy and inspection")
	case FormCompensation:
		return text("Kết quả bồi thường nhà nước trong thi hành án", "State compensation")
	case FormAdministrativeVerdicts:
		return text("Kết quả theo dõi thi hành án hành chính", "Tracking of administrative verdicts")
	}
	return text(string(c), string(c))
}

// unit returns what most of the form's cells count.
func (c Code) unit() thads.QuantityUnit {
	switch c {
	case FormResultsByMoney, FormResultsByMoneyOwnMotion, FormResultsByMoneyOnRequest, FormBudgetCollections, FormOfficersByMoney, FormCompensation:
		return thads.UnitDong
	default:
		return thads.UnitCases
	}
}

// kept tells whether thads keeps the records that the form asks for, and what is
// missing.
func (c Code) kept() (thads.Text, bool) {
	switch c {
	case FormComplaints:
		return text("Hệ thống không lưu hồ sơ khiếu nại, tố cáo, kiến nghị, phản ánh", "Complaints, denunciations and petitions are not kept here"), false
	case FormCitizenReception:
		return text("Hệ thống không lưu sổ tiếp công dân", "The register of citizen reception is not kept here"), false
	case FormInspections:
		return text("Hệ thống không lưu kết luận giám sát, kiểm sát, kiểm tra", "Findings of supervision, procuracy and inspection are not kept here"), false
	case FormCompensation:
		return text("Hệ thống không lưu hồ sơ yêu cầu bồi thường nhà nước", "Claims for State compensation are not kept here"), false
	default:
		return thads.Text{}, true
	}
}

// fill gives a form its rows, columns and rules.
func (f *Form) fill() {
	money := f.Unit == thads.UnitDong
	switch f.Code {
	case FormResultsByCase, FormResultsByMoney:
		f.Rows = RowsKinds
		f.results(money)
		f.note("Thứ tự dòng (chủ động, theo yêu cầu; trong đó chia theo loại bản án) chưa đối chiếu với biểu in", "The order of rows was not checked against the printed form")
	case FormResultsByCaseOwnMotion, FormResultsByMoneyOwnMotion:
		f.Rows, f.Where.Initiations = RowsKinds, []thads.Initiation{thads.OwnMotion}
		f.results(money)
	case FormResultsByCaseOnRequest, FormResultsByMoneyOnRequest:
		f.Rows, f.Where.Initiations = RowsKinds, []thads.Initiation{thads.OnRequest}
		f.results(money)
	case FormOfficersByCase, FormOfficersByMoney:
		f.Rows = RowsOfficers
		f.results(money)
	case FormBudgetCollections:
		f.Rows, f.Where.Subjects = RowsSubjects, budgetSubjects
		f.results(true)
		for i := range f.Columns {
			f.Columns[i].Verified = false
		}
		f.note("Cột của biểu này lấy theo biểu kết quả tính bằng tiền; các khoản thu ngân sách gồm án phí, tiền phạt, truy thu, thu lợi bất chính và tịch thu",
			"The columns are those of the form of results by money; the State budget's are court fees, fines, arrears, illicit gains and confiscations")
	case FormReductions:
		f.Rows = RowsUnits
		f.reductions()
	case FormMeasures:
		f.Rows = RowsMeasures
		f.measures()
	case FormAdministrativeVerdicts:
		f.Rows = RowsUnits
		f.verdicts()
	case FormComplaints, FormCitizenReception, FormInspections, FormCompensation:
	}
}

// budgetSubjects are the kinds of obligations that are owed to the State budget.
var budgetSubjects = []string{string(thads.CourtFee), string(thads.Fine), string(thads.Arrears), string(thads.IllicitGains), string(thads.Confiscation)}

func (f *Form) note(vi, en string) { f.Unverified = append(f.Unverified, text(vi, en)) }

// base adds a column that the ledger sums.
func (f *Form) base(code string, m Measure, figure ledger.Figure, path ...thads.Text) *Column {
	spec, _ := MeasureSpecOf(m)
	f.Columns = append(f.Columns, Column{
		Code: code, Path: path, Formula: spec.Formula, Figure: figure, Unit: f.Unit, Source: f.source(spec.Source), Verified: spec.Verified,
	})
	return &f.Columns[len(f.Columns)-1]
}

// measure adds a column that is one of the measures.
func (f *Form) measure(code string, m Measure, path ...thads.Text) *Column {
	figure, _ := FigureOf(m, f.Regime)
	return f.base(code, m, figure, path...)
}

// sum adds a column that is a sum of others: "A2 A3", "A1 -B1".
func (f *Form) sum(code, terms string, path ...thads.Text) *Column {
	t := termsOf(terms)
	f.Columns = append(f.Columns, Column{
		Code: code, Path: path, Formula: text(formula(t), formula(t)), Terms: t, Unit: f.Unit, Source: f.source(published), Verified: true,
	})
	return &f.Columns[len(f.Columns)-1]
}

// ratio adds a column that is a share of two others.
func (f *Form) ratio(code, numerator, denominator string, path ...thads.Text) {
	t := numerator + " / " + denominator + " × 100"
	f.Columns = append(f.Columns, Column{
		Code: code, Path: path, Formula: text(t, t), Numerator: numerator, Denominator: denominator,
		Unit: thads.UnitPercent, Source: f.source(published), Verified: true,
	})
}

// source puts what a column rests on before the form's circular.
func (f *Form) source(s string) string { return s + "; " + f.Source }

// rule adds a rule.
func (f *Form) rule(code, left, right string) {
	l, r := termsOf(left), termsOf(right)
	t := formula(l) + " = " + formula(r)
	f.Checks = append(f.Checks, Check{Code: code, Text: text(t, t), Left: l, Right: r})
}

// termsOf reads "A1 -B1".
func termsOf(s string) []Term {
	var out []Term
	for _, w := range strings.Fields(s) {
		t := Term{Column: w, Sign: 1}
		if rest, ok := strings.CutPrefix(w, "-"); ok {
			t = Term{Column: rest, Sign: -1}
		}
		out = append(out, t)
	}
	return out
}

// formula writes "A1 − B1".
func formula(terms []Term) string {
	var b strings.Builder
	for i, t := range terms {
		switch {
		case t.Sign < 0 && i == 0:
			b.WriteString("−")
		case t.Sign < 0:
			b.WriteString(" − ")
		case i > 0:
			b.WriteString(" + ")
		}
		b.WriteString(t.Column)
	}
	return b.String()
}

// resolve gives columns that are sums of others their figures.
func (f *Form) resolve() {
	for i := range f.Columns {
		if c := &f.Columns[i]; len(c.Terms) > 0 {
			c.Figure = f.figure(c)
		}
	}
}

func (f *Form) figure(c *Column) ledger.Figure {
	if len(c.Terms) == 0 {
		return c.Figure
	}
	out := ledger.Figure{}
	for _, t := range c.Terms {
		of, _ := f.Column(t.Column)
		part := f.figure(of)
		if t.Sign < 0 {
			part = minus(part)
		}
		out = append(out, part...)
	}
	return out
}

// The headers of the forms of results.
var (
	hTotal     = text("Tổng số", "Total")
	hAccepted  = text("Tổng số thụ lý", "Accepted")
	hResolving = text("Tổng số giải quyết", "Handled")
	hToEnforce = text("Tổng số phải thi hành", "To enforce")
	hMeans     = text("Có điều kiện thi hành", "With means")
	hSettled   = text("Giải quyết xong", "Settled")
	hOutside   = text("Hoãn, tạm đình chỉ, tạm dừng, khác", "Postponed, suspended, paused, other")
	hPostponed = text("Hoãn thi hành án", "Postponed")
	hOther     = text("Trường hợp khác", "Other")
)

// results gives a form the columns A1 to P.
func (f *Form) results(money bool) {
	top, split := hAccepted, f.Regime != RegimeTT01
	if f.Regime == RegimeTT05 {
		top = hResolving
	}
	within := func(path ...thads.Text) []thads.Text { return append([]thads.Text{hToEnforce, hMeans}, path...) }
	outside := func(path ...thads.Text) []thads.Text {
		return append([]thads.Text{hToEnforce, hOutside}, path...)
	}

	f.sum("A1", "A2 A3", top, hTotal)
	f.measure("A2", MeasureCarriedIn, top, text("Năm trước chuyển sang (trừ số đã chuyển sổ theo dõi riêng)", "Carried in (without the separate book)"))
	f.measure("A3", MeasureNewlyAccepted, top, text("Thụ lý mới", "Newly accepted"))
	f.measure("B1", MeasureEntrusted, MeasureEntrusted.Name())
	f.measure("B2", MeasureWithdrawn, MeasureWithdrawn.Name())
	f.measure("B3", MeasureRevoked, MeasureRevoked.Name())
	leave := "-B1 -B2 -B3"
	if f.Regime == RegimeTT05 {
		c := f.measure("B4", MeasureReturned, MeasureReturned.Name())
		c.Source = "Luật 106/2025/QH15 Điều 38 khoản 4; không có trong Thông tư 05/2024/TT-BTP, thêm để cân đối khi dùng biểu cho kỳ sau 30/06/2026"
		leave += " -B4"
	} else {
		// What was returned under the law of 2025, when a form of before is filled
		// for a later period, has no column of its own there.
		c, _ := f.Column("B3")
		c.Figure = append(c.Figure, flow(thads.AccountReturned)...)
	}
	f.sum("C", "A1 "+leave, hToEnforce, hTotal)

	done := "D1 D2"
	if money {
		done += " D3"
	}
	d := done + " D4"
	switch f.Regime {
	case RegimeTT01:
		d += " D5 D6 D7 D8"
	case RegimeTT06:
		d += " D5"
	case RegimeTT05, RegimeTT05Of2026:
	}
	means := f.sum("D", d, within(hTotal)...)
	means.Verified = f.Regime == RegimeTT01
	s := f.sum("S", done, within(hSettled, hTotal)...)
	s.Source, s.Verified = f.source("Cột cộng của hệ thống, là tử số của tỷ lệ"), false
	f.measure("D1", MeasureDone, within(hSettled, text("Thi hành xong", "Done"))...)
	f.measure("D2", MeasureTerminated, within(hSettled, text("Đình chỉ thi hành án", "Terminated"))...)
	if money {
		f.measure("D3", MeasureReduced, within(hSettled, text("Giảm nghĩa vụ thi hành án", "Reduced"))...)
	}
	f.measure("D4", MeasureInProgress, within(MeasureInProgress.Name())...)
	// other is a column of the forms for which thads has no state: always zero.
	other := func(code string, path []thads.Text) {
		c := f.base(code, "", ledger.Figure{}, path...)
		c.Formula = text("Hệ thống không có trạng thái nào thuộc cột này: luôn bằng 0", "No state of thads belongs here: always 0")
		c.Source = f.source(published)
	}
	// postponed adds a column of postponed cases; which, depends on the regime.
	postponed := func(code string, figure ledger.Figure, verified bool, path []thads.Text) {
		f.base(code, MeasurePostponed, figure, path...).Verified = verified
	}
	agreed, rest := part(ledger.UpTo, 1, thads.AccountPostponed), part(ledger.UpTo, 1, thads.AccountPostponed)
	agreed.Accounts.Only, rest.Accounts.Except = byAgreement, byAgreement
	switch f.Regime {
	case RegimeTT01:
		postponed("D5", stock(thads.AccountPostponed), false, within(hPostponed))
		f.measure("D6", MeasureSuspended, within(MeasureSuspended.Name())...)
		f.measure("D7", MeasurePaused, within(MeasurePaused.Name())...)
		other("D8", within(hOther))
	case RegimeTT06:
		postponed("D5", ledger.Figure{agreed}, true, within(text("Hoãn theo điểm c khoản 1 Điều 48", "Postponed under article 48(1)(c)")))
	case RegimeTT05, RegimeTT05Of2026:
	}
	f.measure("E", MeasureNotEnforceable, hToEnforce, MeasureNotEnforceable.Name())
	if split {
		f.sum("G", "G1 G2 G3 G4", outside(hTotal)...).Verified = false
		if f.Regime == RegimeTT06 {
			postponed("G1", ledger.Figure{rest}, false, outside(text("Hoãn thi hành án (trừ điểm c khoản 1 Điều 48)", "Postponed (but under article 48(1)(c))")))
		} else {
			postponed("G1", stock(thads.AccountPostponed), false, outside(hPostponed))
		}
		f.measure("G2", MeasureSuspended, outside(MeasureSuspended.Name())...)
		f.measure("G3", MeasurePaused, outside(MeasurePaused.Name())...)
		other("G4", outside(hOther))
	}
	f.measure("R", MeasureCarriedOut, MeasureCarriedOut.Name())
	f.measure("F", MeasureSeparateBook, MeasureSeparateBook.Name())
	p := text("Tỷ lệ: (xong + đình chỉ) / có điều kiện (%)", "Rate: (done + terminated) / with means (%)")
	if money {
		p = text("Tỷ lệ: (xong + đình chỉ + giảm) / có điều kiện (%)", "Rate: (done + terminated + reduced) / with means (%)")
	}
	f.ratio("P", "S", "D", p)
	f.resolve()

	f.rule("A1", "A1", "A2 A3")
	f.rule("C", "C", "A1 "+leave)
	if split {
		f.rule("C_BALANCE", "C", "D E G")
		f.rule("G", "G", "G1 G2 G3 G4")
	} else {
		f.rule("C_BALANCE", "C", "D E")
	}
	f.rule("D", "D", d)
	f.rule("S", "S", done)
	f.rule("R", "R", "C -S")

	f.note("Việc trong thời hạn tự nguyện và đang xác minh được tính vào đang thi hành (D4) theo trí nhớ; tiền đã thu chưa chi trả cũng ở D4",
		"Cases in the voluntary period and being verified are counted as under way (D4) from memory; money collected and not paid out is there as well")
	if money {
		f.note("Cột giảm nghĩa vụ (D3) ghi theo trí nhớ", "The column of reductions (D3) is from memory")
	}
	switch f.Regime {
	case RegimeTT01:
		f.note("C = D + E đã kiểm tra trên số liệu công bố 2017 và 2019; việc chia D5–D8 trong D ghi theo trí nhớ", "C = D + E was checked on published figures of 2017 and 2019; the split D5–D8 within D is from memory")
	case RegimeTT06:
		f.note("Hoãn theo điểm c khoản 1 Điều 48 ở trong D; các trường hợp hoãn khác, tạm đình chỉ, tạm dừng ở ngoài D ghi theo trí nhớ",
			"Postponement under article 48(1)(c) is in D; that other postponement, suspension and pausing are outside is from memory")
	case RegimeTT05, RegimeTT05Of2026:
		f.note("C = D + E + G suy ra từ số liệu công bố 9 tháng năm 2025 của một tỉnh", "C = D + E + G is inferred from one province's published figures of nine months of 2025")
	}
}

// reductions gives the form of exemptions and reductions its columns.
func (f *Form) reductions() {
	f.measure("N", MeasureReductions, text("Số quyết định miễn, giảm", "Decisions to exempt or reduce"))
	f.measure("V", MeasureReduced, text("Số tiền được miễn, giảm", "Money exempted or reduced")).Unit = thads.UnitDong
	exempted := flow(thads.AccountTerminated)
	exempted[0].Accounts.Only = []string{"L2008_50_1_E"}
	h := text("Đình chỉ do miễn nghĩa vụ", "Terminated because exempted")
	under := text("Đình chỉ trong kỳ theo điểm e khoản 1 Điều 50 Luật THADS 2008", "Terminated in the period under article 50(1)(e) of the law of 2008")
	c := f.base("T", MeasureTerminated, exempted, h, text("Số việc", "Cases"))
	c.Formula, c.Verified = under, false
	c = f.base("TV", MeasureTerminated, slices.Clone(exempted), h, text("Số tiền", "Money"))
	c.Formula, c.Verified, c.Unit = under, false, thads.UnitDong
	f.note("Hệ thống chỉ lưu quyết định miễn, giảm, không lưu hồ sơ đề nghị và kết quả xét của Tòa án; cột của biểu in chưa biết",
		"Only decisions are kept, neither requests nor the court's rulings on them; the columns of the printed form are not known")
}

// measures gives the form of measures its columns.
func (f *Form) measures() {
	of := func(code string, how []thads.Initiation, title thads.Text) {
		figure := flow(thads.AccountMeasure)
		figure[0].Where.Initiations = how
		f.base(code, MeasureMeasures, figure, text("Số việc (mỗi quyết định một việc)", "Decisions"), title).Verified = false
	}
	f.measure("N", MeasureMeasures, text("Số việc (mỗi quyết định một việc)", "Decisions"), hTotal)
	of("N1", []thads.Initiation{thads.OwnMotion}, text("Chủ động", "Own motion"))
	of("N2", []thads.Initiation{thads.OnRequest}, text("Theo yêu cầu", "On request"))
	c := f.measure("V", MeasureMeasures, text("Số tiền theo quyết định", "Money in the decisions"))
	c.Unit, c.Verified = thads.UnitDong, false
	c.Formula = text("Số tiền ghi trong các quyết định trong kỳ", "The money named in the decisions of the period")
	f.rule("N", "N", "N1 N2")
	f.note("Cột của biểu in (huy động lực lượng, kết quả cưỡng chế) chưa biết; dòng theo biện pháp của Điều 66 và Điều 71",
		"The columns of the printed form (forces called in, outcome) are not known; rows are the measures of articles 66 and 71")
}

// verdicts gives the form of administrative verdicts its columns.
func (f *Form) verdicts() {
	// A province's published figures of 2017: 132 handed over = 55 to track + 77
	// without; 55 = 12 carried in + 43 new = 36 done + 19 not done.
	handed, tracked := text("Bản án, quyết định Tòa án chuyển giao", "Judgments handed over"), text("Có nội dung phải theo dõi", "To track")
	f.sum("N", "T U", handed, hTotal)
	c := f.base("U", MeasureVerdictsNew, flow(thads.AccountVerdictUntracked), handed, text("Không có nội dung theo dõi", "Nothing to track"))
	c.Formula = text("Bản án tiếp nhận trong kỳ không có nội dung theo dõi", "Judgments received in the period with nothing to track")
	f.sum("T", "T1 T2", handed, tracked, hTotal)
	f.measure("T1", MeasureVerdictsCarriedIn, handed, tracked, text("Kỳ trước chuyển sang", "Carried in"))
	f.measure("T2", MeasureVerdictsNew, handed, tracked, text("Thụ lý mới", "New"))
	f.measure("X", MeasureVerdictsDone, text("Đã thi hành xong", "Done"))
	f.measure("K", MeasureVerdictsNoLonger, text("Không còn nội dung thi hành", "Nothing left to carry out"))
	f.measure("L", MeasureVerdictsNotDone, text("Chưa thi hành xong", "Not done"))
	f.measure("Q1", MeasureVerdictCompulsions, text("Quyết định buộc thi hành án", "Decisions to compel"))
	f.measure("Q2", MeasureVerdictNotices, text("Thông báo tự nguyện thi hành", "Notices"))
	f.measure("Q3", MeasureVerdictSessions, text("Buổi làm việc", "Work sessions"))
	f.measure("Q4", MeasureVerdictPetitions, text("Kiến nghị xử lý trách nhiệm", "Petitions for discipline"))
	f.ratio("P", "X", "T", text("Tỷ lệ thi hành xong (%)", "Rate (%)"))
	f.resolve()

	f.rule("N", "N", "T U")
	f.rule("T", "T", "T1 T2")
	f.rule("T_BALANCE", "T", "X K L")
	f.note("Cột lấy theo số liệu trong các báo cáo đã công bố; bố cục biểu in chưa biết", "The columns are what published reports state; the layout of the printed form is not known")
}
