package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/storetest"
)

func TestMain(m *testing.M) {
	os.Exit(storetest.Main(m, func(ctx context.Context, spec string, colls []*store.Collection) (store.Store, error) {
		return Open(ctx, Options{Dir: spec, Collections: colls})
	}))
}

func TestStore(t *testing.T) { storetest.Run(t, newDatabase) }

func newDatabase(t *testing.T) *storetest.Database {
	dir := t.TempDir()
	return &storetest.Database{
		Spec: dir,
		Open: func(ctx context.Context, colls []*store.Collection) (store.Store, error) {
			s, err := Open(ctx, Options{Dir: dir, Collections: colls})
			if err != nil {
				return nil, err // and no typed nil
			}
			return s, nil
		},
		MakeNewer: func(context.Context) error {
			return alter(dir, fmt.Sprintf("PRAGMA user_version=%d", schemaVersion+1))
		},
		MakeForeign: func(context.Context) error { return alter(dir, "PRAGMA application_id=1") },
		Break: func(ctx context.Context, s store.Store) (func() error, error) {
			limit := func(pages int) error {
				return s.(*Store).write(ctx, func(tx *writeTx) error {
					// SQLite never lowers it below the present size.
					return run(tx.Conn, fmt.Sprintf("PRAGMA max_page_count=%d", pages))
				})
			}
			return func() error { return limit(1 << 30) }, limit(1)
		},
		OldPosition: func(ctx context.Context, s store.Store) (store.Position, error) {
			at, err := s.Position(ctx)
			if err != nil {
				return "", err
			}
			c := s.(*Store).colls["matters"].decl
			d := &store.Document{ID: "forgotten", Version: 1}
			err = errors.Join(s.Insert(ctx, c, d), s.Delete(ctx, c, d.ID, 1))
			return at, errors.Join(err, s.(*Store).write(ctx, func(tx *writeTx) error {
				return run(tx.Conn, "UPDATE thads_meta SET forgotten = (SELECT max(position) FROM thads_tombstone)")
			}))
		},
	}
}

// alter changes a closed database behind the program's back.
func alter(dir, sql string) error {
	c, err := zs.OpenConn(filepath.Join(dir, FileName), zs.OpenReadWrite)
	if err != nil {
		return err
	}
	return errors.Join(run(c, sql), c.Close())
}
