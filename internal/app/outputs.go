package app

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// An OutputFormat is a kind of file in which figures are handed out.
type OutputFormat string

// The formats.
const (
	OutputXLSX OutputFormat = "xlsx"
	OutputCSV  OutputFormat = "csv"
	OutputJSON OutputFormat = "json"
)

// ContentType is the media type of files of the format.
func (f OutputFormat) ContentType() string {
	if f == OutputJSON {
		return "application/json; charset=utf-8"
	}
	return sheet.Format(f).ContentType()
}

// OutputFormats are the formats in which figures are handed out.
func OutputFormats() []OutputFormat { return []OutputFormat{OutputXLSX, OutputCSV, OutputJSON} }

// An Output is a file of figures.
type Output struct {
	// Name is what the file is called, without its extension.
	Name   string
	Format OutputFormat
	// Body is the file. It is nil where Write writes it piece by piece: a list of
	// records, whose reading is on record before the first byte; Record is then the
	// id of that record.
	Body   []byte
	Write  func(ctx context.Context, w io.Writer) error
	Record *string
}

// OutputValues are the parts of a question that an address sets, by the names of
// its parameters.
type OutputValues map[SavedQueryParameter]string

// ParameterNames are the parameters by the names that addresses give them.
func ParameterNames() map[string]SavedQueryParameter {
	return map[string]SavedQueryParameter{
		"asOf": ParameterAsOf, "from": ParameterFrom, "knownAt": ParameterKnownAt, "basis": ParameterBasis,
		"regime": ParameterRegime, "unit": ParameterUnit, "statYear": ParameterStatYear, "months": ParameterMonths,
	}
}

// parameterName is how addresses call a parameter.
func parameterName(p SavedQueryParameter) string {
	for name, known := range ParameterNames() {
		if known == p {
			return name
		}
	}
	return string(p)
}

// A valueReader reads the values of an address and gathers what cannot be read.
type valueReader struct {
	values OutputValues
	errs   thads.Errors
}

func (r *valueReader) text(p SavedQueryParameter) (string, bool) {
	s, ok := r.values[p]
	return s, ok
}

func (r *valueReader) refuse(p SavedQueryParameter, vi, en string) {
	name := parameterName(p)
	r.errs.Add(thads.CodeInvalid, name, "Tham số %[1]s: %[2]s", "The parameter %[1]s: %[3]s", name, vi, en)
}

func (r *valueReader) date(p SavedQueryParameter) *thads.Date {
	s, ok := r.text(p)
	if !ok {
		return nil
	}
	d, err := thads.ParseDate(s)
	if err != nil || d.IsZero() {
		r.refuse(p, "cần ngày dạng 2019-09-30", "a day like 2019-09-30 is needed")
		return nil
	}
	return &d
}

func (r *valueReader) number(p SavedQueryParameter) *int {
	s, ok := r.text(p)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.refuse(p, "cần số nguyên", "a whole number is needed")
		return nil
	}
	return &n
}

func (r *valueReader) instant(p SavedQueryParameter) *time.Time {
	s, ok := r.text(p)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		r.refuse(p, "cần thời điểm dạng 2019-12-09T02:30:00Z", "an instant like 2019-12-09T02:30:00Z is needed")
		return nil
	}
	t = t.UTC()
	return &t
}

// moment sets the parts of a moment that the values name.
func (r *valueReader) moment(in *MomentInput) *MomentInput {
	var out MomentInput
	if in != nil {
		out = *in
	}
	some := in != nil
	if d := r.date(ParameterAsOf); d != nil {
		out.AsOf, some = d, true
	}
	if d := r.date(ParameterFrom); d != nil {
		out.From, some = d, true
	}
	if t := r.instant(ParameterKnownAt); t != nil {
		out.KnownAt, some = t, true
	}
	if s, ok := r.text(ParameterBasis); ok {
		out.Basis, some = ledger.Basis(s), true
		if out.Basis != ledger.Booked && out.Basis != ledger.Effective {
			r.refuse(ParameterBasis, "là BOOKED hoặc EFFECTIVE", "is BOOKED or EFFECTIVE")
		}
	}
	if s, ok := r.text(ParameterRegime); ok {
		regime := forms.Regime(s)
		if _, known := forms.RegimeSpecOf(regime); !known {
			r.refuse(ParameterRegime, "không có chế độ báo cáo này", "there is no such regime")
		}
		out.Regime, some = &regime, true
	}
	if !some {
		return nil
	}
	if out.Basis == "" {
		out.Basis = ledger.Booked
	}
	return &out
}

