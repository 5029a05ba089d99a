package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var (
	// ErrWrongCredentials: no account has this name and password, or the second
	// factor or its challenge is wrong or has ended. Which of them it is, nobody
	// is told.
	ErrWrongCredentials = errors.New("app: wrong credentials")
	// ErrBusy: too many sign in at this moment; trying again in a few seconds helps.
	ErrBusy = errors.New("app: too many sign in now")
)

// Throttled tells of too many attempts that did not succeed. Whether the account exists
// makes no difference.
type Throttled struct { //nolint:errname // it is told apart by its wait, not matched as a fault
	// RetryAfter is after how long one more attempt is looked at.
	RetryAfter time.Duration
}

// Error says so.
func (t *Throttled) Error() string {
	return fmt.Sprintf("app: too many attempts, again in %d s", t.Seconds())
}

// Seconds is RetryAfter in whole seconds, at least 1, as HTTP tells it.
func (t *Throttled) Seconds() int { return max(1, int(math.Ceil(t.RetryAfter.Seconds()))) }

// refusal is the same for somebody who has signed in.
func (t *Throttled) refusal(field string) error {
	return thads.Errorf(thads.CodeUnavailable, field, "Đã thử sai quá nhiều lần, hãy thử lại sau %d giây", "Too many wrong attempts, try again in %d seconds", t.Seconds())
}

// busyRefusal turns ErrBusy into a refusal for somebody who has signed in.
func busyRefusal(err error) error {
	if errors.Is(err, ErrBusy) {
		return thads.Errorf(thads.CodeUnavailable, "", "Hệ thống đang bận, hãy thử lại sau ít giây", "The system is busy, try again in a few seconds")
	}
	return err
}

const (
	// challengeLife is how long a sign-in waits for its second factor.
	challengeLife = 5 * time.Minute
	// maxCodes is how many codes a challenge lets be tried.
	maxCodes = 5
)

// signIns is what signing in keeps in memory.
type signIns struct {
	throttle *auth.Throttle
	gate     *hashGate
}

func newSignIns() signIns {
	return signIns{throttle: auth.NewThrottle(auth.DefaultThrottleRules()), gate: newHashGate()}
}

// A SignInRequest is an attempt to sign in by password.
type SignInRequest struct {
	Account, Password string
	// Source is the network from which it comes (auth.SourceOf).
	Source string
	// Device is the token by which the device is known, zero for none.
	Device auth.Token
	Origin SignInOrigin
}

// A SignInResult is what a right answer gives. Where Challenge is set a second
// factor is needed, and Session and Device are zero.
type SignInResult struct {
	User *User
	// Session is the token of the session that began, Device that by which the
	// device is known from now on: the one that it has, or a new one.
	Session, Device auth.Token
	// Challenge stands for what has been shown so far; see SecondFactor.
	Challenge auth.Token
}

// SignIn signs in by account and password: it begins a session, or asks for the
// second factor where the account has one. ErrWrongCredentials; *Throttled after
// too many attempts, which costs no hash; ErrBusy while too many sign in.
//
// What it answers, and what work it does, is the same whether or not there is
// such an account, has it a password, and is it disabled.
func (a *App) SignIn(ctx context.Context, r SignInRequest, limits SessionLimits) (*SignInResult, error) {
	id := userID(r.Account)
	attempt, err := a.signInAttempt(ctx, id, r)
	if err != nil {
		return nil, err
	}
	if wait := a.signIns.throttle.Take(a.clock(), attempt); wait > 0 {
		return nil, &Throttled{RetryAfter: wait}
	}
	result, err := a.signIn(ctx, id, r, attempt, limits)
	switch {
	case err == nil && result.Challenge.IsZero():
		a.signIns.throttle.Forgive(a.clock(), attempt)
	case err != nil && !errors.Is(err, ErrWrongCredentials):
		a.signIns.throttle.Return(a.clock(), attempt)
	}
	return result, err
}

