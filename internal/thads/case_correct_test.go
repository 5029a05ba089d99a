package thads

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inProgress is a case of 100 in progress since 20190120: events 1 to 3.
func inProgress(tb testing.TB) *Case {
	tb.Helper()
	return history(tb, opening(20190101, money(100)), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120))
}

func TestCorrecting(t *testing.T) {
	c := record(t, inProgress(t), ev(CaseCollected, 20190201, dong(60))) // 4
	c = record(t, c, ev(CaseCollected, 20190210, dong(6), correcting(4)))
	if b := c.Balances[0]; b.Held != 6 || b.Remaining != 94 || len(c.Events) != 5 || c.Version != 5 {
		t.Errorf("corrected once: %+v", b)
	}
	// A correction is corrected by correcting it, not what it replaced.
	c = record(t, c, ev(CaseCollected, 20190211, dong(7), correcting(5)))
	refusedWith(t, c, ev(CaseCollected, 20190211, dong(8), correcting(5)), CodeTransition, "event")
	e := refusedSaying(t, c, ev(CaseCollected, 20190211, dong(8), correcting(4)), CodeTransition, "event")
	if !strings.Contains(e.EN, "by event 5") || !strings.Contains(e.VI, "số 5") {
		t.Errorf("the refusal does not say which event replaced it: %s", e.EN)
	}
	if b := c.Balances[0]; b.Held != 7 {
		t.Errorf("corrected twice: %+v", b)
	}
	fate, by := c.Fates()
	if diff := cmp.Diff([]Fate{FateStands, FateStands, FateStands, FateSuperseded, FateSuperseded, FateStands}, fate); diff != "" {
		t.Errorf("fates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 0, 0, 5, 6, 0}, by); diff != "" {
		t.Errorf("decided by (-want +got):\n%s", diff)
	}
	// Voiding the correction takes back the step, it does not bring back what
	// was corrected.
	c = record(t, c, voiding(6))
	if b := c.Balances[0]; b.Held != 0 || b.Remaining != 100 {
		t.Errorf("voided: %+v", b)
	}
	if got := c.Events[6]; got.Kind != CaseVoidedEvent || got.EffectiveOn != 20190211 || got.Unit != unitA || got.Officer != offA || got.Reason == "" {
		t.Errorf("the notice is %+v", got)
	}
	refusedWith(t, c, ev(CaseCollected, 20190211, correcting(6)), CodeTransition, "event")
	refusedWith(t, c, voiding(6), CodeTransition, "event")
	refusedWith(t, c, voiding(7), CodeTransition, "event") // a notice
	refusedWith(t, c, ev(CaseNoted, 20190211, correcting(7)), CodeTransition, "event")
	// Recorded anew, it stands.
	if c = record(t, c, ev(CaseCollected, 20190211)); c.Balances[0].Held != 10 {
		t.Errorf("recorded anew: %+v", c.Balances[0])
	}
}

func TestCorrectionsRefused(t *testing.T) {
	c := record(t, inProgress(t), ev(CaseCollected, 20190201, dong(60)))
	both := ev(CaseCollected, 20190201, correcting(4))
	both.Voids = 4
	silent := ev(CaseCollected, 20190201, correcting(4))
	silent.Reason = " \n\t "
	for _, tt := range []struct {
		name  string
		e     CaseEvent
		code  Code
		field string
	}{
		{"no such event", ev(CaseCollected, 20190201, correcting(5)), CodeUnknown, "event"},
		{"event 0 is none", ev(CaseCollected, 20190201, correcting(-1)), CodeUnknown, "event"},
		{"itself", ev(CaseCollected, 20190201, correcting(5)), CodeUnknown, "event"},
		{"void what is not", voiding(17), CodeUnknown, "event"},
		{"void before the first", voiding(-4), CodeUnknown, "event"},
		{"another kind", ev(CasePaidOut, 20190201, correcting(4)), CodeInvalid, "kind"},
		{"correct and void", both, CodeNotAllowed, "event"},
		{"without a reason", silent, CodeRequired, "reason"},
		{"voiding as a kind", ev(CaseVoidedEvent, 20190201), CodeInvalid, "kind"},
	} {
		t.Run(tt.name, func(t *testing.T) { refusedWith(t, c, tt.e, tt.code, tt.field) })
	}
	long := voiding(4)
	long.Note = strings.Repeat("x", MaxText+1)
	refusedWith(t, c, long, CodeOutOfRange, "note")
	long = voiding(4)
	long.Reason = strings.Repeat("x", MaxText+1)
	refusedWith(t, c, long, CodeOutOfRange, "reason")
}

// TestConflicts: what a late record, a correction or a voiding would make
// impossible is named.
func TestConflicts(t *testing.T) {
	c := history(t, opening(20190101, money(100), money(50)), // 1
		ev(CaseVerificationBegun, 20190115),             // 2
		ev(CaseVerified, 20190120),                      // 3
		ev(CaseCollected, 20190201, of("o1"), dong(60)), // 4
		ev(CasePaidOut, 20190205, of("o1"), dong(60)),   // 5
		ev(CasePostponed, 20190301, of("o2")),           // 6
		ev(CaseTransferred, 20190401),                   // 7
		ev(CasePartiesChanged, 20190402, with(Party{ID: "p2", Role: Debtor, Kind: Person, Name: "Nguyễn Văn Mới"})), // 8
		ev(CaseResumed, 20190501, of("o2")),             // 9
		ev(CasePerformed, 20190601, of("o2"), dong(50)), // 10
		ev(CaseCollected, 20190701, of("o1"), dong(40))) // 11
	for _, tt := range []struct {
		name  string
		e     CaseEvent
		event int
	}{
		{"collect less than was paid out", ev(CaseCollected, 20190201, of("o1"), dong(59), correcting(4)), 5},
		{"collect after it was paid out", ev(CaseCollected, 20190206, of("o1"), dong(60), correcting(4)), 5},
		{"void the collection", voiding(4), 5},
		{"void the verification", voiding(3), 4},
		{"void the postponement", voiding(6), 9},
		{"a late collection that leaves too little", ev(CaseCollected, 20190210, of("o1"), dong(1)), 11},
		{"a late termination", ev(CaseTerminated, 20190210, of("o1")), 11},
		{"a late suspension", ev(CaseSuspended, 20190515, of("o2")), 10},
		{"a late transfer", ev(CaseTransferred, 20190331), 7},
		{"an opening with less", ev(CaseDecided, 20190101, correcting(1), func(e *CaseEvent) {
			e.Particulars = particulars(20190101, money(59), money(50))
		}), 4},
		{"an opening without the second obligation", ev(CaseDecided, 20190101, correcting(1)), 6},
		{"an opening with other roles", ev(CaseDecided, 20190101, correcting(1), func(e *CaseEvent) {
			e.Particulars = particulars(20190101, money(100), money(50))
			e.Particulars.Parties[0].Role, e.Particulars.Parties[1].Role = Debtor, Creditor
		}), 8},
		{"an opening in the other unit", ev(CaseDecided, 20190101, correcting(1), func(e *CaseEvent) {
			e.Particulars, e.ToUnit = particulars(20190101, money(100), money(50)), unitB
		}), 7},
		{"an opening after the next step", ev(CaseDecided, 20190116, correcting(1), func(e *CaseEvent) {
			e.Particulars = particulars(20190116, money(100), money(50))
		}), 2},
		{"an opening under the law of 2025", ev(CaseDecided, 20190117, correcting(1), func(e *CaseEvent) {
			e.Particulars = particulars(20190117, money(100), money(50))
		}), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := refused(t, c, tt.e)[0]
			if e.Code != CodeLaterEvent || e.Event != tt.event {
				t.Fatalf("refused with %s, event %d (%s); want event %d", e.Code, e.Event, e.Text.EN, tt.event)
			}
			named := &c.Events[e.Event-1]
			for _, part := range []string{itoa(e.Event), named.EffectiveOn.Vietnamese(), named.Kind.Name().VI} {
				if !strings.Contains(e.Text.VI, part) {
					t.Errorf("%q does not name %q", e.Text.VI, part)
				}
			}
		})
	}
	// The event itself is refused where it is the one that is impossible.
	if e := refused(t, c, ev(CaseCollected, 20181231, of("o1")))[0]; e.Code != CodeTransition || e.Event != 0 || e.Field[0] != "effectiveOn" {
		t.Errorf("before the opening: %+v", e)
	}
	refusedWith(t, c, ev(CaseCollected, 20190110, of("o1"), dong(101)), CodeExceeds, "amount")
	refusedWith(t, c, ev(CasePaidOut, 20190131, of("o1"), dong(1)), CodeExceeds, "amount")
	// And what is possible late is accepted late: nothing later minds it.
	late := record(t, c, ev(CaseVerified, 20190131, of("o1"), found(FindingUnclear)))
	record(t, late, ev(CaseAdjusted, 20190102, of("o1"), dong(900)))
}

