package ledger

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/thads/thads/internal/thads"
)

// A DeadlineState is where a deadline stands on a day. The values are those of
// the GraphQL enumeration.
type DeadlineState string

// The states: over, within DueDays, within ComingDays, and later.
const (
	DeadlineOverdue DeadlineState = "OVERDUE"
	DeadlineDue     DeadlineState = "DUE"
	DeadlineComing  DeadlineState = "COMING"
	DeadlineLater   DeadlineState = "LATER"
)

// How many days ahead a deadline is due, and coming.
const (
	DueDays    = 7
	ComingDays = 30
)

// DeadlineStateOn tells where a deadline that runs on a day stands.
func DeadlineStateOn(due, day thads.Date) DeadlineState {
	return daysAhead{day, day.AddDays(DueDays), day.AddDays(ComingDays)}.state(due)
}

// daysAhead are a day, the last one that is due and the last one that is coming.
type daysAhead struct{ day, due, coming thads.Date }

func (a daysAhead) state(due thads.Date) DeadlineState {
	switch {
	case due < a.day:
		return DeadlineOverdue
	case due <= a.due:
		return DeadlineDue
	case due <= a.coming:
		return DeadlineComing
	}
	return DeadlineLater
}

// A DeadlineRecord is what the deadlines take of one record.
type DeadlineRecord struct {
	ID        string
	Version   int64 // of the stored document
	Book      thads.Book
	Deadlines []thads.Deadline
	// Units and Officers are all that are known to hold or have held the record,
	// beside those of its deadlines.
	Units    []thads.UnitID
	Officers []thads.OfficerID
}

// Deadlines holds the deadlines of all records in memory and tells which run on
// a day. Its methods are safe for concurrent use.
type Deadlines struct {
	mu sync.RWMutex
	// docs are the records in the order in which they came; ids are theirs.
	docs  []deadlineDoc
	ids   []string
	index idIndex
	gone  int
	// runs may be open on the settled day or later, over were not any more.
	runs, over deadlineRows
	settled    thads.Date

	holders   []deadlineHolder
	holderIDs map[deadlineHolder]uint32
	// everHeld are the sets of those that ever held a record.
	everHeld   []everHeld
	everHeldID map[string]uint32
	// scratch is what held works with.
	scratch struct {
		units    []thads.UnitID
		officers []thads.OfficerID
		key      []byte
	}
}

// A deadlineDoc is a record; one that was taken out keeps its place, in case it
// comes again.
type deadlineDoc struct {
	version int64
	ever    uint32
	// The record's deadlines are runN rows from runAt and overN from overAt.
	runAt, overAt uint32
	runN, overN   uint32
	book          uint8 // in bookOrder
	gone          bool
}

// bookOrder numbers the books.
var bookOrder = [...]thads.Book{thads.BookCases, thads.BookVerdicts, thads.BookDirected, thads.BookTasks}

type deadlineHolder struct {
	unit    thads.UnitID
	officer thads.OfficerID
}

type everHeld struct {
	units    []thads.UnitID
	officers []thads.OfficerID
}

// A deadlineRow is one deadline; a row of a record that is gone has no doc.
type deadlineRow struct {
	doc, holder uint32
	// since is when it was open first with its holder.
	from, since, due, ended thads.Date
	rule                    uint8
	certain, named          bool
}

const noDoc = ^uint32(0)

func (r *deadlineRow) openOn(day thads.Date) bool {
	return r.since <= day && (r.ended == 0 || r.ended > day) && r.doc != noDoc
}

// overBy tells whether the row is open on no day from this one on.
func (r *deadlineRow) overBy(day thads.Date) bool {
	return r.ended != 0 && r.ended <= day && r.doc != noDoc
}

// deadlineRows are rows, some of them of records that are gone.
type deadlineRows struct {
	rows []deadlineRow
	dead int
}

// drop forgets rows.
func (t *deadlineRows) drop(at, n uint32) {
	for i := at; i < at+n; i++ {
		t.rows[i].doc = noDoc
	}
	t.dead += int(n)
}

// NewDeadlines returns deadlines of no record.
func NewDeadlines() *Deadlines {
	return &Deadlines{index: idIndex{seed: maphash.MakeSeed()}, holderIDs: map[deadlineHolder]uint32{}, everHeldID: map[string]uint32{}}
}

