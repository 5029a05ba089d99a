package thads

import (
	"bufio"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clock is the writer's clock in these tests: after every date they use.
var clock = time.Date(2028, time.January, 3, 1, 30, 0, 0, time.UTC)

// wholeCase compares folded cases with the memory of grounds used once.
var wholeCase = cmp.AllowUnexported(Balance{})

const (
	unitA UnitID    = "unit-a"
	unitB UnitID    = "unit-b"
	offA  OfficerID = "officer-a"
	offB  OfficerID = "officer-b"
)

// decision is a numbered paper of a day.
func decision(number string, on Date) *Decision {
	return &Decision{Number: ParseDocumentNumber(number), Date: on}
}

// money is an obligation to pay, thing one to hand something over, perhaps of value.
func money(amount Dong) Obligation { return Obligation{Kind: Debt, Amount: amount} }
func thing(value Dong) Obligation  { return Obligation{Kind: HandOverAsset, Amount: value} }

// particulars are those of an invented case with these obligations.
func particulars(on Date, obligations ...Obligation) *Particulars {
	return &Particulars{
		Initiation: OnRequest,
		Judgment: Judgment{
			Kind: JudgmentCivil, Number: ParseDocumentNumber("07/2014/DS-ST"), Date: on.AddDays(-30), Court: "Tòa án nhân dân thành phố",
		},
		Parties: []Party{
			{Role: Creditor, Kind: Organisation, Name: "Ngân hàng Ví Dụ"},
			{Role: Debtor, Kind: Person, Name: "Nguyễn Văn Thử", Address: "Phường Mẫu", BirthYear: 1970},
		},
		Obligations: obligations,
	}
}

// opening is the enforcement decision that opens a case.
func opening(on Date, obligations ...Obligation) CaseEvent {
	e := CaseEvent{Kind: CaseDecided, Decision: decision("46/QĐ-CTHADS", on), Particulars: particulars(on, obligations...), ToUnit: unitA, ToOfficer: offA}
	e.EffectiveOn, e.By = on, "person-1"
	return e
}

// ev is an event of a kind with all the kind needs, changed by the options.
func ev(kind CaseEventKind, on Date, options ...func(*CaseEvent)) CaseEvent {
	e := CaseEvent{Kind: kind}
	e.EffectiveOn, e.By = on, "person-1"
	paper := decision("12/QĐ-CTHADS", on)
	ground := func(old, current GroundCode) GroundCode {
		if on >= 20260701 {
			return current
		}
		return old
	}
	switch kind {
	case CaseReceived:
		e.Particulars, e.ToUnit = particulars(on, money(100)), unitA
	case CaseDecided:
		e.Decision, e.Particulars, e.ToUnit, e.ToOfficer = paper, particulars(on, money(100)), unitA, offA
	case CaseBroughtForward:
		e.Decision, e.Particulars, e.ToUnit = paper, particulars(on, money(100)), unitA
		e.Particulars.Balance = &OpeningBalance{State: StatePostponed}
	case CaseVerified:
		e.Finding = FindingMeans
	case CaseCollected, CasePaidOut, CaseDeposited, CasePerformed, CaseAdjusted:
		e.Amount = 10
	case CaseReduced:
		e.Amount, e.Decision = 10, paper
	case CasePostponed:
		e.Ground, e.Decision = ground("L2008_48_1_C", "L2025_46_1_C"), paper
	case CaseSuspended:
		e.Ground, e.Decision = ground("L2008_49_1", "L2025_47"), paper
	case CaseNotEnforceable:
		e.Ground, e.Decision = ground("L2008_44A_1_A", "L2025_38_1"), paper
	case CaseTerminated:
		e.Ground, e.Decision = ground("L2008_50_1_C", "L2025_48"), paper
	case CaseResumed, CaseBackFromSeparate, CaseRequestReturned, CaseWithdrawn, CaseRevoked, CaseReopened:
		e.Decision = paper
	case CaseEntrusted:
		e.Decision, e.Recipient = paper, "Cơ quan thi hành án tỉnh bên"
	case CaseSecurityMeasure:
		e.Measure, e.Decision = FreezeAccount, paper
	case CaseCoerciveMeasure:
		e.Measure, e.Decision = AttachAsset, paper
	case CasePartiesChanged:
		e.Parties = []Party{{Role: Related, Kind: Person, Name: "Lê Thị Liên Quan"}}
	case CaseAssigned:
		e.ToOfficer = offB
	case CaseTransferred:
		e.ToUnit, e.ToOfficer = unitB, offB
	case CaseTagged:
		e.AddTags = []Tag{TagComplex}
	case CaseNoted:
		e.Note = "Đã gọi điện cho đương sự."
	case CaseRefused, CaseVerificationBegun, CasePaused, CaseMovedToSeparate, CaseVoidedEvent:
	}
	for _, o := range options {
		o(&e)
	}
	return e
}

func of(obligation string) func(*CaseEvent) { return func(e *CaseEvent) { e.Obligation = obligation } }
func dong(amount Dong) func(*CaseEvent)     { return func(e *CaseEvent) { e.Amount = amount } }
func on(ground GroundCode) func(*CaseEvent) { return func(e *CaseEvent) { e.Ground = ground } }
func until(d Date) func(*CaseEvent)         { return func(e *CaseEvent) { e.Until = d } }
func found(f Finding) func(*CaseEvent)      { return func(e *CaseEvent) { e.Finding = f } }
func with(parties ...Party) func(*CaseEvent) {
	return func(e *CaseEvent) { e.Parties = parties }
}

// correcting makes the event a correction of another.
func correcting(seq int) func(*CaseEvent) {
	return func(e *CaseEvent) { e.Supersedes, e.Reason = seq, "nhập nhầm" }
}

// voiding takes an event back.
func voiding(seq int) CaseEvent {
	var e CaseEvent
	e.Voids, e.Reason, e.By = seq, "nhập nhầm", "person-1"
	return e
}

// history records the events one after the other; each must be accepted and
// leave a sound case.
func history(tb testing.TB, events ...CaseEvent) *Case {
	tb.Helper()
	c := &Case{ID: "case-1"}
	for _, e := range events {
		c = record(tb, c, e)
	}
	return c
}

func record(tb testing.TB, c *Case, e CaseEvent) *Case {
	tb.Helper()
	next, err := c.Append(e, clock)
	if err != nil {
		tb.Fatalf("%s on %s refused after %s: %v", e.Kind, e.EffectiveOn, trail(c), err)
	}
	if err := sound(next); err != nil {
		tb.Fatalf("after %s: %v", trail(next), err)
	}
	return next
}

// refused records an event that must be refused, and returns the refusals.
func refused(tb testing.TB, c *Case, e CaseEvent) Errors {
	tb.Helper()
	next, err := c.Append(e, clock)
	if err == nil {
		tb.Fatalf("%s on %s accepted after %s; the case is now %s", e.Kind, e.EffectiveOn, trail(c), next.State)
	}
	es, ok := Refusals(err)
	if !ok {
		tb.Fatalf("%s: not a refusal: %v", e.Kind, err)
	}
	for _, e := range es {
		speaks(tb, e)
	}
	return es
}

// refusedWith tells that the first refusal has this code and field.
func refusedWith(tb testing.TB, c *Case, e CaseEvent, code Code, field string) {
	tb.Helper()
	refusedSaying(tb, c, e, code, field)
}

// refusedSaying is refusedWith for a look at the words.
func refusedSaying(tb testing.TB, c *Case, e CaseEvent, code Code, field string) Text {
	tb.Helper()
	es := refused(tb, c, e)
	if es[0].Code != code || strings.Join(es[0].Field, ".") != field {
		tb.Fatalf("%s refused with %s %v (%s), want %s %s", e.Kind, es[0].Code, es[0].Field, es[0].Text.EN, code, field)
	}
	return es[0].Text
}

// speaks tells that a refusal says something whole in both languages.
func speaks(tb testing.TB, e *Error) {
	tb.Helper()
	for _, s := range []string{e.Text.VI, e.Text.EN} {
		if s == "" || strings.Contains(s, "%!") || strings.Contains(s, "  ") || strings.Contains(s, "“”") {
			tb.Errorf("%s %v says %q / %q", e.Code, e.Field, e.Text.VI, e.Text.EN)
		}
	}
}

// trail lists the kinds of a history, for messages.
func trail(c *Case) string {
	var b strings.Builder
	for i := range c.Events {
		b.WriteString(string(c.Events[i].Kind) + "(" + c.Events[i].EffectiveOn.String() + ") ")
	}
	return b.String()
}

// sound tells what must hold of every case after every event.
func sound(c *Case) error {
	var es []error
	fail := func(what string) { es = append(es, errors.New(what)) }
	if !slices.Contains(allCaseStates(), c.State) || c.State == StateReduced {
		fail("the case is in the state " + string(c.State))
	}
	if c.Version != len(c.Events) {
		fail("the version is not the number of events")
	}
	for i := range c.Balances {
		b := &c.Balances[i]
		if b.Amount+b.Adjusted != b.Remaining+b.Held+b.Done+b.Reduced+b.Terminated+b.Entrusted+b.Closed {
			fail("obligation " + b.ID + " does not balance")
		}
		for _, d := range []Dong{b.Amount, b.Amount + b.Adjusted, b.Remaining, b.Held, b.Done, b.Reduced, b.Terminated, b.Entrusted, b.Closed} {
			if d < 0 || d > MaxDong {
				fail("obligation " + b.ID + " has an amount of " + d.Vietnamese())
			}
		}
		if b.IsFinished() && (b.Remaining != 0 || b.Held != 0) {
			fail("obligation " + b.ID + " is finished with " + (b.Remaining + b.Held).Vietnamese() + " left")
		}
		if b.State == StateSeparateBook && b.Held != 0 {
			fail("obligation " + b.ID + " holds money in the separate book")
		}
	}
	if c.FinishedOn.IsZero() != (c.State.IsLive() || c.State == StateSeparateBook || c.State == StateReceived || c.State == StateVoided) {
		fail("state " + string(c.State) + " finished on " + c.FinishedOn.String())
	}
	return errors.Join(es...)
}

// begun is the day on which the cases of these tests begin.
const begun Date = 20150105

// caseIn returns a case that came into the state before the date; ok is false
// where no case can be in that state then. Where held, ten đồng are collected
// and not paid out, if the state allows that.
func caseIn(tb testing.TB, s CaseState, before Date, held bool) (c *Case, ok bool) {
	tb.Helper()
	if s == notOpened {
		return &Case{ID: "case-1"}, true
	}
	verified := func(c *Case) *Case {
		c = record(tb, c, ev(CaseVerificationBegun, begun.AddDays(20)))
		return record(tb, c, ev(CaseVerified, begun.AddDays(25)))
	}
	c = history(tb, opening(begun, money(100)))
	if held {
		c = record(tb, c, ev(CaseCollected, begun.AddDays(5)))
	}
	day := begun.AddDays(30)
	switch s {
	case StateReceived:
		return history(tb, ev(CaseReceived, begun)), true
	case StateRefused:
		return history(tb, ev(CaseReceived, begun), ev(CaseRefused, begun.AddDays(4))), true
	case StateVoluntary:
		return c, true
	case StateVerifying:
		return record(tb, c, ev(CaseVerificationBegun, day)), true
	case StateInProgress:
		return verified(c), true
	case StatePostponed:
		return record(tb, verified(c), ev(CasePostponed, day)), true
	case StatePaused:
		return record(tb, verified(c), ev(CasePaused, day)), true
	case StateSuspended:
		return record(tb, verified(c), ev(CaseSuspended, day)), true
	case StateNotEnforceable, StateSeparateBook, StateReturned:
		c = record(tb, verified(c), ev(CaseNotEnforceable, day))
		c = record(tb, c, ev(CaseVerified, day.AddMonths(6), found(FindingNoMeans)))
		c = record(tb, c, ev(CaseVerified, day.AddMonths(12), found(FindingNoMeans)))
		switch {
		case s == StateNotEnforceable:
			return c, true
		case held:
			return nil, false
		case s == StateSeparateBook:
			return record(tb, c, ev(CaseMovedToSeparate, day.AddMonths(13))), true
		case before < 20260701:
			return nil, false
		}
		return record(tb, c, ev(CaseRequestReturned, 20260701)), true
	case StateDone, StateTerminated, StateReduced, StateEntrusted, StateWithdrawn, StateRevoked:
		if held {
			return nil, false
		}
		c = verified(c)
		last := map[CaseState]CaseEvent{
			StateDone:       ev(CasePerformed, day, dong(100)),
			StateTerminated: ev(CaseTerminated, day),
			StateReduced:    ev(CaseReduced, day, dong(100)),
			StateEntrusted:  ev(CaseEntrusted, day),
			StateWithdrawn:  ev(CaseWithdrawn, day),
			StateRevoked:    ev(CaseRevoked, day),
		}
		return record(tb, c, last[s]), true
	case StateVoided:
		return record(tb, c, voiding(1)), !held
	default:
		tb.Fatalf("no way into the state %s", s)
		return nil, false
	}
}

// A matrixCell is one cell of the matrix in testdata.
type matrixCell struct {
	kind CaseEventKind
	from CaseState
	mark byte
	to   CaseState // the state it leads to; that it comes from where it stays
}

// possible tells what the matrix says of a date, and the code of the refusal.
func (m matrixCell) possible(d Date) (bool, Code) {
	from, to := Date(0), Date(99991231)
	switch m.mark {
	case '.':
		return false, CodeTransition
	case 'X', 'x':
	case 'D', 'd':
		to = 20250630
	case 'A', 'a':
		to = 20260630
	case 'B', 'b':
		from = 20260701
	}
	return from <= d && d <= to, CodeNotInForce
}

// readMatrix reads testdata/case_matrix.txt.
func readMatrix(t *testing.T) []matrixCell {
	t.Helper()
	f, err := os.Open("testdata/case_matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	short := map[string]CaseState{
		"new": notOpened, "RC": StateReceived, "RF": StateRefused, "VO": StateVoluntary, "VE": StateVerifying,
		"IP": StateInProgress, "PO": StatePostponed, "PA": StatePaused, "SU": StateSuspended, "NE": StateNotEnforceable,
		"SB": StateSeparateBook, "DO": StateDone, "TE": StateTerminated, "RD": StateReduced, "EN": StateEntrusted,
		"WI": StateWithdrawn, "RV": StateRevoked, "RT": StateReturned, "VD": StateVoided,
	}
	var columns []string
	var cells []matrixCell
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "#"); ok {
			if w := strings.Fields(rest); len(w) == len(short) && w[1] == "RC" {
				columns = w
			}
			continue
		}
		line, _, _ = strings.Cut(line, "#")
		w := strings.Fields(line)
		if len(w) != len(columns)+2 {
			t.Fatalf("the line %q has %d words, want %d", line, len(w), len(columns)+2)
		}
		only, target, some := strings.Cut(w[len(w)-1], ":")
		if !some {
			only, target = "", only
		}
		for i, column := range columns {
			cell := matrixCell{kind: CaseEventKind(w[0]), from: short[column], mark: w[i+1][0], to: CaseState(target)}
			if target == "=" || some && only != column {
				cell.to = cell.from
			}
			cells = append(cells, cell)
		}
	}
	return cells
}

