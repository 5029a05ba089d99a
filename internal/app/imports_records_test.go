package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// richRecords fills a world with records of every kind that have whole lives:
// corrections and events taken back, lists in texts, records that name others,
// and some that were voided.
func richRecords(t *testing.T, w *world) {
	t.Helper()
	ctx := leader(t.Context())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.on(thads.DateOf(2018, 1, 8))
	province, first, second, officer := w.province(t)
	on := func(y, m, d int) thads.Record { return thads.Record{EffectiveOn: thads.DateOf(y, time.Month(m), d)} }
	decision := func(number string, d thads.Date) *thads.Decision {
		return &thads.Decision{Number: thads.ParseDocumentNumber(number), Date: d, Signer: "Nguyễn Văn Ký"}
	}

	// Units: a correction of the founding, a renaming, a closure with a
	// successor, a lock, and one that was never there.
	u, err := w.UnitOpen(ctx, "u3", thads.UnitEvent{Record: on(2010, 1, 1), Kind: thads.UnitEstablished, Code: "TH-03", Name: "Chi cục sai tên", Level: thads.LevelDistrict, Parent: province, Area: "Huyện Thử"})
	must(err)
	correct := thads.UnitEvent{Record: on(2010, 2, 1), Code: "TH-03", Name: "Chi cục Thi hành án dân sự huyện Thử", ShortName: "CC Thử", Level: thads.LevelDistrict, Parent: province, Area: "Huyện Thử"}
	correct.Supersedes, correct.Reason = 1, "Sai tên"
	u, err = w.UnitRecord(ctx, app.Change{ID: string(u.ID), Version: 1}, correct)
	must(err)
	_, err = w.UnitRecord(ctx, app.Change{ID: string(u.ID), Version: 2}, thads.UnitEvent{Record: on(2017, 6, 1), Kind: thads.UnitClosure, Successors: []thads.UnitID{second, first}, Decision: decision("12/QĐ-BTP", thads.DateOf(2017, 5, 20)), Note: "Dòng một\ndòng hai"})
	must(err)
	_, err = w.UnitRecord(ctx, app.Change{ID: string(second), Version: 1}, thads.UnitEvent{Record: on(2016, 3, 1), Kind: thads.UnitRenamed, Name: "Chi cục Thi hành án dân sự Nga Sơn", ShortName: "=NS"})
	must(err)
	_, err = w.UnitRecord(ctx, app.Change{ID: string(first), Version: 1}, thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: thads.DateOf(2016, 9, 30)})
	must(err)
	gone, err := w.UnitOpen(ctx, "u4", thads.UnitEvent{Record: on(2011, 1, 1), Kind: thads.UnitEstablished, Code: "TH-04", Name: "Chi cục nhầm", Level: thads.LevelDistrict, Parent: province})
	must(err)
	_, err = w.UnitRecord(ctx, app.Change{ID: string(gone.ID), Version: 1}, thads.UnitEvent{Record: thads.Record{Voids: 1, Reason: "Nhầm"}})
	must(err)

	// Officers.
	o, err := w.OfficerOpen(ctx, "o2", thads.OfficerEvent{Record: on(2012, 5, 2), Kind: thads.OfficerAppointed, Name: "Trần Thị Hai", Code: "CHV02", Rank: thads.RankSecretary, Unit: second, Position: thads.PositionSecretary})
	must(err)
	_, err = w.OfficerRecord(ctx, app.Change{ID: string(o.ID), Version: 1}, thads.OfficerEvent{Record: on(2014, 1, 1), Kind: thads.OfficerPromoted, Rank: thads.RankJuniorOfficer, Decision: decision("7/QĐ-CTHADS", thads.DateOf(2013, 12, 20))})
	must(err)
	_, err = w.OfficerRecord(ctx, app.Change{ID: string(o.ID), Version: 2}, thads.OfficerEvent{Record: on(2015, 1, 1), Kind: thads.OfficerPosted, Unit: first, Position: thads.PositionOfficer})
	must(err)
	_, err = w.OfficerRecord(ctx, app.Change{ID: string(o.ID), Version: 3}, thads.OfficerEvent{Record: thads.Record{Voids: 3, Reason: "Chưa đi"}})
	must(err)

	// A case that others name.
	w.on(thads.DateOf(2019, 12, 9))
	c, err := w.CaseOpen(ctx, "c1", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
	must(err)

	// Directives: the one that carries out another has the earlier number, so that
	// it may come first in a file.
	issued := func(kind thads.DirectiveType, number, issuer, title string, d thads.Date, parent thads.DirectiveID) thads.DirectiveEvent {
		return thads.DirectiveEvent{
			Record: thads.Record{EffectiveOn: d}, Kind: thads.DirectiveIssued,
			Document: &thads.DirectiveDocument{Type: kind, Number: thads.ParseDocumentNumber(number), Date: d, Issuer: issuer, Class: thads.ClassNone, Parent: parent},
			Terms:    &thads.DirectiveTerms{Title: title, Addressees: []thads.Body{{Unit: first}, {Name: "Công an tỉnh"}}, ExpiresOn: thads.DateOf(2021, 12, 31)},
		}
	}
	d1, err := w.DirectiveOpen(ctx, "d1", issued(thads.DirectiveInstruction, "16-CT/TU", "Ban Thường vụ Tỉnh ủy", "Tăng cường lãnh đạo", thads.DateOf(2018, 3, 1), ""))
	must(err)
	d2, err := w.DirectiveOpen(ctx, "d2", issued(thads.DirectivePlan, "05/KH-UBND", "UBND tỉnh", "Kế hoạch thực hiện", thads.DateOf(2018, 4, 2), d1.ID))
	must(err)
	_, err = w.DirectiveRecord(ctx, app.Change{ID: string(d2.ID), Version: 1}, thads.DirectiveEvent{Record: on(2019, 1, 2), Kind: thads.DirectiveAmended, Terms: &thads.DirectiveTerms{Title: "Kế hoạch (sửa đổi)", Scope: "Toàn tỉnh"}, Decision: decision("9/QĐ-UBND", thads.DateOf(2018, 12, 28))})
	must(err)
	d3, err := w.DirectiveOpen(ctx, "d3", issued(thads.DirectiveLetter, "1|2/CV", "Cơ quan | khác", "Số có gạch đứng", thads.DateOf(2018, 5, 2), d2.ID))
	must(err)

	// A verdict with a money case, transferred and done.
	v, err := w.VerdictOpen(ctx, "v1", thads.VerdictEvent{Record: on(2018, 2, 5), Kind: thads.VerdictRegistered, ToUnit: first, ToOfficer: officer, Particulars: &thads.VerdictParticulars{
		Number: thads.ParseDocumentNumber("03/2017/HC-ST"), Date: thads.DateOf(2017, 12, 1), Court: "TAND tỉnh", ReceivedOn: thads.DateOf(2018, 1, 3),
		Creditors: []thads.VerdictCreditor{{Kind: thads.Person, Name: "Lê Thị Thắng", Address: "Phường Thử"}},
		Debtors:   []thads.DebtorAgency{{Name: "UBND huyện Thử", Superior: "UBND tỉnh"}, {Name: "UBND xã Thử"}},
		Operative: "Hủy quyết định", Category: thads.VerdictAnnulsDecision, Tracked: true, MoneyCases: []thads.CaseID{c.ID},
	}})
	must(err)
	_, err = w.VerdictRecord(ctx, app.Change{ID: string(v.ID), Version: 1}, thads.VerdictEvent{Record: on(2018, 3, 5), Kind: thads.VerdictNoticeIssued, Decision: decision("4/TB-CTHADS", thads.DateOf(2018, 3, 5))})
	must(err)
	_, err = w.VerdictRecord(ctx, app.Change{ID: string(v.ID), Version: 2}, thads.VerdictEvent{Record: on(2018, 6, 5), Kind: thads.VerdictTransferred, ToUnit: second})
	must(err)
	_, err = w.VerdictRecord(ctx, app.Change{ID: string(v.ID), Version: 3}, thads.VerdictEvent{Record: on(2018, 7, 5), Kind: thads.VerdictCompleted, Result: "Đã ban hành quyết định mới"})
	must(err)
	_, err = w.VerdictOpen(ctx, "v2", thads.VerdictEvent{Record: on(2018, 8, 6), Kind: thads.VerdictRegistered, ToUnit: second, Particulars: &thads.VerdictParticulars{
		Number: thads.ParseDocumentNumber("11/2018/HC-PT"), Date: thads.DateOf(2018, 6, 1), Court: "TAND cấp cao", ReceivedOn: thads.DateOf(2018, 7, 3),
		Creditors: []thads.VerdictCreditor{{Kind: thads.Organisation, Name: "Công ty Thử"}}, Debtors: []thads.DebtorAgency{{Name: "UBND tỉnh"}},
		Operative: "Bác yêu cầu", Category: thads.VerdictRejectsClaim,
	}})
	must(err)

	// A conference, a task that it concluded and that its corrected conclusion names.
	cf, err := w.ConferenceOpen(ctx, "f1", thads.ConferenceEvent{Record: on(2019, 1, 15), Kind: thads.ConferenceRecorded, Particulars: &thads.ConferenceParticulars{
		Kind: thads.ConferenceYearEnd, Title: "Hội nghị tổng kết", StatYear: 2018, Session: thads.SessionMorning, Unit: province, Organiser: "Cục THADS tỉnh",
		Attendees: []thads.Attendee{{Name: "Ông A", Titles: []string{"Cục trưởng"}, Role: thads.AttendeeChair}, {Organisation: "Sở Tư pháp", Role: thads.AttendeeDelegate}},
		Agenda:    []string{"Báo cáo", "Thảo luận; kết luận"}, Documents: []thads.ConferenceDocument{{Directive: d1.ID}, {Number: thads.ParseDocumentNumber("1/BC-CTHADS"), Title: "Báo cáo"}},
		Causes: []thads.Cause{{Kind: thads.CauseObjective, Text: "Án khó"}}, Opinions: []thads.Opinion{{Text: strings.Repeat("Ý kiến dài. ", 1100)}, {Speaker: "Bà B", Text: strings.Repeat("Rất dài. ", 1300)}},
	}})
	must(err)
	_, err = w.ConferenceRecord(ctx, app.Change{ID: string(cf.ID), Version: 1}, thads.ConferenceEvent{Record: on(2019, 1, 15), Kind: thads.ConferenceFiguresReported, Figures: []thads.ReportedFigure{
		{Metric: thads.MetricCaseRate, Value: thads.Quantity{Unit: thads.UnitPercent, Value: 7812}, Operator: thads.AtLeast, StatYear: 2018, Quote: "đạt trên 78,12%"},
		{Metric: thads.MetricMoneyDone, Value: thads.Quantity{Unit: thads.UnitDong, Value: 970_327_000_000}, StatYear: 2018},
	}})
	must(err)
	concluded := thads.ConferenceEvent{Record: on(2019, 1, 15), Kind: thads.ConferenceConclusion, Conclusion: &thads.Conclusion{By: "Ông A", Number: thads.ParseDocumentNumber("2/TB-CTHADS"), Items: []thads.ConclusionItem{{Content: "Thi hành án tín dụng", Leads: []thads.Body{{Unit: first}}}, {Content: "Kiểm tra"}}}}
	_, err = w.ConferenceRecord(ctx, app.Change{ID: string(cf.ID), Version: 2}, concluded)
	must(err)
	progress := 0
	task, err := w.TaskOpen(ctx, "t1", thads.TaskEvent{Record: on(2019, 1, 20), Kind: thads.TaskSet, Particulars: &thads.TaskParticulars{
		Title: "Thi hành án tín dụng", Content: "Nhiều dòng\nở đây", Directive: d2.ID, Conference: cf.ID, Item: "T1", Lead: thads.Body{Unit: first},
		Coordinating: []thads.Body{{Unit: second}, {Name: "Ngân hàng Nhà nước"}}, DueOn: thads.DateOf(2019, 6, 30), Deliverable: "Báo cáo",
	}})
	must(err)
	_, err = w.TaskRecord(ctx, app.Change{ID: string(task.ID), Version: 1}, thads.TaskEvent{Record: on(2019, 2, 20), Kind: thads.TaskReported, Text: "Chưa bắt đầu", Progress: &progress, Evidence: []thads.Evidence{{Text: "Biên bản", Link: "https://example.vn/1"}}})
	must(err)
	_, err = w.TaskRecord(ctx, app.Change{ID: string(task.ID), Version: 2}, thads.TaskEvent{Record: on(2019, 3, 20), Kind: thads.TaskDueMoved, Standing: true, Note: "Thành thường xuyên"})
	must(err)
	_, err = w.TaskOpen(ctx, "t2", thads.TaskEvent{Record: on(2019, 1, 22), Kind: thads.TaskSet, Particulars: &thads.TaskParticulars{Title: "Của cơ quan khác", Lead: thads.Body{Name: "Công an tỉnh"}, DueOn: thads.DateOf(2019, 7, 31)}})
	must(err)
	concluded.Supersedes, concluded.Reason = 3, "Gắn nhiệm vụ"
	concluded.Conclusion.Items[0].ID, concluded.Conclusion.Items[0].Task = "T1", task.ID
	_, err = w.ConferenceRecord(ctx, app.Change{ID: string(cf.ID), Version: 3}, concluded)
	must(err)

	// Directed cases.
	dc, err := w.DirectedCaseOpen(ctx, "x1", thads.DirectedCaseEvent{Record: on(2019, 2, 1), Kind: thads.DirectedListed, ToUnit: first, Particulars: &thads.DirectedCaseParticulars{
		Case: c.ID, Title: "Vụ Nguyễn Văn Nợ", DirectingBody: "Thường trực Tỉnh ủy", Directive: d3.ID, Order: "Tập trung giải quyết",
	}})
	must(err)
	_, err = w.DirectedCaseRecord(ctx, app.Change{ID: string(dc.ID), Version: 1}, thads.DirectedCaseEvent{Record: on(2019, 3, 1), Kind: thads.DirectedObstacle, Text: "Không xác định được ranh giới"})
	must(err)
	_, err = w.DirectedCaseOpen(ctx, "x2", thads.DirectedCaseEvent{Record: on(2019, 4, 1), Kind: thads.DirectedListed, ToUnit: second, Particulars: &thads.DirectedCaseParticulars{Description: "Ngoài sổ", Title: "Vụ khác", DirectingBody: "UBND tỉnh"}})
	must(err)

	// Targets.
	target := func(key string, d thads.Date, p thads.TargetParticulars) thads.TargetID {
		tg, err := w.TargetOpen(ctx, key, thads.TargetEvent{Record: thads.Record{EffectiveOn: d}, Kind: thads.TargetSet, Particulars: &p})
		must(err)
		return tg.ID
	}
	old := target("g1", thads.DateOf(2018, 10, 20), thads.TargetParticulars{Issuer: thads.IssuerProvince, Basis: "Kế hoạch năm", StatYear: 2019, Metric: thads.MetricCaseRate, Value: thads.Quantity{Unit: thads.UnitPercent, Value: 8150}, Reach: thads.ReachUnit, Unit: first})
	_, err = w.TargetRecord(ctx, app.Change{ID: string(old), Version: 1}, thads.TargetEvent{Record: on(2019, 3, 3), Kind: thads.TargetWithdrawn, Note: "Điều chỉnh"})
	must(err)
	target("g2", thads.DateOf(2019, 10, 20), thads.TargetParticulars{Issuer: thads.IssuerProvince, Document: thads.ParseDocumentNumber("3/QĐ-CTHADS"), Directive: d1.ID, StatYear: 2020, Metric: thads.MetricMoneyDone, Operator: thads.About, Value: thads.Quantity{Unit: thads.UnitDong, Value: 1_234_567_890_123}, Reach: thads.ReachOfficer, Officer: officer})
}

