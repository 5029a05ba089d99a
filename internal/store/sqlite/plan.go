package sqlite

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

const (
	// A drive set of this many rows or fewer is always read and sorted.
	minDrive = 500
	// maxDrive bounds how many entries of a set are counted for the choice.
	maxDrive = 20000
	// sampleRows is how many entries of the rarest set are looked at for the
	// other sets, to notice two common words that hardly ever meet.
	sampleRows = 1000
	// inlineValues is up to how many operands a list is written out; longer
	// ones travel as one JSON array.
	inlineValues = 32
)

// A fragment is a piece of SQL with its parameters.
type fragment struct {
	sql  string
	args []any
}

// A setCond is a condition that a set table answers: the document has one of
// these terms, or one within a range.
type setCond struct {
	field   int
	terms   []any // any of them; nil for a range
	low     string
	high    string
	bounded bool // by high
}

// match returns the condition on a row of the set table named alias.
func (sc setCond) match(alias string) fragment {
	f := fragment{alias + ".field = ?", []any{sc.field}}
	switch {
	case len(sc.terms) == 1:
		f.add(" AND "+alias+".term = ?", sc.terms[0])
	case sc.terms != nil:
		f.add(" AND "+alias+".term IN ", nil...)
		f.addList(sc.terms)
	default:
		f.add(" AND "+alias+".term >= ?", sc.low)
		if sc.bounded {
			f.add(" AND "+alias+".term < ?", sc.high)
		}
	}
	return f
}

func (f *fragment) add(sql string, args ...any) {
	f.sql += sql
	f.args = append(f.args, args...)
}

func (f *fragment) append(g fragment) { f.add(g.sql, g.args...) }

// addList adds a parenthesised list of values for IN. The number of marks is
// rounded up to a power of two by repeating the last value, so that lists of
// different lengths share their prepared statement.
func (f *fragment) addList(values []any) {
	if len(values) > inlineValues {
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = operand(v)
		}
		// Operands are valid text and whole numbers, which always encode.
		b, err := json.Marshal(list)
		if err != nil {
			panic(fmt.Sprintf("sqlite: cannot encode operands: %v", err))
		}
		f.add("(SELECT value FROM json_each(?))", string(b))
		return
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	f.sql += "(?" + strings.Repeat(", ?", n-1) + ")"
	f.args = append(f.args, values...)
	for range n - len(values) {
		f.args = append(f.args, values[len(values)-1])
	}
}

// A filter is what a scope and conditions demand, taken apart by who can
// answer it.
type filter struct {
	nothing bool       // no document can satisfy it
	sets    []setCond  // all must hold; any of them can lead to the documents
	columns []fragment // conditions on the row m of the main table
	// selective tells that an equality on a column may have an index.
	selective bool
	// reads tells that no declared index holds the columns and the sort, so
	// that every row probed has to be read.
	reads bool
}

// filter translates a checked scope and conditions.
func (k *collection) filter(scope thads.OpenScope, where []store.Cond) filter {
	var f filter
	k.scope(&f, scope)
	for _, w := range where {
		decl, _ := k.decl.Field(w.Field)
		if decl.Type == store.Strings {
			k.setFilter(&f, w)
		} else {
			k.columnFilter(&f, w)
		}
	}
	return f
}

// reads tells whether rows met along the sort have to be read for the
// conditions on columns, because no declared index holds these and the sort.
func (k *collection) reads(where []store.Cond, sort string) bool {
	single := func(w store.Cond) bool {
		f, _ := k.decl.Field(w.Field)
		return f.Type != store.Strings
	}
	if !slices.ContainsFunc(where, single) {
		return false
	}
	return !slices.ContainsFunc(k.decl.Indexes, func(ix store.Index) bool {
		return (sort == "" || slices.Contains(ix, sort)) && !slices.ContainsFunc(where, func(w store.Cond) bool {
			return single(w) && !slices.Contains(ix, w.Field)
		})
	})
}

