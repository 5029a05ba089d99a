package forms

import (
	"cmp"
	"slices"
	"strings"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// Compute fills a form with one question to the ledger. It refuses a form that
// cannot be filled (FORM_NOT_AVAILABLE) and an unknown unit.
func Compute(v *ledger.View, org Organisation, q Request) (*Report, error) {
	query, err := base(org, &q)
	if err != nil {
		return nil, err
	}
	var columns []int // of the figures
	for i := range q.Form.Columns {
		if c := &q.Form.Columns[i]; !c.IsRatio() && len(c.Terms) == 0 {
			columns, query.Figures = append(columns, i), append(query.Figures, c.Figure)
		}
	}
	query.GroupBy = q.Form.Rows.dimensions()
	t := newTable(org, &q)
	for _, g := range v.Sum(query) {
		for at := t.leaf(g.Keys); at >= 0; at = t.above[at] {
			for i, column := range columns {
				t.rows[at].Values[column].N += amountIn(q.Form.Columns[column].Unit, g.Values[i])
			}
		}
	}
	return t.report()
}

func amountIn(u thads.QuantityUnit, a ledger.Amount) int64 {
	if u == thads.UnitDong {
		return a.Dong
	}
	return a.Cases
}

// base is the question for the whole of a report.
func base(org Organisation, q *Request) (ledger.Query, error) {
	if !q.Form.Available {
		return ledger.Query{}, thads.Errorf(CodeFormUnavailable, "form", "Không lập được biểu “%[1]s”: %[3]s", "The form %[2]q is not available: %[4]s",
			q.Form.Title.VI, q.Form.Title.EN, q.Form.Reason.VI, q.Form.Reason.EN)
	}
	units := org.Below(q.Unit)
	if len(units) == 0 {
		return ledger.Query{}, thads.Errorf(thads.CodeUnknown, "unit", "Không có đơn vị %q", "There is no unit %q", string(q.Unit))
	}
	where := q.Form.Where
	where.Units = units
	return ledger.Query{Scope: q.Scope, Moment: q.Moment, Filter: where}, nil
}

// dimensions are what the ledger's groups are made by to fill such rows.
func (k RowKind) dimensions() []ledger.Dimension {
	switch k {
	case RowsKinds:
		return []ledger.Dimension{ledger.ByInitiation, ledger.ByKind}
	case RowsOfficers:
		return []ledger.Dimension{ledger.ByUnit, ledger.ByOfficer}
	case RowsUnits:
		return []ledger.Dimension{ledger.ByUnit}
	case RowsSubjects:
		return []ledger.Dimension{ledger.BySubject}
	case RowsMeasures:
		return []ledger.Dimension{ledger.ByDetail}
	}
	return nil
}

// The beginnings of the keys of rows.
const (
	keyTotal      = "total"
	keyUnit       = "unit:"
	keyOfficer    = "officer:" // unit/officer
	keyInitiation = "initiation:"
	keyKind       = "kind:" // kind/initiation
	keySubject    = "subject:"
	keyMeasures   = "measures:" // security or coercion
	keyMeasure    = "measure:"
)

// A class of measures is a row above those of its measures.
const (
	security = "SECURITY"
	coercion = "COERCION"
	unnamed  = "OTHER"
)

// classOf returns the class of a measure.
func classOf(measure string) string {
	is := func(t thads.Term[thads.Measure]) bool { return string(t.Value) == measure }
	switch {
	case slices.ContainsFunc(thads.SecurityMeasures(), is):
		return security
	case slices.ContainsFunc(thads.CoerciveMeasures(), is):
		return coercion
	}
	return unnamed
}

// A table is a report being filled: rows in order, each with the row above it.
type table struct {
	org   Organisation
	q     *Request
	rows  []Row
	above []int // -1 for none
	place map[string]int
}

// newTable makes the rows that a report has whether anything is counted in them
// or not. Others are added as they are met.
func newTable(org Organisation, q *Request) *table {
	t := &table{org: org, q: q, place: map[string]int{}}
	t.add(keyTotal, "", hTotal)
	switch q.Form.Rows {
	case RowsKinds:
		for _, how := range thads.Initiations() {
			if q.Form.Where.Initiations != nil && !slices.Contains(q.Form.Where.Initiations, how.Value) {
				continue
			}
			for _, kind := range thads.JudgmentKinds() {
				t.leaf([]string{string(how.Value), string(kind.Value)})
			}
		}
	case RowsOfficers, RowsUnits:
		for _, u := range org.Rows(q.Unit, q.Moment.From, q.Moment.To) {
			t.unit(u)
		}
	case RowsSubjects:
		for _, s := range q.Form.Where.Subjects {
			t.leaf([]string{s})
		}
	case RowsMeasures:
		for _, m := range slices.Concat(thads.SecurityMeasures(), thads.CoerciveMeasures()) {
			t.leaf([]string{string(m.Value)})
		}
	}
	return t
}

// add returns the row of a key, which it makes if there is none.
func (t *table) add(key, parent string, title thads.Text) int {
	if at, ok := t.place[key]; ok {
		return at
	}
	row := Row{Key: key, Parent: parent, Title: title, Values: make([]Value, len(t.q.Form.Columns))}
	above := -1
	if parent != "" {
		above = t.place[parent]
		row.Level = t.rows[above].Level + 1
	}
	at := len(t.rows)
	t.rows, t.above = append(t.rows, row), append(t.above, above)
	t.place[key] = at
	return at
}

func (t *table) unit(id thads.UnitID) int {
	name := t.org.UnitName(id, t.q.Moment.To)
	at := t.add(keyUnit+string(id), keyTotal, text(name, name))
	t.rows[at].Unit = id
	return at
}

// leaf returns the row to which a group belongs.
func (t *table) leaf(keys []string) int {
	switch t.q.Form.Rows {
	case RowsKinds:
		how, kind := thads.Initiation(keys[0]), thads.JudgmentKind(keys[1])
		parent := keyTotal
		if t.q.Form.Where.Initiations == nil {
			parent = t.rows[t.add(keyInitiation+keys[0], keyTotal, nameIn(thads.Initiations(), how))].Key
		}
		return t.add(keyKind+keys[1]+"/"+keys[0], parent, nameIn(thads.JudgmentKinds(), kind))
	case RowsOfficers:
		unit := t.unit(thads.UnitID(keys[0]))
		title := text("Chưa phân công chấp hành viên", "No officer")
		if keys[1] != "" {
			name := t.org.OfficerName(thads.OfficerID(keys[1]))
			title = text(name, name)
		}
		at := t.add(keyOfficer+keys[0]+"/"+keys[1], t.rows[unit].Key, title)
		t.rows[at].Unit, t.rows[at].Officer = thads.UnitID(keys[0]), thads.OfficerID(keys[1])
		return at
	case RowsUnits:
		return t.unit(thads.UnitID(keys[0]))
	case RowsSubjects:
		return t.add(keySubject+keys[0], keyTotal, nameIn(thads.ObligationKinds(), thads.ObligationKind(keys[0])))
	case RowsMeasures:
		class := classOf(keys[0])
		parent := t.add(keyMeasures+class, keyTotal, classNames[class])
		return t.add(keyMeasure+keys[0], t.rows[parent].Key, nameIn(slices.Concat(thads.SecurityMeasures(), thads.CoerciveMeasures()), thads.Measure(keys[0])))
	}
	return 0
}

var classNames = map[string]thads.Text{
	security: text("Biện pháp bảo đảm", "Measures of security"),
	coercion: text("Biện pháp cưỡng chế", "Measures of coercion"),
	unnamed:  text("Biện pháp khác", "Other measures"),
}

// nameIn returns the names of a value, "unknown" for one without.
func nameIn[T ~string](terms []thads.Term[T], v T) thads.Text {
	for _, t := range terms {
		if t.Value == v {
			return t.Name
		}
	}
	return text("Không xác định", "Unknown")
}

// report puts the rows in order, completes their columns and applies the rules.
func (t *table) report() (*Report, error) {
	f := &t.q.Form
	r := &Report{Form: *f, Unit: t.q.Unit, UnitName: t.org.UnitName(t.q.Unit, t.q.Moment.To), Moment: t.q.Moment, Rows: t.ordered(), Checks: []CheckResult{}}
	sums := newCalculation(f)
	values, known := make([]int64, len(f.Columns)), make([]bool, len(f.Columns))
	var results []CheckResult
	for i := range r.Rows {
		row := &r.Rows[i]
		for j := range f.Columns {
			c := &f.Columns[j]
			values[j], known[j] = row.Values[j].N, !c.IsRatio() && len(c.Terms) == 0
		}
		sums.complete(values, known)
		for j := range row.Values {
			row.Values[j] = Value{N: values[j], Null: !known[j]}
		}
		results = sums.verify(results[:0], row.Key, values, known)
		for _, c := range results {
			if i == 0 || !c.Passed {
				r.Checks = append(r.Checks, c)
			}
		}
	}
	return r, nil
}

// ordered returns each row followed by those that belong to it: units in the
// order of the form, officers by name and what has no officer last, the rest as
// they were made.
func (t *table) ordered() []Row {
	below := make([][]int, len(t.rows))
	names := make([]string, len(t.rows))
	for i, above := range t.above {
		if above >= 0 {
			below[above] = append(below[above], i)
		}
		if t.rows[i].Officer != "" {
			names[i] = thads.NameSortKey(t.rows[i].Title.VI)
		}
	}
	byName := func(a, b int) int {
		x, y := t.rows[a].Officer, t.rows[b].Officer
		switch {
		case x == y: // of none
			return 0
		case x == "":
			return 1
		case y == "":
			return -1
		}
		return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(x, y))
	}
	out := make([]Row, 0, len(t.rows))
	var walk func(at int)
	walk = func(at int) {
		out = append(out, t.rows[at])
		slices.SortStableFunc(below[at], byName) // rows of units have no officer and keep their places
		for _, i := range below[at] {
			walk(i)
		}
	}
	walk(0)
	return out
}

