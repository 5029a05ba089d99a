package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
)

// An outcome is what becomes of a call, as the rights see it.
type outcome string

const (
	// denied: the caller may not use the field at all.
	denied outcome = "DENIED"
	// invisible: as if there were no such record.
	invisible outcome = "INVISIBLE"
	// notWritable: the record may be seen and not written.
	notWritable outcome = "VISIBLE_NOT_WRITABLE"
	// reached: nothing stands in the way but the content.
	reached outcome = "REACHED"
)

// What follows reads the table again, for the expectation: it shares nothing with
// the code that judges but auth.Specs.

// granting are the grants that hold a right, and how far.
func (p *person) granting(right auth.Right) map[*auth.Grant]auth.Reach {
	out := map[*auth.Grant]auth.Reach{}
	if p.isAnonymous() || p.needs || p.only != nil && !slices.Contains(p.only, right) {
		return out
	}
	for i := range p.grants {
		for _, spec := range auth.Specs() {
			if r := spec.Rights[right]; spec.Role == p.grants[i].Role && r != auth.ReachNothing {
				out[&p.grants[i]] = r
			}
		}
	}
	return out
}

// holds tells whether somebody holds a right somewhere.
func (p *person) holds(right auth.Right) bool {
	switch right {
	case auth.Public:
		return true
	case auth.SignedIn:
		return !p.isAnonymous()
	default:
		return len(p.granting(right)) > 0
	}
}

// everywhere tells whether a right reaches all there is.
func (p *person) everywhere(right auth.Right) bool {
	for g, r := range p.granting(right) {
		if r == auth.ReachProvince && g.Within == nil {
			return true
		}
	}
	return false
}

// seesProtected tells whether somebody sees clearly by every role who is meant
// in protected cases.
func (p *person) seesProtected() bool {
	for g := range p.granting(auth.Read) {
		for _, spec := range auth.Specs() {
			if spec.Role == g.Role && min(spec.Sight[auth.PartyName], spec.Sight[auth.PartyContact], spec.Sight[auth.Protected]) != auth.Clear {
				return false
			}
		}
	}
	return true
}

// isUnder tells whether a unit is another or stands below it.
func (m *matrix) isUnder(unit string, above thads.UnitID) bool {
	for ; unit != ""; unit = m.under[unit] {
		if unit == string(above) {
			return true
		}
	}
	return false
}

// covers tells whether a right reaches something of these units and officers.
func (m *matrix) covers(p *person, right auth.Right, units, officers []string) bool {
	if p.everywhere(right) {
		return true
	}
	for g, r := range p.granting(right) {
		if r == auth.ReachOwn && slices.Contains(officers, string(g.Officer)) {
			return true
		}
		if r == auth.ReachOwn {
			continue
		}
		for _, u := range units {
			within := g.Within == nil || slices.ContainsFunc(g.Within, func(w thads.UnitID) bool { return m.isUnder(u, w) })
			if within && (r == auth.ReachProvince || m.isUnder(u, g.Unit)) {
				return true
			}
		}
	}
	return false
}

// How kinds of records are seen: those that units hold within the reach of a
// right, those of a person by that person, all others by all who hold the right.
var (
	heldKinds     = []string{"Case", "AdministrativeVerdict", "DirectedCase"}
	personalKinds = []string{"Import", "Job", "Upload", "KeptMapping", "Session", "APIToken"}
)

// reads is the right to read a kind of record: that of the field that answers one.
func (m *matrix) reads(kind string) auth.Right {
	if kind == "PeriodLock" { // fields of reports and periods answer it
		return auth.ReadFigures
	}
	for _, name := range []string{kind, kind + "Connection"} {
		for _, f := range m.schema.Query.Fields {
			if f.Type.Elem == nil && f.Type.Name() == name && rightOf(f) != auth.Public {
				return rightOf(f)
			}
		}
	}
	return auth.SignedIn
}

// sees tells whether somebody may see a record.
func (m *matrix) sees(p *person, r *placed) bool {
	right := m.reads(r.kind)
	switch {
	case !p.holds(right):
		return false
	case slices.Contains(heldKinds, r.kind), r.kind == "Disclosure":
		return m.covers(p, right, r.units, r.officers)
	case r.kind == "APIToken":
		return r.by == p.principal.ID || p.holds(auth.ManageAccounts)
	case r.kind == "Session":
		return r.by == p.principal.ID
	case r.kind == "SavedQuery":
		return r.shared || r.by == p.principal.ID
	case r.kind == "Job":
		return r.by == p.principal.ID || p.holds(auth.Administer)
	case slices.Contains(personalKinds, r.kind):
		return r.by == p.principal.ID || p.everywhere(right)
	}
	return true
}

// firstSteps are what somebody may do before anything else who has still to set a
// password or a second factor.
var firstSteps = []string{"passwordSet", "secondFactorBegin", "secondFactorConfirm", "recoveryCodesRenew", "sessionEnd", "sessionEndOthers"}

// isRefused tells whether a root field is not for somebody at all.
func (m *matrix) isRefused(p *person, root *ast.Definition, f *ast.FieldDefinition) bool {
	right := rightOf(f)
	switch {
	case p.fields != nil && !slices.Contains(p.fields, f.Name):
		return true
	case right == auth.Public:
		return false
	case p.needs && !slices.Contains(firstSteps, f.Name):
		return true
	case p.token && right == auth.SignedIn && root == m.schema.Mutation:
		return true // one's own account is for oneself
	}
	return !p.holds(right)
}

