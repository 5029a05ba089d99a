package sheet

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

const (
	// headerWithin is how many rows may stand above the headers.
	headerWithin = 30
	// headerLeast is how many columns must be recognised in a row of headers.
	headerLeast = 4
)

// A CaseEntry is one case as the rows of a register give it.
type CaseEntry struct {
	// Sheet and Row say where it begins, Rows how many rows it has.
	Sheet string
	Row   int
	Rows  int
	// UnitCode and OfficerCode are still to be looked up; they become ToUnit
	// and ToOfficer of the event.
	UnitCode, OfficerCode string
	// Event opens the case: DECIDED, or BROUGHT_FORWARD for an older one.
	Event thads.CaseEvent
	// Identities are the identity numbers of the event's parties by index.
	Identities map[int]string

	reader      *CaseReader
	rows        []CaseRow
	parties     []origin
	obligations []origin
}

// An origin is the row, by index, that a party or obligation comes from, and
// for a party its part.
type origin struct {
	row  int
	part part
}

// A CaseReader reads the cases of a register.
type CaseReader struct {
	book     *Book
	source   source
	register *register[CaseRow]
	header   int
	// place is the column of the file, from 0, of each column of the register,
	// -1 where the file lacks it; titles are the headers as written.
	place  [columnCount]int
	titles []string
	report func(Problem)
	// failed tells that something was reported that keeps the case from being
	// accepted.
	failed bool
	// rows and cases count what was read.
	rows, cases int
}

// NewCaseReader finds the register in a book: the first visible sheet with a
// row of headers that are recognised. What is wrong is told to report, also
// while rows are read. The error is a refusal where there is no register.
func NewCaseReader(b *Book, report func(Problem)) (*CaseReader, error) {
	r := &CaseReader{book: b, register: newRegister(), report: report}
	most := 0
	for _, s := range b.sheets {
		n := 0
		for row, err := range s.rows() {
			if err != nil {
				return nil, err
			}
			if n++; n > headerWithin {
				break
			}
			if known := r.recognise(row); known > most && known >= headerLeast {
				most = known
				r.source, r.header, r.titles = s, row.Number, titlesOf(row)
			}
		}
		if most > 0 {
			break
		}
	}
	if most == 0 {
		return nil, refuse(thads.CodeInvalid, "Không tìm thấy hàng tiêu đề của sổ trong %d dòng đầu; hãy dùng tệp mẫu (thads template)", "No row of headers was found within the first %d rows; use the template (thads template)", headerWithin)
	}
	r.placeColumns()
	return r, nil
}

// recognise counts the cells of a row that are headers of the register.
func (r *CaseReader) recognise(row *Row) int {
	n := 0
	for i := range row.Cells {
		if c := &row.Cells[i]; c.Kind == Text {
			if _, ok := r.register.headers[headerKey(c.Text)]; ok {
				n++
			}
		}
	}
	return n
}

func titlesOf(row *Row) []string {
	titles := make([]string, len(row.Cells))
	for i := range row.Cells {
		titles[i] = strings.TrimSuffix(thads.NormalizeName(row.Cells[i].Text), " *")
	}
	return titles
}

// placeColumns finds where each column of the register is.
func (r *CaseReader) placeColumns() {
	for i := range r.place {
		r.place[i] = -1
	}
	for at, title := range r.titles {
		if title == "" {
			continue
		}
		i, known := r.register.headers[headerKey(title)]
		p := Problem{Sheet: r.source.name(), Row: r.header, Column: at + 1, Header: title, Got: clip(title)}
		switch {
		case !known:
			p.Severity, p.Code = Warning, thads.CodeUnknown
			p.Text = vi("Không nhận ra cột này; cột không được nhập", "This column is not known and is left out")
		case r.place[i] >= 0:
			p.Code = thads.CodeDuplicate
			p.Text = vi(fmt.Sprintf("Trùng với cột %s; hãy bỏ bớt một cột", Letter(r.place[i]+1)), fmt.Sprintf("The same as column %s; remove one", Letter(r.place[i]+1)))
		default:
			r.place[i] = at
			continue
		}
		r.tell(p)
	}
	for i := range r.register.columns {
		if c := &r.register.columns[i]; c.required && r.place[i] < 0 {
			r.tell(Problem{
				Sheet: r.source.name(), Row: r.header, Header: c.header, Code: thads.CodeRequired,
				Text: vi(fmt.Sprintf("Thiếu cột “%s”", c.header), fmt.Sprintf("The column “%s” is missing", c.header)),
			})
		}
	}
}

