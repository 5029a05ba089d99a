package thads

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// deadlineLines are deadlines, one a line: rule, from → last day, "named" where
// the record names it, how it ended, and the holder where it is another one.
func deadlineLines(ds []Deadline) []string {
	var out []string
	for i := range ds {
		d := &ds[i]
		due, certain := d.End()
		line := string(d.Rule) + " " + d.From.String() + " → " + due.String()
		if d.Due != 0 {
			line += " named"
		}
		if !certain {
			line += " uncertain"
		}
		switch {
		case d.Met:
			line += " met " + d.Ended.String()
		case d.Ended != 0:
			line += " ended " + d.Ended.String()
		}
		switch d.Officer {
		case offA:
		case "":
			line += " nobody"
		default:
			line += " " + string(d.Officer)
		}
		if d.Unit != unitA {
			line += " " + string(d.Unit)
		}
		out = append(out, line)
	}
	return out
}

func wantDeadlines(t *testing.T, got []Deadline, want string) {
	t.Helper()
	var lines []string
	for l := range strings.Lines(want) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	if diff := cmp.Diff(lines, deadlineLines(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCaseDeadlines(t *testing.T) {
	t.Parallel()
	const opened = 20181105 // a Monday
	first := opening(opened, money(1000))
	ownMotion := func(kind JudgmentKind) func(*CaseEvent) {
		return func(e *CaseEvent) { e.Particulars.Initiation, e.Particulars.Judgment.Kind = OwnMotion, kind }
	}
	balance := func(b OpeningBalance) func(*CaseEvent) {
		return func(e *CaseEvent) { e.Particulars.Balance = &b }
	}
	measure := func(m Measure) func(*CaseEvent) { return func(e *CaseEvent) { e.Measure = m } }
	begun := []CaseEvent{first, ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181203)}
	const begunLines = `
		VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 ended 2018-11-16
		START_VERIFICATION 2018-11-15 → 2018-11-26 met 2018-11-20`
	with := func(more ...CaseEvent) []CaseEvent { return slices.Concat(begun, more) }
	for _, tt := range []struct {
		name   string
		events []CaseEvent
		want   string
	}{
		{"waiting for a decision", []CaseEvent{ev(CaseReceived, opened)}, `
			DECISION_ON_REQUEST 2018-11-05 → 2018-11-12 nobody`},
		{"of one's own motion", []CaseEvent{ev(CaseReceived, opened, ownMotion(JudgmentCriminal)), ev(CaseRefused, 20181107)}, `
			DECISION_OWN_MOTION 2018-11-05 → 2018-11-12 met 2018-11-07 nobody`},
		{"bankruptcy", []CaseEvent{ev(CaseReceived, opened, ownMotion(JudgmentBankruptcy))}, `
			DECISION_BANKRUPTCY 2018-11-05 → 2018-11-08 nobody`},
		{"nobody came", []CaseEvent{first}, `
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 ended 2018-11-16
			START_VERIFICATION 2018-11-15 → 2018-11-26`},
		{"paid in time", []CaseEvent{first, ev(CasePerformed, 20181110, dong(1000))}, `
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 met 2018-11-10`},
		{"under the new law, the last day a Sunday", []CaseEvent{opening(20260709, money(10))}, `
			VOLUNTARY_PERIOD 2026-07-09 → 2026-07-20 ended 2026-07-21
			START_VERIFICATION 2026-07-20 → 2026-07-29`},
		{"begun under one law, verified under the other", []CaseEvent{opening(20260624, money(10))}, `
			VOLUNTARY_PERIOD 2026-06-24 → 2026-07-06 ended 2026-07-07
			START_VERIFICATION 2026-07-06 → 2026-07-15`},
		{"over the lunar new year", []CaseEvent{opening(20190124, money(10))}, `
			VOLUNTARY_PERIOD 2019-01-24 → 2019-02-11 ended 2019-02-12
			START_VERIFICATION 2019-02-11 → 2019-02-21`},
		{"paid out in two parts", with(ev(CaseCollected, 20190110, dong(300)), ev(CaseCollected, 20190114, dong(100)),
			ev(CasePaidOut, 20190115, dong(350)), ev(CaseDeposited, 20190130, dong(50))), begunLines + `
			PAY_OUT 2019-01-10 → 2019-01-21 met 2019-01-15
			PAY_OUT 2019-01-14 → 2019-01-24 met 2019-01-30`},
		{"paid out on the day", with(ev(CaseCollected, 20190110, dong(300)), ev(CasePaidOut, 20190110, dong(300))), begunLines},
		{"no means, decided, verified again, moved apart", []CaseEvent{
			first, ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181203, found(FindingNoMeans)), ev(CaseNotEnforceable, 20181212),
			ev(CaseVerified, 20190610, found(FindingNoMeans)), ev(CaseVerified, 20191001, found(FindingNoMeans)), ev(CaseMovedToSeparate, 20191216),
		}, begunLines + `
			NOT_ENFORCEABLE_DECISION 2018-12-03 → 2018-12-10 met 2018-12-12
			REVERIFY 2018-12-12 → 2019-06-12 met 2019-06-10
			REVERIFY 2019-06-10 → 2019-12-10 met 2019-10-01
			REVERIFY 2019-10-01 → 2020-04-01 ended 2019-12-16`},
		{"in prison", []CaseEvent{first, ev(CaseVerificationBegun, 20181115), ev(CaseNotEnforceable, 20181203, on("L2008_44A_PRISON")), ev(CaseResumed, 20190101)}, `
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 ended 2018-11-15
			REVERIFY_LONG 2018-12-03 → 2019-12-03 ended 2019-01-01`},
		{
			"means after all",
			[]CaseEvent{first, ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181203, found(FindingNoMeans)), ev(CaseVerified, 20181205)},
			begunLines + `
			NOT_ENFORCEABLE_DECISION 2018-12-03 → 2018-12-10 ended 2018-12-05`,
		},
		{"no means under the new law", []CaseEvent{opening(20260701, money(10)), ev(CaseVerificationBegun, 20260713), ev(CaseNotEnforceable, 20260716)}, `
			VOLUNTARY_PERIOD 2026-07-01 → 2026-07-13 ended 2026-07-13
			REVERIFY 2026-07-16 → 2027-01-18
			RETURN_REQUEST 2026-07-16 → 2028-07-17 uncertain`},
		{"postponed until a day, resumed late", with(ev(CasePostponed, 20190102, until(20190308)), ev(CaseResumed, 20190320)), begunLines + `
			POSTPONEMENT 2019-01-02 → 2019-03-08 named ended 2019-03-09
			RESUME_AFTER_POSTPONEMENT 2019-03-08 → 2019-03-15 met 2019-03-20`},
		{"postponed until a day, resumed before", with(ev(CasePostponed, 20190102, until(20190308)), ev(CaseResumed, 20190220)), begunLines + `
			POSTPONEMENT 2019-01-02 → 2019-03-08 named met 2019-02-20`},
		{"paused", with(ev(CasePaused, 20190102, until(20190201))), begunLines + `
			PAUSE 2019-01-02 → 2019-02-01 named`},
		{"secured until a day, coerced", with(ev(CaseSecurityMeasure, 20190102, until(20190110)), ev(CaseCoerciveMeasure, 20190109)), begunLines + `
			COERCION_AFTER_SECURITY 2019-01-02 → 2019-01-10 named met 2019-01-09`},
		{"secured under the old law without a day", with(ev(CaseSecurityMeasure, 20190102)), begunLines},
		{"kept in the country", with(ev(CaseSecurityMeasure, 20190102, until(20190110), measure(ExitPostponement))), begunLines},
		{"handed over and back on one day", []CaseEvent{
			first, ev(CaseAssigned, 20181107), ev(CaseAssigned, 20181107, func(e *CaseEvent) { e.ToOfficer = offA }), ev(CaseVerificationBegun, 20181120),
		}, begunLines},
		{"handed over", []CaseEvent{first, ev(CaseAssigned, 20181107), ev(CaseTransferred, 20181121), ev(CaseVerificationBegun, 20181126)}, `
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 ended 2018-11-07
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 ended 2018-11-16 officer-b
			START_VERIFICATION 2018-11-15 → 2018-11-26 ended 2018-11-21 officer-b
			START_VERIFICATION 2018-11-15 → 2018-11-26 met 2018-11-26 officer-b unit-b`},
		{"brought forward without means", []CaseEvent{ev(CaseBroughtForward, opened, balance(OpeningBalance{State: StateNotEnforceable, Since: 20170105, Ground: "L2008_44A_1_A", Verifications: 2}))}, `
			REVERIFY 2018-11-05 → 2019-05-06 nobody`},
		{"of two obligations one is done", []CaseEvent{
			opening(opened, money(100), money(50)), ev(CasePerformed, 20181110, of("o1"), dong(100)), ev(CaseVerificationBegun, 20181126),
		}, `
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 met 2018-11-10
			VOLUNTARY_PERIOD 2018-11-05 → 2018-11-15 ended 2018-11-16
			START_VERIFICATION 2018-11-15 → 2018-11-26 met 2018-11-26`},
		{"a payment that was taken back", with(ev(CaseCollected, 20190110, dong(300)), ev(CasePaidOut, 20190115, dong(300)), voiding(5)), begunLines + `
			PAY_OUT 2019-01-10 → 2019-01-21`},
		{"an opening that was taken back", []CaseEvent{first, voiding(1)}, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := CaseDeadlines(history(t, tt.events...))
			if err != nil {
				t.Fatal(err)
			}
			wantDeadlines(t, got, tt.want)
		})
	}
}

