package oidc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/oidc"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
)

// These tests drive the whole server against a provider of OpenID Connect that
// runs as a program of its own: oidc-provider, under internal/tools/provider.

// A person has an account at the provider. None of them exists.
type person struct {
	Login    string   `json:"login"`
	Password string   `json:"password"`
	Subject  string   `json:"subject"`
	AMR      []string `json:"amr"`
	ACR      string   `json:"acr,omitempty"`
}

var (
	giang = person{Login: "giang", Password: "mat khau cua Giang", Subject: "7f3a-giang", AMR: []string{"pwd"}}
	linh  = person{Login: "linh", Password: "mat khau cua Linh", Subject: "91bc-linh", AMR: []string{"pwd", "otp"}}
)

const (
	clientID     = "thads-test"
	clientSecret = "bi-mat-cua-may-chu"
)

// startProvider runs the provider and returns its issuer and what stops it.
func startProvider(t *testing.T, redirect string) (issuer string, stop func()) {
	t.Helper()
	dir := filepath.Join("..", "tools", "provider")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "oidc-provider")); err != nil {
		t.Fatalf("The provider of OpenID Connect that this test signs in at is not installed: run \"make prepare\". (%v)", err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("Node.js is needed for the provider of OpenID Connect that this test signs in at: install it and run \"make prepare\". (%v)", err)
	}
	configuration, err := json.Marshal(map[string]any{
		"clientId": clientID, "clientSecret": clientSecret, "redirect": redirect, "people": []person{giang, linh},
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), node, "provider.mjs")
	cmd.Dir = dir
	var errs strings.Builder
	cmd.Stderr = &errs
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		// It ends with its input; what it says at the end is of no interest.
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the provider: %v\n%s", err, &errs)
		}
	}
	t.Cleanup(stop)
	if _, err := in.Write(append(configuration, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the provider does not start: %v\n%s", err, &errs)
	}
	var told struct{ Issuer string }
	if err := json.Unmarshal(line, &told); err != nil || told.Issuer == "" {
		t.Fatalf("the provider says %q: %v", line, err)
	}
	return told.Issuer, stop
}

// A world is a server beside a provider.
type world struct {
	app    *app.App
	server *httptest.Server
	// process is the process that answers.
	process atomic.Pointer[http.Handler]
	issuer  string
	// stop stops the provider.
	stop func()
}

// empty is a directory with an empty store: making its tables takes longer than
// the tests.
var empty struct {
	sync.Once
	dir string
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "oidc")
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

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	empty.Do(func() {
		if err := openStore(t, empty.dir).Close(); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.CopyFS(dir, os.DirFS(empty.dir)); err != nil {
		t.Fatal(err)
	}
	st := openStore(t, dir)
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{}
	var err error
	if w.app, err = app.New(app.Options{Store: st}); err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { (*w.process.Load()).ServeHTTP(rw, r) }))
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	w.issuer, w.stop = startProvider(t, w.server.URL+httpd.OIDCCallback)
	w.start(t)
	return w
}

func (w *world) client(t *testing.T) *oidc.Client {
	t.Helper()
	c, err := oidc.New(oidc.Options{Issuer: w.issuer, ClientID: clientID, Secret: clientSecret, Redirect: w.server.URL + httpd.OIDCCallback})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// start starts a process of several that share the store; it answers from now on.
func (w *world) start(t *testing.T) {
	t.Helper()
	base, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s, err := httpd.New(httpd.Options{
		Backend: w.app, Arguments: noArguments{}, URL: base, Provider: w.client(t), Version: "test",
		Sessions: app.SessionLimits{Idle: time.Hour, Max: 2 * time.Hour}, Timeout: time.Minute, Drain: time.Second,
		GraphQL: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(rw).Encode(auth.FromContext(r.Context()))
		}),
		Web: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "page") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Ready()
	h := s.Handler()
	w.process.Store(&h)
}

// noArguments stands for what reads the arguments of lists, which nobody asks for.
type noArguments struct{ httpd.Arguments }

