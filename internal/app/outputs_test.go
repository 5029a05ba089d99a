package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/thads"
)

// A report as a file says the same as the report of the API, in every format and
// for every form that there is; paper in thousands of đồng.
func TestReportsAsFiles(t *testing.T) {
	w := newWorld(t)
	w.exportable(t)
	ctx := leader(t.Context())
	period := app.OutputValues{app.ParameterStatYear: "2019", app.ParameterMonths: "12"}
	tried := 0
	for _, f := range forms.Forms(forms.RegimeTT01) {
		if !f.Available {
			if _, err := w.ReportOutput(ctx, string(f.Code), period, app.OutputCSV); code(err) != forms.CodeFormUnavailable {
				t.Errorf("%s is not available and answers %v", f.Code, err)
			}
			continue
		}
		tried++
		want, err := w.Report(ctx, app.ReportInput{Form: f.Code, Period: &app.PeriodInput{StatYear: 2019, Months: 12}})
		if err != nil {
			t.Fatal(f.Code, err)
		}
		ask := func(format app.OutputFormat) []byte {
			t.Helper()
			out, err := w.ReportOutput(ctx, string(f.Code), period, format)
			if err == nil && (out.Format != format || !strings.HasSuffix(out.Name, " 2018-10-01 2019-09-30")) {
				t.Errorf("%s is called %q and is %s", f.Code, out.Name, out.Format)
			}
			return whole(t, out, err)
		}
		rows := table(t, ask(app.OutputCSV))
		if len(rows) != 1+len(want.Rows) {
			t.Fatalf("%s: %d rows, want %d", f.Code, len(rows)-1, len(want.Rows))
		}
		var told struct {
			Form   string
			Moment struct {
				AsOf    string
				KnownAt *string
			}
			Rows []struct {
				Key    string
				Values map[string]*json.Number
			}
			Checks []struct{ Passed bool }
		}
		if err := json.Unmarshal(ask(app.OutputJSON), &told); err != nil {
			t.Fatal(err)
		}
		if told.Form != string(f.Code) || told.Moment.AsOf != "2019-09-30" || told.Moment.KnownAt != nil || len(told.Rows) != len(want.Rows) || len(told.Checks) != len(want.Checks) {
			t.Errorf("%s as JSON: %+v", f.Code, told)
		}
		for i, row := range want.Rows {
			if rows[i+1][0] != row.Key || told.Rows[i].Key != row.Key {
				t.Fatalf("%s: row %d is %q in the table and %q in JSON, want %q", f.Code, i, rows[i+1][0], told.Rows[i].Key, row.Key)
			}
			for j, v := range row.Values {
				c := want.Form.Columns[j]
				plain, number := fmt.Sprint(v.N), fmt.Sprint(v.N)
				if c.IsRatio() {
					plain = strings.TrimSuffix(thads.Percent(v.N).Vietnamese(), "%")
					number = strings.ReplaceAll(plain, ",", ".")
				}
				if v.Null {
					plain, number = "", ""
				}
				got := ""
				if n := told.Rows[i].Values[c.Code]; n != nil {
					got = n.String()
				}
				if rows[i+1][6+j] != plain || got != number {
					t.Errorf("%s %s/%s: %q in the table and %q in JSON, want %q and %q", f.Code, row.Key, c.Code, rows[i+1][6+j], got, plain, number)
				}
			}
		}
		book, err := excelize.OpenReader(bytes.NewReader(ask(app.OutputXLSX)))
		if err != nil {
			t.Fatal(err)
		}
		var paper []string
		cells, err := book.GetRows("Biểu")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range cells {
			paper = append(paper, strings.Join(r, "|"))
		}
		text := strings.Join(paper, "\n")
		for _, words := range []string{
			strings.ToUpper(want.Form.Title.VI), "CỤC THI HÀNH ÁN DÂN SỰ TỈNH THANH HÓA", "Ban hành theo Thông tư 01/2013/TT-BTP", "12 tháng năm thống kê 2019",
			"(từ ngày 01/10/2018 đến ngày 30/09/2019)", "Theo dữ liệu ghi nhận đến 09:00 ngày 09/12/2019.", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ",
		} {
			if !strings.Contains(text, words) {
				t.Errorf("%s: paper does not say %q:\n%s", f.Code, words, text)
			}
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
	if tried < 8 {
		t.Errorf("only %d forms are available", tried)
	}
}

// The postings behind a column add up to its cell, for every role and whatever it
// may open: of the rest no id is told.
func TestPostingsAddUp(t *testing.T) {
	w := newVeilWorld(t)
	type line struct {
		Column, ID, JudgmentKind string
		Cases, Dong              int64
	}
	read := func(ctx string, b []byte) []line {
		t.Helper()
		var out []line
		for text := range strings.Lines(string(b)) {
			var l line
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatalf("%s: %v in %q", ctx, err, text)
			}
			out = append(out, l)
		}
		return out
	}
	opened, restricted := 0, 0
	for _, r := range auth.Roles() {

		ctx := w.as(t, r)
		for _, form := range []forms.Code{forms.FormResultsByCase, forms.FormResultsByMoney, forms.FormAdministrativeVerdicts} {
			var b bytes.Buffer
			err := w.ReportPostings(ctx, string(form), nil, "", "", &b)
			report, failed := w.Report(ctx, app.ReportInput{Form: form})
			if failed != nil {
				if code(err) != code(failed) {
					t.Errorf("%s, %s: the report says %v, its postings %v", r, form, failed, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(r, form, err)
			}
			sums := map[string]int64{}
			for _, l := range read(string(r), b.Bytes()) {
				c, ok := report.Form.Column(l.Column)
				if !ok {
					t.Fatalf("%s: there is no column %q", form, l.Column)
				}
				if c.Unit == thads.UnitDong {
					sums[l.Column] += l.Dong
				} else {
					sums[l.Column] += l.Cases
				}
				if l.ID == "" {
					restricted++
				} else {
					opened++
					if l.ID != string(w.plain.ID) && l.ID != string(w.family.ID) && l.ID != string(w.verdict.ID) {
						t.Errorf("there is no record %q", l.ID)
					}
				}
				if r == auth.RoleSteering && l.JudgmentKind != "" {
					t.Errorf("the committee is told the kind of judgment %s", l.JudgmentKind)
				}
			}
			for j := range report.Form.Columns {
				c := &report.Form.Columns[j]
				if len(c.Terms) > 0 || c.IsRatio() {
					continue
				}
				if want := report.Rows[0].Values[j].N; sums[c.Code] != want {
					t.Errorf("%s, %s: the postings of %s add up to %d, want %d", r, form, c.Code, sums[c.Code], want)
				}
			}
		}
	}
	if opened == 0 || restricted == 0 {
		t.Errorf("%d postings of records that may be opened, %d of others", opened, restricted)
	}
	ctx := leader(t.Context())
	var cell bytes.Buffer
	if err := w.ReportPostings(ctx, string(forms.FormOfficersByCase), nil, "unit:"+string(w.first), "C", &cell); err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, l := range read("cell", cell.Bytes()) {
		sum += l.Cases
	}
	if sum != 2 {
		t.Errorf("the cell adds up to %d, want 2", sum)
	}
	for column, want := range map[string]thads.Code{"P": forms.CodeRatio, "Z": thads.CodeUnknown} {
		if err := w.ReportPostings(ctx, string(forms.FormOfficersByCase), nil, "total", column, &cell); code(err) != want {
			t.Errorf("the column %s: %v, want %s", column, err, want)
		}
	}
}

// Addresses set what the report's inputs set; what cannot be read or does not fit
// together is refused by the name that the address has for it.
func TestAddressesOfReports(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	ctx := leader(t.Context())
	known := w.clock().Add(-time.Hour).UTC()
	out, err := w.ReportOutput(ctx, "MEASURES", app.OutputValues{
		app.ParameterAsOf: "2019-06-30", app.ParameterFrom: "2019-01-01", app.ParameterKnownAt: known.Format(time.RFC3339), app.ParameterBasis: "EFFECTIVE",
		app.ParameterRegime: "TT06_2019", app.ParameterUnit: string(first),
	}, app.OutputJSON)
	var told struct {
		Unit   struct{ ID string }
		Moment struct{ From, AsOf, KnownAt, Basis, Regime string }
	}
	if err := json.Unmarshal(whole(t, out, err), &told); err != nil {
		t.Fatal(err)
	}
	if m := told.Moment; told.Unit.ID != string(first) || m.From != "2019-01-01" || m.AsOf != "2019-06-30" || m.KnownAt != known.Format(time.RFC3339) || m.Basis != "EFFECTIVE" || m.Regime != "TT06_2019" {
		t.Errorf("asked was %+v", told)
	}
	for _, tt := range []struct {
		v     app.OutputValues
		field string
		want  thads.Code
	}{
		{app.OutputValues{app.ParameterAsOf: "30/6/2019"}, "asOf", thads.CodeInvalid},
		{app.OutputValues{app.ParameterFrom: ""}, "from", thads.CodeInvalid},
		{app.OutputValues{app.ParameterKnownAt: "2019-06-30"}, "knownAt", thads.CodeInvalid},
		{app.OutputValues{app.ParameterBasis: "OTHER"}, "basis", thads.CodeInvalid},
		{app.OutputValues{app.ParameterRegime: "TT99"}, "regime", thads.CodeInvalid},
		{app.OutputValues{app.ParameterMonths: "six", app.ParameterStatYear: "2019"}, "months", thads.CodeInvalid},
		{app.OutputValues{app.ParameterMonths: "6"}, "statYear", thads.CodeInvalid},
		{app.OutputValues{app.ParameterStatYear: "2019", app.ParameterAsOf: "2019-06-30"}, "statYear", thads.CodeInvalid},
		{app.OutputValues{app.ParameterUnit: "un_none"}, "unit", thads.CodeNotFound},
	} {
		_, err := w.ReportOutput(ctx, "MEASURES", tt.v, app.OutputJSON)
		es, _ := thads.Refusals(err)
		if len(es) == 0 || es[0].Code != tt.want || strings.Join(es[0].Field, ".") != tt.field {
			t.Errorf("%v: %v, want %s about %s", tt.v, err, tt.want, tt.field)
		}
	}
	if _, err := w.ReportOutput(ctx, "NO_SUCH_FORM", nil, app.OutputJSON); code(err) != forms.CodeFormUnavailable {
		t.Errorf("an unknown form: %v", err)
	}
	if _, err := w.ReportOutput(person(t, "x", auth.RoleAdministrator, ""), "MEASURES", nil, app.OutputJSON); code(err) != thads.CodeForbidden {
		t.Errorf("the administrator reads figures: %v", err)
	}
}