// signInAttempt is an attempt as the throttle counts it. Only where a device is
// presented is anything read for it.
func (a *App) signInAttempt(ctx context.Context, id thads.PrincipalID, r SignInRequest) (auth.Attempt, error) {
	attempt := auth.Attempt{Account: string(id), Source: r.Source}
	if r.Device.IsZero() {
		return attempt, nil
	}
	c, err := a.readCredential(ctx, id)
	if err != nil {
		return attempt, err
	}
	if c.knows(r.Device) {
		attempt.Device = r.Device.Hash()
	}
	return attempt, nil
}

func (a *App) signIn(ctx context.Context, id thads.PrincipalID, r SignInRequest, attempt auth.Attempt, limits SessionLimits) (*SignInResult, error) {
	u, err := a.userByID(ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := a.readCredential(ctx, id)
	if err != nil {
		return nil, err
	}
	known := attempt.Device != ""
	ok, rehashed, err := a.verifyPassword(ctx, id, c, r.Password, known)
	if err != nil {
		return nil, err
	}
	if !ok || u == nil || u.IsDisabled() {
		a.signInRefused(ctx, u, r, "password")
		return nil, ErrWrongCredentials
	}
	if rehashed != "" {
		given := byPassword(c.Password)
		err := a.changeCredential(ctx, id, func(now *credential) error {
			if given(now) != nil {
				return ErrWrongCredentials
			}
			now.Password = rehashed
			return nil
		})
		if err != nil {
			return nil, err
		}
		c.Password = rehashed
	}
	origin := r.Origin
	origin.Means, origin.Factor = auth.ByPassword, false
	return a.admit(ctx, u, c, admission{origin: origin, limits: limits, device: r.Device, given: byPassword(c.Password)})
}

// signInRefused logs an attempt that failed. What was typed as the name of the
// account is not logged: people type passwords there.
func (a *App) signInRefused(ctx context.Context, u *User, r SignInRequest, what string) {
	user := ""
	if u != nil {
		user = string(u.ID)
	}
	a.log.InfoContext(ctx, "sign-in refused", "user", user, "wrong", what, "source", r.Source)
}

// An admission is somebody who has shown who they are.
type admission struct {
	origin SignInOrigin
	limits SessionLimits
	// device is the one presented, known or not, zero for none.
	device auth.Token
	// passing tells that the device is not to be known from now on.
	passing bool
	// given is what was shown; nil for nothing that the credential knows of.
	given proof
}

// admit begins the session of somebody who has shown who they are, or asks for
// the second factor where the account has one and none was given.
func (a *App) admit(ctx context.Context, u *User, c *credential, m admission) (*SignInResult, error) {
	if c.hasFactor() && !m.origin.Factor {
		challenge, err := a.challenge(ctx, u, c, m.origin.Means)
		return &SignInResult{User: u, Challenge: challenge}, err
	}
	session, err := a.beginSession(ctx, u, m.origin, m.limits)
	if err != nil {
		return nil, err
	}
	r := &SignInResult{User: u, Session: session}
	// The session is there before what was shown is used up, and ends if that
	// turns out to have changed: whoever changes a password thereby sees every
	// session that began by the old one, and ends it.
	err = a.changeCredential(ctx, u.ID, func(now *credential) error {
		if m.given != nil {
			if err := m.given(now); err != nil {
				return ErrWrongCredentials
			}
		}
		if now.hasFactor() && !m.origin.Factor {
			return ErrWrongCredentials // set up this moment
		}
		at := store.Instant(a.clock())
		if !m.passing {
			if r.Device = m.device; !now.knows(m.device) {
				// Never the token that was presented: somebody else may know it.
				r.Device = auth.NewToken()
			}
			now.remember(r.Device, at)
		}
		now.LastSignInAt, now.LastMeans = at, m.origin.Means
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, a.SignOut(ctx, session))
	}
	a.log.InfoContext(ctx, "signed in", "user", string(u.ID), "means", string(m.origin.Means), "factor", m.origin.Factor)
	return r, nil
}

// A challenge is a sign-in that waits for its second factor, as it is stored.
type challenge struct {
	User    thads.PrincipalID `json:"user"`
	Means   auth.Means        `json:"means"`
	Expires time.Time         `json:"expires"`
	// PasswordAt and SecretAt are of the credential by which it began: when
	// either has changed, it has ended.
	PasswordAt time.Time `json:"passwordAt,omitzero"`
	SecretAt   time.Time `json:"secretAt"`
	// Tried is how many codes were tried.
	Tried int `json:"tried"`
}

func (c *challenge) document(id string, version int64, now time.Time) (*store.Document, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("challenge: %w", err)
	}
	return &store.Document{
		ID: id, Version: version, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"user": string(c.User), "expiresAt": c.Expires},
	}, nil
}

