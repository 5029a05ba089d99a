package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/thads/thads/internal/thads"
)

// seed makes the demonstration the same every time.
const seed = 0x7445_4144_5332_3031

// The published figures, which the plan is made to meet exactly: cases done and
// terminated, and đồng done, terminated and reduced, by the date on which an
// event is booked; and the đồng with means of the year 2019.
const (
	casesDone2018      = 11_888
	casesDone2019      = 13_140
	moneyDone2018      = 297_615 * million
	moneyDone2019      = 336_758 * million
	moneyWithMeans2019 = 970_327 * million
)

// How many cases there are of each origin.
const (
	oldLive      = 4_700
	oldSeparate  = 900
	newIn2018    = 12_150
	newIn2019    = 12_300
	newIn2020    = 2_050
	largeIn2018  = 70
	largeIn2019  = 95
	largeLive    = 150
	largeLacking = 65
	refusals     = 45
)

// A generator plans the whole province before anything is written.
type generator struct {
	cal      *calendar
	names    *namer
	units    []*unit
	officers []*officer
	plans    []*plan
	titles   []*title
	// large are the cases whose amounts make the sums come out: paid in 2018,
	// in 2019, and outstanding at the end of 2019.
	large2018, large2019, largeOpen []*plan
	// places are the ids of all units by code, once they are written.
	places map[string]thads.UnitID
}

// newGenerator plans everything. It fails only where the program's own figures
// contradict each other.
func newGenerator() (*generator, error) {
	g := &generator{cal: newCalendar(), names: newNamer(), units: newUnits()}
	g.newOfficers(rand.New(rand.NewPCG(seed, 1<<40)))
	g.cohorts(rand.New(rand.NewPCG(seed, 1<<41)))
	g.planLarge(rand.New(rand.NewPCG(seed, 1<<42)))
	g.planRefused(rand.New(rand.NewPCG(seed, 1<<49)))
	g.planCorrected(rand.New(rand.NewPCG(seed, 1<<43)))
	if err := g.meetCases(rand.New(rand.NewPCG(seed, 1<<44))); err != nil {
		return nil, err
	}
	if err := g.meetMoney(rand.New(rand.NewPCG(seed, 1<<45))); err != nil {
		return nil, err
	}
	g.numberTitles()
	g.numberDecisions()
	return g, nil
}

// newPlan appends an empty plan.
func (g *generator) newPlan(unit int, c class, opened day) *plan {
	p := &plan{index: len(g.plans), person: len(g.plans), unit: unit, class: c, opened: opened, end: endless}
	g.plans = append(g.plans, p)
	return p
}

// newTitle gives the plan a judgment of its own.
func (g *generator) newTitle(r *rand.Rand, p *plan) {
	s := p.spec()
	before := p.opened
	if p.isForward() {
		before = p.decided
	}
	court := g.units[p.unit]
	if p.class == arbitration {
		court = g.units[provinceAt] // its awards come from one centre
	}
	t := &title{court: court, suffix: s.suffix, kind: s.kind, date: g.cal.onOrBefore[max(0, before-day(between(r, 33, 62)))]}
	if p.isForward() || before < 70 {
		t.date = before - day(between(r, 33, 62))
	}
	p.title = t
	g.titles = append(g.titles, t)
}

// cohorts draws the ordinary cases: those brought forward, then those opened on
// the working days of each year.
func (g *generator) cohorts(r *rand.Rand) {
	var shares []weighted[int]
	for i, u := range g.units {
		shares = append(shares, weighted[int]{i, u.weight})
	}
	at := newLottery(shares)
	fresh, old := newLottery(newCases), newLottery(oldCases)

	for i := range oldLive + oldSeparate {
		p := g.newPlan(at.draw(r), old.draw(r), broughtForward)
		g.forward(r, p, i >= oldLive)
	}
	for _, c := range []struct {
		n        int
		from, to day
	}{{newIn2018, start2018, start2019 - 1}, {newIn2019, start2019, start2020 - 1}, {newIn2020, start2020, horizon}} {
		for range c.n {
			opened := g.cal.onOrAfter[c.from+day(r.IntN(int(c.to-c.from)+1))]
			if opened > c.to {
				opened = g.cal.onOrBefore[c.to]
			}
			p := g.newPlan(at.draw(r), fresh.draw(r), opened)
			g.fresh(r, p)
			if p.class == debt && chance(r, 850) {
				g.twin(r, p, c.from)
			}
		}
	}
	// What the entrusted and withdrawn ones become elsewhere in the province.
	for _, p := range g.plans[:len(g.plans):len(g.plans)] {
		g.received(r, p)
	}
}

