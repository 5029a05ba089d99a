package graph_test

import (
	"testing"
)

func TestDeadlines(t *testing.T) {
	w := newProvince(t)
	c := w.must(leader, "caseOpen", w.decided("1/QĐ", "2026-11-20", object{"particulars": caseParticulars(object{"requestedOn": "2026-11-16"})}))["id"]
	v := w.make(leader, "verdictRegister", object{"unit": w.first, "officer": w.officer, "particulars": verdictParticulars()})
	task := w.make(leader, "taskSet", set(w.first, object{"dueOn": "2026-12-04"}))
	fields := `rule { code name term ground2008 ground2025 book verified } from dueOn state daysLeft ground certain unit { code } officer { code }`
	all := at(w.ask(leader, `{ deadlines { totalCount pageInfo { hasNextPage } edges { cursor } nodes { deadline { `+fields+` } `+subject+` } } }`, nil), "deadlines")
	byRecord := map[any]object{}
	last := ""
	for _, n := range at(all, "nodes").([]any) {
		byRecord[at(n, "record.id")] = n.(object)
		if due := at(n, "deadline.dueOn").(string); due < last {
			t.Errorf("deadlines are not in order: %s behind %s", due, last)
		} else {
			last = due
		}
	}
	for _, id := range []any{c, v, task} {
		if byRecord[id] == nil {
			t.Errorf("no deadline runs in %v: %v", id, all)
		}
	}
	expect(t, "the task's", byRecord[task], object{
		"record.__typename": "Task", "deadline.dueOn": "2026-12-04", "deadline.daysLeft": 3, "deadline.state": "DUE", "deadline.rule.book": "TASKS", "deadline.unit.code": "TH-01",
	})
	expect(t, "the case's", byRecord[c], object{"deadline.unit.code": "TH-01", "deadline.officer.code": "CHV01", "deadline.rule.book": "CASES"})

	// Each record has its own.
	own := w.ask(leader, `query($c: ID!, $v: ID!, $t: ID!) { case(id: $c) { deadlines { `+fields+` } } administrativeVerdict(id: $v) { deadlines { dueOn } } task(id: $t) { deadlines { dueOn state } } }`,
		object{"c": c, "v": v, "t": task})
	expect(t, "the deadlines of records", own, object{
		"case.deadlines.0.dueOn": at(byRecord[c], "deadline.dueOn"), "task.deadlines.0.dueOn": "2026-12-04", "task.deadlines.0.state": "DUE", "task.deadlines.1": nil,
	})

	filtered := func(filter object) string {
		return text(at(w.ask(leader, `query($f: DeadlineFilter) { deadlines(filter: $f) { totalCount } }`, object{"f": filter}), "deadlines.totalCount"))
	}
	for _, f := range []struct {
		filter object
		want   string
	}{
		{object{"books": []string{"TASKS"}}, "1"},
		{object{"books": []string{}}, "0"},
		{object{"books": []string{"TASKS"}, "states": []string{"OVERDUE"}}, "0"},
		{object{"books": []string{"TASKS"}, "states": []string{"DUE"}}, "1"},
		{object{"books": []string{"TASKS"}, "asOf": "2026-12-05", "states": []string{"OVERDUE"}}, "1"}, // if nothing more happens
		{object{"books": []string{"TASKS"}, "asOf": "2026-11-01", "states": []string{"LATER"}}, "1"},
		{object{"units": []string{w.second}}, "0"},
		{object{"officers": []string{w.colleague}}, "0"},
		{object{"rules": []string{text(at(byRecord[task], "deadline.rule.code"))}}, "1"},
		{object{"dueFrom": "2026-12-04", "dueTo": "2026-12-04", "books": []string{"TASKS"}}, "1"},
		{object{"dueFrom": "2026-12-05", "books": []string{"TASKS"}}, "0"},
	} {
		if got := filtered(f.filter); got != f.want {
			t.Errorf("deadlines(%v) count %s, want %s", f.filter, got, f.want)
		}
	}
	counts := at(w.ask(leader, `{ all: deadlineCounts { key title overdue due coming } byUnit: deadlineCounts(by: UNIT) { key title due } byBook: deadlineCounts(by: BOOK) { key title due }
		byRule: deadlineCounts(by: RULE) { key title } byOfficer: deadlineCounts(by: OFFICER) { key title } }`, nil), "byBook")
	found := false
	for _, n := range counts.([]any) {
		if at(n, "key") == "TASKS" {
			found = true
			expect(t, "tasks", n, object{"title": "Nhiệm vụ", "due": 1})
		}
	}
	if !found {
		t.Errorf("no tasks among %v", counts)
	}
	rules := at(w.ask(w.clerk(), `{ deadlineRules { code name term ground2008 ground2025 book verified } }`, nil), "deadlineRules").([]any)
	if len(rules) < 10 {
		t.Errorf("%d rules", len(rules))
	}
	for _, r := range rules {
		if at(r, "name") == nil || at(r, "term") == nil {
			t.Errorf("a rule without words: %v", r)
		}
	}

	year := at(w.ask(w.clerk(), `{ calendar(year: 2019) { year certain days { date working name certain } } }`, nil), "calendar")
	expect(t, "the calendar of 2019", year, object{"year": 2019, "certain": true, "days.0.date": "2019-01-01", "days.0.working": false})
	w.fails(w.clerk(), "OUT_OF_RANGE", `{ calendar(year: 1999) { year } }`, nil)
}
