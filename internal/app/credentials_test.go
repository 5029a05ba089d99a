package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

func TestSetPassword(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "lan")
	first := o.signIn(t, "lan")
	if p := o.principal(t, first); len(p.Needs) != 1 || p.Needs[0] != auth.NeedPassword || len(p.Grants) != 0 {
		t.Errorf("before there is a password: %+v", p)
	}
	wantCode(t, o.SetPassword(o.as(t, first), "", "matkhau123"), thads.CodeInvalid, "new")
	wantCode(t, o.SetPassword(o.as(t, first), "", "lan"), thads.CodeOutOfRange, "new")
	if err := o.SetPassword(o.as(t, first), "", goodPassword); err != nil {
		t.Fatal(err)
	}
	if p := o.principal(t, first); len(p.Needs) != 0 || len(p.Grants) != 1 {
		t.Errorf("with a password: %+v", p)
	}

	second, third := o.in(t, byPassword("lan", goodPassword)).Session, o.in(t, byPassword("lan", goodPassword)).Session
	wantCode(t, o.SetPassword(o.as(t, second), "", otherPassword), thads.CodeRequired, "current")
	wantCode(t, o.SetPassword(o.as(t, second), otherPassword, otherPassword), thads.CodeInvalid, "current")
	for _, s := range []auth.Token{first, second, third} {
		o.wantSession(t, s, true)
	}
	if err := o.SetPassword(o.as(t, second), goodPassword, otherPassword); err != nil {
		t.Fatal(err)
	}
	// The one that set it goes on, the others have ended.
	o.wantSession(t, first, false)
	o.wantSession(t, second, true)
	o.wantSession(t, third, false)
	if _, err := o.try(t, byPassword("lan", goodPassword)); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("the password of before: %v", err)
	}
	o.in(t, byPassword("lan", otherPassword))

	// Who came by a link has forgotten it; a quarter of an hour later they have
	// had the time to set one.
	link := o.signIn(t, "lan")
	o.after(15*time.Minute - time.Second)
	if err := o.SetPassword(o.as(t, link), "", goodPassword); err != nil {
		t.Errorf("just after a link: %v", err)
	}
	o.after(time.Second)
	wantCode(t, o.SetPassword(o.as(t, link), "", otherPassword), thads.CodeRequired, "current")
}

// What is one's own is for persons: neither visitors nor programs with a token
// nor the application itself.
func TestCredentialsAreForPersons(t *testing.T) {
	o := newOffice(t)
	o.addUser(t, "lan")
	p := o.principal(t, o.signIn(t, "lan"))
	p.Means = auth.ByToken
	for name, ctx := range map[string]context.Context{
		"a visitor":       t.Context(),
		"a token":         auth.NewContext(t.Context(), p),
		"the application": system(t),
		"nobody":          auth.NewContext(t.Context(), auth.Person("us_nobody", "x", auth.RoleLeader, "", "")),
	} {
		for what, do := range map[string]func() error{
			"SetPassword":         func() error { return o.SetPassword(ctx, "", goodPassword) },
			"BeginSecondFactor":   func() error { _, err := o.BeginSecondFactor(ctx, "x"); return err },
			"ConfirmSecondFactor": func() error { _, err := o.ConfirmSecondFactor(ctx, "000000"); return err },
			"RenewRecoveryCodes":  func() error { _, err := o.RenewRecoveryCodes(ctx, "x"); return err },
			"RemoveSecondFactor":  func() error { return o.RemoveSecondFactor(ctx, "x") },
			"LinkProvider":        func() error { return o.LinkProvider(ctx, "https://id.example.vn", "x") },
		} {
			if err := do(); code(err) != thads.CodeForbidden {
				t.Errorf("%s of %s: %v", what, name, err)
			}
		}
	}
}

