//go:build !race

package app_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// deadlineOf is a deadline as tests compare it.
func deadlineOf(id string, rule thads.RuleCode, from, due thads.Date, unit thads.UnitID, officer thads.OfficerID) string {
	return fmt.Sprintln(due, rule, id, from, unit, officer)
}

// listDeadlines reads all pages.
func listDeadlines(ctx context.Context, t *testing.T, a *app.App, f *app.DeadlineFilter, size int) []string {
	t.Helper()
	var out []string
	var after *store.Cursor
	for {
		page, err := a.Deadlines(ctx, f, size, after)
		must(t, err)
		last := thads.Date(0)
		for _, it := range page.Items {
			d := it.Value.Deadline
			if d.DueOn < last {
				t.Fatalf("%s comes after %s", d.DueOn, last)
			}
			last = d.DueOn
			out = append(out, deadlineOf(it.Value.ID, d.Rule.Code, d.From, d.DueOn, d.Unit, d.Officer))
			after = &it.Cursor
		}
		total, err := page.Total(ctx)
		must(t, err)
		switch {
		case !page.HasNext && total != len(out):
			t.Fatalf("%d of %d are listed", len(out), total)
		case !page.HasNext:
			slices.Sort(out)
			return out
		case len(page.Items) != size:
			t.Fatalf("a page of %d has %d", size, len(page.Items))
		}
	}
}

// deadlinesRead are the same made from the records that the caller can read.
func deadlinesRead(ctx context.Context, t *testing.T, a *app.App, day thads.Date) []string {
	t.Helper()
	var out []string
	add := func(id string, ds []thads.Deadline) {
		for _, d := range thads.OpenOn(ds, day) {
			out = append(out, deadlineOf(id, d.Rule, d.From, d.DueOn(), d.Unit, d.Officer))
		}
	}
	first := 200
	all := app.PageArgs{First: &first}
	casePage, err := a.Cases(ctx, nil, app.CasesByUpdate, true, all)
	must(t, err)
	for _, it := range casePage.Items {
		c, err := a.Case(ctx, it.Value.ID)
		must(t, err)
		ds, err := thads.CaseDeadlines(c)
		must(t, err)
		add(string(c.ID), ds)
	}
	verdicts, err := a.Verdicts(ctx, nil, app.Order[app.VerdictOrderField]{By: app.VerdictsBySince}, all)
	must(t, err)
	for _, it := range verdicts.Items {
		v, err := a.Verdict(ctx, it.Value.ID)
		must(t, err)
		add(string(v.ID), thads.VerdictDeadlines(v))
	}
	tasks, err := a.Tasks(ctx, nil, app.Order[app.TaskOrderField]{By: app.TasksByDue}, all)
	if code(err) == thads.CodeForbidden {
		// Not everybody who reads cases reads tasks.
		tasks, err = &app.Page[*thads.Task]{}, nil
	}
	must(t, err)
	for _, it := range tasks.Items {
		task, err := a.Task(ctx, it.Value.ID)
		must(t, err)
		add(string(task.ID), thads.TaskDeadlines(task))
	}
	slices.Sort(out)
	return out
}

// handedOn adds what memory alone cannot tell who may open it: a case that was
// handed on before it was decided, and a task in which another unit takes part.
func (w *figured) handedOn(t *testing.T) {
	t.Helper()
	ctx := leader(t.Context())
	received := decided(w.second, "", "", onDay(20191202))
	received.Kind, received.Decision = thads.CaseReceived, nil
	c, err := w.CaseOpen(ctx, "received", received, nil)
	must(t, err)
	w.act(t, c.ID, onDay(20191203), thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: w.first, ToOfficer: w.officer})
	w.act(t, c.ID, onDay(20191204), thads.CaseEvent{Kind: thads.CaseDecided, Decision: paper(onDay(20191204))})
	w.act(t, c.ID, onDay(20191205), thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: w.second})
	_, err = w.TaskOpen(ctx, "together", thads.TaskEvent{Record: thads.Record{EffectiveOn: onDay(20191201)}, Kind: thads.TaskSet, Particulars: &thads.TaskParticulars{
		Title: "Nhiệm vụ chung", Lead: thads.Body{Unit: w.second}, Coordinating: []thads.Body{{Unit: w.first}}, DueOn: onDay(20191220),
	}})
	must(t, err)
}

