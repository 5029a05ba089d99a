package thads

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// The alphabet with tones, in the order of dictionaries.
var dictionary = strings.Fields(`
a à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ b c d đ e è ẻ ẽ é ẹ ê ề ể ễ ế ệ f g h
i ì ỉ ĩ í ị j k l m n o ò ỏ õ ó ọ ô ồ ổ ỗ ố ộ ơ ờ ở ỡ ớ ợ p q r s t
u ù ủ ũ ú ụ ư ừ ử ữ ứ ự v w x y ỳ ỷ ỹ ý ỵ z`)

func TestSortKeyAlphabet(t *testing.T) {
	if len(dictionary) != 33+60 {
		t.Fatalf("the dictionary has %d letters", len(dictionary))
	}
	for name, key := range map[string]func(string) string{"text": TextSortKey, "name": NameSortKey} {
		for i, a := range dictionary {
			for j, b := range dictionary {
				if got, want := cmp.Compare(key(a), key(b)), cmp.Compare(i, j); got != want {
					t.Errorf("%s: %s against %s is %d, want %d", name, a, b, got, want)
				}
			}
			for _, same := range []string{strings.ToUpper(a), norm.NFD.String(a), norm.NFD.String(strings.ToUpper(a)), "  " + a + " "} {
				if key(same) != key(a) {
					t.Errorf("%s: %+q and %q differ", name, same, a)
				}
			}
		}
	}
}

// Letters decide before tones, within a word and across words.
func TestTextSortKeyOrder(t *testing.T) {
	tests := []struct {
		name  string
		order []string // strictly ascending
	}{
		{"tones", []string{"ma", "mà", "mả", "mã", "má", "mạ", "măng", "mân"}},
		{"letters before tones", []string{"hà", "hạ", "hai", "hải", "hái", "ham", "hăm", "hâm", "hoa"}},
		{"letters of later words before tones", []string{"ba con", "bà con", "bá con", "ba ngày", "bà ngày"}},
		{"the shorter word first", []string{"An", "An Bình", "Anh"}},
		{"numbers", []string{"Phòng khu vực", "Phòng khu vực 0", "Phòng khu vực 1", "Phòng khu vực 2", "Phòng khu vực 2a", "Phòng khu vực 9", "Phòng khu vực 10", "Phòng khu vực 11", "Phòng khu vực 100", "Phòng khu vực A"}},
		{"long numbers", []string{strings.Repeat("9", 25), "1" + strings.Repeat("0", 25), strings.Repeat("9", 26)}},
		{"districts", []string{"Bá Thước", "Bỉm Sơn", "Cẩm Thủy", "Đông Sơn", "Hà Trung", "Hậu Lộc", "Hoằng Hóa", "Lang Chánh", "Mường Lát", "Nga Sơn", "Ngọc Lặc", "Như Thanh", "Như Xuân", "Nông Cống", "Quan Hóa", "Quan Sơn", "Quảng Xương", "Sầm Sơn", "Thạch Thành", "Thanh Hóa", "Thiệu Hóa", "Thọ Xuân", "Thường Xuân", "Tĩnh Gia", "Triệu Sơn", "Vĩnh Lộc", "Yên Định"}},
		{"d and đ", []string{"da", "dung", "dũng", "đa", "đê"}},
		{"spaces, punctuation, digits, letters, others", []string{"", "a", "a b", "a-b", "a.b", "a©", "a1", "ab", "aя"}},
		{"foreign marks come last among tones", []string{"mu", "mú", "mụ", "mü"}},
		{"Vietnamese tones on other letters", []string{"n", "ǹ", "n\u0309", "ñ", "ń", "ṇ", "ň", "o"}},
		{"foreign letters with several marks", []string{"nu", "nü", "nǘ"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i := range len(tt.order) - 1 {
				a, b := tt.order[i], tt.order[i+1]
				if TextSortKey(a) >= TextSortKey(b) {
					t.Errorf("%q does not come before %q: %q, %q", a, b, TextSortKey(a), TextSortKey(b))
				}
			}
		})
	}
}

