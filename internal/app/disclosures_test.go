package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

const goodReason = "Tống đạt quyết định cho đương sự"

// audit returns what is on record, the oldest first.
func (w *veilWorld) audit(t testing.TB, f *app.DisclosureFilter) []*app.Disclosure {
	t.Helper()
	page, err := w.Disclosures(w.as(t, auth.RoleAdministrator), f, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	var out []*app.Disclosure
	for _, it := range page.Items {
		out = append([]*app.Disclosure{it.Value}, out...)
	}
	return out
}

func TestRevealIsOnRecord(t *testing.T) {
	w := newVeilWorld(t)
	ctx := request.NewContext(w.as(t, auth.RoleClerk), request.New(""))
	got, err := w.Reveal(ctx, app.RevealRequest{
		Case: w.family.ID, Party: "p1", Data: []auth.PersonalData{auth.IdentityNumber, auth.PartyName, auth.PartyContact, auth.PartyName},
		Purpose: auth.ForCorrespondence, Reason: "  " + goodReason + "  ",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &app.Revealed{
		Party: "p1", Name: secretName, Address: w.family.Parties[0].Address, BirthYear: secretBirth, IdentityNumber: identityClose,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(app.Revealed{}, "Disclosure")); diff != "" {
		t.Errorf("revealed (-want +got):\n%s", diff)
	}
	record := []*app.Disclosure{{
		ID: got.Disclosure.ID, Kind: app.DisclosedUnmasking, At: store.Instant(w.clock()), By: "CLERK", ByName: "Người CLERK",
		RequestID: request.FromContext(ctx).ID(), Case: w.family.ID, Units: []thads.UnitID{w.first}, Party: "p1",
		Data:    []auth.PersonalData{auth.PartyName, auth.PartyContact, auth.IdentityNumber},
		Purpose: auth.ForCorrespondence, Reason: goodReason,
	}}
	if diff := cmp.Diff(record, w.audit(t, nil)); diff != "" {
		t.Errorf("on record (-want +got):\n%s", diff)
	}
	if text := asJSON(t, record); strings.Contains(text, secretName) || strings.Contains(text, identityClose) {
		t.Errorf("the record holds what was shown: %s", text)
	}
	one, err := w.Disclosure(w.as(t, auth.RoleAdministrator), got.Disclosure.ID)
	if err != nil || one == nil || one.Reason != goodReason {
		t.Errorf("by its id: %v, %v", one, err)
	}
	if node, err := w.Node(w.as(t, auth.RoleClerk), got.Disclosure.ID); node != nil || err != nil {
		t.Errorf("a clerk reads the records: %v, %v", node, err)
	}
	if _, err := w.Disclosures(ctx, nil, app.PageArgs{}); code(err) != thads.CodeForbidden {
		t.Errorf("a clerk lists the records: %v", err)
	}
}

// TestRevealRefuses what is not to be seen, and records nothing of it.
func TestRevealRefuses(t *testing.T) {
	w := newVeilWorld(t)
	elsewhere, err := w.CaseOpen(leader(t.Context()), "far", decided(w.second, "", "1/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: {Account: "987654321"}})
	if err != nil {
		t.Fatal(err)
	}
	type kinds = []auth.PersonalData
	ask := func(id thads.CaseID, party string, purpose auth.Purpose, data ...auth.PersonalData) app.RevealRequest {
		return app.RevealRequest{Case: id, Party: party, Data: data, Purpose: purpose, Reason: goodReason}
	}
	reason := func(r app.RevealRequest, reason string) app.RevealRequest {
		r.Reason = reason
		return r
	}
	plain := ask(w.plain.ID, "p1", auth.ForEnforcement, auth.IdentityNumber)
	for name, tt := range map[string]struct {
		role auth.Role
		ask  app.RevealRequest
		want thads.Code
	}{
		"nothing asked for":             {auth.RoleClerk, ask(w.plain.ID, "p1", auth.ForEnforcement), thads.CodeRequired},
		"protected by itself":           {auth.RoleClerk, ask(w.plain.ID, "p1", auth.ForEnforcement, auth.Protected), thads.CodeInvalid},
		"no kind of data":               {auth.RoleClerk, ask(w.plain.ID, "p1", auth.ForEnforcement, "GHOST"), thads.CodeInvalid},
		"no purpose":                    {auth.RoleClerk, ask(w.plain.ID, "p1", "", auth.IdentityNumber), thads.CodeNotAllowed},
		"purpose of another role":       {auth.RoleClerk, ask(w.plain.ID, "p1", auth.ForPayment, auth.IdentityNumber), thads.CodeNotAllowed},
		"short reason":                  {auth.RoleClerk, reason(plain, "vì  cần     "), thads.CodeOutOfRange},
		"long reason":                   {auth.RoleClerk, reason(plain, strings.Repeat("ă", 501)), thads.CodeOutOfRange},
		"a clerk and accounts":          {auth.RoleClerk, ask(w.plain.ID, "p1", auth.ForEnforcement, auth.AccountNumber), thads.CodeForbidden},
		"a procurator and numbers":      {auth.RoleProcuracy, ask(w.family.ID, "p1", auth.ForSupervision, auth.PartyName, auth.IdentityNumber), thads.CodeForbidden},
		"no such party":                 {auth.RoleClerk, ask(w.plain.ID, "p9", auth.ForEnforcement, auth.PartyName), thads.CodeNotFound},
		"no such case":                  {auth.RoleClerk, ask("cs_nothing", "p1", auth.ForEnforcement, auth.PartyName), thads.CodeNotFound},
		"a case of another unit":        {auth.RoleClerk, ask(elsewhere.ID, "p1", auth.ForEnforcement, auth.IdentityNumber), thads.CodeNotFound},
		"an officer's colleague's case": {auth.RoleOfficer, ask(elsewhere.ID, "p1", auth.ForEnforcement, auth.IdentityNumber), thads.CodeNotFound},
		"a statistician":                {auth.RoleStatistician, plain, thads.CodeForbidden},
		"the steering committee":        {auth.RoleSteering, plain, thads.CodeForbidden},
		"the administrator":             {auth.RoleAdministrator, plain, thads.CodeForbidden},
	} {
		if got, err := w.Reveal(w.as(t, tt.role), tt.ask); code(err) != tt.want || got != nil {
			t.Errorf("%s: %v, %v, want %s", name, got, err, tt.want)
		}
	}
	if _, err := w.Reveal(t.Context(), plain); code(err) != thads.CodeForbidden {
		t.Errorf("a visitor: %v", err)
	}
	if got := w.audit(t, nil); len(got) != 0 {
		t.Errorf("refusals are on record as disclosures: %v", got)
	}
	// Purpose and sight are of one grant: neither role may do it alone.
	two := auth.Principal{ID: "two", Grants: []auth.Grant{{Role: auth.RoleClerk, Unit: w.first}, {Role: auth.RoleAccountant, Unit: w.first}}}
	if _, err := w.Reveal(auth.NewContext(t.Context(), two), ask(w.plain.ID, "p1", auth.ForEnforcement, auth.AccountNumber)); code(err) != thads.CodeForbidden {
		t.Errorf("the purpose of a clerk with the sight of an accountant: %v", err)
	}
	got, err := w.Reveal(auth.NewContext(t.Context(), two), ask(w.plain.ID, "p1", auth.ForPayment, auth.AccountNumber))
	if err != nil || got.AccountNumber != "0123456789" || got.IdentityNumber != "" || got.Name != "" {
		t.Errorf("an accountant who pays: %+v, %v", got, err)
	}
	// What is not kept is nothing.
	got, err = w.Reveal(w.as(t, auth.RoleLeader), ask(w.plain.ID, "p2", auth.ForPayment, kinds{auth.AccountNumber, auth.IdentityNumber}...))
	if err != nil || got.AccountNumber != "" || got.IdentityNumber != "" {
		t.Errorf("numbers that are not kept: %+v, %v", got, err)
	}
}

// A deafStore keeps no disclosures.
type deafStore struct{ store.Store }

var errDeaf = errors.New("the disk is full")

func (s deafStore) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	if c.Name == "disclosure" {
		return errDeaf
	}
	return s.Store.Insert(ctx, c, d)
}

// TestNothingLeavesUnrecorded gives nothing where the record cannot be made.
func TestNothingLeavesUnrecorded(t *testing.T) {
	w := newVeilWorld(t)
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deaf, err := app.New(app.Options{Store: deafStore{w.store}, Clock: w.clock, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	ctx := w.as(t, auth.RoleClerk)
	got, err := deaf.Reveal(ctx, app.RevealRequest{
		Case: w.family.ID, Party: "p1", Data: []auth.PersonalData{auth.PartyName}, Purpose: auth.ForCorrespondence, Reason: goodReason,
	})
	if !errors.Is(err, errDeaf) || got != nil {
		t.Errorf("revealed %+v, %v", got, err)
	}
	number := identityOpen
	page, err := deaf.Cases(ctx, &app.CaseFilter{IdentityNumber: &number}, app.CasesByUpdate, true, app.PageArgs{})
	if !errors.Is(err, errDeaf) || page != nil {
		t.Errorf("found %+v, %v", page, err)
	}
}

// TestLookupByNumber finds persons by their exact number, for those who may ask
// for it, and is on record.
func TestLookupByNumber(t *testing.T) {
	w := newVeilWorld(t)
	for role := range readers {
		t.Run(string(role), func(t *testing.T) {
			ctx := w.as(t, role)
			may := role != auth.RoleProcuracy && role != auth.RoleStatistician
			for number, id := range map[string]thads.CaseID{identityOpen: w.plain.ID, "038 090 000 456": w.family.ID} {
				page, err := w.Cases(ctx, &app.CaseFilter{IdentityNumber: &number}, app.CasesByUpdate, true, app.PageArgs{})
				switch {
				case !may:
					if code(err) != thads.CodeForbidden {
						t.Errorf("looked up: %v", err)
					}
				case err != nil:
					t.Fatal(err)
				case len(page.Items) != 1 || page.Items[0].Value.ID != id:
					t.Errorf("%s finds %v", number, page.Items)
				}
			}
			made := w.audit(t, &app.DisclosureFilter{By: thads.PrincipalID(role)})
			if !may {
				if len(made) != 0 {
					t.Errorf("refused, and on record: %v", made)
				}
				return
			}
			if len(made) != 2 {
				t.Fatalf("%d records of two lookups", len(made))
			}
			for _, d := range made {
				if d.Kind != app.DisclosedLookup || d.By != thads.PrincipalID(role) || !cmp.Equal(d.Data, []auth.PersonalData{auth.IdentityNumber}) {
					t.Errorf("on record: %+v", d)
				}
				if d.Reason != "•••••••••123" && d.Reason != "•••••••••456" {
					t.Errorf("the number is recorded as %q", d.Reason)
				}
			}
		})
	}
	// What is refused as no number is no lookup.
	before := len(w.audit(t, nil))
	bad := "12"
	if _, err := w.Cases(w.as(t, auth.RoleClerk), &app.CaseFilter{IdentityNumber: &bad}, app.CasesByUpdate, true, app.PageArgs{}); code(err) != thads.CodeInvalid {
		t.Errorf("a number that is none: %v", err)
	}
	if got := len(w.audit(t, nil)); got != before {
		t.Errorf("%d records, want %d", got, before)
	}
}

// TestDisclosuresFilterAndPages lists the latest first, page by page.
func TestDisclosuresFilterAndPages(t *testing.T) {
	w := newVeilWorld(t)
	reveal := func(role auth.Role, id thads.CaseID, on thads.Date) string {
		t.Helper()
		w.on(on)
		purpose := auth.ForEnforcement
		if role == auth.RoleProcuracy {
			purpose = auth.ForSupervision
		}
		got, err := w.Reveal(w.as(t, role), app.RevealRequest{Case: id, Party: "p1", Data: []auth.PersonalData{auth.PartyName}, Purpose: purpose, Reason: goodReason})
		if err != nil {
			t.Fatal(err)
		}
		return got.Disclosure.ID
	}
	day := thads.DateOf(2019, 12, 9)
	a := reveal(auth.RoleClerk, w.plain.ID, day)
	b := reveal(auth.RoleProcuracy, w.family.ID, day.AddDays(1))
	c := reveal(auth.RoleClerk, w.family.ID, day.AddDays(2))
	number := identityOpen
	w.on(day.AddDays(3))
	if _, err := w.Cases(w.as(t, auth.RoleClerk), &app.CaseFilter{IdentityNumber: &number}, app.CasesByUpdate, true, app.PageArgs{}); err != nil {
		t.Fatal(err)
	}
	looked := w.audit(t, &app.DisclosureFilter{Kinds: []app.DisclosureKind{app.DisclosedLookup}})
	if len(looked) != 1 {
		t.Fatalf("%d lookups", len(looked))
	}
	d := looked[0].ID
	for name, tt := range map[string]struct {
		filter *app.DisclosureFilter
		want   []string
	}{
		"all":            {nil, []string{a, b, c, d}},
		"unmasking":      {&app.DisclosureFilter{Kinds: []app.DisclosureKind{app.DisclosedUnmasking}}, []string{a, b, c}},
		"no kind":        {&app.DisclosureFilter{Kinds: []app.DisclosureKind{}}, nil},
		"by":             {&app.DisclosureFilter{By: "CLERK"}, []string{a, c, d}},
		"of a case":      {&app.DisclosureFilter{Case: w.family.ID}, []string{b, c}},
		"from":           {&app.DisclosureFilter{Days: &app.DateRange{From: day.AddDays(1)}}, []string{b, c, d}},
		"until":          {&app.DisclosureFilter{Days: &app.DateRange{To: day.AddDays(1)}}, []string{a, b}},
		"on a day":       {&app.DisclosureFilter{Days: &app.DateRange{From: day.AddDays(2), To: day.AddDays(2)}}, []string{c}},
		"all conditions": {&app.DisclosureFilter{By: "CLERK", Case: w.family.ID, Days: &app.DateRange{From: day}}, []string{c}},
	} {
		var got []string
		for _, d := range w.audit(t, tt.filter) {
			got = append(got, d.ID)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	ctx := w.as(t, auth.RoleLeader)
	if _, err := w.Disclosures(ctx, &app.DisclosureFilter{Days: &app.DateRange{From: day, To: day.AddDays(-1)}}, app.PageArgs{}); code(err) != thads.CodeOutOfRange {
		t.Errorf("the last day before the first: %v", err)
	}
	// The pages are the list, and a new record does not move them.
	two := 2
	first, err := w.Disclosures(ctx, nil, app.PageArgs{First: &two})
	if err != nil || len(first.Items) != 2 || !first.HasNext {
		t.Fatalf("the first page: %v, %v", first, err)
	}
	reveal(auth.RoleClerk, w.plain.ID, day.AddDays(4))
	second, err := w.Disclosures(ctx, nil, app.PageArgs{First: &two, After: &first.Items[1].Cursor})
	if err != nil || len(second.Items) != 2 || second.HasNext {
		t.Fatalf("the second page: %v, %v", second, err)
	}
	var got []string
	for _, it := range append(first.Items, second.Items...) {
		got = append(got, it.Value.ID)
	}
	if diff := cmp.Diff([]string{d, c, b, a}, got); diff != "" {
		t.Errorf("the pages (-want +got):\n%s", diff)
	}
	if n, err := second.Total(ctx); err != nil || n != 5 {
		t.Errorf("%d in all, %v", n, err)
	}
	// A leader's token for one unit lists what was shown of its cases.
	token := auth.NewContext(t.Context(), auth.Principal{ID: "leader", Grants: []auth.Grant{{Role: auth.RoleLeader, Within: []thads.UnitID{w.second}}}})
	page, err := w.Disclosures(token, nil, app.PageArgs{})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("a token for another unit: %v, %v", page, err)
	}
	if got, err := w.Disclosure(token, a); got != nil || err != nil {
		t.Errorf("a token for another unit: %v, %v", got, err)
	}
}
