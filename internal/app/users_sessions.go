package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// sessionCollection and linkCollection hold sessions and sign-in links. Their
// ids are the hashes of the tokens that stand for them, never the tokens.
var (
	sessionCollection = &store.Collection{Name: "session", Fields: accessFields(), Indexes: accessIndexes()}
	linkCollection    = &store.Collection{Name: "link", Fields: accessFields(), Indexes: accessIndexes()}
)

func accessFields() []store.Field {
	return []store.Field{{Name: "user", Type: store.String}, {Name: "expiresAt", Type: store.Time, Sortable: true}}
}

func accessIndexes() []store.Index { return []store.Index{{"user"}, {"expiresAt"}} }

// ErrNoAccess: a session, link or token does not exist, has ended, or belongs to
// an account that was disabled. Which of them it is, is nobody's business.
var ErrNoAccess = errors.New("app: no such session, link or token")

// How long one-time sign-in links work.
const (
	// LinkLife is that of a link for somebody who has lost the way in.
	LinkLife = 24 * time.Hour
	// InvitationLife is that of the first link of an account.
	InvitationLife = 72 * time.Hour
)

// SessionLimits bound sessions.
type SessionLimits struct {
	// Idle ends a session that was not used for so long, Max every session.
	Idle, Max time.Duration
}

// seenEvery is the part of the idle limit after which the use of a session is
// written down: reading must not cost a write each time.
const seenEvery = 20

// A SignInOrigin tells how and from where somebody signed in.
type SignInOrigin struct {
	Means auth.Means
	// Agent is what the program called itself, Address where on the network it
	// was; both are shown to the owner of the session and trusted by nobody.
	Agent, Address string
	// Factor tells that a second factor was shown, here or to the provider.
	Factor bool
}

// Bounds of what is kept of an origin, in characters.
const (
	maxAgent   = 200
	maxAddress = 64
	// unnamed is shown of a program that did not say what it is, or where.
	unnamed = "–"
)

// An access is a session or a link as it is stored.
type access struct {
	User    thads.PrincipalID `json:"user"`
	MadeAt  time.Time         `json:"madeAt"`
	MadeBy  thads.PrincipalID `json:"madeBy,omitzero"`
	Expires time.Time         `json:"expires"`
	// SeenAt is when a session was last used, to the precision of seenEvery.
	SeenAt  time.Time  `json:"seenAt,omitzero"`
	Means   auth.Means `json:"means,omitzero"`
	Agent   string     `json:"agent,omitzero"`
	Address string     `json:"address,omitzero"`
	Factor  bool       `json:"factor,omitzero"`
}

func (s *access) document(id string, version int64, now time.Time) (*store.Document, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	return &store.Document{
		ID: id, Version: version, Head: body, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"user": string(s.User), "expiresAt": s.Expires},
	}, nil
}

// shownID is the id under which people are shown a session or a token: it
// derives from the hash that the store keeps, and cannot be presented for it.
func shownID(prefix, what, hash string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + hash))
	return prefix + "_" + idEncoding.EncodeToString(sum[:16])
}

func sessionID(hash string) string { return shownID("ss", "session id", hash) }

