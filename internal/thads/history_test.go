package thads

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// aNoun is a pointer to the folded state of a noun.
type aNoun[X, E any, K, S ~string] interface {
	*X
	standing() *Standing[S]
	Append(e E, now time.Time) (*X, error)
	Fates() ([]Fate, []int)
	NextSteps(on Date) []Rule[K, S]
	UpdatedAt() time.Time
}

// aLife describes a noun to the tests that all of them share.
type aLife[X, E any, K, S ~string, P aNoun[X, E, K, S], Q nounEvent[E, K]] struct {
	noun *noun[K, S, E, Q]
	fold func([]E) (*X, error)
	// ev is a well-formed event of the kind.
	ev func(K, Date) E
	// paths tell which kinds lead to each state; the states opened by nothing
	// are the empty one and VOIDED.
	paths map[S][]K
	// steps tell, for each kind, in which states it is possible and where it
	// leads. It is written from the description of the noun, not from its table.
	steps map[K]map[S]S
	// alike compares folded nouns.
	alike cmp.Options
}

// build records kinds on successive days from 01/02/2019.
func (l *aLife[X, E, K, S, P, Q]) build(t testing.TB, kinds ...K) *X {
	t.Helper()
	x := new(X)
	for i, k := range kinds {
		x = l.must(t, x, l.ev(k, Date(20190201).AddDays(i)))
	}
	return x
}

func (l *aLife[X, E, K, S, P, Q]) must(t testing.TB, x *X, e E) *X {
	t.Helper()
	next, err := P(x).Append(e, clock)
	if err != nil {
		t.Fatalf("%s refused: %v", Q(&e).kind(), err)
	}
	return next
}

// refused tells that an event is refused with that code and field.
func (l *aLife[X, E, K, S, P, Q]) refused(t testing.TB, x *X, e E, code Code, field string) *Error {
	t.Helper()
	_, err := P(x).Append(e, clock)
	es, ok := Refusals(err)
	if !ok {
		t.Fatalf("%s: %v, want the refusal %s %s", Q(&e).kind(), err, code, field)
	}
	for _, r := range es {
		speaks(t, r)
	}
	if es[0].Code != code || strings.Join(es[0].Field, ".") != field {
		t.Fatalf("%s refused with %v, want %s %s", Q(&e).kind(), err, code, field)
	}
	return es[0]
}

func (l *aLife[X, E, K, S, P, Q]) amend(e E, supersedes, voids int) E {
	r := Q(&e).record()
	r.Supersedes, r.Voids, r.Reason = supersedes, voids, "nhập nhầm"
	return e
}

func (l *aLife[X, E, K, S, P, Q]) voiding(seq int) E { var e E; return l.amend(e, 0, seq) }

// on moves an event to another date.
func (l *aLife[X, E, K, S, P, Q]) on(e E, d Date) E {
	Q(&e).record().EffectiveOn = d
	return e
}

// test tries what every noun must keep.
func (l *aLife[X, E, K, S, P, Q]) test(t *testing.T) {
	t.Run("tables", l.tables)
	t.Run("transitions", l.transitions)
	t.Run("corrections", l.corrections)
	t.Run("fields", l.fields)
	t.Run("damaged", l.damaged)
}

func (l *aLife[X, E, K, S, P, Q]) tables(t *testing.T) {
	for _, s := range l.noun.states {
		if s.Name.VI == "" || s.Name.EN == "" || s.Name.VI == string(s.Value) {
			t.Errorf("the state %s has no names", s.Value)
		}
		if _, ok := l.paths[s.Value]; !ok && s.Value != voided {
			t.Errorf("no path leads to %s", s.Value)
		}
	}
	for _, s := range l.noun.specs {
		if s.Name.VI == "" || s.Name.EN == "" {
			t.Errorf("the kind %s has no names", s.Kind)
		}
		known := map[string]bool{noteField: true}
		var e E
		for _, g := range Q(&e).given() {
			known[g.field] = true
			if g.vi == "" || g.en == "" || g.filled {
				t.Errorf("%s: the field %+v", s.Kind, g)
			}
		}
		for _, f := range append(s.Required, s.Optional...) {
			if !known[f] {
				t.Errorf("%s has a field %q that no event has", s.Kind, f)
			}
		}
	}
	for _, r := range l.noun.rules {
		if r.Article == "" {
			t.Errorf("%s from %s rests on nothing", r.Kind, r.From)
		}
	}
}

