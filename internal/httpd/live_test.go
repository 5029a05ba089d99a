package httpd_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/request"
)

// staying is an API that notes how long an answer may last.
type staying struct {
	stay *app.Stay
	// bounded tells whether the context had a deadline.
	bounded bool
}

func (s *staying) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	s.stay = app.StayOf(r.Context())
	_, s.bounded = r.Context().Deadline()
}

// Only what is asked for as events, too, may last; everything else has a deadline.
func TestWhatMayLast(t *testing.T) {
	s := new(staying)
	b := newBench(t, func(o *httpd.Options) { o.GraphQL = s })
	for _, tt := range []struct {
		accept string
		want   bool
	}{
		{"", false},
		{"*/*", false},
		{"application/json", false},
		{"text/event-stream", true},
		{"application/json, Text/Event-Stream;q=0.1", true},
	} {
		b.ask("{}", "Accept", tt.accept)
		if (s.stay != nil) != tt.want || s.bounded == tt.want {
			t.Errorf("%q: stay %v, deadline %t", tt.accept, s.stay, s.bounded)
		}
	}
	if b.ask("{}", "Accept", "text/event-stream"); s.stay.Timeout != time.Minute {
		t.Errorf("timeout %v", s.stay.Timeout)
	}
	b.do(http.MethodGet, "/graphql?documentId=x", "", "Accept", "text/event-stream")
	if s.stay != nil || !s.bounded {
		t.Error("a GET may last")
	}
}

// An answer that lasts sees that the session or token behind it ends.
func TestALastingAnswerSeesItsEnd(t *testing.T) {
	s := new(staying)
	b := newBench(t, func(o *httpd.Options) { o.GraphQL = s })
	u, session := b.signIn(t)
	b.ask("{}", "Accept", "text/event-stream", "Cookie", "thads="+session.Reveal())
	bySession := s.stay.Recheck
	_, made, secret := b.token(t, app.NewToken{Rights: []auth.Right{auth.Read}})
	b.ask("{}", "Accept", "text/event-stream", "Authorization", "Bearer "+secret)
	byToken := s.stay.Recheck
	b.ask("{}", "Accept", "text/event-stream")
	if p, err := s.stay.Recheck(t.Context()); err != nil || !p.IsAnonymous() {
		t.Errorf("nobody: %v, %v", p, err)
	}
	for name, recheck := range map[string]func(context.Context) (auth.Principal, error){"session": bySession, "token": byToken} {
		if p, err := recheck(t.Context()); err != nil || p.ID != u.ID || !p.Can(auth.Read) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if err := b.app.SignOut(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	b.revoke(t, made)
	for name, recheck := range map[string]func(context.Context) (auth.Principal, error){"session": bySession, "token": byToken} {
		if p, err := recheck(t.Context()); !errors.Is(err, app.ErrNoAccess) {
			t.Errorf("%s after its end: %v, %v", name, p, err)
		}
	}
}

// When the server drains, answers that last hear so and end.
func TestDrainingEndsWhatLasts(t *testing.T) {
	r := serve(t, newBench(t, func(o *httpd.Options) {
		o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "begun\n")
			w.(http.Flusher).Flush()
			select {
			case <-app.StayOf(r.Context()).Ending:
				_, _ = io.WriteString(w, "ended\n")
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		})
	}))
	conn := r.open(t, requestHead+"Accept: text/event-stream\r\nContent-Length: 2\r\n\r\n{}")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	in := bufio.NewReader(res.Body)
	if line, err := in.ReadString('\n'); err != nil || line != "begun\n" {
		t.Fatalf("%q, %v", line, err)
	}
	r.stop()
	if line, err := in.ReadString('\n'); err != nil || line != "ended\n" {
		t.Errorf("%q, %v", line, err)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// What lasts is counted, and is not among the times of ordinary answers.
func TestALastingAnswerIsNoSlowOne(t *testing.T) {
	kind := "query"
	b := newBench(t, func(o *httpd.Options) {
		o.GraphQL = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			request.FromContext(r.Context()).Ran(request.Operation{Kind: kind})
		})
	})
	b.ask("{}")
	kind = "subscription"
	b.ask("{}")
	metrics := text(t, b.do(http.MethodGet, "/metrics", ""))
	for _, want := range []string{
		`thads_http_requests_total{route="/graphql",status="200"} 2`,
		`thads_http_request_duration_seconds_count{route="/graphql",status="2xx"} 1`,
		`thads_graphql_operations_total{kind="subscription",outcome="ok"} 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s", want)
		}
	}
}
