package mongo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// scanDocuments is how many documents one query of a scan returns.
const scanDocuments = 1000

// A filter is a conjunction of conditions.
type filter struct {
	nothing bool // no document can satisfy it
	and     bson.A
}

func (f *filter) add(key string, cond any) {
	f.and = append(f.and, bson.D{{Key: key, Value: cond}})
}

// query returns the filter of the driver, with further conditions.
func (f filter) query(more ...any) bson.D {
	and := append(slices.Clone(f.and), more...)
	if len(and) == 0 {
		return bson.D{}
	}
	return bson.D{{Key: "$and", Value: and}}
}

func op(name string, v any) bson.D { return bson.D{{Key: name, Value: v}} }

// filter translates a checked scope and conditions.
func (k *collection) filter(scope thads.OpenScope, where []store.Cond) filter {
	var f filter
	k.scope(&f, scope)
	for _, w := range where {
		k.condition(&f, w)
	}
	return f
}

func (k *collection) scope(f *filter, scope thads.OpenScope) {
	if scope.IsEverything() {
		return
	}
	if scope.IsZero() {
		f.nothing = true
		return
	}
	if k.decl.ScopeField == "" {
		return // reference data
	}
	var or bson.A
	if units := scope.Units(); len(units) > 0 {
		values := make(bson.A, len(units))
		for i, u := range units {
			values[i] = string(u)
		}
		or = append(or, bson.D{{Key: fieldKey(k.decl.ScopeField), Value: op("$in", values)}})
	}
	if o := scope.Officer(); o != "" && k.decl.OfficerField != "" {
		or = append(or, bson.D{{Key: fieldKey(k.decl.OfficerField), Value: op("$in", bson.A{string(o)})}})
	}
	switch len(or) {
	case 0:
		f.nothing = true
	case 1:
		f.and = append(f.and, or[0])
	default:
		f.and = append(f.and, op("$or", or))
	}
}

var (
	present = op("$exists", true)
	missing = op("$exists", false)
)

func (k *collection) condition(f *filter, w store.Cond) {
	decl, _ := k.decl.Field(w.Field)
	key := fieldKey(w.Field)
	values := make(bson.A, len(w.Values))
	for i, v := range w.Values {
		values[i] = value(v)
	}
	switch w.Op {
	case store.OpEq:
		f.add(key, op("$eq", values[0]))
	case store.OpIn:
		if len(values) == 0 {
			f.nothing = true
			return
		}
		f.add(key, op("$in", values))
	case store.OpAll:
		if len(values) > 0 {
			f.add(key, op("$all", values))
		}
	case store.OpNull:
		f.add(key, missing)
	case store.OpNot:
		f.add(key, present)
		if len(values) > 0 {
			f.add(key, op("$nin", values))
		}
	case store.OpRange:
		if w.Low == nil && w.High == nil {
			f.add(key, present)
		}
		if w.Low != nil {
			f.add(key, op("$gte", value(w.Low)))
		}
		if w.High != nil {
			f.add(key, op("$lte", value(w.High)))
		}
	case store.OpPrefix:
		p := w.Values[0].(string)
		switch {
		case p == "":
			f.add(key, present)
		case decl.Type == store.Strings:
			// A range over an array may be met by two of its members, so this
			// is the one pattern; it is anchored and thus a range of an index.
			f.add(key, op("$regex", bson.Regex{Pattern: "^" + regexp.QuoteMeta(p)}))
		default:
			f.add(key, op("$gte", p))
			if high, bounded := store.PrefixEnd(p); bounded {
				f.add(key, op("$lt", high))
			}
		}
	}
}

// byIDs adds the ids to a filter.
func (k *collection) byIDs(scope thads.OpenScope, ids []string) (filter, error) {
	if len(ids) > store.MaxPage {
		return filter{}, fmt.Errorf("%w: %d ids, at most %d", store.ErrBadQuery, len(ids), store.MaxPage)
	}
	f := k.filter(scope, nil)
	f.nothing = f.nothing || len(ids) == 0
	if len(ids) == 1 {
		f.and = slices.Insert(f.and, 0, any(bson.D{{Key: keyID, Value: ids[0]}}))
		return f, nil
	}
	f.and = slices.Insert(f.and, 0, any(bson.D{{Key: keyID, Value: op("$in", ids)}}))
	return f, nil
}

// headKeys is the projection of heads.
func headKeys(more ...string) bson.D {
	p := bson.D{}
	for _, key := range append([]string{keyVersion, keyHead, keyDerived, keyUpdated}, more...) {
		p = append(p, bson.E{Key: key, Value: 1})
	}
	return p
}

