package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// A figured is a small world with two years of cases, verdicts, directed cases and
// tasks in which everything happens that moves a figure: late records, corrections
// across a year's end, transfers, and locks of units at different times.
type figured struct {
	*world
	province, first, second thads.UnitID
	officer, colleague      thads.OfficerID
	// beforeLast is an instant before the last corrections.
	beforeLast time.Time
}

// onDay makes a date of yyyymmdd.
func onDay(n int) thads.Date { return thads.Date(n) }

func newFigured(t testing.TB) *figured {
	t.Helper()
	w := &figured{world: newWorld(t)}
	ctx := leader(t.Context())
	w.on(onDay(20181003))
	w.province, w.first, w.second, w.officer = w.world.province(t)
	appointed := thads.OfficerEvent{Kind: thads.OfficerAppointed, Name: "Phạm Thị Đồng", Code: "CHV02", Rank: thads.OfficerRanks()[0].Value, Unit: w.first, Position: thads.OfficerPositions()[0].Value}
	appointed.EffectiveOn = onDay(20150101)
	o, err := w.OfficerOpen(ctx, "officer-2", appointed)
	if err != nil {
		t.Fatal(err)
	}
	w.colleague = o.ID
	w.records(t)
	return w
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opened opens a case of a kind.
func (w *figured) opened(t testing.TB, n int, on thads.Date, unit thads.UnitID, officer thads.OfficerID, kind thads.JudgmentKind, amount thads.Dong, tags ...thads.Tag) thads.CaseID {
	t.Helper()
	e := decided(unit, officer, fmt.Sprintf("%d/QĐ-CCTHADS", n), on)
	e.Particulars.Judgment.Kind, e.Particulars.Tags = kind, tags
	e.Particulars.Obligations = []thads.Obligation{{Kind: thads.Debt, Amount: amount}}
	if n%4 == 0 {
		e.Particulars.Initiation = thads.OwnMotion
		e.Particulars.Obligations = []thads.Obligation{{Kind: thads.CourtFee, Amount: amount}}
		e.Particulars.Parties = []thads.Party{e.Particulars.Parties[0], {Role: thads.Creditor, Kind: thads.StateBudget, Name: "Ngân sách nhà nước"}}
	}
	c, err := w.CaseOpen(leader(t.Context()), fmt.Sprint("figured-", n), e, nil)
	if err != nil {
		t.Fatalf("case %d: %v", n, err)
	}
	return c.ID
}

// act records an event of a case.
func (w *figured) act(t testing.TB, id thads.CaseID, on thads.Date, e thads.CaseEvent) {
	t.Helper()
	e.EffectiveOn = on
	if _, err := w.CaseRecord(leader(t.Context()), app.Change{ID: string(id)}, e, nil); err != nil {
		t.Fatalf("%s on %s: %v", e.Kind, on, err)
	}
}

func (w *figured) lock(t testing.TB, unit thads.UnitID, through thads.Date) {
	t.Helper()
	_, err := w.UnitRecord(leader(t.Context()), app.Change{ID: string(unit)}, thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: through})
	must(t, err)
}

func paper(on thads.Date) *thads.Decision {
	return &thads.Decision{Number: thads.ParseDocumentNumber("5/QĐ-THADS"), Date: on}
}

// collected and paidOut are the two steps of money.
func collected(amount thads.Dong) thads.CaseEvent {
	return thads.CaseEvent{Kind: thads.CaseCollected, Amount: amount}
}

func paidOut(amount thads.Dong) thads.CaseEvent {
	return thads.CaseEvent{Kind: thads.CasePaidOut, Amount: amount}
}

