// The program that is killed is the one without the race detector.

//go:build !race

package app_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// envWork turns the test binary into a program that carries out the jobs which
// wait in the store of a directory.
const envWork = "THADS_APP_TEST_WORK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envWork); dir != "" {
		if err := work(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, "app:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if err := removeEmpty(); err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		code = 1
	}
	os.Exit(code)
}

// killedPart is how many cases the killed program writes at once.
const killedPart = 60

// work opens the store as the program does, carries out what waits, and tells
// every write before and after it.
func work(ctx context.Context, dir string) error {
	s, err := sqlite.Open(ctx, sqlite.Options{Dir: dir, Collections: app.Collections()})
	if err != nil {
		return err
	}
	w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
	sealer, err := app.OpenSealer(dir)
	if err != nil {
		return err
	}
	if w.App, err = app.New(app.Options{Store: &tellingStore{Store: s}, Clock: w.clock, Sealer: sealer, Version: "test"}); err != nil {
		return err
	}
	app.SetPartSize(w.App, killedPart)
	if err := w.Prepare(ctx, nil); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, rotateMark)); err == nil {
		if _, err := w.RotateKeys(keeper(ctx), app.KeyRotation{}, nil); err != nil {
			return err
		}
	}
	return errors.Join(w.ResumeJobs(ctx), s.Close())
}

// rotateMark is the name of a file that makes the program turn the keys over.
const rotateMark = "rotate"

// A tellingStore writes a line to standard output before and after each write.
type tellingStore struct {
	store.Store
	mu sync.Mutex
}

func (s *tellingStore) tell(when, what string, c *store.Collection) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := fmt.Println(when, what, c.Name)
	return err
}

// told runs a write between its two lines.
func told[T any](s *tellingStore, what string, c *store.Collection, write func() (T, error)) (T, error) {
	var none T
	if err := s.tell("before", what, c); err != nil {
		return none, err
	}
	v, err := write()
	if err != nil {
		return v, err
	}
	return v, s.tell("after", what, c)
}

func (s *tellingStore) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	_, err := told(s, "insert", c, func() (any, error) { return nil, s.Store.Insert(ctx, c, d) })
	return err
}

func (s *tellingStore) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	_, err := told(s, "replace", c, func() (any, error) { return nil, s.Store.Replace(ctx, c, d) })
	return err
}

func (s *tellingStore) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	return told(s, "bulk insert", c, func() ([]int, error) { return s.Store.BulkInsert(ctx, c, docs) })
}

func (s *tellingStore) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	return told(s, "bulk replace", c, func() ([]int, error) { return s.Store.BulkReplace(ctx, c, docs) })
}

func (s *tellingStore) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) ([]int, error) {
	return told(s, "bulk delete", c, func() ([]int, error) { return s.Store.BulkDelete(ctx, c, docs) })
}

// A moment is when a program is killed: so long after so many lines.
type moment struct {
	lines int
	after time.Duration
}

// worker runs the program on a directory. With a moment it is killed then; the
// result tells whether it was, and the instants of its lines.
func worker(t *testing.T, dir string, kill *moment) (killed bool, at []time.Time) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), envWork+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		at = append(at, time.Now())
		if kill != nil && len(at) == kill.lines {
			// The lines that come meanwhile stay in the pipe.
			time.AfterFunc(kill.after, func() { _ = cmd.Process.Kill() })
		}
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false, at
	case kill != nil && errors.As(err, &exit) && exit.ExitCode() == -1:
		return true, at
	}
	t.Fatalf("the program ended: %v", err)
	return false, nil
}