// transitions tries every kind of event, otherwise well formed, in every state.
func (l *aLife[X, E, K, S, P, Q]) transitions(t *testing.T) {
	states := []S{""}
	for _, s := range l.noun.states {
		states = append(states, s.Value)
	}
	for _, from := range states {
		offered := make(map[K]bool)
		for _, r := range P(l.build(t, l.paths[from]...)).NextSteps(20190601) {
			offered[r.Kind] = from != voided
		}
		for _, spec := range l.noun.specs {
			x := l.build(t, l.paths[from]...)
			if from == voided {
				x = l.must(t, l.build(t, l.noun.rules[0].Kind), l.voiding(1))
			}
			if got := P(x).standing().State; got != from {
				t.Fatalf("the path to %q leads to %q", from, got)
			}
			before := *x
			to, possible := l.steps[spec.Kind][from]
			if offered[spec.Kind] != possible {
				t.Errorf("%s in %q: offered %t, possible %t", spec.Kind, from, offered[spec.Kind], possible)
			}
			next, err := P(x).Append(l.ev(spec.Kind, 20190601), clock)
			switch {
			case possible && err != nil:
				t.Errorf("%s in %q refused: %v", spec.Kind, from, err)
			case possible && P(next).standing().State != to:
				t.Errorf("%s in %q leads to %q, want %q", spec.Kind, from, P(next).standing().State, to)
			case !possible && err == nil:
				t.Errorf("%s in %q accepted", spec.Kind, from)
			case !possible:
				want := CodeTransition
				if spec.Kind == voided && from != voided {
					want = CodeInvalid // it is no kind that is recorded by itself
				}
				if !errors.Is(err, &Error{Code: want}) {
					t.Errorf("%s in %q refused with %v, want %s", spec.Kind, from, err, want)
				}
			case P(next).standing().Since != 20190601 && to != from:
				t.Errorf("%s in %q: since %s", spec.Kind, from, P(next).standing().Since)
			}
			if err == nil {
				l.sound(t, next)
				if !P(next).UpdatedAt().After(P(x).UpdatedAt()) {
					t.Errorf("%s in %q: updated at %s", spec.Kind, from, P(next).UpdatedAt())
				}
			}
			if diff := cmp.Diff(before, *x, l.alike); diff != "" {
				t.Errorf("%s in %q changed what it was appended to:\n%s", spec.Kind, from, diff)
			}
		}
	}
}

// sound tells that what was recorded reads back the same from storage.
func (l *aLife[X, E, K, S, P, Q]) sound(t testing.TB, x *X) {
	t.Helper()
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var stored struct {
		Version int  `json:"version"`
		State   S    `json:"state"`
		Since   Date `json:"since"`
		Events  []E  `json:"events"`
	}
	if err := json.Unmarshal(b, &stored); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	again, err := l.fold(stored.Events)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(x, again, l.alike); diff != "" {
		t.Errorf("read back from storage (-recorded +read):\n%s", diff)
	}
	if at := P(x).standing(); stored.State != at.State || stored.Since != at.Since || stored.Version != len(stored.Events) {
		t.Errorf("stored as %s since %s, version %d of %d events", stored.State, stored.Since, stored.Version, len(stored.Events))
	}
}

