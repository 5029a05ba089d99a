package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// userCollection holds the accounts. An account's id derives from its name, so
// that the store itself refuses a second account of one name.
var userCollection = &store.Collection{
	Name: "user",
	Fields: []store.Field{
		{Name: "account", Type: store.String, Sortable: true},
		// roles and units are those of all grants, those that ended included.
		{Name: "roles", Type: store.Strings},
		{Name: "units", Type: store.Strings},
		{Name: "disabled", Type: store.Bool},
		{Name: "provider", Type: store.String},
		{Name: "words", Type: store.Strings},
	},
	Indexes: []store.Index{{"account"}, {"provider"}},
}

// maxAccountName bounds the name of an account, in characters.
const maxAccountName = 60

// A User is an account: who may sign in, and as what.
type User struct {
	ID thads.PrincipalID `json:"id"`
	// Account is the name by which the account is known for ever; neither case
	// nor diacritics tell two accounts apart.
	Account string `json:"account"`
	// Name is what people are shown.
	Name string `json:"name"`
	// Grants are the roles, in the order in which they were given; those that
	// ended stay.
	Grants []UserGrant `json:"grants"`
	// Provider is who the person is at the provider of OpenID Connect, nil
	// where nobody has tied an identity.
	Provider *ProviderIdentity `json:"provider,omitzero"`
	AddedAt  time.Time         `json:"addedAt"`
	AddedBy  thads.PrincipalID `json:"addedBy"`
	// DisabledAt is when the account was disabled; zero while it works.
	DisabledAt time.Time         `json:"disabledAt,omitzero"`
	DisabledBy thads.PrincipalID `json:"disabledBy,omitzero"`

	version int64
}

// A UserGrant is a role held at a place for a term.
type UserGrant struct {
	// ID is unique within the account.
	ID   string    `json:"id"`
	Role auth.Role `json:"role"`
	// Unit is where the role is held, "" for administrators; Officer who the
	// person is as an officer, for the role OFFICER only.
	Unit    thads.UnitID    `json:"unit,omitzero"`
	Officer thads.OfficerID `json:"officer,omitzero"`
	// From is the first day on which the role is held and Until the last, zero
	// without a term. Until before From: it was ended before it began.
	From  thads.Date `json:"from"`
	Until thads.Date `json:"until,omitzero"`
	// GivenBy and GivenAt tell who gave it and when, EndedBy and EndedAt who set
	// its last day after that.
	GivenAt time.Time         `json:"givenAt"`
	GivenBy thads.PrincipalID `json:"givenBy"`
	EndedAt time.Time         `json:"endedAt,omitzero"`
	EndedBy thads.PrincipalID `json:"endedBy,omitzero"`
}

// HeldOn tells whether the role is held on a day.
func (g UserGrant) HeldOn(d thads.Date) bool {
	return d >= g.From && (g.Until.IsZero() || d <= g.Until)
}

// A ProviderIdentity is who a person is at a provider of OpenID Connect.
type ProviderIdentity struct {
	// Issuer and Subject are the claims iss and sub.
	Issuer   string    `json:"issuer"`
	Subject  string    `json:"subject"`
	LinkedAt time.Time `json:"linkedAt"`
}

// key is the number that only one account may have for the identity. Issuers
// are longer than an id may be, hence the digest.
func (i *ProviderIdentity) key() string {
	if i == nil {
		return ""
	}
	sum := sha256.Sum256([]byte("provider\x00" + i.Issuer + "\x00" + i.Subject))
	return "provider:" + idEncoding.EncodeToString(sum[:])
}

// Version is the number of times the account was written.
func (u *User) Version() int { return int(u.version) }

// IsDisabled tells whether nobody can sign in as the user.
func (u *User) IsDisabled() bool { return !u.DisabledAt.IsZero() }

// CurrentGrants are the roles held on a day.
func (u *User) CurrentGrants(on thads.Date) []UserGrant {
	var out []UserGrant
	for _, g := range u.Grants {
		if g.HeldOn(on) {
			out = append(out, g)
		}
	}
	return out
}

// Principal is the user as who acts on a day, with the roles held then; a
// disabled user has none.
func (u *User) Principal(today thads.Date) auth.Principal {
	p := auth.Principal{ID: u.ID, Name: u.Name}
	if u.IsDisabled() {
		return p
	}
	for _, g := range u.CurrentGrants(today) {
		p.Grants = append(p.Grants, auth.Grant{Role: g.Role, Unit: g.Unit, Officer: g.Officer})
	}
	return p
}

