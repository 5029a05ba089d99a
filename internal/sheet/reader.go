package sheet

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// An Entry is one case as a file tells of it: its opening, where the file has
// it, and what happened in it. A case of a register of events that is not kept
// by case may occur in several entries, each a run of rows.
type Entry struct {
	// Sheet and Row say where it begins.
	Sheet string
	Row   int
	// RowNumbers are its rows in the sheet of cases; events carry theirs.
	RowNumbers []int
	// Failed tells that something reported keeps the entry from being accepted.
	// It then holds what could be read.
	Failed bool
	// Key names the case: the id of its record, or any key of the file's own.
	Key string
	// UnitCode, Number and Date name it by its enforcement decision and the unit
	// that issued it; the number is zero where the file does not have it.
	UnitCode string
	Number   thads.DocumentNumber
	Date     thads.Date
	// Opening is nil where the file has only events of a case that exists.
	Opening *CaseOpening
	// Events are in the order in which they count, those of one date in the
	// order of the file.
	Events []EventEntry

	// opening or run is what the entry was read from.
	opening *caseEntry
	run     *eventRun
}

// A CaseOpening is the event that opens a case: RECEIVED, DECIDED or
// BROUGHT_FORWARD.
type CaseOpening struct {
	// Event lacks ToUnit and ToOfficer: Entry.UnitCode and OfficerCode are still
	// to be looked up.
	Event       thads.CaseEvent
	OfficerCode string
	// Identities are the identity numbers of the event's parties by index,
	// Accounts the numbers of their bank accounts.
	Identities, Accounts map[int]string
}

// An EventEntry is a further event of a case.
type EventEntry struct {
	// Sheet and Row say where it begins, RowNumbers which rows it has. Nth is its
	// place among the events that begin in the row, from 0: a book of
	// postponements has the decision to resume in the same row.
	Sheet      string
	Row        int
	Nth        int
	RowNumbers []int
	// Event names an obligation by its id; one that the file gives by its place
	// has the id it gets in an opening without ids: "o1" is the first.
	Event thads.CaseEvent
	// UnitCode and OfficerCode receive the case; they are still to be looked up
	// and become ToUnit and ToOfficer.
	UnitCode, OfficerCode string
	// Identities are the identity numbers of the event's parties by index,
	// Accounts the numbers of their bank accounts.
	Identities, Accounts map[int]string

	sheet *eventSheet
	rows  []*record[EventRow]
	// parties and obligations are the rows, by index, that those of the event
	// come from.
	parties, obligations []int
	// resumed tells that it is what the row says of resuming.
	resumed bool
}

// Counts tell what was read of a file.
type Counts struct {
	// Rows that belong to entries, entries, and rows that were left out because
	// they are none of the register: subtotals, signatures.
	Rows, Entries, LeftOut int
}

// A Reader reads the entries of a file.
type Reader struct {
	book    *Book
	reading Reading
	cases   *caseReader
	events  *eventSheet
	entries int
}

// NewReader begins to read a file as one register or as both. What is wrong is
// told to report, also while entries are read. The error is a refusal, with the
// paths of Mapping.Check behind "cases" or "events", where the reading does not
// fit the file.
func NewReader(b *Book, r Reading, report func(Problem)) (*Reader, error) {
	out := &Reader{book: b, reading: r}
	var err error
	if r.Cases != nil {
		if out.cases, err = newCaseReader(b, r.Cases, report); err != nil {
			return nil, behind("cases", err)
		}
		r.Cases.unread(report)
	}
	if r.Events != nil {
		if out.events, err = newEventSheet(b, r.Events, report); err != nil {
			return nil, behind("events", err)
		}
		r.Events.unread(report)
	}
	switch {
	case r.Cases == nil && r.Events == nil:
		return nil, refuse(thads.CodeRequired, "Chưa chọn trang nào của tệp để đọc", "No sheet of the file is to be read")
	case r.Cases != nil && r.Events != nil && r.Cases.Sheet == r.Events.Sheet:
		return nil, thads.Errorf(thads.CodeDuplicate, "events.sheet", "Một trang không thể vừa là sổ thụ lý vừa là sổ diễn biến", "One sheet cannot be both registers")
	}
	return out, nil
}

