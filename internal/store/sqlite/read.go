package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

const (
	// scanRows and scanBytes bound what a scan reads before it hands on, with
	// no statement open.
	scanRows  = 500
	scanBytes = 8 << 20
	// versionRows is the same for Versions.
	versionRows = 5000
)

const headColumns = "m.id, m.version, m.head, m.derived_version, m.updated_at"

// An arena holds the blobs of several rows in few allocations; a nil one gives
// each its own.
type arena struct{ chunk []byte }

// blob copies a column out of the row; an empty one is nil.
func (a *arena) blob(st *zs.Stmt, col int) []byte {
	if a == nil {
		return blob(st, col)
	}
	n := st.ColumnLen(col)
	if n == 0 {
		return nil
	}
	if cap(a.chunk)-len(a.chunk) < n {
		a.chunk = make([]byte, 0, max(n, min(2*cap(a.chunk), 32<<10), 4<<10))
	}
	at := len(a.chunk)
	a.chunk = a.chunk[:at+n]
	b := a.chunk[at : at+n : at+n]
	st.ColumnBytes(col, b)
	return b
}

// readHead reads headColumns.
func readHead(st *zs.Stmt, a *arena) store.Head {
	return store.Head{
		ID:             st.ColumnText(0),
		Version:        st.ColumnInt64(1),
		Head:           a.blob(st, 2),
		DerivedVersion: st.ColumnInt(3),
		UpdatedAt:      instant(st, 4),
	}
}

func instant(st *zs.Stmt, col int) time.Time { return time.UnixMilli(st.ColumnInt64(col)).UTC() }

// documentColumns are those of readDocument; the parts left out are null.
func (k *collection) documentColumns(o store.ScanOptions) string {
	cols := "m.id, m.version, m.head, m.derived_version, m.updated_at, m.postings_version, m.sets, "
	if o.WithoutPostings {
		cols += "NULL"
	} else {
		cols += "m.postings"
	}
	if o.WithoutBody {
		cols += ", NULL"
	} else {
		cols += ", b.body"
	}
	for _, f := range k.single {
		cols += ", m." + column(f.Name)
	}
	return cols
}

func (k *collection) readDocument(st *zs.Stmt) (*store.Document, error) {
	h := readHead(st, nil)
	d := &store.Document{
		ID: h.ID, Version: h.Version, Head: h.Head, DerivedVersion: h.DerivedVersion, UpdatedAt: h.UpdatedAt,
		PostingsVersion: st.ColumnInt(5),
		Postings:        blob(st, 7),
		Body:            blob(st, 8),
		Fields:          make(store.Fields, len(k.decl.Fields)),
	}
	sets, err := decodeSets(blob(st, 6))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.decl.Name, d.ID, err)
	}
	for n, members := range sets {
		// Sets that are no longer declared stay in the row until its next write.
		if f, ok := k.byNumber[n]; ok {
			d.Fields[f.Name] = members
		}
	}
	for i, f := range k.single {
		if v := columnValue(st, 9+i, f.Type); v != nil {
			d.Fields[f.Name] = v
		}
	}
	return d, nil
}

// columnValue returns the Go value of a single-valued field, nil for null.
func columnValue(st *zs.Stmt, col int, t store.FieldType) any {
	if st.ColumnIsNull(col) {
		return nil
	}
	switch t {
	case store.String:
		return st.ColumnText(col)
	case store.Int:
		return st.ColumnInt64(col)
	case store.Bool:
		return st.ColumnInt64(col) != 0
	default:
		return instant(st, col)
	}
}

// byIDs restricts a filter to the ids; it reports whether any document can be
// reached.
func (k *collection) byIDs(scope thads.OpenScope, ids []string) (*plan, bool, error) {
	if len(ids) > store.MaxPage {
		return nil, false, fmt.Errorf("%w: %d ids, at most %d", store.ErrBadQuery, len(ids), store.MaxPage)
	}
	f := k.filter(scope, nil)
	if f.nothing || len(ids) == 0 {
		return nil, false, nil
	}
	in := fragment{sql: "m.id IN "}
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	in.addList(values)
	f.columns = slices.Insert(f.columns, 0, in)
	return k.probing(f), true, nil
}

