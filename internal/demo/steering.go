package demo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// unchecked is said of what stands here from memory.
const unchecked = "Ghi theo trí nhớ, chưa đối chiếu với văn bản gốc."

// The directives, by the key they are written under.
const (
	assembly2015 = "directive/111-2015-QH13"
	assembly2019 = "directive/96-2019-QH14"
	instruction  = "directive/16-CT-TU"
	plan204      = "directive/204-KH-UBND"
)

// writeDirectives records the documents that stand behind the targets and the
// conference.
func (f *filling) writeDirectives(ctx context.Context) error {
	f.directives = map[string]thads.DirectiveID{}
	for _, d := range []struct {
		key      string
		recorded day
		document thads.DirectiveDocument
		title    string
		parent   string
		note     string
	}{
		{
			assembly2015, start2018 + 1,
			thads.DirectiveDocument{Type: thads.DirectiveResolution, Number: thads.ParseDocumentNumber("111/2015/QH13"), Date: thads.DateOf(2015, 11, 27), Issuer: "Quốc hội"},
			"Về công tác phòng, chống vi phạm pháp luật và tội phạm, công tác của Viện kiểm sát nhân dân, của Tòa án nhân dân và công tác thi hành án năm 2016 và các năm tiếp theo",
			"", unchecked,
		},
		{
			instruction, dayOf(thads.DateOf(2018, 9, 10)),
			thads.DirectiveDocument{Type: thads.DirectiveInstruction, Number: thads.ParseDocumentNumber("16-CT/TU"), Date: thads.DateOf(2018, 9, 5), Issuer: "Ban Thường vụ Tỉnh ủy Thanh Hóa"},
			"Tăng cường sự lãnh đạo của Đảng đối với công tác thi hành án dân sự, hành chính", "", "",
		},
		{
			assembly2019, dayOf(thads.DateOf(2019, 12, 2)),
			thads.DirectiveDocument{Type: thads.DirectiveResolution, Number: thads.ParseDocumentNumber("96/2019/QH14"), Date: thads.DateOf(2019, 11, 27), Issuer: "Quốc hội"},
			"Về công tác phòng, chống tội phạm và vi phạm pháp luật, công tác của Viện kiểm sát nhân dân, của Tòa án nhân dân và công tác thi hành án",
			"", unchecked,
		},
		{
			// A record needs a date. That of the conference is the only day on
			// which the plan is known to have existed.
			plan204, conference,
			thads.DirectiveDocument{Type: thads.DirectivePlan, Number: thads.ParseDocumentNumber("204/KH-UBND"), Date: thads.DateOf(2019, 12, 9), Issuer: "UBND tỉnh Thanh Hóa"},
			"Kế hoạch thực hiện Chỉ thị số 16-CT/TU (nguồn không nêu trích yếu; chưa rõ ngày ban hành)", instruction,
			"Chưa rõ ngày ban hành: nguồn chỉ nêu số, ký hiệu. Ngày ghi ở đây là ngày hội nghị nhắc đến kế hoạch, là ngày muộn nhất có thể. " +
				"Quan hệ với Chỉ thị số 16-CT/TU suy ra từ cách nêu trong nguồn.",
		},
	} {
		d.document.Parent = f.directives[d.parent]
		e := thads.DirectiveEvent{Kind: thads.DirectiveIssued, Document: &d.document, Terms: &thads.DirectiveTerms{Title: d.title}, Note: d.note}
		e.EffectiveOn = d.document.Date
		f.set(d.recorded, 14*60)
		made, err := f.app.DirectiveOpen(ctx, d.key, e)
		if err != nil {
			return fmt.Errorf("%s: %w", d.key, err)
		}
		f.directives[d.key] = made.ID
	}
	return nil
}

