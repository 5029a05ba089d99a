package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// bulkSize is how many records one write of a bulk carries: enough that a page
// of an index, which takes them in another order, is written for many of them at
// once, few enough that memory stays small.
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
	p, err := a.permit(ctx, auth.Direct)
	if err != nil {
		return result, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return result, err
	}
	b := &caseBulk{app: a, by: p, directory: d, dryRun: dryRun, result: &result}
	for h := range histories {
		b.pending = append(b.pending, h)
		if len(b.pending) == bulkSize {
			if err := b.flush(ctx); err != nil {
				return result, err
			}
		}
	}
	err = errors.Join(b.flush(ctx), b.wait())
	return result, err
}

// caseBulk is one backfill under way. While one part is being stored, the next
// is read, folded and encoded.
type caseBulk struct {
	app       *App
	by        auth.Principal
	directory *Directory
	dryRun    bool
	pending   []CaseHistory
	// first is the index of the first pending history in the input.
	first int
	// storing tells how storing the part before ended; nil while none was begun.
	storing chan error

	// What follows belongs to the part that is being stored. numbers are those
	// that earlier parts of a dry run would take.
	result  *BulkResult
	numbers map[string]bool
}

// built is one history made ready to be stored.
type built struct {
	// index is its place in the input.
	index   int
	id      string
	state   *thads.Case
	doc     *store.Document
	secrets []*store.Document
	err     error
}

// flush makes what is pending ready, waits for the part before and begins to
// store this one.
func (b *caseBulk) flush(ctx context.Context) error {
	made := b.buildAll()
	b.first += len(b.pending)
	b.pending = b.pending[:0]
	if err := b.wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil || len(made) == 0 {
		return err
	}
	storing := make(chan error, 1)
	go func() { storing <- b.store(ctx, made) }()
	b.storing = storing
	return nil
}

// wait returns how storing the part before ended.
func (b *caseBulk) wait() error {
	if b.storing == nil {
		return nil
	}
	err := <-b.storing
	b.storing = nil
	return err
}

// buildAll folds and encodes the pending histories on all processors.
func (b *caseBulk) buildAll() []built {
	made := make([]built, len(b.pending))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(made))
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(made); i += workers {
				made[i] = b.build(b.pending[i])
				made[i].index = b.first + i
			}
		})
	}
	wg.Wait()
	return made
}

func (b *caseBulk) build(h CaseHistory) built {
	id := newID(cases.prefix, b.by.ID, h.Key)
	state := cases.empty(id)
	out := built{id: id}
	var numbers map[int]string
	for i, r := range h.Events {
		e := r.Event
		e.By, e.OpenFrom = r.By, b.directory.Tree.OpenFrom(r.At, cases.touches(state, &e)...)
		if i == 0 {
			if numbers, out.err = b.app.sealParties(&e, h.Identities); out.err != nil {
				return out
			}
		}
		if state, out.err = cases.add(state, e, r.At); out.err != nil {
			return out
		}
	}
	if len(h.Events) == 0 {
		out.err = fmt.Errorf("history %q has no events", h.Key)
		return out
	}
	out.state = state
	parties, _ := partiesOf(&state.Events[0])
	for i, number := range numbers {
		d, err := b.app.secretDocument(state, &parties[i], number)
		if err != nil {
			out.err = err
			return out
		}
		out.secrets = append(out.secrets, d)
	}
	out.doc, out.err = cases.encode(id, state, 1)
	return out
}

// store claims the numbers of what was built and stores it, secrets first.
func (b *caseBulk) store(ctx context.Context, made []built) error {
	var ids []string
	var numbers [][]string
	var ready []*built
	var secrets []*store.Document
	for i := range made {
		m := &made[i]
		if m.err != nil {
			if _, isRefusal := thads.Refusals(m.err); !isRefusal {
				return m.err
			}
			b.result.Refused[m.index] = m.err
			continue
		}
		ids = append(ids, m.id)
		numbers = append(numbers, cases.claims(m.state))
		ready = append(ready, m)
		secrets = append(secrets, m.secrets...)
	}
	if b.dryRun {
		return b.check(ctx, ids, numbers, ready)
	}
	refused, err := b.app.claimMany(ctx, cases.coll, ids, numbers, cases.holdsClaim)
	if err != nil {
		return err
	}
	if _, err := b.app.store.BulkInsert(ctx, secretCollection, secrets); err != nil {
		return unavailable(err)
	}
	var docs []*store.Document
	for j, m := range ready {
		if err := refused[j]; err != nil {
			b.result.Refused[m.index] = err
			continue
		}
		docs = append(docs, m.doc)
	}
	taken, err := b.app.store.BulkInsert(ctx, cases.coll, docs)
	if err != nil {
		return unavailable(err)
	}
	b.result.Existing += len(taken)
	b.result.Created += len(docs) - len(taken)
	return nil
}

// check finds what storing would refuse: numbers that another record has, or
// that occur twice in the input.
func (b *caseBulk) check(ctx context.Context, ids []string, numbers [][]string, ready []*built) error {
	there := make(map[string]bool)
	for part := range slices.Chunk(ids, store.MaxPage) {
		existing, err := b.app.store.Heads(ctx, cases.coll, thads.Everything(), part...)
		if err != nil {
			return unavailable(err)
		}
		for _, h := range existing {
			there[h.ID] = true
		}
	}
	if b.numbers == nil {
		b.numbers = map[string]bool{}
	}
	for j, m := range ready {
		if there[ids[j]] {
			b.result.Existing++
			continue
		}
		var refusal error
		for _, number := range numbers[j] {
			if b.numbers[number] {
				refusal = duplicateNumber()
			}
			b.numbers[number] = true
			owner, err := b.app.claimOwner(ctx, number)
			if err != nil {
				return err
			}
			if owner == "" || owner == ids[j] {
				continue
			}
			held, err := cases.holdsClaim(ctx, b.app, owner, number)
			if err != nil {
				return err
			}
			if held {
				refusal = duplicateNumber()
			}
		}
		if refusal != nil {
			b.result.Refused[m.index] = refusal
			continue
		}
		b.result.Created++
	}
	return nil
}