// asked is the right that a mutation of a record asks for: that of the field,
// or of the event where it corrects or takes back one.
func (m *matrix) asked(f *ast.FieldDefinition, kind string, event int) auth.Right {
	right := rightOf(f)
	if right != m.reads(kind) {
		return right
	}
	if kind == "Case" && event == 2 {
		return rightOf(m.schema.Mutation.Fields.ForName("caseRecordCollection"))
	}
	for _, opener := range m.schema.Mutation.Fields {
		if m.kindOf(opener) == kind && m.opens(opener) {
			return rightOf(opener)
		}
	}
	return right
}

// kindOf is the kind of record that a mutation answers.
func (m *matrix) kindOf(f *ast.FieldDefinition) string {
	for _, p := range m.schema.Types[f.Type.Name()].Fields {
		if def := m.schema.Types[p.Type.Name()]; def.Kind == ast.Object && slices.Contains(def.Interfaces, "Node") {
			return def.Name
		}
	}
	return ""
}

// inputOf is the input of a mutation.
func (m *matrix) inputOf(f *ast.FieldDefinition) *ast.Definition {
	return m.schema.Types[f.Arguments.ForName("input").Type.Name()]
}

// subject is the field of a mutation's input that names the record it is about,
// and that record's kind; "" for one that makes a record.
func (m *matrix) subject(f *ast.FieldDefinition) (field, kind string) {
	in := m.inputOf(f)
	for _, name := range []string{"id", "ids"} {
		if in.Fields.ForName(name) != nil {
			if k := m.kindOf(f); k != "" {
				return name, k
			}
			return name, map[string]string{"user": "User", "session": "Session"}[strings.TrimRight(firstWord(f.Name), "s")]
		}
	}
	for _, field := range in.Fields {
		if k := kindOfID[field.Name]; field.Type.Name() == "ID" && field.Type.NonNull && (k == "Case" || k == "Upload" || k == "KeptMapping") {
			return field.Name, k
		}
	}
	return "", ""
}

// firstWord is what a mutation's name begins with: the noun.
func firstWord(name string) string {
	if i := strings.IndexFunc(name, unicode.IsUpper); i > 0 {
		return name[:i]
	}
	return name
}

// opens tells whether a mutation makes a record.
func (m *matrix) opens(f *ast.FieldDefinition) bool {
	if f.Arguments.ForName("input") == nil {
		return false
	}
	name, _ := m.subject(f)
	return name == ""
}

// A reply is what the API answers, as it is and read.
type reply struct {
	raw string
	answer
}

var requestIDs = regexp.MustCompile(`"requestId":"[^"]*"`)

// call sends an operation and keeps the bytes of its answer, without the one part
// that differs in any case.
func (m *matrix) call(p *person, query string, vars object) (*reply, error) {
	body, err := json.Marshal(object{"query": query, "variables": vars})
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequestWithContext(m.t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r = r.WithContext(request.NewContext(auth.NewContext(r.Context(), p.principal), request.New("vi")))
	rec := httptest.NewRecorder()
	m.handler.ServeHTTP(rec, r)
	out := &reply{raw: requestIDs.ReplaceAllString(rec.Body.String(), `"requestId":""`)}
	d := json.NewDecoder(rec.Body)
	d.UseNumber()
	if err := d.Decode(&out.answer); err != nil {
		return nil, fmt.Errorf("status %d: %w", rec.Code, err)
	}
	return out, nil
}

// outcomeOf reads the outcome of one root field; it is an error where the call
// was wrong or failed, which is a fault of the harness or of the program.
func (r *reply) outcomeOf(field string) (outcome, error) {
	if len(r.Errors) > 0 {
		switch code := r.code(); code {
		case "UNAUTHENTICATED", "TOKEN_FIELD", "NEEDS_PASSWORD", "NEEDS_SECOND_FACTOR":
			return denied, nil
		case "FORBIDDEN":
			if r.Errors[0].Extensions["field"] != nil {
				return notWritable, nil
			}
			return denied, nil
		case "NOT_FOUND":
			return invisible, nil
		case "INTERNAL", "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "COMPLEXITY_LIMIT_EXCEEDED", "UNAVAILABLE", "<nil>":
			return "", fmt.Errorf("the call itself fails: %s %s", code, r.Errors[0].Message)
		default:
			return reached, nil
		}
	}
	v := r.Data[field]
	if v == nil {
		return invisible, nil
	}
	payload, ok := v.(object)
	if !ok {
		return reached, nil
	}
	refusals, ok := payload["userErrors"].([]any)
	if !ok || len(refusals) == 0 {
		return reached, nil
	}
	switch fmt.Sprint(at(refusals[0], "code")) {
	case "NOT_FOUND":
		if slices.Contains([]string{"id", "ids", "case", "upload", "mapping"}, fmt.Sprint(at(refusals[0], "field.0"))) {
			return invisible, nil
		}
		return reached, nil // something within the record, or of one's own
	case "FORBIDDEN":
		return notWritable, nil
	}
	return reached, nil
}

// A tally counts the cells of the matrix.
type tally struct {
	// refused are the fields that a person was denied, by the person.
	refused map[string]bool
	mu      sync.Mutex
	cells   map[string]int
	seen    map[outcome]int
	calls   atomic.Int64
}

func (c *tally) add(what string, got outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cells[what]++
	c.seen[got]++
}

// repeats tells whether it was asked before.
func (c *tally) repeats(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.refused[what]
	c.refused[what] = true
	return before
}

// plainSelection asks for something of a type that everybody is told.
func (m *matrix) plainSelection(t *ast.Type) string {
	def := m.schema.Types[t.Name()]
	switch {
	case def.IsLeafType():
		return ""
	case strings.HasSuffix(def.Name, "Payload"):
		return " { userErrors { code message field } }"
	case strings.HasSuffix(def.Name, "Connection"):
		if def.Fields.ForName("totalCount") != nil && m.schema.Types[def.Fields.ForName("nodes").Type.Name()].Fields.ForName("id") != nil {
			return " { totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
		}
		return " { nodes { __typename } pageInfo { hasNextPage } }"
	case def.Fields.ForName("id") != nil:
		return " { id }"
	}
	return " { __typename }"
}

// operation is a field with the arguments given.
func (m *matrix) operation(kind string, f *ast.FieldDefinition, args object) string {
	names := make([]string, 0, len(args))
	for name := range args {
		names = append(names, name)
	}
	sort.Strings(names)
	var declared, passed []string
	for _, name := range names {
		a := f.Arguments.ForName(name)
		typ := a.Type.String()
		declared = append(declared, fmt.Sprintf("$%s: %s", name, typ))
		passed = append(passed, fmt.Sprintf("%s: $%s", name, name))
	}
	head, call := "", f.Name
	if len(args) > 0 {
		head, call = "("+strings.Join(declared, ", ")+")", f.Name+"("+strings.Join(passed, ", ")+")"
	}
	return fmt.Sprintf("%s%s { %s%s }", kind, head, call, m.plainSelection(f.Type))
}

// arguments fills the arguments of a field that are needed.
func (m *matrix) arguments(f *ast.FieldDefinition, fill *filling) object {
	out := object{}
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			out[a.Name] = fill.value(m.schema, f.Name, a.Name, "", a.Type)
		}
	}
	return out
}

