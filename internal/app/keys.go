package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file turns the keys over. A new key is written to the file before
// anything is sealed with it, and an old one leaves the file only when nothing
// needs it; between the two, what older keys have sealed is sealed anew, document
// by document, each write guarded by the version that was read. So the work can
// stop at any moment and be taken up again, and a server may go on meanwhile: it
// reads the file again when it has changed (see Sealer).

// A KeyRotation says what RotateKeys does.
type KeyRotation struct {
	// Commitments makes a new key of the commitments too. Commitments that events
	// carry stay as they are, so their key stays too.
	Commitments bool
	// ResealOnly makes no key, and seals anew what older keys have sealed.
	ResealOnly bool
}

// A KeyRotated tells what RotateKeys did.
type KeyRotated struct {
	// Sealing and Commitment are the ids of the keys in use.
	Sealing, Commitment string
	// Resumed tells that an earlier rotation was carried to its end, and that no
	// key was made.
	Resumed bool
	// Resealed are the values sealed anew. Damaged are the places of those that
	// no key opens; they were left as they are.
	Resealed int
	Damaged  []string
}

// A KeyStatus tells which keys there are and what needs them.
type KeyStatus struct {
	Sealing, Commitments []KeyUse
	// Resealing tells that a rotation has not come to its end.
	Resealing bool
}

// A KeyUse is a key and what needs it.
type KeyUse struct {
	ID      string
	Current bool
	// Missing tells that the file does not have the key.
	Missing bool
	// MadeAt and RetiredAt are zero where they are not known.
	MadeAt, RetiredAt time.Time
	// Uses are the values sealed with the key, by collection, or the parties of
	// events whose commitments it made.
	Uses map[string]int
}

// Total is how many values need the key.
func (u *KeyUse) Total() int {
	n := 0
	for _, uses := range u.Uses {
		n += uses
	}
	return n
}

// A KeyPruning tells which keys were taken out of the file, and why others were not.
type KeyPruning struct {
	Removed []string
	Kept    map[string]thads.Text
}

const (
	// retiredFor is how long a key stays at least after its successor was made:
	// by then whatever was being written with it is written or given up.
	retiredFor = time.Hour
	// resealAtOnce and resealBytes bound what is sealed anew in one write.
	resealAtOnce, resealBytes = 500, 8 << 20
	// maxReseals bounds how often all is looked through for what was sealed with
	// an older key meanwhile.
	maxReseals = 20
)

// credentialName is the collection whose documents hold sealed secrets of second
// factors, as values within their bodies.
const credentialName = "credential"

// keyKeeper returns the keys, for those who may turn them over.
func (a *App) keyKeeper(ctx context.Context) (*Sealer, error) {
	if _, err := a.permit(ctx, auth.ManageAccounts); err != nil {
		return nil, err
	}
	if a.sealer == nil {
		return nil, thads.Errorf(thads.CodeUnavailable, "", "Không có tệp khóa bí mật", "There is no secrets file")
	}
	return a.sealer, a.checkLoaded(ctx)
}

// RotateKeys makes a new key, by which everything is sealed from then on, and
// seals anew what older keys have sealed. An earlier call that was cut off is
// carried to its end in the place of that. progress, if not nil, hears how many
// values were sealed anew.
//
// Refused with CodeConflict while another process changes the keys, and, with
// Commitments, while jobs are under way: the events they record again after a
// stop must be the same.
func (a *App) RotateKeys(ctx context.Context, o KeyRotation, progress func(resealed int)) (*KeyRotated, error) {
	s, err := a.keyKeeper(ctx)
	if err != nil {
		return nil, err
	}
	if o.Commitments {
		if err := a.checkNoJobs(ctx); err != nil {
			return nil, err
		}
	}
	r := new(KeyRotated)
	now := store.Instant(a.clock())
	err = s.change(func(f *keyFile) error {
		if r.Resumed = f.Resealing; r.Resumed || o.ResealOnly {
			f.Resealing = true
			return nil
		}
		old := f.Current
		f.Current = nextKey("k", keyTimes(f.Keys), f.Made, f.Retired)
		f.Keys[f.Current], f.Made[f.Current], f.Retired[old] = randomKey(), now, now
		if o.Commitments {
			old := firstCommitment
			if f.CurrentCommitment != "" {
				old = f.CurrentCommitment
			}
			f.CurrentCommitment = nextKey("c", keyTimes(f.Commitments), f.Made, f.Retired)
			f.Commitments[f.CurrentCommitment], f.Made[f.CurrentCommitment], f.Retired[old] = randomKey(), now, now
		}
		f.Resealing = true
		return nil
	})
	if err != nil {
		return nil, keysRefused(err)
	}
	if err := a.reseal(ctx, s, r, progress); err != nil {
		return nil, err
	}
	err = s.change(func(f *keyFile) error {
		f.Resealing = false
		return nil
	})
	k := s.keys()
	r.Sealing, r.Commitment = k.file.Current, k.committing()
	return r, keysRefused(err)
}

