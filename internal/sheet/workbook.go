package sheet

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

const (
	// lastRow is the last row of a sheet that every office program reads.
	lastRow = maxRowNumber
	// maxCellText bounds, in UTF-16 units, the text of one cell.
	maxCellText = 32767
	// maxSheetName bounds, in UTF-16 units, the name of a sheet.
	maxSheetName = 31
)

// A bookWriter writes an .xlsx file. Its first sheet goes
// straight into the file, so that a download flows from the first rows on. The
// others, whose rows come in between, wait packed in temporary files. In memory
// are a few buffers, however many rows there are.
//
// It is not written with a library because those at hand keep the packed file,
// or megabytes of each sheet, in memory until the end, and send nothing before.
type bookWriter struct {
	zip    *zip.Writer
	about  About
	sheets []*sheetWriter
}

// The styles of cells: their places in the table of styles of every workbook.
const (
	styleNone = iota
	styleText
	styleDate
	styleDong
	styleWhole
	styleInstant
	styleRequired
	styleOptional
	styleTitle
	styleGuarded
	styleProblem
	styleProblemHead
	styleCount
)

// A layout is what is known of a sheet before its first row.
type layout struct {
	name    string
	columns []sheetColumn
	// headRow is the row of the headers, 0 where there are none: the rows down to
	// it stay in sight and are printed on every page, and it filters the rows
	// below. Columns that have headers begin the sheet with them.
	headRow int
	// fixed is how many columns on the left stay in sight.
	fixed int
	// choices offer the values of columns, by the column from 0.
	choices map[int]choiceList
	// merged cells; they may not lie below the headers.
	merged []merge
	// locked keeps the cells from being changed by mistake.
	locked bool
}

// frozenRows is how many rows may stay in sight before little else is.
const frozenRows = 12

// A sheetColumn is one column of a sheet.
type sheetColumn struct {
	header string
	// headStyle is that of the header, style that of the cells.
	headStyle, style int
	// width is in digits of the standard font.
	width float64
}

// A choiceList is where the choices of a column stand, and how the column is called.
type choiceList struct{ title, from string }

// A cell is a value, and its style where that is not the column's.
type cell struct {
	value any
	style int
}

// A sheetWriter writes one sheet of a workbook.
type sheetWriter struct {
	layout
	number  int
	out     io.Writer
	spill   *spill
	letters []string
	rows    int
	buf     []byte
}

func newBookWriter(w io.Writer, about About) *bookWriter {
	return &bookWriter{zip: zip.NewWriter(w), about: about}
}

// sheet begins a further sheet.
func (b *bookWriter) sheet(l layout) (*sheetWriter, error) {
	if l.name == "" || strings.ContainsAny(l.name, `[]:*?/\`) || strings.Trim(l.name, "'") != l.name || utf16Len(l.name) > maxSheetName {
		return nil, fmt.Errorf("sheet: no sheet can be called %q", l.name)
	}
	for _, other := range b.sheets {
		if strings.EqualFold(other.name, l.name) {
			return nil, fmt.Errorf("sheet: two sheets are called %q", l.name)
		}
	}
	s := &sheetWriter{layout: l, number: len(b.sheets) + 1}
	for i := range l.columns {
		s.letters = append(s.letters, Letter(i+1))
	}
	if s.number == 1 {
		entry, err := b.zip.Create(s.part())
		if err != nil {
			return nil, err
		}
		s.out = entry
	} else {
		var err error
		if s.spill, err = newSpill(); err != nil {
			return nil, err
		}
		s.out = s.spill
	}
	b.sheets = append(b.sheets, s)
	return s, s.begin()
}

func (s *sheetWriter) part() string { return fmt.Sprintf("xl/worksheets/sheet%d.xml", s.number) }

// begin writes what stands before the rows, and the headers.
func (s *sheetWriter) begin() error {
	b := &strings.Builder{}
	b.WriteString(xmlHead + `<worksheet xmlns="` + nsMain + `"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"`)
	if s.number == 1 {
		b.WriteString(` tabSelected="1"`)
	}
	b.WriteString(`>`)
	switch {
	case s.headRow == 0 || s.headRow > frozenRows:
	case s.fixed > 0:
		fmt.Fprintf(b, `<pane xSplit="%d" ySplit="%d" topLeftCell="%s%d" activePane="bottomRight" state="frozen"/><selection pane="bottomRight"/>`, s.fixed, s.headRow, Letter(s.fixed+1), s.headRow+1)
	default:
		fmt.Fprintf(b, `<pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>`, s.headRow, s.headRow+1)
	}
	b.WriteString(`</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`)
	for i, c := range s.columns {
		fmt.Fprintf(b, `<col min="%[1]d" max="%[1]d" width="%[2]g" style="%[3]d" customWidth="1"/>`, i+1, c.width, c.style)
	}
	b.WriteString(`</cols><sheetData>`)
	if _, err := io.WriteString(s.out, b.String()); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.columns, func(c sheetColumn) bool { return c.header != "" }) {
		return nil
	}
	cells := make([]cell, len(s.columns))
	lines := 1
	for i, c := range s.columns {
		cells[i] = cell{value: c.header, style: c.headStyle}
		lines = max(lines, wrappedLines(c.header, c.width))
	}
	return s.row(cells, float64(min(lines*lineHeight+6, maxRowHeight)))
}

