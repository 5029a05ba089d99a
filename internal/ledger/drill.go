package ledger

import (
	"cmp"
	"crypto/sha256"
	"iter"
	"slices"
	"sync"

	"github.com/thads/thads/internal/thads"
)

// A slotSet is the records that a query keeps; nil keeps all.
type slotSet struct{ slots bitset }

func (s *slotSet) has(slot uint32) bool { return s == nil || s.slots.has(slot) }

// documents finds the slots of records; nil for a nil list. Only this asks the
// writers' index, and waits for them.
func (v *View) documents(ids []string) *slotSet {
	if ids == nil {
		return nil
	}
	v.ledger.mu.Lock()
	defer v.ledger.mu.Unlock()
	s := &slotSet{slots: make(bitset, len(v.ledger.now.ids)>>6+1)}
	for _, id := range ids {
		if slot, ok := v.ledger.index.find(id, v.ledger.now.ids); ok {
			s.slots.set(slot)
		}
	}
	// The view may be older than a record's last slot.
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	for _, slot := range v.ledger.now.dead {
		if wanted[v.ledger.now.ids[slot]] {
			s.slots.set(slot)
		}
	}
	return s
}

// weights are what rows count in the plan's only figure on one side of Moment.From.
type weights struct {
	*plan
	// combos holds them by combination; nil where they depend on unit and account
	// alone, which places holds them by.
	combos, places []int64
}

// of is the weight of a combination.
func (w *weights) of(combo uint32) int64 {
	switch {
	case w.combos != nil:
		return w.combos[combo]
	case w.wants.has(combo):
		return w.places[w.names.places[combo]]
	}
	return 0
}

// weights are those before Moment.From or from then on.
func (p *plan) weights(before bool) *weights {
	w := &weights{plan: p}
	switch {
	case p.fine:
		w.combos = make([]int64, p.size())
	case len(p.names.places) > 0:
		w.places = make([]int64, 1+slices.Max(p.names.places))
	}
	for c := range p.wants.all {
		n := int64(0)
		terms := p.terms[p.combos[dimAccount][c]]
		for i := range terms {
			if t := &terms[i]; t.counts(before) && (t.where == nil || t.where.keeps(&p.names, c)) {
				n += t.sign
			}
		}
		if p.fine {
			w.combos[c] = n
		} else {
			w.places[p.names.places[c]] = n
		}
	}
	return w
}

// Contributions opens the query's first figure to the records behind it, zeros
// left out: the largest in đồng first, then in cases, then in an order that tells
// nothing of the records.
func (v *View) Contributions(q Query) []Contribution {
	out, _ := v.Page(q, 0, -1)
	return out
}

// A Total is what all contributions to a figure come to, and how many they are.
type Total struct {
	Records int
	Amount
}

// Page is the part of Contributions from the offset on, at most limit of them
// (all for a negative limit), with the total of all. It costs less than all of
// them where the page is small.
func (v *View) Page(q Query, offset, limit int) ([]Contribution, Total) {
	q.Figures = q.Figures[:1]
	found := v.contributors(&q)
	total := Total{Records: len(found)}
	for i := range found {
		total.Cases += found[i].Cases
		total.Dong += found[i].Dong
	}
	offset = min(max(offset, 0), len(found))
	end := len(found)
	if limit >= 0 {
		end = min(end, offset+limit)
	}
	v.arrange(found, offset, end)
	out := make([]Contribution, 0, end-offset)
	for _, f := range found[offset:end] {
		out = append(out, Contribution{ID: v.ids[f.slot], Book: v.books[f.slot], Amount: f.Amount})
	}
	return out, total
}

// A contributor is a record and what it adds.
type contributor struct {
	slot uint32
	Amount
}

// A tally adds by record.
type tally struct {
	sums []Amount
	// begun has the groups of 64 slots in which a sum was begun.
	begun bitset
}

var tallyPool = sync.Pool{New: func() any { return new(tally) }}

func (t *tally) add(slot uint32, cases, dong int64) {
	t.begun.set(slot >> 6)
	a := &t.sums[slot]
	a.Cases += cases
	a.Dong += dong
}

// take returns what is not zero, by slot, and clears the tally.
func (t *tally) take() []contributor {
	var found []contributor
	for g := range t.begun.all {
		from := int(g) << 6
		for i, a := range t.sums[from:min(from+64, len(t.sums))] {
			if !a.IsZero() {
				found = append(found, contributor{uint32(from + i), a})
				t.sums[from+i] = Amount{}
			}
		}
	}
	clear(t.begun)
	return found
}

// contributors adds the first figure up by record, zeros left out.
func (v *View) contributors(q *Query) []contributor {
	p, only := v.plan(q), v.documents(q.Filter.Documents)
	t := tallyPool.Get().(*tally)
	defer tallyPool.Put(t)
	if n := len(v.ids); len(t.sums) < n {
		n += n / 8
		t.sums, t.begun = make([]Amount, n), make(bitset, n>>12+1)
	}
	for _, s := range p.slices(false) {
		p.weights(s.before).tally(t, s, only)
	}
	return t.take()
}

