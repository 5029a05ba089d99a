package sheet

import (
	"iter"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A columnSet is a set of columns of a register, by their places.
type columnSet [2]uint64

// maxColumns is how many columns a register can have.
const maxColumns = 128

func (s *columnSet) add(i int) { s[i/64] |= 1 << (i % 64) }

func (s *columnSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s *columnSet) empty() bool { return *s == columnSet{} }

// A record is one row of a file, in the columns of a register.
type record[R any] struct {
	row R
	// number is that of the row in the file.
	number int
	// given are the columns that have a value, from a cell or from a constant.
	given columnSet
	// failed tells that something reported of its cells keeps it from being
	// accepted.
	failed bool
}

func (r *record[R]) has(i int) bool { return r.given.has(i) }

// hasPart tells whether any column of a part is given.
func (r *record[R]) hasPart(reg *register[R], p part) bool {
	for i := range reg.size() {
		if r.has(i) && reg.column(i).part == p {
			return true
		}
	}
	return false
}

// A mappedSheet reads one sheet under a mapping into records. What is wrong with
// cells, and every row that is left out, is reported while it is read.
type mappedSheet[R any] struct {
	book     *Book
	source   source
	register *register[R]
	mapping  *Mapping
	// place is, for each column of the register, the column of the file, from 0,
	// that it is read from, alone or with others; -1 where there is none.
	place []int
	// cells are the columns of the file that are read, in their order.
	cells []mappedCell
	// titles are the headers as written, by the column of the file.
	titles []string
	// base has the constants of the case, with based telling which; the
	// constants of parts hold only where a row has something of the part.
	base     R
	based    columnSet
	constant []partConstant
	report   func(Problem)
	// formulas are the columns of the file in which a formula was told of.
	formulas map[int]bool
	// rows and leftOut count what was read.
	rows, leftOut int
}

// A mappedCell says what a column of the file is.
type mappedCell struct {
	at    int // from 0
	field int
	unit  thads.MoneyUnit
	// names tells that the column names the case.
	names bool
}

// namesCase tells whether the column of a code names the case of a row.
func namesCase(code string) bool {
	switch code {
	case "key", "unit", "number", "numberAndDate", "officer":
		return true
	}
	return false
}

// A partConstant is the value of a column of a party or an obligation.
type partConstant struct {
	field int
	value Cell
}

// newMappedSheet begins to read a sheet. The error is a refusal, with the paths
// of Mapping.Check, where the mapping does not fit the book.
func newMappedSheet[R any](b *Book, reg *register[R], m *Mapping, report func(Problem)) (*mappedSheet[R], error) {
	if err := m.Check(b); err != nil {
		return nil, err
	}
	s := &mappedSheet[R]{book: b, source: b.source(m.Sheet), register: reg, mapping: m, report: report, formulas: map[int]bool{}}
	s.place = make([]int, reg.size())
	for i := range s.place {
		s.place[i] = -1
	}
	for _, c := range m.Columns {
		for len(s.titles) < c.Column {
			s.titles = append(s.titles, "")
		}
		s.titles[c.Column-1] = c.Title
		i, known := reg.byCode[c.Field]
		if !known {
			continue
		}
		s.cells = append(s.cells, mappedCell{c.Column - 1, i, c.Unit, namesCase(c.Field)})
		s.place[i] = c.Column - 1
		for _, part := range reg.column(i).gives {
			s.place[reg.byCode[part]] = c.Column - 1
		}
	}
	for code, value := range m.Constants {
		i := reg.byCode[code]
		cell := Cell{Kind: Text, Text: value}
		if reg.column(i).part != ofCase {
			s.constant = append(s.constant, partConstant{i, cell})
			continue
		}
		reg.column(i).set(&s.base, &reading{cell: &cell, book: b})
		s.based.add(i)
	}
	return s, nil
}

// tell reports a problem; an error unless it says otherwise.
func (s *mappedSheet[R]) tell(p Problem) {
	if p.Severity == "" {
		p.Severity = Error
	}
	s.report(p)
}

// records yields the rows behind the headers that have something of the
// register. It can be read again. It ends with an error where the file is
// damaged or exceeds the limits (a refusal), or cannot be read (a fault).
func (s *mappedSheet[R]) records() iter.Seq2[*record[R], error] {
	return func(yield func(*record[R], error) bool) {
		s.rows, s.leftOut = 0, 0
		clear(s.formulas)
		out := newLeaver(s.titles, s.cells)
		for row, err := range s.source.rows() {
			if err != nil {
				yield(nil, err)
				return
			}
			if row.Number <= s.mapping.HeaderRow || row.IsBlank() {
				continue
			}
			reason, left := out.look(row)
			if !left {
				if rec := s.parse(row); !rec.given.empty() {
					s.rows++
					s.complete(rec)
					if !yield(rec, nil) {
						return
					}
					continue
				}
				reason = nothingRead
			}
			s.leftOut++
			s.tell(Problem{
				Sheet: s.source.name(), Row: row.Number, Severity: LeftOut, Code: thads.CodeNotAllowed,
				Got: clip(firstText(row)), Text: reason,
			})
		}
	}
}

// parse reads the cells of a row.
func (s *mappedSheet[R]) parse(row *Row) *record[R] {
	rec := &record[R]{row: s.base, number: row.Number}
	for _, m := range s.cells {
		if m.at >= len(row.Cells) {
			continue
		}
		cell := &row.Cells[m.at]
		c := s.register.column(m.field)
		v := reading{cell: cell, book: s.book, unit: m.unit}
		switch {
		case cell.Kind == Empty && cell.Formula:
			v.wrong(thads.CodeInvalid, "Ô chứa công thức chưa có kết quả; hãy dán lại dạng giá trị", "The cell holds a formula without a result; paste its value")
		case cell.Kind == Empty, cell.Kind == Text && strings.TrimSpace(cell.Text) == "":
			continue
		case cell.Kind == Failed:
			v.wrong(thads.CodeInvalid, "Ô báo lỗi tính toán", "The cell holds an error")
		case cell.Formula && !s.mapping.Formulas:
			v.wrong(thads.CodeNotAllowed, "Ô chứa công thức; hãy dán lại dạng giá trị, hoặc chọn lấy kết quả đã lưu của công thức", "The cell holds a formula; paste its value, or choose to take the stored results of formulas")
		case cell.Kind == Text && isMasked(cell.Text, isPersonal(c.part)):
			v.masked()
		default:
			c.set(&rec.row, &v)
			if cell.Formula && v.code == "" && !s.formulas[m.at] {
				s.formulas[m.at] = true
				v.warn("Cột chứa công thức; lấy kết quả đã lưu", "The column holds formulas; their stored results are taken")
			}
		}
		if len(c.gives) == 0 {
			rec.given.add(m.field)
		} else {
			s.gave(rec, c, v.code != "")
		}
		p := Problem{Sheet: s.source.name(), Row: row.Number, Column: m.at + 1, Header: s.titles[m.at], Got: clip(c.quoted(cell.Text))}
		switch {
		case v.code != "":
			rec.failed = true
			p.Code, p.Text = v.code, v.text
			s.tell(p)
		case v.warning.VI != "":
			p.Severity, p.Code, p.Text = Warning, thads.CodeInvalid, v.warning
			s.tell(p)
		}
	}
	return rec
}

// isPersonal tells whether columns say who or where a party is.
func isPersonal(p part) bool { return p == ofDebtor || p == ofCreditor || p == ofRelated }

// gave notes which columns a cell that says several things has given: those that
// have a value or, so that they are not told to be missing as well, all of them
// where the cell cannot be read.
func (s *mappedSheet[R]) gave(rec *record[R], c *column[R], failed bool) {
	for _, code := range c.gives {
		if i := s.register.byCode[code]; failed || s.register.column(i).get(&rec.row) != nil {
			rec.given.add(i)
		}
	}
}

// complete adds the constants.
func (s *mappedSheet[R]) complete(rec *record[R]) {
	for i := range s.based {
		rec.given[i] |= s.based[i]
	}
	if len(s.constant) == 0 {
		return
	}
	cells := record[R]{given: rec.given}
	for i := range s.constant {
		c := s.register.column(s.constant[i].field)
		if cells.hasPart(s.register, c.part) {
			c.set(&rec.row, &reading{cell: &s.constant[i].value, book: s.book})
			rec.given.add(s.constant[i].field)
		}
	}
}

// at makes a problem of a column, or of the whole row where i is below 0.
func (s *mappedSheet[R]) at(rec *record[R], i int, code thads.Code, text thads.Text) Problem {
	p := Problem{Sheet: s.source.name(), Row: rec.number, Code: code, Text: text}
	if i < 0 {
		return p
	}
	c := s.register.column(i)
	p.Header = c.header
	if at := s.place[i]; at >= 0 {
		p.Column, p.Header = at+1, s.titles[at]
	}
	if rec.has(i) {
		p.Got = clip(c.quoted(show(c.get(&rec.row))))
	}
	return p
}

// unread tells of the columns of the file that have a title and are not read.
func (m *Mapping) unread(report func(Problem)) {
	for _, c := range m.Columns {
		if c.Field == "" && c.Title != "" && !isBeside(c.Title) {
			report(Problem{
				Sheet: m.Sheet, Row: m.HeaderRow, Column: c.Column, Header: c.Title, Severity: Warning, Code: thads.CodeUnknown,
				Got: clip(c.Title), Text: vi("Không nhận ra cột này; cột không được nhập", "This column is not known and is left out"),
			})
		}
	}
}

// source returns the sheet of a name; nil where there is none.
func (b *Book) source(name string) source {
	for _, s := range b.sheets {
		if s.name() == name {
			return s
		}
	}
	return nil
}

// composite tells whether a column is read from one that says several things.
func (s *mappedSheet[R]) composite(i int) bool {
	for _, m := range s.cells {
		if m.at == s.place[i] {
			return m.field != i
		}
	}
	return false
}
