package httpd

import (
	"net/http"
	"strings"
)

// A conditional answers 304 in the place of an answer that the client has
// already: where the handler has named an entity tag and the request names the
// same (RFC 9110, 13.1.2).
type conditional struct {
	http.ResponseWriter
	r *http.Request
	// begun tells that the status is written, same that the body is not.
	begun, same bool
}

// WriteHeader implements http.ResponseWriter.
func (c *conditional) WriteHeader(status int) {
	if c.begun {
		return
	}
	c.begun = status >= http.StatusOK // 1xx come before the answer itself
	h := c.Header()
	if status == http.StatusOK && unchanged(c.r, h.Get("Etag")) {
		c.same = true
		h.Del("Content-Type")
		h.Del("Content-Length")
		status = http.StatusNotModified
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (c *conditional) Write(b []byte) (int, error) {
	if !c.begun {
		c.WriteHeader(http.StatusOK)
	}
	if c.same {
		return len(b), nil
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (c *conditional) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// unchanged tells whether the request names the entity tag of what it would be
// answered: its client has the same bytes. A tag that an intermediary has made
// weak is the same one here.
func unchanged(r *http.Request, tag string) bool {
	if tag == "" {
		return false
	}
	for _, header := range r.Header.Values("If-None-Match") {
		for named := range strings.SplitSeq(header, ",") {
			named = strings.TrimSpace(named)
			if named == "*" || strings.TrimPrefix(named, "W/") == tag {
				return true
			}
		}
	}
	return false
}
