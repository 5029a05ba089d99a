package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// A judged is an invented administrative verdict and what was done about it.
type judged struct {
	registered thads.Date
	// district is where it is tracked; 0 is the department.
	district int
	category thads.VerdictCategory
	// untracked has nothing to carry out; unknown tells that nobody knows when
	// the debtor received it.
	untracked, unknown bool
	compelled, urged   thads.Date
	petitioned         thads.Date
	done, noLonger     thads.Date
}

// verdicts are the administrative verdicts. Of those with something to carry
// out, five were carried over into the year 2019 and eight came in it; four of
// these thirteen were done by its end.
func verdicts() []judged {
	d := thads.DateOf
	return []judged{
		{registered: d(2017, 11, 14), category: thads.VerdictAnnulsDecision, done: d(2018, 3, 20)},
		{registered: d(2018, 1, 9), category: thads.VerdictCompelsAct, compelled: d(2018, 5, 16), done: d(2018, 8, 7)},
		{registered: d(2018, 2, 6), category: thads.VerdictDeclaresAct, noLonger: d(2018, 6, 12)},
		{registered: d(2017, 12, 5), category: thads.VerdictRejectsClaim, untracked: true},
		{registered: d(2018, 4, 17), category: thads.VerdictRejectsClaim, untracked: true},
		{registered: d(2018, 7, 11), category: thads.VerdictRejectsClaim, untracked: true},
		// Carried over into 2019.
		{registered: d(2018, 3, 13), category: thads.VerdictAnnulsDecision, compelled: d(2018, 8, 21), urged: d(2018, 11, 6), done: d(2019, 1, 22)},
		{registered: d(2018, 5, 8), category: thads.VerdictCompelsAct, compelled: d(2018, 10, 17), urged: d(2019, 2, 26), petitioned: d(2019, 7, 9), done: d(2019, 11, 12)},
		{registered: d(2018, 6, 19), category: thads.VerdictAnnulsDecision, urged: d(2018, 12, 4), done: d(2019, 5, 14)},
		{registered: d(2018, 8, 14), district: 8, category: thads.VerdictCompelsAct, compelled: d(2019, 3, 5), urged: d(2019, 6, 11)},
		{registered: d(2018, 9, 18), category: thads.VerdictAnnulsDecision, unknown: true},
		// Registered in 2019.
		{registered: d(2018, 10, 23), category: thads.VerdictAnnulsDecision, done: d(2019, 2, 19)},
		{registered: d(2018, 11, 20), category: thads.VerdictRejectsClaim, untracked: true},
		{registered: d(2018, 12, 11), category: thads.VerdictDeclaresAct, urged: d(2019, 4, 16)},
		{registered: d(2019, 1, 15), category: thads.VerdictAnnulsDecision, compelled: d(2019, 6, 25), urged: d(2019, 9, 10)},
		{registered: d(2019, 2, 20), district: 4, category: thads.VerdictCompelsAct, done: d(2019, 6, 4)},
		{registered: d(2019, 3, 19), category: thads.VerdictRejectsClaim, untracked: true},
		{registered: d(2019, 4, 9), category: thads.VerdictAnnulsDecision, urged: d(2019, 8, 13)},
		{registered: d(2019, 5, 21), district: 1, category: thads.VerdictAnnulsDecision, unknown: true},
		{registered: d(2019, 7, 2), category: thads.VerdictCompelsAct},
		{registered: d(2019, 8, 6), category: thads.VerdictRejectsClaim, untracked: true},
		{registered: d(2019, 9, 10), district: 15, category: thads.VerdictAnnulsDecision},
		// After the year.
		{registered: d(2019, 10, 22), category: thads.VerdictAnnulsDecision},
		{registered: d(2019, 11, 19), category: thads.VerdictRejectsClaim, untracked: true},
	}
}

// writeVerdicts records the administrative verdicts as they were tracked.
func (f *filling) writeVerdicts(ctx context.Context) error {
	r := rand.New(rand.NewPCG(seed, 1<<48))
	for i, j := range verdicts() {
		if err := f.writeVerdict(ctx, r, i+1, &j); err != nil {
			return fmt.Errorf("%d: %w", i+1, err)
		}
	}
	return nil
}

