package sheet

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A caseEntry is one case as the rows of a register give it.
type caseEntry struct {
	// Sheet and Row say where it begins, RowNumbers which rows it has.
	Sheet      string
	Row        int
	RowNumbers []int
	// Failed tells that something reported keeps the case from being accepted.
	// The entry then holds what could be read.
	Failed bool
	// Key names the case where the file has a column for it.
	Key string
	// UnitCode and OfficerCode are still to be looked up; they become ToUnit
	// and ToOfficer of the event.
	UnitCode, OfficerCode string
	// Event opens the case: DECIDED; RECEIVED where there is no decision yet;
	// or BROUGHT_FORWARD for an older one.
	Event thads.CaseEvent
	// Identities are the identity numbers of the event's parties by index,
	// Accounts the numbers of their bank accounts.
	Identities, Accounts map[int]string

	reader      *caseReader
	rows        []*record[CaseRow]
	parties     []origin
	obligations []obligationOrigin
	// obliged tells that an obligation was found wanting, so that it is not told
	// to be missing as well.
	obliged bool
}

// An origin is the row, by index, that a party or obligation comes from, and
// for a party its part.
type origin struct {
	row  int
	part part
}

// An obligationOrigin is the row and the column that an obligation comes from,
// and what the row says of it.
type obligationOrigin struct {
	row, column            int
	owed                   ObligationCells
	outstanding            thads.Dong
	periodic               bool
	debtors, creditors, id string
}

// same tells whether two rows, or cells, have the same obligation.
func (o *obligationOrigin) same(as *obligationOrigin) bool {
	return o.owed.Kind == as.owed.Kind && o.owed.Amount == as.owed.Amount && o.owed.Content == as.owed.Content && o.outstanding == as.outstanding &&
		o.periodic == as.periodic && o.debtors == as.debtors && o.creditors == as.creditors && agree(o.id, as.id)
}

// A caseReader reads the cases of a register under a mapping.
type caseReader struct {
	*mappedSheet[CaseRow]
	// cases counts what was read.
	cases int
}

// newCaseReader begins to read a register of cases. What is wrong is told to
// report, also while rows are read. The error is a refusal, with the paths of
// Mapping.Check, where the mapping does not fit the book.
func newCaseReader(b *Book, m *Mapping, report func(Problem)) (*caseReader, error) {
	s, err := newMappedSheet(b, newRegister(), m, report)
	if err != nil {
		return nil, err
	}
	return &caseReader{mappedSheet: s}, nil
}

// entries yields the cases in the order of the file, those in which something is
// wrong included. It can be read again. It ends with an error where the file is
// damaged or exceeds the limits (a refusal), or cannot be read (a fault).
func (r *caseReader) entries() iter.Seq2[*caseEntry, error] {
	return func(yield func(*caseEntry, error) bool) {
		r.cases = 0
		var open *caseEntry // the case under way
		for rec, err := range r.records() {
			if err != nil {
				yield(nil, err)
				return
			}
			if open != nil && open.continuedBy(rec) {
				open.add(rec)
				continue
			}
			if open != nil {
				if open.finish(); !yield(open, nil) {
					return
				}
			}
			r.cases++
			open = &caseEntry{Sheet: r.source.name(), Row: rec.number, reader: r}
			open.begin(rec)
		}
		if open != nil {
			open.finish()
			yield(open, nil)
		}
	}
}

// tell reports a problem of the case.
func (e *caseEntry) tell(p Problem) {
	if p.Severity == "" || p.Severity == Error {
		e.Failed = true
	}
	e.reader.tell(p)
}

// at makes a problem of a column in one of the entry's rows.
func (e *caseEntry) at(rec *record[CaseRow], i int, code thads.Code, text thads.Text) Problem {
	return e.reader.at(rec, i, code, text)
}

