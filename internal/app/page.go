package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// Sizes of pages that callers may ask for.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// PageArgs ask for one page in the manner of Relay connections.
type PageArgs struct {
	First, Last   *int
	After, Before *store.Cursor
}

// A Page is one page of a list.
type Page[T any] struct {
	Items                []Item[T]
	HasNext, HasPrevious bool
	// count counts the whole list; it runs only when asked for.
	count func(context.Context) (int64, error)
}

// An Item is one element with its place in the list.
type Item[T any] struct {
	Value  T
	Cursor store.Cursor
}

// Total counts the whole list that the page is of.
func (p *Page[T]) Total(ctx context.Context) (int, error) {
	if p.count == nil {
		return len(p.Items), nil
	}
	n, err := p.count(ctx)
	return int(n), err
}

// query makes the store's query of a page.
func (p PageArgs) query(scope thads.OpenScope, where []store.Cond, sort string, descending bool) (store.Query, error) {
	q := store.Query{Scope: scope, Where: where, Sort: sort, Descending: descending, Limit: DefaultPage}
	if p.First != nil && p.Last != nil {
		return q, thads.Errorf(thads.CodeNotAllowed, "last", "Chỉ dùng một trong hai: first hoặc last", "Give first or last, not both")
	}
	for field, n := range map[string]*int{"first": p.First, "last": p.Last} {
		if n == nil {
			continue
		}
		if *n < 1 || *n > MaxPage {
			return q, thads.Errorf(thads.CodeOutOfRange, field, "Kích thước trang phải từ 1 đến %d", "A page has 1 to %d elements", MaxPage)
		}
		q.Limit, q.FromEnd = *n, field == "last"
	}
	if p.After != nil {
		q.After = *p.After
	}
	if p.Before != nil {
		q.Before = *p.Before
	}
	return q, nil
}

// findPage reads one page and decodes its heads, as the caller sees them.
func findPage[T any](ctx context.Context, a *App, c *store.Collection, q store.Query, decode func(store.Head) (T, error)) (*Page[T], error) {
	found, err := a.store.Find(ctx, c, q)
	switch {
	case errors.Is(err, store.ErrBadCursor):
		return nil, thads.Errorf(thads.CodeInvalid, "after", "Con trỏ trang không dùng được cho danh sách này", "The cursor does not belong to this list")
	case err != nil:
		return nil, unavailable(err)
	}
	page := &Page[T]{
		Items: make([]Item[T], len(found.Heads)), HasNext: found.HasNext, HasPrevious: found.HasPrevious,
		count: func(ctx context.Context) (int64, error) {
			n, err := a.store.Count(ctx, c, q.Scope, q.Where...)
			return n, unavailable(err)
		},
	}
	v, err := a.Veil(ctx)
	if err != nil {
		return nil, err
	}
	for i, h := range found.Heads {
		record, err := decode(h)
		if err != nil {
			return nil, err
		}
		page.Items[i] = Item[T]{Value: veiled(v, record), Cursor: h.Cursor}
	}
	return page, nil
}

// decodeHead reads a head.
func decodeHead[T any](h store.Head) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(h.Head, v); err != nil {
		return nil, fmt.Errorf("head of %s: %w", h.ID, err)
	}
	return v, nil
}
