package httpd_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/store"
)

// A door is an application whose answers to those who sign in are chosen by a
// test. What it is not told it asks the application.
type door struct {
	*app.App
	mu sync.Mutex
	// asked are the requests to sign in, with what SecondFactor got.
	asked []knock
	// result and err are the answer, where one is set.
	result *app.SignInResult
	err    error
}

type knock struct {
	Account, Password, Source string
	Challenge, Code           string
	Device                    string
	Origin                    app.SignInOrigin
}

func (d *door) SignIn(ctx context.Context, r app.SignInRequest, limits app.SessionLimits) (*app.SignInResult, error) {
	return d.answer(knock{Account: r.Account, Password: r.Password, Source: r.Source, Device: r.Device.Reveal(), Origin: r.Origin}, func() (*app.SignInResult, error) {
		return d.App.SignIn(ctx, r, limits)
	})
}

func (d *door) SecondFactor(ctx context.Context, challenge auth.Token, code string, r app.SignInRequest, limits app.SessionLimits) (*app.SignInResult, error) {
	return d.answer(knock{Challenge: challenge.Reveal(), Code: code, Source: r.Source, Device: r.Device.Reveal(), Origin: r.Origin}, func() (*app.SignInResult, error) {
		return d.App.SecondFactor(ctx, challenge, code, r, limits)
	})
}

func (d *door) answer(k knock, ask func() (*app.SignInResult, error)) (*app.SignInResult, error) {
	d.mu.Lock()
	d.asked = append(d.asked, k)
	result, err := d.result, d.err
	d.mu.Unlock()
	if result == nil && err == nil {
		return ask()
	}
	return result, err
}

// knocks returns what the application was asked since the last call.
func (d *door) knocks() []knock {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.asked
	d.asked = nil
	return k
}

func (d *door) says(result *app.SignInResult, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.result, d.err = result, err
}

func newDoor(t *testing.T, change func(*httpd.Options)) (*bench, *door) {
	t.Helper()
	d := &door{}
	b := newBench(t, func(o *httpd.Options) {
		if change != nil {
			change(o)
		}
		a, ok := o.Backend.(*app.App)
		if !ok {
			t.Fatalf("the backend is a %T", o.Backend)
		}
		d.App, o.Backend = a, d
	})
	return b, d
}

const rightPassword = "quýt ngọt vườn nhà 27"

// withPassword makes an account with a password.
func (b *bench) withPassword(t *testing.T) *app.User {
	t.Helper()
	u, session := b.signIn(t)
	p, err := b.app.Authenticate(t.Context(), session, app.SessionLimits{Idle: time.Hour, Max: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.app.SetPassword(auth.NewContext(t.Context(), p), "", rightPassword); err != nil {
		t.Fatal(err)
	}
	return u
}

// post sends JSON as the sign-in page does.
func (b *bench) post(path string, body any, header ...string) *http.Response {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return b.do(http.MethodPost, path, string(text), append([]string{"Content-Type", "application/json", "Sec-Fetch-Site", "same-origin"}, header...)...)
}

func credentials(account, password string) map[string]any {
	return map[string]any{"account": account, "password": password}
}

// wantSignInRefusal checks a refusal of a sign-in, and returns what it says.
func wantSignInRefusal(t *testing.T, res *http.Response, status int, code string) (message string, after int) {
	t.Helper()
	body := text(t, res)
	var e struct {
		Code, Message, RequestID string
		RetryAfter               int
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("status %d, no JSON: %v in %q", res.StatusCode, err, body)
	}
	if res.StatusCode != status || e.Code != code || e.Message == "" || e.RequestID != res.Header.Get("X-Request-Id") {
		t.Errorf("status %d, %+v, want %d %s", res.StatusCode, e, status, code)
	}
	if len(res.Cookies()) > 0 || res.Header.Get("Content-Type") != "application/json; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers of a refusal: %v", res.Header)
	}
	return e.Message, e.RetryAfter
}

// signedIn checks that an answer begins a session, and returns its cookies, the
// session's first.
func signedIn(t *testing.T, res *http.Response) (session, device *http.Cookie) {
	t.Helper()
	if body := text(t, res); res.StatusCode != http.StatusOK || body != `{"state":"SIGNED_IN"}`+"\n" || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, %s, %v", res.StatusCode, body, res.Header)
	}
	cookies := res.Cookies()
	if len(cookies) != 2 {
		t.Fatalf("cookies %v", cookies)
	}
	return cookies[0], cookies[1]
}

