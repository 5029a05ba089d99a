package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// An outputColumn is one column of a list of cases that is handed out: its key in
// JSON, its header in a table, and its value (string, int, thads.Date,
// thads.Dong; nil for none).
type outputColumn struct {
	key, header string
	format      sheet.ListFormat
	width       float64
	value       func(*outputCase) any
}

// An outputCase is a case as the caller sees it, with the names of who holds it.
type outputCase struct {
	*thads.Case
	totals        thads.Totals
	unit, officer string
}

// caseColumns are the columns of a list of cases.
func caseColumns() []outputColumn {
	text := func(key, header string, width float64, get func(*outputCase) string) outputColumn {
		return outputColumn{key: key, header: header, width: width, value: func(c *outputCase) any {
			if s := get(c); s != "" {
				return s
			}
			return nil
		}}
	}
	date := func(key, header string, get func(*outputCase) thads.Date) outputColumn {
		return outputColumn{key: key, header: header, format: sheet.ListDate, value: func(c *outputCase) any {
			if d := get(c); !d.IsZero() {
				return d
			}
			return nil
		}}
	}
	dong := func(key, header string, get func(*thads.Totals) thads.Dong) outputColumn {
		return outputColumn{key: key, header: header + " (đồng)", format: sheet.ListDong, value: func(c *outputCase) any { return get(&c.totals) }}
	}
	return []outputColumn{
		text("id", "Mã hồ sơ", 30, func(c *outputCase) string { return string(c.ID) }),
		text("number", "Số quyết định thi hành án", 20, func(c *outputCase) string { return c.Number().Raw }),
		date("decidedOn", "Ngày quyết định", func(c *outputCase) thads.Date {
			if c.Decision == nil {
				return 0
			}
			return c.Decision.Date
		}),
		text("unitId", "Mã đơn vị", 30, func(c *outputCase) string { return string(c.Unit) }),
		text("unit", "Đơn vị", 26, func(c *outputCase) string { return c.unit }),
		text("officerId", "Mã chấp hành viên", 30, func(c *outputCase) string { return string(c.Officer) }),
		text("officer", "Chấp hành viên", 22, func(c *outputCase) string { return c.officer }),
		text("debtors", "Người phải thi hành án", 28, func(c *outputCase) string { return partyNames(c.Case, thads.Debtor) }),
		text("creditors", "Người được thi hành án", 28, func(c *outputCase) string { return partyNames(c.Case, thads.Creditor) }),
		text("initiation", "Hình thức", 14, func(c *outputCase) string { return wordFor(thads.Initiations(), c.Particulars.Initiation) }),
		text("judgmentKind", "Loại án", 16, func(c *outputCase) string { return wordFor(thads.JudgmentKinds(), c.Particulars.Judgment.Kind) }),
		text("state", "Mã trạng thái", 20, func(c *outputCase) string { return string(c.State) }),
		text("stateName", "Trạng thái", 22, func(c *outputCase) string { return c.State.Name().VI }),
		date("since", "Từ ngày", func(c *outputCase) thads.Date { return c.Since }),
		date("openedOn", "Ngày thụ lý", func(c *outputCase) thads.Date { return c.OpenedOn }),
		date("finishedOn", "Ngày kết thúc", func(c *outputCase) thads.Date { return c.FinishedOn }),
		dong("total", "Tổng phải thi hành", func(t *thads.Totals) thads.Dong { return t.Total }),
		dong("done", "Đã thi hành", func(t *thads.Totals) thads.Dong { return t.Done }),
		dong("held", "Đã thu, chưa chi", func(t *thads.Totals) thads.Dong { return t.Held }),
		dong("reduced", "Được miễn, giảm", func(t *thads.Totals) thads.Dong { return t.Reduced }),
		dong("terminated", "Đình chỉ", func(t *thads.Totals) thads.Dong { return t.Terminated }),
		dong("entrusted", "Ủy thác", func(t *thads.Totals) thads.Dong { return t.Entrusted }),
		dong("closed", "Kết thúc khác", func(t *thads.Totals) thads.Dong { return t.Closed }),
		dong("outstanding", "Còn phải thi hành", func(t *thads.Totals) thads.Dong { return t.Outstanding() }),
		text("tags", "Nhãn", 22, func(c *outputCase) string {
			var names []string
			for _, t := range c.Tags {
				names = append(names, wordFor(thads.Tags(), t))
			}
			return strings.Join(names, "; ")
		}),
	}
}

