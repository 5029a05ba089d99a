package demo

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// This file adds the published figures up from what was stored, in the slowest
// and plainest way there is, and knows nothing of how they were planned.

// A posted is what one event moved into or out of one account.
type posted struct {
	account string
	// effective and booked are the dates on the two bases.
	effective, booked thads.Date
	recordedAt        time.Time
	cases             int
	dong              thads.Dong
	c                 *thads.Case
}

// An amount is a number of cases and of đồng.
type amount struct {
	cases int
	dong  thads.Dong
}

// A place is where an amount stands: in an account, moved there on a date.
type place struct {
	account string
	on      thads.Date
}

// The accounts that end a case. The others are the states that stand.
const (
	done       = "DONE"
	terminated = "TERMINATED"
	reduced    = "REDUCED"
)

// standing is what a case is in each account, by its state and what its
// obligations have come to.
func standing(c *thads.Case) map[string]amount {
	m := map[string]amount{}
	add := func(account string, cases int, dong thads.Dong) {
		if cases != 0 || dong != 0 {
			m[account] = amount{m[account].cases + cases, m[account].dong + dong}
		}
	}
	switch c.State {
	case thads.StateReceived, thads.StateRefused, thads.StateVoided:
		return m
	default:
	}
	add(string(c.State), 1, 0)
	for i := range c.Balances {
		b := &c.Balances[i]
		add(string(b.State), 0, b.Remaining+b.Held)
		add(done, 0, b.Done)
		add(terminated, 0, b.Terminated)
		add(reduced, 0, b.Reduced)
		add("ENTRUSTED", 0, b.Entrusted)
		add("CLOSED", 0, b.Closed)
	}
	return m
}

// folds P, the postings of a whole history, by replaying one step after another.
func folds(c *thads.Case, prefix []thads.CaseEvent) (map[place]amount, error) {
	whole, err := thads.FoldCase(c.ID, prefix)
	if err != nil {
		return nil, err
	}
	fate, _ := whole.Fates()
	slot := make([]int, len(prefix))
	var order []int
	for i := range prefix {
		slot[i] = i
		if s := prefix[i].Supersedes; s > 0 {
			slot[i] = slot[s-1]
		}
		if fate[i] == thads.FateStands {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if d := int(prefix[a].EffectiveOn) - int(prefix[b].EffectiveOn); d != 0 {
			return d
		}
		return slot[a] - slot[b]
	})
	p := map[place]amount{}
	if whole.State == thads.StateVoided {
		return p, nil
	}
	var history []thads.CaseEvent
	before := map[string]amount{}
	for k, i := range order {
		e := prefix[i]
		e.Seq, e.Supersedes, e.RecordedAt = k+1, 0, prefix[0].RecordedAt.Add(time.Duration(k)*time.Millisecond)
		history = append(history, e)
		now, err := thads.FoldCase(c.ID, history)
		if err != nil {
			return nil, err
		}
		after := standing(now)
		move(p, e.EffectiveOn, before, after)
		before = after
	}
	return p, nil
}

// move adds what changed between two standings, on a date.
func move(p map[place]amount, on thads.Date, before, after map[string]amount) {
	for a, v := range after {
		at := place{a, on}
		p[at] = amount{p[at].cases + v.cases, p[at].dong + v.dong}
	}
	for a, v := range before {
		at := place{a, on}
		p[at] = amount{p[at].cases - v.cases, p[at].dong - v.dong}
	}
}

// postings are those of a case: event by event, what P is after it less what P
// was before it, booked on the later of its date and the first open day.
func postings(c *thads.Case) ([]posted, error) {
	var out []posted
	before := map[place]amount{}
	var last thads.Date
	var stood map[string]amount
	plain := true
	for i := range c.Events {
		e := &c.Events[i]
		prefix := c.Events[:i+1]
		var after map[place]amount
		plain = plain && e.Supersedes == 0 && e.Voids == 0 && e.EffectiveOn >= last
		if plain {
			// The event comes after all others: P grows by what it alone moves.
			now, err := thads.FoldCase(c.ID, prefix)
			if err != nil {
				return nil, err
			}
			after = make(map[place]amount, len(before)+2)
			for k, v := range before {
				after[k] = v
			}
			stands := standing(now)
			move(after, e.EffectiveOn, stood, stands)
			stood, last = stands, e.EffectiveOn
		} else {
			var err error
			if after, err = folds(c, prefix); err != nil {
				return nil, err
			}
		}
		for k := range after {
			if _, had := before[k]; !had {
				before[k] = amount{}
			}
		}
		for k, was := range before {
			d := amount{after[k].cases - was.cases, after[k].dong - was.dong}
			if d != (amount{}) {
				out = append(out, posted{k.account, k.on, max(k.on, e.OpenFrom), e.RecordedAt, d.cases, d.dong, c})
			}
		}
		before = after
	}
	return out, nil
}

