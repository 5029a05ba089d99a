package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// maxGrants bounds how many roles an account may have had.
const maxGrants = 200

// A NewUser is an account to add.
type NewUser struct {
	// Account is the name of the account, 1 to 60 characters.
	Account string
	// Name is what people are shown; the account's name where it is empty.
	Name string
	// Grants are the first roles.
	Grants []NewGrant
}

// A NewGrant is a role to give.
type NewGrant struct {
	Role auth.Role
	// Unit is where the role is held. Administrators have none; roles that reach
	// the whole province have its unit where none is given, and the role OFFICER
	// the officer's.
	Unit thads.UnitID
	// Officer is who the person is as an officer, for the role OFFICER only.
	Officer thads.OfficerID
	// From is the first day, today where it is zero; Until the last, zero
	// without a term.
	From, Until thads.Date
}

// AddUser adds an account without a way in. CodeDuplicate if the name is taken.
func (a *App) AddUser(ctx context.Context, n NewUser) (*User, error) {
	p, err := a.permit(ctx, auth.ManageAccounts)
	if err != nil {
		return nil, err
	}
	u := &User{
		ID: userID(n.Account), Account: thads.NormalizeName(n.Account), Name: thads.NormalizeName(n.Name),
		AddedAt: store.Instant(a.clock()), AddedBy: p.ID, version: 1,
	}
	if u.Name == "" {
		u.Name = u.Account
	}
	var es thads.Errors
	checkName(&es, "account", u.Account)
	checkName(&es, "name", u.Name)
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	for i, g := range n.Grants {
		a.give(&es, d, u, fmt.Sprintf("grants.%d.", i), g, p.ID)
	}
	if err := es.Err(); err != nil {
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
	a.noteUser(ctx, p, u, "added")
	return u, nil
}

// noteUser writes down for operators who changed which account.
func (a *App) noteUser(ctx context.Context, p auth.Principal, u *User, what string) {
	a.log.InfoContext(ctx, "account changed", "what", what, "account", string(u.ID), "by", string(p.ID))
}

func checkName(es *thads.Errors, field, name string) {
	switch {
	case thads.Fold(name) == "":
		es.Add(thads.CodeRequired, field, "Thiếu tên", "The name is missing")
	case utf8.RuneCountInString(name) > maxAccountName:
		es.Add(thads.CodeOutOfRange, field, "Tên dài quá %d ký tự", "The name is longer than %d characters", maxAccountName)
	}
}

// give adds a role to u, or tells what stands in the way. Fields are named
// behind the prefix.
func (a *App) give(es *thads.Errors, d *Directory, u *User, prefix string, n NewGrant, by thads.PrincipalID) {
	before := len(*es)
	g := UserGrant{
		ID: "g" + strconv.Itoa(len(u.Grants)+1), Role: n.Role, Unit: n.Unit, Officer: n.Officer, From: n.From, Until: n.Until,
		GivenAt: store.Instant(a.clock()), GivenBy: by,
	}
	if g.From.IsZero() {
		g.From = a.Today()
	}
	if !g.Until.IsZero() && g.Until < g.From {
		es.Add(thads.CodeOutOfRange, prefix+"until", "Ngày cuối phải từ ngày đầu trở đi", "The last day must not be before the first")
	}
	spec, ok := g.Role.Spec()
	if !ok || !g.Role.Valid() {
		es.Add(thads.CodeInvalid, prefix+"role", "Vai trò phải là một trong: %s", "The role must be one of: %s", roleNames())
		return
	}
	d.placeOfficer(es, prefix, &g)
	d.placeUnit(es, prefix, &g, spec)
	if len(u.Grants) >= maxGrants {
		es.Add(thads.CodeLimit, prefix+"role", "Một tài khoản có không quá %d vai trò", "An account has no more than %d roles", maxGrants)
	}
	if len(*es) > before {
		return
	}
	for _, old := range u.Grants {
		switch {
		case !overlap(old, g):
		case sameRole(old, g):
			*es = append(*es, twiceTheRole(prefix+"role"))
			return
		case twoOfficers(old, g):
			*es = append(*es, twoOfficersAtOnce(prefix+"officer"))
			return
		}
	}
	u.Grants = append(u.Grants, g)
}

// overlap tells whether two roles are held on a common day.
func overlap(g, h UserGrant) bool {
	ends := func(g UserGrant) int64 { return untilOr(g.Until) }
	return int64(max(g.From, h.From)) <= min(ends(g), ends(h))
}

// sameRole tells whether two grants are the same but for their terms.
func sameRole(g, h UserGrant) bool {
	return g.Role == h.Role && g.Unit == h.Unit && g.Officer == h.Officer
}

// twoOfficers tells whether two grants name two officers.
func twoOfficers(g, h UserGrant) bool {
	return g.Officer != "" && h.Officer != "" && g.Officer != h.Officer
}

func twiceTheRole(field string) *thads.Error {
	return thads.Errorf(thads.CodeDuplicate, field, "Tài khoản đã có vai trò này trong thời gian đó", "The account has this role at that time already")
}

func twoOfficersAtOnce(field string) *thads.Error {
	return thads.Errorf(thads.CodeNotAllowed, field, "Một người chỉ là một công chức tại một thời điểm", "A person is one officer at a time")
}

// placeOfficer checks who an OFFICER is, and takes the unit from it where none
// is given.
func (d *Directory) placeOfficer(es *thads.Errors, prefix string, g *UserGrant) {
	switch {
	case g.Role == auth.RoleOfficer && g.Officer == "":
		es.Add(thads.CodeRequired, prefix+"officer", "Vai trò OFFICER cần một công chức", "The role OFFICER needs an officer")
	case g.Role != auth.RoleOfficer && g.Officer != "":
		es.Add(thads.CodeNotAllowed, prefix+"officer", "Chỉ vai trò OFFICER gắn với công chức", "The role OFFICER alone has an officer")
	case g.Officer != "":
		before := len(*es)
		d.checkOfficer(es, prefix+"officer", g.Officer, g.From)
		if len(*es) == before && g.Unit == "" {
			post, _ := d.Officer(g.Officer).At(g.From)
			g.Unit = post.Unit
		}
	}
}

// placeUnit checks where a role is held, and takes the province where a role
// that reaches all of it names no unit.
func (d *Directory) placeUnit(es *thads.Errors, prefix string, g *UserGrant, spec auth.RoleSpec) {
	switch {
	case g.Role == auth.RoleAdministrator:
		if g.Unit != "" {
			es.Add(thads.CodeNotAllowed, prefix+"unit", "Vai trò %s không gắn với đơn vị", "The role %s has no unit", g.Role)
		}
	case g.Unit != "":
		d.checkUnit(es, prefix+"unit", g.Unit, g.From)
	case spec.Count == auth.ReachProvince:
		// Before the first unit is recorded there is none to name.
		g.Unit = d.province(g.From)
	case g.Role != auth.RoleOfficer:
		es.Add(thads.CodeRequired, prefix+"unit", "Vai trò %s cần một đơn vị", "The role %s needs a unit", g.Role)
	}
}

// EnsureUser returns the account of this name, adding it where it is missing:
// for the accounts that the program itself provides. An existing account keeps
// what it is.
func (a *App) EnsureUser(ctx context.Context, n NewUser) (*User, error) {
	u, err := a.AddUser(ctx, n)
	if es, refused := thads.Refusals(err); refused && slices.ContainsFunc(es, func(e *thads.Error) bool {
		return e.Code == thads.CodeDuplicate && slices.Equal(e.Field, []string{"account"})
	}) {
		return a.UserNamed(ctx, n.Account)
	}
	return u, err
}

// InviteUser adds an account, which must have a role, and makes the one-time
// link by which its owner comes in within InvitationLife; it returns the instant
// at which the link ends.
func (a *App) InviteUser(ctx context.Context, n NewUser) (*User, auth.Token, time.Time, error) {
	p, err := a.permit(ctx, auth.ManageAccounts)
	if err != nil {
		return nil, auth.Token{}, time.Time{}, err
	}
	if len(n.Grants) == 0 {
		return nil, auth.Token{}, time.Time{}, thads.Errorf(thads.CodeRequired, "grants", "Cần ít nhất một vai trò", "At least one role is needed")
	}
	u, err := a.AddUser(ctx, n)
	if err != nil {
		return nil, auth.Token{}, time.Time{}, err
	}
	token, until, err := a.newLink(ctx, u, p.ID, InvitationLife)
	return u, token, until, err
}

// MakeLink makes a one-time link for somebody who has lost the way in; it works
// within LinkLife, and the links that the account had work no more.
func (a *App) MakeLink(ctx context.Context, c UserChange) (*User, auth.Token, time.Time, error) {
	p, u, err := a.anothers(ctx, c)
	if err != nil {
		return nil, auth.Token{}, time.Time{}, err
	}
	token, until, err := a.newLink(ctx, u, p.ID, LinkLife)
	if err != nil {
		return nil, auth.Token{}, time.Time{}, err
	}
	a.noteUser(ctx, p, u, "link made")
	return u, token, until, nil
}

// anothers returns who asks and the account that a change names, for what gives
// its owner another way in. It is refused for one's own account: one's own page
// asks for the password or a code once more, and an open session must not go
// around that (OWASP ASVS 5.0, 7.5.1). The first administrator, and the last, come
// back in by thads user.
func (a *App) anothers(ctx context.Context, c UserChange) (auth.Principal, *User, error) {
	p, err := a.permit(ctx, auth.ManageAccounts)
	if err != nil {
		return p, nil, err
	}
	if p.ID == c.ID {
		return p, nil, thads.Errorf(thads.CodeNotAllowed, "id", "Không thực hiện được với tài khoản của chính mình; hãy dùng trang Tài khoản của tôi hoặc nhờ quản trị viên khác", "Not for your own account: use the page of your account, or ask another administrator")
	}
	u, err := a.userSeen(ctx, c)
	return p, u, err
}

// changeUser writes a change of an account that the caller saw. change works on
// a copy and tells whether it changed anything; ending is the first day on which
// the account may be able to do less than before, for the rule that somebody
// must be able to manage accounts.
func (a *App) changeUser(ctx context.Context, c UserChange, what string, change func(u *User, by thads.PrincipalID) (changed bool, ending thads.Date, err error)) (*User, error) {
	p, err := a.permit(ctx, auth.ManageAccounts)
	if err != nil {
		return nil, err
	}
	before, err := a.userSeen(ctx, c)
	if err != nil {
		return nil, err
	}
	after := before.copied()
	changed, ending, err := change(after, p.ID)
	if err != nil || !changed {
		return before, err
	}
	if !ending.IsZero() {
		if err := a.keepManager(ctx, before, after, ending); err != nil {
			return nil, err
		}
	}
	if err := a.writeUser(ctx, after); err != nil {
		return nil, err
	}
	a.noteUser(ctx, p, after, what)
	return after, nil
}

// RenameUser changes the name that people are shown.
func (a *App) RenameUser(ctx context.Context, c UserChange, name string) (*User, error) {
	return a.changeUser(ctx, c, "renamed", func(u *User, _ thads.PrincipalID) (bool, thads.Date, error) {
		var es thads.Errors
		name := thads.NormalizeName(name)
		checkName(&es, "name", name)
		changed := u.Name != name
		u.Name = name
		return changed, 0, es.Err()
	})
}

// GrantUser gives an account a role.
func (a *App) GrantUser(ctx context.Context, c UserChange, n NewGrant) (*User, error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return a.changeUser(ctx, c, "role given", func(u *User, by thads.PrincipalID) (bool, thads.Date, error) {
		var es thads.Errors
		a.give(&es, d, u, "grant.", n, by)
		return true, 0, es.Err()
	})
}

// EndGrant sets the last day of a role that has not ended: yesterday ends it at
// once, and a later day than before prolongs it. What was held stays held: an
// earlier day than yesterday is refused.
func (a *App) EndGrant(ctx context.Context, c UserChange, grant string, until thads.Date) (*User, error) {
	return a.changeUser(ctx, c, "role ended", func(u *User, by thads.PrincipalID) (bool, thads.Date, error) {
		today := a.Today()
		i := slices.IndexFunc(u.Grants, func(g UserGrant) bool { return g.ID == grant })
		if i < 0 {
			return false, 0, thads.Errorf(thads.CodeUnknown, "grant", "Tài khoản không có vai trò này", "The account has no such role")
		}
		g := &u.Grants[i]
		if g.Until == until {
			return false, 0, nil
		}
		switch {
		case !g.Until.IsZero() && g.Until < today:
			return false, 0, thads.Errorf(thads.CodeNotAllowed, "grant", "Vai trò đã kết thúc ngày %s", "The role ended on %s", g.Until.Vietnamese())
		case until < today.AddDays(-1):
			return false, 0, thads.Errorf(thads.CodeOutOfRange, "until", "Ngày cuối sớm nhất là hôm qua, %s", "The last day can be yesterday, %s, at the earliest", today.AddDays(-1).Vietnamese())
		}
		old := u.Grants[i]
		g.Until, g.EndedAt, g.EndedBy = until, store.Instant(a.clock()), by
		for j, other := range u.Grants {
			switch {
			case j == i || !overlap(other, *g):
			case sameRole(other, *g) && !overlap(other, old):
				return false, 0, twiceTheRole("until")
			case twoOfficers(other, *g):
				return false, 0, twoOfficersAtOnce("until")
			}
		}
		return true, max(today, until.AddDays(1)), nil
	})
}

// DisableUser ends an account: its sessions, links and tokens work no more, in
// any process, and nobody can sign in as it. What it recorded stays. Disabling
// twice changes nothing.
func (a *App) DisableUser(ctx context.Context, c UserChange) (*User, error) {
	u, err := a.changeUser(ctx, c, "disabled", func(u *User, by thads.PrincipalID) (bool, thads.Date, error) {
		if u.IsDisabled() {
			return false, 0, nil
		}
		u.DisabledAt, u.DisabledBy = store.Instant(a.clock()), by
		return true, a.Today(), nil
	})
	if err != nil {
		return nil, err
	}
	// Nothing of it is accepted any more since it was written; this makes that
	// visible and lets nothing revive.
	return u, a.endAccess(ctx, u.ID)
}

// EnableUser lets a disabled account sign in again, by a new link or at the
// provider. Its sessions, links and tokens of before stay ended, and its password
// and second factor are gone.
func (a *App) EnableUser(ctx context.Context, c UserChange) (*User, error) {
	if _, err := a.permit(ctx, auth.ManageAccounts); err != nil {
		return nil, err
	}
	u, err := a.userSeen(ctx, c)
	if err != nil {
		return nil, err
	}
	if !u.IsDisabled() {
		return u, nil
	}
	// Before it is enabled: a sign-in that was under way when it was disabled may
	// have left a session.
	if err := a.endAccess(ctx, u.ID); err != nil {
		return nil, err
	}
	// Nor does a password of before work: whoever knows it may be why the account
	// was disabled. The way in is a new link.
	if err := a.resetCredential(ctx, u.ID); err != nil {
		return nil, err
	}
	return a.changeUser(ctx, c, "enabled", func(u *User, _ thads.PrincipalID) (bool, thads.Date, error) {
		u.DisabledAt, u.DisabledBy = time.Time{}, ""
		return true, 0, nil
	})
}

// EndUserSessions ends all sessions of an account. The links and tokens stay.
func (a *App) EndUserSessions(ctx context.Context, c UserChange) (*User, error) {
	p, err := a.permit(ctx, auth.ManageAccounts)
	if err != nil {
		return nil, err
	}
	u, err := a.userSeen(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := a.endSessionsBut(ctx, u.ID, ""); err != nil {
		return nil, err
	}
	a.noteUser(ctx, p, u, "sessions ended")
	return u, nil
}

// ResetSecondFactor takes the second factor and the recovery codes of an account
// away and ends its sessions: for an owner who has lost the device.
func (a *App) ResetSecondFactor(ctx context.Context, c UserChange) (*User, error) {
	p, u, err := a.anothers(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := a.removeFactor(ctx, u.ID); err != nil {
		return nil, err
	}
	if err := a.endSessionsBut(ctx, u.ID, ""); err != nil {
		return nil, err
	}
	a.noteUser(ctx, p, u, "second factor reset")
	return u, nil
}

// maxProvider bounds an issuer and a subject, in characters; OpenID Connect Core
// 1.0, section 2, has no subject longer than 255.
const maxProvider = 255

// SetProvider ties an identity of the provider of OpenID Connect to an account,
// or unties what it has where both are empty. CodeDuplicate if another account
// has the identity.
func (a *App) SetProvider(ctx context.Context, c UserChange, issuer, subject string) (*User, error) {
	if _, _, err := a.anothers(ctx, c); err != nil {
		return nil, err
	}
	identity, err := a.claimProvider(ctx, c.ID, issuer, subject)
	if err != nil {
		return nil, err
	}
	var before *ProviderIdentity
	u, err := a.changeUser(ctx, c, "identity set", func(u *User, _ thads.PrincipalID) (bool, thads.Date, error) {
		if u.Provider.key() == identity.key() {
			return false, 0, nil
		}
		before, u.Provider = u.Provider, identity
		return true, 0, nil
	})
	if err != nil {
		return nil, err
	}
	if before != nil {
		// Who came by the former identity is out.
		if err := a.endSessionsBut(ctx, u.ID, ""); err != nil {
			return nil, err
		}
	}
	return u, a.releaseProvider(ctx, u.ID, before)
}

// linkProvider ties an identity to the account of the person who has shown to
// be it. Callers have made sure of that.
func (a *App) linkProvider(ctx context.Context, id thads.PrincipalID, issuer, subject string) error {
	identity, err := a.claimProvider(ctx, id, issuer, subject)
	if err != nil {
		return err
	}
	u, err := a.userByID(ctx, id)
	if err != nil {
		return err
	}
	if u == nil || u.IsDisabled() {
		return ErrNoAccess
	}
	if u.Provider.key() == identity.key() {
		return nil
	}
	after := u.copied()
	before := u.Provider
	after.Provider = identity
	if err := a.writeUser(ctx, after); err != nil {
		return err
	}
	a.noteUser(ctx, auth.FromContext(ctx), after, "identity set")
	if before != nil {
		if err := a.endSessionsBut(ctx, id, auth.FromContext(ctx).Session); err != nil {
			return err
		}
	}
	return a.releaseProvider(ctx, id, before)
}

// claimProvider takes an identity for an account, or refuses it; nil where it is
// empty.
func (a *App) claimProvider(ctx context.Context, id thads.PrincipalID, issuer, subject string) (*ProviderIdentity, error) {
	if subject == "" {
		return nil, nil
	}
	for _, text := range []string{issuer, subject} {
		if text == "" || utf8.RuneCountInString(text) > maxProvider || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, thads.Errorf(thads.CodeInvalid, "subject", "Danh tính ngoài không hợp lệ", "The identity is not valid")
		}
	}
	taken := thads.Errorf(thads.CodeDuplicate, "subject", "Danh tính này đã gắn với một tài khoản khác", "This identity is tied to another account")
	identity := &ProviderIdentity{Issuer: issuer, Subject: subject, LinkedAt: store.Instant(a.clock())}
	// Accounts that came by a dump have no claims: they are asked as well.
	owner, err := a.userByProvider(ctx, issuer, subject)
	switch {
	case err != nil:
		return nil, err
	case owner != nil && owner.ID != id:
		return nil, taken
	case owner != nil:
		return identity, nil
	}
	err = a.claim(ctx, userCollection, string(id), identity.key(), holdsProvider)
	var e *thads.Error
	switch {
	case errors.As(err, &e) && e.Code == thads.CodeDuplicate:
		return nil, taken
	case errors.As(err, &e):
		return nil, &thads.Error{Code: e.Code, Field: []string{"subject"}, Text: e.Text, Cause: e.Cause}
	}
	return identity, err
}

// holdsProvider tells whether the account has the identity that was claimed.
func holdsProvider(ctx context.Context, a *App, id, key string) (bool, error) {
	u, err := a.userByID(ctx, thads.PrincipalID(id))
	return u != nil && u.Provider.key() == key, err
}

// releaseProvider frees an identity that an account has given up.
func (a *App) releaseProvider(ctx context.Context, id thads.PrincipalID, old *ProviderIdentity) error {
	if old == nil {
		return nil
	}
	return a.releaseClaims(ctx, []release{{number: old.key(), owner: string(id)}})
}

// managersDoc guards, in the collection of what is known of the store itself,
// that somebody can manage accounts: each write touches one document, so two
// administrators who disable each other at the same time would both succeed.
// Who takes that ability from an account writes so here first, and each looks
// here for what others are about to take.
const managersDoc = "managers"

// A leaving is a manager who is about to be none: the write that makes it so
// gives the account this version.
type leaving struct {
	User    thads.PrincipalID `json:"user"`
	Version int64             `json:"version"`
	At      time.Time         `json:"at"`
}

// keepManager refuses a change by which, on a day, nobody could manage accounts
// any more.
func (a *App) keepManager(ctx context.Context, before, after *User, on thads.Date) error {
	if !before.manages(on) || after.manages(on) {
		return nil
	}
	for {
		docs, err := a.store.Get(ctx, metaCollection, thads.Everything(), managersDoc)
		if err != nil {
			return unavailable(err)
		}
		var gone []leaving
		version := int64(0)
		if len(docs) == 1 {
			version = docs[0].Version
			if err := json.Unmarshal(docs[0].Body, &gone); err != nil {
				return fmt.Errorf("meta %s: %w", managersDoc, err)
			}
		}
		// The accounts are read after the guard: what was taken before that shows
		// in one or the other.
		now := store.Instant(a.clock())
		gone = slices.DeleteFunc(gone, func(l leaving) bool { return now.Sub(l.At) >= claimGrace })
		users, err := a.usersWhere(ctx, store.In("roles", texts(managing())), store.Eq("disabled", false))
		if err != nil {
			return err
		}
		other := slices.ContainsFunc(users, func(u *User) bool {
			return u.ID != before.ID && u.manages(on) && !slices.ContainsFunc(gone, func(l leaving) bool { return l.User == u.ID && u.version < l.Version })
		})
		if !other {
			return thads.Errorf(thads.CodeNotAllowed, "id", "Tài khoản này là tài khoản cuối cùng quản trị được tài khoản; hãy giao vai trò quản trị cho người khác trước",
				"This is the last account that can manage accounts; give somebody else the role of an administrator first")
		}
		body, err := json.Marshal(append(gone, leaving{User: before.ID, Version: before.version + 1, At: now}))
		if err != nil {
			return fmt.Errorf("meta %s: %w", managersDoc, err)
		}
		doc := &store.Document{ID: managersDoc, Version: version + 1, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now}
		if version == 0 {
			err = a.store.Insert(ctx, metaCollection, doc)
		} else {
			err = a.store.Replace(ctx, metaCollection, doc)
		}
		if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
			continue
		}
		return unavailable(err)
	}
}

// managing are the roles that can manage accounts.
func managing() []auth.Role {
	var out []auth.Role
	for _, s := range auth.Specs() {
		if s.Rights[auth.ManageAccounts] != auth.ReachNothing {
			out = append(out, s.Role)
		}
	}
	return out
}
