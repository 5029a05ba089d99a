package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

func groupBy(dimensions ...ledger.Dimension) app.SavedQuestionInput {
	return app.SavedQuestionInput{Statistics: &app.StatisticsInput{Measure: forms.MeasureToEnforce, GroupBy: dimensions}}
}

func person(t testing.TB, id string, r auth.Role, unit thads.UnitID) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), auth.Person(thads.PrincipalID(id), "Người "+id, r, unit, ""))
}

// A query is its owner's: others find it once it is shared, and only its owner
// changes it.
func TestSavedQueriesBelongToTheirOwners(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	owner, other := person(t, "statistician", auth.RoleStatistician, first), person(t, "head", auth.RoleUnitHead, first)
	key, about := "k1", " Cho  bản tin tháng "
	in := app.SavedQueryInput{Name: " Việc phải thi hành  theo đơn vị", Description: &about, Question: groupBy(ledger.ByUnit), Parameters: []app.SavedQueryParameter{app.ParameterAsOf}, IdempotencyKey: &key}
	q, err := w.SavedQueryCreate(owner, in)
	if err != nil {
		t.Fatal(err)
	}
	want := &app.SavedQuery{
		ID: q.ID, Version: 1, Name: "Việc phải thi hành theo đơn vị", Description: "Cho bản tin tháng", Kind: app.SavedStatistics,
		Question: `{"statistics":{"groupBy":["UNIT"],"measure":"TO_ENFORCE"}}`, Parameters: []app.SavedQueryParameter{app.ParameterAsOf},
		By: "statistician", Owner: "Người statistician", UpdatedAt: w.clock(), Digest: q.Digest, Own: true,
	}
	if d := cmp.Diff(want, q); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
	if q.Path() != "/queries/"+q.ID+".csv" || !strings.HasPrefix(q.ID, "sq_") {
		t.Errorf("its address is %s", q.Path())
	}
	if again, err := w.SavedQueryCreate(owner, in); err != nil || again.ID != q.ID {
		t.Errorf("the same request again: %v, %v", again, err)
	}
	in.Name = "Khác"
	if _, err := w.SavedQueryCreate(owner, in); code(err) != thads.CodeKeyReused {
		t.Errorf("another request under the key: %v", err)
	}
	if seen, err := w.SavedQuery(other, q.ID); seen != nil || err != nil {
		t.Errorf("another one sees it: %v, %v", seen, err)
	}
	if _, err := w.SavedQueryUpdate(other, app.SavedQueryUpdateInput{ID: q.ID, Version: 1}); code(err) != thads.CodeNotFound {
		t.Errorf("another one changes it: %v", err)
	}
	shared := true
	if q, err = w.SavedQueryUpdate(owner, app.SavedQueryUpdateInput{ID: q.ID, Version: 1, Shared: &shared}); err != nil || q.Version != 2 || !q.Shared || q.Name != want.Name {
		t.Fatalf("sharing: %+v, %v", q, err)
	}
	seen, err := w.SavedQuery(other, q.ID)
	if err != nil || seen == nil || seen.Own || seen.Owner != "Người statistician" {
		t.Errorf("shared, another one sees %+v, %v", seen, err)
	}
	if node, err := w.Node(other, q.ID); node == nil || err != nil {
		t.Errorf("by its id: %v, %v", node, err)
	}
	for name, err := range map[string]error{
		"change": func() error {
			_, err := w.SavedQueryUpdate(other, app.SavedQueryUpdateInput{ID: q.ID, Version: 2})
			return err
		}(),
		"delete": w.SavedQueryDelete(other, app.SavedQueryDeleteInput{ID: q.ID, Version: 2}),
	} {
		if code(err) != thads.CodeForbidden {
			t.Errorf("another one may %s it: %v", name, err)
		}
	}
	if _, err := w.SavedQueryUpdate(owner, app.SavedQueryUpdateInput{ID: q.ID, Version: 1, Name: &in.Name}); code(err) != thads.CodeConflict {
		t.Errorf("over an older version: %v", err)
	}
	if err := w.SavedQueryDelete(owner, app.SavedQueryDeleteInput{ID: q.ID, Version: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SavedQueryOutput(owner, q.ID, nil, app.OutputCSV); code(err) != thads.CodeNotFound {
		t.Errorf("a deleted query answers: %v", err)
	}
}

func TestSavedQueriesAreListedByName(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	mine, other := person(t, "one", auth.RoleStatistician, first), person(t, "two", auth.RoleStatistician, first)
	save := func(ctx context.Context, name string, shared bool) {
		t.Helper()
		if _, err := w.SavedQueryCreate(ctx, app.SavedQueryInput{Name: name, Shared: shared, Question: groupBy()}); err != nil {
			t.Fatal(err)
		}
	}
	save(mine, "Ủy thác", false)
	save(mine, "Đình chỉ", true)
	save(other, "Dở dang", true)
	save(other, "Của riêng", false)
	two := 2
	page, err := w.SavedQueries(mine, app.PageArgs{First: &two})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, it := range page.Items {
		names = append(names, it.Value.Name)
	}
	after := page.Items[1].Cursor
	next, err := w.SavedQueries(mine, app.PageArgs{First: &two, After: &after})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range next.Items {
		names = append(names, it.Value.Name)
	}
	total, err := page.Total(mine)
	if d := cmp.Diff([]string{"Dở dang", "Đình chỉ", "Ủy thác"}, names); d != "" || total != 3 || err != nil || next.HasNext {
		t.Errorf("%d are listed (%v); (-want +got):\n%s", total, err, d)
	}
}

// What could not be answered, or would keep what is not to be kept, is refused
// when it is saved.
func TestSavedQueriesAreChecked(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	statistician, committee := person(t, "one", auth.RoleStatistician, first), person(t, "two", auth.RoleSteering, "")
	number, text := "038090000123", "Nguyễn Văn Nợ"
	tomorrow := w.Today().AddDays(1)
	for name, tt := range map[string]struct {
		by   context.Context
		in   app.SavedQueryInput
		want thads.Code
	}{
		"no name":           {by: statistician, in: app.SavedQueryInput{Question: groupBy()}, want: thads.CodeRequired},
		"no question":       {by: statistician, in: app.SavedQueryInput{Name: "x"}, want: thads.CodeInvalid},
		"two questions":     {by: statistician, in: app.SavedQueryInput{Name: "x", Question: app.SavedQuestionInput{Statistics: groupBy().Statistics, Cases: &app.SavedCasesInput{}}}, want: thads.CodeInvalid},
		"long description":  {by: statistician, in: app.SavedQueryInput{Name: "x", Description: ptr(strings.Repeat("x", 1001)), Question: groupBy()}, want: thads.CodeOutOfRange},
		"a stock by month":  {by: statistician, in: app.SavedQueryInput{Name: "x", Question: groupBy(ledger.ByMonth)}, want: thads.CodeNotAllowed},
		"a day to come":     {by: statistician, in: app.SavedQueryInput{Name: "x", Question: app.SavedQuestionInput{Statistics: &app.StatisticsInput{Measure: forms.MeasureToEnforce, Moment: &app.MomentInput{AsOf: &tomorrow}}}}, want: thads.CodeFutureDate},
		"no such parameter": {by: statistician, in: app.SavedQueryInput{Name: "x", Question: groupBy(), Parameters: []app.SavedQueryParameter{app.ParameterMonths}}, want: thads.CodeNotAllowed},
		"an empty form":     {by: statistician, in: app.SavedQueryInput{Name: "x", Question: app.SavedQuestionInput{Report: &app.ReportInput{Form: forms.FormComplaints}}}, want: forms.CodeFormUnavailable},
		"a number":          {by: statistician, in: app.SavedQueryInput{Name: "x", Question: app.SavedQuestionInput{Cases: &app.SavedCasesInput{Filter: &app.CaseFilter{IdentityNumber: &number}}}}, want: thads.CodeNotAllowed},
		"a shared name":     {by: leader(t.Context()), in: app.SavedQueryInput{Name: "x", Shared: true, Question: app.SavedQuestionInput{Cases: &app.SavedCasesInput{Filter: &app.CaseFilter{Text: &text}}}}, want: thads.CodeNotAllowed},
		"cases unseen":      {by: committee, in: app.SavedQueryInput{Name: "x", Question: app.SavedQuestionInput{Cases: &app.SavedCasesInput{}}}, want: thads.CodeForbidden},
		"no figures":        {by: person(t, "three", auth.RoleAdministrator, ""), in: app.SavedQueryInput{Name: "x", Question: groupBy()}, want: thads.CodeForbidden},
	} {
		if q, err := w.SavedQueryCreate(tt.by, tt.in); code(err) != tt.want {
			t.Errorf("%s: %+v, %v, want %s", name, q, err, tt.want)
		}
	}
	page, err := w.SavedQueries(statistician, app.PageArgs{})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("kept all the same: %v, %v", page, err)
	}
}

func ptr[T any](v T) *T { return &v }

// whole is a file that is made as a whole.
func whole(t testing.TB, out *app.Output, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if out.Body == nil {
		t.Fatalf("%s is written piece by piece", out.Name)
	}
	return out.Body
}

// table reads a CSV file.
func table(t testing.TB, b []byte) [][]string {
	t.Helper()
	text, isMarked := strings.CutPrefix(string(b), "\ufeff")
	if !isMarked {
		t.Error("the byte order mark is missing")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A saved query answers under the rights of whoever asks, with the values of the
// address where it has such parameters, and the same figures are the same bytes.
func TestSavedQueriesAnswer(t *testing.T) {
	w := newWorld(t)
	w.exportable(t)
	ctx := leader(t.Context())
	d, err := w.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := d.Tree.ByCode("TH-01")
	second, _ := d.Tree.ByCode("TH-02")
	q, err := w.SavedQueryCreate(ctx, app.SavedQueryInput{
		Name: "Phải thi hành", Shared: true, Question: groupBy(ledger.ByUnit), Parameters: []app.SavedQueryParameter{app.ParameterAsOf, app.ParameterUnit},
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(ctx context.Context, v app.OutputValues, f app.OutputFormat) []byte {
		t.Helper()
		out, err := w.SavedQueryOutput(ctx, q.ID, v, f)
		return whole(t, out, err)
	}
	want, err := w.Statistics(ctx, *groupBy(ledger.ByUnit).Statistics, 50, nil)
	if err != nil || len(want.Groups) == 0 {
		t.Fatal(want, err)
	}
	expected := [][]string{{"Mã đơn vị", "Đơn vị", "Đại lượng", "Số việc", "Số tiền (đồng)", "Ghi chú"}}
	for _, g := range want.Groups {
		expected = append(expected, []string{g.Value.Keys[0], g.Value.Titles[0].VI, "Tổng số phải thi hành", fmt.Sprint(g.Value.Value.Cases), fmt.Sprint(int64(g.Value.Value.Dong)), ""})
	}
	got := ask(ctx, nil, app.OutputCSV)
	if d := cmp.Diff(expected, table(t, got)); d != "" {
		t.Errorf("CSV (-want +got):\n%s", d)
	}
	w.mu.Lock()
	w.now = w.now.Add(3 * time.Hour)
	w.mu.Unlock()
	for _, f := range []app.OutputFormat{app.OutputCSV, app.OutputJSON, app.OutputXLSX} {
		one := ask(ctx, nil, f)
		w.mu.Lock()
		w.now = w.now.Add(90 * time.Second)
		w.mu.Unlock()
		if !bytes.Equal(one, ask(ctx, nil, f)) {
			t.Errorf("the same figures are other bytes of .%s a while later", f)
		}
	}
	var told struct {
		Measure string
		Moment  struct{ From, AsOf, KnownAt *string }
		Total   struct{ Cases, Dong int64 }
		Rows    []struct {
			Keys  map[string]string
			Cases int64
		}
	}
	if err := json.Unmarshal(ask(ctx, nil, app.OutputJSON), &told); err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, r := range told.Rows {
		sum += r.Cases
	}
	if told.Measure != "TO_ENFORCE" || told.Moment.KnownAt != nil || *told.Moment.AsOf != "2019-12-09" || told.Total.Cases != sum || sum == 0 || told.Rows[0].Keys["UNIT"] == "" {
		t.Errorf("JSON: %+v", told)
	}
	// Before anything happened there is nothing.
	if rows := table(t, ask(ctx, app.OutputValues{app.ParameterAsOf: "2015-01-01"}, app.OutputCSV)); len(rows) != 1 {
		t.Errorf("as of 2015: %v", rows)
	}
	one := table(t, ask(ctx, app.OutputValues{app.ParameterUnit: string(first.ID)}, app.OutputCSV))
	if len(one) != 2 || one[1][0] != string(first.ID) {
		t.Errorf("of one unit: %v", one)
	}
	// The head of the second district does not count the first.
	head := auth.NewContext(t.Context(), auth.Person("head", "Trưởng", auth.RoleUnitHead, second.ID, ""))
	for _, row := range table(t, ask(head, nil, app.OutputCSV))[1:] {
		if row[0] == string(first.ID) {
			t.Errorf("the head of another unit counts %v", row)
		}
	}
	for _, tt := range []struct {
		v    app.OutputValues
		want thads.Code
	}{
		{app.OutputValues{app.ParameterBasis: "EFFECTIVE"}, thads.CodeNotAllowed},
		{app.OutputValues{app.ParameterAsOf: "09/12/2019"}, thads.CodeInvalid},
		{app.OutputValues{app.ParameterAsOf: "2020-12-09"}, thads.CodeFutureDate},
	} {
		if _, err := w.SavedQueryOutput(ctx, q.ID, tt.v, app.OutputCSV); code(err) != tt.want {
			t.Errorf("%v: %v, want %s", tt.v, err, tt.want)
		}
	}
}

// A saved list of cases is taken out like any other: as its reader sees it, and on
// record before the first byte.
func TestSavedListsAreExports(t *testing.T) {
	w := newVeilWorld(t)
	owner := w.as(t, auth.RoleUnitHead)
	q, err := w.SavedQueryCreate(owner, app.SavedQueryInput{
		Name: "Việc dở dang", Shared: true, Parameters: []app.SavedQueryParameter{app.ParameterUnit},
		Question: app.SavedQuestionInput{Cases: &app.SavedCasesInput{Filter: &app.CaseFilter{Live: ptr(true)}, OrderBy: app.CasesByNumber}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"cases":{"direction":"ASC","filter":{"live":true},"orderBy":"NUMBER"}}`; q.Question != want {
		t.Errorf("kept as %s, want %s", q.Question, want)
	}
	fetch := func(r auth.Role, f app.OutputFormat) string {
		t.Helper()
		ctx := w.as(t, r)
		w.mu.Lock()
		w.now = w.now.Add(time.Second) // records are told in the order of time
		w.mu.Unlock()
		before := len(w.audit(t, nil))
		out, err := w.SavedQueryOutput(ctx, q.ID, nil, f)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(w.audit(t, nil)); n != before {
			t.Errorf("%d records before anybody reads", n-before)
		}
		var b bytes.Buffer
		recorded := &firstByte{to: &b, at: func() {
			if n := len(w.audit(t, nil)); n != before+1 {
				t.Errorf("at the first byte there are %d more records, want 1", n-before)
			}
		}}
		if err := out.Write(ctx, recorded); err != nil {
			t.Fatal(err)
		}
		all := w.audit(t, nil)
		if last := all[len(all)-1]; *out.Record != last.ID || last.Kind != app.DisclosedExport || !strings.Contains(last.Export, "Việc dở dang") || !strings.Contains(last.Export, "Live = true") {
			t.Errorf("on record is %+v, the file says %s", last, *out.Record)
		}
		return b.String()
	}
	rows := table(t, []byte(fetch(auth.RoleUnitHead, app.OutputCSV)))
	if len(rows) != 3 || rows[0][0] != "Mã hồ sơ" || rows[1][0] != string(w.plain.ID) || rows[1][7] != openName || rows[2][7] != secretName {
		t.Errorf("the owner's rows: %v", rows)
	}
	var objects []map[string]any
	if err := json.Unmarshal([]byte(fetch(auth.RoleUnitHead, app.OutputJSON)), &objects); err != nil || len(objects) != 2 {
		t.Fatal(objects, err)
	}
	if o := objects[0]; o["id"] != string(w.plain.ID) || o["number"] != w.plainNo || o["total"] != 100_000_000.0 || o["decidedOn"] != "2018-10-05" || o["finishedOn"] != nil {
		t.Errorf("the first object: %v", o)
	}
	book, err := excelize.OpenReader(strings.NewReader(fetch(auth.RoleUnitHead, app.OutputXLSX)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if n, err := book.GetCellValue("Danh sách việc", "B2"); err != nil || n != w.plainNo {
		t.Errorf("the workbook's first case is %q (%v)", n, err)
	}
	masked := fetch(auth.RoleStatistician, app.OutputCSV)
	for _, name := range []string{openName, secretName, secretCreditor} {
		if strings.Contains(masked, name) {
			t.Errorf("the statistician reads %s", name)
		}
	}
	if rows := table(t, []byte(masked)); len(rows) != 3 {
		t.Errorf("the statistician's rows: %v", rows)
	}
	// Who sees figures and takes out nothing.
	before := len(w.audit(t, nil))
	if _, err := w.SavedQueryOutput(w.as(t, auth.RoleProcuracy), q.ID, nil, app.OutputCSV); code(err) != thads.CodeForbidden {
		t.Errorf("the procuracy takes a list out: %v", err)
	}
	if len(w.audit(t, nil)) != before {
		t.Error("what was refused is on record")
	}
	nobody, err := w.SavedQueryOutput(owner, q.ID, app.OutputValues{app.ParameterUnit: string(w.second)}, app.OutputJSON)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := nobody.Write(owner, &b); err != nil || b.String() != "[]\n" {
		t.Errorf("an empty list is %q (%v)", b.String(), err)
	}
}

// firstByte calls at before the first byte.
type firstByte struct {
	to io.Writer
	at func()
}

func (f *firstByte) Write(p []byte) (int, error) {
	if f.at != nil {
		f.at()
		f.at = nil
	}
	return f.to.Write(p)
}

// Saved queries are in dumps.
func TestDumpsHoldSavedQueries(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	owner := person(t, "one", auth.RoleStatistician, first)
	q, err := w.SavedQueryCreate(owner, app.SavedQueryInput{Name: "Thụ lý", Shared: true, Question: groupBy(ledger.ByKind)})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := w.Dump(operator(t), &b, nil); err != nil {
		t.Fatal(err)
	}
	other := newWorld(t)
	if _, err := other.Load(operator(t), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }, nil); err != nil {
		t.Fatal(err)
	}
	for who, ctx := range map[string]context.Context{"owner": owner, "another": person(t, "two", auth.RoleUnitHead, first)} {
		page, err := other.SavedQueries(ctx, app.PageArgs{})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("the %s finds %v, %v", who, page, err)
		}
		want := *q
		want.Own = who == "owner"
		if d := cmp.Diff(&want, page.Items[0].Value); d != "" {
			t.Errorf("the %s finds (-want +got):\n%s", who, d)
		}
	}
}

func operator(t testing.TB) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), auth.System("operator"))
}