// ledger is the postings of all cases, added up once for the tests that ask.
var ledger = sync.OnceValues(func() ([]posted, error) {
	p, err := filled()
	if err != nil {
		return nil, err
	}
	workers := runtime.GOMAXPROCS(0)
	parts, errs := make([][]posted, workers), make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(p.cases); i += workers {
				ps, err := postings(p.cases[i])
				if err != nil {
					errs[w] = err
					return
				}
				parts[w] = append(parts[w], ps...)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(parts...), nil
})

func booked(p *posted) thads.Date    { return p.booked }
func effective(p *posted) thads.Date { return p.effective }

// A figure is what the published figures are made of, in one year.
type figure struct {
	// cases are done and terminated, dong done, terminated and reduced.
	cases int
	dong  thads.Dong
	// live is in progress or resting at the end of the year, lacking what has
	// no means yet.
	live, lacking amount
}

// figureOf adds up a year on a base of dates, as known at an instant.
func figureOf(ps []posted, y thads.StatYear, on func(*posted) thads.Date, known time.Time) figure {
	var f figure
	for i := range ps {
		p := &ps[i]
		if p.recordedAt.After(known) {
			continue
		}
		day := on(p)
		switch p.account {
		case done, terminated, reduced:
			if y.Contains(day) {
				f.cases += p.cases
				f.dong += p.dong
			}
		default:
			if day > y.End() || !thads.CaseState(p.account).IsLive() {
				continue
			}
			at := &f.live
			if thads.CaseState(p.account) == thads.StateNotEnforceable {
				at = &f.lacking
			}
			at.cases, at.dong = at.cases+p.cases, at.dong+p.dong
		}
	}
	return f
}

func ledgerOf(t *testing.T) []posted {
	t.Helper()
	fill(t)
	ps, err := ledger()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

var always = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// The figures of the conference, on the booked base.
func TestPublishedFigures(t *testing.T) {
	ps := ledgerOf(t)
	f18, f19 := figureOf(ps, 2018, booked, always), figureOf(ps, 2019, booked, always)
	type published struct {
		Cases2018, Cases2019, Increase int
		Dong2019, WithMeans2019        thads.Dong
	}
	got := published{f18.cases, f19.cases, f19.cases - f18.cases, f19.dong, f19.dong + f19.live.dong}
	want := published{11_888, 13_140, 1_252, 336_758_000_000, 970_327_000_000}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("published and added up:\n%s", diff)
	}
	if rate, _ := thads.Ratio(int64(f19.dong), int64(f19.dong+f19.live.dong)); rate != 34_71 {
		t.Errorf("the rate by money is %s, want 34,71%%", rate.Vietnamese())
	}
	// The targets by cases that the ministry set, which were met.
	target := map[thads.StatYear]thads.Percent{2018: 72_00, 2019: 73_00}
	for y, f := range map[thads.StatYear]figure{2018: f18, 2019: f19} {
		rate, _ := thads.Ratio(int64(f.cases), int64(f.cases+f.live.cases))
		t.Logf("%d: %d cases of %d (%s), %d lack means; %s of %s, %s lack means", y, f.cases, f.cases+f.live.cases, rate.Vietnamese(), f.lacking.cases,
			f.dong.Vietnamese(), (f.dong + f.live.dong).Vietnamese(), f.lacking.dong.Vietnamese())
		if rate < target[y] || rate > 80_00 {
			t.Errorf("%d: the rate by cases is %s", y, rate.Vietnamese())
		}
	}
	if f18.dong >= f19.dong {
		t.Errorf("%s were enforced in 2018", f18.dong.Vietnamese())
	}
}

// What was recorded after a lock changed nothing that was reported: the locked
// years are on the booked base what they were, and show the corrections on the
// effective base and in the year that follows.
func TestLateRecordsStayOutOfLockedYears(t *testing.T) {
	p, ps := fill(t), ledgerOf(t)
	root, _ := p.tree.Unit(p.root(t))
	if len(root.Locks) != 2 {
		t.Fatalf("%d locks", len(root.Locks))
	}
	for i, y := range []thads.StatYear{2018, 2019} {
		lock := root.Locks[i]
		if lock.Through != y.End() {
			t.Fatalf("lock %d goes through %s", i, lock.Through)
		}
		then, now := figureOf(ps, y, booked, lock.RecordedAt), figureOf(ps, y, booked, always)
		if diff := cmp.Diff(then, now, cmp.AllowUnexported(figure{}, amount{})); diff != "" {
			t.Errorf("%d changed after its lock:\n%s", y, diff)
		}
		known := figureOf(ps, y, effective, always)
		if known.cases == now.cases || known.dong == now.dong {
			t.Errorf("%d shows no late correction: %+v", y, known)
		}
		if at := figureOf(ps, y, effective, lock.RecordedAt); y == 2018 && at != then {
			t.Errorf("when %d was locked, the bases differed: %+v, %+v", y, at, then)
		}
		t.Logf("%d: booked %d cases and %s, effective %d and %s", y, now.cases, now.dong.Vietnamese(), known.cases, known.dong.Vietnamese())
	}
	moved := map[thads.StatYear]map[thads.CaseID]bool{2019: {}, 2020: {}}
	for i := range ps {
		if q := &ps[i]; q.booked != q.effective {
			if q.booked != q.booked.AddDays(0) || thads.StatYearOf(q.booked).Start() != q.booked {
				t.Fatalf("case %s is booked on %s", q.c.ID, q.booked)
			}
			moved[thads.StatYearOf(q.booked)][q.c.ID] = true
		}
	}
	if len(moved[2019]) < 10 || len(moved[2020]) < 30 {
		t.Errorf("%d cases are booked late in 2019 and %d in 2020", len(moved[2019]), len(moved[2020]))
	}
}

// Every posting but that of an opening, an adjustment or the separate book moves
// between accounts, and a live case is in one of them.
func TestNothingIsLost(t *testing.T) {
	p, ps := fill(t), ledgerOf(t)
	type key struct {
		id      thads.CaseID
		account string
	}
	sums := map[key]amount{}
	for i := range ps {
		k := key{ps[i].c.ID, ps[i].account}
		sums[k] = amount{sums[k].cases + ps[i].cases, sums[k].dong + ps[i].dong}
	}
	for _, c := range p.cases {
		want := standing(c)
		for a, v := range want {
			if got := sums[key{c.ID, a}]; got != v {
				t.Fatalf("case %s has %+v in %s, its postings come to %+v", c.ID, v, a, got)
			}
			delete(sums, key{c.ID, a})
		}
	}
	for k, v := range sums {
		if v != (amount{}) {
			t.Fatalf("case %s keeps %+v in %s", k.id, v, k.account)
		}
	}
}

// At the ends of the years a case lacks means as a whole or not at all, so that
// counting money by obligation or by case comes to the same.
func TestMeansAreLackingWhole(t *testing.T) {
	for _, c := range fill(t).cases {
		lacking, other := false, false
		for i := range c.Balances {
			switch b := &c.Balances[i]; {
			case b.State == thads.StateNotEnforceable:
				lacking = true
				if b.Held != 0 {
					t.Errorf("case %s holds money of a debtor without means", c.ID)
				}
			case !b.IsFinished():
				other = true
			}
			if b := &c.Balances[i]; !b.IsMoney() && b.Amount != 0 {
				t.Errorf("case %s gives a value to %s", c.ID, b.Kind)
			}
		}
		if lacking && other {
			t.Errorf("case %s lacks means in part", c.ID)
		}
	}
}
