package cli_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/sheet"
)

// A visit is a browser that has signed in to a server over the store of a place.
type visit struct {
	t      *testing.T
	base   string
	client *http.Client
}

// visit starts a server over the store of the place and signs in.
func (p *place) visit(t *testing.T, account string) *visit {
	t.Helper()
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", p.file("data"), "--config", p.config}
	if p.store != "" {
		args = append(args, "--store", p.store)
	}
	v := &visit{t: t, base: start(t, nil, args...).base(t), client: browser(t)}
	link := strings.TrimSpace(p.must("", "user", "link", account, "--addr", strings.TrimPrefix(v.base, "http://")))
	signInBy(t, v.client, v.base, link)
	choosePassword(t, v.client, v.base, "một câu dài dễ nhớ 38")
	return v
}

// mutate runs a mutation of an import and returns the import.
func (v *visit) mutate(name, input string) (im imported) {
	v.t.Helper()
	body := ask(v.t, v.client, v.base, fmt.Sprintf(`mutation { %s(input: {%s}) { import { id version state created creates undone errors file } userErrors { code message } } }`, name, input))
	var a struct {
		Data map[string]struct {
			Import     *imported
			UserErrors []struct{ Code, Message string }
		}
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil || a.Data[name].Import == nil {
		v.t.Fatalf("%s answers %s", name, body)
	}
	return *a.Data[name].Import
}

type imported struct {
	ID, State, File                           string
	Version, Created, Creates, Undone, Errors int
}

// wait asks until an import is in a state.
func (v *visit) wait(id, state string) imported {
	v.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		body := ask(v.t, v.client, v.base, fmt.Sprintf(`{ import(id: %q) { id version state created creates undone errors file job { state done total } } }`, id))
		var a struct{ Data struct{ Import *imported } }
		if err := json.Unmarshal([]byte(body), &a); err != nil || a.Data.Import == nil {
			v.t.Fatalf("the import answers %s", body)
		}
		if a.Data.Import.State == state {
			return *a.Data.Import
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("the import is not %s but %s", state, body)
		}
	}
}

// leads brings a file of n cases in through the server, fetches what the server
// hands out, and takes the file back.
func (v *visit) leads(file string, n int) {
	v.t.Helper()
	t := v.t
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	status, body := do(t, v.client, http.MethodPost, v.base+"/uploads?name="+url.QueryEscape("Sổ của tôi.xlsx"), "application/octet-stream", string(data))
	var upload struct{ ID, Name string }
	if err := json.Unmarshal([]byte(body), &upload); err != nil || status != http.StatusCreated || upload.Name != "Sổ của tôi.xlsx" {
		t.Fatalf("the upload answers %d %s", status, body)
	}
	im := v.mutate("importStart", fmt.Sprintf(`upload: %q, idempotencyKey: %q`, upload.ID, upload.ID))
	im = v.wait(im.ID, "CHECKED")
	if im.Creates != n-1 || im.Errors != 1 {
		t.Errorf("checked: %+v", im)
	}
	status, body = get(t, v.client, v.base+"/imports/"+im.ID+"/problems.xlsx")
	if _, err := zip.NewReader(strings.NewReader(body), int64(len(body))); status != http.StatusOK || err != nil {
		t.Errorf("the rows with problems answer %d, %v", status, err)
	}
	im = v.mutate("importAccept", fmt.Sprintf(`id: %q, version: %d, mode: GOOD_ROWS`, im.ID, im.Version))
	if im = v.wait(im.ID, "ACCEPTED"); im.Created != n-1 {
		t.Errorf("accepted: %+v", im)
	}
	status, whole := get(t, v.client, v.base+"/exports/cases.csv?orderBy=NUMBER&filter="+url.QueryEscape(`{"text":"QĐ-MÁY","live":true}`))
	if status != http.StatusOK || strings.Count(whole, "/QĐ-MÁY") != n-1 {
		t.Errorf("the export answers %d %.2000s", status, whole)
	}
	if status, body := get(t, v.client, v.base+"/exports/cases.csv?filter="+url.QueryEscape(`{"status":"x"}`)); status != http.StatusBadRequest || !strings.Contains(body, `"INVALID"`) {
		t.Errorf("a wrong filter answers %d %s", status, body)
	}
	for _, path := range []string{"/exports/cases.xlsx", "/exports/case-events.xlsx", "/exports/units.xlsx", "/templates/cases.xlsx", "/templates/case-events.xlsx", "/templates/officers.xlsx"} {
		status, body := get(t, v.client, v.base+path)
		if _, err := zip.NewReader(strings.NewReader(body), int64(len(body))); status != http.StatusOK || err != nil {
			t.Errorf("%s answers %d, %v", path, status, err)
		}
		if status, body := get(t, browser(t), v.base+path); status != http.StatusUnauthorized {
			t.Errorf("%s answers nobody %d %.100s", path, status, body)
		}
	}
	im = v.mutate("importUndo", fmt.Sprintf(`id: %q, version: %d, reason: "Nhập thử"`, im.ID, im.Version))
	if im = v.wait(im.ID, "UNDONE"); im.Undone != n-1 {
		t.Errorf("undone: %+v", im)
	}
	if _, left := get(t, v.client, v.base+"/exports/cases.csv?filter="+url.QueryEscape(`{"text":"QĐ-MÁY","live":true}`)); strings.Contains(left, "/QĐ-MÁY") {
		t.Errorf("after the undoing there are still\n%s", left)
	}
}

// own is a register of n cases with numbers of its own, of which one is wrong.
func (p *place) own(name string, n int) string {
	return p.register(name, n, func(i int, r *sheet.CaseRow) {
		r.Number, r.JudgmentNumber = fmt.Sprintf("%d/QĐ-MÁY", i+1), fmt.Sprintf("%d/2017/DS-ST", i+1)
		if i == 1 {
			r.Unit = "TH-99"
		}
	})
}

// A file goes through the whole of a server, and back.
func TestFilesThroughTheServer(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	p.visit(t, "chi-cuc").leads(p.own("so.xlsx", 5), 5)
}

// A command works beside a server on the same records, and the other way round.
func TestImportBesideAServer(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	v := p.visit(t, "chi-cuc")
	file := p.register("so.xlsx", 4, nil)
	wants(t, "the command", p.must("", "import", "--as", "chi-cuc", file), "Đã nhập 4 việc mới")
	if got := ask(t, v.client, v.base, `{ imports { nodes { state created byName } } cases { totalCount } }`); !strings.Contains(got, `"ACCEPTED","created":4`) || !strings.Contains(got, `"totalCount":4`) {
		t.Errorf("the server sees %s", got)
	}
	whole := p.must("", "export", "--as", "chi-cuc", "--format", "csv", "cases", "-")
	if status, body := get(t, v.client, v.base+"/exports/cases.csv"); status != http.StatusOK || withoutMark(t, whole) != withoutMark(t, body) {
		t.Errorf("command and server hand out different files:\n%s\n%s", whole, body)
	}
	wants(t, "the same file by the command", p.must("", "import", "--as", "chi-cuc", file), "không có gì thay đổi")
}
