package demo

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// invented is the note that every invented record opens with, beside the
// system's own sign that it shows the demonstration.
const invented = "Dữ liệu minh họa: người, số và số tiền trong hồ sơ này đều không có thật."

// history puts a plan into words: its events as they were recorded.
func (g *generator) history(p *plan) app.CaseHistory {
	h := app.CaseHistory{Key: caseKey(p.index), Events: make([]app.RecordedCaseEvent, len(p.steps))}
	w := &writer{g: g, p: p, u: g.units[p.unit], r: g.rng(p, useRecords), officer: p.officer}
	for i := range p.steps {
		h.Events[i] = w.write(i)
	}
	return h
}

func caseKey(index int) string { return "case/" + strconv.Itoa(index) }

// A writer puts the steps of one plan into words, one after another.
type writer struct {
	g       *generator
	p       *plan
	u       *unit
	r       *rand.Rand
	officer int
	// last is when the step before was recorded.
	last   time.Time
	debtor thads.Party
}

func (w *writer) write(i int) app.RecordedCaseEvent {
	s := &w.p.steps[i]
	e := thads.CaseEvent{
		Kind: s.kind, Amount: s.amount, Ground: s.ground, Finding: s.finding, Measure: s.measure, Note: s.note,
	}
	e.EffectiveOn = w.g.cal.date(s.on)
	e.Supersedes, e.Voids, e.Reason = s.supersedes, s.voids, s.reason
	if s.duty >= 0 {
		e.Obligation = obligationID(s.duty)
	}
	if s.until != 0 {
		e.Until = w.g.cal.date(s.until)
	}
	w.detail(&e, s, i)
	if s.voids != 0 {
		e = thads.CaseEvent{Record: e.Record}
	}
	by := w.g.officers[w.officer].by
	if s.clerk {
		by = w.u.by
	}
	return app.RecordedCaseEvent{Event: e, At: w.recordedAt(s), By: by}
}

// recordedAt is an instant in office hours, on the day or within two working
// days of it, later than that of the step before and never after the horizon.
func (w *writer) recordedAt(s *step) time.Time {
	on := s.recorded
	if on == 0 {
		on = s.on
		switch {
		case s.kind == thads.CaseBroughtForward:
			on = start2018 + day(1+w.p.index%3)
		case chance(w.r, 350):
			on = w.g.cal.workdays(on, between(w.r, 1, 2))
		}
		on = min(on, horizon)
	}
	at := w.g.cal.at(on, officeMinute(w.r.IntN(450))).Add(time.Duration(w.r.IntN(60_000)) * time.Millisecond)
	if !at.After(w.last) {
		at = w.last.Add(time.Duration(between(w.r, 20, 400)) * time.Second)
	}
	w.last = at
	return at
}

// voucher is a number that no other receipt or voucher has.
func (w *writer) voucher(i int) string { return strconv.Itoa(1_000_000 + w.p.index*64 + i) }

var obligationIDs = [...]string{"o1", "o2", "o3", "o4", "o5", "o6"}

func obligationID(i int) string { return obligationIDs[i] }

// detail fills in what the kind of a step needs besides.
func (w *writer) detail(e *thads.CaseEvent, s *step, i int) {
	p, r := w.p, w.r
	switch s.kind {
	case thads.CaseReceived:
		e.Particulars, e.ToUnit = w.particulars(s), w.u.id
		e.Note = invented
		return
	case thads.CaseDecided, thads.CaseBroughtForward:
		if p.steps[0].kind != thads.CaseReceived || s.supersedes != 0 {
			e.Particulars, e.Note = w.particulars(s), invented
		}
		e.ToUnit, e.ToOfficer = w.u.id, w.g.officers[w.officer].id
	case thads.CaseCollected:
		e.Receipt = "BL " + w.voucher(i)
	case thads.CasePaidOut, thads.CaseDeposited:
		e.Receipt = "PC " + w.voucher(i)
	case thads.CaseEntrusted:
		e.Recipient = p.recipient
	case thads.CaseAssigned:
		w.officer = s.officer
		e.ToOfficer = w.g.officers[s.officer].id
	case thads.CaseTagged:
		e.AddTags = []thads.Tag{s.tag}
	case thads.CasePartiesChanged:
		changed := w.debtor
		changed.ID, changed.Address = "p1", w.u.address(r)
		e.Parties, e.Note = []thads.Party{changed}, "Đương sự chuyển nơi cư trú."
	case thads.CaseVerified:
		e.Note = verificationNotes[s.finding]
	case thads.CaseCoerciveMeasure:
		e.Amount = 0
	default:
	}
	if b := bookOf(s.kind); b != bookNone {
		e.Decision = w.decision(s, b)
	}
}

var verificationNotes = map[thads.Finding]string{
	thads.FindingMeans:   "Có tài sản, thu nhập để thi hành án.",
	thads.FindingNoMeans: "Không có tài sản, thu nhập; UBND cấp xã xác nhận.",
	thads.FindingUnclear: "Đã xác minh tại địa phương, chờ cơ quan đăng ký cung cấp thông tin.",
}

