package forms

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Published reports, run through the columns of the forms: what was given, what
// follows from it, and the rules that could be looked at.
func TestPublishedReports(t *testing.T) {
	type values map[string]int64
	for _, tt := range []struct {
		name   string
		form   Code
		regime Regime
		given  values
		want   values
		rules  map[string]bool
	}{
		{
			"the country, nine months of 2017", FormResultsByCase, RegimeTT01,
			values{"A2": 290_524, "A3": 446_223, "C": 728_227, "D": 579_413, "E": 148_814, "S": 369_372, "R": 358_855},
			values{"A1": 736_747, "P": 63_75},
			map[string]bool{"A1": true, "C_BALANCE": true, "R": true},
		},
		{
			"the country, seven months of 2017", FormResultsByCase, RegimeTT01,
			values{"A2": 290_524, "A3": 341_063, "C": 625_425, "D": 482_175, "E": 143_250, "S": 267_165, "R": 358_260},
			values{"A1": 631_587, "P": 55_41},
			map[string]bool{"A1": true, "C_BALANCE": true, "R": true},
		},
		{
			"Ho Chi Minh City, six months of 2019", FormResultsByCase, RegimeTT01,
			values{"A1": 79_177, "B1": 580, "B2": 4, "B3": 0, "D": 54_681, "E": 23_912, "S": 26_515},
			values{"C": 78_593, "P": 48_49},
			map[string]bool{"C": true, "C_BALANCE": true},
		},
		{
			"Dong Thap, nine months of 2025", FormResultsByCase, RegimeTT05,
			values{"A1": 53_640, "B1": 368, "B2": 0, "B3": 6, "B4": 0, "D": 34_110, "E": 17_034, "F": 12_458, "G": 2_122},
			values{"C": 53_266},
			map[string]bool{"C": true, "C_BALANCE": true},
		},
		{
			"Thanh Hoa, six months of 2024, cases", FormOfficersByCase, RegimeTT06,
			values{"C": 13_845, "D": 10_316, "S": 6_036},
			values{"P": 58_51},
			map[string]bool{},
		},
		{
			"Thanh Hoa, six months of 2024, money in millions", FormOfficersByMoney, RegimeTT06,
			values{"C": 2_934_888, "D": 1_403_871, "S": 295_347},
			values{"P": 21_04},
			map[string]bool{},
		},
		{
			"the country, 2020, cases", FormResultsByCase, RegimeTT06,
			values{"C": 885_833, "D": 708_674, "S": 576_933},
			values{"P": 81_41},
			map[string]bool{},
		},
		{
			"the country, 2020, money in millions", FormResultsByMoney, RegimeTT06,
			values{"D": 132_905_418, "S": 53_750_695},
			values{"P": 40_44},
			map[string]bool{},
		},
		{
			"the country, 2025", FormResultsByCase, RegimeTT05,
			values{"C": 1_064_419, "D": 685_898, "S": 577_876},
			values{"P": 84_25},
			map[string]bool{},
		},
		{
			"Thanh Hoa, 2019, đồng, as announced", FormResultsByMoney, RegimeTT01,
			values{"D": 970_327_000_000, "S": 336_758_000_000},
			values{"P": 34_71},
			map[string]bool{},
		},
		{
			"administrative verdicts of a province, 2017", FormAdministrativeVerdicts, RegimeTT01,
			values{"U": 77, "T1": 12, "T2": 43, "X": 36, "K": 0, "L": 19},
			values{"N": 132, "T": 55, "P": 65_45},
			map[string]bool{"N": true, "T": true, "T_BALANCE": true},
		},
		{
			"administrative verdicts of Ho Chi Minh City, six months of 2019", FormAdministrativeVerdicts, RegimeTT01,
			values{"T1": 39, "T2": 15, "X": 5, "K": 0, "L": 49, "Q1": 16},
			values{"T": 54, "P": 9_26},
			map[string]bool{"T": true, "T_BALANCE": true},
		},
		{
			"administrative verdicts of the country, 2025: 41.51 was announced", FormAdministrativeVerdicts, RegimeTT05,
			values{"T": 2_098, "X": 868, "Q2": 1_520, "Q3": 1_081, "Q4": 254},
			values{"P": 41_37},
			map[string]bool{},
		},
		{
			"administrative verdicts of Thanh Hoa, 2019", FormAdministrativeVerdicts, RegimeTT01,
			values{"T": 13, "X": 4, "K": 0, "L": 9},
			values{"P": 30_77},
			map[string]bool{"T_BALANCE": true},
		},
		{
			"a rule that does not hold is told", FormResultsByCase, RegimeTT01,
			values{"C": 100, "D": 60, "E": 39, "S": 30, "R": 71},
			values{"P": 50_00},
			map[string]bool{"C_BALANCE": false, "R": false},
		},
		{
			"a share of nothing is none", FormResultsByCase, RegimeTT01,
			values{"D": 0, "S": 0},
			values{},
			map[string]bool{},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, ok := FormOf(tt.form, tt.regime)
			if !ok || !f.Available {
				t.Fatalf("no %s under %s", tt.form, tt.regime)
			}
			got := f.Complete(tt.given)
			rules := map[string]bool{}
			for _, c := range f.Verify("row", got) {
				if c.Row != "row" || c.Passed != (c.Left == c.Right) {
					t.Errorf("%+v", c)
				}
				rules[c.Code] = c.Passed
			}
			if diff := cmp.Diff(tt.rules, rules); diff != "" {
				t.Errorf("rules:\n%s", diff)
			}
			for code, n := range tt.given {
				if got[code] != n {
					t.Errorf("%s was given as %d and is %d", code, n, got[code])
				}
				delete(got, code)
			}
			if diff := cmp.Diff(map[string]int64(tt.want), got); diff != "" {
				t.Errorf("what follows:\n%s", diff)
			}
		})
	}
}

// What the published reports of 2017 tell beside the columns: what left before it
// was to be enforced, what of D is carried over, and the share with means.
func TestCountryOf2017(t *testing.T) {
	for _, v := range []struct{ a1, c, left, d, s, carried int64 }{
		{736_747, 728_227, 8_520, 579_413, 369_372, 210_041},
		{631_587, 625_425, 6_162, 482_175, 267_165, 215_010},
	} {
		f, _ := FormOf(FormResultsByCase, RegimeTT01)
		// Everything that leaves in one column, all that rests under way.
		got := f.Complete(map[string]int64{"A1": v.a1, "B1": v.left, "B2": 0, "B3": 0, "D1": v.s, "D2": 0, "D4": v.carried, "D5": 0, "D6": 0, "D7": 0, "D8": 0})
		if got["C"] != v.c || got["D"] != v.d {
			t.Errorf("C %d and D %d, want %d and %d", got["C"], got["D"], v.c, v.d)
		}
	}
}
