package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// row is a row of the template that is acceptable in the province of the tests.
func row(i int) sheet.CaseRow {
	return sheet.CaseRow{
		Unit: "TH-01", Officer: "chv01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i), Date: thads.DateOf(2018, 10, 5),
		Initiation: thads.OnRequest, JudgmentKind: thads.JudgmentCivil, JudgmentNumber: "07/2018/DS-ST", JudgmentDate: thads.DateOf(2018, 9, 5), Court: "TAND thành phố Thanh Hóa",
		Debtor:         sheet.PartyCells{Name: fmt.Sprintf("Nguyễn Văn Nợ x%d", i), IdentityNumber: fmt.Sprintf("038%09d", i)},
		Creditor:       sheet.PartyCells{Name: "Trần Thị Được"},
		ObligationKind: thads.Debt, Amount: 1_000_000, RequestedOn: thads.DateOf(2018, 10, 1),
	}
}

// file writes rows by the template.
func file(t *testing.T, f sheet.Format, rows ...sheet.CaseRow) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewCaseWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func imported(ctx context.Context, a *app.App, data []byte, dryRun bool) (*app.ImportReport, error) {
	return a.ImportCases(ctx, app.ImportFile{Name: "sổ.xlsx", Data: bytes.NewReader(data), Size: int64(len(data))}, app.ImportOptions{DryRun: dryRun})
}

// places lists problems as cell and code, "D2 REQUIRED".
func places(r *app.ImportReport) []string {
	var out []string
	for _, p := range r.Problems {
		s := fmt.Sprintf("%s%d %s", p.Letter(), p.Row, p.Code)
		if p.Severity == sheet.Warning {
			s += " (warning)"
		}
		out = append(out, s)
	}
	return out
}

func TestImport(t *testing.T) {
	for _, format := range []sheet.Format{sheet.XLSX, sheet.CSV} {
		w := newWorld(t)
		_, first, _, officer := w.province(t)
		ctx := leader(t.Context())
		var rows []sheet.CaseRow
		for i := range 120 {
			rows = append(rows, row(i+1))
		}
		// A second debtor and obligation of the last case, by repeated number.
		more := sheet.CaseRow{Unit: "TH-01", Number: "120/QĐ-CCTHADS", Debtor: sheet.PartyCells{Name: "Công ty TNHH Thử", Address: "Xã Thử"}, ObligationKind: thads.CourtFee, Amount: 300_000}
		// An older case with its balance.
		older := row(121)
		older.EffectiveOn, older.State, older.Since = thads.DateOf(2018, 9, 30), thads.StateNotEnforceable, thads.DateOf(2017, 3, 12)
		older.Date, older.JudgmentDate, older.RequestedOn = thads.DateOf(2016, 3, 1), thads.DateOf(2016, 1, 5), thads.DateOf(2016, 2, 1)
		older.Ground, older.Amount, older.Outstanding = "L2008_44A_1_A", 90_000_000, 75_000_000
		data := file(t, format, append(rows, more, older)...)

		dry, err := imported(ctx, w.App, data, true)
		if err != nil || !dry.Accepted() || dry.Created != 121 || dry.Rows != 122 || dry.Cases != 121 {
			t.Fatalf("%s, dry: %+v, %v", format, dry, err)
		}
		if n, err := w.store.Count(ctx, collection(t, "case"), thads.Everything()); err != nil || n != 0 {
			t.Fatalf("%s: a dry run stored %d cases, %v", format, n, err)
		}
		done, err := imported(ctx, w.App, data, false)
		if err != nil || !done.Accepted() || done.Created != 121 || done.Before != nil {
			t.Fatalf("%s: %+v, %v", format, done, err)
		}
		c, err := w.CaseByNumber(ctx, first, "120/QĐ-CCTHADS", 2019)
		if err != nil || c == nil {
			t.Fatal(err)
		}
		if c.State != thads.StateVoluntary || c.Officer != officer || len(c.Parties) != 3 || c.Parties[2].Kind != thads.Organisation || len(c.Balances) != 2 || c.Totals().Total != 1_300_000 {
			t.Errorf("%s: %+v", format, c)
		}
		if diff := cmp.Diff([]thads.Tag{thads.TagImported}, c.Tags); diff != "" {
			t.Error(diff)
		}
		old, err := w.CaseByNumber(ctx, first, "121/QĐ-CCTHADS", 2016)
		if err != nil || old == nil || old.State != thads.StateNotEnforceable || old.Since != thads.DateOf(2017, 3, 12) || old.Outstanding() != 75_000_000 || old.OpenedOn != thads.DateOf(2018, 9, 30) {
			t.Fatalf("%s, older case: %+v, %v", format, old, err)
		}
		if note := old.Events[0].Note; !strings.Contains(note, "90.000.000 đ") {
			t.Errorf("%s: the amount of the judgment is not in the note %q", format, note)
		}
		identity := "038000000007"
		page, err := w.Cases(ctx, &app.CaseFilter{IdentityNumber: &identity}, app.CasesByUpdate, true, app.PageArgs{})
		if err != nil || len(page.Items) != 1 || page.Items[0].Value.DebtorName != "Nguyễn Văn Nợ x7" {
			t.Errorf("%s, by identity number: %v, %v", format, page, err)
		}

		// The same file again changes nothing, whoever brings it in.
		w.on(thads.DateOf(2019, 12, 10))
		other := auth.NewContext(t.Context(), auth.Principal{ID: "other", Role: auth.RoleLeader})
		again, err := imported(other, w.App, data, false)
		if err != nil || !again.Accepted() || again.Created != 0 || again.Existing != 121 || again.Before == nil || again.Before.State != app.JobDone {
			t.Errorf("%s, again: %+v, %v", format, again, err)
		}
		same, err := w.Case(ctx, c.ID)
		if err != nil || !cmp.Equal(same.Events, c.Events) {
			t.Errorf("%s: the case changed: %v", format, err)
		}
		// Another file with a number that is taken is refused.
		taken, err := imported(ctx, w.App, file(t, format, row(2000), row(3)), false)
		if err != nil || !cmp.Equal(places(taken), []string{"C3 DUPLICATE"}) {
			t.Errorf("%s, taken: %v, %v", format, places(taken), err)
		}
		if n, err := w.store.Count(ctx, collection(t, "case"), thads.Everything()); err != nil || n != 121 {
			t.Errorf("%s: %d cases in the end, %v", format, n, err)
		}
	}
}

