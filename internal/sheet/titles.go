package sheet

import (
	"strings"
	"unicode"

	"github.com/thads/thads/internal/thads"
)

// titleDivider stands between titles above one another.
const titleDivider = " / "

// headerKey is the form in which headers are compared: without what stands in
// parentheses (units, formats), marks of required columns, case, diacritics and
// small words, and with the usual abbreviations written out.
func headerKey(s string) string {
	if upper, lower, several := strings.Cut(s, titleDivider); several {
		return headerKey(upper) + " " + headerKey(lower)
	}
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	if k := plainTitle(key(b.String())); k != "" {
		return k
	}
	return plainTitle(key(s))
}

// plainTitle writes the abbreviations of a folded title out and drops its small
// words.
func plainTitle(k string) string {
	words := withoutUnit(strings.Fields(k))
	out := make([]string, 0, len(words)+4)
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch w {
		case "va", "cua", "cac", "nhung":
			continue
		case "tha":
			out = append(out, "thi", "hanh", "an")
		case "thads":
			out = append(out, "thi", "hanh", "an", "dan", "su")
		case "ptha":
			out = append(out, "phai", "thi", "hanh", "an")
		case "dtha":
			out = append(out, "duoc", "thi", "hanh", "an")
		case "qd", "qdinh":
			out = append(out, "quyet", "dinh")
		case "ba":
			if i > 0 && words[i-1] == "ong" {
				out = append(out, w)
			} else {
				out = append(out, "ban", "an")
			}
		case "chv":
			out = append(out, "chap", "hanh", "vien")
		case "tand":
			out = append(out, "toa", "an", "nhan", "dan")
		case "dc":
			out = append(out, "dia", "chi")
		case "d": // đ/c
			if next == "c" {
				out = append(out, "dia", "chi")
			} else {
				out = append(out, w)
			}
		case "c":
			if i == 0 || words[i-1] != "d" {
				out = append(out, w)
			}
		case "thang", "nam": // ngày, tháng, năm
			if len(out) > 0 && out[len(out)-1] == "ngay" && (w == "nam" || next == "nam") {
				continue
			}
			out = append(out, w)
		default:
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// withoutUnit drops the unit of money behind the words of a title.
func withoutUnit(words []string) []string {
	for i := 1; i < len(words); i++ {
		if words[i] == "dvt" || words[i] == "don" && i+2 < len(words) && words[i+1] == "vi" && words[i+2] == "tinh" {
			return words[:i]
		}
	}
	if n := len(words); n > 2 && words[n-1] == "dong" {
		switch words[n-2] {
		case "nghin", "ngan", "trieu", "ty":
			return words[:n-2]
		}
	}
	return words
}

// A titleWords is a folded title in which words are looked for.
type titleWords string

// has tells whether the title has any of the phrases, as whole words.
func (t titleWords) has(phrases ...string) bool {
	for _, p := range phrases {
		if strings.Contains(" "+string(t)+" ", " "+p+" ") {
			return true
		}
	}
	return false
}

// guessCase tells which column of the register of cases a title means that is
// none of those known: from what it is about and what it says of it. Titles of
// what happened after the decision mean none.
func guessCase(path []string, known func(title string) string) string {
	t := titleWords(headerKey(strings.Join(path, titleDivider)))
	if t.has("hoan", "dinh chi", "tam dung", "cuong che", "uy thac", "thu hoi", "sua doi", "huy", "phan cong", "chua co dieu kien", "tiep tuc", "mien", "giam", "xac minh", "ket qua", "da thi hanh", "da thu", "da nop",
		"da chi tra", "da giai quyet", "xong", "bien lai", "phieu thu", "phieu chi", "thu duoc", "giao nhan", "khieu nai", "luu tru", "ke bien", "dau gia", "bao dam", "rut", "thong bao", "gui", "tong dat") {
		return ""
	}
	if len(path) > 1 && t.has("phai thi hanh", "khoan", "nghia vu", "phai nop", "phai thu") {
		// "Khoản phải thi hành / Án phí": a column for each kind.
		if code := known(path[len(path)-1]); strings.HasPrefix(code, "amount:") {
			return code
		}
	}
	switch {
	case t.has("lien quan"):
		return partyAspect(t, "related")
	case t.has("so tien", "gia tri", "tien") && t.has("con phai thi hanh", "con phai thu", "con lai", "chua thi hanh"):
		return "outstanding"
	case t.has("so tien", "gia tri", "tien") && t.has("phai thi hanh", "phai thu", "phai nop", "theo ban an", "theo quyet dinh") && !t.has("ten"):
		return "amount"
	case t.has("nguoi phai thi hanh", "nguoi phai", "nguoi bi thi hanh", "nguoi bi thi hanh an"):
		return partyAspect(t, "debtor")
	case t.has("nguoi duoc thi hanh", "nguoi duoc", "nguoi yeu cau", "nguoi co yeu cau"):
		return partyAspect(t, "creditor")
	}
	if len(path) > 1 {
		// "Khoản phải thi hành / Số tiền": the lowest title says enough.
		if code := known(path[len(path)-1]); code != "" {
			return code
		}
	}
	number, date := t.has("so", "so hieu"), t.has("ngay")
	switch {
	case t.has("ngay nhan", "ngay tiep nhan", "ngay den") && t.has("ban an", "toa an", "quyet dinh toa an") && !t.has("so"):
		return "receivedOn"
	case t.has("yeu cau", "don") && date && !number:
		return "requestedOn"
	case t.has("ban an", "toa an", "phan quyet"):
		court := t.has("toa an", "toa", "noi ban hanh", "co quan")
		switch {
		case number && date && court:
			return "judgmentNumberDateCourt"
		case number && date:
			return "judgmentNumberAndDate"
		case number:
			return "judgmentNumber"
		case date:
			return "judgmentDate"
		case t.has("loai", "linh vuc"):
			return "judgmentKind"
		case t.has("toa an", "toa", "co quan"):
			return "court"
		}
	case t.has("quyet dinh"):
		switch {
		case t.has("nguoi ky"):
			return "decisionSigner"
		case t.has("co quan ra", "don vi ra", "noi ra"):
			return "decisionIssuer"
		case number && date:
			return "numberAndDate"
		case number:
			return "number"
		case date:
			return "date"
		}
	case t.has("chap hanh vien"):
		return "officer"
	case t.has("ma don vi", "ma co quan", "don vi thu ly"):
		return "unit"
	case t.has("khoan phai thi hanh", "nghia vu", "noi dung phai thi hanh") && t.has("noi dung cu the", "dien giai", "noi dung nghia vu"),
		len(path) > 1 && t.has("khoan phai thi hanh", "nghia vu") && titleWords(headerKey(path[len(path)-1])).has("noi dung", "dien giai"):
		return "content"
	case t.has("loai nghia vu", "loai khoan", "khoan phai thi hanh", "noi dung khoan"), len(path) > 1 && t.has("nghia vu") && t.has("loai"):
		return "obligationKind"
	case t.has("noi dung phai thi hanh", "noi dung thi hanh", "noi dung yeu cau"):
		return "content"
	}
	return ""
}

// partyAspect tells what a title says of a party.
func partyAspect(t titleWords, role string) string {
	name, address := t.has("ten"), t.has("dia chi", "noi cu tru", "noi o", "tru so", "noi o hien nay", "thuong tru")
	switch {
	case name && address:
		return role + "NameAndAddress"
	case t.has("ma"):
		return ""
	case address:
		return role + "Address"
	case t.has("nam sinh", "ngay sinh", "sinh nam"):
		return role + "BirthYear"
	case t.has("cccd", "cmnd", "dinh danh", "can cuoc", "ma so thue", "mst", "giay to tuy than"):
		return role + "Identity"
	case t.has("so tai khoan", "stk"):
		return role + "Account"
	case t.has("loai"):
		return role + "Kind"
	case t.has("chua thanh nien"):
		return role + "Juvenile"
	case t.has("lien doi"):
		return role + "JointGroup"
	case t.has("so", "ngay", "tien", "dien thoai", "tai san", "ghi chu", "quyet dinh", "ky", "ky nhan"):
		return ""
	}
	return role + "Name"
}

// isBeside tells whether a column stands in every register and says nothing of
// its rows: their numbers, and the problems of a file that was handed back.
func isBeside(title string) bool {
	switch headerKey(title) {
	case "tt", "stt", "so tt", "so thu tu", "thu tu", "van de":
		return true
	}
	return false
}

// unitIn returns the unit of money that a title gives its amounts in: "(nghìn
// đồng)", "ĐVT: triệu đồng". Elsewhere than in a title of an amount the words
// that announce a unit are wanted.
func unitIn(text string, ofAmount bool) (thads.MoneyUnit, bool) {
	if upper, lower, several := strings.Cut(text, titleDivider); several {
		if unit, ok := unitIn(lower, ofAmount); ok {
			return unit, true
		}
		return unitIn(upper, ofAmount)
	}
	k := thads.Fold(text)
	var candidates []string
	for rest := k; ; {
		_, inside, found := strings.Cut(rest, "(")
		if !found {
			break
		}
		inside, rest, _ = strings.Cut(inside, ")")
		candidates = append(candidates, inside)
	}
	for _, mark := range []string{"dvt", "don vi tinh", "don vi tien", "don vi", "tinh bang"} {
		if _, behind, found := strings.Cut(k, mark); found {
			candidates = append(candidates, behind)
		}
	}
	if ofAmount {
		if words := strings.Fields(k); len(words) > 1 {
			candidates = append(candidates, strings.Join(words[len(words)-2:], " "), words[len(words)-1])
		}
	}
	for _, c := range candidates {
		for _, mark := range []string{"dvt", "don vi tinh", "don vi tien", "don vi", "tinh bang"} {
			c = strings.TrimPrefix(strings.TrimSpace(c), mark)
		}
		c = strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, c)
		switch c {
		case "dong", "d", "vnd", "dongvietnam":
			return thads.MoneyDong, true
		case "nghindong", "ngandong", "nghin", "ngan", "1000dong", "1000d", "1000vnd", "1000", "nghind", "ngand", "ngd":
			return thads.MoneyThousand, true
		case "trieudong", "trieu", "trdong", "trd", "tr", "trieud", "1000000dong", "1000000d":
			return thads.MoneyMillion, true
		case "tydong", "tidong", "ty", "ti", "tyd", "tid":
			return thads.MoneyBillion, true
		}
	}
	return "", false
}
