package thads

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaskSign stands in a masked text for what is not shown. No name, address or
// number of a document has it.
const MaskSign = "•"

// MaskName shows of a name, of a person or an organisation, the first letter of
// each of its words: "Nguyễn Văn An" gives "N• V• A•". Of a word without letters
// nothing is shown. It is a fixed point of itself, and "" for nothing.
func MaskName(name string) string {
	words := strings.Fields(NormalizeName(name))
	for i, w := range words {
		words[i] = firstLetter(w) + MaskSign
	}
	return strings.Join(words, " ")
}

// maxMarks bounds the combining marks that stay with a letter: composed letters
// of Vietnamese have none, those of other scripts one or two.
const maxMarks = 2

// firstLetter returns the first letter of a normalised word with the marks that
// belong to it, or "".
func firstLetter(word string) string {
	start := strings.IndexFunc(word, unicode.IsLetter)
	if start < 0 {
		return ""
	}
	_, n := utf8.DecodeRuneInString(word[start:])
	end := start + n
	for range maxMarks {
		r, n := utf8.DecodeRuneInString(word[end:])
		if !unicode.IsMark(r) {
			break
		}
		end += n
	}
	return word[start:end]
}

// shownParts is how many of the last parts of an address are shown: since July
// 2025 the commune and the province.
const shownParts = 2

// MaskAddress shows of an address, whose parts commas divide, the last two, and
// never all of it: "Số 5, phường Hạc Thành, tỉnh Thanh Hóa" gives "•, phường Hạc
// Thành, tỉnh Thanh Hóa". Neither does it show a part that has a number, such as
// that of a house, unless it is one by which communes and districts are known.
// It is a fixed point of itself, and "" for nothing.
func MaskAddress(address string) string {
	var parts []string
	for part := range strings.SplitSeq(NormalizeName(address), ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	shown := min(shownParts, len(parts)-1)
	var out []string
	for i, part := range parts {
		if i < len(parts)-shown || !isArea(part) {
			part = MaskSign
		}
		if part != MaskSign || len(out) == 0 || out[len(out)-1] != MaskSign {
			out = append(out, part)
		}
	}
	return strings.Join(out, ", ")
}

// areaWords begin the names of communes, districts and provinces, folded.
var areaWords = []string{
	"phuong ", "p. ", "p.", "xa ", "thi tran ", "tt. ", "dac khu ", "quan ", "q. ", "q.", "huyen ", "thi xa ", "tx. ",
	"thanh pho ", "tp. ", "tp ", "tinh ",
}

// isArea tells whether part of an address may name a commune, district or
// province: what has no digits, and what begins as their names do.
func isArea(part string) bool {
	if !strings.ContainsFunc(part, unicode.IsNumber) {
		return true
	}
	folded := Fold(part)
	for _, w := range areaWords {
		// Phường 5, Quận 1: a short number and nothing else.
		if rest, ok := strings.CutPrefix(folded, w); ok && len(rest) <= 2 && strings.Trim(rest, "0123456789") == "" {
			return true
		}
	}
	return false
}

// MaskText shows nothing of a free text but that there is one: names, ages and
// places may stand anywhere in it. It is a fixed point of itself, and "" for
// nothing.
func MaskText(text string) string {
	if NormalizeName(text) == "" {
		return ""
	}
	return MaskSign
}

// IsMasked tells whether a name or address has been masked, so that it is no
// name or address to be recorded.
func IsMasked(s string) bool { return strings.Contains(s, MaskSign) }