// tell reports a problem and remembers whether it keeps a case from being accepted.
func (r *CaseReader) tell(p Problem) {
	if p.Severity == "" {
		p.Severity = Error
	}
	r.failed = r.failed || p.Severity == Error
	r.report(p)
}

// Counts returns how many rows and cases were read, those that were not
// accepted included.
func (r *CaseReader) Counts() (rows, cases int) { return r.rows, r.cases }

// Sheet is the name of the sheet that is read; empty for CSV.
func (r *CaseReader) Sheet() string { return r.source.name() }

// Entries yields the cases in which nothing is wrong so far, in the order of
// the file; the rest is reported. Nothing is yielded where columns are missing.
// The sequence can be read again. It ends with an error where the file is
// damaged or exceeds the limits (a refusal), or cannot be read (a fault).
func (r *CaseReader) Entries() iter.Seq2[*CaseEntry, error] {
	return func(yield func(*CaseEntry, error) bool) {
		for i := range r.register.columns {
			if r.register.columns[i].required && r.place[i] < 0 {
				return
			}
		}
		var open *CaseEntry // the case under way
		good := false
		emit := func() bool {
			if open == nil {
				return true
			}
			e := open
			open = nil
			if !good {
				return true
			}
			e.finish()
			return yield(e, nil)
		}
		for row, err := range r.source.rows() {
			if err != nil {
				yield(nil, err)
				return
			}
			if row.Number <= r.header || row.IsBlank() {
				continue
			}
			r.failed = false
			parsed := r.parse(row)
			if parsed.given == 0 {
				continue // only columns that are not imported
			}
			r.rows++
			if open != nil && open.continuedBy(&parsed) {
				open.add(parsed)
				good = good && !r.failed
				continue
			}
			if !emit() {
				return
			}
			r.cases++
			open = &CaseEntry{Sheet: r.source.name(), Row: row.Number, reader: r}
			open.begin(parsed)
			good = !r.failed
		}
		emit()
	}
}

// parse reads the cells of a row.
func (r *CaseReader) parse(row *Row) CaseRow {
	out := CaseRow{number: row.Number}
	for i, at := range r.place {
		if at < 0 || at >= len(row.Cells) {
			continue
		}
		cell := &row.Cells[at]
		v := reading{cell: cell, book: r.book}
		switch {
		case cell.Kind == Empty && cell.Formula:
			v.wrong(thads.CodeInvalid, "Ô chứa công thức chưa có kết quả; hãy dán lại dạng giá trị", "The cell holds a formula without a result; paste its value")
		case cell.Kind == Empty, cell.Kind == Text && strings.TrimSpace(cell.Text) == "":
			continue
		case cell.Kind == Failed:
			v.wrong(thads.CodeInvalid, "Ô báo lỗi tính toán", "The cell holds an error")
		default:
			r.register.columns[i].set(&out, &v)
			if cell.Formula && v.code == "" {
				v.warn("Ô chứa công thức; lấy kết quả đã lưu", "The cell holds a formula; its stored result is taken")
			}
		}
		out.given |= 1 << i
		p := Problem{Sheet: r.source.name(), Row: row.Number, Column: at + 1, Header: r.titles[at], Got: clip(cell.Text)}
		switch {
		case v.code != "":
			p.Code, p.Text = v.code, v.text
			r.tell(p)
		case v.warning.VI != "":
			p.Severity, p.Code, p.Text = Warning, thads.CodeInvalid, v.warning
			r.tell(p)
		}
	}
	return out
}

func (r *CaseRow) has(i int) bool { return r.given&(1<<i) != 0 }

// hasPart tells whether any column of a part is given.
func (r *CaseRow) hasPart(reg *register[CaseRow], p part) bool {
	for i := range reg.columns {
		if reg.columns[i].part == p && r.has(i) {
			return true
		}
	}
	return false
}

