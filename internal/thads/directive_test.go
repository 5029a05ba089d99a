package thads

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func directiveEvent(kind DirectiveEventKind, on Date) DirectiveEvent {
	e := DirectiveEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	terms := &DirectiveTerms{
		Title: "Tăng cường  công tác thi hành án", Scope: "Toàn tỉnh", ReviewOn: 20200101,
		Addressees: []Body{{Unit: unitA}, {Name: " Ban  Chỉ đạo"}, {Unit: unitA}},
	}
	switch kind {
	case DirectiveIssued:
		e.Document = &DirectiveDocument{Type: DirectiveInstruction, Number: ParseDocumentNumber("16-CT/TU"), Date: 20180905, Issuer: "Ban Thường vụ Tỉnh ủy"}
		e.Terms = terms
	case DirectiveAmended:
		terms.Title, terms.ExpiresOn = "Tiếp tục tăng cường", 20201231
		e.Terms, e.Decision = terms, decision("20-CT/TU", on)
	case DirectiveTerminated:
		e.Decision = decision("21-CT/TU", on)
	case DirectiveNoted:
		e.Note = "Đã sao gửi các huyện"
	case DirectiveEventVoided:
	}
	return e
}

var directiveLife = aLife[Directive, DirectiveEvent, DirectiveEventKind, DirectiveState, *Directive, *DirectiveEvent]{
	noun: &directives,
	fold: func(events []DirectiveEvent) (*Directive, error) { return FoldDirective("", events) },
	ev:   directiveEvent,
	paths: map[DirectiveState][]DirectiveEventKind{
		DirectiveInForce: {DirectiveIssued},
		DirectiveEnded:   {DirectiveIssued, DirectiveTerminated},
	},
	steps: map[DirectiveEventKind]map[DirectiveState]DirectiveState{
		DirectiveIssued:     {"": DirectiveInForce},
		DirectiveAmended:    {DirectiveInForce: DirectiveInForce},
		DirectiveTerminated: {DirectiveInForce: DirectiveEnded},
		DirectiveNoted:      {DirectiveInForce: DirectiveInForce, DirectiveEnded: DirectiveEnded},
	},
}

func TestDirective(t *testing.T) { directiveLife.test(t) }

func TestDirectiveLife(t *testing.T) {
	l := &directiveLife
	d := l.must(t, new(Directive), directiveEvent(DirectiveIssued, 20180905))
	if d.Title != "Tăng cường công tác thi hành án" || d.Class != ClassNone || d.IssuedOn != 20180905 || d.NaturalKey() != "ban thuong vu tinh uy|16-CT/TU|2018" {
		t.Errorf("%+v, key %q", d, d.NaturalKey())
	}
	if !slices.Equal(d.Units(), []UnitID{unitA}) || d.Addressees[1].Name != "Ban Chỉ đạo" {
		t.Errorf("addressees %+v", d.Addressees)
	}
	if d.ReviewDue(20191231) || !d.ReviewDue(20200101) {
		t.Error("the review is due from its day on")
	}
	d = l.must(t, d, directiveEvent(DirectiveAmended, 20190301))
	if d.Title != "Tiếp tục tăng cường" || d.Amendments != 1 || d.ExpiresOn != 20201231 {
		t.Errorf("amended: %+v", d.DirectiveTerms)
	}
	for on, want := range map[Date]bool{20180904: false, 20180905: true, 20201231: true, 20210101: false} {
		if d.InForceOn(on) != want {
			t.Errorf("in force on %s: %t", on, !want)
		}
	}
	ended := l.must(t, d, directiveEvent(DirectiveTerminated, 20200601))
	if !ended.InForceOn(20200531) || ended.InForceOn(20200601) || ended.ReviewDue(20200601) {
		t.Errorf("ended on %s", ended.EndedOn)
	}
	l.sound(t, ended)
	gone := l.must(t, d, l.voiding(1))
	if gone.InForceOn(20190101) || gone.NaturalKey() != "" || gone.Number.Seq != 16 {
		t.Errorf("voided: %+v", gone)
	}
}

func TestClassifiedDirectives(t *testing.T) {
	for _, class := range []SecurityClass{ClassConfidential, ClassSecret, ClassTopSecret} {
		e := directiveEvent(DirectiveIssued, 20180905)
		e.Document.Class, e.Document.Issuer, e.Terms.Title = class, "", "Kế hoạch mật"
		_, err := new(Directive).Append(e, clock)
		es, ok := Refusals(err)
		if !ok || len(es) != 1 || es[0].Code != CodeClassified || !cmp.Equal(es[0].Field, []string{"document", "class"}) {
			t.Fatalf("%s: %v", class, err)
		}
		if strings.Contains(err.Error(), "mật") || strings.Contains(es[0].Text.VI, "Kế hoạch") {
			t.Errorf("the refusal repeats the document: %v", err)
		}
	}
}

func TestBadDirectives(t *testing.T) {
	l := &directiveLife
	issued := func(change func(*DirectiveDocument, *DirectiveTerms)) DirectiveEvent {
		e := directiveEvent(DirectiveIssued, 20190201)
		change(e.Document, e.Terms)
		return e
	}
	for name, c := range map[string]struct {
		e     DirectiveEvent
		code  Code
		field string
	}{
		"class":     {issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Class = "VERY" }), CodeInvalid, "document.class"},
		"type":      {issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Type = "ORDER" }), CodeInvalid, "document.type"},
		"number":    {issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Number = DocumentNumber{} }), CodeRequired, "document.number"},
		"issuer":    {issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Issuer = " " }), CodeRequired, "document.issuer"},
		"date":      {issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Date = 0 }), CodeRequired, "document.date"},
		"too late":  {issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Date = 20190202 }), CodeOutOfRange, "document.date"},
		"title":     {issued(func(_ *DirectiveDocument, t *DirectiveTerms) { t.Title = "" }), CodeRequired, "terms.title"},
		"expiry":    {issued(func(_ *DirectiveDocument, t *DirectiveTerms) { t.ExpiresOn = 20180904 }), CodeOutOfRange, "terms.expiresOn"},
		"review":    {issued(func(_ *DirectiveDocument, t *DirectiveTerms) { t.ReviewOn = 20180904 }), CodeOutOfRange, "terms.reviewOn"},
		"no body":   {issued(func(_ *DirectiveDocument, t *DirectiveTerms) { t.Addressees[0] = Body{} }), CodeRequired, "terms.addressees.0"},
		"long name": {issued(func(_ *DirectiveDocument, t *DirectiveTerms) { t.Addressees[0].Name = longText }), CodeOutOfRange, "terms.addressees.0.name"},
		"too many":  {issued(func(_ *DirectiveDocument, t *DirectiveTerms) { t.Addressees = make([]Body, MaxList+1) }), CodeLimit, "terms.addressees"},
	} {
		t.Run(name, func(t *testing.T) { l.refused(t, new(Directive), c.e, c.code, c.field) })
	}
	own := issued(func(d *DirectiveDocument, _ *DirectiveTerms) { d.Parent = "dr_1" })
	l.refused(t, &Directive{ID: "dr_1"}, own, CodeInvalid, "document.parent")
}
