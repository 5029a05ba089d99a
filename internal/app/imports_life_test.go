package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

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
	if err := w.ResumeJobs(ctx); err != nil {
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

// errors lists the errors of an import like problems.
func (w *world) errors(ctx context.Context, t testing.TB, id string) []string {
	t.Helper()
	return slices.DeleteFunc(w.problems(ctx, t, id), func(p string) bool { return strings.HasSuffix(p, ")") })
}

// entries lists the first entries of an import as row and action, "2 CREATE".
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
func (w *world) parts(ctx context.Context, t testing.TB) int {
	t.Helper()
	n, err := w.store.Count(ctx, collection(t, "importPart"), thads.Everything())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// during is a store that calls fn once, before the first read of a collection
// that follows arm.
type during struct {
	store.Store
	collection string
	mu         sync.Mutex
	fn         func()
}

func (d *during) arm(fn func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fn = fn
}

func (d *during) Get(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]*store.Document, error) {
	var fn func()
	if c.Name == d.collection {
		d.mu.Lock()
		fn, d.fn = d.fn, nil
		d.mu.Unlock()
	}
	if fn != nil {
		fn()
	}
	return d.Store.Get(ctx, c, scope, ids...)
}

// disturbed makes the world that of a store in which something happens while a
// check looks numbers up.
func (w *world) disturbed(t *testing.T, keys string) *during {
	t.Helper()
	d := &during{Store: w.store, collection: "claim"}
	w.use(t, d, keys)
	return d
}

func change(im *app.Import) app.ImportChange { return app.ImportChange{ID: im.ID, Version: im.Version} }

func manyRows(n int) []sheet.CaseRow {
	rows := make([]sheet.CaseRow, n)
	for i := range rows {
		rows[i] = row(i + 1)
	}
	return rows
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
		im = w.work(ctx, t, im.ID)
		if im.State != app.ImportChecked || im.Version != 2 || im.Rows != 4 || im.Cases != 4 || im.Creates != 3 || im.Bad != 1 || im.Errors != 1 || im.Stopped || im.CheckedAt.IsZero() {
			t.Fatalf("%s: checked as %+v", format, im)
		}
		if got := w.errors(ctx, t, im.ID); !cmp.Equal(got, []string{"A5 UNKNOWN_REFERENCE"}) {
			t.Errorf("%s: errors: %v", format, got)
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
		list, err := w.Imports(ctx, nil, app.PageArgs{})
		if err != nil || len(list.Items) != 2 || list.Items[0].Value.Version != 2 {
			t.Errorf("the list: %+v, %v", list, err)
		}
		if none, err := w.Imports(ctx, []app.ImportState{app.ImportUndone}, app.PageArgs{}); err != nil || len(none.Items) != 0 {
			t.Errorf("those undone: %+v, %v", none, err)
		}
	}
}

func TestImportEntriesSayWhatTheyAre(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	im := w.checked(ctx, t, "k1", file(t, sheet.CSV, row(1)))
	page, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	got := *page.Items[0].Value
	if got.Case == "" {
		t.Error("the case that would be created has no id")
	}
	got.Case = ""
	want := app.ImportEntry{Row: 2, Action: app.ActionCreate, Unit: "TH-01", Number: "1/QĐ-CCTHADS", Debtor: "Nguyễn Văn Nợ x1", Total: 1_000_000, Events: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestImportPages(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	rows := manyRows(1200)
	for i := range rows {
		if i%2 == 1 {
			rows[i].Unit = "TH-99"
		}
	}
	im := w.checked(ctx, t, "k1", file(t, sheet.CSV, rows...))
	if im.Creates != 600 || im.Bad != 600 || im.Errors != 600 {
		t.Fatalf("%+v", im)
	}
	// All in order, from the front and from the end, also over the bounds of pieces.
	var all, bad []int
	for i := range rows {
		all = append(all, i+2)
		if i%2 == 1 {
			bad = append(bad, i+2)
		}
	}
	for name, tt := range map[string]struct {
		actions []app.ImportAction
		want    []int
	}{"all": {nil, all}, "bad": {[]app.ImportAction{app.ActionBad}, bad}} {
		for _, backwards := range []bool{false, true} {
			var got []int
			n := 170
			args := app.PageArgs{First: &n}
			if backwards {
				args = app.PageArgs{Last: &n}
			}
			for {
				page, err := w.ImportEntries(ctx, im.ID, tt.actions, args)
				if err != nil {
					t.Fatal(err)
				}
				if total, err := page.Total(ctx); err != nil || total != len(tt.want) {
					t.Fatalf("%s: %d in all, %v", name, total, err)
				}
				var rows []int
				for _, it := range page.Items {
					rows = append(rows, it.Value.Row)
				}
				if backwards {
					got = append(rows, got...)
					if !page.HasPrevious {
						break
					}
					args.Before = &page.Items[0].Cursor
					continue
				}
				got = append(got, rows...)
				if !page.HasNext {
					break
				}
				args.After = &page.Items[len(page.Items)-1].Cursor
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s, backwards %t:\n%s", name, backwards, diff)
			}
		}
	}
	if got := w.errors(ctx, t, im.ID); len(got) != 600 || got[0] != "A3 UNKNOWN_REFERENCE" || got[599] != "A1201 UNKNOWN_REFERENCE" {
		t.Errorf("%d errors, the first %v", len(got), got[:1])
	}
	cursor := store.Cursor("xxx")
	if _, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{After: &cursor}); code(err) != thads.CodeInvalid {
		t.Errorf("a cursor of nobody: %v", err)
	}
	page, err := w.ImportProblems(ctx, im.ID, nil, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{After: &page.Items[0].Cursor}); code(err) != thads.CodeInvalid {
		t.Errorf("a cursor of another list: %v", err)
	}
	many := 201
	if _, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{First: &many}); code(err) != thads.CodeOutOfRange {
		t.Errorf("a page too large: %v", err)
	}
}

func TestImportStopsWhereNobodyWouldReadOn(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	rows := manyRows(11_500)
	for i := range rows {
		rows[i].Unit = "X"
	}
	im := w.checked(ctx, t, "k1", file(t, sheet.CSV, rows...))
	if im.State != app.ImportChecked || !im.Stopped || im.Errors <= 10_000 || im.Rows >= 11_500 {
		t.Errorf("%+v", im)
	}
	page, err := w.ImportProblems(ctx, im.ID, []sheet.Severity{sheet.Error}, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := page.Total(ctx); err != nil || n != 10_000 {
		t.Errorf("%d errors are kept, %v", n, err)
	}
	if diff := cmp.Diff([]app.ImportStep{app.StepSetMapping, app.StepCancel}, im.NextSteps()); diff != "" {
		t.Error(diff)
	}
	empty := w.checked(ctx, t, "k2", file(t, sheet.XLSX))
	if empty.Errors != 1 || empty.Rows != 0 || len(empty.NextSteps()) != 2 {
		t.Errorf("an empty register: %+v", empty)
	}
}

func TestImportRefusesWhatIsNotAcceptable(t *testing.T) {
	w := newWorld(t)
	ctx := leader(t.Context())
	for name, data := range map[string]string{
		"a broken archive": "PK\x03\x04 and no more", "a PDF": "%PDF-1.7", "an old workbook": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x",
		"not text": "a,b\x00c\n", "a cell without end": "a;b\n" + strings.Repeat("x", 30_000) + ";y\n",
	} {
		u := w.upload(ctx, t, "x.xlsx", []byte(data))
		im, err := w.ImportStart(ctx, "key of "+name, u.ID)
		if _, isRefusal := thads.Refusals(err); !isRefusal {
			t.Errorf("%s: %v, %v", name, im, err)
		}
		for _, c := range []string{"import", "importPart", "upload", "job"} {
			if n, err := w.store.Count(ctx, collection(t, c), thads.Everything()); err != nil || n != 0 {
				t.Errorf("%s: %d documents of %s stay, %v", name, n, c, err)
			}
		}
	}
}

func TestUploads(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	ctx := leader(t.Context())
	nothing := func(what string) {
		t.Helper()
		if n, err := w.store.Count(ctx, collection(t, "upload"), thads.Everything()); err != nil || n != 0 || w.parts(ctx, t) != 0 {
			t.Errorf("%s: %d uploads and %d parts stay, %v", what, n, w.parts(ctx, t), err)
		}
	}
	if _, err := w.UploadFile(ctx, "x", strings.NewReader("")); code(err) != thads.CodeInvalid {
		t.Errorf("an empty file: %v", err)
	}
	nothing("an empty file")
	broken := errors.New("the connection broke")
	if _, err := w.UploadFile(ctx, "x", io.MultiReader(strings.NewReader(strings.Repeat("x", 3<<20)), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a broken connection: %v", err)
	}
	nothing("a broken connection")
	if _, err := w.UploadFile(ctx, "x", io.LimitReader(zeros{}, 65<<20)); code(err) != thads.CodeLimit {
		t.Errorf("a large file: %v", err)
	}
	nothing("a large file")
	for given, want := range map[string]string{
		`C:\sổ\Sổ  thụ lý.xlsx`: "Sổ thụ lý.xlsx", "../../etc/passwd": "passwd", "a\x00b\n.csv": "ab .csv", "": "?", "\xff": "?",
		strings.Repeat("ă", 300) + ".csv": strings.Repeat("ă", 196) + ".csv",
	} {
		u := w.upload(ctx, t, given, []byte("x"))
		if u.Name != want {
			t.Errorf("the name %q is kept as %q", given, u.Name)
		}
	}
	if _, err := w.UploadFile(t.Context(), "x", strings.NewReader("x")); code(err) != thads.CodeForbidden {
		t.Errorf("nobody: %v", err)
	}
	bare, err := app.New(app.Options{Store: w.store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bare.UploadFile(ctx, "x", strings.NewReader("x")); code(err) != thads.CodeUnavailable {
		t.Errorf("without keys: %v", err)
	}
	if _, err := w.ImportStart(ctx, "k", "up_none"); code(err) != thads.CodeNotFound {
		t.Errorf("no such upload: %v", err)
	}
	if _, err := w.ImportStart(ctx, "", "up_none"); code(err) != thads.CodeRequired {
		t.Errorf("no key: %v", err)
	}
}

// zeros reads as zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// What is kept of a file shows nothing of it, and cannot be moved to another.
func TestImportKeepsFilesSealed(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	bad := row(1)
	bad.Officer = "Nguyễn Văn Kín"
	im := w.checked(ctx, t, "k1", file(t, sheet.CSV, bad))
	if im.Errors != 1 {
		t.Fatalf("%+v", im)
	}
	var pieces []*store.Document
	for d, err := range w.store.Scan(ctx, collection(t, "importPart"), store.ScanOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"038000000001", "Nguyễn Văn Nợ", "Nguyễn Văn Kín"} {
			if bytes.Contains(d.Body, []byte(secret)) || bytes.Contains(d.Head, []byte(secret)) {
				t.Errorf("%s shows %q", d.ID, secret)
			}
		}
		pieces = append(pieces, d)
	}
	if len(pieces) != 3 {
		t.Fatalf("%d pieces", len(pieces))
	}
	for _, p := range pieces {
		if strings.Contains(p.ID, "/e/") {
			d := *pieces[1]
			d.ID, d.Head, d.Version = p.ID, p.Head, p.Version+1
			if err := w.store.Replace(ctx, collection(t, "importPart"), &d); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{}); err == nil {
		t.Error("a piece that belongs elsewhere was opened")
	}
}

func TestImportMappingByHand(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	// Headers that no program knows.
	data := []byte("xanh;đỏ;tím;vàng;cam;nâu;hồng;đen;trắng;xám;bạc\nTH-01;7/QĐ-CCTHADS;05/10/2018;Chủ động;Dân sự;07/2018/DS-ST;05/09/2018;TAND tỉnh;Nguyễn Văn Nợ;Án phí, lệ phí;300000\n")
	im := w.start(ctx, t, "k1", data)
	if im.State != app.ImportMapping || im.Job != "" || im.Message.VI == "" || im.Reading.Cases != nil {
		t.Fatalf("begun as %+v", im)
	}
	if diff := cmp.Diff([]app.ImportStep{app.StepSetMapping, app.StepCancel}, im.NextSteps()); diff != "" {
		t.Error(diff)
	}
	names, err := w.ImportSheets(ctx, im.ID)
	if err != nil || !cmp.Equal(names, []string{""}) {
		t.Errorf("sheets: %q, %v", names, err)
	}
	m, err := w.ImportPropose(ctx, im.ID, sheet.Cases, "", 1)
	if err != nil || len(m.Columns) != 11 || m.Columns[10].Title != "bạc" {
		t.Fatalf("proposed: %+v, %v", m, err)
	}
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{}, false); code(err) != thads.CodeRequired {
		t.Errorf("no reading: %v", err)
	}
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: m}, false); code(err) != thads.CodeRequired || !strings.Contains(err.Error(), "reading.cases.") {
		t.Errorf("columns that are missing: %v", err)
	}
	fields := []string{"unit", "number", "date", "initiation", "judgmentKind", "judgmentNumber", "judgmentDate", "court", "debtorName", "obligationKind", "amount"}
	for i, f := range fields {
		m.Columns[i].Field, m.Columns[i].Title = f, "" // the file's own titles count
	}
	m.Columns[10].Unit = thads.MoneyThousand
	wrong := *m
	wrong.Columns = append(wrong.Columns[:10:10], sheet.MappedColumn{Column: 11, Field: "nothing"})
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: &wrong}, false); code(err) != thads.CodeUnknown || !strings.Contains(err.Error(), "reading.cases.columns.10.field") {
		t.Errorf("a field that is none: %v", err)
	}
	missing := *m
	missing.Sheet = "Trang 9"
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: &missing}, false); code(err) != thads.CodeUnknown {
		t.Errorf("a sheet that is none: %v", err)
	}
	c := change(im)
	c.Key = "set"
	set, err := w.ImportSetMapping(ctx, c, sheet.Reading{Cases: m}, true)
	if err != nil || set.State != app.ImportChecking || set.Version != 2 || set.Reading.Cases.Columns[10].Title != "bạc" || set.Message.VI != "" {
		t.Fatalf("set: %+v, %v", set, err)
	}
	// The same request again is one request; another one under its key is refused.
	again, err := w.ImportSetMapping(ctx, c, sheet.Reading{Cases: m}, true)
	if err != nil || again.Version != 2 || again.Job != set.Job {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := w.ImportSetMapping(ctx, c, sheet.Reading{Cases: m}, false); code(err) != thads.CodeKeyReused {
		t.Errorf("another request: %v", err)
	}
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: m}, false); code(err) != thads.CodeConflict {
		t.Errorf("an old version: %v", err)
	}
	im = w.work(ctx, t, im.ID)
	if im.State != app.ImportChecked || im.Creates != 1 || im.Errors != 0 {
		t.Fatalf("checked: %+v, %v", im, w.problems(ctx, t, im.ID))
	}
	page, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{})
	if err != nil || page.Items[0].Value.Total != 300_000_000 {
		t.Errorf("in thousands: %+v, %v", page, err)
	}
	preview, err := w.ImportPreview(ctx, im.ID, sheet.Cases, 5)
	if err != nil || len(preview.Rows) != 1 || preview.Rows[0].Number != 2 || preview.Rows[0].Cells[1] != "7/QĐ-CCTHADS" {
		t.Errorf("preview: %+v, %v", preview, err)
	}
	if none, err := w.ImportPreview(ctx, im.ID, sheet.CaseEvents, 5); err != nil || len(none.Rows) != 0 {
		t.Errorf("preview of a register that is not there: %+v, %v", none, err)
	}
	if _, err := w.ImportPreview(ctx, im.ID, sheet.Cases, 101); code(err) != thads.CodeOutOfRange {
		t.Errorf("a long preview: %v", err)
	}
}

