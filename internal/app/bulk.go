package app

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// bulkSize is how many records one write of a bulk carries: enough that the
// durable commit of each costs little, few enough that memory stays small.
const bulkSize = 1000

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
	return result, b.flush(ctx)
}

// caseBulk is one backfill under way.
type caseBulk struct {
	app       *App
	by        auth.Principal
	directory *Directory
	dryRun    bool
	result    *BulkResult
	pending   []CaseHistory
	// first is the index of the first pending history in the input, numbers
	// those that earlier parts of a dry run would take.
	first   int
	numbers map[string]bool
}

// built is one history made ready to be stored.
type built struct {
	id      string
	state   *thads.Case
	doc     *store.Document
	secrets []*store.Document
	err     error
}

// flush validates and stores what is pending.
func (b *caseBulk) flush(ctx context.Context) error {
	if len(b.pending) == 0 {
		return ctx.Err()
	}
	made := b.buildAll()
	for i := range made {
		if err := made[i].err; err != nil {
			if _, isRefusal := thads.Refusals(err); !isRefusal {
				return err
			}
			b.result.Refused[b.first+i] = err
		}
	}
	err := b.store(ctx, made)
	b.first += len(b.pending)
	b.pending = b.pending[:0]
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
	var index []int
	var secrets []*store.Document
	for i := range made {
		if made[i].err == nil {
			ids = append(ids, made[i].id)
			numbers = append(numbers, cases.claims(made[i].state))
			index = append(index, i)
			secrets = append(secrets, made[i].secrets...)
		}
	}
	if b.dryRun {
		return b.check(ctx, ids, numbers, index)
	}
	refused, err := b.app.claimMany(ctx, cases.coll, ids, numbers, cases.holdsClaim)
	if err != nil {
		return err
	}
	if _, err := b.app.store.BulkInsert(ctx, secretCollection, secrets); err != nil {
		return unavailable(err)
	}
	var docs []*store.Document
	for j, i := range index {
		if err := refused[j]; err != nil {
			b.result.Refused[b.first+i] = err
			continue
		}
		docs = append(docs, made[i].doc)
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
func (b *caseBulk) check(ctx context.Context, ids []string, numbers [][]string, index []int) error {
	existing, err := b.app.store.Heads(ctx, cases.coll, thads.Everything(), ids...)
	if err != nil {
		return unavailable(err)
	}
	there := make(map[string]bool, len(existing))
	for _, h := range existing {
		there[h.ID] = true
	}
	if b.numbers == nil {
		b.numbers = map[string]bool{}
	}
	for j, i := range index {
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
			b.result.Refused[b.first+i] = refusal
			continue
		}
		b.result.Created++
	}
	return nil
}
