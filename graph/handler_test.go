package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/internal/auth"
)

// Without signing in only what is public is answered; a field asks for the
// right that the schema says, and for nothing else.
func TestEveryQueryAsksForItsRight(t *testing.T) {
	w := newProvince(t)
	values := map[string]string{
		"ID!": `"x"`, "[ID!]!": `["x"]`, "String!": `"xx"`, "Int!": "1", "Register!": "CASES",
		"StatisticsInput!": "{ measure: CARRIED_OUT }", "Metric!": "CASE_RATE", "[Metric!]!": "[CASE_RATE]", "ReportInput!": "{ form: RESULTS_BY_CASE }",
		"[ReportedFigureInput!]!": "[{ metric: CASES_DONE, statYear: 2019, value: { unit: CASES, count: 1 } }]",
	}
	for _, f := range w.schema.Query.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		query := "{ " + f.Name + arguments(t, f, values) + w.leaves(f) + " }"
		for _, p := range w.everybody() {
			answer := w.post(p, "vi", query, nil)
			want := ""
			switch {
			case p.Can(rightOf(f)):
			case p.IsAnonymous():
				want = "UNAUTHENTICATED"
			default:
				want = "FORBIDDEN"
			}
			refused := answer.code() == "UNAUTHENTICATED" || answer.code() == "FORBIDDEN"
			if refused != (want != "") || refused && answer.code() != want {
				t.Errorf("%s as %q answers %q, want %q", query, p.Name, answer.code(), want)
			}
			if refused && at(answer.Data, f.Name) != nil {
				t.Errorf("%s as %q answers data", query, p.Name)
			}
		}
	}
}

