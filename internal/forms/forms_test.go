package forms

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

func TestRegimes(t *testing.T) {
	for _, tt := range []struct {
		on   thads.Date
		want Regime
	}{
		{20100930, RegimeTT01},
		{20190930, RegimeTT01},
		{20191209, RegimeTT01},
		{20200104, RegimeTT01},
		{20200105, RegimeTT06},
		{20230930, RegimeTT06},
		{20240725, RegimeTT06},
		{20240726, RegimeTT05},
		{20250930, RegimeTT05},
		{20260630, RegimeTT05},
		{20260701, RegimeTT05Of2026},
		{20991231, RegimeTT05Of2026},
	} {
		if got := RegimeOn(tt.on); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.on, got, tt.want)
		}
		in := 0
		for _, s := range Regimes() {
			if s.InForce(tt.on) {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%s: %d regimes are in force", tt.on, in)
		}
	}
	for _, s := range Regimes() {
		_, provisional := Provisional(s.Regime)
		if s.Name.VI == "" || s.Name.EN == "" || s.Source == "" || s.Note.VI == "" || s.Note.EN == "" || provisional == s.Available || s.Regime.Name() != s.Name {
			t.Errorf("%+v", s)
		}
	}
	if _, ok := FigureOf(MeasureDone, "TT99"); ok {
		t.Error("an unknown regime has figures")
	}
	if Forms("TT99") != nil {
		t.Error("an unknown regime has forms")
	}
}

func TestMeasures(t *testing.T) {
	used := map[thads.AccountClass]bool{}
	seen := map[Measure]bool{}
	for _, s := range Measures() {
		if seen[s.Measure] {
			t.Errorf("%s is there twice", s.Measure)
		}
		seen[s.Measure] = true
		if s.Name.VI == "" || s.Name.EN == "" || s.Formula.VI == "" || s.Formula.EN == "" || s.Source == "" || !s.Cases && !s.Dong || s.Measure.Name() != s.Name {
			t.Errorf("%s is not described: %+v", s.Measure, s)
		}
		for _, r := range Regimes() {
			f, ok := FigureOf(s.Measure, r.Regime)
			if !ok || f == nil {
				t.Errorf("%s has no figure under %s", s.Measure, r.Regime)
			}
			flows := true
			for _, p := range f {
				flows = flows && p.Span == ledger.Within
				if p.Sign != 1 && p.Sign != -1 || len(p.Accounts.Classes) == 0 {
					t.Errorf("%s: %+v", s.Measure, p)
				}
				for _, c := range p.Accounts.Classes {
					used[c] = true
					if c.Book() != s.Book {
						t.Errorf("%s of book %s sums %s", s.Measure, s.Book, c)
					}
					if p.Span == ledger.Within && c.Nature().IsStock() {
						t.Errorf("%s sums a stock within a span", s.Measure)
					}
				}
			}
			if flows != s.Flow && len(f) > 0 {
				t.Errorf("%s: flow %t, its parts say %t", s.Measure, s.Flow, flows)
			}
		}
	}
	// What no measure looks at would be lost. Untracked verdicts have a column of
	// their own, and what ends neither done nor resolved is only in the balance.
	unused := []thads.AccountClass{}
	for _, a := range thads.ChartOfAccounts() {
		if !used[a.Class] {
			unused = append(unused, a.Class)
		}
	}
	want := []thads.AccountClass{
		thads.AccountVerdictUntracked, thads.AccountDirectedListed, thads.AccountDirectedDelisted, thads.AccountDirectedTransferred,
		thads.AccountTaskSet, thads.AccountTaskReopened, thads.AccountTaskCancelled,
	}
	if diff := cmp.Diff(want, unused); diff != "" {
		t.Errorf("accounts in no measure:\n%s", diff)
	}
	if _, ok := FigureOf("NONE", RegimeTT01); ok {
		t.Error("an unknown measure has a figure")
	}
	if s, ok := MeasureSpecOf("NONE"); ok || s.Name.VI != "NONE" {
		t.Errorf("%+v", s)
	}
}

