package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	zs "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/cli"
	"github.com/thads/thads/internal/demo"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
)

// asProgram is the variable that makes the test binary be the program itself,
// so that a test can send it signals.
const asProgram = "CLI_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Main(ctx, &cli.Env{Args: os.Args[1:], Environ: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}))
}

// patience is how long anything of a test may take.
const patience = 2 * time.Minute

// A screen is an output that tests wait on.
type screen struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{}
}

func newScreen() *screen { return &screen{changed: make(chan struct{})} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// wait waits for what matches and returns its first group, or fails when ended
// is closed before.
func (s *screen) wait(t *testing.T, pattern string, ended <-chan struct{}) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		s.mu.Lock()
		m, changed := re.FindStringSubmatch(s.b.String()), s.changed
		s.mu.Unlock()
		if m != nil {
			return m[len(m)-1]
		}
		select {
		case <-changed:
		case <-ended:
			if re.FindString(s.String()) == "" {
				t.Fatalf("ended without %s:\n%s", pattern, s)
			}
		case <-timer.C:
			t.Fatalf("no %s in:\n%s", pattern, s)
		}
	}
}

// A home is where one test's data and keys are.
type home struct{ data, keys string }

func newHome(t *testing.T) home {
	dir := t.TempDir()
	return home{filepath.Join(dir, "data"), filepath.Join(dir, "keys")}
}

func (h home) args(more ...string) []string {
	return append(more, "--data", h.data, "--config", h.keys)
}

// A program is a run of the program within the test.
type program struct {
	out, err *screen
	stop     context.CancelFunc
	ended    chan struct{}
	code     int
}

func start(t *testing.T, environ []string, args ...string) *program {
	t.Helper()
	return launch(t, &cli.Env{Args: args, Environ: environ})
}

func launch(t *testing.T, env *cli.Env) *program {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &program{out: newScreen(), err: newScreen(), stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		env.Stdin, env.Stdout, env.Stderr = strings.NewReader(""), p.out, p.err
		p.code = cli.Main(ctx, env)
	}()
	t.Cleanup(func() {
		stop()
		<-p.ended
	})
	return p
}

// run runs the program to its end.
func run(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p := start(t, environ, args...)
	p.wait(t)
	return p.code, p.out.String(), p.err.String()
}

func (p *program) wait(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("does not end:\n%s\n%s", p.out, p.err)
	}
}

// shown waits until the program prints what matches and returns its first group.
func (p *program) shown(t *testing.T, pattern string) string {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("standard error:\n%s", p.err)
		}
	}()
	return p.out.wait(t, pattern, p.ended)
}

// base waits until the server is ready and returns its address.
func (p *program) base(t *testing.T) string {
	t.Helper()
	return p.shown(t, `Sổ THADS: (http://localhost:\d+)\n`)
}

func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	return do(t, c, http.MethodGet, url, "", "")
}