// keyTimes are the ids of keys in the form that nextKey takes.
func keyTimes(keys map[string]string) map[string]time.Time {
	out := make(map[string]time.Time, len(keys))
	for id := range keys {
		out[id] = time.Time{}
	}
	return out
}

// keysRefused turns the refusal of another change into one that people understand.
func keysRefused(err error) error {
	if errors.Is(err, errKeysChanging) {
		return thads.Errorf(thads.CodeConflict, "", "Một tiến trình khác đang đổi khóa; hãy thử lại sau một phút", "Another process is changing the keys; try again in a minute")
	}
	return err
}

// checkNoJobs refuses while jobs are under way.
func (a *App) checkNoJobs(ctx context.Context) error {
	for j, err := range a.allJobs(ctx) {
		if err != nil {
			return err
		}
		if j.State == JobRunning {
			return thads.Errorf(thads.CodeConflict, "", "Đang có công việc chạy (%s); hãy đổi khóa tra cứu khi công việc đã xong", "A job is under way (%s); change the keys of commitments when it has ended", j.Kind)
		}
	}
	return nil
}

// reseal seals anew what older keys have sealed, until nothing of it is left.
func (a *App) reseal(ctx context.Context, s *Sealer, r *KeyRotated, progress func(int)) error {
	damaged := map[string]bool{}
	defer func() { r.Damaged = slices.Sorted(maps.Keys(damaged)) }()
	for range maxReseals {
		found := 0
		for _, k := range sealedKinds() {
			b := &resealing{app: a, sealer: s, kind: k, result: r, damaged: damaged, progress: progress}
			n, err := b.run(ctx)
			if err != nil {
				return err
			}
			found += n
		}
		if found == 0 {
			return nil
		}
	}
	return thads.Errorf(thads.CodeUnavailable, "", "Có tiến trình vẫn dùng khóa cũ; hãy khởi động lại máy chủ rồi chạy lại thads keys rotate", "Some process goes on using the old key; start the servers again and then run thads keys rotate once more")
}

// A sealedKind is a collection whose documents hold sealed values.
type sealedKind struct {
	coll *store.Collection
	// sealed returns the envelopes in a body with their places, each with what
	// puts another one in its stead.
	sealed func(d *store.Document) ([]sealedValue, error)
}

// A sealedValue is a sealed value within a document.
type sealedValue struct {
	place string
	raw   []byte
	put   func(d *store.Document, raw []byte) error
}

// sealedKinds are the collections with sealed values that this store keeps.
func sealedKinds() []sealedKind {
	whole := func(d *store.Document) ([]sealedValue, error) {
		return []sealedValue{{d.ID, d.Body, func(d *store.Document, raw []byte) error { d.Body = raw; return nil }}}, nil
	}
	kinds := []sealedKind{{secretCollection, whole}, {importPartCollection, whole}}
	if c := collectionNamed(credentialName); c != nil {
		kinds = append(kinds, sealedKind{c, sealedMembers})
	}
	return kinds
}

// sealedMembers finds the envelopes among the members of a JSON object: as
// objects, or as base64, which is how encoding/json writes bytes. Their place is
// the collection and id of the document.
func sealedMembers(d *store.Document) ([]sealedValue, error) {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(d.Body, &members); err != nil {
		return nil, fmt.Errorf("%s %s: %w", credentialName, d.ID, err)
	}
	var out []sealedValue
	for name, member := range members {
		raw, packed := []byte(member), false
		if bytes.HasPrefix(raw, []byte(`"`)) {
			if packed = json.Unmarshal(member, &raw) == nil; !packed {
				continue // a text
			}
		}
		var e envelope
		if json.Unmarshal(raw, &e) != nil || e.Key == "" || len(e.Nonce) == 0 {
			continue
		}
		out = append(out, sealedValue{credentialName + "." + d.ID, raw, func(d *store.Document, raw []byte) error {
			members := map[string]json.RawMessage{}
			err := json.Unmarshal(d.Body, &members)
			if members[name] = raw; err == nil && packed {
				members[name], err = json.Marshal(raw)
			}
			if err == nil {
				d.Body, err = json.Marshal(members)
			}
			return err
		}})
	}
	return out, nil
}

