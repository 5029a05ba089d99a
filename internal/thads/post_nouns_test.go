package thads

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// wantPosted compares postings with their lines.
func wantPosted(t *testing.T, ps []Posting, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if diff := cmp.Diff(lines, linesOf(ps)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := balanced(ps); err != nil {
		t.Error(err)
	}
	data := EncodeEntries(ps, nil)
	back, _, err := DecodeEntries(data)
	if err != nil || !same(ps, back) {
		t.Errorf("read back: %v (-want +got):\n%s", err, cmp.Diff(ps, back))
	}
}

func verdictOf(t *testing.T, events ...VerdictEvent) *AdministrativeVerdict {
	t.Helper()
	v := new(AdministrativeVerdict)
	for _, e := range events {
		v = verdictLife.must(t, v, e)
	}
	return v
}

func TestPostVerdict(t *testing.T) {
	untracked := verdictEvent(VerdictRegistered, 20190201)
	p := *untracked.Particulars
	p.Tracked, p.Category = false, VerdictRejectsClaim
	untracked.Particulars = &p
	correctly := verdictEvent(VerdictRegistered, 20190201)
	correctly.Supersedes, correctly.Reason = 1, "nhập nhầm"
	late := verdictEvent(VerdictWorkSession, 20190920)
	late.OpenFrom = 20191001
	var void VerdictEvent
	void.Voids, void.Reason, void.By = 1, "nhập nhầm", "person-1"
	tests := []struct {
		name   string
		events []VerdictEvent
		want   string
	}{
		{"a life, reopened in the same year and in a later one", []VerdictEvent{
			verdictEvent(VerdictRegistered, 20190201), verdictEvent(VerdictNoticeIssued, 20190202), verdictEvent(VerdictWorkSession, 20190203),
			verdictEvent(VerdictCompulsionDecided, 20190204), verdictEvent(VerdictUrging, 20190205), verdictEvent(VerdictDisciplinePetitioned, 20190206),
			verdictEvent(VerdictTransferred, 20190207), verdictEvent(VerdictCompleted, 20190208), verdictEvent(VerdictReopened, 20190209),
			verdictEvent(VerdictNothingLeft, 20190930), verdictEvent(VerdictReopened, 20191001),
		}, `
			1 2019-02-01 VERDICT_NEW -1 +0 ANNUL_DECISION
			1 2019-02-01 VERDICT_UNNOTIFIED +1 +0 ANNUL_DECISION
			2 2019-02-02 VERDICT_NOTICE +1 +0 ANNUL_DECISION
			2 2019-02-02 VERDICT_NOTIFIED +1 +0 ANNUL_DECISION
			2 2019-02-02 VERDICT_UNNOTIFIED -1 +0 ANNUL_DECISION
			3 2019-02-03 VERDICT_SESSION +1 +0 ANNUL_DECISION
			4 2019-02-04 VERDICT_COMPELLED +1 +0 ANNUL_DECISION
			4 2019-02-04 VERDICT_COMPULSION +1 +0 ANNUL_DECISION
			4 2019-02-04 VERDICT_NOTIFIED -1 +0 ANNUL_DECISION
			5 2019-02-05 VERDICT_COMPELLED -1 +0 ANNUL_DECISION
			5 2019-02-05 VERDICT_URGED +1 +0 ANNUL_DECISION
			6 2019-02-06 VERDICT_PETITION +1 +0 ANNUL_DECISION
			7 2019-02-07 VERDICT_TRANSFERRED +1 +0 ANNUL_DECISION
			7 2019-02-07 VERDICT_TRANSFERRED -1 +0 unit-b officer-b ANNUL_DECISION
			7 2019-02-07 VERDICT_URGED -1 +0 ANNUL_DECISION
			7 2019-02-07 VERDICT_URGED +1 +0 unit-b officer-b ANNUL_DECISION
			8 2019-02-08 VERDICT_DONE +1 +0 unit-b officer-b ANNUL_DECISION
			8 2019-02-08 VERDICT_URGED -1 +0 unit-b officer-b ANNUL_DECISION
			9 2019-02-09 VERDICT_DONE -1 +0 unit-b officer-b ANNUL_DECISION
			9 2019-02-09 VERDICT_URGED +1 +0 unit-b officer-b ANNUL_DECISION
			10 2019-09-30 VERDICT_NO_LONGER +1 +0 unit-b officer-b ANNUL_DECISION
			10 2019-09-30 VERDICT_URGED -1 +0 unit-b officer-b ANNUL_DECISION
			11 2019-10-01 VERDICT_REOPENED -1 +0 unit-b officer-b ANNUL_DECISION
			11 2019-10-01 VERDICT_URGED +1 +0 unit-b officer-b ANNUL_DECISION`},
		{"nothing to track, then something", []VerdictEvent{untracked, verdictEvent(VerdictNoted, 20190202), verdictEvent(VerdictTransferred, 20190203), correctly}, `
			1 2019-02-01 VERDICT_UNTRACKED +1 +0 REJECT_CLAIM
			4 2019-02-01 VERDICT_NEW -1 +0 ANNUL_DECISION
			4 2019-02-01 VERDICT_UNNOTIFIED +1 +0 ANNUL_DECISION
			4 2019-02-01 VERDICT_UNTRACKED -1 +0 REJECT_CLAIM
			4 2019-02-03 VERDICT_TRANSFERRED +1 +0 ANNUL_DECISION
			4 2019-02-03 VERDICT_TRANSFERRED -1 +0 unit-b officer-b ANNUL_DECISION
			4 2019-02-03 VERDICT_UNNOTIFIED -1 +0 ANNUL_DECISION
			4 2019-02-03 VERDICT_UNNOTIFIED +1 +0 unit-b officer-b ANNUL_DECISION`},
		{"late under a lock", []VerdictEvent{verdictEvent(VerdictRegistered, 20190201), verdictEvent(VerdictCompleted, 20191010), late}, `
			1 2019-02-01 VERDICT_NEW -1 +0 ANNUL_DECISION
			1 2019-02-01 VERDICT_UNNOTIFIED +1 +0 ANNUL_DECISION
			2 2019-10-10 VERDICT_DONE +1 +0 ANNUL_DECISION
			2 2019-10-10 VERDICT_UNNOTIFIED -1 +0 ANNUL_DECISION
			3 2019-09-20>2019-10-01 VERDICT_SESSION +1 +0 ANNUL_DECISION`},
		{"voided", []VerdictEvent{verdictEvent(VerdictRegistered, 20190201), verdictEvent(VerdictNoticeIssued, 20190202), void}, `
			1 2019-02-01 VERDICT_NEW -1 +0 ANNUL_DECISION
			1 2019-02-01 VERDICT_UNNOTIFIED +1 +0 ANNUL_DECISION
			2 2019-02-02 VERDICT_NOTICE +1 +0 ANNUL_DECISION
			2 2019-02-02 VERDICT_NOTIFIED +1 +0 ANNUL_DECISION
			2 2019-02-02 VERDICT_UNNOTIFIED -1 +0 ANNUL_DECISION
			3 2019-02-01 VERDICT_NEW +1 +0 ANNUL_DECISION
			3 2019-02-01 VERDICT_UNNOTIFIED -1 +0 ANNUL_DECISION
			3 2019-02-02 VERDICT_NOTICE -1 +0 ANNUL_DECISION
			3 2019-02-02 VERDICT_NOTIFIED -1 +0 ANNUL_DECISION
			3 2019-02-02 VERDICT_UNNOTIFIED +1 +0 ANNUL_DECISION`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps, err := PostVerdict(verdictOf(t, tt.events...))
			wantPosted(t, ps, err, tt.want)
		})
	}
}

