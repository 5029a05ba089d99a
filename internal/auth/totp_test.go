package auth

import (
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"
)

// rfcSecret is the secret of the test vectors of RFC 4226 and RFC 6238.
var rfcSecret = OTPSecret{[]byte("12345678901234567890")}

// RFC 4226, appendix D.
func TestHOTPVectors(t *testing.T) {
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := rfcSecret.hotp(uint64(counter), 6); got != want {
			t.Errorf("%d: %s, want %s", counter, got, want)
		}
	}
}

// RFC 6238, appendix B, the rows of SHA-1.
func TestTOTPVectors(t *testing.T) {
	for _, tt := range []struct {
		unix int64
		want string
	}{{59, "94287082"}, {1111111109, "07081804"}, {1111111111, "14050471"}, {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}} {
		at := time.Unix(tt.unix, 0)
		if got := rfcSecret.hotp(uint64(otpStep(at)), 8); got != tt.want {
			t.Errorf("%d: %s, want %s", tt.unix, got, tt.want)
		}
		if got := rfcSecret.Code(at); got != tt.want[2:] {
			t.Errorf("%d: %s, want the end of %s", tt.unix, got, tt.want)
		}
	}
}

func TestVerifyCode(t *testing.T) {
	now := time.Date(2019, 12, 9, 1, 0, 7, 0, time.UTC)
	step := otpStep(now)
	code := func(steps int) string { return rfcSecret.Code(now.Add(time.Duration(steps) * otpPeriod)) }
	for name, tt := range map[string]struct {
		code string
		last int64
		want int64 // 0 for refused
	}{
		"of this step":               {code(0), 0, step},
		"of the step before":         {code(-1), 0, step - 1},
		"of the next step":           {code(1), 0, step + 1},
		"of two steps before":        {code(-2), 0, 0},
		"of two steps later":         {code(2), 0, 0},
		"spaced as apps show it":     {code(0)[:3] + " " + code(0)[3:], 0, step},
		"used already":               {code(0), step, 0},
		"older than the one used":    {code(-1), step, 0},
		"newer than the one used":    {code(1), step, step + 1},
		"used before a clock jumped": {code(0), step + 1000, 0},
		"nothing":                    {"", 0, 0},
		"too short":                  {code(0)[1:], 0, 0},
		"too long":                   {code(0) + "0", 0, 0},
		"of another secret":          {NewOTPSecret().Code(now), 0, 0},
		"digits of another alphabet": {"１２３４５６", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := rfcSecret.Verify(tt.code, now, tt.last); got != tt.want || ok != (tt.want != 0) {
				t.Errorf("got %d, %v; want %d", got, ok, tt.want)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	a, b := NewOTPSecret(), NewOTPSecret()
	if a.Reveal() == b.Reveal() || len(a.Reveal()) != 32 {
		t.Errorf("secrets %s and %s", a.Reveal(), b.Reveal())
	}
	back, err := ParseOTPSecret(" " + a.Reveal()[:4] + " " + a.Reveal()[4:])
	if err != nil || back.Reveal() != a.Reveal() {
		t.Errorf("got %s, %v", back.Reveal(), err)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", a, a, a, a); text != "[secret] [secret] [secret] [secret]" {
		t.Errorf("printed %q", text)
	}
	for _, s := range []string{"", "A", "MFRGG", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "GEZDGNBVGY3TQOJQ", a.Reveal() + "="} {
		if _, err := ParseOTPSecret(s); !errors.Is(err, ErrBadSecret) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestURI(t *testing.T) {
	u, err := url.Parse(rfcSecret.URI("Lan Nguyễn: phòng 1"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/thads:Lan Nguyễn  phòng 1" || q.Get("secret") != rfcSecret.Reveal() ||
		q.Get("issuer") != "thads" || q.Get("digits") != "6" || q.Get("period") != "30" || q.Get("algorithm") != "SHA1" {
		t.Errorf("got %s", u)
	}
}

func TestIsOTPCode(t *testing.T) {
	for s, want := range map[string]bool{"123456": true, "123 456": true, "12345": false, "1234567": false, "12345a": false, "": false, "１２３４５６": false, "------": false} {
		if IsOTPCode(s) != want {
			t.Errorf("%q", s)
		}
	}
}

func FuzzOTPSecret(f *testing.F) {
	f.Add("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "755224")
	f.Add("gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "755 224")
	f.Fuzz(func(t *testing.T, text, code string) {
		s, err := ParseOTPSecret(text)
		if err != nil {
			return
		}
		again, err := ParseOTPSecret(s.Reveal())
		if err != nil || again.Reveal() != s.Reveal() {
			t.Errorf("%q: %v", text, err)
		}
		if _, ok := s.Verify(code, time.Unix(30, 0), 0); ok && !IsOTPCode(code) {
			t.Errorf("%q is accepted and does not look like a code", code)
		}
	})
}
