package graph_test

import (
	"encoding/json"
	"testing"

	"github.com/thads/thads/internal/auth"
)

// savedFields are all fields of a saved query.
const savedFields = `id version name description kind question parameters shared own owner path updatedAt`

func savedQueryLife(t *testing.T) *world {
	w := newProvince(t)
	mine := w.statistician()
	create := func(as auth.Principal, in object) object { return w.must(as, "savedQueryCreate", in) }
	statistics := object{"statistics": object{"measure": "SETTLED", "groupBy": []string{"UNIT"}, "filter": object{"units": []string{w.first}}}}
	q := create(mine, object{
		"name": "Kết quả theo đơn vị", "description": "Cho báo cáo tháng", "question": statistics, "parameters": []string{"AS_OF", "UNIT"}, "idempotencyKey": "q1",
	})
	expect(t, "the saved query", q, object{
		"version": 1, "name": "Kết quả theo đơn vị", "description": "Cho báo cáo tháng", "kind": "STATISTICS", "parameters": []any{"AS_OF", "UNIT"},
		"shared": false, "own": true, "owner": mine.Name, "path": "/queries/" + q["id"].(string) + ".csv",
	})
	var kept object
	if err := json.Unmarshal([]byte(q["question"].(string)), &kept); err != nil {
		t.Errorf("the question is no JSON: %v", err)
	}
	expect(t, "the question", kept, object{"statistics.measure": "SETTLED", "statistics.groupBy.0": "UNIT", "statistics.filter.units.0": w.first})
	again := create(mine, object{
		"name": "Kết quả theo đơn vị", "description": "Cho báo cáo tháng", "question": statistics, "parameters": []string{"AS_OF", "UNIT"}, "idempotencyKey": "q1",
	})
	if again["id"] != q["id"] {
		t.Errorf("the same request again made %v", again["id"])
	}
	report := create(mine, object{"name": "Biểu 06", "question": object{"report": object{"form": "RESULTS_BY_CASE", "period": object{"statYear": 2019, "months": 12}}}, "parameters": []string{"STAT_YEAR"}})
	cases := create(mine, object{"name": "Án tồn", "question": object{"cases": object{"filter": object{"states": []string{"NOT_ENFORCEABLE"}}, "orderBy": "TOTAL"}}, "shared": true})
	expect(t, "a report", report, object{"kind": "REPORT", "description": nil, "parameters": []any{"STAT_YEAR"}})
	expect(t, "a list", cases, object{"kind": "CASES", "shared": true})
	w.isNode(cases)

	list := `{ savedQueries { totalCount nodes { ` + savedFields + ` } edges { cursor } pageInfo { hasNextPage } } }`
	expect(t, "one's own", w.ask(mine, list, nil), object{"savedQueries.totalCount": 3, "savedQueries.nodes.0.name": "Án tồn", "savedQueries.nodes.1.name": "Biểu 06"})
	expect(t, "another's", w.ask(leader, list, nil), object{"savedQueries.totalCount": 1, "savedQueries.nodes.0.name": "Án tồn", "savedQueries.nodes.0.own": false, "savedQueries.nodes.0.owner": mine.Name})
	one := `query($id: ID!) { savedQuery(id: $id) { ` + savedFields + ` } }`
	expect(t, "another's", w.ask(leader, one, object{"id": q["id"]}), object{"savedQuery": nil})
	expect(t, "another's that is shared", w.ask(leader, one, object{"id": cases["id"]}), object{"savedQuery.name": "Án tồn"})

	change := object{"id": q["id"], "version": q["version"]}
	q = w.must(mine, "savedQueryUpdate", with(change, object{"name": "Kết quả", "shared": true, "parameters": []string{}}))
	expect(t, "changed", q, object{"version": 2, "name": "Kết quả", "description": "Cho báo cáo tháng", "shared": true, "parameters": []any{}, "kind": "STATISTICS"})
	w.refuses(mine, "savedQueryUpdate", with(change, object{"name": "Khác"}), "VERSION_CONFLICT", "version")
	if _, _, code := w.mutate(leader, "vi", "savedQueryUpdate", object{"id": q["id"], "version": q["version"], "name": "Khác"}); code != "FORBIDDEN" {
		t.Errorf("another's query is changed: %q", code)
	}
	w.refuses(leader, "savedQueryDelete", object{"id": report["id"], "version": report["version"]}, "NOT_FOUND", "id")
	for _, bad := range []struct {
		in    object
		code  string
		field string
	}{
		{object{"name": " ", "question": statistics}, "REQUIRED", "name"},
		{object{"name": "Hai", "question": object{}}, "INVALID", "question"},
		{object{"name": "Hai", "question": with(statistics, object{"cases": object{}})}, "INVALID", "question"},
		{object{"name": "Hai", "question": statistics, "parameters": []string{"STAT_YEAR"}}, "NOT_ALLOWED", "parameters.0"},
		{object{"name": "Hai", "question": object{"statistics": object{"measure": "SETTLED", "groupBy": []string{"UNIT", "OFFICER", "ACCOUNT", "DETAIL", "SUBJECT"}}}}, "LIMIT_EXCEEDED", "query.groupBy"},
	} {
		w.refuses(mine, "savedQueryCreate", bad.in, bad.code, bad.field)
	}
	if record, refusals, code := w.mutate(mine, "vi", "savedQueryDelete", object{"id": q["id"], "version": q["version"]}); record != nil || len(refusals) > 0 || code != "" {
		t.Errorf("deleting answers %v, %v, %s", record, refusals, code)
	}
	w.done["savedQueryDelete"] = true
	expect(t, "what is deleted", w.ask(mine, one, object{"id": q["id"]}), object{"savedQuery": nil})
	return w
}