// scope adds what the scope demands.
func (k *collection) scope(f *filter, scope thads.OpenScope) {
	if scope.IsEverything() {
		return
	}
	if scope.IsZero() {
		f.nothing = true
		return
	}
	if k.decl.ScopeField == "" {
		return // reference data
	}
	var any []setCond
	if units := scope.Units(); len(units) > 0 {
		sc := setCond{field: k.number[k.decl.ScopeField]}
		for _, u := range units {
			sc.terms = append(sc.terms, string(u))
		}
		any = append(any, sc)
	}
	if o := scope.Officer(); o != "" && k.decl.OfficerField != "" {
		any = append(any, setCond{field: k.number[k.decl.OfficerField], terms: []interface{}{string(o)}})
	}
	switch len(any) {
	case 0:
		f.nothing = true
	case 1:
		f.sets = append(f.sets, any[0])
	default:
		var or fragment
		or.sql = "("
		for i, sc := range any {
			if i > 0 {
				or.sql += " OR "
			}
			or.append(k.probe(sc, "m.rid", true))
		}
		or.sql += ")"
		f.columns = append(f.columns, or)
	}
}

func (k *collection) setFilter(f *filter, w store.Cond) {
	n := k.number[w.Field]
	present := fragment{"(m.present & ?) <> 0", []any{int64(1) << n}}
	switch w.Op {
	case store.OpEq:
		f.sets = append(f.sets, setCond{field: n, terms: w.Values})
	case store.OpIn:
		if len(w.Values) == 0 {
			f.nothing = true
			return
		}
		f.sets = append(f.sets, setCond{field: n, terms: w.Values})
	case store.OpAll:
		for _, v := range w.Values {
			f.sets = append(f.sets, setCond{field: n, terms: []any{v}})
		}
	case store.OpPrefix:
		p := w.Values[0].(string)
		if p == "" {
			f.columns = append(f.columns, present)
			return
		}
		high, bounded := store.PrefixEnd(p)
		f.sets = append(f.sets, setCond{field: n, low: p, high: high, bounded: bounded})
	case store.OpNull:
		f.columns = append(f.columns, fragment{"(m.present & ?) = 0", []any{int64(1) << n}})
	case store.OpNot:
		f.columns = append(f.columns, present)
		if len(w.Values) > 0 {
			f.columns = append(f.columns, k.probe(setCond{field: n, terms: w.Values}, "m.rid", false))
		}
	case store.OpRange: // refused by Query.Check
	}
}

func (k *collection) columnFilter(f *filter, w store.Cond) {
	col := "m." + column(w.Field)
	var c fragment
	switch w.Op {
	case store.OpEq:
		f.selective = true
		c.add(col+" = ?", w.Values[0])
	case store.OpIn:
		if len(w.Values) == 0 {
			f.nothing = true
			return
		}
		f.selective = true
		c.add(col + " IN ")
		c.addList(w.Values)
	case store.OpNot:
		if len(w.Values) == 0 {
			c.add(col + " IS NOT NULL")
			break
		}
		c.add(col + " NOT IN ")
		c.addList(w.Values)
	case store.OpNull:
		c.add(col + " IS NULL")
	case store.OpPrefix:
		p := w.Values[0].(string)
		c.add(col+" >= ?", p)
		if high, bounded := store.PrefixEnd(p); bounded {
			c.add(" AND "+col+" < ?", high)
		}
	case store.OpRange:
		if w.Low == nil && w.High == nil {
			c.add(col + " IS NOT NULL")
			break
		}
		if w.Low != nil {
			c.add(col+" >= ?", w.Low)
		}
		if w.High != nil {
			if c.sql != "" {
				c.sql += " AND "
			}
			c.add(col+" <= ?", w.High)
		}
	case store.OpAll: // refused by Query.Check
	}
	f.columns = append(f.columns, c)
}

// operand is a value as it stands in a JSON array.
func operand(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case interface{ UnixMilli() int64 }:
		return v.UnixMilli()
	}
	return v
}

