package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// A reportPaper is a report with what stands on its paper besides.
type reportPaper struct {
	*Report
	// superior is to whom the report goes, "" for nobody.
	superior string
	about    sheet.About
}

// paperOf computes a report for its paper.
func (a *App) paperOf(ctx context.Context, in ReportInput) (*reportPaper, error) {
	r, err := a.Report(ctx, in)
	if err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	p := &reportPaper{Report: r, about: sheet.About{Title: r.Form.Title.VI}}
	if above := d.Tree.AncestorsOn(r.Unit.ID, r.Moment.AsOf); len(above) > 0 {
		p.superior = nameOn(d.Unit(above[0]), r.Moment.AsOf)
	}
	return p, nil
}

// agency is what the unit was called on the last day; a kept report says what it
// was called when it was made.
func (p *reportPaper) agency() string {
	if p.in.kept != nil && p.in.kept.UnitName != "" {
		return p.in.kept.UnitName
	}
	return nameOn(p.Unit, p.Moment.AsOf)
}

// nameOn is what a unit was called on a day.
func nameOn(u *thads.Unit, day thads.Date) string {
	return u.NameOn(day).Name
}

// hiddenCells are the cells that the reader is not shown.
func (p *reportPaper) hiddenCells() map[SuppressedCell]bool {
	out := make(map[SuppressedCell]bool, len(p.Suppressed))
	for _, c := range p.Suppressed {
		out[c] = true
	}
	return out
}

