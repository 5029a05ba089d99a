package httpd_test

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
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
)

// A bench is a server over an application with a new store.
type bench struct {
	*httpd.Server
	app *app.App
	log *logBuffer
	// seen is what the API was asked last.
	mu   sync.Mutex
	seen *seen
}

type seen struct {
	body      string
	principal auth.Principal
	deadline  time.Duration
	id, lang  string
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newBench makes a server that is ready; change, if not nil, sees its options.
func newBench(t *testing.T, change func(*httpd.Options)) *bench {
	t.Helper()
	b := starting(t, change)
	b.Ready()
	return b
}

// empty is a directory with an empty store: making its tables takes longer than
// most tests.
var empty struct {
	sync.Once
	dir string
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "httpd")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	empty.dir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func openStore(t *testing.T, dir string) store.Store {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func starting(t *testing.T, change func(*httpd.Options)) *bench {
	t.Helper()
	empty.Do(func() {
		if err := openStore(t, empty.dir).Close(); err != nil {
			t.Fatal(err)
		}
	})
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(empty.dir)); err != nil {
		t.Fatal(err)
	}
	st := openStore(t, dir)
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	a, err := app.New(app.Options{Store: st})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{app: a, log: new(logBuffer)}
	o := httpd.Options{
		Backend: a,
		GraphQL: http.HandlerFunc(b.serveAPI), Arguments: arguments{},
		Web: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "page")
		}),
		URL:      &url.URL{Scheme: "http", Host: "localhost:8080"},
		Sessions: app.SessionLimits{Idle: time.Hour, Max: 2 * time.Hour},
		Timeout:  time.Minute, Drain: 10 * time.Second, Version: "test",
		Log: slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	if b.Server, err = httpd.New(o); err != nil {
		t.Fatal(err)
	}
	return b
}

const answer = `{"data":{"me":null}}`

// serveAPI stands for the API: it notes what it was asked.
func (b *bench) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusTeapot)
		return
	}
	s := &seen{body: string(body), principal: auth.FromContext(r.Context())}
	if d, ok := r.Context().Deadline(); ok {
		s.deadline = time.Until(d)
	}
	req := request.FromContext(r.Context())
	req.Ran(request.Operation{Kind: "query", Name: "Me"})
	s.id, s.lang = req.ID(), req.Language()
	b.mu.Lock()
	b.seen = s
	b.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}

// asked returns what the API was asked since the last call, or nil.
func (b *bench) asked() *seen {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.seen
	b.seen = nil
	return s
}

// do sends a request; header holds names and values in turn.
func (b *bench) do(method, target, body string, header ...string) *http.Response {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, target, reader)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return b.send(r)
}

func (b *bench) send(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w.Result()
}

// ask posts JSON to the API.
func (b *bench) ask(body string, header ...string) *http.Response {
	return b.do(http.MethodPost, "/graphql", body, append([]string{"Content-Type", "application/json"}, header...)...)
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

type apiError struct {
	Errors []struct {
		Message    string
		Extensions struct{ Code, RequestID string }
	}
	Data json.RawMessage
}

// wantRefusal checks a refusal in the form of the API.
func wantRefusal(t *testing.T, res *http.Response, status int, code string) {
	t.Helper()
	body := text(t, res)
	if res.StatusCode != status {
		t.Errorf("status %d, want %d: %s", res.StatusCode, status, body)
	}
	var e apiError
	if err := json.Unmarshal([]byte(body), &e); err != nil || len(e.Errors) != 1 || e.Data != nil {
		t.Fatalf("no GraphQL error: %v in %s", err, body)
	}
	got := e.Errors[0]
	if got.Extensions.Code != code || got.Message == "" {
		t.Errorf("got %+v, want code %s", got, code)
	}
	if id := res.Header.Get("X-Request-Id"); id == "" || got.Extensions.RequestID != id {
		t.Errorf("request id %q in the header, %q in the error", id, got.Extensions.RequestID)
	}
}

func TestTheAPITakesPostsOfJSON(t *testing.T) {
	b := newBench(t, nil)
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"} {
		res := b.do(http.MethodPost, "/graphql", `{"query":"{me{id}}"}`, "Content-Type", contentType)
		if got := text(t, res); res.StatusCode != http.StatusOK || got != answer {
			t.Errorf("%s: status %d, %s", contentType, res.StatusCode, got)
		}
		s := b.asked()
		if s == nil || s.body != `{"query":"{me{id}}"}` || !s.principal.IsAnonymous() {
			t.Errorf("%s: the API saw %+v", contentType, s)
		}
	}
}