func do(t *testing.T, c *http.Client, method, url, contentType, body string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Accept", "text/html,*/*")
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// askUntil asks until the answer contains what is wanted.
func askUntil(t *testing.T, c *http.Client, base, query, want string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		got := ask(t, c, base, query)
		if strings.Contains(got, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s answers %s and not %s", query, got, want)
		}
	}
}

func ask(t *testing.T, c *http.Client, base, query string) string {
	t.Helper()
	status, body := do(t, c, http.MethodPost, base+"/graphql", "application/json", fmt.Sprintf(`{"query":%q}`, query))
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	return body
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func TestServe(t *testing.T) {
	h := newHome(t)
	p := start(t, nil, h.args("--addr", "127.0.0.1:0")...)
	base := p.base(t)
	c := browser(t)
	// It answers at once, and is ready when the figures are added up.
	for deadline := time.Now().Add(patience); ; {
		status, body := get(t, c, base+"/readyz")
		if status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %s", body)
		}
	}
	for path, want := range map[string]string{
		"/healthz":       "ok\n",
		"/readyz":        `{"ready":true}`,
		"/metrics":       `thads_store_info{engine="sqlite"`,
		"/":              "<!doctype html>",
		"/cases":         "<!doctype html>",
		"/manifest.json": "404",
	} {
		status, body := get(t, c, base+path)
		if wantStatus := http.StatusOK; !strings.Contains(strings.ToLower(body), strings.ToLower(want)) || status != wantStatus && want != "404" {
			t.Errorf("%s: status %d: %.300s", path, status, body)
		}
	}
	if got := ask(t, c, base, "{me{id} system{version demonstration}}"); !strings.Contains(got, `"me":null`) || !strings.Contains(got, `"demonstration":false`) || !strings.Contains(got, cli.Version()) {
		t.Errorf("the API answers %s", got)
	}
	p.shown(t, `\(quantri\).*\n.*\n  (http://localhost:\d+/signin\?token=\S+)\n`)
	p.stop()
	p.wait(t)
	if p.code != 0 {
		t.Errorf("exit code %d:\n%s", p.code, p.err)
	}
	// The keys and the records are nobody else's to read.
	for path, want := range map[string]os.FileMode{
		h.data: 0o700, h.keys: 0o700, filepath.Join(h.data, sqlite.FileName): 0o600, filepath.Join(h.keys, "secrets.json"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
	}
}

// Accounts are managed on the store itself while the server runs, and what was
// written is there after a second start.
func TestAccounts(t *testing.T) {
	h := newHome(t)
	p := start(t, nil, h.args("--addr", "127.0.0.1:0")...)
	base := p.base(t)
	user := func(args ...string) (int, string, string) {
		return run(t, nil, h.args(append([]string{"user"}, args...)...)...)
	}
	// The first administrator is there, and nobody has come in yet.
	if code, out, errs := user("list"); code != 0 || !strings.Contains(out, "quantri") || strings.Contains(out, "Quản Trị") {
		t.Errorf("list: %d %s %s", code, out, errs)
	}
	if code, out, errs := user("add", "Quản Trị", "--role", "ADMINISTRATOR"); code != 0 || !strings.Contains(out, "Quản Trị") {
		t.Fatalf("add: %d %s %s", code, out, errs)
	}
	if code, _, errs := user("add", "quan tri", "--role", "LEADER"); code != 1 || !strings.Contains(errs, "Đã có tài khoản") {
		t.Errorf("add twice: %d %s", code, errs)
	}
	if code, _, errs := user("add", "x", "--role", "CLERK", "--unit", "99"); code != 1 || !strings.Contains(errs, `"99"`) {
		t.Errorf("add to no unit: %d %s", code, errs)
	}
	code, link, errs := user("link", "quan tri", "--addr", strings.TrimPrefix(base, "http://"))
	if code != 0 || !strings.HasPrefix(link, base+"/signin?token=") || strings.Count(link, "\n") != 1 || !strings.Contains(errs, "Dùng được một lần") {
		t.Fatalf("link: %d %s %s", code, link, errs)
	}
	link = strings.TrimSpace(link)

	c := browser(t)
	status, page := get(t, c, link)
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if status != http.StatusOK || token == nil || !strings.Contains(page, "Quản Trị") {
		t.Fatalf("status %d: %s", status, page)
	}
	if got := ask(t, c, base, "{me{id name}}"); !strings.Contains(got, `"me":null`) {
		t.Errorf("opening the link signs in: %s", got)
	}
	do(t, c, http.MethodPost, base+"/signin", "application/x-www-form-urlencoded", "token="+token[1])
	if got := ask(t, c, base, "{me{id name}}"); !strings.Contains(got, `"name":"Quản Trị"`) {
		t.Errorf("the button does not sign in: %s", got)
	}

	// The session outlives the server.
	p.stop()
	p.wait(t)
	if p.code != 0 {
		t.Fatalf("exit code %d:\n%s", p.code, p.err)
	}
	p = start(t, nil, h.args("--addr", strings.TrimPrefix(strings.Replace(base, "localhost", "127.0.0.1", 1), "http://"))...)
	if again := p.base(t); again != base {
		t.Fatalf("listens at %s, asked for %s", again, base)
	}
	if got := ask(t, c, base, "{me{id name}}"); !strings.Contains(got, `"name":"Quản Trị"`) {
		t.Errorf("after a restart: %s", got)
	}
	// Roles for a term, each with its id.
	if code, _, errs := user("grant", "quan tri", "--role", "LEADER", "--until", "2199-12-31"); code != 0 {
		t.Errorf("grant: %d %s", code, errs)
	}
	if code, out, errs := user("list"); code != 0 || !strings.Contains(out, "g1 ADMINISTRATOR; g2 LEADER đến 31/12/2199") {
		t.Errorf("list: %d %s %s", code, out, errs)
	}
	if code, _, errs := user("end", "quan tri", "--grant", "g2"); code != 0 {
		t.Errorf("end: %d %s", code, errs)
	}
	if code, out, errs := user("list"); code != 0 || strings.Contains(out, "LEADER") {
		t.Errorf("list: %d %s %s", code, out, errs)
	}
	if code, _, errs := user("rename", "quan tri", "--name", "Quản Trị Mới"); code != 0 {
		t.Errorf("rename: %d %s", code, errs)
	}
	// What another process changes is seen as soon as the watch tells of it.
	askUntil(t, c, base, "{me{id name}}", `"name":"Quản Trị Mới"`)
	if code, _, errs := user("disable", "quan tri"); code != 0 {
		t.Fatalf("disable: %d %s", code, errs)
	}
	askUntil(t, c, base, "{me{id name}}", `"me":null`)
	if code, out, errs := user("list"); code != 0 || !strings.Contains(out, "ADMINISTRATOR") || !strings.Contains(out, "disabled") {
		t.Errorf("list: %d %s %s", code, out, errs)
	}
	if code, _, errs := user("link", "quan tri"); code != 1 || !strings.Contains(errs, "bị khóa") {
		t.Errorf("link of a disabled account: %d %s", code, errs)
	}
	if code, _, errs := user("enable", "quan tri"); code != 0 {
		t.Errorf("enable: %d %s", code, errs)
	}
	if got := ask(t, c, base, "{me{id name}}"); !strings.Contains(got, `"me":null`) {
		t.Errorf("a session of before revives: %s", got)
	}
	// Somebody always manages accounts.
	if code, _, errs := user("disable", "quantri"); code != 0 {
		t.Errorf("disable: %d %s", code, errs)
	}
	for _, args := range [][]string{{"disable", "quan tri"}, {"end", "quan tri", "--grant", "g1"}} {
		if code, _, errs := user(args...); code != 1 || !strings.Contains(errs, "cuối cùng") {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}

// signInBy uses a one-time link.
func signInBy(t *testing.T, c *http.Client, base, link string) {
	t.Helper()
	_, page := get(t, c, link)
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatalf("the link %s shows %s", link, page)
	}
	do(t, c, http.MethodPost, base+"/signin", "application/x-www-form-urlencoded", "token="+token[1])
}

// choosePassword sets the first password, without which who came by a link has
// no rights.
func choosePassword(t *testing.T, c *http.Client, base, password string) {
	t.Helper()
	got := ask(t, c, base, fmt.Sprintf(`mutation{passwordSet(input:{new:"%s"}){viewer{needs} userErrors{message}}}`, password))
	if !strings.Contains(got, `"needs":[]`) {
		t.Fatalf("no password was set: %s", got)
	}
}

// Nobody has a password at first: each start prints a link for the first
// administrator until somebody can come in without one, and thads user brings
// back who has lost the way in.
func TestTheFirstAdministrator(t *testing.T) {
	const greeting = `\(quantri\).*\n.*\n  (http://localhost:\d+/signin\?token=\S+)\n`
	h := newHome(t)
	p := start(t, nil, h.args("--addr", "127.0.0.1:0")...)
	unused := p.shown(t, greeting)
	p.stop()
	p.wait(t)

	p = start(t, nil, h.args("--addr", "127.0.0.1:0")...)
	base, link, c := p.base(t), p.shown(t, greeting), browser(t)
	if link == unused {
		t.Error("the link is the one of the first start")
	}
	if strings.Contains(p.err.String(), strings.SplitN(link, "=", 2)[1]) {
		t.Error("the link is in the log")
	}
	signInBy(t, c, base, link)
	const rights = "{me{account rights needs}}"
	if got := ask(t, c, base, rights); !strings.Contains(got, `"account":"quantri"`) || !strings.Contains(got, `"needs":["PASSWORD"]`) || strings.Contains(got, "MANAGE_ACCOUNTS") {
		t.Errorf("before a password is set: %s", got)
	}
	choosePassword(t, c, base, "một câu dài dễ nhớ 38")
	if got := ask(t, c, base, rights); !strings.Contains(got, "MANAGE_ACCOUNTS") {
		t.Errorf("with a password: %s", got)
	}
	p.stop()
	p.wait(t)

	p = start(t, nil, h.args("--addr", "127.0.0.1:0")...)
	base = p.base(t)
	if strings.Contains(p.out.String(), "token=") {
		t.Errorf("a link though somebody can come in:\n%s", p.out)
	}
	// The way back for who has lost password and telephone.
	user := func(args ...string) string {
		code, out, errs := run(t, nil, h.args(append([]string{"user"}, args...)...)...)
		if code != 0 {
			t.Fatalf("%v: %d %s", args, code, errs)
		}
		return strings.TrimSpace(out)
	}
	user("reset-factor", "quantri")
	c = browser(t)
	signInBy(t, c, base, user("link", "quantri", "--addr", strings.TrimPrefix(base, "http://")))
	choosePassword(t, c, base, "một câu khác cũng dễ nhớ 36")
	user("sign-out", "quantri")
	if got := ask(t, c, base, rights); !strings.Contains(got, `"me":null`) {
		t.Errorf("signed out, asks %s", got)
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
		args    []string
		want    []string
	}{
		{"command", nil, []string{"srve"}, []string{`"srve"`, "serve", "user"}},
		{"option", nil, []string{"--prot", "1"}, []string{"--prot"}},
		{"option of a command", nil, []string{"version", "--demo"}, []string{"--demo"}},
		{"variable", []string{"THADS_ADRR=1"}, nil, []string{"THADS_ADRR", "THADS_ADDR"}},
		{"value", nil, []string{"serve", "--addr", "here"}, []string{"--addr", `"here"`, "HOST:PORT"}},
		{"network without TLS", nil, []string{"--addr", "0.0.0.0:0"}, []string{"--addr", "TLS", "--url"}},
		{"argument", nil, []string{"serve", "now"}, []string{"serve", `"now"`}},
		{"argument of version", nil, []string{"version", "now"}, []string{"version", `"now"`}},
		{"help of nothing", nil, []string{"help", "srve"}, []string{`"srve"`}},
		{"user", nil, []string{"user"}, []string{"add", "list", "disable", "link"}},
		{"user without a name", nil, []string{"user", "link"}, []string{"user link", "NAME"}},
		{"user with two names", nil, []string{"user", "link", "a", "b"}, []string{"user link"}},
		{"user without a role", nil, []string{"user", "add", "a"}, []string{"--role", "LEADER"}},
		{"user with a role that is none", nil, []string{"user", "add", "a", "--role", "KING"}, []string{"--role", "LEADER"}},
		{"role for a link", nil, []string{"user", "link", "a", "--role", "LEADER"}, []string{"--role"}},
		{"a role of nothing", nil, []string{"user", "grant", "a"}, []string{"--role", "LEADER"}},
		{"an end of nothing", nil, []string{"user", "end", "a"}, []string{"--grant"}},
		{"an end that is no day", nil, []string{"user", "end", "a", "--grant", "g1", "--until", "31/12/2026"}, []string{"--until", "yyyy-mm-dd"}},
		{"a name for nothing", nil, []string{"user", "rename", "a"}, []string{"--name"}},
		{"list of somebody", nil, []string{"user", "list", "a"}, []string{"user list"}},
		{"link to nowhere", nil, []string{"user", "link", "a", "--addr", "127.0.0.1:0"}, []string{"--addr", "--url"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			environ := append([]string{"THADS_DATA=" + h.data, "THADS_CONFIG=" + h.keys}, tt.environ...)
			code, out, errs := run(t, environ, tt.args...)
			if code != 2 || out != "" {
				t.Errorf("exit code %d, output %q", code, out)
			}
			for _, want := range tt.want {
				if !strings.Contains(errs, want) {
					t.Errorf("%q does not say %q", errs, want)
				}
			}
			if lines := strings.Split(strings.TrimSpace(errs), "\n"); len(lines) != 2 {
				t.Errorf("%q is not a sentence of each language", errs)
			}
			if _, err := os.Stat(h.data); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was done: %v", err)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"--help"}, []string{"serve", "user", "version", "thads --demo", "THADS_", "exit codes", "\n  2  "}},
		{[]string{"-h"}, []string{"serve"}},
		{[]string{"help"}, []string{"serve", "exit codes"}},
		{[]string{"help", "serve"}, []string{"--addr", "THADS_ADDR", "127.0.0.1:8080", "--demo", "--cors-origin", "SIGTERM"}},
		{[]string{"serve", "--help"}, []string{"--addr"}},
		{[]string{"--demo", "--help"}, []string{"--addr"}},
		{[]string{"user", "-h"}, []string{"add NAME", "--role", "thads user link", "thads user reset-factor quantri", "thads user grant"}},
		{[]string{"help", "version"}, []string{"thads version"}},
		{[]string{"version"}, []string{"thads " + cli.Version()}},
	} {
		code, out, errs := run(t, nil, tt.args...)
		if code != 0 || errs != "" {
			t.Errorf("%v: exit code %d, %s", tt.args, code, errs)
		}
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("%v: no %q in\n%s", tt.args, want, out)
			}
		}
	}
}

func TestABusyPort(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	code, _, errs := run(t, nil, newHome(t).args("--addr", l.Addr().String(), "--log", "error")...)
	if code != 1 || !strings.Contains(errs, l.Addr().String()+" đang được chương trình khác dùng") || !strings.Contains(errs, "is in use by another program") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// What belongs to another program is neither used nor changed.
func TestForeignFiles(t *testing.T) {
	foreignDB := func(path string) error {
		conn, err := zs.OpenConn(path, zs.OpenReadWrite, zs.OpenCreate)
		if err != nil {
			return err
		}
		return errors.Join(sqlitex.ExecuteScript(conn, "CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES ('today')", nil), conn.Close())
	}
	for name, write := range map[string]func(path string) error{
		"a database of another program": foreignDB,
		"no database at all": func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 1000), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			if err := os.Mkdir(h.data, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(h.data, sqlite.FileName)
			if err := write(path); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			code, _, errs := run(t, nil, h.args("--addr", "127.0.0.1:0", "--log", "error")...)
			if code != 1 || !strings.Contains(errs, "thuộc về chương trình khác") || !strings.Contains(errs, "belongs to another program") {
				t.Errorf("exit code %d: %s", code, errs)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

func TestPlacesThatCannotBeUsed(t *testing.T) {
	h := newHome(t)
	if err := os.WriteFile(h.data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := run(t, nil, h.args("--addr", "127.0.0.1:0", "--log", "error")...); code != 1 || !strings.Contains(errs, h.data) {
		t.Errorf("data in a file: exit code %d: %s", code, errs)
	}
	h = newHome(t)
	if err := os.MkdirAll(h.keys, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.keys, "secrets.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := run(t, nil, h.args("--addr", "127.0.0.1:0", "--log", "error")...); code != 1 || !strings.Contains(errs, h.keys) || !strings.Contains(errs, "--config") {
		t.Errorf("keys that are none: exit code %d: %s", code, errs)
	}
	code, _, errs := run(t, nil, newHome(t).args("--addr", "127.0.0.1:0", "--log", "error", "--store", "mongodb://user:topsecret@127.0.0.1:1/thads?serverSelectionTimeoutMS=200")...)
	if code != 1 || strings.Contains(errs, "topsecret") {
		t.Errorf("a cluster that is away: exit code %d: %s", code, errs)
	}
}

// SIGTERM lets a slow request finish and ends the process with 0.
func TestSIGTERM(t *testing.T) {
	h := newHome(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, h.args("--addr", "127.0.0.1:0")...)
	cmd.Env = []string{asProgram + "=1", "HOME=" + t.TempDir()}
	out := newScreen()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, exit := make(chan struct{}), error(nil)
	go func() {
		defer close(ended)
		exit = cmd.Wait()
	}()
	base := out.wait(t, `Sổ THADS: http://localhost(:\d+)\n`, ended)

	conn, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1"+base)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const first, second = `{"query":"{system{`, `version}}"}`
	if _, err := fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", len(first)+len(second), first); err != nil {
		t.Fatal(err)
	}
	// "100 Continue" tells that the handler reads the body: the request is under way.
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err)
	}
	if _, err := reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	// New connections are refused as soon as the server drains.
	for ctx.Err() == nil {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1"+base)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	if _, err := io.WriteString(conn, second); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), cli.Version()) {
		t.Errorf("status %d, %s, %v", res.StatusCode, body, err)
	}
	<-ended
	if exit != nil {
		t.Errorf("ended with %v:\n%s", exit, out)
	}
	if !strings.Contains(out.String(), "stopped") {
		t.Errorf("the store was not closed in order:\n%s", out)
	}
}

// demonstration starts the server with a demonstration that fill writes. The
// true one is written by the tests of internal/demo and by the browser tests.
func demonstration(t *testing.T, fill func(context.Context, store.Store, demo.Options) (demo.Result, error)) *program {
	t.Helper()
	env := &cli.Env{Args: newHome(t).args("--demo", "--addr", "127.0.0.1:0")}
	env.FillDemo(fill)
	return launch(t, env)
}

// A wish to stop is heard while the demonstration is written.
func TestStoppingWhileTheDemonstrationIsWritten(t *testing.T) {
	writing := make(chan struct{})
	p := demonstration(t, func(ctx context.Context, _ store.Store, _ demo.Options) (demo.Result, error) {
		close(writing)
		<-ctx.Done()
		return demo.Result{}, ctx.Err()
	})
	<-writing
	p.stop()
	p.wait(t)
	if p.code != 0 || p.out.String() != "" {
		t.Errorf("exit code %d, output %q:\n%s", p.code, p.out, p.err)
	}
}

func TestTheDemonstrationCannotBeWritten(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"other records": {demo.ErrNotEmpty, "--demo chỉ dùng với kho trống"},
		"a fault":       {errors.New("the disk hums"), "the disk hums"},
	} {
		t.Run(name, func(t *testing.T) {
			p := demonstration(t, func(context.Context, store.Store, demo.Options) (demo.Result, error) {
				return demo.Result{}, fmt.Errorf("filling: %w", tt.err)
			})
			p.wait(t)
			if p.code != 1 || p.out.String() != "" || !strings.Contains(p.err.String(), tt.want) {
				t.Errorf("exit code %d, output %q:\n%s", p.code, p.out, p.err)
			}
		})
	}
}

// The link of the demonstration signs in as a leader, again and again.
func TestTheDemonstrationLink(t *testing.T) {
	fill := func(context.Context, store.Store, demo.Options) (demo.Result, error) {
		return demo.Result{Cases: 1}, nil
	}
	p := demonstration(t, fill)
	link := p.shown(t, `Đăng nhập / Sign in: (http://localhost:\d+/signin\?token=\S+)\n`)
	base, _, _ := strings.Cut(link, "/signin")
	for range 2 {
		c := browser(t)
		if status, body := get(t, c, link); status != http.StatusOK || !strings.Contains(strings.ToLower(body), "<!doctype html>") {
			t.Fatalf("status %d: %.300s", status, body)
		}
		got := ask(t, c, base, "{me{rights} system{demonstration}}")
		for _, want := range []auth.Right{auth.Read, auth.Record, auth.Direct, auth.Administer} {
			if !strings.Contains(got, string(want)) {
				t.Errorf("no %s in %s", want, got)
			}
		}
		if !strings.Contains(got, `"demonstration":true`) {
			t.Errorf("got %s", got)
		}
	}
	// The other roles follow, each with a link of its own; here no branch has cases,
	// so that those of a unit are not there.
	for role, right := range map[auth.Role]auth.Right{auth.RoleProfessional: auth.Import, auth.RoleSteering: auth.ReadDirection, auth.RoleAdministrator: auth.ManageAccounts} {
		c := browser(t)
		get(t, c, p.shown(t, `\n  `+regexp.QuoteMeta(role.Name().VI)+` \(`+string(role)+`\): (http://localhost:\d+/signin\?token=\S+)\n`))
		if got := ask(t, c, base, "{me{rights needs means}}"); !strings.Contains(got, string(right)) || !strings.Contains(got, `"needs":[]`) || !strings.Contains(got, "DEMONSTRATION") {
			t.Errorf("%s asks %s", role, got)
		}
	}
	if out := p.out.String(); strings.Contains(out, "quantri") || strings.Contains(out, string(auth.RoleClerk)) {
		t.Errorf("got %s", out)
	}
}
