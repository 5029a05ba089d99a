package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// An object is a JSON object.
type object = map[string]any

// A world is the real API over a store of its own. Everything in it is made and
// read by GraphQL.
type world struct {
	t       *testing.T
	app     *app.App
	store   *counting
	handler http.Handler
	log     *safeBuffer
	schema  *ast.Schema
	// done are the mutations that recorded something.
	done map[string]bool
	keys int
	// clock is that of the application; later sets it forward.
	clock func() time.Time
	later func(time.Duration)

	province, first, second string
	officer, colleague      string
}

// counting counts the calls that read.
type counting struct {
	store.Store
	reads atomic.Int64
}

func (c *counting) Get(ctx context.Context, coll *store.Collection, scope thads.OpenScope, ids ...string) ([]*store.Document, error) {
	c.reads.Add(1)
	return c.Store.Get(ctx, coll, scope, ids...)
}

func (c *counting) Heads(ctx context.Context, coll *store.Collection, scope thads.OpenScope, ids ...string) ([]store.Head, error) {
	c.reads.Add(1)
	return c.Store.Heads(ctx, coll, scope, ids...)
}

func (c *counting) Find(ctx context.Context, coll *store.Collection, q store.Query) (store.Page, error) {
	c.reads.Add(1)
	return c.Store.Find(ctx, coll, q)
}

// safeBuffer is a buffer that many may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// today is the day on which all tests record; their clock goes on a little with
// every look at it, so that no two events are recorded at once.
var today = thads.DateOf(2026, 12, 1)

// openWorld opens the API over the store in a directory, with a clock that goes on
// from an hour of the day.
func openWorld(t *testing.T, dir string, hour int) *world {
	t.Helper()
	opened, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: &counting{Store: opened}, log: &safeBuffer{}, schema: graph.Schema(), done: map[string]bool{}}
	const tick = 10 * time.Millisecond
	var ticks atomic.Int64
	morning := today.StartOfDay().Add(time.Duration(hour) * time.Hour)
	w.clock = func() time.Time { return morning.Add(time.Duration(ticks.Add(1)) * tick) }
	w.later = func(d time.Duration) { ticks.Add(int64(d / tick)) }
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.app, err = app.New(app.Options{Store: w.store, Clock: w.clock, Sealer: sealer, Version: "test", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w.handler = graph.NewHandler(w.app, log, graph.WithProvider(provider))
	return w
}

// provider is the provider of OpenID Connect that the API is told of.
var provider = graph.Provider{Name: "Cổng đăng nhập thử", Issuer: "https://login.example.vn"}

// template is a directory with a store that holds the province: making the
// tables of a store takes longer than most tests.
var template struct {
	sync.Once
	dir   string
	world world
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "graph")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	template.dir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// newProvince is a world of its own with a province, two branches and two
// officers of the first.
func newProvince(t *testing.T) *world {
	t.Helper()
	template.Do(func() {
		ok := t.Run("found the province", func(t *testing.T) {
			w := openWorld(t, template.dir, 8)
			w.found()
			template.world = *w
		})
		if !ok {
			t.Fatal("the province cannot be founded")
		}
	})
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(template.dir)); err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, dir, 9)
	from := &template.world
	w.province, w.first, w.second, w.officer, w.colleague = from.province, from.first, from.second, from.officer, from.colleague
	return w
}

// found makes the units and officers.
func (w *world) found() {
	w.t.Helper()
	unit := func(on, code, name, level, parent string) string {
		in := object{"effectiveOn": on, "code": code, "name": name, "level": level}
		if parent != "" {
			in["parent"] = parent
		}
		return w.make(leader, "unitEstablish", in)
	}
	w.province = unit("2009-07-01", "TH", "Cục Thi hành án dân sự tỉnh Thanh Hóa", "PROVINCE", "")
	w.first = unit("2009-07-02", "TH-01", "Chi cục Thi hành án dân sự thành phố Thanh Hóa", "DISTRICT", w.province)
	w.second = unit("2009-07-03", "TH-02", "Chi cục Thi hành án dân sự huyện Nga Sơn", "DISTRICT", w.province)
	officer := func(code, name string) string {
		return w.make(leader, "officerAppoint", object{
			"effectiveOn": "2015-01-01", "code": code, "name": name, "rank": "JUNIOR_OFFICER", "unit": w.first, "position": "OFFICER",
		})
	}
	w.officer, w.colleague = officer("CHV01", "Lê Văn Thử"), officer("CHV02", "Phạm Thị Mẫu")
}