// matrixDates are days on both sides of every change of law and organisation.
var matrixDates = []Date{20181001, 20250630, 20250701, 20260630, 20260701, 20270115}

func TestMatrixIsComplete(t *testing.T) {
	seen := make(map[matrixCell]bool)
	kinds := make(map[CaseEventKind]bool)
	for _, m := range readMatrix(t) {
		seen[matrixCell{kind: m.kind, from: m.from}] = true
		kinds[m.kind] = true
		if strings.IndexByte(".XxDdAaBb", m.mark) < 0 {
			t.Errorf("%s in %s is marked %q", m.kind, m.from, m.mark)
		}
	}
	for _, spec := range CaseEventSpecs() {
		if !kinds[spec.Kind] {
			t.Errorf("the matrix has no row for %s", spec.Kind)
		}
	}
	if want := len(CaseEventSpecs()) * (len(CaseStates()) + 1); len(seen) != want || len(CaseStates()) != 18 {
		t.Errorf("the matrix has %d cells, want %d", len(seen), want)
	}
}

// TestTransitionTable compares the table of steps with the matrix, cell by
// cell and date by date.
func TestTransitionTable(t *testing.T) {
	for _, m := range readMatrix(t) {
		for _, d := range matrixDates {
			want, code := m.possible(d)
			row, refusal := transitionFor(m.kind, m.from, d)
			switch {
			case want != (refusal == nil):
				t.Errorf("%s in %q on %s: possible %t, want %t", m.kind, m.from, d, refusal == nil, want)
			case refusal != nil:
				if speaks(t, refusal); refusal.Code != code {
					t.Errorf("%s in %q on %s: refused with %s, want %s", m.kind, m.from, d, refusal.Code, code)
				}
			case row.Article(d) == "":
				t.Errorf("%s in %q on %s rests on no article", m.kind, m.from, d)
			case row.To != "" && row.To != m.to, row.To == "" && m.to != m.from && m.kind != CaseBroughtForward:
				t.Errorf("%s in %q leads to %q, want %q", m.kind, m.from, row.To, m.to)
			}
		}
	}
}