// decision is the paper behind a step.
func (w *writer) decision(s *step, b book) *thads.Decision {
	u := w.g.units[w.p.issuer(b)]
	on := s.on
	if s.kind == thads.CaseBroughtForward {
		on = w.p.decided
	}
	date := w.g.cal.date(on)
	d := &thads.Decision{Date: date}
	n := strconv.Itoa(s.number)
	switch b {
	case bookReduced:
		d.Number = thads.ParseDocumentNumber(n + "/" + strconv.Itoa(date.Year()) + "/QĐ-TA")
		d.Issuer = u.court
		return d
	case bookWithdrawn:
		d.Issuer = u.name
	default:
	}
	d.Number = thads.ParseDocumentNumber(n + u.symbol)
	d.Signer = u.head
	return d
}

// particulars are what opens a case. Cases of one judgment draw the same people.
func (w *writer) particulars(s *step) *thads.Particulars {
	p, spec := w.p, w.p.spec()
	r := w.g.rng(p, useParties)
	t := p.title
	date := w.g.cal.date(t.date)
	out := &thads.Particulars{
		Initiation: spec.initiation, Tags: p.tags,
		Judgment: thads.Judgment{
			Kind: spec.kind, Date: date, Court: t.court.court,
			Number: thads.ParseDocumentNumber(strconv.Itoa(t.number) + "/" + strconv.Itoa(date.Year()) + t.suffix),
		},
	}
	opened := p.opened
	if p.isForward() {
		opened = p.decided
		out.Balance = &thads.OpeningBalance{State: p.state, Since: w.g.cal.date(p.since), Ground: p.ground, Verifications: p.verifications}
	}
	if spec.initiation == thads.OwnMotion {
		// The law gives five working days from receipt; a few take longer.
		received := opened - day(between(w.r, 1, 5))
		if chance(w.r, 25) {
			received -= day(between(w.r, 6, 14))
		}
		if !p.isForward() {
			received = w.g.cal.onOrBefore[max(received, 0)]
		}
		out.Judgment.ReceivedOn = w.g.cal.date(max(received, t.date))
	}
	if p.class == arbitration {
		out.Judgment.Court = "Trung tâm trọng tài thương mại Minh Họa"
	}
	w.parties(r, out)
	if spec.initiation == thads.OnRequest {
		requested := opened - day(w.r.IntN(4))
		if !p.isForward() {
			requested = w.g.cal.onOrBefore[max(requested, 0)]
		}
		if w.p.steps[0].kind == thads.CaseReceived {
			requested = w.p.steps[0].on
		}
		out.RequestedOn = w.g.cal.date(requested)
	}
	w.obligations(out, s)
	return out
}

// parties invents who owes and who is owed; the debtor comes first.
func (w *writer) parties(r *rand.Rand, out *thads.Particulars) {
	p := w.p
	if organisation := p.class == credit || p.class == labour || p.class == bankruptcy || p.class == arbitration; organisation {
		w.debtor = company(r, thads.Debtor, w.u)
		w.debtor.Role = thads.Debtor
	} else {
		w.debtor = w.g.party(r, thads.Debtor, w.u)
	}
	out.Parties = append(out.Parties, w.debtor)
	if p.class == debt && chance(r, 140) || p.class == feeCivil && chance(r, 140) {
		// Husband and wife owe together.
		other := w.g.party(r, thads.Debtor, w.u)
		other.Address = w.debtor.Address
		w.debtor.JointGroup, other.JointGroup = "1", "1"
		out.Parties = []thads.Party{w.debtor, other}
	}
	switch {
	case p.spec().initiation == thads.OwnMotion:
		out.Parties = append(out.Parties, stateBudget())
	case p.class == credit:
		out.Parties = append(out.Parties, bank(r, w.u))
	case p.class == arbitration:
		out.Parties = append(out.Parties, company(r, thads.Creditor, w.u))
	case p.class == debt && chance(r, 160):
		out.Parties = append(out.Parties, bank(r, w.u))
	default:
		out.Parties = append(out.Parties, w.g.party(r, thads.Creditor, w.u))
	}
	if p.class == maintenance || p.class == handOverChild {
		child := w.g.party(r, thads.Related, w.u)
		child.BirthYear, child.Juvenile = between(r, 2004, 2015), true
		out.Parties = append(out.Parties, child)
	}
}

var contents = map[thads.ObligationKind]string{
	thads.HandOverAsset:  "Giao quyền sử dụng đất theo bản án.",
	thads.HandOverPapers: "Giao giấy chứng nhận quyền sử dụng đất.",
	thads.PerformAct:     "Tháo dỡ công trình lấn chiếm, trả lại mặt bằng.",
	thads.RefrainFromAct: "Chấm dứt hành vi cản trở lối đi chung.",
	thads.HandOverChild:  "Giao con cho người được giao nuôi dưỡng.",
	thads.Destruction:    "Tiêu hủy vật chứng không có giá trị.",
	thads.Confiscation:   "Tịch thu vật chứng, nộp ngân sách nhà nước.",
	thads.Maintenance:    "Cấp dưỡng nuôi con hằng tháng.",
}

func (w *writer) obligations(out *thads.Particulars, s *step) {
	out.Obligations = make([]thads.Obligation, len(w.p.duties))
	for i, d := range w.p.duties {
		amount := d.amount
		if i == 0 && s.supersedes == 0 && w.p.amountAtFirst != 0 {
			amount = w.p.amountAtFirst
		}
		out.Obligations[i] = thads.Obligation{ID: obligationID(i), Kind: d.kind, Amount: amount, Periodic: d.periodic, Content: contents[d.kind]}
	}
}
