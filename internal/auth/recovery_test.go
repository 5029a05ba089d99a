package auth

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRecoveryCodes(t *testing.T) {
	codes, hashes := NewRecoveryCodes()
	if len(codes) != RecoveryCodes || len(hashes) != RecoveryCodes {
		t.Fatalf("%d codes, %d hashes", len(codes), len(hashes))
	}
	form := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$`)
	for i, c := range codes {
		if !form.MatchString(c) || !IsRecoveryCode(c) || slices.Index(codes, c) != i || slices.Contains(hashes, c) {
			t.Errorf("code %q", c)
		}
	}
	for name, tt := range map[string]struct {
		code string
		want bool
	}{
		"the first":          {codes[0], true},
		"the last":           {codes[9], true},
		"without its hyphen": {strings.ReplaceAll(codes[3], "-", ""), true},
		"in capitals":        {strings.ToUpper(codes[4]), true},
		"spaced":             {" " + strings.ReplaceAll(codes[5], "-", " ") + " ", true},
		"letters for digits": {strings.NewReplacer("0", "O", "1", "l").Replace(codes[6]), true},
		"another":            {"00000-00000", false},
		"a part":             {codes[0][:8], false},
		"two":                {codes[0] + codes[1], false},
		"nothing":            {"", false},
		"a hash":             {hashes[0], false},
		"very long":          {strings.Repeat("-", 1000) + codes[0], false},
	} {
		t.Run(name, func(t *testing.T) {
			rest, ok, err := UseRecoveryCode(hashes, tt.code)
			if ok != tt.want || err != nil {
				t.Fatalf("got %v, %v", ok, err)
			}
			if !ok {
				if !slices.Equal(rest, hashes) {
					t.Error("a wrong code uses one up")
				}
				return
			}
			if len(rest) != RecoveryCodes-1 {
				t.Errorf("%d are left", len(rest))
			}
			if _, again, _ := UseRecoveryCode(rest, tt.code); again {
				t.Error("it is good twice")
			}
		})
	}
	if len(hashes) != RecoveryCodes || slices.Contains(hashes, "") {
		t.Error("the hashes given were changed")
	}
}

func TestRecoveryCodesOfTwoSets(t *testing.T) {
	codes, hashes := NewRecoveryCodes()
	others, otherHashes := NewRecoveryCodes()
	mixed := append(slices.Clone(hashes[:2]), otherHashes[:2]...)
	for code, want := range map[string]bool{codes[1]: true, others[0]: true, codes[5]: false} {
		if _, ok, err := UseRecoveryCode(mixed, code); ok != want || err != nil {
			t.Errorf("got %v, %v; want %v", ok, err, want)
		}
	}
	if _, ok, err := UseRecoveryCode(nil, codes[0]); ok || err != nil {
		t.Errorf("of none: %v, %v", ok, err)
	}
	if _, ok, err := UseRecoveryCode([]string{"x"}, codes[0]); ok || !errors.Is(err, ErrBadHash) {
		t.Errorf("of no hash: %v, %v", ok, err)
	}
}

func FuzzRecoveryCode(f *testing.F) {
	f.Add("0o1il-abcde")
	f.Add("ＡＢＣＤＥ12345")
	f.Fuzz(func(t *testing.T, s string) {
		code := recoveryCode(s)
		if code != "" && (len(code) != recoveryChars || recoveryCode(code) != code) {
			t.Errorf("%q is read as %q", s, code)
		}
		if code != "" && IsOTPCode(s) {
			t.Errorf("%q is both kinds of code", s)
		}
	})
}