// TestLateRecords: figures are those of the effective dates, whatever the order
// of recording.
func TestLateRecords(t *testing.T) {
	c := record(t, inProgress(t), ev(CasePostponed, 20190601)) // 4
	c = record(t, c, ev(CaseCollected, 20190301, dong(40)))    // 5: earlier, later known
	c = record(t, c, ev(CasePaidOut, 20190305, dong(40)))
	if c.State != StatePostponed || c.Since != 20190601 || c.Balances[0].Done != 40 {
		t.Errorf("%s since %s: %+v", c.State, c.Since, c.Balances[0])
	}
	// Two late steps that are only possible together cannot come one by one: the
	// later event is taken back first and recorded anew.
	if e := refused(t, c, ev(CasePaused, 20190401))[0]; e.Event != 4 {
		t.Errorf("a pause before the postponement conflicts with %d, want 4", e.Event)
	}
	c = record(t, c, voiding(4))
	c = record(t, c, ev(CasePaused, 20190401))
	c = record(t, c, ev(CaseResumed, 20190501))
	c = record(t, c, ev(CasePostponed, 20190601))
	if c.State != StatePostponed || c.Since != 20190601 || c.Balances[0].Done != 40 {
		t.Errorf("%s since %s: %+v", c.State, c.Since, c.Balances[0])
	}
}

