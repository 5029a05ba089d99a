package mongo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/thads/thads/internal/store"
)

// Where there are no change streams, every write carries as its position the
// time, by the server's clock, at which it began. It may become visible up to
// store.WriteDeadline later, behind positions that a watcher has read already,
// so a watcher reads the last stretch again and again and tells by the version
// what it has told before.

const (
	// pollEvery is how often a watcher looks.
	pollEvery = 200 * time.Millisecond
	// pollOverlap is how far a thorough look reaches back: more than the write
	// deadline, by what clocks may be wrong and a server slow.
	pollOverlap = 2 * store.WriteDeadline
	// pollGlance is how far the looks between the thorough ones reach back.
	// Nearly all writes are visible by then.
	pollGlance = 2 * time.Second
	// thoroughEvery is how often a look is thorough.
	thoroughEvery = 2 * time.Second
)

// A clock tells the server's time in milliseconds, without asking it each time.
type clock struct {
	mu     sync.Mutex
	base   time.Time     // with the monotonic clock of this process
	offset time.Duration // of the server's clock
	last   int64
}

// measure compares the clocks.
func (c *clock) measure(ctx context.Context, db *mongo.Database) error {
	asked := time.Now()
	raw, err := db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
	if err != nil {
		return err
	}
	ms, ok := raw.Lookup("localTime").DateTimeOK()
	if !ok {
		return fmt.Errorf("%w: the server does not tell its time", store.ErrUnavailable)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// The answer was made somewhere between question and now.
	c.base = time.Now()
	c.offset = time.UnixMilli(ms).Sub(asked.Add(c.base.Sub(asked) / 2).Round(0))
	return nil
}

// next returns the server's time, later than every time returned before.
func (c *clock) next() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	// By the monotonic clock, so that a correction of this machine's does no
	// harm.
	now := c.base.Round(0).Add(c.offset).Add(time.Since(c.base))
	c.last = max(c.last+1, now.UnixMilli())
	return c.last
}

// A tombstone remembers a deletion, or one that was about to be made.
type tombstone struct {
	ID         string `bson:"_id"`
	Collection string `bson:"c"`
	Document   string `bson:"id"`
	Version    int64  `bson:"v"`
	Position   int64  `bson:"pos"`
}

// bury stores the tombstone of a document that is going to be deleted.
func (s *Store) bury(ctx context.Context, c, id string, version int64) error {
	t := tombstone{ID: c + "/" + id, Collection: c, Document: id, Version: version, Position: s.clock.next()}
	_, err := s.db.Collection(tombstoneCollection).ReplaceOne(ctx, bson.D{{Key: keyID, Value: t.ID}}, t, options.Replace().SetUpsert(true))
	return err
}

// forget drops the tombstones that watchers had time enough to see.
func (s *Store) forget(ctx context.Context) error {
	before := s.clock.next() - s.keep.Milliseconds()
	// First said, then done.
	_, err := s.db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: keyID, Value: metaID}},
		bson.D{{Key: "$max", Value: bson.D{{Key: "forgotten", Value: before}}}})
	if err != nil {
		return err
	}
	_, err = s.db.Collection(tombstoneCollection).DeleteMany(ctx, bson.D{{Key: keyPosition, Value: op("$lt", before)}})
	return err
}

// A told is what a poller has told last of a document.
type told struct {
	version int64
	deleted bool
	// buried is the position of the tombstone that was told last.
	buried int64
	pos    int64
}

// A poller finds changes by their positions.
type poller struct {
	s    *Store
	fn   func(store.Change) error
	told map[string]told
	// high is the highest position seen, though never above ceiling, the time
	// at which the present look began: a long look reads its collections at
	// different times, and what is written meanwhile must not be passed by.
	high, ceiling int64
}

// poll watches by looking again and again.
func (s *Store) poll(ctx context.Context, kind, place string, fn func(store.Change) error) error {
	from, err := strconv.ParseInt(place, 10, 64)
	if kind != kindPoll || err != nil {
		return fmt.Errorf("%w: %q is no position of a deployment that is polled", store.ErrPositionLost, place)
	}
	p := &poller{s: s, fn: fn, told: map[string]told{}, high: from}
	var thorough, measured time.Time
	forgot := time.Now()
	first := true
	return s.retry(ctx, func() (progress bool, err error) {
		for {
			s.mu.Lock()
			local := s.local
			s.mu.Unlock()
			if time.Since(measured) > time.Minute {
				if !measured.IsZero() {
					if err := s.clock.measure(ctx, s.db); err != nil {
						return progress, err
					}
				}
				if err := p.check(ctx, from); err != nil {
					return progress, err
				}
				measured = time.Now()
			}
			if time.Since(forgot) > time.Hour {
				if err := s.forget(ctx); err != nil {
					return progress, err
				}
				forgot = time.Now()
			}
			back := pollGlance
			begun := time.Now()
			if first || begun.Sub(thorough) >= thoroughEvery {
				back = pollOverlap
			}
			if err := p.look(ctx, p.high-back.Milliseconds()); err != nil {
				return progress, err
			}
			if back == pollOverlap {
				first, thorough = false, begun
				p.tidy()
			}
			from = max(from, p.high)
			progress = true
			timer := time.NewTimer(pollEvery)
			select {
			case <-local:
			case <-timer.C:
			case <-ctx.Done():
			}
			timer.Stop()
			if ctx.Err() != nil {
				return progress, ctx.Err()
			}
		}
	})
}

