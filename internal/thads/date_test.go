package thads

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// MustDate makes the dates of tests.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func isCode(err error, code Code) bool { return errors.Is(err, &Error{Code: code}) }

func TestParseDate(t *testing.T) {
	tests := []struct {
		in   string
		want Date
		code Code
	}{
		{"2019-12-09", 20191209, ""},
		{"2020-02-29", 20200229, ""},
		{"2000-02-29", 20000229, ""},
		{"1900-01-01", 19000101, ""},
		{"2200-12-31", 22001231, ""},
		{"1900-02-29", 0, CodeInvalid},
		{"2019-02-29", 0, CodeInvalid},
		{"2019-04-31", 0, CodeInvalid},
		{"2019-13-01", 0, CodeInvalid},
		{"2019-00-01", 0, CodeInvalid},
		{"2019-01-00", 0, CodeInvalid},
		{"1899-12-31", 0, CodeOutOfRange},
		{"2201-01-01", 0, CodeOutOfRange},
		{"0000-00-00", 0, CodeOutOfRange},
		{"", 0, CodeInvalid},
		{"2019-1-9", 0, CodeInvalid},
		{"20191209", 0, CodeInvalid},
		{"2019/12/09", 0, CodeInvalid},
		{" 2019-12-09", 0, CodeInvalid},
		{"2019-12-09 ", 0, CodeInvalid},
		{"2019-12-0９", 0, CodeInvalid},
		{"+019-12-09", 0, CodeInvalid},
		{"2019-+2-09", 0, CodeInvalid},
		{"2019-12-09T00:00:00Z", 0, CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseDate(tt.in)
			if got != tt.want || (err != nil) != (tt.code != "") || err != nil && !isCode(err, tt.code) {
				t.Errorf("ParseDate(%q) = %d, %v; want %d, %q", tt.in, got, err, tt.want, tt.code)
			}
		})
	}
}

func TestParseVietnameseDate(t *testing.T) {
	tests := []struct {
		in   string
		want Date
		code Code
	}{
		{"05/09/2018", 20180905, ""},
		{"5/9/2018", 20180905, ""},
		{"5-9-2018", 20180905, ""},
		{"9.12.2019", 20191209, ""},
		{" 05 / 09 / 2018 ", 20180905, ""},
		{"ngày 05 tháng 9 năm 2018", 20180905, ""},
		{"Ngày 05  tháng 09 năm 2018", 20180905, ""},
		{"NGÀY 31 THÁNG 12 NĂM 2019", 20191231, ""},
		{"nga\u0300y 5 tha\u0301ng 9 na\u0306m 2018", 20180905, ""},
		{"ngay 5 thang 9 nam 2018", 20180905, ""},
		{"29/02/2020", 20200229, ""},
		{"29/02/2019", 0, CodeInvalid},
		{"31-4-2019", 0, CodeInvalid},
		{"12/13/2019", 0, CodeInvalid},
		{"0/1/2019", 0, CodeInvalid},
		{"05/09/1818", 0, CodeOutOfRange},
		{"05/09/18", 0, CodeInvalid},
		{"9-12", 0, CodeInvalid},
		{"2018-09-05", 0, CodeInvalid},
		{"05/09-2018", 0, CodeInvalid},
		{"005/09/2018", 0, CodeInvalid},
		{"05/09/2018/1", 0, CodeInvalid},
		{"-5/9/2018", 0, CodeInvalid},
		{"tháng 9 năm 2018", 0, CodeInvalid},
		{"ngày tháng 9 năm 2018", 0, CodeInvalid},
		{"", 0, CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseVietnameseDate(tt.in)
			if got != tt.want || (err != nil) != (tt.code != "") || err != nil && !isCode(err, tt.code) {
				t.Errorf("ParseVietnameseDate(%q) = %d, %v; want %d, %q", tt.in, got, err, tt.want, tt.code)
			}
		})
	}
}

// Every day that may be entered agrees with the time package.
func TestDateCalendar(t *testing.T) {
	day := time.Date(minYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	first := DateOf(minYear, time.January, 1)
	prev := Date(0)
	for n := 0; day.Year() <= maxYear; n++ {
		d := first.AddDays(n)
		y, m, dd := day.Date()
		if d != pack(y, m, dd) || d.Weekday() != day.Weekday() || !d.Valid() {
			t.Fatalf("day %d is %v (%v), want %v", n, d, d.Weekday(), day)
		}
		if d <= prev || first.DaysUntil(d) != n || d.DaysUntil(first) != -n || d.AddDays(-n) != first {
			t.Fatalf("distances of %v are wrong", d)
		}
		if got, err := ParseDate(d.String()); got != d || err != nil {
			t.Fatalf("ParseDate(%q) = %v, %v", d.String(), got, err)
		}
		if got, err := ParseVietnameseDate(d.Vietnamese()); got != d || err != nil {
			t.Fatalf("ParseVietnameseDate(%q) = %v, %v", d.Vietnamese(), got, err)
		}
		prev, day = d, day.AddDate(0, 0, 1)
	}
	if want := MustDate("2200-12-31"); prev != want {
		t.Errorf("the last day was %v, want %v", prev, want)
	}
}

func TestDateOf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		y, m, d := 1950+r.IntN(200), time.Month(r.IntN(80)-40), r.IntN(2000)-1000
		want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if got := DateOf(y, m, d); got != pack(want.Year(), want.Month(), want.Day()) {
			t.Fatalf("DateOf(%d, %d, %d) = %v, want %v", y, m, d, got, want)
		}
	}
	for _, d := range []Date{DateOf(0, 12, 31), DateOf(10000, 1, 1), DateOf(9999, 12, 32), DateOf(-5, 1, 1)} {
		if d != 0 {
			t.Errorf("got %d outside the years 1–9999, want the zero Date", d)
		}
	}
	if got := DateOf(1, 1, 1); got != 10101 {
		t.Errorf("DateOf(1, 1, 1) = %d", got)
	}
}

