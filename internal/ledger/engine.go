package ledger

import (
	"cmp"
	"hash/maphash"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/thads/thads/internal/thads"
)

// A Ledger holds the postings of records. It is safe for concurrent use: writers
// wait for each other, readers for nobody.
//
// Rows are only ever appended: what is taken out is cancelled by rows of the
// opposite sign, recorded and booked as the rows that they cancel. So a reader's
// view stays as it was however long it is read.
type Ledger struct {
	state atomic.Pointer[state]

	mu sync.Mutex
	// now is what the next view sees.
	now state
	dictionary
	index idIndex
	held  []holding // by slot
	open  []row
	// shared tells that a view may read the open rows' array.
	shared bool

	sizes
	size Stats
}

// sizes are those of the ledger's parts.
type sizes struct {
	// bits of a row's number tell its place in its block: at most maxBits.
	bits uint
	// A segment has at least so many rows, and so many for each combination: then
	// its sums take a few bytes for each of its rows.
	segmentRows, segmentCombos int
}

// A holding is what a writer knows of the record in a slot. A record that comes
// again after it was taken out gets another slot.
type holding struct {
	version int64
	last    uint32 // number of its last row; others follow by prev
	rows    uint32
	gone    bool
}

// state is what a view sees: slices of which nobody changes what is in their
// length.
type state struct {
	names
	blocks   []*block
	segments []segment
	open     []row
	// late are the late rows; lateSpans are those of the full chunks.
	late      []*lateChunk
	lateSpans []lateSpan
	lateRows  int
	ids       []string // by slot
	books     []thads.Book
	// dead are the slots whose rows are cancelled.
	dead []uint32
}

const (
	firstOpenRows      = 64
	holdingBytes       = 24
	idBytes            = 16 + 32 + 16 // header, text, and the book's
	indexBytes         = 8
	lateRowBytes       = 40
	openRowBytes       = 48
	amountBytes        = 16
	segmentHeaderBytes = 80
)

// New returns an empty ledger.
func New() *Ledger { return newLedger(sizes{bits: maxBits, segmentRows: 1 << 17, segmentCombos: 4}) }

func newLedger(s sizes) *Ledger {
	l := &Ledger{dictionary: newDictionary(), sizes: s, index: idIndex{seed: maphash.MakeSeed()}}
	l.publish()
	return l
}

// Apply takes a record over the version held and tells whether it did: what is
// not newer is left alone. Where the postings held are the first ones of the new
// version only the others are added.
func (l *Ledger) Apply(d Document) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.apply(&d) {
		return false
	}
	l.publish()
	return true
}

func (l *Ledger) apply(d *Document) bool {
	slot, ok := l.slot(d.ID)
	if ok && l.held[slot].version >= d.Version {
		return false
	}
	from := 0
	switch {
	case ok && l.now.books[slot] == d.Book && l.begins(slot, d.Postings):
		from = int(l.held[slot].rows)
		l.held[slot].version = d.Version
	case ok:
		l.bury(slot)
		slot = l.settle(d)
	default:
		slot = l.settle(d)
	}
	l.addAll(slot, d.Postings[from:])
	return true
}

// addAll adds postings to those of a record.
func (l *Ledger) addAll(slot uint32, postings []thads.Posting) {
	for i := range postings {
		r := l.rowOf(&postings[i])
		r.doc = slot
		l.add(&r)
	}
}

// Remove takes a record out whose document was deleted, unless a newer version
// than the one deleted is held; version 0 removes any.
func (l *Ledger) Remove(id string, version int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot, ok := l.slot(id)
	if !ok || version != 0 && l.held[slot].version > version {
		return false
	}
	l.bury(slot)
	l.publish()
	return true
}

// Version returns the version held of a record, 0 for none.
func (l *Ledger) Version(id string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slot, ok := l.slot(id); ok {
		return l.held[slot].version
	}
	return 0
}

// Held returns id and version of all records held.
func (l *Ledger) Held() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]int64, l.size.Documents)
	for slot := range l.held {
		if !l.held[slot].gone {
			out[l.now.ids[slot]] = l.held[slot].version
		}
	}
	return out
}

