package sheet

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// Sizes of printed forms. Widths are in digits of the standard font, heights in
// points.
const (
	paperSheet = "Biểu"
	// firstColumn bounds the column of the rows' titles.
	minFirstColumn, maxFirstColumn = 24, 56
	// maxColumn is how wide a column becomes to keep its header low.
	maxColumn = 20
	// tallHeader is how many lines a header may have before its column widens.
	tallHeader = 6
	// paperA4 is how wide a table may be to be legible on A4 in landscape; wider
	// ones go on A3.
	paperA4 = 200
	// paperLine is the height of a line of text at the size of the standard font.
	paperLine = 15
	// narrowest keeps the head and the signatures of a form of few columns in
	// their places.
	narrowest = 110
)

// A look is the style of cells of a form.
type look struct {
	bold, italic bool
	size         int
	boxed        bool
	shaded       bool
	format       string
	across, down string
	indent       int
	wrap         bool
}

// A paper is a form while it is laid out.
type paper struct {
	rows   strings.Builder
	number int // of the last row
	merged []merge
	looks  []look
	widths []float64
}

// A paperCell is one cell of a row; spans are the further columns and rows that
// it covers.
type paperCell struct {
	column      int // from 1
	value       any
	look        look
	right, down int
}

// style returns the place of a look in the table of styles.
func (p *paper) style(l look) int {
	if i := slices.Index(p.looks, l); i >= 0 {
		return i + 1
	}
	p.looks = append(p.looks, l)
	return len(p.looks)
}

// row writes the next row, cells from the left. Cells that a merged one covers
// are written with its look, or they would have no border.
func (p *paper) row(height float64, cells ...paperCell) {
	p.number++
	b := []byte(fmt.Sprintf(`<row r="%d" ht="%g" customHeight="1">`, p.number, height))
	for _, c := range cells {
		if c.right > 0 || c.down > 0 {
			p.merged = append(p.merged, merge{top: p.number, left: c.column, bottom: p.number + c.down, right: c.column + c.right})
		}
		for i := range c.right + 1 {
			b = fmt.Appendf(b, `<c r="%s%d" s="%d"`, Letter(c.column+i), p.number, p.style(c.look))
			if i > 0 || c.value == nil {
				b = append(b, `/>`...)
				continue
			}
			if text, isText := textOf(c.value); isText {
				b = append(b, ` t="inlineStr"><is><t xml:space="preserve">`...)
				b = append(appendEscaped(b, text), `</t></is></c>`...)
				continue
			}
			b = append(appendNumber(append(b, `><v>`...), c.value), `</v></c>`...)
		}
	}
	p.rows.Write(append(b, `</row>`...))
}

// width is that of columns together.
func (p *paper) width(from, to int) float64 {
	w := 0.0
	for _, c := range p.widths[from-1 : to] {
		w += c
	}
	return w
}

// line writes a row of one text across all columns, as high as it needs.
func (p *paper) line(text string, l look) {
	l.wrap = true
	last := len(p.widths)
	p.row(heightOf(text, p.width(1, last), l.size), paperCell{column: 1, value: text, look: l, right: last - 1})
}

// heightOf is the height of a text in a width.
func heightOf(text string, width float64, size int) float64 {
	scale := float64(size) / standardSize
	lines := 0
	for part := range strings.SplitSeq(text, "\n") {
		lines += wrappedLines(part, width/scale)
	}
	return math.Min(math.Ceil(float64(max(lines, 1))*paperLine*scale)+2, maxRowHeight)
}

// standardSize is the size of the type in which widths are counted, in points.
const standardSize = 11

// writePaper writes a form as a workbook of one sheet.
func writePaper(w io.Writer, r *Report) error {
	p := &paper{}
	header := layHeader(r)
	p.widths = widthsOf(r, header)
	header.measure(p.widths)
	p.head(r)
	top := p.number + 1
	p.columns(r, header)
	bottom := p.number
	p.body(r)
	p.foot(r)
	return p.write(w, r.About, top, bottom)
}

