package thads

import (
	"cmp"
	"fmt"
	"slices"
)

// A holder is who a record counts for, and in which groups.
type holder struct {
	unit    UnitID
	officer OfficerID
	// tags are sorted, unique and never changed.
	tags []Tag
}

func (h holder) is(o holder) bool {
	return h.unit == o.unit && h.officer == o.officer && slices.Equal(h.tags, o.tags)
}

// A spot is an account in the books of a holder.
type spot struct {
	account Account
	holder  holder
}

// An amount is what a posting moves.
type amount struct {
	cases int
	dong  Dong
}

func (a amount) negated() amount { return amount{-a.cases, -a.dong} }

// moves collects what the steps of a history move, step by step.
type moves struct {
	all []Posting
	// step is where the moves of the present step begin, on the day they count.
	step int
	on   Date
	// initiation and kind are those of the record.
	initiation Initiation
	kind       JudgmentKind
	// transferred is the account through which the book's live records change
	// holders.
	transferred AccountClass
}

// begin starts the moves of a step.
func (m *moves) begin(on Date) { m.step, m.on = len(m.all), on }

// add moves an amount into an account, out of it if negative.
func (m *moves) add(s spot, subject string, a amount) {
	if a == (amount{}) {
		return
	}
	for i := m.step; i < len(m.all); i++ {
		p := &m.all[i]
		if p.Account == s.account && p.Subject == subject && p.EffectiveOn == m.on &&
			p.Unit == s.holder.unit && p.Officer == s.holder.officer && slices.Equal(p.Tags, s.holder.tags) {
			p.Cases, p.Dong = p.Cases+a.cases, p.Dong+a.dong
			return
		}
	}
	m.all = append(m.all, Posting{
		Account: s.account, EffectiveOn: m.on, Unit: s.holder.unit, Officer: s.holder.officer,
		Initiation: m.initiation, Kind: m.kind, Subject: subject, Tags: s.holder.tags, Cases: a.cases, Dong: a.dong,
	})
}

// transfer moves an amount from one account to another. Where the holder
// changes, what the one gives and what the other receives goes through the
// account of transfers, so that the books of each balance by themselves.
func (m *moves) transfer(from, to spot, subject string, a amount) {
	m.add(from, subject, a.negated())
	m.bridge(from.holder, to.holder, subject, a)
	m.add(to, subject, a)
}

// bridge balances what leaves the books of one holder for those of another.
func (m *moves) bridge(from, to holder, subject string, a amount) {
	if from.is(to) {
		return
	}
	m.add(spot{Account{Class: m.transferred}, from}, subject, a)
	m.add(spot{Account{Class: m.transferred}, to}, subject, a.negated())
}

// finish drops from the step what came to nothing and puts the rest in order.
func (m *moves) finish() {
	m.all = m.all[:m.step+len(settled(m.all[m.step:]))]
}

// settled drops what came to nothing and puts the rest in order. There are few:
// they are put in their places one by one.
func settled(ps []Posting) []Posting {
	n := 0
	for i := range ps {
		if ps[i].Cases == 0 && ps[i].Dong == 0 {
			continue
		}
		if n != i {
			ps[n] = ps[i]
		}
		for j := n; j > 0 && comparePlace(&ps[j], &ps[j-1]) < 0; j-- {
			ps[j], ps[j-1] = ps[j-1], ps[j]
		}
		n++
	}
	clear(ps[n:])
	return ps[:n]
}

// comparePlace orders postings by where and on which day they count in life.
func comparePlace(a, b *Posting) int {
	if c := cmp.Compare(a.EffectiveOn, b.EffectiveOn); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Account.Class, b.Account.Class); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Account.Detail, b.Account.Detail); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Unit, b.Unit); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Officer, b.Officer); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Subject, b.Subject); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Initiation, b.Initiation); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
		return c
	}
	return slices.Compare(a.Tags, b.Tags)
}

