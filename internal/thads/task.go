package thads

import "time"

// TaskState is where a task stands. That it is overdue is a question with a date.
type TaskState string

// The states of a task.
const (
	TaskNotStarted TaskState = "NOT_STARTED"
	TaskInProgress TaskState = "IN_PROGRESS"
	TaskDone       TaskState = "DONE"
	TaskCancelled  TaskState = "CANCELLED"
	TaskVoided     TaskState = voided
)

// TaskStates are the states of a task, with their names.
func TaskStates() []Term[TaskState] { return tasks.states }

// Name returns the state's names.
func (s TaskState) Name() Text { return termOf(tasks.states, s) }

// IsLive tells whether the task is still to be done.
func (s TaskState) IsLive() bool { return s == TaskNotStarted || s == TaskInProgress }

// TaskEventKind is a kind of event in the life of a task.
type TaskEventKind string

// The kinds of events of a task.
const (
	TaskSet         TaskEventKind = "SET"
	TaskReported    TaskEventKind = "REPORTED"
	TaskDueMoved    TaskEventKind = "DUE_MOVED"
	TaskCompleted   TaskEventKind = "COMPLETED"
	TaskCalledOff   TaskEventKind = "CANCELLED"
	TaskReopened    TaskEventKind = "REOPENED"
	TaskEventVoided TaskEventKind = voided
)

// Name returns the names of the kind.
func (k TaskEventKind) Name() Text { return tasks.name(k) }

// TaskEventSpecs are the kinds of events of a task.
func TaskEventSpecs() []EventSpec[TaskEventKind] { return tasks.specs }

// TaskRules is the table of steps in the life of a task.
func TaskRules() []Rule[TaskEventKind, TaskState] { return tasks.rules }

var (
	liveTask  = []TaskState{TaskNotStarted, TaskInProgress}
	endedTask = []TaskState{TaskDone, TaskCancelled}
)

// taskRule is what every step of a task rests on.
const taskRule = "Văn bản giao nhiệm vụ"