func TestSignInByPassword(t *testing.T) {
	for _, tt := range []struct {
		url, prefix string
		secure      bool
	}{
		{"http://localhost:8080", "", false},
		{"https://thads.example.vn", "__Host-", true},
	} {
		t.Run(tt.url, func(t *testing.T) {
			b, d := newDoor(t, func(o *httpd.Options) {
				u, err := url.Parse(tt.url)
				if err != nil {
					t.Fatal(err)
				}
				o.URL = u
			})
			u := b.withPassword(t)
			session, device := signedIn(t, b.post("/session", credentials(u.Account, rightPassword), "User-Agent", "thử nghiệm/1"))
			for _, c := range []*http.Cookie{session, device} {
				if _, ok := auth.ParseToken(c.Value); !ok {
					t.Errorf("%s holds %q", c.Name, c.Value)
				}
			}
			// The lasting one knows the device and opens nothing.
			bare := func(c *http.Cookie) http.Cookie {
				return http.Cookie{Name: c.Name, Path: c.Path, Domain: c.Domain, MaxAge: c.MaxAge, Secure: c.Secure, HttpOnly: c.HttpOnly, SameSite: c.SameSite}
			}
			want := http.Cookie{Name: tt.prefix + "thads", Path: "/", MaxAge: 7200, Secure: tt.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode}
			if diff := cmp.Diff(want, bare(session)); diff != "" {
				t.Error(diff)
			}
			want.Name, want.MaxAge = tt.prefix+"thads-device", 365*24*3600
			if diff := cmp.Diff(want, bare(device)); diff != "" {
				t.Error(diff)
			}
			first := b.who(session)
			if first.ID != u.ID || first.Means != auth.ByPassword || !first.Can(auth.Direct) {
				t.Errorf("signed in as %+v", first)
			}
			if p := b.who(&http.Cookie{Name: session.Name, Value: device.Value}); !p.IsAnonymous() {
				t.Errorf("the cookie of the device opens %+v", p)
			}

			// Signing in again ends the former session and keeps the device.
			d.knocks()
			cookies := session.Name + "=" + session.Value + "; " + device.Name + "=" + device.Value
			second, known := signedIn(t, b.post("/session", credentials(u.Account, rightPassword), "Cookie", cookies))
			if second.Value == session.Value || known.Value != device.Value {
				t.Errorf("the session is the same: %t, the device: %t", second.Value == session.Value, known.Value == device.Value)
			}
			if k := d.knocks(); len(k) != 1 || k[0].Device != device.Value {
				t.Errorf("the application was told %+v", k)
			}
			if p := b.who(session); !p.IsAnonymous() {
				t.Errorf("the former session goes on as %+v", p)
			}
			if p := b.who(second); p.ID != u.ID || p.Session == first.Session {
				t.Errorf("signed in again as %+v", p)
			}
			// A failed attempt ends nothing.
			wantSignInRefusal(t, b.post("/session", credentials(u.Account, "wrong"), "Cookie", second.Name+"="+second.Value), 401, "WRONG_CREDENTIALS")
			if p := b.who(second); p.ID != u.ID {
				t.Errorf("after a wrong password: %+v", p)
			}
			if log := b.log.String(); strings.Contains(log, rightPassword) || strings.Contains(log, session.Value) || strings.Contains(log, device.Value) || !strings.Contains(log, `"route":"/session"`) {
				t.Errorf("the log tells\n%s", log)
			}
		})
	}
}

// Whether there is such an account, nobody is told.
func TestWrongCredentials(t *testing.T) {
	b, _ := newDoor(t, nil)
	u := b.withPassword(t)
	answers := map[string]bool{}
	for _, c := range []map[string]any{credentials(u.Account, "wrong"), credentials("nobody", "wrong"), credentials("", ""), credentials(u.Account, "")} {
		message, _ := wantSignInRefusal(t, b.post("/session", c), 401, "WRONG_CREDENTIALS")
		answers[message] = true
	}
	if len(answers) != 1 {
		t.Errorf("answers: %v", answers)
	}
	for _, challenge := range []string{"", "x", auth.NewToken().Reveal()} {
		wantSignInRefusal(t, b.post("/session/factor", map[string]any{"challenge": challenge, "code": "123456"}), 401, "WRONG_CREDENTIALS")
	}
}

