package sheet

import (
	"github.com/thads/thads/internal/thads"
)

// warn tells of what is worth a look at a column of a row.
func (e *CaseEntry) warn(rec *record[CaseRow], i int, vietnamese, english string) {
	p := e.at(rec, i, thads.CodeInvalid, vi(vietnamese, english))
	p.Severity = Warning
	e.tell(p)
}

// unusual warns of values that may be slips.
func (e *CaseEntry) unusual(*record[CaseRow]) {}

// kindOfJudgment returns the field of law that the symbol of a judgment's number
// names; "" where it names none.
func kindOfJudgment(string) thads.JudgmentKind { return "" }
