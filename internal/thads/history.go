package thads

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// This file is what the nouns beside Case share: events of one acting subject,
// a table of the fields each kind of event has, a table of the steps each state
// allows, and the replay of a history against both.

// An EventSpec tells what a kind of event is called and which fields it has, by
// their JSON names. A field that is named in neither list is refused; every
// kind may have a note.
type EventSpec[K ~string] struct {
	Kind               K
	Name               Text
	Required, Optional []string
}

// need returns what the kind says of a field.
func (s *EventSpec[K]) need(field string) Need {
	switch {
	case slices.Contains(s.Required, field):
		return Required
	case slices.Contains(s.Optional, field), field == noteField:
		return Optional
	default:
		return Without
	}
}

// A Rule is one row of a noun's table of steps: what is not in it is refused.
type Rule[K, S ~string] struct {
	Kind K
	// From are the states in which the step is possible; the empty state is
	// that of a record not yet opened.
	From []S
	// To is the state it leads to; empty where it stays, or where the state
	// follows from what is known (a record that is reopened).
	To S
	// Article is what the step rests on.
	Article string
	// ValidFrom and ValidTo bound the dates on which the step exists; zero is
	// unbounded.
	ValidFrom, ValidTo Date
	// Verified tells whether the article was checked against the text of the
	// statute; the others stand from practice and are easy to mend here.
	Verified bool
}

// InForce tells whether the step exists on a date.
func (r *Rule[K, S]) InForce(d Date) bool {
	return (r.ValidFrom.IsZero() || d >= r.ValidFrom) && (r.ValidTo.IsZero() || d <= r.ValidTo)
}

// Standing is the state of a record and the day it came into it.
type Standing[S ~string] struct {
	State S    `json:"state"`
	Since Date `json:"since"`
}

func (s *Standing[S]) standing() *Standing[S] { return s }

// IsVoided tells whether the record's opening was taken back: it stays to be
// read and is in no figure.
func (s *Standing[S]) IsVoided() bool { return s.State == voided }

const (
	// voided is, in every noun, the state of a record whose opening was taken
	// back and the kind of event that takes another back.
	voided = "VOIDED"
	// noteField is the field that every kind of event may have.
	noteField = "note"
)

// A given is a field of an event with its names, and whether it is filled.
type given struct {
	field  string
	vi, en string
	filled bool
}

// A nounEvent is a pointer to an event of one of the nouns.
type nounEvent[E any, K ~string] interface {
	event[E]
	kind() K
	// notes returns the event's note, to trim and measure it.
	notes() *string
	// normalise unifies what the same input may be typed as in several ways.
	normalise()
	// strip leaves of the event only what one that takes another back has.
	strip()
	// given lists the fields beside the note.
	given() []given
	// check adds what is wrong within the fields of the kind. It runs only
	// where all fields are given that the kind needs, and none besides.
	check(es *Errors, today Date)
}

// A life is the state that a history folds into.
type life[E any, S ~string] interface {
	standing() *Standing[S]
	// apply carries out a step that the table allows, or refuses it.
	apply(*E) *Error
	// show fills in what a record whose opening was taken back had been
	// opened with.
	show(*E)
}

// A noun holds the tables of one kind of record.
type noun[K, S ~string, E any, P nounEvent[E, K]] struct {
	specs  []EventSpec[K]
	rules  []Rule[K, S]
	states []Term[S]
}

func (n *noun[K, S, E, P]) spec(k K) (*EventSpec[K], bool) {
	for i := range n.specs {
		if n.specs[i].Kind == k {
			return &n.specs[i], true
		}
	}
	return nil, false
}

// name returns the names of a kind of event.
func (n *noun[K, S, E, P]) name(k K) Text {
	if s, ok := n.spec(k); ok {
		return s.Name
	}
	return Text{VI: string(k), EN: string(k)}
}

// rule finds the row that allows a step in a state on a date.
func (n *noun[K, S, E, P]) rule(k K, from S, on Date) (*Rule[K, S], *Error) {
	outOfForce := false
	for i := range n.rules {
		r := &n.rules[i]
		if r.Kind != k || !slices.Contains(r.From, from) {
			continue
		}
		if r.InForce(on) {
			return r, nil
		}
		outOfForce = true
	}
	return nil, refuseStep(n.name(k), termOf(n.states, from), on, from == "", outOfForce)
}

