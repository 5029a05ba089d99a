package httpd_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/cors"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
)

// token makes an API token of somebody who may do everything a leader may.
func (b *bench) token(t *testing.T, n app.NewToken) (*app.User, *app.APIToken, string) {
	t.Helper()
	u, session := b.signIn(t)
	p, err := b.app.Authenticate(t.Context(), session, app.SessionLimits{Idle: time.Hour, Max: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	n.Name, n.Days = "Báo cáo", 1
	made, secret, err := b.app.CreateToken(auth.NewContext(t.Context(), p), n)
	if err != nil {
		t.Fatal(err)
	}
	return u, made, secret
}

// revoke revokes a token of the owner's.
func (b *bench) revoke(t *testing.T, made *app.APIToken) {
	t.Helper()
	_, session := b.signIn(t)
	p, err := b.app.Authenticate(t.Context(), session, app.SessionLimits{Idle: time.Hour, Max: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.app.RevokeToken(auth.NewContext(t.Context(), p), made.ID); err != nil {
		t.Fatal(err)
	}
}

func TestAPITokens(t *testing.T) {
	b := newBench(t, nil)
	u, made, secret := b.token(t, app.NewToken{Rights: []auth.Right{auth.Read, auth.Export}})
	_, session := b.signIn(t)
	cookie := "thads=" + session.Reveal()
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER  "} {
		res := b.ask("{}", "Authorization", scheme+secret)
		s := b.asked()
		if res.StatusCode != http.StatusOK || s == nil || s.principal.ID != u.ID || s.principal.Means != auth.ByToken || s.principal.Session != made.ID {
			t.Fatalf("%q: status %d, the API saw %+v", scheme, res.StatusCode, s)
		}
		if !s.principal.Can(auth.Read) || s.principal.Can(auth.Direct) {
			t.Errorf("rights %v", s.principal.Rights())
		}
		if len(res.Cookies()) > 0 {
			t.Errorf("cookies %v", res.Cookies())
		}
	}
	// With a cookie beside it, the token alone counts.
	b.ask("{}", "Authorization", "Bearer "+secret, "Cookie", cookie)
	if s := b.asked(); s == nil || s.principal.Means != auth.ByToken || s.principal.Can(auth.Direct) {
		t.Errorf("the API saw %+v", s)
	}
	if log := b.log.String(); strings.Contains(log, secret) {
		t.Errorf("the log tells the token:\n%s", log)
	}

	other := auth.APISecret(auth.NewToken())
	for _, tt := range []struct {
		name    string
		header  []string
		invalid bool
	}{
		{"unknown", []string{"Authorization", "Bearer " + other}, true},
		{"no token of ours", []string{"Authorization", "Bearer x"}, true},
		{"the token of a session", []string{"Authorization", "Bearer " + session.Reveal()}, true},
		{"nothing", []string{"Authorization", ""}, false},
		{"an empty token", []string{"Authorization", "Bearer "}, false},
		{"a token without a scheme", []string{"Authorization", secret}, false},
		{"another scheme", []string{"Authorization", "Basic " + secret}, false},
		{"two", []string{"Authorization", "Bearer " + secret, "Authorization", "Bearer " + secret}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// The cookie that a browser adds does not help.
			header := append([]string{"Cookie", cookie}, tt.header...)
			want := `Bearer realm="thads"`
			if tt.invalid {
				want += `, error="invalid_token"`
			}
			res := b.ask("{}", header...)
			wantRefusal(t, res, 401, "UNAUTHENTICATED")
			if got := res.Header.Get("Www-Authenticate"); got != want || len(res.Cookies()) > 0 {
				t.Errorf("WWW-Authenticate %q, cookies %v", got, res.Cookies())
			}
			if b.asked() != nil {
				t.Error("the API was asked")
			}
			for _, target := range []string{"/exports/cases.csv", "/templates/cases.xlsx", "/imports/im_1/problems.xlsx"} {
				res := b.do(http.MethodGet, target, "", header...)
				wantFileRefusal(t, res, 401, "UNAUTHENTICATED")
				if got := res.Header.Get("Www-Authenticate"); got != want || len(res.Cookies()) > 0 {
					t.Errorf("%s: WWW-Authenticate %q, cookies %v", target, got, res.Cookies())
				}
			}
			wantFileRefusal(t, b.do(http.MethodPost, "/uploads?name=a.csv", "x", append([]string{"Content-Type", octets}, header...)...), 401, "UNAUTHENTICATED")
		})
	}

	b.revoke(t, made)
	wantRefusal(t, b.ask("{}", "Authorization", "Bearer "+secret), 401, "UNAUTHENTICATED")
}

// A program that says who asks by a header does not sign a browser out either.
func TestATokenEndsNoSession(t *testing.T) {
	b := newBench(t, nil)
	u, session := b.signIn(t)
	cookie := &http.Cookie{Name: "thads", Value: session.Reveal()}
	if res := b.do(http.MethodPost, "/signout", "", "Cookie", "thads="+session.Reveal(), "Authorization", "Bearer x"); res.StatusCode != http.StatusNoContent {
		t.Errorf("status %d", res.StatusCode)
	}
	if p := b.who(cookie); p.ID != u.ID {
		t.Errorf("the session goes on as %+v", p)
	}
}

// What each file asks for, by a token with that right and by one without.
func TestTheRightsOfFiles(t *testing.T) {
	b, _, _ := newShelf(t, nil)
	with := map[auth.Right]string{}
	for _, r := range []auth.Right{auth.Read, auth.Export, auth.Import} {
		_, _, secret := b.token(t, app.NewToken{Rights: []auth.Right{r}})
		with[r] = "Bearer " + secret
	}
	_, _, secret := b.token(t, app.NewToken{Rights: []auth.Right{auth.Read, auth.Export, auth.Import}, Fields: []string{"cases"}})
	narrow := "Bearer " + secret
	for _, tt := range []struct {
		method, target string
		right          auth.Right // "" for any
		status         int
	}{
		{http.MethodPost, "/uploads?name=a.csv", auth.Import, http.StatusCreated},
		{http.MethodGet, "/imports/im_1/problems.xlsx", auth.Import, http.StatusOK},
		{http.MethodGet, "/exports/cases.csv", auth.Export, http.StatusOK},
		{http.MethodGet, "/templates/cases.xlsx", "", http.StatusOK},
	} {
		for right, bearer := range with {
			res := b.do(tt.method, tt.target, "x", "Content-Type", octets, "Authorization", bearer)
			if tt.right != "" && tt.right != right {
				wantFileRefusal(t, res, 403, "FORBIDDEN")
			} else if res.StatusCode != tt.status {
				t.Errorf("%s by %s: status %d, %s", tt.target, right, res.StatusCode, text(t, res))
			}
		}
		wantFileRefusal(t, b.do(tt.method, tt.target, "x", "Content-Type", octets, "Authorization", narrow), 403, "FORBIDDEN")
		res := b.do(tt.method, tt.target, "x", "Content-Type", octets)
		wantFileRefusal(t, res, 401, "UNAUTHENTICATED")
		if got := res.Header.Get("Www-Authenticate"); got != `Bearer realm="thads"` {
			t.Errorf("%s: WWW-Authenticate %q", tt.target, got)
		}
	}
}

// No page of another site changes anything, wherever it knocks.
func TestEveryChangeIsRefusedToForeignPages(t *testing.T) {
	const friend = "https://baocao.example.vn"
	b := newBench(t, func(o *httpd.Options) { o.CORSOrigins = []string{friend} })
	_, session := b.signIn(t)
	for _, path := range []string{"/graphql", "/uploads?name=a", "/session", "/session/factor", "/signin", "/signout", "/oidc/start", "/oidc/start?link=1"} {
		for name, header := range map[string][]string{
			"a foreign page":        {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
			"an old browser":        {"Origin", "https://evil.example"},
			"a page of a sibling":   {"Sec-Fetch-Site", "same-site", "Origin", "http://other.example.com"},
			"almost a friend":       {"Sec-Fetch-Site", "cross-site", "Origin", "http://baocao.example.vn"},
			"a friend's sub-domain": {"Sec-Fetch-Site", "cross-site", "Origin", "https://x.baocao.example.vn"},
		} {
			for _, contentType := range []string{"application/json", "application/x-www-form-urlencoded", octets} {
				res := b.do(http.MethodPost, path, "{}", append([]string{"Content-Type", contentType, "Cookie", "thads=" + session.Reveal()}, header...)...)
				if body := text(t, res); res.StatusCode != http.StatusForbidden || !strings.Contains(body, "CROSS_ORIGIN") && !strings.Contains(body, "trang web khác") {
					t.Errorf("%s from %s as %s: status %d, %s", path, name, contentType, res.StatusCode, body)
				}
				if len(res.Cookies()) > 0 || res.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s from %s: %v", path, name, res.Header)
				}
			}
		}
	}
	if b.asked() != nil {
		t.Error("the API was asked")
	}
	if p := b.who(&http.Cookie{Name: "thads", Value: session.Reveal()}); p.IsAnonymous() {
		t.Error("the session has ended")
	}
}

// The library takes no list of origins for all origins of the world: it must not
// be asked without one.
func TestAnEmptyListOfOrigins(t *testing.T) {
	const foe = "https://evil.example"
	preflight := []string{"Origin", foe, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"}
	for _, origins := range [][]string{nil, {}} {
		library := newBench(t, func(o *httpd.Options) {
			o.Web = cors.New(cors.Options{AllowedOrigins: origins}).Handler(o.Web)
		})
		if got := library.do(http.MethodGet, "/", "", "Origin", foe).Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("the library with the list %v allows %q: it has changed, and this test no longer shows why it is not asked", origins, got)
		}
		b := newBench(t, func(o *httpd.Options) { o.CORSOrigins = origins })
		for _, path := range []string{"/graphql", "/uploads", "/session", "/session/factor", "/signin", "/signout", "/oidc/start", "/exports/cases.csv", "/templates/cases.csv", "/", "/healthz"} {
			for _, method := range []string{http.MethodOptions, http.MethodGet, http.MethodPost} {
				for name := range b.do(method, path, "", preflight...).Header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s %s answers %s", method, path, name)
					}
				}
			}
		}
	}
}

