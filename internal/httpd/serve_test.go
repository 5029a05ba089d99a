package httpd_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/httpd"
)

// A run is a server that listens.
type run struct {
	*bench
	addr  string
	stop  context.CancelFunc
	ended chan error
}

func serve(t *testing.T, b *bench) *run {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	r := &run{bench: b, addr: l.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- b.Serve(ctx, l) }()
	return r
}

// open begins a request of which the second half is still to come.
func (r *run) open(t *testing.T, first string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, first); err != nil {
		t.Fatal(err)
	}
	return conn
}

const requestHead = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

// A gate holds the API until it is opened.
type gate struct{ entered, open chan struct{} }

func newGate() *gate { return &gate{make(chan struct{}), make(chan struct{})} }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	close(g.entered)
	select {
	case <-g.open:
		_, _ = io.WriteString(w, answer)
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

// A request under way is answered whole while the server drains; new ones are
// not taken.
func TestDraining(t *testing.T) {
	g := newGate()
	r := serve(t, newBench(t, func(o *httpd.Options) { o.GraphQL = g }))
	conn := r.open(t, requestHead+"Content-Length: 2\r\n\r\n{}")
	<-g.entered
	r.stop()
	refused := func() bool {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.addr)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	}
	for deadline := time.Now().Add(10 * time.Second); !refused(); {
		if time.Now().After(deadline) {
			t.Fatal("the server goes on to listen")
		}
	}
	res := r.do(http.MethodGet, "/readyz", "")
	if body := text(t, res); res.StatusCode != 503 || !strings.Contains(body, "draining") {
		t.Errorf("readyz: %d %s", res.StatusCode, body)
	}
	select {
	case err := <-r.ended:
		t.Fatalf("ended with a request under way: %v", err)
	default:
	}
	close(g.open)
	answered, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answered.Body.Close() }()
	if got := text(t, answered); answered.StatusCode != 200 || got != answer {
		t.Errorf("status %d, %s", answered.StatusCode, got)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// What does not end in time is cut off, and the server says so.
func TestDrainingTakesNoLonger(t *testing.T) {
	g := newGate()
	r := serve(t, newBench(t, func(o *httpd.Options) { o.GraphQL, o.Drain = g, 50*time.Millisecond }))
	conn := r.open(t, requestHead+"Content-Length: 2\r\n\r\n{}")
	<-g.entered
	r.stop()
	if err := <-r.ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
	if b, err := io.ReadAll(conn); len(b) > 0 {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestServingFails(t *testing.T) {
	b := newBench(t, nil)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// What is not a request, or has a head without end, does not get far.
func TestTheWire(t *testing.T) {
	r := serve(t, newBench(t, nil))
	for name, tt := range map[string]struct {
		sent   string
		status int
	}{
		"an ordinary request":   {requestHead + "Content-Length: 2\r\n\r\n{}", 200},
		"in pieces":             {requestHead + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 200},
		"a head without end":    {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", 431},
		"no host":               {"GET / HTTP/1.1\r\n\r\n", 400},
		"two lengths":           {requestHead + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"length and pieces":     {requestHead + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200},
		"a length above all":    {requestHead + "Content-Length: 999999999999\r\n\r\n{}", 413},
		"nothing of HTTP":       {"\x16\x03\x01 hello\r\n\r\n", 400},
		"a line break in a URL": {"GET /\rx HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			conn := r.open(t, tt.sent)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			if res.StatusCode != tt.status {
				t.Errorf("status %d, want %d", res.StatusCode, tt.status)
			}
		})
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// Handlers that stream find what they need behind the recorder.
func TestStreaming(t *testing.T) {
	next := make(chan struct{})
	r := serve(t, newBench(t, func(o *httpd.Options) {
		o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			flusher, ok := w.(http.Flusher)
			if !ok {
				t.Error("no http.Flusher")
				return
			}
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Error(err)
			}
			for i := range 3 {
				_, _ = fmt.Fprintf(w, "%d\n", i)
				flusher.Flush()
				select {
				case <-next:
				case <-r.Context().Done():
				}
			}
		})
	}))
	conn := r.open(t, requestHead+"Content-Length: 2\r\n\r\n{}")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for i := range 3 {
		if !lines.Scan() || lines.Text() != fmt.Sprint(i) {
			t.Fatalf("got %q, %v", lines.Text(), lines.Err())
		}
		next <- struct{}{}
	}
	if lines.Scan() || lines.Err() != nil {
		t.Errorf("got %q, %v", lines.Text(), lines.Err())
	}
}