// report sets the parts of a report that the values name. A period and days of
// one's own exclude one another: the ones that the address names count.
func (r *valueReader) report(in ReportInput) ReportInput {
	year, months := r.number(ParameterStatYear), r.number(ParameterMonths)
	_, asOf := r.text(ParameterAsOf)
	_, from := r.text(ParameterFrom)
	days := asOf || from
	if (year != nil || months != nil) && days {
		r.refuse(ParameterStatYear, "không dùng cùng asOf, from", "is not for use with asOf or from")
		return in
	}
	if days {
		in.Period = nil
	}
	if year != nil || months != nil {
		period := PeriodInput{Months: 12}
		if in.Period != nil {
			period = *in.Period
		}
		if year != nil {
			period.StatYear = thads.StatYear(*year)
		}
		if months != nil {
			period.Months = *months
		}
		if period.StatYear == 0 {
			r.refuse(ParameterStatYear, "cần năm thống kê", "the statistical year is needed")
		}
		if in.Moment != nil {
			kept := *in.Moment
			kept.AsOf, kept.From = nil, nil
			in.Moment = &kept
		}
		in.Period = &period
	}
	in.Moment = r.moment(in.Moment)
	if u, ok := r.text(ParameterUnit); ok {
		unit := thads.UnitID(u)
		in.Unit = &unit
	}
	return in
}

// statistics sets the parts of a group-by that the values name.
func (r *valueReader) statistics(in StatisticsInput) StatisticsInput {
	in.Moment = r.moment(in.Moment)
	if u, ok := r.text(ParameterUnit); ok {
		var filter StatisticsFilter
		if in.Filter != nil {
			filter = *in.Filter
		}
		filter.Units = []thads.UnitID{thads.UnitID(u)}
		in.Filter = &filter
	}
	return in
}

// cases sets the parts of a list of cases that the values name.
func (r *valueReader) cases(in SavedCasesInput) SavedCasesInput {
	if u, ok := r.text(ParameterUnit); ok {
		var filter CaseFilter
		if in.Filter != nil {
			filter = *in.Filter
		}
		filter.Units = []thads.UnitID{thads.UnitID(u)}
		in.Filter = &filter
	}
	return in
}

// ReportOutput returns a statutory form as a file; form is its code. What the
// values cannot say is refused by name.
func (a *App) ReportOutput(ctx context.Context, form string, v OutputValues, f OutputFormat) (*Output, error) {
	in, err := a.reportAsked(ctx, form, v)
	if err != nil {
		return nil, err
	}
	return a.reportOutput(ctx, in, f)
}

// reportAsked reads which report an address asks for.
func (a *App) reportAsked(ctx context.Context, form string, v OutputValues) (ReportInput, error) {
	if _, err := a.permit(ctx, auth.ReadFigures); err != nil {
		return ReportInput{}, err
	}
	r := &valueReader{values: v}
	in := r.report(ReportInput{Form: forms.Code(form)})
	return in, r.errs.Err()
}

// reportOutput makes a file of a report.
func (a *App) reportOutput(ctx context.Context, in ReportInput, f OutputFormat) (*Output, error) {
	paper, err := a.paperOf(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &Output{Format: f, Name: paper.name()}
	if f == OutputJSON {
		out.Body, err = plainJSON(paper.json())
		return out, err
	}
	b := &bytes.Buffer{}
	if err := sheet.WriteReport(b, sheet.Format(f), paper.sheet()); err != nil {
		return nil, err
	}
	out.Body = b.Bytes()
	return out, nil
}

// name is what a file of the report is called.
func (p *reportPaper) name() string {
	name := p.Form.Title.VI
	if n := p.Form.Number; n != "" {
		name = n + " " + name
	}
	return name + " " + p.Moment.From.String() + " " + p.Moment.AsOf.String()
}

// SavedQueryOutput answers a saved query as a file, under the caller's rights of
// now. Values for parameters that it does not have are refused by name; nil and no
// error is never returned: CodeNotFound where there is no such query.
func (a *App) SavedQueryOutput(ctx context.Context, id string, v OutputValues, f OutputFormat) (*Output, error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return nil, err
	}
	q, err := a.savedQuery(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if q == nil {
		return nil, notFound("id")
	}
	r := &valueReader{values: v}
	for p := range v {
		if !slices.Contains(q.Parameters, p) {
			name := parameterName(p)
			r.errs.Add(thads.CodeNotAllowed, name, "Truy vấn này không có tham số %s", "This query has no parameter %s", name)
		}
	}
	if err := r.errs.Err(); err != nil {
		return nil, err
	}
	in, err := q.asked()
	if err != nil {
		return nil, err
	}
	switch {
	case in.Statistics != nil:
		asked := r.statistics(*in.Statistics)
		if err := r.errs.Err(); err != nil {
			return nil, err
		}
		return a.statisticsOutput(ctx, q, asked, f)
	case in.Report != nil:
		asked := r.report(*in.Report)
		if err := r.errs.Err(); err != nil {
			return nil, err
		}
		return a.reportOutput(ctx, asked, f)
	default:
		return a.casesOutput(ctx, q, r.cases(*in.Cases), f)
	}
}
