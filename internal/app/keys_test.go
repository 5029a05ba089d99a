package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// What a program without key rotation has written.
const (
	formerKeys       = `{"current": "k1", "keys": {"k1": "mZ6sk3u3pd8RRm3bE/M9QwTTh2XViObLVo29paGKyPU="}, "commitment": "qSSltPaH8YJ7tc3C0oCjImHWDroxd7eQvdAdyAGj5o0="}`
	formerCommitment = "0894cac3509ec9c61fb598fb8ff312e4"
	formerSealed     = `{"key":"k1","nonce":"Fo6CRd7jpgB7vID3","text":"W+gKO5AnhdLiOjH6WfvvLKau94iMYt81FVlLOg=="}`
)

// keeper is who may turn the keys over.
func keeper(ctx context.Context) context.Context {
	return auth.NewContext(ctx, auth.System("keys"))
}

func writeFormerKeys(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "secrets.json"), []byte(formerKeys), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFormerKeys opens what the program of before has sealed, also when the keys
// have been turned over since.
func TestFormerKeys(t *testing.T) {
	dir := t.TempDir()
	writeFormerKeys(t, dir)
	w := newWorldWith(t, dir)
	place := "cs_old.p1." + formerCommitment
	check := func() {
		t.Helper()
		s, err := app.OpenSealer(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Open(place, []byte(formerSealed)); err != nil || got != "038090000123" {
			t.Errorf("opened %q, %v", got, err)
		}
		if got := s.Commitments("038090000123"); !slices.Contains(got, formerCommitment) {
			t.Errorf("the commitments %q are without that of before", got)
		}
		if _, err := s.Open("cs_old.p2."+formerCommitment, []byte(formerSealed)); err == nil {
			t.Error("a value was opened at another place")
		}
	}
	check()
	if _, err := w.RotateKeys(keeper(t.Context()), app.KeyRotation{Commitments: true}, nil); err != nil {
		t.Fatal(err)
	}
	check()
}

func TestSecretsFileOfOthers(t *testing.T) {
	for name, tt := range map[string]struct {
		content string
		mode    os.FileMode
	}{
		"read by others":         {formerKeys, 0o640},
		"no JSON":                {"keys", 0o600},
		"a short key":            {`{"current":"k1","keys":{"k1":"AAAA"},"commitment":"qSSltPaH8YJ7tc3C0oCjImHWDroxd7eQvdAdyAGj5o0="}`, 0o600},
		"no current key":         {`{"current":"k2","keys":{"k1":"mZ6sk3u3pd8RRm3bE/M9QwTTh2XViObLVo29paGKyPU="},"commitment":"qSSltPaH8YJ7tc3C0oCjImHWDroxd7eQvdAdyAGj5o0="}`, 0o600},
		"no commitment key":      {`{"current":"k1","keys":{"k1":"mZ6sk3u3pd8RRm3bE/M9QwTTh2XViObLVo29paGKyPU="},"commitment":""}`, 0o600},
		"a commitment key a.b":   {strings.Replace(formerKeys, `"commitment"`, `"commitments": {"a.b": "qSSltPaH8YJ7tc3C0oCjImHWDroxd7eQvdAdyAGj5o0="}, "commitment"`, 1), 0o600},
		"no such commitment key": {strings.Replace(formerKeys, `"commitment"`, `"currentCommitment": "c7", "commitment"`, 1), 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "secrets.json"), []byte(tt.content), tt.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := app.OpenSealer(dir); err == nil {
				t.Error("opened")
			}
		})
	}
}

