package demo

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/thads"
)

// background outlives single tests: the store is filled once for all of them.
var background = context.Background()

// Every number is one document's: decisions run without a gap in each unit, book
// and statistical year, and start again with every year.
func TestNumbers(t *testing.T) {
	p := fill(t)
	type series struct {
		unit thads.UnitID
		book book
		year thads.StatYear
	}
	numbers := map[series][]int{}
	dates := map[series]map[int]thads.Date{}
	judgments := map[string]thads.Judgment{}
	vouchers := map[string]bool{}
	for _, c := range p.cases {
		fates, _ := c.Fates()
		for i := range c.Events {
			e := &c.Events[i]
			if e.Receipt != "" {
				if vouchers[e.Receipt] && e.Supersedes == 0 {
					t.Errorf("receipt %s occurs twice", e.Receipt)
				}
				vouchers[e.Receipt] = true
			}
			if pt := e.Particulars; pt != nil {
				k := pt.Judgment.Court + " " + pt.Judgment.Number.Raw
				if j, ok := judgments[k]; ok && (j.Date != pt.Judgment.Date || j.Kind != pt.Judgment.Kind) {
					t.Errorf("judgment %s has two dates", k)
				}
				judgments[k] = pt.Judgment
			}
			b := bookOf(e.Kind)
			if b == bookNone || fates[i] != thads.FateStands || e.Decision.Date < thads.StatYear(2018).Start() || b == bookReduced {
				continue
			}
			issuer := c.Units[0]
			symbol := "/QĐ-CCTHADS"
			if b == bookWithdrawn || issuer == p.root(t) {
				issuer, symbol = p.root(t), "/QĐ-CTHADS"
			}
			digits, ok := strings.CutSuffix(e.Decision.Number.Raw, symbol)
			n, err := strconv.Atoi(digits)
			if !ok || err != nil {
				t.Fatalf("case %s: %s is numbered %q", c.ID, e.Kind, e.Decision.Number.Raw)
			}
			k := series{issuer, b, thads.StatYearOf(e.Decision.Date)}
			numbers[k] = append(numbers[k], n)
			if dates[k] == nil {
				dates[k] = map[int]thads.Date{}
			}
			dates[k][n] = e.Decision.Date
		}
	}
	for k, ns := range numbers {
		slices.Sort(ns)
		last := thads.Date(0)
		for i, n := range ns {
			if n != i+1 {
				t.Fatalf("%v: number %d stands where %d should", k, n, i+1)
			}
			if dates[k][n] < last {
				t.Fatalf("%v: number %d is older than the one before it", k, n)
			}
			last = dates[k][n]
		}
	}
	if len(numbers) < 28*3 {
		t.Errorf("only %d series of numbers", len(numbers))
	}
}

// A case is handled by who serves in its unit on that day, recorded in office
// hours after it happened, and nothing is recorded after the last working day
// before the conference.
func TestPeopleAndTimes(t *testing.T) {
	p := fill(t)
	last := thads.DateOf(2019, 12, 6)
	reassigned, latest := 0, thads.Date(0)
	issued, onTime := 0, 0
	for _, c := range p.cases {
		if received := c.Particulars.Judgment.ReceivedOn; !received.IsZero() && c.Decision != nil {
			// Five working days and a weekend, or Tết.
			issued++
			if received.DaysUntil(c.Decision.Date) <= 7 {
				onTime++
			}
		}
		for i := range c.Events {
			e := &c.Events[i]
			if e.ToUnit != "" {
				if u, ok := p.tree.Unit(e.ToUnit); !ok || !u.ExistsOn(e.EffectiveOn) {
					t.Fatalf("case %s goes to a unit that does not exist", c.ID)
				}
			}
			if e.ToOfficer != "" {
				at, serves := p.officers[e.ToOfficer].At(e.EffectiveOn)
				unit := cmp.Or(e.ToUnit, c.Unit)
				if !serves || at.Unit != unit || !at.Rank.CanEnforce() {
					t.Errorf("case %s goes to %s, who is %+v on %s", c.ID, p.officers[e.ToOfficer].Name, at, e.EffectiveOn)
				}
			}
			if e.Kind == thads.CaseAssigned {
				reassigned++
			}
			on := thads.DateIn(e.RecordedAt)
			latest = max(latest, on)
			if on < e.EffectiveOn || on > last {
				t.Errorf("case %s: event %d of %s was recorded on %s", c.ID, e.Seq, e.EffectiveOn, on)
			}
			if h := e.RecordedAt.In(time.FixedZone("", 7*3600)).Hour(); h < 7 || h > 20 {
				t.Errorf("case %s: event %d was recorded at %s", c.ID, e.Seq, e.RecordedAt)
			}
			if e.By == "" || !strings.HasPrefix(string(e.By), "demo:") {
				t.Errorf("case %s: event %d was recorded by %q", c.ID, e.Seq, e.By)
			}
			if w := e.EffectiveOn.Weekday(); (w == time.Saturday || w == time.Sunday) && e.Kind != thads.CaseBroughtForward {
				t.Errorf("case %s: event %d counts on a %s", c.ID, e.Seq, w)
			}
		}
		// An officer who has left holds nothing that is still live.
		if c.Officer != "" && c.State.IsLive() {
			if _, serves := p.officers[c.Officer].At(last); !serves {
				t.Errorf("case %s is left with %s, who has retired", c.ID, p.officers[c.Officer].Name)
			}
		}
		if c.Events[0].Note != invented {
			t.Errorf("case %s is not marked as invented", c.ID)
		}
	}
	if share := 1000 * onTime / issued; issued < 20_000 || share < 950 || share > 995 {
		t.Errorf("%d ‰ of %d decisions were issued on time", share, issued)
	}
	if reassigned < 100 || latest != last {
		t.Errorf("%d cases were reassigned; the last was recorded on %s", reassigned, latest)
	}
}

