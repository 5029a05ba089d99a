package app_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/thads/thads/internal/store/sqlite"
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
	st, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Collections: app.Collections()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &office{store: st}
	o.now.Store(time.Date(2019, 12, 9, 1, 0, 0, 0, time.UTC).UnixMilli())
	o.App, err = app.New(app.Options{Store: st, Clock: o.clock})
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

// addUser adds a leader, who needs neither unit nor officer.
func (o *office) addUser(t *testing.T, account string) *app.User {
	t.Helper()
	u, err := o.AddUser(system(t), app.NewUser{Account: account, Role: auth.RoleLeader})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// signIn begins a session by a link.
func (o *office) signIn(t *testing.T, account string) auth.Token {
	t.Helper()
	link, _, err := o.SignInLink(system(t), account)
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := o.RedeemLink(t.Context(), link, limits)
	if err != nil {
		t.Fatal(err)
	}
	return session
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

func TestAddUser(t *testing.T) {
	o := newOffice(t)
	u, err := o.AddUser(system(t), app.NewUser{Account: " Lê  Thị Hoa ", Role: auth.RoleAdministrator})
	if err != nil {
		t.Fatal(err)
	}
	want := &app.User{
		Account: "Lê Thị Hoa", Name: "Lê Thị Hoa", Role: auth.RoleAdministrator,
		AddedAt: o.clock(), AddedBy: auth.System("test").ID,
	}
	if diff := cmp.Diff(want, u, cmpopts.IgnoreUnexported(app.User{}), cmpopts.IgnoreFields(app.User{}, "ID")); diff != "" {
		t.Error(diff)
	}
	for _, same := range []string{"Lê Thị Hoa", "LÊ THỊ HOA", "le thi hoa", "  le   thi hoa"} {
		_, err := o.AddUser(system(t), app.NewUser{Account: same, Role: auth.RoleLeader})
		wantCode(t, err, thads.CodeDuplicate, "account")
		found, err := o.UserNamed(system(t), same)
		if err != nil || found.ID != u.ID || found.Role != auth.RoleAdministrator {
			t.Errorf("%q: got %+v, %v", same, found, err)
		}
		ensured, err := o.EnsureUser(system(t), app.NewUser{Account: same, Role: auth.RoleLeader})
		if err != nil || ensured.ID != u.ID || ensured.Role != auth.RoleAdministrator {
			t.Errorf("%q: got %+v, %v", same, ensured, err)
		}
	}
	ensured, err := o.EnsureUser(system(t), app.NewUser{Account: "another", Role: auth.RoleLeader})
	if err != nil || ensured.ID == u.ID || ensured.Role != auth.RoleLeader {
		t.Errorf("got %+v, %v", ensured, err)
	}
}

func TestAddUserRefuses(t *testing.T) {
	o := newOffice(t)
	tests := []struct {
		name  string
		user  app.NewUser
		code  thads.Code
		field string
	}{
		{"no name", app.NewUser{Role: auth.RoleLeader}, thads.CodeRequired, "account"},
		{"a name of nothing visible", app.NewUser{Account: "\u200b \t", Role: auth.RoleLeader}, thads.CodeRequired, "account"},
		{"a long name", app.NewUser{Account: strings.Repeat("ạ", 61), Role: auth.RoleLeader}, thads.CodeOutOfRange, "account"},
		{"a long display name", app.NewUser{Account: "a", Name: strings.Repeat("ạ", 61), Role: auth.RoleLeader}, thads.CodeOutOfRange, "name"},
		{"no role", app.NewUser{Account: "a"}, thads.CodeInvalid, "role"},
		{"the system's role", app.NewUser{Account: "a", Role: auth.RoleSystem}, thads.CodeInvalid, "role"},
		{"a clerk without a unit", app.NewUser{Account: "a", Role: auth.RoleClerk}, thads.CodeRequired, "unit"},
		{"a unit that is none", app.NewUser{Account: "a", Role: auth.RoleClerk, UnitCode: "38.99"}, thads.CodeUnknown, "unit"},
		{"an officer without a code", app.NewUser{Account: "a", Role: auth.RoleOfficer, UnitCode: "x"}, thads.CodeUnknown, "unit"},
		{"an officer who is none", app.NewUser{Account: "a", Role: auth.RoleOfficer, OfficerCode: "x"}, thads.CodeUnknown, "officer"},
		{"a leader who is an officer", app.NewUser{Account: "a", Role: auth.RoleLeader, OfficerCode: "x"}, thads.CodeNotAllowed, "officer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := o.AddUser(system(t), tt.user)
			if u != nil {
				t.Errorf("added %+v", u)
			}
			wantCode(t, err, tt.code, tt.field)
		})
	}
	users, err := o.Users(system(t))
	if err != nil || len(users) != 0 {
		t.Errorf("got %v, %v", users, err)
	}
}

func TestUsersAreOrderedAndComplete(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"Đỗ An", "Ân Bình", "an chi", "Bùi Dung", "Anh Em"} {
		o.addUser(t, name)
	}
	users, err := o.Users(system(t))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range users {
		names = append(names, u.Account)
	}
	if diff := cmp.Diff([]string{"an chi", "Anh Em", "Ân Bình", "Bùi Dung", "Đỗ An"}, names); diff != "" {
		t.Error(diff)
	}
}