func TestWhatSigningInComesTo(t *testing.T) {
	b, d := newDoor(t, nil)
	challenge := auth.NewToken()
	for _, path := range []string{"/session", "/session/factor"} {
		body := credentials("lanhdao", "x")
		if path == "/session/factor" {
			body = map[string]any{"challenge": challenge.Reveal(), "code": "123456"}
		}
		for _, tt := range []struct {
			name   string
			err    error
			status int
			code   string
			after  int
		}{
			{"wrong", app.ErrWrongCredentials, 401, "WRONG_CREDENTIALS", 0},
			{"too often", fmt.Errorf("x: %w", &app.Throttled{RetryAfter: 90 * time.Second}), 429, "TOO_MANY_ATTEMPTS", 90},
			{"busy", app.ErrBusy, 503, "UNAVAILABLE", 5},
			{"the store is away", fmt.Errorf("x: %w", store.ErrUnavailable), 503, "UNAVAILABLE", 5},
			{"the store is closed", store.ErrClosed, 503, "UNAVAILABLE", 5},
			{"a fault", errors.New("secret detail"), 500, "INTERNAL", 0},
		} {
			t.Run(path+" "+tt.name, func(t *testing.T) {
				d.says(nil, tt.err)
				vi, after := wantSignInRefusal(t, b.post(path, body), tt.status, tt.code)
				res := b.post(path, body, "Accept-Language", "en")
				en, _ := wantSignInRefusal(t, res, tt.status, tt.code)
				if vi == en || strings.Contains(vi+en, "secret") {
					t.Errorf("says %q and %q", vi, en)
				}
				header := ""
				if tt.after > 0 {
					header = strconv.Itoa(tt.after)
				}
				if after != tt.after || res.Header.Get("Retry-After") != header {
					t.Errorf("again after %d, header %q, want %d", after, res.Header.Get("Retry-After"), tt.after)
				}
			})
		}
		t.Run(path+" second factor", func(t *testing.T) {
			d.says(&app.SignInResult{User: &app.User{}, Challenge: challenge}, nil)
			res := b.post(path, body)
			if got := text(t, res); res.StatusCode != 200 || got != `{"state":"SECOND_FACTOR","challenge":"`+challenge.Reveal()+`"}`+"\n" || len(res.Cookies()) > 0 {
				t.Errorf("status %d, %s, %v", res.StatusCode, got, res.Cookies())
			}
		})
	}
}

// What the application is told of who signs in comes from the connection, and
// from no header that anybody can write.
func TestWhereSignInsComeFrom(t *testing.T) {
	b, d := newDoor(t, func(o *httpd.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/28"), netip.MustParsePrefix("::1/128")}
	})
	d.says(nil, app.ErrWrongCredentials)
	device, challenge := auth.NewToken().Reveal(), auth.NewToken().Reveal()
	for _, tt := range []struct {
		name, remote    string
		header          []string
		address, source string
		device          string
	}{
		{"IPv4", "203.0.113.77:5000", nil, "203.0.113.77", "203.0.113.0/24", ""},
		{"IPv6", "[2001:db8:1:2:3::4]:5000", nil, "2001:db8:1:2:3::4", "2001:db8:1:2::/64", ""},
		{"IPv4 in IPv6", "[::ffff:203.0.113.77]:5000", nil, "203.0.113.77", "203.0.113.0/24", ""},
		{"without a port", "203.0.113.77", nil, "203.0.113.77", "203.0.113.0/24", ""},
		{"no address", "@", nil, "", "", ""},
		{"what a client says", "203.0.113.77:5000", []string{"X-Forwarded-For", "192.0.2.9", "X-Real-Ip", "192.0.2.9", "Forwarded", "for=192.0.2.9"}, "203.0.113.77", "203.0.113.0/24", ""},
		{"behind a proxy", "10.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.77"}, "203.0.113.77", "203.0.113.0/24", ""},
		{"behind two", "[::1]:5000", []string{"X-Forwarded-For", "203.0.113.77, 10.0.0.2"}, "203.0.113.77", "203.0.113.0/24", ""},
		{"what a client says to a proxy", "10.0.0.1:5000", []string{"X-Forwarded-For", "10.0.0.9, 192.0.2.9,203.0.113.77"}, "203.0.113.77", "203.0.113.0/24", ""},
		{"a proxy that says nothing", "10.0.0.1:5000", nil, "10.0.0.1", "10.0.0.0/24", ""},
		{"a proxy that says no address", "10.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.77, unknown"}, "10.0.0.1", "10.0.0.0/24", ""},
		{"a device", "203.0.113.77:5000", []string{"Cookie", "thads-device=" + device}, "203.0.113.77", "203.0.113.0/24", device},
		{"a device that is none", "203.0.113.77:5000", []string{"Cookie", "thads-device=x"}, "203.0.113.77", "203.0.113.0/24", ""},
		{"a program with the cookies of a browser", "203.0.113.77:5000", []string{"Cookie", "thads-device=" + device, "Authorization", "Bearer x"}, "203.0.113.77", "203.0.113.0/24", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			origin := app.SignInOrigin{Means: auth.ByPassword, Agent: "thử nghiệm/1", Address: tt.address}
			for path, sent := range map[string]struct {
				body string
				want knock
			}{
				"/session":        {`{"account":"a","password":"b"}`, knock{Account: "a", Password: "b", Source: tt.source, Device: tt.device, Origin: origin}},
				"/session/factor": {`{"challenge":"` + challenge + `","code":"c"}`, knock{Challenge: challenge, Code: "c", Source: tt.source, Device: tt.device, Origin: origin}},
			} {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(sent.body))
				r.RemoteAddr = tt.remote
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("User-Agent", "thử nghiệm/1")
				for i := 0; i+1 < len(tt.header); i += 2 {
					r.Header.Set(tt.header[i], tt.header[i+1])
				}
				d.knocks()
				b.send(r)
				if diff := cmp.Diff([]knock{sent.want}, d.knocks()); diff != "" {
					t.Errorf("%s: %s", path, diff)
				}
			}
		})
	}
}

