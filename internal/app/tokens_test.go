package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// person is the context of a person who signed in by password.
func (o *office) person(t *testing.T, account string) context.Context {
	t.Helper()
	return o.as(t, o.signInAs(t, o.named(t, account).ID, auth.ByPassword))
}

// makeToken makes a token that reads, changed by change.
func (o *office) makeToken(ctx context.Context, t *testing.T, change func(*app.NewToken)) (*app.APIToken, string) {
	t.Helper()
	n := app.NewToken{Name: "Báo cáo", Rights: []auth.Right{auth.Read, auth.ReadFigures}, Days: 90}
	if change != nil {
		change(&n)
	}
	token, secret, err := o.CreateToken(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return token, secret
}

func (o *office) wantToken(t *testing.T, secret string, want bool) {
	t.Helper()
	p, err := o.AuthenticateToken(t.Context(), secret)
	switch {
	case want && (err != nil || p.IsAnonymous()):
		t.Errorf("the token opens nothing: %v", err)
	case !want && !errors.Is(err, app.ErrNoAccess):
		t.Errorf("the token opens: %v, %v", p, err)
	case !want && !p.IsAnonymous():
		t.Errorf("a token that opens nothing gave %v", p)
	}
}

func TestTokens(t *testing.T) {
	o := newOffice(t)
	_, first, second, _ := o.found(t)
	u := o.add(t, "a", app.NewGrant{Role: auth.RoleClerk, Unit: first}, app.NewGrant{Role: auth.RoleAccountant, Unit: second})
	ctx := o.person(t, "a")
	token, secret := o.makeToken(ctx, t, func(n *app.NewToken) {
		n.Roles, n.Units, n.Fields = []auth.Role{auth.RoleClerk, auth.RoleClerk}, []thads.UnitID{first}, []string{"cases", "case"}
	})
	if !strings.HasPrefix(secret, "thads_") || len(secret) != 49 || strings.Contains(token.ID, secret[6:16]) || !strings.HasPrefix(token.ID, "at_") {
		t.Errorf("secret of %d characters, id %s", len(secret), token.ID)
	}
	want := &app.APIToken{
		ID: token.ID, Name: "Báo cáo", User: u.ID, Roles: []auth.Role{auth.RoleClerk}, Units: []thads.UnitID{first},
		Rights: []auth.Right{auth.Read, auth.ReadFigures}, Fields: []string{"cases", "case"}, MadeAt: o.clock(), ExpiresAt: o.clock().AddDate(0, 0, 90),
	}
	shown := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".hash" || p.Last().String() == ".version" }, cmp.Ignore())
	if diff := cmp.Diff(want, token, cmp.AllowUnexported(app.APIToken{}), shown); diff != "" {
		t.Error(diff)
	}
	p, err := o.AuthenticateToken(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(auth.Principal{
		ID: u.ID, Name: "a", Grants: []auth.Grant{{Role: auth.RoleClerk, Unit: first, Within: []thads.UnitID{first}}},
		Only: []auth.Right{auth.Read, auth.ReadFigures}, Fields: []string{"cases", "case"}, Session: token.ID, Means: auth.ByToken, At: o.clock(),
	}, p); diff != "" {
		t.Error(diff)
	}
	if !p.Can(auth.Read) || p.Can(auth.Record) || p.Can(auth.RecordMoney) {
		t.Errorf("rights %v", p.Rights())
	}
	if seen, err := o.APIToken(ctx, token.ID); err != nil || !seen.LastUsedAt.Equal(o.clock()) {
		t.Errorf("its use is not to be seen: %+v, %v", seen, err)
	}
}

