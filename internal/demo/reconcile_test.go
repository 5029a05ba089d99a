//go:build !race

package demo

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// The figures announced on 9 December 2019, each beside what the ledger says.
func TestTheConferenceIsReconciled(t *testing.T) {
	p := fill(t)
	a, err := app.New(app.Options{Store: p.store})
	if err != nil {
		t.Fatal(err)
	}
	ctx := auth.NewContext(t.Context(), auth.Person("leader", "Lãnh đạo", auth.RoleLeader, "", ""))
	page, err := a.Conferences(ctx, nil, app.Order[app.ConferenceOrderField]{By: app.ConferencesByDay}, app.PageArgs{})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	conference := page.Items[0].Value
	type line struct {
		Verdict              app.FigureVerdict
		Computed, Difference string
		Warned               bool
	}
	text := func(q *thads.Quantity) string {
		if q == nil {
			return ""
		}
		return q.Vietnamese()
	}
	got := map[string]line{}
	for _, f := range conference.Figures {
		c, err := a.FigureCheck(ctx, conference, f, nil)
		if err != nil {
			t.Fatalf("%s: %v", f.ID, err)
		}
		t.Logf("%s %s: %s %s (%s)", c.ID, c.Reported.Vietnamese(), c.Verdict, text(c.Computed), c.Reason.VI)
		got[f.ID] = line{c.Verdict, text(c.Computed), text(c.Difference), c.Warning != nil}
		for _, part := range c.Parts {
			records, err := part.Cases(ctx, 200, nil)
			if err != nil {
				t.Fatal(err)
			}
			sum := int64(records.Sum.Cases)
			if part.Value.Unit == thads.UnitDong {
				sum = int64(records.Sum.Dong)
			}
			if sum != part.Value.Value {
				t.Errorf("%s: %s is %d, its records add up to %d", f.ID, part.Measure, part.Value.Value, sum)
			}
		}
	}
	match := func(computed, none string) line { return line{app.FigureMatches, computed, none, false} }
	want := map[string]line{
		"F1":  match("13.140 việc", "0 việc"),
		"F2":  match("1.252 việc", "0 việc"),
		"F3":  match("970.327.000.000 đ", "0 đ"),
		"F4":  match("336.758.000.000 đ", "0 đ"),
		"F5":  {app.FigureDiffers, "4,71 điểm %", "-0,01 điểm %", true},
		"F6":  {app.FigureDiffers, "0,71 điểm %", "-0,01 điểm %", true},
		"F7a": match("13 việc", "0 việc"),
		"F7b": match("4 việc", "0 việc"),
		"F7c": match("9 việc", "0 việc"),
		"F8a": match("5 việc", "0 việc"),
		"F8b": match("3 việc", "0 việc"),
		"F9":  {Verdict: app.FigureNotComputable},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("announced and computed:\n%s", diff)
	}

	// Targets of the year against what was reached.
	targets, err := a.Targets(ctx, &app.TargetFilter{StatYears: []thads.StatYear{2019}}, app.Order[app.TargetOrderField]{By: app.TargetsByPeriod}, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	over := map[string]string{}
	for _, it := range targets.Items {
		progress, err := a.TargetProgress(ctx, it.Value, nil)
		if err != nil || progress.Reached == nil {
			t.Fatalf("%s %s: %+v, %v", it.Value.Issuer, it.Value.Metric, progress, err)
		}
		if !*progress.Reached {
			t.Errorf("%s %s was not reached", it.Value.Issuer, it.Value.Metric)
		}
		if it.Value.Metric == thads.MetricMoneyRate {
			over[string(it.Value.Issuer)] = text(progress.Over)
		}
	}
	if diff := cmp.Diff(map[string]string{"NATIONAL_ASSEMBLY": "4,71 điểm %", "MINISTRY": "0,71 điểm %"}, over); diff != "" {
		t.Errorf("over the targets by money:\n%s", diff)
	}

	// Who does not count all of the province is not told that its figures differ.
	branch := p.units[len(p.units)-1]
	head := auth.NewContext(t.Context(), auth.Person("head", "Chi cục trưởng", auth.RoleUnitHead, branch.ID, ""))
	c, err := a.FigureCheck(head, conference, conference.Figures[0], nil)
	if err != nil || c.Verdict != app.FigureNotComputable || c.Computed != nil {
		t.Errorf("for the head of a branch: %+v, %v", c, err)
	}
}