func TestSecondFactorOfOnesOwn(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	me := o.as(t, session)
	other := o.in(t, byPassword("lan", goodPassword)).Session

	_, err := o.ConfirmSecondFactor(me, "000000")
	wantCode(t, err, thads.CodeNotFound, "")
	_, err = o.BeginSecondFactor(me, "")
	wantCode(t, err, thads.CodeRequired, "credential")
	_, err = o.BeginSecondFactor(me, otherPassword)
	wantCode(t, err, thads.CodeInvalid, "credential")
	_, err = o.RenewRecoveryCodes(me, goodPassword)
	wantCode(t, err, thads.CodeNotAllowed, "")
	wantCode(t, o.RemoveSecondFactor(me, goodPassword), thads.CodeNotAllowed, "")

	e, err := o.BeginSecondFactor(me, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := auth.ParseOTPSecret(e.Secret)
	if err != nil || !strings.HasPrefix(e.URI, "otpauth://totp/thads:lan?") || !strings.Contains(e.URI, e.Secret) {
		t.Fatalf("%+v, %v", e, err)
	}
	// Until it is confirmed the password alone signs in.
	o.in(t, byPassword("lan", goodPassword))
	_, err = o.ConfirmSecondFactor(me, "000000")
	wantCode(t, err, thads.CodeInvalid, "code")
	o.after(15 * time.Minute)
	_, err = o.ConfirmSecondFactor(me, secret.Code(o.clock()))
	wantCode(t, err, thads.CodeNotFound, "")

	secret, codes := o.withFactor(t, session)
	o.wantSession(t, other, false)
	o.wantSession(t, session, true)
	o.challenged(t, byPassword("lan", goodPassword))

	// A code, a recovery code or the password show once more who one is.
	renewed, err := o.RenewRecoveryCodes(me, codes[0])
	if err != nil || len(renewed) != auth.RecoveryCodes {
		t.Fatalf("%d codes, %v", len(renewed), err)
	}
	_, err = o.BeginSecondFactor(me, codes[1])
	wantCode(t, err, thads.CodeInvalid, "credential")
	current := secret.Code(o.clock())
	e, err = o.BeginSecondFactor(me, current)
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.BeginSecondFactor(me, current)
	wantCode(t, err, thads.CodeInvalid, "credential")
	if secret, err = auth.ParseOTPSecret(e.Secret); err != nil {
		t.Fatal(err)
	}
	if _, err := o.ConfirmSecondFactor(me, secret.Code(o.clock())); err != nil {
		t.Fatal(err)
	}

	// A role that demands one keeps it.
	if _, err := o.SetAccessPolicy(system(t), 0, []auth.Role{auth.RoleLeader}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, o.RemoveSecondFactor(me, goodPassword), thads.CodeForbidden, "")
	if _, err := o.SetAccessPolicy(system(t), 1, nil); err != nil {
		t.Fatal(err)
	}
	if err := o.RemoveSecondFactor(me, goodPassword); err != nil {
		t.Fatal(err)
	}
	o.in(t, byPassword("lan", goodPassword))
}

// Guessing at who somebody is in a session that one has found open is held up.
func TestConfirmationsAreThrottled(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	o.after(15 * time.Minute) // the link by which it began is fresh no more
	wrong := 0
	var err error
	for range 12 {
		if err = o.SetPassword(o.as(t, session), otherPassword, otherPassword); code(err) == thads.CodeInvalid {
			wrong++
		}
	}
	if wrong != auth.DefaultThrottleRules().Confirm.Burst || code(err) != thads.CodeUnavailable {
		t.Errorf("%d were judged, then %v", wrong, err)
	}
	o.in(t, byPassword("lan", goodPassword))
}

func TestAdministratorsTakeCredentialsAway(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	secret, _ := o.withFactor(t, session)
	challenge := o.challenged(t, byPassword("lan", goodPassword))
	if _, err := o.ResetSecondFactor(system(t), o.named(t, "lan").Change()); err != nil {
		t.Fatal(err)
	}
	if _, err := o.SecondFactor(t.Context(), challenge, secret.Code(o.clock()), byPassword("", ""), limits); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("a challenge of before: %v", err)
	}
	o.in(t, byPassword("lan", goodPassword))

	// An account that is enabled again is entered by a link, not by what was
	// known of it.
	o.disable(t, "lan")
	if _, err := o.EnableUser(system(t), o.named(t, "lan").Change()); err != nil {
		t.Fatal(err)
	}
	if _, err := o.try(t, byPassword("lan", goodPassword)); !errors.Is(err, app.ErrWrongCredentials) {
		t.Errorf("the password of before: %v", err)
	}
	o.wantSession(t, o.signIn(t, "lan"), true)
}

