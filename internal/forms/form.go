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

// Codes are the forms there are under any regime: those of TT01_2013, which has
// them all.
func Codes() []Code {
	var out []Code
	for _, e := range editions(RegimeTT01) {
		out = append(out, e.code)
	}
	return out
}

// Definitions is the version of the definitions of figures and forms. What is
// kept of a report keeps it, so that a change of definitions is not taken for a
// change of figures.
const Definitions = 1

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
	values, known := f.line(given)
	newCalculation(f).complete(values, known)
	out := make(map[string]int64, len(f.Columns))
	for i := range f.Columns {
		if known[i] {
			out[f.Columns[i].Code] = values[i]
		}
	}
	return out
}

// Verify applies the form's rules to the values of one row, those rules whose
// columns are all given.
func (f *Form) Verify(row string, given map[string]int64) []CheckResult {
	values, known := f.line(given)
	return newCalculation(f).verify([]CheckResult{}, row, values, known)
}

// line puts values in the order of the columns.
func (f *Form) line(given map[string]int64) (values []int64, known []bool) {
	values, known = make([]int64, len(f.Columns)), make([]bool, len(f.Columns))
	for i := range f.Columns {
		n, ok := given[f.Columns[i].Code]
		values[i], known[i] = n, ok
	}
	return values, known
}

// A calculation is a form's formulas and rules with columns by their place.
type calculation struct {
	form *Form
	// derived are the columns that follow from others, each after those that it
	// follows from.
	derived []derivation
	rules   []derivation
}

// A derivation is a column made of others, or a rule between two sums.
type derivation struct {
	column                 int
	terms, equal           []place
	numerator, denominator int
}

// A place is a column that is added or taken away.
type place struct {
	column int
	sign   int64
}

func newCalculation(f *Form) *calculation {
	at := make(map[string]int, len(f.Columns))
	for i := range f.Columns {
		at[f.Columns[i].Code] = i
	}
	places := func(terms []Term) []place {
		out := make([]place, len(terms))
		for i, t := range terms {
			out[i] = place{at[t.Column], t.Sign}
		}
		return out
	}
	c := &calculation{form: f}
	done := make([]bool, len(f.Columns))
	var derive func(i int)
	derive = func(i int) {
		col := &f.Columns[i]
		if done[i] {
			return
		}
		done[i] = true
		switch {
		case col.IsRatio():
			d := derivation{column: i, numerator: at[col.Numerator], denominator: at[col.Denominator]}
			derive(d.numerator)
			derive(d.denominator)
			c.derived = append(c.derived, d)
		case len(col.Terms) > 0:
			d := derivation{column: i, terms: places(col.Terms)}
			for _, t := range d.terms {
				derive(t.column)
			}
			c.derived = append(c.derived, d)
		}
	}
	for i := range f.Columns {
		derive(i)
	}
	for _, r := range f.Checks {
		c.rules = append(c.rules, derivation{terms: places(r.Left), equal: places(r.Right)})
	}
	return c
}

// complete computes the columns that are not known from those that are.
func (c *calculation) complete(values []int64, known []bool) {
	for i := range c.derived {
		d := &c.derived[i]
		switch {
		case known[d.column]:
		case d.terms != nil:
			values[d.column], known[d.column] = addUp(d.terms, values, known)
		case known[d.numerator] && known[d.denominator]:
			p, ok := thads.Ratio(values[d.numerator], values[d.denominator])
			values[d.column], known[d.column] = int64(p), ok
		}
	}
}

// verify appends what the rules come to whose columns are all known.
func (c *calculation) verify(to []CheckResult, row string, values []int64, known []bool) []CheckResult {
	for i := range c.rules {
		left, lok := addUp(c.rules[i].terms, values, known)
		right, rok := addUp(c.rules[i].equal, values, known)
		if lok && rok {
			rule := &c.form.Checks[i]
			to = append(to, CheckResult{Code: rule.Code, Text: rule.Text, Passed: left == right, Row: row, Left: left, Right: right})
		}
	}
	return to
}

// addUp adds columns up; 0 and false where one is not known.
func addUp(terms []place, values []int64, known []bool) (int64, bool) {
	var sum int64
	for _, t := range terms {
		if !known[t.column] {
			return 0, false
		}
		sum += t.sign * values[t.column]
	}
	return sum, true
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
