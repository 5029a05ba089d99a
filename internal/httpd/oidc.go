package httpd

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/oidc"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
)

// This file is signing in at a provider of OpenID Connect, and tying the
// identity there to an account:
//
//	/oidc/start → the provider → /oidc/callback → /oidc/finish → the page
//
// Cookies of this server are never sent with what another site leads to
// (SameSite=Strict). The provider therefore leads to a page of ours, which does
// nothing but go on to /oidc/finish, this time with the cookies.

// The routes of signing in at a provider.
const (
	routeOIDCStart    = "/oidc/start"
	routeOIDCCallback = "/oidc/callback"
	routeOIDCFinish   = "/oidc/finish"
)

// OIDCCallback is the path to which a provider of OpenID Connect leads back.
const OIDCCallback = routeOIDCCallback

// linkWithin is how long after signing in somebody can tie an identity to their
// account: whoever comes upon an open session must not make a way in of it
// (OWASP ASVS 5.0, 7.5.1).
const linkWithin = 15 * time.Minute

// The pages to which signing in at a provider leads.
const (
	pageHome        = "/"
	pageSignIn      = "/login"
	pageNotLinked   = "/login?problem=NOT_LINKED"
	pageRefused     = "/login?problem=PROVIDER"
	pageLinked      = "/profile?linked=1"
	pageLinkRefused = "/profile?problem=PROVIDER"
	pageLinkTaken   = "/profile?problem=LINKED_ELSEWHERE"
	pageLinkTooLate = "/profile?problem=SIGN_IN_AGAIN"
	// pageChallenge leads to the second factor. What follows "#" is sent to no
	// server and stands in no log.
	pageChallenge = "/login#challenge="
)

// A Provider is a provider of OpenID Connect (package oidc).
type Provider interface {
	Begin(ctx context.Context, session string) (oidc.Flow, error)
	Complete(ctx context.Context, cookie, session string, q url.Values) (*oidc.Identity, error)
}

// lead leads the browser to a page.
func lead(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// forOIDC wraps what the routes ask for: a provider, and one of the methods.
func (s *Server) forOIDC(methods []string, serve http.HandlerFunc) http.Handler {
	return allow(methods, s.wrongMethod, func(w http.ResponseWriter, r *http.Request) {
		if s.o.Provider == nil {
			s.step(w, r, http.StatusNotFound, stepPage{VI: "Chưa cấu hình đăng nhập một lần.", EN: "No provider to sign in at is configured.", Next: pageSignIn})
			return
		}
		s.timed(serve).ServeHTTP(w, r)
	})
}

// serveOIDCStart leads to the provider. With the parameter link it is for
// somebody who has signed in and ties their identity there to their account,
// which no link from elsewhere can make them do: it takes a form of our own page.
func (s *Server) serveOIDCStart(w http.ResponseWriter, r *http.Request) {
	session := ""
	if r.URL.Query().Has("link") {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			s.wrongMethod(w, r)
			return
		}
		p, ok := s.personOf(w, r)
		switch {
		case !ok:
			return
		case time.Since(p.At) > linkWithin:
			lead(w, pageLinkTooLate)
			return
		}
		request.FromContext(r.Context()).By(string(p.ID))
		session = p.Session
	}
	flow, err := s.o.Provider.Begin(r.Context(), session)
	if err != nil {
		s.providerFailed(w, r, err, session != "")
		return
	}
	http.SetCookie(w, s.newCookie(s.flow, flow.Cookie, int(oidc.FlowLife.Seconds())))
	if r.Method == http.MethodPost {
		// Browsers that hold the page to its policy (form-action) do not let a
		// form lead to another site, but they let a page.
		s.step(w, r, http.StatusOK, stepPage{VI: "Đang chuyển đến nơi đăng nhập…", EN: "Going to where you sign in…", Next: flow.URL, Refresh: true})
		return
	}
	lead(w, flow.URL)
}

// personOf returns who has signed in, in this browser, or leads to the sign-in page.
func (s *Server) personOf(w http.ResponseWriter, r *http.Request) (auth.Principal, bool) {
	p, err := s.inPerson(r)
	switch {
	case errors.Is(err, app.ErrNoAccess):
		lead(w, pageSignIn)
	case err != nil:
		s.signInFailed(w, r, err)
	}
	return p, err == nil
}

// inPerson returns who has signed in, in this browser. app.ErrNoAccess where
// nobody has.
func (s *Server) inPerson(r *http.Request) (auth.Principal, error) {
	if hasAuthorization(r) {
		return auth.Principal{}, app.ErrNoAccess
	}
	p, err := s.principal(r.Context(), r)
	if err == nil && p.IsAnonymous() {
		err = app.ErrNoAccess
	}
	return p, err
}

// serveOIDCCallback takes what the provider sends along to /oidc/finish.
func (s *Server) serveOIDCCallback(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: routeOIDCFinish, RawQuery: answerOf(r).Encode()}
	s.step(w, r, http.StatusOK, stepPage{VI: "Đang đăng nhập…", EN: "Signing in…", Next: to.String(), Refresh: true})
}

