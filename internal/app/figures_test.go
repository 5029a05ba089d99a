package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

type lister = func(ctx context.Context, first int, after *store.Cursor) (*app.FigureRecords, error)

// listed reads the list behind a figure page by page and returns what its records
// add up to, checking what each page says of the whole.
func listed(ctx context.Context, t *testing.T, list lister, size int) (app.FigureValue, []*app.FigureRecord) {
	t.Helper()
	var sum app.FigureValue
	var all []*app.FigureRecord
	var after *store.Cursor
	for {
		page, err := list(ctx, size, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			sum.Cases += it.Value.Value.Cases
			sum.Dong += it.Value.Value.Dong
			all = append(all, it.Value)
		}
		total, err := page.Total(ctx)
		must(t, err)
		if !page.HasNext {
			if total != len(all) || page.Sum != sum {
				t.Errorf("the list has %d records that add up to %v, and says %d and %v", len(all), sum, total, page.Sum)
			}
			return sum, all
		}
		if len(page.Items) == 0 || total <= len(all) || page.HasPrevious != (after != nil) {
			t.Fatalf("a page of %d after %d of %d", len(page.Items), len(all), total)
		}
		after = &page.Items[len(page.Items)-1].Cursor
	}
}

// checkCell compares a cell with its report and with its list.
func checkCell(ctx context.Context, t *testing.T, c *app.ReportCell, want forms.Value) {
	t.Helper()
	at := fmt.Sprintf("%s %s", c.Row, c.Column.Code)
	if c.Value != want {
		t.Errorf("%s: the cell is %v, in the report it is %v", at, c.Value, want)
	}
	if c.Column.IsRatio() {
		none, err := c.Cases(ctx, 50, nil)
		if err != nil || none != nil || len(c.Parts) != 2 {
			t.Errorf("%s: a share has the list %v and %d parts (%v)", at, none, len(c.Parts), err)
		}
		return
	}
	sum, all := listed(ctx, t, c.Cases, 20)
	switch {
	case c.Suppressed != nil:
		if !c.Value.Null || len(all) > 0 {
			t.Errorf("%s: suppressed, but %v with %d records", at, c.Value, len(all))
		}
	case c.Column.Unit == thads.UnitDong && int64(sum.Dong) != c.Value.N, c.Column.Unit == thads.UnitCases && int64(sum.Cases) != c.Value.N:
		t.Errorf("%s: the cell is %d, its list adds up to %v", at, c.Value.N, sum)
	}
}

// checkReport opens the cells of a report and returns how many of them count
// something. Of a row in which nothing is counted one cell is enough.
func checkReport(ctx context.Context, t *testing.T, a *app.App, in app.ReportInput) (counting int) {
	t.Helper()
	r, err := a.Report(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if !c.Passed {
			t.Errorf("%s in %s: %d and %d", c.Code, c.Row, c.Left, c.Right)
		}
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		empty := !slices.ContainsFunc(row.Values, func(v forms.Value) bool { return v.N != 0 })
		for j, c := range r.Columns() {
			if empty && j > 0 && !row.Values[j].Null {
				continue
			}
			cell, err := r.Cell(row.Key, c.Code)
			if i == 0 && j == 0 {
				cell, err = a.ReportCell(ctx, in, row.Key, c.Code)
			}
			if err != nil {
				t.Fatalf("%s %s: %v", row.Key, c.Code, err)
			}
			checkCell(ctx, t, cell, row.Values[j])
			if row.Values[j].N != 0 {
				counting++
			}
		}
	}
	return counting
}

// Every figure is the sum of its list: for every form, every role, several days
// and both bases.
func TestEveryCellIsTheSumOfItsList(t *testing.T) {
	w := newFigured(t)
	days := []thads.Date{onDay(20181231), onDay(20190930), onDay(20191209)}
	roles := auth.Roles()
	if raced {
		days, roles = days[1:2], []auth.Role{auth.RoleOfficer, auth.RoleSteering}
	}
	regime := forms.RegimeTT01
	for _, role := range roles {
		t.Run(string(role), func(t *testing.T) {
			ctx := w.as(t, role)
			may := auth.FromContext(ctx).Can(auth.ReadFigures)
			all, err := w.Forms(leader(ctx), &regime)
			must(t, err)
			counting := 0
			for _, f := range all {
				for _, asOf := range days {
					for _, basis := range []ledger.Basis{ledger.Booked, ledger.Effective} {
						in := app.ReportInput{Form: f.Code, Unit: &w.province, Moment: &app.MomentInput{AsOf: &asOf, Basis: basis, Regime: &regime}}
						switch {
						case !may:
							if _, err := w.Report(ctx, in); code(err) != thads.CodeForbidden {
								t.Fatalf("a report without the right: %v", err)
							}
						case !f.Available:
							if _, err := w.Report(ctx, in); code(err) != forms.CodeFormUnavailable {
								t.Fatalf("%s, which is not available: %v", f.Code, err)
							}
						default:
							counting += checkReport(ctx, t, w.App, in)
						}
					}
				}
			}
			if may && counting < 200 {
				t.Errorf("only %d cells count anything", counting)
			}
		})
	}
}

