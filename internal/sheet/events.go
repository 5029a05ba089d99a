package sheet

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// An eventRun is a run of rows of one case in a register of events.
type eventRun struct {
	sheet *eventSheet
	// first is the row that names the case.
	first  *record[EventRow]
	events []EventEntry
	rows   int
	failed bool
	// dropped tells that the run has more rows than a case can take.
	dropped bool
}

// An eventSheet reads the register of events.
type eventSheet struct {
	*mappedSheet[EventRow]
	grounds *groundBook
	kinds   *vocabulary
}

func newEventSheet(b *Book, m *Mapping, report func(Problem)) (*eventSheet, error) {
	reg := newEventRegister()
	s, err := newMappedSheet(b, reg, m, report)
	if err != nil {
		return nil, err
	}
	return &eventSheet{mappedSheet: s, grounds: newGroundBook(), kinds: reg.columns[evKind].words}, nil
}

// placed returns the first of the columns that the file has, and the first of all
// where it has none.
func (s *eventSheet) placed(columns ...int) int {
	for _, i := range columns {
		if s.place[i] >= 0 {
			return i
		}
	}
	return columns[0]
}

// caseNames are the columns that name a case, beside the unit.
func caseNames() []int { return []int{evKey, evNumber, evDate} }

// runs yields the runs of rows of one case, those in which something is wrong
// included. It can be read again and ends as mappedSheet.records does.
func (s *eventSheet) runs() iter.Seq2[*eventRun, error] {
	return func(yield func(*eventRun, error) bool) {
		var run *eventRun
		var open []*record[EventRow] // the event under way
		settle := func() {
			if len(open) > 0 {
				run.compose(open)
				open = nil
			}
		}
		for rec, err := range s.records() {
			if err != nil {
				yield(nil, err)
				return
			}
			if run == nil || !run.continuedBy(rec) {
				if settle(); run != nil && !yield(run, nil) {
					return
				}
				run = &eventRun{sheet: s, first: rec}
				run.name()
			}
			if run.rows++; run.rows > 2*thads.MaxEvents {
				run.drop(rec)
				continue
			}
			if len(open) > 0 && goesOn(s.register, rec) {
				open = append(open, rec)
				continue
			}
			settle()
			open = []*record[EventRow]{rec}
		}
		if settle(); run != nil {
			yield(run, nil)
		}
	}
}

// goesOn tells whether a row has only a further party or obligation of the event
// in the row above.
func goesOn(reg *register[EventRow], rec *record[EventRow]) bool {
	return !rec.has(evKind) && (rec.hasPart(reg, ofParty) || rec.hasPart(reg, ofObligation))
}

// continuedBy tells whether a row is of the same case: what names the case is
// empty or the same.
func (run *eventRun) continuedBy(rec *record[EventRow]) bool {
	if !slices.ContainsFunc(caseNames(), rec.has) {
		return !rec.has(evUnit) || strings.EqualFold(rec.row.Unit, run.first.row.Unit)
	}
	same := func(i int, equal bool) bool { return !rec.has(i) || equal }
	first := &run.first.row
	return same(evKey, rec.row.Key == first.Key) && same(evUnit, strings.EqualFold(rec.row.Unit, first.Unit)) &&
		same(evNumber, thads.ParseDocumentNumber(rec.row.Number).Key() == thads.ParseDocumentNumber(first.Number).Key()) &&
		same(evDate, rec.row.Date == first.Date)
}

// tell reports a problem that keeps the run from being accepted.
func (run *eventRun) tell(p Problem) {
	run.failed = run.failed || p.Severity == "" || p.Severity == Error
	run.sheet.tell(p)
}

// name checks that the first row of a run names a case.
func (run *eventRun) name() {
	first := run.first
	if first.has(evKey) {
		return
	}
	if !slices.ContainsFunc(caseNames(), first.has) {
		run.tell(run.sheet.at(first, evNumber, thads.CodeRequired, vi("Dòng không cho biết sự kiện của việc nào", "The row does not tell of which case")))
		return
	}
	for _, i := range []int{evUnit, evNumber, evDate} {
		if !first.has(i) {
			header := run.sheet.register.columns[i].header
			run.tell(run.sheet.at(first, i, thads.CodeRequired, vi(fmt.Sprintf("Thiếu “%s” của việc", header), fmt.Sprintf("“%s” of the case is missing", header))))
		}
	}
}

