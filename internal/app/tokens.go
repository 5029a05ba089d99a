package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// tokenCollection holds the API tokens. The ids are the hashes of their secrets;
// shown is the id under which people know them.
var tokenCollection = &store.Collection{
	Name: "token",
	Fields: []store.Field{
		{Name: "user", Type: store.String},
		{Name: "shown", Type: store.String},
		{Name: "expiresAt", Type: store.Time, Sortable: true},
	},
	Indexes: []store.Index{{"user"}, {"shown"}, {"expiresAt"}},
}

// Bounds of API tokens.
const (
	// MaxTokenDays is the longest that a token lives, in days.
	MaxTokenDays = 366
	// maxTokens is how many working tokens an account has at most.
	maxTokens = 50
	// maxTokenFields is how many root fields a token names at most.
	maxTokenFields = 200
	// tokenSeenEvery is how often the use of a token is written down at most.
	tokenSeenEvery = time.Minute
)

// An APIToken is a secret by which a program acts for a person, with that
// person's rights of the day or fewer.
type APIToken struct {
	// ID is no secret.
	ID   string            `json:"id"`
	Name string            `json:"name"`
	User thads.PrincipalID `json:"user"`
	// Roles are those of the owner that the token may use, all where it is
	// empty; Units narrow it to these and those below them, empty narrows
	// nothing.
	Roles []auth.Role    `json:"roles,omitzero"`
	Units []thads.UnitID `json:"units,omitzero"`
	// Rights are those it has been left, Fields the root fields that it may ask
	// for, all where it is empty.
	Rights []auth.Right `json:"rights"`
	Fields []string     `json:"fields,omitzero"`

	MadeAt    time.Time `json:"madeAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	// LastUsedAt is when it was last used, to a minute; zero for never.
	LastUsedAt time.Time `json:"lastUsedAt,omitzero"`
	RevokedAt  time.Time `json:"revokedAt,omitzero"`

	// hash is the id of its document, version that of the document.
	hash    string
	version int64
}

// works tells whether the token opens anything at an instant.
func (t *APIToken) works(now time.Time) bool {
	return t.RevokedAt.IsZero() && now.Before(t.ExpiresAt)
}

func (t *APIToken) document(now time.Time) (*store.Document, error) {
	body, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return &store.Document{
		ID: t.hash, Version: t.version, Head: body, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"user": string(t.User), "shown": t.ID, "expiresAt": t.ExpiresAt},
	}, nil
}

func decodeToken(h store.Head) (*APIToken, error) {
	t, err := decodeHead[APIToken](h)
	if err != nil {
		return nil, err
	}
	t.hash, t.version = h.ID, h.Version
	return t, nil
}

// A NewToken is an API token to make, for the caller.
type NewToken struct {
	// Name tells what it is for, 1 to 60 characters.
	Name   string
	Roles  []auth.Role
	Units  []thads.UnitID
	Rights []auth.Right
	Fields []string
	// Days until it ends, 1 to MaxTokenDays.
	Days int
}

// fieldName is what a root field of the API is called.
var fieldName = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z]{0,99}$`)

// CreateToken makes an API token of the caller's rights or fewer, and returns it
// with its secret, which is kept nowhere. MANAGE_ACCOUNTS is never among its
// rights, and a program cannot make another token.
func (a *App) CreateToken(ctx context.Context, n NewToken) (*APIToken, string, error) {
	p, err := a.inPerson(ctx)
	if err != nil {
		return nil, "", err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, "", err
	}
	var es thads.Errors
	name := thads.NormalizeName(n.Name)
	checkName(&es, "name", name)
	n.check(&es, p, d)
	if err := es.Err(); err != nil {
		return nil, "", err
	}
	now := store.Instant(a.clock())
	old, err := a.tokensOf(ctx, p.ID)
	if err != nil {
		return nil, "", err
	}
	working := 0
	for _, t := range old {
		if t.works(now) {
			working++
		}
	}
	if working >= maxTokens {
		return nil, "", thads.Errorf(thads.CodeLimit, "name", "Mỗi tài khoản có không quá %d khóa API đang hiệu lực", "An account has no more than %d working API tokens", maxTokens)
	}
	secret := auth.NewToken()
	t := &APIToken{
		ID: shownID("at", "token id", secret.Hash()), Name: name, User: p.ID,
		Roles: unique(n.Roles), Units: unique(n.Units), Rights: unique(n.Rights), Fields: unique(n.Fields),
		MadeAt: now, ExpiresAt: now.AddDate(0, 0, n.Days), hash: secret.Hash(), version: 1,
	}
	doc, err := t.document(now)
	if err != nil {
		return nil, "", err
	}
	if err := a.store.Insert(ctx, tokenCollection, doc); err != nil {
		return nil, "", unavailable(err)
	}
	a.log.InfoContext(ctx, "token made", "token", t.ID, "by", string(p.ID))
	return t, auth.APISecret(secret), nil
}

