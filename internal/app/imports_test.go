package app_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
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
func file(t testing.TB, f sheet.Format, rows ...sheet.CaseRow) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewFile(&b, f, sheet.About{})
	if err != nil {
		t.Fatal(err)
	}
	table, err := w.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := table.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// accept accepts an import that was checked.
func (w *world) accept(ctx context.Context, t testing.TB, im *app.Import, mode app.AcceptMode) *app.Import {
	t.Helper()
	im, err := w.ImportAccept(ctx, change(im), mode)
	if err != nil {
		t.Fatal(err)
	}
	if im = w.work(ctx, t, im.ID); im.State != app.ImportAccepted {
		t.Fatalf("not accepted: %+v", im)
	}
	return im
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

		im := w.checked(ctx, t, "k1", data)
		if im.Errors != 0 || im.Creates != 121 || im.Rows != 122 || im.Cases != 121 {
			t.Fatalf("%s, checked: %+v, %v", format, im, w.errors(ctx, t, im.ID))
		}
		if n, err := w.store.Count(ctx, collection(t, "case"), thads.Everything()); err != nil || n != 0 {
			t.Fatalf("%s: the check stored %d cases, %v", format, n, err)
		}
		if im = w.accept(ctx, t, im, app.AcceptAll); im.Created != 121 || im.Refused != 0 {
			t.Fatalf("%s, accepted: %+v", format, im)
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
		other := auth.NewContext(t.Context(), auth.Person("other", "", auth.RoleLeader, "", ""))
		before := w.records(t)
		again := w.checked(other, t, "k1", data)
		if again.ID == im.ID || again.Errors != 0 || again.Creates != 0 || again.Changes != 0 || again.Existing != 121 || again.Attempt != 1 {
			t.Errorf("%s, again: %+v, %v", format, again, w.errors(other, t, again.ID))
		}
		if diff := cmp.Diff([]app.ImportStep{app.StepSetMapping, app.StepCancel}, again.NextSteps()); diff != "" {
			t.Error(diff)
		}
		// Another file with a number that is taken, by a case that is another, is
		// refused; one that tells of the same case is not.
		differs := row(3)
		differs.Court = "TAND huyện Nga Sơn"
		taken := w.checked(ctx, t, "k2", file(t, format, row(2000), differs, row(4)))
		if got := w.errors(ctx, t, taken.ID); !cmp.Equal(got, []string{"C3 DUPLICATE"}) {
			t.Errorf("%s, taken: %v", format, got)
		}
		if diff := cmp.Diff([]string{"2 CREATE", "3 BAD", "4 EXISTING"}, w.entries(ctx, t, taken.ID)); diff != "" {
			t.Errorf("%s, taken:\n%s", format, diff)
		}
		page2, err := w.ImportProblems(ctx, taken.ID, []sheet.Severity{sheet.Error}, app.PageArgs{})
		if err != nil || !strings.Contains(page2.Items[0].Value.Text.VI, "Tòa án") {
			t.Errorf("%s: what differs is not told: %v, %v", format, page2.Items[0].Value, err)
		}
		if diff := cmp.Diff(before, w.records(t)); diff != "" {
			t.Errorf("%s: the ledger changed:\n%s", format, diff)
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
	im := w.checked(ctx, t, "k1", file(t, sheet.XLSX, rows...))
	want := map[string]bool{
		"A2 UNKNOWN_REFERENCE": true, "B3 UNKNOWN_REFERENCE": true,
		"D5 FUTURE_DATE": true, "I6 OUT_OF_RANGE": true, "W7 NOT_ALLOWED": true, "U8 REQUIRED": true,
		"O9 INVALID": true, "K10 REQUIRED": true, "J11 REQUIRED": true, "E12 REQUIRED": true, "AB13 NOT_ALLOWED": true,
		"AB14 GROUND_REFUSED": true, "A15 UNKNOWN_REFERENCE": true, "N16 OUT_OF_RANGE": true,
	}
	got := map[string]bool{}
	for _, p := range w.errors(ctx, t, im.ID) {
		got[p] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	page, err := w.ImportProblems(ctx, im.ID, nil, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range page.Items {
		if p := it.Value; p.Text.VI == "" || p.Text.EN == "" || p.Sheet != "Vụ việc" {
			t.Errorf("%+v", p)
		}
	}
	if im.Creates != 2 || im.Bad != 14 || im.Cases != 16 {
		t.Errorf("%+v", im)
	}
	if n, err := w.store.Count(ctx, collection(t, "claim"), thads.Everything()); err != nil || n > 4 { // those of units and officers
		t.Errorf("the check claimed %d numbers, %v", n, err)
	}

	// The same number twice in one file, apart from each other.
	twice := w.checked(ctx, t, "k2", file(t, sheet.CSV, row(1), row(2), row(1)))
	if got := w.errors(ctx, t, twice.ID); !cmp.Equal(got, []string{"C4 DUPLICATE"}) {
		t.Errorf("twice: %v", got)
	}
}
