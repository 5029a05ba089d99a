// Package web holds the browser application: its source in src, its build in dist, and the handler that serves
// the build from inside the binary.
//
// The handler knows nothing of the application's data. It answers three kinds of requests: files of the build,
// addresses of the application's own pages (all of them the same HTML document, which the router in the browser
// takes from there), and nothing else. A wrong address of an API must never come back as a page.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// ContentSecurityPolicy is what the application needs and nothing more. There is no inline script or style
// anywhere, nothing is loaded from another host, and no code may turn a string into script: React needs no
// Trusted Types policy, so none may be created.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const (
	cacheImmutable  = "public, max-age=31536000, immutable"
	cacheRevalidate = "no-cache"
	cacheNever      = "no-store"

	assetsDir = "/assets/"
	indexFile = "index.html"
)

// SetSecurityHeaders puts the headers every response of this application carries on h. It is exported for the
// pages that other handlers write themselves, such as the answer to a sign-in link.
func SetSecurityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", ContentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "+
		"magnetometer=(), microphone=(), midi=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// alwaysReserved are the paths the server answers itself, wherever this handler is mounted.
var alwaysReserved = []string{
	"/graphql", "/healthz", "/readyz", "/metrics", "/signin", "/signout", "/session", "/oidc", "/uploads", "/exports", "/templates",
}

// contentTypes is closed on purpose: what the operating system believes about extensions must not decide what a
// browser executes.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
}

// compressible says of which types a smaller copy is worth keeping.
func compressible(contentType string) bool {
	return !strings.HasPrefix(contentType, "image/png") && !strings.HasPrefix(contentType, "font/")
}

type representation struct {
	body []byte
	etag string
}

type file struct {
	contentType  string
	cacheControl string
	plain        representation
	gzip         *representation // nil where compressing gains nothing
}

type handler struct {
	files    map[string]*file // by URL path
	index    *file
	reserved []string
}

// Handler returns the handler for the application embedded in the binary. Every path in reserved, and every path
// below it, is refused with 404 even to a browser, in addition to the endpoints this server always has; the
// caller passes what else its mux answers, so that a misspelt or unregistered endpoint never looks like a page.
//
// Everything is read and compressed once, here. An error means that the build inside the binary is not usable:
// index.html is missing, or a file has an extension whose content type is not known.
func Handler(reserved ...string) (http.Handler, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("web: open the embedded build: %w", err)
	}
	return newHandler(files, reserved)
}

func newHandler(source fs.FS, reserved []string) (*handler, error) {
	h := &handler{files: map[string]*file{}, reserved: slices.Concat(alwaysReserved, reserved)}
	for i, p := range h.reserved {
		h.reserved[i] = "/" + strings.Trim(p, "/")
	}
	err := fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return nil
		}
		body, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		f, err := newFile("/"+name, body)
		if err != nil {
			return err
		}
		h.files["/"+name] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web: read the build: %w", err)
	}
	h.index = h.files["/"+indexFile]
	if h.index == nil {
		return nil, fmt.Errorf("web: the build has no %s", indexFile)
	}
	h.files["/"] = h.index
	return h, nil
}

func newFile(urlPath string, body []byte) (*file, error) {
	contentType, ok := contentTypes[path.Ext(urlPath)]
	if !ok {
		return nil, fmt.Errorf("%s: no content type is declared for %q", urlPath, path.Ext(urlPath))
	}
	f := &file{contentType: contentType, cacheControl: cacheRevalidate}
	switch {
	case path.Ext(urlPath) == ".html":
		// The document names the current assets: kept anywhere, it would ask for files of an older build.
		f.cacheControl = cacheNever
	case strings.HasPrefix(urlPath, assetsDir):
		f.cacheControl = cacheImmutable // the name contains a hash of the content
	}
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	f.plain = representation{body: body, etag: `"` + tag + `"`}
	if compressible(contentType) {
		var packed bytes.Buffer
		zw, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := zw.Write(body); err != nil {
			return nil, fmt.Errorf("%s: compress: %w", urlPath, err)
		}
		if err := zw.Close(); err != nil {
			return nil, fmt.Errorf("%s: compress: %w", urlPath, err)
		}
		if packed.Len() < len(body) {
			// A strong validator names one sequence of bytes, so the compressed copy needs its own.
			f.gzip = &representation{body: packed.Bytes(), etag: `"` + tag + `-gz"`}
		}
	}
	return f, nil
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	SetSecurityHeaders(w.Header())
	if h.isReserved(r.URL.Path) {
		notFound(w)
		return
	}
	f := h.files[r.URL.Path]
	if f == nil && h.isPage(r) {
		f = h.index
	}
	if f == nil {
		notFound(w)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.Header().Set("Cache-Control", cacheNever)
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f.serve(w, r)
}

func (h *handler) isReserved(urlPath string) bool {
	clean := path.Clean("/" + urlPath)
	for _, p := range h.reserved {
		if clean == p || strings.HasPrefix(clean, p+"/") {
			return true
		}
	}
	return false
}

// isPage tells whether a request that matches no file asks for a page of the application: a browser navigating to
// an address without an extension. "*/*" is not enough, because that is what programs send.
func (h *handler) isPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if strings.HasPrefix(r.URL.Path, assetsDir) || path.Clean(r.URL.Path) == path.Clean(assetsDir) {
		return false
	}
	if path.Ext(r.URL.Path) != "" {
		return false
	}
	return accepts(r.Header.Values("Accept"), "text/html")
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	rep := f.plain
	if f.gzip != nil {
		header.Set("Vary", "Accept-Encoding")
		if accepts(r.Header.Values("Accept-Encoding"), "gzip") {
			rep = *f.gzip
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("Cache-Control", f.cacheControl)
	header.Set("ETag", rep.etag)
	if matches(r.Header.Values("If-None-Match"), rep.etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Length", strconv.Itoa(len(rep.body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	// The only possible error is a client that went away; there is nobody left to tell.
	_, _ = w.Write(rep.body)
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", cacheNever)
	http.Error(w, "404 page not found", http.StatusNotFound)
}

// accepts tells whether a comma-separated header with quality values names token itself and does not refuse it
// with q=0. Wildcards do not count.
func accepts(values []string, token string) bool {
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			name, parameters, _ := strings.Cut(item, ";")
			if !strings.EqualFold(strings.TrimSpace(name), token) {
				continue
			}
			return !refused(parameters)
		}
	}
	return false
}

func refused(parameters string) bool {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err == nil && q == 0
	}
	return false
}

// matches compares weakly, as RFC 9110 section 13.1.2 asks of If-None-Match.
func matches(values []string, etag string) bool {
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
			if item == "*" || item == etag {
				return true
			}
		}
	}
	return false
}
