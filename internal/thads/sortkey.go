package thads

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CollationVersion is the version of the order that sort keys have. Stored
// keys carry it, and a store whose keys have another computes them again.
const CollationVersion = 1

// The longest keys, in bytes. A longer key is cut, which never reverses an
// order: what differs only beyond the cut compares equal. No Vietnamese name
// comes near.
const (
	MaxNameSortKey = 120
	MaxTextSortKey = 240
)

// Keys are printable ASCII without characters that JSON escapes, in levels as
// the Unicode collation algorithm has them: first the letters of a text (a ă â
// b … are different letters), then, after a separator, the tones of its words.
// Case never counts.
//
// The tables are our own, not those of golang.org/x/text/collate: keys are
// stored, so a new version of a module must not move them silently; and collate
// compares tones letter by letter, where a syllable has one tone wherever it is
// written (hoà, hòa). On all else the two agree, which the tests assert.
const (
	// partSeparator stands between the parts of a name, less than all else, and
	// toneSeparator before the tones, less than every weight: a part without
	// tones comes before the same letters with tones, whatever part follows.
	partSeparator = '!'
	toneSeparator = '#'
	// weightSpace is the least weight; those of punctuation follow.
	weightSpace = '$'
	// weightSymbol leads any other symbol, followed by its code point.
	weightSymbol = 'L'
	// weightNumber leads a number, followed by its length and its digits; the
	// weights of letters follow.
	weightNumber = 'M'
	// weightForeign leads a letter of another script, followed by its code point.
	weightForeign = '~'

	// toneForeign stands for a mark that is not one of the five tones.
	toneForeign = 6
	// tonesMany leads the tones of a word that has several.
	tonesMany = '7'
)

// punctuation is the order of ASCII punctuation, as in the root collation.
const punctuation = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"

// NameSortKey returns a string whose bytewise order is the order of people's
// names in Vietnamese lists: by tên (the last word), then họ (the first), then
// đệm (what is between), each by the alphabet and then by tone (ngang, huyền,
// hỏi, ngã, sắc, nặng). An addition in parentheses at the end of the name
// counts last. It is at most [MaxNameSortKey] bytes long. For organisations
// and titles use [TextSortKey].
func NameSortKey(name string) string {
	var buf [MaxNameSortKey]byte
	return string(AppendNameSortKey(buf[:0], name))
}

// TextSortKey returns a string whose bytewise order is that of titles and of
// names of units and organisations, read from left to right: by the alphabet
// first, by tone where the letters are the same, numbers by their value. It is
// at most [MaxTextSortKey] bytes long.
func TextSortKey(s string) string {
	var buf [MaxTextSortKey]byte
	return string(AppendTextSortKey(buf[:0], s))
}

// AppendTextSortKey appends [TextSortKey] of s to dst.
func AppendTextSortKey(dst []byte, s string) []byte {
	return appendKey(dst, len(dst)+MaxTextSortKey, NormalizeName(s))
}

// AppendNameSortKey appends [NameSortKey] of the name to dst.
func AppendNameSortKey(dst []byte, name string) []byte {
	limit := len(dst) + MaxNameSortKey
	name = NormalizeName(name)
	extra := ""
	if strings.HasSuffix(name, ")") {
		if i := strings.IndexByte(name, '('); i > 0 {
			name, extra = name[:i], name[i:]
		}
	}
	name = strings.TrimRight(name, " ")
	given, family, middle := name, "", ""
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		given, family = name[i+1:], name[:i]
		if i := strings.IndexByte(family, ' '); i >= 0 {
			family, middle = family[:i], family[i+1:]
		}
	}
	dst = appendKey(dst, limit, given)
	// Empty parts at the end need no separators: a shorter key comes first.
	for _, part := range []string{family, middle, extra} {
		if part == "" && (extra == "" || len(dst) == limit) {
			continue
		}
		dst = appendKey(appendBounded(dst, limit, partSeparator), limit, part)
	}
	return dst
}

// appendKey appends the levels of one part, normalised, to dst, up to limit
// bytes.
func appendKey(dst []byte, limit int, s string) []byte {
	var tones levelOfTones
	for i := 0; i < len(s) && len(dst) < limit; {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		g := glyphs.at(r)
		switch {
		case g.letter:
			dst = append(dst, g.weight)
			tones.letter(g.tone)
		case g.weight == weightNumber:
			tones.endWord()
			for i+size < len(s) && '0' <= s[i+size] && s[i+size] <= '9' {
				size++
			}
			dst = appendNumber(dst, limit, s[i:i+size])
		case g.weight != 0:
			tones.endWord()
			dst = append(dst, g.weight)
		default:
			dst = appendForeign(dst, limit, &tones, s[i:i+size], r)
		}
		i += size
	}
	tones.endWord()
	if level := tones.trimmed(); len(level) > 0 {
		dst = appendBounded(dst, limit, toneSeparator)
		dst = appendBounded(dst, limit, level...)
	}
	return dst
}

