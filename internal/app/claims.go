package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// readClaims returns those of the numbers that are claimed.
func (a *App) readClaims(ctx context.Context, numbers []string) (map[string]claim, error) {
	claims, _, err := a.readClaimVersions(ctx, numbers)
	return claims, err
}

func (a *App) readClaimVersions(ctx context.Context, numbers []string) (map[string]claim, map[string]int64, error) {
	claims, versions := make(map[string]claim), make(map[string]int64)
	for part := range slices.Chunk(numbers, store.MaxPage) {
		docs, err := a.store.Get(ctx, claimCollection, thads.Everything(), part...)
		if err != nil {
			return nil, nil, unavailable(err)
		}
		for _, d := range docs {
			var c claim
			if err := json.Unmarshal(d.Body, &c); err != nil {
				return nil, nil, fmt.Errorf("claim %q: %w", d.ID, err)
			}
			claims[d.ID], versions[d.ID] = c, d.Version
		}
	}
	return claims, versions, nil
}

// claimMany takes the numbers of many new records at once and returns the
// refusals by the index of their record. holds tells which of the numbers their
// present owners have; see holdsClaims.
func (a *App) claimMany(ctx context.Context, c *store.Collection, ids []string, numbers [][]string, holds func(owners map[string][]string) (map[string]bool, error)) (map[int]error, error) {
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
	if len(exist) == 0 {
		return refused, nil
	}
	wanted, index := make([]*store.Document, len(exist)), make(map[string]int, len(exist))
	for k, j := range exist {
		wanted[k], index[docs[j].ID] = docs[j], owner[j]
	}
	lost, err := a.takeClaims(ctx, c, wanted, func(number string) string { return ids[index[number]] }, holds)
	if err != nil {
		return nil, err
	}
	for number, refusal := range lost {
		refused[index[number]] = refusal
	}
	return refused, nil
}

// takeClaims takes numbers that were claimed before, as claim does for one, and
// returns the refusals by number. ownerOf names who wants a number.
func (a *App) takeClaims(ctx context.Context, c *store.Collection, wanted []*store.Document, ownerOf func(number string) string, holds func(map[string][]string) (map[string]bool, error)) (map[string]error, error) {
	numbers := make([]string, len(wanted))
	for i, d := range wanted {
		numbers[i] = d.ID
	}
	old, versions, err := a.readClaimVersions(ctx, numbers)
	if err != nil {
		return nil, err
	}
	owners := map[string][]string{}
	for number, o := range old {
		if o.Collection != c.Name || o.Owner != ownerOf(number) {
			owners[o.Owner] = append(owners[o.Owner], number)
		}
	}
	held, err := holds(owners)
	if err != nil {
		return nil, err
	}
	now := a.clock()
	refused := map[string]error{}
	var free []*store.Document
	for _, d := range wanted {
		o, claimed := old[d.ID]
		switch {
		case claimed && o.Collection == c.Name && o.Owner == ownerOf(d.ID):
		case held[d.ID]:
			refused[d.ID] = duplicateNumber()
		case !claimed || now.Sub(o.At) < claimGrace:
			// Given up between the two calls, or perhaps about to be stored.
			refused[d.ID] = numberBusy()
		default:
			d.Version = versions[d.ID] + 1
			free = append(free, d)
		}
	}
	lost, err := a.store.BulkReplace(ctx, claimCollection, free)
	if err != nil {
		return nil, unavailable(err)
	}
	for _, i := range lost {
		refused[free[i].ID] = numberBusy()
	}
	return refused, nil
}

// A release is a number that a record has given up for good.
type release struct{ number, owner string }

// releaseClaims frees numbers whose owners can never have them again, so that
// others need not wait for claimGrace: records that were voided, which take no
// more events. It must be called after the owner was stored without the number.
// A writer that read the owner before that cannot store it any more, because its
// version has changed; and a claim that somebody else has taken over meanwhile
// has another version and is left.
func (a *App) releaseClaims(ctx context.Context, given []release) error {
	numbers := make([]string, len(given))
	for i, g := range given {
		numbers[i] = g.number
	}
	claims, versions, err := a.readClaimVersions(ctx, numbers)
	if err != nil {
		return err
	}
	var gone []store.VersionOf
	for _, g := range given {
		if c, there := claims[g.number]; there && c.Owner == g.owner {
			gone = append(gone, store.VersionOf{ID: g.number, Version: versions[g.number]})
		}
	}
	_, err = a.store.BulkDelete(ctx, claimCollection, gone)
	return unavailable(err)
}
