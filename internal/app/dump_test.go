package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// fill gives the world units, an officer, cases with histories and identity
// numbers, an account and a finished job, and returns the first district.
func (w *world) fill(t *testing.T, cases int) thads.UnitID {
	t.Helper()
	ctx := leader(t.Context())
	_, first, second, officer := w.province(t)
	histories := func(yield func(app.CaseHistory) bool) {
		for i := range cases {
			at := time.Date(2018, 10, 5, 3, 0, i, 0, time.UTC)
			e := decided([]thads.UnitID{first, second}[i%2], officer, fmt.Sprintf("%d/QĐ-CCTHADS", i+1), thads.DateOf(2018, 10, 5))
			e.Particulars.Parties[0].Name = fmt.Sprintf("Nguyễn Văn Nợ x%d <&> “”", i)
			collect := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 5}
			collect.EffectiveOn = thads.DateOf(2018, 10, 8)
			h := app.CaseHistory{
				Key:     fmt.Sprint("row", i),
				Events:  []app.RecordedCaseEvent{{Event: e, At: at, By: "clerk"}, {Event: collect, At: at.AddDate(0, 0, 4), By: "clerk"}},
				Numbers: map[int]app.PartyNumbers{0: {Identity: fmt.Sprintf("038%09d", i)}},
			}
			if i%3 == 0 {
				h.Numbers[0] = numbersOf(i)
			}
			if !yield(h) {
				return
			}
		}
	}
	result, err := w.CasesBackfill(ctx, histories, false)
	if err != nil || result.Created != cases {
		t.Fatalf("filled %+v, %v", result, err)
	}
	// Documents beyond version 1.
	for i := range min(cases, 3) {
		c, err := w.CaseByNumber(ctx, []thads.UnitID{first, second}[i%2], fmt.Sprintf("%d/QĐ-CCTHADS", i+1), 2019)
		if err != nil || c == nil {
			t.Fatalf("case %d: %v, %v", i, c, err)
		}
		note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "dòng 1\ndòng 2 \u2028 </script>"}
		note.EffectiveOn = thads.DateOf(2018, 11, 2)
		for range i + 1 {
			if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, note, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.AddUser(keeper(t.Context()), app.NewUser{Account: "Lãnh đạo", Grants: []app.NewGrant{{Role: auth.RoleLeader}}}); err != nil {
		t.Fatal(err)
	}
	return first
}

func collection(t testing.TB, name string) *store.Collection {
	t.Helper()
	i := slices.IndexFunc(app.Collections(), func(c *store.Collection) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("there is no collection %q", name)
	}
	return app.Collections()[i]
}