// challenge begins to wait for the second factor of an account.
func (a *App) challenge(ctx context.Context, u *User, c *credential, means auth.Means) (auth.Token, error) {
	now := store.Instant(a.clock())
	token := auth.NewToken()
	ch := &challenge{User: u.ID, Means: means, Expires: now.Add(challengeLife), PasswordAt: c.PasswordAt, SecretAt: c.SecretAt}
	doc, err := ch.document(token.Hash(), 1, now)
	if err != nil {
		return auth.Token{}, err
	}
	return token, unavailable(a.store.Insert(ctx, challengeCollection, doc))
}

// readChallenge returns a challenge that has not ended, with its version, or
// ErrWrongCredentials.
func (a *App) readChallenge(ctx context.Context, token auth.Token) (*challenge, int64, error) {
	if token.IsZero() {
		return nil, 0, ErrWrongCredentials
	}
	docs, err := a.store.Get(ctx, challengeCollection, thads.Everything(), token.Hash())
	if err != nil {
		return nil, 0, unavailable(err)
	}
	if len(docs) == 0 {
		return nil, 0, ErrWrongCredentials
	}
	ch := new(challenge)
	if err := json.Unmarshal(docs[0].Body, ch); err != nil {
		return nil, 0, fmt.Errorf("challenge: %w", err)
	}
	if !a.clock().Before(ch.Expires) || ch.Tried >= maxCodes {
		return nil, 0, ErrWrongCredentials
	}
	return ch, docs[0].Version, nil
}

// SecondFactor completes a sign-in by a code of the app or a recovery code. A
// challenge is good for five minutes and five codes. Of the request, source,
// device and origin count. Errors as for SignIn.
func (a *App) SecondFactor(ctx context.Context, token auth.Token, code string, r SignInRequest, limits SessionLimits) (*SignInResult, error) {
	ch, _, err := a.readChallenge(ctx, token)
	if err != nil {
		return nil, err
	}
	attempt, err := a.signInAttempt(ctx, ch.User, r)
	if err != nil {
		return nil, err
	}
	if wait := a.signIns.throttle.TakeFactor(a.clock(), attempt); wait > 0 {
		return nil, &Throttled{RetryAfter: wait}
	}
	// Counted before it is judged, so that codes tried at the same time count.
	if ch, err = a.tryCode(ctx, token); err == nil {
		var result *SignInResult
		if result, err = a.secondFactor(ctx, ch, code, r, attempt, limits); err == nil {
			a.signIns.throttle.ForgiveFactor(a.clock(), attempt)
			a.signIns.throttle.Forgive(a.clock(), attempt)
			if err := a.endChallenge(ctx, token); err != nil {
				// The code is used up, so that it leads nowhere by itself.
				a.log.WarnContext(ctx, "a challenge that was answered could not be deleted", "error", err)
			}
			return result, nil
		}
	}
	if !errors.Is(err, ErrWrongCredentials) {
		a.signIns.throttle.ForgiveFactor(a.clock(), attempt)
	}
	return nil, err
}

// tryCode counts a code against a challenge. ErrWrongCredentials if it lets no
// more be tried.
func (a *App) tryCode(ctx context.Context, token auth.Token) (*challenge, error) {
	for {
		ch, version, err := a.readChallenge(ctx, token)
		if err != nil {
			return nil, err
		}
		ch.Tried++
		doc, err := ch.document(token.Hash(), version+1, a.clock())
		if err != nil {
			return nil, err
		}
		switch err := a.store.Replace(ctx, challengeCollection, doc); {
		case errors.Is(err, store.ErrConflict):
			continue
		case errors.Is(err, store.ErrNotFound):
			return nil, ErrWrongCredentials
		default:
			return ch, unavailable(err)
		}
	}
}

