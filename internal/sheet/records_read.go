package sheet

import (
	"cmp"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// DetectRecords finds the register of records in a book: the first visible sheet
// with a row that has the header of its key and of its events. Both results are
// nil where there is none.
func DetectRecords(b *Book) (*Mapping, error) {
	var registers []*RecordRegister
	for _, t := range RecordKinds() {
		registers = append(registers, NewRecordRegister(t.Value))
	}
	for _, s := range b.sheets {
		n := 0
		for row, err := range s.rows() {
			if err != nil {
				return nil, err
			}
			if n++; n > headerWithin {
				break
			}
			for _, r := range registers {
				if m := r.mapping(s.name(), row); m.maps(codeKey) && m.maps(codeStep) {
					return m, nil
				}
			}
		}
	}
	return nil, nil
}

// mapping reads a row as headers.
func (r *RecordRegister) mapping(sheet string, row *Row) *Mapping {
	m := &Mapping{Register: r.kind, Sheet: sheet, HeaderRow: row.Number}
	for at := range row.Cells {
		title := strings.TrimSuffix(thads.NormalizeName(row.Cells[at].Text), " *")
		if title == "" {
			continue
		}
		code := r.known(title)
		if m.maps(code) {
			code = ""
		}
		m.Columns = append(m.Columns, MappedColumn{Column: at + 1, Title: title, Field: code})
	}
	return m
}

// maps tells whether a field has a column.
func (m *Mapping) maps(code string) bool {
	return code != "" && slices.ContainsFunc(m.Columns, func(c MappedColumn) bool { return c.Field == code })
}

// A RecordEntry is one record as a file tells of it: the events of its life.
type RecordEntry struct {
	// Sheet and Row say where it begins.
	Sheet string
	Row   int
	// Failed tells that something reported keeps the entry from being accepted.
	// It then holds what could be read.
	Failed bool
	// Key names the record in the file; it may be empty.
	Key    string
	Events []RecordEvent

	reader *RecordReader
}

// A RecordEvent is one event of a record.
type RecordEvent struct {
	// RowNumbers are its rows.
	RowNumbers []int
	// Event is a pointer to an event of the kind's type. The ids of other
	// records in it are still what the file says: codes and numbers.
	Event any
}

// A RecordReader reads the records of a register.
type RecordReader struct {
	book     *Book
	source   source
	mapping  *Mapping
	register *RecordRegister
	// place is the column of the file, from 0, of each column of the register,
	// -1 where the file lacks it; titles are the headers as written.
	place  []int
	titles []string
	// constants are by the column of the register.
	constants map[int]string
	report    func(Problem)
	counts    Counts
	// formulas are the columns of the file in which a formula was told of.
	formulas map[int]bool
}

// NewRecordReader begins to read a register of records under its mapping. What is
// wrong is told to report, also while entries are read. The error is a refusal
// where the mapping does not fit the file.
func NewRecordReader(b *Book, m *Mapping, report func(Problem)) (*RecordReader, error) {
	reg := NewRecordRegister(m.Register)
	if reg == nil {
		return nil, refuse(thads.CodeInvalid, "Không có loại sổ %q", "There is no register %q", clip(string(m.Register)))
	}
	r := &RecordReader{book: b, mapping: m, register: reg, report: report, constants: map[int]string{}, formulas: map[int]bool{}}
	for _, s := range b.sheets {
		if s.name() == m.Sheet {
			r.source = s
			break
		}
	}
	if r.source == nil {
		return nil, refuse(thads.CodeUnknown, "Tệp không có trang %q", "The file has no sheet %q", clip(m.Sheet))
	}
	r.place = slices.Repeat([]int{-1}, len(reg.columns))
	for _, c := range m.Columns {
		for len(r.titles) < c.Column {
			r.titles = append(r.titles, "")
		}
		if c.Column < 1 {
			return nil, refuse(thads.CodeOutOfRange, "Các cột đếm từ 1", "Columns count from 1")
		}
		r.titles[c.Column-1] = c.Title
		if i, known := reg.byCode[c.Field]; known {
			r.place[i] = c.Column - 1
		}
	}
	for code, value := range m.Constants {
		if i, known := reg.byCode[code]; known {
			r.constants[i] = value
		}
	}
	if missing := reg.missing(func(code string) bool { return r.place[reg.byCode[code]] >= 0 || r.constants[reg.byCode[code]] != "" }); len(missing) > 0 {
		header := reg.columns[reg.byCode[missing[0]]].header
		return nil, refuse(thads.CodeRequired, "Thiếu cột “%[1]s”", "The column “%[1]s” is missing", header)
	}
	return r, nil
}

// Counts returns what was read so far.
func (r *RecordReader) Counts() Counts { return r.counts }

// Register returns the columns of the register that is read.
func (r *RecordReader) Register() *RecordRegister { return r.register }

// A recordRun is the record under way while rows are read, and its last event.
type recordRun struct {
	entry *RecordEntry
	// cells are the texts of the columns that may go on in further rows, with
	// the row each began in.
	cells map[int]*flowing
	event reflect.Value
}

type flowing struct {
	text strings.Builder
	row  int
}

// Entries yields the records in the order of the file, those in which something
// is wrong included. The sequence can be read again. It ends with an error where
// the file is damaged or exceeds the limits (a refusal), or cannot be read (a
// fault).
func (r *RecordReader) Entries() iter.Seq2[*RecordEntry, error] {
	return func(yield func(*RecordEntry, error) bool) {
		r.counts = Counts{}
		clear(r.formulas)
		run := &recordRun{}
		began := map[string]int{} // the row in which each key began
		for row, err := range r.source.rows() {
			if err != nil {
				yield(nil, err)
				return
			}
			if row.Number <= r.mapping.HeaderRow || row.IsBlank() {
				continue
			}
			if isExportMark(row) {
				r.counts.LeftOut++
				r.report(Problem{
					Sheet: r.source.name(), Row: row.Number, Severity: LeftOut, Code: thads.CodeNotAllowed, Got: clip(firstText(row)), Text: exportMark,
				})
				continue
			}
			if done := r.take(run, row, began); done != nil && !yield(done, nil) {
				return
			}
		}
		if run.entry != nil {
			r.endEvent(run)
			yield(run.entry, nil)
		}
	}
}

// take reads a row. It returns the record that was complete before it.
func (r *RecordReader) take(run *recordRun, row *Row, began map[string]int) *RecordEntry {
	keyText, stepText := understood(r.text(row, recordKey)), r.text(row, recordStep)
	if keyText == "" && stepText == "" && !r.begins(row) {
		if r.hasAny(row) {
			r.counts.LeftOut++
			r.report(Problem{
				Sheet: r.source.name(), Row: row.Number, Severity: LeftOut, Code: thads.CodeInvalid, Got: clip(firstText(row)),
				Text: vi("Dòng không có hồ sơ và diễn biến nên không được nhập", "The row names neither a record nor an event and is left out"),
			})
		}
		return nil
	}
	step, known := r.step(run, row, stepText)
	var done *RecordEntry
	if run.entry == nil || keyText != "" && keyText != run.entry.Key || keyText == "" && known != nil && known.opens {
		if run.entry != nil {
			r.endEvent(run)
			done = run.entry
		}
		run.entry = &RecordEntry{Sheet: r.source.name(), Row: row.Number, Key: keyText, reader: r}
		r.counts.Entries++
		if first, again := began[keyText]; keyText != "" && again {
			r.fail(run.entry, row, recordKey, thads.CodeDuplicate, thads.Errorf("", "", "Hồ sơ này đã có ở dòng %d; các dòng của một hồ sơ phải liền nhau", "Row %d has this record already; the rows of a record must follow one another", first).Text)
		} else if keyText != "" {
			began[keyText] = row.Number
		}
	}
	r.counts.Rows++
	r.read(run, row, step, known)
	return done
}

// begins tells whether a row without key and kind is an event all the same: its
// kind is a constant and it has a day.
func (r *RecordReader) begins(row *Row) bool {
	return r.constants[recordStep] != "" && r.text(row, recordOn) != ""
}

// step finds the kind of event that a row begins; "" for one that goes on with
// the event before it.
func (r *RecordReader) step(run *recordRun, row *Row, text string) (string, *recordStepSpec) {
	if text == "" && (run.event.IsValid() && r.text(row, recordOn) == "" || r.constants[recordStep] == "") {
		return "", nil
	}
	if text == "" {
		text = r.constants[recordStep]
	}
	value, ok := r.register.columns[recordStep].words.find(text)
	if !ok {
		return text, nil
	}
	return text, r.register.step(value)
}

// read takes the cells of a row into the event that it begins or goes on with.
func (r *RecordReader) read(run *recordRun, row *Row, step string, spec *recordStepSpec) {
	e := run.entry
	first := step != ""
	if first {
		r.endEvent(run)
		if len(e.Events) > thads.MaxEvents {
			// The domain refuses the history; there is no need to hold it all.
			return
		}
		run.event = reflect.New(r.register.event)
		run.cells = map[int]*flowing{}
		e.Events = append(e.Events, RecordEvent{RowNumbers: []int{row.Number}, Event: run.event.Interface()})
		if spec == nil {
			c := &r.register.columns[recordStep]
			r.fail(e, row, recordStep, thads.CodeInvalid, thads.Errorf("", "", "Giá trị không có trong danh mục; %s", "This is none of the values allowed; see: %s", c.words.expected(c.header)).Text)
		} else {
			run.event.Elem().FieldByName("Kind").SetString(spec.kind)
		}
	} else {
		if !run.event.IsValid() {
			r.fail(e, row, recordStep, thads.CodeRequired, vi("Thiếu diễn biến", "The event is missing"))
			return
		}
		last := &e.Events[len(e.Events)-1]
		last.RowNumbers = append(last.RowNumbers, row.Number)
	}
	for i := range r.register.columns {
		if i == recordKey || i == recordStep {
			continue
		}
		c := &r.register.columns[i]
		cell, at := r.cell(row, i)
		if at < 0 && first && spec != nil && r.constants[i] != "" && (i == recordOn || spec.has(c.code)) {
			cell = &Cell{Kind: Text, Text: r.constants[i]}
		}
		if cell == nil {
			continue
		}
		r.readCell(run, row, i, at, cell, first)
	}
}

// readCell takes one cell that is not empty.
func (r *RecordReader) readCell(run *recordRun, row *Row, i, at int, cell *Cell, first bool) {
	c := &r.register.columns[i]
	v := reading{cell: cell, book: r.book}
	switch {
	case cell.Formula && !r.mapping.Formulas:
		v.wrong(thads.CodeInvalid, "Ô chứa công thức; hãy dán lại dạng giá trị, hoặc cho phép lấy kết quả đã lưu", "The cell holds a formula; paste its value, or allow stored results to be taken")
	case cell.Kind == Empty:
		v.wrong(thads.CodeInvalid, "Ô chứa công thức chưa có kết quả; hãy dán lại dạng giá trị", "The cell holds a formula without a result; paste its value")
	case cell.Kind == Failed:
		v.wrong(thads.CodeInvalid, "Ô báo lỗi tính toán", "The cell holds an error")
	case cell.Kind == Text && isMasked(cell.Text, false):
		v.masked()
	case c.leaf.flows():
		f := run.cells[i]
		if f == nil {
			f = &flowing{row: row.Number}
			run.cells[i] = f
		}
		if cell.Kind == Text {
			f.text.WriteString(cell.Text)
		} else {
			f.text.WriteString(v.asText())
		}
	case !first:
		v.wrong(thads.CodeNotAllowed, "Dòng nối tiếp của một diễn biến chỉ có phần chữ còn lại", "A row that goes on with an event has the rest of its texts only")
	case i == recordOn:
		run.event.Elem().FieldByName("EffectiveOn").Set(reflect.ValueOf(v.asDate()))
	default:
		value := c.read(&v)
		if v.code == "" && c.leaf == leafQuantity {
			makeAt(run.event.Elem(), c.index).FieldByName("Value").Set(value.FieldByName("Value"))
		} else if v.code == "" {
			makeAt(run.event.Elem(), c.index).Set(value)
		}
	}
	if cell.Formula && v.code == "" && v.warning.VI == "" && !r.formulas[at] {
		r.formulas[at] = true
		v.warn("Cột có công thức; lấy kết quả đã lưu", "The column has formulas; their stored results are taken")
	}
	switch {
	case v.code != "":
		r.fail(run.entry, row, i, v.code, v.text)
	case v.warning.VI != "":
		p := r.problem(row, i, thads.CodeInvalid, v.warning)
		p.Severity = Warning
		r.report(p)
	}
}

// endEvent completes the event under way: texts and lists are read, now that all
// of their cells are known.
func (r *RecordReader) endEvent(run *recordRun) {
	if !run.event.IsValid() {
		return
	}
	for i := range r.register.columns {
		f := run.cells[i]
		if f == nil {
			continue
		}
		c := &r.register.columns[i]
		value, refusal := c.parseFlow(f.text.String())
		if refusal != nil {
			r.failAt(run.entry, f.row, i, clip(f.text.String()), refusal)
			continue
		}
		if !value.IsZero() {
			makeAt(run.event.Elem(), c.index).Set(value)
		}
	}
	if refusal := r.register.settleQuantities(run.event.Elem()); refusal != nil {
		last := &run.entry.Events[len(run.entry.Events)-1]
		r.failAt(run.entry, last.RowNumbers[0], r.register.column(refusal.Field), "", refusal)
	}
	run.event, run.cells = reflect.Value{}, nil
}

// cell returns a cell that holds something, and its column from 0; -1 where the
// file has no such column.
func (r *RecordReader) cell(row *Row, i int) (*Cell, int) {
	at := r.place[i]
	if at < 0 || at >= len(row.Cells) {
		return nil, at
	}
	c := &row.Cells[at]
	if c.Kind == Empty && !c.Formula || c.Kind == Text && strings.TrimSpace(c.Text) == "" && !r.register.columns[i].leaf.flows() {
		return nil, at
	}
	return c, at
}

// text returns a cell as text.
func (r *RecordReader) text(row *Row, i int) string {
	cell, _ := r.cell(row, i)
	if cell == nil {
		return ""
	}
	v := reading{cell: cell, book: r.book}
	return v.asText()
}

// hasAny tells whether a row has anything in the columns that are read.
func (r *RecordReader) hasAny(row *Row) bool {
	for i := range r.register.columns {
		if cell, _ := r.cell(row, i); cell != nil {
			return true
		}
	}
	return false
}

// problem makes the problem of a cell.
func (r *RecordReader) problem(row *Row, i int, code thads.Code, text thads.Text) Problem {
	p := r.at(row.Number, i)
	p.Code, p.Text = code, text
	if cell, _ := r.cell(row, i); cell != nil {
		p.Got = clip(strings.TrimSpace(cell.Text))
	}
	return p
}

// at makes a problem of a column of the register in a row.
func (r *RecordReader) at(row, i int) Problem {
	p := Problem{Sheet: r.source.name(), Row: row, Severity: Error}
	if i < 0 {
		return p
	}
	p.Header = r.register.columns[i].header
	if at := r.place[i]; at >= 0 {
		p.Column, p.Header = at+1, cmp.Or(r.titles[at], p.Header)
	}
	return p
}

// fail reports what keeps an entry from being accepted.
func (r *RecordReader) fail(e *RecordEntry, row *Row, i int, code thads.Code, text thads.Text) {
	e.Failed = true
	r.report(r.problem(row, i, code, text))
}

func (r *RecordReader) failAt(e *RecordEntry, row, i int, got string, refusal *thads.Error) {
	e.Failed = true
	p := r.at(row, i)
	p.Code, p.Text, p.Got = refusal.Code, refusal.Text, got
	r.report(p)
}

// Problem places a refusal of an event, by its index, at its row and column.
func (e *RecordEntry) Problem(i int, refusal *thads.Error) Problem {
	r := e.reader
	row := e.Row
	if i >= 0 && i < len(e.Events) {
		row = e.Events[i].RowNumbers[0]
	}
	column := r.register.column(refusal.Field)
	p := r.at(row, column)
	p.Code, p.Text = refusal.Code, refusal.Text
	// Nothing is repeated of a document that may not be here.
	if column >= recordFields && i >= 0 && i < len(e.Events) && refusal.Code != thads.CodeClassified {
		c := &r.register.columns[column]
		if f, given := fieldAt(reflect.ValueOf(e.Events[i].Event).Elem(), c.index); given {
			if value, err := c.value(f); err == nil {
				if n, isNumber := value.(thads.Dong); isNumber {
					value = int64(n) // of whatever unit
				}
				p.Got = clip(show(value))
			}
		}
	}
	return p
}

// Describe returns what tells the record from others, for people: the value of
// the column with that code in the first event that has it.
func (e *RecordEntry) Describe(code string) string {
	i, known := e.reader.register.byCode[code]
	if !known {
		return ""
	}
	c := &e.reader.register.columns[i]
	for _, ev := range e.Events {
		if f, given := fieldAt(reflect.ValueOf(ev.Event).Elem(), c.index); given && !f.IsZero() {
			if value, err := c.value(f); err == nil {
				return fmt.Sprint(value)
			}
		}
	}
	return ""
}
