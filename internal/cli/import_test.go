package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/cli"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// with runs something on the application of the place, whose keys it shares.
func (p *place) with(do func(ctx context.Context, a *app.App)) {
	p.t.Helper()
	ctx := auth.NewContext(p.t.Context(), auth.System("import"))
	s, err := sqlite.Open(ctx, sqlite.Options{Dir: p.file("data"), Collections: app.Collections()})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			p.t.Error(err)
		}
	}()
	sealer, err := app.OpenSealer(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	a, err := app.New(app.Options{Store: s, Sealer: sealer})
	if err != nil {
		p.t.Fatal(err)
	}
	do(ctx, a)
}

// cases are how many cases the place has.
func (p *place) cases() (n int) {
	p.t.Helper()
	live := true
	p.with(func(ctx context.Context, a *app.App) {
		page, err := a.Cases(ctx, &app.CaseFilter{Live: &live}, app.CasesByNumber, false, app.PageArgs{})
		if err != nil {
			p.t.Fatal(err)
		}
		if n, err = page.Total(ctx); err != nil {
			p.t.Fatal(err)
		}
	})
	return n
}

// wants expects texts in an output.
func wants(t *testing.T, what, out string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("%s: %q is not in\n%s", what, text, out)
		}
	}
}

func TestTemplate(t *testing.T) {
	p := newPlace(t, t.TempDir())
	for _, args := range [][]string{{"so.xlsx"}, {"so.csv"}, {"cases", "so-2.xlsx"}, {"case-events", "dien-bien.xlsx"}, {"case-events", "dien-bien.csv"}} {
		name := p.file(args[len(args)-1])
		args[len(args)-1] = name
		p.must("", "template", args...)
		before, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code, _, stderr := p.run("", "template", args...)
		if after, err := os.ReadFile(name); err != nil || code != 1 || !strings.Contains(stderr, "đã có") || !bytes.Equal(before, after) {
			t.Errorf("over an existing %s: %d, %s %v", name, code, stderr, err)
		}
		if code, stdout, stderr := p.run("", "import", name); code != 3 || !strings.Contains(stdout, "không có dòng nào") {
			t.Errorf("importing the empty %s: %d, %s%s", name, code, stdout, stderr)
		}
	}
	for _, args := range [][]string{nil, {"a.xls"}, {"xlsx"}, {"a.xlsx", "b.xlsx"}, {"users", "a.xlsx"}, {"cases", "a.xlsx", "b"}} {
		if code, _, _ := p.run("", "template", args...); code != 2 {
			t.Errorf("template %v ended with %d", args, code)
		}
	}
	if code, _, stderr := p.run("", "template", p.file("none/so.xlsx")); code != 1 || !strings.Contains(stderr, "Không ghi được") {
		t.Errorf("where nothing can be written: %d, %s", code, stderr)
	}
}

