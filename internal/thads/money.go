package thads

import (
	"math/bits"
	"strconv"
	"strings"
	"unicode"
)

// Dong is an amount of money in đồng. Amounts are never fractions: the đồng has
// no smaller unit.
type Dong int64

// MaxDong is the largest amount, in either direction: the largest integer that
// a JSON number carries exactly, nine million tỷ.
const MaxDong Dong = 1<<53 - 1

// Valid tells whether the amount lies within ±[MaxDong].
func (d Dong) Valid() bool { return -MaxDong <= d && d <= MaxDong }

// Add returns the sum, or an error where it exceeds [MaxDong].
func (d Dong) Add(other Dong) (Dong, error) {
	// Neither operand beyond MaxDong is accepted, so the sum cannot wrap.
	if d.Valid() && other.Valid() {
		if sum := d + other; sum.Valid() {
			return sum, nil
		}
	}
	return 0, errTooMuch()
}

// Sub returns the difference, or an error where it exceeds [MaxDong].
func (d Dong) Sub(other Dong) (Dong, error) {
	if d.Valid() && other.Valid() {
		if diff := d - other; diff.Valid() {
			return diff, nil
		}
	}
	return 0, errTooMuch()
}

func errTooMuch() error {
	return Errorf(CodeOutOfRange, "", "Số tiền vượt quá %s", "the amount exceeds %s", MaxDong.Vietnamese())
}

// A MoneyUnit is the unit in which a column or field gives amounts. The forms
// of the statistical regime are in thousands, the press writes billions.
type MoneyUnit string

// The units of amounts.
const (
	// MoneyDong is the đồng itself.
	MoneyDong MoneyUnit = "DONG"
	// MoneyThousand is a thousand đồng (nghìn, ngàn).
	MoneyThousand MoneyUnit = "THOUSAND"
	// MoneyMillion is a million đồng (triệu).
	MoneyMillion MoneyUnit = "MILLION"
	// MoneyBillion is a billion đồng (tỷ, tỉ).
	MoneyBillion MoneyUnit = "BILLION"
)

// MoneyUnits returns all units, the smallest first.
func MoneyUnits() []MoneyUnit {
	return []MoneyUnit{MoneyDong, MoneyThousand, MoneyMillion, MoneyBillion}
}

// Valid tells whether the unit is one of [MoneyUnits].
func (u MoneyUnit) Valid() bool { return u.places() >= 0 }

// Vietnamese returns the word for the unit: đồng, nghìn, triệu or tỷ.
func (u MoneyUnit) Vietnamese() string {
	switch u {
	case MoneyDong:
		return "đồng"
	case MoneyThousand:
		return "nghìn"
	case MoneyMillion:
		return "triệu"
	case MoneyBillion:
		return "tỷ"
	default:
		return ""
	}
}

// Dong returns how many đồng the unit is, 0 for an unknown unit.
func (u MoneyUnit) Dong() Dong {
	p := u.places()
	if p < 0 {
		return 0
	}
	return Dong(pow10(p))
}

// places is the number of decimal places the unit can have, -1 where unknown.
func (u MoneyUnit) places() int {
	switch u {
	case MoneyDong:
		return 0
	case MoneyThousand:
		return 3
	case MoneyMillion:
		return 6
	case MoneyBillion:
		return 9
	default:
		return -1
	}
}

// ParseMoneyUnit reads the word or sign of a unit, with or without diacritics:
// đ, đồng, vnđ, nghìn, ngàn, triệu, tr, tỷ, tỉ, "1.000 đồng", "triệu đồng"; or
// the name of the constant.
func ParseMoneyUnit(s string) (MoneyUnit, error) {
	if u := MoneyUnit(s); u.Valid() {
		return u, nil
	}
	if len(s) <= 64 {
		w := strings.TrimSpace(strings.Trim(Fold(s), "()."))
		if u := wordUnit(w); u != "" {
			return u, nil
		}
		if first, rest, ok := strings.Cut(w, " "); ok && wordUnit(rest) == MoneyDong {
			if first == "1.000" || first == "1000" {
				return MoneyThousand, nil
			}
			if u := wordUnit(first); u != "" && u != MoneyDong {
				return u, nil
			}
		}
	}
	return "", Errorf(CodeInvalid, "", "%q không phải là đơn vị tiền", "%q is not a unit of money", clip(s))
}

// wordUnit knows the folded words of the units.
func wordUnit(w string) MoneyUnit {
	switch w {
	case "d", "₫", "dong", "vnd":
		return MoneyDong
	case "nghin", "ngan":
		return MoneyThousand
	case "trieu", "tr":
		return MoneyMillion
	case "ty", "ti":
		return MoneyBillion
	default:
		return ""
	}
}

