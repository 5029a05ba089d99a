package thads

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sums adds postings up by any key.
func sums[K comparable](ps []Posting, of func(*Posting) (K, bool)) map[K]amount {
	m := map[K]amount{}
	for i := range ps {
		if k, ok := of(&ps[i]); ok {
			m[k] = amount{m[k].cases + ps[i].Cases, m[k].dong + ps[i].Dong}
		}
	}
	for k, a := range m {
		if a == (amount{}) {
			delete(m, k)
		}
	}
	return m
}

// balanced tells whether the postings of each event add up to nothing in the
// books of every holder and on every day: over the accounts of the balance.
func balanced(ps []Posting) error {
	type key struct {
		event         int
		unit          UnitID
		officer       OfficerID
		effectiveOn   Date
		tags, subject string
	}
	for k, a := range sums(ps, func(p *Posting) (key, bool) {
		return key{p.Event, p.Unit, p.Officer, p.EffectiveOn, fmt.Sprint(p.Tags), p.Subject}, p.Account.Class.Nature().OnBook()
	}) {
		return fmt.Errorf("%+v comes to %+v", k, a)
	}
	return nil
}

// neverBelowNothing tells whether no stock is less than nothing on any day, and
// no flow in any statistical year, in anybody's books: on the days in life.
func neverBelowNothing(ps []Posting) error {
	type key struct {
		account Account
		unit    UnitID
		officer OfficerID
		tags    string
		subject string
		year    StatYear
	}
	ordered := slices.Clone(ps)
	slices.SortStableFunc(ordered, func(a, b Posting) int { return int(a.EffectiveOn) - int(b.EffectiveOn) })
	at := map[key]amount{}
	for i := range ordered {
		p := &ordered[i]
		k := key{p.Account, p.Unit, p.Officer, fmt.Sprint(p.Tags), p.Subject, 0}
		switch p.Account.Class.Nature() {
		case NatureStock, NatureMemoStock:
		case NatureFlow, NatureMemoFlow:
			switch p.Account.Class {
			case AccountTransferred, AccountVerdictTransferred, AccountDirectedTransferred:
				continue
			default:
			}
			k.year = StatYearOf(p.EffectiveOn)
		case NatureSource:
			continue
		}
		at[k] = amount{at[k].cases + p.Cases, at[k].dong + p.Dong}
		if i+1 == len(ordered) || ordered[i+1].EffectiveOn != p.EffectiveOn {
			for k, a := range at {
				if a.cases < 0 || a.dong < 0 {
					return fmt.Errorf("%+v comes to %+v on %s", k, a, p.EffectiveOn)
				}
			}
		}
	}
	return nil
}

// yearsAddUp tells whether, for every holder, what is carried out of a year
// follows from what was carried in, newly accepted and finished, whatever the
// days are: R = A2 + A3 − B1 − B2 − B3 − returned − D1 − D2 − D3.
func yearsAddUp(ps []Posting, from, to Date, on func(*Posting) Date) error {
	type holds struct {
		unit    UnitID
		officer OfficerID
	}
	within := func(p *Posting) bool { return on(p) >= from && on(p) <= to }
	part := func(keep func(p *Posting, n AccountNature) bool) map[holds]amount {
		return sums(ps, func(p *Posting) (holds, bool) {
			return holds{p.Unit, p.Officer}, keep(p, p.Account.Class.Nature())
		})
	}
	class := func(classes ...AccountClass) map[holds]amount {
		return part(func(p *Posting, _ AccountNature) bool { return within(p) && slices.Contains(classes, p.Account.Class) })
	}
	before := part(func(p *Posting, n AccountNature) bool { return n == NatureStock && on(p) < from })
	apart := class(AccountToSeparate, AccountTransferred, AccountOpening)
	accepted := class(AccountNew, AccountAdjusted, AccountFromSeparate, AccountReopened)
	ended := class(AccountEntrusted, AccountWithdrawn, AccountRevoked, AccountReturned, AccountDone, AccountTerminated, AccountReduced)
	live := part(func(p *Posting, n AccountNature) bool { return n == NatureStock && on(p) <= to })
	for i := range ps {
		h := holds{ps[i].Unit, ps[i].Officer}
		want := amount{
			before[h].cases - apart[h].cases - accepted[h].cases - ended[h].cases,
			before[h].dong - apart[h].dong - accepted[h].dong - ended[h].dong,
		}
		if live[h] != want {
			return fmt.Errorf("%+v from %s to %s: live %+v, want %+v", h, from, to, live[h], want)
		}
	}
	return nil
}

