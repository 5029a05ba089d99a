package app_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// An officer's figures are those of the unit, while only the officer's own cases
// open; and where a person has several roles, or a token fewer units, every
// record is counted once.
func TestFiguresReachFurtherThanRecords(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	ctx := leader(t.Context())
	open := func(key string, unit thads.UnitID, officer thads.OfficerID) thads.CaseID {
		t.Helper()
		c, err := w.CaseOpen(ctx, key, decided(unit, officer, key+"/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	own := open("1", first, officer)
	colleagues := open("2", first, "")
	others := open("3", second, "")
	moved := open("4", first, "")
	transfer := thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: second}
	transfer.EffectiveOn = thads.DateOf(2018, 11, 1)
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(moved)}, transfer, nil); err != nil {
		t.Fatal(err)
	}

	person := func(grants ...auth.Grant) auth.Principal { return auth.Principal{ID: "p", Grants: grants} }
	isOfficer := auth.Grant{Role: auth.RoleOfficer, Unit: first, Officer: officer}
	within := func(g auth.Grant, units ...thads.UnitID) auth.Grant {
		g.Within = units
		return g
	}
	left := func(p auth.Principal, rights ...auth.Right) auth.Principal {
		p.Only = rights
		return p
	}
	for name, tt := range map[string]struct {
		p       auth.Principal
		counted int
		opened  []thads.CaseID
	}{
		"a leader":                  {person(auth.Grant{Role: auth.RoleLeader, Unit: province}), 4, []thads.CaseID{own, colleagues, others, moved}},
		"a leader without a unit":   {person(auth.Grant{Role: auth.RoleLeader}), 4, []thads.CaseID{own, colleagues, others, moved}},
		"an officer":                {person(isOfficer), 2, []thads.CaseID{own}},
		"the head of a unit":        {person(auth.Grant{Role: auth.RoleUnitHead, Unit: first}), 2, []thads.CaseID{own, colleagues, moved}},
		"the steering committee":    {person(auth.Grant{Role: auth.RoleSteering, Unit: province}), 4, nil},
		"an officer who counts":     {person(isOfficer, auth.Grant{Role: auth.RoleStatistician, Unit: second}), 4, []thads.CaseID{own, others, moved}},
		"the same unit twice":       {person(isOfficer, auth.Grant{Role: auth.RoleStatistician, Unit: first}), 2, []thads.CaseID{own, colleagues, moved}},
		"a leader's token":          {person(within(auth.Grant{Role: auth.RoleLeader}, second)), 2, []thads.CaseID{others, moved}},
		"a head's token elsewhere":  {person(within(auth.Grant{Role: auth.RoleUnitHead, Unit: first}, second)), 0, nil},
		"a head's token above":      {person(within(auth.Grant{Role: auth.RoleUnitHead, Unit: first}, province)), 2, []thads.CaseID{own, colleagues, moved}},
		"a token for nothing":       {person(within(auth.Grant{Role: auth.RoleLeader}, []thads.UnitID{}...)), 0, nil},
		"a token for figures alone": {left(person(auth.Grant{Role: auth.RoleLeader}), auth.ReadFigures), 4, nil},
		"a role in no unit":         {person(auth.Grant{Role: auth.RoleUnitHead}), 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := auth.NewContext(t.Context(), tt.p)
			s, err := w.Summary(ctx, app.SummaryInput{Unit: province, Latest: 20})
			if err != nil {
				t.Fatal(err)
			}
			states, err := s.ByState(ctx)
			if err != nil {
				t.Fatal(err)
			}
			counted := 0
			for _, n := range states {
				counted += n
			}
			if counted != tt.counted || s.Live != tt.counted {
				t.Errorf("%d cases add to the figures, %d are live, want %d", counted, s.Live, tt.counted)
			}
			var latest []thads.CaseID
			for _, c := range s.Latest {
				latest = append(latest, c.ID)
			}
			slices.Sort(latest)
			want := slices.Sorted(slices.Values(tt.opened))
			if diff := cmp.Diff(want, latest); diff != "" {
				t.Errorf("the latest changes (-want +got):\n%s", diff)
			}
			if !tt.p.Can(auth.Read) {
				return
			}
			page, err := w.Cases(ctx, nil, app.CasesByUpdate, true, app.PageArgs{})
			if err != nil {
				t.Fatal(err)
			}
			var listed []thads.CaseID
			for _, it := range page.Items {
				listed = append(listed, it.Value.ID)
			}
			slices.Sort(listed)
			if diff := cmp.Diff(want, listed); diff != "" {
				t.Errorf("the list (-want +got):\n%s", diff)
			}
		})
	}
}

