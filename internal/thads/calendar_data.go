package thads

import "slices"

// This file is the working calendar of State agencies. Holidays follow from the
// Labour Code (10/2012/QH13 art 115 through 2020; 45/2019/QH14 art 112 from 2021,
// which adds a second day to National Day); where a holiday falls on a weekend
// the next working days are off instead (art 115(3); art 111(3)). Which days are
// off around the lunar new year, which day is the second of National Day and
// which days are swapped, the Government decides every year. The days of 2018 to
// 2025 are as announced then. What was announced for 2026 is known less surely
// where it is marked so, and nothing had been announced of 2027.

var (
	nameNewYear  = Text{"Tết Dương lịch", "New Year's Day"}
	nameTet      = Text{"Tết Nguyên đán", "Lunar New Year"}
	nameHung     = Text{"Giỗ Tổ Hùng Vương", "Hùng Kings' Commemoration Day"}
	nameLiberty  = Text{"Ngày Chiến thắng", "Reunification Day"}
	nameLabour   = Text{"Ngày Quốc tế lao động", "International Labour Day"}
	nameNational = Text{"Quốc khánh", "National Day"}
	nameCulture  = Text{"Ngày Văn hóa Việt Nam (chưa rõ có nghỉ)", "Vietnamese Culture Day (not known to be off)"}
	nameOpenTet  = Text{"Có thể nghỉ Tết Nguyên đán", "Perhaps off for the Lunar New Year"}
	nameOpenNat  = Text{"Có thể nghỉ Quốc khánh", "Perhaps off for National Day"}
)

// calendars are the years in order.
var calendars = []WorkCalendar{
	yearOf(
		off(nameNewYear, 20180101),
		off(nameTet, 20180214, 20180215, 20180216, 20180217, 20180218), inLieu(nameTet, 20180219, 20180220),
		off(nameHung, 20180425),
		off(nameLiberty, 20180430), off(nameLabour, 20180501),
		off(nameNational, 20180902), inLieu(nameNational, 20180903),
		swapped(nameNewYear, 20181231),
	),
	yearOf(
		off(nameNewYear, 20190101), worked(nameNewYear, 20190105),
		off(nameTet, 20190204, 20190205, 20190206, 20190207, 20190208),
		off(nameHung, 20190414), inLieu(nameHung, 20190415),
		swapped(nameLiberty, 20190429), off(nameLiberty, 20190430), off(nameLabour, 20190501), worked(nameLiberty, 20190504),
		off(nameNational, 20190902),
	),
	yearOf(
		off(nameNewYear, 20200101),
		off(nameTet, 20200123, 20200124, 20200125, 20200126, 20200127), inLieu(nameTet, 20200128, 20200129),
		off(nameHung, 20200402),
		off(nameLiberty, 20200430), off(nameLabour, 20200501),
		off(nameNational, 20200902),
	),
	yearOf(
		off(nameNewYear, 20210101),
		off(nameTet, 20210210, 20210211, 20210212, 20210213, 20210214), inLieu(nameTet, 20210215, 20210216),
		off(nameHung, 20210421),
		off(nameLiberty, 20210430), off(nameLabour, 20210501), inLieu(nameLabour, 20210503),
		off(nameNational, 20210902, 20210903),
	),
	yearOf(
		off(nameNewYear, 20220101), inLieu(nameNewYear, 20220103),
		off(nameTet, 20220131, 20220201, 20220202, 20220203, 20220204),
		off(nameHung, 20220410), inLieu(nameHung, 20220411),
		off(nameLiberty, 20220430), off(nameLabour, 20220501), inLieu(nameLiberty, 20220502), inLieu(nameLabour, 20220503),
		off(nameNational, 20220901, 20220902),
	),
	yearOf(
		off(nameNewYear, 20230101), inLieu(nameNewYear, 20230102),
		off(nameTet, 20230120, 20230121, 20230122, 20230123, 20230124), inLieu(nameTet, 20230125, 20230126),
		off(nameHung, 20230429), off(nameLiberty, 20230430), off(nameLabour, 20230501), inLieu(nameHung, 20230502), inLieu(nameLiberty, 20230503),
		off(nameNational, 20230901, 20230902), inLieu(nameNational, 20230904),
	),
	yearOf(
		off(nameNewYear, 20240101),
		off(nameTet, 20240208, 20240209, 20240210, 20240211, 20240212), inLieu(nameTet, 20240213, 20240214),
		off(nameHung, 20240418),
		swapped(nameLiberty, 20240429), off(nameLiberty, 20240430), off(nameLabour, 20240501), worked(nameLiberty, 20240504),
		off(nameNational, 20240902, 20240903),
	),
	yearOf(
		off(nameNewYear, 20250101),
		off(nameTet, 20250127, 20250128, 20250129, 20250130, 20250131),
		off(nameHung, 20250407),
		worked(nameLabour, 20250426), off(nameLiberty, 20250430), off(nameLabour, 20250501), swapped(nameLabour, 20250502),
		off(nameNational, 20250901, 20250902),
	),
	yearOf(
		off(nameNewYear, 20260101), unsure(swapped(nameNewYear, 20260102)), unsure(worked(nameNewYear, 20260110)),
		off(nameTet, 20260216, 20260217, 20260218, 20260219, 20260220),
		off(nameHung, 20260426), inLieu(nameHung, 20260427),
		off(nameLiberty, 20260430), off(nameLabour, 20260501),
		unsure(worked(nameNational, 20260822)), unsure(swapped(nameNational, 20260831)), off(nameNational, 20260901, 20260902),
		unsure(open(nameCulture, 20261124)),
	),
	yearOf(
		off(nameNewYear, 20270101),
		// The first day of the year is 6 February. Whether the days off begin one
		// or two days before it, the Government decides; both have 5 to 10 February.
		unsure(open(nameOpenTet, 20270204)), unsure(off(nameTet, 20270205, 20270206, 20270207, 20270208, 20270209)),
		unsure(inLieu(nameTet, 20270210)), unsure(open(nameOpenTet, 20270211)),
		off(nameHung, 20270416),
		off(nameLiberty, 20270430), off(nameLabour, 20270501), inLieu(nameLabour, 20270503),
		unsure(open(nameOpenNat, 20270901)), off(nameNational, 20270902), unsure(off(nameNational, 20270903)),
		unsure(open(nameCulture, 20271124)),
	),
}

