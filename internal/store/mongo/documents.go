package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/thads/thads/internal/store"
)

// The keys of a stored document beside its fields.
const (
	keyID       = "_id"
	keyVersion  = "v"
	keyPosition = "pos" // where watchers poll only
	keyDerived  = "dv"
	keyRules    = "pv"
	keyUpdated  = "at"
	keyHead     = "head"
	keyBody     = "body"
	keyPostings = "postings"
)

const (
	// insertDocuments and insertBytes bound one command of BulkInsert, so that
	// the driver never has to split it.
	insertDocuments = 1000
	insertBytes     = 16 << 20
)

// errStored: a stored document is not what this package writes.
var errStored = errors.New("mongo: a stored document is not readable")

// value returns v as it is stored.
func value(v any) any {
	if t, ok := v.(time.Time); ok {
		return bson.NewDateTimeFromTime(t)
	}
	return v
}

// encode returns a document as it is stored. pos is 0 where there are change
// streams.
func (k *collection) encode(d *store.Document, pos int64) bson.D {
	doc := bson.D{
		{Key: keyID, Value: d.ID},
		{Key: keyVersion, Value: d.Version},
		{Key: keyDerived, Value: int64(d.DerivedVersion)},
		{Key: keyRules, Value: int64(d.PostingsVersion)},
		{Key: keyUpdated, Value: bson.NewDateTimeFromTime(d.UpdatedAt)},
	}
	if pos != 0 {
		doc = append(doc, bson.E{Key: keyPosition, Value: pos})
	}
	fields := k.decl.Normalize(d.Fields)
	for _, f := range k.decl.Fields {
		if v, ok := fields[f.Name]; ok {
			doc = append(doc, bson.E{Key: fieldKey(f.Name), Value: value(v)})
		}
	}
	for _, part := range []struct {
		key  string
		data []byte
	}{{keyHead, d.Head}, {keyPostings, d.Postings}, {keyBody, d.Body}} {
		if len(part.data) > 0 {
			doc = append(doc, bson.E{Key: part.key, Value: bson.Binary{Data: part.data}})
		}
	}
	return doc
}

// decode reads a stored document, or what a projection left of it.
func (k *collection) decode(raw bson.Raw) (*store.Document, int64, error) {
	elems, err := raw.Elements()
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %s: %w", errStored, k.decl.Name, err)
	}
	d := &store.Document{Fields: make(store.Fields, len(k.decl.Fields))}
	var pos int64
	for _, e := range elems {
		v := e.Value()
		var ok bool
		var n int64
		switch key := e.Key(); key {
		case keyID:
			d.ID, ok = v.StringValueOK()
		case keyVersion:
			d.Version, ok = v.AsInt64OK()
		case keyPosition:
			pos, ok = v.AsInt64OK()
		case keyDerived:
			n, ok = v.AsInt64OK()
			d.DerivedVersion = int(n)
		case keyRules:
			n, ok = v.AsInt64OK()
			d.PostingsVersion = int(n)
		case keyUpdated:
			n, ok = v.DateTimeOK()
			d.UpdatedAt = time.UnixMilli(n).UTC()
		case keyHead:
			d.Head, ok = binaryOf(v)
		case keyBody:
			d.Body, ok = binaryOf(v)
		case keyPostings:
			d.Postings, ok = binaryOf(v)
		default:
			// Keys of fields that are no longer declared are passed over.
			f, known := k.field[key]
			if !known {
				continue
			}
			var fv any
			if fv, ok = fieldValue(v, f.Type); ok {
				d.Fields[f.Name] = fv
			}
		}
		if !ok {
			return nil, 0, fmt.Errorf("%w: %s %s: key %s is a %s", errStored, k.decl.Name, d.ID, e.Key(), v.Type)
		}
	}
	return d, pos, nil
}

func binaryOf(v bson.RawValue) ([]byte, bool) {
	_, data, ok := v.BinaryOK()
	return bytes.Clone(data), ok
}

func fieldValue(v bson.RawValue, t store.FieldType) (any, bool) {
	switch t {
	case store.String:
		s, ok := v.StringValueOK()
		return strings.Clone(s), ok
	case store.Int:
		return v.Int64OK()
	case store.Bool:
		return v.BooleanOK()
	case store.Time:
		ms, ok := v.DateTimeOK()
		return time.UnixMilli(ms).UTC(), ok
	default:
		array, ok := v.ArrayOK()
		if !ok {
			return nil, false
		}
		values, err := array.Values()
		if err != nil {
			return nil, false
		}
		set := make([]string, len(values))
		for i, m := range values {
			s, ok := m.StringValueOK()
			if !ok {
				return nil, false
			}
			set[i] = strings.Clone(s)
		}
		return set, true
	}
}

// write runs one write within store.WriteDeadline and wakes the watchers of
// this process.
func (s *Store) write(ctx context.Context, fn func(context.Context) error) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	// One deadline for all its commands: pollers and locks count on it.
	limited, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	if err := fn(limited); err != nil {
		return s.writeError(ctx, err)
	}
	s.wake()
	return nil
}

// writeError wraps the error of a write. Close waits for writes, so one that failed
// meanwhile failed for a reason of its own.
func (s *Store) writeError(ctx context.Context, err error) error {
	if ctx.Err() == nil && s.ctx.Err() != nil && !isContract(err) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return s.wrap(ctx, err)
}

// wake tells the watchers of this process that there is something to see.
func (s *Store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.local)
	s.local = make(chan struct{})
}