// continuedBy tells whether a row goes on with the case: unit, number and date
// are empty or those of the case.
func (e *CaseEntry) continuedBy(r *CaseRow) bool {
	first := &e.rows[0]
	same := func(i int, equal bool) bool { return !r.has(i) || equal }
	return same(colUnit, strings.EqualFold(r.Unit, first.Unit)) &&
		same(colNumber, thads.ParseDocumentNumber(r.Number).Key() == thads.ParseDocumentNumber(first.Number).Key()) &&
		same(colDate, r.Date == first.Date)
}

// at makes a problem of a column in one of the entry's rows.
func (e *CaseEntry) at(row *CaseRow, i int, code thads.Code, text thads.Text) Problem {
	p := Problem{Sheet: e.Sheet, Row: row.number, Code: code, Text: text}
	if i < 0 {
		return p
	}
	c := &e.reader.register.columns[i]
	p.Header = c.header
	if at := e.reader.place[i]; at >= 0 {
		p.Column, p.Header = at+1, e.reader.titles[at]
	}
	if row.has(i) {
		p.Got = clip(show(c.get(row)))
	}
	return p
}

// show writes a value as a problem quotes it.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case thads.Date:
		return v.Vietnamese()
	case thads.Dong:
		return v.Vietnamese()
	default:
		return fmt.Sprint(v)
	}
}

// begin takes the first row of a case.
func (e *CaseEntry) begin(r CaseRow) {
	reg := e.reader.register
	for i := range reg.columns {
		if c := &reg.columns[i]; c.required && !r.has(i) {
			e.reader.tell(e.at(&r, i, thads.CodeRequired, vi(fmt.Sprintf("Thiếu “%s”", c.header), fmt.Sprintf("“%s” is missing", c.header))))
		}
	}
	e.UnitCode, e.OfficerCode = r.Unit, r.Officer
	on := r.EffectiveOn
	if on == 0 {
		on = r.Date
	}
	e.Event = thads.CaseEvent{
		Kind:     thads.CaseDecided,
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber(r.Number), Date: r.Date},
		Note:     r.Note,
		Particulars: &thads.Particulars{
			Initiation:  r.Initiation,
			Judgment:    thads.Judgment{Kind: r.JudgmentKind, Number: thads.ParseDocumentNumber(r.JudgmentNumber), Date: r.JudgmentDate, Court: r.Court},
			Tags:        append(slices.Clone(r.Tags), thads.TagImported),
			RequestedOn: r.RequestedOn,
		},
	}
	e.Event.EffectiveOn = on
	switch {
	case r.has(colState):
		e.Event.Kind = thads.CaseBroughtForward
		e.Event.Particulars.Balance = &thads.OpeningBalance{State: r.State, Since: r.Since, Ground: r.Ground}
		if !r.has(colEffectiveOn) {
			e.reader.tell(e.at(&r, colEffectiveOn, thads.CodeRequired, vi("Việc cũ cần ngày chốt số dư", "An older case needs the day of its balance")))
		}
	default:
		for _, i := range []int{colSince, colGround, colOutstanding} {
			if r.has(i) {
				e.reader.tell(e.at(&r, i, thads.CodeNotAllowed, vi(fmt.Sprintf("Chỉ ghi cột này cho việc cũ có “%s”", reg.columns[colState].header), fmt.Sprintf("Only for older cases that have “%s”", reg.columns[colState].header))))
			}
		}
	}
	e.take(r)
}

// add takes a further row of the case.
func (e *CaseEntry) add(r CaseRow) {
	reg, first := e.reader.register, &e.rows[0]
	for i := range reg.columns {
		c := &reg.columns[i]
		if c.part != ofCase || !r.has(i) || i == colUnit || i == colNumber || i == colDate {
			continue
		}
		if show(c.get(&r)) != show(c.get(first)) {
			e.reader.tell(e.at(&r, i, thads.CodeConflict, vi(
				fmt.Sprintf("Khác với dòng đầu của việc (dòng %d); nếu là việc khác, hãy ghi số quyết định của việc đó", first.number),
				fmt.Sprintf("Differs from the first row of the case (row %d); if this is another case, give its number", first.number))))
		}
	}
	e.take(r)
}