func TestPostDirectedCase(t *testing.T) {
	c := new(DirectedCase)
	for _, e := range []DirectedCaseEvent{
		directedEvent(DirectedListed, 20180105), directedEvent(DirectedObstacle, 20180110), directedEvent(DirectedTransferred, 20180201),
		directedEvent(DirectedResolution, 20180910), directedEvent(DirectedReopened, 20180920), directedEvent(DirectedDelisting, 20180925),
		directedEvent(DirectedReopened, 20181105),
	} {
		c = directedLife.must(t, c, e)
	}
	ps, err := PostDirectedCase(c)
	wantPosted(t, ps, err, `
		1 2018-01-05 DIRECTED_LISTED -1 +0 nobody
		1 2018-01-05 DIRECTED_OPEN +1 +0 nobody
		3 2018-02-01 DIRECTED_OPEN -1 +0 nobody
		3 2018-02-01 DIRECTED_OPEN +1 +0 unit-b nobody
		3 2018-02-01 DIRECTED_TRANSFERRED +1 +0 nobody
		3 2018-02-01 DIRECTED_TRANSFERRED -1 +0 unit-b nobody
		4 2018-09-10 DIRECTED_OPEN -1 +0 unit-b nobody
		4 2018-09-10 DIRECTED_RESOLVED +1 +0 unit-b nobody
		5 2018-09-20 DIRECTED_OPEN +1 +0 unit-b nobody
		5 2018-09-20 DIRECTED_RESOLVED -1 +0 unit-b nobody
		6 2018-09-25 DIRECTED_DELISTED +1 +0 unit-b nobody
		6 2018-09-25 DIRECTED_OPEN -1 +0 unit-b nobody
		7 2018-11-05 DIRECTED_OPEN +1 +0 unit-b nobody
		7 2018-11-05 DIRECTED_REOPENED -1 +0 unit-b nobody`)
}