// nextPosition returns the position of a write that begins now; 0 where change
// streams have positions of their own.
func (s *Store) nextPosition() int64 {
	if s.can.streams {
		return 0
	}
	return s.clock.next()
}

// Insert stores a new document.
func (s *Store) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	if err := checkNew(k, d); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context) error {
		_, err := k.c.InsertOne(ctx, k.encode(d, s.nextPosition()))
		if mongo.IsDuplicateKeyError(err) {
			return fmt.Errorf("%w: %s %s", store.ErrExists, c.Name, d.ID)
		}
		return err
	})
}

func checkNew(k *collection, d *store.Document) error {
	if err := d.Check(k.decl); err != nil {
		return err
	}
	if d.Version != 1 {
		return fmt.Errorf("%w: a new document has version 1, not %d", store.ErrBadDocument, d.Version)
	}
	return nil
}

// Replace stores d over the version before it.
func (s *Store) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	if err := d.Check(k.decl); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context) error {
		res, err := k.c.ReplaceOne(ctx, at(d.ID, d.Version-1), k.encode(d, s.nextPosition()))
		if err != nil {
			return err
		}
		if res.MatchedCount == 0 {
			return k.refuse(ctx, d.ID, d.Version-1)
		}
		return nil
	})
}

// at is the guard of a write: this document at this version.
func at(id string, version int64) bson.D {
	return bson.D{{Key: keyID, Value: id}, {Key: keyVersion, Value: version}}
}

// refuse tells why a guard did not hold.
func (k *collection) refuse(ctx context.Context, id string, version int64) error {
	raw, err := k.c.FindOne(ctx, bson.D{{Key: keyID, Value: id}},
		options.FindOne().SetProjection(bson.D{{Key: keyVersion, Value: 1}})).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return fmt.Errorf("%w: %s %s", store.ErrNotFound, k.decl.Name, id)
	}
	if err != nil {
		return err
	}
	d, _, err := k.decode(raw)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s %s is at version %d, not %d", store.ErrConflict, k.decl.Name, id, d.Version, version)
}

// Delete removes the document at this version.
func (s *Store) Delete(ctx context.Context, c *store.Collection, id string, version int64) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context) error {
		if !s.can.streams {
			// The tombstone comes first: a watcher that meets it looks whether
			// the document is gone, and keeps looking until the deadline of
			// this write is over, so that no crash between the two hides a
			// deletion.
			if err := s.bury(ctx, c.Name, id, version); err != nil {
				return err
			}
		}
		res, err := k.c.DeleteOne(ctx, at(id, version))
		if err != nil {
			return err
		}
		if res.DeletedCount == 0 {
			return k.refuse(ctx, id, version)
		}
		return nil
	})
}

// BulkInsert stores new documents, a command at a time.
func (s *Store) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) (taken []int, err error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if err := d.Check(k.decl); err != nil {
			return nil, err
		}
	}
	for from := 0; from < len(docs); {
		to, size := from, 0
		for to < len(docs) && to-from < insertDocuments && size < insertBytes {
			size += len(docs[to].Head) + len(docs[to].Body) + len(docs[to].Postings)
			to++
		}
		err := s.write(ctx, func(ctx context.Context) error {
			batch := make([]any, 0, to-from)
			for _, d := range docs[from:to] {
				batch = append(batch, k.encode(d, s.nextPosition()))
			}
			_, err := k.c.InsertMany(ctx, batch, options.InsertMany().SetOrdered(false))
			at, err := takenOf(err)
			for _, i := range at {
				taken = append(taken, from+i)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		from = to
	}
	return taken, nil
}

// bulkWriters is how many single writes of a bulk are under way at once.
const bulkWriters = 16

// BulkReplace stores documents over the versions before them, each in a command
// of its own: one command for many tells how many were stored, but not which.
func (s *Store) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	if err := store.CheckBulk(k.decl, docs); err != nil {
		return nil, err
	}
	return eachOf(len(docs), func(i int) error { return s.Replace(ctx, c, docs[i]) })
}

// BulkDelete removes documents at their versions, as BulkReplace stores them.
func (s *Store) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) ([]int, error) {
	if _, err := s.collection(c); err != nil {
		return nil, err
	}
	return eachOf(len(docs), func(i int) error { return s.Delete(ctx, c, docs[i].ID, docs[i].Version) })
}

// eachOf runs n guarded writes, bulkWriters at a time, and returns which of
// them were refused. Any other error ends it.
func eachOf(n int, write func(i int) error) ([]int, error) {
	var (
		mu   sync.Mutex
		at   int
		lost []int
		errs []error
		wg   sync.WaitGroup
	)
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		at++
		return at - 1, at <= n && len(errs) == 0
	}
	for range min(n, bulkWriters) {
		wg.Go(func() {
			for i, more := next(); more; i, more = next() {
				err := write(i)
				if err == nil {
					continue
				}
				mu.Lock()
				if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
					lost = append(lost, i)
				} else {
					errs = append(errs, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	slices.Sort(lost)
	return lost, nil
}

// takenOf returns the places of the documents whose id was taken, and the
// error if anything else happened.
func takenOf(err error) ([]int, error) {
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return nil, err
	}
	var taken []int
	for _, we := range bulk.WriteErrors {
		if !mongo.IsDuplicateKeyError(we) {
			return nil, err
		}
		taken = append(taken, we.Index)
	}
	return taken, nil
}
