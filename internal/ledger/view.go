package ledger

import (
	"math"
	"slices"

	"github.com/thads/thads/internal/thads"
)

// A View is the ledger as it stands at one moment: all that is asked of it is
// answered from the same postings. It takes no memory of its own to speak of.
type View struct {
	*state
	ledger *Ledger
}

// forever is an instant after every other.
const forever = math.MaxInt64

// lastDay is after every date.
const lastDay = thads.Date(math.MaxInt32 - 1)

// known turns the instant of a query into milliseconds.
func (m *Moment) known() int64 {
	if m.Known.IsZero() {
		return forever
	}
	return m.Known.UnixMilli()
}

// sumUpTo adds all rows up to a day, as known then, by combination. sums is zero.
func (s *state) sumUpTo(sums []Amount, m *Moment, to thads.Date) {
	known := m.known()
	var run []int // segments that count whole, as pairs from, to
	for i := range s.segments {
		if !s.segments[i].counts(s, to, known) {
			continue
		}
		if n := len(run); n > 0 && run[n-1] == i {
			run[n-1]++
		} else {
			run = append(run, i, i+1)
		}
	}
	for i := 0; i < len(run); i += 2 {
		addAmounts(sums, s.segments[run[i+1]-1].sums, 1)
		if run[i] > 0 {
			addAmounts(sums, s.segments[run[i]-1].sums, -1)
		}
	}
	at := 0 // of run
	for i := range s.segments {
		for at < len(run) && i >= run[at+1] {
			at += 2
		}
		seg := &s.segments[i]
		if at < len(run) && i >= run[at] {
			if seg.hi > to || seg.last > known {
				seg.subtract(s, sums, to, known)
			}
			continue
		}
		if seg.lo <= to && seg.first <= known {
			for _, b := range s.blocks[seg.from:seg.to] {
				b.add(sums, 0, b.before(to+1), known, 1)
			}
		}
	}
	for _, b := range s.blocks[s.summed():] {
		b.add(sums, 0, b.before(to+1), known, 1)
	}
	for i := range s.open {
		if r := &s.open[i]; r.booked <= to && r.recorded <= known {
			a := &sums[r.combo]
			a.Cases += int64(r.cases)
			a.Dong += r.dong
		}
	}
	if m.Basis == Effective {
		for r := range s.lateRowsIn(allDays, to, known) {
			if n := r.moves(allDays, to); n != 0 {
				a := &sums[r.combo]
				a.Cases += n * int64(r.cases)
				a.Dong += n * r.dong
			}
		}
	}
}

// counts tells whether the sums of the segment are to be taken: where all its rows
// count, and where fewer do not count than do.
func (g *segment) counts(s *state, to thads.Date, known int64) bool {
	switch {
	case g.lo > to || g.first > known:
		return false
	case g.hi <= to && g.last <= known:
		return true
	}
	in, out := 0, 0
	for _, b := range s.blocks[g.from:g.to] {
		switch n := b.before(to + 1); {
		case b.first > known:
			out += b.rows()
		case b.last > known: // each is looked at either way
			in, out = in+n, out+b.rows()
		default:
			in, out = in+n, out+b.rows()-n
		}
	}
	return out < in
}

// subtract takes away the rows that do not count.
func (g *segment) subtract(s *state, sums []Amount, to thads.Date, known int64) {
	for _, b := range s.blocks[g.from:g.to] {
		n := b.before(to + 1)
		b.add(sums, n, b.rows(), forever, -1)
		if b.last > known {
			b.add(sums, 0, n, forever, -1)
			b.add(sums, 0, n, known, 1)
		}
	}
}

// summed is how many blocks lie in segments.
func (s *state) summed() int {
	if n := len(s.segments); n > 0 {
		return s.segments[n-1].to
	}
	return 0
}

// addAmounts adds amounts, of which there may be fewer, times a sign.
func addAmounts(sums, more []Amount, sign int64) {
	sums = sums[:len(more)]
	for i := range more {
		sums[i].Cases += sign * more[i].Cases
		sums[i].Dong += sign * more[i].Dong
	}
}

// lateRowsIn yields the late rows recorded by then of which either day may lie
// between two.
func (s *state) lateRowsIn(lo, hi thads.Date, known int64) func(func(*lateRow) bool) {
	return func(yield func(*lateRow) bool) {
		left := s.lateRows
		for i, c := range s.late {
			n := min(left, lateChunkRows)
			left -= n
			if i < len(s.lateSpans) && (s.lateSpans[i].lo > hi || s.lateSpans[i].hi < lo) {
				continue
			}
			for k := range c[:n] {
				if r := &c[k]; r.recorded <= known && !yield(r) {
					return
				}
			}
		}
	}
}

// A rowSet is rows of a block from one to before another.
type rowSet struct {
	b        *block
	from, to int
	// check tells that some of them may have been recorded later than known.
	check bool
}

// spans yields the rows booked between two days in all blocks.
func (s *state) spans(lo, hi thads.Date, known int64) func(func(rowSet) bool) {
	return func(yield func(rowSet) bool) {
		segment := 0
		for i := 0; i < len(s.blocks); i++ {
			if segment < len(s.segments) && i == s.segments[segment].from {
				g := &s.segments[segment]
				segment++
				if g.lo > hi || g.hi < lo || g.first > known {
					i = g.to - 1
					continue
				}
			}
			b := s.blocks[i]
			if b.first > known {
				continue
			}
			if from, to := b.span(lo, hi); from < to && !yield(rowSet{b, from, to, b.last > known}) {
				return
			}
		}
	}
}

// runs yields the rows booked between two days whose units and accounts the plan
// wants, those of each pair apart.
func (p *plan) runs(lo, hi thads.Date) func(func(rowSet) bool) {
	return func(yield func(rowSet) bool) {
		for s := range p.spans(lo, hi, p.known) {
			at, _ := slices.BinarySearch(s.b.runs, uint32(s.from))
			for runs, places := s.b.runs[at:], s.b.runPlaces[at:]; runs[0] < uint32(s.to); runs, places = runs[1:], places[1:] {
				if p.places.has(places[0]) && !yield(rowSet{s.b, int(runs[0]), int(runs[1]), s.check}) {
					return
				}
			}
		}
	}
}

// months returns the months in which something is booked or, on the other base,
// counts, as yyyymm, ascending.
func (s *state) months(basis Basis) []thads.Date {
	seen := map[thads.Date]bool{}
	for _, b := range s.blocks {
		for _, d := range b.days {
			seen[d/100] = true
		}
	}
	for i := range s.open {
		seen[s.open[i].booked/100] = true
	}
	if basis == Effective {
		for r := range s.lateRowsIn(allDays, lastDay, forever) {
			seen[r.effective/100] = true
		}
	}
	out := make([]thads.Date, 0, len(seen))
	for m := range seen {
		out = append(out, m)
	}
	slices.Sort(out)
	return out
}
