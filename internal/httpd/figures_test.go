package httpd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// said writes the values of an address, in the order of their names.
func said(v app.OutputValues) string {
	var parts []string
	for _, p := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, string(p)+"="+v[p])
	}
	return strings.Join(parts, " ")
}

func (s *shelf) ReportOutput(_ context.Context, form string, v app.OutputValues, f app.OutputFormat) (*app.Output, error) {
	switch form {
	case "NONE":
		return nil, thads.Errorf(thads.CodeNotFound, "form", "Không có biểu này", "There is no such form")
	case "FAULT":
		return nil, errors.New("secret detail")
	case "BUILDING":
		return nil, thads.Errorf(thads.CodeLedgerBuilding, "", "Đang cộng sổ", "Figures are being added up")
	}
	return &app.Output{Name: "Biểu 06/TK-THA", Format: f, Body: []byte(form + " " + said(v))}, nil
}

func (s *shelf) ReportPostings(ctx context.Context, form string, v app.OutputValues, row, column string, w io.Writer) error {
	return s.file(ctx, fmt.Sprintf("%s %s %s/%s", form, said(v), row, column), w)
}

func (s *shelf) SavedQueryOutput(ctx context.Context, id string, v app.OutputValues, f app.OutputFormat) (*app.Output, error) {
	if id != "sq_list" {
		return &app.Output{Name: "Truy vấn", Format: f, Body: []byte(id + " " + said(v))}, nil
	}
	out := &app.Output{Name: "Danh sách", Format: f, Record: new(string)}
	out.Write = func(ctx context.Context, w io.Writer) error {
		*out.Record = "ds_1"
		return s.file(ctx, "list", w)
	}
	return out, nil
}

// A report is a file with the hash of its bytes, by which whoever has it is spared
// it.
func TestReportsAreFilesWithTags(t *testing.T) {
	b, _, cookie := newShelf(t, nil)
	const path = "/reports/officers-by-case.csv?unit=un_1&statYear=2019&months=12"
	res := b.do(http.MethodGet, path, "", "Cookie", cookie)
	const want = "OFFICERS_BY_CASE MONTHS=12 STAT_YEAR=2019 UNIT=un_1"
	if got := text(t, res); res.StatusCode != 200 || got != want {
		t.Fatalf("status %d, %q, want %q", res.StatusCode, got, want)
	}
	for header, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie", "Content-Length": fmt.Sprint(len(want)),
		"Content-Disposition": `attachment; filename="Bieu 06-TK-THA.csv"; filename*=UTF-8''Bi%E1%BB%83u%2006-TK-THA.csv`,
	} {
		if got := res.Header.Get(header); got != want {
			t.Errorf("%s: %s, want %s", header, got, want)
		}
	}
	tag := res.Header.Get("ETag")
	if len(tag) != 34 || tag[0] != '"' {
		t.Fatalf("the tag is %s", tag)
	}
	for _, known := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		res := b.do(http.MethodGet, path, "", "Cookie", cookie, "If-None-Match", known)
		if body := text(t, res); res.StatusCode != 304 || body != "" || res.Header.Get("ETag") != tag || res.Header.Get("Content-Disposition") != "" {
			t.Errorf("with %s: status %d, %q, %v", known, res.StatusCode, body, res.Header)
		}
	}
	for _, other := range []string{`"x"`, strings.Trim(tag, `"`), tag[:10]} {
		if res := b.do(http.MethodGet, path, "", "Cookie", cookie, "If-None-Match", other); res.StatusCode != 200 || text(t, res) != want {
			t.Errorf("with %s: status %d", other, res.StatusCode)
		}
	}
	if res := b.do(http.MethodGet, strings.Replace(path, "12", "6", 1), "", "Cookie", cookie, "If-None-Match", tag); res.StatusCode != 200 || res.Header.Get("ETag") == tag {
		t.Errorf("other figures: status %d, tag %s", res.StatusCode, res.Header.Get("ETag"))
	}
	head := b.do(http.MethodHead, path, "", "Cookie", cookie)
	if body := text(t, head); head.StatusCode != 200 || body != "" || head.Header.Get("ETag") != tag || head.Header.Get("Content-Length") != fmt.Sprint(len(want)) {
		t.Errorf("HEAD: status %d, %q, %v", head.StatusCode, body, head.Header)
	}
	for extension, contentType := range map[string]string{
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "json": "application/json; charset=utf-8",
	} {
		res := b.do(http.MethodGet, "/reports/measures."+extension+"?asOf=2019-12-09&from=2018-10-01&knownAt=2020-01-01T00:00:00Z&basis=EFFECTIVE&regime=TT01_2013", "", "Cookie", cookie)
		if got := text(t, res); got != "MEASURES AS_OF=2019-12-09 BASIS=EFFECTIVE FROM=2018-10-01 KNOWN_AT=2020-01-01T00:00:00Z REGIME=TT01_2013" || res.Header.Get("Content-Type") != contentType {
			t.Errorf(".%s: %q, %v", extension, got, res.Header)
		}
	}
}

