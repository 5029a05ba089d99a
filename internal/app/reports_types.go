package app

import (
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/thads"
)

// A ReportInput asks for a report.
type ReportInput struct {
	Form forms.Code `json:"form"`
	// Unit is reported on with those below it; the caller's own where none is given.
	Unit *thads.UnitID `json:"unit,omitempty"`
	// Period gives the days; without it Moment does.
	Period *PeriodInput `json:"period,omitempty"`
	Moment *MomentInput `json:"moment,omitempty"`
}

// A PeriodInput is a cumulative period: some months of a statistical year from 1
// October on, 1 to 12.
type PeriodInput struct {
	StatYear thads.StatYear `json:"statYear"`
	Months   int            `json:"months"`
}

// A Report is a filled form as the caller sees it.
type Report struct {
	Form   forms.Form
	Unit   *thads.Unit
	Moment Moment
	// Rows have their values in the order of the form's columns; a suppressed
	// value is null.
	Rows   []forms.Row
	Checks []forms.CheckResult
	// Suppressed are the cells that the caller does not see.
	Suppressed []SuppressedCell
	// Lock is the lock whose kept figures these are; nil where they were computed
	// now.
	Lock *PeriodLock

	in *reporting
}

// Columns are those of the form.
func (r *Report) Columns() []forms.Column { return r.Form.Columns }

// A SuppressedCell names a cell that is not shown.
type SuppressedCell struct{ Row, Column string }

// A ReportCell is one cell of a report, opened.
type ReportCell struct {
	Moment Moment
	// Row is the key of the row.
	Row    string
	Column forms.Column
	// Value is null where there is none or it is suppressed; Suppressed says why.
	Value      forms.Value
	Suppressed *thads.Text
	// Parts are the two cells that a share is made of; empty for a sum.
	Parts []*ReportCell

	open opener
}

// A ReportComparison is two reports of one form side by side.
type ReportComparison struct {
	Base, Other *Report
	// Changes are the first of the cells that differ, rows in order; ChangeCount
	// is how many there are in all.
	Changes     []*ReportChange
	ChangeCount int
}

// A ReportChange is a cell that differs.
type ReportChange struct {
	// Row is the key of the row, Title its title, Column the code of the column.
	Row    string
	Title  thads.Text
	Column string
	// Base and Other are null where the report has no such cell.
	Base, Other forms.Value
	// Difference is the other less the base, where both are there.
	Difference forms.Value

	in *comparing
}

// A ReportChangeRecord is an event that explains a difference.
type ReportChangeRecord struct {
	Book thads.Book
	// ID is empty where the caller may not open the record.
	ID string
	// Event is its sequence in the record.
	Event                 int
	RecordedAt            time.Time
	EffectiveOn, BookedOn thads.Date
	// Value is what it adds to the difference.
	Value FigureValue
}