// each runs a query and gives every document to fn.
func (k *collection) each(ctx context.Context, q bson.D, o *options.FindOptionsBuilder, fn func(*store.Document) error) (err error) {
	cur, err := k.c.Find(ctx, q, o)
	if err != nil {
		return err
	}
	defer func() {
		if e := cur.Close(context.WithoutCancel(ctx)); err == nil {
			err = e
		}
	}()
	for cur.Next(ctx) {
		d, _, err := k.decode(cur.Current)
		if err != nil {
			return err
		}
		if err := fn(d); err != nil {
			return err
		}
	}
	return cur.Err()
}

// Get returns whole documents by their ids.
func (s *Store) Get(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]*store.Document, error) {
	var docs []*store.Document
	err := s.byIDs(ctx, c, scope, ids, options.Find(), func(d *store.Document) {
		docs = append(docs, d)
	})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

// Heads returns heads by their ids.
func (s *Store) Heads(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]store.Head, error) {
	var heads []store.Head
	err := s.byIDs(ctx, c, scope, ids, options.Find().SetProjection(headKeys()), func(d *store.Document) {
		heads = append(heads, head(d))
	})
	if err != nil {
		return nil, err
	}
	return heads, nil
}

func head(d *store.Document) store.Head {
	return store.Head{ID: d.ID, Version: d.Version, Head: d.Head, DerivedVersion: d.DerivedVersion, UpdatedAt: d.UpdatedAt}
}

func (s *Store) byIDs(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids []string, o *options.FindOptionsBuilder, fn func(*store.Document)) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	f, err := k.byIDs(scope, ids)
	if err != nil {
		return err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if f.nothing {
		return nil
	}
	return s.wrap(ctx, k.each(ctx, f.query(), o, func(d *store.Document) error {
		fn(d)
		return nil
	}))
}

// An order is the sort of a query.
type order struct {
	key  string // of the sort field, "" for the id alone
	desc bool
}

// beyond demands documents behind (or before) a place in the order.
func (o order) beyond(key any, id string, behind bool) any {
	cmp := "$gt"
	if behind == o.desc {
		cmp = "$lt"
	}
	byID := bson.D{{Key: keyID, Value: op(cmp, id)}}
	if o.key == "" {
		return byID
	}
	key = value(key)
	return bson.D{
		// Said once more for both branches, so that an index is entered at the
		// place and not at its end.
		{Key: o.key, Value: op(cmp+"e", key)},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: o.key, Value: op(cmp, key)}},
			bson.D{{Key: o.key, Value: op("$eq", key)}, byID[0]},
		}},
	}
}

// by returns the sort, reversed when read from the end.
func (o order) by(fromEnd bool) bson.D {
	dir := 1
	if o.desc != fromEnd {
		dir = -1
	}
	if o.key == "" {
		return bson.D{{Key: keyID, Value: dir}}
	}
	return bson.D{{Key: o.key, Value: dir}, {Key: keyID, Value: dir}}
}

// Find returns one page of heads.
func (s *Store) Find(ctx context.Context, c *store.Collection, q store.Query) (store.Page, error) {
	k, err := s.collection(c)
	if err != nil {
		return store.Page{}, err
	}
	if err := q.Check(k.decl); err != nil {
		return store.Page{}, err
	}
	o := order{desc: q.Descending}
	projection := headKeys()
	if q.Sort != "" {
		o.key = fieldKey(q.Sort)
		projection = headKeys(o.key)
	}
	f := k.filter(q.Scope, q.Where)
	var limits []any
	for _, b := range []struct {
		cursor store.Cursor
		behind bool
	}{{q.After, true}, {q.Before, false}} {
		if b.cursor == "" {
			continue
		}
		key, id, err := b.cursor.Decode(k.decl, q.Sort)
		if err != nil {
			return store.Page{}, err
		}
		limits = append(limits, o.beyond(key, id, b.behind))
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return store.Page{}, err
	}
	defer leave()
	var page store.Page
	page.HasPrevious, page.HasNext = q.Sides(false)
	if f.nothing {
		return page, nil
	}
	more := false
	err = k.each(ctx, f.query(limits...),
		options.Find().SetSort(o.by(q.FromEnd)).SetLimit(int64(q.Limit+1)).SetProjection(projection),
		func(d *store.Document) error {
			if len(page.Heads) == q.Limit {
				more = true
				return nil
			}
			h := head(d)
			h.Cursor, err = store.NewCursor(q.Sort, d.Fields[q.Sort], d.ID)
			page.Heads = append(page.Heads, h)
			return err
		})
	if err != nil {
		return store.Page{}, s.wrap(ctx, err)
	}
	if q.FromEnd {
		slices.Reverse(page.Heads)
	}
	page.HasPrevious, page.HasNext = q.Sides(more)
	return page, nil
}