func TestImportMappingsAreKept(t *testing.T) {
	w := newWorld(t)
	_, first, second, _ := w.province(t)
	head := func(id thads.PrincipalID, unit thads.UnitID) context.Context {
		return auth.NewContext(t.Context(), auth.Person(id, string(id), auth.RoleUnitHead, unit, ""))
	}
	ctx := head("us_1", first)
	data := func(i int) []byte {
		return fmt.Appendf(nil, "Mã đơn vị;Số quyết định;Ngày QĐ;Hình thức;Loại án;Số bản án;Ngày bản án;Tòa án;Người phải thi hành án;Loại nghĩa vụ;Số tiền;Ghi chú khác\nTH-01;%d/QĐ-CCTHADS;05/10/2018;Chủ động;Dân sự;07/2018/DS-ST;05/09/2018;TAND tỉnh;Nguyễn Văn Nợ;Án phí, lệ phí;300000;đã xem\n", i)
	}
	im := w.checked(ctx, t, "k1", data(1))
	if im.State != app.ImportChecked || im.KeptMapping {
		t.Fatalf("%+v", im)
	}
	m := *im.Reading.Cases
	m.Columns[11].Field = "note"
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: &m}, true); err != nil {
		t.Fatal(err)
	}
	// A colleague's file with the same headers is read so, another unit's is not.
	theirs := w.start(head("us_2", first), t, "k", data(2))
	if !theirs.KeptMapping || theirs.Reading.Cases.Columns[11].Field != "note" {
		t.Errorf("a colleague's: %+v", theirs.Reading.Cases)
	}
	others := w.start(head("us_3", second), t, "k", data(3))
	if others.KeptMapping || others.Reading.Cases.Columns[11].Field == "note" {
		t.Errorf("another unit's: %+v", others.Reading.Cases)
	}
	list := func(ctx context.Context) []*app.KeptMapping {
		t.Helper()
		kept, err := w.MappingsKept(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	if n := len(list(head("us_3", second))); n != 0 {
		t.Errorf("another unit sees %d mappings", n)
	}
	if n := len(list(leader(t.Context()))); n != 1 {
		t.Errorf("the leader sees %d mappings", n)
	}
	kept := list(head("us_2", first))
	if len(kept) != 1 || kept[0].By != "us_1" || kept[0].Unit != first || kept[0].Mapping.Columns[11].Title != "Ghi chú khác" {
		t.Fatalf("kept: %+v", kept)
	}
	// Kept once more, it is still one.
	im = w.work(ctx, t, im.ID)
	if _, err := w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: &m}, true); err != nil || len(list(ctx)) != 1 {
		t.Errorf("kept again: %v, %v", list(ctx), err)
	}
	if err := w.MappingForget(head("us_3", second), kept[0].ID); code(err) != thads.CodeNotFound {
		t.Errorf("another unit forgets it: %v", err)
	}
	if err := w.MappingForget(head("us_2", first), kept[0].ID); err != nil || len(list(ctx)) != 0 {
		t.Errorf("forgotten: %v", err)
	}
	if err := w.MappingForget(ctx, kept[0].ID); code(err) != thads.CodeNotFound {
		t.Errorf("forgotten again: %v", err)
	}
	if _, err := w.MappingsKept(auth.NewContext(t.Context(), auth.Person("c", "", auth.RoleClerk, "", ""))); code(err) != thads.CodeForbidden {
		t.Errorf("a clerk: %v", err)
	}
}

