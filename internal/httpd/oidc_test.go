package httpd_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/oidc"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A porter is a provider, and an application that knows who comes from it, whose
// answers are chosen by a test. Package oidc drives the server against a real one.
type porter struct {
	*app.App
	// beginErr, completeErr, result, signInErr and linkErr are the answers.
	beginErr, completeErr, signInErr, linkErr error
	result                                    *app.SignInResult
	// age is how long ago everybody signed in.
	age time.Duration
	// began and completed are the sessions that the flows were for, who is what
	// the application was told, linked who tied an identity.
	began, completed []string
	who              []app.ProviderSignIn
	linked           []auth.Principal
	answers          []url.Values
}

func (p *porter) Begin(_ context.Context, session string) (oidc.Flow, error) {
	p.began = append(p.began, session)
	kind := "s.x"
	if session != "" {
		kind = "l.x"
	}
	return oidc.Flow{Cookie: kind, URL: "https://sso.example.vn/auth?a=1&b=2"}, p.beginErr
}

func (p *porter) Complete(_ context.Context, cookie, session string, q url.Values) (*oidc.Identity, error) {
	p.completed = append(p.completed, cookie+" "+session)
	p.answers = append(p.answers, q)
	if p.completeErr != nil {
		return nil, p.completeErr
	}
	return &oidc.Identity{Issuer: "https://sso.example.vn", Subject: "ai-do", Factor: true}, nil
}

func (p *porter) SignInProvider(_ context.Context, s app.ProviderSignIn, _ app.SessionLimits) (*app.SignInResult, error) {
	p.who = append(p.who, s)
	return p.result, p.signInErr
}

func (p *porter) LinkProvider(ctx context.Context, issuer, subject string) error {
	if issuer != "https://sso.example.vn" || subject != "ai-do" {
		return errors.New("another identity")
	}
	p.linked = append(p.linked, auth.FromContext(ctx))
	return p.linkErr
}

func (p *porter) Authenticate(ctx context.Context, token auth.Token, limits app.SessionLimits) (auth.Principal, error) {
	who, err := p.App.Authenticate(ctx, token, limits)
	who.At = who.At.Add(-p.age)
	return who, err
}

func newPorter(t *testing.T) (*bench, *porter) {
	t.Helper()
	p := &porter{}
	b := newBench(t, func(o *httpd.Options) {
		a, ok := o.Backend.(*app.App)
		if !ok {
			t.Fatalf("the backend is a %T", o.Backend)
		}
		p.App, o.Backend, o.Provider = a, p, p
	})
	return b, p
}

// wantPlace checks that an answer leads somewhere.
func wantPlace(t *testing.T, res *http.Response, place string) {
	t.Helper()
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != place {
		t.Errorf("status %d to %q, want %q", res.StatusCode, got, place)
	}
}

func cookiesOf(res *http.Response) map[string]string {
	m := map[string]string{}
	for _, c := range res.Cookies() {
		m[c.Name] = c.Value
	}
	return m
}

func TestWithoutAProvider(t *testing.T) {
	b := newBench(t, nil)
	for _, path := range []string{"/oidc/start", "/oidc/callback", "/oidc/finish"} {
		res := b.do(http.MethodGet, path, "")
		if body := text(t, res); res.StatusCode != http.StatusNotFound || len(res.Cookies()) > 0 || !strings.Contains(body, "Chưa cấu hình") {
			t.Errorf("%s: status %d, %s", path, res.StatusCode, body)
		}
	}
}

