package auth

import (
	_ "embed"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// The lists of common passwords, each sorted by bytes, one a line, behind a
// head that names its source and licence.
//
//go:embed common_passwords.txt
var commonPasswords string

//go:embed common_vietnamese.txt
var commonVietnamese string

// productName stands in many first passwords of a product's users.
const productName = "thads"

// minContained is the length from which a name must not be part of a password,
// and a common part makes a whole common: shorter ones are part of too many words.
const minContained = 4

// CheckNewPassword returns why a password may not be chosen, or nil. about are
// the names of the account and its owner. It must have 8 to 200 characters; it
// must not be one of the common ones – as it is, with a few digits or signs around
// it, repeated, or with digits in the place of letters – nor a row of letters or
// digits, nor a day of somebody's life, and must not contain the names or that of
// the product. Which characters it has is nobody's business (OWASP ASVS 5.0, 6.2).
// field is where the refusal points.
func CheckNewPassword(field, password string, about ...string) error {
	switch {
	case !utf8.ValidString(password):
		return thads.Errorf(thads.CodeInvalid, field, "Mật khẩu có ký tự không đọc được", "The password has characters that cannot be read")
	case characters(password) < MinPassword:
		return thads.Errorf(thads.CodeOutOfRange, field, "Mật khẩu phải có ít nhất %d ký tự", "The password must have at least %d characters", MinPassword)
	case !FitsPassword(password):
		return thads.Errorf(thads.CodeOutOfRange, field, "Mật khẩu dài quá %d ký tự", "The password is longer than %d characters", MaxPassword)
	case isCommon(password):
		return thads.Errorf(thads.CodeInvalid, field, "Mật khẩu này nhiều người dùng hoặc dễ đoán, hãy chọn mật khẩu khác", "Many people use this password or it is easily guessed, choose another one")
	case containsName(password, about):
		return thads.Errorf(thads.CodeInvalid, field, "Mật khẩu không được chứa tên tài khoản, họ tên hoặc chữ thads", "The password must not contain the name of the account, your own name or the word thads")
	}
	return nil
}

// plain is a text as the lists write it: lower case, without diacritics and
// white space.
func plain(s string) string { return strings.ReplaceAll(thads.Fold(s), " ", "") }

func isCommon(password string) bool {
	p := plain(password)
	if utf8.RuneCountInString(p) < minContained {
		return true // white space and little else
	}
	behind := trimBehind(p)
	for _, word := range []string{p, behind, trimBefore(behind)} {
		for _, candidate := range []string{word, asLetters(word)} {
			u := unit(candidate)
			if len(u) < len(candidate) && len(u) < minContained || isRow(u) || listed(candidate) || listed(u) {
				return true
			}
		}
	}
	return isDay(p)
}

// unit returns the part that a text repeats throughout ("abc" of "abcabcabc"),
// or the text.
func unit(s string) string {
	for n := 1; n <= len(s)/2; n++ {
		if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
			return s[:n]
		}
	}
	return s
}

// maxSigns is how many digits and signs before and behind a common password do
// not make it another ("Matkhau@2024").
const maxSigns = 5

func trimBehind(s string) string {
	for range maxSigns {
		r, n := utf8.DecodeLastRuneInString(s)
		if !isSign(r) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

func trimBefore(s string) string {
	for range maxSigns {
		r, n := utf8.DecodeRuneInString(s)
		if !isSign(r) {
			break
		}
		s = s[n:]
	}
	return s
}

func isSign(r rune) bool { return r != utf8.RuneError && !unicode.IsLetter(r) }

// asLetters reads digits and signs as the letters that they stand for.
func asLetters(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '@', '4':
			return 'a'
		case '0':
			return 'o'
		case '1', '!':
			return 'i'
		case '3':
			return 'e'
		case '5', '$':
			return 's'
		case '7':
			return 't'
		}
		return r
	}, s)
}

// isRow tells whether each of four or more characters follows the one before,
// upwards or downwards, or is the same: "12345678", "hgfedcba", "aaaa".
func isRow(s string) bool {
	r := []rune(s)
	if len(r) < minContained {
		return false
	}
	step := r[1] - r[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 1; i < len(r); i++ {
		if r[i]-r[i-1] != step {
			return false
		}
	}
	return true
}

// isDay tells whether a text is a day of the last or this century, with or
// without signs between its parts.
func isDay(s string) bool {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-/. ", r) {
			return -1
		}
		return r
	}, s)
	for _, layout := range []string{"02012006", "20060102", "01022006"} {
		if day, err := time.Parse(layout, digits); err == nil && day.Year() >= 1900 && day.Year() < 2100 {
			return true
		}
	}
	return false
}

func containsName(password string, about []string) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, plain(s))
	}
	p := letters(password)
	for _, name := range append([]string{productName}, about...) {
		// Of an address as the name of an account, what stands before the @ is
		// the name of its owner.
		local, _, _ := strings.Cut(name, "@")
		for _, n := range []string{letters(name), letters(local)} {
			if utf8.RuneCountInString(n) >= minContained && strings.Contains(p, n) {
				return true
			}
		}
	}
	return false
}

// listed tells whether a plain text is in one of the lists.
func listed(s string) bool {
	return inLines(entries(commonPasswords), s) || inLines(entries(commonVietnamese), s)
}

// entries are the lines of a list behind its head.
func entries(list string) string {
	_, lines, _ := strings.Cut(list, "\n\n")
	return lines
}

// inLines looks a line up in sorted lines, each of which ends in a line break.
// It searches the embedded text itself, which costs no memory.
func inLines(lines, s string) bool {
	for len(lines) > 0 {
		middle := len(lines) / 2
		start := strings.LastIndexByte(lines[:middle], '\n') + 1
		end := middle + strings.IndexByte(lines[middle:], '\n')
		switch line := lines[start:end]; {
		case s == line:
			return true
		case s < line:
			lines = lines[:start]
		default:
			lines = lines[end+1:]
		}
	}
	return false
}