// Apply takes a record. A version that is not newer than the one held changes
// nothing.
func (l *Deadlines) Apply(rec DeadlineRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	book := slices.Index(bookOrder[:], rec.Book)
	if book < 0 {
		return // nothing else has deadlines
	}
	n, known := l.index.find(rec.ID, l.ids)
	if !known {
		n = uint32(len(l.docs))
		l.docs, l.ids = append(l.docs, deadlineDoc{gone: true}), append(l.ids, rec.ID)
		l.index.put(rec.ID, n, l.ids)
		l.gone++
	}
	d := &l.docs[n]
	switch {
	case d.gone:
		l.gone--
	case d.version >= rec.Version:
		return
	default:
		l.clear(d)
	}
	d.version, d.book, d.ever, d.gone = rec.Version, uint8(book), l.held(&rec), false
	d.runAt, d.overAt = uint32(len(l.runs.rows)), uint32(len(l.over.rows))
	for i := range rec.Deadlines {
		row, ok := l.row(rec.Deadlines, i)
		if !ok {
			continue
		}
		if row.doc = n; row.overBy(l.settled) {
			l.over.rows = append(l.over.rows, row)
			d.overN++
		} else {
			l.runs.rows = append(l.runs.rows, row)
			d.runN++
		}
	}
	l.compact()
}

// Remove takes a record out unless a newer version of it is held; version 0 takes
// it out whatever it is.
func (l *Deadlines) Remove(id string, version int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, known := l.index.find(id, l.ids)
	if !known {
		return
	}
	d := &l.docs[n]
	if d.gone || version != 0 && d.version > version {
		return
	}
	l.clear(d)
	d.gone = true
	l.gone++
	l.compact()
}

func (l *Deadlines) clear(d *deadlineDoc) {
	l.runs.drop(d.runAt, d.runN)
	l.over.drop(d.overAt, d.overN)
	d.runN, d.overN = 0, 0
}

// row makes the row of a record's i-th deadline; false where no day follows from
// it, by rules that this program does not know.
func (l *Deadlines) row(ds []thads.Deadline, i int) (deadlineRow, bool) {
	d := &ds[i]
	rule := thads.DeadlineRuleIndex(d.Rule)
	due, certain := d.End()
	if rule < 0 || due.IsZero() {
		return deadlineRow{}, false
	}
	holder := deadlineHolder{d.Unit, d.Officer}
	h, ok := l.holderIDs[holder]
	if !ok {
		h = uint32(len(l.holders))
		l.holders = append(l.holders, holder)
		l.holderIDs[holder] = h
	}
	return deadlineRow{
		holder: h, from: d.From, since: thads.OpenSince(ds, i), due: due, ended: d.Ended,
		rule: uint8(rule), certain: certain, named: !d.Due.IsZero(),
	}, true
}

// held interns the set of those that ever held a record.
func (l *Deadlines) held(rec *DeadlineRecord) uint32 {
	units, officers := append(l.scratch.units[:0], rec.Units...), append(l.scratch.officers[:0], rec.Officers...)
	for i := range rec.Deadlines {
		d := &rec.Deadlines[i]
		if i > 0 && d.Unit == rec.Deadlines[i-1].Unit && d.Officer == rec.Deadlines[i-1].Officer {
			continue
		}
		units, officers = append(units, d.Unit), append(officers, d.Officer)
	}
	slices.Sort(units)
	slices.Sort(officers)
	units, officers = slices.Compact(units), slices.Compact(officers)
	key := l.scratch.key[:0]
	for _, u := range units {
		key = append(append(key, u...), 0)
	}
	key = append(key, 1)
	for _, o := range officers {
		key = append(append(key, o...), 0)
	}
	l.scratch.units, l.scratch.officers, l.scratch.key = units, officers, key
	if n, ok := l.everHeldID[string(key)]; ok {
		return n
	}
	n := uint32(len(l.everHeld))
	l.everHeld = append(l.everHeld, everHeld{
		slices.DeleteFunc(slices.Clone(units), func(u thads.UnitID) bool { return u == "" }),
		slices.DeleteFunc(slices.Clone(officers), func(o thads.OfficerID) bool { return o == "" }),
	})
	l.everHeldID[string(key)] = n
	return n
}

// compact forgets the rows of records that are gone once they are the most.
func (l *Deadlines) compact() {
	const few = 1024
	if dead := l.runs.dead + l.over.dead; dead > few && dead > (len(l.runs.rows)+len(l.over.rows))/2 {
		l.sort(l.settled)
	}
}

