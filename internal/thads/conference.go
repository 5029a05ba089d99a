package thads

import (
	"slices"
	"time"
)

// ConferenceKind is the kind of a conference.
type ConferenceKind string

// The kinds of conferences.
const (
	ConferenceDeployment ConferenceKind = "DEPLOYMENT"
	ConferenceMidYear    ConferenceKind = "MID_YEAR_REVIEW"
	ConferenceYearEnd    ConferenceKind = "YEAR_END_REVIEW"
	ConferenceBriefing   ConferenceKind = "BRIEFING"
	ConferenceSteering   ConferenceKind = "STEERING_COMMITTEE"
	ConferenceThematic   ConferenceKind = "THEMATIC"
	ConferenceOther      ConferenceKind = "OTHER"
)

// ConferenceKinds are the kinds of conferences, with their names.
func ConferenceKinds() []Term[ConferenceKind] { return conferenceKinds }

var conferenceKinds = []Term[ConferenceKind]{
	{ConferenceDeployment, Text{"Triển khai nhiệm vụ", "Deployment of tasks"}},
	{ConferenceMidYear, Text{"Sơ kết 6 tháng", "Mid-year review"}},
	{ConferenceYearEnd, Text{"Tổng kết năm", "Year-end review"}},
	{ConferenceBriefing, Text{"Giao ban", "Briefing"}},
	{ConferenceSteering, Text{"Họp Ban Chỉ đạo thi hành án dân sự", "Meeting of the Steering Committee"}},
	{ConferenceThematic, Text{"Hội nghị chuyên đề", "Thematic conference"}},
	{ConferenceOther, Text{"Hội nghị khác", "Other conference"}},
}

// Name returns the kind's names.
func (k ConferenceKind) Name() Text { return termOf(conferenceKinds, k) }

// DaySession is the part of the day in which a conference was held.
type DaySession string

// The parts of the day.
const (
	SessionMorning   DaySession = "MORNING"
	SessionAfternoon DaySession = "AFTERNOON"
	SessionEvening   DaySession = "EVENING"
	SessionFullDay   DaySession = "FULL_DAY"
)

// DaySessions are the parts of the day, with their names.
func DaySessions() []Term[DaySession] { return daySessions }

var daySessions = []Term[DaySession]{
	{SessionMorning, Text{"Buổi sáng", "Morning"}},
	{SessionAfternoon, Text{"Buổi chiều", "Afternoon"}},
	{SessionEvening, Text{"Buổi tối", "Evening"}},
	{SessionFullDay, Text{"Cả ngày", "Full day"}},
}

// Name returns the session's names.
func (s DaySession) Name() Text { return termOf(daySessions, s) }

// AttendeeRole is what an attendee did at a conference.
type AttendeeRole string

// The roles of attendees.
const (
	AttendeeChair     AttendeeRole = "CHAIR"
	AttendeeConcluder AttendeeRole = "CONCLUDER"
	AttendeeReporter  AttendeeRole = "REPORTER"
	AttendeeSpeaker   AttendeeRole = "SPEAKER"
	AttendeeSecretary AttendeeRole = "SECRETARY"
	AttendeeDelegate  AttendeeRole = "DELEGATE"
)

// AttendeeRoles are the roles of attendees, with their names.
func AttendeeRoles() []Term[AttendeeRole] { return attendeeRoles }

var attendeeRoles = []Term[AttendeeRole]{
	{AttendeeChair, Text{"Chủ trì", "Chair"}},
	{AttendeeConcluder, Text{"Phát biểu kết luận", "Concludes"}},
	{AttendeeReporter, Text{"Trình bày báo cáo", "Reports"}},
	{AttendeeSpeaker, Text{"Phát biểu ý kiến", "Speaks"}},
	{AttendeeSecretary, Text{"Thư ký", "Secretary"}},
	{AttendeeDelegate, Text{"Đại biểu dự", "Delegate"}},
}

// Name returns the role's names.
func (r AttendeeRole) Name() Text { return termOf(attendeeRoles, r) }

