package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A slowStore lets somebody act and time pass when cases are next read.
type slowStore struct {
	store.Store
	act func()
}

func (s *slowStore) Get(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]*store.Document, error) {
	if act := s.act; act != nil && c.Name == "case" {
		s.act = nil
		act()
	}
	return s.Store.Get(ctx, c, scope, ids...)
}

// What an import recorded is taken back in the period that is open when the voids
// are stored, also where it was locked while they were made.
func TestUndoingWhilePeriodsAreLocked(t *testing.T) {
	w := newWorld(t)
	keys := t.TempDir()
	slow := &slowStore{Store: w.store}
	w.use(t, slow, keys)
	province, first, _, _ := w.province(t)
	ctx := leader(t.Context())
	im := w.accepted(ctx, t, w.started(ctx, t, "cases", register(t, caseRows(1, 3), nil)), app.AcceptAll)
	c, err := w.CaseByNumber(ctx, first, "1/QĐ-CCTHADS", 2019)
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
	slow.act = func() {
		w.mu.Lock()
		w.now = w.now.Add(11 * time.Second)
		w.mu.Unlock()
		e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: thads.DateOf(2019, 11, 30)}
		if _, err := w.UnitRecord(ctx, app.Change{ID: string(province), Version: 1}, e); err != nil {
			t.Error(err)
		}
	}
	if im = w.undone(ctx, t, im, "Nhập nhầm"); im.Undone != 3 {
		t.Fatalf("undone: %+v", im)
	}
	if c, err = w.Case(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if last := &c.Events[len(c.Events)-1]; last.Voids == 0 || last.OpenFrom != thads.DateOf(2019, 12, 1) {
		t.Errorf("the void is booked from %s on", last.OpenFrom)
	}
}
