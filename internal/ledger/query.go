package ledger

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/thads/thads/internal/thads"
)

// A sieve is a filter judged beforehand: for each dimension that it limits, 1 for
// each value that it keeps.
type sieve [dims][]byte

// sieveOf judges a filter. Records are not its business.
func (n *names) sieveOf(f *Filter) *sieve {
	var s sieve
	s[dimUnit] = wanted(n.texts[dimUnit], f.Units)
	s[dimOfficer] = wanted(n.texts[dimOfficer], f.Officers)
	s[dimInitiation] = wanted(n.texts[dimInitiation], f.Initiations)
	s[dimKind] = wanted(n.texts[dimKind], f.Kinds)
	s[dimSubject] = wanted(n.texts[dimSubject], f.Subjects)
	if f.Accounts != nil {
		s[dimAccount] = judged(n.accounts, func(a thads.Account) bool { return slices.Contains(f.Accounts, a.Class) })
	}
	if f.Tags != nil {
		s[dimTags] = judged(n.tagSets, func(set []thads.Tag) bool {
			return slices.ContainsFunc(set, func(t thads.Tag) bool { return slices.Contains(f.Tags, t) })
		})
	}
	return &s
}

// wanted tells which values are in the list; nil where all are wanted.
func wanted[T ~string](values []string, list []T) []byte {
	if list == nil {
		return nil
	}
	set := make(map[string]bool, len(list))
	for _, v := range list {
		set[string(v)] = true
	}
	return judged(values, func(v string) bool { return set[v] })
}

func judged[T any](values []T, keep func(T) bool) []byte {
	out := make([]byte, len(values))
	for i, v := range values {
		if keep(v) {
			out[i] = 1
		}
	}
	return out
}

// keeps tells whether the sieve lets a combination through.
func (s *sieve) keeps(n *names, combo uint32) bool {
	for d, keep := range s {
		if keep != nil && keep[n.combos[d][combo]] == 0 {
			return false
		}
	}
	return true
}

// free tells that the sieve keeps all.
func (s *sieve) free() bool {
	return !slices.ContainsFunc(s[:], func(keep []byte) bool { return keep != nil })
}

// A term is a part of a figure for one account.
type term struct {
	figure int
	span   Span
	sign   int64
	where  *sieve // nil for none
}

// counts tells whether the term sums rows before Moment.From, or from then on.
func (t *term) counts(before bool) bool {
	return t.span == UpTo || before == (t.span == Before)
}

// A plan is a query judged beforehand for the combinations of a view.
type plan struct {
	*state
	q     *Query
	known int64
	terms [][]term // by account
	// wants has the combinations that count in some figure, places those of these.
	wants, places bitset
	// fine tells that more than unit and account decides what counts.
	fine bool
	// before, within and upTo tell which spans are asked for.
	before, within, upTo bool
}

type bitset []uint64

func (b bitset) has(i uint32) bool { return b[i>>6]>>(i&63)&1 != 0 }
func (b bitset) set(i uint32)      { b[i>>6] |= 1 << (i & 63) }

// plan judges a query, which is the caller's own copy.
func (s *state) plan(q *Query) *plan {
	q.Moment.To = min(q.Moment.To, lastDay)
	p := &plan{state: s, q: q, known: q.Moment.known(), terms: make([][]term, len(s.accounts))}
	for f, figure := range q.Figures {
		for i := range figure {
			p.addPart(f, &figure[i])
		}
	}
	keep := s.sieveOf(&q.Filter)
	accounts := make([]byte, len(s.accounts))
	for a := range accounts {
		if len(p.terms[a]) > 0 && (keep[dimAccount] == nil || keep[dimAccount][a] != 0) {
			accounts[a] = 1
		}
	}
	keep[dimAccount] = accounts
	p.judge(keep)
	return p
}

// addPart spreads a part over the accounts that it sums.
func (p *plan) addPart(figure int, part *Part) {
	t := term{figure: figure, span: part.Span, sign: part.Sign}
	if where := p.sieveOf(&part.Where); !where.free() {
		t.where, p.fine = where, true
	}
	for a := range p.accounts {
		if !part.Accounts.has(p.accounts[a]) {
			continue
		}
		p.terms[a] = append(p.terms[a], t)
		switch part.Span {
		case Before:
			p.before = true
		case Within:
			p.within = true
		case UpTo:
			p.upTo = true
		}
	}
}