func TestVerdictDeadlinesOfHistories(t *testing.T) {
	t.Parallel()
	registered := func(change ...func(*VerdictParticulars)) VerdictEvent {
		e := verdictEvent(VerdictRegistered, 20190111)
		for _, c := range change {
			c(e.Particulars)
		}
		return e
	}
	received := func(d Date) func(*VerdictParticulars) {
		return func(p *VerdictParticulars) { p.DebtorReceivedOn = d }
	}
	established := func(on, d Date) VerdictEvent {
		e := verdictEvent(VerdictReceiptEstablished, on)
		e.DebtorReceivedOn = d
		return e
	}
	for _, tt := range []struct {
		name   string
		events []VerdictEvent
		want   string
	}{
		{"receipt known, then done", []VerdictEvent{
			registered(received(20181220)), verdictEvent(VerdictNoticeIssued, 20190115), verdictEvent(VerdictCompleted, 20190301),
		}, `
			VERDICT_ENFORCE 2018-12-20 → 2019-01-19 met 2019-03-01
			VERDICT_NOTICE 2019-01-10 → 2019-01-17 met 2019-01-15
			VERDICT_COMPULSION_REQUEST 2019-01-19 → 2020-01-20 ended 2019-03-01`},
		{"receipt unknown", []VerdictEvent{registered()}, `
			VERDICT_NOTICE 2019-01-10 → 2019-01-17
			VERDICT_RECEIPT 2019-01-11 → 2019-02-11`},
		{"established, another time too", []VerdictEvent{registered(), established(20190120, 20181220), established(20190201, 20190105)}, `
			VERDICT_ENFORCE 2018-12-20 → 2019-01-19 ended 2019-02-01
			VERDICT_NOTICE 2019-01-10 → 2019-01-17
			VERDICT_RECEIPT 2019-01-11 → 2019-02-11 met 2019-01-20
			VERDICT_COMPULSION_REQUEST 2019-01-19 → 2020-01-20 ended 2019-02-01
			VERDICT_ENFORCE 2019-02-01 → 2019-02-04 named
			VERDICT_COMPULSION_REQUEST 2019-02-04 → 2020-02-04 ended 2020-02-05`},
		{"at once", []VerdictEvent{registered(received(20181220), func(p *VerdictParticulars) { p.Category = VerdictProvisional }), verdictEvent(VerdictCompulsionDecided, 20190214)}, `
			VERDICT_ENFORCE_AT_ONCE 2018-12-20 → 2018-12-20
			VERDICT_COMPULSION_REQUEST 2018-12-20 → 2019-12-20 met 2019-02-14
			VERDICT_NOTICE_AT_ONCE 2019-01-10 → 2019-01-10`},
		{"reopened", []VerdictEvent{
			registered(received(20181220)), verdictEvent(VerdictNoticeIssued, 20190111), verdictEvent(VerdictCompleted, 20190301), verdictEvent(VerdictReopened, 20190401),
		}, `
			VERDICT_ENFORCE 2018-12-20 → 2019-01-19 met 2019-03-01
			VERDICT_NOTICE 2019-01-10 → 2019-01-17 met 2019-01-11
			VERDICT_COMPULSION_REQUEST 2019-01-19 → 2020-01-20 ended 2019-03-01
			VERDICT_ENFORCE 2019-04-01 → 2019-01-19 named
			VERDICT_COMPULSION_REQUEST 2019-04-01 → 2020-01-20 named ended 2020-01-21`},
		{"nothing to track", []VerdictEvent{registered(func(p *VerdictParticulars) { p.Tracked = false }), established(20190120, 20181220)}, ``},
		{"handed over", []VerdictEvent{registered(), verdictEvent(VerdictTransferred, 20190120)}, `
			VERDICT_NOTICE 2019-01-10 → 2019-01-17 ended 2019-01-20
			VERDICT_NOTICE 2019-01-10 → 2019-01-17 officer-b unit-b
			VERDICT_RECEIPT 2019-01-11 → 2019-02-11 ended 2019-01-20
			VERDICT_RECEIPT 2019-01-11 → 2019-02-11 officer-b unit-b`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := verdictOf(t, tt.events...)
			wantDeadlines(t, VerdictDeadlines(v), tt.want)
			// Both ways to tell when the debtor is late agree.
			for day := Date(20181220); day < 20200301; day = day.AddDays(1) {
				late := slices.ContainsFunc(OpenOn(VerdictDeadlines(v), day), func(d Deadline) bool {
					return (d.Rule == RuleVerdictEnforce || d.Rule == RuleVerdictEnforceAtOnce) && d.DueOn() < day
				})
				last := v.Events[len(v.Events)-1].EffectiveOn
				if day >= last && late != v.IsOverdue(day) {
					t.Fatalf("on %s overdue: %t, by the verdict %t", day, late, v.IsOverdue(day))
				}
			}
		})
	}
}