// answerOf is the part of the query that counts.
func answerOf(r *http.Request) url.Values {
	given, kept := r.URL.Query(), url.Values{}
	for _, name := range []string{"code", "state", "iss", "error"} {
		if v, ok := given[name]; ok {
			kept[name] = v
		}
	}
	return kept
}

// serveOIDCFinish completes a flow: it signs in, or ties the identity to the
// account of who has signed in.
func (s *Server) serveOIDCFinish(w http.ResponseWriter, r *http.Request) {
	flow := ""
	if c, err := r.Cookie(s.flow); err == nil {
		flow = c.Value
	}
	// Whatever comes of it, the flow is over.
	http.SetCookie(w, s.newCookie(s.flow, "", -1))
	if oidc.IsLink(flow) {
		s.finishLink(w, r, flow)
		return
	}
	id, err := s.o.Provider.Complete(r.Context(), flow, "", answerOf(r))
	if err != nil {
		s.providerFailed(w, r, err, false)
		return
	}
	result, err := s.o.Backend.SignInProvider(r.Context(), app.ProviderSignIn{
		Issuer: id.Issuer, Subject: id.Subject, Factor: id.Factor, Device: s.deviceToken(r), Origin: s.origin(r, auth.ByProvider),
	}, s.o.Sessions)
	switch {
	case errors.Is(err, app.ErrNoAccess), errors.Is(err, app.ErrWrongCredentials):
		lead(w, pageNotLinked)
	default:
		s.signedIn(w, r, result, err)
	}
}

func (s *Server) finishLink(w http.ResponseWriter, r *http.Request, flow string) {
	p, ok := s.personOf(w, r)
	if !ok {
		return
	}
	req := request.FromContext(r.Context())
	req.By(string(p.ID))
	id, err := s.o.Provider.Complete(r.Context(), flow, p.Session, answerOf(r))
	if err != nil {
		s.providerFailed(w, r, err, true)
		return
	}
	err = s.o.Backend.LinkProvider(auth.NewContext(r.Context(), p), id.Issuer, id.Subject)
	refusals, refused := thads.Refusals(err)
	switch {
	case err == nil:
		lead(w, pageLinked)
	case refused && refusals[0].Code == thads.CodeDuplicate:
		req.Ran(request.Operation{Code: string(refusals[0].Code)})
		lead(w, pageLinkTaken)
	case refused:
		req.Ran(request.Operation{Code: string(refusals[0].Code)})
		lead(w, pageLinkRefused)
	default:
		s.signInFailed(w, r, err)
	}
}

// providerFailed tells that signing in at the provider came to nothing: it said
// no, or is away.
func (s *Server) providerFailed(w http.ResponseWriter, r *http.Request, err error, link bool) {
	req := request.FromContext(r.Context())
	if errors.Is(err, oidc.ErrRefused) {
		s.log.WarnContext(r.Context(), "sign-in at the provider was refused", "requestId", req.ID(), "error", err)
		to := pageRefused
		if link {
			to = pageLinkRefused
		}
		lead(w, to)
		return
	}
	s.log.ErrorContext(r.Context(), "the provider of OpenID Connect is away", "requestId", req.ID(), "error", err)
	req.Ran(request.Operation{Code: string(thads.CodeUnavailable)})
	w.Header().Set("Retry-After", busyAgain)
	p := stepPage{
		VI:   "Nơi đăng nhập một lần tạm thời không trả lời. Hãy đăng nhập bằng mật khẩu hoặc thử lại sau ít phút.",
		EN:   "The provider to sign in at does not answer now. Sign in by password, or try again in a few minutes.",
		Next: pageSignIn,
	}
	if link {
		p.Next = "/profile"
	}
	s.step(w, r, http.StatusServiceUnavailable, p)
}

// A stepPage is a page between two others: it says something and leads on, by
// itself where Refresh is set.
type stepPage struct {
	VI, EN  string
	Next    string
	Refresh bool
	Lang    string
}

// Text is the sentence in the language of the page.
func (p stepPage) Text() string { return p.Say(p.VI, p.EN) }

// Say returns the sentence in the language of the page.
func (p stepPage) Say(vi, en string) string { return thads.Text{VI: vi, EN: en}.In(p.Lang) }

var stepTemplate = template.Must(template.New("step").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
{{- if .Refresh}}
<meta http-equiv="refresh" content="0; url={{.Next}}">
{{- end}}
<title>{{.Say "Đăng nhập – Sổ THADS" "Sign in – THADS ledger"}}</title>
<link rel="icon" href="/favicon.svg">
</head>
<body>
<main>
<h1>{{.Say "Sổ THADS" "THADS ledger"}}</h1>
<p>{{.Text}}</p>
<p><a href="{{.Next}}">{{.Say "Tiếp tục" "Go on"}}</a></p>
</main>
</body>
</html>
`))

func (s *Server) step(w http.ResponseWriter, r *http.Request, status int, p stepPage) {
	p.Lang = request.FromContext(r.Context()).Language()
	// The address holds a code, and goes nowhere with the next request.
	w.Header().Set("Referrer-Policy", "no-referrer")
	s.sendPage(w, r, status, stepTemplate, p.Lang, p)
}