// probe asks for one row of the main table whether the condition holds. It is
// a scalar subquery because SQLite turns EXISTS into a join and may then
// choose to begin with it.
func (k *collection) probe(sc setCond, rid string, holds bool) fragment {
	match := sc.match("p")
	f := fragment{"(SELECT 1 FROM " + k.set + " AS p WHERE " + match.sql + " AND p.rid = " + rid + " LIMIT 1) IS ", match.args}
	if holds {
		f.sql += "NOT "
	}
	f.sql += "NULL"
	return f
}

// A plan is the FROM and WHERE of a query over the main table as m.
type plan struct {
	from  fragment
	where []fragment
	// alone tells that the drive set answers the whole filter, so that a count
	// need not read the main table.
	alone bool
	drive *setCond
}

// sql returns FROM and WHERE, with further conditions.
func (p *plan) sql(more ...fragment) fragment {
	f := fragment{" FROM " + p.from.sql, append([]any(nil), p.from.args...)}
	word := " WHERE "
	for _, list := range [][]fragment{p.where, more} {
		for _, w := range list {
			f.sql += word
			f.append(w)
			word = " AND "
		}
	}
	return f
}

// probing walks the main table, in the order of an index where one fits, and
// asks the set tables about every row it meets.
func (k *collection) probing(f filter) *plan {
	p := &plan{from: fragment{sql: k.main + " AS m"}}
	p.where = append(p.where, f.columns...)
	for _, sc := range f.sets {
		p.where = append(p.where, k.probe(sc, "m.rid", true))
	}
	return p
}

// driving begins with the documents of one set condition.
func (k *collection) driving(f filter, by int) *plan {
	drive := f.sets[by]
	match := drive.match("d")
	distinct := ""
	if len(drive.terms) != 1 {
		distinct = "DISTINCT " // a document may have several of the terms
	}
	p := &plan{
		// CROSS JOIN keeps SQLite from turning the order around.
		from: fragment{
			"(SELECT " + distinct + "d.rid AS rid FROM " + k.set + " AS d WHERE " + match.sql + ") AS d CROSS JOIN " + k.main + " AS m ON m.rid = d.rid",
			match.args,
		},
		alone: len(f.sets) == 1 && len(f.columns) == 0,
		drive: &drive,
	}
	for i, sc := range f.sets {
		if i != by {
			// Asked of the set's row, before the main table is read.
			p.where = append(p.where, k.probe(sc, "d.rid", true))
		}
	}
	p.where = append(p.where, f.columns...)
	return p
}

// choose plans a query that needs want documents of the filter; 0 is all.
//
// A rare term is best driven from: its few documents are read and sorted. A
// common one is best probed along the sort, where a page is full after a few
// rows. With n documents of the rarest term among total, driving reads n rows
// and probing about want*total/n, which are equal at sqrt(want*total). A driven
// row costs some three times as much as one probed within an index, and as much
// as one that has to be read for another condition.
func (c *conn) choose(k *collection, f filter, want int) (*plan, error) {
	if len(f.sets) == 0 {
		return k.probing(f), nil
	}
	total, err := k.size(c)
	if err != nil {
		return nil, err
	}
	bound := int64(maxDrive)
	if want > 0 {
		rows := float64(want) * float64(total)
		if !f.reads {
			rows /= 3
		}
		bound = int64(math.Sqrt(rows))
		bound = min(max(bound, minDrive), maxDrive)
	}
	best, fewest := -1, bound+1
	for i, sc := range f.sets {
		// No more is counted than would still be fewer.
		n, err := k.frequency(c, sc, fewest)
		if err != nil {
			return nil, err
		}
		if best < 0 || n < fewest {
			best, fewest = i, n
		}
		if fewest == 0 {
			break
		}
	}
	switch {
	case fewest <= bound:
		return k.driving(f, best), nil
	case want == 0:
		// Every match is needed. Without a column to begin with, a set is
		// still shorter than the whole table.
		if f.selective {
			return k.probing(f), nil
		}
		return k.driving(f, best), nil
	case len(f.sets) == 1:
		return k.probing(f), nil
	}
	met, err := k.sample(c, f, best)
	if err != nil {
		return nil, err
	}
	if met < int64(want)/2 {
		return k.driving(f, best), nil
	}
	return k.probing(f), nil
}

