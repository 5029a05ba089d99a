// Package store is the contract between the application and the engines that
// keep its documents.
//
// A document is an aggregate: a version, a head that lists show, a body that
// holds the history, the postings encoded from that history, and the declared
// fields by which it is found. The engines understand the declared fields and
// nothing else; head, body and postings are bytes to them. Every write touches
// exactly one document and is guarded by its version, so nothing here needs a
// transaction over several documents.
//
// The rules every engine must keep are written down as tests in
// internal/store/storetest.
package store

import (
	"context"
	"iter"
	"time"

	"github.com/thads/thads/internal/thads"
)

// Limits of one document. They keep an aggregate well below what both engines
// accept in one record and bound the time of one replay.
const (
	// MaxDocumentBytes bounds the sum of head, body and postings.
	MaxDocumentBytes = 4 << 20
	// MaxIDBytes bounds the length of an id.
	MaxIDBytes = 200
	// MaxFields is the largest number of fields a collection may declare.
	MaxFields = 60
	// MaxFieldBytes bounds one string of a declared field, so that every value
	// fits an index and a cursor of either engine. Longer texts belong in the head.
	MaxFieldBytes = 4096
	// MaxPage is the largest page Find returns.
	MaxPage = 1000
)

// WriteDeadline is the longest a single write may take before the engine gives
// it up. Polling watchers and lock holders wait longer than this, so that a
// write which was under way when they looked cannot surface behind them.
const WriteDeadline = 10 * time.Second

// A FieldType says how a declared field is stored and compared.
type FieldType int

// The types of declared fields. Their Go values in Fields are, in this order,
// string, int64, bool, time.Time and []string; nil (or absence) is null.
const (
	String FieldType = iota + 1
	Int
	Bool
	// Time is an instant, kept in UTC to the millisecond.
	Time
	// Strings is a set of strings: order and repetition are not kept.
	Strings
)

// A Field declares one field by which documents are found or sorted.
type Field struct {
	Name string // lower camel case, ASCII letters and digits
	Type FieldType
	// Sortable fields may be named in Query.Sort. They are never null: an
	// engine stores the zero value of the type where a document has none.
	// Strings fields cannot be sortable.
	Sortable bool
}

// An Index declares a compound index: the fields compared by equality or a
// set first, then the field that orders or is compared by range. Every index
// ends in the id, which engines append themselves.
type Index []string

// A Collection declares one kind of document. Names are lower camel case ASCII.
type Collection struct {
	Name    string
	Fields  []Field
	Indexes []Index
	// ScopeField names the Strings field whose members are the units that may
	// open a document (those that hold or ever held it), and OfficerField the
	// Strings field with the officers that may. A collection without ScopeField holds
	// reference data: any scope but the zero one reaches all of it.
	ScopeField   string
	OfficerField string
}

