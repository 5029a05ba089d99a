package demo

import (
	"math"
	"math/rand/v2"

	"github.com/thads/thads/internal/thads"
)

// A class is a sort of case: what was judged and what is owed.
type class uint8

const (
	feeFamily class = iota
	feeCivil
	criminal
	debt
	compensation
	maintenance
	handOver
	handOverChild
	credit
	labour
	feeAdministrative
	bankruptcy
	arbitration
	other
)

// A classSpec tells how cases of a class go. Shares and times are made up so
// that a province of this size comes out.
type classSpec struct {
	initiation thads.Initiation
	kind       thads.JudgmentKind
	suffix     string
	// quick and middling are how many of a thousand are done within the time
	// for voluntary performance, and within some months (mean days).
	quick, middling, mean int
	// poor is how many of a thousand debtors have no means.
	poor int
}

var classes = [...]classSpec{
	feeFamily:         {thads.OwnMotion, thads.JudgmentFamily, "/HNGĐ-ST", 610, 345, 45, 20},
	feeCivil:          {thads.OwnMotion, thads.JudgmentCivil, "/DS-ST", 530, 410, 50, 40},
	criminal:          {thads.OwnMotion, thads.JudgmentCriminal, "/HS-ST", 485, 425, 52, 100},
	debt:              {thads.OnRequest, thads.JudgmentCivil, "/DS-ST", 280, 550, 78, 110},
	compensation:      {thads.OnRequest, thads.JudgmentCriminal, "/HS-ST", 270, 500, 80, 180},
	maintenance:       {thads.OnRequest, thads.JudgmentFamily, "/HNGĐ-ST", 100, 370, 120, 80},
	handOver:          {thads.OnRequest, thads.JudgmentCivil, "/DS-ST", 250, 500, 85, 0},
	handOverChild:     {thads.OnRequest, thads.JudgmentFamily, "/HNGĐ-ST", 300, 500, 60, 0},
	credit:            {thads.OnRequest, thads.JudgmentCommercial, "/KDTM-ST", 60, 380, 170, 60},
	labour:            {thads.OnRequest, thads.JudgmentLabour, "/LĐ-ST", 200, 450, 100, 60},
	feeAdministrative: {thads.OwnMotion, thads.JudgmentAdministrative, "/HC-ST", 500, 400, 60, 20},
	bankruptcy:        {thads.OwnMotion, thads.JudgmentBankruptcy, "/QĐ-TBPS", 0, 200, 200, 150},
	arbitration:       {thads.OnRequest, thads.JudgmentArbitration, "/PQTT", 100, 400, 150, 60},
	other:             {thads.OwnMotion, thads.JudgmentOther, "/QĐ-XLVPHC", 350, 430, 80, 80},
}

// newCases is how often each class comes. A debt brings a case for the fees of
// the same judgment with it, which is most of feeCivil.
var newCases = []weighted[class]{
	{feeFamily, 262},
	{feeCivil, 44},
	{criminal, 330},
	{debt, 125},
	{compensation, 42},
	{maintenance, 44},
	{handOver, 24},
	{handOverChild, 4},
	{credit, 9},
	{labour, 6},
	{feeAdministrative, 5},
	{bankruptcy, 1},
	{arbitration, 1},
	{other, 2},
}

// oldCases is how often each class comes among those brought forward.
var oldCases = []weighted[class]{
	{feeFamily, 60},
	{feeCivil, 110},
	{criminal, 330},
	{debt, 290},
	{compensation, 100},
	{maintenance, 60},
	{handOver, 30},
	{handOverChild, 2},
	{credit, 22},
	{labour, 6},
	{bankruptcy, 1},
	{other, 3},
}

// A fate is how a case leaves the books, if it does.
type fate uint8

const (
	staysLive fate = iota
	getsDone
	getsTerminated
	getsEntrusted
	getsWithdrawn
	getsRevoked
	getsSeparate
)

// counts tells whether the fate is one of those that forms count as done.
func (f fate) counts() bool { return f == getsDone || f == getsTerminated }

// number is the number of the enforcement decision.
func (p *plan) number() int {
	for i := range p.steps {
		if bookOf(p.steps[i].kind) == bookOpened {
			return p.steps[i].number
		}
	}
	return 0
}

// A duty is an obligation while a life is planned.
type duty struct {
	kind     thads.ObligationKind
	amount   thads.Dong
	periodic bool
	// remaining and held are what planning has come to.
	remaining, held thads.Dong
	over            bool
}

