package httpd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
)

// serveGraphQL lets a request through to the API when it is one: a POST of JSON
// of bounded size, read whole, or a GET that names a document, with its principal
// and its deadline. All of it is judged before the API sees anything.
func (s *Server) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost:
		if !s.readOperation(w, r) {
			return
		}
	case r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, documentParameter):
		w = &conditional{ResponseWriter: w, r: r}
	default:
		w.Header().Set("Allow", http.MethodPost)
		s.fail(w, r, http.StatusMethodNotAllowed, problemMethod)
		return
	}

	ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
	defer cancel()
	p, err := s.principal(ctx, r)
	switch {
	case errors.Is(err, app.ErrNoAccess) && hasAuthorization(r):
		// A program is told: it would go on as anybody without noticing.
		challenge(w, r)
		s.fail(w, r, http.StatusUnauthorized, problemToken)
		return
	case errors.Is(err, app.ErrNoAccess):
		// The session has ended: the visitor goes on as anybody, and the
		// browser forgets the cookie.
		s.forgetCookie(w)
	case err != nil:
		s.log.ErrorContext(ctx, "a session could not be read", "requestId", request.FromContext(ctx).ID(), "error", err)
		s.fail(w, r, http.StatusServiceUnavailable, problemUnavailable)
		return
	}
	request.FromContext(ctx).By(string(p.ID))
	if mayLast(r) {
		ctx = app.WithStay(r.Context(), s.stay(r))
	}
	s.o.GraphQL.ServeHTTP(w, r.WithContext(auth.NewContext(ctx, p)))
}

// documentParameter is the parameter of a GET that names a document of the API.
const documentParameter = "documentId="

// readOperation reads the body of a POST, or refuses it and is false.
func (s *Server) readOperation(w http.ResponseWriter, r *http.Request) bool {
	if !isJSON(r.Header.Values("Content-Type")) || r.Header.Get("Content-Encoding") != "" {
		s.fail(w, r, http.StatusUnsupportedMediaType, problemMediaType)
		return false
	}
	if r.ContentLength > MaxBody {
		// The rest of the body is not read: the connection ends.
		w.Header().Set("Connection", "close")
		s.fail(w, r, http.StatusRequestEntityTooLarge, problemTooLarge)
		return false
	}
	text, err := readBody(w, r)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			s.fail(w, r, http.StatusRequestEntityTooLarge, problemTooLarge)
			return false
		}
		s.fail(w, r, http.StatusBadRequest, problemBody)
		return false
	}
	r.Body, r.ContentLength = &whole{*bytes.NewReader(text), text}, int64(len(text))
	return true
}

// readBody reads a body that is not larger than MaxBody as far as it has told.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	}
	text := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, text)
	return text, err
}

// whole is a body that was read whole.
type whole struct {
	bytes.Reader
	text []byte
}

// Bytes returns the body; it may not be changed.
func (b *whole) Bytes() []byte { return b.text }

// Close implements io.Closer.
func (b *whole) Close() error { return nil }

// sessionToken returns the token in the session cookie, and whether there is
// such a cookie; the token is zero if the cookie holds none. A request that says
// who asks by a header has no session.
func (s *Server) sessionToken(r *http.Request) (token auth.Token, given bool) {
	if hasAuthorization(r) {
		return auth.Token{}, false
	}
	for _, cookie := range r.CookiesNamed(s.cookie) {
		given = true
		if token, ok := auth.ParseToken(cookie.Value); ok {
			return token, true
		}
	}
	return auth.Token{}, given
}

// isJSON tells whether the body is declared to be JSON in UTF-8. A simple form
// of a foreign page cannot declare that.
func isJSON(contentType []string) bool {
	if len(contentType) != 1 {
		return false
	}
	if contentType[0] == "application/json" { // as nearly everybody writes it
		return true
	}
	mediaType, params, err := mime.ParseMediaType(contentType[0])
	if err != nil || mediaType != "application/json" {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}
