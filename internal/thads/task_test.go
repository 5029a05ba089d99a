package thads

import (
	"slices"
	"testing"
)

func percent(n int) *int { return &n }

func taskEvent(kind TaskEventKind, on Date) TaskEvent {
	e := TaskEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	switch kind {
	case TaskSet:
		e.Particulars = &TaskParticulars{
			Title: "Rà soát,  phân loại án", Content: "Rà soát toàn bộ án tồn", Directive: "dr_1", Conference: "cf_1", Item: "T5",
			Lead: Body{Unit: unitA}, Coordinating: []Body{{Name: "Ban Chỉ đạo"}, {Unit: unitB}},
			DueOn: 20191231, Deliverable: "Báo cáo", ReviewOn: 20190901,
		}
	case TaskReported:
		e.Text, e.Progress = "Đã rà soát 5 huyện", percent(40)
		e.Evidence = []Evidence{{Text: "Báo cáo 12"}, {Link: "https://vi-du.example/bao-cao"}, {Text: " "}}
	case TaskDueMoved:
		e.DueOn, e.Note = 20200331, "Chờ số liệu"
	case TaskCompleted:
		e.Text = "Đã rà soát xong"
	case TaskCalledOff, TaskReopened:
		e.Note = "Theo chỉ đạo mới"
	case TaskEventVoided:
	}
	return e
}

var taskLife = aLife[Task, TaskEvent, TaskEventKind, TaskState, *Task, *TaskEvent]{
	noun: &tasks,
	fold: func(events []TaskEvent) (*Task, error) { return FoldTask("", events) },
	ev:   taskEvent,
	paths: map[TaskState][]TaskEventKind{
		TaskNotStarted: {TaskSet},
		TaskInProgress: {TaskSet, TaskReported},
		TaskDone:       {TaskSet, TaskReported, TaskCompleted},
		TaskCancelled:  {TaskSet, TaskCalledOff},
	},
	steps: map[TaskEventKind]map[TaskState]TaskState{
		TaskSet:       {"": TaskNotStarted},
		TaskReported:  {TaskNotStarted: TaskInProgress, TaskInProgress: TaskInProgress},
		TaskDueMoved:  {TaskNotStarted: TaskNotStarted, TaskInProgress: TaskInProgress},
		TaskCompleted: {TaskNotStarted: TaskDone, TaskInProgress: TaskDone},
		TaskCalledOff: {TaskNotStarted: TaskCancelled, TaskInProgress: TaskCancelled},
		TaskReopened:  {TaskDone: TaskInProgress, TaskCancelled: TaskNotStarted},
	},
}

func TestTask(t *testing.T) { taskLife.test(t) }

func TestTaskLife(t *testing.T) {
	l := &taskLife
	k := l.build(t, TaskSet)
	if k.Particulars.Title != "Rà soát, phân loại án" || k.DueOn != 20191231 || k.IsStanding || !slices.Equal(k.Units(), []UnitID{unitA, unitB}) {
		t.Errorf("%+v", k)
	}
	if k.IsOverdue(20191231) || !k.IsOverdue(20200101) || k.ReviewDue(20190831) || !k.ReviewDue(20190901) {
		t.Error("overdue from the day after, review from its day on")
	}
	k = l.must(t, k, taskEvent(TaskReported, 20190301))
	if k.Reports != 1 || k.ReportedOn != 20190301 || *k.Progress != 40 || len(k.Events[1].Evidence) != 2 {
		t.Errorf("reported: %+v", k)
	}
	silent := taskEvent(TaskReported, 20190401)
	silent.Progress = nil
	k = l.must(t, k, silent)
	if *k.Progress != 40 || k.Reports != 2 {
		t.Errorf("a report that does not say leaves %v", *k.Progress)
	}
	k = l.must(t, k, taskEvent(TaskDueMoved, 20190501))
	if k.IsOverdue(20200331) || !k.IsOverdue(20200401) {
		t.Error("the moved date counts")
	}
	done := l.must(t, k, taskEvent(TaskCompleted, 20200501))
	if !done.IsOverdue(20200430) || done.IsOverdue(20200501) || done.ReviewDue(20200501) || done.FinishedOn != 20200501 {
		t.Error("overdue until it was completed")
	}
	again := l.must(t, done, taskEvent(TaskReopened, 20200601))
	if again.FinishedOn != 0 || !again.IsOverdue(20200601) {
		t.Errorf("reopened: %+v", again)
	}
	l.sound(t, again)
	forever := TaskEvent{Kind: TaskDueMoved, Record: Record{EffectiveOn: 20190601}, Standing: true, Note: "Thường xuyên"}
	standing := l.must(t, k, forever)
	if !standing.IsStanding || standing.IsOverdue(20991231) {
		t.Error("a standing task is never overdue")
	}
	l.refused(t, standing, func() TaskEvent { e := forever; e.EffectiveOn = 20190701; return e }(), CodeInvalid, "dueOn")
	// Voiding the report leaves a task not started.
	fresh := l.must(t, l.build(t, TaskSet, TaskReported), l.voiding(2))
	if fresh.State != TaskNotStarted || fresh.Reports != 0 || fresh.Progress != nil {
		t.Errorf("without its report: %+v", fresh)
	}
	if gone := l.must(t, k, l.voiding(1)); gone.IsOverdue(20991231) || gone.Particulars.Title == "" {
		t.Error("voided")
	}
}

