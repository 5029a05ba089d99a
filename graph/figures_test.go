package graph_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// ledgerWorld is a province with a few cases: two of the first branch, of which
// one is done, one of the second, a family matter, and one that was recorded
// after its period was locked.
type ledgerWorld struct {
	*world
	open, done, elsewhere, family, late string
	// beforeLate is an instant before the late record.
	beforeLate string
}

// lastYear is the moment at which the tests ask: the end of the statistical year
// 2019, under the first regime.
var lastYear = object{"asOf": "2019-09-30"}

func newLedgerWorld(t *testing.T) *ledgerWorld {
	t.Helper()
	w := &ledgerWorld{world: newProvince(t)}
	open := func(number string, more ...object) object {
		return w.must(leader, "caseOpen", w.decided(number, "2018-10-05", more...))
	}
	debt := func(amount int, more ...object) object {
		return object{"particulars": caseParticulars(append([]object{{"obligations": []object{{"kind": "DEBT", "amount": amount}}}}, more...)...)}
	}
	w.open = open("1/QĐ", debt(100_000_000))["id"].(string)
	done := open("2/QĐ", debt(40_000_000))
	w.done = done["id"].(string)
	next := func(name string, in object) {
		done = w.must(leader, name, with(in, object{"id": w.done, "version": done["version"], "effectiveOn": "2018-11-20"}))
	}
	next("caseRecordCollection", object{"obligation": "o1", "amount": 40_000_000})
	next("caseRecordPayout", object{"obligation": "o1", "amount": 40_000_000})
	w.elsewhere = w.must(leader, "caseOpen", object{"unit": w.second, "decision": paper("3/QĐ", "2018-10-06"), "particulars": debt(7_000_000)["particulars"]})["id"].(string)
	w.family = open("4/QĐ", debt(1_000_000, object{"judgment": object{"kind": "MARRIAGE_FAMILY", "number": "8/2018/HN-ST", "date": "2018-09-05", "court": "TAND thành phố Thanh Hóa"}}))["id"].(string)
	w.lock("2018-12-31")
	w.beforeLate = w.clock().UTC().Format("2006-01-02T15:04:05.000Z")
	w.late = open("5/QĐ", debt(500_000))["id"].(string)
	return w
}

// lock locks the books of the province through a day.
func (w *world) lock(through string) {
	w.t.Helper()
	day, err := thads.ParseDate(through)
	if err != nil {
		w.t.Fatal(err)
	}
	e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: day}
	if _, err := w.app.UnitRecord(auth.NewContext(w.t.Context(), leader), app.Change{ID: w.province, Key: "lock/" + through}, e); err != nil {
		w.t.Fatal(err)
	}
}

// fails expects an operation to be refused with a code.
func (w *world) fails(as auth.Principal, code, query string, vars object) {
	w.t.Helper()
	if a := w.post(as, "vi", query, vars); a.code() != code || len(a.Data) > 0 && a.Data[fieldOf(query)] != nil {
		w.t.Errorf("%s %v answers %q and %v, want %s", query, vars, a.code(), a.Data, code)
	}
}

// fieldOf is the first field of a query.
func fieldOf(query string) string {
	_, rest, _ := strings.Cut(query, "{")
	name := strings.TrimSpace(rest)
	if i := strings.IndexAny(name, " ({"); i > 0 {
		return name[:i]
	}
	return name
}

// whole asks for every field of the answer of a query.
func (w *world) whole(as auth.Principal, name string, args object) any {
	w.t.Helper()
	f := w.schema.Query.Fields.ForName(name)
	var declared, passed []string
	for a := range args {
		declared = append(declared, "$"+a+": "+f.Arguments.ForName(a).Type.String())
		passed = append(passed, a+": $"+a)
	}
	head, call := "", name
	if len(args) > 0 {
		head, call = "("+strings.Join(declared, ", ")+")", name+"("+strings.Join(passed, ", ")+")"
	}
	return at(w.ask(as, "query"+head+" { "+call+" { "+w.selection(f.Type.Name(), 4)+"} }", args), name)
}

// expect compares values by their paths.
func expect(t *testing.T, what string, got any, want object) {
	t.Helper()
	for path, v := range want {
		if g := at(got, path); fmt.Sprint(g) != fmt.Sprint(v) {
			t.Errorf("%s: %s is %v, want %v", what, path, g, v)
		}
	}
}