func TestSortKeyEqual(t *testing.T) {
	tests := []struct{ a, b string }{
		{"Hòa", "Hoà"}, {"thuỷ", "Thủy"},
		{"Phòng 2", "phòng 02"}, {"a  b", "a b"}, {"a\u00a0b", "a b"},
		{"Ðặng", "Đặng"}, {"ð", "đ"},
		{"2019–2020", "2019-2020"}, {"“A”", "\"a\""}, {"d’An", "d'An"},
		{"Müller", "Mu\u0308ller"}, {"МОСКВА", "москва"},
		{"Thanh\u200b Hóa", "Thanh Hóa"}, {"a\x00", "a"},
	}
	for _, tt := range tests {
		if a, b := TextSortKey(tt.a), TextSortKey(tt.b); a != b {
			t.Errorf("%q has %q, %q has %q", tt.a, a, tt.b, b)
		}
	}
}

func TestNameSortKeyOrder(t *testing.T) {
	want := []string{
		"",
		"An",
		"Lê An",
		"Lê Thị An",
		"Lê Văn An",
		"Nguyễn An",
		"Nguyễn Thị An",
		"Nguyễn Thị Bích An",
		"Nguyễn Thị Minh An",
		"Nguyễn Văn An",
		"Nguyễn Văn An (tức Tý)",
		"Nguyên Văn Ân (A)",
		"Trần Bảo Ân",
		"Lê Văn Bình",
		"Đỗ Văn Cường",
		"Phạm Tiến Dũng",
		"Bùi Văn Đông",
		"Bùi Hà",
		"Bùi Thị Hà",
		"Bùi Thị Hạ",
		"Lê Hòa",
		"Nguyễn Hoà",
		"Trần Hòa",
		"Trần Thị Yến",
	}
	got := slices.Clone(want)
	r := rand.New(rand.NewPCG(5, 6))
	r.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, func(a, b string) int { return cmp.Compare(NameSortKey(a), NameSortKey(b)) })
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("order of names (-want +got):\n%s", diff)
	}
	for _, same := range []string{"NGUYỄN THỊ MINH AN", " nguyễn  thị minh\tan ", norm.NFD.String("Nguyễn Thị Minh An")} {
		if NameSortKey(same) != NameSortKey("Nguyễn Thị Minh An") {
			t.Errorf("%q does not sort with its other writing", same)
		}
	}
}

// Stored keys must not move while CollationVersion stays: these are what
// version 1 writes.
func TestSortKeyGolden(t *testing.T) {
	if CollationVersion != 1 {
		t.Fatal("write the keys of the new version")
	}
	got := map[string]string{}
	for _, s := range []string{"Nguyễn Thị Minh", "Đỗ Ướt", "An", "Müller Я"} {
		got["name "+s] = NameSortKey(s)
		got["text "+s] = TextSortKey(s)
	}
	got["text number"] = TextSortKey("Phòng khu vực 10, số 7 ©")
	for _, r := range "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$ 0aăâbcdđeêfghijklmnoôơpqrstuưvwxyz" {
		got["weights"] += TextSortKey("a" + string(r))[1:]
	}
	want := map[string]string{
		"name An":              "N`",
		"name Müller Я":        "~00044f!_i^^Uf#6",
		"name Nguyễn Thị Minh": "_Z`Y!`XinV`#3!hYZ#5",
		"name Đỗ Ướt":          "jch#4!Tb#3",
		"text An":              "N`",
		"text Müller Я":        "_i^^Uf$~00044f#6",
		"text Nguyễn Thị Minh": "`XinV`$hYZ$_Z`Y#35",
		"text number":          "dYa`X$]Yi$kjR$MC10($gb$MB7$L0000a9#1054",
		"text Đỗ Ướt":          "Tb$jch#34",
		"weights":              "%'()*+,-./0123456789:;=?@ABCDEFGMANOPQRSTUVWXYZ[]^_`abcdefghijklmno",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("keys of version 1 have changed (-want +got):\n%s", diff)
	}
}

