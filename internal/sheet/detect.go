package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

const (
	// headerWithin is how many rows are looked at for headers.
	headerWithin = 60
	// headerLeast is how many columns must be recognised in a row of headers.
	headerLeast = 4
)

// anyRegister is what the mapping of any kind of register needs of its columns.
type anyRegister interface {
	fields() []Field
	recognise(title string) (code string, ok bool)
	checkConstant(b *Book, code, value string) *thads.Error
	parts(code string) []string
	missing(has func(code string) bool) []string
}

// registerOf returns the columns of a kind of register.
func registerOf(k Kind) (anyRegister, bool) {
	switch k {
	case Cases:
		return newRegister(), true
	case CaseEvents:
		return newEventRegister(), true
	}
	return nil, false
}

// Fields are what the columns of a kind of register can say, in the order of the
// template; nil for a kind that does not exist.
func Fields(k Kind) []Field {
	r, ok := registerOf(k)
	if !ok {
		return nil
	}
	return r.fields()
}

// Detect finds the registers in a book: for each kind the visible sheet whose
// headers are recognised best. The error is a refusal where there is none.
func Detect(b *Book) (Reading, error) {
	var r Reading
	for _, s := range b.sheets {
		n := 0
		for row, err := range s.rows() {
			if err != nil {
				return r, err
			}
			if n++; n > headerWithin {
				break
			}
			m := mappingOf(newRegister(), Cases, s.name(), row)
			if r.Cases == nil && m.known() >= headerLeast || r.Cases != nil && r.Cases.Sheet == m.Sheet && m.known() > r.Cases.known() {
				r.Cases = m
			}
		}
	}
	if r.Cases == nil {
		return r, refuse(thads.CodeInvalid, "Không tìm thấy hàng tiêu đề của sổ trong %d dòng đầu; hãy dùng tệp mẫu (thads template)", "No row of headers was found within the first %d rows; use the template (thads template)", headerWithin)
	}
	return r, nil
}

func mappingOf(reg anyRegister, k Kind, sheet string, row *Row) *Mapping {
	m := &Mapping{Register: k, Sheet: sheet, HeaderRow: row.Number, Formulas: true}
	for at := range row.Cells {
		title := strings.TrimSuffix(thads.NormalizeName(row.Cells[at].Text), " *")
		if title == "" {
			continue
		}
		code, _ := reg.recognise(title)
		m.Columns = append(m.Columns, MappedColumn{Column: at + 1, Title: title, Field: code})
	}
	return m
}

func (m *Mapping) known() int {
	n := 0
	for _, c := range m.Columns {
		if c.Field != "" {
			n++
		}
	}
	return n
}

// Propose makes the mapping of a sheet for the row of headers that a person
// chose.
func Propose(b *Book, k Kind, sheet string, headerRow int) (*Mapping, error) {
	reg, ok := registerOf(k)
	s := b.source(sheet)
	if !ok || s == nil {
		return nil, refuse(thads.CodeUnknown, "Tệp không có trang %q", "The file has no sheet %q", sheet)
	}
	for row, err := range s.rows() {
		if err != nil {
			return nil, err
		}
		if row.Number == headerRow {
			return mappingOf(reg, k, sheet, row), nil
		}
	}
	return nil, refuse(thads.CodeUnknown, "Dòng %d không có tiêu đề nào", "Row %d has no headers", headerRow)
}

// ReadPreview shows the first rows behind the headers of a mapping.
func ReadPreview(b *Book, m *Mapping, rows int) (*Preview, error) {
	s := b.source(m.Sheet)
	if s == nil {
		return nil, refuse(thads.CodeUnknown, "Tệp không có trang %q", "The file has no sheet %q", m.Sheet)
	}
	p := &Preview{}
	for row, err := range s.rows() {
		if err != nil {
			return nil, err
		}
		if row.Number <= m.HeaderRow {
			continue
		}
		if len(p.Rows) == rows {
			break
		}
		r := PreviewRow{Number: row.Number}
		for i := range row.Cells {
			r.Cells = append(r.Cells, row.Cells[i].Text)
		}
		p.Rows = append(p.Rows, r)
	}
	return p, nil
}