// TestTransitionsOfCases tries every kind of event, otherwise well formed, on a
// real case in every state on every date, and compares with the matrix.
func TestTransitionsOfCases(t *testing.T) {
	tried, accepted := 0, 0
	for _, m := range readMatrix(t) {
		for _, d := range matrixDates {
			pays := m.kind == CasePaidOut || m.kind == CaseDeposited
			c, ok := caseIn(t, m.from, d, pays)
			if !ok && pays {
				c, ok = caseIn(t, m.from, d, false)
			}
			if !ok {
				continue
			}
			e := ev(m.kind, d)
			switch {
			case m.kind == CaseReopened && m.from == StateDone:
				e.Amount = 40
			case m.kind == CaseDecided && m.from == StateReceived:
				e.Particulars = nil
			}
			tried++
			want, code := m.possible(d)
			if m.kind == CaseVoidedEvent && m.from != StateVoided {
				code = CodeInvalid // it is no kind that could be recorded by itself
			}
			next, err := c.Append(e, clock)
			switch {
			case want && err != nil:
				t.Errorf("%s in %q on %s refused: %v", m.kind, m.from, d, err)
			case want:
				accepted++
				to := m.to
				if to == StateReduced {
					to = StateTerminated // one obligation is REDUCED; the case is not
				}
				if next.State != to {
					t.Errorf("%s in %q on %s leads to %s, want %s", m.kind, m.from, d, next.State, to)
				}
				if err := sound(next); err != nil {
					t.Errorf("%s in %q on %s: %v", m.kind, m.from, d, err)
				}
			case !isCode(err, code):
				t.Errorf("%s in %q on %s: %v, want %s", m.kind, m.from, d, err, code)
			}
		}
	}
	// What cannot be tried: the date is before any case could be RETURNED.
	if want := len(CaseEventSpecs()) * (19*len(matrixDates) - 4); tried != want {
		t.Errorf("tried %d combinations, want %d", tried, want)
	}
	if accepted < 600 {
		t.Errorf("only %d combinations were accepted", accepted)
	}
	t.Logf("%d combinations tried, %d accepted", tried, accepted)
}

