package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	zs "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// caseCollection is the declaration of the collection of cases.
func caseCollection() *store.Collection {
	for _, c := range app.Collections() {
		if c.Name == "case" {
			return c
		}
	}
	return nil
}

const headColumns = `SELECT id, version, head, derived_version, updated_at FROM "case" `

// ask runs a query by hand and reads every column of every row.
func (p *province) ask(sql string, args ...any) error {
	rows := 0
	err := sqlitex.Execute(p.hand, sql, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *zs.Stmt) error {
		rows++
		for i := range s.ColumnCount() {
			if s.ColumnType(i) == zs.TypeBlob || s.ColumnType(i) == zs.TypeText {
				b := make([]byte, s.ColumnLen(i))
				s.ColumnBytes(i, b)
			}
		}
		return nil
	}})
	if err == nil && rows == 0 {
		err = errors.New("no rows")
	}
	return err
}

// pairs are the questions.
func (p *province) pairs(ctx context.Context) ([]pair, error) {
	coll := caseCollection()
	find := func(q store.Query) func(context.Context, int) error {
		return func(ctx context.Context, _ int) error {
			page, err := p.store.Find(ctx, coll, q)
			if err == nil && len(page.Heads) == 0 {
				err = errors.New("no cases")
			}
			return err
		}
	}
	unit := string(p.units[7])
	set, err := p.setFields()
	if err != nil {
		return nil, err
	}
	words := func(words ...string) string {
		var b strings.Builder
		for i, w := range words {
			if i == 0 {
				fmt.Fprintf(&b, `rid IN (SELECT rid FROM case_set WHERE field = %d AND term = '%s')`, set["words"], w)
				continue
			}
			fmt.Fprintf(&b, ` AND EXISTS (SELECT 1 FROM case_set s WHERE s.field = %d AND s.term = '%s' AND s.rid = "case".rid)`, set["words"], w)
		}
		return b.String()
	}
	pairs := []pair{
		{
			"a case by its id, whole", 200,
			func(ctx context.Context, i int) error {
				docs, err := p.store.Get(ctx, coll, thads.Everything(), p.ids[i*7919%len(p.ids)])
				if err == nil && len(docs) != 1 {
					err = errors.New("no case")
				}
				return err
			},
			func(_ context.Context, i int) error {
				return p.ask(`SELECT c.id, c.version, c.head, c.postings, c.derived_version, c.updated_at, b.body FROM "case" c JOIN case_body b ON b.rid = c.rid WHERE c.id = ?`, p.ids[i*7919%len(p.ids)])
			},
		},
		{
			"page of 50: a unit's cases in a state, by update", 50,
			find(store.Query{Scope: thads.Everything(), Where: []store.Cond{store.Eq("unit", unit), store.Eq("state", "IN_PROGRESS")}, Sort: "updatedAt", Descending: true, Limit: 50}),
			func(context.Context, int) error {
				return p.ask(headColumns+`WHERE f_unit = ? AND f_state = 'IN_PROGRESS' ORDER BY f_updatedAt DESC, id DESC LIMIT 51`, unit)
			},
		},
		{
			"page of 50: open cases by name, in a unit's scope", 50,
			find(store.Query{Scope: thads.UnitScope(thads.UnitID(unit)), Where: []store.Cond{store.Eq("live", true)}, Sort: "debtor", Limit: 50}),
			func(context.Context, int) error {
				return p.ask(headColumns+fmt.Sprintf(`WHERE f_live = 1 AND EXISTS (SELECT 1 FROM case_set s WHERE s.field = %d AND s.term = ? AND s.rid = "case".rid) ORDER BY f_debtor, id LIMIT 51`, set["units"]), unit)
			},
		},
		{
			"page of 50: cases accepted in a quarter, by sum", 20,
			find(store.Query{Scope: thads.Everything(), Where: []store.Cond{store.Between("openedOn", int64(20150101), int64(20150331))}, Sort: "total", Descending: true, Limit: 50}),
			func(context.Context, int) error {
				return p.ask(headColumns + `WHERE f_openedOn BETWEEN 20150101 AND 20150331 ORDER BY f_total DESC, id DESC LIMIT 51`)
			},
		},
		{
			"search by name: trinh duc ut", 20,
			find(store.Query{Scope: thads.Everything(), Where: []store.Cond{store.All("words", []string{"trinh", "duc", "ut"})}, Sort: "updatedAt", Descending: true, Limit: 50}),
			func(context.Context, int) error {
				return p.ask(headColumns + `WHERE ` + words("ut", "duc", "trinh") + ` ORDER BY f_updatedAt DESC, id DESC LIMIT 51`)
			},
		},
		{
			"search by a common name: nguyen", 20,
			find(store.Query{Scope: thads.Everything(), Where: []store.Cond{store.All("words", []string{"nguyen"})}, Sort: "updatedAt", Descending: true, Limit: 50}),
			func(context.Context, int) error {
				return p.ask(headColumns + fmt.Sprintf(`WHERE EXISTS (SELECT 1 FROM case_set s WHERE s.field = %d AND s.term = 'nguyen' AND s.rid = "case".rid) ORDER BY f_updatedAt DESC, id DESC LIMIT 51`, set["words"]))
			},
		},
	}
	pairs = append(pairs, p.recording()...)
	return append(pairs, p.overHTTP(ctx)...), nil
}