// Get returns whole documents by their ids.
func (s *Store) Get(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]*store.Document, error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	p, some, err := k.byIDs(scope, ids)
	if err != nil {
		return nil, err
	}
	var docs []*store.Document
	err = s.read(ctx, func(c *conn) error {
		if !some {
			return nil
		}
		q := p.sql()
		return c.query(k.sql.documentSelect+k.withBody(q.sql), q.args, func(st *zs.Stmt) error {
			d, err := k.readDocument(st)
			docs = append(docs, d)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

// withBody joins the bodies to the FROM of a probing plan.
func (k *collection) withBody(sql string) string {
	from := " FROM " + k.main + " AS m"
	return from + " LEFT JOIN " + k.body + " AS b ON b.rid = m.rid" + sql[len(from):]
}

// Heads returns heads by their ids.
func (s *Store) Heads(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]store.Head, error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	p, some, err := k.byIDs(scope, ids)
	if err != nil {
		return nil, err
	}
	var heads []store.Head
	var heap arena
	err = s.read(ctx, func(c *conn) error {
		if !some {
			return nil
		}
		q := p.sql()
		return c.query("SELECT "+headColumns+q.sql, q.args, func(st *zs.Stmt) error {
			heads = append(heads, readHead(st, &heap))
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return heads, nil
}

// An order is the sort of a query.
type order struct {
	col  string // the sort column of m, "" for the id alone
	desc bool
}

// beyond demands rows behind (or before) a place in the order.
func (o order) beyond(key any, id string, behind bool) fragment {
	op := " > "
	if behind == o.desc {
		op = " < "
	}
	if o.col == "" {
		return fragment{"m.id" + op + "?", []any{id}}
	}
	return fragment{"(" + o.col + ", m.id)" + op + "(?, ?)", []any{key, id}}
}

// by returns ORDER BY, reversed when read from the end.
func (o order) by(fromEnd bool) string {
	dir := ""
	if o.desc != fromEnd {
		dir = " DESC"
	}
	if o.col == "" {
		return " ORDER BY m.id" + dir
	}
	return " ORDER BY " + o.col + dir + ", m.id" + dir
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
	sortColumn, sortType := "m.id", store.String
	if q.Sort != "" {
		f, _ := k.decl.Field(q.Sort)
		o.col = "m." + column(q.Sort)
		sortColumn, sortType = o.col, f.Type
	}
	var limits []fragment
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
	var page store.Page
	more := false
	f := k.filter(q.Scope, q.Where)
	f.reads = k.reads(q.Where, q.Sort)
	err = s.read(ctx, func(c *conn) error {
		if f.nothing {
			return nil
		}
		p, err := c.choose(k, f, q.Limit+1)
		if err != nil {
			return err
		}
		sql := p.sql(limits...)
		sql.add(o.by(q.FromEnd)+" LIMIT ?", q.Limit+1)
		var heap arena
		var marks []byte // the cursors one behind the other
		var ends []int
		err = c.query("SELECT "+headColumns+", "+sortColumn+sql.sql, sql.args, func(st *zs.Stmt) error {
			if len(page.Heads) == q.Limit {
				more = true
				return nil
			}
			h := readHead(st, &heap)
			marks, err = store.AppendCursor(marks, q.Sort, columnValue(st, 5, sortType), h.ID)
			page.Heads, ends = append(page.Heads, h), append(ends, len(marks))
			return err
		})
		all, at := store.Cursor(marks), 0
		for i, end := range ends {
			page.Heads[i].Cursor, at = all[at:end], end
		}
		return err
	})
	if err != nil {
		return store.Page{}, err
	}
	if q.FromEnd {
		slices.Reverse(page.Heads)
	}
	page.HasPrevious, page.HasNext = q.Sides(more)
	return page, nil
}

// snapshot runs fn in a read transaction, on a connection that nothing
// interrupts.
func (c *conn) snapshot(fn func() error) (err error) {
	if err := c.query("BEGIN", nil, nil); err != nil {
		return err
	}
	defer func() {
		if e := c.query("ROLLBACK", nil, nil); err == nil {
			err = e
		}
	}()
	return fn()
}

// Count counts documents.
func (s *Store) Count(ctx context.Context, c *store.Collection, scope thads.OpenScope, where ...store.Cond) (int64, error) {
	k, err := s.collection(c)
	if err != nil {
		return 0, err
	}
	if err := store.CheckConds(k.decl, where); err != nil {
		return 0, err
	}
	f := k.filter(scope, where)
	var n int64
	err = s.read(ctx, func(c *conn) error {
		if f.nothing {
			return nil
		}
		p, err := c.choose(k, f, 0)
		if err != nil {
			return err
		}
		q := p.sql()
		if p.alone {
			match := p.drive.match("d")
			distinct := "*"
			if len(p.drive.terms) != 1 {
				distinct = "DISTINCT d.rid"
			}
			q = fragment{" FROM " + k.set + " AS d WHERE " + match.sql, match.args}
			n, err = scalar(c, "SELECT count("+distinct+")"+q.sql, q.args...)
			return err
		}
		n, err = scalar(c, "SELECT count(*)"+q.sql, q.args...)
		return err
	})
	return n, err
}

// CountBy counts documents by the value of a String field.
func (s *Store) CountBy(ctx context.Context, c *store.Collection, scope thads.OpenScope, field string, where ...store.Cond) (map[string]int64, error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	if f, ok := k.decl.Field(field); !ok || f.Type != store.String {
		return nil, fmt.Errorf("%w: %s cannot be counted by %q", store.ErrBadQuery, c.Name, field)
	}
	if err := store.CheckConds(k.decl, where); err != nil {
		return nil, err
	}
	f := k.filter(scope, where)
	counts := map[string]int64{}
	err = s.read(ctx, func(c *conn) error {
		if f.nothing {
			return nil
		}
		p, err := c.choose(k, f, 0)
		if err != nil {
			return err
		}
		q := p.sql()
		// Null and the empty string are added up here, because grouping by
		// the bare column lets SQLite walk an index.
		return c.query("SELECT m."+column(field)+", count(*)"+q.sql+" GROUP BY 1", q.args, func(st *zs.Stmt) error {
			counts[st.ColumnText(0)] += st.ColumnInt64(1)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// Scan yields all documents in the order of their ids. It reads a batch at a
// time, so that neither a connection nor a snapshot is held while the caller
// works.
func (s *Store) Scan(ctx context.Context, c *store.Collection, o store.ScanOptions) iter.Seq2[*store.Document, error] {
	return func(yield func(*store.Document, error) bool) {
		k, err := s.collection(c)
		if err != nil {
			yield(nil, err)
			return
		}
		sql := "SELECT " + k.documentColumns(o) + " FROM " + k.main + " AS m"
		if !o.WithoutBody {
			sql += " LEFT JOIN " + k.body + " AS b ON b.rid = m.rid"
		}
		sql += " WHERE m.id > ? ORDER BY m.id LIMIT ?"
		after := o.After
		for {
			var batch []*store.Document
			full := false
			err := s.read(ctx, func(c *conn) error {
				bytes := 0
				err := c.query(sql, []any{after, scanRows}, func(st *zs.Stmt) error {
					d, err := k.readDocument(st)
					if err != nil {
						return err
					}
					batch = append(batch, d)
					if bytes += len(d.Head) + len(d.Body) + len(d.Postings); bytes > scanBytes {
						return errEnough
					}
					return nil
				})
				if errors.Is(err, errEnough) {
					full = true
					return nil
				}
				full = len(batch) == scanRows
				return err
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, d := range batch {
				if !yield(d, nil) {
					return
				}
				after = d.ID
			}
			if !full {
				return
			}
		}
	}
}

// Versions yields id and version of all documents in the order of their ids.
func (s *Store) Versions(ctx context.Context, c *store.Collection) iter.Seq2[store.VersionOf, error] {
	return func(yield func(store.VersionOf, error) bool) {
		k, err := s.collection(c)
		if err != nil {
			yield(store.VersionOf{}, err)
			return
		}
		after := ""
		for {
			batch := make([]store.VersionOf, 0, 256)
			err := s.read(ctx, func(c *conn) error {
				return c.query("SELECT id, version FROM "+k.main+" WHERE id > ? ORDER BY id LIMIT ?", []any{after, versionRows}, func(st *zs.Stmt) error {
					batch = append(batch, store.VersionOf{ID: st.ColumnText(0), Version: st.ColumnInt64(1)})
					return nil
				})
			})
			if err != nil {
				yield(store.VersionOf{}, err)
				return
			}
			for _, v := range batch {
				if !yield(v, nil) {
					return
				}
				after = v.ID
			}
			if len(batch) < versionRows {
				return
			}
		}
	}
}