// A page of a configured origin may present a token, and learns why it is refused.
func TestTokensFromFriends(t *testing.T) {
	const friend = "https://baocao.example.vn"
	b := newBench(t, func(o *httpd.Options) { o.CORSOrigins = []string{friend} })
	u, _, secret := b.token(t, app.NewToken{Rights: []auth.Right{auth.Read}})
	for _, path := range []string{"/graphql", "/uploads"} {
		res := b.do(http.MethodOptions, path, "", "Origin", friend, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		h := res.Header
		if h.Get("Access-Control-Allow-Origin") != friend || !strings.Contains(strings.ToLower(h.Get("Access-Control-Allow-Headers")), "authorization") {
			t.Errorf("%s: %v", path, h)
		}
		refused := b.do(http.MethodOptions, path, "", "Origin", friend, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-forwarded-for")
		if got := refused.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s: any header is allowed to %q", path, got)
		}
	}
	res := b.ask("{}", "Origin", friend, "Sec-Fetch-Site", "cross-site", "Authorization", "Bearer "+secret)
	if s := b.asked(); s == nil || s.principal.ID != u.ID {
		t.Errorf("status %d, the API saw %+v", res.StatusCode, s)
	}
	if got := res.Header.Get("Access-Control-Expose-Headers"); !strings.Contains(got, "Www-Authenticate") {
		t.Errorf("exposed: %q", got)
	}
}
