package store

import "errors"

// The sentinel errors of the contract. Engines wrap them with %w and never let
// a driver's own error decide what a caller does.
var (
	// ErrNotFound: there is no document with this id.
	ErrNotFound = errors.New("store: no such document")
	// ErrExists: a document with this id exists already.
	ErrExists = errors.New("store: document exists")
	// ErrConflict: the document is not at the version that was expected.
	ErrConflict = errors.New("store: version conflict")
	// ErrTooLarge: a document exceeds MaxDocumentBytes.
	ErrTooLarge = errors.New("store: document too large")
	// ErrBadDocument: a document does not fit its collection's declaration.
	ErrBadDocument = errors.New("store: document does not fit its collection")
	// ErrBadQuery: a query names a field, operator or sort that is not declared.
	ErrBadQuery = errors.New("store: query not declared")
	// ErrBadCursor: a cursor was not made by this store for this sort.
	ErrBadCursor = errors.New("store: cursor not valid here")
	// ErrPositionLost: the stream of changes no longer reaches back that far.
	ErrPositionLost = errors.New("store: position lost")
	// ErrNewer: the database was written by a newer version of thads.
	ErrNewer = errors.New("store: database is of a newer version")
	// ErrForeign: the database belongs to another program.
	ErrForeign = errors.New("store: database belongs to another program")
	// ErrUnavailable: the engine cannot be reached or cannot write now.
	ErrUnavailable = errors.New("store: engine unavailable")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("store: closed")
)
