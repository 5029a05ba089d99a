package thads

import (
	"encoding/base64"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// CollationVersion is the version of the order that sort keys have. Stored
// keys carry it, and a store whose keys have another computes them again. It
// is raised whenever the keys of a text change: with what this package does to
// it, or when golang.org/x/text is upgraded and its order changes, which the
// golden keys of the tests notice.
const CollationVersion = 2

// The longest keys, in bytes. A longer key is cut, which never reverses an
// order: what differs only beyond the cut compares equal. Names of people up
// to some 40 letters have whole keys; of longer titles, those up to some 180
// characters are told apart by all their letters, if not by all their tones.
const (
	MaxNameSortKey = 256
	MaxTextSortKey = 512
)

// keyEncoding writes the binary keys of a collator as ASCII that neither JSON
// nor a database escapes or reads in its own way. Its digits are in ascending
// order and there is no padding, so that the order of the keys stays.
var keyEncoding = base64.NewEncoding("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz").
	WithPadding(base64.NoPadding)

// NameSortKey returns a string whose bytewise order is the order of people's
// names in Vietnamese lists: by tên (the last word), then họ (the first), then
// đệm (what is between), each by the alphabet and then by tone (ngang, huyền,
// hỏi, ngã, sắc, nặng). An addition in parentheses at the end of the name
// counts last. It is at most [MaxNameSortKey] bytes long. For organisations
// and titles use [TextSortKey].
func NameSortKey(name string) string {
	name = orderForm(name)
	extra := ""
	if strings.HasSuffix(name, ")") {
		if i := strings.IndexByte(name, '('); i > 0 {
			name, extra = strings.TrimRight(name[:i], " "), name[i:]
		}
	}
	given, family, middle := name, "", ""
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		given = name[i+1:]
		family, middle, _ = strings.Cut(name[:i], " ")
	}
	return sortKey(MaxNameSortKey, given, family, middle, extra)
}

// TextSortKey returns a string whose bytewise order is that of titles and of
// names of units and organisations, read from left to right: by the alphabet
// first, by tone where the letters are the same, numbers by their value. It is
// at most [MaxTextSortKey] bytes long.
func TextSortKey(s string) string {
	return sortKey(MaxTextSortKey, orderForm(s))
}

// sortKey returns the key, at most limit bytes long, of parts in their order
// form, of which an earlier one decides before a later one.
func sortKey(limit int, parts ...string) string {
	// Empty parts at the end need no separators: a shorter key comes first.
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	w := keyWriters.Get().(*keyWriter)
	w.buffer.Reset()
	var array [MaxTextSortKey]byte
	key := array[:0]
	for i, part := range parts {
		if i > 0 {
			// The separator that a collator writes between the levels of a key,
			// less than all weights: a part comes before those it begins.
			key = append(key, 0, 0)
		}
		key = append(key, w.collator.KeyFromString(&w.buffer, part)...)
	}
	keyWriters.Put(w)
	key = key[:min(len(key), keyEncoding.DecodedLen(limit))]
	var text [MaxTextSortKey]byte
	return string(keyEncoding.AppendEncode(text[:0], key))
}

// A keyWriter holds what it takes to write keys: a collator, which only one
// goroutine may use at a time, and its buffer.
type keyWriter struct {
	collator *collate.Collator
	buffer   collate.Buffer
}

// keyWriters keeps keyWriters for the next key, as making one takes several
// times as long as writing a key. It is no state: what a keyWriter did before
// has no say in what it writes.
var keyWriters = sync.Pool{New: func() any {
	return &keyWriter{collator: collate.New(language.Vietnamese, collate.IgnoreCase, collate.Numeric)}
}}

// orderForm normalises a text and prepares it for the collator, which sees to
// the alphabet, tones, case and numbers, but tells apart some texts that are
// the same here: dashes and quotes, eth written for Đ, and the two ways to
// place a tone (hoà, hòa).
func orderForm(s string) string {
	s = strings.Map(orderRune, NormalizeName(s))
	var b []byte
	copied := 0 // b stands for s up to here
	for start := 0; start < len(s); {
		end := start + runLength(s[start:])
		run, ok := moveTone(s[start:end])
		if s[start] == '0' && strings.Trim(s[start:end], "0") == "" {
			// The collator drops the value of a zero, so that what follows is
			// taken for the value and "0 A" comes after "1 A" (go.dev/issue/25554).
			// The circled zero has the weight of the digit, which is less than
			// that of any number.
			run, ok = "⓪", true
		}
		if ok {
			b = append(append(b, s[copied:start]...), run...)
			copied = end
		}
		start = end
	}
	if copied == 0 {
		return s
	}
	return string(append(b, s[copied:]...))
}

// orderRune returns the character, in lower case, that r counts as.
func orderRune(r rune) rune {
	switch r {
	case 'Ð', 'ð':
		return 'đ'
	case '‐', '‑', '‒', '–', '—', '−':
		return '-'
	case '‘', '’', 'ʼ':
		return '\''
	case '“', '”', '«', '»':
		return '"'
	}
	return unicode.ToLower(r)
}

// runLength returns the length of the word, number or text between them that s
// begins with.
func runLength(s string) int {
	first, _ := utf8.DecodeRuneInString(s)
	kind := kindOf(first)
	if n := strings.IndexFunc(s, func(r rune) bool { return kindOf(r) != kind }); n > 0 {
		return n
	}
	return len(s)
}

// kindOf tells letters, with their marks, and ASCII digits from all else.
func kindOf(r rune) byte {
	switch {
	case '0' <= r && r <= '9':
		return '0'
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return 'a'
	}
	return ' '
}