// check refuses what the caller does not have or a token cannot have.
func (n *NewToken) check(es *thads.Errors, p auth.Principal, d *Directory) {
	roles := n.Roles
	for i, r := range n.Roles {
		if !slices.ContainsFunc(p.Grants, func(g auth.Grant) bool { return g.Role == r }) {
			es.Add(thads.CodeNotAllowed, fmt.Sprintf("roles.%d", i), "Bạn không giữ vai trò %s", "You do not hold the role %s", r)
		}
	}
	if len(roles) == 0 {
		for _, g := range p.Grants {
			roles = append(roles, g.Role)
		}
	}
	for i, u := range n.Units {
		d.checkUnit(es, fmt.Sprintf("units.%d", i), u, 0)
	}
	// The records that one holds as an officer are not those of a unit.
	if len(n.Units) > 0 && slices.Contains(roles, auth.RoleOfficer) {
		es.Add(thads.CodeNotAllowed, "units", "Vai trò OFFICER không giới hạn theo đơn vị được; hãy chọn vai trò khác", "The role OFFICER cannot be narrowed to units; choose other roles")
	}
	if len(n.Rights) == 0 {
		es.Add(thads.CodeRequired, "rights", "Cần ít nhất một quyền", "At least one right is needed")
	}
	of := p
	of.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(g auth.Grant) bool { return !slices.Contains(roles, g.Role) })
	for i, r := range n.Rights {
		switch {
		case r == auth.ManageAccounts:
			es.Add(thads.CodeNotAllowed, fmt.Sprintf("rights.%d", i), "Khóa API không quản trị tài khoản được", "No token manages accounts")
		case !of.Can(r):
			es.Add(thads.CodeNotAllowed, fmt.Sprintf("rights.%d", i), "Bạn không có quyền %s", "You do not hold the right %s", r)
		}
	}
	if len(n.Fields) > maxTokenFields {
		es.Add(thads.CodeLimit, "fields", "Không quá %d trường", "No more than %d fields", maxTokenFields)
	}
	for i, f := range n.Fields {
		if !fieldName.MatchString(f) {
			es.Add(thads.CodeInvalid, fmt.Sprintf("fields.%d", i), "Tên trường không hợp lệ", "This is no name of a field")
		}
	}
	if n.Days < 1 || n.Days > MaxTokenDays {
		es.Add(thads.CodeOutOfRange, "days", "Số ngày từ 1 đến %d", "The days are 1 to %d", MaxTokenDays)
	}
}

