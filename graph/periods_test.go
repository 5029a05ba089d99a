package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/auth"
)

// lockFields are all fields of a lock.
const lockFields = `id unit { code } through state by closedAt knownAt hash forms`

// lockPeriod asks for a lock.
func (w *world) lockPeriod(as auth.Principal, in object) (payload any, code string) {
	w.t.Helper()
	a := w.post(as, "vi", `mutation($input: PeriodLockInput!) { periodLock(input: $input) { lock { `+lockFields+` } job { id kind state done total problems } userErrors { code field message } } }`, object{"input": in})
	if a.code() != "" {
		return nil, a.code()
	}
	return a.Data["periodLock"], ""
}

// periodLife locks a quarter: what was reported stays as it was, whatever is
// recorded later.
func periodLife(t *testing.T) *world {
	w := newProvince(t)
	w.make(leader, "caseOpen", w.decided("1/QĐ", "2018-10-05"))
	in := object{"unit": w.first, "through": "2018-12-31", "idempotencyKey": "lock"}
	w.onlyFor("periodLock", in)
	periods := func() any {
		return at(w.ask(w.reader(), `query($unit: ID) { periods(unit: $unit, statYear: 2019) { statYear months from to dueOn dueGround dueCertain lock { `+lockFields+` } } }`, object{"unit": w.first}), "periods")
	}
	open := periods()
	expect(t, "the periods of a year", open, object{
		"0.statYear": 2019, "0.months": 1, "0.from": "2018-10-01", "0.to": "2018-10-31", "2.to": "2018-12-31", "2.lock": nil, "11.months": 12, "11.to": "2019-09-30", "12": nil, "0.dueCertain": true,
	})
	if due := fmt.Sprint(at(open, "2.dueOn")); due <= "2018-12-31" || due > "2019-01-31" || at(open, "2.dueGround") == nil {
		t.Errorf("the report of the first quarter is due on %s", due)
	}

	for _, bad := range []struct {
		in          object
		code, field string
	}{
		{object{"through": "2018-12-30"}, "OUT_OF_RANGE", "through"},
		{object{"through": "2026-12-31"}, "TOO_EARLY", "through"},
		{object{"unit": "un_none"}, "NOT_FOUND", "unit"},
	} {
		payload, code := w.lockPeriod(leader, with(in, bad.in, object{"idempotencyKey": "bad"}))
		if code != "" || at(payload, "lock") != nil || at(payload, "userErrors.0.code") != bad.code || at(payload, "userErrors.0.field.0") != bad.field {
			t.Errorf("a lock of %v answers %v, %s, want %s at %s", bad.in, payload, code, bad.code, bad.field)
		}
	}

	closing, code := w.lockPeriod(w.head(), in)
	expect(t, "a lock that is closing", closing, object{
		"lock.unit.code": "TH-01", "lock.through": "2018-12-31", "lock.state": "CLOSING", "lock.knownAt": nil, "lock.hash": nil, "lock.forms": []any{}, "job.done": 0, "userErrors": []any{},
	})
	again, _ := w.lockPeriod(w.head(), in)
	if diff := cmp.Diff(closing, again); diff != "" || code != "" {
		t.Errorf("the same request again answers otherwise, %s (-first +again):\n%s", code, diff)
	}
	w.done["periodLock"] = true
	w.later(time.Minute) // what was under way has ended
	w.work()
	job := at(w.ask(w.head(), `query($id: ID!) { node(id: $id) { ... on Job { state done total problems } } }`, object{"id": at(closing, "job.id")}), "node")
	expect(t, "the job", job, object{"state": "DONE", "done": 3, "total": 3, "problems": []any{}})
	locked := at(periods(), "2.lock")
	expect(t, "the lock", locked, object{"id": at(closing, "lock.id"), "state": "LOCKED", "unit.code": "TH-01", "closedAt": at(closing, "lock.closedAt")})
	if hash := fmt.Sprint(at(locked, "hash")); len(hash) < 64 || at(locked, "knownAt") == nil || !strings.Contains(fmt.Sprint(at(locked, "forms")), "RESULTS_BY_CASE") {
		t.Errorf("the lock keeps %v", locked)
	}
	w.isNode(locked.(object))

	// What is recorded later counts in the next period.
	report := object{"input": object{"form": "RESULTS_BY_CASE", "unit": w.first, "period": object{"statYear": 2019, "months": 3}}}
	const asked = `query($input: ReportInput!) { report(input: $input) { lock { id hash } moment { asOf knownAt } columns { code } rows { key title values } checks { passed } } }`
	kept := at(w.ask(w.head(), asked, report), "report")
	expect(t, "the kept report", kept, object{"lock.id": at(locked, "id"), "moment.knownAt": at(locked, "knownAt"), "rows.0.values.0": 1})
	w.make(leader, "caseOpen", w.decided("2/QĐ", "2018-10-06"))
	if diff := cmp.Diff(kept, at(w.ask(w.head(), asked, report), "report")); diff != "" {
		t.Errorf("what was reported changed (-before +after):\n%s", diff)
	}
	now := with(report["input"].(object), object{"period": nil, "moment": object{"asOf": "2018-12-31", "basis": "EFFECTIVE"}})
	expect(t, "as it happened", at(w.ask(w.head(), asked, object{"input": now}), "report"), object{"lock": nil, "rows.0.values.0": 2})

	// Nothing can be locked twice, and nobody but its holder's superiors locks it.
	twice, _ := w.lockPeriod(leader, with(in, object{"idempotencyKey": "twice"}))
	if at(twice, "userErrors.0.code") == nil {
		t.Errorf("a period is locked twice: %v", twice)
	}
	if payload, code := w.lockPeriod(w.head(), with(in, object{"unit": w.second, "idempotencyKey": "other"})); code == "" && at(payload, "userErrors.0.code") != "NOT_FOUND" {
		t.Errorf("the head of one unit locks another: %v", payload)
	}
	return w
}