// row writes the next row. A height of 0 makes room for all lines of its texts,
// as far as a row can: not every program does when it opens a file.
func (s *sheetWriter) row(cells []cell, height float64) error {
	if s.rows == lastRow {
		return refuse(thads.CodeLimit, "Trang “%[1]s” đã đủ %[2]d dòng; hãy lọc bớt rồi xuất thành nhiều tệp", "The sheet “%[1]s” has %[2]d rows and takes no more; export several files by a filter", s.name, lastRow)
	}
	s.rows++
	number := strconv.Itoa(s.rows)
	b := append(s.buf[:0], `<row r="`...)
	b = append(append(b, number...), '"')
	switch lines := s.lines(cells); {
	case height > 0:
		b = append(b, ` ht="`...)
		b = append(strconv.AppendFloat(b, height, 'f', -1, 64), `" customHeight="1"`...)
	case lines > 1:
		// Not a height of somebody's choice: it follows the text when that changes.
		b = append(b, ` ht="`...)
		b = append(strconv.AppendInt(b, min(int64(lines)*lineHeight, maxRowHeight), 10), '"')
	}
	b = append(b, '>')
	for i := range cells {
		c := &cells[i]
		if c.value == nil {
			continue
		}
		style := c.style
		if style == styleNone && i < len(s.columns) {
			style = s.columns[i].style
		}
		text, isText := textOf(c.value)
		if style == styleText {
			style = styleOf(c.value, text, isText)
		}
		b = append(b, `<c r="`...)
		if i < len(s.letters) {
			b = append(b, s.letters[i]...)
		} else {
			b = append(b, Letter(i+1)...)
		}
		b = append(append(b, number...), '"')
		if style != styleNone {
			b = append(strconv.AppendInt(append(b, ` s="`...), int64(style), 10), '"')
		}
		if isText {
			if len(text) > maxCellText && utf16Len(text) > maxCellText {
				return fmt.Errorf("sheet: the text for %s%s has more than %d characters", Letter(i+1), number, maxCellText)
			}
			b = append(b, ` t="inlineStr"><is><t xml:space="preserve">`...)
			b = append(appendEscaped(b, text), `</t></is></c>`...)
			continue
		}
		if v, isTruth := c.value.(bool); isTruth {
			b = append(b, ` t="b"><v>`...)
			if v {
				b = append(b, '1')
			} else {
				b = append(b, '0')
			}
		} else {
			b = append(b, `><v>`...)
			b = appendNumber(b, c.value)
		}
		b = append(b, `</v></c>`...)
	}
	b = append(b, `</row>`...)
	s.buf = b
	_, err := s.out.Write(b)
	return err
}

// Heights in points.
const (
	lineHeight   = 15
	maxRowHeight = 409
)

// lines is how many lines the texts of a row take, at most so many as a row can
// show.
func (s *sheetWriter) lines(cells []cell) int {
	most := 1
	for i := range cells {
		text, ok := cells[i].value.(string)
		if !ok || i >= len(s.columns) || cells[i].style != styleNone && cells[i].style != styleProblem || !wraps(s.columns[i].style) {
			continue
		}
		width := int(s.columns[i].width) - 1
		if len(text) <= width && strings.IndexByte(text, '\n') < 0 {
			continue
		}
		lines := 0
		for line := range strings.SplitSeq(text, "\n") {
			lines += 1 + (utf8.RuneCountInString(line)+utf8.RuneCountInString(line)/12)/width
		}
		most = max(most, lines)
	}
	return min(most, maxRowHeight/lineHeight+1)
}

// wraps tells whether cells of a style break their texts into lines.
func wraps(style int) bool { return style == styleText || style == styleProblem }

