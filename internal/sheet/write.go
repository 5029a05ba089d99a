package sheet

import (
	"errors"
	"io"
)

// The sheets of the files that are written.
const (
	casesSheet   = "Vụ việc"
	eventsSheet  = "Diễn biến"
	summarySheet = "Tổng hợp"
	guideSheet   = "Hướng dẫn"
	listsSheet   = "Danh mục"
)

// Cases begins the register of cases, in the columns of the template.
func (f *File) Cases() (*Table[CaseRow], error) {
	return newTable(f, newRegister(), casesTable())
}

// casesTable keeps unit, officer and number in sight while one moves to the right.
func casesTable() tableOptions { return tableOptions{name: casesSheet, fixed: colNumber + 1} }

// Events begins the register of events, in the columns of the template.
func (f *File) Events() (*Table[EventRow], error) {
	return newTable(f, newEventRegister(), eventsTable())
}

// eventsTable keeps what names the case in sight.
func eventsTable() tableOptions { return tableOptions{name: eventsSheet, fixed: evNumber + 1} }

// A CaseWriter writes a file with a register of cases alone.
type CaseWriter struct {
	file  *File
	table *Table[CaseRow]
}

// NewCaseWriter begins a register. Nothing of it is complete before Close.
func NewCaseWriter(w io.Writer, f Format) (*CaseWriter, error) {
	file, err := NewFile(w, f, About{})
	if err != nil {
		return nil, err
	}
	table, err := file.Cases()
	if err != nil {
		return nil, errors.Join(err, file.Abort())
	}
	return &CaseWriter{file, table}, nil
}

// Write writes one row.
func (c *CaseWriter) Write(row *CaseRow) error { return c.table.Write(row) }

// Close completes the file. It does not close the writer beneath.
func (c *CaseWriter) Close() error { return c.file.Close() }