// Postings flow a line each, of a report or of one cell.
func TestPostingsFlow(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	res := b.do(http.MethodGet, "/reports/results-by-case.ndjson?asOf=2019-12-09&row=unit:un_1&column=D", "", "Cookie", cookie)
	if got := text(t, res); res.StatusCode != 200 || got != "RESULTS_BY_CASE AS_OF=2019-12-09 unit:un_1/D" {
		t.Errorf("status %d, %q", res.StatusCode, got)
	}
	if got := res.Header.Get("Content-Type"); got != "application/x-ndjson; charset=utf-8" || res.Header.Get("ETag") != "" {
		t.Errorf("the headers are %v", res.Header)
	}
	if got := text(t, b.do(http.MethodGet, "/reports/results-by-case.ndjson", "", "Cookie", cookie)); got != "RESULTS_BY_CASE  /" {
		t.Errorf("the whole report: %q", got)
	}
	asked := len(s.asked)
	wantFileRefusal(t, b.do(http.MethodGet, "/reports/results-by-case.ndjson?row=total", "", "Cookie", cookie), 400, "INVALID")
	if len(s.asked) != asked {
		t.Error("half a cell was looked for")
	}
}

// What a saved query answers comes under its name; a list of cases bears the
// record of having been taken out, and no tag.
func TestSavedQueriesAreFiles(t *testing.T) {
	b, _, cookie := newShelf(t, nil)
	res := b.do(http.MethodGet, "/queries/sq_1.json?asOf=2019-12-09", "", "Cookie", cookie)
	if got := text(t, res); res.StatusCode != 200 || got != "sq_1 AS_OF=2019-12-09" || res.Header.Get("ETag") == "" {
		t.Errorf("status %d, %q, %v", res.StatusCode, got, res.Header)
	}
	res = b.do(http.MethodGet, "/queries/sq_list.csv", "", "Cookie", cookie)
	if got := text(t, res); res.StatusCode != 200 || got != "list" || res.Header.Get("ETag") != "" || !strings.Contains(res.Header.Get("Content-Disposition"), "ds_1.csv") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a list: status %d, %q, %v", res.StatusCode, got, res.Header)
	}
}

// Who does not see figures, what no address has and what nobody asks for are
// refused.
func TestFiguresAreRefused(t *testing.T) {
	b, _, cookie := newShelf(t, nil)
	for _, tt := range []struct {
		method, path, cookie string
		status               int
		code                 string
	}{
		{"GET", "/reports/measures.csv", "", 401, "UNAUTHENTICATED"},
		{"GET", "/queries/sq_1.csv", "", 401, "UNAUTHENTICATED"},
		{"GET", "/reports/measures.csv", b.cookieOf(t, auth.RoleAdministrator), 403, "FORBIDDEN"},
		{"POST", "/reports/measures.csv", cookie, 405, "METHOD_NOT_ALLOWED"},
		{"GET", "/reports/measures.pdf", cookie, 404, "NOT_FOUND"},
		{"GET", "/reports/.csv", cookie, 404, "NOT_FOUND"},
		{"GET", "/reports/measures", cookie, 404, "NOT_FOUND"},
		{"GET", "/queries/sq_1.ndjson", cookie, 404, "NOT_FOUND"},
		{"GET", "/reports/none.csv", cookie, 404, "NOT_FOUND"},
		{"GET", "/reports/fault.csv", cookie, 500, "INTERNAL"},
		{"GET", "/reports/building.csv", cookie, 503, string(thads.CodeLedgerBuilding)},
		{"GET", "/reports/measures.csv?year=2019", cookie, 400, "NOT_ALLOWED"},
		{"GET", "/reports/measures.csv?unit=a&unit=b", cookie, 400, "NOT_ALLOWED"},
		{"GET", "/reports/measures.csv?row=total", cookie, 400, "NOT_ALLOWED"},
		{"GET", "/queries/sq_1.csv?filter={}", cookie, 400, "NOT_ALLOWED"},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			var header []string
			if tt.cookie != "" {
				header = []string{"Cookie", tt.cookie}
			}
			res := b.do(tt.method, tt.path, "", header...)
			if res.Header.Get("ETag") != "" {
				t.Error("a refusal has a tag")
			}
			wantFileRefusal(t, res, tt.status, tt.code)
		})
	}
}