// A cell is one call of the matrix.
type cell struct {
	what, name string
	field      *ast.FieldDefinition
	operation  string
	vars       object
	want       outcome
	// twin are the variables of the same call about nothing, where the record
	// may not be seen: the answer must be the same to the byte.
	twin object
}

// try makes the call of a cell, and that of its twin.
func (m *matrix) try(t *testing.T, c *tally, p *person, x cell) {
	t.Helper()
	if raced && x.want == denied && c.repeats(p.name+" "+x.field.Name) {
		return // the field is refused before it is known what it is about
	}
	c.calls.Add(1)
	r, err := m.call(p, x.operation, x.vars)
	if err != nil {
		t.Errorf("%s: %v", x.name, err)
		return
	}
	got, err := r.outcomeOf(x.field.Name)
	if err != nil {
		t.Errorf("%s: %v\n%s %v", x.name, err, x.operation, x.vars)
		return
	}
	c.add(x.what, got)
	if got != x.want {
		t.Errorf("%s: %s, want %s\n%v\n%s", x.name, got, x.want, x.vars, r.raw)
		return
	}
	if x.twin == nil {
		return
	}
	c.calls.Add(1)
	other, err := m.call(p, x.operation, x.twin)
	if err != nil {
		t.Errorf("%s: %v", x.name, err)
		return
	}
	if r.raw != other.raw {
		t.Errorf("%s: what may not be seen can be told from what does not exist\n%s\n%s", x.name, r.raw, other.raw)
	}
	c.add("indistinguishable", got)
}

// Every root field is tried by everybody with records in every relation to them;
// what becomes of it is what the table of roles says.
func TestRights(t *testing.T) {
	m := newMatrix(t)
	c := &tally{refused: map[string]bool{}, cells: map[string]int{}, seen: map[outcome]int{}}
	t.Run("queries", func(t *testing.T) {
		for _, p := range m.people {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				m.queries(t, c, p)
			})
		}
	})
	t.Run("subscriptions", func(t *testing.T) {
		for _, p := range m.people {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				m.subscriptions(t, c, p)
			})
		}
	})
	// One after another: what some may record, others would meet halfway.
	t.Run("mutations", func(t *testing.T) {
		for _, p := range m.people {
			t.Run(p.name, func(t *testing.T) {
				m.mutations(t, c, p)
			})
		}
	})
	t.Run("references", func(t *testing.T) {
		for _, p := range m.people {
			t.Run(p.name, func(t *testing.T) {
				m.referring(t, c, p)
			})
		}
	})
	if strings.Contains(m.log.String(), "level=ERROR") {
		t.Errorf("faults were logged:\n%s", m.log)
	}
	total := 0
	var parts []string
	for what, n := range c.cells {
		total += n
		parts = append(parts, fmt.Sprintf("%s %d", what, n))
	}
	sort.Strings(parts)
	t.Logf("%d cells of the matrix of rights (%s) in %d calls, of %d people; outcomes %v", total, strings.Join(parts, ", "), c.calls.Load(), len(m.people), c.seen)
	for _, o := range []outcome{denied, invisible, notWritable, reached} {
		if c.seen[o] == 0 {
			t.Errorf("no cell ends in %s", o)
		}
	}
}