// CauseKind tells whether a limitation lay outside the agency's hands.
type CauseKind string

// The kinds of causes.
const (
	CauseObjective  CauseKind = "OBJECTIVE"
	CauseSubjective CauseKind = "SUBJECTIVE"
)

// CauseKinds are the kinds of causes, with their names.
func CauseKinds() []Term[CauseKind] { return causeKinds }

var causeKinds = []Term[CauseKind]{
	{CauseObjective, Text{"Khách quan", "Objective"}},
	{CauseSubjective, Text{"Chủ quan", "Subjective"}},
}

// Name returns the kind's names.
func (k CauseKind) Name() Text { return termOf(causeKinds, k) }

// ConferenceState tells whether a conference was concluded.
type ConferenceState string

// The states of a conference.
const (
	ConferenceHeld      ConferenceState = "RECORDED"
	ConferenceConcluded ConferenceState = "CONCLUDED"
	ConferenceVoided    ConferenceState = voided
)

// ConferenceStates are the states of a conference, with their names.
func ConferenceStates() []Term[ConferenceState] { return conferences.states }

// Name returns the state's names.
func (s ConferenceState) Name() Text { return termOf(conferences.states, s) }

// ConferenceEventKind is a kind of event in the record of a conference.
type ConferenceEventKind string

// The kinds of events of a conference.
const (
	ConferenceRecorded        ConferenceEventKind = "RECORDED"
	ConferenceFiguresReported ConferenceEventKind = "FIGURES_REPORTED"
	ConferenceConclusion      ConferenceEventKind = "CONCLUDED"
	ConferenceNoted           ConferenceEventKind = "NOTED"
	ConferenceEventVoided     ConferenceEventKind = voided
)

// Name returns the names of the kind.
func (k ConferenceEventKind) Name() Text { return conferences.name(k) }

// ConferenceEventSpecs are the kinds of events of a conference.
func ConferenceEventSpecs() []EventSpec[ConferenceEventKind] { return conferences.specs }

// ConferenceRules is the table of steps in the record of a conference.
func ConferenceRules() []Rule[ConferenceEventKind, ConferenceState] { return conferences.rules }

var standingConference = []ConferenceState{ConferenceHeld, ConferenceConcluded}

// conferenceRule is what every entry about a conference rests on.
const conferenceRule = "Biên bản, thông báo kết luận hội nghị"

