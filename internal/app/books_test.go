package app_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// standing is what an application's books hold, by unit and account.
func standing(t *testing.T, a *app.App) []ledger.Group {
	t.Helper()
	v, err := a.Figures(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := ledger.Accounts{}
	for _, s := range thads.ChartOfAccounts() {
		all.Classes = append(all.Classes, s.Class)
	}
	return v.Sum(ledger.Query{
		Scope: thads.CountEverything(), Moment: ledger.Moment{To: thads.DateOf(2030, 1, 1), Basis: ledger.Booked},
		Figures: []ledger.Figure{{{Accounts: all, Span: ledger.UpTo, Sign: 1}}},
		GroupBy: []ledger.Dimension{ledger.ByUnit, ledger.ByAccount, ledger.ByMonth},
	})
}

// another returns a further application over the files of a world, as another
// process would be.
func another(t *testing.T, dir string, o app.Options) (*app.App, store.Store) {
	t.Helper()
	s, err := openIn(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	o.Store = s
	a, err := app.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a, s
}

// busy records some cases with money, a correction and a voided opening.
func busy(t *testing.T, w *world, first, second thads.UnitID, officer thads.OfficerID) []thads.CaseID {
	t.Helper()
	ctx := leader(t.Context())
	var ids []thads.CaseID
	for i, unit := range []thads.UnitID{first, first, second} {
		by := officer
		if unit != first {
			by = ""
		}
		c, err := w.CaseOpen(ctx, fmt.Sprint("case-", i), decided(unit, by, fmt.Sprintf("%d/QĐ-CCTHADS", 46+i), thads.DateOf(2018, 10, 5)), nil)
		if err != nil {
			t.Fatal(err)
		}
		paid := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 40_000_000}
		paid.EffectiveOn = thads.DateOf(2018, 11, 5)
		if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 1}, paid, nil); err != nil {
			t.Fatal(err)
		}
		paid.Supersedes, paid.Reason, paid.Amount = 2, "Ghi nhầm số tiền", 30_000_000
		if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 2}, paid, nil); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	return ids
}

func TestBooksBuiltAnewAreTheLiveOnes(t *testing.T) {
	dir := t.TempDir()
	a, s := another(t, dir, app.Options{Clock: func() time.Time { return time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC) }})
	w := &world{App: a, store: s}
	if got := standing(t, w.App); len(got) != 0 {
		t.Fatalf("empty books hold %v", got)
	}
	_, first, second, officer := w.province(t)
	ids := busy(t, w, first, second, officer)
	live := standing(t, w.App)
	if len(live) == 0 {
		t.Fatal("nothing was posted")
	}
	fresh, other := another(t, dir, app.Options{})
	if diff := cmp.Diff(live, standing(t, fresh)); diff != "" {
		t.Errorf("built anew:\n%s", diff)
	}

	// A document that was posted by other rules is folded again.
	docs, err := other.Get(t.Context(), app.CaseCollection, thads.Everything(), string(ids[0]))
	if err != nil || len(docs) != 1 {
		t.Fatal(docs, err)
	}
	old := docs[0]
	old.Version, old.Postings, old.PostingsVersion = old.Version+1, []byte("rubbish"), thads.PostingRules-1
	if err := other.Replace(t.Context(), app.CaseCollection, old); err != nil {
		t.Fatal(err)
	}
	fresh, _ = another(t, dir, app.Options{})
	if diff := cmp.Diff(live, standing(t, fresh)); diff != "" {
		t.Errorf("posted by other rules:\n%s", diff)
	}

	// One that cannot be read is left out, counted, and stops nothing.
	old.Version, old.PostingsVersion = old.Version+1, thads.PostingRules
	if err := other.Replace(t.Context(), app.CaseCollection, old); err != nil {
		t.Fatal(err)
	}
	fresh, _ = another(t, dir, app.Options{})
	if got := standing(t, fresh); len(got) == 0 || cmp.Equal(live, got) {
		t.Errorf("with a damaged record: %v", got)
	}
	if _, _, damaged := fresh.LedgerState(); damaged != 1 {
		t.Errorf("%d records are said to be damaged", damaged)
	}
}

// Two processes on one store: what one writes the other has in its books.
func TestBooksFollowAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	clock := func() time.Time { return time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC) }
	writer, s := another(t, dir, app.Options{Clock: clock})
	w := &world{App: writer, store: s}
	_, first, second, officer := w.province(t)

	reader, _ := another(t, dir, app.Options{Clock: clock, Serving: true})
	if _, err := reader.Figures(t.Context()); code(err) != thads.CodeLedgerBuilding {
		t.Fatalf("figures before they are built: %v", err)
	}
	if reader.LedgerReady(t.Context()) == nil {
		t.Error("the books are said to be ready before they are built")
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- reader.Run(ctx) }()
	until := func(what string, holds func() bool) {
		t.Helper()
		for {
			next := reader.Changed()
			if holds() {
				return
			}
			select {
			case <-next:
			case <-ctx.Done():
				t.Fatalf("%s: not seen", what)
			}
		}
	}
	until("the build", func() bool { return reader.LedgerReady(ctx) == nil })
	busy(t, w, first, second, officer)
	live, start := standing(t, writer), time.Now()
	until("the writes", func() bool { return cmp.Equal(live, standing(t, reader)) })
	t.Logf("converged %v after the last write", time.Since(start))
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