// yearOf makes a year of its days.
func yearOf(days ...[]CalendarDay) WorkCalendar {
	c := WorkCalendar{Days: slices.Concat(days...), Certain: true}
	for _, d := range c.Days {
		c.Year = d.Date.Year()
		c.Certain = c.Certain && d.Certain
	}
	return c
}

// off are holidays, those on a weekend included.
func off(name Text, dates ...Date) []CalendarDay { return daysOf(name, false, dates) }

// inLieu are off because a holiday fell on a weekend.
func inLieu(name Text, dates ...Date) []CalendarDay {
	return daysOf(Text{"Nghỉ bù " + name.VI, "In lieu of " + name.EN}, false, dates)
}

// swapped are off because another day is worked in their place.
func swapped(name Text, dates ...Date) []CalendarDay {
	return daysOf(Text{"Nghỉ hoán đổi dịp " + name.VI, "Swapped for " + name.EN}, false, dates)
}

// worked are weekend days worked in the place of another one.
func worked(name Text, dates ...Date) []CalendarDay {
	return daysOf(Text{"Làm bù dịp " + name.VI, "Worked in place of a day off for " + name.EN}, true, dates)
}

// open are working days that may be off: until that is known they count as
// worked, so that nobody is told a later day than the law gives.
func open(name Text, dates ...Date) []CalendarDay { return daysOf(name, true, dates) }

// unsure marks days as not certain.
func unsure(days []CalendarDay) []CalendarDay {
	for i := range days {
		days[i].Certain = false
	}
	return days
}

func daysOf(name Text, working bool, dates []Date) []CalendarDay {
	out := make([]CalendarDay, len(dates))
	for i, d := range dates {
		out[i] = CalendarDay{Date: d, Working: working, Name: name, Certain: true}
	}
	return out
}
