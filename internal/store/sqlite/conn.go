package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
)

// maxPrepared bounds the statements a reading connection keeps prepared.
// Queries differ by their conditions only, so few programs come near it.
const maxPrepared = 400

// A conn is a connection that reads.
type conn struct {
	*zs.Conn
	prepared map[string]*zs.Stmt
	// abort is closed to interrupt the statement under way. It stays the same
	// from read to read until it is used, because the driver keeps a goroutine
	// beside every such channel and starting one costs as much as a short read.
	abort chan struct{}
}

// interruptible gives the connection an unused abort.
func (c *conn) interruptible() {
	c.abort = make(chan struct{})
	c.SetInterrupt(c.abort)
}

// readers are the idle connections. The one that was used last is used next,
// because the pages that it keeps are the warmest.
type readers struct {
	free chan struct{} // one for each of idle; received before take
	mu   sync.Mutex
	idle []*conn
}

func (r *readers) put(c *conn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}

func (r *readers) take() *conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.idle[len(r.idle)-1]
	r.idle = r.idle[:len(r.idle)-1]
	return c
}

// newReader opens a connection that reads.
func (s *Store) newReader() (*conn, error) {
	// It is opened for writing because the last connection to close a WAL file
	// cleans up behind it; query_only keeps it from anything else.
	c, err := zs.OpenConn(s.path, zs.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(busyTimeout)
	for _, pragma := range []string{
		"PRAGMA query_only=ON", "PRAGMA cache_size=-16000", "PRAGMA temp_store=MEMORY",
	} {
		if err := run(c, pragma); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return &conn{Conn: c, prepared: map[string]*zs.Stmt{}}, nil
}

// read runs fn with a connection that fn may use until it returns. The end of
// ctx interrupts the statement under way.
func (s *Store) read(ctx context.Context, fn func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	var c *conn
	select {
	case <-s.closing: // first, so that a closed store never answers
		return store.ErrClosed
	default:
	}
	select {
	case <-s.readers.free:
		c = s.readers.take()
	case <-ctx.Done():
		return fmt.Errorf("sqlite: %w", ctx.Err())
	case <-s.closing:
		return store.ErrClosed
	}
	defer s.readers.put(c)
	if ctx.Done() != nil {
		abort := c.abort
		stop := context.AfterFunc(ctx, func() { close(abort) })
		defer func() {
			if !stop() {
				<-abort // that it is closed now and not under the next read
				c.interruptible()
			}
		}()
	}
	return wrap(ctx, fn(c))
}

// query runs a statement and gives every row to row. The statement is reset
// before query returns, also after an error, so that no snapshot stays open.
func (c *conn) query(sql string, args []any, row func(*zs.Stmt) error) (err error) {
	st := c.prepared[sql]
	switch {
	case st != nil: // reset after its last use; its parameters are bound anew below
	case len(c.prepared) < maxPrepared:
		if st, err = c.Prepare(sql); err != nil {
			return err
		}
		c.prepared[sql] = st
	default:
		if st, _, err = c.PrepareTransient(sql); err != nil {
			return err
		}
		defer func() {
			if e := st.Finalize(); err == nil {
				err = e
			}
		}()
		return each(st, args, row)
	}
	err = each(st, args, row)
	// After a failed step its error is that of the step once more.
	if e := st.Reset(); err == nil {
		err = e
	}
	return err
}

// each steps through a statement.
func each(st *zs.Stmt, args []any, row func(*zs.Stmt) error) error {
	bind(st, args)
	for {
		more, err := st.Step()
		if err != nil || !more {
			return err
		}
		if err := row(st); err != nil {
			return err
		}
	}
}

// resetStatement resets a statement and lets go of what was bound to it. After a failed
// step its error is that of the step once more.
func resetStatement(st *zs.Stmt) error {
	return errors.Join(st.Reset(), st.ClearBindings())
}

// bind sets the parameters of a statement from the first on.
func bind(st *zs.Stmt, args []any) {
	for i, a := range args {
		switch a := a.(type) {
		case nil:
			st.BindNull(i + 1)
		case string:
			st.BindText(i+1, a)
		case int64:
			st.BindInt64(i+1, a)
		case int:
			st.BindInt64(i+1, int64(a))
		case bool:
			st.BindBool(i+1, a)
		case time.Time:
			st.BindInt64(i+1, a.UnixMilli())
		case []byte:
			st.BindBytes(i+1, a)
		default:
			// Operands were checked against the declaration before.
			panic(fmt.Sprintf("sqlite: cannot bind %T", a))
		}
	}
}

// run executes a statement whose rows do not matter.
func run(c *zs.Conn, sql string, args ...any) (err error) {
	st, _, err := c.PrepareTransient(sql)
	if err != nil {
		return err
	}
	defer func() {
		if e := st.Finalize(); err == nil {
			err = e
		}
	}()
	bind(st, args)
	for {
		if more, err := st.Step(); err != nil || !more {
			return err
		}
	}
}

// rows executes a statement without keeping it prepared.
func rows(c *zs.Conn, sql string, args []any, row func(*zs.Stmt) error) (err error) {
	st, _, err := c.PrepareTransient(sql)
	if err != nil {
		return err
	}
	defer func() {
		if e := st.Finalize(); err == nil {
			err = e
		}
	}()
	return each(st, args, row)
}

// scalar returns the integer in the first column of the last row, or 0.
func scalar(c *conn, sql string, args ...any) (n int64, err error) {
	err = c.query(sql, args, func(st *zs.Stmt) error {
		n = st.ColumnInt64(0)
		return nil
	})
	return n, err
}

// blob copies a column out of the row; an empty one is nil.
func blob(st *zs.Stmt, col int) []byte {
	n := st.ColumnLen(col)
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	st.ColumnBytes(col, b)
	return b
}

// wrap turns the driver's errors into those of the contract.
func wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code := zs.ErrCode(err)
	switch code.ToPrimary() {
	case zs.ResultInterrupt:
		if ctx.Err() != nil {
			return fmt.Errorf("sqlite: %w", ctx.Err())
		}
	case zs.ResultTooBig:
		return fmt.Errorf("%w: %w", store.ErrTooLarge, err)
	case zs.ResultNotADB:
		return fmt.Errorf("%w: the file is no SQLite database: %w", store.ErrForeign, err)
	case zs.ResultBusy, zs.ResultLocked, zs.ResultFull, zs.ResultReadOnly, zs.ResultIOErr,
		zs.ResultCantOpen, zs.ResultNoMem, zs.ResultPerm, zs.ResultAuth, zs.ResultNoLFS,
		zs.ResultProtocol, zs.ResultCorrupt:
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	default:
	}
	return err
}
