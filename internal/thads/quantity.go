package thads

// QuantityUnit is the unit of a figure or target.
type QuantityUnit string

// The units.
const (
	// UnitCases counts cases, verdicts or directed cases (việc).
	UnitCases QuantityUnit = "CASES"
	// UnitDong is money in đồng.
	UnitDong QuantityUnit = "DONG"
	// UnitPercent is a share, UnitPoints a difference of shares (điểm %).
	UnitPercent QuantityUnit = "PERCENT"
	UnitPoints  QuantityUnit = "POINTS"
	// UnitNone is a bare number, such as a year.
	UnitNone QuantityUnit = "NONE"
)

// QuantityUnits are the units, with their names.
func QuantityUnits() []Term[QuantityUnit] { return quantityUnits }

var quantityUnits = []Term[QuantityUnit]{
	{UnitCases, Text{"việc", "cases"}},
	{UnitDong, Text{"đồng", "đồng"}},
	{UnitPercent, Text{"%", "%"}},
	{UnitPoints, Text{"điểm %", "percentage points"}},
	{UnitNone, Text{"", ""}},
}

// Name returns the unit's names.
func (u QuantityUnit) Name() Text { return termOf(quantityUnits, u) }

// A Quantity is a number with its unit.
type Quantity struct {
	Unit QuantityUnit `json:"unit"`
	// Value counts cases, đồng or ones; for PERCENT and POINTS hundredths of
	// a percentage point, as Percent does.
	Value int64 `json:"value"`
}

// Vietnamese returns the quantity as Vietnamese reports write it: "13.140
// việc", "970.327.000.000 đ", "34,72%", "4,72 điểm %", "2010".
func (q Quantity) Vietnamese() string {
	switch q.Unit {
	case UnitCases:
		return string(appendGrouped(nil, magnitude(q.Value), q.Value < 0)) + " việc"
	case UnitDong:
		return Dong(q.Value).Vietnamese()
	case UnitPercent:
		return Percent(q.Value).Vietnamese()
	case UnitPoints:
		s := Percent(q.Value).Vietnamese()
		return s[:len(s)-1] + " điểm %"
	case UnitNone:
	}
	s := appendPadded(nil, int(magnitude(q.Value)), 1)
	if q.Value < 0 {
		return "-" + string(s)
	}
	return string(s)
}

// quantity refuses an unknown unit and a value beyond MaxDong.
func (es *Errors) quantity(field string, q Quantity) {
	es.term(checkTerm(quantityUnits, q.Unit, field+".unit", "đơn vị tính", "The unit"))
	if !Dong(q.Value).Valid() {
		es.Add(CodeOutOfRange, field+".value", "Giá trị ngoài giới hạn", "The value is out of range")
	}
}

// Operator says how a value is meant: exactly, or as a bound.
type Operator string

// The operators.
const (
	Equal    Operator = "EQUAL"
	AtLeast  Operator = "AT_LEAST"
	AtMost   Operator = "AT_MOST"
	MoreThan Operator = "MORE_THAN"
	LessThan Operator = "LESS_THAN"
	// About is a rounded value (khoảng, gần, trên dưới).
	About Operator = "ABOUT"
)

// Operators are the operators, with their names.
func Operators() []Term[Operator] { return operators }

var operators = []Term[Operator]{
	{Equal, Text{"bằng", "equal to"}},
	{AtLeast, Text{"từ … trở lên", "at least"}},
	{AtMost, Text{"không quá", "at most"}},
	{MoreThan, Text{"trên", "more than"}},
	{LessThan, Text{"dưới", "less than"}},
	{About, Text{"khoảng", "about"}},
}

// Name returns the operator's names.
func (o Operator) Name() Text { return termOf(operators, o) }

// Holds tells whether a value stands in the relation to a bound; About never
// holds or fails, so ok is false for it.
func (o Operator) Holds(value, bound int64) (holds, ok bool) {
	switch o {
	case Equal:
		return value == bound, true
	case AtLeast:
		return value >= bound, true
	case AtMost:
		return value <= bound, true
	case MoreThan:
		return value > bound, true
	case LessThan:
		return value < bound, true
	case About:
	}
	return false, false
}