// orderOfImport is an order in which every kind follows what its records name.
func orderOfImport() []sheet.Kind {
	var out []sheet.Kind
	for _, k := range sheet.RecordKinds() {
		out = append(out, k.Value)
	}
	return out
}

func exported(ctx context.Context, t *testing.T, w *world, k sheet.Kind, f sheet.Format, events bool) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.ExportRecords(ctx, &b, k, app.RecordExportOptions{Format: f, Events: events}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A broughtIn is a file of records that was checked and, where nothing was wrong
// with it and something was new, accepted.
type broughtIn struct {
	*app.Import
	problems []sheet.Problem
}

func (b *broughtIn) lines() string {
	var out []string
	for _, p := range b.problems {
		out = append(out, string(p.Severity)+" "+p.String())
	}
	return strings.Join(out, "\n")
}

// count counts the problems of a severity.
func (b *broughtIn) count(s sheet.Severity) (n int) {
	for _, p := range b.problems {
		if p.Severity == s {
			n++
		}
	}
	return n
}

var keysOfFiles atomic.Int64

// bringIn leads a file of records through its life.
func (w *world) bringIn(ctx context.Context, t *testing.T, data []byte) *broughtIn {
	t.Helper()
	im := w.work(ctx, t, w.start(ctx, t, fmt.Sprintf("records-%d", keysOfFiles.Add(1)), data).ID)
	first := 200
	page, err := w.ImportProblems(ctx, im.ID, nil, app.PageArgs{First: &first})
	if err != nil {
		t.Fatal(err)
	}
	out := &broughtIn{Import: im}
	for _, it := range page.Items {
		if it.Value.Severity == sheet.LeftOut && strings.HasPrefix(it.Value.Got, "Xuất bởi ") {
			continue // the line that says who exported a CSV file
		}
		out.problems = append(out.problems, *it.Value)
	}
	if im.State != app.ImportChecked {
		t.Fatalf("the import is %s: %s\n%s", im.State, im.Message.VI, out.lines())
	}
	if im.Errors == 0 && im.Creates > 0 {
		if _, err := w.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll); err != nil {
			t.Fatal(err)
		}
		if out.Import = w.work(ctx, t, im.ID); out.State != app.ImportAccepted || out.Refused > 0 || out.Created != out.Creates {
			t.Fatalf("accepted: %+v", out.Import)
		}
	}
	return out
}

