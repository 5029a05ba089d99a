package sheet

import (
	"iter"

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

	cases *CaseEntry
}

// A CaseOpening is the event that opens a case: RECEIVED, DECIDED or
// BROUGHT_FORWARD.
type CaseOpening struct {
	// Event lacks ToUnit and ToOfficer: Entry.UnitCode and OfficerCode are still
	// to be looked up.
	Event       thads.CaseEvent
	OfficerCode string
	// Identities are the identity numbers of the event's parties by index.
	Identities map[int]string
}

// An EventEntry is a further event of a case.
type EventEntry struct {
	// Sheet and Row say where it begins, RowNumbers which rows it has.
	Sheet      string
	Row        int
	RowNumbers []int
	// Event names an obligation by its id; one that the file gives by its place
	// has the id it gets in an opening without ids: "o1" is the first.
	Event thads.CaseEvent
	// UnitCode and OfficerCode receive the case; they are still to be looked up
	// and become ToUnit and ToOfficer.
	UnitCode, OfficerCode string
	// Identities are the identity numbers of the event's parties by index.
	Identities map[int]string
}

// Counts tell what was read of a file.
type Counts struct {
	// Rows that belong to entries, entries, and rows that were left out because
	// they are none of the register: subtotals, signatures.
	Rows, Entries, LeftOut int
}

// A Reader reads the entries of a file.
type Reader struct {
	cases  *CaseReader
	counts Counts
}

// NewReader begins to read a file as one register or as both. What is wrong is
// told to report, also while entries are read. The error is a refusal where the
// reading does not fit the file.
func NewReader(b *Book, _ Reading, report func(Problem)) (*Reader, error) {
	cases, err := NewCaseReader(b, report)
	if err != nil {
		return nil, err
	}
	return &Reader{cases: cases}, nil
}

// Entries yields the entries in the order of the file, those in which something
// is wrong included. The sequence can be read again. It ends with an error where
// the file is damaged or exceeds the limits (a refusal), or cannot be read (a
// fault).
func (r *Reader) Entries() iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		r.counts = Counts{}
		for c, err := range r.cases.Entries() {
			if err != nil {
				yield(nil, err)
				return
			}
			e := &Entry{
				Sheet: c.Sheet, Row: c.Row, UnitCode: c.UnitCode, cases: c,
				Opening: &CaseOpening{Event: c.Event, OfficerCode: c.OfficerCode, Identities: c.Identities},
			}
			for i := range c.rows {
				e.RowNumbers = append(e.RowNumbers, c.rows[i].number)
			}
			if d := c.Event.Decision; d != nil {
				e.Number, e.Date = d.Number, d.Date
			}
			r.counts.Rows += c.Rows
			r.counts.Entries++
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Counts returns what was read so far.
func (r *Reader) Counts() Counts { return r.counts }

// Problem places a refusal of the opening, or of its unit or officer, at its row
// and column.
func (e *Entry) Problem(refusal *thads.Error) Problem {
	if e.cases == nil {
		return Problem{Sheet: e.Sheet, Row: e.Row, Severity: Error, Code: refusal.Code, Text: refusal.Text}
	}
	return e.cases.Problem(refusal)
}

// EventProblem places a refusal of an event, by its index, or of its receivers,
// at its row and column.
func (e *Entry) EventProblem(i int, refusal *thads.Error) Problem {
	ev := &e.Events[i]
	return Problem{Sheet: ev.Sheet, Row: ev.Row, Severity: Error, Code: refusal.Code, Text: refusal.Text}
}
