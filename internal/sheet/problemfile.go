package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// problemHeader is the header of the column that says what is wrong with a row.
const problemHeader = "Vấn đề"

// WriteProblemFile writes a workbook of rows of a book for somebody to mend and
// bring in again: the sheets of the reading with their headers and what stands
// above them, and below exactly the rows given, by sheet and number, in the order
// of the book. A column at the end says what is wrong with each; reading passes
// it over. Values stay as they are, formulas become what they last gave.
func WriteProblemFile(w io.Writer, b *Book, r Reading, rows map[string]map[int][]Problem) (err error) {
	out := newBookWriter(w, About{Title: "Các dòng cần sửa"})
	defer func() { err = errors.Join(err, out.abort()) }()
	var mappings []*Mapping
	for _, m := range []*Mapping{r.Cases, r.Events, r.Records} {
		if m != nil {
			mappings = append(mappings, m)
		}
	}
	some := slices.ContainsFunc(mappings, func(m *Mapping) bool { return len(rows[m.Sheet]) > 0 })
	for _, m := range mappings {
		if some && len(rows[m.Sheet]) == 0 {
			continue
		}
		if err := writeProblems(out, b, m, rows[m.Sheet]); err != nil {
			return err
		}
	}
	return out.close()
}

// writeProblems writes one sheet of a problem file.
func writeProblems(out *bookWriter, b *Book, m *Mapping, rows map[int][]Problem) error {
	source := b.source(m.Sheet)
	if source == nil {
		return refuse(thads.CodeUnknown, "Tệp không có trang %q", "The file has no sheet %q", clip(m.Sheet))
	}
	copied := func(row *Row) bool {
		_, bad := rows[row.Number]
		return row.Number <= m.HeaderRow || bad
	}
	// How wide the sheet is has to be known before its first row.
	columns, wanted := 0, m.HeaderRow
	for n := range rows {
		wanted = max(wanted, n)
	}
	for row, err := range source.rows() {
		if err != nil {
			return err
		}
		if row.Number > wanted {
			break
		}
		if copied(row) {
			columns = max(columns, len(row.Cells))
		}
	}
	for _, c := range m.Columns {
		columns = max(columns, c.Column)
	}
	at := columns // of the problems, from 0
	for _, c := range m.Columns {
		if headerKey(c.Title) == headerKey(problemHeader) {
			at = c.Column - 1 // the rows were handed back once before
		}
	}
	l := problemLayout(m, max(columns, at+1), at)
	merged, err := source.merges()
	if err != nil {
		return err
	}
	for _, g := range merged {
		if g.bottom <= m.HeaderRow && (g.right > g.left || g.bottom > g.top) && (g.left > at+1 || g.right <= at) {
			l.merged = append(l.merged, g)
		}
	}
	s, err := out.sheet(l)
	if err != nil {
		return err
	}
	cells := make([]cell, len(l.columns))
	for row, err := range source.rows() {
		if err != nil {
			return err
		}
		if row.Number > wanted {
			break
		}
		if !copied(row) {
			continue
		}
		// Rows above the headers keep their numbers, blank ones among them: merged
		// cells and the mapping count them.
		for row.Number <= m.HeaderRow && s.rows < row.Number-1 {
			if err := s.row(nil, 0); err != nil {
				return err
			}
		}
		clear(cells)
		for i := range row.Cells {
			cells[i] = copyOf(&row.Cells[i], l.columns[i].style, row.Number <= m.HeaderRow, b.date1904)
		}
		switch {
		case row.Number == m.HeaderRow:
			for i := range cells {
				if cells[i].value != nil {
					cells[i].style = styleOptional
				}
			}
			cells[at] = cell{value: problemHeader, style: styleProblemHead}
		case row.Number > m.HeaderRow:
			cells[at] = cell{value: problemText(rows[row.Number]), style: styleProblem}
		}
		if err := s.row(cells, 0); err != nil {
			return err
		}
	}
	return nil
}

// problemLayout is the layout of one sheet of a problem file.
func problemLayout(m *Mapping, columns, at int) layout {
	l := layout{name: sheetName(m.Sheet), headRow: m.HeaderRow, columns: make([]sheetColumn, columns)}
	for i := range l.columns {
		l.columns[i] = sheetColumn{style: styleText, width: 18}
	}
	for _, c := range m.Columns {
		f, known := formatOfField(m.Register, c.Field)
		if !known && strings.HasPrefix(headerKey(c.Title), "ngay") {
			f = formatDate
		}
		if c.Unit != "" && c.Unit != thads.MoneyDong {
			f = formatText // millions have decimals
		}
		l.columns[c.Column-1] = sheetColumn{style: f.style(), width: max(f.width(), 18, headerWidth(lastTitle(c.Title)))}
	}
	l.columns[at] = sheetColumn{style: styleProblem, width: 60}
	return l
}

// formatOfField is how the values of a field look; it is not known of columns
// that are not read.
func formatOfField(k Kind, code string) (format, bool) {
	switch k {
	case Cases:
		return formatOf(newRegister(), code)
	case CaseEvents:
		return formatOf(newEventRegister(), code)
	default: // registers of records are shown as they were, and need no more
		return formatText, false
	}
}

func formatOf[R any](r *register[R], code string) (format, bool) {
	i, ok := r.byCode[code]
	if !ok {
		return formatText, false
	}
	return r.column(i).format, true
}

// lastTitle is the part of a title that stands in the last row of the headers.
func lastTitle(title string) string {
	return title[strings.LastIndex(title, titleDivider)+1:]
}

// sheetName makes a name that a sheet can have of the one that a file gave it.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return '-'
		}
		return r
	}, s)
	for utf16Len(s) > maxSheetName {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	if s = strings.Trim(s, "'"); s == "" {
		return "Các dòng cần sửa" // of a CSV file
	}
	return s
}

// copyOf returns a cell as it is written again. A number in a column of dates is
// a date: how the cell was formatted is not known.
func copyOf(c *Cell, style int, head, date1904 bool) cell {
	switch c.Kind {
	case Empty:
		return cell{}
	case Number:
		v, err := strconv.ParseFloat(c.Text, 64)
		if err != nil {
			return cell{value: c.Text, style: styleText}
		}
		if head || style == styleText || style == styleDate && (v < firstSerial || v > 110_000) {
			style = styleNone
		}
		if style == styleDate && date1904 {
			return cell{value: v + 1462, style: style} // the days between 1900 and 1904
		}
		return cell{value: rawNumber(strconv.FormatFloat(v, 'f', -1, 64)), style: style}
	case Bool:
		return cell{value: c.Text == "1" || strings.EqualFold(c.Text, "true")}
	case Date:
		if d, err := thads.ParseDate(c.Text[:min(10, len(c.Text))]); err == nil {
			return cell{value: d, style: styleDate}
		}
	case Text, Failed:
	}
	return cell{value: c.Text, style: styleText}
}

// problemText says, a line each, what is wrong with a row.
func problemText(problems []Problem) string {
	var out []string
	for i := range problems {
		p := &problems[i]
		line := p.Text.VI
		if p.Column > 0 {
			line = p.Letter() + ": " + line
			if p.Header != "" {
				line = p.Header + " (cột " + p.Letter() + "): " + p.Text.VI
			}
		}
		if p.Severity == Warning {
			line = "Cảnh báo – " + line
		}
		out = append(out, line)
	}
	const most = 20
	if len(out) > most {
		out = append(out[:most], fmt.Sprintf("… và %d vấn đề khác", len(out)-most))
	}
	return clipRunes(strings.Join(out, "\n"), 8000)
}