func TestImportListsEveryProblem(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	var rows []sheet.CaseRow
	bad := func(change func(*sheet.CaseRow)) {
		r := row(len(rows) + 1)
		change(&r)
		rows = append(rows, r)
	}
	bad(func(r *sheet.CaseRow) { r.Unit = "TH-99" })
	bad(func(r *sheet.CaseRow) { r.Officer = "CHV99" })
	bad(func(*sheet.CaseRow) {})
	bad(func(r *sheet.CaseRow) { r.Date = thads.DateOf(2030, 1, 1) })
	bad(func(r *sheet.CaseRow) { r.JudgmentDate = thads.DateOf(2019, 1, 1) })
	bad(func(r *sheet.CaseRow) { r.Initiation = thads.OwnMotion })
	bad(func(r *sheet.CaseRow) { r.Amount = 0 })
	bad(func(r *sheet.CaseRow) { r.Debtor.IdentityNumber = "12?" })
	bad(func(r *sheet.CaseRow) { r.Debtor.Name = "" })
	bad(func(r *sheet.CaseRow) { r.Court = "" })
	bad(func(r *sheet.CaseRow) { r.State = thads.StatePostponed })
	bad(func(r *sheet.CaseRow) { r.Ground = "L2008_44A_1_A" })
	bad(func(r *sheet.CaseRow) {
		r.State, r.EffectiveOn, r.Ground, r.Outstanding = thads.StatePostponed, thads.DateOf(2018, 10, 6), "L2008_44A_1_A", 5_000
	})
	bad(func(r *sheet.CaseRow) {
		r.Date = thads.DateOf(2008, 1, 1)
		r.JudgmentDate = thads.DateOf(2007, 1, 1)
		r.RequestedOn = 0
		r.Officer = ""
	})
	bad(func(r *sheet.CaseRow) { r.Debtor.BirthYear = 1500 })
	bad(func(*sheet.CaseRow) {})
	report, err := imported(ctx, w.App, file(t, sheet.XLSX, rows...), false)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{
		"A2 UNKNOWN_REFERENCE": true, "B3 UNKNOWN_REFERENCE": true,
		"D5 FUTURE_DATE": true, "I6 OUT_OF_RANGE": true, "W7 NOT_ALLOWED": true, "U8 REQUIRED": true,
		"O9 INVALID": true, "K10 REQUIRED": true, "J11 REQUIRED": true, "E12 REQUIRED": true, "AB13 NOT_ALLOWED": true,
		"AB14 GROUND_REFUSED": true, "A15 UNKNOWN_REFERENCE": true, "N16 OUT_OF_RANGE": true,
	}
	got := map[string]bool{}
	for _, p := range places(report) {
		got[p] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, p := range report.Problems {
		if p.Text.VI == "" || p.Text.EN == "" || p.Sheet != "Vụ việc" {
			t.Errorf("%+v", p)
		}
	}
	if n, err := w.store.Count(ctx, collection(t, "case"), thads.Everything()); err != nil || n != 0 {
		t.Errorf("a refused file stored %d cases, %v", n, err)
	}
	if n, err := w.store.Count(ctx, collection(t, "claim"), thads.Everything()); err != nil || n > 4 { // those of units and officers
		t.Errorf("a refused file claimed %d numbers, %v", n, err)
	}

	// The same number twice in one file, apart from each other.
	twice, err := imported(ctx, w.App, file(t, sheet.CSV, row(1), row(2), row(1)), false)
	if err != nil || !cmp.Equal(places(twice), []string{"C4 DUPLICATE"}) || !strings.Contains(twice.Problems[0].Text.VI, "dòng 2") {
		t.Errorf("twice: %v, %v", places(twice), err)
	}
	// No more than a thousand are listed, and the rest is not looked at.
	rows = rows[:0]
	for i := range 5000 {
		r := row(i)
		r.Unit = "X"
		rows = append(rows, r)
	}
	many, err := imported(ctx, w.App, file(t, sheet.CSV, rows...), false)
	if err != nil || !many.Stopped || len(many.Problems) != 1000 || many.Rows == 5000 {
		t.Errorf("many: %d of %d problems, %d rows, %v", len(many.Problems), many.Errors, many.Rows, err)
	}
	// What is no register at all.
	for name, data := range map[string]string{"text": "xin chào", "empty": "", "zip": "PK\x03\x04 and no more"} {
		r, err := imported(ctx, w.App, []byte(data), false)
		if err != nil || r.Accepted() || len(r.Problems) != 1 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	empty, err := imported(ctx, w.App, file(t, sheet.XLSX), false)
	if err != nil || len(empty.Problems) != 1 || empty.Problems[0].Code != thads.CodeRequired {
		t.Errorf("an empty template: %+v, %v", empty, err)
	}
}

func TestImportAfterACrash(t *testing.T) {
	keys := t.TempDir()
	var rows []sheet.CaseRow
	for i := range 40 {
		rows = append(rows, row(i+1))
	}
	data := file(t, sheet.CSV, rows...)
	undisturbed := newWorldWith(t, keys)
	undisturbed.province(t)
	ctx := leader(t.Context())
	if _, err := imported(ctx, undisturbed.App, data, false); err != nil {
		t.Fatal(err)
	}
	want := casesOf(t, undisturbed)
	for left := 0; ; left++ {
		w := newWorldWith(t, keys)
		w.province(t)
		whole := w.store
		w.use(t, &stoppingStore{Store: whole, left: left}, keys)
		_, err := imported(ctx, w.App, data, false)
		if err == nil {
			if left < 3 {
				t.Fatalf("the import made %d writes only", left)
			}
			return
		}
		if !errors.Is(err, errCrash) {
			t.Fatalf("after %d writes: %v", left, err)
		}
		w.use(t, whole, keys)
		again, err := imported(ctx, w.App, data, false)
		if err != nil || !again.Accepted() || again.Created+again.Existing != 40 || again.Before == nil || again.Before.State != app.JobDone {
			t.Fatalf("again: %+v, %v", again, err)
		}
		if diff := cmp.Diff(want, casesOf(t, w)); diff != "" {
			t.Errorf("after a crash behind %d writes (-undisturbed +resumed):\n%s", left, diff)
		}
	}
}

// casesOf returns number, state and debtor of all cases by id.
func casesOf(t *testing.T, w *world) map[string]string {
	t.Helper()
	out := map[string]string{}
	for d, err := range w.store.Scan(t.Context(), collection(t, "case"), store.ScanOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.Case(leader(t.Context()), thads.CaseID(d.ID))
		if err != nil {
			t.Fatal(err)
		}
		out[d.ID] = fmt.Sprint(c.Decision.Number, c.State, c.Parties[0].Name, c.Parties[0].Commitment)
	}
	return out
}

func TestImportRights(t *testing.T) {
	w := newWorld(t)
	_, first, second, _ := w.province(t)
	data := file(t, sheet.CSV, row(1))
	for name, tt := range map[string]struct {
		role auth.Role
		unit thads.UnitID
		code thads.Code
		want []string
	}{
		"clerk":                {auth.RoleClerk, first, thads.CodeForbidden, nil},
		"reader":               {auth.RoleReader, first, thads.CodeForbidden, nil},
		"administrator":        {auth.RoleAdministrator, "", thads.CodeForbidden, nil},
		"head of another unit": {auth.RoleUnitHead, second, "", []string{"A2 FORBIDDEN"}},
		"head of the unit":     {auth.RoleUnitHead, first, "", nil},
	} {
		ctx := auth.NewContext(t.Context(), auth.Principal{ID: "p", Role: tt.role, Unit: tt.unit})
		r, err := imported(ctx, w.App, data, true)
		if tt.code != "" {
			if code(err) != tt.code {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || !cmp.Equal(places(r), tt.want) {
			t.Errorf("%s: %v, %v", name, places(r), err)
		}
	}
}
