package sheet

// compositesOfCases are the columns of books that hold several columns of the
// template together.
func compositesOfCases() []column[CaseRow] { return nil }
