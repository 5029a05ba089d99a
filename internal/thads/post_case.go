package thads

import (
	"cmp"
	"slices"
)

// PostCase returns the postings of a case, in the order of recording: those of a
// history are the first ones of the same history with more events. Only the
// history counts; what else the case holds is not read. An error wraps
// ErrDamaged: no history that was written event by event is refused.
func PostCase(c *Case) ([]Posting, error) {
	return postings(string(c.ID), c.Events, func() walk[CaseEvent] {
		return &caseWalk{moves: moves{transferred: AccountTransferred}}
	}, (*CaseEvent).opens)
}

// A caseWalk replays a case and keeps, beside the case, what its moves depend
// on: how it stood before the step and to which accounts what was finished went.
type caseWalk struct {
	moves
	c      Case
	holder holder
	// tags are those of the case as the holder's were made of them.
	tags []Tag
	// before are the obligations before the step.
	before []stood
	// ended is where the case went when it was over; endings, by obligation,
	// where its money went, in the order of time.
	ended   ending
	endings [][]ending
	// decisions are those already counted.
	decisions []countedDecision
}

func (w *caseWalk) moved() *moves { return &w.moves }

// stood is an obligation as it stood.
type stood struct {
	state  CaseState
	ground GroundCode
	remaining, held, adjusted,
	done, reduced, terminated, entrusted, closed Dong
}

func standing(b *Balance) stood {
	return stood{b.State, b.Ground, b.Remaining, b.Held, b.Adjusted, b.Done, b.Reduced, b.Terminated, b.Entrusted, b.Closed}
}

// An ending is a flow: what went to an account, in which statistical year.
type ending struct {
	spot
	year StatYear
	dong Dong
}

// A countedDecision is a decision that is counted once, however many obligations
// it was recorded for.
type countedDecision struct {
	account Account
	number  string
	date    Date
}

// carryOut moves what the step changed between how the case stood before it and
// how it stands after it.
func (w *caseWalk) carryOut(e *CaseEvent) *Error {
	c := &w.c
	was, state, ground := w.holder, c.State, c.Ground
	w.before = w.before[:0]
	for i := range c.Balances {
		w.before = append(w.before, standing(&c.Balances[i]))
	}
	if refusal := c.apply(e); refusal != nil {
		return refusal
	}
	w.hold()
	w.begin(e.EffectiveOn)
	switch {
	case len(c.Balances) == 0:
		// Received, or refused: not enforced yet, and in no figure.
	case len(w.before) == 0:
		w.enter(e)
	default:
		w.moveCase(state, ground, was, e)
		for i := range c.Balances {
			if b := &c.Balances[i]; w.before[i] != standing(b) || !was.is(w.holder) {
				w.moveObligation(i, was, e)
			}
		}
		w.count(e)
	}
	w.finish()
	return nil
}

// hold takes over who holds the case.
func (w *caseWalk) hold() {
	w.holder.unit, w.holder.officer = w.c.Unit, w.c.Officer
	if !slices.Equal(w.tags, w.c.Tags) {
		w.tags = w.c.Tags
		w.holder.tags = slices.Clone(w.c.Tags)
		slices.Sort(w.holder.tags)
		w.holder.tags = slices.Clip(slices.Compact(w.holder.tags))
	}
}

// subject is that of the case: the kind of its first obligation.
func (w *caseWalk) subject() string { return string(w.c.Balances[0].Kind) }

// at is an account in the books of the present holder.
func (w *caseWalk) at(class AccountClass, detail string) spot {
	return spot{Account{Class: class, Detail: detail}, w.holder}
}

// stock is the account of a state that stands, in the holder's books: the
// classes of stocks are named as the states.
func stock(s CaseState, g GroundCode, h holder) spot {
	return spot{Account{Class: AccountClass(s), Detail: string(g)}, h}
}

// enter moves a case with all its obligations into the books: as newly accepted
// or, where it is older, with what is outstanding on the last day of the
// statistical year before. In the separate book it is outside the balance.
func (w *caseWalk) enter(e *CaseEvent) {
	c, source := &w.c, AccountNew
	if e.Kind == CaseBroughtForward {
		source, w.on = AccountOpening, openingDay(e.EffectiveOn)
	}
	w.initiation, w.kind = c.Particulars.Initiation, c.Particulars.Judgment.Kind
	w.endings = make([][]ending, len(c.Balances))
	add := func(s CaseState, g GroundCode, subject string, a amount) {
		if s != StateSeparateBook {
			w.add(w.at(source, ""), subject, a.negated())
		}
		w.add(stock(s, g, w.holder), subject, a)
	}
	add(c.State, c.Ground, w.subject(), amount{cases: 1})
	for i := range c.Balances {
		b := &c.Balances[i]
		add(b.State, b.Ground, string(b.Kind), amount{dong: b.Remaining})
	}
}

// openingDay is the day on which the balance of an older case enters: the last
// of the statistical year that was over when it was taken. What stood at the end
// of that day was carried over, and is not newly accepted.
func openingDay(on Date) Date { return StatYearOf(on.AddDays(1)).Start().AddDays(-1) }

