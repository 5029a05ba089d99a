package thads

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawDay(t *rapid.T, label string) Date {
	// Some days lie outside the years of the calendar.
	return DateOf(2016, time.January, 1).AddDays(rapid.IntRange(0, 14*365).Draw(t, label))
}

func TestWorkdayProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := drawDay(t, "day"), rapid.IntRange(0, 60).Draw(t, "n")
		due, certain := AddWorkdays(d, n)
		if got := WorkdaysBetween(d, due); got != n {
			t.Fatalf("%d working days after %s is %s, between them there are %d", n, d, due, got)
		}
		if works, _ := Workday(due); n > 0 && !works {
			t.Fatalf("%d working days after %s is %s, which is off", n, d, due)
		}
		if later, _ := AddWorkdays(d, n+1); later <= due {
			t.Fatalf("one more working day after %s gives %s", due, later)
		}
		if later, _ := AddWorkdays(d.AddDays(rapid.IntRange(0, 20).Draw(t, "later")), n); later < due {
			t.Fatalf("a later beginning ends at %s, before %s", later, due)
		}
		m := rapid.IntRange(0, n).Draw(t, "m")
		half, first := AddWorkdays(d, m)
		whole, second := AddWorkdays(half, n-m)
		if whole != due || (first && second) != certain {
			t.Fatalf("%d and %d working days after %s come to %s, not %s", m, n-m, d, whole, due)
		}
		next, _ := NextWorkday(d)
		switch works, _ := Workday(d); {
		case works && next != d:
			t.Fatalf("%s is worked, the next working day is told to be %s", d, next)
		case !works:
			if first, _ := AddWorkdays(d, 1); first != next {
				t.Fatalf("%s is off, the next working day is %s and not %s", d, next, first)
			}
		}
	})
}

func TestWorkdays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		from    Date
		n       int
		want    Date
		certain bool
	}{
		{"within a week", 20191209, 4, 20191213, true},
		{"over a weekend", 20191209, 5, 20191216, true},
		{"over the lunar new year", 20190201, 1, 20190211, true},
		{"a Saturday worked for a Monday", 20181228, 1, 20190102, true},
		{"the Saturday itself", 20190104, 1, 20190105, true},
		{"over five days off", 20190426, 1, 20190502, true},
		{"over the Saturday worked for it", 20190503, 1, 20190504, true},
		{"days in lieu", 20230428, 1, 20230504, true},
		{"the second day of National Day, before", 20220831, 1, 20220905, true},
		{"the second day of National Day, after", 20240830, 1, 20240904, true},
		{"only one before 2021", 20200901, 1, 20200903, true},
		{"nothing announced", 20270203, 1, 20270204, false},
		{"before the calendar", 20171229, 1, 20180102, false},
		{"after the calendar", 20271230, 2, 20280103, false},
		{"none", 20191209, 0, 20191209, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, certain := AddWorkdays(tt.from, tt.n)
			if got != tt.want || certain != tt.certain {
				t.Errorf("got %s, %t; want %s, %t", got, certain, tt.want, tt.certain)
			}
		})
	}
}

