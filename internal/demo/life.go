package demo

import (
	"math/rand/v2"

	"github.com/thads/thads/internal/thads"
)

// A life writes the steps of one plan, in the order of time.
type life struct {
	g *generator
	p *plan
	r *rand.Rand
	// at is the day that the life has come to.
	at day
}

// voluntary is how long after the decision a case may be done without its
// debtor's means having been verified.
const voluntary = 26

// live plans the steps of a case from its fate.
func (g *generator) live(p *plan) {
	l := &life{g: g, p: p, r: g.rng(p, useLife)}
	if p.steps == nil {
		p.steps = make([]step, 0, 6)
	}
	p.steps = p.steps[:0]
	for i := range p.duties {
		d := &p.duties[i]
		d.remaining, d.held, d.over = d.amount, 0, false
	}
	l.open()
	if l.begin() {
		l.middle()
	}
	l.finish()
	l.handOver()
}

// add appends a step and returns it.
func (l *life) add(kind thads.CaseEventKind, on day) *step {
	l.at = on
	l.p.steps = append(l.p.steps, step{kind: kind, on: on, duty: -1})
	return &l.p.steps[len(l.p.steps)-1]
}

// last is the last day on which something may happen before the end.
func (l *life) last() day { return min(l.p.end, horizon) }

func (l *life) open() {
	p := l.p
	if p.isForward() {
		l.add(thads.CaseBroughtForward, broughtForward).clerk = true
		// The books were brought forward in the first days of October.
		l.at = start2018 + 4
		return
	}
	if p.spec().initiation == thads.OnRequest && chance(l.r, 80) && p.opened > start2018+10 {
		received := l.g.cal.onOrBefore[p.opened-day(between(l.r, 1, 4))]
		l.add(thads.CaseReceived, received).clerk = true
	}
	l.add(thads.CaseDecided, p.opened).clerk = true
}

// begin brings the case to where its debtor's means are known; false where it
// ends or the time is over before.
func (l *life) begin() bool {
	p := l.p
	switch p.state {
	case thads.StateNotEnforceable, thads.StateSeparateBook:
		return true
	case thads.StatePostponed, thads.StateSuspended:
		on := l.g.cal.after(l.at, between(l.r, 3, 200))
		if on >= l.last() {
			if p.fate == staysLive {
				return false
			}
			on = l.at
		}
		l.add(thads.CaseResumed, on)
		return true
	case thads.StateVerifying:
		on := l.g.cal.after(l.at, between(l.r, 0, 5))
		return l.verified(min(on, l.last()))
	case "":
	default:
		return true
	}
	if p.fate == getsDone && p.end-p.opened <= voluntary {
		return false
	}
	begun := l.g.cal.after(p.opened, 11+l.r.IntN(3))
	if begun > l.last() || begun == p.end && p.fate != staysLive {
		return false
	}
	l.add(thads.CaseVerificationBegun, begun)
	on := l.g.cal.after(begun, between(l.r, 1, 10))
	if on > horizon {
		return false
	}
	if on >= p.end {
		if !p.fate.counts() {
			return false
		}
		on = max(begun, l.g.cal.onOrBefore[p.end-1])
	}
	if chance(l.r, 60) {
		l.add(thads.CaseVerified, on).finding = thads.FindingUnclear
		if on = l.g.cal.after(on, between(l.r, 3, 20)); on >= l.last() {
			on = l.at
		}
	}
	return l.verified(on)
}

// verified records the verification that tells whether the debtor has means.
func (l *life) verified(on day) bool {
	s := l.add(thads.CaseVerified, on)
	s.finding = thads.FindingMeans
	if l.p.poor {
		s.finding = thads.FindingNoMeans
	}
	return true
}

// middle fills the time between the verification and the end.
func (l *life) middle() {
	p := l.p
	switch {
	case p.state == thads.StateSeparateBook:
		if l.p.fate == staysLive {
			return
		}
		// New information: it goes on in the ordinary books.
		l.add(thads.CaseBackFromSeparate, l.g.cal.onOrAfter[max(l.at, p.end-day(between(l.r, 40, 250)))])
	case p.state == thads.StateNotEnforceable:
		if !l.withoutMeans(p.since, p.ground, p.verifications) {
			return
		}
	case p.poor:
		on := l.g.cal.workdays(l.at, between(l.r, 1, 5))
		if on > l.last() || on == p.end {
			if p.fate == staysLive {
				return
			}
			on = l.at
		}
		s := l.add(thads.CaseNotEnforceable, on)
		s.ground = l.noMeans()
		if !l.withoutMeans(on, s.ground, 0) {
			return
		}
	}
	l.activities()
}