// setFields are the numbers of the set fields.
func (p *province) setFields() (map[string]int, error) {
	out := map[string]int{}
	err := sqlitex.Execute(p.hand, `SELECT field, number FROM thads_field WHERE collection = 'case'`, &sqlitex.ExecOptions{ResultFunc: func(s *zs.Stmt) error {
		out[s.ColumnText(0)] = s.ColumnInt(1)
		return nil
	}})
	return out, err
}

// recording compares recording an event durably with the same change made by
// hand: one transaction over the case's row and its body.
func (p *province) recording() []pair {
	note := func(ctx context.Context, id string) error {
		e := thads.CaseEvent{Kind: thads.CaseNoted, Note: "Đã kiểm tra hồ sơ"}
		e.EffectiveOn = thads.DateOf(2021, 3, 1)
		_, err := p.app.CaseRecord(leader(ctx), app.Change{ID: id}, e, nil)
		return err
	}
	hand := func(id string) (err error) {
		end, err := sqlitex.ImmediateTransaction(p.hand)
		if err != nil {
			return err
		}
		defer end(&err)
		if err := sqlitex.Execute(p.hand, `UPDATE "case" SET version = version + 1, f_updatedAt = f_updatedAt + 1, head = CAST(head || ' ' AS BLOB) WHERE id = ?`, &sqlitex.ExecOptions{Args: []any{id}}); err != nil {
			return err
		}
		return sqlitex.Execute(p.hand, `UPDATE case_body SET body = CAST(body || ' ' AS BLOB) WHERE rid = (SELECT rid FROM "case" WHERE id = ?)`, &sqlitex.ExecOptions{Args: []any{id}})
	}
	// The hand's rows are others than ours: what it writes is no history.
	half := len(p.ids) / 2
	return []pair{
		{
			"recording an event, durable, one writer", 20,
			func(ctx context.Context, i int) error { return note(ctx, p.ids[i*31%half]) },
			func(_ context.Context, i int) error { return hand(p.ids[half+i*31%half]) },
		},
		{
			"recording 8 events by 8 writers, durable", 5,
			func(ctx context.Context, i int) error {
				errs := make([]error, 8)
				var wg sync.WaitGroup
				for w := range errs {
					wg.Go(func() { errs[w] = note(ctx, p.ids[(i*8+w)*37%half]) })
				}
				wg.Wait()
				return errors.Join(errs...)
			},
			func(_ context.Context, i int) error {
				for w := range 8 {
					if err := hand(p.ids[half+(i*8+w)*37%half]); err != nil {
						return err
					}
				}
				return nil
			},
		},
	}
}

