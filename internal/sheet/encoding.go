package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/thads/thads/internal/thads"
)

// A charset is how the characters of a CSV file are written.
type charset int

const (
	charsetUTF8 charset = iota
	charsetUTF16LE
	charsetUTF16BE
	charsetWindows1258
)

// utf16Mark tells whether a file begins with the byte order mark of UTF-16, and
// which order it has.
func utf16Mark(head []byte) (is, little bool) {
	little = bytes.HasPrefix(head, []byte("\xff\xfe"))
	return little || bytes.HasPrefix(head, []byte("\xfe\xff")), little
}

// decode returns the text of a file in UTF-8, composed where the encoding has
// letters in pieces, without a byte order mark.
func (c charset) decode(r io.Reader) (io.Reader, error) {
	switch c {
	case charsetUTF16LE:
		return transform.NewReader(r, utf.UTF16(utf.LittleEndian, utf.UseBOM).NewDecoder()), nil
	case charsetUTF16BE:
		return transform.NewReader(r, utf.UTF16(utf.BigEndian, utf.UseBOM).NewDecoder()), nil
	case charsetWindows1258:
		// Vietnamese Windows writes the tone behind its vowel.
		return transform.NewReader(r, transform.Chain(charmap.Windows1258.NewDecoder(), norm.NFC)), nil
	case charsetUTF8:
	}
	buffered := bufio.NewReader(r)
	mark, err := buffered.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		if _, err := buffered.Discard(3); err != nil {
			return nil, err
		}
	}
	return buffered, nil
}

// notice tells of an encoding other than UTF-8.
func (c charset) notice() []Problem {
	var name string
	switch c {
	case charsetUTF16LE, charsetUTF16BE:
		name = "UTF-16"
	case charsetWindows1258:
		name = "Windows-1258"
	default:
		return nil
	}
	return []Problem{{Severity: Warning, Code: thads.CodeInvalid, Text: thads.Text{
		VI: "Tệp CSV không dùng mã UTF-8 mà được đọc theo bảng mã " + name + "; hãy kiểm tra dấu tiếng Việt trước khi nhận",
		EN: "The CSV file is not in UTF-8 and is read as " + name + "; check the Vietnamese letters before accepting it",
	}}}
}

const (
	// enoughLetters is how many letters in UTF-8 settle that a file is UTF-8,
	// and enoughWords how many words of another encoding settle which.
	enoughLetters = 500
	enoughWords   = 2000
	// longestWord is, in bytes, more than any word of Vietnamese.
	longestWord = 24
)

// detect finds the encoding of a CSV file. It reads until there is enough to
// tell: commonly the first kilobytes, the whole file where all of it is ASCII.
func detect(r io.Reader, head []byte) (charset, error) {
	if is, little := utf16Mark(head); is {
		if little {
			return charsetUTF16LE, nil
		}
		return charsetUTF16BE, nil
	}
	in := bufio.NewReaderSize(r, 64<<10)
	letters := 0
	var words wordCounts
	var word []byte
	for letters < enoughLetters && words.all < enoughWords {
		// Words are counted from the first letter that is not UTF-8.
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		if b < utf8.RuneSelf {
			if isASCIILetter(b) {
				word = append(word[:min(len(word), longestWord)], b)
			} else {
				words.add(word)
				word = word[:0]
			}
			continue
		}
		if words.foreign {
			if b == 0xA0 { // a space in every one of them
				words.add(word)
				word = word[:0]
				continue
			}
			word = append(word[:min(len(word), longestWord)], b)
			continue
		}
		if err := in.UnreadByte(); err != nil {
			return 0, err
		}
		c, size, err := in.ReadRune()
		if err != nil {
			return 0, err
		}
		if c != utf8.RuneError || size > 1 {
			letters++
			// Two letters of another encoding may look like one of UTF-8.
			word = utf8.AppendRune(word[:min(len(word), longestWord)], c)
			continue
		}
		words.foreign = true
		word = append(word[:min(len(word), longestWord)], b)
	}
	words.add(word)
	if !words.foreign {
		return charsetUTF8, nil
	}
	return words.charset()
}

func isASCIILetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// wordCounts counts the words with letters beyond ASCII of a text that is not
// UTF-8, and those that are Vietnamese in each encoding.
type wordCounts struct {
	foreign bool // a letter that is not UTF-8 has been seen

	all, windows1258, tcvn3, vni int
}

func (w *wordCounts) add(word []byte) {
	if len(word) < 2 || len(word) > longestWord || !bytes.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return
	}
	w.all++
	if text, err := charmap.Windows1258.NewDecoder().Bytes(word); err == nil && isVietnamese(strings.ToLower(norm.NFC.String(string(text)))) {
		w.windows1258++
	}
	latin := make([]rune, len(word))
	for i, b := range word {
		latin[i] = rune(b)
	}
	if isVietnamese(fromTCVN3(latin)) {
		w.tcvn3++
	}
	if isVietnamese(fromVNI(latin)) {
		w.vni++
	}
}

