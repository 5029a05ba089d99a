package sheet

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// Why rows are left out.
var (
	nothingRead    = thads.Text{VI: "Dòng không có gì ở các cột được nhập", EN: "The row has nothing in the columns that are read"}
	columnNumbers  = thads.Text{VI: "Dòng đánh số cột", EN: "The row numbers the columns"}
	repeatedHeader = thads.Text{VI: "Dòng tiêu đề lặp lại", EN: "The headers once more"}
	subtotal       = thads.Text{VI: "Dòng cộng", EN: "A subtotal"}
	section        = thads.Text{VI: "Dòng tên phần, mục của sổ", EN: "The name of a section"}
	signature      = thads.Text{VI: "Phần ký, kết sổ ở cuối sổ", EN: "Signatures at the end of the register"}
	exportMark     = thads.Text{VI: "Dòng ghi ai đã xuất tệp và lúc nào", EN: "Who exported the file, and when"}
	behindSigned   = thads.Text{VI: "Dòng nằm sau phần ký cuối sổ", EN: "The row stands behind the signatures"}
)

// A leaver finds the rows of a sheet that are none of the register: subtotals,
// sections, numbers of columns, repeated headers, signatures. It looks at rows
// in their order.
type leaver struct {
	// titles are those above one another, by column from 0.
	titles [][]string
	// reads tells which columns are read, names which of them name a case.
	reads, names []bool
	// signed tells that the signatures have begun.
	signed bool
	filled []filledCell
}

// A filledCell is a cell of a row that is not blank.
type filledCell struct {
	at   int
	cell *Cell
	// text is that of a cell with letters, trimmed.
	text string
}

func newLeaver(titles []string, cells []mappedCell) *leaver {
	l := &leaver{titles: make([][]string, len(titles)), reads: make([]bool, len(titles)), names: make([]bool, len(titles))}
	for i, title := range titles {
		if title != "" {
			l.titles[i] = strings.Split(title, titleDivider)
		}
	}
	for _, c := range cells {
		l.reads[c.at], l.names[c.at] = true, c.names
	}
	return l
}

func (l *leaver) read(at int) bool { return at < len(l.reads) && l.reads[at] }

// enough is how many cells that are read make a row one of the register, even
// behind signatures.
const enough = 5

// look tells whether a row is left out, and why.
func (l *leaver) look(row *Row) (thads.Text, bool) {
	l.filled = l.filled[:0]
	texts, reads := 0, 0
	for i := range row.Cells {
		c := &row.Cells[i]
		if c.Kind == Empty {
			continue
		}
		f := filledCell{at: i, cell: c}
		if c.Kind == Text {
			f.text = strings.TrimSpace(c.Text)
			if f.text == "" {
				continue
			}
			if strings.Trim(f.text, "0123456789.,- \u00a0đ") == "" {
				f.text = "" // an amount or a number
			} else {
				texts++
			}
		}
		if l.read(i) {
			reads++
		}
		l.filled = append(l.filled, f)
	}
	switch {
	case isExportMark(row):
		return exportMark, true
	case l.isColumnNumbers():
		l.signed = false
		return columnNumbers, true
	case l.isRepeatedHeader():
		l.signed = false
		return repeatedHeader, true
	case l.signed && reads < enough:
		if l.isSignature(texts) {
			return signature, true
		}
		return behindSigned, true
	}
	l.signed = false
	if texts == 0 || texts > 5 {
		return thads.Text{}, false
	}
	switch {
	case texts <= 3 && l.isSubtotal():
		return subtotal, true
	case l.isSignature(texts):
		l.signed = true
		return signature, true
	case texts <= 2 && l.isSection(texts):
		return section, true
	}
	return thads.Text{}, false
}

// isColumnNumbers tells whether the cells number the columns: (1) (2) (3), A B 1
// 2, 5 6 7=5+6.
func (l *leaver) isColumnNumbers() bool {
	if len(l.filled) < 3 {
		return false
	}
	letters, last := 0, 0
	for i := range l.filled {
		c := l.filled[i].cell
		if len(c.Text) > 12 || c.Kind != Text && c.Kind != Number {
			return false
		}
		s := strings.Trim(c.Text, " ()[]\u00a0")
		if last == 0 && len(s) == 1 && s[0] == byte('A'+letters) {
			letters++
			continue
		}
		s, _, _ = strings.Cut(s, "=")
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n != last+1 && (last != 0 || n > letters+1) {
			return false
		}
		last = n
	}
	return last >= 2
}

// isRepeatedHeader tells whether the texts are the titles of their columns.
func (l *leaver) isRepeatedHeader() bool {
	if len(l.filled) < 2 {
		return false
	}
	same := 0
	for i := range l.filled {
		f := &l.filled[i]
		if f.at < len(l.titles) && slices.Contains(l.titles[f.at], strings.TrimSpace(strings.TrimSuffix(thads.NormalizeName(f.cell.Text), "*"))) {
			same++
		} else if i > 1 && same == 0 {
			return false // most rows end here
		}
	}
	return same >= 2 && same*3 >= len(l.filled)*2
}

