package app

import (
	"context"
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
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A Sealer seals identity numbers with AES-256-GCM and makes the keyed
// commitments by which they are looked up. Its keys live outside the database
// and its backups.
type Sealer struct {
	current string
	keys    map[string]cipher.AEAD
	mac     []byte
}

// secretsFile is the name of the file with the keys.
const secretsFile = "secrets.json"

// keyFile is how keys are kept.
type keyFile struct {
	// Current is the id of the key that seals; the others only open.
	Current string            `json:"current"`
	Keys    map[string]string `json:"keys"`
	// Commitment is the key of the commitments. It is never rotated without
	// making every commitment again.
	Commitment string `json:"commitment"`
}

// OpenSealer reads the keys in a directory, or makes them (file mode 0600)
// where there are none.
func OpenSealer(dir string) (*Sealer, error) {
	path := filepath.Join(dir, secretsFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = makeKeys(dir, path)
	}
	if err != nil {
		return nil, fmt.Errorf("secrets file: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("secrets file %s may be read by others: its mode must be 0600", path)
	}
	var f keyFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("secrets file %s: %w", path, err)
	}
	return newSealer(f)
}

// makeKeys writes a new secrets file, whole or not at all. Of two processes
// that make it at the same time, both use the one that was first.
func makeKeys(dir, path string) ([]byte, error) {
	f := keyFile{Current: "k1", Keys: map[string]string{"k1": randomKey()}, Commitment: randomKey()}
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(dir, "."+secretsFile+"-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

func randomKey() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

func newSealer(f keyFile) (*Sealer, error) {
	s := &Sealer{current: f.Current, keys: map[string]cipher.AEAD{}}
	for id, text := range f.Keys {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("secrets: key %q is not 32 bytes in base64", id)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("secrets: key %q: %w", id, err)
		}
		if s.keys[id], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("secrets: key %q: %w", id, err)
		}
	}
	if s.keys[s.current] == nil {
		return nil, fmt.Errorf("secrets: there is no key %q", s.current)
	}
	mac, err := base64.StdEncoding.DecodeString(f.Commitment)
	if err != nil || len(mac) != 32 {
		return nil, errors.New("secrets: the commitment key is not 32 bytes in base64")
	}
	s.mac = mac
	return s, nil
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
	aead := s.keys[s.current]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return json.Marshal(envelope{Key: s.current, Nonce: nonce, Text: aead.Seal(nil, nonce, []byte(value), []byte(place))})
}

// Open opens what Seal sealed for the place.
func (s *Sealer) Open(place string, sealed []byte) (string, error) {
	var e envelope
	if err := json.Unmarshal(sealed, &e); err != nil {
		return "", fmt.Errorf("secrets: envelope: %w", err)
	}
	aead := s.keys[e.Key]
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
	h := hmac.New(sha256.New, s.mac)
	h.Write([]byte(number))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// identityNumber unifies an identity, passport or tax number, or refuses it.
func identityNumber(raw, field string) (string, error) {
	n := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '.' {
			return -1
		}
		return unicode.ToUpper(r)
	}, raw)
	ok := len(n) >= 6 && len(n) <= 20
	for _, r := range n {
		ok = ok && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r == '-')
	}
	if !ok {
		return "", thads.Errorf(thads.CodeInvalid, field, "Số định danh gồm 6 đến 20 chữ số hoặc chữ cái", "An identity number has 6 to 20 digits or letters")
	}
	return n, nil
}

// commitment returns the commitment of an identity number as typed.
func (a *App) commitment(raw, field string) (string, error) {
	n, err := identityNumber(raw, field)
	if err != nil {
		return "", err
	}
	if a.sealer == nil {
		return "", thads.Errorf(thads.CodeUnavailable, field, "Chưa có khóa bí mật nên không dùng được số định danh", "Identity numbers need the secrets file")
	}
	return a.sealer.Commit(n), nil
}

// partiesOf returns the parties that an event brings, or nil.
func partiesOf(e *thads.CaseEvent) ([]thads.Party, string) {
	if e.Particulars != nil {
		return e.Particulars.Parties, "particulars.parties"
	}
	return e.Parties, "parties"
}

// sealParties puts the commitments of identity numbers into the event, and
// returns the numbers by the index of their party, to be sealed when the
// record's ids are known. The caller's event is left as it was.
func (a *App) sealParties(e *thads.CaseEvent, identities map[int]string) (map[int]string, error) {
	if len(identities) == 0 {
		return nil, nil
	}
	parties, field := partiesOf(e)
	changed := append([]thads.Party(nil), parties...)
	numbers := make(map[int]string, len(identities))
	for i, raw := range identities {
		at := fmt.Sprintf("%s.%d.identityNumber", field, i)
		if i < 0 || i >= len(changed) {
			return nil, thads.Errorf(thads.CodeUnknown, at, "Không có đương sự này", "There is no such party")
		}
		c, err := a.commitment(raw, at)
		if err != nil {
			return nil, err
		}
		changed[i].Commitment = c
		if numbers[i], err = identityNumber(raw, at); err != nil {
			return nil, err
		}
	}
	if e.Particulars != nil {
		p := *e.Particulars
		p.Parties = changed
		e.Particulars = &p
	} else {
		e.Parties = changed
	}
	return numbers, nil
}

// secretID is the place of a sealed number: the case, the party and the
// commitment, so that a party's earlier numbers stay with the history.
func secretID(id thads.CaseID, p *thads.Party) string {
	return string(id) + "." + p.ID + "." + p.Commitment
}

// sealer returns the step that stores sealed numbers before the record that
// refers to them; what is left over from a record that was then refused is
// harmless and found by no one.
func sealer(numbers map[int]string) func(context.Context, *App, any) error {
	if len(numbers) == 0 {
		return nil
	}
	return func(ctx context.Context, a *App, state any) error {
		c, ok := state.(*thads.Case)
		if !ok {
			return fmt.Errorf("secrets: %T has no parties", state)
		}
		parties, _ := partiesOf(&c.Events[len(c.Events)-1])
		for i, number := range numbers {
			d, err := a.secretDocument(c, &parties[i], number)
			if err != nil {
				return err
			}
			if err := a.store.Insert(ctx, secretCollection, d); err != nil && !errors.Is(err, store.ErrExists) {
				return unavailable(err)
			}
		}
		return nil
	}
}

func (a *App) secretDocument(c *thads.Case, p *thads.Party, number string) (*store.Document, error) {
	id := secretID(c.ID, p)
	sealed, err := a.sealer.Seal(id, number)
	if err != nil {
		return nil, err
	}
	return &store.Document{
		ID: id, Version: 1, Body: sealed, DerivedVersion: derivedVersion, UpdatedAt: c.UpdatedAt(),
		Fields: store.Fields{"commitment": p.Commitment, "key": a.sealer.current},
	}, nil
}

// openSecrets returns the identity numbers of the parties of cases, by secretID.
// Whoever is given them must hold auth.Direct, which the caller has seen to.
func (a *App) openSecrets(ctx context.Context, page []*thads.Case) (map[string]string, error) {
	var ids []string
	for _, c := range page {
		for i := range c.Events {
			parties, _ := partiesOf(&c.Events[i])
			for j := range parties {
				if parties[j].HasIdentityNumber() {
					ids = append(ids, secretID(c.ID, &parties[j]))
				}
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := make(map[string]string, len(ids))
	for part := range slices.Chunk(ids, store.MaxPage) {
		docs, err := a.store.Get(ctx, secretCollection, thads.Everything(), part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, d := range docs {
			if out[d.ID], err = a.sealer.Open(d.ID, d.Body); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
