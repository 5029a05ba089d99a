package thads

import (
	"errors"
	"fmt"
	"strings"
)

// A Text says one thing in the application's two languages.
type Text struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// In returns the text in the language, Vietnamese unless lang is "en".
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.VI
}

// A Code names a kind of refusal. Codes are part of the API and never change
// their meaning.
type Code string

// The codes of refusals.
const (
	// CodeRequired: a field that this record needs is empty.
	CodeRequired Code = "REQUIRED"
	// CodeInvalid: a value cannot be read or is not one of those allowed.
	CodeInvalid Code = "INVALID"
	// CodeNotAllowed: a field is given that this kind of record does not have.
	CodeNotAllowed Code = "NOT_ALLOWED"
	// CodeOutOfRange: a number or date lies outside what is possible.
	CodeOutOfRange Code = "OUT_OF_RANGE"
	// CodeFutureDate: a date lies after the day of recording.
	CodeFutureDate Code = "FUTURE_DATE"
	// CodeTransition: the law does not allow this step in this state.
	CodeTransition Code = "TRANSITION_REFUSED"
	// CodeNotInForce: the step or ground is not in force on its date.
	CodeNotInForce Code = "NOT_IN_FORCE"
	// CodeGround: the legal ground does not belong to this kind of step.
	CodeGround Code = "GROUND_REFUSED"
	// CodeTooEarly: a period that the law demands has not passed.
	CodeTooEarly Code = "TOO_EARLY"
	// CodeExceeds: an amount is more than what remains.
	CodeExceeds Code = "EXCEEDS_REMAINDER"
	// CodeLaterEvent: the record itself is possible, but a later event of the
	// history would no longer be; the error names that event.
	CodeLaterEvent Code = "CONFLICTS_WITH_LATER_EVENT"
	// CodeUnknown: a reference names nothing.
	CodeUnknown Code = "UNKNOWN_REFERENCE"
	// CodeDuplicate: a number or name is taken.
	CodeDuplicate Code = "DUPLICATE"
	// CodeLimit: a record would grow beyond its limits.
	CodeLimit Code = "LIMIT_EXCEEDED"
	// CodeConflict: somebody else changed the record meanwhile.
	CodeConflict Code = "VERSION_CONFLICT"
	// CodeKeyReused: an idempotency key came again with another content.
	CodeKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
	// CodeForbidden: the person may not do this.
	CodeForbidden Code = "FORBIDDEN"
	// CodeNotFound: there is no such record, or none that may be seen.
	CodeNotFound Code = "NOT_FOUND"
	// CodeUnavailable: the store cannot answer now; trying again may help.
	CodeUnavailable Code = "UNAVAILABLE"
	// CodeLedgerBuilding: the figures are being added up since the start; lists
	// and records answer meanwhile.
	CodeLedgerBuilding Code = "LEDGER_BUILDING"
)

// An Error is a refusal that a person can understand and a program can match.
type Error struct {
	Code Code
	// Field is the path to the input the refusal is about, outermost first;
	// list elements by their index ("parties", "2", "name").
	Field []string
	Text  Text
	// Event is the sequence of the event of the history that conflicts, or 0.
	Event int
	// Cause is the fault behind a refusal, where there is one; it is for logs
	// and never shown.
	Cause error
}

// Unwrap returns the fault behind the refusal.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes a refusal. The arguments fill both sentences, which therefore
// use the same verbs in the same order (or explicit indexes).
func Errorf(code Code, field, vi, en string, args ...any) *Error {
	e := &Error{Code: code, Text: Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}}
	if field != "" {
		e.Field = strings.Split(field, ".")
	}
	return e
}

// Error returns the code, the field and the English sentence, for logs.
func (e *Error) Error() string {
	if len(e.Field) == 0 {
		return fmt.Sprintf("%s: %s", e.Code, e.Text.EN)
	}
	return fmt.Sprintf("%s %s: %s", e.Code, strings.Join(e.Field, "."), e.Text.EN)
}

// Is lets errors.Is match refusals by code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code && len(t.Field) == 0 && t.Text == (Text{})
}

// Errors are several refusals found in one pass over an input.
type Errors []*Error

// Error joins the refusals, for logs.
func (es Errors) Error() string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.Is and errors.As look at each refusal.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// Add appends a refusal.
func (es *Errors) Add(code Code, field, vi, en string, args ...any) {
	*es = append(*es, Errorf(code, field, vi, en, args...))
}

// Err returns nil where there is no refusal, so that a nil list never becomes
// a non-nil error.
func (es Errors) Err() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// Refusals returns the refusals that err consists of, and whether it consists
// of nothing else: a fault joined to a refusal is a fault. Context that only
// wraps a refusal is looked through.
func Refusals(err error) (Errors, bool) {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here, branch by branch
	case nil:
		return nil, false
	case *Error:
		return Errors{e}, e != nil
	case Errors:
		return e, len(e) > 0
	case interface{ Unwrap() error }:
		return Refusals(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all Errors
		for _, branch := range e.Unwrap() {
			some, ok := Refusals(branch)
			if !ok {
				return nil, false
			}
			all = append(all, some...)
		}
		return all, len(all) > 0
	default:
		return nil, false
	}
}

// required refuses an empty value of a field.
func required(field, vi, en string) *Error {
	return Errorf(CodeRequired, field, "Thiếu %[1]s", "%[2]s is missing", vi, en)
}
