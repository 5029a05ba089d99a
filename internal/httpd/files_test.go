package httpd_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A shelf is an application whose files are those of a test.
type shelf struct {
	*app.App
	// take receives uploads, write writes every file that is fetched.
	take  func(ctx context.Context, name string, r io.Reader) (*app.Upload, error)
	write func(ctx context.Context, w io.Writer) error

	mu    sync.Mutex
	taken []string
	asked []string
}

func (s *shelf) UploadFile(ctx context.Context, name string, r io.Reader) (*app.Upload, error) {
	if s.take != nil {
		return s.take(ctx, name, r)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("storing: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, name+": "+string(b)+" by "+string(auth.FromContext(ctx).ID))
	return &app.Upload{ID: "up_1", Name: name, Bytes: int64(len(b))}, nil
}

func (s *shelf) Import(_ context.Context, id string) (*app.Import, error) {
	switch id {
	case "im_none":
		return nil, nil
	case "im_fault":
		return nil, errors.New("secret detail")
	}
	return &app.Import{ID: id, File: "Sổ thụ lý \"2018\"\r\nX: y.xls"}, nil
}

func (s *shelf) ImportProblemFile(ctx context.Context, id string, w io.Writer) error {
	return s.file(ctx, "problems of "+id, w)
}

func (s *shelf) file(ctx context.Context, what string, w io.Writer) error {
	s.mu.Lock()
	s.asked = append(s.asked, what)
	s.mu.Unlock()
	if s.write != nil {
		return s.write(ctx, w)
	}
	_, err := io.WriteString(w, what)
	return err
}

// newShelf makes a server over a shelf, and signs in a leader.
func newShelf(t *testing.T, change func(*httpd.Options)) (b *bench, s *shelf, cookie string) {
	t.Helper()
	s = &shelf{}
	b = newBench(t, func(o *httpd.Options) {
		if change != nil {
			change(o)
		}
		a, ok := o.Backend.(*app.App)
		if !ok {
			t.Fatalf("the backend is a %T", o.Backend)
		}
		s.App, o.Backend = a, s
	})
	return b, s, b.cookieOf(t, auth.RoleLeader)
}

// cookieOf signs in somebody of a role.
func (b *bench) cookieOf(t *testing.T, role auth.Role) string {
	t.Helper()
	ctx := auth.NewContext(t.Context(), auth.System("test"))
	u, err := b.app.AddUser(ctx, app.NewUser{Account: "nguoi-" + strings.ToLower(strings.ReplaceAll(string(role), "_", "-")), Grants: []app.NewGrant{{Role: role}}})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := b.app.SignInAs(ctx, u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, app.SessionLimits{Idle: time.Hour, Max: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return "thads=" + token.Reveal()
}

// wantFileRefusal checks a refusal where a file was asked for.
func wantFileRefusal(t *testing.T, res *http.Response, status int, code string) string {
	t.Helper()
	body := text(t, res)
	var e struct {
		Error struct {
			Code, Message, RequestID string
			Field                    []string
		}
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("status %d, no JSON: %v in %q", res.StatusCode, err, body)
	}
	if res.StatusCode != status || e.Error.Code != code || e.Error.Message == "" {
		t.Errorf("status %d, %+v, want %d %s", res.StatusCode, e.Error, status, code)
	}
	if id := res.Header.Get("X-Request-Id"); id == "" || e.Error.RequestID != id {
		t.Errorf("request id %q in the header, %q in the error", id, e.Error.RequestID)
	}
	if res.Header.Get("Content-Disposition") != "" || res.Header.Get("Content-Type") != "application/json; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers of a refusal: %v", res.Header)
	}
	return e.Error.Message
}

const octets = "application/octet-stream"

func TestUploads(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	res := b.do(http.MethodPost, "/uploads?name=S%E1%BB%95%20th%E1%BB%A5%20l%C3%BD.xlsx", "bytes", "Content-Type", octets, "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
	body := text(t, res)
	if res.StatusCode != http.StatusCreated || body != `{"id":"up_1","name":"Sổ thụ lý.xlsx","bytes":5}`+"\n" {
		t.Errorf("status %d, %s", res.StatusCode, body)
	}
	if len(s.taken) != 1 || !strings.HasPrefix(s.taken[0], "Sổ thụ lý.xlsx: bytes by us_") {
		t.Errorf("the application took %q", s.taken)
	}
	if log := b.log.String(); !strings.Contains(log, `"route":"/uploads","status":201`) || strings.Contains(log, "thụ lý") {
		t.Errorf("the log tells\n%s", log)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	const ours, foe = "http://example.com", "https://evil.example"
	b, s, cookie := newShelf(t, nil)
	for _, tt := range []struct {
		name, method, contentType string
		header                    []string
		status                    int
		code                      string
	}{
		{"nobody", "POST", octets, nil, 401, "UNAUTHENTICATED"},
		{"an ended session", "POST", octets, []string{"Cookie", "thads=" + auth.NewToken().Reveal()}, 401, "UNAUTHENTICATED"},
		{"a cookie that is none", "POST", octets, []string{"Cookie", "thads=x"}, 401, "UNAUTHENTICATED"},
		{"a clerk", "POST", octets, []string{"Cookie", b.cookieOf(t, auth.RoleAdministrator)}, 403, "FORBIDDEN"},
		{"GET", "GET", octets, []string{"Cookie", cookie}, 405, "METHOD_NOT_ALLOWED"},
		{"PUT", "PUT", octets, []string{"Cookie", cookie}, 405, "METHOD_NOT_ALLOWED"},
		{"a form of text", "POST", "text/plain", []string{"Cookie", cookie}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a form with files", "POST", "multipart/form-data; boundary=x", []string{"Cookie", cookie}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a form", "POST", "application/x-www-form-urlencoded", []string{"Cookie", cookie}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"no type", "POST", "", []string{"Cookie", cookie}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"two types", "POST", octets, []string{"Cookie", cookie, "Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"packed", "POST", octets, []string{"Cookie", cookie, "Content-Encoding", "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"a foreign page", "POST", octets, []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", foe}, 403, "CROSS_ORIGIN"},
		{"a foreign page in an old browser", "POST", octets, []string{"Cookie", cookie, "Origin", foe}, 403, "CROSS_ORIGIN"},
		{"a foreign form of text", "POST", "text/plain", []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", foe}, 403, "CROSS_ORIGIN"},
		{"a page of a sibling", "POST", octets, []string{"Cookie", cookie, "Sec-Fetch-Site", "same-site", "Origin", "http://other.example.com"}, 403, "CROSS_ORIGIN"},
		{"a form of our page", "POST", "text/plain", []string{"Cookie", cookie, "Sec-Fetch-Site", "same-origin", "Origin", ours}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := tt.header
			if tt.contentType != "" {
				header = append([]string{"Content-Type", tt.contentType}, header...)
			}
			res := b.do(tt.method, "/uploads?name=a.xlsx", "bytes", header...)
			wantFileRefusal(t, res, tt.status, tt.code)
			if allow := res.Header.Get("Allow"); (tt.status == 405) != (allow == "POST") {
				t.Errorf("Allow: %q", allow)
			}
		})
	}
	if len(s.taken) != 0 {
		t.Errorf("the application took %q", s.taken)
	}
	// A foreign page has to ask first, and is told nothing that would let it go on.
	ask := b.do(http.MethodOptions, "/uploads", "", "Origin", foe, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	if ask.StatusCode < 400 || ask.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a foreign page that asks first: %d, %v", ask.StatusCode, ask.Header)
	}
}

// A page of a friend may send files as it may use the API.
func TestUploadsOfFriends(t *testing.T) {
	const friend = "https://baocao.example.vn"
	b, s, cookie := newShelf(t, func(o *httpd.Options) { o.CORSOrigins = []string{friend} })
	ask := b.do(http.MethodOptions, "/uploads", "", "Origin", friend, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	if ask.Header.Get("Access-Control-Allow-Origin") != friend {
		t.Errorf("a friend that asks first: %d, %v", ask.StatusCode, ask.Header)
	}
	res := b.do(http.MethodPost, "/uploads?name=a.csv", "x", "Content-Type", octets, "Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", friend)
	if res.StatusCode != http.StatusCreated || len(s.taken) != 1 {
		t.Errorf("status %d: %s", res.StatusCode, text(t, res))
	}
}

// zeros is a body without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestTheSizeOfAnUpload(t *testing.T) {
	if most := sheet.DefaultLimits().Bytes; most != httpd.MaxUpload {
		t.Errorf("the server takes %d bytes, readers %d", httpd.MaxUpload, most)
	}
	b, s, cookie := newShelf(t, nil)
	s.take = func(_ context.Context, name string, r io.Reader) (*app.Upload, error) {
		n, err := io.Copy(io.Discard, r)
		// What the application makes of the error must not change the answer.
		return &app.Upload{ID: "up_1", Name: name, Bytes: n}, errors.Join(err, nil)
	}
	for _, tt := range []struct {
		name     string
		size     int
		declared bool
		status   int
	}{
		{"at the limit", httpd.MaxUpload, true, 201},
		{"at the limit, undeclared", httpd.MaxUpload, false, 201},
		{"above the limit", httpd.MaxUpload + 1, true, 413},
		{"above the limit, undeclared", httpd.MaxUpload + 1, false, 413},
		{"far above the limit", 2 * httpd.MaxUpload, false, 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := &io.LimitedReader{R: zeros{}, N: int64(tt.size)}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/uploads?name=a", source)
			r.Header.Set("Content-Type", octets)
			r.Header.Set("Cookie", cookie)
			r.ContentLength = -1
			if tt.declared {
				r.ContentLength = int64(tt.size)
			}
			res := b.send(r)
			if tt.status == 201 {
				if got := text(t, res); res.StatusCode != 201 || !strings.Contains(got, fmt.Sprintf(`"bytes":%d`, tt.size)) {
					t.Errorf("status %d, %s", res.StatusCode, got)
				}
				return
			}
			wantFileRefusal(t, res, 413, "REQUEST_TOO_LARGE")
			if read := tt.size - int(source.N); read > httpd.MaxUpload+1<<20 || tt.declared && read > 0 {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
}

// What the application refuses is told with its code and field; a fault is not.
func TestWhatTheApplicationRefuses(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	for name, tt := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"an empty file":       {thads.Errorf(thads.CodeRequired, "file", "Tệp trống", "The file is empty"), 400, "REQUIRED"},
		"too much":            {thads.Errorf(thads.CodeLimit, "", "Lớn quá", "Too large"), 413, "LIMIT_EXCEEDED"},
		"not allowed":         {fmt.Errorf("upload: %w", thads.Errorf(thads.CodeForbidden, "", "Không", "No")), 403, "FORBIDDEN"},
		"not there":           {thads.Errorf(thads.CodeNotFound, "id", "Không", "No"), 404, "NOT_FOUND"},
		"a store away":        {fmt.Errorf("upload: %w", store.ErrUnavailable), 503, "UNAVAILABLE"},
		"a store away, told":  {thads.Errorf(thads.CodeUnavailable, "", "Chưa", "Not now"), 503, "UNAVAILABLE"},
		"a fault":             {errors.New("secret detail"), 500, "INTERNAL"},
		"a body that is read": {nil, 201, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s.take = func(context.Context, string, io.Reader) (*app.Upload, error) { return &app.Upload{}, tt.err }
			res := b.do(http.MethodPost, "/uploads?name=a", "x", "Content-Type", octets, "Cookie", cookie)
			if tt.err == nil {
				if res.StatusCode != tt.status {
					t.Errorf("status %d", res.StatusCode)
				}
				return
			}
			message := wantFileRefusal(t, res, tt.status, tt.code)
			if strings.Contains(message, "secret") {
				t.Errorf("a fault is shown: %s", message)
			}
			if retry := res.Header.Get("Retry-After"); (tt.status == 503) != (retry != "") {
				t.Errorf("Retry-After: %q", retry)
			}
		})
	}
	if !strings.Contains(b.log.String(), "secret detail") {
		t.Error("the fault is not in the log")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/uploads?name=a", brokenBody{})
	r.Header.Set("Content-Type", octets)
	r.Header.Set("Cookie", cookie)
	s.take = nil
	wantFileRefusal(t, b.send(r), 400, "BAD_REQUEST")
}

// Before the server is ready, and from a foreign page, the answer is JSON too.
func TestFilesBeforeTheServerIsReady(t *testing.T) {
	b := starting(t, nil)
	wantFileRefusal(t, b.do(http.MethodPost, "/uploads", "x", "Content-Type", octets), 503, "UNAVAILABLE")
}

const uploadHead = "POST /uploads?name=a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nCookie: %s\r\n"

// read returns the answer that comes over a connection.
func read(t *testing.T, conn net.Conn) *http.Response {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// A file of which the second half does not come is no file.
func TestUploadsThatBreakOff(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	r := serve(t, b)
	conn := r.open(t, fmt.Sprintf(uploadHead, cookie)+"Content-Length: 100\r\n\r\n0123456789")
	half, ok := conn.(*net.TCPConn)
	if !ok {
		t.Fatalf("a %T", conn)
	}
	if err := half.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	wantFileRefusal(t, read(t, conn), 400, "BAD_REQUEST")
	if len(s.taken) > 0 {
		t.Errorf("the application took %q", s.taken)
	}
}

// Only a few files move at a time; the others are told to come again.
func TestManyFilesAtATime(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	entered, leave := make(chan struct{}), make(chan struct{})
	s.take = func(context.Context, string, io.Reader) (*app.Upload, error) {
		entered <- struct{}{}
		<-leave
		return &app.Upload{}, nil
	}
	s.write = func(_ context.Context, w io.Writer) error {
		entered <- struct{}{}
		<-leave
		_, err := io.WriteString(w, "file")
		return err
	}
	upload := func() *http.Response {
		return b.do(http.MethodPost, "/uploads?name=a", "x", "Content-Type", octets, "Cookie", cookie)
	}
	fetch := func() *http.Response {
		return b.do(http.MethodGet, "/imports/im_1/problems.xlsx", "", "Cookie", cookie)
	}
	for name, tt := range map[string]struct {
		do     func() *http.Response
		places int
		status int
	}{"uploads": {upload, httpd.MaxUploads, 201}, "downloads": {fetch, httpd.MaxDownloads, 200}} {
		t.Run(name, func(t *testing.T) {
			statuses := make(chan int, tt.places)
			for range tt.places {
				go func() { statuses <- tt.do().StatusCode }()
				<-entered
			}
			res := tt.do()
			wantFileRefusal(t, res, 503, "UNAVAILABLE")
			if res.Header.Get("Retry-After") == "" {
				t.Error("it is not told when to come again")
			}
			for range tt.places {
				leave <- struct{}{}
				if got := <-statuses; got != tt.status {
					t.Errorf("status %d", got)
				}
			}
			go func() { statuses <- tt.do().StatusCode }()
			<-entered
			leave <- struct{}{}
			if got := <-statuses; got != tt.status {
				t.Errorf("when the places were free again: status %d", got)
			}
		})
	}
}

func TestProblemFiles(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	res := b.do(http.MethodGet, "/imports/im_1/problems.xlsx", "", "Cookie", cookie)
	if got := text(t, res); res.StatusCode != 200 || got != "problems of im_1" || res.Header.Get("Content-Length") != "16" {
		t.Errorf("status %d, %q, %v", res.StatusCode, got, res.Header)
	}
	for header, want := range map[string]string{
		"Content-Type":  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"Cache-Control": "no-store",
		"Content-Disposition": `attachment; filename="So thu ly -2018-X- y - van de.xlsx"; ` +
			`filename*=UTF-8''S%E1%BB%95%20th%E1%BB%A5%20l%C3%BD%20-2018-X-%20y%20%E2%80%93%20v%E1%BA%A5n%20%C4%91%E1%BB%81.xlsx`,
		"X-Content-Type-Options": "nosniff",
	} {
		if got := res.Header.Get(header); got != want {
			t.Errorf("%s: %s, want %s", header, got, want)
		}
	}
	head := b.do(http.MethodHead, "/imports/im_1/problems.xlsx", "", "Cookie", cookie)
	if head.StatusCode != 200 || head.Header.Get("Content-Disposition") == "" || len(s.asked) != 1 {
		t.Errorf("HEAD: status %d, %v, %q", head.StatusCode, head.Header, s.asked)
	}
	wantFileRefusal(t, b.do(http.MethodGet, "/imports/im_1/problems.xlsx", ""), 401, "UNAUTHENTICATED")
	wantFileRefusal(t, b.do(http.MethodGet, "/imports/im_1/problems.xlsx", "", "Cookie", b.cookieOf(t, auth.RoleAdministrator)), 403, "FORBIDDEN")
	wantFileRefusal(t, b.do(http.MethodPost, "/imports/im_1/problems.xlsx", "", "Cookie", cookie), 405, "METHOD_NOT_ALLOWED")
	wantFileRefusal(t, b.do(http.MethodGet, "/imports/im_none/problems.xlsx", "", "Cookie", cookie), 404, "NOT_FOUND")
	wantFileRefusal(t, b.do(http.MethodGet, "/imports/im_fault/problems.xlsx", "", "Cookie", cookie), 500, "INTERNAL")
}

// What goes wrong before the first byte is a refusal; after it the connection is
// cut off, so that half a file is not taken for a whole one.
func TestFilesThatFail(t *testing.T) {
	b, s, cookie := newShelf(t, nil)
	r := serve(t, b)
	const target = "GET /imports/im_1/problems.xlsx HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n\r\n"
	size := 0
	s.write = func(_ context.Context, w io.Writer) error {
		if _, err := w.Write(bytes.Repeat([]byte("x"), size)); err != nil {
			return err
		}
		return errors.New("secret detail")
	}
	for _, size = range []int{0, 1, 60_000} {
		wantFileRefusal(t, read(t, r.open(t, fmt.Sprintf(target, cookie))), 500, "INTERNAL")
	}
	for _, size = range []int{70_000, 10 << 20} {
		res := read(t, r.open(t, fmt.Sprintf(target, cookie)))
		n, err := io.Copy(io.Discard, res.Body)
		if res.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes and a fault: status %d, %d bytes, %v", size, res.StatusCode, n, err)
		}
	}
	log := b.log.String()
	if !strings.Contains(log, `"code":"ABORTED"`) || !strings.Contains(log, "secret detail") {
		t.Errorf("the log tells\n%s", log)
	}
	if strings.Contains(log, "panic") {
		t.Errorf("an abort is logged as a panic:\n%s", log)
	}
}

func TestAttachment(t *testing.T) {
	long := strings.Repeat("ố", 300)
	for name, want := range map[string]string{
		"a.xlsx":                     `attachment; filename="a.xlsx"; filename*=UTF-8''a.xlsx`,
		"Đường dây (1).csv":          `attachment; filename="Duong day (1).csv"; filename*=UTF-8''%C4%90%C6%B0%E1%BB%9Dng%20d%C3%A2y%20%281%29.csv`,
		"../../etc/passwd":           `attachment; filename="-..-etc-passwd"; filename*=UTF-8''-..-etc-passwd`,
		"a\r\nSet-Cookie: x=y.xlsx":  `attachment; filename="aSet-Cookie- x=y.xlsx"; filename*=UTF-8''aSet-Cookie-%20x%3Dy.xlsx`,
		`"; filename="b.exe`:         `attachment; filename="-; filename=-b.exe"; filename*=UTF-8''-%3B%20filename%3D-b.exe`,
		"so\u202excod.exe":           `attachment; filename="soxcod.exe"; filename*=UTF-8''soxcod.exe`,
		"\x00\xff":                   `attachment; filename="thads"; filename*=UTF-8''thads`,
		"":                           `attachment; filename="thads"; filename*=UTF-8''thads`,
		"日本.csv":                     `attachment; filename="__.csv"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.csv`,
		"100%25.csv":                 `attachment; filename="100-25.csv"; filename*=UTF-8''100-25.csv`,
		" . ":                        `attachment; filename="thads"; filename*=UTF-8''thads`,
		"So\u0302\u0309 thụ lý.xlsx": `attachment; filename="So thu ly.xlsx"; filename*=UTF-8''S%E1%BB%95%20th%E1%BB%A5%20l%C3%BD.xlsx`,
	} {
		got := httpd.Attachment(name)
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", name, got, want)
		}
		if _, _, err := mime.ParseMediaType(got); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	_, params, err := mime.ParseMediaType(httpd.Attachment(long + ".xlsx"))
	if err != nil || len(params["filename"]) > 210 || !strings.HasSuffix(params["filename"], "ố.xlsx") {
		t.Errorf("a long name becomes %d bytes, %v", len(params["filename"]), err)
	}
}

// arguments notes what it is asked to read.
type arguments struct{}

func (arguments) Cases(_ context.Context, filter, orderBy, direction string) (app.ExportOptions, error) {
	if filter == "bad" {
		return app.ExportOptions{}, thads.Errorf(thads.CodeInvalid, "filter", "Không đọc được", "It cannot be read")
	}
	return app.ExportOptions{Filter: &app.CaseFilter{Text: &filter}, By: app.CaseOrderField(orderBy), Descending: direction == "DESC"}, nil
}

func (arguments) Records(_ context.Context, k sheet.Kind, filter, orderBy, direction string) (app.RecordExportOptions, error) {
	return app.RecordExportOptions{Filter: &filter, By: string(k) + " by " + orderBy, Descending: direction == "DESC"}, nil
}

func (s *shelf) ExportRecords(ctx context.Context, w io.Writer, k sheet.Kind, o app.RecordExportOptions) error {
	filter, _ := o.Filter.(*string)
	return s.file(ctx, fmt.Sprintf("records %s %s %q %s %v %v", k, o.Format, *filter, o.By, o.Descending, o.Events), w)
}

func (s *shelf) ExportCases(ctx context.Context, w io.Writer, o app.ExportOptions) error {
	o.Recorded(&app.Disclosure{ID: "ds_1"})
	why := ""
	if o.Numbers || o.Purpose != "" || o.Reason != "" {
		why = fmt.Sprintf(" %v %s %s", o.Numbers, o.Purpose, o.Reason)
	}
	return s.file(ctx, fmt.Sprintf("cases %s %q %s %v%s", o.Format, *o.Filter.Text, o.By, o.Descending, why), w)
}

func (s *shelf) ExportCaseEvents(ctx context.Context, w io.Writer, o app.ExportOptions) error {
	return s.file(ctx, fmt.Sprintf("events %s %q %s %v", o.Format, *o.Filter.Text, o.By, o.Descending), w)
}

func (s *shelf) ExportTemplate(ctx context.Context, w io.Writer, k sheet.Kind, f sheet.Format) error {
	return s.file(ctx, fmt.Sprintf("template %s %s", k, f), w)
}

func TestExports(t *testing.T) {
	b, _, cookie := newShelf(t, nil)
	today := b.app.Today().String()
	for target, want := range map[string]struct{ content, contentType, name string }{
		"/exports/cases.xlsx?filter=%7B%7D&orderBy=NUMBER&direction=DESC": {`cases xlsx "{}" NUMBER true`, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Sổ thụ lý việc thi hành án " + today + " ds_1.xlsx"},
		"/exports/cases.xlsx?numbers=true&purpose=PAYMENT&reason=v%C3%AC": {`cases xlsx ""  false true PAYMENT vì`, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Sổ thụ lý việc thi hành án " + today + " ds_1.xlsx"},
		"/exports/cases.csv":                {`cases csv ""  false`, "text/csv; charset=utf-8", "Sổ thụ lý việc thi hành án " + today + " ds_1.csv"},
		"/exports/case-events.csv?filter=x": {`events csv "x"  false`, "text/csv; charset=utf-8", "Sổ diễn biến việc thi hành án " + today + ".csv"},
		"/exports/units.xlsx?filter=y":      {`records UNITS xlsx "y" UNITS by  false false`, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Sổ đơn vị " + today + ".xlsx"},
		"/exports/directed-cases.csv?events=true&orderBy=TITLE&direction=DESC": {`records DIRECTED_CASES csv "" DIRECTED_CASES by TITLE true true`, "text/csv; charset=utf-8", "Sổ vụ việc thuộc diện chỉ đạo " + today + ".csv"},
		"/templates/units.xlsx":      {"template UNITS xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Mẫu sổ đơn vị.xlsx"},
		"/templates/cases.xlsx":      {"template CASES xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Mẫu sổ thụ lý việc thi hành án.xlsx"},
		"/templates/case-events.csv": {"template CASE_EVENTS csv", "text/csv; charset=utf-8", "Mẫu sổ diễn biến việc thi hành án.csv"},
	} {
		res := b.do(http.MethodGet, target, "", "Cookie", cookie)
		if got := text(t, res); res.StatusCode != 200 || got != want.content || res.Header.Get("Content-Type") != want.contentType {
			t.Errorf("%s: status %d, %q, %s", target, res.StatusCode, got, res.Header.Get("Content-Type"))
		}
		_, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
		if err != nil || params["filename"] != want.name {
			t.Errorf("%s: the file is called %q, %v", target, params["filename"], err)
		}
	}
	for target, want := range map[string]struct {
		status int
		code   string
	}{
		"/exports/cases.xlsx?filter=bad":        {400, "INVALID"},
		"/exports/cases.xlsx?filtr=%7B%7D":      {400, "NOT_ALLOWED"},
		"/exports/cases.xlsx?filter=x&filter=y": {400, "NOT_ALLOWED"},
		"/exports/cases.xlsx?filter=%zz":        {400, "INVALID"},
		"/exports/cases.csv?events=true":        {400, "NOT_ALLOWED"},
		"/exports/cases.csv?numbers=some":       {400, "INVALID"},
		"/exports/units.csv?numbers=true":       {400, "NOT_ALLOWED"},
		"/exports/units.csv?events=perhaps":     {400, "INVALID"},
		"/exports/cases":                        {404, "NOT_FOUND"},
		"/exports/cases.xls":                    {404, "NOT_FOUND"},
		"/exports/cases.tar.csv":                {404, "NOT_FOUND"},
		"/exports/CASES.csv":                    {404, "NOT_FOUND"},
		"/exports/users.csv":                    {404, "NOT_FOUND"},
		"/templates/users.csv":                  {404, "NOT_FOUND"},
		"/exports/..%2Fcases.csv":               {404, "NOT_FOUND"},
	} {
		wantFileRefusal(t, b.do(http.MethodGet, target, "", "Cookie", cookie), want.status, want.code)
	}
	for _, target := range []string{"/exports/cases.xlsx", "/templates/cases.xlsx"} {
		wantFileRefusal(t, b.do(http.MethodGet, target, ""), 401, "UNAUTHENTICATED")
		wantFileRefusal(t, b.do(http.MethodDelete, target, "", "Cookie", cookie), 405, "METHOD_NOT_ALLOWED")
	}
}