func TestSignInsThatAreRefused(t *testing.T) {
	b, d := newDoor(t, nil)
	d.says(nil, app.ErrWrongCredentials)
	const right = `{"account":"a","password":"b"}`
	for _, tt := range []struct {
		name, method, contentType, body string
		header                          []string
		status                          int
		code                            string
	}{
		{"GET", "GET", "application/json", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"DELETE", "DELETE", "application/json", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"no type", "POST", "", right, nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a form", "POST", "application/x-www-form-urlencoded", "account=a&password=b", nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"JSON as text", "POST", "text/plain", right, nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"another charset", "POST", "application/json; charset=latin1", right, nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"packed", "POST", "application/json", right, []string{"Content-Encoding", "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"nothing", "POST", "application/json", "", nil, 400, "BAD_REQUEST"},
		{"no JSON", "POST", "application/json", "x", nil, 400, "BAD_REQUEST"},
		{"a list", "POST", "application/json", "[" + right + "]", nil, 400, "BAD_REQUEST"},
		{"null", "POST", "application/json", "null", nil, 400, "BAD_REQUEST"},
		{"two", "POST", "application/json", right + right, nil, 400, "BAD_REQUEST"},
		{"a bracket too many", "POST", "application/json", right + "}", nil, 400, "BAD_REQUEST"},
		{"no password", "POST", "application/json", `{"account":"a"}`, nil, 400, "BAD_REQUEST"},
		{"a password that is none", "POST", "application/json", `{"account":"a","password":null}`, nil, 400, "BAD_REQUEST"},
		{"a number", "POST", "application/json", `{"account":"a","password":1}`, nil, 400, "BAD_REQUEST"},
		{"more than asked for", "POST", "application/json", `{"account":"a","password":"b","role":"LEADER"}`, nil, 400, "BAD_REQUEST"},
		{"too large", "POST", "application/json", `{"account":"a","password":"` + strings.Repeat("x", 4096) + `"}`, nil, 413, "REQUEST_TOO_LARGE"},
		{"too much behind it", "POST", "application/json", right + strings.Repeat(" ", 5000), nil, 413, "REQUEST_TOO_LARGE"},
		{"a foreign page", "POST", "application/json", right, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403, "CROSS_ORIGIN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := tt.header
			if tt.contentType != "" {
				header = append([]string{"Content-Type", tt.contentType}, header...)
			}
			for _, path := range []string{"/session", "/session/factor"} {
				res := b.do(tt.method, path, tt.body, header...)
				wantSignInRefusal(t, res, tt.status, tt.code)
				if allow := res.Header.Get("Allow"); (tt.status == 405) != (allow == "POST") {
					t.Errorf("Allow: %q", allow)
				}
			}
		})
	}
	if k := d.knocks(); len(k) > 0 {
		t.Errorf("the application was asked %+v", k)
	}
	// The largest that somebody can need: 200 characters, each written as two
	// escapes.
	wantSignInRefusal(t, b.do(http.MethodPost, "/session", `{"account":"a","password":"`+strings.Repeat(`\ud83d\ude00`, 200)+`"}`, "Content-Type", "application/json"), 401, "WRONG_CREDENTIALS")
	before := starting(t, nil)
	if _, after := wantSignInRefusal(t, before.post("/session", credentials("a", "b")), 503, "UNAVAILABLE"); after != 0 {
		t.Errorf("after %d", after)
	}
}
