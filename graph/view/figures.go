package view

import (
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/thads"
)

// A FigureSubject is a record behind a figure: a case, an administrative
// verdict, a directed case, a task, or one that may not be opened.
type FigureSubject any

// The connections and edges of figures.
type (
	CorrectionConnection = Connection[*app.Correction]
	CorrectionEdge       = Edge[*app.Correction]
	FigureRecordEdge     = Edge[*app.FigureRecord]
	SavedQueryConnection = Connection[*app.SavedQuery]
	SavedQueryEdge       = Edge[*app.SavedQuery]
	DeadlineConnection   = Connection[*app.DeadlineItem]
	DeadlineEdge         = Edge[*app.DeadlineItem]
)

// A FigureRecordConnection is a page of the records behind a figure with what all
// of them add up to.
type FigureRecordConnection struct {
	*Connection[*app.FigureRecord]
	Sum app.FigureValue
}

// FigureRecords shows a page of the records behind a figure; nil where there are
// none to show.
func FigureRecords(r *app.FigureRecords, err error) (*FigureRecordConnection, error) {
	if err != nil || r == nil {
		return nil, err
	}
	return &FigureRecordConnection{Connection: Page(r.Page, Same[*app.FigureRecord]), Sum: r.Sum}, nil
}

// A ReportedFigure is a figure that was said at a conference, with the
// conference, by whose year and unit it is checked.
type ReportedFigure struct {
	*thads.ReportedFigure
	Conference *thads.Conference
}

// ReportedFigures shows figures that were said at a conference.
func ReportedFigures(c *thads.Conference, figures []thads.ReportedFigure) []*ReportedFigure {
	out := make([]*ReportedFigure, len(figures))
	for i := range figures {
		out[i] = &ReportedFigure{ReportedFigure: &figures[i], Conference: c}
	}
	return out
}

// A Key is a key of a group, "" for none: unlike an empty text it is not null.
type Key string

// Statistics are the answer of a group-by.
type Statistics struct{ *app.Statistics }

// StatisticsOf shows the answer of a group-by.
func StatisticsOf(s *app.Statistics, err error) (*Statistics, error) {
	if err != nil {
		return nil, err
	}
	return &Statistics{s}, nil
}

// Groups are the groups of the page.
func (s *Statistics) Groups() []*StatisticsGroup {
	out := make([]*StatisticsGroup, len(s.Statistics.Groups))
	for i, it := range s.Statistics.Groups {
		out[i] = &StatisticsGroup{it.Value}
	}
	return out
}

// PageInfo tells where the page of groups lies.
func (s *Statistics) PageInfo() PageInfo {
	groups := s.Statistics.Groups
	p := PageInfo{HasNextPage: s.HasNext, HasPreviousPage: s.HasPrevious}
	if n := len(groups); n > 0 {
		p.StartCursor, p.EndCursor = groups[0].Cursor, groups[n-1].Cursor
	}
	return p
}

// A StatisticsGroup is one group.
type StatisticsGroup struct{ *app.StatisticsGroup }

// Keys are what the group is made by.
func (g *StatisticsGroup) Keys() []Key {
	out := make([]Key, len(g.StatisticsGroup.Keys))
	for i, k := range g.StatisticsGroup.Keys {
		out[i] = Key(k)
	}
	return out
}

// A Cell is a number in a table.
type Cell struct {
	// N counts cases or đồng; hundredths of a percentage point where Points.
	N            int64
	Points, Null bool
}

// cell shows a value of a column.
func cell(c *forms.Column, v forms.Value) Cell {
	return Cell{N: v.N, Null: v.Null, Points: c != nil && (c.Unit == thads.UnitPercent || c.Unit == thads.UnitPoints)}
}

// A Report is a filled form.
type Report struct{ *app.Report }

// ReportOf shows a report.
func ReportOf(r *app.Report, err error) (*Report, error) {
	if err != nil {
		return nil, err
	}
	return &Report{r}, nil
}