func TestPostTask(t *testing.T) {
	task := taskLife.build(t, TaskSet, TaskReported, TaskReported, TaskDueMoved, TaskCompleted, TaskReopened, TaskCalledOff)
	again := taskEvent(TaskReopened, 20191105)
	ps, err := PostTask(taskLife.must(t, task, again))
	wantPosted(t, ps, err, `
		1 2019-02-01 TASK_NOT_STARTED +1 +0 nobody
		1 2019-02-01 TASK_SET -1 +0 nobody
		2 2019-02-02 TASK_IN_PROGRESS +1 +0 nobody
		2 2019-02-02 TASK_NOT_STARTED -1 +0 nobody
		5 2019-02-05 TASK_DONE +1 +0 nobody
		5 2019-02-05 TASK_IN_PROGRESS -1 +0 nobody
		6 2019-02-06 TASK_DONE -1 +0 nobody
		6 2019-02-06 TASK_IN_PROGRESS +1 +0 nobody
		7 2019-02-07 TASK_CANCELLED +1 +0 nobody
		7 2019-02-07 TASK_IN_PROGRESS -1 +0 nobody
		8 2019-11-05 TASK_IN_PROGRESS +1 +0 nobody
		8 2019-11-05 TASK_REOPENED -1 +0 nobody`)
	outside := taskEvent(TaskSet, 20190201)
	p := *outside.Particulars
	p.Lead = Body{Name: "Sở Mẫu"}
	outside.Particulars = &p
	ps, err = PostTask(taskLife.must(t, new(Task), outside))
	if err != nil || len(ps) != 2 || ps[0].Unit != "" {
		t.Errorf("a task led by somebody outside posts %+v, %v", ps, err)
	}
}

// TestPostingsOfRandomVerdicts records random events of verdicts, late and
// corrected ones among them.
func TestPostingsOfRandomVerdicts(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		v := new(AdministrativeVerdict)
		var postings []Posting
		kinds := VerdictEventSpecs()
		for range 40 {
			day := Date(20190201).AddDays(evenly(t, 900, "day"))
			e := verdictEvent(kinds[evenly(t, len(kinds), "kind")].Kind, day)
			if len(v.Events) == 0 {
				e = verdictEvent(VerdictRegistered, 20190201)
			}
			if n := len(v.Events); n > 0 && evenly(t, 5, "amend") == 0 {
				target := 1 + evenly(t, n, "target")
				if rapid.Bool().Draw(t, "void") {
					e = VerdictEvent{}
					e.Voids = target
				} else {
					e = verdictEvent(v.Events[target-1].Kind, day)
					if e.Kind == VerdictRegistered {
						e.EffectiveOn = 20190201
						p := *e.Particulars
						p.Tracked = rapid.Bool().Draw(t, "tracked")
						e.Particulars = &p
					}
					e.Supersedes = target
				}
				e.Reason, e.By = "nhập nhầm", "person-1"
			}
			if rapid.Bool().Draw(t, "locked") {
				e.OpenFrom = day.AddDays(evenly(t, 300, "open from"))
			}
			next, err := v.Append(e, clock)
			if err != nil {
				continue
			}
			accepted++
			more, err := PostVerdict(next)
			if err != nil {
				t.Fatal(err)
			}
			if len(more) < len(postings) || !same(postings, more[:len(postings)]) {
				t.Fatalf("the postings of earlier events changed (-before +after):\n%s", cmp.Diff(postings, more))
			}
			if err := balanced(more); err != nil {
				t.Fatal(err)
			}
			if err := neverBelowNothing(more); err != nil {
				t.Fatalf("%v\n%s", err, linesOf(more))
			}
			got := sums(more, func(p *Posting) (stand, bool) {
				if p.Account.Class == AccountVerdictUntracked {
					return stand{account: p.Account}, true
				}
				return stand{p.Account, p.Unit, p.Officer, ""}, p.Account.Class.Nature() == NatureStock
			})
			want := map[stand]amount{}
			switch {
			case next.IsVoided():
			case !next.Tracked:
				want[stand{account: Account{Class: AccountVerdictUntracked}}] = amount{cases: 1}
			case next.State.IsLive():
				want[stand{account: Account{Class: verdictAccounts.live[next.State]}, unit: next.Unit, officer: next.Officer}] = amount{cases: 1}
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(stand{}, amount{})); diff != "" {
				t.Fatalf("(-fold +postings):\n%s\n%s", diff, linesOf(more))
			}
			v, postings = next, more
		}
	})
	if accepted < 300 {
		t.Errorf("only %d events accepted", accepted)
	}
}
