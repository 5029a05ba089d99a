package sheet

import (
	"errors"
	"io"
	"math"
)

// A ListWriter writes one list for programs and people: a workbook of one sheet
// whose rows can be filtered, or a CSV file. Only rows on their way are in memory.
type ListWriter struct {
	file  *File
	table *Table[[]any]
}

// NewListWriter begins a list on a sheet of the name. Nothing of it is complete
// before Close; one that is given up needs Abort.
func NewListWriter(w io.Writer, f Format, about About, name string, columns []ListColumn) (*ListWriter, error) {
	file, err := NewFile(w, f, about)
	if err != nil {
		return nil, err
	}
	list := &register[[]any]{}
	for i, c := range columns {
		list.columns = append(list.columns, column[[]any]{header: c.Header, width: c.Width, format: c.Format.format(), get: nth(i)})
	}
	table, err := newTable(file, list, tableOptions{name: sheetName(name), fixed: 1})
	if err != nil {
		return nil, errors.Join(err, file.Abort())
	}
	return &ListWriter{file: file, table: table}, nil
}

// Write writes one row: the values by the columns of the list (string, int, float64,
// thads.Date, thads.Dong; nil for an empty cell).
func (w *ListWriter) Write(values []any) error {
	if w.file.format != CSV {
		return w.table.Write(&values)
	}
	fields := make([]string, len(values))
	for i, v := range values {
		// Numbers with decimals are written as people do here: with a dot, programs
		// would read a day of May.
		if n, isNumber := v.(float64); isNumber {
			fields[i] = hundredths(int64(math.Round(n * 100)))
			continue
		}
		fields[i] = csvField(v)
	}
	return w.file.csv.csv.Write(fields)
}

// Close completes the list. It does not close the writer beneath.
func (w *ListWriter) Close() error { return w.file.Close() }

// Abort gives up the list and what it holds on the disk. After Close it does
// nothing.
func (w *ListWriter) Abort() error { return w.file.Abort() }