// Stats tell how large the ledger is.
func (l *Ledger) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.size
	s.Combinations = l.dictionary.size()
	for _, b := range l.now.blocks {
		s.Bytes += b.bytes()
	}
	for i := range l.now.segments {
		s.Bytes += int64(len(l.now.segments[i].sums))*amountBytes + segmentHeaderBytes
	}
	s.Bytes += int64(cap(l.open))*openRowBytes + int64(len(l.now.late))*lateChunkRows*lateRowBytes +
		int64(len(l.held))*(holdingBytes+idBytes) + int64(len(l.index.table))*4 + l.dictionary.bytes()
	return s
}

// View returns the ledger as it stands now.
func (l *Ledger) View() *View { return &View{state: l.state.Load(), ledger: l} }

// publish lets views see what was written.
func (l *Ledger) publish() {
	l.now.names, l.now.open, l.shared = l.names, l.open, true
	s := l.now
	l.state.Store(&s)
}

// slot finds the record.
func (l *Ledger) slot(id string) (uint32, bool) {
	slot, ok := l.index.find(id, l.now.ids)
	return slot, ok && !l.held[slot].gone
}

// settle gives a record a slot of its own.
func (l *Ledger) settle(d *Document) uint32 {
	slot := uint32(len(l.held))
	l.held = append(l.held, holding{version: d.Version, last: none})
	l.now.ids, l.now.books = append(l.now.ids, d.ID), append(l.now.books, d.Book)
	l.index.put(d.ID, slot, l.now.ids)
	l.size.Documents++
	return slot
}

// bury cancels what a record has and forgets it.
func (l *Ledger) bury(slot uint32) {
	rows := l.rowsOf(slot)
	h := &l.held[slot]
	h.gone, h.last, h.rows = true, none, 0
	l.size.Documents--
	for i := range rows {
		r := &rows[i]
		r.dong, r.cases = -r.dong, -r.cases
		l.append(r)
	}
	if len(rows) > 0 {
		l.now.dead = append(l.now.dead, slot)
	}
	l.size.Postings -= len(rows)
	for i := range rows {
		if rows[i].booked != rows[i].effective {
			l.size.Late--
		}
	}
}

// rowOf encodes a posting.
func (l *Ledger) rowOf(p *thads.Posting) row {
	return row{
		dong: int64(p.Dong), recorded: p.RecordedAt.UnixMilli(), booked: p.BookedOn, effective: p.EffectiveOn,
		cases: int32(p.Cases), event: int32(p.Event), combo: l.combo(p),
	}
}

// add appends a row to those of its record.
func (l *Ledger) add(r *row) {
	h := &l.held[r.doc]
	r.prev = h.last
	h.last = uint32(len(l.now.blocks))<<l.bits | uint32(len(l.open))
	h.rows++
	l.size.Postings++
	if r.booked != r.effective {
		l.size.Late++
	}
	l.append(r)
}

// append appends a row.
func (l *Ledger) append(r *row) {
	if len(l.open) == cap(l.open) {
		grown := make([]row, len(l.open), min(max(2*len(l.open), firstOpenRows), 1<<l.bits))
		copy(grown, l.open)
		l.open, l.shared = grown, false
	}
	l.open = append(l.open, *r)
	if r.booked != r.effective {
		l.appendLate(r)
	}
	if len(l.open) == 1<<l.bits {
		l.seal()
	}
}

func (l *Ledger) appendLate(r *row) {
	at := l.now.lateRows % lateChunkRows
	if at == 0 {
		l.now.late = append(l.now.late, new(lateChunk))
	}
	c := l.now.late[len(l.now.late)-1]
	c[at] = lateRow{r.booked, r.effective, r.recorded, r.dong, r.cases, r.combo, r.doc}
	l.now.lateRows++
	if at == lateChunkRows-1 {
		l.now.lateSpans = append(l.now.lateSpans, c.span())
	}
}

// seal makes a block of the open rows.
func (l *Ledger) seal() {
	if len(l.open) == 0 {
		return
	}
	b, at := seal(l.open, l.places)
	base := uint32(len(l.now.blocks)) << l.bits
	// Rows of this block that others follow, and last rows of records, have moved.
	for i, p := range b.prev {
		if p != none && p >= base {
			b.prev[i] = base | at[p-base]
		}
	}
	last := map[uint32]uint32{}
	for i := range l.open {
		if doc := l.open[i].doc; l.held[doc].last == base|uint32(i) {
			last[doc] = base | at[i]
		}
	}
	for doc, n := range last {
		l.held[doc].last = n
	}
	l.now.blocks = append(l.now.blocks, b)
	if l.shared {
		l.open, l.shared = nil, false
	} else {
		l.open = l.open[:0]
	}
	rows, from := 0, l.summed()
	for _, b := range l.now.blocks[from:] {
		rows += b.rows()
	}
	if rows >= max(l.segmentRows, l.segmentCombos*l.dictionary.size()) {
		l.sum()
	}
}

