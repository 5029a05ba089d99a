package app_test

import (
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A record may bear other tags than those that are asked for: a group of one of
// these opens to what the group counts, not to all that bear its tag.
func TestGroupsByTagOfWhatBearsATag(t *testing.T) {
	w := newFigured(t)
	sum, _ := w.groups(w.as(t, auth.RoleLeader), t, app.StatisticsInput{
		Measure: forms.MeasureNewlyAccepted, GroupBy: []ledger.Dimension{ledger.ByTag},
		Filter: &app.StatisticsFilter{Tags: []thads.Tag{thads.TagCredit}}, Moment: &app.MomentInput{AsOf: ptr(onDay(20190930))},
	})
	if sum.Cases != 8 { // six of credit institutions, two of which are complex too
		t.Errorf("the groups have %d cases", sum.Cases)
	}
}