// ParseDong reads an amount given in the unit.
//
// Digits may be grouped in threes by dots, commas or spaces ("1.234.567",
// "1,234,567", "1 234 567"). Decimals follow a comma, or a dot where commas
// group, and only in a unit larger than the đồng and no finer than it:
// "970,327" in tỷ is 970.327.000.000 đ. A minus sign may lead.
//
// The text may name its units itself, which then hold instead of the field's:
// "168.182 tỷ 330 triệu 867 nghìn đồng", "1,5 tỷ".
//
// Refused, as CodeInvalid, is what two readers could read differently:
// "970.327" in a unit larger than the đồng is 970 thousand to a Vietnamese
// and less than a thousand to a spreadsheet. Beyond [MaxDong] the code is
// CodeOutOfRange.
func ParseDong(s string, unit MoneyUnit) (Dong, error) {
	if !unit.Valid() {
		return 0, Errorf(CodeInvalid, "", "%q không phải là đơn vị tiền", "%q is not a unit of money", clip(string(unit)))
	}
	if len(s) > 128 {
		return 0, errMoney(s)
	}
	t := strings.TrimSpace(s)
	negative := false
	for _, sign := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(t, sign); ok {
			t, negative = strings.TrimSpace(rest), true
			break
		}
	}
	parts, ok := moneyParts(t)
	if !ok {
		return 0, errMoney(s)
	}
	if parts[0].unit == "" {
		parts[0].unit = unit
	}

	var total uint64
	for i, p := range parts {
		last := i == len(parts)-1
		if i > 0 && p.unit.places() >= parts[i-1].unit.places() {
			return 0, errMoney(s)
		}
		v, err := parseNumber(s, p.number, p.unit, last, i == 0)
		if err != nil {
			return 0, err
		}
		// 330 triệu after tỷ is less than a whole tỷ.
		if i > 0 && v >= pow10(parts[i-1].unit.places()) {
			return 0, errMoney(s)
		}
		total += v
		if total > uint64(MaxDong) {
			return 0, errTooMuch()
		}
	}
	if negative {
		return -Dong(total), nil
	}
	return Dong(total), nil
}

func errMoney(s string) error {
	return Errorf(CodeInvalid, "", "%q không phải là số tiền", "%q is not an amount of money", clip(s))
}

func errAmbiguousMoney(s string) error {
	return Errorf(CodeInvalid, "",
		"%q đọc được theo hai cách: hãy viết phần thập phân sau dấu phẩy, hoặc bỏ dấu chấm phân nhóm",
		"%q can be read in two ways: write decimals after a comma, or leave out the grouping dot", clip(s))
}

// A moneyPart is a number and the unit written after it, "" where none is.
type moneyPart struct {
	number string
	unit   MoneyUnit
}

// moneyParts splits "168.182 tỷ 330 triệu" into its numbers and units. Only
// the first part of a text may lack a unit, and only where it is the only one.
func moneyParts(s string) ([]moneyPart, bool) {
	var parts []moneyPart
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || r == '₫' })
		if n < 0 {
			if len(parts) > 0 {
				return nil, false
			}
			return []moneyPart{{number: strings.TrimSpace(s)}}, true
		}
		w := strings.IndexAny(s[n:], "0123456789")
		if w < 0 {
			w = len(s) - n
		}
		u, err := ParseMoneyUnit(strings.TrimSpace(s[n : n+w]))
		if err != nil {
			return nil, false
		}
		parts = append(parts, moneyPart{number: strings.TrimSpace(s[:n]), unit: u})
		s = s[n+w:]
	}
	return parts, len(parts) > 0
}

// parseNumber returns the đồng of one number in a unit. Only the last number
// of a text may have decimals, and only the first can be grouped, so that
// "168.182 tỷ 330 triệu" has one reading.
func parseNumber(whole, s string, unit MoneyUnit, last, first bool) (uint64, error) {
	places := unit.places()
	var (
		groups   [8]string
		n        int
		group    byte // the separator between groups
		decimals string
		point    bool
	)
	s = unifySpaces(s)
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] >= '0' && s[i] <= '9' {
			continue
		}
		if i == start || n == len(groups) || point {
			return 0, errMoney(whole)
		}
		groups[n] = s[start:i]
		n++
		start = i + 1
		if i == len(s) {
			break
		}
		switch c := s[i]; {
		case c != '.' && c != ',' && c != ' ':
			return 0, errMoney(whole)
		case group == 0:
			group = c
		case c == group:
		case c == ' ':
			return 0, errMoney(whole)
		default:
			// Another separator than the one that groups begins the decimals,
			// which reach to the end.
			point = true
			decimals = s[i+1:]
			if !allDigits(decimals) {
				return 0, errMoney(whole)
			}
			i = len(s)
		}
		if point {
			break
		}
	}
	if n == 0 {
		return 0, errMoney(whole)
	}
	if !point && n == 2 && places > 0 {
		switch {
		case group == ',':
			// The decimal comma of the language.
			decimals, point, n = groups[1], true, 1
		case group == '.' && (len(groups[1]) != 3 || last):
			return 0, errAmbiguousMoney(whole)
		}
	}
	// Without a second group the separator groups nothing.
	grouped := n > 1
	if grouped && !first {
		return 0, errMoney(whole)
	}
	for i, g := range groups[:n] {
		if grouped && (i > 0 && len(g) != 3 || i == 0 && len(g) > 3) {
			return 0, errMoney(whole)
		}
	}
	if point {
		if places == 0 {
			return 0, Errorf(CodeInvalid, "", "%q: đồng không có phần thập phân", "%q: đồng have no decimals", clip(whole))
		}
		if !last {
			return 0, errMoney(whole)
		}
	}
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > places {
		return 0, Errorf(CodeInvalid, "", "%q lẻ hơn một đồng", "%q is finer than one đồng", clip(whole))
	}

	var v uint64
	for _, g := range groups[:n] {
		for i := range len(g) {
			v = v*10 + uint64(g[i]-'0')
			if v > uint64(MaxDong) {
				return 0, errTooMuch()
			}
		}
	}
	hi, v := bits.Mul64(v, pow10(places))
	if hi != 0 || v > uint64(MaxDong) {
		return 0, errTooMuch()
	}
	for i := range len(decimals) {
		v += uint64(decimals[i]-'0') * pow10(places-1-i)
	}
	return v, nil
}

