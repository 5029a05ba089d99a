package httpd

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxFileName bounds the name of a file that is handed out, in bytes of UTF-8,
// without its extension: file systems take 255 bytes.
const maxFileName = 200

// attachment is the Content-Disposition of a file to keep: its name as it is
// (RFC 6266, RFC 8187) beside one in ASCII for programs that know no other. The
// name cannot leave the folder of downloads, whatever a client once called it.
func attachment(name string) string {
	name = safeName(name)
	var b strings.Builder
	b.WriteString(`attachment; filename="`)
	b.WriteString(asciiName(name))
	b.WriteString(`"; filename*=UTF-8''`)
	for i := range len(name) {
		if c := name[i]; isAttributeChar(c) {
			b.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// safeName takes out of a name what file systems, shells or headers would take
// for more than a letter. The extension is kept where the name is cut.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|%`, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return '-'
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1 // also what turns the direction of writing: "fdp.exe"
		}
		return r
	}, norm.NFC.String(name))
	name = strings.Trim(name, ". ")
	extension := path.Ext(name)
	if len(extension) > 10 {
		extension = ""
	}
	stem := strings.TrimRight(strings.TrimSuffix(name, extension), ". ")
	for len(stem) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	if stem == "" {
		stem = "thads"
	}
	return stem + extension
}

// asciiName writes a name without accents and without what is not ASCII.
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '–' || r == '—':
			return '-'
		case r > '~':
			return '_'
		}
		return r
	}, norm.NFD.String(name))
}

// isAttributeChar tells whether a byte stands for itself in an extended
// parameter (RFC 8187, attr-char).
func isAttributeChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
