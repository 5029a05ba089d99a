package thads

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A mark is the least an event can be.
type mark struct{ Record }

// marks makes a history of events dated so, superseding or voiding as told.
func marks(days []Date, supersedes, voids map[int]int) []mark {
	events := make([]mark, len(days))
	for i := range days {
		events[i].Seq = i + 1
		events[i].EffectiveOn = days[i]
		events[i].RecordedAt = clock.Add(time.Duration(i) * time.Millisecond)
		events[i].Supersedes, events[i].Voids = supersedes[i+1], voids[i+1]
	}
	return events
}

func TestEffectiveOrder(t *testing.T) {
	for _, tt := range []struct {
		name              string
		days              []Date
		supersedes, voids map[int]int
		order, slots      []int
	}{
		{"none", nil, nil, nil, nil, nil},
		{"as recorded", []Date{20190101, 20190102, 20190102}, nil, nil, []int{1, 2, 3}, []int{1, 2, 3}},
		{"late", []Date{20190101, 20190301, 20190201}, nil, nil, []int{1, 3, 2}, []int{1, 3, 2}},
		{"corrected in its place", []Date{20190101, 20190101, 20190101, 20190101}, map[int]int{4: 2}, nil, []int{1, 4, 3}, []int{1, 2, 3}},
		{"corrected twice", []Date{20190101, 20190101, 20190101, 20190105, 20190101}, map[int]int{4: 1, 5: 4}, nil, []int{5, 2, 3}, []int{1, 2, 3}},
		{"corrected to another day", []Date{20190101, 20190102, 20190103}, map[int]int{3: 1}, nil, []int{2, 3}, []int{2, 1}},
		{"voided", []Date{20190101, 20190102, 20190102}, nil, map[int]int{3: 2}, []int{1}, []int{1}},
		{"corrected, then voided", []Date{20190101, 20190102, 20190102, 20190102}, map[int]int{3: 2}, map[int]int{4: 3}, []int{1}, []int{1}},
		{"all gone", []Date{20190101, 20190101}, nil, map[int]int{2: 1}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var order, places []int
			for _, s := range effective(marks(tt.days, tt.supersedes, tt.voids)) {
				order, places = append(order, s.ev.Seq), append(places, s.slot)
			}
			if !slices.Equal(order, tt.order) || !slices.Equal(places, tt.slots) {
				t.Errorf("order %v in places %v, want %v in %v", order, places, tt.order, tt.slots)
			}
		})
	}
}