// CellQuery returns the question that opens a cell: the contributions that answer
// it add up to the cell. A share is refused (CELL_IS_RATIO): its two columns have
// records. An unknown row or column is refused as well; a row that the report
// does not show, because nothing was counted, opens to nothing.
func CellQuery(org Organisation, q Request, rowKey, column string) (ledger.Query, error) {
	query, err := base(org, &q)
	if err != nil {
		return ledger.Query{}, err
	}
	c, ok := q.Form.Column(column)
	if !ok {
		return ledger.Query{}, thads.Errorf(thads.CodeUnknown, "column", "Biểu không có cột %q", "The form has no column %q", column)
	}
	if c.IsRatio() {
		return ledger.Query{}, thads.Errorf(CodeRatio, "column", "Cột %[1]s là tỷ lệ; mở cột %[2]s và cột %[3]s để xem hồ sơ",
			"Column %[1]s is a share; open columns %[2]s and %[3]s for the records", c.Code, c.Numerator, c.Denominator)
	}
	query.Figures = []ledger.Figure{c.Figure}
	if !narrow(&query, q.Form.Rows, rowKey) {
		return ledger.Query{}, thads.Errorf(thads.CodeUnknown, "row", "Biểu không có dòng %q", "The form has no row %q", rowKey)
	}
	return query, nil
}