// keyOf returns the id of the key that sealed a value.
func keyOf(raw []byte) string {
	var e envelope
	if json.Unmarshal(raw, &e) != nil {
		return ""
	}
	return e.Key
}

// A resealing is one look through a collection.
type resealing struct {
	app      *App
	sealer   *Sealer
	kind     sealedKind
	result   *KeyRotated
	damaged  map[string]bool
	progress func(int)

	batch []*store.Document
	bytes int
}

// run seals anew what it finds and returns how many documents that were,
// whether or not somebody else has changed them meanwhile.
func (b *resealing) run(ctx context.Context) (int, error) {
	found := 0
	for d, err := range b.app.store.Scan(ctx, b.kind.coll, store.ScanOptions{}) {
		if err != nil {
			return found, unavailable(err)
		}
		changed, err := b.one(d)
		if err != nil {
			return found, err
		}
		if !changed {
			continue
		}
		found++
		b.batch, b.bytes = append(b.batch, d), b.bytes+len(d.Body)
		if len(b.batch) >= min(resealAtOnce, b.app.partSize) || b.bytes >= resealBytes {
			if err := b.write(ctx); err != nil {
				return found, err
			}
		}
	}
	return found, b.write(ctx)
}

// one seals the values of a document anew and tells whether there were any.
func (b *resealing) one(d *store.Document) (changed bool, err error) {
	values, err := b.kind.sealed(d)
	if err != nil {
		return false, err
	}
	for _, v := range values {
		if keyOf(v.raw) == b.sealer.keys().file.Current {
			continue
		}
		plain, err := b.sealer.Open(v.place, v.raw)
		if err != nil {
			b.damaged[b.kind.coll.Name+" "+d.ID] = true
			continue
		}
		raw, key, err := b.sealer.seal(v.place, plain)
		if err == nil {
			err = v.put(d, raw)
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", v.place, err)
		}
		if _, declared := b.kind.coll.Field("key"); declared {
			d.Fields = maps.Clone(d.Fields)
			d.Fields["key"] = key
		}
		changed = true
	}
	if changed {
		d.Version++
	}
	return changed, nil
}

func (b *resealing) write(ctx context.Context) error {
	if len(b.batch) == 0 {
		return nil
	}
	// Those lost were changed or deleted meanwhile: the next look finds them if
	// they are there still.
	lost, err := b.app.store.BulkReplace(ctx, b.kind.coll, b.batch)
	if err != nil {
		return unavailable(err)
	}
	b.result.Resealed += len(b.batch) - len(lost)
	if b.progress != nil {
		b.progress(b.result.Resealed)
	}
	b.batch, b.bytes = b.batch[:0], 0
	return ctx.Err()
}

// KeyStatus counts what needs each key. It reads every sealed value and every
// case.
func (a *App) KeyStatus(ctx context.Context) (*KeyStatus, error) {
	s, err := a.keyKeeper(ctx)
	if err != nil {
		return nil, err
	}
	k := s.keys()
	uses := map[string]map[string]int{}
	count := func(id, what string) {
		if uses[id] == nil {
			uses[id] = map[string]int{}
		}
		uses[id][what]++
	}
	for _, kind := range sealedKinds() {
		for d, err := range a.store.Scan(ctx, kind.coll, store.ScanOptions{WithoutPostings: true}) {
			if err != nil {
				return nil, unavailable(err)
			}
			values, err := kind.sealed(d)
			if err != nil {
				return nil, err
			}
			for _, v := range values {
				count(keyOf(v.raw), kind.coll.Name)
			}
		}
	}
	status := &KeyStatus{Resealing: k.file.Resealing, Sealing: keyUses(uses, slices.Collect(maps.Keys(k.sealing)), k.file.Current, &k.file)}
	clear(uses)
	for d, err := range a.store.Scan(ctx, caseCollection, store.ScanOptions{WithoutPostings: true}) {
		if err != nil {
			return nil, unavailable(err)
		}
		made, err := commitmentsIn(d)
		if err != nil {
			return nil, err
		}
		for _, c := range made {
			count(commitmentKey(c), caseCollection.Name)
		}
	}
	status.Commitments = keyUses(uses, slices.Collect(maps.Keys(k.commitments)), k.committing(), &k.file)
	return status, nil
}

