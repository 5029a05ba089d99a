package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// register is a register of n cases of the first branch, changed by change.
func (w *world) register(n int, change func(i int, r *sheet.CaseRow)) []byte {
	w.t.Helper()
	var b bytes.Buffer
	out, err := sheet.NewFile(&b, sheet.XLSX, sheet.About{})
	if err != nil {
		w.t.Fatal(err)
	}
	table, err := out.Cases()
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range n {
		r := sheet.CaseRow{
			Unit: "TH-01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i+1), Date: thads.DateOf(2018, 10, 5),
			Initiation: thads.OnRequest, JudgmentKind: thads.JudgmentCivil, JudgmentNumber: fmt.Sprintf("%d/2018/DS-ST", i+1),
			JudgmentDate: thads.DateOf(2018, 9, 5), Court: "TAND thành phố Thử",
			Debtor:         sheet.PartyCells{Name: "Nguyễn Văn Nợ", IdentityNumber: fmt.Sprintf("038%09d", i)},
			ObligationKind: thads.Debt, Amount: 1_000_000,
		}
		if change != nil {
			change(i, &r)
		}
		if err := table.Write(&r); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends a file and returns what importStart takes.
func (w *world) upload(as auth.Principal, data []byte) string {
	w.t.Helper()
	u, err := w.app.UploadFile(auth.NewContext(w.t.Context(), as), "Sổ thụ lý.xlsx", bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID
}

// work carries out the jobs that were begun.
func (w *world) work() {
	w.t.Helper()
	if err := w.app.ResumeJobs(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// begin starts an import, and waits for its check.
func (w *world) begin(as auth.Principal, data []byte) object {
	w.t.Helper()
	w.keys++
	im := w.must(as, "importStart", object{"upload": w.upload(as, data), "idempotencyKey": fmt.Sprintf("import-%d", w.keys)})
	w.work()
	return w.imported(as, im["id"])
}

const importFields = `id version state file bytes digest attempt fileKept keptMapping sheets by byName startedAt checkedAt acceptedAt undoneAt
	job { id state done total problems } rows cases leftOut creates changes existing bad errors warnings stopped nextSteps
	mode created changed refused undone notUndone reason message`

// imported reads an import again.
func (w *world) imported(as auth.Principal, id any) object {
	w.t.Helper()
	im, ok := w.ask(as, `query($id: ID!) { import(id: $id) { `+importFields+` } }`, object{"id": id})["import"].(object)
	if !ok {
		w.t.Fatalf("there is no import %v", id)
	}
	return im
}

// shows expects values at paths.
func (w *world) shows(what string, record object, want object) {
	w.t.Helper()
	for path, v := range want {
		if got := at(record, path); fmt.Sprint(got) != fmt.Sprint(v) {
			w.t.Errorf("%s: %s is %v, want %v", what, path, got, v)
		}
	}
}

// changes tries a change of an import as it must not work, does it, and does it
// again.
func (w *world) changes(as auth.Principal, name string, im object, in object, other object) object {
	w.t.Helper()
	in = with(in, object{"id": im["id"], "version": im["version"]})
	w.onlyFor(name, in)
	w.staleVersion(as, name, in)
	w.refuses(as, name, with(in, object{"id": "im_none"}), "NOT_FOUND", "id")
	w.keys++
	in = with(in, object{"idempotencyKey": fmt.Sprintf("change-%d", w.keys)})
	record := w.must(as, name, in)
	if diff := cmp.Diff(record, w.must(as, name, in)); diff != "" {
		w.t.Errorf("%s again answers otherwise (-first +again):\n%s", name, diff)
	}
	if other != nil {
		w.refuses(as, name, with(in, other), "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	}
	w.work()
	return w.imported(as, im["id"])
}

// A file is led through its life by GraphQL alone, once it is sent. The lives use
// every mutation of imports.
func TestImports(t *testing.T) {
	done := map[string]bool{}
	for name, lead := range map[string]func(*testing.T) *world{
		"accepted and undone": importLife, "mapped": importMapped, "good rows": importGoodRows, "records": importRecords,
	} {
		t.Run(name, func(t *testing.T) {
			w := lead(t)
			maps.Copy(done, w.done)
			if strings.Contains(w.log.String(), "level=ERROR") {
				t.Errorf("faults were logged:\n%s", w.log)
			}
		})
	}
	if t.Failed() {
		return
	}
	for _, f := range graph.Schema().Mutation.Fields {
		if strings.HasPrefix(f.Name, "import") && !done[f.Name] {
			t.Errorf("no life uses the mutation %s", f.Name)
		}
	}
}

func importLife(t *testing.T) *world {
	w := newProvince(t)
	head := w.head()
	upload := w.upload(head, w.register(3, nil))
	in := object{"upload": upload, "idempotencyKey": "start"}
	w.onlyFor("importStart", in)
	w.refuses(head, "importStart", object{"upload": "up_none", "idempotencyKey": "none"}, "NOT_FOUND", "upload")
	w.refuses(leader, "importStart", in, "NOT_FOUND", "upload") // somebody else's
	w.refuses(head, "importStart", object{"upload": upload, "idempotencyKey": ""}, "REQUIRED", "idempotencyKey")
	im := w.must(head, "importStart", in)
	w.shows("started", im, object{
		"state": "CHECKING", "file": "Sổ thụ lý.xlsx", "fileKept": true, "by": "head", "byName": "Chi cục trưởng", "attempt": 1, "checkedAt": nil,
		"nextSteps": []string{"SET_MAPPING", "CANCEL"}, "reading.cases.register": "CASES", "reading.events": nil, "mode": nil, "job.state": "RUNNING",
	})
	if diff := cmp.Diff(im, w.must(head, "importStart", in)); diff != "" {
		t.Errorf("started again (-first +again):\n%s", diff)
	}
	w.refuses(head, "importStart", object{"upload": w.upload(head, w.register(1, nil)), "idempotencyKey": "start"}, "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	w.work()
	im = w.imported(head, im["id"])
	w.shows("checked", im, object{
		"state": "CHECKED", "rows": 3, "cases": 3, "creates": 3, "changes": 0, "existing": 0, "bad": 0, "errors": 0, "warnings": 0, "stopped": false,
		"nextSteps": []string{"SET_MAPPING", "ACCEPT_ALL", "CANCEL"}, "job.state": "DONE", "created": 0,
	})
	if im["checkedAt"] == nil || len(im["sheets"].([]any)) == 0 {
		t.Errorf("the checked import is %v", im)
	}
	w.isNode(im)
	if got := w.ask(w.reader(), `query($id: ID!) { node(id: $id) { id } }`, object{"id": im["id"]})["node"]; got != nil {
		t.Errorf("a reader is shown the node %v", got)
	}
	other := auth.Person("other", "Chi cục trưởng Nga Sơn", auth.RoleUnitHead, thads.UnitID(w.second), "")
	if got := w.ask(other, `query($id: ID!) { import(id: $id) { id } node(id: $id) { id } imports { totalCount } }`, object{"id": im["id"]}); got["import"] != nil || got["node"] != nil || fmt.Sprint(at(got, "imports.totalCount")) != "0" {
		t.Errorf("another unit's head is shown %v", got)
	}
	w.refuses(other, "importAccept", object{"id": im["id"], "version": im["version"], "mode": "ALL"}, "NOT_FOUND", "id")
	w.refuses(head, "importUndo", object{"id": im["id"], "version": im["version"], "reason": "x"}, "TRANSITION_REFUSED", "id")
	w.entriesOf(head, im, "CREATE")
	if n := fmt.Sprint(at(w.ask(leader, `{ cases { totalCount } }`, nil), "cases.totalCount")); n != "0" {
		t.Errorf("the check has written %s cases", n)
	}

	im = w.changes(head, "importAccept", im, object{"mode": "ALL"}, object{"mode": "GOOD_ROWS"})
	w.shows("accepted", im, object{"state": "ACCEPTED", "mode": "ALL", "created": 3, "changed": 0, "refused": 0, "nextSteps": []string{"UNDO"}, "job.state": "DONE"})
	w.entriesOf(head, im, "CREATE")
	data := w.ask(head, `query($id: ID!) { import(id: $id) { entries { nodes { case { debtorName state unit { code } } } } } }`, object{"id": im["id"]})
	if got := fmt.Sprint(all(at(data, "import.entries.nodes"), "case.unit.code")); got != "[TH-01 TH-01 TH-01]" {
		t.Errorf("the cases of the entries are %s", got)
	}
	w.refuses(head, "importCancel", object{"id": im["id"], "version": im["version"]}, "TRANSITION_REFUSED", "id")

	again := w.begin(head, w.register(3, nil))
	w.shows("the same file again", again, object{"state": "CHECKED", "creates": 0, "existing": 3, "nextSteps": []string{"SET_MAPPING", "CANCEL"}})
	w.refuses(head, "importAccept", object{"id": again["id"], "version": again["version"], "mode": "ALL"}, "TRANSITION_REFUSED", "id")
	again = w.changes(head, "importCancel", again, nil, nil)
	w.shows("given up", again, object{"state": "CANCELLED", "fileKept": false, "sheets": []any{}, "nextSteps": []any{}})

	w.refuses(head, "importUndo", object{"id": im["id"], "version": im["version"], "reason": " "}, "REQUIRED", "reason")
	im = w.changes(head, "importUndo", im, object{"reason": "Nhập nhầm"}, object{"reason": "Lý do khác"})
	w.shows("undone", im, object{"state": "UNDONE", "undone": 3, "notUndone": 0, "reason": "Nhập nhầm", "nextSteps": []any{}})
	w.shows("the same file after that", w.begin(head, w.register(3, nil)), object{"attempt": 2, "creates": 3})

	w.listOfImports(head)
	return w
}

// entriesOf checks the connection of the cases of an import of three.
func (w *world) entriesOf(as auth.Principal, im object, action string) {
	w.t.Helper()
	const query = `query($id: ID!, $actions: [ImportAction!], $first: Int, $after: Cursor) { import(id: $id) { entries(actions: $actions, first: $first, after: $after) {
		totalCount nodes { sheet row action unit number debtor total events record } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`
	first := at(w.ask(as, query, object{"id": im["id"], "first": 2}), "import.entries")
	w.shows("the first entries", first.(object), object{
		"totalCount": 3, "pageInfo.hasNextPage": true, "nodes.0.action": action, "nodes.0.unit": "TH-01", "nodes.0.number": "1/QĐ-CCTHADS",
		"nodes.0.debtor": "Nguyễn Văn Nợ", "nodes.0.total": 1_000_000, "nodes.0.events": 1, "nodes.0.record": nil,
	})
	rest := at(w.ask(as, query, object{"id": im["id"], "first": 2, "after": at(first, "pageInfo.endCursor")}), "import.entries")
	if got := fmt.Sprint(all(at(rest, "nodes"), "number")); got != "[3/QĐ-CCTHADS]" || at(rest, "pageInfo.hasNextPage") != false {
		w.t.Errorf("the entries end with %s, %v", got, at(rest, "pageInfo"))
	}
	none := at(w.ask(as, query, object{"id": im["id"], "actions": []string{"BAD", "EXISTING"}}), "import.entries")
	w.shows("entries of other actions", none.(object), object{"totalCount": 0, "nodes": []any{}})
	for _, bad := range []struct {
		args object
		code string
	}{{object{"first": 0}, "OUT_OF_RANGE"}, {object{"after": "AAAA"}, "INVALID"}, {object{"actions": []string{"NONE"}}, "GRAPHQL_VALIDATION_FAILED"}} {
		if a := w.post(as, "vi", query, with(bad.args, object{"id": im["id"]})); a.code() != bad.code {
			w.t.Errorf("entries(%v) answers %q, want %s", bad.args, a.code(), bad.code)
		}
	}
}

// listOfImports expects an undone, a cancelled and a checked import, the latest
// first.
func (w *world) listOfImports(as auth.Principal) {
	w.t.Helper()
	const query = `query($states: [ImportState!], $first: Int, $after: Cursor) { imports(states: $states, first: $first, after: $after) {
		totalCount nodes { state } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`
	for _, p := range []auth.Principal{as, leader} {
		if got := fmt.Sprint(all(at(w.ask(p, query, nil), "imports.nodes"), "state")); got != "[CHECKED CANCELLED UNDONE]" {
			w.t.Errorf("%s sees the imports %s", p.ID, got)
		}
	}
	some := at(w.ask(as, query, object{"states": []string{"UNDONE", "CHECKED"}, "first": 1}), "imports").(object)
	w.shows("some imports", some, object{"totalCount": 2, "nodes.0.state": "CHECKED", "pageInfo.hasNextPage": true})
	rest := at(w.ask(as, query, object{"states": []string{"UNDONE", "CHECKED"}, "first": 1, "after": at(some, "pageInfo.endCursor")}), "imports").(object)
	w.shows("the other one", rest, object{"nodes.0.state": "UNDONE", "pageInfo.hasNextPage": false})
	if a := w.post(as, "vi", query, object{"after": "AAAA"}); a.code() != "INVALID" {
		w.t.Errorf("a wrong cursor answers %q", a.code())
	}
}

// What a column means is said by a person, and kept for the next file.
func importMapped(t *testing.T) *world {
	w := newProvince(t)
	head := w.head()
	data := []byte("\ufeffMã đơn vị;Số QĐ THA;Ngày QĐ;Cách làm;Loại án;Số bản án;Ngày bản án;Người phải THA;Loại nghĩa vụ;Số tiền\r\n" +
		"TH-01;1/QĐ-CCTHADS;05/10/2018;Theo yêu cầu;Dân sự;1/2018/DS-ST;05/09/2018;Nguyễn Văn Nợ;Trả nợ;2000\r\n" +
		"TH-01;2/QĐ-CCTHADS;05/10/2018;Theo yêu cầu;Dân sự;2/2018/DS-ST;05/09/2018;Nguyễn Văn Nợ;Trả nợ;3000\r\n" +
		"Cộng;;;;;;;;;5000\r\n")
	im := w.begin(head, data)
	w.shows("not recognised", im, object{"state": "MAPPING", "job": nil, "nextSteps": []string{"SET_MAPPING", "CANCEL"}, "sheets": []any{}, "checkedAt": nil})
	if im["message"] == nil {
		t.Error("it is not told why")
	}
	const mapping = `register sheet headerRow columns { column letter title field unit } constants { field value } formulas`
	vars := object{"id": im["id"], "row": 1}
	data1 := w.ask(head, `query($id: ID!, $row: Int!) {
		importProposal(id: $id, register: CASES, headerRow: $row) { `+mapping+` }
		importFields(register: CASES) { code header help required money example choices }
		import(id: $id) { preview(register: CASES, rows: 2) { number cells leftOut } none: preview(register: CASE_EVENTS) { number } reading { cases { `+mapping+` } } } }`, vars)
	proposal := at(data1, "importProposal").(object)
	w.shows("the proposal", proposal, object{"register": "CASES", "sheet": nil, "headerRow": 1, "columns.0.field": "unit", "columns.3.title": "Cách làm", "columns.3.field": nil, "columns.3.letter": "D", "formulas": false, "constants": []any{}})
	if diff := cmp.Diff(proposal, at(data1, "import.reading.cases")); diff != "" {
		t.Errorf("what was detected is not what is proposed (-proposed +detected):\n%s", diff)
	}
	w.shows("the preview", data1, object{"import.preview.0.number": 2, "import.preview.0.cells.1": "1/QĐ-CCTHADS", "import.preview.0.leftOut": nil, "import.none": []any{}})
	fields := map[string]object{}
	for _, f := range data1["importFields"].([]any) {
		fields[fmt.Sprint(at(f, "code"))] = f.(object)
	}
	w.shows("a field", fields["initiation"], object{"required": true, "money": false})
	w.shows("a field of money", fields["amount"], object{"required": false, "money": true, "choices": []any{}})
	if len(fields["initiation"]["choices"].([]any)) == 0 || len(fields) < 30 {
		t.Errorf("%d fields, initiation is %v", len(fields), fields["initiation"])
	}

	columns := []object{}
	for _, c := range proposal["columns"].([]any) {
		column := object{"column": at(c, "column"), "title": at(c, "title"), "field": at(c, "field")}
		switch at(c, "title") {
		case "Cách làm":
			column["field"] = "initiation"
		case "Số tiền":
			column["unit"] = "THOUSAND"
		}
		columns = append(columns, column)
	}
	reading := func() object {
		return object{"reading": object{"cases": object{"headerRow": 1, "columns": columns, "constants": []object{{"field": "court", "value": "TAND thành phố Thử"}}}}}
	}
	version := object{"id": im["id"], "version": im["version"]}
	for _, bad := range []struct {
		reading     object
		code, field string
	}{
		{object{"cases": object{"headerRow": 1, "columns": []object{{"column": 1, "field": "nothing"}}}}, "UNKNOWN_REFERENCE", "reading.cases.columns.0.field"},
		{object{"cases": object{"headerRow": 1, "columns": columns, "constants": []object{{"field": "court", "value": "a"}, {"field": "court", "value": "b"}}}}, "DUPLICATE", "reading.cases.constants.1.field"},
		{object{"cases": object{"headerRow": 1, "columns": columns}}, "REQUIRED", "reading.cases.constants.court"},
		{object{"cases": object{"headerRow": 1, "columns": columns, "register": "UNITS"}}, "INVALID", "reading.cases.register"},
		{object{"records": object{"headerRow": 1, "columns": columns}}, "REQUIRED", "reading.records.register"},
		{object{"records": object{"headerRow": 1, "columns": columns, "register": "CASES"}}, "INVALID", "reading.records.register"},
	} {
		w.refuses(head, "importSetMapping", with(version, object{"reading": bad.reading}), bad.code, bad.field)
	}
	if record, refusals, code := w.mutate(head, "vi", "importSetMapping", with(version, object{"reading": object{}})); record != nil || len(refusals) == 0 || code != "" {
		t.Errorf("no mapping at all is answered by %v, %v, %q", record, refusals, code)
	}
	im = w.changes(head, "importSetMapping", im, with(reading(), object{"keep": true}), object{"keep": false})
	w.shows("mapped", im, object{"state": "CHECKED", "creates": 2, "errors": 0, "leftOut": 1, "keptMapping": false})
	problems := w.problemsOf(head, im, []string{"LEFT_OUT"})
	w.shows("what is left out", problems.(object), object{"totalCount": 1, "nodes.0.row": 4, "nodes.0.severity": "LEFT_OUT", "nodes.0.code": nil, "nodes.0.sheet": nil})
	shown := w.ask(head, `query($id: ID!) { import(id: $id) { entries { nodes { total } } preview(register: CASES) { number leftOut } reading { cases { columns { unit } } } } }`, object{"id": im["id"]})
	w.shows("what is read", shown, object{"import.entries.nodes.0.total": 2_000_000, "import.reading.cases.columns.9.unit": "THOUSAND", "import.preview.2.number": 4})
	if at(shown, "import.preview.2.leftOut") == nil {
		t.Error("the preview does not tell why the total is left out")
	}

	// The next file with these headers needs nobody.
	next := w.begin(head, bytes.ReplaceAll(data, []byte("/QĐ-CCTHADS"), []byte("/QĐ-THADS")))
	w.shows("the next file", next, object{"state": "CHECKED", "keptMapping": true, "creates": 2})
	kept := w.ask(head, `{ importMappings { id by byName keptAt unit { code } mapping { `+mapping+` } } }`, nil)["importMappings"].([]any)
	if len(kept) != 1 {
		t.Fatalf("%d mappings are kept", len(kept))
	}
	w.shows("what is kept", kept[0].(object), object{"by": "head", "byName": "Chi cục trưởng", "unit.code": "TH-01", "mapping.columns.3.field": "initiation"})
	in := object{"mapping": at(kept[0], "id")}
	w.onlyFor("importMappingForget", in)
	w.refuses(head, "importMappingForget", object{"mapping": "none"}, "NOT_FOUND", "mapping")
	a := w.post(head, "vi", `mutation($input: ImportMappingForgetInput!) { importMappingForget(input: $input) { mapping userErrors { code } } }`, object{"input": in})
	if got := at(a.Data, "importMappingForget.mapping"); got != in["mapping"] {
		t.Errorf("forgetting answers %v, %v", a.Data, a.Errors)
	}
	w.done["importMappingForget"] = true
	if left := w.ask(head, `{ importMappings { id } }`, nil)["importMappings"].([]any); len(left) != 0 {
		t.Errorf("%d mappings are left", len(left))
	}
	for _, bad := range []struct {
		query, code string
	}{
		{`query($id: ID!) { importProposal(id: $id, register: CASES, headerRow: 0) { headerRow } }`, "UNKNOWN_REFERENCE"},
		{`query($id: ID!) { importProposal(id: $id, register: CASES, sheet: "không có", headerRow: 1) { headerRow } }`, ""},
		{`query($id: ID!) { import(id: $id) { preview(register: CASES, rows: 101) { number } } }`, "OUT_OF_RANGE"},
		{`query($id: ID!) { importProposal(id: "im_none", register: CASES, headerRow: 1) { headerRow } import(id: $id) { id } }`, "NOT_FOUND"},
	} {
		if a := w.post(head, "vi", bad.query, object{"id": im["id"]}); len(a.Errors) == 0 || bad.code != "" && a.code() != bad.code || a.code() == "INTERNAL" {
			t.Errorf("%s answers %q", bad.query, a.code())
		}
	}
	return w
}

func (w *world) problemsOf(as auth.Principal, im object, severities []string) any {
	w.t.Helper()
	return at(w.ask(as, `query($id: ID!, $severities: [ImportSeverity!]) { import(id: $id) { problems(severities: $severities) {
		totalCount nodes { severity code sheet row column letter header got message } edges { cursor } pageInfo { hasNextPage hasPreviousPage } } } }`,
		object{"id": im["id"], "severities": severities}), "import.problems")
}

// Problems are told where they are, and what has none comes in without the rest.
func importGoodRows(t *testing.T) *world {
	w := newProvince(t)
	head := w.head()
	im := w.begin(head, w.register(4, func(i int, r *sheet.CaseRow) {
		switch i {
		case 1:
			r.Unit = "TH-99"
		case 2:
			r.Amount = 500
		case 3:
			r.Unit = "TH-02" // not the head's
		}
	}))
	w.shows("with errors", im, object{"state": "CHECKED", "creates": 2, "bad": 2, "errors": 2, "warnings": 1, "nextSteps": []string{"SET_MAPPING", "ACCEPT_GOOD_ROWS", "CANCEL"}})
	errs := w.problemsOf(head, im, []string{"ERROR"}).(object)
	w.shows("the errors", errs, object{
		"totalCount": 2, "nodes.0.row": 3, "nodes.0.code": "UNKNOWN_REFERENCE", "nodes.0.got": "TH-99", "nodes.0.letter": "A", "nodes.0.column": 1,
		"nodes.0.header": "Mã đơn vị", "nodes.0.message": `Không có đơn vị mã "TH-99"`, "nodes.1.code": "FORBIDDEN", "pageInfo.hasNextPage": false,
	})
	w.shows("the warnings", w.problemsOf(head, im, []string{"WARNING"}).(object), object{"totalCount": 1, "nodes.0.row": 4, "nodes.0.severity": "WARNING"})
	w.shows("all", w.problemsOf(head, im, nil).(object), object{"totalCount": 3, "nodes.1.severity": "WARNING"})
	w.refuses(head, "importAccept", object{"id": im["id"], "version": im["version"], "mode": "ALL"}, "NOT_ALLOWED", "mode")
	im = w.changes(head, "importAccept", im, object{"mode": "GOOD_ROWS"}, object{"mode": "ALL"})
	w.shows("good rows", im, object{"state": "ACCEPTED", "mode": "GOOD_ROWS", "created": 2, "bad": 2})
	english := w.post(head, "en", `query($id: ID!) { import(id: $id) { problems { nodes { message } } } }`, object{"id": im["id"]})
	if got := at(english.Data, "import.problems.nodes.0.message"); got != `There is no unit with the code "TH-99"` {
		t.Errorf("in English: %v", got)
	}
	for name, data := range map[string][]byte{"no register": []byte("xin chào"), "a damaged workbook": []byte("PK\x03\x04 nothing")} {
		w.keys++
		record, refusals, code := w.mutate(head, "vi", "importStart", object{"upload": w.upload(head, data), "idempotencyKey": fmt.Sprintf("bad-%d", w.keys)})
		if code != "" || record != nil && record["state"] != "MAPPING" || record == nil && len(refusals) == 0 {
			t.Errorf("%s is answered by %v, %v, %q", name, record, refusals, code)
		}
	}
	return w
}

// Other records come in by the same life.
func importRecords(t *testing.T) *world {
	w := newProvince(t)
	ctx := request.NewContext(auth.NewContext(w.t.Context(), leader), request.New("vi"))
	w.make(leader, "targetDefine", target(object{"basis": "Chỉ tiêu"}))
	data := w.exported(ctx, sheet.Targets)
	im := w.begin(leader, data)
	w.shows("the same store", im, object{"state": "CHECKED", "existing": 1, "creates": 0, "errors": 0})
	other := newProvince(t)
	im = other.begin(leader, data)
	other.shows("another store", im, object{"state": "CHECKED", "creates": 1, "errors": 0})
	shown := other.ask(leader, `query($id: ID!) { import(id: $id) { reading { records { register } cases { register } } preview(register: TARGETS) { number } entries { nodes { action record events case { id } } } } }`, object{"id": im["id"]})
	other.shows("another store", shown, object{"import.reading.records.register": "TARGETS", "import.reading.cases": nil, "import.entries.nodes.0.action": "CREATE", "import.entries.nodes.0.case": nil})
	if len(at(shown, "import.preview").([]any)) == 0 {
		t.Error("there is no preview")
	}
	im = other.changes(leader, "importAccept", im, object{"mode": "ALL"}, nil)
	other.shows("accepted", im, object{"state": "ACCEPTED", "created": 1})
	if got := fmt.Sprint(all(at(other.ask(leader, `{ targets { nodes { basis } } }`, nil), "targets.nodes"), "basis")); got != "[Chỉ tiêu]" {
		t.Errorf("the targets are %s", got)
	}
	shown = other.ask(leader, `query($id: ID!) { import(id: $id) { entries { nodes { record } } } targets { nodes { id } } }`, object{"id": im["id"]})
	if at(shown, "import.entries.nodes.0.record") != at(shown, "targets.nodes.0.id") {
		t.Errorf("the entry names another record: %v", shown)
	}
	return other
}

func (w *world) exported(ctx context.Context, k sheet.Kind) []byte {
	w.t.Helper()
	var b bytes.Buffer
	if err := w.app.ExportRecords(ctx, &b, k, app.RecordExportOptions{Format: sheet.XLSX}); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

// Of many who change an import at once one wins; one request that comes many
// times at once is one.
func TestImportsChangedAtOnce(t *testing.T) {
	w := newProvince(t)
	head := w.head()
	im := w.begin(head, w.register(2, nil))
	const many = 8
	atOnce := func(name string, in object, key func(i int) string) (won []object, lost []refusal) {
		type result struct {
			record   object
			refusals []refusal
			code     string
		}
		results := make(chan result, many)
		for i := range many {
			go func() {
				record, refusals, code := w.mutate(head, "vi", name, with(in, object{"id": im["id"], "version": im["version"], "idempotencyKey": key(i)}))
				results <- result{record, refusals, code}
			}()
		}
		for range many {
			switch r := <-results; {
			case r.code != "":
				t.Errorf("%s answers %s", name, r.code)
			case r.record != nil:
				won = append(won, r.record)
			default:
				lost = append(lost, r.refusals...)
			}
		}
		return won, lost
	}
	won, lost := atOnce("importAccept", object{"mode": "ALL"}, func(i int) string { return fmt.Sprintf("accept-%d", i) })
	if len(won) != 1 || len(lost) != many-1 {
		t.Errorf("%d were accepted, %d refused", len(won), len(lost))
	}
	for _, r := range lost {
		if r.Code != "VERSION_CONFLICT" || r.Field != "version" {
			t.Errorf("refused as %+v", r)
		}
	}
	w.work()
	im = w.imported(head, im["id"])
	won, lost = atOnce("importUndo", object{"reason": "Nhập nhầm"}, func(int) string { return "undo" })
	if len(won) != many || len(lost) != 0 {
		t.Errorf("one request has %d answers and %+v", len(won), lost)
	}
	w.work()
	w.shows("in the end", w.imported(head, im["id"]), object{"state": "UNDONE", "created": 2, "undone": 2})
}