func TestTokensAreChecked(t *testing.T) {
	o := newOffice(t)
	_, first, _, officer := o.found(t)
	o.add(t, "a", app.NewGrant{Role: auth.RoleClerk, Unit: first}, app.NewGrant{Role: auth.RoleAdministrator})
	o.add(t, "officer", app.NewGrant{Role: auth.RoleOfficer, Officer: officer})
	for _, tt := range []struct {
		name, account string
		change        func(*app.NewToken)
		code          thads.Code
		field         string
	}{
		{"no name", "a", func(n *app.NewToken) { n.Name = " " }, thads.CodeRequired, "name"},
		{"a long name", "a", func(n *app.NewToken) { n.Name = strings.Repeat("a", 61) }, thads.CodeOutOfRange, "name"},
		{"no days", "a", func(n *app.NewToken) { n.Days = 0 }, thads.CodeOutOfRange, "days"},
		{"too many days", "a", func(n *app.NewToken) { n.Days = 367 }, thads.CodeOutOfRange, "days"},
		{"no right", "a", func(n *app.NewToken) { n.Rights = nil }, thads.CodeRequired, "rights"},
		{"a right one has not", "a", func(n *app.NewToken) { n.Rights = []auth.Right{auth.Read, auth.Direct} }, thads.CodeNotAllowed, "rights.1"},
		{"a right of another role", "a", func(n *app.NewToken) { n.Rights, n.Roles = []auth.Right{auth.Audit}, []auth.Role{auth.RoleClerk} }, thads.CodeNotAllowed, "rights.0"},
		{"a right that is none", "a", func(n *app.NewToken) { n.Rights = []auth.Right{"EVERYTHING"} }, thads.CodeNotAllowed, "rights.0"},
		{"managing accounts", "a", func(n *app.NewToken) { n.Rights = []auth.Right{auth.ManageAccounts} }, thads.CodeNotAllowed, "rights.0"},
		{"a role one has not", "a", func(n *app.NewToken) { n.Roles = []auth.Role{auth.RoleLeader} }, thads.CodeNotAllowed, "roles.0"},
		{"a unit that is none", "a", func(n *app.NewToken) { n.Units = []thads.UnitID{"un_x"} }, thads.CodeUnknown, "units.0"},
		{"an officer's by unit", "officer", func(n *app.NewToken) { n.Units = []thads.UnitID{first} }, thads.CodeNotAllowed, "units"},
		{"what is no field", "a", func(n *app.NewToken) { n.Fields = []string{"cases", "a b"} }, thads.CodeInvalid, "fields.1"},
		{"too many fields", "a", func(n *app.NewToken) { n.Fields = make([]string, 201) }, thads.CodeLimit, "fields"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := app.NewToken{Name: "n", Rights: []auth.Right{auth.Read}, Days: 1}
			tt.change(&n)
			token, secret, err := o.CreateToken(o.person(t, tt.account), n)
			if token != nil || secret != "" {
				t.Errorf("made %+v", token)
			}
			wantCode(t, err, tt.code, tt.field)
		})
	}
	if _, _, err := o.CreateToken(t.Context(), app.NewToken{Name: "n", Rights: []auth.Right{auth.Public}, Days: 1}); err == nil {
		t.Error("nobody made a token")
	}
}

func TestAnAccountHasSoManyTokens(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	ctx := o.person(t, "a")
	var last *app.APIToken
	for range 50 {
		last, _ = o.makeToken(ctx, t, nil)
	}
	n := app.NewToken{Name: "n", Rights: []auth.Right{auth.Read}, Days: 1}
	_, _, err := o.CreateToken(ctx, n)
	wantCode(t, err, thads.CodeLimit, "name")
	if _, err := o.RevokeToken(ctx, last.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.CreateToken(ctx, n); err != nil {
		t.Errorf("with one revoked: %v", err)
	}
}

func TestTokensEnd(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "b")
	o.add(t, "keeper", app.NewGrant{Role: auth.RoleAdministrator})
	for i, tt := range []struct {
		name string
		do   func(t *testing.T, owner string, token *app.APIToken)
		want bool
	}{
		{"at work", func(*testing.T, string, *app.APIToken) {}, true},
		{"long not used", func(*testing.T, string, *app.APIToken) { o.after(89 * 24 * time.Hour) }, true},
		{"just before its end", func(*testing.T, string, *app.APIToken) { o.after(90*24*time.Hour - time.Millisecond) }, true},
		{"at its end", func(*testing.T, string, *app.APIToken) { o.after(90 * 24 * time.Hour) }, false},
		{"revoked by its owner", func(t *testing.T, owner string, token *app.APIToken) {
			at := o.clock()
			for range 2 { // again changes nothing
				got, err := o.RevokeToken(o.person(t, owner), token.ID)
				if err != nil || !got.RevokedAt.Equal(at) {
					t.Errorf("got %+v, %v", got, err)
				}
				o.after(time.Minute)
			}
		}, false},
		{"revoked by who manages accounts", func(t *testing.T, _ string, token *app.APIToken) {
			if _, err := o.RevokeToken(o.person(t, "keeper"), token.ID); err != nil {
				t.Error(err)
			}
		}, false},
		{"revoked by another", func(t *testing.T, _ string, token *app.APIToken) {
			_, err := o.RevokeToken(o.person(t, "b"), token.ID)
			wantCode(t, err, thads.CodeNotFound, "id")
		}, true},
		{"sessions ended", func(t *testing.T, owner string, _ *app.APIToken) {
			if err := o.EndOtherSessions(o.person(t, owner)); err != nil {
				t.Error(err)
			}
		}, true},
		{"owner disabled", func(t *testing.T, owner string, _ *app.APIToken) { o.disable(t, owner) }, false},
		{"owner disabled and enabled again", func(t *testing.T, owner string, _ *app.APIToken) {
			o.disable(t, owner)
			if _, err := o.EnableUser(system(t), o.named(t, owner).Change()); err != nil {
				t.Error(err)
			}
		}, false},
		{"another disabled", func(t *testing.T, _ string, _ *app.APIToken) { o.disable(t, "b") }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			owner := fmt.Sprintf("owner %d", i)
			o.addUser(t, owner)
			token, secret := o.makeToken(o.person(t, owner), t, nil)
			tt.do(t, owner, token)
			o.wantToken(t, secret, tt.want)
		})
	}
}

