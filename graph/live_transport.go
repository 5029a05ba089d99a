package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
)

// A streamer answers subscriptions as server-sent events, in the mode of distinct
// connections of the protocol GraphQL over SSE: one event "next" for each answer,
// one "complete" at the end. It takes what the front of the API has found to be a
// subscription of somebody who asked for events, and nothing else.
type streamer struct {
	app    *app.App
	limits LiveLimits
	errors presenter

	mu    sync.Mutex
	total int
	open  map[string]int
}

func newStreamer(a *app.App, l LiveLimits, p presenter) *streamer {
	return &streamer{app: a, limits: l, errors: p, open: map[string]int{}}
}

// eventStream is the media type of server-sent events.
const eventStream = "text/event-stream"

// Supports implements graphql.Transport.
func (t *streamer) Supports(r *http.Request) bool { return streamOf(r.Context()) != nil }

// Do implements graphql.Transport: it runs the subscription until it, its
// listener, the session or the server comes to an end, and returns when
// everything that worked for it has.
func (t *streamer) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx, s := r.Context(), streamOf(r.Context())
	var params graphql.RawParams
	if err := decodeRequest(r.Body, &params); err != nil {
		refuse(w, r, http.StatusBadRequest, errUnreadable)
		return
	}
	params.Headers = r.Header
	op, errs := exec.CreateOperationContext(ctx, &params)
	ctx = graphql.WithOperationContext(ctx, op)
	if errs != nil {
		answerErrors(w, http.StatusUnprocessableEntity, exec.DispatchError(ctx, errs))
		return
	}
	who := auth.FromContext(ctx)
	release, refusal, status := t.admit(string(who.ID))
	if refusal != nil {
		w.Header().Set("Retry-After", strconv.Itoa(int(streamAgain.Seconds())))
		refuse(w, r, status, refusal)
		return
	}
	defer release()
	noteStream(ctx, op, nil)
	out := newEvents(w, t.limits.Write)
	if out.begin() != nil {
		return // the client is gone
	}
	err := t.run(ctx, out, exec, op, s)
	switch {
	case ctx.Err() != nil || errors.Is(err, errGoneAway):
		return
	case err != nil && !errors.Is(err, errOver):
		if out.next(exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(err)})) != nil {
			return
		}
	}
	_ = out.complete() // a client that went away needs no end
}

// run tells what the subscription answers, and returns why it ended once nothing
// works for it any more.
func (t *streamer) run(ctx context.Context, out *events, exec graphql.GraphExecutor, op *graphql.OperationContext, s *stream) error {
	working, end := context.WithCancel(ctx)
	defer s.workers.Wait()
	defer end()
	responses, working := exec.DispatchOperation(working, op)
	told := make(chan []byte)
	s.work(working, func() {
		defer close(told)
		for {
			// Each answer reads anew what records name.
			resp := responses(withLoaders(working, t.app))
			if resp == nil {
				return
			}
			noteStream(ctx, op, resp)
			// Written out here: the bytes of an answer are those of the next one too.
			body, err := json.Marshal(resp)
			if err != nil {
				s.fail(err)
				return
			}
			select {
			case told <- body:
			case <-working.Done():
				return
			}
		}
	})
	err := t.tell(ctx, out, told, appendPrincipal(nil, auth.FromContext(ctx)))
	end()
	s.workers.Wait()
	if err == nil {
		err = s.failure()
	}
	return err
}

var (
	// errGoneAway: what was written did not reach the client.
	errGoneAway = errors.New("graph: the client is gone")
	// errOver: the stream ends although nothing went wrong.
	errOver = errors.New("graph: the stream is over")
)

// noteStream tells the request which subscription it runs and how it stands:
// refusals at the start do not pass by note.
func noteStream(ctx context.Context, op *graphql.OperationContext, resp *graphql.Response) {
	ran := request.Operation{Kind: string(op.Operation.Operation), Name: op.Operation.Name}
	if resp != nil && len(resp.Errors) > 0 {
		ran.Code, _ = resp.Errors[0].Extensions["code"].(string)
	}
	request.FromContext(ctx).Ran(ran)
}

// tell hands on answers while who listens may have them.
func (t *streamer) tell(ctx context.Context, out *events, told <-chan []byte, who []byte) error {
	stay := app.StayOf(ctx)
	alive := time.NewTicker(t.limits.KeepAlive)
	defer alive.Stop()
	look := time.NewTicker(t.limits.Look)
	defer look.Stop()
	// While somebody writes all the time, who listens is looked at now and then.
	pause := time.NewTimer(t.limits.Pause)
	pause.Stop()
	defer pause.Stop()
	changed := t.app.Changed()
	var last []byte
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-stay.Ending:
			return errOver
		case body, more := <-told:
			if !more {
				return nil
			}
			if err = present(ctx, stay, who); err != nil || bytes.Equal(body, last) {
				break
			}
			last = body
			if err = out.write("next", body); err == nil {
				alive.Reset(t.limits.KeepAlive)
			}
		case <-changed:
			changed = nil
			pause.Reset(t.limits.Pause)
			err = present(ctx, stay, who)
		case <-pause.C:
			changed = t.app.Changed()
			err = present(ctx, stay, who)
		case <-look.C:
			err = present(ctx, stay, who)
		case <-alive.C:
			err = out.comment()
		}
		if err != nil {
			return err
		}
	}
}

