package oidc_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/thads/thads/internal/oidc"
)

// A forger is a provider that says whatever a test wants it to say.
type forger struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu sync.Mutex
	// metadata changes what discovery tells, claims and sign the next token of
	// identity.
	metadata func(map[string]any)
	claims   func(map[string]any)
	sign     func(head, body string) (string, string)
	// nonce and challenge are of the flow that began last.
	nonce, challenge string
	// asked counts discoveries; asks are the bodies that the token endpoint got.
	asked int
	asks  []url.Values
	// status is what the token endpoint answers, 0 for a token.
	status int
}

func newForger(t *testing.T) *forger {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", f.discovery)
	mux.HandleFunc("POST /token", f.token)
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		send(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig", "n": encode(key.N.Bytes()), "e": "AQAB",
		}}})
	})
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (f *forger) discovery(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	m := map[string]any{
		"issuer": f.URL, "authorization_endpoint": f.URL + "/auth", "token_endpoint": f.URL + "/token", "jwks_uri": f.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
	}
	if f.metadata != nil {
		f.metadata(m)
	}
	send(w, m)
}

func (f *forger) token(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.asks = append(f.asks, r.PostForm)
	user, password, _ := r.BasicAuth()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	switch {
	case f.status != 0:
		http.Error(w, "no", f.status)
		return
	case user != "me" || password != "secret" || encode(sum[:]) != f.challenge || r.PostForm.Get("redirect_uri") != "https://thads.example.vn/oidc/callback":
		w.WriteHeader(http.StatusBadRequest)
		send(w, map[string]any{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	claims := map[string]any{
		"iss": f.URL, "aud": "me", "sub": "somebody", "nonce": f.nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	if f.claims != nil {
		f.claims(claims)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	head, payload := encode([]byte(`{"alg":"RS256","kid":"k"}`)), encode(body)
	signature := f.rs256(head + "." + payload)
	if f.sign != nil {
		head, signature = f.sign(head, payload)
	}
	send(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": head + "." + payload + "." + signature})
}

func (f *forger) rs256(text string) string {
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, f.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return encode(signature)
}

func (f *forger) options() oidc.Options {
	return oidc.Options{Issuer: f.URL, ClientID: "me", Secret: "secret", Redirect: "https://thads.example.vn/oidc/callback"}
}

func newClient(t *testing.T, o oidc.Options) *oidc.Client {
	t.Helper()
	c, err := oidc.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// begin begins a flow, and returns its cookie and the answer to it.
func (f *forger) begin(t *testing.T, c *oidc.Client, session string) (cookie string, answer url.Values) {
	t.Helper()
	flow, err := c.Begin(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(flow.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nonce, f.challenge = u.Query().Get("nonce"), u.Query().Get("code_challenge")
	return flow.Cookie, url.Values{"state": {u.Query().Get("state")}, "code": {"code"}}
}

// Each token of identity that proves nothing is refused, and the right one is not.
func TestTokensOfIdentity(t *testing.T) {
	f := newForger(t)
	set := func(name string, value any) func(map[string]any) {
		return func(m map[string]any) { m[name] = value }
	}
	for _, tt := range []struct {
		name   string
		claims func(map[string]any)
		sign   func(head, payload string) (string, string)
		ok     bool
	}{
		{name: "the right one", ok: true},
		{name: "for several, made for us", claims: func(m map[string]any) { m["aud"], m["azp"] = []string{"me", "other"}, "me" }, ok: true},
		{name: "for several, made for none", claims: set("aud", []string{"me", "other"})},
		{name: "made for another", claims: set("azp", "other")},
		{name: "for another", claims: set("aud", "other")},
		{name: "for nobody", claims: func(m map[string]any) { delete(m, "aud") }},
		{name: "of another provider", claims: set("iss", "https://evil.example")},
		{name: "expired", claims: set("exp", time.Now().Add(-time.Second).Unix())},
		{name: "that never expires", claims: func(m map[string]any) { delete(m, "exp") }},
		{name: "of the future", claims: set("iat", time.Now().Add(time.Hour).Unix())},
		{name: "of no time", claims: func(m map[string]any) { delete(m, "iat") }},
		{name: "of another flow", claims: set("nonce", "x")},
		{name: "of no flow", claims: func(m map[string]any) { delete(m, "nonce") }},
		{name: "of nobody", claims: set("sub", "")},
		{name: "of a very long somebody", claims: set("sub", strings.Repeat("x", 256))},
		{name: "with methods that are none", claims: set("amr", "mfa")},
		{name: "unsigned", sign: func(_, _ string) (string, string) { return encode([]byte(`{"alg":"none"}`)), "" }},
		{name: "signed by what we know too", sign: func(_, payload string) (string, string) {
			head := encode([]byte(`{"alg":"HS256"}`))
			m := hmac.New(sha256.New, []byte("secret"))
			m.Write([]byte(head + "." + payload))
			return head, encode(m.Sum(nil))
		}},
		{name: "signed by another", sign: func(head, _ string) (string, string) { return head, f.rs256("another text") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, f.options())
			cookie, answer := f.begin(t, c, "")
			f.mu.Lock()
			f.claims, f.sign = tt.claims, tt.sign
			f.mu.Unlock()
			id, err := c.Complete(t.Context(), cookie, "", answer)
			if tt.ok {
				if err != nil || id.Issuer != f.URL || id.Subject != "somebody" || id.Factor {
					t.Errorf("got %+v, %v", id, err)
				}
				return
			}
			if !errors.Is(err, oidc.ErrRefused) || id != nil {
				t.Errorf("got %+v, %v", id, err)
			}
		})
	}
}

func TestSecondFactors(t *testing.T) {
	f := newForger(t)
	c := newClient(t, f.options())
	for _, tt := range []struct {
		amr  []string
		acr  string
		want bool
	}{
		{nil, "", false},
		{[]string{"pwd"}, "", false},
		{[]string{"otp"}, "", false},
		{[]string{"pwd", "pin"}, "", false},
		{[]string{"pwd", "rba", "geo"}, "", false},
		{[]string{"mfa"}, "", true},
		{[]string{"pwd", "otp"}, "", true},
		{[]string{"hwk", "fpt"}, "", true},
		{[]string{"pwd", "face"}, "", true},
		{nil, "1", false},
		{nil, "2", false},
		{nil, "phr", true},
		{[]string{"pwd"}, "https://refeds.org/profile/mfa", true},
	} {
		cookie, answer := f.begin(t, c, "")
		f.mu.Lock()
		f.claims = func(m map[string]any) {
			if tt.amr != nil {
				m["amr"] = tt.amr
			}
			if tt.acr != "" {
				m["acr"] = tt.acr
			}
		}
		f.mu.Unlock()
		id, err := c.Complete(t.Context(), cookie, "", answer)
		if err != nil {
			t.Fatal(err)
		}
		if id.Factor != tt.want {
			t.Errorf("%v %q: %t", tt.amr, tt.acr, id.Factor)
		}
	}
}

// A flow belongs to one cookie, one session, ten minutes and one attempt.
func TestFlows(t *testing.T) {
	f := newForger(t)
	clock := struct {
		sync.Mutex
		time.Time
	}{Time: time.Now()}
	o := f.options()
	o.Clock = func() time.Time {
		clock.Lock()
		defer clock.Unlock()
		return clock.Time
	}
	c := newClient(t, o)
	for _, tt := range []struct {
		name         string
		began, ended string // the session at either end
		cookie       func(string) string
		wait         time.Duration
		ok           bool
	}{
		{name: "signing in", ok: true},
		{name: "signing in over a session", ended: "ss_1", ok: true},
		{name: "tying", began: "ss_1", ended: "ss_1", ok: true},
		{name: "tying to another session", began: "ss_1", ended: "ss_2"},
		{name: "tying to no session", began: "ss_1"},
		{name: "tying turned into signing in", began: "ss_1", cookie: func(s string) string { return "s" + s[1:] }},
		{name: "signing in turned into tying", ended: "ss_1", cookie: func(s string) string { return "l" + s[1:] }},
		{name: "no cookie", cookie: func(string) string { return "" }},
		{name: "a cookie that is none", cookie: func(string) string { return "s.x" }},
		{name: "a cookie that ends at another time", cookie: func(s string) string {
			parts := strings.Split(s, ".")
			parts[1] = strconv.FormatInt(time.Now().Add(oidc.FlowLife/2).Unix(), 36)
			return strings.Join(parts, ".")
		}},
		{name: "nearly too late", wait: oidc.FlowLife - 2*time.Second, ok: true},
		{name: "too late", wait: oidc.FlowLife},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cookie, answer := f.begin(t, c, tt.began)
			if oidc.IsLink(cookie) != (tt.began != "") {
				t.Errorf("the kind of %q", cookie)
			}
			if tt.cookie != nil {
				changed := tt.cookie(cookie)
				if changed == cookie {
					t.Fatalf("%q is not changed", cookie)
				}
				cookie = changed
			}
			clock.Lock()
			clock.Time = clock.Add(tt.wait)
			clock.Unlock()
			f.mu.Lock()
			now := clock.Time
			f.claims = func(m map[string]any) { m["iat"], m["exp"] = now.Unix(), now.Add(time.Minute).Unix() }
			f.mu.Unlock()
			_, err := c.Complete(t.Context(), cookie, tt.ended, answer)
			if tt.ok != (err == nil) || err != nil && !errors.Is(err, oidc.ErrRefused) {
				t.Fatalf("got error %v", err)
			}
			if _, err := c.Complete(t.Context(), cookie, tt.ended, answer); !errors.Is(err, oidc.ErrRefused) {
				t.Errorf("the second time: %v", err)
			}
		})
	}
}

// The provider is asked what it is once, and only when somebody wants to go there.
func TestDiscovery(t *testing.T) {
	f := newForger(t)
	now := time.Now()
	o := f.options()
	o.Clock = func() time.Time { return now }
	c := newClient(t, o)
	if f.asked != 0 {
		t.Error("the provider is asked before anybody goes there")
	}
	set := func(name string, value any) func(map[string]any) { return func(m map[string]any) { m[name] = value } }
	for _, tt := range []struct {
		name   string
		change func(map[string]any)
	}{
		{"another issuer", set("issuer", "https://evil.example")},
		{"a token endpoint without TLS", set("token_endpoint", "http://sso.example.vn/token")},
		{"an endpoint without TLS", set("authorization_endpoint", "http://sso.example.vn/auth")},
		{"keys without TLS", set("jwks_uri", "http://sso.example.vn/keys")},
		{"no keys", set("jwks_uri", "")},
		{"too much of it", set("x", strings.Repeat("x", 2<<20))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.mu.Lock()
			f.metadata = tt.change
			before := f.asked
			f.mu.Unlock()
			for range 3 {
				if _, err := c.Begin(t.Context(), ""); !errors.Is(err, oidc.ErrAway) {
					t.Errorf("got error %v", err)
				}
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.asked != before+1 {
				t.Errorf("asked %d times within a moment", f.asked-before)
			}
			now = now.Add(5 * time.Second)
		})
	}
	f.mu.Lock()
	f.metadata, f.asked = nil, 0
	f.mu.Unlock()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.Begin(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked != 1 {
		t.Errorf("asked %d times", f.asked)
	}
}

// A provider that cannot take the code is away; one that does not want to, refuses.
func TestTheTokenEndpoint(t *testing.T) {
	f := newForger(t)
	c := newClient(t, f.options())
	for status, want := range map[int]error{400: oidc.ErrRefused, 401: oidc.ErrRefused, 302: oidc.ErrRefused, 500: oidc.ErrAway, 503: oidc.ErrAway} {
		cookie, answer := f.begin(t, c, "")
		f.mu.Lock()
		f.status, f.asks = status, nil
		f.mu.Unlock()
		if _, err := c.Complete(t.Context(), cookie, "", answer); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
		f.mu.Lock()
		if len(f.asks) != 1 {
			t.Errorf("%d: the code was sent %d times", status, len(f.asks))
		}
		f.mu.Unlock()
	}
	// Where a provider wants the secret in the body, it gets it there.
	f.mu.Lock()
	f.metadata = func(m map[string]any) {
		m["token_endpoint_auth_methods_supported"] = []string{"client_secret_post"}
	}
	f.status, f.asks = 400, nil
	f.mu.Unlock()
	c = newClient(t, f.options())
	cookie, answer := f.begin(t, c, "")
	if _, err := c.Complete(t.Context(), cookie, "", answer); !errors.Is(err, oidc.ErrRefused) {
		t.Error(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.asks) != 1 || f.asks[0].Get("client_secret") != "secret" || f.asks[0].Get("client_id") != "me" {
		t.Errorf("the provider was sent %v", f.asks)
	}
}

// A provider that says who its answers are of must say it each time (RFC 9207).
func TestMixUp(t *testing.T) {
	f := newForger(t)
	f.metadata = func(m map[string]any) { m["authorization_response_iss_parameter_supported"] = true }
	c := newClient(t, f.options())
	for iss, ok := range map[string]bool{"": false, "https://evil.example": false, f.URL + "/": false, f.URL: true} {
		cookie, answer := f.begin(t, c, "")
		if iss != "" {
			answer.Set("iss", iss)
		}
		f.mu.Lock()
		f.asks = nil
		f.mu.Unlock()
		_, err := c.Complete(t.Context(), cookie, "", answer)
		if ok != (err == nil) || err != nil && !errors.Is(err, oidc.ErrRefused) {
			t.Errorf("%q: %v", iss, err)
		}
		f.mu.Lock()
		if got := len(f.asks) > 0; got != ok {
			t.Errorf("%q: the code was sent: %t", iss, got)
		}
		f.mu.Unlock()
	}
}

// What goes wrong is told without the secrets that went along.
func TestErrorsHoldNoSecrets(t *testing.T) {
	o := oidc.Options{Issuer: "http://127.0.0.1", ClientID: "me", Secret: "topsecret", Redirect: "http://localhost/x", Transport: broken{}}
	_, err := newClient(t, o).Begin(t.Context(), "")
	if !errors.Is(err, oidc.ErrAway) || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestOptions(t *testing.T) {
	good := oidc.Options{Issuer: "https://sso.example.vn", ClientID: "me", Secret: "secret", Redirect: "https://thads.example.vn/oidc/callback"}
	if _, err := oidc.New(good); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*oidc.Options){
		"no client":            func(o *oidc.Options) { o.ClientID = "" },
		"no secret":            func(o *oidc.Options) { o.Secret = "" },
		"no way back":          func(o *oidc.Options) { o.Redirect = "" },
		"no issuer":            func(o *oidc.Options) { o.Issuer = "" },
		"an issuer in clear":   func(o *oidc.Options) { o.Issuer = "http://sso.example.vn" },
		"an issuer of no kind": func(o *oidc.Options) { o.Issuer = "ftp://localhost" },
	} {
		o := good
		change(&o)
		if _, err := oidc.New(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
