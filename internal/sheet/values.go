package sheet

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// A reading is the reading of one cell: what it holds, and what is found wrong
// with it.
type reading struct {
	cell *Cell
	book *Book
	// unit is what amounts without a unit are in; empty for đồng.
	unit thads.MoneyUnit
	// code and text say what is wrong; code is empty where nothing is.
	code thads.Code
	text thads.Text
	// warning is what does not keep the value from being used.
	warning thads.Text
}

// wrong says that the cell cannot be read and what was expected.
func (r *reading) wrong(code thads.Code, vi, en string, args ...any) {
	e := thads.Errorf(code, "", vi, en, args...)
	r.code, r.text = e.Code, e.Text
}

// refused takes over the refusal of a parser of the domain.
func (r *reading) refused(err error, expected thads.Text) {
	var e *thads.Error
	if !errors.As(err, &e) {
		r.wrong(thads.CodeInvalid, "Không đọc được giá trị", "The value cannot be read")
		return
	}
	r.code = e.Code
	r.text = thads.Text{VI: e.Text.VI + "; " + expected.VI, EN: e.Text.EN + "; " + expected.EN}
}

func (r *reading) warn(vi, en string, args ...any) {
	r.warning = thads.Errorf("", "", vi, en, args...).Text
}

// noTruth refuses a cell of type Boolean.
func (r *reading) noTruth() bool {
	if r.cell.Kind != Bool {
		return false
	}
	r.wrong(thads.CodeInvalid, "Ô chứa giá trị đúng/sai (TRUE/FALSE)", "The cell holds true or false")
	return true
}

// number returns the value of a numeric cell.
func (r *reading) number() (float64, bool) {
	if r.cell.Kind != Number {
		return 0, false
	}
	v, err := strconv.ParseFloat(r.cell.Text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.wrong(thads.CodeInvalid, "Ô không chứa số đọc được", "The cell holds no readable number")
		return 0, false
	}
	return v, true
}

// asText returns the cell as text, normalised. A number is written as a
// spreadsheet shows it, without the digits that only its binary form has.
func (r *reading) asText() string {
	switch r.cell.Kind {
	case Number:
		v, ok := r.number()
		if !ok {
			return ""
		}
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
		return strconv.FormatFloat(v, 'f', -1, 64)
	case Bool:
		r.noTruth()
		return ""
	default:
		return thads.NormalizeName(r.cell.Text)
	}
}

var dateExpected = thads.Text{VI: "cần ngày dạng dd/MM/yyyy, ví dụ 05/09/2018", EN: "a date dd/MM/yyyy is expected, for example 05/09/2018"}

// asDate returns the cell as a date: a true date of a spreadsheet, dd/MM/yyyy
// in its usual spellings, yyyy-MM-dd, or a serial number.
func (r *reading) asDate() thads.Date {
	if v, ok := r.number(); ok {
		return r.serial(v)
	}
	if r.noTruth() || r.code != "" {
		return 0
	}
	text := thads.NormalizeName(r.cell.Text)
	if r.cell.Kind == Date || len(text) >= 10 && text[4] == '-' {
		if d, err := thads.ParseDate(text[:min(10, len(text))]); err == nil {
			return d
		}
	}
	if len(text) == 5 && strings.Trim(text, "0123456789") == "" {
		v, _ := strconv.ParseFloat(text, 64) // five digits
		if d := r.serial(v); d != 0 {
			r.warn("%[1]s được đọc là ngày %[2]s", "%[1]s is read as the date %[2]s", text, d.Vietnamese())
			return d
		}
		return 0
	}
	// Spreadsheets write a time behind a date that they have as text.
	if day, _, ok := strings.Cut(text, " 00:00"); ok {
		text = day
	}
	d, err := thads.ParseVietnameseDate(text)
	if err != nil {
		r.refused(err, dateExpected)
		return 0
	}
	return d
}