// corrections tries superseding, voiding and late records on the first kind of
// event, which opens the noun.
func (l *aLife[X, E, K, S, P, Q]) corrections(t *testing.T) {
	first := l.noun.rules[0].Kind
	opened := l.build(t, first)
	state := P(opened).standing().State

	moved := l.must(t, opened, l.amend(l.ev(first, 20190115), 1, 0))
	if at := P(moved).standing(); at.State != state || at.Since != 20190115 {
		t.Errorf("a corrected opening is %s since %s", at.State, at.Since)
	}
	l.sound(t, moved)
	fate, by := P(moved).Fates()
	if diff := cmp.Diff([]Fate{FateSuperseded, FateStands}, fate); diff != "" || by[0] != 2 {
		t.Errorf("fates %v by %v", fate, by)
	}
	l.refused(t, moved, l.amend(l.ev(first, 20190116), 1, 0), CodeTransition, "event")
	l.refused(t, opened, l.amend(l.ev(first, 20190116), 7, 0), CodeUnknown, "event")

	unreasoned := l.amend(l.ev(first, 20190116), 1, 0)
	Q(&unreasoned).record().Reason = "  "
	l.refused(t, opened, unreasoned, CodeRequired, "reason")

	gone := l.must(t, moved, l.voiding(2))
	if at := P(gone).standing(); at.State != voided || !at.IsVoided() {
		t.Errorf("a voided opening leaves %s", at.State)
	}
	l.sound(t, gone)
	l.refused(t, gone, l.ev(first, 20190301), CodeTransition, "")
	l.refused(t, gone, l.voiding(1), CodeTransition, "")

	// A later step stands in the way of moving the opening behind it, and one
	// recorded before the opening is refused itself.
	for kind, steps := range l.steps {
		if _, opens := steps[""]; opens || steps[state] == "" {
			continue
		}
		x := l.must(t, opened, l.ev(kind, 20190301))
		r := l.refused(t, x, l.amend(l.ev(first, 20190302), 1, 0), CodeLaterEvent, "")
		if r.Event != 2 {
			t.Errorf("%s: the conflict is with event %d, want 2", kind, r.Event)
		}
		l.refused(t, opened, l.ev(kind, 20190101), CodeTransition, "effectiveOn")
		undone := l.must(t, x, l.voiding(2))
		if at := P(undone).standing(); at.State != state {
			t.Errorf("after voiding %s the state is %s, want %s", kind, at.State, state)
		}
		l.sound(t, undone)
		l.refused(t, undone, l.voiding(3), CodeTransition, "event")
		another := l.amend(l.ev(first, 20190301), 2, 0)
		l.refused(t, x, another, CodeInvalid, "kind")
	}
}

// fields tries every kind without each field it needs, and with each it has not.
func (l *aLife[X, E, K, S, P, Q]) fields(t *testing.T) {
	x := l.build(t, l.noun.rules[0].Kind)
	for _, spec := range l.noun.specs {
		if spec.Kind == voided {
			continue
		}
		var bare E
		l.setKind(t, &bare, spec.Kind)
		Q(&bare).record().EffectiveOn = 20190601
		_, err := P(x).Append(bare, clock)
		es, _ := Refusals(err)
		missing := make(map[string]bool)
		for _, r := range es {
			if r.Code == CodeRequired {
				missing[strings.Join(r.Field, ".")] = true
			}
		}
		for _, f := range spec.Required {
			if !missing[f] {
				t.Errorf("%s without %s: %v", spec.Kind, f, err)
			}
		}
		// What any other kind has and this one has not.
		for _, other := range l.noun.specs {
			if other.Kind == voided {
				continue
			}
			e := l.ev(other.Kind, 20190601)
			l.setKind(t, &e, spec.Kind)
			_, err := P(x).Append(e, clock)
			es, _ := Refusals(err)
			refused := make(map[string]bool)
			for _, r := range es {
				if r.Code == CodeNotAllowed {
					refused[strings.Join(r.Field, ".")] = true
				}
			}
			for _, g := range Q(&e).given() {
				if g.filled && spec.need(g.field) == Without && !refused[g.field] {
					t.Errorf("%s with %s: %v", spec.Kind, g.field, err)
				}
			}
		}
	}
	future := l.ev(l.noun.rules[0].Kind, DateIn(clock).AddDays(1))
	l.refused(t, new(X), future, CodeFutureDate, "effectiveOn")
	l.refused(t, new(X), l.on(l.ev(l.noun.rules[0].Kind, 20190101), 0), CodeRequired, "effectiveOn")
	long := l.ev(l.noun.rules[0].Kind, 20190101)
	*Q(&long).notes() = strings.Repeat("x", MaxText+1)
	l.refused(t, new(X), long, CodeOutOfRange, noteField)
	voidingAtLength := l.voiding(1)
	*Q(&voidingAtLength).notes() = strings.Repeat("x", MaxText+1)
	l.refused(t, x, voidingAtLength, CodeOutOfRange, noteField)
}

