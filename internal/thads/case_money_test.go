package thads

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestMoney follows the money of one obligation of 100 in progress since
// 20190120, of which 60 were collected and 25 of these paid out, through one
// more step each.
func TestMoney(t *testing.T) {
	base := Balance{Obligation: Obligation{Amount: 100}, State: StateInProgress, Remaining: 40, Held: 35, Done: 25, Performed: true}
	change := func(f func(*Balance)) Balance { b := base; f(&b); return b }
	tests := []struct {
		name string
		step CaseEvent
		want Balance // what it leads to
		code Code    // or how it is refused
		at   string
	}{
		{"collect", ev(CaseCollected, 20190301, dong(15)), change(func(b *Balance) { b.Remaining, b.Held = 25, 50 }), "", ""},
		{"collect all", ev(CaseCollected, 20190301, dong(40)), change(func(b *Balance) { b.Remaining, b.Held = 0, 75 }), "", ""},
		{"collect too much", ev(CaseCollected, 20190301, dong(41)), base, CodeExceeds, "amount"},
		{"pay out", ev(CasePaidOut, 20190301, dong(35)), change(func(b *Balance) { b.Held, b.Done = 0, 60 }), "", ""},
		{"pay out too much", ev(CasePaidOut, 20190301, dong(36)), base, CodeExceeds, "amount"},
		{"deposit", ev(CaseDeposited, 20190301, dong(5)), change(func(b *Balance) { b.Held, b.Done = 30, 30 }), "", ""},
		{"deposit too much", ev(CaseDeposited, 20190301, dong(36)), base, CodeExceeds, "amount"},
		{"perform", ev(CasePerformed, 20190301, dong(10)), change(func(b *Balance) { b.Remaining, b.Done = 30, 35 }), "", ""},
		{"perform too much", ev(CasePerformed, 20190301, dong(41)), base, CodeExceeds, "amount"},
		{"perform without a sum", ev(CasePerformed, 20190301, dong(0)), base, CodeRequired, "amount"},
		{"adjust up", ev(CaseAdjusted, 20190301, dong(7)), change(func(b *Balance) { b.Adjusted, b.Remaining = 7, 47 }), "", ""},
		{"adjust down", ev(CaseAdjusted, 20190301, dong(-39)), change(func(b *Balance) { b.Adjusted, b.Remaining = -39, 1 }), "", ""},
		{"adjust down to what is held", ev(CaseAdjusted, 20190301, dong(-40)), change(func(b *Balance) { b.Adjusted, b.Remaining = -40, 0 }), "", ""},
		{"adjust below", ev(CaseAdjusted, 20190301, dong(-41)), base, CodeExceeds, "amount"},
		{"adjust by nothing", ev(CaseAdjusted, 20190301, dong(0)), base, CodeRequired, "amount"},
		{"adjust beyond every limit", ev(CaseAdjusted, 20190301, dong(MaxDong)), base, CodeOutOfRange, "amount"},
		{"reduce", ev(CaseReduced, 20190301, dong(15)), change(func(b *Balance) { b.Remaining, b.Reduced = 25, 15 }), "", ""},
		{"reduce all but what is held", ev(CaseReduced, 20190301, dong(40)), change(func(b *Balance) { b.Remaining, b.Reduced = 0, 40 }), "", ""},
		{"reduce too much", ev(CaseReduced, 20190301, dong(41)), base, CodeExceeds, "amount"},
		{"terminate", ev(CaseTerminated, 20190301), base, CodeTransition, "obligation"},
		{"entrust", ev(CaseEntrusted, 20190301), base, CodeTransition, "obligation"},
		{"withdraw", ev(CaseWithdrawn, 20190301), base, CodeTransition, "obligation"},
		{"revoke", ev(CaseRevoked, 20190301), base, CodeTransition, "obligation"},
		{"a measure moves nothing", ev(CaseSecurityMeasure, 20190301, dong(5_000)), base, "", ""},
		{"postpone", ev(CasePostponed, 20190301), change(func(b *Balance) { b.State, b.Ground = StatePostponed, "L2008_48_1_C" }), "", ""},
		{"collect nothing", ev(CaseCollected, 20190301, dong(0)), base, CodeRequired, "amount"},
		{"collect less than nothing", ev(CaseCollected, 20190301, dong(-1)), base, CodeOutOfRange, "amount"},
		{"collect beyond every limit", ev(CaseCollected, 20190301, dong(MaxDong+1)), base, CodeOutOfRange, "amount"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := history(t, opening(20190101, money(100)), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120),
				ev(CaseCollected, 20190201, dong(60)), ev(CasePaidOut, 20190205, dong(25)))
			if tt.code != "" {
				refusedWith(t, c, tt.step, tt.code, tt.at)
			} else {
				c = record(t, c, tt.step)
			}
			if diff := cmp.Diff(tt.want, c.Balances[0], cmpopts.IgnoreUnexported(Balance{}), cmpopts.IgnoreFields(Balance{}, "Since", "ID", "Kind")); diff != "" {
				t.Errorf("balance (-want +got):\n%s", diff)
			}
		})
	}
}