func TestImportCommand(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	good := p.register("good.xlsx", 40, nil)
	wants(t, "dry run", p.must("", "import", "--dry-run", good), "40 việc mới", "Chưa ghi gì", "Nothing was written")
	if n := p.cases(); n != 0 {
		t.Errorf("a dry run has written %d cases", n)
	}
	wants(t, "import", p.must("", "import", good), "Đã nhập 40 việc mới", "40 new cases")
	for _, args := range [][]string{{good}, {"--dry-run", good}, {"--good-rows", good}} {
		wants(t, "again", p.must("", "import", args...), "đã được nhập ngày", "không có gì thay đổi", "nothing has changed")
	}
	wants(t, "again by somebody else", p.must("", "import", "--as", "chi-cuc", good), "Mọi việc trong tệp đã có trong sổ; không có gì thay đổi")
	if n := p.cases(); n != 40 {
		t.Errorf("there are %d cases, want 40", n)
	}

	bad := p.register("bad.csv", 3, func(i int, r *sheet.CaseRow) {
		r.Number, r.JudgmentNumber = fmt.Sprintf("%d/QĐ-KHAC", i), fmt.Sprintf("%d/2017/DS-ST", i)
		if i == 1 {
			r.Unit, r.Amount = "TH-99", 0
		}
	})
	code, out, stderr := p.run("", "import", bad)
	wants(t, "a bad file", out, `LỖI  dòng 3, cột`, `UNKNOWN_REFERENCE: Không có đơn vị mã "TH-99" (đọc được: "TH-99")`, "Đã đọc 3 dòng, 3 việc; 1 lỗi")
	if code != 3 || !strings.Contains(stderr, "Tệp bị từ chối") || !strings.Contains(stderr, "nothing was written") {
		t.Errorf("a bad file: %d, %s", code, stderr)
	}
	if code, _, _ := p.run("", "import", "--dry-run", bad); code != 3 {
		t.Errorf("a dry run of a bad file ended with %d", code)
	}
	if n := p.cases(); n != 40 {
		t.Errorf("a refused file has written %d cases", n-40)
	}
	noise := p.file("noise.xlsx")
	if err := os.WriteFile(noise, []byte("PK\x03\x04 nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := p.run("", "import", noise); code != 3 || !strings.Contains(out, "bị cắt cụt") {
		t.Errorf("a damaged workbook: %d, %s", code, out)
	}
	empty := p.file("empty.csv")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := p.run("", "import", empty); code != 3 || !strings.Contains(out, "LỖI  Tệp trống (The file is empty)") {
		t.Errorf("an empty file: %d, %s", code, out)
	}
	other := p.register("other.csv", 1, func(_ int, r *sheet.CaseRow) { r.Number, r.JudgmentNumber = "99/QĐ-CCTHADS", "99/2018/DS-ST" })
	for name, tt := range map[string]struct {
		code int
		args []string
		want string
	}{
		"no file":                  {2, nil, "đúng một tệp"},
		"two files":                {2, []string{good, bad}, "đúng một tệp"},
		"a missing file":           {1, []string{p.file("none.xlsx")}, "Không mở được"},
		"a directory":              {2, []string{p.dir}, "không phải là tệp"},
		"nobody":                   {1, []string{"--as", "ai", other}, "Không có tài khoản"},
		"without a right":          {1, []string{"--as", "xem", other}, "Không có quyền"},
		"an option":                {2, []string{"--dry", other}, "dry"},
		"list and undo":            {2, []string{"--list", "--undo", "x", "--reason", "y"}, "không đi cùng nhau"},
		"list with a file":         {2, []string{"--list", other}, "không nhận tệp"},
		"undo with a file":         {2, []string{"--undo", "x", "--reason", "y", other}, "không nhận tệp"},
		"undo with a dry run":      {2, []string{"--undo", "x", "--reason", "y", "--dry-run"}, "không nhận tệp"},
		"undo without a reason":    {2, []string{"--undo", "x"}, "phải đi cùng nhau"},
		"a reason for nothing":     {2, []string{"--reason", "x", other}, "phải đi cùng nhau"},
		"undo of nothing":          {1, []string{"--undo", "im_none", "--reason", "y"}, "Không có lần nhập"},
		"problems to no workbook":  {2, []string{"--problems", p.file("p.csv"), other}, ".xlsx"},
		"problems over a file":     {2, []string{"--problems", good, other}, "đã có"},
		"a mapping that is none":   {2, []string{"--mapping", good, other}, "cách ghép cột"},
		"a mapping that is absent": {1, []string{"--mapping", p.file("none.json"), other}, "Không mở được"},
	} {
		if code, _, stderr := p.run("", "import", tt.args...); code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: %d, %s", name, code, stderr)
		}
	}
	wants(t, "by the head of the unit", p.must("", "import", "--as", "chi-cuc", other), "Đã nhập 1 việc")
}

// The good rows come in, the others are handed back and come in once mended.
func TestImportOfGoodRows(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	file := p.register("so.xlsx", 5, func(i int, r *sheet.CaseRow) {
		if i == 3 {
			r.Unit = "TH-99"
		}
	})
	problems := p.file("can-sua.xlsx")
	wants(t, "a dry run", p.must("", "import", "--good-rows", "--dry-run", file), "4 việc mới", "1 việc không nhập được")
	out := p.must("", "import", "--good-rows", "--problems", problems, file)
	wants(t, "good rows", out, "LỖI", "Các dòng có vấn đề đã ghi ra "+problems, "Đã nhập 4 việc mới", "1 việc không được nhập")
	code, out, stderr := p.run("", "import", problems)
	if code != 3 || !strings.Contains(out, "Đã đọc 1 dòng, 1 việc; 1 lỗi") {
		t.Errorf("the rows that were handed back: %d, %s%s", code, out, stderr)
	}
	bad := p.register("te.xlsx", 2, func(i int, r *sheet.CaseRow) { r.Unit = "TH-99" })
	if code, _, stderr := p.run("", "import", "--good-rows", bad); code != 3 || !strings.Contains(stderr, "Tệp bị từ chối") {
		t.Errorf("no good row: %d, %s", code, stderr)
	}
	if n := p.cases(); n != 4 {
		t.Errorf("there are %d cases, want 4", n)
	}
}

