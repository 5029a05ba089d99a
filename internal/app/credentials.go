package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// credentialCollection holds what accounts are signed in by: hashes of passwords
// and recovery codes, sealed secrets of second factors, hashes of known devices.
// The id is that of the account. It stands apart from the accounts, so that
// whoever lists them reads none of it.
var credentialCollection = &store.Collection{Name: credentialName}

// challengeCollection holds sign-ins that wait for a second factor. Their ids
// are the hashes of the tokens that stand for them.
var challengeCollection = &store.Collection{Name: "challenge", Fields: accessFields(), Indexes: accessIndexes()}

const (
	// freshLink is how long after signing in by a one-time link a password may
	// be set without the present one: the link was sent because it is forgotten.
	freshLink = 15 * time.Minute
	// enrolmentLife is how long a second factor may wait to be confirmed.
	enrolmentLife = 15 * time.Minute
	// maxDevices is how many devices an account is known to have signed in from;
	// the one that was not used for longest is forgotten first.
	maxDevices = 10
)

// A credential is what one account is signed in by. What is sealed are members
// of their own, each with the place that sealingPlace says: the rotation of keys
// looks for them there.
type credential struct {
	// Password is the hash of the password, "" without one.
	Password   string    `json:"password,omitzero"`
	PasswordAt time.Time `json:"passwordAt,omitzero"`
	// Secret is the sealed secret of the second factor, Step the last step of it
	// that was used, Recovery the hashes of recovery codes that are left.
	Secret   []byte    `json:"secret,omitempty"`
	SecretAt time.Time `json:"secretAt,omitzero"`
	Step     int64     `json:"step,omitzero"`
	Recovery []string  `json:"recovery,omitempty"`
	// Pending is the sealed secret of a second factor that is not confirmed yet.
	Pending   []byte    `json:"pending,omitempty"`
	PendingAt time.Time `json:"pendingAt,omitzero"`
	// Devices are the known devices, the last used first.
	Devices      []knownDevice `json:"devices,omitempty"`
	LastSignInAt time.Time     `json:"lastSignInAt,omitzero"`
	LastMeans    auth.Means    `json:"lastMeans,omitzero"`

	version int64
}

// A knownDevice is a device from which the account was signed in to.
type knownDevice struct {
	Hash string    `json:"hash"`
	At   time.Time `json:"at"`
}

func (c *credential) hasPassword() bool { return c.Password != "" }
func (c *credential) hasFactor() bool   { return len(c.Secret) > 0 }

// knows tells whether a device is known.
func (c *credential) knows(device auth.Token) bool {
	return !device.IsZero() && slices.ContainsFunc(c.Devices, func(d knownDevice) bool { return d.Hash == device.Hash() })
}

// remember puts a device first.
func (c *credential) remember(device auth.Token, now time.Time) {
	hash := device.Hash()
	others := slices.DeleteFunc(slices.Clone(c.Devices), func(d knownDevice) bool { return d.Hash == hash })
	c.Devices = slices.Insert(others, 0, knownDevice{Hash: hash, At: now})
	c.Devices = c.Devices[:min(len(c.Devices), maxDevices)]
}

// sealingPlace is where the secrets of an account are sealed for.
func sealingPlace(id thads.PrincipalID) string { return credentialName + "." + string(id) }

// CredentialInfo tells what an account is signed in by, without any secret.
type CredentialInfo struct {
	HasPassword, HasSecondFactor bool
	// PasswordSetAt is when the password was set; zero where there is none.
	PasswordSetAt time.Time
	// RecoveryLeft is how many recovery codes were not used yet.
	RecoveryLeft int
	// LastSignInAt is when somebody last signed in as the account, and LastMeans
	// how; zero for never.
	LastSignInAt time.Time
	LastMeans    auth.Means
}

func decodeCredential(d *store.Document) (*credential, error) {
	c := &credential{version: d.Version}
	if err := json.Unmarshal(d.Body, c); err != nil {
		return nil, fmt.Errorf("credential %s: %w", d.ID, err)
	}
	return c, nil
}

