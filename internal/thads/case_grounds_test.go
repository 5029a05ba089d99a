package thads

import (
	"slices"
	"strings"
	"testing"
)

// groundsByKind lists which grounds each kind of step may rest on, under the law
// of 2008 and of 2025, as the statutes have them.
var groundsByKind = []struct {
	kind     CaseEventKind
	from     CaseState
	old, new string
}{
	{
		CasePostponed, StateInProgress,
		"L2008_48_1_A L2008_48_1_B L2008_48_1_C L2008_48_1_D L2008_48_1_DD L2008_48_1_E L2008_48_1_G L2008_48_1_H L2008_48_2",
		"L2025_46_1_A L2025_46_1_B L2025_46_1_C L2025_46_1_D L2025_46_1_DD L2025_46_1_E L2025_46_1_G L2025_46_1_H L2025_46_1_I L2025_46_1_K L2025_46_1_L L2025_46_2",
	},
	{CaseSuspended, StateInProgress, "L2008_49_1 L2008_49_2", "L2025_47"},
	{
		CaseTerminated, StateInProgress,
		"L2008_50_1_A L2008_50_1_B L2008_50_1_C L2008_50_1_D L2008_50_1_DD L2008_50_1_E L2008_50_1_G L2008_50_1_H",
		"L2025_48 L2025_48_AGREED",
	},
	{CaseNotEnforceable, StateInProgress, "L2008_44A_1_A L2008_44A_1_B L2008_44A_1_C L2008_44A_PRISON", "L2025_38_1"},
	{CaseReduced, StateInProgress, "L2008_61", "L2025_42"},
	{CaseRevoked, StateInProgress, "L2008_37_1 L2008_37_3", "L2025_35"},
	{CaseRefused, StateReceived, "L2008_31_5", "L2025_34"},
	{CasePaused, StateInProgress, "L2008_150", "L2025_COMPLAINT"},
	{CaseRequestReturned, StateNotEnforceable, "", "L2025_38_4"},
}

// TestEveryGround tries every ground with the step it belongs to, in and out of
// force, and with every other step that rests on a ground.
func TestEveryGround(t *testing.T) {
	known := make(map[GroundCode]CaseEventKind)
	for _, row := range groundsByKind {
		for law, list := range map[Law]string{Law2008: row.old, Law2025: row.new} {
			for _, code := range strings.Fields(list) {
				ground := GroundCode(code)
				known[ground] = row.kind
				right, wrong := Date(20260630), Date(20260701)
				if law == Law2025 {
					right, wrong = wrong, right
				}
				options := []func(*CaseEvent){on(ground)}
				if code == "L2008_48_2" || code == "L2025_46_2" {
					options = append(options, func(e *CaseEvent) { e.Until = e.EffectiveOn.AddDays(30) })
				}
				c, _ := caseIn(t, row.from, 20260701, false)
				if row.kind != CaseRequestReturned || right == 20260701 {
					next := record(t, c, ev(row.kind, right, options...))
					if got := next.Events[len(next.Events)-1].Ground; got != ground {
						t.Errorf("%s: the event has the ground %s", ground, got)
					}
				}
				if row.kind == CaseRequestReturned {
					continue // the step itself is not in force before
				}
				e := refusedSaying(t, c, ev(row.kind, wrong, options...), CodeNotInForce, "ground")
				if !strings.Contains(e.VI, "Điều") && !strings.Contains(e.VI, "Luật") {
					t.Errorf("%s out of force: %s", ground, e.VI)
				}
				for _, other := range groundsByKind {
					if other.kind == row.kind || other.kind == CaseRequestReturned && law == Law2008 {
						continue
					}
					c, _ := caseIn(t, other.from, 20260701, false)
					refusedWith(t, c, ev(other.kind, right, on(ground), until(0)), CodeGround, "ground")
				}
			}
		}
	}
	for _, g := range Grounds() {
		if known[g.Code] == "" || !slices.Equal(g.Kinds, []CaseEventKind{known[g.Code]}) {
			t.Errorf("the ground %s is for %v, want %s", g.Code, g.Kinds, known[g.Code])
		}
		if g.Name.VI == "" || g.Name.EN == "" || !strings.Contains(g.Citation, "Luật THADS 20") {
			t.Errorf("the ground %s is cited as %q and called %+v", g.Code, g.Citation, g.Name)
		}
		delete(known, g.Code)
	}
	if len(known) > 0 {
		t.Errorf("grounds that do not exist: %v", known)
	}
}

