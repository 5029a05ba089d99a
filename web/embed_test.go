package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	indexBody = "<!doctype html><title>x</title>" // too short to gain from compression
	pageType  = "text/html; charset=utf-8"
)

var longScript = strings.Repeat("export const a = 1;\n", 200)

func testSite() fstest.MapFS {
	return fstest.MapFS{
		"index.html":         {Data: []byte(indexBody)},
		"favicon.svg":        {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
		"assets/app-1a2b.js": {Data: []byte(longScript)},
		"assets/app-3c4d.css": {Data: []byte(strings.Repeat(
			"a{color:red}\n", 200))},
		".vite/manifest.json": {Data: []byte("{}")},
		"assets/.hidden":      {Data: []byte("secret")},
	}
}

func request(t *testing.T, h http.Handler, method, target string, header map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRouting(t *testing.T) {
	h, err := newHandler(testSite(), []string{"/exports/", "download"})
	if err != nil {
		t.Fatal(err)
	}
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	tests := []struct {
		name, method, target, accept string
		status                       int
		contentType, cache           string
	}{
		{"document", "GET", "/", browser, 200, pageType, cacheNever},
		{"document for a program", "GET", "/", "*/*", 200, pageType, cacheNever},
		{"document by name", "GET", "/index.html", browser, 200, pageType, cacheNever},
		{"page", "GET", "/cases", browser, 200, pageType, cacheNever},
		{"page with a query", "GET", "/cases?state=x&after=a.b", browser, 200, pageType, cacheNever},
		{"deep page", "GET", "/cases/Q2FzZTox", browser, 200, pageType, cacheNever},
		{"page, HEAD", "HEAD", "/cases", browser, 200, pageType, cacheNever},
		{"similar to a reserved name", "GET", "/graphqlish", browser, 200, pageType, cacheNever},
		{"page for a program", "GET", "/cases", "*/*", 404, "", cacheNever},
		{"page for JSON", "GET", "/cases", "application/json", 404, "", cacheNever},
		{"page without Accept", "GET", "/cases", "", 404, "", cacheNever},
		{"page that refuses HTML", "GET", "/cases", "text/html;q=0, application/json", 404, "", cacheNever},
		{"page by POST", "POST", "/cases", browser, 404, "", cacheNever},
		{"extension that is no file", "GET", "/cases.php", browser, 404, "", cacheNever},
		{"file", "GET", "/favicon.svg", "image/*", 200, "image/svg+xml", cacheRevalidate},
		{"script", "GET", "/assets/app-1a2b.js", "*/*", 200, "text/javascript; charset=utf-8", cacheImmutable},
		{"style", "GET", "/assets/app-3c4d.css", "text/css", 200, "text/css; charset=utf-8", cacheImmutable},
		{"asset of an older build", "GET", "/assets/app-0000.js", browser, 404, "", cacheNever},
		{"asset without extension", "GET", "/assets/app", browser, 404, "", cacheNever},
		{"asset directory", "GET", "/assets/", browser, 404, "", cacheNever},
		{"asset directory without slash", "GET", "/assets", browser, 404, "", cacheNever},
		{"hidden file", "GET", "/assets/.hidden", browser, 404, "", cacheNever},
		{"climbing out", "GET", "/assets/../embed.go", browser, 404, "", cacheNever},
		{"graphql", "GET", "/graphql", browser, 404, "", cacheNever},
		{"graphql by POST", "POST", "/graphql", browser, 404, "", cacheNever},
		{"below graphql", "GET", "/graphql/x", browser, 404, "", cacheNever},
		{"around graphql", "GET", "/cases/../graphql", browser, 404, "", cacheNever},
		{"health", "GET", "/healthz", browser, 404, "", cacheNever},
		{"readiness", "GET", "/readyz", browser, 404, "", cacheNever},
		{"metrics", "GET", "/metrics", browser, 404, "", cacheNever},
		{"sign-in", "GET", "/signin", browser, 404, "", cacheNever},
		{"sign-out", "GET", "/signout", browser, 404, "", cacheNever},
		{"reserved by the mux", "GET", "/exports", browser, 404, "", cacheNever},
		{"below reserved by the mux", "GET", "/exports/1", browser, 404, "", cacheNever},
		{"reserved without a slash", "GET", "/download", browser, 404, "", cacheNever},
		{"wrong method", "POST", "/favicon.svg", "*/*", 405, "", cacheNever},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := map[string]string{}
			if tt.accept != "" {
				header["Accept"] = tt.accept
			}
			res := request(t, h, tt.method, tt.target, header)
			if res.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", res.StatusCode, tt.status)
			}
			if got := res.Header.Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control %q, want %q", got, tt.cache)
			}
			if tt.contentType != "" && res.Header.Get("Content-Type") != tt.contentType {
				t.Errorf("Content-Type %q, want %q", res.Header.Get("Content-Type"), tt.contentType)
			}
			got := body(t, res)
			if tt.method == "HEAD" && got != "" {
				t.Errorf("HEAD has a body of %d bytes", len(got))
			}
			if tt.status != 200 && strings.Contains(got, "<!doctype") {
				t.Errorf("an error came back as the document: %q", got)
			}
			if tt.status == 405 && res.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("Allow %q", res.Header.Get("Allow"))
			}
			for name, want := range map[string]string{
				"Content-Security-Policy":      ContentSecurityPolicy,
				"X-Content-Type-Options":       "nosniff",
				"Referrer-Policy":              "same-origin",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s %q, want %q", name, got, want)
				}
			}
			if !strings.Contains(res.Header.Get("Permissions-Policy"), "camera=()") {
				t.Errorf("Permissions-Policy %q", res.Header.Get("Permissions-Policy"))
			}
		})
	}
}