// Settle tells that questions are mostly asked as of this day or later: they need
// not look at what was over by then. Those as of earlier days are answered all
// the same.
func (l *Deadlines) Settle(today thads.Date) {
	l.mu.RLock()
	settled := l.settled >= today
	l.mu.RUnlock()
	if settled {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.settled < today {
		l.sort(today)
	}
}

// sort writes the rows anew, in the order of the records.
func (l *Deadlines) sort(day thads.Date) {
	ending := 0
	for i := range l.runs.rows {
		if l.runs.rows[i].overBy(day) {
			ending++
		}
	}
	runs := make([]deadlineRow, 0, len(l.runs.rows)-l.runs.dead-ending)
	over := make([]deadlineRow, 0, len(l.over.rows)-l.over.dead+ending)
	for n := range l.docs {
		d := &l.docs[n]
		running := l.runs.rows[d.runAt : d.runAt+d.runN]
		ended := l.over.rows[d.overAt : d.overAt+d.overN]
		d.runAt, d.overAt = uint32(len(runs)), uint32(len(over))
		over = append(over, ended...)
		for _, r := range running {
			if r.overBy(day) {
				over = append(over, r)
			} else {
				runs = append(runs, r)
			}
		}
		d.runN, d.overN = uint32(len(runs))-d.runAt, uint32(len(over))-d.overAt
	}
	l.runs, l.over, l.settled = deadlineRows{rows: runs}, deadlineRows{rows: over}, day
}

// A DeadlineQuery says which deadlines that run on a day. A nil list keeps all,
// an empty one nothing.
type DeadlineQuery struct {
	AsOf     thads.Date
	States   []DeadlineState
	Units    []thads.UnitID
	Officers []thads.OfficerID
	Rules    []thads.RuleCode
	Books    []thads.Book
	// DueFrom and DueTo bound the last day; zero is unbounded.
	DueFrom, DueTo thads.Date
}

// A selection is a query made ready.
type selection struct {
	q      *DeadlineQuery
	days   daysAhead
	holder []bool
	rule   []bool
	states map[DeadlineState]bool
}

func (l *Deadlines) selection(q *DeadlineQuery, holds func(*deadlineHolder) bool) *selection {
	s := &selection{
		q: q, days: daysAhead{q.AsOf, q.AsOf.AddDays(DueDays), q.AsOf.AddDays(ComingDays)},
		holder: make([]bool, len(l.holders)), rule: make([]bool, len(thads.DeadlineRules())),
	}
	units, officers := setOf(q.Units), setOf(q.Officers)
	for i := range l.holders {
		h := &l.holders[i]
		s.holder[i] = (units == nil || units[h.unit]) && (officers == nil || officers[h.officer]) && holds(h)
	}
	rules := thads.DeadlineRules()
	for i := range rules {
		s.rule[i] = (q.Rules == nil || slices.Contains(q.Rules, rules[i].Code)) && (q.Books == nil || slices.Contains(q.Books, rules[i].Book))
	}
	s.states = setOf(q.States)
	return s
}

func setOf[T comparable](vs []T) map[T]bool {
	if vs == nil {
		return nil
	}
	m := make(map[T]bool, len(vs))
	for _, v := range vs {
		m[v] = true
	}
	return m
}

// keeps tells whether the row is asked for.
func (s *selection) keeps(r *deadlineRow) bool {
	return r.openOn(s.q.AsOf) && s.holder[r.holder] && s.rule[r.rule] &&
		(s.q.DueFrom.IsZero() || r.due >= s.q.DueFrom) && (s.q.DueTo.IsZero() || r.due <= s.q.DueTo) &&
		(s.states == nil || s.states[s.days.state(r.due)])
}

// each calls yield with the rows that are kept.
func (l *Deadlines) each(s *selection, yield func(*deadlineRow)) {
	for i := range l.runs.rows {
		if r := &l.runs.rows[i]; s.keeps(r) {
			yield(r)
		}
	}
	if s.q.AsOf >= l.settled {
		return
	}
	for i := range l.over.rows {
		if r := &l.over.rows[i]; s.keeps(r) {
			yield(r)
		}
	}
}

// A DeadlineGrouping is what deadlines are counted by. The values are those of
// the GraphQL enumeration.
type DeadlineGrouping string

// What deadlines are counted by; the zero value is all in one.
const (
	DeadlinesByUnit    DeadlineGrouping = "UNIT"
	DeadlinesByOfficer DeadlineGrouping = "OFFICER"
	DeadlinesByRule    DeadlineGrouping = "RULE"
	DeadlinesByBook    DeadlineGrouping = "BOOK"
)

// A DeadlineCount is how many deadlines stand where.
type DeadlineCount struct {
	// Key is the unit, officer, rule or book; "" for all, and for what has no
	// officer.
	Key                         string
	Overdue, Due, Coming, Later int
}

func (c *DeadlineCount) add(state DeadlineState) {
	switch state {
	case DeadlineOverdue:
		c.Overdue++
	case DeadlineDue:
		c.Due++
	case DeadlineComing:
		c.Coming++
	case DeadlineLater:
		c.Later++
	}
}

// Counts counts the deadlines of a query that the scope counts, in the order of
// their keys. Without a grouping there is one count, without deadlines too.
func (l *Deadlines) Counts(q DeadlineQuery, scope thads.CountScope, by DeadlineGrouping) []DeadlineCount {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := l.selection(&q, func(h *deadlineHolder) bool { return reaches(scope, h) })
	rules := thads.DeadlineRules()
	// keys are the counts by holder or rule, which are few, added up by key below.
	keys := make([]DeadlineCount, max(1, len(l.holders), len(rules)))
	l.each(s, func(r *deadlineRow) {
		at := uint32(0)
		switch by {
		case DeadlinesByUnit, DeadlinesByOfficer:
			at = r.holder
		case DeadlinesByRule, DeadlinesByBook:
			at = uint32(r.rule)
		}
		keys[at].add(s.days.state(r.due))
	})
	if by == "" {
		return keys[:1]
	}
	sums := map[string]DeadlineCount{}
	for i, c := range keys {
		if c == (DeadlineCount{}) {
			continue
		}
		switch by {
		case DeadlinesByUnit:
			c.Key = string(l.holders[i].unit)
		case DeadlinesByOfficer:
			c.Key = string(l.holders[i].officer)
		case DeadlinesByRule:
			c.Key = string(rules[i].Code)
		case DeadlinesByBook:
			c.Key = string(rules[i].Book)
		}
		sum := sums[c.Key]
		sums[c.Key] = DeadlineCount{c.Key, sum.Overdue + c.Overdue, sum.Due + c.Due, sum.Coming + c.Coming, sum.Later + c.Later}
	}
	out := make([]DeadlineCount, 0, len(sums))
	for _, c := range sums {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b DeadlineCount) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

type reaching interface {
	Reaches(units []thads.UnitID, officers []thads.OfficerID) bool
	IsEverything() bool
}

// reaches tells whether a scope reaches what a unit and officer hold.
func reaches(scope reaching, h *deadlineHolder) bool {
	if scope.IsEverything() {
		return true
	}
	units, officers := []thads.UnitID{h.unit}, []thads.OfficerID{h.officer}
	if h.unit == "" {
		units = nil
	}
	if h.officer == "" {
		officers = nil
	}
	return scope.Reaches(units, officers)
}

// An OpenDeadline is a deadline that runs and the record that it runs in.
type OpenDeadline struct {
	ID   string
	Book thads.Book
	thads.Deadline
	DueOn thads.Date
	// Certain tells that the calendar is certain for it.
	Certain bool
}

// A DeadlinePlace marks a deadline in the order of Select: by the last day, then
// by rule, record and the days on which it began and ended.
type DeadlinePlace struct {
	Due   thads.Date     `json:"d"`
	Rule  thads.RuleCode `json:"r"`
	ID    string         `json:"i"`
	From  thads.Date     `json:"f"`
	Ended thads.Date     `json:"e,omitzero"`
}

// Place is where the deadline stands.
func (d *OpenDeadline) Place() DeadlinePlace {
	return DeadlinePlace{d.DueOn, d.Rule, d.ID, d.From, d.Ended}
}

func (p DeadlinePlace) compare(o DeadlinePlace) int {
	return cmp.Or(cmp.Compare(p.Due, o.Due), cmp.Compare(p.Rule, o.Rule), cmp.Compare(p.ID, o.ID), cmp.Compare(p.From, o.From), cmp.Compare(p.Ended, o.Ended))
}

// A DeadlineReader says which records may be opened.
type DeadlineReader struct {
	// Scopes are what may be opened of each book; a book without one is closed.
	Scopes map[thads.Book]thads.OpenScope
	// Known tells of records beside those that a scope opens to whoever holds
	// them; see Doubtful.
	Known map[string]bool
}

// An access judges the records of a reader.
type access struct {
	l      *Deadlines
	reader *DeadlineReader
	// holder has, by book, what the holder opens; -1 unknown.
	holder map[thads.Book][]int8
}

// sure tells whether the record of the row opens because of who holds it.
func (a *access) sure(r *deadlineRow) bool {
	book := a.l.bookOf(r)
	known := a.holder[book]
	if known == nil {
		known = slices.Repeat([]int8{-1}, len(a.l.holders))
		a.holder[book] = known
	}
	if known[r.holder] < 0 {
		known[r.holder] = 0
		if reaches(a.reader.Scopes[book], &a.l.holders[r.holder]) {
			known[r.holder] = 1
		}
	}
	return known[r.holder] == 1
}

func (l *Deadlines) access(reader *DeadlineReader) *access {
	return &access{l: l, reader: reader, holder: map[thads.Book][]int8{}}
}

// Doubtful returns the records with deadlines of the query of which only their
// documents tell whether they may be opened: those that somebody within the
// scope held before, and tasks, in which others than their holder take part.
func (l *Deadlines) Doubtful(q DeadlineQuery, reader DeadlineReader) map[thads.Book][]string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	a := l.access(&reader)
	out, seen := map[thads.Book][]string{}, map[uint32]bool{}
	l.each(l.selection(&q, everyHolder), func(r *deadlineRow) {
		book := l.bookOf(r)
		scope := reader.Scopes[book]
		if scope.IsZero() || seen[r.doc] || a.sure(r) {
			return
		}
		seen[r.doc] = true
		ever := &l.everHeld[l.docs[r.doc].ever]
		if book == thads.BookTasks || scope.Reaches(ever.units, ever.officers) {
			out[book] = append(out[book], l.ids[r.doc])
		}
	})
	return out
}

func everyHolder(*deadlineHolder) bool { return true }

// Select returns the first deadlines of a query, those of records that may be
// opened alone, after a place in their order, and how many there are in all.
func (l *Deadlines) Select(q DeadlineQuery, reader DeadlineReader, after *DeadlinePlace, limit int) (found []OpenDeadline, more bool, total int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	a := l.access(&reader)
	// best are the least ones seen so far, limit+1 of them and some more; what is
	// not before worst is none of them.
	var best []*deadlineRow
	var worst *deadlineRow
	trim := func() {
		slices.SortFunc(best, l.order)
		if len(best) > limit {
			best = best[:limit+1]
			worst = best[limit]
		}
	}
	l.each(l.selection(&q, everyHolder), func(r *deadlineRow) {
		if !a.sure(r) && !reader.Known[l.ids[r.doc]] {
			return
		}
		total++
		if after != nil && (r.due < after.Due || r.due == after.Due && l.placeOf(r).compare(*after) <= 0) || worst != nil && l.order(r, worst) >= 0 {
			return
		}
		if best = append(best, r); len(best) >= 4*(limit+1) {
			trim()
		}
	})
	trim()
	if more = len(best) > limit; more {
		best = best[:limit]
	}
	for _, r := range best {
		found = append(found, l.shown(r))
	}
	return found, more, total
}

// order is that of places.
func (l *Deadlines) order(x, y *deadlineRow) int {
	if x.due != y.due {
		return cmp.Compare(x.due, y.due)
	}
	return l.placeOf(x).compare(l.placeOf(y))
}

func (l *Deadlines) placeOf(r *deadlineRow) DeadlinePlace {
	return DeadlinePlace{r.due, thads.DeadlineRules()[r.rule].Code, l.ids[r.doc], r.from, r.ended}
}

func (l *Deadlines) bookOf(r *deadlineRow) thads.Book { return bookOrder[l.docs[r.doc].book] }

func (l *Deadlines) shown(r *deadlineRow) OpenDeadline {
	h := &l.holders[r.holder]
	o := OpenDeadline{
		ID: l.ids[r.doc], Book: l.bookOf(r), DueOn: r.due, Certain: r.certain,
		Deadline: thads.Deadline{Rule: thads.DeadlineRules()[r.rule].Code, From: r.from, Ended: r.ended, Unit: h.unit, Officer: h.officer},
	}
	if r.named {
		o.Due = r.due
	}
	return o
}

// Of returns the deadlines of a record that run on a day, the earliest first.
func (l *Deadlines) Of(id string, day thads.Date) []OpenDeadline {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n, known := l.index.find(id, l.ids)
	if !known {
		return nil
	}
	d := &l.docs[n]
	var out []OpenDeadline
	for _, rows := range [][]deadlineRow{l.runs.rows[d.runAt : d.runAt+d.runN], l.over.rows[d.overAt : d.overAt+d.overN]} {
		for i := range rows {
			if rows[i].openOn(day) {
				out = append(out, l.shown(&rows[i]))
			}
		}
	}
	slices.SortFunc(out, func(a, b OpenDeadline) int { return a.Place().compare(b.Place()) })
	return out
}

// Len returns how many records and deadlines are held.
func (l *Deadlines) Len() (records, deadlines int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.docs) - l.gone, len(l.runs.rows) - l.runs.dead + len(l.over.rows) - l.over.dead
}
