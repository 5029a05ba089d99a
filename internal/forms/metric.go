package forms

import (
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A Rate is what a metric that is a share is made of: Numerator / Denominator,
// both in Unit and both of what the filter keeps.
type Rate struct {
	Metric                 thads.Metric
	Numerator, Denominator Measure
	// Unit is CASES or DONG.
	Unit   thads.QuantityUnit
	Filter ledger.Filter
}

// RateOf returns what a share is made of; false where the metric is none, or
// none that the ledger can tell.
func RateOf(m thads.Metric) (Rate, bool) {
	settledOf := func(unit thads.QuantityUnit, tags ...thads.Tag) (Rate, bool) {
		return Rate{Metric: m, Numerator: MeasureSettled, Denominator: MeasureEnforceable, Unit: unit, Filter: ledger.Filter{Tags: tags}}, true
	}
	switch m {
	case thads.MetricCaseRate:
		return settledOf(thads.UnitCases)
	case thads.MetricMoneyRate:
		return settledOf(thads.UnitDong)
	case thads.MetricCreditMoneyRate:
		return settledOf(thads.UnitDong, thads.TagCredit)
	case thads.MetricCorruptionMoneyRate:
		return settledOf(thads.UnitDong, thads.TagCorruption)
	case thads.MetricVerdictRate:
		return Rate{Metric: m, Numerator: MeasureVerdictsDone, Denominator: MeasureVerdictsTracked, Unit: thads.UnitCases}, true
	default:
		return Rate{}, false
	}
}

// CountOf returns the measure that a metric counts, and in what; false for
// shares, for differences and for what the ledger cannot tell.
func CountOf(m thads.Metric) (Measure, thads.QuantityUnit, bool) {
	switch m {
	case thads.MetricCasesAccepted:
		return MeasureAcceptedTotal, thads.UnitCases, true
	case thads.MetricCasesToEnforce:
		return MeasureToEnforce, thads.UnitCases, true
	case thads.MetricCasesEnforceable:
		return MeasureEnforceable, thads.UnitCases, true
	case thads.MetricCasesDone:
		return MeasureSettled, thads.UnitCases, true
	case thads.MetricMoneyToEnforce:
		return MeasureToEnforce, thads.UnitDong, true
	case thads.MetricMoneyEnforceable:
		return MeasureEnforceable, thads.UnitDong, true
	case thads.MetricMoneyDone:
		return MeasureSettled, thads.UnitDong, true
	case thads.MetricVerdictsTracked:
		return MeasureVerdictsTracked, thads.UnitCases, true
	case thads.MetricVerdictsDone:
		return MeasureVerdictsDone, thads.UnitCases, true
	case thads.MetricVerdictsNotDone:
		return MeasureVerdictsNotDone, thads.UnitCases, true
	case thads.MetricDirectedCases:
		return MeasureDirectedListed, thads.UnitCases, true
	case thads.MetricDirectedCasesResolved:
		return MeasureDirectedResolved, thads.UnitCases, true
	default:
		return "", "", false
	}
}

// A Comparison is what a metric that is a difference compares.
type Comparison struct {
	// Of is the metric whose value is compared.
	Of thads.Metric
	// Issuer is whose target it is compared with; "" where it is compared with
	// the same day of the year before.
	Issuer thads.TargetIssuer
}

// ComparisonOf returns what a difference compares; false for other metrics.
func ComparisonOf(m thads.Metric) (Comparison, bool) {
	switch m {
	case thads.MetricCasesDoneIncrease:
		return Comparison{Of: thads.MetricCasesDone}, true
	case thads.MetricMoneyDoneIncrease:
		return Comparison{Of: thads.MetricMoneyDone}, true
	case thads.MetricCaseRateOverNational:
		return Comparison{Of: thads.MetricCaseRate, Issuer: thads.IssuerNationalAssembly}, true
	case thads.MetricCaseRateOverMinistry:
		return Comparison{Of: thads.MetricCaseRate, Issuer: thads.IssuerMinistry}, true
	case thads.MetricMoneyRateOverNational:
		return Comparison{Of: thads.MetricMoneyRate, Issuer: thads.IssuerNationalAssembly}, true
	case thads.MetricMoneyRateOverMinistry:
		return Comparison{Of: thads.MetricMoneyRate, Issuer: thads.IssuerMinistry}, true
	default:
		return Comparison{}, false
	}
}

// NotComputable says why the ledger cannot tell a metric; the zero Text where it
// can.
func NotComputable(m thads.Metric) thads.Text {
	if _, ok := RateOf(m); ok {
		return thads.Text{}
	}
	if _, _, ok := CountOf(m); ok {
		return thads.Text{}
	}
	if _, ok := ComparisonOf(m); ok {
		return thads.Text{}
	}
	switch m {
	case thads.MetricOnTimeDecisionRate:
		return text("Sổ không ghi ngày nhận đủ hồ sơ của mọi quyết định, nên không tính được tỷ lệ ra quyết định đúng thời hạn",
			"The ledger does not know when the papers of every decision were complete, so the rate of decisions on time cannot be computed")
	case thads.MetricOther:
		return text("Chỉ tiêu đo bằng lời, không có trong hệ thống tài khoản", "It is described in words and no account measures it")
	default:
		return text("Không có chỉ tiêu này", "There is no such metric")
	}
}
