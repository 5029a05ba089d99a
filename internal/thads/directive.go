package thads

import (
	"time"
)

// CodeClassified refuses a document that is a State secret: this system may not
// hold any (Law on the Protection of State Secrets).
const CodeClassified Code = "CLASSIFIED_REFUSED"

// DirectiveType is the kind of document by which a Party or government body steers.
type DirectiveType string

// The types.
const (
	DirectiveInstruction DirectiveType = "DIRECTIVE"
	DirectivePlan        DirectiveType = "PLAN"
	DirectiveProgramme   DirectiveType = "PROGRAMME"
	DirectiveResolution  DirectiveType = "RESOLUTION"
	DirectiveConclusion  DirectiveType = "CONCLUSION"
	DirectiveDecision    DirectiveType = "DECISION"
	DirectiveLetter      DirectiveType = "OFFICIAL_LETTER"
	DirectiveNotice      DirectiveType = "CONCLUSION_NOTICE"
	DirectiveOther       DirectiveType = "OTHER"
)

// DirectiveTypes are the types, with their names.
func DirectiveTypes() []Term[DirectiveType] { return directiveTypes }

var directiveTypes = []Term[DirectiveType]{
	{DirectiveInstruction, Text{"Chỉ thị", "Directive"}},
	{DirectivePlan, Text{"Kế hoạch", "Plan"}},
	{DirectiveProgramme, Text{"Chương trình", "Programme"}},
	{DirectiveResolution, Text{"Nghị quyết", "Resolution"}},
	{DirectiveConclusion, Text{"Kết luận", "Conclusion"}},
	{DirectiveDecision, Text{"Quyết định", "Decision"}},
	{DirectiveLetter, Text{"Công văn", "Official letter"}},
	{DirectiveNotice, Text{"Thông báo kết luận", "Notice of conclusions"}},
	{DirectiveOther, Text{"Văn bản khác", "Other document"}},
}

// Name returns the type's names.
func (t DirectiveType) Name() Text { return termOf(directiveTypes, t) }

// SecurityClass is the class of secrecy that a document is marked with.
type SecurityClass string

// The classes. Only documents that are no secret may be entered.
const (
	ClassNone         SecurityClass = "NONE"
	ClassConfidential SecurityClass = "CONFIDENTIAL"
	ClassSecret       SecurityClass = "SECRET"
	ClassTopSecret    SecurityClass = "TOP_SECRET"
)

// SecurityClasses are the classes, with their names.
func SecurityClasses() []Term[SecurityClass] { return securityClasses }

var securityClasses = []Term[SecurityClass]{
	{ClassNone, Text{"Không mật", "Not classified"}},
	{ClassConfidential, Text{"Mật", "Confidential"}},
	{ClassSecret, Text{"Tối mật", "Secret"}},
	{ClassTopSecret, Text{"Tuyệt mật", "Top secret"}},
}

// Name returns the class's names.
func (c SecurityClass) Name() Text { return termOf(securityClasses, c) }

// DirectiveState is where a directive stands.
type DirectiveState string

// The states of a directive. That it expired is a question with a date.
const (
	DirectiveInForce DirectiveState = "IN_FORCE"
	DirectiveEnded   DirectiveState = "ENDED"
	DirectiveVoided  DirectiveState = voided
)

// DirectiveStates are the states of a directive, with their names.
func DirectiveStates() []Term[DirectiveState] { return directives.states }

// Name returns the state's names.
func (s DirectiveState) Name() Text { return termOf(directives.states, s) }

// DirectiveEventKind is a kind of event in the life of a directive.
type DirectiveEventKind string

// The kinds of events of a directive.
const (
	DirectiveIssued      DirectiveEventKind = "ISSUED"
	DirectiveAmended     DirectiveEventKind = "AMENDED"
	DirectiveTerminated  DirectiveEventKind = "ENDED"
	DirectiveNoted       DirectiveEventKind = "NOTED"
	DirectiveEventVoided DirectiveEventKind = voided
)

// Name returns the names of the kind.
func (k DirectiveEventKind) Name() Text { return directives.name(k) }

// DirectiveEventSpecs are the kinds of events of a directive.
func DirectiveEventSpecs() []EventSpec[DirectiveEventKind] { return directives.specs }

// DirectiveRules is the table of steps in the life of a directive.
func DirectiveRules() []Rule[DirectiveEventKind, DirectiveState] { return directives.rules }

