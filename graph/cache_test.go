package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/graph/documents"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

func posted(query string, vars object) string {
	body, err := json.Marshal(object{"query": query, "variables": vars})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// raw posts an operation and returns the bytes that are answered.
func (w *world) raw(ctx context.Context, as auth.Principal, language, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r.WithContext(request.NewContext(auth.NewContext(ctx, as), request.New(language))))
	return rec
}

const unitNames = `query($n: Int) { units(first: $n) { nodes { name } } }`

func TestAnswersAreKept(t *testing.T) {
	w := newServing(t, quick())
	kept := func(as auth.Principal, language, body string, header ...string) bool {
		t.Helper()
		before := w.store.reads.Load()
		rec := w.raw(t.Context(), as, language, body, header...)
		if rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), `"errors"`) {
			t.Fatalf("status %d: %s", rec.Code, rec.Body)
		}
		return w.store.reads.Load() == before
	}
	body := posted(unitNames, object{"n": 10})
	first := w.raw(t.Context(), leader, "vi", body)
	again := w.raw(t.Context(), leader, "vi", body)
	if diff := cmp.Diff(first.Body.String(), again.Body.String()); diff != "" || first.Header().Get("Content-Type") != again.Header().Get("Content-Type") {
		t.Errorf("again (-first +again):\n%s", diff)
	}
	narrowed := leader
	narrowed.Grants = []auth.Grant{{Role: auth.RoleLeader, Within: []thads.UnitID{thads.UnitID(w.first)}}}
	empty := leader
	empty.Grants = []auth.Grant{{Role: auth.RoleLeader, Within: []thads.UnitID{}}}
	limited := leader
	limited.Only = []auth.Right{auth.Read, auth.ReadFigures}
	fields := leader
	fields.Fields = []string{"units"}
	for _, tt := range []struct {
		name     string
		as       auth.Principal
		language string
		body     string
		header   []string
	}{
		{"other variables", leader, "vi", posted(unitNames, object{"n": 11}), nil},
		{"another document", leader, "vi", posted(unitNames+" ", object{"n": 10}), nil},
		{"another language", leader, "en", body, nil},
		{"another media type", leader, "vi", body, []string{"Accept", "application/graphql-response+json"}},
		{"somebody else", w.head(), "vi", body, nil},
		{"fewer units", narrowed, "vi", body, nil},
		{"no units", empty, "vi", body, nil},
		{"fewer rights", limited, "vi", body, nil},
		{"fewer fields", fields, "vi", body, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if kept(tt.as, tt.language, tt.body, tt.header...) {
				t.Error("the answer to another question was given")
			}
			if !kept(tt.as, tt.language, tt.body, tt.header...) {
				t.Error("nothing was kept")
			}
		})
	}
	if !kept(leader, "vi", body) {
		t.Error("the first answer is not kept any more")
	}
	session := leader
	session.Session, session.At = "ss_other", time.Now()
	if !kept(session, "vi", `{"variables":{"n":10},"query":"`+unitNames+`"}`) {
		t.Error("another session of the same person, and another order of the same request, ask anew")
	}
	// A change of any record ends everything that is kept.
	w.make(leader, "unitEstablish", object{"effectiveOn": "2020-01-01", "code": "TH-09", "name": "Chi cục số 9", "level": "DISTRICT", "parent": w.province})
	if got := w.raw(t.Context(), leader, "vi", body).Body.String(); !strings.Contains(got, "Chi cục số 9") {
		t.Errorf("what was written is not there: %s", got)
	}
	// So does midnight.
	if !kept(leader, "vi", body) {
		t.Error("nothing was kept")
	}
	w.later(24 * time.Hour)
	if kept(leader, "vi", body) {
		t.Error("yesterday's answer was given")
	}
}