func appendBounded(dst []byte, limit int, b ...byte) []byte {
	return append(dst, b[:min(len(b), limit-len(dst))]...)
}

// appendNumber writes a number so that its value decides: its length without
// leading zeros, then its digits.
func appendNumber(dst []byte, limit int, digits string) []byte {
	digits = strings.TrimLeft(digits, "0")
	// No number has more digits; one that does is read as several.
	const most = 26
	for {
		n := min(len(digits), most)
		dst = appendBounded(dst, limit, weightNumber, byte('A'+n))
		dst = append(dst, digits[:min(n, limit-len(dst))]...)
		if digits = digits[n:]; digits == "" || len(dst) == limit {
			return dst
		}
	}
}

// appendForeign writes a character that the tables do not know. A letter that
// decomposes counts as its base letter with a mark.
func appendForeign(dst []byte, limit int, tones *levelOfTones, char string, r rune) []byte {
	if d := norm.NFD.PropertiesString(char).Decomposition(); d != nil {
		for len(d) > 0 {
			part, size := utf8.DecodeRune(d)
			dst = appendSimple(dst, limit, tones, part)
			d = d[size:]
		}
		return dst
	}
	return appendSimple(dst, limit, tones, r)
}

func appendSimple(dst []byte, limit int, tones *levelOfTones, r rune) []byte {
	if unicode.Is(unicode.Mn, r) {
		tones.mark(toneOfMark(r))
		return dst
	}
	r = unicode.ToLower(r)
	lead := byte(weightForeign)
	switch g := glyphs.at(r); {
	case g.letter:
		dst = appendBounded(dst, limit, g.weight)
		tones.letter(g.tone)
		return dst
	case g.weight != 0:
		tones.endWord()
		return appendBounded(dst, limit, g.weight)
	case unicode.IsLetter(r):
		tones.letter(0)
	default:
		tones.endWord()
		lead = weightSymbol
		switch r {
		case '‐', '‑', '‒', '–', '—', '−':
			return appendBounded(dst, limit, glyphs.at('-').weight)
		case '‘', '’', 'ʼ':
			return appendBounded(dst, limit, glyphs.at('\'').weight)
		case '“', '”', '«', '»':
			return appendBounded(dst, limit, glyphs.at('"').weight)
		}
	}
	dst = appendBounded(dst, limit, lead)
	for shift := 20; shift >= 0; shift -= 4 {
		dst = appendBounded(dst, limit, "0123456789abcdef"[r>>shift&15])
	}
	return dst
}

func toneOfMark(r rune) byte {
	switch r {
	case 0x300:
		return 1
	case 0x309:
		return 2
	case 0x303:
		return 3
	case 0x301:
		return 4
	case 0x323:
		return 5
	default:
		return toneForeign
	}
}

// levelOfTones collects the second level: one character for the tone of each
// word, since a Vietnamese word has one; the tones of a word with several are
// written between tonesMany and '0'. Words beyond its length have no say.
type levelOfTones struct {
	level [64]byte
	n     int
	word  [8]byte // the tones of the word being read
	tones int
	open  bool
}

func (t *levelOfTones) letter(tone byte) {
	t.open = true
	if tone != 0 {
		t.mark(tone)
	}
}

func (t *levelOfTones) mark(tone byte) {
	if t.tones < len(t.word) {
		t.word[t.tones] = '0' + tone
		t.tones++
	}
}

func (t *levelOfTones) endWord() {
	if !t.open && t.tones == 0 {
		return
	}
	switch t.tones {
	case 0:
		t.put('0')
	case 1:
		t.put(t.word[0])
	default:
		t.put(tonesMany)
		t.put(t.word[:t.tones]...)
		t.put('0')
	}
	t.tones, t.open = 0, false
}

func (t *levelOfTones) put(b ...byte) { t.n += copy(t.level[t.n:], b) }

// trimmed returns the level without words at its end that have no tone, which
// order the same whether written or not.
func (t *levelOfTones) trimmed() []byte {
	n := t.n
	for n > 0 && t.level[n-1] == '0' {
		n--
	}
	return t.level[:n]
}