// A step is an event before it is put into words.
type step struct {
	kind thads.CaseEventKind
	on   day
	// recorded is when the register learned of it; 0: within a few days.
	recorded day
	// duty is the index of the obligation, or -1.
	duty    int
	amount  thads.Dong
	ground  thads.GroundCode
	until   day
	finding thads.Finding
	measure thads.Measure
	officer int
	// number is that of the decision, within its book and year.
	number int
	// supersedes and voids are sequences of earlier steps; reason says why.
	supersedes, voids int
	reason            string
	note              string
	tag               thads.Tag
	// clerk writes the recorder down as the unit's clerk.
	clerk bool
	// share is how many thousandths of a large case's share the step moves,
	// rest whether it moves what the others leave of it.
	share int
	rest  bool
}

// A title is a judgment; the cases that come from it share it.
type title struct {
	court  *unit
	suffix string
	kind   thads.JudgmentKind
	date   day
	number int
}

// A plan is a case before it is put into words.
type plan struct {
	index int
	// person seeds the parties; cases of one judgment share it.
	person  int
	unit    int
	class   class
	title   *title
	opened  day
	decided day // of an older case: when enforcement was decided
	// state, since, ground and verifications describe an older case.
	state         thads.CaseState
	since         day
	ground        thads.GroundCode
	verifications int
	officer       int
	duties        []duty
	fate          fate
	end           day
	poor          bool
	// recipient is who a case is entrusted to.
	recipient string
	tags      []thads.Tag
	steps     []step
	// corrected marks lives with corrections or late records, which are booked
	// step by step.
	corrected bool
	// directed numbers the five directed cases from 1.
	directed int
	// large marks the cases whose amounts make the sums come out.
	large bool
	// amountAtFirst is what the first duty was written down as by mistake; 0
	// where there was none.
	amountAtFirst thads.Dong
}

func (p *plan) spec() *classSpec { return &classes[p.class] }

// isForward tells whether the case is an older one.
func (p *plan) isForward() bool { return p.state != "" }

// rng returns a source of its own for each use of a plan, so that a change in
// one life changes no other.
func (g *generator) rng(p *plan, use uint64) *rand.Rand {
	n := uint64(p.index)
	if use == useParties {
		n = uint64(p.person)
	}
	return rand.New(rand.NewPCG(seed, n<<4|use))
}

const (
	usePlan uint64 = iota
	useLife
	useParties
	useRecords
)

// around draws an amount whose logarithm is normally distributed, in whole
// thousands.
func around(r *rand.Rand, median, spread float64, low, high thads.Dong) thads.Dong {
	v := thads.Dong(median * math.Exp(spread*r.NormFloat64()))
	return max(low, min(high, v)) / 1000 * 1000
}

const (
	thousand thads.Dong = 1_000
	million             = 1_000 * thousand
	billion             = 1_000 * million
)

// newDuties draws what a case of a class is about.
func newDuties(r *rand.Rand, c class) []duty {
	money := func(k thads.ObligationKind, median, spread float64) duty {
		return duty{kind: k, amount: around(r, median, spread, 200*thousand, 2*billion)}
	}
	switch c {
	case feeFamily:
		if chance(r, 850) {
			return []duty{{kind: thads.CourtFee, amount: 300 * thousand}}
		}
		return []duty{money(thads.CourtFee, 2.2e6, 0.9)}
	case feeCivil:
		return []duty{money(thads.CourtFee, 2.5e6, 1.0)}
	case criminal:
		ds := []duty{{kind: thads.CourtFee, amount: 200 * thousand}}
		if chance(r, 250) {
			ds[0].amount += around(r, 1.2e6, 0.9, 300*thousand, 60*million)
		}
		if chance(r, 290) {
			ds = append(ds, duty{kind: thads.Fine, amount: thads.Dong(between(r, 3, 20)) * million})
		}
		if chance(r, 200) {
			ds = append(ds, money(thads.IllicitGains, 2.5e6, 1.1))
		}
		if chance(r, 240) {
			ds = append(ds, duty{kind: thads.Destruction})
		}
		if chance(r, 110) {
			ds = append(ds, duty{kind: thads.Confiscation})
		}
		return ds
	case debt:
		ds := []duty{money(thads.Debt, 36e6, 1.15)}
		if chance(r, 120) {
			ds = append(ds, money(thads.LateInterest, 3e6, 0.9))
		}
		return ds
	case compensation:
		return []duty{money(thads.Compensation, 22e6, 1.0)}
	case maintenance:
		monthly := thads.Dong(between(r, 5, 20)) * 100 * thousand
		return []duty{{kind: thads.Maintenance, amount: monthly * thads.Dong(between(r, 2, 9)), periodic: true}}
	case handOver:
		ds := []duty{{kind: pick(r, []thads.ObligationKind{thads.HandOverAsset, thads.HandOverAsset, thads.HandOverPapers, thads.PerformAct, thads.RefrainFromAct})}}
		if chance(r, 250) {
			ds = append(ds, money(thads.Debt, 18e6, 0.9))
		}
		return ds
	case handOverChild:
		return []duty{{kind: thads.HandOverChild}}
	case credit:
		return []duty{money(thads.Debt, 320e6, 0.8)}
	case labour:
		return []duty{money(thads.Debt, 28e6, 0.8)}
	case feeAdministrative:
		return []duty{{kind: thads.CourtFee, amount: 300 * thousand}}
	case bankruptcy:
		return []duty{money(thads.OtherMoney, 240e6, 0.8)}
	case arbitration:
		return []duty{money(thads.Debt, 380e6, 0.7)}
	case other:
	}
	return []duty{money(thads.Arrears, 7e6, 0.9)}
}

