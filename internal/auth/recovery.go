package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"slices"
	"strings"
)

// RecoveryCodes is how many recovery codes a second factor comes with.
const RecoveryCodes = 10

// A recovery code has 50 random bits. That is few enough to type and, hashed by
// Argon2id with a salt, enough that whoever reads the database cannot find it
// (OWASP ASVS 5.0, 6.5.2).
const (
	recoveryChars = 10
	recoveryBytes = 7 // enough for the characters; the rest is cut off
)

const recoveryAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// recoveryEncoding has no letters that are taken for digits or for each other.
var recoveryEncoding = base32.NewEncoding(recoveryAlphabet).WithPadding(base32.NoPadding)

// NewRecoveryCodes makes ten codes, each good for one use, and the hashes to
// keep. All hashes of a set have one salt, so that a code is compared with all of
// them at the cost of one. It takes as long as ten passwords.
func NewRecoveryCodes() (codes, hashes []string) {
	salt := newSalt()
	for range RecoveryCodes {
		var b [recoveryBytes]byte
		_, _ = rand.Read(b[:]) // never fails
		code := recoveryEncoding.EncodeToString(b[:])[:recoveryChars]
		codes = append(codes, code[:recoveryChars/2]+"-"+code[recoveryChars/2:])
		hashes = append(hashes, hashWith(presentCost, salt, code).String())
	}
	return codes, hashes
}

// recoveryCode returns a code as it was hashed, or "" for what is none. Case,
// spaces and hyphens do not matter; O is read as 0, I and L as 1.
func recoveryCode(s string) string {
	if len(s) > 4*recoveryChars {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-':
			return -1
		case 'o', 'O':
			return '0'
		case 'i', 'I', 'l', 'L':
			return '1'
		}
		return r
	}, s)
	s = strings.ToLower(s)
	if len(s) != recoveryChars || strings.Trim(s, recoveryAlphabet) != "" {
		return ""
	}
	return s
}

// IsRecoveryCode tells whether a text looks like a recovery code.
func IsRecoveryCode(s string) bool { return recoveryCode(s) != "" }

// UseRecoveryCode returns the hashes without that of the code, and whether it was
// among them. It costs as much as one password, whether it is or not. ErrBadHash
// if a hash is none.
func UseRecoveryCode(hashes []string, code string) (rest []string, ok bool, err error) {
	code = recoveryCode(code)
	salt, c, key := make([]byte, saltBytes), presentCost, []byte(nil)
	at := -1
	for i, text := range hashes {
		h, err := parseHash(text)
		if err != nil {
			return hashes, false, err
		}
		if key == nil || !slices.Equal(salt, h.salt) || c != h.cost {
			salt, c = h.salt, h.cost
			key = c.key(salt, code, len(h.key))
		}
		if subtle.ConstantTimeCompare(h.key, key) == 1 && code != "" {
			at = i
		}
	}
	if key == nil {
		_ = c.key(salt, code, keyBytes)
	}
	if at < 0 {
		return hashes, false, nil
	}
	return slices.Delete(slices.Clone(hashes), at, at+1), true, nil
}
