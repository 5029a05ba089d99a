package auth

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	noon = time.Date(2019, 12, 9, 5, 0, 0, 0, time.UTC)
	// wide lets everything through but what a test narrows.
	wideRate  = Rate{Burst: 1 << 20, Every: time.Millisecond}
	wideRules = ThrottleRules{Pair: wideRate, Source: wideRate, Account: wideRate, Device: wideRate, Factor: wideRate, Confirm: wideRate, Size: 1000}
)

func narrowed(change func(*ThrottleRules)) ThrottleRules {
	r := wideRules
	change(&r)
	return r
}

func TestThrottleBuckets(t *testing.T) {
	rate := Rate{Burst: 3, Every: time.Minute}
	a := Attempt{Account: "a", Source: "s1"}
	for name, tt := range map[string]struct {
		rules ThrottleRules
		// used makes the attempts that use a bucket up; blocked share it, free do not.
		used          Attempt
		blocked, free []Attempt
	}{
		"account and source": {
			narrowed(func(r *ThrottleRules) { r.Pair = rate }), a,
			[]Attempt{a},
			[]Attempt{{Account: "a", Source: "s2"}, {Account: "b", Source: "s1"}, {Account: "as", Source: "1"}, {Account: "a", Source: "s1", Device: "d"}},
		},
		"source": {
			narrowed(func(r *ThrottleRules) { r.Source = rate }), a,
			[]Attempt{a, {Account: "b", Source: "s1"}},
			[]Attempt{{Account: "a", Source: "s2"}, {Account: "a", Source: "s1", Device: "d"}},
		},
		"account": {
			narrowed(func(r *ThrottleRules) { r.Account = rate }), a,
			[]Attempt{a, {Account: "a", Source: "s2"}},
			[]Attempt{{Account: "b", Source: "s1"}, {Account: "a", Source: "s1", Device: "d"}},
		},
		"device": {
			narrowed(func(r *ThrottleRules) { r.Device = rate }),
			Attempt{Account: "a", Source: "s1", Device: "d"},
			[]Attempt{{Account: "a", Source: "s1", Device: "d"}, {Account: "a", Source: "s2", Device: "d"}},
			[]Attempt{a, {Account: "b", Source: "s1", Device: "d"}, {Account: "a", Source: "s1", Device: "e"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			th := NewThrottle(tt.rules)
			for i := range rate.Burst {
				if wait := th.Take(noon, tt.used); wait != 0 {
					t.Fatalf("attempt %d has to wait %s", i+1, wait)
				}
			}
			for _, b := range tt.blocked {
				for range 2 { // what is refused does not make the wait longer
					if wait := th.Take(noon, b); wait != rate.Every {
						t.Errorf("%+v has to wait %s", b, wait)
					}
				}
			}
			for _, f := range tt.free {
				if wait := th.Take(noon, f); wait != 0 {
					t.Errorf("%+v has to wait %s", f, wait)
				}
			}
			later := noon.Add(rate.Every - time.Second)
			if wait := th.Take(later, tt.used); wait != time.Second {
				t.Errorf("a second before: wait %s", wait)
			}
			later = noon.Add(rate.Every)
			if wait := th.Take(later, tt.used); wait != 0 {
				t.Errorf("after the time told: wait %s", wait)
			}
			if wait := th.Take(later, tt.used); wait != rate.Every {
				t.Errorf("the one after: wait %s", wait)
			}
			later = noon.Add(time.Hour)
			for range rate.Burst {
				if wait := th.Take(later, tt.used); wait != 0 {
					t.Errorf("an hour later: wait %s", wait)
				}
			}
			if th.Take(later, tt.used) == 0 {
				t.Error("a bucket holds more than its burst")
			}
		})
	}
}

func TestThrottleGivesBack(t *testing.T) {
	three := Rate{Burst: 3, Every: time.Minute}
	a := Attempt{Account: "a", Source: "s"}
	for name, tt := range map[string]struct {
		rules ThrottleRules
		do    func(*Throttle)
		// left is how many attempts are let through after three and what do does.
		left int
	}{
		"nothing":                      {narrowed(func(r *ThrottleRules) { r.Pair = three }), func(*Throttle) {}, 0},
		"one that was not judged":      {narrowed(func(r *ThrottleRules) { r.Pair = three }), func(th *Throttle) { th.Return(noon, a) }, 1},
		"a right password":             {narrowed(func(r *ThrottleRules) { r.Pair = three }), func(th *Throttle) { th.Forgive(noon, a) }, 3},
		"one of another account":       {narrowed(func(r *ThrottleRules) { r.Pair = three }), func(th *Throttle) { th.Forgive(noon, Attempt{Account: "b", Source: "s"}) }, 0},
		"a right password, by source":  {narrowed(func(r *ThrottleRules) { r.Source = three }), func(th *Throttle) { th.Forgive(noon, a) }, 1},
		"a right password, by account": {narrowed(func(r *ThrottleRules) { r.Account = three }), func(th *Throttle) { th.Forgive(noon, a) }, 1},
		"more than was taken": {narrowed(func(r *ThrottleRules) { r.Account = three }), func(th *Throttle) {
			for range 9 {
				th.Return(noon, a)
			}
		}, 3},
		"a second factor, not the rest": {narrowed(func(r *ThrottleRules) { r.Pair = three }), func(th *Throttle) { th.ForgiveFactor(noon, a) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			th := NewThrottle(tt.rules)
			for range three.Burst {
				th.Take(noon, a)
			}
			tt.do(th)
			left := 0
			for th.Take(noon, a) == 0 {
				left++
			}
			if left != tt.left {
				t.Errorf("%d are let through, want %d", left, tt.left)
			}
		})
	}
}

func TestThrottleFactorsAndConfirmations(t *testing.T) {
	rules := narrowed(func(r *ThrottleRules) {
		r.Factor, r.Confirm = Rate{Burst: 2, Every: time.Hour}, Rate{Burst: 2, Every: time.Hour}
	})
	th := NewThrottle(rules)
	stranger, known := Attempt{Account: "a", Source: "s"}, Attempt{Account: "a", Source: "s", Device: "d"}
	for range 2 {
		if th.TakeFactor(noon, stranger) != 0 || th.TakeConfirm(noon, "session") != 0 {
			t.Error("within the burst")
		}
	}
	if th.TakeFactor(noon, Attempt{Account: "a", Source: "s2"}) == 0 {
		t.Error("another source has another bucket for the second factor")
	}
	if th.TakeFactor(noon, known) != 0 {
		t.Error("strangers use up the bucket of a known device")
	}
	if th.TakeFactor(noon, Attempt{Account: "b", Source: "s"}) != 0 {
		t.Error("another account")
	}
	if th.TakeConfirm(noon, "session") == 0 || th.TakeConfirm(noon, "other") != 0 {
		t.Error("confirmations are counted by session")
	}
	th.ForgiveFactor(noon, stranger)
	th.ForgiveConfirm(noon, "session")
	if th.TakeFactor(noon, stranger) != 0 || th.TakeConfirm(noon, "session") != 0 {
		t.Error("what succeeded counts")
	}
	if th.Take(noon, stranger) != 0 {
		t.Error("they count for passwords")
	}
}

func TestThrottleAndTheClock(t *testing.T) {
	th := NewThrottle(narrowed(func(r *ThrottleRules) { r.Pair = Rate{Burst: 2, Every: time.Minute} }))
	a := Attempt{Account: "a", Source: "s"}
	th.Take(noon, a)
	th.Take(noon, a)
	// The clock was a year ahead and is set right.
	right := noon.AddDate(-1, 0, 0)
	if wait := th.Take(right, a); wait > time.Minute {
		t.Errorf("wait %s", wait)
	}
	if wait := th.Take(right.Add(time.Minute), a); wait != 0 {
		t.Errorf("a minute later: wait %s", wait)
	}
}

// However many names and sources somebody makes up, memory is bounded, and to
// have one's own bucket forgotten gains one attempt and no new burst.
func TestThrottleForgets(t *testing.T) {
	const size = 50
	th := NewThrottle(narrowed(func(r *ThrottleRules) { r.Account, r.Size = Rate{Burst: 10, Every: time.Minute}, size }))
	victim := Attempt{Account: "victim", Source: "s"}
	for range 10 {
		if th.Take(noon, victim) != 0 {
			t.Fatal("within the burst")
		}
	}
	for i := range 40 * size {
		th.Take(noon, Attempt{Account: fmt.Sprint("made up ", i), Source: fmt.Sprint("made up ", i)})
		if n := th.Len(); n > 3*size {
			t.Fatalf("%d buckets are remembered", n)
		}
	}
	let := 0
	for th.Take(noon, victim) == 0 {
		let++
	}
	if let > 1 {
		t.Errorf("%d more attempts after having been forgotten", let)
	}
	// Once every bucket that was forgotten would be full again, all is as before.
	later := noon.Add(time.Hour)
	let = 0
	for th.Take(later, Attempt{Account: "somebody", Source: "t"}) == 0 {
		let++
	}
	if let != 10 {
		t.Errorf("%d attempts an hour later", let)
	}
}

func TestThrottleForgetsWhatIsFull(t *testing.T) {
	th := NewThrottle(DefaultThrottleRules())
	for i := range 100 {
		a := Attempt{Account: fmt.Sprint(i), Source: fmt.Sprint(i)}
		th.Take(noon, a)
		th.Forgive(noon, a)
	}
	if n := th.Len(); n != 0 {
		t.Errorf("%d buckets are remembered of people who got in", n)
	}
}

func TestThrottleAtTheSameTime(t *testing.T) {
	th := NewThrottle(narrowed(func(r *ThrottleRules) { r.Account, r.Size = Rate{Burst: 20, Every: time.Hour}, 30 }))
	var let atomic.Int64
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 50 {
				if th.Take(noon, Attempt{Account: "a", Source: fmt.Sprint(i, "/", j)}) == 0 {
					let.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if let.Load() != 20 {
		t.Errorf("%d were let through", let.Load())
	}
}

// Over any time no more are let through than the burst and what the time allows,
// and whoever waits as long as told is let through, if nobody else came before.
func TestThrottleRateHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := Rate{Burst: rapid.IntRange(1, 8).Draw(t, "burst"), Every: time.Duration(rapid.IntRange(1, 90).Draw(t, "every")) * time.Second}
		th := NewThrottle(narrowed(func(r *ThrottleRules) { r.Account = rate }))
		a := Attempt{Account: "a", Source: "s"}
		now, let := noon, 0
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 60_000), 1, 80).Draw(t, "steps") {
			now = now.Add(time.Duration(step) * time.Millisecond)
			wait := th.Take(now, a)
			if wait > 0 && rapid.Bool().Draw(t, "waits") {
				if wait > rate.Every {
					t.Fatalf("wait %s, where one comes every %s", wait, rate.Every)
				}
				now = now.Add(wait)
				if wait = th.Take(now, a); wait != 0 {
					t.Fatalf("waited as told, and has to wait %s more", wait)
				}
			}
			if wait == 0 {
				let++
			}
			if most := rate.Burst + int(now.Sub(noon)/rate.Every); let > most {
				t.Fatalf("%d were let through in %s, at most %d may be", let, now.Sub(noon), most)
			}
		}
	})
}

