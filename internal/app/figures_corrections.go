package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// Corrections returns one page, of at most 200, of the events that are booked on
// another day than they happened on: those booked in the moment's span, or, on the
// EFFECTIVE basis, those that happened in it. The last recorded come first.
func (a *App) Corrections(ctx context.Context, in *MomentInput, unit *thads.UnitID, first int, after *store.Cursor) (*Page[*Correction], error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	m, err := a.moment(in)
	if err != nil {
		return nil, err
	}
	u, err := k.unit(given(unit))
	if err != nil {
		return nil, err
	}
	all := k.corrections(k.query(m, k.within(u.ID, ""), everyAccount()))
	from := 0
	if after != nil {
		var place correctionPlace
		if err := decodePlace(*after, &place); err != nil {
			return nil, err
		}
		if place.Hash == "" {
			return nil, badPlace()
		}
		from, _ = slices.BinarySearchFunc(all, place, func(c *Correction, p correctionPlace) int {
			return cmp.Or(comparePlaces(correctionAt(c), p), -1) // behind it
		})
	}
	shown := all[from:min(from+first, len(all))]
	open, err := a.openable(ctx, func(yield func(thads.Book, string) bool) {
		for _, c := range shown {
			if !yield(c.Book, c.ID) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	page := &Page[*Correction]{
		Items: make([]Item[*Correction], len(shown)), HasNext: from+len(shown) < len(all), HasPrevious: from > 0,
		count: func(context.Context) (int64, error) { return int64(len(all)), nil },
	}
	for i, c := range shown {
		page.Items[i] = Item[*Correction]{Value: c, Cursor: encodePlace(correctionAt(c))}
		if !open[c.ID] {
			c.ID = ""
		}
	}
	return page, nil
}

// everyAccount sums what went through all accounts of all books.
func everyAccount() ledger.Figure {
	all := ledger.Accounts{}
	for _, s := range thads.ChartOfAccounts() {
		all.Classes = append(all.Classes, s.Class)
	}
	return ledger.Figure{{Accounts: all, Span: ledger.Within, Sign: 1}}
}

// corrections gathers late postings by their events, the last recorded first.
func (k *asking) corrections(q ledger.Query) []*Correction {
	type event struct {
		id       string
		recorded time.Time
		event    int
	}
	q.Late = true
	found := map[event]*Correction{}
	for e := range k.view.Entries(q) {
		at := event{e.ID, e.RecordedAt, e.Event}
		c := found[at]
		if c == nil {
			c = &Correction{Book: e.Book, ID: e.ID, Event: e.Event, RecordedAt: e.RecordedAt, BookedOn: e.BookedOn}
			found[at] = c
		}
		c.Postings = append(c.Postings, e.Posting)
	}
	out := make([]*Correction, 0, len(found))
	for _, c := range found {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *Correction) int { return comparePlaces(correctionAt(a), correctionAt(b)) })
	return out
}

// A correctionPlace marks an event in the order of corrections.
type correctionPlace struct {
	Recorded int64  `json:"t"`
	Hash     string `json:"h"`
	Event    int    `json:"e"`
}

func correctionAt(c *Correction) correctionPlace {
	return correctionPlace{Recorded: c.RecordedAt.UnixMilli(), Hash: hashOf(c.ID), Event: c.Event}
}

func comparePlaces(a, b correctionPlace) int {
	return cmp.Or(cmp.Compare(b.Recorded, a.Recorded), cmp.Compare(a.Hash, b.Hash), cmp.Compare(b.Event, a.Event))
}