// fresh draws what a newly opened case is about and how it goes.
func (g *generator) fresh(r *rand.Rand, p *plan) {
	p.duties = newDuties(r, p.class)
	p.poor = chance(r, p.spec().poor)
	switch {
	case p.class == credit:
		p.tags = []thads.Tag{thads.TagCredit}
	case p.class == compensation && chance(r, 30):
		p.tags = []thads.Tag{thads.TagCorruption}
	}
	g.newTitle(r, p)
	g.drawFate(g.rng(p, usePlan), p, 0)
}

// twin opens the case for the court fees of the judgment that a debt is
// enforced by, a while before somebody asked for the debt.
func (g *generator) twin(r *rand.Rand, p *plan, earliest day) {
	opened := g.cal.onOrAfter[max(earliest, p.opened-day(between(r, 0, 45)))]
	t := g.newPlan(p.unit, feeCivil, min(opened, p.opened))
	t.person, t.title = p.person, p.title
	p.title.date = min(p.title.date, t.opened-day(between(r, 33, 50)))
	fee := p.duties[0].amount / 20 / 1000 * 1000
	t.duties = []duty{{kind: thads.CourtFee, amount: max(fee, 300*thousand)}}
	t.poor = p.poor || chance(r, 20)
	g.drawFate(g.rng(t, usePlan), t, 0)
}

// forward draws an older case as it stood on 30 September 2017.
func (g *generator) forward(r *rand.Rand, p *plan, separate bool) {
	age := 40 + int(float64(between(r, 0, 60))*float64(between(r, 0, 60))/2)
	p.decided = broughtForward - day(age)
	p.duties = newDuties(r, p.class)
	p.state, p.since = thads.StateInProgress, p.decided+day(between(r, 15, 35))
	switch n := r.IntN(1000); {
	case separate:
		p.state = thads.StateSeparateBook
		p.decided -= 800
		p.since, p.ground, p.verifications = broughtForward-day(between(r, 30, 700)), "L2008_44A_1_A", 2
	case n < 300:
		p.state, p.poor = thads.StateNotEnforceable, true
		p.decided -= 200
		held := between(r, 30, 640)
		p.since, p.verifications = broughtForward-day(held), held/181
		p.ground = pick(r, []thads.GroundCode{"L2008_44A_1_A", "L2008_44A_1_A", "L2008_44A_1_A", "L2008_44A_1_C"})
		p.decided = min(p.decided, p.since-40)
	case n < 340:
		p.state = thads.StateVerifying
		p.decided = broughtForward - day(between(r, 13, 30))
		p.since = p.decided + 11
		p.poor = chance(r, p.spec().poor)
	case n < 390:
		p.state, p.ground = thads.StatePostponed, "L2008_48_1_B"
		if p.spec().initiation == thads.OnRequest {
			p.ground = "L2008_48_1_C"
		}
		p.since = min(broughtForward, p.decided+day(between(r, 35, 90)))
	case n < 400:
		p.state, p.ground = thads.StateSuspended, "L2008_49_1"
		p.since = min(broughtForward, p.decided+day(between(r, 35, 90)))
	}
	g.newTitle(r, p)
	g.drawFate(g.rng(p, usePlan), p, 0)
	if p.fate == getsSeparate && p.ground == "L2008_44A_1_C" {
		p.fate, p.end = staysLive, endless
	}
}

// elsewhere are agencies outside the province to which cases are entrusted.
var elsewhere = []string{
	"Chi cục THADS quận Hà Đông, thành phố Hà Nội", "Chi cục THADS quận Hoàng Mai, thành phố Hà Nội", "Chi cục THADS quận Gò Vấp, Thành phố Hồ Chí Minh",
	"Chi cục THADS thành phố Vinh, tỉnh Nghệ An", "Chi cục THADS thành phố Biên Hòa, tỉnh Đồng Nai", "Chi cục THADS thành phố Ninh Bình, tỉnh Ninh Bình",
	"Chi cục THADS huyện Mai Châu, tỉnh Hòa Bình", "Chi cục THADS thị xã Dĩ An, tỉnh Bình Dương",
}

