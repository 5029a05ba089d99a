package thads

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A complaint is one refusal as a test expects it.
type complaint struct {
	Code  Code
	Field string
}

func complaints(es Errors) []complaint {
	out := make([]complaint, len(es))
	for i, e := range es {
		out[i] = complaint{e.Code, strings.Join(e.Field, ".")}
	}
	return out
}

const badDay Date = 20190231

// tomorrow is the day after the one on which these tests record.
const tomorrow Date = 20280104

// TestBadParticulars breaks one thing of an opening after the other.
func TestBadParticulars(t *testing.T) {
	name, text := strings.Repeat("x", MaxName+1), strings.Repeat("x", MaxText+1)
	type particular = func(*CaseEvent, *Particulars)
	party := func(f func(*Party)) particular {
		return func(_ *CaseEvent, p *Particulars) { f(&p.Parties[1]) }
	}
	obligation := func(f func(*Obligation)) particular {
		return func(_ *CaseEvent, p *Particulars) { f(&p.Obligations[0]) }
	}
	judgment := func(f func(*Judgment)) particular {
		return func(_ *CaseEvent, p *Particulars) { f(&p.Judgment) }
	}
	paper := func(f func(*Decision)) particular {
		return func(e *CaseEvent, _ *Particulars) { f(e.Decision) }
	}
	for _, tt := range []struct {
		name  string
		wrong particular
		code  Code
		field string
	}{
		{"no particulars", func(e *CaseEvent, _ *Particulars) { e.Particulars = nil }, CodeRequired, "particulars"},
		{"no unit", func(e *CaseEvent, _ *Particulars) { e.ToUnit = "" }, CodeRequired, "toUnit"},
		{"long unit", func(e *CaseEvent, _ *Particulars) { e.ToUnit = UnitID(name) }, CodeOutOfRange, "toUnit"},
		{"long officer", func(e *CaseEvent, _ *Particulars) { e.ToOfficer = OfficerID(name) }, CodeOutOfRange, "toOfficer"},
		{"no decision", func(e *CaseEvent, _ *Particulars) { e.Decision = nil }, CodeRequired, "decision"},
		{"decision without number", paper(func(d *Decision) { d.Number = DocumentNumber{} }), CodeRequired, "decision.number"},
		{"decision with a long number", paper(func(d *Decision) { d.Number = DocumentNumber{Raw: name} }), CodeOutOfRange, "decision.number"},
		{"decision without date", paper(func(d *Decision) { d.Date = 0 }), CodeRequired, "decision.date"},
		{"decision on no day", paper(func(d *Decision) { d.Date = badDay }), CodeInvalid, "decision.date"},
		{"decision of tomorrow", paper(func(d *Decision) { d.Date = tomorrow }), CodeFutureDate, "decision.date"},
		{"long issuer", paper(func(d *Decision) { d.Issuer = name }), CodeOutOfRange, "decision.issuer"},
		{"long signer", paper(func(d *Decision) { d.Signer = name }), CodeOutOfRange, "decision.signer"},
		{"no initiation", func(_ *CaseEvent, p *Particulars) { p.Initiation = "" }, CodeRequired, "particulars.initiation"},
		{"unknown initiation", func(_ *CaseEvent, p *Particulars) { p.Initiation = "BY_CHANCE" }, CodeInvalid, "particulars.initiation"},
		{"requested on no day", func(_ *CaseEvent, p *Particulars) { p.RequestedOn = badDay }, CodeInvalid, "particulars.requestedOn"},
		{"requested tomorrow", func(_ *CaseEvent, p *Particulars) { p.RequestedOn = tomorrow }, CodeFutureDate, "particulars.requestedOn"},
		{"requested of own motion", func(_ *CaseEvent, p *Particulars) { p.Initiation, p.RequestedOn = OwnMotion, 20190101 }, CodeNotAllowed, "particulars.requestedOn"},
		{"no kind of judgment", judgment(func(j *Judgment) { j.Kind = "" }), CodeRequired, "particulars.judgment.kind"},
		{"unknown kind of judgment", judgment(func(j *Judgment) { j.Kind = "DIVINE" }), CodeInvalid, "particulars.judgment.kind"},
		{"no number of judgment", judgment(func(j *Judgment) { j.Number = DocumentNumber{} }), CodeRequired, "particulars.judgment.number"},
		{"blank number of judgment", judgment(func(j *Judgment) { j.Number = DocumentNumber{Raw: " \t\u200b "} }), CodeRequired, "particulars.judgment.number"},
		{"no court", judgment(func(j *Judgment) { j.Court = "  " }), CodeRequired, "particulars.judgment.court"},
		{"long court", judgment(func(j *Judgment) { j.Court = name }), CodeOutOfRange, "particulars.judgment.court"},
		{"no date of judgment", judgment(func(j *Judgment) { j.Date = 0 }), CodeRequired, "particulars.judgment.date"},
		{"judgment on no day", judgment(func(j *Judgment) { j.Date = badDay }), CodeInvalid, "particulars.judgment.date"},
		{"judgment of tomorrow", judgment(func(j *Judgment) { j.Date = tomorrow }), CodeFutureDate, "particulars.judgment.date"},
		{"judgment after the opening", judgment(func(j *Judgment) { j.Date = 20190203 }), CodeOutOfRange, "particulars.judgment.date"},
		{"judgment received on no day", judgment(func(j *Judgment) { j.ReceivedOn = badDay }), CodeInvalid, "particulars.judgment.receivedOn"},
		{"judgment received tomorrow", judgment(func(j *Judgment) { j.ReceivedOn = tomorrow }), CodeFutureDate, "particulars.judgment.receivedOn"},
		{"no parties", func(_ *CaseEvent, p *Particulars) { p.Parties = nil }, CodeRequired, "particulars.parties"},
		{"no debtor", party(func(p *Party) { p.Role = Related }), CodeRequired, "particulars.parties"},
		{"too many parties", func(_ *CaseEvent, p *Particulars) { p.Parties = slices.Repeat(p.Parties, MaxParties/2+1) }, CodeLimit, "particulars.parties"},
		{"no role", func(_ *CaseEvent, p *Particulars) { p.Parties[0].Role = "" }, CodeRequired, "particulars.parties.0.role"},
		{"unknown role", func(_ *CaseEvent, p *Particulars) { p.Parties[0].Role = "WITNESS" }, CodeInvalid, "particulars.parties.0.role"},
		{"no kind of party", party(func(p *Party) { p.Kind = "" }), CodeRequired, "particulars.parties.1.kind"},
		{"unknown kind of party", party(func(p *Party) { p.Kind, p.BirthYear = "GHOST", 0 }), CodeInvalid, "particulars.parties.1.kind"},
		{"masked name", party(func(p *Party) { p.Name = "N• V• A•" }), CodeInvalid, "particulars.parties.1.name"},
		{"masked address", party(func(p *Party) { p.Address = "•, xã Mẫu" }), CodeInvalid, "particulars.parties.1.address"},
		{"masked content", obligation(func(o *Obligation) { o.Content = " • " }), CodeInvalid, "particulars.obligations.0.content"},
		{"masked note", func(e *CaseEvent, _ *Particulars) { e.Note = "•" }, CodeInvalid, "note"},
		{"no name", party(func(p *Party) { p.Name = " " }), CodeRequired, "particulars.parties.1.name"},
		{"long name", party(func(p *Party) { p.Name = name }), CodeOutOfRange, "particulars.parties.1.name"},
		{"long address", party(func(p *Party) { p.Address = name }), CodeOutOfRange, "particulars.parties.1.address"},
		{"long joint group", party(func(p *Party) { p.JointGroup = name }), CodeOutOfRange, "particulars.parties.1.jointGroup"},
		{"long commitment", party(func(p *Party) { p.Commitment = name }), CodeOutOfRange, "particulars.parties.1.commitment"},
		{"long party id", party(func(p *Party) { p.ID = name }), CodeOutOfRange, "particulars.parties.1.id"},
		{"born too early", party(func(p *Party) { p.BirthYear = 1879 }), CodeOutOfRange, "particulars.parties.1.birthYear"},
		{"born before year one", party(func(p *Party) { p.BirthYear = -1970 }), CodeOutOfRange, "particulars.parties.1.birthYear"},
		{"not yet born", party(func(p *Party) { p.BirthYear = 2029 }), CodeOutOfRange, "particulars.parties.1.birthYear"},
		{"a firm that was born", party(func(p *Party) { p.Kind = Organisation }), CodeNotAllowed, "particulars.parties.1.kind"},
		{"a firm under age", party(func(p *Party) { p.Kind, p.BirthYear, p.Juvenile = Organisation, 0, true }), CodeNotAllowed, "particulars.parties.1.kind"},
		{"one id for two parties", func(_ *CaseEvent, p *Particulars) { p.Parties[0].ID, p.Parties[1].ID = "a", " a" }, CodeDuplicate, "particulars.parties.1.id"},
		{"no obligations", func(_ *CaseEvent, p *Particulars) { p.Obligations = nil }, CodeRequired, "particulars.obligations"},
		{"too many obligations", func(_ *CaseEvent, p *Particulars) { p.Obligations = slices.Repeat(p.Obligations, MaxParties+1) }, CodeLimit, "particulars.obligations"},
		{"no kind of obligation", obligation(func(o *Obligation) { o.Kind = "" }), CodeRequired, "particulars.obligations.0.kind"},
		{"unknown kind of obligation", obligation(func(o *Obligation) { o.Kind = "PENANCE" }), CodeInvalid, "particulars.obligations.0.kind"},
		{"no amount", obligation(func(o *Obligation) { o.Amount = 0 }), CodeRequired, "particulars.obligations.0.amount"},
		{"negative amount", obligation(func(o *Obligation) { o.Amount = -1 }), CodeOutOfRange, "particulars.obligations.0.amount"},
		{"too large an amount", obligation(func(o *Obligation) { o.Amount = MaxDong + 1 }), CodeOutOfRange, "particulars.obligations.0.amount"},
		{"too large a sum", func(_ *CaseEvent, p *Particulars) { p.Obligations = []Obligation{money(MaxDong), money(1)} }, CodeOutOfRange, "particulars.obligations.1.amount"},
		{"long content", obligation(func(o *Obligation) { o.Content = text }), CodeOutOfRange, "particulars.obligations.0.content"},
		{"long obligation id", obligation(func(o *Obligation) { o.ID = name }), CodeOutOfRange, "particulars.obligations.0.id"},
		{"one id for two obligations", func(_ *CaseEvent, p *Particulars) {
			p.Obligations = []Obligation{money(1), money(2), money(3)}
			p.Obligations[0].ID, p.Obligations[2].ID = "o9", "o9"
		}, CodeDuplicate, "particulars.obligations.2.id"},
		{"unknown debtor", obligation(func(o *Obligation) { o.Debtors = []string{"p2", "p7"} }), CodeUnknown, "particulars.obligations.0.debtors.1"},
		{"unknown creditor", obligation(func(o *Obligation) { o.Creditors = []string{"p0"} }), CodeUnknown, "particulars.obligations.0.creditors.0"},
		{"a creditor who owes", obligation(func(o *Obligation) { o.Debtors = []string{"p1"} }), CodeInvalid, "particulars.obligations.0.debtors.0"},
		{"a debtor who is owed", obligation(func(o *Obligation) { o.Creditors = []string{"p2"} }), CodeInvalid, "particulars.obligations.0.creditors.0"},
		{"a debtor twice", obligation(func(o *Obligation) { o.Debtors = []string{"p2", "p2"} }), CodeDuplicate, "particulars.obligations.0.debtors.1"},
		{"too many debtors", obligation(func(o *Obligation) { o.Debtors = slices.Repeat([]string{"p2"}, MaxParties+1) }), CodeLimit, "particulars.obligations.0.debtors"},
		{"unknown tag", func(_ *CaseEvent, p *Particulars) { p.Tags = []Tag{TagCredit, "PURPLE"} }, CodeInvalid, "particulars.tags.1"},
		{"empty tag", func(_ *CaseEvent, p *Particulars) { p.Tags = []Tag{""} }, CodeRequired, "particulars.tags.0"},
		{"a balance of what is new", func(_ *CaseEvent, p *Particulars) { p.Balance = &OpeningBalance{State: StateInProgress} }, CodeNotAllowed, "particulars.balance"},
		{"long note", func(e *CaseEvent, _ *Particulars) { e.Note = text }, CodeOutOfRange, "note"},
		{"an amount", func(e *CaseEvent, _ *Particulars) { e.Amount = 5 }, CodeNotAllowed, "amount"},
		{"a kind that does not exist", func(e *CaseEvent, _ *Particulars) { e.Kind = "CELEBRATED" }, CodeInvalid, "kind"},
		{"no kind", func(e *CaseEvent, _ *Particulars) { e.Kind = "" }, CodeInvalid, "kind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := ev(CaseDecided, 20190201)
			tt.wrong(&e, e.Particulars)
			if tt.name == "no particulars" {
				e.Kind, e.Decision = CaseReceived, nil
			}
			es := refused(t, &Case{ID: "case-1"}, e)
			if diff := cmp.Diff([]complaint{{tt.code, tt.field}}, complaints(es)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadBalance(t *testing.T) {
	for _, tt := range []struct {
		name    string
		balance *OpeningBalance
		code    Code
		field   string
	}{
		{"none", nil, CodeRequired, "particulars.balance"},
		{"no state", &OpeningBalance{}, CodeRequired, "particulars.balance.state"},
		{"a state that ended", &OpeningBalance{State: StateDone}, CodeInvalid, "particulars.balance.state"},
		{"a state before", &OpeningBalance{State: StateReceived}, CodeInvalid, "particulars.balance.state"},
		{"an unknown state", &OpeningBalance{State: "DREAMING"}, CodeInvalid, "particulars.balance.state"},
		{"since tomorrow", &OpeningBalance{State: StateInProgress, Since: 20190202}, CodeOutOfRange, "particulars.balance.since"},
		{"since no day", &OpeningBalance{State: StateInProgress, Since: 20180231}, CodeInvalid, "particulars.balance.since"},
		{"an unknown ground", &OpeningBalance{State: StatePostponed, Ground: "L1804_1"}, CodeUnknown, "particulars.balance.ground"},
		{"a ground of another state", &OpeningBalance{State: StatePostponed, Ground: "L2008_50_1_A"}, CodeGround, "particulars.balance.ground"},
		{"a ground not yet in force", &OpeningBalance{State: StatePostponed, Ground: "L2025_46_1_A"}, CodeNotInForce, "particulars.balance.ground"},
		{"a ground where there is none", &OpeningBalance{State: StateVerifying, Ground: "L2008_48_1_A"}, CodeNotAllowed, "particulars.balance.ground"},
		{"fewer than no verifications", &OpeningBalance{State: StateNotEnforceable, Verifications: -1}, CodeOutOfRange, "particulars.balance.verifications"},
		{"endless verifications", &OpeningBalance{State: StateNotEnforceable, Verifications: MaxEvents + 1}, CodeOutOfRange, "particulars.balance.verifications"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := ev(CaseBroughtForward, 20190201)
			e.Particulars.Balance = tt.balance
			es := refused(t, &Case{ID: "case-1"}, e)
			if diff := cmp.Diff([]complaint{{tt.code, tt.field}}, complaints(es)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
		})
	}
	for _, b := range []OpeningBalance{
		{State: StatePostponed, Since: 20180101, Ground: "L2008_48_1_H"},
		{State: StateSuspended, Since: 20180101, Ground: "L2008_49_2"},
		{State: StatePaused, Since: 20180101, Ground: "L2008_150"},
		{State: StateNotEnforceable, Since: 20190201, Ground: "L2008_44A_1_C", Verifications: 3},
		{State: StateSeparateBook, Since: 20160101, Ground: "L2008_44A_PRISON"},
	} {
		c := history(t, ev(CaseBroughtForward, 20190201, func(e *CaseEvent) { e.Particulars.Balance = &b }))
		if got := c.Balances[0]; got.State != b.State || got.Since != b.Since || got.Ground != b.Ground || got.Verifications != b.Verifications || c.Since != b.Since {
			t.Errorf("brought forward as %+v, stands as %+v", b, got)
		}
	}
}

// TestBadEvents breaks the fields of later events.
func TestBadEvents(t *testing.T) {
	name, text := strings.Repeat("x", MaxName+1), strings.Repeat("x", MaxText+1)
	for _, tt := range []struct {
		name string
		e    CaseEvent
		want []complaint
	}{
		{"no amount", ev(CaseCollected, 20190201, dong(0)), []complaint{{CodeRequired, "amount"}}},
		{"no finding", ev(CaseVerified, 20190201, found("")), []complaint{{CodeRequired, "finding"}}},
		{"unknown finding", ev(CaseVerified, 20190201, found("MAYBE")), []complaint{{CodeInvalid, "finding"}}},
		{"no measure", ev(CaseSecurityMeasure, 20190201, func(e *CaseEvent) { e.Measure = "" }), []complaint{{CodeRequired, "measure"}}},
		{"coercion as security", ev(CaseSecurityMeasure, 20190201, func(e *CaseEvent) { e.Measure = AttachAsset }), []complaint{{CodeInvalid, "measure"}}},
		{"security as coercion", ev(CaseCoerciveMeasure, 20190201, func(e *CaseEvent) { e.Measure = FreezeAccount }), []complaint{{CodeInvalid, "measure"}}},
		{"no recipient", ev(CaseEntrusted, 20190201, func(e *CaseEvent) { e.Recipient = " " }), []complaint{{CodeRequired, "recipient"}}},
		{"long recipient", ev(CaseEntrusted, 20190201, func(e *CaseEvent) { e.Recipient = name }), []complaint{{CodeOutOfRange, "recipient"}}},
		{"long receipt", ev(CaseCollected, 20190201, func(e *CaseEvent) { e.Receipt = name }), []complaint{{CodeOutOfRange, "receipt"}}},
		{"long obligation", ev(CaseCollected, 20190201, of(name)), []complaint{{CodeOutOfRange, "obligation"}}},
		{"no parties", ev(CasePartiesChanged, 20190201, with()), []complaint{{CodeRequired, "parties"}}},
		{"a nameless party", ev(CasePartiesChanged, 20190201, with(Party{Role: Related, Kind: Person})), []complaint{{CodeRequired, "parties.0.name"}}},
		{"a party twice", ev(CasePartiesChanged, 20190201, with(Party{ID: "p9", Role: Related, Kind: Person, Name: "A"}, Party{ID: "p9", Role: Related, Kind: Person, Name: "A"})), []complaint{{CodeDuplicate, "parties.1.id"}}},
		{"too many parties", ev(CasePartiesChanged, 20190201, with(slices.Repeat([]Party{{Role: Related, Kind: Person, Name: "A"}}, MaxParties+1)...)), []complaint{{CodeLimit, "parties"}}},
		{"no tags", ev(CaseTagged, 20190201, func(e *CaseEvent) { e.AddTags = nil }), []complaint{{CodeRequired, "addTags"}}},
		{"unknown tags", ev(CaseTagged, 20190201, func(e *CaseEvent) { e.AddTags, e.RemoveTags = []Tag{"A"}, []Tag{TagCredit, "B"} }), []complaint{{CodeInvalid, "addTags.0"}, {CodeInvalid, "removeTags.1"}}},
		{"a tag both ways", ev(CaseTagged, 20190201, func(e *CaseEvent) { e.AddTags, e.RemoveTags = []Tag{TagDirected, TagCredit}, []Tag{TagCredit} }), []complaint{{CodeInvalid, "addTags.1"}}},
		{"endless tags", ev(CaseTagged, 20190201, func(e *CaseEvent) {
			e.AddTags = nil
			for i := range 1000 {
				e.AddTags = append(e.AddTags, Tag(itoa(i)))
			}
		}), []complaint{{CodeLimit, "addTags"}}},
		{"no officer", ev(CaseAssigned, 20190201, func(e *CaseEvent) { e.ToOfficer = "" }), []complaint{{CodeRequired, "toOfficer"}}},
		{"no unit", ev(CaseTransferred, 20190201, func(e *CaseEvent) { e.ToUnit = "" }), []complaint{{CodeRequired, "toUnit"}}},
		{"no note", ev(CaseNoted, 20190201, func(e *CaseEvent) { e.Note = " \n " }), []complaint{{CodeRequired, "note"}}},
		{"long note", ev(CaseNoted, 20190201, func(e *CaseEvent) { e.Note = text }), []complaint{{CodeOutOfRange, "note"}}},
		{"until before it begins", ev(CasePostponed, 20190201, until(20190131)), []complaint{{CodeOutOfRange, "until"}}},
		{"until no day", ev(CasePostponed, 20190201, until(badDay)), []complaint{{CodeInvalid, "until"}}},
		{"until the end of time", ev(CasePostponed, 20190201, until(99991231)), []complaint{{CodeInvalid, "until"}}},
		{"no ground", ev(CasePostponed, 20190201, on("")), []complaint{{CodeRequired, "ground"}}},
		{"on request of nobody", ev(CaseCollected, 20190201, func(e *CaseEvent) { e.By = PrincipalID(name) }), []complaint{{CodeOutOfRange, "idempotencyKey"}}},
		{"long key", ev(CaseCollected, 20190201, func(e *CaseEvent) { e.Key = name }), []complaint{{CodeOutOfRange, "idempotencyKey"}}},
		{"open from no day", ev(CaseCollected, 20190201, func(e *CaseEvent) { e.OpenFrom = badDay }), []complaint{{CodeInvalid, "openFrom"}}},
		{
			"an opening of nothing at all", ev(CaseReceived, 20190201, func(e *CaseEvent) { e.Particulars, e.Decision = &Particulars{}, nil }),
			[]complaint{
				{CodeRequired, "particulars.initiation"},
				{CodeRequired, "particulars.judgment.court"},
				{CodeRequired, "particulars.judgment.date"},
				{CodeRequired, "particulars.judgment.kind"},
				{CodeRequired, "particulars.judgment.number"},
				{CodeRequired, "particulars.obligations"},
				{CodeRequired, "particulars.parties"},
			},
		},
		{
			"everything at once", ev(CaseCollected, 20190201, dong(-5), func(e *CaseEvent) {
				e.Ground, e.Until, e.Decision, e.Finding, e.Measure = "X", 20180101, &Decision{}, "Y", "Z"
				e.Particulars, e.Parties, e.AddTags, e.ToUnit, e.ToOfficer = &Particulars{}, []Party{{}}, []Tag{TagCredit}, "u", "o"
				e.Recipient, e.Note = "r", text
			}),
			[]complaint{
				{CodeNotAllowed, "addTags"},
				{CodeOutOfRange, "amount"},
				{CodeNotAllowed, "decision"},
				{CodeNotAllowed, "finding"},
				{CodeNotAllowed, "ground"},
				{CodeNotAllowed, "measure"},
				{CodeOutOfRange, "note"},
				{CodeNotAllowed, "particulars"},
				{CodeNotAllowed, "parties"},
				{CodeNotAllowed, "recipient"},
				{CodeNotAllowed, "toOfficer"},
				{CodeNotAllowed, "toUnit"},
				{CodeNotAllowed, "until"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			es := refused(t, inProgress(t), tt.e)
			if diff := cmp.Diff(tt.want, complaints(es)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
		})
	}
}

// specFields are the fields an event may have, each with a value that gives it.
var specFields = map[string]func(*CaseEvent){
	"amount": dong(1), "ground": on("L2008_48_1_A"), "until": until(20190301),
	"decision":    func(e *CaseEvent) { e.Decision = decision("1/QĐ-CTHADS", 20190201) },
	"finding":     found(FindingMeans),
	"measure":     func(e *CaseEvent) { e.Measure = AttachAsset },
	"particulars": func(e *CaseEvent) { e.Particulars = particulars(20190201, money(1)) },
	"parties":     with(Party{Role: Related, Kind: Person, Name: "A"}),
	"addTags":     func(e *CaseEvent) { e.AddTags = []Tag{TagCredit} },
	"toUnit":      func(e *CaseEvent) { e.ToUnit = unitB },
	"toOfficer":   func(e *CaseEvent) { e.ToOfficer = offB },
	"recipient":   func(e *CaseEvent) { e.Recipient = "A" },
	"receipt":     func(e *CaseEvent) { e.Receipt = "1" },
	"obligation":  of("o1"),
}

// fieldsOfKinds tells which fields each kind of event needs and which it may have
// besides a note, written apart from the specifications. Where an obligation may
// be named stands with the fields it may have.
var fieldsOfKinds = map[CaseEventKind][2]string{
	CaseReceived:          {"particulars toUnit", "toOfficer"},
	CaseRefused:           {"", "decision ground"},
	CaseDecided:           {"decision", "particulars toUnit toOfficer"},
	CaseBroughtForward:    {"decision particulars toUnit", "toOfficer"},
	CaseVerificationBegun: {"", "obligation"},
	CaseVerified:          {"finding", "obligation"},
	CaseCollected:         {"amount", "obligation receipt"},
	CasePaidOut:           {"amount", "obligation receipt recipient"},
	CaseDeposited:         {"amount", "obligation receipt recipient"},
	CasePerformed:         {"", "amount obligation"},
	CaseAdjusted:          {"amount", "decision obligation"},
	CaseReduced:           {"amount decision", "ground obligation"},
	CasePostponed:         {"decision ground", "until obligation"},
	CaseSuspended:         {"decision ground", "obligation"},
	CasePaused:            {"", "decision ground until obligation"},
	CaseResumed:           {"decision", "ground obligation"},
	CaseNotEnforceable:    {"decision ground", "obligation"},
	CaseMovedToSeparate:   {"", "decision"},
	CaseBackFromSeparate:  {"decision", ""},
	CaseRequestReturned:   {"decision", "ground"},
	CaseEntrusted:         {"decision recipient", "obligation"},
	CaseTerminated:        {"decision ground", "obligation"},
	CaseWithdrawn:         {"decision", ""},
	CaseRevoked:           {"decision", "ground"},
	CaseReopened:          {"decision", "amount obligation"},
	CaseSecurityMeasure:   {"decision measure", "amount until obligation"},
	CaseCoerciveMeasure:   {"decision measure", "amount obligation"},
	CasePartiesChanged:    {"parties", "decision"},
	CaseAssigned:          {"toOfficer", "decision"},
	CaseTransferred:       {"toUnit", "decision toOfficer"},
	CaseTagged:            {"addTags", ""},
	CaseNoted:             {"", ""},
}

// TestFieldsOfKinds gives every kind of event every field, and takes every one
// it needs away.
func TestFieldsOfKinds(t *testing.T) {
	if len(fieldsOfKinds) != len(CaseEventSpecs())-1 {
		t.Errorf("%d kinds, want all but the voiding", len(fieldsOfKinds))
	}
	has := func(es Errors, want complaint) bool { return slices.Contains(complaints(es), want) }
	for kind, fields := range fieldsOfKinds {
		needed, allowed := strings.Fields(fields[0]), strings.Fields(fields[1])
		c := inProgress(t)
		if kind == CasePerformed { // of a sum, the amount depends on the obligation
			c = history(t, opening(20190101, thing(5)))
		}
		for name, give := range specFields {
			bare := CaseEvent{Kind: kind}
			bare.EffectiveOn = 20190201
			_, err := c.Append(bare, clock)
			es, _ := Refusals(err)
			if got, want := has(es, complaint{CodeRequired, name}), slices.Contains(needed, name); got != want {
				t.Errorf("%s without %s: required %t, want %t", kind, name, got, want)
			}
			give(&bare)
			_, err = c.Append(bare, clock)
			es, _ = Refusals(err)
			if got, want := has(es, complaint{CodeNotAllowed, name}), !slices.Contains(needed, name) && !slices.Contains(allowed, name); got != want {
				t.Errorf("%s with %s: refused %t, want %t (%v)", kind, name, got, want, err)
			}
		}
	}
}

// TestLimits fills a history and a list of parties to the brim.
func TestLimits(t *testing.T) {
	c := inProgress(t)
	// The history is built beside Append, which copies it for every event.
	events := slices.Clone(c.Events)
	for len(events) < MaxEvents-1 {
		e := ev(CaseNoted, 20190201)
		e.Seq, e.RecordedAt = len(events)+1, events[len(events)-1].RecordedAt.Add(time.Millisecond)
		events = append(events, e)
	}
	full, err := FoldCase(c.ID, events)
	if err != nil {
		t.Fatal(err)
	}
	full = record(t, full, ev(CaseNoted, 20190301))
	if len(full.Events) != MaxEvents {
		t.Fatalf("%d events", len(full.Events))
	}
	refusedWith(t, full, ev(CaseNoted, 20190301), CodeLimit, "")
	refusedWith(t, full, voiding(MaxEvents), CodeLimit, "")

	crowd := ev(CaseDecided, 20190101)
	for len(crowd.Particulars.Parties) < MaxParties {
		crowd.Particulars.Parties = append(crowd.Particulars.Parties, Party{Role: Related, Kind: Person, Name: "Người " + itoa(len(crowd.Particulars.Parties))})
	}
	c = history(t, crowd)
	if got := c.Parties[MaxParties-1].ID; got != "p2000" {
		t.Errorf("the last party is %s", got)
	}
	refusedWith(t, c, ev(CasePartiesChanged, 20190201), CodeLimit, "parties")
	record(t, c, ev(CasePartiesChanged, 20190201, with(Party{ID: "p2000", Role: Related, Kind: Person, Name: "Người khác"})))

	// Texts at their limit are kept whole.
	long := history(t, ev(CaseDecided, 20190101, func(e *CaseEvent) {
		e.Note = strings.Repeat("ế", MaxText/3)
		e.Particulars.Parties[1].Name = strings.Repeat("x", MaxName)
	}))
	if len(long.Events[0].Note) != MaxText/3*3 || len(long.Parties[1].Name) != MaxName {
		t.Error("a long text was cut")
	}
}

// TestNormalised: what people type in several ways is stored in one.
func TestNormalised(t *testing.T) {
	c := history(t, ev(CaseDecided, 20190101, func(e *CaseEvent) {
		e.Decision = &Decision{Number: DocumentNumber{Raw: "  46 /QĐ-CTHADS\u200b"}, Date: 20190101, Signer: " Ông\tX "}
		e.Particulars.Judgment.Court = "Toa\u0300 án  nhân dân"
		e.Particulars.Parties[1].Name = "Nguye\u0302\u0303n  Văn Thử\n"
		e.Particulars.Parties[1].Address = "a\xffb"
		e.Note = "  dòng một\n  dòng hai \xff "
	}))
	if got, want := c.Decision.Number, ParseDocumentNumber("46 /QĐ-CTHADS"); got != want || !got.Parsed {
		t.Errorf("number %+v, want %+v", got, want)
	}
	for what, tt := range map[string][2]string{
		"court":   {c.Particulars.Judgment.Court, "Toà án nhân dân"},
		"name":    {c.Parties[1].Name, "Nguyễn Văn Thử"},
		"address": {c.Parties[1].Address, "a\uFFFDb"},
		"signer":  {c.Decision.Signer, "Ông X"},
		"note":    {c.Events[0].Note, "dòng một\n  dòng hai \uFFFD"},
	} {
		if tt[0] != tt[1] {
			t.Errorf("%s is %q, want %q", what, tt[0], tt[1])
		}
	}
}

// TestRefusalsAreShort: what a message quotes is cut.
func TestRefusalsAreShort(t *testing.T) {
	long := strings.Repeat("ô", 1000)
	c := inProgress(t)
	for _, e := range []CaseEvent{
		ev(CaseEventKind(long), 20190201), ev(CasePostponed, 20190201, on(GroundCode(long))), ev(CaseCollected, 20190201, of(long[:900])),
		ev(CaseVerified, 20190201, found(Finding(long))), ev(CaseTagged, 20190201, func(e *CaseEvent) { e.AddTags = []Tag{Tag(long)} }),
		ev(CasePartiesChanged, 20190201, with(Party{ID: long[:900], Role: Related, Kind: Person, Name: "A"}, Party{ID: long[:900], Role: PartyRole(long), Kind: PartyKind(long), Name: "A"})),
	} {
		for _, r := range refused(t, c, e) {
			if len(r.Text.VI) > 500 || len(r.Text.EN) > 500 {
				t.Errorf("%s %v says %d bytes", r.Code, r.Field, len(r.Text.VI))
			}
		}
	}
	_, err := c.Append(ev("NONSENSE", 20190201), clock)
	if !errors.Is(err, &Error{Code: CodeInvalid}) {
		t.Errorf("%v", err)
	}
}
