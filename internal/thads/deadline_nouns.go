package thads

// VerdictDeadlines returns the deadlines that ran or run in tracking a verdict.
// One that is only registered, without anything to track, has none.
func VerdictDeadlines(v *AdministrativeVerdict) []Deadline {
	if v.IsVoided() {
		return nil
	}
	var w verdictWatch
	for _, s := range effective(v.Events) {
		w.step(s.ev)
	}
	return w.list()
}

// A verdictWatch follows a verdict step by step.
type verdictWatch struct {
	watch
	tracked, compelled, over bool
	category                 VerdictCategory
	received                 Date
}

func (w *verdictWatch) step(e *VerdictEvent) {
	on := e.EffectiveOn
	if e.ToUnit != "" {
		w.unit, w.officer = e.ToUnit, ""
	}
	if e.ToOfficer != "" {
		w.officer = e.ToOfficer
	}
	w.handOver(on)
	w.pass(string(e.Kind), on)
	switch e.Kind {
	case VerdictRegistered:
		p := e.Particulars
		w.tracked, w.category, w.received = p.Tracked, p.Category, p.DebtorReceivedOn
		if !w.tracked {
			return
		}
		if w.category.AtOnce() {
			w.start(RuleVerdictNoticeAtOnce, "", p.ReceivedOn, 0)
		} else {
			w.start(RuleVerdictNotice, "", p.ReceivedOn, 0)
		}
		if w.received.IsZero() {
			w.start(RuleVerdictReceipt, "", on, 0)
		} else {
			w.enforce(w.received)
		}
	case VerdictReceiptEstablished:
		if !w.tracked {
			return
		}
		// What ran by another day of receipt was told of until now.
		from := e.DebtorReceivedOn
		if !w.received.IsZero() {
			from = on
		}
		w.cease(on, RuleVerdictEnforce, RuleVerdictEnforceAtOnce, RuleVerdictCompulsion)
		w.received = e.DebtorReceivedOn
		if !w.over {
			w.enforce(from)
		}
	case VerdictCompulsionDecided:
		w.compelled = true
	case VerdictCompleted, VerdictNothingLeft:
		w.over = true
	case VerdictReopened:
		w.over = false
		if !w.tracked {
			return
		}
		if !w.received.IsZero() {
			w.enforce(on)
		} else {
			w.start(RuleVerdictReceipt, "", on, 0)
		}
	case VerdictNoticeIssued, VerdictWorkSession, VerdictUrging, VerdictDisciplinePetitioned, VerdictPublished,
		VerdictAssigned, VerdictTransferred, VerdictNoted, VerdictEventVoided:
	}
}

// enforce sets running what follows from the day on which the debtor received the
// judgment. Where that is told of only from a later day on, the days are those of
// the receipt all the same.
func (w *verdictWatch) enforce(from Date) {
	code := RuleVerdictEnforce
	if w.category.AtOnce() {
		code = RuleVerdictEnforceAtOnce
	}
	rule, _ := DeadlineRuleOf(code)
	due, _ := rule.due(w.received)
	w.startAs(code, from, w.received, due)
	if w.compelled {
		return
	}
	request, _ := DeadlineRuleOf(RuleVerdictCompulsion)
	if until, known := request.due(due); known {
		w.startAs(RuleVerdictCompulsion, max(from, due), due, until)
	}
}

// startAs sets a deadline running on a day; its end is named where it follows
// from another one.
func (w *watch) startAs(code RuleCode, from, begins, due Date) {
	if from == begins {
		due = 0
	}
	w.start(code, "", from, due)
}

// pass ends what a step of a kind fulfils or makes cease.
func (w *watch) pass(kind string, on Date) {
	for _, d := range w.open {
		if !d.runs() {
			continue
		}
		switch {
		case d.rule.fulfils(kind):
			d.end(on, true)
		case d.rule.ceases(kind):
			d.end(on, false)
		}
	}
}

// cease ends what runs by these rules without its being done.
func (w *watch) cease(on Date, codes ...RuleCode) {
	for _, code := range codes {
		if d := w.running(code, ""); d != nil {
			d.end(on, false)
		}
	}
}

// TaskDeadlines returns the deadlines that ran or run in a task: its term as it
// was set and moved, and its review.
func TaskDeadlines(t *Task) []Deadline {
	if t.IsVoided() {
		return nil
	}
	w := watch{unit: t.Particulars.Lead.Unit}
	var due, review Date
	for _, s := range effective(t.Events) {
		e, on := s.ev, s.ev.EffectiveOn
		// A report before the day of the review is no review.
		if d := w.running(RuleTaskReview, ""); d == nil || e.Kind != TaskReported || on >= d.due {
			w.pass(string(e.Kind), on)
		}
		switch e.Kind {
		case TaskSet:
			due, review = e.Particulars.DueOn, e.Particulars.ReviewOn
			w.startNamed(RuleTaskDue, on, due)
			w.startNamed(RuleTaskReview, on, review)
		case TaskDueMoved:
			due = e.DueOn
			w.startNamed(RuleTaskDue, on, due)
		case TaskReopened:
			w.startNamed(RuleTaskDue, on, due)
			if review > on {
				w.startNamed(RuleTaskReview, on, review)
			}
		case TaskReported, TaskCompleted, TaskCalledOff, TaskEventVoided:
		}
	}
	return w.list()
}

// startNamed sets a deadline running that the record names, if it does.
func (w *watch) startNamed(code RuleCode, from, due Date) {
	if !due.IsZero() {
		w.start(code, "", from, due)
	}
}
