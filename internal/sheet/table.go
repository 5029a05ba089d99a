package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/thads/thads/internal/thads"
)

// A Format is a kind of file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// IsFormat tells whether files of a format are written.
func IsFormat(f Format) bool { return f == XLSX || f == CSV }

// FormatOf returns the format that a file's name ends in.
func FormatOf(name string) (Format, bool) {
	for _, f := range []Format{XLSX, CSV} {
		if len(name) > len(f) && strings.EqualFold(name[len(name)-len(f)-1:], "."+string(f)) {
			return f, true
		}
	}
	return "", false
}

// ContentType is the media type of files of the format.
func (f Format) ContentType() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// An About says what a file is, who made it and when. It stands in the
// properties of a workbook and at the foot of its printed pages; zero values are
// left out. In a CSV file it is the last line, where there is a Record; readers
// leave that line out.
type About struct {
	Title string
	By    string
	At    time.Time
	// Record is the id under which it was written down that the file was made.
	Record string
}

// made is the sentence that says who made the file and when.
func (a About) made() string {
	var parts []string
	if a.By != "" {
		parts = append(parts, "bởi "+clipRunes(thads.NormalizeName(a.By), 80))
	}
	if !a.At.IsZero() {
		parts = append(parts, "lúc "+a.At.In(vietnamTime()).Format("15:04 ngày 02/01/2006"))
	}
	if len(parts) == 0 {
		return ""
	}
	made := "Xuất " + strings.Join(parts, " ")
	if a.Record != "" {
		made += ", nhật ký " + a.Record
	}
	return made
}

// footer is the foot of a printed page, in the notation of spreadsheets.
func (a About) footer() string {
	left := a.made()
	if a.Title != "" {
		left = strings.TrimSuffix(clipRunes(thads.NormalizeName(a.Title), 80)+" – "+left, " – ")
	}
	// An ampersand begins an instruction unless it is doubled, and a number behind
	// &L would be a size of type.
	left = strings.ReplaceAll(left, "&", "&&")
	if left != "" && left[0] <= '9' {
		left = " " + left
	}
	return "&L" + left + "&RTrang &P/&N"
}

