package thads

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A glyph is what the tables know of a common character: ASCII, and the
// letters of Vietnamese in their composed form.
type glyph struct {
	// weight is the place in the order of sort keys; 0 marks a character that
	// the tables do not know.
	weight byte
	// tone is 0 for none, then 1 to 5 in dictionary order: huyền, hỏi, ngã,
	// sắc, nặng.
	tone byte
	// fold is the ASCII character without case and diacritics.
	fold byte
	// letter tells letters from digits and punctuation.
	letter bool
}

// glyphs hold the known characters of two ranges: from U+0000, and from
// U+1EA0. They are constants in all but the keyword: computed once and never
// written again.
var glyphs = newGlyphTable()

const (
	lowGlyphs  = 'ư' + 1 // U+01B0 is the last known letter of the first range
	highGlyph0 = 'Ạ'     // U+1EA0
	highGlyphs = 'ỹ' + 1 - highGlyph0
)

type glyphTable struct {
	low  [lowGlyphs]glyph
	high [highGlyphs]glyph
}

// vowels are the Vietnamese vowels with their tones in dictionary order, which
// is also the order of the alphabet.
var vowels = [...]string{
	"aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ",
	"eèẻẽéẹ", "êềểễếệ",
	"iìỉĩíị",
	"oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ",
	"uùủũúụ", "ưừửữứự",
	"yỳỷỹýỵ",
}

// alphabet is the order of letters: the Vietnamese alphabet (chữ quốc ngữ)
// with the four Latin letters it lacks in their usual places.
const alphabet = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"

// at returns what is known of the character, the zero glyph for nothing.
func (t *glyphTable) at(r rune) glyph {
	if uint32(r) < lowGlyphs {
		return t.low[r]
	}
	if i := uint32(r) - highGlyph0; i < highGlyphs {
		return t.high[i]
	}
	return glyph{}
}

func (t *glyphTable) set(r rune, g glyph) {
	if r < lowGlyphs {
		t.low[r] = g
	} else {
		t.high[r-highGlyph0] = g
	}
}

