package thads

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A DocumentNumber is the number and symbol (số, ký hiệu) of a judgment,
// decision or other document. Registers hold numbers of every shape, so none
// is refused: what is not understood is kept as written, with Parsed false.
// DocumentNumbers are comparable; two that mean the same have the same
// [DocumentNumber.Key].
type DocumentNumber struct {
	// Raw is the number as written, composed (NFC) and with single spaces.
	Raw string
	// Parsed tells whether the fields below are known.
	Parsed bool
	// Seq is the running number: 46 in 46/QĐ-THADS, 7 in 07/2025/DS-ST.
	Seq int
	// SeqSuffix is what distinguishes a number put in between, "A" in
	// 12a/QĐ-THADS; mostly empty.
	SeqSuffix string
	// Year is the calendar year within the number, 2025 in 07/2025/DS-ST; 0
	// where the number has none. It is not the statistical year.
	Year int
	// Symbol is all that follows, in capitals and without spaces: "DS-ST",
	// "QĐST-HNGĐ", "QĐ-THADS", "KH-UBND", "QH13"; "CT/TU" of 16-CT/TU.
	Symbol string
	// Party tells a number in the manner of the Party, with the kind of
	// document directly after the running number: 16-CT/TU.
	Party bool
}

// ParseDocumentNumber reads a document number. It never fails; an empty text
// gives the zero DocumentNumber. A leading "Số" is understood.
func ParseDocumentNumber(raw string) DocumentNumber {
	n := DocumentNumber{Raw: NormalizeName(raw)}
	s := canonicalNumber(n.Raw)
	for _, word := range []string{"SỐ", "SÔ", "SO"} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			s = strings.TrimLeft(rest, ":.")
			break
		}
	}
	n.parse(s)
	return n
}

// parse fills the fields where s has the shape of a number; see section by
// section: seq[suffix]/[year/]symbol, or seq-kind/issuer.
func (n *DocumentNumber) parse(s string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	// Longer runs are reference codes, not running numbers.
	if i == 0 || i > 6 {
		return
	}
	seq, _ := digits(s[:i])
	rest := s[i:]
	sep := strings.IndexAny(rest, "/-")
	if sep < 0 {
		return
	}
	suffix := rest[:sep]
	if len([]rune(suffix)) > 3 || strings.ContainsFunc(suffix, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return
	}
	party := rest[sep] == '-'
	rest = rest[sep+1:]
	year := 0
	if !party && len(rest) > 4 && rest[4] == '/' {
		if y, ok := digits(rest[:4]); ok {
			if y < minYear || y > maxYear {
				return
			}
			year, rest = y, rest[5:]
		}
	}
	if !isSymbol(rest) {
		return
	}
	if party {
		// 16-CT/TU has exactly one stroke, after the kind of document.
		kind, issuer, _ := strings.Cut(rest, "/")
		if issuer == "" || strings.ContainsAny(kind, "-.") || strings.Contains(issuer, "/") {
			return
		}
	}
	n.Parsed, n.Seq, n.SeqSuffix, n.Year, n.Symbol, n.Party = true, seq, suffix, year, rest, party
}

// isSymbol tells whether s is made of groups of letters and digits, divided by
// single dashes, strokes or dots, of which the first begins with a letter.
func isSymbol(s string) bool {
	divider := true
	for i, r := range s {
		switch {
		case unicode.IsLetter(r):
			divider = false
		case '0' <= r && r <= '9':
			if i == 0 {
				return false
			}
			divider = false
		case r == '-' || r == '/' || r == '.':
			if divider {
				return false
			}
			divider = true
		default:
			return false
		}
	}
	return !divider
}

// canonicalNumber writes the text in capitals, without spaces, with one kind
// of dash and stroke, and Đ for the letters that only look like it.
func canonicalNumber(s string) string {
	s = norm.NFC.String(strings.ToUpper(s))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case unicode.Is(unicode.Pd, r), r == '−', r == '⁃':
			return '-'
		case r == '⁄', r == '∕', r == '／', r == '\\':
			return '/'
		case r == 'Ð', r == 'Ɖ':
			return 'Đ'
		default:
			return r
		}
	}, s)
}

// Key returns the form in which numbers are compared: capitals without spaces,
// dashes and strokes unified, the running number without leading zeros, so
// that "07/2025/DS–ST" and "7 / 2025 / ds-st" are one. Đ stays distinct from
// D. Numbers of enforcement decisions restart each 1 October, so a key is
// unique only together with the issuer and the statistical year.
func (n DocumentNumber) Key() string {
	if !n.Parsed {
		return canonicalNumber(n.Raw)
	}
	b := strconv.AppendInt(make([]byte, 0, 32), int64(n.Seq), 10)
	b = append(b, n.SeqSuffix...)
	if n.Party {
		b = append(b, '-')
	} else {
		b = append(b, '/')
	}
	if n.Year != 0 {
		b = append(strconv.AppendInt(b, int64(n.Year), 10), '/')
	}
	return string(append(b, n.Symbol...))
}

// Suffixes returns the groups of the symbol: "QĐST", "HNGĐ" of QĐST-HNGĐ, and
// "CT", "TU" of CT/TU; nothing where the number is not understood.
func (n DocumentNumber) Suffixes() []string {
	return strings.FieldsFunc(n.Symbol, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
}

// SearchTokens returns the folded words by which the number is found: those of
// its text, and the running number without leading zeros.
func (n DocumentNumber) SearchTokens() []string {
	t := Tokens(n.Raw)
	if n.Parsed {
		t = append(t, strconv.Itoa(n.Seq)+Fold(n.SeqSuffix))
		slices.Sort(t)
		t = slices.Compact(t)
	}
	return t
}

// IsZero tells whether there is no number.
func (n DocumentNumber) IsZero() bool { return n.Raw == "" }

// String returns the number as written.
func (n DocumentNumber) String() string { return n.Raw }

// MarshalText writes the number as written.
func (n DocumentNumber) MarshalText() ([]byte, error) { return []byte(n.Raw), nil }

// UnmarshalText reads any number, as [ParseDocumentNumber] does.
func (n *DocumentNumber) UnmarshalText(text []byte) error {
	*n = ParseDocumentNumber(string(text))
	return nil
}

// MarshalJSON writes the number as written, as a string.
func (n DocumentNumber) MarshalJSON() ([]byte, error) { return json.Marshal(n.Raw) }

// UnmarshalJSON reads a string; null is no number.
func (n *DocumentNumber) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return Errorf(CodeInvalid, "", "Số văn bản phải là chuỗi", "a document number must be a string")
	}
	*n = ParseDocumentNumber(s)
	return nil
}