// exportRecord matches the ids of records of exports, which are random.
var exportRecord = regexp.MustCompile(`ds_[0-9a-z]{26}`)

// partsOf are the parts of a workbook, without the record of its export.
func partsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = exportRecord.ReplaceAllString(string(part), "ds_")
	}
	return out
}

// What is exported from one store and imported into an empty one is exported from
// there as the same but for its record, and changes nothing where it is already.
func TestRecordsIntoAnotherStore(t *testing.T) {
	for _, format := range []sheet.Format{sheet.XLSX, sheet.CSV} {
		t.Run(string(format), func(t *testing.T) {
			from, to := newWorld(t), newWorld(t)
			ctx := leader(t.Context())
			richRecords(t, from)
			for _, k := range orderOfImport() {
				in := to.bringIn(ctx, t, exported(ctx, t, from, k, format, true))
				// A lock, and a task whose conference comes later.
				if want := map[sheet.Kind]int{sheet.Units: 1, sheet.Tasks: 1}[k]; in.Errors > 0 || in.count(sheet.Warning) != want || len(in.problems) != want {
					t.Errorf("%s: %d errors, %d warnings, want %d:\n%s", k, in.Errors, in.Warnings, want, in.lines())
				}
				if in.Created == 0 || in.Created != in.Cases {
					t.Fatalf("%s: %+v", k, in.Import)
				}
				if k == sheet.Officers {
					// The case, which others name.
					unit, _ := to.UnitByCode(ctx, "TH-01")
					officer, _ := to.OfficerByCode(ctx, "CHV01")
					if _, err := to.CaseOpen(ctx, "c1", decided(unit.ID, officer.ID, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil); err != nil {
						t.Fatal(err)
					}
				}
			}
			for _, k := range orderOfImport() {
				want, got := exported(ctx, t, from, k, format, true), exported(ctx, t, to, k, format, true)
				if format == sheet.CSV {
					if d := cmp.Diff(exportRecord.ReplaceAllString(string(want), "ds_"), exportRecord.ReplaceAllString(string(got), "ds_")); d != "" {
						t.Errorf("%s (-from +to):\n%s", k, d)
					}
				} else if k != sheet.Units { // the list of units also has one that was voided
					if d := cmp.Diff(partsOf(t, want), partsOf(t, got)); d != "" {
						t.Errorf("%s (-from +to):\n%s", k, d)
					}
				}
				for _, w := range []*world{from, to} {
					before := w.records(t)
					if in := w.bringIn(ctx, t, want); in.Existing == 0 || in.Existing != in.Cases || len(in.problems) > 0 {
						t.Errorf("%s again: %+v\n%s", k, in.Import, in.lines())
					}
					if d := cmp.Diff(before, w.records(t)); d != "" {
						t.Errorf("%s again changes (-before +after):\n%s", k, d)
					}
				}
			}
		})
	}
}

// Every problem of a file is told by row and column, and nothing is written.
func TestRecordsRefused(t *testing.T) {
	w := newWorld(t)
	richRecords(t, w)
	ctx := leader(t.Context())
	second, _ := w.UnitByCode(ctx, "TH-02")
	lead := auth.Person("leader", "", auth.RoleLeader, "", "")
	head := auth.Person("head", "", auth.RoleUnitHead, second.ID, "")
	units := "Hồ sơ đơn vị;Ngày hiệu lực;Diễn biến;Mã đơn vị;Tên đơn vị;Cấp đơn vị;Đơn vị cấp trên;Khóa sổ đến hết ngày\n"
	tasks := "Hồ sơ nhiệm vụ;Ngày hiệu lực;Diễn biến;Nhiệm vụ;Đơn vị chủ trì;Thời hạn được giao;Hội nghị;Mục kết luận\n"
	directives := "Hồ sơ văn bản chỉ đạo;Ngày hiệu lực;Diễn biến;Loại văn bản;Số, ký hiệu;Ngày ban hành;Cơ quan ban hành;Độ mật;Trích yếu;Thực hiện văn bản\n"
	for _, tt := range []struct {
		name string
		as   auth.Principal
		file string
		want []string
	}{
		{
			"unknown parent, no such level, no name", lead, units +
				"A;01/01/2012;Thành lập đơn vị;TH-09;;Cấp xã;TH;\n" +
				"B;01/01/2012;Thành lập đơn vị;TH-08;Chi cục;Chi cục THADS cấp huyện;TH-77;\n",
			[]string{"F2 INVALID", "G3 UNKNOWN_REFERENCE"},
		},
		{
			"a branch under a branch", lead, units +
				"A;01/01/2012;Thành lập đơn vị;TH-09;Chi cục chín;Chi cục THADS cấp huyện;TH-10;\n" +
				"B;01/01/2012;Thành lập đơn vị;TH-10;Chi cục mười;Chi cục THADS cấp huyện;TH;\n",
			[]string{"G2 INVALID"},
		},
		{
			"the same code twice, and one that another unit has", lead, units +
				"A;01/01/2012;Thành lập đơn vị;TH-09;Chi cục chín;Chi cục THADS cấp huyện;TH;\n" +
				"B;01/01/2012;Thành lập đơn vị;th-09;Chi cục mười;Chi cục THADS cấp huyện;TH;\n" +
				"C;01/01/2012;Thành lập đơn vị;TH-01;Chi cục mới;Chi cục THADS cấp huyện;TH;\n",
			[]string{"D3 DUPLICATE", "D4 DUPLICATE"},
		},
		{
			"a history that cannot be", lead, units +
				"A;01/01/2012;Thành lập đơn vị;TH-09;Chi cục chín;Chi cục THADS cấp huyện;TH;\n" +
				"A;01/01/2011;Giải thể, sáp nhập đơn vị;;;;;\n",
			[]string{"B3 TRANSITION_REFUSED"},
		},
		{
			"rows of a record apart, a row of nothing", lead, tasks +
				"A;01/02/2019;Giao nhiệm vụ;Một;TH-01;01/03/2019;;\n" +
				"B;01/02/2019;Giao nhiệm vụ;Hai;TH-01;01/03/2019;;\n" +
				";;;Cộng;;;;\n" +
				"A;01/02/2019;Giao nhiệm vụ;Ba;TH-01;01/03/2019;;\n",
			[]string{" 4 INVALID LEFT_OUT", "A5 DUPLICATE"},
		},
		{
			"a unit that was closed by then, a conference without such an item", lead, tasks +
				"A;01/02/2019;Giao nhiệm vụ;Một;TH-03;01/03/2019;;\n" +
				"B;01/02/2019;Giao nhiệm vụ;Hai;TH-01;01/03/2019;%CONFERENCE%;T9\n" +
				"C;01/02/2019;Giao nhiệm vụ;Ba;TH-01;01/03/2019;cf_không có;\n",
			[]string{"E2 UNKNOWN_REFERENCE", "H3 UNKNOWN_REFERENCE", "G4 UNKNOWN_REFERENCE"},
		},
		{"another unit's", head, tasks + "A;01/02/2019;Giao nhiệm vụ;Một;TH-01;01/03/2019;;\n", []string{" 2 FORBIDDEN"}},
		{"units by a head", head, units + "A;01/01/2012;Thành lập đơn vị;TH-09;Chi cục chín;Chi cục THADS cấp huyện;TH;\n", []string{"C2 FORBIDDEN"}},
		{"a secret", lead, directives + "A;01/02/2019;Ban hành văn bản chỉ đạo;Kế hoạch;1/KH;01/02/2019;UBND;Mật;Điều bí mật;\n", []string{"H2 CLASSIFIED_REFUSED"}},
		{
			"carrying out what is not there, a number that is taken", lead, directives +
				"A;01/02/2019;Ban hành văn bản chỉ đạo;Kế hoạch;1/KH;01/02/2019;UBND;;Một;9/KH | 2019 | UBND\n" +
				"B;01/02/2018;Ban hành văn bản chỉ đạo;Kế hoạch;5/KH-UBND;01/02/2018;ubnd  TỈNH;;Khác;\n",
			[]string{"J2 UNKNOWN_REFERENCE", "E3 DUPLICATE"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := auth.NewContext(t.Context(), tt.as)
			page, err := w.Conferences(ctx, nil, app.Order[app.ConferenceOrderField]{By: app.ConferencesByDay}, app.PageArgs{})
			if err != nil {
				t.Fatal(err)
			}
			file := strings.ReplaceAll(tt.file, "%CONFERENCE%", string(page.Items[0].Value.ID))
			before := w.records(t)
			in := w.bringIn(ctx, t, []byte(file))
			var got []string
			for _, p := range in.problems {
				s := fmt.Sprintf("%s%d %s", p.Letter(), p.Row, p.Code)
				if p.Column == 0 {
					s = " " + s
				}
				if p.Severity == sheet.LeftOut {
					s += " LEFT_OUT"
				}
				got = append(got, s)
				if p.Code == thads.CodeClassified && p.Got != "" {
					t.Errorf("of a secret is told %q", p.Got)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, in.lines())
			}
			if in.Bad == 0 {
				t.Errorf("nothing is bad: %+v", in.Import)
			}
			if d := cmp.Diff(before, w.records(t)); d != "" {
				t.Errorf("something was written (-before +after):\n%s", d)
			}
		})
	}
}

// What an import made is voided again, newest first, unless somebody has gone on
// with it; afterwards the same file makes it anew at once.
func TestRecordsTakenBack(t *testing.T) {
	from, to := newWorld(t), newWorld(t)
	ctx := leader(t.Context())
	richRecords(t, from)
	in, file := map[sheet.Kind]*broughtIn{}, map[sheet.Kind][]byte{}
	for _, k := range []sheet.Kind{sheet.Units, sheet.Officers, sheet.Directives} {
		file[k] = exported(ctx, t, from, k, sheet.CSV, true)
		in[k] = to.bringIn(ctx, t, file[k])
	}
	d, err := to.DirectiveByNumber(ctx, "Ban Thường vụ Tỉnh ủy", "16-CT/TU", 2018)
	if err != nil || d == nil {
		t.Fatalf("%v, %v", d, err)
	}
	if _, err := to.DirectiveRecord(ctx, app.Change{ID: string(d.ID), Version: 1}, thads.DirectiveEvent{Record: thads.Record{EffectiveOn: thads.DateOf(2019, 5, 1)}, Kind: thads.DirectiveNoted, Note: "Đã sơ kết"}); err != nil {
		t.Fatal(err)
	}
	im := to.undone(ctx, t, in[sheet.Directives].Import, "Nhập nhầm")
	if im.Undone != 2 || im.NotUndone != 1 {
		t.Fatalf("directives: %+v", im)
	}
	j, err := to.Job(ctx, im.Job)
	if err != nil || len(j.Problems) != 1 || !strings.Contains(j.Problems[0], "16-CT/TU") {
		t.Errorf("the job tells %+v, %v", j, err)
	}
	again := to.bringIn(ctx, t, file[sheet.Directives])
	if again.Created != 2 || again.Existing != 1 {
		t.Fatalf("directives again: %+v\n%s", again.Import, again.lines())
	}
	// A unit that has locked its books stays, and so does the one above it.
	if im := to.undone(ctx, t, in[sheet.Units].Import, "Nhập nhầm"); im.Undone != 2 || im.NotUndone != 2 {
		t.Fatalf("units: %+v", im)
	}
	if im := to.undone(ctx, t, in[sheet.Officers].Import, "Nhập nhầm"); im.Undone != 2 || im.NotUndone != 0 {
		t.Fatalf("officers: %+v", im)
	}
	officers, err := to.Officers(ctx, nil, app.Order[app.OfficerOrderField]{By: app.OfficersByCode}, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range officers.Items {
		if !it.Value.IsVoided() {
			t.Errorf("officer %s is %s", it.Value.Code, it.Value.State)
		}
	}
}

// Good records are accepted without the others, whose rows are handed back.
func TestRecordsGoodRows(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	file := "Hồ sơ nhiệm vụ;Ngày hiệu lực;Diễn biến;Nhiệm vụ;Đơn vị chủ trì;Thời hạn được giao;Kết quả thực hiện\n" +
		"A;01/02/2019;Giao nhiệm vụ;Một;TH-01;01/03/2019;\n" +
		"A;15/02/2019;Hoàn thành nhiệm vụ;;;;Đã xong\n" +
		"B;01/02/2019;Giao nhiệm vụ;Hai;TH-77;01/03/2019;\n" +
		"B;15/02/2019;Báo cáo tiến độ;;;;Đang làm\n" +
		"C;01/02/2019;Giao nhiệm vụ;Ba;TH-02;01/03/2019;\n"
	in := w.bringIn(ctx, t, []byte(file))
	if in.Creates != 2 || in.Bad != 1 {
		t.Fatalf("%+v\n%s", in.Import, in.lines())
	}
	if im := w.accepted(ctx, t, in.Import, app.AcceptGoodRows); im.Created != 2 {
		t.Fatalf("%+v", im)
	}
	var b bytes.Buffer
	if err := w.ImportProblemFile(ctx, in.ID, &b); err != nil {
		t.Fatal(err)
	}
	back := w.checked(ctx, t, "back", b.Bytes())
	if back.Reading.Records == nil || back.Rows != 2 || back.Bad != 1 {
		t.Errorf("what is handed back: %+v", back)
	}
	if got := w.entries(ctx, t, in.ID); !cmp.Equal(got, []string{"2 CREATE", "4 BAD", "6 CREATE"}) {
		t.Errorf("entries %q", got)
	}
}

// Lists are for those who may read, and reach as far as these see.
func TestRecordsExportedWithinScope(t *testing.T) {
	w := newWorld(t)
	richRecords(t, w)
	second, _ := w.UnitByCode(leader(t.Context()), "TH-02")
	reader := auth.NewContext(t.Context(), auth.Person("reader", "", auth.RoleUnitHead, second.ID, ""))
	list := string(exported(reader, t, w, sheet.DirectedCases, sheet.CSV, false))
	if strings.Contains(list, "Vụ Nguyễn Văn Nợ") || !strings.Contains(list, "Vụ khác") {
		t.Errorf("a reader of another unit gets\n%s", list)
	}
	if err := w.ExportRecords(t.Context(), &bytes.Buffer{}, sheet.Units, app.RecordExportOptions{Format: sheet.CSV}); code(err) != thads.CodeForbidden {
		t.Errorf("anybody exports: %v", err)
	}
	if err := w.ExportRecords(reader, &bytes.Buffer{}, sheet.Cases, app.RecordExportOptions{Format: sheet.CSV}); code(err) != thads.CodeUnknown {
		t.Errorf("cases are no such register: %v", err)
	}
	text := "Nga Sơn"
	var b bytes.Buffer
	if err := w.ExportRecords(reader, &b, sheet.Units, app.RecordExportOptions{Format: sheet.CSV, Filter: &app.UnitFilter{Text: &text}}); err != nil || strings.Count(b.String(), "\n") != 3 || !strings.Contains(b.String(), "'=NS") || !strings.Contains(b.String(), "\nXuất bởi reader lúc ") {
		t.Errorf("units by text: %v\n%s", err, b.String())
	}
	if err := w.ExportRecords(reader, &b, sheet.Units, app.RecordExportOptions{Format: sheet.CSV, Filter: &app.TaskFilter{}}); code(err) != thads.CodeInvalid {
		t.Errorf("a filter of tasks for units: %v", err)
	}
	if err := w.ExportRecords(reader, &b, sheet.Units, app.RecordExportOptions{Format: sheet.CSV, By: "NOTHING"}); code(err) != thads.CodeInvalid {
		t.Errorf("an order that is none: %v", err)
	}
}

// A countingStore carries out so many writes and nothing after that.
type countingStore struct {
	store.Store
	left int
	died context.CancelFunc
}

// write tells whether one more write is carried out.
func (s *countingStore) write() bool {
	if s.left--; s.left < 0 {
		s.died()
	}
	return s.left >= 0
}

func (s *countingStore) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	if !s.write() {
		return errDead
	}
	return s.Store.Insert(ctx, c, d)
}

func (s *countingStore) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	if !s.write() {
		return errDead
	}
	return s.Store.Replace(ctx, c, d)
}

