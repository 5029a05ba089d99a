package thads

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// FoldCase replays a stored history. An error wraps ErrDamaged: no history
// written by Append is refused. FoldCase checks what keeps the fold meaningful
// (order, money, the table of steps) and not every field, so that rules of
// entry may become stricter without making old records unreadable.
func FoldCase(id CaseID, events []CaseEvent) (*Case, error) {
	if len(events) == 0 {
		return nil, fmt.Errorf("%w: case %q has no events", ErrDamaged, id)
	}
	if err := intact(events); err != nil {
		return nil, fmt.Errorf("%w: case %q: %w", ErrDamaged, id, err)
	}
	c, failed, refusal := foldCase(id, events, false)
	if refusal != nil {
		// The refusal is told, not wrapped: nobody asked for what it refuses.
		return nil, fmt.Errorf("%w: case %q: event %d (%s): %s", ErrDamaged, id, failed.Seq, failed.Kind, refusal.Error())
	}
	return c, nil
}

// OpenCase starts a case with its first event.
func OpenCase(id CaseID, e CaseEvent, now time.Time) (*Case, error) {
	return (&Case{ID: id}).Append(e, now)
}

// Append records one more event and returns the case as it then stands; c
// itself is left as it was. The event is accepted only if the whole replay is
// legal: a refusal is about the event itself (its field is named) or names the
// later event that would no longer be possible. now is the writer's clock.
func (c *Case) Append(e CaseEvent, now time.Time) (*Case, error) {
	if c.State == StateVoided {
		return nil, Errorf(CodeTransition, "", "Bản ghi đã hủy, không thể ghi thêm", "The record was voided and takes no more events")
	}
	e.normalise()
	if err := stamp(c.Events, &e, now); err != nil {
		return nil, err
	}
	if e.Voids != 0 {
		if len(e.Note) > MaxText {
			return nil, tooLong("note")
		}
		voided := &c.Events[e.Voids-1]
		e = CaseEvent{Record: e.Record, Kind: CaseVoidedEvent, Unit: voided.Unit, Officer: voided.Officer, Note: e.Note}
	} else {
		c.number(&e)
		if err := c.validate(&e).Err(); err != nil {
			return nil, err
		}
	}
	events := append(append(make([]CaseEvent, 0, len(c.Events)+1), c.Events...), e)
	next, failed, refusal := foldCase(c.ID, events, true)
	if refusal != nil {
		return nil, conflicting(refusal, &failed.Record, e.Seq, failed.Kind.Name())
	}
	if len(next.Parties) > MaxParties {
		return nil, Errorf(CodeLimit, "parties", "Một việc có tối đa %d đương sự", "A case has at most %d parties", MaxParties)
	}
	return next, nil
}

// foldCase replays the events that stand. Where a step is refused it returns
// that event and the refusal. While recording, the last event receives the unit
// and officer that held the case when it counts.
func foldCase(id CaseID, events []CaseEvent, recording bool) (c *Case, failed *CaseEvent, refusal *Error) {
	c = &Case{ID: id, Version: len(events), Events: events}
	steps := effective(events)
	if openingVoided(events, steps) {
		c.foldVoided(events, steps)
		return c, nil, nil
	}
	for _, s := range steps {
		newest := recording && s.ev.Seq == len(events)
		if newest {
			s.ev.Unit, s.ev.Officer = c.Unit, c.Officer
			c.nameObligation(s.ev)
		}
		if refusal := c.apply(s.ev); refusal != nil {
			return nil, s.ev, refusal
		}
		if newest && s.ev.Unit == "" {
			s.ev.Unit, s.ev.Officer = c.Unit, c.Officer
		}
	}
	if c.State == notOpened {
		return nil, &events[0], Errorf(CodeTransition, "kind", "Việc chưa được mở", "The case was not opened")
	}
	return c, nil, nil
}

// nameObligation writes into an event that is being recorded which obligation
// it acts on where the case has only that one, so that the event still means it
// should a correction give the case more.
func (c *Case) nameObligation(e *CaseEvent) {
	if spec, ok := caseEventSpec(e.Kind); ok && spec.OneObligation && e.Obligation == "" && len(c.Balances) == 1 {
		e.Obligation = c.Balances[0].ID
	}
}

