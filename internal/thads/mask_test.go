package thads

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{
		"":                                 "",
		"   ":                              "",
		"Nguyễn Văn An":                    "N• V• A•",
		"Đỗ Thị Ánh":                       "Đ• T• Á•",
		"  Lê   Ý ":                        "L• Ý•",
		"y":                                "y•",
		norm.NFD.String("Ứng Ổi"):          "Ứ• Ổ•",
		"Công ty TNHH Thử-Nghiệm 36":       "C• t• T• T• •",
		"Nguyễn Văn A (tức Tèo)":           "N• V• A• t• T•",
		"Ngân hàng “Thử” (+2)":             "N• h• T• •",
		"H'Hen Niê":                        "H• N•",
		"กำปั่น":                           "ก•",
		"हिन्दी":                           "हि•",
		"1234":                             "•",
		"N• V• A•":                         "N• V• A•",
		"\u200bẨn\u0000 danh":              "Ẩ• d•",
		"👨‍👩‍👧 nhà":                        "• n•",
		"a" + strings.Repeat("\u0336", 50): "a\u0336\u0336•",
	} {
		if got := MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestMaskAddress(t *testing.T) {
	for address, want := range map[string]string{
		"":    "",
		" , ": "",
		"Số 5, ngõ 7, phường Hạc Thành, tỉnh Thanh Hóa":    "•, phường Hạc Thành, tỉnh Thanh Hóa",
		"Thôn 3, xã Nga An, huyện Nga Sơn, tỉnh Thanh Hóa": "•, huyện Nga Sơn, tỉnh Thanh Hóa",
		"36 Lê Lợi, phường Hạc Thành":                      "•, phường Hạc Thành",
		"Phường Thử":                                       "•",
		"Số 5 - phường X - tỉnh Y":                         "•",
		"Khu A, 36 Lê Lợi, Thanh Hóa":                      "•, Thanh Hóa",
		"Nhà A, Phường 5, Quận 1":                          "•, Phường 5, Quận 1",
		"Nhà A, phường 5 nhà 7, Quận 1":                    "•, Quận 1",
		"Nhà A, xã B, số nhà 12":                           "•, xã B, •",
		"Nhà A, số 1, số 2":                                "•",
		"Nhà A, số ⅷ, tỉnh Thanh Hóa":                      "•, tỉnh Thanh Hóa",
		"•, tỉnh Thanh Hóa":                                "•, tỉnh Thanh Hóa",
		"Số 5,phường  Hạc Thành ,Thanh Hóa":                "•, phường Hạc Thành, Thanh Hóa",
	} {
		if got := MaskAddress(address); got != want {
			t.Errorf("MaskAddress(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestMaskText(t *testing.T) {
	for text, want := range map[string]string{"": "", " \n": "", "Cháu An, 7 tuổi": "•", "•": "•", "a • b": "•"} {
		if got := MaskText(text); got != want {
			t.Errorf("MaskText(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestIsMasked(t *testing.T) {
	for text, want := range map[string]bool{"": false, "Nguyễn Văn An": false, "N• V• A•": true, "•": true} {
		if got := IsMasked(text); got != want {
			t.Errorf("IsMasked(%q) = %t, want %t", text, got, want)
		}
	}
}

// FuzzMask holds what every mask promises of any text.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"", "Nguyễn Văn An", "Số 5, phường Hạc Thành, tỉnh Thanh Hóa", "\xff\xfe", "a\u0301\u0301\u0301\u0301 b", "•,•,1", "ﬀ ǅ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, mask := range map[string]func(string) string{"MaskName": MaskName, "MaskAddress": MaskAddress, "MaskText": MaskText} {
			got := mask(s)
			if again := mask(got); again != got {
				t.Errorf("%s(%q) = %q, and of that %q", name, s, got, again)
			}
			if !utf8.ValidString(got) || NormalizeName(got) != got {
				t.Errorf("%s(%q) = %q is not normalised", name, s, got)
			}
			if (got == "") != (strings.Trim(NormalizeName(s), ", ") == "") && (name == "MaskAddress" || (got == "") != (NormalizeName(s) == "")) {
				t.Errorf("%s(%q) = %q", name, s, got)
			}
			if got != "" && !IsMasked(got) {
				t.Errorf("%s(%q) = %q shows everything", name, s, got)
			}
		}
		// The rule and nothing more: of each word one letter, and its marks.
		for _, w := range strings.Fields(MaskName(s)) {
			letter, ok := strings.CutSuffix(w, MaskSign)
			runes := []rune(letter)
			if !ok || len(runes) > 1+maxMarks {
				t.Errorf("MaskName(%q) has the word %q", s, w)
			}
			for i, r := range runes {
				if i == 0 && !unicode.IsLetter(r) || i > 0 && !unicode.IsMark(r) {
					t.Errorf("MaskName(%q) has the word %q", s, w)
				}
			}
		}
		// Words of the same letters are masked alike, whatever follows.
		words := strings.Fields(NormalizeName(s))
		for i, w := range words {
			words[i] = w + "khác"
		}
		if a, b := MaskName(s), MaskName(strings.Join(words, " ")); strings.Count(a, MaskSign) != strings.Count(b, MaskSign) {
			t.Errorf("MaskName(%q) = %q, of longer words %q", s, a, b)
		}
		// At most the last two parts of an address, and none that has a number
		// unless it is the name of an area.
		for _, part := range strings.Split(MaskAddress(s), ", ") {
			if part != MaskSign && part != "" && !isArea(part) {
				t.Errorf("MaskAddress(%q) shows %q", s, part)
			}
		}
		if n := len(strings.Split(MaskAddress(s), ",")); n > 1+shownParts {
			t.Errorf("MaskAddress(%q) has %d parts", s, n)
		}
	})
}