// Field returns the declaration of the named field.
func (c *Collection) Field(name string) (Field, bool) {
	for _, f := range c.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Fields are the values of a document's declared fields by name.
type Fields map[string]any

// A Document is one aggregate as an engine keeps it.
type Document struct {
	ID string
	// Version starts at 1 and grows by one with every write. A document that
	// is restored by BulkInsert keeps the version it had.
	Version int64
	Fields  Fields
	// Head is what lists show. Find returns it without the body.
	Head []byte
	// Body is the whole record: the events and what belongs to them.
	Body []byte
	// Postings are the encoded postings of the history, and PostingsVersion
	// the version of the rules that made them (0: none were made).
	Postings        []byte
	PostingsVersion int
	// DerivedVersion is the version of the rules that derived Fields and Head
	// (collation, folding, layout) from the body.
	DerivedVersion int
	// UpdatedAt is when this version was written, by the writer's clock.
	UpdatedAt time.Time
}

// A Head is a document without its body and postings, as lists return it.
type Head struct {
	ID             string
	Version        int64
	Head           []byte
	DerivedVersion int
	UpdatedAt      time.Time
	// Cursor resumes a page behind (or before) this document in the sort of
	// the query that returned it.
	Cursor Cursor
}

// A Page is one page of heads, always in the order of the query's sort, also
// when it was read from the end.
type Page struct {
	Heads []Head
	// HasNext tells whether documents follow the last one of the page, and
	// HasPrevious whether some precede the first. Where a cursor bounds the
	// page, the document that it marks lies on that side, so HasPrevious is
	// always true behind After and HasNext before Before. Nobody looks whether
	// that document is still there: a reader who goes back may find an empty page.
	HasNext, HasPrevious bool
}

// A Change tells that a document was written.
type Change struct {
	Collection string
	ID         string
	// Version is the version written; for a deletion the one that was deleted,
	// or 0 where the engine does not know it any more.
	Version int64
	// Deleted tells that the document is gone. An id that is inserted again
	// begins anew at version 1, and its deletion is told before that.
	Deleted  bool
	Position Position
}

// A VersionOf pairs a document with its present version.
type VersionOf struct {
	ID      string
	Version int64
}

// A Position is a place in the stream of changes, opaque to callers and
// meaningful to the engine and database that gave it only.
type Position string

// Info describes an open store.
type Info struct {
	Engine        string // "sqlite", "mongodb" or the product that speaks its protocol
	EngineVersion string
	SchemaVersion int
	// Bytes is the size on disk, 0 where the engine does not tell.
	Bytes int64
	// Notes say in plain sentences what this deployment cannot do (for
	// instance that changes are found by polling).
	Notes []string
}

// ScanOptions choose what a Scan reads.
type ScanOptions struct {
	// After starts behind this id; empty starts at the beginning.
	After string
	// Without leaves parts of each document unread.
	WithoutBody, WithoutPostings bool
}

// Store keeps the documents of the declared collections. All methods are safe
// for concurrent use. An error wraps one of the sentinel errors of this package
// where one applies; the context's own error is wrapped when it ended the call.
//
// The collection given to a method is the one the store was opened with.
type Store interface {
	// Get returns the documents with these ids that the scope reaches, whole,
	// in no particular order; what does not exist or is out of reach is
	// absent. At most MaxPage ids.
	Get(ctx context.Context, c *Collection, scope thads.OpenScope, ids ...string) ([]*Document, error)
	// Heads is Get without body and postings. Cursors are empty.
	Heads(ctx context.Context, c *Collection, scope thads.OpenScope, ids ...string) ([]Head, error)
	// Find returns one page of heads.
	Find(ctx context.Context, c *Collection, q Query) (Page, error)
	// Count returns how many documents the scope and conditions reach.
	Count(ctx context.Context, c *Collection, scope thads.OpenScope, where ...Cond) (int64, error)
	// CountBy counts them by the value of a String field; null counts as "".
	CountBy(ctx context.Context, c *Collection, scope thads.OpenScope, field string, where ...Cond) (map[string]int64, error)

	// Insert stores a new document with Version 1. ErrExists if the id is taken.
	Insert(ctx context.Context, c *Collection, d *Document) error
	// Replace stores d over the version before it (d.Version - 1).
	// ErrConflict if the stored version is another, ErrNotFound if there is none.
	Replace(ctx context.Context, c *Collection, d *Document) error
	// Delete removes the document at this version. ErrConflict or ErrNotFound
	// as for Replace.
	Delete(ctx context.Context, c *Collection, id string, version int64) error
	// BulkInsert stores new documents, at whatever version each has, and
	// returns the indexes of those whose id was taken already, which are left
	// as they were. After an error any part of the rest may have been stored;
	// calling again completes it.
	BulkInsert(ctx context.Context, c *Collection, docs []*Document) (taken []int, err error)
	// BulkReplace is Replace for many documents, each id once (ErrBadDocument).
	// It returns the indexes, ascending, of those that it left as they were
	// because the stored version is another or there is none. After an error
	// any part of the rest may have been stored.
	BulkReplace(ctx context.Context, c *Collection, docs []*Document) (lost []int, err error)
	// BulkDelete is Delete for many documents at their versions, with the same
	// answers as BulkReplace.
	BulkDelete(ctx context.Context, c *Collection, docs []VersionOf) (lost []int, err error)

	// Scan yields all documents in the order of their ids. It holds no lock
	// and no snapshot across the whole scan: a document written meanwhile is seen in either
	// version, none that existed throughout is missed or repeated.
	Scan(ctx context.Context, c *Collection, o ScanOptions) iter.Seq2[*Document, error]
	// Versions yields id and version of all documents, for the sweep that
	// backs up Watch.
	Versions(ctx context.Context, c *Collection) iter.Seq2[VersionOf, error]

	// Position returns the present end of the stream of changes. A write
	// acknowledged before the call is at or before it.
	Position(ctx context.Context) (Position, error)
	// Watch calls fn for changes behind from, by this and by other processes,
	// until ctx ends (nil), fn fails (its error) or the engine does. It
	// delivers at least the latest version of every document changed since
	// from, never an older version after a newer one of the same document, and
	// survives a lost connection. ErrPositionLost if the stream no longer
	// reaches back to from: the caller rescans and starts at a new Position.
	Watch(ctx context.Context, from Position, fn func(Change) error) error

	// Ping tells whether the engine answers.
	Ping(ctx context.Context) error
	// Info describes the open store.
	Info(ctx context.Context) (Info, error)
	// Close waits for writes under way and releases the engine. Later calls
	// return ErrClosed.
	Close() error
}