// refuseStep says why no row of a table allows a step: it is not in force on
// that date, the record was not opened yet, or its state does not allow it.
func refuseStep(step, state Text, on Date, notOpened, outOfForce bool) *Error {
	switch {
	case outOfForce:
		return Errorf(CodeNotInForce, "effectiveOn",
			"“%[1]s” không áp dụng vào ngày %[3]s", "%[2]q is not in force on %[3]s", step.VI, step.EN, on.Vietnamese())
	case notOpened:
		return Errorf(CodeTransition, "effectiveOn",
			"“%[1]s” ngày %[3]s trước khi hồ sơ được mở", "%[2]q on %[3]s is before the record was opened", step.VI, step.EN, on.Vietnamese())
	default:
		return Errorf(CodeTransition, "kind",
			"Không thể “%[1]s” khi đang ở trạng thái “%[3]s”", "%[2]q is not possible in the state %[4]q",
			step.VI, step.EN, state.VI, state.EN)
	}
}

// next returns the steps that a state allows on a date.
func (n *noun[K, S, E, P]) next(state S, on Date) []Rule[K, S] {
	var out []Rule[K, S]
	for _, r := range n.rules {
		if slices.Contains(r.From, state) && r.InForce(on) {
			out = append(out, r)
		}
	}
	return out
}

// opens tells whether the event can be the first of a record.
func (n *noun[K, S, E, P]) opens(e *E) bool {
	return slices.ContainsFunc(n.rules, func(r Rule[K, S]) bool {
		return r.Kind == P(e).kind() && slices.Contains(r.From, "")
	})
}

// admit completes and checks a new event by itself and returns the history with
// it; events is left as it was. Whether the history is a legal one, replay tells.
func (n *noun[K, S, E, P]) admit(events []E, state S, e E, now time.Time) ([]E, error) {
	if state == voided {
		return nil, Errorf(CodeTransition, "", "Bản ghi đã hủy, không thể ghi thêm", "The record was voided and takes no more events")
	}
	p := P(&e)
	r, note := p.record(), p.notes()
	r.Reason, *note = trimText(r.Reason), trimText(*note)
	p.normalise()
	if err := stamp[E, P](events, &e, now); err != nil {
		return nil, err
	}
	if r.Voids != 0 {
		if len(*note) > MaxText {
			return nil, tooLong(noteField)
		}
		p.strip()
	} else if err := n.validate(events, &e).Err(); err != nil {
		return nil, err
	}
	return append(slices.Clip(slices.Clone(events)), e), nil
}

// validate checks the fields of a new event, all of them at once.
func (n *noun[K, S, E, P]) validate(events []E, e *E) Errors {
	var es Errors
	p := P(e)
	spec, ok := n.spec(p.kind())
	if !ok || p.kind() == voided {
		es.Add(CodeInvalid, "kind", "Không có loại sự kiện %q", "There is no kind of event %q", string(p.kind()))
		return es
	}
	r := p.record()
	if r.Supersedes != 0 {
		if was := P(&events[r.Supersedes-1]).kind(); was != spec.Kind {
			es.Add(CodeInvalid, "kind", "Sự kiện sửa phải cùng loại “%[1]s”", "A correction must be of the same kind, %[2]q", n.name(was).VI, n.name(was).EN)
		}
	}
	note := *p.notes()
	for _, g := range append(p.given(), given{noteField, "nội dung", "The text", note != ""}) {
		switch need := spec.need(g.field); {
		case need == Required && !g.filled:
			es.term(required(g.field, g.vi, g.en))
		case need == Without && g.filled:
			es.Add(CodeNotAllowed, g.field, "“%[1]s” không có mục %[3]s", "%[2]q has no such field", spec.Name.VI, spec.Name.EN, g.vi)
		}
	}
	es.length(noteField, note)
	if len(es) == 0 {
		p.check(&es, DateIn(r.RecordedAt))
	}
	slices.SortStableFunc(es, func(a, b *Error) int { return strings.Compare(strings.Join(a.Field, "."), strings.Join(b.Field, ".")) })
	return es
}