// The districts differ as districts do, and every kind of event and state that
// the law of 2008 knows comes up.
func TestVariety(t *testing.T) {
	p := fill(t)
	units, states, kinds := map[thads.UnitID]int{}, map[thads.CaseState]int{}, map[thads.CaseEventKind]int{}
	judged, begun, tags := map[thads.JudgmentKind]int{}, map[thads.Initiation]int{}, map[thads.Tag]int{}
	parts, corrections := 0, 0
	for _, c := range p.cases {
		units[c.Units[0]]++
		states[c.State]++
		judged[c.Particulars.Judgment.Kind]++
		begun[c.Particulars.Initiation]++
		for _, tag := range c.Tags {
			tags[tag]++
		}
		if len(c.Balances) > 1 {
			parts++
		}
		for i := range c.Events {
			kinds[c.Events[i].Kind]++
			if c.Events[i].Supersedes+c.Events[i].Voids > 0 {
				corrections++
			}
		}
	}
	all := len(p.cases)
	code := func(code string) int {
		u, _ := p.tree.ByCode(code)
		return 1000 * units[u.ID] / all
	}
	if len(units) != 28 || code("TH-01") < 120 || code("TH-01") > 190 || code("TH-26") > 20 || code("TH-26") < 3 {
		t.Errorf("shares of %d units: %d ‰ in the city, %d ‰ in Quan Sơn", len(units), code("TH-01"), code("TH-26"))
	}
	for _, s := range []thads.CaseState{
		thads.StateVoluntary, thads.StateVerifying, thads.StateInProgress, thads.StatePostponed, thads.StatePaused, thads.StateSuspended,
		thads.StateNotEnforceable, thads.StateSeparateBook, thads.StateRefused, thads.StateDone, thads.StateTerminated, thads.StateEntrusted,
		thads.StateWithdrawn, thads.StateRevoked, thads.StateVoided,
	} {
		if states[s] == 0 {
			t.Errorf("no case is in the state %s", s)
		}
	}
	without := map[thads.CaseEventKind]bool{thads.CaseRequestReturned: true, thads.CaseReopened: true, thads.CaseTransferred: true}
	for _, s := range thads.CaseEventSpecs() {
		if (kinds[s.Kind] == 0) != without[s.Kind] {
			t.Errorf("%d events of the kind %s", kinds[s.Kind], s.Kind)
		}
	}
	for _, k := range thads.JudgmentKinds() {
		if judged[k.Value] == 0 {
			t.Errorf("no judgment of the kind %s", k.Value)
		}
	}
	if own := 1000 * begun[thads.OwnMotion] / all; own < 650 || own > 800 {
		t.Errorf("%d ‰ are of own motion", own)
	}
	if corrections < 40 || corrections > 100 || parts < 3000 || tags[thads.TagDirected] != 5 || tags[thads.TagCredit] < 300 {
		t.Errorf("%d corrections, %d cases with several obligations, tags %v", corrections, parts, tags)
	}
	t.Logf("states %v", states)
	t.Logf("events %v", kinds)
}

// The verdicts and directed cases, and the conference that speaks of them.
func TestConference(t *testing.T) {
	p := fill(t)
	year := thads.StatYear(2019)
	tracked, finished := 0, 0
	for _, v := range all(t, p, "verdict", thads.FoldVerdict) {
		if !v.IsTracked() || v.RegisteredOn > year.End() || !v.FinishedOn.IsZero() && v.FinishedOn < year.Start() {
			continue
		}
		tracked++
		if v.State == thads.VerdictDone && v.FinishedOn <= year.End() {
			finished++
		}
	}
	if tracked != 13 || finished != 4 {
		t.Errorf("%d verdicts tracked, %d done", tracked, finished)
	}
	resolved := 0
	byID := map[thads.CaseID]*thads.Case{}
	for _, c := range p.cases {
		byID[c.ID] = c
	}
	directed := all(t, p, "directedCase", thads.FoldDirectedCase)
	for _, d := range directed {
		c := byID[d.Case]
		if c == nil || !slices.Contains(c.Tags, thads.TagDirected) || (c.State == thads.StateDone) != (d.State == thads.DirectedResolved) {
			t.Errorf("directed case %q is %s, its case %+v", d.Title, d.State, c)
		}
		if d.State == thads.DirectedResolved && d.FinishedOn <= thads.DateOf(2019, 12, 9) {
			resolved++
		}
	}
	if len(directed) != 5 || resolved != 3 {
		t.Errorf("%d directed cases, %d resolved", len(directed), resolved)
	}
	c := all(t, p, "conference", thads.FoldConference)[0]
	if c.HeldOn != thads.DateOf(2019, 12, 9) || len(c.Figures) != 12 || c.Conclusion == nil || len(c.Conclusion.Items) != 7 {
		t.Errorf("the conference of %s has %d figures and the conclusion %+v", c.HeldOn, len(c.Figures), c.Conclusion)
	}
	tasks := all(t, p, "task", thads.FoldTask)
	reported := 0
	for _, task := range tasks {
		if _, ok := c.Item(task.Particulars.Item); !ok || task.Particulars.Conference != c.ID || !task.IsStanding || task.Particulars.StatYear != 2020 {
			t.Errorf("task %+v", task.Particulars)
		}
		reported += task.Reports
	}
	if len(tasks) != 7 || reported != 3 {
		t.Errorf("%d tasks, %d reports", len(tasks), reported)
	}
}
