package app_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// A watchedStore counts readings, and can be away.
type watchedStore struct {
	store.Store
	reads atomic.Int64
	away  atomic.Bool
}

func (s *watchedStore) Get(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]*store.Document, error) {
	s.reads.Add(1)
	if s.away.Load() {
		return nil, store.ErrUnavailable
	}
	return s.Store.Get(ctx, c, scope, ids...)
}

func (s *watchedStore) Heads(ctx context.Context, c *store.Collection, scope thads.OpenScope, ids ...string) ([]store.Head, error) {
	s.reads.Add(1)
	if s.away.Load() {
		return nil, store.ErrUnavailable
	}
	return s.Store.Heads(ctx, c, scope, ids...)
}

// watchedOffice is an office whose store is watched.
func watchedOffice(t *testing.T, serving bool) (*office, *watchedStore) {
	t.Helper()
	o := newOffice(t)
	s := &watchedStore{Store: o.store}
	var err error
	if o.App, err = app.New(app.Options{Store: s, Clock: o.clock, Serving: serving}); err != nil {
		t.Fatal(err)
	}
	return o, s
}

// apiToken makes an API token of an account.
func (o *office) apiToken(t *testing.T, session auth.Token) (shown, secret string) {
	t.Helper()
	token, secret := o.makeToken(o.as(t, session), t, func(n *app.NewToken) { n.Rights = []auth.Right{auth.Read} })
	return token.ID, secret
}

func TestWhoAsksIsKnownWithoutReading(t *testing.T) {
	for _, tt := range []struct {
		name    string
		serving bool
		want    int64
	}{{"serving", true, 0}, {"not following others' writes", false, 30}} {
		t.Run(tt.name, func(t *testing.T) {
			o, s := watchedOffice(t, tt.serving)
			u := o.addUser(t, "a")
			session := o.signInAs(t, u.ID, auth.ByDemonstration)
			_, secret := o.apiToken(t, session)
			o.wantToken(t, secret, true) // notes its first use
			first := o.principal(t, session)
			o.wantToken(t, secret, true)
			before := s.reads.Load()
			for range 10 {
				if diff := cmp.Diff(first, o.principal(t, session)); diff != "" {
					t.Errorf("again (-first +again):\n%s", diff)
				}
				o.wantToken(t, secret, true)
				if p, err := o.StillSignedIn(t.Context(), session, limits); err != nil || p.ID != u.ID {
					t.Errorf("still signed in: %v, %v", p.ID, err)
				}
			}
			if got := s.reads.Load() - before; got < tt.want || tt.want == 0 && got != 0 {
				t.Errorf("%d readings, want %d", got, tt.want)
			}
		})
	}
}

// Everything that decides who asks is seen at once.
func TestWhatIsKnownOfWhoAsksEnds(t *testing.T) {
	o, s := watchedOffice(t, true)
	for i, tt := range []struct {
		name string
		do   func(t *testing.T, u *app.User, session auth.Token, token string) error
		// want is whether the session and the token go on, rights whether there
		// are any left.
		session, token, rights bool
	}{
		{"nothing", func(*testing.T, *app.User, auth.Token, string) error { return nil }, true, true, true},
		{"signed out", func(t *testing.T, _ *app.User, session auth.Token, _ string) error {
			return o.SignOut(t.Context(), session)
		}, false, true, true},
		{"the token revoked", func(t *testing.T, _ *app.User, session auth.Token, token string) error {
			_, err := o.RevokeToken(o.as(t, session), token)
			return err
		}, true, false, true},
		{"disabled", func(t *testing.T, u *app.User, _ auth.Token, _ string) error {
			o.disable(t, u.Account)
			return nil
		}, false, false, false},
		{"the role ended", func(t *testing.T, u *app.User, _ auth.Token, _ string) error {
			_, err := o.EndGrant(system(t), o.named(t, u.Account).Change(), u.Grants[0].ID, thads.DateOf(2019, 12, 8))
			return err
		}, true, true, false},
		{"a second factor demanded", func(t *testing.T, _ *app.User, _ auth.Token, _ string) error {
			_, err := o.SetAccessPolicy(system(t), 0, []auth.Role{auth.RoleLeader})
			return err
		}, true, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := o.addUser(t, "user-"+string(rune('a'+i)))
			session := o.signInAs(t, u.ID, auth.ByPassword)
			id, secret := o.apiToken(t, session)
			for range 3 { // until nothing has to be noted any more
				o.wantSession(t, session, true)
				o.wantToken(t, secret, true)
			}
			before := s.reads.Load()
			o.wantSession(t, session, true)
			o.wantToken(t, secret, true)
			if s.reads.Load() != before {
				t.Fatal("they are not kept")
			}
			if err := tt.do(t, u, session, id); err != nil {
				t.Fatal(err)
			}
			o.wantSession(t, session, tt.session)
			o.wantToken(t, secret, tt.token)
			if p, err := o.Authenticate(t.Context(), session, limits); err == nil && p.Can(auth.Read) != tt.rights {
				t.Errorf("rights: %v", p.Rights())
			}
			if p, err := o.AuthenticateToken(t.Context(), secret); err == nil && p.Can(auth.Read) != tt.rights {
				t.Errorf("rights of the token: %v", p.Rights())
			}
		})
	}
}

