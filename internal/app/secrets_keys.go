package app

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Sealer seals the numbers of persons, files and second factors with
// AES-256-GCM, and makes the keyed commitments by which identity numbers are
// looked up. Its keys live outside the database and its backups.
//
// The file with the keys may be changed by another process at any time (see
// RotateKeys): it is looked at before each sealing and each commitment, and read
// again where it has changed. A Sealer is safe for concurrent use.
type Sealer struct {
	path string
	// read guards reading the file again; ring is what it held.
	read sync.Mutex
	ring atomic.Pointer[keyring]
}

// A keyring is the content of the file with the keys, ready for use. It is
// never changed.
type keyring struct {
	file keyFile
	// seen tells the file on the disk from a later one; nil without one.
	seen    fs.FileInfo
	sealing map[string]cipher.AEAD
	// commitments are the keys of commitments by their ids.
	commitments map[string][]byte
}

// secretsFile is the name of the file with the keys.
const secretsFile = "secrets.json"

// firstCommitment is the id of the commitment key that the file holds by itself.
// Commitments made with it carry no id.
const firstCommitment = "c1"

// keyFile is how keys are kept.
type keyFile struct {
	// Current is the id of the key that seals; the others only open.
	Current string            `json:"current"`
	Keys    map[string]string `json:"keys"`
	// Commitment is the first key of the commitments, Commitments are those
	// made after it; "" once it was pruned.
	Commitment  string            `json:"commitment"`
	Commitments map[string]string `json:"commitments,omitempty"`
	// CurrentCommitment makes new commitments; firstCommitment where it is "".
	CurrentCommitment string `json:"currentCommitment,omitempty"`
	// Made and Retired tell since when a key is current, and since when it is no
	// longer. Both are missing for keys of before.
	Made    map[string]time.Time `json:"made,omitempty"`
	Retired map[string]time.Time `json:"retired,omitempty"`
	// Resealing tells that what older keys sealed is being sealed anew with the
	// current one.
	Resealing bool `json:"resealing,omitempty"`
}

// clone returns a copy that may be changed.
func (f keyFile) clone() keyFile {
	f.Keys, f.Commitments = maps.Clone(f.Keys), maps.Clone(f.Commitments)
	f.Made, f.Retired = maps.Clone(f.Made), maps.Clone(f.Retired)
	if f.Commitments == nil {
		f.Commitments = map[string]string{}
	}
	if f.Made == nil {
		f.Made = map[string]time.Time{}
	}
	if f.Retired == nil {
		f.Retired = map[string]time.Time{}
	}
	return f
}

// OpenSealer reads the keys in a directory, or makes them (file mode 0600)
// where there are none.
func OpenSealer(dir string) (*Sealer, error) {
	s := &Sealer{path: filepath.Join(dir, secretsFile)}
	ring, err := readKeys(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKeys(dir, s.path); err == nil {
			ring, err = readKeys(s.path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("secrets file: %w", err)
	}
	s.ring.Store(ring)
	return s, nil
}

// readKeys reads the file with the keys.
func readKeys(path string) (*keyring, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	// The file that was opened, which a later one may have replaced by now.
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s may be read by others: its mode must be 0600", path)
	}
	var f keyFile
	if err := json.NewDecoder(in).Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ring, err := newKeyring(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ring.seen = info
	return ring, nil
}

// makeKeys writes a new secrets file, whole or not at all. Of two processes
// that make it at the same time, both use the one that was first.
func makeKeys(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := writeKeys(dir, keyFile{Current: "k1", Keys: map[string]string{"k1": randomKey()}, Commitment: randomKey()})
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// writeKeys writes keys to a new file (mode 0600) and returns its name.
func writeKeys(dir string, f keyFile) (name string, err error) {
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(dir, "."+secretsFile+"-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return "", errors.Join(err, os.Remove(tmp.Name()))
	}
	return tmp.Name(), nil
}

// syncDir makes the names in a directory last through a loss of power.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func randomKey() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

func keyBytes(id, text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("key %q is not 32 bytes in base64", id)
	}
	return key, nil
}

func newKeyring(f keyFile) (*keyring, error) {
	k := &keyring{file: f, sealing: map[string]cipher.AEAD{}, commitments: map[string][]byte{}}
	for id, text := range f.Keys {
		key, err := keyBytes(id, text)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", id, err)
		}
		if k.sealing[id], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("key %q: %w", id, err)
		}
	}
	if k.sealing[f.Current] == nil {
		return nil, fmt.Errorf("there is no key %q", f.Current)
	}
	all := maps.Clone(f.Commitments)
	if all == nil {
		all = map[string]string{}
	}
	if f.Commitment != "" {
		all[firstCommitment] = f.Commitment
	}
	for id, text := range all {
		key, err := keyBytes(id, text)
		if err != nil {
			return nil, fmt.Errorf("commitments: %w", err)
		}
		if strings.ContainsAny(id, ".-") {
			return nil, fmt.Errorf("commitments: %q is no id of a key", id)
		}
		k.commitments[id] = key
	}
	if k.commitments[k.committing()] == nil {
		return nil, fmt.Errorf("there is no commitment key %q", k.committing())
	}
	return k, nil
}