var conferences = noun[ConferenceEventKind, ConferenceState, ConferenceEvent, *ConferenceEvent]{
	states: []Term[ConferenceState]{
		{ConferenceHeld, Text{"Đã ghi nhận", "Recorded"}},
		{ConferenceConcluded, Text{"Đã có kết luận", "Concluded"}},
		{ConferenceVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[ConferenceEventKind]{
		{Kind: ConferenceRecorded, Name: Text{"Ghi nhận hội nghị", "Recorded"}, Required: []string{"particulars"}},
		{Kind: ConferenceFiguresReported, Name: Text{"Số liệu báo cáo tại hội nghị", "Figures reported"}, Required: []string{"figures"}},
		{Kind: ConferenceConclusion, Name: Text{"Kết luận hội nghị", "Concluded"}, Required: []string{"conclusion"}},
		{Kind: ConferenceNoted, Name: Text{"Ghi chú", "Note"}, Required: []string{noteField}},
		{Kind: ConferenceEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[ConferenceEventKind, ConferenceState]{
		{Kind: ConferenceRecorded, From: []ConferenceState{""}, To: ConferenceHeld, Article: conferenceRule},
		// Figures are often taken from the notice, which follows the conclusion.
		{Kind: ConferenceFiguresReported, From: standingConference, Article: conferenceRule},
		{Kind: ConferenceConclusion, From: []ConferenceState{ConferenceHeld}, To: ConferenceConcluded, Article: conferenceRule},
		{Kind: ConferenceNoted, From: standingConference, Article: conferenceRule},
	},
}

// An Attendee is a person, or an organisation whose representative is not named.
type Attendee struct {
	Name         string       `json:"name,omitzero"`
	Titles       []string     `json:"titles,omitzero"`
	Organisation string       `json:"organisation,omitzero"`
	Role         AttendeeRole `json:"role"`
}

// A ConferenceDocument is a paper before the conference: a directive of this
// system, or any other by its number and title.
type ConferenceDocument struct {
	Directive DirectiveID    `json:"directive,omitzero"`
	Number    DocumentNumber `json:"number,omitzero"`
	Title     string         `json:"title,omitzero"`
}

// A Cause is why something fell short.
type Cause struct {
	Kind CauseKind `json:"kind"`
	Text string    `json:"text"`
}

// An Opinion is what somebody said.
type Opinion struct {
	Speaker string `json:"speaker,omitzero"`
	Text    string `json:"text"`
}

// ConferenceParticulars are what a conference was.
type ConferenceParticulars struct {
	Kind  ConferenceKind `json:"kind"`
	Title string         `json:"title"`
	// StatYear is the statistical year that it was about.
	StatYear StatYear   `json:"statYear"`
	Session  DaySession `json:"session,omitzero"`
	Place    string     `json:"place,omitzero"`
	// Unit is the unit whose work it was about; Organiser held it.
	Unit      UnitID               `json:"unit,omitzero"`
	Organiser string               `json:"organiser"`
	Chair     string               `json:"chair,omitzero"`
	Attendees []Attendee           `json:"attendees,omitzero"`
	Agenda    []string             `json:"agenda,omitzero"`
	Documents []ConferenceDocument `json:"documents,omitzero"`
	Causes    []Cause              `json:"causes,omitzero"`
	Opinions  []Opinion            `json:"opinions,omitzero"`
	// Source is where the record was taken from: minutes, notice, newspaper.
	Source string `json:"source,omitzero"`
}

// A ReportedFigure is what was said, kept as it was said whatever the ledger
// computes.
type ReportedFigure struct {
	// ID is unique within the conference ("F1").
	ID     string `json:"id"`
	Metric Metric `json:"metric"`
	// Label says what it is, in the words of the report.
	Label    string   `json:"label,omitzero"`
	Value    Quantity `json:"value"`
	Operator Operator `json:"operator"`
	// Qualifier narrows it down: which cases, compared with what.
	Qualifier string   `json:"qualifier,omitzero"`
	StatYear  StatYear `json:"statYear"`
	// AsOf is the last day it covers; zero where the report does not say.
	AsOf Date `json:"asOf,omitzero"`
	// Quote is the sentence it was taken from.
	Quote string `json:"quote,omitzero"`
}

// A ConclusionItem is one duty concluded; it becomes a task.
type ConclusionItem struct {
	// ID is unique within the conference ("T1").
	ID      string `json:"id"`
	Content string `json:"content"`
	Leads   []Body `json:"leads,omitzero"`
	// Task is the task it became, where that was known when it was recorded.
	Task TaskID `json:"task,omitzero"`
}

// A Conclusion is what the conference ended with.
type Conclusion struct {
	// By is who concluded.
	By   string `json:"by"`
	Text string `json:"text,omitzero"`
	// Number is that of the notice of conclusions (thông báo kết luận).
	Number DocumentNumber   `json:"number,omitzero"`
	Date   Date             `json:"date,omitzero"`
	Items  []ConclusionItem `json:"items,omitzero"`
}

// A ConferenceEvent is one event in the record of a conference.
type ConferenceEvent struct {
	Record
	Kind        ConferenceEventKind    `json:"kind"`
	Particulars *ConferenceParticulars `json:"particulars,omitzero"`
	Figures     []ReportedFigure       `json:"figures,omitzero"`
	Conclusion  *Conclusion            `json:"conclusion,omitzero"`
	Note        string                 `json:"note,omitzero"`
}

func (e *ConferenceEvent) kind() ConferenceEventKind { return e.Kind }
func (e *ConferenceEvent) notes() *string            { return &e.Note }
func (e *ConferenceEvent) strip() {
	*e = ConferenceEvent{Record: e.Record, Kind: ConferenceEventVoided, Note: e.Note}
}

func (e *ConferenceEvent) normalise() {
	e.Figures = slices.Clone(e.Figures)
	for i := range e.Figures {
		f := &e.Figures[i]
		f.ID, f.Label, f.Qualifier = NormalizeName(f.ID), NormalizeName(f.Label), NormalizeName(f.Qualifier)
		f.Quote = trimText(f.Quote)
		if f.Operator == "" {
			f.Operator = Equal
		}
	}
	if e.Conclusion != nil {
		c := *e.Conclusion
		c.By, c.Text, c.Number = NormalizeName(c.By), trimText(c.Text), ParseDocumentNumber(c.Number.Raw)
		c.Items = slices.Clone(c.Items)
		for i := range c.Items {
			it := &c.Items[i]
			it.ID, it.Content, it.Leads = NormalizeName(it.ID), trimText(it.Content), normaliseBodies(it.Leads)
		}
		numberIDs(c.Items, "T", make(map[string]bool), func(it *ConclusionItem) *string { return &it.ID })
		e.Conclusion = &c
	}
	if e.Particulars != nil {
		p := *e.Particulars
		p.normalise()
		e.Particulars = &p
	}
}

func (p *ConferenceParticulars) normalise() {
	p.Title, p.Place, p.Organiser = NormalizeName(p.Title), NormalizeName(p.Place), NormalizeName(p.Organiser)
	p.Chair, p.Source = NormalizeName(p.Chair), NormalizeName(p.Source)
	p.Agenda = normaliseAll(p.Agenda)
	p.Attendees, p.Documents = slices.Clone(p.Attendees), slices.Clone(p.Documents)
	p.Causes, p.Opinions = slices.Clone(p.Causes), slices.Clone(p.Opinions)
	for i := range p.Attendees {
		a := &p.Attendees[i]
		a.Name, a.Organisation, a.Titles = NormalizeName(a.Name), NormalizeName(a.Organisation), normaliseAll(a.Titles)
		if a.Role == "" {
			a.Role = AttendeeDelegate
		}
	}
	for i := range p.Documents {
		d := &p.Documents[i]
		d.Number, d.Title = ParseDocumentNumber(d.Number.Raw), NormalizeName(d.Title)
	}
	for i := range p.Causes {
		p.Causes[i].Text = trimText(p.Causes[i].Text)
	}
	for i := range p.Opinions {
		o := &p.Opinions[i]
		o.Speaker, o.Text = NormalizeName(o.Speaker), trimText(o.Text)
	}
}

func (e *ConferenceEvent) given() []given {
	return []given{
		{"particulars", "nội dung hội nghị", "What the conference was", e.Particulars != nil},
		{"figures", "số liệu báo cáo", "The figures", len(e.Figures) > 0},
		{"conclusion", "kết luận", "The conclusion", e.Conclusion != nil},
	}
}

func (e *ConferenceEvent) check(es *Errors, today Date) {
	if p := e.Particulars; p != nil {
		p.check(es)
	}
	if es.list("figures", len(e.Figures)) {
		for i := range e.Figures {
			e.Figures[i].check(es, "figures."+itoa(i), today)
		}
	}
	if c := e.Conclusion; c != nil {
		c.check(es, e.EffectiveOn, today)
	}
}

func (p *ConferenceParticulars) check(es *Errors) {
	const at = "particulars."
	es.term(checkTerm(conferenceKinds, p.Kind, at+"kind", "loại hội nghị", "The kind of conference"))
	es.name(at+"title", p.Title, "tên hội nghị", "The title")
	es.statYear(at+"statYear", p.StatYear)
	if p.Session != "" {
		es.term(checkTerm(daySessions, p.Session, at+"session", "buổi", "The part of the day"))
	}
	es.short(at+"place", p.Place)
	es.name(at+"organiser", p.Organiser, "cơ quan tổ chức", "The organiser")
	es.short(at+"chair", p.Chair)
	es.short(at+"source", p.Source)
	if es.list(at+"attendees", len(p.Attendees)) {
		for i, a := range p.Attendees {
			a.check(es, at+"attendees."+itoa(i))
		}
	}
	if es.list(at+"agenda", len(p.Agenda)) {
		for i, s := range p.Agenda {
			es.length(at+"agenda."+itoa(i), s)
		}
	}
	if es.list(at+"documents", len(p.Documents)) {
		for i, d := range p.Documents {
			f := at + "documents." + itoa(i)
			if d.Directive == "" && d.Number.IsZero() && d.Title == "" {
				es.term(required(f+".title", "văn bản", "The document"))
			}
			es.short(f+".number", d.Number.Raw)
			es.short(f+".title", d.Title)
		}
	}
	if es.list(at+"causes", len(p.Causes)) {
		for i, c := range p.Causes {
			f := at + "causes." + itoa(i)
			es.term(checkTerm(causeKinds, c.Kind, f+".kind", "loại nguyên nhân", "The kind of cause"))
			es.text(f+".text", c.Text, "nguyên nhân", "The cause")
		}
	}
	if es.list(at+"opinions", len(p.Opinions)) {
		for i, o := range p.Opinions {
			f := at + "opinions." + itoa(i)
			es.short(f+".speaker", o.Speaker)
			es.text(f+".text", o.Text, "ý kiến", "The opinion")
		}
	}
}

func (a *Attendee) check(es *Errors, at string) {
	if a.Name == "" && a.Organisation == "" {
		es.term(required(at+".name", "họ tên hoặc cơ quan", "The name or the organisation"))
	}
	es.short(at+".name", a.Name)
	es.short(at+".organisation", a.Organisation)
	if es.list(at+".titles", len(a.Titles)) {
		for i, s := range a.Titles {
			es.short(at+".titles."+itoa(i), s)
		}
	}
	es.term(checkTerm(attendeeRoles, a.Role, at+".role", "vai trò", "The role"))
}

func (f *ReportedFigure) check(es *Errors, at string, today Date) {
	es.short(at+".id", f.ID)
	es.measured(at, f.Metric, f.Label, f.Value)
	es.term(checkTerm(operators, f.Operator, at+".operator", "cách so sánh", "The operator"))
	es.short(at+".qualifier", f.Qualifier)
	es.statYear(at+".statYear", f.StatYear)
	if !f.AsOf.IsZero() {
		es.past(at+".asOf", f.AsOf, today, "", "")
	}
	es.length(at+".quote", f.Quote)
}

func (c *Conclusion) check(es *Errors, on, today Date) {
	const at = "conclusion."
	es.name(at+"by", c.By, "người kết luận", "Who concluded")
	es.length(at+"text", c.Text)
	es.short(at+"number", c.Number.Raw)
	if !c.Date.IsZero() {
		es.past(at+"date", c.Date, today, "", "")
		es.notBefore(at+"date", c.Date, on)
	}
	if c.Text == "" && len(c.Items) == 0 {
		es.term(required(at+"items", "nội dung kết luận", "The text or the items"))
	}
	if !es.list(at+"items", len(c.Items)) {
		return
	}
	seen := make(map[string]bool, len(c.Items))
	for i, it := range c.Items {
		f := at + "items." + itoa(i)
		if seen[it.ID] {
			es.Add(CodeDuplicate, f+".id", "Trùng mã %q", "The id %q occurs twice", clip(it.ID))
		}
		seen[it.ID] = true
		es.short(f+".id", it.ID)
		es.text(f+".content", it.Content, "nội dung nhiệm vụ", "The content")
		es.bodies(f+".leads", it.Leads, "cơ quan chủ trì", "The lead")
	}
}

// A Conference is a conference as it was held, with what was said there.
type Conference struct {
	ID      ConferenceID `json:"id"`
	Version int          `json:"version"`
	Standing[ConferenceState]
	// HeldOn is the day it was held.
	HeldOn      Date                  `json:"heldOn"`
	Particulars ConferenceParticulars `json:"particulars"`
	Figures     []ReportedFigure      `json:"figures,omitzero"`
	Conclusion  *Conclusion           `json:"conclusion,omitzero"`
	ConcludedOn Date                  `json:"concludedOn,omitzero"`
	Events      []ConferenceEvent     `json:"events"`
}

// FoldConference replays a stored history; an error wraps ErrDamaged.
func FoldConference(id ConferenceID, events []ConferenceEvent) (*Conference, error) {
	c := &Conference{ID: id, Version: len(events), Events: events}
	if err := conferences.fold(string(id), events, c); err != nil {
		return nil, err
	}
	return c, nil
}

// OpenConference starts a conference with its first event.
func OpenConference(id ConferenceID, e ConferenceEvent, now time.Time) (*Conference, error) {
	return (&Conference{ID: id}).Append(e, now)
}

// Append records one more event and returns the conference as it then stands; c
// is left as it was. Figures without an id receive one that no other has.
func (c *Conference) Append(e ConferenceEvent, now time.Time) (*Conference, error) {
	if len(e.Figures) > 0 && len(e.Figures) <= MaxList {
		e.Figures = slices.Clone(e.Figures)
		numberIDs(e.Figures, "F", c.figureIDs(&e.Record), func(f *ReportedFigure) *string { return &f.ID })
	}
	events, err := conferences.admit(c.Events, c.State, e, now)
	if err != nil {
		return nil, err
	}
	next := &Conference{ID: c.ID, Version: len(events), Events: events}
	if err := conferences.record(events, next); err != nil {
		return nil, err
	}
	return next, nil
}

// figureIDs are the ids that figures of the history have or had. A correction
// may use again those of the event it corrects.
func (c *Conference) figureIDs(r *Record) map[string]bool {
	used := make(map[string]bool)
	known, place := slots(c.Events), 0
	if r.Supersedes > 0 && r.Supersedes <= len(known) {
		place = known[r.Supersedes-1]
	}
	for i := range c.Events {
		for _, f := range c.Events[i].Figures {
			used[f.ID] = used[f.ID] || known[i] != place
		}
	}
	return used
}

func (c *Conference) apply(e *ConferenceEvent) *Error {
	switch e.Kind {
	case ConferenceRecorded:
		c.show(e)
	case ConferenceFiguresReported:
		c.Figures = slices.Clone(c.Figures)
		for i, f := range e.Figures {
			if slices.ContainsFunc(c.Figures, func(g ReportedFigure) bool { return g.ID == f.ID }) {
				return Errorf(CodeDuplicate, "figures."+itoa(i)+".id", "Trùng mã số liệu %q", "The figure id %q is taken", clip(f.ID))
			}
			c.Figures = append(c.Figures, f)
		}
	case ConferenceConclusion:
		c.Conclusion, c.ConcludedOn = e.Conclusion, e.EffectiveOn
	case ConferenceNoted, ConferenceEventVoided:
	}
	return nil
}

func (c *Conference) show(e *ConferenceEvent) {
	c.HeldOn = e.EffectiveOn
	if e.Particulars != nil {
		c.Particulars = *e.Particulars
	}
}

// Figure returns the figure with that id.
func (c *Conference) Figure(id string) (ReportedFigure, bool) {
	for _, f := range c.Figures {
		if f.ID == id {
			return f, true
		}
	}
	return ReportedFigure{}, false
}

// Item returns the item of the conclusion with that id.
func (c *Conference) Item(id string) (ConclusionItem, bool) {
	if c.Conclusion != nil {
		for _, it := range c.Conclusion.Items {
			if it.ID == id {
				return it, true
			}
		}
	}
	return ConclusionItem{}, false
}

// UpdatedAt is when the last event was recorded.
func (c *Conference) UpdatedAt() time.Time { return updatedAt(c.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (c *Conference) Fates() ([]Fate, []int) { return fates(c.Events) }

// NextSteps returns the steps that the conference's state allows on a date.
func (c *Conference) NextSteps(on Date) []Rule[ConferenceEventKind, ConferenceState] {
	return conferences.next(c.State, on)
}