// drop refuses rows beyond what a case can take, once.
func (run *eventRun) drop(rec *record[EventRow]) {
	if !run.dropped {
		run.dropped = true
		run.tell(run.sheet.at(rec, -1, thads.CodeLimit, vi(
			fmt.Sprintf("Một việc có tối đa %d sự kiện", thads.MaxEvents), fmt.Sprintf("A case has at most %d events", thads.MaxEvents))))
	}
}

// number is the number of the enforcement decision that names the case.
func (run *eventRun) number() thads.DocumentNumber {
	return thads.ParseDocumentNumber(run.first.row.Number)
}

// entry is the run as an entry of its own: events of a case that the file does
// not open.
func (run *eventRun) entry() *Entry {
	first := run.first
	return &Entry{
		Sheet: run.sheet.source.name(), Row: first.number, Failed: run.failed,
		Key: first.row.Key, UnitCode: first.row.Unit, Number: run.number(), Date: first.row.Date,
		Events: inOrder(run.events), run: run,
	}
}

// compose makes the events of rows: mostly one. A row that has also the decision
// to resume has two.
func (run *eventRun) compose(rows []*record[EventRow]) {
	reg, first := run.sheet.register, rows[0]
	resumed := first.has(evResumedNumber) || first.has(evResumedDate)
	says := first.has(evKind)
	for _, p := range []part{ofEvent, ofParty, ofParticulars, ofObligation} {
		says = says || first.hasPart(reg, p)
	}
	for _, rec := range rows {
		run.failed = run.failed || rec.failed
	}
	switch {
	case says:
		run.composeOne(rows)
	case !resumed:
		run.tell(run.sheet.at(first, run.sheet.placed(evKind, evDocumentNumber, evEffectiveOn), thads.CodeRequired,
			vi("Dòng không cho biết điều gì đã xảy ra", "The row does not tell what happened")))
	}
	if resumed {
		run.resume(first, says)
	}
}

// composeOne makes the event that rows tell of.
func (run *eventRun) composeOne(rows []*record[EventRow]) {
	s, first := run.sheet, rows[0]
	ev := EventEntry{Sheet: s.source.name(), Row: first.number, UnitCode: first.row.ToUnit, OfficerCode: first.row.ToOfficer, sheet: s, rows: rows}
	for _, rec := range rows {
		ev.RowNumbers = append(ev.RowNumbers, rec.number)
	}
	r := &first.row
	e := &ev.Event
	*e = thads.CaseEvent{
		Kind: r.Kind, Obligation: r.Obligation, Amount: r.Amount, Until: r.Until, Finding: r.Finding, Measure: r.Measure,
		AddTags: r.AddTags, RemoveTags: r.RemoveTags, Recipient: r.Recipient, Receipt: r.Receipt, Note: r.Note,
	}
	run.kind(first)
	if e.EffectiveOn = r.EffectiveOn; !first.has(evEffectiveOn) {
		if e.EffectiveOn = r.DocumentDate; !first.has(evDocumentDate) {
			run.tell(s.at(first, s.placed(evEffectiveOn, evDocumentDate), thads.CodeRequired, vi("Thiếu ngày sự kiện", "The date of the event is missing")))
		}
	}
	if slices.ContainsFunc([]int{evDocumentNumber, evDocumentDate, evDocumentIssuer, evDocumentSigner}, first.has) {
		e.Decision = &thads.Decision{Number: thads.ParseDocumentNumber(r.DocumentNumber), Date: r.DocumentDate, Issuer: r.DocumentIssuer, Signer: r.DocumentSigner}
	}
	if r.ground != "" {
		var known bool
		if e.Ground, known = s.grounds.find(r.ground, e.Kind, e.EffectiveOn); !known {
			run.tell(quoting(first, s.at(first, evGround, thads.CodeUnknown, vi(
				"Không nhận ra căn cứ pháp lý; cần điều, khoản, điểm như trong quyết định, ví dụ “điểm c khoản 1 Điều 48”",
				"The legal ground is not known; article, clause and point are expected as in the decision")), evGround))
		}
	}
	run.contents(&ev)
	run.further(rows)
	run.unusual(&ev)
	run.add(ev)
}