// has tells whether an account is selected.
func (a *Accounts) has(acc thads.Account) bool {
	return slices.Contains(a.Classes, acc.Class) && (a.Only == nil || slices.Contains(a.Only, acc.Detail)) && !slices.Contains(a.Except, acc.Detail)
}

// all yields what is in the set.
func (b bitset) all(yield func(uint32) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !yield(uint32(i<<6 + bits.TrailingZeros64(w))) {
				return
			}
		}
	}
}

// judge finds the combinations that count.
func (p *plan) judge(keep *sieve) {
	n := p.size()
	p.wants, p.places = make(bitset, (n+63)/64), make(bitset, (n+63)/64)
	var columns [][]uint32
	var tables [][]byte
	for d, table := range keep {
		if table != nil {
			columns, tables = append(columns, p.combos[d][:n]), append(tables, table)
			p.fine = p.fine || d != dimUnit && d != dimAccount
		}
	}
	if !p.q.Scope.IsEverything() {
		p.limit(&columns, &tables)
	}
	for from := 0; from < n; from += 64 {
		to := min(from+64, n)
		word := ^uint64(0) >> (64 - (to - from))
		for i, column := range columns {
			table, kept := tables[i], uint64(0)
			for k, v := range column[from:to] {
				kept |= uint64(table[v]) << k
			}
			word &= kept
		}
		p.wants[from>>6] = word
	}
	for c := range p.wants.all {
		p.places.set(p.names.places[c])
	}
}

// limit keeps what the scope reaches: of its units or of its officer.
func (p *plan) limit(columns *[][]uint32, tables *[][]byte) {
	n := p.size()
	units, officer := p.q.Scope.Units(), string(p.q.Scope.Officer())
	ofUnit := judged(p.texts[dimUnit], func(u string) bool { return slices.Contains(units, thads.UnitID(u)) })
	if officer == "" {
		*columns, *tables = append(*columns, p.combos[dimUnit][:n]), append(*tables, ofUnit)
		return
	}
	p.fine = true
	reached := make([]uint32, n)
	for c, o := range p.combos[dimOfficer][:n] {
		if ofUnit[p.combos[dimUnit][c]] != 0 || p.texts[dimOfficer][o] == officer {
			reached[c] = 1
		}
	}
	*columns, *tables = append(*columns, reached), append(*tables, []byte{0, 1})
}

// amountPool lends zeroed lists of amounts.
var amountPool = sync.Pool{New: func() any { return new([]Amount) }}

// borrow returns n zero amounts; giveBack takes them back when they are zero again.
func borrow(n int) *[]Amount {
	p := amountPool.Get().(*[]Amount)
	if cap(*p) < n {
		*p = make([]Amount, n+n/8)
	}
	*p = (*p)[:n]
	return p
}

func giveBack(p *[]Amount) { amountPool.Put(p) }

// Sum answers the figures, group by group, in the order of their keys. Groups in
// which every figure is zero are left out. Without GroupBy there is one group,
// also where it is zero.
func (v *View) Sum(q Query) []Group {
	p := v.plan(&q)
	g := p.grouping()
	if g.timed || q.Late || q.Filter.Documents != nil {
		p.sumRows(g, v.documents(q.Filter.Documents))
	} else {
		p.sumWhole(g)
	}
	return g.groups()
}

// sumWhole adds by combination what stood on two days, and then what it comes to
// by group.
func (p *plan) sumWhole(g *grouping) {
	m := &p.q.Moment
	var before, upTo []Amount
	if to := min(m.To, m.From-1); p.before || p.within {
		sums := borrow(p.size())
		defer giveBack(sums)
		defer clear(*sums)
		before = *sums
		if m.From != allDays {
			p.sumUpTo(before, m, to)
		}
	}
	if p.upTo || p.within {
		sums := borrow(p.size())
		defer giveBack(sums)
		defer clear(*sums)
		upTo = *sums
		p.sumUpTo(upTo, m, m.To)
	}
	accounts := p.combos[dimAccount]
	for c := range p.wants.all {
		var b, u Amount
		if before != nil {
			b = before[c]
		}
		if upTo != nil {
			u = upTo[c]
		}
		if b.IsZero() && u.IsZero() {
			continue
		}
		w := Amount{u.Cases - b.Cases, u.Dong - b.Dong}
		first := true
		for i := range p.terms[accounts[c]] {
			t := &p.terms[accounts[c]][i]
			if t.where != nil && !t.where.keeps(&p.names, c) {
				continue
			}
			if first {
				g.enter(c)
				first = false
			}
			switch t.span {
			case Before:
				g.add(t, b)
			case Within:
				g.add(t, w)
			case UpTo:
				g.add(t, u)
			}
		}
	}
}