func system(t *testing.T) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), auth.System("test"))
}

// person makes an account, tied to a subject of the provider unless it is "".
func (w *world) person(t *testing.T, account, subject string) *app.User {
	t.Helper()
	u, err := w.app.EnsureUser(system(t), app.NewUser{Account: account, Name: "Phạm Thị Mẫu", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
	if err != nil {
		t.Fatal(err)
	}
	if subject != "" {
		if u, err = w.app.SetProvider(system(t), u.Change(), w.issuer, subject); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// A browser keeps cookies, and follows nothing by itself.
type browser struct {
	t *testing.T
	w *world
	http.Client
}

func (w *world) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, w: w, Client: *w.server.Client()}
	b.Jar = jar
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

// ask sends a request; a form makes it a POST of our own page. It returns the
// answer with its body.
func (b *browser) ask(target string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	at, err := url.Parse(b.w.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	if at, err = at.Parse(target); err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, at.String(), body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		b.t.Fatal(err)
	}
	return res, string(text)
}

// location is where an answer leads.
func location(t *testing.T, res *http.Response) string {
	t.Helper()
	if res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusFound {
		t.Fatalf("status %d of %s", res.StatusCode, res.Request.URL.Path)
	}
	return res.Header.Get("Location")
}

var (
	refresh = regexp.MustCompile(`<meta http-equiv="refresh" content="0; url=([^"]*)">`)
	action  = regexp.MustCompile(`action="([^"]*)"`)
)

// next is where a page leads by itself.
func next(t *testing.T, res *http.Response, page string) string {
	t.Helper()
	m := refresh.FindStringSubmatch(page)
	if res.StatusCode != http.StatusOK || m == nil {
		t.Fatalf("status %d, a page that leads nowhere: %s", res.StatusCode, page)
	}
	return html.UnescapeString(m[1])
}

// signInThere signs in at the provider, and returns the address to which it
// leads back. With a form of its own the person does something else there.
func (b *browser) signInThere(target string, form url.Values) string {
	b.t.Helper()
	res, page := b.ask(target, nil)
	for res.StatusCode != http.StatusOK {
		if target = location(b.t, res); strings.HasPrefix(target, b.w.server.URL) {
			return target
		}
		res, page = b.ask(there(b.w, target), nil)
	}
	m := action.FindStringSubmatch(page)
	if m == nil {
		b.t.Fatalf("no form: %s", page)
	}
	res, page = b.ask(there(b.w, html.UnescapeString(m[1])), form)
	for res.StatusCode != http.StatusOK && res.StatusCode != http.StatusUnauthorized {
		if target = location(b.t, res); strings.HasPrefix(target, b.w.server.URL) {
			return target
		}
		res, page = b.ask(there(b.w, target), nil)
	}
	b.t.Fatalf("the provider does not lead back: %d %s", res.StatusCode, page)
	return ""
}

// there is an address at the provider.
func there(w *world, target string) string {
	if strings.HasPrefix(target, "/") {
		return w.issuer + target
	}
	return target
}

func (p person) form() url.Values { return url.Values{"login": {p.Login}, "password": {p.Password}} }

// back follows the provider back as a browser does, which sends no cookie of ours
// with what another site leads to, and returns the address of the last step.
func (b *browser) back(callback string) string {
	b.t.Helper()
	foreign := &browser{t: b.t, w: b.w, Client: b.Client}
	foreign.Jar = nil
	res, page := foreign.ask(callback, nil)
	if len(res.Cookies()) > 0 {
		b.t.Errorf("the way back sets %v", res.Cookies())
	}
	return next(b.t, res, page)
}

// signIn goes the whole way, and returns where it ends.
func (b *browser) signIn(p person) string {
	b.t.Helper()
	res, _ := b.ask("/oidc/start", nil)
	res, _ = b.ask(b.back(b.signInThere(location(b.t, res), p.form())), nil)
	return location(b.t, res)
}

// who is who the server takes the browser for.
func (b *browser) who() auth.Principal {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.w.server.URL+"/graphql", strings.NewReader("{}"))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() {
		if err := res.Body.Close(); err != nil {
			b.t.Error(err)
		}
	}()
	var p auth.Principal
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		b.t.Fatal(err)
	}
	return p
}

func TestSignInAtAProvider(t *testing.T) {
	w := newWorld(t)

	// Whom nobody has tied to an account has no way in, and nothing begins.
	b := w.browser(t)
	if got := b.signIn(giang); got != "/login?problem=NOT_LINKED" {
		t.Fatalf("an identity without an account leads to %s", got)
	}
	if p := b.who(); !p.IsAnonymous() {
		t.Fatalf("signed in as %+v", p)
	}

	u := w.person(t, "giang", giang.Subject)
	b = w.browser(t)
	res, _ := b.ask("/oidc/start", nil)
	if len(res.Cookies()) != 1 {
		t.Fatalf("%d cookies", len(res.Cookies()))
	}
	c := res.Cookies()[0]
	c.Value, c.Raw = "", ""
	if diff := cmp.Diff(&http.Cookie{Name: "__Host-thads-oidc", Path: "/", MaxAge: 600, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode}, c); diff != "" {
		t.Errorf("the cookie of a flow: %s", diff)
	}
	at, err := url.Parse(location(t, res))
	if err != nil {
		t.Fatal(err)
	}
	q := at.Query()
	if q.Get("redirect_uri") != w.server.URL+"/oidc/callback" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
		len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || q.Get("response_type") != "code" || q.Get("scope") != "openid" {
		t.Errorf("the provider is asked %v", q)
	}
	finish := b.back(b.signInThere(at.String(), giang.form()))
	res, _ = b.ask(finish, nil)
	if got := location(t, res); got != "/" {
		t.Fatalf("leads to %s", got)
	}
	names := map[string]int{}
	for _, c := range res.Cookies() {
		names[c.Name] = c.MaxAge
	}
	if diff := cmp.Diff(map[string]int{"__Host-thads-oidc": -1, "__Host-thads": 7200, "__Host-thads-device": 365 * 24 * 3600}, names); diff != "" {
		t.Errorf("cookies: %s", diff)
	}
	first := b.who()
	if first.ID != u.ID || first.Means != auth.ByProvider || !first.Can(auth.Direct) {
		t.Errorf("signed in as %+v", first)
	}

	// Signing in again is another session, and the former one has ended.
	old := b.Jar
	again := w.browser(t)
	base, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	again.Jar.SetCookies(base, old.Cookies(base))
	if got := again.signIn(giang); got != "/" {
		t.Fatalf("leads to %s", got)
	}
	if p := again.who(); p.ID != u.ID || p.Session == first.Session {
		t.Errorf("signed in again as %+v", p)
	}
	if p := b.who(); !p.IsAnonymous() {
		t.Errorf("the former session goes on as %+v", p)
	}
}

// A second factor that the provider asked for counts as one here.
func TestTheSecondFactorOfTheProvider(t *testing.T) {
	w := newWorld(t)
	policy, err := w.app.AccessPolicy(system(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.SetAccessPolicy(system(t), policy.Version(), []auth.Role{auth.RoleLeader}); err != nil {
		t.Fatal(err)
	}
	w.person(t, "giang", giang.Subject)
	w.person(t, "linh", linh.Subject)
	for _, tt := range []struct {
		person
		needs []auth.Need
	}{{giang, []auth.Need{auth.NeedSecondFactor}}, {linh, nil}} {
		b := w.browser(t)
		if got := b.signIn(tt.person); got != "/" {
			t.Fatalf("%s is led to %s", tt.Login, got)
		}
		p := b.who()
		if diff := cmp.Diff(tt.needs, p.Needs); diff != "" || p.Can(auth.Direct) != (tt.needs == nil) {
			t.Errorf("%s: %s, %+v", tt.Login, diff, p)
		}
	}
}

// What does not belong to the flow of this browser leads to nothing.
func TestFlowsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.person(t, "giang", giang.Subject)
	begin := func(t *testing.T) (*browser, string) {
		t.Helper()
		b := w.browser(t)
		res, _ := b.ask("/oidc/start", nil)
		return b, b.back(b.signInThere(location(t, res), giang.form()))
	}
	with := func(t *testing.T, target string, change func(url.Values)) string {
		t.Helper()
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for _, tt := range []struct {
		name   string
		change func(url.Values)
	}{
		{"another state", func(q url.Values) { q.Set("state", auth.NewToken().Reveal()) }},
		{"no state", func(q url.Values) { q.Del("state") }},
		{"two states", func(q url.Values) { q.Add("state", q.Get("state")) }},
		{"no code", func(q url.Values) { q.Del("code") }},
		{"another code", func(q url.Values) { q.Set("code", auth.NewToken().Reveal()) }},
		{"a long code", func(q url.Values) { q.Set("code", strings.Repeat("x", 5000)) }},
		{"another provider", func(q url.Values) { q.Set("iss", "https://evil.example") }},
		{"a provider that does not say who it is", func(q url.Values) { q.Del("iss") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, finish := begin(t)
			res, _ := b.ask(with(t, finish, tt.change), nil)
			if got := location(t, res); got != "/login?problem=PROVIDER" {
				t.Errorf("leads to %s", got)
			}
			if p := b.who(); !p.IsAnonymous() {
				t.Errorf("signed in as %+v", p)
			}
			// The flow is over, whatever came of it.
			res, _ = b.ask(finish, nil)
			if got := location(t, res); got != "/login?problem=PROVIDER" || !b.who().IsAnonymous() {
				t.Errorf("after it the right answer leads to %s", got)
			}
		})
	}
	t.Run("another browser", func(t *testing.T) {
		_, finish := begin(t)
		other := w.browser(t)
		res, _ := other.ask(finish, nil)
		if got := location(t, res); got != "/login?problem=PROVIDER" || !other.who().IsAnonymous() {
			t.Errorf("leads to %s", got)
		}
		// Not even where it has begun a flow of its own.
		if res, _ := other.ask("/oidc/start", nil); res.StatusCode != http.StatusSeeOther {
			t.Fatal(res.StatusCode)
		}
		res, _ = other.ask(finish, nil)
		if got := location(t, res); got != "/login?problem=PROVIDER" || !other.who().IsAnonymous() {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("twice", func(t *testing.T) {
		b, finish := begin(t)
		base, err := url.Parse(w.server.URL)
		if err != nil {
			t.Fatal(err)
		}
		kept := b.Jar.Cookies(base)
		if res, _ := b.ask(finish, nil); location(t, res) != "/" {
			t.Fatal("the first does not sign in")
		}
		// Whoever has seen all that the browser sent comes too late: here, and
		// in another process, which remembers nothing.
		for range 2 {
			thief := w.browser(t)
			thief.Jar.SetCookies(base, kept)
			res, _ := thief.ask(finish, nil)
			if got := location(t, res); got != "/login?problem=PROVIDER" || !thief.who().IsAnonymous() {
				t.Errorf("the second leads to %s", got)
			}
			w.start(t)
		}
	})
	t.Run("somebody who goes away", func(t *testing.T) {
		b := w.browser(t)
		res, _ := b.ask("/oidc/start", nil)
		finish := b.back(b.signInThere(location(t, res), url.Values{"cancel": {"1"}}))
		if !strings.Contains(finish, "error=access_denied") {
			t.Fatalf("the provider says %s", finish)
		}
		res, _ = b.ask(finish, nil)
		if got := location(t, res); got != "/login?problem=PROVIDER" {
			t.Errorf("leads to %s", got)
		}
	})
}

// beginLink begins to tie an identity, as the form of the profile does.
func (b *browser) beginLink() string {
	b.t.Helper()
	res, page := b.ask("/oidc/start?link=1", url.Values{})
	return next(b.t, res, page)
}

// signedIn is a browser in which somebody has signed in here.
func (w *world) signedIn(t *testing.T, u *app.User) *browser {
	t.Helper()
	b := w.browser(t)
	token, _, err := w.app.SignInAs(system(t), u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, app.SessionLimits{Idle: time.Hour, Max: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.Jar.SetCookies(base, []*http.Cookie{{Name: "__Host-thads", Value: token.Reveal(), Path: "/", Secure: true}})
	return b
}

func TestTyingAnIdentity(t *testing.T) {
	w := newWorld(t)
	a, other := w.person(t, "giang", ""), w.person(t, "khac", "")

	// Nobody does it without signing in, or by a link.
	nobody := w.browser(t)
	if res, _ := nobody.ask("/oidc/start?link=1", url.Values{}); location(t, res) != "/login" || len(res.Cookies()) > 0 {
		t.Errorf("nobody is led to %s", res.Header.Get("Location"))
	}
	b := w.signedIn(t, a)
	if res, _ := b.ask("/oidc/start?link=1", nil); res.StatusCode != http.StatusMethodNotAllowed || len(res.Cookies()) > 0 {
		t.Errorf("a link: status %d", res.StatusCode)
	}

	// The session that began alone completes it.
	finish := b.back(b.signInThere(b.beginLink(), giang.form()))
	base, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	thief := w.signedIn(t, other)
	for _, c := range b.Jar.Cookies(base) {
		if c.Name == "__Host-thads-oidc" {
			thief.Jar.SetCookies(base, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/", Secure: true}})
		}
	}
	res, _ := thief.ask(finish, nil)
	if got := location(t, res); got != "/profile?problem=PROVIDER" {
		t.Errorf("another session is led to %s", got)
	}

	b = w.signedIn(t, a)
	res, _ = b.ask(b.back(b.signInThere(b.beginLink(), giang.form())), nil)
	if got := location(t, res); got != "/profile?linked=1" {
		t.Fatalf("leads to %s", got)
	}
	u, err := w.app.User(system(t), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if u.Provider == nil || u.Provider.Issuer != w.issuer || u.Provider.Subject != giang.Subject {
		t.Errorf("tied to %+v", u.Provider)
	}
	if got := w.browser(t).signIn(giang); got != "/" {
		t.Errorf("signing in leads to %s", got)
	}

	// An identity is that of one person.
	b = w.signedIn(t, other)
	res, _ = b.ask(b.back(b.signInThere(b.beginLink(), giang.form())), nil)
	if got := location(t, res); got != "/profile?problem=LINKED_ELSEWHERE" {
		t.Errorf("the identity of another leads to %s", got)
	}
}

// Without the provider people sign in by password all the same.
func TestTheProviderIsAway(t *testing.T) {
	w := newWorld(t)
	w.person(t, "giang", giang.Subject)
	const password = "quýt ngọt vườn nhà 27"
	u := w.person(t, "binh", "")
	if err := w.app.SetPassword(auth.NewContext(t.Context(), w.signedIn(t, u).who()), "", password); err != nil {
		t.Fatal(err)
	}
	b := w.browser(t)
	res, _ := b.ask("/oidc/start", nil)
	finish := b.back(b.signInThere(location(t, res), giang.form()))
	w.stop()

	// In the middle of a flow, and at the start of one in a process that has
	// never seen the provider.
	for step, try := range map[string]func() (*http.Response, string){
		"finish": func() (*http.Response, string) { return b.ask(finish, nil) },
		"start": func() (*http.Response, string) {
			w.start(t)
			return b.ask("/oidc/start", nil)
		},
	} {
		res, page := try()
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(page, "bằng mật khẩu") || !strings.Contains(page, `href="/login"`) {
			t.Errorf("%s: status %d, %v, %s", step, res.StatusCode, res.Header, page)
		}
		if !b.who().IsAnonymous() {
			t.Errorf("%s signs in", step)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/session", strings.NewReader(fmt.Sprintf(`{"account":"binh","password":%q}`, password)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err = b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK || b.who().ID != u.ID {
		t.Errorf("by password: status %d, %v, %+v", res.StatusCode, err, b.who())
	}
}
