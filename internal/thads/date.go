package thads

import (
	"strconv"
	"strings"
	"time"
)

// A Date is a civil date in Asia/Ho_Chi_Minh, written yyyymmdd (20191209), so
// that dates compare with < and keep their order in every index. The zero Date
// means that there is none.
//
// Legal days are local dates: a Date has no clock time and no time zone, and
// only [DateIn] and [Date.StartOfDay] go between dates and instants.
type Date int32

// The years a person may enter. Earlier and later dates are always slips of
// the keyboard (0219, 20019).
const (
	minYear = 1900
	maxYear = 2200
)

// vietnam is UTC+7 all year round. A fixed zone is right for every instant
// since 13 June 1975, when the South moved its clocks from UTC+8 to join the
// North; Viet Nam has had neither another offset nor summer time since. The
// system only meets older days as civil dates, which no zone can shift. It
// also spares the program the time zone database, which minimal servers lack.
var vietnam = time.FixedZone("+07", 7*60*60)

// NewDate returns the date, or an error where the calendar does not have it
// (30 February) or the year lies outside 1900–2200.
func NewDate(y int, m time.Month, d int) (Date, error) {
	if y < minYear || y > maxYear {
		return 0, Errorf(CodeOutOfRange, "",
			"Năm %d nằm ngoài khoảng %d–%d", "the year %d lies outside %d–%d", y, minYear, maxYear)
	}
	if m < time.January || m > time.December || d < 1 || d > daysIn(y, m) {
		return 0, Errorf(CodeInvalid, "",
			"Không có ngày %02d/%02d/%d trong lịch", "there is no day %02d/%02d/%d in the calendar", d, int(m), y)
	}
	return pack(y, m, d), nil
}

// DateOf returns the date as [time.Date] normalises it: month 13 is January of
// the next year, day 0 the last day of the month before. It is meant for dates
// that the program itself makes; years outside 1–9999 give the zero Date.
func DateOf(y int, m time.Month, d int) Date {
	// Days are counted from the first of the month, after months have been
	// brought into 1–12.
	months := y*12 + int(m) - 1
	return fromDays(toDays(floorDiv(months, 12), time.Month(floorMod(months, 12)+1), 1) + d - 1)
}

// ParseDate reads an ISO date, strictly yyyy-MM-dd, of the years 1900–2200.
func ParseDate(s string) (Date, error) {
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		y, ok1 := digits(s[:4])
		m, ok2 := digits(s[5:7])
		d, ok3 := digits(s[8:])
		if ok1 && ok2 && ok3 {
			return NewDate(y, time.Month(m), d)
		}
	}
	return 0, Errorf(CodeInvalid, "",
		"%q không phải là ngày dạng yyyy-MM-dd", "%q is not a date of the form yyyy-MM-dd", clip(s))
}

// ParseVietnameseDate reads a date as Vietnamese papers write it: 05/09/2018,
// 5-9-2018, 5.9.2018 or “ngày 05 tháng 9 năm 2018”. The day comes first and
// the year always has four digits.
func ParseVietnameseDate(s string) (Date, error) {
	t := strings.TrimSpace(s)
	if len(t) <= 64 {
		d, m, y, ok := splitNumericDate(t)
		if !ok {
			d, m, y, ok = splitWordDate(t)
		}
		if ok {
			return NewDate(y, time.Month(m), d)
		}
	}
	return 0, Errorf(CodeInvalid, "",
		"%q không phải là ngày dạng dd/MM/yyyy", "%q is not a date of the form dd/MM/yyyy", clip(s))
}

func splitNumericDate(s string) (d, m, y int, ok bool) {
	i := strings.IndexAny(s, "/-.")
	if i < 0 {
		return 0, 0, 0, false
	}
	parts := strings.Split(s, s[i:i+1])
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	return dateParts(strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), strings.TrimSpace(parts[2]))
}

func splitWordDate(s string) (d, m, y int, ok bool) {
	w := strings.Fields(Fold(s))
	if len(w) != 6 || w[0] != "ngay" || w[2] != "thang" || w[4] != "nam" {
		return 0, 0, 0, false
	}
	return dateParts(w[1], w[3], w[5])
}

