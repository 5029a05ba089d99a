package cli_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/cli"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// A place is a directory with a store, its keys and files.
type place struct {
	t           *testing.T
	dir, config string
	// store is the option that names another store than the SQLite one in dir.
	store string
}

func newPlace(t *testing.T, config string) *place {
	return &place{t: t, dir: t.TempDir(), config: config}
}

func (p *place) file(name string) string { return filepath.Join(p.dir, name) }

// run runs a command on the store of the place.
func (p *place) run(stdin string, command string, args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	var out, problems bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &problems, Args: []string{command}}
	if command != "template" {
		env.Args = append(env.Args, "--data", p.file("data"), "--config", p.config, "--log", "warn")
		if p.store != "" {
			env.Args = append(env.Args, "--store", p.store)
		}
	}
	env.Args = append(env.Args, args...)
	code = cli.Main(p.t.Context(), env)
	return code, out.String(), problems.String()
}

// must runs a command that succeeds and returns its output.
func (p *place) must(stdin string, command string, args ...string) string {
	p.t.Helper()
	code, stdout, stderr := p.run(stdin, command, args...)
	if code != 0 {
		p.t.Fatalf("thads %s %v ended with %d:\n%s%s", command, args, code, stdout, stderr)
	}
	return stdout
}

// found makes a province with one district in the SQLite store of the place.
func (p *place) found() {
	p.t.Helper()
	ctx := auth.NewContext(p.t.Context(), auth.System("test"))
	s, err := sqlite.Open(ctx, sqlite.Options{Dir: p.file("data"), Collections: app.Collections()})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			p.t.Error(err)
		}
	}()
	a, err := app.New(app.Options{Store: s})
	if err != nil {
		p.t.Fatal(err)
	}
	e := thads.UnitEvent{Kind: thads.UnitEstablished, Code: "TH", Name: "Cục Thi hành án dân sự tỉnh Thử", Level: thads.LevelProvince}
	e.EffectiveOn = thads.DateOf(2009, 7, 1)
	province, err := a.UnitOpen(ctx, "province", e)
	if err != nil {
		p.t.Fatal(err)
	}
	e.Code, e.Name, e.Level, e.Parent = "TH-01", "Chi cục Thi hành án dân sự thành phố Thử", thads.LevelDistrict, province.ID
	district, err := a.UnitOpen(ctx, "district", e)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := a.AddUser(ctx, app.NewUser{Account: "chi-cuc", Grants: []app.NewGrant{{Role: auth.RoleUnitHead, Unit: district.ID}}}); err != nil {
		p.t.Fatal(err)
	}
	if _, err := a.AddUser(ctx, app.NewUser{Account: "xem", Grants: []app.NewGrant{{Role: auth.RoleStatistician, Unit: district.ID}}}); err != nil {
		p.t.Fatal(err)
	}
}

// register writes a register of n cases.
func (p *place) register(name string, n int, change func(i int, r *sheet.CaseRow)) string {
	p.t.Helper()
	format, ok := sheet.FormatOf(name)
	if !ok {
		p.t.Fatalf("no format for %s", name)
	}
	f, err := os.Create(p.file(name))
	if err != nil {
		p.t.Fatal(err)
	}
	w, err := sheet.NewFile(f, format, sheet.About{})
	if err != nil {
		p.t.Fatal(err)
	}
	table, err := w.Cases()
	if err != nil {
		p.t.Fatal(err)
	}
	for i := range n {
		r := sheet.CaseRow{
			Unit: "TH-01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i+1), Date: thads.DateOf(2018, 10, 5),
			Initiation: thads.OnRequest, JudgmentKind: thads.JudgmentCivil, JudgmentNumber: fmt.Sprintf("%d/2018/DS-ST", i+1), JudgmentDate: thads.DateOf(2018, 9, 5), Court: "TAND thành phố Thử",
			Debtor:         sheet.PartyCells{Name: "Nguyễn Văn Nợ", IdentityNumber: fmt.Sprintf("038%09d", i)},
			ObligationKind: thads.Debt, Amount: 1_000_000,
		}
		if change != nil {
			change(i, &r)
		}
		if err := table.Write(&r); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		p.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		p.t.Fatal(err)
	}
	return f.Name()
}

// unheaded returns a dump without its header.
func unheaded(dump string) string {
	_, rest, _ := strings.Cut(dump, "\n")
	return rest
}