// textOf returns a value as text where it is written as one. Dates before March
// 1900 are, because spreadsheets count them wrongly.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case thads.Date:
		if serialOf(v) < firstSerial {
			return v.Vietnamese(), true
		}
	case int, int64, thads.Dong, float64, time.Time, bool, rawNumber:
	default:
		return fmt.Sprint(v), true
	}
	return "", false
}

// styleOf is the style of a value in a column of texts.
func styleOf(v any, text string, isText bool) int {
	if isText {
		if isFormula(text) {
			return styleGuarded
		}
		return styleText
	}
	switch v.(type) {
	case thads.Date:
		return styleDate
	case thads.Dong:
		return styleDong
	case time.Time:
		return styleInstant
	}
	return styleNone
}

// A rawNumber is a number as a file wrote it.
type rawNumber string

// appendNumber writes a value that textOf does not write as text.
func appendNumber(b []byte, v any) []byte {
	switch v := v.(type) {
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case thads.Dong:
		return strconv.AppendInt(b, int64(v), 10)
	case thads.Date:
		return strconv.AppendInt(b, int64(serialOf(v)), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'g', -1, 64)
	case time.Time:
		at := v.In(vietnamTime())
		day := serialOf(thads.DateIn(v))
		seconds := at.Hour()*3600 + at.Minute()*60 + at.Second()
		return strconv.AppendFloat(b, float64(day)+math.Round(float64(seconds)/86400*1e9)/1e9, 'f', -1, 64)
	case rawNumber:
		return append(b, v...)
	}
	return b
}

// firstSerial is 1 March 1900: from then on spreadsheets count days rightly.
const firstSerial = 61

// serialOf returns a date as spreadsheets count it.
func serialOf(d thads.Date) int { return thads.DateOf(1899, time.December, 30).DaysUntil(d) }

// vietnamTime is the time zone in which people read instants.
func vietnamTime() *time.Location { return time.FixedZone("+07", 7*60*60) }

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// appendEscaped writes a text as content of XML. Characters that XML cannot
// hold are written as spreadsheets do, _x000B_, and a text that only looks like
// that so that it is read as it is.
func appendEscaped(b []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			var replacement string
			switch {
			case c == '&':
				replacement = "&amp;"
			case c == '<':
				replacement = "&lt;"
			case c == '>':
				replacement = "&gt;"
			case c == '"':
				replacement = "&#34;"
			case c == '_' && looksEscaped(s[i:]):
				replacement = "_x005F_"
			case c < 0x20 && c != '\t' && c != '\n':
				replacement = fmt.Sprintf("_x%04X_", c)
			default:
				i++
				continue
			}
			b = append(append(b, s[from:i]...), replacement...)
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || r == 0xfffe || r == 0xffff {
			b = append(append(b, s[from:i]...), "\ufffd"...)
			from = i + size
		}
		i += size
	}
	return append(b, s[from:]...)
}

// looksEscaped tells whether a text begins like _x000B_.
func looksEscaped(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	return strings.Trim(s[2:6], "0123456789ABCDEFabcdef") == ""
}

// finish writes what stands behind the rows.
func (s *sheetWriter) finish(about About) error {
	b := &strings.Builder{}
	b.WriteString(`</sheetData>`)
	if s.locked {
		// Without a password: against mistakes, not against anybody.
		b.WriteString(`<sheetProtection sheet="1" autoFilter="0" formatCells="0" formatColumns="0" formatRows="0"/>`)
	}
	if s.headRow > 0 {
		fmt.Fprintf(b, `<autoFilter ref="A%d:%s%d"/>`, s.headRow, Letter(len(s.columns)), s.rows)
	}
	if len(s.merged) > 0 {
		fmt.Fprintf(b, `<mergeCells count="%d">`, len(s.merged))
		for _, m := range s.merged {
			fmt.Fprintf(b, `<mergeCell ref="%s%d:%s%d"/>`, Letter(m.left), m.top, Letter(m.right), m.bottom)
		}
		b.WriteString(`</mergeCells>`)
	}
	if len(s.choices) > 0 {
		fmt.Fprintf(b, `<dataValidations count="%d">`, len(s.choices))
		for i := range s.columns {
			if c, ok := s.choices[i]; ok {
				// What is typed is questioned and not refused: other spellings are understood.
				fmt.Fprintf(b, `<dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1" errorTitle="%s" error="%s" sqref="%[3]s2:%[3]s%[4]d"><formula1>%[5]s</formula1></dataValidation>`,
					escaped(clipRunes(c.title, 32)), escaped("Giá trị không có trong danh mục. Vẫn dùng?"), Letter(i+1), DefaultLimits().Rows, escaped(c.from))
			}
		}
		b.WriteString(`</dataValidations>`)
	}
	total := 0.0
	for _, c := range s.columns {
		total += c.width
	}
	paper := 9 // A4
	if total > 220 {
		paper = 8 // A3
	}
	b.WriteString(`<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>`)
	fmt.Fprintf(b, `<pageSetup paperSize="%d" orientation="landscape" fitToWidth="1" fitToHeight="0"/>`, paper)
	fmt.Fprintf(b, `<headerFooter><oddFooter>%s</oddFooter></headerFooter></worksheet>`, escaped(about.footer()))
	_, err := io.WriteString(s.out, b.String())
	return err
}