// syllables are Vietnamese syllables without tones; each takes its tone at the
// letter marked by the digit after it.
var syllables = []string{
	"a0", "ba0", "ba0n", "bă0n", "bâ0n", "chi0", "cươ0ng", "da0", "đa0", "du0ng", "đô0ng", "gia0ng", "hă0ng", "ho0a", "hoa0n", "hu0y",
	"kha0nh", "li0nh", "li0n", "lê0", "mi0nh", "nga0", "nghi0a", "nguyê0n", "ô0ng", "ơ0", "pha0m", "quy0", "so0n", "sơ0n", "tha0nh", "thâ0m",
	"thi0", "tro0ng", "u0t", "ươ0t", "vă0n", "va0n", "xuâ0n", "yê0n", "wa0", "ze0", "fa0", "ja0",
}

func randomText(r *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		s := syllables[r.IntN(len(syllables))]
		if r.IntN(3) == 0 {
			s = strings.ToUpper(s)
		}
		mark := []string{"", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}[r.IntN(6)]
		b.WriteString(strings.Replace(s, "0", mark, 1))
	}
	return norm.NFC.String(b.String())
}

// An independent implementation of the order, with the Vietnamese tailoring of
// CLDR, agrees on syllables, on punctuation and on numbers.
func TestSortKeyAgainstCollate(t *testing.T) {
	c := collate.New(language.Vietnamese, collate.IgnoreCase, collate.Numeric)
	r := rand.New(rand.NewPCG(7, 8))
	check := func(a, b string) {
		t.Helper()
		if got, want := cmp.Compare(TextSortKey(a), TextSortKey(b)), c.CompareString(a, b); got != want {
			t.Errorf("%q against %q is %d, collate says %d", a, b, got, want)
		}
	}
	for range 50000 {
		n := 1 + r.IntN(3)
		a := randomText(r, n)
		b := randomText(r, 1+r.IntN(3))
		if r.IntN(2) == 0 {
			// The same letters with other tones and another case.
			b = strings.Map(func(x rune) rune {
				g := glyphs.at(x)
				for _, v := range vowels {
					if first := []rune(v); unicode.ToLower(x) == x && g.letter && g.weight == glyphs.at(first[0]).weight && g.tone != 0 {
						return first[r.IntN(6)]
					}
				}
				return x
			}, a)
		}
		check(a, b)
		if t.Failed() {
			return
		}
	}
	for _, p := range punctuation {
		for _, q := range punctuation {
			check("a"+string(p)+"b", "a"+string(q)+"b")
		}
		check("a"+string(p), "a b")
		check("a"+string(p), "a1")
		check("a"+string(p), "ab")
	}
	for range 2000 {
		a := "phòng " + strings.Repeat("0", r.IntN(2)) + itoa(r.IntN(2000))
		b := "phòng " + itoa(r.IntN(2000))
		check(a, b)
	}
}

// Names sort as by three columns, each compared by collate.
func TestNameSortKeyAgainstCollate(t *testing.T) {
	c := collate.New(language.Vietnamese, collate.IgnoreCase)
	columns := func(name string) [3]string {
		w := strings.Fields(name)
		last := len(w) - 1
		k := [3]string{w[last]}
		if last > 0 {
			k[1], k[2] = w[0], strings.Join(w[1:last], " ")
		}
		return k
	}
	r := rand.New(rand.NewPCG(9, 10))
	for range 50000 {
		a, b := randomText(r, 1+r.IntN(4)), randomText(r, 1+r.IntN(4))
		if r.IntN(2) == 0 {
			i := strings.LastIndexByte(b, ' ') + 1
			b = b[:i] + a[strings.LastIndexByte(a, ' ')+1:]
		}
		want, ka, kb := 0, columns(a), columns(b)
		for i := range ka {
			if want = c.CompareString(ka[i], kb[i]); want != 0 {
				break
			}
		}
		if got := cmp.Compare(NameSortKey(a), NameSortKey(b)); got != want {
			t.Fatalf("%q against %q is %d, by columns %d (%q, %q)", a, b, got, want, NameSortKey(a), NameSortKey(b))
		}
	}
}

// checkKey asserts what every key promises.
func checkKey(t *testing.T, s, key string, limit int) {
	t.Helper()
	if len(key) > limit {
		t.Errorf("the key of %q is %d bytes long", s, len(key))
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			t.Errorf("the key of %q holds %q", s, key[i])
		}
	}
	if b, err := json.Marshal(key); err != nil || len(b) != len(key)+2 {
		t.Errorf("the key %q is escaped in JSON: %s, %v", key, b, err)
	}
}