func TestTheWayToTheProvider(t *testing.T) {
	b, p := newPorter(t)
	for path, allowed := range map[string]string{"/oidc/start": "GET, POST", "/oidc/callback": "GET", "/oidc/finish": "GET"} {
		if res := b.do(http.MethodPut, path, ""); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != allowed {
			t.Errorf("%s: status %d, Allow %q", path, res.StatusCode, res.Header.Get("Allow"))
		}
	}
	res := b.do(http.MethodGet, "/oidc/start", "")
	wantPlace(t, res, "https://sso.example.vn/auth?a=1&b=2")
	if got := cookiesOf(res); got["thads-oidc"] != "s.x" || len(got) != 1 {
		t.Errorf("cookies %v", got)
	}

	// A form leads there by a page: the policy of pages lets no form do it.
	_, session := b.signIn(t)
	cookie := "thads=" + session.Reveal()
	res = b.do(http.MethodPost, "/oidc/start?link=1", "", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
	body := text(t, res)
	if got := cookiesOf(res); res.StatusCode != http.StatusOK || got["thads-oidc"] != "l.x" || !strings.Contains(body, `content="0; url=https://sso.example.vn/auth?a=1&amp;b=2"`) {
		t.Errorf("status %d, %v, %s", res.StatusCode, got, body)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, forbidden := range []string{"<script", "<style", "style=", "onload"} {
		if strings.Contains(body, forbidden) {
			t.Errorf("the page needs %s, which the content policy refuses", forbidden)
		}
	}
	if len(p.began) != 2 || p.began[0] != "" || !strings.HasPrefix(p.began[1], "ss_") {
		t.Errorf("flows began for %q", p.began)
	}

	// An identity is tied by who has signed in here, and lately.
	wantPlace(t, b.do(http.MethodPost, "/oidc/start?link=1", ""), "/login")
	wantPlace(t, b.do(http.MethodPost, "/oidc/start?link=1", "", "Cookie", "thads=x"), "/login")
	wantPlace(t, b.do(http.MethodPost, "/oidc/start?link=1", "", "Cookie", cookie, "Authorization", "Bearer x"), "/login")
	if res := b.do(http.MethodGet, "/oidc/start?link=1", "", "Cookie", cookie); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "POST" {
		t.Errorf("a link: status %d", res.StatusCode)
	}
	p.age = 16 * time.Minute
	wantPlace(t, b.do(http.MethodPost, "/oidc/start?link=1", "", "Cookie", cookie), "/profile?problem=SIGN_IN_AGAIN")
	if len(p.began) != 2 {
		t.Errorf("flows began for %q", p.began)
	}
	p.age = 0

	p.beginErr = fmt.Errorf("%w: secret detail", oidc.ErrAway)
	for _, res := range []*http.Response{b.do(http.MethodGet, "/oidc/start", ""), b.do(http.MethodPost, "/oidc/start?link=1", "", "Cookie", cookie)} {
		if body := text(t, res); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || len(res.Cookies()) > 0 || strings.Contains(body, "secret") {
			t.Errorf("status %d, %s", res.StatusCode, body)
		}
	}
	if log := b.log.String(); !strings.Contains(log, `"code":"UNAVAILABLE"`) {
		t.Errorf("the log tells\n%s", log)
	}
}

// What the provider sends along reaches the end, and nothing else does.
func TestTheWayBack(t *testing.T) {
	b, p := newPorter(t)
	res := b.do(http.MethodGet, `/oidc/callback?code=c"><script>&state=s&iss=i&scope=x&next=https://evil.example`, "", "Sec-Fetch-Site", "cross-site")
	body := text(t, res)
	if res.StatusCode != http.StatusOK || len(res.Cookies()) > 0 || len(p.completed) > 0 ||
		!strings.Contains(body, `content="0; url=/oidc/finish?code=c%22%3E%3Cscript%3E&amp;iss=i&amp;state=s"`) || strings.Contains(body, "evil") || strings.Contains(body, "<script") {
		t.Errorf("status %d, %v, %s", res.StatusCode, res.Cookies(), body)
	}
	p.completeErr = fmt.Errorf("%w: secret detail", oidc.ErrRefused)
	b.do(http.MethodGet, "/oidc/finish?code=c&state=s&x=y", "")
	if len(p.answers) != 1 || p.answers[0].Encode() != "code=c&state=s" {
		t.Errorf("the provider's client was given %v", p.answers)
	}
}

func TestWhatSigningInAtAProviderComesTo(t *testing.T) {
	b, p := newPorter(t)
	u, session := b.signIn(t)
	old := &http.Cookie{Name: "thads", Value: session.Reveal()}
	device, begun, challenge := auth.NewToken(), auth.NewToken(), auth.NewToken()
	finish := func() *http.Response {
		return b.do(http.MethodGet, "/oidc/finish?code=c&state=s", "", "Cookie", "thads-oidc=s.x; thads-device="+device.Reveal()+"; thads="+old.Value, "User-Agent", "thử nghiệm/1")
	}
	for _, tt := range []struct {
		name             string
		complete, signIn error
		result           *app.SignInResult
		place            string // "" for none
		status           int
	}{
		{"the provider refuses", fmt.Errorf("%w: x", oidc.ErrRefused), nil, nil, "/login?problem=PROVIDER", 303},
		{"the provider is away", fmt.Errorf("%w: x", oidc.ErrAway), nil, nil, "", 503},
		{"no account", nil, app.ErrNoAccess, nil, "/login?problem=NOT_LINKED", 303},
		{"an account that changes", nil, app.ErrWrongCredentials, nil, "/login?problem=NOT_LINKED", 303},
		{"the store is away", nil, store.ErrUnavailable, nil, "", 503},
		{"a second factor", nil, nil, &app.SignInResult{User: u, Challenge: challenge}, "/login#challenge=" + challenge.Reveal(), 303},
		{"signed in", nil, nil, &app.SignInResult{User: u, Session: begun, Device: device}, "/", 303},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.completeErr, p.signInErr, p.result, p.who = tt.complete, tt.signIn, tt.result, nil
			res := finish()
			if res.StatusCode != tt.status || res.Header.Get("Location") != tt.place {
				t.Errorf("status %d to %q", res.StatusCode, res.Header.Get("Location"))
			}
			got := cookiesOf(res)
			if value, there := got["thads-oidc"]; !there || value != "" {
				t.Errorf("the flow is not over: %v", got)
			}
			if tt.place == "/" {
				if len(got) != 3 || got["thads"] != begun.Reveal() || got["thads-device"] != device.Reveal() {
					t.Errorf("cookies %v", got)
				}
				if who := b.who(old); !who.IsAnonymous() {
					t.Errorf("the former session goes on as %+v", who)
				}
			} else if len(got) != 1 {
				t.Errorf("cookies %v", got)
			}
			if tt.complete == nil {
				want := app.ProviderSignIn{
					Issuer: "https://sso.example.vn", Subject: "ai-do", Factor: true, Device: device,
					Origin: app.SignInOrigin{Means: auth.ByProvider, Agent: "thử nghiệm/1", Address: "192.0.2.1"},
				}
				if len(p.who) != 1 || p.who[0] != want {
					t.Errorf("the application was told %+v", p.who)
				}
			}
		})
	}
	if log := b.log.String(); strings.Contains(log, challenge.Reveal()) || strings.Contains(log, begun.Reveal()) {
		t.Errorf("the log tells a secret:\n%s", log)
	}
}