func TestTaskDeadlinesOfHistories(t *testing.T) {
	t.Parallel()
	standing := taskEvent(TaskSet, 20190201)
	standing.Particulars.DueOn, standing.Particulars.ReviewOn, standing.Particulars.Standing = 0, 0, true
	for _, tt := range []struct {
		name   string
		events []TaskEvent
		want   string
	}{
		{"set", []TaskEvent{taskEvent(TaskSet, 20190201)}, `
			TASK_DUE 2019-02-01 → 2019-12-31 named nobody
			TASK_REVIEW 2019-02-01 → 2019-09-01 named nobody`},
		{"reported before the review, and after it", []TaskEvent{
			taskEvent(TaskSet, 20190201), taskEvent(TaskReported, 20190601), taskEvent(TaskReported, 20190903), taskEvent(TaskDueMoved, 20191201), taskEvent(TaskCompleted, 20200101),
		}, `
			TASK_DUE 2019-02-01 → 2019-12-31 named ended 2019-12-01 nobody
			TASK_REVIEW 2019-02-01 → 2019-09-01 named met 2019-09-03 nobody
			TASK_DUE 2019-12-01 → 2020-03-31 named met 2020-01-01 nobody`},
		{"called off and set again", []TaskEvent{taskEvent(TaskSet, 20190201), taskEvent(TaskCalledOff, 20190301), taskEvent(TaskReopened, 20190401)}, `
			TASK_DUE 2019-02-01 → 2019-12-31 named ended 2019-03-01 nobody
			TASK_REVIEW 2019-02-01 → 2019-09-01 named ended 2019-03-01 nobody
			TASK_DUE 2019-04-01 → 2019-12-31 named nobody
			TASK_REVIEW 2019-04-01 → 2019-09-01 named nobody`},
		{"standing", []TaskEvent{standing}, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			task := new(Task)
			for _, e := range tt.events {
				task = taskLife.must(t, task, e)
			}
			wantDeadlines(t, TaskDeadlines(task), tt.want)
		})
	}
}

