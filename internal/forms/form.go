package forms

import (
	"slices"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A Code names a form. The values are those of the GraphQL enumeration FormCode.
type Code string

// The forms.
const (
	FormResultsByCase           Code = "RESULTS_BY_CASE"
	FormResultsByMoney          Code = "RESULTS_BY_MONEY"
	FormResultsByCaseOwnMotion  Code = "RESULTS_BY_CASE_OWN_MOTION"
	FormResultsByCaseOnRequest  Code = "RESULTS_BY_CASE_ON_REQUEST"
	FormResultsByMoneyOwnMotion Code = "RESULTS_BY_MONEY_OWN_MOTION"
	FormResultsByMoneyOnRequest Code = "RESULTS_BY_MONEY_ON_REQUEST"
	FormBudgetCollections       Code = "BUDGET_COLLECTIONS"
	FormOfficersByCase          Code = "OFFICERS_BY_CASE"
	FormOfficersByMoney         Code = "OFFICERS_BY_MONEY"
	FormReductions              Code = "REDUCTIONS"
	FormMeasures                Code = "MEASURES"
	FormComplaints              Code = "COMPLAINTS"
	FormCitizenReception        Code = "CITIZEN_RECEPTION"
	FormInspections             Code = "INSPECTIONS"
	FormCompensation            Code = "COMPENSATION"
	FormAdministrativeVerdicts  Code = "ADMINISTRATIVE_VERDICTS"
)

// A RowKind is what the rows of a form are.
type RowKind string

// The kinds of rows, each below a grand total.
const (
	// RowsKinds are kinds of judgment, under how the case began.
	RowsKinds RowKind = "KINDS"
	// RowsOfficers are units with their officers, RowsUnits units alone.
	RowsOfficers RowKind = "OFFICERS"
	RowsUnits    RowKind = "UNITS"
	// RowsSubjects are kinds of obligations.
	RowsSubjects RowKind = "SUBJECTS"
	// RowsMeasures are measures, of security and of coercion.
	RowsMeasures RowKind = "MEASURES"
)

// A Form is a statutory form under a regime.
type Form struct {
	Code   Code   `json:"code"`
	Regime Regime `json:"regime"`
	// Number is how it is numbered in print ("06/TK-THA"), "" where that is not
	// known.
	Number string     `json:"number"`
	Title  thads.Text `json:"title"`
	// Unit is what its cells count unless a column says otherwise.
	Unit    thads.QuantityUnit `json:"unit"`
	Rows    RowKind            `json:"rows"`
	Columns []Column           `json:"columns"`
	Checks  []Check            `json:"checks"`
	Source  string             `json:"source"`
	// Unverified says what of it stands from memory or was inferred.
	Unverified []thads.Text `json:"unverified"`
	// Available tells whether thads can fill it; Reason why not.
	Available bool       `json:"available"`
	Reason    thads.Text `json:"reason,omitzero"`

	// Where is what of the ledger the form is about.
	Where ledger.Filter `json:"-"`
}

// A Column is a column of a form.
type Column struct {
	// Code is unique within the form ("A1").
	Code string `json:"code"`
	// Path are the headers above it from the top, its own last: neighbours with
	// the same beginning have it merged.
	Path    []thads.Text `json:"path"`
	Formula thads.Text   `json:"formula"`
	// Figure is what the ledger sums; nil for a ratio, without parts for what is
	// always zero.
	Figure ledger.Figure `json:"-"`
	// Terms are the columns that it is the sum of, if it is one.
	Terms []Term `json:"terms,omitempty"`
	// Numerator and Denominator are the codes of the columns of a ratio.
	Numerator   string             `json:"numerator,omitempty"`
	Denominator string             `json:"denominator,omitempty"`
	Unit        thads.QuantityUnit `json:"unit"`
	Source      string             `json:"source"`
	Verified    bool               `json:"verified"`
}

// IsRatio tells whether the column is a share of two others.
func (c *Column) IsRatio() bool { return c.Denominator != "" }

// A Term is a column that is added or taken away.
type Term struct {
	Column string `json:"column"`
	// Sign is 1 or -1.
	Sign int64 `json:"sign"`
}

// A Check is a rule of a form: two sums of columns that are equal in every row.
type Check struct {
	Code  string     `json:"code"`
	Text  thads.Text `json:"text"`
	Left  []Term     `json:"left"`
	Right []Term     `json:"right"`
}

// A CheckResult is what a rule comes to in a row.
type CheckResult struct {
	Code   string     `json:"code"`
	Text   thads.Text `json:"text"`
	Passed bool       `json:"passed"`
	Row    string     `json:"row"`
	Left   int64      `json:"left"`
	Right  int64      `json:"right"`
}

// Column finds a column of the form by its code.
func (f *Form) Column(code string) (*Column, bool) {
	i := slices.IndexFunc(f.Columns, func(c Column) bool { return c.Code == code })
	if i < 0 {
		return nil, false
	}
	return &f.Columns[i], true
}

// Complete fills in, beside values given for some columns (cases, đồng; ratios in
// hundredths of a point), all those that follow from them by the form's formulas. What is
// given stands, also where the formula says otherwise: see [Form.Verify]. A ratio
// to nothing is left out.
func (f *Form) Complete(given map[string]int64) map[string]int64 {
	out := make(map[string]int64, len(f.Columns))
	for code, n := range given {
		out[code] = n
	}
	for again := true; again; {
		again = false
		for i := range f.Columns {
			c := &f.Columns[i]
			if _, known := out[c.Code]; known {
				continue
			}
			n, ok := c.value(out)
			if ok {
				out[c.Code], again = n, true
			}
		}
	}
	return out
}

// value computes a column from others.
func (c *Column) value(of map[string]int64) (int64, bool) {
	if c.IsRatio() {
		n, nok := of[c.Numerator]
		d, dok := of[c.Denominator]
		if !nok || !dok {
			return 0, false
		}
		p, ok := thads.Ratio(n, d)
		return int64(p), ok
	}
	if len(c.Terms) == 0 {
		return 0, false
	}
	return addUp(c.Terms, of)
}

// addUp adds columns up; false where one is not known.
func addUp(terms []Term, of map[string]int64) (int64, bool) {
	var sum int64
	for _, t := range terms {
		n, ok := of[t.Column]
		if !ok {
			return 0, false
		}
		sum += t.Sign * n
	}
	return sum, true
}

// Verify applies the form's rules to the values of one row, those rules whose
// columns are all given.
func (f *Form) Verify(row string, values map[string]int64) []CheckResult {
	out := make([]CheckResult, 0, len(f.Checks))
	for i := range f.Checks {
		c := &f.Checks[i]
		left, lok := addUp(c.Left, values)
		right, rok := addUp(c.Right, values)
		if lok && rok {
			out = append(out, CheckResult{Code: c.Code, Text: c.Text, Passed: left == right, Row: row, Left: left, Right: right})
		}
	}
	return out
}

// FormOf returns a form under a regime; false where the regime has none by that
// code.
func FormOf(c Code, r Regime) (Form, bool) {
	for _, f := range Forms(r) {
		if f.Code == c {
			return f, true
		}
	}
	return Form{}, false
}
