package thads

import (
	"slices"
	"strings"
)

// A TermUnit is what the length of a term is counted in.
type TermUnit string

// The units of terms. The day on which a term begins is never counted (Civil
// Code 91/2015/QH13 art 147(2)).
const (
	TermDays     TermUnit = "DAYS"
	TermWorkdays TermUnit = "WORKDAYS"
	TermMonths   TermUnit = "MONTHS"
	// TermOfRecord terms end on the day that the record names.
	TermOfRecord TermUnit = "RECORD"
)

// A DeadlineTerm is how long a rule gives under one law.
type DeadlineTerm struct {
	// ValidFrom and ValidTo bound the days on which a deadline of this term may
	// begin; zero is unbounded.
	ValidFrom, ValidTo Date
	N                  int
	Unit               TermUnit
	// Ground is the article it rests on.
	Ground string
	// Verified tells whether the article was checked against the statute's text.
	Verified bool
}

// InForce tells whether a deadline that begins on the day has the term.
func (t *DeadlineTerm) InForce(d Date) bool {
	return (t.ValidFrom.IsZero() || d >= t.ValidFrom) && (t.ValidTo.IsZero() || d <= t.ValidTo)
}

// ends returns the last day of a term that begins on the day, and whether the
// calendar is certain for it; zero for a term that the record names.
func (t *DeadlineTerm) ends(from Date, exact bool) (due Date, certain bool) {
	switch t.Unit {
	case TermWorkdays:
		return AddWorkdays(from, t.N)
	case TermDays:
		due = from.AddDays(t.N)
	case TermMonths:
		due = from.AddMonths(t.N)
	case TermOfRecord:
		return 0, true
	}
	if exact || due == from {
		return due, true
	}
	return NextWorkday(due)
}

// words says how long the term is.
func (t *DeadlineTerm) words() Text {
	n := itoa(t.N)
	switch t.Unit {
	case TermDays:
		if t.N == 0 {
			return Text{"ngay", "at once"}
		}
		return Text{n + " ngày", n + " days"}
	case TermWorkdays:
		return Text{n + " ngày làm việc", n + " working days"}
	case TermMonths:
		return Text{n + " tháng", n + " months"}
	case TermOfRecord:
	}
	return Text{"theo ngày ghi trong hồ sơ", "the day that the record names"}
}

// A DeadlineRule is one time limit that the law sets: data to be mended here
// when a statute changes.
type DeadlineRule struct {
	Code RuleCode
	Book Book
	// Name is what is to be done.
	Name Text
	// Terms are how long that takes, the older law first. A rule has no deadline
	// that begins on a day when no term is in force.
	Terms []DeadlineTerm
	// Starts are the kinds of events that set it running, Met those that fulfil
	// it. A rule without Starts is known, and not tracked: what begins or ends it
	// is not recorded.
	Starts, Met []string
	// While are the states of a case or obligation in which it runs; it ceases
	// when they are left. Ceases are further kinds of events after which it is
	// not due any more.
	While  []CaseState
	Ceases []string
	// Lapses tells that nothing is overdue when it is over: somebody's right, or
	// a time to wait for.
	Lapses bool
	// Exact terms of days or months end on that day even if it is off.
	Exact bool
}

// IsTracked tells whether records have deadlines of the rule.
func (r *DeadlineRule) IsTracked() bool { return len(r.Starts) > 0 }

// IsVerified tells whether all its articles were checked against the statute.
func (r *DeadlineRule) IsVerified() bool {
	return !slices.ContainsFunc(r.Terms, func(t DeadlineTerm) bool { return !t.Verified })
}

// TermOn returns the term of a deadline that begins on a day, or nil.
func (r *DeadlineRule) TermOn(from Date) *DeadlineTerm {
	for i := range r.Terms {
		if r.Terms[i].InForce(from) {
			return &r.Terms[i]
		}
	}
	return nil
}

// GroundUnder returns the article that the rule rests on while a law is in
// force, "" where there is none.
func (r *DeadlineRule) GroundUnder(law Law) string {
	on := law2008To
	if law == Law2025 {
		on = law2025From
	}
	if t := r.TermOn(on); t != nil {
		return t.Ground
	}
	return ""
}