// charset returns the encoding in which most words are Vietnamese.
func (w *wordCounts) charset() (charset, error) {
	most := max(w.windows1258, w.tcvn3, w.vni)
	switch {
	case most*2 < w.all, most == 0:
	case w.tcvn3 == most && w.windows1258 < most:
		return 0, refuseOldFont(ReasonTCVN3, "Tệp", "The file", "")
	case w.vni == most && w.windows1258 < most:
		return 0, refuseOldFont(ReasonVNI, "Tệp", "The file", "")
	case w.tcvn3 < most && w.vni < most:
		return charsetWindows1258, nil
	}
	return 0, reject(ReasonEncoding, "Không nhận ra bảng mã của tệp CSV; hãy mở bằng Excel rồi lưu lại dạng .xlsx hoặc “CSV UTF-8”", "The encoding of the CSV file is not known; open it in Excel and save it as .xlsx or “CSV UTF-8”")
}

// refuseOldFont refuses a file whose letters are drawn by old fonts.
func refuseOldFont(reason Reason, vi, en, got string) error {
	if got != "" {
		vi, en = fmt.Sprintf("%s (“%s”)", vi, clip(got)), fmt.Sprintf("%s (“%s”)", en, clip(got))
	}
	switch reason {
	case ReasonTCVN3:
		return reject(reason, "%[1]s dùng bảng mã cũ TCVN3 (phông .VnTime, ABC); hãy chuyển sang Unicode, chẳng hạn bằng công cụ chuyển mã của UniKey (nguồn TCVN3, đích Unicode), rồi lưu lại", "%[2]s is in the old encoding TCVN3 (fonts .VnTime, ABC); convert it to Unicode, for example with the converter of UniKey (from TCVN3 to Unicode), and save it again", vi, en)
	case ReasonVNI:
		return reject(reason, "%[1]s dùng bảng mã cũ VNI (phông VNI-Times); hãy chuyển sang Unicode, chẳng hạn bằng công cụ chuyển mã của UniKey (nguồn VNI Windows, đích Unicode), rồi lưu lại", "%[2]s is in the old encoding VNI (fonts VNI-Times); convert it to Unicode, for example with the converter of UniKey (from VNI Windows to Unicode), and save it again", vi, en)
	case ReasonMojibake:
		return reject(reason, "%[1]s có chữ đã bị đọc sai bảng mã từ trước; hãy mở lại tệp gốc với mã UTF-8 rồi lưu dạng .xlsx", "%[2]s has text that was misread before; open the original as UTF-8 and save it as .xlsx", vi, en)
	default: // lost letters
		return reject(reason, "%[1]s có chữ tiếng Việt đã mất thành dấu “?”; hãy mở lại tệp gốc rồi lưu dạng .xlsx hoặc “CSV UTF-8”", "%[2]s has Vietnamese letters that were lost as “?”; open the original and save it as .xlsx or “CSV UTF-8”", vi, en)
	}
}

const (
	// enoughOld is how many words of an old encoding refuse a file, of which a
	// cell counts for no more than mostOld; enoughLost is how many cells with lost
	// letters do.
	enoughOld, mostOld = 6, 3
	enoughLost         = 10
)

// An oldText looks for texts that no longer, or not yet, are Unicode: letters of
// old fonts, texts misread, letters lost. A few may be names of other languages;
// many that differ refuse the file.
type oldText struct {
	found map[Reason]*oldFound
}

// An oldFound is what was found for one reason.
type oldFound struct {
	score       int
	row, column int // of the first
	texts       []string
}

// check looks at the text of a cell.
func (o *oldText) check(row, column int, text string) error {
	// Letters of old fonts are Latin-1, while hardly any Vietnamese text has no
	// letter beyond it: nearly all is settled by one look at the bytes.
	latin, beyond := false, false
	for i := range len(text) {
		switch b := text[i]; {
		case b < utf8.RuneSelf:
		case b == 0xE1:
			return nil // ạ to ỹ
		case b >= 0xC4:
			beyond = true
		default:
			latin = true
		}
	}
	if latin && strings.Contains(text, "\xc3\xa1\xc2") {
		return o.checkMisread(row, column, text)
	}
	if beyond {
		return nil
	}
	if !latin {
		if i := strings.IndexByte(text, '?'); i > 0 && losesLetters(text) {
			return o.count(ReasonLostLetter, 1, enoughLost, row, column, text)
		}
		return nil
	}
	tcvn3, vni, good := 0, 0, 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r == '\u00a0' || r < utf8.RuneSelf && !isASCIILetter(byte(r)) && (r < '0' || r > '9')
	}) {
		if len(word) > 2*longestWord || !strings.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) || !strings.ContainsFunc(word, func(r rune) bool { return r < utf8.RuneSelf }) {
			continue
		}
		if isVietnamese(norm.NFC.String(strings.ToLower(word))) {
			good++
			continue
		}
		runes := []rune(word)
		if isVietnamese(fromTCVN3(runes)) {
			tcvn3++
		}
		if isVietnamese(fromVNI(runes)) {
			vni++
		}
	}
	switch {
	case max(tcvn3, vni) == 0 || max(tcvn3, vni)*2 < good:
		return nil
	case tcvn3 >= vni:
		return o.count(ReasonTCVN3, min(tcvn3, mostOld), enoughOld, row, column, text)
	}
	return o.count(ReasonVNI, min(vni, mostOld), enoughOld, row, column, text)
}