// drawFate decides when and how a case leaves the books, not before a day.
func (g *generator) drawFate(r *rand.Rand, p *plan, notBefore day) {
	s := p.spec()
	p.fate, p.end = getsDone, endless
	from := max(p.opened, notBefore)
	switch {
	case p.poor:
		g.drawPoorFate(r, p, from)
		return
	case notBefore > p.opened:
		// It went slowly so far.
		if chance(r, 560) {
			p.end = from + day(between(r, 10, 400))
		}
	case p.state == thads.StateSeparateBook:
		if chance(r, 60) {
			p.end = from + day(between(r, 60, 780))
		}
	case p.isForward():
		if chance(r, 820) {
			p.end = from + day(between(r, 12, 540))
		}
	default:
		switch n := r.IntN(1000); {
		case n < 16 && s.quick < 500:
			p.fate, p.end = getsEntrusted, from+day(between(r, 9, 60))
		case n >= 16 && n < 20:
			p.fate, p.end = getsRevoked, from+day(between(r, 6, 50))
		case n == 20 && p.unit != provinceAt:
			p.fate, p.end = getsWithdrawn, from+day(between(r, 40, 120))
		default:
			switch n := r.IntN(1000); {
			case n < s.quick:
				p.end = from + day(between(r, 3, 24))
			case n < s.quick+s.middling:
				p.end = from + 27 + day(float64(s.mean)*r.ExpFloat64())
			case chance(r, 780):
				p.end = from + day(between(r, 100, 600))
			}
		}
	}
	if p.fate == getsDone {
		if p.end-from > 40 && chance(r, 45) && p.class != handOverChild {
			p.fate = getsTerminated
		}
		p.end = pushed(r, from, p.end)
	}
	p.clip(g)
}

// drawPoorFate does so for a debtor without means.
func (g *generator) drawPoorFate(r *rand.Rand, p *plan, from day) {
	first := max(from, p.opened+30)
	switch n := r.IntN(1000); {
	case n < 190:
		p.fate, p.end = getsDone, pushed(r, first+90, first+day(between(r, 120, 600)))
	case n < 290:
		p.fate, p.end = getsTerminated, first+day(between(r, 120, 600))
	case n < 480 && from == p.opened:
		// A year and two verifications after it was declared; two years for
		// some grounds. The life sees to it that this is kept.
		p.fate, p.end = getsSeparate, max(p.opened+430, first)+day(between(r, 0, 150))
		if p.isForward() {
			p.end = p.opened + day(between(r, 30, 600))
		}
	default:
		p.fate, p.end = staysLive, endless
	}
	p.clip(g)
}

// pushed moves some ends from October into the last weeks of the year before,
// when results are counted, where that leaves time enough.
func pushed(r *rand.Rand, from, end day) day {
	for _, start := range []day{start2019, start2020} {
		if end >= start && end < start+35 && chance(r, 450) {
			if sooner := start - 1 - day(between(r, 0, 25)); sooner >= from+28 {
				return sooner
			}
		}
	}
	return end
}

// clip puts the end on a working day within the demonstration's time.
func (p *plan) clip(g *generator) {
	if p.end < lastDay {
		end := g.cal.onOrAfter[max(p.end, 0)]
		if yearOf(end) != yearOf(p.end) {
			end = g.cal.onOrBefore[p.end]
		}
		p.end = end
	}
	if p.end > horizon {
		p.fate, p.end = staysLive, endless
	}
}
