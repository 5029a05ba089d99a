package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"sync"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// bulkSize is how many records one write of a bulk carries: enough that a page
// of an index, which takes them in another order, is written for many of them at
// once, few enough that memory stays small and other writes wait a fraction of a
// second.
const bulkSize = 2000

// A BulkResult tells what became of many records.
type BulkResult struct {
	// Created were stored; Existing had been stored by the same bulk before.
	Created, Existing int
	// Refused are the refusals by the index of their record in the input.
	Refused map[int]error
}

// CasesBackfill stores cases with their histories as they were recorded
// elsewhere or before: each is validated as if its events came one by one. The
// ids derive from the principal and the keys, so that the same call again
// completes what a crash cut off and repeats nothing. With dryRun nothing is
// written and Created counts what would be.
//
// Refusals do not stop it; a fault does.
func (a *App) CasesBackfill(ctx context.Context, histories iter.Seq[CaseHistory], dryRun bool) (BulkResult, error) {
	result := BulkResult{Refused: map[int]error{}}
	p, err := a.permit(ctx, auth.Import)
	if err != nil {
		return result, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return result, err
	}
	b := &caseBulk{app: a, directory: d}
	first := 0
	parts := func(yield func(*casePart) bool) error {
		part := &casePart{}
		for h := range histories {
			part.fresh = append(part.fresh, newCase{id: newID(cases.prefix, p.ID, h.Key), CaseHistory: h})
			if len(part.fresh) == bulkSize {
				if !yield(part) {
					return nil
				}
				part = &casePart{}
			}
		}
		yield(part)
		return nil
	}
	count := func(_ context.Context, part *casePart) error {
		for i := range part.fresh {
			switch c := &part.fresh[i]; {
			case c.err != nil:
				result.Refused[first+i] = c.err
			case c.existed:
				result.Existing++
			default:
				result.Created++
			}
		}
		first += len(part.fresh)
		return nil
	}
	stages := []func(context.Context, *casePart) error{b.build, b.claim, b.store, count}
	if dryRun {
		stages = []func(context.Context, *casePart) error{b.build, b.check, count}
	}
	return result, pipeline(ctx, parts, stages...)
}

// pipeline leads parts from the source through the stages, each in a goroutine
// of its own: while one part is stored, the next is made ready and the one after
// that is read. There are never more parts than stages and one. The source runs
// in the caller's goroutine; its yield returns false once a stage has failed. The
// first error ends everything and is returned.
func pipeline[T any](ctx context.Context, source func(yield func(T) bool) error, stages ...func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	entrance := make(chan T)
	in := entrance
	for i, stage := range stages {
		from, to := in, make(chan T)
		last := i == len(stages)-1
		wg.Go(func() {
			defer close(to)
			for part := range from {
				// After a failure what is still coming is passed over.
				if ctx.Err() != nil {
					continue
				}
				if err := stage(ctx, part); err != nil {
					cancel(err)
					continue
				}
				if last {
					continue
				}
				select {
				case to <- part:
				case <-ctx.Done():
				}
			}
		})
		in = to
	}
	err := source(func(part T) bool {
		select {
		case entrance <- part:
			return true
		case <-ctx.Done():
			return false
		}
	})
	if err != nil {
		cancel(err)
	}
	close(entrance)
	wg.Wait()
	return context.Cause(ctx)
}

// caseBulk makes cases ready and stores them, a part at a time.
type caseBulk struct {
	app       *App
	directory *Directory
	// numbers are those that earlier parts of a dry run would take.
	numbers map[string]bool
	// claimed are the ids of the part before, which has its numbers and may not
	// be stored yet.
	claimed map[string]bool
}

// A casePart is some cases on their way into the store.
type casePart struct {
	fresh []newCase
}

// A newCase is a case that is to be stored.
type newCase struct {
	CaseHistory

	id string
	// err is why it is not stored; existed tells that it was stored before.
	err     error
	existed bool

	state   *thads.Case
	doc     *store.Document
	secrets []*store.Document
}

// inParallel calls fn for 0 to n-1 on all processors.
func inParallel(n int, fn func(i int)) {
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), n)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				fn(i)
			}
		})
	}
	wg.Wait()
}

// build folds and encodes the cases on all processors. A fault in one of them
// ends the bulk, a refusal stays with its case.
func (b *caseBulk) build(_ context.Context, part *casePart) error {
	inParallel(len(part.fresh), func(i int) {
		c := &part.fresh[i]
		if c.err == nil {
			c.err = b.buildOne(c)
		}
	})
	for i := range part.fresh {
		if err := part.fresh[i].err; err != nil {
			if _, isRefusal := thads.Refusals(err); !isRefusal {
				return err
			}
		}
	}
	return nil
}

// fold records the events of a history one by one.
func (b *caseBulk) fold(id string, h *CaseHistory) (*thads.Case, map[int]PartyNumbers, error) {
	state := cases.empty(id)
	if len(h.Events) == 0 {
		return nil, nil, fmt.Errorf("history %q has no events", h.Key)
	}
	var numbers map[int]PartyNumbers
	for i, r := range h.Events {
		e := r.Event
		e.By, e.OpenFrom = r.By, b.directory.Tree.OpenFrom(r.At, cases.touches(state, &e)...)
		var err error
		if i == 0 {
			if numbers, err = b.app.sealParties(&e, h.Numbers); err != nil {
				return nil, nil, err
			}
		}
		if state, err = cases.add(state, e, r.At); err != nil {
			return nil, nil, err
		}
	}
	return state, numbers, nil
}

