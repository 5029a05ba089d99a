package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // RFC 6238 as the apps know it; HMAC-SHA-1 is not broken
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// One-time codes are those of RFC 6238 in the form that every app knows:
// HMAC-SHA-1, 6 digits, steps of 30 seconds.
const (
	otpDigits = 6
	otpPeriod = 30 * time.Second
	// otpSkew is how many steps a clock may be off, to either side.
	otpSkew = 1
	// otpSecretBytes is the length that RFC 4226 recommends.
	otpSecretBytes = 20
)

var otpEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// ErrBadSecret: what should be the secret of one-time codes is none.
var ErrBadSecret = errors.New("auth: not a secret of one-time codes")

// An OTPSecret is the secret that the server and an app of one-time codes share.
// Like a Token it shows itself to nobody by being printed.
type OTPSecret struct{ key []byte }

// NewOTPSecret makes a secret of 160 random bits.
func NewOTPSecret() OTPSecret {
	key := make([]byte, otpSecretBytes)
	// crypto/rand.Read never fails: it ends the program where there is no randomness.
	_, _ = rand.Read(key)
	return OTPSecret{key}
}

// ParseOTPSecret reads a secret in base32, as Reveal writes it and as people
// type it: spaces and case do not matter. ErrBadSecret for anything else, and
// for less than 128 bits (RFC 4226, R6).
func ParseOTPSecret(s string) (OTPSecret, error) {
	key, err := otpEncoding.DecodeString(strings.ToUpper(strings.ReplaceAll(s, " ", "")))
	if err != nil || len(key) < 16 || len(key) > maxBytes {
		return OTPSecret{}, ErrBadSecret
	}
	return OTPSecret{key}, nil
}

// Reveal returns the secret in base32, for its holder.
func (s OTPSecret) Reveal() string { return otpEncoding.EncodeToString(s.key) }

// URI returns the secret as an otpauth address, which apps read from a QR code.
func (s OTPSecret) URI(account string) string {
	q := url.Values{
		"secret": {s.Reveal()}, "issuer": {productName}, "algorithm": {"SHA1"},
		"digits": {fmt.Sprint(otpDigits)}, "period": {fmt.Sprint(int(otpPeriod.Seconds()))},
	}
	// The colon parts the issuer from the account; one within is escaped. Apps do
	// not read "+" as a space.
	return "otpauth://totp/" + productName + ":" + url.PathEscape(strings.ReplaceAll(account, ":", " ")) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// String hides the secret.
func (s OTPSecret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (s OTPSecret) GoString() string { return s.String() }

// hotp is the code of RFC 4226 for a counter.
func (s OTPSecret) hotp(counter uint64, digits int) string {
	mac := hmac.New(sha1.New, s.key)
	mac.Write(binary.BigEndian.AppendUint64(nil, counter))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	code := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, code%modulus)
}

// otpStep is the number of the step in which an instant lies.
func otpStep(at time.Time) int64 { return at.Unix() / int64(otpPeriod.Seconds()) }

// Code returns the code that an app shows at an instant.
func (s OTPSecret) Code(at time.Time) string { return s.hotp(uint64(otpStep(at)), otpDigits) }

// Verify tells whether a code is that of the step at an instant or of the one
// before or behind it, and returns the number of that step. Steps up to lastUsed
// are refused, so that a code that somebody overheard serves once only: the
// caller keeps the step and gives it next time.
func (s OTPSecret) Verify(code string, at time.Time, lastUsed int64) (step int64, ok bool) {
	code = strings.ReplaceAll(code, " ", "")
	now := otpStep(at)
	for candidate := now - otpSkew; candidate <= now+otpSkew; candidate++ {
		right := subtle.ConstantTimeCompare([]byte(code), []byte(s.hotp(uint64(candidate), otpDigits))) == 1
		if right && candidate > lastUsed && !ok {
			step, ok = candidate, true
		}
	}
	return step, ok
}

// IsOTPCode tells whether a text looks like a code of an app, which no password
// and no recovery code does: 6 digits, spaces aside.
func IsOTPCode(s string) bool {
	s = strings.ReplaceAll(s, " ", "")
	if len(s) != otpDigits {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}
