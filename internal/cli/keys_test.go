package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKeysCommand turns the keys over and looks numbers up and takes them out
// after it as before.
func TestKeysCommand(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.found()
	p.must("", "import", p.register("so.xlsx", 12, nil))
	wants(t, "at first", p.must("", "keys", "status"), "k1", "c1", "hiện dùng")
	wants(t, "rotated", p.must("", "keys", "rotate", "--commitments"), "Khóa mã hóa k2, khóa tra cứu c2", "14 giá trị") // the findings of the import too
	wants(t, "status", p.must("", "keys", "status"), "k2", "importPart 2, secret 12", "case 12")
	if code, _, stderr := p.run("", "keys", "prune"); code != 1 || !strings.Contains(stderr, "Chưa bỏ được khóa nào") {
		t.Errorf("pruned at once: %d, %s", code, stderr)
	}
	// An hour goes by for the key of sealing.
	path := filepath.Join(p.config, "secrets.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	retired := map[string]time.Time{"k1": time.Now().Add(-2 * time.Hour), "c1": time.Now().Add(-2 * time.Hour)}
	if file["retired"], err = json.Marshal(retired); err != nil {
		t.Fatal(err)
	}
	if raw, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	wants(t, "pruned", p.must("", "keys", "prune"), "Đã bỏ khóa k1", "Giữ khóa c1: còn 12 giá trị")
	wants(t, "again", p.must("", "keys", "rotate", "--reseal-only"), "Khóa mã hóa k2", "mã hóa lại 0 giá trị")

	found := p.must("", "export", "--numbers", "--purpose", "SUPERVISION", "--reason", "Kiểm tra sổ thụ lý", "--filter", `{"identityNumber":"038000000003"}`, "--format", "csv", "cases", "-")
	if !strings.Contains(found, "038000000003") || strings.Count(found, "/QĐ-CCTHADS") != 1 {
		t.Errorf("found by its number:\n%s", found)
	}
	for name, args := range map[string][]string{
		"nothing": {}, "a word": {"turn"}, "too much": {"status", "now"}, "an option elsewhere": {"--commitments", "status"},
		"two options": {"--commitments", "--reseal-only", "rotate"},
	} {
		if code, _, stderr := p.run("", "keys", args...); code != 2 || !strings.Contains(stderr, "keys") && !strings.Contains(stderr, "--reseal-only") {
			t.Errorf("%s: %d, %s", name, code, stderr)
		}
	}
}
