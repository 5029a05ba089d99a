package sheet

import (
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A CaseSummary is one case as people look at it: a row of a sheet that is not
// read again.
type CaseSummary struct {
	Case *thads.Case
	// Unit and Officer are the names of those that hold the case.
	Unit, Officer string
}

// Summary begins the sheet that shows where each case stands.
func (f *File) Summary() (*Table[CaseSummary], error) {
	return newTable(f, newSummary(), tableOptions{name: summarySheet, fixed: 2, locked: true})
}

// newSummary returns the columns of the summary.
func newSummary() *register[CaseSummary] {
	type row = CaseSummary
	text := func(header string, width float64, get func(*thads.Case) string) column[row] {
		return column[row]{header: header, width: width, get: func(r *row) any { return orNil(get(r.Case)) }}
	}
	date := func(header string, get func(*thads.Case) thads.Date) column[row] {
		return column[row]{header: header, format: formatDate, get: func(r *row) any { return orNil(get(r.Case)) }}
	}
	// Nothing left is a figure of its own, and not an empty cell.
	dong := func(header string, get func(*thads.Totals) thads.Dong) column[row] {
		return column[row]{header: header, format: formatDong, get: func(r *row) any { t := r.Case.Totals(); return get(&t) }}
	}
	return &register[row]{columns: []column[row]{
		text("Số quyết định thi hành án", 20, func(c *thads.Case) string { return c.Number().Raw }),
		text("Người phải thi hành án", 28, func(c *thads.Case) string { return namesOf(c, thads.Debtor) }),
		date("Ngày quyết định", func(c *thads.Case) thads.Date {
			if c.Decision == nil {
				return 0
			}
			return c.Decision.Date
		}),
		{header: "Đơn vị", width: 26, get: func(r *row) any { return orNil(r.Unit) }},
		{header: "Chấp hành viên", width: 22, get: func(r *row) any { return orNil(r.Officer) }},
		text("Người được thi hành án", 28, func(c *thads.Case) string { return namesOf(c, thads.Creditor) }),
		text("Hình thức", 14, func(c *thads.Case) string { return nameOf(thads.Initiations(), c.Particulars.Initiation) }),
		text("Loại án", 16, func(c *thads.Case) string { return nameOf(thads.JudgmentKinds(), c.Particulars.Judgment.Kind) }),
		text("Số bản án", 18, func(c *thads.Case) string { return c.Particulars.Judgment.Number.Raw }),
		date("Ngày bản án", func(c *thads.Case) thads.Date { return c.Particulars.Judgment.Date }),
		text("Nghĩa vụ", 30, obligationsOf),
		text("Trạng thái", 22, func(c *thads.Case) string { return c.State.Name().VI }),
		date("Từ ngày", func(c *thads.Case) thads.Date { return c.Since }),
		text("Căn cứ pháp lý", 26, func(c *thads.Case) string { return groundOf(c.Ground) }),
		dong("Tổng phải thi hành (đồng)", func(t *thads.Totals) thads.Dong { return t.Total }),
		dong("Đã thi hành (đồng)", func(t *thads.Totals) thads.Dong { return t.Done }),
		dong("Đã thu, chưa chi (đồng)", func(t *thads.Totals) thads.Dong { return t.Held }),
		dong("Được miễn, giảm (đồng)", func(t *thads.Totals) thads.Dong { return t.Reduced }),
		dong("Đình chỉ (đồng)", func(t *thads.Totals) thads.Dong { return t.Terminated }),
		dong("Ủy thác (đồng)", func(t *thads.Totals) thads.Dong { return t.Entrusted }),
		dong("Kết thúc khác (đồng)", func(t *thads.Totals) thads.Dong { return t.Closed }),
		dong("Còn phải thi hành (đồng)", func(t *thads.Totals) thads.Dong { return t.Outstanding() }),
		date("Ngày thụ lý", func(c *thads.Case) thads.Date { return c.OpenedOn }),
		date("Ngày kết thúc", func(c *thads.Case) thads.Date { return c.FinishedOn }),
		text("Nhãn", 22, func(c *thads.Case) string {
			var names []string
			for _, t := range c.Tags {
				names = append(names, nameOf(thads.Tags(), t))
			}
			return strings.Join(names, "; ")
		}),
		{header: "Cập nhật lúc", width: 20, get: func(r *row) any { return orNil(r.Case.UpdatedAt()) }},
		text("Mã hồ sơ", 30, func(c *thads.Case) string { return string(c.ID) }),
	}}
}

// namesOf are the names of the parties of a role, a line each; more than ten are
// counted.
func namesOf(c *thads.Case, role thads.PartyRole) string {
	var names []string
	for i := range c.Parties {
		if c.Parties[i].Role == role {
			names = append(names, c.Parties[i].Name)
		}
	}
	return lines(names, "người")
}

func obligationsOf(c *thads.Case) string {
	var out []string
	for _, b := range c.Obligations() {
		line := b.Kind.Name().VI
		if b.Content != "" {
			line += ": " + b.Content
		}
		out = append(out, line)
	}
	return lines(out, "nghĩa vụ")
}

// lines joins what fits a cell of a sheet for people, and counts the rest.
func lines(all []string, of string) string {
	const most, longest = 10, 500
	var out []string
	for i, s := range all {
		if i == most {
			out = append(out, "… và "+strconv.Itoa(len(all)-most)+" "+of+" khác")
			break
		}
		out = append(out, clipRunes(s, longest))
	}
	return strings.Join(out, "\n")
}

func nameOf[T ~string](terms []thads.Term[T], value T) string {
	for _, t := range terms {
		if t.Value == value {
			return t.Name.VI
		}
	}
	return ""
}

// groundOf cites a legal ground.
func groundOf(code thads.GroundCode) string {
	if g, ok := thads.GroundOf(code); ok {
		return g.Citation
	}
	return string(code)
}
