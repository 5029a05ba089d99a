package thads

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func directedEvent(kind DirectedCaseEventKind, on Date) DirectedCaseEvent {
	e := DirectedCaseEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	switch kind {
	case DirectedListed:
		e.ToUnit = unitA
		e.Particulars = &DirectedCaseParticulars{
			Case: "cs_1", Title: "Vụ  Công ty Mẫu", DirectingBody: "Thường trực Tỉnh ủy", TrackingBody: "Ban Nội chính Tỉnh ủy",
			Directive: "dr_1", Order: "Giải quyết dứt điểm trong năm",
		}
	case DirectedObstacle, DirectedReported, DirectedResolution, DirectedDelisting:
		e.Text, e.Evidence = "Đã làm việc với các ngành", []Evidence{{Text: "Biên bản"}}
	case DirectedReopened:
		e.Text = "Phát sinh khiếu nại"
	case DirectedTransferred:
		e.ToUnit = unitB
	case DirectedEventVoided:
	}
	return e
}

var directedLife = aLife[DirectedCase, DirectedCaseEvent, DirectedCaseEventKind, DirectedCaseState, *DirectedCase, *DirectedCaseEvent]{
	noun:  &directedCases,
	fold:  func(events []DirectedCaseEvent) (*DirectedCase, error) { return FoldDirectedCase("", events) },
	ev:    directedEvent,
	alike: cmp.Options{cmp.AllowUnexported(DirectedCase{})},
	paths: map[DirectedCaseState][]DirectedCaseEventKind{
		DirectedOpen:     {DirectedListed},
		DirectedResolved: {DirectedListed, DirectedResolution},
		DirectedDelisted: {DirectedListed, DirectedDelisting},
	},
	steps: map[DirectedCaseEventKind]map[DirectedCaseState]DirectedCaseState{
		DirectedListed:      {"": DirectedOpen},
		DirectedObstacle:    {DirectedOpen: DirectedOpen},
		DirectedReported:    {DirectedOpen: DirectedOpen},
		DirectedResolution:  {DirectedOpen: DirectedResolved},
		DirectedDelisting:   {DirectedOpen: DirectedDelisted},
		DirectedReopened:    {DirectedResolved: DirectedOpen, DirectedDelisted: DirectedOpen},
		DirectedTransferred: {DirectedOpen: DirectedOpen},
	},
}

func TestDirectedCase(t *testing.T) { directedLife.test(t) }

func TestDirectedCaseLife(t *testing.T) {
	l := &directedLife
	c := l.build(t, DirectedListed)
	for i, k := range []DirectedCaseEventKind{DirectedObstacle, DirectedReported, DirectedReported, DirectedTransferred, DirectedResolution} {
		c = l.must(t, c, directedEvent(k, Date(20190301).AddDays(i)))
	}
	l.sound(t, c)
	if c.Title != "Vụ Công ty Mẫu" || c.Obstacles != 1 || c.Reports != 2 || c.ReportedOn != 20190303 || c.ListedOn != 20190201 ||
		c.FinishedOn != 20190305 || c.Result == "" || c.Unit != unitB {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff([]UnitID{unitA, unitB}, c.Units); diff != "" {
		t.Error(diff)
	}
	late := l.must(t, c, directedEvent(DirectedReported, 20190302))
	if e := late.Events[late.Version-1]; e.Unit != unitA {
		t.Errorf("a report before the transfer was of %s", e.Unit)
	}
	if e := l.must(t, late, l.voiding(late.Version)).Events[late.Version]; e.Unit != unitA {
		t.Errorf("taking it back is of %s", e.Unit)
	}
	again := l.must(t, c, directedEvent(DirectedReopened, 20190401))
	if again.FinishedOn != 0 || again.Result != "" || again.State != DirectedOpen {
		t.Errorf("reopened: %+v", again)
	}
	gone := l.must(t, c, l.voiding(1))
	if diff := cmp.Diff([]UnitID{unitA, unitB}, gone.Units); diff != "" || gone.Title == "" || gone.ListedOn != 20190201 {
		t.Errorf("voided: %+v", gone)
	}
}

func TestBadDirectedCases(t *testing.T) {
	l := &directedLife
	listed := func(change func(*DirectedCaseParticulars)) DirectedCaseEvent {
		e := directedEvent(DirectedListed, 20190201)
		change(e.Particulars)
		return e
	}
	for name, c := range map[string]struct {
		e     DirectedCaseEvent
		code  Code
		field string
	}{
		"title":       {listed(func(p *DirectedCaseParticulars) { p.Title = "" }), CodeRequired, "particulars.title"},
		"body":        {listed(func(p *DirectedCaseParticulars) { p.DirectingBody = "" }), CodeRequired, "particulars.directingBody"},
		"which case":  {listed(func(p *DirectedCaseParticulars) { p.Case = "" }), CodeRequired, "particulars.description"},
		"order":       {listed(func(p *DirectedCaseParticulars) { p.Order = strings.Repeat("x", MaxText+1) }), CodeOutOfRange, "particulars.order"},
		"description": {listed(func(p *DirectedCaseParticulars) { p.Description = strings.Repeat("x", MaxText+1) }), CodeOutOfRange, "particulars.description"},
		"tracking":    {listed(func(p *DirectedCaseParticulars) { p.TrackingBody = longText }), CodeOutOfRange, "particulars.trackingBody"},
		"text": {func() DirectedCaseEvent {
			e := directedEvent(DirectedReported, 20190301)
			e.Text = strings.Repeat("x", MaxText+1)
			return e
		}(), CodeOutOfRange, "text"},
		"evidence": {func() DirectedCaseEvent {
			e := directedEvent(DirectedReported, 20190301)
			e.Evidence = []Evidence{{Link: "file:///etc"}}
			return e
		}(), CodeInvalid, "evidence.0.link"},
		"same unit": {func() DirectedCaseEvent {
			e := directedEvent(DirectedTransferred, 20190301)
			e.ToUnit = unitA
			return e
		}(), CodeInvalid, "toUnit"},
	} {
		t.Run(name, func(t *testing.T) {
			d := new(DirectedCase)
			if c.e.Kind != DirectedListed {
				d = l.build(t, DirectedListed)
			}
			l.refused(t, d, c.e, c.code, c.field)
		})
	}
	described := listed(func(p *DirectedCaseParticulars) { p.Case, p.Description = "", "Vụ kéo dài từ 2010" })
	l.must(t, new(DirectedCase), described)
}