// Metric names what a figure or target measures. What is measured otherwise is
// OTHER, with a label in words.
type Metric string

// The metrics.
const (
	MetricCasesAccepted         Metric = "CASES_ACCEPTED"
	MetricCasesToEnforce        Metric = "CASES_TO_ENFORCE"
	MetricCasesEnforceable      Metric = "CASES_ENFORCEABLE"
	MetricCasesDone             Metric = "CASES_DONE"
	MetricCasesDoneIncrease     Metric = "CASES_DONE_INCREASE"
	MetricCaseRate              Metric = "CASE_RATE"
	MetricCaseRateOverNational  Metric = "CASE_RATE_OVER_NATIONAL_TARGET"
	MetricCaseRateOverMinistry  Metric = "CASE_RATE_OVER_MINISTRY_TARGET"
	MetricMoneyToEnforce        Metric = "MONEY_TO_ENFORCE"
	MetricMoneyEnforceable      Metric = "MONEY_ENFORCEABLE"
	MetricMoneyDone             Metric = "MONEY_DONE"
	MetricMoneyDoneIncrease     Metric = "MONEY_DONE_INCREASE"
	MetricMoneyRate             Metric = "MONEY_RATE"
	MetricMoneyRateOverNational Metric = "MONEY_RATE_OVER_NATIONAL_TARGET"
	MetricMoneyRateOverMinistry Metric = "MONEY_RATE_OVER_MINISTRY_TARGET"
	MetricVerdictsTracked       Metric = "VERDICTS_TRACKED"
	MetricVerdictsDone          Metric = "VERDICTS_DONE"
	MetricVerdictsNotDone       Metric = "VERDICTS_NOT_DONE"
	MetricVerdictRate           Metric = "VERDICT_RATE"
	MetricDirectedCases         Metric = "DIRECTED_CASES"
	MetricDirectedCasesResolved Metric = "DIRECTED_CASES_RESOLVED"
	MetricOnTimeDecisionRate    Metric = "ON_TIME_DECISION_RATE"
	MetricCreditMoneyRate       Metric = "CREDIT_MONEY_RATE"
	MetricCorruptionMoneyRate   Metric = "CORRUPTION_MONEY_RATE"
	MetricOther                 Metric = "OTHER"
)

// A MetricSpec describes a metric.
type MetricSpec struct {
	Metric Metric
	Name   Text
	// Unit is the unit of its values; empty where any will do.
	Unit QuantityUnit
	// Target tells whether targets are set for it.
	Target bool
}

// Metrics are the metrics. Which accounts of the ledger answer each of them is
// for the statistical regime to say.
func Metrics() []MetricSpec { return metrics }

