package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// upload sends a file.
func (w *world) upload(ctx context.Context, t testing.TB, name string, data []byte) *app.Upload {
	t.Helper()
	u, err := w.UploadFile(ctx, name, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// start begins to import a file under a key.
func (w *world) start(ctx context.Context, t testing.TB, key string, data []byte) *app.Import {
	t.Helper()
	im, err := w.ImportStart(ctx, key, w.upload(ctx, t, "sổ thụ lý.xlsx", data).ID)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// work carries out what is journalled and returns the import.
func (w *world) work(ctx context.Context, t testing.TB, id string) *app.Import {
	t.Helper()
	if err := w.ResumeJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	im, err := w.Import(ctx, id)
	if err != nil || im == nil {
		t.Fatalf("import %s: %v, %v", id, im, err)
	}
	return im
}

// checked begins to import a file and checks it.
func (w *world) checked(ctx context.Context, t testing.TB, key string, data []byte) *app.Import {
	t.Helper()
	return w.work(ctx, t, w.start(ctx, t, key, data).ID)
}

// problems lists all problems of an import as cell and code, "D2 REQUIRED".
func (w *world) problems(ctx context.Context, t testing.TB, id string) []string {
	t.Helper()
	var out []string
	first := 100
	args := app.PageArgs{First: &first}
	for {
		page, err := w.ImportProblems(ctx, id, nil, args)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			p := it.Value
			s := fmt.Sprintf("%s%d %s", p.Letter(), p.Row, p.Code)
			if p.Severity != sheet.Error {
				s += " (" + string(p.Severity) + ")"
			}
			out = append(out, s)
			args.After = &it.Cursor
		}
		if !page.HasNext {
			return out
		}
	}
}

// entries lists all entries of an import as row and action, "2 CREATE".
func (w *world) entries(ctx context.Context, t testing.TB, id string, actions ...app.ImportAction) []string {
	t.Helper()
	page, err := w.ImportEntries(ctx, id, actions, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, it := range page.Items {
		out = append(out, fmt.Sprintf("%d %s", it.Value.Row, it.Value.Action))
	}
	return out
}

// records returns all documents of the collections that hold the ledger.
func (w *world) records(t testing.TB) map[string]string {
	t.Helper()
	working := map[string]bool{"import": true, "importPart": true, "importMapping": true, "upload": true, "job": true}
	out := map[string]string{}
	for _, c := range app.Collections() {
		if working[c.Name] {
			continue
		}
		for d, err := range w.store.Scan(t.Context(), c, store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			out[c.Name+"/"+d.ID] = fmt.Sprintf("%d %s %s", d.Version, d.Head, d.Body)
		}
	}
	return out
}

// parts counts the pieces that are kept.
func (w *world) parts(t testing.TB) int {
	t.Helper()
	n, err := w.store.Count(t.Context(), collectionOf(t, "importPart"), thads.Everything())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func collectionOf(t testing.TB, name string) *store.Collection {
	t.Helper()
	for _, c := range app.Collections() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no collection %q", name)
	return nil
}

func TestImportLife(t *testing.T) {
	for _, format := range []sheet.Format{sheet.XLSX, sheet.CSV} {
		w := newWorld(t)
		w.province(t)
		ctx := leader(t.Context())
		bad := row(4)
		bad.Unit = "TH-99"
		data := file(t, format, row(1), row(2), row(3), bad)
		before := w.records(t)
		im := w.start(ctx, t, "k1", data)
		if im.State != app.ImportChecking || im.Version != 1 || im.Attempt != 1 || im.File != "sổ thụ lý.xlsx" || im.ByName != "Lãnh đạo" || im.Reading.Cases == nil {
			t.Fatalf("%s: begun as %+v", format, im)
		}
		again, err := w.ImportStart(ctx, "k1", "up_another")
		if code(err) != thads.CodeKeyReused {
			t.Errorf("the key for another file: %v, %v", again, err)
		}
		im = w.work(ctx, t, im.ID)
		if im.State != app.ImportChecked || im.Version != 2 || im.Rows != 4 || im.Cases != 4 || im.Creates != 3 || im.Bad != 1 || im.Errors != 1 || im.Stopped || im.CheckedAt.IsZero() {
			t.Fatalf("%s: checked as %+v", format, im)
		}
		if got := w.problems(ctx, t, im.ID); len(got) != 1 || !strings.HasPrefix(got[0], "A5 UNKNOWN_REFERENCE") {
			t.Errorf("problems: %v", got)
		}
		if diff := cmp.Diff([]string{"2 CREATE", "3 CREATE", "4 CREATE", "5 BAD"}, w.entries(ctx, t, im.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"5 BAD"}, w.entries(ctx, t, im.ID, app.ActionBad)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]app.ImportStep{app.StepSetMapping, app.StepAcceptGoodRows, app.StepCancel}, im.NextSteps()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, w.records(t)); diff != "" {
			t.Errorf("%s: the check wrote into the ledger:\n%s", format, diff)
		}
		j, err := w.Job(ctx, im.Job)
		if err != nil || j == nil || j.State != app.JobDone || j.Done != 4 || j.Total != 4 {
			t.Errorf("job: %+v, %v", j, err)
		}
		var mend bytes.Buffer
		if err := w.ImportProblemFile(ctx, im.ID, &mend); err != nil {
			t.Fatal(err)
		}
		handed := w.checked(ctx, t, "k-mend", mend.Bytes())
		if handed.Rows != 1 || handed.Errors != 1 || handed.Bad != 1 {
			t.Errorf("the rows handed back: %+v", handed)
		}
	}
}

var _ = auth.RoleLeader
var _ = io.EOF