// TestObligationEnds tells how an obligation, and a case of only that, ends.
func TestObligationEnds(t *testing.T) {
	tests := []struct {
		name       string
		obligation Obligation
		steps      []CaseEvent
		obl, whole CaseState
		finished   Date
	}{
		{"paid out", money(100), []CaseEvent{ev(CaseCollected, 20190201, dong(100)), ev(CasePaidOut, 20190210, dong(100))}, StateDone, StateDone, 20190210},
		{"collected, not paid out", money(100), []CaseEvent{ev(CaseCollected, 20190201, dong(100))}, StateInProgress, StateInProgress, 0},
		{"deposited", money(100), []CaseEvent{ev(CaseCollected, 20190201, dong(100)), ev(CasePaidOut, 20190210, dong(1)), ev(CaseDeposited, 20190211, dong(99))}, StateDone, StateDone, 20190211},
		{"paid between the parties", money(100), []CaseEvent{ev(CasePerformed, 20190201, dong(100))}, StateDone, StateDone, 20190201},
		{"handed over, of no value", thing(0), []CaseEvent{ev(CasePerformed, 20190201, dong(0))}, StateDone, StateDone, 20190201},
		{"handed over, of value", thing(900), []CaseEvent{ev(CasePerformed, 20190201, dong(0))}, StateDone, StateDone, 20190201},
		{"handed over in part", thing(900), []CaseEvent{ev(CasePerformed, 20190201, dong(400))}, StateInProgress, StateInProgress, 0},
		{"handed over in parts", thing(900), []CaseEvent{ev(CasePerformed, 20190201, dong(400)), ev(CasePerformed, 20190202, dong(0))}, StateDone, StateDone, 20190202},
		{"terminated", money(100), []CaseEvent{ev(CaseTerminated, 20190201)}, StateTerminated, StateTerminated, 20190201},
		{"terminated, of no value", thing(0), []CaseEvent{ev(CaseTerminated, 20190201)}, StateTerminated, StateTerminated, 20190201},
		{"reduced to nothing", money(100), []CaseEvent{ev(CaseReduced, 20190201, dong(100))}, StateReduced, StateTerminated, 20190201},
		{"part done, the rest reduced", money(100), []CaseEvent{ev(CasePerformed, 20190130), ev(CaseReduced, 20190201, dong(90))}, StateDone, StateDone, 20190201},
		{"part reduced, the rest done", money(100), []CaseEvent{ev(CaseReduced, 20190130), ev(CasePerformed, 20190201, dong(90))}, StateDone, StateDone, 20190201},
		{"part reduced, the rest terminated", money(100), []CaseEvent{ev(CaseReduced, 20190130), ev(CaseTerminated, 20190201)}, StateTerminated, StateTerminated, 20190201},
		{"all collected, the rest reduced, then paid out", money(100), []CaseEvent{
			ev(CaseCollected, 20190130), ev(CaseReduced, 20190201, dong(90)), ev(CasePaidOut, 20190202),
		}, StateDone, StateDone, 20190202},
		// Partly finished, the rest struck off in another way: the case is done.
		{"part done, the rest terminated", money(100), []CaseEvent{ev(CasePerformed, 20190130), ev(CaseTerminated, 20190201)}, StateTerminated, StateDone, 20190201},
		{"part done, the rest entrusted", money(100), []CaseEvent{ev(CasePerformed, 20190130), ev(CaseEntrusted, 20190201)}, StateEntrusted, StateDone, 20190201},
		{"entrusted", money(100), []CaseEvent{ev(CaseEntrusted, 20190201)}, StateEntrusted, StateEntrusted, 20190201},
		// What acts on the whole decides for the whole.
		{"part done, then revoked", money(100), []CaseEvent{ev(CasePerformed, 20190130), ev(CaseRevoked, 20190201)}, StateRevoked, StateRevoked, 20190201},
		{"part done, then withdrawn", money(100), []CaseEvent{ev(CasePerformed, 20190130), ev(CaseWithdrawn, 20190201)}, StateWithdrawn, StateWithdrawn, 20190201},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := history(t, opening(20190101, tt.obligation), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120))
			for _, e := range tt.steps {
				c = record(t, c, e)
			}
			if c.Balances[0].State != tt.obl || c.State != tt.whole || c.FinishedOn != tt.finished {
				t.Errorf("obligation %s, case %s, finished %q; want %s, %s, %q", c.Balances[0].State, c.State, c.FinishedOn, tt.obl, tt.whole, tt.finished)
			}
		})
	}
}