const listQuery = `query($unit: ID!) { cases(first: 50, filter: {units: [$unit], states: [IN_PROGRESS]}, orderBy: {field: UPDATED_AT, direction: DESC}) {
	nodes { id version state since openedOn debtorName creditorName decision { number date } unit { id shortName } officer { id name } totals { total remaining done } tags updatedAt }
	pageInfo { hasNextPage endCursor } } }`

const caseQuery = `query($unit: ID!) { case(number: {unit: $unit, number: "3/QĐ-CCTHADS", statYear: 2015}) {
	id state decision { number date } judgment { number date court } parties { id role name address }
	obligations { id kind state amount remaining done } events { seq kind effectiveOn recordedAt fate amount note } } }`

// overHTTP compares operations over HTTP with a bare handler that writes the
// same bytes.
func (p *province) overHTTP(ctx context.Context) []pair {
	api := graph.NewHandler(p.app, slog.New(slog.DiscardHandler))
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r.WithContext(auth.NewContext(r.Context(), auth.FromContext(leader(r.Context())))))
	}))
	var pairs []pair
	for name, query := range map[string]string{"GraphQL over HTTP: page of 50": listQuery, "GraphQL over HTTP: a case by number": caseQuery} {
		body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"unit": p.units[7]}})
		if err != nil {
			continue // both are constants
		}
		answer, err := post(ctx, served.URL, body)
		if err != nil || bytes.Contains(answer, []byte(`"errors"`)) {
			pairs = append(pairs, pair{name: name, times: 1, thads: func(context.Context, int) error {
				return fmt.Errorf("%s (%w)", answer, err)
			}})
			continue
		}
		bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(answer)
		}))
		times := func(url string) func(context.Context, int) error {
			return func(context.Context, int) error {
				got, err := post(ctx, url, body)
				if err == nil && len(got) < len(answer)/2 {
					err = fmt.Errorf("answered %s", got)
				}
				return err
			}
		}
		pairs = append(pairs, pair{name + fmt.Sprintf(" (%d KB)", len(answer)>>10), 50, times(served.URL), times(bare.URL)})
	}
	return pairs
}

func post(ctx context.Context, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// bulk compares the store's bulk insert with the same rows inserted by hand
// into the same tables and indexes, in transactions of the same size.
func (p *province) bulk(ctx context.Context) error {
	coll := caseCollection()
	var docs []*store.Document
	for d, err := range p.store.Scan(ctx, coll, store.ScanOptions{}) {
		if err != nil {
			return err
		}
		if docs = append(docs, d); len(docs) == min(sampled, p.cases) {
			break
		}
	}
	for _, d := range docs {
		d.Version = 1
	}
	var ours, theirs []float64
	for range 3 {
		a, err := insertByStore(ctx, coll, docs)
		if err != nil {
			return err
		}
		b, err := insertByHand(ctx, coll, docs)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, a), append(theirs, b)
	}
	show := func(v float64) string { return grouped(int(v)) + "/s" }
	row("bulk insert of documents (speed)", show(median(ours)), show(median(theirs)), ratio(median(ours), median(theirs)))
	return nil
}

func insertByStore(ctx context.Context, coll *store.Collection, docs []*store.Document) (float64, error) {
	return inFresh(ctx, func(s *sqlite.Store, _ string) (time.Duration, error) {
		start := time.Now()
		for i := 0; i < len(docs); i += bulkSize {
			if taken, err := s.BulkInsert(ctx, coll, docs[i:min(i+bulkSize, len(docs))]); err != nil || len(taken) > 0 {
				return 0, fmt.Errorf("taken %v: %w", taken, err)
			}
		}
		return time.Since(start), nil
	}, len(docs))
}

