package thads

// PostVerdict returns the postings of an administrative verdict, as PostCase
// does of a case. A judgment with nothing to track is counted when it is
// registered and in nothing else.
func PostVerdict(v *AdministrativeVerdict) ([]Posting, error) {
	return postings(string(v.ID), v.Events, func() walk[VerdictEvent] {
		return &nounWalk[VerdictEventKind, VerdictState, VerdictEvent, *VerdictEvent]{
			noun: &verdicts, life: &AdministrativeVerdict{}, accounts: &verdictAccounts,
			moves: moves{transferred: AccountVerdictTransferred},
		}
	}, verdicts.opens)
}

// PostDirectedCase returns the postings of a directed case.
func PostDirectedCase(c *DirectedCase) ([]Posting, error) {
	return postings(string(c.ID), c.Events, func() walk[DirectedCaseEvent] {
		return &nounWalk[DirectedCaseEventKind, DirectedCaseState, DirectedCaseEvent, *DirectedCaseEvent]{
			noun: &directedCases, life: &DirectedCase{}, accounts: &directedAccounts,
			moves: moves{transferred: AccountDirectedTransferred},
		}
	}, directedCases.opens)
}

// PostTask returns the postings of a task, which counts for the unit of the body
// that leads it.
func PostTask(t *Task) ([]Posting, error) {
	return postings(string(t.ID), t.Events, func() walk[TaskEvent] {
		return &nounWalk[TaskEventKind, TaskState, TaskEvent, *TaskEvent]{
			noun: &tasks, life: &Task{}, accounts: &taskAccounts,
		}
	}, tasks.opens)
}

// nounAccounts tell where the records of a noun stand, by their state, and what
// is counted of them, by the kind of event.
type nounAccounts[K, S ~string] struct {
	source, reopened AccountClass
	live, over       map[S]AccountClass
	counted          map[K]AccountClass
	// untracked counts, when it is opened, a record that stands nowhere.
	untracked AccountClass
}

var (
	verdictAccounts = nounAccounts[VerdictEventKind, VerdictState]{
		source: AccountVerdictNew, reopened: AccountVerdictReopened, untracked: AccountVerdictUntracked,
		live: map[VerdictState]AccountClass{
			VerdictNew: AccountVerdictUnnotified, VerdictNotified: AccountVerdictNotified,
			VerdictCompels: AccountVerdictCompelled, VerdictUrged: AccountVerdictUrged,
		},
		over: map[VerdictState]AccountClass{VerdictDone: AccountVerdictDone, VerdictNoLonger: AccountVerdictNoLonger},
		counted: map[VerdictEventKind]AccountClass{
			VerdictNoticeIssued: AccountVerdictNotice, VerdictWorkSession: AccountVerdictSession,
			VerdictCompulsionDecided: AccountVerdictCompulsion, VerdictDisciplinePetitioned: AccountVerdictPetition,
		},
	}
	directedAccounts = nounAccounts[DirectedCaseEventKind, DirectedCaseState]{
		source: AccountDirectedListed, reopened: AccountDirectedReopened,
		live: map[DirectedCaseState]AccountClass{DirectedOpen: AccountDirectedOpen},
		over: map[DirectedCaseState]AccountClass{DirectedResolved: AccountDirectedResolved, DirectedDelisted: AccountDirectedDelisted},
	}
	taskAccounts = nounAccounts[TaskEventKind, TaskState]{
		source: AccountTaskSet, reopened: AccountTaskReopened,
		live: map[TaskState]AccountClass{TaskNotStarted: AccountTaskNotStarted, TaskInProgress: AccountTaskInProgress},
		over: map[TaskState]AccountClass{TaskDone: AccountTaskDone, TaskCancelled: AccountTaskCancelled},
	}
)

// counting is how a record of a noun counts: for whom, by which subject, and
// whether it stands anywhere at all.
type counting interface {
	countedFor() (h holder, subject string, stands bool)
}

func (v *AdministrativeVerdict) countedFor() (holder, string, bool) {
	return holder{unit: v.Unit, officer: v.Officer}, string(v.Category), v.Tracked
}

func (c *DirectedCase) countedFor() (holder, string, bool) { return holder{unit: c.Unit}, "", true }

func (t *Task) countedFor() (holder, string, bool) {
	return holder{unit: t.Particulars.Lead.Unit}, "", true
}

// A countedLife is the state that a history of a noun folds into.
type countedLife[E any, S ~string] interface {
	life[E, S]
	counting
}

// A nounWalk replays a record of a noun.
type nounWalk[K, S ~string, E any, P nounEvent[E, K]] struct {
	moves
	noun     *noun[K, S, E, P]
	life     countedLife[E, S]
	accounts *nounAccounts[K, S]
	// ended is where the record went when it was over.
	ended ending
}

func (w *nounWalk[K, S, E, P]) moved() *moves { return &w.moves }

func (w *nounWalk[K, S, E, P]) carryOut(e *E) *Error {
	one, on := amount{cases: 1}, P(e).record().EffectiveOn
	was, _, _ := w.life.countedFor()
	state := w.life.standing().State
	if _, refusal := w.noun.carryOut([]step[E]{{ev: e}}, w.life); refusal != nil {
		return refusal
	}
	w.begin(on)
	is, subject, stands := w.life.countedFor()
	at := func(c AccountClass) spot { return spot{Account{Class: c}, is} }
	switch {
	case stands:
		w.move(state, was, on)
	case state == "":
		w.add(at(w.accounts.untracked), subject, one)
	}
	if class, ok := w.accounts.counted[P(e).kind()]; ok {
		w.add(at(class), subject, one)
	}
	w.finish()
	return nil
}

// move moves the record from how it stood to how it stands.
func (w *nounWalk[K, S, E, P]) move(state S, was holder, on Date) {
	is, subject, _ := w.life.countedFor()
	now := w.life.standing().State
	at := func(c AccountClass, h holder) spot { return spot{Account{Class: c}, h} }
	_, wasOver := w.accounts.over[state]
	over, isOver := w.accounts.over[now]
	if wasOver && isOver || state == now && was.is(is) {
		return
	}
	var from, to spot
	switch {
	case state == "":
		from = at(w.accounts.source, is)
	case wasOver && w.ended.year == StatYearOf(on):
		from = w.ended.spot
	case wasOver:
		from = at(w.accounts.reopened, is)
	default:
		from = at(w.accounts.live[state], was)
	}
	if isOver {
		to = at(over, is)
		w.ended = ending{spot: to, year: StatYearOf(on)}
	} else {
		to = at(w.accounts.live[now], is)
	}
	w.transfer(from, to, subject, amount{cases: 1})
}