// check tells whether deletions are still known from a position on.
func (p *poller) check(ctx context.Context, from int64) error {
	var m meta
	if err := p.s.db.Collection(metaCollection).FindOne(ctx, bson.D{{Key: keyID, Value: metaID}}).Decode(&m); err != nil {
		return err
	}
	if from < m.Forgotten {
		return fmt.Errorf("%w: deletions are known from %d on, not from %d", store.ErrPositionLost, m.Forgotten, from)
	}
	return nil
}

// look tells what was written at low or behind it and not told before.
func (p *poller) look(ctx context.Context, low int64) error {
	since := bson.D{{Key: keyPosition, Value: op("$gte", low)}}
	p.ceiling = p.s.clock.next()
	// Tombstones first: a document that was deleted and made again after this
	// is told with its deletion by the next look, or noticed by its version.
	cur, err := p.s.db.Collection(tombstoneCollection).Find(ctx, since, options.Find().SetSort(bson.D{{Key: keyPosition, Value: 1}}))
	if err != nil {
		return err
	}
	var graves []tombstone
	if err := cur.All(ctx, &graves); err != nil {
		return err
	}
	for _, t := range graves {
		k, declared := p.s.colls[t.Collection]
		if declared && p.told[t.ID].buried != t.Position {
			if err := p.grave(ctx, k, t); err != nil {
				return err
			}
		}
	}
	for _, k := range p.s.colls {
		if err := p.documents(ctx, k, since); err != nil {
			return err
		}
	}
	return nil
}

// grave tells of a deletion, if it was made.
func (p *poller) grave(ctx context.Context, k *collection, t tombstone) error {
	d, pos, err := k.one(ctx, t.Document)
	if err != nil {
		return err
	}
	switch {
	case d == nil:
	case d.Version > t.Version:
		return nil // the deletion was refused, or a new document is past it
	case d.Version == t.Version && pos <= t.Position:
		return nil // not deleted yet, or never: looked at again
	}
	if err := p.tell(store.Change{Collection: t.Collection, ID: t.Document, Version: t.Version, Deleted: true}, t.Position); err != nil {
		return err
	}
	was := p.told[t.ID]
	was.buried = t.Position
	p.told[t.ID] = was
	return nil
}

// one returns version and position of a document, nil if there is none.
func (k *collection) one(ctx context.Context, id string) (*store.Document, int64, error) {
	raw, err := k.c.FindOne(ctx, bson.D{{Key: keyID, Value: id}},
		options.FindOne().SetProjection(bson.D{{Key: keyVersion, Value: 1}, {Key: keyPosition, Value: 1}})).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	return k.decode(raw)
}

// documents tells of the documents of one collection.
func (p *poller) documents(ctx context.Context, k *collection, since bson.D) (err error) {
	cur, err := k.c.Find(ctx, since, options.Find().SetSort(bson.D{{Key: keyPosition, Value: 1}}).
		SetProjection(bson.D{{Key: keyVersion, Value: 1}, {Key: keyPosition, Value: 1}}))
	if err != nil {
		return err
	}
	defer func() {
		if e := cur.Close(context.WithoutCancel(ctx)); err == nil {
			err = e
		}
	}()
	for cur.Next(ctx) {
		d, pos, err := k.decode(cur.Current)
		if err != nil {
			return err
		}
		was, known := p.told[k.decl.Name+"/"+d.ID]
		if known && !was.deleted && was.version == d.Version {
			continue
		}
		c := store.Change{Collection: k.decl.Name, ID: d.ID, Version: d.Version}
		if known && !was.deleted && d.Version < was.version {
			// It was deleted and made again since it was told.
			gone := c
			gone.Version, gone.Deleted = was.version, true
			if err := p.tell(gone, pos); err != nil {
				return err
			}
		}
		if err := p.tell(c, pos); err != nil {
			return err
		}
	}
	return cur.Err()
}

func (p *poller) tell(c store.Change, pos int64) error {
	// A watcher that resumes here reads the overlap again, so the highest
	// position seen serves for every change.
	p.high = max(p.high, min(pos, p.ceiling))
	c.Position = p.s.makePosition(kindPoll, strconv.FormatInt(p.high, 10))
	if err := p.fn(c); err != nil {
		return callbackError{err}
	}
	key := c.Collection + "/" + c.ID
	p.told[key] = told{version: c.Version, deleted: c.Deleted, buried: p.told[key].buried, pos: pos}
	return nil
}

// tidy lets go of what no later look can meet again.
func (p *poller) tidy() {
	low := p.high - 2*pollOverlap.Milliseconds()
	for key, t := range p.told {
		if t.pos < low {
			delete(p.told, key)
		}
	}
}