// readCredential returns the credential of an account, an empty one where there
// is none.
func (a *App) readCredential(ctx context.Context, id thads.PrincipalID) (*credential, error) {
	docs, err := a.store.Get(ctx, credentialCollection, thads.Everything(), string(id))
	if err != nil {
		return nil, unavailable(err)
	}
	if len(docs) == 0 {
		return new(credential), nil
	}
	return decodeCredential(docs[0])
}

// changeCredential applies a change to the credential as it is stored, again
// where somebody else wrote meanwhile. An error of the change ends it.
func (a *App) changeCredential(ctx context.Context, id thads.PrincipalID, change func(*credential) error) error {
	for {
		c, err := a.readCredential(ctx, id)
		if err != nil {
			return err
		}
		if err := change(c); err != nil {
			return err
		}
		body, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("credential %s: %w", id, err)
		}
		doc := &store.Document{ID: string(id), Version: c.version + 1, Body: body, DerivedVersion: derivedVersion, UpdatedAt: a.clock()}
		if c.version == 0 {
			err = a.store.Insert(ctx, credentialCollection, doc)
		} else {
			err = a.store.Replace(ctx, credentialCollection, doc)
		}
		switch {
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists), errors.Is(err, store.ErrNotFound):
			continue
		default:
			return unavailable(err)
		}
	}
}