// Check tells whether a file can be read under the mapping. The error is
// thads.Errors with the paths "sheet", "headerRow", "columns.3.field",
// "columns.3.unit" (by index) and "constants.unit" (by the code of the field;
// also that of a field which has neither column nor constant).
func (m *Mapping) Check(b *Book) error {
	var es thads.Errors
	reg, ok := registerOf(m.Register)
	if !ok {
		return thads.Errorf(thads.CodeInvalid, "register", "Không có loại sổ %q", "There is no register %q", clip(string(m.Register)))
	}
	if b.source(m.Sheet) == nil {
		es.Add(thads.CodeUnknown, "sheet", "Tệp không có trang %q", "The file has no sheet %q", clip(m.Sheet))
	}
	if m.HeaderRow < 1 {
		es.Add(thads.CodeOutOfRange, "headerRow", "Dòng tiêu đề phải từ 1", "The row of headers counts from 1")
	}
	fields := map[string]Field{}
	for _, f := range reg.fields() {
		fields[f.Code] = f
	}
	from := map[string]int{} // the index of the column that gives a field
	for i, c := range m.Columns {
		path := "columns." + strconv.Itoa(i)
		if c.Column < 1 || c.Column > b.limits.Columns || i > 0 && c.Column <= m.Columns[i-1].Column {
			es.Add(thads.CodeOutOfRange, path+".column", "Các cột phải theo thứ tự từ 1 đến %d", "Columns go from 1 to %d in order", b.limits.Columns)
		}
		if c.Unit != "" && !thads.MoneyUnit(c.Unit).Valid() {
			es.Add(thads.CodeInvalid, path+".unit", "Không có đơn vị tiền %q", "There is no unit of money %q", clip(string(c.Unit)))
		}
		if c.Field == "" {
			continue
		}
		if _, known := fields[c.Field]; !known {
			es.Add(thads.CodeUnknown, path+".field", "Sổ không có trường %q", "The register has no field %q", clip(c.Field))
			continue
		}
		for _, code := range reg.parts(c.Field) {
			if first, twice := from[code]; twice {
				other := Letter(m.Columns[first].Column)
				es.Add(thads.CodeDuplicate, path+".field", "Trùng với cột %[1]s; hãy bỏ bớt một cột", "The same as column %[1]s; remove one", other)
				break
			}
		}
		for _, code := range reg.parts(c.Field) {
			if _, twice := from[code]; !twice {
				from[code] = i
			}
		}
	}
	for code, value := range m.Constants {
		path := "constants." + code
		_, mapped := from[code]
		switch refusal := reg.checkConstant(b, code, value); {
		case mapped:
			es.Add(thads.CodeNotAllowed, path, "Đã có cột cho trường này", "There is a column for this field")
		case refusal != nil:
			refusal.Field = []string{"constants", code}
			es = append(es, refusal)
		}
	}
	for _, code := range reg.missing(func(code string) bool {
		_, mapped := from[code]
		return mapped || m.Constants[code] != ""
	}) {
		es.Add(thads.CodeRequired, "constants."+code, "Thiếu cột “%[1]s”", "The column “%[1]s” is missing", fields[code].Header)
	}
	return es.Err()
}

// Signature is a hash of the register and the titles of the columns with their
// places. A mapping that is kept fits files whose proposed mapping has the same.
func (m *Mapping) Signature() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", m.Register)
	for _, c := range m.Columns {
		if c.Title != "" {
			fmt.Fprintf(h, "%d %s\n", c.Column, headerKey(c.Title))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// isBeside tells whether a column stands in every register and says nothing of
// its rows: their numbers, and the problems of a file that was handed back.
func isBeside(title string) bool {
	switch headerKey(title) {
	case "tt", "stt", "so tt", "so thu tu", "van de":
		return true
	}
	return false
}
