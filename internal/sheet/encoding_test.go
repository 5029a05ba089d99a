package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"github.com/thads/thads/internal/thads"
)

// register is a text as registers have it.
const registerText = "Số thụ lý;Người phải thi hành án;Nghĩa vụ\r\n" +
	"46/QĐ-CCTHADS;Nguyễn Văn Ý, ấp Phước Lộc, xã Đắk Wer;Án phí dân sự sơ thẩm\r\n" +
	"47/QĐ-CCTHADS;Trần Thị Hường (Vũ Quỳnh), đường Nguyễn Huệ;Bồi thường thiệt hại, cấp dưỡng nuôi con\r\n" +
	"48/QĐ-CCTHADS;\"Lữ Đằng Khuê\nkhối phố Mỹ Thượng\";Trả nợ ngân hàng, chậm trả ưỡn ẵm ỷ ỵ kỹ\r\n"

// inWindows1258 writes a text as Vietnamese Windows does: the tone behind the
// vowel with its hat or horn.
func inWindows1258(t testing.TB, text string) []byte {
	t.Helper()
	var b []byte
	for _, r := range norm.NFC.String(text) {
		pieces := string(r)
		if encoded, err := charmap.Windows1258.NewEncoder().Bytes([]byte(pieces)); err == nil {
			b = append(b, encoded...)
			continue
		}
		var tone rune
		var rest strings.Builder
		for _, c := range norm.NFD.String(pieces) {
			if strings.ContainsRune("\u0300\u0301\u0303\u0309\u0323", c) {
				tone = c
			} else {
				rest.WriteRune(c)
			}
		}
		encoded, err := charmap.Windows1258.NewEncoder().Bytes([]byte(norm.NFC.String(rest.String()) + string(tone)))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, encoded...)
	}
	return b
}

// inTCVN3 writes a text in the old encoding, as the characters that a program
// shows that does not know it; capitals with tones as small letters.
func inTCVN3(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		at := strings.IndexRune(string(tcvn3[:]), r)
		if at < 0 {
			r = []rune(strings.ToLower(string(r)))[0]
		}
		found := false
		for i, c := range tcvn3 {
			if c == r {
				b.WriteRune(rune(0xA1 + i))
				found = true
			}
		}
		if !found {
			t.Fatalf("no %c in TCVN3", r)
		}
	}
	return b.String()
}

// inVNI does the same for VNI, in small letters.
func inVNI(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		v, isVowel := vowels[r]
		written := false
		for c, letter := range vniLetters {
			if letter == r {
				b.WriteRune(c)
				written = true
			}
		}
		if written {
			continue
		}
		if !isVowel {
			t.Fatalf("no %c in VNI", r)
		}
		for c, letter := range vniLetters { // ơ and ư have letters, the tone follows
			if letter == v.base {
				b.WriteRune(c)
				tone := string([]rune("\u0300\u0309\u0303\u0301\u0323")[v.tone-1])
				for c, mark := range vniMarks {
					if mark == tone {
						b.WriteRune(c)
					}
				}
				written = true
			}
		}
		if written {
			continue
		}
		pieces := []rune(norm.NFD.String(string(r)))
		b.WriteRune(pieces[0])
		for c, mark := range vniMarks {
			if norm.NFC.String(string(pieces[0])+mark) == string(r) {
				b.WriteRune(c)
				written = true
			}
		}
		if !written {
			t.Fatalf("no %c in VNI", r)
		}
	}
	return b.String()
}

