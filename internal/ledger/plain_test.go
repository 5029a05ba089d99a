package ledger

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/thads/thads/internal/thads"
)

// A plainLedger is the reference: the slow and obvious way.
type plainLedger struct {
	mu   sync.Mutex
	docs map[string]*Document
}

// newPlain returns an empty ledger.
func newPlain() *plainLedger { return &plainLedger{docs: map[string]*Document{}} }

// Apply takes a record over the version held and tells whether it did: what is
// not newer is left alone.
func (l *plainLedger) Apply(d Document) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.docs[d.ID]; old != nil && old.Version >= d.Version {
		return false
	}
	l.docs[d.ID] = &d
	return true
}

// Remove takes a record out whose document was deleted, unless a newer version
// than the one deleted is held; version 0 removes any.
func (l *plainLedger) Remove(id string, version int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.docs[id]
	if old == nil || version != 0 && old.Version > version {
		return false
	}
	delete(l.docs, id)
	return true
}

// Version returns the version held of a record, 0 for none.
func (l *plainLedger) Version(id string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.docs[id]; d != nil {
		return d.Version
	}
	return 0
}

// Held returns id and version of all records held.
func (l *plainLedger) Held() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]int64, len(l.docs))
	for id, d := range l.docs {
		out[id] = d.Version
	}
	return out
}

// Stats tell how large the ledger is.
func (l *plainLedger) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Stats{Documents: len(l.docs)}
	for _, d := range l.docs {
		s.Postings += len(d.Postings)
	}
	return s
}

// A plainView is the ledger as it stands at one moment: all that is asked of it is
// answered from the same postings. It takes no memory of its own to speak of.
type plainView struct{ docs []*Document }

// View returns the ledger as it stands now.
func (l *plainLedger) View() *plainView {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &plainView{docs: slices.Collect(maps.Values(l.docs))}
}

// Sum answers the figures, group by group, in the order of their keys. Groups in
// which every figure is zero are left out. Without GroupBy there is one group,
// also where it is zero.
func (v *plainView) Sum(q Query) []Group {
	groups := map[string]*Group{}
	if len(q.GroupBy) == 0 {
		groups[""] = &Group{Keys: []string{}, Values: make([]Amount, len(q.Figures))}
	}
	for e, f := range v.entries(q) {
		for _, keys := range keysOf(q, &e.Posting) {
			k := strings.Join(keys, "\x00")
			g := groups[k]
			if g == nil {
				g = &Group{Keys: keys, Values: make([]Amount, len(q.Figures))}
				groups[k] = g
			}
			g.Values[f].Cases += e.Sign * int64(e.Cases)
			g.Values[f].Dong += e.Sign * int64(e.Dong)
		}
	}
	out := make([]Group, 0, len(groups))
	for _, g := range groups {
		if len(q.GroupBy) == 0 || slices.ContainsFunc(g.Values, func(a Amount) bool { return !a.IsZero() }) {
			out = append(out, *g)
		}
	}
	slices.SortFunc(out, func(a, b Group) int { return slices.Compare(a.Keys, b.Keys) })
	return out
}

// Contributions opens the query's first figure to the records behind it, zeros
// left out: the largest in đồng first, then in cases, then in an order that tells
// nothing of the records.
func (v *plainView) Contributions(q Query) []Contribution {
	sums := map[string]*Contribution{}
	q.Figures = q.Figures[:1]
	for e := range v.entries(q) {
		c := sums[e.ID]
		if c == nil {
			c = &Contribution{ID: e.ID, Book: e.Book}
			sums[e.ID] = c
		}
		c.Cases += e.Sign * int64(e.Cases)
		c.Dong += e.Sign * int64(e.Dong)
	}
	out := make([]Contribution, 0, len(sums))
	for _, c := range sums {
		if !c.IsZero() {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b Contribution) int {
		return cmp.Or(cmp.Compare(abs(b.Dong), abs(a.Dong)), cmp.Compare(abs(b.Cases), abs(a.Cases)), compareHidden(a.ID, b.ID))
	})
	return out
}

