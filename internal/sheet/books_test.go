package sheet

import (
	"bytes"
	stdcmp "cmp"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// A book is a register as an agency keeps it: what is in it, how it is laid out,
// and what is to be read.
type book struct {
	r     *rand.Rand
	style bookStyle
	cases []bookCase
	unit  thads.MoneyUnit
	// owed says where the obligations stand: a row each, all in one cell, or in a
	// column for each kind.
	owed bookOwed

	grid   [][]any
	merges []merge
	// want are the cases, leftOut the rows that are none.
	want    []*caseEntry
	leftOut []int
	// headerFrom is the first of the headerRows rows of titles.
	headerFrom, headerRows int
	// kinds are the columns of kinds of obligations, in their order.
	kinds []thads.ObligationKind
}

// A bookStyle is a kind of register.
type bookStyle int

const (
	ownMotionBook  bookStyle = iota // sổ thụ lý thi hành án chủ động
	onRequestBook                   // sổ thụ lý thi hành án theo yêu cầu
	departmentBook                  // a department's own workbook: headers of two rows
	receivedBook                    // sổ nhận bản án, quyết định
	balanceBook                     // older cases with what is outstanding
)

const bookStyles = 5

type bookOwed int

const (
	owedByRow bookOwed = iota
	owedInCell
	owedByKind
)

type bookCase struct {
	number, judgment, court string
	date, judged, asked     thads.Date
	received                thads.Date
	kind                    thads.JudgmentKind
	initiation              thads.Initiation
	debtors, creditors      []bookParty
	owed                    []bookObligation
	officer, note           string
	state                   thads.CaseState
	since                   thads.Date
}

type bookParty struct {
	name, address, identity string
	year                    int
}

type bookObligation struct {
	kind        thads.ObligationKind
	amount      thads.Dong
	outstanding thads.Dong
	content     string
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func (b *book) chance(percent int) bool { return b.r.IntN(100) < percent }

func (b *book) day(from, to int) thads.Date {
	return thads.DateOf(from+b.r.IntN(to-from+1), 1, 1).AddDays(b.r.IntN(365))
}

// newBook invents a register.
func newBook(seed uint64) *book {
	b := &book{r: rand.New(rand.NewPCG(seed, 29))}
	b.style = bookStyle(b.r.IntN(bookStyles))
	b.unit = pick(b.r, thads.MoneyDong, thads.MoneyDong, thads.MoneyThousand, thads.MoneyMillion)
	if b.style == ownMotionBook || b.style == onRequestBook || b.style == receivedBook {
		b.owed = pick(b.r, owedByRow, owedInCell, owedByKind)
	}
	for i := range 1 + b.r.IntN(12) {
		b.cases = append(b.cases, b.invent(i))
	}
	return b
}

func (b *book) invent(i int) bookCase {
	symbols := map[string]thads.JudgmentKind{"DS-ST": thads.JudgmentCivil, "HSST": thads.JudgmentCriminal, "HNGĐ-ST": thads.JudgmentFamily, "KDTM-PT": thads.JudgmentCommercial, "LĐ-ST": thads.JudgmentLabour}
	c := bookCase{judged: b.day(2012, 2016), court: pick(b.r, "TAND thành phố Thanh Hóa", "Tòa án nhân dân huyện Nga Sơn", "TAND cấp cao tại Hà Nội"), initiation: thads.OwnMotion}
	symbol := pick(b.r, "DS-ST", "HSST", "HNGĐ-ST", "KDTM-PT", "LĐ-ST")
	c.kind = symbols[symbol]
	c.judgment = fmt.Sprintf("%02d/%d/%s", i+1, c.judged.Year(), symbol)
	c.received = c.judged.AddDays(20 + b.r.IntN(40))
	c.date = c.received.AddDays(1 + b.r.IntN(10))
	c.number = fmt.Sprintf("%d/QĐ-%s", 40+i, pick(b.r, "CCTHADS", "CTHADS", "THA"))
	c.officer = pick(b.r, "CHV01", "CHV02", "")
	c.note = pick(b.r, "", "", "Hồ sơ lưu kho 2", "Đã nhắc 02 lần")
	for range 1 + b.r.IntN(2) {
		c.debtors = append(c.debtors, b.party(len(c.debtors)*100+i))
	}
	if b.style == onRequestBook || b.style == departmentBook && b.chance(60) {
		c.initiation = thads.OnRequest
		c.asked = c.received.AddDays(-b.r.IntN(5))
		for range 1 + b.r.IntN(2) {
			c.creditors = append(c.creditors, b.party(50+len(c.creditors)*100+i))
		}
	}
	for range 1 + b.r.IntN(3) {
		o := bookObligation{kind: pick(b.r, thads.CourtFee, thads.Fine, thads.Compensation, thads.Debt, thads.Maintenance)}
		// Distinct in every unit, and not unusual.
		o.amount = thads.Dong(1+b.r.IntN(9000))*1_000_000 + thads.Dong(len(c.owed)*10_000)
		o.outstanding = o.amount - thads.Dong(b.r.IntN(2))*500_000
		o.content = pick(b.r, "", "theo bản án sơ thẩm", "phần dân sự")
		switch b.owed {
		case owedByKind:
			o.content = ""
			if slices.ContainsFunc(c.owed, func(other bookObligation) bool { return other.kind == o.kind }) {
				continue
			}
		case owedInCell:
			if o.content != "" {
				o.content = o.kind.Name().VI + " " + o.content
			}
		case owedByRow:
		}
		c.owed = append(c.owed, o)
	}
	if b.style == balanceBook {
		c.state, c.since = pick(b.r, thads.StateInProgress, thads.StateVerifying, thads.StateVoluntary), c.date.AddDays(90)
	}
	return c
}

func (b *book) party(i int) bookParty {
	p := bookParty{address: pick(b.r, "thôn %d, xã Nga An, huyện Nga Sơn", "số %d đường Lê Lợi, phường Lam Sơn", "Tổ %d, phường Ba Đình")}
	p.address = fmt.Sprintf(p.address, 1+b.r.IntN(30))
	p.name = pick(b.r, "Nguyễn Văn", "Trần Thị", "Lê", "Công Tằng", "Quân Thế") + " " + pick(b.r, "An", "Bình", "Cộng", "Kỳ", "Phương") + " " + pick(b.r, "x", "y", "z")
	p.name = strings.ToUpper(p.name[len(p.name)-1:]) + strconv.Itoa(i) // unique
	p.name = pick(b.r, "Nguyễn Văn", "Trần Thị", "Lê", "Công Tằng", "Quân Thế", "Phương Kiến", "Công ty TNHH") + " " + pick(b.r, "An", "Bình", "Cộng", "Kỳ", "Phương") + " " + p.name
	if !strings.HasPrefix(p.name, "Công ty") {
		p.year = 1950 + b.r.IntN(40)
		p.identity = fmt.Sprintf("038%09d", b.r.IntN(1e9))
	}
	return p
}

// entry is what is to be read of a case.
func (b *book) entry(c *bookCase, has func(code string) bool) *caseEntry {
	e := &caseEntry{UnitCode: "38.10"}
	if has("unit") {
		e.UnitCode = "38.01"
	}
	if has("officer") {
		e.OfficerCode = c.officer
	}
	p := &thads.Particulars{Initiation: c.initiation, Tags: []thads.Tag{thads.TagImported}}
	p.Judgment = thads.Judgment{Kind: c.kind, Number: thads.ParseDocumentNumber(c.judgment), Date: c.judged, Court: c.court}
	e.Event = thads.CaseEvent{Kind: thads.CaseDecided, Particulars: p, Decision: &thads.Decision{Number: thads.ParseDocumentNumber(c.number), Date: c.date}}
	e.Event.EffectiveOn = c.date
	if has("requestedOn") {
		p.RequestedOn = c.asked
	}
	if has("receivedOn") {
		p.Judgment.ReceivedOn = c.received
	}
	if has("note") {
		e.Event.Note = c.note
	}
	switch b.style {
	case receivedBook:
		e.Event.Kind, e.Event.Decision, e.Event.EffectiveOn = thads.CaseReceived, nil, c.received
	case balanceBook:
		e.Event.Kind, e.Event.EffectiveOn = thads.CaseBroughtForward, thads.DateOf(2018, 9, 30)
		p.Balance = &thads.OpeningBalance{State: c.state, Since: c.since}
	default:
	}
	if b.owed == owedByKind { // in the order of the columns
		slices.SortFunc(c.owed, func(x, y bookObligation) int { return slices.Index(b.kinds, x.kind) - slices.Index(b.kinds, y.kind) })
	}
	for _, o := range c.owed {
		owed := thads.Obligation{Kind: o.kind, Amount: o.amount}
		if has("content") || b.owed == owedInCell {
			owed.Content = o.content
		}
		if b.style == balanceBook {
			if owed.Amount = o.outstanding; has("amount") && o.amount != o.outstanding {
				e.Event.Note = strings.TrimSpace(e.Event.Note + "\n" + fmt.Sprintf("Số tiền theo bản án (%s): %s", o.kind.Name().VI, o.amount.Vietnamese()))
			}
		}
		p.Obligations = append(p.Obligations, owed)
	}
	return e
}

// addParty adds a party to what is to be read, in the order of the rows.
func (e *caseEntry) addParty(role thads.PartyRole, p *bookParty, has func(code string) bool) {
	side := strings.ToLower(string(role))
	if slices.ContainsFunc(e.Event.Particulars.Parties, func(q thads.Party) bool { return q.Name == p.name && q.Role == role }) {
		return
	}
	q := thads.Party{Role: role, Kind: thads.Person, Name: p.name}
	if strings.HasPrefix(p.name, "Công ty") {
		q.Kind = thads.Organisation
	}
	if has(side+"Address") || has(side+"NameAndAddress") {
		q.Address = p.address
	}
	if has(side+"BirthYear") || has(side+"NameAndAddress") {
		q.BirthYear = p.year
	}
	e.Event.Particulars.Parties = append(e.Event.Particulars.Parties, q)
	if has(side+"Identity") && p.identity != "" {
		e.identify(len(e.Event.Particulars.Parties)-1, &PartyCells{IdentityNumber: p.identity})
	}
}

// A bookColumn is a column of a book: its titles, above one another or one, in
// the spellings that occur, and what it says of a row of a case.
type bookColumn struct {
	code   string
	group  []string
	titles []string
	cell   func(c *bookCase, row *bookRow) any
}

// A bookRow is a row of a case: which parties and obligation it has.
type bookRow struct {
	first              bool
	debtors, creditors []*bookParty
	owed               *bookObligation
}

// date writes a date as clerks and programs do.
func (b *book) date(d thads.Date) any {
	switch b.r.IntN(5) {
	case 0:
		return d
	case 1:
		return fmt.Sprintf("%d-%d-%d", d.Day(), d.Month(), d.Year())
	case 2:
		return fmt.Sprintf("%d.%d.%d", d.Day(), d.Month(), d.Year())
	case 3:
		return fmt.Sprintf("ngày %02d tháng %d năm %d", d.Day(), d.Month(), d.Year())
	default:
		return d.Vietnamese()
	}
}

// both writes the number and date of a paper into one cell.
func (b *book) both(number string, d thads.Date) string {
	short := fmt.Sprintf("%d/%d/%d", d.Day(), d.Month(), d.Year())
	return pick(b.r, number+" ngày "+d.Vietnamese(), number+"\n"+short, "Số "+number+", "+d.Vietnamese(), number+" - "+strings.ReplaceAll(short, "/", "."), number+" ("+d.Vietnamese()+")",
		number+fmt.Sprintf(" ngày %02d tháng %02d năm %d", d.Day(), d.Month(), d.Year()), "Số: "+number+"; ngày "+short)
}

// money writes an amount in the unit of the book.
func (b *book) money(d thads.Dong) any {
	per := b.unit.Dong()
	if d%per != 0 || b.chance(50) {
		return float64(d) / float64(per)
	}
	digits := strconv.FormatInt(int64(d/per), 10)
	if b.unit == thads.MoneyDong {
		return pick[any](b.r, digits, strings.TrimSuffix(d.Vietnamese(), " đ"), strings.ReplaceAll(strings.TrimSuffix(d.Vietnamese(), " đ"), ".", " "))
	}
	return digits
}

// people writes parties with names, years of birth and addresses into one cell.
func (b *book) people(parties []*bookParty) any {
	if len(parties) == 0 {
		return nil
	}
	numbered := len(parties) > 1 && b.chance(50)
	var lines []string
	for i, p := range parties {
		line := p.name
		if p.year != 0 {
			line += pick(b.r, fmt.Sprintf(", sinh năm %d", p.year), fmt.Sprintf(", sinh năm: %d", p.year), fmt.Sprintf(" (SN %d)", p.year), fmt.Sprintf(" - sinh ngày 02/03/%d", p.year))
		}
		line += pick(b.r, ", địa chỉ: ", " - Đ/c: ", "; trú tại ", "\nĐịa chỉ: ", "\n", ", ") + p.address
		if numbered {
			line = fmt.Sprintf("%d. %s", i+1, line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// items writes obligations with their amounts into one cell.
func (b *book) items(c *bookCase) any {
	numbered := len(c.owed) > 1 && b.chance(30)
	divider := pick(b.r, "\n", "; ")
	var items []string
	for i, o := range c.owed {
		item := stdcmp.Or(o.content, o.kind.Name().VI) + pick(b.r, ": ", " ", " - ")
		digits := strings.TrimSuffix(o.amount.Vietnamese(), " đ")
		item += pick(b.r, o.amount.Vietnamese(), digits+" đồng", digits+"đ", digits+" đ.")
		if numbered && divider == "\n" {
			item = fmt.Sprintf("%d. %s", i+1, item)
		}
		items = append(items, item)
	}
	return strings.Join(items, divider)
}

func bookNames(parties []*bookParty) any {
	var out []string
	for _, p := range parties {
		out = append(out, p.name)
	}
	if len(out) == 0 {
		return nil
	}
	return strings.Join(out, "\n")
}

// ofFirst gives a value of the case, which stands in its first row.
func ofFirst(value func(c *bookCase) any) func(*bookCase, *bookRow) any {
	return func(c *bookCase, row *bookRow) any {
		if !row.first {
			return nil
		}
		return value(c)
	}
}

// columns are those of the book's style, some of them by chance.
func (b *book) columns() []bookColumn {
	sometimes := func(percent int, c ...bookColumn) []bookColumn {
		if b.chance(percent) {
			return c
		}
		return nil
	}
	unitTitle := map[thads.MoneyUnit][]string{thads.MoneyDong: {"", " (đồng)", " (VNĐ)"}, thads.MoneyThousand: {" (nghìn đồng)", " (1.000 đ)", ", ĐVT: nghìn đồng"}, thads.MoneyMillion: {" (triệu đồng)", " (tr.đ)"}}[b.unit]
	amount := func(titles ...string) []string {
		for i := range titles {
			titles[i] += pick(b.r, unitTitle...)
		}
		return titles
	}
	date := func(of func(c *bookCase) thads.Date) func(*bookCase, *bookRow) any {
		return ofFirst(func(c *bookCase) any {
			if of(c).IsZero() {
				return nil
			}
			return b.date(of(c))
		})
	}
	text := func(of func(c *bookCase) string) func(*bookCase, *bookRow) any {
		return ofFirst(func(c *bookCase) any {
			if of(c) == "" {
				return nil
			}
			return of(c)
		})
	}
	obligation := func(of func(o *bookObligation) any) func(*bookCase, *bookRow) any {
		return func(_ *bookCase, row *bookRow) any {
			if row.owed == nil {
				return nil
			}
			return of(row.owed)
		}
	}
	note := bookColumn{"note", nil, []string{"Ghi chú", "GHI CHÚ", "Ghi chu"}, text(func(c *bookCase) string { return c.note })}
	officer := bookColumn{"officer", nil, []string{"Chấp hành viên", "CHV", "Mã CHV"}, text(func(c *bookCase) string { return c.officer })}
	kind := bookColumn{"obligationKind", nil, []string{"Loại nghĩa vụ", "Các khoản phải thi hành", "Khoản phải THA", "Loại khoản phải thi hành"}, obligation(func(o *bookObligation) any {
		return pick(b.r, o.kind.Name().VI, strings.ToUpper(o.kind.Name().VI), thads.Fold(o.kind.Name().VI))
	})}
	owed := bookColumn{"amount", nil, amount("Số tiền phải thi hành", "Số tiền", "Giá trị phải thi hành", "SỐ TIỀN PHẢI THA"), obligation(func(o *bookObligation) any { return b.money(o.amount) })}
	decision := bookColumn{"numberAndDate", nil, []string{"Số, ngày quyết định thi hành án", "Số, ngày, tháng, năm ra QĐ thi hành án", "Số, ngày QĐ THA", "QĐ thi hành án (số, ngày)", "SO, NGAY QUYET DINH"}, ofFirst(func(c *bookCase) any { return b.both(c.number, c.date) })}
	judgment := bookColumn{"judgmentNumberDateCourt", nil, []string{"Số, ngày bản án, quyết định của Tòa án", "Số, ngày, tháng, năm của bản án, quyết định; Tòa án ra bản án", "Số, ngày BA, QĐ của Tòa án"}, ofFirst(func(c *bookCase) any {
		if b.chance(30) {
			return "Bản án số " + c.judgment + " của " + c.court + " ngày " + c.judged.Vietnamese()
		}
		return b.both(c.judgment, c.judged) + pick(b.r, " của ", ", ", "\n", " - ") + c.court
	})}
	debtors := bookColumn{"debtorNameAndAddress", nil, []string{"Họ tên, địa chỉ người phải thi hành án", "Họ và tên, địa chỉ của người phải THA", "Người phải THA (tên, đ/c)", "Tên, địa chỉ người phải thi hành án"}, func(_ *bookCase, row *bookRow) any { return b.people(row.debtors) }}
	debtors.titles = debtors.titles[:2] // what is in parentheses is no title
	creditors := bookColumn{"creditorNameAndAddress", nil, []string{"Họ tên, địa chỉ người được thi hành án", "Họ và tên, địa chỉ người được THA", "Tên và địa chỉ của người được thi hành án"}, func(_ *bookCase, row *bookRow) any { return b.people(row.creditors) }}
	asked := bookColumn{"requestedOn", nil, []string{"Ngày nhận đơn yêu cầu", "Ngày yêu cầu", "Ngày, tháng, năm nhận đơn yêu cầu"}, date(func(c *bookCase) thads.Date { return c.asked })}
	content := bookColumn{"content", nil, []string{"Nội dung nghĩa vụ", "Nội dung phải thi hành"}, obligation(func(o *bookObligation) any {
		if o.content == "" {
			return nil
		}
		return o.content
	})}
	result := bookColumn{"", []string{"Kết quả thi hành"}, []string{"Số tiền", "Đã thi hành xong"}, func(*bookCase, *bookRow) any { return nil }}
	obligations := []bookColumn{kind, owed}
	switch b.owed {
	case owedInCell:
		obligations = []bookColumn{{"obligations", nil, amount("Các khoản phải thi hành", "Khoản phải THA", "Khoản và số tiền phải thi hành"), ofFirst(b.items)}}
	case owedByKind:
		obligations = nil
		group := pick(b.r, []string(nil), []string{"Các khoản phải thi hành" + pick(b.r, unitTitle...), "Số tiền phải thi hành" + pick(b.r, unitTitle...)})
		for _, k := range []thads.ObligationKind{thads.CourtFee, thads.Fine, thads.Compensation, thads.Debt, thads.Maintenance} {
			titles := []string{k.Name().VI}
			if k == thads.CourtFee {
				titles = []string{"Án phí", "Án phí, lệ phí", "AN PHI"}
			}
			if group == nil {
				titles = amount(titles...)
			}
			obligations = append(obligations, bookColumn{"amount:" + string(k), group, titles, ofFirst(func(c *bookCase) any {
				for _, o := range c.owed {
					if o.kind == k {
						return b.money(o.amount)
					}
				}
				return pick[any](b.r, nil, nil, 0, "-")
			})})
		}
	case owedByRow:
	}
	out := []bookColumn{}
	switch b.style {
	case ownMotionBook:
		out = append(append(out, decision, judgment, debtors), obligations...)
		if b.owed == owedByRow {
			out = append(out, sometimes(50, content)...)
		}
	case onRequestBook:
		out = append(append(out, decision, judgment, creditors, debtors), obligations...)
		out = append(out, sometimes(60, asked)...)
	case receivedBook:
		out = append(out, bookColumn{"receivedOn", nil, []string{"Ngày nhận bản án", "Ngày, tháng, năm nhận", "Ngày nhận BA, QĐ"}, date(func(c *bookCase) thads.Date { return c.received })}, judgment, debtors)
		out = append(out, obligations...)
	case departmentBook, balanceBook:
		group := func(codes, titles []string, above []string, cells ...func(*bookCase, *bookRow) any) {
			for i := range codes {
				out = append(out, bookColumn{codes[i], above, []string{titles[i]}, cells[i]})
			}
		}
		out = append(out, bookColumn{"unit", nil, []string{"Mã đơn vị", "Đơn vị", "MA DON VI"}, text(func(*bookCase) string { return "38.01" })})
		group([]string{"number", "date"}, []string{"Số", "Ngày"}, []string{"Quyết định thi hành án", "QĐ THA"}, text(func(c *bookCase) string { return c.number }), date(func(c *bookCase) thads.Date { return c.date }))
		out = append(out, bookColumn{"initiation", nil, []string{"Loại việc", "Hình thức thi hành"}, text(func(c *bookCase) string {
			return map[thads.Initiation]string{thads.OwnMotion: "CĐ", thads.OnRequest: "theo yc"}[c.initiation]
		})})
		group([]string{"judgmentNumber", "judgmentDate", "court"}, []string{"Số", "Ngày, tháng, năm", "Tòa án"}, []string{"Bản án, quyết định", "Bản án, QĐ của Tòa án"}, text(func(c *bookCase) string { return c.judgment }), date(func(c *bookCase) thads.Date { return c.judged }), text(func(c *bookCase) string { return c.court }))
		if b.chance(50) {
			year := func(_ *bookCase, row *bookRow) any {
				if len(row.debtors) != 1 || row.debtors[0].year == 0 {
					return nil
				}
				return pick[any](b.r, row.debtors[0].year, strconv.Itoa(row.debtors[0].year))
			}
			identity := func(_ *bookCase, row *bookRow) any {
				if len(row.debtors) != 1 || row.debtors[0].identity == "" {
					return nil
				}
				return row.debtors[0].identity
			}
			address := func(_ *bookCase, row *bookRow) any {
				if len(row.debtors) != 1 {
					return nil
				}
				return row.debtors[0].address
			}
			group([]string{"debtorName", "debtorBirthYear", "debtorAddress", "debtorIdentity"}, []string{"Họ và tên", "Năm sinh", "Địa chỉ", "Số CCCD/CMND"}, []string{"Người phải thi hành án", "Người phải THA"}, func(_ *bookCase, row *bookRow) any { return bookNames(row.debtors) }, year, address, identity)
		} else {
			out = append(out, bookColumn{"debtorName", nil, []string{"Họ tên người phải thi hành án", "Người phải THA", "Tên người phải THA"}, func(_ *bookCase, row *bookRow) any { return bookNames(row.debtors) }})
		}
		out = append(out, bookColumn{"creditorName", nil, []string{"Người được thi hành án", "Họ và tên người được THA"}, func(_ *bookCase, row *bookRow) any { return bookNames(row.creditors) }})
		if b.style == departmentBook {
			group([]string{"obligationKind", "amount", "content"}, []string{"Loại", amount("Số tiền")[0], "Nội dung"}, []string{"Khoản phải thi hành", "Các khoản phải thi hành"}, kind.cell, owed.cell, content.cell)
		} else {
			out = append(out, kind, owed)
			out = append(out, bookColumn{"outstanding", nil, amount("Số tiền còn phải thi hành", "Còn phải thi hành", "Số tiền còn lại phải THA"), obligation(func(o *bookObligation) any { return b.money(o.outstanding) })})
			out = append(out, bookColumn{"state", nil, []string{"Trạng thái", "Trạng thái (việc cũ)"}, text(func(c *bookCase) string { return c.state.Name().VI })})
			out = append(out, bookColumn{"since", nil, []string{"Trạng thái từ ngày"}, date(func(c *bookCase) thads.Date { return c.since })})
			out = append(out, bookColumn{"effectiveOn", nil, []string{"Ngày chuyển số dư", "Ngày tính vào sổ"}, date(func(*bookCase) thads.Date { return thads.DateOf(2018, 9, 30) })})
		}
		out = append(out, sometimes(50, asked)...)
	}
	out = append(out, sometimes(50, officer)...)
	out = append(out, sometimes(70, note)...)
	out = append(out, sometimes(30, result)...)
	b.shuffle(out)
	if b.chance(80) {
		out = append([]bookColumn{{"", nil, []string{"TT", "STT", "Số TT", "Số thứ tự"}, nil}}, out...)
	}
	return out
}

// shuffle changes the order of columns; those of one group stay together.
func (b *book) shuffle(columns []bookColumn) {
	if b.chance(40) {
		return
	}
	var runs [][]bookColumn
	for i := range columns {
		if n := len(runs); n > 0 && columns[i].group != nil && slices.Equal(columns[i].group, runs[n-1][0].group) {
			runs[n-1] = append(runs[n-1], columns[i])
			continue
		}
		runs = append(runs, []bookColumn{columns[i]})
	}
	b.r.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
	copy(columns, slices.Concat(runs...))
}

// add adds a row to the grid and returns its number.
func (b *book) add(cells ...any) int {
	b.grid = append(b.grid, cells)
	return len(b.grid)
}

// aside adds a row that is to be left out.
func (b *book) aside(cells ...any) { b.leftOut = append(b.leftOut, b.add(cells...)) }

// layOut writes the book into its grid. Merged cells are only in workbooks.
func (b *book) layOut(merged bool) {
	columns := b.columns()
	b.kinds = nil
	for _, c := range columns {
		if k, byKind := strings.CutPrefix(c.code, "amount:"); byKind {
			b.kinds = append(b.kinds, thads.ObligationKind(k))
		}
	}
	has := func(code string) bool {
		return slices.ContainsFunc(columns, func(c bookColumn) bool { return c.code == code })
	}
	width := len(columns)
	title := map[bookStyle]string{ownMotionBook: "SỔ THỤ LÝ THI HÀNH ÁN CHỦ ĐỘNG", onRequestBook: "SỔ THỤ LÝ THI HÀNH ÁN THEO YÊU CẦU", receivedBook: "SỔ NHẬN BẢN ÁN, QUYẾT ĐỊNH", departmentBook: "BẢNG THEO DÕI THI HÀNH ÁN", balanceBook: "DANH SÁCH VIỆC CHUYỂN KỲ SAU"}[b.style]
	over := func(text string) {
		n := b.add(text)
		if merged && b.chance(70) {
			b.merges = append(b.merges, merge{n, 1, n, width})
		}
	}
	if b.chance(70) {
		over("CỤC THI HÀNH ÁN DÂN SỰ TỈNH THANH HÓA")
	}
	over(title)
	if b.chance(50) {
		over(fmt.Sprintf("(Từ ngày 01/10/%d đến ngày 30/9/%d)", 2017, 2018))
	}
	if b.chance(30) {
		b.add()
	}
	b.headers(columns, merged)
	if b.chance(50) {
		var numbers []any
		for i := range columns {
			numbers = append(numbers, pick[any](b.r, fmt.Sprintf("(%d)", i+1)))
		}
		if b.chance(50) {
			for i := range numbers {
				numbers[i] = i + 1
			}
		}
		b.aside(numbers...)
	}
	label := func(text string, amount thads.Dong) []any {
		cells := make([]any, width)
		at := 0
		for i, c := range columns {
			if c.code == "amount" || c.code == "outstanding" {
				cells[i] = float64(amount) / float64(b.unit.Dong())
			} else if at == 0 && (c.cell == nil || b.chance(40)) && cells[at] == nil {
				at = i
			}
		}
		if cells[at] != nil {
			for at = range cells {
				if cells[at] == nil {
					break
				}
			}
		}
		cells[at] = text
		return cells
	}
	var sum thads.Dong
	for i := range b.cases {
		if b.chance(12) {
			cells := make([]any, width)
			cells[0] = pick(b.r, "I. Án chủ động", "Tháng 10/2018", "Quý I năm 2018", "II - VIỆC DÂN SỰ")
			b.aside(cells...)
		}
		b.write(&b.cases[i], columns, has, i+1)
		for _, o := range b.cases[i].owed {
			sum += o.amount
		}
		if b.chance(12) {
			b.aside(label(pick(b.r, "Cộng trang", "Cộng", "CỘNG TRANG 1", "Cong trang", "Mang sang trang sau"), sum)...)
			if b.chance(50) {
				first := b.titlesAt(columns)
				b.aside(first...)
			}
		}
		if b.chance(8) {
			b.add()
		}
	}
	if b.chance(60) {
		b.aside(label(pick(b.r, "Tổng cộng", "TỔNG CỘNG", "Tổng cộng: 25 việc", "Tong cong", "Cộng"), sum)...)
	}
	if b.chance(60) {
		b.add()
		cells := make([]any, width)
		cells[width-1] = pick(b.r, "Thanh Hóa, ngày 30 tháng 9 năm 2018", "Nga Sơn, ngày … tháng … năm 2018")
		b.aside(cells...)
		cells = make([]any, width)
		cells[1], cells[width-1] = pick(b.r, "Người lập sổ", "NGƯỜI LẬP BIỂU", "Người ghi sổ"), pick(b.r, "Thủ trưởng đơn vị", "CHI CỤC TRƯỞNG", "KT. CỤC TRƯỞNG")
		b.aside(cells...)
		cells = make([]any, width)
		cells[1], cells[width-1] = "(Ký, ghi rõ họ tên)", "(Ký tên, đóng dấu)"
		b.aside(cells...)
		b.add()
		cells = make([]any, width)
		cells[1], cells[width-1] = "Lê Thị Ghi", "Phạm Văn Ký"
		b.aside(cells...)
	}
}

// headers writes the titles: one row, or two where columns have groups.
func (b *book) headers(columns []bookColumn, merged bool) {
	if b.unit != thads.MoneyDong && b.chance(0) {
		b.add("ĐVT: " + string(b.unit))
	}
	two := slices.ContainsFunc(columns, func(c bookColumn) bool { return c.group != nil })
	upper, lower := make([]any, len(columns)), make([]any, len(columns))
	for i := range columns {
		columns[i].titles = []string{pick(b.r, columns[i].titles...)}
	}
	b.headerFrom, b.headerRows = len(b.grid)+1, 1
	if !two {
		for i, c := range columns {
			lower[i] = c.titles[0]
		}
		b.add(lower...)
		return
	}
	n := len(b.grid) + 1
	b.headerRows = 2
	for i := 0; i < len(columns); {
		c := columns[i]
		if c.group == nil {
			upper[i] = c.titles[0]
			if merged {
				b.merges = append(b.merges, merge{n, i + 1, n + 1, i + 1})
			}
			i++
			continue
		}
		upper[i] = pick(b.r, c.group...)
		from := i
		for ; i < len(columns) && columns[i].group != nil && slices.Equal(columns[i].group, c.group); i++ {
			lower[i] = columns[i].titles[0]
		}
		if merged && i-from > 1 {
			b.merges = append(b.merges, merge{n, from + 1, n, i})
		}
	}
	b.add(upper...)
	b.add(lower...)
}

// titlesAt repeats the last row of the headers.
func (b *book) titlesAt(columns []bookColumn) []any {
	for i := len(b.grid) - 1; i >= 0; i-- {
		row := b.grid[i]
		texts := 0
		for at := range row {
			if text, ok := row[at].(string); ok && at < len(columns) && (text == columns[at].titles[0] || slices.Contains(columns[at].group, text)) {
				texts++
			}
		}
		if texts >= 3 {
			return slices.Clone(row)
		}
	}
	return []any{columns[0].titles[0], columns[1].titles[0]}
}

// write writes the rows of a case.
func (b *book) write(c *bookCase, columns []bookColumn, has func(string) bool, number int) {
	rows := []*bookRow{{first: true}}
	at := func(i int) *bookRow {
		for len(rows) <= i {
			rows = append(rows, &bookRow{})
		}
		return rows[i]
	}
	// Parties of a cell with a year or identity of their own have rows of their
	// own.
	together := b.chance(50) && !has("debtorIdentity")
	if together {
		at = func(int) *bookRow { return rows[0] }
	}
	for i := range c.debtors {
		r := at(i)
		r.debtors = append(r.debtors, &c.debtors[i])
	}
	for i := range c.creditors {
		if !has("creditorName") && !has("creditorNameAndAddress") {
			break
		}
		r := at(i)
		r.creditors = append(r.creditors, &c.creditors[i])
	}
	for i := range c.owed {
		if b.owed != owedByRow {
			break
		}
		for len(rows) <= i {
			rows = append(rows, &bookRow{})
		}
		rows[i].owed = &c.owed[i]
	}
	e := b.entry(c, has)
	repeat := b.chance(30)
	for i, row := range rows {
		// Copies of a row repeat the name of the case.
		named := row.first || repeat && !has("receivedOn")
		cells := make([]any, len(columns))
		for at, col := range columns {
			switch {
			case col.cell == nil && row.first:
				cells[at] = number
			case col.cell == nil:
			case named && (col.code == "number" || col.code == "unit" || col.code == "numberAndDate"):
				cells[at] = col.cell(c, &bookRow{first: true})
			default:
				cells[at] = col.cell(c, row)
			}
		}
		n := b.add(cells...)
		if i == 0 {
			e.Row = n
		}
		e.RowNumbers = append(e.RowNumbers, n)
		for _, p := range row.debtors {
			e.addParty(thads.Debtor, p, has)
		}
		for _, p := range row.creditors {
			e.addParty(thads.Creditor, p, has)
		}
	}
	b.want = append(b.want, e)
}

// xlsx writes the grid as a workbook.
func (b *book) xlsx(t *testing.T) []byte {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const name = "Sheet1"
	format := "dd/mm/yyyy"
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range b.grid {
		for at, v := range row {
			ref := Letter(at+1) + strconv.Itoa(i+1)
			if d, isDate := v.(thads.Date); isDate {
				v = thads.DateOf(1899, 12, 30).DaysUntil(d)
				err = f.SetCellStyle(name, ref, ref, style)
			}
			if v != nil && err == nil {
				err = f.SetCellValue(name, ref, v)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, m := range b.merges {
		if err := f.MergeCell(name, Letter(m.left)+strconv.Itoa(m.top), Letter(m.right)+strconv.Itoa(m.bottom)); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// csv writes the grid as text. Rows of a book without line breaks are numbered
// like those of the grid; lines of a cell move the numbers of the rows behind.
func (b *book) csv(t *testing.T) (data []byte, line func(row int) int) {
	var out bytes.Buffer
	if b.chance(50) {
		out.WriteString("\ufeff")
	}
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = pick(b.r, ';', ',', '\t'), b.chance(50)
	lines := make([]int, len(b.grid)+1)
	next := 1
	for i, row := range b.grid {
		lines[i+1] = next
		next++
		var fields []string
		for _, v := range row {
			text := ""
			switch v := v.(type) {
			case nil:
			case thads.Date:
				text = v.Vietnamese()
			case float64:
				text = strings.ReplaceAll(strconv.FormatFloat(v, 'f', -1, 64), ".", ",")
			default:
				text = fmt.Sprint(v)
			}
			next += strings.Count(text, "\n")
			fields = append(fields, text)
		}
		if len(fields) == 0 {
			fields = []string{"", ""}
		}
		if err := w.Write(fields); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), func(row int) int { return lines[row] }
}

// TestBooks reads registers as agencies keep them: what was written is what is
// read, and all else is left out, visibly.
func TestBooks(t *testing.T) {
	seeds := 150
	if testing.Short() {
		seeds = 40
	}
	for seed := range seeds {
		for _, format := range []Format{XLSX, CSV} {
			t.Run(fmt.Sprintf("%d/%s", seed, format), func(t *testing.T) {
				b := newBook(uint64(seed))
				b.layOut(format == XLSX)
				b.check(t, format)
				if t.Failed() {
					for i, row := range b.grid {
						t.Logf("%3d %q", i+1, row)
					}
				}
			})
		}
	}
}

func (b *book) check(t *testing.T, format Format) {
	line := func(row int) int { return row }
	var data []byte
	if format == XLSX {
		data = b.xlsx(t)
	} else {
		data, line = b.csv(t)
	}
	file, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	reading, err := Detect(file)
	if err != nil || reading.Cases == nil {
		t.Fatalf("detected %+v, %v", reading, err)
	}
	m := reading.Cases
	if m.Constants == nil {
		m.Constants = map[string]string{}
	}
	// What a person adds: the unit of a register of one unit, and how the cases
	// of a register of what is received begin.
	if !slices.ContainsFunc(m.Columns, func(c MappedColumn) bool { return c.Field == "unit" }) {
		m.Constants["unit"] = "38.10"
	}
	if b.style == receivedBook {
		m.Constants["initiation"] = "Chủ động"
	}
	var leftOut []int
	var problems []string
	r, err := newCaseReader(file, m, func(p Problem) {
		if p.Severity == LeftOut {
			leftOut = append(leftOut, p.Row)
		} else {
			problems = append(problems, p.String())
		}
	})
	if err != nil {
		t.Fatalf("%v: %+v", err, m)
	}
	var got []*caseEntry
	for e, err := range r.entries() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	var want []*caseEntry
	for _, e := range b.want {
		moved := *e
		moved.Row, moved.RowNumbers, moved.Sheet = line(e.Row), nil, m.Sheet
		for _, n := range e.RowNumbers {
			moved.RowNumbers = append(moved.RowNumbers, line(n))
		}
		want = append(want, &moved)
	}
	var wantLeft []int
	for n := range b.headerRows {
		// Where the lower titles say nothing that is read, they are left out.
		if n := line(b.headerFrom + n); n > m.HeaderRow {
			wantLeft = append(wantLeft, n)
		}
	}
	for _, n := range b.leftOut {
		wantLeft = append(wantLeft, line(n))
	}
	if len(problems) > 0 {
		t.Errorf("problems:\n%s", strings.Join(problems, "\n"))
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(caseEntry{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantLeft, leftOut, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("rows left out (-want +got):\n%s", diff)
	}
	if t.Failed() {
		for _, c := range m.Columns {
			t.Logf("%s %q -> %s %s", Letter(c.Column), c.Title, c.Field, c.Unit)
		}
	}
}