// properties are the core properties of a workbook.
func (a About) properties() string {
	b := &strings.Builder{}
	b.WriteString(xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	for _, p := range []struct{ name, value string }{{"dc:title", a.Title}, {"dc:creator", a.By}, {"cp:lastModifiedBy", a.By}, {"dc:description", a.made()}} {
		if p.value != "" {
			fmt.Fprintf(b, "<%[1]s>%[2]s</%[1]s>", p.name, escaped(p.value))
		}
	}
	if !a.At.IsZero() {
		fmt.Fprintf(b, `<dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created>`, a.At.UTC().Format(time.RFC3339))
	}
	b.WriteString(`</cp:coreProperties>`)
	return b.String()
}

// A File is a file of registers that is being written: a workbook of several
// tables, whose rows may come in turns, or a CSV file of one. Only rows on their
// way are in memory. Close completes it; a File that is given up needs Abort.
type File struct {
	out    io.Writer
	format Format
	about  About
	book   *bookWriter
	csv    *csvWriter
}

// NewFile begins a file. Nothing of it is complete before Close.
func NewFile(w io.Writer, f Format, about About) (*File, error) {
	out := &File{out: w, format: f, about: about}
	switch f {
	case XLSX:
		out.book = newBookWriter(w, about)
	case CSV:
	default:
		return nil, fmt.Errorf("sheet: there is no format %q", f)
	}
	return out, nil
}

// Close completes the file. It does not close the writer beneath.
func (f *File) Close() error {
	switch {
	case f.book != nil:
		return f.book.close()
	case f.csv != nil:
		if f.about.Record != "" {
			if err := f.csv.mark(f.about.made()); err != nil {
				return err
			}
		}
		return f.csv.close()
	}
	return errors.New("sheet: a file needs a table")
}

// Abort gives up the file and what it holds on the disk. After Close it does
// nothing.
func (f *File) Abort() error {
	if f.book != nil {
		return f.book.abort()
	}
	return nil
}

// A Table is one register of a file, written row by row.
type Table[R any] struct {
	file    *File
	columns []column[R]
	sheet   *sheetWriter
	cells   []cell
	fields  []string
}

// tableOptions say how a register looks as a sheet.
type tableOptions struct {
	name string
	// fixed is how many columns on the left stay in sight.
	fixed int
	// choices tells where the choices of columns stand, by their code.
	choices map[string]choiceList
	locked  bool
}

// newTable begins a register. Columns that can only be read are left out.
func newTable[R any](f *File, r *register[R], o tableOptions) (*Table[R], error) {
	t := &Table[R]{file: f, columns: writable(r)}
	if f.format == CSV {
		if f.csv != nil {
			return nil, errors.New("sheet: a CSV file holds one table")
		}
		t.fields = make([]string, len(t.columns))
		for i := range t.columns {
			t.fields[i] = t.columns[i].header
		}
		var err error
		f.csv, err = newCSVWriter(f.out, t.fields)
		return t, err
	}
	l := layout{name: o.name, headRow: 1, fixed: o.fixed, locked: o.locked, choices: map[int]choiceList{}}
	for i := range t.columns {
		c := &t.columns[i]
		l.columns = append(l.columns, c.sheetColumn())
		if from, ok := o.choices[c.code]; ok {
			l.choices[i] = from
		}
	}
	t.cells = make([]cell, len(t.columns))
	var err error
	t.sheet, err = f.book.sheet(l)
	return t, err
}

// writable are the columns of a register that have values to write.
func writable[R any](r *register[R]) []column[R] {
	var out []column[R]
	for i := range r.columns {
		if r.columns[i].get != nil {
			out = append(out, r.columns[i])
		}
	}
	return out
}

// Write writes one row.
func (t *Table[R]) Write(row *R) error {
	if t.file.format == CSV {
		for i := range t.columns {
			t.fields[i] = csvField(t.columns[i].get(row))
		}
		return t.file.csv.csv.Write(t.fields)
	}
	for i := range t.columns {
		t.cells[i].value = t.columns[i].get(row)
	}
	return t.sheet.row(t.cells, 0)
}

// sheetColumn tells how the column looks in a workbook.
func (c *column[R]) sheetColumn() sheetColumn {
	out := sheetColumn{header: c.header, headStyle: styleOptional, style: c.format.style()}
	if c.required {
		out.header, out.headStyle = c.header+" *", styleRequired
	}
	out.width = max(c.width, c.format.width(), headerWidth(out.header))
	return out
}

// style is the style of the cells of a column.
func (f format) style() int {
	switch f {
	case formatDate:
		return styleDate
	case formatDong:
		return styleDong
	case formatYear:
		return styleWhole
	case formatText:
	}
	return styleText
}

// width is what the longest value of a column needs, in digits: every number
// and date must be legible, or spreadsheets show it as ###.
func (f format) width() float64 {
	const room = 2 // beside the value
	switch f {
	case formatDate:
		return float64(len("31/12/2199")) + room
	case formatDong:
		return float64(len((-thads.MaxDong).Vietnamese())) + room
	case formatYear:
		return float64(len("9999")) + room
	case formatText:
	}
	return 8
}

// headerWidth is what a header needs that is wrapped between words, with the
// button by which rows are filtered.
func headerWidth(header string) float64 {
	widest := 0.0
	for word := range strings.FieldsSeq(header) {
		widest = max(widest, textWidth(word))
	}
	return widest + 3
}

// wrappedLines is how many lines a text takes in a column.
func wrappedLines(s string, width float64) int {
	lines, at := 1, 0.0
	for word := range strings.FieldsSeq(s) {
		w := textWidth(word)
		if at > 0 && at+w > width-2 {
			lines, at = lines+1, 0
		}
		at += w + 0.6
	}
	return lines
}

// textWidth estimates the width of a text in bold type, in digits.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range thads.Fold(s) {
		switch {
		case strings.ContainsRune("ijlft.,:;'()/|!-", r):
			w += 0.7
		case strings.ContainsRune("mw", r):
			w += 1.7
		default:
			w += 1.1
		}
	}
	for _, r := range s {
		if unicode.IsUpper(r) {
			w += 0.5
		}
	}
	return w
}

// csvWriter writes CSV as Vietnamese Excel reads it: UTF-8 with a byte order
// mark, divided by semicolons.
type csvWriter struct {
	out     *bufio.Writer
	csv     *csv.Writer
	columns int
}

func newCSVWriter(w io.Writer, headers []string) (*csvWriter, error) {
	c := &csvWriter{out: bufio.NewWriterSize(w, 32<<10), columns: len(headers)}
	if _, err := c.out.WriteString("\ufeff"); err != nil {
		return nil, err
	}
	c.csv = csv.NewWriter(c.out)
	c.csv.Comma, c.csv.UseCRLF = ';', true
	return c, c.csv.Write(headers)
}

// mark writes the line that says who made the file, as wide as the others.
func (c *csvWriter) mark(made string) error {
	fields := make([]string, c.columns)
	fields[0] = made
	return c.csv.Write(fields)
}

func (c *csvWriter) close() error {
	c.csv.Flush()
	return errors.Join(c.csv.Error(), c.out.Flush())
}

// csvField writes a value for people and for reading it again.
func csvField(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case thads.Date:
		return v.Vietnamese()
	case thads.Dong:
		return strconv.FormatInt(int64(v), 10)
	case int:
		return strconv.Itoa(v)
	case time.Time:
		return v.In(vietnamTime()).Format("02/01/2006 15:04")
	default:
		return guard(fmt.Sprint(v))
	}
}

// guard marks a text that a spreadsheet program would take for a formula with
// the apostrophe by which such programs mark texts; reading takes it off again.
func guard(s string) string {
	if isFormula(s) || strings.HasPrefix(s, "'") && isFormula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && isFormula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return s
}

// isFormula tells whether a program that opens a text file might take a text for
// a formula: by its first sign, also a wide one of East Asian type, behind spaces
// that some programs drop.
func isFormula(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n\u00a0")
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, sign) {
			return true
		}
	}
	return false
}