// openingVoided tells whether the event that opened the case was taken back: no
// step that stands opens it, and none stands in the place of one that did. (An
// opening corrected into an event that opens nothing is refused by the replay.)
func openingVoided(events []CaseEvent, steps []step[CaseEvent]) bool {
	if slices.ContainsFunc(steps, func(s step[CaseEvent]) bool { return s.ev.opens() || events[s.slot-1].opens() }) {
		return false
	}
	return slices.ContainsFunc(events, func(e CaseEvent) bool { return e.opens() })
}

// foldVoided shows what a case whose opening was taken back had been: its last
// particulars and decision, and all that ever held it. It is in no figure.
func (c *Case) foldVoided(events []CaseEvent, steps []step[CaseEvent]) {
	c.State = StateVoided
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case CaseReceived, CaseDecided, CaseBroughtForward:
			c.Since, c.OpenedOn, c.Decision = e.EffectiveOn, e.EffectiveOn, cmp.Or(e.Decision, c.Decision)
			if p := e.Particulars; p != nil {
				c.Particulars, c.Parties, c.Tags = *p, p.Parties, p.Tags
			}
			c.handOver(e)
		default:
		}
	}
	for _, s := range steps {
		c.handOver(s.ev)
	}
}

// handOver makes the unit and officer that the event names the holders; an
// officer alone holds the case in the unit where it is.
func (c *Case) handOver(e *CaseEvent) {
	if e.ToUnit != "" || e.ToOfficer != "" {
		c.hold(cmp.Or(e.ToUnit, c.Unit), e.ToOfficer)
	}
}

// opens tells whether the event can be the first of a case.
func (e *CaseEvent) opens() bool {
	switch e.Kind {
	case CaseReceived, CaseBroughtForward:
		return true
	case CaseDecided:
		return e.Particulars != nil
	default:
		return false
	}
}

// apply carries out one step or refuses it.
func (c *Case) apply(e *CaseEvent) *Error {
	spec, ok := caseEventSpec(e.Kind)
	if !ok {
		return Errorf(CodeInvalid, "kind", "Không có loại sự kiện %q", "There is no kind of event %q", string(e.Kind))
	}
	was := c.State
	var refusal *Error
	if spec.WholeCase {
		refusal = c.applyToCase(e)
	} else {
		refusal = c.applyToObligations(spec, e)
	}
	if refusal != nil {
		return refusal
	}
	c.settle()
	if c.State != was {
		c.Since = e.EffectiveOn
		if e.Kind == CaseBroughtForward {
			c.Since = c.Balances[0].Since
		}
		c.FinishedOn = 0
		if c.isOver() {
			c.FinishedOn = e.EffectiveOn
		}
	}
	return nil
}

// isOver tells whether the case has left both the live stock and the separate book.
func (c *Case) isOver() bool {
	return !c.State.IsUnfinished()
}

// settle derives the state of the case from those of its obligations: the first
// of in progress, postponed, paused, suspended, not enforceable that any
// unfinished one has; with none unfinished, what ended it as a whole, else done
// if anything was performed, else terminated, else entrusted.
func (c *Case) settle() {
	if c.State == StateReceived || c.State == StateRefused {
		return
	}
	for _, s := range settleOrder {
		for i := range c.Balances {
			if b := &c.Balances[i]; b.State == s {
				c.State, c.Ground = s, b.Ground
				return
			}
		}
	}
	c.Ground = ""
	performed := slices.ContainsFunc(c.Balances, func(b Balance) bool { return b.Performed })
	has := func(states ...CaseState) bool {
		return slices.ContainsFunc(c.Balances, func(b Balance) bool { return slices.Contains(states, b.State) })
	}
	switch {
	case has(StateWithdrawn):
		c.State = StateWithdrawn
	case has(StateRevoked):
		c.State = StateRevoked
	case has(StateReturned):
		c.State = StateReturned
	case performed:
		c.State = StateDone
	case has(StateTerminated, StateReduced):
		c.State = StateTerminated
	default:
		c.State = StateEntrusted
	}
	for i := range c.Balances {
		if b := &c.Balances[i]; b.State == c.State && b.Ground != "" {
			c.Ground = b.Ground
		}
	}
}

// settleOrder ranks the states of unfinished obligations.
var settleOrder = []CaseState{
	StateInProgress, StateVerifying, StateVoluntary, StatePostponed, StatePaused, StateSuspended,
	StateNotEnforceable, StateSeparateBook,
}

// hold makes unit and officer the holders and remembers that they were.
func (c *Case) hold(unit UnitID, officer OfficerID) {
	c.Unit, c.Officer = unit, officer
	if unit != "" && !slices.Contains(c.Units, unit) {
		c.Units = append(c.Units, unit)
	}
	if officer != "" && !slices.Contains(c.Officers, officer) {
		c.Officers = append(c.Officers, officer)
	}
}

