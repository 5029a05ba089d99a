package thads

import "slices"

// A watch collects the deadlines of one record while its history is replayed.
type watch struct {
	unit    UnitID
	officer OfficerID
	// all are in the order in which they were set running; open those of them
	// that may still run.
	all, open []*running
}

// A running deadline, with who answered for it when.
type running struct {
	rule *DeadlineRule
	// scope is the obligation it is about, or "".
	scope string
	from  Date
	// due is the last day, named tells that the record names it.
	due   Date
	named bool
	met   bool
	// spells are who answered for it, one after the other; the last one has no
	// end while the deadline runs.
	spells []deadlineSpell
}

type deadlineSpell struct {
	unit        UnitID
	officer     OfficerID
	from, until Date
}

func (d *running) last() *deadlineSpell { return &d.spells[len(d.spells)-1] }

func (d *running) runs() bool { return d.last().until.IsZero() }

// end ends the deadline on a day.
func (d *running) end(on Date, met bool) {
	d.last().until, d.met = on, met
}

// start sets a deadline of the rule running, or returns nil where the rule has
// none that begins on the day. named is the last day where the record names it.
func (w *watch) start(code RuleCode, scope string, from, named Date) *running {
	rule, ok := DeadlineRuleOf(code)
	if !ok || rule.TermOn(from) == nil {
		return nil
	}
	due, known := named, true
	if named.IsZero() {
		due, known = rule.due(from)
	}
	if !known {
		return nil
	}
	d := &running{
		rule: rule, scope: scope, from: from, due: due, named: !named.IsZero(),
		spells: []deadlineSpell{{unit: w.unit, officer: w.officer, from: from}},
	}
	w.all, w.open = append(w.all, d), append(w.open, d)
	return d
}

// running returns the deadline of the rule that runs about an obligation, or nil.
func (w *watch) running(code RuleCode, scope string) *running {
	i := slices.IndexFunc(w.open, func(d *running) bool { return d.rule.Code == code && d.scope == scope && d.runs() })
	if i < 0 {
		return nil
	}
	return w.open[i]
}

// handOver hands what runs over to the unit and officer that now hold the record.
func (w *watch) handOver(on Date) {
	w.open = slices.DeleteFunc(w.open, func(d *running) bool { return !d.runs() })
	for _, d := range w.open {
		last := d.last()
		if last.unit == w.unit && last.officer == w.officer {
			continue
		}
		if on > last.from {
			last.until = on
			d.spells = append(d.spells, deadlineSpell{unit: w.unit, officer: w.officer, from: on})
			continue
		}
		// It never was the last holder's at the end of a day.
		last.unit, last.officer = w.unit, w.officer
		if n := len(d.spells); n > 1 && d.spells[n-2].unit == w.unit && d.spells[n-2].officer == w.officer {
			d.spells = d.spells[:n-1]
			d.last().until = 0
		}
	}
}

// list returns the deadlines; those that were open at the end of no day are left
// out, and those that several obligations have alike are one.
func (w *watch) list() []Deadline {
	slices.SortStableFunc(w.all, func(a, b *running) int { return int(a.from) - int(b.from) })
	var out []Deadline
	// alike are the deadlines that begin on the day at hand.
	var alike [][]Deadline
	for _, d := range w.all {
		chain := d.chain()
		if len(alike) > 0 && alike[0][0].From != d.from {
			alike = alike[:0]
		}
		if len(chain) == 0 || slices.ContainsFunc(alike, func(c []Deadline) bool { return slices.Equal(c, chain) }) {
			continue
		}
		alike, out = append(alike, chain), append(out, chain...)
	}
	return out
}

// chain is the deadline as it is kept: one for each who answered for it.
func (d *running) chain() []Deadline {
	var out []Deadline
	for i := range d.spells {
		s := &d.spells[i]
		k := Deadline{Rule: d.rule.Code, From: d.from, Ended: s.until, Met: d.met && i == len(d.spells)-1, Unit: s.unit, Officer: s.officer}
		if d.named {
			k.Due = d.due
		}
		if d.rule.Lapses {
			if over := d.due.AddDays(1); k.Ended.IsZero() || k.Ended > over {
				k.Ended, k.Met = over, false
			}
		}
		if !k.Ended.IsZero() && k.Ended <= s.from {
			break
		}
		out = append(out, k)
	}
	return out
}