func TestDeadlinesOfAProvince(t *testing.T) {
	w := newFigured(t)
	w.handedOn(t)
	t.Run("list", func(t *testing.T) { testDeadlinesListWhatMayBeOpened(t, w) })
	t.Run("counts", func(t *testing.T) { testDeadlineCounts(t, w) })
}

// Whoever asks is told the deadlines of exactly the records that they may open.
func testDeadlinesListWhatMayBeOpened(t *testing.T, w *figured) {
	t.Helper()
	roles := auth.Roles()
	some := false
	for _, role := range roles {
		t.Run(string(role), func(t *testing.T) {
			ctx := w.as(t, role)
			if !auth.FromContext(ctx).Can(auth.Read) {
				if _, err := w.Deadlines(ctx, nil, 10, nil); code(err) != thads.CodeForbidden {
					t.Errorf("listed without the right: %v", err)
				}
				return
			}
			for _, day := range []thads.Date{onDay(20191209), onDay(20190220), onDay(20200401)} {
				want := deadlinesRead(ctx, t, w.App, day)
				some = some || len(want) > 3
				got := listDeadlines(ctx, t, w.App, &app.DeadlineFilter{AsOf: &day}, 3)
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("as of %s (-want +got):\n%s", day, diff)
				}
			}
		})
	}
	if !some {
		t.Error("hardly anything runs")
	}
}

// Counts count what is listed to who opens everything, and what the caller's
// figures count to everybody.
func testDeadlineCounts(t *testing.T, w *figured) {
	t.Helper()
	ctx := leader(t.Context())
	for _, day := range []thads.Date{onDay(20191209), onDay(20190220)} {
		f := &app.DeadlineFilter{AsOf: &day}
		for _, by := range []ledger.DeadlineGrouping{"", ledger.DeadlinesByUnit, ledger.DeadlinesByOfficer, ledger.DeadlinesByRule, ledger.DeadlinesByBook} {
			counts, err := w.DeadlineCounts(ctx, f, by)
			must(t, err)
			var sum app.DeadlineCount
			for _, c := range counts {
				sum.Overdue, sum.Due, sum.Coming = sum.Overdue+c.Overdue, sum.Due+c.Due, sum.Coming+c.Coming
				if c.Title.VI == "" || c.Title.EN == "" {
					t.Errorf("by %q there is a line %q without a title", by, c.Key)
				}
			}
			for state, n := range map[ledger.DeadlineState]int{ledger.DeadlineOverdue: sum.Overdue, ledger.DeadlineDue: sum.Due, ledger.DeadlineComing: sum.Coming} {
				of := *f
				of.States = []ledger.DeadlineState{state}
				if got := len(listDeadlines(ctx, t, w.App, &of, 50)); got != n {
					t.Errorf("as of %s by %q, %d are %s and %d are listed", day, by, n, state, got)
				}
			}
			if !slices.IsSortedFunc(counts, func(a, b *app.DeadlineCount) int {
				return cmp.Compare(thads.TextSortKey(a.Title.VI), thads.TextSortKey(b.Title.VI))
			}) {
				t.Errorf("by %q they are not in order", by)
			}
		}
		// A unit head counts the own unit alone, and may open more.
		own, err := w.DeadlineCounts(w.as(t, auth.RoleUnitHead), f, "")
		must(t, err)
		asked, err := w.DeadlineCounts(ctx, &app.DeadlineFilter{AsOf: &day, Units: []thads.UnitID{w.first}}, "")
		must(t, err)
		if diff := gocmp.Diff(asked, own); diff != "" {
			t.Errorf("the head's own (-want +got):\n%s", diff)
		}
	}
	none, err := w.DeadlineCounts(ctx, &app.DeadlineFilter{Units: []thads.UnitID{}}, "")
	must(t, err)
	if none[0].Overdue+none[0].Due+none[0].Coming != 0 {
		t.Errorf("no unit at all counts %+v", none[0])
	}
	if _, err := w.DeadlineCounts(auth.NewContext(t.Context(), auth.Principal{}), nil, ""); code(err) != thads.CodeForbidden {
		t.Errorf("counted for a stranger: %v", err)
	}
}
