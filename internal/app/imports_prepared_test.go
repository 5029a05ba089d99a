package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store/sqlite"
)

// copied copies the files of a store.
func copied(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	// The file of keys is refused where others may read it.
	err := filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// prepared lets fn prepare a world in a directory and closes it.
func prepared(t *testing.T, dir string, fn func(w *world)) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
	w.use(t, s, dir)
	if err := w.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	fn(w)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
