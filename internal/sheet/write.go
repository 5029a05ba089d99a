package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// The sheets of the template.
const (
	casesSheet = "Vụ việc"
	guideSheet = "Hướng dẫn"
	listsSheet = "Danh mục"
)

// A Format is a kind of file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// FormatOf returns the format that a file's name ends in.
func FormatOf(name string) (Format, bool) {
	for _, f := range []Format{XLSX, CSV} {
		if len(name) > len(f) && strings.EqualFold(name[len(name)-len(f)-1:], "."+string(f)) {
			return f, true
		}
	}
	return "", false
}

// WriteCaseTemplate writes an empty register of cases: in a workbook with an
// explanation of every column and lists to choose from.
func WriteCaseTemplate(w io.Writer, f Format) error {
	c, err := NewCaseWriter(w, f)
	if err != nil {
		return err
	}
	return c.Close()
}

// A CaseWriter writes a register of cases in the columns of the template, a row
// at a time. It keeps only the rows that are on their way in memory.
type CaseWriter struct {
	register *register[CaseRow]
	rows     interface {
		write(r *register[CaseRow], row *CaseRow) error
		close(r *register[CaseRow]) error
	}
}

// NewCaseWriter begins a register. Nothing of it is complete before Close.
func NewCaseWriter(w io.Writer, f Format) (*CaseWriter, error) {
	c := &CaseWriter{register: newRegister()}
	var err error
	switch f {
	case XLSX:
		c.rows, err = newXLSXWriter(w, c.register)
	case CSV:
		c.rows, err = newCSVWriter(w, c.register)
	default:
		err = fmt.Errorf("sheet: there is no format %q", f)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Write writes one row.
func (c *CaseWriter) Write(row *CaseRow) error { return c.rows.write(c.register, row) }

// Close completes the file. It does not close the writer beneath.
func (c *CaseWriter) Close() error { return c.rows.close(c.register) }

// csvWriter writes CSV as Vietnamese Excel reads it: UTF-8 with a byte order
// mark, divided by semicolons.
type csvWriter struct {
	out    *bufio.Writer
	csv    *csv.Writer
	fields []string
}

func newCSVWriter(w io.Writer, r *register[CaseRow]) (*csvWriter, error) {
	c := &csvWriter{out: bufio.NewWriter(w)}
	if _, err := c.out.WriteString("\ufeff"); err != nil {
		return nil, err
	}
	c.csv = csv.NewWriter(c.out)
	c.csv.Comma, c.csv.UseCRLF = ';', true
	for i := range r.columns {
		c.fields = append(c.fields, r.columns[i].header)
	}
	return c, c.csv.Write(c.fields)
}

func (c *csvWriter) write(r *register[CaseRow], row *CaseRow) error {
	for i := range r.columns {
		text := ""
		switch v := r.columns[i].get(row).(type) {
		case nil:
		case thads.Date:
			text = v.Vietnamese()
		case thads.Dong:
			text = strconv.FormatInt(int64(v), 10)
		case int:
			text = strconv.Itoa(v)
		default:
			text = guard(fmt.Sprint(v))
		}
		c.fields[i] = text
	}
	return c.csv.Write(c.fields)
}

func (c *csvWriter) close(*register[CaseRow]) error {
	c.csv.Flush()
	return errors.Join(c.csv.Error(), c.out.Flush())
}

// guard marks a text that a spreadsheet program would take for a formula with
// the apostrophe by which such programs mark texts; reading takes it off again.
func guard(s string) string {
	if isFormula(s) || strings.HasPrefix(s, "'") && isFormula(s[1:]) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && (isFormula(rest) || strings.HasPrefix(rest, "'")) {
		return rest
	}
	return s
}

func isFormula(s string) bool { return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) }

// xlsxWriter writes a workbook.
type xlsxWriter struct {
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	styles map[format]int
	next   int
	values []any
}

func newXLSXWriter(w io.Writer, r *register[CaseRow]) (_ *xlsxWriter, err error) {
	x := &xlsxWriter{out: w, file: excelize.NewFile(), next: 1, styles: map[format]int{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.file.Close())
		}
	}()
	if err := x.file.SetSheetName("Sheet1", casesSheet); err != nil {
		return nil, err
	}
	for f, style := range map[format]*excelize.Style{
		// 49 is text: codes and numbers keep their zeros.
		formatText: {NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}},
		formatDate: {CustomNumFmt: ptr("dd/mm/yyyy"), Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "center"}},
		formatDong: {NumFmt: 3, Alignment: &excelize.Alignment{Vertical: "top"}},
		formatYear: {NumFmt: 1, Alignment: &excelize.Alignment{Vertical: "top"}},
	} {
		if x.styles[f], err = x.file.NewStyle(style); err != nil {
			return nil, err
		}
	}
	if err := x.lists(r); err != nil {
		return nil, err
	}
	if x.stream, err = x.file.NewStreamWriter(casesSheet); err != nil {
		return nil, err
	}
	return x, x.header(r)
}

