package auth_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

func TestRoles(t *testing.T) {
	for _, s := range auth.Specs() {
		if !s.Role.Valid() || s.Name.VI == "" || s.Name.EN == "" || len(s.Rights) == 0 {
			t.Errorf("%s: %+v", s.Role, s)
		}
		if got := s.Role.Name(); got != s.Name {
			t.Errorf("%s is called %v", s.Role, got)
		}
	}
	for _, r := range []auth.Role{auth.RoleSystem, "", "leader"} {
		if r.Valid() {
			t.Errorf("people can have the role %q", r)
		}
	}
}

// What every row of the table must satisfy, whatever it says.
func TestRowsOfTheTable(t *testing.T) {
	named := map[auth.Right]bool{}
	for _, r := range auth.Rights() {
		named[r.Value] = true
	}
	for _, s := range auth.Specs() {
		reach := func(r auth.Right) auth.Reach { return s.Rights[r] }
		for r := range s.Rights {
			if !named[r] || r == auth.Public || r == auth.SignedIn {
				t.Errorf("%s names the right %q", s.Role, r)
			}
		}
		for _, r := range []auth.Right{auth.Record, auth.RecordMoney, auth.Import, auth.Export, auth.Unmask} {
			if reach(r) > reach(auth.Read) {
				t.Errorf("%s: %s reaches further than reading", s.Role, r)
			}
		}
		if reach(auth.Report) > reach(auth.ReadDirection) {
			t.Errorf("%s reports on what it cannot read", s.Role)
		}
		if s.Count != auth.ReachNothing && reach(auth.ReadFigures) == auth.ReachNothing {
			t.Errorf("%s counts without seeing figures", s.Role)
		}
		if s.Count < reach(auth.Read) {
			t.Errorf("%s opens cases that do not add to its figures", s.Role)
		}
		unmasks := false
		for _, sight := range s.Sight {
			unmasks = unmasks || sight == auth.OnPurpose
		}
		if unmasks != (reach(auth.Unmask) != auth.ReachNothing) || unmasks != (len(s.Purposes) > 0) {
			t.Errorf("%s: the right to unmask, what is masked until then and the purposes do not agree", s.Role)
		}
	}
}

func TestReachOfPrincipals(t *testing.T) {
	unit, officer := thads.UnitID("un_1"), thads.OfficerID("of_1")
	two := auth.Principal{ID: "us_1", Grants: []auth.Grant{
		{Role: auth.RoleOfficer, Unit: unit, Officer: officer}, {Role: auth.RoleStatistician, Unit: "un_2"},
	}}
	left := two
	left.Only = []auth.Right{auth.Read}
	tests := []struct {
		name  string
		p     auth.Principal
		right auth.Right
		want  auth.Reach
	}{
		{"anybody sees what is public", auth.Principal{}, auth.Public, auth.ReachProvince},
		{"nobody without signing in", auth.Principal{}, auth.SignedIn, auth.ReachNothing},
		{"nobody without signing in, whatever the role", auth.Person("", "", auth.RoleLeader, unit, ""), auth.Read, auth.ReachNothing},
		{"who has signed in", auth.Principal{ID: "us_1"}, auth.SignedIn, auth.ReachProvince},
		{"a person without a role", auth.Principal{ID: "us_1"}, auth.Read, auth.ReachNothing},
		{"a role that is none", auth.Person("us_1", "", "KING", unit, ""), auth.Read, auth.ReachNothing},
		{"a leader", auth.Person("us_1", "", auth.RoleLeader, unit, ""), auth.Read, auth.ReachProvince},
		{"a leader has no accounts to manage", auth.Person("us_1", "", auth.RoleLeader, unit, ""), auth.ManageAccounts, auth.ReachNothing},
		{"the administrator opens no case", auth.Person("us_1", "", auth.RoleAdministrator, "", ""), auth.Read, auth.ReachNothing},
		{"the steering committee opens no case", auth.Person("us_1", "", auth.RoleSteering, unit, ""), auth.Read, auth.ReachNothing},
		{"an officer", auth.Person("us_1", "", auth.RoleOfficer, unit, officer), auth.Record, auth.ReachOwn},
		{"the wider of two roles", two, auth.Read, auth.ReachUnit},
		{"a token with a right less", left, auth.Record, auth.ReachNothing},
		{"a token with the right", left, auth.Read, auth.ReachUnit},
		{"the application itself", auth.System("test"), auth.ManageAccounts, auth.ReachProvince},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.p.Reach(tt.right); got != tt.want || tt.p.Can(tt.right) != (tt.want != auth.ReachNothing) {
				t.Errorf("%s reaches %s, want %s", tt.right, got, tt.want)
			}
		})
	}
	want := []auth.Reached{{Grant: two.Grants[0], Reach: auth.ReachOwn}, {Grant: two.Grants[1], Reach: auth.ReachUnit}}
	if diff := cmp.Diff(want, two.Granting(auth.Read)); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	if got := left.Granting(auth.Record); got != nil {
		t.Errorf("the token records by %v", got)
	}
	counting := []auth.Reached{{Grant: two.Grants[0], Reach: auth.ReachUnit}, {Grant: two.Grants[1], Reach: auth.ReachUnit}}
	if diff := cmp.Diff(counting, two.Counting()); diff != "" {
		t.Errorf("counting grants (-want +got):\n%s", diff)
	}
	if got := left.Counting(); got != nil {
		t.Errorf("a token that is left reading counts by %v", got)
	}
}

func TestPrincipalInContext(t *testing.T) {
	if p := auth.FromContext(t.Context()); !p.IsAnonymous() {
		t.Errorf("an empty context carries %v", p)
	}
	want := auth.Person("us_1", "A", auth.RoleProcuracy, "un_1", "")
	if diff := cmp.Diff(want, auth.FromContext(auth.NewContext(t.Context(), want))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
