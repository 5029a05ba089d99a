package app

import (
	"context"
	"time"

	"github.com/thads/thads/internal/auth"
)

// This file is what answers that last are made from: a reading that is told at
// once and again after changes, and what such an answer asks of whoever serves it.

// A Stay is what an answer that may last for hours asks of whoever serves it. It
// travels in the context of the call, which then has no deadline of its own.
type Stay struct {
	// Timeout bounds an answer that turns out not to last.
	Timeout time.Duration
	// Recheck returns who asks now; ErrNoAccess once the session or token has
	// ended. Asking it is no use of the session: a page that nobody looks at must
	// not keep it open.
	Recheck func(context.Context) (auth.Principal, error)
	// Ending is closed when answers that last have to end.
	Ending <-chan struct{}
}

type stayKey struct{ _ byte }

// WithStay returns a context in which an answer may last.
func WithStay(ctx context.Context, s *Stay) context.Context {
	return context.WithValue(ctx, stayKey{}, s)
}

// StayOf returns what WithStay put into the context; nil where answers may not
// last.
func StayOf(ctx context.Context) *Stay {
	s, _ := ctx.Value(stayKey{}).(*Stay)
	return s
}

// Paces of what is told live.
const (
	// LiveEvery is how often at most a reading is told to one listener: of
	// changes that follow each other closely the last state is told.
	LiveEvery = time.Second
	// liveLook is how often the date is looked at where nothing changes.
	liveLook = time.Minute
)

// A Following is a reading that a listener follows.
type Following[T any] struct {
	// Every is how often at most it is read; LiveEvery where it is zero.
	Every time.Duration
	// Records tells that the reading is made of records and of today's date
	// alone (App.Changes), so that other changes need not be looked at.
	Records bool
	// Read reads, and tells whether nothing will ever follow.
	Read func(ctx context.Context) (v T, last bool, err error)
	// Tell hands on what was read; it may wait for the listener, and returns an
	// error where there is none any more.
	Tell func(ctx context.Context, v T) error
}

// Follow reads at once and again after every change, until a reading is the last
// or fails, the listener is gone, or ctx ends; then it returns nil or the failure.
// What changes during a reading is read again: no change is missed.
func Follow[T any](ctx context.Context, a *App, f Following[T]) error {
	every := f.Every
	if every <= 0 {
		every = LiveEvery
	}
	look := time.NewTicker(liveLook)
	defer look.Stop()
	pause := time.NewTimer(every)
	defer pause.Stop()
	for {
		// Taken before the reading, so that what it misses is seen below.
		changed, position, today := a.Changed(), a.Changes(), a.Today()
		v, last, err := f.Read(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.Tell(ctx, v); err != nil || last {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		pause.Reset(every)
		for same := true; same; {
			select {
			case <-ctx.Done():
				return nil
			case <-changed:
				changed = a.Changed()
				same = f.Records && a.Changes() == position && a.Today() == today
			case <-look.C:
				same = a.Today() == today
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
		}
	}
}

// Ended tells whether an import is over: nothing happens to it until somebody
// asks for something new.
func (i *Import) Ended() bool {
	switch i.State {
	case ImportAccepted, ImportUndone, ImportCancelled, ImportFailed:
		return true
	case ImportMapping, ImportChecking, ImportChecked, ImportAccepting, ImportUndoing:
	}
	return false
}

// FollowImport tells how an import gets on, at once and whenever it has, until it
// ends. An import that the caller may not see is refused.
func (a *App) FollowImport(ctx context.Context, id string, every time.Duration, tell func(context.Context, *Import) error) error {
	return Follow(ctx, a, Following[*Import]{
		Every: every, Tell: tell,
		Read: func(ctx context.Context) (*Import, bool, error) {
			im, err := a.Import(ctx, id)
			if err != nil {
				return nil, false, err
			}
			if im == nil {
				return nil, false, notFound("id")
			}
			return im, im.Ended(), nil
		},
	})
}
