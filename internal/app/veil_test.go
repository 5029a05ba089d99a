package app_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// What nobody may read who does not see it; none of it occurs elsewhere.
const (
	openName, openAddress       = "Nguyễn Văn Nợ", "ngõ 77 Tân Sơn"
	secretName, secretCreditor  = "Phạm Thị Kín", "Vũ Đình Giấu"
	secretAddress, secretChild  = "ngõ 99 Lê Lai", "cháu Bí Mật"
	secretBirth                 = 1987
	winnerName, winnerAddress   = "Đinh Công Thắng", "ngõ 55 Hàm Rồng"
	identityOpen, identityClose = "038090000123", "038090000456"
)

// A veilWorld has a plain case, a family case and an administrative verdict in
// the first district, each in the hands of the officer.
type veilWorld struct {
	*world
	first, second  thads.UnitID
	officer        thads.OfficerID
	plain, family  *thads.Case
	verdict        *thads.AdministrativeVerdict
	plainNo, famNo string
}

func newVeilWorld(t testing.TB) *veilWorld {
	t.Helper()
	w := &veilWorld{world: newWorld(t), plainNo: "46/QĐ-CCTHADS", famNo: "47/QĐ-CCTHADS"}
	_, w.first, w.second, w.officer = w.province(t)
	ctx := leader(t.Context())
	on := thads.DateOf(2018, 10, 5)
	e := decided(w.first, w.officer, w.plainNo, on)
	e.Particulars.Parties[0].Address = "Số 1, " + openAddress + ", phường Thử, tỉnh Thanh Hóa"
	var err error
	if w.plain, err = w.CaseOpen(ctx, "plain", e, map[int]app.PartyNumbers{0: {Identity: identityOpen, Account: "0123456789"}}); err != nil {
		t.Fatal(err)
	}
	e = decided(w.first, w.officer, w.famNo, on)
	e.Particulars.Judgment.Kind = thads.JudgmentFamily
	e.Particulars.Judgment.Number = thads.ParseDocumentNumber("06/2018/QĐST-HNGĐ")
	e.Particulars.Parties = []thads.Party{
		{Role: thads.Debtor, Kind: thads.Person, Name: secretName, BirthYear: secretBirth, Address: "Số 5, " + secretAddress + ", phường Thử, tỉnh Thanh Hóa"},
		{Role: thads.Creditor, Kind: thads.Person, Name: secretCreditor},
	}
	e.Particulars.Obligations[0].Content = "Cấp dưỡng nuôi " + secretChild
	e.Note = "Đã gặp " + secretChild
	if w.family, err = w.CaseOpen(ctx, "family", e, map[int]app.PartyNumbers{0: {Identity: identityClose}}); err != nil {
		t.Fatal(err)
	}
	collected := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 10, Receipt: "BL 01 " + secretName, Note: secretChild}
	collected.EffectiveOn = on.AddDays(20)
	paid := thads.CaseEvent{Kind: thads.CasePaidOut, Amount: 10, Recipient: secretCreditor}
	paid.EffectiveOn = on.AddDays(21)
	changed := thads.CaseEvent{Kind: thads.CasePartiesChanged, Parties: []thads.Party{w.family.Parties[0]}, Note: "Đổi chỗ ở của " + secretName}
	changed.EffectiveOn = on.AddDays(22)
	corrected := paid
	corrected.Supersedes, corrected.Reason = 3, "Ghi nhầm cho "+secretName
	for _, e := range []thads.CaseEvent{collected, paid, changed, corrected} {
		if w.family, err = w.CaseRecord(ctx, app.Change{ID: string(w.family.ID)}, e, nil); err != nil {
			t.Fatal(err)
		}
	}
	v := thads.VerdictEvent{
		Kind: thads.VerdictRegistered, ToUnit: w.first, ToOfficer: w.officer,
		Particulars: &thads.VerdictParticulars{
			Number: thads.ParseDocumentNumber("03/2018/HC-ST"), Date: on, ReceivedOn: on, Court: "TAND tỉnh Thanh Hóa",
			Creditors: []thads.VerdictCreditor{{Kind: thads.Person, Name: winnerName, Address: "Số 3, " + winnerAddress + ", tỉnh Thanh Hóa"}},
			Debtors:   []thads.DebtorAgency{{Name: "UBND huyện Thử"}},
			Operative: "Hủy quyết định thu hồi đất của " + winnerName, Category: thads.VerdictAnnulsDecision, Tracked: true,
		},
	}
	v.EffectiveOn = on
	if w.verdict, err = w.VerdictOpen(ctx, "verdict", v); err != nil {
		t.Fatal(err)
	}
	return w
}