func dateParts(ds, ms, ys string) (d, m, y int, ok bool) {
	if len(ds) > 2 || len(ms) > 2 || len(ys) != 4 {
		return 0, 0, 0, false
	}
	d, ok1 := digits(ds)
	m, ok2 := digits(ms)
	y, ok3 := digits(ys)
	return d, m, y, ok1 && ok2 && ok3
}

// DateIn returns the civil date in Viet Nam at the instant. The zero
// [time.Time], and instants outside the years 1–9999, give the zero Date.
func DateIn(t time.Time) Date {
	if t.IsZero() {
		return 0
	}
	y, m, d := t.In(vietnam).Date()
	if y < 1 || y > 9999 {
		return 0
	}
	return pack(y, m, d)
}

// IsZero tells whether there is no date.
func (d Date) IsZero() bool { return d == 0 }

// Valid tells whether d is a day of the calendar in the years that may be
// entered, 1900–2200. The zero Date is not.
func (d Date) Valid() bool {
	_, err := NewDate(d.Year(), d.Month(), d.Day())
	return err == nil
}

// Year returns the year, 0 for the zero Date.
func (d Date) Year() int { return int(d) / 10000 }

// Month returns the month, 0 for the zero Date.
func (d Date) Month() time.Month { return time.Month(int(d) / 100 % 100) }

// Day returns the day of the month, 0 for the zero Date.
func (d Date) Day() int { return int(d) % 100 }

// Weekday returns the day of the week; that of the zero Date means nothing.
func (d Date) Weekday() time.Weekday {
	// 1 January 1970 was a Thursday.
	return time.Weekday(floorMod(d.days()+int(time.Thursday), 7))
}

// AddDays returns the date n days later, or earlier where n is negative. The
// zero Date stays zero.
func (d Date) AddDays(n int) Date {
	if d == 0 || n == 0 {
		return d
	}
	return fromDays(d.days() + n)
}

// AddMonths returns the date n months later, on the same day of the month or
// the last one that month has: a month after 31 January is the end of
// February. A term counted in months ends on the corresponding day, and on the
// last day of the month where there is none (Civil Code 91/2015/QH13, art.
// 148(3)). The zero Date stays zero.
func (d Date) AddMonths(n int) Date {
	if d == 0 {
		return 0
	}
	months := d.Year()*12 + int(d.Month()) - 1 + n
	y, m := floorDiv(months, 12), time.Month(floorMod(months, 12)+1)
	if y < 1 || y > 9999 {
		return 0
	}
	return pack(y, m, min(d.Day(), daysIn(y, m)))
}

// AddYears returns the date n years later; 29 February becomes 28 February
// where the year has none. The zero Date stays zero.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// DaysUntil returns the number of days from d to the other date, negative
// where the other is earlier. Between a date and the zero Date there is no
// distance: the result is 0.
func (d Date) DaysUntil(other Date) int {
	if d == 0 || other == 0 {
		return 0
	}
	return other.days() - d.days()
}

// String returns the date in ISO form, "2019-12-09", and "" for none.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return string(d.append(make([]byte, 0, 10)))
}

func (d Date) append(b []byte) []byte {
	b = appendPadded(b, d.Year(), 4)
	b = appendPadded(append(b, '-'), int(d.Month()), 2)
	return appendPadded(append(b, '-'), d.Day(), 2)
}

// Vietnamese returns the date as dd/MM/yyyy, "09/12/2019", and "" for none.
func (d Date) Vietnamese() string {
	if d == 0 {
		return ""
	}
	b := appendPadded(make([]byte, 0, 10), d.Day(), 2)
	b = appendPadded(append(b, '/'), int(d.Month()), 2)
	return string(appendPadded(append(b, '/'), d.Year(), 4))
}

// StartOfDay returns the instant, in UTC, at which the day begins in Viet Nam,
// and the zero [time.Time] for none. The day ends where AddDays(1) begins.
func (d Date) StartOfDay() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, vietnam).UTC()
}