// behind puts a field before the paths of refusals.
func behind(field string, err error) error {
	es, isRefusal := thads.Refusals(err)
	if !isRefusal {
		return err
	}
	out := make(thads.Errors, len(es))
	for i, e := range es {
		refusal := *e
		refusal.Field = append([]string{field}, e.Field...)
		out[i] = &refusal
	}
	return out
}

// Entries yields the entries in the order of the file, those in which something
// is wrong included. Events of cases that the sheet of cases does not have are
// entries of their own. The sequence can be read again. It ends with an error
// where the file is damaged or exceeds the limits (a refusal), or cannot be read
// (a fault).
func (r *Reader) Entries() iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		r.entries = 0
		emit := func(e *Entry) bool {
			r.entries++
			return yield(e, nil)
		}
		var err error
		switch {
		case r.events == nil:
			err = r.onlyCases(emit)
		case r.cases == nil:
			err = r.onlyEvents(emit)
		default:
			err = r.both(emit)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// Counts returns what was read so far.
func (r *Reader) Counts() Counts {
	c := Counts{Entries: r.entries}
	if r.cases != nil {
		c.Rows, c.LeftOut = r.cases.rows, r.cases.leftOut
	}
	if r.events != nil {
		c.Rows, c.LeftOut = c.Rows+r.events.rows, c.LeftOut+r.events.leftOut
	}
	return c
}

func (r *Reader) onlyCases(emit func(*Entry) bool) error {
	for c, err := range r.cases.entries() {
		if err != nil {
			return err
		}
		if !emit(c.entry()) {
			return nil
		}
	}
	return nil
}

func (r *Reader) onlyEvents(emit func(*Entry) bool) error {
	for run, err := range r.events.runs() {
		if err != nil {
			return err
		}
		if !emit(run.entry()) {
			return nil
		}
	}
	return nil
}

// both reads two sheets side by side, so that neither is kept in memory: the
// events of a case are those at which the sheet of events has arrived. Where the
// cases stand is looked up beforehand, to tell events of cases that the file does
// not have from those whose case is still to come, or has gone by.
func (r *Reader) both(emit func(*Entry) bool) error {
	index, err := r.index()
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(r.events.runs())
	defer stop()
	run, err, more := next()
	for c, caseErr := range r.cases.entries() {
		if caseErr != nil {
			return caseErr
		}
		e := c.entry()
		// What comes before the events of this case in their sheet belongs to no
		// case of the file, or to one that has gone by.
		for ; more && err == nil; run, err, more = next() {
			row, known := index.row(run)
			if known && row > c.Row {
				break // its case is still to come
			}
			switch {
			case !known:
				if !emit(run.entry()) {
					return nil
				}
			case row == c.Row:
				e.join(run)
			default:
				run.late(c.Sheet, row)
				if !emit(run.entry()) {
					return nil
				}
			}
		}
		if err != nil {
			return err
		}
		e.Events = inOrder(e.Events)
		if !emit(e) {
			return nil
		}
	}
	for ; more && err == nil; run, err, more = next() {
		if row, known := index.row(run); known {
			run.late(r.cases.source.name(), row)
		}
		if !emit(run.entry()) {
			return nil
		}
	}
	return err
}

// A caseIndex says in which row of the sheet of cases a case begins. It keeps
// hashes of what names the cases, some bytes for each.
type caseIndex struct {
	seed maphash.Seed
	rows map[uint64]int
}

// index reads what names the cases of the file.
func (r *Reader) index() (*caseIndex, error) {
	index := &caseIndex{seed: maphash.MakeSeed(), rows: map[uint64]int{}}
	// Problems are told when the cases themselves are read.
	sheet, err := newMappedSheet(r.book, r.cases.register, r.reading.Cases, func(Problem) {})
	if err != nil {
		return nil, behind("cases", err)
	}
	for rec, err := range sheet.records() {
		if err != nil {
			return nil, err
		}
		for _, name := range index.names(rec.row.Key, rec.row.Unit, rec.row.Number, rec.row.Date) {
			if _, before := index.rows[name]; !before {
				index.rows[name] = rec.number
			}
		}
	}
	return index, nil
}

// names returns the hashes of what names a case: of its key, and of its decision.
func (x *caseIndex) names(key, unit, number string, date thads.Date) []uint64 {
	var out []uint64
	var h maphash.Hash
	h.SetSeed(x.seed)
	write := func(parts ...string) {
		h.Reset()
		for _, p := range parts {
			h.WriteString(strings.ToUpper(p))
			h.WriteByte(0)
		}
		out = append(out, h.Sum64())
	}
	if key != "" {
		write("key", key)
	}
	if number != "" {
		write("decision", unit, thads.ParseDocumentNumber(number).Key(), date.String())
	}
	return out
}

// row returns where the case of a run begins, and whether the file has it.
func (x *caseIndex) row(run *eventRun) (int, bool) {
	r := &run.first.row
	for _, name := range x.names(r.Key, r.Unit, r.Number, r.Date) {
		if row, ok := x.rows[name]; ok {
			return row, true
		}
	}
	return 0, false
}

// late refuses events that come after their case has gone by.
func (run *eventRun) late(sheet string, row int) {
	run.tell(run.sheet.at(run.first, run.place([]string{"key"}), thads.CodeInvalid, vi(
		fmt.Sprintf("Việc của dòng này ở trang “%s”, dòng %d; hãy xếp các sự kiện theo thứ tự của việc ở trang đó, sự kiện của một việc liền nhau", sheet, row),
		fmt.Sprintf("The case of this row is in the sheet “%s”, row %d; put the events in the order of the cases there, those of one case together", sheet, row))))
}

// entry is the case as an entry.
func (e *caseEntry) entry() *Entry {
	out := &Entry{
		Sheet: e.Sheet, Row: e.Row, RowNumbers: e.RowNumbers, Failed: e.Failed, Key: e.Key, UnitCode: e.UnitCode,
		Opening: &CaseOpening{Event: e.Event, OfficerCode: e.OfficerCode, Identities: e.Identities, Accounts: e.Accounts},
		opening: e,
	}
	if d := e.Event.Decision; d != nil {
		out.Number, out.Date = d.Number, d.Date
	}
	return out
}

// join adds the events of a run to the case that the file opens.
func (e *Entry) join(run *eventRun) {
	if number := run.number(); !number.IsZero() && !e.Number.IsZero() && number.Key() != e.Number.Key() {
		run.tell(run.sheet.at(run.first, evNumber, thads.CodeConflict, vi(
			fmt.Sprintf("Việc có mã này mang số quyết định %s ở trang “%s”, dòng %d", e.Number, e.Sheet, e.Row),
			fmt.Sprintf("The case with this key has the decision %s in the sheet “%s”, row %d", e.Number, e.Sheet, e.Row))))
	}
	e.Failed = e.Failed || run.failed
	e.Events = append(e.Events, run.events...)
}

// inOrder puts events in the order in which they count.
func inOrder(events []EventEntry) []EventEntry {
	slices.SortStableFunc(events, func(a, b EventEntry) int { return cmp.Compare(a.Event.EffectiveOn, b.Event.EffectiveOn) })
	return events
}

// Problem places a refusal of the opening, of its unit or officer or, where the
// file has only events, of what names their case ("key", "unit", "number"), at
// its row and column.
func (e *Entry) Problem(refusal *thads.Error) Problem {
	if e.opening != nil {
		return e.opening.Problem(refusal)
	}
	return e.run.sheet.at(e.run.first, e.run.place(refusal.Field), refusal.Code, refusal.Text)
}

// EventProblem places a refusal of an event, by its index, or of its receivers,
// at its row and column.
func (e *Entry) EventProblem(i int, refusal *thads.Error) Problem {
	ev := &e.Events[i]
	rec, column := ev.place(refusal.Field)
	return quoting(rec, ev.sheet.at(rec, column, refusal.Code, refusal.Text), column)
}
