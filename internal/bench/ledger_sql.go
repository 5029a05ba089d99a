package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A table is the postings in SQL: a row for each, dimensions as numbers.
type table struct {
	conn    *zs.Conn
	numbers map[string]int64
	names   []string
	// records are numbered apart.
	records map[string]int64
	ids     []string
}

const postingColumns = "doc, event, booked, effective, recorded, unit, officer, class, detail, initiation, kind, subject, tags, cases, dong"

// tableIndexes cover what is asked: no question reads the table itself.
var tableIndexes = []struct{ name, columns string }{
	{"by_group", "unit, class, kind, booked, recorded, cases, dong"},
	{"by_officer", "unit, officer, class, detail, booked, recorded, cases, dong"},
	{"by_record", "class, unit, booked, recorded, doc, cases, dong"},
}

// tabulate writes the postings of all documents to a table of their own.
func (g *register) tabulate(ctx context.Context) (*table, error) {
	c, err := zs.OpenConn(filepath.Join(g.dir, "postings.db"), zs.OpenReadWrite|zs.OpenCreate)
	if err != nil {
		return nil, err
	}
	t := &table{conn: c, numbers: map[string]int64{"": 0}, names: []string{""}, records: map[string]int64{}}
	if err := t.fill(ctx, g); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return t, nil
}

func (t *table) fill(ctx context.Context, g *register) error {
	start := time.Now()
	for _, sql := range []string{
		"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-400000", "PRAGMA temp_store=MEMORY", "PRAGMA locking_mode=EXCLUSIVE",
		"CREATE TABLE posting(" + strings.ReplaceAll(postingColumns, ",", " INTEGER NOT NULL,") + " INTEGER NOT NULL)",
	} {
		if err := sqlitex.ExecuteTransient(t.conn, sql, nil); err != nil {
			return err
		}
	}
	insert, err := t.insert()
	if err != nil {
		return err
	}
	if err := sqlitex.ExecuteTransient(t.conn, "BEGIN", nil); err != nil {
		return err
	}
	for d, err := range g.documents(ctx) {
		if err != nil {
			return err
		}
		for i := range d.Postings {
			if err := t.add(insert, d.ID, &d.Postings[i]); err != nil {
				return err
			}
		}
	}
	if err := sqlitex.ExecuteTransient(t.conn, "COMMIT", nil); err != nil {
		return err
	}
	filled := time.Since(start)
	for _, x := range tableIndexes {
		if err := sqlitex.ExecuteTransient(t.conn, "CREATE INDEX "+x.name+" ON posting("+x.columns+")", nil); err != nil {
			return err
		}
	}
	if err := sqlitex.ExecuteTransient(t.conn, "ANALYZE", nil); err != nil {
		return err
	}
	fmt.Printf("a table of the same postings in SQL filled in %.1f s, its indexes in %.1f s\n\n", filled.Seconds(), (time.Since(start) - filled).Seconds())
	return ctx.Err()
}

func (t *table) insert() (*zs.Stmt, error) {
	return t.conn.Prepare("INSERT INTO posting(" + postingColumns + ") VALUES (?" + strings.Repeat(", ?", strings.Count(postingColumns, ",")) + ")")
}

func (t *table) add(insert *zs.Stmt, id string, p *thads.Posting) error {
	doc, ok := t.records[id]
	if !ok {
		doc = int64(len(t.ids))
		t.records[id], t.ids = doc, append(t.ids, id)
	}
	var tags strings.Builder
	for _, tag := range p.Tags {
		tags.WriteString(string(tag) + ",")
	}
	for i, v := range []int64{
		doc, int64(p.Event), int64(p.BookedOn), int64(p.EffectiveOn), p.RecordedAt.UnixMilli(), t.number(string(p.Unit)), t.number(string(p.Officer)),
		t.number(string(p.Account.Class)), t.number(p.Account.Detail), t.number(string(p.Initiation)), t.number(string(p.Kind)), t.number(p.Subject),
		t.number(tags.String()), int64(p.Cases), int64(p.Dong),
	} {
		insert.BindInt64(i+1, v)
	}
	if _, err := insert.Step(); err != nil {
		return err
	}
	return insert.Reset()
}

func (t *table) number(word string) int64 {
	n, ok := t.numbers[word]
	if !ok {
		n = int64(len(t.names))
		t.numbers[word], t.names = n, append(t.names, word)
	}
	return n
}

