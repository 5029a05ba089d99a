package httpd

import (
	"context"
	"net/http"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
)

// mayLast tells whether a request names server-sent events among what it takes.
// Whether it gets them is decided by who knows what it asks for; until then it has
// no deadline.
func mayLast(r *http.Request) bool {
	if r.Method != http.MethodPost {
		return false
	}
	for _, accept := range r.Header.Values("Accept") {
		if strings.Contains(strings.ToLower(accept), "text/event-stream") {
			return true
		}
	}
	return false
}

// stay is what an answer that lasts is told of its request and of this server.
func (s *Server) stay(r *http.Request) *app.Stay {
	return &app.Stay{Timeout: s.o.Timeout, Ending: s.ending, Recheck: s.recheck(r)}
}

// recheck returns who asks, each time anew, without that being a use of the
// session or token.
func (s *Server) recheck(r *http.Request) func(context.Context) (auth.Principal, error) {
	ask := func(context.Context) (auth.Principal, error) { return auth.Principal{}, nil }
	if hasAuthorization(r) {
		text, _ := bearer(r.Header.Values("Authorization"))
		ask = func(ctx context.Context) (auth.Principal, error) { return s.o.Backend.TokenStillWorks(ctx, text) }
	} else if token, given := s.sessionToken(r); given && !token.IsZero() {
		ask = func(ctx context.Context) (auth.Principal, error) {
			return s.o.Backend.StillSignedIn(ctx, token, s.o.Sessions)
		}
	}
	return func(ctx context.Context) (auth.Principal, error) {
		ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
		defer cancel()
		return ask(ctx)
	}
}