// manages tells whether the user can manage accounts on a day.
func (u *User) manages(on thads.Date) bool { return u.Principal(on).Can(auth.ManageAccounts) }

// userID returns the id of the account with a name.
func userID(account string) thads.PrincipalID {
	sum := sha256.Sum256([]byte("user\x00" + thads.Fold(account)))
	return thads.PrincipalID("us_" + idEncoding.EncodeToString(sum[:16]))
}

// document is the user as it is stored.
func (u *User) document(now time.Time) (*store.Document, error) {
	body, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.ID, err)
	}
	var roles, units []string
	for _, g := range u.Grants {
		roles = append(roles, string(g.Role))
		if g.Unit != "" {
			units = append(units, string(g.Unit))
		}
	}
	fields := store.Fields{
		"account": thads.TextSortKey(u.Account), "roles": roles, "units": units, "disabled": u.IsDisabled(),
		"words": thads.Tokens(u.Account + " " + u.Name),
	}
	optionalText(fields, "provider", u.Provider.key())
	return &store.Document{
		ID: string(u.ID), Version: u.version, Head: body, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now, Fields: fields,
	}, nil
}

func decodeUser(id string, version int64, body []byte) (*User, error) {
	// Accounts once had one role without a term.
	var stored struct {
		*User
		Role    auth.Role       `json:"role"`
		Unit    thads.UnitID    `json:"unit"`
		Officer thads.OfficerID `json:"officer"`
	}
	stored.User = &User{version: version}
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, fmt.Errorf("user %s: %w", id, err)
	}
	u := stored.User
	if len(u.Grants) == 0 && stored.Role.Valid() {
		u.Grants = []UserGrant{{
			ID: "g1", Role: stored.Role, Unit: stored.Unit, Officer: stored.Officer,
			From: thads.DateIn(u.AddedAt), GivenAt: u.AddedAt, GivenBy: u.AddedBy,
		}}
	}
	return u, nil
}

func decodeUserHead(h store.Head) (*User, error) { return decodeUser(h.ID, h.Version, h.Head) }

// userByID returns a user, or nil.
func (a *App) userByID(ctx context.Context, id thads.PrincipalID) (*User, error) {
	docs, err := a.store.Get(ctx, userCollection, thads.Everything(), string(id))
	if err != nil {
		return nil, unavailable(err)
	}
	if len(docs) == 0 {
		return nil, nil
	}
	return decodeUser(docs[0].ID, docs[0].Version, docs[0].Body)
}

// userByAccount returns the user of an account, or nil.
func (a *App) userByAccount(ctx context.Context, account string) (*User, error) {
	return a.userByID(ctx, userID(account))
}

// userByProvider returns the user to whom an identity of the provider is tied,
// or nil.
func (a *App) userByProvider(ctx context.Context, issuer, subject string) (*User, error) {
	key := (&ProviderIdentity{Issuer: issuer, Subject: subject}).key()
	users, err := a.usersWhere(ctx, store.Eq("provider", key))
	if err != nil || len(users) == 0 {
		return nil, err
	}
	if len(users) > 1 {
		// Cannot be while the claim holds; then nobody is it.
		return nil, fmt.Errorf("one identity of the provider is tied to %s and %s", users[0].ID, users[1].ID)
	}
	return users[0], nil
}

// usersWhere returns all users whom conditions reach, by the names of their
// accounts.
func (a *App) usersWhere(ctx context.Context, where ...store.Cond) ([]*User, error) {
	var users []*User
	q := store.Query{Scope: thads.Everything(), Where: where, Sort: "account", Limit: store.MaxPage}
	for {
		page, err := findPage(ctx, a, userCollection, q, decodeUserHead)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			users = append(users, it.Value)
			q.After = it.Cursor
		}
		if !page.HasNext {
			return users, nil
		}
	}
}

// User returns an account, or nil.
func (a *App) User(ctx context.Context, id thads.PrincipalID) (*User, error) {
	if _, err := a.permit(ctx, auth.ManageAccounts); err != nil {
		return nil, err
	}
	return a.userByID(ctx, id)
}