// A register of the agency's own is read by the mapping that a person mends.
func TestImportByAMapping(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	file := p.register("so.csv", 2, nil)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// A header that nobody knows.
	own := p.file("rieng.csv")
	renamed := bytes.Replace(text, []byte("Hình thức thi hành"), []byte("Xyz"), 1)
	if bytes.Equal(renamed, text) {
		t.Fatalf("there is no such header in\n%s", text)
	}
	if err := os.WriteFile(own, renamed, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, stderr := p.run("", "import", own)
	if code != 3 || !strings.Contains(stderr, "--show-mapping") {
		t.Fatalf("an unknown header: %d, %s%s", code, out, stderr)
	}
	code, out, _ = p.run("", "import", "--show-mapping", own)
	var reading sheet.Reading
	if err := json.Unmarshal([]byte(out), &reading); err != nil || code != 3 || reading.Cases == nil {
		t.Fatalf("the mapping shown: %d, %v\n%s", code, err, out)
	}
	found := false
	for i := range reading.Cases.Columns {
		if c := &reading.Cases.Columns[i]; c.Title == "Xyz" {
			c.Field, found = "initiation", true
		}
	}
	if !found {
		t.Fatalf("no column is called Xyz in %s", out)
	}
	mapping := func(name string, v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.file(name), b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p.file(name)
	}
	good := mapping("good.json", reading)
	wants(t, "by a mapping", p.must("", "import", "--mapping", good, own), "Đã nhập 2 việc mới")

	if out := p.must("", "import", "--show-mapping", "--mapping", good, own); !strings.Contains(out, `"field": "initiation"`) {
		t.Errorf("the mapping given is shown as %s", out)
	}
	reading.Cases.Columns[0].Field = "nothing"
	code, out, _ = p.run("", "import", "--mapping", mapping("bad.json", reading), own)
	if code != 3 || !strings.Contains(out, "LỖI  reading.cases.columns.0.field: ") {
		t.Errorf("a mapping to an unknown field: %d, %s", code, out)
	}
	if code, _, stderr := p.run("", "import", "--mapping", mapping("typo.json", map[string]any{"case": nil}), own); code != 2 || !strings.Contains(stderr, "cách ghép cột") {
		t.Errorf("a mapping with an unknown name: %d, %s", code, stderr)
	}
	if list := p.must("", "import", "--list"); strings.Contains(list, "Chờ ghép cột") || strings.Contains(list, "Đang kiểm tra") || strings.Count(list, "Đã ghi vào sổ") != 1 {
		t.Errorf("what is left:\n%s", list)
	}
}

func TestUndoOfAnImport(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	if out := p.must("", "import", "--list"); !strings.Contains(out, "Chưa có lần nhập nào") {
		t.Errorf("an empty list: %s", out)
	}
	file := p.register("so.xlsx", 6, nil)
	id := regexp.MustCompile(`--undo (\S+)`).FindStringSubmatch(p.must("", "import", file))[1]
	wants(t, "the list", p.must("", "import", "--list"), id, "Đã ghi vào sổ", "so.xlsx", time.Now().Format("2006"))
	if code, _, stderr := p.run("", "import", "--undo", id, "--reason", " "); code != 1 || !strings.Contains(stderr, "lý do") {
		t.Errorf("an empty reason: %d, %s", code, stderr)
	}
	wants(t, "undo", p.must("", "import", "--undo", id, "--reason", "Nhập nhầm"), "Đã hoàn tác 6 việc", "6 cases were taken back")
	if n := p.cases(); n != 0 {
		t.Errorf("%d cases are left", n)
	}
	if code, _, stderr := p.run("", "import", "--undo", id, "--reason", "Nhập nhầm"); code != 1 || stderr == "" {
		t.Errorf("undo again: %d, %s", code, stderr)
	}

	// The file again, and a case that has gone on before the undo.
	id = regexp.MustCompile(`--undo (\S+)`).FindStringSubmatch(p.must("", "import", file))[1]
	p.with(func(ctx context.Context, a *app.App) {
		page, err := a.Cases(ctx, nil, app.CasesByUpdate, true, app.PageArgs{})
		if err != nil {
			t.Fatal(err)
		}
		c := page.Items[0].Value
		e := thads.CaseEvent{Kind: thads.CaseNoted, Note: "Đã có diễn biến"}
		e.EffectiveOn = thads.DateOf(2018, 11, 1)
		if _, err := a.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: c.Version}, e, nil); err != nil {
			t.Fatal(err)
		}
	})
	code, out, stderr := p.run("", "import", "--undo", id, "--reason", "Nhập nhầm")
	if code != 1 || !strings.Contains(stderr, "1 việc đã có diễn biến") {
		t.Errorf("undo of a case that has gone on: %d, %s", code, stderr)
	}
	wants(t, "undo of a case that has gone on", out, "Đã hoàn tác 5 việc", "CÒN LẠI")
}