// take adds the parties and the obligation of a row.
func (e *CaseEntry) take(r CaseRow) {
	e.rows = append(e.rows, r)
	e.Rows = len(e.rows)
	row := &e.rows[len(e.rows)-1]
	if len(e.parties) > thads.MaxParties || len(e.obligations) > thads.MaxParties {
		return // refused by the domain; there is no use in reading on
	}
	added := e.takeParty(row, ofDebtor, thads.Debtor, &row.Debtor)
	added = e.takeParty(row, ofCreditor, thads.Creditor, &row.Creditor) || added
	e.takeObligation(row, added)
}

// takeParty adds a party, unless a row before had it. It returns whether there
// is a new one.
func (e *CaseEntry) takeParty(row *CaseRow, of part, role thads.PartyRole, cells *PartyCells) bool {
	reg := e.reader.register
	if !row.hasPart(reg, of) {
		return false
	}
	nameColumn := colDebtorName
	if of == ofCreditor {
		nameColumn = colCreditorName
	}
	if !row.has(nameColumn) {
		e.reader.tell(e.at(row, nameColumn, thads.CodeRequired, vi("Thiếu tên của đương sự", "The name of the party is missing")))
		return false
	}
	p := thads.Party{Role: role, Kind: cells.Kind, Name: cells.Name, Address: cells.Address, BirthYear: cells.BirthYear}
	if p.Kind == "" {
		p.Kind = kindOf(p.Name)
	}
	parties := &e.Event.Particulars.Parties
	for i := range *parties {
		known := &(*parties)[i]
		if known.Role == role && known.Name == p.Name && agree(known.Address, p.Address) && agree(known.BirthYear, p.BirthYear) && agree(e.Identities[i], cells.IdentityNumber) {
			known.Address, known.BirthYear = or(known.Address, p.Address), or(known.BirthYear, p.BirthYear)
			e.identify(i, cells.IdentityNumber)
			return false
		}
	}
	*parties = append(*parties, p)
	e.parties = append(e.parties, origin{len(e.rows) - 1, of})
	e.identify(len(*parties)-1, cells.IdentityNumber)
	return true
}

func (e *CaseEntry) identify(party int, number string) {
	if number == "" {
		return
	}
	if e.Identities == nil {
		e.Identities = map[int]string{}
	}
	e.Identities[party] = number
}

// agree tells whether two values do not contradict each other.
func agree[T comparable](a, b T) bool {
	var none T
	return a == none || b == none || a == b
}

func or[T comparable](a, b T) T {
	var none T
	if a == none {
		return b
	}
	return a
}

// organisations begin the names of those that are no persons. Words that are
// also names of people (Trường, Cúc) are not among them.
func organisations() []string {
	return []string{"cong ty", "tong cong ty", "ngan hang", "hop tac xa", "doanh nghiep", "tap doan", "uy ban", "ubnd", "chi nhanh", "chi cuc", "quy tin dung", "benh vien", "kho bac"}
}

// kindOf guesses what a party is from its name, where no column says it.
func kindOf(name string) thads.PartyKind {
	k := key(name)
	if k == "ngan sach nha nuoc" || k == "nha nuoc" || k == "sung cong" || k == "sung quy nha nuoc" {
		return thads.StateBudget
	}
	for _, o := range organisations() {
		if strings.HasPrefix(k, o+" ") {
			return thads.Organisation
		}
	}
	return thads.Person
}