// TestWhereTheRestGoes tells that what ends an obligation takes only what remains.
func TestWhereTheRestGoes(t *testing.T) {
	for kind, want := range map[CaseEventKind]Totals{
		CaseTerminated: {Total: 100, Done: 30, Terminated: 70},
		CaseEntrusted:  {Total: 100, Done: 30, Entrusted: 70},
		CaseWithdrawn:  {Total: 100, Done: 30, Closed: 70},
		CaseRevoked:    {Total: 100, Done: 30, Closed: 70},
	} {
		c := history(t, opening(20190101, money(100)), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120),
			ev(CaseCollected, 20190201, dong(30)), ev(CasePaidOut, 20190202, dong(30)), ev(kind, 20190301))
		if diff := cmp.Diff(want, c.Totals()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
	}
}

// TestMoneyOfWhatIsNotMoney: what is not a sum can be performed and re-valued,
// but neither collected nor reduced.
func TestMoneyOfWhatIsNotMoney(t *testing.T) {
	for _, kind := range ObligationKinds() {
		c := history(t, opening(20190101, Obligation{Kind: kind.Value, Amount: 100}), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120))
		for _, step := range []CaseEventKind{CaseCollected, CaseReduced} {
			if kind.Value.IsMoney() {
				record(t, c, ev(step, 20190201))
			} else {
				refusedWith(t, c, ev(step, 20190201), CodeNotAllowed, "kind")
			}
		}
		record(t, c, ev(CaseAdjusted, 20190201))
	}
}

// TestTotalOfCase: the sum over all obligations stays within what a sum may be.
func TestTotalOfCase(t *testing.T) {
	c := history(t, opening(20190101, money(MaxDong-10), money(5)))
	record(t, c, ev(CaseAdjusted, 20190102, of("o2"), dong(5)))
	refusedWith(t, c, ev(CaseAdjusted, 20190102, of("o2"), dong(6)), CodeOutOfRange, "amount")
	refusedWith(t, c, ev(CaseAdjusted, 20190102, of("o2"), dong(MaxDong)), CodeOutOfRange, "amount")
	// An obligation is never adjusted away: that is a termination or a reduction.
	small := history(t, opening(20190101, money(100)))
	refusedWith(t, small, ev(CaseAdjusted, 20190102, dong(-100)), CodeExceeds, "amount")
	record(t, small, ev(CaseAdjusted, 20190102, dong(-99)))
	if got := c.Totals().Total; got != MaxDong-5 {
		t.Errorf("total %d", got)
	}
}