// queries tries every field of Query.
func (m *matrix) queries(t *testing.T, c *tally, p *person) {
	t.Helper()
	for _, f := range m.schema.Query.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		switch {
		case f.Name == "nodes":
			m.manyNodes(t, c, p, f)
		case f.Name == "search":
			m.searches(t, c, p, f)
		case f.Name == "summary":
			m.summaries(t, c, p, f)
		case f.Name == "statistics":
			m.plain(t, c, p, f)
			m.figures(t, c, p, f)
		case f.Name == "deadlines":
			m.deadlines(t, c, p, f)
		case f.Name == "deadlineCounts":
			m.plain(t, c, p, f)
			m.deadlinesCounted(t, c, p, f)
		case f.Name == "corrections":
			m.plain(t, c, p, f)
			m.corrections(t, c, p, f)
		case strings.HasSuffix(f.Type.Name(), "Connection"):
			m.lister(t, c, p, f)
		case f.Arguments.ForName("id") != nil:
			m.single(t, c, p, f)
		default:
			m.plain(t, c, p, f)
		}
	}
}

// single asks for every record by its id: of the kind of the field, or of all.
func (m *matrix) single(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	kind := f.Type.Name()
	if f.Name == "importProposal" {
		kind = "Import"
	}
	asked := 0
	for _, r := range m.records {
		if f.Type.Name() != "Node" && r.kind != kind {
			continue
		}
		asked++
		fill := m.filling(t, &filling{own: r.id, kind: r.kind})
		args := with(m.arguments(f, fill), object{"id": r.id})
		x := cell{
			what: "records by id", name: fmt.Sprintf("%s of a %s of %s", f.Name, r.kind, r.relation), field: f,
			operation: m.operation("query", f, args), vars: args, want: reached,
		}
		switch {
		case m.isRefused(p, m.schema.Query, f):
			x.want = denied
		case !m.sees(p, r):
			x.want, x.twin = invisible, with(args, object{"id": none(r.id)})
		case f.Name == "importProposal" && r.by != p.principal.ID && !p.seesProtected():
			// The file may hold anything: its content is its sender's.
			x.want = notWritable
		}
		m.try(t, c, p, x)
	}
	if asked == 0 {
		t.Errorf("%s: the matrix has no record of the kind %s", f.Name, kind)
	}
}

// plain asks for what is about no record.
func (m *matrix) plain(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	args := m.arguments(f, m.filling(t, &filling{}))
	x := cell{what: "fields without a record", name: f.Name, field: f, operation: m.operation("query", f, args), vars: args, want: reached}
	switch {
	case m.isRefused(p, m.schema.Query, f):
		x.want = denied
	case f.Name == "me" && p.isAnonymous():
		x.want = invisible
	}
	m.try(t, c, p, x)
}

// filling completes what is told to fill inputs with, and fails the test for ids
// of which nobody said what they name.
func (m *matrix) filling(t *testing.T, f *filling) *filling {
	t.Helper()
	f.unknown = &[]string{}
	if f.named == nil {
		f.named = map[string]string{"Unit": m.second, "Officer": m.officer, "Principal": "us_nobody", "Grant": "g1"}
	}
	t.Cleanup(func() {
		for _, u := range *f.unknown {
			t.Error(u)
		}
	})
	return f
}

// lister asks for a whole list: it has what may be seen, no more and no less, and
// counts as much.
func (m *matrix) lister(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	connection := m.schema.Types[f.Type.Name()]
	kind := connection.Fields.ForName("nodes").Type.Name()
	args := m.arguments(f, m.filling(t, &filling{}))
	args["first"] = 200
	if f.Name == "publicDebtors" {
		args["first"] = 100
	}
	c.calls.Add(1)
	r, err := m.call(p, m.operation("query", f, args), args)
	if err != nil {
		t.Errorf("%s: %v", f.Name, err)
		return
	}
	got, err := r.outcomeOf(f.Name)
	want := reached
	if m.isRefused(p, m.schema.Query, f) {
		want = denied
	}
	c.add("lists", got)
	if err != nil || got != want {
		t.Errorf("%s: %s, %v, want %s: %s", f.Name, got, err, want, r.raw)
		return
	}
	if want == denied || connection.Fields.ForName("totalCount") == nil {
		return
	}
	there := all(at(r.Data, f.Name+".nodes"), "id")
	var visible []string
	of := 0
	for _, rec := range m.records {
		if rec.kind != kind {
			continue
		}
		of++
		seen, listed := m.sees(p, rec), slices.Contains(there, rec.id)
		if seen {
			visible = append(visible, rec.id)
		}
		if seen != listed {
			t.Errorf("%s: the %s of %s is listed: %v, want %v", f.Name, kind, rec.relation, listed, seen)
		}
		got := invisible
		if listed {
			got = reached
		}
		c.add("records in lists", got)
	}
	if of == 0 {
		t.Errorf("%s: the matrix has no record of the kind %s", f.Name, kind)
	}
	if total := fmt.Sprint(at(r.Data, f.Name+".totalCount")); total != strconv.Itoa(len(visible)) || len(there) != len(visible) {
		t.Errorf("%s counts %s and lists %d, want %d", f.Name, total, len(there), len(visible))
	}
	m.cursors(t, c, p, f, visible)
}