// Entries yields the postings behind the query's first figure, record by record,
// each record's in the order of recording.
func (v *plainView) Entries(q Query) iter.Seq[Entry] {
	q.Figures = q.Figures[:1]
	return func(yield func(Entry) bool) {
		for e := range v.entries(q) {
			if !yield(e) {
				return
			}
		}
	}
}

// compareHidden orders ids by their hashes.
func compareHidden(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return slices.Compare(x[:], y[:])
}

func (v *plainView) entries(q Query) iter.Seq2[Entry, int] {
	return func(yield func(Entry, int) bool) {
		for _, d := range v.docs {
			if q.Filter.Documents != nil && !slices.Contains(q.Filter.Documents, d.ID) {
				continue
			}
			for i := range d.Postings {
				p := &d.Postings[i]
				on := p.BookedOn
				if q.Moment.Basis == Effective {
					on = p.EffectiveOn
				}
				if !q.Scope.Reaches([]thads.UnitID{p.Unit}, []thads.OfficerID{p.Officer}) || on > q.Moment.To ||
					!q.Moment.Known.IsZero() && p.RecordedAt.After(q.Moment.Known) || q.Late && p.BookedOn == p.EffectiveOn || !q.Filter.keeps(p) {
					continue
				}
				for f, fig := range q.Figures {
					for _, part := range fig {
						if part.Accounts.has(p.Account) && part.Where.keeps(p) && within(part.Span, on, q.Moment.From) {
							if !yield(Entry{ID: d.ID, Book: d.Book, Posting: *p, Sign: part.Sign}, f) {
								return
							}
						}
					}
				}
			}
		}
	}
}

func within(s Span, on, from thads.Date) bool {
	switch s {
	case Before:
		return on < from
	case Within:
		return on >= from
	case UpTo:
	}
	return true
}

func (f *Filter) keeps(p *thads.Posting) bool {
	return keep(f.Units, p.Unit) && keep(f.Officers, p.Officer) && keep(f.Initiations, p.Initiation) && keep(f.Kinds, p.Kind) &&
		keep(f.Subjects, p.Subject) && keep(f.Accounts, p.Account.Class) &&
		(f.Tags == nil || slices.ContainsFunc(p.Tags, func(t thads.Tag) bool { return slices.Contains(f.Tags, t) }))
}

func keep[T comparable](list []T, v T) bool { return list == nil || slices.Contains(list, v) }

// keysOf are the groups of a posting.
func keysOf(q Query, p *thads.Posting) [][]string {
	out := [][]string{{}}
	add := func(keys ...string) {
		var next [][]string
		for _, o := range out {
			for _, k := range keys {
				next = append(next, append(slices.Clone(o), k))
			}
		}
		out = next
	}
	on := p.BookedOn
	if q.Moment.Basis == Effective {
		on = p.EffectiveOn
	}
	for _, d := range q.GroupBy {
		switch d {
		case ByUnit:
			u := p.Unit
			if r, ok := q.Roll[u]; ok {
				u = r
			}
			add(string(u))
		case ByOfficer:
			add(string(p.Officer))
		case ByAccount:
			add(string(p.Account.Class))
		case ByDetail:
			add(p.Account.Detail)
		case ByInitiation:
			add(string(p.Initiation))
		case ByKind:
			add(string(p.Kind))
		case BySubject:
			add(p.Subject)
		case ByTag:
			tags := []string{""}
			if len(p.Tags) > 0 {
				tags = tags[:0]
				for _, t := range p.Tags {
					tags = append(tags, string(t))
				}
			}
			add(tags...)
		case ByMonth:
			add(fmt.Sprintf("%04d-%02d", on.Year(), on.Month()))
		case ByStatYear:
			add(thads.StatYearOf(on).String())
		}
	}
	return out
}