// TestDeadlinesOfRandomHistories checks what must hold of any case, late, corrected
// and taken back as its events may be: what runs at the end follows from where the
// obligations stand, it runs for who holds the case, and on no day for two.
func TestDeadlinesOfRandomHistories(t *testing.T) {
	handed, met, open := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c, err := OpenCase("case-1", drawOpening(t), clock)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 + evenly(t, 40, "length") {
			if next, err := c.Append(drawEvent(t, c), clock); err == nil {
				c = next
			}
		}
		ds, err := CaseDeadlines(c)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := CaseDeadlines(c); err != nil || !slices.Equal(ds, again) {
			t.Fatalf("asked again it is %v, %v", again, err)
		}
		_, decoded, err := DecodeEntries(EncodeEntries(nil, ds))
		if err != nil || !slices.Equal(ds, decoded) {
			t.Fatalf("encoded and decoded it is %v, %v", decoded, err)
		}
		running := map[RuleCode]bool{}
		for i := range ds {
			d := &ds[i]
			rule, known := DeadlineRuleOf(d.Rule)
			since := OpenSince(ds, i)
			switch {
			case !known || !rule.IsTracked() || rule.Book != BookCases:
				t.Fatalf("%+v is of no rule", d)
			case d.DueOn() < d.From || d.Ground() == "":
				t.Fatalf("%+v ends on %s by %q", d, d.DueOn(), d.Ground())
			case d.Ended != 0 && d.Ended <= since || since < d.From:
				t.Fatalf("%+v was open from %s", d, since)
			case since > d.From:
				if ds[i-1].Ended != since {
					t.Fatalf("%+v begins on %s, the one before it ends on %s", d, since, ds[i-1].Ended)
				}
				handed++
			case d.Met:
				met++
			}
			if d.Ended == 0 {
				open++
				running[d.Rule] = true
				if d.Unit != c.Unit || d.Officer != c.Officer {
					t.Fatalf("%+v runs, the case is with %s, %s", d, c.Unit, c.Officer)
				}
			}
		}
		want := map[RuleCode]bool{}
		for i := range c.Balances {
			b := &c.Balances[i]
			if b.Held > 0 {
				want[RulePayOut] = true
			}
			switch b.State {
			case StateVoluntary:
				// Verified before it was due, nothing is left to begin.
				if want[RuleStartVerification] = true; b.Verifications > 0 {
					running[RuleStartVerification] = true
				}
			case StateNotEnforceable:
				if g, _ := GroundOf(b.Ground); g.LongWait {
					want[RuleReverifyLong] = true
				} else {
					want[RuleReverify] = true
				}
			case StatePostponed:
				if b.Until != 0 {
					want[RuleResume] = true
				}
			case StatePaused:
				if b.Until != 0 {
					want[RulePause] = true
				}
			default:
			}
		}
		if c.State == StateReceived {
			want[RuleDecideRequest] = true
		}
		// These run or not as the history says; the others as the case stands.
		for _, free := range []RuleCode{RuleNoMeansDecision, RuleReturnRequest, RuleCoercion} {
			delete(running, free)
		}
		if diff := cmp.Diff(want, running); diff != "" {
			t.Fatalf("in the state %s (-want +got):\n%s\n%s", c.State, diff, strings.Join(deadlineLines(ds), "\n"))
		}
		if !c.State.IsUnfinished() && len(running) > 0 {
			t.Fatalf("the case is %s", c.State)
		}
	})
	t.Logf("%d handed over, %d met, %d open", handed, met, open)
	if handed == 0 || met == 0 || open == 0 {
		t.Error("the histories are too tame")
	}
}

