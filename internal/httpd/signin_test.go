package httpd_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
)

func system(t *testing.T) auth.Principal {
	t.Helper()
	return auth.System("test")
}

// link makes an account and a one-time link for it.
func (b *bench) link(t *testing.T) (*app.User, auth.Token) {
	t.Helper()
	u, _ := b.signIn(t)
	_, token, _, err := b.app.MakeLink(auth.NewContext(t.Context(), system(t)), u.Change())
	if err != nil {
		t.Fatal(err)
	}
	return u, token
}

func (b *bench) press(token string, header ...string) *http.Response {
	form := url.Values{"token": {token}}.Encode()
	return b.do(http.MethodPost, "/signin", form, append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, header...)...)
}

// session returns the cookie that an answer sets.
func session(t *testing.T, res *http.Response) *http.Cookie {
	t.Helper()
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
		t.Fatalf("status %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	cookies := res.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	return cookies[0]
}

func (b *bench) who(c *http.Cookie) auth.Principal {
	b.ask("{}", "Cookie", c.Name+"="+c.Value)
	return b.asked().principal
}

func TestAOneTimeLink(t *testing.T) {
	b := newBench(t, nil)
	u, token := b.link(t)
	target := httpd.SignInPath(token)

	// Programs that preview links use nothing up.
	for range 3 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			res := b.do(method, target, "")
			if res.StatusCode != http.StatusOK || len(res.Cookies()) > 0 {
				t.Fatalf("%s: status %d, cookies %v", method, res.StatusCode, res.Cookies())
			}
		}
	}
	page := text(t, b.do(http.MethodGet, target, ""))
	for _, want := range []string{`<html lang="vi">`, u.Name, u.Account, `method="post" action="/signin"`, token.Reveal(), "Đăng nhập"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if english := text(t, b.do(http.MethodGet, target, "", "Accept-Language", "en")); !strings.Contains(english, "Sign in as") || !strings.Contains(english, `<html lang="en">`) {
		t.Error("the page does not speak English")
	}
	for _, forbidden := range []string{"<script", "<style", "style=", "onclick"} {
		if strings.Contains(page, forbidden) {
			t.Errorf("the page needs %s, which the content policy refuses", forbidden)
		}
	}

	cookie := session(t, b.press(token.Reveal()))
	// Who has no password yet chooses one before anything else.
	if p := b.who(cookie); p.ID != u.ID || p.Means != auth.ByLink || !slices.Contains(p.Needs, auth.NeedPassword) || p.Can(auth.Direct) {
		t.Errorf("signed in as %+v", p)
	}
	// Once used, it leads nowhere, by GET and POST alike.
	for _, res := range []*http.Response{b.press(token.Reveal()), b.do(http.MethodGet, target, "")} {
		if body := text(t, res); res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 || strings.Contains(body, u.Name) {
			t.Errorf("used again: status %d, %v, %s", res.StatusCode, res.Cookies(), body)
		}
	}
}

func TestALastingLink(t *testing.T) {
	b := starting(t, nil)
	u, _ := b.signIn(t)
	target := httpd.SignInPath(b.LastingLink(u.ID))
	b.Ready()
	first, second := session(t, b.do(http.MethodGet, target, "")), session(t, b.do(http.MethodGet, target, ""))
	if first.Value == second.Value {
		t.Error("two sessions are one")
	}
	for _, c := range []*http.Cookie{first, second} {
		if p := b.who(c); p.ID != u.ID {
			t.Errorf("signed in as %+v", p)
		}
	}
	if res := b.do(http.MethodHead, target, ""); len(res.Cookies()) > 0 {
		t.Error("HEAD signs in")
	}
	if _, err := b.app.DisableUser(auth.NewContext(t.Context(), system(t)), u.Change()); err != nil {
		t.Fatal(err)
	}
	if p := b.who(first); !p.IsAnonymous() {
		t.Errorf("a disabled account goes on as %+v", p)
	}
	if res := b.do(http.MethodGet, target, ""); res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 {
		t.Errorf("a disabled account signs in: %d", res.StatusCode)
	}
}

func TestWrongLinks(t *testing.T) {
	b := newBench(t, nil)
	_, token := b.link(t)
	for name, res := range map[string]*http.Response{
		"no token at all":  b.do(http.MethodGet, "/signin?token=", ""),
		"not a token":      b.do(http.MethodGet, "/signin?token=<script>", ""),
		"unknown":          b.do(http.MethodGet, httpd.SignInPath(auth.NewToken()), ""),
		"press nothing":    b.press(""),
		"press unknown":    b.press(auth.NewToken().Reveal()),
		"token in address": b.do(http.MethodPost, httpd.SignInPath(token), "x=y", "Content-Type", "application/x-www-form-urlencoded"),
	} {
		if body := text(t, res); res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 || strings.Contains(body, "<script") {
			t.Errorf("%s: status %d, cookies %v, %s", name, res.StatusCode, res.Cookies(), body)
		}
	}
	for name, tt := range map[string]struct {
		res    *http.Response
		status int
	}{
		"not a form": {b.do(http.MethodPost, "/signin", `{"token":"`+token.Reveal()+`"}`, "Content-Type", "application/json"), 415},
		"too large":  {b.do(http.MethodPost, "/signin", "token="+strings.Repeat("x", 5000), "Content-Type", "application/x-www-form-urlencoded"), 400},
		"PUT":        {b.do(http.MethodPut, "/signin", ""), 405},
	} {
		if tt.res.StatusCode != tt.status || len(tt.res.Cookies()) > 0 {
			t.Errorf("%s: status %d, want %d", name, tt.res.StatusCode, tt.status)
		}
	}
	// None of that has used the link up.
	session(t, b.press(token.Reveal()))
}