// What is somebody's own, what is recorded when it is read, what changes without
// App.Changes, and what goes wrong is not kept.
func TestWhatIsNotKept(t *testing.T) {
	for query, want := range map[string]bool{
		`{ summary { liveCases } }`:                                      true,
		`{ a: summary { liveCases } b: units { totalCount } }`:           true,
		`{ summary { ...S } } fragment S on Summary { unit { name } }`:   true,
		`{ summary { ... { liveCases } ... on Summary { openTasks } } }`: true,
		`{ summary { latest { id debtorName } } }`:                       true,
		`{ me { id } }`:                                                 false,
		`{ summary { liveCases } me { id } }`:                           false,
		`{ ...F } fragment F on Query { me { id } }`:                    false,
		`{ ... on Query { system { today } } }`:                         false,
		`{ node(id: "x") { id } }`:                                      false,
		`{ nodes(ids: ["x"]) { id } }`:                                  false,
		`{ cases { totalCount } }`:                                      false,
		`{ search(text: "xx") { title } }`:                              false,
		`{ imports { totalCount } }`:                                    false,
		`{ savedQueries { totalCount } }`:                               false,
		`{ disclosures { totalCount } }`:                                false,
		`{ users { totalCount } }`:                                      false,
		`{ __schema { types { name } } }`:                               false,
		`{ __typename }`:                                                true,
		`{ units { nothing } }`:                                         false,
		`{ summary { ...Missing } }`:                                    false,
		`{ summary { ...A } } fragment A on Summary { ...A liveCases }`: true, // refused when it runs
		`mutation { sessionEndOthers { userErrors { code } } }`:         false,
		`subscription { summaryChanged { liveCases } }`:                 false,
		`query A { summary { liveCases } } query B { me { id } }`:       false, // which?
		`{ summary { unit { ... on Import { id } } } }`:                 false,
		`{ summary `: false,
	} {
		if got := graph.Keeps(posted(query, nil)); got != want {
			t.Errorf("%s: %t, want %t", query, got, want)
		}
	}
	for _, body := range []string{``, `{`, `null`, `[]`, `{"query":1}`, `{"query":""}`} {
		if graph.Keeps(body) {
			t.Errorf("%s is kept", body)
		}
	}
	w := newServing(t, quick())
	refused := posted(`query($u: ID) { summary(unit: $u) { liveCases } }`, object{"u": "un_none"})
	for range 2 {
		first, second := w.raw(t.Context(), leader, "vi", refused), w.raw(t.Context(), leader, "vi", refused)
		if !strings.Contains(first.Body.String(), `"errors"`) {
			t.Fatalf("%s", first.Body)
		}
		// Each error names its own request.
		if first.Body.String() == second.Body.String() {
			t.Errorf("an error was given again: %s", second.Body)
		}
	}
}

// Every root field that is kept exists and changes nothing; every kind of record
// that can be reached from one is either counted by App.Changes or never kept.
func TestEveryTypeIsCountedOrFleeting(t *testing.T) {
	schema := graph.Schema()
	for _, name := range graph.Fleeting() {
		if schema.Types[name] == nil {
			t.Errorf("there is no type %s", name)
		}
	}
	seen := map[string]bool{}
	var walk func(*ast.Definition)
	walk = func(def *ast.Definition) {
		if seen[def.Name] || def.IsLeafType() || slices.Contains(graph.Fleeting(), def.Name) {
			return
		}
		seen[def.Name] = true
		for _, possible := range schema.GetPossibleTypes(def) {
			walk(possible)
		}
		for _, f := range def.Fields {
			walk(schema.Types[f.Type.Name()])
		}
	}
	for _, name := range graph.Lasting() {
		f := schema.Query.Fields.ForName(name)
		if f == nil {
			t.Errorf("there is no field %s", name)
			continue
		}
		walk(schema.Types[f.Type.Name()])
	}
	var records []string
	for name := range seen {
		if slices.Contains(schema.Types[name].Interfaces, "Node") {
			records = append(records, name)
		}
	}
	slices.Sort(records)
	// All of these are written to collections that App.Changes counts.
	want := []string{"AdministrativeVerdict", "Case", "Conference", "DirectedCase", "Directive", "Officer", "PeriodLock", "Target", "Task", "Unit"}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("records that kept answers can be made of (-want +got):\n%s", diff)
	}
}

// gated holds the first listing of units until it is opened.
type gated struct {
	store.Store
	entered chan struct{}
	open    chan struct{}
	held    atomic.Bool
}