// What a stopped command has left is completed by the same command.
func TestImportsThatWereInterrupted(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	file := p.register("so.xlsx", 8, nil)

	// Stopped when the check has ended: nothing stays.
	ctx, stop := context.WithCancel(t.Context())
	var out, problems bytes.Buffer
	env := &cli.Env{
		Args: []string{"import", "--data", p.file("data"), "--config", p.config, file}, Stdin: strings.NewReader(""),
		Stdout: writerFunc(func(b []byte) (int, error) { stop(); return out.Write(b) }), Stderr: &problems,
	}
	if code := cli.Main(ctx, env); code != 1 || !strings.Contains(problems.String(), "Đã dừng theo yêu cầu") {
		t.Errorf("stopped: %d, %s%s", code, &out, &problems)
	}
	if list := p.must("", "import", "--list"); strings.Count(list, "Đã hủy bỏ") != 1 || p.cases() != 0 {
		t.Errorf("what is left:\n%s", list)
	}

	// Stopped when it was accepted and nothing written yet.
	p.with(func(ctx context.Context, a *app.App) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		u, err := a.UploadFile(ctx, filepath.Base(file), f)
		if err != nil {
			t.Fatal(err)
		}
		im, err := a.ImportStart(ctx, "key", u.ID)
		if err != nil {
			t.Fatal(err)
		}
		j, err := a.Job(ctx, im.Job)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.RunJob(ctx, j); err != nil {
			t.Fatal(err)
		}
		if im, err = a.Import(ctx, im.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := a.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll); err != nil {
			t.Fatal(err)
		}
	})
	wants(t, "the same command again", p.must("", "import", file), "Đã nhập 8 việc mới")
	if n := p.cases(); n != 8 {
		t.Errorf("there are %d cases, want 8", n)
	}
	wants(t, "and once more", p.must("", "import", file), "không có gì thay đổi")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// withoutMark drops the line in which a CSV file says who exported it, and when.
func withoutMark(t *testing.T, text string) string {
	t.Helper()
	rows, mark, found := strings.Cut(text, "\nXuất bởi ")
	if !found || strings.Count(mark, "\n") != 1 || !strings.Contains(mark, ", nhật ký ds_") {
		t.Errorf("the file does not say who exported it:\n%s", text)
	}
	return rows
}