// TestWhichObligation: sums name their obligation, other steps act on all that
// are in a state for them.
func TestWhichObligation(t *testing.T) {
	two := history(t, opening(20190101, money(100), money(100)), ev(CaseVerificationBegun, 20190115, of("o1")), ev(CaseVerified, 20190120, of("o1")))
	for _, kind := range []CaseEventKind{CaseCollected, CasePaidOut, CaseDeposited, CasePerformed, CaseAdjusted, CaseReduced} {
		refusedWith(t, two, ev(kind, 20190201), CodeRequired, "obligation")
		refusedWith(t, two, ev(kind, 20190201, of("o9")), CodeUnknown, "obligation")
	}
	refusedWith(t, two, ev(CaseTerminated, 20190201, of("o9")), CodeUnknown, "obligation")
	refusedWith(t, two, ev(CaseAssigned, 20190201, of("o1")), CodeNotAllowed, "obligation")
	refusedWith(t, two, ev(CasePostponed, 20190201, of("o2")), CodeTransition, "kind") // o2 is voluntary

	// All the other steps act on every obligation that is in a state for them.
	both := record(t, record(t, two, ev(CaseVerificationBegun, 20190201)), ev(CaseVerified, 20190202, of("o2")))
	for _, row := range []struct {
		kind CaseEventKind
		to   CaseState
	}{
		{CaseVerified, StateInProgress},
		{CasePostponed, StatePostponed},
		{CaseSuspended, StateSuspended},
		{CasePaused, StatePaused},
		{CaseNotEnforceable, StateNotEnforceable},
		{CaseEntrusted, StateEntrusted},
		{CaseTerminated, StateTerminated},
		{CaseSecurityMeasure, StateInProgress},
		{CaseCoerciveMeasure, StateInProgress},
	} {
		c := record(t, both, ev(row.kind, 20190301))
		if c.Balances[0].State != row.to || c.Balances[1].State != row.to || c.State != row.to || c.Events[len(c.Events)-1].Obligation != "" {
			t.Errorf("%s: %s, %s, %s", row.kind, c.State, c.Balances[0].State, c.Balances[1].State)
		}
	}
	c := record(t, two, ev(CaseEntrusted, 20190201)) // both
	if c.State != StateEntrusted || c.Balances[0].State != StateEntrusted || c.Balances[1].State != StateEntrusted {
		t.Errorf("entrusted: %s, %s, %s", c.State, c.Balances[0].State, c.Balances[1].State)
	}
	c = record(t, two, ev(CasePostponed, 20190201)) // the one that is in progress
	if c.State != StateVoluntary || c.Balances[0].State != StatePostponed || c.Balances[1].State != StateVoluntary {
		t.Errorf("postponed: %s, %s, %s", c.State, c.Balances[0].State, c.Balances[1].State)
	}
	// The only obligation needs no name, and the event keeps it.
	c = history(t, opening(20190101, money(100)), ev(CaseCollected, 20190105))
	if got := c.Events[1].Obligation; got != "o1" {
		t.Errorf("the collection is for %q", got)
	}
	// A step on the whole case moves what is unfinished and leaves the rest.
	c = record(t, record(t, two, ev(CasePerformed, 20190201, of("o1"), dong(100))), ev(CaseRevoked, 20190301))
	if c.State != StateRevoked || c.Balances[0].State != StateDone || c.Balances[1].State != StateRevoked || c.Balances[1].Closed != 100 {
		t.Errorf("revoked: %s, %s, %s", c.State, c.Balances[0].State, c.Balances[1].State)
	}
}

