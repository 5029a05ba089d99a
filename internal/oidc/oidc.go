// Package oidc lets people sign in at a provider of OpenID Connect: the
// authorization code flow with PKCE (RFC 7636), for one provider that the
// configuration names. What the provider says of a person comes out as an
// Identity; whom of the agency it is, and what they may do, others decide.
package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/thads/thads/internal/auth"
)

var (
	// ErrAway: the provider cannot be reached or does not answer as one. Trying
	// again later helps, and other ways to sign in work meanwhile.
	ErrAway = errors.New("oidc: the provider is away")
	// ErrRefused: what came back from the provider belongs to no flow that this
	// browser began, came twice or too late, or proves nothing; or the provider
	// or the person at it said no. The error that wraps it tells which, for the
	// log.
	ErrRefused = errors.New("oidc: sign-in refused")
)

const (
	// FlowLife is how long somebody may take at the provider.
	FlowLife = 10 * time.Minute
	// callTimeout bounds one request to the provider.
	callTimeout = 10 * time.Second
	// awayFor is how long a provider that did not answer is not asked again.
	awayFor = 3 * time.Second
	// maxAnswer bounds what is read of an answer of the provider, in bytes.
	maxAnswer = 1 << 20
	// maxCalls is how many flows are completed at a time.
	maxCalls = 16
	// maxSpent bounds the flows that are remembered as completed.
	maxSpent = 1 << 12
	// maxSubject is the longest subject, in bytes (OpenID Connect Core 1.0, 2).
	maxSubject = 255
	// maxValue bounds each value that comes back by way of the browser, in bytes.
	maxValue = 4 << 10
	// skew is how far the clock of the provider may be ahead of ours.
	skew = time.Minute
)

// Options configure a Client. All but Transport and Clock are required.
type Options struct {
	// Issuer is the provider, by the address that its tokens name exactly.
	Issuer string
	// ClientID and Secret are what the provider knows this server by.
	ClientID, Secret string
	// Redirect is the address to which the provider sends people back, as it is
	// registered there.
	Redirect string
	// Transport carries the requests to the provider.
	Transport http.RoundTripper
	Clock     func() time.Time
}

// A Client signs people in at one provider. Its methods are safe for concurrent
// use.
type Client struct {
	o     Options
	http  *http.Client
	calls chan struct{}

	// asking is held by who asks the provider for what it is.
	asking chan struct{}
	mu     sync.Mutex
	known  *provider
	// awayUntil is until when a provider that did not answer is left alone.
	awayUntil time.Time
	// spent are the states of the flows that were completed or tried, with the
	// end of each.
	spent map[string]time.Time
}

// A provider is what discovery told.
type provider struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	// namesItself: its answers say whose they are (RFC 9207).
	namesItself bool
}