// lacks tells that a column of a row is empty.
func (e *caseEntry) lacks(rec *record[CaseRow], i int) {
	header := e.reader.register.columns[i].header
	e.tell(e.at(rec, i, thads.CodeRequired, vi(fmt.Sprintf("Thiếu “%s”", header), fmt.Sprintf("“%s” is missing", header))))
}

// continuedBy tells whether a row goes on with the case: what names the case is
// empty or that of the case. Cases that were received only may have no name:
// what was received on another day, or another judgment, is another case.
func (e *caseEntry) continuedBy(rec *record[CaseRow]) bool {
	r, first := &rec.row, e.rows[0]
	same := func(i int, equal bool) bool { return !rec.has(i) || equal }
	sameNumber := func(a, b string) bool {
		return thads.ParseDocumentNumber(a).Key() == thads.ParseDocumentNumber(b).Key()
	}
	if !same(colKey, strings.EqualFold(r.Key, first.row.Key)) ||
		!same(colUnit, strings.EqualFold(r.Unit, first.row.Unit)) ||
		!same(colNumber, sameNumber(r.Number, first.row.Number)) ||
		!same(colDate, r.Date == first.row.Date) {
		return false
	}
	if rec.has(colKey) || rec.has(colNumber) || !rec.has(colReceivedOn) {
		return true
	}
	return r.ReceivedOn == first.row.ReceivedOn &&
		same(colJudgmentNumber, sameNumber(r.JudgmentNumber, first.row.JudgmentNumber)) &&
		same(colJudgmentDate, r.JudgmentDate == first.row.JudgmentDate)
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
func (e *caseEntry) begin(rec *record[CaseRow]) {
	r, reg := &rec.row, e.reader.register
	received := !rec.has(colNumber) && !rec.has(colDate) && !rec.has(colState) && (rec.has(colKey) || rec.has(colReceivedOn))
	for _, i := range []int{colUnit, colNumber, colDate, colInitiation, colJudgmentKind, colJudgmentNumber, colJudgmentDate, colCourt} {
		switch {
		case rec.has(i), received && (i == colNumber || i == colDate):
		case i == colJudgmentKind && kindOfJudgment(r.JudgmentNumber) != "":
			r.JudgmentKind = kindOfJudgment(r.JudgmentNumber)
		default:
			e.lacks(rec, i)
		}
	}
	e.Key, e.UnitCode, e.OfficerCode = r.Key, r.Unit, r.Officer
	e.Event = thads.CaseEvent{
		Kind:     thads.CaseDecided,
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber(r.Number), Date: r.Date, Issuer: r.DecisionIssuer, Signer: r.DecisionSigner},
		Note:     r.Note,
		Particulars: &thads.Particulars{
			Initiation:  r.Initiation,
			Judgment:    thads.Judgment{Kind: r.JudgmentKind, Number: thads.ParseDocumentNumber(r.JudgmentNumber), Date: r.JudgmentDate, Court: r.Court, ReceivedOn: r.ReceivedOn},
			Tags:        append(slices.Clone(r.Tags), thads.TagImported),
			RequestedOn: r.RequestedOn,
		},
	}
	e.Event.EffectiveOn = cmp.Or(r.EffectiveOn, r.Date)
	onlyOlder := []int{colSince, colGround, colOutstanding, colVerifications}
	switch {
	case rec.has(colState):
		e.Event.Kind, onlyOlder = thads.CaseBroughtForward, nil
		e.Event.Particulars.Balance = &thads.OpeningBalance{State: r.State, Since: r.Since, Ground: r.Ground, Verifications: r.Verifications}
		if !rec.has(colEffectiveOn) {
			e.tell(e.at(rec, colEffectiveOn, thads.CodeRequired, vi("Việc cũ cần ngày chốt số dư", "An older case needs the day of its balance")))
		}
	case received:
		e.Event.Kind, e.Event.Decision = thads.CaseReceived, nil
		e.Event.EffectiveOn = cmp.Or(r.EffectiveOn, r.ReceivedOn, r.RequestedOn)
		if e.Event.EffectiveOn.IsZero() {
			e.tell(e.at(rec, colReceivedOn, thads.CodeRequired, vi("Việc chưa có quyết định cần ngày nhận bản án hoặc yêu cầu", "A case without a decision needs the day of receipt")))
		}
	}
	for _, i := range onlyOlder {
		if rec.has(i) {
			e.tell(e.at(rec, i, thads.CodeNotAllowed, vi(fmt.Sprintf("Chỉ ghi cột này cho việc cũ có “%s”", reg.columns[colState].header), fmt.Sprintf("Only for older cases that have “%s”", reg.columns[colState].header))))
		}
	}
	e.take(rec)
}