func TestImportRefusesStepsInTheWrongState(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	data := file(t, sheet.CSV, row(1))
	unknown := w.start(ctx, t, "mapping", []byte("xin chào\n"))
	checking := w.start(ctx, t, "checking", data)
	cancelled := w.start(ctx, t, "cancelled", data)
	if _, err := w.ImportCancel(ctx, change(cancelled)); err != nil {
		t.Fatal(err)
	}
	reading := checking.Reading
	get := func(id string) *app.Import {
		t.Helper()
		im, err := w.Import(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return im
	}
	calls := map[string]func(*app.Import) error{
		"setMapping": func(im *app.Import) error {
			_, err := w.ImportSetMapping(ctx, change(im), reading, false)
			return err
		},
		"accept": func(im *app.Import) error {
			_, err := w.ImportAccept(ctx, change(im), app.AcceptAll)
			return err
		},
		"undo": func(im *app.Import) error {
			_, err := w.ImportUndo(ctx, change(im), "nhầm tệp")
			return err
		},
		"cancel": func(im *app.Import) error {
			_, err := w.ImportCancel(ctx, change(im))
			return err
		},
		"problemFile": func(im *app.Import) error { return w.ImportProblemFile(ctx, im.ID, io.Discard) },
	}
	refused := func(state, call string, im *app.Import, want thads.Code, text string) {
		t.Helper()
		err := calls[call](im)
		if code(err) != want {
			t.Errorf("%s in the state %s: %v", call, state, err)
			return
		}
		if es, _ := thads.Refusals(err); !strings.Contains(es[0].Text.VI, text) || es[0].Text.EN == "" {
			t.Errorf("%s in the state %s says %q", call, state, es[0].Text)
		}
	}
	for _, call := range []string{"accept", "undo", "problemFile"} {
		refused("MAPPING", call, get(unknown.ID), thads.CodeTransition, "Chờ ghép cột")
		refused("CHECKING", call, get(checking.ID), thads.CodeTransition, "Đang kiểm tra")
	}
	for _, call := range []string{"accept", "undo", "setMapping", "cancel"} {
		refused("CANCELLED", call, get(cancelled.ID), thads.CodeTransition, "Đã hủy bỏ")
	}
	refused("CANCELLED", "problemFile", get(cancelled.ID), thads.CodeNotFound, "đã được xóa")
	checked := w.work(ctx, t, checking.ID)
	refused("CHECKED", "undo", checked, thads.CodeTransition, "Đã kiểm tra")
	accepted, err := w.ImportAccept(ctx, change(checked), app.AcceptAll)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{"accept", "undo", "setMapping", "cancel"} {
		refused("ACCEPTING", call, accepted, thads.CodeTransition, "Đang ghi vào sổ")
	}
	accepted = w.work(ctx, t, accepted.ID)
	for _, call := range []string{"accept", "setMapping", "cancel"} {
		refused("ACCEPTED", call, accepted, thads.CodeTransition, "Đã ghi vào sổ")
	}
	// Nothing is told of what is not there.
	for call, do := range calls {
		if err := do(&app.Import{ID: "im_none", Version: 1}); code(err) != thads.CodeNotFound {
			t.Errorf("%s of no import: %v", call, err)
		}
	}
	gone := get(cancelled.ID)
	if names, err := w.ImportSheets(ctx, gone.ID); err != nil || names != nil || gone.FileKept {
		t.Errorf("sheets of a file that is gone: %v, %v", names, err)
	}
	if _, err := w.ImportPropose(ctx, gone.ID, sheet.Cases, "", 1); code(err) != thads.CodeNotFound {
		t.Errorf("proposing for a file that is gone: %v", err)
	}
}

func TestImportStartIsOncePerKey(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	data := file(t, sheet.CSV, row(1))
	u := w.upload(ctx, t, "a.csv", data)
	var wg sync.WaitGroup
	got := make([]*app.Import, 8)
	for i := range got {
		wg.Go(func() {
			im, err := w.ImportStart(ctx, "k1", u.ID)
			if err != nil {
				t.Error(err)
			}
			got[i] = im
		})
	}
	wg.Wait()
	for _, im := range got {
		if im == nil || im.ID != got[0].ID || im.Job != got[0].Job {
			t.Errorf("not the same import: %+v", im)
		}
	}
	if _, err := w.ImportStart(ctx, "k1", w.upload(ctx, t, "b.csv", data).ID); code(err) != thads.CodeKeyReused {
		t.Errorf("another file under the key: %v", err)
	}
	if _, err := w.ImportStart(ctx, "k2", u.ID); code(err) != thads.CodeNotFound {
		t.Errorf("the file under another key: %v", err)
	}
	other := auth.NewContext(t.Context(), auth.Person("other", "", auth.RoleLeader, "", ""))
	if _, err := w.ImportStart(other, "k1", w.upload(ctx, t, "c.csv", data).ID); code(err) != thads.CodeNotFound {
		t.Errorf("somebody else's file: %v", err)
	}
	n, err := w.store.Count(ctx, collection(t, "job"), thads.Everything())
	if err != nil || n != 1 {
		t.Errorf("%d jobs, %v", n, err)
	}
}

func TestImportReach(t *testing.T) {
	w := newWorld(t)
	_, first, second, _ := w.province(t)
	data := file(t, sheet.CSV, row(1))
	as := func(id thads.PrincipalID, role auth.Role, unit thads.UnitID) context.Context {
		return auth.NewContext(t.Context(), auth.Person(id, string(id), role, unit, ""))
	}
	for _, role := range []auth.Role{auth.RoleClerk, auth.RoleProcuracy, auth.RoleOfficer, auth.RoleAdministrator} {
		ctx := as("p", role, first)
		_, upload := w.UploadFile(ctx, "x", bytes.NewReader(data))
		_, start := w.ImportStart(ctx, "k", "up_1")
		_, set := w.ImportSetMapping(ctx, app.ImportChange{}, sheet.Reading{}, false)
		_, cancel := w.ImportCancel(ctx, app.ImportChange{})
		_, accept := w.ImportAccept(ctx, app.ImportChange{}, app.AcceptAll)
		_, undo := w.ImportUndo(ctx, app.ImportChange{}, "x")
		_, one := w.Import(ctx, "im_1")
		_, list := w.Imports(ctx, nil, app.PageArgs{})
		_, problems := w.ImportProblems(ctx, "im_1", nil, app.PageArgs{})
		_, entries := w.ImportEntries(ctx, "im_1", nil, app.PageArgs{})
		_, preview := w.ImportPreview(ctx, "im_1", sheet.Cases, 5)
		_, propose := w.ImportPropose(ctx, "im_1", sheet.Cases, "", 1)
		for i, err := range []error{upload, start, set, cancel, accept, undo, one, list, problems, entries, preview, propose, w.ImportProblemFile(ctx, "im_1", io.Discard), w.MappingForget(ctx, "x")} {
			if code(err) != thads.CodeForbidden {
				t.Errorf("%s, call %d: %v", role, i, err)
			}
		}
	}
	mine := as("us_1", auth.RoleUnitHead, first)
	im := w.checked(mine, t, "k", data)
	if im.Creates != 1 || im.Errors != 0 {
		t.Errorf("one's own unit: %+v", im)
	}
	theirs := as("us_2", auth.RoleUnitHead, second)
	other := w.checked(theirs, t, "k", data)
	if got := w.errors(theirs, t, other.ID); !cmp.Equal(got, []string{"A2 FORBIDDEN"}) {
		t.Errorf("another unit's cases: %v", got)
	}
	if got, err := w.Import(theirs, im.ID); got != nil || err != nil {
		t.Errorf("somebody else's import: %v, %v", got, err)
	}
	if _, err := w.ImportEntries(theirs, im.ID, nil, app.PageArgs{}); code(err) != thads.CodeNotFound {
		t.Errorf("its entries: %v", err)
	}
	if _, err := w.ImportCancel(theirs, change(im)); code(err) != thads.CodeNotFound {
		t.Errorf("cancelling it: %v", err)
	}
	if page, err := w.Imports(theirs, nil, app.PageArgs{}); err != nil || len(page.Items) != 1 || page.Items[0].Value.ID != other.ID {
		t.Errorf("the list of another: %+v, %v", page, err)
	}
	if page, err := w.Imports(leader(t.Context()), nil, app.PageArgs{}); err != nil || len(page.Items) != 2 {
		t.Errorf("the leader's list: %+v, %v", page, err)
	}
	// The rights are those of whoever began the check, not of who carries it out.
	if _, err := w.ImportSetMapping(leader(t.Context()), change(other), other.Reading, false); err != nil {
		t.Fatal(err)
	}
	if other = w.work(theirs, t, other.ID); other.Errors != 0 || other.Creates != 1 {
		t.Errorf("checked for the leader: %+v", other)
	}
}

func TestImportCancelDuringACheck(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	d := w.disturbed(t, keys)
	ctx := leader(t.Context())
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, manyRows(2100)...))
	var cancelled *app.Import
	d.arm(func() {
		var err error
		if cancelled, err = w.ImportCancel(ctx, change(im)); err != nil {
			t.Error(err)
		}
	})
	after := w.work(ctx, t, im.ID)
	if cancelled == nil || after.State != app.ImportCancelled || after.Version != cancelled.Version || after.Rows != 0 || after.FileKept {
		t.Errorf("after: %+v", after)
	}
	if n := w.parts(ctx, t); n != 0 {
		t.Errorf("%d parts stay", n)
	}
	j, err := w.Job(ctx, im.Job)
	if err != nil || j.State != app.JobDone {
		t.Errorf("the job: %+v, %v", j, err)
	}
}

