package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
)

// A once is a listener who has heard enough after one event.
type once struct {
	*httptest.ResponseRecorder
	heard chan struct{}
	stop  sync.Once
}

func (o *once) Write(b []byte) (int, error) {
	n, err := o.ResponseRecorder.Write(b)
	if bytes.HasPrefix(b, []byte("event: next")) {
		o.stop.Do(func() { close(o.heard) })
	}
	return n, err
}

// listen subscribes as somebody and returns what is told first.
func (m *matrix) listen(p *person, query string, vars object) (*reply, error) {
	body, err := json.Marshal(object{"query": query, "variables": vars})
	if err != nil {
		return nil, err
	}
	w := &once{ResponseRecorder: httptest.NewRecorder(), heard: make(chan struct{})}
	ctx := request.NewContext(auth.NewContext(m.t.Context(), p.principal), request.New("vi"))
	ctx = app.WithStay(ctx, &app.Stay{
		Timeout: time.Minute, Ending: w.heard, Recheck: func(context.Context) (auth.Principal, error) { return p.principal, nil },
	})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	m.handler.ServeHTTP(w, r)
	_, data, found := strings.Cut(w.Body.String(), "event: next\ndata: ")
	if !found {
		return nil, fmt.Errorf("status %d, nothing is told: %s", w.Code, w.Body)
	}
	data, _, _ = strings.Cut(data, "\n")
	out := &reply{raw: requestIDs.ReplaceAllString(data, `"requestId":""`)}
	d := json.NewDecoder(strings.NewReader(data))
	d.UseNumber()
	return out, d.Decode(&out.answer)
}

// subscriptions tries every field of Subscription: with every record where it is
// about one.
func (m *matrix) subscriptions(t *testing.T, c *tally, p *person) {
	t.Helper()
	for _, f := range m.schema.Subscription.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		if f.Arguments.ForName("id") == nil {
			m.hear(t, c, p, f, nil, reached, nil)
			continue
		}
		asked := 0
		for _, r := range m.records {
			if r.kind != f.Type.Name() {
				continue
			}
			asked++
			args, want, twin := object{"id": r.id}, reached, object(nil)
			if !m.sees(p, r) {
				want, twin = invisible, object{"id": none(r.id)}
			}
			m.hear(t, c, p, f, args, want, twin)
		}
		if asked == 0 {
			t.Errorf("%s: the matrix has no record of the kind %s", f.Name, f.Type.Name())
		}
	}
}

// hear subscribes to one field, and to its twin about nothing.
func (m *matrix) hear(t *testing.T, c *tally, p *person, f *ast.FieldDefinition, args object, want outcome, twin object) {
	t.Helper()
	if m.isRefused(p, m.schema.Subscription, f) {
		want, twin = denied, nil
	}
	query := m.operation("subscription", f, args)
	c.calls.Add(1)
	r, err := m.listen(p, query, args)
	if err != nil {
		t.Errorf("%s: %v", f.Name, err)
		return
	}
	got, err := r.outcomeOf(f.Name)
	c.add("subscriptions", got)
	if err != nil || got != want {
		t.Errorf("%s %v: %s, %v, want %s: %s", f.Name, args, got, err, want, r.raw)
		return
	}
	if twin == nil {
		return
	}
	c.calls.Add(1)
	other, err := m.listen(p, query, twin)
	if err != nil {
		t.Errorf("%s: %v", f.Name, err)
		return
	}
	if r.raw != other.raw {
		t.Errorf("%s: what may not be seen can be told from what does not exist\n%s\n%s", f.Name, r.raw, other.raw)
	}
	c.add("indistinguishable", got)
}