// cursors goes through the list one by one, from both ends: what may not be seen
// is not even between two pages.
func (m *matrix) cursors(t *testing.T, c *tally, p *person, f *ast.FieldDefinition, visible []string) {
	t.Helper()
	for _, d := range []struct{ size, cursor, end string }{{"first", "after", "endCursor"}, {"last", "before", "startCursor"}} {
		if f.Arguments.ForName(d.size) == nil {
			continue
		}
		var got []string
		args := object{d.size: 1}
		for range len(visible) + 1 {
			c.calls.Add(1)
			r, err := m.call(p, m.operation("query", f, args), args)
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
				return
			}
			page, ok := at(r.Data, f.Name+".nodes").([]any)
			if !ok || len(page) == 0 {
				break
			}
			got = append(got, all(page, "id")...)
			args = object{d.size: 1, d.cursor: at(r.Data, f.Name+".pageInfo."+d.end)}
		}
		want := slices.Clone(visible)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%s, page by page from the %s (-want +got):\n%s", f.Name, d.size, diff)
		}
		c.add("lists page by page", reached)
	}
}

// manyNodes asks for all records at once.
func (m *matrix) manyNodes(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	var ids []string
	for _, r := range m.records {
		ids = append(ids, r.id)
	}
	if len(ids) > 100 {
		t.Fatalf("%d records are more than one call may ask for", len(ids))
	}
	c.calls.Add(1)
	r, err := m.call(p, m.operation("query", f, object{"ids": ids}), object{"ids": ids})
	if err != nil {
		t.Fatal(err)
	}
	if m.isRefused(p, m.schema.Query, f) {
		if got, err := r.outcomeOf(f.Name); got != denied {
			t.Errorf("nodes: %s, %v", got, err)
		}
		c.add("records by ids", denied)
		return
	}
	nodes, ok := r.Data["nodes"].([]any)
	if !ok {
		t.Fatalf("nodes answers %s", r.raw)
	}
	for i, rec := range m.records {
		got := reached
		if nodes[i] == nil {
			got = invisible
		}
		if (got == reached) != m.sees(p, rec) {
			t.Errorf("nodes of a %s of %s: %s", rec.kind, rec.relation, got)
		}
		c.add("records by ids", got)
	}
}

// searches looks for every record by its number: it is found by those who see it,
// and to the others the search answers as for a number that nothing has.
func (m *matrix) searches(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	for _, rec := range m.records {
		if rec.found == "" {
			continue
		}
		args := object{"text": rec.found}
		query := `query($text: String!) { search(text: $text) { kind title node { id } } }`
		c.calls.Add(1)
		r, err := m.call(p, query, args)
		if err != nil {
			t.Fatal(err)
		}
		want := reached
		switch {
		case m.isRefused(p, m.schema.Query, f):
			want = denied
		case !m.sees(p, rec):
			want = invisible
		}
		got, err := r.outcomeOf(f.Name)
		if got == reached {
			hits := r.Data["search"].([]any)
			if !slices.Contains(all(hits, "node.id"), rec.id) {
				got = invisible
			}
			if got == invisible && len(hits) > 0 {
				t.Errorf("search for %s of %s finds %s", rec.found, rec.relation, r.raw)
			}
		}
		if err != nil || got != want {
			t.Errorf("search for a %s of %s: %s, %v, want %s: %s", rec.kind, rec.relation, got, err, want, r.raw)
		}
		c.add("records searched", got)
	}
}

// summaries asks for the figures of every unit: they count the cases of the count
// scope, which is not that of reading.
func (m *matrix) summaries(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	for unit := range m.under {
		query := `query($unit: ID) { summary(unit: $unit, latest: 20) { unit { id } liveCases cases { count } openVerdicts openDirectedCases latest { id } } }`
		c.calls.Add(1)
		r, err := m.call(p, query, object{"unit": unit})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.outcomeOf(f.Name)
		if m.isRefused(p, m.schema.Query, f) {
			if got != denied {
				t.Errorf("summary: %s, %v", got, err)
			}
			c.add("summaries", got)
			continue
		}
		want := map[string]int{}
		var latest []string
		for _, rec := range m.records {
			if rec.kind == "Case" && slices.ContainsFunc([]string{rec.unit}, func(u string) bool { return m.isUnder(u, thads.UnitID(unit)) }) && m.sees(p, rec) {
				latest = append(latest, rec.id)
			}
			if m.isUnder(rec.unit, thads.UnitID(unit)) && m.counts(p, rec) {
				want[rec.kind]++
			}
		}
		figures := object{
			"liveCases": want["Case"], "openVerdicts": want["AdministrativeVerdict"], "openDirectedCases": want["DirectedCase"],
		}
		for name, n := range figures {
			if v := fmt.Sprint(at(r.Data, "summary."+name)); v != fmt.Sprint(n) {
				t.Errorf("summary of %s: %s is %s, want %d: %s", unit, name, v, n, r.raw)
			}
			c.add("figures", got)
		}
		if got != reached {
			t.Errorf("summary of %s: %s, %v: %s", unit, got, err, r.raw)
			continue
		}
		changed := all(at(r.Data, "summary.latest"), "id")
		slices.Sort(changed)
		slices.Sort(latest)
		if diff := cmp.Diff(latest, changed); diff != "" && len(latest)+len(changed) > 0 {
			t.Errorf("summary of %s: the latest changes (-want +got):\n%s", unit, diff)
		}
		c.add("summaries", got)
	}
}