func TestSourceOf(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.77":         "203.0.113.0/24",
		"203.0.113.1":          "203.0.113.0/24",
		"::ffff:203.0.113.77":  "203.0.113.0/24",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1":      "2001:db8:1:2::/64",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"127.0.0.1":            "127.0.0.0/24",
		"::1":                  "::/64",
	} {
		if got := SourceOf(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if got := SourceOf(netip.Addr{}); got != "" {
		t.Errorf("no address: %q", got)
	}
}

// What one attempt costs the throttle: refused, let through, and with the tables
// full of other people's buckets.
func BenchmarkThrottle(b *testing.B) {
	full := func() *Throttle {
		th := NewThrottle(DefaultThrottleRules())
		for i := range th.rules.Size {
			th.Take(noon, Attempt{Account: fmt.Sprint(i), Source: fmt.Sprint(i)})
		}
		return th
	}
	account := strings.Repeat("a", 29)
	b.Run("refused", func(b *testing.B) {
		th, a := full(), Attempt{Account: account, Source: "203.0.113.0/24"}
		for th.Take(noon, a) == 0 {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			th.Take(noon, a)
		}
	})
	b.Run("let through", func(b *testing.B) {
		th, a := full(), Attempt{Account: account, Source: "203.0.113.0/24"}
		b.ReportAllocs()
		for b.Loop() {
			th.Take(noon, a)
			th.Forgive(noon, a)
		}
	})
	b.Run("evicting", func(b *testing.B) {
		th := full()
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			s := fmt.Sprint("x", i)
			th.Take(noon, Attempt{Account: s, Source: s})
		}
	})
}