// Each metric is a share, a count, a difference, or cannot be computed for a
// reason that is told.
func TestMetrics(t *testing.T) {
	for _, s := range thads.Metrics() {
		n := 0
		if r, ok := RateOf(s.Metric); ok {
			n++
			above, _ := MeasureSpecOf(r.Numerator)
			below, known := MeasureSpecOf(r.Denominator)
			if s.Unit != thads.UnitPercent || !known || above.Book != below.Book || r.Metric != s.Metric {
				t.Errorf("%s: %+v", s.Metric, r)
			}
		}
		if m, unit, ok := CountOf(s.Metric); ok {
			n++
			spec, known := MeasureSpecOf(m)
			if unit != s.Unit || !known || unit == thads.UnitCases && !spec.Cases || unit == thads.UnitDong && !spec.Dong {
				t.Errorf("%s counts %s in %s", s.Metric, m, unit)
			}
		}
		if c, ok := ComparisonOf(s.Metric); ok {
			n++
			if NotComputable(c.Of) != (thads.Text{}) || (c.Issuer == "") != (s.Unit != thads.UnitPoints) {
				t.Errorf("%s: %+v", s.Metric, c)
			}
		}
		if why := NotComputable(s.Metric); why != (thads.Text{}) {
			n++
			if why.VI == "" || why.EN == "" {
				t.Errorf("%s: %+v", s.Metric, why)
			}
		}
		if n != 1 {
			t.Errorf("%s is %d things", s.Metric, n)
		}
	}
	if NotComputable("NONE") == (thads.Text{}) {
		t.Error("an unknown metric is computable")
	}
}

func TestForms(t *testing.T) {
	for _, r := range Regimes() {
		codes := map[Code]bool{}
		for _, f := range Forms(r.Regime) {
			if codes[f.Code] {
				t.Errorf("%s: %s is there twice", r.Regime, f.Code)
			}
			codes[f.Code] = true
			if f.Regime != r.Regime || f.Title.VI == "" || f.Title.EN == "" || f.Title == text(string(f.Code), string(f.Code)) || f.Source == "" || len(f.Unverified) == 0 {
				t.Errorf("%s %s is not described: %+v", r.Regime, f.Code, f)
			}
			if again, ok := FormOf(f.Code, r.Regime); !ok || !cmp.Equal(f, again) {
				t.Errorf("%s: %s is not found", r.Regime, f.Code)
			}
			if !f.Available {
				if f.Reason.VI == "" || f.Reason.EN == "" || len(f.Columns) > 0 {
					t.Errorf("%s %s is not available for no reason, or has columns", r.Regime, f.Code)
				}
				continue
			}
			checkColumns(t, &f)
		}
		if want := []Code{FormComplaints, FormCitizenReception, FormInspections, FormCompensation, FormAdministrativeVerdicts, FormResultsByCase}; !containsAll(codes, want) {
			t.Errorf("%s: %v", r.Regime, codes)
		}
	}
	for _, c := range []Code{FormComplaints, FormCitizenReception, FormInspections, FormCompensation} {
		if f, _ := FormOf(c, RegimeTT05); f.Available {
			t.Errorf("%s is available", c)
		}
	}
	if f, ok := FormOf(FormResultsByCase, RegimeTT05Of2026); !ok || f.Available || len(f.Columns) != 0 {
		t.Errorf("results of 2026: %+v", f)
	}
	for _, c := range Codes() {
		if _, ok := FormOf(c, RegimeTT01); !ok {
			t.Errorf("there is no %s", c)
		}
	}
	if n := len(Codes()); n != 16 {
		t.Errorf("there are %d forms", n)
	}
	if _, ok := FormOf(FormResultsByCaseOwnMotion, RegimeTT05); ok {
		t.Error("the circular of 2024 has a form of own-motion cases")
	}
}

func containsAll(in map[Code]bool, want []Code) bool {
	return !slices.ContainsFunc(want, func(c Code) bool { return !in[c] })
}