// committing is the id of the key that makes new commitments.
func (k *keyring) committing() string {
	if k.file.CurrentCommitment != "" {
		return k.file.CurrentCommitment
	}
	return firstCommitment
}

// keys returns the keys as the file holds them now. Where it cannot be read, the
// ones that were read last go on: they open everything that they sealed.
func (s *Sealer) keys() *keyring {
	ring := s.ring.Load()
	if s.path == "" || ring.isOf(s.path) {
		return ring
	}
	s.read.Lock()
	defer s.read.Unlock()
	if ring = s.ring.Load(); ring.isOf(s.path) {
		return ring
	}
	if next, err := readKeys(s.path); err == nil {
		s.ring.Store(next)
		return next
	}
	return ring
}

// isOf tells whether the file at the path is the one that was read, or is not to
// be seen at all.
func (k *keyring) isOf(path string) bool {
	info, err := os.Stat(path)
	return err != nil || k.seen != nil && os.SameFile(info, k.seen) && info.ModTime().Equal(k.seen.ModTime()) && info.Size() == k.seen.Size()
}

// An envelope is a sealed value.
type envelope struct {
	Key   string `json:"key"`
	Nonce []byte `json:"nonce"`
	Text  []byte `json:"text"`
}

// Seal seals a value for one place (document id and field): it cannot be moved
// to another.
func (s *Sealer) Seal(place, value string) ([]byte, error) {
	sealed, _, err := s.seal(place, value)
	return sealed, err
}

// seal is Seal, and returns the id of the key too.
func (s *Sealer) seal(place, value string) ([]byte, string, error) {
	k := s.keys()
	id := k.file.Current
	aead := k.sealing[id]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	sealed, err := json.Marshal(envelope{Key: id, Nonce: nonce, Text: aead.Seal(nil, nonce, []byte(value), []byte(place))})
	return sealed, id, err
}

// Open opens what Seal sealed for the place.
func (s *Sealer) Open(place string, sealed []byte) (string, error) {
	var e envelope
	if err := json.Unmarshal(sealed, &e); err != nil {
		return "", fmt.Errorf("secrets: envelope: %w", err)
	}
	aead := s.ring.Load().sealing[e.Key]
	if aead == nil {
		// A key that was made after the file was read.
		aead = s.keys().sealing[e.Key]
	}
	if aead == nil || len(e.Nonce) != aead.NonceSize() {
		return "", fmt.Errorf("secrets: no key %q for %s", e.Key, place)
	}
	plain, err := aead.Open(nil, e.Nonce, e.Text, []byte(place))
	if err != nil {
		return "", fmt.Errorf("secrets: %s was altered or belongs elsewhere", place)
	}
	return string(plain), nil
}