// A slice is days of one month on one side of Moment.From.
type slice struct {
	lo, hi thads.Date
	before bool
}

func (s *slice) has(day thads.Date) bool { return day >= s.lo && day <= s.hi }

// slices cuts the days of the query where a month begins or the span of flows
// does, leaving out what no figure asks for.
func (p *plan) slices(timed bool) []slice {
	m := &p.q.Moment
	var days []slice
	if timed {
		for _, month := range p.months(m.Basis) {
			days = append(days, slice{lo: month * 100, hi: month*100 + 99})
		}
	} else {
		days = []slice{{lo: allDays, hi: lastDay}}
	}
	var out []slice
	for _, d := range days {
		d.hi = min(d.hi, m.To)
		if b := (slice{d.lo, min(d.hi, m.From-1), true}); m.From != allDays && b.lo <= b.hi && (p.before || p.upTo) {
			out = append(out, b)
		}
		if w := (slice{max(d.lo, m.From), d.hi, false}); w.lo <= w.hi && (p.within || p.upTo) {
			out = append(out, w)
		}
	}
	return out
}

// sumRows adds row by row, slice of days by slice of days.
func (p *plan) sumRows(g *grouping, only *slotSet) {
	sums := borrow(p.size())
	defer giveBack(sums)
	acc := *sums
	var touched []uint32
	add := func(combo uint32, cases, dong int64) {
		a := &acc[combo]
		if a.IsZero() {
			touched = append(touched, combo)
		}
		a.Cases += cases
		a.Dong += dong
	}
	accounts := p.combos[dimAccount]
	for _, s := range p.slices(g.timed) {
		touched = touched[:0]
		p.rows(s.lo, s.hi, only, add)
		if g.timed {
			g.at(s.lo)
		}
		for _, c := range touched {
			a := acc[c]
			acc[c] = Amount{} // a combination may have been touched twice
			if a.IsZero() {
				continue
			}
			first := true
			for i := range p.terms[accounts[c]] {
				t := &p.terms[accounts[c]][i]
				if !t.counts(s.before) || t.where != nil && !t.where.keeps(&p.names, c) {
					continue
				}
				if first {
					g.enter(c)
					first = false
				}
				g.add(t, a)
			}
		}
	}
}

// rows calls add for what counts between two days, on the query's base.
func (p *plan) rows(lo, hi thads.Date, only *slotSet, add func(combo uint32, cases, dong int64)) {
	effective := p.q.Moment.Basis == Effective
	if !p.q.Late {
		p.bookedRows(lo, hi, only, add)
		if !effective {
			return
		}
	}
	for r := range p.lateRowsIn(lo, hi, p.known) {
		if !p.wants.has(r.combo) || !only.has(r.doc) {
			continue
		}
		n := int64(0)
		switch {
		case !p.q.Late:
			n = r.moves(lo, hi)
		case effective && r.effective >= lo && r.effective <= hi, !effective && r.booked >= lo && r.booked <= hi:
			n = 1
		}
		if n != 0 {
			add(r.combo, n*int64(r.cases), n*r.dong)
		}
	}
}

// bookedRows calls add for what is booked between two days.
func (p *plan) bookedRows(lo, hi thads.Date, only *slotSet, add func(combo uint32, cases, dong int64)) {
	for s := range p.runs(lo, hi) {
		for i := s.from; i < s.to; i++ {
			if c := s.b.combo[i]; p.wants.has(c) && only.has(s.b.doc[i]) && (!s.check || s.b.recordedAt(i) <= p.known) {
				add(c, s.b.casesAt(i), s.b.dong[i])
			}
		}
	}
	for i := range p.open {
		r := &p.open[i]
		if r.booked >= lo && r.booked <= hi && r.recorded <= p.known && p.wants.has(r.combo) && only.has(r.doc) {
			add(r.combo, int64(r.cases), r.dong)
		}
	}
}

