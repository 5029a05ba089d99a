package app

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// waitFor waits until so many wait in a queue of the gate.
func (g *hashGate) waitFor(t *testing.T, queue, n int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		g.mu.Lock()
		now := len(g.waiting[queue])
		g.mu.Unlock()
		if now == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d wait, want %d", now, n)
		}
	}
}

func fullGate(t *testing.T) *hashGate {
	t.Helper()
	g := newHashGate()
	g.patience = time.Hour
	for range hashers {
		if err := g.enter(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// Who is known goes first, also where strangers came before.
func TestGateKnownFirst(t *testing.T) {
	g := fullGate(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var order []bool
	enter := func(first bool) {
		wg.Go(func() {
			if err := g.enter(t.Context(), first); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, first)
			mu.Unlock()
			g.leave()
		})
	}
	for i := range 3 {
		enter(false)
		g.waitFor(t, 1, i+1)
	}
	enter(true)
	g.waitFor(t, 0, 1)
	g.leave()
	wg.Wait()
	if len(order) != 4 || !order[0] {
		t.Errorf("order %v", order)
	}
	g.leave()
	if g.free != hashers {
		t.Errorf("%d places are free", g.free)
	}
}

func TestGateBoundsThoseWhoWait(t *testing.T) {
	g := fullGate(t)
	g.most = 2
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range g.most {
		wg.Go(func() {
			if err := g.enter(ctx, false); !errors.Is(err, context.Canceled) {
				t.Errorf("cut off: %v", err)
			}
		})
	}
	g.waitFor(t, 1, g.most)
	if err := g.enter(t.Context(), false); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	wg.Wait()
	g.waitFor(t, 1, 0)
	if err := g.enter(ctx, true); !errors.Is(err, context.Canceled) {
		t.Errorf("already cut off: %v", err)
	}
	g.patience = 0
	for _, first := range []bool{false, true} {
		if err := g.enter(t.Context(), first); !errors.Is(err, ErrBusy) {
			t.Errorf("without patience: %v", err)
		}
	}
	// Places given to nobody are free again.
	for range hashers {
		g.leave()
	}
	if g.free != hashers {
		t.Errorf("%d places are free", g.free)
	}
}
