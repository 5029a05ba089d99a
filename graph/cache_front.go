package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/graph/documents"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
)

// Bounds of what is remembered of requests.
const (
	// maxPlans is how many requests are known again by their bytes.
	maxPlans = 4000
	// maxKnownAddress bounds the parameters of an address that is known again, in
	// bytes.
	maxKnownAddress = 4 << 10
	// maxAccept bounds the header Accept of an answer that is kept, in bytes.
	maxAccept = 256
)

// A front stands before the executor: it gives answers that are kept, lets
// requests that ask the same wait for one answer, and sends subscriptions to
// their transport.
type front struct {
	app     *app.App
	next    http.Handler
	errors  presenter
	planner planner
	// plans are known by the hash of the body, those of known documents by the
	// parameters of the address.
	plans   *lru.LRU[*plan]
	known   *lru.LRU[*plan]
	answers *answers
}

func newFront(a *app.App, schema *ast.Schema, p presenter, next http.Handler) *front {
	return &front{
		app: a, next: next, errors: p, planner: planner{schema}, answers: newAnswers(maxAnswers),
		plans: lru.New[*plan](maxPlans), known: lru.New[*plan](maxPlans),
	}
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		f.serveKnown(w, r)
		return
	}
	body, err := bodyOf(r)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, errUnreadable)
		return
	}
	p := f.plan(r.Context(), body)
	if p.kind == ast.Subscription {
		f.serveStream(w, r)
		return
	}
	// A request that could have lasted, and does not.
	if stay := app.StayOf(r.Context()); stay != nil {
		ctx, cancel := context.WithTimeout(r.Context(), stay.Timeout)
		defer cancel()
		r = r.WithContext(ctx)
	}
	if !p.keeps || !f.app.KeepsUp() {
		f.next.ServeHTTP(w, r)
		return
	}
	if k := f.answer(w, r, p); k != nil {
		give(w, r, k)
	}
}

// bodyOf returns the body of a request, which can be read again: whoever has read
// it already need not copy it.
func bodyOf(r *http.Request) ([]byte, error) {
	if b, ok := r.Body.(interface{ Bytes() []byte }); ok {
		return b.Bytes(), nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}

// plan returns what is known of a request.
func (f *front) plan(ctx context.Context, body []byte) *plan {
	sum := sha256.Sum256(body)
	key := string(sum[:])
	if p, ok := f.plans.Get(ctx, key); ok {
		return p
	}
	p := f.planner.plan(body)
	f.plans.Add(ctx, key, p)
	return p
}

func (f *front) serveStream(w http.ResponseWriter, r *http.Request) {
	if app.StayOf(r.Context()) == nil || !prefersEvents(r.Header.Values("Accept")) {
		refuse(w, r, http.StatusNotAcceptable, errNotStreamed)
		return
	}
	s := &stream{recovered: f.errors.recovered}
	f.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), streamKey{}, s)))
}

// answer returns the answer to a question whose answers may be kept: one that is
// kept, one that somebody else is being given, or a new one. It returns nil where
// it has answered itself, because there is nothing that could be given twice.
func (f *front) answer(w http.ResponseWriter, r *http.Request, p *plan) *keptAnswer {
	ctx := r.Context()
	accept := r.Header.Values("Accept")
	if len(accept) > 1 || len(accept) == 1 && len(accept[0]) > maxAccept {
		return f.run(w, r, p)
	}
	position := f.app.Changes()
	key := keyOf(p.question, situation{
		who: auth.FromContext(ctx), language: request.FromContext(ctx).Language(), accept: r.Header.Get("Accept"),
		today: f.app.Today(), position: position,
	})
	kept, wait, land := f.answers.find(key, position)
	switch {
	case kept != nil:
		return kept
	case land != nil:
		return f.land(w, r, p, land)
	}
	select {
	case <-wait.done:
		if wait.answer != nil {
			return wait.answer
		}
		// Whoever was on the way has gone or was refused: that answer was not
		// for others.
	case <-ctx.Done():
		// Running it says so.
	}
	return f.run(w, r, p)
}

// land finds the answer of a flight and hands it to whoever waits.
func (f *front) land(w http.ResponseWriter, r *http.Request, p *plan, on *flight) (k *keptAnswer) {
	defer func() { f.answers.land(on, k, f.app.Changes()) }()
	return f.run(w, r, p)
}