func (w *world) dump(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	report, err := w.Dump(leader(t.Context()), &b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Bytes != int64(b.Len()) {
		t.Errorf("reported %d bytes of %d", report.Bytes, b.Len())
	}
	return b.String()
}

func openText(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

func (w *world) load(t *testing.T, text string) (*app.DumpReport, error) {
	t.Helper()
	return w.Load(leader(t.Context()), openText(text), nil)
}

// body returns the dump without its header.
func body(dump string) string {
	_, rest, _ := strings.Cut(dump, "\n")
	return rest
}

// newWorldWith is a world with the keys of another.
func newWorldWith(t testing.TB, keys string) *world {
	t.Helper()
	w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
	s := emptyStore(t)
	t.Cleanup(func() { _ = s.Close() })
	w.use(t, s, keys)
	return w
}

// use makes the world that of a store.
func (w *world) use(t testing.TB, s store.Store, keys string) {
	t.Helper()
	sealer, err := app.OpenSealer(keys)
	if err != nil {
		t.Fatal(err)
	}
	w.store = s
	if w.App, err = app.New(app.Options{Store: s, Clock: w.clock, Sealer: sealer, Version: "test"}); err != nil {
		t.Fatal(err)
	}
}

func TestDumpAndLoad(t *testing.T) {
	keys := t.TempDir()
	from := newWorldWith(t, keys)
	first := from.fill(t, 300)
	dump := from.dump(t)
	if strings.Contains(dump, "038000000") || strings.Contains(dump, "0781000000") {
		t.Error("the dump holds an identity or account number")
	}
	if again := from.dump(t); body(again) != body(dump) {
		t.Error("two dumps of the same records differ")
	}

	to := newWorldWith(t, keys)
	report, err := to.load(t, dump)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"case": 300, "unit": 3, "officer": 1, "secret": 400, "user": 1}
	if diff := cmp.Diff(want, report.Counts); diff != "" || len(report.Notices) > 0 {
		t.Errorf("loaded (-want +got):\n%s%v", diff, report.Notices)
	}
	if got := to.dump(t); body(got) != body(dump) {
		t.Error("the dump of what was loaded differs")
	}
	if err := to.Prepare(t.Context(), nil); err != nil {
		t.Errorf("a loaded store is refused: %v", err)
	}
	if diff := cmp.Diff(recorded(t, from.store, keys), recorded(t, to.store, keys)); diff != "" {
		t.Errorf("numbers and records (-dumped +loaded):\n%s", diff)
	}

	// Everything that is derived works.
	ctx := leader(t.Context())
	text := "nguyen van no x299"
	page, err := to.Cases(ctx, &app.CaseFilter{Text: &text}, app.CasesByDebtor, false, app.PageArgs{})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("search: %v, %v", page, err)
	}
	identity := "038 000 000 299"
	byIdentity, err := to.Cases(ctx, &app.CaseFilter{IdentityNumber: &identity}, app.CasesByUpdate, true, app.PageArgs{})
	if err != nil || len(byIdentity.Items) != 1 || byIdentity.Items[0].Value.ID != page.Items[0].Value.ID {
		t.Errorf("by identity number: %v, %v", byIdentity, err)
	}
	c, err := to.CaseByNumber(ctx, first, "3/QĐ-CCTHADS", 2019)
	if err != nil || c == nil || c.Version != 5 {
		t.Fatalf("by number: %+v, %v", c, err)
	}
	if _, err := to.CaseOpen(ctx, "new", decided(first, "", "3/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil); code(err) != thads.CodeDuplicate {
		t.Errorf("a number that is taken: %v", err)
	}
	for _, w := range []*world{from, to} {
		docs, err := w.store.Get(ctx, collection(t, "case"), thads.Everything(), string(c.ID))
		if err != nil || len(docs) != 1 || docs[0].Version != 4 {
			t.Errorf("documents %v, %v", docs, err)
		}
	}
	// The next write goes on from the version that was restored.
	note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "sau khi nạp"}
	note.EffectiveOn = thads.DateOf(2018, 11, 3)
	if _, err := to.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: c.Version}, note, nil); err != nil {
		t.Errorf("recording after the load: %v", err)
	}
	if _, err := to.load(t, dump); code(err) != thads.CodeNotAllowed {
		t.Errorf("loading into a full store: %v", err)
	}
}

func TestLoadRefusesWhatIsDamaged(t *testing.T) {
	keys := t.TempDir()
	from := newWorldWith(t, keys)
	from.fill(t, 20)
	dump := from.dump(t)
	lines := strings.SplitAfter(dump, "\n")
	lines = lines[:len(lines)-1]
	join := func(ls ...string) string { return strings.Join(ls, "") }
	change := func(i int, old, replacement string) string {
		ls := append([]string(nil), lines...)
		if !strings.Contains(ls[i], old) {
			t.Fatalf("line %d has no %s: %s", i+1, old, ls[i])
		}
		ls[i] = strings.Replace(ls[i], old, replacement, 1)
		return join(ls...)
	}
	without := func(i int) string { return join(append(append([]string(nil), lines[:i]...), lines[i+1:]...)...) }
	last := len(lines) - 1
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(dump)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	w := newWorldWith(t, keys)
	for name, tt := range map[string]struct{ text, want string }{
		"empty":                   {"", "không phải bản sao lưu"},
		"another file":            {"a;b;c\n", "không phải bản sao lưu"},
		"a letter changed":        {change(5, "Nợ", "No"), "dòng 6"},
		"an amount changed":       {change(4, "100000000", "900000000"), "dòng 5"},
		"a checksum changed":      {change(7, `{"sum":"`, `{"sum":"x`), "dòng 8"},
		"a line gone":             {without(5), "thiếu dòng"},
		"a line twice":            {join(append(append([]string(nil), lines[:5]...), lines[4:]...)...), "dòng 6"},
		"lines exchanged":         {join(lines[0], lines[2], lines[1], join(lines[3:]...)), "dòng 3"},
		"no trailer":              {join(lines[:last]...), "thiếu dòng kết thúc"},
		"cut within a line":       {dump[:len(dump)/2], "cắt cụt"},
		"cut at a line":           {join(lines[:10]...), "thiếu dòng kết thúc"},
		"more behind the trailer": {dump + lines[3], "sau dòng kết thúc"},
		"a line of no end":        {lines[0] + strings.Repeat("x", 9<<20), "dài quá"},
		"a newer form":            {change(0, `"format":1`, `"format":2`), "mới hơn"},
		"a damaged header":        {change(0, `"program":"test"`, `"program":"tost"`), "dòng 1"},
		"packed and cut off":      {packed.String()[:packed.Len()/2], "Bản sao lưu hỏng"},
		"packed and changed":      {packed.String()[:packed.Len()-9] + "x" + packed.String()[packed.Len()-8:], "Bản sao lưu"},
	} {
		_, err := w.load(t, tt.text)
		es, refused := thads.Refusals(err)
		if !refused || !strings.Contains(es[0].Text.VI, tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	// Nothing was written, so that the whole dump can be loaded.
	if _, err := w.load(t, packed.String()); err != nil {
		t.Errorf("then the whole dump: %v", err)
	}
}

// A stopping store fails after a number of writes, as a crash would.
type stoppingStore struct {
	store.Store
	mu   sync.Mutex
	left int
}

// stopped counts a write and tells whether it is beyond the last.
func (s *stoppingStore) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left--
	return s.left < 0
}

var errCrash = errors.New("crash")

func (s *stoppingStore) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	if s.stopped() {
		// Part of it was written.
		if _, err := s.Store.BulkInsert(ctx, c, docs[:len(docs)/2]); err != nil {
			return nil, err
		}
		return nil, errCrash
	}
	return s.Store.BulkInsert(ctx, c, docs)
}

