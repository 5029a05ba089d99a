package httpd

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// How slowly a client may send or take a file. A deadline for the whole would
// either cut off an honest client on a bad line or let one hold a connection for
// hours that sends a byte now and then.
const (
	// patience is for how long at most a client may move nothing.
	patience = 30 * time.Second
	// slowest is what it must move in the mean, in bytes per second: a line of
	// 128 kbit/s.
	slowest = 16 << 10
)

// A pace bounds how long a client keeps the server waiting: every byte that it
// moves earns time, never more than patience in advance. What the server itself
// takes between two moves is not counted. The zero pace allows nothing.
type pace struct {
	// deadline sets until when the connection may be waited for.
	deadline func(time.Time) error
	left     time.Duration
}

func newPace(deadline func(time.Time) error) *pace { return &pace{deadline, patience} }

// move runs one reading or writing under the deadline that the client has earned.
func (p *pace) move(do func() (int, error)) (int, error) {
	began := time.Now()
	// A recorder of a test, which no client keeps waiting, has no deadlines.
	if err := p.deadline(began.Add(p.left)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := do()
	earned := time.Duration(n) * time.Second / slowest
	p.left = min(p.left-time.Since(began)+earned, patience)
	return n, err
}

// An arriving is a body that arrives at a pace. It keeps the error that ended
// it, so that the answer does not depend on what others make of the error.
type arriving struct {
	body io.Reader
	pace *pace
	err  error
}

// Read implements io.Reader.
func (a *arriving) Read(b []byte) (int, error) {
	n, err := a.pace.move(func() (int, error) { return a.body.Read(b) })
	if err != nil && !errors.Is(err, io.EOF) {
		a.err = err
	}
	return n, err
}

// A leaving is an answer that leaves at a pace. It keeps the error that ended
// it, likewise.
type leaving struct {
	to   io.Writer
	pace *pace
	err  error
}

// Write implements io.Writer.
func (l *leaving) Write(b []byte) (int, error) {
	n, err := l.pace.move(func() (int, error) { return l.to.Write(b) })
	if err != nil {
		l.err = err
	}
	return n, err
}
