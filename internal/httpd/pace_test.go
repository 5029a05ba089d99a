package httpd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
)

// These tests run in bubbles of their own time: minutes of a slow line take no
// time at all, and deadlines are met to the second.

// pipes is a listener whose connections have no buffers: what is not read by one
// side keeps the other waiting.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// known signs everybody in as a leader, without a store.
type known struct{ *shelf }

func (known) Authenticate(context.Context, auth.Token, app.SessionLimits) (auth.Principal, error) {
	return auth.Person("us_1", "", auth.RoleLeader, "", ""), nil
}

// inBubble runs a test with a server in its own time; dial opens a connection
// with a request that has begun.
func inBubble(t *testing.T, do func(t *testing.T, b *bench, s *shelf, dial func(head string) net.Conn)) {
	t.Helper()
	s, b := &shelf{}, &bench{log: new(logBuffer)}
	var err error
	b.Server, err = httpd.New(httpd.Options{
		Backend: known{s}, GraphQL: http.NotFoundHandler(), Arguments: arguments{}, Web: http.NotFoundHandler(),
		URL: &url.URL{Scheme: "http", Host: "localhost:8080"}, Sessions: app.SessionLimits{Idle: time.Hour, Max: time.Hour},
		Timeout: time.Minute, Drain: 10 * time.Second, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Ready()
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{make(chan net.Conn), make(chan struct{})}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- b.Serve(ctx, l) }()
		do(t, b, s, func(head string) net.Conn {
			ours, theirs := net.Pipe()
			l.conns <- theirs
			t.Cleanup(func() { _ = ours.Close() })
			if _, err := fmt.Fprintf(ours, head, "thads="+auth.NewToken().Reveal()); err != nil {
				t.Fatal(err)
			}
			return ours
		})
		stop()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}

// A slow and honest client has its file taken, however long that takes; one that
// holds the line does not.
func TestSlowUploads(t *testing.T) {
	const length = "Content-Length: 3000000\r\n\r\n"
	for name, tt := range map[string]struct {
		// burst bytes come at once, then part bytes every second.
		burst, part int
		// within says when it must be over; cut, whether by being cut off.
		from, within time.Duration
		cut          bool
	}{
		"slow and honest":       {0, 20_000, 149 * time.Second, 150 * time.Second, false},
		"just fast enough":      {0, 17_000, 176 * time.Second, 177 * time.Second, false},
		"at once":               {3_000_000, 0, 0, time.Second, false},
		"nothing":               {0, 0, httpd.Patience, httpd.Patience, true},
		"a byte now and then":   {0, 1, httpd.Patience, httpd.Patience + time.Second, true},
		"too slow":              {0, 8_000, httpd.Patience, 2*httpd.Patience + time.Second, true},
		"a burst, then nothing": {2_000_000, 0, httpd.Patience, httpd.Patience + time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ *bench, s *shelf, dial func(string) net.Conn) {
				s.take = func(_ context.Context, name string, r io.Reader) (*app.Upload, error) {
					n, err := io.Copy(io.Discard, r)
					return &app.Upload{ID: "up_1", Name: name, Bytes: n}, err
				}
				began := time.Now()
				conn := dial(uploadHead + length)
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					left := 3_000_000
					for n := tt.burst; ; n = tt.part {
						n = min(n, left)
						if _, err := conn.Write(bytes.Repeat([]byte("x"), n)); err != nil {
							return // cut off
						}
						if left -= n; left == 0 || tt.part == 0 && n == 0 {
							return
						}
						time.Sleep(time.Second)
					}
				}()
				res := read(t, conn)
				took := time.Since(began)
				if took < tt.from || took > tt.within {
					t.Errorf("it took %v, want %v to %v", took, tt.from, tt.within)
				}
				if tt.cut {
					wantFileRefusal(t, res, 408, "REQUEST_TIMEOUT")
				} else if got := text(t, res); res.StatusCode != http.StatusCreated || !strings.Contains(got, `"bytes":3000000`) {
					t.Errorf("status %d, %s", res.StatusCode, got)
				}
				if err := conn.Close(); err != nil {
					t.Error(err)
				}
				<-sent
			})
		})
	}
}

// Likewise files that are fetched: what the server itself needs is not counted.
func TestSlowDownloads(t *testing.T) {
	const size, target = 1 << 20, "GET /imports/im_1/problems.xlsx HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nConnection: close\r\n\r\n"
	for name, tt := range map[string]struct {
		// part bytes are read every second.
		part int
		// pause is what the server takes before the first byte and for every part of sixteen.
		pause time.Duration
		from  time.Duration
		cut   bool
	}{
		"at once":               {size, 0, 0, false},
		"slow and honest":       {20_000, 0, 50 * time.Second, false},
		"a server that is slow": {size, 5 * time.Minute, 80 * time.Minute, false},
		"nothing":               {0, 0, httpd.Patience, true},
		"too slow":              {4_000, 0, httpd.Patience, true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench, s *shelf, dial func(string) net.Conn) {
				ended := make(chan error, 1)
				s.write = func(_ context.Context, w io.Writer) (err error) {
					defer func() { ended <- err }()
					for range 16 {
						time.Sleep(tt.pause)
						if _, err = w.Write(bytes.Repeat([]byte("x"), size/16)); err != nil {
							return err
						}
					}
					return nil
				}
				began := time.Now()
				conn := dial(target)
				n, err := 0, error(nil)
				if tt.part == 0 {
					<-ended
				}
				for buf := make([]byte, max(tt.part, 1)); err == nil; {
					var k int
					k, err = io.ReadFull(conn, buf)
					n += k
					time.Sleep(time.Second)
				}
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("reading ends with %v", err)
				}
				if took := time.Since(began); took < tt.from || took > tt.from+5*time.Minute {
					t.Errorf("it took %v, want %v", took, tt.from)
				}
				if cut := n < size; cut != tt.cut {
					t.Errorf("%d bytes of %d came", n, size)
				}
				if log := b.log.String(); strings.Contains(log, `"code":"CANCELLED"`) != tt.cut || strings.Contains(log, `"level":"ERROR"`) {
					t.Errorf("the log tells\n%s", log)
				}
			})
		})
	}
}