// A store that cannot be asked is not trusted for long, and the day ends roles.
func TestHowLongWhoAsksIsKnown(t *testing.T) {
	o, s := watchedOffice(t, true)
	u := o.add(t, "a", app.NewGrant{Role: auth.RoleLeader, Until: thads.DateOf(2019, 12, 9)})
	session := o.signInAs(t, u.ID, auth.ByDemonstration)
	o.wantSession(t, session, true)
	s.away.Store(true)
	o.after(59 * time.Second)
	o.wantSession(t, session, true)
	o.after(2 * time.Second)
	if _, err := o.Authenticate(t.Context(), session, limits); !errors.Is(err, store.ErrUnavailable) {
		if refusals, ok := thads.Refusals(err); !ok || refusals[0].Code != thads.CodeUnavailable {
			t.Errorf("a minute later: %v", err)
		}
	}
	s.away.Store(false)
	// Ten seconds before midnight in Hà Nội.
	midnight := thads.DateOf(2019, 12, 10).StartOfDay()
	long := app.SessionLimits{Idle: 48 * time.Hour, Max: 72 * time.Hour}
	session, _, err := o.SignInAs(system(t), u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, long)
	if err != nil {
		t.Fatal(err)
	}
	o.after(midnight.Sub(o.clock()) - 10*time.Second)
	for range 2 { // the first is noted
		if p, err := o.Authenticate(t.Context(), session, long); err != nil || !p.Can(auth.Read) {
			t.Fatalf("before midnight: %v, %v", p.Rights(), err)
		}
	}
	o.after(10 * time.Second)
	if p, err := o.Authenticate(t.Context(), session, long); err != nil || p.Can(auth.Read) {
		t.Errorf("after midnight: %v, %v", p.Rights(), err)
	}
}

// Looking whether a session goes on does not keep it open.
func TestLookingIsNoUse(t *testing.T) {
	o, _ := watchedOffice(t, true)
	u := o.addUser(t, "a")
	session := o.signInAs(t, u.ID, auth.ByDemonstration)
	o.wantSession(t, session, true)
	for range 119 {
		o.after(time.Minute)
		if _, err := o.StillSignedIn(t.Context(), session, limits); err != nil {
			t.Fatal(err)
		}
	}
	o.after(time.Minute)
	if _, err := o.StillSignedIn(t.Context(), session, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("after two hours without use: %v", err)
	}
}

// What another process ends has ended here as soon as the watch has seen it.
func TestOtherProcessesEndSessions(t *testing.T) {
	dir := t.TempDir()
	open := func() store.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
	apps := make([]*app.App, 2)
	for i := range apps {
		a, err := app.New(app.Options{Store: open(), Serving: true})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- a.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		})
		apps[i] = a
	}
	u, err := apps[0].AddUser(system(t), app.NewUser{Account: "a", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := apps[0].SignInAs(system(t), u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, limits)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apps[1].Authenticate(t.Context(), session, limits); err != nil {
		t.Fatal(err)
	}
	if err := apps[0].SignOut(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if _, err := apps[0].Authenticate(t.Context(), session, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("in the process that ended it: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		changed := apps[1].Changed()
		_, err := apps[1].Authenticate(ctx, session, limits)
		if errors.Is(err, app.ErrNoAccess) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatal("the other process never sees that the session has ended")
		}
	}
}
