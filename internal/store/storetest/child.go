package storetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/thads/thads/internal/store"
)

// The environment that turns the test binary into another process on the same
// database.
const (
	envRole = "THADS_STORETEST_ROLE"
	envSpec = "THADS_STORETEST_SPEC"
)

// Main runs the tests, or what a test asked of this process. open opens the
// database named by a Spec.
func Main(m interface{ Run() int }, open func(ctx context.Context, spec string, colls []*store.Collection) (store.Store, error)) int {
	role := os.Getenv(envRole)
	if role == "" {
		return m.Run()
	}
	if err := runRole(role, os.Getenv(envSpec), open); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		return 1
	}
	return 0
}

func runRole(role, spec string, open func(context.Context, string, []*store.Collection) (store.Store, error)) error {
	ctx := context.Background()
	c := Matters()
	s, err := open(ctx, spec, []*store.Collection{c, Refs()})
	if err != nil {
		return err
	}
	name, arg, _ := strings.Cut(role, " ")
	if name == "flood" {
		return flood(ctx, s, c, arg)
	}
	if err := obey(ctx, s, c); err != nil {
		return err
	}
	return s.Close()
}

func childBody(id string, version int64) string {
	return fmt.Sprintf("%s at %d %s", id, version, strings.Repeat("x", int(version%7)*500))
}

func childMatter(id string, version int64) *store.Document {
	d := matter(id, store.Fields{"words": words(fmt.Sprintf("w%d flood", version%5)), "amount": version})
	d.Version = version
	d.Body = []byte(childBody(id, version))
	return d
}

// flood writes with several writers until it is killed, and acknowledges each
// write on standard output.
func flood(ctx context.Context, s store.Store, c *store.Collection, round string) error {
	var out sync.Mutex
	errs := together(4, func(i int) error {
		for n := 0; ; n++ {
			id := fmt.Sprintf("flood-%s-%d-%d", round, i, n/5)
			d := childMatter(id, int64(n%5+1))
			write := s.Replace
			if d.Version == 1 {
				write = s.Insert
			}
			if err := write(ctx, c, d); err != nil {
				return err
			}
			out.Lock()
			_, err := fmt.Printf("%s %d\n", id, d.Version)
			out.Unlock()
			if err != nil {
				return err
			}
		}
	})
	return errs[0]
}

// obey does what it reads from standard input, line by line, until its end.
func obey(ctx context.Context, s store.Store, c *store.Collection) error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var verb, id string
		var version int64
		if _, err := fmt.Sscan(lines.Text(), &verb, &id, &version); err != nil {
			return err
		}
		var err error
		switch verb {
		case "insert":
			err = s.Insert(ctx, c, childMatter(id, version))
		case "replace":
			err = s.Replace(ctx, c, childMatter(id, version))
		case "delete":
			err = s.Delete(ctx, c, id, version)
		default:
			err = fmt.Errorf("cannot %q", verb)
		}
		if err != nil {
			return err
		}
		fmt.Println(id, version)
	}
	return lines.Err()
}

// A child is another process on the database of a test.
type child struct {
	b     *bench
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

// child starts the test binary in a role. It is killed when the test ends.
func (b *bench) child(db *Database, role ...string) *child {
	b.Helper()
	exe, err := os.Executable()
	b.must(err)
	ctx, cancel := context.WithTimeout(b.ctx(), 2*time.Minute)
	b.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), envRole+"="+strings.Join(role, " "), envSpec+"="+db.Spec)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	b.must(err)
	out, err := cmd.StdoutPipe()
	b.must(err)
	b.must(cmd.Start())
	return &child{b: b, cmd: cmd, in: in, lines: bufio.NewScanner(out)}
}

// ack reads the next acknowledgement; false at the end. A line cut off by the
// death of the process is none.
func (c *child) ack() (id string, version int64, ok bool) {
	if !c.lines.Scan() {
		return "", 0, false
	}
	if _, err := fmt.Sscan(c.lines.Text(), &id, &version); err != nil {
		return "", 0, false
	}
	return id, version, true
}

// do has the process write and waits for the acknowledgement.
func (c *child) do(verb, id string, version int64) {
	c.b.Helper()
	_, err := fmt.Fprintln(c.in, verb, id, version)
	c.b.must(err)
	if got, v, ok := c.ack(); !ok || got != id || v != version {
		c.b.Fatalf("the other process did not %s %s at %d", verb, id, version)
	}
}

// end lets the process close its store and waits for it.
func (c *child) end() {
	c.b.Helper()
	c.b.must(c.in.Close())
	c.b.must(c.cmd.Wait())
}