// sheet lays the report out to be printed.
func (p *reportPaper) sheet() *sheet.Report {
	f := &p.Form
	out := &sheet.Report{
		About: p.about, Superior: p.superior, Agency: p.agency(), Recipient: p.superior,
		Number: f.Number, Basis: basisOf(f.Regime), Title: f.Title.VI, Period: periodLines(p.Moment.From, p.Moment.AsOf),
		Account: f.Unit, RowHeader: rowHeader(f.Rows), Checks: p.checkLines(), Notes: p.notes(), Place: "………, ngày …… tháng …… năm ………",
		Signers: []sheet.ReportSigner{{Title: "Người lập biểu", Hint: "(Ký, ghi rõ họ tên)"}, {Title: "Thủ trưởng đơn vị", Hint: "(Ký tên, đóng dấu)"}},
	}
	for i := range f.Columns {
		c := &f.Columns[i]
		column := sheet.ReportColumn{Code: c.Code, Unit: c.Unit}
		for _, h := range c.Path {
			column.Path = append(column.Path, h.VI)
		}
		// Paper has room for sums and shares of columns, not for explanations.
		if len(c.Terms) > 0 || c.IsRatio() {
			column.Formula = c.Formula.VI
		}
		out.Columns = append(out.Columns, column)
	}
	hidden := p.hiddenCells()
	for i := range p.Rows {
		r := &p.Rows[i]
		row := sheet.ReportRow{
			Key: r.Key, Parent: r.Parent, Title: r.Title.VI, Level: r.Level, Unit: string(r.Unit), Officer: string(r.Officer),
			Cells: make([]sheet.ReportCell, len(r.Values)),
		}
		for j, v := range r.Values {
			row.Cells[j] = sheet.ReportCell{N: v.N, Null: v.Null, Hidden: hidden[SuppressedCell{r.Key, f.Columns[j].Code}]}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// basisOf are the lines that say by what a form is prescribed.
func basisOf(r forms.Regime) []string {
	name, amended, _ := strings.Cut(r.Name().VI, ", ")
	lines := []string{"Ban hành theo " + name}
	if amended != "" {
		lines = append(lines, "("+amended+")")
	}
	return lines
}

// periodLines say what time a report is about.
func periodLines(from, to thads.Date) []string {
	var lines []string
	year := thads.StatYearOf(to)
	for months := 1; months <= 12; months++ {
		if end, err := year.PeriodEnd(months); err == nil && end == to && from == year.Start() {
			lines = append(lines, fmt.Sprintf("%d tháng năm thống kê %d", months, int(year)))
		}
	}
	return append(lines, fmt.Sprintf("(từ ngày %s đến ngày %s)", from.Vietnamese(), to.Vietnamese()))
}

// rowHeader heads the titles of the rows.
func rowHeader(k forms.RowKind) string {
	switch k {
	case forms.RowsKinds:
		return "Loại việc, loại bản án"
	case forms.RowsOfficers:
		return "Tên cơ quan thi hành án, chấp hành viên"
	case forms.RowsUnits:
		return "Tên cơ quan thi hành án"
	case forms.RowsSubjects:
		return "Khoản phải thi hành"
	case forms.RowsMeasures:
		return "Biện pháp"
	}
	return "Chỉ tiêu"
}

// maxCheckLines bounds the rows that are named in which rules do not hold.
const maxCheckLines = 20

// checkLines say of each rule whether it holds, and where it does not.
func (p *reportPaper) checkLines() []string {
	titles := map[string]string{}
	for i := range p.Rows {
		titles[p.Rows[i].Key] = p.Rows[i].Title.VI
	}
	var lines []string
	for i := range p.Form.Checks {
		rule := &p.Form.Checks[i]
		failed := 0
		var at []string
		for _, c := range p.Checks {
			if c.Code != rule.Code || c.Passed {
				continue
			}
			failed++
			if failed <= maxCheckLines {
				at = append(at, fmt.Sprintf("%s (%s ≠ %s)", cmp.Or(titles[c.Row], c.Row), grouped(c.Left), grouped(c.Right)))
			}
		}
		switch {
		case failed == 0:
			lines = append(lines, rule.Text.VI+": đạt ở mọi dòng")
		case failed > maxCheckLines:
			lines = append(lines, fmt.Sprintf("%s: KHÔNG ĐẠT ở %d dòng, trong đó: %s", rule.Text.VI, failed, strings.Join(at, "; ")))
		default:
			lines = append(lines, fmt.Sprintf("%s: KHÔNG ĐẠT ở %s", rule.Text.VI, strings.Join(at, "; ")))
		}
	}
	return lines
}

// notes are what must be known when the figures are read.
func (p *reportPaper) notes() []string {
	var out []string
	switch p.Moment.Basis {
	case ledger.Effective:
		out = append(out, "Số liệu tính theo ngày phát sinh, như nay được biết; không phải số liệu đã khóa sổ.")
	case ledger.Booked:
		out = append(out, "Số liệu tính theo ngày ghi sổ: ghi nhận sau khi khóa sổ được tính vào kỳ sau.")
	}
	switch {
	case p.Lock != nil:
		out = append(out, fmt.Sprintf("Số liệu đã khóa sổ đến hết ngày %s, theo dữ liệu ghi nhận đến %s; người khóa: %s; mã kiểm tra: %s.",
			p.Lock.Through.Vietnamese(), instantWords(p.Moment.KnownAt), p.Lock.By, deref(p.Lock.Hash, "–")))
	default:
		out = append(out, "Theo dữ liệu ghi nhận đến "+instantWords(p.Moment.KnownAt)+".")
	}
	if spec, ok := forms.RegimeSpecOf(p.Form.Regime); ok && spec.Note.VI != "" {
		out = append(out, spec.Note.VI+".")
	}
	if len(p.Form.Unverified) > 0 {
		out = append(out, "Chưa đối chiếu với văn bản gốc:")
		for _, u := range p.Form.Unverified {
			out = append(out, "- "+u.VI+".")
		}
	}
	if len(p.Suppressed) > 0 {
		out = append(out, "Dấu * là số không hiển thị: ô chỉ có từ 1 đến 4 việc thuộc loại được bảo vệ.")
	}
	return out
}

// instantWords writes an instant as people read it, to the minute.
func instantWords(at time.Time) string {
	local := at.In(vietnam)
	return local.Format("15:04 ngày 02/01/2006")
}

// vietnam is the time zone in which people read instants.
var vietnam = time.FixedZone("+07", 7*60*60)

// grouped writes a whole number with its thousands apart.
func grouped(n int64) string { return strings.TrimSuffix(thads.Dong(n).Vietnamese(), " đ") }

// deref is what a pointer points at, or a value in the place of nothing.
func deref[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
