package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// benchCases is how many documents the benchmarks of reading keep.
const benchCases = 50_000

func benchCollection() *store.Collection {
	return &store.Collection{
		Name: "cases",
		Fields: []store.Field{
			{Name: "number", Type: store.String},
			{Name: "state", Type: store.String},
			{Name: "titleKey", Type: store.String, Sortable: true},
			{Name: "opened", Type: store.Time, Sortable: true},
			{Name: "amount", Type: store.Int},
			{Name: "words", Type: store.Strings},
			{Name: "units", Type: store.Strings},
			{Name: "officers", Type: store.Strings},
		},
		Indexes:    []store.Index{{"units", "state", "opened"}, {"words", "opened"}, {"titleKey"}, {"number"}},
		ScopeField: "units", OfficerField: "officers",
	}
}

// benchDocuments returns documents of the size of cases: names of which one
// part is nearly everyone's, 28 units of unequal size, a few hundred officers.
func benchDocuments(from, n int) []*store.Document {
	r := rand.New(rand.NewPCG(uint64(from), 7))
	family := []string{"nguyen", "nguyen", "nguyen", "tran", "le", "pham", "hoang"}
	day := time.Date(2014, 10, 1, 0, 0, 0, 0, time.UTC)
	docs := make([]*store.Document, n)
	for i := range docs {
		at := from + i
		unit := fmt.Sprintf("unit%02d", int(28*r.Float64()*r.Float64()))
		docs[i] = &store.Document{
			ID: fmt.Sprintf("case_%08x", uint32(at)*2654435761), Version: 1,
			Fields: store.Fields{
				"number": fmt.Sprintf("%d/QĐ-CTHADS", at), "state": fmt.Sprintf("s%d", r.IntN(8)),
				"titleKey": fmt.Sprintf("%06x", r.IntN(1<<24)), "opened": day.AddDate(0, 0, r.IntN(1800)), "amount": int64(r.IntN(1e9)),
				"words": []string{family[r.IntN(len(family))], []string{"van", "thi"}[r.IntN(2)], fmt.Sprintf("g%d", r.IntN(300)), fmt.Sprintf("w%d", r.IntN(3000)), fmt.Sprintf("n%d", at)},
				"units": []string{unit}, "officers": []string{fmt.Sprintf("%s-o%d", unit, r.IntN(12))},
			},
			Head: bytes.Repeat([]byte{'h'}, 300), Body: bytes.Repeat([]byte{'b'}, 1500), Postings: bytes.Repeat([]byte{'p'}, 200),
			UpdatedAt: day,
		}
	}
	return docs
}

