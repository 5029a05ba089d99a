package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// books are the postings and the deadlines of all records in memory. They are
// built by a scan of the store; from the moment at which that begins, what this
// process writes is taken at once, and what others write as soon as it is seen.
// Taking a document twice, or an older one after a newer, changes nothing, so
// that scan, writers and watch need not wait for each other.
type books struct {
	ledger    *ledger.Ledger
	deadlines *ledger.Deadlines
	// open tells that documents are taken, built that all are.
	open, built atomic.Bool
	// build is held by whoever builds.
	build sync.Mutex
	// read counts the documents that the build has read; damaged those that
	// could not be read and are in no figure.
	read, damaged atomic.Int64
}

func newBooks() *books {
	return &books{ledger: ledger.New(), deadlines: ledger.NewDeadlines()}
}

const (
	// sweepBooks is how often the versions held are compared with those stored,
	// in case a change was never seen.
	sweepBooks = 10 * time.Minute
	// rereadPart is how many documents are read at once that changed elsewhere or
	// were posted by older rules.
	rereadPart = 500
	// leanGC is how much garbage, in percent of what lives, the build may make
	// before it is collected.
	leanGC = 30
)

// posted returns the noun of a collection whose records are posted, or nil.
func posted(collection string) derivable {
	for _, n := range nouns() {
		if n.collection().Name == collection && n.book() != "" {
			return n
		}
	}
	return nil
}

// postedNouns are the nouns whose records are posted.
func postedNouns() []derivable {
	var out []derivable
	for _, n := range nouns() {
		if n.book() != "" {
			out = append(out, n)
		}
	}
	return out
}

// take takes a document of this process.
func (b *books) take(a *App, n derivable, d *store.Document) {
	if !b.open.Load() {
		return
	}
	if err := b.enter(n, d, new(thads.EntryDecoder)); err != nil {
		b.skip(a, n, d.ID, err)
	}
}

// skip reports a document that is in no figure because it cannot be read.
func (b *books) skip(a *App, n derivable, id string, err error) {
	b.damaged.Add(1)
	a.log.Error("a record is in no figure because it cannot be read", "collection", n.collection().Name, "id", id, "error", err)
}

// enter takes a document with its postings; those of other rules are made anew
// from the body, which the document must then have.
func (b *books) enter(n derivable, d *store.Document, decode *thads.EntryDecoder) error {
	var postings []thads.Posting
	var deadlines []thads.Deadline
	var err error
	if d.PostingsVersion == thads.PostingRules {
		postings, deadlines, err = decode.Append(nil, nil, d.Postings)
	} else {
		postings, deadlines, err = n.entries(d)
	}
	if err != nil {
		return err
	}
	b.ledger.Apply(ledger.Document{ID: d.ID, Version: d.Version, Book: n.book(), Postings: postings})
	b.deadlines.Apply(deadlineRecord(n.book(), d, postings, deadlines))
	return nil
}

// drop takes out a document that was deleted.
func (b *books) drop(id string, version int64) {
	if b.open.Load() {
		b.ledger.Remove(id, version)
		b.deadlines.Remove(id, version)
	}
}

// BuildLedger adds all records up; progress, if not nil, hears now and then how
// many were read. Until it is done figures are refused. A record that cannot be
// read is reported, counted and left out. Built already, it does nothing.
func (a *App) BuildLedger(ctx context.Context, progress func(done int)) error {
	a.books.build.Lock()
	defer a.books.build.Unlock()
	if a.books.built.Load() {
		return nil
	}
	// Most deadlines are over: told so, it need not sort them out afterwards.
	a.books.deadlines.Settle(a.Today())
	a.books.open.Store(true)
	a.books.read.Store(0)
	older := map[derivable][]string{}
	if err := lean(func() error { return a.books.ledger.Load(a.storedBooks(ctx, older, progress)) }); err != nil {
		return err
	}
	for _, n := range postedNouns() {
		if err := a.reread(ctx, n, older[n]); err != nil {
			return err
		}
	}
	a.books.built.Store(true)
	a.changed(caseCollection.Name)
	return nil
}

// lean runs what fills much memory for good, and makes much garbage on the way:
// it is collected more often meanwhile, and given back at the end.
func lean(fill func() error) error {
	before := debug.SetGCPercent(leanGC)
	defer func() {
		debug.SetGCPercent(before)
		debug.FreeOSMemory()
	}()
	return fill()
}

// storedBooks yields the postings of all records as they are stored, and enters
// their deadlines. older receives the ids of those that were posted by other rules.
func (a *App) storedBooks(ctx context.Context, older map[derivable][]string, progress func(done int)) iter.Seq2[ledger.Document, error] {
	b := a.books
	decoder := new(thads.EntryDecoder)
	return func(yield func(ledger.Document, error) bool) {
		var postings []thads.Posting
		for _, n := range postedNouns() {
			for d, err := range a.store.Scan(ctx, n.collection(), store.ScanOptions{WithoutBody: true}) {
				if err != nil {
					yield(ledger.Document{}, unavailable(err))
					return
				}
				if done := b.read.Add(1); progress != nil && done%10000 == 0 {
					progress(int(done))
				}
				if d.PostingsVersion != thads.PostingRules {
					older[n] = append(older[n], d.ID)
					continue
				}
				var deadlines []thads.Deadline
				if postings, deadlines, err = decoder.Append(postings[:0], nil, d.Postings); err != nil {
					b.skip(a, n, d.ID, err)
					continue
				}
				b.deadlines.Apply(deadlineRecord(n.book(), d, postings, deadlines))
				if !yield(ledger.Document{ID: d.ID, Version: d.Version, Book: n.book(), Postings: postings}, nil) {
					return
				}
			}
		}
	}
}