// close completes the workbook.
func (b *bookWriter) close() (err error) {
	defer func() { err = errors.Join(err, b.abort()) }()
	if len(b.sheets) == 0 {
		return errors.New("sheet: a workbook needs a sheet")
	}
	for _, s := range b.sheets {
		if err := s.finish(b.about); err != nil {
			return err
		}
		if s.spill != nil {
			if err := s.spill.moveTo(b.zip, s.part()); err != nil {
				return err
			}
		}
	}
	for _, part := range []struct{ name, text string }{
		{"xl/styles.xml", styleSheet()},
		{"xl/workbook.xml", b.index()},
		{"xl/_rels/workbook.xml.rels", b.relations()},
		{"docProps/core.xml", b.about.properties()},
		{"docProps/app.xml", appProperties},
		{"_rels/.rels", packageRelations},
		{"[Content_Types].xml", b.types()},
	} {
		w, err := b.zip.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, part.text); err != nil {
			return err
		}
	}
	return b.zip.Close()
}

// abort gives back what the sheets hold; the file stays unfinished unless it
// was closed before.
func (b *bookWriter) abort() error {
	var err error
	for _, s := range b.sheets {
		if s.spill != nil {
			err = errors.Join(err, s.spill.release())
		}
	}
	return err
}

const (
	xmlHead     = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain      = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsOffice    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsRelations = "http://schemas.openxmlformats.org/package/2006/relationships"
)

// The parts that are the same in every workbook.
const (
	appProperties = xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>thads</Application></Properties>`

	packageRelations = xmlHead + `<Relationships xmlns="` + nsRelations + `">` +
		`<Relationship Id="rId1" Type="` + nsOffice + `/officeDocument" Target="xl/workbook.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
		`<Relationship Id="rId3" Type="` + nsOffice + `/extended-properties" Target="docProps/app.xml"/></Relationships>`
)