// A stand is a stock in somebody's books.
type stand struct {
	account Account
	unit    UnitID
	officer OfficerID
	tags    string
}

// standOf is what stands of a case, read from the case as it was folded.
func standOf(c *Case) map[stand]amount {
	m := map[stand]amount{}
	tags := slices.Clone(c.Tags)
	slices.Sort(tags)
	add := func(s CaseState, g GroundCode, class AccountClass, a amount) {
		if (s.IsLive() || s == StateSeparateBook) && a != (amount{}) {
			k := stand{Account{AccountClass(s), string(g)}, c.Unit, c.Officer, fmt.Sprint(tags)}
			if class != "" {
				k.account = Account{Class: class}
			}
			m[k] = amount{m[k].cases + a.cases, m[k].dong + a.dong}
		}
	}
	add(c.State, c.Ground, "", amount{cases: 1})
	for i := range c.Balances {
		b := &c.Balances[i]
		add(b.State, b.Ground, "", amount{dong: b.Remaining})
		add(b.State, b.Ground, AccountHeld, amount{dong: b.Held})
	}
	return m
}

// standsAsFolded tells whether the postings up to a day come to what a case is
// that knows the steps up to that day only.
func standsAsFolded(c *Case, ps []Posting, on Date) error {
	want := map[stand]amount{}
	counted := amount{}
	var out Totals
	if c.State != StateVoided {
		var steps []CaseEvent
		for _, s := range effective(c.Events) {
			if s.ev.EffectiveOn <= on {
				e := *s.ev
				e.Seq, e.Supersedes, e.RecordedAt = len(steps)+1, 0, clock.Add(time.Duration(len(steps))*time.Millisecond)
				steps = append(steps, e)
			}
		}
		if len(steps) > 0 {
			then, err := FoldCase(c.ID, steps)
			if err != nil {
				return err
			}
			want = standOf(then)
			if len(then.Balances) > 0 {
				counted.cases, out = 1, then.Totals()
				counted.dong = out.Total
			}
		}
	}
	until := slices.DeleteFunc(slices.Clone(ps), func(p Posting) bool { return p.EffectiveOn > on })
	got := sums(until, func(p *Posting) (stand, bool) {
		return stand{p.Account, p.Unit, p.Officer, fmt.Sprint(p.Tags)}, p.Account.Class.Nature().IsStock()
	})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(stand{}, amount{})); diff != "" {
		return fmt.Errorf("on %s (-fold +postings):\n%s", on, diff)
	}
	// A case counts one in exactly one of live, separate book and finished; what
	// was finished in an earlier year and is enforced again came out of there by
	// another way. The money of all accounts is what was ordered.
	total := sums(until, func(p *Posting) (string, bool) {
		switch p.Account.Class {
		case AccountNew, AccountOpening, AccountAdjusted, AccountFromSeparate, AccountToSeparate, AccountTransferred, AccountMeasure, AccountReduction:
			return "", false
		default:
			return "all", true
		}
	})
	if total["all"] != counted {
		return fmt.Errorf("on %s it counts %+v, want %+v", on, total["all"], counted)
	}
	flows := sums(until, func(p *Posting) (string, bool) {
		switch p.Account.Class {
		case AccountDone, AccountTerminated, AccountReduced, AccountEntrusted, AccountReopened:
			return string(p.Account.Class), true
		case AccountWithdrawn, AccountRevoked, AccountReturned:
			return "CLOSED", true
		default:
			return "", false
		}
	})
	excess := flows["DONE"].dong - out.Done + flows["TERMINATED"].dong - out.Terminated + flows["REDUCED"].dong - out.Reduced +
		flows["CLOSED"].dong - out.Closed + flows["REOPENED"].dong
	if excess != 0 || flows["ENTRUSTED"].dong != out.Entrusted || flows["DONE"].dong < out.Done {
		return fmt.Errorf("on %s: %+v flowed, the case tells of %+v", on, flows, out)
	}
	return nil
}

