package app_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A deadline is gone as soon as the event is recorded that fulfils it, and there
// again when that is taken back; the record says the same while the books are
// built.
func TestDeadlinesFollowEvents(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	e := decided(first, officer, "46/QĐ-CCTHADS", onDay(20191104))
	c, err := w.CaseOpen(ctx, "k", e, nil)
	must(t, err)
	act := func(kind thads.CaseEventKind, on thads.Date, change func(*thads.CaseEvent)) {
		t.Helper()
		e := thads.CaseEvent{Kind: kind}
		e.EffectiveOn = on
		change(&e)
		_, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, e, nil)
		must(t, err)
	}
	plain := func(*thads.CaseEvent) {}
	rules := func() (listed, ofRecord, elsewhere []thads.RuleCode) {
		t.Helper()
		page, err := w.Deadlines(ctx, nil, 50, nil)
		must(t, err)
		for _, it := range page.Items {
			listed = append(listed, it.Value.Deadline.Rule.Code)
		}
		of, err := w.DeadlinesByRecord(ctx, []string{string(c.ID)})
		must(t, err)
		for _, d := range of[string(c.ID)] {
			ofRecord = append(ofRecord, d.Rule.Code)
		}
		building, err := app.New(app.Options{Store: w.store, Clock: w.clock, Serving: true})
		must(t, err)
		of, err = building.DeadlinesByRecord(ctx, []string{string(c.ID)})
		must(t, err)
		for _, d := range of[string(c.ID)] {
			elsewhere = append(elsewhere, d.Rule.Code)
		}
		return listed, ofRecord, elsewhere
	}
	expect := func(when string, want ...thads.RuleCode) {
		t.Helper()
		listed, ofRecord, elsewhere := rules()
		for _, got := range [][]thads.RuleCode{listed, ofRecord, elsewhere} {
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
	}
	expect("decided", thads.RuleStartVerification)
	act(thads.CaseVerificationBegun, onDay(20191120), plain)
	expect("verification begun")
	act(thads.CaseVerified, onDay(20191125), func(e *thads.CaseEvent) { e.Finding = thads.FindingMeans })
	act(thads.CaseCollected, onDay(20191202), func(e *thads.CaseEvent) { e.Amount = 1000 })
	expect("collected", thads.RulePayOut)
	act(thads.CasePaidOut, onDay(20191204), func(e *thads.CaseEvent) { e.Amount = 1000 })
	expect("paid out")
	act("", onDay(20191204), func(e *thads.CaseEvent) { e.Voids, e.Reason = 5, "Ghi nhầm" })
	expect("taken back", thads.RulePayOut)

	page, err := w.Deadlines(ctx, nil, 1, nil)
	must(t, err)
	d := page.Items[0].Value.Deadline
	want := app.Deadline{
		Rule: d.Rule, From: onDay(20191202), DueOn: onDay(20191212), State: ledger.DeadlineDue, DaysLeft: 3,
		Ground: "Điều 47 khoản 5 Luật THADS 2008", Certain: true, Unit: first, Officer: officer,
	}
	if diff := gocmp.Diff(want, *d, gocmp.Comparer(func(a, b *thads.DeadlineRule) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDeadlineRefusals(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	bad := store.Cursor("rubbish")
	noDay := thads.Date(20190230)
	for name, tt := range map[string]struct {
		f     *app.DeadlineFilter
		first int
		after *store.Cursor
		want  thads.Code
	}{
		"no page":         {nil, 0, nil, thads.CodeOutOfRange},
		"too large":       {nil, app.MaxPage + 1, nil, thads.CodeOutOfRange},
		"no cursor":       {nil, 10, &bad, thads.CodeInvalid},
		"no day":          {&app.DeadlineFilter{AsOf: &noDay}, 10, nil, thads.CodeInvalid},
		"no such rule":    {&app.DeadlineFilter{Rules: []thads.RuleCode{"X"}}, 10, nil, thads.CodeUnknown},
		"no day to begin": {&app.DeadlineFilter{DueFrom: &noDay}, 10, nil, thads.CodeInvalid},
	} {
		if _, err := w.Deadlines(ctx, tt.f, tt.first, tt.after); code(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.CalendarYear(ctx, 2017); code(err) != thads.CodeOutOfRange {
		t.Errorf("a calendar of 2017: %v", err)
	}
	if c, err := w.CalendarYear(ctx, 2019); err != nil || c.Year != 2019 || !c.Certain {
		t.Errorf("the calendar of 2019 is %+v, %v", c, err)
	}
	if rules, err := w.DeadlineRules(ctx); err != nil || len(rules) != len(thads.DeadlineRules()) {
		t.Errorf("%d rules, %v", len(rules), err)
	}
	if _, err := w.DeadlineRules(auth.NewContext(t.Context(), auth.Principal{})); code(err) != thads.CodeForbidden {
		t.Errorf("rules to a stranger: %v", err)
	}
}