func (s *countingStore) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	if !s.write() {
		// As if the process had died in the middle of it.
		taken, err := s.Store.BulkInsert(ctx, c, docs[:len(docs)/2])
		return taken, errors.Join(err, errDead)
	}
	return s.Store.BulkInsert(ctx, c, docs)
}

func (s *countingStore) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) ([]int, error) {
	if !s.write() {
		return nil, errDead
	}
	return s.Store.BulkDelete(ctx, c, docs)
}

// Stopped behind every write, an acceptance of records and its undoing end as if
// nothing had happened once they are resumed.
func TestRecordsResume(t *testing.T) {
	ctx := leader(t.Context())
	from := newWorld(t)
	richRecords(t, from)
	units, directives := exported(ctx, t, from, sheet.Units, sheet.CSV, true), exported(ctx, t, from, sheet.Directives, sheet.CSV, true)
	wantAccepted, wantUndone, _ := resumed(t, units, directives, -1)
	step := 1
	if raced { // which makes SQLite slow
		step = 5
	}
	for left := 0; ; left += step {
		accepted, undone, again := resumed(t, units, directives, left)
		if d := cmp.Diff(wantAccepted, accepted); d != "" {
			t.Fatalf("accepted, stopped behind %d writes (-undisturbed +resumed):\n%s", left, d)
		}
		if d := cmp.Diff(wantUndone, undone); d != "" {
			t.Fatalf("undone, stopped behind %d writes (-undisturbed +resumed):\n%s", left, d)
		}
		if !again {
			if left < 6 {
				t.Fatalf("there were %d writes only", left)
			}
			return
		}
	}
}