// unifySpaces writes every kind of space as an ASCII space: spreadsheets group
// with no-break and narrow spaces.
func unifySpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// Vietnamese returns the amount in full, "1.234.567 đ".
func (d Dong) Vietnamese() string {
	b := appendGrouped(make([]byte, 0, 32), magnitude(int64(d)), d < 0)
	return string(append(b, " đ"...))
}

// Compact returns the amount in tỷ or triệu with at most three decimals,
// "970,327 tỷ", for headings and charts; below a triệu it is written in full.
// It rounds half away from zero.
func (d Dong) Compact() string {
	m := magnitude(int64(d))
	const million, billion = 1_000_000, 1_000_000_000
	if m < million {
		return d.Vietnamese()
	}
	unit, word := uint64(million), " triệu"
	// 999.999.999 rounds to 1 tỷ, not to 1.000 triệu.
	if m >= billion-million/2000 {
		unit, word = billion, " tỷ"
	}
	step := unit / 1000
	thousandths := m / step
	if m%step >= step-step/2 {
		thousandths++
	}
	b := appendGrouped(make([]byte, 0, 32), thousandths/1000, d < 0)
	if f := thousandths % 1000; f != 0 {
		b = appendPadded(append(b, ','), int(f), 3)
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return string(append(b, word...))
}

// appendGrouped writes digits in groups of three, separated by dots.
func appendGrouped(b []byte, m uint64, negative bool) []byte {
	if negative {
		b = append(b, '-')
	}
	var tmp [20]byte
	s := strconv.AppendUint(tmp[:0], m, 10)
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b = append(b, '.')
		}
		b = append(b, c)
	}
	return b
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Percent is a share in hundredths of a percentage point: 3472 is 34,72%.
// Differences of shares are Percents too, and count points, never percent of
// percent.
type Percent int64

// Ratio returns n out of d as a Percent, rounded half away from zero. It is
// false where d is zero or the result is beyond the range of Percent.
func Ratio(n, d int64) (Percent, bool) {
	if d == 0 {
		return 0, false
	}
	divisor := magnitude(d)
	hi, lo := bits.Mul64(magnitude(n), 10000)
	if hi >= divisor {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, divisor)
	if r >= divisor-r {
		q++
	}
	if q > 1<<63-1 {
		return 0, false
	}
	if (n < 0) != (d < 0) {
		return -Percent(q), true
	}
	return Percent(q), true
}

// ParsePercent reads percentage points with at most two decimals after a comma
// or a dot, with or without the sign: "34,72%", "30", "-0,72".
func ParsePercent(s string) (Percent, error) {
	bad := func() (Percent, error) {
		return 0, Errorf(CodeInvalid, "",
			"%q không phải là tỷ lệ phần trăm", "%q is not a percentage", clip(s))
	}
	t := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	negative := false
	for _, sign := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(t, sign); ok {
			t, negative = rest, true
			break
		}
	}
	whole, decimals := t, "00"
	if i := strings.IndexAny(t, ".,"); i >= 0 {
		whole, decimals = t[:i], t[i+1:]
		if len(decimals) == 1 {
			decimals += "0"
		}
	}
	points, ok1 := digits(whole)
	hundredths, ok2 := digits(decimals)
	if !ok1 || !ok2 || len(decimals) != 2 {
		return bad()
	}
	p := Percent(points)*100 + Percent(hundredths)
	if negative {
		return -p, nil
	}
	return p, nil
}

// Vietnamese returns the share with two decimals, "34,72%".
func (p Percent) Vietnamese() string {
	m := magnitude(int64(p))
	b := appendGrouped(make([]byte, 0, 32), m/100, p < 0)
	b = appendPadded(append(b, ','), int(m%100), 2)
	return string(append(b, '%'))
}

// Float returns the share in percentage points, 34.72.
func (p Percent) Float() float64 { return float64(p) / 100 }