// Every group is the sum of its list, and all groups of a dimension that does not
// overlap add up to the total: for every measure and dimension.
func TestEveryGroupIsTheSumOfItsList(t *testing.T) {
	w := newFigured(t)
	dims := []ledger.Dimension{
		ledger.ByUnit, ledger.ByOfficer, ledger.ByAccount, ledger.ByDetail, ledger.ByInitiation,
		ledger.ByKind, ledger.BySubject, ledger.ByTag, ledger.ByMonth, ledger.ByStatYear,
	}
	level := thads.LevelProvince
	ctx := w.as(t, auth.RoleLeader)
	for _, m := range forms.Measures() {
		for i, d := range dims {
			if raced && i%4 != 0 {
				continue
			}
			for _, basis := range []ledger.Basis{ledger.Booked, ledger.Effective} {
				in := app.StatisticsInput{
					Measure: m.Measure, GroupBy: []ledger.Dimension{d, dims[(i+3)%len(dims)]},
					Moment: &app.MomentInput{Basis: basis, From: ptr(onDay(20181001)), AsOf: ptr(onDay(20191115))},
				}
				if i%3 == 0 {
					in.UnitLevel = &level
				}
				timed := func(d ledger.Dimension) bool { return d == ledger.ByMonth || d == ledger.ByStatYear }
				if !m.Flow && slices.ContainsFunc(in.GroupBy, timed) {
					if _, err := w.Statistics(ctx, in, 50, nil); code(err) != thads.CodeNotAllowed {
						t.Fatalf("%s by %v: %v", m.Measure, in.GroupBy, err)
					}
					continue
				}
				sum, total := w.groups(ctx, t, in)
				if !slices.Contains(in.GroupBy, ledger.ByTag) && sum != total {
					t.Errorf("%s by %v: groups add up to %v, the total is %v", m.Measure, in.GroupBy, sum, total)
				}
			}
		}
	}
}

// groups opens all groups of a group-by and returns what they add up to and what
// it says they do.
func (w *figured) groups(ctx context.Context, t *testing.T, in app.StatisticsInput) (sum, total app.FigureValue) {
	t.Helper()
	var after *store.Cursor
	seen := 0
	for {
		s, err := w.Statistics(ctx, in, 3, after)
		if err != nil {
			t.Fatalf("%s by %v: %v", in.Measure, in.GroupBy, err)
		}
		for _, it := range s.Groups {
			g := it.Value
			if len(g.Titles) != len(in.GroupBy) || slices.ContainsFunc(g.Titles, func(x thads.Text) bool { return x.VI == "" || x.EN == "" }) {
				t.Errorf("%v is called %v", g.Keys, g.Titles)
			}
			got, _ := listed(ctx, t, g.Cases, 5)
			if g.Value == nil || got != *g.Value {
				t.Errorf("%s by %v: the group %q is %v, its list adds up to %v", in.Measure, in.GroupBy, g.Keys, g.Value, got)
			}
			sum.Cases += got.Cases
			sum.Dong += got.Dong
			seen++
		}
		if !s.HasNext {
			if seen != s.GroupCount {
				t.Errorf("%d groups on the pages of %d", seen, s.GroupCount)
			}
			return sum, *s.Total
		}
		after = &s.Groups[len(s.Groups)-1].Cursor
	}
}

