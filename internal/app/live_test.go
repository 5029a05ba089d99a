package app_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
)

// A following is a counter that somebody follows, in the time of a bubble.
type following struct {
	*app.App
	n, reads atomic.Int64
	// at and told are when what was told.
	at   []time.Duration
	told []int64

	ended chan error
	leave context.CancelFunc
}

var errReading = errors.New("cannot be read")

// newFollowing begins to follow a counter, whose value last is the last, or, if it
// is negative, cannot be read.
func newFollowing(t *testing.T, last int64) *following {
	t.Helper()
	// Nothing is read from the store.
	a, err := app.New(app.Options{Store: struct{ store.Store }{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave)
	f := &following{App: a, ended: make(chan error, 1), leave: leave}
	began := time.Now()
	go func() {
		f.ended <- app.Follow(ctx, a, app.Following[int64]{
			Records: true,
			Read: func(context.Context) (int64, bool, error) {
				f.reads.Add(1)
				n := f.n.Load()
				if last < 0 && n == -last {
					return 0, false, errReading
				}
				return n, last > 0 && n == last, nil
			},
			Tell: func(_ context.Context, v int64) error {
				f.at, f.told = append(f.at, time.Since(began)), append(f.told, v)
				return nil
			},
		})
	}()
	synctest.Wait()
	return f
}

// change changes the counter.
func (f *following) change() {
	f.n.Add(1)
	f.TellChange("case")
	synctest.Wait()
}

// Of changes that follow each other closely the last state is told, at most once
// a second.
func TestFollowingIsCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFollowing(t, 0)
		for range 10 {
			f.change()
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		f.change()
		f.change()
		time.Sleep(10 * time.Second)
		f.leave()
		if err := <-f.ended; err != nil {
			t.Error(err)
		}
		const ms = time.Millisecond
		if diff := cmp.Diff([]time.Duration{0, 1000 * ms, 10500 * ms, 11500 * ms}, f.at); diff != "" {
			t.Errorf("when (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int64{0, 10, 11, 12}, f.told); diff != "" {
			t.Errorf("what (-want +got):\n%s", diff)
		}
	})
}

// What the reading is not made of is no reason to read; another day is.
func TestFollowingReadsNothingInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFollowing(t, 0)
		for range 20 {
			f.TellChange("session")
			time.Sleep(2 * time.Second)
		}
		if got := f.reads.Load(); got != 1 {
			t.Errorf("%d readings, want 1", got)
		}
		time.Sleep(26 * time.Hour)
		if got := f.reads.Load(); got < 2 || got > 3 {
			t.Errorf("%d readings after a night", got)
		}
	})
}

// No change is missed: one that comes while the listener is told is read after it.
func TestFollowingMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, err := app.New(app.Options{Store: struct{ store.Store }{}})
		if err != nil {
			t.Fatal(err)
		}
		n, told := 0, []int{}
		err = app.Follow(t.Context(), a, app.Following[int]{
			Records: true,
			Read:    func(context.Context) (int, bool, error) { return n, n == 3, nil },
			Tell: func(_ context.Context, v int) error {
				told = append(told, v)
				n++
				a.TellChange("case")
				return nil
			},
		})
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]int{0, 1, 2, 3}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestFollowingEnds(t *testing.T) {
	for _, tt := range []struct {
		name string
		last int64
		want error
	}{{"with the last", 1, nil}, {"with a failure", -1, errReading}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFollowing(t, tt.last)
				f.change()
				time.Sleep(time.Second)
				if err := <-f.ended; !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			})
		})
	}
}
