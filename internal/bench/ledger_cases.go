package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// The ledger's province: a department and its branches, each with officers, and
// ten statistical years of cases.
const (
	ledgerUnits    = 28
	officersEach   = 6
	ledgerFrom     = thads.StatYear(2010)
	ledgerYears    = 10
	correctedShare = 3 // of a hundred cases
)

// ledgerCases are the cases as the store keeps them, without what the ledger does
// not read.
var ledgerCases = &store.Collection{Name: "case"}

func ledgerUnit(i int) thads.UnitID { return thads.UnitID(fmt.Sprintf("unit_%02d", i)) }

func ledgerOfficer(unit, i int) thads.OfficerID {
	return thads.OfficerID(fmt.Sprintf("officer_%02d_%d", unit, i))
}

// ledgerID is the id of a case, which tells nothing of when it began.
func ledgerID(i int) thads.CaseID {
	h := sha256.Sum256([]byte(fmt.Sprint("case ", i)))
	return thads.CaseID("case_" + base64.RawURLEncoding.EncodeToString(h[:15]))
}

// A biased list is drawn from by weights of a hundred.
type biased[T any] []struct {
	weight int
	value  T
}

func (b biased[T]) draw(r *rand.Rand) T {
	n := r.IntN(100)
	for _, e := range b {
		if n -= e.weight; n < 0 {
			return e.value
		}
	}
	return b[len(b)-1].value
}

var (
	ledgerKinds = biased[thads.JudgmentKind]{
		{44, thads.JudgmentCriminal},
		{28, thads.JudgmentCivil},
		{16, thads.JudgmentFamily},
		{6, thads.JudgmentCommercial},
		{2, thads.JudgmentLabour},
		{2, thads.JudgmentAdministrative},
		{2, thads.JudgmentOther},
	}
	ledgerDuties = biased[thads.ObligationKind]{
		{36, thads.CourtFee},
		{20, thads.Fine},
		{12, thads.Compensation},
		{14, thads.Debt},
		{6, thads.Arrears},
		{4, thads.IllicitGains},
		{4, thads.Maintenance},
		{4, thads.OtherMoney},
	}
	ledgerTags = biased[[]thads.Tag]{
		{90, nil},
		{5, []thads.Tag{thads.TagCredit}},
		{2, []thads.Tag{thads.TagOverdue}},
		{1, []thads.Tag{thads.TagCorruption}},
		{1, []thads.Tag{thads.TagComplex}},
		{1, []thads.Tag{thads.TagComplex, thads.TagCredit}},
	}
	ledgerNoMeans = biased[thads.GroundCode]{{70, "L2008_44A_1_A"}, {20, "L2008_44A_1_C"}, {10, "L2008_44A_PRISON"}}
	ledgerDelays  = biased[thads.GroundCode]{{50, "L2008_48_1_C"}, {30, "L2008_48_1_B"}, {20, "L2008_48_1_D"}}
	ledgerEnds    = biased[thads.GroundCode]{{60, "L2008_50_1_C"}, {30, "L2008_50_1_A"}, {10, "L2008_50_1_D"}}
)

// A life is a history in the making.
type life struct {
	r      *rand.Rand
	events []thads.CaseEvent
	on     thads.Date
	last   time.Time
}

// add records an event some days after the last, a day or two late.
func (l *life) add(e thads.CaseEvent) {
	if len(l.events) > 0 {
		l.on = l.on.AddDays(5 + l.r.IntN(60))
	}
	l.record(e, l.on, l.r.IntN(3))
}

// record records an event that counts on a day, so many days later. The books of a
// year are closed on 10 October.
func (l *life) record(e thads.CaseEvent, on thads.Date, late int) {
	day := on.AddDays(late)
	at := day.StartOfDay().Add(8*time.Hour + time.Duration(l.r.IntN(9*3600_000))*time.Millisecond)
	if !at.After(l.last) {
		at = l.last.Add(time.Millisecond)
	}
	l.last = at
	e.Seq, e.EffectiveOn, e.RecordedAt, e.By = len(l.events)+1, on, at, "bench"
	e.OpenFrom = thads.StatYearOf(thads.DateIn(at).AddDays(-9)).Start()
	l.events = append(l.events, e)
}

