package app

import (
	"cmp"
	"strings"

	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// This file holds what lists of records show to people, in the columns of a
// sheet.

func unitRecords() *recordNoun[thads.Unit, thads.UnitEvent, UnitFilter, UnitOrderField] {
	type S = thads.Unit
	return &recordNoun[S, thads.UnitEvent, UnitFilter, UnitOrderField]{
		register: sheet.Units, noun: units, pages: (*App).Units, orders: unitOrders, by: UnitsByCode, title: "name",
		id:     func(u *S) string { return string(u.ID) },
		voided: (*S).IsVoided,
		key:    func(_ *namer, u *S) string { return u.NaturalKey() },
		columns: []listColumn[S]{
			textOf("Mã đơn vị", 14, func(_ *namer, u *S) string { return u.Code }),
			textOf("Tên đơn vị", 44, func(_ *namer, u *S) string { return u.Name }),
			textOf("Tên viết tắt", 20, func(_ *namer, u *S) string { return u.ShortName }),
			textOf("Cấp đơn vị", 26, func(_ *namer, u *S) string { return u.Level.Name().VI }),
			textOf("Đơn vị cấp trên", 44, func(n *namer, u *S) string { return n.unitName(u.Parent) }),
			textOf("Địa bàn", 30, func(_ *namer, u *S) string { return u.Area }),
			textOf("Trạng thái", 22, func(_ *namer, u *S) string { return u.State.Name().VI }),
			dayOf("Hoạt động từ ngày", func(u *S) thads.Date { return u.ValidFrom }),
			dayOf("Đến hết ngày", func(u *S) thads.Date { return u.ValidTo }),
			textOf("Đơn vị kế thừa", 44, func(n *namer, u *S) string {
				var names []string
				for _, id := range u.Successors {
					names = append(names, n.unitName(id))
				}
				return strings.Join(names, "\n")
			}),
			dayOf("Khóa sổ đến hết ngày", func(u *S) thads.Date { return u.LockedThrough }),
		},
	}
}

func officerRecords() *recordNoun[thads.Officer, thads.OfficerEvent, OfficerFilter, OfficerOrderField] {
	type S = thads.Officer
	return &recordNoun[S, thads.OfficerEvent, OfficerFilter, OfficerOrderField]{
		register: sheet.Officers, noun: officers, pages: (*App).Officers, orders: officerOrders, by: OfficersByCode, title: "name",
		id:     func(o *S) string { return string(o.ID) },
		voided: (*S).IsVoided,
		key:    func(_ *namer, o *S) string { return o.NaturalKey() },
		columns: []listColumn[S]{
			textOf("Mã công chức", 14, func(_ *namer, o *S) string { return o.Code }),
			textOf("Họ tên", 28, func(_ *namer, o *S) string { return o.Name }),
			textOf("Ngạch", 26, func(_ *namer, o *S) string { return o.Rank.Name().VI }),
			textOf("Vị trí", 30, func(_ *namer, o *S) string { return o.Position.Name().VI }),
			textOf("Đơn vị công tác", 44, func(n *namer, o *S) string { return n.unitName(o.Unit) }),
			textOf("Trạng thái", 22, func(_ *namer, o *S) string { return o.State.Name().VI }),
			dayOf("Công tác từ ngày", func(o *S) thads.Date { return o.ServesFrom }),
			dayOf("Đến hết ngày", func(o *S) thads.Date { return o.ServesTo }),
		},
	}
}

func verdictRecords() *recordNoun[thads.AdministrativeVerdict, thads.VerdictEvent, VerdictFilter, VerdictOrderField] {
	type S = thads.AdministrativeVerdict
	return &recordNoun[S, thads.VerdictEvent, VerdictFilter, VerdictOrderField]{
		register: sheet.Verdicts, noun: verdicts, pages: (*App).Verdicts, orders: verdictOrders, by: VerdictsByRegistration, title: "particulars.operative",
		id:     func(v *S) string { return string(v.ID) },
		voided: (*S).IsVoided,
		key:    func(_ *namer, v *S) string { return verdictName(v) },
		columns: []listColumn[S]{
			textOf("Số bản án", 20, func(_ *namer, v *S) string { return v.Number.Raw }),
			dayOf("Ngày bản án", func(v *S) thads.Date { return v.Date }),
			textOf("Tòa án", 30, func(_ *namer, v *S) string { return v.Court }),
			textOf("Người được thi hành án", 30, func(_ *namer, v *S) string {
				var names []string
				for _, c := range v.Creditors {
					names = append(names, c.Name)
				}
				return strings.Join(names, "\n")
			}),
			textOf("Cơ quan, người phải thi hành án", 34, func(_ *namer, v *S) string {
				var names []string
				for _, d := range v.Debtors {
					names = append(names, d.Name)
				}
				return strings.Join(names, "\n")
			}),
			textOf("Nội dung phải thi hành", 44, func(_ *namer, v *S) string { return v.Operative }),
			textOf("Loại nội dung", 30, func(_ *namer, v *S) string { return v.Category.Name().VI }),
			textOf("Có nội dung theo dõi", 12, func(_ *namer, v *S) string { return yesNo(v.Tracked) }),
			textOf("Đơn vị theo dõi", 40, func(n *namer, v *S) string { return n.unitName(v.Unit) }),
			textOf("Chấp hành viên", 26, func(n *namer, v *S) string { return n.officerName(v.Officer) }),
			textOf("Trạng thái", 26, func(_ *namer, v *S) string { return v.State.Name().VI }),
			dayOf("Từ ngày", func(v *S) thads.Date { return v.Since }),
			dayOf("Ngày vào sổ", func(v *S) thads.Date { return v.RegisteredOn }),
			dayOf("Ngày người phải thi hành án nhận bản án", func(v *S) thads.Date { return v.DebtorReceivedOn }),
			dayOf("Thời hạn thi hành", func(v *S) thads.Date {
				deadline, _ := v.Deadline()
				return deadline
			}),
			dayOf("Ngày kết thúc", func(v *S) thads.Date { return v.FinishedOn }),
			textOf("Kết quả", 34, func(_ *namer, v *S) string { return v.Result }),
		},
	}
}

func directiveRecords() *recordNoun[thads.Directive, thads.DirectiveEvent, DirectiveFilter, DirectiveOrderField] {
	type S = thads.Directive
	return &recordNoun[S, thads.DirectiveEvent, DirectiveFilter, DirectiveOrderField]{
		register: sheet.Directives, noun: directives, pages: (*App).Directives, orders: directiveOrders, by: DirectivesByDate, title: "terms.title",
		id:     func(d *S) string { return string(d.ID) },
		voided: (*S).IsVoided,
		key:    func(_ *namer, d *S) string { return directiveName(d) },
		columns: []listColumn[S]{
			textOf("Số, ký hiệu", 22, func(_ *namer, d *S) string { return d.Number.Raw }),
			dayOf("Ngày ban hành", func(d *S) thads.Date { return d.Date }),
			textOf("Loại văn bản", 20, func(_ *namer, d *S) string { return d.Type.Name().VI }),
			textOf("Cơ quan ban hành", 34, func(_ *namer, d *S) string { return d.Issuer }),
			textOf("Trích yếu", 54, func(_ *namer, d *S) string { return d.Title }),
			textOf("Phạm vi", 30, func(_ *namer, d *S) string { return d.Scope }),
			textOf("Nơi nhận", 40, func(n *namer, d *S) string { return n.bodies(d.Addressees...) }),
			textOf("Thực hiện văn bản", 22, func(n *namer, d *S) string { return n.directiveNumber(d.Parent) }),
			textOf("Trạng thái", 20, func(_ *namer, d *S) string { return d.State.Name().VI }),
			dayOf("Có hiệu lực từ ngày", func(d *S) thads.Date { return d.IssuedOn }),
			dayOf("Hết hiệu lực ngày", func(d *S) thads.Date { return d.ExpiresOn }),
			dayOf("Sơ kết, tổng kết ngày", func(d *S) thads.Date { return d.ReviewOn }),
			dayOf("Kết thúc ngày", func(d *S) thads.Date { return d.EndedOn }),
		},
	}
}

func taskRecords() *recordNoun[thads.Task, thads.TaskEvent, TaskFilter, TaskOrderField] {
	type S = thads.Task
	return &recordNoun[S, thads.TaskEvent, TaskFilter, TaskOrderField]{
		register: sheet.Tasks, noun: tasks, pages: (*App).Tasks, orders: taskOrders, by: TasksByDue, title: "particulars.title",
		id:     func(t *S) string { return string(t.ID) },
		voided: (*S).IsVoided,
		key:    func(*namer, *S) string { return "" },
		columns: []listColumn[S]{
			textOf("Nhiệm vụ", 54, func(_ *namer, t *S) string { return t.Particulars.Title }),
			textOf("Chủ trì", 40, func(n *namer, t *S) string { return n.bodies(t.Particulars.Lead) }),
			textOf("Phối hợp", 40, func(n *namer, t *S) string { return n.bodies(t.Particulars.Coordinating...) }),
			textOf("Văn bản chỉ đạo", 22, func(n *namer, t *S) string { return n.directiveNumber(t.Particulars.Directive) }),
			dayOf("Ngày giao", func(t *S) thads.Date { return t.SetOn }),
			dayOf("Thời hạn", func(t *S) thads.Date { return t.DueOn }),
			textOf("Thường xuyên", 10, func(_ *namer, t *S) string {
				if t.IsStanding {
					return "Có"
				}
				return ""
			}),
			textOf("Sản phẩm", 34, func(_ *namer, t *S) string { return t.Particulars.Deliverable }),
			textOf("Trạng thái", 18, func(_ *namer, t *S) string { return t.State.Name().VI }),
			{sheet.ListColumn{Header: "Tiến độ (%)", Format: sheet.ListNumber, Width: 8}, func(_ *namer, t *S) any {
				if t.Progress == nil {
					return nil
				}
				return *t.Progress
			}},
			countOf("Số báo cáo", func(t *S) int { return t.Reports }),
			dayOf("Báo cáo gần nhất", func(t *S) thads.Date { return t.ReportedOn }),
			dayOf("Ngày kết thúc", func(t *S) thads.Date { return t.FinishedOn }),
			textOf("Nội dung", 54, func(_ *namer, t *S) string { return t.Particulars.Content }),
		},
	}
}

func directedCaseRecords() *recordNoun[thads.DirectedCase, thads.DirectedCaseEvent, DirectedCaseFilter, DirectedCaseOrderField] {
	type S = thads.DirectedCase
	return &recordNoun[S, thads.DirectedCaseEvent, DirectedCaseFilter, DirectedCaseOrderField]{
		register: sheet.DirectedCases, noun: directedCases, pages: (*App).DirectedCases, orders: directedCaseOrders, by: DirectedCasesByListing, title: "particulars.title",
		id:     func(c *S) string { return string(c.ID) },
		voided: (*S).IsVoided,
		key:    func(*namer, *S) string { return "" },
		columns: []listColumn[S]{
			textOf("Tên vụ việc", 54, func(_ *namer, c *S) string { return c.Title }),
			textOf("Việc thi hành án", 30, func(n *namer, c *S) string {
				if held := n.cases[string(c.Case)]; held != nil {
					return n.caseName(held)
				}
				return ""
			}),
			textOf("Mô tả", 44, func(_ *namer, c *S) string { return c.Description }),
			textOf("Cơ quan chỉ đạo", 34, func(_ *namer, c *S) string { return c.DirectingBody }),
			textOf("Cơ quan theo dõi, đôn đốc", 34, func(_ *namer, c *S) string { return c.TrackingBody }),
			textOf("Văn bản chỉ đạo", 22, func(n *namer, c *S) string { return n.directiveNumber(c.Directive) }),
			textOf("Nội dung chỉ đạo", 44, func(_ *namer, c *S) string { return c.Order }),
			textOf("Đơn vị thực hiện", 40, func(n *namer, c *S) string { return n.unitName(c.Unit) }),
			dayOf("Đưa vào diện chỉ đạo ngày", func(c *S) thads.Date { return c.ListedOn }),
			textOf("Trạng thái", 24, func(_ *namer, c *S) string { return c.State.Name().VI }),
			dayOf("Từ ngày", func(c *S) thads.Date { return c.Since }),
			countOf("Số khó khăn, vướng mắc", func(c *S) int { return c.Obstacles }),
			countOf("Số báo cáo", func(c *S) int { return c.Reports }),
			dayOf("Báo cáo gần nhất", func(c *S) thads.Date { return c.ReportedOn }),
			dayOf("Ngày kết thúc", func(c *S) thads.Date { return c.FinishedOn }),
			textOf("Kết quả", 44, func(_ *namer, c *S) string { return c.Result }),
		},
	}
}

func conferenceRecords() *recordNoun[thads.Conference, thads.ConferenceEvent, ConferenceFilter, ConferenceOrderField] {
	type S = thads.Conference
	return &recordNoun[S, thads.ConferenceEvent, ConferenceFilter, ConferenceOrderField]{
		register: sheet.Conferences, noun: conferences, pages: (*App).Conferences, orders: conferenceOrders, by: ConferencesByDay, title: "particulars.title",
		id:     func(c *S) string { return string(c.ID) },
		voided: (*S).IsVoided,
		key:    func(*namer, *S) string { return "" },
		columns: []listColumn[S]{
			textOf("Tên hội nghị", 54, func(_ *namer, c *S) string { return c.Particulars.Title }),
			dayOf("Ngày", func(c *S) thads.Date { return c.HeldOn }),
			textOf("Buổi", 14, func(_ *namer, c *S) string {
				if c.Particulars.Session == "" {
					return ""
				}
				return c.Particulars.Session.Name().VI
			}),
			textOf("Loại hội nghị", 24, func(_ *namer, c *S) string { return c.Particulars.Kind.Name().VI }),
			countOf("Năm thống kê", func(c *S) int { return int(c.Particulars.StatYear) }),
			textOf("Địa điểm", 34, func(_ *namer, c *S) string { return c.Particulars.Place }),
			textOf("Đơn vị", 40, func(n *namer, c *S) string { return n.unitName(c.Particulars.Unit) }),
			textOf("Cơ quan tổ chức", 34, func(_ *namer, c *S) string { return c.Particulars.Organiser }),
			textOf("Chủ trì", 28, func(_ *namer, c *S) string { return c.Particulars.Chair }),
			textOf("Trạng thái", 18, func(_ *namer, c *S) string { return c.State.Name().VI }),
			dayOf("Ngày kết luận", func(c *S) thads.Date { return c.ConcludedOn }),
			textOf("Người kết luận", 28, func(_ *namer, c *S) string { return conclusionOf(c).By }),
			textOf("Số thông báo kết luận", 22, func(_ *namer, c *S) string { return conclusionOf(c).Number.Raw }),
			countOf("Số nhiệm vụ kết luận", func(c *S) int { return len(conclusionOf(c).Items) }),
			countOf("Số số liệu báo cáo", func(c *S) int { return len(c.Figures) }),
		},
	}
}

func targetRecords() *recordNoun[thads.Target, thads.TargetEvent, TargetFilter, TargetOrderField] {
	type S = thads.Target
	return &recordNoun[S, thads.TargetEvent, TargetFilter, TargetOrderField]{
		register: sheet.Targets, noun: targets, pages: (*App).Targets, orders: targetOrders, by: TargetsByYear, title: "particulars.metric",
		id:     func(t *S) string { return string(t.ID) },
		voided: (*S).IsVoided,
		key:    func(*namer, *S) string { return "" },
		columns: []listColumn[S]{
			countOf("Năm thống kê", func(t *S) int { return int(t.StatYear) }),
			dayOf("Kỳ đến hết ngày", func(t *S) thads.Date { return t.PeriodEnd }),
			textOf("Chỉ tiêu", 44, func(_ *namer, t *S) string { return cmp.Or(t.Label, t.Metric.Name().VI) }),
			textOf("So sánh", 16, func(_ *namer, t *S) string { return t.Operator.Name().VI }),
			{sheet.ListColumn{Header: "Giá trị", Width: 28}, func(_ *namer, t *S) any {
				if t.Value.Unit == thads.UnitPercent || t.Value.Unit == thads.UnitPoints {
					return float64(t.Value.Value) / 100
				}
				return thads.Dong(t.Value.Value) // grouped, as all large numbers are
			}},
			textOf("Đơn vị tính", 10, func(_ *namer, t *S) string { return t.Value.Unit.Name().VI }),
			textOf("Cơ quan giao", 30, func(_ *namer, t *S) string { return t.Issuer.Name().VI }),
			textOf("Văn bản giao", 24, func(n *namer, t *S) string { return cmp.Or(t.Document.Raw, n.directiveNumber(t.Directive)) }),
			textOf("Căn cứ", 34, func(_ *namer, t *S) string { return t.Basis }),
			textOf("Phạm vi", 16, func(_ *namer, t *S) string { return t.Reach.Name().VI }),
			textOf("Đơn vị", 40, func(n *namer, t *S) string { return n.unitName(t.Unit) }),
			textOf("Chấp hành viên", 28, func(n *namer, t *S) string { return n.officerName(t.Officer) }),
			textOf("Trạng thái", 18, func(_ *namer, t *S) string { return t.State.Name().VI }),
			dayOf("Ngày giao", func(t *S) thads.Date { return t.SetOn }),
			dayOf("Ngày thu hồi", func(t *S) thads.Date { return t.WithdrawnOn }),
		},
	}
}

// conclusionOf is the conclusion of a conference, empty while there is none.
func conclusionOf(c *thads.Conference) *thads.Conclusion {
	if c.Conclusion == nil {
		return &thads.Conclusion{}
	}
	return c.Conclusion
}

func yesNo(v bool) string {
	if v {
		return "Có"
	}
	return "Không"
}
