package sheet

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
