package cli_test

import (
	"strings"
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// TestLedgerCommand checks books that are as the records say, and such as are not.
func TestLedgerCommand(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	p.must("", "import", p.register("so.xlsx", 12, nil))
	wants(t, "sound", p.must("", "ledger", "verify"), "12 hồ sơ", "0 sai khác", "0 differences")

	s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: p.file("data"), Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range app.Collections() {
		if c.Name != "case" {
			continue
		}
		for d, err := range s.Scan(t.Context(), c, store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			d.Version, d.Postings = d.Version+1, thads.EncodeEntries(nil, nil)
			if err := s.Replace(t.Context(), c, d); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := p.run("", "ledger", "verify")
	if code != 1 || !strings.Contains(stdout, "1 sai khác") || !strings.Contains(stdout, "cs_") || !strings.Contains(stderr, "không khớp") {
		t.Errorf("tampered with: %d\n%s\n%s", code, stdout, stderr)
	}
	for name, args := range map[string][]string{"nothing": {}, "a word": {"check"}, "too much": {"verify", "all"}} {
		if code, _, stderr := p.run("", "ledger", args...); code != 2 || !strings.Contains(stderr, "ledger verify") {
			t.Errorf("%s: %d, %s", name, code, stderr)
		}
	}
}