func TestTheAPIRefuses(t *testing.T) {
	b := newBench(t, nil)
	const form = "application/x-www-form-urlencoded"
	tests := []struct {
		name, method string
		header       []string
		status       int
		code         string
	}{
		{"GET", http.MethodGet, nil, 405, "METHOD_NOT_ALLOWED"},
		{"OPTIONS", http.MethodOptions, nil, 405, "METHOD_NOT_ALLOWED"},
		{"PUT", http.MethodPut, []string{"Content-Type", "application/json"}, 405, "METHOD_NOT_ALLOWED"},
		{"an invented method", "BREW", []string{"Content-Type", "application/json"}, 405, "METHOD_NOT_ALLOWED"},
		{"no content type", http.MethodPost, nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a form", http.MethodPost, []string{"Content-Type", form}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a form with files", http.MethodPost, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"text", http.MethodPost, []string{"Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"GraphQL text", http.MethodPost, []string{"Content-Type", "application/graphql"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"another encoding", http.MethodPost, []string{"Content-Type", "application/json; charset=utf-16"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"two types", http.MethodPost, []string{"Content-Type", "application/json", "Content-Type", form}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a type that is none", http.MethodPost, []string{"Content-Type", ";;"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"compressed", http.MethodPost, []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := b.do(tt.method, "/graphql", `{"query":"{me{id}}"}`, tt.header...)
			wantRefusal(t, res, tt.status, tt.code)
			if allow := res.Header.Get("Allow"); (tt.status == 405) != (allow == "POST") {
				t.Errorf("Allow: %q", allow)
			}
			if s := b.asked(); s != nil {
				t.Errorf("the API was asked %+v", s)
			}
		})
	}
}

// body reads as many letters as it has, without telling how many there are.
type body struct{ left int }

func (r *body) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	for i := range p[:n] {
		p[i] = 'x'
	}
	r.left -= n
	return n, nil
}