// replay carries the events that stand out on l, which is as yet unopened.
// Where a step is refused it returns that event and the refusal.
func (n *noun[K, S, E, P]) replay(events []E, l life[E, S]) (failed *E, refusal *Error) {
	steps := effective[E, P](events)
	if !slices.ContainsFunc(steps, func(s step[E]) bool { return n.opens(s.ev) }) {
		// The opening as it last stood tells best what the record was about;
		// without any the replay refuses the first step.
		var shown *E
		for i := range events {
			if n.opens(&events[i]) {
				shown = &events[i]
			}
		}
		if shown == nil {
			return n.carryOut(steps, l)
		}
		*l.standing() = Standing[S]{State: voided, Since: P(shown).record().EffectiveOn}
		l.show(shown)
		return nil, nil
	}
	return n.carryOut(steps, l)
}

// carryOut applies the steps one after the other.
func (n *noun[K, S, E, P]) carryOut(steps []step[E], l life[E, S]) (failed *E, refusal *Error) {
	for _, s := range steps {
		at, on := l.standing(), P(s.ev).record().EffectiveOn
		was := at.State
		rule, refusal := n.rule(P(s.ev).kind(), was, on)
		if refusal == nil {
			refusal = l.apply(s.ev)
		}
		if refusal != nil {
			return s.ev, refusal
		}
		if rule.To != "" {
			at.State = rule.To
		}
		if at.State != was {
			at.Since = on
		}
	}
	return nil, nil
}

// fold replays the stored history of the record with that id. An error wraps
// ErrDamaged, as that of FoldCase does.
func (n *noun[K, S, E, P]) fold(id string, events []E, l life[E, S]) error {
	if len(events) == 0 {
		return fmt.Errorf("%w: %q has no events", ErrDamaged, id)
	}
	if err := intact[E, P](events); err != nil {
		return fmt.Errorf("%w: %q: %w", ErrDamaged, id, err)
	}
	if failed, refusal := n.replay(events, l); refusal != nil {
		return fmt.Errorf("%w: %q: event %d (%s): %s", ErrDamaged, id, P(failed).record().Seq, P(failed).kind(), refusal.Error())
	}
	return nil
}

// record replays a history whose last event is new. A refusal is about that
// event itself, or names the later event that would no longer be possible.
func (n *noun[K, S, E, P]) record(events []E, l life[E, S]) error {
	if failed, refusal := n.replay(events, l); refusal != nil {
		return conflicting(refusal, P(failed).record(), len(events), n.name(P(failed).kind()))
	}
	return nil
}

// updatedAt is when the last event was recorded.
func updatedAt[E any, P event[E]](events []E) time.Time {
	if len(events) == 0 {
		return time.Time{}
	}
	return P(&events[len(events)-1]).record().RecordedAt
}

// A Period is a run of days. To is its last day, zero while it goes on.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to,omitzero"`
}

func (p *Period) period() *Period { return p }

// Contains tells whether the day lies in the period.
func (p Period) Contains(d Date) bool { return d >= p.From && (p.To.IsZero() || d <= p.To) }

// overlap returns the days that both periods have, and whether there are any.
func (p Period) overlap(q Period) (Period, bool) {
	r := Period{From: max(p.From, q.From), To: p.To}
	if r.To.IsZero() || !q.To.IsZero() && q.To < r.To {
		r.To = q.To
	}
	return r, r.To.IsZero() || r.From <= r.To
}

// A spell is a pointer to a struct that embeds Period.
type spell[T any] interface {
	*T
	period() *Period
}

// begin ends the last spell on the day before the next one and appends that. A
// spell that would not have lasted a day is replaced.
func begin[T any, P spell[T]](spells []T, next T) []T {
	from := P(&next).period().From
	if n := len(spells); n > 0 && P(&spells[n-1]).period().From == from {
		spells = spells[:n-1]
	}
	finish[T, P](spells, from.AddDays(-1))
	return append(spells, next)
}

// finish ends the last spell on a day unless it has ended.
func finish[T any, P spell[T]](spells []T, last Date) {
	if n := len(spells); n > 0 {
		if p := P(&spells[n-1]).period(); p.To.IsZero() {
			p.To = last
		}
	}
}

// spellOn returns the spell that a day lies in.
func spellOn[T any, P spell[T]](spells []T, d Date) (T, bool) {
	for i := range spells {
		if P(&spells[i]).period().Contains(d) {
			return spells[i], true
		}
	}
	var none T
	return none, false
}

// A Body is an agency or organisation that is given a duty: a unit of the
// enforcement system, or any other by its name.
type Body struct {
	Unit UnitID `json:"unit,omitzero"`
	Name string `json:"name,omitzero"`
}

// IsZero tells whether there is no body.
func (b Body) IsZero() bool { return b.Unit == "" && b.Name == "" }

