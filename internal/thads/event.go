package thads

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrDamaged tells that a stored history is not a legal one. No history that
// was written event by event ever is: the store, or what was read from it, is
// damaged. It is a fault and never a refusal of what somebody asked for.
var ErrDamaged = errors.New("thads: damaged history")

// Limits of one history.
const (
	// MaxEvents bounds the events of one document.
	MaxEvents = 5000
	// MaxParties bounds the parties of one case.
	MaxParties = 2000
	// MaxText bounds any free text, in bytes of UTF-8.
	MaxText = 20000
)

// A PrincipalID names who acts: a person, a token or the system itself.
type PrincipalID string

// A Record is what every event of every document carries.
type Record struct {
	// Seq is the event's place in the order of recording, from 1. It is the
	// event's identity within its document.
	Seq int `json:"seq"`
	// EffectiveOn is the civil date on which the event counts.
	EffectiveOn Date `json:"on"`
	// RecordedAt is when the system learned of it, UTC, to the millisecond and
	// later than that of the event before it.
	RecordedAt time.Time `json:"at"`
	// OpenFrom is the first day that no unit the event touches had locked when
	// it was recorded (zero: nothing was locked). Figures book the event on
	// the later of EffectiveOn and OpenFrom.
	OpenFrom Date `json:"openFrom,omitzero"`
	// By is who recorded it.
	By PrincipalID `json:"by"`
	// Key is the idempotency key it was recorded with, and Digest the digest
	// of that request, so that the same request again is recognised.
	Key    string `json:"key,omitzero"`
	Digest string `json:"digest,omitzero"`
	// Supersedes is the event this one replaces, Voids the one it takes back.
	Supersedes int `json:"supersedes,omitzero"`
	Voids      int `json:"voids,omitzero"`
	// Reason says why an event was superseded or voided.
	Reason string `json:"reason,omitzero"`
}

// BookedOn is the date on which figures count the event.
func (r *Record) BookedOn() Date { return max(r.EffectiveOn, r.OpenFrom) }

// record makes any event that embeds Record usable by the functions here.
func (r *Record) record() *Record { return r }

// An event is a pointer to a struct that embeds Record.
type event[E any] interface {
	*E
	record() *Record
}

// A step is an event as it stands after corrections.
type step[E any] struct {
	ev *E
	// slot is the sequence of the event first recorded for this step; it
	// orders steps of one date, so that a correction keeps the place of what
	// it corrects.
	slot int
}

// effective returns the events that stand after superseding and voiding, in
// the order of replay: by effective date, then by the place first recorded.
// Chains are followed: an event that supersedes a superseding event replaces both.
func effective[E any, P event[E]](events []E) []step[E] {
	fate, _ := fates[E, P](events)
	slot := slots[E, P](events)
	steps := make([]step[E], 0, len(events))
	for i := range events {
		if fate[i] == FateStands {
			steps = append(steps, step[E]{ev: &events[i], slot: slot[i]})
		}
	}
	slices.SortStableFunc(steps, func(a, b step[E]) int {
		return cmp.Or(
			cmp.Compare(P(a.ev).record().EffectiveOn, P(b.ev).record().EffectiveOn),
			cmp.Compare(a.slot, b.slot))
	})
	return steps
}

// A Fate says what became of an event after later ones.
type Fate string

// The fates of an event.
const (
	// FateStands: the event counts.
	FateStands Fate = "STANDS"
	// FateSuperseded: a later event replaced it.
	FateSuperseded Fate = "SUPERSEDED"
	// FateVoided: a later event took it back.
	FateVoided Fate = "VOIDED"
	// FateNotice: the event only takes another back.
	FateNotice Fate = "NOTICE"
)

// fates returns the fate of every event and, where another event decided it,
// that event's sequence, both by index.
func fates[E any, P event[E]](events []E) (fate []Fate, by []int) {
	fate, by = make([]Fate, len(events)), make([]int, len(events))
	for i := range events {
		fate[i] = FateStands
		r := P(&events[i]).record()
		switch {
		case r.Voids > 0 && r.Voids <= i:
			fate[r.Voids-1], by[r.Voids-1], fate[i] = FateVoided, i+1, FateNotice
		case r.Supersedes > 0 && r.Supersedes <= i:
			fate[r.Supersedes-1], by[r.Supersedes-1] = FateSuperseded, i+1
		}
	}
	return fate, by
}