// noMeans draws why a debtor has no means.
func (l *life) noMeans() thads.GroundCode {
	if l.p.fate == getsSeparate && !l.p.isForward() {
		return "L2008_44A_1_A"
	}
	switch n := l.r.IntN(100); {
	case n < 18 && classes[l.p.class].kind == thads.JudgmentCriminal:
		return "L2008_44A_PRISON"
	case n < 30:
		return "L2008_44A_1_C"
	default:
		return "L2008_44A_1_A"
	}
}

// withoutMeans verifies every half a year that there are still no means. It is
// true where means were found and enforcement went on.
func (l *life) withoutMeans(since day, ground thads.GroundCode, verifications int) bool {
	p := l.p
	back := endless
	switch p.fate {
	case getsDone:
		back = p.end - day(between(l.r, 8, 60))
	case getsTerminated:
		if chance(l.r, 350) {
			back = p.end - day(between(l.r, 5, 20))
		}
	case staysLive:
		if chance(l.r, 130) {
			back = l.at + day(between(l.r, 90, 500))
		}
	case getsEntrusted, getsWithdrawn, getsRevoked, getsSeparate:
	}
	if back < endless {
		back = l.g.cal.onOrAfter[max(l.at, min(back, lastDay))]
	}
	for next := max(since, l.at-170) + day(between(l.r, 172, 184)); next < min(back-10, l.last()); next = l.at + day(between(l.r, 172, 184)) {
		on := l.g.cal.onOrAfter[max(next, l.at)]
		if on >= l.last() {
			break
		}
		l.add(thads.CaseVerified, on).finding = thads.FindingNoMeans
		verifications++
	}
	if p.fate == getsSeparate {
		l.waitForSeparate(since, ground, verifications)
	}
	if back > l.last() {
		return false
	}
	l.add(thads.CaseVerified, back).finding = thads.FindingMeans
	l.add(thads.CaseResumed, l.g.cal.onOrAfter[back])
	return true
}

// waitForSeparate keeps what Decree 62/2015 art 9 asks before the separate
// book: two verifications, and a year, or two for prison and unknown address.
func (l *life) waitForSeparate(since day, ground thads.GroundCode, verifications int) {
	months := 12
	if g, ok := thads.GroundOf(ground); ok && g.LongWait {
		months = 24
	}
	for ; verifications < 2; verifications++ {
		l.add(thads.CaseVerified, l.g.cal.after(l.at, 20)).finding = thads.FindingNoMeans
	}
	from := l.g.cal.onOrAfter[min(lastDay, max(l.at, dayOf(l.g.cal.date(since).AddMonths(months))))]
	l.p.end = max(l.p.end, from)
	if l.p.end > horizon {
		l.p.fate, l.p.end = staysLive, endless
		for len(l.p.steps) > 1 && l.p.steps[len(l.p.steps)-1].on > horizon {
			l.p.steps = l.p.steps[:len(l.p.steps)-1]
		}
	}
}

// An activity is something that happens between verification and end.
type activity func(l *life, from, to day)