// counts tells whether a record adds to the figures that somebody sees.
func (m *matrix) counts(p *person, r *placed) bool {
	for g := range p.granting(auth.ReadFigures) {
		for _, spec := range auth.Specs() {
			if spec.Role != g.Role {
				continue
			}
			within := g.Within == nil || slices.ContainsFunc(g.Within, func(w thads.UnitID) bool { return m.isUnder(r.unit, w) })
			switch {
			case within && spec.Count == auth.ReachProvince, within && spec.Count == auth.ReachUnit && m.isUnder(r.unit, g.Unit):
				return true
			}
		}
	}
	return false
}

// mutations tries every field of Mutation.
func (m *matrix) mutations(t *testing.T, c *tally, p *person) {
	t.Helper()
	for _, f := range m.schema.Mutation.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		if m.opens(f) {
			m.opening(t, c, p, f)
		} else {
			m.changing(t, c, p, f)
		}
	}
}

// changing tries a mutation of a record with every record of its kind.
func (m *matrix) changing(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	name, kind := m.subject(f)
	events := []int{0}
	if m.inputOf(f).Fields.ForName("event") != nil {
		events = []int{1}
		if kind == "Case" {
			events = []int{1, 2} // the opening, and money collected
		}
	}
	asked := 0
	for _, r := range slices.Concat(m.records, m.uploads) {
		if r.kind != kind {
			continue
		}
		for _, event := range events {
			asked++
			if r.fresh != nil && r.by == p.principal.ID && m.mayChange(p, f, r, event) == reached {
				r.id = r.fresh()
			}
			input := func(id string) object {
				fill := m.filling(t, &filling{own: id, kind: kind, event: event, named: map[string]string{"Unit": m.second, "Officer": m.officer, kind: id, "Grant": "g1"}})
				return object{"input": fill.input(m.schema, m.inputOf(f), "")}
			}
			vars := input(r.id)
			x := cell{
				what: "changes of records", name: fmt.Sprintf("%s of a %s of %s", f.Name, r.kind, r.relation), field: f,
				operation: m.operation("mutation", f, vars), vars: vars, want: m.mayChange(p, f, r, event),
			}
			if x.want == invisible {
				x.twin = input(none(r.id))
			}
			m.try(t, c, p, x)
			if x.want == reached && r.fresh != nil {
				r.id = r.fresh()
			}
		}
	}
	if asked == 0 {
		t.Errorf("%s: the matrix has no record of the kind %q, which %s names", f.Name, kind, name)
	}
}

// mayChange is what becomes of a change of a record.
func (m *matrix) mayChange(p *person, f *ast.FieldDefinition, r *placed, event int) outcome {
	switch {
	case m.isRefused(p, m.schema.Mutation, f):
		return denied
	case r.kind == "KeptMapping":
		if p.everywhere(auth.Import) || len(p.grants) > 0 && string(p.grants[0].Unit) == r.unit {
			return reached
		}
		return invisible
	case r.kind == "Upload":
		// What one has sent is one's own, whatever else one sees.
		if r.by != p.principal.ID {
			return invisible
		}
		return reached
	case !p.holds(m.reads(r.kind)):
		return denied
	case !m.sees(p, r):
		return invisible
	case r.kind == "SavedQuery" && r.by == p.principal.ID:
		return reached
	case r.kind == "SavedQuery": // what is shared is seen, and stays its owner's
		return notWritable
	}
	right := m.asked(f, r.kind, event)
	switch {
	case !p.holds(right):
		return denied
	case right == auth.Unmask:
		// For which data and purposes is the matter of TestUnmasking.
		if f.Name == "partyErase" && !m.covers(p, right, r.units, r.officers) {
			return invisible
		}
		return reached
	case r.kind == "Unit", r.kind == "Officer", r.kind == "User", slices.Contains(personalKinds, r.kind):
		return reached
	case m.writes(p, right, r.unit, r.officer):
		return reached
	}
	return notWritable
}

// writes tells whether a right reaches the present holder of a record; what no
// unit holds is the province's.
func (m *matrix) writes(p *person, right auth.Right, unit, officer string) bool {
	var units, officers []string
	if unit != "" {
		units = []string{unit}
	}
	if officer != "" {
		officers = []string{officer}
	}
	return m.covers(p, right, units, officers)
}

// opening tries a mutation that makes a record, for every unit and for both
// officers of the first. Numbers are those that records of the unit have, so that
// as little as possible is made.
func (m *matrix) opening(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	kind := m.kindOf(f)
	places := []struct{ relation, unit, officer string }{
		{relOwn, m.first, m.officer}, {relColleague, m.first, m.colleague}, {relBelow, m.room, ""}, {relParent, m.province, ""}, {relOther, m.second, ""},
	}
	hasHolder := kind != "" && kind != "Unit" && kind != "Officer" && slices.ContainsFunc(m.records, func(r *placed) bool { return r.kind == kind && r.unit != "" })
	if !hasHolder {
		places = places[:1]
	}
	for _, place := range places {
		vars := object{"input": m.opener(t, f, kind, place.unit, place.officer)}
		x := cell{
			what: "openings of records", name: fmt.Sprintf("%s for %s", f.Name, place.relation), field: f,
			operation: m.operation("mutation", f, vars), vars: vars, want: reached,
		}
		officer := place.officer
		if !slices.Contains([]string{"Case", "AdministrativeVerdict"}, kind) {
			officer = ""
		}
		switch {
		case m.isRefused(p, m.schema.Mutation, f):
			x.want = denied
		case hasHolder && !m.writes(p, rightOf(f), place.unit, officer):
			x.want = notWritable
		}
		m.try(t, c, p, x)
	}
}