var directives = noun[DirectiveEventKind, DirectiveState, DirectiveEvent, *DirectiveEvent]{
	states: []Term[DirectiveState]{
		{DirectiveInForce, Text{"Đang thực hiện", "In force"}},
		{DirectiveEnded, Text{"Đã kết thúc", "Ended"}},
		{DirectiveVoided, Text{"Bản ghi đã hủy", "Record voided"}},
	},
	specs: []EventSpec[DirectiveEventKind]{
		{Kind: DirectiveIssued, Name: Text{"Ban hành văn bản chỉ đạo", "Issued"}, Required: []string{"document", "terms"}},
		{Kind: DirectiveAmended, Name: Text{"Sửa đổi, bổ sung văn bản chỉ đạo", "Amended"}, Required: []string{"terms"}, Optional: []string{"decision"}},
		{Kind: DirectiveTerminated, Name: Text{"Kết thúc, bãi bỏ văn bản chỉ đạo", "Ended"}, Optional: []string{"decision"}},
		{Kind: DirectiveNoted, Name: Text{"Ghi chú", "Note"}, Required: []string{noteField}},
		{Kind: DirectiveEventVoided, Name: Text{"Hủy sự kiện", "Event voided"}},
	},
	rules: []Rule[DirectiveEventKind, DirectiveState]{
		{Kind: DirectiveIssued, From: []DirectiveState{""}, To: DirectiveInForce, Article: "Văn bản của cơ quan ban hành"},
		{Kind: DirectiveAmended, From: []DirectiveState{DirectiveInForce}, Article: "Văn bản sửa đổi, bổ sung"},
		{Kind: DirectiveTerminated, From: []DirectiveState{DirectiveInForce}, To: DirectiveEnded, Article: "Văn bản thay thế, bãi bỏ hoặc tổng kết"},
		{Kind: DirectiveNoted, From: []DirectiveState{DirectiveInForce, DirectiveEnded}, Article: registerRule},
	},
}

// DirectiveDocument is what tells a directive from all others.
type DirectiveDocument struct {
	Type   DirectiveType  `json:"type"`
	Number DocumentNumber `json:"number"`
	Date   Date           `json:"date"`
	// Issuer is the body that issued it: Ban Thường vụ Tỉnh ủy, UBND tỉnh.
	Issuer string `json:"issuer"`
	// Class is the class of secrecy; anything but NONE is refused.
	Class SecurityClass `json:"class"`
	// Parent is the directive that this one carries out.
	Parent DirectiveID `json:"parent,omitzero"`
}

// DirectiveTerms are what an amendment may change: it gives all of them as they
// then stand.
type DirectiveTerms struct {
	// Title is the subject (trích yếu).
	Title string `json:"title"`
	// Scope is the territory or field, in words.
	Scope      string `json:"scope,omitzero"`
	Addressees []Body `json:"addressees,omitzero"`
	// ExpiresOn is the last day it is to be carried out, zero for open.
	ExpiresOn Date `json:"expiresOn,omitzero"`
	// ReviewOn is when carrying it out is reviewed (sơ kết, tổng kết).
	ReviewOn Date `json:"reviewOn,omitzero"`
}

// A DirectiveEvent is one event in the life of a directive.
type DirectiveEvent struct {
	Record
	Kind     DirectiveEventKind `json:"kind"`
	Document *DirectiveDocument `json:"document,omitzero"`
	Terms    *DirectiveTerms    `json:"terms,omitzero"`
	// Decision is the document that amends or ends it.
	Decision *Decision `json:"decision,omitzero"`
	Note     string    `json:"note,omitzero"`
}

func (e *DirectiveEvent) kind() DirectiveEventKind { return e.Kind }
func (e *DirectiveEvent) notes() *string           { return &e.Note }
func (e *DirectiveEvent) strip() {
	*e = DirectiveEvent{Record: e.Record, Kind: DirectiveEventVoided, Note: e.Note}
}

func (e *DirectiveEvent) normalise() {
	e.Decision = normaliseDecision(e.Decision)
	if e.Document != nil {
		d := *e.Document
		d.Number, d.Issuer = ParseDocumentNumber(d.Number.Raw), NormalizeName(d.Issuer)
		if d.Class == "" {
			d.Class = ClassNone
		}
		e.Document = &d
	}
	if e.Terms != nil {
		t := *e.Terms
		t.Title, t.Scope = NormalizeName(t.Title), NormalizeName(t.Scope)
		t.Addressees = normaliseBodies(t.Addressees)
		e.Terms = &t
	}
}

func (e *DirectiveEvent) given() []given {
	return []given{
		{"document", "số, ngày, cơ quan ban hành", "The document", e.Document != nil},
		{"terms", "nội dung văn bản", "The terms", e.Terms != nil},
		{"decision", "văn bản sửa đổi, kết thúc", "The document", e.Decision != nil},
	}
}

func (e *DirectiveEvent) check(es *Errors, today Date) {
	es.decision(e.Decision, "decision", today)
	earliest := e.EffectiveOn
	if d := e.Document; d != nil {
		if isTerm(securityClasses, d.Class) && d.Class != ClassNone {
			// Nothing else is looked at: the refusal repeats nothing of it.
			*es = Errors{Errorf(CodeClassified, "document.class",
				"Văn bản mức độ %[1]s không được nhập vào hệ thống này", "A document classified %[2]s may not be entered in this system",
				d.Class.Name().VI, d.Class.Name().EN)}
			return
		}
		es.term(checkTerm(securityClasses, d.Class, "document.class", "độ mật", "a class of secrecy"))
		es.term(checkTerm(directiveTypes, d.Type, "document.type", "loại văn bản", "The type of document"))
		es.name("document.number", d.Number.Raw, "số, ký hiệu văn bản", "The number")
		es.name("document.issuer", d.Issuer, "cơ quan ban hành", "The issuer")
		es.past("document.date", d.Date, today, "ngày ban hành", "The date")
		if d.Date > e.EffectiveOn {
			es.Add(CodeOutOfRange, "document.date", "Ngày ban hành sau ngày có hiệu lực", "It was issued after it took effect")
		}
		earliest = d.Date
	}
	if t := e.Terms; t != nil {
		es.name("terms.title", t.Title, "trích yếu", "The title")
		es.short("terms.scope", t.Scope)
		es.bodies("terms.addressees", t.Addressees, "nơi nhận", "The addressee")
		es.notBefore("terms.expiresOn", t.ExpiresOn, earliest)
		es.notBefore("terms.reviewOn", t.ReviewOn, earliest)
	}
}