// narrow limits a report's question to one row; false where there is no such row.
func narrow(query *ledger.Query, rows RowKind, key string) bool {
	if key == keyTotal {
		return true
	}
	begin, rest, ok := strings.Cut(key, ":")
	if !ok {
		return false
	}
	begin += ":"
	w := &query.Filter
	inUnit := func(id string) bool {
		if !slices.Contains(w.Units, thads.UnitID(id)) {
			return false
		}
		w.Units = []thads.UnitID{thads.UnitID(id)}
		return true
	}
	began := func(how string) bool {
		if w.Initiations != nil && !slices.Contains(w.Initiations, thads.Initiation(how)) {
			return false
		}
		w.Initiations = []thads.Initiation{thads.Initiation(how)}
		return true
	}
	switch {
	case begin == keyUnit && (rows == RowsOfficers || rows == RowsUnits):
		return inUnit(rest)
	case begin == keyOfficer && rows == RowsOfficers:
		unit, officer, ok := strings.Cut(rest, "/")
		w.Officers = []thads.OfficerID{thads.OfficerID(officer)}
		return ok && inUnit(unit)
	case begin == keyInitiation && rows == RowsKinds:
		return began(rest)
	case begin == keyKind && rows == RowsKinds:
		kind, how, ok := strings.Cut(rest, "/")
		w.Kinds = []thads.JudgmentKind{thads.JudgmentKind(kind)}
		return ok && began(how)
	case begin == keySubject && rows == RowsSubjects:
		if w.Subjects != nil && !slices.Contains(w.Subjects, rest) {
			return false
		}
		w.Subjects = []string{rest}
		return true
	case begin == keyMeasure && rows == RowsMeasures:
		query.Figures = withDetails(query.Figures, []string{rest}, nil)
		return true
	case begin == keyMeasures && rows == RowsMeasures:
		only, except, ok := detailsOf(rest)
		query.Figures = withDetails(query.Figures, only, except)
		return ok
	}
	return false
}

// detailsOf returns the measures of a class: these only, or all but these.
func detailsOf(class string) (only, except []string, ok bool) {
	codes := func(terms []thads.Term[thads.Measure]) []string {
		var out []string
		for _, t := range terms {
			out = append(out, string(t.Value))
		}
		return out
	}
	switch class {
	case security:
		return codes(thads.SecurityMeasures()), nil, true
	case coercion:
		return codes(thads.CoerciveMeasures()), nil, true
	case unnamed:
		return nil, slices.Concat(codes(thads.SecurityMeasures()), codes(thads.CoerciveMeasures())), true
	}
	return nil, nil, false
}

// withDetails limits figures to details of their accounts.
func withDetails(figures []ledger.Figure, only, except []string) []ledger.Figure {
	out := make([]ledger.Figure, len(figures))
	for i, f := range figures {
		out[i] = slices.Clone(f)
		for j := range out[i] {
			out[i][j].Accounts.Only, out[i][j].Accounts.Except = only, except
		}
	}
	return out
}
