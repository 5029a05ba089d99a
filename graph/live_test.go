package graph_test

import (
	"bufio"
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
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// newServing is a province whose application keeps what it has answered, and
// whose streams look often.
func newServing(t *testing.T, limits graph.LiveLimits) *world {
	t.Helper()
	w := newProvince(t)
	log := slog.New(slog.NewTextHandler(w.log, nil))
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if w.app, err = app.New(app.Options{Store: w.store, Clock: w.clock, Sealer: sealer, Version: "test", Log: log, Serving: true}); err != nil {
		t.Fatal(err)
	}
	if err := w.app.BuildLedger(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.handler = graph.NewHandler(w.app, log, graph.WithLive(limits))
	return w
}

// A desk serves the API to one principal over real connections.
type desk struct {
	*world
	*httptest.Server
	// who asks and what looking again says.
	mu    sync.Mutex
	who   auth.Principal
	err   error
	end   chan struct{}
	alive sync.WaitGroup
	user  thads.PrincipalID
	req   *request.Request
}

func newDesk(t *testing.T, limits graph.LiveLimits) *desk {
	t.Helper()
	d := &desk{world: newServing(t, limits), who: leader, end: make(chan struct{})}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.alive.Add(1)
		defer d.alive.Done()
		who, _ := d.recheck(r.Context())
		req := request.New("vi")
		d.mu.Lock()
		d.req = req
		d.mu.Unlock()
		ctx := request.NewContext(auth.NewContext(r.Context(), who), req)
		ctx = app.WithStay(ctx, &app.Stay{Timeout: time.Minute, Ending: d.end, Recheck: d.recheck})
		d.handler.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(d.Close)
	u, err := d.app.AddUser(auth.NewContext(t.Context(), auth.System("test")), app.NewUser{Account: "a", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
	if err != nil {
		t.Fatal(err)
	}
	d.user = u.ID
	return d
}

// touch changes something that no summary is made of: somebody signs in.
func (d *desk) touch() {
	d.t.Helper()
	_, _, err := d.app.SignInAs(auth.NewContext(d.t.Context(), auth.System("test")), d.user,
		app.SignInOrigin{Means: auth.ByDemonstration}, app.SessionLimits{Idle: time.Hour, Max: time.Hour})
	if err != nil {
		d.t.Fatal(err)
	}
}

// last is what the last request ran.
func (d *desk) last() request.Operation {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.req.Operation()
}

func (d *desk) recheck(context.Context) (auth.Principal, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.who, d.err
}

// becomes changes what looking again says.
func (d *desk) becomes(who auth.Principal, err error) {
	d.mu.Lock()
	d.who, d.err = who, err
	d.mu.Unlock()
	d.touch()
}

// A listener is one stream that is read.
type listener struct {
	t    *testing.T
	res  *http.Response
	in   *bufio.Reader
	stop context.CancelFunc
}

// post posts an operation that takes these media types.
func (d *desk) post(query string, vars object, accept ...string) *listener {
	d.t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": vars})
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	d.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, a := range accept {
		r.Header.Add("Accept", a)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	l := &listener{d.t, res, bufio.NewReader(res.Body), stop}
	d.t.Cleanup(l.close)
	return l
}

func (l *listener) close() {
	l.stop()
	_ = l.res.Body.Close()
}

const (
	events = "text/event-stream"
	follow = `subscription($unit: ID) { summaryChanged(unit: $unit) { liveCases } }`
)

func (d *desk) listen(query string, vars object) *listener {
	d.t.Helper()
	l := d.post(query, vars, events)
	if got := l.res.Header.Get("Content-Type"); l.res.StatusCode != http.StatusOK || got != events {
		d.t.Fatalf("status %d, %q", l.res.StatusCode, got)
	}
	return l
}

// An event is what was told, comments left out.
type event struct {
	name string
	data object
}

// next reads the next event; io.EOF is the end of the connection.
func (l *listener) next() event {
	l.t.Helper()
	var e event
	for {
		line, err := l.in.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return event{name: "EOF"}
		}
		if err != nil {
			l.t.Fatal(err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		switch value = strings.TrimPrefix(value, " "); {
		case line == "\n" && e.name != "":
			return e
		case name == "event":
			e.name = value
		case name == "data" && value != "":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				l.t.Fatalf("%s: %v", value, err)
			}
		}
	}
}

// wants reads the next events: values of summaryChanged.liveCases, codes of
// errors, or names.
func (l *listener) wants(want ...string) {
	l.t.Helper()
	for i, w := range want {
		e := l.next()
		got := e.name
		if e.name == "next" {
			got = fmt.Sprint(at(e.data, "data.summaryChanged.liveCases"))
			if code := at(e.data, "errors.0.extensions.code"); code != nil {
				got = fmt.Sprint(code)
			}
		}
		if got != w {
			l.t.Fatalf("event %d is %q (%v), want %q", i, got, e.data, w)
		}
	}
}

// quick are limits under which nothing has to be waited for.
func quick() graph.LiveLimits {
	return graph.LiveLimits{Every: time.Millisecond, Pause: time.Millisecond}
}

// open opens a case of the first branch.
func (d *desk) open(number string) {
	d.t.Helper()
	d.make(d.clerk(), "caseOpen", d.decided(number+"/QĐ-CCTHADS", "2018-10-05"))
}

func TestTheSummaryIsToldWhenItHasChanged(t *testing.T) {
	d := newDesk(t, quick())
	all, first, second := d.listen(follow, nil), d.listen(follow, object{"unit": d.first}), d.listen(follow, object{"unit": d.second})
	for _, l := range []*listener{all, first, second} {
		l.wants("0")
	}
	d.open("46")
	all.wants("1")
	first.wants("1")
	// What does not change the answer is not told.
	d.concluded()
	d.open("47")
	all.wants("2")
	first.wants("2")
	d.make(d.stranger(), "caseOpen", d.decided("48/QĐ-CCTHADS", "2018-10-05", object{"unit": d.second, "officer": nil}))
	second.wants("1")
	all.wants("3")
	close(d.end)
	for _, l := range []*listener{all, first, second} {
		l.wants("complete", "EOF")
	}
}

func TestAStreamEnds(t *testing.T) {
	clerk := func(d *desk) auth.Principal { return d.clerk() }
	for _, tt := range []struct {
		name string
		do   func(d *desk)
		want []string
	}{
		{"with the session", func(d *desk) { d.becomes(auth.Principal{}, app.ErrNoAccess) }, []string{"UNAUTHENTICATED", "complete", "EOF"}},
		{"with the rights", func(d *desk) { d.becomes(clerk(d), nil) }, []string{"complete", "EOF"}},
		{"when the store cannot say who it is", func(d *desk) { d.becomes(leader, store.ErrUnavailable) }, []string{"INTERNAL", "complete", "EOF"}},
		{"when the server drains", func(d *desk) { close(d.end) }, []string{"complete", "EOF"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, quick())
			l := d.listen(follow, nil)
			l.wants("0")
			tt.do(d)
			l.wants(tt.want...)
		})
	}
}

// Nothing is told to a session that ended before, whatever has changed meanwhile.
func TestNothingIsToldAfterTheSession(t *testing.T) {
	d := newDesk(t, graph.LiveLimits{Every: time.Millisecond, Pause: time.Hour})
	l := d.listen(follow, nil)
	l.wants("0")
	d.mu.Lock()
	d.who, d.err = auth.Principal{}, app.ErrNoAccess
	d.mu.Unlock()
	d.open("46")
	l.wants("UNAUTHENTICATED", "complete", "EOF")
}

func TestWhatIsNoStream(t *testing.T) {
	d := newDesk(t, quick())
	const query = `{ summary { liveCases } }`
	for _, tt := range []struct {
		name, query string
		accept      []string
		status      int
		mediaType   string
	}{
		{"a query that lists events", query, []string{"application/json, text/event-stream"}, 200, "application/json"},
		{"a query that prefers events", query, []string{"text/event-stream, application/json;q=0.5"}, 200, "application/json"},
		{"a query of events only", query, []string{events}, 200, "application/graphql-response+json"},
		{"a subscription", follow, []string{events}, 200, events},
		{"a subscription in two headers", follow, []string{"application/json;q=0.9", "text/event-stream"}, 200, events},
		{"a subscription as either", follow, []string{"application/json, text/event-stream"}, 200, events},
		{"a subscription as JSON rather", follow, []string{"application/json, text/event-stream;q=0.9"}, 406, "application/json; charset=utf-8"},
		{"a subscription not as events", follow, []string{"text/event-stream;q=0"}, 406, "application/json; charset=utf-8"},
		{"a subscription as anything", follow, []string{"*/*"}, 406, "application/json; charset=utf-8"},
		{"a subscription as JSON", follow, []string{"application/json"}, 406, "application/json; charset=utf-8"},
		{"a subscription with a weight that is none", follow, []string{"text/event-stream;q=x"}, 406, "application/json; charset=utf-8"},
		{"a subscription that the schema does not have", `subscription { everything }`, []string{events}, 422, "application/json; charset=utf-8"},
		{"two streams in one", `subscription { summaryChanged { liveCases } importProgress(id: "x") { id } }`, []string{events}, 422, "application/json; charset=utf-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := d.post(tt.query, nil, tt.accept...)
			defer l.close()
			if got := l.res.Header.Get("Content-Type"); l.res.StatusCode != tt.status || got != tt.mediaType {
				t.Errorf("status %d, %q; want %d, %q", l.res.StatusCode, got, tt.status, tt.mediaType)
			}
		})
	}
	// Without a stay nothing lasts, whatever is accepted.
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"subscription { summaryChanged { liveCases } }"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", events)
	rec := httptest.NewRecorder()
	d.handler.ServeHTTP(rec, r.WithContext(auth.NewContext(r.Context(), leader)))
	if rec.Code != http.StatusNotAcceptable {
		t.Errorf("without a stay: status %d", rec.Code)
	}
}

func TestAStreamAsksForItsRight(t *testing.T) {
	d := newDesk(t, quick())
	for _, p := range d.everybody() {
		for _, f := range d.schema.Subscription.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			d.becomes(p, nil)
			l := d.listen("subscription { "+f.Name+arguments(t, f, map[string]string{"ID!": `"im_none"`})+d.leaves(f)+" }", nil)
			e := l.next()
			got, want := fmt.Sprint(at(e.data, "errors.0.extensions.code")), "<nil>"
			switch {
			case p.IsAnonymous():
				want = "UNAUTHENTICATED"
			case !p.Can(rightOf(f)):
				want = "FORBIDDEN"
			case f.Name == "importProgress":
				want = "NOT_FOUND"
			}
			if got != want {
				t.Errorf("%s as %q answers %s, want %s", f.Name, p.Name, got, want)
			}
			l.close()
			d.alive.Wait()
			// The log and the metrics are told what was asked, and how it ended.
			ran := request.Operation{Kind: "subscription", Code: strings.TrimPrefix(want, "<nil>")}
			if diff := cmp.Diff(ran, d.last()); diff != "" {
				t.Errorf("%s as %q (-want +noted):\n%s", f.Name, p.Name, diff)
			}
		}
	}
}

func TestHowManyStreams(t *testing.T) {
	limits := quick()
	limits.PerPrincipal, limits.Total = 2, 3
	d := newDesk(t, limits)
	refused := func(status int) {
		t.Helper()
		l := d.post(follow, nil, events)
		defer l.close()
		if l.res.StatusCode != status || l.res.Header.Get("Retry-After") == "" {
			t.Errorf("status %d, want %d; Retry-After %q", l.res.StatusCode, status, l.res.Header.Get("Retry-After"))
		}
	}
	one, two := d.listen(follow, nil), d.listen(follow, nil)
	one.wants("0")
	two.wants("0")
	refused(http.StatusTooManyRequests)
	other := d.clerk()
	d.mu.Lock()
	d.who = other
	d.mu.Unlock()
	third := d.listen(follow, nil)
	refused(http.StatusServiceUnavailable)
	close(d.end)
	_ = third
	d.alive.Wait()
	d.end = make(chan struct{})
	d.listen(follow, nil).wants("0")
}

// A silent stream tells that it is alive, and outlasts the time that the server
// gives to ordinary requests.
func TestASilentStreamTellsThatItIsAlive(t *testing.T) {
	limits := quick()
	limits.KeepAlive = 10 * time.Millisecond
	d := newDesk(t, limits)
	impatient := httptest.NewUnstartedServer(d.Config.Handler)
	const patience = 300 * time.Millisecond
	impatient.Config.ReadTimeout, impatient.Config.WriteTimeout = patience, patience
	impatient.Start()
	t.Cleanup(impatient.Close)
	d.URL = impatient.URL
	began := time.Now()
	l := d.listen(follow, nil)
	l.wants("0")
	for time.Since(began) < 2*patience {
		line, err := l.in.ReadString('\n')
		if err != nil || line != ":\n" && line != "\n" {
			t.Fatalf("after %v: %q, %v", time.Since(began), line, err)
		}
	}
	d.open("46")
	l.wants("1")
}

// Clients that vanish leave nothing behind.
func TestClientsThatVanish(t *testing.T) {
	d := newDesk(t, quick())
	const n = 30
	limits := quick()
	limits.PerPrincipal = n
	d.handler = graph.NewHandler(d.app, slog.New(slog.DiscardHandler), graph.WithLive(limits))
	listeners := make([]*listener, n)
	for i := range listeners {
		listeners[i] = d.listen(follow, nil)
		listeners[i].wants("0")
	}
	d.open("46")
	for i, l := range listeners {
		if i%2 == 0 {
			l.wants("1") // the others are gone while something is on the way
		}
		l.close()
	}
	d.open("47")
	d.alive.Wait()
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 2); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"graph.(*stream", "graph.follow", "app.Follow"} {
		if strings.Contains(all.String(), part) {
			t.Errorf("something of %s is left:\n%s", part, all.String())
		}
	}
}

