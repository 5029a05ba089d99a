package thads

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func conferenceEvent(kind ConferenceEventKind, on Date) ConferenceEvent {
	e := ConferenceEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	switch kind {
	case ConferenceRecorded:
		e.Particulars = &ConferenceParticulars{
			Kind: ConferenceDeployment, Title: "Hội nghị  triển khai", StatYear: 2019, Session: SessionAfternoon, Place: "Hội trường",
			Unit: unitA, Organiser: "Cục THADS tỉnh", Chair: "Lê Văn Mẫu", Agenda: []string{"Kết quả", " ", "Thảo luận"},
			Attendees: []Attendee{
				{Name: "Lê Văn Mẫu", Titles: []string{"Cục trưởng", ""}, Role: AttendeeChair},
				{Organisation: "Đại diện các sở, ngành"},
			},
			Documents: []ConferenceDocument{{Directive: "dr_1"}, {Number: ParseDocumentNumber("204/KH-UBND")}, {Title: "Báo cáo tổng kết"}},
			Causes:    []Cause{{Kind: CauseObjective, Text: "Án phức tạp"}, {Kind: CauseSubjective, Text: "Chưa quyết liệt"}},
			Opinions:  []Opinion{{Speaker: "Trần Thị Thử", Text: "Cần phối hợp"}, {Text: "Nhất trí"}},
			Source:    "Biên bản",
		}
	case ConferenceFiguresReported:
		e.Figures = []ReportedFigure{
			{Metric: MetricCasesDone, Value: Quantity{UnitCases, 13140}, StatYear: 2019, AsOf: 20180930, Quote: "giải quyết 13.140 việc"},
			{Metric: MetricOther, Label: "Năm có kết quả tốt nhất", Value: Quantity{UnitNone, 2010}, StatYear: 2019, Operator: MoreThan},
		}
	case ConferenceConclusion:
		e.Conclusion = &Conclusion{By: "Lê Thị Mẫu", Text: "Thống nhất", Items: []ConclusionItem{
			{Content: "Rà soát án", Leads: []Body{{Unit: unitA}}}, {Content: "Phối hợp", Leads: []Body{{Name: "Ban Chỉ đạo"}}, Task: "tk_1"},
		}}
	case ConferenceNoted:
		e.Note = "Có báo đăng"
	case ConferenceEventVoided:
	}
	return e
}

var conferenceLife = aLife[Conference, ConferenceEvent, ConferenceEventKind, ConferenceState, *Conference, *ConferenceEvent]{
	noun: &conferences,
	fold: func(events []ConferenceEvent) (*Conference, error) { return FoldConference("", events) },
	ev:   conferenceEvent,
	paths: map[ConferenceState][]ConferenceEventKind{
		ConferenceHeld:      {ConferenceRecorded},
		ConferenceConcluded: {ConferenceRecorded, ConferenceConclusion},
	},
	steps: map[ConferenceEventKind]map[ConferenceState]ConferenceState{
		ConferenceRecorded:        {"": ConferenceHeld},
		ConferenceFiguresReported: {ConferenceHeld: ConferenceHeld, ConferenceConcluded: ConferenceConcluded},
		ConferenceConclusion:      {ConferenceHeld: ConferenceConcluded},
		ConferenceNoted:           {ConferenceHeld: ConferenceHeld, ConferenceConcluded: ConferenceConcluded},
	},
}

func TestConference(t *testing.T) { conferenceLife.test(t) }

