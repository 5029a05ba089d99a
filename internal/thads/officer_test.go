package thads

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func officerEvent(kind OfficerEventKind, on Date) OfficerEvent {
	e := OfficerEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	switch kind {
	case OfficerAppointed:
		e.Name, e.Code, e.Rank, e.Unit, e.Position = "  Lê  Văn Mẫu ", "chv 01", RankJuniorOfficer, unitA, PositionOfficer
		e.Decision = decision("7/QĐ-BTP", on)
	case OfficerPosted:
		e.Unit, e.Position = unitB, PositionHead
	case OfficerPromoted:
		e.Rank = RankIntermediateOfficer
	case OfficerServiceOver:
		e.Note = "Nghỉ hưu"
	case OfficerEventVoided:
	}
	return e
}

var officerLife = aLife[Officer, OfficerEvent, OfficerEventKind, OfficerState, *Officer, *OfficerEvent]{
	noun: &officers,
	fold: func(events []OfficerEvent) (*Officer, error) { return FoldOfficer("", events) },
	ev:   officerEvent,
	paths: map[OfficerState][]OfficerEventKind{
		OfficerServing: {OfficerAppointed},
		OfficerEnded:   {OfficerAppointed, OfficerServiceOver},
	},
	steps: map[OfficerEventKind]map[OfficerState]OfficerState{
		OfficerAppointed:   {"": OfficerServing, OfficerEnded: OfficerServing},
		OfficerPosted:      {OfficerServing: OfficerServing},
		OfficerPromoted:    {OfficerServing: OfficerServing},
		OfficerServiceOver: {OfficerServing: OfficerEnded},
	},
}

func TestOfficer(t *testing.T) { officerLife.test(t) }

func TestOfficerInTime(t *testing.T) {
	l := &officerLife
	o := l.build(t, OfficerAppointed)
	o = l.must(t, o, officerEvent(OfficerServiceOver, 20210101))
	// Recorded late, the later one first.
	o = l.must(t, o, officerEvent(OfficerPromoted, 20200101))
	o = l.must(t, o, officerEvent(OfficerPosted, 20190601))
	again := officerEvent(OfficerAppointed, 20220101)
	again.Rank = RankExaminer
	o = l.must(t, o, again)
	l.sound(t, o)
	for _, c := range []struct {
		on   Date
		want OfficerAt
		ok   bool
	}{
		{20190131, OfficerAt{}, false},
		{20190201, OfficerAt{RankJuniorOfficer, unitA, PositionOfficer}, true},
		{20190531, OfficerAt{RankJuniorOfficer, unitA, PositionOfficer}, true},
		{20190601, OfficerAt{RankJuniorOfficer, unitB, PositionHead}, true},
		{20200101, OfficerAt{RankIntermediateOfficer, unitB, PositionHead}, true},
		{20201231, OfficerAt{RankIntermediateOfficer, unitB, PositionHead}, true},
		{20210101, OfficerAt{}, false},
		{20211231, OfficerAt{}, false},
		{20220101, OfficerAt{RankExaminer, unitA, PositionOfficer}, true},
	} {
		if got, ok := o.At(c.on); got != c.want || ok != c.ok {
			t.Errorf("on %s: %+v %t, want %+v %t", c.on, got, ok, c.want, c.ok)
		}
	}
	if o.Name != "Lê Văn Mẫu" || o.Code != "CHV01" || o.NaturalKey() != "CHV01" || o.State != OfficerServing || o.ServesFrom != 20220101 || o.ServesTo != 0 {
		t.Errorf("%+v", o)
	}
	if diff := cmp.Diff([]UnitID{unitA, unitB}, o.Units); diff != "" {
		t.Error(diff)
	}
	if o.Rank.CanEnforce() || !RankSeniorOfficer.CanEnforce() {
		t.Error("only a Chấp hành viên enforces")
	}
	// Without the end, the second appointment has no place.
	if r := l.refused(t, o, l.voiding(2), CodeLaterEvent, ""); r.Event != 5 {
		t.Errorf("the conflict is with event %d, want 5", r.Event)
	}
	gone := l.must(t, l.build(t, OfficerAppointed), l.voiding(1))
	if _, ok := gone.At(20190301); ok || gone.NaturalKey() != "" || gone.Name != "Lê Văn Mẫu" {
		t.Errorf("voided: %+v", gone)
	}
}

func TestBadOfficers(t *testing.T) {
	l := &officerLife
	appointed := func(change func(*OfficerEvent)) OfficerEvent {
		e := officerEvent(OfficerAppointed, 20190201)
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		e     OfficerEvent
		code  Code
		field string
	}{
		"name":     {appointed(func(e *OfficerEvent) { e.Name = " \t" }), CodeRequired, "name"},
		"long":     {appointed(func(e *OfficerEvent) { e.Name = longText }), CodeOutOfRange, "name"},
		"code":     {appointed(func(e *OfficerEvent) { e.Code = "số 1" }), CodeInvalid, "code"},
		"rank":     {appointed(func(e *OfficerEvent) { e.Rank = "GENERAL" }), CodeInvalid, "rank"},
		"position": {appointed(func(e *OfficerEvent) { e.Position = "KING" }), CodeInvalid, "position"},
		"decision": {appointed(func(e *OfficerEvent) { e.Decision.Date = DateIn(clock).AddDays(1) }), CodeFutureDate, "decision.date"},
	} {
		t.Run(name, func(t *testing.T) { l.refused(t, new(Officer), c.e, c.code, c.field) })
	}
	o := l.build(t, OfficerAppointed)
	same := officerEvent(OfficerPosted, 20190301)
	same.Unit, same.Position = unitA, PositionOfficer
	l.refused(t, o, same, CodeInvalid, "unit")
	rank := officerEvent(OfficerPromoted, 20190301)
	rank.Rank = RankJuniorOfficer
	l.refused(t, o, rank, CodeInvalid, "rank")
	l.refused(t, o, officerEvent(OfficerServiceOver, 20190201), CodeOutOfRange, "effectiveOn")
}