// as is the context of a person with one role in the first district.
func (w *veilWorld) as(t testing.TB, r auth.Role) context.Context {
	var officer thads.OfficerID
	if r == auth.RoleOfficer {
		officer = w.officer
	}
	return auth.NewContext(t.Context(), auth.Person(thads.PrincipalID(r), "Người "+string(r), r, w.first, officer))
}

// readers are the roles that open cases, with what they see.
var readers = map[auth.Role]struct{ names, contacts, protected bool }{
	auth.RoleLeader:       {true, true, true},
	auth.RoleUnitHead:     {true, true, true},
	auth.RoleOfficer:      {true, true, true},
	auth.RoleProfessional: {true, true, false},
	auth.RoleClerk:        {true, true, false},
	auth.RoleAccountant:   {true, false, false},
	auth.RoleProcuracy:    {true, false, false},
	auth.RoleStatistician: {false, false, false},
}

// An exit is a way in which records leave the application.
type exit struct {
	name string
	ask  func(ctx context.Context) (any, error)
	// names, contacts and winner tell what is in it of the plain case and of the
	// verdict for those who see everything; family what is of the family case.
	plain, contacts, family, winner bool
}

func (w *veilWorld) exits() []exit {
	ids := []string{string(w.plain.ID), string(w.family.ID)}
	text := func(s string) *string { return &s }
	return []exit{
		{name: "Case", plain: true, contacts: true, ask: func(ctx context.Context) (any, error) { return w.Case(ctx, w.plain.ID) }},
		{name: "Case of a family", family: true, ask: func(ctx context.Context) (any, error) { return w.Case(ctx, w.family.ID) }},
		{name: "CaseByNumber", family: true, ask: func(ctx context.Context) (any, error) { return w.CaseByNumber(ctx, w.first, w.famNo, 2019) }},
		{name: "CasesByID", plain: true, contacts: true, family: true, ask: func(ctx context.Context) (any, error) { return w.CasesByID(ctx, ids) }},
		{name: "CaseHeads", plain: true, family: true, ask: func(ctx context.Context) (any, error) { return w.CaseHeads(ctx, ids) }},
		{name: "Cases", plain: true, family: true, ask: func(ctx context.Context) (any, error) {
			return w.Cases(ctx, nil, app.CasesByUpdate, true, app.PageArgs{})
		}},
		{name: "Cases by number", family: true, ask: func(ctx context.Context) (any, error) {
			return w.Cases(ctx, &app.CaseFilter{Text: text("47")}, app.CasesByNumber, true, app.PageArgs{})
		}},
		{name: "Search", plain: true, family: true, ask: func(ctx context.Context) (any, error) {
			return w.Search(ctx, "2018", []app.SearchKind{app.FindCases}, 20)
		}},
		{name: "Search by number", family: true, ask: func(ctx context.Context) (any, error) { return w.Search(ctx, w.famNo, nil, 20) }},
		{name: "Search of verdicts", winner: true, ask: func(ctx context.Context) (any, error) { return w.Search(ctx, "03/2018/HC-ST", nil, 20) }},
		{name: "Summary", plain: true, family: true, ask: func(ctx context.Context) (any, error) {
			return w.Summary(ctx, app.SummaryInput{Unit: w.first, Latest: 20})
		}},
		{name: "Node", family: true, ask: func(ctx context.Context) (any, error) { return w.Node(ctx, string(w.family.ID)) }},
		{name: "Verdict", winner: true, ask: func(ctx context.Context) (any, error) { return w.Verdict(ctx, w.verdict.ID) }},
		{name: "VerdictByNumber", winner: true, ask: func(ctx context.Context) (any, error) {
			return w.VerdictByNumber(ctx, w.verdict.Court, w.verdict.Number.Raw, w.verdict.Date)
		}},
		{name: "VerdictsByID", winner: true, ask: func(ctx context.Context) (any, error) { return w.VerdictsByID(ctx, []string{string(w.verdict.ID)}) }},
		{name: "Verdicts", winner: true, ask: func(ctx context.Context) (any, error) {
			return w.Verdicts(ctx, nil, app.Order[app.VerdictOrderField]{By: app.VerdictsByUpdate}, app.PageArgs{})
		}},
	}
}