// resumed brings directives into a new world and takes them back, stopped behind
// so many writes each time and then resumed; never where left is below 0. It
// returns what the ledger held after each, and whether anything was stopped.
func resumed(t *testing.T, units, directives []byte, left int) (accepted, undone map[string]string, again bool) {
	t.Helper()
	ctx := leader(t.Context())
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	w.bringIn(ctx, t, units)
	im := w.checked(ctx, t, "directives", directives)
	if _, err := w.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll); err != nil {
		t.Fatal(err)
	}
	again = w.stopped(t, keys, left)
	if im = w.work(ctx, t, im.ID); im.State != app.ImportAccepted || im.Created != 3 || im.Refused != 0 {
		t.Fatalf("behind %d writes: %+v", left, im)
	}
	accepted = w.records(t)
	if _, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, "Nhập nhầm"); err != nil {
		t.Fatal(err)
	}
	again = w.stopped(t, keys, left) || again
	if im = w.work(ctx, t, im.ID); im.State != app.ImportUndone || im.Undone != 3 || im.NotUndone != 0 {
		t.Fatalf("undone behind %d writes: %+v", left, im)
	}
	return accepted, w.records(t), again
}

// stopped carries out what is journalled over a store that fails behind so many
// writes, and tells whether it did.
func (w *world) stopped(t *testing.T, keys string, left int) bool {
	t.Helper()
	if left < 0 {
		return false
	}
	whole := w.store
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.use(t, &countingStore{Store: whole, left: left, died: cancel}, keys)
	if err := w.ResumeJobs(ctx); ctx.Err() == nil && err != nil {
		t.Fatal(err)
	}
	w.use(t, whole, keys)
	return ctx.Err() != nil
}