// present returns nil while whoever began the stream is still signed in with the
// same rights. Where the rights are others the stream ends, and is begun anew by
// who wants it with what they are now.
func present(ctx context.Context, stay *app.Stay, who []byte) error {
	p, err := stay.Recheck(ctx)
	switch {
	case errors.Is(err, app.ErrNoAccess):
		return errUnauthenticated
	case err != nil:
		return err
	case !bytes.Equal(appendPrincipal(nil, p), who):
		return errOver
	}
	return nil
}

// streamAgain is after how long somebody may try again for whom there was no
// place.
const streamAgain = 10 * time.Second

// admit takes a place for a stream of somebody. Without one it says why not.
func (t *streamer) admit(who string) (release func(), refusal *codedError, status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.open[who] >= t.limits.PerPrincipal:
		return nil, errManyStreams, http.StatusTooManyRequests
	case t.total >= t.limits.Total:
		return nil, errNoPlace, http.StatusServiceUnavailable
	}
	t.open[who]++
	t.total++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.total--
		if t.open[who]--; t.open[who] == 0 {
			delete(t.open, who)
		}
	}, nil, 0
}

var (
	errManyStreams = &codedError{code: "TOO_MANY_STREAMS", vi: "Bạn đang mở quá nhiều luồng trực tiếp, hãy đóng bớt trang", en: "You have too many live streams open; close some pages"}
	errNoPlace     = &codedError{code: "UNAVAILABLE", vi: "Máy chủ đang phục vụ nhiều luồng trực tiếp, hãy thử lại sau ít giây", en: "The server has many live streams; try again in a few seconds"}
	errNotStreamed = &codedError{code: "NOT_ACCEPTABLE", vi: "Subscription chỉ được trả lời dạng text/event-stream; hãy gửi Accept: text/event-stream", en: "A subscription is answered as text/event-stream only; send Accept: text/event-stream"}
	errUnreadable  = &codedError{code: "BAD_REQUEST", vi: "Nội dung yêu cầu không phải một đối tượng JSON hợp lệ", en: "The body is not one valid JSON object"}
)

// events writes server-sent events, each of which has to reach the client within
// a time.
type events struct {
	w     http.ResponseWriter
	to    *http.ResponseController
	limit time.Duration
}

func newEvents(w http.ResponseWriter, limit time.Duration) *events {
	return &events{w: w, to: http.NewResponseController(w), limit: limit}
}

// begin sends the head of the answer, so that the client knows that it is heard.
func (e *events) begin() error {
	// The connection may stay silent as long as the client wants it. A recorder
	// of a test has no deadlines.
	if err := e.to.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errGoneAway
	}
	h := e.w.Header()
	h.Set("Content-Type", eventStream)
	// Proxies that collect answers would keep events back.
	h.Set("X-Accel-Buffering", "no")
	return e.comment()
}

func (e *events) comment() error { return e.send([]byte(":\n\n")) }

func (e *events) next(resp *graphql.Response) error {
	body, err := json.Marshal(resp)
	if err != nil {
		return err
	}
	return e.write("next", body)
}

// write sends an event. JSON has no line breaks, which would end its data.
func (e *events) write(name string, data []byte) error {
	text := make([]byte, 0, len(data)+len(name)+20)
	text = append(text, "event: "+name+"\ndata: "...)
	text = append(text, data...)
	return e.send(append(text, "\n\n"...))
}

// complete tells that nothing follows. It has empty data: browsers keep events
// without any to themselves.
func (e *events) complete() error { return e.send([]byte("event: complete\ndata:\n\n")) }

func (e *events) send(text []byte) error {
	if err := e.to.SetWriteDeadline(time.Now().Add(e.limit)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errGoneAway
	}
	if _, err := e.w.Write(text); err != nil {
		return errGoneAway
	}
	if err := e.to.Flush(); err != nil {
		return errGoneAway
	}
	return nil
}

// answerErrors answers what was wrong with an operation that did not begin.
func answerErrors(w http.ResponseWriter, status int, resp *graphql.Response) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(resp) // a client that went away needs no answer
}

// refuse answers a request that is no operation, or one that cannot be answered so.
func refuse(w http.ResponseWriter, r *http.Request, status int, e *codedError) {
	req := request.FromContext(r.Context())
	req.Ran(request.Operation{Code: e.code})
	answerErrors(w, status, &graphql.Response{Errors: gqlerror.List{{
		Message: e.text(req.Language()), Extensions: map[string]any{"code": e.code, "requestId": req.ID()},
	}}})
}

const jsonType = "application/json; charset=utf-8"

// prefersEvents tells whether the headers Accept want server-sent events, named
// as such, at least as much as JSON. Whoever takes anything at all expects what
// everybody gets, which is JSON.
func prefersEvents(accept []string) bool {
	events, other := 0.0, 0.0
	for _, header := range accept {
		for part := range strings.SplitSeq(header, ",") {
			mediaType, q := preference(part)
			switch mediaType {
			case eventStream:
				events = max(events, q)
			case "application/json", "application/graphql-response+json", "application/*":
				other = max(other, q)
			}
		}
	}
	return events > 0 && events >= other
}

// preference reads one element of a header Accept: the media type and how much
// it is wanted, 0 to 1. A weight that cannot be read counts for nothing.
func preference(element string) (mediaType string, q float64) {
	mediaType, params, _ := strings.Cut(element, ";")
	q = 1
	for p := range strings.SplitSeq(params, ";") {
		name, v, _ := strings.Cut(p, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil || !(weight >= 0 && weight <= 1) {
			weight = 0
		}
		q = weight
	}
	return strings.ToLower(strings.TrimSpace(mediaType)), q
}