// TestCalendarHolds checks what every year must have: the holidays of the Labour
// Code, of which those by the moon are computed from its phases here; as many days
// off in lieu as holidays fell on weekends; and a day worked for each day swapped.
func TestCalendarHolds(t *testing.T) {
	t.Parallel()
	for year := FirstCalendarYear; year <= LastCalendarYear; year++ {
		c, ok := CalendarOf(year)
		if !ok || c.Year != year {
			t.Fatalf("the calendar of %d is that of %d", year, c.Year)
		}
		if !slices.IsSortedFunc(c.Days, func(a, b CalendarDay) int { return int(a.Date) - int(b.Date) }) {
			t.Errorf("%d is not in order", year)
		}
		days := map[string][]Date{}
		var weekend, inLieuOf, swaps, worked, lunar int
		for _, d := range c.Days {
			days[d.Name.EN] = append(days[d.Name.EN], d.Date)
			if d.Date.Year() != year || !d.Date.Valid() {
				t.Errorf("%s is in the calendar of %d", d.Date, year)
			}
			w := d.Date.Weekday()
			free := w == time.Saturday || w == time.Sunday
			switch {
			case strings.HasPrefix(d.Name.EN, "In lieu of"):
				inLieuOf++
			case strings.HasPrefix(d.Name.EN, "Swapped"):
				// That of New Year 2019 is in 2018, its Saturday in 2019.
				if swaps++; d.Date == 20181231 {
					swaps--
				}
			case strings.HasPrefix(d.Name.EN, "Worked"):
				if worked++; d.Date == 20190105 {
					worked--
				}
			case free && !d.Working:
				weekend++
			}
			if d.Name == nameTet {
				lunar++
			}
			if d.Working && d.Certain && !free {
				t.Errorf("%s is listed, and worked as any other day", d.Date)
			}
		}
		if open := weekend - inLieuOf; open < 0 || open > 0 && c.Certain || swaps != worked || lunar != 5 {
			t.Errorf("%d has %d holidays on weekends and %d days in lieu, %d days swapped and %d worked, %d days of the lunar new year",
				year, weekend, inLieuOf, swaps, worked, lunar)
		}
		newYear := lunarDay(year, 1, 1)
		if !slices.Contains(days[nameTet.EN], newYear) {
			t.Errorf("the lunar new year of %d is %s, off are %v", year, newYear, days[nameTet.EN])
		}
		for name, want := range map[string][]Date{
			nameNewYear.EN: {DateOf(year, time.January, 1)}, nameHung.EN: {lunarDay(year, 3, 10)},
			nameLiberty.EN: {DateOf(year, time.April, 30)}, nameLabour.EN: {DateOf(year, time.May, 1)},
		} {
			if diff := cmp.Diff(want, days[name]); diff != "" {
				t.Errorf("%s %d (-want +got):\n%s", name, year, diff)
			}
		}
		national := days[nameNational.EN]
		if want := map[bool]int{true: 2, false: 1}[year >= 2021]; len(national) != want || !slices.Contains(national, DateOf(year, time.September, 2)) {
			t.Errorf("National Day %d is on %v", year, national)
		}
		if got := c.Certain; got != (year <= 2025) {
			t.Errorf("%d is certain: %t", year, got)
		}
	}
}

// lunarDay returns the day of the n-th day of a month in the lunisolar year that
// begins in the year, by the phases of the moon and the longitude of the sun at
// UTC+7 (after Meeus, Astronomical Algorithms). The month in which the sun enters
// its twelfth sign is the first; one in which it enters none is a leap month and
// has the number of the one before (as in 2023, of the years here).
func lunarDay(year, month, n int) Date {
	at := 0
	for k := int(float64(year-1900)*12.3685) - 2; ; k++ {
		start, end := newMoonDay(k), newMoonDay(k+1)
		sign := sunSign(end)
		switch {
		case at == 0 && start.Year() == year && sign == 11 && sunSign(start) == 10:
			at = 1
		case at > 0 && sign != sunSign(start):
			at++
		}
		if at == month {
			return start.AddDays(n - 1)
		}
	}
}