// What a role may record in a case depends on the act: an accountant records
// money and nothing else, a clerk everything but money; taking an act back asks
// for the right of that act.
func TestActsAskForTheirRight(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	c, err := w.CaseOpen(leader(t.Context()), "k1", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
	if err != nil {
		t.Fatal(err)
	}
	as := func(role auth.Role) context.Context {
		return auth.NewContext(t.Context(), auth.Person("p", "", role, first, officer))
	}
	day := thads.DateOf(2018, 10, 8)
	collect := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 1_000_000}
	note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "đã xem"}
	collect.EffectiveOn, note.EffectiveOn = day, day
	void := func(seq int) thads.CaseEvent {
		e := thads.CaseEvent{}
		e.Voids, e.Reason, e.EffectiveOn = seq, "ghi nhầm", day
		return e
	}
	record := func(role auth.Role, e thads.CaseEvent, want thads.Code) {
		t.Helper()
		_, err := w.CaseRecord(as(role), app.Change{ID: string(c.ID)}, e, nil)
		if want == "" && err != nil || want != "" && code(err) != want {
			t.Errorf("%s records %s (voids %d): %v, want %q", role, e.Kind, e.Voids, err, want)
		}
	}
	record(auth.RoleAccountant, note, thads.CodeForbidden)
	record(auth.RoleAccountant, collect, "") // 2
	record(auth.RoleClerk, collect, thads.CodeForbidden)
	record(auth.RoleClerk, note, "") // 3
	record(auth.RoleClerk, void(2), thads.CodeForbidden)
	record(auth.RoleAccountant, void(3), thads.CodeForbidden)
	record(auth.RoleAccountant, void(2), "")
	record(auth.RoleClerk, void(3), "")
	record(auth.RoleOfficer, collect, "")
	for _, role := range []auth.Role{auth.RoleStatistician, auth.RoleProcuracy, auth.RoleSteering, auth.RoleAdministrator} {
		record(role, note, thads.CodeForbidden)
		record(role, collect, thads.CodeForbidden)
	}
}

// Recording in many cases at once asks for the right to direct in each of them,
// not only somewhere.
func TestManyAtOnceAskForDirectingThere(t *testing.T) {
	w := newWorld(t)
	_, first, second, officer := w.province(t)
	c, err := w.CaseOpen(leader(t.Context()), "k1", decided(first, "", "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
	if err != nil {
		t.Fatal(err)
	}
	assign := thads.CaseEvent{Kind: thads.CaseAssigned, ToOfficer: officer}
	assign.EffectiveOn = thads.DateOf(2018, 10, 8)
	as := func(role auth.Role, at thads.UnitID) context.Context {
		return auth.NewContext(t.Context(), auth.Principal{ID: "p", Grants: []auth.Grant{
			{Role: auth.RoleClerk, Unit: first}, {Role: role, Unit: at},
		}})
	}
	if _, err := w.CaseRecordMany(as(auth.RoleUnitHead, second), []string{string(c.ID)}, "m1", assign); code(err) != thads.CodeForbidden {
		t.Errorf("the head of another unit, clerk here: %v", err)
	}
	if done, err := w.CaseRecordMany(as(auth.RoleUnitHead, first), []string{string(c.ID)}, "m2", assign); err != nil || len(done) != 1 {
		t.Errorf("the head here: %v, %v", done, err)
	}
}
