package app_test

import (
	"os"
	"sync"
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
)

// empty is a store with nothing in it, which tests copy: making its tables takes
// longer than most tests.
var empty struct {
	once sync.Once
	dir  string
	err  error
}

// emptyStore returns an empty store of the test's own.
func emptyStore(t testing.TB) store.Store {
	t.Helper()
	empty.once.Do(func() {
		if empty.dir, empty.err = os.MkdirTemp("", "app"); empty.err != nil {
			return
		}
		var s store.Store
		if s, empty.err = openIn(t, empty.dir); empty.err == nil {
			empty.err = s.Close()
		}
	})
	if empty.err != nil {
		t.Fatal(empty.err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(empty.dir)); err != nil {
		t.Fatal(err)
	}
	s, err := openIn(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openIn(t testing.TB, dir string) (store.Store, error) {
	return sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
}

// removeEmpty removes what emptyStore made.
func removeEmpty() error {
	if empty.dir == "" {
		return nil
	}
	return os.RemoveAll(empty.dir)
}
