package view

import (
	"github.com/thads/thads/internal/thads"
)

// The events of the nouns beside Case, each with what became of it. Numbers that
// may be absent are pointers: a zero is a number.

// A UnitEvent is an event of a unit.
type UnitEvent struct {
	*thads.UnitEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	Level                     *thads.UnitLevel
}

// UnitEvents shows the history of a unit.
func UnitEvents(u *thads.Unit) []*UnitEvent {
	fates, by := u.Fates()
	return events(u.Events, func(i int, e *thads.UnitEvent) *UnitEvent {
		return &UnitEvent{
			UnitEvent: e, Fate: fates[i], FateBy: optional(by[i]),
			Supersedes: optional(e.Supersedes), Voids: optional(e.Voids), Level: optional(e.Level),
		}
	})
}

// An OfficerEvent is an event of an officer.
type OfficerEvent struct {
	*thads.OfficerEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	Rank                      *thads.OfficerRank
	Position                  *thads.OfficerPosition
}

// OfficerEvents shows the history of an officer.
func OfficerEvents(o *thads.Officer) []*OfficerEvent {
	fates, by := o.Fates()
	return events(o.Events, func(i int, e *thads.OfficerEvent) *OfficerEvent {
		return &OfficerEvent{
			OfficerEvent: e, Fate: fates[i], FateBy: optional(by[i]), Supersedes: optional(e.Supersedes), Voids: optional(e.Voids),
			Rank: optional(e.Rank), Position: optional(e.Position),
		}
	})
}

// A VerdictEvent is an event of an administrative verdict.
type VerdictEvent struct {
	*thads.VerdictEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	DebtorReceivedOn          thads.Date
}

// VerdictEvents shows the history of an administrative verdict.
func VerdictEvents(v *thads.AdministrativeVerdict) []*VerdictEvent {
	fates, by := v.Fates()
	return events(v.Events, func(i int, e *thads.VerdictEvent) *VerdictEvent {
		out := &VerdictEvent{
			VerdictEvent: e, Fate: fates[i], FateBy: optional(by[i]),
			Supersedes: optional(e.Supersedes), Voids: optional(e.Voids), DebtorReceivedOn: e.DebtorReceivedOn,
		}
		if e.Particulars != nil {
			out.DebtorReceivedOn = e.Particulars.DebtorReceivedOn
		}
		return out
	})
}

// A VerdictStep is a step in tracking an administrative verdict.
type VerdictStep struct {
	Kind               thads.VerdictEventKind
	Name               thads.Text
	From               []thads.VerdictState
	To                 *thads.VerdictState
	Article            string
	ValidFrom, ValidTo thads.Date
	Verified           bool
}

// VerdictSteps shows rows of the table of steps.
func VerdictSteps(rules []thads.Rule[thads.VerdictEventKind, thads.VerdictState]) []*VerdictStep {
	out := make([]*VerdictStep, len(rules))
	for i, r := range rules {
		v := &VerdictStep{
			Kind: r.Kind, Name: r.Kind.Name(), From: []thads.VerdictState{}, To: optional(r.To), Article: r.Article,
			ValidFrom: r.ValidFrom, ValidTo: r.ValidTo, Verified: r.Verified,
		}
		for _, s := range r.From {
			if s != "" { // the state before it is registered is none
				v.From = append(v.From, s)
			}
		}
		out[i] = v
	}
	return out
}

// VerdictStepsOn shows the steps in force on a day; on none, all.
func VerdictStepsOn(on thads.Date) []*VerdictStep {
	var rules []thads.Rule[thads.VerdictEventKind, thads.VerdictState]
	for _, r := range thads.VerdictRules() {
		if on.IsZero() || r.InForce(on) {
			rules = append(rules, r)
		}
	}
	return VerdictSteps(rules)
}

// A DirectiveEvent is an event of a directive.
type DirectiveEvent struct {
	*thads.DirectiveEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	// DirectiveTerms are those the event gives; zero where it gives none.
	thads.DirectiveTerms
}

// DirectiveEvents shows the history of a directive.
func DirectiveEvents(d *thads.Directive) []*DirectiveEvent {
	fates, by := d.Fates()
	return events(d.Events, func(i int, e *thads.DirectiveEvent) *DirectiveEvent {
		out := &DirectiveEvent{
			DirectiveEvent: e, Fate: fates[i], FateBy: optional(by[i]), Supersedes: optional(e.Supersedes), Voids: optional(e.Voids),
		}
		if e.Terms != nil {
			out.DirectiveTerms = *e.Terms
		}
		return out
	})
}