// A Directive is a document by which a Party or government body steers
// enforcement; tasks carry it out.
type Directive struct {
	ID      DirectiveID `json:"id"`
	Version int         `json:"version"`
	Standing[DirectiveState]
	DirectiveDocument
	DirectiveTerms
	// IssuedOn is the day from which it counts.
	IssuedOn Date `json:"issuedOn"`
	// EndedOn is the first day on which it no longer counts.
	EndedOn    Date             `json:"endedOn,omitzero"`
	Amendments int              `json:"amendments"`
	Events     []DirectiveEvent `json:"events"`
}

// FoldDirective replays a stored history; an error wraps ErrDamaged.
func FoldDirective(id DirectiveID, events []DirectiveEvent) (*Directive, error) {
	d := &Directive{ID: id, Version: len(events), Events: events}
	if err := directives.fold(string(id), events, d); err != nil {
		return nil, err
	}
	return d, nil
}

// OpenDirective starts a directive with its first event.
func OpenDirective(id DirectiveID, e DirectiveEvent, now time.Time) (*Directive, error) {
	return (&Directive{ID: id}).Append(e, now)
}

// Append records one more event and returns the directive as it then stands; d
// is left as it was. A classified document is refused with CodeClassified.
func (d *Directive) Append(e DirectiveEvent, now time.Time) (*Directive, error) {
	events, err := directives.admit(d.Events, d.State, e, now)
	if err != nil {
		return nil, err
	}
	next := &Directive{ID: d.ID, Version: len(events), Events: events}
	if err := directives.record(events, next); err != nil {
		return nil, err
	}
	return next, nil
}

func (d *Directive) apply(e *DirectiveEvent) *Error {
	switch e.Kind {
	case DirectiveIssued:
		if e.Document.Parent != "" && e.Document.Parent == d.ID {
			return Errorf(CodeInvalid, "document.parent", "Văn bản không thể thực hiện chính nó", "A directive cannot carry out itself")
		}
		d.show(e)
	case DirectiveAmended:
		d.DirectiveTerms = *e.Terms
		d.Amendments++
	case DirectiveTerminated:
		d.EndedOn = e.EffectiveOn
	case DirectiveNoted, DirectiveEventVoided:
	}
	return nil
}

func (d *Directive) show(e *DirectiveEvent) {
	d.IssuedOn = e.EffectiveOn
	if e.Document != nil {
		d.DirectiveDocument = *e.Document
	}
	if e.Terms != nil {
		d.DirectiveTerms = *e.Terms
	}
}

// InForceOn tells whether the directive is to be carried out on a day.
func (d *Directive) InForceOn(on Date) bool {
	return !d.IsVoided() && on >= d.IssuedOn &&
		(d.EndedOn.IsZero() || on < d.EndedOn) && (d.ExpiresOn.IsZero() || on <= d.ExpiresOn)
}

// ReviewDue tells whether the day of review has come and the directive has not
// ended before.
func (d *Directive) ReviewDue(on Date) bool {
	return !d.ReviewOn.IsZero() && on >= d.ReviewOn && d.State == DirectiveInForce
}

// Units are the units among the addressees.
func (d *Directive) Units() []UnitID { return unitsOf(d.Addressees...) }

// unitsOf returns the units among bodies, each once.
func unitsOf(bodies ...Body) []UnitID {
	var out []UnitID
	for _, b := range bodies {
		out = addUnique(out, b.Unit)
	}
	return out
}

// NaturalKey is unique among directives that stand: issuer, number and year; ""
// for a voided one. Numbers restart with the calendar year.
func (d *Directive) NaturalKey() string {
	if d.IsVoided() {
		return ""
	}
	return naturalKey(Fold(d.Issuer), d.Number.Key(), itoa(d.Date.Year()))
}

// UpdatedAt is when the last event was recorded.
func (d *Directive) UpdatedAt() time.Time { return updatedAt(d.Events) }

// Fates tells, for each event, what became of it and which event decided so.
func (d *Directive) Fates() ([]Fate, []int) { return fates(d.Events) }

// NextSteps returns the steps that the directive's state allows on a date.
func (d *Directive) NextSteps(on Date) []Rule[DirectiveEventKind, DirectiveState] {
	return directives.next(d.State, on)
}