// TestOrderWithinADate: events of one date are replayed in the order in which
// they were first recorded, and a correction keeps the place of what it corrects.
func TestOrderWithinADate(t *testing.T) {
	c := history(t, opening(20190101, money(100)),
		ev(CaseCollected, 20190101, dong(100)), // 2
		ev(CasePaidOut, 20190101, dong(100)))   // 3: only after 2
	c = record(t, c, ev(CaseCollected, 20190101, dong(100), correcting(2), func(e *CaseEvent) { e.Receipt = "0012" })) // 4
	if c.State != StateDone {
		t.Fatalf("%s", c.State)
	}
	// As a new event it would come after the payment and be refused.
	e := refused(t, c, voiding(4))[0]
	if e.Event != 3 {
		t.Errorf("voiding the collection conflicts with %d, want 3", e.Event)
	}
	// Moved to another date and back, it still has its place.
	c = history(t, opening(20190101, money(100)), ev(CaseCollected, 20190105, dong(100)), ev(CasePaidOut, 20190110, dong(100)))
	c = record(t, c, ev(CaseCollected, 20190107, dong(100), correcting(2)))
	c = record(t, c, ev(CaseCollected, 20190110, dong(100), correcting(4)))
	if c.State != StateDone || c.FinishedOn != 20190110 {
		t.Errorf("%s on %s", c.State, c.FinishedOn)
	}
	// An unrelated new event of that date comes last.
	c = history(t, opening(20190101, money(100)), ev(CasePaidOut, 20190110, dong(0), func(e *CaseEvent) { *e = ev(CaseNoted, 20190110) }))
	c = record(t, c, ev(CaseCollected, 20190110))
	refusedWith(t, c, ev(CasePaidOut, 20190109), CodeExceeds, "amount")
	record(t, c, ev(CasePaidOut, 20190110))
}

