package thads

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrorf(t *testing.T) {
	e := Errorf(CodeExceeds, "parties.2.name", "Chỉ còn %[1]s", "%[1]s of %[2]d remain", "5 đ", 7)
	want := &Error{Code: CodeExceeds, Field: []string{"parties", "2", "name"}, Text: Text{VI: "Chỉ còn 5 đ", EN: "5 đ of 7 remain"}}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := e.Error(); got != "EXCEEDS_REMAINDER parties.2.name: 5 đ of 7 remain" {
		t.Errorf("Error() = %q", got)
	}
	if e := Errorf(CodeLimit, "", "đủ", "full"); e.Field != nil || e.Error() != "LIMIT_EXCEEDED: full" {
		t.Errorf("%+v: %s", e, e)
	}
}

func TestTextIn(t *testing.T) {
	text := Text{VI: "Ngày", EN: "Date"}
	for lang, want := range map[string]string{"vi": "Ngày", "en": "Date", "": "Ngày", "fr": "Ngày", "EN": "Ngày"} {
		if got := text.In(lang); got != want {
			t.Errorf("In(%q) = %q, want %q", lang, got, want)
		}
	}
	if got := (Text{VI: "Ngày"}).In("en"); got != "Ngày" {
		t.Errorf("without English: %q", got)
	}
}

func TestErrorIs(t *testing.T) {
	refusal := Errorf(CodeTooEarly, "effectiveOn", "sớm", "early")
	for _, tt := range []struct {
		err    error
		target error
		want   bool
	}{
		{refusal, &Error{Code: CodeTooEarly}, true},
		{refusal, &Error{Code: CodeExceeds}, false},
		{refusal, refusal, true},
		{refusal, Errorf(CodeTooEarly, "until", "sớm", "early"), false}, // more than a code must be the same value
		{refusal, io.EOF, false},
		{fmt.Errorf("case: %w", refusal), &Error{Code: CodeTooEarly}, true},
		{Errors{Errorf(CodeRequired, "", "thiếu", "missing"), refusal}, &Error{Code: CodeTooEarly}, true},
		{Errors{refusal}, &Error{Code: CodeLimit}, false},
	} {
		if got := errors.Is(tt.err, tt.target); got != tt.want {
			t.Errorf("errors.Is(%v, %v) = %t", tt.err, tt.target, got)
		}
	}
}

func TestErrors(t *testing.T) {
	var es Errors
	if es.Err() != nil || Errors(nil).Err() != nil {
		t.Error("no refusals are an error")
	}
	es.Add(CodeRequired, "note", "Thiếu %s", "%s is missing", "x")
	es.term(nil)
	es.term(required("until", "thời hạn", "The end"))
	if got := es.Err().Error(); got != "REQUIRED note: x is missing; REQUIRED until: The end is missing" {
		t.Errorf("%q", got)
	}
	if es[1].Text.VI != "Thiếu thời hạn" {
		t.Errorf("%q", es[1].Text.VI)
	}
	var one *Error
	if !errors.As(es.Err(), &one) || one != es[0] {
		t.Errorf("errors.As found %v", one)
	}
}

func TestRefusals(t *testing.T) {
	a, b := Errorf(CodeRequired, "a", "thiếu", "missing"), Errorf(CodeInvalid, "b", "sai", "wrong")
	var none *Error
	for _, tt := range []struct {
		name string
		err  error
		want Errors
	}{
		{"none", nil, nil},
		{"one", a, Errors{a}},
		{"several", Errors{a, b}, Errors{a, b}},
		{"with context", fmt.Errorf("row 7: %w", a), Errors{a}},
		{"several with context", fmt.Errorf("row 7: %w", fmt.Errorf("case: %w", Errors{a, b})), Errors{a, b}},
		{"joined", errors.Join(a, fmt.Errorf("also: %w", Errors{b})), Errors{a, b}},
		{"a fault", io.ErrUnexpectedEOF, nil},
		{"a fault with context", fmt.Errorf("read: %w", io.EOF), nil},
		{"a refusal joined to a fault", errors.Join(a, io.EOF), nil},
		{"a fault that names a refusal", fmt.Errorf("%w: after %w", io.EOF, a), nil},
		{"a damaged history", fmt.Errorf("%w: %s", ErrDamaged, a.Error()), nil},
		{"an empty list", Errors{}, nil},
		{"a nil refusal", none, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Refusals(tt.err)
			if ok != (tt.want != nil) {
				t.Fatalf("ok is %t", ok)
			}
			if !ok {
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