func (g *gated) Find(ctx context.Context, c *store.Collection, q store.Query) (store.Page, error) {
	page, err := g.Store.Find(ctx, c, q)
	if c.Name == "unit" && g.held.CompareAndSwap(false, true) {
		close(g.entered)
		select {
		case <-g.open:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return page, err
}

// gate makes the first listing of units of a world wait.
func gate(w *world) *gated {
	g := &gated{Store: w.store.Store, entered: make(chan struct{}), open: make(chan struct{})}
	w.store.Store = g
	return g
}

func TestWhoAsksTheSameWaitsForOneAnswer(t *testing.T) {
	w := newServing(t, quick())
	body := posted(unitNames, object{"n": 10})
	g := gate(w)
	var all sync.WaitGroup
	answers := make([]string, 20)
	ask := func(i int) { answers[i] = w.raw(t.Context(), leader, "vi", body).Body.String() }
	all.Go(func() { ask(0) })
	<-g.entered
	before := w.store.reads.Load()
	for i := 1; i < len(answers); i++ {
		all.Go(func() { ask(i) })
	}
	close(g.open)
	all.Wait()
	if got := w.store.reads.Load() - before; got != 0 {
		t.Errorf("%d more readings", got)
	}
	for i, a := range answers {
		if a != answers[0] || !strings.Contains(a, "Nga Sơn") {
			t.Errorf("%d was answered %s", i, a)
		}
	}
}

// Whoever waits for somebody who goes away is answered all the same.
func TestWhoAsksFirstMayLeave(t *testing.T) {
	w := newServing(t, quick())
	body := posted(unitNames, object{"n": 10})
	g := gate(w)
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if got := w.raw(ctx, leader, "vi", body).Body.String(); !strings.Contains(got, "CANCELLED") {
			t.Errorf("who left was answered %s", got)
		}
	})
	<-g.entered
	for range 5 {
		all.Go(func() {
			if got := w.raw(t.Context(), leader, "vi", body).Body.String(); !strings.Contains(got, "Nga Sơn") {
				t.Errorf("who stayed was answered %s", got)
			}
		})
	}
	leave()
	all.Wait()
}

// An answer that was begun before a change is not given after it.
func TestAnAnswerOfBeforeAChangeIsNotKept(t *testing.T) {
	w := newServing(t, quick())
	body := posted(unitNames, object{"n": 10})
	g := gate(w)
	var first string
	var all sync.WaitGroup
	all.Go(func() { first = w.raw(t.Context(), leader, "vi", body).Body.String() })
	<-g.entered // it has read, and is not done
	w.make(leader, "unitEstablish", object{"effectiveOn": "2020-01-01", "code": "TH-09", "name": "Chi cục số 9", "level": "DISTRICT", "parent": w.province})
	during := w.raw(t.Context(), leader, "vi", body).Body.String()
	close(g.open)
	all.Wait()
	after := w.raw(t.Context(), leader, "vi", body).Body.String()
	if strings.Contains(first, "số 9") || !strings.Contains(during, "số 9") || during != after {
		t.Errorf("before the change %s, after it %s, then %s", first, during, after)
	}
}

func TestTheAnswersKeptAreBounded(t *testing.T) {
	const each = 1000
	s := graph.NewStore(4 * (each + 2000))
	for i := range 5 {
		s.Put(fmt.Sprint(i), each, 1, 1)
		s.Has("0", 1) // asked for all the time
	}
	var got []string
	for i := range 5 {
		if s.Has(fmt.Sprint(i), 1) {
			got = append(got, fmt.Sprint(i))
		}
	}
	if diff := cmp.Diff([]string{"0", "2", "3", "4"}, got); diff != "" || s.Size() != 4*(each+2000) {
		t.Errorf("%d bytes kept (-want +got):\n%s", s.Size(), diff)
	}
	s.Put("large", 12*each, 1, 1)
	if s.Has("large", 1) || !s.Has("0", 1) {
		t.Error("one that is larger than all of the place was kept")
	}
	s.Put("late", 1, 1, 2)
	if s.Has("late", 2) || s.Has("0", 2) || s.Size() != 0 {
		t.Error("something of before the change is kept")
	}
	s.Put("old", 1, 1, 2)
	if s.Has("old", 1) {
		t.Error("something was kept for a position that is over")
	}
}

