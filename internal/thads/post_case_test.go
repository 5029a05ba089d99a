package thads

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// posted are the postings of a case, one a line: event, effective and booked day
// (where it is another), class with its ground, cases, đồng, holder.
func posted(t *testing.T, c *Case) []string {
	t.Helper()
	ps, err := PostCase(c)
	if err != nil {
		t.Fatal(err)
	}
	return linesOf(ps)
}

func linesOf(ps []Posting) []string {
	var out []string
	for i := range ps {
		p := &ps[i]
		on := p.EffectiveOn.String()
		if p.BookedOn != p.EffectiveOn {
			on += ">" + p.BookedOn.String()
		}
		account := string(p.Account.Class)
		if p.Account.Detail != "" {
			account += ":" + p.Account.Detail
		}
		line := fmt.Sprintf("%d %s %s %+d %+d", p.Event, on, account, p.Cases, p.Dong)
		if p.Unit != unitA {
			line += " " + string(p.Unit)
		}
		if p.Officer != offA {
			line += " " + string(p.Officer)
		}
		for _, tag := range p.Tags {
			line += " #" + string(tag)
		}
		out = append(out, line)
	}
	return out
}

func TestPostCase(t *testing.T) {
	const opened = 20181105
	first := func(o ...Obligation) CaseEvent { return opening(opened, o...) }
	tests := []struct {
		name   string
		events []CaseEvent
		want   string
	}{
		{"in and out", []CaseEvent{
			first(money(1000)), ev(CaseVerificationBegun, 20181116), ev(CaseVerified, 20181201),
			ev(CaseCollected, 20190110, dong(600)), ev(CasePaidOut, 20190115, dong(600)), ev(CasePerformed, 20190301, dong(400)),
		}, `
			1 2018-11-05 NEW -1 -1000
			1 2018-11-05 VOLUNTARY +1 +1000
			2 2018-11-16 VERIFYING +1 +1000
			2 2018-11-16 VOLUNTARY -1 -1000
			3 2018-12-01 IN_PROGRESS +1 +1000
			3 2018-12-01 VERIFYING -1 -1000
			4 2019-01-10 HELD +0 +600
			4 2019-01-10 IN_PROGRESS +0 -600
			5 2019-01-15 DONE +0 +600
			5 2019-01-15 HELD +0 -600
			6 2019-03-01 DONE +1 +400
			6 2019-03-01 IN_PROGRESS -1 -400`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := history(t, tt.events...)
			var want []string
			for line := range strings.Lines(tt.want) {
				if line = strings.TrimSpace(line); line != "" {
					want = append(want, line)
				}
			}
			got := posted(t, c)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			ps, err := PostCase(c)
			if err != nil {
				t.Fatal(err)
			}
			back, _, err := DecodeEntries(EncodeEntries(ps, nil))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(ps, back); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}