// run runs the operation. It returns the answer where it is one without errors;
// what else there is to say has been said then.
func (f *front) run(w http.ResponseWriter, r *http.Request, p *plan) *keptAnswer {
	end := new(ending)
	rec := &recorded{header: http.Header{}}
	ctx := context.WithValue(r.Context(), endingKey{}, end)
	if p.body == nil {
		r = r.WithContext(ctx)
	} else {
		// To the executor all requests look alike.
		r = r.Clone(ctx)
		r.Method, r.Body, r.ContentLength = http.MethodPost, io.NopCloser(bytes.NewReader(p.body)), int64(len(p.body))
		r.Header.Set("Content-Type", "application/json")
	}
	f.next.ServeHTTP(rec, r)
	if rec.status == http.StatusOK && end.ended && !end.failed {
		return newAnswer(rec.body.Bytes(), rec.header.Get("Content-Type"), end.op)
	}
	h := w.Header()
	for name, values := range rec.header {
		h[name] = values
	}
	w.WriteHeader(rec.status)
	_, _ = w.Write(rec.body.Bytes()) // a client that went away needs no answer
	return nil
}

// give writes an answer.
func give(w http.ResponseWriter, r *http.Request, k *keptAnswer) {
	request.FromContext(r.Context()).Ran(k.op)
	h := w.Header()
	if r.Method == http.MethodGet {
		maps.Copy(h, k.got)
		h.Add("Vary", "Accept, Accept-Language, Authorization, Cookie")
	} else {
		maps.Copy(h, k.posted)
	}
	_, _ = w.Write(k.body) // a client that went away needs no answer
}

// serveKnown answers a GET: of a document that the program knows, by its id, with
// its variables. Nothing else is answered to a GET.
func (f *front) serveKnown(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p, ok := f.known.Get(ctx, r.URL.RawQuery)
	if !ok {
		var refusal *codedError
		if p, refusal = f.readKnown(r.URL.RawQuery); refusal != nil {
			refuse(w, r, http.StatusBadRequest, refusal)
			return
		}
		if len(r.URL.RawQuery) <= maxKnownAddress {
			f.known.Add(ctx, r.URL.RawQuery, p)
		}
	}
	var k *keptAnswer
	if p.keeps && f.app.KeepsUp() {
		k = f.answer(w, r, p)
	} else {
		k = f.run(w, r, p)
	}
	if k != nil {
		give(w, r, k)
	}
}

// readKnown reads the parameters of a GET.
func (f *front) readKnown(query string) (*plan, *codedError) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errAddress
	}
	for name, v := range values {
		if len(v) > 1 || !slices.Contains([]string{"documentId", "variables"}, name) {
			return nil, errAddress
		}
	}
	doc, ok := documents.ByID(values.Get("documentId"))
	if !ok {
		return nil, errUnknownDocument
	}
	params := struct {
		Query     string          `json:"query"`
		Variables json.RawMessage `json:"variables,omitempty"`
	}{Query: doc.Text}
	if text := values.Get("variables"); text != "" {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil {
			return nil, errVariables
		}
		params.Variables = json.RawMessage(text)
	}
	body, err := json.Marshal(params)
	if err != nil {
		return nil, errVariables
	}
	p := f.planner.plan(body)
	p.body = body
	return p, nil
}

var (
	errAddress         = &codedError{code: "BAD_REQUEST", vi: "GET chỉ nhận documentId và variables, mỗi tham số một lần", en: "GET takes documentId and variables, each once"}
	errUnknownDocument = &codedError{code: "UNKNOWN_DOCUMENT", vi: "Không có tài liệu GraphQL này; hãy gửi bằng POST", en: "There is no such GraphQL document; send it by POST"}
	errVariables       = &codedError{code: "BAD_REQUEST", vi: "variables phải là một đối tượng JSON", en: "variables must be one JSON object"}
)

// An ending tells how an operation ended.
type ending struct {
	ended, failed bool
	op            request.Operation
}

type endingKey struct{ _ byte }

// noteEnding tells whoever asked for the answer how it ended.
func noteEnding(ctx context.Context, op request.Operation, failed bool) {
	if e, ok := ctx.Value(endingKey{}).(*ending); ok {
		e.ended, e.failed, e.op = true, e.failed || failed, op
	}
}

// recorded is an answer that is written down before it is given.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorded) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorded) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *recorded) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
