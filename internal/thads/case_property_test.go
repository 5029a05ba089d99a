package thads

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The kinds that random histories draw from, the frequent ones more than once.
var drawnKinds = []CaseEventKind{
	CaseVerificationBegun, CaseVerificationBegun, CaseVerified, CaseVerified, CaseVerified,
	CaseCollected, CaseCollected, CaseCollected, CaseCollected, CasePaidOut, CasePaidOut, CasePaidOut, CaseDeposited, CasePerformed, CasePerformed,
	CaseAdjusted, CaseReduced, CasePostponed, CasePostponed, CaseSuspended, CasePaused, CaseResumed, CaseResumed, CaseResumed,
	CaseNotEnforceable, CaseNotEnforceable, CaseMovedToSeparate, CaseBackFromSeparate, CaseRequestReturned,
	CaseEntrusted, CaseTerminated, CaseTerminated, CaseWithdrawn, CaseRevoked, CaseReopened, CaseReopened,
	CaseSecurityMeasure, CaseCoerciveMeasure, CasePartiesChanged, CaseAssigned, CaseTransferred, CaseTagged, CaseNoted, CaseDecided,
}

// evenly draws a number below n, each about as often. (Ranges favour small
// numbers, good for sizes and bad for choices.)
func evenly(t *rapid.T, n int, label string) int {
	k := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 12, 12).Draw(t, label) {
		k *= 2
		if bit {
			k++
		}
	}
	return k % n
}

// drawOpening draws an event that opens a case of one to four obligations.
func drawOpening(t *rapid.T) CaseEvent {
	day := Date(20180102).AddDays(rapid.IntRange(0, 60).Draw(t, "opened"))
	var obligations []Obligation
	for range rapid.IntRange(1, 4).Draw(t, "obligations") {
		if evenly(t, 4, "thing") == 0 {
			obligations = append(obligations, thing(Dong(rapid.SampledFrom([]int64{0, 0, 500}).Draw(t, "value"))))
		} else {
			obligations = append(obligations, money(Dong(rapid.IntRange(1, 1000).Draw(t, "sum"))))
		}
	}
	switch evenly(t, 6, "how") {
	case 0:
		return ev(CaseReceived, day, func(e *CaseEvent) { e.Particulars = particulars(day, obligations...) })
	case 1:
		return ev(CaseBroughtForward, day, func(e *CaseEvent) {
			e.Particulars = particulars(day, obligations...)
			e.Particulars.Balance = &OpeningBalance{
				State: append(LiveStates(), StateSeparateBook)[evenly(t, 8, "state")],
				Since: day.AddDays(-rapid.IntRange(0, 900).Draw(t, "since")), Verifications: rapid.IntRange(0, 3).Draw(t, "verifications"),
			}
		})
	default:
		return opening(day, obligations...)
	}
}