// tally adds what counts on the days, by record.
func (w *weights) tally(t *tally, days slice, only *slotSet) {
	effective := w.q.Moment.Basis == Effective
	if !w.q.Late {
		w.tallyBooked(t, days, only)
		if !effective {
			return
		}
	}
	for r := range w.lateRowsIn(days.lo, days.hi, w.known) {
		n := w.of(r.combo)
		if n == 0 || !only.has(r.doc) {
			continue
		}
		switch {
		case !w.q.Late:
			n *= r.moves(days.lo, days.hi)
		case !effective && !days.has(r.booked), effective && !days.has(r.effective):
			continue
		}
		t.add(r.doc, n*int64(r.cases), n*r.dong)
	}
}

func (w *weights) tallyBooked(t *tally, days slice, only *slotSet) {
	for s := range w.runs(days.lo, days.hi) {
		b := s.b
		combo, doc, cases, dong := b.combo[s.from:s.to], b.doc[s.from:s.to], b.cases[s.from:s.to], b.dong[s.from:s.to]
		switch {
		case s.check || b.wide != nil || only != nil:
			for i := s.from; i < s.to; i++ {
				if n := w.of(b.combo[i]); n != 0 && only.has(b.doc[i]) && b.recordedAt(i) <= w.known {
					t.add(b.doc[i], n*b.casesAt(i), n*b.dong[i])
				}
			}
		case w.combos != nil:
			for i, c := range combo {
				if n := w.combos[c]; n != 0 {
					t.add(doc[i], n*int64(cases[i]), n*dong[i])
				}
			}
		default:
			n := w.places[w.names.places[combo[0]]]
			for i, slot := range doc {
				t.add(slot, n*int64(cases[i]), n*dong[i])
			}
		}
	}
	for i := range w.open {
		r := &w.open[i]
		if days.has(r.booked) && r.recorded <= w.known && only.has(r.doc) {
			n := w.of(r.combo)
			t.add(r.doc, n*int64(r.cases), n*r.dong)
		}
	}
}

func compareSizes(a, b contributor) int {
	return cmp.Or(cmp.Compare(abs(b.Dong), abs(a.Dong)), cmp.Compare(abs(b.Cases), abs(a.Cases)))
}

// arrange puts the contributors from one place to before another where they
// belong in the order of all. Ids are hashed only where sizes are equal.
func (v *View) arrange(found []contributor, from, to int) {
	if from >= to {
		return
	}
	partition(found, from, to)
	for from > 0 && compareSizes(found[from-1], found[from]) == 0 {
		from--
	}
	for to < len(found) && compareSizes(found[to-1], found[to]) == 0 {
		to++
	}
	for i := from; i < to; {
		k := i + 1
		for k < to && compareSizes(found[i], found[k]) == 0 {
			k++
		}
		if k-i > 1 {
			v.hide(found[i:k])
		}
		i = k
	}
}

// hide orders contributors of one size by the hashes of their ids.
func (v *View) hide(same []contributor) {
	type hashed struct {
		hash [sha256.Size]byte
		contributor
	}
	list := make([]hashed, len(same))
	for i, c := range same {
		list[i] = hashed{sha256.Sum256([]byte(v.ids[c.slot])), c}
	}
	slices.SortFunc(list, func(a, b hashed) int { return slices.Compare(a.hash[:], b.hash[:]) })
	for i := range list {
		same[i] = list[i].contributor
	}
}

// partition sorts found by size as far as the places from one to before another
// need: those before them are no smaller, those behind no larger. Around these
// places equal sizes stand together.
func partition(found []contributor, from, to int) {
	if len(found) <= 4*(to-from)+64 {
		slices.SortFunc(found, compareSizes)
		return
	}
	lo, hi := 0, len(found)
	if from > 0 {
		lo, _ = selectNth(found, from)
	}
	if to < len(found) {
		_, end := selectNth(found[lo:], to-1-lo)
		hi = lo + end
	}
	slices.SortFunc(found[lo:hi], compareSizes)
}

// selectNth moves the nth largest to its place, the larger before it, the smaller
// behind it, and returns where its equals begin and end.
func selectNth(found []contributor, n int) (from, to int) {
	lo, hi := 0, len(found)
	for {
		// The middle of three of a range is good enough: ranges are in no order.
		pivot := median3(found[lo], found[lo+(hi-lo)/2], found[hi-1])
		lt, i, gt := lo, lo, hi
		for i < gt {
			switch d := compareSizes(found[i], pivot); {
			case d < 0:
				found[i], found[lt] = found[lt], found[i]
				lt++
				i++
			case d > 0:
				gt--
				found[i], found[gt] = found[gt], found[i]
			default:
				i++
			}
		}
		switch {
		case n < lt:
			hi = lt
		case n >= gt:
			lo = gt
		default:
			return lt, gt
		}
	}
}