// received opens, in the agency that takes it over, the case that another one
// entrusted or the department withdrew.
func (g *generator) received(r *rand.Rand, p *plan) {
	to := provinceAt
	switch p.fate {
	case getsEntrusted:
		if to = r.IntN(len(g.units)); to == p.unit || chance(r, 450) {
			p.recipient = pick(r, elsewhere)
			return
		}
		p.recipient = g.units[to].short
	case getsWithdrawn:
	default:
		return
	}
	opened := g.cal.workdays(p.end, between(r, 2, 6))
	if opened > horizon {
		return
	}
	n := g.newPlan(to, p.class, opened)
	n.person, n.title, n.tags = p.person, p.title, p.tags
	n.duties = slices.Clone(p.duties)
	g.drawFate(g.rng(n, usePlan), n, 0)
	if !n.fate.counts() {
		n.fate, n.end = staysLive, endless
	}
}

// planRefused plans the requests that were refused within the five working days
// that the law gives.
func (g *generator) planRefused(r *rand.Rand) {
	for range refusals {
		p := g.newPlan(r.IntN(len(g.units)), debt, g.cal.onOrAfter[start2018+day(between(r, 20, int(horizon-start2018)-20))])
		p.duties = newDuties(r, p.class)
		g.newTitle(r, p)
		l := &life{g: g, p: p, r: g.rng(p, useLife)}
		l.add(thads.CaseReceived, p.opened).clerk = true
		s := l.add(thads.CaseRefused, g.cal.workdays(p.opened, between(r, 1, 5)))
		s.ground, s.clerk = "L2008_31_5", true
		p.officer = g.units[p.unit].enforcer(r, p.opened, -2).officer
	}
}

// meetCases plans all lives and slows as many cases down as are too many for
// the published figures, of the first year and then of the second.
func (g *generator) meetCases(r *rand.Rand) error {
	for _, p := range g.plans {
		if p.steps == nil {
			g.live(p)
		}
	}
	for _, y := range []struct {
		year     thads.StatYear
		want     int
		nextYear day
	}{{2018, casesDone2018, start2019}, {2019, casesDone2019, start2020}} {
		var done int
		var may []*plan
		for _, p := range g.plans {
			p.book(func(on day, a account) {
				if yearOf(on) == y.year {
					done += a.finished
				}
			})
			if p.fate.counts() && yearOf(p.end) == y.year && !p.corrected && !p.large {
				may = append(may, p)
			}
		}
		excess := done - y.want
		if excess < 0 || excess > len(may) {
			return fmt.Errorf("demo: %d cases are done in %d, %d are to be", done, y.year, y.want)
		}
		r.Shuffle(len(may), func(i, j int) { may[i], may[j] = may[j], may[i] })
		for _, p := range may[:excess] {
			g.drawFate(g.rng(p, useLife), p, y.nextYear)
			g.live(p)
		}
	}
	return nil
}

// sums are what the plans come to, as booked.
type sums struct {
	// cases and money are by year, from 2017.
	cases [4]int
	money [4]thads.Dong
	// live is outstanding with means at the end of 2019.
	live thads.Dong
}

func (g *generator) sums() sums {
	var s sums
	for _, p := range g.plans {
		p.book(func(on day, a account) {
			y := yearOf(on) - 2017
			s.cases[y] += a.finished
			s.money[y] += a.flow
			if on < start2020 {
				s.live += a.stock
			}
		})
	}
	return s
}

// meetMoney shares what is missing from the published sums among the large cases.
func (g *generator) meetMoney(r *rand.Rand) error {
	large := [][]*plan{g.large2018, g.large2019, g.largeOpen}
	for _, p := range slices.Concat(large...) {
		p.enlarge(0)
	}
	have := g.sums()
	for i, missing := range []thads.Dong{
		moneyDone2018 - have.money[1], moneyDone2019 - have.money[2], moneyWithMeans2019 - moneyDone2019 - have.live,
	} {
		if missing < thads.Dong(len(large[i]))*100*million {
			return fmt.Errorf("demo: only %s are left for the %d large cases of group %d", missing.Vietnamese(), len(large[i]), i)
		}
		shareOut(r, large[i], missing)
	}
	got := g.sums()
	want := sums{
		cases: [4]int{got.cases[0], casesDone2018, casesDone2019, got.cases[3]},
		money: [4]thads.Dong{got.money[0], moneyDone2018, moneyDone2019, got.money[3]},
		live:  moneyWithMeans2019 - moneyDone2019,
	}
	if got != want {
		return fmt.Errorf("demo: the plan comes to %+v, not %+v", got, want)
	}
	return nil
}

