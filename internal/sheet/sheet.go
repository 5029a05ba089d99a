// Package sheet turns spreadsheets and CSV files into typed rows and back. It
// knows files and columns, and nothing of what is stored.
//
// # Reading and writing
//
// Workbooks are read by this package itself, from archive/zip and a scanner of
// its own (held against encoding/xml by fuzz tests, and many times as fast),
// because what people upload is neither small nor trusted: libraries keep the
// whole file in memory, and hide which cells are formulas, numbers or errors.
// Reading here is one pass over the rows in bounded memory (beside the table of
// shared strings, which Limits bounds), and what is
// dangerous or not understood is refused with a sentence of its own.
//
// They are written by this package too: what it takes is little, and libraries
// keep the packed file, or megabytes of every sheet, until the end and send
// nothing before. The tests read what is written with another program's eyes:
// github.com/xuri/excelize/v2 and LibreOffice.
package sheet

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A Problem is what is wrong, or worth a look, at one place of a file.
type Problem struct {
	// Sheet is the name of the sheet; empty in a CSV file.
	Sheet string
	// Row is the number of the row as a spreadsheet shows it, of the line in a
	// CSV file; 0 where the problem concerns the whole file.
	Row int
	// Column counts from 1; 0 where the problem concerns the whole row. Header
	// is what the column is called.
	Column int
	Header string
	// Severity says whether the problem keeps the row from being accepted.
	Severity Severity
	Code     thads.Code
	// Got is the value as read, cut where it is long.
	Got string
	// Text says what is wrong and what was expected.
	Text thads.Text
}

// Letter returns the letters by which a spreadsheet names the column, "AC".
func (p *Problem) Letter() string { return Letter(p.Column) }

// Where names the place in Vietnamese: "trang Vụ việc, dòng 12, cột D (Ngày quyết định)".
func (p *Problem) Where() string {
	var parts []string
	if p.Sheet != "" {
		parts = append(parts, "trang “"+p.Sheet+"”")
	}
	if p.Row > 0 {
		parts = append(parts, fmt.Sprintf("dòng %d", p.Row))
	}
	if p.Column > 0 {
		column := "cột " + p.Letter()
		if p.Header != "" {
			column += " (" + p.Header + ")"
		}
		parts = append(parts, column)
	}
	if len(parts) == 0 {
		return "tệp"
	}
	return strings.Join(parts, ", ")
}

// String returns place, code and Vietnamese sentence in one line.
func (p *Problem) String() string {
	s := p.Where() + ": " + string(p.Code) + ": " + p.Text.VI
	if p.Got != "" {
		s += fmt.Sprintf(" (đọc được: %q)", p.Got)
	}
	return s
}

