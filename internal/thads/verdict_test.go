package thads

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func verdictEvent(kind VerdictEventKind, on Date) VerdictEvent {
	e := VerdictEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	letter := decision("15/CV-CTHADS", on)
	switch kind {
	case VerdictRegistered:
		e.ToUnit, e.ToOfficer = unitA, offA
		e.Particulars = &VerdictParticulars{
			Number: ParseDocumentNumber("03/2018/HC-ST"), Date: 20181203, Court: "Tòa án nhân dân tỉnh  Mẫu", ReceivedOn: 20190110,
			Creditors: []VerdictCreditor{{Kind: Person, Name: "Nguyễn Thị Thử"}},
			Debtors:   []DebtorAgency{{Name: "Chủ tịch UBND huyện Mẫu", Superior: "UBND tỉnh Mẫu"}},
			Operative: "Hủy quyết định thu hồi đất", Category: VerdictAnnulsDecision, Tracked: true,
		}
	case VerdictReceiptEstablished:
		e.DebtorReceivedOn = 20181220
	case VerdictNoticeIssued:
		e.Decision = letter
	case VerdictWorkSession:
		e.Recipient, e.Note = "UBND huyện Mẫu", "Thống nhất thời hạn thi hành"
	case VerdictCompulsionDecided:
		e.Decision = decision("01/2019/QĐ-THA", on)
		e.Decision.Issuer = "Tòa án nhân dân tỉnh Mẫu"
	case VerdictUrging, VerdictDisciplinePetitioned:
		e.Decision, e.Recipient = letter, "Chủ tịch UBND tỉnh Mẫu"
	case VerdictPublished:
		e.Recipient = "Trang thông tin điện tử"
	case VerdictCompleted:
		e.Result = "Đã ban hành quyết định thay thế"
	case VerdictNothingLeft:
		e.Result = "Đương sự rút yêu cầu"
	case VerdictReopened:
		e.Note = "Kết quả thi hành chưa đúng bản án"
	case VerdictAssigned:
		e.ToOfficer = offB
	case VerdictTransferred:
		e.ToUnit, e.ToOfficer = unitB, offB
	case VerdictNoted:
		e.Note = "Đã gọi điện"
	case VerdictEventVoided:
	}
	return e
}

var verdictLife = aLife[AdministrativeVerdict, VerdictEvent, VerdictEventKind, VerdictState, *AdministrativeVerdict, *VerdictEvent]{
	noun:  &verdicts,
	fold:  func(events []VerdictEvent) (*AdministrativeVerdict, error) { return FoldVerdict("", events) },
	ev:    verdictEvent,
	alike: cmp.Options{cmp.AllowUnexported(AdministrativeVerdict{})},
	paths: map[VerdictState][]VerdictEventKind{
		VerdictNew:      {VerdictRegistered},
		VerdictNotified: {VerdictRegistered, VerdictNoticeIssued},
		VerdictCompels:  {VerdictRegistered, VerdictNoticeIssued, VerdictCompulsionDecided},
		VerdictUrged:    {VerdictRegistered, VerdictNoticeIssued, VerdictUrging},
		VerdictDone:     {VerdictRegistered, VerdictNoticeIssued, VerdictCompleted},
		VerdictNoLonger: {VerdictRegistered, VerdictNothingLeft},
	},
	steps: func() map[VerdictEventKind]map[VerdictState]VerdictState {
		stays := func(states ...VerdictState) map[VerdictState]VerdictState {
			m := make(map[VerdictState]VerdictState)
			for _, s := range states {
				m[s] = s
			}
			return m
		}
		to := func(to VerdictState, states ...VerdictState) map[VerdictState]VerdictState {
			m := make(map[VerdictState]VerdictState)
			for _, s := range states {
				m[s] = to
			}
			return m
		}
		const n, f, c, u, d, x = VerdictNew, VerdictNotified, VerdictCompels, VerdictUrged, VerdictDone, VerdictNoLonger
		return map[VerdictEventKind]map[VerdictState]VerdictState{
			VerdictRegistered:           to(n, ""),
			VerdictReceiptEstablished:   stays(n, f, c, u, d, x),
			VerdictNoticeIssued:         {n: f, f: f, c: c, u: u},
			VerdictWorkSession:          stays(n, f, c, u),
			VerdictCompulsionDecided:    to(c, n, f, u),
			VerdictUrging:               to(u, f, c, u),
			VerdictDisciplinePetitioned: stays(c, u),
			VerdictPublished:            stays(c, u),
			VerdictCompleted:            to(d, n, f, c, u),
			VerdictNothingLeft:          to(x, n, f, c, u),
			VerdictReopened:             {d: f, x: n},
			VerdictAssigned:             stays(n, f, c, u),
			VerdictTransferred:          stays(n, f, c, u),
			VerdictNoted:                stays(n, f, c, u, d, x),
		}
	}(),
}