func TestWhatTyingAnIdentityComesTo(t *testing.T) {
	b, p := newPorter(t)
	u, session := b.signIn(t)
	for _, tt := range []struct {
		name           string
		cookie         string
		complete, link error
		place          string
		status         int
	}{
		{"tied", "thads=" + session.Reveal(), nil, nil, "/profile?linked=1", 303},
		{"nobody", "", nil, nil, "/login", 303},
		{"refused", "thads=" + session.Reveal(), fmt.Errorf("%w: x", oidc.ErrRefused), nil, "/profile?problem=PROVIDER", 303},
		{"away", "thads=" + session.Reveal(), fmt.Errorf("%w: x", oidc.ErrAway), nil, "", 503},
		{"another's", "thads=" + session.Reveal(), nil, thads.Errorf(thads.CodeDuplicate, "", "x", "x"), "/profile?problem=LINKED_ELSEWHERE", 303},
		{"forbidden", "thads=" + session.Reveal(), nil, thads.Errorf(thads.CodeForbidden, "", "x", "x"), "/profile?problem=PROVIDER", 303},
		{"the store is away", "thads=" + session.Reveal(), nil, store.ErrUnavailable, "", 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.completeErr, p.linkErr, p.linked, p.completed = tt.complete, tt.link, nil, nil
			res := b.do(http.MethodGet, "/oidc/finish?code=c&state=s", "", "Cookie", "thads-oidc=l.x; "+tt.cookie)
			if res.StatusCode != tt.status || res.Header.Get("Location") != tt.place {
				t.Errorf("status %d to %q", res.StatusCode, res.Header.Get("Location"))
			}
			if got := cookiesOf(res); len(got) != 1 || got["thads-oidc"] != "" {
				t.Errorf("cookies %v", got)
			}
			if tt.cookie == "" {
				if len(p.completed) > 0 {
					t.Error("the flow went on")
				}
				return
			}
			if len(p.completed) != 1 || !strings.HasPrefix(p.completed[0], "l.x ss_") {
				t.Errorf("completed for %q", p.completed)
			}
			if tt.complete == nil && (len(p.linked) != 1 || p.linked[0].ID != u.ID) {
				t.Errorf("tied to %+v", p.linked)
			}
			if len(p.who) > 0 {
				t.Error("somebody was signed in")
			}
		})
	}
}