func TestFates(t *testing.T) {
	fate, by := fates(marks(make([]Date, 6), map[int]int{3: 1, 4: 3}, map[int]int{5: 4, 6: 2}))
	if diff := cmp.Diff([]Fate{FateSuperseded, FateVoided, FateSuperseded, FateVoided, FateNotice, FateNotice}, fate); diff != "" {
		t.Errorf("fates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 6, 4, 5, 0, 0}, by); diff != "" {
		t.Errorf("by (-want +got):\n%s", diff)
	}
}

func TestIntact(t *testing.T) {
	days := []Date{20190101, 20190102, 20190103, 20190104}
	if err := intact(marks(days, map[int]int{3: 1}, map[int]int{4: 3})); err != nil {
		t.Errorf("a sound history: %v", err)
	}
	for name, damage := range map[string]func([]mark) []mark{
		"a gap":                  func(m []mark) []mark { return slices.Delete(m, 1, 2) },
		"the first is missing":   func(m []mark) []mark { return m[1:] },
		"in disorder":            func(m []mark) []mark { m[1], m[2] = m[2], m[1]; return m },
		"the same instant":       func(m []mark) []mark { m[2].RecordedAt = m[1].RecordedAt; return m },
		"no instant":             func(m []mark) []mark { m[0].RecordedAt = time.Time{}; return m },
		"no date":                func(m []mark) []mark { m[3].EffectiveOn = 0; return m },
		"no day of the calendar": func(m []mark) []mark { m[3].EffectiveOn = 20190230; return m },
		"corrects itself":        func(m []mark) []mark { m[2].Supersedes = 3; return m },
		"corrects the future":    func(m []mark) []mark { m[2].Supersedes = 4; return m },
		"a circle":               func(m []mark) []mark { m[1].Supersedes, m[2].Supersedes = 3, 2; return m },
		"corrects nothing":       func(m []mark) []mark { m[2].Supersedes = -1; return m },
		"voids itself":           func(m []mark) []mark { m[2].Voids = 3; return m },
		"voids twice":            func(m []mark) []mark { m[2].Voids, m[3].Voids = 1, 1; return m },
		"voids a voiding":        func(m []mark) []mark { m[2].Voids, m[3].Voids = 1, 3; return m },
		"corrects what is gone":  func(m []mark) []mark { m[2].Voids, m[3].Supersedes = 1, 1; return m },
		"both at once":           func(m []mark) []mark { m[2].Voids, m[2].Supersedes = 1, 2; return m },
	} {
		if err := intact(damage(marks(days, nil, nil))); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// TestDamagedHistory: what no case could have recorded is not read back, and is
// never taken for a refusal.
func TestDamagedHistory(t *testing.T) {
	whole := history(t, opening(20190101, money(100), thing(5)), ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120),
		ev(CaseCollected, 20190201, of("o1"), dong(60)), ev(CasePaidOut, 20190205, of("o1"), dong(60)))
	for name, damage := range map[string]func(e []CaseEvent) []CaseEvent{
		"nothing":                func([]CaseEvent) []CaseEvent { return nil },
		"the opening is missing": func(e []CaseEvent) []CaseEvent { return e[1:] },
		"only notes": func([]CaseEvent) []CaseEvent {
			n := ev(CaseNoted, 20190101)
			n.Seq, n.RecordedAt = 1, clock
			return []CaseEvent{n}
		},
		"a note taken back": func([]CaseEvent) []CaseEvent {
			n, v := ev(CaseNoted, 20190101), voiding(1)
			n.Seq, n.RecordedAt, v.Seq, v.RecordedAt, v.EffectiveOn, v.Kind = 1, clock, 2, clock.Add(time.Second), 20190101, CaseVoidedEvent
			return []CaseEvent{n, v}
		},
		"a kind that does not exist": func(e []CaseEvent) []CaseEvent { e[2].Kind = "DREAMT"; return e },
		"a step that is impossible":  func(e []CaseEvent) []CaseEvent { e[2].Kind = CaseReopened; return e },
		"more paid than collected":   func(e []CaseEvent) []CaseEvent { e[4].Amount = 61; return e },
		"less than nothing":          func(e []CaseEvent) []CaseEvent { e[3].Amount = -60; return e },
		"less than nothing paid":     func(e []CaseEvent) []CaseEvent { e[4].Amount = -1; return e },
		"reopened by less than nothing": func(e []CaseEvent) []CaseEvent {
			done, again := ev(CasePerformed, 20190301, of("o1"), dong(40)), ev(CaseReopened, 20190401, of("o1"), dong(-5))
			done.Seq, done.RecordedAt, again.Seq, again.RecordedAt = 6, clock.Add(time.Hour), 7, clock.Add(2*time.Hour)
			return append(e, done, again)
		},
		"more than there is":        func(e []CaseEvent) []CaseEvent { e[3].Amount = 1<<63 - 1; return e },
		"no obligation of the name": func(e []CaseEvent) []CaseEvent { e[3].Obligation = "o3"; return e },
		"no obligations":            func(e []CaseEvent) []CaseEvent { e[0].Particulars.Obligations = nil; return e },
		"an obligation twice":       func(e []CaseEvent) []CaseEvent { e[0].Particulars.Obligations[1].ID = "o1"; return e },
		"a negative obligation":     func(e []CaseEvent) []CaseEvent { e[0].Particulars.Obligations[1].Amount = -1; return e },
		"a boundless obligation":    func(e []CaseEvent) []CaseEvent { e[0].Particulars.Obligations[1].Amount = 1<<63 - 1; return e },
		"nobody to hold it":         func(e []CaseEvent) []CaseEvent { e[0].ToUnit = ""; return e },
		"a balance of nothing":      func(e []CaseEvent) []CaseEvent { e[0].Kind = CaseBroughtForward; return e[:1] },
		"a balance of a dead case": func(e []CaseEvent) []CaseEvent {
			e[0].Kind, e[0].Particulars.Balance = CaseBroughtForward, &OpeningBalance{State: StateDone}
			return e[:1]
		},
		"the opening opens nothing": func(e []CaseEvent) []CaseEvent {
			n := ev(CaseNoted, 20190101)
			n.Seq, n.RecordedAt, n.Supersedes = 6, clock.Add(time.Hour), 1
			return append(e, n)
		},
		"an unknown ground":      func(e []CaseEvent) []CaseEvent { e[3].Ground = "L1804"; return e },
		"corrected out of order": func(e []CaseEvent) []CaseEvent { e[3].Supersedes = 5; return e },
	} {
		t.Run(name, func(t *testing.T) {
			events := slices.Clone(whole.Events)
			p := *events[0].Particulars
			p.Obligations = slices.Clone(p.Obligations)
			events[0].Particulars = &p
			c, err := FoldCase("case-1", damage(events))
			if c != nil || !errors.Is(err, ErrDamaged) {
				t.Fatalf("read back as %v, %v", c, err)
			}
			if _, ok := Refusals(err); ok {
				t.Errorf("taken for a refusal: %v", err)
			}
		})
	}
	if _, err := FoldCase("case-1", whole.Events); err != nil {
		t.Errorf("the whole history: %v", err)
	}
}
