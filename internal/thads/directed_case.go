package thads

import "time"

// DirectedCaseState is where a directed case stands.
type DirectedCaseState string

// The states of a directed case.
const (
	DirectedOpen     DirectedCaseState = "OPEN"
	DirectedResolved DirectedCaseState = "RESOLVED"
	DirectedDelisted DirectedCaseState = "DELISTED"
	DirectedVoided   DirectedCaseState = voided
)

// DirectedCaseStates are the states of a directed case, with their names.
func DirectedCaseStates() []Term[DirectedCaseState] { return directedCases.states }

// Name returns the state's names.
func (s DirectedCaseState) Name() Text { return termOf(directedCases.states, s) }

// DirectedCaseEventKind is a kind of event in following a directed case.
type DirectedCaseEventKind string

// The kinds of events of a directed case.
const (
	DirectedListed      DirectedCaseEventKind = "LISTED"
	DirectedObstacle    DirectedCaseEventKind = "OBSTACLE"
	DirectedReported    DirectedCaseEventKind = "REPORTED"
	DirectedResolution  DirectedCaseEventKind = "RESOLVED"
	DirectedDelisting   DirectedCaseEventKind = "DELISTED"
	DirectedReopened    DirectedCaseEventKind = "REOPENED"
	DirectedTransferred DirectedCaseEventKind = "TRANSFERRED"
	DirectedEventVoided DirectedCaseEventKind = voided
)

// Name returns the names of the kind.
func (k DirectedCaseEventKind) Name() Text { return directedCases.name(k) }

// DirectedCaseEventSpecs are the kinds of events of a directed case.
func DirectedCaseEventSpecs() []EventSpec[DirectedCaseEventKind] { return directedCases.specs }

// DirectedCaseRules is the table of steps in following a directed case.
func DirectedCaseRules() []Rule[DirectedCaseEventKind, DirectedCaseState] { return directedCases.rules }

var (
	openDirected  = []DirectedCaseState{DirectedOpen}
	endedDirected = []DirectedCaseState{DirectedResolved, DirectedDelisted}
)

// directedRule is what every step of a directed case rests on.
const directedRule = "Ý kiến chỉ đạo của cấp ủy, chính quyền"