func TestImportMappingDuringACheck(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	d := w.disturbed(t, keys)
	ctx := leader(t.Context())
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, manyRows(1100)...))
	var set *app.Import
	d.arm(func() {
		m := *im.Reading.Cases
		m.Columns[0].Field, m.Constants = "", map[string]string{"unit": "TH-02"}
		m.Columns[1].Field = ""
		var err error
		if set, err = w.ImportSetMapping(ctx, change(im), sheet.Reading{Cases: &m}, false); err != nil {
			t.Error(err)
		}
	})
	w.work(ctx, t, im.ID)
	if set == nil || set.Job == im.Job {
		t.Fatalf("set: %+v", set)
	}
	after := w.work(ctx, t, im.ID)
	if after.State != app.ImportChecked || after.Job != set.Job || after.Creates != 1100 {
		t.Fatalf("after: %+v, %v", after, w.problems(ctx, t, im.ID))
	}
	page, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{})
	if err != nil || page.Items[0].Value.Unit != "TH-02" {
		t.Errorf("entries: %+v, %v", page, err)
	}
	if n := w.parts(ctx, t); n != 1+2+pieces(ctx, t, w, im.ID) {
		t.Errorf("%d parts", n)
	}
	for _, id := range []string{im.Job, set.Job} {
		if j, err := w.Job(ctx, id); err != nil || j.State != app.JobDone {
			t.Errorf("job: %+v, %v", j, err)
		}
	}
}

