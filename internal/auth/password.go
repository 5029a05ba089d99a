package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The bounds of a password, in characters (OWASP ASVS 5.0, 6.2.1 and 6.2.9).
const (
	MinPassword = 8
	MaxPassword = 200
)

// cost are the parameters of Argon2id (RFC 9106).
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// presentCost is what new hashes cost: the first of the equally strong choices
// that OWASP recommends. Raising it makes NeedsRehash true for older hashes.
var presentCost = cost{memory: 19 * 1024, passes: 2, threads: 1}

// The bounds within which a stored hash is believed: what a hash costs must
// never depend on what somebody wrote into the database.
const (
	maxMemory  = 256 * 1024 // KiB
	maxPasses  = 16
	maxThreads = 16
	saltBytes  = 16
	keyBytes   = 32
	maxBytes   = 64 // of salt and key
)

// ErrBadHash: what should be a password hash is none.
var ErrBadHash = errors.New("auth: not an Argon2id hash")

// A passwordHash is a hash as its PHC string says it.
type passwordHash struct {
	cost
	salt, key []byte
}

// HashPassword returns the Argon2id hash of a password as a PHC string
// ($argon2id$v=19$m=…,t=…,p=…$salt$key). Passwords that Unicode holds equal
// (NFC) are equal. It takes some 20 ms and 19 MiB: callers bound how many run
// at a time.
func HashPassword(password string) string {
	return hashWith(presentCost, newSalt(), password).String()
}

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	// crypto/rand.Read never fails: it ends the program where there is no randomness.
	_, _ = rand.Read(salt)
	return salt
}

func hashWith(c cost, salt []byte, password string) passwordHash {
	return passwordHash{cost: c, salt: salt, key: c.key(salt, password, keyBytes)}
}

func (c cost) key(salt []byte, password string, n int) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.passes, c.memory, c.threads, uint32(n))
}

// String returns the PHC string.
func (h passwordHash) String() string {
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.threads, e.EncodeToString(h.salt), e.EncodeToString(h.key))
}

// parseHash reads a PHC string, or returns ErrBadHash.
func parseHash(s string) (passwordHash, error) {
	var h passwordHash
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return h, ErrBadHash
	}
	params := strings.Split(parts[3], ",")
	if len(params) != 3 {
		return h, ErrBadHash
	}
	var values [3]uint32
	for i, p := range []struct {
		name string
		most uint64
	}{{"m=", maxMemory}, {"t=", maxPasses}, {"p=", maxThreads}} {
		digits, ok := strings.CutPrefix(params[i], p.name)
		n, err := strconv.ParseUint(digits, 10, 32)
		// One number is written in one way, so that a hash has one form.
		if !ok || err != nil || n < 1 || n > p.most || digits != strconv.FormatUint(n, 10) {
			return h, ErrBadHash
		}
		values[i] = uint32(n)
	}
	h.cost = cost{memory: values[0], passes: values[1], threads: uint8(values[2])}
	if h.memory < 8*uint32(h.threads) {
		return h, ErrBadHash
	}
	for i, to := range []struct {
		bytes *[]byte
		least int
	}{{&h.salt, 8}, {&h.key, 16}} {
		b, err := base64.RawStdEncoding.Strict().DecodeString(parts[4+i])
		// A line break within base64 would be skipped by the decoder.
		if err != nil || len(b) < to.least || len(b) > maxBytes || base64.RawStdEncoding.EncodedLen(len(b)) != len(parts[4+i]) {
			return h, ErrBadHash
		}
		*to.bytes = b
	}
	return h, nil
}

// VerifyPassword tells, in a time that does not depend on the password, whether
// it is the one that was hashed. An empty hash – no such account, or none with a
// password – costs the same work and is false. ErrBadHash if the hash is none;
// that costs the same work too.
func VerifyPassword(hash, password string) (bool, error) {
	h, err := parseHash(hash)
	if err != nil {
		_ = presentCost.key(make([]byte, saltBytes), password, keyBytes)
		if hash == "" {
			return false, nil
		}
		return false, err
	}
	return subtle.ConstantTimeCompare(h.key, h.cost.key(h.salt, password, len(h.key))) == 1, nil
}

// NeedsRehash tells whether a hash was made more cheaply than new ones are, and
// should be made again when its password is at hand.
func NeedsRehash(hash string) bool {
	h, err := parseHash(hash)
	return err != nil || h.memory < presentCost.memory || h.passes < presentCost.passes || len(h.key) < keyBytes
}

// characters counts the characters of a password as people type them.
func characters(password string) int {
	return utf8.RuneCountInString(norm.NFC.String(password))
}

// FitsPassword tells whether a text can be a password at all. What is longer is
// wrong without being hashed in full.
func FitsPassword(password string) bool {
	return len(password) <= 4*utf8.UTFMax*MaxPassword && characters(password) <= MaxPassword
}