func (t *table) list(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprint(t.number(w))
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// tableColumns are the columns of the dimensions asked for here.
var tableColumns = map[ledger.Dimension]string{
	ledger.ByUnit: "unit", ledger.ByOfficer: "officer", ledger.ByAccount: "class", ledger.ByDetail: "detail",
	ledger.ByInitiation: "initiation", ledger.ByKind: "kind", ledger.BySubject: "subject",
}

// condition says which rows a filter keeps, beginning with AND.
func (t *table) condition(f *ledger.Filter) string {
	var b strings.Builder
	for _, c := range []struct {
		column string
		words  []string
		all    bool
	}{
		{"unit", words(f.Units), f.Units == nil},
		{"officer", words(f.Officers), f.Officers == nil},
		{"initiation", words(f.Initiations), f.Initiations == nil},
		{"kind", words(f.Kinds), f.Kinds == nil},
		{"subject", f.Subjects, f.Subjects == nil},
		{"class", words(f.Accounts), f.Accounts == nil},
	} {
		if !c.all {
			fmt.Fprintf(&b, " AND %s IN %s", c.column, t.list(c.words))
		}
	}
	return b.String()
}

// figure writes a figure in SQL over the sums that inner makes, and adds which
// classes it sums.
func (t *table) figure(f ledger.Figure, column string) string {
	if len(f) == 0 {
		return "0"
	}
	parts := make([]string, 0, len(f))
	for i := range f {
		p := &f[i]
		when := "class IN " + t.list(words(p.Accounts.Classes))
		if p.Accounts.Only != nil {
			when += " AND detail IN " + t.list(p.Accounts.Only)
		}
		if p.Accounts.Except != nil {
			when += " AND detail NOT IN " + t.list(p.Accounts.Except)
		}
		value := column
		switch p.Span {
		case ledger.Before:
			value = "before_" + column
		case ledger.Within:
			value = "(" + column + " - before_" + column + ")"
		case ledger.UpTo:
		}
		parts = append(parts, fmt.Sprintf("CASE WHEN %s%s THEN %d * %s ELSE 0 END", when, t.condition(&p.Where), p.Sign, value))
	}
	return "SUM(" + strings.Join(parts, " + ") + ")"
}

// shape tells of figures which classes they sum, whether all of them look at flows
// alone, and whether they tell details apart.
func shape(figures []ledger.Figure) (classes []thads.AccountClass, within, details bool) {
	within = true
	for _, f := range figures {
		for i := range f {
			for _, c := range f[i].Accounts.Classes {
				if !slices.Contains(classes, c) {
					classes = append(classes, c)
				}
			}
			within = within && f[i].Span == ledger.Within
			details = details || f[i].Accounts.Only != nil || f[i].Accounts.Except != nil
		}
	}
	return classes, within, details
}

// sums writes a query in SQL: keys, then cases and đồng of each figure. Rows are
// added up by class first, and figures made of the few sums: that is some times
// faster than looking at each row for each figure.
func (t *table) sums(q *ledger.Query, index string) string {
	var by []string
	for _, d := range q.GroupBy {
		by = append(by, tableColumns[d])
	}
	classes, within, details := shape(q.Figures)
	inner := slices.Clone(by)
	if !slices.Contains(inner, "class") {
		inner = append(inner, "class")
	}
	if details && !slices.Contains(inner, "detail") {
		inner = append(inner, "detail")
	}
	keys := strings.Join(inner, ", ")
	before := fmt.Sprintf("SUM(CASE WHEN booked < %[1]d THEN cases ELSE 0 END) AS before_cases, SUM(CASE WHEN booked < %[1]d THEN dong ELSE 0 END) AS before_dong", q.Moment.From)
	if within {
		before = "0 AS before_cases, 0 AS before_dong"
	}
	out := slices.Clone(by)
	for _, f := range q.Figures {
		out = append(out, t.figure(f, "cases"), t.figure(f, "dong"))
	}
	return fmt.Sprintf("SELECT %s FROM (SELECT %s, SUM(cases) AS cases, SUM(dong) AS dong, %s FROM posting %s%s GROUP BY %s) GROUP BY %s",
		strings.Join(out, ", "), keys, before, index, t.where(q, classes, within), keys, strings.Join(by, ", "))
}

// where keeps the rows of a query.
func (t *table) where(q *ledger.Query, classes []thads.AccountClass, within bool) string {
	sql := fmt.Sprintf(" WHERE booked <= %d AND class IN %s", q.Moment.To, t.list(words(classes)))
	if within {
		sql += fmt.Sprintf(" AND booked >= %d", q.Moment.From)
	}
	if !q.Moment.Known.IsZero() {
		sql += fmt.Sprintf(" AND recorded <= %d", q.Moment.Known.UnixMilli())
	}
	return sql + t.condition(&q.Filter)
}

// page writes the first page of a query's records in SQL, with their number and
// sum. The figure is a plain sum of accounts, all in one span.
func (t *table) page(q *ledger.Query, limit int, index string) string {
	classes, within, _ := shape(q.Figures)
	return fmt.Sprintf(`WITH record AS MATERIALIZED (SELECT doc, SUM(cases) AS c, SUM(dong) AS d FROM posting %s%s GROUP BY doc HAVING c <> 0 OR d <> 0)
		SELECT c, d, (SELECT COUNT(*) FROM record), (SELECT SUM(d) FROM record) FROM record ORDER BY ABS(d) DESC, ABS(c) DESC LIMIT %d`,
		index, t.where(q, classes, within), limit)
}

// ask runs a query and returns its rows, keys as words.
func (t *table) ask(sql string, keys int) ([]ledger.Group, error) {
	var out []ledger.Group
	err := sqlitex.ExecuteTransient(t.conn, sql, &sqlitex.ExecOptions{ResultFunc: func(s *zs.Stmt) error {
		g := ledger.Group{Keys: make([]string, keys)}
		for i := range keys {
			g.Keys[i] = t.names[s.ColumnInt64(i)]
		}
		for i := keys; i+1 < s.ColumnCount(); i += 2 {
			g.Values = append(g.Values, ledger.Amount{Cases: s.ColumnInt64(i), Dong: s.ColumnInt64(i + 1)})
		}
		out = append(out, g)
		return nil
	}})
	return out, err
}

// covers tells whether an index holds all columns that the question reads.
func covers(columns string, q *ledger.Query, page int) bool {
	holds := map[string]bool{}
	for c := range strings.SplitSeq(columns, ", ") {
		holds[c] = true
	}
	need := []string{"class", "booked", "recorded", "cases", "dong"}
	if page > 0 {
		need = append(need, "doc")
	}
	for _, d := range q.GroupBy {
		need = append(need, tableColumns[d])
	}
	if q.Filter.Units != nil {
		need = append(need, "unit")
	}
	if _, _, details := shape(q.Figures); details {
		need = append(need, "detail")
	}
	for _, c := range need {
		if !holds[c] {
			return false
		}
	}
	return true
}
