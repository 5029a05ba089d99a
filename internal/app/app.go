// Package app holds the use cases: each authorises, validates, writes one
// document and tells what changed. It is the only place that knows both the
// rules of the domain and the contract of the store.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// App runs the use cases over one store. Its methods are safe for concurrent
// use. The principal of a call travels in its context (package auth).
//
// Errors that a person can mend are thads.Error or thads.Errors; anything else
// is a fault.
type App struct {
	store   store.Store
	clock   func() time.Time
	log     *slog.Logger
	sealer  *Sealer
	version string
	demo    bool
	// partSize is how many cases an acceptance or its undoing writes at once.
	partSize int

	// serving tells that Run builds the books; without it they are built when
	// they are first asked for.
	serving bool
	changes *changes
	books   *books

	// directory is the present picture of units and officers; nil when it
	// has to be read again.
	directory  atomic.Pointer[Directory]
	generation atomic.Int64
	// wake tells the worker that a job was journalled.
	wake chan struct{}
	// signIns bounds who tries to sign in how often.
	signIns signIns
	// principals keeps who stands behind sessions and tokens.
	principals principals
	// waitFor waits before the figures of a locked period are made; pictureAge is
	// maxPicture. Tests set both.
	waitFor    func(context.Context, time.Duration) error
	pictureAge time.Duration
}

// Options configure an App.
type Options struct {
	// Store must have been opened with Collections().
	Store store.Store
	// Clock tells the time; time.Now if nil.
	Clock func() time.Time
	// Log receives what operators should know; discarded if nil.
	Log *slog.Logger
	// Sealer keeps identity numbers; without one they are refused.
	Sealer *Sealer
	// Version of the program, and whether its records are the demonstration.
	Version string
	Demo    bool
	// Serving tells that Run will be called and builds the ledger in the
	// background: until it has, figures are refused. Without it the first figure
	// asked for builds it.
	Serving bool
}

// New returns an App over an open store.
func New(o Options) (*App, error) {
	if o.Store == nil {
		return nil, errors.New("app: no store given")
	}
	a := &App{
		clock: o.Clock, log: o.Log, sealer: o.Sealer, version: o.Version, demo: o.Demo, serving: o.Serving,
		partSize: bulkSize, wake: make(chan struct{}, 1), signIns: newSignIns(), changes: newChanges(), books: newBooks(), waitFor: waitTimer, pictureAge: maxPicture,
	}
	a.store = &observedStore{Store: o.Store, app: a}
	if a.clock == nil {
		a.clock = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	return a, nil
}

// Today is the civil date by which the application judges dates.
func (a *App) Today() thads.Date { return thads.DateIn(a.clock()) }

// Version returns the version of the program and whether its records are the
// demonstration province.
func (a *App) Version() (version string, demonstration bool) { return a.version, a.demo }

// Ready tells whether the application can answer: nil, or why not.
func (a *App) Ready(ctx context.Context) error { return a.store.Ping(ctx) }

// StoreInfo describes the open store, for operators.
func (a *App) StoreInfo(ctx context.Context) (store.Info, error) { return a.store.Info(ctx) }

// Run keeps the application's picture of the store current until ctx ends:
// writes of other processes are seen through it. It also builds the books, and
// carries out jobs, those included that a stopped process left unfinished.
func (a *App) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()
	pos, err := a.store.Position(ctx)
	if err != nil {
		return fmt.Errorf("position: %w", err)
	}
	// What was written before that position may have been missed.
	a.lostSight()
	workers.Go(func() { a.workJobs(ctx) })
	var keeping error
	kept := make(chan struct{})
	workers.Go(func() {
		defer close(kept)
		if keeping = a.keepBooks(ctx); keeping != nil {
			stop()
		}
	})
	for {
		err := a.store.Watch(ctx, pos, func(c store.Change) error {
			if err := a.follow(ctx, c); err != nil {
				return err
			}
			a.changed(c.Collection)
			pos = c.Position
			return nil
		})
		switch {
		case ctx.Err() != nil:
			<-kept
			if keeping != nil {
				return fmt.Errorf("ledger: %w", keeping)
			}
			return nil
		case errors.Is(err, store.ErrPositionLost):
			// What was missed is unknown: read everything again.
			if pos, err = a.store.Position(ctx); err != nil {
				return fmt.Errorf("position: %w", err)
			}
			if err := a.sweepLedger(ctx); err != nil {
				return err
			}
			a.lostSight()
		case err != nil:
			return fmt.Errorf("watch: %w", err)
		}
	}
}