// partyNames are the names of the parties of a role.
func partyNames(c *thads.Case, role thads.PartyRole) string {
	var names []string
	for i := range c.Parties {
		if c.Parties[i].Role == role {
			names = append(names, c.Parties[i].Name)
		}
	}
	return strings.Join(names, "; ")
}

// casesOutput makes a file of a list of cases, as the caller sees them and may
// export them. That it was taken out is on record before its first byte.
func (a *App) casesOutput(ctx context.Context, q *SavedQuery, in SavedCasesInput, f OutputFormat) (*Output, error) {
	if _, err := a.permit(ctx, auth.Export); err != nil {
		return nil, err
	}
	if _, _, err := a.caseConds(ctx, in.Filter, in.OrderBy); err != nil {
		return nil, err
	}
	out := &Output{Name: q.Name, Format: f, Record: new(string)}
	out.Write = func(ctx context.Context, w io.Writer) error {
		e, err := a.caseListing(ctx, "Truy vấn đã lưu “"+q.Name+"”", ExportOptions{
			Format: sheet.Format(f), Filter: in.Filter, By: in.OrderBy, Descending: in.Descending,
			ExportReason: ExportReason{Recorded: func(d *Disclosure) { *out.Record = d.ID }},
		})
		if err != nil {
			return err
		}
		columns := caseColumns()
		if f == OutputJSON {
			return e.writeJSON(ctx, w, columns)
		}
		return e.writeList(ctx, w, columns, sheet.Format(f))
	}
	return out, nil
}

// eachShown gives fn the cases of an export with the names that a list shows.
func (e *caseExport) eachShown(ctx context.Context, fn func(*outputCase) error) error {
	return e.each(ctx, func(d *Directory, c *thads.Case, _ sheet.Names) error {
		out := &outputCase{Case: c, totals: c.Totals(), unit: d.UnitName(c.Unit)}
		if o := d.Officer(c.Officer); o != nil {
			out.officer = o.Name
		}
		return fn(out)
	})
}

// writeList writes the cases as a table. Programs that read it again and again
// would take the line that says who made a file for a case, so a CSV file has
// none; the record of the export stands in the file's name.
func (e *caseExport) writeList(ctx context.Context, w io.Writer, columns []outputColumn, f sheet.Format) (err error) {
	about := e.about
	if f == sheet.CSV {
		about.Record = ""
	}
	var heads []sheet.ListColumn
	for _, c := range columns {
		heads = append(heads, sheet.ListColumn{Header: c.header, Format: c.format, Width: c.width})
	}
	list, err := sheet.NewListWriter(w, f, about, "Danh sách việc", heads)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, list.Abort()) }()
	row := make([]any, len(columns))
	err = e.eachShown(ctx, func(c *outputCase) error {
		for i := range columns {
			row[i] = columns[i].value(c)
		}
		return list.Write(row)
	})
	if err != nil {
		return err
	}
	return list.Close()
}

// writeJSON writes the cases as an array of objects.
func (e *caseExport) writeJSON(ctx context.Context, w io.Writer, columns []outputColumn) error {
	begin := "[\n"
	err := e.eachShown(ctx, func(c *outputCase) error {
		b := []byte(begin + "{")
		begin = ",\n"
		for i := range columns {
			name, err := json.Marshal(columns[i].key)
			if err != nil {
				return fmt.Errorf("output: %w", err)
			}
			value, err := json.Marshal(columns[i].value(c))
			if err != nil {
				return fmt.Errorf("output: %w", err)
			}
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, name...), ':'), value...)
		}
		_, err := w.Write(append(b, '}'))
		return err
	})
	if err != nil {
		return err
	}
	if begin == "[\n" {
		_, err = io.WriteString(w, "[]\n")
		return err
	}
	_, err = io.WriteString(w, "\n]\n")
	return err
}

// wordFor is what a value is called.
func wordFor[T ~string](terms []thads.Term[T], value T) string {
	for _, t := range terms {
		if t.Value == value {
			return t.Name.VI
		}
	}
	return ""
}
