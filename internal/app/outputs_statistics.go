package app

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// maxOutputGroups bounds the groups of a file.
const maxOutputGroups = 50_000

// statisticsOutput makes a file of a group-by: one row a group, keys and what
// they are called, cases and đồng.
func (a *App) statisticsOutput(ctx context.Context, q *SavedQuery, in StatisticsInput, f OutputFormat) (*Output, error) {
	moment, total, groups, err := a.allGroups(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &Output{Format: f, Name: q.Name + " " + moment.AsOf.String()}
	if f == OutputJSON {
		out.Body, err = plainJSON(statisticsJSON(q, in, moment, total, groups))
		return out, err
	}
	spec, _ := forms.MeasureSpecOf(in.Measure)
	var columns []sheet.ListColumn
	for _, d := range in.GroupBy {
		name := dimensionName(d)
		columns = append(columns, sheet.ListColumn{Header: "Mã " + lowerFirst(name), Width: 20}, sheet.ListColumn{Header: name, Width: 36})
	}
	columns = append(columns,
		sheet.ListColumn{Header: "Đại lượng", Width: 24},
		sheet.ListColumn{Header: "Số việc", Format: sheet.ListNumber, Width: 14},
		sheet.ListColumn{Header: "Số tiền (đồng)", Format: sheet.ListDong},
		sheet.ListColumn{Header: "Ghi chú", Width: 24})
	b := &bytes.Buffer{}
	list, err := sheet.NewListWriter(b, sheet.Format(f), sheet.About{Title: q.Name}, "Kết quả", columns)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, list.Abort()) }()
	for _, g := range groups {
		row := make([]any, 0, len(columns))
		for i, key := range g.Keys {
			row = append(row, key, g.Titles[i].VI)
		}
		row = append(row, spec.Name.VI)
		switch {
		case g.Value != nil:
			row = append(row, g.Value.Cases, g.Value.Dong, nil)
		case g.Suppressed != nil:
			row = append(row, nil, nil, g.Suppressed.VI)
		default:
			row = append(row, nil, nil, nil)
		}
		if err := list.Write(row); err != nil {
			return nil, err
		}
	}
	if err := list.Close(); err != nil {
		return nil, err
	}
	out.Body = b.Bytes()
	return out, nil
}

// allGroups answers a group-by with all its groups, from the same postings.
func (a *App) allGroups(ctx context.Context, in StatisticsInput) (Moment, *FigureValue, []*StatisticsGroup, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return Moment{}, nil, nil, err
	}
	g, err := k.grouping(in)
	if err != nil {
		return Moment{}, nil, nil, err
	}
	found := k.view.Sum(g.query)
	if len(found) > maxOutputGroups {
		return Moment{}, nil, nil, thads.Errorf(thads.CodeLimit, "", "Kết quả có %[1]d nhóm, tối đa %[2]d; hãy lọc bớt", "The answer has %[1]d groups and may have %[2]d; filter it", len(found), maxOutputGroups)
	}
	var total *FigureValue
	if k.suppressed(g.query) == nil {
		sum := valueOf(g.total(found))
		total = &sum
	}
	groups := make([]*StatisticsGroup, len(found))
	for i := range found {
		groups[i] = g.group(&found[i])
	}
	return g.moment, total, groups, nil
}

// statisticsJSON is a group-by for programs.
func statisticsJSON(q *SavedQuery, in StatisticsInput, moment Moment, total *FigureValue, groups []*StatisticsGroup) any {
	type row struct {
		Keys       map[ledger.Dimension]string `json:"keys"`
		Titles     map[ledger.Dimension]string `json:"titles"`
		Cases      *int                        `json:"cases"`
		Dong       *thads.Dong                 `json:"dong"`
		Suppressed string                      `json:"suppressed,omitzero"`
	}
	rows := make([]row, 0, len(groups))
	for _, g := range groups {
		r := row{Keys: map[ledger.Dimension]string{}, Titles: map[ledger.Dimension]string{}}
		for i, d := range in.GroupBy {
			r.Keys[d], r.Titles[d] = g.Keys[i], g.Titles[i].VI
		}
		if g.Value != nil {
			r.Cases, r.Dong = &g.Value.Cases, &g.Value.Dong
		} else if g.Suppressed != nil {
			r.Suppressed = g.Suppressed.VI
		}
		rows = append(rows, r)
	}
	type value struct {
		Cases int        `json:"cases"`
		Dong  thads.Dong `json:"dong"`
	}
	var sum *value
	if total != nil {
		sum = &value{total.Cases, total.Dong}
	}
	return struct {
		Query   string             `json:"query"`
		Name    string             `json:"name"`
		Measure forms.Measure      `json:"measure"`
		GroupBy []ledger.Dimension `json:"groupBy"`
		Moment  momentOutput       `json:"moment"`
		Total   *value             `json:"total"`
		Rows    []row              `json:"rows"`
	}{q.ID, q.Name, in.Measure, append([]ledger.Dimension{}, in.GroupBy...), moment.output(), sum, rows}
}

// dimensionName is what a dimension is called.
func dimensionName(d ledger.Dimension) string {
	switch d {
	case ledger.ByUnit:
		return "Đơn vị"
	case ledger.ByOfficer:
		return "Chấp hành viên"
	case ledger.ByAccount:
		return "Trạng thái pháp lý"
	case ledger.ByDetail:
		return "Căn cứ, biện pháp"
	case ledger.ByInitiation:
		return "Hình thức thi hành"
	case ledger.ByKind:
		return "Loại bản án"
	case ledger.BySubject:
		return "Loại nghĩa vụ"
	case ledger.ByTag:
		return "Nhãn"
	case ledger.ByMonth:
		return "Tháng"
	case ledger.ByStatYear:
		return "Năm thống kê"
	}
	return string(d)
}

func lowerFirst(s string) string {
	for i, r := range s {
		return strings.ToLower(string(r)) + s[i+len(string(r)):]
	}
	return s
}