var metrics = []MetricSpec{
	{MetricCasesAccepted, Text{"Tổng số việc thụ lý", "Cases accepted"}, UnitCases, false},
	{MetricCasesToEnforce, Text{"Số việc phải thi hành", "Cases to enforce"}, UnitCases, false},
	{MetricCasesEnforceable, Text{"Số việc có điều kiện thi hành", "Cases with means"}, UnitCases, false},
	{MetricCasesDone, Text{"Số việc đã giải quyết xong", "Cases done"}, UnitCases, true},
	{MetricCasesDoneIncrease, Text{"Số việc giải quyết xong tăng so với năm trước", "Increase of cases done on the year before"}, UnitCases, false},
	{MetricCaseRate, Text{"Tỷ lệ thi hành xong về việc", "Rate by cases"}, UnitPercent, true},
	{MetricCaseRateOverNational, Text{"Vượt chỉ tiêu Quốc hội giao về việc", "Rate by cases over the National Assembly's target"}, UnitPoints, false},
	{MetricCaseRateOverMinistry, Text{"Vượt chỉ tiêu Tổng cục giao về việc", "Rate by cases over the ministry's target"}, UnitPoints, false},
	{MetricMoneyToEnforce, Text{"Số tiền phải thi hành", "Money to enforce"}, UnitDong, false},
	{MetricMoneyEnforceable, Text{"Số tiền có điều kiện thi hành", "Money with means"}, UnitDong, false},
	{MetricMoneyDone, Text{"Số tiền đã thi hành xong", "Money enforced"}, UnitDong, true},
	{MetricMoneyDoneIncrease, Text{"Số tiền thi hành xong tăng so với năm trước", "Increase of money enforced on the year before"}, UnitDong, false},
	{MetricMoneyRate, Text{"Tỷ lệ thi hành xong về tiền", "Rate by money"}, UnitPercent, true},
	{MetricMoneyRateOverNational, Text{"Vượt chỉ tiêu Quốc hội giao về tiền", "Rate by money over the National Assembly's target"}, UnitPoints, false},
	{MetricMoneyRateOverMinistry, Text{"Vượt chỉ tiêu Tổng cục giao về tiền", "Rate by money over the ministry's target"}, UnitPoints, false},
	{MetricVerdictsTracked, Text{"Số bản án hành chính phải theo dõi", "Administrative verdicts tracked"}, UnitCases, false},
	{MetricVerdictsDone, Text{"Số bản án hành chính đã thi hành xong", "Administrative verdicts done"}, UnitCases, false},
	{MetricVerdictsNotDone, Text{"Số bản án hành chính chưa thi hành xong", "Administrative verdicts not done"}, UnitCases, false},
	{MetricVerdictRate, Text{"Tỷ lệ thi hành xong án hành chính", "Rate of administrative verdicts"}, UnitPercent, true},
	{MetricDirectedCases, Text{"Số vụ việc thuộc diện chỉ đạo", "Directed cases"}, UnitCases, false},
	{MetricDirectedCasesResolved, Text{"Số vụ việc thuộc diện chỉ đạo đã giải quyết xong", "Directed cases resolved"}, UnitCases, true},
	{MetricOnTimeDecisionRate, Text{"Tỷ lệ ra quyết định thi hành án đúng thời hạn", "Rate of decisions issued on time"}, UnitPercent, true},
	{MetricCreditMoneyRate, Text{"Tỷ lệ thu hồi án tín dụng, ngân hàng về tiền", "Rate by money of credit institutions"}, UnitPercent, true},
	{MetricCorruptionMoneyRate, Text{"Tỷ lệ thu hồi tài sản tham nhũng, kinh tế về tiền", "Rate by money of corruption and economic crime"}, UnitPercent, true},
	{MetricOther, Text{"Chỉ tiêu khác", "Other"}, "", true},
}

// metricOf finds a metric.
func metricOf(m Metric) (MetricSpec, bool) {
	for _, s := range metrics {
		if s.Metric == m {
			return s, true
		}
	}
	return MetricSpec{Metric: m, Name: Text{VI: string(m), EN: string(m)}}, false
}

// Name returns the metric's names.
func (m Metric) Name() Text { s, _ := metricOf(m); return s.Name }

// Unit returns the unit of the metric's values; empty where any will do.
func (m Metric) Unit() QuantityUnit { s, _ := metricOf(m); return s.Unit }

// measured refuses an unknown metric, one of another unit than its own, and OTHER
// without a label.
func (es *Errors) measured(field string, m Metric, label string, q Quantity) {
	at := func(name string) string {
		if field == "" {
			return name
		}
		return field + "." + name
	}
	spec, ok := metricOf(m)
	switch {
	case m == "":
		es.term(required(at("metric"), "chỉ tiêu", "The metric"))
	case !ok:
		es.Add(CodeInvalid, at("metric"), "Không có chỉ tiêu %q", "There is no metric %q", clip(string(m)))
	case m == MetricOther && label == "":
		es.term(required(at("label"), "tên chỉ tiêu", "The label"))
	case spec.Unit != "" && q.Unit != spec.Unit && isTerm(quantityUnits, q.Unit):
		es.Add(CodeInvalid, at("value.unit"), "“%[1]s” tính bằng %[3]s, không bằng %[5]s", "%[2]q is measured in %[4]s, not in %[6]s",
			spec.Name.VI, spec.Name.EN, spec.Unit.Name().VI, spec.Unit.Name().EN, q.Unit.Name().VI, q.Unit.Name().EN)
	}
	es.short(at("label"), label)
	es.quantity(at("value"), q)
}