var (
	// subtotalPattern knows folded labels of sums. What follows "cộng" is listed:
	// công ty, công an and cộng đồng are parties.
	subtotalPattern = regexp.MustCompile(`^(?:(?:tong )?cong(?: (?:trang|don|thang|quy|nam|so|mang|chuyen|cac|ca|luy|toan|ky|phan|muc|chung|tien|phat sinh|theo|viec|vu|cuoi|het|den|tu|loai|tong|i|ii|iii|iv|v|vi|a|b|c|\d+)(?: .*)?)?|tong(?: (?:so|tien|chung|so tien|so viec|viec)(?: .*)?)?|luy ke.*|mang sang.*|chuyen (?:sang|trang).*|so (?:du|ton) (?:dau|cuoi).*)$`)
	// countPattern knows what may stand beside: "25 việc", "đồng".
	countPattern = regexp.MustCompile(`^(?:\d+ )?(?:viec|vu|vu viec|ho so|dong|d|vnd|x)$`)
	// sectionPattern knows folded titles of sections.
	sectionPattern = regexp.MustCompile(`^(?:(?:i{1,3}|iv|vi{0,3}|ix|xi{0,3}|[a-h])\s*[.)/-]\s*\S.*|(?:phan|muc) (?:thu )?(?:\d|i|v|x|nhat|mot|hai|ba|[a-e]\b).*|thang \d.*|quy (?:\d|i).*|nam (?:19|20)\d\d.*|(?:an |viec |so |loai )?(?:chu dong|theo (?:don )?yeu cau)(?: thi hanh an.*)?|(?:an|viec) (?:dan su|hinh su|hanh chinh|kinh te|lao dong|hon nhan|kinh doanh|pha san|cu chuyen|ton|moi|nam truoc|dang|thu ly|thi hanh).*|(?:chap hanh vien|chv|don vi|dia ban)\s*:.*)$`)
	rankPattern    = regexp.MustCompile(`^(?:[IVX]{1,5}|[A-H])[.)]?$`)
	// signaturePattern knows folded words of those who sign and close a register.
	signaturePattern = regexp.MustCompile(`^(?:nguoi (?:lap|ghi so|giu so|kiem tra|vao so)|lap bieu|ke toan|thu truong|thu quy|thu kho|(?:pho )?truong phong|(?:pho )?(?:chi )?cuc truong|truong (?:thi hanh an|chi nhanh)|tham tra vien|(?:tm|kt|tl|tuq)\s*\.|\(?\s*ky(?: ten|,| va|\)| ghi)|\(?\s*da ky|xac nhan|noi nhan|(?:dong|khoa|ket) so|so nay (?:co|gom)|(?:chap hanh vien|thu ky|can bo)\s*$)`)
	signedOnPattern  = regexp.MustCompile(`^(?:[^\d]{0,60}, ?)?ngay[\s.…\d]*thang[\s.…\d]*nam[\s.…\d]*$`)
)

// exportPattern knows the folded line that this package writes below a register
// (see About).
var exportPattern = regexp.MustCompile(`^xuat (?:boi .+ )?luc \d\d:\d\d ngay \d\d/\d\d/\d{4}, nhat ky \S+$`)

// isExportMark tells whether the row has nothing but that line.
func isExportMark(row *Row) bool {
	var only *Cell
	for i := range row.Cells {
		c := &row.Cells[i]
		if c.Kind == Empty || c.Kind == Text && strings.TrimSpace(c.Text) == "" {
			continue
		}
		if only != nil || c.Kind != Text || len(c.Text) > 1000 {
			return false
		}
		only = c
	}
	return only != nil && exportPattern.MatchString(thads.Fold(strings.TrimSpace(only.Text)))
}

// isSubtotal tells whether the row begins with the label of a sum, and has
// nothing but amounts and counts beside.
func (l *leaver) isSubtotal() bool {
	labelled := false
	for i := range l.filled {
		f := &l.filled[i]
		if f.text == "" {
			continue
		}
		k := key(f.text)
		switch {
		case !labelled && subtotalPattern.MatchString(k) && !isCommon(f.text):
			labelled = true
		case !countPattern.MatchString(k):
			return false
		}
	}
	return labelled
}

// isCommon tells whether a text that looks like "cộng" without its marks is
// "công" or "cống" with them.
func isCommon(text string) bool {
	first, _, _ := strings.Cut(exactKey(text), " ")
	return first != "cộng" && thads.Fold(first) == "cong" && first != "cong"
}

// isSection tells whether the row has no more than the name of a section, its
// rank and sums.
func (l *leaver) isSection(texts int) bool {
	var first, second *filledCell
	for i := range l.filled {
		switch f := &l.filled[i]; {
		case f.text == "":
		case first == nil:
			first = f
		default:
			second = f
		}
	}
	numbers := len(l.filled) - texts
	if texts == 2 {
		return rankPattern.MatchString(first.text) && !l.read(first.at) && sumsOnly(l.filled, second.at)
	}
	folded := thads.Fold(first.text)
	switch {
	case sectionPattern.MatchString(folded) && sumsOnly(l.filled, first.at):
		return true
	case !l.read(first.at) && numbers > 0:
		// A label in a column that is not read, and sums.
		return sumsOnly(l.filled, first.at)
	}
	return numbers == 0 && first.at < len(l.names) && l.names[first.at] && !strings.ContainsAny(first.text, "0123456789")
}

// sumsOnly tells whether all numbers stand behind a label.
func sumsOnly(filled []filledCell, at int) bool {
	for i := range filled {
		if f := &filled[i]; f.text == "" && f.at < at {
			return false
		}
	}
	return true
}

// isSignature tells whether all texts are words of those who sign, or of when
// they did.
func (l *leaver) isSignature(texts int) bool {
	if texts == 0 || texts != len(l.filled) {
		return false
	}
	for i := range l.filled {
		folded := thads.Fold(l.filled[i].text)
		if len(folded) > 200 || !signaturePattern.MatchString(folded) && !signedOnPattern.MatchString(folded) {
			return false
		}
	}
	return true
}

// firstText returns the first text of a row, by which a person finds it.
func firstText(row *Row) string {
	for i := range row.Cells {
		if text := strings.TrimSpace(row.Cells[i].Text); text != "" {
			return thads.NormalizeName(text)
		}
	}
	return ""
}