// summed is how many blocks lie in segments.
func (l *Ledger) summed() int {
	if n := len(l.now.segments); n > 0 {
		return l.now.segments[n-1].to
	}
	return 0
}

// sum makes a segment of the blocks that are in none.
func (l *Ledger) sum() {
	s := segment{
		from: l.summed(), to: len(l.now.blocks), first: math.MaxInt64, last: math.MinInt64, lo: math.MaxInt32, hi: math.MinInt32,
		sums: make([]Amount, l.dictionary.size()),
	}
	if s.from == s.to {
		return
	}
	if n := len(l.now.segments); n > 0 {
		copy(s.sums, l.now.segments[n-1].sums)
	}
	for _, b := range l.now.blocks[s.from:s.to] {
		s.first, s.last = min(s.first, b.first), max(s.last, b.last)
		s.lo, s.hi = min(s.lo, b.days[0]), max(s.hi, b.days[len(b.days)-1])
		b.add(s.sums, 0, b.rows(), math.MaxInt64, 1)
	}
	l.now.segments = append(l.now.segments, s)
}

// rowsOf returns the rows of a record, in no particular order.
func (l *Ledger) rowsOf(slot uint32) []row {
	h := &l.held[slot]
	out := make([]row, 0, h.rows)
	for n := h.last; n != none; n = out[len(out)-1].prev {
		b, i := int(n>>l.bits), int(n&(1<<l.bits-1))
		if b == len(l.now.blocks) {
			out = append(out, l.open[i])
		} else {
			out = append(out, l.now.blocks[b].row(i))
		}
	}
	return out
}

// begins tells whether the postings held are the first ones of these.
func (l *Ledger) begins(slot uint32, postings []thads.Posting) bool {
	n := int(l.held[slot].rows)
	if n > len(postings) {
		return false
	}
	fresh := make([]row, n)
	for i := range fresh {
		fresh[i] = l.rowOf(&postings[i])
	}
	held := l.rowsOf(slot)
	slices.SortFunc(fresh, compareRows)
	slices.SortFunc(held, compareRows)
	return slices.EqualFunc(fresh, held, func(a, b row) bool { return compareRows(a, b) == 0 })
}

func compareRows(a, b row) int {
	return cmp.Or(
		cmp.Compare(a.event, b.event), cmp.Compare(a.booked, b.booked), cmp.Compare(a.combo, b.combo), cmp.Compare(a.recorded, b.recorded),
		cmp.Compare(a.effective, b.effective), cmp.Compare(a.dong, b.dong), cmp.Compare(a.cases, b.cases))
}

// An idIndex finds the slot of an id: a table of slots, four bytes each, over the
// list of ids.
type idIndex struct {
	seed  maphash.Seed
	table []uint32 // slot + 1; 0 for none. Its length is a power of two.
	n     int
}

func (x *idIndex) find(id string, ids []string) (uint32, bool) {
	if len(x.table) == 0 {
		return 0, false
	}
	for at := x.place(id); ; at = (at + 1) & (len(x.table) - 1) {
		switch s := x.table[at]; {
		case s == 0:
			return 0, false
		case ids[s-1] == id:
			return s - 1, true
		}
	}
}

// put sets the slot of an id, in place of another of the same id.
func (x *idIndex) put(id string, slot uint32, ids []string) {
	if 4*(x.n+1) > 3*len(x.table) {
		old := x.table
		x.table, x.n = make([]uint32, max(2*len(old), 64)), 0
		for _, s := range old {
			if s != 0 {
				x.set(ids[s-1], s-1, ids)
			}
		}
	}
	x.set(id, slot, ids)
}

func (x *idIndex) set(id string, slot uint32, ids []string) {
	for at := x.place(id); ; at = (at + 1) & (len(x.table) - 1) {
		switch s := x.table[at]; {
		case s == 0:
			x.table[at] = slot + 1
			x.n++
			return
		case ids[s-1] == id:
			x.table[at] = slot + 1
			return
		}
	}
}

func (x *idIndex) place(id string) int {
	return int(maphash.String(x.seed, id) & uint64(len(x.table)-1))
}