// MarshalText writes the ISO form, nothing for the zero Date.
func (d Date) MarshalText() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the ISO form; an empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// MarshalJSON writes the ISO form as a string, "" for the zero Date.
func (d Date) MarshalJSON() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 12), '"')
	if d != 0 {
		b = d.append(b)
	}
	return append(b, '"'), nil
}

// UnmarshalJSON reads an ISO string; "" and null are the zero Date.
func (d *Date) UnmarshalJSON(data []byte) error {
	s := string(data)
	if s == "null" {
		*d = 0
		return nil
	}
	// No valid date needs an escape, so one cannot be hidden in the string.
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return Errorf(CodeInvalid, "", "Ngày phải là chuỗi yyyy-MM-dd", "a date must be a string yyyy-MM-dd")
	}
	return d.UnmarshalText(data[1 : len(data)-1])
}

// check refuses to write what reading would refuse.
func (d Date) check() error {
	if d == 0 || d.Valid() {
		return nil
	}
	return Errorf(CodeInvalid, "", "%d không phải là ngày", "%d is not a date", int32(d))
}

// A StatYear is a statistical year (năm báo cáo) of civil judgment
// enforcement: 2019 runs from 1 October 2018 to 30 September 2019. Periods are
// cumulative from 1 October and end with a month (Circular 06/2019/TT-BTP,
// art. 4).
type StatYear int

// StatYearOf returns the statistical year that holds the date, 0 for none.
func StatYearOf(d Date) StatYear {
	if d.Month() >= time.October {
		return StatYear(d.Year() + 1)
	}
	return StatYear(d.Year())
}

// Start returns the first day of the year, 1 October of the calendar year
// before.
func (y StatYear) Start() Date { return DateOf(int(y)-1, time.October, 1) }

// End returns the last day of the year, 30 September.
func (y StatYear) End() Date { return DateOf(int(y), time.September, 30) }

// Contains tells whether the date lies in the year.
func (y StatYear) Contains(d Date) bool { return d != 0 && StatYearOf(d) == y }

// PeriodEnd returns the last day of the period of that many months, 1 to 12,
// counted from 1 October: 6 gives 31 March.
func (y StatYear) PeriodEnd(months int) (Date, error) {
	if months < 1 || months > 12 {
		return 0, Errorf(CodeOutOfRange, "",
			"Kỳ báo cáo phải từ 1 đến 12 tháng, không phải %d", "a period has 1 to 12 months, not %d", months)
	}
	return DateOf(int(y)-1, time.October+time.Month(months), 0), nil
}

// String returns the year in digits, "2019".
func (y StatYear) String() string { return strconv.Itoa(int(y)) }

func pack(y int, m time.Month, d int) Date { return Date(y*10000 + int(m)*100 + d) }

// days counts the days since 1 January 1970.
func (d Date) days() int { return toDays(d.Year(), d.Month(), d.Day()) }

// toDays and fromDays convert between the Gregorian calendar and days since 1
// January 1970. Years begin in March here, so that the leap day is the last of
// its year and the lengths of the months follow the straight line (153m+2)/5;
// 400 years have 146,097 days.
func toDays(y int, m time.Month, d int) int {
	mp := int(m) - 3
	if m <= time.February {
		y--
		mp += 12
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doe := yoe*365 + yoe/4 - yoe/100 + (153*mp+2)/5 + d - 1
	return era*146097 + doe - 719468
}

func fromDays(n int) Date {
	n += 719468
	era := floorDiv(n, 146097)
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	y, m := era*400+yoe, mp+3
	if m > 12 {
		m -= 12
		y++
	}
	if y < 1 || y > 9999 {
		return 0
	}
	return pack(y, time.Month(m), doy-(153*mp+2)/5+1)
}

func daysIn(y int, m time.Month) int {
	switch m {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	default:
		return 31
	}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int) int { return a - floorDiv(a, b)*b }

// digits reads a number of at most nine ASCII digits, without a sign.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func appendPadded(b []byte, n, width int) []byte {
	var tmp [20]byte
	s := strconv.AppendInt(tmp[:0], int64(n), 10)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}

// clip shortens an input that an error message quotes.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