// unusual warns of values that may be slips.
func (run *eventRun) unusual(ev *EventEntry) {
	s, first, e := run.sheet, ev.rows[0], &ev.Event
	warn := func(rec *record[EventRow], i int, text thads.Text) {
		p := s.at(rec, i, thads.CodeOutOfRange, text)
		p.Severity = Warning
		run.tell(p)
	}
	if text, unusual := unusualSum(max(e.Amount, -e.Amount)); unusual {
		warn(first, evAmount, text)
	}
	for _, rec := range ev.rows {
		if text, unusual := unusualSum(rec.row.Owed.Amount); unusual {
			warn(rec, evOwedAmount, text)
		}
	}
	if d := e.Decision; d != nil && d.Date > e.EffectiveOn {
		warn(first, evDocumentDate, vi("Ngày văn bản, quyết định sau ngày sự kiện", "The document is later than the event"))
	}
	if today := s.book.Today; !today.IsZero() && !e.EffectiveOn.IsZero() && e.EffectiveOn.AddYears(unusuallyOld) < today {
		warn(first, s.placed(evEffectiveOn, evDocumentDate), vi(fmt.Sprintf("Sự kiện đã quá %d năm", unusuallyOld), fmt.Sprintf("The event is more than %d years old", unusuallyOld)))
	}
}

// resume makes the event by which a case went on. second tells that the row has
// another event.
func (run *eventRun) resume(rec *record[EventRow], second bool) {
	s, r := run.sheet, &rec.row
	ev := EventEntry{Sheet: s.source.name(), Row: rec.number, RowNumbers: []int{rec.number}, sheet: s, rows: []*record[EventRow]{rec}, resumed: true}
	if second {
		ev.Nth = 1
	}
	ev.Event = thads.CaseEvent{
		Kind: thads.CaseResumed, Obligation: r.Obligation,
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber(r.resumedNumber), Date: r.resumedDate},
	}
	if ev.Event.EffectiveOn = r.resumedDate; !rec.has(evResumedDate) {
		run.tell(s.at(rec, evResumedDate, thads.CodeRequired, vi("Thiếu ngày quyết định tiếp tục", "The date of the decision to resume is missing")))
	}
	run.add(ev)
}

// add appends an event, as many as a case can take.
func (run *eventRun) add(ev EventEntry) {
	if len(run.events) == thads.MaxEvents {
		run.drop(ev.rows[0])
		return
	}
	run.events = append(run.events, ev)
}

// quoting puts what a cell says, which is read in the light of others, into a
// problem of its column.
func quoting(rec *record[EventRow], p Problem, column int) Problem {
	if column == evGround {
		p.Got = clip(rec.row.ground)
	}
	return p
}

// kind refuses an event without a kind, or of a kind that no register of events
// has.
func (run *eventRun) kind(first *record[EventRow]) {
	s := run.sheet
	switch kind := first.row.Kind; {
	case !first.has(evKind):
		run.tell(s.at(first, evKind, thads.CodeRequired, vi("Thiếu loại sự kiện", "The kind of event is missing")))
	case kind == thads.CaseVoidedEvent:
		run.tell(s.at(first, evKind, thads.CodeNotAllowed, vi("Sổ diễn biến không hủy sự kiện; hãy hủy ở hồ sơ của việc", "A register of events takes none back; void it in the record of the case")))
	case opensOnly(kind):
		run.tell(s.at(first, evKind, thads.CodeNotAllowed, vi("Việc được mở ở sổ thụ lý, không ở sổ diễn biến", "Cases are opened in the register of cases, not in that of events")))
	}
}

// contents takes the parties of the event and what a decision says the case is
// about.
func (run *eventRun) contents(ev *EventEntry) {
	reg, e := run.sheet.register, &ev.Event
	var parties []thads.Party
	var obligations []thads.Obligation
	for i, rec := range ev.rows {
		r := &rec.row
		if rec.hasPart(reg, ofParty) && len(parties) <= thads.MaxParties {
			p := thads.Party{
				ID: r.Party.ID, Role: r.Party.Role, Kind: r.Party.Kind, Name: r.Party.Name, Address: r.Party.Address,
				BirthYear: r.Party.BirthYear, Juvenile: r.Party.Juvenile, JointGroup: r.Party.JointGroup,
			}
			if p.Kind == "" && p.Name != "" {
				p.Kind = kindOf(p.Name)
			}
			ev.Identities = withNumber(ev.Identities, len(parties), r.Party.IdentityNumber)
			ev.Accounts = withNumber(ev.Accounts, len(parties), r.Party.AccountNumber)
			parties, ev.parties = append(parties, p), append(ev.parties, i)
		}
		if rec.hasPart(reg, ofObligation) && len(obligations) <= thads.MaxParties {
			obligations = append(obligations, thads.Obligation{
				ID: r.Owed.ID, Kind: r.Owed.Kind, Amount: r.Owed.Amount, Periodic: r.Owed.Periodic, Content: r.Owed.Content,
				Debtors: r.Owed.Debtors, Creditors: r.Owed.Creditors,
			})
			ev.obligations = append(ev.obligations, i)
		}
	}
	first := ev.rows[0]
	if !first.hasPart(reg, ofParticulars) && len(obligations) == 0 && (e.Kind != thads.CaseDecided || len(parties) == 0) {
		e.Parties = parties
		return
	}
	r := &first.row
	e.Particulars = &thads.Particulars{
		Initiation: r.Initiation,
		Judgment:   thads.Judgment{Kind: r.JudgmentKind, Number: thads.ParseDocumentNumber(r.JudgmentNumber), Date: r.JudgmentDate, Court: r.Court, ReceivedOn: r.ReceivedOn},
		Parties:    parties, Obligations: obligations, Tags: r.Tags, RequestedOn: r.RequestedOn,
	}
}