// readAccess returns the session or link of a token, with its version and its
// user, or ErrNoAccess.
func (a *App) readAccess(ctx context.Context, c *store.Collection, token auth.Token) (*access, int64, *User, error) {
	if token.IsZero() {
		return nil, 0, nil, ErrNoAccess
	}
	docs, err := a.store.Get(ctx, c, thads.Everything(), token.Hash())
	if err != nil {
		return nil, 0, nil, unavailable(err)
	}
	if len(docs) == 0 {
		return nil, 0, nil, ErrNoAccess
	}
	s := new(access)
	if err := json.Unmarshal(docs[0].Body, s); err != nil {
		return nil, 0, nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	if !a.clock().Before(s.Expires) {
		return nil, 0, nil, ErrNoAccess
	}
	// The account is read each time: disabling it, or giving it another role,
	// counts from the next request on, in every process.
	u, err := a.userByID(ctx, s.User)
	if err != nil {
		return nil, 0, nil, err
	}
	if u == nil || u.IsDisabled() {
		return nil, 0, nil, ErrNoAccess
	}
	return s, docs[0].Version, u, nil
}

// newLink makes a one-time link token that signs in as the user within a time,
// and returns it with the instant at which it ends. Earlier links of the account
// work no more: of several that lie about, the last alone is meant.
func (a *App) newLink(ctx context.Context, u *User, by thads.PrincipalID, life time.Duration) (auth.Token, time.Time, error) {
	if u.IsDisabled() {
		return auth.Token{}, time.Time{}, thads.Errorf(thads.CodeNotAllowed, "id", "Tài khoản %q đã bị khóa", "The account %q is disabled", u.Account)
	}
	if err := a.endLinks(ctx, u.ID); err != nil {
		return auth.Token{}, time.Time{}, err
	}
	now := store.Instant(a.clock())
	token := auth.NewToken()
	s := &access{User: u.ID, MadeAt: now, MadeBy: by, Expires: now.Add(life)}
	doc, err := s.document(token.Hash(), 1, now)
	if err != nil {
		return auth.Token{}, time.Time{}, err
	}
	if err := a.store.Insert(ctx, linkCollection, doc); err != nil {
		return auth.Token{}, time.Time{}, unavailable(err)
	}
	return token, s.Expires, nil
}

// PeekLink tells as whom a link would sign in, without using it up.
// ErrNoAccess if it leads nowhere.
func (a *App) PeekLink(ctx context.Context, token auth.Token) (*User, error) {
	_, _, u, err := a.readAccess(ctx, linkCollection, token)
	return u, err
}

// RedeemLink uses a link up and begins a session; of several attempts at the
// same time one succeeds. Where the account has a second factor the result is a
// challenge, as by password: a link stands for a password that was forgotten, and
// for nothing else (OWASP ASVS 5.0, 6.4.3). ErrNoAccess if the link leads nowhere.
func (a *App) RedeemLink(ctx context.Context, token auth.Token, o SignInOrigin, limits SessionLimits) (*SignInResult, error) {
	_, version, u, err := a.readAccess(ctx, linkCollection, token)
	if err != nil {
		return nil, err
	}
	c, err := a.readCredential(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	// The deletion decides who was first; the session comes after it, so that a
	// failure between the two costs the link and never gives a second session.
	switch err := a.store.Delete(ctx, linkCollection, token.Hash(), version); {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrConflict):
		return nil, ErrNoAccess
	case err != nil:
		return nil, unavailable(err)
	}
	o.Means, o.Factor = auth.ByLink, false
	r, err := a.admit(ctx, u, c, admission{origin: o, limits: limits, passing: true})
	if errors.Is(err, ErrWrongCredentials) {
		err = ErrNoAccess // a second factor was set up this moment
	}
	return r, err
}

// SignInAs begins a session for an account without a link: for the system's own
// use, where the program has already made sure of who is there.
func (a *App) SignInAs(ctx context.Context, id thads.PrincipalID, o SignInOrigin, limits SessionLimits) (auth.Token, *User, error) {
	if p := auth.FromContext(ctx); !p.IsSystem() {
		return auth.Token{}, nil, forbidden()
	}
	u, err := a.userByID(ctx, id)
	if err != nil {
		return auth.Token{}, nil, err
	}
	if u == nil || u.IsDisabled() {
		return auth.Token{}, nil, ErrNoAccess
	}
	return a.beginNoted(ctx, u, o, limits)
}

// beginNoted begins a session and notes that somebody signed in, which where a
// password was given is noted with it.
func (a *App) beginNoted(ctx context.Context, u *User, o SignInOrigin, limits SessionLimits) (auth.Token, *User, error) {
	session, err := a.beginSession(ctx, u, o, limits)
	if err != nil {
		return auth.Token{}, nil, err
	}
	if err := a.noteSignIn(ctx, u.ID, o.Means); err != nil {
		// The session is there; that nobody can see when it began is less than
		// that nobody comes in.
		a.log.WarnContext(ctx, "a sign-in could not be noted", "user", string(u.ID), "error", err)
	}
	return session, u, nil
}

func forbidden() error {
	return thads.Errorf(thads.CodeForbidden, "", "Không có quyền thực hiện", "This is not allowed")
}

// beginSession makes a session of a user who has shown who they are.
func (a *App) beginSession(ctx context.Context, u *User, o SignInOrigin, limits SessionLimits) (auth.Token, error) {
	now := store.Instant(a.clock())
	token := auth.NewToken()
	s := &access{
		User: u.ID, MadeAt: now, SeenAt: now, Expires: limits.expires(now, now),
		Means: o.Means, Agent: shortened(o.Agent, maxAgent), Address: shortened(o.Address, maxAddress), Factor: o.Factor,
	}
	doc, err := s.document(token.Hash(), 1, now)
	if err != nil {
		return auth.Token{}, err
	}
	if err := a.store.Insert(ctx, sessionCollection, doc); err != nil {
		return auth.Token{}, unavailable(err)
	}
	return token, nil
}

// shortened is what is kept of a text that a client gave: printable characters,
// at most so many.
func shortened(s string, most int) string {
	kept := make([]rune, 0, min(len(s), most))
	for _, r := range strings.ToValidUTF8(s, "") {
		if len(kept) == most {
			break
		}
		if unicode.IsPrint(r) {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

// expires is when a session ends that began and was last used at these instants.
func (l SessionLimits) expires(began, seen time.Time) time.Time {
	idle, most := seen.Add(l.Idle), began.Add(l.Max)
	if most.Before(idle) {
		return most
	}
	return idle
}

// Authenticate returns the principal of a session, and notes that it is in use.
// ErrNoAccess if there is no such session or it has ended. Where something has to
// be done before the rights are given (Principal.Needs), the principal has no
// roles. What it returns belongs to all who ask, and is not to be changed.
func (a *App) Authenticate(ctx context.Context, token auth.Token, limits SessionLimits) (auth.Principal, error) {
	return a.authenticate(ctx, token, limits, true)
}

// StillSignedIn is Authenticate for an answer that lasts: it does not count as a
// use of the session, which ends beside it when nobody does anything.
func (a *App) StillSignedIn(ctx context.Context, token auth.Token, limits SessionLimits) (auth.Principal, error) {
	return a.authenticate(ctx, token, limits, false)
}

func (a *App) authenticate(ctx context.Context, token auth.Token, limits SessionLimits, use bool) (auth.Principal, error) {
	known, ok, keep := a.recall(principalKey{hash: token.Hash(), limits: limits}, use)
	if ok {
		return known, nil
	}
	s, version, u, err := a.readAccess(ctx, sessionCollection, token)
	if err != nil {
		return auth.Principal{}, err
	}
	now := store.Instant(a.clock())
	// Limits may have become stricter since the session began.
	if !now.Before(limits.expires(s.MadeAt, s.SeenAt)) {
		return auth.Principal{}, ErrNoAccess
	}
	if use && now.Sub(s.SeenAt) >= limits.Idle/seenEvery {
		s.SeenAt, s.Expires = now, limits.expires(s.MadeAt, now)
		doc, err := s.document(token.Hash(), version+1, now)
		if err != nil {
			return auth.Principal{}, err
		}
		switch err := a.store.Replace(ctx, sessionCollection, doc); {
		case errors.Is(err, store.ErrConflict):
			// Another request of the same session has noted it.
		case errors.Is(err, store.ErrNotFound):
			return auth.Principal{}, ErrNoAccess // signed out meanwhile
		case err != nil:
			// The session is good even if that cannot be written now: a store
			// that only reads must not sign everybody out.
			a.log.WarnContext(ctx, "the use of a session could not be noted", "error", err)
		}
	}
	p := u.Principal(a.Today())
	p.Session, p.Means, p.At = sessionID(token.Hash()), s.Means, s.MadeAt
	if p.Needs, err = a.needs(ctx, u, s); err != nil {
		return auth.Principal{}, err
	}
	if len(p.Needs) > 0 {
		p.Grants = nil
	}
	keep(p, earliest(s.Expires, limits.expires(s.MadeAt, s.SeenAt)), s.SeenAt.Add(limits.Idle/seenEvery))
	return p, nil
}

// needs are what the user has to do before a session gives rights. They are
// judged at each request: a role that a second factor was demanded of today needs
// it today.
func (a *App) needs(ctx context.Context, u *User, s *access) ([]auth.Need, error) {
	if s.Means == auth.ByDemonstration {
		return nil, nil
	}
	// This runs at every request: the policy is read only where it can ask for something.
	factor := false
	if !s.Factor {
		var err error
		if factor, err = a.mustHaveFactor(ctx, u); err != nil {
			return nil, err
		}
	}
	// Who came by a link sets a password in that session: they could not come
	// again, and whoever used another's link to act as them is found out, because
	// the password of before works no more. A second factor shows who it is.
	password := s.Means == auth.ByLink
	if !password && !factor {
		return nil, nil
	}
	infos, err := a.credentialInfo(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	var needs []auth.Need
	if at := infos[u.ID].PasswordSetAt; password && (at.IsZero() || at.Before(s.MadeAt) && !s.Factor) {
		needs = append(needs, auth.NeedPassword)
	}
	if factor && !infos[u.ID].HasSecondFactor {
		needs = append(needs, auth.NeedSecondFactor)
	}
	return needs, nil
}

// mustHaveFactor tells whether a role that the user holds today demands a second
// factor.
func (a *App) mustHaveFactor(ctx context.Context, u *User) (bool, error) {
	policy, err := a.readPolicy(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(u.CurrentGrants(a.Today()), func(g UserGrant) bool { return slices.Contains(policy.SecondFactorRoles, g.Role) }), nil
}

// SignOut ends a session. One that does not exist has ended already.
func (a *App) SignOut(ctx context.Context, token auth.Token) error {
	if token.IsZero() {
		return nil
	}
	return a.remove(ctx, sessionCollection, token.Hash())
}

// remove deletes a session or link, also while its use is being noted.
func (a *App) remove(ctx context.Context, c *store.Collection, id string) error {
	for {
		docs, err := a.store.Get(ctx, c, thads.Everything(), id)
		if err != nil {
			return unavailable(err)
		}
		if len(docs) == 0 {
			return nil
		}
		switch err := a.store.Delete(ctx, c, id, docs[0].Version); {
		case errors.Is(err, store.ErrConflict):
			continue
		case errors.Is(err, store.ErrNotFound):
			return nil
		default:
			return unavailable(err)
		}
	}
}

// A Session is one of a person's sign-ins as it is shown.
type Session struct {
	// ID is no secret.
	ID   string
	User thads.PrincipalID
	// Current tells whether it is the one that asks.
	Current bool
	Means   auth.Means
	// BeganAt is when it began, SeenAt when it was last used (to a twentieth of
	// the idle limit), ExpiresAt when it ends without further use.
	BeganAt, SeenAt, ExpiresAt time.Time
	Agent, Address             string
	Factor                     bool

	// hash is the id of its document.
	hash string
}

// ownOrManaged returns the caller if the account is their own, or they manage accounts.
func (a *App) ownOrManaged(ctx context.Context, user thads.PrincipalID) (auth.Principal, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err != nil {
		return p, err
	}
	if p.ID != user && !p.Can(auth.ManageAccounts) {
		return p, forbidden()
	}
	return p, nil
}

// inPerson returns the caller if a person is there: a program with a token has no
// business with its owner's ways in.
func (a *App) inPerson(ctx context.Context) (auth.Principal, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err == nil && p.Means == auth.ByToken {
		err = forbidden()
	}
	return p, err
}

// Sessions returns the sessions of an account that have not ended, the latest
// first: one's own, or anybody's for who manages accounts.
func (a *App) Sessions(ctx context.Context, user thads.PrincipalID) ([]*Session, error) {
	p, err := a.ownOrManaged(ctx, user)
	if err != nil {
		return nil, err
	}
	sessions, err := a.sessionsOf(ctx, user)
	for _, s := range sessions {
		s.Current = s.ID == p.Session
	}
	return sessions, err
}

func (a *App) sessionsOf(ctx context.Context, user thads.PrincipalID) ([]*Session, error) {
	return a.sessionsWhere(ctx, store.Eq("user", string(user)))
}

// sessionsWhere returns sessions that have not ended, the latest first.
func (a *App) sessionsWhere(ctx context.Context, which store.Cond) ([]*Session, error) {
	var out []*Session
	now := a.clock()
	err := a.eachAccess(ctx, sessionCollection, which, func(h store.Head) error {
		s, err := decodeHead[access](h)
		if err != nil {
			return err
		}
		if now.Before(s.Expires) {
			out = append(out, &Session{
				ID: sessionID(h.ID), User: s.User, Means: s.Means, BeganAt: s.MadeAt, SeenAt: s.SeenAt, ExpiresAt: s.Expires,
				Agent: cmp.Or(s.Agent, unnamed), Address: cmp.Or(s.Address, unnamed), Factor: s.Factor, hash: h.ID,
			})
		}
		return nil
	})
	slices.SortFunc(out, func(s, t *Session) int { return cmp.Or(t.BeganAt.Compare(s.BeganAt), cmp.Compare(s.ID, t.ID)) })
	return out, err
}

// EndSession ends one of one's own sessions.
func (a *App) EndSession(ctx context.Context, id string) error {
	p, err := a.inPerson(ctx)
	if err != nil {
		return err
	}
	sessions, err := a.sessionsOf(ctx, p.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(sessions, func(s *Session) bool { return s.ID == id })
	if i < 0 {
		return notFound("id")
	}
	return a.remove(ctx, sessionCollection, sessions[i].hash)
}

// EndOtherSessions ends all one's own sessions but the one that asks.
func (a *App) EndOtherSessions(ctx context.Context) error {
	p, err := a.inPerson(ctx)
	if err != nil {
		return err
	}
	return a.endSessionsBut(ctx, p.ID, p.Session)
}

// endSessionsBut ends the sessions of a user but the one with the shown id keep:
// after a password or second factor has changed, and when an administrator asks.
func (a *App) endSessionsBut(ctx context.Context, user thads.PrincipalID, keep string) error {
	return a.eachAccess(ctx, sessionCollection, store.Eq("user", string(user)), func(h store.Head) error {
		if sessionID(h.ID) == keep {
			return nil
		}
		return a.remove(ctx, sessionCollection, h.ID)
	})
}

// endLinks ends the links of a user.
func (a *App) endLinks(ctx context.Context, user thads.PrincipalID) error {
	return a.eachAccess(ctx, linkCollection, store.Eq("user", string(user)), func(h store.Head) error {
		return a.remove(ctx, linkCollection, h.ID)
	})
}

// endAccess ends the sessions, links and tokens of a user, and the sign-ins that
// are under way.
func (a *App) endAccess(ctx context.Context, user thads.PrincipalID) error {
	return errors.Join(a.endChallenges(ctx, user), a.endSessionsBut(ctx, user, ""), a.endLinks(ctx, user), a.revokeTokens(ctx, user))
}

// SweepAccess deletes the sessions, links and sign-ins under way that have ended,
// and returns how many sessions and links there were. They are refused without
// it; it keeps the store small.
func (a *App) SweepAccess(ctx context.Context) (int, error) {
	deleted := 0
	if err := a.sweepChallenges(ctx); err != nil {
		return deleted, err
	}
	for _, c := range []*store.Collection{sessionCollection, linkCollection} {
		err := a.eachAccess(ctx, c, store.Between("expiresAt", nil, store.Instant(a.clock())), func(h store.Head) error {
			switch err := a.store.Delete(ctx, c, h.ID, h.Version); {
			case errors.Is(err, store.ErrConflict):
				// Its use was noted between reading and deleting: it goes on.
			case errors.Is(err, store.ErrNotFound):
			case err != nil:
				return unavailable(err)
			default:
				deleted++
			}
			return nil
		})
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

// eachAccess calls do for all documents of a collection that a condition
// reaches; do may delete them.
func (a *App) eachAccess(ctx context.Context, c *store.Collection, which store.Cond, do func(store.Head) error) error {
	q := store.Query{Scope: thads.Everything(), Where: []store.Cond{which}, Limit: store.MaxPage}
	for {
		page, err := a.store.Find(ctx, c, q)
		if err != nil {
			return unavailable(err)
		}
		for _, h := range page.Heads {
			if err := do(h); err != nil {
				return err
			}
		}
		if !page.HasNext {
			return nil
		}
		q.After = page.Heads[len(page.Heads)-1].Cursor
	}
}