func (f *filling) writeVerdict(ctx context.Context, r *rand.Rand, n int, j *judged) error {
	u := f.units[j.district]
	on := dayOf(j.registered)
	key := "verdict/" + strconv.Itoa(n)
	agency, superior, court := "UBND huyện Minh Họa "+strconv.Itoa(1+n%7), "UBND tỉnh", f.units[provinceAt].court
	if j.district != provinceAt {
		agency, superior, court = "UBND xã Minh Họa "+strconv.Itoa(1+n%9), "UBND "+u.area, u.court
	}
	date := f.cal.date(f.cal.onOrBefore[max(0, on-day(between(r, 35, 50)))])
	if on < 60 {
		date = j.registered.AddDays(-40)
	}
	creditor := f.party(r, thads.Creditor, u)
	p := &thads.VerdictParticulars{
		Number: thads.ParseDocumentNumber(strconv.Itoa(n+2) + "/" + strconv.Itoa(date.Year()) + "/HC-ST"), Date: date, Court: court,
		ReceivedOn: j.registered,
		Creditors:  []thads.VerdictCreditor{{Kind: creditor.Kind, Name: creditor.Name, Address: creditor.Address}},
		Debtors:    []thads.DebtorAgency{{Name: agency, Superior: superior}},
		Operative:  operative[j.category], Category: j.category, Tracked: !j.untracked,
	}
	if !j.unknown && !j.untracked {
		p.DebtorReceivedOn = j.registered.AddDays(-between(r, 1, 12))
	}
	f.set(on, 9*60+n)
	open := thads.VerdictEvent{Kind: thads.VerdictRegistered, Particulars: p, ToUnit: u.id, Note: invented}
	open.EffectiveOn = j.registered
	open.ToOfficer = f.officers[u.enforcer(r, on, -2).officer].id
	v, err := f.app.VerdictOpen(ctx, key, open)
	if err != nil || j.untracked {
		return err
	}
	record := func(what string, on thads.Date, e thads.VerdictEvent) error {
		if on.IsZero() {
			return nil
		}
		e.EffectiveOn = on
		f.set(dayOf(on), 15*60+n)
		_, err := f.app.VerdictRecord(ctx, app.Change{ID: string(v.ID), Key: key + "/" + what}, e)
		return err
	}
	letter := func(number string, on thads.Date) *thads.Decision {
		return &thads.Decision{Number: thads.ParseDocumentNumber(number), Date: on, Signer: u.head}
	}
	noticed := f.cal.date(f.cal.workdays(on, between(r, 1, 4)))
	session := f.cal.date(f.cal.after(on, between(r, 34, 60)))
	if !j.done.IsZero() && session >= j.done || !j.noLonger.IsZero() && session >= j.noLonger {
		session = f.cal.date(f.cal.workdays(dayOf(noticed), 3))
	}
	if session > f.cal.date(horizon) {
		session = 0
	}
	number := strconv.Itoa(n)
	for _, s := range []struct {
		what string
		on   thads.Date
		e    thads.VerdictEvent
	}{
		{"notice", noticed, thads.VerdictEvent{Kind: thads.VerdictNoticeIssued, Decision: letter(number+"/TB"+u.symbol[len("/QĐ"):], noticed)}},
		{"session", session, thads.VerdictEvent{Kind: thads.VerdictWorkSession, Recipient: agency, Note: "Làm việc về tiến độ tự nguyện thi hành án (minh họa)."}},
		{"compelled", j.compelled, thads.VerdictEvent{Kind: thads.VerdictCompulsionDecided, Decision: &thads.Decision{
			Number: thads.ParseDocumentNumber(number + "/" + strconv.Itoa(j.compelled.Year()) + "/QĐ-THAHC"), Date: j.compelled, Issuer: court,
		}}},
		{"urged", j.urged, thads.VerdictEvent{Kind: thads.VerdictUrging, Decision: letter(strconv.Itoa(100+n)+"/CV"+u.symbol[len("/QĐ"):], j.urged), Recipient: agency}},
		{"petitioned", j.petitioned, thads.VerdictEvent{Kind: thads.VerdictDisciplinePetitioned, Decision: letter(number+"/KN"+u.symbol[len("/QĐ"):], j.petitioned), Recipient: superior}},
		{"done", j.done, thads.VerdictEvent{Kind: thads.VerdictCompleted, Result: "Cơ quan phải thi hành án đã ban hành quyết định mới theo bản án (minh họa)."}},
		{"noLonger", j.noLonger, thads.VerdictEvent{Kind: thads.VerdictNothingLeft, Result: "Các bên đã thỏa thuận, không còn nội dung phải thi hành (minh họa)."}},
	} {
		if err := record(s.what, s.on, s.e); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
}

var operative = map[thads.VerdictCategory]string{
	thads.VerdictRejectsClaim:   "Bác yêu cầu khởi kiện (minh họa).",
	thads.VerdictAnnulsDecision: "Hủy quyết định hành chính bị khởi kiện; giải quyết lại theo quy định (minh họa).",
	thads.VerdictDeclaresAct:    "Tuyên bố hành vi hành chính trái pháp luật; buộc chấm dứt hành vi (minh họa).",
	thads.VerdictCompelsAct:     "Buộc thực hiện nhiệm vụ, công vụ theo quy định của pháp luật (minh họa).",
}