func TestExportCommand(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	p.must("", "import", p.register("so.xlsx", 12, nil))
	names := map[string][]string{
		"viec.xlsx": {"cases"}, "viec.csv": {"cases"}, "dien-bien.xlsx": {"case-events"}, "dien-bien.csv": {"case-events"},
	}
	for name, args := range names {
		wants(t, name, p.must("", "export", append(args, p.file(name))...), "Đã ghi "+p.file(name))
		if info, err := os.Stat(p.file(name)); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if left, err := filepath.Glob(p.file(".*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	whole, err := os.ReadFile(p.file("viec.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(withoutMark(t, string(whole)), withoutMark(t, p.must("", "export", "--format", "csv", "cases", "-"))); diff != "" {
		t.Errorf("standard output (-file +stdout):\n%s", diff)
	}
	one := p.must("", "export", "--format", "csv", "--filter", `{"text":"7/QĐ-CCTHADS"}`, "cases", "-")
	if got := strings.Count(one, "/QĐ-CCTHADS"); got != 1 {
		t.Errorf("a filter chooses %d cases:\n%s", got, one)
	}
	falling := p.must("", "export", "--format", "csv", "--order-by", "NUMBER", "--direction", "DESC", "cases", "-")
	if first, last := strings.Index(falling, "12/QĐ"), strings.Index(falling, "2/QĐ"); first < 0 || first+1 != last {
		t.Errorf("the order is\n%s", falling)
	}
	if strings.Contains(string(whole), "038000000003") {
		t.Error("identity numbers are exported without being asked for")
	}
	numbers := p.must("", "export", "--numbers", "--purpose", "SUPERVISION", "--reason", "Kiểm tra sổ thụ lý", "--format", "csv", "cases", "-")
	if !strings.Contains(numbers, "038000000003") {
		t.Error("the identity numbers are missing")
	}
	if theirs := p.must("", "export", "--as", "xem", "--format", "csv", "cases", "-"); strings.Contains(theirs, "038000000003") || strings.Count(theirs, "/QĐ-CCTHADS") != 12 {
		t.Errorf("a reader is given\n%s", theirs)
	}
	units := p.must("", "export", "--format", "csv", "--filter", `{"levels":["DISTRICT"]}`, "units", "-")
	if !strings.Contains(units, "TH-01") || strings.Contains(units, "\nTH;") {
		t.Errorf("the districts are\n%s", units)
	}
	if events := p.must("", "export", "--format", "csv", "--events", "units", "-"); events == units || !strings.Contains(events, "TH-01") {
		t.Errorf("the events of units are\n%s", events)
	}
	for name, tt := range map[string]struct {
		code int
		args []string
		want string
	}{
		"nothing":          {2, nil, "tên sổ và tên tệp"},
		"no register":      {2, []string{"users", "a.csv"}, "Không có sổ"},
		"no format":        {2, []string{"cases", "-"}, "--format"},
		"another format":   {2, []string{"--format", "pdf", "cases", "a.csv"}, "xlsx hoặc csv"},
		"no filter":        {2, []string{"--filter", "x", "cases", "a.csv"}, "filter"},
		"an unknown field": {2, []string{"--filter", `{"state":"DONE"}`, "cases", "a.csv"}, "filter.state"},
		"a direction":      {2, []string{"--direction", "ASC", "cases", "a.csv"}, "orderBy"},
		"no purpose":       {1, []string{"--numbers", "--reason", "Kiểm tra sổ thụ lý", "cases", p.file("a.csv")}, "mục đích"},
		"no reason":        {1, []string{"--numbers", "--purpose", "PAYMENT", "cases", p.file("a.csv")}, "lý do"},
		"numbers of units": {2, []string{"--numbers", "units", "a.csv"}, "--numbers"},
		"events of cases":  {2, []string{"--events", "cases", "a.csv"}, "--events"},
		"another filter":   {2, []string{"--filter", `{"live":true}`, "units", "a.csv"}, "filter.live"},
		"nobody":           {1, []string{"--as", "ai", "cases", p.file("a.csv")}, "Không có tài khoản"},
		"nowhere":          {1, []string{"cases", p.file("none/a.csv")}, "Không ghi được"},
	} {
		if code, _, stderr := p.run("", "export", tt.args...); code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: %d, %s", name, code, stderr)
		}
	}

	// What was written comes in elsewhere, and is nothing new where it came from.
	wants(t, "at home", p.must("", "import", p.file("viec.xlsx")), "không có gì thay đổi")
	for _, name := range []string{"viec.xlsx", "viec.csv"} {
		to := newPlace(t, t.TempDir())
		to.found()
		wants(t, "elsewhere", to.must("", "import", p.file(name)), "Đã nhập 12 việc mới")
		again := to.must("", "export", "--format", "csv", "cases", "-")
		if got := strings.Count(again, "/QĐ-CCTHADS"); got != 12 {
			t.Errorf("elsewhere there are %d cases:\n%s", got, again)
		}
	}
}