// UserNamed returns the user of an account; CodeUnknown if there is none.
func (a *App) UserNamed(ctx context.Context, account string) (*User, error) {
	if _, err := a.permit(ctx, auth.ManageAccounts); err != nil {
		return nil, err
	}
	u, err := a.userByAccount(ctx, account)
	if err == nil && u == nil {
		err = thads.Errorf(thads.CodeUnknown, "account", "Không có tài khoản %q", "There is no account %q", thads.NormalizeName(account))
	}
	return u, err
}

// UsersByID returns those of the accounts that exist and that the caller may
// see, by id: all for who manages accounts, one's own for others.
func (a *App) UsersByID(ctx context.Context, ids ...thads.PrincipalID) (map[thads.PrincipalID]*User, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err != nil {
		return nil, err
	}
	out := make(map[thads.PrincipalID]*User, len(ids))
	for part := range slices.Chunk(ids, store.MaxPage) {
		if !p.Can(auth.ManageAccounts) {
			part = slices.DeleteFunc(slices.Clone(part), func(id thads.PrincipalID) bool { return id != p.ID })
		}
		heads, err := a.store.Heads(ctx, userCollection, thads.Everything(), texts(part)...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, h := range heads {
			u, err := decodeUserHead(h)
			if err != nil {
				return nil, err
			}
			out[u.ID] = u
		}
	}
	return out, nil
}

// A UserFilter says which accounts: all conditions must hold.
type UserFilter struct {
	// Text holds words of the account or the name, with or without accents.
	Text *string
	// Roles are those held, once held or to be held.
	Roles []auth.Role
	// Units are where a role is, was or will be held, there or below.
	Units []thads.UnitID
	// Disabled is true for disabled accounts and false for the others.
	Disabled *bool
}

// Users returns one page of the accounts, ordered by their names.
func (a *App) Users(ctx context.Context, f *UserFilter, page PageArgs) (*Page[*User], error) {
	if _, err := a.permit(ctx, auth.ManageAccounts); err != nil {
		return nil, err
	}
	var w conditions
	if f != nil {
		d, err := a.Directory(ctx)
		if err != nil {
			return nil, err
		}
		w.text(f.Text)
		oneOf(&w, "roles", f.Roles)
		w.below(d, "units", f.Units)
		w.flag("disabled", f.Disabled)
	}
	q, err := page.query(thads.Everything(), w.conds, "account", false)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, userCollection, q, decodeUserHead)
}

// A UserChange names an account and the version of it that the caller saw.
type UserChange struct {
	ID      thads.PrincipalID
	Version int
}

// Change names the account as it was read.
func (u *User) Change() UserChange { return UserChange{ID: u.ID, Version: u.Version()} }

// userSeen returns the account that a change names, if nobody has changed it
// since the caller saw it.
func (a *App) userSeen(ctx context.Context, c UserChange) (*User, error) {
	u, err := a.userByID(ctx, c.ID)
	switch {
	case err != nil:
		return nil, err
	case u == nil:
		return nil, notFound("id")
	case u.Version() != c.Version:
		return nil, versionConflict()
	}
	return u, nil
}

// writeUser stores what became of the account after was read.
func (a *App) writeUser(ctx context.Context, after *User) error {
	after.version++
	doc, err := after.document(a.clock())
	if err != nil {
		return err
	}
	switch err := a.store.Replace(ctx, userCollection, doc); {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
		return versionConflict()
	case errors.Is(err, store.ErrTooLarge):
		return tooLarge()
	case err != nil:
		return unavailable(err)
	}
	return nil
}

// copied is a user that can be changed without changing u.
func (u *User) copied() *User {
	c := *u
	c.Grants = slices.Clone(u.Grants)
	return &c
}

func roleNames() string { return strings.Join(texts(auth.Roles()), ", ") }

// province returns the unit at the top on a day, or "" where there is none or
// more than one.
func (d *Directory) province(on thads.Date) thads.UnitID {
	if top := d.Tree.RootsOn(on); len(top) == 1 {
		return top[0]
	}
	return ""
}

// OfficerByCode returns the serving officer with a code, or nil.
func (d *Directory) OfficerByCode(code string) *thads.Officer {
	for _, o := range d.officers {
		if o.State == thads.OfficerServing && strings.EqualFold(o.Code, code) {
			return o
		}
	}
	return nil
}