// size estimates the number of documents.
func (k *collection) size(c *conn) (int64, error) {
	return k.known.ask([]byte{askSize}, 1, func() (int64, error) {
		return scalar(c, "SELECT coalesce(max(rid), 0) FROM "+k.main)
	})
}

// frequency estimates the number of entries of a condition, up to a bound.
func (k *collection) frequency(c *conn, sc setCond, bound int64) (int64, error) {
	n, err := k.known.ask(sc.key([]byte{askFrequency}), bound, func() (int64, error) {
		match := sc.match("d")
		return scalar(c, "SELECT count(*) FROM (SELECT 1 FROM "+k.set+" AS d WHERE "+match.sql+" LIMIT ?)",
			append(match.args, bound)...)
	})
	return min(n, bound), err
}

// sample estimates how many of the first entries of one condition satisfy the
// other set conditions too.
func (k *collection) sample(c *conn, f filter, by int) (int64, error) {
	key := f.sets[by].key([]byte{askSample})
	for _, sc := range f.sets {
		key = sc.key(key)
	}
	return k.known.ask(key, 1, func() (int64, error) {
		match := f.sets[by].match("d")
		q := fragment{
			"SELECT count(*) FROM (SELECT d.rid AS rid FROM " + k.set + " AS d WHERE " + match.sql + " LIMIT ?) AS d",
			append(match.args, sampleRows),
		}
		word := " WHERE "
		for i, sc := range f.sets {
			if i != by {
				q.sql += word
				q.append(k.probe(sc, "d.rid", true))
				word = " AND "
			}
		}
		return scalar(c, q.sql, q.args...)
	})
}

// key appends what tells the condition apart from others.
func (sc setCond) key(to []byte) []byte {
	to = append(to, byte(sc.field), byte(len(sc.terms)))
	for _, t := range sc.terms {
		to = append(append(to, t.(string)...), 0) // no text contains a NUL
	}
	if sc.terms == nil {
		to = append(append(append(append(to, sc.low...), 0), sc.high...), 0)
	}
	return to
}

const (
	// What was counted for a choice is believed for knownFor, or until this
	// process wrote knownWrites documents of the collection. A choice made on
	// old numbers costs time and never changes an answer.
	knownFor    = time.Minute
	knownWrites = 500
	// knownCounts bounds how many numbers are kept, and knownKey the bytes of
	// the question they answer.
	knownCounts = 4096
	knownKey    = 512
)

// The kinds of questions whose answers are kept.
const (
	askSize byte = iota
	askFrequency
	askSample
)

// known keeps what was counted for earlier choices: people page through one
// list, and all lists of a scope ask for the same units.
type known struct {
	written atomic.Int64 // documents since the store opened

	mu     sync.Mutex
	counts map[string]count
}

// A count is a number that was counted up to a bound.
type count struct {
	n, bound int64
	at       time.Time
	written  int64
}

// ask returns the number kept under key if it reaches to the bound or is below
// the bound it was counted to, and counts it otherwise.
func (w *known) ask(key []byte, bound int64, read func() (int64, error)) (int64, error) {
	now, written := time.Now(), w.written.Load()
	w.mu.Lock()
	c, ok := w.counts[string(key)]
	w.mu.Unlock()
	if ok && (c.bound >= bound || c.n < c.bound) && now.Sub(c.at) < knownFor && written-c.written < knownWrites {
		return c.n, nil
	}
	n, err := read()
	if err != nil || len(key) > knownKey {
		return n, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.counts == nil || len(w.counts) >= knownCounts {
		w.counts = map[string]count{}
	}
	w.counts[string(key)] = count{n, bound, now, written}
	return n, nil
}