// unique is the values once each, in their order; nil where there are none.
func unique[T comparable](values []T) []T {
	var out []T
	for _, v := range values {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// TokensOf returns the API tokens of an account, those that ended included, the
// latest first: one's own, or anybody's for who manages accounts.
func (a *App) TokensOf(ctx context.Context, user thads.PrincipalID) ([]*APIToken, error) {
	if _, err := a.ownOrManaged(ctx, user); err != nil {
		return nil, err
	}
	return a.tokensOf(ctx, user)
}

func (a *App) tokensOf(ctx context.Context, user thads.PrincipalID) ([]*APIToken, error) {
	return a.tokensWhere(ctx, store.Eq("user", string(user)))
}

func (a *App) tokensWhere(ctx context.Context, which store.Cond) ([]*APIToken, error) {
	var out []*APIToken
	err := a.eachAccess(ctx, tokenCollection, which, func(h store.Head) error {
		t, err := decodeToken(h)
		out = append(out, t)
		return err
	})
	slices.SortFunc(out, func(s, t *APIToken) int { return cmp.Or(t.MadeAt.Compare(s.MadeAt), cmp.Compare(s.ID, t.ID)) })
	return out, err
}

// APIToken returns a token of one's own, or anybody's for who manages accounts;
// nil where there is none that the caller may see.
func (a *App) APIToken(ctx context.Context, id string) (*APIToken, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err != nil {
		return nil, err
	}
	found, err := a.tokensWhere(ctx, store.Eq("shown", id))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if found[0].User != p.ID && !p.Can(auth.ManageAccounts) {
		return nil, nil
	}
	return found[0], nil
}

// RevokeToken ends a token of one's own, or anybody's for who manages accounts.
// One that was revoked stays as it is.
func (a *App) RevokeToken(ctx context.Context, id string) (*APIToken, error) {
	p, err := a.inPerson(ctx)
	if err != nil {
		return nil, err
	}
	t, err := a.APIToken(ctx, id)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, notFound("id")
	}
	if t, err = a.revoke(ctx, t); err != nil {
		return nil, err
	}
	a.log.InfoContext(ctx, "token revoked", "token", t.ID, "by", string(p.ID))
	return t, nil
}

// revoke ends a token, also while its use is being noted.
func (a *App) revoke(ctx context.Context, t *APIToken) (*APIToken, error) {
	for {
		if !t.RevokedAt.IsZero() {
			return t, nil
		}
		after := *t
		after.RevokedAt = store.Instant(a.clock())
		after.version++
		doc, err := after.document(a.clock())
		if err != nil {
			return nil, err
		}
		err = a.store.Replace(ctx, tokenCollection, doc)
		if err == nil {
			return &after, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, unavailable(err)
		}
		heads, err := a.store.Heads(ctx, tokenCollection, thads.Everything(), t.hash)
		if err != nil {
			return nil, unavailable(err)
		}
		if len(heads) == 0 {
			return nil, notFound("id")
		}
		if t, err = decodeToken(heads[0]); err != nil {
			return nil, err
		}
	}
}

// revokeTokens ends the tokens of a user.
func (a *App) revokeTokens(ctx context.Context, user thads.PrincipalID) error {
	tokens, err := a.tokensOf(ctx, user)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if _, err := a.revoke(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// AuthenticateToken returns the principal of an API token, as a program presents
// it, and notes that it is in use: its owner with the roles held today, narrowed
// by the token. ErrNoAccess if it opens nothing. Where a role demands a second
// factor that the owner does not have, it has no rights, as the owner has none: a
// token made with a password alone must not outlive that demand. What the provider
// of an owner asks for cannot be known here, and counts as enough.
func (a *App) AuthenticateToken(ctx context.Context, text string) (auth.Principal, error) {
	return a.authenticateToken(ctx, text, true)
}

// TokenStillWorks is AuthenticateToken for an answer that lasts: it does not count
// as a use of the token.
func (a *App) TokenStillWorks(ctx context.Context, text string) (auth.Principal, error) {
	return a.authenticateToken(ctx, text, false)
}

func (a *App) authenticateToken(ctx context.Context, text string, use bool) (auth.Principal, error) {
	secret, ok := auth.ParseAPISecret(text)
	if !ok {
		return auth.Principal{}, ErrNoAccess
	}
	known, ok, keep := a.recall(principalKey{hash: secret.Hash(), token: true}, use)
	if ok {
		return known, nil
	}
	heads, err := a.store.Heads(ctx, tokenCollection, thads.Everything(), secret.Hash())
	if err != nil {
		return auth.Principal{}, unavailable(err)
	}
	if len(heads) == 0 {
		return auth.Principal{}, ErrNoAccess
	}
	t, err := decodeToken(heads[0])
	if err != nil {
		return auth.Principal{}, err
	}
	now := store.Instant(a.clock())
	if !t.works(now) {
		return auth.Principal{}, ErrNoAccess
	}
	u, err := a.userByID(ctx, t.User)
	if err != nil {
		return auth.Principal{}, err
	}
	if u == nil || u.IsDisabled() {
		return auth.Principal{}, ErrNoAccess
	}
	if use {
		if err := a.noteToken(ctx, t, now); err != nil {
			return auth.Principal{}, err
		}
	}
	p := t.principal(u.Principal(a.Today()))
	if u.Provider == nil {
		if p.Needs, err = a.needs(ctx, u, &access{Means: auth.ByToken}); err != nil {
			return auth.Principal{}, err
		}
	}
	if len(p.Needs) > 0 {
		p.Grants = nil
	}
	keep(p, t.ExpiresAt, t.LastUsedAt.Add(tokenSeenEvery))
	return p, nil
}

// noteToken writes down that a token is in use, now and then.
func (a *App) noteToken(ctx context.Context, t *APIToken, now time.Time) error {
	if now.Sub(t.LastUsedAt) < tokenSeenEvery {
		return nil
	}
	used := *t
	used.LastUsedAt = now
	used.version++
	doc, err := used.document(now)
	if err != nil {
		return err
	}
	switch err := a.store.Replace(ctx, tokenCollection, doc); {
	case errors.Is(err, store.ErrConflict):
		// Another request has noted it, or it was revoked as it came in.
	case errors.Is(err, store.ErrNotFound):
		return ErrNoAccess
	case err != nil:
		a.log.WarnContext(ctx, "the use of a token could not be noted", "error", err)
	}
	return nil
}

// principal is the owner as who a token acts.
func (t *APIToken) principal(owner auth.Principal) auth.Principal {
	p := auth.Principal{ID: owner.ID, Name: owner.Name, Session: t.ID, Means: auth.ByToken, At: t.MadeAt}
	for _, g := range owner.Grants {
		if len(t.Roles) > 0 && !slices.Contains(t.Roles, g.Role) {
			continue
		}
		if len(t.Units) > 0 {
			// What an officer holds cannot be narrowed to units: a role that the
			// owner was given after the token was made must not widen it.
			if g.Role == auth.RoleOfficer {
				continue
			}
			g.Within = slices.Clone(t.Units)
		}
		p.Grants = append(p.Grants, g)
	}
	// Never nil: nil would leave the token all rights.
	p.Only = []auth.Right{}
	for _, r := range t.Rights {
		if r != auth.ManageAccounts {
			p.Only = append(p.Only, r)
		}
	}
	if len(t.Fields) > 0 {
		p.Fields = slices.Clone(t.Fields)
	}
	return p
}
