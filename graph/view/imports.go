package view

import (
	"maps"
	"slices"

	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// An ImportProblem is a problem of a file; what it does not have is absent.
type ImportProblem struct {
	*sheet.Problem
	Code        *thads.Code
	Row, Column *int
	Letter      string
	Message     thads.Text
}

// ImportProblemOf shows a problem of a file.
func ImportProblemOf(p *sheet.Problem) *ImportProblem {
	v := &ImportProblem{Problem: p, Code: optional(p.Code), Row: optional(p.Row), Column: optional(p.Column), Message: p.Text}
	if p.Severity == sheet.LeftOut {
		v.Code = nil // nothing is wrong with the row
	}
	if p.Column > 0 {
		v.Letter = p.Letter()
	}
	return v
}

// An ImportColumn is what a column of a file is.
type ImportColumn struct {
	sheet.MappedColumn
	Letter string
	Unit   *thads.MoneyUnit
}

// ImportColumns shows the columns of a mapping.
func ImportColumns(m *sheet.Mapping) []*ImportColumn {
	out := make([]*ImportColumn, len(m.Columns))
	for i, c := range m.Columns {
		out[i] = &ImportColumn{MappedColumn: c, Letter: sheet.Letter(c.Column), Unit: optional(c.Unit)}
	}
	return out
}

// An ImportConstant is a field that has the same value in every row.
type ImportConstant struct{ Field, Value string }

// ImportConstants shows the constants of a mapping, by their fields.
func ImportConstants(m *sheet.Mapping) []*ImportConstant {
	out := []*ImportConstant{}
	for _, field := range slices.Sorted(maps.Keys(m.Constants)) {
		out = append(out, &ImportConstant{Field: field, Value: m.Constants[field]})
	}
	return out
}