// shareOut divides a sum among cases in whole thousands, unequally.
func shareOut(r *rand.Rand, plans []*plan, whole thads.Dong) {
	weights := make([]int, len(plans))
	all := 0
	for i := range plans {
		weights[i] = between(r, 40, 100)
		if chance(r, 120) {
			weights[i] *= between(r, 3, 7)
		}
		all += weights[i]
	}
	left := whole
	for i, p := range plans {
		share := whole / thads.Dong(all) * thads.Dong(weights[i]) / thousand * thousand
		if i == len(plans)-1 {
			share = left
		}
		left -= share
		p.enlarge(share)
	}
}

// numberTitles numbers the judgments of each court, kind and calendar year in
// the order of their dates; the courts have others as well.
func (g *generator) numberTitles() {
	order := slices.Clone(g.titles)
	slices.SortStableFunc(order, func(a, b *title) int { return cmp.Compare(a.date, b.date) })
	type series struct {
		court  *unit
		suffix string
		year   int
	}
	last := map[series]int{}
	r := rand.New(rand.NewPCG(seed, 1<<46))
	for _, t := range order {
		k := series{t.court, t.suffix, g.cal.date(t.date).Year()}
		last[k] += 1 + r.IntN(2)
		t.number = last[k]
	}
}

// A book is one of the registers that numbers decisions: every kind of
// decision has its own, opened each statistical year.
type book uint8

const (
	bookNone book = iota
	bookOpened
	bookRevoked
	bookEntrusted
	bookResting
	bookTerminated
	bookWithoutMeans
	bookWithdrawn
	bookSecurity
	bookCoercion
	bookReduced
)

// bookOf returns the book that numbers the decision behind a kind of event.
func bookOf(k thads.CaseEventKind) book {
	switch k {
	case thads.CaseDecided, thads.CaseBroughtForward:
		return bookOpened
	case thads.CaseRevoked:
		return bookRevoked
	case thads.CaseEntrusted:
		return bookEntrusted
	case thads.CasePostponed, thads.CaseSuspended, thads.CasePaused, thads.CaseResumed, thads.CaseBackFromSeparate:
		return bookResting
	case thads.CaseTerminated:
		return bookTerminated
	case thads.CaseNotEnforceable:
		return bookWithoutMeans
	case thads.CaseWithdrawn:
		return bookWithdrawn
	case thads.CaseSecurityMeasure:
		return bookSecurity
	case thads.CaseCoerciveMeasure:
		return bookCoercion
	case thads.CaseReduced:
		return bookReduced
	default:
		return bookNone
	}
}

// issuer is the unit whose book numbers a step's decision: the department
// withdraws cases itself, and its court reduces debts.
func (p *plan) issuer(b book) int {
	if b == bookWithdrawn || b == bookReduced {
		return provinceAt
	}
	return p.unit
}

// numberDecisions numbers the decisions of each unit, book and statistical year
// in the order of their dates, without a gap; a court's by the calendar year. Of
// the years before the demonstration only some are known.
func (g *generator) numberDecisions() {
	type ref struct {
		plan     *plan
		step     int
		on       day
		unit     int
		book     book
		statYear thads.StatYear
	}
	var refs []ref
	for _, p := range g.plans {
		for i := range p.steps {
			s := &p.steps[i]
			b := bookOf(s.kind)
			if b == bookNone || s.supersedes != 0 || s.number != 0 {
				continue
			}
			on := s.on
			if s.kind == thads.CaseBroughtForward {
				on = p.decided
			}
			year := thads.StatYearOf(g.cal.date(on))
			if b == bookReduced {
				year = thads.StatYear(g.cal.date(on).Year())
			}
			refs = append(refs, ref{p, i, on, p.issuer(b), b, year})
		}
	}
	slices.SortFunc(refs, func(a, b ref) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.plan.index, b.plan.index), cmp.Compare(a.step, b.step))
	})
	type series struct {
		unit int
		book book
		year thads.StatYear
	}
	last := map[series]int{}
	r := rand.New(rand.NewPCG(seed, 1<<47))
	for _, at := range refs {
		k := series{at.unit, at.book, at.statYear}
		if at.plan.mistaken() && at.book == bookOpened {
			// The number belongs to the decision that comes next.
			at.plan.steps[at.step].number = last[k] + 1
			continue
		}
		last[k]++
		if at.on < start2018 {
			last[k] += r.IntN(3)
		}
		at.plan.steps[at.step].number = last[k]
	}
	for _, p := range g.plans {
		for i := range p.steps {
			if s := &p.steps[i]; s.supersedes != 0 {
				s.number = p.steps[s.supersedes-1].number
			}
		}
	}
}
