package thads

import (
	"fmt"
	"slices"
)

// CaseDeadlines returns the deadlines that ran or run in a case, in the order in
// which they began, those handed over with the case as OpenSince says. A case
// whose opening was taken back has none.
//
// Which events fulfil or end a deadline stands in the table of rules; here is
// what sets them running. Notices are not recorded, so that the voluntary period
// is counted from the decision. Money is paid out in the order in which it was
// collected. How an older case was verified before it was brought forward is not
// known: it is to be verified again as if that had been done on that day.
func CaseDeadlines(c *Case) ([]Deadline, error) {
	if c.State == StateVoided {
		return nil, nil
	}
	w := caseWatch{c: Case{ID: c.ID, Version: c.Version}}
	for _, s := range effective(c.Events) {
		if err := w.step(s.ev); err != nil {
			return nil, fmt.Errorf("%w: case %q: event %d: %s", ErrDamaged, c.ID, s.ev.Seq, err.Error())
		}
	}
	return w.list(), nil
}

// A caseWatch follows a case step by step.
type caseWatch struct {
	watch
	c Case
	// wait is how much of each collection, the earliest first, is held still.
	wait []collection
}

type collection struct {
	at   *running
	left Dong
}

// An obligationBefore is what the watch compares an obligation with.
type obligationBefore struct {
	state CaseState
	since Date
	held  Dong
}

func (w *caseWatch) step(e *CaseEvent) error {
	caseBefore := w.c.State
	before := make([]obligationBefore, len(w.c.Balances))
	acted := make([]bool, len(w.c.Balances))
	for i := range w.c.Balances {
		b := &w.c.Balances[i]
		before[i] = obligationBefore{b.State, b.Since, b.Held}
		if e.Obligation == "" || e.Obligation == b.ID {
			_, refusal := transitionFor(e.Kind, b.State, e.EffectiveOn)
			acted[i] = refusal == nil
		}
	}
	if refusal := w.c.apply(e); refusal != nil {
		return refusal
	}
	on := e.EffectiveOn
	w.unit, w.officer = w.c.Unit, w.c.Officer
	w.handOver(on)
	w.endOfCase(e, caseBefore)
	for i := range w.c.Balances {
		b := &w.c.Balances[i]
		if i >= len(before) {
			// The step that opened the case or decided on it.
			w.begin(b, e)
			continue
		}
		w.endOfObligation(b, e, acted[i])
		w.money(b, before[i].held, e)
		if b.State != before[i].state || b.Since != before[i].since {
			w.begin(b, e)
		}
		if e.Kind == CaseVerified && acted[i] {
			w.verified(b, e)
		}
		if e.Kind == CaseSecurityMeasure && acted[i] {
			w.secured(b, e)
		}
	}
	if e.Kind == CaseReceived {
		w.received(on)
	}
	return nil
}

// received sets the decision due.
func (w *caseWatch) received(on Date) {
	rule := RuleDecideRequest
	switch p := &w.c.Particulars; {
	case p.Initiation == OwnMotion && p.Judgment.Kind == JudgmentBankruptcy:
		rule = RuleDecideBankruptcy
	case p.Initiation == OwnMotion:
		rule = RuleDecideOwnMotion
	}
	w.start(rule, "", on, 0)
}

// begin sets running what the state does that the obligation has come into.
func (w *caseWatch) begin(b *Balance, e *CaseEvent) {
	from := b.Since
	switch b.State {
	case StateVoluntary:
		if d := w.start(RuleVoluntary, b.ID, from, 0); d != nil {
			w.start(RuleStartVerification, b.ID, d.due, 0)
		}
	case StateNotEnforceable:
		w.verifyAgain(b, e.EffectiveOn)
		if w.c.Particulars.Initiation == OnRequest {
			w.start(RuleReturnRequest, b.ID, from, 0)
		}
	case StatePostponed:
		if !b.Until.IsZero() {
			w.start(RulePostponement, b.ID, from, b.Until)
			w.start(RuleResume, b.ID, b.Until, 0)
		}
	case StatePaused:
		if !b.Until.IsZero() {
			w.start(RulePause, b.ID, from, b.Until)
		}
	default:
	}
}

// verified takes the result of a verification into account.
func (w *caseWatch) verified(b *Balance, e *CaseEvent) {
	switch {
	case b.State == StateNotEnforceable:
		w.verifyAgain(b, e.EffectiveOn)
	case e.Finding == FindingNoMeans && (b.State == StateVerifying || b.State == StateInProgress):
		if w.running(RuleNoMeansDecision, b.ID) == nil {
			w.start(RuleNoMeansDecision, b.ID, e.EffectiveOn, 0)
		}
	case e.Finding == FindingMeans:
		if d := w.running(RuleNoMeansDecision, b.ID); d != nil {
			d.end(e.EffectiveOn, false)
		}
	}
}

func (w *caseWatch) verifyAgain(b *Balance, on Date) {
	rule := RuleReverify
	if g, ok := GroundOf(b.Ground); ok && g.LongWait {
		rule = RuleReverifyLong
	}
	w.start(rule, b.ID, on, 0)
}

// secured sets coercion due after a security measure, by its own end where it
// names one. Nothing has to follow that keeps somebody in the country.
func (w *caseWatch) secured(b *Balance, e *CaseEvent) {
	if e.Measure == ExitPostponement || !slices.Contains(underWay, b.State) {
		return
	}
	if e.Until.IsZero() || e.Until >= e.EffectiveOn {
		w.start(RuleCoercion, b.ID, e.EffectiveOn, e.Until)
	}
}

// money follows what is collected and waits to be paid out.
func (w *caseWatch) money(b *Balance, held Dong, e *CaseEvent) {
	switch more := b.Held - held; {
	case more > 0:
		if d := w.start(RulePayOut, b.ID, e.EffectiveOn, 0); d != nil {
			w.wait = append(w.wait, collection{d, more})
		}
	case more < 0:
		for i := range w.wait {
			c := &w.wait[i]
			if more == 0 || c.at.scope != b.ID || c.left == 0 {
				continue
			}
			part := min(-more, c.left)
			more, c.left = more+part, c.left-part
			if c.left == 0 {
				c.at.end(e.EffectiveOn, c.at.rule.fulfils(string(e.Kind)))
			}
		}
	}
}

// endOfCase ends what concerns the case as a whole.
func (w *caseWatch) endOfCase(e *CaseEvent, before CaseState) {
	for _, d := range w.open {
		if !d.runs() || d.scope != "" {
			continue
		}
		left := before != w.c.State && !slices.Contains(d.rule.While, w.c.State)
		if d.rule.fulfils(string(e.Kind)) || left {
			d.end(e.EffectiveOn, d.rule.fulfils(string(e.Kind)))
		}
	}
}

// endOfObligation ends what the step fulfils about an obligation, and what its
// new state leaves behind.
func (w *caseWatch) endOfObligation(b *Balance, e *CaseEvent, acted bool) {
	for _, d := range w.open {
		if !d.runs() || d.scope != b.ID {
			continue
		}
		met := acted && d.rule.fulfils(string(e.Kind))
		left := !slices.Contains(d.rule.While, b.State)
		switch d.rule.Code {
		case RulePayOut:
			// As the money goes; see money.
			continue
		case RuleVoluntary:
			met = met && b.State == StateDone
		default:
			left = left || met
		}
		if left {
			d.end(e.EffectiveOn, met)
		}
	}
}
