package mongo

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// serverSources are the files whose content names the cached test server.
var serverSources = []string{"go.mod", "go.sum", "main.go"}

// buildServer builds the test server, or finds it built before.
func buildServer() (string, error) {
	const dir = "testserver"
	h := sha256.New()
	for _, name := range serverSources {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	cache = filepath.Join(cache, "thads-testserver")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", err
	}
	exe := filepath.Join(cache, hex.EncodeToString(h.Sum(nil))[:16])
	if _, err := os.Stat(exe); err == nil {
		return exe, nil
	}
	// Built beside and moved, so that two test runs do not meet half a file.
	tmp, err := os.MkdirTemp(cache, "build")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	built := filepath.Join(tmp, "testserver")
	cmd := exec.Command("go", "build", "-C", dir, "-tags", "ferretdb_no_postgresql", "-o", built, ".")
	// The module stands by itself, whatever flags and workspace this test has.
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "GOFLAGS=")
	}), "GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the test server: %w\n%s", err, out)
	}
	return exe, os.Rename(built, exe)
}

// A testServer is the test server and the two proxies before it.
type testServer struct {
	engine string // what it is
	// plain passes messages on; replica stands for a replica set.
	plain, replica *proxy
	stop           func() error
}

// startServer starts the test server.
func startServer() (*testServer, error) {
	exe, err := buildServer()
	if err != nil {
		return nil, err
	}
	dir := os.TempDir()
	if fi, err := os.Stat("/dev/shm"); err == nil && fi.IsDir() {
		dir = "/dev/shm" // memory, where there is such a place
	}
	if dir, err = os.MkdirTemp(dir, "thads-mongo"); err != nil {
		return nil, err
	}
	cmd := exec.Command(exe, "-dir", dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the test server did not start: %w", err), cmd.Wait())
	}
	addr, engine, _ := strings.Cut(strings.TrimSpace(line), " ")
	s := &testServer{engine: engine}
	var turn sync.Mutex
	if s.plain, err = newProxy(addr, &turn, nil); err != nil {
		return nil, err
	}
	if s.replica, err = newProxy(addr, &turn, newReplica()); err != nil {
		return nil, err
	}
	s.stop = func() error {
		return errors.Join(s.plain.close(), s.replica.close(), in.Close(), cmd.Wait(), os.RemoveAll(dir))
	}
	return s, nil
}

// A proxy passes one wire message and its reply at a time. It stands before
// the test server because that loses concurrent updates: its update commands
// read, decide and write without a lock. MongoDB applies conditional updates
// one after another, and behind the proxy the test server does too, so that
// the tests of concurrency mean something.
type proxy struct {
	l      net.Listener
	server string
	turn   *sync.Mutex // held from a message to its reply
	acts   *replica    // nil: passes everything on as it is

	mu    sync.Mutex
	conns map[net.Conn]bool
	done  sync.WaitGroup
}

func newProxy(server string, turn *sync.Mutex, acts *replica) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{l: l, server: server, turn: turn, acts: acts, conns: map[net.Conn]bool{}}
	if acts != nil {
		acts.addr = p.addr()
	}
	p.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // closed
			}
			p.done.Go(func() { p.serve(c) })
		}
	})
	return p, nil
}

func (p *proxy) addr() string { return p.l.Addr().String() }

// track keeps a connection to close it with the proxy.
func (p *proxy) track(c net.Conn) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
	return func() {
		_ = c.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, c)
	}
}

func (p *proxy) close() error {
	err := p.l.Close()
	p.mu.Lock()
	for c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.done.Wait()
	return err
}

// serve passes the messages of one connection until either side ends.
func (p *proxy) serve(client net.Conn) {
	defer p.track(client)()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer p.track(server)()
	for {
		msg, err := readMessage(client)
		if err != nil {
			return
		}
		pass := func(msg []byte) ([]byte, error) { return exchange(server, msg) }
		var reply []byte
		if p.acts != nil {
			reply, err = p.acts.handle(msg, p.turn, pass)
		} else {
			p.turn.Lock()
			reply, err = pass(msg)
			p.turn.Unlock()
		}
		if err != nil {
			return
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

func exchange(server net.Conn, msg []byte) ([]byte, error) {
	if _, err := server.Write(msg); err != nil {
		return nil, err
	}
	const moreToCome = 1 << 1
	if len(msg) >= 20 && binary.LittleEndian.Uint32(msg[12:]) == opMsg && binary.LittleEndian.Uint32(msg[16:])&moreToCome != 0 {
		return nil, nil // the client waits for no reply
	}
	return readMessage(server)
}

// readMessage reads one message of the wire protocol, which begins with its
// length.
func readMessage(r io.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head)
	if n < 16 || n > 64<<20 {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	msg := make([]byte, n)
	copy(msg, head)
	_, err := io.ReadFull(r, msg[4:])
	return msg, err
}

// A breaker is a dialer whose connections the tests can cut.
type breaker struct {
	mu    sync.Mutex
	conns map[*breakable]bool
	// large tells that messages of 64 KB and more end their connection: every
	// other one before it is sent, the rest before the reply.
	large bool
	// most is how many are cut; negative is all.
	most, count int
}

func (b *breaker) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	bc := &breakable{Conn: c, b: b}
	b.conns[bc] = true
	return bc, nil
}

// cut ends all connections.
func (b *breaker) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		_ = c.Conn.Close()
	}
}

func (b *breaker) breakLarge(on bool, most int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.large, b.most, b.count = on, most, 0
}

var errCut = errors.New("connection cut by the test")

type breakable struct {
	net.Conn
	b   *breaker
	cut bool // before the next read; used by the goroutine of the connection
}

func (c *breakable) Write(p []byte) (int, error) {
	c.b.mu.Lock()
	hit := c.b.large && len(p) >= 64<<10 && (c.b.most < 0 || c.b.count < c.b.most)
	if hit {
		c.b.count++
	}
	unsent := hit && c.b.count%2 == 0
	c.b.mu.Unlock()
	if unsent {
		_ = c.Conn.Close()
		return 0, errCut
	}
	c.cut = c.cut || hit
	return c.Conn.Write(p)
}

func (c *breakable) Read(p []byte) (int, error) {
	if c.cut {
		// The reply is on its way: the write was made.
		if _, err := readMessage(c.Conn); err != nil {
			return 0, err
		}
		_ = c.Conn.Close()
		return 0, errCut
	}
	return c.Conn.Read(p)
}

func (c *breakable) Close() error {
	c.b.mu.Lock()
	delete(c.b.conns, c)
	c.b.mu.Unlock()
	return c.Conn.Close()
}