// add takes a further row of the case.
func (e *caseEntry) add(rec *record[CaseRow]) {
	reg, first := e.reader.register, e.rows[0]
	for i := range reg.columns {
		c := &reg.columns[i]
		if c.part != ofCase || !rec.has(i) || i == colKey || i == colUnit || i == colNumber || i == colDate {
			continue
		}
		if show(c.get(&rec.row)) != show(c.get(&first.row)) {
			e.tell(e.at(rec, i, thads.CodeConflict, vi(
				fmt.Sprintf("Khác với dòng đầu của việc (dòng %d); nếu là việc khác, hãy ghi số quyết định của việc đó", first.number),
				fmt.Sprintf("Differs from the first row of the case (row %d); if this is another case, give its number", first.number))))
		}
	}
	e.take(rec)
}

// take adds the parties and the obligation of a row.
func (e *caseEntry) take(rec *record[CaseRow]) {
	e.rows = append(e.rows, rec)
	e.RowNumbers = append(e.RowNumbers, rec.number)
	e.Failed = e.Failed || rec.failed
	e.unusual(rec)
	if len(e.parties) > thads.MaxParties || len(e.obligations) > thads.MaxParties {
		return // refused by the domain; there is no use in reading on
	}
	added := e.takeParties(rec, ofDebtor, thads.Debtor, &rec.row.Debtor)
	added = e.takeParties(rec, ofCreditor, thads.Creditor, &rec.row.Creditor) || added
	added = e.takeParties(rec, ofRelated, thads.Related, &rec.row.Related) || added
	e.takeObligations(rec, added)
}

// takeParties adds the parties that a row names in one role. It returns whether
// there is a new one.
func (e *caseEntry) takeParties(rec *record[CaseRow], of part, role thads.PartyRole, cells *PartyCells) bool {
	if !rec.hasPart(e.reader.register, of) {
		return false
	}
	name := nameColumn(of)
	if !rec.has(name) {
		e.tell(e.at(rec, name, thads.CodeRequired, vi("Thiếu tên của đương sự", "The name of the party is missing")))
		return false
	}
	addresses := strings.Split(cells.Address, "\n")
	cells.Address = strings.Join(addresses, " ")
	if len(cells.Others) == 0 {
		return e.takeParty(of, role, cells)
	}
	if cells.BirthYear != 0 && cells.Others[0].BirthYear == 0 && !e.reader.composite(name) || cells.IdentityNumber != "" || cells.AccountNumber != "" || cells.ID != "" {
		e.tell(e.at(rec, name, thads.CodeInvalid, vi(
			"Ô ghi nhiều người nên không biết năm sinh, số định danh, số tài khoản là của ai; hãy ghi mỗi người một dòng",
			"The cell names several parties, so that it cannot be told whose the year of birth, identity or account number is; give each a row")))
		return false
	}
	all := append([]PartyCells{*cells}, cells.Others...)
	if len(addresses) > 1 && len(addresses) != len(all) {
		e.warn(rec, name+2, "Số dòng địa chỉ khác số người; mỗi người được ghi toàn bộ địa chỉ", "There are not as many addresses as names; each party is given all of them")
	}
	added := false
	for i := range all {
		p := &all[i]
		p.Kind, p.Juvenile, p.JointGroup = cells.Kind, cells.Juvenile, cells.JointGroup
		if len(addresses) == len(all) {
			p.Address = addresses[i]
		} else if !e.reader.composite(name) {
			p.Address = cells.Address
		}
		added = e.takeParty(of, role, p) || added
	}
	return added
}