// TestNextSteps compares the steps offered with those accepted.
func TestNextSteps(t *testing.T) {
	for _, m := range readMatrix(t) {
		for _, d := range matrixDates {
			c, ok := caseIn(t, m.from, d, false)
			if !ok {
				continue
			}
			got := slices.ContainsFunc(c.NextSteps(d), func(row Transition) bool { return row.Kind == m.kind })
			if want, _ := m.possible(d); got != want {
				t.Errorf("%s offered in %q on %s: %t, want %t", m.kind, m.from, d, got, want)
			}
		}
	}
	// A case with one obligation done and one going on offers the steps of both.
	c := history(t, opening(20190101, money(100), money(50)),
		ev(CasePerformed, 20190105, of("o1"), dong(100)))
	for _, kind := range []CaseEventKind{CaseReopened, CaseCollected} {
		if !slices.ContainsFunc(c.NextSteps(20190201), func(row Transition) bool { return row.Kind == kind }) {
			t.Errorf("%s is not offered", kind)
		}
	}
}

func TestStatesAndKindsHaveNames(t *testing.T) {
	for _, s := range CaseStates() {
		if s.Name.VI == "" || s.Name.EN == "" || s.Value.Name() != s.Name {
			t.Errorf("%s has the names %+v", s.Value, s.Name)
		}
	}
	for _, spec := range CaseEventSpecs() {
		if n := spec.Kind.Name(); n.VI == "" || n.EN == "" || n.VI == string(spec.Kind) {
			t.Errorf("%s has the names %+v", spec.Kind, n)
		}
	}
	if got := CaseEventKind("NONSENSE").Name(); got != (Text{"NONSENSE", "NONSENSE"}) {
		t.Errorf("an unknown kind is called %+v", got)
	}
	if got := len(LiveStates()); got != 7 {
		t.Errorf("%d live states", got)
	}
}

