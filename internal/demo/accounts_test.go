//go:build !race

package demo

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// Every role can be looked at, at a place where there is something to see. (The
// store in memory that stands in for the engine under the race detector has no
// lists.)
func TestAccounts(t *testing.T) {
	p := fill(t)
	a, err := app.New(app.Options{Store: p.store, Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx := auth.NewContext(t.Context(), auth.System("test"))
	accounts, err := Accounts(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	var roles []auth.Role
	for _, account := range accounts {
		roles = append(roles, account.Role)
	}
	if diff := cmp.Diff(auth.Roles(), roles); diff != "" {
		t.Fatal(diff)
	}
	names := map[string]bool{}
	for _, account := range accounts {
		who := account.User.Principal(a.Today())
		if len(who.Grants) != 1 || who.Grants[0].Role != account.Role || names[account.User.Name] {
			t.Errorf("%s: %+v", account.Role, account.User)
		}
		names[account.User.Name] = true
		spec, _ := account.Role.Spec()
		unit, _ := p.tree.Unit(who.Unit())
		switch {
		case account.Role == auth.RoleAdministrator:
			if unit != nil {
				t.Errorf("the administrator is in %s", unit.Code)
			}
		case unit == nil || (unit.Code == provinceCode) != (spec.Count == auth.ReachProvince):
			t.Errorf("%s is held in %+v", account.Role, unit)
		}
		if !who.Can(auth.Read) {
			continue
		}
		one, live := 1, true
		f := &app.CaseFilter{Live: &live}
		if account.Role == auth.RoleOfficer {
			f.Officers = []thads.OfficerID{who.Grants[0].Officer}
		}
		cases, err := a.Cases(auth.NewContext(t.Context(), who), f, app.CasesByUpdate, true, app.PageArgs{First: &one})
		if err != nil || len(cases.Items) == 0 {
			t.Errorf("%s sees no case: %v", account.Role, err)
		}
	}
	again, err := Accounts(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(accounts, again, cmp.AllowUnexported(app.User{})); diff != "" {
		t.Errorf("another time: %s", diff)
	}
}