func median3(a, b, c contributor) contributor {
	if compareSizes(b, a) < 0 {
		a, b = b, a
	}
	switch {
	case compareSizes(c, a) <= 0:
		return a
	case compareSizes(c, b) <= 0:
		return c
	}
	return b
}

func abs(n int64) int64 { return max(n, -n) }

// entriesAtOnce is about how many entries are gathered before they are yielded.
const entriesAtOnce = 1 << 20

// slotRange is how many slots are counted together.
const slotRange = 1 << 10

// Entries yields the postings behind the query's first figure, record by record,
// each record's in the order of recording.
func (v *View) Entries(q Query) iter.Seq[Entry] {
	q.Figures = q.Figures[:1]
	return func(yield func(Entry) bool) {
		p, only := v.plan(&q), v.documents(q.Filter.Documents)
		dead := make(map[uint32]bool, len(v.dead))
		for _, slot := range v.dead {
			dead[slot] = true
		}
		counts := make([]int, len(v.ids)/slotRange+1)
		p.refs(only, dead, func(r *row) { counts[r.doc/slotRange]++ })
		for from := 0; from < len(counts); {
			to, n := from+1, counts[from]
			for to < len(counts) && n+counts[to] <= entriesAtOnce {
				n += counts[to]
				to++
			}
			if n > 0 && !p.yieldEntries(n, uint32(from)*slotRange, uint32(to)*slotRange, only, dead, yield) {
				return
			}
			from = to
		}
	}
}

// yieldEntries yields those of the slots from one to before another.
func (p *plan) yieldEntries(n int, from, to uint32, only *slotSet, dead map[uint32]bool, yield func(Entry) bool) bool {
	list := make([]row, 0, n)
	p.refs(only, dead, func(r *row) {
		if r.doc >= from && r.doc < to {
			list = append(list, *r)
		}
	})
	slices.SortFunc(list, func(a, b row) int { return cmp.Or(cmp.Compare(a.doc, b.doc), compareRows(a, b)) })
	for i := range list {
		r := &list[i]
		e := Entry{ID: p.ids[r.doc], Book: p.books[r.doc], Posting: p.posting(r)}
		on := p.on(r)
		terms := p.terms[p.combos[dimAccount][r.combo]]
		for k := range terms {
			t := &terms[k]
			if !t.counts(on < p.q.Moment.From) || t.where != nil && !t.where.keeps(&p.names, r.combo) {
				continue
			}
			e.Sign = t.sign
			if !yield(e) {
				return false
			}
		}
	}
	return true
}

// on is the day of the row on the query's base.
func (p *plan) on(r *row) thads.Date {
	if p.q.Moment.Basis == Effective {
		return r.effective
	}
	return r.booked
}

// refs calls f with the rows that may count: of the combinations wanted, on a day
// up to the query's.
func (p *plan) refs(only *slotSet, dead map[uint32]bool, f func(*row)) {
	m := &p.q.Moment
	visit := func(r *row) {
		if !p.q.Late || r.booked != r.effective {
			f(r)
		}
	}
	to := m.To
	if m.Basis == Effective {
		to = lastDay // what was booked later may have been effective by then
	}
	from := allDays
	if m.Basis != Effective && !p.before && !p.upTo {
		from = m.From
	}
	for s := range p.runs(from, to) {
		for i := s.from; i < s.to; i++ {
			c, doc := s.b.combo[i], s.b.doc[i]
			if !p.wants.has(c) || !only.has(doc) || dead[doc] || s.check && s.b.recordedAt(i) > p.known {
				continue
			}
			if r := s.b.row(i); p.on(&r) <= m.To {
				visit(&r)
			}
		}
	}
	for i := range p.open {
		r := &p.open[i]
		if p.wants.has(r.combo) && only.has(r.doc) && !dead[r.doc] && r.recorded <= p.known && p.on(r) <= m.To {
			visit(r)
		}
	}
}

// posting decodes a row.
func (n *names) posting(r *row) thads.Posting {
	of := func(dim int) string { return n.texts[dim][n.combos[dim][r.combo]] }
	return thads.Posting{
		Account:     n.accounts[n.combos[dimAccount][r.combo]],
		EffectiveOn: r.effective, BookedOn: r.booked, RecordedAt: instant(r.recorded), Event: int(r.event),
		Unit: thads.UnitID(of(dimUnit)), Officer: thads.OfficerID(of(dimOfficer)),
		Initiation: thads.Initiation(of(dimInitiation)), Kind: thads.JudgmentKind(of(dimKind)), Subject: of(dimSubject),
		Tags:  n.tagSets[n.combos[dimTags][r.combo]],
		Cases: int(r.cases), Dong: thads.Dong(r.dong),
	}
}