func TestTheSizeOfARequest(t *testing.T) {
	b := newBench(t, nil)
	for _, tt := range []struct {
		name     string
		size     int
		declared bool
		status   int
	}{
		{"at the limit", httpd.MaxBody, true, 200},
		{"at the limit, undeclared", httpd.MaxBody, false, 200},
		{"above the limit", httpd.MaxBody + 1, true, 413},
		{"above the limit, undeclared", httpd.MaxBody + 1, false, 413},
		{"far above the limit", 100 * httpd.MaxBody, false, 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := &body{tt.size}
			r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/graphql", source)
			r.Header.Set("Content-Type", "application/json")
			r.ContentLength = -1
			if tt.declared {
				r.ContentLength = int64(tt.size)
			}
			res := b.send(r)
			s := b.asked()
			if tt.status == 200 {
				if res.StatusCode != 200 || s == nil || len(s.body) != tt.size {
					t.Errorf("status %d", res.StatusCode)
				}
				return
			}
			wantRefusal(t, res, 413, "REQUEST_TOO_LARGE")
			if s != nil {
				t.Error("the API was asked")
			}
			if read := tt.size - source.left; read > httpd.MaxBody+1<<16 {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("secret detail") }

func TestABodyThatBreaksOff(t *testing.T) {
	b := newBench(t, nil)
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/graphql", brokenBody{})
	r.Header.Set("Content-Type", "application/json")
	wantRefusal(t, b.send(r), 400, "BAD_REQUEST")
	if b.asked() != nil {
		t.Error("the API was asked")
	}
}

func TestRequestsHaveADeadlineALanguageAndAnID(t *testing.T) {
	b := newBench(t, nil)
	res := b.ask("{}", "Accept-Language", "en", "X-Request-Id", "forged\nid")
	s := b.asked()
	if s.deadline <= 0 || s.deadline > time.Minute {
		t.Errorf("deadline in %v", s.deadline)
	}
	if s.lang != "en" {
		t.Errorf("language %s", s.lang)
	}
	if id := res.Header.Get("X-Request-Id"); id != s.id || id == "" || strings.Contains(id, "forged") {
		t.Errorf("id %q, the API saw %q", id, s.id)
	}
	for lang, want := range map[string]string{"": "API chỉ nhận", "en": "The API takes"} {
		if got := text(t, b.do(http.MethodGet, "/graphql", "", "Accept-Language", lang)); !strings.Contains(got, want) {
			t.Errorf("%q: %s", lang, got)
		}
	}
}

func TestTheTypeOfARefusal(t *testing.T) {
	b := newBench(t, nil)
	for accept, want := range map[string]string{
		"":                 "application/json; charset=utf-8",
		"application/json": "application/json; charset=utf-8",
		"application/graphql-response+json, application/json": "application/graphql-response+json; charset=utf-8",
	} {
		if got := b.do(http.MethodGet, "/graphql", "", "Accept", accept).Header.Get("Content-Type"); got != want {
			t.Errorf("%q: got %s", accept, got)
		}
	}
}

// Every answer carries the headers that keep browsers from mischief.
func TestSecurityHeaders(t *testing.T) {
	for _, secure := range []bool{false, true} {
		b := newBench(t, func(o *httpd.Options) {
			if secure {
				o.URL = &url.URL{Scheme: "https", Host: "thads.example.vn"}
			}
		})
		for name, res := range map[string]*http.Response{
			"answer":  b.ask("{}"),
			"refusal": b.do(http.MethodGet, "/graphql", ""),
			"sign-in": b.do(http.MethodGet, "/signin", ""),
			"health":  b.do(http.MethodGet, "/healthz", ""),
			"ready":   b.do(http.MethodGet, "/readyz", ""),
			"metrics": b.do(http.MethodGet, "/metrics", ""),
			"page":    b.do(http.MethodGet, "/", ""),
		} {
			h := res.Header
			for header, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := h.Get(header); got != want {
					t.Errorf("%s: %s: %q", name, header, got)
				}
			}
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "default-src 'none'") {
				t.Errorf("%s: content policy %q", name, csp)
			}
			if got := h.Get("Strict-Transport-Security"); (got != "") != secure {
				t.Errorf("%s: Strict-Transport-Security %q", name, got)
			}
			if h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: opens itself to other origins", name)
			}
		}
	}
}

