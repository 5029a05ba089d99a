package demo

import (
	"context"
	"fmt"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

const (
	steeringCommittee = "Ban Chỉ đạo thi hành án dân sự tỉnh"
	concluder         = "Lê Thị Thìn"
)

// writeConference records the conference of 9 December 2019 with what was
// reported and concluded there, and the tasks that follow from it.
func (f *filling) writeConference(ctx context.Context) error {
	root := f.units[provinceAt]
	f.set(conference, 17*60)
	open := thads.ConferenceEvent{Kind: thads.ConferenceRecorded, Particulars: f.conferenceParticulars()}
	open.EffectiveOn = f.cal.date(conference)
	c, err := f.app.ConferenceOpen(ctx, "conference", open)
	if err != nil {
		return err
	}
	record := func(on day, key string, e thads.ConferenceEvent) error {
		e.EffectiveOn = f.cal.date(on)
		if _, err := f.app.ConferenceRecord(ctx, app.Change{ID: string(c.ID), Key: key}, e); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	}
	f.set(conference, 17*60+10)
	if err := record(conference, "conference/figures", thads.ConferenceEvent{Kind: thads.ConferenceFiguresReported, Figures: reportedFigures()}); err != nil {
		return err
	}
	duties := concluded(root.id)
	conclusion := &thads.Conclusion{By: concluder}
	for _, d := range duties {
		conclusion.Items = append(conclusion.Items, thads.ConclusionItem{ID: d.id, Content: d.content, Leads: d.leads})
	}
	f.set(conference, 17*60+20)
	if err := record(conference, "conference/conclusion", thads.ConferenceEvent{Kind: thads.ConferenceConclusion, Conclusion: conclusion}); err != nil {
		return err
	}
	for _, d := range duties {
		if err := f.writeTask(ctx, c.ID, &d); err != nil {
			return fmt.Errorf("task %s: %w", d.id, err)
		}
	}
	// The last record: by its key the demonstration is known to be whole.
	f.set(lastReport, 17*60)
	return record(lastReport, lastKey, thads.ConferenceEvent{Kind: thads.ConferenceNoted, Note: "Dữ liệu minh họa. Số liệu, nhân sự và kết luận của hội nghị ghi theo tin báo công khai; " +
		"các nguyên nhân và tiến độ nhiệm vụ ghi “minh họa” là tự đặt. Các việc thi hành án phía sau số liệu đều không có thật."})
}

func (f *filling) conferenceParticulars() *thads.ConferenceParticulars {
	return &thads.ConferenceParticulars{
		Kind: thads.ConferenceDeployment, Title: "Hội nghị triển khai thực hiện chỉ tiêu, nhiệm vụ thi hành án dân sự năm 2020",
		StatYear: 2020, Session: thads.SessionAfternoon, Unit: f.units[provinceAt].id, Organiser: "Cục Thi hành án dân sự tỉnh Thanh Hóa",
		Attendees: []thads.Attendee{
			{
				Name: concluder, Titles: []string{"Ủy viên Ban Thường vụ Tỉnh ủy", "Phó Chủ tịch UBND tỉnh", "Trưởng Ban Chỉ đạo thi hành án dân sự tỉnh"},
				Organisation: "UBND tỉnh Thanh Hóa", Role: thads.AttendeeConcluder,
			},
			{
				Name: "Võ Duy Sang", Titles: []string{"Ủy viên Ban Thường vụ Tỉnh ủy", "Trưởng Ban Nội chính Tỉnh ủy"},
				Organisation: "Ban Nội chính Tỉnh ủy Thanh Hóa", Role: thads.AttendeeDelegate,
			},
			{Organisation: "Tổng cục Thi hành án dân sự (lãnh đạo)", Role: thads.AttendeeDelegate},
			{Organisation: "Các sở, ban, ngành, Mặt trận Tổ quốc và đoàn thể cấp tỉnh (đại diện)", Role: thads.AttendeeDelegate},
			{Organisation: "Các huyện, thị xã, thành phố (đại diện)", Role: thads.AttendeeDelegate},
		},
		Agenda: []string{
			"Kết quả công tác thi hành án dân sự năm 2019",
			"Sơ kết một năm thực hiện Chỉ thị số 16-CT/TU",
			"Thảo luận về nguyên nhân của những hạn chế",
			"Giải pháp năm 2020",
			"Kết luận hội nghị",
		},
		Documents: []thads.ConferenceDocument{
			{Directive: f.directives[instruction]}, {Directive: f.directives[plan204]}, {Directive: f.directives[assembly2015]},
		},
		Causes: []thads.Cause{
			{Kind: thads.CauseObjective, Text: "Minh họa: nhiều vụ việc tài sản bảo đảm khó xử lý, người phải thi hành án không còn tài sản."},
			{Kind: thads.CauseSubjective, Text: "Minh họa: một số đơn vị xác minh, phân loại án chưa kịp thời."},
		},
		Source: "Tin hội nghị ngày 09/12/2019 (Trần Thanh)",
	}
}

// reportedFigures are the figures as they were announced, whatever computes.
func reportedFigures() []thads.ReportedFigure {
	yearEnd, now := thads.StatYear(2019).End(), thads.DateOf(2019, 12, 9)
	of := func(u thads.QuantityUnit, v int64) thads.Quantity { return thads.Quantity{Unit: u, Value: v} }
	return []thads.ReportedFigure{
		{ID: "F1", Metric: thads.MetricCasesDone, Value: of(thads.UnitCases, 13_140), StatYear: 2019, AsOf: yearEnd, Quote: "13.140 việc"},
		{ID: "F2", Metric: thads.MetricCasesDoneIncrease, Value: of(thads.UnitCases, 1_252), StatYear: 2019, AsOf: yearEnd, Qualifier: "so với năm 2018", Quote: "1.252 việc"},
		{ID: "F3", Metric: thads.MetricMoneyEnforceable, Value: of(thads.UnitDong, 970_327_000_000), StatYear: 2019, AsOf: yearEnd, Quote: "970,327 tỷ đồng"},
		{ID: "F4", Metric: thads.MetricMoneyDone, Value: of(thads.UnitDong, 336_758_000_000), StatYear: 2019, AsOf: yearEnd, Quote: "336,758 tỷ đồng"},
		{ID: "F5", Metric: thads.MetricMoneyRateOverNational, Value: of(thads.UnitPoints, 4_72), StatYear: 2019, AsOf: yearEnd, Quote: "4,72%"},
		{ID: "F6", Metric: thads.MetricMoneyRateOverMinistry, Value: of(thads.UnitPoints, 72), StatYear: 2019, AsOf: yearEnd, Quote: "0,72%"},
		{ID: "F7a", Metric: thads.MetricVerdictsTracked, Value: of(thads.UnitCases, 13), StatYear: 2019, AsOf: yearEnd, Quote: "13"},
		{ID: "F7b", Metric: thads.MetricVerdictsDone, Value: of(thads.UnitCases, 4), StatYear: 2019, AsOf: yearEnd, Quote: "4"},
		{ID: "F7c", Metric: thads.MetricVerdictsNotDone, Value: of(thads.UnitCases, 9), StatYear: 2019, AsOf: yearEnd, Quote: "9"},
		{ID: "F8a", Metric: thads.MetricDirectedCases, Value: of(thads.UnitCases, 5), StatYear: 2020, AsOf: now, Qualifier: "đến đầu tháng 12/2019", Quote: "5"},
		{ID: "F8b", Metric: thads.MetricDirectedCasesResolved, Value: of(thads.UnitCases, 3), StatYear: 2020, AsOf: now, Qualifier: "đến đầu tháng 12/2019", Quote: "3"},
		{ID: "F9", Metric: thads.MetricOther, Label: "Năm có kết quả cao nhất kể từ năm", Value: of(thads.UnitNone, 2010), StatYear: 2019, Quote: "2010"},
	}
}

// A concludedDuty is an item of the conclusion and what was reported of it since.
type concludedDuty struct {
	id, title, content string
	leads, others      []thads.Body
	directive          string
	reported           thads.Date
	progress           int
	report             string
}

// lastReport is the day of the last report on a task.
var lastReport = dayOf(thads.DateOf(2019, 12, 18))

func concluded(root thads.UnitID) []concludedDuty {
	agency := thads.Body{Unit: root, Name: "Cơ quan thi hành án dân sự hai cấp"}
	return []concludedDuty{
		{
			id: "T1", title: "Tiếp tục thực hiện Chỉ thị số 16-CT/TU và Kế hoạch số 204/KH-UBND", directive: instruction,
			content: "Ban Chỉ đạo thi hành án dân sự hai cấp và các cơ quan thi hành án dân sự tiếp tục thực hiện Chỉ thị số 16-CT/TU và Kế hoạch số 204/KH-UBND.",
			leads:   []thads.Body{{Name: steeringCommittee}, agency}, others: []thads.Body{agency, {Name: "Ban Chỉ đạo thi hành án dân sự cấp huyện"}},
			reported: thads.DateOf(2019, 12, 13), progress: 10, report: "Minh họa: đã sao gửi kết luận hội nghị đến Ban Chỉ đạo thi hành án dân sự cấp huyện.",
		},
		{
			id: "T2", title: "Tham mưu cho cấp ủy, chính quyền về thi hành án dân sự, hành chính",
			content: "Các cơ quan thi hành án dân sự làm tốt việc tham mưu cho cấp ủy, chính quyền về công tác thi hành án dân sự và theo dõi thi hành án hành chính.",
			leads:   []thads.Body{agency},
		},
		{
			id: "T3", title: "Kiện toàn tổ chức, nâng cao hiệu quả hoạt động",
			content: "Các cơ quan thi hành án dân sự kiện toàn tổ chức, nâng cao hiệu lực, hiệu quả hoạt động.",
			leads:   []thads.Body{agency},
		},
		{
			id: "T4", title: "Phối hợp với các cơ quan tư pháp và thành viên Ban Chỉ đạo",
			content: "Các cơ quan thi hành án dân sự phối hợp chặt chẽ với các cơ quan tư pháp và các thành viên Ban Chỉ đạo.",
			leads:   []thads.Body{agency}, others: []thads.Body{{Name: "Các cơ quan tư pháp"}, {Name: steeringCommittee}},
		},
		{
			id: "T5", title: "Rà soát, phân loại án và tìm giải pháp",
			content: "Các cơ quan thi hành án dân sự cùng các thành viên Ban Chỉ đạo và chính quyền địa phương rà soát, phân loại án, có giải pháp cho từng loại.",
			leads:   []thads.Body{agency}, others: []thads.Body{{Name: steeringCommittee}, {Name: "Chính quyền địa phương"}},
			reported: thads.DateOf(2019, 12, 16), progress: 40, report: "Minh họa: 12 trên 27 Chi cục đã rà soát, phân loại xong án chuyển kỳ sau.",
		},
		{
			id: "T6", title: "Tự kiểm tra, tự giám sát",
			content:  "Các cơ quan thi hành án dân sự tăng cường tự giám sát, tự kiểm tra.",
			leads:    []thads.Body{agency},
			reported: thads.DateOf(2019, 12, 18), progress: 5, report: "Minh họa: đã ban hành kế hoạch tự kiểm tra năm 2020.",
		},
		{
			id: "T7", title: "Giáo dục chính trị, pháp luật; bồi dưỡng nghiệp vụ",
			content: "Các cơ quan thi hành án dân sự tăng cường giáo dục chính trị, pháp luật, bồi dưỡng nghiệp vụ cho công chức, chấp hành viên.",
			leads:   []thads.Body{agency},
		},
	}
}

func (f *filling) writeTask(ctx context.Context, conferenceID thads.ConferenceID, d *concludedDuty) error {
	f.set(conference, 17*60+30)
	key := "task/" + d.id
	e := thads.TaskEvent{Kind: thads.TaskSet, Particulars: &thads.TaskParticulars{
		Title: d.title, Content: d.content, Directive: f.directives[d.directive], Conference: conferenceID, Item: d.id,
		Lead: d.leads[0], Coordinating: d.others, Standing: true, StatYear: 2020,
	}}
	e.EffectiveOn = f.cal.date(conference)
	t, err := f.app.TaskOpen(ctx, key, e)
	if err != nil || d.reported.IsZero() {
		return err
	}
	report := thads.TaskEvent{Kind: thads.TaskReported, Text: d.report, Progress: &d.progress}
	report.EffectiveOn = d.reported
	f.set(dayOf(d.reported), 16*60)
	_, err = f.app.TaskRecord(ctx, app.Change{ID: string(t.ID), Key: key + "/report"}, report)
	return err
}