// ledgerCase makes case i of n: about six events, some corrected long after.
func ledgerCase(i, n int) (*thads.Case, error) {
	r := rand.New(rand.NewPCG(2019, uint64(i)))
	unit, officer := r.IntN(ledgerUnits), r.IntN(officersEach)
	l := &life{r: r, on: ledgerFrom.Start().AddDays(int(int64(i) * ledgerYears * 365 / int64(n)))}
	number := func() *thads.Decision {
		return &thads.Decision{Number: thads.ParseDocumentNumber(fmt.Sprintf("%d/QĐ-CCTHADS", 1+r.IntN(2000))), Date: l.on}
	}
	amount := thads.Dong(1+r.IntN(600)) * 250_000
	duties := []thads.Obligation{{Kind: ledgerDuties.draw(r), Amount: amount}}
	if r.IntN(4) == 0 {
		duties = append(duties, thads.Obligation{Kind: thads.CourtFee, Amount: thads.Dong(1+r.IntN(40)) * 50_000})
	}
	for k := range duties {
		duties[k].ID = fmt.Sprint(k + 1)
	}
	began := thads.OnRequest
	if duties[0].Kind == thads.CourtFee || duties[0].Kind == thads.Fine || duties[0].Kind == thads.Arrears {
		began = thads.OwnMotion
	}
	l.add(thads.CaseEvent{
		Kind: thads.CaseDecided, ToUnit: ledgerUnit(unit), ToOfficer: ledgerOfficer(unit, officer), Decision: number(),
		Particulars: &thads.Particulars{
			Initiation: began, Tags: ledgerTags.draw(r),
			Judgment: thads.Judgment{Kind: ledgerKinds.draw(r), Number: thads.ParseDocumentNumber(fmt.Sprintf("%d/2010/DS-ST", 1+r.IntN(300))), Date: l.on.AddDays(-40), Court: "Tòa án nhân dân huyện"},
			Parties: []thads.Party{
				{ID: "1", Role: thads.Debtor, Kind: thads.Person, Name: pick(r, families) + " " + pick(r, middles) + " " + pick(r, givens), Address: "Thôn 3, xã Thử Nghiệm"},
				{ID: "2", Role: thads.Creditor, Kind: thads.Person, Name: pick(r, families) + " " + pick(r, middles) + " " + pick(r, givens), Address: "Thôn 5, xã Thử Nghiệm"},
			},
			Obligations: duties,
		},
	})
	l.add(thads.CaseEvent{Kind: thads.CaseVerificationBegun})
	l.add(thads.CaseEvent{Kind: thads.CaseVerified, Finding: thads.FindingMeans})
	pay := func(part thads.Dong) {
		l.add(thads.CaseEvent{Kind: thads.CaseCollected, Obligation: "1", Amount: part})
		l.add(thads.CaseEvent{Kind: thads.CasePaidOut, Obligation: "1", Amount: part})
	}
	all := func() {
		pay(amount)
		for _, o := range duties[1:] {
			l.add(thads.CaseEvent{Kind: thads.CasePerformed, Obligation: o.ID, Amount: o.Amount})
		}
	}
	switch fate := r.IntN(100); {
	case fate < 38:
		all()
	case fate < 58:
		l.add(thads.CaseEvent{Kind: thads.CaseNotEnforceable, Ground: ledgerNoMeans.draw(r), Decision: number()})
		l.add(thads.CaseEvent{Kind: thads.CaseNoted, Note: "Xác minh lại định kỳ"})
	case fate < 72:
		pay(amount / 2)
		l.add(thads.CaseEvent{Kind: thads.CaseNoted, Note: "Đã đôn đốc"})
	case fate < 84:
		l.add(thads.CaseEvent{Kind: thads.CasePostponed, Ground: ledgerDelays.draw(r), Decision: number()})
		l.add(thads.CaseEvent{Kind: thads.CaseResumed, Decision: number()})
		all()
	case fate < 92:
		l.add(thads.CaseEvent{Kind: thads.CaseAssigned, ToOfficer: ledgerOfficer(unit, (officer+1)%officersEach)})
		l.add(thads.CaseEvent{Kind: thads.CaseCoerciveMeasure, Measure: thads.AttachAsset, Decision: number(), Amount: amount})
		all()
	default:
		l.add(thads.CaseEvent{Kind: thads.CaseTerminated, Ground: ledgerEnds.draw(r), Decision: number()})
	}
	if r.IntN(100) < correctedShare {
		l.correct()
	}
	return thads.FoldCase(ledgerID(i), l.events)
}

// correct moves the last event of the history some days, long after.
func (l *life) correct() {
	old := l.events[len(l.events)-1]
	fresh := old
	fresh.Supersedes, fresh.Reason = old.Seq, "Nhầm ngày"
	on := old.EffectiveOn.AddDays(1 + l.r.IntN(4))
	l.record(fresh, on, 20+l.r.IntN(500))
}

// ledgerDocument encodes a case as the application does.
func ledgerDocument(i, n int) (*store.Document, int, error) {
	c, err := ledgerCase(i, n)
	if err != nil {
		return nil, 0, err
	}
	postings, err := thads.PostCase(c)
	if err != nil {
		return nil, 0, err
	}
	head, err := json.Marshal(c.Head())
	if err != nil {
		return nil, 0, err
	}
	return &store.Document{
		ID: string(c.ID), Version: int64(c.Version), Head: head, Postings: thads.EncodeEntries(postings, nil), PostingsVersion: thads.PostingRules,
		UpdatedAt: c.UpdatedAt(),
	}, len(postings), nil
}