// head writes what stands above the table: the agency and the motto of the
// State beside one another (Decree 30/2020, annex I), then the form.
func (p *paper) head(r *Report) {
	last := len(p.widths)
	half := p.middle()
	centred := look{size: 11, across: "center", down: "center", wrap: true}
	bold := centred
	bold.bold = true
	pair := func(left string, leftLook look, right string, rightLook look) {
		height := max(heightOf(left, p.width(1, half), 11), heightOf(right, p.width(half+1, last), 11))
		p.row(height,
			paperCell{column: 1, value: left, look: leftLook, right: half - 1},
			paperCell{column: half + 1, value: right, look: rightLook, right: last - half - 1})
	}
	type line struct {
		text string
		look look
	}
	small := look{size: 10, across: "center", down: "center", wrap: true}
	boldSmall := small
	boldSmall.bold = true
	var left []line
	if r.Superior != "" {
		left = append(left, line{strings.ToUpper(r.Superior), centred})
	}
	left = append(left, line{strings.ToUpper(r.Agency), bold})
	if r.Number != "" {
		left = append(left, line{"Biểu số: " + r.Number, boldSmall})
	}
	for _, text := range r.Basis {
		left = append(left, line{text, small})
	}
	right := []line{{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold}, {"Độc lập - Tự do - Hạnh phúc", bold}, {"Đơn vị báo cáo: " + r.Agency, small}}
	if r.Recipient != "" {
		right = append(right, line{"Đơn vị nhận báo cáo: " + r.Recipient, small})
	}
	for i := range max(len(left), len(right)) {
		l, r := line{look: small}, line{look: small}
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		pair(l.text, l.look, r.text, r.look)
	}
	title := look{bold: true, size: 14, across: "center", down: "center"}
	p.row(8)
	p.line(strings.ToUpper(r.Title), title)
	for _, text := range r.Period {
		p.line(text, look{italic: true, size: 11, across: "center", down: "center"})
	}
	if account := accountWords(r.Account); account != "" {
		p.line("Đơn vị tính: "+account, look{italic: true, size: 11, across: "right", down: "center"})
	}
}

// middle is the last column of the left half.
func (p *paper) middle() int {
	last := len(p.widths)
	best := 1
	for c := 1; c < last; c++ {
		if math.Abs(p.width(1, c)-p.width(c+1, last)) < math.Abs(p.width(1, best)-p.width(best+1, last)) {
			best = c
		}
	}
	return best
}

// body writes the rows of the table.
func (p *paper) body(r *Report) {
	for i := range r.Rows {
		row := &r.Rows[i]
		bold := row.Level == 0
		title := look{bold: bold, size: 11, boxed: true, across: "left", down: "center", indent: min(row.Level, maxIndent), wrap: true}
		cells := []paperCell{{column: 1, value: row.Title, look: title}}
		for j, c := range row.Cells {
			cells = append(cells, c.paper(j+2, r.Columns[j].Unit, bold))
		}
		p.row(heightOf(row.Title, p.widths[0]-indentWidth*float64(title.indent), 11)+2, cells...)
	}
}

// Titles of deep rows are indented by that much, and not further.
const (
	maxIndent   = 5
	indentWidth = 1.6
)

// paper is the cell on paper.
func (c ReportCell) paper(column int, unit thads.QuantityUnit, bold bool) paperCell {
	l := look{bold: bold, size: 11, boxed: true, across: "right", down: "center", format: "#,##0_ "}
	switch {
	case c.Hidden:
		return paperCell{column: column, value: hiddenNumber, look: l}
	case c.Null:
		return paperCell{column: column, value: noNumber, look: l}
	case unit == thads.UnitPercent || unit == thads.UnitPoints:
		l.format = "0.00_ "
		return paperCell{column: column, value: decimal(c.N, 2), look: l}
	case unit == thads.UnitDong:
		return paperCell{column: column, value: decimal(c.N, 3), look: l}
	}
	return paperCell{column: column, value: c.N, look: l}
}

// decimal is n divided by a power of ten, exactly.
func decimal(n int64, digits int) rawNumber {
	s := fmt.Sprintf("%0*d", digits+1, max(n, -n))
	s = strings.TrimRight(strings.TrimRight(s[:len(s)-digits]+"."+s[len(s)-digits:], "0"), ".")
	if n < 0 {
		s = "-" + s
	}
	return rawNumber(s)
}

