package httpd

import (
	"context"
	"net/http"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
)

// hasAuthorization tells whether a request says who asks by a header. Such a
// request is a program's: it is judged by the header alone, and cookies that a
// browser adds count for nothing.
func hasAuthorization(r *http.Request) bool { return r.Header["Authorization"] != nil }

// principal returns who asks: anonymous without a session or token,
// app.ErrNoAccess with one that is none or has ended.
func (s *Server) principal(ctx context.Context, r *http.Request) (auth.Principal, error) {
	if hasAuthorization(r) {
		token, ok := bearer(r.Header.Values("Authorization"))
		if !ok {
			return auth.Principal{}, app.ErrNoAccess
		}
		return s.o.Backend.AuthenticateToken(ctx, token)
	}
	token, given := s.sessionToken(r)
	switch {
	case !given:
		return auth.Principal{}, nil
	case token.IsZero():
		return auth.Principal{}, app.ErrNoAccess
	}
	return s.o.Backend.Authenticate(ctx, token, s.o.Sessions)
}

// bearer reads the header by which an API token is presented (RFC 6750, 2.1). It
// is false for another scheme and for several headers.
func bearer(headers []string) (string, bool) {
	if len(headers) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(headers[0], " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// challenge tells a program that was refused how it would have to present a
// token (RFC 6750, 3).
func challenge(w http.ResponseWriter, r *http.Request) {
	value := `Bearer realm="thads"`
	if _, ok := bearer(r.Header.Values("Authorization")); ok {
		value += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", value)
}