func normaliseBodies(in []Body) []Body {
	out := slices.Clone(in)
	for i := range out {
		out[i].Name = NormalizeName(out[i].Name)
	}
	return out
}

// body refuses a body that is neither a unit nor a name.
func (es *Errors) body(field string, b Body, vi, en string) {
	if b.IsZero() {
		es.term(required(field, vi, en))
	}
	es.short(field+".name", b.Name)
}

// bodies checks a list of bodies.
func (es *Errors) bodies(field string, bodies []Body, vi, en string) {
	if es.list(field, len(bodies)) {
		for i, b := range bodies {
			es.body(field+"."+itoa(i), b, vi, en)
		}
	}
}

// MaxList bounds the lists within one event: addressees, attendees, figures.
const MaxList = 1000

// list refuses a list beyond MaxList and tells whether it may be looked at.
func (es *Errors) list(field string, n int) bool {
	if n > MaxList {
		es.Add(CodeLimit, field, "Tối đa %d mục", "At most %d entries", MaxList)
	}
	return n <= MaxList
}

// short refuses a name or title beyond MaxName; it may be empty.
func (es *Errors) short(field, s string) {
	if len(s) > MaxName {
		es.Add(CodeOutOfRange, field, "Dài quá %d byte", "Longer than %d bytes", MaxName)
	}
}

// text refuses an empty text and one beyond MaxText.
func (es *Errors) text(field, s, vi, en string) {
	if s == "" {
		es.term(required(field, vi, en))
	}
	es.length(field, s)
}

// valid refuses a date that the calendar does not have; none is allowed.
func (es *Errors) valid(field string, d Date) {
	if !d.IsZero() && !d.Valid() {
		es.Add(CodeInvalid, field, "Ngày không hợp lệ", "There is no such date")
	}
}

// notBefore refuses a date before another; none is allowed.
func (es *Errors) notBefore(field string, d, earliest Date) {
	es.valid(field, d)
	if !d.IsZero() && d < earliest {
		es.Add(CodeOutOfRange, field, "Ngày %[1]s trước ngày %[2]s", "%[1]s is before %[2]s", d.Vietnamese(), earliest.Vietnamese())
	}
}

// link refuses what a browser may not follow; none is allowed.
func (es *Errors) link(field, s string) {
	es.short(field, s)
	if s == "" {
		return
	}
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		es.Add(CodeInvalid, field, "Đường dẫn phải bắt đầu bằng https:// hoặc http://", "A link begins with https:// or http://")
	}
}

// code refuses a code that is not made of letters, digits, dots and dashes.
func (es *Errors) code(field, s, vi, en string) {
	es.name(field, s, vi, en)
	if strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	}) {
		es.Add(CodeInvalid, field, "Mã chỉ gồm chữ cái không dấu, chữ số, dấu chấm và gạch nối", "A code has ASCII letters, digits, dots and dashes only")
	}
}

// statYear refuses a statistical year that no register has.
func (es *Errors) statYear(field string, y StatYear) {
	if y < minYear || y > maxYear {
		es.Add(CodeOutOfRange, field, "Năm thống kê %s không hợp lệ", "%s is no statistical year", y.String())
	}
}

// normaliseDecision returns the decision as it is stored; nil for none. The
// number is parsed again, whoever made it.
func normaliseDecision(d *Decision) *Decision {
	if d == nil {
		return nil
	}
	return &Decision{
		Number: ParseDocumentNumber(d.Number.Raw), Date: d.Date,
		Issuer: NormalizeName(d.Issuer), Signer: NormalizeName(d.Signer),
	}
}

// normaliseCode writes a code in capitals without spaces.
func normaliseCode(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(NormalizeName(s)), ""))
}

func normaliseAll(in []string) []string {
	out := make([]string, 0, len(in))
	for _, s := range in {
		if s = NormalizeName(s); s != "" {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// naturalKey joins the parts by which people tell records apart, in a form
// that ignores case, accents and spacing. Numbers keep Đ apart from D.
func naturalKey(parts ...string) string { return strings.Join(parts, "|") }

// addUnique appends what is neither empty nor there already.
func addUnique[T ~string](list []T, more ...T) []T {
	for _, v := range more {
		if v != "" && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// target returns the sequence of the event that a record corrects or takes
// back, 0 for none.
func (r *Record) target() int { return cmp.Or(r.Voids, r.Supersedes) }