// applyToCase carries out a step on the whole case.
func (c *Case) applyToCase(e *CaseEvent) *Error {
	t, refusal := transitionFor(e.Kind, c.State, e.EffectiveOn)
	if refusal != nil {
		return refusal
	}
	if e.Ground != "" {
		if refusal := checkGround(e.Ground, e.Kind, e.EffectiveOn); refusal != nil {
			return refusal
		}
	}
	switch e.Kind {
	case CaseReceived, CaseDecided, CaseBroughtForward:
		return c.open(e, t)
	case CaseRefused:
		c.State, c.Ground = StateRefused, e.Ground
	case CaseMovedToSeparate, CaseRequestReturned, CaseWithdrawn, CaseRevoked, CaseBackFromSeparate:
		return c.moveWhole(e, t)
	case CasePartiesChanged:
		return c.changeParties(e.Parties)
	case CaseAssigned:
		if e.ToOfficer == c.Officer {
			return Errorf(CodeInvalid, "toOfficer", "Việc đã do chấp hành viên này thi hành", "The officer holds the case already")
		}
		c.hold(c.Unit, e.ToOfficer)
	case CaseTransferred:
		if e.ToUnit == c.Unit {
			return Errorf(CodeInvalid, "toUnit", "Việc đã thuộc đơn vị này", "The unit holds the case already")
		}
		c.hold(e.ToUnit, e.ToOfficer)
	case CaseTagged:
		c.Tags = slices.DeleteFunc(slices.Clone(c.Tags), func(t Tag) bool { return slices.Contains(e.RemoveTags, t) })
		for _, t := range e.AddTags {
			if !slices.Contains(c.Tags, t) {
				c.Tags = append(c.Tags, t)
			}
		}
	case CaseNoted:
	default:
	}
	return nil
}

// open carries out the event that opens the case or, after a receipt, the
// decision that begins enforcement.
func (c *Case) open(e *CaseEvent, t *Transition) *Error {
	if e.Particulars != nil {
		c.Particulars = *e.Particulars
		c.Parties = e.Particulars.Parties
		c.Tags = e.Particulars.Tags
	} else if c.State == notOpened {
		return required("particulars", "nội dung việc thi hành án", "What the case is about")
	}
	if e.ToUnit == "" && c.State == notOpened {
		return required("toUnit", "đơn vị thi hành", "The unit")
	}
	c.handOver(e)
	if e.Kind == CaseReceived {
		c.State, c.OpenedOn = StateReceived, e.EffectiveOn
		return nil
	}
	if refusal := soundObligations(c.Particulars.Obligations); refusal != nil {
		return refusal
	}
	state, since, ground, verifications := t.To, e.EffectiveOn, GroundCode(""), 0
	if e.Kind == CaseBroughtForward {
		bal := c.Particulars.Balance
		if bal == nil || !bal.State.bringsForward() {
			return required("particulars.balance", "trạng thái khi chuyển sang", "The state it is brought forward in")
		}
		state, ground, verifications = bal.State, bal.Ground, bal.Verifications
		if !bal.Since.IsZero() {
			since = bal.Since
		}
	}
	c.Decision, c.OpenedOn = e.Decision, e.EffectiveOn
	c.Balances = make([]Balance, len(c.Particulars.Obligations))
	for i, o := range c.Particulars.Obligations {
		c.Balances[i] = Balance{Obligation: o, State: state, Since: since, Ground: ground, Verifications: verifications, Remaining: o.Amount}
	}
	c.State = state
	return nil
}

// bringsForward tells whether an older case may enter the ledger in the state.
func (s CaseState) bringsForward() bool { return s.IsLive() || s == StateSeparateBook }

// soundObligations refuses obligations over which no balance could be kept.
func soundObligations(obligations []Obligation) *Error {
	const field = "particulars.obligations"
	if len(obligations) == 0 {
		return required(field, "nghĩa vụ thi hành án", "An obligation")
	}
	var total Dong
	seen := make(map[string]bool, len(obligations))
	for i := range obligations {
		o := &obligations[i]
		if seen[o.ID] {
			return Errorf(CodeDuplicate, field, "Trùng mã nghĩa vụ %q", "The obligation id %q occurs twice", clip(o.ID))
		}
		seen[o.ID] = true
		if o.Amount < 0 || o.Amount > MaxDong-total {
			return Errorf(CodeOutOfRange, field, "Số tiền phải từ 0 đến %s", "The amounts must be from 0 to %s", MaxDong.Vietnamese())
		}
		total += o.Amount
	}
	return nil
}