// setKind gives an event another kind, by way of its stored form.
func (l *aLife[X, E, K, S, P, Q]) setKind(t testing.TB, e *E, kind K) {
	t.Helper()
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	fields["kind"], _ = json.Marshal(kind)
	if b, err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, e); err != nil {
		t.Fatal(err)
	}
}

// damaged tells that folding what no recording has made is a fault.
func (l *aLife[X, E, K, S, P, Q]) damaged(t *testing.T) {
	stored := func(kinds ...K) []E {
		var events []E
		for i, k := range kinds {
			e := l.ev(k, Date(20190201).AddDays(i))
			r := Q(&e).record()
			r.Seq, r.RecordedAt = i+1, clock.Add(time.Duration(i)*time.Second)
			events = append(events, e)
		}
		return events
	}
	first := l.noun.rules[0].Kind
	renumbered := stored(first)
	Q(&renumbered[0]).record().Seq = 2
	for name, events := range map[string][]E{
		"empty": nil, "opened twice": stored(first, first), "renumbered": renumbered,
	} {
		_, err := l.fold(events)
		if _, refusal := Refusals(err); !errors.Is(err, ErrDamaged) || refusal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.fold(stored(first)); err != nil {
		t.Errorf("a sound history: %v", err)
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		a, b Period
		want Period
		any  bool
	}{
		{Period{20190101, 0}, Period{20200101, 0}, Period{20200101, 0}, true},
		{Period{20190101, 20190630}, Period{20190630, 0}, Period{20190630, 20190630}, true},
		{Period{20190101, 20190630}, Period{20190701, 0}, Period{20190701, 20190630}, false},
		{Period{20190101, 20191231}, Period{20190301, 20190401}, Period{20190301, 20190401}, true},
		{Period{}, Period{20190301, 20190401}, Period{20190301, 20190401}, true},
	} {
		for _, p := range [][2]Period{{c.a, c.b}, {c.b, c.a}} {
			if got, any := p[0].overlap(p[1]); got != c.want || any != c.any {
				t.Errorf("%v and %v have %v %t in common, want %v %t", p[0], p[1], got, any, c.want, c.any)
			}
		}
	}
	if p := (Period{20190101, 20190131}); p.Contains(20181231) || !p.Contains(20190101) || !p.Contains(20190131) || p.Contains(20190201) {
		t.Error("a period has its first and its last day and no other at its ends")
	}
}

func TestMetrics(t *testing.T) {
	seen := make(map[Metric]bool)
	for _, m := range Metrics() {
		if seen[m.Metric] || m.Name.VI == "" || m.Name.EN == "" || m.Unit != "" && !isTerm(quantityUnits, m.Unit) {
			t.Errorf("%+v", m)
		}
		seen[m.Metric] = true
	}
	if MetricMoneyRate.Unit() != UnitPercent || MetricOther.Unit() != "" || Metric("NONE_SUCH").Name().VI != "NONE_SUCH" {
		t.Error("units and names of metrics")
	}
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		q    Quantity
		want string
	}{
		{Quantity{UnitCases, 13140}, "13.140 việc"},
		{Quantity{UnitCases, -3}, "-3 việc"},
		{Quantity{UnitDong, 970_327_000_000}, "970.327.000.000 đ"},
		{Quantity{UnitPercent, 3472}, "34,72%"},
		{Quantity{UnitPoints, 472}, "4,72 điểm %"},
		{Quantity{UnitPoints, -71}, "-0,71 điểm %"},
		{Quantity{UnitNone, 2010}, "2010"},
		{Quantity{UnitNone, -1}, "-1"},
	} {
		if got := c.q.Vietnamese(); got != c.want {
			t.Errorf("%+v is written %q, want %q", c.q, got, c.want)
		}
	}
}