// latin1 writes characters as bytes.
func latin1(t testing.TB, text string) []byte {
	t.Helper()
	b, err := charmap.ISO8859_1.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodings(t *testing.T) {
	little, err := utf.UTF16(utf.LittleEndian, utf.UseBOM).NewEncoder().Bytes([]byte(registerText))
	if err != nil {
		t.Fatal(err)
	}
	big, err := utf.UTF16(utf.BigEndian, utf.UseBOM).NewEncoder().Bytes([]byte(registerText))
	if err != nil {
		t.Fatal(err)
	}
	want := textsOf(t, openFile(t, []byte(registerText)))
	if len(want) != 4 || !strings.Contains(want[3], "Lữ Đằng Khuê\nkhối phố") {
		t.Fatal(want)
	}
	padding := bytes.Repeat([]byte("1;abc;2\r\n"), 20_000) // the letters come late
	for name, tt := range map[string]struct {
		data   []byte
		notice string
	}{
		"UTF-8":           {[]byte(registerText), ""},
		"UTF-8 with mark": {[]byte("\ufeff" + registerText), ""},
		"UTF-16LE":        {little, "UTF-16"},
		"UTF-16BE":        {big, "UTF-16"},
		"Windows-1258":    {inWindows1258(t, registerText), "Windows-1258"},
	} {
		for range 2 {
			b := openFile(t, tt.data)
			if diff := cmp.Diff(want, textsOf(t, b)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if n := b.Notices(); len(n) > 0 != (tt.notice != "") || tt.notice != "" && (!strings.Contains(n[0].Text.VI, tt.notice) || n[0].Severity != Warning || n[0].Row != 0) {
				t.Errorf("%s: told %v", name, n)
			}
		}
		if strings.HasPrefix(name, "UTF-16") || strings.Contains(name, "mark") {
			continue
		}
		rows := textsOf(t, openFile(t, append(bytes.Clone(padding), tt.data...)))
		if got := rows[len(rows)-3]; !strings.HasSuffix(got, strings.SplitN(want[1], ": ", 2)[1]) {
			t.Errorf("%s late: %s", name, got)
		}
	}
}

func TestOldFonts(t *testing.T) {
	text := strings.ReplaceAll(registerText, "Wer", "Mil") // no syllable of Vietnamese, either way
	cellsOf := func(text string) []byte {
		var b strings.Builder
		for line := range strings.Lines(text) {
			b.WriteString("<row>")
			for cell := range strings.SplitSeq(strings.TrimSpace(line), ";") {
				fmt.Fprintf(&b, `<c t="inlineStr"><is><t>%s</t></is></c>`, strings.ReplaceAll(cell, "&", "&amp;"))
			}
			b.WriteString("</row>")
		}
		return pack(t, workbook(b.String()))
	}
	var misread strings.Builder
	for _, b := range []byte(text + text) {
		r := charmap.Windows1252.DecodeByte(b)
		if r == utf8.RuneError {
			r = rune(b)
		}
		misread.WriteRune(r)
	}
	var lost strings.Builder
	for i := range 10 {
		fmt.Fprintf(&lost, "Nguy?n Van N? %d;Tr?n Th? H??ng;án phí\n", i)
	}
	for name, tt := range map[string]struct {
		data   []byte
		reason Reason
		want   string
	}{
		"TCVN3":                  {latin1(t, inTCVN3(t, text)), ReasonTCVN3, "TCVN3"},
		"TCVN3 as UTF-8":         {[]byte(inTCVN3(t, text)), ReasonTCVN3, "from the cell"},
		"TCVN3 in a workbook":    {cellsOf(inTCVN3(t, text)), ReasonTCVN3, "from the cell"},
		"TCVN3 as it is seen":    {[]byte("Sè thô lý;Ng\u00adêi ph¶i thi hµnh ¸n;QuyÕt ®Þnh\n1;NguyÔn V¨n B×nh;¸n phÝ d©n sù\n"), ReasonTCVN3, "B1"},
		"VNI":                    {latin1(t, inVNI(t, text)), ReasonVNI, "VNI"},
		"VNI as UTF-8":           {[]byte(inVNI(t, text)), ReasonVNI, "from the cell"},
		"VNI in a workbook":      {cellsOf(inVNI(t, text)), ReasonVNI, "from the cell"},
		"VNI as it is seen":      {[]byte("Soá thuï lyù;Ngöôøi phaûi thi haønh aùn;Quyeát ñònh\n1;Nguyeãn Vaên Bình;AÙn phí daân söï\n"), ReasonVNI, "A1"},
		"VNI in capitals":        {latin1(t, "SOÁ THUÏ LYÙ;NGÖÔØI PHAÛI THI HAØNH AÙN;QUYEÁT ÑÒNH\n"), ReasonVNI, "VNI"},
		"misread":                {[]byte(misread.String()), ReasonMojibake, "misread"},
		"misread in a workbook":  {cellsOf(misread.String()), ReasonMojibake, "misread"},
		"lost":                   {[]byte(lost.String()), ReasonLostLetter, "lost"},
		"lost in a workbook":     {cellsOf(lost.String()), ReasonLostLetter, "lost"},
		"of another country":     {latin1(t, strings.Repeat("Größe;Müller;Übermäßig;fußgängerüberführung\n", 5)), ReasonEncoding, "encoding"},
		"of no language at all":  {[]byte("a;\x80\x81\x8d\x8e\x8f\x90\n"), ReasonEncoding, "encoding"},
		"a register of Cyrillic": {[]byte("\xcf\xf0\xe8\xe2\xe5\xf2;\xec\xe8\xf0\n"), ReasonEncoding, "encoding"},
	} {
		err := readFile(tt.data, DefaultLimits())
		es, refused := thads.Refusals(err)
		if !refused || ReasonOf(err) != tt.reason || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v (%s), want %s", name, err, ReasonOf(err), tt.reason)
			continue
		}
		if strings.Contains(es[0].Text.VI+es[0].Text.EN, "%!") || es[0].Text.VI == es[0].Text.EN {
			t.Errorf("%s: %+v", name, es[0].Text)
		}
	}
	// What only looks a little like it is read.
	for name, data := range map[string][]byte{
		"Unicode":             []byte(strings.Repeat(registerText, 20)),
		"letters in pieces":   []byte(strings.Repeat(norm.NFD.String(registerText), 20)),
		"letters of Latin-1":  []byte(strings.Repeat("Bà là má của cô, ông và bà có án phí\ná à ã;ấn;tài sản\n", 50)),
		"names of elsewhere":  []byte(strings.Repeat("Müller;François Noël;São Paulo;Coca-Cola®;5µm;½;m²;35°C;où\n", 50)),
		"questions":           []byte(strings.Repeat("Có tài sản không?;thi hành?\nhttp://x.example/?a=b?c;a?\n", 50)),
		"a few words of old":  []byte("QuyÕt ®Þnh;a\n" + strings.Repeat(registerText, 20)),
		"a lonely old letter": []byte(strings.Repeat("µ;®;·;¨;©\n", 50)),
	} {
		if err := readFile(data, DefaultLimits()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSyllables(t *testing.T) {
	for _, word := range strings.Fields(`nguyễn thị hường người phải thi hành án quyết định nghĩa vụ đường khuỷu quýt quỳnh giêng gì già giếng
		ngoằn nghèo khuya thuở ươn ướt yêu yến oái oăm xoong huỳnh toà tòa thuế đặng lữ mỹ lý ỷ ghế qua giữ gặp phở chức tích`) {
		if !isVietnamese(word) {
			t.Errorf("%s is no syllable", word)
		}
	}
	for _, word := range strings.Fields("müller où café ñònh thuï ch\u00ada qu¶n éé ngươi\u0323ờ bb phaûi nguyên̂ zá tháć cac tích̉ abcdefghijklmnopqrstuvwxyz") {
		if isVietnamese(word) {
			t.Errorf("%s is a syllable", word)
		}
	}
}

// FuzzEncodings: whatever the bytes, an encoding is found or refused, and what is
// read in it is text.
func FuzzEncodings(f *testing.F) {
	f.Add([]byte(registerText))
	f.Add(inWindows1258(f, registerText))
	f.Add(latin1(f, inTCVN3(f, strings.ReplaceAll(registerText, "Wer", "Mil"))))
	f.Add(latin1(f, inVNI(f, strings.ReplaceAll(registerText, "Wer", "Mil"))))
	f.Add(utf16be("a;b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := openCSV(bytes.NewReader(data), int64(len(data)), smallLimits())
		if err != nil {
			if _, refused := thads.Refusals(err); !refused {
				t.Fatal(err)
			}
			return
		}
		for row, err := range b.sheets[0].rows() {
			if err != nil {
				if _, refused := thads.Refusals(err); !refused {
					t.Error(err)
				}
				return
			}
			for _, c := range row.Cells {
				if !utf8.ValidString(c.Text) {
					t.Errorf("row %d has %q", row.Number, c.Text)
				}
			}
		}
	})
}