func TestStatistics(t *testing.T) {
	w := newLedgerWorld(t)
	query := func(more ...object) object {
		return object{"query": with(object{"measure": "ACCEPTED_TOTAL", "moment": lastYear}, more...), "first": 20}
	}
	s := w.whole(leader, "statistics", query(object{"groupBy": []string{"UNIT", "JUDGMENT_KIND"}}))
	expect(t, "statistics", s, object{
		"measure": "ACCEPTED_TOTAL", "total.cases": 5, "total.dong": 148_500_000, "groupCount": 3,
		"moment.from": "2018-10-01", "moment.asOf": "2019-09-30", "moment.basis": "BOOKED", "moment.regime": "TT01_2013",
		"groups.0.cases.totalCount": at(s, "groups.0.value.cases"), "groups.0.cases.sum.dong": at(s, "groups.0.value.dong"),
	})
	titles := map[string]string{}
	for _, g := range at(s, "groups").([]any) {
		titles[strings.Join(all2(at(g, "keys")), " ")] = strings.Join(all2(at(g, "titles")), " / ") + ": " + fmt.Sprint(at(g, "value.cases"), " ", at(g, "value.dong"))
	}
	want := map[string]string{
		w.first + " CIVIL":           "Chi cục Thi hành án dân sự thành phố Thanh Hóa / Dân sự: 3 140500000",
		w.first + " MARRIAGE_FAMILY": "Chi cục Thi hành án dân sự thành phố Thanh Hóa / Hôn nhân và gia đình: 1 1000000",
		w.second + " CIVIL":          "Chi cục Thi hành án dân sự huyện Nga Sơn / Dân sự: 1 7000000",
	}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		what string
		in   object
		want object
	}{
		{"settled", object{"measure": "SETTLED"}, object{"total.cases": 1, "total.dong": 40_000_000}},
		{"before the end of the year", object{"moment": object{"asOf": "2018-11-19"}, "measure": "SETTLED"}, object{"total.cases": 0, "total.dong": 0}},
		{"of the other unit", object{"filter": object{"units": []string{w.second}}}, object{"total.cases": 1, "total.dong": 7_000_000}},
		{"of nobody", object{"filter": object{"units": []string{}}}, object{"total.cases": 0}},
		{"of the officer", object{"filter": object{"officers": []string{w.officer}}}, object{"total.cases": 4}},
		{"by how it began", object{"filter": object{"initiations": []string{"OWN_MOTION"}}}, object{"total.cases": 0}},
		{"by kinds", object{"filter": object{"judgmentKinds": []string{"MARRIAGE_FAMILY"}}}, object{"total.cases": 1}},
		{"by obligations", object{"filter": object{"obligationKinds": []string{"DEBT"}}}, object{"total.cases": 5}},
		{"by tags", object{"filter": object{"tags": []string{"CREDIT_INSTITUTION"}}}, object{"total.cases": 0}},
		{"as was reported", object{"moment": object{"asOf": "2018-12-31"}}, object{"total.cases": 4}},
		{"as it happened", object{"moment": object{"asOf": "2018-12-31", "basis": "EFFECTIVE"}}, object{"total.cases": 5}},
		{"as was known", object{"moment": object{"asOf": "2019-09-30", "knownAt": w.beforeLate}}, object{"total.cases": 4}},
		{"of a span", object{"measure": "NEWLY_ACCEPTED", "moment": object{"from": "2019-01-01", "asOf": "2019-03-31"}}, object{"total.cases": 1}},
		{"at the level of the province", object{"groupBy": []string{"UNIT"}, "unitLevel": "PROVINCE"}, object{"groupCount": 1, "groups.0.keys.0": w.province, "groups.0.value.cases": 5}},
		{"by month", object{"measure": "NEWLY_ACCEPTED", "groupBy": []string{"MONTH"}}, object{"groupCount": 2, "groups.0.keys.0": "2018-10", "groups.0.value.cases": 4, "groups.1.keys.0": "2019-01"}},
	} {
		expect(t, c.what, w.whole(leader, "statistics", query(c.in)), c.want)
	}
	const groups = `query($query: StatisticsInput!, $first: Int!, $after: Cursor) { statistics(query: $query, first: $first, after: $after) { groups { keys } pageInfo { hasNextPage endCursor } } }`
	by := query(object{"groupBy": []string{"UNIT", "JUDGMENT_KIND"}})
	var keys []string
	for after := any(nil); ; {
		a := at(w.ask(leader, groups, with(by, object{"first": 2, "after": after})), "statistics")
		for _, g := range at(a, "groups").([]any) {
			keys = append(keys, strings.Join(all2(at(g, "keys")), " "))
		}
		if at(a, "pageInfo.hasNextPage") != true {
			break
		}
		after = at(a, "pageInfo.endCursor")
	}
	if len(keys) != 3 {
		t.Errorf("page by page the groups are %v", keys)
	}
	for _, c := range []struct {
		code string
		in   object
	}{
		{"OUT_OF_RANGE", object{"first": 0}},
		{"OUT_OF_RANGE", object{"first": 201}},
		{"INVALID", object{"after": "AAAA"}},
	} {
		w.fails(leader, c.code, groups, with(by, object{"first": 2}, c.in))
	}
	for code, in := range map[string]object{
		"LIMIT_EXCEEDED": {"groupBy": []string{"UNIT", "OFFICER", "ACCOUNT", "DETAIL", "SUBJECT"}},
		"NOT_ALLOWED":    {"groupBy": []string{"MONTH"}},
		"FUTURE_DATE":    {"moment": object{"asOf": "2030-01-01"}},
		"OUT_OF_RANGE":   {"moment": object{"from": "2019-02-01", "asOf": "2019-01-01"}},
	} {
		w.fails(leader, code, groups, with(query(in), object{"first": 2}))
	}
}

