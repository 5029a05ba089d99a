package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// figureRecords returns one page of the records behind a query's first figure in a
// view of the ledger, those that the caller may not open without their ids.
func (a *App) figureRecords(ctx context.Context, v *ledger.View, q ledger.Query, first int, after *store.Cursor) (*FigureRecords, error) {
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	place, err := decodeRecordPlace(after)
	if err != nil {
		return nil, err
	}
	offset := 0
	if after != nil {
		offset = place.in(v, q)
	}
	found, total := v.Page(q, offset, first)
	open, err := a.openable(ctx, func(yield func(thads.Book, string) bool) {
		for _, c := range found {
			if !yield(c.Book, c.ID) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	page := &Page[*FigureRecord]{
		Items: make([]Item[*FigureRecord], len(found)), HasNext: offset+len(found) < total.Records, HasPrevious: offset > 0,
		count: func(context.Context) (int64, error) { return int64(total.Records), nil },
	}
	for i, c := range found {
		r := &FigureRecord{Value: valueOf(c.Amount), Book: c.Book}
		if open[c.ID] {
			r.ID = c.ID
		}
		page.Items[i] = Item[*FigureRecord]{Value: r, Cursor: recordPlaceOf(offset+i, &c).cursor()}
	}
	return &FigureRecords{Page: page, Sum: valueOf(total.Amount)}, nil
}

// noRecords is the list behind a figure that is not shown.
func noRecords() *FigureRecords {
	return &FigureRecords{Page: &Page[*FigureRecord]{Items: []Item[*FigureRecord]{}}}
}

// opens makes an opener of a question's first figure, which must not be changed
// afterwards; what is suppressed opens to nothing.
func (k *asking) opens(q ledger.Query, suppressed *thads.Text) opener {
	q.GroupBy = nil
	return func(ctx context.Context, first int, after *store.Cursor) (*FigureRecords, error) {
		if suppressed != nil {
			return noRecords(), checkFirst(first)
		}
		return k.app.figureRecords(ctx, k.view, q, first, after)
	}
}

// checkFirst refuses a page of no or of too many elements.
func checkFirst(first int) error {
	if first < 1 || first > MaxPage {
		return thads.Errorf(thads.CodeOutOfRange, "first", "Kích thước trang phải từ 1 đến %d", "A page has 1 to %d elements", MaxPage)
	}
	return nil
}

// openable tells which of the records the caller may open.
func (a *App) openable(ctx context.Context, records func(yield func(thads.Book, string) bool)) (map[string]bool, error) {
	ids := map[thads.Book][]string{}
	for book, id := range records {
		ids[book] = append(ids[book], id)
	}
	open := map[string]bool{}
	for _, n := range postedNouns() {
		wanted := ids[n.book()]
		if len(wanted) == 0 {
			continue
		}
		slices.Sort(wanted)
		scope, err := a.scope(ctx, auth.FromContext(ctx), n.readRight())
		if err != nil {
			return nil, err
		}
		if scope.IsZero() {
			continue
		}
		for part := range slices.Chunk(slices.Compact(wanted), store.MaxPage) {
			heads, err := a.store.Heads(ctx, n.collection(), scope, part...)
			if err != nil {
				return nil, unavailable(err)
			}
			for _, h := range heads {
				open[h.ID] = true
			}
		}
	}
	return open, nil
}

// A recordPlace marks a record behind a figure. The list has no order by which a
// record could be told: how much it adds, then the hash of its id. Of the hash
// only the beginning is told, which says nothing of records whose ids one does
// not know.
type recordPlace struct {
	V int `json:"v"`
	// At is where it stood, which is looked at first.
	At    int    `json:"n"`
	Dong  int64  `json:"d"`
	Cases int64  `json:"c"`
	Hash  string `json:"h"`
}

// placeVersion is that of the encoding of such cursors.
const placeVersion = 1

func hashOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}

func recordPlaceOf(at int, c *ledger.Contribution) *recordPlace {
	return &recordPlace{V: placeVersion, At: at, Dong: abs(c.Dong), Cases: abs(c.Cases), Hash: hashOf(c.ID)}
}

func abs(n int64) int64 { return max(n, -n) }

func (p *recordPlace) cursor() store.Cursor { return encodePlace(p) }

// encodePlace makes a cursor of a place.
func encodePlace(p any) store.Cursor {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // never: places are numbers and strings
	}
	return store.Cursor(base64.RawURLEncoding.EncodeToString(b))
}

// decodePlace reads what encodePlace made.
func decodePlace(c store.Cursor, p any) error {
	b, err := base64.RawURLEncoding.DecodeString(string(c))
	if err == nil {
		err = json.Unmarshal(b, p)
	}
	if err != nil {
		return badPlace()
	}
	return nil
}

func badPlace() error {
	return thads.Errorf(thads.CodeInvalid, "after", "Con trỏ trang không dùng được cho danh sách này", "The cursor does not belong to this list")
}

func decodeRecordPlace(after *store.Cursor) (*recordPlace, error) {
	p := &recordPlace{}
	if after == nil {
		return p, nil
	}
	if err := decodePlace(*after, p); err != nil {
		return nil, err
	}
	if p.V != placeVersion || p.At < 0 || p.Hash == "" {
		return nil, badPlace()
	}
	return p, nil
}

// in returns how many records come before the page behind the place. Where
// nothing changed meanwhile the record is where it was; else it is looked for.
func (p *recordPlace) in(v *ledger.View, q ledger.Query) int {
	if there, _ := v.Page(q, p.At, 1); len(there) == 1 && *recordPlaceOf(p.At, &there[0]) == *p {
		return p.At + 1
	}
	all := v.Contributions(q)
	for i := range all {
		if p.before(&all[i]) {
			return i
		}
	}
	return len(all)
}

// before tells whether the place comes before a contribution.
func (p *recordPlace) before(c *ledger.Contribution) bool {
	d, n := abs(c.Dong), abs(c.Cases)
	switch {
	case d != p.Dong:
		return d < p.Dong
	case n != p.Cases:
		return n < p.Cases
	}
	return hashOf(c.ID) > p.Hash
}
