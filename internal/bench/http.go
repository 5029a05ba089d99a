package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/graph/documents"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/thads"
)

// This file measures the summary of a phone over HTTP, through everything that a
// request passes, beside a handler that writes the same bytes and does nothing else.

const (
	// turn is for how long each server is asked in a round, twice.
	turn = 200 * time.Millisecond
	// asked is the document that is asked for.
	asked = "phone_summary"
)

// overHTTP prints how many requests a second are answered of a province of n cases.
func overHTTP(ctx context.Context, n, rounds int) (err error) {
	fmt.Printf("\n## The summary over HTTP, %s cases\n\n", grouped(n))
	p, err := build(ctx, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, null.Close()) }()
	log := slog.New(slog.NewJSONHandler(null, nil))

	// One application that keeps answers, because it follows what others write,
	// and one that does not.
	kept, err := app.New(app.Options{Store: p.store, Log: log, Serving: true})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- kept.Run(running) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ran)
	}()
	system := auth.NewContext(ctx, auth.System("bench"))
	u, err := kept.AddUser(system, app.NewUser{Account: "bench", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
	if err != nil {
		return err
	}
	limits := app.SessionLimits{Idle: 2 * time.Hour, Max: 12 * time.Hour}
	session, _, err := kept.SignInAs(system, u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, limits)
	if err != nil {
		return err
	}
	doc, err := document(asked)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"query": doc.Text, "variables": map[string]any{"unit": p.units[0]}})
	if err != nil {
		return err
	}
	post := raw("POST /graphql", "Cookie: thads="+session.Reveal(), body)
	get := "GET /graphql?documentId=" + doc.ID + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"unit":%q}`, p.units[0]))

	ours, err := listenAPI(ctx, kept, log, limits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ours.Close()) }()
	// Until the books are built there are no figures.
	answer, err := untilAnswered(ctx, kept, ours.addr, post)
	if err != nil {
		return err
	}
	uncached, err := listenAPI(ctx, p.app, log, limits)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, uncached.Close()) }()
	bare, err := listen(ctx, bareHandler(answer))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.Close()) }()
	tag, err := once(ctx, ours.addr, raw(get, "Cookie: thads="+session.Reveal(), nil))
	if err != nil {
		return err
	}
	fmt.Printf("the answer has %d bytes; requests per second, %d connections, medians of %d rounds of %v\n\n", len(answer.body), connections(), rounds, turn)
	fmt.Printf("%-44s %14s %14s %8s\n", "", "thads", "bare handler", "ratio")
	for _, q := range []struct {
		name    string
		server  *listening
		request []byte
		status  int
	}{
		{"kept, by POST", ours, post, http.StatusOK},
		{"kept, by GET of the known document", ours, raw(get, "Cookie: thads="+session.Reveal(), nil), http.StatusOK},
		{"kept, and the client has it (304)", ours, raw(get, "Cookie: thads="+session.Reveal()+"\r\nIf-None-Match: "+tag.header.Get("Etag"), nil), http.StatusNotModified},
		{"not kept, by POST", uncached, post, http.StatusOK},
	} {
		if err := compare(ctx, q.name, rounds, load{q.server.addr, q.request, q.status}, load{bare.addr, post, http.StatusOK}); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	return nil
}

// document returns the known document of a name.
func document(name string) (documents.Document, error) {
	for _, d := range documents.All() {
		if d.Name == name {
			return d, nil
		}
	}
	return documents.Document{}, fmt.Errorf("no document %s", name)
}

// A listening is a server on a port of its own.
type listening struct {
	addr string
	end  func() error
}

func (l *listening) Close() error { return l.end() }

// listen serves a handler with the limits of the real server.
func listen(ctx context.Context, h http.Handler) (*listening, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	return &listening{l.Addr().String(), func() error {
		err := s.Close()
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	}}, nil
}

// listenAPI serves an application as the program does.
func listenAPI(ctx context.Context, a *app.App, log *slog.Logger, limits app.SessionLimits) (*listening, error) {
	s, err := httpd.New(httpd.Options{
		Backend: a, GraphQL: graph.NewHandler(a, log), Arguments: graph.NewArguments(), Web: http.NotFoundHandler(),
		URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Sessions: limits, Timeout: 30 * time.Second, Drain: time.Second, Version: "bench", Log: log,
	})
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.Ready()
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	return &listening{l.Addr().String(), func() error {
		stop()
		return <-served
	}}, nil
}

// bareHandler writes the same bytes, those of the head included, and does nothing
// else.
func bareHandler(a answered) http.Handler {
	a.header.Del("Date") // the server's own
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), a.header)
		_, _ = w.Write(a.body)
	})
}

// raw is a request as it goes over the wire.
func raw(line, header string, body []byte) []byte {
	method, _, _ := strings.Cut(line, " ")
	text := line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nAccept-Language: vi\r\n" + header + "\r\n"
	if method == http.MethodPost {
		text += "Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return append([]byte(text+"\r\n"), body...)
}

// An answered is an answer read whole.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// once sends a request on a connection of its own.
func once(ctx context.Context, addr string, request []byte) (a answered, err error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.Write(request); err != nil {
		return a, err
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	a.status, a.header = res.StatusCode, res.Header
	a.body, err = io.ReadAll(res.Body)
	return a, err
}

// untilAnswered asks until the answer has no errors.
func untilAnswered(ctx context.Context, a *app.App, addr string, request []byte) (answered, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		changed := a.Changed()
		got, err := once(ctx, addr, request)
		if err != nil || got.status == http.StatusOK && !bytes.Contains(got.body, []byte(`"errors"`)) {
			return got, err
		}
		if !bytes.Contains(got.body, []byte(thads.CodeLedgerBuilding)) {
			return got, fmt.Errorf("status %d: %s", got.status, got.body)
		}
		select {
		case <-changed:
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return got, ctx.Err()
		}
	}
}

// A load is one request sent again and again.
type load struct {
	addr    string
	request []byte
	status  int
}

func connections() int { return 4 * runtime.GOMAXPROCS(0) }

// compare puts both loads on in turns and prints their medians. The ratio is the
// median of the rounds': what else the machine does weighs on both sides of one.
func compare(ctx context.Context, name string, rounds int, ours, theirs load) error {
	var a, b, ratios []float64
	for r := range rounds + 1 {
		var got [4]float64
		for i, l := range []load{ours, theirs, theirs, ours} {
			var err error
			if got[i], err = l.run(ctx); err != nil {
				return err
			}
		}
		if r > 0 { // the first warms up
			a, b = append(a, (got[0]+got[3])/2), append(b, (got[1]+got[2])/2)
			ratios = append(ratios, (got[0]+got[3])/(got[1]+got[2]))
		}
	}
	row(name, perSecond(median(a)), perSecond(median(b)), ratio(median(ratios), 1))
	return nil
}

func perSecond(v float64) string { return grouped(int(v)) + "/s" }

// run keeps all connections busy for a turn, and returns how many requests a
// second were answered.
func (l load) run(ctx context.Context) (float64, error) {
	var workers sync.WaitGroup
	counts, errs := make([]int, connections()), make([]error, connections())
	start := time.Now()
	for i := range counts {
		workers.Go(func() { counts[i], errs[i] = l.keepAsking(ctx, start.Add(turn)) })
	}
	workers.Wait()
	took := time.Since(start)
	n := 0
	for _, c := range counts {
		n += c
	}
	return float64(n) / took.Seconds(), errors.Join(errors.Join(errs...), ctx.Err())
}

// keepAsking sends the request over one connection until the time has come. It
// reads no more of an answer than it must: what the client does is not measured.
func (l load) keepAsking(ctx context.Context, until time.Time) (n int, err error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", l.addr)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	in := bufio.NewReaderSize(c, 64<<10)
	want := []byte("HTTP/1.1 " + strconv.Itoa(l.status) + " ")
	for time.Now().Before(until) && ctx.Err() == nil {
		if _, err := c.Write(l.request); err != nil {
			return n, err
		}
		if err := skip(in, want); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

const (
	// lengthHeader tells how many bytes follow the head, chunkedHeader that each
	// part says so itself.
	lengthHeader  = "Content-Length: "
	chunkedHeader = "Transfer-Encoding: chunked"
)

// skip reads over one answer, whose status line has to begin like want.
func skip(in *bufio.Reader, want []byte) error {
	length, chunked := 0, false
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, want) {
			return fmt.Errorf("answered %q", line)
		}
		if rest, ok := bytes.CutPrefix(line, []byte(lengthHeader)); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return err
			}
		}
		chunked = chunked || bytes.HasPrefix(line, []byte(chunkedHeader))
		if len(line) > 2 {
			continue
		}
		for more := chunked; more; {
			if line, err = in.ReadSlice('\n'); err != nil {
				return err
			}
			size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
			if err != nil {
				return err
			}
			if _, err := in.Discard(int(size) + len("\r\n")); err != nil {
				return err
			}
			more = size > 0
		}
		_, err = in.Discard(length)
		return err
	}
}
