package sheet

import (
	"strings"

	"github.com/thads/thads/internal/thads"
)

// nothingRead tells that a row has nothing in the columns that are read.
var nothingRead = thads.Text{VI: "Dòng không có gì ở các cột được nhập", EN: "The row has nothing in the columns that are read"}

// A leaver finds the rows of a sheet that are none of the register: subtotals,
// sections, numbers of columns, repeated headers, signatures.
type leaver struct {
	titles []string
	cells  []mappedCell
}

// look tells whether a row is left out, and why.
func (l *leaver) look(*Row) (thads.Text, bool) { return thads.Text{}, false }

// firstText returns the first text of a row, by which a person finds it.
func firstText(row *Row) string {
	for i := range row.Cells {
		if text := strings.TrimSpace(row.Cells[i].Text); text != "" {
			return thads.NormalizeName(text)
		}
	}
	return ""
}