// shown is a cell as it appears, to be measured.
func (c ReportCell) shown(unit thads.QuantityUnit) string {
	switch {
	case c.Hidden, c.Null:
		return noNumber
	case unit == thads.UnitPercent || unit == thads.UnitPoints:
		return hundredths(c.N)
	case unit == thads.UnitDong:
		return thousandsApart(int64(math.Round(float64(c.N) / 1000)))
	}
	return thousandsApart(c.N)
}

// thousandsApart writes a whole number with its thousands apart.
func thousandsApart(n int64) string {
	return strings.TrimSuffix(thads.Dong(n).Vietnamese(), " đ")
}

// foot writes what stands below the table.
func (p *paper) foot(r *Report) {
	text := look{size: 10, across: "left", down: "top"}
	heading := text
	heading.bold = true
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		p.row(6)
		p.line(title, heading)
		for _, l := range lines {
			p.line(l, text)
		}
	}
	section("Kiểm tra số liệu:", r.Checks)
	section("Ghi chú:", r.Notes)
	if len(r.Signers) == 0 {
		return
	}
	p.row(10)
	areas := p.areas(len(r.Signers))
	centred := look{size: 11, across: "center", down: "center", wrap: true}
	bold, italic := centred, centred
	bold.bold, italic.italic = true, true
	across := func(l look, text func(ReportSigner) string) {
		height := float64(paperLine)
		var cells []paperCell
		for i, a := range areas {
			s := text(r.Signers[i])
			height = max(height, heightOf(s, p.width(a.left, a.right), 11))
			cells = append(cells, paperCell{column: a.left, value: s, look: l, right: a.right - a.left})
		}
		p.row(height, cells...)
	}
	if r.Place != "" {
		a := areas[len(areas)-1]
		p.row(heightOf(r.Place, p.width(a.left, a.right), 11), paperCell{column: a.left, value: r.Place, look: italic, right: a.right - a.left})
	}
	across(bold, func(s ReportSigner) string { return strings.ToUpper(s.Title) })
	across(italic, func(s ReportSigner) string { return s.Hint })
	for range signatureRows {
		p.row(paperLine)
	}
	across(bold, func(s ReportSigner) string { return s.Name })
}

// signatureRows is the room for a signature and a seal.
const signatureRows = 4

// areas divides the columns into n parts beside one another, about equally wide.
func (p *paper) areas(n int) []merge {
	last := len(p.widths)
	n = min(n, last)
	total := p.width(1, last)
	var out []merge
	from := 1
	for i := 1; i <= n; i++ {
		to := from
		// The columns left must suffice for the parts left.
		for to < last-(n-i) && (i == n || p.width(1, to) < total*float64(i)/float64(n)) {
			to++
		}
		out = append(out, merge{left: from, right: to})
		from = to + 1
	}
	return out
}

// write puts the workbook together. The same form gives the same bytes.
func (p *paper) write(w io.Writer, about About, top, bottom int) error {
	book := &bookWriter{zip: zip.NewWriter(w), about: about, sheets: []*sheetWriter{{layout: layout{name: paperSheet}, number: 1}}}
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", book.types()},
		{"_rels/.rels", packageRelations},
		{"xl/workbook.xml", p.index(top, bottom)},
		{"xl/_rels/workbook.xml.rels", book.relations()},
		{"xl/worksheets/sheet1.xml", p.sheet(about, bottom)},
		{"xl/styles.xml", p.styleSheet()},
		{"docProps/core.xml", about.properties()},
		{"docProps/app.xml", appProperties},
	} {
		entry, err := book.zip.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(entry, part.text); err != nil {
			return err
		}
	}
	return book.zip.Close()
}

// index lists the sheet, what is printed and what on every page.
func (p *paper) index(top, bottom int) string {
	return xmlHead + `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsOffice + `"><bookViews><workbookView activeTab="0"/></bookViews><sheets><sheet name="` + paperSheet + `" sheetId="1" r:id="rId1"/></sheets><definedNames>` +
		fmt.Sprintf(`<definedName name="_xlnm.Print_Area" localSheetId="0">'%s'!$A$1:$%s$%d</definedName>`, paperSheet, Letter(len(p.widths)), p.number) +
		fmt.Sprintf(`<definedName name="_xlnm.Print_Titles" localSheetId="0">'%s'!$%d:$%d</definedName>`, paperSheet, top, bottom) +
		`</definedNames></workbook>`
}