// numbered records cases whose debtors have both numbers, and returns their ids.
func (w *world) numbered(t testing.TB, unit thads.UnitID, from, to int) []thads.CaseID {
	t.Helper()
	var ids []thads.CaseID
	for i := from; i <= to; i++ {
		number := fmt.Sprintf("%d/QĐ-CCTHADS", i)
		c, err := w.CaseOpen(leader(t.Context()), number, decided(unit, "", number, thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: numbersOf(i)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	return ids
}

func numbersOf(i int) app.PartyNumbers {
	return app.PartyNumbers{Identity: fmt.Sprintf("038%09d", i), Account: fmt.Sprintf("0781%09d", i)}
}

// identified are the cases of an identity number.
func (w *world) identified(ctx context.Context, t testing.TB, number string) []thads.CaseID {
	t.Helper()
	page, err := w.Cases(leader(ctx), &app.CaseFilter{IdentityNumber: &number}, app.CasesByNumber, false, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []thads.CaseID
	for _, it := range page.Items {
		ids = append(ids, it.Value.ID)
	}
	return ids
}

// sealedWith counts the sealed values of a store by the key that sealed them.
func sealedWith(t testing.TB, s store.Store) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, name := range []string{"secret", "importPart"} {
		for d, err := range s.Scan(t.Context(), collection(t, name), store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			var e struct{ Key string }
			if err := json.Unmarshal(d.Body, &e); err != nil {
				t.Fatal(err)
			}
			if name == "secret" && d.Fields["key"] != e.Key {
				t.Errorf("%s is sealed with %s and says %v", d.ID, e.Key, d.Fields["key"])
			}
			out[e.Key]++
		}
	}
	return out
}

func TestRotateKeys(t *testing.T) {
	dir := t.TempDir()
	w := newWorldWith(t, dir)
	_, first, _, _ := w.province(t)
	// server is another process: it has read the keys before they change.
	server := &world{now: w.now}
	server.use(t, w.store, dir)
	ctx := keeper(t.Context())
	before := w.numbered(t, first, 1, 30)
	upload, err := w.UploadFile(leader(t.Context()), "so.csv", bytes.NewReader(bytes.Repeat([]byte("Số;Ngày\r\n"), 260_000)))
	if err != nil {
		t.Fatal(err)
	}
	want := recorded(t, w.store, dir)
	old := sealedWith(t, w.store)
	if len(old) != 1 || old["k1"] != 60+3 {
		t.Fatalf("sealed values by key: %v", old)
	}

	r, err := w.RotateKeys(ctx, app.KeyRotation{Commitments: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&app.KeyRotated{Sealing: "k2", Commitment: "c2", Resealed: 63}, r); diff != "" {
		t.Errorf("rotated (-want +got):\n%s", diff)
	}
	if got := sealedWith(t, w.store); len(got) != 1 || got["k2"] != 63 {
		t.Errorf("sealed values by key: %v", got)
	}
	if diff := cmp.Diff(want, recorded(t, w.store, dir)); diff != "" {
		t.Errorf("the values have changed (-before +after):\n%s", diff)
	}
	info, err := os.Stat(filepath.Join(dir, "secrets.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file with the keys: %v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*secrets.json*")); err != nil || len(left) != 1 {
		t.Errorf("files with keys are left: %q, %v", left, err)
	}

	// The other process seals and commits with the new keys, and finds what either
	// made. The same number, recorded before and after, is one number.
	e := decided(first, "", "99/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	after, err := server.CaseOpen(leader(t.Context()), "99", e, map[int]app.PartyNumbers{0: numbersOf(7)})
	if err != nil {
		t.Fatal(err)
	}
	if got := sealedWith(t, w.store); got["k2"] != 65 {
		t.Errorf("sealed values by key: %v", got)
	}
	if !strings.HasPrefix(after.Parties[0].Commitment, "c2-") || !strings.HasPrefix(after.Parties[0].AccountCommitment, "c2-") || after.Parties[0].Commitment[3:] == after.Parties[0].AccountCommitment[3:] {
		t.Errorf("commitments: %+v", after.Parties[0])
	}
	for _, a := range []*world{w, server} {
		if got := a.identified(t.Context(), t, "038 000 000 007"); !slices.Equal(got, []thads.CaseID{before[6], after.ID}) && !slices.Equal(got, []thads.CaseID{after.ID, before[6]}) {
			t.Errorf("found %v, want %v and %v", got, before[6], after.ID)
		}
	}

	status, err := w.KeyStatus(ctx)
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string]string{}
	for _, u := range slices.Concat(status.Sealing, status.Commitments) {
		uses[u.ID] = fmt.Sprint(u.Current, u.Missing, u.Uses)
	}
	if diff := cmp.Diff(map[string]string{
		"k1": "false false map[]", "k2": "true false map[importPart:3 secret:62]", "c1": "false false map[case:60]", "c2": "true false map[case:2]",
	}, uses); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}

	// Within the hour every key stays; then the one that nothing needs goes.
	if _, err := w.PruneKeys(ctx); code(err) != thads.CodeNotAllowed {
		t.Errorf("pruned at once: %v", err)
	}
	w.mu.Lock()
	w.now = w.now.Add(time.Hour)
	w.mu.Unlock()
	p, err := w.PruneKeys(ctx)
	if err != nil || !slices.Equal(p.Removed, []string{"k1"}) || len(p.Kept) != 1 || !strings.Contains(p.Kept["c1"].EN, "60 values") {
		t.Fatalf("pruned %+v, %v", p, err)
	}
	if _, err := w.PruneKeys(ctx); code(err) != thads.CodeNotAllowed {
		t.Errorf("pruned what events need: %v", err)
	}
	if got := server.identified(t.Context(), t, "038000000008"); !slices.Equal(got, before[7:8]) {
		t.Errorf("found %v, want %v", got, before[7])
	}
	// Ids are not given twice, though k1 is gone.
	if r, err = w.RotateKeys(ctx, app.KeyRotation{}, nil); err != nil || r.Sealing != "k3" || r.Commitment != "c2" || r.Resealed != 65 {
		t.Errorf("rotated again: %+v, %v", r, err)
	}
	if im, err := server.ImportStart(leader(t.Context()), "so", upload.ID); err != nil || im == nil {
		t.Errorf("the file that waits cannot be taken: %v", err)
	}
	if _, err := w.RotateKeys(leader(t.Context()), app.KeyRotation{}, nil); code(err) != thads.CodeForbidden {
		t.Errorf("a leader rotated the keys: %v", err)
	}
}

// TestRotateKeysResumes stops the rotation behind every write; run again, it
// comes to the same end and makes no key beyond the one it had made.
func TestRotateKeysResumes(t *testing.T) {
	dir := t.TempDir()
	ctx := keeper(t.Context())
	prepared(t, dir, func(w *world) {
		_, first, _, _ := w.province(t)
		w.numbered(t, first, 1, 40)
	})
	for left := 0; ; left++ {
		from := copied(t, dir)
		s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: from, Collections: app.Collections()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
		w.use(t, s, from)
		want := recorded(t, s, from)
		stopped := stopBehind(t, w, from, left, func() error {
			_, err := w.RotateKeys(ctx, app.KeyRotation{}, nil)
			return err
		})
		if stopped {
			if _, err := w.PruneKeys(ctx); code(err) != thads.CodeNotAllowed {
				t.Errorf("keys were pruned in the middle of a rotation: %v", err)
			}
			r, err := w.RotateKeys(ctx, app.KeyRotation{}, nil)
			if err != nil || !r.Resumed || r.Sealing != "k2" {
				t.Fatalf("resumed behind %d writes: %+v, %v", left, r, err)
			}
		}
		if got := sealedWith(t, s); len(got) != 1 || got["k2"] != 80 {
			t.Errorf("stopped behind %d writes: sealed values by key: %v", left, got)
		}
		if diff := cmp.Diff(want, recorded(t, s, from)); diff != "" {
			t.Errorf("stopped behind %d writes (-before +after):\n%s", left, diff)
		}
		if !stopped {
			if left < 3 {
				t.Fatalf("there were %d writes only", left)
			}
			return
		}
	}
}

// TestRotateKeysBesideAServer turns the keys over again and again while others
// record numbers and look them up.
func TestRotateKeysBesideAServer(t *testing.T) {
	dir := t.TempDir()
	w := newWorldWith(t, dir)
	_, first, _, _ := w.province(t)
	w.numbered(t, first, 1, 5)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var recording sync.WaitGroup
	for n := range 3 {
		server := &world{now: w.now}
		server.use(t, w.store, dir)
		recording.Go(func() {
			whole := context.WithoutCancel(ctx) // what has begun is recorded
			for i := 1; ctx.Err() == nil; i++ {
				number := fmt.Sprintf("%d/QĐ-CCTHADS", 1000*(n+1)+i)
				in := numbersOf(1000*(n+1) + i)
				c, err := server.CaseOpen(leader(whole), number, decided(first, "", number, thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: in})
				if err != nil {
					t.Error(err)
					return
				}
				if got := server.identified(whole, t, in.Identity); !slices.Equal(got, []thads.CaseID{c.ID}) {
					t.Errorf("found %v, want %v", got, c.ID)
				}
			}
		})
	}
	for i := range 6 {
		if _, err := w.RotateKeys(keeper(t.Context()), app.KeyRotation{Commitments: i%2 == 0}, nil); err != nil {
			t.Error(err)
		}
	}
	stop()
	recording.Wait()
	// What was being sealed while the last key was made is found by another look.
	if _, err := w.RotateKeys(keeper(t.Context()), app.KeyRotation{ResealOnly: true}, nil); err != nil {
		t.Fatal(err)
	}
	if got := sealedWith(t, w.store); len(got) != 1 || got["k7"] == 0 {
		t.Errorf("sealed values by key: %v", got)
	}
	status, err := w.KeyStatus(keeper(t.Context()))
	if err != nil || status.Resealing || len(status.Sealing) != 7 || len(status.Commitments) != 4 {
		t.Errorf("status: %+v, %v", status, err)
	}
	if len(recorded(t, w.store, dir)) == 0 {
		t.Error("nothing is there")
	}
}

// TestImportAgainAfterRotation meets a register once more whose numbers were
// committed to with the key of before.
func TestImportAgainAfterRotation(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	rows := caseRows(1, 5)
	for i := range rows {
		rows[i].Debtor.AccountNumber = fmt.Sprintf("0781%09d", i)
	}
	w.accepted(ctx, t, w.started(ctx, t, "one", register(t, rows, nil)), app.AcceptAll)
	if _, err := w.RotateKeys(keeper(t.Context()), app.KeyRotation{Commitments: true}, nil); err != nil {
		t.Fatal(err)
	}
	im := w.started(ctx, t, "two", register(t, slices.Concat(rows, caseRows(6, 6)), nil))
	if im.Existing != 5 || im.Creates != 1 || im.Errors != 0 {
		t.Errorf("the register again: %d existing, %d new, %d errors", im.Existing, im.Creates, im.Errors)
	}
	rows[2].Debtor.AccountNumber = "0781999999999"
	im = w.started(ctx, t, "three", register(t, rows, nil))
	if im.Existing != 4 || im.Errors != 1 {
		t.Errorf("with another account number: %d existing, %d errors", im.Existing, im.Errors)
	}
}