// pieces counts the pieces of problems that an import must have.
func pieces(ctx context.Context, t *testing.T, w *world, id string) int {
	t.Helper()
	page, err := w.ImportProblems(ctx, id, nil, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := page.Total(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return (n + 499) / 500
}

// Two processes carry out one check: the one that begins later wins, and the
// other one leaves nothing behind.
func TestImportCheckedByTwoProcesses(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	whole := w.store
	d := w.disturbed(t, keys)
	ctx := leader(t.Context())
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, manyRows(2100)...))
	other := &world{now: w.now}
	other.use(t, whole, keys)
	var theirs *app.Import
	d.arm(func() { theirs = other.work(ctx, t, im.ID) })
	mine := w.work(ctx, t, im.ID)
	if theirs == nil || theirs.State != app.ImportChecked || theirs.Creates != 2100 {
		t.Fatalf("theirs: %+v", theirs)
	}
	if diff := cmp.Diff(theirs, mine); diff != "" {
		t.Errorf("what the winner found was changed:\n%s", diff)
	}
	if n := w.parts(ctx, t); n != 1+3+pieces(ctx, t, w, im.ID) {
		t.Errorf("%d parts", n)
	}
	if got := w.entries(ctx, t, im.ID); len(got) != app.DefaultPage {
		t.Errorf("%d entries on the first page", len(got))
	}
	if j, err := w.Job(ctx, im.Job); err != nil || j.State != app.JobDone || j.Done != 2100 {
		t.Errorf("the job: %+v, %v", j, err)
	}
}

