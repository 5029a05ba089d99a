package thads

import (
	"slices"
)

// A ReportStep is one hand-over of a statistical report to the level above.
type ReportStep string

// The steps. The interagency report goes its own way.
const (
	ReportOfOfficer  ReportStep = "OFFICER_TO_HEAD"          // chấp hành viên → thủ trưởng
	ReportOfBranch   ReportStep = "BRANCH_TO_PROVINCE"       // chi cục → cục
	ReportOfProvince ReportStep = "PROVINCE_TO_MINISTRY"     // cục → tổng cục
	SharedLocked     ReportStep = "SHARED_LOCKED"            // khóa số liệu liên ngành
	SharedCompiled   ReportStep = "SHARED_COMPILED"          // tổng hợp
	SharedSent       ReportStep = "SHARED_TO_COUNTERSIGNER"  // gửi ký xác nhận
	SharedSigned     ReportStep = "SHARED_COUNTERSIGNED"     // ký xác nhận
	SharedForwarded  ReportStep = "SHARED_FORWARDED"         // gửi lên cấp trên
	SharedByProvince ReportStep = "SHARED_PROVINCE_MINISTRY" // cấp tỉnh → bộ
)

// A ReportTerm is until when a report is to be handed over under one regime.
type ReportTerm struct {
	Step ReportStep
	Name Text
	// ValidFrom and ValidTo bound the last days of periods for which it holds;
	// zero is unbounded.
	ValidFrom, ValidTo Date
	// Workdays after the end of the period, unless BeforeDay names the day of the
	// next month before which it is due.
	Workdays, BeforeDay int
	// Months are the periods it is made for, in months from 1 October; nil for
	// all twelve.
	Months []int
	Ground string
	// Verified tells whether the term was found in the text of the instrument.
	Verified bool
}

// ReportTerms are the terms of all regimes, oldest first. The interagency terms
// of hand-overs that follow each other are counted together from the end of the
// period.
func ReportTerms() []ReportTerm { return reportTerms }

// The days from which the regimes of statistics hold, and the interagency one.
const (
	circular2019From Date = 20200105
	circular2024From Date = 20240726
	circular2026From Date = 20260701
	sharedFrom       Date = 20220225
)

var (
	nameOfficerReports  = Text{"Chấp hành viên báo cáo Thủ trưởng cơ quan", "The officer reports to the head"}
	nameBranchReports   = Text{"Chi cục (Phòng khu vực) báo cáo cấp tỉnh", "The branch reports to the province"}
	nameProvinceReports = Text{"Cấp tỉnh báo cáo Tổng cục (Cục Quản lý) THADS", "The province reports to the General Department"}
	sharedMonths        = []int{3, 6, 10, 12}
)

const (
	ground2015 = "Thông tư 08/2015/TT-BTP"
	ground2019 = "Thông tư 06/2019/TT-BTP Điều 9 khoản 2"
	ground2024 = "Thông tư 05/2024/TT-BTP"
	ground2026 = "Thông tư 05/2026/TT-BTP"
	groundJoin = "Thông tư liên tịch 12/2021/TTLT-BTP-VKSNDTC-TANDTC Điều 8–10"
)

