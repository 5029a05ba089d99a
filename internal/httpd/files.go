package httpd

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file is what uploads and downloads share. Files go over plain HTTP and
// not through the API: they are streamed, may take minutes and are measured in
// megabytes.

// How many files one process moves at a time. Each costs memory and the store's
// attention; more than these wait on the client's side.
const (
	maxUploads   = 4
	maxDownloads = 4
	// busyAgain is when a client that found no place may ask again, in seconds.
	busyAgain = "5"
)

// The routes of files, as log and metrics name them.
const (
	routeUploads   = "/uploads"
	routeExports   = "/exports"
	routeTemplates = "/templates"
	routeProblems  = "/imports/problems"
	routeReports   = "/reports"
	routeQueries   = "/queries"
)

// isFileRoute tells whether a route takes or hands out files.
func isFileRoute(route string) bool {
	switch route {
	case routeUploads, routeExports, routeTemplates, routeProblems, routeReports, routeQueries:
		return true
	}
	return false
}

// slots are places for requests of one kind.
type slots chan struct{}

// take takes a place if one is free. Whoever took one gives it back.
func (s slots) take() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s slots) give() { <-s }

// allow lets requests of one of the methods through.
func allow(methods []string, refuse, serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(methods, r.Method) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			refuse(w, r)
			return
		}
		serve(w, r)
	})
}

func (s *Server) wrongMethod(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusMethodNotAllowed, problemFileMethod)
}

// forFiles wraps what all routes of files ask for: one of the methods, a session
// or token, and the right. Who it is travels on in the context.
func (s *Server) forFiles(right auth.Right, methods []string, serve http.HandlerFunc) http.Handler {
	return allow(methods, s.wrongMethod, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
		p, err := s.principal(ctx, r)
		cancel()
		switch {
		case errors.Is(err, app.ErrNoAccess):
			p := problemToken
			if !hasAuthorization(r) {
				s.forgetCookie(w)
				p = problemSignIn
			}
			challenge(w, r)
			s.refuse(w, r, http.StatusUnauthorized, p)
			return
		case err != nil:
			s.log.ErrorContext(r.Context(), "a session could not be read", "requestId", request.FromContext(r.Context()).ID(), "error", err)
			s.refuse(w, r, http.StatusServiceUnavailable, problemUnavailable)
			return
		case p.IsAnonymous():
			challenge(w, r)
			s.refuse(w, r, http.StatusUnauthorized, problemSignIn)
			return
		}
		request.FromContext(r.Context()).By(string(p.ID))
		// A token that was left single fields of the API was left no files.
		if !p.Can(right) || p.Fields != nil {
			s.refuse(w, r, http.StatusForbidden, problemForbidden)
			return
		}
		serve(w, r.WithContext(auth.NewContext(r.Context(), p)))
	})
}

// refuse answers a request for a file with a problem.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, p problem) {
	s.refuseAt(w, r, status, p, nil)
}

// refuseAt names the field that the problem is about as well.
func (s *Server) refuseAt(w http.ResponseWriter, r *http.Request, status int, p problem, field []string) {
	req := request.FromContext(r.Context())
	req.Ran(request.Operation{Code: string(p.code)})
	// What came before may have used up the time for writing.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeGrace)) // where there is none, there is nothing to set
	h := w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Content-Language", req.Language())
	if status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", busyAgain)
	}
	w.WriteHeader(status)
	type fileError struct {
		Code      thads.Code `json:"code"`
		Message   string     `json:"message"`
		Field     []string   `json:"field,omitempty"`
		RequestID string     `json:"requestId"`
	}
	_ = json.NewEncoder(w).Encode(map[string]fileError{ // a client that went away needs no answer
		"error": {p.code, p.text.In(req.Language()), field, req.ID()},
	})
}

