package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// office is an application over a new store, with a clock that tests move.
type office struct {
	*app.App
	store store.Store
	now   atomic.Int64 // Unix milliseconds
}

func newOffice(t *testing.T) *office {
	t.Helper()
	st := emptyStore(t)
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &office{store: st}
	o.now.Store(time.Date(2019, 12, 9, 1, 0, 0, 0, time.UTC).UnixMilli())
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Serving, so that who stands behind a session is kept between requests.
	o.App, err = app.New(app.Options{Store: st, Clock: o.clock, Sealer: sealer, Serving: true})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) clock() time.Time      { return time.UnixMilli(o.now.Load()).UTC() }
func (o *office) after(d time.Duration) { o.now.Add(d.Milliseconds()) }

// system is the context of somebody who may do everything.
func system(t *testing.T) context.Context {
	return auth.NewContext(t.Context(), auth.System("test"))
}

var limits = app.SessionLimits{Idle: 2 * time.Hour, Max: 12 * time.Hour}

// add adds an account with roles.
func (o *office) add(t *testing.T, account string, grants ...app.NewGrant) *app.User {
	t.Helper()
	u, err := o.AddUser(system(t), app.NewUser{Account: account, Grants: grants})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// addUser adds a leader, who needs neither unit nor officer.
func (o *office) addUser(t *testing.T, account string) *app.User {
	t.Helper()
	return o.add(t, account, app.NewGrant{Role: auth.RoleLeader})
}

// named returns an account as it is now.
func (o *office) named(t *testing.T, account string) *app.User {
	t.Helper()
	u, err := o.UserNamed(system(t), account)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// link makes a one-time link for an account.
func (o *office) link(t *testing.T, account string) auth.Token {
	t.Helper()
	_, link, _, err := o.MakeLink(system(t), o.named(t, account).Change())
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// browser is where tests sign in from.
var browser = app.SignInOrigin{Agent: "Trình duyệt thử", Address: "192.0.2.7"}

// signIn begins a session by a link.
func (o *office) signIn(t *testing.T, account string) auth.Token {
	t.Helper()
	r, err := o.RedeemLink(t.Context(), o.link(t, account), browser, limits)
	if err != nil {
		t.Fatal(err)
	}
	return r.Session
}

// signInAs begins a session by other means than a link.
func (o *office) signInAs(t *testing.T, id thads.PrincipalID, means auth.Means) auth.Token {
	t.Helper()
	session, _, err := o.SignInAs(system(t), id, app.SignInOrigin{Means: means}, limits)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// principal returns who a session acts as.
func (o *office) principal(t *testing.T, session auth.Token) auth.Principal {
	t.Helper()
	p, err := o.Authenticate(t.Context(), session, limits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// as is the context of who holds a session.
func (o *office) as(t *testing.T, session auth.Token) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), o.principal(t, session))
}

func (o *office) disable(t *testing.T, account string) {
	t.Helper()
	if _, err := o.DisableUser(system(t), o.named(t, account).Change()); err != nil {
		t.Fatal(err)
	}
}

func (o *office) wantSession(t *testing.T, session auth.Token, want bool) {
	t.Helper()
	p, err := o.Authenticate(t.Context(), session, limits)
	switch {
	case want && (err != nil || p.IsAnonymous()):
		t.Errorf("the session has ended: %v", err)
	case !want && !errors.Is(err, app.ErrNoAccess):
		t.Errorf("the session goes on: %v, %v", p, err)
	case !want && !p.IsAnonymous():
		t.Errorf("a session that has ended gave %v", p)
	}
}

func wantCode(t *testing.T, err error, want thads.Code, field string) {
	t.Helper()
	es, ok := thads.Refusals(err)
	if !ok || len(es) == 0 || es[0].Code != want || strings.Join(es[0].Field, ".") != field {
		t.Errorf("got %v, want %s of %q", err, want, field)
	}
}

// found makes a province with two districts and an officer in the first.
func (o *office) found(t *testing.T) (province, first, second thads.UnitID, officer thads.OfficerID) {
	t.Helper()
	e := thads.UnitEvent{Kind: thads.UnitEstablished, Code: "38", Name: "Cục Thi hành án dân sự tỉnh Thử", Level: thads.LevelProvince}
	e.EffectiveOn = thads.DateOf(2009, 7, 1)
	top, err := o.UnitOpen(system(t), "38", e)
	if err != nil {
		t.Fatal(err)
	}
	var ids []thads.UnitID
	for _, code := range []string{"38.01", "38.02"} {
		e.Code, e.Name, e.Level, e.Parent = code, "Chi cục Thi hành án dân sự "+code, thads.LevelDistrict, top.ID
		u, err := o.UnitOpen(system(t), code, e)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	return top.ID, ids[0], ids[1], o.officer(t, "CHV-01", ids[0])
}

func (o *office) officer(t *testing.T, code string, unit thads.UnitID) thads.OfficerID {
	t.Helper()
	e := thads.OfficerEvent{Kind: thads.OfficerAppointed, Name: "Lê Văn " + code, Code: code, Rank: thads.RankJuniorOfficer, Unit: unit, Position: thads.PositionOfficer}
	e.EffectiveOn = thads.DateOf(2015, 1, 5)
	officer, err := o.OfficerOpen(system(t), code, e)
	if err != nil {
		t.Fatal(err)
	}
	return officer.ID
}

func accounts(page *app.Page[*app.User]) []string {
	var out []string
	for _, it := range page.Items {
		out = append(out, it.Value.Account)
	}
	return out
}

func TestAddUser(t *testing.T) {
	o := newOffice(t)
	admin := app.NewGrant{Role: auth.RoleAdministrator}
	u, err := o.AddUser(system(t), app.NewUser{Account: " Lê  Thị Hoa ", Grants: []app.NewGrant{admin}})
	if err != nil {
		t.Fatal(err)
	}
	by := auth.System("test").ID
	want := &app.User{
		Account: "Lê Thị Hoa", Name: "Lê Thị Hoa", AddedAt: o.clock(), AddedBy: by,
		Grants: []app.UserGrant{{ID: "g1", Role: auth.RoleAdministrator, From: thads.DateOf(2019, 12, 9), GivenAt: o.clock(), GivenBy: by}},
	}
	if diff := cmp.Diff(want, u, cmpopts.IgnoreUnexported(app.User{}), cmpopts.IgnoreFields(app.User{}, "ID")); diff != "" {
		t.Error(diff)
	}
	leader := []app.NewGrant{{Role: auth.RoleLeader}}
	for _, same := range []string{"Lê Thị Hoa", "LÊ THỊ HOA", "le thi hoa", "  le   thi hoa"} {
		_, err := o.AddUser(system(t), app.NewUser{Account: same, Grants: leader})
		wantCode(t, err, thads.CodeDuplicate, "account")
		if diff := cmp.Diff(u, o.named(t, same), cmp.AllowUnexported(app.User{})); diff != "" {
			t.Errorf("%q: %s", same, diff)
		}
		ensured, err := o.EnsureUser(system(t), app.NewUser{Account: same, Grants: leader})
		if diff := cmp.Diff(u, ensured, cmp.AllowUnexported(app.User{})); diff != "" || err != nil {
			t.Errorf("%q: %v %s", same, err, diff)
		}
	}
	ensured, err := o.EnsureUser(system(t), app.NewUser{Account: "another", Grants: leader})
	if err != nil || ensured.ID == u.ID || ensured.Grants[0].Role != auth.RoleLeader {
		t.Errorf("got %+v, %v", ensured, err)
	}
}

func TestGrantsAreChecked(t *testing.T) {
	o := newOffice(t)
	province, first, second, officer := o.found(t)
	other := o.officer(t, "CHV-02", second)
	today := o.Today()
	tests := []struct {
		name   string
		grants []app.NewGrant
		// want is where the last role is held.
		want  thads.UnitID
		code  thads.Code
		field string
	}{
		{name: "an administrator", grants: []app.NewGrant{{Role: auth.RoleAdministrator}}},
		{name: "a leader without a unit", grants: []app.NewGrant{{Role: auth.RoleLeader}}, want: province},
		{name: "the professional room", grants: []app.NewGrant{{Role: auth.RoleProfessional}}, want: province},
		{name: "the steering committee", grants: []app.NewGrant{{Role: auth.RoleSteering}}, want: province},
		{name: "a leader named with a unit", grants: []app.NewGrant{{Role: auth.RoleLeader, Unit: first}}, want: first},
		{name: "a clerk", grants: []app.NewGrant{{Role: auth.RoleClerk, Unit: second}}, want: second},
		{name: "an officer where the officer serves", grants: []app.NewGrant{{Role: auth.RoleOfficer, Officer: officer}}, want: first},
		{name: "an officer elsewhere", grants: []app.NewGrant{{Role: auth.RoleOfficer, Officer: officer, Unit: second}}, want: second},
		{name: "for a day", grants: []app.NewGrant{{Role: auth.RoleAdministrator, From: today, Until: today}}},
		{name: "the same role in two units", grants: []app.NewGrant{{Role: auth.RoleClerk, Unit: first}, {Role: auth.RoleClerk, Unit: second}}, want: second},
		{name: "the same role again later", grants: []app.NewGrant{{Role: auth.RoleClerk, Unit: first, Until: today}, {Role: auth.RoleClerk, Unit: first, From: today.AddDays(1)}}, want: first},
		{name: "two officers in turn", grants: []app.NewGrant{{Role: auth.RoleOfficer, Officer: officer, Until: today}, {Role: auth.RoleOfficer, Officer: other, From: today.AddDays(1)}}, want: second},

		{name: "no role", grants: []app.NewGrant{{}}, code: thads.CodeInvalid, field: "grants.0.role"},
		{name: "the system's role", grants: []app.NewGrant{{Role: auth.RoleSystem}}, code: thads.CodeInvalid, field: "grants.0.role"},
		{name: "an administrator in a unit", grants: []app.NewGrant{{Role: auth.RoleAdministrator, Unit: first}}, code: thads.CodeNotAllowed, field: "grants.0.unit"},
		{name: "a clerk without a unit", grants: []app.NewGrant{{Role: auth.RoleClerk}}, code: thads.CodeRequired, field: "grants.0.unit"},
		{name: "a unit that is none", grants: []app.NewGrant{{Role: auth.RoleClerk, Unit: "un_x"}}, code: thads.CodeUnknown, field: "grants.0.unit"},
		{name: "a unit that was not there yet", grants: []app.NewGrant{{Role: auth.RoleClerk, Unit: first, From: thads.DateOf(2009, 6, 30)}}, code: thads.CodeUnknown, field: "grants.0.unit"},
		{name: "an officer without one", grants: []app.NewGrant{{Role: auth.RoleOfficer, Unit: first}}, code: thads.CodeRequired, field: "grants.0.officer"},
		{name: "an officer who is none", grants: []app.NewGrant{{Role: auth.RoleOfficer, Officer: "of_x"}}, code: thads.CodeUnknown, field: "grants.0.officer"},
		{name: "an officer before serving", grants: []app.NewGrant{{Role: auth.RoleOfficer, Officer: officer, From: thads.DateOf(2015, 1, 4)}}, code: thads.CodeUnknown, field: "grants.0.officer"},
		{name: "a leader who is an officer", grants: []app.NewGrant{{Role: auth.RoleLeader, Officer: officer}}, code: thads.CodeNotAllowed, field: "grants.0.officer"},
		{name: "an end before the beginning", grants: []app.NewGrant{{Role: auth.RoleAdministrator, Until: today.AddDays(-1)}}, code: thads.CodeOutOfRange, field: "grants.0.until"},
		{name: "the same role twice", grants: []app.NewGrant{{Role: auth.RoleClerk, Unit: first}, {Role: auth.RoleClerk, Unit: first, From: today.AddDays(9)}}, code: thads.CodeDuplicate, field: "grants.1.role"},
		{name: "two officers at once", grants: []app.NewGrant{{Role: auth.RoleOfficer, Officer: officer}, {Role: auth.RoleOfficer, Officer: other}}, code: thads.CodeNotAllowed, field: "grants.1.officer"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := o.AddUser(system(t), app.NewUser{Account: "a" + strings.Repeat("x", i), Grants: tt.grants})
			if tt.code != "" {
				wantCode(t, err, tt.code, tt.field)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := u.Grants[len(u.Grants)-1]; got.Unit != tt.want || len(u.Grants) != len(tt.grants) {
				t.Errorf("got %+v, want %d roles, the last in %s", u.Grants, len(tt.grants), tt.want)
			}
		})
	}
}

func TestAccountsAreChecked(t *testing.T) {
	o := newOffice(t)
	leader := []app.NewGrant{{Role: auth.RoleLeader}}
	for name, tt := range map[string]struct {
		user  app.NewUser
		code  thads.Code
		field string
	}{
		"no name":                   {app.NewUser{Grants: leader}, thads.CodeRequired, "account"},
		"a name of nothing visible": {app.NewUser{Account: "\u200b \t", Grants: leader}, thads.CodeRequired, "account"},
		"a long name":               {app.NewUser{Account: strings.Repeat("ạ", 61), Grants: leader}, thads.CodeOutOfRange, "account"},
		"a long name shown":         {app.NewUser{Account: "a", Name: strings.Repeat("ạ", 61), Grants: leader}, thads.CodeOutOfRange, "name"},
		"an invitation to nothing":  {app.NewUser{Account: "a"}, thads.CodeRequired, "grants"},
	} {
		t.Run(name, func(t *testing.T) {
			u, link, _, err := o.InviteUser(system(t), tt.user)
			if u != nil || !link.IsZero() {
				t.Errorf("added %+v", u)
			}
			wantCode(t, err, tt.code, tt.field)
		})
	}
	page, err := o.Users(system(t), nil, app.PageArgs{})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("got %v, %v", page, err)
	}
}

func TestUsersAreListed(t *testing.T) {
	o := newOffice(t)
	province, first, second, officer := o.found(t)
	yesterday := o.Today().AddDays(-1)
	o.add(t, "Đỗ An", app.NewGrant{Role: auth.RoleClerk, Unit: first})
	o.add(t, "Ân Bình", app.NewGrant{Role: auth.RoleClerk, Unit: second}, app.NewGrant{Role: auth.RoleOfficer, Officer: officer})
	o.add(t, "an chi", app.NewGrant{Role: auth.RoleLeader})
	o.add(t, "Bùi Dung", app.NewGrant{Role: auth.RoleAdministrator})
	o.add(t, "Anh Em", app.NewGrant{Role: auth.RoleStatistician, Unit: second, From: yesterday, Until: yesterday})
	o.disable(t, "Anh Em")
	if _, err := o.RenameUser(system(t), o.named(t, "Bùi Dung").Change(), " Quản  trị "); err != nil {
		t.Fatal(err)
	}
	all := []string{"an chi", "Anh Em", "Ân Bình", "Bùi Dung", "Đỗ An"}
	text := func(s string) *string { return &s }
	yes, no := true, false
	for name, tt := range map[string]struct {
		filter *app.UserFilter
		want   []string
	}{
		"all":                       {nil, all},
		"nothing asked":             {&app.UserFilter{}, all},
		"a word":                    {&app.UserFilter{Text: text("an")}, []string{"an chi", "Anh Em", "Ân Bình", "Đỗ An"}},
		"two words":                 {&app.UserFilter{Text: text("binh an")}, []string{"Ân Bình"}},
		"words of the name shown":   {&app.UserFilter{Text: text("quan tri")}, []string{"Bùi Dung"}},
		"a role":                    {&app.UserFilter{Roles: []auth.Role{auth.RoleClerk}}, []string{"Ân Bình", "Đỗ An"}},
		"a role that ended":         {&app.UserFilter{Roles: []auth.Role{auth.RoleStatistician, auth.RoleAdministrator}}, []string{"Anh Em", "Bùi Dung"}},
		"a unit":                    {&app.UserFilter{Units: []thads.UnitID{first}}, []string{"Ân Bình", "Đỗ An"}},
		"a unit and those below it": {&app.UserFilter{Units: []thads.UnitID{province}}, []string{"an chi", "Anh Em", "Ân Bình", "Đỗ An"}},
		"no unit":                   {&app.UserFilter{Units: []thads.UnitID{}}, nil},
		"disabled":                  {&app.UserFilter{Disabled: &yes}, []string{"Anh Em"}},
		"not disabled":              {&app.UserFilter{Disabled: &no}, []string{"an chi", "Ân Bình", "Bùi Dung", "Đỗ An"}},
		"both":                      {&app.UserFilter{Roles: []auth.Role{auth.RoleClerk}, Units: []thads.UnitID{second}}, []string{"Ân Bình"}},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := o.Users(system(t), tt.filter, app.PageArgs{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, accounts(page)); diff != "" {
				t.Error(diff)
			}
			if n, err := page.Total(t.Context()); n != len(tt.want) || err != nil {
				t.Errorf("%d in all, %v", n, err)
			}
		})
	}
	// Page by page, forwards and backwards, nobody is missed or repeated.
	two := 2
	var forwards, backwards []string
	for args := (app.PageArgs{First: &two}); ; {
		page, err := o.Users(system(t), nil, args)
		if err != nil {
			t.Fatal(err)
		}
		forwards = append(forwards, accounts(page)...)
		if !page.HasNext {
			break
		}
		args.After = &page.Items[len(page.Items)-1].Cursor
	}
	for args := (app.PageArgs{Last: &two}); ; {
		page, err := o.Users(system(t), nil, args)
		if err != nil {
			t.Fatal(err)
		}
		backwards = append(accounts(page), backwards...)
		if !page.HasPrevious {
			break
		}
		args.Before = &page.Items[0].Cursor
	}
	if diff := cmp.Diff([][]string{all, all}, [][]string{forwards, backwards}); diff != "" {
		t.Error(diff)
	}
}

// Accounts are for those who manage them and for the system; others see their own.
func TestUsersNeedTheRight(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	o.add(t, "keeper", app.NewGrant{Role: auth.RoleAdministrator})
	for _, role := range append(auth.Roles(), "") {
		p := auth.Person("us_x", "", role, "", "")
		if role == "" {
			p = auth.Principal{}
		}
		ctx := auth.NewContext(t.Context(), p)
		c := func() app.UserChange { return o.named(t, "a").Change() }
		calls := map[string]func() error{
			"AddUser": func() error {
				_, err := o.AddUser(ctx, app.NewUser{Account: "by " + string(role), Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
				return err
			},
			"EnsureUser": func() error {
				_, err := o.EnsureUser(ctx, app.NewUser{Account: "a", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
				return err
			},
			"InviteUser": func() error {
				_, _, _, err := o.InviteUser(ctx, app.NewUser{Account: "to " + string(role), Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
				return err
			},
			"User":              func() error { _, err := o.User(ctx, u.ID); return err },
			"Users":             func() error { _, err := o.Users(ctx, nil, app.PageArgs{}); return err },
			"UserNamed":         func() error { _, err := o.UserNamed(ctx, "a"); return err },
			"RenameUser":        func() error { _, err := o.RenameUser(ctx, c(), "b "+string(role)); return err },
			"GrantUser":         func() error { _, err := o.GrantUser(ctx, c(), app.NewGrant{Role: auth.RoleSteering}); return err },
			"EndGrant":          func() error { _, err := o.EndGrant(ctx, c(), "g2", o.Today()); return err },
			"DisableUser":       func() error { _, err := o.DisableUser(ctx, c()); return err },
			"EnableUser":        func() error { _, err := o.EnableUser(ctx, c()); return err },
			"MakeLink":          func() error { _, _, _, err := o.MakeLink(ctx, c()); return err },
			"EndUserSessions":   func() error { _, err := o.EndUserSessions(ctx, c()); return err },
			"ResetSecondFactor": func() error { _, err := o.ResetSecondFactor(ctx, c()); return err },
			"SetProvider":       func() error { _, err := o.SetProvider(ctx, c(), "https://id.example", "x"); return err },
			"AccessPolicy":      func() error { _, err := o.AccessPolicy(ctx); return err },
			"SetAccessPolicy":   func() error { _, err := o.SetAccessPolicy(ctx, 0, nil); return err },
			"Sessions":          func() error { _, err := o.Sessions(ctx, u.ID); return err },
			"TokensOf":          func() error { _, err := o.TokensOf(ctx, u.ID); return err },
			"CredentialsOf":     func() error { _, err := o.CredentialsOf(ctx, u.ID); return err },
		}
		order := []string{
			"AddUser", "EnsureUser", "InviteUser", "User", "Users", "UserNamed", "RenameUser", "GrantUser", "EndGrant", "MakeLink", "DisableUser", "EnableUser",
			"EndUserSessions", "ResetSecondFactor", "SetProvider", "AccessPolicy", "SetAccessPolicy", "Sessions", "TokensOf", "CredentialsOf",
		}
		if len(order) != len(calls) {
			t.Fatalf("%d calls, %d in order", len(calls), len(order))
		}
		before := o.named(t, "a").Version()
		for _, name := range order {
			err := calls[name]()
			if !p.Can(auth.ManageAccounts) {
				wantCode(t, err, thads.CodeForbidden, "")
			} else if err != nil {
				t.Errorf("%s may not %s: %v", role, name, err)
			}
		}
		if after := o.named(t, "a").Version(); !p.Can(auth.ManageAccounts) && after != before {
			t.Errorf("%s changed the account", role)
		}
		for name, call := range map[string]func() error{
			"SignInAs":           func() error { _, _, err := o.SignInAs(ctx, u.ID, browser, limits); return err },
			"FirstAdministrator": func() error { _, _, err := o.FirstAdministrator(ctx); return err },
		} {
			err := call()
			if err == nil {
				t.Errorf("%s: %s is allowed", role, name)
			}
			wantCode(t, err, thads.CodeForbidden, "")
		}
		if !p.IsAnonymous() && !p.Can(auth.ManageAccounts) {
			if seen, err := o.UsersByID(ctx, u.ID, p.ID); len(seen) != 0 || err != nil {
				t.Errorf("%s sees %v, %v", role, seen, err)
			}
		}
	}
	own := auth.NewContext(t.Context(), auth.Person(u.ID, u.Name, auth.RoleLeader, "", ""))
	if seen, err := o.UsersByID(own, u.ID, o.named(t, "keeper").ID); len(seen) != 1 || seen[u.ID] == nil || err != nil {
		t.Errorf("sees %v, %v; want oneself", seen, err)
	}
	if seen, err := o.UsersByID(system(t), u.ID, o.named(t, "keeper").ID, "us_nobody"); len(seen) != 2 || err != nil {
		t.Errorf("sees %v, %v; want both", seen, err)
	}
	if got, err := o.User(system(t), "us_nobody"); got != nil || err != nil {
		t.Errorf("nobody is %v, %v", got, err)
	}
}

// Who changes an account has seen it as it is.
func TestAccountsAreChangedAsTheyWereSeen(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	o.add(t, "keeper", app.NewGrant{Role: auth.RoleAdministrator})
	seen := u.Change()
	if _, err := o.RenameUser(system(t), seen, "Tên mới"); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(app.UserChange) error{
		"rename": func(c app.UserChange) error { _, err := o.RenameUser(system(t), c, "b"); return err },
		"grant": func(c app.UserChange) error {
			_, err := o.GrantUser(system(t), c, app.NewGrant{Role: auth.RoleSteering})
			return err
		},
		"end":     func(c app.UserChange) error { _, err := o.EndGrant(system(t), c, "g1", o.Today()); return err },
		"disable": func(c app.UserChange) error { _, err := o.DisableUser(system(t), c); return err },
		"enable":  func(c app.UserChange) error { _, err := o.EnableUser(system(t), c); return err },
		"link":    func(c app.UserChange) error { _, _, _, err := o.MakeLink(system(t), c); return err },
		"end all": func(c app.UserChange) error { _, err := o.EndUserSessions(system(t), c); return err },
		"reset":   func(c app.UserChange) error { _, err := o.ResetSecondFactor(system(t), c); return err },
		"tie": func(c app.UserChange) error {
			_, err := o.SetProvider(system(t), c, "https://id.example", "x")
			return err
		},
	} {
		wantCode(t, change(seen), thads.CodeConflict, "version")
		wantCode(t, change(app.UserChange{ID: "us_nobody", Version: 1}), thads.CodeNotFound, "id")
		if got := o.named(t, "a"); got.Name != "Tên mới" || got.Version() != 2 || got.IsDisabled() {
			t.Fatalf("%s changed it to %+v", name, got)
		}
	}
	_, err := o.RenameUser(system(t), o.named(t, "a").Change(), " ")
	wantCode(t, err, thads.CodeRequired, "name")
	if same, err := o.RenameUser(system(t), o.named(t, "a").Change(), "Tên  mới"); err != nil || same.Version() != 2 {
		t.Errorf("the same name: %+v, %v", same, err)
	}
}

// Roles are held on the days of their terms, both included.
func TestTerms(t *testing.T) {
	o := newOffice(t)
	_, first, second, _ := o.found(t)
	today := o.Today()
	u := o.add(t, "a",
		app.NewGrant{Role: auth.RoleClerk, Unit: first, Until: today.AddDays(1)},
		app.NewGrant{Role: auth.RoleAccountant, Unit: second, From: today.AddDays(1), Until: today.AddDays(2)})
	session := o.signInAs(t, u.ID, auth.ByPassword)
	roles := func(p auth.Principal) []auth.Role {
		out := []auth.Role{}
		for _, g := range p.Grants {
			out = append(out, g.Role)
		}
		return out
	}
	for day, want := range [][]auth.Role{{auth.RoleClerk}, {auth.RoleClerk, auth.RoleAccountant}, {auth.RoleAccountant}, {}} {
		if day > 0 {
			// The clock moves on; a session lives shorter than a day.
			o.after(24 * time.Hour)
			session = o.signInAs(t, u.ID, auth.ByPassword)
		}
		if diff := cmp.Diff(want, roles(o.principal(t, session))); diff != "" {
			t.Errorf("day %d: %s", day, diff)
		}
		if diff := cmp.Diff(want, roles(u.Principal(today.AddDays(day)))); diff != "" {
			t.Errorf("day %d: %s", day, diff)
		}
	}
	// Another role counts from the next request on.
	if _, err := o.GrantUser(system(t), o.named(t, "a").Change(), app.NewGrant{Role: auth.RoleStatistician, Unit: first}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]auth.Role{auth.RoleStatistician}, roles(o.principal(t, session))); diff != "" {
		t.Error(diff)
	}
}

func TestEndGrant(t *testing.T) {
	o := newOffice(t)
	_, first, _, officer := o.found(t)
	today := o.Today()
	u := o.add(t, "a",
		app.NewGrant{Role: auth.RoleClerk, Unit: first},
		app.NewGrant{Role: auth.RoleClerk, Unit: first, From: today.AddDays(-20), Until: today.AddDays(-10)},
		app.NewGrant{Role: auth.RoleStatistician, Unit: first, Until: today.AddDays(5)},
		app.NewGrant{Role: auth.RoleStatistician, Unit: first, From: today.AddDays(9)},
		app.NewGrant{Role: auth.RoleOfficer, Officer: officer, Until: today.AddDays(5)})
	for _, tt := range []struct {
		name, grant string
		until       thads.Date
		code        thads.Code
		field       string
	}{
		{"what there is not", "g9", today, thads.CodeUnknown, "grant"},
		{"what ended", "g2", today, thads.CodeNotAllowed, "grant"},
		{"before yesterday", "g1", today.AddDays(-2), thads.CodeOutOfRange, "until"},
		{"into the next term", "g3", today.AddDays(9), thads.CodeDuplicate, "until"},
		{"longer", "g3", today.AddDays(8), "", ""},
		{"shorter", "g3", today.AddDays(2), "", ""},
		{"before it began", "g4", today, "", ""},
		{"at once", "g1", today.AddDays(-1), "", ""},
		{"again", "g1", today, thads.CodeNotAllowed, "grant"},
		{"the officer's", "g5", today, "", ""},
	} {
		before := o.named(t, "a")
		got, err := o.EndGrant(system(t), before.Change(), tt.grant, tt.until)
		if tt.code != "" {
			wantCode(t, err, tt.code, tt.field)
			if diff := cmp.Diff(before, o.named(t, "a"), cmp.AllowUnexported(app.User{})); diff != "" {
				t.Errorf("%s changed it: %s", tt.name, diff)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		i := slices.IndexFunc(got.Grants, func(g app.UserGrant) bool { return g.ID == tt.grant })
		if g := got.Grants[i]; g.Until != tt.until || g.EndedBy != auth.System("test").ID {
			t.Errorf("%s: got %+v", tt.name, g)
		}
	}
	if held := o.named(t, "a").CurrentGrants(today); len(held) != 2 || held[0].ID != "g3" || held[1].ID != "g5" {
		t.Errorf("holds %+v", held)
	}
	if u.Grants[0].Until != 0 {
		t.Error("what the caller had was changed")
	}
}

// onlyManager adds an administrator and disables the others.
func (o *office) onlyManager(t *testing.T, account string) *app.User {
	t.Helper()
	u, no := o.add(t, account, app.NewGrant{Role: auth.RoleAdministrator}), false
	most := app.MaxPage
	page, err := o.Users(system(t), &app.UserFilter{Roles: []auth.Role{auth.RoleAdministrator}, Disabled: &no}, app.PageArgs{First: &most})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range page.Items {
		if it.Value.ID != u.ID {
			o.disable(t, it.Value.Account)
		}
	}
	return u
}

// Somebody can always manage accounts.
func TestTheLastManagerStays(t *testing.T) {
	o := newOffice(t)
	today := o.Today()
	admin := func(from, until int) []app.NewGrant {
		g := app.NewGrant{Role: auth.RoleAdministrator, From: today.AddDays(from)}
		if until != endless {
			g.Until = today.AddDays(until)
		}
		return []app.NewGrant{g}
	}
	for i, tt := range []struct {
		name string
		// other are the roles of another account, disabled tells that it is.
		other    []app.NewGrant
		disabled bool
		// ending is the last day that the role is given, from today; without
		// one the account is disabled.
		ending  int
		refused bool
	}{
		{"alone, disabled", nil, false, endless, true},
		{"alone, ended at once", nil, false, -1, true},
		{"alone, ended in a month", nil, false, 30, true},
		{"with a leader, disabled", []app.NewGrant{{Role: auth.RoleLeader}}, false, endless, true},
		{"with another, disabled", admin(0, endless), false, endless, false},
		{"with another, ended", admin(0, endless), false, -1, false},
		{"with a disabled one", admin(0, endless), true, endless, true},
		{"with one who was", admin(-9, -1), false, endless, true},
		{"with one who will be", admin(1, endless), false, endless, true},
		{"handed over to who will be", admin(8, endless), false, 7, false},
		{"handed over too early", admin(8, endless), false, 6, true},
		{"with one whose term is longer", admin(0, 9), false, 5, false},
		{"with one whose term is shorter", admin(0, 3), false, 5, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other := fmt.Sprintf("other %d", i)
			u := o.onlyManager(t, fmt.Sprintf("manager %d", i))
			o.add(t, other, tt.other...)
			if tt.disabled {
				o.disable(t, other)
			}
			var err error
			if tt.ending == endless {
				_, err = o.DisableUser(system(t), u.Change())
			} else {
				_, err = o.EndGrant(system(t), u.Change(), "g1", today.AddDays(tt.ending))
			}
			if !tt.refused {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, thads.CodeNotAllowed, "id")
			if diff := cmp.Diff(u, o.named(t, u.Account), cmp.AllowUnexported(app.User{})); diff != "" {
				t.Errorf("it was changed: %s", diff)
			}
		})
	}
}

// endless stands for no last day.
const endless = 1 << 20

// Administrators who disable each other at the same time, in several processes,
// leave one.
func TestManagersCannotDisableEachOther(t *testing.T) {
	o := newOffice(t)
	another, err := app.New(app.Options{Store: o.store, Clock: o.clock})
	if err != nil {
		t.Fatal(err)
	}
	processes := []*app.App{o.App, another}
	const managers = 6
	var users []*app.User
	for i := range managers {
		users = append(users, o.add(t, "manager "+strings.Repeat("i", i+1), app.NewGrant{Role: auth.RoleAdministrator}))
	}
	var wg sync.WaitGroup
	var refused atomic.Int64
	for i, u := range users {
		wg.Go(func() {
			if _, err := processes[i%2].DisableUser(system(t), u.Change()); err != nil {
				wantCode(t, err, thads.CodeNotAllowed, "id")
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	no := false
	page, err := o.Users(system(t), &app.UserFilter{Disabled: &no}, app.PageArgs{})
	if err != nil || len(page.Items) != 1 || refused.Load() != 1 {
		t.Errorf("%d are left, %d were refused, %v", len(page.Items), refused.Load(), err)
	}
	// Nothing stays behind that would refuse what is right.
	o.add(t, "next", app.NewGrant{Role: auth.RoleAdministrator})
	if _, err := o.DisableUser(system(t), page.Items[0].Value.Change()); err != nil {
		t.Error(err)
	}
}

func TestProviderIdentities(t *testing.T) {
	o := newOffice(t)
	a, b := o.addUser(t, "a"), o.addUser(t, "b")
	const issuer = "https://id.example.vn/realms/thads"
	long := strings.Repeat("x", 256)
	a, err := o.SetProvider(system(t), a.Change(), issuer, "subject 1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&app.ProviderIdentity{Issuer: issuer, Subject: "subject 1", LinkedAt: o.clock()}, a.Provider); diff != "" {
		t.Error(diff)
	}
	if same, err := o.SetProvider(system(t), a.Change(), issuer, "subject 1"); err != nil || same.Version() != a.Version() {
		t.Errorf("again: %+v, %v", same, err)
	}
	for name, tt := range map[string]struct {
		issuer, subject string
		code            thads.Code
	}{
		"taken":          {issuer, "subject 1", thads.CodeDuplicate},
		"no issuer":      {"", "subject 1", thads.CodeInvalid},
		"a long subject": {issuer, long, thads.CodeInvalid},
		"a long issuer":  {long, "x", thads.CodeInvalid},
		"not text":       {issuer, "a\x00b", thads.CodeInvalid},
		"not UTF-8":      {issuer, "a\xff", thads.CodeInvalid},
	} {
		if _, err := o.SetProvider(system(t), b.Change(), tt.issuer, tt.subject); err == nil {
			t.Errorf("%s: tied", name)
		} else {
			wantCode(t, err, tt.code, "subject")
		}
	}
	signIn := func(issuer, subject string) (*app.SignInResult, error) {
		return o.SignInProvider(t.Context(), app.ProviderSignIn{Issuer: issuer, Subject: subject, Origin: browser}, limits)
	}
	if r, err := signIn(issuer, "subject 1"); err != nil || r.User.ID != a.ID {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, other := range [][2]string{{issuer, "subject 2"}, {"https://elsewhere.example", "subject 1"}, {issuer + "subject 1", ""}, {"", ""}} {
		if r, err := signIn(other[0], other[1]); !errors.Is(err, app.ErrNoAccess) {
			t.Errorf("%q: got %+v, %v", other, r, err)
		}
	}
	// Another issuer's same subject is somebody else; what was given up is free.
	if b, err = o.SetProvider(system(t), b.Change(), "https://elsewhere.example", "subject 1"); err != nil {
		t.Error(err)
	}
	if a, err = o.SetProvider(system(t), a.Change(), "", ""); err != nil || a.Provider != nil {
		t.Fatalf("got %+v, %v", a, err)
	}
	if _, err := signIn(issuer, "subject 1"); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("what was untied signs in: %v", err)
	}
	if _, err = o.SetProvider(system(t), b.Change(), issuer, "subject 1"); err != nil {
		t.Error(err)
	}
	if r, err := signIn(issuer, "subject 1"); err != nil || r.User.ID != b.ID {
		t.Errorf("got %+v, %v", r, err)
	}
	o.disable(t, "b")
	if _, err := signIn(issuer, "subject 1"); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("a disabled account signs in: %v", err)
	}
}

// Of those who tie one identity to their accounts at the same time one succeeds.
func TestOneIdentityHasOneAccount(t *testing.T) {
	o := newOffice(t)
	var users []*app.User
	for i := range 6 {
		users = append(users, o.addUser(t, "u"+strings.Repeat("i", i)))
	}
	var wg sync.WaitGroup
	var tied atomic.Int64
	for _, u := range users {
		wg.Go(func() {
			_, err := o.SetProvider(system(t), u.Change(), "https://id.example.vn", "one")
			if es, refused := thads.Refusals(err); err == nil {
				tied.Add(1)
			} else if !refused || es[0].Code != thads.CodeDuplicate && es[0].Code != thads.CodeUnavailable {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if tied.Load() != 1 {
		t.Errorf("%d accounts have it", tied.Load())
	}
}