func TestForeignPages(t *testing.T) {
	const ours, friend, foe = "http://example.com", "https://baocao.example.vn", "https://evil.example"
	b := newBench(t, func(o *httpd.Options) { o.CORSOrigins = []string{friend} })
	for _, tt := range []struct {
		name   string
		header []string
		ok     bool
	}{
		{"a program", nil, true},
		{"our page", []string{"Sec-Fetch-Site", "same-origin", "Origin", ours}, true},
		{"our page in an old browser", []string{"Origin", ours}, true},
		{"typed by a person", []string{"Sec-Fetch-Site", "none"}, true},
		{"a page that is configured", []string{"Sec-Fetch-Site", "cross-site", "Origin", friend}, true},
		{"another page", []string{"Sec-Fetch-Site", "cross-site", "Origin", foe}, false},
		{"another page in an old browser", []string{"Origin", foe}, false},
		{"a page of a sibling", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://other.example.com"}, false},
		{"a sandbox", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, false},
		{"another port", []string{"Origin", "http://example.com:81"}, false},
		{"a longer name", []string{"Origin", friend + ".evil.example"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := b.ask("{}", tt.header...)
			asked := b.asked() != nil
			if asked != tt.ok {
				t.Errorf("the API was asked: %v", asked)
			}
			if !tt.ok {
				wantRefusal(t, res, 403, "CROSS_ORIGIN")
			}
			for _, path := range []string{"/signout", "/signin"} {
				res := b.do(http.MethodPost, path, "", tt.header...)
				if refused := res.StatusCode == http.StatusForbidden; refused == tt.ok {
					t.Errorf("%s: status %d", path, res.StatusCode)
				}
			}
		})
	}
}

func TestCORS(t *testing.T) {
	const friend, foe = "https://baocao.example.vn", "https://evil.example"
	open := newBench(t, func(o *httpd.Options) { o.CORSOrigins = []string{friend} })
	closed := newBench(t, nil)
	for _, tt := range []struct {
		name   string
		bench  *bench
		origin string
		want   string
	}{
		{"configured", open, friend, friend},
		{"not configured", open, foe, ""},
		{"almost configured", open, "http://baocao.example.vn", ""},
		{"null", open, "null", ""},
		{"an empty list lets nobody in", closed, foe, ""},
		{"an empty list lets nobody in, not even itself", closed, "http://localhost:8080", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			preflight := tt.bench.do(http.MethodOptions, "/graphql", "", "Origin", tt.origin,
				"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
			request := tt.bench.ask("{}", "Origin", tt.origin)
			for kind, res := range map[string]*http.Response{"preflight": preflight, "request": request} {
				if got := res.Header.Get("Access-Control-Allow-Origin"); got != tt.want {
					t.Errorf("%s: Access-Control-Allow-Origin %q", kind, got)
				}
				if got := res.Header.Get("Access-Control-Allow-Credentials"); (got == "true") != (tt.want != "") {
					t.Errorf("%s: Access-Control-Allow-Credentials %q", kind, got)
				}
			}
			if tt.want != "" && (preflight.StatusCode >= 300 || preflight.Header.Get("Access-Control-Allow-Methods") != "POST") {
				t.Errorf("preflight: status %d, %v", preflight.StatusCode, preflight.Header)
			}
		})
	}
	for _, path := range []string{"/", "/signin", "/signout", "/metrics", "/readyz"} {
		if got := open.do(http.MethodGet, path, "", "Origin", friend).Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s opens itself to %s", path, got)
		}
	}
}

func TestPanics(t *testing.T) {
	b := newBench(t, func(o *httpd.Options) {
		o.GraphQL = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret of the panic") })
		o.Web = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/abort" {
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, "half a")
			panic("in the middle")
		})
	})
	res := b.ask("{}")
	id := res.Header.Get("X-Request-Id")
	body := text(t, res)
	res.Body = io.NopCloser(strings.NewReader(body))
	wantRefusal(t, res, 500, "INTERNAL")
	if strings.Contains(body, "secret") || strings.Contains(body, "goroutine") {
		t.Errorf("the answer tells of the panic: %s", body)
	}
	for _, want := range []string{"the secret of the panic", "httpd_test.go", id} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log does not tell %q", want)
		}
	}
	for _, path := range []string{"/", "/abort"} {
		func() {
			defer func() {
				if cause := recover(); cause != http.ErrAbortHandler { //nolint:errorlint // net/http compares it like this
					t.Errorf("%s: half an answer ended with %v", path, cause)
				}
			}()
			b.do(http.MethodGet, path, "")
		}()
	}
	if metrics := text(t, b.do(http.MethodGet, "/metrics", "")); !strings.Contains(metrics, "\nthads_http_panics_total 2\n") {
		t.Errorf("the metrics do not count two panics")
	}
}