// drawEvent draws any event: of the obligations the case has or of none, on a
// date that is mostly after the last and sometimes before, of a sum that is
// mostly within what there is.
func drawEvent(t *rapid.T, c *Case) CaseEvent {
	last := Date(20180101)
	for i := range c.Events {
		last = max(last, c.Events[i].EffectiveOn)
	}
	// Mostly a little later; sometimes earlier, or past the change of law.
	shift := []*rapid.Generator[int]{
		rapid.IntRange(0, 30), rapid.IntRange(0, 30), rapid.IntRange(0, 30), rapid.IntRange(0, 30), rapid.IntRange(0, 30),
		rapid.IntRange(-200, 5), rapid.IntRange(-20, 5), rapid.IntRange(200, 800),
	}[evenly(t, 8, "when")].Draw(t, "days")
	day := min(last.AddDays(shift), 20271231)
	if n := len(c.Events); n > 0 && evenly(t, 10, "amend") == 0 {
		target := n - evenly(t, n, "back")
		if target == 1 && evenly(t, 4, "the opening") != 0 {
			target = n
		}
		was := c.Events[target-1]
		if rapid.Bool().Draw(t, "void") || was.Kind == CaseVoidedEvent {
			return voiding(target)
		}
		was.Supersedes, was.Voids, was.Reason = target, 0, "nhập nhầm"
		if rapid.Bool().Draw(t, "move") {
			was.EffectiveOn = min(was.EffectiveOn.AddDays(rapid.IntRange(-20, 20).Draw(t, "by")), 20271231)
		}
		if was.Amount > 0 && rapid.Bool().Draw(t, "change") {
			was.Amount = max(1, was.Amount+Dong(rapid.IntRange(-50, 50).Draw(t, "difference")))
		}
		return was
	}
	kind := drawnKinds[evenly(t, len(drawnKinds), "kind")]
	if steps := c.NextSteps(day); len(steps) > 0 && evenly(t, 4, "any kind") != 0 {
		kind = steps[evenly(t, len(steps), "step")].Kind
		if slices.Contains([]CaseEventKind{CaseRevoked, CaseWithdrawn, CaseTerminated, CaseEntrusted, CaseRefused}, kind) && evenly(t, 3, "go on") != 0 {
			kind = CaseVerified // so that histories become long
		}
		if (kind == CaseNoted || kind == CaseTagged) && evenly(t, 4, "say more") != 0 {
			kind = CaseCollected
		}
		if kind == CaseMovedToSeparate || kind == CaseRequestReturned {
			day = min(max(day, c.Since.AddMonths(25)), 20271231)
		}
	}
	e := ev(kind, day)
	spec, _ := caseEventSpec(e.Kind)
	var b *Balance
	if len(c.Balances) > 0 && !spec.WholeCase && (spec.OneObligation || rapid.Bool().Draw(t, "one")) {
		b = &c.Balances[evenly(t, len(c.Balances), "obligation")]
		e.Obligation = b.ID
	}
	if e.Amount != 0 && b != nil {
		limit := b.Remaining
		if e.Kind == CasePaidOut || e.Kind == CaseDeposited {
			limit = b.Held
		}
		e.Amount = Dong(rapid.Int64Range(1, int64(limit)+2).Draw(t, "amount"))
		if evenly(t, 3, "all") == 0 {
			e.Amount = max(limit, 1)
		}
		if e.Kind == CaseAdjusted && rapid.Bool().Draw(t, "down") {
			e.Amount = -e.Amount
		}
	}
	switch e.Kind {
	case CaseReopened:
		if b != nil && b.State == StateDone && b.Kind.IsMoney() {
			e.Amount = Dong(rapid.Int64Range(1, int64(b.Done)).Draw(t, "again"))
		}
	case CaseVerified:
		e.Finding = []Finding{FindingMeans, FindingMeans, FindingNoMeans, FindingUnclear}[evenly(t, 4, "finding")]
	case CasePartiesChanged:
		if rapid.Bool().Draw(t, "change") {
			e.Parties = []Party{{ID: "p2", Role: Debtor, Kind: Person, Name: "Nguyễn Văn Thử", Address: "Xã " + itoa(len(c.Events))}}
		}
	case CaseAssigned:
		e.ToOfficer = rapid.SampledFrom([]OfficerID{offA, offB, "officer-c"}).Draw(t, "officer")
	case CaseTransferred:
		e.ToUnit = rapid.SampledFrom([]UnitID{unitA, unitB, "unit-c"}).Draw(t, "unit")
	case CaseDecided:
		if c.State == StateReceived {
			e.Particulars, e.ToUnit = nil, ""
		}
	default:
	}
	return e
}

// stateByDesign derives the state of a case from its obligations, as the design
// words it; whole cases end as a whole.
func stateByDesign(c *Case) CaseState {
	if c.State == StateReceived || c.State == StateRefused || c.State == StateVoided {
		return c.State
	}
	var states []CaseState
	performed := false
	for i := range c.Balances {
		states = append(states, c.Balances[i].State)
		performed = performed || c.Balances[i].Performed
	}
	for _, s := range []CaseState{StateSeparateBook, StateWithdrawn, StateRevoked, StateReturned} {
		if slices.Contains(states, s) && !slices.ContainsFunc(states, CaseState.IsLive) {
			return s
		}
	}
	s := derived(states...)
	if performed && !s.IsLive() {
		return StateDone
	}
	return s
}

// derivation is what of a case follows from the events that stand, however they
// came to be recorded.
func derivation(c *Case) Case {
	d := *c
	d.Events, d.Version = nil, 0
	return d
}

