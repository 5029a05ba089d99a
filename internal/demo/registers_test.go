// The store that the race detector is given keeps no claims.

//go:build !race

package demo

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// The records beside cases go out as files and into an empty store, from where
// they go out as the same files. Records that name cases stay behind where those
// are not there.
func TestRegistersIntoAnotherStore(t *testing.T) {
	ctx := auth.NewContext(t.Context(), auth.Person("leader", "Lãnh đạo", auth.RoleLeader, "", ""))
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	from, to := openApp(t, fill(t).store), openApp(t, s)
	left := map[sheet.Kind]bool{}
	for _, k := range sheet.RecordKinds() {
		data := exportedRecords(ctx, t, from, k.Value)
		u, err := to.UploadFile(ctx, string(k.Value)+".csv", bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		im, err := to.ImportStart(ctx, string(k.Value), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		im = worked(ctx, t, to, im.ID)
		named := 0
		page, err := to.ImportProblems(ctx, im.ID, []sheet.Severity{sheet.Error}, app.PageArgs{})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			p := it.Value
			if p.Code != thads.CodeUnknown || !slices.Contains([]string{"Việc thi hành án", "Việc thi hành án phần dân sự"}, p.Header) {
				t.Errorf("%s: %s", k.Value, p.String())
			}
			named++
		}
		if im.State != app.ImportChecked || im.Cases == 0 || im.Creates+im.Bad != im.Cases || named != im.Bad {
			t.Fatalf("%s: %+v", k.Value, im)
		}
		t.Logf("%s: %d records, %d name cases", k.Value, im.Creates, named)
		if left[k.Value] = im.Bad > 0; im.Creates == 0 {
			continue
		}
		if im, err = to.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptGoodRows); err != nil {
			t.Fatal(err)
		}
		if im = worked(ctx, t, to, im.ID); im.State != app.ImportAccepted || im.Created != im.Creates {
			t.Fatalf("%s: %+v", k.Value, im)
		}
	}
	for _, k := range sheet.RecordKinds() {
		want, got := exportedRecords(ctx, t, from, k.Value), exportedRecords(ctx, t, to, k.Value)
		// Each export names the record that was made of it.
		want, got = withoutMark(t, want), withoutMark(t, got)
		// Records of one day have another order.
		lines, have := strings.Split(string(want), "\r\n"), strings.Split(string(got), "\r\n")
		if left[k.Value] {
			lines = slices.DeleteFunc(lines, func(line string) bool { return !slices.Contains(have, line) })
		}
		slices.Sort(have)
		slices.Sort(lines)
		if d := cmp.Diff(lines, have); d != "" {
			t.Errorf("%s (-from +to):\n%s", k.Value, d)
		}
	}
}

// withoutMark drops the line that says under which record a file was exported.
func withoutMark(t *testing.T, file []byte) []byte {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(string(file), "\r\n"), "\r\n")
	last := len(lines) - 1
	if !strings.Contains(lines[last], "ds_") {
		t.Fatalf("the file ends in %q, which names no record", lines[last])
	}
	return []byte(strings.Join(lines[:last], "\r\n"))
}

func openApp(t *testing.T, s store.Store) *app.App {
	t.Helper()
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Options{Store: s, Sealer: sealer, Clock: func() time.Time { return time.Date(2020, 1, 6, 2, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func exportedRecords(ctx context.Context, t *testing.T, a *app.App, k sheet.Kind) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := a.ExportRecords(ctx, &b, k, app.RecordExportOptions{Format: sheet.CSV, Events: true}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// worked carries out the jobs that wait and returns the import.
func worked(ctx context.Context, t *testing.T, a *app.App, id string) *app.Import {
	t.Helper()
	if err := a.ResumeJobs(ctx); err != nil {
		t.Fatal(err)
	}
	im, err := a.Import(ctx, id)
	if err != nil || im == nil {
		t.Fatalf("%v, %v", im, err)
	}
	return im
}