// index is the part that lists the sheets and the names of areas.
func (b *bookWriter) index() string {
	out := &strings.Builder{}
	out.WriteString(xmlHead + `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsOffice + `"><bookViews><workbookView activeTab="0"/></bookViews><sheets>`)
	names := &strings.Builder{}
	for _, s := range b.sheets {
		fmt.Fprintf(out, `<sheet name="%s" sheetId="%[2]d" r:id="rId%[2]d"/>`, escaped(s.name), s.number)
		if s.headRow > 0 {
			quoted := escaped("'" + strings.ReplaceAll(s.name, "'", "''") + "'")
			fmt.Fprintf(names, `<definedName name="_xlnm._FilterDatabase" localSheetId="%d" hidden="1">%s!$A$%d:$%s$%d</definedName>`, s.number-1, quoted, s.headRow, Letter(len(s.columns)), s.rows)
			fmt.Fprintf(names, `<definedName name="_xlnm.Print_Titles" localSheetId="%d">%s!$1:$%d</definedName>`, s.number-1, quoted, s.headRow)
		}
	}
	out.WriteString(`</sheets>`)
	if names.Len() > 0 {
		out.WriteString(`<definedNames>` + names.String() + `</definedNames>`)
	}
	out.WriteString(`</workbook>`)
	return out.String()
}

func (b *bookWriter) relations() string {
	out := &strings.Builder{}
	out.WriteString(xmlHead + `<Relationships xmlns="` + nsRelations + `">`)
	for _, s := range b.sheets {
		fmt.Fprintf(out, `<Relationship Id="rId%[1]d" Type="%[2]s/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, s.number, nsOffice)
	}
	fmt.Fprintf(out, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, len(b.sheets)+1, nsOffice)
	return out.String()
}

func (b *bookWriter) types() string {
	const spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	out := &strings.Builder{}
	out.WriteString(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + spreadsheet + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + spreadsheet + `styles+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>`)
	for _, s := range b.sheets {
		fmt.Fprintf(out, `<Override PartName="/%s" ContentType="%sworksheet+xml"/>`, s.part(), spreadsheet)
	}
	out.WriteString(`</Types>`)
	return out.String()
}

// styleSheet is the table of styles. Papers of the administration are in Times
// New Roman (Decree 30/2020, annex I).
func styleSheet() string {
	const text = `<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="%d" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"%s><alignment %s/></xf>`
	const top, centre = `vertical="top"`, `vertical="center" horizontal="center" wrapText="1"`
	xf := [styleCount]string{
		styleNone: `<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>`,
		// 49 is text: codes and numbers keep their zeros.
		styleText:        fmt.Sprintf(text, 49, 0, 0, 0, "", top+` wrapText="1"`),
		styleDate:        fmt.Sprintf(text, 164, 0, 0, 0, "", top+` horizontal="center"`),
		styleDong:        fmt.Sprintf(text, 3, 0, 0, 0, "", top),
		styleWhole:       fmt.Sprintf(text, 1, 0, 0, 0, "", top),
		styleInstant:     fmt.Sprintf(text, 165, 0, 0, 0, "", top+` horizontal="center"`),
		styleRequired:    fmt.Sprintf(text, 49, 1, 2, 1, "", centre),
		styleOptional:    fmt.Sprintf(text, 49, 1, 3, 1, "", centre),
		styleTitle:       fmt.Sprintf(text, 49, 1, 0, 0, "", top),
		styleGuarded:     fmt.Sprintf(text, 49, 0, 0, 0, ` quotePrefix="1"`, top+` wrapText="1"`),
		styleProblem:     fmt.Sprintf(text, 49, 2, 0, 0, "", top+` wrapText="1"`),
		styleProblemHead: fmt.Sprintf(text, 49, 2, 2, 1, "", centre),
	}
	const font = `<font>%s<sz val="11"/>%s<name val="Times New Roman"/><family val="1"/></font>`
	const fill = `<fill><patternFill patternType="solid"><fgColor rgb="FF%s"/></patternFill></fill>`
	return xmlHead + `<styleSheet xmlns="` + nsMain + `">` +
		`<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy hh:mm"/></numFmts>` +
		`<fonts count="3">` + fmt.Sprintf(font, "", "") + fmt.Sprintf(font, "<b/>", "") + fmt.Sprintf(font, "", `<color rgb="FF9C0006"/>`) + `</fonts>` +
		`<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` + fmt.Sprintf(fill, "F4CCCC") + fmt.Sprintf(fill, "DDEBF7") + `</fills>` +
		`<borders count="2"><border/><border><left/><right style="thin"><color rgb="FFBFBFBF"/></right><top/><bottom style="thin"><color rgb="FF7F7F7F"/></bottom></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d">%s</cellXfs>`, styleCount, strings.Join(xf[:], "")) +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}

func escaped(s string) string { return string(appendEscaped(nil, s)) }

func clipRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// A spill packs a sheet into a temporary file until its turn in the workbook
// comes.
type spill struct {
	file    *os.File
	packed  *bufio.Writer
	flate   *flate.Writer
	crc     uint32
	size    uint64
	removed bool
}

func newSpill() (*spill, error) {
	f, err := os.CreateTemp("", "thads-*.tmp") // readable by nobody else
	if err != nil {
		return nil, fmt.Errorf("sheet: temporary file: %w", err)
	}
	s := &spill{file: f, packed: bufio.NewWriterSize(f, 64<<10)}
	// Where the system allows it the file has no name from now on, and is gone
	// whenever the process is.
	s.removed = os.Remove(f.Name()) == nil
	s.flate, err = flate.NewWriter(s.packed, flate.DefaultCompression)
	if err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *spill) Write(p []byte) (int, error) {
	s.crc = crc32.Update(s.crc, crc32.IEEETable, p)
	s.size += uint64(len(p))
	return s.flate.Write(p)
}

// moveTo copies what was packed into a workbook.
func (s *spill) moveTo(z *zip.Writer, name string) error {
	if err := errors.Join(s.flate.Close(), s.packed.Flush()); err != nil {
		return fmt.Errorf("sheet: temporary file: %w", err)
	}
	packed, err := s.file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("sheet: temporary file: %w", err)
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: s.crc, CompressedSize64: uint64(packed), UncompressedSize64: s.size})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, s.file)
	return err
}

// release removes the temporary file; doing so twice does nothing.
func (s *spill) release() error {
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	err := f.Close()
	if !s.removed {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