func checkColumns(t *testing.T, f *Form) {
	t.Helper()
	at := func(code string) bool { _, ok := f.Column(code); return ok }
	if len(f.Columns) == 0 || f.Rows == "" || f.Rows.dimensions() == nil {
		t.Errorf("%s %s has no columns or rows", f.Regime, f.Code)
	}
	seen, paths := map[string]bool{}, map[string]bool{}
	for i := range f.Columns {
		c := &f.Columns[i]
		path := ""
		for _, p := range c.Path {
			if p.VI == "" || p.EN == "" {
				t.Errorf("%s %s: %s has an empty header", f.Regime, f.Code, c.Code)
			}
			path += "/" + p.VI
			// Headers are merged over neighbours only.
			if before := i > 0 && len(c.Path) > 1 && paths[path]; before && path != "" {
				prefix := ""
				for _, q := range f.Columns[i-1].Path {
					prefix += "/" + q.VI
					if prefix == path {
						break
					}
				}
				if prefix != path {
					t.Errorf("%s %s: the columns under %q are apart", f.Regime, f.Code, path)
				}
			}
			paths[path] = true
		}
		if seen[c.Code] || len(c.Path) == 0 || c.Formula.VI == "" || c.Formula.EN == "" || c.Source == "" || c.Unit == "" {
			t.Errorf("%s %s: %+v", f.Regime, f.Code, c)
		}
		seen[c.Code] = true
		if c.IsRatio() != (c.Figure == nil) || c.IsRatio() && (!at(c.Numerator) || !at(c.Denominator) || c.Unit != thads.UnitPercent) {
			t.Errorf("%s %s: ratio %+v", f.Regime, f.Code, c)
		}
		for _, term := range c.Terms {
			if !at(term.Column) {
				t.Errorf("%s %s: %s needs %s", f.Regime, f.Code, c.Code, term.Column)
			}
		}
	}
	for _, rule := range f.Checks {
		for _, term := range slices.Concat(rule.Left, rule.Right) {
			if !at(term.Column) {
				t.Errorf("%s %s: rule %s needs %s", f.Regime, f.Code, rule.Code, term.Column)
			}
		}
		if rule.Text.VI == "" || rule.Text.EN == "" {
			t.Errorf("%s %s: rule %s has no words", f.Regime, f.Code, rule.Code)
		}
	}
}

// What is known of the regimes' arithmetic, written out.
func TestFormulas(t *testing.T) {
	for _, tt := range []struct {
		form    Code
		regime  Regime
		formula map[string]string
		rules   map[string]string
	}{
		{
			FormResultsByCase, RegimeTT01,
			map[string]string{"A1": "A2 + A3", "C": "A1 − B1 − B2 − B3", "D": "D1 + D2 + D4 + D5 + D6 + D7 + D8", "S": "D1 + D2", "P": "S / D × 100"},
			map[string]string{"C_BALANCE": "C = D + E", "R": "R = C − S"},
		},
		{
			FormOfficersByMoney, RegimeTT06,
			map[string]string{"C": "A1 − B1 − B2 − B3", "D": "D1 + D2 + D3 + D4 + D5", "S": "D1 + D2 + D3", "G": "G1 + G2 + G3 + G4"},
			map[string]string{"C_BALANCE": "C = D + E + G", "G": "G = G1 + G2 + G3 + G4"},
		},
		{
			FormResultsByMoney, RegimeTT05,
			map[string]string{"C": "A1 − B1 − B2 − B3 − B4", "D": "D1 + D2 + D3 + D4", "S": "D1 + D2 + D3"},
			map[string]string{"C": "C = A1 − B1 − B2 − B3 − B4", "C_BALANCE": "C = D + E + G"},
		},
		{FormAdministrativeVerdicts, RegimeTT01, map[string]string{"N": "T + U", "T": "T1 + T2", "P": "X / T × 100"}, map[string]string{"T_BALANCE": "T = X + K + L"}},
	} {
		f, ok := FormOf(tt.form, tt.regime)
		if !ok || !f.Available {
			t.Fatalf("no %s under %s", tt.form, tt.regime)
		}
		for code, want := range tt.formula {
			if c, ok := f.Column(code); !ok || c.Formula.VI != want || c.Formula.EN != want {
				t.Errorf("%s %s %s: %+v, want %s", tt.regime, tt.form, code, c, want)
			}
		}
		for code, want := range tt.rules {
			i := slices.IndexFunc(f.Checks, func(c Check) bool { return c.Code == code })
			if i < 0 || f.Checks[i].Text.VI != want {
				t.Errorf("%s %s: rule %s, want %s", tt.regime, tt.form, code, want)
			}
		}
	}
	if got := formula(termsOf("-A B -C")); got != "−A + B − C" {
		t.Error(got)
	}
	for code, want := range map[Code]string{FormOfficersByCase: "06/TK-THA", FormOfficersByMoney: "07/TK-THA", FormMeasures: ""} {
		if f, _ := FormOf(code, RegimeTT01); f.Number != want {
			t.Errorf("%s is numbered %q", code, f.Number)
		}
	}
	if f, _ := FormOf(FormAdministrativeVerdicts, RegimeTT05); f.Number != "12/TK-THA" {
		t.Errorf("the last form is numbered %q", f.Number)
	}
}

