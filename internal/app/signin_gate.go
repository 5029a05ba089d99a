package app

import (
	"context"
	"slices"
	"sync"
	"time"
)

// hashers is how many password hashes are made at a time: each takes a core and
// 19 MiB.
const hashers = 2

// A hashGate lets few through at a time. Whoever is known – a device that has
// signed in before, somebody who has signed in – goes before those who are not,
// so that a burst of strangers does not make them wait. Those who wait are
// bounded in number and in time.
type hashGate struct {
	// most bounds how many of either kind wait, patience for how long.
	most     int
	patience time.Duration

	mu      sync.Mutex
	free    int
	waiting [2][]chan struct{} // those who go first, and the others
}

func newHashGate() *hashGate {
	return &hashGate{most: 64, patience: 5 * time.Second, free: hashers}
}

// enter waits for a place, which leave gives back. ErrBusy if too many wait, or
// for too long.
func (g *hashGate) enter(ctx context.Context, first bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	queue := &g.waiting[1]
	if first {
		queue = &g.waiting[0]
	}
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return nil
	}
	if len(*queue) >= g.most {
		g.mu.Unlock()
		return ErrBusy
	}
	turn := make(chan struct{})
	*queue = append(*queue, turn)
	g.mu.Unlock()

	timer := time.NewTimer(g.patience)
	defer timer.Stop()
	var err error
	select {
	case <-turn:
		return nil
	case <-timer.C:
		err = ErrBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-turn: // given between the two: the place is ours, so it goes to the next
		g.next()
	default:
		*queue = slices.DeleteFunc(*queue, func(other chan struct{}) bool { return other == turn })
	}
	return err
}

// leave gives a place to whoever waits, or back.
func (g *hashGate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next()
}

func (g *hashGate) next() {
	for i, queue := range g.waiting {
		if len(queue) > 0 {
			close(queue[0])
			g.waiting[i] = slices.Delete(queue, 0, 1)
			return
		}
	}
	g.free++
}