func TestReopening(t *testing.T) {
	begin := func(obligations ...Obligation) *Case {
		return history(t, opening(20190101, obligations...), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120))
	}
	reopen := func(options ...func(*CaseEvent)) CaseEvent { return ev(CaseReopened, 20190501, options...) }

	t.Run("done", func(t *testing.T) {
		c := record(t, begin(money(100)), ev(CasePerformed, 20190201, dong(100)))
		refusedWith(t, c, reopen(), CodeRequired, "amount")
		refusedWith(t, c, reopen(dong(101)), CodeExceeds, "amount")
		part := record(t, c, reopen(dong(30)))
		if b := part.Balances[0]; b.Remaining != 30 || b.Done != 70 || !b.Performed || part.State != StateInProgress || part.FinishedOn != 0 {
			t.Errorf("reopened in part: %+v", b)
		}
		// What was done before still counts when the rest ends otherwise.
		if c := record(t, part, ev(CaseTerminated, 20190601)); c.State != StateDone {
			t.Errorf("then terminated: %s", c.State)
		}
		whole := record(t, c, reopen(dong(100)))
		if b := whole.Balances[0]; b.Remaining != 100 || b.Done != 0 || b.Performed {
			t.Errorf("reopened whole: %+v", b)
		}
		if c := record(t, whole, ev(CaseTerminated, 20190601)); c.State != StateTerminated {
			t.Errorf("then terminated: %s", c.State)
		}
	})
	t.Run("handed over", func(t *testing.T) {
		for _, value := range []Dong{0, 900} {
			c := record(t, record(t, begin(thing(value)), ev(CasePerformed, 20190201, dong(0))), reopen())
			if b := c.Balances[0]; b.Remaining != value || b.Done != 0 || b.Performed || c.State != StateInProgress {
				t.Errorf("value %d: %+v", value, b)
			}
			record(t, c, ev(CasePerformed, 20190601, dong(0)))
		}
		c := record(t, record(t, begin(thing(900)), ev(CasePerformed, 20190201, dong(0))), reopen(dong(300)))
		if b := c.Balances[0]; b.Remaining != 300 || b.Done != 600 {
			t.Errorf("in part: %+v", b)
		}
	})
	t.Run("terminated", func(t *testing.T) {
		c := record(t, record(t, begin(money(100)), ev(CasePerformed, 20190130)), ev(CaseTerminated, 20190201))
		refusedWith(t, c, reopen(dong(20)), CodeNotAllowed, "amount")
		if b := record(t, c, reopen()).Balances[0]; b.Remaining != 90 || b.Terminated != 0 || b.Done != 10 {
			t.Errorf("%+v", b)
		}
	})
	t.Run("reduced", func(t *testing.T) {
		c := record(t, begin(money(100)), ev(CaseReduced, 20190201, dong(100)))
		if b := record(t, c, reopen()).Balances[0]; b.Remaining != 100 || b.Reduced != 0 || b.State != StateInProgress {
			t.Errorf("%+v", b)
		}
	})
	t.Run("returned", func(t *testing.T) {
		c, _ := caseIn(t, StateReturned, 20260701, false)
		c = record(t, c, ev(CaseReopened, 20270101))
		if b := c.Balances[0]; b.Remaining != 100 || b.Closed != 0 || c.State != StateInProgress {
			t.Errorf("%+v", b)
		}
	})
	t.Run("several", func(t *testing.T) {
		c := record(t, begin(money(100), money(50), money(20), money(10)), ev(CasePerformed, 20190201, of("o1"), dong(100)))
		c = record(t, c, ev(CaseTerminated, 20190202, of("o2")))
		c = record(t, c, ev(CaseReduced, 20190203, of("o3"), dong(20)))
		c = record(t, c, ev(CaseEntrusted, 20190204, of("o4")))
		if c.State != StateDone || c.FinishedOn != 20190204 {
			t.Fatalf("%s finished %s", c.State, c.FinishedOn)
		}
		// A sum is of one obligation; without a name only what was ended
		// without being performed comes back.
		refusedWith(t, c, reopen(dong(10)), CodeRequired, "obligation")
		refusedWith(t, c, reopen(of("o4")), CodeTransition, "kind")
		all := record(t, c, reopen())
		if b := all.Balances; b[0].State != StateDone || b[1].Remaining != 50 || b[2].Remaining != 20 || b[3].State != StateEntrusted {
			t.Errorf("%+v", b)
		}
		refusedWith(t, all, ev(CaseReopened, 20190601), CodeRequired, "obligation")
		one := record(t, c, reopen(of("o1"), dong(10)))
		if b := one.Balances; b[0].Remaining != 10 || b[1].State != StateTerminated || one.State != StateInProgress {
			t.Errorf("%+v", b)
		}
	})
	t.Run("again", func(t *testing.T) {
		c := record(t, begin(money(100)), ev(CaseTerminated, 20190201))
		for day := Date(20190501); day < 20190601; day = day.AddDays(10) {
			c = record(t, c, ev(CaseReopened, day))
			c = record(t, c, ev(CaseTerminated, day.AddDays(5)))
		}
		if c.Totals() != (Totals{Total: 100, Terminated: 100}) {
			t.Errorf("%+v", c.Totals())
		}
	})
}