func TestUnknownGround(t *testing.T) {
	for _, row := range groundsByKind {
		c, _ := caseIn(t, row.from, 20260701, false)
		refusedWith(t, c, ev(row.kind, 20260701, on("L2099_1")), CodeUnknown, "ground")
	}
	if _, ok := GroundOf("L2099_1"); ok {
		t.Error("GroundOf found a ground that does not exist")
	}
}

// TestGroundWhereNoneBelongs tries the steps that rest on no ground.
func TestGroundWhereNoneBelongs(t *testing.T) {
	c, _ := caseIn(t, StateInProgress, 20200101, false)
	for _, kind := range []CaseEventKind{CaseCollected, CaseEntrusted, CaseAssigned, CaseWithdrawn, CaseReopened, CaseNoted} {
		refusedWith(t, c, ev(kind, 20200101, on("L2008_48_1_A")), CodeNotAllowed, "ground")
	}
}

// The authority that may protest a judgment may have enforcement postponed
// once, for at most three months (2008 art 48(2), 2025 art 46(2)).
func TestPostponedForProtest(t *testing.T) {
	for _, tt := range []struct {
		ground   GroundCode
		day, end Date
		again    Date
	}{
		{"L2008_48_2", 20190131, 20190430, 20200101}, // the end of a shorter month
		{"L2025_46_2", 20260815, 20261115, 20270201},
	} {
		c, _ := caseIn(t, StateInProgress, tt.day, false)
		refusedWith(t, c, ev(CasePostponed, tt.day, on(tt.ground)), CodeRequired, "until")
		refusedWith(t, c, ev(CasePostponed, tt.day, on(tt.ground), until(tt.end.AddDays(1))), CodeOutOfRange, "until")
		refusedWith(t, c, ev(CasePostponed, tt.day, on(tt.ground), until(tt.day.AddDays(-1))), CodeOutOfRange, "until")
		c = record(t, c, ev(CasePostponed, tt.day, on(tt.ground), until(tt.end)))
		if b := c.Balances[0]; b.Until != tt.end || b.Ground != tt.ground || c.Ground != tt.ground {
			t.Errorf("postponed until %s on %s, the case on %s", b.Until, b.Ground, c.Ground)
		}
		c = record(t, c, ev(CaseResumed, tt.end))
		if b := c.Balances[0]; !b.Until.IsZero() || b.Ground != "" {
			t.Errorf("after resuming: until %s, ground %s", b.Until, b.Ground)
		}
		refusedWith(t, c, ev(CasePostponed, tt.again, on(tt.ground), until(tt.again)), CodeTransition, "ground")
		// Another ground is still possible, and without an end.
		c = record(t, c, ev(CasePostponed, tt.again))
		if c.State != StatePostponed {
			t.Errorf("the case is %s", c.State)
		}
	}
	// Once is once for each obligation.
	c := history(t, opening(20190101, money(100), money(100)), ev(CaseVerificationBegun, 20190115),
		ev(CasePostponed, 20190201, of("o1"), on("L2008_48_2"), until(20190301)),
		ev(CasePostponed, 20190202, of("o2"), on("L2008_48_2"), until(20190301)))
	// A postponement that was taken back was none.
	c = record(t, c, voiding(4))
	record(t, c, ev(CasePostponed, 20190301, of("o2"), on("L2008_48_2"), until(20190501)))
	refusedWith(t, record(t, c, ev(CaseResumed, 20190302, of("o1"))),
		ev(CasePostponed, 20190303, of("o1"), on("L2008_48_2"), until(20190501)), CodeTransition, "ground")
}