// takeObligation adds the obligation of a row. added tells whether the row has
// a new party.
func (e *CaseEntry) takeObligation(row *CaseRow, added bool) {
	reg := e.reader.register
	if !row.hasPart(reg, ofObligation) {
		if !added && len(e.rows) > 1 {
			e.reader.tell(e.at(row, -1, thads.CodeDuplicate, vi("Dòng này không thêm đương sự hoặc nghĩa vụ nào cho việc", "The row adds neither party nor obligation to the case")))
		}
		return
	}
	if !row.has(colObligationKind) {
		if len(e.rows) > 1 { // begin has told of the first row
			e.reader.tell(e.at(row, colObligationKind, thads.CodeRequired, vi("Thiếu loại nghĩa vụ", "The kind of obligation is missing")))
		}
		return
	}
	for _, o := range e.obligations {
		before := &e.rows[o.row]
		if before.ObligationKind != row.ObligationKind || before.Amount != row.Amount || before.Outstanding != row.Outstanding || before.Content != row.Content {
			continue
		}
		p := e.at(row, colObligationKind, thads.CodeDuplicate, vi(
			fmt.Sprintf("Nghĩa vụ giống hệt dòng %d nên chỉ tính một lần; nếu là nghĩa vụ khác, hãy ghi nội dung", before.number),
			fmt.Sprintf("The same obligation as in row %d, counted once; if it is another, give its content", before.number)))
		if p.Severity = Warning; !added {
			p.Severity = Error
			p.Text = vi(fmt.Sprintf("Dòng này lặp lại nghĩa vụ của dòng %d", before.number), fmt.Sprintf("The row repeats the obligation of row %d", before.number))
		}
		e.reader.tell(p)
		return
	}
	o := thads.Obligation{Kind: row.ObligationKind, Amount: row.Amount, Content: row.Content}
	if e.Event.Kind == thads.CaseBroughtForward {
		o.Amount = row.Outstanding
		if row.has(colAmount) && row.has(colOutstanding) && row.Outstanding > row.Amount {
			e.reader.tell(e.at(row, colOutstanding, thads.CodeOutOfRange, vi("Số còn phải thi hành lớn hơn số phải thi hành", "More is outstanding than was to be enforced")))
		}
	}
	e.Event.Particulars.Obligations = append(e.Event.Particulars.Obligations, o)
	e.obligations = append(e.obligations, origin{len(e.rows) - 1, ofObligation})
}

// finish completes the event when all rows of the case are read.
func (e *CaseEntry) finish() {
	if e.Event.Kind != thads.CaseBroughtForward {
		return
	}
	// The ledger begins with what was outstanding; what the judgment ordered
	// stays as a note.
	for _, o := range e.obligations {
		if row := &e.rows[o.row]; row.has(colAmount) && row.Amount != row.Outstanding {
			line := fmt.Sprintf("Số tiền theo bản án (%s): %s", e.reader.register.columns[colObligationKind].words.label[string(row.ObligationKind)], row.Amount.Vietnamese())
			e.Event.Note = strings.TrimSpace(e.Event.Note + "\n" + line)
		}
	}
}

// Problem places a refusal of the event, or of its unit or officer, in the file.
func (e *CaseEntry) Problem(refusal *thads.Error) Problem {
	row, i := e.place(refusal.Field)
	return e.at(row, i, refusal.Code, refusal.Text)
}

// place finds the row and column of a path into the event; the column is -1
// where the path names none.
func (e *CaseEntry) place(field []string) (*CaseRow, int) {
	first, reg := &e.rows[0], e.reader.register
	path := strings.Join(field, ".")
	of := ofCase
	if len(field) > 2 && field[0] == "particulars" && (field[1] == "parties" || field[1] == "obligations") {
		origins := e.parties
		if field[1] == "obligations" {
			origins = e.obligations
		}
		n, err := strconv.Atoi(field[2])
		if err != nil || n < 0 || n >= len(origins) {
			return first, -1
		}
		first, of = &e.rows[origins[n].row], origins[n].part
		path = strings.Join(field[3:], ".")
		if of == ofObligation && path == "amount" && e.Event.Kind == thads.CaseBroughtForward {
			return first, colOutstanding
		}
	}
	switch {
	case path == "number": // the number is taken
		return first, colNumber
	case path == "effectiveOn" && !first.has(colEffectiveOn):
		return first, colDate
	case path == "particulars.parties":
		return first, colDebtorName
	case path == "particulars.obligations":
		return first, colObligationKind
	}
	for i := range reg.columns {
		if c := &reg.columns[i]; c.part == of && (c.field == path || strings.HasPrefix(path, c.field+".")) {
			return first, i
		}
	}
	return first, -1
}