func ptr[T any](v T) *T { return &v }

// header writes the headers, fixes them on the screen and formats the columns.
func (x *xlsxWriter) header(r *register[CaseRow]) error {
	bold := func(fill string) (int, error) {
		return x.file.NewStyle(&excelize.Style{
			Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}},
			Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "center", WrapText: true},
			Border:    []excelize.Border{{Type: "bottom", Color: "7F7F7F", Style: 1}, {Type: "right", Color: "BFBFBF", Style: 1}},
		})
	}
	required, err := bold("F4CCCC")
	if err != nil {
		return err
	}
	optional, err := bold("DDEBF7")
	if err != nil {
		return err
	}
	cells := make([]any, len(r.columns))
	for i := range r.columns {
		c := &r.columns[i]
		if err := x.stream.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		if err := x.stream.SetColStyle(i+1, i+1, x.styles[c.format]); err != nil {
			return err
		}
		cells[i] = excelize.Cell{StyleID: optional, Value: c.header}
		if c.required {
			cells[i] = excelize.Cell{StyleID: required, Value: c.header + " *"}
		}
	}
	// Unit, officer and number stay in sight while one moves to the right.
	err = x.stream.SetPanes(&excelize.Panes{
		Freeze: true, XSplit: colNumber + 1, YSplit: 1, TopLeftCell: Letter(colNumber+2) + "2", ActivePane: "bottomRight",
	})
	if err != nil {
		return err
	}
	x.values = make([]any, len(r.columns))
	return x.stream.SetRow("A1", cells, excelize.RowOpts{Height: 48})
}

