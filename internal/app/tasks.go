package app

import (
	"context"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var taskCollection = &store.Collection{
	Name: "task",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "live", Type: store.Bool},
		{Name: "units", Type: store.Strings},
		{Name: "directive", Type: store.String},
		{Name: "conference", Type: store.String},
		{Name: "dueOn", Type: store.Int},
		// due orders standing tasks behind all others.
		{Name: "due", Type: store.Int, Sortable: true},
		// doneOn is never for a live task and null for a voided one.
		{Name: "doneOn", Type: store.Int},
		{Name: "standing", Type: store.Bool},
		{Name: "statYear", Type: store.Int},
		{Name: "setOn", Type: store.Int, Sortable: true},
		{Name: "title", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "words", Type: store.Strings},
	},
	Indexes: []store.Index{{"due"}, {"setOn"}, {"title"}, {"updatedAt"}, {"live", "due"}, {"directive", "due"}, {"conference", "due"}},
}

var tasks = &noun[thads.Task, thads.TaskEvent]{
	coll:   taskCollection,
	prefix: "tk",
	fold: func(id string, events []thads.TaskEvent) (*thads.Task, error) {
		return thads.FoldTask(thads.TaskID(id), events)
	},
	add:    (*thads.Task).Append,
	empty:  func(id string) *thads.Task { return &thads.Task{ID: thads.TaskID(id)} },
	events: func(t *thads.Task) []thads.TaskEvent { return t.Events },
	record: taskRecord,
	index: func(t *thads.Task) (any, store.Fields) {
		f := store.Fields{
			"state": string(t.State), "live": t.State.IsLive(), "units": texts(t.Units()),
			"due": untilOr(t.DueOn), "standing": t.IsStanding, "setOn": int64(t.SetOn),
			"title": thads.TextSortKey(t.Particulars.Title), "updatedAt": t.UpdatedAt(), "words": thads.Tokens(t.Particulars.Title),
		}
		optionalText(f, "directive", t.Particulars.Directive)
		optionalText(f, "conference", t.Particulars.Conference)
		optionalDay(f, "dueOn", t.DueOn)
		if t.Particulars.StatYear != 0 {
			f["statYear"] = int64(t.Particulars.StatYear)
		}
		if !t.IsVoided() {
			f["doneOn"] = untilOr(t.FinishedOn)
		}
		return plainHead(t, func(h *thads.Task) { h.Events = lastRecord(h.Events, taskRecord) }), f
	},
	claims: func(*thads.Task) []string { return nil },
	touches: func(t *thads.Task, e *thads.TaskEvent) []thads.UnitID {
		lead := present(t.Particulars.Lead.Unit)
		if e.Particulars != nil {
			lead = append(lead, present(e.Particulars.Lead.Unit)...)
		}
		return lead
	},
	// The unit that leads reports; a task of another body is the province's.
	holder:  func(t *thads.Task) thads.UnitID { return t.Particulars.Lead.Unit },
	officer: func(*thads.Task) thads.OfficerID { return "" },
	reads:   auth.ReadDirection,
	right: func(e *thads.TaskEvent) auth.Right {
		switch e.Kind {
		case thads.TaskSet, thads.TaskDueMoved, thads.TaskCalledOff, thads.TaskReopened:
			return auth.Direct
		case thads.TaskReported, thads.TaskCompleted, thads.TaskEventVoided:
		}
		return auth.Report
	},
	alike:  func(e, old *thads.TaskEvent) { e.Kind = old.Kind },
	ledger: thads.BookTasks,
	posts: func(t *thads.Task) ([]thads.Posting, []thads.Deadline, error) {
		postings, err := thads.PostTask(t)
		return postings, thads.TaskDeadlines(t), err
	},
}

func taskRecord(e *thads.TaskEvent) *thads.Record { return &e.Record }

// A TaskFilter says which tasks: all conditions given must hold. A list that is
// not nil but empty matches nothing.
type TaskFilter struct {
	Text   *string
	States []thads.TaskState
	Live   *bool
	// Units keeps those that one of these units, or one below, leads or takes
	// part in.
	Units       []thads.UnitID
	Directives  []thads.DirectiveID
	Conferences []thads.ConferenceID
	DueOn       *DateRange
	OverdueOn   *thads.Date
	Standing    *bool
	StatYears   []thads.StatYear
}

// A TaskOrderField is what tasks are ordered by.
type TaskOrderField string

