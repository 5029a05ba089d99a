// Package forms holds the statutory forms and the figures of the statistical
// regimes as data over the ledger: what a figure is made of, which columns a form
// has under which circular, how a report is filled and how each of its cells is
// opened to the records behind it. It is pure: it reads neither store nor clock.
package forms

import (
	"slices"

	"github.com/thads/thads/internal/thads"
)

// A Regime is the circular by which statistics are kept: it says which column of
// a form each account belongs to. The values are those of the GraphQL
// enumeration.
type Regime string

// The regimes, in the order of time.
const (
	RegimeTT01       Regime = "TT01_2013"
	RegimeTT06       Regime = "TT06_2019"
	RegimeTT05       Regime = "TT05_2024"
	RegimeTT05Of2026 Regime = "TT05_2026"
)

// A RegimeSpec describes a regime.
type RegimeSpec struct {
	Regime Regime
	Name   thads.Text
	Source string
	// From and To are its first and last day in force, zero where there is none
	// or it is not known.
	From, To thads.Date
	// Available tells whether its forms are known.
	Available bool
	// Note says what must be known when its figures are read.
	Note thads.Text
}

// InForce tells whether the regime is in force on a day.
func (s *RegimeSpec) InForce(d thads.Date) bool {
	return (s.From.IsZero() || d >= s.From) && (s.To.IsZero() || d <= s.To)
}

// Regimes are the regimes, in the order of time. Between them they cover every
// day once.
func Regimes() []RegimeSpec { return slices.Clone(regimes) }

var regimes = []RegimeSpec{
	{
		Regime: RegimeTT01, Name: text("Thông tư 01/2013/TT-BTP, sửa đổi bởi Thông tư 08/2015/TT-BTP", "Circular 01/2013/TT-BTP, amended by 08/2015/TT-BTP"),
		Source: "Thông tư 01/2013/TT-BTP, Thông tư 08/2015/TT-BTP (VBHN 2319/VBHN-BTP)",
		To:     20200104, Available: true,
		Note: text("Hoãn, tạm đình chỉ, tạm dừng được tính trong số có điều kiện thi hành", "Postponed, suspended and paused cases count as having means"),
	},
	{
		Regime: RegimeTT06, Name: text("Thông tư 06/2019/TT-BTP", "Circular 06/2019/TT-BTP"), Source: "Thông tư 06/2019/TT-BTP ngày 21/11/2019",
		From: 20200105, To: 20240725, Available: true,
		Note: text("Chỉ hoãn theo điểm c khoản 1 Điều 48 Luật THADS 2008 được tính trong số có điều kiện thi hành; không so sánh trực tiếp với năm trước 2020",
			"Only postponement under article 48(1)(c) of the law of 2008 counts as having means; not to be compared with years before 2020"),
	},
	{
		Regime: RegimeTT05, Name: text("Thông tư 05/2024/TT-BTP", "Circular 05/2024/TT-BTP"), Source: "Thông tư 05/2024/TT-BTP ngày 10/06/2024",
		From: 20240726, To: 20260630, Available: true,
		Note: text("Hoãn, tạm đình chỉ, tạm dừng và trường hợp khác nằm ngoài cả số có điều kiện và số chưa có điều kiện (suy ra từ báo cáo đã công bố); không so sánh trực tiếp với chế độ trước",
			"Postponed, suspended, paused and other cases lie outside both those with and those without means (inferred from published reports); not to be compared with earlier regimes"),
	},
	{
		Regime: RegimeTT05Of2026, Name: text("Thông tư 05/2026/TT-BTP", "Circular 05/2026/TT-BTP"), Source: "Thông tư 05/2026/TT-BTP ngày 15/05/2026",
		From: 20260701,
		Note: text("Chưa có mẫu biểu của Thông tư 05/2026/TT-BTP: không lập được biểu; số liệu tạm tính theo cách của Thông tư 05/2024/TT-BTP",
			"The forms of Circular 05/2026/TT-BTP are not at hand: none can be filled; figures are provisionally made as under Circular 05/2024/TT-BTP"),
	},
}

// RegimeSpecOf finds a regime.
func RegimeSpecOf(r Regime) (RegimeSpec, bool) {
	i := slices.IndexFunc(regimes, func(s RegimeSpec) bool { return s.Regime == r })
	if i < 0 {
		return RegimeSpec{Regime: r, Name: text(string(r), string(r))}, false
	}
	return regimes[i], true
}

// Name returns the regime's names.
func (r Regime) Name() thads.Text { s, _ := RegimeSpecOf(r); return s.Name }

// RegimeOn returns the regime in force on the last day of a period: a period is
// reported under it as a whole.
func RegimeOn(periodEnd thads.Date) Regime {
	for i := range regimes {
		if regimes[i].InForce(periodEnd) {
			return regimes[i].Regime
		}
	}
	return RegimeTT01
}

func text(vi, en string) thads.Text { return thads.Text{VI: vi, EN: en} }
