package thads

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
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
		{"zero before text", []string{"Phòng 0 A", "Phòng 0,5", "Phòng 1 A", "Phòng 1,5", "Phòng 2 A", "Phòng 10 A"}},
		{"very long numbers before text", []string{"0 A", "2 A", strings.Repeat("3", 300) + " A"}},
		{"spaces, punctuation, digits, letters, others", []string{"", "a", "a b", "a-b", "a.b", "a©", "a1", "ab", "aя"}},
		{"punctuation", strings.Split("_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0a", "")},
		{"tones wherever they are written", []string{"hoa", "hoà", "hỏa", "hoã", "hóa", "hoạ", "hoai"}},
		{"the u of qu has no tone", []string{"quy", "quỳ", "quý", "quỵ", "quya"}},
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
		{"Hòa", "Hoà"},
		{"thuỷ", "Thủy"},
		{"XOÈ", "xòe"},
		{"(Hoá-Khoẻ)2", "(Hóa-Khỏe)2"},
		{"Thanh Hoá (Thuỷ)", norm.NFD.String("Thanh Hóa (Thủy)")},
		{"Phòng 2", "phòng 02"},
		{"000 A", "0 a"},
		{"a0b", "A00B"},
		{"a  b", "a b"},
		{"a\u00a0b", "a b"},
		{"Ðặng", "Đặng"},
		{"ð", "đ"},
		{"2019–2020", "2019-2020"},
		{"“A”", "\"a\""},
		{"d’An", "d'An"},
		{"Müller", "Mu\u0308ller"},
		{"МОСКВА", "москва"},
		{"Thanh\u200b Hóa", "Thanh Hóa"},
		{"a\x00", "a"},
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
// version 2 writes. Where they differ after an upgrade of golang.org/x/text,
// raise the version.
func TestSortKeyGolden(t *testing.T) {
	if CollationVersion != 2 {
		t.Fatal("write the keys of the new version")
	}
	got := map[string]string{}
	for _, s := range []string{"Nguyễn Thị Minh", "Đỗ Ướt", "An", "Müller Я"} {
		got["name "+s] = NameSortKey(s)
		got["text "+s] = TextSortKey(s)
	}
	got["name with an addition"] = NameSortKey("An (tức Hoà)")
	got["text numbers"] = TextSortKey("Phòng khu vực 10, số 0 ©")
	got["tones"] = TextSortKey("a à ả ã á ạ")
	got["punctuation"] = TextSortKey("_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$ ")
	got["alphabet"] = TextSortKey("0aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
	want := map[string]string{
		"alphabet":              "4DNKvlMk4U3L0GNS4Y3LBWOB4ZoLW0PG4fFLnGQa4jwM3GS04owMRGSm4rBM_WTf4voMwlVL52NNClWU563NTlX-58J----V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V",
		"name An":               "4TwMIk---1--7-",
		"name Müller Я":         "5q7----V---MFGVq4l3M3GOB4vo----V-1--Gk-V-1--7--V",
		"name Nguyễn Thị Minh":  "4o3LnGSE4fF----V-1--7--V---MIlPG52NNV0OC4ow----V-1--7--V-1--Ck-V---N4WPo4go----V-1--7--t",
		"name with an addition": "4TwMIk---1--7--------------0yWVL52RL6F384fFMRGMj-Ug----V-1--7--s-1--7--V-1--CF-V-1-",
		"name Đỗ Ướt":           "52RMRlVL----7--V-2V-7---4Y7MRV---1--7--r",
		"punctuation":           "-Fg02F3V-I30CV4S-L70RV6d-U-0yV6v-Uk0zF6y-Uw1Pk8g-b31RV8n-bJ1SVBE-l73b-HV0933cVHZ09NIvk---1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7--V-1--7-",
		"text An":               "4TwMIk---1--7-",
		"text Müller Я":         "4o3NCWRG4l3LI0Tx-FZQNV---1--7-06-1--7--V-1--7--V",
		"text Nguyễn Thị Minh":  "4owLZGVq57-LIGSE-FZN4WPo4go01GS04goMIlPo----7--V-1--7--V-2R-7--V-1--7--V-2Z-7--V-1--7--V",
		"text numbers":          "4tNLh0Sl4owLZF384jwLh0Vq-FZNMlVr4Wo01GIk--7JtlIa-H-01GUn4r701GIa-FZ32----1--7--V-2J-7--V-1--7--V-1--7--V-1--DF-V-1--7--V-1--7--V-1--7--V-2V-7--V-1--7-",
		"text Đỗ Ướt":           "4Y7MRV3852RMRlVL----7--V-2R-7--V-1--D--V",
		"tones":                 "4Tw01GMj-FZKvk384Tw01GMj-FZKvk---1--7--V-2J-7--V-2N-7--V-2R-7--V-2V-7--V-2Z",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("keys of version 2 have changed (-want +got):\n%s", diff)
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

// withOtherTones returns the text with other tones on the letters in lower case
// that have one.
func withOtherTones(r *rand.Rand, s string) string {
	return strings.Map(func(x rune) rune {
		for _, v := range vowels {
			if row := []rune(v); slices.Contains(row[1:], x) {
				return row[r.IntN(len(row))]
			}
		}
		return x
	}, s)
}

func newCollator() *collate.Collator {
	return collate.New(language.Vietnamese, collate.IgnoreCase, collate.Numeric)
}

// The bytes of keys have the order of the collator, whatever the encoding.
func TestTextSortKeyHasOrderOfCollator(t *testing.T) {
	c := newCollator()
	r := rand.New(rand.NewPCG(7, 8))
	check := func(a, b string) {
		t.Helper()
		if got, want := cmp.Compare(TextSortKey(a), TextSortKey(b)), c.CompareString(a, b); got != want {
			t.Fatalf("%q against %q is %d, the collator says %d", a, b, got, want)
		}
	}
	for range 5000 {
		a, b := randomText(r, 1+r.IntN(3)), randomText(r, 1+r.IntN(3))
		if r.IntN(2) == 0 {
			b = withOtherTones(r, a)
		}
		check(a, b)
	}
	for range 1000 {
		a := "phòng " + strings.Repeat("0", r.IntN(2)) + itoa(r.IntN(2000))
		b := "phòng " + itoa(r.IntN(2000))
		check(a, b)
	}
	// Weights of two and three bytes, of all scripts.
	for range 5000 {
		a, b := "x"+randomScript(r), "x"+randomScript(r)
		check(a, b)
	}
}

// randomScript returns a few letters of any scripts that neither compose nor
// have a case, which the keys see to before the collator does.
func randomScript(r *rand.Rand) string {
	var b strings.Builder
	for n := 1 + r.IntN(4); n > 0; {
		if x := rune(r.IntN(0x30000)); unicode.Is(unicode.Lo, x) && norm.NFD.PropertiesString(string(x)).Decomposition() == nil {
			b.WriteRune(x)
			n--
		}
	}
	return b.String()
}

// Names sort as by three columns, each compared by the collator.
func TestNameSortKeyHasOrderOfColumns(t *testing.T) {
	c := newCollator()
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
	for range 5000 {
		a, b := randomText(r, 1+r.IntN(4)), randomText(r, 1+r.IntN(4))
		switch r.IntN(3) {
		case 0:
			i := strings.LastIndexByte(b, ' ') + 1
			b = b[:i] + a[strings.LastIndexByte(a, ' ')+1:]
		case 1:
			b = withOtherTones(r, a)
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

// A cut makes texts equal at worst; it never reverses their order.
func TestSortKeyCutKeepsOrder(t *testing.T) {
	c := newCollator()
	r := rand.New(rand.NewPCG(11, 12))
	equal, cut := 0, 0
	for range 500 {
		start := randomText(r, 15+r.IntN(45))
		a, b := start+" "+randomText(r, 2), start+" "+randomText(r, 2)
		if r.IntN(2) == 0 {
			b = withOtherTones(r, a)
		}
		if r.IntN(2) == 0 {
			a, b = a+" "+itoa(r.IntN(2000)), b+" "+itoa(r.IntN(2000))
		}
		ka, kb := TextSortKey(a), TextSortKey(b)
		if len(ka) == MaxTextSortKey {
			cut++
		}
		got, want := cmp.Compare(ka, kb), c.CompareString(a, b)
		switch {
		case got == want:
		case got == 0 && len(ka) == MaxTextSortKey && len(kb) == MaxTextSortKey:
			equal++
		default:
			t.Fatalf("%q against %q is %d, uncut %d", a, b, got, want)
		}
	}
	// Unless both happen, nothing was tested.
	if cut == 0 || equal == 0 {
		t.Errorf("%d keys were cut, %d equal for it", cut, equal)
	}
	for _, ordered := range [][]string{
		// Numbers that the cut goes through, and parts of names.
		{strings.Repeat("a", 188) + " 9", strings.Repeat("a", 188) + " 10"},
		{strings.Repeat("a", 190) + "9", strings.Repeat("a", 190) + "10"},
		{strings.Repeat("b", 60) + " An", strings.Repeat("c", 60) + " An"},
		{"Lê " + strings.Repeat("b ", 60) + "An", "Nguyễn An"},
	} {
		for name, key := range map[string]func(string) string{"text": TextSortKey, "name": NameSortKey} {
			if a, b := key(ordered[0]), key(ordered[1]); name == "name" && a > b {
				t.Errorf("%s: %q comes after %q", name, ordered[0], ordered[1])
			} else if name == "text" && strings.HasPrefix(ordered[0], "a") && a > b {
				t.Errorf("%s: %q comes after %q", name, ordered[0], ordered[1])
			}
		}
	}
}

// Keys are the same from any number of goroutines at once.
func TestSortKeyConcurrently(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	type keys struct{ name, text string }
	want := map[string]keys{}
	for range 200 {
		s := randomText(r, 1+r.IntN(12))
		want[s] = keys{NameSortKey(s), TextSortKey(s)}
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for s, k := range want {
				if got := (keys{NameSortKey(s), TextSortKey(s)}); got != k {
					t.Errorf("the keys of %q are %v, alone %v", s, got, k)
				}
			}
		})
	}
	wg.Wait()
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
		for n := range 20 {
			checkKey(t, s, NameSortKey("b"+strings.Repeat("c", 3*n)+" "+s), MaxNameSortKey)
			checkKey(t, s, TextSortKey(strings.Repeat("c", 3*n+130)+" "+s), MaxTextSortKey)
		}
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

// The collator alone, for comparison.
func BenchmarkCollateKey(b *testing.B) {
	c := newCollator()
	var buf collate.Buffer
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		sinkString = string(c.KeyFromString(&buf, "Nguyễn Thị Minh"))
	}
}