func TestTheCookie(t *testing.T) {
	for name, tt := range map[string]struct {
		url  *url.URL
		want http.Cookie
	}{
		"on this machine": {&url.URL{Scheme: "http", Host: "localhost:8080"}, http.Cookie{Name: "thads"}},
		"with TLS":        {&url.URL{Scheme: "https", Host: "thads.example.vn"}, http.Cookie{Name: "__Host-thads", Secure: true}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(o *httpd.Options) { o.URL = tt.url })
			u, token := b.link(t)
			c := session(t, b.press(token.Reveal()))
			if c.Name != tt.want.Name || c.Secure != tt.want.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 7200 {
				t.Errorf("got %s", c.Raw)
			}
			if p := b.who(c); p.ID != u.ID {
				t.Errorf("signed in as %+v", p)
			}
			// The name of the other kind is not taken.
			if p := b.who(&http.Cookie{Name: "x" + c.Name, Value: c.Value}); !p.IsAnonymous() {
				t.Errorf("another cookie signs in as %+v", p)
			}
		})
	}
}

// Who signs in again gets a new session, and the old one ends.
func TestSessionsRotate(t *testing.T) {
	b := newBench(t, nil)
	u, old := b.signIn(t)
	_, token := b.link(t)
	c := session(t, b.press(token.Reveal(), "Cookie", "thads="+old.Reveal()))
	if c.Value == old.Reveal() {
		t.Error("the session is the old one")
	}
	if p := b.who(c); p.ID != u.ID {
		t.Errorf("signed in as %+v", p)
	}
	if p := b.who(&http.Cookie{Name: "thads", Value: old.Reveal()}); !p.IsAnonymous() {
		t.Errorf("the old session goes on as %+v", p)
	}
}

func TestSignOut(t *testing.T) {
	b := newBench(t, nil)
	_, token := b.signIn(t)
	cookie := "thads=" + token.Reveal()
	if res := b.do(http.MethodGet, "/signout", "", "Cookie", cookie); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "POST" {
		t.Errorf("GET: status %d", res.StatusCode)
	}
	if p := b.who(&http.Cookie{Name: "thads", Value: token.Reveal()}); p.IsAnonymous() {
		t.Error("GET signs out")
	}
	res := b.do(http.MethodPost, "/signout", "", "Cookie", cookie)
	if c := res.Cookies(); res.StatusCode != http.StatusNoContent || len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" {
		t.Errorf("status %d, cookies %v", res.StatusCode, c)
	}
	if p := b.who(&http.Cookie{Name: "thads", Value: token.Reveal()}); !p.IsAnonymous() {
		t.Errorf("goes on as %+v", p)
	}
	// Again, without a session, and with what is none.
	for _, header := range [][]string{{"Cookie", cookie}, nil, {"Cookie", "thads=x"}} {
		if res := b.do(http.MethodPost, "/signout", "", header...); res.StatusCode != http.StatusNoContent {
			t.Errorf("%v: status %d", header, res.StatusCode)
		}
	}
	if res := b.do(http.MethodPost, "/signout", "", "Accept", "text/html,*/*"); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
		t.Errorf("a browser: status %d", res.StatusCode)
	}
}

// A session that has ended makes nobody of its holder, and the browser forgets it.
func TestAnEndedSessionIsForgotten(t *testing.T) {
	b := newBench(t, nil)
	for _, value := range []string{auth.NewToken().Reveal(), "nonsense"} {
		res := b.ask("{}", "Cookie", "thads="+value)
		if s := b.asked(); s == nil || !s.principal.IsAnonymous() {
			t.Errorf("%q: the API saw %+v", value, s)
		}
		if c := res.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
			t.Errorf("%q: cookies %v", value, c)
		}
	}
}

// Who types the address wants to sign in, and has no link.
func TestTheAddressWithoutALink(t *testing.T) {
	b := newBench(t, nil)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		res := b.do(method, "/signin", "")
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/login" || len(res.Cookies()) > 0 {
			t.Errorf("%s: status %d to %q", method, res.StatusCode, res.Header.Get("Location"))
		}
	}
}