// changeParties adds parties and replaces those whose id is known. A party
// keeps its role: obligations rest on it, and the last debtor must not vanish.
// Who steps into another's place takes over the id; who gets a further role is
// added.
func (c *Case) changeParties(changed []Party) *Error {
	c.Parties = slices.Clone(c.Parties)
	for j, p := range changed {
		i := slices.IndexFunc(c.Parties, func(q Party) bool { return q.ID == p.ID })
		switch {
		case i < 0:
			c.Parties = append(c.Parties, p)
		case c.Parties[i].Role != p.Role:
			return Errorf(CodeNotAllowed, "parties."+itoa(j)+".role",
				"Đương sự %[1]q là “%[2]s”, không thể đổi tư cách; hãy thêm đương sự mới hoặc sửa nội dung mở việc",
				"Party %[1]q is a %[3]s and keeps that role; add another party or correct the opening",
				clip(p.ID), termOf(partyRoles, c.Parties[i].Role).VI, termOf(partyRoles, c.Parties[i].Role).EN)
		default:
			c.Parties[i] = p
		}
	}
	return nil
}

// moveWhole moves all unfinished obligations with the case.
func (c *Case) moveWhole(e *CaseEvent, t *Transition) *Error {
	for i := range c.Balances {
		b := &c.Balances[i]
		if b.IsFinished() {
			continue
		}
		if refusal := b.waited(t, e.EffectiveOn); refusal != nil {
			return refusal
		}
		// Nothing may be held in the separate book either: it lies outside the
		// balance of the live cases, in which collected money still counts.
		if refusal := b.nothingHeld(e.Kind); refusal != nil {
			return refusal
		}
		if t.To != StateSeparateBook && e.Kind != CaseBackFromSeparate {
			b.Closed, b.Remaining = b.Closed+b.Remaining, 0
		}
		b.enter(t.To, e)
	}
	return nil
}

// nothingHeld refuses to end an obligation while collected money waits to be
// paid out: it would leave the books with its payee unpaid.
func (b *Balance) nothingHeld(kind CaseEventKind) *Error {
	if b.Held == 0 {
		return nil
	}
	return Errorf(CodeTransition, "obligation",
		"Còn %[1]s đã thu của nghĩa vụ %[2]s chưa chi trả; hãy chi trả trước khi “%[3]s”",
		"%[1]s collected for obligation %[2]s are not paid out yet; pay them out first",
		b.Held.Vietnamese(), b.ID, kind.Name().VI)
}

// waited refuses a step before the time and the verifications the law demands.
func (b *Balance) waited(t *Transition, on Date) *Error {
	months := t.MinMonths
	if months == 0 {
		return nil
	}
	if g, ok := GroundOf(b.Ground); ok && g.LongWait && t.To == StateSeparateBook {
		months *= 2
	}
	if from := b.Since.AddMonths(months); on < from {
		return Errorf(CodeTooEarly, "effectiveOn",
			"“%[1]s” chỉ được thực hiện từ ngày %[3]s (đủ %[4]d tháng kể từ %[5]s)",
			"%[2]q is possible from %[3]s (%[4]d months after %[5]s)",
			t.Kind.Name().VI, t.Kind.Name().EN, from.Vietnamese(), months, b.Since.Vietnamese())
	}
	if b.Verifications < t.MinVerifications {
		return Errorf(CodeTooEarly, "effectiveOn",
			"Cần ít nhất %[1]d lần xác minh, mới có %[2]d", "At least %[1]d verifications are needed, there are %[2]d",
			t.MinVerifications, b.Verifications)
	}
	return nil
}

// enter moves the obligation to another state.
func (b *Balance) enter(to CaseState, e *CaseEvent) {
	b.State, b.Since, b.Ground, b.Until, b.Verifications = to, e.EffectiveOn, e.Ground, e.Until, 0
}