// A posted column under the regimes: where postponement, suspension and pausing
// belong.
func TestRegimesPlaceTheResting(t *testing.T) {
	l := ledger.New()
	post := func(id string, a thads.Account) {
		p := thads.Posting{EffectiveOn: 20190301, BookedOn: 20190301, RecordedAt: thads.DateOf(2019, 3, 2).StartOfDay(), Event: 1, Unit: "u", Initiation: thads.OwnMotion, Kind: thads.JudgmentCivil, Cases: 1, Dong: 10}
		from := p
		from.Account, from.Cases, from.Dong = thads.Account{Class: thads.AccountNew}, -1, -10
		p.Account = a
		l.Apply(ledger.Document{ID: id, Version: 1, Book: thads.BookCases, Postings: []thads.Posting{from, p}})
	}
	post("agreed", thads.Account{Class: thads.AccountPostponed, Detail: "L2008_48_1_C"})
	post("ill", thads.Account{Class: thads.AccountPostponed, Detail: "L2008_48_1_A"})
	post("protested", thads.Account{Class: thads.AccountSuspended, Detail: "L2008_49_1"})
	post("complained", thads.Account{Class: thads.AccountPaused, Detail: "L2008_150"})
	post("held", thads.Account{Class: thads.AccountHeld})
	post("lacking", thads.Account{Class: thads.AccountNotEnforceable, Detail: "L2008_44A_1_A"})
	for _, tt := range []struct {
		regime Regime
		want   map[string]int64
	}{
		{RegimeTT01, map[string]int64{"C": 6, "D": 5, "D4": 1, "D5": 2, "D6": 1, "D7": 1, "D8": 0, "E": 1, "R": 6}},
		{RegimeTT06, map[string]int64{"C": 6, "D": 2, "D4": 1, "D5": 1, "E": 1, "G": 3, "G1": 1, "G2": 1, "G3": 1, "G4": 0, "R": 6}},
		{RegimeTT05, map[string]int64{"C": 6, "D": 1, "D4": 1, "E": 1, "G": 4, "G1": 2, "G2": 1, "G3": 1, "G4": 0, "R": 6}},
	} {
		f, _ := FormOf(FormResultsByCase, tt.regime)
		r, err := Compute(l.View(), province{}, Request{Form: f, Unit: "u", Scope: thads.CountEverything(), Moment: ledger.Moment{From: 20181001, To: 20190930, Basis: ledger.Booked}})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for code := range tt.want {
			i := slices.IndexFunc(f.Columns, func(c Column) bool { return c.Code == code })
			got[code] = r.Rows[0].Values[i].N
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", tt.regime, diff)
		}
		for _, c := range r.Checks {
			if !c.Passed {
				t.Errorf("%s: %+v", tt.regime, c)
			}
		}
	}
}

// What stands from memory or was inferred says so.
func TestUnverifiedColumns(t *testing.T) {
	for _, tt := range []struct {
		form   Code
		regime Regime
		want   string
	}{
		{FormResultsByCase, RegimeTT01, "S D4 D5 D6 D7 D8"},
		{FormOfficersByMoney, RegimeTT01, "S D3 D4 D5 D6 D7 D8"},
		{FormOfficersByCase, RegimeTT06, "D S D4 G G1 G2 G3 G4"}, // D5, postponement by agreement, was checked
		{FormOfficersByMoney, RegimeTT05, "B4 D S D3 D4 G G1 G2 G3 G4"},
		{FormBudgetCollections, RegimeTT01, "A1 A2 A3 B1 B2 B3 C D S D1 D2 D3 D4 D5 D6 D7 D8 E R F P"},
		{FormMeasures, RegimeTT05, "N1 N2 V"},
		{FormReductions, RegimeTT05, "N V T TV"},
		{FormAdministrativeVerdicts, RegimeTT05, "K"},
	} {
		f, _ := FormOf(tt.form, tt.regime)
		var got []string
		for _, c := range f.Columns {
			if !c.Verified {
				got = append(got, c.Code)
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s %s:\n%s", tt.regime, tt.form, diff)
		}
	}
}
