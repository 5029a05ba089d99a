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
	"unicode/utf8"

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
		{Name: "role", Type: store.String},
		{Name: "unit", Type: store.String},
		{Name: "disabled", Type: store.Bool},
	},
	Indexes: []store.Index{{"account"}},
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
	Name string    `json:"name"`
	Role auth.Role `json:"role"`
	// Unit is where the role is held, Officer who an OFFICER is.
	Unit    thads.UnitID      `json:"unit,omitzero"`
	Officer thads.OfficerID   `json:"officer,omitzero"`
	AddedAt time.Time         `json:"addedAt"`
	AddedBy thads.PrincipalID `json:"addedBy"`
	// DisabledAt is when the account was disabled; zero while it works.
	DisabledAt time.Time         `json:"disabledAt,omitzero"`
	DisabledBy thads.PrincipalID `json:"disabledBy,omitzero"`

	version int64
}

// IsDisabled tells whether nobody can sign in as the user.
func (u *User) IsDisabled() bool { return !u.DisabledAt.IsZero() }

// Principal is the user as who acts.
func (u *User) Principal() auth.Principal {
	return auth.Person(u.ID, u.Name, u.Role, u.Unit, u.Officer)
}

// userID returns the id of the account with a name.
func userID(account string) thads.PrincipalID {
	sum := sha256.Sum256([]byte("user\x00" + thads.Fold(account)))
	return thads.PrincipalID("us_" + idEncoding.EncodeToString(sum[:16]))
}

// A NewUser is an account to add.
type NewUser struct {
	// Account is the name of the account, 1 to 60 characters.
	Account string
	// Name is what people are shown; the account's name where it is empty.
	Name string
	Role auth.Role
	// UnitCode is the code of the unit where the role is held. Administrators
	// may have none; leaders without one lead the whole province.
	UnitCode string
	// OfficerCode is the code of the officer, for the role OFFICER only.
	OfficerCode string
}

// AddUser adds an account. CodeDuplicate if the name is taken.
func (a *App) AddUser(ctx context.Context, n NewUser) (*User, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	u := &User{
		ID: userID(n.Account), Account: thads.NormalizeName(n.Account), Name: thads.NormalizeName(n.Name), Role: n.Role,
		AddedAt: store.Instant(a.clock()), AddedBy: p.ID, version: 1,
	}
	if u.Name == "" {
		u.Name = u.Account
	}
	if err := a.place(ctx, u, n); err != nil {
		return nil, err
	}
	doc, err := u.document(a.clock())
	if err != nil {
		return nil, err
	}
	switch err := a.store.Insert(ctx, userCollection, doc); {
	case errors.Is(err, store.ErrExists):
		return nil, thads.Errorf(thads.CodeDuplicate, "account", "Đã có tài khoản tên %q", "There is an account named %q already", u.Account)
	case err != nil:
		return nil, unavailable(err)
	}
	return u, nil
}

// place checks what was asked for and finds unit and officer.
func (a *App) place(ctx context.Context, u *User, n NewUser) error {
	var es thads.Errors
	if !u.Role.Valid() {
		es.Add(thads.CodeInvalid, "role", "Vai trò phải là một trong: %s", "The role must be one of: %s", roleNames())
	}
	for _, text := range []struct{ field, value string }{{"account", u.Account}, {"name", u.Name}} {
		switch {
		case text.value == "" || thads.Fold(text.value) == "":
			es.Add(thads.CodeRequired, text.field, "Thiếu tên", "The name is missing")
		case utf8.RuneCountInString(text.value) > maxAccountName:
			es.Add(thads.CodeOutOfRange, text.field, "Tên dài quá %d ký tự", "The name is longer than %d characters", maxAccountName)
		}
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	switch {
	case n.UnitCode != "":
		unit, ok := d.Tree.ByCode(n.UnitCode)
		if !ok {
			es.Add(thads.CodeUnknown, "unit", "Không có đơn vị mã %q", "There is no unit with the code %q", n.UnitCode)
			break
		}
		u.Unit = unit.ID
	case u.Role == auth.RoleLeader:
		u.Unit = d.province(a.Today())
	case u.Role != auth.RoleAdministrator && n.OfficerCode == "":
		es.Add(thads.CodeRequired, "unit", "Vai trò %s cần một đơn vị", "The role %s needs a unit", u.Role)
	}
	switch {
	case u.Role == auth.RoleOfficer && n.OfficerCode == "":
		es.Add(thads.CodeRequired, "officer", "Vai trò OFFICER cần mã công chức", "The role OFFICER needs an officer's code")
	case u.Role != auth.RoleOfficer && n.OfficerCode != "":
		es.Add(thads.CodeNotAllowed, "officer", "Chỉ vai trò OFFICER có mã công chức", "The role OFFICER alone has an officer's code")
	case n.OfficerCode != "":
		o := d.officerByCode(n.OfficerCode)
		if o == nil {
			es.Add(thads.CodeUnknown, "officer", "Không có công chức mã %q", "There is no officer with the code %q", n.OfficerCode)
			break
		}
		u.Officer = o.ID
		if u.Unit == "" {
			u.Unit = o.Unit
		}
	}
	return es.Err()
}

func roleNames() string {
	var names []string
	for _, r := range auth.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// province returns the unit at the top on a day, or "" where there is none or
// more than one.
func (d *Directory) province(on thads.Date) thads.UnitID {
	if top := d.Tree.RootsOn(on); len(top) == 1 {
		return top[0]
	}
	return ""
}

// officerByCode returns the serving officer with a code, or nil.
func (d *Directory) officerByCode(code string) *thads.Officer {
	for _, o := range d.officers {
		if o.State == thads.OfficerServing && strings.EqualFold(o.Code, code) {
			return o
		}
	}
	return nil
}

// document is the user as it is stored.
func (u *User) document(now time.Time) (*store.Document, error) {
	body, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", u.ID, err)
	}
	return &store.Document{
		ID: string(u.ID), Version: u.version, Head: body, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{
			"account": thads.TextSortKey(u.Account), "role": string(u.Role), "unit": string(u.Unit), "disabled": u.IsDisabled(),
		},
	}, nil
}

func decodeUser(id string, version int64, body []byte) (*User, error) {
	u := &User{version: version}
	if err := json.Unmarshal(body, u); err != nil {
		return nil, fmt.Errorf("user %s: %w", id, err)
	}
	return u, nil
}

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

// userNamed returns the user of an account, or CodeUnknown.
func (a *App) userNamed(ctx context.Context, account string) (*User, error) {
	u, err := a.userByID(ctx, userID(account))
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, thads.Errorf(thads.CodeUnknown, "account", "Không có tài khoản %q", "There is no account %q", thads.NormalizeName(account))
	}
	return u, nil
}

