package demo

import (
	"math/rand/v2"

	"github.com/thads/thads/internal/thads"
)

// The reasons that corrections give.
const (
	wrongAmount  = "Ghi nhầm số tiền so với biên lai, phiếu chi."
	wrongPayment = "Ghi nhầm phiếu chi của việc khác."
	wrongOpening = "Ghi trùng: số quyết định này thuộc một việc khác."
	wrongDay     = "Ghi nhầm ngày thu tiền."
	wrongDebt    = "Ghi nhầm số tiền phải thi hành so với bản án."
)

// planCorrected plans a few dozen cases whose record was corrected or late:
// within the year, after the lock of 2018 and after that of 2019. What is
// recorded after a lock is booked in the year that follows.
func (g *generator) planCorrected(r *rand.Rand) {
	in := func(from, to thads.Date) day {
		return g.cal.onOrBefore[dayOf(from)+day(r.IntN(int(dayOf(to)-dayOf(from))+1))]
	}
	d := thads.DateOf
	for i, made := range []struct {
		times int
		plan  func() *plan
	}{
		// After the lock of 2019: an amount, a payment, completions and
		// openings that came late, openings in the wrong place, lost means.
		{12, func() *plan {
			return g.wrongAmount(r, in(d(2018, 11, 5), d(2019, 5, 20)), in(d(2019, 8, 5), d(2019, 9, 25)), lock2019)
		}},
		{6, func() *plan {
			return g.wrongPayment(r, in(d(2018, 11, 5), d(2019, 5, 20)), in(d(2019, 7, 8), d(2019, 9, 25)), lock2019, true)
		}},
		{8, func() *plan {
			return g.lateDone(r, in(d(2018, 11, 5), d(2019, 5, 20)), in(d(2019, 9, 23), d(2019, 9, 30)), lock2019)
		}},
		{5, func() *plan { return g.lateOpened(r, in(d(2019, 9, 23), d(2019, 9, 30))) }},
		{4, func() *plan {
			return g.wrongOpening(r, in(d(2019, 9, 4), d(2019, 9, 20)), lock2019+day(between(r, 3, 30)))
		}},
		{5, func() *plan {
			return g.lateWithoutMeans(r, in(d(2018, 12, 3), d(2019, 6, 20)), in(d(2019, 9, 9), d(2019, 9, 30)))
		}},
		// After the lock of 2018.
		{6, func() *plan {
			return g.lateDone(r, in(d(2017, 11, 6), d(2018, 6, 20)), in(d(2018, 9, 20), d(2018, 9, 28)), lock2018)
		}},
		{4, func() *plan {
			return g.wrongAmount(r, in(d(2017, 11, 6), d(2018, 5, 21)), in(d(2018, 8, 6), d(2018, 9, 25)), lock2018)
		}},
		{3, func() *plan {
			return g.wrongPayment(r, in(d(2017, 11, 6), d(2018, 5, 21)), in(d(2018, 7, 9), d(2018, 9, 25)), lock2018, false)
		}},
		// Within the year.
		{3, func() *plan {
			on := in(d(2018, 11, 5), d(2019, 6, 20))
			return g.wrongOpening(r, on, on+day(between(r, 2, 20)))
		}},
		{10, func() *plan { return g.wrongDebt(r, in(d(2018, 10, 22), d(2019, 6, 20))) }},
		{6, func() *plan { return g.wrongDay(r, in(d(2018, 10, 22), d(2019, 6, 20))) }},
	} {
		for range made.times {
			p := made.plan()
			p.corrected = true
			if i%2 == 0 {
				p.tags = []thads.Tag{thads.TagComplex}
			}
		}
	}
}

// corrected begins a debt whose debtor was found to have means.
func (g *generator) corrected(r *rand.Rand, opened day) *life {
	unit := between(r, 1, len(g.units)-1)
	p := g.newPlan(unit, debt, opened)
	p.duties = []duty{{kind: thads.Debt, amount: around(r, 55e6, 0.5, 20*million, 200*million)}}
	p.corrected = true
	g.newTitle(r, p)
	l := &life{g: g, p: p, r: g.rng(p, useLife)}
	for _, at := range g.units[unit].roster {
		if at.from <= opened && at.to >= horizon {
			p.officer = at.officer
		}
	}
	l.add(thads.CaseDecided, opened).clerk = true
	return l
}

func (l *life) foundMeans() {
	l.add(thads.CaseVerificationBegun, l.g.cal.after(l.at, 12))
	l.add(thads.CaseVerified, l.g.cal.after(l.at, between(l.r, 2, 9))).finding = thads.FindingMeans
}

// part of the whole duty is moved on a day.
func (l *life) move(kind thads.CaseEventKind, on day, amount thads.Dong) *step {
	s := l.add(kind, on)
	s.duty, s.amount = 0, amount
	return s
}

