package httpd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// outputOf splits the name of a file of figures; false where it is none.
func outputOf(file string) (noun string, format app.OutputFormat, ok bool) {
	noun, extension, _ := strings.Cut(file, ".")
	format = app.OutputFormat(extension)
	return noun, format, noun != "" && slices.Contains(app.OutputFormats(), format)
}

// formCode is the form that a word in an address names: "results-by-case".
func formCode(noun string) string { return strings.ToUpper(strings.ReplaceAll(noun, "-", "_")) }

// values reads the parameters by which an address sets parts of a question.
func values(r *http.Request, more ...string) (app.OutputValues, map[string]string, error) {
	names := app.ParameterNames()
	known := slices.Clone(more)
	for name := range names {
		known = append(known, name)
	}
	q, err := parameters(r, known...)
	if err != nil {
		return nil, nil, err
	}
	out, rest := app.OutputValues{}, map[string]string{}
	for name := range q {
		if p, ok := names[name]; ok {
			out[p] = q.Get(name)
			continue
		}
		rest[name] = q.Get(name)
	}
	return out, rest, nil
}

// serveReport hands out a statutory form as a workbook, as CSV or as JSON, or the
// postings behind it or one of its cells, a line each.
func (s *Server) serveReport(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	if noun, isPostings := strings.CutSuffix(file, ".ndjson"); isPostings && noun != "" {
		s.servePostings(w, r, formCode(noun))
		return
	}
	noun, format, ok := outputOf(file)
	if !ok {
		s.refuse(w, r, http.StatusNotFound, problemNoFile)
		return
	}
	v, _, err := values(r)
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	s.sendOutput(w, r, func(ctx context.Context) (*app.Output, error) {
		return s.o.Backend.ReportOutput(ctx, formCode(noun), v, format)
	})
}

// servePostings hands out the postings behind a report, or behind the cell that
// the parameters row and column name.
func (s *Server) servePostings(w http.ResponseWriter, r *http.Request, form string) {
	v, cell, err := values(r, "row", "column")
	if err == nil && (cell["row"] == "") != (cell["column"] == "") {
		err = thads.Errorf(thads.CodeInvalid, "row", "Cần cả row và column, hoặc không tham số nào", "Give both row and column, or neither")
	}
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	name := "Bút toán " + strings.ToLower(form) + " " + s.o.Backend.Today().String() + ".ndjson"
	s.send(w, r, file{name: name, contentType: "application/x-ndjson; charset=utf-8"}, func(ctx context.Context, w io.Writer) error {
		return s.o.Backend.ReportPostings(ctx, form, v, cell["row"], cell["column"], w)
	})
}

// serveQuery hands out the answer of a saved query.
func (s *Server) serveQuery(w http.ResponseWriter, r *http.Request) {
	id, format, ok := outputOf(r.PathValue("file"))
	if !ok {
		s.refuse(w, r, http.StatusNotFound, problemNoFile)
		return
	}
	v, _, err := values(r)
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	s.sendOutput(w, r, func(ctx context.Context) (*app.Output, error) {
		return s.o.Backend.SavedQueryOutput(ctx, id, v, format)
	})
}

// sendOutput hands out a file of figures: with the hash of its bytes, by which a
// program that has them already is spared them, or, where it is a list of records
// that is written piece by piece and recorded each time, without.
func (s *Server) sendOutput(w http.ResponseWriter, r *http.Request, make func(context.Context) (*app.Output, error)) {
	if !s.downloads.take() {
		s.refuse(w, r, http.StatusServiceUnavailable, problemBusy)
		return
	}
	held := true
	release := func() {
		if held {
			s.downloads.give()
			held = false
		}
	}
	defer release()
	ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
	out, err := make(ctx)
	cancel()
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	f := file{name: out.Name + "." + string(out.Format), contentType: out.Format.ContentType(), mark: out.Record}
	if out.Body == nil {
		release()
		s.send(w, r, f, out.Write)
		return
	}
	sum := sha256.Sum256(out.Body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	// What one sees depends on who asks, and is asked for anew each time.
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization, Cookie")
	if isKnown(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	f.setHeaders(h)
	h.Set("Content-Length", strconv.Itoa(len(out.Body)))
	if r.Method == http.MethodHead {
		return
	}
	client := &leaving{to: w, pace: newPace(http.NewResponseController(w).SetWriteDeadline)}
	for rest := out.Body; len(rest) > 0; rest = rest[min(len(rest), downloadBuffer):] {
		if _, err := client.Write(rest[:min(len(rest), downloadBuffer)]); err != nil {
			// Nobody waits for it any more, or takes it too slowly.
			s.abort(r.Context(), "CANCELLED", slog.LevelInfo, err)
		}
	}
}

// isKnown tells whether one of the tags that a client has is the one of the file
// (RFC 9110, 13.1.2: compared weakly).
func isKnown(headers []string, tag string) bool {
	for _, h := range headers {
		for t := range strings.SplitSeq(h, ",") {
			if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
				return true
			}
		}
	}
	return false
}