// Letter returns the letters of a column counted from 1; "" below 1.
func Letter(column int) string {
	var b []byte
	for ; column > 0; column = (column - 1) / 26 {
		b = append(b, byte('A'+(column-1)%26))
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// Limits bound what is read of a file. They protect the server from files made
// to exhaust it; every one has its own refusal.
type Limits struct {
	// Bytes bounds the file as it is stored.
	Bytes int64
	// Unpacked bounds the sum of the parts of a workbook after unpacking, Ratio
	// how many times larger than packed a part of more than a megabyte may
	// become, and WholeRatio the same of a workbook of more than 16 MB.
	Unpacked          int64
	Ratio, WholeRatio int64
	// Parts bounds the files inside a workbook, Depth the elements of its XML
	// within one another.
	Parts, Depth int
	// Rows and Columns bound a sheet, Runes the characters of one cell. Cells
	// bounds the cells of a sheet, also those that have nothing but a format.
	Rows, Columns, Runes, Cells int
	// Strings bounds, in bytes, the texts of a workbook that are kept in
	// memory while its rows are read.
	Strings int64
}

// DefaultLimits are enough for the registers of a province.
func DefaultLimits() Limits {
	return Limits{
		Bytes: 64 << 20, Unpacked: 2 << 30, Ratio: 200, WholeRatio: 150, Parts: 2000, Depth: 64,
		Rows: 500_000, Columns: 200, Runes: 20_000, Cells: 30_000_000, Strings: 128 << 20,
	}
}

// A Cell is one cell as a file holds it.
type Cell struct {
	Kind CellKind
	// Text is the text, or the number as the file writes it.
	Text string
	// Formula tells that the value is what a formula last gave.
	Formula bool
}

// A CellKind is the type of a cell's value.
type CellKind int

// The kinds of cells.
const (
	Empty CellKind = iota
	Text
	Number
	Bool
	// Date is an ISO date: the rare cell type "d" of workbooks.
	Date
	// Failed is an error such as #REF!.
	Failed
)

// A Row is one row of a sheet. Cells are by column from 0; those missing at the
// end are empty. It is valid until the next row is read.
type Row struct {
	Number int
	Cells  []Cell
}

// IsBlank tells whether no cell holds anything.
func (r *Row) IsBlank() bool {
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Kind != Empty && (c.Kind != Text || strings.TrimSpace(c.Text) != "") {
			return false
		}
	}
	return true
}

// A Book is an opened file. It is used by one goroutine at a time.
type Book struct {
	// Today is the day on which the file is read, for warnings about what is
	// unusually old; zero for none.
	Today thads.Date

	sheets []source
	// date1904 tells that serial dates count from 1904.
	date1904 bool
	limits   Limits
	notices  []Problem
	workbook *xlsxFile // nil for a CSV file
}

// Notices are what is worth knowing of the file as a whole: the encoding of a CSV
// file that is not UTF-8 (a warning), and the hidden sheets, which are not read
// (left out).
func (b *Book) Notices() []Problem { return slices.Clone(b.notices) }

// Sheets returns the names of the sheets in the order of the file; one that is
// empty for a CSV file. Hidden sheets are not among them.
func (b *Book) Sheets() []string {
	names := make([]string, len(b.sheets))
	for i, s := range b.sheets {
		names[i] = s.name()
	}
	return names
}

// A source is one sheet that can be read any number of times.
type source interface {
	name() string
	rows() iter.Seq2[*Row, error]
	// merges returns the merged cells that begin in the first mergedRows rows,
	// in the order of the file. They are read when first asked for, and cost
	// passing over the whole sheet then.
	merges() ([]merge, error)
}

// mergedRows is how far down a sheet merged cells are looked for: headers are
// far above.
const mergedRows = 60

// A merge is a rectangle of merged cells, rows and columns from 1, all
// inclusive. Its value is that of the cell at top and left.
type merge struct{ top, left, bottom, right int }

// Open opens a workbook (.xlsx) or CSV file, whichever the content is. The
// error is a refusal (thads.Error, see ReasonOf) where the file is not
// acceptable, and a fault where it cannot be read.
//
// What lies in the rows is found when they are read, and refuses the file then.
func Open(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	if size > limits.Bytes {
		return nil, reject(ReasonBytes, "Tệp lớn %[1]d MB, tối đa %[2]d MB", "The file has %[1]d MB, at most %[2]d MB", (size+(1<<20)-1)>>20, limits.Bytes>>20)
	}
	if size == 0 {
		return nil, reject(ReasonEmpty, "Tệp trống", "The file is empty")
	}
	r = faultReader{r, size}
	head := make([]byte, min(size, headBytes))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, damaged(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openXLSX(r, size, limits)
	case bytes.HasPrefix(head, compoundMagic):
		return nil, refuseCompound(r, size, head)
	}
	if err := refuseForeign(head); err != nil {
		return nil, err
	}
	return openCSV(r, size, limits)
}

// headBytes is how much of a file is looked at to find what it is.
const headBytes = 64 << 10

// A faultReader marks what goes wrong below as no fault of the file: a disk or a
// store that fails must not be told as a damaged workbook.
type faultReader struct {
	r    io.ReaderAt
	size int64
}

type faultError struct{ err error }

func (e *faultError) Error() string { return "sheet: " + e.err.Error() }
func (e *faultError) Unwrap() error { return e.err }

func (f faultReader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > f.size { // an offset that the file itself has
		return 0, io.ErrUnexpectedEOF
	}
	n, err := f.r.ReadAt(p, off)
	if err != nil && err != io.EOF { // what wraps it is a fault
		err = &faultError{err}
	}
	return n, err
}

// clip cuts a value that a problem quotes.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