var reportTerms = slices.Concat(
	[]ReportTerm{
		{Step: ReportOfOfficer, Name: nameOfficerReports, ValidTo: circular2019From - 1, BeforeDay: 2, Ground: ground2015, Verified: true},
		{Step: ReportOfBranch, Name: nameBranchReports, ValidTo: circular2019From - 1, BeforeDay: 4, Ground: ground2015, Verified: true},
		{Step: ReportOfProvince, Name: nameProvinceReports, ValidTo: circular2019From - 1, BeforeDay: 7, Ground: ground2015, Verified: true},
	},
	reportsWithin(circular2019From, circular2024From-1, ground2019, true),
	// The terms of the later circulars were not found; those of 2019 stand in.
	reportsWithin(circular2024From, circular2026From.AddDays(-1), ground2024, false),
	reportsWithin(circular2026From, 0, ground2026, false),
	[]ReportTerm{
		{Step: SharedLocked, Name: Text{"Khóa số liệu liên ngành", "Interagency figures locked"}, ValidFrom: sharedFrom, Workdays: 1, Months: sharedMonths, Ground: groundJoin, Verified: true},
		{Step: SharedCompiled, Name: Text{"Tổng hợp số liệu liên ngành", "Interagency figures compiled"}, ValidFrom: sharedFrom, Workdays: 3, Months: sharedMonths, Ground: groundJoin, Verified: true},
		{Step: SharedSent, Name: Text{"Gửi cơ quan ký xác nhận", "Sent to the countersigning agency"}, ValidFrom: sharedFrom, Workdays: 4, Months: sharedMonths, Ground: groundJoin, Verified: true},
		{Step: SharedSigned, Name: Text{"Ký xác nhận số liệu", "Countersigned"}, ValidFrom: sharedFrom, Workdays: 6, Months: sharedMonths, Ground: groundJoin, Verified: true},
		{Step: SharedForwarded, Name: Text{"Gửi cấp trên trực tiếp", "Forwarded to the level above"}, ValidFrom: sharedFrom, Workdays: 7, Months: sharedMonths, Ground: groundJoin, Verified: true},
		{Step: SharedByProvince, Name: Text{"Cấp tỉnh gửi bộ, ngành", "The province sends to the ministry"}, ValidFrom: sharedFrom, Workdays: 12, Months: sharedMonths, Ground: groundJoin, Verified: true},
	},
)

func reportsWithin(from, to Date, ground string, verified bool) []ReportTerm {
	return []ReportTerm{
		{Step: ReportOfOfficer, Name: nameOfficerReports, ValidFrom: from, ValidTo: to, Workdays: 1, Ground: ground, Verified: verified},
		{Step: ReportOfBranch, Name: nameBranchReports, ValidFrom: from, ValidTo: to, Workdays: 2, Ground: ground, Verified: verified},
		{Step: ReportOfProvince, Name: nameProvinceReports, ValidFrom: from, ValidTo: to, Workdays: 4, Ground: ground, Verified: verified},
	}
}

// A ReportDue is when a report on a period is due.
type ReportDue struct {
	ReportTerm
	On Date
	// Certain tells that the calendar is certain for it.
	Certain bool
}

// ReportsDue returns when the reports on a period of a statistical year are due,
// in the order of ReportTerms: of the period of that many months from 1 October,
// 1 to 12.
func ReportsDue(year StatYear, months int) ([]ReportDue, error) {
	end, err := year.PeriodEnd(months)
	if err != nil {
		return nil, err
	}
	var out []ReportDue
	for _, t := range reportTerms {
		if end < t.ValidFrom || !t.ValidTo.IsZero() && end > t.ValidTo || t.Months != nil && !slices.Contains(t.Months, months) {
			continue
		}
		due := ReportDue{ReportTerm: t}
		if t.BeforeDay > 0 {
			// "Before day 04" is the third at the latest, worked or not.
			due.On, due.Certain = DateOf(end.Year(), end.Month()+1, t.BeforeDay-1), true
		} else {
			due.On, due.Certain = AddWorkdays(end, t.Workdays)
		}
		out = append(out, due)
	}
	return out, nil
}

// ReportDueOf returns when a unit of a level hands its report on a period over to
// the level above. A level without reports of its own has the term of a branch.
func ReportDueOf(level UnitLevel, year StatYear, months int) (ReportDue, error) {
	step := ReportOfBranch
	if level == LevelProvince || level == LevelGeneral {
		step = ReportOfProvince
	}
	due, err := ReportsDue(year, months)
	if err != nil {
		return ReportDue{}, err
	}
	i := slices.IndexFunc(due, func(d ReportDue) bool { return d.Step == step })
	if i < 0 {
		return ReportDue{}, Errorf(CodeOutOfRange, "statYear", "Không có quy định về thời hạn báo cáo của năm %d", "There is no term for reports of %d", int(year))
	}
	return due[i], nil
}