// A debtor without means is put into the separate book after one year, two
// where in prison or without address, and after two verifications (Decree
// 62/2015 art 9).
func TestSeparateBookWaits(t *testing.T) {
	for _, tt := range []struct {
		ground GroundCode
		first  Date
	}{
		{"L2008_44A_1_A", 20200301},
		{"L2008_44A_1_B", 20200301},
		{"L2008_44A_1_C", 20210301},
		{"L2008_44A_PRISON", 20210301},
	} {
		t.Run(string(tt.ground), func(t *testing.T) {
			c, _ := caseIn(t, StateInProgress, 20190301, false)
			c = record(t, c, ev(CaseNotEnforceable, 20190301, on(tt.ground)))
			c = record(t, c, ev(CaseVerified, 20190901, found(FindingNoMeans)))
			refusedWith(t, c, ev(CaseMovedToSeparate, tt.first), CodeTooEarly, "effectiveOn")
			c = record(t, c, ev(CaseVerified, 20200115, found(FindingNoMeans)))
			e := refusedSaying(t, c, ev(CaseMovedToSeparate, tt.first.AddDays(-1)), CodeTooEarly, "effectiveOn")
			if !strings.Contains(e.VI, tt.first.Vietnamese()) {
				t.Errorf("the refusal does not name the day: %s", e.VI)
			}
			c = record(t, c, ev(CaseMovedToSeparate, tt.first))
			if c.State != StateSeparateBook || !c.FinishedOn.IsZero() || c.Balances[0].Remaining != 100 {
				t.Errorf("%s, finished %s, %d remain", c.State, c.FinishedOn, c.Balances[0].Remaining)
			}
			// Back, and declared anew: time and verifications start again.
			c = record(t, c, ev(CaseBackFromSeparate, tt.first.AddDays(30)))
			c = record(t, c, ev(CaseNotEnforceable, tt.first.AddDays(60), on(tt.ground)))
			refusedWith(t, c, ev(CaseMovedToSeparate, tt.first.AddDays(90)), CodeTooEarly, "effectiveOn")
		})
	}
	// Each obligation waits for itself.
	c := history(t, opening(20180101, money(100), money(100)), ev(CaseVerificationBegun, 20180115),
		ev(CaseNotEnforceable, 20180201, of("o1")), ev(CaseNotEnforceable, 20180601, of("o2")),
		ev(CaseVerified, 20180801, found(FindingNoMeans)), ev(CaseVerified, 20190201, found(FindingNoMeans)))
	refusedWith(t, c, ev(CaseMovedToSeparate, 20190301), CodeTooEarly, "effectiveOn")
	record(t, c, ev(CaseMovedToSeparate, 20190601))
}

// Under the law of 2025 a request is returned two years after the declaration;
// verifications are no condition (art 38(4)).
func TestRequestReturnedWaits(t *testing.T) {
	c, _ := caseIn(t, StateInProgress, 20250115, false)
	c = record(t, c, ev(CaseNotEnforceable, 20250115))
	refusedWith(t, c, ev(CaseRequestReturned, 20260701), CodeTooEarly, "effectiveOn")
	refusedWith(t, c, ev(CaseRequestReturned, 20270114), CodeTooEarly, "effectiveOn")
	c = record(t, c, ev(CaseRequestReturned, 20270115))
	if b := c.Balances[0]; c.State != StateReturned || b.Closed != 100 || b.Remaining != 0 || c.FinishedOn != 20270115 {
		t.Errorf("%s with %d closed, finished %s", c.State, b.Closed, c.FinishedOn)
	}
	// A long wait is one of the separate book alone.
	c = history(t, opening(20240101, money(100)), ev(CaseVerificationBegun, 20240115), ev(CaseNotEnforceable, 20240701, on("L2008_44A_PRISON")))
	record(t, c, ev(CaseRequestReturned, 20260701))
	// The time of an older case counts from when its state began.
	c = history(t, ev(CaseBroughtForward, 20260930, func(e *CaseEvent) {
		e.Particulars.Balance = &OpeningBalance{State: StateNotEnforceable, Since: 20241120, Ground: "L2008_44A_1_A"}
	}))
	if c.Since != 20241120 || c.OpenedOn != 20260930 {
		t.Errorf("brought forward: since %s, opened %s", c.Since, c.OpenedOn)
	}
	refusedWith(t, c, ev(CaseRequestReturned, 20261119), CodeTooEarly, "effectiveOn")
	record(t, c, ev(CaseRequestReturned, 20261120))
}

// An older case enters the separate book counting what it had waited before.
func TestBroughtForwardWaits(t *testing.T) {
	bring := func(verifications int) *Case {
		return history(t, ev(CaseBroughtForward, 20180930, func(e *CaseEvent) {
			e.Particulars.Balance = &OpeningBalance{State: StateNotEnforceable, Since: 20171001, Ground: "L2008_44A_1_A", Verifications: verifications}
		}))
	}
	refusedWith(t, bring(1), ev(CaseMovedToSeparate, 20181001), CodeTooEarly, "effectiveOn")
	refusedWith(t, bring(2), ev(CaseMovedToSeparate, 20180930), CodeTooEarly, "effectiveOn")
	record(t, bring(2), ev(CaseMovedToSeparate, 20181001))
	for _, s := range append(LiveStates(), StateSeparateBook) {
		c := history(t, ev(CaseBroughtForward, 20180930, func(e *CaseEvent) { e.Particulars.Balance = &OpeningBalance{State: s} }))
		if c.State != s || c.Since != 20180930 || c.OpenedOn != 20180930 {
			t.Errorf("brought forward as %s: %s since %s", s, c.State, c.Since)
		}
	}
}