// opener is the input of a record for a unit.
func (m *matrix) opener(t *testing.T, f *ast.FieldDefinition, kind, unit, officer string) object {
	t.Helper()
	fill := m.filling(t, &filling{kind: kind, opens: true, hints: object{}, named: map[string]string{"Unit": unit, "Officer": officer, "Grant": "g1"}})
	fill.hints["DirectiveTermsInput.addressees"] = []object{{"unit": unit}}
	fill.hints["TargetParticularsInput.reach"] = "UNIT"
	for _, r := range m.records {
		if r.kind == kind && r.found != "" && len(r.units) > 0 && r.units[0] == unit {
			fill.hints["DecisionInput.number"], fill.hints["VerdictParticularsInput.number"], fill.hints["DirectiveDocumentInput.number"] = r.found, r.found, r.found
			break
		}
	}
	if kind == "Target" {
		fill.named["Officer"] = ""
	}
	return fill.input(m.schema, m.inputOf(f), "")
}

// referring names, in everything that is recorded or asked for, records that may
// not be seen: the answer is that for records that do not exist.
func (m *matrix) referring(t *testing.T, c *tally, p *person) {
	t.Helper()
	for _, f := range m.schema.Mutation.Fields {
		if strings.HasPrefix(f.Name, "__") || m.isRefused(p, m.schema.Mutation, f) {
			continue
		}
		name, kind := m.subject(f)
		for path, refers := range references(m.schema, m.inputOf(f), "", nil) {
			if path == name {
				continue
			}
			for _, r := range slices.Concat(m.records, m.uploads) {
				if r.kind != refers || m.sees(p, r) {
					continue
				}
				own := m.seenRecord(p, kind)
				input := func(id string) object {
					fill := m.filling(t, &filling{kind: kind, own: own, event: 1, opens: name == "", at: path, atID: id, named: map[string]string{"Unit": m.first, "Grant": "g1"}})
					fill.hints = object{"VerdictParticularsInput.number": "77/2018/HC-ST", "DecisionInput.number": "77/QĐ"}
					return object{"input": fill.input(m.schema, m.inputOf(f), "")}
				}
				m.alike(t, c, p, fmt.Sprintf("%s with %s of a %s of %s", f.Name, path, r.kind, r.relation), m.operation("mutation", f, input(r.id)), input(r.id), input(none(r.id)), r.id)
			}
		}
	}
	for _, f := range m.schema.Query.Fields {
		arg := f.Arguments.ForName("filter")
		if arg == nil || m.isRefused(p, m.schema.Query, f) || rightOf(f) == auth.Audit { // who audits is told which record it was
			continue
		}
		for path, refers := range references(m.schema, m.schema.Types[arg.Type.Name()], "", nil) {
			for _, r := range m.records {
				if r.kind != refers || m.sees(p, r) {
					continue
				}
				filter := func(id string) object {
					fill := m.filling(t, &filling{at: path, atID: id})
					return object{"filter": fill.input(m.schema, m.schema.Types[arg.Type.Name()], "")}
				}
				m.alike(t, c, p, fmt.Sprintf("%s by %s of a %s of %s", f.Name, path, r.kind, r.relation), m.operation("query", f, filter(r.id)), filter(r.id), filter(none(r.id)), r.id)
			}
		}
	}
}

// seenRecord is a record of a kind that somebody sees, or "".
func (m *matrix) seenRecord(p *person, kind string) string {
	for _, r := range m.records {
		if r.kind == kind && m.sees(p, r) {
			return r.id
		}
	}
	return ""
}

// alike expects the same answer for what may not be seen as for what is not there.
func (m *matrix) alike(t *testing.T, c *tally, p *person, name, operation string, about, nothing object, id string) {
	t.Helper()
	c.calls.Add(2)
	one, err := m.call(p, operation, about)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	two, err := m.call(p, operation, nothing)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if strings.ReplaceAll(one.raw, id, none(id)) != two.raw {
		t.Errorf("%s: what may not be seen can be told from what does not exist\n%s\n%s", name, one.raw, two.raw)
	}
	c.add("references", invisible)
}

