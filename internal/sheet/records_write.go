package sheet

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/thads/thads/internal/thads"
)

// A ListFormat is how a column of a list for people is formatted.
type ListFormat int

// The formats of columns of lists.
const (
	ListText ListFormat = iota
	ListDate
	ListDong
	ListNumber
)

func (f ListFormat) format() format {
	switch f {
	case ListDate:
		return formatDate
	case ListDong:
		return formatDong
	case ListNumber:
		return formatYear
	case ListText:
	}
	return formatText
}

// A ListColumn is one column of a list for people.
type ListColumn struct {
	Header string
	Format ListFormat
	// Width is in digits; a column is never narrower than what it holds needs.
	Width float64
}

// A RecordExport says how a register of records is written.
type RecordExport struct {
	Kind   Kind
	Format Format
	About  About
	// List are the columns of the list for people, one row a record.
	List []ListColumn
	// Events asks, of a CSV file, for the events that can be read again in the
	// place of the list. A workbook has both.
	Events bool
}

// A RecordWriter writes a register of records: a workbook with a list for people
// and a sheet of events, which is read again, or a CSV file of either. Only rows
// on their way are in memory.
type RecordWriter struct {
	file     *File
	register *RecordRegister
	list     *Table[[]any]
	events   *Table[[]any]
}

// NewRecordWriter begins a register. Nothing of it is complete before Close; one
// that is given up needs Abort.
func NewRecordWriter(w io.Writer, o RecordExport) (_ *RecordWriter, err error) {
	out := &RecordWriter{register: NewRecordRegister(o.Kind)}
	if out.register == nil {
		return nil, fmt.Errorf("sheet: there is no register of records %q", o.Kind)
	}
	if out.file, err = NewFile(w, o.Format, o.About); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.file.Abort())
		}
	}()
	if o.Format == XLSX || !o.Events {
		list := &register[[]any]{}
		for i, c := range o.List {
			list.columns = append(list.columns, column[[]any]{header: c.Header, width: c.Width, format: c.Format.format(), get: nth(i)})
		}
		if out.list, err = newTable(out.file, list, tableOptions{name: recordListSheet(o.Kind), fixed: 1}); err != nil {
			return nil, err
		}
	}
	if o.Format == XLSX || o.Events {
		if out.events, err = newTable(out.file, out.register.written(), tableOptions{name: eventsSheet, fixed: recordFields}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recordListSheet is the sheet of a list for people.
func recordListSheet(k Kind) string {
	switch k {
	case Units:
		return "Đơn vị"
	case Officers:
		return "Công chức"
	case Verdicts:
		return "Bản án hành chính"
	case Directives:
		return "Văn bản chỉ đạo"
	case Tasks:
		return "Nhiệm vụ"
	case DirectedCases:
		return "Vụ việc chỉ đạo"
	case Conferences:
		return "Hội nghị"
	case Targets:
		return "Chỉ tiêu"
	default:
		return "Danh sách"
	}
}

// nth takes a value out of a row.
func nth(i int) func(*[]any) any { return func(row *[]any) any { return (*row)[i] } }

// written are the columns in the form in which tables are written.
func (r *RecordRegister) written() *register[[]any] {
	out := &register[[]any]{}
	for i := range r.columns {
		c := &r.columns[i]
		out.columns = append(out.columns, column[[]any]{
			code: c.code, header: c.header, required: i == recordStep, help: c.help(), width: c.width, format: c.format, words: c.words, get: nth(i),
		})
	}
	return out
}

// List writes one record's row of the list for people: the values by the columns
// of the list (string, int, thads.Date, thads.Dong; nil for an empty cell). It
// does nothing in a file without the list.
func (w *RecordWriter) List(values []any) error {
	if w.list == nil {
		return nil
	}
	w.plain(values)
	return w.list.Write(&values)
}

// plain writes numbers with decimals in a CSV file as people do here: with a dot,
// programs would read a day of May.
func (w *RecordWriter) plain(values []any) {
	if w.file.format != CSV {
		return
	}
	for i, v := range values {
		if f, isNumber := v.(float64); isNumber {
			values[i] = hundredths(int64(math.Round(f * 100)))
		}
	}
}

// Event writes the rows of one event, given as a pointer, in which the ids of
// other records stand as they are to be written. Events of one record follow one
// another. It does nothing in a file without events.
func (w *RecordWriter) Event(key string, event any) error {
	if w.events == nil {
		return nil
	}
	rows, err := w.register.Rows(key, event)
	if err != nil {
		return err
	}
	for i := range rows {
		w.plain(rows[i])
		if err := w.events.Write(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// Register returns the columns of the register that is written.
func (w *RecordWriter) Register() *RecordRegister { return w.register }

// Close completes the file. It does not close the writer beneath.
func (w *RecordWriter) Close() error { return w.file.Close() }

// Abort gives up the file and what it holds on the disk. After Close it does
// nothing.
func (w *RecordWriter) Abort() error { return w.file.Abort() }

// WriteRecordTemplate writes an empty register of records: in a workbook with an
// explanation of every column and lists to choose from.
func WriteRecordTemplate(w io.Writer, k Kind, f Format) error {
	r := NewRecordRegister(k)
	if r == nil {
		return fmt.Errorf("sheet: there is no register of records %q", k)
	}
	var name thads.Text
	for _, t := range RecordKinds() {
		if t.Value == k {
			name = t.Name
		}
	}
	return writeTemplate(w, f, r.written(), tableOptions{name: eventsSheet, fixed: recordFields}, About{Title: "Mẫu " + name.VI}, []string{
		name.VI + " – hướng dẫn nhập (" + name.EN + ": how to fill it in)",
		"Mỗi diễn biến một dòng ở trang “" + eventsSheet + "”, theo thứ tự thời gian; các dòng của một hồ sơ có cùng nội dung ở cột đầu và liền nhau.",
		"Mỗi loại diễn biến chỉ có một số cột; cột khác để trống.",
	})
}

// Clone returns a copy of an event, given as a pointer, in which references may
// be set without touching the original.
func (r *RecordRegister) Clone(event any) (any, error) {
	if err := r.checkEvent(event); err != nil {
		return nil, err
	}
	return clone(event), nil
}

// Content returns what a register says of an event, given as a pointer: the same
// for two events that differ only in who recorded them and when.
func (r *RecordRegister) Content(event any) (string, error) {
	rows, err := r.Rows("", event)
	if err != nil {
		return "", err
	}
	return marshalled(rows)
}

// Undated tells whether an event, given as a pointer, counts on the day on which
// it is recorded, so that a register gives it no date and puts it last.
func (r *RecordRegister) Undated(event any) bool {
	e, ok := event.(*thads.UnitEvent)
	return ok && undated(r.kind, string(e.Kind))
}

// Differs returns the field in which two events, given as pointers, differ first;
// "" where they have the same content.
func (r *RecordRegister) Differs(a, b any) string {
	x, err := r.Rows("", a)
	y, failed := r.Rows("", b)
	if err != nil || failed != nil {
		return codeStep
	}
	for i := range r.columns {
		for row := range max(len(x), len(y)) {
			if row >= len(x) || row >= len(y) || x[row][i] != y[row][i] {
				return r.columns[i].code
			}
		}
	}
	return ""
}