// refuseError answers with what the application refused, or with a fault, which
// goes to the log and is not shown.
func (s *Server) refuseError(w http.ResponseWriter, r *http.Request, err error) {
	refusals, refused := thads.Refusals(err)
	switch {
	case refused:
		e := refusals[0]
		if e.Cause != nil {
			s.log.WarnContext(r.Context(), "a file was refused", "requestId", request.FromContext(r.Context()).ID(), "code", string(e.Code), "cause", e.Cause)
		}
		s.refuseAt(w, r, statusOf(e.Code), problem{e.Code, e.Text}, e.Field)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrClosed):
		s.log.ErrorContext(r.Context(), "a file failed", "requestId", request.FromContext(r.Context()).ID(), "error", err)
		s.refuse(w, r, http.StatusServiceUnavailable, problemUnavailable)
	default:
		s.log.ErrorContext(r.Context(), "a file failed", "requestId", request.FromContext(r.Context()).ID(), "error", err)
		s.refuse(w, r, http.StatusInternalServerError, problemInternal)
	}
}

// statusOf is the status of a refusal.
func statusOf(code thads.Code) int {
	switch code {
	case thads.CodeForbidden:
		return http.StatusForbidden
	case thads.CodeNotFound:
		return http.StatusNotFound
	case thads.CodeUnavailable, thads.CodeLedgerBuilding:
		return http.StatusServiceUnavailable
	case thads.CodeLimit:
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusBadRequest
	}
}

// downloadBuffer is how much of a file is gathered before it is sent. What goes
// wrong before that is told as a refusal; a file that is smaller is sent with
// its length.
const downloadBuffer = 64 << 10

// A file is one that is handed out: its name, with the extension, and what it is.
type file struct {
	name   string
	format sheet.Format
	// contentType is the media type where there is no format.
	contentType string
	// mark, where it is not nil, stands behind the name once the file begins.
	mark *string
}

// setHeaders declares the file.
func (f file) setHeaders(h http.Header) {
	h.Set("Content-Type", cmp.Or(f.contentType, f.format.ContentType()))
	name := f.name
	if f.mark != nil && *f.mark != "" {
		extension := path.Ext(name)
		name = strings.TrimSuffix(name, extension) + " " + *f.mark + extension
	}
	h.Set("Content-Disposition", attachment(name))
}

// send hands out a file that write writes: with its headers at the first byte,
// and cut off, so that it does not look whole, where it cannot be written to its
// end.
func (s *Server) send(w http.ResponseWriter, r *http.Request, f file, write func(ctx context.Context, w io.Writer) error) {
	if r.Method == http.MethodHead {
		f.setHeaders(w.Header())
		return
	}
	if !s.downloads.take() {
		s.refuse(w, r, http.StatusServiceUnavailable, problemBusy)
		return
	}
	defer s.downloads.give()
	ctx := r.Context()
	client := &leaving{to: w, pace: newPace(http.NewResponseController(w).SetWriteDeadline)}
	sent := &begun{to: client, begin: func() { f.setHeaders(w.Header()) }}
	buffer := bufio.NewWriterSize(sent, downloadBuffer)
	err := write(ctx, buffer)
	if err == nil {
		if !sent.yes {
			w.Header().Set("Content-Length", strconv.Itoa(buffer.Buffered()))
		}
		if err = buffer.Flush(); err == nil && !sent.yes {
			sent.begin() // a file without a byte
		}
	}
	switch {
	case err == nil:
	case client.err != nil, ctx.Err() != nil:
		// Nobody waits for it any more, or takes it too slowly, or the server ends.
		s.abort(ctx, "CANCELLED", slog.LevelInfo, err)
	case sent.yes:
		s.abort(ctx, "ABORTED", slog.LevelError, err)
	default:
		s.refuseError(w, r, err)
	}
}

// abort ends the connection in the middle of a file.
func (s *Server) abort(ctx context.Context, code string, level slog.Level, err error) {
	req := request.FromContext(ctx)
	req.Ran(request.Operation{Code: code})
	s.log.Log(ctx, level, "a file was cut off", "requestId", req.ID(), "error", err)
	panic(http.ErrAbortHandler)
}

// begun notes the first byte.
type begun struct {
	to    io.Writer
	begin func()
	yes   bool
}

// Write implements io.Writer.
func (b *begun) Write(p []byte) (int, error) {
	if !b.yes {
		b.yes = true
		b.begin()
	}
	return b.to.Write(p)
}
