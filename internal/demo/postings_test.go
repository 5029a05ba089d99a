//go:build !race

package demo

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// A movedAt is where and when an amount of a record moved.
type movedAt struct {
	account           string
	effective, booked thads.Date
	recordedAt        time.Time
}

// roughly names an account as both kinds of postings can: the plain ones know no
// account of its own for money that is held, and one for the money of all cases
// that were withdrawn, revoked or returned.
func roughly(account string) string {
	switch class := thads.AccountClass(account); {
	case class.Nature() == thads.NatureStock:
		return "LIVE"
	case class == thads.AccountWithdrawn, class == thads.AccountRevoked, class == thads.AccountReturned:
		return "CLOSED"
	}
	return account
}

// beside are the accounts that the plain postings do not have.
var beside = map[thads.AccountClass]bool{
	thads.AccountToSeparate: true, thads.AccountTransferred: true, thads.AccountMeasure: true, thads.AccountReduction: true,
}

// TestPostingsAgree compares the postings of every case with those that this
// package adds up in the plainest way there is, day by day and event by event.
func TestPostingsAgree(t *testing.T) {
	p := fill(t)
	slow := map[thads.CaseID]map[movedAt]amount{}
	for _, q := range ledgerOf(t) {
		m := slow[q.c.ID]
		if m == nil {
			m = map[movedAt]amount{}
			slow[q.c.ID] = m
		}
		k := movedAt{roughly(q.account), q.effective, q.booked, q.recordedAt}
		if m[k] = (amount{m[k].cases + q.cases, m[k].dong + q.dong}); m[k] == (amount{}) {
			delete(m, k)
		}
	}
	var all []posted
	postings, events, size := 0, 0, 0
	for _, c := range p.cases {
		ps, err := thads.PostCase(c)
		if err != nil {
			t.Fatal(err)
		}
		postings, events, size = postings+len(ps), events+len(c.Events), size+len(thads.EncodeEntries(ps, nil))
		got := map[movedAt]amount{}
		for i := range ps {
			q := &ps[i]
			if source := q.Account.Class.Nature() == thads.NatureSource; source && q.Account.Class != thads.AccountReopened || beside[q.Account.Class] {
				continue
			}
			all = append(all, posted{string(q.Account.Class), q.EffectiveOn, q.BookedOn, q.RecordedAt, q.Cases, q.Dong, c})
			k := movedAt{roughly(string(q.Account.Class)), q.EffectiveOn, q.BookedOn, q.RecordedAt}
			if got[k] = (amount{got[k].cases + q.Cases, got[k].dong + q.Dong}); got[k] == (amount{}) {
				delete(got, k)
			}
		}
		if !maps.Equal(slow[c.ID], got) {
			t.Errorf("case %s (-plain +posted):\n%s", c.ID, cmp.Diff(slow[c.ID], got, cmp.AllowUnexported(movedAt{}, amount{})))
		}
	}
	t.Logf("%d cases, %d events, %d postings, %.1f bytes each", len(p.cases), events, postings, float64(size)/float64(postings))
	// Money that is held is that of debtors with means.
	for i := range all {
		if all[i].account == string(thads.AccountHeld) {
			all[i].account = string(thads.StateInProgress)
		}
	}
	f18, f19 := figureOf(all, 2018, booked, always), figureOf(all, 2019, booked, always)
	got := []int64{int64(f19.cases), int64(f18.cases), int64(f19.dong), int64(f19.dong + f19.live.dong)}
	if diff := cmp.Diff([]int64{13_140, 11_888, 336_758_000_000, 970_327_000_000}, got); diff != "" {
		t.Errorf("published and posted:\n%s", diff)
	}
}