// insertByHand copies the rows that insertByStore makes, table by table, with
// prepared statements.
func insertByHand(ctx context.Context, coll *store.Collection, docs []*store.Document) (float64, error) {
	return inFresh(ctx, func(s *sqlite.Store, dir string) (time.Duration, error) {
		rows, err := rowsOf(ctx, coll, docs)
		if err != nil {
			return 0, err
		}
		if err := s.Close(); err != nil {
			return 0, err
		}
		c, err := zs.OpenConn(filepath.Join(dir, sqlite.FileName), zs.OpenReadWrite)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		if err := prepare(c); err != nil {
			return 0, err
		}
		start := time.Now()
		for _, batch := range rows {
			if err := batch.insert(c, tables); err != nil {
				return 0, err
			}
		}
		return time.Since(start), nil
	}, len(docs))
}

func inFresh(ctx context.Context, f func(*sqlite.Store, string) (time.Duration, error), n int) (float64, error) {
	dir, err := os.MkdirTemp("", "thads-bench-bulk-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	s, err := open(ctx, dir)
	if err != nil {
		return 0, err
	}
	took, err := f(s, dir)
	if cerr := s.Close(); err == nil && cerr != nil && !errors.Is(cerr, store.ErrClosed) {
		err = cerr
	}
	return float64(n) / took.Seconds(), err
}

// A batch is the rows of one transaction, by table.
type batch map[string][][]any

// tables are the tables of the collection, in the order of insertion.
var tables = []string{"case", "case_body", "case_set"}

// rowsOf reads the rows that the store makes of the documents.
func rowsOf(ctx context.Context, coll *store.Collection, docs []*store.Document) ([]batch, error) {
	dir, err := os.MkdirTemp("", "thads-bench-rows-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := open(ctx, dir)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(docs); i += bulkSize {
		if _, err := s.BulkInsert(ctx, coll, docs[i:min(i+bulkSize, len(docs))]); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	c, err := zs.OpenConn(filepath.Join(dir, sqlite.FileName), zs.OpenReadOnly)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return batchesOf(c, tables, bulkSize)
}

// batchesOf reads the rows of tables, those of so many documents a batch.
func batchesOf(c *zs.Conn, tables []string, size int) ([]batch, error) {
	var out []batch
	for _, t := range tables {
		err := sqlitex.ExecuteTransient(c, `SELECT * FROM "`+t+`" ORDER BY rid`, &sqlitex.ExecOptions{ResultFunc: func(st *zs.Stmt) error {
			row := make([]any, st.ColumnCount())
			rid := int64(0)
			for i := range row {
				row[i] = column(st, i)
				if st.ColumnName(i) == "rid" {
					rid = st.ColumnInt64(i)
				}
			}
			at := int(rid-1) / size
			for at >= len(out) {
				out = append(out, batch{})
			}
			out[at][t] = append(out[at][t], row)
			return nil
		}})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func column(st *zs.Stmt, i int) any {
	switch st.ColumnType(i) {
	case zs.TypeInteger:
		return st.ColumnInt64(i)
	case zs.TypeText:
		return st.ColumnText(i)
	case zs.TypeBlob:
		b := make([]byte, st.ColumnLen(i))
		st.ColumnBytes(i, b)
		return b
	case zs.TypeNull, zs.TypeFloat:
	}
	return nil
}

// insert writes the batch in one transaction.
func (b batch) insert(c *zs.Conn, tables []string) (err error) {
	end, err := sqlitex.ImmediateTransaction(c)
	if err != nil {
		return err
	}
	defer end(&err)
	for _, t := range tables {
		if len(b[t]) == 0 {
			continue
		}
		st, err := c.Prepare(`INSERT INTO "` + t + `" VALUES (?` + strings.Repeat(", ?", len(b[t][0])-1) + `)`)
		if err != nil {
			return err
		}
		for _, row := range b[t] {
			for i, v := range row {
				switch v := v.(type) {
				case int64:
					st.BindInt64(i+1, v)
				case string:
					st.BindText(i+1, v)
				case []byte:
					st.BindBytes(i+1, v)
				default:
					st.BindNull(i + 1)
				}
			}
			if _, err := st.Step(); err != nil {
				return err
			}
			if err := st.Reset(); err != nil {
				return err
			}
		}
	}
	return nil
}
