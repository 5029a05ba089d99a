package thads

import "time"

// A WorkCalendar is what one calendar year has beside its weekdays: the holidays
// with the days off in their stead, and the days worked in place of others.
type WorkCalendar struct {
	Year int
	// Certain tells that every day of the year is known. Where it is not, days
	// that are still to be decided are listed as far as they can be foreseen.
	Certain bool
	// Days are in order: each is a holiday, off or worked unlike its weekday, or
	// may come to be.
	Days []CalendarDay
}

// A CalendarDay is a holiday or a day that is not as its weekday would be.
type CalendarDay struct {
	Date Date
	// Working tells that the day is worked.
	Working bool
	Name    Text
	// Certain tells that the day is as the law or a decision of the Government
	// says. A day that is not certain may turn out to be the other way round.
	Certain bool
}

// The years of the calendar. Outside them only weekends and the holidays of
// fixed date are known, and no day is certain.
const (
	FirstCalendarYear = 2018
	LastCalendarYear  = 2027
)

// CalendarOf returns the calendar of a year, and false for a year that it does not
// have.
func CalendarOf(year int) (WorkCalendar, bool) {
	if year < FirstCalendarYear || year > LastCalendarYear {
		return WorkCalendar{}, false
	}
	return calendars[year-FirstCalendarYear], true
}

// Workday tells whether State agencies work on a day (Monday to Friday, but for
// holidays and days swapped), and whether that is certain.
func Workday(d Date) (works, certain bool) {
	if i := d.days() - calendarStart.days(); i >= 0 && i < len(calendarDays) {
		return calendarDays[i]&dayWorked != 0, calendarDays[i]&dayUncertain == 0
	}
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return false, false
	}
	return !isFixedHoliday(d), false
}

// isFixedHoliday tells whether a day is a holiday by its date in every year
// (Labour Code 10/2012/QH13 art 115, Labour Code 45/2019/QH14 art 112).
func isFixedHoliday(d Date) bool {
	switch int(d) % 10000 {
	case 101, 430, 501, 902:
		return true
	}
	return false
}

// AddWorkdays returns the n-th working day after a day, the day itself not
// counted, and whether all days up to it are certain. For n of 0 or less it is
// the day itself.
func AddWorkdays(d Date, n int) (due Date, certain bool) {
	certain = true
	for n > 0 {
		next := d.AddDays(1)
		if next.IsZero() {
			return d, false // the end of what dates there are
		}
		d = next
		works, known := Workday(d)
		certain = certain && known
		if works {
			n--
		}
	}
	return d, certain
}

// NextWorkday returns the day itself if it is worked, else the first one after
// it that is: a term whose last day is off ends with the next working day (Civil
// Code 91/2015/QH13 art 148(5)).
func NextWorkday(d Date) (due Date, certain bool) {
	certain = true
	for {
		works, known := Workday(d)
		certain = certain && known
		if works {
			return d, certain
		}
		next := d.AddDays(1)
		if next.IsZero() {
			return d, false
		}
		d = next
	}
}

// WorkdaysBetween counts the working days after from up to to; 0 where to is not
// later.
func WorkdaysBetween(from, to Date) int {
	n := 0
	for d := from.AddDays(1); d <= to && !d.IsZero(); d = d.AddDays(1) {
		if works, _ := Workday(d); works {
			n++
		}
	}
	return n
}

// What calendarDays hold of a day.
const (
	dayWorked = 1 << iota
	dayUncertain
)

const calendarStart Date = FirstCalendarYear*10000 + 101

// calendarDays has every day of the calendar's years. Like the tables it is made
// of it is computed once and never written again.
var calendarDays = newCalendarDays()

func newCalendarDays() []uint8 {
	end := DateOf(LastCalendarYear+1, time.January, 1)
	out := make([]uint8, calendarStart.DaysUntil(end))
	for i, d := 0, calendarStart; d < end; i, d = i+1, d.AddDays(1) {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			out[i] = dayWorked
		}
	}
	for _, c := range calendars {
		for _, day := range c.Days {
			i := calendarStart.DaysUntil(day.Date)
			out[i] = 0
			if day.Working {
				out[i] = dayWorked
			}
			if !day.Certain {
				out[i] |= dayUncertain
			}
		}
	}
	return out
}
