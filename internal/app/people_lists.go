package app

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// The prefixes of the ids of accounts and API tokens.
const (
	userPrefix  = "us"
	tokenPrefix = "at"
)

// SessionsOf returns the sessions of accounts that have not ended, the latest
// first, by account: one's own, or anybody's for who manages accounts.
func (a *App) SessionsOf(ctx context.Context, users ...thads.PrincipalID) (map[thads.PrincipalID][]*Session, error) {
	p, err := a.ownOrManagedAll(ctx, users)
	if err != nil {
		return nil, err
	}
	return byUser(users, func(which store.Cond) ([]*Session, error) {
		sessions, err := a.sessionsWhere(ctx, which)
		for _, s := range sessions {
			s.Current = s.ID == p.Session
		}
		return sessions, err
	}, func(s *Session) thads.PrincipalID { return s.User })
}

// TokensOfAll returns the API tokens of accounts, the latest first, by account:
// one's own, or anybody's for who manages accounts.
func (a *App) TokensOfAll(ctx context.Context, users ...thads.PrincipalID) (map[thads.PrincipalID][]*APIToken, error) {
	if _, err := a.ownOrManagedAll(ctx, users); err != nil {
		return nil, err
	}
	return byUser(users, func(which store.Cond) ([]*APIToken, error) {
		return a.tokensWhere(ctx, which)
	}, func(t *APIToken) thads.PrincipalID { return t.User })
}

// ownOrManagedAll returns the caller if a person is there and the accounts are
// their own, or they manage accounts.
func (a *App) ownOrManagedAll(ctx context.Context, users []thads.PrincipalID) (auth.Principal, error) {
	p, err := a.inPerson(ctx)
	if err != nil {
		return p, err
	}
	for _, u := range users {
		if _, err := a.ownOrManaged(ctx, u); err != nil {
			return p, err
		}
	}
	return p, nil
}

// byUser reads what belongs to accounts, many at a time, and puts it together by
// account in the order in which it was read.
func byUser[T any](users []thads.PrincipalID, read func(store.Cond) ([]T, error), of func(T) thads.PrincipalID) (map[thads.PrincipalID][]T, error) {
	out := make(map[thads.PrincipalID][]T, len(users))
	for part := range slices.Chunk(users, store.MaxPage) {
		found, err := read(store.In("user", texts(part)))
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			out[of(v)] = append(out[of(v)], v)
		}
	}
	return out, nil
}