// Nothing that is stored lets whoever reads it sign in; and what the keys have
// sealed goes on when they are turned over.
func TestCredentialsAreNotStored(t *testing.T) {
	o := newOffice(t)
	session := o.withPassword(t, "lan")
	device := o.in(t, byPassword("lan", goodPassword)).Device
	secret, codes := o.withFactor(t, session)
	pending, err := o.BeginSecondFactor(o.as(t, session), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	challenge := o.challenged(t, byPassword("lan", goodPassword))
	secrets := append([]string{goodPassword, device.Reveal(), challenge.Reveal(), secret.Reveal(), pending.Secret}, codes...)
	for _, c := range codes {
		secrets = append(secrets, strings.ReplaceAll(c, "-", ""))
	}
	seen := map[string]bool{}
	for _, c := range app.Collections() {
		for d, err := range o.store.Scan(t.Context(), c, store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			seen[c.Name] = true
			all := fmt.Sprintf("%s %v %s %s", d.ID, d.Fields, d.Head, d.Body)
			for _, s := range secrets {
				if strings.Contains(all, s) {
					t.Errorf("%s holds a secret: %s", c.Name, all)
				}
			}
		}
	}
	if !seen["credential"] || !seen["challenge"] || !seen["session"] {
		t.Errorf("saw %v", seen)
	}

	r, err := o.RotateKeys(system(t), app.KeyRotation{}, nil)
	if err != nil || r.Resealed != 1 || len(r.Damaged) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := o.SecondFactor(t.Context(), challenge, secret.Code(o.clock()), byPassword("", ""), limits); err != nil {
		t.Errorf("after the keys were turned over: %v", err)
	}
}

// Whoever comes upon a session that began at the provider makes no other way in of it.
func TestAnOpenSessionOfAProviderMakesNoWayIn(t *testing.T) {
	o := newOffice(t)
	u := o.addUser(t, "a")
	if _, err := o.SetProvider(system(t), u.Change(), "https://sso.example.vn", "a"); err != nil {
		t.Fatal(err)
	}
	session := o.signInAs(t, u.ID, auth.ByProvider)
	o.after(15 * time.Minute)
	me := o.as(t, session)
	wantCode(t, o.SetPassword(me, "", goodPassword), thads.CodeForbidden, "")
	_, err := o.BeginSecondFactor(me, "")
	wantCode(t, err, thads.CodeForbidden, "")
	me = o.as(t, o.signInAs(t, u.ID, auth.ByProvider))
	if _, err := o.BeginSecondFactor(me, ""); err != nil {
		t.Error(err)
	}
	if err := o.SetPassword(me, "", goodPassword); err != nil {
		t.Error(err)
	}
}

// The page of one's own account asks once more who one is; managing accounts is no way around that.
func TestAdministratorsDoNotResetThemselves(t *testing.T) {
	o := newOffice(t)
	u := o.add(t, "a", app.NewGrant{Role: auth.RoleAdministrator})
	other := o.add(t, "b", app.NewGrant{Role: auth.RoleAdministrator})
	me := o.person(t, "a")
	for _, tt := range []struct {
		name string
		do   func(app.UserChange) error
	}{
		{"MakeLink", func(c app.UserChange) error { _, _, _, err := o.MakeLink(me, c); return err }},
		{"ResetSecondFactor", func(c app.UserChange) error { _, err := o.ResetSecondFactor(me, c); return err }},
		{"SetProvider", func(c app.UserChange) error {
			_, err := o.SetProvider(me, c, "https://sso.example.vn", string(c.ID))
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantCode(t, tt.do(u.Change()), thads.CodeNotAllowed, "id")
			if err := tt.do(other.Change()); err != nil {
				t.Errorf("another's account: %v", err)
			}
		})
	}
}