// Rows are the rows, each with its numbers as their columns have them.
func (r *Report) Rows() []*ReportRow {
	out := make([]*ReportRow, len(r.Report.Rows))
	for i := range r.Report.Rows {
		row := &r.Report.Rows[i]
		out[i] = &ReportRow{Row: row, Values: make([]Cell, len(row.Values))}
		for j, v := range row.Values {
			out[i].Values[j] = cell(&r.Form.Columns[j], v)
		}
	}
	return out
}

// Checks are the rules of the form and whether they hold.
func (r *Report) Checks() []*ReportCheck {
	out := make([]*ReportCheck, len(r.Report.Checks))
	for i := range r.Report.Checks {
		c := &r.Report.Checks[i]
		out[i] = &ReportCheck{CheckResult: c, Left: Cell{N: c.Left}, Right: Cell{N: c.Right}}
	}
	return out
}

// A ReportRow is a row of a report.
type ReportRow struct {
	*forms.Row
	Values []Cell
}

// A ReportCheck is what a rule of a form comes to.
type ReportCheck struct {
	*forms.CheckResult
	Left, Right Cell
}

// A ReportCell is an opened cell of a report.
type ReportCell struct{ *app.ReportCell }

// ReportCellOf shows an opened cell.
func ReportCellOf(c *app.ReportCell, err error) (*ReportCell, error) {
	if err != nil {
		return nil, err
	}
	return &ReportCell{c}, nil
}

// Value is the number in the cell.
func (c *ReportCell) Value() Cell { return cell(&c.Column, c.ReportCell.Value) }

// Parts are what a share is made of.
func (c *ReportCell) Parts() []*ReportCell {
	out := make([]*ReportCell, len(c.ReportCell.Parts))
	for i, p := range c.ReportCell.Parts {
		out[i] = &ReportCell{p}
	}
	return out
}

// A ReportComparison is two reports side by side.
type ReportComparison struct{ *app.ReportComparison }

// ReportComparisonOf shows two reports side by side.
func ReportComparisonOf(c *app.ReportComparison, err error) (*ReportComparison, error) {
	if err != nil {
		return nil, err
	}
	return &ReportComparison{c}, nil
}

// Base is the first report.
func (c *ReportComparison) Base() *Report { return &Report{c.ReportComparison.Base} }

// Other is the second report.
func (c *ReportComparison) Other() *Report { return &Report{c.ReportComparison.Other} }

// Changes are the cells that differ.
func (c *ReportComparison) Changes() []*ReportChange {
	out := make([]*ReportChange, len(c.ReportComparison.Changes))
	for i, change := range c.ReportComparison.Changes {
		column, ok := c.ReportComparison.Other.Form.Column(change.Column)
		if !ok {
			column, _ = c.ReportComparison.Base.Form.Column(change.Column)
		}
		out[i] = &ReportChange{
			ReportChange: change, Base: cell(column, change.Base), Other: cell(column, change.Other), Difference: cell(column, change.Difference),
		}
	}
	return out
}

// A ReportChange is a cell that differs.
type ReportChange struct {
	*app.ReportChange
	Base, Other, Difference Cell
}

// A DeadlineCount is how many deadlines stand where.
type DeadlineCount struct{ *app.DeadlineCount }

// Key is what they are counted by.
func (c *DeadlineCount) Key() Key { return Key(c.DeadlineCount.Key) }

// DeadlineCountOf shows how many deadlines there are in one line.
func DeadlineCountOf(c *app.DeadlineCount, err error) (*DeadlineCount, error) {
	if err != nil {
		return nil, err
	}
	return &DeadlineCount{c}, nil
}

// DeadlineCounts shows how many deadlines stand where.
func DeadlineCounts(counts []*app.DeadlineCount, err error) ([]*DeadlineCount, error) {
	if err != nil {
		return nil, err
	}
	out := make([]*DeadlineCount, len(counts))
	for i, c := range counts {
		out[i] = &DeadlineCount{c}
	}
	return out, nil
}
