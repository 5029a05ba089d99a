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
	// fold is the ASCII character without case and diacritics; 0 marks a
	// character that the tables do not know.
	fold byte
	// tone is 0 for none, else the place of the letter in its row of vowels.
	tone byte
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

// vowels are the Vietnamese vowels, each without a tone, then with the five in
// the order of dictionaries.
var vowels = [...]string{
	"aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ",
	"eèẻẽéẹ", "êềểễếệ",
	"iìỉĩíị",
	"oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ",
	"uùủũúụ", "ưừửữứự",
	"yỳỷỹýỵ",
}

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
	for r := ' '; r <= '~'; r++ {
		t.set(r, glyph{fold: byte(unicode.ToLower(r))})
	}
	for _, row := range vowels {
		// Decomposed, the first letter of a row begins with its ASCII letter.
		fold := norm.NFD.String(row)[0]
		tone := byte(0)
		for _, r := range row {
			g := glyph{fold: fold, tone: tone}
			t.set(r, g)
			t.set(unicode.ToUpper(r), g)
			tone++
		}
	}
	// Đ does not decompose. The Icelandic eth (Ð) looks like it, and old fonts
	// and keyboards wrote it for Đ.
	for _, r := range "đĐðÐ" {
		t.set(r, glyph{fold: 'd'})
	}
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
		switch g.fold {
		case ' ':
			space = len(b) > 0
			continue
		case 0:
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
		if g.fold == 0 {
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
		fold := glyphs.at(r).fold
		if fold == 0 && !isDashOrQuote(r) || fold == ' ' && space {
			return false
		}
		space = fold == ' '
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
	if g.tone == 0 || head == "" {
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
	if string(last) != vowelWithTone(g.fold, g.tone) { // ă, â or ê, or a capital
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