// moveCase moves the case between the states before and after a step.
func (w *caseWalk) moveCase(state CaseState, ground GroundCode, was holder, e *CaseEvent) {
	c, one := &w.c, amount{cases: 1}
	wasOver, isOver := !state.IsUnfinished(), !c.State.IsUnfinished()
	if wasOver && isOver || state == c.State && ground == c.Ground && was.is(w.holder) {
		// What is over stays in the books of who finished it.
		return
	}
	var from, to spot
	switch {
	case wasOver && w.ended.year == StatYearOf(e.EffectiveOn):
		from = w.ended.spot
	case wasOver:
		from = w.at(AccountReopened, "")
	case state == StateSeparateBook:
		from = w.at(AccountFromSeparate, "")
		w.add(stock(state, ground, was), w.subject(), one.negated())
	default:
		from = stock(state, ground, was)
	}
	switch {
	case isOver:
		to = w.at(AccountClass(c.State), "")
		if c.State == StateTerminated || c.State == StateRevoked {
			to.account.Detail = string(c.Ground)
		}
		w.ended = ending{spot: to, year: StatYearOf(e.EffectiveOn)}
	case c.State == StateSeparateBook:
		to = w.at(AccountToSeparate, "")
		w.add(stock(c.State, c.Ground, w.holder), w.subject(), one)
	default:
		to = stock(c.State, c.Ground, w.holder)
	}
	if state == StateSeparateBook && c.State == StateSeparateBook {
		return // within the separate book, which lies outside the balance
	}
	w.transfer(from, to, w.subject(), one)
}

// moveObligation moves the money of an obligation. A step changes either the
// holder or the money.
func (w *caseWalk) moveObligation(i int, was holder, e *CaseEvent) {
	b, before := &w.c.Balances[i], &w.before[i]
	subject := string(b.Kind)
	wasApart, isApart := before.state == StateSeparateBook, b.State == StateSeparateBook
	if !was.is(w.holder) {
		from, to := stock(before.state, before.ground, was), stock(b.State, b.Ground, w.holder)
		if wasApart {
			w.add(from, subject, amount{dong: -before.remaining})
			w.add(to, subject, amount{dong: b.Remaining})
		} else {
			w.transfer(from, to, subject, amount{dong: b.Remaining})
		}
		held := Account{Class: AccountHeld}
		w.transfer(spot{held, was}, spot{held, w.holder}, subject, amount{dong: b.Held})
		return
	}
	w.add(stock(before.state, before.ground, was), subject, amount{dong: -before.remaining})
	w.add(stock(b.State, b.Ground, w.holder), subject, amount{dong: b.Remaining})
	w.add(w.at(AccountHeld, ""), subject, amount{dong: b.Held - before.held})
	w.add(w.at(AccountAdjusted, ""), subject, amount{dong: before.adjusted - b.Adjusted})
	switch {
	case wasApart && !isApart:
		w.add(w.at(AccountFromSeparate, ""), subject, amount{dong: -before.remaining})
	case isApart && !wasApart:
		w.add(w.at(AccountToSeparate, ""), subject, amount{dong: b.Remaining})
	}
	w.end(i, AccountDone, "", b.Done-before.done, e)
	w.end(i, AccountReduced, e.Ground, b.Reduced-before.reduced, e)
	w.end(i, AccountTerminated, e.Ground, b.Terminated-before.terminated, e)
	w.end(i, AccountEntrusted, "", b.Entrusted-before.entrusted, e)
	closed := b.Closed - before.closed
	switch {
	case closed < 0, b.State == StateReturned:
		// Only what was returned is ever closed and enforced again.
		w.end(i, AccountReturned, "", closed, e)
	case b.State == StateWithdrawn:
		w.end(i, AccountWithdrawn, "", closed, e)
	default:
		w.end(i, AccountRevoked, e.Ground, closed, e)
	}
}

// end moves money of an obligation to a flow or, where the amount is negative,
// takes it back: from what went to the class last, as long as that was in the
// same statistical year. What was finished in earlier years stays finished there
// and comes from what is reopened.
func (w *caseWalk) end(i int, class AccountClass, ground GroundCode, dong Dong, e *CaseEvent) {
	subject, year := string(w.c.Balances[i].Kind), StatYearOf(e.EffectiveOn)
	if dong > 0 {
		to := w.at(class, string(ground))
		w.add(to, subject, amount{dong: dong})
		w.endings[i] = append(w.endings[i], ending{spot: to, year: year, dong: dong})
	}
	for back, k := -dong, len(w.endings[i])-1; back > 0 && k >= 0; k-- {
		last := &w.endings[i][k]
		if last.account.Class != class {
			continue
		}
		part := min(back, last.dong)
		back, last.dong = back-part, last.dong-part
		if last.year == year {
			w.add(last.spot, subject, amount{dong: -part})
			w.bridge(last.holder, w.holder, subject, amount{dong: part})
		} else {
			w.add(w.at(AccountReopened, ""), subject, amount{dong: -part})
		}
	}
}

// count counts what is only counted: measures, and decisions to reduce.
func (w *caseWalk) count(e *CaseEvent) {
	subject := w.subject()
	for i := range w.c.Balances {
		if b := &w.c.Balances[i]; b.ID == e.Obligation {
			subject = string(b.Kind)
		}
	}
	switch e.Kind {
	case CaseSecurityMeasure, CaseCoerciveMeasure:
		at := w.at(AccountMeasure, string(e.Measure))
		w.add(at, subject, amount{w.firstOf(at.account, e.Decision), e.Amount})
	case CaseReduced:
		at := w.at(AccountReduction, string(e.Ground))
		w.add(at, subject, amount{cases: w.firstOf(at.account, e.Decision)})
	default:
	}
}

// firstOf is 1 for a decision that was not counted in the account yet, and 0 for
// one that was: one decision is one case of coercion (Circular 08/2015 annex 2),
// though it may have been recorded for each obligation.
func (w *caseWalk) firstOf(a Account, d *Decision) int {
	if d == nil || d.Number.Key() == "" {
		return 1
	}
	key := countedDecision{a, cmp.Or(d.Issuer, string(w.holder.unit)) + "\x00" + d.Number.Key(), d.Date}
	if slices.Contains(w.decisions, key) {
		return 0
	}
	w.decisions = append(w.decisions, key)
	return 1
}