// afterLock draws a working day in the weeks after a lock.
func (l *life) afterLock(lock day) day { return l.g.cal.after(lock, between(l.r, 4, 26)) }

// replace records, on a later day, that an earlier step was something else.
func (l *life) replace(seq int, recorded day, reason string, change func(*step)) {
	s := l.p.steps[seq-1]
	s.supersedes, s.recorded, s.reason, s.clerk = seq, recorded, reason, true
	change(&s)
	l.p.steps = append(l.p.steps, s)
}

// void records, on a later day, that an earlier step did not happen.
func (l *life) void(seq int, recorded day, reason string) {
	on := l.p.steps[seq-1].on
	l.p.steps = append(l.p.steps, step{kind: thads.CaseVoidedEvent, on: on, recorded: recorded, duty: -1, voids: seq, reason: reason, clerk: true})
}

func (g *generator) wrongAmount(r *rand.Rand, opened, on, lock day) *plan {
	l := g.corrected(r, opened)
	l.foundMeans()
	amount := part(r, l.p.duties[0].amount, 30, 60)
	l.move(thads.CasePerformed, on, amount)
	l.replace(len(l.p.steps), l.afterLock(lock), wrongAmount, func(s *step) {
		s.amount += thads.Dong(between(r, 1, 9)) * 500 * thousand * thads.Dong(1-2*r.IntN(2))
	})
	return l.p
}

// wrongPayment takes back the payment that ended a case; again tells whether the
// right one was found since.
func (g *generator) wrongPayment(r *rand.Rand, opened, on, lock day, again bool) *plan {
	l := g.corrected(r, opened)
	l.foundMeans()
	amount := l.p.duties[0].amount
	l.move(thads.CaseCollected, g.cal.onOrBefore[on-4], amount)
	l.move(thads.CasePaidOut, on, amount)
	recorded := l.afterLock(lock)
	l.void(len(l.p.steps), recorded, wrongPayment)
	if again && chance(r, 500) {
		l.move(thads.CasePaidOut, g.cal.workdays(recorded, 3), amount)
	}
	return l.p
}

func (g *generator) lateDone(r *rand.Rand, opened, on, lock day) *plan {
	l := g.corrected(r, opened)
	l.foundMeans()
	l.move(thads.CasePerformed, on, l.p.duties[0].amount).recorded = l.afterLock(lock)
	return l.p
}

func (g *generator) lateOpened(r *rand.Rand, opened day) *plan {
	l := g.corrected(r, opened)
	l.p.steps[0].recorded = g.cal.after(lock2019, between(r, 3, 12))
	l.at = l.p.steps[0].recorded
	l.foundMeans()
	return l.p
}

// wrongOpening is a record that never should have been made.
func (g *generator) wrongOpening(r *rand.Rand, opened, recorded day) *plan {
	l := g.corrected(r, opened)
	l.void(1, g.cal.onOrAfter[recorded], wrongOpening)
	return l.p
}

// mistaken tells whether the plan is a record that was taken back whole.
func (p *plan) mistaken() bool {
	return p.corrected && len(p.steps) == 2 && p.steps[1].voids == 1
}

func (g *generator) lateWithoutMeans(r *rand.Rand, opened, on day) *plan {
	l := g.corrected(r, opened)
	l.foundMeans()
	recorded := l.afterLock(lock2019)
	l.add(thads.CaseVerified, g.cal.onOrBefore[on-3]).finding = thads.FindingNoMeans
	l.p.steps[len(l.p.steps)-1].recorded = recorded
	s := l.add(thads.CaseNotEnforceable, on)
	s.ground, s.recorded = "L2008_44A_1_A", recorded
	return l.p
}

// wrongDebt was opened with another amount than was judged, and is done in its year.
func (g *generator) wrongDebt(r *rand.Rand, opened day) *plan {
	l := g.corrected(r, opened)
	l.p.amountAtFirst = l.p.duties[0].amount / 10 * thads.Dong(between(r, 11, 14)) / thousand * thousand
	l.replace(1, g.cal.workdays(opened, between(r, 2, 5)), wrongDebt, func(*step) {})
	l.foundMeans()
	l.move(thads.CasePerformed, g.cal.after(l.at, between(r, 15, 70)), l.p.duties[0].amount)
	return l.p
}

// wrongDay had its payment written down under another day.
func (g *generator) wrongDay(r *rand.Rand, opened day) *plan {
	l := g.corrected(r, opened)
	l.foundMeans()
	amount := l.p.duties[0].amount
	right := g.cal.after(l.at, between(r, 25, 50))
	l.move(thads.CaseCollected, g.cal.onOrBefore[right-8], amount)
	l.replace(len(l.p.steps), g.cal.workdays(right, 2), wrongDay, func(s *step) { s.on = right })
	l.at = g.cal.workdays(right, 3)
	l.move(thads.CasePaidOut, l.at, amount)
	return l.p
}