func TestVoidingTheOpening(t *testing.T) {
	c := record(t, inProgress(t), ev(CaseTransferred, 20190201))                                                                       // 4
	c = record(t, c, ev(CaseDecided, 20190102, correcting(1), func(e *CaseEvent) { e.Decision = decision("47/QĐ-CTHADS", 20190102) })) // 5
	c = record(t, c, voiding(5))
	if c.State != StateVoided || len(c.Balances) != 0 || c.Number().Raw != "47/QĐ-CTHADS" || c.Since != 20190102 {
		t.Errorf("%s, %d balances, number %s, since %s", c.State, len(c.Balances), c.Number(), c.Since)
	}
	// The record stays where it was: those who held it still see it.
	if !slices.Equal(c.Units, []UnitID{unitA, unitB}) || c.Unit != unitB || !slices.Equal(c.Officers, []OfficerID{offA, offB}) {
		t.Errorf("held by %v %v, now %s", c.Units, c.Officers, c.Unit)
	}
	if len(c.Parties) != 2 || len(c.Events) != 6 || !c.FinishedOn.IsZero() {
		t.Errorf("%d parties, %d events", len(c.Parties), len(c.Events))
	}
	for _, e := range []CaseEvent{ev(CaseNoted, 20200101), opening(20200101, money(1)), voiding(2), ev(CaseCollected, 20200101, correcting(2))} {
		if es := refused(t, c, e); es[0].Code != CodeTransition || es[0].Event != 0 {
			t.Errorf("after voiding: %v", es)
		}
	}
	if got, err := FoldCase(c.ID, c.Events); err != nil || got.State != StateVoided {
		t.Errorf("read back: %v, %v", got, err)
	}

	// Of a receipt and a decision, voiding the decision goes back to the receipt;
	// voiding the receipt takes back the case with whatever else it has.
	c = history(t, ev(CaseReceived, 20190101), ev(CaseDecided, 20190105, func(e *CaseEvent) { e.Particulars, e.ToUnit = nil, "" }))
	if c := record(t, c, voiding(2)); c.State != StateReceived || c.Decision != nil || len(c.Balances) != 0 {
		t.Errorf("the decision voided: %s", c.State)
	}
	if c := record(t, c, voiding(1)); c.State != StateVoided || c.Number().Raw != "12/QĐ-CTHADS" || c.Unit != unitA {
		t.Errorf("the receipt voided: %s, %s", c.State, c.Number())
	}
	// A decision that says it all and names its unit stands by itself.
	c = history(t, ev(CaseReceived, 20190101), ev(CaseDecided, 20190105))
	if c := record(t, c, voiding(1)); c.State != StateVoluntary || c.OpenedOn != 20190105 {
		t.Errorf("the receipt voided: %s since %s", c.State, c.OpenedOn)
	}
	// One that leaves the unit to the receipt does not.
	c = history(t, ev(CaseReceived, 20190101), ev(CaseDecided, 20190105, func(e *CaseEvent) { e.ToUnit = "" }))
	if es := refused(t, c, voiding(1)); es[0].Code != CodeLaterEvent || es[0].Event != 2 {
		t.Errorf("the receipt voided: %v", es)
	}
}

// TestNothingOpensWithAnotherStep: a case begins with an event that opens it.
func TestNothingOpensWithAnotherStep(t *testing.T) {
	for _, spec := range CaseEventSpecs() {
		e := ev(spec.Kind, 20190101)
		if e.opens() {
			if _, err := OpenCase("case-1", e, clock); err != nil {
				t.Errorf("%s does not open a case: %v", spec.Kind, err)
			}
			continue
		}
		if c, err := OpenCase("case-1", e, clock); err == nil {
			t.Errorf("%s opened a case, %s", spec.Kind, c.State)
		}
	}
	bare := opening(20190101)
	bare.Particulars = nil
	if _, err := OpenCase("case-1", bare, clock); !isCode(err, CodeRequired) {
		t.Errorf("a decision about nothing: %v", err)
	}
	// And correcting the opening into an event that opens nothing is refused.
	c := inProgress(t)
	e := ev(CaseDecided, 20190101, correcting(1), func(e *CaseEvent) { e.Particulars = nil })
	refusedWith(t, c, e, CodeRequired, "particulars")
}

