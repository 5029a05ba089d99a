// Package request carries, in the context of a call, what is known of the
// request being answered: its id, the language of its caller and which
// operation it runs. It lies below the packages that serve HTTP and GraphQL so
// that both can name a request alike without knowing each other.
package request

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// maxOperationName bounds what is kept of an operation's name, in bytes: a
// caller chooses it, and logs should not be filled by one.
const maxOperationName = 64

// A Request is what is known of one request. Its methods are safe for
// concurrent use, and work on nil, where they know nothing.
type Request struct {
	id      string
	english bool

	mu    sync.Mutex
	op    Operation
	route string
	who   string
}

// An Operation is the GraphQL operation of a request.
type Operation struct {
	// Kind is "query", "mutation" or "subscription"; empty where the request
	// ran none, because it could not be read or was refused before.
	Kind string
	// Name is what the caller calls it; it may be empty.
	Name string
	// Code is the code of the first error that was answered, or empty.
	Code string
}

// New returns a request with a new id. acceptLanguage is the header of that
// name: English is chosen where it is preferred to Vietnamese.
func New(acceptLanguage string) *Request {
	var b [12]byte
	// crypto/rand.Read never fails.
	_, _ = rand.Read(b[:])
	return &Request{id: hex.EncodeToString(b[:]), english: prefersEnglish(acceptLanguage)}
}

// maxAcceptLanguage bounds the header that is looked at, in bytes.
const maxAcceptLanguage = 256

func prefersEnglish(header string) bool {
	if header == "" || len(header) > maxAcceptLanguage {
		return false
	}
	// What nearly everybody sends begins with the language that is most wanted.
	if first, _, _ := strings.Cut(header, ","); first == "vi" || strings.HasPrefix(first, "vi-") && !strings.Contains(first, ";") {
		return false
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return false
	}
	for _, tag := range tags { // the most wanted first
		switch base, _ := tag.Base(); base.String() {
		case "vi":
			return false
		case "en":
			return true
		}
	}
	return false
}

// ID is the id of the request: 24 hexadecimal digits made by this server and
// by nobody else, or empty where the call belongs to no request.
func (r *Request) ID() string {
	if r == nil {
		return ""
	}
	return r.id
}

// Language is "vi" or "en", as the caller prefers.
func (r *Request) Language() string {
	if r != nil && r.english {
		return "en"
	}
	return "vi"
}

// Ran notes the operation that the request runs, for the log and the metrics.
// Names that are no GraphQL names are not kept.
func (r *Request) Ran(op Operation) {
	if r == nil {
		return
	}
	if !isName(op.Name) {
		op.Name = ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.op = op
}

// isName tells whether s is a name of GraphQL, so that it can be written into a
// log as it is.
func isName(s string) bool {
	if len(s) > maxOperationName {
		return false
	}
	for i := range len(s) {
		b := s[i]
		if b != '_' && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') {
			return false
		}
	}
	return true
}

// Operation returns what Ran noted last.
func (r *Request) Operation() Operation {
	if r == nil {
		return Operation{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.op
}

// Took notes the route that answers the request.
func (r *Request) Took(route string) {
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.route = route
	}
}

// By notes the id of the principal of the request.
func (r *Request) By(principal string) {
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.who = principal
	}
}

// Route returns what Took noted: the pattern and not the address that was asked for.
func (r *Request) Route() string {
	if r == nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.route
}

// Principal returns what By noted: empty for an anonymous request.
func (r *Request) Principal() string {
	if r == nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.who
}

type contextKey struct{ _ byte }

// NewContext returns a context that carries the request.
func NewContext(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, contextKey{}, r)
}

// FromContext returns the request that the context belongs to, or nil, which
// can be asked like any other.
func FromContext(ctx context.Context) *Request {
	r, _ := ctx.Value(contextKey{}).(*Request)
	return r
}