func TestWhatIsNoToken(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	session := o.signInAs(t, u.ID, auth.ByPassword)
	_, secret := o.makeToken(o.person(t, "a"), t, nil)
	for _, text := range []string{
		"", "thads_", "thads_x", secret[6:], secret + "x", secret[:48], "Bearer " + secret, "THADS_" + secret[6:],
		auth.APISecret(auth.NewToken()), auth.APISecret(session), session.Reveal(),
	} {
		o.wantToken(t, text, false)
	}
	token, ok := auth.ParseAPISecret(secret)
	if !ok {
		t.Fatal("the secret cannot be read")
	}
	o.wantSession(t, token, false)
	o.wantToken(t, secret, true)
}

// A token has what its owner has today, and never more than it was left.
func TestTokensFollowTheirOwner(t *testing.T) {
	o := newOffice(t)
	_, first, _, officer := o.found(t)
	o.add(t, "a", app.NewGrant{Role: auth.RoleClerk, Unit: first})
	ctx := o.person(t, "a")
	_, all := o.makeToken(ctx, t, nil)
	_, narrow := o.makeToken(ctx, t, func(n *app.NewToken) { n.Units = []thads.UnitID{first} })
	_, clerk := o.makeToken(ctx, t, func(n *app.NewToken) { n.Roles = []auth.Role{auth.RoleClerk} })
	roles := func(secret string) string {
		t.Helper()
		p, err := o.AuthenticateToken(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if p.Can(auth.ManageAccounts) || p.Can(auth.Record) {
			t.Errorf("rights %v", p.Rights())
		}
		var out []string
		for _, g := range p.Grants {
			out = append(out, string(g.Role))
		}
		return strings.Join(out, " ")
	}
	for _, g := range []app.NewGrant{{Role: auth.RoleOfficer, Officer: officer}, {Role: auth.RoleAdministrator}} {
		if _, err := o.GrantUser(system(t), o.named(t, "a").Change(), g); err != nil {
			t.Fatal(err)
		}
	}
	got := []string{roles(all), roles(narrow), roles(clerk)}
	if diff := cmp.Diff([]string{"CLERK OFFICER ADMINISTRATOR", "CLERK ADMINISTRATOR", "CLERK"}, got); diff != "" {
		t.Error(diff)
	}
	o.add(t, "keeper", app.NewGrant{Role: auth.RoleAdministrator})
	if _, err := o.EndGrant(system(t), o.named(t, "a").Change(), "g1", o.Today().AddDays(-1)); err != nil {
		t.Fatal(err)
	}
	if got := roles(clerk); got != "" {
		t.Errorf("what was taken from the owner the token still has: %s", got)
	}
}

// A program has no business with its owner's ways in.
func TestTokensCannotOpenOtherWays(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	token, secret := o.makeToken(o.person(t, "a"), t, nil)
	p, err := o.AuthenticateToken(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	ctx := auth.NewContext(t.Context(), p)
	for name, call := range map[string]func() error{
		"CreateToken": func() error {
			_, _, err := o.CreateToken(ctx, app.NewToken{Name: "n", Rights: []auth.Right{auth.Read}, Days: 1})
			return err
		},
		"RevokeToken":       func() error { _, err := o.RevokeToken(ctx, token.ID); return err },
		"EndSession":        func() error { return o.EndSession(ctx, token.ID) },
		"EndOtherSessions":  func() error { return o.EndOtherSessions(ctx) },
		"SetPassword":       func() error { return o.SetPassword(ctx, "", "một câu dài dễ nhớ 38") },
		"BeginSecondFactor": func() error { _, err := o.BeginSecondFactor(ctx, ""); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s is allowed", name)
		} else {
			wantCode(t, err, thads.CodeForbidden, "")
		}
	}
	o.wantToken(t, secret, true)
}

func TestTokensAreListed(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	b := o.addUser(t, "b")
	keeper := o.add(t, "keeper", app.NewGrant{Role: auth.RoleAdministrator})
	ctx := o.person(t, "a")
	var want []string
	for _, name := range []string{"một", "hai", "ba"} {
		token, _ := o.makeToken(ctx, t, func(n *app.NewToken) { n.Name = name })
		want = append([]string{token.ID}, want...)
		o.after(time.Minute)
	}
	if _, err := o.RevokeToken(ctx, want[1]); err != nil {
		t.Fatal(err)
	}
	for _, who := range []thads.PrincipalID{u.ID, keeper.ID} {
		ctx := o.as(t, o.signInAs(t, who, auth.ByPassword))
		tokens, err := o.TokensOf(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, token := range tokens {
			got = append(got, token.ID)
			if one, err := o.APIToken(ctx, token.ID); err != nil || one == nil || one.Name != token.Name {
				t.Errorf("got %+v, %v", one, err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	// What is another's is as what is not there.
	ctx = o.as(t, o.signInAs(t, b.ID, auth.ByPassword))
	for _, id := range []string{want[0], "at_none"} {
		if got, err := o.APIToken(ctx, id); got != nil || err != nil {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

// Use is written down once a minute, whatever comes in at the same time, and does
// not hinder revoking.
func TestTheUseOfTokensIsNotedNowAndThen(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	ctx := o.person(t, "a")
	token, secret := o.makeToken(ctx, t, nil)
	used := func() time.Time {
		t.Helper()
		got, err := o.APIToken(ctx, token.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.LastUsedAt
	}
	if !used().IsZero() {
		t.Error("used before it was")
	}
	o.wantToken(t, secret, true)
	at := o.clock()
	o.after(59 * time.Second)
	o.wantToken(t, secret, true)
	if !used().Equal(at) {
		t.Errorf("used at %v, want %v", used(), at)
	}
	o.after(time.Second)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { o.wantToken(t, secret, true) })
	}
	wg.Wait()
	if !used().Equal(o.clock()) {
		t.Errorf("used at %v, want %v", used(), o.clock())
	}
	o.after(time.Hour)
	for range 4 {
		wg.Go(func() {
			if _, err := o.AuthenticateToken(t.Context(), secret); err != nil && !errors.Is(err, app.ErrNoAccess) {
				t.Error(err)
			}
		})
	}
	if _, err := o.RevokeToken(ctx, token.ID); err != nil {
		t.Error(err)
	}
	wg.Wait()
	o.wantToken(t, secret, false)
}

// A token made by a password alone has no rights once a second factor is demanded of its owner.
func TestTokensNeedWhatTheirOwnerNeeds(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "a")
	_, secret := o.makeToken(o.as(t, session), t, nil)
	if _, err := o.SetAccessPolicy(system(t), 0, auth.Roles()); err != nil {
		t.Fatal(err)
	}
	rights := func() bool {
		t.Helper()
		p, err := o.AuthenticateToken(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if can := p.Can(auth.Read); can != (len(p.Needs) == 0) {
			t.Errorf("got %+v", p)
		}
		return p.Can(auth.Read)
	}
	if rights() {
		t.Error("the token goes around the second factor")
	}
	o.withFactor(t, session)
	if !rights() {
		t.Error("the token has no rights though its owner has the second factor")
	}
}