func TestCorrectingTheOpening(t *testing.T) {
	c := record(t, inProgress(t), ev(CaseCollected, 20190201, dong(60)))
	c = record(t, c, ev(CaseDecided, 20190103, correcting(1), func(e *CaseEvent) {
		e.Decision = decision("64/QĐ-CTHADS", 20190103)
		e.Particulars = particulars(20190103, money(1000), thing(0))
		e.Particulars.Parties[1].Name = "Trần Thị Đúng"
		e.ToOfficer = offB
	}))
	if c.Number().Raw != "64/QĐ-CTHADS" || c.OpenedOn != 20190103 || c.Officer != offB || c.Parties[1].Name != "Trần Thị Đúng" {
		t.Errorf("number %s, opened %s, officer %s, %s", c.Number(), c.OpenedOn, c.Officer, c.Parties[1].Name)
	}
	if len(c.Balances) != 2 || c.Balances[0].Remaining != 940 || c.Balances[0].Held != 60 || c.Balances[1].State != StateInProgress {
		t.Errorf("%+v", c.Balances)
	}
	if c.Parties[0].ID != "p1" || c.Parties[1].ID != "p2" {
		t.Errorf("parties are %s and %s", c.Parties[0].ID, c.Parties[1].ID)
	}
	if diff := cmp.Diff([]OfficerID{offB}, c.Officers); diff != "" {
		t.Errorf("an officer who never held it is among the holders:\n%s", diff)
	}
}

// TestPartyIDs: a party that is added never takes the place of another.
func TestPartyIDs(t *testing.T) {
	ids := func(c *Case) string {
		var b strings.Builder
		for _, p := range c.Parties {
			b.WriteString(p.ID + "=" + p.Name + " ")
		}
		return b.String()
	}
	heir := Party{Role: Debtor, Kind: Person, Name: "Nguyễn Thị Thừa Kế"}
	c := record(t, inProgress(t), ev(CasePartiesChanged, 20190201, with(heir, heir))) // 4
	if want := "p1=Ngân hàng Ví Dụ p2=Nguyễn Văn Thử p3=Nguyễn Thị Thừa Kế p4=Nguyễn Thị Thừa Kế "; ids(c) != want {
		t.Errorf("added: %s, want %s", ids(c), want)
	}
	// Correcting the addition gives the same ids again; a further one, new ids.
	c = record(t, c, ev(CasePartiesChanged, 20190201, with(heir), correcting(4))) // 5
	c = record(t, c, ev(CasePartiesChanged, 20190301, with(Party{Role: Related, Kind: Person, Name: "Lê Văn Bên"})))
	if want := "p1=Ngân hàng Ví Dụ p2=Nguyễn Văn Thử p3=Nguyễn Thị Thừa Kế p5=Lê Văn Bên "; ids(c) != want {
		t.Errorf("corrected: %s, want %s", ids(c), want)
	}
	// A corrected opening with one party more does not run into those added.
	c = record(t, c, ev(CaseDecided, 20190101, correcting(1), func(e *CaseEvent) {
		e.Particulars.Parties = append(e.Particulars.Parties, Party{Role: Related, Kind: Person, Name: "Phạm Thị Thêm"})
	}))
	if want := "p1=Ngân hàng Ví Dụ p2=Nguyễn Văn Thử p6=Phạm Thị Thêm p3=Nguyễn Thị Thừa Kế p5=Lê Văn Bên "; ids(c) != want {
		t.Errorf("opening corrected: %s, want %s", ids(c), want)
	}
	// An address changes by id, the role does not, and so a debtor remains.
	c = record(t, c, ev(CasePartiesChanged, 20190401, with(Party{ID: "p2", Role: Debtor, Kind: Person, Name: "Nguyễn Văn Thử", Address: "Xã Mới"})))
	if c.Parties[1].Address != "Xã Mới" || len(c.Parties) != 5 {
		t.Errorf("moved: %s", ids(c))
	}
	refusedWith(t, c, ev(CasePartiesChanged, 20190501, with(Party{Role: Related, Kind: Person, Name: "Một Người"}, Party{ID: "p2", Role: Related, Kind: Person, Name: "Nguyễn Văn Thử"})),
		CodeNotAllowed, "parties.1.role")
	// Given ids are kept, and those without one get what is free.
	c = history(t, ev(CaseDecided, 20190101, func(e *CaseEvent) {
		e.Particulars.Parties = []Party{{ID: "p2", Role: Debtor, Kind: Person, Name: "A"}, {Role: Creditor, Kind: Person, Name: "B"}, {ID: "x", Role: Creditor, Kind: Person, Name: "C"}, {Role: Creditor, Kind: Person, Name: "D"}}
		e.Particulars.Obligations = []Obligation{{ID: "o2", Kind: Debt, Amount: 1}, money(2), money(3)}
	}))
	if want := "p2=A p3=B x=C p4=D "; ids(c) != want {
		t.Errorf("given ids: %s, want %s", ids(c), want)
	}
	if b := c.Balances; b[0].ID != "o2" || b[1].ID != "o3" || b[2].ID != "o4" {
		t.Errorf("obligations are %s, %s, %s", b[0].ID, b[1].ID, b[2].ID)
	}
}

