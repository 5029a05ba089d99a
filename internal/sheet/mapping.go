package sheet

import "github.com/thads/thads/internal/thads"

// A Kind is a kind of register that can be read and written.
type Kind string

// The kinds of registers.
const (
	// Cases is the register of cases (sổ thụ lý): a row, or several, for each
	// enforcement decision.
	Cases Kind = "CASES"
	// CaseEvents is the register of what happened in cases (sổ diễn biến, and
	// the statutory books of postponements, terminations, collections …): a row
	// for each step.
	CaseEvents Kind = "CASE_EVENTS"
)

// Kinds are the kinds of registers, with their names.
func Kinds() []thads.Term[Kind] {
	return []thads.Term[Kind]{
		{Value: Cases, Name: vi("Sổ thụ lý việc thi hành án", "Register of cases")},
		{Value: CaseEvents, Name: vi("Sổ diễn biến việc thi hành án", "Register of events of cases")},
	}
}

// A Field is what a column of a register can say.
type Field struct {
	// Code names the field in mappings.
	Code string
	// Header is what the template calls the column.
	Header string
	Help   thads.Text
	// Required fields need a column or a constant.
	Required bool
	// Money fields have a unit.
	Money bool
	// Example is a value as it may be typed.
	Example string
	// Gives are the codes of the fields whose values a column of this one holds
	// together; nil for a field of its own.
	Gives []string
	// Choices are the values to choose from; nil where any may stand.
	Choices []string

	// date and secret say how previews show the values.
	date, secret bool
}

// A Mapping says how one sheet of a file is read as a register.
type Mapping struct {
	Register Kind `json:"register"`
	// Sheet is the name of the sheet; empty in a CSV file.
	Sheet string `json:"sheet,omitzero"`
	// HeaderRow is the last row of the headers, from 1; what stands above is
	// not read.
	HeaderRow int `json:"headerRow"`
	// Columns are the columns of the file that have a title or values, in the
	// order of the file.
	Columns []MappedColumn `json:"columns"`
	// Constants give fields that the file has no column for the same value in
	// every row, by the code of the field.
	Constants map[string]string `json:"constants,omitzero"`
	// Formulas takes the stored results of formulas; without it a formula in a
	// column that is read is an error.
	Formulas bool `json:"formulas,omitzero"`
}

// A MappedColumn says what a column of a file is.
type MappedColumn struct {
	// Column counts from 1.
	Column int `json:"column"`
	// Title is the header as read, those above one another joined by " / ".
	Title string `json:"title"`
	// Field is the code of what the column says; empty where it is left out.
	Field string `json:"field,omitzero"`
	// Unit is that of a column of money; empty for đồng.
	Unit thads.MoneyUnit `json:"unit,omitzero"`
}

// A Reading says how a file is read: as one register or, where a workbook has a
// sheet of cases and one of their events, as both.
type Reading struct {
	Cases  *Mapping `json:"cases,omitzero"`
	Events *Mapping `json:"events,omitzero"`
	// Records is the only one where the file is a register of records beside cases.
	Records *Mapping `json:"records,omitzero"`
}

// A Preview shows the first rows behind the headers of a mapping, as they are
// in the file.
type Preview struct {
	Rows []PreviewRow
}

// A PreviewRow is one row of a file. Cells are by the column from 0, as a person
// would read them.
type PreviewRow struct {
	Number int
	Cells  []string
	// LeftOut tells why the row would not be read; zero for rows that are.
	LeftOut thads.Text
}

// A Severity says how much a problem matters.
type Severity string

// The severities.
const (
	// Error keeps the case from being accepted.
	Error Severity = "ERROR"
	// Warning is worth a look.
	Warning Severity = "WARNING"
	// LeftOut tells of a row that is no case: a subtotal, a signature.
	LeftOut Severity = "LEFT_OUT"
)

// Severities are the severities of problems, with their names.
func Severities() []thads.Term[Severity] {
	return []thads.Term[Severity]{
		{Value: Error, Name: vi("Lỗi", "Error")},
		{Value: Warning, Name: vi("Cảnh báo", "Warning")},
		{Value: LeftOut, Name: vi("Bỏ qua", "Left out")},
	}
}