// A grouping gathers amounts by keys.
type grouping struct {
	figures int
	by      []keying
	timed   bool
	// ids are the keys of the groups entered, one list of them for each group
	// that a combination belongs to.
	ids     []uint32
	entered []int

	// plain tells that a combination is in one group, whose number is the sum of
	// the steps of its values.
	plain bool
	steps [][]uint32

	strides []uint64
	dense   []int32          // group + 1 by key number, where those are few
	sparse  map[uint64]int32 // by key number
	long    map[string]int32 // by keys, where even their numbers are too large
	buffer  []byte

	keys   []uint32 // of all groups
	values []Amount
	single bool
}

// A keying is how one dimension makes keys.
type keying struct {
	names []string
	// column holds each combination's value, of holds each value's key.
	column []uint32
	of     []uint32
	// many holds each value's keys where it may have several.
	many [][]uint32
	// year or month tells the key of a day; current is that of the days being added.
	month, year bool
	current     uint32
	numbers     map[string]uint32
}

// number numbers a key.
func (k *keying) number(name string) uint32 {
	id, ok := k.numbers[name]
	if !ok {
		id = uint32(len(k.names))
		k.numbers[name] = id
		k.names = append(k.names, name)
	}
	return id
}

// grouping prepares the query's groups.
func (p *plan) grouping() *grouping {
	g := &grouping{figures: len(p.q.Figures), single: len(p.q.GroupBy) == 0, values: []Amount{}}
	for _, d := range p.q.GroupBy {
		k := p.keying(d)
		g.timed = g.timed || k.month || k.year
		g.by = append(g.by, k)
	}
	if g.timed {
		// All keys are numbered before groups are.
		for _, s := range p.slices(true) {
			g.at(s.lo)
		}
	}
	product, small := uint64(1), true
	for i := range g.by {
		g.strides = append(g.strides, product)
		high, low := bits.Mul64(product, uint64(max(len(g.by[i].names), 1)))
		product, small = low, small && high == 0
	}
	const most = 1 << 20
	switch {
	case small && product <= most:
		g.dense = make([]int32, product)
		g.prepare()
	case small:
		g.sparse = map[uint64]int32{}
	default:
		g.long = map[string]int32{}
	}
	if g.single {
		g.entered = append(g.entered, g.group(nil))
	}
	return g
}

// prepare finds the steps of each dimension's values, if each has one key.
func (g *grouping) prepare() {
	for i := range g.by {
		if g.by[i].of == nil {
			return
		}
		steps := make([]uint32, len(g.by[i].of))
		for v, id := range g.by[i].of {
			steps[v] = id * uint32(g.strides[i])
		}
		g.steps = append(g.steps, steps)
	}
	g.plain = true
}

// keying prepares a dimension.
func (p *plan) keying(d Dimension) keying {
	k := keying{numbers: map[string]uint32{}}
	words := func(dim int) {
		k.column, k.of = p.combos[dim], make([]uint32, len(p.texts[dim]))
		for i, name := range p.texts[dim] {
			k.of[i] = k.number(name)
		}
	}
	accounts := func(name func(thads.Account) string) {
		k.column, k.of = p.combos[dimAccount], make([]uint32, len(p.accounts))
		for i, a := range p.accounts {
			k.of[i] = k.number(name(a))
		}
	}
	switch d {
	case ByUnit:
		k.column, k.of = p.combos[dimUnit], make([]uint32, len(p.texts[dimUnit]))
		for i, name := range p.texts[dimUnit] {
			if r, ok := p.q.Roll[thads.UnitID(name)]; ok {
				name = string(r)
			}
			k.of[i] = k.number(name)
		}
	case ByOfficer:
		words(dimOfficer)
	case ByAccount:
		accounts(func(a thads.Account) string { return string(a.Class) })
	case ByDetail:
		accounts(func(a thads.Account) string { return a.Detail })
	case ByInitiation:
		words(dimInitiation)
	case ByKind:
		words(dimKind)
	case BySubject:
		words(dimSubject)
	case ByTag:
		k.column, k.many = p.combos[dimTags], make([][]uint32, len(p.tagSets))
		for i, set := range p.tagSets {
			for _, t := range set {
				k.many[i] = append(k.many[i], k.number(string(t)))
			}
			if len(set) == 0 {
				k.many[i] = []uint32{k.number("")}
			}
		}
	case ByMonth:
		k.month = true
	case ByStatYear:
		k.year = true
	}
	return k
}

