package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

func TestALinkSignsInOnce(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	_, link, until, err := o.MakeLink(system(t), o.named(t, "A").Change())
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
			got, err := o.RedeemLink(t.Context(), link, browser, limits)
			switch {
			case err == nil && got.User.ID == u.ID:
				sessions.Store(i, got.Session)
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
	link := o.link(t, "a")
	o.after(app.LinkLife - time.Millisecond)
	if _, err := o.PeekLink(t.Context(), link); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	o.after(time.Millisecond)
	if _, err := o.RedeemLink(t.Context(), link, browser, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("at its end: %v", err)
	}
	for _, other := range []auth.Token{{}, auth.NewToken()} {
		if _, err := o.RedeemLink(t.Context(), other, browser, limits); !errors.Is(err, app.ErrNoAccess) {
			t.Errorf("a token that is no link: %v", err)
		}
	}
	_, _, _, err := o.MakeLink(system(t), app.UserChange{ID: "us_nobody", Version: 1})
	wantCode(t, err, thads.CodeNotFound, "id")
}

// A session is no link and a link is no session.
func TestTokensServeOnePurpose(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	link := o.link(t, "a")
	o.wantSession(t, link, false)
	session := o.signIn(t, "a")
	if _, err := o.RedeemLink(t.Context(), session, browser, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("got %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	o := newOffice(t)
	tests := []struct {
		name string
		do   func(t *testing.T, account string, session auth.Token)
		want bool
	}{
		{"in use", func(*testing.T, string, auth.Token) {}, true},
		{"almost idle", func(*testing.T, string, auth.Token) { o.after(limits.Idle - time.Second) }, true},
		{"idle", func(*testing.T, string, auth.Token) { o.after(limits.Idle) }, false},
		{"used all day", func(t *testing.T, _ string, s auth.Token) {
			for range 11 {
				o.after(time.Hour)
				o.wantSession(t, s, true)
			}
		}, true},
		{"used for too long", func(t *testing.T, _ string, s auth.Token) {
			for range 11 {
				o.after(time.Hour)
				o.wantSession(t, s, true)
			}
			o.after(time.Hour)
		}, false},
		{"signed out", func(t *testing.T, _ string, s auth.Token) {
			for range 2 { // again changes nothing
				if err := o.SignOut(t.Context(), s); err != nil {
					t.Error(err)
				}
			}
		}, false},
		{"another signed out", func(t *testing.T, account string, _ auth.Token) {
			if err := o.SignOut(t.Context(), o.signIn(t, account)); err != nil {
				t.Error(err)
			}
		}, true},
		{"disabled", func(t *testing.T, account string, _ auth.Token) {
			o.disable(t, account)
		}, false},
		{"disabled and enabled again", func(t *testing.T, account string, _ auth.Token) {
			o.disable(t, account)
			if _, err := o.EnableUser(system(t), o.named(t, account).Change()); err != nil {
				t.Error(err)
			}
		}, false},
		{"another disabled", func(t *testing.T, _ string, _ auth.Token) {
			o.addUser(t, "b")
			o.disable(t, "b")
		}, true},
		{"swept while it goes on", func(t *testing.T, _ string, _ auth.Token) {
			if _, err := o.SweepAccess(t.Context()); err != nil {
				t.Error(err)
			}
		}, true},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			account := fmt.Sprintf("a%d", i)
			o.addUser(t, account)
			session := o.signIn(t, account)
			tt.do(t, account, session)
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
	link := o.link(t, "a")
	for range 2 { // again changes nothing
		d, err := o.DisableUser(system(t), o.named(t, "a").Change())
		if err != nil || !d.DisabledAt.Equal(time.Date(2019, 12, 9, 1, 0, 0, 0, time.UTC)) {
			t.Fatalf("got %+v, %v", d, err)
		}
		o.after(time.Minute)
	}
	_, _, _, err := o.MakeLink(system(t), o.named(t, "a").Change())
	wantCode(t, err, thads.CodeNotAllowed, "id")
	if _, err := o.RedeemLink(t.Context(), link, browser, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("its link: %v", err)
	}
	if _, _, err := o.SignInAs(system(t), u.ID, browser, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("its id: %v", err)
	}
	if e, err := o.EnableUser(system(t), o.named(t, "a").Change()); err != nil || e.IsDisabled() {
		t.Errorf("got %+v, %v", e, err)
	}
	o.wantSession(t, o.signIn(t, "a"), true)
}

// Whoever knows the password of before may be why the account was disabled.
func TestAPasswordOfBeforeDoesNotRevive(t *testing.T) {
	const password = "một câu dài dễ nhớ 38"
	o := newOffice(t)
	o.addUser(t, "a")
	if err := o.SetPassword(o.as(t, o.signIn(t, "a")), "", password); err != nil {
		t.Fatal(err)
	}
	signIn := func() error {
		_, err := o.SignIn(t.Context(), app.SignInRequest{Account: "a", Password: password, Source: "192.0.2.0/24", Origin: browser}, limits)
		return err
	}
	if err := signIn(); err != nil {
		t.Fatal(err)
	}
	o.disable(t, "a")
	if err := signIn(); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("disabled: %v", err)
	}
	if _, err := o.EnableUser(system(t), o.named(t, "a").Change()); err != nil {
		t.Fatal(err)
	}
	if err := signIn(); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("enabled again: %v", err)
	}
	if p := o.principal(t, o.signIn(t, "a")); !slices.Contains(p.Needs, auth.NeedPassword) {
		t.Errorf("needs %v", p.Needs)
	}
}

// Whoever reads the database can sign in as nobody.
func TestTokensAreNotStored(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	link := o.link(t, "a")
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
	o.link(t, "a")
	o.after(limits.Idle)
	last := o.signIn(t, "a") // the link of before ends by it
	if n, err := o.SweepAccess(t.Context()); n != 3 || err != nil {
		t.Errorf("swept %d, %v; want three sessions", n, err)
	}
	o.wantSession(t, last, true)
	if n, err := o.SweepAccess(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d again, %v", n, err)
	}
	o.after(app.LinkLife)
	if n, err := o.SweepAccess(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d a day later, %v; want one session", n, err)
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

func TestInvitationsWorkForThreeDays(t *testing.T) {
	o := newOffice(t)
	u, link, until, err := o.InviteUser(system(t), app.NewUser{Account: "a", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
	if err != nil || !until.Equal(o.clock().Add(72*time.Hour)) {
		t.Fatalf("until %v, %v", until, err)
	}
	o.after(72*time.Hour - time.Millisecond)
	if got, err := o.PeekLink(t.Context(), link); err != nil || got.ID != u.ID {
		t.Errorf("just before its end: %v, %v", got, err)
	}
	o.after(time.Millisecond)
	if _, err := o.PeekLink(t.Context(), link); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("at its end: %v", err)
	}
}

// Of the links of one account the last alone works.
func TestANewLinkEndsTheOld(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	o.addUser(t, "b")
	old, others := o.link(t, "a"), o.link(t, "b")
	last := o.link(t, "a")
	if _, err := o.PeekLink(t.Context(), old); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("the old link: %v", err)
	}
	for _, link := range []auth.Token{last, others} {
		if _, err := o.PeekLink(t.Context(), link); err != nil {
			t.Error(err)
		}
	}
}

func TestSessionsAreShown(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	o.addUser(t, "b")
	o.signIn(t, "b")
	began := o.clock()
	first := o.signIn(t, "a")
	o.after(time.Minute)
	long := strings.Repeat("ế", 300)
	second, _, err := o.SignInAs(system(t), u.ID, app.SignInOrigin{Means: auth.ByDemonstration, Agent: "Tên\x00\n" + long, Address: strings.Repeat("f", 99)}, limits)
	if err != nil {
		t.Fatal(err)
	}
	p := o.principal(t, first)
	if p.ID != u.ID || p.Means != auth.ByLink || !p.At.Equal(began) || !strings.HasPrefix(p.Session, "ss_") || len(p.Session) != 29 {
		t.Errorf("got %+v", p)
	}
	got, err := o.Sessions(o.as(t, first), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []*app.Session{
		{
			ID: o.principal(t, second).Session, User: u.ID, Means: auth.ByDemonstration, BeganAt: o.clock(), SeenAt: o.clock(), ExpiresAt: o.clock().Add(limits.Idle),
			Agent: "Tên" + strings.Repeat("ế", 197), Address: strings.Repeat("f", 64),
		},
		{
			ID: p.Session, User: u.ID, Current: true, Means: auth.ByLink, BeganAt: began, SeenAt: began, ExpiresAt: began.Add(limits.Idle),
			Agent: browser.Agent, Address: browser.Address,
		},
	}
	same := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".hash" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(app.Session{}), same); diff != "" {
		t.Error(diff)
	}
	for _, s := range got {
		if strings.Contains(fmt.Sprint(s.ID), first.Hash()[:8]) || s.ID == first.Hash() {
			t.Errorf("the id %s tells the hash", s.ID)
		}
	}
	// Those that ended are not shown, before they are swept as after.
	o.after(limits.Idle)
	if got, err := o.Sessions(system(t), u.ID); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSessionsAreEnded(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	o.addUser(t, "b")
	mine := []auth.Token{o.signIn(t, "a"), o.signIn(t, "a"), o.signIn(t, "a"), o.signIn(t, "a")}
	other := o.signIn(t, "b")
	ctx := o.as(t, mine[0])

	wantCode(t, o.EndSession(ctx, o.principal(t, other).Session), thads.CodeNotFound, "id")
	wantCode(t, o.EndSession(ctx, mine[1].Hash()), thads.CodeNotFound, "id")
	o.wantSession(t, other, true)
	if err := o.EndSession(ctx, o.principal(t, mine[1]).Session); err != nil {
		t.Error(err)
	}
	for i, want := range []bool{true, false, true, true} {
		o.wantSession(t, mine[i], want)
	}
	if err := o.EndOtherSessions(ctx); err != nil {
		t.Error(err)
	}
	for i, want := range []bool{true, false, false, false} {
		o.wantSession(t, mine[i], want)
	}
	o.wantSession(t, other, true)
	// By who manages accounts: all of them.
	if _, err := o.EndUserSessions(system(t), u.Change()); err != nil {
		t.Error(err)
	}
	o.wantSession(t, mine[0], false)
	o.wantSession(t, other, true)
	if err := o.EndOtherSessions(t.Context()); err == nil {
		t.Error("nobody ended sessions")
	}
}

// A session is ended also while its use is being noted.
func TestEndingASessionInUse(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "a")
	keep := o.signIn(t, "a")
	ctx := o.as(t, keep)
	for range 5 {
		session := o.signIn(t, "a")
		id := o.principal(t, session).Session
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 5 {
					o.after(limits.Idle / 20)
					_, err := o.Authenticate(t.Context(), session, app.SessionLimits{Idle: limits.Idle, Max: 100 * time.Hour})
					if err != nil && !errors.Is(err, app.ErrNoAccess) {
						t.Error(err)
					}
				}
			})
		}
		if err := o.EndSession(ctx, id); err != nil {
			if es, ok := thads.Refusals(err); !ok || es[0].Code != thads.CodeNotFound {
				t.Error(err)
			}
		}
		wg.Wait()
		o.wantSession(t, session, false)
	}
}

// What has to be done first gives no rights until it is done.
func TestNeeds(t *testing.T) {
	const password = "một câu dài dễ nhớ 38"
	o := newOffice(t)
	u := o.addUser(t, "a")
	o.add(t, "keeper", app.NewGrant{Role: auth.RoleAdministrator})
	want := func(when string, session auth.Token, needs ...auth.Need) {
		t.Helper()
		p := o.principal(t, session)
		if diff := cmp.Diff(needs, p.Needs); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
		if can := p.Can(auth.Read); can != (len(needs) == 0) || !p.Can(auth.SignedIn) || p.ID != u.ID {
			t.Errorf("%s: reads: %v, %+v", when, can, p)
		}
	}
	link := o.signIn(t, "a")
	demonstration, byPassword := o.signInAs(t, u.ID, auth.ByDemonstration), o.signInAs(t, u.ID, auth.ByPassword)
	want("by link, without a password", link, auth.NeedPassword)
	want("by the demonstration", demonstration)
	want("by password", byPassword)

	policy, err := o.SetAccessPolicy(system(t), 0, []auth.Role{auth.RoleLeader})
	if err != nil {
		t.Fatal(err)
	}
	want("by link, with a policy", link, auth.NeedPassword, auth.NeedSecondFactor)
	want("by the demonstration, with a policy", demonstration)
	want("by password, with a policy", byPassword, auth.NeedSecondFactor)
	withFactor, _, err := o.SignInAs(system(t), u.ID, app.SignInOrigin{Means: auth.ByProvider, Factor: true}, limits)
	if err != nil {
		t.Fatal(err)
	}
	want("by a provider that asked for one", withFactor)

	if err := o.SetPassword(o.as(t, link), "", password); err != nil {
		t.Fatal(err)
	}
	want("with a password", link, auth.NeedSecondFactor)
	enrolment, err := o.BeginSecondFactor(o.as(t, link), password)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := auth.ParseOTPSecret(enrolment.Secret)
	if err != nil {
		t.Fatal(err)
	}
	want("before it is confirmed", link, auth.NeedSecondFactor)
	if _, err := o.ConfirmSecondFactor(o.as(t, link), secret.Code(o.clock())); err != nil {
		t.Fatal(err)
	}
	want("with both", link)

	// An administrator takes it away: sessions end, and it is asked for again.
	if _, err := o.ResetSecondFactor(system(t), o.named(t, "a").Change()); err != nil {
		t.Fatal(err)
	}
	o.wantSession(t, link, false)
	link = o.signIn(t, "a")
	want("after it was reset", link, auth.NeedSecondFactor)
	if _, err := o.SetAccessPolicy(system(t), policy.Version(), []auth.Role{auth.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	want("where it is not demanded any more", link)
	// Of a role that was given today it is demanded today.
	if _, err := o.GrantUser(system(t), o.named(t, "a").Change(), app.NewGrant{Role: auth.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	want("with a role that demands it", link, auth.NeedSecondFactor)
}

// A link leads to a new password, also where there is another way in: whoever
// makes a link for somebody else cannot act as them unnoticed.
func TestALinkLeadsToANewPassword(t *testing.T) {
	o := newOffice(t)
	o.withPassword(t, "a")
	u := o.named(t, "a")
	if _, err := o.SetProvider(system(t), u.Change(), "https://id.example.vn", "a"); err != nil {
		t.Fatal(err)
	}
	o.after(time.Minute)
	link := o.signIn(t, "a")
	if p := o.principal(t, link); !slices.Equal(p.Needs, []auth.Need{auth.NeedPassword}) || p.Can(auth.Read) {
		t.Errorf("by a link: %+v", p)
	}
	o.after(time.Minute)
	if err := o.SetPassword(o.as(t, link), "", otherPassword); err != nil {
		t.Fatal(err)
	}
	if p := o.principal(t, link); len(p.Needs) != 0 || !p.Can(auth.Read) {
		t.Errorf("with a new password: %+v", p)
	}
	if _, err := o.try(t, byPassword("a", goodPassword)); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("the former password: %v", err)
	}
	o.in(t, byPassword("a", otherPassword))
	in := o.signInAs(t, u.ID, auth.ByProvider)
	if p := o.principal(t, in); len(p.Needs) != 0 {
		t.Errorf("by the provider: %+v", p)
	}
	// Who came by an identity that is untied is out, and a new password makes
	// strangers of the devices that knew the former one.
	if o.credentialMember(t, u.ID, "devices") == nil {
		t.Error("no device is known")
	}
	if err := o.SetPassword(o.as(t, in), otherPassword, goodPassword); err != nil {
		t.Fatal(err)
	}
	if got := o.credentialMember(t, u.ID, "devices"); got != nil {
		t.Errorf("known devices: %v", got)
	}
	if _, err := o.SetProvider(system(t), o.named(t, "a").Change(), "", ""); err != nil {
		t.Fatal(err)
	}
	o.wantSession(t, in, false)
}

func TestAccessPolicy(t *testing.T) {
	o := newOffice(t)
	policy := func() *app.AccessPolicy {
		t.Helper()
		p, err := o.AccessPolicy(system(t))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := policy(); p.Version() != 0 || len(p.SecondFactorRoles) != 0 {
		t.Errorf("nothing was set, got %+v", p)
	}
	set := func(version int, roles ...auth.Role) error {
		_, err := o.SetAccessPolicy(system(t), version, roles)
		return err
	}
	wantCode(t, set(1, auth.RoleLeader), thads.CodeConflict, "version")
	wantCode(t, set(-1, auth.RoleLeader), thads.CodeConflict, "version")
	wantCode(t, set(0, auth.RoleLeader, auth.RoleSystem), thads.CodeInvalid, "secondFactorRoles.1")
	if err := set(0, auth.RoleAdministrator, auth.RoleLeader, auth.RoleAdministrator); err != nil {
		t.Fatal(err)
	}
	wantCode(t, set(0), thads.CodeConflict, "version")
	if p := policy(); p.Version() != 1 || !cmp.Equal(p.SecondFactorRoles, []auth.Role{auth.RoleLeader, auth.RoleAdministrator}) {
		t.Errorf("got %+v", p)
	}
	if err := set(1); err != nil {
		t.Fatal(err)
	}
	if p := policy(); p.Version() != 2 || len(p.SecondFactorRoles) != 0 {
		t.Errorf("got %+v", p)
	}
}

// The first administrator gets a link until somebody can come in without one.
func TestFirstAdministrator(t *testing.T) {
	o := newOffice(t)
	first := func() (auth.Token, *app.User) {
		t.Helper()
		token, u, err := o.FirstAdministrator(system(t))
		if err != nil {
			t.Fatal(err)
		}
		if (u == nil) != token.IsZero() {
			t.Fatalf("got %v for %v", token, u)
		}
		return token, u
	}
	o.addUser(t, "leader")
	old, u := first()
	if u == nil || u.Account != "quantri" || !u.Principal(o.Today()).Can(auth.ManageAccounts) {
		t.Fatalf("got %+v", u)
	}
	link, again := first()
	if again == nil || again.ID != u.ID {
		t.Fatalf("the second time %+v", again)
	}
	if _, err := o.PeekLink(t.Context(), old); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("the link of the first start: %v", err)
	}
	in, err := o.RedeemLink(t.Context(), link, browser, limits)
	if err != nil {
		t.Fatal(err)
	}
	// Who has come in and set no password could not come again.
	if _, u := first(); u == nil {
		t.Error("no link, and nobody can come in")
	}
	ctx := o.as(t, in.Session)
	if err := o.SetPassword(ctx, "", "một câu dài dễ nhớ 38"); err != nil {
		t.Fatal(err)
	}
	if _, u := first(); u != nil {
		t.Errorf("a link for %s though somebody can come in", u.Account)
	}
	if err := o.EndOtherSessions(o.as(t, in.Session)); err != nil {
		t.Error(err)
	}
}

// Another account that manages accounts is asked first.
func TestFirstAdministratorIsWhoIsThere(t *testing.T) {
	o := newOffice(t)
	o.add(t, "b", app.NewGrant{Role: auth.RoleAdministrator})
	if _, u, err := o.FirstAdministrator(system(t)); err != nil || u == nil || u.Account != "b" {
		t.Errorf("got %+v, %v", u, err)
	}
	if _, err := o.UserNamed(system(t), "quantri"); err == nil {
		t.Error("another account was added")
	}
	if _, err := o.SetProvider(system(t), o.named(t, "b").Change(), "https://id.example.vn", "b"); err != nil {
		t.Fatal(err)
	}
	if _, u, err := o.FirstAdministrator(system(t)); err != nil || u != nil {
		t.Errorf("got %+v, %v though b comes in by the provider", u, err)
	}
}

// An account from which the role was taken does not get it back by a restart.
func TestFirstAdministratorGivesNothingBack(t *testing.T) {
	o := newOffice(t)
	o.add(t, "quantri", app.NewGrant{Role: auth.RoleAdministrator, Until: o.Today().AddDays(1)})
	o.after(48 * time.Hour)
	token, u, err := o.FirstAdministrator(system(t))
	wantCode(t, err, thads.CodeNotAllowed, "account")
	if u != nil || !token.IsZero() {
		t.Errorf("got %+v", u)
	}
}

func TestViewer(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	session := o.signIn(t, "a")
	if _, err := o.SetAccessPolicy(system(t), 0, []auth.Role{auth.RoleLeader}); err != nil {
		t.Fatal(err)
	}
	// Also before what has to be done is done, people see themselves.
	v, err := o.Viewer(o.as(t, session))
	if err != nil {
		t.Fatal(err)
	}
	if v.User.ID != u.ID || len(v.Grants) != 1 || len(v.Principal.Needs) != 2 || !v.MustHaveSecondFactor || v.Credential.HasPassword ||
		len(v.Sessions) != 1 || !v.Sessions[0].Current || len(v.Tokens) != 0 {
		t.Errorf("got %+v", v)
	}
	if v.Credential.LastMeans != auth.ByLink || !v.Credential.LastSignInAt.Equal(o.clock()) {
		t.Errorf("last signed in %+v", v.Credential)
	}
	if v, err := o.Viewer(system(t)); v != nil || err != nil {
		t.Errorf("the system sees %+v, %v", v, err)
	}
	_, err = o.Viewer(context.Background())
	wantCode(t, err, thads.CodeForbidden, "")
}