// written is the whole case in a text, which later changes of what it points to
// do not reach.
func written(t *rapid.T, c *Case) string {
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRandomHistories records random events, accepts what is accepted, and
// looks at everything that must hold after each.
func TestRandomHistories(t *testing.T) {
	accepted := make(map[CaseEventKind]int)
	reached := make(map[CaseState]int)
	late, amended, tried := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c, err := OpenCase("case-1", drawOpening(t), clock)
		if err != nil {
			t.Fatalf("the opening: %v", err)
		}
		now := clock
		for range 10 + evenly(t, 100, "length") {
			if (c.State == StateVoided || !c.FinishedOn.IsZero()) && evenly(t, 8, "stop") == 0 {
				break
			}
			e := drawEvent(t, c)
			now = now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "clock")) * time.Millisecond)
			before := written(t, c)
			next, err := c.Append(e, now)
			tried++

			if written(t, c) != before {
				t.Fatalf("%s changed its receiver", e.Kind)
			}
			if err != nil {
				es, ok := Refusals(err)
				if !ok || next != nil {
					t.Fatalf("%s: a fault, %v", e.Kind, err)
				}
				for _, r := range es {
					if r.Code == CodeLaterEvent && (r.Event < 1 || r.Event > len(c.Events)) {
						t.Fatalf("%s conflicts with event %d of %d", e.Kind, r.Event, len(c.Events))
					}
				}
				continue
			}
			newest := &next.Events[len(next.Events)-1]
			accepted[newest.Kind]++
			if newest.EffectiveOn < c.Since {
				late++
			}
			if newest.Supersedes+newest.Voids > 0 {
				amended++
			}
			reached[next.State]++
			if err := sound(next); err != nil {
				t.Fatalf("after %s: %v", trail(next), err)
			}
			if want := stateByDesign(next); next.State != want {
				t.Fatalf("after %s: %s, want %s", trail(next), next.State, want)
			}
			if newest.Unit == "" || newest.RecordedAt.Sub(c.UpdatedAt()) < time.Millisecond || newest.Seq != len(next.Events) {
				t.Fatalf("the new event is %+v", newest)
			}
			if !reflect.DeepEqual(c.Events, next.Events[:len(c.Events)]) {
				t.Fatalf("%s changed the history before it", newest.Kind)
			}
			folded, err := FoldCase(next.ID, next.Events)
			if err != nil {
				t.Fatalf("accepted, then refused: %v", err)
			}
			if !reflect.DeepEqual(folded, next) {
				t.Fatalf("read back, the case differs:\n%s", cmp.Diff(next, folded, wholeCase))
			}
			if newest.Voids == 0 {
				// Corrected into itself, it leaves the case as it is.
				same := *newest
				same.Supersedes, same.Reason = newest.Seq, "đọc lại"
				unchanged, err := next.Append(same, now)
				if err != nil {
					t.Fatalf("%s cannot be corrected into itself: %v", newest.Kind, err)
				}
				if diff := cmp.Diff(derivation(next), derivation(unchanged), wholeCase); diff != "" {
					t.Fatalf("%s corrected into itself changes the case (-before +after):\n%s", newest.Kind, diff)
				}
			}
			if newest.Voids == 0 && newest.Supersedes == 0 {
				// Taken back, an event leaves the case as it was. (A first
				// opening taken back leaves none.)
				undone, err := next.Append(voiding(newest.Seq), now)
				if err != nil {
					t.Fatalf("%s cannot be taken back: %v", newest.Kind, err)
				}
				if diff := cmp.Diff(derivation(c), derivation(undone), wholeCase); diff != "" {
					t.Fatalf("%s taken back leaves its traces (-before +after):\n%s", newest.Kind, diff)
				}
			}
			c = next
		}
	})
	// What the histories reached differs from run to run; that they reach nearly
	// everything does not.
	if len(accepted) < 25 || len(reached) < 13 || late < 20 || amended < 20 {
		t.Errorf("random histories are too tame: %d kinds, %d states, %d late, %d amended", len(accepted), len(reached), late, amended)
	}
	t.Logf("%d tried, accepted %v, late %d, amended %d, states %v", tried, accepted, late, amended, reached)
}

// TestOrderOfRecording: events of different dates say the same in whatever
// order they are recorded, as long as each could be recorded in its turn.
func TestOrderOfRecording(t *testing.T) {
	complete, recorded := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var c *Case
		first := drawOpening(t)
		c, err := OpenCase("case-1", first, clock)
		if err != nil {
			t.Fatal(err)
		}
		events := []CaseEvent{first}
		day := first.EffectiveOn
		for range 5 + evenly(t, 20, "length") {
			e := drawEvent(t, c)
			if e.Supersedes+e.Voids > 0 {
				continue
			}
			day = day.AddDays(rapid.IntRange(1, 200).Draw(t, "later"))
			again := ev(e.Kind, day)
			again.Obligation, again.Amount, again.Finding, again.ToOfficer, again.ToUnit = e.Obligation, e.Amount, e.Finding, e.ToOfficer, e.ToUnit
			if e.Particulars == nil {
				again.Particulars = nil
			}
			for i := range again.Parties {
				again.Parties[i].ID = "x" + itoa(len(events))
			}
			if next, err := c.Append(again, clock); err == nil {
				c, events = next, append(events, again)
			}
		}
		// The opening first, the rest as it comes; what cannot be yet waits.
		waiting := rapid.Permutation(events[1:]).Draw(t, "order")
		other, err := OpenCase("case-1", first, clock)
		if err != nil {
			t.Fatal(err)
		}
		for progress := true; progress && len(waiting) > 0; {
			progress = false
			waiting = slices.DeleteFunc(waiting, func(e CaseEvent) bool {
				next, err := other.Append(e, clock)
				if err == nil {
					other, progress = next, true
				}
				return err == nil
			})
		}
		if len(waiting) > 0 {
			return // two that are only possible together
		}
		complete++
		recorded += len(events)
		if diff := cmp.Diff(derivation(c), derivation(other), wholeCase); diff != "" {
			t.Fatalf("in the order %s the case differs (-dates +recording):\n%s", trail(other), diff)
		}
	})
	if complete < 20 || recorded < 5*complete {
		t.Errorf("only %d histories, of %d events, could be recorded in another order", complete, recorded)
	}
	t.Logf("%d histories, of %d events, recorded in another order", complete, recorded)
}
