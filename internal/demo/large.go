package demo

import (
	"math/rand/v2"
	"slices"

	"github.com/thads/thads/internal/thads"
)

// planLarge plans the large cases, of which banks are the creditors. Their
// amounts are found last: they make the published sums come out.
func (g *generator) planLarge(r *rand.Rand) {
	for range largeIn2018 {
		opened := start2018 + day(between(r, 10, 190))
		g.large2018 = append(g.large2018, g.paid(r, opened, start2018, opened+day(between(r, 70, 160))))
	}
	for i := range largeIn2019 {
		opened := start2018 + day(between(r, 100, 540))
		end := max(start2019, opened) + day(between(r, 70, 170))
		switch i {
		case 0:
			opened, end = start2018+150, dayOf(thads.DateOf(2019, 6, 28))
		case 1:
			opened, end = start2018+205, dayOf(thads.DateOf(2019, 9, 19))
		}
		p := g.paid(r, opened, start2019, end)
		if i < 2 {
			g.direct(p, i+1)
		}
		g.large2019 = append(g.large2019, p)
	}
	for i := range largeLive {
		opened := start2018 + day(between(r, 30, 660))
		if i < 3 {
			opened = start2018 + day(120+40*i)
		}
		p := g.outstanding(r, opened, i == 0)
		if i < 3 {
			g.direct(p, i+3)
		}
		g.largeOpen = append(g.largeOpen, p)
	}
	for range largeLacking {
		g.lacking(r, start2018+day(between(r, 5, 560)))
	}
	for _, p := range slices.Concat(g.large2018, g.large2019, g.largeOpen) {
		// A share for the time being, by which the case counts as what it will be.
		p.enlarge(billion)
	}
}

// newLarge begins a large case; its duty has no amount yet.
func (g *generator) newLarge(r *rand.Rand, opened day) *plan {
	unit := r.IntN(len(g.units))
	switch n := r.IntN(10); {
	case n < 4:
		unit = provinceAt
	case n < 7:
		unit = provinceAt + 1
	}
	p := g.newPlan(unit, credit, g.cal.onOrAfter[opened])
	p.large, p.tags = true, []thads.Tag{thads.TagCredit}
	p.duties = []duty{{kind: thads.Debt}}
	g.newTitle(r, p)
	return p
}

// paid is a large case that is paid in full between two days, in parts.
func (g *generator) paid(r *rand.Rand, opened, from, end day) *plan {
	p := g.newLarge(r, opened)
	p.fate, p.end = getsDone, g.cal.onOrBefore[end]
	l := &life{g: g, p: p, r: g.rng(p, useLife)}
	l.open()
	l.begin()
	if chance(r, 600) {
		l.coerce(l.at, l.at+20)
	}
	first := max(l.at, from)
	for range between(r, 0, 2) {
		width := (p.end - first) / 4
		on := l.within(first, first+width)
		l.payShare(on, between(r, 50, 300), false)
		first = l.at + 1
	}
	l.payShare(p.end, 0, true)
	l.handOver()
	return p
}

// payShare collects a share of the amount to be found and pays it out.
func (l *life) payShare(on day, permille int, rest bool) {
	for _, kind := range []thads.CaseEventKind{thads.CaseCollected, thads.CasePaidOut} {
		s := l.add(kind, on)
		s.duty, s.share, s.rest = 0, permille, rest
	}
}

// outstanding is a large case of which most is owed at the end of 2019; one
// that resolves is paid before the conference.
func (g *generator) outstanding(r *rand.Rand, opened day, resolves bool) *plan {
	p := g.newLarge(r, opened)
	p.fate, p.end = staysLive, endless
	end := horizon
	if resolves {
		p.fate, p.end = getsDone, dayOf(thads.DateOf(2019, 11, 26))
		end = p.end - 1
	}
	l := &life{g: g, p: p, r: g.rng(p, useLife)}
	l.open()
	l.begin()
	// What is paid before the end of 2019 is known beforehand.
	for range between(r, 0, 2) {
		on := l.within(l.at, min(l.at+120, start2020-1))
		if on >= start2020 {
			break
		}
		amount := thads.Dong(between(r, 4, 60)) * 5 * million
		for _, kind := range []thads.CaseEventKind{thads.CaseCollected, thads.CasePaidOut} {
			s := l.add(kind, on)
			s.duty, s.amount = 0, amount
		}
	}
	if l.at < start2020-30 && chance(r, 700) {
		l.coerce(l.at, start2020-10)
	}
	if on := max(l.at, start2020) + day(between(r, 5, 40)); chance(r, 350) && on < end {
		l.payShare(l.g.cal.onOrAfter[on], between(r, 5, 40), false)
	}
	if resolves {
		l.payShare(p.end, 0, true)
	}
	l.handOver()
	return p
}

// lacking is a large case whose debtor has no means; it is outside what is
// published.
func (g *generator) lacking(r *rand.Rand, opened day) {
	p := g.newLarge(r, opened)
	p.fate, p.end, p.poor = staysLive, endless, true
	p.duties[0].amount = around(r, 4.2e9, 0.6, billion, 20*billion)
	l := &life{g: g, p: p, r: g.rng(p, useLife)}
	l.open()
	l.begin()
	if l.at > l.p.opened {
		on := g.cal.workdays(l.at, between(r, 1, 5))
		s := l.add(thads.CaseNotEnforceable, on)
		s.ground = "L2008_44A_1_A"
		l.withoutMeansToTheEnd(on)
	}
	l.handOver()
}

// listed are the days on which the directed cases were listed.
var listed = [...]day{
	1: dayOf(thads.DateOf(2018, 9, 24)), 2: dayOf(thads.DateOf(2018, 9, 24)),
	3: dayOf(thads.DateOf(2019, 1, 14)), 4: dayOf(thads.DateOf(2019, 1, 14)), 5: dayOf(thads.DateOf(2019, 3, 11)),
}

// direct puts a case among those that the Party committee directs.
func (g *generator) direct(p *plan, n int) {
	p.directed = n
	at := slices.IndexFunc(p.steps, func(s step) bool { return s.on > listed[n] })
	if at < 0 {
		at = len(p.steps)
	}
	p.steps = slices.Insert(p.steps, at, step{kind: thads.CaseTagged, on: listed[n], duty: -1, tag: thads.TagDirected, clerk: true})
}

// enlarge gives a large case its share of what was missing.
func (p *plan) enlarge(share thads.Dong) {
	fixed, given := thads.Dong(0), thads.Dong(0)
	for i := range p.steps {
		s := &p.steps[i]
		if s.share > 0 {
			s.amount = share * thads.Dong(s.share) / 1000 / thousand * thousand
		}
		switch {
		case s.kind != thads.CaseCollected || s.rest:
		case s.share > 0:
			given += s.amount
		default:
			fixed += s.amount
		}
	}
	p.duties[0].amount = fixed + share
	for i := range p.steps {
		if s := &p.steps[i]; s.rest {
			s.amount = share - given
		}
	}
}