// permit returns the principal of the call if it holds the right.
func (a *App) permit(ctx context.Context, right auth.Right) (auth.Principal, error) {
	p := auth.FromContext(ctx)
	if !p.Can(right) {
		return p, thads.Errorf(thads.CodeForbidden, "", "Không có quyền thực hiện", "This is not allowed")
	}
	return p, nil
}

// scope returns which records a right of the principal opens.
func (a *App) scope(ctx context.Context, p auth.Principal, right auth.Right) (thads.OpenScope, error) {
	if right == auth.SignedIn && !p.IsAnonymous() {
		return thads.Everything(), nil
	}
	return a.openedBy(ctx, p.Granting(right))
}

// openedBy returns what grants open together.
func (a *App) openedBy(ctx context.Context, grants []auth.Reached) (thads.OpenScope, error) {
	everything, units, officer, err := a.reached(ctx, grants)
	if everything {
		return thads.Everything(), err
	}
	return thads.OpenScopeOf(units, officer), err
}

// countScope returns whose records add to the figures that the principal sees.
func (a *App) countScope(ctx context.Context, p auth.Principal) (thads.CountScope, error) {
	everything, units, officer, err := a.reached(ctx, p.Counting())
	if everything {
		return thads.CountEverything(), err
	}
	return thads.CountScopeOf(units, officer), err
}

// reached adds up where grants reach.
func (a *App) reached(ctx context.Context, grants []auth.Reached) (everything bool, units []thads.UnitID, officer thads.OfficerID, err error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return false, nil, "", err
	}
	for _, g := range grants {
		switch g.Reach {
		case auth.ReachProvince, auth.ReachUnit:
			below, all := d.reach(g)
			everything = everything || all
			units = append(units, below...)
		case auth.ReachOwn:
			// A person is one officer; of two that are named the later counts,
			// which the check of grants refuses.
			officer = g.Officer
		case auth.ReachNothing:
		}
	}
	return everything, units, officer, nil
}

// reach returns the units that a grant of the reach UNIT or PROVINCE goes to, or
// that it goes everywhere.
func (d *Directory) reach(g auth.Reached) (units []thads.UnitID, everything bool) {
	within := d.below(g.Within)
	switch {
	case g.Everywhere():
		return nil, true
	case g.Reach == auth.ReachProvince:
		return within, false
	case g.Unit == "":
		return nil, false
	}
	units = d.Tree.SubtreeEver(g.Unit)
	if g.Within != nil {
		units = slices.DeleteFunc(slices.Clone(units), func(u thads.UnitID) bool { return !slices.Contains(within, u) })
	}
	return units, false
}

// covers tells whether a grant goes to what a unit and an officer hold.
func (d *Directory) covers(g auth.Reached, unit thads.UnitID, officer thads.OfficerID) bool {
	if g.Reach == auth.ReachOwn {
		return g.Officer != "" && g.Officer == officer
	}
	units, everything := d.reach(g)
	return everything || unit != "" && slices.Contains(units, unit)
}

// reader returns what a right of the call's principal opens, if it holds it.
func (a *App) reader(ctx context.Context, right auth.Right) (thads.OpenScope, error) {
	p, err := a.permit(ctx, right)
	if err != nil {
		return thads.OpenScope{}, err
	}
	return a.scope(ctx, p, right)
}

// unavailable turns a store that cannot answer into a refusal a person
// understands, and leaves other errors as they are.
func unavailable(err error) error {
	if errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrClosed) {
		e := thads.Errorf(thads.CodeUnavailable, "", "Kho dữ liệu tạm thời không trả lời, hãy thử lại sau ít phút", "The store cannot answer now, try again in a few minutes")
		e.Cause = err
		return e
	}
	return err
}