// commitmentsIn are the commitments that the events of a case carry.
func commitmentsIn(d *store.Document) ([]string, error) {
	type party struct{ Commitment, AccountCommitment string }
	var events []struct {
		Parties     []party
		Particulars struct{ Parties []party }
	}
	if !bytes.Contains(d.Body, []byte(`ommitment"`)) {
		return nil, nil
	}
	if err := json.Unmarshal(d.Body, &events); err != nil {
		return nil, fmt.Errorf("case %s: %w", d.ID, err)
	}
	var out []string
	for i := range events {
		for _, parties := range [][]party{events[i].Parties, events[i].Particulars.Parties} {
			for _, p := range parties {
				for _, c := range []string{p.Commitment, p.AccountCommitment} {
					if c != "" {
						out = append(out, c)
					}
				}
			}
		}
	}
	return out, nil
}

// keyUses lists keys in the order of their ids, those that are used and missing
// included.
func keyUses(uses map[string]map[string]int, known []string, current string, f *keyFile) []KeyUse {
	ids := slices.Concat(known, slices.Collect(maps.Keys(uses)))
	slices.SortFunc(ids, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b) // k9 before k10
		}
		return strings.Compare(a, b)
	})
	var out []KeyUse
	for _, id := range slices.Compact(ids) {
		out = append(out, KeyUse{
			ID: id, Current: id == current, Missing: !slices.Contains(known, id),
			MadeAt: f.Made[id], RetiredAt: f.Retired[id], Uses: maps.Clone(uses[id]),
		})
	}
	return out
}

// PruneKeys takes keys that nothing needs any more out of the file. A key stays
// while a value is sealed with it or an event carries a commitment that it made,
// and for an hour after it was retired. Refused with CodeNotAllowed where there
// are old keys and all of them must stay.
//
// A dump that was taken before needs the keys of its time: whoever keeps dumps
// keeps a copy of those keys.
func (a *App) PruneKeys(ctx context.Context) (*KeyPruning, error) {
	status, err := a.KeyStatus(ctx)
	if err != nil {
		return nil, err
	}
	out := &KeyPruning{Kept: map[string]thads.Text{}}
	now := a.clock()
	judge := func(u *KeyUse) {
		switch {
		case u.Current || u.Missing:
		case status.Resealing:
			out.Kept[u.ID] = thads.Text{VI: "lần đổi khóa trước chưa xong; hãy chạy lại thads keys rotate", EN: "the last rotation has not come to its end; run thads keys rotate again"}
		case u.Total() > 0:
			out.Kept[u.ID] = thads.Text{VI: fmt.Sprintf("còn %d giá trị cần khóa này", u.Total()), EN: fmt.Sprintf("%d values need it", u.Total())}
		case now.Sub(u.RetiredAt) < retiredFor:
			out.Kept[u.ID] = thads.Text{VI: "thay chưa đủ một giờ, máy chủ có thể còn đang ghi bằng khóa này", EN: "it was replaced less than an hour ago, and a server may still be writing with it"}
		default:
			out.Removed = append(out.Removed, u.ID)
		}
	}
	for _, uses := range [][]KeyUse{status.Sealing, status.Commitments} {
		for i := range uses {
			judge(&uses[i])
		}
	}
	if len(out.Removed) == 0 {
		if len(out.Kept) == 0 {
			return out, nil
		}
		id := slices.Min(slices.Collect(maps.Keys(out.Kept)))
		return out, thads.Errorf(thads.CodeNotAllowed, "", "Chưa bỏ được khóa nào: %[1]s – %[2]s", "No key can be taken out: %[1]s – %[3]s", id, out.Kept[id].VI, out.Kept[id].EN)
	}
	err = a.sealer.change(func(f *keyFile) error {
		for _, id := range out.Removed {
			if f.Resealing || id == f.Current || id == f.CurrentCommitment {
				return errKeysChanging
			}
			if id == firstCommitment {
				f.Commitment = ""
			}
			delete(f.Keys, id)
			delete(f.Commitments, id)
			// That it was there is remembered: an id is never given twice.
		}
		return nil
	})
	return out, keysRefused(err)
}
