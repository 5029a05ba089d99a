package ledger

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/thads/thads/internal/thads"
)

// Load takes many records, as Apply would one by one, and lays their rows in the
// order in which they were recorded, whatever the order in which they come: this
// is what makes figures of a past day or instant cheap. Views see nothing of them
// until all are there. Records may be applied and removed meanwhile; what is
// applied with a newer version stays. A document's list of postings may be used
// again once the next is asked for. After an error, which is that of docs, nothing
// was taken.
func (l *Ledger) Load(docs iter.Seq2[Document, error]) error {
	s := staging{buckets: map[bucketKey]*bucket{}, unusual: map[uint32][]thads.Posting{}}
	for d, err := range docs {
		if err != nil {
			return err
		}
		l.mu.Lock()
		l.stage(&s, &d)
		l.mu.Unlock()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.take(&s)
	l.publish()
	return nil
}

// staging holds the rows of a load until all are known.
type staging struct {
	docs    []stagedDoc
	buckets map[bucketKey]*bucket
	// unusual are the postings of records of which a number does not fit a staged
	// row, by place in docs.
	unusual map[uint32][]thads.Posting
}

type stagedDoc struct {
	id      string
	version int64
	book    thads.Book
}

// A bucketKey gathers rows recorded within 25 days and booked in one month: rows
// recorded together are mostly booked together, but for registers brought in,
// where years of bookings are recorded in a day.
type bucketKey struct {
	recorded int64
	month    int32
}

const bucketBits = 31

// A bucket is a list of ever larger pieces, so that few rows take little and many
// are not copied.
type bucket struct {
	pieces [][]stagedRow
	rows   int
}

const (
	firstPiece = 32
	lastPiece  = 4096
)

// A stagedRow is a row in 32 bytes: there are as many as the ledger will have.
type stagedRow struct {
	dong              int64
	recorded          uint32 // within its bucket
	booked, effective thads.Date
	combo, doc        uint32
	event             uint16
	cases             int16
}

func (b *bucket) add(r *stagedRow) {
	n := len(b.pieces)
	if n == 0 || len(b.pieces[n-1]) == cap(b.pieces[n-1]) {
		size := firstPiece
		if n > 0 {
			size = min(2*cap(b.pieces[n-1]), lastPiece)
		}
		b.pieces = append(b.pieces, make([]stagedRow, 0, size))
		n++
	}
	b.pieces[n-1] = append(b.pieces[n-1], *r)
	b.rows++
}

// stage encodes a record.
func (l *Ledger) stage(s *staging, d *Document) {
	doc := uint32(len(s.docs))
	s.docs = append(s.docs, stagedDoc{d.ID, d.Version, d.Book})
	for i := range d.Postings {
		if p := &d.Postings[i]; p.Event < 0 || p.Event > math.MaxUint16 || p.Cases < math.MinInt16 || p.Cases > math.MaxInt16 {
			s.unusual[doc] = slices.Clone(d.Postings)
			return
		}
	}
	for i := range d.Postings {
		r := l.rowOf(&d.Postings[i])
		key := bucketKey{r.recorded >> bucketBits, int32(r.booked) / 100}
		b := s.buckets[key]
		if b == nil {
			b = &bucket{}
			s.buckets[key] = b
		}
		b.add(&stagedRow{
			dong: r.dong, recorded: uint32(r.recorded & (1<<bucketBits - 1)), booked: r.booked, effective: r.effective,
			combo: r.combo, doc: doc, event: uint16(r.event), cases: int16(r.cases),
		})
	}
}

// take lays the staged rows into blocks.
func (l *Ledger) take(s *staging) {
	slots := l.settleStaged(s)
	// A block of rows that came before the load stays apart from the load's, which
	// are in a better order.
	l.seal()
	keys := slices.SortedFunc(maps.Keys(s.buckets), func(a, b bucketKey) int {
		return cmp.Or(cmp.Compare(a.recorded, b.recorded), cmp.Compare(a.month, b.month))
	})
	var sorted []stagedRow
	for _, key := range keys {
		b := s.buckets[key]
		delete(s.buckets, key) // its memory is needed for the blocks
		sorted = slices.Grow(sorted[:0], b.rows)
		for _, p := range b.pieces {
			sorted = append(sorted, p...)
		}
		slices.SortFunc(sorted, func(a, b stagedRow) int {
			return cmp.Or(cmp.Compare(a.booked, b.booked), cmp.Compare(a.recorded, b.recorded), cmp.Compare(a.doc, b.doc))
		})
		for i := range sorted {
			t := &sorted[i]
			if slots[t.doc] == none {
				continue
			}
			l.add(&row{
				dong: t.dong, recorded: key.recorded<<bucketBits + int64(t.recorded), booked: t.booked, effective: t.effective,
				cases: int32(t.cases), event: int32(t.event), combo: t.combo, doc: slots[t.doc],
			})
		}
	}
	l.seal()
	l.sum()
	for _, doc := range slices.Sorted(maps.Keys(s.unusual)) {
		if slots[doc] != none {
			l.addAll(slots[doc], s.unusual[doc])
		}
	}
}

// settleStaged gives the staged records slots; none to those of which a version
// as new is held or staged.
func (l *Ledger) settleStaged(s *staging) []uint32 {
	slots := make([]uint32, len(s.docs))
	// l.held and the like grow once.
	l.held = slices.Grow(l.held, len(s.docs))
	l.now.ids, l.now.books = slices.Grow(l.now.ids, len(s.docs)), slices.Grow(l.now.books, len(s.docs))
	first := uint32(len(l.held))
	var settled []int // the staged record of each slot from first on
	for i := range s.docs {
		d := &s.docs[i]
		slot, ok := l.slot(d.id)
		switch {
		case ok && l.held[slot].version >= d.version:
			slots[i] = none
			continue
		case ok && slot >= first: // staged twice
			slots[settled[slot-first]] = none
			l.bury(slot)
		case ok:
			l.bury(slot)
		}
		slots[i] = l.settle(&Document{ID: d.id, Version: d.version, Book: d.book})
		settled = append(settled, i)
	}
	s.docs = nil
	return slots
}