func TestLoadAfterACrash(t *testing.T) {
	keys := t.TempDir()
	from := newWorldWith(t, keys)
	from.fill(t, 40)
	dump := from.dump(t)
	other := newWorldWith(t, keys)
	other.fill(t, 2)
	another := other.dump(t)
	for left := 0; ; left += 3 {
		w := newWorldWith(t, keys)
		whole := w.store
		w.use(t, &stoppingStore{Store: whole, left: left}, keys)
		_, err := w.load(t, dump)
		if err == nil {
			if left < 6 {
				t.Fatalf("the load made %d writes only", left)
			}
			return
		}
		if !errors.Is(err, errCrash) {
			t.Fatalf("after %d writes: %v", left, err)
		}
		w.use(t, whole, keys)
		if err := w.Prepare(t.Context(), nil); code(err) != thads.CodeUnavailable || !strings.Contains(err.Error(), "thads load") {
			t.Fatalf("a store loaded in part: %v", err)
		}
		if _, err := w.Dump(leader(t.Context()), io.Discard, nil); code(err) != thads.CodeUnavailable {
			t.Errorf("dumping it: %v", err)
		}
		if _, err := w.load(t, another); code(err) != thads.CodeConflict {
			t.Errorf("loading another dump: %v", err)
		}
		if _, err := w.load(t, dump); err != nil {
			t.Fatalf("loading again: %v", err)
		}
		if got := w.dump(t); body(got) != body(dump) {
			t.Errorf("after a crash behind %d writes the records differ", left)
		}
		if err := w.Prepare(t.Context(), nil); err != nil {
			t.Errorf("the completed store is refused: %v", err)
		}
	}
}

func TestDumpNeedsTheRight(t *testing.T) {
	w := newWorld(t)
	for _, role := range []auth.Role{auth.RoleUnitHead, auth.RoleProcuracy, auth.RoleClerk} {
		ctx := auth.NewContext(t.Context(), auth.Person("p", "", role, "", ""))
		if _, err := w.Dump(ctx, io.Discard, nil); code(err) != thads.CodeForbidden {
			t.Errorf("%s dumps: %v", role, err)
		}
		if _, err := w.Load(ctx, openText(""), nil); code(err) != thads.CodeForbidden {
			t.Errorf("%s loads: %v", role, err)
		}
	}
}

