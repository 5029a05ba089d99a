package httpd

import (
	"context"
	"errors"
	"html/template"
	"mime"
	"net/http"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
	"github.com/thads/thads/web"
)

// serveSignIn answers sign-in links. Opening a one-time link shows a page with
// a button and changes nothing, because programs that preview links open them
// too; the button uses the link up. A lasting link signs in when it is opened.
func (s *Server) serveSignIn(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		s.openLink(w, r)
	case http.MethodPost:
		s.redeemLink(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		s.page(w, r, http.StatusMethodNotAllowed, linkPage{})
	}
}

func (s *Server) openLink(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !r.URL.Query().Has("token") {
		lead(w, pageSignIn) // who types the address wants to sign in
		return
	}
	token, ok := auth.ParseToken(r.URL.Query().Get("token"))
	if !ok {
		s.page(w, r, http.StatusNotFound, linkPage{})
		return
	}
	if id, ok := s.lasting[token.Hash()]; ok {
		if r.Method == http.MethodHead {
			return
		}
		session, u, err := s.o.Backend.SignInAs(auth.NewContext(ctx, auth.System("sign-in link")), id, s.origin(r, auth.ByDemonstration), s.o.Sessions)
		s.signedIn(w, r, &app.SignInResult{User: u, Session: session}, err)
		return
	}
	u, err := s.o.Backend.PeekLink(ctx, token)
	if err != nil {
		s.signInFailed(w, r, err)
		return
	}
	s.page(w, r, http.StatusOK, linkPage{Token: token.Reveal(), Name: u.Name, Account: u.Account})
}

func (s *Server) redeemLink(w http.ResponseWriter, r *http.Request) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		s.page(w, r, http.StatusUnsupportedMediaType, linkPage{})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.page(w, r, http.StatusBadRequest, linkPage{})
		return
	}
	token, ok := auth.ParseToken(r.PostForm.Get("token"))
	if !ok {
		s.page(w, r, http.StatusNotFound, linkPage{})
		return
	}
	result, err := s.o.Backend.RedeemLink(r.Context(), token, s.origin(r, auth.ByLink), s.o.Sessions)
	s.signedIn(w, r, result, err)
}

// signedIn hands a new session to the browser and leads to the first page, or to
// the second factor where it is asked for.
func (s *Server) signedIn(w http.ResponseWriter, r *http.Request, result *app.SignInResult, err error) {
	switch {
	case err != nil:
		s.signInFailed(w, r, err)
	case !result.Challenge.IsZero():
		lead(w, pageChallenge+result.Challenge.Reveal())
	default:
		s.begin(w, r, result)
		lead(w, pageHome)
	}
}

func (s *Server) signInFailed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, app.ErrNoAccess) {
		s.page(w, r, http.StatusNotFound, linkPage{})
		return
	}
	s.log.ErrorContext(r.Context(), "sign-in failed", "requestId", request.FromContext(r.Context()).ID(), "error", err)
	s.fail(w, r, http.StatusServiceUnavailable, problemUnavailable)
}

// serveSignOut ends the session: 204 for programs, the first page for browsers
// that post a form.
func (s *Server) serveSignOut(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.fail(w, r, http.StatusMethodNotAllowed, problemMethod)
		return
	}
	if err := s.endSession(r.Context(), r); err != nil {
		// The cookie stays: whoever is told that it failed can try again.
		s.log.ErrorContext(r.Context(), "sign-out failed", "requestId", request.FromContext(r.Context()).ID(), "error", err)
		s.fail(w, r, http.StatusServiceUnavailable, problemUnavailable)
		return
	}
	s.forgetCookie(w)
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		lead(w, pageHome)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// endSession ends the session of the request, if it has one.
func (s *Server) endSession(ctx context.Context, r *http.Request) error {
	token, _ := s.sessionToken(r)
	if token.IsZero() {
		return nil
	}
	return s.o.Backend.SignOut(ctx, token)
}

// newCookie makes a cookie, which is there for maxAge seconds. Strict is enough:
// pages are the same for everybody, and what they load comes from themselves,
// also after a link from elsewhere.
func (s *Server) newCookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	}
}

func (s *Server) forgetCookie(w http.ResponseWriter) {
	http.SetCookie(w, s.newCookie(s.cookie, "", -1))
}

// A linkPage is what a sign-in link shows: as whom it signs in, or that it
// leads nowhere.
type linkPage struct {
	Token, Name, Account string
	Lang                 string
}

// Say returns the sentence in the language of the page.
func (p linkPage) Say(vi, en string) string { return thads.Text{VI: vi, EN: en}.In(p.Lang) }

var linkTemplate = template.Must(template.New("link").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Say "Đăng nhập – Sổ THADS" "Sign in – THADS ledger"}}</title>
<link rel="icon" href="/favicon.svg">
</head>
<body>
<main>
<h1>{{.Say "Sổ THADS" "THADS ledger"}}</h1>
{{- if .Token}}
<p>{{.Say "Đăng nhập với tài khoản" "Sign in as"}} <strong>{{.Name}}</strong>{{if ne .Name .Account}} ({{.Account}}){{end}}.</p>
<form method="post" action="/signin">
<input type="hidden" name="token" value="{{.Token}}">
<button type="submit" autofocus>{{.Say "Đăng nhập" "Sign in"}}</button>
</form>
<p>{{.Say "Liên kết chỉ dùng được một lần." "The link works once."}}</p>
{{- else}}
<p>{{.Say "Liên kết đăng nhập không đúng, đã được dùng hoặc đã hết hạn. Hãy xin liên kết mới." "This sign-in link is wrong, was used or has expired. Ask for a new one."}}</p>
<p><a href="/">{{.Say "Về trang đầu" "To the first page"}}</a></p>
{{- end}}
</main>
</body>
</html>
`))

func (s *Server) page(w http.ResponseWriter, r *http.Request, status int, p linkPage) {
	p.Lang = request.FromContext(r.Context()).Language()
	s.sendPage(w, r, status, linkTemplate, p.Lang, p)
}

// sendPage sends one of the pages that are not the web application's.
func (s *Server) sendPage(w http.ResponseWriter, r *http.Request, status int, t *template.Template, lang string, data any) {
	h := w.Header()
	h.Set("Content-Security-Policy", web.ContentSecurityPolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Vary", "Accept-Language")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	if err := t.Execute(w, data); err != nil {
		// The templates are tried by tests: what fails here is the client.
		s.log.DebugContext(r.Context(), "a page was not sent", "requestId", request.FromContext(r.Context()).ID(), "error", err)
	}
}