// Whoever waits for a check that another process carries out gets what that finds.
func TestImportCheckAwaited(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	whole := w.store
	ctx := leader(t.Context())
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, manyRows(1100)...))
	other := &world{now: w.now}
	other.use(t, whole, keys)
	theirs := other.disturbed(t, keys)
	mine := w.disturbed(t, keys)
	waits := &during{Store: mine, collection: "job"}
	w.use(t, waits, keys)
	job, err := w.Job(ctx, im.Job)
	if err != nil {
		t.Fatal(err)
	}
	begun, goOn, ended := make(chan bool), make(chan bool), make(chan error, 1)
	theirs.arm(func() { close(begun); <-goOn })
	mine.arm(func() {
		go func() { ended <- other.ResumeJobs(ctx) }()
		<-begun
		// This one is overtaken now, and waits.
		waits.arm(func() { close(goOn) })
	})
	if err := w.RunJob(ctx, job); err != nil {
		t.Fatal(err)
	}
	if job.State != app.JobDone || job.Done != 1100 {
		t.Errorf("the job: %+v", job)
	}
	if im, err := w.Import(ctx, im.ID); err != nil || im.State != app.ImportChecked || im.Creates != 1100 {
		t.Errorf("the import: %+v, %v", im, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A job may come into a store without the import that it is of.
func TestImportJobWithoutItsImport(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, row(1)))
	if err := w.store.Delete(ctx, collection(t, "import"), im.ID, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.ResumeJobs(ctx); err != nil {
		t.Fatal(err)
	}
	if j, err := w.Job(ctx, im.Job); err != nil || j.State != app.JobDone {
		t.Errorf("the job: %+v, %v", j, err)
	}
}

// The process stops in the middle of a check; the next one goes on.
func TestImportCheckResumed(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	whole := w.store
	d := w.disturbed(t, keys)
	ctx := leader(t.Context())
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, manyRows(2100)...))
	dying, die := context.WithCancel(t.Context())
	d.arm(func() { d.arm(die) }) // in the second part
	if err := w.ResumeJobs(dying); !errors.Is(err, context.Canceled) {
		t.Fatalf("the process that stops: %v", err)
	}
	if got, err := w.Import(ctx, im.ID); err != nil || got.State != app.ImportChecking || got.Version != 1 {
		t.Fatalf("in between: %+v, %v", got, err)
	}
	if n := w.parts(ctx, t); n != 2 {
		t.Errorf("%d parts in between", n)
	}
	w.use(t, whole, keys)
	after := w.work(ctx, t, im.ID)
	if after.State != app.ImportChecked || after.Creates != 2100 {
		t.Errorf("after: %+v", after)
	}
	if n := w.parts(ctx, t); n != 1+3+pieces(ctx, t, w, im.ID) {
		t.Errorf("%d parts afterwards", n)
	}
}

