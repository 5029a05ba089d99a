package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
)

// serveHealth tells that the process answers. It asks nothing of the store: a
// supervisor that restarts on it would not mend a store.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // a prober that went away needs no answer
}

// A readiness is the answer of /readyz.
type readiness struct {
	Ready bool `json:"ready"`
	// Reasons say why not.
	Reasons []string `json:"reasons,omitempty"`
}

// serveReady tells whether requests should come here, and why not.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	answer := readiness{Reasons: s.reasons(ctx)}
	answer.Ready = len(answer.Reasons) == 0
	w.Header().Set("Content-Type", jsonType)
	if !answer.Ready {
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer) // likewise
}

func (s *Server) reasons(ctx context.Context) []string {
	var reasons []string
	switch s.state.Load() {
	case starting:
		reasons = append(reasons, "starting")
	case draining:
		reasons = append(reasons, "draining")
	}
	if err := s.o.Backend.Ready(ctx); err != nil {
		// The driver's own words may tell hosts and paths: they go to the log.
		s.log.WarnContext(ctx, "the store is not ready", "requestId", request.FromContext(ctx).ID(), "error", err)
		reason := "store: does not answer"
		if errors.Is(err, store.ErrClosed) {
			reason = "store: closed"
		}
		reasons = append(reasons, reason)
	}
	for _, c := range s.o.Checks {
		if err := c.Ask(ctx); err != nil {
			reasons = append(reasons, c.Name+": "+err.Error())
		}
	}
	return reasons
}