func TestVerdict(t *testing.T) { verdictLife.test(t) }

func TestVerdictLife(t *testing.T) {
	l := &verdictLife
	v := l.build(t, VerdictRegistered)
	if v.Court != "Tòa án nhân dân tỉnh Mẫu" || !v.IsReceiptUnknown() || v.IsOverdue(20991231) {
		t.Errorf("registered: %+v", v)
	}
	if _, known := v.Deadline(); known {
		t.Error("a deadline without a receipt")
	}
	for i, k := range []VerdictEventKind{
		VerdictReceiptEstablished, VerdictNoticeIssued, VerdictNoticeIssued, VerdictWorkSession, VerdictCompulsionDecided,
		VerdictUrging, VerdictUrging, VerdictDisciplinePetitioned, VerdictPublished, VerdictAssigned, VerdictTransferred,
	} {
		v = l.must(t, v, verdictEvent(k, Date(20190302).AddDays(i)))
	}
	l.sound(t, v)
	if v.State != VerdictUrged || v.Since != 20190307 || v.Notices != 2 || v.Sessions != 1 || v.Urgings != 2 || v.Petitions != 1 ||
		v.NotifiedOn != 20190303 || v.CompelledOn != 20190306 || v.UrgedOn != 20190307 || v.PublishedOn != 20190310 {
		t.Errorf("%+v", v)
	}
	if diff := cmp.Diff([]UnitID{unitA, unitB}, v.Units); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]OfficerID{offA, offB}, v.Officers); diff != "" {
		t.Error(diff)
	}
	// Each event carries who held the verdict on its date.
	late := l.must(t, v, verdictEvent(VerdictWorkSession, 20190305))
	if e := late.Events[len(late.Events)-1]; e.Unit != unitA || e.Officer != offA {
		t.Errorf("a session before the transfer was held by %s %s", e.Unit, e.Officer)
	}
	after := l.must(t, v, verdictEvent(VerdictWorkSession, 20190401))
	if e := after.Events[len(after.Events)-1]; e.Unit != unitB || e.Officer != offB {
		t.Errorf("a session after the transfer was held by %s %s", e.Unit, e.Officer)
	}
	if e := v.Events[0]; e.Unit != unitA || e.Officer != offA {
		t.Errorf("the registration belongs to %s %s", e.Unit, e.Officer)
	}
	undone := l.must(t, after, l.voiding(after.Version))
	if e := undone.Events[undone.Version-1]; e.Unit != unitB || e.Kind != VerdictEventVoided {
		t.Errorf("taking it back: %+v", e)
	}
	l.refused(t, v, verdictEvent(VerdictCompulsionDecided, 20190501), CodeTransition, "kind")

	// Reopened, it is what the acts amount to.
	done := l.must(t, v, verdictEvent(VerdictCompleted, 20190601))
	if done.FinishedOn != 20190601 || done.Result == "" || done.State.IsLive() {
		t.Errorf("done: %+v", done)
	}
	again := l.must(t, done, verdictEvent(VerdictReopened, 20190701))
	if again.State != VerdictUrged || again.FinishedOn != 0 || again.Result != "" || again.Since != 20190701 {
		t.Errorf("reopened: %s since %s", again.State, again.Since)
	}
	// A decision to compel after the urging counts more.
	w := l.build(t, VerdictRegistered, VerdictNoticeIssued, VerdictUrging, VerdictCompulsionDecided, VerdictCompleted)
	if w = l.must(t, w, verdictEvent(VerdictReopened, 20190701)); w.State != VerdictCompels {
		t.Errorf("reopened: %s", w.State)
	}
	gone := l.must(t, v, l.voiding(12))
	gone = l.must(t, gone, l.voiding(1))
	if diff := cmp.Diff([]UnitID{unitA, unitB}, gone.Units); diff != "" || gone.NaturalKey() != "" || gone.IsTracked() || gone.Number.Seq != 3 {
		t.Errorf("voided: %+v", gone)
	}
	if v.NaturalKey() != "toa an nhan dan tinh mau|3/2018/HC-ST|2018-12-03" {
		t.Errorf("natural key %q", v.NaturalKey())
	}
}