func TestConferenceLife(t *testing.T) {
	l := &conferenceLife
	c := l.build(t, ConferenceRecorded, ConferenceFiguresReported, ConferenceConclusion)
	l.sound(t, c)
	p := &c.Particulars
	if c.HeldOn != 20190201 || p.Title != "Hội nghị triển khai" || len(p.Agenda) != 2 || p.Attendees[1].Role != AttendeeDelegate || len(p.Attendees[0].Titles) != 1 {
		t.Errorf("%+v", p)
	}
	if f, ok := c.Figure("F1"); !ok || f.Operator != Equal || f.Value != (Quantity{UnitCases, 13140}) {
		t.Errorf("F1: %+v", f)
	}
	if it, ok := c.Item("T2"); !ok || it.Task != "tk_1" || c.ConcludedOn != 20190203 {
		t.Errorf("T2: %+v", it)
	}
	if _, ok := c.Item("T3"); ok {
		t.Error("there is no T3")
	}
	// More figures continue the numbers, and a correction keeps them.
	more := l.must(t, c, conferenceEvent(ConferenceFiguresReported, 20190210))
	if len(more.Figures) != 4 || more.Figures[2].ID != "F3" || more.Figures[3].ID != "F4" {
		t.Errorf("figures %+v", more.Figures)
	}
	fixed := l.must(t, more, l.amend(conferenceEvent(ConferenceFiguresReported, 20190202), 2, 0))
	if len(fixed.Figures) != 4 || fixed.Figures[0].ID != "F1" || fixed.Figures[1].ID != "F2" {
		t.Errorf("corrected figures %+v", fixed.Figures)
	}
	l.sound(t, fixed)
	taken := conferenceEvent(ConferenceFiguresReported, 20190211)
	taken.Figures[1].ID = "F2"
	l.refused(t, more, taken, CodeDuplicate, "figures.1.id")
	twice := conferenceEvent(ConferenceFiguresReported, 20190211)
	twice.Figures[0].ID, twice.Figures[1].ID = "X", "X"
	l.refused(t, more, twice, CodeDuplicate, "figures.1.id")
	if undone := l.must(t, more, l.voiding(2)); len(undone.Figures) != 2 || undone.Figures[0].ID != "F3" {
		t.Errorf("after voiding the first figures: %+v", undone.Figures)
	}
	if open := l.must(t, more, l.voiding(3)); open.Conclusion != nil || open.State != ConferenceHeld {
		t.Errorf("without its conclusion: %+v", open)
	}
	if _, ok := (&Conference{}).Item("T1"); ok {
		t.Error("no conclusion has no item")
	}
}

