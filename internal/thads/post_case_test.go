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
		switch p.Officer {
		case offA:
		case "":
			line += " nobody"
		default:
			line += " " + string(p.Officer)
		}
		if p.Subject != string(Debt) && p.Subject != "" {
			line += " " + p.Subject
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
		{"received, then decided", []CaseEvent{
			ev(CaseReceived, 20181101), ev(CaseAssigned, 20181102),
			ev(CaseDecided, opened, func(e *CaseEvent) { e.Particulars, e.ToUnit, e.ToOfficer = nil, "", "" }),
		}, `
			3 2018-11-05 NEW -1 -100 officer-b
			3 2018-11-05 VOLUNTARY +1 +100 officer-b`},
		{"received, then refused", []CaseEvent{ev(CaseReceived, 20181101), ev(CaseRefused, 20181102), ev(CaseTagged, 20181103)}, ``},
		// The balance of an older case enters on the last day of the year before.
		{"brought forward in the middle of the year", []CaseEvent{ev(CaseBroughtForward, 20190115), ev(CaseResumed, 20190120)}, `
			1 2018-09-30 OPENING -1 -100 nobody
			1 2018-09-30 POSTPONED +1 +100 nobody
			2 2019-01-20 IN_PROGRESS +1 +100 nobody
			2 2019-01-20 POSTPONED -1 -100 nobody`},
		{"brought forward on the last day of the year, in the separate book", []CaseEvent{
			ev(CaseBroughtForward, 20180930, func(e *CaseEvent) {
				e.Particulars.Balance = &OpeningBalance{State: StateSeparateBook, Ground: "L2008_44A_1_A"}
			}),
			ev(CaseAssigned, 20181020), ev(CaseBackFromSeparate, 20181111),
		}, `
			1 2018-09-30 SEPARATE_BOOK:L2008_44A_1_A +1 +100 nobody
			2 2018-10-20 SEPARATE_BOOK:L2008_44A_1_A -1 -100 nobody
			2 2018-10-20 SEPARATE_BOOK:L2008_44A_1_A +1 +100 officer-b
			3 2018-11-11 FROM_SEPARATE_BOOK -1 -100 officer-b
			3 2018-11-11 IN_PROGRESS +1 +100 officer-b
			3 2018-11-11 SEPARATE_BOOK:L2008_44A_1_A -1 -100 officer-b`},
		{"to the separate book and revoked there", []CaseEvent{
			first(money(100)), ev(CaseVerificationBegun, 20181120), ev(CaseNotEnforceable, 20181201),
			ev(CaseVerified, 20190601, found(FindingNoMeans)), ev(CaseVerified, 20191101, found(FindingNoMeans)),
			ev(CaseMovedToSeparate, 20191205), ev(CaseTagged, 20200101), ev(CaseRevoked, 20200301, on("L2008_37_1")),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-20 VERIFYING +1 +100
			2 2018-11-20 VOLUNTARY -1 -100
			3 2018-12-01 NOT_ENFORCEABLE:L2008_44A_1_A +1 +100
			3 2018-12-01 VERIFYING -1 -100
			6 2019-12-05 NOT_ENFORCEABLE:L2008_44A_1_A -1 -100
			6 2019-12-05 SEPARATE_BOOK +1 +100
			6 2019-12-05 TO_SEPARATE_BOOK +1 +100
			7 2020-01-01 SEPARATE_BOOK -1 -100
			7 2020-01-01 SEPARATE_BOOK +1 +100 #COMPLEX
			8 2020-03-01 FROM_SEPARATE_BOOK -1 -100 #COMPLEX
			8 2020-03-01 REVOKED:L2008_37_1 +1 +100 #COMPLEX
			8 2020-03-01 SEPARATE_BOOK -1 -100 #COMPLEX`},
		{"several obligations", []CaseEvent{
			first(money(100), thing(0), Obligation{Kind: CourtFee, Amount: 7}),
			ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181121),
			ev(CaseAdjusted, 20181122, of("o1"), dong(50)), ev(CaseReduced, 20181123, of("o3"), dong(7), on("L2008_61")),
			ev(CasePerformed, 20181124, of("o2"), dong(0)), ev(CaseEntrusted, 20181125),
		}, `
			1 2018-11-05 NEW +0 -7 COURT_FEE
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +0 +7 COURT_FEE
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-20 VERIFYING +0 +7 COURT_FEE
			2 2018-11-20 VERIFYING +1 +100
			2 2018-11-20 VOLUNTARY +0 -7 COURT_FEE
			2 2018-11-20 VOLUNTARY -1 -100
			3 2018-11-21 IN_PROGRESS +0 +7 COURT_FEE
			3 2018-11-21 IN_PROGRESS +1 +100
			3 2018-11-21 VERIFYING +0 -7 COURT_FEE
			3 2018-11-21 VERIFYING -1 -100
			4 2018-11-22 ADJUSTED +0 -50
			4 2018-11-22 IN_PROGRESS +0 +50
			5 2018-11-23 IN_PROGRESS +0 -7 COURT_FEE
			5 2018-11-23 REDUCED:L2008_61 +0 +7 COURT_FEE
			5 2018-11-23 REDUCTION_DECISION:L2008_61 +1 +0 COURT_FEE
			7 2018-11-25 DONE +1 +0
			7 2018-11-25 ENTRUSTED +0 +150
			7 2018-11-25 IN_PROGRESS -1 -150`},
		// One decision counts once, though it was recorded for each obligation.
		{"measures", []CaseEvent{
			first(money(100), Obligation{Kind: CourtFee, Amount: 7}), ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181121),
			ev(CaseSecurityMeasure, 20181122, of("o1"), dong(80)), ev(CaseSecurityMeasure, 20181122, of("o2"), dong(7)),
			ev(CaseCoerciveMeasure, 20181123), ev(CaseCoerciveMeasure, 20181124),
		}, `
			1 2018-11-05 NEW +0 -7 COURT_FEE
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +0 +7 COURT_FEE
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-20 VERIFYING +0 +7 COURT_FEE
			2 2018-11-20 VERIFYING +1 +100
			2 2018-11-20 VOLUNTARY +0 -7 COURT_FEE
			2 2018-11-20 VOLUNTARY -1 -100
			3 2018-11-21 IN_PROGRESS +0 +7 COURT_FEE
			3 2018-11-21 IN_PROGRESS +1 +100
			3 2018-11-21 VERIFYING +0 -7 COURT_FEE
			3 2018-11-21 VERIFYING -1 -100
			4 2018-11-22 MEASURE:FREEZE_ACCOUNT +1 +80
			5 2018-11-22 MEASURE:FREEZE_ACCOUNT +0 +7 COURT_FEE
			6 2018-11-23 MEASURE:ATTACH_ASSET +1 +0
			7 2018-11-24 MEASURE:ATTACH_ASSET +1 +0`},
		{"transferred, assigned, tagged", []CaseEvent{
			first(money(100)), ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181121), ev(CaseCollected, 20181122, dong(30)),
			ev(CaseTransferred, 20181201), ev(CaseTagged, 20181202),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-20 VERIFYING +1 +100
			2 2018-11-20 VOLUNTARY -1 -100
			3 2018-11-21 IN_PROGRESS +1 +100
			3 2018-11-21 VERIFYING -1 -100
			4 2018-11-22 HELD +0 +30
			4 2018-11-22 IN_PROGRESS +0 -30
			5 2018-12-01 HELD +0 -30
			5 2018-12-01 HELD +0 +30 unit-b officer-b
			5 2018-12-01 IN_PROGRESS -1 -70
			5 2018-12-01 IN_PROGRESS +1 +70 unit-b officer-b
			5 2018-12-01 TRANSFERRED +1 +100
			5 2018-12-01 TRANSFERRED -1 -100 unit-b officer-b
			6 2018-12-02 HELD +0 -30 unit-b officer-b
			6 2018-12-02 HELD +0 +30 unit-b officer-b #COMPLEX
			6 2018-12-02 IN_PROGRESS -1 -70 unit-b officer-b
			6 2018-12-02 IN_PROGRESS +1 +70 unit-b officer-b #COMPLEX
			6 2018-12-02 TRANSFERRED +1 +100 unit-b officer-b
			6 2018-12-02 TRANSFERRED -1 -100 unit-b officer-b #COMPLEX`},
		// What was finished in the same year is taken back from where it went and
		// whose it was; what was finished earlier stands, and is reopened.
		{"reopened in the same year, under other tags", []CaseEvent{
			first(money(100)), ev(CaseVerificationBegun, 20181120), ev(CaseVerified, 20181121),
			ev(CaseTerminated, 20181122), ev(CaseTagged, 20181201), ev(CaseReopened, 20190930),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-20 VERIFYING +1 +100
			2 2018-11-20 VOLUNTARY -1 -100
			3 2018-11-21 IN_PROGRESS +1 +100
			3 2018-11-21 VERIFYING -1 -100
			4 2018-11-22 IN_PROGRESS -1 -100
			4 2018-11-22 TERMINATED:L2008_50_1_C +1 +100
			6 2019-09-30 IN_PROGRESS +1 +100 #COMPLEX
			6 2019-09-30 TERMINATED:L2008_50_1_C -1 -100
			6 2019-09-30 TRANSFERRED +1 +100
			6 2019-09-30 TRANSFERRED -1 -100 #COMPLEX`},
		{"reopened in a later year, with what was done in both", []CaseEvent{
			first(money(100)), ev(CasePerformed, 20190920, dong(60)), ev(CasePerformed, 20191010, dong(40)), ev(CaseReopened, 20191011, dong(70)),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2019-09-20 DONE +0 +60
			2 2019-09-20 VOLUNTARY +0 -60
			3 2019-10-10 DONE +1 +40
			3 2019-10-10 VOLUNTARY -1 -40
			4 2019-10-11 DONE -1 -40
			4 2019-10-11 IN_PROGRESS +1 +70
			4 2019-10-11 REOPENED +0 -30`},
		{"reopened in a later year", []CaseEvent{
			first(money(100)), ev(CasePerformed, 20190920, dong(100)), ev(CaseReopened, 20191001, dong(70)), ev(CasePerformed, 20191010, dong(70)),
			ev(CaseReopened, 20191011, dong(80)),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2019-09-20 DONE +1 +100
			2 2019-09-20 VOLUNTARY -1 -100
			3 2019-10-01 IN_PROGRESS +1 +70
			3 2019-10-01 REOPENED -1 -70
			4 2019-10-10 DONE +1 +70
			4 2019-10-10 IN_PROGRESS -1 -70
			5 2019-10-11 DONE -1 -70
			5 2019-10-11 IN_PROGRESS +1 +80
			5 2019-10-11 REOPENED +0 -10`},
		// A late event posts what it changes, on the days on which that changes.
		{"late", []CaseEvent{
			first(money(100)), ev(CaseVerificationBegun, 20181120), ev(CasePerformed, opened+5, dong(40)),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-20 VERIFYING +1 +100
			2 2018-11-20 VOLUNTARY -1 -100
			3 2018-11-10 DONE +0 +40
			3 2018-11-10 VOLUNTARY +0 -40
			3 2018-11-20 VERIFYING +0 -40
			3 2018-11-20 VOLUNTARY +0 +40`},
		{"corrected and voided under locks", []CaseEvent{
			first(money(100)), ev(CasePerformed, 20190920, dong(100)),
			ev(CasePerformed, 20190911, dong(90), correcting(2), locked(20191001)),
			func() CaseEvent { e := voiding(3); locked(20201001)(&e); return e }(),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2019-09-20 DONE +1 +100
			2 2019-09-20 VOLUNTARY -1 -100
			3 2019-09-11>2019-10-01 DONE +0 +90
			3 2019-09-11>2019-10-01 VOLUNTARY +0 -90
			3 2019-09-20>2019-10-01 DONE -1 -100
			3 2019-09-20>2019-10-01 VOLUNTARY +1 +100
			4 2019-09-11>2020-10-01 DONE +0 -90
			4 2019-09-11>2020-10-01 VOLUNTARY +0 +90`},
		{"the opening corrected, then voided", []CaseEvent{
			first(money(100)),
			func() CaseEvent { e := first(money(90)); correcting(1)(&e); return e }(),
			voiding(2),
		}, `
			1 2018-11-05 NEW -1 -100
			1 2018-11-05 VOLUNTARY +1 +100
			2 2018-11-05 NEW +0 +10
			2 2018-11-05 VOLUNTARY +0 -10
			3 2018-11-05 NEW +1 +90
			3 2018-11-05 VOLUNTARY -1 -90`},
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

// locked makes the event one recorded when the books were open from that day only.
func locked(openFrom Date) func(*CaseEvent) {
	return func(e *CaseEvent) { e.OpenFrom = openFrom }
}