func (a *App) secondFactor(ctx context.Context, ch *challenge, code string, r SignInRequest, attempt auth.Attempt, limits SessionLimits) (*SignInResult, error) {
	u, err := a.userByID(ctx, ch.User)
	if err != nil {
		return nil, err
	}
	c, err := a.readCredential(ctx, ch.User)
	if err != nil {
		return nil, err
	}
	if u == nil || u.IsDisabled() || !c.PasswordAt.Equal(ch.PasswordAt) || !c.SecretAt.Equal(ch.SecretAt) {
		return nil, ErrWrongCredentials
	}
	given, err := a.factorCode(ctx, u.ID, c, code, attempt.Device != "")
	if err != nil {
		return nil, err
	}
	if given == nil {
		a.signInRefused(ctx, u, r, "second factor")
		return nil, ErrWrongCredentials
	}
	byCode := given
	given = func(now *credential) error {
		if !now.PasswordAt.Equal(ch.PasswordAt) || !now.SecretAt.Equal(ch.SecretAt) {
			return changedMeanwhile()
		}
		return byCode(now)
	}
	origin := r.Origin
	origin.Means, origin.Factor = ch.Means, true
	return a.admit(ctx, u, c, admission{origin: origin, limits: limits, device: r.Device, given: given})
}

// endChallenge deletes a challenge that has been answered. It need not be there
// any more, and somebody may be trying another code.
func (a *App) endChallenge(ctx context.Context, token auth.Token) error {
	for {
		_, version, err := a.readChallenge(ctx, token)
		if errors.Is(err, ErrWrongCredentials) {
			return nil
		}
		if err != nil {
			return err
		}
		switch err := a.store.Delete(ctx, challengeCollection, token.Hash(), version); {
		case errors.Is(err, store.ErrConflict):
			continue
		case errors.Is(err, store.ErrNotFound):
			return nil
		default:
			return unavailable(err)
		}
	}
}

// endChallenges deletes the challenges of an account.
func (a *App) endChallenges(ctx context.Context, id thads.PrincipalID) error {
	return a.deleteChallenges(ctx, store.Eq("user", string(id)))
}

// sweepChallenges deletes the challenges that have ended.
func (a *App) sweepChallenges(ctx context.Context) error {
	return a.deleteChallenges(ctx, store.Between("expiresAt", nil, store.Instant(a.clock())))
}

func (a *App) deleteChallenges(ctx context.Context, which store.Cond) error {
	return a.eachAccess(ctx, challengeCollection, which, func(h store.Head) error {
		// One in which a code is being tried stays: what it began by has
		// changed, or it has ended, so that it is refused.
		switch err := a.store.Delete(ctx, challengeCollection, h.ID, h.Version); {
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
			return nil
		default:
			return unavailable(err)
		}
	})
}

// A ProviderSignIn is a person whom the provider of OpenID Connect has vouched for.
type ProviderSignIn struct {
	Issuer, Subject string
	// Factor tells that the provider has asked for a second factor.
	Factor bool
	// Device is the token by which the device is known, zero for none.
	Device auth.Token
	Origin SignInOrigin
}

// SignInProvider begins a session for the account to which the provider's
// identity is tied. Where the account has a second factor and the provider asked
// for none, the result is a challenge, as by password. ErrNoAccess when the
// identity is tied to no account, or to one that was disabled.
func (a *App) SignInProvider(ctx context.Context, s ProviderSignIn, limits SessionLimits) (*SignInResult, error) {
	u, err := a.userByProvider(ctx, s.Issuer, s.Subject)
	if err != nil {
		return nil, err
	}
	if u == nil || u.IsDisabled() {
		return nil, ErrNoAccess
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	origin := s.Origin
	origin.Means, origin.Factor = auth.ByProvider, s.Factor
	return a.admit(ctx, u, c, admission{origin: origin, limits: limits, device: s.Device})
}

// LinkProvider ties an identity of the provider to the account of who asks.
// CodeDuplicate if it is tied to another one, CodeForbidden for API tokens.
func (a *App) LinkProvider(ctx context.Context, issuer, subject string) error {
	_, u, err := a.own(ctx)
	if err != nil {
		return err
	}
	return a.linkProvider(ctx, u.ID, issuer, subject)
}