// sheet is the sheet with its rows.
func (p *paper) sheet(about About, bottom int) string {
	b := &strings.Builder{}
	b.WriteString(xmlHead + `<worksheet xmlns="` + nsMain + `"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">`)
	fmt.Fprintf(b, `<pane xSplit="1" ySplit="%[1]d" topLeftCell="B%[2]d" activePane="bottomRight" state="frozen"/><selection pane="bottomRight"/>`, bottom, bottom+1)
	b.WriteString(`</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`)
	for i, width := range p.widths {
		fmt.Fprintf(b, `<col min="%[1]d" max="%[1]d" width="%[2]s" customWidth="1"/>`, i+1, strconv.FormatFloat(width, 'f', 2, 64))
	}
	b.WriteString(`</cols><sheetData>`)
	b.WriteString(p.rows.String())
	b.WriteString(`</sheetData>`)
	if len(p.merged) > 0 {
		fmt.Fprintf(b, `<mergeCells count="%d">`, len(p.merged))
		for _, m := range p.merged {
			fmt.Fprintf(b, `<mergeCell ref="%s%d:%s%d"/>`, Letter(m.left), m.top, Letter(m.right), m.bottom)
		}
		b.WriteString(`</mergeCells>`)
	}
	size := 9 // A4
	if p.width(1, len(p.widths)) > paperA4 {
		size = 8 // A3
	}
	b.WriteString(`<printOptions horizontalCentered="1"/><pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>`)
	fmt.Fprintf(b, `<pageSetup paperSize="%d" orientation="landscape" fitToWidth="1" fitToHeight="0"/>`, size)
	fmt.Fprintf(b, `<headerFooter><oddFooter>%s</oddFooter></headerFooter></worksheet>`, escaped(about.footer()))
	return b.String()
}

// styleSheet is the table of the styles in use.
func (p *paper) styleSheet() string {
	const font = `<font>%s%s<sz val="%d"/><name val="Times New Roman"/><family val="1"/></font>`
	flag := func(on bool, element string) string {
		if on {
			return element
		}
		return ""
	}
	fonts := []string{fmt.Sprintf(font, "", "", standardSize)}
	var formats []string
	xfs := []string{`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>`}
	place := func(list *[]string, s string) int {
		if i := slices.Index(*list, s); i >= 0 {
			return i
		}
		*list = append(*list, s)
		return len(*list) - 1
	}
	for _, l := range p.looks {
		number := 0
		if l.format != "" {
			number = 164 + place(&formats, l.format)
		}
		xfs = append(xfs, fmt.Sprintf(`<xf numFmtId="%d" fontId="%d" fillId="%s" borderId="%s" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="%s" vertical="%s"%s%s/></xf>`,
			number, place(&fonts, fmt.Sprintf(font, flag(l.bold, "<b/>"), flag(l.italic, "<i/>"), l.size)),
			cmp.Or(flag(l.shaded, "2"), "0"), cmp.Or(flag(l.boxed, "1"), "0"), cmp.Or(l.across, "left"), cmp.Or(l.down, "center"),
			flag(l.wrap, ` wrapText="1"`), flag(l.indent > 0, fmt.Sprintf(` indent="%d"`, l.indent))))
	}
	codes := &strings.Builder{}
	for i, f := range formats {
		fmt.Fprintf(codes, `<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, escaped(f))
	}
	const side = `<%[1]s style="thin"><color auto="1"/></%[1]s>`
	box := `<border>` + fmt.Sprintf(side, "left") + fmt.Sprintf(side, "right") + fmt.Sprintf(side, "top") + fmt.Sprintf(side, "bottom") + `<diagonal/></border>`
	return xmlHead + `<styleSheet xmlns="` + nsMain + `">` +
		flag(len(formats) > 0, fmt.Sprintf(`<numFmts count="%d">%s</numFmts>`, len(formats), codes)) +
		fmt.Sprintf(`<fonts count="%d">%s</fonts>`, len(fonts), strings.Join(fonts, "")) +
		`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFF2F2F2"/></patternFill></fill></fills>` +
		`<borders count="2"><border/>` + box + `</borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d">%s</cellXfs>`, len(xfs), strings.Join(xfs, "")) +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}
