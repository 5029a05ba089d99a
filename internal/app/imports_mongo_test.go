package app_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/mongo"
)

// The life of an import over the protocol of MongoDB.
func TestImportOnMongo(t *testing.T) {
	s, err := mongo.Open(t.Context(), mongo.Options{URI: "mongodb://" + mongoServer(t) + "/imports", Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
	w.use(t, store.Store(s), t.TempDir())
	w.province(t)
	ctx := leader(t.Context())
	rows := manyRows(40)
	rows[2].Unit = "TH-99"
	data := file(t, sheet.CSV, rows...)
	im := w.checked(ctx, t, "k1", data)
	if im.Creates != 39 || im.Bad != 1 {
		t.Fatalf("%+v, %v", im, w.errors(ctx, t, im.ID))
	}
	if got := w.errors(ctx, t, im.ID); !cmp.Equal(got, []string{"A4 UNKNOWN_REFERENCE"}) {
		t.Errorf("errors: %v", got)
	}
	set, err := w.ImportSetMapping(ctx, change(im), im.Reading, true)
	if err != nil {
		t.Fatal(err)
	}
	im = w.work(ctx, t, set.ID)
	im = w.accept(ctx, t, im, app.AcceptGoodRows)
	if im.Created != 39 {
		t.Errorf("%+v", im)
	}
	again := w.start(ctx, t, "k2", data)
	if !again.KeptMapping {
		t.Error("the mapping was not found again")
	}
	again = w.work(ctx, t, again.ID)
	if again.Existing != 39 || again.Bad != 1 {
		t.Errorf("again: %+v", again)
	}
	if _, err := w.ImportCancel(ctx, change(again)); err != nil {
		t.Fatal(err)
	}
	if undone, err := w.ImportUndo(ctx, change(im), "nhầm tệp"); err != nil {
		t.Error(err)
	} else if undone = w.work(ctx, t, undone.ID); undone.Undone != 39 {
		t.Errorf("undone: %+v", undone)
	}
	w.upload(ctx, t, "never imported", []byte("x"))
	w.now = w.now.AddDate(0, 2, 0)
	for range 3 {
		if err := w.SweepImports(ctx); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.AddDate(0, 0, 1)
	}
	if n := w.parts(ctx, t); n != 1 {
		t.Errorf("%d parts stay", n)
	}
	if page, err := w.Imports(ctx, []app.ImportState{app.ImportUndone}, app.PageArgs{}); err != nil || len(page.Items) != 1 {
		t.Errorf("the list: %v, %v", page, err)
	}
}

// mongoServer starts the server of the tests of the MongoDB adapter, which ends
// with the test. One caller at a time needs no proxy before it.
func mongoServer(t *testing.T) (address string) {
	t.Helper()
	cmd := exec.Command(buildMongoServer(t), "-dir", t.TempDir())
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

// buildMongoServer builds the server, or finds it built by the tests of the
// adapter.
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
	cmd := exec.Command("go", "build", "-C", dir, "-tags", "ferretdb_no_postgresql", "-o", exe, ".")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "GOFLAGS=") }), "GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the test server: %v\n%s", err, text)
	}
	return exe
}