func TestVerdictDeadlines(t *testing.T) {
	l := &verdictLife
	for name, c := range map[string]struct {
		category VerdictCategory
		received Date
		deadline Date
		request  Date
	}{
		"thirty days":     {VerdictAnnulsDecision, 20181220, 20190119, 20200119},
		"at once, voters": {VerdictVoterList, 20181220, 20181220, 20191220},
		"at once":         {VerdictProvisional, 20181220, 20181220, 20191220},
		"unknown":         {VerdictCompelsAct, 0, 0, 0},
		"leap day":        {VerdictCompelsAct, 20240130, 20240229, 20250228},
	} {
		t.Run(name, func(t *testing.T) {
			e := verdictEvent(VerdictRegistered, 20240201)
			e.Particulars.Category, e.Particulars.DebtorReceivedOn = c.category, c.received
			v := l.must(t, new(AdministrativeVerdict), e)
			deadline, known := v.Deadline()
			request, also := v.CompulsionRequestBy()
			if deadline != c.deadline || request != c.request || known != (c.received != 0) || also != known {
				t.Errorf("deadline %s, request by %s, known %t", deadline, request, known)
			}
			if known == v.IsReceiptUnknown() {
				t.Error("the receipt is known and unknown")
			}
			if !known {
				return
			}
			if v.IsOverdue(deadline) || !v.IsOverdue(deadline.AddDays(1)) {
				t.Error("overdue begins on the day after the deadline")
			}
			done := l.must(t, v, verdictEvent(VerdictCompleted, 20240601))
			if !done.IsOverdue(20240531) || done.IsOverdue(20240601) {
				t.Error("overdue ends on the day it is carried out")
			}
		})
	}
	for _, c := range VerdictCategories() {
		if c.Name.VI == "" || c.Name.EN == "" || c.AtOnce != (c.Point == "e" || c.Point == "g") {
			t.Errorf("%+v", c)
		}
	}
	// The same verdict without anything to track is in no question.
	e := verdictEvent(VerdictRegistered, 20190201)
	e.Particulars.Tracked, e.Particulars.DebtorReceivedOn = false, 20190101
	v := l.must(t, new(AdministrativeVerdict), e)
	if v.IsOverdue(20991231) || v.IsTracked() {
		t.Error("nothing to track is never overdue")
	}
	for _, k := range []VerdictEventKind{
		VerdictNoticeIssued, VerdictWorkSession, VerdictCompulsionDecided, VerdictCompleted, VerdictNothingLeft,
	} {
		l.refused(t, v, verdictEvent(k, 20190301), CodeTransition, "kind")
	}
	for _, k := range []VerdictEventKind{VerdictNoted, VerdictAssigned, VerdictTransferred, VerdictReceiptEstablished} {
		l.must(t, v, verdictEvent(k, 20190301))
	}
	for _, r := range v.NextSteps(20190301) {
		if r.Kind.needsTracking() {
			t.Errorf("offers %s", r.Kind)
		}
	}
	// Corrected to be tracked, it takes them.
	e = l.amend(verdictEvent(VerdictRegistered, 20190201), 1, 0)
	l.must(t, l.must(t, v, e), verdictEvent(VerdictNoticeIssued, 20190301))
}

func TestVerdictCompulsionSince2016(t *testing.T) {
	l := &verdictLife
	e := verdictEvent(VerdictRegistered, 20160110)
	e.Particulars.Date, e.Particulars.ReceivedOn = 20151201, 20160105
	v := l.must(t, new(AdministrativeVerdict), e)
	l.refused(t, v, verdictEvent(VerdictCompulsionDecided, 20160630), CodeNotInForce, "effectiveOn")
	l.must(t, v, verdictEvent(VerdictCompulsionDecided, 20160701))
}