// credentialInfo tells what accounts are signed in by; each id has an answer.
func (a *App) credentialInfo(ctx context.Context, ids ...thads.PrincipalID) (map[thads.PrincipalID]CredentialInfo, error) {
	out := make(map[thads.PrincipalID]CredentialInfo, len(ids))
	names := make([]string, len(ids))
	for i, id := range ids {
		out[id], names[i] = CredentialInfo{}, string(id)
	}
	for part := range slices.Chunk(names, store.MaxPage) {
		docs, err := a.store.Get(ctx, credentialCollection, thads.Everything(), part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, d := range docs {
			c, err := decodeCredential(d)
			if err != nil {
				return nil, err
			}
			out[thads.PrincipalID(d.ID)] = CredentialInfo{
				HasPassword: c.hasPassword(), HasSecondFactor: c.hasFactor(), RecoveryLeft: len(c.Recovery), PasswordSetAt: c.PasswordAt,
				LastSignInAt: c.LastSignInAt, LastMeans: c.LastMeans,
			}
		}
	}
	return out, nil
}

// noteSignIn notes that somebody signed in as an account by other means than a
// password.
func (a *App) noteSignIn(ctx context.Context, id thads.PrincipalID, means auth.Means) error {
	return a.changeCredential(ctx, id, func(c *credential) error {
		c.LastSignInAt, c.LastMeans = store.Instant(a.clock()), means
		return nil
	})
}

// resetCredential takes everything away by which an account is signed in; what
// remains is when that last happened.
func (a *App) resetCredential(ctx context.Context, id thads.PrincipalID) error {
	err := a.changeCredential(ctx, id, func(c *credential) error {
		*c = credential{LastSignInAt: c.LastSignInAt, LastMeans: c.LastMeans, version: c.version}
		return nil
	})
	if err != nil {
		return err
	}
	return a.endChallenges(ctx, id)
}

// removeFactor takes the second factor of an account away, with its recovery codes.
func (a *App) removeFactor(ctx context.Context, id thads.PrincipalID) error {
	err := a.changeCredential(ctx, id, func(c *credential) error {
		c.dropFactor()
		return nil
	})
	if err != nil {
		return err
	}
	return a.endChallenges(ctx, id)
}

func (c *credential) dropFactor() {
	c.Secret, c.SecretAt, c.Step, c.Recovery = nil, time.Time{}, 0, nil
	c.Pending, c.PendingAt = nil, time.Time{}
}

// own returns who asks and their account, for what people do to their own
// credentials. Tokens are refused: a program that was lent some rights must not
// take the account over.
func (a *App) own(ctx context.Context) (auth.Principal, *User, error) {
	p, err := a.inPerson(ctx)
	if err != nil {
		return p, nil, err
	}
	if p.IsSystem() {
		return p, nil, forbidden()
	}
	u, err := a.userByID(ctx, p.ID)
	if err != nil {
		return p, nil, err
	}
	if u == nil || u.IsDisabled() {
		return p, nil, forbidden()
	}
	return p, u, nil
}

// A proof is the last step of showing who one is: it is applied to the
// credential as it is stored when what was shown for is written, and refuses
// where that has changed since it was judged.
type proof func(*credential) error

// changedMeanwhile refuses what was judged by a credential of before.
func changedMeanwhile() error {
	return thads.Errorf(thads.CodeConflict, "", "Thông tin đăng nhập vừa được thay đổi ở nơi khác, hãy thử lại", "The way to sign in was changed elsewhere just now, try again")
}

// byPassword is the proof of who gave the password.
func byPassword(verified string) proof {
	return func(c *credential) error {
		if c.Password != verified {
			return changedMeanwhile()
		}
		return nil
	}
}

// factorCode judges a code of the app or a recovery code; the proof uses it up,
// and is nil where it is wrong.
func (a *App) factorCode(ctx context.Context, id thads.PrincipalID, c *credential, code string, first bool) (proof, error) {
	switch {
	case !c.hasFactor():
		return nil, nil
	case auth.IsOTPCode(code):
		return a.otpCode(id, c, code)
	}
	used, err := a.recoveryCode(ctx, c, code, first)
	if err != nil || used == "" {
		return nil, err
	}
	return func(now *credential) error {
		at := slices.Index(now.Recovery, used)
		if at < 0 {
			return changedMeanwhile()
		}
		now.Recovery = slices.Delete(now.Recovery, at, at+1)
		return nil
	}, nil
}

func (a *App) otpCode(id thads.PrincipalID, c *credential, code string) (proof, error) {
	secret, err := a.openSecret(id, c.Secret)
	if err != nil {
		return nil, err
	}
	step, ok := secret.Verify(code, a.clock(), c.Step)
	if !ok {
		return nil, nil
	}
	return func(now *credential) error {
		if step <= now.Step || !now.SecretAt.Equal(c.SecretAt) {
			return changedMeanwhile()
		}
		now.Step = step
		return nil
	}, nil
}

// recoveryCode returns the hash of the recovery code, "" where it is none of them.
func (a *App) recoveryCode(ctx context.Context, c *credential, code string, first bool) (used string, err error) {
	if err := a.signIns.gate.enter(ctx, first); err != nil {
		return "", err
	}
	defer a.signIns.gate.leave()
	rest, ok, err := auth.UseRecoveryCode(c.Recovery, code)
	if err != nil || !ok {
		return "", err
	}
	for i, h := range c.Recovery {
		if i == len(rest) || rest[i] != h {
			return h, nil
		}
	}
	return "", nil
}

func (a *App) openSecret(id thads.PrincipalID, sealed []byte) (auth.OTPSecret, error) {
	if a.sealer == nil {
		return auth.OTPSecret{}, noSecretsFile()
	}
	text, err := a.sealer.Open(sealingPlace(id), sealed)
	if err != nil {
		return auth.OTPSecret{}, err
	}
	secret, err := auth.ParseOTPSecret(text)
	if err != nil {
		return auth.OTPSecret{}, fmt.Errorf("credential %s: %w", id, err)
	}
	return secret, nil
}

func noSecretsFile() error {
	return thads.Errorf(thads.CodeUnavailable, "", "Chưa có khóa bí mật nên không dùng được xác thực hai lớp", "Second factors need the secrets file")
}

// verifyPassword judges a password, and returns its hash anew where the stored
// one is cheaper than new ones are. An account without a password costs the same.
func (a *App) verifyPassword(ctx context.Context, id thads.PrincipalID, c *credential, password string, first bool) (ok bool, rehashed string, err error) {
	if err := a.signIns.gate.enter(ctx, first); err != nil {
		return false, "", err
	}
	defer a.signIns.gate.leave()
	hash := c.Password
	if !auth.FitsPassword(password) {
		hash, password = "", ""
	}
	ok, err = auth.VerifyPassword(hash, password)
	if err != nil {
		// Whoever tries to sign in is told what everybody is told.
		a.log.ErrorContext(ctx, "a stored password cannot be read", "user", string(id), "error", err)
		return false, "", nil
	}
	if ok && auth.NeedsRehash(hash) {
		rehashed = auth.HashPassword(password)
	}
	return ok, rehashed, nil
}

// confirm asks somebody who has signed in once more who they are: by password,
// by a code of the second factor or by a recovery code. Its refusals are of the
// field.
func (a *App) confirm(ctx context.Context, p auth.Principal, c *credential, shown, field string) (proof, error) {
	if shown == "" {
		return nil, thads.Errorf(thads.CodeRequired, field, "Hãy nhập mật khẩu hiện tại hoặc mã xác thực hai lớp", "Give the present password or a code of the second factor")
	}
	if wait := a.signIns.throttle.TakeConfirm(a.clock(), p.Session); wait > 0 {
		return nil, (&Throttled{RetryAfter: wait}).refusal(field)
	}
	how, err := a.shown(ctx, p.ID, c, shown)
	if err != nil {
		a.signIns.throttle.ForgiveConfirm(a.clock(), p.Session)
		return nil, busyRefusal(err)
	}
	if how == nil {
		a.log.InfoContext(ctx, "confirmation refused", "user", string(p.ID))
		return nil, thads.Errorf(thads.CodeInvalid, field, "Mật khẩu hoặc mã không đúng", "The password or code is wrong")
	}
	a.signIns.throttle.ForgiveConfirm(a.clock(), p.Session)
	return how, nil
}

// shown judges a password or a code; nil where it is wrong.
func (a *App) shown(ctx context.Context, id thads.PrincipalID, c *credential, shown string) (proof, error) {
	if c.hasFactor() && auth.IsOTPCode(shown) {
		return a.factorCode(ctx, id, c, shown, true)
	}
	if c.hasPassword() {
		if ok, _, err := a.verifyPassword(ctx, id, c, shown, true); err != nil || ok {
			return byPassword(c.Password), err
		}
	}
	if c.hasFactor() && auth.IsRecoveryCode(shown) {
		return a.factorCode(ctx, id, c, shown, true)
	}
	return nil, nil
}

// freshly refuses, in a session that began at the provider, to make a way in where
// nothing can be shown once more, unless they have just signed in: whoever comes
// upon an open session must not make one of it (OWASP ASVS 5.0, 7.5.1). A link that
// leads to no password gives no rights before there is one.
func (a *App) freshly(p auth.Principal) error {
	if p.Means == auth.ByProvider && a.clock().Sub(p.At) >= freshLink {
		return thads.Errorf(thads.CodeForbidden, "", "Hãy đăng nhập lại rồi thực hiện trong vòng 15 phút", "Sign in again, and do this within 15 minutes")
	}
	return nil
}

// SetPassword sets the password of who asks, and ends their other sessions. The
// present one is asked for, but not in a session that a one-time link began within
// 15 minutes, nor where there is none. Refused: CodeRequired and CodeInvalid of
// "current", what auth.CheckNewPassword refuses of "new", CodeForbidden for API
// tokens and where there is none and the session began at the provider longer
// ago, CodeConflict if it was changed elsewhere meanwhile, CodeUnavailable after
// too many wrong ones.
func (a *App) SetPassword(ctx context.Context, current, next string) error {
	p, u, err := a.own(ctx)
	if err != nil {
		return err
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return err
	}
	// Before the present one is judged, so that a new one that is refused does
	// not cost an attempt.
	if err := auth.CheckNewPassword("new", next, u.Account, u.Name); err != nil {
		return err
	}
	if !c.hasPassword() {
		if err := a.freshly(p); err != nil {
			return err
		}
	}
	given := byPassword(c.Password)
	fresh := p.Means == auth.ByLink && a.clock().Sub(p.At) < freshLink
	if c.hasPassword() && !fresh {
		if given, err = a.confirm(ctx, p, &credential{Password: c.Password}, current, "current"); err != nil {
			return err
		}
	}
	if err := a.signIns.gate.enter(ctx, true); err != nil {
		return busyRefusal(err)
	}
	hash := auth.HashPassword(next)
	a.signIns.gate.leave()
	err = a.changeCredential(ctx, u.ID, func(c *credential) error {
		if err := given(c); err != nil {
			return err
		}
		// Devices on which the former password was known are strangers again.
		c.Password, c.PasswordAt, c.Devices = hash, store.Instant(a.clock()), nil
		return nil
	})
	if err != nil {
		return err
	}
	a.log.InfoContext(ctx, "password set", "user", string(u.ID))
	return a.credentialChanged(ctx, u.ID, p.Session)
}

// credentialChanged ends what was begun by the credential of before: the other
// sessions, and sign-ins that wait for a second factor.
func (a *App) credentialChanged(ctx context.Context, id thads.PrincipalID, keep string) error {
	return errors.Join(a.endChallenges(ctx, id), a.endSessionsBut(ctx, id, keep))
}

// An Enrolment is what an app of one-time codes needs. It is shown once.
type Enrolment struct {
	// Secret in base32, for typing; URI the same as an otpauth address.
	Secret, URI string
}

// BeginSecondFactor makes the secret of a second factor for who asks; it counts
// once ConfirmSecondFactor has seen a code of it, within 15 minutes. Whoever has
// a password or a second factor already shows one of them (CodeRequired,
// CodeInvalid of "credential").
func (a *App) BeginSecondFactor(ctx context.Context, shown string) (*Enrolment, error) {
	p, u, err := a.own(ctx)
	if err != nil {
		return nil, err
	}
	if a.sealer == nil {
		return nil, noSecretsFile()
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if !c.hasPassword() && !c.hasFactor() {
		if err := a.freshly(p); err != nil {
			return nil, err
		}
	}
	given := proof(func(now *credential) error {
		if now.hasPassword() || now.hasFactor() {
			return changedMeanwhile()
		}
		return nil
	})
	if c.hasPassword() || c.hasFactor() {
		if given, err = a.confirm(ctx, p, c, shown, "credential"); err != nil {
			return nil, err
		}
	}
	secret := auth.NewOTPSecret()
	sealed, err := a.sealer.Seal(sealingPlace(u.ID), secret.Reveal())
	if err != nil {
		return nil, err
	}
	err = a.changeCredential(ctx, u.ID, func(c *credential) error {
		if err := given(c); err != nil {
			return err
		}
		c.Pending, c.PendingAt = sealed, store.Instant(a.clock())
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Enrolment{Secret: secret.Reveal(), URI: secret.URI(u.Account)}, nil
}

// ConfirmSecondFactor puts the second factor that was begun into effect, by a
// code of it, and returns its recovery codes, which are shown once. The other
// sessions end. CodeInvalid of "code" for a wrong one, CodeNotFound where
// nothing was begun within 15 minutes.
func (a *App) ConfirmSecondFactor(ctx context.Context, code string) ([]string, error) {
	p, u, err := a.own(ctx)
	if err != nil {
		return nil, err
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	now := a.clock()
	if len(c.Pending) == 0 || now.Sub(c.PendingAt) >= enrolmentLife {
		return nil, thads.Errorf(thads.CodeNotFound, "", "Chưa bắt đầu bật xác thực hai lớp hoặc đã quá 15 phút, hãy bắt đầu lại", "No second factor was begun, or more than 15 minutes ago: begin again")
	}
	if wait := a.signIns.throttle.TakeConfirm(now, p.Session); wait > 0 {
		return nil, (&Throttled{RetryAfter: wait}).refusal("code")
	}
	secret, err := a.openSecret(u.ID, c.Pending)
	if err != nil {
		return nil, err
	}
	step, ok := secret.Verify(code, now, 0)
	if !ok {
		return nil, thads.Errorf(thads.CodeInvalid, "code", "Mã không đúng; hãy kiểm tra giờ của điện thoại", "The code is wrong; check the clock of your phone")
	}
	a.signIns.throttle.ForgiveConfirm(now, p.Session)
	codes, hashes, err := a.newRecoveryCodes(ctx)
	if err != nil {
		return nil, err
	}
	err = a.changeCredential(ctx, u.ID, func(now *credential) error {
		if !now.PendingAt.Equal(c.PendingAt) || len(now.Pending) == 0 {
			return changedMeanwhile()
		}
		now.Secret, now.SecretAt, now.Step, now.Recovery = now.Pending, store.Instant(a.clock()), step, hashes
		now.Pending, now.PendingAt = nil, time.Time{}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.log.InfoContext(ctx, "second factor set up", "user", string(u.ID))
	return codes, a.credentialChanged(ctx, u.ID, p.Session)
}

func (a *App) newRecoveryCodes(ctx context.Context) (codes, hashes []string, err error) {
	if err := a.signIns.gate.enter(ctx, true); err != nil {
		return nil, nil, busyRefusal(err)
	}
	defer a.signIns.gate.leave()
	codes, hashes = auth.NewRecoveryCodes()
	return codes, hashes, nil
}

// RenewRecoveryCodes makes new recovery codes in the place of the old ones, for
// whoever shows the password or a code (CodeRequired, CodeInvalid of
// "credential"). CodeNotAllowed without a second factor.
func (a *App) RenewRecoveryCodes(ctx context.Context, shown string) ([]string, error) {
	p, u, err := a.own(ctx)
	if err != nil {
		return nil, err
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if !c.hasFactor() {
		return nil, noFactor()
	}
	given, err := a.confirm(ctx, p, c, shown, "credential")
	if err != nil {
		return nil, err
	}
	codes, hashes, err := a.newRecoveryCodes(ctx)
	if err != nil {
		return nil, err
	}
	err = a.changeCredential(ctx, u.ID, func(now *credential) error {
		if err := given(now); err != nil {
			return err
		}
		if !now.SecretAt.Equal(c.SecretAt) {
			return changedMeanwhile()
		}
		now.Recovery = hashes
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.log.InfoContext(ctx, "recovery codes renewed", "user", string(u.ID))
	return codes, nil
}

func noFactor() error {
	return thads.Errorf(thads.CodeNotAllowed, "", "Chưa bật xác thực hai lớp", "There is no second factor")
}

// RemoveSecondFactor takes the second factor of who asks away, for whoever shows
// the password or a code (CodeRequired, CodeInvalid of "credential"), and ends
// the other sessions. CodeForbidden where a role that they hold demands it.
func (a *App) RemoveSecondFactor(ctx context.Context, shown string) error {
	p, u, err := a.own(ctx)
	if err != nil {
		return err
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return err
	}
	if !c.hasFactor() {
		return noFactor()
	}
	demanded, err := a.mustHaveFactor(ctx, u)
	if err != nil {
		return err
	}
	if demanded {
		return thads.Errorf(thads.CodeForbidden, "", "Vai trò của bạn phải dùng xác thực hai lớp", "Your role demands a second factor")
	}
	given, err := a.confirm(ctx, p, c, shown, "credential")
	if err != nil {
		return err
	}
	err = a.changeCredential(ctx, u.ID, func(c *credential) error {
		if err := given(c); err != nil {
			return err
		}
		c.dropFactor()
		return nil
	})
	if err != nil {
		return err
	}
	a.log.InfoContext(ctx, "second factor removed", "user", string(u.ID))
	return a.credentialChanged(ctx, u.ID, p.Session)
}