// TestHolders: every event is stamped with the unit and officer that held the
// case on its date, also where it was recorded late.
func TestHolders(t *testing.T) {
	c := history(t, opening(20190101, money(100)),
		ev(CaseAssigned, 20190201), // 2: to offB
		ev(CaseTransferred, 20190301, func(e *CaseEvent) { e.ToOfficer = "officer-c" }), // 3: to unitB
		ev(CaseCollected, 20190115), ev(CaseCollected, 20190215), ev(CaseCollected, 20190301), ev(CaseCollected, 20190401),
		ev(CaseCollected, 20190116, correcting(7)), // from April to January
		voiding(5))
	type holder struct {
		Unit    UnitID
		Officer OfficerID
	}
	want := []holder{
		{unitA, offA}, {unitA, offA}, {unitA, offB}, {unitA, offA}, {unitA, offB}, {unitB, "officer-c"}, {unitB, "officer-c"}, {unitA, offA}, {unitA, offB},
	}
	var got []holder
	for _, e := range c.Events {
		got = append(got, holder{e.Unit, e.Officer})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
	// What the caller claims is of no account.
	c = record(t, c, ev(CaseNoted, 20190401, func(e *CaseEvent) { e.Unit, e.Officer = "elsewhere", "nobody" }))
	if e := c.Events[len(c.Events)-1]; e.Unit != unitB || e.Officer != "officer-c" {
		t.Errorf("held by %s %s", e.Unit, e.Officer)
	}
	refusedWith(t, c, ev(CaseAssigned, 20190401, func(e *CaseEvent) { e.ToOfficer = "officer-c" }), CodeInvalid, "toOfficer")
	refusedWith(t, c, ev(CaseTransferred, 20190401), CodeInvalid, "toUnit")
}

func TestTags(t *testing.T) {
	c := history(t, ev(CaseDecided, 20190101, func(e *CaseEvent) { e.Particulars.Tags = []Tag{TagCredit, TagCredit, TagDirected} }),
		ev(CaseTagged, 20190201, func(e *CaseEvent) {
			e.AddTags, e.RemoveTags = []Tag{TagComplex, TagComplex, TagDirected}, []Tag{TagCredit}
		}))
	if diff := cmp.Diff([]Tag{TagDirected, TagComplex}, c.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Tag{TagCredit, TagDirected}, c.Particulars.Tags); diff != "" {
		t.Errorf("the particulars changed (-want +got):\n%s", diff)
	}
}

// TestTimeOfRecording: instants of one history are distinct, in milliseconds
// and grow, also where the clock stands still or goes back.
func TestTimeOfRecording(t *testing.T) {
	c, err := OpenCase("case-1", opening(20190101, money(100)), clock)
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("-05", -5*60*60)
	for _, now := range []time.Time{
		clock, clock.Add(-time.Hour), clock.Add(300 * time.Microsecond), clock.Add(time.Second + 999*time.Microsecond),
		clock.Add(time.Second), clock.Add(time.Minute).In(zone),
		{},
	} {
		if c, err = c.Append(ev(CaseNoted, 20190201), now); err != nil {
			t.Fatal(err)
		}
		last, before := c.Events[len(c.Events)-1].RecordedAt, c.Events[len(c.Events)-2].RecordedAt
		if last.Sub(before) < time.Millisecond || !last.Equal(last.Truncate(time.Millisecond)) || last.Location() != time.UTC {
			t.Errorf("at %s recorded %s, after %s", now, last, before)
		}
	}
	if got, want := c.Events[7].RecordedAt, clock.Add(time.Minute+time.Millisecond); !got.Equal(want) {
		t.Errorf("the last was recorded at %s, want %s", got, want)
	}
	if !c.UpdatedAt().Equal(c.Events[7].RecordedAt) {
		t.Errorf("updated at %s", c.UpdatedAt())
	}
}

// TestFutureDates: nothing happens after the day of recording, which is a day
// in Viet Nam.
func TestFutureDates(t *testing.T) {
	at := time.Date(2019, 3, 31, 16, 59, 59, 0, time.UTC) // 23:59:59 on the 31st
	c, err := OpenCase("case-1", opening(20190101, money(100)), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		now  time.Time
		day  Date
		code Code
	}{
		{at, 20190331, ""},
		{at, 20190401, CodeFutureDate},
		{at.Add(time.Second), 20190401, ""},
		{at.Add(-240 * time.Hour), 20190331, ""}, // the clock went back, the record did not
		{at, 22000101, CodeFutureDate},
		{at, 0, CodeRequired},
		{at, 20190230, CodeInvalid},
		{at, -20190301, CodeInvalid},
		{at, 2147483647, CodeInvalid},
		{at, 18991231, CodeInvalid},
	} {
		_, err := c.Append(ev(CaseNoted, tt.day), tt.now)
		if tt.code == "" && err != nil || tt.code != "" && !isCode(err, tt.code) {
			t.Errorf("%d at %s: %v, want %q", int32(tt.day), tt.now, err, tt.code)
		}
		var e *Error
		if errors.As(err, &e) && e.Field[0] != "effectiveOn" {
			t.Errorf("%d: the refusal is about %v", int32(tt.day), e.Field)
		}
	}
}

// TestBookedOn: figures count an event on its date or, where that was locked,
// on the first open day.
func TestBookedOn(t *testing.T) {
	for _, tt := range []struct{ on, open, want Date }{
		{20190930, 0, 20190930}, {20190930, 20191001, 20191001}, {20191005, 20191001, 20191005}, {20191001, 20191001, 20191001},
	} {
		r := Record{EffectiveOn: tt.on, OpenFrom: tt.open}
		if got := r.BookedOn(); got != tt.want {
			t.Errorf("%s open from %s is booked on %s, want %s", tt.on, tt.open, got, tt.want)
		}
	}
}

// TestAppendLeavesItsReceiver: a case and the events given stay as they were.
func TestAppendLeavesItsReceiver(t *testing.T) {
	c := inProgress(t)
	before := history(t, c.Events...)
	given := ev(CaseDecided, 20190102, correcting(1), func(e *CaseEvent) {
		e.Particulars.Parties[0].Name = "  Tên   có  khoảng trắng "
		e.Particulars.Obligations[0].Debtors = []string{"p2"}
		e.Decision.Issuer = " Cục "
	})
	name, issuer := given.Particulars.Parties[0].Name, given.Decision.Issuer
	next := record(t, c, given)
	if given.Particulars.Parties[0].Name != name || given.Particulars.Parties[0].ID != "" || given.Particulars.Obligations[0].ID != "" || given.Decision.Issuer != issuer || given.Seq != 0 {
		t.Error("Append changed the event it was given")
	}
	if next.Parties[0].Name != "Tên có khoảng trắng" || next.Decision.Issuer != "Cục" {
		t.Errorf("%q, issued by %q", next.Parties[0].Name, next.Decision.Issuer)
	}
	given.Particulars.Obligations[0].Debtors[0] = "p1"
	given.Decision.Signer = "ai đó"
	if next.Balances[0].Debtors[0] != "p2" || next.Decision.Signer != "" {
		t.Error("the history shares memory with the event it was given")
	}
	for range 3 { // two branches of one history do not share their tails
		a, b := record(t, c, ev(CaseCollected, 20190301, dong(1))), record(t, c, ev(CaseCollected, 20190301, dong(2)))
		if a.Events[3].Amount != 1 || b.Events[3].Amount != 2 {
			t.Error("two branches of one history share their events")
		}
	}
	if diff := cmp.Diff(before.Events, c.Events); diff != "" {
		t.Errorf("the receiver changed (-before +after):\n%s", diff)
	}
}
