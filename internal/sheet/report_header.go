package sheet

import (
	"math"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A reportHeader is the headers of a form above one another: those of several
// columns across them, a column's own down to the lowest row.
type reportHeader struct {
	depth int
	cells []headerCell
	// heights are those of the rows of headers, in points.
	heights []float64
}

// A headerCell is one header; row and column count from 0, column 0 being that of
// the rows' titles.
type headerCell struct {
	row, column, right, down int
	text                     string
}

// headerSize is the size of the type of headers, in points.
const headerSize = 10

// layHeader finds which columns share which headers.
func layHeader(r *Report) *reportHeader {
	h := &reportHeader{depth: 1}
	for i := range r.Columns {
		h.depth = max(h.depth, len(r.Columns[i].Path))
	}
	h.cells = append(h.cells, headerCell{text: r.RowHeader, down: h.depth - 1})
	for row := range h.depth {
		for i := 0; i < len(r.Columns); i++ {
			path := r.Columns[i].Path
			if row >= len(path) {
				continue
			}
			c := headerCell{row: row, column: i + 1, text: path[row]}
			if row == len(path)-1 {
				c.text += otherUnit(&r.Columns[i], r.Account)
				c.down = h.depth - 1 - row
			} else {
				for i+1 < len(r.Columns) && sharesHeader(path, r.Columns[i+1].Path, row) {
					c.right++
					i++
				}
			}
			h.cells = append(h.cells, c)
		}
	}
	return h
}

// otherUnit is what a column counts, behind its header, where that is not what
// the form counts and the header does not say it.
func otherUnit(c *ReportColumn, account thads.QuantityUnit) string {
	unit := strings.ToLower(accountWords(c.Unit))
	if c.Unit == account || unit == "" || strings.Contains(strings.ToLower(c.Path[len(c.Path)-1]), unit) {
		return ""
	}
	return " (" + unit + ")"
}

// sharesHeader tells whether two columns beside one another stand under one
// header in a row: it and all above it are the same, and is neither's own.
func sharesHeader(a, b []string, row int) bool {
	if len(b)-1 <= row {
		return false
	}
	for i := range row + 1 {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// widthsOf gives every column the room for its numbers, for the longest word of
// what heads it, and for headers that do not tower.
func widthsOf(r *Report, h *reportHeader) []float64 {
	widths := make([]float64, len(r.Columns)+1)
	widths[0] = minFirstColumn
	for i := range r.Rows {
		row := &r.Rows[i]
		// Titles stand in one line, but for the longest.
		widths[0] = max(widths[0], lineWidth(row.Title)+indentWidth*float64(min(row.Level, maxIndent)))
	}
	widths[0] = min(widths[0], maxFirstColumn)
	for i := range r.Columns {
		c := &r.Columns[i]
		longest := len("99.999")
		for j := range r.Rows {
			longest = max(longest, len([]rune(r.Rows[j].Cells[i].shown(c.Unit))))
		}
		widths[i+1] = max(float64(longest)+2, wordWidth(c.Code), wordWidth(c.Formula))
	}
	for i := range h.cells {
		c := &h.cells[i]
		if c.right == 0 {
			w := &widths[c.column]
			*w = max(*w, wordWidth(c.text))
			for c.column > 0 && *w < maxColumn && headerLines(c.text, *w) > tallHeader {
				*w++
			}
			continue
		}
		// What the columns below lack for the header's longest word, or for a
		// header that does not tower, they share.
		under := widths[c.column : c.column+c.right+1]
		total := 0.0
		for _, w := range under {
			total += w
		}
		if lack := wordWidth(c.text) - total; lack > 0 {
			for j := range under {
				under[j] += lack / float64(len(under))
			}
		}
	}
	total := 0.0
	for _, w := range widths {
		total += w
	}
	if lack := narrowest - total; lack > 0 {
		for i := range widths {
			widths[i] += math.Ceil(lack / float64(len(widths)))
		}
	}
	return widths
}

// lineWidth is what a text needs to stand in one line.
func lineWidth(text string) float64 {
	width := 2.0
	for word := range strings.FieldsSeq(text) {
		width += textWidth(word) + 0.6
	}
	return math.Ceil(width)
}

// wordWidth is what the longest word of a header needs.
func wordWidth(text string) float64 {
	widest := 0.0
	for word := range strings.FieldsSeq(text) {
		widest = max(widest, textWidth(word))
	}
	return widest*headerSize/standardSize + 2
}

// headerLines is how many lines a header takes in a width.
func headerLines(text string, width float64) int {
	return wrappedLines(text, width*standardSize/headerSize)
}

// measure makes every row of headers as high as it needs.
func (h *reportHeader) measure(widths []float64) {
	const line = paperLine * headerSize / float64(standardSize)
	h.heights = make([]float64, h.depth)
	needs := func(c *headerCell) float64 {
		width := 0.0
		for _, w := range widths[c.column : c.column+c.right+1] {
			width += w
		}
		return math.Ceil(float64(headerLines(c.text, width))*line) + 6
	}
	for i := range h.cells {
		if c := &h.cells[i]; c.down == 0 {
			h.heights[c.row] = max(h.heights[c.row], needs(c))
		}
	}
	for i := range h.heights {
		h.heights[i] = max(h.heights[i], line+6)
	}
	// A header down several rows makes the lowest of them higher.
	for i := range h.cells {
		c := &h.cells[i]
		if c.down == 0 {
			continue
		}
		has := 0.0
		for _, height := range h.heights[c.row : c.row+c.down+1] {
			has += height
		}
		if lack := needs(c) - has; lack > 0 {
			h.heights[h.depth-1] += lack
		}
	}
}

// columns writes the headers, and below them the codes of the columns and how
// they are made.
func (p *paper) columns(r *Report, h *reportHeader) {
	head := look{bold: true, size: headerSize, boxed: true, shaded: true, across: "center", down: "center", wrap: true}
	for row := range h.depth {
		var cells []paperCell
		next := map[int]*headerCell{}
		for i := range h.cells {
			if c := &h.cells[i]; c.row == row {
				next[c.column] = c
			}
		}
		for column := 0; column < len(p.widths); column++ {
			c := next[column]
			if c == nil {
				// Below a header that reaches down.
				cells = append(cells, paperCell{column: column + 1, look: head})
				continue
			}
			cells = append(cells, paperCell{column: column + 1, value: c.text, look: head, right: c.right, down: c.down})
			column += c.right
		}
		p.row(min(h.heights[row], maxRowHeight), cells...)
	}
	small := look{italic: true, size: headerSize - 1, boxed: true, across: "center", down: "center", wrap: true}
	line := func(first string, text func(*ReportColumn) string) {
		height := float64(paperLine)
		some := false
		cells := []paperCell{{column: 1, value: first, look: small}}
		for i := range r.Columns {
			s := text(&r.Columns[i])
			some = some || s != ""
			height = max(height, heightOf(s, p.widths[i+1], small.size))
			cells = append(cells, paperCell{column: i + 2, value: s, look: small})
		}
		if some {
			p.row(height, cells...)
		}
	}
	line("A", func(c *ReportColumn) string { return c.Code })
	line("", func(c *ReportColumn) string { return c.Formula })
}