// get asks for a known document.
func (w *world) get(as auth.Principal, query string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/graphql?"+query, nil)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r.WithContext(request.NewContext(auth.NewContext(r.Context(), as), request.New("vi"))))
	return rec
}

func TestKnownDocuments(t *testing.T) {
	schema := graph.Schema()
	if len(documents.All()) == 0 {
		t.Fatal("there are none")
	}
	for _, d := range documents.All() {
		doc, errs := gqlparser.LoadQueryWithRules(schema, d.Text, rules.NewDefaultRules())
		if errs != nil {
			t.Errorf("%s: %v", d.Name, errs)
			continue
		}
		if len(doc.Operations) != 1 || doc.Operations[0].Operation != ast.Query {
			t.Errorf("%s is not one query", d.Name)
		}
		if !graph.Keeps(posted(d.Text, nil)) {
			t.Errorf("%s: its answers are not kept", d.Name)
		}
		if found, ok := documents.ByID(d.ID); !ok || found != d || !strings.HasPrefix(d.ID, "sha256:") || len(d.ID) != 71 {
			t.Errorf("%s is not found by %s", d.Name, d.ID)
		}
	}
}

func TestAKnownDocumentIsAskedForByGet(t *testing.T) {
	w := newServing(t, quick())
	d := documents.All()[0]
	address := "documentId=" + url.QueryEscape(d.ID) + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"unit":%q}`, w.first))
	first := w.get(leader, address)
	if first.Code != http.StatusOK || strings.Contains(first.Body.String(), `"errors"`) {
		t.Fatalf("status %d: %s\n%s", first.Code, first.Body, w.log)
	}
	byPost := w.raw(t.Context(), leader, "vi", posted(d.Text, object{"unit": w.first}))
	if diff := cmp.Diff(byPost.Body.String(), first.Body.String()); diff != "" {
		t.Errorf("(-post +get):\n%s", diff)
	}
	h := first.Header()
	if tag := h.Get("Etag"); len(tag) != 66 || h.Get("Cache-Control") != "private, no-cache" || !strings.Contains(h.Get("Vary"), "Cookie") {
		t.Errorf("ETag %s, Cache-Control %q, Vary %q", tag, h.Get("Cache-Control"), h.Get("Vary"))
	}
	if byPost.Header().Get("Etag") != "" {
		t.Error("an answer to a POST has an entity tag")
	}
	if again := w.get(leader, address); again.Header().Get("Etag") != h.Get("Etag") || again.Body.String() != first.Body.String() {
		t.Error("the same answer has another tag")
	}
	w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	if after := w.get(leader, address); after.Header().Get("Etag") == h.Get("Etag") || after.Code != http.StatusOK {
		t.Errorf("after a change: status %d, tag %s", after.Code, after.Header().Get("Etag"))
	}
	if refused := w.get(anonymous, address); refused.Header().Get("Etag") != "" || !strings.Contains(refused.Body.String(), "UNAUTHENTICATED") {
		t.Errorf("anonymous: %s", refused.Body)
	}
	for name, query := range map[string]string{
		"an unknown document":  "documentId=sha256:00",
		"no document":          "variables={}",
		"a document twice":     "documentId=" + d.ID + "&documentId=" + d.ID,
		"text of a query":      "documentId=" + d.ID + "&query={me{id}}",
		"only text":            "query={me{id}}",
		"variables in a list":  "documentId=" + d.ID + "&variables=[]",
		"variables cut off":    "documentId=" + d.ID + "&variables=" + url.QueryEscape(`{"unit":`),
		"an address in shreds": "documentId=%zz",
	} {
		rec := w.get(leader, query)
		body, err := io.ReadAll(rec.Body)
		if err != nil || rec.Code != http.StatusBadRequest || !bytes.Contains(body, []byte(`"code"`)) {
			t.Errorf("%s: status %d, %s", name, rec.Code, body)
		}
	}
}