// Term says how long the rule gives, under each law where they differ.
func (r *DeadlineRule) Term() Text {
	var out, last Text
	for i := range r.Terms {
		t := &r.Terms[i]
		w := t.words()
		if w == last {
			continue
		}
		last = w
		if out.VI != "" {
			from := t.ValidFrom.Vietnamese()
			out.VI += "; " + w.VI + " từ " + from
			out.EN += "; " + w.EN + " from " + from
			continue
		}
		out = w
	}
	return out
}

// due returns the last day of a deadline of the rule that begins on a day, and
// false where the rule has none that begins then.
func (r *DeadlineRule) due(from Date) (due Date, known bool) {
	t := r.TermOn(from)
	if t == nil {
		return 0, false
	}
	due, _ = t.ends(from, r.Exact)
	return due, t.Unit != TermOfRecord
}

func (r *DeadlineRule) fulfils(kind string) bool { return slices.Contains(r.Met, kind) }
func (r *DeadlineRule) ceases(kind string) bool  { return slices.Contains(r.Ceases, kind) }

// DeadlineRules are the rules by book, in the order of a record's life.
func DeadlineRules() []DeadlineRule { return deadlineRules }

// DeadlineRuleOf finds a rule by its code.
func DeadlineRuleOf(code RuleCode) (*DeadlineRule, bool) {
	i := DeadlineRuleIndex(code)
	if i < 0 {
		return nil, false
	}
	return &deadlineRules[i], true
}

// DeadlineRuleIndex is the place of a rule in DeadlineRules, -1 where there is no
// such rule.
func DeadlineRuleIndex(code RuleCode) int {
	if i, ok := ruleIndex[code]; ok {
		return i
	}
	return -1
}

// ruleIndex is computed once and never written again.
var ruleIndex = func() map[RuleCode]int {
	m := make(map[RuleCode]int, len(deadlineRules))
	for i := range deadlineRules {
		m[deadlineRules[i].Code] = i
	}
	return m
}()

// End returns the last day of the deadline and whether the calendar is certain
// for it: the day that the record names, else what follows from the rule, the
// law on the day on which it began, and the calendar. The day is zero where the
// rule is not known or gives no term.
func (d *Deadline) End() (due Date, certain bool) {
	if !d.Due.IsZero() {
		return d.Due, true
	}
	r, ok := DeadlineRuleOf(d.Rule)
	if !ok {
		return 0, false
	}
	t := r.TermOn(d.From)
	if t == nil {
		return 0, false
	}
	return t.ends(d.From, r.Exact)
}

// DueOn is the last day of the deadline, zero where there is none.
func (d *Deadline) DueOn() Date {
	due, _ := d.End()
	return due
}

// Ground is the article that the deadline rests on, as on the day it began.
func (d *Deadline) Ground() string {
	r, ok := DeadlineRuleOf(d.Rule)
	if !ok {
		return ""
	}
	if t := r.TermOn(d.From); t != nil {
		return t.Ground
	}
	return ""
}

// OpenSince returns the first day on which the i-th of a record's deadlines is
// open with its unit and officer. That is its From, or, where the deadline was
// handed over with the record, the day on which the one before it ended: a
// deadline that is handed over ends for the one who had it and goes on, with the
// same beginning and end, as the next in the list.
func OpenSince(ds []Deadline, i int) Date {
	d := &ds[i]
	if i > 0 {
		p := &ds[i-1]
		handed := !p.Met && !p.Ended.IsZero() && (d.Ended.IsZero() || p.Ended < d.Ended) && (p.Unit != d.Unit || p.Officer != d.Officer)
		if handed && p.Rule == d.Rule && p.From == d.From && p.Due == d.Due {
			return max(d.From, p.Ended)
		}
	}
	return d.From
}

// OpenOn returns those of a record's deadlines that run on a day, the earliest
// first.
func OpenOn(ds []Deadline, day Date) []Deadline {
	var out []Deadline
	for i := range ds {
		if OpenSince(ds, i) <= day && (ds[i].Ended.IsZero() || ds[i].Ended > day) {
			out = append(out, ds[i])
		}
	}
	slices.SortStableFunc(out, func(a, b Deadline) int {
		if c := int(a.DueOn()) - int(b.DueOn()); c != 0 {
			return c
		}
		return strings.Compare(string(a.Rule), string(b.Rule))
	})
	return out
}