// activities fills the days up to the end with what happens in such cases.
func (l *life) activities() {
	p, r := l.p, l.r
	from, to := l.at, l.last()-10
	span := int(to - from)
	if span < 25 {
		return
	}
	var list []activity
	maybe := func(permille int, a activity) {
		if chance(r, permille) {
			list = append(list, a)
		}
	}
	paying := p.fate == getsDone || p.fate == staysLive || p.fate == getsTerminated
	value := thads.Dong(0)
	for i := range p.duties {
		value += p.duties[i].remaining
	}
	if paying && value > 3*million {
		for range between(r, 0, min(3, 1+span/120)) {
			list = append(list, (*life).pay)
		}
	}
	if p.class == maintenance {
		for range min(6, span/95) {
			list = append(list, (*life).instalment)
		}
	}
	if span > 45 && value > 20*million {
		maybe(90, (*life).secure)
		maybe(150, (*life).coerce)
	}
	if span > 60 {
		maybe(60, (*life).postpone)
		maybe(6, (*life).suspend)
		maybe(7, (*life).pause)
	}
	if span > 90 && (p.class == debt || p.class == credit) {
		maybe(70, (*life).interest)
	}
	if span > 200 && p.class == criminal && value > 5*million && paying {
		maybe(110, (*life).reduce)
	}
	if span > 30 {
		maybe(35, (*life).remark)
		maybe(14, (*life).tag)
		maybe(10, (*life).parties)
		maybe(14, (*life).reassign)
	}
	if len(list) == 0 && span > 200 {
		list = append(list, (*life).verifyAgain)
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	width := day(span / max(1, len(list)))
	for i, a := range list {
		a(l, from+width*day(i), from+width*day(i+1)-1)
	}
}

// within draws a working day of a span, not before what has happened.
func (l *life) within(from, to day) day {
	on := l.g.cal.onOrAfter[min(lastDay, from+day(between(l.r, 0, max(0, int(to-from)))))]
	return max(l.at, min(on, l.g.cal.onOrBefore[max(to, 0)]))
}

// part is a share of what remains, in whole ten thousands.
func part(r *rand.Rand, whole thads.Dong, low, high int) thads.Dong {
	return whole * thads.Dong(between(r, low, high)) / 100 / (10 * thousand) * (10 * thousand)
}

// owing draws a money duty of which more than a million remains; -1 for none.
func (l *life) owing() int {
	n := len(l.p.duties)
	first := l.r.IntN(n)
	for i := range n {
		at := (first + i) % n
		if d := &l.p.duties[at]; d.kind.IsMoney() && d.remaining > million {
			return at
		}
	}
	return -1
}

// pay collects part of a duty and pays it out within the ten days that the law
// gives.
func (l *life) pay(from, to day) {
	at := l.owing()
	if at < 0 {
		return
	}
	d := &l.p.duties[at]
	amount := part(l.r, d.remaining, 5, 40)
	if amount <= 0 {
		return
	}
	l.collect(at, amount, l.within(from, to))
	l.payOut(at, amount, l.within(l.at, min(to, l.at+9)))
}

func (l *life) collect(at int, amount thads.Dong, on day) {
	d := &l.p.duties[at]
	d.remaining, d.held = d.remaining-amount, d.held+amount
	s := l.add(thads.CaseCollected, on)
	s.duty, s.amount = at, amount
}

func (l *life) payOut(at int, amount thads.Dong, on day) {
	d := &l.p.duties[at]
	d.held -= amount
	d.over = d.remaining == 0 && d.held == 0
	kind := thads.CasePaidOut
	if l.p.spec().initiation == thads.OnRequest && chance(l.r, 25) {
		kind = thads.CaseDeposited
	}
	s := l.add(kind, on)
	s.duty, s.amount = at, amount
}

// instalment lets a quarter's maintenance fall due and collects some of it.
func (l *life) instalment(from, to day) {
	d := &l.p.duties[0]
	due := part(l.r, d.amount, 30, 80)
	if due <= 0 {
		return
	}
	s := l.add(thads.CaseAdjusted, l.within(from, to))
	s.duty, s.amount, s.note = 0, due, "Đến hạn cấp dưỡng định kỳ."
	d.remaining += due
	if l.p.fate != getsEntrusted && chance(l.r, 800) && due < d.remaining {
		l.collect(0, due, l.within(l.at, to))
		l.payOut(0, due, l.within(l.at, min(to, l.at+9)))
	}
}

func (l *life) secure(from, to day) {
	s := l.add(thads.CaseSecurityMeasure, l.within(from, to))
	s.measure = pick(l.r, []thads.Measure{thads.FreezeAccount, thads.SeizeTemporarily, thads.HaltTransactions, thads.HaltTransactions})
}

func (l *life) coerce(from, to day) {
	s := l.add(thads.CaseCoerciveMeasure, l.within(from, to))
	s.measure = pick(l.r, []thads.Measure{thads.AttachAsset, thads.AttachAsset, thads.DeductAccount, thads.DeductIncome, thads.ExploitAsset})
}

// stop lets enforcement rest and go on again within the span. Some rest still
// when the demonstration ends.
func (l *life) stop(kind thads.CaseEventKind, ground thads.GroundCode, from, to day, longest int) {
	on := l.within(from, (from+to)/2)
	s := l.add(kind, on)
	s.ground = ground
	if kind == thads.CasePostponed || kind == thads.CasePaused {
		s.until = on + day(between(l.r, 20, longest))
	}
	l.add(thads.CaseResumed, l.within(on+1, min(to, on+day(longest))))
}

func (l *life) postpone(from, to day) {
	grounds := []thads.GroundCode{"L2008_48_1_A", "L2008_48_1_B", "L2008_48_1_D", "L2008_48_1_DD", "L2008_48_2"}
	if l.p.spec().initiation == thads.OnRequest {
		grounds = append(grounds, "L2008_48_1_C", "L2008_48_1_C", "L2008_48_1_C", "L2008_48_1_H")
	}
	l.stop(thads.CasePostponed, pick(l.r, grounds), from, to, 88)
}

func (l *life) suspend(from, to day) {
	l.stop(thads.CaseSuspended, "L2008_49_1", from, to, 150)
}

func (l *life) pause(from, to day) {
	l.stop(thads.CasePaused, "L2008_150", from, to, 45)
}

func (l *life) interest(from, to day) {
	at := l.owing()
	if at < 0 {
		return
	}
	d := &l.p.duties[at]
	amount, note := part(l.r, d.remaining, 1, 6), "Lãi chậm thi hành án."
	if chance(l.r, 150) {
		amount, note = -amount, "Các bên đối chiếu lại số tiền còn phải thi hành."
	}
	if amount == 0 {
		return
	}
	d.remaining += amount
	s := l.add(thads.CaseAdjusted, l.within(from, to))
	s.duty, s.amount, s.note = at, amount, note
}

// reduce takes up to a quarter off a debt to the State budget.
func (l *life) reduce(from, to day) {
	at := l.owing()
	if at < 0 {
		return
	}
	d := &l.p.duties[at]
	amount := part(l.r, d.remaining, 5, 25)
	if amount <= 0 {
		return
	}
	d.remaining -= amount
	s := l.add(thads.CaseReduced, l.within(from, to))
	s.duty, s.amount, s.ground = at, amount, "L2008_61"
}

var remarks = []string{
	"Đương sự đề nghị cho nộp dần, đã lập biên bản làm việc.",
	"Đã làm việc với UBND xã về điều kiện của người phải thi hành án.",
	"Đã gửi văn bản đề nghị cung cấp thông tin tài khoản.",
	"Đã đôn đốc người phải thi hành án, cam kết nộp trong tháng tới.",
	"Kiểm sát viên đã kiểm tra hồ sơ, không có ý kiến.",
	"Đã niêm yết công khai theo quy định.",
}

func (l *life) remark(from, to day) {
	l.add(thads.CaseNoted, l.within(from, to)).note = pick(l.r, remarks)
}

func (l *life) tag(from, to day) {
	s := l.add(thads.CaseTagged, l.within(from, to))
	s.tag = pick(l.r, []thads.Tag{thads.TagComplex, thads.TagComplex, thads.TagOverdue})
}

func (l *life) parties(from, to day) {
	l.add(thads.CasePartiesChanged, l.within(from, to)).clerk = true
}

func (l *life) reassign(from, to day) {
	s := l.add(thads.CaseAssigned, l.within(from, to))
	s.officer, s.clerk = anybody, true
}

// anybody stands for an officer who is drawn when it is known who has the case.
const anybody = -1

func (l *life) verifyAgain(from, to day) {
	l.add(thads.CaseVerified, l.within(from, to)).finding = thads.FindingMeans
}

// finish brings the case to its end, or to where it stands on the last day.
func (l *life) finish() {
	p := l.p
	switch p.fate {
	case staysLive:
		l.rest()
	case getsDone:
		l.settle()
	case getsTerminated:
		l.add(thads.CaseTerminated, p.end).ground = l.terminates()
	case getsEntrusted:
		l.add(thads.CaseEntrusted, p.end).clerk = true
	case getsWithdrawn:
		l.add(thads.CaseWithdrawn, p.end).clerk = true
	case getsRevoked:
		l.add(thads.CaseRevoked, p.end).ground = "L2008_37_1"
	case getsSeparate:
		l.add(thads.CaseMovedToSeparate, p.end)
	}
}

func (l *life) terminates() thads.GroundCode {
	if l.p.spec().initiation == thads.OwnMotion {
		return pick(l.r, []thads.GroundCode{"L2008_50_1_A", "L2008_50_1_A", "L2008_50_1_E", "L2008_50_1_D"})
	}
	return pick(l.r, []thads.GroundCode{"L2008_50_1_C", "L2008_50_1_C", "L2008_50_1_C", "L2008_50_1_A", "L2008_50_1_B", "L2008_50_1_D"})
}

// settle performs every duty, the last of it on the last day.
func (l *life) settle() {
	p, r := l.p, l.r
	direct := p.spec().initiation == thads.OnRequest && chance(r, 420)
	first := l.g.cal.onOrAfter[max(l.at, p.opened, min(p.end-9, p.end))]
	first = min(first, p.end)
	for i := range p.duties {
		if d := &p.duties[i]; d.kind.IsMoney() && d.remaining > 0 && !direct {
			l.collect(i, d.remaining, max(l.at, l.within(first, p.end)))
		}
	}
	for i := range p.duties {
		if d := &p.duties[i]; d.kind.IsMoney() && d.held > 0 {
			l.payOut(i, d.held, p.end)
		} else if !d.over {
			s := l.add(thads.CasePerformed, p.end)
			s.duty, s.amount = i, d.remaining
			d.remaining, d.over = 0, true
		}
	}
}

// rest leaves some of the unfinished cases postponed, suspended, paused or
// without means on the last day.
func (l *life) rest() {
	p, r := l.p, l.r
	n := len(p.steps)
	if n == 0 || p.state == thads.StateSeparateBook || l.at+20 > horizon {
		return
	}
	switch p.steps[n-1].kind {
	case thads.CaseDecided, thads.CaseReceived, thads.CaseVerificationBegun, thads.CaseNotEnforceable:
		return
	case thads.CaseVerified:
		if p.steps[n-1].finding != thads.FindingMeans {
			return
		}
	default:
		// A case brought forward that is still where it was does not rest.
		if p.isForward() && n == 1 && p.state != thads.StateInProgress {
			return
		}
	}
	on := l.within(max(l.at, horizon-160), horizon)
	switch k := r.IntN(1000); {
	case k < 70:
		s := l.add(thads.CasePostponed, on)
		s.ground, s.until = "L2008_48_1_B", on+day(between(r, 30, 120))
		if p.spec().initiation == thads.OnRequest {
			s.ground = "L2008_48_1_C"
		}
	case k < 82:
		l.add(thads.CaseSuspended, on).ground = "L2008_49_1"
	case k < 90:
		s := l.add(thads.CasePaused, on)
		s.ground, s.until = "L2008_150", on+30
	case k < 290:
		// The debtor turned out to have nothing left.
		on = l.within(l.at, horizon-8)
		l.add(thads.CaseVerified, on).finding = thads.FindingNoMeans
		on = l.g.cal.workdays(on, between(r, 1, 5))
		s := l.add(thads.CaseNotEnforceable, on)
		s.ground = l.noMeans()
		l.withoutMeansToTheEnd(on)
	}
}

func (l *life) withoutMeansToTheEnd(since day) {
	for next := since + 178; next < horizon; next = l.at + 178 {
		l.add(thads.CaseVerified, l.g.cal.onOrAfter[next]).finding = thads.FindingNoMeans
	}
	for n := len(l.p.steps); n > 0 && l.p.steps[n-1].on > horizon; n-- {
		l.p.steps = l.p.steps[:n-1]
	}
}

// handOver assigns the case to officers in turn: the first who has it, a
// colleague when that one leaves the unit, and whoever a reassignment names.
func (l *life) handOver() {
	p, u := l.p, l.g.units[l.p.unit]
	holder := u.enforcer(l.r, max(p.opened, start2018), -2)
	p.officer = holder.officer
	over := func(s *step) bool {
		switch s.kind {
		case thads.CaseEntrusted, thads.CaseWithdrawn, thads.CaseRevoked:
			return true
		default:
			return false
		}
	}
	for i := 0; i < len(p.steps); i++ {
		s := &p.steps[i]
		for s.on > holder.to && !over(s) && i > 0 {
			on := min(l.g.cal.onOrAfter[holder.to+1], s.on)
			next := u.enforcer(l.r, on, holder.officer)
			if next.officer == holder.officer {
				holder.to = endless
				break
			}
			holder = next
			p.steps = append(p.steps, step{})
			copy(p.steps[i+1:], p.steps[i:])
			p.steps[i] = step{kind: thads.CaseAssigned, on: on, duty: -1, officer: holder.officer, clerk: true}
			i++
			s = &p.steps[i]
		}
		if s.kind == thads.CaseAssigned && s.officer == anybody {
			next := u.enforcer(l.r, s.on, holder.officer)
			if next.officer == holder.officer {
				s.kind, s.note = thads.CaseNoted, pick(l.r, remarks)
				continue
			}
			holder = next
			s.officer = holder.officer
		}
	}
	if live := p.fate == staysLive; live && holder.to < horizon {
		next := u.enforcer(l.r, l.g.cal.onOrAfter[holder.to+1], holder.officer)
		if on := l.g.cal.onOrAfter[holder.to+1]; next.officer != holder.officer && on >= l.at && p.state != thads.StateSeparateBook {
			s := l.add(thads.CaseAssigned, on)
			s.officer, s.clerk = next.officer, true
		}
	}
}