// reread enters the documents with these ids as they are stored now; what is not
// there any more is taken out.
func (a *App) reread(ctx context.Context, n derivable, ids []string) error {
	decoder := new(thads.EntryDecoder)
	for len(ids) > 0 {
		part := ids[:min(len(ids), rereadPart)]
		ids = ids[len(part):]
		docs, err := a.store.Get(ctx, n.collection(), thads.Everything(), part...)
		if err != nil {
			return unavailable(err)
		}
		there := make(map[string]bool, len(docs))
		for _, d := range docs {
			there[d.ID] = true
			if err := a.books.enter(n, d, decoder); err != nil {
				a.books.skip(a, n, d.ID, err)
			}
		}
		for _, id := range part {
			if !there[id] {
				a.books.drop(id, 0)
			}
		}
	}
	return nil
}

// follow takes a change into the books that the watch has seen.
func (a *App) follow(ctx context.Context, c store.Change) error {
	b := a.books
	if !b.open.Load() {
		return nil
	}
	n := posted(c.Collection)
	switch {
	case n == nil:
		return nil
	case c.Deleted:
		b.drop(c.ID, c.Version)
		return nil
	case b.ledger.Version(c.ID) >= c.Version:
		return nil // this process's own
	}
	return a.reread(ctx, n, []string{c.ID})
}

// sweepLedger compares the versions held with those stored and reads again what
// differs: the backstop of the watch.
func (a *App) sweepLedger(ctx context.Context) error {
	if !a.books.open.Load() {
		return nil
	}
	gone := a.books.ledger.Held()
	mended := 0
	for _, n := range postedNouns() {
		var behind []string
		for v, err := range a.store.Versions(ctx, n.collection()) {
			if err != nil {
				return unavailable(err)
			}
			if gone[v.ID] < v.Version {
				behind = append(behind, v.ID)
			}
			delete(gone, v.ID)
		}
		if err := a.reread(ctx, n, behind); err != nil {
			return err
		}
		mended += len(behind)
	}
	// What is held and was not listed was deleted, or inserted since: a deleted
	// one is not there when it is read again.
	for _, n := range postedNouns() {
		var missing []string
		for id := range gone {
			if n.owns(id) {
				missing = append(missing, id)
			}
		}
		if err := a.reread(ctx, n, missing); err != nil {
			return err
		}
		mended += len(missing)
	}
	if mended > 0 {
		a.changed(caseCollection.Name)
	}
	return nil
}

// LedgerState tells how far the books are: whether they are built, how many
// records were read and how many could not be.
func (a *App) LedgerState() (built bool, read, damaged int) {
	return a.books.built.Load(), int(a.books.read.Load()), int(a.books.damaged.Load())
}

// LedgerReady returns nil, or why figures cannot be answered yet, in a sentence
// that anybody may read.
func (a *App) LedgerReady(context.Context) error {
	if built, read, _ := a.LedgerState(); !built {
		return fmt.Errorf("the figures are being added up: %d records read", read)
	}
	return nil
}

// LedgerStats tell how large the books are.
func (a *App) LedgerStats() ledger.Stats { return a.books.ledger.Stats() }

// ready builds the books where nobody else does (see Options.Serving), and
// refuses figures while they are built.
func (b *books) ready(ctx context.Context, a *App) error {
	switch {
	case b.built.Load():
		return nil
	case a.serving:
		return thads.Errorf(thads.CodeLedgerBuilding, "", "Đang tính sổ sau khi khởi động (đã đọc %d hồ sơ), hãy thử lại sau ít giây", "The figures are being added up after the start (%d records read), try again in a few seconds", b.read.Load())
	}
	return a.BuildLedger(ctx, nil)
}

// figures returns the ledger as it stands now.
func (a *App) figures(ctx context.Context) (*ledger.View, error) {
	if err := a.books.ready(ctx, a); err != nil {
		return nil, err
	}
	return a.books.ledger.View(), nil
}

// keepBooks builds the books where they are not, and compares them with the
// store every now and then, until ctx ends.
func (a *App) keepBooks(ctx context.Context) error {
	if a.serving && !a.books.built.Load() {
		start := time.Now()
		err := a.BuildLedger(ctx, func(done int) { a.log.InfoContext(ctx, "adding figures up", "records", done) })
		if err != nil {
			return err
		}
		s := a.LedgerStats()
		a.log.InfoContext(ctx, "figures are ready", "records", s.Documents, "postings", s.Postings, "took", time.Since(start).Round(time.Millisecond).String())
	} else if err := a.sweepLedger(ctx); err != nil {
		return err
	}
	ticker := time.NewTicker(sweepBooks)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := a.sweepLedger(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
		}
	}
}