func TestDateArithmetic(t *testing.T) {
	tests := []struct {
		name string
		got  Date
		want string
	}{
		{"a day over the year", MustDate("2019-12-31").AddDays(1), "2020-01-01"},
		{"a day back over a leap day", MustDate("2020-03-01").AddDays(-1), "2020-02-29"},
		{"no days", MustDate("2020-03-01").AddDays(0), "2020-03-01"},
		{"a month", MustDate("2019-01-15").AddMonths(1), "2019-02-15"},
		{"a month, clamped", MustDate("2019-01-31").AddMonths(1), "2019-02-28"},
		{"a month, clamped to a leap day", MustDate("2020-01-31").AddMonths(1), "2020-02-29"},
		{"months over the year", MustDate("2019-11-30").AddMonths(3), "2020-02-29"},
		{"months back", MustDate("2019-03-31").AddMonths(-1), "2019-02-28"},
		{"months back over the year", MustDate("2019-01-31").AddMonths(-2), "2018-11-30"},
		{"many months back", MustDate("2019-01-31").AddMonths(-25), "2016-12-31"},
		{"a year after a leap day", MustDate("2020-02-29").AddYears(1), "2021-02-28"},
		{"four years after a leap day", MustDate("2020-02-29").AddYears(4), "2024-02-29"},
		{"five years", MustDate("2018-09-05").AddYears(5), "2023-09-05"},
		{"zero and days", Date(0).AddDays(5), ""},
		{"zero and months", Date(0).AddMonths(5), ""},
		{"beyond the calendar", MustDate("2020-01-01").AddYears(9000), ""},
		{"before the calendar", MustDate("2020-01-01").AddMonths(-12 * 2020), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got.String() != tt.want {
				t.Errorf("got %v, want %v", tt.got, tt.want)
			}
		})
	}
	if got := Date(0).DaysUntil(20190101) + Date(20190101).DaysUntil(0); got != 0 {
		t.Errorf("the distance to the zero Date is %d, want 0", got)
	}
}

func TestDateIn(t *testing.T) {
	tests := []struct {
		at   string
		want Date
	}{
		{"2019-12-09T00:00:00Z", 20191209},
		{"2019-12-08T16:59:59.999Z", 20191208},
		{"2019-12-08T17:00:00Z", 20191209},
		{"2019-12-31T17:00:00Z", 20200101},
		{"2019-12-09T23:30:00-05:00", 20191210},
		{"2019-12-09T00:30:00+07:00", 20191209},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := DateIn(at); got != tt.want {
			t.Errorf("DateIn(%s) = %v, want %v", tt.at, got, tt.want)
		}
	}
	if got := DateIn(time.Time{}); got != 0 {
		t.Errorf("DateIn(zero) = %v", got)
	}
	if got := DateIn(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)); got != 0 {
		t.Errorf("DateIn(year 12000) = %d", got)
	}
	if !Date(0).StartOfDay().IsZero() {
		t.Error("the zero Date begins at an instant")
	}
	start := MustDate("2019-12-09").StartOfDay()
	if want := time.Date(2019, 12, 8, 17, 0, 0, 0, time.UTC); !start.Equal(want) || start.Location() != time.UTC {
		t.Errorf("StartOfDay = %v, want %v", start, want)
	}
	if DateIn(start) != 20191209 || DateIn(start.Add(-1)) != 20191208 {
		t.Error("a day does not begin at its start")
	}
}

