package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// errCut is what a memory store fails with once its writes are used up.
var errCut = errors.New("the power failed")

// A memory is as much of a store as filling needs, for filling a second time
// without an engine. Methods that filling does not use are not there.
type memory struct {
	store.Store
	mu   sync.Mutex
	docs map[string]map[string]*store.Document
	// writes bounds how many documents may still be written; below 0: all.
	writes int
	// written counts the documents written.
	written int
}

func newMemory() *memory {
	return &memory{docs: map[string]map[string]*store.Document{}, writes: -1}
}

func (m *memory) of(c *store.Collection) map[string]*store.Document {
	if m.docs[c.Name] == nil {
		m.docs[c.Name] = map[string]*store.Document{}
	}
	return m.docs[c.Name]
}

func (m *memory) write(c *store.Collection, d *store.Document) error {
	if err := d.Check(c); err != nil {
		return err
	}
	if m.writes == 0 {
		return errCut
	}
	m.writes--
	m.written++
	copied := *d
	m.of(c)[d.ID] = &copied
	return nil
}

func (m *memory) Get(_ context.Context, c *store.Collection, _ thads.OpenScope, ids ...string) ([]*store.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*store.Document
	for _, id := range ids {
		if d := m.of(c)[id]; d != nil {
			out = append(out, d)
		}
	}
	return out, nil
}

func (m *memory) Heads(ctx context.Context, c *store.Collection, s thads.OpenScope, ids ...string) ([]store.Head, error) {
	docs, err := m.Get(ctx, c, s, ids...)
	var out []store.Head
	for _, d := range docs {
		out = append(out, store.Head{ID: d.ID, Version: d.Version, Head: d.Head, DerivedVersion: d.DerivedVersion, UpdatedAt: d.UpdatedAt})
	}
	return out, err
}

func (m *memory) Count(_ context.Context, c *store.Collection, _ thads.OpenScope, where ...store.Cond) (int64, error) {
	if len(where) > 0 {
		return 0, errors.ErrUnsupported
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.of(c))), nil
}

func (m *memory) Insert(_ context.Context, c *store.Collection, d *store.Document) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of(c)[d.ID] != nil {
		return fmt.Errorf("%w: %s", store.ErrExists, d.ID)
	}
	return m.write(c, d)
}

func (m *memory) Replace(_ context.Context, c *store.Collection, d *store.Document) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.of(c)[d.ID]
	switch {
	case old == nil:
		return fmt.Errorf("%w: %s", store.ErrNotFound, d.ID)
	case old.Version != d.Version-1:
		return fmt.Errorf("%w: %s", store.ErrConflict, d.ID)
	}
	return m.write(c, d)
}

func (m *memory) BulkInsert(_ context.Context, c *store.Collection, docs []*store.Document) (taken []int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, d := range docs {
		if m.of(c)[d.ID] != nil {
			taken = append(taken, i)
		} else if err := m.write(c, d); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

func (m *memory) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) (lost []int, err error) {
	for i, d := range docs {
		switch err := m.Replace(ctx, c, d); {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrConflict):
			lost = append(lost, i)
		case err != nil:
			return nil, err
		}
	}
	return lost, nil
}

func (m *memory) Position(context.Context) (store.Position, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return store.Position(strconv.Itoa(m.written)), nil
}

func (m *memory) Versions(ctx context.Context, c *store.Collection) iter.Seq2[store.VersionOf, error] {
	return func(yield func(store.VersionOf, error) bool) {
		for d, err := range m.Scan(ctx, c, store.ScanOptions{}) {
			if !yield(store.VersionOf{ID: d.ID, Version: d.Version}, err) {
				return
			}
		}
	}
}

func (m *memory) Scan(_ context.Context, c *store.Collection, _ store.ScanOptions) iter.Seq2[*store.Document, error] {
	m.mu.Lock()
	docs := slices.SortedFunc(maps.Values(m.of(c)), func(a, b *store.Document) int { return cmp.Compare(a.ID, b.ID) })
	m.mu.Unlock()
	return func(yield func(*store.Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
}