// TestVeilAtEveryExit looks for what somebody does not see in all that they are
// given, and for what they see.
func TestVeilAtEveryExit(t *testing.T) {
	w := newVeilWorld(t)
	for role, sees := range readers {
		t.Run(string(role), func(t *testing.T) {
			ctx := w.as(t, role)
			for _, x := range w.exits() {
				got, err := x.ask(ctx)
				if err != nil {
					t.Fatalf("%s: %v", x.name, err)
				}
				w.look(t, x, got, sees.names, sees.contacts, sees.protected)
			}
		})
	}
	// Nobody has been given what is not theirs to see: the record is whole.
	c, err := w.Case(leader(t.Context()), w.family.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, w.family), asJSON(t, c)); diff != "" {
		t.Errorf("the case was changed by showing it (-before +after):\n%s", diff)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// look compares what an exit gave with what somebody sees.
func (w *veilWorld) look(t *testing.T, x exit, got any, names, contacts, protected bool) {
	t.Helper()
	text := asJSON(t, got)
	for word, want := range map[string]bool{
		openName:                 x.plain && names,
		openAddress:              x.contacts && contacts,
		winnerName:               x.winner && names,
		secretName:               x.family && protected,
		`"birthYear":1987`:       x.family && protected && strings.Contains(text, `"address"`),
		"0123456789":             false,
		identityOpen:             false,
		identityClose:            false,
		thads.MaskName(openName): x.plain && !names,
	} {
		if has := strings.Contains(text, word); has != want {
			t.Errorf("%s: has %q: %t, want %t\n%s", x.name, word, has, want, text)
		}
	}
	if !protected {
		for _, word := range []string{secretName, secretCreditor, secretAddress, secretChild, "Kín", "Giấu"} {
			if strings.Contains(text, word) {
				t.Errorf("%s: has %q\n%s", x.name, word, text)
			}
		}
		if x.family && !strings.Contains(text, "P• T• K•") {
			t.Errorf("%s: the family case is not among what was found\n%s", x.name, text)
		}
	}
	if !contacts && strings.Contains(text, winnerAddress) {
		t.Errorf("%s: has the address of who won\n%s", x.name, text)
	}
}

// TestVeilOverWhatWasRecorded shows those who may record in a protected case no
// more of it after they have.
func TestVeilOverWhatWasRecorded(t *testing.T) {
	w := newVeilWorld(t)
	ctx := w.as(t, auth.RoleClerk)
	note := func(n string) thads.CaseEvent {
		e := thads.CaseEvent{Kind: thads.CaseNoted, Note: n}
		e.EffectiveOn = thads.DateOf(2019, 1, 7)
		return e
	}
	x := exit{name: "CaseRecord", family: true}
	for range 2 { // the same request again gives no more either
		c, err := w.CaseRecord(ctx, app.Change{ID: string(w.family.ID), Key: "note"}, note("Đã nộp biên bản"), nil)
		if err != nil {
			t.Fatal(err)
		}
		w.look(t, x, c, true, true, false)
	}
	// What is masked is not recorded in the place of what it stands for.
	shown, err := w.Case(ctx, w.family.ID)
	if err != nil {
		t.Fatal(err)
	}
	again := thads.CaseEvent{Kind: thads.CasePartiesChanged, Parties: []thads.Party{shown.Parties[0]}}
	again.EffectiveOn = thads.DateOf(2019, 1, 8)
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(w.family.ID)}, again, nil); code(err) != thads.CodeInvalid {
		t.Errorf("a masked party was recorded: %v", err)
	}
	opened, err := w.CaseOpen(ctx, "mine", func() thads.CaseEvent {
		e := decided(w.first, "", "90/QĐ-CCTHADS", thads.DateOf(2019, 1, 7))
		e.Particulars.Judgment.Kind = thads.JudgmentFamily
		return e
	}(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := opened.Parties[0].Name; got != "N• V• N•" {
		t.Errorf("who opened a family case is shown %q", got)
	}
}

// TestSightGoesWithTheGrant shows a person with two roles each case as the role
// sees it that opens it.
func TestSightGoesWithTheGrant(t *testing.T) {
	w := newVeilWorld(t)
	e := decided(w.second, "", "1/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	e.Particulars.Parties[0].Name = "Lương Văn Xa"
	far, err := w.CaseOpen(leader(t.Context()), "far", e, nil)
	if err != nil {
		t.Fatal(err)
	}
	two := auth.Principal{ID: "two", Name: "Hai vai", Grants: []auth.Grant{
		{Role: auth.RoleOfficer, Unit: w.first, Officer: w.officer}, {Role: auth.RoleStatistician, Unit: w.second},
	}}
	ctx := auth.NewContext(t.Context(), two)
	heads, err := w.CaseHeads(ctx, []string{string(far.ID), string(w.family.ID), string(w.plain.ID)})
	if err != nil {
		t.Fatal(err)
	}
	got := map[thads.CaseID]string{}
	for _, h := range heads {
		got[h.ID] = h.DebtorName
	}
	want := map[thads.CaseID]string{far.ID: "L• V• X•", w.family.ID: secretName, w.plain.ID: openName}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	// Names are looked for where they are seen, numbers everywhere.
	find := func(text string) []thads.CaseID {
		t.Helper()
		page, err := w.Cases(ctx, &app.CaseFilter{Text: &text}, app.CasesByUpdate, true, app.PageArgs{})
		if err != nil {
			t.Fatal(err)
		}
		ids := []thads.CaseID{}
		for _, it := range page.Items {
			ids = append(ids, it.Value.ID)
		}
		slices.Sort(ids)
		return ids
	}
	for text, want := range map[string][]thads.CaseID{
		"Lương Văn Xa": {}, "luong": {}, openName: {w.plain.ID}, secretName: {w.family.ID}, "1/QĐ-CCTHADS": {far.ID},
	} {
		if diff := cmp.Diff(want, find(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	if _, err := w.Cases(ctx, nil, app.CasesByDebtor, false, app.PageArgs{}); code(err) != thads.CodeNotAllowed {
		t.Errorf("ordered by names that are masked: %v", err)
	}
	// A token of theirs that is left the second unit alone sees as the statistician.
	two.Grants = []auth.Grant{{Role: auth.RoleStatistician, Unit: w.second, Within: []thads.UnitID{w.second}}}
	c, err := w.Case(auth.NewContext(t.Context(), two), far.ID)
	if err != nil || c.Parties[0].Name != "L• V• X•" {
		t.Errorf("a token shows %v, %v", c, err)
	}
}

// TestNobodyIsFoundByWhatIsMasked asks for names, parts of them and numbers made
// of them, and orders by them.
func TestNobodyIsFoundByWhatIsMasked(t *testing.T) {
	w := newVeilWorld(t)
	for role, sees := range readers {
		t.Run(string(role), func(t *testing.T) {
			ctx := w.as(t, role)
			found := func(text string) (plain, family bool) {
				t.Helper()
				page, err := w.Cases(ctx, &app.CaseFilter{Text: &text}, app.CasesByUpdate, true, app.PageArgs{})
				if err != nil {
					t.Fatal(err)
				}
				total, err := page.Total(ctx)
				if err != nil || total != len(page.Items) {
					t.Errorf("%q: %d cases, %d in all (%v)", text, len(page.Items), total, err)
				}
				hits, err := w.Search(ctx, text, []app.SearchKind{app.FindCases}, 20)
				if err != nil || len(hits) != len(page.Items) {
					t.Errorf("%q: %d hits, %d cases (%v)", text, len(hits), len(page.Items), err)
				}
				for _, it := range page.Items {
					plain = plain || it.Value.ID == w.plain.ID
					family = family || it.Value.ID == w.family.ID
				}
				return plain, family
			}
			for _, text := range []string{openName, "nguyen van", "Nợ", "Trần Thị Được"} {
				if plain, family := found(text); plain != sees.names || family {
					t.Errorf("%q finds the plain case: %t, the family: %t", text, plain, family)
				}
			}
			for _, text := range []string{secretName, "pham thi", "Kín", secretCreditor, "giau"} {
				if plain, family := found(text); plain || family != sees.protected {
					t.Errorf("%q finds the plain case: %t, the family: %t", text, plain, family)
				}
			}
			// Numbers find both, and a name is none even if it looks like one.
			for text, want := range map[string]bool{"47": true, "047": true, w.famNo: true, "47/Q": true, "06/2018/QĐST-HNGĐ": true} {
				if _, family := found(text); family != want {
					t.Errorf("%q finds the family: %t", text, family)
				}
			}
			for _, text := range []string{"47/Kín", "47/PHAM-KIN", "6/2018/Giau", "47-K/Kin"} {
				if _, family := found(text); family && !sees.protected {
					t.Errorf("%q finds the family", text)
				}
			}
			hits, err := w.Search(ctx, winnerName, []app.SearchKind{app.FindVerdicts}, 20)
			if err != nil || (len(hits) == 1) != sees.names {
				t.Errorf("the verdict is found by its creditor: %v, %v", hits, err)
			}
			name := winnerName
			page, err := w.Verdicts(ctx, &app.VerdictFilter{Text: &name}, app.Order[app.VerdictOrderField]{By: app.VerdictsByUpdate}, app.PageArgs{})
			if err != nil || (len(page.Items) == 1) != sees.names {
				t.Errorf("the verdict is listed by its creditor: %v, %v", page, err)
			}
			_, err = w.Cases(ctx, nil, app.CasesByDebtor, false, app.PageArgs{})
			if refused := code(err) == thads.CodeNotAllowed; refused == sees.names || err != nil && !refused {
				t.Errorf("ordered by debtor: %v", err)
			}
		})
	}
}

// TestPlaceOfProtectedCases orders protected cases by what everybody sees of them.
func TestPlaceOfProtectedCases(t *testing.T) {
	w := newVeilWorld(t)
	if got, want := w.family.DebtorSortKey(), thads.TextSortKey("P• T• K•"); got != want {
		t.Errorf("the family case is ordered by %q, want %q", got, want)
	}
	other := *w.family
	other.Parties = slices.Clone(w.family.Parties)
	other.Parties[0].Name = "Phan Tuấn Khoa"
	if other.DebtorSortKey() != w.family.DebtorSortKey() {
		t.Error("names with the same letters have different places")
	}
	if got, want := w.plain.DebtorSortKey(), thads.NameSortKey(openName); got != want {
		t.Errorf("the plain case is ordered by %q, want %q", got, want)
	}
}

// TestVeilOfParty tells what is masked and what may be asked for.
func TestVeilOfParty(t *testing.T) {
	w := newVeilWorld(t)
	const name, contact, identity, account = auth.PartyName, auth.PartyContact, auth.IdentityNumber, auth.AccountNumber
	type kinds = []auth.PersonalData
	for role, want := range map[auth.Role]struct{ plainMasked, plainAsked, familyMasked, familyAsked kinds }{
		auth.RoleLeader:       {kinds{}, kinds{identity, account}, kinds{}, kinds{identity}},
		auth.RoleProfessional: {kinds{}, kinds{identity, account}, kinds{name, contact}, kinds{name, contact, identity}},
		auth.RoleClerk:        {kinds{}, kinds{identity}, kinds{name, contact}, kinds{name, contact, identity}},
		auth.RoleAccountant:   {kinds{contact}, kinds{contact, identity, account}, kinds{name, contact}, kinds{name, contact, identity}},
		auth.RoleProcuracy:    {kinds{contact}, kinds{contact}, kinds{name, contact}, kinds{name, contact}},
		auth.RoleStatistician: {kinds{name, contact}, kinds{}, kinds{name, contact}, kinds{}},
	} {
		ctx := w.as(t, role)
		v, err := w.Veil(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			id            thads.CaseID
			masked, asked kinds
		}{{w.plain.ID, want.plainMasked, want.plainAsked}, {w.family.ID, want.familyMasked, want.familyAsked}} {
			c, err := w.Case(ctx, tt.id)
			if err != nil {
				t.Fatal(err)
			}
			masked, asked := v.Party(c, &c.Parties[0])
			if diff := cmp.Diff(tt.masked, masked); diff != "" {
				t.Errorf("%s: masked (-want +got):\n%s", role, diff)
			}
			if diff := cmp.Diff(tt.asked, asked); diff != "" {
				t.Errorf("%s: revealable (-want +got):\n%s", role, diff)
			}
		}
	}
}

// TestStateBudgetIsNobody shows the state budget as it is.
func TestStateBudgetIsNobody(t *testing.T) {
	w := newVeilWorld(t)
	e := decided(w.first, "", "50/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	e.Particulars.Parties[1] = thads.Party{Role: thads.Creditor, Kind: thads.StateBudget, Name: "Ngân sách nhà nước"}
	e.Particulars.Parties = append(e.Particulars.Parties, thads.Party{Role: thads.Debtor, Kind: thads.Organisation, Name: "Công ty Thử"})
	c, err := w.CaseOpen(leader(t.Context()), "budget", e, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := w.as(t, auth.RoleStatistician)
	heads, err := w.CaseHeads(ctx, []string{string(c.ID)})
	if err != nil {
		t.Fatal(err)
	}
	if h := heads[string(c.ID)]; h.CreditorName != "Ngân sách nhà nước" || h.DebtorName != "N• V• N• (+1)" {
		t.Errorf("the head shows %q and %q", h.CreditorName, h.DebtorName)
	}
	if c, err = w.Case(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range c.Parties {
		got = append(got, p.Name)
	}
	if diff := cmp.Diff([]string{"N• V• N•", "Ngân sách nhà nước", "C• t• T•"}, got); diff != "" {
		t.Errorf("the parties (-want +got):\n%s", diff)
	}
}