// applyToObligations carries out a step on the named obligation or on every one
// that is in a state for it.
func (c *Case) applyToObligations(spec *CaseEventSpec, e *CaseEvent) *Error {
	if c.State == notOpened || c.State == StateReceived || c.State == StateRefused {
		_, refusal := transitionFor(e.Kind, c.State, e.EffectiveOn)
		return refusal
	}
	if e.Ground != "" {
		if refusal := checkGround(e.Ground, e.Kind, e.EffectiveOn); refusal != nil {
			return refusal
		}
	}
	targets, refusal := c.targets(spec, e)
	if refusal != nil {
		return refusal
	}
	for _, b := range targets {
		t, refusal := transitionFor(e.Kind, b.State, e.EffectiveOn)
		if refusal != nil {
			return refusal
		}
		if refusal := b.apply(t, e); refusal != nil {
			return refusal
		}
	}
	if e.Kind == CaseAdjusted && c.Totals().Total > MaxDong {
		return Errorf(CodeOutOfRange, "amount", "Tổng giá trị của việc vượt quá %s", "The case would exceed %s in all", MaxDong.Vietnamese())
	}
	return nil
}

// targets returns the obligations a step acts on; at least one.
func (c *Case) targets(spec *CaseEventSpec, e *CaseEvent) ([]*Balance, *Error) {
	all := e.Obligation == "" && len(c.Balances) > 1
	// A sum belongs to one obligation, also where the step could act on several.
	if all && (spec.OneObligation || e.Kind == CaseReopened && e.Amount != 0) {
		return nil, required("obligation", "nghĩa vụ thi hành", "The obligation")
	}
	var out []*Balance
	var refused, unnamed *Error
	for i := range c.Balances {
		b := &c.Balances[i]
		if e.Obligation != "" && b.ID != e.Obligation {
			continue
		}
		// What was performed is reopened by name only.
		if all && e.Kind == CaseReopened && b.State == StateDone {
			unnamed = required("obligation", "nghĩa vụ thi hành", "The obligation")
			continue
		}
		_, refusal := transitionFor(e.Kind, b.State, e.EffectiveOn)
		switch {
		case refusal == nil:
			out = append(out, b)
		case refused == nil || !b.IsFinished():
			refused = refusal
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if refusal := cmp.Or(unnamed, refused); refusal != nil {
		return nil, refusal
	}
	return nil, Errorf(CodeUnknown, "obligation", "Việc không có nghĩa vụ mã %q", "The case has no obligation %q", clip(e.Obligation))
}

// apply carries out a step on one obligation.
func (b *Balance) apply(t *Transition, e *CaseEvent) *Error {
	switch e.Kind {
	case CaseCollected, CasePaidOut, CaseDeposited, CasePerformed, CaseAdjusted, CaseReduced:
		return b.move(e)
	case CaseVerified:
		if e.Finding == FindingMeans && t.To != "" {
			b.enter(t.To, e)
			return nil
		}
		b.Verifications++
		return nil
	case CasePostponed:
		if refusal := b.mayPostpone(e); refusal != nil {
			return refusal
		}
	case CaseEntrusted:
		if refusal := b.nothingHeld(e.Kind); refusal != nil {
			return refusal
		}
		b.Entrusted, b.Remaining = b.Entrusted+b.Remaining, 0
	case CaseTerminated:
		if refusal := b.nothingHeld(e.Kind); refusal != nil {
			return refusal
		}
		b.Terminated, b.Remaining = b.Terminated+b.Remaining, 0
	case CaseReopened:
		if refusal := b.reopen(e); refusal != nil {
			return refusal
		}
	default:
	}
	if t.To != "" {
		b.enter(t.To, e)
	}
	return nil
}

// mayPostpone refuses a postponement beyond what its ground allows.
func (b *Balance) mayPostpone(e *CaseEvent) *Error {
	g, _ := GroundOf(e.Ground)
	if g.MaxMonths > 0 {
		latest := e.EffectiveOn.AddMonths(g.MaxMonths)
		if e.Until.IsZero() {
			return required("until", "thời hạn hoãn", "The end of the postponement")
		}
		if e.Until > latest {
			return Errorf(CodeOutOfRange, "until", "Theo %[1]s chỉ được hoãn đến ngày %[2]s", "Under %[1]s a postponement may last until %[2]s", g.Citation, latest.Vietnamese())
		}
	}
	if g.Once {
		if slices.Contains(b.usedOnce, g.Code) {
			return Errorf(CodeTransition, "ground", "Căn cứ %s chỉ được áp dụng một lần", "Ground %s may be used once", g.Citation)
		}
		b.usedOnce = append(b.usedOnce, g.Code)
	}
	return nil
}

// move carries out a step in money or value and finishes the obligation when
// nothing is left.
func (b *Balance) move(e *CaseEvent) *Error {
	if !b.Kind.IsMoney() && e.Kind != CasePerformed && e.Kind != CaseAdjusted {
		return Errorf(CodeNotAllowed, "kind", "Nghĩa vụ %[1]s không phải là nghĩa vụ về tiền", "Obligation %[1]s is not one to pay money", b.ID)
	}
	amount := e.Amount
	if amount < 0 && e.Kind != CaseAdjusted || !amount.Valid() {
		return Errorf(CodeOutOfRange, "amount", "Số tiền phải từ 1 đến %s", "The amount must be from 1 to %s", MaxDong.Vietnamese())
	}
	switch e.Kind {
	case CaseCollected:
		if refusal := within(amount, b.Remaining, "còn phải thu", "remains to be collected"); refusal != nil {
			return refusal
		}
		b.Remaining, b.Held, b.Performed = b.Remaining-amount, b.Held+amount, true
	case CasePaidOut, CaseDeposited:
		if refusal := within(amount, b.Held, "đã thu chưa chi", "is held"); refusal != nil {
			return refusal
		}
		b.Held, b.Done, b.Performed = b.Held-amount, b.Done+amount, true
	case CasePerformed:
		switch {
		case amount == 0 && !b.Kind.IsMoney():
			amount = b.Remaining
		case amount == 0:
			return required("amount", "số tiền đã thi hành", "The amount performed")
		}
		if refusal := within(amount, b.Remaining, "còn phải thi hành", "remains to be performed"); refusal != nil {
			return refusal
		}
		b.Remaining, b.Done, b.Performed = b.Remaining-amount, b.Done+amount, true
	case CaseReduced:
		if refusal := within(amount, b.Remaining, "còn phải thi hành", "remains"); refusal != nil {
			return refusal
		}
		b.Remaining, b.Reduced = b.Remaining-amount, b.Reduced+amount
	case CaseAdjusted:
		if b.Remaining+amount < 0 || b.Remaining+amount == 0 && b.Held == 0 {
			return Errorf(CodeExceeds, "amount", "Chỉ còn phải thi hành %s, không thể giảm đến mức đó", "Only %s remains; it cannot be lowered by that much", b.Remaining.Vietnamese())
		}
		b.Adjusted, b.Remaining = b.Adjusted+amount, b.Remaining+amount
		return nil
	default:
	}
	if b.Remaining == 0 && b.Held == 0 {
		to := StateReduced
		if b.Performed {
			to = StateDone
		}
		b.enter(to, e)
	}
	return nil
}

// within refuses an amount above what there is.
func within(amount, limit Dong, vi, en string) *Error {
	if amount <= limit {
		return nil
	}
	return Errorf(CodeExceeds, "amount", "Số tiền %[1]s lớn hơn số "+vi+" (%[2]s)", "%[1]s is more than what "+en+" (%[2]s)", amount.Vietnamese(), limit.Vietnamese())
}

// reopen takes back how the obligation ended: what was terminated, reduced or
// returned remains again, and of what was done the amount given.
func (b *Balance) reopen(e *CaseEvent) *Error {
	if b.State != StateDone && e.Amount != 0 {
		return Errorf(CodeNotAllowed, "amount",
			"Chỉ nghĩa vụ đã thi hành xong mới ghi số tiền phải thi hành lại; nghĩa vụ %[1]s được khôi phục toàn bộ",
			"Only of an obligation that was done is a sum enforced again; obligation %[1]s is reopened whole", b.ID)
	}
	switch b.State {
	case StateDone:
		amount := e.Amount
		switch {
		case amount < 0:
			return Errorf(CodeOutOfRange, "amount", "Số tiền phải từ 1 đến %s", "The amount must be from 1 to %s", MaxDong.Vietnamese())
		case amount == 0 && b.Kind.IsMoney():
			return required("amount", "số tiền phải thi hành lại", "The amount to be enforced again")
		case amount == 0:
			amount = b.Done
		}
		if refusal := within(amount, b.Done, "đã thi hành", "was done"); refusal != nil {
			return refusal
		}
		b.Remaining, b.Done = b.Remaining+amount, b.Done-amount
		b.Performed = b.Done > 0
	case StateTerminated:
		b.Remaining, b.Terminated = b.Remaining+b.Terminated, 0
	case StateReduced:
		b.Remaining, b.Reduced = b.Remaining+b.Reduced, 0
	case StateReturned:
		b.Remaining, b.Closed = b.Remaining+b.Closed, 0
	default:
	}
	return nil
}