func (b *caseBulk) buildOne(c *newCase) error {
	state, numbers, err := b.fold(c.id, &c.CaseHistory)
	if err != nil {
		return err
	}
	c.state = state
	if c.secrets, err = b.app.secretDocuments(state, &state.Events[0], numbers); err != nil {
		return err
	}
	if c.doc, err = cases.encode(c.id, state, 1); err != nil {
		return err
	}
	// Here, because a bulk insert refuses all for one.
	if err := c.doc.Check(cases.coll); errors.Is(err, store.ErrTooLarge) {
		return tooLarge()
	} else if err != nil {
		return err
	}
	return nil
}

// claim takes the numbers of the cases and stores their secrets, both before the
// cases themselves.
func (b *caseBulk) claim(ctx context.Context, part *casePart) error {
	var ids []string
	var numbers [][]string
	var ready []*newCase
	var secrets []*store.Document
	for i := range part.fresh {
		c := &part.fresh[i]
		if c.err != nil {
			continue
		}
		ids = append(ids, c.id)
		numbers = append(numbers, cases.claims(c.state))
		ready = append(ready, c)
		secrets = append(secrets, c.secrets...)
	}
	refused, err := b.app.claimWith(ctx, ids, numbers, secrets, b.claimed)
	if err != nil {
		return err
	}
	claimed := make(map[string]bool, len(ready))
	for j, c := range ready {
		if c.err = refused[j]; c.err == nil {
			claimed[c.id] = true
		}
	}
	b.claimed = claimed
	return nil
}

// store stores the cases that have their numbers.
func (b *caseBulk) store(ctx context.Context, part *casePart) error {
	docs := make([]*store.Document, 0, len(part.fresh))
	ready := make([]*newCase, 0, len(part.fresh))
	for i := range part.fresh {
		if c := &part.fresh[i]; c.err == nil {
			docs, ready = append(docs, c.doc), append(ready, c)
		}
	}
	taken, err := b.app.store.BulkInsert(ctx, cases.coll, docs)
	if err != nil {
		return unavailable(err)
	}
	for _, i := range taken {
		ready[i].existed = true
	}
	return nil
}

// check finds what storing would refuse: numbers that another record has, or
// that occur twice in the input.
func (b *caseBulk) check(ctx context.Context, part *casePart) error {
	var ids, numbers []string
	for i := range part.fresh {
		if c := &part.fresh[i]; c.err == nil {
			ids = append(ids, c.id)
			numbers = append(numbers, cases.claims(c.state)...)
		}
	}
	there, err := b.app.present(ctx, cases.coll, ids)
	if err != nil {
		return err
	}
	claims, err := b.app.readClaims(ctx, numbers)
	if err != nil {
		return err
	}
	owners := map[string][]string{}
	for number, c := range claims {
		owners[c.Owner] = append(owners[c.Owner], number)
	}
	held, err := cases.holdsClaims(ctx, b.app, owners)
	if err != nil {
		return err
	}
	if b.numbers == nil {
		b.numbers = map[string]bool{}
	}
	for i := range part.fresh {
		c := &part.fresh[i]
		if c.err != nil {
			continue
		}
		if c.existed = there[c.id]; c.existed {
			continue
		}
		for _, number := range cases.claims(c.state) {
			if b.numbers[number] || held[number] && claims[number].Owner != c.id {
				c.err = duplicateNumber()
			}
			b.numbers[number] = true
		}
	}
	return nil
}

// present tells which of the ids are those of stored records.
func (a *App) present(ctx context.Context, c *store.Collection, ids []string) (map[string]bool, error) {
	there := make(map[string]bool)
	for len(ids) > 0 {
		part := ids[:min(len(ids), store.MaxPage)]
		ids = ids[len(part):]
		heads, err := a.store.Heads(ctx, c, thads.Everything(), part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, h := range heads {
			there[h.ID] = true
		}
	}
	return there, nil
}

// holdsClaims tells which numbers the stored records still have of those that
// they claimed, given by owner.
func (n *noun[S, E]) holdsClaims(ctx context.Context, a *App, owners map[string][]string) (map[string]bool, error) {
	ids := make([]string, 0, len(owners))
	for id := range maps.Keys(owners) {
		ids = append(ids, id)
	}
	held := map[string]bool{}
	for len(ids) > 0 {
		part := ids[:min(len(ids), store.MaxPage)]
		ids = ids[len(part):]
		states, err := n.getMany(ctx, a, thads.Everything(), part)
		if err != nil {
			return nil, err
		}
		for id, s := range states {
			for _, number := range n.claims(s) {
				for _, claimed := range owners[id] {
					if claimed == number {
						held[number] = true
					}
				}
			}
		}
	}
	return held, nil
}

// claimWith takes the numbers of new cases and, at the same time, stores their
// secrets. claimed are cases that have theirs and may not be stored yet. The
// refusals are by the index of the case.
func (a *App) claimWith(ctx context.Context, ids []string, numbers [][]string, secrets []*store.Document, claimed map[string]bool) (map[int]error, error) {
	// Together, so that they share a commit. A secret whose case is then refused
	// is harmless and found by no one.
	var sealing error
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := a.store.BulkInsert(ctx, secretCollection, secrets)
		sealing = unavailable(err)
	})
	refused, err := a.claimMany(ctx, cases.coll, ids, numbers, func(owners map[string][]string) (map[string]bool, error) {
		held, err := cases.holdsClaims(ctx, a, owners)
		if err != nil {
			return nil, err
		}
		for owner, numbers := range owners {
			if claimed[owner] {
				for _, number := range numbers {
					held[number] = true
				}
			}
		}
		return held, nil
	})
	wg.Wait()
	return refused, errors.Join(err, sealing)
}