func (w *figured) records(t testing.TB) {
	t.Helper()
	ctx := leader(t.Context())
	const mil = 1_000_000
	kinds := thads.JudgmentKinds()
	w.on(onDay(20181212))
	var ids []thads.CaseID
	for i := range 24 {
		unit, officer := w.first, w.officer
		switch {
		case i%3 == 1:
			unit, officer = w.second, ""
		case i%5 == 2:
			officer = w.colleague
		case i%7 == 3:
			officer = ""
		}
		kind := kinds[i%5].Value
		var tags []thads.Tag
		if i%4 == 1 {
			tags = []thads.Tag{thads.TagCredit}
		}
		if i%6 == 1 {
			tags = append(tags, thads.TagComplex)
		}
		ids = append(ids, w.opened(t, i+1, onDay(20181005).AddDays(i), unit, officer, kind, thads.Dong(i+1)*10*mil, tags...))
	}
	for _, id := range ids {
		w.act(t, id, onDay(20181115), thads.CaseEvent{Kind: thads.CaseVerificationBegun})
		w.act(t, id, onDay(20181116), thads.CaseEvent{Kind: thads.CaseVerified, Finding: thads.FindingMeans})
	}
	ground := func(kind thads.CaseEventKind) thads.GroundCode {
		for _, g := range thads.Grounds() {
			for _, k := range g.Kinds {
				if k == kind && g.InForce(onDay(20190101)) {
					return g.Code
				}
			}
		}
		return ""
	}
	grounded := func(kind thads.CaseEventKind, on thads.Date) thads.CaseEvent {
		return thads.CaseEvent{Kind: kind, Ground: ground(kind), Decision: paper(on)}
	}
	w.act(t, ids[0], onDay(20181120), collected(10*mil))
	w.act(t, ids[0], onDay(20181121), paidOut(10*mil))
	w.act(t, ids[1], onDay(20181125), collected(5*mil))
	w.act(t, ids[2], onDay(20181201), grounded(thads.CasePostponed, onDay(20181201)))
	w.act(t, ids[3], onDay(20181202), grounded(thads.CaseTerminated, onDay(20181202)))
	w.act(t, ids[8], onDay(20181203), grounded(thads.CaseTerminated, onDay(20181203)))

	// The first district locks the first quarter; what comes late is booked after it.
	w.on(onDay(20190110))
	w.lock(t, w.first, onDay(20181231))
	w.on(onDay(20190215))
	w.act(t, ids[5], onDay(20181220), collected(60*mil))
	w.act(t, ids[5], onDay(20181222), paidOut(60*mil))
	w.act(t, ids[7], onDay(20181225), collected(30*mil)) // the second district is not locked
	w.act(t, ids[7], onDay(20181226), paidOut(30*mil))
	w.act(t, ids[6], onDay(20190120), grounded(thads.CaseNotEnforceable, onDay(20190120)))
	w.act(t, ids[9], onDay(20190121), grounded(thads.CaseSuspended, onDay(20190121)))
	w.act(t, ids[4], onDay(20190122), thads.CaseEvent{Kind: thads.CaseSecurityMeasure, Measure: thads.FreezeAccount, Amount: 20 * mil, Decision: paper(onDay(20190122))})
	w.act(t, ids[4], onDay(20190201), thads.CaseEvent{Kind: thads.CaseCoerciveMeasure, Measure: thads.CoerciveMeasures()[0].Value, Decision: paper(onDay(20190201))})

	w.on(onDay(20190510))
	w.act(t, ids[10], onDay(20190401), thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: w.first, ToOfficer: w.officer})
	w.act(t, ids[11], onDay(20190402), thads.CaseEvent{Kind: thads.CaseReduced, Amount: 20 * mil, Ground: ground(thads.CaseReduced), Decision: paper(onDay(20190402))})
	w.act(t, ids[12], onDay(20190403), thads.CaseEvent{Kind: thads.CaseEntrusted, Recipient: "Chi cục THADS nơi khác", Decision: paper(onDay(20190403))})
	w.act(t, ids[13], onDay(20190404), thads.CaseEvent{Kind: thads.CaseRevoked, Decision: paper(onDay(20190404))})
	w.act(t, ids[15], onDay(20190405), thads.CaseEvent{Kind: thads.CaseTagged, AddTags: []thads.Tag{thads.TagDirected}})
	w.act(t, ids[14], onDay(20190406), collected(100*mil))
	w.act(t, ids[14], onDay(20190407), paidOut(70*mil))
	w.verdictsAndTasks(ctx, t)

	// The year ends; afterwards it is corrected.
	w.on(onDay(20191004))
	w.act(t, ids[16], onDay(20190920), collected(170*mil))
	w.act(t, ids[16], onDay(20190925), paidOut(170*mil))
	w.lock(t, w.province, onDay(20190930))
	w.on(onDay(20191101))
	w.beforeLast = w.clock()
	w.on(onDay(20191104))
	w.act(t, ids[17], onDay(20190828), collected(180*mil))
	w.act(t, ids[17], onDay(20190829), paidOut(180*mil))
	wrong := paidOut(40 * mil)
	wrong.EffectiveOn, wrong.Supersedes, wrong.Reason = onDay(20190407), 5, "Ghi nhầm số tiền"
	_, err := w.CaseRecord(ctx, app.Change{ID: string(ids[14])}, wrong, nil)
	must(t, err)
	void := thads.CaseEvent{}
	void.EffectiveOn, void.Voids, void.Reason = onDay(20191104), 4, "Ghi nhầm hồ sơ"
	_, err = w.CaseRecord(ctx, app.Change{ID: string(ids[8])}, void, nil)
	must(t, err)
	w.act(t, ids[0], onDay(20191020), thads.CaseEvent{Kind: thads.CaseReopened, Decision: paper(onDay(20191020)), Amount: 10 * mil})
	w.opened(t, 40, onDay(20191015), w.second, "", thads.JudgmentFamily, 5*mil)
	w.on(onDay(20191209))
}

