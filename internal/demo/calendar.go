package demo

import (
	"time"

	"github.com/thads/thads/internal/thads"
)

// A day counts the days since epoch. Lives are planned in days, because adding
// to them and looking them up in a table is all that planning does.
type day int

// The days that the demonstration knows.
var (
	epoch = thads.DateOf(2017, 9, 1)

	// broughtForward is the day before the first statistical year.
	broughtForward = dayOf(thads.DateOf(2017, 9, 30))
	start2018      = dayOf(thads.DateOf(2017, 10, 1))
	start2019      = dayOf(thads.DateOf(2018, 10, 1))
	start2020      = dayOf(thads.DateOf(2019, 10, 1))
	// lock2018 and lock2019 are when the province locked its years.
	lock2018 = dayOf(thads.DateOf(2018, 10, 5))
	lock2019 = dayOf(thads.DateOf(2019, 10, 4))
	// horizon is the last working day before the conference of 9 December 2019.
	horizon    = dayOf(thads.DateOf(2019, 12, 6))
	conference = dayOf(thads.DateOf(2019, 12, 9))
)

func dayOf(d thads.Date) day { return day(epoch.DaysUntil(d)) }

// lastDay bounds the tables of the calendar.
const lastDay day = 1000

// holidays are the days off besides weekends, by the announcements of the years
// 2017 to 2019 as remembered: the New Year, Tết, the Hùng Kings, Liberation and
// Labour Day, National Day and the days taken in lieu.
var holidays = []struct {
	first thads.Date
	days  int
}{
	{thads.DateOf(2017, 9, 4), 1},
	{thads.DateOf(2018, 1, 1), 1},
	{thads.DateOf(2018, 2, 14), 7},
	{thads.DateOf(2018, 4, 25), 1},
	{thads.DateOf(2018, 4, 30), 2},
	{thads.DateOf(2018, 9, 3), 1},
	{thads.DateOf(2018, 12, 31), 1},
	{thads.DateOf(2019, 1, 1), 1},
	{thads.DateOf(2019, 2, 4), 5},
	{thads.DateOf(2019, 4, 15), 1},
	{thads.DateOf(2019, 4, 29), 3},
	{thads.DateOf(2019, 9, 2), 1},
}

// A calendar tells working days and turns days into dates.
type calendar struct {
	dates [lastDay + 1]thads.Date
	// onOrAfter and onOrBefore are the nearest working day.
	onOrAfter, onOrBefore [lastDay + 1]day
	midnight              time.Time
}

func newCalendar() *calendar {
	c := &calendar{midnight: epoch.StartOfDay()}
	var off [lastDay + 1]bool
	for d := range lastDay + 1 {
		c.dates[d] = epoch.AddDays(int(d))
		w := c.dates[d].Weekday()
		off[d] = w == time.Saturday || w == time.Sunday
	}
	for _, h := range holidays {
		for i := range h.days {
			off[dayOf(h.first.AddDays(i))] = true
		}
	}
	var last day
	for d := range lastDay + 1 {
		if !off[d] {
			last = d
		}
		c.onOrBefore[d] = last
	}
	last = lastDay
	for d := lastDay; d >= 0; d-- {
		if !off[d] {
			last = d
		}
		c.onOrAfter[d] = last
	}
	return c
}

// date returns the civil date of a day, also of one before the table.
func (c *calendar) date(d day) thads.Date {
	if d < 0 || d > lastDay {
		return epoch.AddDays(int(d))
	}
	return c.dates[d]
}

// after returns the working day n days later, or the next one.
func (c *calendar) after(d day, n int) day { return c.onOrAfter[min(d+day(n), lastDay)] }

// workdays returns the nth working day after d.
func (c *calendar) workdays(d day, n int) day {
	for range n {
		d = c.onOrAfter[min(d+1, lastDay)]
	}
	return d
}

// at returns the instant of a minute of the day in Vietnam.
func (c *calendar) at(d day, minute int) time.Time {
	return c.midnight.Add(time.Duration(d)*24*time.Hour + time.Duration(minute)*time.Minute)
}

// officeMinute turns a number into a minute of office hours, 7:30 to 11:30 and
// 13:30 to 17:00.
func officeMinute(n int) int {
	const morning, noon, all = 240, 13*60 + 30, 450
	n %= all
	if n < morning {
		return 7*60 + 30 + n
	}
	return noon + n - morning
}

// yearOf is the statistical year of a day.
func yearOf(d day) thads.StatYear {
	switch {
	case d >= start2020:
		return 2020
	case d >= start2019:
		return 2019
	case d >= start2018:
		return 2018
	default:
		return 2017
	}
}

// openFrom is the first day that was not locked when something was recorded on
// a day: locks are recorded at the end of theirs.
func openFrom(recorded day) day {
	switch {
	case recorded > lock2019:
		return start2020
	case recorded > lock2018:
		return start2019
	default:
		return 0
	}
}