var directedCases = noun[DirectedCaseEventKind, DirectedCaseState, DirectedCaseEvent, *DirectedCaseEvent]{
	states: []Term[DirectedCaseState]{
		{DirectedOpen, Text{"Đang chỉ đạo, theo dõi", "Followed"}},
		{DirectedResolved, Text{"Đã giải quyết xong", "Resolved"}},
		{DirectedDelisted, Text{"Đã đưa ra khỏi diện chỉ đạo", "Delisted"}},
		{DirectedVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[DirectedCaseEventKind]{
		{Kind: DirectedListed, Name: Text{"Đưa vào diện chỉ đạo", "Listed"}, Required: []string{"particulars", "toUnit"}},
		{Kind: DirectedObstacle, Name: Text{"Nêu khó khăn, vướng mắc", "Obstacle reported"}, Required: []string{"text"}, Optional: []string{"evidence"}},
		{Kind: DirectedReported, Name: Text{"Báo cáo tiến độ", "Progress reported"}, Required: []string{"text"}, Optional: []string{"evidence"}},
		{Kind: DirectedResolution, Name: Text{"Giải quyết xong", "Resolved"}, Required: []string{"text"}, Optional: []string{"evidence"}},
		{Kind: DirectedDelisting, Name: Text{"Đưa ra khỏi diện chỉ đạo", "Delisted"}, Required: []string{"text"}, Optional: []string{"evidence"}},
		{Kind: DirectedReopened, Name: Text{"Chỉ đạo, theo dõi lại", "Reopened"}, Required: []string{"text"}},
		{Kind: DirectedTransferred, Name: Text{"Chuyển đơn vị thực hiện", "Transferred to another unit"}, Required: []string{"toUnit"}},
		{Kind: DirectedEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[DirectedCaseEventKind, DirectedCaseState]{
		{Kind: DirectedListed, From: []DirectedCaseState{""}, To: DirectedOpen, Article: directedRule},
		{Kind: DirectedObstacle, From: openDirected, Article: directedRule},
		{Kind: DirectedReported, From: openDirected, Article: directedRule},
		{Kind: DirectedResolution, From: openDirected, To: DirectedResolved, Article: directedRule},
		{Kind: DirectedDelisting, From: openDirected, To: DirectedDelisted, Article: directedRule},
		{Kind: DirectedReopened, From: endedDirected, To: DirectedOpen, Article: directedRule},
		{Kind: DirectedTransferred, From: openDirected, Article: directedRule},
	},
}

// DirectedCaseParticulars are what a directed case is about.
type DirectedCaseParticulars struct {
	// Case is the case in the ledger; where it is not there, Description says
	// which case it is.
	Case        CaseID `json:"case,omitzero"`
	Description string `json:"description,omitzero"`
	Title       string `json:"title"`
	// DirectingBody directs (Thường trực Tỉnh ủy), TrackingBody follows and
	// urges (Ban Nội chính Tỉnh ủy).
	DirectingBody string      `json:"directingBody"`
	TrackingBody  string      `json:"trackingBody,omitzero"`
	Directive     DirectiveID `json:"directive,omitzero"`
	// Order is what was ordered.
	Order string `json:"order,omitzero"`
}

// A DirectedCaseEvent is one event in following a directed case.
type DirectedCaseEvent struct {
	Record
	Kind DirectedCaseEventKind `json:"kind"`
	// Unit is the one that held the case when the event counts.
	Unit        UnitID                   `json:"unit,omitzero"`
	Particulars *DirectedCaseParticulars `json:"particulars,omitzero"`
	// Text is the obstacle, the report, the result or the reason.
	Text     string     `json:"text,omitzero"`
	Evidence []Evidence `json:"evidence,omitzero"`
	ToUnit   UnitID     `json:"toUnit,omitzero"`
	Note     string     `json:"note,omitzero"`
}

func (e *DirectedCaseEvent) kind() DirectedCaseEventKind { return e.Kind }
func (e *DirectedCaseEvent) notes() *string              { return &e.Note }
func (e *DirectedCaseEvent) strip() {
	*e = DirectedCaseEvent{Record: e.Record, Kind: DirectedEventVoided, Note: e.Note}
}

func (e *DirectedCaseEvent) normalise() {
	e.Text, e.Evidence = trimText(e.Text), normaliseEvidence(e.Evidence)
	if e.Particulars == nil {
		return
	}
	p := *e.Particulars
	p.Title, p.Description, p.Order = NormalizeName(p.Title), trimText(p.Description), trimText(p.Order)
	p.DirectingBody, p.TrackingBody = NormalizeName(p.DirectingBody), NormalizeName(p.TrackingBody)
	e.Particulars = &p
}

func (e *DirectedCaseEvent) given() []given {
	return []given{
		{"particulars", "nội dung vụ việc", "What the case is about", e.Particulars != nil},
		{"text", "nội dung báo cáo, kết quả", "The text", e.Text != ""},
		{"evidence", "tài liệu minh chứng", "The evidence", len(e.Evidence) > 0},
		{"toUnit", "đơn vị thực hiện", "The unit", e.ToUnit != ""},
	}
}

func (e *DirectedCaseEvent) check(es *Errors, _ Date) {
	es.length("text", e.Text)
	es.evidence("evidence", e.Evidence)
	p := e.Particulars
	if p == nil {
		return
	}
	const at = "particulars."
	es.name(at+"title", p.Title, "tên vụ việc", "The title")
	es.name(at+"directingBody", p.DirectingBody, "cơ quan chỉ đạo", "The directing body")
	es.short(at+"trackingBody", p.TrackingBody)
	es.length(at+"order", p.Order)
	es.length(at+"description", p.Description)
	if p.Case == "" && p.Description == "" {
		es.term(required(at+"description", "việc thi hành án hoặc mô tả vụ việc", "The case, or a description of it"))
	}
}

// A DirectedCase is a case that a Party or government body follows (vụ việc
// thuộc diện chỉ đạo). It is never shown in public.
type DirectedCase struct {
	ID      DirectedCaseID `json:"id"`
	Version int            `json:"version"`
	Standing[DirectedCaseState]
	DirectedCaseParticulars
	ListedOn Date   `json:"listedOn"`
	Unit     UnitID `json:"unit"`
	// Units are all that hold or ever held it.
	Units     []UnitID `json:"units"`
	Obstacles int      `json:"obstacles"`
	Reports   int      `json:"reports"`
	// ReportedOn is the day of the last report or obstacle.
	ReportedOn Date `json:"reportedOn,omitzero"`
	// FinishedOn and Result tell how it ended; zero while open.
	FinishedOn Date                `json:"finishedOn,omitzero"`
	Result     string              `json:"result,omitzero"`
	Events     []DirectedCaseEvent `json:"events"`

	// newest is the sequence of the event being recorded; 0 while folding.
	newest int
}

// FoldDirectedCase replays a stored history; an error wraps ErrDamaged.
func FoldDirectedCase(id DirectedCaseID, events []DirectedCaseEvent) (*DirectedCase, error) {
	c := &DirectedCase{ID: id, Version: len(events), Events: events}
	if err := directedCases.fold(string(id), events, c); err != nil {
		return nil, err
	}
	return c, nil
}

// OpenDirectedCase starts a directed case with its first event.
func OpenDirectedCase(id DirectedCaseID, e DirectedCaseEvent, now time.Time) (*DirectedCase, error) {
	return (&DirectedCase{ID: id}).Append(e, now)
}

// Append records one more event and returns the directed case as it then
// stands; c is left as it was.
func (c *DirectedCase) Append(e DirectedCaseEvent, now time.Time) (*DirectedCase, error) {
	events, err := directedCases.admit(c.Events, c.State, e, now)
	if err != nil {
		return nil, err
	}
	if last := &events[len(events)-1]; last.Voids != 0 {
		last.Unit = events[last.Voids-1].Unit
	}
	next := &DirectedCase{ID: c.ID, Version: len(events), Events: events, newest: len(events)}
	if err := directedCases.record(events, next); err != nil {
		return nil, err
	}
	next.newest = 0
	return next, nil
}

func (c *DirectedCase) apply(e *DirectedCaseEvent) *Error {
	newest := e.Seq == c.newest
	if newest {
		e.Unit = c.Unit
	}
	switch e.Kind {
	case DirectedListed:
		c.list(e)
	case DirectedObstacle:
		c.Obstacles++
		c.ReportedOn = e.EffectiveOn
	case DirectedReported:
		c.Reports++
		c.ReportedOn = e.EffectiveOn
	case DirectedResolution, DirectedDelisting:
		c.FinishedOn, c.Result = e.EffectiveOn, e.Text
	case DirectedReopened:
		c.FinishedOn, c.Result = 0, ""
	case DirectedTransferred:
		if e.ToUnit == c.Unit {
			return Errorf(CodeInvalid, "toUnit", "Vụ việc đã thuộc đơn vị này", "The unit holds the case already")
		}
		c.Unit, c.Units = e.ToUnit, addUnique(c.Units, e.ToUnit)
	case DirectedEventVoided:
	}
	if newest && e.Unit == "" {
		e.Unit = c.Unit
	}
	return nil
}

func (c *DirectedCase) show(e *DirectedCaseEvent) {
	// Whoever ever held it may still read it.
	for i := range c.Events {
		c.Units = addUnique(c.Units, c.Events[i].ToUnit)
	}
	c.list(e)
}

func (c *DirectedCase) list(e *DirectedCaseEvent) {
	if e.Particulars != nil {
		c.DirectedCaseParticulars = *e.Particulars
	}
	c.ListedOn, c.Unit, c.Units = e.EffectiveOn, e.ToUnit, addUnique(c.Units, e.ToUnit)
}

// UpdatedAt is when the last event was recorded.
func (c *DirectedCase) UpdatedAt() time.Time { return updatedAt(c.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (c *DirectedCase) Fates() ([]Fate, []int) { return fates(c.Events) }

// NextSteps returns the steps that the state allows on a date.
func (c *DirectedCase) NextSteps(on Date) []Rule[DirectedCaseEventKind, DirectedCaseState] {
	return directedCases.next(c.State, on)
}