// serial returns the date of a serial number: days since the end of 1899, or
// since 1904 where the workbook says so. Excel takes 1900 for a leap year, so
// that numbers before March 1900 are off by one and refused.
func (r *reading) serial(v float64) thads.Date {
	days := int(math.Floor(v))
	base := thads.DateOf(1899, time.December, 30)
	if r.book.date1904 {
		base = thads.DateOf(1904, time.January, 1)
	} else if v < 61 {
		days = -1
	}
	const most = 110_000 // beyond the year 2200
	if days < 0 || v > most {
		r.wrong(thads.CodeInvalid, "Số %[1]s không phải là ngày; %[2]s", "The number %[1]s is no date; %[3]s", clip(r.cell.Text), dateExpected.VI, dateExpected.EN)
		return 0
	}
	d := base.AddDays(days)
	if !d.Valid() {
		r.wrong(thads.CodeOutOfRange, "Ngày %s nằm ngoài khoảng cho phép", "The date %s is out of range", d.Vietnamese())
		return 0
	}
	return d
}

var dongExpected = thads.Text{VI: "cần số nguyên đồng, ví dụ 1.234.567", EN: "whole đồng are expected, for example 1.234.567"}

// asDong returns the cell as an amount in đồng, more than nothing.
func (r *reading) asDong() thads.Dong {
	d := r.asSignedDong()
	if d < 0 && r.code == "" {
		r.wrong(thads.CodeOutOfRange, "Số tiền phải lớn hơn 0", "The amount must be more than 0")
		return 0
	}
	return d
}

// asSignedDong returns the cell as an amount in đồng, below 0 with a minus sign.
// Numbers are in the unit of the column; a text may name its own.
func (r *reading) asSignedDong() thads.Dong {
	unit := cmp.Or(r.unit, thads.MoneyDong)
	v, ok := r.number()
	if !ok {
		if r.noTruth() || r.code != "" {
			return 0
		}
		text := r.cell.Text
		if unit == thads.MoneyThousand && isGroupedOnce(text) {
			// "10.000" in thousands is ten million: nobody writes single đồng as
			// decimals of a thousand. In larger units it stays ambiguous.
			text = strings.Replace(text, ".", "", 1)
		}
		d, err := thads.ParseDong(text, unit)
		if err != nil {
			r.refused(err, dongExpected)
			return 0
		}
		return d
	}
	v *= float64(unit.Dong())
	if math.Abs(v) > float64(thads.MaxDong) {
		r.wrong(thads.CodeOutOfRange, "Số tiền vượt quá %s", "The amount exceeds %s", thads.MaxDong.Vietnamese())
		return 0
	}
	// 0.1 of a million is not exactly 100000 in binary: what 15 digits, all that
	// a spreadsheet shows, do not tell from a whole number is one.
	d := math.Round(v)
	if v != d && (unit == thads.MoneyDong || math.Abs(v-d) > math.Abs(v)*1e-14) {
		r.wrong(thads.CodeInvalid, "Số tiền có phần lẻ; %[1]s", "The amount has decimals; %[2]s", dongExpected.VI, dongExpected.EN)
		return 0
	}
	return thads.Dong(d)
}

