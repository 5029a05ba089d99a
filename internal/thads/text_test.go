package thads

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"already folded", "thanh hoa 2019", "thanh hoa 2019"},
		{"new tone placement", "Thanh Hóa", "thanh hoa"},
		{"old tone placement", "Thanh Hoá", "thanh hoa"},
		{"đ", "Đường Đê ĐĐ đ", "duong de dd d"},
		{"eth for Đ", "Ðặng ð", "dang d"},
		{"Ɖ is another letter", "Ɖ", "ɖ"},
		{"all marks", "Nghĩa Trường Ướt Ẵm Ệ Ỵ", "nghia truong uot am e y"},
		{"decomposed", norm.NFD.String("Nguyễn Thị Ướt"), "nguyen thi uot"},
		{"half composed", "Nguyê\u0303n Vă\u0323n", "nguyen van"},
		{"marks in the other order", "e\u0323\u0302 e\u0302\u0323", "e e"},
		{"spaces", "  Thanh\t\n Hóa\u00a0\u3000Việt  ", "thanh hoa viet"},
		{"only spaces", " \t ", ""},
		{"leading space, folded", " a", "a"},
		{"double space, folded", "a  b", "a b"},
		{"trailing space, folded", "a ", "a"},
		{"zero width", "Thanh\u200b Ho\u200dá\ufeff", "thanh hoa"},
		{"control", "a\x00b\x7fc", "abc"},
		{"punctuation stays", "QĐ-THADS (số 1)", "qd-thads (so 1)"},
		{"dashes and quotes", "“Đề án” – 2019…", "“de an” – 2019…"},
		{"other Latin", "Müller Çelik Ångström Łódź", "muller celik angstrom łodz"},
		{"other scripts", "Москва 東京 Ω", "москва 東京 ω"},
		{"hangul, composed and not", "한 " + norm.NFD.String("한"), norm.NFD.String("한 한")},
		{"dotted I", "İstanbul", "istanbul"},
		{"lone marks", "\u0301 a \u0323 b \u0301", "a b"},
		{"lone marks, other script", "\u0301 я \u0323 b \u0301", "я b"},
		{"no UTF-8", "a\xffB", "a\ufffdb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// Every letter of Vietnamese folds to ASCII, composed or not, and the table
// agrees with the step by step definition.
func TestFoldEveryLetter(t *testing.T) {
	letters := 0
	for r := rune(1); r < 0x1f00; r++ {
		g := glyphs.at(r)
		if g.fold == 0 {
			continue
		}
		s := "x" + string(r) + "x"
		want := foldSlowly(s)
		for _, form := range []string{s, norm.NFD.String(s)} {
			if got := Fold(form); got != want {
				t.Errorf("Fold(%+q) = %q, want %q", form, got, want)
			}
		}
		if unicode.IsLetter(r) {
			letters++
			if g.fold < 'a' || g.fold > 'z' {
				t.Errorf("%q folds to %q", r, g.fold)
			}
		}
	}
	// 33 letters and 60 vowels with a tone, in two cases, and eth.
	if want := (33+60)*2 + 2; letters != want {
		t.Errorf("the tables know %d letters, want %d", letters, want)
	}
}

func TestTokens(t *testing.T) {
	tests := []struct {
		in           string
		folded, mark []string
	}{
		{"", nil, nil},
		{" - / ", nil, nil},
		{"Nguyễn Văn An", []string{"an", "nguyen", "van"}, []string{"an", "nguyễn", "văn"}},
		{"Lê Lê le LE", []string{"le"}, []string{"le", "lê"}},
		{"Hoà Hòa hoa", []string{"hoa"}, []string{"hoa", "hòa"}},
		{
			"khoẻ thuỷ quý loà xoá hoàn thúy Tuỳ",
			[]string{"hoan", "khoe", "loa", "quy", "thuy", "tuy", "xoa"},
			[]string{"hoàn", "khỏe", "lòa", "quý", "thúy", "thủy", "tùy", "xóa"},
		},
		{"07/2025/DS-ST", []string{"07", "2025", "ds", "st"}, []string{"07", "2025", "ds", "st"}},
		{"QĐST-HNGĐ", []string{"hngd", "qdst"}, []string{"hngđ", "qđst"}},
		{"Công ty \"A&B\", số 5", []string{"5", "a", "b", "cong", "so", "ty"}, []string{"5", "a", "b", "công", "số", "ty"}},
		{norm.NFD.String("Hà Nội"), []string{"ha", "noi"}, []string{"hà", "nội"}},
		{"Москва", []string{"москва"}, []string{"москва"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.folded, slices.Clip(Tokens(tt.in))); diff != "" && len(tt.folded)+len(Tokens(tt.in)) > 0 {
			t.Errorf("Tokens(%q) (-want +got):\n%s", tt.in, diff)
		}
		if diff := cmp.Diff(tt.mark, TokensExact(tt.in)); diff != "" && len(tt.mark)+len(TokensExact(tt.in)) > 0 {
			t.Errorf("TokensExact(%q) (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestNormalizeName(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"Nguyễn Văn An", "Nguyễn Văn An"},
		{norm.NFD.String("Nguyễn Văn An"), "Nguyễn Văn An"},
		{"  NGUYỄN \t Văn\u00a0An ", "NGUYỄN Văn An"},
		{"Nguyê\u200b\u0303n", "Nguyễn"},
		{"Ðặng", "Ðặng"}, // what people typed is not guessed at
		{"a\xff", "a\ufffd"},
		{"\u200b", ""},
	}
	for _, tt := range tests {
		if got := NormalizeName(tt.in); got != tt.want {
			t.Errorf("NormalizeName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	name := "Nguyễn Thị Minh"
	if n := testing.AllocsPerRun(100, func() { NormalizeName(name) }); n != 0 {
		t.Errorf("a normalised name costs %v allocations", n)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Thanh Hóa", "Thanh Hoá", "Đ\u0301", "a\u0323\u0302 ", "한", "İI\u0307", "\xff\u200b", "Łódź", "\u0301", "ΐ ŉ ǰ", "𝒜"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Fold(s)
		if want := foldSlowly(s); got != want {
			t.Errorf("Fold(%+q) = %+q, want %+q", s, got, want)
		}
		if again := Fold(got); again != got {
			t.Errorf("Fold(%+q) = %+q, folded again %+q", s, got, again)
		}
		name := NormalizeName(s)
		if again := NormalizeName(name); again != name || !utf8.ValidString(name) || !norm.NFC.IsNormalString(name) {
			t.Errorf("NormalizeName(%+q) = %+q, again %+q", s, name, again)
		}
		if strings.Contains(name, "  ") || strings.TrimSpace(name) != name {
			t.Errorf("NormalizeName(%+q) = %+q has spaces", s, name)
		}
		if got2 := Fold(name); got2 != got {
			t.Errorf("the stored form of %+q folds to %+q, not to %+q", s, got2, got)
		}
		for _, tokens := range [][]string{Tokens(s), TokensExact(s)} {
			if !slices.IsSorted(tokens) || len(slices.Compact(slices.Clone(tokens))) != len(tokens) {
				t.Errorf("tokens of %+q are not sorted or not distinct: %q", s, tokens)
			}
			for _, w := range tokens {
				if w == "" || strings.ContainsFunc(w, unicode.IsSpace) {
					t.Errorf("%q is a token of %+q", w, s)
				}
			}
		}
		// A search for any exact word finds the record through its folded words.
		folded := Tokens(s)
		for _, w := range TokensExact(s) {
			for _, x := range Tokens(w) {
				if _, ok := slices.BinarySearch(folded, x); !ok {
					t.Errorf("%q is an exact word of %+q, but %q is none of %q", w, s, x, folded)
				}
			}
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"nguyen thi minh", "Nguyễn Thị Minh", norm.NFD.String("Nguyễn Thị Minh")} {
		b.Run("", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(Fold(s)) != 15 {
					b.Fatal(Fold(s))
				}
			}
		})
	}
}

func BenchmarkTokens(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(Tokens("Nguyễn Thị Minh")) != 3 {
			b.Fatal("wrong")
		}
	}
}