var tasks = noun[TaskEventKind, TaskState, TaskEvent, *TaskEvent]{
	states: []Term[TaskState]{
		{TaskNotStarted, Text{"Chưa thực hiện", "Not started"}},
		{TaskInProgress, Text{"Đang thực hiện", "In progress"}},
		{TaskDone, Text{"Hoàn thành", "Done"}},
		{TaskCancelled, Text{"Đã hủy bỏ", "Cancelled"}},
		{TaskVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[TaskEventKind]{
		{Kind: TaskSet, Name: Text{"Giao nhiệm vụ", "Set"}, Required: []string{"particulars"}},
		{Kind: TaskReported, Name: Text{"Báo cáo tiến độ", "Progress reported"}, Required: []string{"text"}, Optional: []string{"evidence", "progress"}},
		{Kind: TaskDueMoved, Name: Text{"Điều chỉnh thời hạn", "Due date moved"}, Required: []string{noteField}, Optional: []string{"dueOn", "standing"}},
		{Kind: TaskCompleted, Name: Text{"Hoàn thành nhiệm vụ", "Completed"}, Required: []string{"text"}, Optional: []string{"evidence"}},
		{Kind: TaskCalledOff, Name: Text{"Hủy bỏ nhiệm vụ", "Cancelled"}, Required: []string{noteField}},
		{Kind: TaskReopened, Name: Text{"Giao lại nhiệm vụ", "Reopened"}, Required: []string{noteField}},
		{Kind: TaskEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[TaskEventKind, TaskState]{
		{Kind: TaskSet, From: []TaskState{""}, To: TaskNotStarted, Article: taskRule},
		{Kind: TaskReported, From: liveTask, To: TaskInProgress, Article: taskRule},
		{Kind: TaskDueMoved, From: liveTask, Article: taskRule},
		{Kind: TaskCompleted, From: liveTask, To: TaskDone, Article: taskRule},
		{Kind: TaskCalledOff, From: liveTask, To: TaskCancelled, Article: taskRule},
		// It goes back to what was reported so far.
		{Kind: TaskReopened, From: endedTask, Article: taskRule},
	},
}

// An Evidence supports a report: a text, a link, or both.
type Evidence struct {
	Text string `json:"text,omitzero"`
	// Link is an address in the agency's document system or on the web.
	Link string `json:"link,omitzero"`
}

// TaskParticulars are what a task is.
type TaskParticulars struct {
	Title   string `json:"title"`
	Content string `json:"content,omitzero"`
	// Directive is the directive that the task carries out.
	Directive DirectiveID `json:"directive,omitzero"`
	// Conference is the conference that concluded it, Item the item of its
	// conclusion.
	Conference ConferenceID `json:"conference,omitzero"`
	Item       string       `json:"item,omitzero"`
	// Lead answers for it (chủ trì); the others take part (phối hợp).
	Lead         Body   `json:"lead"`
	Coordinating []Body `json:"coordinating,omitzero"`
	// Either DueOn is the last day, or the task is Standing (thường xuyên).
	DueOn    Date `json:"dueOn,omitzero"`
	Standing bool `json:"standing,omitzero"`
	// StatYear is the statistical year of a standing task, 0 for every year.
	StatYear    StatYear `json:"statYear,omitzero"`
	Deliverable string   `json:"deliverable,omitzero"`
	ReviewOn    Date     `json:"reviewOn,omitzero"`
}

// A TaskEvent is one event in the life of a task.
type TaskEvent struct {
	Record
	Kind        TaskEventKind    `json:"kind"`
	Particulars *TaskParticulars `json:"particulars,omitzero"`
	// Text is what was done.
	Text     string     `json:"text,omitzero"`
	Evidence []Evidence `json:"evidence,omitzero"`
	// Progress is how much is done, in percent from 0 to 100; nil where the
	// report does not say.
	Progress *int `json:"progress,omitzero"`
	// DueOn and Standing are the new term; one of them.
	DueOn    Date   `json:"dueOn,omitzero"`
	Standing bool   `json:"standing,omitzero"`
	Note     string `json:"note,omitzero"`
}

func (e *TaskEvent) kind() TaskEventKind { return e.Kind }
func (e *TaskEvent) notes() *string      { return &e.Note }
func (e *TaskEvent) strip()              { *e = TaskEvent{Record: e.Record, Kind: TaskEventVoided, Note: e.Note} }

func (e *TaskEvent) normalise() {
	e.Text, e.Evidence = trimText(e.Text), normaliseEvidence(e.Evidence)
	if e.Particulars == nil {
		return
	}
	p := *e.Particulars
	p.Title, p.Content, p.Deliverable = NormalizeName(p.Title), trimText(p.Content), NormalizeName(p.Deliverable)
	p.Item, p.Lead.Name = NormalizeName(p.Item), NormalizeName(p.Lead.Name)
	p.Coordinating = normaliseBodies(p.Coordinating)
	e.Particulars = &p
}

func (e *TaskEvent) given() []given {
	return []given{
		{"particulars", "nội dung nhiệm vụ", "What the task is", e.Particulars != nil},
		{"text", "kết quả thực hiện", "What was done", e.Text != ""},
		{"evidence", "tài liệu minh chứng", "The evidence", len(e.Evidence) > 0},
		{"progress", "tiến độ", "The progress", e.Progress != nil},
		{"dueOn", "thời hạn", "The due date", !e.DueOn.IsZero()},
		{"standing", "nhiệm vụ thường xuyên", "Whether it is standing", e.Standing},
	}
}

func (e *TaskEvent) check(es *Errors, _ Date) {
	es.length("text", e.Text)
	es.evidence("evidence", e.Evidence)
	if e.Progress != nil && (*e.Progress < 0 || *e.Progress > 100) {
		es.Add(CodeOutOfRange, "progress", "Tiến độ phải từ 0 đến 100%%, không phải %d", "Progress is from 0 to 100%%, not %d", *e.Progress)
	}
	if e.Kind == TaskDueMoved {
		es.due("", e.DueOn, e.Standing, e.EffectiveOn)
	}
	if p := e.Particulars; p != nil {
		p.check(es, e.EffectiveOn)
	}
}

func (p *TaskParticulars) check(es *Errors, on Date) {
	const at = "particulars."
	es.name(at+"title", p.Title, "tên nhiệm vụ", "The title")
	es.length(at+"content", p.Content)
	es.body(at+"lead", p.Lead, "cơ quan chủ trì", "The lead")
	es.bodies(at+"coordinating", p.Coordinating, "cơ quan phối hợp", "The coordinating body")
	es.due(at, p.DueOn, p.Standing, on)
	if p.StatYear != 0 {
		es.statYear(at+"statYear", p.StatYear)
	}
	es.short(at+"deliverable", p.Deliverable)
	es.short(at+"item", p.Item)
	if p.Item != "" && p.Conference == "" {
		es.term(required(at+"conference", "hội nghị", "The conference"))
	}
	es.notBefore(at+"reviewOn", p.ReviewOn, on)
}

// due refuses a term that is neither or both of a date and standing.
func (es *Errors) due(at string, dueOn Date, standing bool, on Date) {
	switch {
	case dueOn.IsZero() && !standing:
		es.term(required(at+"dueOn", "thời hạn hoặc “thường xuyên”", "The due date, or that it is standing"))
	case !dueOn.IsZero() && standing:
		es.Add(CodeNotAllowed, at+"dueOn", "Nhiệm vụ thường xuyên không có thời hạn", "A standing task has no due date")
	default:
		es.notBefore(at+"dueOn", dueOn, on)
	}
}

func normaliseEvidence(in []Evidence) []Evidence {
	var out []Evidence
	for _, v := range in {
		v.Text, v.Link = trimText(v.Text), NormalizeName(v.Link)
		if v != (Evidence{}) {
			out = append(out, v)
		}
	}
	return out
}

// evidence checks texts and links; a link is one that a browser may follow.
func (es *Errors) evidence(field string, evidence []Evidence) {
	if !es.list(field, len(evidence)) {
		return
	}
	for i, v := range evidence {
		at := field + "." + itoa(i)
		es.length(at+".text", v.Text)
		es.link(at+".link", v.Link)
	}
}

// A Task is a duty that a directive or conference gives a body.
type Task struct {
	ID      TaskID `json:"id"`
	Version int    `json:"version"`
	Standing[TaskState]
	Particulars TaskParticulars `json:"particulars"`
	SetOn       Date            `json:"setOn"`
	// DueOn and IsStanding are the term as it was last moved.
	DueOn      Date `json:"dueOn,omitzero"`
	IsStanding bool `json:"standing,omitzero"`
	// Progress is what was last reported, in percent; nil where no report says.
	Progress *int `json:"progress,omitzero"`
	Reports  int  `json:"reports"`
	// ReportedOn is the day of the last report.
	ReportedOn Date `json:"reportedOn,omitzero"`
	// FinishedOn is when it was completed or cancelled; zero while live.
	FinishedOn Date        `json:"finishedOn,omitzero"`
	Events     []TaskEvent `json:"events"`
}

// FoldTask replays a stored history; an error wraps ErrDamaged.
func FoldTask(id TaskID, events []TaskEvent) (*Task, error) {
	t := &Task{ID: id, Version: len(events), Events: events}
	if err := tasks.fold(string(id), events, t); err != nil {
		return nil, err
	}
	return t, nil
}

// OpenTask starts a task with its first event.
func OpenTask(id TaskID, e TaskEvent, now time.Time) (*Task, error) {
	return (&Task{ID: id}).Append(e, now)
}

// Append records one more event and returns the task as it then stands; t is
// left as it was.
func (t *Task) Append(e TaskEvent, now time.Time) (*Task, error) {
	events, err := tasks.admit(t.Events, t.State, e, now)
	if err != nil {
		return nil, err
	}
	next := &Task{ID: t.ID, Version: len(events), Events: events}
	if err := tasks.record(events, next); err != nil {
		return nil, err
	}
	return next, nil
}

func (t *Task) apply(e *TaskEvent) *Error {
	switch e.Kind {
	case TaskSet:
		t.show(e)
	case TaskReported:
		t.Reports++
		t.ReportedOn = e.EffectiveOn
		if e.Progress != nil {
			t.Progress = e.Progress
		}
	case TaskDueMoved:
		if e.DueOn == t.DueOn && e.Standing == t.IsStanding {
			return Errorf(CodeInvalid, "dueOn", "Thời hạn không thay đổi", "This is the due date already")
		}
		t.DueOn, t.IsStanding = e.DueOn, e.Standing
	case TaskCompleted, TaskCalledOff:
		t.FinishedOn = e.EffectiveOn
	case TaskReopened:
		t.FinishedOn = 0
		t.State = TaskNotStarted
		if t.Reports > 0 {
			t.State = TaskInProgress
		}
	case TaskEventVoided:
	}
	return nil
}

func (t *Task) show(e *TaskEvent) {
	t.SetOn = e.EffectiveOn
	if p := e.Particulars; p != nil {
		t.Particulars, t.DueOn, t.IsStanding = *p, p.DueOn, p.Standing
	}
}

// IsOverdue tells whether, as the record now stands, the task was not finished
// by the end of the day although its due date was over. A standing task never is.
func (t *Task) IsOverdue(on Date) bool {
	return !t.IsVoided() && !t.DueOn.IsZero() && on > t.DueOn && (t.FinishedOn.IsZero() || t.FinishedOn > on)
}

// ReviewDue tells whether the day of review has come and the task is not finished.
func (t *Task) ReviewDue(on Date) bool {
	return !t.Particulars.ReviewOn.IsZero() && on >= t.Particulars.ReviewOn && t.State.IsLive()
}

// Units are the units that lead or take part.
func (t *Task) Units() []UnitID {
	return unitsOf(append([]Body{t.Particulars.Lead}, t.Particulars.Coordinating...)...)
}

// UpdatedAt is when the last event was recorded.
func (t *Task) UpdatedAt() time.Time { return updatedAt(t.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (t *Task) Fates() ([]Fate, []int) { return fates(t.Events) }

// NextSteps returns the steps that the task's state allows on a date.
func (t *Task) NextSteps(on Date) []Rule[TaskEventKind, TaskState] { return tasks.next(t.State, on) }