func TestCompression(t *testing.T) {
	h, err := newHandler(testSite(), nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, target, acceptEncoding, encoding string
	}{
		{"asked for", "/assets/app-1a2b.js", "gzip, deflate, br", "gzip"},
		{"asked for with a weight", "/assets/app-1a2b.js", "br, GZIP;q=0.5", "gzip"},
		{"not asked for", "/assets/app-1a2b.js", "", ""},
		{"refused", "/assets/app-1a2b.js", "gzip;q=0, br", ""},
		{"refused with decimals", "/assets/app-1a2b.js", "gzip; q=0.000", ""},
		{"another coding", "/assets/app-1a2b.js", "br", ""},
		{"too small to gain", "/", "gzip", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := request(t, h, "GET", tt.target, map[string]string{"Accept-Encoding": tt.acceptEncoding})
			if got := res.Header.Get("Content-Encoding"); got != tt.encoding {
				t.Fatalf("Content-Encoding %q, want %q", got, tt.encoding)
			}
			got := body(t, res)
			if n := res.Header.Get("Content-Length"); n != strconv.Itoa(len(got)) {
				t.Errorf("Content-Length %s for %d bytes", n, len(got))
			}
			if tt.encoding == "gzip" {
				zr, err := gzip.NewReader(strings.NewReader(got))
				if err != nil {
					t.Fatal(err)
				}
				plain, err := io.ReadAll(zr)
				if err != nil {
					t.Fatal(err)
				}
				got = string(plain)
			}
			if strings.HasPrefix(tt.target, "/assets") {
				if got != longScript {
					t.Errorf("the content is not the file's")
				}
				if res.Header.Get("Vary") != "Accept-Encoding" {
					t.Errorf("Vary %q", res.Header.Get("Vary"))
				}
			} else if got != indexBody {
				t.Errorf("the content is not the document's")
			}
		})
	}
}

func TestValidators(t *testing.T) {
	h, err := newHandler(testSite(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const target = "/assets/app-1a2b.js"
	plain := request(t, h, "GET", target, nil).Header.Get("ETag")
	packed := request(t, h, "GET", target, map[string]string{"Accept-Encoding": "gzip"}).Header.Get("ETag")
	if plain == "" || packed == "" || plain == packed {
		t.Fatalf("validators %q and %q: each copy needs its own", plain, packed)
	}
	tests := []struct {
		name, tag, encoding string
		status              int
	}{
		{"same", plain, "", 304},
		{"same, compressed", packed, "gzip", 304},
		{"weak", "W/" + plain, "", 304},
		{"one of several", `"other", ` + plain, "", 304},
		{"any", "*", "", 304},
		{"the other copy", packed, "", 200},
		{"different", `"other"`, "", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := request(t, h, "GET", target, map[string]string{"If-None-Match": tt.tag, "Accept-Encoding": tt.encoding})
			if res.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", res.StatusCode, tt.status)
			}
			if n := len(body(t, res)); (tt.status == 304) != (n == 0) {
				t.Errorf("%d bytes with status %d", n, tt.status)
			}
			if tt.status == 304 && (res.Header.Get("ETag") == "" || res.Header.Get("Cache-Control") != cacheImmutable) {
				t.Errorf("304 without its validator or its lifetime: %v", res.Header)
			}
		})
	}
}

func TestUnusableBuild(t *testing.T) {
	tests := []struct {
		name, want string
		site       fstest.MapFS
	}{
		{"no document", "no index.html", fstest.MapFS{"assets/a.js": {Data: []byte("1")}}},
		{"unknown type", `no content type is declared for ".exe"`, fstest.MapFS{
			"index.html": {Data: []byte(indexBody)}, "setup.exe": {Data: []byte("MZ")},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newHandler(tt.site, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

// The build in the binary is served, every asset that its document names exists, and the document obeys the
// policy it is sent with.
func TestEmbeddedBuild(t *testing.T) {
	h, err := Handler()
	if err != nil {
		t.Fatal(err)
	}
	res := request(t, h, "GET", "/", nil)
	html := body(t, res)
	if res.StatusCode != 200 || !strings.Contains(html, `<html lang="vi"`) {
		t.Fatalf("status %d, document %.200q", res.StatusCode, html)
	}
	references := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(html, -1)
	if len(references) < 3 {
		t.Fatalf("the document names only %d files", len(references))
	}
	for _, m := range references {
		if !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
			t.Errorf("%s is not on this host", m[1])
			continue
		}
		if path.Ext(m[1]) == "" {
			continue // a link to a page
		}
		if res := request(t, h, "GET", m[1], nil); res.StatusCode != 200 {
			t.Errorf("%s: status %d", m[1], res.StatusCode)
		}
	}
	for _, forbidden := range []string{`<script>`, `<style`, ` style=`, ` onclick=`, ` onload=`} {
		if strings.Contains(html, forbidden) {
			t.Errorf("the document contains %s, which the policy refuses", forbidden)
		}
	}
	err = fs.WalkDir(dist, "dist/assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !regexp.MustCompile(`-[A-Za-z0-9_-]{8}\.[a-z0-9]+$`).MatchString(name) {
			t.Errorf("%s is cached for ever but has no hash in its name", name)
		}
		data, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		if bytes.Contains(data, []byte("sourceMappingURL")) {
			t.Errorf("%s refers to a source map", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
