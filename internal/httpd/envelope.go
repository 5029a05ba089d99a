package httpd

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/web"
)

// requestIDHeader tells the id of a request to its caller. Ids that callers
// send are ignored: they could forge lines of the log.
const requestIDHeader = "X-Request-Id"

// apiPolicy is the content policy of answers that are no pages.
const apiPolicy = "default-src 'none'; frame-ancestors 'none'"

// envelope gives every request its id and its headers, catches panics, and
// writes one line of log and the metrics when the answer is given.
func (s *Server) envelope(next http.Handler) http.Handler {
	always := s.headers()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := request.New(r.Header.Get("Accept-Language"))
		ctx := request.NewContext(r.Context(), req)
		h := w.Header()
		h[requestIDHeader] = []string{req.ID()}
		// The lists are shared by all answers: whoever sets or adds makes new ones.
		maps.Copy(h, always)
		rec := &recorder{ResponseWriter: w}
		began := time.Now()
		s.metrics.inFlight.Inc()
		defer func() {
			s.metrics.inFlight.Dec()
			cause := recover()
			if cause != nil && !isAbort(cause) {
				// The stack goes to the log and nowhere else.
				s.log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("requestId", req.ID()),
					slog.Any("panic", cause), slog.String("stack", string(debug.Stack())))
				s.metrics.panics.Inc()
				if !rec.begun() {
					s.fail(rec, r.WithContext(ctx), http.StatusInternalServerError, problemInternal)
					cause = nil
				}
			}
			s.done(ctx, r.Method, req, rec, time.Since(began))
			if cause != nil {
				// Half an answer was sent: the connection must not look whole.
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(rec, r.WithContext(ctx))
	})
}

// headers are those of every answer.
func (s *Server) headers() http.Header {
	h := http.Header{}
	web.SetSecurityHeaders(h)
	h.Set("Content-Security-Policy", apiPolicy)
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	for name, values := range h {
		h[name] = slices.Clip(values)
	}
	return h
}

func isAbort(cause any) bool {
	err, ok := cause.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// done tells log and metrics how a request ended. Neither the address with its
// parameters nor anything of the bodies is told: they hold personal data and
// sign-in tokens.
func (s *Server) done(ctx context.Context, method string, req *request.Request, rec *recorder, took time.Duration) {
	op, route, status := req.Operation(), req.Route(), rec.statusCode()
	s.metrics.observe(route, status, op, took)
	attrs := append(make([]slog.Attr, 0, 10),
		slog.String("requestId", req.ID()),
		slog.String("method", knownMethod(method)),
		slog.String("route", route),
		slog.Int("status", status),
		slog.Int64("bytes", rec.bytes),
		slog.Duration("took", took.Round(time.Microsecond)),
	)
	if op.Kind != "" {
		attrs = append(attrs, slog.String("kind", op.Kind), slog.String("operation", op.Name))
	}
	if op.Code != "" {
		attrs = append(attrs, slog.String("code", op.Code))
	}
	if who := req.Principal(); who != "" {
		attrs = append(attrs, slog.String("principal", who))
	}
	level := slog.LevelInfo
	if route != "/graphql" && !isFileRoute(route) && status < 400 {
		level = slog.LevelDebug // probes and assets
	}
	// Written by hand: where in the program it is logged is of no interest here,
	// and finding out takes longer than the line.
	if h := s.log.Handler(); h.Enabled(ctx, level) {
		line := slog.NewRecord(time.Now(), level, "request", 0)
		line.AddAttrs(attrs...)
		_ = h.Handle(ctx, line) // as with any other line: who could be told?
	}
}

// knownMethod keeps what a client invents out of log and metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// route notes which route answers.
func (s *Server) route(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request.FromContext(r.Context()).Took(name)
		next.ServeHTTP(w, r)
	})
}

// whenServing answers 503 before the server is ready.
func (s *Server) whenServing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.state.Load() == starting {
			w.Header().Set("Retry-After", "2")
			s.fail(w, r, http.StatusServiceUnavailable, problemStarting)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// A recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	// 1xx come before the answer itself.
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Flush serves handlers that stream and look for http.Flusher.
func (r *recorder) Flush() {
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		if r.status == 0 {
			r.status = http.StatusOK
		}
		f.Flush()
	}
}

// Unwrap serves http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) begun() bool { return r.status != 0 }

func (r *recorder) statusCode() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// statusClass is a status as the metrics tell it: "2xx".
func statusClass(status int) string { return strconv.Itoa(status/100) + "xx" }