// checkMisread looks for UTF-8 that was taken for Windows-1252: "Nguyá»…n".
func (o *oldText) checkMisread(row, column int, text string) error {
	if !strings.Contains(text, "á»") && !strings.Contains(text, "áº") {
		return nil
	}
	return o.count(ReasonMojibake, 1, enoughOld, row, column, text)
}

// count adds to the score of a reason, and refuses the file where that is enough.
func (o *oldText) count(reason Reason, score, enough, row, column int, text string) error {
	f := o.found[reason]
	if f == nil {
		if o.found == nil {
			o.found = map[Reason]*oldFound{}
		}
		f = &oldFound{row: row, column: column}
		o.found[reason] = f
	}
	if text = clip(text); slices.Contains(f.texts, text) {
		return nil
	}
	f.texts = append(f.texts, strings.Clone(text))
	if f.score += score; f.score < enough {
		return nil
	}
	cell := Letter(f.column) + strconv.Itoa(f.row)
	return refuseOldFont(reason, "Tệp, từ ô "+cell, "The file, from the cell "+cell+",", f.texts[0])
}

// losesLetters tells whether a text has a question mark within a word, as where
// a program wrote letters that its encoding did not have: "Nguy?n".
func losesLetters(text string) bool {
	if strings.ContainsAny(text, "=&/") {
		return false // an address
	}
	for i := 1; i < len(text)-1; i++ {
		if text[i] == '?' && isASCIILetter(text[i-1]) && isASCIILetter(text[i+1]) {
			return true
		}
	}
	return false
}

// tcvn3 are the letters of TCVN 5712:1993, VN3, from 0xA1 to 0xFE; a space where
// there is none. Capitals with tones are drawn by fonts of their own.
var tcvn3 = [...]rune{
	'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ',
	0xB5 - 0xA1: 'à', 'ả', 'ã', 'á', 'ạ',
	0xBB - 0xA1: 'ằ', 'ẳ', 'ẵ', 'ắ',
	0xC6 - 0xA1: 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è',
	0xCE - 0xA1: 'ẻ', 'ẽ', 'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ',
	0xDC - 0xA1: 'ĩ', 'í', 'ị', 'ò',
	0xE1 - 0xA1: 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
	0xF1 - 0xA1: 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ',
}

// fromTCVN3 returns a word of TCVN3 in lower case; "" where it has other letters.
func fromTCVN3(word []rune) string {
	var b strings.Builder
	for _, r := range word {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(unicode.ToLower(r))
		case r >= 0xA1 && r < rune(0xA1+len(tcvn3)) && tcvn3[r-0xA1] != 0:
			b.WriteRune(unicode.ToLower(tcvn3[r-0xA1]))
		default:
			return ""
		}
	}
	return b.String()
}

// vniMarks are the marks that VNI writes behind a vowel, by the letters that they
// take, and vniLetters those of its letters that stand for themselves.
var (
	vniMarks = map[rune]string{
		'ø': "\u0300", 'ù': "\u0301", 'û': "\u0309", 'õ': "\u0303", 'ï': "\u0323",
		'â': "\u0302", 'à': "\u0302\u0300", 'á': "\u0302\u0301", 'å': "\u0302\u0309", 'ã': "\u0302\u0303", 'ä': "\u0302\u0323",
		'ê': "\u0306", 'è': "\u0306\u0300", 'é': "\u0306\u0301", 'ú': "\u0306\u0309", 'ü': "\u0306\u0303", 'ë': "\u0306\u0323",
	}
	vniLetters = map[rune]rune{'ñ': 'đ', 'ô': 'ơ', 'ö': 'ư', 'ì': 'ì', 'í': 'í', 'æ': 'ỉ', 'ó': 'ĩ', 'ò': 'ị', 'î': 'ỵ'}
)

// fromVNI returns a word of VNI in lower case; "" where it has other letters.
func fromVNI(word []rune) string {
	var b strings.Builder
	vowel := false // the last letter may have a mark
	for _, r := range word {
		r = unicode.ToLower(r)
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			vowel = strings.ContainsRune("aeouy", r)
			continue
		}
		if letter, ok := vniLetters[r]; ok {
			b.WriteRune(letter)
			vowel = r == 'ô' || r == 'ö'
			continue
		}
		mark, ok := vniMarks[r]
		if !ok || !vowel {
			return ""
		}
		b.WriteString(mark)
		vowel = false
	}
	return norm.NFC.String(b.String())
}
