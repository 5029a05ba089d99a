package demo

import (
	"slices"

	"github.com/thads/thads/internal/thads"
)

// An account is what a plan stands at, in the terms of the published figures.
type account struct {
	// finished is 1 for a case done or terminated.
	finished int
	// flow is what was paid out, performed, terminated or reduced, stock what
	// is outstanding with means.
	flow, stock thads.Dong
}

func (a account) minus(b account) account {
	return account{a.finished - b.finished, a.flow - b.flow, a.stock - b.stock}
}

// book tells what a plan posts to the published figures, by the day on which it
// is booked. The tests add the same up from what was stored, by other means.
func (p *plan) book(post func(on day, a account)) {
	if !p.corrected {
		p.run(p.stepsByDay(len(p.steps)), post)
		return
	}
	type posted struct {
		on day
		account
	}
	sum := func(steps []*step) map[day]account {
		m := map[day]account{}
		p.run(steps, func(on day, a account) {
			m[on] = account{m[on].finished + a.finished, m[on].flow + a.flow, m[on].stock + a.stock}
		})
		return m
	}
	var all []posted
	before := map[day]account{}
	for n := 1; n <= len(p.steps); n++ {
		after := sum(p.stepsByDay(n))
		recorded := p.steps[n-1].recorded
		if recorded == 0 {
			recorded = p.steps[n-1].on
		}
		for on, a := range after {
			if d := a.minus(before[on]); d != (account{}) {
				all = append(all, posted{max(on, openFrom(recorded)), d})
			}
		}
		for on, b := range before {
			if _, still := after[on]; !still && b != (account{}) {
				all = append(all, posted{max(on, openFrom(recorded)), account{}.minus(b)})
			}
		}
		before = after
	}
	for _, a := range all {
		post(a.on, a.account)
	}
}

// stepsByDay returns those of the first n steps that stand after corrections,
// in the order of the days on which they count.
func (p *plan) stepsByDay(n int) []*step {
	out := make([]*step, 0, n)
	if !p.corrected {
		for i := range n {
			out = append(out, &p.steps[i])
		}
		return out
	}
	slot := make([]int, n)
	gone := make([]bool, n)
	for i := range n {
		s := &p.steps[i]
		slot[i] = i
		if s.supersedes > 0 {
			slot[i], gone[s.supersedes-1] = slot[s.supersedes-1], true
		}
		if s.voids > 0 {
			gone[i], gone[s.voids-1] = true, true
		}
	}
	var at []int
	for i := range n {
		if !gone[i] {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int {
		if d := p.steps[a].on - p.steps[b].on; d != 0 {
			return int(d)
		}
		return slot[a] - slot[b]
	})
	for _, i := range at {
		out = append(out, &p.steps[i])
	}
	return out
}

// run replays steps and tells how the account changes on each day.
func (p *plan) run(steps []*step, post func(on day, a account)) {
	var remaining, held thads.Dong
	var owed, kept [8]thads.Dong // by duty
	open := 0
	var flow thads.Dong
	var was account
	performed, counted, live, apart := false, false, false, false
	for _, s := range steps {
		switch s.kind {
		case thads.CaseDecided, thads.CaseBroughtForward:
			for i, d := range p.duties {
				owed[i] = d.amount
				if s.supersedes == 0 && p.amountAtFirst != 0 && i == 0 {
					owed[i] = p.amountAtFirst
				}
				remaining += owed[i]
			}
			open, live = len(p.duties), true
			apart = s.kind == thads.CaseBroughtForward && (p.state == thads.StateNotEnforceable || p.state == thads.StateSeparateBook)
		case thads.CaseCollected:
			remaining, held = remaining-s.amount, held+s.amount
			owed[s.duty], kept[s.duty] = owed[s.duty]-s.amount, kept[s.duty]+s.amount
			performed = true
		case thads.CasePaidOut, thads.CaseDeposited:
			held, flow = held-s.amount, flow+s.amount
			kept[s.duty] -= s.amount
			if owed[s.duty] == 0 && kept[s.duty] == 0 {
				open--
			}
		case thads.CasePerformed:
			remaining, flow, performed = remaining-s.amount, flow+s.amount, true
			if owed[s.duty] -= s.amount; owed[s.duty] == 0 {
				open--
			}
		case thads.CaseReduced:
			remaining, flow = remaining-s.amount, flow+s.amount
			owed[s.duty] -= s.amount
		case thads.CaseAdjusted:
			remaining += s.amount
			owed[s.duty] += s.amount
		case thads.CaseTerminated:
			flow, remaining, counted, open = flow+remaining, 0, true, 0
		case thads.CaseEntrusted, thads.CaseWithdrawn, thads.CaseRevoked:
			remaining, live, open = 0, false, 0
			counted = s.kind == thads.CaseEntrusted && performed
		case thads.CaseNotEnforceable, thads.CaseMovedToSeparate:
			apart = true
		case thads.CaseResumed, thads.CaseBackFromSeparate:
			apart = false
		default:
		}
		now := account{flow: flow}
		if live && open == 0 && (performed || counted) {
			now.finished = 1
		}
		if live && open > 0 && !apart {
			now.stock = remaining + held
		}
		if d := now.minus(was); d != (account{}) {
			post(s.on, d)
			was = now
		}
	}
}