func TestSortKeyIsBounded(t *testing.T) {
	for _, s := range []string{
		strings.Repeat("a", 1000), strings.Repeat("ế ", 1000), strings.Repeat("1", 1000), strings.Repeat("я", 1000),
		strings.Repeat("ǘ", 1000), strings.Repeat("a ", 58) + strings.Repeat("9", 40), "x (" + strings.Repeat("y", 1000) + ")",
		strings.Repeat("a1", 1000), strings.Repeat("©", 1000), strings.Repeat("y ", 1000) + strings.Repeat("z", 118),
	} {
		checkKey(t, s, TextSortKey(s), MaxTextSortKey)
		checkKey(t, s, NameSortKey(s), MaxNameSortKey)
		for n := range 150 {
			checkKey(t, s, NameSortKey("b"+strings.Repeat("c", n)+" "+s), MaxNameSortKey)
			checkKey(t, s, TextSortKey(strings.Repeat("c", n+100)+" "+s), MaxTextSortKey)
		}
	}
}

// A key is the same whatever it is appended to.
func TestAppendSortKey(t *testing.T) {
	const s = "Nguyễn Thị Minh"
	if got := string(AppendNameSortKey([]byte("x"), s)); got != "x"+NameSortKey(s) {
		t.Errorf("AppendNameSortKey = %q", got)
	}
	if got := string(AppendTextSortKey([]byte("x"), s)); got != "x"+TextSortKey(s) {
		t.Errorf("AppendTextSortKey = %q", got)
	}
	buf := make([]byte, 0, MaxNameSortKey)
	if n := testing.AllocsPerRun(100, func() { buf = AppendNameSortKey(buf[:0], s) }); n != 0 {
		t.Errorf("appending costs %v allocations", n)
	}
}

func FuzzSortKey(f *testing.F) {
	for _, s := range []string{"Nguyễn Thị Minh", "Phòng khu vực 10", "Hoà (tức Tý)", "ǘ", "Москва", "a\u0301\u0323", "\xff", "0", "000", "((", ")", "(a)", "a ()", "\u0301", "ﬁ", "0000ề0 0  00"} {
		f.Add(s, "Nguyễn Thị Mính")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, s := range []string{a, b} {
			checkKey(t, s, TextSortKey(s), MaxTextSortKey)
			checkKey(t, s, NameSortKey(s), MaxNameSortKey)
			stored := NormalizeName(s)
			if TextSortKey(stored) != TextSortKey(s) || NameSortKey(stored) != NameSortKey(s) {
				t.Errorf("the stored form of %+q sorts differently", s)
			}
		}
		// What comes before keeps the order of what follows.
		if p := "Phòng "; len(a) < 20 && len(b) < 20 && a != "" && b != "" && cmp.Compare(TextSortKey(p+a), TextSortKey(p+b)) != cmp.Compare(TextSortKey(a), TextSortKey(b)) {
			if NormalizeName(a) == a && NormalizeName(b) == b && plainStart(a) && plainStart(b) {
				t.Errorf("%+q and %+q change their order after %q", a, b, p)
			}
		}
	})
}

// plainStart tells whether s begins with something of its own, not with a mark
// or space that joins what comes before.
func plainStart(s string) bool { return s != "" && s[0] > ' ' && s[0] < 0x7f }

var sinkString string

func BenchmarkNameSortKey(b *testing.B) {
	for _, s := range []string{"Nguyễn Thị Minh", norm.NFD.String("Nguyễn Thị Minh"), "Jürgen Müller"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sinkString = NameSortKey(s)
			}
		})
	}
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if NameSortKey("Nguyễn Thị Minh") == "" {
					b.Error("empty")
				}
			}
		})
	})
}

func BenchmarkTextSortKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sinkString = TextSortKey("Phòng Thi hành án dân sự khu vực 10 – Thanh Hóa")
	}
}

// The collator of golang.org/x/text, for comparison; its key is binary, covers
// the text from left to right only and needs a buffer.
func BenchmarkCollateKey(b *testing.B) {
	c := collate.New(language.Vietnamese)
	var buf collate.Buffer
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		sinkString = string(c.KeyFromString(&buf, "Nguyễn Thị Minh"))
	}
}