// Accounts are for those who administer and for the system.
func TestUsersNeedTheRight(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	for _, role := range append(auth.Roles(), "") {
		p := auth.Person("us_x", "", role, "", "")
		if role == "" {
			p = auth.Principal{}
		}
		ctx := auth.NewContext(t.Context(), p)
		calls := map[string]func() error{
			"AddUser": func() error {
				_, err := o.AddUser(ctx, app.NewUser{Account: "by " + string(role), Role: auth.RoleLeader})
				return err
			},
			"EnsureUser": func() error {
				_, err := o.EnsureUser(ctx, app.NewUser{Account: "a", Role: auth.RoleLeader})
				return err
			},
			"Users":       func() error { _, err := o.Users(ctx); return err },
			"UserNamed":   func() error { _, err := o.UserNamed(ctx, "a"); return err },
			"SignInLink":  func() error { _, _, err := o.SignInLink(ctx, "a"); return err },
			"DisableUser": func() error { _, err := o.DisableUser(ctx, "a"); return err },
			"EnableUser":  func() error { _, err := o.EnableUser(ctx, "a"); return err },
		}
		for name, call := range calls {
			err := call()
			if p.Can(auth.Administer) {
				if es, refused := thads.Refusals(err); refused && es[0].Code == thads.CodeForbidden && name != "SignInLink" {
					t.Errorf("%s may not %s", role, name)
				}
				continue
			}
			wantCode(t, err, thads.CodeForbidden, "")
		}
		if _, _, err := o.SignInAs(ctx, "us_y", limits); err == nil {
			t.Errorf("%s signs in as anybody", role)
		} else {
			wantCode(t, err, thads.CodeForbidden, "")
		}
	}
}