// further refuses what rows after the first say of the event otherwise than the
// first does.
func (run *eventRun) further(rows []*record[EventRow]) {
	s, first := run.sheet, rows[0]
	for _, rec := range rows[1:] {
		for i := range s.register.columns {
			c := &s.register.columns[i]
			if c.part != ofEvent && c.part != ofParticulars || !rec.has(i) || i == evGround && rec.row.ground == first.row.ground {
				continue
			}
			if i == evGround || show(c.get(&rec.row)) != show(c.get(&first.row)) {
				run.tell(s.at(rec, i, thads.CodeConflict, vi(
					fmt.Sprintf("Khác với dòng đầu của sự kiện (dòng %d); nếu là sự kiện khác, hãy ghi loại sự kiện", first.number),
					fmt.Sprintf("Differs from the first row of the event (row %d); if this is another event, give its kind", first.number))))
			}
		}
	}
}

// place finds the row and column of a path into the event; the column is -1
// where the path names none.
func (ev *EventEntry) place(field []string) (*record[EventRow], int) {
	rec, reg := ev.rows[0], ev.sheet.register
	path := strings.Join(field, ".")
	if ev.resumed {
		switch path {
		case "effectiveOn", "decision.date":
			return rec, evResumedDate
		case "decision", "decision.number":
			return rec, evResumedNumber
		}
		return rec, -1
	}
	rest := field
	if len(rest) > 0 && rest[0] == "particulars" {
		rest = rest[1:]
	}
	within := func(i int, of part) bool { return reg.columns[i].part == of }
	if len(rest) > 1 && (rest[0] == "parties" || rest[0] == "obligations") {
		origins, of := ev.parties, ofParty
		if rest[0] == "obligations" {
			origins, of = ev.obligations, ofObligation
		}
		n, err := strconv.Atoi(rest[1])
		if err != nil || n < 0 || n >= len(origins) {
			return rec, -1
		}
		rec, path = ev.rows[origins[n]], strings.Join(rest[2:], ".")
		for i := range reg.columns {
			if within(i, of) && covers(reg.columns[i].field, path) {
				return rec, i
			}
		}
		return rec, -1
	}
	given := func(columns ...int) int {
		for _, i := range columns {
			if rec.has(i) {
				return i
			}
		}
		return columns[0]
	}
	switch path {
	case "effectiveOn":
		return rec, given(evEffectiveOn, evDocumentDate)
	case "decision":
		return rec, given(evDocumentNumber, evDocumentDate)
	case "parties", "particulars.parties":
		return rec, evPartyName
	case "particulars.obligations":
		return rec, evOwedKind
	case "particulars":
		return rec, given(evInitiation, evJudgmentKind, evJudgmentNumber, evJudgmentDate, evCourt, evReceivedOn, evRequestedOn, evTags, evOwedKind)
	}
	for i := range reg.columns {
		if (within(i, ofEvent) || within(i, ofParticulars)) && covers(reg.columns[i].field, path) {
			return rec, i
		}
	}
	return rec, -1
}

// covers tells whether a column with the field holds what a path names.
func covers(field, path string) bool {
	return field != "" && (field == path || strings.HasPrefix(path, field+"."))
}

// place finds the column of what names the case; -1 where the path names none.
func (run *eventRun) place(field []string) int {
	first := run.first
	switch path := strings.Join(field, "."); path {
	case "key", "number", "date":
		if first.has(evKey) {
			return evKey
		}
		if path == "date" {
			return evDate
		}
		return evNumber
	case "unit", "toUnit":
		return evUnit
	}
	return -1
}