func TestBadTasks(t *testing.T) {
	l := &taskLife
	set := func(change func(*TaskParticulars)) TaskEvent {
		e := taskEvent(TaskSet, 20190201)
		change(e.Particulars)
		return e
	}
	do := func(kind TaskEventKind, change func(*TaskEvent)) TaskEvent {
		e := taskEvent(kind, 20190301)
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		e     TaskEvent
		code  Code
		field string
	}{
		"title":          {set(func(p *TaskParticulars) { p.Title = "" }), CodeRequired, "particulars.title"},
		"lead":           {set(func(p *TaskParticulars) { p.Lead = Body{Name: " "} }), CodeRequired, "particulars.lead"},
		"helper":         {set(func(p *TaskParticulars) { p.Coordinating[1] = Body{} }), CodeRequired, "particulars.coordinating.1"},
		"no term":        {set(func(p *TaskParticulars) { p.DueOn = 0 }), CodeRequired, "particulars.dueOn"},
		"two terms":      {set(func(p *TaskParticulars) { p.Standing = true }), CodeNotAllowed, "particulars.dueOn"},
		"due before":     {set(func(p *TaskParticulars) { p.DueOn = 20190131 }), CodeOutOfRange, "particulars.dueOn"},
		"no such day":    {set(func(p *TaskParticulars) { p.DueOn = 20190231 }), CodeInvalid, "particulars.dueOn"},
		"year":           {set(func(p *TaskParticulars) { p.StatYear = 20 }), CodeOutOfRange, "particulars.statYear"},
		"item":           {set(func(p *TaskParticulars) { p.Conference = "" }), CodeRequired, "particulars.conference"},
		"review":         {set(func(p *TaskParticulars) { p.ReviewOn = 20190131 }), CodeOutOfRange, "particulars.reviewOn"},
		"too many":       {set(func(p *TaskParticulars) { p.Coordinating = make([]Body, MaxList+1) }), CodeLimit, "particulars.coordinating"},
		"more than all":  {do(TaskReported, func(e *TaskEvent) { e.Progress = percent(101) }), CodeOutOfRange, "progress"},
		"less than none": {do(TaskReported, func(e *TaskEvent) { e.Progress = percent(-1) }), CodeOutOfRange, "progress"},
		"script":         {do(TaskReported, func(e *TaskEvent) { e.Evidence[0].Link = "javascript:alert(1)" }), CodeInvalid, "evidence.0.link"},
		"no host":        {do(TaskReported, func(e *TaskEvent) { e.Evidence[1].Link = "https:///x" }), CodeInvalid, "evidence.1.link"},
		"no new term":    {do(TaskDueMoved, func(e *TaskEvent) { e.DueOn = 0 }), CodeRequired, "dueOn"},
		"moved to both":  {do(TaskDueMoved, func(e *TaskEvent) { e.Standing = true }), CodeNotAllowed, "dueOn"},
		"moved back":     {do(TaskDueMoved, func(e *TaskEvent) { e.DueOn = 20190228 }), CodeOutOfRange, "dueOn"},
		"not moved":      {do(TaskDueMoved, func(e *TaskEvent) { e.DueOn = 20191231 }), CodeInvalid, "dueOn"},
	} {
		t.Run(name, func(t *testing.T) {
			k := new(Task)
			if c.e.Kind != TaskSet {
				k = l.build(t, TaskSet)
			}
			l.refused(t, k, c.e, c.code, c.field)
		})
	}
}