// TestDumpWhileOthersWrite founds units and opens cases in them as fast as it
// can while dumps are taken; each dump must load, and whatever a case refers to
// must be in it.
func TestDumpWhileOthersWrite(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	first := w.fill(t, 60)
	ctx, stop := context.WithCancel(leader(t.Context()))
	var writers sync.WaitGroup
	failed := make(chan error, 8)
	busy := make(chan struct{}, 1)
	province := func() thads.UnitID {
		d, err := w.Directory(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return d.Unit(first).Parent
	}()
	write := func(writer int) error {
		for n := 0; ctx.Err() == nil; n++ {
			unit := first
			if writer == 0 {
				e := thads.UnitEvent{Kind: thads.UnitEstablished, Code: fmt.Sprintf("N-%d", n), Name: fmt.Sprintf("Đơn vị %d", n), Level: thads.LevelDistrict, Parent: province}
				e.EffectiveOn = thads.DateOf(2010, 1, 1)
				u, err := w.UnitOpen(ctx, fmt.Sprint("n", n), e)
				if err != nil {
					return err
				}
				unit = u.ID
			}
			number := fmt.Sprintf("%d/QĐ-W%d", n, writer)
			c, err := w.CaseOpen(ctx, number, decided(unit, "", number, thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: {Identity: fmt.Sprintf("%d%011d", writer+1, n)}})
			if err != nil {
				return err
			}
			note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "x"}
			note.EffectiveOn = thads.DateOf(2018, 11, 2)
			if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 1}, note, nil); err != nil {
				return err
			}
			select {
			case busy <- struct{}{}:
			default:
			}
		}
		return nil
	}
	for writer := range 2 {
		writers.Go(func() {
			if err := write(writer); err != nil && ctx.Err() == nil {
				failed <- err
			}
		})
	}
	for range 2 {
		<-busy // at least one more write has happened since the last dump
		dump := w.dump(t)
		to := newWorldWith(t, keys)
		if _, err := to.load(t, dump); err != nil {
			t.Fatal(err)
		}
		d, err := to.Directory(ctx)
		if err != nil {
			t.Fatal(err)
		}
		opened := 0
		for doc, err := range to.store.Scan(ctx, collection(t, "case"), store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			c, err := to.Case(ctx, thads.CaseID(doc.ID))
			if err != nil {
				t.Fatal(err)
			}
			opened++
			if d.Unit(c.Unit) == nil {
				t.Errorf("case %s is of a unit that is not in the dump", c.ID)
			}
			for _, p := range c.Parties {
				if p.Commitment == "" {
					continue
				}
				secrets, err := to.store.Get(ctx, collection(t, "secret"), thads.Everything(), string(c.ID)+"."+p.ID+"."+p.Commitment)
				if err != nil || len(secrets) != 1 {
					t.Errorf("case %s: the sealed number is not in the dump: %v", c.ID, err)
				}
			}
		}
		if opened < 60 {
			t.Errorf("%d cases, want at least the 60 that were there before", opened)
		}
	}
	stop()
	writers.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
}

// TestLoadOfANumberThatChangedHands loads what a dump holds when a number is
// given up by a case that it has read and taken by one that it has still to
// read.
func TestLoadOfANumberThatChangedHands(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	_, first, _, _ := w.province(t)
	ctx := leader(t.Context())
	on := thads.DateOf(2018, 10, 5)
	old, err := w.CaseOpen(ctx, "k1", decided(first, "", "46/QĐ-CCTHADS", on), nil)
	if err != nil {
		t.Fatal(err)
	}
	before := w.dump(t)
	w.on(thads.DateOf(2019, 12, 10))
	renumbered := decided(first, "", "47/QĐ-CCTHADS", on)
	renumbered.Supersedes, renumbered.Reason = 1, "ghi nhầm số"
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(old.ID)}, renumbered, nil); err != nil {
		t.Fatal(err)
	}
	taker, err := w.CaseOpen(ctx, "k2", decided(first, "", "46/QĐ-CCTHADS", on), nil)
	if err != nil {
		t.Fatal(err)
	}
	lineOf := func(dump string, id thads.CaseID) string {
		for line := range strings.Lines(dump) {
			if strings.Contains(line, `"id":"`+string(id)+`"`) {
				return line
			}
		}
		t.Fatalf("%s is not in the dump", id)
		return ""
	}
	after := w.dump(t)
	mixed := resealed(t, strings.Replace(after, lineOf(after, old.ID), lineOf(before, old.ID), 1))

	to := newWorldWith(t, keys)
	report, err := to.load(t, mixed)
	if err != nil || len(report.Notices) != 1 || !strings.Contains(report.Notices[0].VI, string(old.ID)) {
		t.Fatalf("%+v, %v", report, err)
	}
	owner, err := to.CaseByNumber(ctx, first, "46/QĐ-CCTHADS", 2019)
	if err != nil || owner == nil || owner.ID != taker.ID {
		t.Errorf("the number belongs to %v, want the case that was written last (%v)", owner, err)
	}
	// The other can be recorded again as it was.
	if _, err := to.CaseRecord(ctx, app.Change{ID: string(old.ID)}, renumbered, nil); err != nil {
		t.Errorf("correcting the other: %v", err)
	}
}

// resealed makes the trailer of a changed dump that of its lines.
func resealed(t *testing.T, dump string) string {
	t.Helper()
	lines := slices.Collect(strings.Lines(dump))
	all := sha256.New()
	for _, l := range lines[1 : len(lines)-1] {
		all.Write([]byte(l))
	}
	var line struct {
		End struct {
			Documents int            `json:"documents"`
			Counts    map[string]int `json:"counts"`
			Sum       string         `json:"sum"`
		} `json:"end"`
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatal(err)
	}
	line.End.Sum = hex.EncodeToString(all.Sum(nil))
	end, err := json.Marshal(line.End)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(end)
	lines[len(lines)-1] = fmt.Sprintf("{\"sum\":\"%x\",\"end\":%s}\n", sum[:8], end)
	return strings.Join(lines, "")
}