// New returns a Client. It asks nobody anything: a provider that is away must
// not keep the server from starting.
func New(o Options) (*Client, error) {
	if o.ClientID == "" || o.Secret == "" || o.Redirect == "" {
		return nil, errors.New("oidc: an option is missing")
	}
	if err := protected(o.Issuer); err != nil {
		return nil, fmt.Errorf("oidc: issuer: %w", err)
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Client{
		o: o,
		http: &http.Client{
			Transport: bounded{o.Transport}, Timeout: callTimeout,
			// No endpoint of OpenID Connect leads elsewhere; whoever is led
			// elsewhere would carry the secret there.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		calls: make(chan struct{}, maxCalls), asking: make(chan struct{}, 1), spent: map[string]time.Time{},
	}, nil
}

// protected refuses addresses to which secrets would go without TLS over a
// network.
func protected(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return fmt.Errorf("%q is no address", address)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := strings.EqualFold(u.Hostname(), "localhost") || err == nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return fmt.Errorf("%q is not protected by TLS", address)
	}
	return nil
}

// bounded cuts answers off that are larger than any that a provider gives.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// A Flow is a sign-in that has begun.
type Flow struct {
	// Cookie is the secret that binds the flow to one browser, which keeps it
	// for FlowLife and shows it to nobody but this server.
	Cookie string
	// URL is where the browser goes: the provider.
	URL string
}

// Begin begins a flow. session is "" for somebody who signs in; for somebody who
// has, and ties their identity to their account, it is the id of the session,
// which alone can complete the flow. ErrAway.
func (c *Client) Begin(ctx context.Context, session string) (Flow, error) {
	p, err := c.provider(ctx)
	if err != nil {
		return Flow{}, err
	}
	kind := kindSignIn
	if session != "" {
		kind = kindLink
	}
	// All else derives from the cookie. The server keeps nothing of a flow, so
	// that any process can complete it; what travels by way of the provider
	// tells nothing of the cookie, and each of the three nothing of the others.
	cookie := strings.Join([]string{kind, strconv.FormatInt(c.o.Clock().Add(FlowLife).Unix(), 36), auth.NewToken().Reveal()}, ".")
	return Flow{Cookie: cookie, URL: p.oauth.AuthCodeURL(
		derive("state", cookie, ""),
		oidc.Nonce(derive("nonce", cookie, session)),
		oauth2.S256ChallengeOption(derive("verifier", cookie, "")),
	)}, nil
}

// The kinds of flows.
const (
	kindSignIn = "s"
	kindLink   = "l"
)

// derive makes a value of a flow: 43 characters that need no escaping.
func derive(what, cookie, session string) string {
	sum := sha256.Sum256([]byte("thads oidc " + what + "\x00" + cookie + "\x00" + session))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// readFlow takes a cookie apart. It is false for one that is none, or too old.
func (c *Client) readFlow(cookie string) (kind string, ends time.Time, ok bool) {
	parts := strings.Split(cookie, ".")
	if len(parts) != 3 || parts[0] != kindSignIn && parts[0] != kindLink {
		return "", time.Time{}, false
	}
	seconds, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil {
		return "", time.Time{}, false
	}
	if _, ok := auth.ParseToken(parts[2]); !ok {
		return "", time.Time{}, false
	}
	now := c.o.Clock()
	ends = time.Unix(seconds, 0)
	return parts[0], ends, now.Before(ends) && !ends.After(now.Add(FlowLife+time.Second))
}

// IsLink tells whether a cookie is of a flow that ties an identity to an account.
func IsLink(cookie string) bool { return strings.HasPrefix(cookie, kindLink+".") }

// An Identity is a person as the provider knows them.
type Identity struct {
	// Issuer and Subject name the person for ever; neither says who it is.
	Issuer, Subject string
	// Factor tells that the provider asked for a second factor.
	Factor bool
}

// refused makes an error that is ErrRefused and tells why.
func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrRefused, fmt.Errorf(format, args...))
}

// Complete completes a flow with what the provider sent along: the query of the
// address to which it led back. cookie is that of the browser; session is the id
// of the session that is there, which counts where the flow is one of IsLink.
// ErrRefused, ErrAway.
func (c *Client) Complete(ctx context.Context, cookie, session string, q url.Values) (*Identity, error) {
	kind, ends, ok := c.readFlow(cookie)
	if !ok {
		return nil, refused("no flow of this browser")
	}
	for _, name := range []string{"state", "code", "iss", "error"} {
		if v := q[name]; len(v) > 1 || len(v) == 1 && len(v[0]) > maxValue {
			return nil, refused("%s is repeated or too long", name)
		}
	}
	state := derive("state", cookie, "")
	if !same(q.Get("state"), state) {
		return nil, refused("the state is of another flow")
	}
	switch {
	case kind == kindSignIn:
		session = ""
	case session == "":
		return nil, refused("the session that began the flow has ended")
	}
	p, err := c.provider(ctx)
	if err != nil {
		return nil, err
	}
	// An answer of another provider, which an attacker has mixed in, must not
	// reach this one (RFC 9207, RFC 9700 4.4).
	if iss := q.Get("iss"); q.Has("iss") && iss != c.o.Issuer || p.namesItself && !q.Has("iss") {
		return nil, refused("the answer is of another provider, or of none: %q", iss)
	}
	if q.Has("error") {
		return nil, refused("the provider says %q", q.Get("error"))
	}
	if q.Get("code") == "" {
		return nil, refused("the answer has no code")
	}
	if !c.spend(state, ends) {
		return nil, refused("the flow was completed before")
	}
	select {
	case c.calls <- struct{}{}:
		defer func() { <-c.calls }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrAway, ctx.Err())
	}
	return c.exchange(ctx, p, q.Get("code"), cookie, session)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// spend uses a flow up, and is false if it was. The provider takes a code once
// too; this does not depend on it.
func (c *Client) spend(state string, ends time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, was := c.spent[state]; was {
		return false
	}
	if len(c.spent) >= maxSpent {
		now := c.o.Clock()
		for s, end := range c.spent {
			if now.After(end) {
				delete(c.spent, s)
			}
		}
		for s := range c.spent {
			if len(c.spent) < maxSpent {
				break
			}
			delete(c.spent, s) // any: the provider still takes each code once
		}
	}
	c.spent[state] = ends
	return true
}