// obligationPaths tells how an obligation in its voluntary period comes into
// each state that obligations of one case can have independently.
var obligationPaths = []struct {
	state CaseState
	steps []CaseEvent
}{
	{StateInProgress, nil},
	{StateVoluntary, nil},
	{StateVerifying, nil},
	{StatePostponed, []CaseEvent{ev(CasePostponed, 20190201)}},
	{StatePaused, []CaseEvent{ev(CasePaused, 20190201)}},
	{StateSuspended, []CaseEvent{ev(CaseSuspended, 20190201)}},
	{StateNotEnforceable, []CaseEvent{ev(CaseNotEnforceable, 20190201)}},
	{StateDone, []CaseEvent{ev(CasePerformed, 20190201, dong(100))}},
	{StateTerminated, []CaseEvent{ev(CaseTerminated, 20190201)}},
	{StateReduced, []CaseEvent{ev(CaseReduced, 20190201, dong(100))}},
	{StateEntrusted, []CaseEvent{ev(CaseEntrusted, 20190201)}},
}

// derived is the state of a case by the states of its obligations, written as
// the design words it: the first of these that any has.
func derived(states ...CaseState) CaseState {
	for _, s := range []CaseState{
		StateInProgress, StateVerifying, StateVoluntary, StatePostponed, StatePaused, StateSuspended, StateNotEnforceable,
		StateDone, StateTerminated, StateReduced, StateEntrusted,
	} {
		if slices.Contains(states, s) {
			if s == StateReduced {
				return StateTerminated
			}
			return s
		}
	}
	return ""
}

// TestDerivedState brings two and three obligations into every combination of
// states, in every order of the obligations.
func TestDerivedState(t *testing.T) {
	check := func(t *testing.T, paths ...int) {
		t.Helper()
		var obligations []Obligation
		var states []CaseState
		for _, p := range paths {
			obligations = append(obligations, money(100))
			states = append(states, obligationPaths[p].state)
		}
		c := history(t, opening(20190101, obligations...))
		for i, p := range paths {
			id := of("o" + itoa(i+1))
			if s := obligationPaths[p].state; s != StateVoluntary {
				c = record(t, c, ev(CaseVerificationBegun, 20190115, id))
				if s != StateVerifying {
					c = record(t, c, ev(CaseVerified, 20190120, id))
				}
			}
			for _, e := range obligationPaths[p].steps {
				id(&e)
				c = record(t, c, e)
			}
		}
		var got []CaseState
		for i := range c.Balances {
			got = append(got, c.Balances[i].State)
		}
		if !slices.Equal(got, states) {
			t.Fatalf("obligations are %v, want %v", got, states)
		}
		if want := derived(states...); c.State != want {
			t.Errorf("%v: the case is %s, want %s", states, c.State, want)
		}
		var ground GroundCode
		for i := range c.Balances {
			if b := &c.Balances[i]; b.State == c.State && ground == "" {
				ground = b.Ground
			}
		}
		if c.Ground != ground {
			t.Errorf("%v: the case rests on %q, want %q", states, c.Ground, ground)
		}
	}
	n := 0
	for i := range obligationPaths {
		for j := range obligationPaths {
			check(t, i, j)
			for k := range obligationPaths {
				check(t, i, j, k)
				n++
			}
			n++
		}
	}
	if want := 11*11 + 11*11*11; n != want {
		t.Errorf("%d combinations, want %d", n, want)
	}
}

// TestHeldMoneyKeepsACaseLive: collected money is still live in every state,
// and nothing may end the case before it is paid out.
func TestHeldMoneyKeepsACaseLive(t *testing.T) {
	for _, s := range LiveStates() {
		c, ok := caseIn(t, s, 20200101, true)
		if !ok {
			t.Fatalf("no case in %s with money held", s)
		}
		for _, kind := range []CaseEventKind{CaseTerminated, CaseEntrusted, CaseWithdrawn, CaseRevoked, CaseMovedToSeparate} {
			possible := slices.ContainsFunc(c.NextSteps(20200101), func(row Transition) bool { return row.Kind == kind })
			if !possible {
				continue
			}
			e := refusedSaying(t, c, ev(kind, 20200101), CodeTransition, "obligation")
			if !strings.Contains(e.VI, "10 đ") || !strings.Contains(e.VI, "o1") {
				t.Errorf("the refusal does not name the money: %s", e.VI)
			}
			paid := record(t, c, ev(CasePaidOut, 20200101))
			record(t, paid, ev(kind, 20200101))
		}
	}
}
