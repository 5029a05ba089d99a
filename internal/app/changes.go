package app

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/thads/thads/internal/store"
)

// changes tell that something was written, by this process or by another one.
// What is derived from records (pictures in memory, figures, answers that were
// kept) is as fresh as the last change that it has seen.
type changes struct {
	// records grows with every change of what answers are made of, access with
	// every change of who may ask.
	records, access atomic.Int64

	mu   sync.Mutex
	next chan struct{}
}

func newChanges() *changes { return &changes{next: make(chan struct{})} }

// Changes grows with every write of a record, before the write is acknowledged
// where it is this process's own, and as soon as it is seen where it is another
// one's. What was answered at one number is what would be answered now while the
// number is the same.
func (a *App) Changes() int64 { return a.changes.records.Load() }

// accessChanges is the same for sessions, accounts and what else decides who
// somebody is.
func (a *App) accessChanges() int64 { return a.changes.access.Load() }

// Changed is closed at the next change of any kind.
func (a *App) Changed() <-chan struct{} {
	a.changes.mu.Lock()
	defer a.changes.mu.Unlock()
	return a.changes.next
}

// about says what a change of a collection bears on.
func about(collection string) (records, access bool) {
	switch collection {
	case sessionCollection.Name, linkCollection.Name, credentialCollection.Name, tokenCollection.Name:
		return false, true
	case userCollection.Name, metaCollection.Name, unitCollection.Name:
		return true, true
	case claimCollection.Name, secretCollection.Name, challengeCollection.Name, uploadCollection.Name,
		importCollection.Name, importPartCollection.Name, importMappingCollection.Name, jobCollection.Name, disclosureCollection.Name,
		savedQueryCollection.Name:
		return false, false
	}
	return true, false
}

// changed forgets what was derived from a collection and tells who waits.
func (a *App) changed(collection string) {
	if collection == unitCollection.Name || collection == officerCollection.Name {
		a.forget()
	}
	records, access := about(collection)
	if records {
		a.changes.records.Add(1)
	}
	if access {
		a.changes.access.Add(1)
	}
	a.changes.mu.Lock()
	defer a.changes.mu.Unlock()
	close(a.changes.next)
	a.changes.next = make(chan struct{})
}

// lostSight is for when changes may have been missed: nothing that was derived
// holds any more.
func (a *App) lostSight() {
	a.changed(unitCollection.Name)
}

// An observedStore tells the application of every write through it, after it
// was stored and before the writer hears so. Every write of the application goes
// through one, so that no use case can forget to tell.
type observedStore struct {
	store.Store
	app *App
}

func (o *observedStore) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	err := o.Store.Insert(ctx, c, d)
	if err == nil {
		o.app.wrote(c, d)
	}
	return err
}

func (o *observedStore) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	err := o.Store.Replace(ctx, c, d)
	if err == nil {
		o.app.wrote(c, d)
	}
	return err
}

func (o *observedStore) Delete(ctx context.Context, c *store.Collection, id string, version int64) error {
	err := o.Store.Delete(ctx, c, id, version)
	if err == nil {
		o.app.deleted(c, store.VersionOf{ID: id, Version: version})
	}
	return err
}

func (o *observedStore) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	taken, err := o.Store.BulkInsert(ctx, c, docs)
	if err == nil {
		o.app.wrote(c, without(docs, taken)...)
	}
	return taken, err
}

func (o *observedStore) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	lost, err := o.Store.BulkReplace(ctx, c, docs)
	if err == nil {
		o.app.wrote(c, without(docs, lost)...)
	}
	return lost, err
}

func (o *observedStore) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) ([]int, error) {
	lost, err := o.Store.BulkDelete(ctx, c, docs)
	if err == nil {
		o.app.deleted(c, without(docs, lost)...)
	}
	return lost, err
}

// without leaves out the elements at the indexes, which ascend.
func without[T any](all []T, indexes []int) []T {
	if len(indexes) == 0 {
		return all
	}
	out := make([]T, 0, len(all)-len(indexes))
	for i, v := range all {
		if len(indexes) > 0 && indexes[0] == i {
			indexes = indexes[1:]
			continue
		}
		out = append(out, v)
	}
	return out
}

// wrote takes documents of this process into what is derived from them.
func (a *App) wrote(c *store.Collection, docs ...*store.Document) {
	if len(docs) == 0 {
		return
	}
	if n := posted(c.Name); n != nil {
		for _, d := range docs {
			a.books.take(a, n, d)
		}
	}
	a.changed(c.Name)
}

func (a *App) deleted(c *store.Collection, docs ...store.VersionOf) {
	if len(docs) == 0 {
		return
	}
	if posted(c.Name) != nil {
		for _, d := range docs {
			a.books.drop(d.ID, d.Version)
		}
	}
	a.changed(c.Name)
}