// nameColumn is the column of the names of a part; that of the kinds and that of
// the addresses follow it.
func nameColumn(of part) int {
	switch of {
	case ofCreditor:
		return colCreditorName
	case ofRelated:
		return colRelatedName
	default:
		return colDebtorName
	}
}

// takeParty adds a party, unless a row before had it. It returns whether it is
// new.
func (e *caseEntry) takeParty(of part, role thads.PartyRole, cells *PartyCells) bool {
	p := thads.Party{
		ID: cells.ID, Role: role, Kind: cells.Kind, Name: cells.Name, Address: cells.Address,
		BirthYear: cells.BirthYear, Juvenile: cells.Juvenile, JointGroup: cells.JointGroup,
	}
	if p.Kind == "" {
		p.Kind = kindOf(p.Name)
	}
	parties := &e.Event.Particulars.Parties
	for i := range *parties {
		known := &(*parties)[i]
		if known.Role == role && known.Name == p.Name && agree(known.ID, p.ID) && agree(known.Address, p.Address) && agree(known.BirthYear, p.BirthYear) &&
			agree(known.JointGroup, p.JointGroup) && agree(e.Identities[i], cells.IdentityNumber) && agree(e.Accounts[i], cells.AccountNumber) {
			known.Address, known.BirthYear = cmp.Or(known.Address, p.Address), cmp.Or(known.BirthYear, p.BirthYear)
			known.ID, known.JointGroup, known.Juvenile = cmp.Or(known.ID, p.ID), cmp.Or(known.JointGroup, p.JointGroup), known.Juvenile || p.Juvenile
			e.identify(i, cells)
			return false
		}
	}
	*parties = append(*parties, p)
	e.parties = append(e.parties, origin{len(e.rows) - 1, of})
	e.identify(len(*parties)-1, cells)
	return true
}

func (e *caseEntry) identify(party int, cells *PartyCells) {
	e.Identities = withNumber(e.Identities, party, cells.IdentityNumber)
	e.Accounts = withNumber(e.Accounts, party, cells.AccountNumber)
}

// withNumber adds the number of a party, if there is one.
func withNumber(numbers map[int]string, party int, number string) map[int]string {
	if number == "" {
		return numbers
	}
	if numbers == nil {
		numbers = map[int]string{}
	}
	numbers[party] = number
	return numbers
}