// Count counts documents.
func (s *Store) Count(ctx context.Context, c *store.Collection, scope thads.OpenScope, where ...store.Cond) (int64, error) {
	k, f, leave, err := s.counting(ctx, c, scope, where)
	if err != nil {
		return 0, err
	}
	defer leave()
	if f.nothing {
		return 0, nil
	}
	n, err := k.c.CountDocuments(ctx, f.query())
	return n, s.wrap(ctx, err)
}

// CountBy counts documents by the value of a String field.
func (s *Store) CountBy(ctx context.Context, c *store.Collection, scope thads.OpenScope, field string, where ...store.Cond) (map[string]int64, error) {
	if k, err := s.collection(c); err != nil {
		return nil, err
	} else if f, ok := k.decl.Field(field); !ok || f.Type != store.String {
		return nil, fmt.Errorf("%w: %s cannot be counted by %q", store.ErrBadQuery, c.Name, field)
	}
	k, f, leave, err := s.counting(ctx, c, scope, where)
	if err != nil {
		return nil, err
	}
	defer leave()
	counts := map[string]int64{}
	if f.nothing {
		return counts, nil
	}
	cur, err := k.c.Aggregate(ctx, mongo.Pipeline{
		op("$match", f.query()),
		op("$group", bson.D{{Key: keyID, Value: "$" + fieldKey(field)}, {Key: "n", Value: op("$sum", 1)}}),
	})
	if err != nil {
		return nil, s.wrap(ctx, err)
	}
	var groups []struct {
		Value *string `bson:"_id"` // nil where the field is missing
		N     int64   `bson:"n"`
	}
	if err := cur.All(ctx, &groups); err != nil {
		return nil, s.wrap(ctx, err)
	}
	for _, g := range groups {
		if g.Value == nil {
			counts[""] += g.N
		} else {
			counts[*g.Value] += g.N
		}
	}
	return counts, nil
}

// counting prepares a count.
func (s *Store) counting(ctx context.Context, c *store.Collection, scope thads.OpenScope, where []store.Cond) (*collection, filter, func(), error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, filter{}, nil, err
	}
	if err := store.CheckConds(k.decl, where); err != nil {
		return nil, filter{}, nil, err
	}
	leave, err := s.enter(ctx)
	return k, k.filter(scope, where), leave, err
}

// Scan yields all documents in the order of their ids. Each query returns some
// of them and the next begins behind the last, so that no cursor of the server
// is kept through the whole scan.
func (s *Store) Scan(ctx context.Context, c *store.Collection, o store.ScanOptions) iter.Seq2[*store.Document, error] {
	projection := bson.D{}
	if o.WithoutBody {
		projection = append(projection, bson.E{Key: keyBody, Value: 0})
	}
	if o.WithoutPostings {
		projection = append(projection, bson.E{Key: keyPostings, Value: 0})
	}
	return func(yield func(*store.Document, error) bool) {
		s.scan(ctx, c, o.After, projection, yield)
	}
}

// Versions yields id and version of all documents in the order of their ids.
func (s *Store) Versions(ctx context.Context, c *store.Collection) iter.Seq2[store.VersionOf, error] {
	return func(yield func(store.VersionOf, error) bool) {
		s.scan(ctx, c, "", bson.D{{Key: keyVersion, Value: 1}}, func(d *store.Document, err error) bool {
			if err != nil {
				return yield(store.VersionOf{}, err)
			}
			return yield(store.VersionOf{ID: d.ID, Version: d.Version}, nil)
		})
	}
}

var errStop = errors.New("mongo: the caller stops")

func (s *Store) scan(ctx context.Context, c *store.Collection, after string, projection bson.D, yield func(*store.Document, error) bool) {
	k, err := s.collection(c)
	if err != nil {
		yield(nil, err)
		return
	}
	for {
		leave, err := s.enter(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		// Nobody waits for a caller that is still looking at a document.
		leave()
		n := 0
		err = k.each(ctx, bson.D{{Key: keyID, Value: op("$gt", after)}},
			options.Find().SetSort(bson.D{{Key: keyID, Value: 1}}).SetLimit(scanDocuments).SetProjection(projection),
			func(d *store.Document) error {
				if err := ctx.Err(); err != nil {
					return err // though the batch was read before
				}
				n++
				after = d.ID
				if !yield(d, nil) {
					return errStop
				}
				return nil
			})
		switch {
		case errors.Is(err, errStop):
			return
		case err != nil:
			yield(nil, s.wrap(ctx, err))
			return
		case n < scanDocuments:
			return
		}
	}
}
