package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A claim makes a number unique: its document's id is the number, so that the
// store itself refuses a second one. It is taken before the record that has the
// number is written. A claim whose owner never came to be, or has given the
// number up, is free again once it is old enough that no write can be under way.
type claim struct {
	Collection string    `json:"collection"`
	Owner      string    `json:"owner"`
	At         time.Time `json:"at"`
}

// claimGrace is how long a claim without its owner is respected: longer than
// any write takes from claiming to being stored.
const claimGrace = 3 * store.WriteDeadline

// holdsFunc tells whether the record id, as stored, has the number.
type holdsFunc func(ctx context.Context, a *App, id, number string) (bool, error)

// claimAll takes the numbers for the record id of collection c, or refuses with
// CodeDuplicate. Numbers it has already are fine.
func (a *App) claimAll(ctx context.Context, c *store.Collection, id string, numbers []string, holds holdsFunc) error {
	for _, number := range numbers {
		if err := a.claim(ctx, c, id, number, holds); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) claim(ctx context.Context, c *store.Collection, id, number string, holds holdsFunc) error {
	now := a.clock()
	doc, err := claimDocument(c, id, number, now)
	if err != nil {
		return err
	}
	if err := a.store.Insert(ctx, claimCollection, doc); !errors.Is(err, store.ErrExists) {
		return unavailable(err)
	}
	old, version, err := a.readClaim(ctx, number)
	if err != nil {
		return err
	}
	if version == 0 {
		// Given up between the two calls: the next attempt will find it free.
		return numberBusy()
	}
	if old.Collection == c.Name && old.Owner == id {
		return nil
	}
	owned, err := holds(ctx, a, old.Owner, number)
	if err != nil {
		return err
	}
	if owned {
		return duplicateNumber()
	}
	if now.Sub(old.At) < claimGrace {
		return numberBusy()
	}
	doc.Version = version + 1
	if err := a.store.Replace(ctx, claimCollection, doc); err != nil {
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
			return numberBusy()
		}
		return unavailable(err)
	}
	return nil
}

// readClaim returns a claim and the version of its document, 0 if there is none.
func (a *App) readClaim(ctx context.Context, number string) (c claim, version int64, err error) {
	docs, err := a.store.Get(ctx, claimCollection, thads.Everything(), number)
	if err != nil || len(docs) == 0 {
		return c, 0, unavailable(err)
	}
	if err := json.Unmarshal(docs[0].Body, &c); err != nil {
		return c, 0, fmt.Errorf("claim %q: %w", number, err)
	}
	return c, docs[0].Version, nil
}

// claimOwner returns the id of the record that claimed a number, or "".
func (a *App) claimOwner(ctx context.Context, number string) (string, error) {
	c, _, err := a.readClaim(ctx, number)
	return c.Owner, err
}

func duplicateNumber() error {
	return thads.Errorf(thads.CodeDuplicate, "number", "Số này đã có ở một hồ sơ khác", "Another record has this number")
}

func numberBusy() error {
	return thads.Errorf(thads.CodeUnavailable, "number", "Số này đang được ghi ở nơi khác, hãy thử lại sau ít phút", "This number is being recorded elsewhere, try again in a minute")
}

// claimDocument makes the document of a claim.
func claimDocument(c *store.Collection, id, number string, now time.Time) (*store.Document, error) {
	body, err := json.Marshal(claim{Collection: c.Name, Owner: id, At: now.UTC().Truncate(time.Millisecond)})
	if err != nil {
		return nil, fmt.Errorf("claim %q: %w", number, err)
	}
	return &store.Document{
		ID: number, Version: 1, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"owner": id},
	}, nil
}

// claimMany takes the numbers of many new records at once and returns the
// refusals by the index of their record.
func (a *App) claimMany(ctx context.Context, c *store.Collection, ids []string, numbers [][]string, holds holdsFunc) (map[int]error, error) {
	now := a.clock()
	var docs []*store.Document
	var owner []int
	refused := map[int]error{}
	taken := map[string]int{}
	for i, ns := range numbers {
		for _, number := range ns {
			if first, twice := taken[number]; twice && ids[first] != ids[i] {
				refused[i] = duplicateNumber()
				continue
			}
			taken[number] = i
			d, err := claimDocument(c, ids[i], number, now)
			if err != nil {
				return nil, err
			}
			docs, owner = append(docs, d), append(owner, i)
		}
	}
	exist, err := a.store.BulkInsert(ctx, claimCollection, docs)
	if err != nil {
		return nil, unavailable(err)
	}
	for _, j := range exist {
		if err := a.claim(ctx, c, ids[owner[j]], docs[j].ID, holds); err != nil {
			if _, isRefusal := thads.Refusals(err); !isRefusal {
				return nil, err
			}
			refused[owner[j]] = err
		}
	}
	return refused, nil
}
