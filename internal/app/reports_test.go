package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

func TestReportRefusals(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	for name, tt := range map[string]struct {
		in   app.ReportInput
		want thads.Code
	}{
		"a form there is not":          {app.ReportInput{Form: "X"}, forms.CodeFormUnavailable},
		"a form that is not available": {app.ReportInput{Form: forms.FormComplaints}, forms.CodeFormUnavailable},
		"a regime without forms":       {app.ReportInput{Form: forms.FormResultsByCase, Moment: &app.MomentInput{Regime: ptr(forms.RegimeTT05Of2026)}}, forms.CodeFormUnavailable},
		"a unit there is not":          {app.ReportInput{Form: forms.FormResultsByCase, Unit: ptr(thads.UnitID("un_x"))}, thads.CodeNotFound},
		"13 months":                    {app.ReportInput{Form: forms.FormResultsByCase, Period: &app.PeriodInput{StatYear: 2019, Months: 13}}, thads.CodeOutOfRange},
		"a period to come":             {app.ReportInput{Form: forms.FormResultsByCase, Period: &app.PeriodInput{StatYear: 2020, Months: 12}}, thads.CodeFutureDate},
		"a period and a day":           {app.ReportInput{Form: forms.FormResultsByCase, Period: &app.PeriodInput{StatYear: 2019, Months: 12}, Moment: &app.MomentInput{AsOf: ptr(onDay(20190930))}}, thads.CodeNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Report(ctx, tt.in); code(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	in := app.ReportInput{Form: forms.FormResultsByCase, Unit: &w.province}
	for _, bad := range [][2]string{{"total", "X"}, {"x", "A1"}, {"kind:X", "A1"}} {
		if _, err := w.ReportCell(ctx, in, bad[0], bad[1]); code(err) != thads.CodeUnknown {
			t.Errorf("the cell %v: %v", bad, err)
		}
	}
	if _, err := w.Forms(w.as(t, auth.RoleAdministrator), nil); code(err) != thads.CodeForbidden {
		t.Errorf("forms without the right: %v", err)
	}
}

// A period is the days from 1 October through the end of its last month.
func TestReportOfAPeriod(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	period, err := w.Report(ctx, app.ReportInput{Form: forms.FormOfficersByMoney, Unit: &w.province, Period: &app.PeriodInput{StatYear: 2019, Months: 6}, Moment: &app.MomentInput{Basis: ledger.Effective}})
	must(t, err)
	days, err := w.Report(ctx, app.ReportInput{Form: forms.FormOfficersByMoney, Unit: &w.province, Moment: &app.MomentInput{AsOf: ptr(onDay(20190331)), Basis: ledger.Effective}})
	must(t, err)
	if period.Moment.From != onDay(20181001) || period.Moment.AsOf != onDay(20190331) || period.Moment.Basis != ledger.Effective {
		t.Errorf("the period is %+v", period.Moment)
	}
	if diff := cmp.Diff(days.Rows, period.Rows); diff != "" {
		t.Errorf("(-days +period):\n%s", diff)
	}
	if period.Unit.ID != w.province || len(period.Columns()) != len(period.Rows[0].Values) {
		t.Errorf("a report of %s with %d columns and %d values", period.Unit.ID, len(period.Columns()), len(period.Rows[0].Values))
	}
}

// Two reports side by side: every difference is explained by events that add up
// to it, whichever way time goes.
func TestCompareReports(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	regime := forms.RegimeTT01
	at := func(asOf thads.Date, m app.MomentInput) app.ReportInput {
		m.AsOf, m.Regime = &asOf, &regime
		return app.ReportInput{Unit: &w.province, Moment: &m}
	}
	year := onDay(20190930)
	for name, tt := range map[string]struct{ base, other app.ReportInput }{
		"two days":                {at(onDay(20190331), app.MomentInput{}), at(year, app.MomentInput{})},
		"two years":               {at(year, app.MomentInput{}), at(onDay(20191209), app.MomentInput{})},
		"two instants, effective": {at(year, app.MomentInput{KnownAt: &w.beforeLast, Basis: ledger.Effective}), at(year, app.MomentInput{Basis: ledger.Effective})},
		"two bases":               {at(year, app.MomentInput{}), at(year, app.MomentInput{Basis: ledger.Effective})},
		"back in time":            {at(onDay(20191209), app.MomentInput{}), at(onDay(20181231), app.MomentInput{})},
	} {
		for _, form := range []forms.Code{forms.FormResultsByMoney, forms.FormOfficersByCase, forms.FormMeasures, forms.FormAdministrativeVerdicts} {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				tt.base.Form, tt.other.Form = form, form
				c, err := w.CompareReports(ctx, tt.base, tt.other, 200)
				must(t, err)
				if c.ChangeCount != len(c.Changes) && len(c.Changes) != 200 {
					t.Errorf("%d changes of %d", len(c.Changes), c.ChangeCount)
				}
				for _, change := range c.Changes {
					column, _ := c.Other.Form.Column(change.Column)
					records, err := change.Records(ctx, 200)
					must(t, err)
					if column.IsRatio() {
						if len(records) > 0 {
							t.Errorf("%s %s: a share has records", change.Row, change.Column)
						}
						continue
					}
					var sum app.FigureValue
					for _, r := range records {
						sum.Cases += r.Value.Cases
						sum.Dong += r.Value.Dong
						if r.ID == "" || r.Event == 0 || r.RecordedAt.IsZero() || r.EffectiveOn.IsZero() || r.BookedOn.IsZero() {
							t.Errorf("a record %+v", r)
						}
					}
					got := int64(sum.Cases)
					if column.Unit == thads.UnitDong {
						got = int64(sum.Dong)
					}
					if got != change.Difference.N || change.Difference.N != change.Other.N-change.Base.N {
						t.Errorf("%s %s: from %v to %v is %v, explained is %d", change.Row, change.Column, change.Base, change.Other, change.Difference, got)
					}
				}
			})
		}
	}

	in := at(year, app.MomentInput{})
	in.Form = forms.FormResultsByMoney
	same, err := w.CompareReports(ctx, in, in, 50)
	if err != nil || same.ChangeCount != 0 || len(same.Changes) != 0 {
		t.Errorf("a report differs from itself: %+v, %v", same, err)
	}
	// On the books a year that is locked does not change any more.
	before := at(year, app.MomentInput{KnownAt: &w.beforeLast})
	before.Form = in.Form
	if c, err := w.CompareReports(ctx, before, in, 50); err != nil || c.ChangeCount != 0 {
		t.Errorf("a locked year has changed: %+v, %v", c, err)
	}
	other := in
	other.Form = forms.FormResultsByCase
	if _, err := w.CompareReports(ctx, in, other, 50); code(err) != thads.CodeNotAllowed {
		t.Errorf("two forms: %v", err)
	}
	// Only those who may open the records are told which they are.
	later := at(onDay(20191209), app.MomentInput{})
	later.Form = in.Form
	c, err := w.CompareReports(w.as(t, auth.RoleSteering), in, later, 1)
	must(t, err)
	if len(c.Changes) != 1 || c.ChangeCount < 2 {
		t.Fatalf("%d of %d changes", len(c.Changes), c.ChangeCount)
	}
	records, err := c.Changes[0].Records(w.as(t, auth.RoleSteering), 3)
	if err != nil || len(records) == 0 || len(records) > 3 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, r := range records {
		if r.ID != "" {
			t.Error("a record is told to those who may not open it")
		}
	}
}

// Under another regime the same accounts make other columns; what both have is
// compared.
func TestCompareRegimes(t *testing.T) {
	w := newFigured(t)
	in := func(r forms.Regime) app.ReportInput {
		return app.ReportInput{Form: forms.FormResultsByCase, Unit: &w.province, Moment: &app.MomentInput{AsOf: ptr(onDay(20190930)), Regime: &r}}
	}
	c, err := w.CompareReports(leader(t.Context()), in(forms.RegimeTT01), in(forms.RegimeTT05), 200)
	must(t, err)
	changed := false
	for _, change := range c.Changes {
		changed = changed || change.Row == "total" && change.Column == "D" && change.Difference.N < 0
	}
	if !changed {
		t.Errorf("postponed cases have means under both: %d changes", c.ChangeCount)
	}
}

// What a lock has kept is served as it was kept to those who see all of it, and
// its cells open to what was known then; whoever asks otherwise, or sees less, is
// answered from the ledger.
func TestReportsOfALockedPeriod(t *testing.T) {
	w := newFigured(t)
	if n, err := w.CompleteLocks(t.Context()); err != nil || n != 2 {
		t.Fatalf("%d locks completed, %v", n, err)
	}
	all := leader(t.Context())
	year := func(form forms.Code) app.ReportInput {
		return app.ReportInput{Form: form, Unit: &w.province, Period: &app.PeriodInput{StatYear: 2019, Months: 12}}
	}
	// Titles and figures stay, whatever a unit is called since.
	renamed := thads.UnitEvent{Kind: thads.UnitRenamed, Name: "Chi cục có tên mới"}
	renamed.EffectiveOn = onDay(20180601)
	before, err := w.Report(all, year(forms.FormOfficersByMoney))
	must(t, err)
	_, err = w.UnitRecord(all, app.Change{ID: string(w.second)}, renamed)
	must(t, err)
	for _, form := range []forms.Code{forms.FormOfficersByMoney, forms.FormResultsByCase, forms.FormMeasures} {
		if n := checkReport(all, t, w.App, year(form)); n == 0 {
			t.Errorf("%s counts nothing", form)
		}
	}
	kept, err := w.Report(all, year(forms.FormOfficersByMoney))
	must(t, err)
	if kept.Lock == nil || kept.Lock.Through != onDay(20190930) || !kept.Moment.KnownAt.Equal(*kept.Lock.KnownAt) {
		t.Fatalf("not kept: %+v at %v", kept.Lock, kept.Moment)
	}
	if diff := cmp.Diff(before.Rows, kept.Rows); diff != "" {
		t.Errorf("the kept report has changed:\n%s", diff)
	}

	for name, tt := range map[string]struct {
		role   auth.Role
		change func(*app.ReportInput)
		kept   bool
	}{
		"the steering committee":     {auth.RoleSteering, func(*app.ReportInput) {}, true},
		"who sees one district":      {auth.RoleUnitHead, func(*app.ReportInput) {}, false},
		"a district's own lock":      {auth.RoleUnitHead, func(in *app.ReportInput) { in.Unit, in.Period = &w.first, &app.PeriodInput{StatYear: 2019, Months: 3} }, true},
		"days instead of the period": {auth.RoleLeader, func(in *app.ReportInput) { in.Period, in.Moment = nil, &app.MomentInput{AsOf: ptr(onDay(20190930))} }, true},
		"from another day": {auth.RoleLeader, func(in *app.ReportInput) {
			in.Period, in.Moment = nil, &app.MomentInput{AsOf: ptr(onDay(20190930)), From: ptr(onDay(20181101))}
		}, false},
		"on the other basis":     {auth.RoleLeader, func(in *app.ReportInput) { in.Moment = &app.MomentInput{Basis: ledger.Effective} }, false},
		"as known at an instant": {auth.RoleLeader, func(in *app.ReportInput) { in.Moment = &app.MomentInput{KnownAt: &w.beforeLast} }, false},
		"under another regime":   {auth.RoleLeader, func(in *app.ReportInput) { in.Moment = &app.MomentInput{Regime: ptr(forms.RegimeTT05)} }, false},
		"another period":         {auth.RoleLeader, func(in *app.ReportInput) { in.Period.Months = 11 }, false},
		"a unit below":           {auth.RoleLeader, func(in *app.ReportInput) { in.Unit = &w.second }, false},
	} {
		t.Run(name, func(t *testing.T) {
			in := year(forms.FormResultsByCase)
			tt.change(&in)
			r, err := w.Report(w.as(t, tt.role), in)
			must(t, err)
			if (r.Lock != nil) != tt.kept {
				t.Errorf("served from a lock: %v", r.Lock)
			}
		})
	}
	// What is kept is hidden from those who are not shown it.
	in := app.ReportInput{Form: forms.FormResultsByCase, Unit: &w.first, Period: &app.PeriodInput{StatYear: 2019, Months: 3}}
	r, err := w.Report(w.as(t, auth.RoleStatistician), in)
	must(t, err)
	if r.Lock == nil || len(r.Suppressed) == 0 {
		t.Errorf("a kept report shows small numbers of family matters: %v, %v", r.Lock, r.Suppressed)
	}
	again, err := w.Report(w.as(t, auth.RoleUnitHead), in)
	must(t, err)
	for _, s := range r.Suppressed {
		for i := range again.Rows {
			for j, c := range again.Columns() {
				if again.Rows[i].Key == s.Row && c.Code == s.Column && again.Rows[i].Values[j].Null && !c.IsRatio() {
					t.Errorf("what one may not see is hidden from another as well: %v", s)
				}
			}
		}
	}
}