func TestBadVerdicts(t *testing.T) {
	l := &verdictLife
	registered := func(change func(*VerdictParticulars)) VerdictEvent {
		e := verdictEvent(VerdictRegistered, 20190201)
		change(e.Particulars)
		return e
	}
	tomorrow := DateIn(clock).AddDays(1)
	for name, c := range map[string]struct {
		e     VerdictEvent
		code  Code
		field string
	}{
		"number":           {registered(func(p *VerdictParticulars) { p.Number = DocumentNumber{} }), CodeRequired, "particulars.number"},
		"no date":          {registered(func(p *VerdictParticulars) { p.Date = 0 }), CodeRequired, "particulars.date"},
		"future date":      {registered(func(p *VerdictParticulars) { p.Date, p.ReceivedOn = tomorrow, tomorrow }), CodeFutureDate, "particulars.date"},
		"court":            {registered(func(p *VerdictParticulars) { p.Court = " " }), CodeRequired, "particulars.court"},
		"received before":  {registered(func(p *VerdictParticulars) { p.ReceivedOn = 20181202 }), CodeOutOfRange, "particulars.receivedOn"},
		"received after":   {registered(func(p *VerdictParticulars) { p.ReceivedOn = 20190202 }), CodeOutOfRange, "particulars.receivedOn"},
		"operative":        {registered(func(p *VerdictParticulars) { p.Operative = "" }), CodeRequired, "particulars.operative"},
		"category":         {registered(func(p *VerdictParticulars) { p.Category = "" }), CodeRequired, "particulars.category"},
		"no such category": {registered(func(p *VerdictParticulars) { p.Category = "H" }), CodeInvalid, "particulars.category"},
		"no creditor":      {registered(func(p *VerdictParticulars) { p.Creditors = nil }), CodeRequired, "particulars.creditors"},
		"creditor's kind":  {registered(func(p *VerdictParticulars) { p.Creditors[0].Kind = "GHOST" }), CodeInvalid, "particulars.creditors.0.kind"},
		"masked creditor":  {registered(func(p *VerdictParticulars) { p.Creditors[0].Name = "N• T•" }), CodeInvalid, "particulars.creditors.0.name"},
		"masked address":   {registered(func(p *VerdictParticulars) { p.Creditors[0].Address = "•, xã Mẫu" }), CodeInvalid, "particulars.creditors.0.address"},
		"creditor's name":  {registered(func(p *VerdictParticulars) { p.Creditors[0].Name = "" }), CodeRequired, "particulars.creditors.0.name"},
		"no debtor":        {registered(func(p *VerdictParticulars) { p.Debtors = nil }), CodeRequired, "particulars.debtors"},
		"debtor's name":    {registered(func(p *VerdictParticulars) { p.Debtors[0].Name = "" }), CodeRequired, "particulars.debtors.0.name"},
		"too many":         {registered(func(p *VerdictParticulars) { p.Creditors = make([]VerdictCreditor, MaxParties) }), CodeLimit, "particulars.creditors"},
		"debtor's receipt": {registered(func(p *VerdictParticulars) { p.DebtorReceivedOn = 20181202 }), CodeOutOfRange, "particulars.debtorReceivedOn"},
		"receipt to come":  {registered(func(p *VerdictParticulars) { p.DebtorReceivedOn = tomorrow }), CodeFutureDate, "particulars.debtorReceivedOn"},
		"receipt's no day": {registered(func(p *VerdictParticulars) { p.DebtorReceivedOn = 20190231 }), CodeInvalid, "particulars.debtorReceivedOn"},
		"without its court": {func() VerdictEvent {
			e := verdictEvent(VerdictCompulsionDecided, 20190301)
			e.Decision.Issuer = ""
			return e
		}(), CodeRequired, "decision.issuer"},
		"letter's date": {func() VerdictEvent { e := verdictEvent(VerdictUrging, 20190301); e.Decision.Date = tomorrow; return e }(), CodeFutureDate, "decision.date"},
		"early receipt": {func() VerdictEvent {
			e := verdictEvent(VerdictReceiptEstablished, 20190301)
			e.DebtorReceivedOn = 20181202
			return e
		}(), CodeOutOfRange, "debtorReceivedOn"},
		"late receipt": {func() VerdictEvent {
			e := verdictEvent(VerdictReceiptEstablished, 20190301)
			e.DebtorReceivedOn = tomorrow
			return e
		}(), CodeFutureDate, "debtorReceivedOn"},
		"same officer": {func() VerdictEvent { e := verdictEvent(VerdictAssigned, 20190301); e.ToOfficer = offA; return e }(), CodeInvalid, "toOfficer"},
		"same unit":    {func() VerdictEvent { e := verdictEvent(VerdictTransferred, 20190301); e.ToUnit = unitA; return e }(), CodeInvalid, "toUnit"},
	} {
		t.Run(name, func(t *testing.T) {
			v := new(AdministrativeVerdict)
			if c.e.Kind != VerdictRegistered {
				v = l.build(t, VerdictRegistered)
			}
			l.refused(t, v, c.e, c.code, c.field)
		})
	}
}