// isGroupedOnce tells whether a text is a number with one dot before three digits.
func isGroupedOnce(s string) bool {
	whole, group, ok := strings.Cut(strings.TrimSpace(s), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return ok && len(whole) <= 3 && digits(whole) && !strings.HasPrefix(whole, "0") && len(group) == 3 && digits(group)
}

// asYear returns the cell as a year, which may also be the year of a date.
func (r *reading) asYear() int {
	text := r.asText()
	if r.code != "" {
		return 0
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1000 && n <= 9999 {
		return n
	}
	if d := r.asDate(); r.code == "" {
		r.warning = thads.Text{}
		return d.Year()
	}
	r.wrong(thads.CodeInvalid, "Không phải là năm; cần 4 chữ số, ví dụ 1985", "This is no year; 4 digits are expected, for example 1985")
	return 0
}

// asCount returns the cell as a whole number, not below 0.
func (r *reading) asCount() int {
	text := r.asText()
	n, err := strconv.Atoi(text)
	if r.code == "" && (err != nil || n < 0) {
		r.wrong(thads.CodeInvalid, "Cần một số nguyên không âm", "A whole number is expected")
		return 0
	}
	return n
}

// asLines returns the lines of a cell, each normalised. A text of one line is
// one line.
func (r *reading) asLines() []string {
	if r.cell.Kind != Text || !strings.ContainsAny(r.cell.Text, "\n\r") {
		if text := r.asText(); text != "" {
			return []string{text}
		}
		return nil
	}
	var lines []string
	for line := range strings.FieldsFuncSeq(r.cell.Text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		if line = thads.NormalizeName(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// asNames returns the names that a cell holds, a line each. Numbers and dashes
// before the lines of a list are none of the names, and a line that begins with
// a small letter goes on with the one before.
func (r *reading) asNames() []string {
	lines := r.asLines()
	if len(lines) < 2 {
		return lines
	}
	var names []string
	for _, line := range lines {
		if item, ok := listItem(line); ok {
			line = item
		} else if first, _ := utf8.DecodeRuneInString(line); unicode.IsLower(first) && len(names) > 0 {
			names[len(names)-1] += " " + line
			continue
		}
		if len(names) > thads.MaxParties {
			break // more than a case may have
		}
		names = append(names, strings.TrimRight(line, " ;,"))
	}
	return names
}

// listItem returns what stands behind the number or dash of a line of a list.
func listItem(line string) (string, bool) {
	rest := strings.TrimLeft(line, "0123456789")
	if n := len(line) - len(rest); n > 2 || n == 0 && !strings.ContainsRune("-–+•*", firstRune(line)) {
		return line, false
	} else if n > 0 && (rest == "" || !strings.ContainsRune(".)-/:", firstRune(rest))) {
		return line, false
	}
	rest = strings.TrimSpace(rest[utf8.RuneLen(firstRune(rest)):])
	return rest, rest != ""
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// asIdentity returns the cell as an identity number. A spreadsheet that keeps
// one as a number has dropped its leading zeros, so a number that is one digit
// short of a real one is refused and not guessed.
func (r *reading) asIdentity() string {
	text := r.asText()
	if r.cell.Kind == Number && r.code == "" && len(text) != 12 && len(text) != 9 && len(text) != 10 {
		r.wrong(thads.CodeInvalid, "Số định danh lưu dạng số nên có thể đã mất số 0 ở đầu; hãy định dạng cột là Văn bản (Text) và gõ lại", "The identity number is kept as a number and may have lost its leading zeros; format the column as text and type it again")
		return ""
	}
	return text
}

// maskRune stands for what was not shown to whoever made a file.
const maskRune = '•'

// isMasked tells whether parts of a text stand for what was not shown. In free
// text a dot before a space begins an item of a list; in a name, an address or a
// number (personal) it never does.
func isMasked(text string, personal bool) bool {
	if personal {
		return strings.ContainsRune(text, maskRune)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if item, isItem := strings.CutPrefix(line, string(maskRune)+" "); isItem {
			line = item
		}
		if strings.ContainsRune(line, maskRune) {
			return true
		}
	}
	return false
}

// masked refuses a cell that holds a mask and no value.
func (r *reading) masked() {
	r.wrong(thads.CodeNotAllowed, "Ô có dữ liệu đã che (•) của tệp xuất ra; dữ liệu đã che không nhập lại được, hãy ghi dữ liệu thật hoặc để trống cả dòng", "The cell holds masked data (•) of an export, which cannot be brought in; write the real value, or leave the whole row out")
}

// asAccount returns the cell as the number of a bank account. What a spreadsheet
// keeps as a number may have lost zeros at its beginning and digits at its end.
func (r *reading) asAccount() string {
	text := r.asText()
	if r.cell.Kind == Number && r.code == "" {
		r.wrong(thads.CodeInvalid, "Số tài khoản lưu dạng số nên có thể đã mất chữ số; hãy định dạng cột là Văn bản (Text) và gõ lại", "The account number is kept as a number and may have lost digits; format the column as text and type it again")
		return ""
	}
	return text
}

// key is the form in which headers and choices are compared: without case,
// diacritics and whatever is neither letter nor digit.
func key(s string) string {
	return strings.Join(strings.FieldsFunc(thads.Fold(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), " ")
}

// A vocabulary finds the value that a text means.
type vocabulary struct {
	// exact finds a value by its name with diacritics, folded without. A folded
	// name that two values share finds neither: points d and đ of an article
	// are different grounds.
	exact, folded map[string]string
	// names are the Vietnamese names in order, for people to choose from, and
	// label the name of each value.
	names []string
	label map[string]string
}

func newVocabulary() *vocabulary {
	return &vocabulary{exact: map[string]string{}, folded: map[string]string{}, label: map[string]string{}}
}

// add gives a value a name.
func (v *vocabulary) add(name, value string) {
	v.exact[exactKey(name)] = value
	k := key(name)
	if other, taken := v.folded[k]; taken && other != value {
		value = ""
	}
	v.folded[k] = value
}

// find returns the value that a text means.
func (v *vocabulary) find(text string) (string, bool) {
	value, ok := v.exact[exactKey(text)]
	if !ok {
		value = v.folded[key(text)]
	}
	return value, value != ""
}

// begins returns the value with the longest name that a text begins with, as
// whole words.
func (v *vocabulary) begins(text string) (string, bool) {
	k := key(text)
	for at := len(k); at > 0; at = strings.LastIndexByte(k[:at], ' ') {
		if value := v.folded[k[:at]]; value != "" {
			return value, true
		}
	}
	return "", false
}

// exactKey is like key but keeps diacritics.
func exactKey(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(thads.NormalizeName(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	}), " ")
}

// vocabularyOf makes the vocabulary of an enumeration: the Vietnamese and
// English names, the constants, and the abbreviations that registers use.
func vocabularyOf[T ~string](terms []thads.Term[T], abbreviations map[string]T) *vocabulary {
	v := newVocabulary()
	for _, t := range terms {
		for _, name := range []string{t.Name.VI, t.Name.EN, string(t.Value)} {
			v.add(name, string(t.Value))
		}
		v.names = append(v.names, t.Name.VI)
		v.label[string(t.Value)] = t.Name.VI
	}
	for short, value := range abbreviations {
		v.add(short, string(value))
	}
	return v
}

// groundsOfStates is the vocabulary of the legal grounds on which a state of a
// case may rest: codes, citations, and names where only one ground has them.
func groundsOfStates() *vocabulary {
	v := newVocabulary()
	cited := map[string]int{}
	for _, g := range thads.Grounds() {
		if groundsAState(&g) {
			cited[g.Citation]++
		}
	}
	for _, g := range thads.Grounds() {
		if !groundsAState(&g) {
			continue
		}
		code := string(g.Code)
		v.add(code, code)
		v.add(g.Name.VI, code)
		v.label[code] = code
		if cited[g.Citation] == 1 {
			v.add(g.Citation, code)
			v.label[code] = g.Citation
		}
		v.names = append(v.names, v.label[code])
	}
	return v
}

// groundsAState tells whether a case can stand in a state by the ground.
func groundsAState(g *thads.Ground) bool {
	return slices.ContainsFunc(g.Kinds, func(k thads.CaseEventKind) bool {
		return slices.Contains([]thads.CaseEventKind{thads.CasePostponed, thads.CaseSuspended, thads.CasePaused, thads.CaseNotEnforceable}, k)
	})
}
