package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// derivable is a noun seen without its types.
type derivable interface {
	collection() *store.Collection
	readRight() auth.Right
	// derive makes the document anew from its body.
	derive(d *store.Document) (*store.Document, error)
	holds() holdsFunc
	// book is the book of the records, "" for those of which no figures are kept,
	// and entries makes the postings and deadlines of a document from its body.
	book() thads.Book
	entries(d *store.Document) ([]thads.Posting, []thads.Deadline, error)
	// owns tells whether an id is one of this noun.
	owns(id string) bool
}

func (n *noun[S, E]) collection() *store.Collection { return n.coll }

func (n *noun[S, E]) readRight() auth.Right { return n.reads }

func (n *noun[S, E]) holds() holdsFunc { return n.holdsClaim }

func (n *noun[S, E]) book() thads.Book { return n.ledger }

func (n *noun[S, E]) owns(id string) bool { return strings.HasPrefix(id, n.prefix+"_") }

func (n *noun[S, E]) entries(d *store.Document) ([]thads.Posting, []thads.Deadline, error) {
	s, err := n.decode(d)
	if err != nil {
		return nil, nil, err
	}
	return n.posts(s)
}

func (n *noun[S, E]) derive(d *store.Document) (*store.Document, error) {
	s, err := n.decode(d)
	if err != nil {
		return nil, err
	}
	return n.encode(d.ID, s, d.Version)
}

const derivedDoc = "derived"

// Prepare brings an opened store up to this version of the program: where heads,
// fields, sort keys or search words were derived by older rules, they are
// derived again. It costs one read where nothing has to be done. progress, if
// not nil, hears how many documents were looked at. A store into which a dump
// was loaded in part is refused.
func (a *App) Prepare(ctx context.Context, progress func(done int)) error {
	if err := a.checkLoaded(ctx); err != nil {
		return err
	}
	docs, err := a.store.Get(ctx, metaCollection, thads.Everything(), derivedDoc)
	if err != nil {
		return unavailable(err)
	}
	version := int64(0)
	if len(docs) == 1 {
		var have int
		if err := json.Unmarshal(docs[0].Body, &have); err != nil {
			return fmt.Errorf("meta %s: %w", derivedDoc, err)
		}
		switch {
		case have == derivedVersion:
			return nil
		case have > derivedVersion:
			return fmt.Errorf("%w: its keys are of version %d, this program makes %d", store.ErrNewer, have, derivedVersion)
		}
		version = docs[0].Version
		if err := a.rederive(ctx, progress); err != nil {
			return err
		}
	}
	body, err := json.Marshal(derivedVersion)
	if err != nil {
		return err
	}
	d := &store.Document{ID: derivedDoc, Version: version + 1, Body: body, DerivedVersion: derivedVersion, UpdatedAt: a.clock()}
	if version == 0 {
		err = a.store.Insert(ctx, metaCollection, d)
	} else {
		err = a.store.Replace(ctx, metaCollection, d)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) {
		return nil // another process has just done the same
	}
	return unavailable(err)
}

// rederive derives every document of other rules again. A document that is
// written meanwhile is derived by its writer.
func (a *App) rederive(ctx context.Context, progress func(done int)) error {
	done := 0
	for _, n := range nouns() {
		for d, err := range a.store.Scan(ctx, n.collection(), store.ScanOptions{}) {
			if err != nil {
				return unavailable(err)
			}
			if done++; progress != nil && done%1000 == 0 {
				progress(done)
			}
			if d.DerivedVersion == derivedVersion {
				continue
			}
			fresh, err := n.derive(d)
			if err != nil {
				return err
			}
			fresh.Version = d.Version + 1
			if err := a.store.Replace(ctx, n.collection(), fresh); err != nil && !errors.Is(err, store.ErrConflict) {
				return unavailable(err)
			}
		}
	}
	return nil
}
