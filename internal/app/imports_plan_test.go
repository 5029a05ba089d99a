package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// day is a day of October 2018.
func day(d int) thads.Date { return thads.DateOf(2018, 10, d) }

// What is in the ledger already is told from what is not.
func TestImportOfCasesThatExist(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	recorded := func(i int) *thads.Case {
		t.Helper()
		e := decided(first, officer, fmt.Sprintf("%d/QĐ-CCTHADS", i), day(5))
		e.Particulars.Judgment.Number = thads.ParseDocumentNumber(fmt.Sprintf("%d/2018/DS-ST", i))
		e.Particulars.Parties = []thads.Party{
			{Role: thads.Debtor, Kind: thads.Person, Name: fmt.Sprintf("Nguyễn Văn Nợ x%d", i)},
			{Role: thads.Creditor, Kind: thads.Person, Name: "Trần Thị Được"},
		}
		e.Particulars.Obligations[0].Amount, e.Particulars.RequestedOn = 1_000_000, day(1)
		c, err := w.CaseOpen(ctx, fmt.Sprint("case ", i), e, map[int]app.PartyNumbers{0: {Identity: fmt.Sprintf("038%09d", i)}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one, two, three, four := recorded(1), recorded(2), recorded(3), recorded(4)
	for _, d := range []int{10, 10, 12} {
		e := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 100_000, Obligation: "o1"}
		e.EffectiveOn = day(d)
		if _, err := w.CaseRecord(ctx, app.Change{ID: string(one.ID)}, e, nil); err != nil {
			t.Fatal(err)
		}
	}
	// One that was taken back counts no more.
	void := thads.CaseEvent{}
	void.Voids, void.Reason = 4, "ghi nhầm"
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(one.ID)}, void, nil); err != nil {
		t.Fatal(err)
	}

	rows := caseRows(1, 5)
	rows[1].Debtor.IdentityNumber = ""             // says nothing of it
	rows[2].Debtor.IdentityNumber = "038999999999" // says another one
	rows[3].Amount = 2_000_000
	data := register(t, rows, []sheet.EventRow{
		eventRow(1, day(10), 100_000), eventRow(1, day(10), 100_000), eventRow(1, day(12), 100_000),
		eventRow(2, day(15), 200_000),
		eventRow(5, day(15), 300_000),
	})
	im := w.checked(ctx, t, "k1", data)
	var got []string
	page, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range page.Items {
		e := it.Value
		if e.Row == 6 {
			e.Case = "new"
		}
		got = append(got, fmt.Sprintf("%d %s +%d %s", e.Row, e.Action, e.Events, e.Case))
	}
	want := []string{
		fmt.Sprintf("2 CHANGE +1 %s", one.ID), fmt.Sprintf("3 CHANGE +1 %s", two.ID),
		fmt.Sprintf("4 BAD +0 %s", three.ID), fmt.Sprintf("5 BAD +0 %s", four.ID), "6 CREATE +2 new",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries:\n%s%v", diff, w.errors(ctx, t, im.ID))
	}
	if got := w.errors(ctx, t, im.ID); !cmp.Equal(got, []string{"C4 DUPLICATE", "C5 DUPLICATE"}) {
		t.Errorf("errors: %v", got)
	}
	errors, err := w.ImportProblems(ctx, im.ID, []sheet.Severity{sheet.Error}, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	for i, header := range []string{"định danh", "Số tiền"} {
		if p := errors.Items[i].Value; !strings.Contains(p.Text.VI, header) || strings.Contains(p.Text.VI+p.Got, "038") {
			t.Errorf("the case differs in %q: %+v", header, p)
		}
	}
}

// A case of the file may have several entries in the register of events.
func TestImportOfEventsAlone(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	w.accept(ctx, t, w.checked(ctx, t, "cases", register(t, caseRows(1, 2), nil)), app.AcceptAll)
	events := []sheet.EventRow{
		eventRow(1, day(10), 600_000), eventRow(2, day(10), 100_000),
		eventRow(1, day(11), 300_000), // what is left after the first row
		eventRow(2, day(11), 100_000),
		eventRow(1, day(12), 200_000), // more than is left after both
		eventRow(9, day(12), 1),       // no such case
	}
	im := w.checked(ctx, t, "events", register(t, nil, events))
	if diff := cmp.Diff([]string{"2 CHANGE", "3 CHANGE", "4 CHANGE", "5 CHANGE", "6 BAD", "7 BAD"}, w.entries(ctx, t, im.ID)); diff != "" {
		t.Errorf("%s%v", diff, w.errors(ctx, t, im.ID))
	}
	if im.Changes != 4 || im.Bad != 2 || im.Creates != 0 {
		t.Errorf("%+v", im)
	}
	im = w.accept(ctx, t, im, app.AcceptGoodRows)
	if im.Changed != 4 || im.Refused != 0 {
		t.Errorf("accepted: %+v", im)
	}
	// The same rows in another file are there already; one more of the same is not.
	more := w.checked(ctx, t, "more", register(t, nil, append(events[:4:4], eventRow(2, day(11), 100_000))))
	if diff := cmp.Diff([]string{"2 EXISTING", "3 EXISTING", "4 EXISTING", "5 CHANGE"}, w.entries(ctx, t, more.ID)); diff != "" {
		t.Errorf("%s%v", diff, w.errors(ctx, t, more.ID))
	}
	// By a key that is the id of a case the number need not be told.
	c, err := w.CaseByNumber(ctx, unitOf(t, w, "TH-01"), "1/QĐ-CCTHADS", 2019)
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
	byKey := eventRow(1, day(13), 50_000)
	byKey.Key, byKey.Unit, byKey.Number, byKey.Date = string(c.ID), "", "", 0
	keyed := w.checked(ctx, t, "keyed", register(t, nil, []sheet.EventRow{byKey}))
	if diff := cmp.Diff([]string{"2 CHANGE"}, w.entries(ctx, t, keyed.ID)); diff != "" {
		t.Errorf("%s%v", diff, w.errors(ctx, t, keyed.ID))
	}
	// Who may not see the case is told that there is none.
	second := auth.NewContext(t.Context(), auth.Person("us_2", "", auth.RoleUnitHead, unitOf(t, w, "TH-02"), ""))
	hidden := w.checked(second, t, "hidden", register(t, nil, []sheet.EventRow{byKey, eventRow(1, day(13), 1)}))
	for _, p := range w.errors(second, t, hidden.ID) {
		if !strings.HasSuffix(p, "UNKNOWN_REFERENCE") {
			t.Errorf("a hidden case: %v", p)
		}
	}
	if hidden.Bad != 2 || hidden.Changes != 0 {
		t.Errorf("hidden: %+v", hidden)
	}
}

// What happened in a case of the file must come in the order of the cases.
func TestImportOfEventsOutOfOrder(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	im := w.checked(ctx, t, "k1", register(t, caseRows(1, 3), []sheet.EventRow{
		eventRow(2, day(10), 100_000), eventRow(3, day(10), 100_000), eventRow(1, day(10), 100_000),
	}))
	if im.Creates != 3 || im.Bad != 1 {
		t.Errorf("%+v, %v", im, w.errors(ctx, t, im.ID))
	}
	page, err := w.ImportProblems(ctx, im.ID, []sheet.Severity{sheet.Error}, app.PageArgs{})
	if err != nil || len(page.Items) != 1 || page.Items[0].Value.Sheet != "Diễn biến" || page.Items[0].Value.Row != 4 || !strings.Contains(page.Items[0].Value.Text.VI, "dòng 2") {
		t.Errorf("%+v, %v", page, err)
	}
}

// A case whose record was voided by hand does not come back with its file.
func TestImportOfAVoidedCase(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	data := register(t, caseRows(1, 1), nil)
	w.accept(ctx, t, w.checked(ctx, t, "k1", data), app.AcceptAll)
	c, err := w.CaseByNumber(ctx, unitOf(t, w, "TH-01"), "1/QĐ-CCTHADS", 2019)
	if err != nil {
		t.Fatal(err)
	}
	void := thads.CaseEvent{}
	void.Voids, void.Reason = 1, "ghi nhầm"
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, void, nil); err != nil {
		t.Fatal(err)
	}
	again := w.checked(ctx, t, "k2", data)
	if again.Existing != 1 || again.Creates != 0 || again.Errors != 0 || again.Warnings == 0 {
		t.Errorf("%+v, %v", again, w.problems(ctx, t, again.ID))
	}
	// Another file with the case brings it in anew.
	other := w.checked(ctx, t, "k3", register(t, caseRows(1, 2), nil))
	if other.Creates != 2 || other.Errors != 0 {
		t.Errorf("%+v, %v", other, w.problems(ctx, t, other.ID))
	}
}

func unitOf(t *testing.T, w *world, code string) thads.UnitID {
	t.Helper()
	d, err := w.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, ok := d.Tree.ByCode(code)
	if !ok {
		t.Fatalf("no unit %s", code)
	}
	return u.ID
}