// faulty is a store in which the writes of one collection fail.
type faulty struct {
	store.Store
	collection string
	err        error
}

func (f *faulty) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	if c.Name == f.collection && f.err != nil {
		return f.err
	}
	return f.Store.Insert(ctx, c, d)
}

// The process stops between writing the import and its job.
func TestImportWhoseJobWasLost(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	ctx := leader(t.Context())
	u := w.upload(ctx, t, "a.csv", file(t, sheet.CSV, row(1)))
	f := &faulty{Store: w.store, collection: "job", err: errCrash}
	w.use(t, f, keys)
	if _, err := w.ImportStart(ctx, "k1", u.ID); !errors.Is(err, errCrash) {
		t.Fatalf("%v", err)
	}
	f.err = nil
	page, err := w.Imports(ctx, nil, app.PageArgs{})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	id := page.Items[0].Value.ID
	if im := w.work(ctx, t, id); im.State != app.ImportChecking {
		t.Fatalf("without a job: %+v", im)
	}
	if err := w.SweepImports(ctx); err != nil {
		t.Fatal(err)
	}
	if im := w.work(ctx, t, id); im.State != app.ImportChecked {
		t.Errorf("swept: %+v", im)
	}
	// Or the same request comes again.
	v := w.upload(ctx, t, "b.csv", file(t, sheet.CSV, row(2)))
	f.err = errCrash
	if _, err := w.ImportStart(ctx, "k2", v.ID); !errors.Is(err, errCrash) {
		t.Fatalf("%v", err)
	}
	f.err = nil
	again, err := w.ImportStart(ctx, "k2", v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if im := w.work(ctx, t, again.ID); im.State != app.ImportChecked {
		t.Errorf("asked for again: %+v", im)
	}
}

// A fault of the system ends the check with a message, and it can be begun anew.
func TestImportCheckFails(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.province(t)
	ctx := leader(t.Context())
	f := &faulty{Store: w.store, collection: "importPart"}
	w.use(t, f, keys)
	im := w.start(ctx, t, "k1", file(t, sheet.CSV, row(1)))
	f.err = errCrash
	failed := w.work(ctx, t, im.ID)
	if failed.State != app.ImportFailed || failed.Message.VI == "" || failed.Version != 2 {
		t.Fatalf("%+v", failed)
	}
	if j, err := w.Job(ctx, im.Job); err != nil || j.State != app.JobFailed {
		t.Errorf("the job: %+v, %v", j, err)
	}
	f.err = nil
	if _, err := w.ImportSetMapping(ctx, change(failed), failed.Reading, false); err != nil {
		t.Fatal(err)
	}
	if again := w.work(ctx, t, im.ID); again.State != app.ImportChecked || again.Message.VI != "" || again.Creates != 1 {
		t.Errorf("again: %+v", again)
	}
}

func TestImportsAreSwept(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	sweep := func() {
		t.Helper()
		if err := w.SweepImports(ctx); err != nil {
			t.Fatal(err)
		}
	}
	get := func(id string) *app.Import {
		t.Helper()
		im, err := w.Import(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return im
	}
	w.on(thads.DateOf(2019, 12, 9))
	w.upload(ctx, t, "never imported", []byte("x"))
	waiting := w.checked(ctx, t, "waiting", file(t, sheet.CSV, row(1)))
	accepted := w.checked(ctx, t, "accepted", file(t, sheet.CSV, row(2)))
	if _, err := w.ImportAccept(ctx, change(accepted), app.AcceptAll); err != nil {
		t.Fatal(err)
	}
	accepted = w.work(ctx, t, accepted.ID)
	before := w.parts(ctx, t)
	sweep()
	if n := w.parts(ctx, t); n != before {
		t.Errorf("at once, %d of %d parts stay", n, before)
	}
	w.on(thads.DateOf(2019, 12, 11))
	sweep()
	if n := w.parts(ctx, t); n != before-1 {
		t.Errorf("after a day, %d of %d parts stay", n, before)
	}
	w.on(thads.DateOf(2020, 1, 7))
	sweep()
	if im := get(waiting.ID); im.State != app.ImportChecked || !im.FileKept {
		t.Errorf("after 29 days: %+v", im)
	}
	w.on(thads.DateOf(2020, 1, 9))
	sweep()
	if im := get(waiting.ID); im.State != app.ImportCancelled || im.FileKept || im.Message.VI == "" {
		t.Errorf("after 31 days: %+v", im)
	}
	if im := get(accepted.ID); im.State != app.ImportAccepted || im.FileKept || im.Created != 1 {
		t.Errorf("accepted, after 31 days: %+v", im)
	}
	// What became of the entries stays with an import that was accepted: by it,
	// it can be undone.
	if got := w.entries(ctx, t, accepted.ID); !cmp.Equal(got, []string{"2 CREATE"}) {
		t.Errorf("its entries: %v", got)
	}
	if n := w.parts(ctx, t); n != 1 {
		t.Errorf("%d parts stay", n)
	}
	w.on(thads.DateOf(2020, 1, 10))
	sweep()
	sweep()
	if n := w.parts(ctx, t); n != 1 {
		t.Errorf("%d parts stay in the end", n)
	}
}