// arguments fills the arguments that have to be given.
func arguments(t *testing.T, f *ast.FieldDefinition, values map[string]string) string {
	t.Helper()
	var given []string
	for _, a := range f.Arguments {
		if !a.Type.NonNull || a.DefaultValue != nil {
			continue
		}
		v, ok := values[a.Type.String()]
		if !ok {
			t.Fatalf("%s: no value for %s", f.Name, a.Type)
		}
		given = append(given, a.Name+": "+v)
	}
	if len(given) == 0 {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

// leaves selects something of a field.
func (w *world) leaves(f *ast.FieldDefinition) string {
	if w.schema.Types[f.Type.Name()].IsLeafType() {
		return ""
	}
	return " { __typename }"
}

// A list with what its records name costs a few reads, however long it is.
func TestListsReadRelatedRecordsTogether(t *testing.T) {
	w := newProvince(t)
	const n = 60
	for i := range n {
		d := w.directive(fmt.Sprintf("%d-CT/TU", i+1))
		w.make(leader, "taskSet", set(w.first, object{"directive": d, "title": fmt.Sprintf("Nhiệm vụ %d", i)}))
	}
	for name, query := range map[string]string{
		"named":   `{ tasks(first: 200) { nodes { lead { unit { name } } directive { number parent { number } } conference { title } } } }`,
		"naming":  `{ directives(first: 200) { nodes { number tasks { title } children { number } directedCases { title } } } }`,
		"history": `{ tasks(first: 200) { nodes { events { kind effectiveOn } nextSteps } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			before := w.store.reads.Load()
			data := w.ask(leader, query, nil)
			reads := w.store.reads.Load() - before
			list, _, _ := strings.Cut(strings.TrimPrefix(query, "{ "), "(")
			if got := len(all(at(data, list+".nodes"), "x")); got != n {
				t.Errorf("%d elements, want %d", got, n)
			}
			// One for the list and one for each relation; a few more where
			// the machine is so busy that keys come in late.
			if reads > n/3 {
				t.Errorf("%d reads for %d elements", reads, n)
			}
			t.Logf("%d reads for %d elements", reads, n)
		})
	}
}

// What a list shows of a record is what the record shows of itself.
func TestListsShowWholeRecords(t *testing.T) {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	w.concluded()
	w.make(leader, "taskSet", set(w.first, object{"directive": d}))
	w.make(leader, "targetDefine", target())
	w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	w.make(w.clerk(), "verdictRegister", object{"unit": w.first, "particulars": verdictParticulars()})
	w.make(leader, "directedCaseList", object{"unit": w.first, "effectiveOn": "2018-11-01", "particulars": object{
		"title": "Vụ Đông", "directingBody": "Thường trực Tỉnh ủy", "description": "Việc cũ", "directive": d,
	}})
	for _, f := range w.schema.Query.Fields {
		if !strings.HasSuffix(f.Type.Name(), "Connection") || slices.Contains([]string{"publicDebtors", "imports", "users", "disclosures", "deadlines", "corrections", "savedQueries"}, f.Name) {
			continue // those are tested by themselves
		}
		node := w.schema.Types[f.Type.Name()].Fields.ForName("nodes").Type.Name()
		fields := w.selection(node, 1)
		data := w.ask(leader, fmt.Sprintf(`{ %s(first: 1) { nodes { %s } } }`, f.Name, fields), nil)
		listed := at(data, f.Name+".nodes.0").(object)
		data = w.ask(leader, fmt.Sprintf(`query($id: ID!) { node(id: $id) { ... on %s { %s } } }`, node, fields), object{"id": listed["id"]})
		if diff := cmp.Diff(data["node"], any(listed)); diff != "" {
			t.Errorf("%s (-record +list):\n%s", f.Name, diff)
		}
	}
}

// Refusals are sentences in the caller's language.
func TestRefusalsSpeakTheCallersLanguage(t *testing.T) {
	w := newProvince(t)
	in := set(w.first, object{"title": " ", "directive": "dr_none"})
	in["effectiveOn"] = "2027-01-01"
	for _, c := range []struct{ accept, message string }{
		{"vi", "Không có bản ghi này, hoặc không có quyền xem"},
		{"en-GB,en;q=0.9", "There is no such record, or none that you may see"},
		{"fr", "Không có bản ghi này, hoặc không có quyền xem"},
	} {
		_, refusals, _ := w.mutate(leader, c.accept, "taskSet", in)
		want := []refusal{{Code: "UNKNOWN_REFERENCE", Field: "particulars.directive", Message: c.message}}
		if diff := cmp.Diff(want, refusals); diff != "" {
			t.Errorf("in %q (-want +got):\n%s", c.accept, diff)
		}
	}
	in = set(w.first, object{"title": " "})
	in["effectiveOn"] = "2027-01-01"
	_, refusals, _ := w.mutate(leader, "vi", "taskSet", in)
	if len(refusals) == 0 || refusals[0].Code != "FUTURE_DATE" || refusals[0].Field != "effectiveOn" || !strings.Contains(refusals[0].Message, "01/01/2027") {
		t.Errorf("a date to come is refused as %+v", refusals)
	}
	for lang, want := range map[string]string{"vi": "Không có quyền xem hoặc ghi dữ liệu này", "en": "You may not see or change this"} {
		if got := w.post(administrator, lang, `{ cases { totalCount } }`, nil).Errors[0].Message; got != want {
			t.Errorf("in %q: %q, want %q", lang, got, want)
		}
	}
}

// A conflict with a later event names that event.
func TestConflictsNameTheirEvent(t *testing.T) {
	w := newProvince(t)
	v := w.must(w.clerk(), "verdictRegister", object{"unit": w.first, "particulars": verdictParticulars()})
	next := func(do string, more object) {
		v = w.must(w.clerk(), do, with(object{"id": v["id"], "version": v["version"]}, more))
	}
	next("verdictIssueNotice", object{"effectiveOn": "2018-10-03", "decision": paper("7/TB", "2018-10-03")})
	next("verdictUrge", object{"effectiveOn": "2018-10-20", "decision": paper("8/CV", "2018-10-20")})
	_, refusals, _ := w.mutate(w.clerk(), "en", "verdictVoid", object{"id": v["id"], "version": v["version"], "event": 2, "reason": "Nhầm"})
	if len(refusals) != 1 || refusals[0].Code != "CONFLICTS_WITH_LATER_EVENT" || fmt.Sprint(refusals[0].Event) != "3" {
		t.Errorf("taking back what a later step rests on is refused as %+v", refusals)
	}
	w.refuses(w.clerk(), "verdictVoid", object{"id": v["id"], "version": v["version"], "event": 9, "reason": "Nhầm"}, "UNKNOWN_REFERENCE", "event")
	w.refuses(w.clerk(), "verdictVoid", object{"id": "vd_none", "version": 1, "event": 1, "reason": "Nhầm"}, "NOT_FOUND", "id")
	w.refuses(w.stranger(), "verdictNote", object{"id": v["id"], "version": v["version"], "effectiveOn": "2018-11-01", "note": "x"}, "NOT_FOUND", "id")
}

// What cannot be read is a refusal, never a fault, and null is as good as nothing.
func TestInputsThatCannotBeRead(t *testing.T) {
	w := newProvince(t)
	for _, c := range []struct {
		list   string
		filter object
		code   string
	}{
		{"cases", object{"openedOn": from("2019-13-45")}, "INVALID"},
		{"cases", object{"openedOn": object{"from": 20190101}}, "INVALID"},
		{"cases", object{"total": object{"min": "nhiều"}}, "INVALID"},
		{"cases", object{"total": object{"min": 1.5}}, "INVALID"},
		{"cases", object{"states": []string{"OPEN"}}, "GRAPHQL_VALIDATION_FAILED"},
		{"tasks", object{"statYears": []any{3_000_000_000}}, "INVALID"},
		{"tasks", object{"units": []string{strings.Repeat("x", 201)}}, "OUT_OF_RANGE"},
		{"cases", object{"identityNumber": "12"}, "INVALID"},
		{"tasks", object{"dueOn": object{"from": nil, "to": nil}, "text": nil, "units": nil, "overdueOn": nil, "standing": nil}, ""},
	} {
		if got := w.page(leader, listing{list: c.list, label: "id"}, object{"filter": c.filter}).code(); got != c.code {
			t.Errorf("%s(%v) answers %q, want %q", c.list, c.filter, got, c.code)
		}
	}
	w.must(leader, "taskSet", set(w.first, object{
		"dueOn": nil, "standing": true, "content": nil, "directive": nil, "conference": nil, "item": nil, "coordinating": nil, "statYear": nil, "reviewOn": nil,
	}))
	w.must(leader, "conferenceRecord", conference(object{"session": nil, "unit": nil, "place": nil, "attendees": nil}))
	w.must(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05", object{"officer": nil, "effectiveOn": nil}))
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Errorf("faults were logged:\n%s", w.log)
	}
}

// Operations are refused before they run where they would cost too much, use
// what this API does not do, or ask, unknown, what it can do.
func TestOperationsThatAreRefused(t *testing.T) {
	w := newProvince(t)
	for _, c := range []struct {
		as          auth.Principal
		query, code string
	}{
		{leader, `{ cases(first: 200) { nodes { events { parties { name } } units { children { children { name } } } } } }`, "COMPLEXITY_LIMIT_EXCEEDED"},
		{leader, `{ me { ... @defer { name } } }`, "BAD_REQUEST"},
		{anonymous, `{ __schema { types { name } } }`, "UNAUTHENTICATED"},
		{leader, `{ cases { nodes { nothing } } }`, "GRAPHQL_VALIDATION_FAILED"},
		{leader, `{`, "GRAPHQL_PARSE_FAILED"},
		{leader, `mutation { taskSet { task { id } } }`, "GRAPHQL_VALIDATION_FAILED"},
	} {
		a := w.post(c.as, "vi", c.query, nil)
		if a.code() != c.code || len(a.Data) != 0 {
			t.Errorf("%s answers %q and %v, want %s", c.query, a.code(), a.Data, c.code)
		}
	}
	if n := len(all(at(w.ask(leader, `{ __schema { types { name } } }`, nil), "__schema.types"), "name")); n < 100 {
		t.Errorf("the schema shows %d types to those who signed in", n)
	}
}

// The few fields for everybody answer everybody.
func TestWhatIsPublic(t *testing.T) {
	w := newProvince(t)
	data := w.ask(anonymous, `{ me { name } system { version today demonstration } publicDebtors { nodes { name } } }`, nil)
	want := object{"me": nil, "system": object{"version": "test", "today": today.String(), "demonstration": false}, "publicDebtors": object{"nodes": []any{}}}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("public (-want +got):\n%s", diff)
	}
	c := w.must(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	next := func(do string, more object) {
		c = w.must(w.clerk(), do, with(object{"id": c["id"], "version": c["version"]}, more))
	}
	next("caseBeginVerification", object{"effectiveOn": "2018-10-20"})
	next("caseDeclareNotEnforceable", object{"effectiveOn": "2018-11-01", "decision": paper("9/QĐ-CCTHADS", "2018-11-01"), "ground": "L2008_44A_1_A"})
	data = w.ask(anonymous, `{ publicDebtors(text: "nguyen van no", first: 1) { nodes { name address judgment decision obligations reason unit } pageInfo { hasNextPage } } }`, nil)
	shown := at(data, "publicDebtors.nodes.0")
	if at(shown, "name") != "Nguyễn Văn Nợ" || at(shown, "unit") != "Chi cục Thi hành án dân sự thành phố Thanh Hóa" || strings.Contains(fmt.Sprint(data), "0123") {
		t.Errorf("the public list shows %v", data)
	}
	// The law names these and nothing else (Circular 04/2023 art 4), and who is in charge.
	var fields []string
	for _, f := range w.schema.Types["PublicDebtor"].Fields {
		fields = append(fields, f.Name)
	}
	if diff := cmp.Diff([]string{"name", "address", "judgment", "decision", "obligations", "reason", "unit"}, fields); diff != "" {
		t.Errorf("what is public of a debtor (-want +schema):\n%s", diff)
	}
	me := w.ask(w.clerk(), `{ me { id name rights unit { code } } }`, nil)
	if diff := cmp.Diff(object{"id": "clerk", "name": "Văn thư", "rights": []any{"PUBLIC", "SIGNED_IN", "READ", "READ_DIRECTION", "READ_FIGURES", "RECORD", "REPORT", "UNMASK"}, "unit": object{"code": "TH-01"}}, me["me"]); diff != "" {
		t.Errorf("me (-want +got):\n%s", diff)
	}
}

// A list of accounts with what belongs to them costs a few reads, however long
// it is.
func TestListsOfAccountsReadTogether(t *testing.T) {
	w := newProvince(t)
	const n = 40
	for i := range n {
		w.must(administrator, "userInvite", object{"account": fmt.Sprintf("van.thu.%d", i), "name": fmt.Sprintf("Văn thư %d", i), "grants": []object{{"role": "CLERK", "unit": w.first}}})
	}
	before := w.store.reads.Load()
	data := w.ask(administrator, `{ users(first: 200) { totalCount nodes { account grants { unit { name } officer { name } } lastSignInAt hasPassword hasSecondFactor sessions { id } tokens { id } } } }`, nil)
	reads := w.store.reads.Load() - before
	if got := len(at(data, "users.nodes").([]any)); got != n {
		t.Errorf("%d accounts, want %d", got, n)
	}
	// One for the list and one for each of credentials, sessions and tokens; a
	// few more where the machine is so busy that keys come in late.
	if reads > n/3 {
		t.Errorf("%d reads for %d accounts", reads, n)
	}
	t.Logf("%d reads for %d accounts", reads, n)
}

// Accounts are found by each condition, by those who manage them, page by page.
func TestListOfAccounts(t *testing.T) {
	w := newProvince(t)
	invite := func(account, name, role string, more ...object) object {
		return w.must(administrator, "userInvite", object{"account": account, "name": name, "grants": []object{with(object{"role": role}, more...)}})["user"].(object)
	}
	invite("an", "Nguyễn Thị Ân", "CLERK", object{"unit": w.first})
	b := invite("binh", "Trần Văn Bình", "ACCOUNTANT", object{"unit": w.second})
	invite("chau", "Lê Châu", "LEADER")
	w.must(administrator, "userDisable", object{"id": b["id"], "version": b["version"]})
	tested := map[string]bool{}
	for _, c := range []struct {
		filter object
		want   string
	}{
		{nil, "[an binh chau]"},
		{object{"text": "tran binh"}, "[binh]"},
		{object{"text": "Ân"}, "[an]"},
		{object{"text": "nobody"}, "[]"},
		{object{"roles": []string{"CLERK", "LEADER"}}, "[an chau]"},
		{object{"roles": []string{}}, "[]"},
		{object{"units": []string{w.second}}, "[binh]"},
		{object{"units": []string{w.province}}, "[an binh chau]"},
		{object{"disabled": true}, "[binh]"},
		{object{"disabled": false, "units": []string{w.first}}, "[an]"},
	} {
		data := w.ask(administrator, `query($f: UserFilter) { users(filter: $f) { totalCount nodes { account } } }`, object{"f": c.filter})
		if got := fmt.Sprint(all(at(data, "users.nodes"), "account")); got != c.want {
			t.Errorf("users %v are %s, want %s", c.filter, got, c.want)
		}
		for field := range c.filter {
			tested[field] = true
		}
	}
	for _, f := range w.schema.Types["UserFilter"].Fields {
		if !tested[f.Name] {
			t.Errorf("users: the filter %s is not tested", f.Name)
		}
	}
	page := func(args string) object {
		t.Helper()
		return at(w.ask(administrator, `{ users`+args+` { nodes { account } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }`, nil), "users").(object)
	}
	first := page("(first: 2)")
	rest := page(fmt.Sprintf("(first: 2, after: %q)", at(first, "pageInfo.endCursor")))
	back := page(fmt.Sprintf("(last: 2, before: %q)", at(rest, "pageInfo.startCursor")))
	if got := fmt.Sprint(all(first["nodes"], "account"), all(rest["nodes"], "account"), all(back["nodes"], "account")); got != "[an binh] [chau] [an binh]" {
		t.Errorf("the pages are %s", got)
	}
}

// Search and summary reach the records of every kind.
func TestSearchAndSummary(t *testing.T) {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	w.concluded()
	w.make(leader, "taskSet", set(w.first, object{"directive": d}))
	w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	w.make(w.clerk(), "verdictRegister", object{"unit": w.first, "particulars": verdictParticulars()})
	w.make(leader, "directedCaseList", object{"unit": w.first, "effectiveOn": "2018-11-01", "particulars": object{
		"title": "Vụ Đông", "directingBody": "Thường trực Tỉnh ủy", "description": "Việc cũ",
	}})
	for text, want := range map[string]string{
		"nguyen van no": "[CASE]", "15/2018": "[VERDICT]", "16-ct": "[DIRECTIVE]", "giao ban": "[CONFERENCE]", "nga son": "[UNIT]", "pham thi": "[OFFICER]", "zzzz": "[]",
	} {
		data := w.ask(leader, `query($t: String!) { search(text: $t) { kind title detail exact node { id } } }`, object{"t": text})
		if got := fmt.Sprint(all(data["search"], "kind")); got != want {
			t.Errorf("search %q finds %s, want %s", text, got, want)
		}
	}
	for as, want := range map[string]object{
		"head":     {"liveCases": 1, "openVerdicts": 1, "openDirectedCases": 1, "openTasks": 1, "unit.code": "TH-01", "latest.0.debtorName": "Nguyễn Văn Nợ", "cases.0.state": "VOLUNTARY"},
		"stranger": {"liveCases": 0, "openVerdicts": 0, "openDirectedCases": 0, "unit.code": "TH-02", "latest": []any{}, "cases": []any{}},
	} {
		p := map[string]auth.Principal{"head": w.head(), "stranger": w.stranger()}[as]
		data := w.ask(p, `{ summary { unit { code } asOf liveCases openVerdicts openDirectedCases openTasks cases { state count } latest { debtorName } } }`, nil)
		for path, v := range want {
			if got := at(data, "summary."+path); fmt.Sprint(got) != fmt.Sprint(v) {
				t.Errorf("summary of %s: %s is %v, want %v", as, path, got, v)
			}
		}
	}
}
