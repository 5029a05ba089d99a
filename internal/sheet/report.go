package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/thads/thads/internal/thads"
)

// A Report is a statutory form filled in, as it is handed out: on paper, to be
// signed, or as a table for programs. It knows nothing of where its numbers come
// from.
type Report struct {
	About About
	// Superior and Agency head the paper on the left; Superior may be "".
	Superior, Agency string
	// Number is that of the form ("06/TK-THA"), Basis what prescribes it, a line each.
	Number string
	Basis  []string
	Title  string
	// Period are the lines below the title: the span of time, the day.
	Period []string
	// Recipient is to whom the report goes, "" for nobody.
	Recipient string
	// Account is the unit in which the cells count unless a column says otherwise.
	Account thads.QuantityUnit
	// RowHeader heads the titles of the rows.
	RowHeader string
	Columns   []ReportColumn
	Rows      []ReportRow
	// Checks and Notes stand below the table, a line each.
	Checks, Notes []string
	// Place and date stand above the signature on the right.
	Place string
	// Signers are those who sign, from the left.
	Signers []ReportSigner
}

// A ReportColumn is one column of a Report.
type ReportColumn struct {
	// Code is short and stable: "A1".
	Code string
	// Path are the headers from the top, the column's own last. Columns beside
	// one another that have the same headers above them share these.
	Path []string
	// Formula is how the column is made, as it stands on paper: "A2 + A3".
	Formula string
	Unit    thads.QuantityUnit
}

// A ReportRow is one row of a Report.
type ReportRow struct {
	Key, Parent string
	Title       string
	// Level is how deep the row stands, from 0.
	Level int
	// Unit and Officer are ids, where the row is one of theirs.
	Unit, Officer string
	// Cells are in the order of the columns.
	Cells []ReportCell
}

// A ReportCell is one number of a Report.
type ReportCell struct {
	// N counts cases or đồng; of a share it is hundredths of a percentage point.
	N int64
	// Null tells that there is no number, as of a share of nothing.
	Null bool
	// Hidden tells that there is one which is not shown.
	Hidden bool
}

// A ReportSigner is a place to sign at.
type ReportSigner struct {
	// Title is whose place it is, Hint how it is signed, Name is printed below.
	Title, Hint, Name string
}

// What stands in cells without a number.
const (
	noNumber     = "–"
	hiddenNumber = "*"
)

// check refuses a report that is not a table.
func (r *Report) check() error {
	if len(r.Columns) == 0 {
		return errors.New("sheet: a report needs columns")
	}
	for i := range r.Columns {
		if len(r.Columns[i].Path) == 0 {
			return fmt.Errorf("sheet: the column %q of a report has no header", r.Columns[i].Code)
		}
	}
	for i := range r.Rows {
		if len(r.Rows[i].Cells) != len(r.Columns) {
			return fmt.Errorf("sheet: the row %q of a report has %d cells for %d columns", r.Rows[i].Key, len(r.Rows[i].Cells), len(r.Columns))
		}
	}
	return nil
}

// WriteReport writes a report: a workbook laid out to be printed and signed, in
// thousands of đồng, or a CSV file in đồng whose columns keep their names.
func WriteReport(w io.Writer, f Format, r *Report) error {
	if err := r.check(); err != nil {
		return err
	}
	switch f {
	case XLSX:
		return writePaper(w, r)
	case CSV:
		return writeReportCSV(w, r)
	}
	return fmt.Errorf("sheet: there is no format %q", f)
}

// The columns of a report's CSV file before its figures.
var reportRowHeaders = []string{"Mã dòng", "Mã dòng cấp trên", "Cấp", "Tên dòng", "Mã đơn vị", "Mã chấp hành viên"}

// writeReportCSV writes the rows with what names them. Programs find a column by
// its header, which is the code with the title, and a row by its key.
func writeReportCSV(w io.Writer, r *Report) error {
	headers := slices.Clone(reportRowHeaders)
	for i := range r.Columns {
		headers = append(headers, r.Columns[i].header())
	}
	out, err := newCSVWriter(w, headers)
	if err != nil {
		return err
	}
	fields := make([]string, 0, len(headers))
	for i := range r.Rows {
		row := &r.Rows[i]
		fields = append(fields[:0], guard(row.Key), guard(row.Parent), strconv.Itoa(row.Level), guard(row.Title), guard(row.Unit), guard(row.Officer))
		for j, c := range row.Cells {
			fields = append(fields, c.plain(r.Columns[j].Unit))
		}
		if err := out.csv.Write(fields); err != nil {
			return err
		}
	}
	return out.close()
}

// header is what heads the column in a table for programs.
func (c *ReportColumn) header() string {
	title := c.Path[len(c.Path)-1]
	if c.Code != "" {
		title = c.Code + " " + title
	}
	if c.Unit == thads.UnitDong {
		title += " (đồng)"
	}
	return title
}

// plain writes a cell for programs: whole numbers, shares with two decimals, and
// nothing where there is no number.
func (c ReportCell) plain(unit thads.QuantityUnit) string {
	switch {
	case c.Null:
		return ""
	case c.Hidden:
		return hiddenNumber
	case unit == thads.UnitPercent || unit == thads.UnitPoints:
		return hundredths(c.N)
	}
	return strconv.FormatInt(c.N, 10)
}

// accountWords says in which unit paper counts.
func accountWords(u thads.QuantityUnit) string {
	switch u {
	case thads.UnitCases:
		return "Việc"
	case thads.UnitDong:
		return "1.000 đồng"
	case thads.UnitPercent, thads.UnitPoints:
		return "%"
	case thads.UnitNone:
	}
	return ""
}