// Commit returns the keyed commitment of an identity number: equal for equal
// numbers, and without the key telling nothing about them.
func (s *Sealer) Commit(number string) string {
	k := s.keys()
	return k.commit(k.committing(), number)
}

// Commitments returns the commitments of an identity number by every key, the
// current one first: a record may carry any of them.
func (s *Sealer) Commitments(number string) []string {
	k := s.keys()
	out := []string{k.commit(k.committing(), number)}
	for _, id := range slices.Sorted(maps.Keys(k.commitments)) {
		if id != k.committing() {
			out = append(out, k.commit(id, number))
		}
	}
	return out
}

// commitLike returns the commitment by the key that made another one, or by the
// current key where that is unknown or there is no other.
func (s *Sealer) commitLike(number, other string) string {
	k := s.keys()
	if id := commitmentKey(other); other != "" && k.commitments[id] != nil {
		return k.commit(id, number)
	}
	return k.commit(k.committing(), number)
}

func (k *keyring) commit(id, number string) string {
	h := hmac.New(sha256.New, k.commitments[id])
	h.Write([]byte(number))
	c := hex.EncodeToString(h.Sum(nil)[:16])
	if id == firstCommitment {
		return c
	}
	return id + "-" + c
}

// commitmentKey returns the id of the key that made a commitment.
func commitmentKey(commitment string) string {
	if id, _, ok := strings.Cut(commitment, "-"); ok {
		return id
	}
	return firstCommitment
}

// change replaces the file with the keys by what fn makes of it: whole or not at
// all, whenever the process ends. It refuses, with errKeysChanging, while
// another process does the same.
func (s *Sealer) change(fn func(*keyFile) error) error {
	if s.path == "" {
		return errors.New("secrets: the keys have no file")
	}
	dir := filepath.Dir(s.path)
	ring, err := readKeys(s.path)
	if err != nil {
		return fmt.Errorf("secrets file: %w", err)
	}
	f := ring.file.clone()
	if err := fn(&f); err != nil {
		return err
	}
	if _, err := newKeyring(f); err != nil {
		return fmt.Errorf("secrets file: %w", err)
	}
	tmp, err := writeKeys(dir, f)
	if err != nil {
		return fmt.Errorf("secrets file: %w", err)
	}
	defer os.Remove(tmp)
	// The name of the next file can be taken once: of several processes that
	// change the keys one goes on. It is held for moments, so that one which is
	// old was left by a process that was killed.
	next := s.path + ".next"
	err = os.Link(tmp, next)
	if errors.Is(err, fs.ErrExist) {
		if info, failed := os.Stat(next); failed == nil && time.Since(info.ModTime()) > staleChange {
			err = errors.Join(os.Remove(next), os.Link(tmp, next))
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return errKeysChanging
	}
	if err != nil {
		return fmt.Errorf("secrets file: %w", err)
	}
	if !ring.isOf(s.path) {
		return errors.Join(errKeysChanging, os.Remove(next))
	}
	if err := errors.Join(os.Rename(next, s.path), syncDir(dir)); err != nil {
		return fmt.Errorf("secrets file: %w", err)
	}
	s.keys()
	return nil
}

// errKeysChanging: another process changes the file with the keys.
var errKeysChanging = errors.New("secrets file: another process is changing it")

// staleChange is how old the mark of a change is that a killed process left.
const staleChange = time.Minute

// nextKey returns the next id of a series: k1, k2, …, one that was never used.
func nextKey(prefix string, used ...map[string]time.Time) string {
	last := 1
	for _, m := range used {
		for id := range m {
			if n, err := strconv.Atoi(strings.TrimPrefix(id, prefix)); err == nil && strings.HasPrefix(id, prefix) {
				last = max(last, n)
			}
		}
	}
	return prefix + strconv.Itoa(last+1)
}
