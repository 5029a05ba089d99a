package ledger

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/thads/thads/internal/thads"
)

// A row is a posting on its way into a block, and in the open one. Cases and the
// sequence of the event fit 32 bits: a posting moves a case or two, and a record
// has thousands of events at most.
type row struct {
	dong              int64
	recorded          int64 // milliseconds since 1970
	booked, effective thads.Date
	cases             int32
	event             int32
	combo             uint32
	// doc is the slot of the record, prev the number of its row before this one.
	doc, prev uint32
}

// none is the number of no row.
const none = math.MaxUint32

// allDays is before every date.
const allDays = thads.Date(math.MinInt32)

// A block is some ten thousand rows in columns, never changed once made. Rows are
// sorted by the day on which they are booked, so that a span of days is a range
// of rows, and within a day by unit and account, so that what is asked of few of
// them is found in few runs of rows. That a block holds few days, and those recorded within weeks, makes
// the two widest columns narrow: the day is told by where it begins, and the
// instant by milliseconds since the block's first.
type block struct {
	days   []thads.Date
	starts []uint32 // of each day; one more at the end
	// runs begin where the day or the place changes, which is in runPlaces; one
	// more at the end.
	runs, runPlaces []uint32

	combo, doc, prev []uint32
	cases            []int8
	dong             []int64
	event            []uint16
	recorded         []uint32 // since first
	// longRecorded takes the place of recorded where the block holds more than
	// seven weeks.
	longRecorded []int64
	// wide holds cases and event of rows that do not fit, marked by wideCases or
	// wideEvent.
	wide map[uint32]wideRow
	// late are the rows that are booked on another day than they count in life,
	// ascending, and lateOn the days on which they do.
	late   []uint32
	lateOn []thads.Date

	first, last int64 // recorded
}

type wideRow struct{ cases, event int32 }

const (
	wideCases = math.MinInt8
	wideEvent = math.MaxUint16
)

// seal makes a block of rows and tells where each row went.
func seal(rows []row, places []uint32) (b *block, at []uint32) {
	n := len(rows)
	b = &block{
		combo: make([]uint32, n), doc: make([]uint32, n), prev: make([]uint32, n),
		cases: make([]int8, n), dong: make([]int64, n), event: make([]uint16, n),
		first: math.MaxInt64, last: math.MinInt64,
	}
	for i := range rows {
		b.first, b.last = min(b.first, rows[i].recorded), max(b.last, rows[i].recorded)
	}
	if b.last-b.first <= math.MaxUint32 {
		b.recorded = make([]uint32, n)
	} else {
		b.longRecorded = make([]int64, n)
	}
	at = make([]uint32, n)
	for i, from := range sortedRows(rows, places) {
		b.put(i, &rows[from], places)
		at[from] = uint32(i)
	}
	b.starts, b.runs = append(b.starts, uint32(n)), append(b.runs, uint32(n))
	return b, at
}

// maxBits bounds the bits of a place in a block: a day, a place and it make a key.
const maxBits = 15

// sortedRows returns the order of rows by day and place.
func sortedRows(rows []row, places []uint32) []uint32 {
	const mostPlaces = 1<<(32-maxBits) - 1 // more are not told apart: their runs are shorter
	keys := make([]uint64, len(rows))
	for i := range rows {
		day := uint64(uint32(rows[i].booked) ^ 1<<31) // the sign is turned, so that order is kept
		keys[i] = day<<32 | uint64(min(places[rows[i].combo], mostPlaces))<<maxBits | uint64(i)
	}
	slices.Sort(keys)
	order := make([]uint32, len(rows))
	for i, k := range keys {
		order[i] = uint32(k) & (1<<maxBits - 1)
	}
	return order
}

// put sets row i; rows are put in order.
func (b *block) put(i int, r *row, places []uint32) {
	n, m, place := len(b.days), len(b.runs), places[r.combo]
	if n == 0 || b.days[n-1] != r.booked || b.runPlaces[m-1] != place {
		b.runs, b.runPlaces = append(b.runs, uint32(i)), append(b.runPlaces, place)
	}
	if n == 0 || b.days[n-1] != r.booked {
		b.days, b.starts = append(b.days, r.booked), append(b.starts, uint32(i))
	}
	b.combo[i], b.doc[i], b.prev[i], b.dong[i] = r.combo, r.doc, r.prev, r.dong
	if b.recorded != nil {
		b.recorded[i] = uint32(r.recorded - b.first)
	} else {
		b.longRecorded[i] = r.recorded
	}
	b.cases[i], b.event[i] = int8(r.cases), uint16(r.event)
	narrowCases, narrowEvent := r.cases > wideCases && r.cases <= math.MaxInt8, r.event >= 0 && r.event < wideEvent
	if !narrowCases || !narrowEvent {
		if b.wide == nil {
			b.wide = map[uint32]wideRow{}
		}
		b.wide[uint32(i)] = wideRow{r.cases, r.event}
		b.cases[i], b.event[i] = wideCases, wideEvent
	}
	if r.effective != r.booked {
		b.late, b.lateOn = append(b.late, uint32(i)), append(b.lateOn, r.effective)
	}
}