// stamp completes a new event of the history: its sequence, an instant later
// than the one before, and refuses what no history may contain. now is the
// writer's clock.
func stamp[E any, P event[E]](events []E, e *E, now time.Time) error {
	r := P(e).record()
	r.Seq = len(events) + 1
	r.RecordedAt = now.UTC().Truncate(time.Millisecond)
	if n := len(events); n > 0 {
		if last := P(&events[n-1]).record().RecordedAt; !r.RecordedAt.After(last) {
			r.RecordedAt = last.Add(time.Millisecond)
		}
	}
	if len(events) >= MaxEvents {
		return Errorf(CodeLimit, "", "Hồ sơ đã đủ %d sự kiện, không thể ghi thêm", "The record has %d events and takes no more", MaxEvents)
	}
	if r.Voids != 0 && r.Supersedes != 0 {
		return Errorf(CodeNotAllowed, "event", "Không thể vừa sửa vừa hủy bằng một sự kiện", "One event cannot both correct and void")
	}
	if target := cmp.Or(r.Voids, r.Supersedes); target != 0 {
		if err := amendable[E, P](events, target); err != nil {
			return err
		}
		if r.Reason == "" {
			return required("reason", "lý do sửa hoặc hủy", "The reason for correcting or voiding")
		}
	}
	if len(r.Reason) > MaxText {
		return tooLong("reason")
	}
	if len(r.By) > MaxName || len(r.Key) > MaxName || len(r.Digest) > MaxName {
		return Errorf(CodeOutOfRange, "idempotencyKey", "Khóa chống ghi trùng hoặc người ghi dài quá %d byte", "The idempotency key or the recorder is longer than %d bytes", MaxName)
	}
	if !r.OpenFrom.IsZero() && !r.OpenFrom.Valid() {
		return Errorf(CodeInvalid, "openFrom", "Ngày mở sổ không có trong lịch", "The first open day is not a day of the calendar")
	}
	if r.Voids != 0 {
		r.EffectiveOn = P(&events[r.Voids-1]).record().EffectiveOn
		return nil
	}
	if r.EffectiveOn.IsZero() {
		return required("effectiveOn", "ngày có hiệu lực của sự kiện", "The date on which the event counts")
	}
	if !r.EffectiveOn.Valid() {
		return Errorf(CodeInvalid, "effectiveOn", "Ngày có hiệu lực không có trong lịch", "The date on which the event counts is not a day of the calendar")
	}
	if today := DateIn(r.RecordedAt); r.EffectiveOn > today {
		return Errorf(CodeFutureDate, "effectiveOn",
			"Ngày %[1]s sau ngày ghi nhận %[2]s", "%[1]s is after the day of recording, %[2]s",
			r.EffectiveOn.Vietnamese(), today.Vietnamese())
	}
	return nil
}

// amendable refuses to correct or void what does not stand.
func amendable[E any, P event[E]](events []E, seq int) error {
	if seq < 1 || seq > len(events) {
		return Errorf(CodeUnknown, "event", "Không có sự kiện số %d", "There is no event %d", seq)
	}
	fate, by := fates[E, P](events)
	switch fate[seq-1] {
	case FateStands:
		return nil
	case FateNotice:
		return Errorf(CodeTransition, "event",
			"Sự kiện số %d là một lần hủy; hãy ghi lại sự kiện đã hủy thay vì sửa lần hủy",
			"Event %d is itself a voiding; record the voided event anew instead", seq)
	case FateSuperseded, FateVoided:
	}
	return Errorf(CodeTransition, "event",
		"Sự kiện số %[1]d đã được thay thế hoặc hủy bởi sự kiện số %[2]d",
		"Event %[1]d was already replaced or voided by event %[2]d", seq, by[seq-1])
}

// slots returns the place, from 1, that each event of the history has or takes
// over from the one it supersedes, by index.
func slots[E any, P event[E]](events []E) []int {
	slot := make([]int, len(events))
	for i := range events {
		slot[i] = i + 1
		if s := P(&events[i]).record().Supersedes; s > 0 && s <= i {
			slot[i] = slot[s-1]
		}
	}
	return slot
}

// intact checks what recording guarantees of every history: events numbered
// from 1, each later than the one before, on days of the calendar, and
// correcting or voiding only what stood.
func intact[E any, P event[E]](events []E) error {
	gone := make([]bool, len(events))
	var last time.Time
	for i := range events {
		r := P(&events[i]).record()
		target := cmp.Or(r.Voids, r.Supersedes)
		switch {
		case r.Seq != i+1:
			return fmt.Errorf("event %d has the sequence %d", i+1, r.Seq)
		case !r.RecordedAt.After(last):
			return fmt.Errorf("event %d was not recorded after the one before it", i+1)
		case !r.EffectiveOn.Valid():
			return fmt.Errorf("event %d is dated %d", i+1, int32(r.EffectiveOn))
		case r.Voids != 0 && r.Supersedes != 0:
			return fmt.Errorf("event %d both supersedes and voids", i+1)
		case target < 0 || target > i || target > 0 && gone[target-1]:
			return fmt.Errorf("event %d replaces event %d, which does not stand", i+1, target)
		}
		last = r.RecordedAt
		if target > 0 {
			gone[target-1] = true
		}
		gone[i] = r.Voids > 0
	}
	return nil
}

// tooLong refuses a text beyond MaxText.
func tooLong(field string) *Error {
	return Errorf(CodeOutOfRange, field, "Nội dung dài quá %d byte", "The text is longer than %d bytes", MaxText)
}

// conflicting turns the refusal of a replayed step into the refusal of the new
// event: where another event than the new one fails, that event is named.
func conflicting(refusal *Error, failed *Record, newSeq int, name Text) *Error {
	if failed.Seq == newSeq {
		return refusal
	}
	return &Error{
		Code:  CodeLaterEvent,
		Event: failed.Seq,
		Text: Text{
			VI: "Sự kiện số " + itoa(failed.Seq) + " (" + name.VI + ", " + failed.EffectiveOn.Vietnamese() + ") sẽ không còn hợp lệ: " + refusal.Text.VI,
			EN: "Event " + itoa(failed.Seq) + " (" + name.EN + ", " + failed.EffectiveOn.String() + ") would no longer be possible: " + refusal.Text.EN,
		},
	}
}