// exchange gives the code for a token of identity and judges that.
func (c *Client) exchange(ctx context.Context, p *provider, code, cookie, session string) (*Identity, error) {
	ctx = oidc.ClientContext(ctx, c.http)
	token, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(derive("verifier", cookie, "")))
	if err != nil {
		var answered *oauth2.RetrieveError
		if errors.As(err, &answered) && answered.Response != nil && answered.Response.StatusCode < http.StatusInternalServerError {
			// Of the answer only the code: it may repeat what was sent.
			return nil, refused("the provider takes the code not: %d %q", answered.Response.StatusCode, answered.ErrorCode)
		}
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, refused("the answer has no token of identity")
	}
	// Signature, issuer, audience and expiry.
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, refused("token of identity: %w", err)
	}
	var claims struct {
		AZP string   `json:"azp"`
		AMR []string `json:"amr"`
		ACR string   `json:"acr"`
	}
	if err := id.Claims(&claims); err != nil {
		return nil, refused("token of identity: %w", err)
	}
	switch {
	case !same(id.Nonce, derive("nonce", cookie, session)):
		return nil, refused("the token of identity is of another flow or for another session")
	case claims.AZP != "" && claims.AZP != c.o.ClientID, len(id.Audience) > 1 && claims.AZP == "":
		return nil, refused("the token of identity was made for %q", claims.AZP)
	case id.IssuedAt.IsZero(), id.IssuedAt.After(c.o.Clock().Add(skew)):
		return nil, refused("the token of identity is of the future")
	case id.Subject == "", len(id.Subject) > maxSubject:
		return nil, refused("the token of identity names nobody")
	}
	return &Identity{Issuer: c.o.Issuer, Subject: id.Subject, Factor: secondFactor(claims.AMR, claims.ACR)}, nil
}

// secondFactor tells whether the claims say that more than one factor was asked
// for: by the method "mfa", by methods of two kinds (RFC 8176), or by a class
// whose meaning is the same everywhere (OpenID Connect EAP ACR, REFEDS MFA,
// PAPE). Classes that each provider numbers as it likes say nothing.
func secondFactor(amr []string, acr string) bool {
	has := func(methods ...string) bool {
		return slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(amr, m) })
	}
	knows, holds, is := has("pwd", "pin", "kba"), has("otp", "hwk", "swk", "sc", "sms", "tel", "pop"), has("face", "fpt", "iris", "retina", "vbm")
	if has("mfa") || knows && holds || knows && is || holds && is {
		return true
	}
	return slices.Contains([]string{
		"phr", "phrh", "https://refeds.org/profile/mfa", "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
	}, acr)
}

// provider returns what is known of the provider, and asks it where nothing is
// known yet. ErrAway.
func (c *Client) provider(ctx context.Context) (*provider, error) {
	if p, err := c.remembered(); p != nil || err != nil {
		return p, err
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrAway, ctx.Err())
	}
	if p, err := c.remembered(); p != nil || err != nil {
		return p, err // somebody else has asked meanwhile
	}
	p, err := c.discover(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil {
			c.awayUntil = c.o.Clock().Add(awayFor)
		}
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	c.known = p
	return p, nil
}

func (c *Client) remembered() (*provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil && c.o.Clock().Before(c.awayUntil) {
		return nil, fmt.Errorf("%w: it did not answer a moment ago", ErrAway)
	}
	return c.known, nil
}

// discover asks the provider where its endpoints are and what it can do
// (OpenID Connect Discovery 1.0).
func (c *Client) discover(ctx context.Context) (*provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, c.http), c.o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	var told struct {
		Keys        string   `json:"jwks_uri"`
		NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
		Methods     []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&told); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	endpoint := found.Endpoint()
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, told.Keys} {
		if err := protected(address); err != nil {
			return nil, fmt.Errorf("discovery: %w", err)
		}
	}
	// Chosen and not tried out: a code that was sent twice is one that was used.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if told.Methods != nil && !slices.Contains(told.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &provider{
		oauth: oauth2.Config{
			ClientID: c.o.ClientID, ClientSecret: c.o.Secret, Endpoint: endpoint,
			// Who it is, and nothing about them: the agency knows its people.
			RedirectURL: c.o.Redirect, Scopes: []string{oidc.ScopeOpenID},
		},
		verifier:    found.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), c.http), &oidc.Config{ClientID: c.o.ClientID, Now: c.o.Clock}),
		namesItself: told.NamesItself,
	}, nil
}
