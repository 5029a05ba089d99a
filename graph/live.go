package graph

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// This file is what the fields of Subscription are resolved by: readings of the
// application that are followed while somebody listens.

// LiveLimits bound what is told live. What is zero is as in DefaultLive.
type LiveLimits struct {
	// Every is how often at most one listener is told something new: of changes
	// that follow each other closely the last state is told.
	Every time.Duration
	// KeepAlive is after how long a silent stream tells that it is alive, for the
	// sake of whoever stands between and ends what is idle.
	KeepAlive time.Duration
	// Look is how often who listens is looked at where nothing changes, Pause for
	// how long not where something does all the time.
	Look, Pause time.Duration
	// Write is for how long a client may take nothing of what is written.
	Write time.Duration
	// PerPrincipal and Total are how many streams there are at once.
	PerPrincipal, Total int
}

// DefaultLive returns the limits that a server has. A browser opens at most six
// connections to a server that speaks HTTP/1.1; a person may have two of them.
func DefaultLive() LiveLimits {
	return LiveLimits{
		Every: app.LiveEvery, KeepAlive: 15 * time.Second, Look: time.Minute, Pause: 100 * time.Millisecond,
		Write: 10 * time.Second, PerPrincipal: 12, Total: 1000,
	}
}

// WithLive sets the limits of what is told live.
func WithLive(l LiveLimits) Option { return func(r *Resolver) { r.live = l.orDefault() } }

func (l LiveLimits) orDefault() LiveLimits {
	d := DefaultLive()
	for _, f := range []struct{ v, d *time.Duration }{
		{&l.Every, &d.Every}, {&l.KeepAlive, &d.KeepAlive}, {&l.Look, &d.Look}, {&l.Pause, &d.Pause}, {&l.Write, &d.Write},
	} {
		if *f.v <= 0 {
			*f.v = *f.d
		}
	}
	for _, f := range []struct{ v, d *int }{{&l.PerPrincipal, &d.PerPrincipal}, {&l.Total, &d.Total}} {
		if *f.v <= 0 {
			*f.v = *f.d
		}
	}
	return l
}

// latestTold is how many of the latest changes a summary that is followed lists:
// as many as the query does where it is not told otherwise.
const latestTold = 5

// summaries follows the summary of a unit, the caller's own where none is given.
func (r *Resolver) summaries(ctx context.Context, unit *string) (<-chan *app.Summary, error) {
	return follow(ctx, func(ctx context.Context, tell func(context.Context, *app.Summary) error) error {
		return app.Follow(ctx, r.app, app.Following[*app.Summary]{
			Every: r.live.Every, Records: true, Tell: tell,
			Read: func(ctx context.Context) (*app.Summary, bool, error) {
				s, err := r.app.Summary(ctx, app.SummaryInput{Unit: thads.UnitID(value(unit)), Latest: latestTold})
				return s, false, err
			},
		})
	})
}

// progress follows an import until it ends.
func (r *Resolver) progress(ctx context.Context, id string) (<-chan *app.Import, error) {
	return follow(ctx, func(ctx context.Context, tell func(context.Context, *app.Import) error) error {
		return r.app.FollowImport(ctx, id, r.live.Every, tell)
	})
}

// A stream is one answer that lasts, with the work that goes on behind it.
type stream struct {
	// workers are joined before the answer ends.
	workers sync.WaitGroup
	// recovered turns a panic of a worker into a fault and logs it.
	recovered func(context.Context, any) error

	mu     sync.Mutex
	failed error
}

// fail notes why nothing more will follow.
func (s *stream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
	}
}

func (s *stream) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// work runs a part of the stream beside the others. A panic ends the stream and
// nothing else.
func (s *stream) work(ctx context.Context, do func()) {
	s.workers.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				s.fail(s.recovered(ctx, v))
			}
		}()
		do()
	})
}

type streamKey struct{ _ byte }

func streamOf(ctx context.Context) *stream {
	s, _ := ctx.Value(streamKey{}).(*stream)
	return s
}

// errNoStream: only the transport of this package runs a subscription.
var errNoStream = errors.New("graph: a subscription outside a stream")

// follow runs what tells values as a part of the stream, and returns where they
// come out. It waits for the first, so that a refusal is one of the field itself.
func follow[T any](ctx context.Context, run func(ctx context.Context, tell func(context.Context, T) error) error) (<-chan T, error) {
	s := streamOf(ctx)
	if s == nil {
		return nil, errNoStream
	}
	out, begun := make(chan T), make(chan error, 1)
	s.work(ctx, func() {
		defer close(out)
		told := false
		err := run(ctx, func(ctx context.Context, v T) error {
			if !told {
				told = true
				begun <- nil
			}
			select {
			case out <- v:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		switch {
		case !told:
			begun <- err
		case err != nil:
			s.fail(err)
		}
	})
	select {
	case err := <-begun:
		if err != nil {
			return nil, err
		}
		return out, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