func TestDateJSON(t *testing.T) {
	type doc struct {
		On    Date          `json:"on"`
		Until Date          `json:"until,omitzero"`
		By    map[Date]bool `json:"by,omitempty"`
	}
	tests := []struct {
		name string
		doc  doc
		json string
	}{
		{"zero", doc{}, `{"on":""}`},
		{
			"full",
			doc{On: 20191209, Until: 20200131, By: map[Date]bool{20200229: true}},
			`{"on":"2019-12-09","until":"2020-01-31","by":{"2020-02-29":true}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := json.Marshal(tt.doc)
			if err != nil || string(b) != tt.json {
				t.Fatalf("Marshal = %s, %v; want %s", b, err, tt.json)
			}
			var got doc
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.doc, got); diff != "" {
				t.Errorf("round trip (-want +got):\n%s", diff)
			}
		})
	}

	d := Date(20190101)
	if err := json.Unmarshal([]byte("null"), &d); err != nil || d != 0 {
		t.Errorf("null gives %v, %v", d, err)
	}
	for _, bad := range []string{`20191209`, `"20191209"`, `"2019-02-30"`, `" "`, `{}`, `"2019-12-0\u0039"`, `true`} {
		d := Date(20190101)
		if err := json.Unmarshal([]byte(bad), &d); !isCode(err, CodeInvalid) || d != 20190101 {
			t.Errorf("Unmarshal(%s) = %v, %v; want a refusal and d unchanged", bad, d, err)
		}
	}
	for _, bad := range []Date{1, -20191209, 20190230, 20191301} {
		if _, err := json.Marshal(bad); err == nil {
			t.Errorf("Marshal(%d) succeeds", bad)
		}
		if _, err := bad.MarshalText(); err == nil {
			t.Errorf("MarshalText of %d succeeds", bad)
		}
	}
}

func TestStatYear(t *testing.T) {
	tests := []struct {
		date string
		want StatYear
	}{
		{"2018-09-30", 2018},
		{"2018-10-01", 2019},
		{"2018-12-31", 2019},
		{"2019-01-01", 2019},
		{"2019-09-30", 2019},
		{"2019-10-01", 2020},
	}
	for _, tt := range tests {
		d := MustDate(tt.date)
		if got := StatYearOf(d); got != tt.want || !tt.want.Contains(d) || (tt.want + 1).Contains(d) {
			t.Errorf("StatYearOf(%s) = %v, want %v", tt.date, got, tt.want)
		}
	}
	if StatYearOf(0) != 0 || StatYear(0).Contains(0) {
		t.Error("the zero Date lies in a year")
	}
	y := StatYear(2019)
	if y.Start() != 20181001 || y.End() != 20190930 || y.String() != "2019" {
		t.Errorf("%v runs from %v to %v", y, y.Start(), y.End())
	}

	var ends []string
	for m := 1; m <= 12; m++ {
		d, err := StatYear(2020).PeriodEnd(m)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, d.String())
	}
	want := []string{
		"2019-10-31", "2019-11-30", "2019-12-31", "2020-01-31", "2020-02-29", "2020-03-31",
		"2020-04-30", "2020-05-31", "2020-06-30", "2020-07-31", "2020-08-31", "2020-09-30",
	}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Errorf("ends of periods (-want +got):\n%s", diff)
	}
	for _, m := range []int{-1, 0, 13} {
		if _, err := y.PeriodEnd(m); !isCode(err, CodeOutOfRange) {
			t.Errorf("PeriodEnd(%d): %v", m, err)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2019-12-09", "05/09/2018", "5-9-2018", "9.12.2019", "ngày 05 tháng 9 năm 2018", "", "2019-02-30", "\xff-5/9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil {
			if d.String() != s || !d.Valid() {
				t.Errorf("ParseDate(%q) = %v", s, d)
			}
		} else if d != 0 {
			t.Errorf("ParseDate(%q) refuses and gives %v", s, d)
		}
		if d, err := ParseVietnameseDate(s); err == nil {
			if again, err := ParseVietnameseDate(d.Vietnamese()); again != d || err != nil || !d.Valid() {
				t.Errorf("ParseVietnameseDate(%q) = %v, then %v, %v", s, d, again, err)
			}
		} else if d != 0 {
			t.Errorf("ParseVietnameseDate(%q) refuses and gives %v", s, d)
		}
		var d Date
		if err := d.UnmarshalJSON([]byte(s)); err == nil {
			if _, err := d.MarshalJSON(); err != nil {
				t.Errorf("%q is read but cannot be written: %v", s, err)
			}
		}
	})
}

func FuzzDateArithmetic(f *testing.F) {
	f.Add(int32(0), 1)
	f.Add(int32(18000), 400)
	f.Add(int32(-1), -146097)
	f.Fuzz(func(t *testing.T, day int32, n int) {
		d := fromDays(int(day) % 1_000_000)
		n %= 1_000_000
		e := d.AddDays(n)
		if d == 0 || e == 0 {
			return
		}
		if d.DaysUntil(e) != n || e.AddDays(-n) != d || (e > d) != (n > 0) {
			t.Errorf("%v and %d days is %v", d, n, e)
		}
		m := d.AddMonths(n % 1000)
		if m != 0 && (m.Day() > d.Day() || m.Day() < d.Day() && m.AddDays(1).Day() != 1) {
			t.Errorf("%v and %d months is %v", d, n%1000, m)
		}
	})
}

func BenchmarkDate(b *testing.B) {
	d := MustDate("2019-12-09")
	b.Run("AddDays", func(b *testing.B) {
		e := d
		for b.Loop() {
			e = e.AddDays(1)
			if e.Year() > 2100 {
				e = d
			}
		}
	})
	b.Run("Parse", func(b *testing.B) {
		for b.Loop() {
			if _, err := ParseDate("2019-12-09"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("DateIn", func(b *testing.B) {
		at := d.StartOfDay()
		for b.Loop() {
			if DateIn(at) != d {
				b.Fatal("wrong")
			}
		}
	})
}