// lists writes the choices of the columns that have them, and lets these
// columns offer them. Other spellings are understood, so that what is typed is
// questioned by the spreadsheet program and not refused.
func (x *xlsxWriter) lists(r *register[CaseRow]) error {
	if _, err := x.file.NewSheet(guideSheet); err != nil {
		return err
	}
	if _, err := x.file.NewSheet(listsSheet); err != nil {
		return err
	}
	at := 0
	for i := range r.columns {
		c := &r.columns[i]
		names := c.choices()
		if len(names) == 0 {
			continue
		}
		at++
		column := append([]string{c.header}, names...)
		if err := x.file.SetSheetCol(listsSheet, Letter(at)+"1", &column); err != nil {
			return err
		}
		if err := x.file.SetColWidth(listsSheet, Letter(at), Letter(at), 34); err != nil {
			return err
		}
		if i == colTags {
			continue // a cell may hold several
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%[1]s2:%[1]s%[2]d", Letter(i+1), DefaultLimits().Rows))
		v.SetSqrefDropList(fmt.Sprintf("'%[1]s'!$%[2]s$2:$%[2]s$%[3]d", listsSheet, Letter(at), len(names)+1))
		v.SetError(excelize.DataValidationErrorStyleWarning, c.header, "Giá trị không có trong danh mục. Vẫn dùng?")
		if err := x.file.AddDataValidation(casesSheet, v); err != nil {
			return err
		}
	}
	return nil
}

// choices are what a column offers to choose from.
func (c *column[R]) choices() []string {
	if c.words == nil {
		return nil
	}
	return c.words.names
}

func (x *xlsxWriter) write(r *register[CaseRow], row *CaseRow) error {
	for i := range r.columns {
		c := &r.columns[i]
		cell := excelize.Cell{StyleID: x.styles[c.format]}
		switch v := c.get(row).(type) {
		case nil:
		case thads.Date:
			cell.Value = serialOf(v)
		case thads.Dong:
			cell.Value = int64(v)
		default:
			cell.Value = v
		}
		x.values[i] = cell
	}
	x.next++
	return x.stream.SetRow("A"+strconv.Itoa(x.next), x.values)
}

// serialOf returns a date as spreadsheets count it. Dates before March 1900,
// which they count wrongly, are written as text.
func serialOf(d thads.Date) any {
	if n := thads.DateOf(1899, 12, 30).DaysUntil(d); n >= 61 {
		return n
	}
	return d.Vietnamese()
}

func (x *xlsxWriter) close(r *register[CaseRow]) (err error) {
	defer func() { err = errors.Join(err, x.file.Close()) }()
	if err := x.stream.Flush(); err != nil {
		return err
	}
	if err := x.guide(r); err != nil {
		return err
	}
	x.file.SetActiveSheet(0)
	return x.file.Write(x.out)
}

// guide writes the sheet that explains the columns.
func (x *xlsxWriter) guide(r *register[CaseRow]) error {
	lines := [][]any{
		{"Sổ thụ lý việc thi hành án – hướng dẫn nhập (Register of cases: how to fill it in)"},
		{"Mỗi việc một dòng ở trang “" + casesSheet + "”. Việc có nhiều đương sự hoặc nghĩa vụ: thêm dòng ngay bên dưới với cùng mã đơn vị và số quyết định, chỉ điền phần thêm."},
		{"Cột có dấu * (nền hồng) là bắt buộc ở dòng đầu của mỗi việc. Có thể đổi thứ tự cột, thêm dòng tiêu đề phía trên hoặc xóa cột không bắt buộc."},
		{"Ngày: dd/MM/yyyy (05/09/2018, 5-9-2018) hoặc ô kiểu ngày. Tiền: số nguyên đồng (1.234.567, 1 234 567 hoặc ô kiểu số). Danh mục: gõ có dấu hoặc không dấu."},
		{"Tệp được kiểm tra toàn bộ trước; chỉ khi mọi dòng đều đúng thì mới ghi vào sổ. Nhập lại cùng một tệp không làm thay đổi gì."},
		{},
		{"Cột", "Tiêu đề", "Bắt buộc", "Giải thích", "Explanation", "Giá trị được dùng", "Ví dụ"},
	}
	for i := range r.columns {
		c := &r.columns[i]
		required := ""
		if c.required {
			required = "có"
		}
		values := map[format]string{formatDate: "ngày", formatDong: "số nguyên đồng", formatYear: "năm, 4 chữ số", formatText: "chữ"}[c.format]
		if names := c.choices(); len(names) > 0 {
			values = strings.Join(names, "; ")
		}
		lines = append(lines, []any{Letter(i + 1), c.header, required, c.help.VI, c.help.EN, values, c.example})
	}
	wrap, err := x.file.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return err
	}
	bold, err := x.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, line := range lines {
		if err := x.file.SetSheetRow(guideSheet, "A"+strconv.Itoa(i+1), &line); err != nil {
			return err
		}
	}
	table := len(lines) - len(r.columns)
	for i, width := range []float64{6, 34, 10, 60, 50, 60, 30} {
		if err := x.file.SetColWidth(guideSheet, Letter(i+1), Letter(i+1), width); err != nil {
			return err
		}
	}
	if err := x.file.SetCellStyle(guideSheet, fmt.Sprintf("A%d", table+1), fmt.Sprintf("G%d", len(lines)), wrap); err != nil {
		return err
	}
	for _, row := range []int{1, table} {
		if err := x.file.SetCellStyle(guideSheet, fmt.Sprintf("A%d", row), fmt.Sprintf("G%d", row), bold); err != nil {
			return err
		}
	}
	return nil
}