// difference is what has to be added to the moves before so that they come to
// those after. A late event leaves most of them as they were.
func difference(before, after []Posting) []Posting {
	for len(before) > 0 && len(after) > 0 && sameMove(&before[0], &after[0]) {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && sameMove(&before[len(before)-1], &after[len(after)-1]) {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	all := make([]Posting, 0, len(before)+len(after))
	all = append(all, after...)
	for _, p := range before {
		p.Cases, p.Dong = -p.Cases, -p.Dong
		all = append(all, p)
	}
	order := make([]*Posting, len(all))
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortFunc(order, comparePlace)
	var out []Posting
	for i, p := range order {
		if i > 0 && comparePlace(order[i-1], p) == 0 {
			p.Cases, p.Dong = p.Cases+order[i-1].Cases, p.Dong+order[i-1].Dong
		}
		if (p.Cases != 0 || p.Dong != 0) && (i+1 == len(order) || comparePlace(p, order[i+1]) != 0) {
			out = append(out, *p)
		}
	}
	return out
}

// sameMove tells whether two moves are one and the same.
func sameMove(a, b *Posting) bool {
	return a.Cases == b.Cases && a.Dong == b.Dong && comparePlace(a, b) == 0
}

// A walk carries the steps of a history out one after the other.
type walk[E any] interface {
	// carryOut carries one more step out and adds what it moves.
	carryOut(*E) *Error
	moved() *moves
}

// postings are those of a history: event by event, what the moves of the whole
// history come to with it less what they came to without it. start begins a walk,
// opens tells whether an event opens the record.
//
// An event that comes last in time and corrects nothing adds its own step only;
// any other has the history walked anew.
func postings[E any, P event[E]](id string, events []E, start func() walk[E], opens func(*E) bool) ([]Posting, error) {
	out := make([]Posting, 0, 2*len(events)+2)
	// The moves before are those of the steps, in the order of time. Until an
	// event is late, they are the postings themselves.
	w, last, late := start(), Date(0), false
	var before []Posting
	for i := range events {
		e := &events[i]
		r, n := P(e).record(), len(out)
		if w != nil && r.Voids == 0 && r.Supersedes == 0 && r.EffectiveOn >= last {
			m := w.moved()
			if !late {
				m.all = out
			}
			if refusal := w.carryOut(e); refusal != nil {
				return nil, damaged(id, r, refusal)
			}
			last, before = r.EffectiveOn, m.all
			if late {
				out = append(out, m.all[m.step:]...)
			} else {
				out = m.all
			}
		} else {
			var err error
			if w, last, err = walked[E, P](id, events[:i+1], start, opens); err != nil {
				return nil, err
			}
			var after []Posting
			if w != nil {
				after = w.moved().all
			}
			late = true
			out, before = append(out, difference(before, after)...), after
		}
		for j := n; j < len(out); j++ {
			p := &out[j]
			p.Event, p.RecordedAt, p.BookedOn = r.Seq, r.RecordedAt, max(p.EffectiveOn, r.OpenFrom)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return slices.Clip(out), nil
}

// walked walks a whole history and returns the walk and the day of the last
// step; no walk where the opening was taken back, as nothing is left then.
func walked[E any, P event[E]](id string, events []E, start func() walk[E], opens func(*E) bool) (w walk[E], last Date, err error) {
	steps := effective[E, P](events)
	if !slices.ContainsFunc(steps, func(s step[E]) bool { return opens(s.ev) || opens(&events[s.slot-1]) }) {
		return nil, 0, nil
	}
	w = start()
	w.moved().all = make([]Posting, 0, 2*len(steps)+2)
	for _, s := range steps {
		if refusal := w.carryOut(s.ev); refusal != nil {
			return nil, 0, damaged(id, P(s.ev).record(), refusal)
		}
		last = P(s.ev).record().EffectiveOn
	}
	return w, last, nil
}

// damaged tells of a step that no history may contain. The refusal is told, not
// wrapped: nobody asked for what it refuses.
func damaged(id string, r *Record, refusal *Error) error {
	return fmt.Errorf("%w: %q: event %d: %s", ErrDamaged, id, r.Seq, refusal.Error())
}