// newMoonDay is the day, at UTC+7, of the k-th new moon since 1 January 1900.
func newMoonDay(k int) Date {
	const rad = math.Pi / 180
	kk := float64(k)
	tt := kk / 1236.85
	jd := 2415020.75933 + 29.53058868*kk + 0.0001178*tt*tt - 0.000000155*tt*tt*tt + 0.00033*math.Sin((166.56+132.87*tt-0.009173*tt*tt)*rad)
	m := (359.2242 + 29.10535608*kk - 0.0000333*tt*tt) * rad
	mp := (306.0253 + 385.81691806*kk + 0.0107306*tt*tt) * rad
	f := (21.2964 + 390.67050646*kk - 0.0016528*tt*tt) * rad
	jd += (0.1734-0.000393*tt)*math.Sin(m) + 0.0021*math.Sin(2*m) - 0.4068*math.Sin(mp) + 0.0161*math.Sin(2*mp) - 0.0004*math.Sin(3*mp) +
		0.0104*math.Sin(2*f) - 0.0051*math.Sin(m+mp) - 0.0074*math.Sin(m-mp) + 0.0004*math.Sin(2*f+m) - 0.0004*math.Sin(2*f-m) -
		0.0006*math.Sin(2*f+mp) + 0.0010*math.Sin(2*f-mp) + 0.0005*math.Sin(2*mp+m)
	jd -= -0.000278 + 0.000265*tt + 0.000262*tt*tt
	return fromDays(int(math.Floor(jd+0.5+7.0/24)) - 2440588)
}

// sunSign is in which twelfth of its way the sun is at the beginning of a day at
// UTC+7, from the point of spring.
func sunSign(d Date) int {
	const rad = math.Pi / 180
	tt := (float64(d.days()) + 2440587.5 - 7.0/24 - 2451545.0) / 36525
	m := (357.52910 + 35999.05030*tt) * rad
	l := 280.46645 + 36000.76983*tt + (1.914600-0.004817*tt)*math.Sin(m) + 0.019993*math.Sin(2*m) + 0.000290*math.Sin(3*m)
	return int(math.Mod(math.Mod(l, 360)+360, 360) / 30)
}

func TestReportsDue(t *testing.T) {
	t.Parallel()
	type due struct {
		step     ReportStep
		on       Date
		certain  bool
		verified bool
	}
	for _, tt := range []struct {
		name   string
		year   StatYear
		months int
		want   []due
	}{
		{"circular of 2015", 2019, 12, []due{
			{ReportOfOfficer, 20191001, true, true}, {ReportOfBranch, 20191003, true, true}, {ReportOfProvince, 20191006, true, true},
		}},
		// 31 March 2020 was a Tuesday, 2 April the Hùng Kings' day.
		{"circular of 2019", 2020, 6, []due{
			{ReportOfOfficer, 20200401, true, true}, {ReportOfBranch, 20200403, true, true}, {ReportOfProvince, 20200407, true, true},
		}},
		{"interagency", 2022, 6, []due{
			{ReportOfOfficer, 20220401, true, true},
			{ReportOfBranch, 20220404, true, true},
			{ReportOfProvince, 20220406, true, true},
			{SharedLocked, 20220401, true, true},
			{SharedCompiled, 20220405, true, true},
			{SharedSent, 20220406, true, true},
			{SharedSigned, 20220408, true, true},
			{SharedForwarded, 20220412, true, true},
			{SharedByProvince, 20220419, true, true},
		}},
		{"not found", 2025, 1, []due{
			{ReportOfOfficer, 20241101, true, false}, {ReportOfBranch, 20241104, true, false}, {ReportOfProvince, 20241106, true, false},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			all, err := ReportsDue(tt.year, tt.months)
			if err != nil {
				t.Fatal(err)
			}
			var got []due
			for _, d := range all {
				got = append(got, due{d.Step, d.On, d.Certain, d.Verified})
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(due{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := ReportsDue(2019, 13); err == nil {
		t.Error("a period of 13 months has a term")
	}
	for year := StatYear(2018); year <= 2027; year++ {
		for months := 1; months <= 12; months++ {
			for _, level := range []UnitLevel{LevelProvince, LevelDistrict, LevelRegional} {
				d, err := ReportDueOf(level, year, months)
				if err != nil {
					t.Fatal(err)
				}
				if end, _ := year.PeriodEnd(months); d.On <= end || d.Ground == "" || end.DaysUntil(d.On) > 20 {
					t.Errorf("the report of %s on %d months of %s is due on %s", level, months, year, d.On)
				}
			}
		}
	}
}