func newGlyphTable() *glyphTable {
	t := new(glyphTable)
	w := byte(weightSpace)
	next := func() byte {
		w++
		// These characters would have to be escaped in JSON.
		for strings.IndexByte(`"&<>\`, w) >= 0 {
			w++
		}
		return w
	}
	t.set(' ', glyph{weight: weightSpace, fold: ' '})
	for _, r := range punctuation {
		t.set(r, glyph{weight: next(), fold: byte(r)})
	}
	for r := '0'; r <= '9'; r++ {
		t.set(r, glyph{weight: weightNumber, fold: byte(r)})
	}
	w = weightNumber
	for _, base := range alphabet {
		weight := next()
		forms := string(base)
		for _, v := range vowels {
			if strings.HasPrefix(v, forms) {
				forms = v
			}
		}
		fold, _ := utf8.DecodeRuneInString(norm.NFD.String(string(base)))
		if fold == 'đ' {
			fold = 'd'
		}
		tone := byte(0)
		for _, r := range forms {
			g := glyph{weight: weight, tone: tone, fold: byte(fold), letter: true}
			t.set(r, g)
			t.set(unicode.ToUpper(r), g)
			tone++
		}
	}
	// The Icelandic eth looks like Đ, and old fonts and keyboards wrote it for Đ.
	t.set('Ð', t.at('đ'))
	t.set('ð', t.at('đ'))
	return t
}

// Fold returns the text without case and diacritics, for searching: composed,
// lowered, decomposed, combining marks U+0300–036F removed and đ written d
// (đ does not decompose), so that "thanh hoa" meets "Thanh Hóa" and "Thanh
// Hoá" alike. White space is collapsed to single spaces and trimmed; control
// and format characters, such as the zero-width space, are removed. Other
// scripts keep their letters.
func Fold(s string) string {
	i := 0
	space := true // a space here would be leading or doubled
	for ; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7f || 'A' <= c && c <= 'Z' || c == ' ' && space {
			break
		}
		space = c == ' '
	}
	if i == len(s) && (i == 0 || !space) {
		return s
	}

	b := make([]byte, 0, len(s))
	space = false
	for _, r := range s {
		g := glyphs.at(r)
		switch {
		case g.weight == weightSpace:
			space = len(b) > 0
			continue
		case g.weight == 0:
			if isToneMark(r) {
				continue
			}
			if !isDashOrQuote(r) {
				return foldSlowly(s)
			}
		}
		if space {
			b = append(b, ' ')
			space = false
		}
		if g.weight == 0 {
			b = utf8.AppendRune(b, r)
		} else {
			b = append(b, g.fold)
		}
	}
	return string(b)
}

// foldSlowly folds any text, step by step as documented.
func foldSlowly(s string) string {
	s = norm.NFD.String(strings.ToLower(NormalizeName(s)))
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36f:
			return -1
		case r == 'đ' || r == 'ð':
			return 'd'
		default:
			return r
		}
	}, s)
	// A mark that stood alone may have left a space at an end.
	return collapse(s)
}

// isToneMark tells whether r is one of the marks that Vietnamese letters
// decompose into.
func isToneMark(r rune) bool {
	switch r {
	case 0x300, 0x301, 0x303, 0x309, 0x323, 0x302, 0x306, 0x31b:
		return true
	default:
		return false
	}
}

// isDashOrQuote tells whether r is one of the dashes, quotes, bullets and dots
// from U+2010 to U+2027, frequent in titles, which neither fold nor compose.
func isDashOrQuote(r rune) bool { return '‐' <= r && r <= '‧' }

// NormalizeName returns the text as it is stored: composed (NFC), with single
// spaces and none at the ends, without control and format characters, and
// valid UTF-8. Case is kept.
func NormalizeName(s string) string {
	if isNormalized(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if !unicode.IsSpace(r) && unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r // also U+FFFD for what is no UTF-8
	}, s)
	return collapse(norm.NFC.String(s))
}

// isNormalized recognises most texts that need no normalising, without
// allocating.
func isNormalized(s string) bool {
	space := true
	for _, r := range s {
		w := glyphs.at(r).weight
		if w == 0 && !isDashOrQuote(r) || w == weightSpace && space {
			return false
		}
		space = w == weightSpace
	}
	return s == "" || !space
}

// collapse makes each run of white space one space, none at the ends.
func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

// Tokens returns the words of the folded text, each a run of letters and
// digits, sorted and without duplicates: what a search for words without
// diacritics compares.
func Tokens(s string) []string { return words(Fold(s)) }

// TokensExact returns the words of the text in lower case with their
// diacritics, sorted and without duplicates; a search ranks records that match
// them before those that only match [Tokens]. The two ways to place the tone
// mark are one: "hoà", "khoẻ" and "thuỷ" give "hòa", "khỏe" and "thủy".
func TokensExact(s string) []string {
	w := words(norm.NFC.String(strings.ToLower(NormalizeName(s))))
	changed := false
	for i, t := range w {
		if m, ok := moveTone(t); ok {
			w[i], changed = m, true
		}
	}
	if changed {
		slices.Sort(w)
		w = slices.Compact(w)
	}
	return w
}

func words(s string) []string {
	w := strings.FieldsFunc(s, func(r rune) bool {
		if r < utf8.RuneSelf {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 'A' || r > 'Z')
		}
		// Marks belong to the letter before: many scripts cannot do without.
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
	slices.Sort(w)
	return slices.Compact(w)
}

// moveTone moves the tone mark of a syllable that ends in oa, oe or uy from its
// last letter to the one before. In "quý" the u belongs to the consonant.
func moveTone(word string) (string, bool) {
	last, n := utf8.DecodeLastRuneInString(word)
	head := word[:len(word)-n]
	g := glyphs.at(last)
	if g.tone == 0 || head == "" || string(last) != vowelWithTone(g.fold, g.tone) {
		return word, false
	}
	before := head[len(head)-1]
	switch string([]byte{before, g.fold}) {
	case "oa", "oe":
	case "uy":
		if strings.HasSuffix(head, "qu") {
			return word, false
		}
	default:
		return word, false
	}
	return head[:len(head)-1] + vowelWithTone(before, g.tone) + string(g.fold), true
}

// vowelWithTone returns the plain vowel a, e, i, o, u or y with a tone.
func vowelWithTone(base, tone byte) string {
	for _, v := range vowels {
		if v[0] == base {
			return string([]rune(v)[tone])
		}
	}
	return ""
}