var (
	anonymous     = auth.Principal{}
	leader        = auth.Person("leader", "Lãnh đạo", auth.RoleLeader, "", "")
	administrator = auth.Person("admin", "Quản trị", auth.RoleAdministrator, "", "")
)

func (w *world) head() auth.Principal {
	return auth.Person("head", "Chi cục trưởng", auth.RoleUnitHead, thads.UnitID(w.first), "")
}

func (w *world) clerk() auth.Principal {
	return auth.Person("clerk", "Văn thư", auth.RoleClerk, thads.UnitID(w.first), "")
}

func (w *world) stranger() auth.Principal {
	return auth.Person("stranger", "Văn thư Nga Sơn", auth.RoleClerk, thads.UnitID(w.second), "")
}

func (w *world) reader() auth.Principal {
	return auth.Person("reader", "Người xem", auth.RoleProcuracy, thads.UnitID(w.first), "")
}

func (w *world) executor() auth.Principal {
	return auth.Person("executor", "Lê Văn Thử", auth.RoleOfficer, thads.UnitID(w.first), thads.OfficerID(w.officer))
}

func (w *world) accountant() auth.Principal {
	return auth.Person("accountant", "Kế toán", auth.RoleAccountant, thads.UnitID(w.first), "")
}

func (w *world) statistician() auth.Principal {
	return auth.Person("statistician", "Thống kê", auth.RoleStatistician, thads.UnitID(w.first), "")
}

func (w *world) committee() auth.Principal {
	return auth.Person("committee", "Ban Nội chính", auth.RoleSteering, "", "")
}

func (w *world) room() auth.Principal {
	return auth.Person("room", "Phòng Nghiệp vụ", auth.RoleProfessional, "", "")
}

// everybody is one principal of each kind.
func (w *world) everybody() []auth.Principal {
	return []auth.Principal{
		anonymous, administrator, w.reader(), w.committee(), w.statistician(), w.accountant(), w.clerk(), w.executor(), w.head(), w.room(), leader,
	}
}

