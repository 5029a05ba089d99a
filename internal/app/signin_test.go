package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

const (
	goodPassword  = "con đường về quê dài"
	otherPassword = "cánh đồng sau cơn mưa"
	home          = "203.0.113.0/24"
)

// withPassword adds an account with goodPassword, and returns its session.
func (o *office) withPassword(t *testing.T, account string) auth.Token {
	t.Helper()
	o.addUser(t, account)
	session := o.signIn(t, account)
	if err := o.SetPassword(o.as(t, session), "", goodPassword); err != nil {
		t.Fatal(err)
	}
	return session
}

// withFactor adds a second factor to the account of a session.
func (o *office) withFactor(t *testing.T, session auth.Token) (auth.OTPSecret, []string) {
	t.Helper()
	e, err := o.BeginSecondFactor(o.as(t, session), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := auth.ParseOTPSecret(e.Secret)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := o.ConfirmSecondFactor(o.as(t, session), secret.Code(o.clock()))
	if err != nil || len(codes) != auth.RecoveryCodes {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	o.after(time.Minute) // the code that confirmed it is used up
	return secret, codes
}

func byPassword(account, password string) app.SignInRequest {
	return app.SignInRequest{Account: account, Password: password, Source: home, Origin: browser}
}

func (o *office) try(t *testing.T, r app.SignInRequest) (*app.SignInResult, error) {
	t.Helper()
	return o.SignIn(t.Context(), r, limits)
}

// in signs in and wants a session.
func (o *office) in(t *testing.T, r app.SignInRequest) *app.SignInResult {
	t.Helper()
	got, err := o.try(t, r)
	if err != nil {
		t.Fatal(err)
	}
	o.wantSession(t, got.Session, true)
	if got.Device.IsZero() || !got.Challenge.IsZero() {
		t.Errorf("got %+v", got)
	}
	return got
}

// challenged signs in and wants to be asked for the second factor.
func (o *office) challenged(t *testing.T, r app.SignInRequest) auth.Token {
	t.Helper()
	got, err := o.try(t, r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Challenge.IsZero() || !got.Session.IsZero() || !got.Device.IsZero() {
		t.Fatalf("got %+v", got)
	}
	return got.Challenge
}

func TestSignIn(t *testing.T) {
	o := newOffice(t)
	o.withPassword(t, "Lan")
	o.addUser(t, "without")
	o.withPassword(t, "disabled")
	o.disable(t, "disabled")
	for _, tt := range []struct {
		name, account, password string
		want                    bool
	}{
		{"right", "Lan", goodPassword, true},
		{"the account in other letters", " LẠN ", goodPassword, true},
		{"the password decomposed", "Lan", "con đường về quê dài", true},
		{"wrong", "Lan", otherPassword, false},
		{"nothing", "Lan", "", false},
		{"far too long", "Lan", strings.Repeat(goodPassword, 500), false},
		{"no such account", "nobody", goodPassword, false},
		{"no account", "", goodPassword, false},
		{"without a password", "without", goodPassword, false},
		{"without a password, with none", "without", "", false},
		{"disabled", "disabled", goodPassword, false},
		{"disabled, wrong", "disabled", otherPassword, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := o.try(t, byPassword(tt.account, tt.password))
			if !tt.want {
				if !errors.Is(err, app.ErrWrongCredentials) || err.Error() != app.ErrWrongCredentials.Error() || got != nil {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			p := o.principal(t, got.Session)
			if p.ID != got.User.ID || p.Means != auth.ByPassword || len(p.Needs) != 0 || len(p.Grants) != 1 {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestDevices(t *testing.T) {
	o := newOffice(t)
	o.withPassword(t, "lan")
	first := o.in(t, byPassword("lan", goodPassword))
	r := byPassword("lan", goodPassword)
	r.Device = first.Device
	if again := o.in(t, r); again.Device != first.Device || again.Session == first.Session {
		t.Error("a known device is not known again, or has the session of before")
	}
	// A token that somebody else may have put there is not taken over.
	r.Device = auth.NewToken()
	if got := o.in(t, r); got.Device == r.Device {
		t.Error("an unknown device keeps the token that it came with")
	}
	// Of many devices the ones used last are known.
	for range 9 {
		o.in(t, byPassword("lan", goodPassword))
	}
	r.Device = first.Device
	if got := o.in(t, r); got.Device == first.Device {
		t.Error("more than ten devices are known")
	}
}

func TestSecondFactor(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	secret, codes := o.withFactor(t, session)
	answer := func(challenge auth.Token, code string) (*app.SignInResult, error) {
		return o.SecondFactor(t.Context(), challenge, code, byPassword("", ""), limits)
	}
	wantIn := func(what string, challenge auth.Token, code string) *app.SignInResult {
		t.Helper()
		got, err := answer(challenge, code)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if p := o.principal(t, got.Session); p.Means != auth.ByPassword || got.Device.IsZero() {
			t.Errorf("%s: %+v", what, p)
		}
		return got
	}
	wantOut := func(what string, challenge auth.Token, code string) {
		t.Helper()
		if got, err := answer(challenge, code); !errors.Is(err, app.ErrWrongCredentials) || got != nil {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}

	challenge := o.challenged(t, byPassword("lan", goodPassword))
	o.wantSession(t, challenge, false)
	code := secret.Code(o.clock())
	wantOut("a wrong code", challenge, "000000")
	wantIn("the code of the app", challenge, code)
	wantOut("the challenge again", challenge, code)
	wantOut("the code in another challenge", o.challenged(t, byPassword("lan", goodPassword)), code)
	wantOut("no challenge", auth.Token{}, secret.Code(o.clock().Add(30*time.Second)))
	wantOut("another token", auth.NewToken(), secret.Code(o.clock().Add(30*time.Second)))

	wantIn("a recovery code", o.challenged(t, byPassword("lan", goodPassword)), strings.ToUpper(codes[4]))
	wantOut("the recovery code again", o.challenged(t, byPassword("lan", goodPassword)), codes[4])
	wantIn("another recovery code", o.challenged(t, byPassword("lan", goodPassword)), codes[0])

	o.after(time.Hour)
	o.wantSession(t, session, true) // in use
	challenge = o.challenged(t, byPassword("lan", goodPassword))
	o.after(5 * time.Minute)
	wantOut("five minutes later", challenge, secret.Code(o.clock()))

	challenge = o.challenged(t, byPassword("lan", goodPassword))
	for range 5 {
		wantOut("a wrong code", challenge, "000000")
	}
	wantOut("after five wrong codes", challenge, secret.Code(o.clock()))

	// What a challenge began by has changed.
	o.after(time.Hour)
	o.wantSession(t, session, true) // in use
	challenge = o.challenged(t, byPassword("lan", goodPassword))
	if err := o.SetPassword(o.as(t, session), goodPassword, otherPassword); err != nil {
		t.Fatal(err)
	}
	wantOut("after the password changed", challenge, secret.Code(o.clock()))
	challenge = o.challenged(t, byPassword("lan", otherPassword))
	o.disable(t, "lan")
	wantOut("after the account was disabled", challenge, secret.Code(o.clock()))
}

// Of many who have one code and several challenges one comes in.
func TestACodeServesOnce(t *testing.T) {
	o := newOffice(t)
	secret, codes := o.withFactor(t, o.withPassword(t, "lan"))
	for name, code := range map[string]string{"app": secret.Code(o.clock()), "recovery": codes[7]} {
		var challenges []auth.Token
		for range 4 {
			challenges = append(challenges, o.challenged(t, byPassword("lan", goodPassword)))
		}
		var in, out atomic.Int64
		var wg sync.WaitGroup
		for _, c := range challenges {
			wg.Go(func() {
				switch _, err := o.SecondFactor(t.Context(), c, code, byPassword("", ""), limits); {
				case err == nil:
					in.Add(1)
				case errors.Is(err, app.ErrWrongCredentials):
					out.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 || out.Load() != 3 {
			t.Errorf("%s: %d came in, %d did not", name, in.Load(), out.Load())
		}
	}
	// Nothing is left of the sessions of those who did not.
	sessions, err := o.Sessions(system(t), o.named(t, "lan").ID)
	if err != nil || len(sessions) != 3 { // the one that set it up, and one by each code
		t.Errorf("%d sessions, %v", len(sessions), err)
	}
}

// Codes tried at the same time count like those tried one after the other.
func TestWrongCodesAtTheSameTime(t *testing.T) {
	o := newOffice(t)
	secret, _ := o.withFactor(t, o.withPassword(t, "lan"))
	challenge := o.challenged(t, byPassword("lan", goodPassword))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := o.SecondFactor(t.Context(), challenge, "000000", byPassword("", ""), limits); !errors.Is(err, app.ErrWrongCredentials) {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if _, err := o.SecondFactor(t.Context(), challenge, secret.Code(o.clock()), byPassword("", ""), limits); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("the right code after eight wrong ones: %v", err)
	}
}

// Who has the password and tries codes is held up however many challenges they
// begin, and does not hold up the owner on a device of theirs.
func TestWrongCodesAreThrottled(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	device := o.in(t, byPassword("lan", goodPassword)).Device
	secret, _ := o.withFactor(t, session)
	var throttled *app.Throttled
	wrong := 0
	for i := range 8 {
		r := byPassword("lan", goodPassword)
		r.Source = fmt.Sprintf("198.51.%d.0/24", i)
		challenge := o.challenged(t, r)
		for range 5 {
			if _, err := o.SecondFactor(t.Context(), challenge, "000000", r, limits); errors.Is(err, app.ErrWrongCredentials) {
				wrong++
			} else if !errors.As(err, &throttled) {
				t.Fatal(err)
			}
		}
	}
	if wrong != auth.DefaultThrottleRules().Factor.Burst || throttled == nil || throttled.RetryAfter > 6*time.Minute {
		t.Errorf("%d codes were judged, then %v", wrong, throttled)
	}
	r := byPassword("lan", goodPassword)
	r.Device = device
	got, err := o.SecondFactor(t.Context(), o.challenged(t, r), secret.Code(o.clock()), r, limits)
	if err != nil {
		t.Fatal(err)
	}
	o.wantSession(t, got.Session, true)
}

// setCredential writes a member of a credential as it is stored.
func (o *office) setCredential(t *testing.T, id thads.PrincipalID, member string, value any) {
	t.Helper()
	c := collection(t, "credential")
	docs, err := o.store.Get(t.Context(), c, thads.Everything(), string(id))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	var body map[string]any
	if err := json.Unmarshal(docs[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	body[member] = value
	if docs[0].Body, err = json.Marshal(body); err != nil {
		t.Fatal(err)
	}
	docs[0].Version++
	if err := o.store.Replace(t.Context(), c, docs[0]); err != nil {
		t.Fatal(err)
	}
}

func (o *office) credentialMember(t *testing.T, id thads.PrincipalID, member string) any {
	t.Helper()
	docs, err := o.store.Get(t.Context(), collection(t, "credential"), thads.Everything(), string(id))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	var body map[string]any
	if err := json.Unmarshal(docs[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body[member]
}

// A hash that was made cheaply is made anew when its password is given, and a
// hash that cannot be read lets nobody in.
func TestOldHashes(t *testing.T) {
	o := newOffice(t)
	o.withPassword(t, "lan")
	id := o.named(t, "lan").ID
	const cheap = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	o.setCredential(t, id, "password", cheap)
	if _, err := o.try(t, byPassword("lan", "passwore")); !errors.Is(err, app.ErrWrongCredentials) {
		t.Fatal(err)
	}
	if got := o.credentialMember(t, id, "password"); got != cheap {
		t.Errorf("a wrong password made the hash anew: %v", got)
	}
	o.in(t, byPassword("lan", "password"))
	if hash, _ := o.credentialMember(t, id, "password").(string); auth.NeedsRehash(hash) {
		t.Errorf("the hash is still %s", hash)
	}
	o.in(t, byPassword("lan", "password"))
	o.setCredential(t, id, "password", "$argon2id$nonsense")
	if _, err := o.try(t, byPassword("lan", "password")); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("got %v", err)
	}
}

func TestSignInProvider(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	const issuer = "https://id.example.vn"
	came := func(subject string, factor bool) (*app.SignInResult, error) {
		return o.SignInProvider(t.Context(), app.ProviderSignIn{Issuer: issuer, Subject: subject, Factor: factor, Origin: browser}, limits)
	}
	if _, err := came("lan-1", false); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("tied to nobody: %v", err)
	}
	if err := o.LinkProvider(o.as(t, session), issuer, "lan-1"); err != nil {
		t.Fatal(err)
	}
	got, err := came("lan-1", false)
	if err != nil {
		t.Fatal(err)
	}
	if p := o.principal(t, got.Session); p.Means != auth.ByProvider || got.User.Account != "lan" || got.Device.IsZero() {
		t.Errorf("got %+v", p)
	}
	o.addUser(t, "an")
	wantCode(t, o.LinkProvider(o.as(t, o.signIn(t, "an")), issuer, "lan-1"), thads.CodeDuplicate, "subject")

	secret, _ := o.withFactor(t, session)
	if got, err = came("lan-1", true); err != nil || got.Session.IsZero() {
		t.Errorf("with a factor of the provider: %+v, %v", got, err)
	}
	if got, err = came("lan-1", false); err != nil || got.Challenge.IsZero() || !got.Session.IsZero() {
		t.Fatalf("without: %+v, %v", got, err)
	}
	if got, err = o.SecondFactor(t.Context(), got.Challenge, secret.Code(o.clock()), byPassword("", ""), limits); err != nil {
		t.Fatal(err)
	}
	if p := o.principal(t, got.Session); p.Means != auth.ByProvider {
		t.Errorf("got %+v", p)
	}
	o.disable(t, "lan")
	if _, err := came("lan-1", true); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("disabled: %v", err)
	}
}

// A burst of wrong passwords on one account, from one place and from thousands:
// few of them cost a hash, the right person comes in at once on a device of
// theirs, whatever the password of the burst, and elsewhere after a time that
// they are told; nothing tells that another account does not exist.
func TestBurstOfWrongPasswords(t *testing.T) {
	for name, source := range map[string]func(int) string{
		"from one source": func(int) string { return "198.51.100.0/24" },
		"from the office": func(int) string { return home },
		"from thousands":  func(i int) string { return fmt.Sprintf("10.%d.%d.0/24", i/256, i%256) },
	} {
		t.Run(name, func(t *testing.T) {
			const burst = 4000
			o := newOffice(t)
			o.withPassword(t, "lan")
			device := o.in(t, byPassword("lan", goodPassword)).Device
			judged := map[string]int{}
			var last *app.Throttled
			for _, account := range []string{"lan", "nobody"} {
				for i := range burst {
					r := byPassword(account, otherPassword)
					r.Source = source(i)
					if i%2 == 1 {
						r.Device = auth.NewToken() // made up
					}
					switch _, err := o.try(t, r); {
					case errors.Is(err, app.ErrWrongCredentials):
						judged[account]++
					case errors.As(err, &last):
						if last.RetryAfter <= 0 || last.RetryAfter > time.Minute {
							t.Fatalf("wait %s", last.RetryAfter)
						}
					default:
						t.Fatal(err)
					}
				}
			}
			rules := auth.DefaultThrottleRules()
			if most := rules.Account.Burst; judged["lan"] == 0 || judged["lan"] > most || judged["lan"] != judged["nobody"] {
				t.Errorf("of the account %d passwords were judged, of one that does not exist %d; at most %d may be", judged["lan"], judged["nobody"], most)
			}
			t.Logf("of %d attempts %d were judged, the others refused", burst, judged["lan"])

			for range 3 {
				r := byPassword("lan", goodPassword)
				r.Device, r.Source = device, source(0)
				o.in(t, r)
			}
			r := byPassword("lan", goodPassword)
			r.Source = "192.0.2.0/24"
			_, err := o.try(t, r)
			if name == "from thousands" {
				if !errors.As(err, &last) || last.RetryAfter > time.Minute {
					t.Fatalf("from an unknown device while the account is under attack: %v", err)
				}
				o.after(last.RetryAfter)
				o.in(t, r)
			} else if err != nil {
				t.Errorf("from an unknown device elsewhere: %v", err)
			}
		})
	}
}

// Where the hashing itself is the bottleneck, known devices go first: attempts on
// many accounts, each below its limit, keep nobody out who is known.
func TestKnownDevicesUnderLoad(t *testing.T) {
	o := newOffice(t)
	o.withPassword(t, "lan")
	device := o.in(t, byPassword("lan", goodPassword)).Device
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var tried atomic.Int64
	started := make(chan struct{}, 20)
	for i := range 20 {
		wg.Go(func() {
			for j := 0; ctx.Err() == nil; j++ {
				r := byPassword(fmt.Sprint("account ", i, " ", j), otherPassword)
				r.Source = fmt.Sprint("s", i, "/", j)
				_, err := o.SignIn(ctx, r, limits)
				if !errors.Is(err, app.ErrWrongCredentials) && !errors.Is(err, app.ErrBusy) && ctx.Err() == nil {
					t.Error(err)
				}
				tried.Add(1)
				if j == 0 {
					started <- struct{}{}
				}
			}
		})
	}
	<-started
	r := byPassword("lan", goodPassword)
	r.Device = device
	for range 3 {
		o.in(t, r)
	}
	t.Logf("%d attempts of others while somebody known came in three times", tried.Load())
	cancel()
	wg.Wait()
}

// What one attempt costs the application: refused before any hash, with and
// without a device presented, judged, and let in.
func BenchmarkSignIn(b *testing.B) {
	setup := func(b *testing.B) (*world, auth.Token) {
		w := newWorld(b)
		system := auth.NewContext(b.Context(), auth.System("test"))
		u, err := w.AddUser(system, app.NewUser{Account: "lan", Grants: []app.NewGrant{{Role: auth.RoleLeader}}})
		if err != nil {
			b.Fatal(err)
		}
		session, _, err := w.SignInAs(system, u.ID, app.SignInOrigin{Means: auth.ByLink}, limits)
		if err != nil {
			b.Fatal(err)
		}
		p, err := w.Authenticate(b.Context(), session, limits)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.SetPassword(auth.NewContext(b.Context(), p), "", goodPassword); err != nil {
			b.Fatal(err)
		}
		got, err := w.SignIn(b.Context(), byPassword("lan", goodPassword), limits)
		if err != nil {
			b.Fatal(err)
		}
		return w, got.Device
	}
	exhaust := func(b *testing.B, w *world) {
		var throttled *app.Throttled
		for {
			if _, err := w.SignIn(b.Context(), byPassword("lan", otherPassword), limits); errors.As(err, &throttled) {
				return
			}
		}
	}
	b.Run("refused", func(b *testing.B) {
		w, _ := setup(b)
		exhaust(b, w)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = w.SignIn(b.Context(), byPassword("lan", otherPassword), limits)
		}
	})
	b.Run("refused, with a made up device", func(b *testing.B) {
		w, _ := setup(b)
		exhaust(b, w)
		r := byPassword("lan", otherPassword)
		r.Device = auth.NewToken()
		b.ReportAllocs()
		for b.Loop() {
			_, _ = w.SignIn(b.Context(), r, limits)
		}
	})
	judged := func(account string) func(*testing.B) {
		return func(b *testing.B) {
			w, _ := setup(b)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				r := byPassword(account, otherPassword)
				r.Source = fmt.Sprint(i)
				if i%20 == 0 {
					w.mu.Lock()
					w.now = w.now.Add(time.Hour)
					w.mu.Unlock()
				}
				if _, err := w.SignIn(b.Context(), r, limits); !errors.Is(err, app.ErrWrongCredentials) {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("wrong password", judged("lan"))
	b.Run("no such account", judged("nobody"))
	b.Run("right password", func(b *testing.B) {
		w, device := setup(b)
		r := byPassword("lan", goodPassword)
		r.Device = device
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.SignIn(b.Context(), r, limits); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A link stands for a password that was forgotten, never for the second factor:
// whoever makes links for others, or finds one, does not thereby hold their phone.
func TestALinkDoesNotReplaceTheSecondFactor(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "a")
	secret, codes := o.withFactor(t, session)
	if _, err := o.SetAccessPolicy(system(t), 0, auth.Roles()); err != nil {
		t.Fatal(err)
	}
	redeem := func() *app.SignInResult {
		t.Helper()
		got, err := o.RedeemLink(t.Context(), o.link(t, "a"), browser, limits)
		if err != nil {
			t.Fatal(err)
		}
		if got.Challenge.IsZero() || !got.Session.IsZero() || !got.Device.IsZero() {
			t.Fatalf("got %+v", got)
		}
		return got
	}
	origin := app.SignInRequest{Source: home, Origin: browser}
	if _, err := o.SecondFactor(t.Context(), redeem().Challenge, "000000", origin, limits); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("a wrong code: %v", err)
	}
	for name, code := range map[string]string{"a code of the app": secret.Code(o.clock()), "a recovery code": codes[0]} {
		in, err := o.SecondFactor(t.Context(), redeem().Challenge, code, origin, limits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p := o.principal(t, in.Session)
		if p.Means != auth.ByLink || len(p.Needs) > 0 || len(p.Grants) == 0 {
			t.Errorf("%s: got %+v", name, p)
		}
		// The password that was forgotten is set anew without it.
		if err := o.SetPassword(o.as(t, in.Session), "", otherPassword); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