// A TaskEvent is an event of a task.
type TaskEvent struct {
	*thads.TaskEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	// DueOn and Standing are the term that the event sets; Standing is nil
	// where it sets none.
	DueOn    thads.Date
	Standing *bool
}

// TaskEvents shows the history of a task.
func TaskEvents(t *thads.Task) []*TaskEvent {
	fates, by := t.Fates()
	return events(t.Events, func(i int, e *thads.TaskEvent) *TaskEvent {
		out := &TaskEvent{
			TaskEvent: e, Fate: fates[i], FateBy: optional(by[i]), Supersedes: optional(e.Supersedes), Voids: optional(e.Voids),
		}
		switch {
		case e.Particulars != nil:
			out.DueOn, out.Standing = e.Particulars.DueOn, &e.Particulars.Standing
		case e.Kind == thads.TaskDueMoved:
			out.DueOn, out.Standing = e.DueOn, &e.Standing
		}
		return out
	})
}

// A DirectedCaseEvent is an event of a directed case.
type DirectedCaseEvent struct {
	*thads.DirectedCaseEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
}

// DirectedCaseEvents shows the history of a directed case.
func DirectedCaseEvents(c *thads.DirectedCase) []*DirectedCaseEvent {
	fates, by := c.Fates()
	return events(c.Events, func(i int, e *thads.DirectedCaseEvent) *DirectedCaseEvent {
		return &DirectedCaseEvent{
			DirectedCaseEvent: e, Fate: fates[i], FateBy: optional(by[i]), Supersedes: optional(e.Supersedes), Voids: optional(e.Voids),
		}
	})
}

// A ConferenceEvent is an event of a conference.
type ConferenceEvent struct {
	*thads.ConferenceEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	Conclusion                *Conclusion
	Figures                   []*ReportedFigure
}

// ConferenceEvents shows the history of a conference.
func ConferenceEvents(c *thads.Conference) []*ConferenceEvent {
	fates, by := c.Fates()
	return events(c.Events, func(i int, e *thads.ConferenceEvent) *ConferenceEvent {
		return &ConferenceEvent{
			ConferenceEvent: e, Fate: fates[i], FateBy: optional(by[i]), Supersedes: optional(e.Supersedes), Voids: optional(e.Voids),
			Conclusion: ConclusionOf(c.ID, e.Conclusion), Figures: ReportedFigures(c, e.Figures),
		}
	})
}

// A Conclusion is what a conference ended with.
type Conclusion struct {
	*thads.Conclusion
	Items []*ConclusionItem
}

// A ConclusionItem is a duty that a conference concluded.
type ConclusionItem struct {
	*thads.ConclusionItem
	// Conference is where it was concluded.
	Conference thads.ConferenceID
}

// ConclusionOf shows a conclusion; nil where there is none.
func ConclusionOf(id thads.ConferenceID, c *thads.Conclusion) *Conclusion {
	if c == nil {
		return nil
	}
	out := &Conclusion{Conclusion: c, Items: make([]*ConclusionItem, len(c.Items))}
	for i := range c.Items {
		out.Items[i] = &ConclusionItem{ConclusionItem: &c.Items[i], Conference: id}
	}
	return out
}

// A TargetEvent is an event of a target.
type TargetEvent struct {
	*thads.TargetEvent
	Fate                      thads.Fate
	FateBy, Supersedes, Voids *int
	Value                     *thads.Quantity
	Operator                  *thads.Operator
}

// TargetEvents shows the history of a target.
func TargetEvents(t *thads.Target) []*TargetEvent {
	fates, by := t.Fates()
	return events(t.Events, func(i int, e *thads.TargetEvent) *TargetEvent {
		out := &TargetEvent{
			TargetEvent: e, Fate: fates[i], FateBy: optional(by[i]), Supersedes: optional(e.Supersedes), Voids: optional(e.Voids),
		}
		if p := e.Particulars; p != nil {
			out.Value, out.Operator = &p.Value, &p.Operator
		}
		return out
	})
}

// events shows each event of a history.
func events[E, V any](history []E, show func(int, *E) *V) []*V {
	out := make([]*V, len(history))
	for i := range history {
		out[i] = show(i, &history[i])
	}
	return out
}

// Kinds are the kinds of the steps that a state allows, each once.
func Kinds[K, S ~string](rules []thads.Rule[K, S]) []K {
	out := []K{}
	seen := map[K]bool{}
	for _, r := range rules {
		if !seen[r.Kind] {
			seen[r.Kind] = true
			out = append(out, r.Kind)
		}
	}
	return out
}