// outcome reads what is in the store of a directory.
func outcome(t *testing.T, dir string) map[string]string {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	out := recorded(t, s, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// killed kills the program at random moments of what waits in a directory. Each
// time it is started again, and what is there in the end must equal what an
// undisturbed run leaves. Every third time the second start is killed, too.
func killed(t *testing.T, from string, times int) (undisturbed string) {
	t.Helper()
	undisturbed = copied(t, from)
	_, at := worker(t, undisturbed, nil)
	if len(at) < 10 {
		t.Fatalf("the program told of %d writes only", len(at)/2)
	}
	want := outcome(t, undisturbed)
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	var moments []moment
	for range times {
		// Somewhere between a line and the next.
		n := random.IntN(len(at) - 1)
		moments = append(moments, moment{n + 1, time.Duration(random.Int64N(int64(at[n+1].Sub(at[n])) + 1))})
	}
	var mu sync.Mutex
	within := 0
	t.Run("killed", func(t *testing.T) {
		for i, m := range moments {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				dir := copied(t, from)
				died, told := worker(t, dir, &m)
				if died {
					mu.Lock()
					within++
					mu.Unlock()
				}
				if died && i%3 == 0 {
					worker(t, dir, &moment{1 + len(told)/2, m.after})
				}
				worker(t, dir, nil)
				if diff := cmp.Diff(want, outcome(t, dir)); diff != "" {
					t.Errorf("killed %v behind line %d (-undisturbed +resumed):\n%s", m.after, m.lines, diff)
				}
			})
		}
	})
	t.Logf("killed within %d of %d runs of %d writes", within, times, len(at)/2)
	if within < times/2 {
		t.Errorf("only %d of %d runs were killed before their end", within, times)
	}
	return undisturbed
}

// TestKilled kills the program, as a power cut would, at twenty random moments
// of an acceptance of 600 rows, and at some of its undoing.
func TestKilled(t *testing.T) {
	ctx := leader(t.Context())
	dir := t.TempDir()
	var id string
	prepared(t, dir, func(w *world) {
		_, first, _, officer := w.province(t) //nolint:contextcheck // it makes its own of t
		w.accepted(ctx, t, w.started(ctx, t, "cases", register(t, caseRows(1, 50), nil)), app.AcceptAll)
		var events []sheet.EventRow
		for i := 1; i <= 500; i += 5 {
			events = append(events, eventRow(i, thads.DateOf(2018, 11, 5), thads.Dong(i)*1000))
		}
		im := w.started(ctx, t, "mixed", register(t, caseRows(1, 500), events))
		if im.Rows != 600 || im.Creates != 450 || im.Changes != 10 || im.Existing != 40 {
			t.Fatalf("checked: %+v", im)
		}
		for _, i := range []int{77, 400} {
			number := fmt.Sprintf("%d/QĐ-CCTHADS", i)
			if _, err := w.CaseOpen(ctx, number, decided(first, officer, number, thads.DateOf(2018, 10, 5)), nil); err != nil {
				t.Fatal(err)
			}
		}
		im, err := w.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll)
		if err != nil {
			t.Fatal(err)
		}
		id = im.ID
	})
	undisturbed := killed(t, dir, 20)
	prepared(t, undisturbed, func(w *world) {
		im, err := w.Import(ctx, id)
		if err != nil || im.State != app.ImportAccepted || im.Created != 448 || im.Changed != 10 || im.Refused != 2 {
			t.Fatalf("undisturbed: %+v, %v", im, err)
		}
		if _, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, "Nhập nhầm"); err != nil {
			t.Fatal(err)
		}
	})
	undisturbed = killed(t, undisturbed, 6)
	prepared(t, undisturbed, func(w *world) {
		im, err := w.Import(ctx, id)
		if err != nil || im.State != app.ImportUndone || im.Undone != 458 || im.NotUndone != 0 {
			t.Errorf("undone: %+v, %v", im, err)
		}
	})
}

// TestRotationKilled kills the program at random moments of a rotation of keys:
// started again, it comes to the end, and every value is there.
func TestRotationKilled(t *testing.T) {
	dir := t.TempDir()
	prepared(t, dir, func(w *world) {
		_, first, _, _ := w.province(t)
		w.numbered(t, first, 1, 300)
	})
	if err := os.WriteFile(filepath.Join(dir, rotateMark), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	undisturbed := killed(t, dir, 12)
	prepared(t, undisturbed, func(w *world) {
		if got := sealedWith(t, w.store); len(got) != 1 || got["k2"] != 600 {
			t.Errorf("sealed values by key: %v", got)
		}
	})
}