// all2 are the elements of a list of texts.
func all2(list any) []string {
	out := []string{}
	for _, v := range list.([]any) {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func TestIndicators(t *testing.T) {
	w := newLedgerWorld(t)
	tg := w.make(leader, "targetDefine", object{"effectiveOn": "2018-11-01", "particulars": object{
		"issuer": "MINISTRY", "document": "12/QĐ", "statYear": 2019, "metric": "CASE_RATE", "value": object{"unit": "PERCENT", "percent": 25}, "reach": "NATIONAL",
	}})
	i := w.whole(leader, "indicator", object{"metric": "CASE_RATE", "moment": lastYear, "unit": w.province})
	expect(t, "the rate by cases", i, object{
		"metric": "CASE_RATE", "name": "Tỷ lệ thi hành xong về việc", "unit.code": "TH", "officer": nil, "value.percent": "20.00", "value.text": "20,00%", "notComputable": nil,
		"numerator.measure": "SETTLED", "numerator.value.count": 1, "numerator.cases.totalCount": 1, "numerator.cases.nodes.0.value.cases": 1,
		"denominator.measure": "ENFORCEABLE", "denominator.value.count": 5, "denominator.cases.totalCount": 5, "denominator.cases.sum.cases": 5,
		"previous": nil, "change": nil, "targets.0.target.id": tg, "targets.0.reached": false, "targets.0.over.percent": "-5.00", "targets.0.ratio": "80.00",
		"trend.0.asOf": "2018-10-31", "trend.11.asOf": "2019-09-30", "trend.11.value.percent": "20.00",
	})
	of := w.whole(leader, "indicator", object{"metric": "CASES_DONE", "moment": lastYear, "unit": w.first, "officer": w.officer})
	expect(t, "cases done", of, object{"officer.code": "CHV01", "value.count": 1, "previous.count": 0, "change.count": 1})
	both := at(w.ask(leader, `query($m: MomentInput, $metrics: [Metric!]!) { indicators(metrics: $metrics, moment: $m) { metric value { text } notComputable } }`,
		object{"m": lastYear, "metrics": []string{"MONEY_DONE", "OTHER"}}), "indicators")
	expect(t, "indicators", both, object{"0.metric": "MONEY_DONE", "0.value.text": "40.000.000 đ", "1.metric": "OTHER", "1.value": nil})
	if at(both, "1.notComputable") == nil {
		t.Error("nobody says why OTHER has no value")
	}
	w.fails(leader, "LIMIT_EXCEEDED", `query($metrics: [Metric!]!) { indicators(metrics: $metrics) { metric } }`, object{"metrics": strings.Split(strings.Repeat("CASE_RATE,", 20)+"CASE_RATE", ",")})

	target := `query($id: ID!, $m: MomentInput) { target(id: $id) { progress(moment: $m) { target { id } moment { asOf } value { percent } reached over { percent } ratio notComputable } } }`
	expect(t, "the target", w.ask(leader, target, object{"id": tg, "m": lastYear}), object{
		"target.progress.target.id": tg, "target.progress.value.percent": "20.00", "target.progress.reached": false, "target.progress.over.percent": "-5.00", "target.progress.ratio": "80.00",
	})
	expect(t, "the target at the end of its year", w.ask(leader, target, object{"id": tg}), object{"target.progress.moment.asOf": "2019-09-30", "target.progress.value.percent": "20.00"})
}

func TestReports(t *testing.T) {
	w := newLedgerWorld(t)
	in := func(more ...object) object {
		return with(object{"form": "OFFICERS_BY_CASE", "unit": w.province, "moment": lastYear}, more...)
	}
	r := w.whole(leader, "report", object{"input": in()})
	column := func(code string) int {
		for i, c := range all(at(r, "columns"), "code") {
			if c == code {
				return i
			}
		}
		t.Fatalf("there is no column %s", code)
		return 0
	}
	cell := func(row, code string) string {
		for _, x := range at(r, "rows").([]any) {
			if at(x, "key") == row {
				return fmt.Sprint(at(x, fmt.Sprintf("values.%d", column(code))))
			}
		}
		return "no row"
	}
	expect(t, "the report", r, object{
		"form.code": "OFFICERS_BY_CASE", "form.regime": "TT01_2013", "form.available": true, "form.reason": nil, "unit.code": "TH", "moment.asOf": "2019-09-30",
		"rows.0.key": "total", "rows.0.level": 0, "rows.0.parent": nil, "lock": nil, "checks.0.passed": true, "checks.0.row": "total",
	})
	for key, want := range map[string]string{"total A1": "5", "total D1": "1", "unit:" + w.first + " A1": "4", "unit:" + w.second + " A1": "1", "officer:" + w.first + "/" + w.officer + " D1": "1"} {
		row, code, _ := strings.Cut(key, " ")
		if got := cell(row, code); got != want {
			t.Errorf("%s of %s is %s, want %s", code, row, got, want)
		}
	}
	const opened = `query($input: ReportInput!, $row: String!, $column: String!) { reportCell(input: $input, row: $row, column: $column) {
		moment { asOf } row column { code path unit } value suppressed
		cases(first: 3) { totalCount sum { cases dong } pageInfo { hasNextPage endCursor } edges { cursor } nodes { value { cases } record { ... on Case { id } } } }
		parts { column { code } value cases { totalCount } } } }`
	expect(t, "a cell", at(w.ask(leader, opened, object{"input": in(), "row": "total", "column": "A1"}), "reportCell"), object{
		"row": "total", "column.code": "A1", "value": 5, "suppressed": nil, "cases.totalCount": 5, "cases.sum.cases": 5, "cases.pageInfo.hasNextPage": true, "parts": []any{},
	})
	for _, c := range at(r, "form.columns").([]any) {
		if at(c, "unit") != "PERCENT" {
			continue
		}
		share := at(w.ask(leader, opened, object{"input": in(), "row": "total", "column": at(c, "code")}), "reportCell")
		expect(t, "a share", share, object{"value": "20.00", "cases": nil, "parts.0.value": 1, "parts.0.cases.totalCount": 1, "parts.1.value": 5, "parts.1.cases.totalCount": 5})
	}
	w.fails(leader, "UNKNOWN_REFERENCE", opened, object{"input": in(), "row": "unit:none", "column": "A1"})
	w.fails(leader, "UNKNOWN_REFERENCE", opened, object{"input": in(), "row": "total", "column": "ZZ"})

	// The same form as it was known before the late record, and now.
	const compared = `query($base: ReportInput!, $other: ReportInput!) { compareReports(base: $base, other: $other) {
		base { moment { knownAt } } other { rows { key } } changeCount
		changes { row title column base other difference records { event recordedAt effectiveOn bookedOn value { cases dong } record { ... on Case { id } } } } } }`
	c := at(w.ask(leader, compared, object{"base": in(object{"moment": with(lastYear, object{"knownAt": w.beforeLate})}), "other": in()}), "compareReports")
	found := 0
	for _, x := range at(c, "changes").([]any) {
		if at(x, "row") == "total" && at(x, "column") == "A1" {
			found++
			expect(t, "what changed", x, object{
				"base": 4, "other": 5, "difference": 1, "records.0.record.id": w.late, "records.0.value.cases": 1,
				"records.0.effectiveOn": "2018-10-05", "records.0.bookedOn": "2019-01-01", "records.1": nil,
			})
		}
	}
	if found != 1 || fmt.Sprint(at(c, "changeCount")) != fmt.Sprint(len(at(c, "changes").([]any))) {
		t.Errorf("the comparison: %v", c)
	}

	// By a period.
	expect(t, "the first quarter", w.whole(leader, "report", object{"input": object{"form": "RESULTS_BY_MONEY", "unit": w.province, "period": object{"statYear": 2019, "months": 3}}}), object{
		"moment.from": "2018-10-01", "moment.asOf": "2018-12-31", "form.unit": "DONG",
	})
	const report = `query($input: ReportInput!) { report(input: $input) { rows { key } } }`
	w.fails(leader, "FORM_NOT_AVAILABLE", report, object{"input": in(object{"moment": object{"asOf": "2026-10-31"}})})
	w.fails(leader, "FORM_NOT_AVAILABLE", report, object{"input": in(object{"form": "COMPLAINTS"})})
	w.fails(leader, "OUT_OF_RANGE", report, object{"input": object{"form": "RESULTS_BY_CASE", "period": object{"statYear": 2019, "months": 13}}})
	w.fails(leader, "NOT_ALLOWED", report, object{"input": in(object{"period": object{"statYear": 2019, "months": 3}})})

	forms := at(w.ask(leader, `{ forms(regime: TT06_2019) { code regime number title unit available reason source unverified columns { code path unit formula source verified } } }`, nil), "forms").([]any)
	available := 0
	for _, f := range forms {
		if at(f, "available") == true {
			available++
			if at(f, "reason") != nil || len(at(f, "columns").([]any)) == 0 {
				t.Errorf("an available form: %v", f)
			}
		} else if at(f, "reason") == nil {
			t.Errorf("nobody says why %v is not available", at(f, "code"))
		}
	}
	if available == 0 || available == len(forms) {
		t.Errorf("%d of %d forms are available", available, len(forms))
	}

	late := at(w.ask(leader, `query($m: MomentInput, $unit: ID) { corrections(moment: $m, unit: $unit) { totalCount edges { cursor } pageInfo { hasNextPage } nodes {
		event recordedAt bookedOn record { ... on Case { id } } postings { account detail effectiveOn bookedOn unit { code } officer { code } cases dong } } } }`,
		object{"m": lastYear, "unit": w.province}), "corrections")
	expect(t, "corrections", late, object{
		"totalCount": 1, "nodes.0.event": 1, "nodes.0.bookedOn": "2019-01-01", "nodes.0.record.id": w.late,
		"nodes.0.postings.0.effectiveOn": "2018-10-05", "nodes.0.postings.0.bookedOn": "2019-01-01", "nodes.0.postings.0.unit.code": "TH-01", "nodes.0.postings.0.officer.code": "CHV01",
	})
	sum := 0
	for _, p := range at(late, "nodes.0.postings").([]any) {
		n := 0
		if _, err := fmt.Sscan(fmt.Sprint(at(p, "dong")), &n); err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if sum != 0 || len(at(late, "nodes.0.postings").([]any)) < 2 {
		t.Errorf("the postings of a correction add up to %d", sum)
	}
}

// Family matters that a group singles out are not told to those who never see
// protected matters.
func TestSuppressedFigures(t *testing.T) {
	w := newLedgerWorld(t)
	in := object{"query": object{"measure": "ACCEPTED_TOTAL", "groupBy": []string{"JUDGMENT_KIND"}, "moment": lastYear}}
	query := `query($query: StatisticsInput!) { statistics(query: $query) { groups { keys value { cases } suppressed cases { totalCount nodes { value { cases } } } } } }`
	family := func(as auth.Principal) any {
		for _, g := range at(w.ask(as, query, in), "statistics.groups").([]any) {
			if at(g, "keys.0") == "MARRIAGE_FAMILY" {
				return g
			}
		}
		return nil
	}
	expect(t, "to a leader", family(leader), object{"value.cases": 1, "suppressed": nil, "cases.totalCount": 1})
	hidden := family(w.committee())
	expect(t, "to the steering committee", hidden, object{"value": nil, "cases.totalCount": 0, "cases.nodes": []any{}})
	if at(hidden, "suppressed") == nil {
		t.Error("nobody says why")
	}
}

func TestSummaryFigures(t *testing.T) {
	w := newLedgerWorld(t)
	s := w.whole(leader, "summary", object{"unit": w.province, "asOf": "2019-09-30"})
	expect(t, "the summary", s, object{
		"unit.code": "TH", "asOf": "2019-09-30", "moment.asOf": "2019-09-30", "moment.basis": "BOOKED",
		"caseRate.metric": "CASE_RATE", "caseRate.value.percent": "20.00", "moneyRate.metric": "MONEY_RATE",
		"settled.cases": 1, "settled.dong": 40_000_000, "toEnforce.cases": 5, "enforceable.cases": 5,
		"verdictsTracked": 0, "verdictsDone": 0, "directedListed": 0, "directedResolved": 0,
	})
	s = w.whole(leader, "summary", object{"unit": w.province, "asOf": "2018-12-31", "basis": "EFFECTIVE"})
	expect(t, "the summary as it happened", s, object{"toEnforce.cases": 5, "moment.basis": "EFFECTIVE"})
	s = w.whole(leader, "summary", object{"unit": w.province, "asOf": "2018-12-31"})
	expect(t, "the summary as it was booked", s, object{"toEnforce.cases": 4})
	s = w.whole(leader, "summary", object{"unit": w.province, "asOf": "2019-09-30", "knownAt": w.beforeLate})
	expect(t, "the summary as was known", s, object{"toEnforce.cases": 4, "moment.knownAt": w.beforeLate})
}

func TestFiguresAreChecked(t *testing.T) {
	w := newLedgerWorld(t)
	figure := func(metric string, value object) object {
		return object{"metric": metric, "value": value, "statYear": 2019}
	}
	const fields = `id reported { text } computed { text } difference { text } tolerance { text } verdict reason warning moment { asOf } parts { measure value { text } cases { totalCount } }`
	checks := at(w.ask(leader, `query($figures: [ReportedFigureInput!]!, $unit: ID, $at: Time) { figuresCheck(figures: $figures, unit: $unit, knownAt: $at) { `+fields+` } }`, object{
		"unit": w.province, "figures": []object{
			figure("CASES_DONE", object{"unit": "CASES", "count": 1}),
			figure("CASE_RATE", object{"unit": "PERCENT", "percent": 20.01}),
			with(figure("OTHER", object{"unit": "NONE", "count": 2010}), object{"label": "Kết quả tốt nhất từ năm"}),
		},
	}), "figuresCheck")
	expect(t, "the checks", checks, object{
		"0.verdict": "MATCHES", "0.computed.text": "1 việc", "0.parts.0.cases.totalCount": 1, "0.moment.asOf": "2019-09-30",
		"1.verdict": "DIFFERS", "1.computed.text": "20,00%", "1.difference.text": "-0,01 điểm %", "2.verdict": "NOT_COMPUTABLE", "2.computed": nil, "2.moment": nil,
	})
	if at(checks, "1.warning") == nil || at(checks, "2.reason") == nil {
		t.Errorf("nobody says why: %v", checks)
	}

	said := conference(object{"unit": w.province, "statYear": 2019})
	said["effectiveOn"] = "2019-12-09"
	c := w.must(leader, "conferenceRecord", said)
	w.must(leader, "conferenceReportFigures", object{"id": c["id"], "version": c["version"], "effectiveOn": "2019-12-09", "figures": []object{figure("CASES_DONE", object{"unit": "CASES", "count": 2})}})
	query := `query($id: ID!, $at: Time) { conference(id: $id) { figures { id check(knownAt: $at) { ` + fields + ` } } events { figures { id check { verdict } } } } }`
	got := at(w.ask(leader, query, object{"id": c["id"]}), "conference")
	expect(t, "a figure of a conference", got, object{
		"figures.0.check.id": "F1", "figures.0.check.verdict": "DIFFERS", "figures.0.check.difference.text": "-1 việc", "events.1.figures.0.check.verdict": "DIFFERS",
	})
}

// What a figure opens to is read together, however many records there are; so are
// the deadlines of a list.
func TestFiguresReadRecordsTogether(t *testing.T) {
	w := newProvince(t)
	const n = 30
	for i := range n {
		w.make(leader, "caseOpen", w.decided(fmt.Sprintf("%d/QĐ", i+1), "2018-10-05"))
	}
	for name, q := range map[string]struct{ query, list string }{
		"records":              {`{ statistics(query: { measure: ACCEPTED_TOTAL, moment: { asOf: "2019-09-30" } }) { groups { cases { nodes { value { dong } record { ... on Case { id debtorName unit { name } } } } } } } }`, "statistics.groups.0.cases.nodes"},
		"deadlines of records": {`{ cases(first: 50) { nodes { id deadlines { dueOn rule { name } unit { name } officer { name } } } } }`, "cases.nodes"},
		"records of deadlines": {`{ deadlines(filter: { books: [CASES], rules: ["START_VERIFICATION"] }) { nodes { deadline { dueOn } record { ... on Case { id } } } } }`, "deadlines.nodes"},
	} {
		w.ask(leader, q.query, nil) // the books are built
		before := w.store.reads.Load()
		data := w.ask(leader, q.query, nil)
		reads := w.store.reads.Load() - before
		if got := len(at(data, q.list).([]any)); got != n {
			t.Errorf("%s: %d elements, want %d", name, got, n)
		}
		if reads > n/3 {
			t.Errorf("%s: %d reads for %d elements", name, reads, n)
		}
	}
}

// What the ledger adds up is priced: a page of figures may be asked for, a flood
// may not.
func TestFiguresHaveTheirPrice(t *testing.T) {
	w := newProvince(t)
	flood := func(n int, field string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d: %s ", i, field)
		}
		return "{ " + b.String() + "}"
	}
	metrics := strings.TrimSuffix(strings.Repeat("CASE_RATE, ", 20), ", ")
	for _, c := range []struct{ query, code string }{
		{`{ indicators(metrics: [` + metrics + `]) { value { text } previous { text } trend { asOf value { text } } targets { over { text } } } }`, ""},
		{`{ statistics(query: { measure: CARRIED_OUT, groupBy: [UNIT, OFFICER] }, first: 200) { groups { keys titles value { cases dong } } } }`, ""},
		{`{ targets(first: 200) { nodes { progress { value { text } reached } } } }`, ""},
		{`{ statistics(query: { measure: CARRIED_OUT, groupBy: [UNIT, OFFICER] }, first: 200) { groups { cases(first: 200) { nodes { value { cases } } } } } }`, "COMPLEXITY_LIMIT_EXCEEDED"},
		{flood(150, `report(input: { form: RESULTS_BY_CASE, moment: { asOf: "2019-09-30" } }) { rows { key } }`), "COMPLEXITY_LIMIT_EXCEEDED"},
		{flood(150, `indicator(metric: CASE_RATE) { trend { asOf } }`), "COMPLEXITY_LIMIT_EXCEEDED"},
		{flood(700, `deadlineCounts { due }`), "COMPLEXITY_LIMIT_EXCEEDED"},
	} {
		if a := w.post(leader, "vi", c.query, nil); a.code() != c.code {
			t.Errorf("%.100s… answers %q, want %q: %v", c.query, a.code(), c.code, a.Errors)
		}
	}
}

// While the books are added up after a start, figures are refused by a code of
// their own, and records are shown with their deadlines.
func TestFiguresWhileTheBooksAreBuilt(t *testing.T) {
	w := newLedgerWorld(t)
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	if w.app, err = app.New(app.Options{Store: w.store, Clock: w.clock, Sealer: sealer, Version: "test", Log: log, Serving: true}); err != nil {
		t.Fatal(err)
	}
	w.handler = graph.NewHandler(w.app, log)
	for _, query := range []string{
		`{ statistics(query: { measure: CARRIED_OUT }) { total { cases } } }`, `{ indicator(metric: CASE_RATE) { value { text } } }`, `{ summary { settled { cases } } }`,
		`{ report(input: { form: RESULTS_BY_CASE, moment: { asOf: "2019-09-30" } }) { rows { key } } }`, `{ corrections { totalCount } }`,
		`{ deadlines { totalCount } }`, `{ deadlineCounts { due } }`, `{ figuresCheck(figures: []) { id } }`,
	} {
		w.fails(leader, "LEDGER_BUILDING", query, nil)
	}
	const records = `{ cases { totalCount nodes { id deadlines { dueOn } } } }`
	building := w.ask(leader, records, nil)
	expect(t, "the list", building, object{"cases.totalCount": 5})
	if err := w.app.BuildLedger(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(building, w.ask(leader, records, nil)); diff != "" {
		t.Errorf("the deadlines of records (-building +built):\n%s", diff)
	}
	expect(t, "figures", w.ask(leader, `{ statistics(query: { measure: CARRIED_OUT }) { total { cases } } }`, nil), object{"statistics.total.cases": 4})
}
