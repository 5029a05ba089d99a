package httpd_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/thads/thads/internal/httpd"
)

// tagged answers with an entity tag, and how.
func tagged(tag string, status int) func(*httpd.Options) {
	return func(o *httpd.Options) {
		o.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Content-Type", "application/json")
			h.Set("Cache-Control", "private, no-cache")
			if tag != "" {
				h.Set("Etag", tag)
			}
			if status != http.StatusOK {
				w.WriteHeader(status)
			}
			_, _ = io.WriteString(w, answer)
			_, _ = io.WriteString(w, "\n")
		})
	}
}

func TestWhoHasTheAnswerIsToldSo(t *testing.T) {
	const tag = `"abc"`
	for _, tt := range []struct {
		name, tag, named string
		status, want     int
	}{
		{"no condition", tag, "", 200, 200},
		{"the same", tag, tag, 200, 304},
		{"the same, made weak on the way", tag, `W/"abc"`, 200, 304},
		{"one of several", tag, `"x", "abc"`, 200, 304},
		{"any", tag, "*", 200, 304},
		{"another", tag, `"abd"`, 200, 200},
		{"part of it", tag, `"ab"`, 200, 200},
		{"an answer without a tag", "", "*", 200, 200},
		{"a refusal", tag, tag, 400, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tagged(tt.tag, tt.status))
			header := []string{}
			if tt.named != "" {
				header = []string{"If-None-Match", tt.named}
			}
			res := b.do(http.MethodGet, "/graphql?documentId=x", "", header...)
			body := text(t, res)
			if res.StatusCode != tt.want || (body == "") != (tt.want == 304) {
				t.Errorf("status %d, %q; want %d", res.StatusCode, body, tt.want)
			}
			h := res.Header
			if tt.want == 304 && (h.Get("Etag") != tt.tag || h.Get("Content-Type") != "" || h.Get("Cache-Control") != "private, no-cache") {
				t.Errorf("header %v", h)
			}
			// A POST has no such conditions.
			if res := b.ask("{}", "If-None-Match", tag); res.StatusCode != tt.status {
				t.Errorf("POST: status %d", res.StatusCode)
			}
		})
	}
}

// Of what a GET may ask, a document is all.
func TestAGetNamesADocument(t *testing.T) {
	b := newBench(t, nil)
	for target, want := range map[string]int{
		"/graphql?documentId=sha256:00": 200,
		"/graphql":                      405,
		"/graphql?query={me{id}}":       405,
	} {
		if res := b.do(http.MethodGet, target, ""); res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", target, res.StatusCode, want)
		}
		if asked := b.asked() != nil; asked != (want == 200) {
			t.Errorf("%s: the API was asked: %t", target, asked)
		}
	}
	if res := b.do(http.MethodHead, "/graphql?documentId=sha256:00", ""); res.StatusCode != 405 {
		t.Errorf("HEAD: status %d", res.StatusCode)
	}
}