// at sets the days of which amounts are added.
func (g *grouping) at(day thads.Date) {
	for i := range g.by {
		switch k := &g.by[i]; {
		case k.month:
			k.current = k.number(fmt.Sprintf("%04d-%02d", day.Year(), day.Month()))
		case k.year:
			k.current = k.number(thads.StatYearOf(day).String())
		}
	}
}

// enter sets the groups to which a combination belongs.
func (g *grouping) enter(combo uint32) {
	if g.single {
		return
	}
	g.entered = g.entered[:0]
	if g.plain {
		key := uint32(0)
		for i := range g.by {
			key += g.steps[i][g.by[i].column[combo]]
		}
		if at := g.dense[key]; at != 0 {
			g.entered = append(g.entered, int(at-1))
			return
		}
	}
	g.ids = g.ids[:0]
	for range g.by {
		g.ids = append(g.ids, 0)
	}
	g.enterFrom(0, combo)
}

func (g *grouping) enterFrom(from int, combo uint32) {
	for i := from; i < len(g.by); i++ {
		k := &g.by[i]
		switch {
		case k.many != nil:
			for _, id := range k.many[k.column[combo]] {
				g.ids[i] = id
				g.enterFrom(i+1, combo)
			}
			return
		case k.month || k.year:
			g.ids[i] = k.current
		default:
			g.ids[i] = k.of[k.column[combo]]
		}
	}
	g.entered = append(g.entered, g.group(g.ids))
}

// group finds or makes the group of keys.
func (g *grouping) group(ids []uint32) int {
	if g.long != nil {
		g.buffer = g.buffer[:0]
		for _, id := range ids {
			g.buffer = append(g.buffer, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
		}
		at, ok := g.long[string(g.buffer)]
		if !ok {
			at = g.make(ids)
			g.long[string(g.buffer)] = at
		}
		return int(at)
	}
	key := uint64(0)
	for i, id := range ids {
		key += uint64(id) * g.strides[i]
	}
	if g.dense != nil {
		if g.dense[key] == 0 {
			g.dense[key] = g.make(ids) + 1
		}
		return int(g.dense[key] - 1)
	}
	at, ok := g.sparse[key]
	if !ok {
		at = g.make(ids)
		g.sparse[key] = at
	}
	return int(at)
}

func (g *grouping) make(ids []uint32) int32 {
	n := len(g.values) / max(g.figures, 1)
	if g.figures == 0 {
		n = 0
	}
	g.keys = append(g.keys, ids...)
	for range g.figures {
		g.values = append(g.values, Amount{})
	}
	return int32(n)
}

// add adds an amount to the groups entered.
func (g *grouping) add(t *term, a Amount) {
	for _, at := range g.entered {
		v := &g.values[at*g.figures+t.figure]
		v.Cases += t.sign * a.Cases
		v.Dong += t.sign * a.Dong
	}
}

// groups are those that are not zero, by their keys.
func (g *grouping) groups() []Group {
	if g.single {
		return []Group{{Keys: []string{}, Values: g.values}}
	}
	out := []Group{}
	for at := 0; at*g.figures < len(g.values); at++ {
		values := g.values[at*g.figures : (at+1)*g.figures : (at+1)*g.figures]
		if !slices.ContainsFunc(values, func(a Amount) bool { return !a.IsZero() }) {
			continue
		}
		keys := make([]string, len(g.by))
		for i, id := range g.keys[at*len(g.by) : (at+1)*len(g.by)] {
			keys[i] = g.by[i].names[id]
		}
		out = append(out, Group{keys, values})
	}
	slices.SortFunc(out, func(a, b Group) int { return slices.Compare(a.Keys, b.Keys) })
	return out
}