func (w *figured) verdictsAndTasks(ctx context.Context, t testing.TB) {
	t.Helper()
	on := func(n int) thads.Record { return thads.Record{EffectiveOn: onDay(n)} }
	for i, unit := range []thads.UnitID{w.first, w.first, w.second} {
		v, err := w.VerdictOpen(ctx, fmt.Sprint("v", i), thads.VerdictEvent{Record: on(20190205), Kind: thads.VerdictRegistered, ToUnit: unit, Particulars: &thads.VerdictParticulars{
			Number: thads.ParseDocumentNumber(fmt.Sprintf("%d/2018/HC-ST", i+3)), Date: onDay(20181101), Court: "TAND tỉnh", ReceivedOn: onDay(20190103),
			Creditors: []thads.VerdictCreditor{{Kind: thads.Person, Name: "Lê Thị Thắng", Address: "Phường Thử"}},
			Debtors:   []thads.DebtorAgency{{Name: "UBND huyện Thử"}}, Operative: "Hủy quyết định", Category: thads.VerdictAnnulsDecision, Tracked: true,
		}})
		must(t, err)
		if i == 1 {
			continue
		}
		_, err = w.VerdictRecord(ctx, app.Change{ID: string(v.ID)}, thads.VerdictEvent{Record: on(20190305), Kind: thads.VerdictNoticeIssued, Decision: paper(onDay(20190305))})
		must(t, err)
		_, err = w.VerdictRecord(ctx, app.Change{ID: string(v.ID)}, thads.VerdictEvent{Record: on(20190406), Kind: thads.VerdictCompleted, Result: "Đã ban hành quyết định mới"})
		must(t, err)
	}
	for i, unit := range []thads.UnitID{w.first, w.second} {
		_, err := w.DirectedCaseOpen(ctx, fmt.Sprint("x", i), thads.DirectedCaseEvent{Record: on(20190201), Kind: thads.DirectedListed, ToUnit: unit, Particulars: &thads.DirectedCaseParticulars{
			Description: "Ngoài sổ", Title: "Vụ việc", DirectingBody: "UBND tỉnh",
		}})
		must(t, err)
		_, err = w.TaskOpen(ctx, fmt.Sprint("t", i), thads.TaskEvent{Record: on(20190120), Kind: thads.TaskSet, Particulars: &thads.TaskParticulars{
			Title: "Nhiệm vụ", Lead: thads.Body{Unit: unit}, DueOn: onDay(20190630),
		}})
		must(t, err)
	}
	percent := func(issuer thads.TargetIssuer, reach thads.TargetReach, unit thads.UnitID, metric thads.Metric, points int64) {
		e := thads.TargetEvent{Record: on(20190110), Kind: thads.TargetSet, Particulars: &thads.TargetParticulars{
			Issuer: issuer, Basis: "Quyết định giao", StatYear: 2019, Metric: metric, Value: thads.Quantity{Unit: thads.UnitPercent, Value: points}, Reach: reach, Unit: unit,
		}}
		_, err := w.TargetOpen(ctx, fmt.Sprint("target", issuer, metric, unit), e)
		must(t, err)
	}
	percent(thads.IssuerNationalAssembly, thads.ReachNational, "", thads.MetricMoneyRate, 3000)
	percent(thads.IssuerMinistry, thads.ReachProvincial, w.province, thads.MetricMoneyRate, 3400)
	percent(thads.IssuerProvince, thads.ReachUnit, w.first, thads.MetricCaseRate, 1000)
}

// as is somebody with one role in the first district.
func (w *figured) as(t testing.TB, role auth.Role) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), auth.Person(thads.PrincipalID(role), string(role), role, w.first, w.officer))
}