// The orders of tasks.
const (
	TasksByDue     TaskOrderField = "DUE_ON"
	TasksBySetting TaskOrderField = "SET_ON"
	TasksByTitle   TaskOrderField = "TITLE"
	TasksByUpdate  TaskOrderField = "UPDATED_AT"
)

var taskOrders = map[TaskOrderField]string{
	TasksByDue: "due", TasksBySetting: "setOn", TasksByTitle: "title", TasksByUpdate: "updatedAt",
}

// Tasks returns one page of tasks.
func (a *App) Tasks(ctx context.Context, f *TaskFilter, o Order[TaskOrderField], page PageArgs) (*Page[*thads.Task], error) {
	w := &conditions{}
	if f != nil {
		d, err := a.Directory(ctx)
		if err != nil {
			return nil, err
		}
		w.text(f.Text)
		oneOf(w, "state", f.States)
		w.flag("live", f.Live)
		w.below(d, "units", f.Units)
		oneOf(w, "directive", f.Directives)
		oneOf(w, "conference", f.Conferences)
		w.dates("dueOn", f.DueOn)
		w.overdue("dueOn", "doneOn", f.OverdueOn)
		w.flag("standing", f.Standing)
		if f.StatYears != nil {
			w.add(store.Eq("standing", true))
			oneOfYears(w, "statYear", f.StatYears)
		}
	}
	return list(ctx, a, tasks, w, taskOrders, o, page)
}

// Task returns a task with its history, or nil.
func (a *App) Task(ctx context.Context, id thads.TaskID) (*thads.Task, error) {
	return read(ctx, a, tasks, string(id))
}

// TasksByID returns those of the tasks that exist, by id.
func (a *App) TasksByID(ctx context.Context, ids []string) (map[string]*thads.Task, error) {
	return readMany(ctx, a, tasks, ids)
}

// TaskHeads returns, without their histories, those of the tasks that exist, by id.
func (a *App) TaskHeads(ctx context.Context, ids []string) (map[string]*thads.Task, error) {
	return readHeads[thads.Task](ctx, a, tasks, ids)
}

// TasksOfDirectives returns the heads of the tasks that carry out one of these
// directives, by due date.
func (a *App) TasksOfDirectives(ctx context.Context, ids []string) ([]*thads.Task, error) {
	return related(ctx, a, tasks, store.In("directive", ids), "due")
}

// TasksOfConferences returns the heads of the tasks that one of these
// conferences concluded, by due date.
func (a *App) TasksOfConferences(ctx context.Context, ids []string) ([]*thads.Task, error) {
	return related(ctx, a, tasks, store.In("conference", ids), "due")
}

// TaskOpen records the first event of a task.
func (a *App) TaskOpen(ctx context.Context, key string, e thads.TaskEvent) (*thads.Task, error) {
	return open(ctx, a, tasks, checkTask, Change{Key: key}, e)
}

// TaskRecord records a further event of a task.
func (a *App) TaskRecord(ctx context.Context, c Change, e thads.TaskEvent) (*thads.Task, error) {
	return recordEvent(ctx, a, tasks, checkTask, c, e)
}

func checkTask(ctx context.Context, a *App, by auth.Principal, e *thads.TaskEvent) error {
	p := e.Particulars
	if p == nil {
		return nil
	}
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	n.unit("particulars.lead.unit", p.Lead.Unit)
	n.bodies("particulars.coordinating", p.Coordinating)
	n.record(directives, "particulars.directive", string(p.Directive))
	if p.Conference != "" {
		scope, err := a.scope(ctx, by, conferences.reads)
		if err != nil {
			return err
		}
		c, err := conferences.get(ctx, a, scope, string(p.Conference))
		if err != nil {
			return err
		}
		n.conferenceItem("particulars.", c, p.Item)
	}
	return n.refusals(ctx, a)
}

// conferenceItem refuses a conference that does not exist and an item that its
// conclusion does not have.
func (n *naming) conferenceItem(at string, c *held[thads.Conference], item string) {
	if c == nil {
		n.errs.Add(thads.CodeUnknown, at+"conference", "Không có hội nghị này", "There is no such conference")
		return
	}
	if item = thads.NormalizeName(item); item == "" {
		return
	}
	if _, ok := c.state.Item(item); !ok {
		n.errs.Add(thads.CodeUnknown, at+"item", "Kết luận hội nghị không có mục %q", "The conclusion has no item %q", item)
	}
}