// An answer is what the API answers.
type answer struct {
	Data   object `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Path       []any  `json:"path"`
		Extensions object `json:"extensions"`
	} `json:"errors"`
}

// code is the code of the first error, or "".
func (a *answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return fmt.Sprint(a.Errors[0].Extensions["code"])
}

// post sends an operation as somebody who prefers a language.
func (w *world) post(as auth.Principal, language, query string, vars object) *answer {
	w.t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": vars})
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r = r.WithContext(request.NewContext(auth.NewContext(r.Context(), as), request.New(language)))
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	a := &answer{}
	d := json.NewDecoder(rec.Body)
	d.UseNumber()
	if err := d.Decode(a); err != nil {
		w.t.Fatalf("status %d: %v", rec.Code, err)
	}
	return a
}

// ask sends an operation that must succeed.
func (w *world) ask(as auth.Principal, query string, vars object) object {
	w.t.Helper()
	a := w.post(as, "vi", query, vars)
	if len(a.Errors) > 0 {
		w.t.Fatalf("%s\n%s answers %+v\n%s", query, vars, a.Errors, w.log)
	}
	return a.Data
}

// A refusal is a user error.
type refusal struct {
	Code, Message string
	Field         string
	Event         any
}

// mutate runs a mutation with all fields of its answer: what it recorded, what
// it refused, and the code of an error of the whole operation.
func (w *world) mutate(as auth.Principal, language, name string, input object) (record object, refusals []refusal, code string) {
	w.t.Helper()
	f := w.schema.Mutation.Fields.ForName(name)
	if f == nil {
		w.t.Fatalf("there is no mutation %s", name)
	}
	var selected strings.Builder
	for _, p := range w.schema.Types[f.Type.Name()].Fields {
		switch {
		case w.schema.Types[p.Type.Name()].IsLeafType():
			selected.WriteString(p.Name + " ")
			continue
		case p.Type.Elem != nil && p.Name != "userErrors":
			selected.WriteString(p.Name + " { id } ")
			continue
		}
		selected.WriteString(p.Name + " { " + w.selection(p.Type.Name(), 2) + "} ")
	}
	a := w.post(as, language, fmt.Sprintf("mutation($input: %s) { %s(input: $input) { %s } }",
		f.Arguments.ForName("input").Type, name, selected.String()), object{"input": input})
	if a.code() != "" {
		if a.Data != nil {
			w.t.Errorf("%s answers data beside %v", name, a.Errors)
		}
		return nil, nil, a.code()
	}
	payload := at(a.Data, name).(object)
	for field, v := range payload {
		if o, ok := v.(object); ok && field != "userErrors" {
			record = o
		}
	}
	for _, e := range at(payload, "userErrors").([]any) {
		var path []string
		for _, p := range at(e, "field").([]any) {
			path = append(path, fmt.Sprint(p))
		}
		refusals = append(refusals, refusal{
			Code: fmt.Sprint(at(e, "code")), Message: fmt.Sprint(at(e, "message")), Field: strings.Join(path, "."), Event: at(e, "event"),
		})
	}
	return record, refusals, ""
}

// make runs a mutation that must record something, and returns the id.
func (w *world) make(as auth.Principal, name string, input object) string {
	w.t.Helper()
	return fmt.Sprint(w.must(as, name, input)["id"])
}

func (w *world) must(as auth.Principal, name string, input object) object {
	w.t.Helper()
	record, refusals, code := w.mutate(as, "en", name, input)
	if record == nil || len(refusals) > 0 || code != "" {
		w.t.Fatalf("%s %v refuses: %s %+v\n%s", name, input, code, refusals, w.log)
	}
	w.done[name] = true
	return record
}

// refuses expects one user error about a field.
func (w *world) refuses(as auth.Principal, name string, input object, code, field string) {
	w.t.Helper()
	record, refusals, top := w.mutate(as, "vi", name, input)
	if record != nil || top != "" || len(refusals) == 0 {
		w.t.Errorf("%s %v: recorded %v, error %q, want the refusal %s", name, input, record["id"], top, code)
		return
	}
	got := refusals[0]
	if got.Code != code || got.Field != field {
		w.t.Errorf("%s refuses %s at %q (%s), want %s at %q", name, got.Code, got.Field, got.Message, code, field)
	}
}

// selection is every field of a type that needs no argument: values within
// values, twice, and of the records that it names their plain fields.
func (w *world) selection(typeName string, depth int) string {
	var b strings.Builder
	for _, f := range w.schema.Types[typeName].Fields {
		def, inner := w.schema.Types[f.Type.Name()], ""
		switch {
		case strings.HasPrefix(f.Name, "__"), slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }):
		case def.IsLeafType():
			b.WriteString(f.Name + " ")
		case def.Kind == ast.Object && slices.Contains(def.Interfaces, "Node") && depth >= 0:
			inner = w.selection(def.Name, -1)
		case def.Kind == ast.Object && depth > 0:
			inner = w.selection(def.Name, depth-1)
		}
		if inner != "" {
			b.WriteString(f.Name + " { " + inner + "} ")
		}
	}
	return b.String()
}

// at follows a path of names and indexes; "last" is the last of a list. What is
// not there is nil.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case object:
			v = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if name == "last" {
				i, err = len(in)-1, nil
			}
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// all are the values of a field of the elements, in their order.
func all(list any, path string) []string {
	out := []string{}
	for _, v := range list.([]any) {
		out = append(out, fmt.Sprint(at(v, path)))
	}
	return out
}

// with is a copy of an input with other fields.
func with(in object, more ...object) object {
	out := object{}
	for _, o := range append([]object{in}, more...) {
		for k, v := range o {
			out[k] = v
		}
	}
	return out
}

// A step is a mutation in the life of a record. Its input needs no id, version
// or key; want are paths into the record as it then stands.
type step struct {
	do   string
	in   object
	want object
}

// live leads a record through its life and tries, at every step, what must not
// work: those without the right, a version that is not the present one, and the
// same key for another request; and that the same request twice is one.
func (w *world) live(as auth.Principal, steps ...step) object {
	w.t.Helper()
	var record object
	for i, s := range steps {
		in := s.in
		if record != nil {
			in = with(in, object{"id": record["id"], "version": record["version"]})
		}
		w.onlyFor(s.do, in)
		if record != nil {
			w.staleVersion(as, s.do, in)
		}
		w.keys++
		in = with(in, object{"idempotencyKey": fmt.Sprintf("key-%d", w.keys)})
		record = w.must(as, s.do, in)
		again := w.must(as, s.do, in)
		if diff := cmp.Diff(record, again, exceptKnownAt); diff != "" {
			w.t.Errorf("%s again answers otherwise (-first +again):\n%s", s.do, diff)
		}
		other := with(in, object{"note": "Nội dung khác"})
		if _, isVoid := in["event"]; isVoid {
			other = with(in, object{"reason": "Lý do khác"})
		}
		w.refuses(as, s.do, other, "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
		for path, want := range s.want {
			if got := at(record, path); fmt.Sprint(got) != fmt.Sprint(want) {
				w.t.Errorf("step %d, %s: %s is %v, want %v", i, s.do, path, got, want)
			}
		}
	}
	w.isNode(record)
	return record
}

// exceptKnownAt leaves out the instant at which figures of a record were asked for.
var exceptKnownAt = cmp.FilterPath(func(p cmp.Path) bool {
	key, ok := p.Last().(cmp.MapIndex)
	return ok && key.Key().String() == "knownAt"
}, cmp.Ignore())

// onlyFor tries a mutation as everybody who has not the right that the schema
// asks for.
func (w *world) onlyFor(name string, in object) {
	w.t.Helper()
	right := rightOf(w.schema.Mutation.Fields.ForName(name))
	for _, p := range w.everybody() {
		if p.Can(right) {
			continue
		}
		want := "FORBIDDEN"
		if p.IsAnonymous() {
			want = "UNAUTHENTICATED"
		}
		if _, _, code := w.mutate(p, "vi", name, in); code != want {
			w.t.Errorf("%s as %q answers %q, want %s", name, p.Name, code, want)
		}
	}
}

func (w *world) staleVersion(as auth.Principal, name string, in object) {
	w.t.Helper()
	version, err := strconv.Atoi(fmt.Sprint(in["version"]))
	if err != nil {
		w.t.Fatal(err)
	}
	w.refuses(as, name, with(in, object{"version": 0}), "OUT_OF_RANGE", "version")
	w.refuses(as, name, with(in, object{"version": version + 1}), "VERSION_CONFLICT", "version")
}

// rightOf is the right that a root field asks for.
func rightOf(f *ast.FieldDefinition) auth.Right {
	d := f.Directives.ForName("access")
	if d == nil {
		return ""
	}
	return auth.Right(d.Arguments.ForName("right").Value.Raw)
}

// isNode expects the record behind its id, by node and nodes, the same for
// everybody who may see it.
func (w *world) isNode(record object) {
	w.t.Helper()
	id := record["id"]
	data := w.ask(leader, `query($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id, "cs_none", "zz"]) { id } }`, object{"id": id})
	if got := at(data, "node.id"); got != id {
		w.t.Errorf("node(%v) is %v", id, got)
	}
	if diff := cmp.Diff([]any{object{"id": id}, nil, nil}, data["nodes"]); diff != "" {
		w.t.Errorf("nodes (-want +got):\n%s", diff)
	}
	if code := w.post(anonymous, "vi", `query($id: ID!) { node(id: $id) { id } }`, object{"id": id}).code(); code != "UNAUTHENTICATED" {
		w.t.Errorf("node as anonymous answers %q", code)
	}
}

// A listing is what a connection must answer. Elements are told by a label.
type listing struct {
	// list is the root field, label the field that tells elements apart.
	list, label string
	// filters need every field of the filter's type.
	filters []filtered
	// orders are the labels in each ascending order; tested are those that a
	// test looks at by itself.
	orders map[string]string
	tested []string
}

type filtered struct {
	filter object
	// want are the labels found, in any order, with commas.
	want string
}

// lists checks a connection: every filter, every order in both directions,
// pages from the front and from the end, bad arguments and rights.
func (w *world) lists(l listing) {
	w.t.Helper()
	w.filters(l)
	f := w.schema.Query.Fields.ForName(l.list)
	orderType := w.schema.Types[w.schema.Types[f.Arguments.ForName("orderBy").Type.Name()].Fields.ForName("field").Type.Name()]
	if len(l.orders)+len(l.tested) != len(orderType.EnumValues) {
		w.t.Errorf("%s has %d orders, %d are tested", l.list, len(orderType.EnumValues), len(l.orders)+len(l.tested))
	}
	for by, want := range l.orders {
		labels := split(want)
		w.ordered(l, by, "ASC", labels)
		slices.Reverse(labels)
		w.ordered(l, by, "DESC", labels)
	}
	for _, bad := range []struct {
		args object
		code string
	}{
		{object{"first": 0}, "OUT_OF_RANGE"},
		{object{"last": 201}, "OUT_OF_RANGE"},
		{object{"first": 1, "last": 1}, "NOT_ALLOWED"},
		{object{"after": "AAAA"}, "INVALID"},
	} {
		if a := w.page(leader, l, bad.args); a.code() != bad.code {
			w.t.Errorf("%s(%v) answers %q, want %s", l.list, bad.args, a.code(), bad.code)
		}
	}
	if a := w.page(anonymous, l, nil); a.code() != "UNAUTHENTICATED" || a.Data != nil {
		w.t.Errorf("%s as anonymous answers %q and %v", l.list, a.code(), a.Data)
	}
}

func (w *world) filters(l listing) {
	w.t.Helper()
	filterType := w.schema.Types[w.schema.Query.Fields.ForName(l.list).Arguments.ForName("filter").Type.Name()]
	tested := map[string]bool{}
	for _, c := range l.filters {
		a := w.page(leader, l, object{"filter": c.filter, "first": 200})
		if a.code() != "" {
			w.t.Errorf("%s(%v): %v", l.list, c.filter, a.Errors)
			continue
		}
		got := all(at(a.Data, l.list+".nodes"), l.label)
		want := split(c.want)
		if fmt.Sprint(at(a.Data, l.list+".totalCount")) != strconv.Itoa(len(want)) {
			w.t.Errorf("%s(%v) counts %v, want %d", l.list, c.filter, at(a.Data, l.list+".totalCount"), len(want))
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			w.t.Errorf("%s(%v) (-want +got):\n%s", l.list, c.filter, diff)
		}
		for field, v := range c.filter {
			tested[field] = true
			if _, isList := v.([]string); isList {
				w.emptyListMatchesNothing(l, field)
			}
		}
	}
	for _, f := range filterType.Fields {
		if !tested[f.Name] {
			w.t.Errorf("%s: the filter %s is not tested", l.list, f.Name)
		}
	}
}

func (w *world) emptyListMatchesNothing(l listing, field string) {
	w.t.Helper()
	if field == "tags" { // all of none
		return
	}
	a := w.page(leader, l, object{"filter": object{field: []string{}}})
	if got := fmt.Sprint(at(a.Data, l.list+".totalCount")); got != "0" {
		w.t.Errorf("%s: an empty %s matches %s", l.list, field, got)
	}
}

// ordered reads a list in an order: whole, and page by page from either end.
func (w *world) ordered(l listing, by, direction string, want []string) {
	w.t.Helper()
	order := object{"field": by, "direction": direction}
	whole := w.page(leader, l, object{"orderBy": order, "first": 200})
	if whole.code() != "" {
		w.t.Errorf("%s by %s: %v", l.list, by, whole.Errors)
		return
	}
	if diff := cmp.Diff(want, all(at(whole.Data, l.list+".nodes"), l.label)); diff != "" {
		w.t.Errorf("%s by %s %s (-want +got):\n%s", l.list, by, direction, diff)
		return
	}
	const size = 2
	for _, d := range []struct{ size, cursor, end, more string }{
		{"first", "after", "endCursor", "hasNextPage"}, {"last", "before", "startCursor", "hasPreviousPage"},
	} {
		var got []string
		args := object{"orderBy": order, d.size: size}
		for range len(want) + 1 {
			a := w.page(leader, l, args)
			page := all(at(a.Data, l.list+".nodes"), l.label)
			if d.size == "first" {
				got = append(got, page...)
			} else {
				got = append(page, got...)
			}
			if at(a.Data, l.list+".pageInfo."+d.more) != true {
				break
			}
			args = with(args, object{d.cursor: at(a.Data, l.list+".pageInfo."+d.end)})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.t.Errorf("%s by %s %s, pages by %s (-want +got):\n%s", l.list, by, direction, d.size, diff)
		}
	}
}

// page asks for a page of a list with the fields that lists show.
func (w *world) page(as auth.Principal, l listing, args object) *answer {
	w.t.Helper()
	f := w.schema.Query.Fields.ForName(l.list)
	var declared, passed []string
	for name := range args {
		declared = append(declared, fmt.Sprintf("$%s: %s", name, strings.TrimSuffix(f.Arguments.ForName(name).Type.String(), "!")+nonNull(f.Arguments.ForName(name))))
		passed = append(passed, fmt.Sprintf("%s: $%s", name, name))
	}
	head, call := "", l.list
	if len(args) > 0 {
		head, call = "("+strings.Join(declared, ", ")+")", l.list+"("+strings.Join(passed, ", ")+")"
	}
	return w.post(as, "vi", fmt.Sprintf(`query%s { %s { totalCount nodes { id updatedAt version %s } edges { cursor node { id } }
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, head, call, l.label), args)
}

func nonNull(a *ast.ArgumentDefinition) string {
	if a.Type.NonNull {
		return "!"
	}
	return ""
}

// split cuts a list of labels.
func split(labels string) []string {
	if labels == "" {
		return []string{}
	}
	return strings.Split(labels, ",")
}

// text is a value as it is written.
func text(v any) string { return fmt.Sprint(v) }
