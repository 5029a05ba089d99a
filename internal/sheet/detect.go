package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/thads"
)

const (
	// headerWithin is how many rows are looked at for headers.
	headerWithin = mergedRows
	// headerLeast is how many columns must be recognised in the headers of a
	// register.
	headerLeast = 4
	// headerHigh is how many rows the headers may have.
	headerHigh = 3
	// titleLong is how long, in bytes, a title may be; longer texts are none.
	titleLong = 200
)

// anyRegister is what the mapping of any kind of register needs of its columns.
type anyRegister interface {
	fields() []Field
	// known and recognise return the code of the column that a title means: one
	// of its own titles, or any.
	known(title string) string
	recognise(title string) string
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
	default:
		if r := NewRecordRegister(k); r != nil {
			return r, true
		}
	}
	return nil, false
}

// marksOf are the columns by which a kind of register is told from another: of
// each group it has one.
func marksOf(k Kind) [][]string {
	switch k {
	case Cases:
		return [][]string{
			{"judgmentNumber", "judgmentNumberAndDate", "judgmentNumberDateCourt", "judgmentDate"},
			{"debtorName", "debtorNameAndAddress", "obligationKind", "obligations", "amount", "outstanding"},
		}
	case CaseEvents:
		return [][]string{
			{"key", "number", "numberAndDate"},
			{"kind", "documentNumber", "documentNumberAndDate", "measure", "finding", "receipt", "receiptAndDate", "ground", "effectiveOn", "amount"},
		}
	default:
		return nil
	}
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

// A proposal is a mapping with how much of the file it knows.
type proposal struct {
	*Mapping
	// known counts the columns with a field.
	known int
	// height is how many rows the headers have, marked whether they have the
	// marks of the register.
	height int
	marked bool
	// first is the first row of the headers, used the codes that columns give.
	first int
	used  map[string]bool
}

// better tells whether a proposal is to be preferred to one above it; where they
// know as much, if its headers are the lower part of the other's. The same
// headers further down are repeated ones.
func (p *proposal) better(than *proposal) bool {
	switch {
	case p == nil:
		return false
	case than == nil:
		return true
	case p.marked != than.marked:
		return p.marked
	case p.known != than.known:
		return p.known > than.known
	}
	return p.height < than.height && p.first <= than.HeaderRow
}

// Detect finds the registers in a book: for each kind the visible sheet whose
// headers are recognised best, of the rows that a register may have above them.
// Amounts, constants and fields are proposed as titles and the rows above tell
// them. The error is a refusal where there is no register, and what Open may
// give.
func Detect(b *Book) (Reading, error) {
	// A register of records names itself in its headers, whatever else they are like.
	if records, err := DetectRecords(b); err != nil || records != nil {
		return Reading{Records: records}, err
	}
	var cases, events *proposal
	for _, s := range b.sheets {
		top, err := readTop(s)
		if err != nil {
			return Reading{}, err
		}
		c, e := top.best(Cases), top.best(CaseEvents)
		switch {
		case c != nil && e != nil && c.marked == e.marked && e.known > c.known, c != nil && e != nil && e.marked && !c.marked:
			c = nil
		default:
			if c != nil {
				e = nil
			}
		}
		if c.better(cases) {
			cases = c
		}
		if e.better(events) {
			events = e
		}
	}
	// What has no marks is taken only where there is nothing better.
	if cases != nil && !cases.marked && events != nil && events.marked {
		cases = nil
	}
	if events != nil && !events.marked && cases != nil {
		events = nil
	}
	var r Reading
	if cases != nil {
		r.Cases = cases.Mapping
	}
	if events != nil {
		r.Events = events.Mapping
	}
	if r.Cases == nil && r.Events == nil {
		return r, refuse(thads.CodeInvalid, "Không tìm thấy hàng tiêu đề của sổ trong %d dòng đầu; hãy chỉ ra hàng tiêu đề, hoặc dùng tệp mẫu (thads template)", "No row of headers was found within the first %d rows; say which row has them, or use the template (thads template)", headerWithin)
	}
	return r, nil
}

// Propose makes the mapping of a sheet for the last row of headers, which a
// person chose. The error is a refusal where there is no such sheet or row, or
// it has no texts.
func Propose(b *Book, k Kind, sheet string, headerRow int) (*Mapping, error) {
	reg, ok := registerOf(k)
	if !ok {
		return nil, refuse(thads.CodeInvalid, "Không có loại sổ %q", "There is no register %q", clip(string(k)))
	}
	s := b.source(sheet)
	if s == nil {
		return nil, refuse(thads.CodeUnknown, "Tệp không có trang %q", "The file has no sheet %q", clip(sheet))
	}
	top, err := readTop(s)
	if err != nil {
		return nil, err
	}
	var best *proposal
	for height := 1; height <= headerHigh; height++ {
		if p := top.propose(k, reg, headerRow, height); p.better(best) {
			best = p
		}
	}
	if best == nil {
		return nil, refuse(thads.CodeUnknown, "Dòng %[1]d không có tiêu đề nào; tiêu đề phải ở trong %[2]d dòng đầu", "Row %[1]d has no headers; they must be within the first %[2]d rows", headerRow, headerWithin)
	}
	return top.finish(best, reg).Mapping, nil
}

// A sheetTop is what the first rows of a sheet hold.
type sheetTop struct {
	name string
	// rows are the cells by the number of the row from 1; those of rows that are
	// missing or beyond headerWithin are nil.
	rows   [headerWithin + 1][]Cell
	merged []merge
	// columns is how many columns there are.
	columns int
}

// readTop reads the first rows of a sheet.
func readTop(s source) (*sheetTop, error) {
	t := &sheetTop{name: s.name()}
	for row, err := range s.rows() {
		if err != nil {
			return nil, err
		}
		if row.Number > headerWithin {
			break
		}
		cells := slices.Clone(row.Cells)
		for i := range cells {
			cells[i].Text = strings.Clone(cells[i].Text)
		}
		t.rows[row.Number] = cells
		t.columns = max(t.columns, len(cells))
	}
	var err error
	t.merged, err = s.merges()
	return t, err
}

// text returns the text of a cell, by row and column from 1; that of the cell it
// is merged with. mergedTo is the last column of the merged cells.
func (t *sheetTop) text(row, column int) (text string, mergedTo int) {
	mergedTo = column
	for _, m := range t.merged {
		if m.top <= row && row <= m.bottom && m.left <= column && column <= m.right {
			row, column, mergedTo = m.top, m.left, m.right
			break
		}
	}
	if row > headerWithin || column > len(t.rows[row]) {
		return "", mergedTo
	}
	c := &t.rows[row][column-1]
	if c.Kind != Text || len(c.Text) > titleLong {
		return "", mergedTo
	}
	text = strings.TrimSpace(strings.TrimSuffix(thads.NormalizeName(c.Text), "*"))
	if len(strings.Trim(text, "0123456789()[]=+-. ")) < 2 || datePattern.MatchString(text) && !strings.Contains(text, "(") {
		return "", mergedTo // the number or letter of a column; a value
	}
	return text, mergedTo
}

// best returns the best proposal for a kind of register; nil where too little is
// known.
func (t *sheetTop) best(k Kind) *proposal {
	reg, _ := registerOf(k)
	var best *proposal
	for row := 1; row <= headerWithin; row++ {
		if !t.mayHead(row) {
			continue
		}
		for height := 1; height <= min(headerHigh, row); height++ {
			p := t.propose(k, reg, row, height)
			if p != nil && p.known >= headerLeast && p.better(best) {
				best = p
			}
		}
	}
	return t.finish(best, reg)
}

// mayHead tells whether a row may be the last of the headers: it has texts and,
// beside what numbers columns, nothing else.
func (t *sheetTop) mayHead(row int) bool {
	texts, others := 0, 0
	for i := range t.rows[row] {
		switch c := &t.rows[row][i]; c.Kind {
		case Text:
			if text, _ := t.text(row, i+1); text != "" {
				texts++
			}
		case Empty:
		default:
			others++
		}
	}
	return texts >= 2 && texts > others
}

// propose makes the mapping for headers of some rows that end with a row; nil
// where these have no titles.
func (t *sheetTop) propose(k Kind, reg anyRegister, last, height int) *proposal {
	first := last - height + 1
	if first < 1 || last > headerWithin || t.rows[last] == nil || t.rows[first] == nil {
		return nil
	}
	// Merged cells that reach into the headers are headers from end to end.
	for _, m := range t.merged {
		if m.bottom-m.top >= headerHigh || m.top > last || m.bottom < first {
			continue
		}
		if text, _ := t.text(m.top, m.left); text != "" {
			first, last = min(first, m.top), max(last, m.bottom)
		}
	}
	if last-first >= headerHigh || last > headerWithin {
		return nil
	}
	p := &proposal{Mapping: &Mapping{Register: k, Sheet: t.name, HeaderRow: last}, height: last - first + 1}
	titles := t.titles(first, p.HeaderRow)
	used := map[string]bool{}
	use := func(c *MappedColumn, code string) {
		c.Field = code
		p.known++
		for _, part := range reg.parts(code) {
			used[part] = true
		}
	}
	for at, title := range titles {
		if title == "" && !t.hasValues(p.HeaderRow, at) {
			continue
		}
		c := MappedColumn{Column: at + 1, Title: title}
		// Two columns under one title of the register are both mapped, so that
		// Check refuses them and a person says which it is.
		if code := reg.known(title); code != "" {
			use(&c, code)
		}
		p.Columns = append(p.Columns, c)
	}
	for i := range p.Columns {
		c := &p.Columns[i]
		if c.Title == "" || c.Field != "" || isBeside(c.Title) {
			continue
		}
		code := reg.recognise(c.Title)
		if code != "" && !slices.ContainsFunc(reg.parts(code), func(part string) bool { return used[part] }) {
			use(c, code)
		}
	}
	if len(p.Columns) == 0 {
		return nil
	}
	p.marked = true
	for _, group := range marksOf(k) {
		p.marked = p.marked && slices.ContainsFunc(p.Columns, func(c MappedColumn) bool { return slices.Contains(group, c.Field) })
	}
	p.first, p.used = first, used
	return p
}

// finish completes the mapping of a proposal by what stands above its headers.
func (t *sheetTop) finish(p *proposal, reg anyRegister) *proposal {
	if p != nil {
		t.obligations(p)
		t.units(p.Mapping, reg, p.first)
		t.constants(p.Mapping, p.used, p.first)
	}
	return p
}

// hasValues tells whether a column, from 0, has values in the first rows behind
// the headers.
func (t *sheetTop) hasValues(header, at int) bool {
	for row := header + 1; row <= headerWithin; row++ {
		if at < len(t.rows[row]) && t.rows[row][at].Kind != Empty {
			return true
		}
	}
	return false
}

// titles returns the title of each column: the texts above one another in the
// rows of the headers, without those that stand over most of the sheet.
func (t *sheetTop) titles(first, last int) []string {
	grid := make([][]string, last-first+1)
	for i := range grid {
		grid[i] = t.band(first+i, last)
	}
	out := make([]string, t.columns)
	for at := range out {
		var path []string
		for _, row := range grid {
			if text := row[at]; text != "" && (len(path) == 0 || path[len(path)-1] != text) {
				path = append(path, text)
			}
		}
		out[at] = strings.Join(path, titleDivider)
	}
	return out
}

// band returns the texts of a row of headers by column. A text stands over the
// columns that it is merged with or, in files that have no merged cells, over
// those without a text that have one below, where it has one below itself.
func (t *sheetTop) band(row, last int) []string {
	out := make([]string, t.columns)
	lower := func(at int) bool {
		for r := row + 1; r <= last; r++ {
			if text, _ := t.text(r, at+1); text != "" {
				return true
			}
		}
		return false
	}
	for at := 0; at < t.columns; at++ {
		text, mergedTo := t.text(row, at+1)
		if text == "" {
			continue
		}
		to := at
		if mergedTo > at+1 {
			to = min(mergedTo, t.columns) - 1
		} else if len(t.merged) == 0 && row < last && lower(at) {
			for to+1 < t.columns && lower(to+1) {
				if next, _ := t.text(row, to+2); next != "" {
					break
				}
				to++
			}
		}
		if to > at && (to-at+1)*3 > t.columns*2 {
			at = to
			continue // a title of the sheet
		}
		for ; at <= to; at++ {
			out[at] = text
		}
		at--
	}
	return out
}

// obligations takes a column of obligations for one that holds their amounts as
// well, where there is no other column of amounts.
func (t *sheetTop) obligations(p *proposal) {
	if p.Register != Cases || p.used["amount"] || p.used["outstanding"] || slices.ContainsFunc(p.Columns, func(c MappedColumn) bool { return strings.HasPrefix(c.Field, "amount:") }) {
		return
	}
	for i := range p.Columns {
		if c := &p.Columns[i]; c.Field == "obligationKind" && t.hasAmounts(p.HeaderRow, c.Column-1) {
			c.Field = "obligations"
		}
	}
}

// hasAmounts tells whether a column, from 0, has digits behind its words in the
// first rows behind the headers.
func (t *sheetTop) hasAmounts(header, at int) bool {
	for row := header + 1; row <= headerWithin; row++ {
		if at < len(t.rows[row]) {
			text := t.rows[row][at].Text
			if i := strings.IndexFunc(text, unicode.IsLetter); i >= 0 && strings.ContainsAny(text[i:], "0123456789") {
				return true
			}
		}
	}
	return false
}

// units finds the units of the columns of money: in their titles or, for all, in
// the rows above.
func (t *sheetTop) units(m *Mapping, reg anyRegister, first int) {
	above := thads.MoneyDong
	for row := 1; row < first; row++ {
		for i := range t.rows[row] {
			if c := &t.rows[row][i]; c.Kind == Text && len(c.Text) <= titleLong {
				if unit, ok := unitIn(c.Text, false); ok {
					above = unit
				}
			}
		}
	}
	money := map[string]bool{}
	for _, f := range reg.fields() {
		money[f.Code] = f.Money
	}
	for i := range m.Columns {
		c := &m.Columns[i]
		if !money[c.Field] {
			continue
		}
		unit, ok := unitIn(c.Title, true)
		if !ok {
			unit = above
		}
		if unit != thads.MoneyDong {
			c.Unit = unit
		}
	}
}

// constants finds what the titles of the sheet say of every row: that cases are of
// own motion, or on request; that it is a book of one kind of event.
func (t *sheetTop) constants(m *Mapping, used map[string]bool, first int) {
	titles := []string{t.name}
	for row := 1; row < first; row++ {
		for i := range t.rows[row] {
			if c := &t.rows[row][i]; c.Kind == Text && len(c.Text) <= titleLong {
				titles = append(titles, c.Text)
			}
		}
	}
	switch {
	case m.Register == Cases && !used["initiation"]:
		m.initiation(titles)
	case m.Register == CaseEvents && !used["kind"]:
		m.kind(titles)
	}
}

// initiation takes from the titles of a register of cases how they began.
func (m *Mapping) initiation(titles []string) {
	all := thads.Fold(strings.Join(titles, "\n"))
	own, request := strings.Contains(all, "chu dong"), strings.Contains(all, "theo yeu cau") || strings.Contains(all, "theo don")
	if own == request {
		return
	}
	initiation := thads.OwnMotion
	if request {
		initiation = thads.OnRequest
	}
	for _, term := range thads.Initiations() {
		if term.Value == initiation {
			m.Constants = map[string]string{"initiation": term.Name.VI}
		}
	}
}

// ReadPreview shows the first rows behind the headers of a mapping, as many as
// are asked for, with why a row would be left out. Dates and amounts are shown as
// they are read, identity numbers in part.
func ReadPreview(b *Book, m *Mapping, rows int) (*Preview, error) {
	reg, ok := registerOf(m.Register)
	s := b.source(m.Sheet)
	if !ok || s == nil {
		return nil, refuse(thads.CodeUnknown, "Tệp không có trang %q", "The file has no sheet %q", clip(m.Sheet))
	}
	kinds := map[string]Field{}
	for _, f := range reg.fields() {
		kinds[f.Code] = f
	}
	var titles []string
	var cells []mappedCell
	fields := map[int]Field{}
	for _, c := range m.Columns {
		if c.Column < 1 || c.Column > b.limits.Columns {
			continue
		}
		for len(titles) < c.Column {
			titles = append(titles, "")
		}
		titles[c.Column-1] = c.Title
		if f, known := kinds[c.Field]; known {
			fields[c.Column-1] = f
			cells = append(cells, mappedCell{at: c.Column - 1, names: namesCase(c.Field)})
		}
	}
	out := newLeaver(titles, cells)
	p := &Preview{}
	for row, err := range s.rows() {
		if err != nil {
			return nil, err
		}
		if row.Number <= m.HeaderRow || row.IsBlank() {
			continue
		}
		if len(p.Rows) >= rows {
			break
		}
		shown := PreviewRow{Number: row.Number, Cells: make([]string, len(row.Cells))}
		read := false
		for i := range row.Cells {
			f, mapped := fields[i]
			read = read || mapped && row.Cells[i].Kind != Empty
			shown.Cells[i] = shownCell(b, &row.Cells[i], &f)
		}
		switch reason, left := out.look(row); {
		case left:
			shown.LeftOut = reason
		case !read:
			shown.LeftOut = nothingRead
		}
		p.Rows = append(p.Rows, shown)
	}
	return p, nil
}

// shownCell writes a cell as a person would read it under a field.
func shownCell(b *Book, c *Cell, f *Field) string {
	v := reading{cell: c, book: b}
	switch {
	case c.Kind == Text:
		text := strings.TrimSpace(c.Text)
		if f.secret {
			return masked(text)
		}
		return text
	case c.Kind == Bool:
		if c.Text == "1" {
			return "TRUE"
		}
		return "FALSE"
	case c.Kind == Number && f.date, c.Kind == Date:
		if d := v.asDate(); v.code == "" {
			return d.Vietnamese()
		}
		return c.Text
	case c.Kind == Number:
		text := v.asText()
		if v.code != "" {
			return c.Text
		}
		if f.Money {
			whole, decimals, has := strings.Cut(text, ".")
			if text = grouped(whole); has {
				text += "," + decimals
			}
		}
		if f.secret {
			return masked(text)
		}
		return text
	}
	return c.Text
}

// grouped divides the digits of a whole number by dots.
func grouped(digits string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return sign + digits
}

// Check tells whether a file can be read under the mapping. The error is
// thads.Errors with the paths "register", "sheet", "headerRow",
// "columns.3.column", "columns.3.field" and "columns.3.unit" (by index), and
// "constants.unit" (by the code of the field; also that of one which has neither
// column nor constant and is required).
func (m *Mapping) Check(b *Book) error {
	var es thads.Errors
	reg, ok := registerOf(m.Register)
	if !ok {
		es.Add(thads.CodeInvalid, "register", "Không có loại sổ %q", "There is no register %q", clip(string(m.Register)))
		return es
	}
	if b.source(m.Sheet) == nil {
		es.Add(thads.CodeUnknown, "sheet", "Tệp không có trang %q", "The file has no sheet %q", clip(m.Sheet))
	}
	if m.HeaderRow < 1 || m.HeaderRow > b.limits.Rows {
		es.Add(thads.CodeOutOfRange, "headerRow", "Dòng tiêu đề phải từ 1 đến %d", "The row of headers is from 1 to %d", b.limits.Rows)
	}
	if len(m.Columns) > b.limits.Columns || len(m.Constants) > maxColumns {
		es.Add(thads.CodeLimit, "columns", "Có hơn %d cột", "There are more than %d columns", b.limits.Columns)
		return es
	}
	fields := map[string]Field{}
	for _, f := range reg.fields() {
		fields[f.Code] = f
	}
	given := m.checkColumns(&es, reg, fields, b.limits.Columns)
	for _, code := range slices.Sorted(maps.Keys(m.Constants)) {
		if given[code] {
			es = append(es, &thads.Error{Code: thads.CodeNotAllowed, Field: []string{"constants", code}, Text: vi("Đã có cột cho trường này", "There is a column for this field")})
			continue
		}
		if refusal := reg.checkConstant(b, code, m.Constants[code]); refusal != nil {
			refusal.Field = []string{"constants", code}
			es = append(es, refusal)
		}
	}
	for _, code := range reg.missing(func(code string) bool { return given[code] || m.Constants[code] != "" }) {
		es.Add(thads.CodeRequired, "constants."+code, "Thiếu cột “%[1]s”", "The column “%[1]s” is missing", fields[code].Header)
	}
	return es.Err()
}

// checkColumns checks the columns and returns the codes of what they give.
func (m *Mapping) checkColumns(es *thads.Errors, reg anyRegister, fields map[string]Field, most int) map[string]bool {
	given := map[string]bool{}
	first := map[string]int{}
	for i, c := range m.Columns {
		path := "columns." + strconv.Itoa(i)
		if c.Column < 1 || c.Column > most || i > 0 && c.Column <= m.Columns[i-1].Column {
			es.Add(thads.CodeOutOfRange, path+".column", "Các cột phải theo thứ tự, từ 1 đến %d", "Columns go from 1 to %d, in order", most)
		}
		if c.Unit != "" && !c.Unit.Valid() {
			es.Add(thads.CodeInvalid, path+".unit", "Không có đơn vị tiền %q", "There is no unit of money %q", clip(string(c.Unit)))
		}
		if c.Field == "" {
			continue
		}
		f, known := fields[c.Field]
		if !known {
			es.Add(thads.CodeUnknown, path+".field", "Sổ không có trường %q", "The register has no field %q", clip(c.Field))
			continue
		}
		if c.Unit != "" && !f.Money {
			es.Add(thads.CodeNotAllowed, path+".unit", "Cột này không phải là số tiền", "The column has no amounts")
		}
		for _, code := range reg.parts(c.Field) {
			if given[code] {
				es.Add(thads.CodeDuplicate, path+".field", "Trùng với cột %[1]s; hãy bỏ bớt một cột", "The same as column %[1]s; remove one", Letter(m.Columns[first[code]].Column))
				break
			}
		}
		for _, code := range reg.parts(c.Field) {
			if !given[code] {
				given[code], first[code] = true, i
			}
		}
	}
	return given
}

// Signature is a hash of the register and of the titles of the columns with
// their places. A mapping that is kept fits the files for which the same is
// proposed.
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

// Adopt returns the mapping with the fields, units, constants and choices of one
// of the same signature that was kept; sheet and rows stay.
func (m *Mapping) Adopt(kept *Mapping) *Mapping {
	out := *m
	out.Columns = slices.Clone(m.Columns)
	byColumn := make(map[int]MappedColumn, len(kept.Columns))
	for _, c := range kept.Columns {
		byColumn[c.Column] = c
	}
	for i := range out.Columns {
		if c, known := byColumn[out.Columns[i].Column]; known {
			out.Columns[i].Field, out.Columns[i].Unit = c.Field, c.Unit
		}
	}
	out.Constants, out.Formulas = maps.Clone(kept.Constants), kept.Formulas
	return &out
}