func benchOpen(b *testing.B, c *store.Collection) (*Store, string) {
	b.Helper()
	dir := b.TempDir()
	s, err := Open(b.Context(), Options{Dir: dir, Collections: []*store.Collection{c}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s, dir
}

// BenchmarkBulkInsert stores 1,000 documents a call. Its yardstick inserts the
// same rows into the same tables with statements written by hand.
func BenchmarkBulkInsert(b *testing.B) {
	const batch = 1000
	b.Run("store", func(b *testing.B) {
		c := benchCollection()
		s, _ := benchOpen(b, c)
		at := 0
		for b.Loop() {
			b.StopTimer()
			docs := benchDocuments(at, batch)
			at += batch
			b.StartTimer()
			if _, err := s.BulkInsert(b.Context(), c, docs); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "docs/s")
	})
	b.Run("hand", func(b *testing.B) {
		s, dir := benchOpen(b, benchCollection())
		k := s.colls["cases"]
		c, err := zs.OpenConn(filepath.Join(dir, FileName), zs.OpenReadWrite)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		for _, p := range []string{"PRAGMA synchronous=FULL", writerCache, checkpointAfter} {
			if err := run(c, p); err != nil {
				b.Fatal(err)
			}
		}
		main := c.Prep(k.sql.insert)
		body := c.Prep("INSERT INTO cases_body VALUES (?, ?)")
		set := c.Prep("INSERT INTO cases_set VALUES (?, ?, ?)")
		step := func(st *zs.Stmt) {
			if _, err := st.Step(); err != nil {
				b.Fatal(err)
			}
			if err := st.Reset(); err != nil {
				b.Fatal(err)
			}
		}
		at, pos := 0, int64(0)
		for b.Loop() {
			b.StopTimer()
			docs := benchDocuments(at, batch)
			rows := make([][]any, batch)
			sets := make([]map[int][]string, batch)
			for i, d := range docs {
				pos++
				rows[i], sets[i] = k.row(d, pos)
			}
			at += batch
			b.StartTimer()
			if err := run(c, "BEGIN IMMEDIATE"); err != nil {
				b.Fatal(err)
			}
			for i, d := range docs {
				bind(main, rows[i])
				step(main)
				rid := c.LastInsertRowID()
				body.BindInt64(1, rid)
				body.BindBytes(2, d.Body)
				step(body)
				for n, members := range sets[i] {
					for _, m := range members {
						set.BindInt64(1, int64(n))
						set.BindText(2, m)
						set.BindInt64(3, rid)
						step(set)
					}
				}
			}
			if err := run(c, "COMMIT"); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "docs/s")
	})
}

// benchFilled returns a store with benchCases documents.
func benchFilled(b *testing.B) (*Store, *store.Collection) {
	b.Helper()
	c := benchCollection()
	s, _ := benchOpen(b, c)
	for at := 0; at < benchCases; at += 5000 {
		if _, err := s.BulkInsert(b.Context(), c, benchDocuments(at, 5000)); err != nil {
			b.Fatal(err)
		}
	}
	return s, c
}

// BenchmarkFind reads pages of 50, filtered and sorted. The yardsticks are the
// same questions in SQL written by hand, and read into heads as Find does.
func BenchmarkFind(b *testing.B) {
	s, c := benchFilled(b)
	mid := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	cursor, err := store.NewCursor("opened", mid, "case_8")
	if err != nil {
		b.Fatal(err)
	}
	const heads = "SELECT m.id, m.version, m.head, m.derived_version, m.updated_at, m.f_opened FROM cases m "
	num := s.colls["cases"].number
	has := func(field string) string {
		return fmt.Sprintf("EXISTS (SELECT 1 FROM cases_set s WHERE s.field = %d AND s.term = ? AND s.rid = m.rid)", num[field])
	}
	for _, q := range []struct {
		name  string
		query store.Query
		sql   string
		args  []any
	}{
		{
			"unit+state",
			store.Query{Scope: thads.UnitScope("unit03"), Where: []store.Cond{store.Eq("state", "s3")}},
			heads + "WHERE m.f_state = 's3' AND " + has("units") + " ORDER BY m.f_opened, m.id LIMIT 51",
			[]any{"unit03"},
		},
		{
			"unit+state behind cursor",
			store.Query{Scope: thads.UnitScope("unit03"), Where: []store.Cond{store.Eq("state", "s3")}, After: cursor},
			heads + "WHERE m.f_state = 's3' AND (m.f_opened, m.id) > (?, 'case_8') AND " + has("units") + " ORDER BY m.f_opened, m.id LIMIT 51",
			[]any{mid, "unit03"},
		},
		{
			"common word",
			store.Query{Scope: thads.Everything(), Where: []store.Cond{store.All("words", []string{"nguyen"})}},
			heads + "WHERE " + has("words") + " ORDER BY m.f_opened, m.id LIMIT 51",
			[]any{"nguyen"},
		},
		{
			"rare word",
			store.Query{Scope: thads.Everything(), Where: []store.Cond{store.All("words", []string{"w77"})}},
			heads + "WHERE m.rid IN (SELECT rid FROM cases_set WHERE field = " + fmt.Sprint(num["words"]) + " AND term = ?) ORDER BY m.f_opened, m.id LIMIT 51",
			[]any{"w77"},
		},
		{
			"common and rare in a unit",
			store.Query{Scope: thads.UnitScope("unit00"), Where: []store.Cond{store.All("words", []string{"nguyen", "van", "g5"})}},
			heads + "WHERE " + has("words") + " AND " + has("words") + " AND " + has("units") + " AND m.rid IN (SELECT rid FROM cases_set WHERE field = " + fmt.Sprint(num["words"]) + " AND term = ?) ORDER BY m.f_opened, m.id LIMIT 51",
			[]any{"nguyen", "van", "unit00", "g5"},
		},
	} {
		q.query.Sort, q.query.Limit = "opened", 50
		b.Run(q.name+"/store", func(b *testing.B) {
			for b.Loop() {
				p, err := s.Find(b.Context(), c, q.query)
				if err != nil || len(p.Heads) == 0 {
					b.Fatal(len(p.Heads), err)
				}
			}
		})
		b.Run(q.name+"/hand", func(b *testing.B) {
			for b.Loop() {
				var found []store.Head
				err := s.read(b.Context(), func(c *conn) error {
					return c.query(q.sql, q.args, func(st *zs.Stmt) error {
						found = append(found, readHead(st, nil))
						return nil
					})
				})
				if err != nil || len(found) == 0 {
					b.Fatal(len(found), err)
				}
			}
		})
	}
}

// BenchmarkGet reads whole documents by their ids. The yardstick reads the same
// columns with a statement written by hand, on a connection of its own.
func BenchmarkGet(b *testing.B) {
	s, c := benchFilled(b)
	i := 0
	id := func() string {
		i = (i + 7919) % benchCases
		return fmt.Sprintf("case_%08x", uint32(i)*2654435761)
	}
	b.Run("id/store", func(b *testing.B) {
		for b.Loop() {
			docs, err := s.Get(b.Context(), c, thads.Everything(), id())
			if err != nil || len(docs) != 1 {
				b.Fatal(len(docs), err)
			}
		}
	})
	b.Run("id/hand", func(b *testing.B) {
		r, err := s.newReader()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = r.Close() })
		const sql = "SELECT m.id, m.version, m.head, m.derived_version, m.updated_at, m.postings_version, m.sets, m.postings, b.body," +
			" m.f_number, m.f_state, m.f_titleKey, m.f_opened, m.f_amount FROM cases m JOIN cases_body b ON b.rid = m.rid WHERE m.id = ?"
		for b.Loop() {
			found := false
			err := r.query(sql, []any{id()}, func(st *zs.Stmt) error {
				readHead(st, nil)
				for _, col := range []int{6, 7, 8} {
					blob(st, col)
				}
				for _, col := range []int{9, 10, 11} {
					st.ColumnText(col)
				}
				found = st.ColumnInt64(12) > 0 && st.ColumnInt64(13) >= 0
				return nil
			})
			if err != nil || !found {
				b.Fatal(found, err)
			}
		}
	})
}

// BenchmarkScan reads the postings of all documents.
func BenchmarkScan(b *testing.B) {
	s, c := benchFilled(b)
	for b.Loop() {
		for _, err := range s.Scan(b.Context(), c, store.ScanOptions{WithoutBody: true}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(benchCases*b.N)/b.Elapsed().Seconds(), "docs/s")
}

// BenchmarkReplace writes one document a commit, by one writer and by eight
// that share commits.
func BenchmarkReplace(b *testing.B) {
	for _, writers := range []int{1, 8} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			c := benchCollection()
			s, _ := benchOpen(b, c)
			docs := benchDocuments(0, writers)
			if _, err := s.BulkInsert(b.Context(), c, docs); err != nil {
				b.Fatal(err)
			}
			errs := make(chan error, writers)
			work := make(chan struct{})
			for _, d := range docs {
				go func() {
					var err error
					for range work {
						d.Version++
						if err == nil {
							err = s.Replace(context.Background(), c, d)
						}
					}
					errs <- err
				}()
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			for range docs {
				if err := <-errs; err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