// UserNamed returns the user of an account; CodeUnknown if there is none.
func (a *App) UserNamed(ctx context.Context, account string) (*User, error) {
	if _, err := a.permit(ctx, auth.Administer); err != nil {
		return nil, err
	}
	return a.userNamed(ctx, account)
}

// Users returns all accounts, ordered by their names.
func (a *App) Users(ctx context.Context) ([]*User, error) {
	if _, err := a.permit(ctx, auth.Administer); err != nil {
		return nil, err
	}
	var users []*User
	q := store.Query{Scope: thads.Everything(), Sort: "account", Limit: store.MaxPage}
	for {
		page, err := a.store.Find(ctx, userCollection, q)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, h := range page.Heads {
			u, err := decodeUser(h.ID, h.Version, h.Head)
			if err != nil {
				return nil, err
			}
			users = append(users, u)
		}
		if !page.HasNext {
			return users, nil
		}
		q.After = page.Heads[len(page.Heads)-1].Cursor
	}
}

// DisableUser ends an account: its sessions end at once, its links lead
// nowhere, and nobody can sign in as it. What it recorded stays. Disabling
// twice changes nothing.
func (a *App) DisableUser(ctx context.Context, account string) (*User, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	return a.changeUser(ctx, account, func(u *User) bool {
		if u.IsDisabled() {
			return false
		}
		u.DisabledAt, u.DisabledBy = store.Instant(a.clock()), p.ID
		return true
	})
}

// EnableUser lets a disabled account sign in again, by a new link.
func (a *App) EnableUser(ctx context.Context, account string) (*User, error) {
	if _, err := a.permit(ctx, auth.Administer); err != nil {
		return nil, err
	}
	return a.changeUser(ctx, account, func(u *User) bool {
		changed := u.IsDisabled()
		u.DisabledAt, u.DisabledBy = time.Time{}, ""
		return changed
	})
}

// changeUser applies a change that tells whether it changed anything, again
// where somebody else wrote meanwhile.
func (a *App) changeUser(ctx context.Context, account string, change func(*User) bool) (*User, error) {
	for {
		u, err := a.userNamed(ctx, account)
		if err != nil {
			return nil, err
		}
		if !change(u) {
			return u, nil
		}
		// Before it is enabled, so that no session or link of before revives;
		// after it is disabled, nothing of it is accepted anyway.
		if err := a.endAccess(ctx, u.ID); err != nil {
			return nil, err
		}
		u.version++
		doc, err := u.document(a.clock())
		if err != nil {
			return nil, err
		}
		switch err := a.store.Replace(ctx, userCollection, doc); {
		case errors.Is(err, store.ErrConflict):
			continue
		case err != nil:
			return nil, unavailable(err)
		}
		return u, nil
	}
}

// EnsureUser returns the account of this name, adding it where it is missing:
// for the accounts that the program itself provides. An existing account keeps
// what it is.
func (a *App) EnsureUser(ctx context.Context, n NewUser) (*User, error) {
	u, err := a.AddUser(ctx, n)
	if es, refused := thads.Refusals(err); refused && slices.ContainsFunc(es, func(e *thads.Error) bool { return e.Code == thads.CodeDuplicate }) {
		return a.userNamed(ctx, n.Account)
	}
	return u, err
}