func TestDumpAndLoadCommands(t *testing.T) {
	keys := t.TempDir()
	from := newPlace(t, keys)
	from.found()
	from.must("", "import", from.register("so.xlsx", 60, nil))
	packed := from.file("sao-luu.ndjson.gz")
	from.must("", "dump", packed)
	plain := from.must("", "dump", "-")
	f, err := os.Open(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the dump is of mode %v, %v", info.Mode(), err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil || unheaded(string(unpacked)) != unheaded(plain) {
		t.Errorf("packed and plain dump differ, %v", err)
	}
	if left, err := filepath.Glob(from.file(".sao-luu*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}

	// SQLite to SQLite, by file and by standard input.
	to := newPlace(t, keys)
	if out := to.must("", "load", packed); !strings.Contains(out, "case 60") {
		t.Errorf("load: %s", out)
	}
	if got := to.must("", "dump", "-"); unheaded(got) != unheaded(plain) {
		t.Error("what was loaded differs")
	}
	piped := newPlace(t, keys)
	piped.must(plain, "load", "-")
	if got := piped.must("", "dump", "-"); unheaded(got) != unheaded(plain) {
		t.Error("what was loaded from standard input differs")
	}
	code, _, stderr := to.run("", "load", packed)
	if code != 1 || !strings.Contains(stderr, "không trống") {
		t.Errorf("into a full store: %d, %s", code, stderr)
	}
	empty := newPlace(t, keys)
	for name, tt := range map[string]struct {
		code  int
		stdin string
		args  []string
		want  string
	}{
		"no file":        {2, "", nil, "tên một tệp"},
		"a missing file": {1, "", []string{"none"}, "Không mở được"},
		"a directory":    {1, "", []string{empty.dir}, "Không mở được"},
		"half a dump":    {1, plain[:len(plain)/2], []string{"-"}, "cắt cụt"},
		"no dump":        {1, "xin chào\n", []string{"-"}, "không phải bản sao lưu"},
	} {
		if code, _, stderr := empty.run(tt.stdin, "load", tt.args...); code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: %d, %s", name, code, stderr)
		}
	}
	if code, _, _ := empty.run("", "dump"); code != 2 {
		t.Errorf("dump without a name ended with %d", code)
	}
	if code, _, stderr := from.run("", "dump", from.file("none/x")); code != 1 || !strings.Contains(stderr, "Không ghi được") {
		t.Errorf("dump to nowhere: %d, %s", code, stderr)
	}

	// To MongoDB and back.
	cluster := newPlace(t, keys)
	cluster.store = "mongodb://" + mongoServer(t) + "/transfer"
	cluster.must("", "load", packed)
	theirs := cluster.must("", "dump", "-")
	if unheaded(theirs) != unheaded(plain) {
		t.Error("what was loaded into MongoDB differs")
	}
	if head, _, _ := strings.Cut(theirs, "\n"); !strings.Contains(head, `"engine":"ferretdb"`) {
		t.Errorf("its header is %s", head)
	}
	// There files come in, go out and are taken back as they are here.
	if out := cluster.must("", "import", from.file("so.xlsx")); !strings.Contains(out, "không có gì thay đổi") {
		t.Errorf("the register again in MongoDB: %s", out)
	}
	cluster.must("", "user", "add", "lanh-dao", "--role", "LEADER")
	cluster.visit(t, "lanh-dao").leads(cluster.own("rieng.xlsx", 30), 30)
	back := newPlace(t, keys)
	back.must(theirs, "load", "-")
	if got := back.must("", "dump", "-"); unheaded(got) != unheaded(plain) {
		t.Error("what came back from MongoDB differs")
	}
	if out := back.must("", "import", from.file("so.xlsx")); !strings.Contains(out, "không có gì thay đổi") {
		t.Errorf("the register again after the way there and back: %s", out)
	}
}

// mongoServer starts the server of the tests of the MongoDB adapter, which ends
// with the test. One load and one dump at a time need no proxy before it.
func mongoServer(t *testing.T) (address string) {
	t.Helper()
	exe := buildMongoServer(t)
	cmd := exec.Command(exe, "-dir", t.TempDir())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the test server ended with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, _, _ = strings.Cut(strings.TrimSpace(line), " ")
	return address
}

// buildMongoServer builds the server, or finds it built by these tests or those
// of the adapter.
func buildMongoServer(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "store", "mongo", "testserver")
	h := sha256.New()
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	exe := filepath.Join(cache, "thads-testserver", hex.EncodeToString(h.Sum(nil))[:16])
	if _, err := os.Stat(exe); err == nil {
		return exe
	}
	exe = filepath.Join(t.TempDir(), "testserver")
	start := time.Now()
	cmd := exec.Command("go", "build", "-C", dir, "-tags", "ferretdb_no_postgresql", "-o", exe, ".")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "GOFLAGS=") }), "GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the test server: %v\n%s", err, text)
	}
	t.Logf("the test server was built in %s", time.Since(start).Round(time.Second))
	return exe
}