func TestOperators(t *testing.T) {
	for _, c := range []struct {
		op               Operator
		less, same, more bool
		ok               bool
	}{
		{Equal, false, true, false, true},
		{AtLeast, false, true, true, true},
		{AtMost, true, true, false, true},
		{MoreThan, false, false, true, true},
		{LessThan, true, false, false, true},
		{About, false, false, false, false},
		{"NONE_SUCH", false, false, false, false},
	} {
		for i, want := range []bool{c.less, c.same, c.more} {
			if got, ok := c.op.Holds(int64(i), 1); got != want || ok != c.ok {
				t.Errorf("%d %s 1: %t %t, want %t %t", i, c.op, got, ok, want, c.ok)
			}
		}
	}
}

// TestTermsHaveNames tells that every value of every enumeration has its names
// in both languages, and that no value occurs twice.
func TestTermsHaveNames(t *testing.T) {
	named(t, "officer ranks", OfficerRanks(), OfficerRank.Name)
	named(t, "officer positions", OfficerPositions(), OfficerPosition.Name)
	named(t, "directive types", DirectiveTypes(), DirectiveType.Name)
	named(t, "classes of secrecy", SecurityClasses(), SecurityClass.Name)
	named(t, "kinds of conferences", ConferenceKinds(), ConferenceKind.Name)
	named(t, "parts of the day", DaySessions(), DaySession.Name)
	named(t, "roles of attendees", AttendeeRoles(), AttendeeRole.Name)
	named(t, "kinds of causes", CauseKinds(), CauseKind.Name)
	named(t, "operators", Operators(), Operator.Name)
	named(t, "target issuers", TargetIssuers(), TargetIssuer.Name)
	named(t, "target reaches", TargetReaches(), TargetReach.Name)
	named(t, "units", UnitStates(), UnitState.Name)
	named(t, "officers", OfficerStates(), OfficerState.Name)
	named(t, "verdicts", VerdictStates(), VerdictState.Name)
	named(t, "directives", DirectiveStates(), DirectiveState.Name)
	named(t, "tasks", TaskStates(), TaskState.Name)
	named(t, "directed cases", DirectedCaseStates(), DirectedCaseState.Name)
	named(t, "conferences", ConferenceStates(), ConferenceState.Name)
	named(t, "targets", TargetStates(), TargetState.Name)
	specified(t, UnitEventSpecs(), UnitEventKind.Name)
	specified(t, OfficerEventSpecs(), OfficerEventKind.Name)
	specified(t, VerdictEventSpecs(), VerdictEventKind.Name)
	specified(t, DirectiveEventSpecs(), DirectiveEventKind.Name)
	specified(t, TaskEventSpecs(), TaskEventKind.Name)
	specified(t, DirectedCaseEventSpecs(), DirectedCaseEventKind.Name)
	specified(t, ConferenceEventSpecs(), ConferenceEventKind.Name)
	specified(t, TargetEventSpecs(), TargetEventKind.Name)
	for _, l := range UnitLevels() {
		if l.Name.VI == "" || l.Name.EN == "" || l.Level.Name() != l.Name {
			t.Errorf("the level %s has the names %+v", l.Level, l.Name)
		}
	}
}

func named[T ~string](t *testing.T, what string, terms []Term[T], name func(T) Text) {
	t.Helper()
	seen := make(map[T]bool)
	for _, term := range terms {
		if seen[term.Value] || term.Name.VI == "" || term.Name.EN == "" || name(term.Value) != term.Name {
			t.Errorf("%s: %+v", what, term)
		}
		seen[term.Value] = true
	}
	if got := name("NO_SUCH"); got.VI != "NO_SUCH" || len(terms) == 0 {
		t.Errorf("%s: %d values; an unknown one is called %+v", what, len(terms), got)
	}
}

func specified[K ~string](t *testing.T, specs []EventSpec[K], name func(K) Text) {
	t.Helper()
	seen := make(map[K]bool)
	for _, s := range specs {
		if seen[s.Kind] || name(s.Kind) != s.Name {
			t.Errorf("%s is called %+v", s.Kind, s.Name)
		}
		seen[s.Kind] = true
	}
	if !seen[voided] || name("NO_SUCH").EN != "NO_SUCH" {
		t.Errorf("%v has no kind that takes another back", specs)
	}
}