func TestALinkSignsInOnce(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	link, until, err := o.SignInLink(system(t), "A")
	if err != nil || !until.Equal(o.clock().Add(app.LinkLife)) {
		t.Fatalf("until %v, %v", until, err)
	}
	for range 3 {
		if got, err := o.PeekLink(t.Context(), link); err != nil || got.ID != u.ID {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	// Of those who press the button at the same time one succeeds.
	var wg sync.WaitGroup
	var sessions sync.Map
	for i := range 8 {
		wg.Go(func() {
			session, got, err := o.RedeemLink(t.Context(), link, limits)
			switch {
			case err == nil && got.ID == u.ID:
				sessions.Store(i, session)
			case !errors.Is(err, app.ErrNoAccess):
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	n := 0
	sessions.Range(func(_, session any) bool {
		n++
		o.wantSession(t, session.(auth.Token), true)
		return true
	})
	if n != 1 {
		t.Errorf("%d sessions from one link", n)
	}
	if _, err := o.PeekLink(t.Context(), link); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("a link that was used: %v", err)
	}
}

func TestLinksEnd(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	link, _, err := o.SignInLink(system(t), "a")
	if err != nil {
		t.Fatal(err)
	}
	o.after(app.LinkLife - time.Millisecond)
	if _, err := o.PeekLink(t.Context(), link); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	o.after(time.Millisecond)
	if _, _, err := o.RedeemLink(t.Context(), link, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("at its end: %v", err)
	}
	for _, other := range []auth.Token{{}, auth.NewToken()} {
		if _, _, err := o.RedeemLink(t.Context(), other, limits); !errors.Is(err, app.ErrNoAccess) {
			t.Errorf("a token that is no link: %v", err)
		}
	}
	if _, _, err := o.SignInLink(system(t), "nobody"); err == nil {
		t.Error("a link for nobody")
	}
}

// A session is no link and a link is no session.
func TestTokensServeOnePurpose(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	link, _, err := o.SignInLink(system(t), "a")
	if err != nil {
		t.Fatal(err)
	}
	o.wantSession(t, link, false)
	session := o.signIn(t, "a")
	if _, _, err := o.RedeemLink(t.Context(), session, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("got %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, o *office, session auth.Token)
		want bool
	}{
		{"in use", func(*testing.T, *office, auth.Token) {}, true},
		{"almost idle", func(_ *testing.T, o *office, _ auth.Token) { o.after(limits.Idle - time.Second) }, true},
		{"idle", func(_ *testing.T, o *office, _ auth.Token) { o.after(limits.Idle) }, false},
		{"used all day", func(t *testing.T, o *office, s auth.Token) {
			for range 11 {
				o.after(time.Hour)
				o.wantSession(t, s, true)
			}
		}, true},
		{"used for too long", func(t *testing.T, o *office, s auth.Token) {
			for range 11 {
				o.after(time.Hour)
				o.wantSession(t, s, true)
			}
			o.after(time.Hour)
		}, false},
		{"signed out", func(t *testing.T, o *office, s auth.Token) {
			for range 2 { // again changes nothing
				if err := o.SignOut(t.Context(), s); err != nil {
					t.Error(err)
				}
			}
		}, false},
		{"another signed out", func(t *testing.T, o *office, _ auth.Token) {
			if err := o.SignOut(t.Context(), o.signIn(t, "a")); err != nil {
				t.Error(err)
			}
		}, true},
		{"disabled", func(t *testing.T, o *office, _ auth.Token) {
			if _, err := o.DisableUser(system(t), "a"); err != nil {
				t.Error(err)
			}
		}, false},
		{"disabled and enabled again", func(t *testing.T, o *office, _ auth.Token) {
			if _, err := o.DisableUser(system(t), "a"); err != nil {
				t.Error(err)
			}
			if _, err := o.EnableUser(system(t), "a"); err != nil {
				t.Error(err)
			}
		}, false},
		{"another disabled", func(t *testing.T, o *office, _ auth.Token) {
			o.addUser(t, "b")
			if _, err := o.DisableUser(system(t), "b"); err != nil {
				t.Error(err)
			}
		}, true},
		{"swept while it goes on", func(t *testing.T, o *office, _ auth.Token) {
			if n, err := o.SweepAccess(t.Context()); n != 0 || err != nil {
				t.Errorf("swept %d, %v", n, err)
			}
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t)
			o.addUser(t, "a")
			session := o.signIn(t, "a")
			tt.do(t, o, session)
			o.wantSession(t, session, tt.want)
		})
	}
}

// A limit that was made stricter counts for sessions that began before.
func TestStricterLimitsCountAtOnce(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	session := o.signIn(t, "a")
	o.after(30 * time.Minute)
	for _, strict := range []app.SessionLimits{{Idle: 10 * time.Minute, Max: limits.Max}, {Idle: limits.Idle, Max: 10 * time.Minute}} {
		if _, err := o.Authenticate(t.Context(), session, strict); !errors.Is(err, app.ErrNoAccess) {
			t.Errorf("%+v: got %v", strict, err)
		}
	}
	o.wantSession(t, session, true)
}

func TestADisabledAccount(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	link, _, err := o.SignInLink(system(t), "a")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again changes nothing
		d, err := o.DisableUser(system(t), "a")
		if err != nil || !d.DisabledAt.Equal(time.Date(2019, 12, 9, 1, 0, 0, 0, time.UTC)) {
			t.Fatalf("got %+v, %v", d, err)
		}
		o.after(time.Minute)
	}
	_, _, err = o.SignInLink(system(t), "a")
	wantCode(t, err, thads.CodeForbidden, "account")
	if _, _, err := o.RedeemLink(t.Context(), link, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("its link: %v", err)
	}
	if _, _, err := o.SignInAs(system(t), u.ID, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("its id: %v", err)
	}
	if e, err := o.EnableUser(system(t), "a"); err != nil || e.IsDisabled() {
		t.Errorf("got %+v, %v", e, err)
	}
	o.wantSession(t, o.signIn(t, "a"), true)
	if _, err := o.DisableUser(system(t), "nobody"); err == nil {
		t.Error("nobody was disabled")
	}
}

// Whoever reads the database can sign in as nobody.
func TestTokensAreNotStored(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	link, _, err := o.SignInLink(system(t), "a")
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{link.Reveal(), o.signIn(t, "a").Reveal()}
	seen := 0
	for _, c := range app.Collections() {
		for d, err := range o.store.Scan(t.Context(), c, store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			seen++
			all := fmt.Sprintf("%s %v %s %s", d.ID, d.Fields, d.Head, d.Body)
			for _, secret := range secrets {
				if strings.Contains(all, secret) {
					t.Errorf("%s holds a token: %s", c.Name, all)
				}
			}
		}
	}
	if seen < 3 {
		t.Errorf("saw %d documents: a user, a link and a session should be there", seen)
	}
}

func TestSweep(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	for range 3 {
		o.signIn(t, "a")
	}
	if _, _, err := o.SignInLink(system(t), "a"); err != nil {
		t.Fatal(err)
	}
	o.after(limits.Idle)
	last := o.signIn(t, "a")
	if n, err := o.SweepAccess(t.Context()); n != 4 || err != nil {
		t.Errorf("swept %d, %v; want three sessions and a link", n, err)
	}
	o.wantSession(t, last, true)
	if n, err := o.SweepAccess(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d again, %v", n, err)
	}
}

// Reading must not cost a write each time.
func TestUseIsNotedNowAndThen(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	session := o.signIn(t, "a")
	version := func() int64 {
		docs, err := o.store.Get(t.Context(), sessions(t), thads.Everything(), session.Hash())
		if err != nil || len(docs) != 1 {
			t.Fatalf("got %d documents, %v", len(docs), err)
		}
		return docs[0].Version
	}
	for range 10 {
		o.after(time.Second)
		o.wantSession(t, session, true)
	}
	if v := version(); v != 1 {
		t.Errorf("ten requests in ten seconds wrote %d times", v-1)
	}
	o.after(limits.Idle / 20)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { o.wantSession(t, session, true) })
	}
	wg.Wait()
	if v := version(); v != 2 {
		t.Errorf("version %d, want 2", v)
	}
}

func sessions(t *testing.T) *store.Collection {
	for _, c := range app.Collections() {
		if c.Name == "session" {
			return c
		}
	}
	t.Fatal("there is no collection of sessions")
	return nil
}