// writeTargets records the targets of the years 2018 to 2020.
func (f *filling) writeTargets(ctx context.Context) error {
	const inferred = "Mức giao suy ra từ số vượt chỉ tiêu đã công bố; " + unchecked
	for _, t := range []struct {
		year      thads.StatYear
		on        thads.Date
		issuer    thads.TargetIssuer
		directive string
		metric    thads.Metric
		percent   int64
		basis     string
	}{
		{2018, thads.DateOf(2017, 10, 2), thads.IssuerNationalAssembly, assembly2015, thads.MetricCaseRate, 70, unchecked},
		{2018, thads.DateOf(2017, 10, 2), thads.IssuerNationalAssembly, assembly2015, thads.MetricMoneyRate, 30, unchecked},
		{2018, thads.DateOf(2017, 10, 20), thads.IssuerMinistry, "", thads.MetricCaseRate, 72, "Số minh họa."},
		{2018, thads.DateOf(2017, 10, 20), thads.IssuerMinistry, "", thads.MetricMoneyRate, 32, "Số minh họa."},
		{2019, thads.DateOf(2018, 10, 1), thads.IssuerNationalAssembly, assembly2015, thads.MetricCaseRate, 70, unchecked},
		{2019, thads.DateOf(2018, 10, 1), thads.IssuerNationalAssembly, assembly2015, thads.MetricMoneyRate, 30, inferred},
		{2019, thads.DateOf(2018, 10, 22), thads.IssuerMinistry, "", thads.MetricCaseRate, 73, unchecked},
		{2019, thads.DateOf(2018, 10, 22), thads.IssuerMinistry, "", thads.MetricMoneyRate, 34, inferred},
		{2020, thads.DateOf(2019, 12, 2), thads.IssuerNationalAssembly, assembly2019, thads.MetricCaseRate, 80, unchecked},
		{2020, thads.DateOf(2019, 12, 2), thads.IssuerNationalAssembly, assembly2019, thads.MetricMoneyRate, 38, unchecked},
	} {
		p := &thads.TargetParticulars{
			Issuer: t.issuer, Directive: f.directives[t.directive], Basis: t.basis, StatYear: t.year,
			Metric: t.metric, Operator: thads.AtLeast, Value: thads.Quantity{Unit: thads.UnitPercent, Value: t.percent * 100},
			Reach: thads.ReachNational,
		}
		if t.issuer == thads.IssuerMinistry {
			p.Reach, p.Unit = thads.ReachProvincial, f.units[provinceAt].id
		}
		e := thads.TargetEvent{Kind: thads.TargetSet, Particulars: p}
		e.EffectiveOn = t.on
		f.set(dayOf(t.on), 16*60)
		key := fmt.Sprintf("target/%d/%s/%s", t.year, t.issuer, t.metric)
		if _, err := f.app.TargetOpen(ctx, key, e); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// writeDirectedCases records the five cases that the Party committee directs;
// three were resolved by early December 2019.
func (f *filling) writeDirectedCases(ctx context.Context) error {
	obstacles := []string{
		"Tài sản bảo đảm đang tranh chấp với người thứ ba.", "Người phải thi hành án không hợp tác khi kê biên.",
		"Tài sản đã giảm giá nhiều lần, chưa có người mua.", "Ranh giới thửa đất thực tế khác giấy chứng nhận.", "Người phải thi hành án vắng mặt tại địa phương.",
	}
	resolved := map[int]thads.Date{1: thads.DateOf(2019, 7, 3), 2: thads.DateOf(2019, 9, 24), 3: thads.DateOf(2019, 12, 2)}
	for _, p := range f.plans {
		n := p.directed
		if n == 0 {
			continue
		}
		u := f.units[p.unit]
		number := strconv.Itoa(p.number()) + u.symbol
		c, err := f.app.CaseByNumber(ctx, u.id, number, yearOf(p.opened))
		if err != nil {
			return err
		}
		if c == nil {
			return fmt.Errorf("there is no case %s of %s", number, u.code)
		}
		key := "directed/" + strconv.Itoa(n)
		open := thads.DirectedCaseEvent{Kind: thads.DirectedListed, ToUnit: u.id, Note: invented, Particulars: &thads.DirectedCaseParticulars{
			Case: c.ID, Title: "Vụ việc minh họa số " + strconv.Itoa(n) + ": thu hồi nợ tín dụng tại " + u.short,
			DirectingBody: "Thường trực Tỉnh ủy", TrackingBody: "Ban Nội chính Tỉnh ủy", Directive: f.directives[instruction],
			Order: "Tập trung chỉ đạo tổ chức thi hành dứt điểm; báo cáo tiến độ hằng quý (minh họa).",
		}}
		open.EffectiveOn = f.cal.date(listed[n])
		f.set(listed[n], 10*60+n)
		d, err := f.app.DirectedCaseOpen(ctx, key, open)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		record := func(what string, on day, e thads.DirectedCaseEvent) error {
			e.EffectiveOn = f.cal.date(on)
			f.set(on, 15*60+n)
			if _, err := f.app.DirectedCaseRecord(ctx, app.Change{ID: string(d.ID), Key: key + "/" + what}, e); err != nil {
				return fmt.Errorf("%s: %s: %w", key, what, err)
			}
			return nil
		}
		err = errors.Join(
			record("obstacle", f.cal.after(listed[n], 40), thads.DirectedCaseEvent{Kind: thads.DirectedObstacle, Text: obstacles[n-1] + " (Minh họa.)"}),
			record("report", f.cal.after(listed[n], 92), thads.DirectedCaseEvent{Kind: thads.DirectedReported, Text: "Đã họp liên ngành, thống nhất phương án xử lý tài sản (minh họa)."}),
		)
		if err != nil {
			return err
		}
		if on := resolved[n]; !on.IsZero() {
			e := thads.DirectedCaseEvent{Kind: thads.DirectedResolution, Text: "Đã thi hành xong toàn bộ nghĩa vụ (minh họa)."}
			if err := record("resolved", dayOf(on), e); err != nil {
				return err
			}
		}
	}
	return nil
}