func TestBadConferences(t *testing.T) {
	l := &conferenceLife
	recorded := func(change func(*ConferenceParticulars)) ConferenceEvent {
		e := conferenceEvent(ConferenceRecorded, 20190201)
		change(e.Particulars)
		return e
	}
	figure := func(change func(*ReportedFigure)) ConferenceEvent {
		e := conferenceEvent(ConferenceFiguresReported, 20190301)
		change(&e.Figures[0])
		return e
	}
	concluded := func(change func(*Conclusion)) ConferenceEvent {
		e := conferenceEvent(ConferenceConclusion, 20190301)
		change(e.Conclusion)
		return e
	}
	for name, c := range map[string]struct {
		e     ConferenceEvent
		code  Code
		field string
	}{
		"kind":           {recorded(func(p *ConferenceParticulars) { p.Kind = "PARTY" }), CodeInvalid, "particulars.kind"},
		"title":          {recorded(func(p *ConferenceParticulars) { p.Title = "" }), CodeRequired, "particulars.title"},
		"year":           {recorded(func(p *ConferenceParticulars) { p.StatYear = 0 }), CodeOutOfRange, "particulars.statYear"},
		"session":        {recorded(func(p *ConferenceParticulars) { p.Session = "NIGHT" }), CodeInvalid, "particulars.session"},
		"organiser":      {recorded(func(p *ConferenceParticulars) { p.Organiser = "" }), CodeRequired, "particulars.organiser"},
		"place":          {recorded(func(p *ConferenceParticulars) { p.Place = longText }), CodeOutOfRange, "particulars.place"},
		"nobody":         {recorded(func(p *ConferenceParticulars) { p.Attendees[1] = Attendee{} }), CodeRequired, "particulars.attendees.1.name"},
		"role":           {recorded(func(p *ConferenceParticulars) { p.Attendees[0].Role = "GUARD" }), CodeInvalid, "particulars.attendees.0.role"},
		"too many":       {recorded(func(p *ConferenceParticulars) { p.Attendees = make([]Attendee, MaxList+1) }), CodeLimit, "particulars.attendees"},
		"agenda":         {recorded(func(p *ConferenceParticulars) { p.Agenda[0] = strings.Repeat("x", MaxText+1) }), CodeOutOfRange, "particulars.agenda.0"},
		"no document":    {recorded(func(p *ConferenceParticulars) { p.Documents[1] = ConferenceDocument{} }), CodeRequired, "particulars.documents.1.title"},
		"cause's kind":   {recorded(func(p *ConferenceParticulars) { p.Causes[0].Kind = "FATE" }), CodeInvalid, "particulars.causes.0.kind"},
		"no cause":       {recorded(func(p *ConferenceParticulars) { p.Causes[1].Text = " " }), CodeRequired, "particulars.causes.1.text"},
		"no opinion":     {recorded(func(p *ConferenceParticulars) { p.Opinions[0].Text = "" }), CodeRequired, "particulars.opinions.0.text"},
		"no metric":      {figure(func(f *ReportedFigure) { f.Metric = "" }), CodeRequired, "figures.0.metric"},
		"metric":         {figure(func(f *ReportedFigure) { f.Metric = "LUCK" }), CodeInvalid, "figures.0.metric"},
		"label":          {figure(func(f *ReportedFigure) { f.Metric = MetricOther }), CodeRequired, "figures.0.label"},
		"unit":           {figure(func(f *ReportedFigure) { f.Value.Unit = UnitDong }), CodeInvalid, "figures.0.value.unit"},
		"no unit":        {figure(func(f *ReportedFigure) { f.Value.Unit = "" }), CodeRequired, "figures.0.value.unit"},
		"no such unit":   {figure(func(f *ReportedFigure) { f.Value.Unit = "KG" }), CodeInvalid, "figures.0.value.unit"},
		"value":          {figure(func(f *ReportedFigure) { f.Value.Value = int64(MaxDong) + 1 }), CodeOutOfRange, "figures.0.value.value"},
		"operator":       {figure(func(f *ReportedFigure) { f.Operator = "ROUGHLY" }), CodeInvalid, "figures.0.operator"},
		"figure's year":  {figure(func(f *ReportedFigure) { f.StatYear = 19 }), CodeOutOfRange, "figures.0.statYear"},
		"as of":          {figure(func(f *ReportedFigure) { f.AsOf = DateIn(clock).AddDays(1) }), CodeFutureDate, "figures.0.asOf"},
		"quote":          {figure(func(f *ReportedFigure) { f.Quote = strings.Repeat("x", MaxText+1) }), CodeOutOfRange, "figures.0.quote"},
		"too many said":  {ConferenceEvent{Kind: ConferenceFiguresReported, Record: Record{EffectiveOn: 20190301}, Figures: make([]ReportedFigure, MaxList+1)}, CodeLimit, "figures"},
		"by nobody":      {concluded(func(c *Conclusion) { c.By = "" }), CodeRequired, "conclusion.by"},
		"of nothing":     {concluded(func(c *Conclusion) { c.Text, c.Items = "", nil }), CodeRequired, "conclusion.items"},
		"empty item":     {concluded(func(c *Conclusion) { c.Items[0].Content = "" }), CodeRequired, "conclusion.items.0.content"},
		"item twice":     {concluded(func(c *Conclusion) { c.Items[0].ID, c.Items[1].ID = "T1", "T1" }), CodeDuplicate, "conclusion.items.1.id"},
		"led by nobody":  {concluded(func(c *Conclusion) { c.Items[0].Leads[0] = Body{} }), CodeRequired, "conclusion.items.0.leads.0"},
		"notice before":  {concluded(func(c *Conclusion) { c.Date = 20190228 }), CodeOutOfRange, "conclusion.date"},
		"notice to come": {concluded(func(c *Conclusion) { c.Date = DateIn(clock).AddDays(1) }), CodeFutureDate, "conclusion.date"},
		"too much":       {concluded(func(c *Conclusion) { c.Items = make([]ConclusionItem, MaxList+1) }), CodeLimit, "conclusion.items"},
	} {
		t.Run(name, func(t *testing.T) {
			x := new(Conference)
			if c.e.Kind != ConferenceRecorded {
				x = l.build(t, ConferenceRecorded)
			}
			l.refused(t, x, c.e, c.code, c.field)
		})
	}
}

func TestAppendLeavesTheCallersEvent(t *testing.T) {
	for _, kind := range []ConferenceEventKind{ConferenceRecorded, ConferenceFiguresReported, ConferenceConclusion} {
		given, same := conferenceEvent(kind, 20190301), conferenceEvent(kind, 20190301)
		c := new(Conference)
		if kind != ConferenceRecorded {
			c = conferenceLife.build(t, ConferenceRecorded)
		}
		conferenceLife.must(t, c, given)
		if diff := cmp.Diff(same, given); diff != "" {
			t.Errorf("%s: the caller's event changed:\n%s", kind, diff)
		}
	}
}