func same(a, b []Posting) bool {
	return slices.EqualFunc(a, b, func(x, y Posting) bool { return reflect.DeepEqual(x, y) })
}

// TestPostingsOfRandomHistories records random events late and in order, under
// locks of each unit, with corrections, and looks at the postings after each.
func TestPostingsOfRandomHistories(t *testing.T) {
	lateBooked, reopened, negative, apart := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c, err := OpenCase("case-1", drawOpening(t), clock)
		if err != nil {
			t.Fatal(err)
		}
		postings, err := PostCase(c)
		if err != nil {
			t.Fatal(err)
		}
		open := map[UnitID]Date{}
		for range 20 + evenly(t, 60, "length") {
			e := drawEvent(t, c)
			last := Date(20180101)
			for i := range c.Events {
				last = max(last, c.Events[i].EffectiveOn)
			}
			if evenly(t, 6, "lock") == 0 {
				u := rapid.SampledFrom([]UnitID{unitA, unitB, "unit-c"}).Draw(t, "locks")
				open[u] = max(open[u], last.AddDays(1-evenly(t, 400, "days open")))
			}
			e.OpenFrom = max(open[c.Unit], open[e.ToUnit])
			next, err := c.Append(e, clock)
			if err != nil {
				continue
			}
			more, err := PostCase(next)
			if err != nil {
				t.Fatalf("after %s: %v", trail(next), err)
			}
			fail := func(what string, err error) {
				t.Helper()
				if err != nil {
					t.Fatalf("%s after %s: %v\n%s", what, trail(next), err, linesOf(more))
				}
			}
			if len(more) < len(postings) || !same(postings, more[:len(postings)]) {
				t.Fatalf("after %s the postings of earlier events changed (-before +after):\n%s", trail(next), cmp.Diff(postings, more))
			}
			newest := &next.Events[len(next.Events)-1]
			for i := range more[len(postings):] {
				p := &more[len(postings)+i]
				if p.Event != newest.Seq || !p.RecordedAt.Equal(newest.RecordedAt) || p.BookedOn != max(p.EffectiveOn, newest.OpenFrom) || p.BookedOn > DateIn(p.RecordedAt) {
					t.Fatalf("event %d posted %+v", newest.Seq, *p)
				}
				if p.BookedOn != p.EffectiveOn {
					lateBooked++
				}
				switch p.Account.Class {
				case AccountReopened:
					reopened++
				case AccountDone, AccountTerminated:
					if p.Cases < 0 {
						negative++
					}
				case AccountSeparate:
					apart++
				default:
				}
			}
			fail("out of balance", balanced(more))
			fail("below nothing", neverBelowNothing(more))
			today := Date(20180101).AddDays(evenly(t, 3650, "on"))
			fail("another case", standsAsFolded(next, more, 20300101))
			day := today
			if next.Particulars.Balance != nil {
				day = max(day, next.OpenedOn) // it stands in the books since the year's end before
			}
			fail("another case", standsAsFolded(next, more, day))
			from := StatYearOf(today).Start()
			until := 1 + evenly(t, len(next.Events), "known")
			known := slices.DeleteFunc(slices.Clone(more), func(p Posting) bool { return p.Event > until })
			fail("the year", yearsAddUp(known, from, today, func(p *Posting) Date { return p.BookedOn }))
			fail("the year", yearsAddUp(known, from, today, func(p *Posting) Date { return p.EffectiveOn }))
			if next.State == StateVoided {
				fail("voided", nothing(more))
			}
			data := EncodeEntries(more, nil)
			back, _, err := DecodeEntries(data)
			if err != nil || !same(more, back) {
				t.Fatalf("read back: %v (-want +got):\n%s", err, cmp.Diff(more, back))
			}
			c, postings = next, more
		}
	})
	t.Logf("%d booked late, %d reopened, %d taken back, %d in the separate book", lateBooked, reopened, negative, apart)
	if lateBooked < 20 || reopened+negative < 3 {
		t.Error("random histories are too tame")
	}
}

// nothing tells whether the postings come to nothing in every account.
func nothing(ps []Posting) error {
	for k, a := range sums(ps, func(p *Posting) (Account, bool) { return p.Account, true }) {
		return fmt.Errorf("%+v keeps %+v", k, a)
	}
	return nil
}
