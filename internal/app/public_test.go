package app_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// published opens a case that the law makes public since before a day, with a
// second obligation of a second debtor.
func (w *world) published(t testing.TB, key string, unit thads.UnitID, state thads.CaseState) *thads.Case {
	t.Helper()
	e := decided(unit, "", key+"/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	e.Kind = thads.CaseBroughtForward
	e.Particulars.Parties = append(e.Particulars.Parties, thads.Party{Role: thads.Debtor, Kind: thads.Person, Name: "Hồ Thị Chung", Address: "Xã Thử", BirthYear: 1970})
	e.Particulars.Parties[0].BirthYear = 1960
	e.Particulars.Obligations = []thads.Obligation{
		{Kind: thads.Debt, Amount: 100, Debtors: []string{"p1"}, Content: "Trả nợ vay cho con đi học"},
		{Kind: thads.Compensation, Amount: 50, Debtors: []string{"p3"}},
	}
	e.Particulars.Balance = &thads.OpeningBalance{State: state, Since: thads.DateOf(2017, 1, 3), Verifications: 2}
	if state == thads.StateNotEnforceable {
		e.Particulars.Balance.Ground = "L2008_44A_1_A"
	}
	e.Note = "Đã xác minh tại nhà"
	c, err := w.CaseOpen(leader(t.Context()), key, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listed returns the ids of what anybody is shown.
func (w *world) listed(t testing.TB, text string) []thads.CaseID {
	t.Helper()
	page, err := w.PublicDebtors(t.Context(), text, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	ids := []thads.CaseID{}
	for _, it := range page.Items {
		ids = append(ids, it.Value.ID)
	}
	return ids
}

// TestPublicDebtorsLeave takes a case from the public list in every way in which
// it leaves the states that are public. It is gone as soon as that is recorded,
// and so on the second working day after it, which is what the law asks for.
func TestPublicDebtorsLeave(t *testing.T) {
	w := newWorld(t)
	_, first, second, _ := w.province(t)
	ctx := leader(t.Context())
	// A Monday: the second working day after it is the Wednesday.
	monday, monday2026 := thads.DateOf(2019, 12, 9), thads.DateOf(2026, 8, 3)
	paper := &thads.Decision{Number: thads.ParseDocumentNumber("12/QĐ-CCTHADS"), Date: monday}
	step := func(kind thads.CaseEventKind, change ...func(*thads.CaseEvent)) thads.CaseEvent {
		e := thads.CaseEvent{Kind: kind}
		switch kind {
		case thads.CaseTransferred, thads.CasePartiesChanged, thads.CaseNoted, thads.CaseCollected, thads.CasePaidOut, thads.CasePerformed:
		default:
			e.Decision = paper
		}
		for _, f := range change {
			f(&e)
		}
		return e
	}
	ground := func(g thads.GroundCode) func(*thads.CaseEvent) { return func(e *thads.CaseEvent) { e.Ground = g } }
	amount := func(o string, a thads.Dong) func(*thads.CaseEvent) {
		return func(e *thads.CaseEvent) { e.Obligation, e.Amount = o, a }
	}
	on := func(d thads.Date) func(*thads.CaseEvent) { return func(e *thads.CaseEvent) { e.EffectiveOn = d } }
	juvenile := thads.Party{Role: thads.Related, Kind: thads.Person, Name: "Bé An", Juvenile: true}
	const apart, noMeans = thads.StateSeparateBook, thads.StateNotEnforceable
	type way struct {
		from   thads.CaseState
		on     thads.Date // Monday of 2019 where it is zero
		events []thads.CaseEvent
		stays  bool
	}
	ways := map[string]way{
		"resumed":               {from: noMeans, events: []thads.CaseEvent{step(thads.CaseResumed)}},
		"suspended after that":  {from: noMeans, events: []thads.CaseEvent{step(thads.CaseResumed), step(thads.CaseSuspended, ground("L2008_49_1"))}},
		"postponed after that":  {from: noMeans, events: []thads.CaseEvent{step(thads.CaseResumed), step(thads.CasePostponed, ground("L2008_48_1_C"))}},
		"terminated":            {from: noMeans, events: []thads.CaseEvent{step(thads.CaseTerminated, ground("L2008_50_1_C"))}},
		"terminated, told late": {from: noMeans, events: []thads.CaseEvent{step(thads.CaseTerminated, ground("L2008_50_1_C"), on(thads.DateOf(2019, 3, 4)))}},
		"reduced to nothing":    {from: noMeans, events: []thads.CaseEvent{step(thads.CaseReduced, amount("o1", 100)), step(thads.CaseReduced, amount("o2", 50))}},
		"reduced by half":       {from: noMeans, events: []thads.CaseEvent{step(thads.CaseReduced, amount("o1", 50))}, stays: true},
		"withdrawn":             {from: noMeans, events: []thads.CaseEvent{step(thads.CaseWithdrawn)}},
		"revoked":               {from: noMeans, events: []thads.CaseEvent{step(thads.CaseRevoked)}},
		"revoked from the book": {from: apart, events: []thads.CaseEvent{step(thads.CaseRevoked)}},
		"back from the book":    {from: apart, events: []thads.CaseEvent{step(thads.CaseBackFromSeparate)}},
		"returned":              {from: noMeans, on: monday2026, events: []thads.CaseEvent{step(thads.CaseRequestReturned)}},
		"done":                  {from: noMeans, events: []thads.CaseEvent{step(thads.CaseResumed), step(thads.CasePerformed, amount("o1", 100)), step(thads.CasePerformed, amount("o2", 50))}},
		"paid and not paid out": {from: noMeans, events: []thads.CaseEvent{step(thads.CaseResumed), step(thads.CaseCollected, amount("o1", 100)), step(thads.CasePerformed, amount("o2", 50)), step(thads.CaseNotEnforceable, ground("L2008_44A_1_A"))}},
		"entrusted after that":  {from: noMeans, events: []thads.CaseEvent{step(thads.CaseResumed), step(thads.CaseEntrusted, func(e *thads.CaseEvent) { e.Recipient = "Cơ quan khác" })}},
		"a party under age":     {from: noMeans, events: []thads.CaseEvent{step(thads.CasePartiesChanged, func(e *thads.CaseEvent) { e.Parties = []thads.Party{juvenile} })}},
		"to the book":           {from: noMeans, events: []thads.CaseEvent{step(thads.CaseMovedToSeparate)}, stays: true},
		"to another unit":       {from: noMeans, events: []thads.CaseEvent{step(thads.CaseTransferred, func(e *thads.CaseEvent) { e.ToUnit = second })}, stays: true},
		"a note":                {from: noMeans, events: []thads.CaseEvent{step(thads.CaseNoted, func(e *thads.CaseEvent) { e.Note = "Đã gọi điện" })}, stays: true},
		"opening corrected":     {from: noMeans, events: []thads.CaseEvent{{Record: thads.Record{Supersedes: 1, Reason: "Nhập nhầm", EffectiveOn: thads.DateOf(2018, 10, 5)}}}},
		"opening taken back":    {from: noMeans, events: []thads.CaseEvent{{Record: thads.Record{Voids: 1, Reason: "Nhập nhầm"}}}},
		"declared and taken back": {from: thads.StateInProgress, events: []thads.CaseEvent{
			step(thads.CaseNotEnforceable, ground("L2008_44A_1_A")), {Record: thads.Record{Voids: 2, Reason: "Nhập nhầm"}},
		}},
		"declared, and corrected for one of two": {from: thads.StateInProgress, stays: false, events: []thads.CaseEvent{
			step(thads.CaseNotEnforceable, ground("L2008_44A_1_A")),
			step(thads.CaseNotEnforceable, ground("L2008_44A_1_A"), func(e *thads.CaseEvent) {
				e.Obligation, e.Supersedes, e.Reason = "o1", 2, "Chỉ một nghĩa vụ"
			}),
		}},
		"termination taken back": {from: noMeans, stays: true, events: []thads.CaseEvent{
			step(thads.CaseTerminated, ground("L2008_50_1_C")), {Record: thads.Record{Voids: 2, Reason: "Nhập nhầm"}},
		}},
	}
	n := 100
	covered := map[thads.CaseEventKind]bool{}
	for name, tt := range ways {
		n++
		key := "public " + name
		day := monday
		if tt.on != 0 {
			day = tt.on
		}
		w.on(day)
		c := w.published(t, key, first, tt.from)
		if public := tt.from != thads.StateInProgress; slices.Contains(w.listed(t, ""), c.ID) != public {
			t.Errorf("%s: before it, public is not %t", name, public)
		}
		for _, e := range tt.events {
			if e.EffectiveOn == 0 && e.Voids == 0 {
				e.EffectiveOn = day
			}
			if name == "opening corrected" {
				opening := c.Events[0]
				e.Kind, e.Decision, e.ToUnit = opening.Kind, opening.Decision, opening.ToUnit
				p := *opening.Particulars
				p.Judgment.Kind = thads.JudgmentFamily
				e.Particulars = &p
			}
			var err error
			if c, err = w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, e, nil); err != nil {
				t.Fatalf("%s: %s: %v", name, e.Kind, err)
			}
			covered[e.Kind] = true
		}
		for _, later := range []int{0, 2} {
			w.on(day.AddDays(later))
			for _, text := range []string{"", "Nguyễn Văn Nợ", key + "/QĐ-CCTHADS"} {
				if got := slices.Contains(w.listed(t, text), c.ID); got != tt.stays {
					t.Errorf("%s (%s): %d days later, %q lists it: %t", name, c.State, later, text, got)
				}
			}
		}
	}
	// Whatever step the law allows out of a public state was taken above.
	for _, step := range thads.Transitions() {
		leaves := step.To != "" && step.To != apart && step.To != noMeans
		if leaves && (slices.Contains(step.From, noMeans) || slices.Contains(step.From, apart)) && !covered[step.Kind] {
			t.Errorf("nobody has tried %s", step.Kind)
		}
	}
}

// TestPublicDebtorsShowWhatIsPublic gives anybody what the law makes public and
// nothing else, and lets nobody find a case by anything else.
func TestPublicDebtorsShowWhatIsPublic(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	c := w.published(t, "46", first, thads.StateNotEnforceable)
	page, err := w.PublicDebtors(t.Context(), "", app.PageArgs{})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("listed %v, %v", page, err)
	}
	got := page.Items[0].Value
	want := &thads.Case{
		ID: c.ID, State: c.State, Since: c.Since, Ground: c.Ground, Unit: c.Unit, Units: c.Units,
		Decision: &thads.Decision{Number: c.Decision.Number, Date: c.Decision.Date},
		Particulars: thads.Particulars{Judgment: thads.Judgment{
			Kind: thads.JudgmentCivil, Number: c.Particulars.Judgment.Number, Date: c.Particulars.Judgment.Date, Court: c.Particulars.Judgment.Court,
		}},
		Parties: []thads.Party{
			{ID: "p1", Role: thads.Debtor, Kind: thads.Person, Name: "Nguyễn Văn Nợ", Address: "Phường Thử"},
			{ID: "p3", Role: thads.Debtor, Kind: thads.Person, Name: "Hồ Thị Chung", Address: "Xã Thử"},
		},
		Balances: []thads.Balance{
			{Obligation: thads.Obligation{ID: "o1", Kind: thads.Debt}, State: c.State, Since: c.Since, Ground: "L2008_44A_1_A", Remaining: 100},
			{Obligation: thads.Obligation{ID: "o2", Kind: thads.Compensation}, State: c.State, Since: c.Since, Ground: "L2008_44A_1_A", Remaining: 50},
		},
	}
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	for _, hidden := range []string{"Trần Thị Được", "1960", "1970", "đi học", "xác minh tại nhà", "leader"} {
		if text := asJSON(t, got); strings.Contains(text, hidden) {
			t.Errorf("shows %q: %s", hidden, text)
		}
	}
	for text, found := range map[string]bool{"Nợ": true, "ho thi chung": true, "46": true, "07/2018/DS-ST": true, "Trần Thị Được": false, "duoc": false, "Nợ Được": false} {
		if got := len(w.listed(t, text)) == 1; got != found {
			t.Errorf("%q finds it: %t", text, got)
		}
	}
	// Who owes nothing any more leaves, though the case goes on for the other.
	e := thads.CaseEvent{Kind: thads.CaseReduced, Obligation: "o2", Amount: 50, Decision: &thads.Decision{Number: thads.ParseDocumentNumber("12/QĐ-CCTHADS"), Date: thads.DateOf(2019, 12, 9)}}
	e.EffectiveOn = thads.DateOf(2019, 12, 9)
	if _, err := w.CaseRecord(leader(t.Context()), app.Change{ID: string(c.ID)}, e, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.listed(t, "Hồ Thị Chung"); len(got) != 0 {
		t.Errorf("who owes nothing is found in %v", got)
	}
	page, err = w.PublicDebtors(t.Context(), "Nợ", app.PageArgs{})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("listed %v, %v", page, err)
	}
	if got := page.Items[0].Value; len(got.Parties) != 1 || got.Parties[0].ID != "p1" || len(got.Balances) != 1 {
		t.Errorf("shown are %+v, %+v", got.Parties, got.Balances)
	}
}

// Who owes nothing any more is public no longer, not in the order of the list
// either, nor in its cursors, which anybody can take apart.
func TestPublicCursorsTellOfPublicDebtorsAlone(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	c := w.published(t, "9", first, thads.StateNotEnforceable)
	name := c.Parties[0].Name
	shows := func(sorted string) bool {
		t.Helper()
		page, err := w.PublicDebtors(t.Context(), "", app.PageArgs{})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		cursor, err := base64.RawURLEncoding.DecodeString(string(page.Items[0].Cursor))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(cursor), sorted)
	}
	if !shows(thads.NameSortKey(name)) {
		t.Fatal("the list is not ordered by the names that it shows")
	}
	e := thads.CaseEvent{
		Kind: thads.CaseReduced, Obligation: "o1", Amount: 100, Record: thads.Record{EffectiveOn: thads.DateOf(2019, 12, 9)},
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber("12/QĐ-CCTHADS"), Date: thads.DateOf(2019, 12, 9)},
	}
	if _, err := w.CaseRecord(leader(t.Context()), app.Change{ID: string(c.ID), Version: len(c.Events)}, e, nil); err != nil {
		t.Fatal(err)
	}
	if shows(thads.NameSortKey(name)) {
		t.Errorf("the cursor tells of %s, who is public no longer", name)
	}
	if !shows(thads.NameSortKey("Hồ Thị Chung")) {
		t.Error("the list is not ordered by whom it shows")
	}
}