// TestDeadlineRules checks the table.
func TestDeadlineRules(t *testing.T) {
	t.Parallel()
	kindsOf := map[Book][]string{}
	for _, s := range CaseEventSpecs() {
		kindsOf[BookCases] = append(kindsOf[BookCases], string(s.Kind))
	}
	for _, s := range VerdictEventSpecs() {
		kindsOf[BookVerdicts] = append(kindsOf[BookVerdicts], string(s.Kind))
	}
	for _, s := range TaskEventSpecs() {
		kindsOf[BookTasks] = append(kindsOf[BookTasks], string(s.Kind))
	}
	rules := DeadlineRules()
	if len(rules) > 255 {
		t.Fatal("the index of a rule is a byte")
	}
	seen := map[RuleCode]bool{}
	for i := range rules {
		r := &rules[i]
		if seen[r.Code] || r.Name.VI == "" || r.Name.EN == "" || len(r.Terms) == 0 || r.Term().VI == "" || r.Term().EN == "" {
			t.Errorf("%s is not complete", r.Code)
		}
		seen[r.Code] = true
		if got, ok := DeadlineRuleOf(r.Code); !ok || got != r {
			t.Errorf("%s is not found", r.Code)
		}
		for _, k := range slices.Concat(r.Starts, r.Met, r.Ceases) {
			if !slices.Contains(kindsOf[r.Book], k) {
				t.Errorf("%s names %s, which is no event of its book", r.Code, k)
			}
		}
		if r.IsTracked() && len(r.Met) == 0 {
			t.Errorf("nothing fulfils %s", r.Code)
		}
		if r.GroundUnder(Law2008) == "" && r.GroundUnder(Law2025) == "" {
			t.Errorf("%s rests on nothing", r.Code)
		}
		for _, term := range r.Terms {
			if term.Ground == "" || strings.Contains(term.Ground, "  ") {
				t.Errorf("%s rests on %q", r.Code, term.Ground)
			}
		}
		for d := Date(20251201); d < 20261231; d = d.AddDays(1) {
			n := 0
			for _, term := range r.Terms {
				if term.InForce(d) {
					n++
				}
			}
			if n > 1 {
				t.Fatalf("%s has %d terms on %s", r.Code, n, d)
			}
		}
	}
	if got, want := mustRule(t, RuleStartVerification).Term().VI, "10 ngày; 9 ngày từ 01/07/2026"; got != want {
		t.Errorf("the term is %q, not %q", got, want)
	}
	if got := mustRule(t, "MOVE_TO_SEPARATE_BOOK").GroundUnder(Law2025); got != "" {
		t.Errorf("the law of 2025 knows the separate book by %q", got)
	}
	if (&Deadline{Rule: "UNKNOWN", From: 20190101}).DueOn() != 0 {
		t.Error("a rule that nobody knows gives a day")
	}
}

func mustRule(t *testing.T, code RuleCode) *DeadlineRule {
	t.Helper()
	r, ok := DeadlineRuleOf(code)
	if !ok {
		t.Fatalf("no rule %s", code)
	}
	return r
}
