package forms

import (
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// The codes of refusals of this package.
const (
	// CodeFormUnavailable: the form cannot be filled from what thads keeps.
	CodeFormUnavailable thads.Code = "FORM_NOT_AVAILABLE"
	// CodeRatio: a share has no records of its own; its two columns have.
	CodeRatio thads.Code = "CELL_IS_RATIO"
)

// An Organisation knows units and officers by name and place.
type Organisation interface {
	// Rows returns the units that have a row of their own in the forms of a
	// period, root first, in the order of the forms. Units with figures that are
	// not among them get a row behind them.
	Rows(root thads.UnitID, from, to thads.Date) []thads.UnitID
	// Below returns the unit and all that ever stood below it: whose postings
	// count in its reports; nothing for an unknown unit.
	Below(id thads.UnitID) []thads.UnitID
	// UnitName returns the name of a unit on a day.
	UnitName(id thads.UnitID, on thads.Date) string
	OfficerName(id thads.OfficerID) string
}

// A Request asks for a report.
type Request struct {
	Form Form
	// Unit is reported on with all below it.
	Unit thads.UnitID
	// Scope is what the caller's figures count.
	Scope  thads.CountScope
	Moment ledger.Moment
}

// A Report is a filled form: plain data, which locks keep.
type Report struct {
	Form     Form          `json:"form"`
	Unit     thads.UnitID  `json:"unit"`
	UnitName string        `json:"unitName"`
	Moment   ledger.Moment `json:"moment"`
	Rows     []Row         `json:"rows"`
	// Checks are the form's rules in the first row, and in every other row in
	// which one does not hold.
	Checks []CheckResult `json:"checks"`
}

// A Row is a row of a report. Key names it within the form, for good.
type Row struct {
	Key    string     `json:"key"`
	Parent string     `json:"parent,omitempty"`
	Level  int        `json:"level"`
	Title  thads.Text `json:"title"`
	// Unit and Officer are those of the row, where it is of one.
	Unit    thads.UnitID    `json:"unit,omitempty"`
	Officer thads.OfficerID `json:"officer,omitempty"`
	// Values are in the order of the form's columns.
	Values []Value `json:"values"`
}

// A Value is a cell: cases, đồng or hundredths of a percentage point, as its
// column says. Null is a share of nothing.
type Value struct {
	N    int64 `json:"n"`
	Null bool  `json:"null,omitempty"`
}

// Row finds a row by its key.
func (r *Report) Row(key string) (*Row, bool) {
	for i := range r.Rows {
		if r.Rows[i].Key == key {
			return &r.Rows[i], true
		}
	}
	return nil, false
}