// stuck is a client that takes so many writes and then nothing.
type stuck struct {
	*httptest.ResponseRecorder
	takes     int
	deadlines atomic.Int64
}

func (s *stuck) SetWriteDeadline(time.Time) error { s.deadlines.Add(1); return nil }
func (s *stuck) SetReadDeadline(time.Time) error  { return nil }
func (s *stuck) Write(b []byte) (int, error) {
	if s.takes--; s.takes < 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return s.ResponseRecorder.Write(b)
}

// A client that takes nothing any more is given up; every write has a deadline.
func TestAStuckClientIsGivenUp(t *testing.T) {
	d := newDesk(t, quick())
	for takes := range 3 {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"subscription { summaryChanged { liveCases } }"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", events)
		ctx := app.WithStay(auth.NewContext(t.Context(), leader), &app.Stay{Timeout: time.Minute, Ending: d.end, Recheck: d.recheck})
		w := &stuck{ResponseRecorder: httptest.NewRecorder(), takes: takes}
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.handler.ServeHTTP(w, r.WithContext(ctx))
		}()
		if takes == 2 { // the head, the first summary, and nothing of the second
			for w.deadlines.Load() < 2 {
				d.touch()
			}
			d.open("46")
		}
		<-done
		if got := w.deadlines.Load(); got != int64(takes)+1 {
			t.Errorf("%d writes had a deadline, want %d", got, takes+1)
		}
	}
}

