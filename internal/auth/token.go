package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"strings"
)

// A Token is a secret of 256 random bits that stands for a session or a
// sign-in link. It is given to its holder once and kept nowhere; the store
// keeps its Hash, so that who reads the database can sign in as nobody. Printing
// a Token by fmt or slog shows that there is one and not which.
type Token struct{ text string }

// tokenBytes is the number of random bytes of a token.
const tokenBytes = 32

// NewToken makes a token.
func NewToken() Token {
	var b [tokenBytes]byte
	// crypto/rand.Read never fails: it ends the program where there is no randomness.
	_, _ = rand.Read(b[:])
	return Token{base64.RawURLEncoding.EncodeToString(b[:])}
}

// ParseToken reads a token that somebody presents. It is false for what no
// token looks like, so that nothing is looked up for it.
func ParseToken(s string) (Token, bool) {
	if len(s) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return Token{}, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != tokenBytes {
		return Token{}, false
	}
	return Token{s}, true
}

// Reveal returns the secret itself, for its holder: 43 characters that need no
// escaping in an address or a cookie.
func (t Token) Reveal() string { return t.text }

// IsZero tells whether this is no token.
func (t Token) IsZero() bool { return t.text == "" }

// Hash returns what the store keeps of the token: SHA-256 in hexadecimal. A
// slow hash would gain nothing, because 256 random bits cannot be guessed.
func (t Token) Hash() string {
	sum := sha256.Sum256([]byte(t.text))
	return hex.EncodeToString(sum[:])
}

// String hides the secret.
func (t Token) String() string {
	if t.IsZero() {
		return "[no token]"
	}
	return "[token]"
}

// GoString hides the secret from %#v.
func (t Token) GoString() string { return t.String() }

// LogValue hides the secret from logs.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// APISecretPrefix begins the secret of an API token, so that people and programs
// that look for lost secrets recognise it.
const APISecretPrefix = "thads_"

// APISecret is the token as the secret of an API token: the prefix and the 43
// characters of Reveal.
func APISecret(t Token) string { return APISecretPrefix + t.Reveal() }

// ParseAPISecret reads the secret of an API token that a program presents.
func ParseAPISecret(s string) (Token, bool) {
	rest, ok := strings.CutPrefix(s, APISecretPrefix)
	if !ok {
		return Token{}, false
	}
	return ParseToken(rest)
}