func TestLawOn(t *testing.T) {
	for d, want := range map[Date]Law{20180101: Law2008, 20260630: Law2008, 20260701: Law2025, 20270101: Law2025} {
		if got := LawOn(d); got != want {
			t.Errorf("LawOn(%s) = %s, want %s", d, got, want)
		}
	}
}

// TestLife follows one case through its life and looks at everything that is
// derived on the way.
func TestLife(t *testing.T) {
	c := history(t, ev(CaseReceived, 20181003))
	if c.State != StateReceived || c.OpenedOn != 20181003 || c.Unit != unitA || !c.Number().IsZero() || len(c.Balances) != 0 {
		t.Errorf("received: %+v", c)
	}
	c = record(t, c, ev(CaseDecided, 20181008, func(e *CaseEvent) { e.Particulars, e.ToUnit = nil, "" }))
	if c.State != StateVoluntary || c.OpenedOn != 20181008 || c.Since != 20181008 || c.Officer != offA || c.Number().Raw != "12/QĐ-CTHADS" {
		t.Errorf("decided: state %s, opened %s, officer %s, number %s", c.State, c.OpenedOn, c.Officer, c.Number())
	}
	c = record(t, c, ev(CaseVerificationBegun, 20181020))
	c = record(t, c, ev(CaseVerified, 20181101, found(FindingUnclear)))
	if c.State != StateVerifying || c.Since != 20181020 || c.Balances[0].Verifications != 1 {
		t.Errorf("an unclear finding: %s since %s", c.State, c.Since)
	}
	c = record(t, c, ev(CaseVerified, 20181115))
	c = record(t, c, ev(CaseCollected, 20181120, dong(60)))
	c = record(t, c, ev(CasePaidOut, 20181125, dong(60)))
	c = record(t, c, ev(CaseTransferred, 20190101))
	c = record(t, c, ev(CaseTerminated, 20190201))
	if c.State != StateDone || c.FinishedOn != 20190201 || c.Since != 20190201 {
		t.Errorf("ended: %s on %s", c.State, c.FinishedOn)
	}
	want := Totals{Total: 100, Done: 60, Terminated: 40}
	if diff := cmp.Diff(want, c.Totals()); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]UnitID{unitA, unitB}, c.Units); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]OfficerID{offA, offB}, c.Officers); diff != "" {
		t.Errorf("officers (-want +got):\n%s", diff)
	}
	c = record(t, c, ev(CaseReopened, 20190301))
	if c.State != StateInProgress || !c.FinishedOn.IsZero() || c.Balances[0].Remaining != 40 {
		t.Errorf("reopened: %s, finished %s, %d remain", c.State, c.FinishedOn, c.Balances[0].Remaining)
	}
	if !c.UpdatedAt().Equal(c.Events[len(c.Events)-1].RecordedAt) || !(&Case{}).UpdatedAt().IsZero() {
		t.Error("UpdatedAt is not when the last event was recorded")
	}
}

func TestConfidential(t *testing.T) {
	family := func(e *CaseEvent) { e.Particulars.Judgment.Kind = JudgmentFamily }
	child := func(e *CaseEvent) { e.Particulars.Parties[1].Juvenile = true }
	for name, tt := range map[string]struct {
		change func(*CaseEvent)
		want   bool
	}{
		"civil": {func(*CaseEvent) {}, false}, "family": {family, true}, "juvenile": {child, true},
	} {
		if got := history(t, ev(CaseDecided, 20190101, tt.change)).IsConfidential(); got != tt.want {
			t.Errorf("%s: IsConfidential = %t", name, got)
		}
	}
	// A child that joins later counts too.
	c := history(t, opening(20190101, money(100)), ev(CasePartiesChanged, 20190201, with(Party{Role: Related, Kind: Person, Name: "Bé An", Juvenile: true})))
	if !c.IsConfidential() {
		t.Error("a case with a child that joined later is not confidential")
	}
}