// row returns row i as it was put.
func (b *block) row(i int) row {
	r := row{
		dong: b.dong[i], recorded: b.recordedAt(i), booked: b.booked(i),
		cases: int32(b.cases[i]), event: int32(b.event[i]), combo: b.combo[i], doc: b.doc[i], prev: b.prev[i],
	}
	if r.cases == wideCases {
		w := b.wide[uint32(i)]
		r.cases, r.event = w.cases, w.event
	}
	r.effective = r.booked
	if k, ok := slices.BinarySearch(b.late, uint32(i)); ok {
		r.effective = b.lateOn[k]
	}
	return r
}

func (b *block) rows() int { return len(b.combo) }

func (b *block) booked(i int) thads.Date {
	return b.days[sort.Search(len(b.days), func(k int) bool { return b.starts[k+1] > uint32(i) })]
}

func (b *block) recordedAt(i int) int64 {
	if b.recorded != nil {
		return b.first + int64(b.recorded[i])
	}
	return b.longRecorded[i]
}

func (b *block) casesAt(i int) int64 {
	if n := b.cases[i]; n != wideCases {
		return int64(n)
	}
	return int64(b.wide[uint32(i)].cases)
}

// span returns the rows booked from lo to hi.
func (b *block) span(lo, hi thads.Date) (from, to int) { return b.before(lo), b.before(hi + 1) }

// before counts the rows booked before a day.
func (b *block) before(day thads.Date) int {
	n := len(b.days)
	switch { // most blocks lie wholly on one side
	case n == 0 || day <= b.days[0]:
		return 0
	case day > b.days[n-1]:
		return b.rows()
	}
	k, _ := slices.BinarySearch(b.days, day)
	return int(b.starts[k])
}

// add sums rows from i to before j, recorded by then, by combination.
func (b *block) add(sums []Amount, i, j int, known, sign int64) {
	if i >= j || b.first > known {
		return
	}
	if b.last > known || b.wide != nil {
		for k := i; k < j; k++ {
			if b.recordedAt(k) <= known {
				a := &sums[b.combo[k]]
				a.Cases += sign * b.casesAt(k)
				a.Dong += sign * b.dong[k]
			}
		}
		return
	}
	combo, cases, dong := b.combo[i:j], b.cases[i:j], b.dong[i:j]
	for k, c := range combo {
		a := &sums[c]
		a.Cases += sign * int64(cases[k])
		a.Dong += sign * dong[k]
	}
}

// bytes is about what the block takes.
func (b *block) bytes() int64 {
	const rowBytes = 3*4 + 1 + 8 + 2
	const wideBytes = 32 // in a map
	return int64(b.rows())*rowBytes + int64(len(b.days)+len(b.runs))*8 + int64(len(b.recorded))*4 + int64(len(b.longRecorded))*8 +
		int64(len(b.late))*8 + int64(len(b.wide))*wideBytes
}

// instant turns milliseconds since 1970 into an instant.
func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// A segment is a run of blocks and the sums of all rows up to its end by
// combination. Between the ends of segments nothing needs to be added row by row.
type segment struct {
	from, to    int // blocks
	first, last int64
	lo, hi      thads.Date // booked
	sums        []Amount
}

// A lateChunk is some thousand late rows in the order of arrival: those that are
// booked on another day than they count in life. What was effective by a day is
// what was booked by it, plus what is late and was effective by it, less what is
// late and was booked by it.
type lateChunk [lateChunkRows]lateRow

const lateChunkRows = 4096

type lateRow struct {
	booked, effective thads.Date
	recorded, dong    int64
	cases             int32
	combo, doc        uint32
}

// A lateSpan bounds the days, of either kind, of a full chunk.
type lateSpan struct{ lo, hi thads.Date }

func (c *lateChunk) span() lateSpan {
	s := lateSpan{math.MaxInt32, math.MinInt32}
	for i := range c {
		r := &c[i]
		s.lo, s.hi = min(s.lo, r.booked, r.effective), max(s.hi, r.booked, r.effective)
	}
	return s
}

// moves tells what the row adds to the days from lo to hi beyond what it adds as
// booked: 1, 0 or -1.
func (r *lateRow) moves(lo, hi thads.Date) int64 {
	n := int64(0)
	if r.effective >= lo && r.effective <= hi {
		n++
	}
	if r.booked >= lo && r.booked <= hi {
		n--
	}
	return n
}