// agree tells whether two values do not contradict each other.
func agree[T comparable](a, b T) bool {
	var none T
	return a == none || b == none || a == b
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

// takeObligations adds the obligations of a row. added tells whether the row has
// a new party.
func (e *caseEntry) takeObligations(rec *record[CaseRow], added bool) {
	row := &rec.row
	if !rec.hasPart(e.reader.register, ofObligation) {
		if !added && len(e.rows) > 1 {
			e.tell(e.at(rec, -1, thads.CodeDuplicate, vi("Dòng này không thêm đương sự hoặc nghĩa vụ nào cho việc", "The row adds neither party nor obligation to the case")))
		}
		return
	}
	here := len(e.rows) - 1
	var all []obligationOrigin
	if rec.has(colObligationKind) {
		all = append(all, obligationOrigin{row: here, column: colObligationKind, owed: ObligationCells{Kind: row.ObligationKind, Amount: row.Amount, Content: row.Content}, outstanding: row.Outstanding, id: row.ObligationID})
	}
	for _, o := range row.MoreObligations {
		all = append(all, obligationOrigin{row: here, column: o.column, owed: o, outstanding: o.Amount})
	}
	if len(all) == 0 && !rec.failed && e.wantsKind(rec) {
		e.tell(e.at(rec, colObligationKind, thads.CodeRequired, vi("Thiếu loại nghĩa vụ", "The kind of obligation is missing")))
	}
	e.obliged = e.obliged || len(all) == 0
	for i := range all {
		all[i].periodic, all[i].debtors, all[i].creditors = row.Periodic, row.ObligationDebtors, row.ObligationCreditors
		e.takeObligation(rec, &all[i], added || i > 0)
	}
}

// wantsKind tells whether a row says something of an obligation without its
// kind. Columns of amounts by kinds are none where they are 0.
func (e *caseEntry) wantsKind(rec *record[CaseRow]) bool {
	reg := e.reader.register
	for i := range reg.columns {
		if rec.has(i) && reg.columns[i].part == ofObligation {
			return true
		}
	}
	return false
}

// takeObligation adds one obligation, unless a row before had it.
func (e *caseEntry) takeObligation(rec *record[CaseRow], o *obligationOrigin, added bool) {
	for i := range e.obligations {
		if !e.obligations[i].same(o) {
			continue
		}
		number := e.rows[e.obligations[i].row].number
		p := e.at(rec, o.column, thads.CodeDuplicate, vi(
			fmt.Sprintf("Nghĩa vụ giống hệt dòng %d nên chỉ tính một lần; nếu là nghĩa vụ khác, hãy ghi nội dung", number),
			fmt.Sprintf("The same obligation as in row %d, counted once; if it is another, give its content", number)))
		if p.Severity = Warning; !added {
			p.Severity = Error
			p.Text = vi(fmt.Sprintf("Dòng này lặp lại nghĩa vụ của dòng %d", number), fmt.Sprintf("The row repeats the obligation of row %d", number))
		}
		e.tell(p)
		return
	}
	e.unusualAmount(rec, o.amountColumn(), o.owed.Amount)
	owed := thads.Obligation{ID: o.id, Kind: o.owed.Kind, Amount: o.owed.Amount, Content: o.owed.Content, Periodic: o.periodic}
	if e.Event.Kind == thads.CaseBroughtForward {
		owed.Amount = o.outstanding
		if o.column == colObligationKind && rec.has(colAmount) && rec.has(colOutstanding) && o.outstanding > o.owed.Amount {
			e.tell(e.at(rec, colOutstanding, thads.CodeOutOfRange, vi("Số còn phải thi hành lớn hơn số phải thi hành", "More is outstanding than was to be enforced")))
		}
	}
	e.Event.Particulars.Obligations = append(e.Event.Particulars.Obligations, owed)
	e.obligations = append(e.obligations, *o)
}

// amountColumn is the column of the amount.
func (o *obligationOrigin) amountColumn() int {
	if o.column == colObligationKind {
		return colAmount
	}
	return o.column
}

// finish completes the event when all rows of the case are read.
func (e *caseEntry) finish() {
	p, first := e.Event.Particulars, e.rows[0]
	if !slices.ContainsFunc(p.Parties, func(q thads.Party) bool { return q.Role == thads.Debtor }) && !first.has(colDebtorName) {
		e.lacks(first, colDebtorName)
	}
	if len(p.Obligations) == 0 && !e.obliged {
		e.lacks(first, colObligationKind)
	}
	e.bind()
	if e.Event.Kind != thads.CaseBroughtForward {
		return
	}
	// The ledger begins with what was outstanding; what the judgment ordered
	// stays as a note.
	for _, o := range e.obligations {
		if o.owed.Amount != 0 && o.owed.Amount != o.outstanding {
			line := fmt.Sprintf("Số tiền theo bản án (%s): %s", o.owed.Kind.Name().VI, o.owed.Amount.Vietnamese())
			e.Event.Note = strings.TrimSpace(e.Event.Note + "\n" + line)
		}
	}
}

// bind resolves which parties the obligations bind, when all parties are known.
func (e *caseEntry) bind() {
	p := e.Event.Particulars
	for i, o := range e.obligations {
		rec := e.rows[o.row]
		p.Obligations[i].Debtors = e.bound(rec, colObligationDebtors, o.debtors, thads.Debtor)
		p.Obligations[i].Creditors = e.bound(rec, colObligationCreditors, o.creditors, thads.Creditor)
	}
}

// bound returns the ids of the parties that a cell names by id, by name or, with
// a number, by their place among those of the role.
func (e *caseEntry) bound(rec *record[CaseRow], column int, text string, role thads.PartyRole) []string {
	if text == "" {
		return nil
	}
	parties := e.Event.Particulars.Parties
	identified(parties)
	var ids []string
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		name = thads.NormalizeName(name)
		if name == "" {
			continue
		}
		id := partyNamed(parties, role, name)
		if id == "" {
			e.tell(e.at(rec, column, thads.CodeUnknown, vi(
				fmt.Sprintf("Việc không có đương sự %q; cần tên đúng như ở cột họ tên, cách nhau bằng dấu chấm phẩy", clip(name)),
				fmt.Sprintf("The case has no party %q; names as in the columns of parties are expected, divided by semicolons", clip(name)))))
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

// identified gives parties without an id the one that the ledger would.
func identified(parties []thads.Party) {
	used := make(map[string]bool, len(parties))
	for i := range parties {
		used[parties[i].ID] = true
	}
	n := 0
	for i := range parties {
		if parties[i].ID != "" {
			continue
		}
		for n = max(n, i) + 1; used["p"+strconv.Itoa(n)]; {
			n++
		}
		parties[i].ID = "p" + strconv.Itoa(n)
	}
}

// partyNamed finds the party that a text means; "" where it is none, or not
// clear which.
func partyNamed(parties []thads.Party, role thads.PartyRole, name string) string {
	place, _ := strconv.Atoi(name)
	var exact, folded []string
	for i := range parties {
		p := &parties[i]
		if p.ID == name {
			return p.ID
		}
		if p.Role != role {
			continue
		}
		if place--; place == 0 {
			return p.ID
		}
		if p.Name == name {
			exact = append(exact, p.ID)
		}
		if thads.Fold(p.Name) == thads.Fold(name) {
			folded = append(folded, p.ID)
		}
	}
	for _, found := range [][]string{exact, folded} {
		if len(found) == 1 {
			return found[0]
		}
	}
	return ""
}

// Problem places a refusal of the event, or of its unit or officer, in the file.
func (e *caseEntry) Problem(refusal *thads.Error) Problem {
	row, i := e.place(refusal.Field)
	return e.at(row, i, refusal.Code, refusal.Text)
}

// place finds the row and column of a path into the event; the column is -1
// where the path names none.
func (e *caseEntry) place(field []string) (*record[CaseRow], int) {
	first, reg := e.rows[0], e.reader.register
	path := strings.Join(field, ".")
	of := ofCase
	if len(field) > 2 && field[0] == "particulars" && (field[1] == "parties" || field[1] == "obligations") {
		n, err := strconv.Atoi(field[2])
		path = strings.Join(field[3:], ".")
		switch {
		case err != nil || n < 0:
			return first, -1
		case field[1] == "parties" && n < len(e.parties):
			first, of = e.rows[e.parties[n].row], e.parties[n].part
		case field[1] == "obligations" && n < len(e.obligations):
			o := &e.obligations[n]
			first, of = e.rows[o.row], ofObligation
			switch {
			case o.column != colObligationKind && (path == "amount" || path == "kind"):
				return first, o.column
			case path == "amount" && e.Event.Kind == thads.CaseBroughtForward:
				return first, colOutstanding
			}
		default:
			return first, -1
		}
	}
	switch {
	case path == "number": // the number is taken
		return first, colNumber
	case path == "effectiveOn" && !first.has(colEffectiveOn):
		if e.Event.Kind == thads.CaseReceived {
			return first, colReceivedOn
		}
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