// The log names requests and never what they are about.
func TestTheLog(t *testing.T) {
	b := newBench(t, nil)
	u, session := b.signIn(t)
	b.ask(`{"query":"query Me($a:String){me{id}}","variables":{"a":"Nguyễn Văn Bí Mật"}}`, "Cookie", "thads="+session.Reveal(), "User-Agent", "agent\nforged")
	b.do(http.MethodGet, "/signin?token="+auth.NewToken().Reveal(), "")
	b.do(http.MethodGet, "/cases?debtor=Secret", "")
	log := b.log.String()
	for _, secret := range []string{"Bí Mật", "variables", "Secret", "token=", session.Reveal(), "agent", u.Name} {
		if strings.Contains(log, secret) {
			t.Errorf("the log tells %q:\n%s", secret, log)
		}
	}
	lines := 0
	for line := range strings.Lines(log) {
		var entry struct {
			Msg, RequestID, Method, Route, Kind, Operation, Principal string
			Status                                                    int
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if entry.Msg != "request" {
			continue
		}
		lines++
		if entry.RequestID == "" || entry.Route == "" || entry.Status == 0 {
			t.Errorf("a line without id, route or status: %s", line)
		}
		if entry.Route == "/graphql" && (entry.Kind != "query" || entry.Operation != "Me" || entry.Principal != string(u.ID)) {
			t.Errorf("a line that does not name operation and principal: %s", line)
		}
	}
	if lines != 3 {
		t.Errorf("%d lines for three requests", lines)
	}
}

func TestMetrics(t *testing.T) {
	b := newBench(t, nil)
	other := newBench(t, nil)
	b.ask("{}")
	b.ask("{}")
	b.do(http.MethodGet, "/graphql", "")
	b.do("BREW", "/some/page", "")
	got := text(t, b.do(http.MethodGet, "/metrics", ""))
	for _, want := range []string{
		`thads_http_requests_total{route="/graphql",status="200"} 2`,
		`thads_http_requests_total{route="/graphql",status="405"} 1`,
		`thads_http_requests_total{route="/",status="200"} 1`,
		`thads_http_request_duration_seconds_count{route="/graphql",status="2xx"} 2`,
		`thads_graphql_operations_total{kind="query",outcome="ok"} 2`,
		`thads_graphql_operations_total{kind="none",outcome="error"} 1`,
		`thads_graphql_operation_duration_seconds_count{kind="query"} 2`,
		`thads_store_up 1`,
		`thads_store_info{engine="sqlite",`,
		`thads_store_bytes `,
		`thads_build_info{`,
		`thads_http_requests_in_flight 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(got, "BREW") || strings.Contains(got, "/some/page") {
		t.Error("a client makes series of its own")
	}
	if got := text(t, other.do(http.MethodGet, "/metrics", "")); strings.Contains(got, `route="/graphql"`) {
		t.Error("two servers share their metrics")
	}
}

// A faulty backend answers what it is told to.
type faulty struct {
	httpd.Backend
	err error
}

func (f faulty) Ready(context.Context) error { return f.err }
func (f faulty) StoreInfo(context.Context) (store.Info, error) {
	return store.Info{}, f.err
}

func (f faulty) Authenticate(context.Context, auth.Token, app.SessionLimits) (auth.Principal, error) {
	return auth.Principal{}, f.err
}

func (f faulty) PeekLink(context.Context, auth.Token) (*app.User, error) { return nil, f.err }
func (f faulty) SignOut(context.Context, auth.Token) error               { return f.err }
func (f faulty) RedeemLink(context.Context, auth.Token, app.SignInOrigin, app.SessionLimits) (*app.SignInResult, error) {
	return nil, f.err
}

// While the store is away everything says so, and nothing says where it is.
func TestTheStoreIsAway(t *testing.T) {
	b := newBench(t, func(o *httpd.Options) {
		o.Backend = faulty{err: errors.Join(store.ErrUnavailable, errors.New("dial tcp 10.0.0.7:27017"))}
	})
	token := auth.NewToken().Reveal()
	cookie := []string{"Cookie", "thads=" + token}
	wantRefusal(t, b.ask("{}", cookie...), 503, "UNAVAILABLE")
	if b.asked() != nil {
		t.Error("somebody with a session was taken for anybody")
	}
	b.ask("{}")
	if b.asked() == nil {
		t.Error("nobody can ask without a session")
	}
	res := map[string]*http.Response{
		"link":     b.do(http.MethodGet, "/signin?token="+token, ""),
		"button":   b.do(http.MethodPost, "/signin", "token="+token, "Content-Type", "application/x-www-form-urlencoded"),
		"sign out": b.do(http.MethodPost, "/signout", "", cookie...),
		"ready":    b.do(http.MethodGet, "/readyz", ""),
	}
	for name, r := range res {
		if body := text(t, r); r.StatusCode != 503 || strings.Contains(body, "10.0.0.7") || r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: status %d, %v, %s", name, r.StatusCode, r.Header, body)
		}
	}
	if got := text(t, b.do(http.MethodGet, "/metrics", "")); !strings.Contains(got, "thads_store_up 0") {
		t.Error("the metrics do not tell")
	}
	if r := b.do(http.MethodGet, "/healthz", ""); r.StatusCode != 200 {
		t.Errorf("healthz: %d", r.StatusCode)
	}
	if !strings.Contains(b.log.String(), "10.0.0.7") {
		t.Error("the log does not tell operators")
	}
}

func TestReadiness(t *testing.T) {
	var why error
	b := starting(t, func(o *httpd.Options) {
		o.Checks = []httpd.Check{{Name: "ledger", Ask: func(context.Context) error { return why }}}
	})
	ready := func() (int, string) {
		res := b.do(http.MethodGet, "/readyz", "")
		return res.StatusCode, strings.TrimSpace(text(t, res))
	}
	if status, body := ready(); status != 503 || body != `{"ready":false,"reasons":["starting"]}` {
		t.Errorf("starting: %d %s", status, body)
	}
	wantRefusal(t, b.ask("{}"), 503, "UNAVAILABLE")
	for _, path := range []string{"/", "/signin", "/cases/1"} {
		if res := b.do(http.MethodGet, path, ""); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
			t.Errorf("starting: %s: %d", path, res.StatusCode)
		}
	}
	for _, path := range []string{"/healthz", "/metrics"} {
		if res := b.do(http.MethodGet, path, ""); res.StatusCode != 200 {
			t.Errorf("starting: %s: %d", path, res.StatusCode)
		}
	}
	b.Ready()
	if status, body := ready(); status != 200 || body != `{"ready":true}` {
		t.Errorf("ready: %d %s", status, body)
	}
	why = errors.New("building, 40 %")
	if status, body := ready(); status != 503 || body != `{"ready":false,"reasons":["ledger: building, 40 %"]}` {
		t.Errorf("not ready: %d %s", status, body)
	}
}

func TestPagesAreTheWebHandlers(t *testing.T) {
	b := newBench(t, nil)
	for _, path := range []string{"/", "/cases/cs_1", "/graphql/x", "/assets/a.js"} {
		if got := text(t, b.do(http.MethodGet, path, "")); got != "page" {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestOptionsAreRequired(t *testing.T) {
	if _, err := httpd.New(httpd.Options{}); err == nil {
		t.Error("a server of nothing")
	}
	full := httpd.Options{
		Backend: faulty{}, GraphQL: http.NotFoundHandler(), Web: http.NotFoundHandler(),
		URL: &url.URL{Scheme: "http", Host: "localhost"}, Timeout: time.Second, Drain: time.Second,
	}
	if _, err := httpd.New(full); err == nil {
		t.Error("a server without limits of sessions")
	}
	full.Sessions = app.SessionLimits{Idle: time.Hour, Max: time.Hour}
	full.CORSOrigins = []string{"no origin"}
	if _, err := httpd.New(full); err == nil {
		t.Error("a server for origins that are none")
	}
}

// signIn adds an account and begins a session.
func (b *bench) signIn(t *testing.T) (*app.User, auth.Token) {
	t.Helper()
	ctx := auth.NewContext(t.Context(), auth.System("test"))
	u, err := b.app.EnsureUser(ctx, app.NewUser{Account: "lanhdao", Name: "Phạm Thị Mẫu", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := b.app.SignInAs(ctx, u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, app.SessionLimits{Idle: time.Hour, Max: 2 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return u, session
}