func TestAnImportIsFollowedToItsEnd(t *testing.T) {
	d := newDesk(t, quick())
	im := d.begin(leader, d.register(3, nil))
	l := d.listen(`subscription($id: ID!) { importProgress(id: $id) { id state created job { state } } }`, object{"id": im["id"]})
	var states []string
	state := func() {
		e := l.next()
		if e.name == "complete" {
			states = append(states, e.name)
			return
		}
		states = append(states, fmt.Sprint(at(e.data, "data.importProgress.state")))
	}
	state()
	checked := d.imported(leader, im["id"])
	d.must(leader, "importAccept", object{"id": im["id"], "version": checked["version"], "mode": "ALL", "idempotencyKey": "accept"})
	d.work()
	for states[len(states)-1] != "complete" {
		state()
	}
	if got := states[len(states)-2]; got != "ACCEPTED" {
		t.Errorf("states %v", states)
	}
	if diff := cmp.Diff("CHECKED", states[0]); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	// One that is over is told once.
	again := d.listen(`subscription($id: ID!) { importProgress(id: $id) { state } }`, object{"id": im["id"]})
	if e := again.next(); at(e.data, "data.importProgress.state") != "ACCEPTED" {
		t.Errorf("again: %v", e)
	}
	again.wants("complete", "EOF")
}