func TestStatisticsRefusals(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	for name, tt := range map[string]struct {
		in    app.StatisticsInput
		first int
		after *store.Cursor
		want  thads.Code
	}{
		"a measure there is not":     {in: app.StatisticsInput{Measure: "X"}, want: thads.CodeInvalid},
		"a dimension there is not":   {in: app.StatisticsInput{Measure: forms.MeasureDone, GroupBy: []ledger.Dimension{"X"}}, want: thads.CodeInvalid},
		"a dimension twice":          {in: app.StatisticsInput{Measure: forms.MeasureDone, GroupBy: []ledger.Dimension{ledger.ByUnit, ledger.ByUnit}}, want: thads.CodeDuplicate},
		"five dimensions":            {in: app.StatisticsInput{Measure: forms.MeasureDone, GroupBy: []ledger.Dimension{ledger.ByUnit, ledger.ByOfficer, ledger.ByKind, ledger.ByDetail, ledger.BySubject}}, want: thads.CodeLimit},
		"a stock by month":           {in: app.StatisticsInput{Measure: forms.MeasureInProgress, GroupBy: []ledger.Dimension{ledger.ByMonth}}, want: thads.CodeNotAllowed},
		"what was carried in, year":  {in: app.StatisticsInput{Measure: forms.MeasureToEnforce, GroupBy: []ledger.Dimension{ledger.ByStatYear}}, want: thads.CodeNotAllowed},
		"tomorrow":                   {in: app.StatisticsInput{Measure: forms.MeasureDone, Moment: &app.MomentInput{AsOf: ptr(onDay(20191210))}}, want: thads.CodeFutureDate},
		"an end before its start":    {in: app.StatisticsInput{Measure: forms.MeasureDone, Moment: &app.MomentInput{From: ptr(onDay(20191001)), AsOf: ptr(onDay(20190930))}}, want: thads.CodeOutOfRange},
		"a basis there is not":       {in: app.StatisticsInput{Measure: forms.MeasureDone, Moment: &app.MomentInput{Basis: "X"}}, want: thads.CodeInvalid},
		"a regime there is not":      {in: app.StatisticsInput{Measure: forms.MeasureDone, Moment: &app.MomentInput{Regime: ptr(forms.Regime("X"))}}, want: thads.CodeInvalid},
		"no groups":                  {in: app.StatisticsInput{Measure: forms.MeasureDone}, first: -1, want: thads.CodeOutOfRange},
		"too many groups":            {in: app.StatisticsInput{Measure: forms.MeasureDone}, first: 201, want: thads.CodeOutOfRange},
		"no cursor":                  {in: app.StatisticsInput{Measure: forms.MeasureDone}, after: ptr(store.Cursor("?")), want: thads.CodeInvalid},
		"a cursor of another answer": {in: app.StatisticsInput{Measure: forms.MeasureDone}, after: ptr(store.Cursor("WyJhIl0")), want: thads.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.first == 0 {
				tt.first = 50
			}
			if _, err := w.Statistics(ctx, tt.in, max(tt.first, 0), tt.after); code(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	s, err := w.Statistics(ctx, app.StatisticsInput{Measure: forms.MeasureDone}, 50, nil)
	must(t, err)
	for _, bad := range []store.Cursor{"?", "e30", "WyJhIl0"} {
		if _, err := s.Groups[0].Value.Cases(ctx, 50, &bad); code(err) != thads.CodeInvalid {
			t.Errorf("the list after %q: %v", bad, err)
		}
	}
	if _, err := s.Groups[0].Value.Cases(ctx, 0, nil); code(err) != thads.CodeOutOfRange {
		t.Errorf("a page of nothing: %v", err)
	}
}

// What a filter keeps, and what stands for units at a level.
func TestStatisticsFilter(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	ask := func(f *app.StatisticsFilter) int {
		t.Helper()
		s, err := w.Statistics(ctx, app.StatisticsInput{Measure: forms.MeasureNewlyAccepted, Filter: f, Moment: &app.MomentInput{AsOf: ptr(onDay(20190930))}}, 50, nil)
		must(t, err)
		return s.Total.Cases
	}
	all := ask(nil)
	if all != 24 {
		t.Fatalf("%d cases were accepted in the year", all)
	}
	for name, tt := range map[string]struct {
		f    app.StatisticsFilter
		want int
	}{
		"the province":       {app.StatisticsFilter{Units: []thads.UnitID{w.province}}, 24},
		"both districts":     {app.StatisticsFilter{Units: []thads.UnitID{w.first, w.second}}, 24},
		"the second":         {app.StatisticsFilter{Units: []thads.UnitID{w.second}}, 8},
		"no unit":            {app.StatisticsFilter{Units: []thads.UnitID{}}, 0},
		"a unit there isn't": {app.StatisticsFilter{Units: []thads.UnitID{"un_x"}}, 0},
		"own motion":         {app.StatisticsFilter{Initiations: []thads.Initiation{thads.OwnMotion}}, 6},
		"of one kind":        {app.StatisticsFilter{JudgmentKinds: []thads.JudgmentKind{thads.JudgmentCriminal}}, 5},
		"a kind of duty":     {app.StatisticsFilter{ObligationKinds: []thads.ObligationKind{thads.CourtFee}}, 6},
		"with a tag":         {app.StatisticsFilter{Tags: []thads.Tag{thads.TagCredit}}, 6},
		"one of two tags":    {app.StatisticsFilter{Tags: []thads.Tag{thads.TagCredit, thads.TagComplex}}, 8},
		"no tag in question": {app.StatisticsFilter{Tags: []thads.Tag{}}, 0},
		"an officer":         {app.StatisticsFilter{Officers: []thads.OfficerID{w.colleague}}, 3},
	} {
		if got := ask(&tt.f); got != tt.want {
			t.Errorf("%s: %d cases, want %d", name, got, tt.want)
		}
	}
}

// Who may not open a record sees what it adds and no id, and the figure is the
// same; a unit that is out of reach has no figures, which tells nothing of it.
func TestFiguresOfWhoMayNotOpen(t *testing.T) {
	w := newFigured(t)
	moment := &app.MomentInput{AsOf: ptr(onDay(20190930))}
	ask := func(ctx context.Context, unit thads.UnitID) (*app.Statistics, []*app.FigureRecord) {
		t.Helper()
		s, err := w.Statistics(ctx, app.StatisticsInput{Measure: forms.MeasureNewlyAccepted, Moment: moment, Filter: &app.StatisticsFilter{Units: []thads.UnitID{unit}}}, 50, nil)
		must(t, err)
		if len(s.Groups) == 0 {
			return s, nil
		}
		_, all := listed(ctx, t, s.Groups[0].Value.Cases, 4)
		return s, all
	}
	restricted := func(all []*app.FigureRecord) (n int) {
		for _, r := range all {
			if r.ID == "" {
				n++
			}
		}
		return n
	}
	whole, all := ask(leader(t.Context()), w.first)
	if whole.Total.Cases != 16 || len(all) != 16 || restricted(all) != 0 {
		t.Fatalf("a leader: %v of %d records, %d restricted", whole.Total, len(all), restricted(all))
	}
	own := w.as(t, auth.RoleOfficer)
	s, all := ask(own, w.first)
	if *s.Total != *whole.Total || len(all) != 16 || restricted(all) == 0 || restricted(all) == 16 {
		t.Errorf("an officer: %v of %d records, %d restricted", s.Total, len(all), restricted(all))
	}
	for _, r := range all {
		if r.ID == "" {
			continue
		}
		if c, err := w.Case(own, thads.CaseID(r.ID)); err != nil || c == nil {
			t.Errorf("%s does not open: %v", r.ID, err)
		}
	}
	if s, all := ask(w.as(t, auth.RoleSteering), w.first); *s.Total != *whole.Total || restricted(all) != 16 {
		t.Errorf("the steering committee: %v, %d restricted", s.Total, restricted(all))
	}
	if s, all := ask(own, w.second); s.Total.Cases != 0 || len(all) != 0 {
		t.Errorf("a unit out of reach: %v with %d records", s.Total, len(all))
	}
	// An officer's figures of the province are those of the district.
	if s, _ := ask(own, w.province); *s.Total != *whole.Total {
		t.Errorf("the province to an officer: %v", s.Total)
	}
	summary, err := w.Summary(own, app.SummaryInput{Unit: w.second})
	if err != nil || summary.ToEnforce != (app.FigureValue{}) || summary.CaseRate.Value != nil {
		t.Errorf("the summary of a unit out of reach: %+v, %v", summary, err)
	}
	if _, err := w.Summary(own, app.SummaryInput{Unit: "un_x"}); code(err) != thads.CodeNotFound {
		t.Errorf("the summary of a unit there is not: %v", err)
	}
}

// Small numbers of family matters are not shown to those who never see protected
// matters, in groups, in cells or by a filter; others see them, and the sums that
// contain them stay whole.
func TestSmallNumbersOfFamilyMatters(t *testing.T) {
	w := newFigured(t)
	statistician, head := w.as(t, auth.RoleStatistician), w.as(t, auth.RoleUnitHead)
	in := app.StatisticsInput{Measure: forms.MeasureNewlyAccepted, GroupBy: []ledger.Dimension{ledger.ByKind}, Moment: &app.MomentInput{AsOf: ptr(onDay(20190930))}}
	family := func(ctx context.Context, in app.StatisticsInput) *app.StatisticsGroup {
		t.Helper()
		s, err := w.Statistics(ctx, in, 50, nil)
		must(t, err)
		for _, it := range s.Groups {
			if len(it.Value.Keys) == 0 || it.Value.Keys[0] == string(thads.JudgmentFamily) {
				return it.Value
			}
		}
		t.Fatal("there are no family matters")
		return nil
	}
	shown := family(head, in)
	if shown.Value == nil || shown.Suppressed != nil || shown.Value.Cases < 1 || shown.Value.Cases > 4 {
		t.Fatalf("the head of the unit sees %v (%v)", shown.Value, shown.Suppressed)
	}
	hidden := family(statistician, in)
	if hidden.Value != nil || hidden.Suppressed == nil {
		t.Errorf("the statistician sees %v", hidden.Value)
	}
	if _, all := listed(statistician, t, hidden.Cases, 50); len(all) != 0 {
		t.Errorf("a suppressed group has a list of %d", len(all))
	}
	alone := in
	alone.GroupBy, alone.Filter = nil, &app.StatisticsFilter{JudgmentKinds: []thads.JudgmentKind{thads.JudgmentFamily}}
	if g := family(statistician, alone); g.Value != nil || g.Suppressed == nil {
		t.Errorf("by a filter the statistician sees %v", g.Value)
	}
	if s, err := w.Statistics(statistician, alone, 50, nil); err != nil || s.Total != nil {
		t.Errorf("the total is %v (%v)", s.Total, err)
	}
	both := in
	both.GroupBy, both.Filter = nil, &app.StatisticsFilter{JudgmentKinds: []thads.JudgmentKind{thads.JudgmentFamily, thads.JudgmentCivil}}
	if g := family(statistician, both); g.Value == nil {
		t.Error("a sum with others is suppressed")
	}

	// The province, with one more, has enough of them to be told.
	wide := auth.NewContext(t.Context(), auth.Person("p", "", auth.RoleSteering, w.province, ""))
	if g := family(wide, in); g.Value == nil || g.Value.Cases != 5 {
		t.Errorf("five are told as %v", g.Value)
	}

	regime := forms.RegimeTT01
	report := app.ReportInput{Form: forms.FormResultsByCase, Unit: &w.first, Moment: &app.MomentInput{AsOf: ptr(onDay(20190930)), Regime: &regime}}
	seen, err := w.Report(statistician, report)
	must(t, err)
	whole, err := w.Report(head, report)
	must(t, err)
	if len(seen.Suppressed) == 0 || len(whole.Suppressed) != 0 {
		t.Fatalf("suppressed are %v to the statistician and %v to the head", seen.Suppressed, whole.Suppressed)
	}
	for _, s := range seen.Suppressed {
		c, ok := seen.Form.Column(s.Column)
		if !ok || slices.IndexFunc(seen.Rows, func(r forms.Row) bool { return r.Key == s.Row }) < 0 {
			t.Fatalf("there is no cell %v", s)
		}
		cell, err := w.ReportCell(statistician, report, s.Row, s.Column)
		must(t, err)
		if !cell.Value.Null || cell.Suppressed == nil {
			t.Errorf("the suppressed cell %v opens as %v", s, cell.Value)
		}
		if !c.IsRatio() {
			if _, all := listed(statistician, t, cell.Cases, 50); len(all) != 0 {
				t.Errorf("the suppressed cell %v has a list of %d", s, len(all))
			}
		}
	}
	if diff := cmp.Diff(whole.Rows[0].Values, seen.Rows[0].Values); diff != "" {
		t.Errorf("the grand total (-head +statistician):\n%s", diff)
	}
}

func TestMomentsAreResolved(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	now := w.clock()
	for name, tt := range map[string]struct {
		in   *app.MomentInput
		want app.Moment
	}{
		"now":                      {nil, app.Moment{From: onDay(20191001), AsOf: onDay(20191209), KnownAt: now, Basis: ledger.Booked, Regime: forms.RegimeTT01}},
		"the end of a year":        {&app.MomentInput{AsOf: ptr(onDay(20190930))}, app.Moment{From: onDay(20181001), AsOf: onDay(20190930), KnownAt: now, Basis: ledger.Booked, Regime: forms.RegimeTT01}},
		"everything given":         {&app.MomentInput{AsOf: ptr(onDay(20190331)), From: ptr(onDay(20190101)), KnownAt: &w.beforeLast, Basis: ledger.Effective, Regime: ptr(forms.RegimeTT05)}, app.Moment{From: onDay(20190101), AsOf: onDay(20190331), KnownAt: w.beforeLast, Basis: ledger.Effective, Regime: forms.RegimeTT05}},
		"an instant to come: now":  {&app.MomentInput{KnownAt: ptr(now.Add(time.Hour))}, app.Moment{From: onDay(20191001), AsOf: onDay(20191209), KnownAt: now, Basis: ledger.Booked, Regime: forms.RegimeTT01}},
		"the first day of a year":  {&app.MomentInput{AsOf: ptr(onDay(20191001))}, app.Moment{From: onDay(20191001), AsOf: onDay(20191001), KnownAt: now, Basis: ledger.Booked, Regime: forms.RegimeTT01}},
		"one day of flows is fine": {&app.MomentInput{AsOf: ptr(onDay(20191105)), From: ptr(onDay(20191105))}, app.Moment{From: onDay(20191105), AsOf: onDay(20191105), KnownAt: now, Basis: ledger.Booked, Regime: forms.RegimeTT01}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := w.Statistics(ctx, app.StatisticsInput{Measure: forms.MeasureDone, Moment: tt.in}, 50, nil)
			must(t, err)
			got := app.Moment{From: s.Moment.From, AsOf: s.Moment.AsOf, KnownAt: s.Moment.KnownAt, Basis: s.Moment.Basis, Regime: s.Moment.Regime}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestIndicators(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	var metrics []thads.Metric
	for _, m := range thads.Metrics() {
		metrics = append(metrics, m.Metric)
	}
	end := &app.MomentInput{AsOf: ptr(onDay(20190930))}
	first, err := w.Indicators(ctx, metrics[:20], end, &w.province, nil)
	must(t, err)
	rest, err := w.Indicators(ctx, metrics[20:], end, &w.province, nil)
	must(t, err)
	of := map[thads.Metric]*app.Indicator{}
	for _, i := range append(first, rest...) {
		of[i.Metric] = i
		if (i.Value == nil) == (i.NotComputable == nil) {
			t.Errorf("%s is %v, not computable because %v", i.Metric, i.Value, i.NotComputable)
		}
		if i.Name != i.Metric.Name() || i.Unit.ID != w.province {
			t.Errorf("%s is %q of %s", i.Metric, i.Name.VI, i.Unit.ID)
		}
		for _, p := range []*app.IndicatorPart{i.Numerator, i.Denominator} {
			if p == nil {
				continue
			}
			sum, _ := listed(ctx, t, p.Cases, 6)
			if got := map[thads.QuantityUnit]int64{thads.UnitCases: int64(sum.Cases), thads.UnitDong: int64(sum.Dong)}[p.Value.Unit]; got != p.Value.Value {
				t.Errorf("%s: %s is %d, its list adds up to %d", i.Metric, p.Measure, p.Value.Value, got)
			}
		}
	}
	rate := of[thads.MetricMoneyRate]
	if want, _ := thads.Ratio(rate.Numerator.Value.Value, rate.Denominator.Value.Value); rate.Value.Value != int64(want) || rate.Value.Unit != thads.UnitPercent {
		t.Errorf("the rate is %v of %v / %v", rate.Value, rate.Numerator.Value, rate.Denominator.Value)
	}
	over := of[thads.MetricMoneyRateOverMinistry]
	if over.Value == nil || *over.Value != (thads.Quantity{Unit: thads.UnitPoints, Value: rate.Value.Value - 3400}) {
		t.Errorf("over the ministry's target: %v, the rate is %v", over.Value, rate.Value)
	}
	if i := of[thads.MetricCaseRateOverNational]; i.Value != nil || i.NotComputable == nil {
		t.Errorf("over a target that was not set: %v", i.Value)
	}

	set, err := rate.Targets(ctx)
	must(t, err)
	var issuers []thads.TargetIssuer
	for _, p := range set {
		issuers = append(issuers, p.Target.Issuer)
		if p.Over == nil || *p.Over != (thads.Quantity{Unit: thads.UnitPoints, Value: rate.Value.Value - p.Target.Value.Value}) || p.Reached == nil || *p.Reached != (p.Over.Value >= 0) || p.Ratio == nil {
			t.Errorf("progress %+v", p)
		}
	}
	if diff := cmp.Diff([]thads.TargetIssuer{thads.IssuerNationalAssembly, thads.IssuerMinistry}, issuers); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}

	trend, err := rate.Trend(ctx)
	must(t, err)
	if len(trend) != 12 || trend[0].AsOf != onDay(20181031) || trend[11].AsOf != onDay(20190930) || *trend[11].Value != *rate.Value {
		t.Errorf("the trend: %+v", trend)
	}
	for _, p := range trend {
		then, err := w.Indicator(ctx, thads.MetricMoneyRate, &app.MomentInput{AsOf: &p.AsOf}, &w.province, nil)
		must(t, err)
		if diff := cmp.Diff(then.Value, p.Value); diff != "" {
			t.Errorf("on %s (-then +trend):\n%s", p.AsOf, diff)
		}
	}

	// The year before: to the same day, and a difference.
	later := &app.MomentInput{AsOf: ptr(onDay(20191130))}
	done, err := w.Indicator(ctx, thads.MetricCasesDone, later, &w.province, nil)
	must(t, err)
	before, err := w.Indicator(ctx, thads.MetricCasesDone, &app.MomentInput{AsOf: ptr(onDay(20181130))}, &w.province, nil)
	must(t, err)
	previous, err := done.Previous(ctx)
	must(t, err)
	change, err := done.Change(ctx)
	must(t, err)
	if *previous != *before.Value || change.Value != done.Value.Value-before.Value.Value || before.Value.Value != 1 {
		t.Errorf("now %v, a year before %v (asked then: %v), change %v", done.Value, previous, before.Value, change)
	}
	increase, err := w.Indicator(ctx, thads.MetricCasesDoneIncrease, later, &w.province, nil)
	must(t, err)
	if *increase.Value != *change {
		t.Errorf("the increase is %v, the change %v", increase.Value, change)
	}

	// An officer has part of the unit's.
	mine, err := w.Indicator(ctx, thads.MetricCasesToEnforce, end, &w.first, &w.officer)
	must(t, err)
	units, err := w.Indicator(ctx, thads.MetricCasesToEnforce, end, &w.first, nil)
	must(t, err)
	if mine.Officer.ID != w.officer || mine.Value.Value <= 0 || mine.Value.Value >= units.Value.Value {
		t.Errorf("the officer has %v of %v", mine.Value, units.Value)
	}
	if _, err := w.Indicator(ctx, thads.MetricCaseRate, nil, nil, ptr(thads.OfficerID("of_x"))); code(err) != thads.CodeNotFound {
		t.Errorf("an officer there is not: %v", err)
	}
	if _, err := w.Indicators(ctx, slices.Repeat(metrics[:1], 21), nil, nil, nil); code(err) != thads.CodeLimit {
		t.Errorf("21 indicators: %v", err)
	}
}

// A year before the last day of a month is the last day of that month.
func TestTheYearBefore(t *testing.T) {
	w := newWorld(t)
	w.on(thads.DateOf(2021, 3, 5))
	province, _, _, _ := w.province(t)
	i, err := w.Indicator(leader(t.Context()), thads.MetricCasesDone, &app.MomentInput{AsOf: ptr(thads.DateOf(2021, 2, 28))}, &province, nil)
	must(t, err)
	if v, err := i.Previous(t.Context()); err != nil || v == nil {
		t.Error(v, err)
	}
}

// The figures of a summary are those that are asked for one by one.
func TestSummaryFigures(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	for _, asOf := range []thads.Date{onDay(20190930), onDay(20191209)} {
		for _, basis := range []ledger.Basis{ledger.Booked, ledger.Effective} {
			moment := &app.MomentInput{AsOf: &asOf, Basis: basis}
			s, err := w.Summary(ctx, app.SummaryInput{Unit: w.province, AsOf: &asOf, Basis: basis})
			must(t, err)
			for m, got := range map[forms.Measure]app.FigureValue{
				forms.MeasureSettled: s.Settled, forms.MeasureToEnforce: s.ToEnforce, forms.MeasureEnforceable: s.Enforceable,
				forms.MeasureVerdictsTracked: {Cases: s.VerdictsTracked}, forms.MeasureVerdictsDone: {Cases: s.VerdictsDone},
				forms.MeasureDirectedListed: {Cases: s.DirectedListed}, forms.MeasureDirectedResolved: {Cases: s.DirectedResolved},
			} {
				want, err := w.Statistics(ctx, app.StatisticsInput{Measure: m, Moment: moment}, 1, nil)
				must(t, err)
				if got != *want.Total {
					t.Errorf("%s on %s %s: %v, want %v", m, asOf, basis, got, want.Total)
				}
			}
			for _, got := range []*app.Indicator{s.CaseRate, s.MoneyRate} {
				want, err := w.Indicator(ctx, got.Metric, moment, &w.province, nil)
				must(t, err)
				if diff := cmp.Diff(want.Value, got.Value); diff != "" || got.Numerator.Value != want.Numerator.Value {
					t.Errorf("%s (-want +got):\n%s", got.Metric, diff)
				}
			}
			if s.AsOf != asOf || s.Moment.AsOf != asOf {
				t.Errorf("as of %s: %+v", asOf, s.Moment)
			}
		}
	}
	if s, err := w.Summary(ctx, app.SummaryInput{Unit: w.province}); err != nil || s.VerdictsTracked != 1 || s.DirectedListed != 2 || s.OpenTasks != 2 {
		t.Errorf("today: %+v, %v", s, err)
	}
	s, err := w.Summary(ctx, app.SummaryInput{Unit: w.first, AsOf: ptr(onDay(20190705))})
	must(t, err)
	// What there is now does not depend on the day, and is what is stored.
	states, err := s.ByState(ctx)
	must(t, err)
	live := 0
	for state, n := range states {
		if state.IsLive() {
			live += n
		}
	}
	if s.Live == 0 || s.Live != live || s.OpenVerdicts != 1 || s.OpenDirectedCases != 1 {
		t.Errorf("%d live cases, by state %d; %d verdicts and %d directed cases", s.Live, live, s.OpenVerdicts, s.OpenDirectedCases)
	}
	counted, err := s.Deadlines(ctx)
	must(t, err)
	lines, err := w.DeadlineCounts(ctx, &app.DeadlineFilter{AsOf: &s.AsOf, Units: []thads.UnitID{w.first}}, "")
	must(t, err)
	if counted.Overdue == 0 || len(lines) != 1 || counted.Overdue != lines[0].Overdue || counted.Due != lines[0].Due || counted.Coming != lines[0].Coming {
		t.Errorf("deadlines %+v, counted by themselves %+v", counted, lines)
	}
	if _, err := w.Summary(ctx, app.SummaryInput{AsOf: ptr(onDay(20200101))}); code(err) != thads.CodeFutureDate {
		t.Errorf("a day to come: %v", err)
	}
}

// A page goes on behind its last record where the list changed meanwhile.
func TestListsGoOnAfterChanges(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	ask := func() lister {
		s, err := w.Statistics(ctx, app.StatisticsInput{Measure: forms.MeasureCarriedOut}, 1, nil)
		must(t, err)
		return s.Groups[0].Value.Cases
	}
	_, whole := listed(ctx, t, ask(), 200)
	page, err := ask()(ctx, 5, nil)
	must(t, err)
	// A larger one comes before the page, and the third is gone.
	w.opened(t, 77, onDay(20191110), w.second, "", thads.JudgmentCivil, 9_000_000_000)
	w.act(t, thads.CaseID(whole[2].ID), onDay(20191120), thads.CaseEvent{Kind: thads.CaseRevoked, Decision: paper(onDay(20191120))})
	next, err := ask()(ctx, 200, &page.Items[4].Cursor)
	must(t, err)
	var got, want []string
	for _, it := range next.Items {
		got = append(got, it.Value.ID)
	}
	for _, r := range whole[5:] {
		want = append(want, r.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("behind the page (-want +got):\n%s", diff)
	}
	// The record of the cursor itself is gone.
	w.act(t, thads.CaseID(whole[4].ID), onDay(20191121), thads.CaseEvent{Kind: thads.CaseRevoked, Decision: paper(onDay(20191121))})
	next, err = ask()(ctx, 1, &page.Items[4].Cursor)
	if err != nil || len(next.Items) != 1 || next.Items[0].Value.ID != whole[5].ID {
		t.Errorf("behind a record that is gone: %+v, %v", next, err)
	}
}

// What was recorded late or corrected after a lock is listed in the period in which
// it is booked, the last first, page by page.
func TestCorrections(t *testing.T) {
	w := newFigured(t)
	ctx := leader(t.Context())
	read := func(ctx context.Context, in *app.MomentInput, size int) []*app.Correction {
		t.Helper()
		var out []*app.Correction
		var after *store.Cursor
		for {
			page, err := w.Corrections(ctx, in, &w.province, size, after)
			must(t, err)
			for _, it := range page.Items {
				out = append(out, it.Value)
			}
			if !page.HasNext {
				if n, err := page.Total(ctx); err != nil || n != len(out) {
					t.Errorf("%d of %d corrections (%v)", len(out), n, err)
				}
				return out
			}
			after = &page.Items[len(page.Items)-1].Cursor
		}
	}
	booked := &app.MomentInput{AsOf: ptr(onDay(20191209))}
	all := read(ctx, booked, 200)
	if diff := cmp.Diff(all, read(ctx, booked, 1)); diff != "" {
		t.Errorf("page by page:\n%s", diff)
	}
	if len(all) == 0 {
		t.Fatal("there are no corrections")
	}
	for i, c := range all {
		if i > 0 && c.RecordedAt.After(all[i-1].RecordedAt) {
			t.Error("not the last first")
		}
		if c.ID == "" || c.Book != thads.BookCases || c.Event == 0 || len(c.Postings) == 0 {
			t.Errorf("correction %+v", c)
		}
		for _, p := range c.Postings {
			if p.BookedOn == p.EffectiveOn || p.BookedOn < onDay(20191001) || p.BookedOn > onDay(20191209) || p.BookedOn != c.BookedOn {
				t.Errorf("a posting of %s is booked on %s", p.EffectiveOn, p.BookedOn)
			}
		}
	}
	happened := read(ctx, &app.MomentInput{AsOf: ptr(onDay(20190930)), Basis: ledger.Effective}, 200)
	for _, c := range happened {
		for _, p := range c.Postings {
			if p.EffectiveOn < onDay(20181001) || p.EffectiveOn > onDay(20190930) {
				t.Errorf("a posting of %s", p.EffectiveOn)
			}
		}
	}
	if len(happened) <= len(all) {
		t.Errorf("%d happened in the year before, %d of them and later ones are booked after it", len(happened), len(all))
	}
	for _, c := range read(w.as(t, auth.RoleSteering), booked, 200) {
		if c.ID != "" {
			t.Error("a correction tells its record to those who may not open it")
		}
	}
	if _, err := w.Corrections(ctx, booked, nil, 50, ptr(store.Cursor("e30"))); code(err) != thads.CodeInvalid {
		t.Errorf("a cursor of nothing: %v", err)
	}
	if _, err := w.Corrections(w.as(t, auth.RoleAdministrator), booked, nil, 50, nil); code(err) != thads.CodeForbidden {
		t.Errorf("without the right: %v", err)
	}
}

// While the books are being built figures are refused, and nothing else is told.
func TestFiguresWhileTheBooksAreBuilt(t *testing.T) {
	w := newWorld(t)
	serving, err := app.New(app.Options{Store: w.store, Clock: w.clock, Serving: true})
	must(t, err)
	if _, err := serving.Summary(leader(t.Context()), app.SummaryInput{}); code(err) != thads.CodeLedgerBuilding {
		t.Errorf("a summary: %v", err)
	}
	if _, err := serving.Summary(auth.NewContext(t.Context(), auth.Principal{}), app.SummaryInput{}); code(err) != thads.CodeForbidden {
		t.Errorf("a summary to a stranger: %v", err)
	}
	if _, err := w.Summary(leader(t.Context()), app.SummaryInput{}); !errors.Is(err, &thads.Error{Code: thads.CodeNotFound}) {
		t.Errorf("a summary of no province: %v", err)
	}
}