// The key of a request is its sender's own: whoever sends the same request with
// somebody else's key is judged like everybody, and is not answered by what the
// other one made.
func TestKeysOfOthers(t *testing.T) {
	m := newMatrix(t)
	answers := 0
	for _, f := range m.schema.Mutation.Fields {
		if strings.HasPrefix(f.Name, "__") || !m.opens(f) || !slices.Contains(heldKinds, m.kindOf(f)) {
			continue
		}
		fill := m.filling(t, &filling{kind: m.kindOf(f), opens: true, named: map[string]string{"Unit": m.second}})
		fill.hints = object{"DecisionInput.number": "5" + strconv.Itoa(answers) + "/QĐ", "VerdictParticularsInput.number": "55/2018/HC-ST"}
		in := with(fill.input(m.schema, m.inputOf(f), ""), object{"idempotencyKey": "the leader’s for " + f.Name})
		first := m.make(leader, f.Name, in)
		for _, p := range m.people {
			if m.isRefused(p, m.schema.Mutation, f) {
				continue
			}
			query := fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { %s userErrors { code } } }", m.inputOf(f).Name, f.Name, recordField(m.schema, f)+" { id }")
			r, err := m.call(p, query, object{"input": in})
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.outcomeOf(f.Name)
			want := reached
			if !m.writes(p, rightOf(f), m.second, "") {
				want = notWritable
			}
			if err != nil || got != want || strings.Contains(r.raw, first) || strings.Contains(r.raw, "IDEMPOTENCY_KEY_REUSED") {
				t.Errorf("%s by %s with the key of another: %s, %v, want %s: %s", f.Name, p.name, got, err, want, r.raw)
			}
			answers++
		}
	}
	// The case is with the other branch now; the first one may still read it.
	c := m.recordOf("Case", relOnce)
	read := m.ask(leader, `query($id: ID!) { case(id: $id) { version } }`, object{"id": c.id})
	note := object{"id": c.id, "version": at(read, "case.version"), "effectiveOn": "2018-12-01", "note": "Đã gọi điện", "idempotencyKey": "another key"}
	recorded := m.must(leader, "caseNote", note)
	for _, p := range m.people {
		f := m.schema.Mutation.Fields.ForName("caseNote")
		want := m.mayChange(p, f, c, 0)
		r, err := m.call(p, `mutation($input: CaseNoteInput!) { caseNote(input: $input) { case { version } userErrors { code field } } }`, object{"input": note})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.outcomeOf(f.Name)
		if err != nil || got != want || at(r.Data, "caseNote.case") != nil {
			t.Errorf("caseNote by %s with the key of another: %s, %v, want %s: %s", p.name, got, err, want, r.raw)
		}
		answers++
	}
	if v := fmt.Sprint(at(m.ask(leader, `query($id: ID!) { case(id: $id) { version } }`, object{"id": c.id}), "case.version")); v != fmt.Sprint(recorded["version"]) {
		t.Errorf("the case has the version %s, want %v", v, recorded["version"])
	}
	t.Logf("%d requests with the key of another", answers)
}

// recordField is the field of a payload that holds its record.
func recordField(s *ast.Schema, f *ast.FieldDefinition) string {
	for _, p := range s.Types[f.Type.Name()].Fields {
		if p.Name != "userErrors" {
			return p.Name
		}
	}
	return ""
}

// That a number is taken cannot be hidden from who wants to give it to another
// record: it is unique. It is told in the same words whoever has it, and nothing
// else is: not which record, nor where it is.
func TestNumbersOfOthers(t *testing.T) {
	m := newMatrix(t)
	visible, hidden := m.recordOf("AdministrativeVerdict", relOwn), m.recordOf("AdministrativeVerdict", relOther)
	register := func(p auth.Principal, number string) string {
		person := &person{principal: p}
		r, err := m.call(person, `mutation($input: VerdictRegisterInput!) { verdictRegister(input: $input) { verdict { id } userErrors { code message field event } } }`,
			object{"input": object{"unit": m.first, "officer": m.officer, "particulars": verdictParticulars(object{"number": number})}})
		if err != nil {
			t.Fatal(err)
		}
		return r.raw
	}
	for _, p := range m.people {
		if !p.holds(auth.Record) || p.token || !m.covers(p, auth.Record, []string{m.first}, []string{m.officer}) {
			continue
		}
		taken, theirs := register(p.principal, visible.found), register(p.principal, hidden.found)
		if !strings.Contains(taken, `"DUPLICATE"`) || taken != theirs {
			t.Errorf("%s: a number of one's own unit is refused by\n%s\none of another by\n%s", p.name, taken, theirs)
		}
		// A number can be looked up only by who may see what has it.
		for _, r := range []*placed{visible, hidden} {
			answer := m.ask(p.principal, `query($n: VerdictNumberInput!) { administrativeVerdict(number: $n) { id } }`,
				object{"n": object{"court": "TAND tỉnh Thanh Hóa", "number": r.found, "date": "2018-09-05"}})
			if got := at(answer, "administrativeVerdict.id") == r.id; got != m.sees(p, r) {
				t.Errorf("%s finds the verdict of %s by its number: %v", p.name, r.relation, got)
			}
		}
	}
	for _, p := range m.people {
		f := m.schema.Query.Fields.ForName("case")
		for _, r := range m.records {
			if r.kind != "Case" || m.isRefused(p, m.schema.Query, f) {
				continue
			}
			query := `query($n: CaseNumberInput!) { case(number: $n) { id } }`
			number := object{"unit": r.units[0], "number": r.found, "statYear": 2019}
			one, err := m.call(p, query, object{"n": number})
			if err != nil {
				t.Fatal(err)
			}
			two, err := m.call(p, query, object{"n": with(number, object{"number": "98765/QĐ-CCTHADS"})})
			if err != nil {
				t.Fatal(err)
			}
			if m.sees(p, r) != (one.raw != two.raw) {
				t.Errorf("%s asks for the case of %s by its number: %s\nfor none: %s", p.name, r.relation, one.raw, two.raw)
			}
		}
	}
}
