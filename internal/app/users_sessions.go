package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

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

// ErrNoAccess: a session or link does not exist, has ended, or belongs to an
// account that was disabled. Which of them it is, is nobody's business.
var ErrNoAccess = errors.New("app: no such session or link")

// LinkLife is how long a one-time sign-in link is valid.
const LinkLife = 15 * time.Minute

// SessionLimits bound sessions.
type SessionLimits struct {
	// Idle ends a session that was not used for so long, Max every session.
	Idle, Max time.Duration
}

// seenEvery is the part of the idle limit after which the use of a session is
// written down: reading must not cost a write each time.
const seenEvery = 20

// An access is a session or a link as it is stored.
type access struct {
	User    thads.PrincipalID `json:"user"`
	MadeAt  time.Time         `json:"madeAt"`
	MadeBy  thads.PrincipalID `json:"madeBy,omitzero"`
	Expires time.Time         `json:"expires"`
	// SeenAt is when a session was last used, to the precision of seenEvery.
	SeenAt time.Time `json:"seenAt,omitzero"`
}

func (s *access) document(id string, version int64, now time.Time) (*store.Document, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	return &store.Document{
		ID: id, Version: version, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"user": string(s.User), "expiresAt": s.Expires},
	}, nil
}

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

// SignInLink makes a one-time link token that signs in as the account within
// LinkLife, and returns it with the instant at which it ends.
func (a *App) SignInLink(ctx context.Context, account string) (auth.Token, time.Time, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return auth.Token{}, time.Time{}, err
	}
	u, err := a.userNamed(ctx, account)
	if err != nil {
		return auth.Token{}, time.Time{}, err
	}
	if u.IsDisabled() {
		return auth.Token{}, time.Time{}, thads.Errorf(thads.CodeForbidden, "account", "Tài khoản %q đã bị khóa", "The account %q is disabled", u.Account)
	}
	now := store.Instant(a.clock())
	token := auth.NewToken()
	s := &access{User: u.ID, MadeAt: now, MadeBy: p.ID, Expires: now.Add(LinkLife)}
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
// same time one succeeds. ErrNoAccess if the link leads nowhere.
func (a *App) RedeemLink(ctx context.Context, token auth.Token, limits SessionLimits) (auth.Token, *User, error) {
	_, version, u, err := a.readAccess(ctx, linkCollection, token)
	if err != nil {
		return auth.Token{}, nil, err
	}
	// The deletion decides who was first; the session comes after it, so that a
	// failure between the two costs the link and never gives a second session.
	switch err := a.store.Delete(ctx, linkCollection, token.Hash(), version); {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrConflict):
		return auth.Token{}, nil, ErrNoAccess
	case err != nil:
		return auth.Token{}, nil, unavailable(err)
	}
	session, err := a.beginSession(ctx, u, limits)
	return session, u, err
}

// SignInAs begins a session for an account without a link: for the system's own
// use, where the program has already made sure of who is there.
func (a *App) SignInAs(ctx context.Context, id thads.PrincipalID, limits SessionLimits) (auth.Token, *User, error) {
	if p := auth.FromContext(ctx); !p.IsSystem() {
		return auth.Token{}, nil, thads.Errorf(thads.CodeForbidden, "", "Không có quyền thực hiện", "This is not allowed")
	}
	u, err := a.userByID(ctx, id)
	if err != nil {
		return auth.Token{}, nil, err
	}
	if u == nil || u.IsDisabled() {
		return auth.Token{}, nil, ErrNoAccess
	}
	session, err := a.beginSession(ctx, u, limits)
	return session, u, err
}

func (a *App) beginSession(ctx context.Context, u *User, limits SessionLimits) (auth.Token, error) {
	now := store.Instant(a.clock())
	token := auth.NewToken()
	s := &access{User: u.ID, MadeAt: now, SeenAt: now, Expires: limits.expires(now, now)}
	doc, err := s.document(token.Hash(), 1, now)
	if err != nil {
		return auth.Token{}, err
	}
	if err := a.store.Insert(ctx, sessionCollection, doc); err != nil {
		return auth.Token{}, unavailable(err)
	}
	return token, nil
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
// ErrNoAccess if there is no such session or it has ended.
func (a *App) Authenticate(ctx context.Context, token auth.Token, limits SessionLimits) (auth.Principal, error) {
	s, version, u, err := a.readAccess(ctx, sessionCollection, token)
	if err != nil {
		return auth.Principal{}, err
	}
	now := store.Instant(a.clock())
	// Limits may have become stricter since the session began.
	if !now.Before(limits.expires(s.MadeAt, s.SeenAt)) {
		return auth.Principal{}, ErrNoAccess
	}
	if now.Sub(s.SeenAt) >= limits.Idle/seenEvery {
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
	return u.Principal(), nil
}

// SignOut ends a session. One that does not exist has ended already.
func (a *App) SignOut(ctx context.Context, token auth.Token) error {
	for {
		_, version, _, err := a.readAccess(ctx, sessionCollection, token)
		if errors.Is(err, ErrNoAccess) {
			return nil
		}
		if err != nil {
			return err
		}
		switch err := a.store.Delete(ctx, sessionCollection, token.Hash(), version); {
		case errors.Is(err, store.ErrConflict):
			continue // its use was noted meanwhile
		case errors.Is(err, store.ErrNotFound):
			return nil
		default:
			return unavailable(err)
		}
	}
}

// endAccess deletes the sessions and links of a user.
func (a *App) endAccess(ctx context.Context, id thads.PrincipalID) error {
	_, err := a.deleteAccess(ctx, store.Eq("user", string(id)))
	return err
}

// SweepAccess deletes the sessions and links that have ended, and returns how
// many there were. They are refused without it; it keeps the store small.
func (a *App) SweepAccess(ctx context.Context) (int, error) {
	return a.deleteAccess(ctx, store.Between("expiresAt", nil, store.Instant(a.clock())))
}

func (a *App) deleteAccess(ctx context.Context, which store.Cond) (int, error) {
	deleted := 0
	for _, c := range []*store.Collection{sessionCollection, linkCollection} {
		q := store.Query{Scope: thads.Everything(), Where: []store.Cond{which}, Limit: store.MaxPage}
		for {
			page, err := a.store.Find(ctx, c, q)
			if err != nil {
				return deleted, unavailable(err)
			}
			for _, h := range page.Heads {
				switch err := a.store.Delete(ctx, c, h.ID, h.Version); {
				case errors.Is(err, store.ErrConflict):
					// In use: written between reading and deleting. For a
					// sweep that means it has not ended; where a user was
					// disabled, the account refuses it.
				case errors.Is(err, store.ErrNotFound):
				case err != nil:
					return deleted, unavailable(err)
				default:
					deleted++
				}
			}
			if !page.HasNext {
				break
			}
			q.After = page.Heads[len(page.Heads)-1].Cursor
		}
	}
	return deleted, nil
}
