package app

import (
	"context"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// FirstAdministratorAccount is the account that the first administrator gets.
const FirstAdministratorAccount = "quantri"

// A ViewerInfo is what people are shown of themselves.
type ViewerInfo struct {
	// User is the account, Principal who it acts as.
	User      *User
	Principal auth.Principal
	// Grants are the roles held today, also while something has to be done
	// before they give rights.
	Grants     []UserGrant
	Credential CredentialInfo
	// MustHaveSecondFactor tells whether a role demands a second factor.
	MustHaveSecondFactor bool
	// Sessions are those that have not ended, Tokens all, the latest first.
	Sessions []*Session
	Tokens   []*APIToken
}

// Viewer returns what the caller is shown of themselves; nil for the system
// itself, which has no account.
func (a *App) Viewer(ctx context.Context) (*ViewerInfo, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err != nil {
		return nil, err
	}
	v := &ViewerInfo{Principal: p}
	if v.User, err = a.userByID(ctx, p.ID); err != nil || v.User == nil {
		return nil, err
	}
	v.Grants = v.User.CurrentGrants(a.Today())
	infos, err := a.credentialInfo(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	v.Credential = infos[p.ID]
	if v.MustHaveSecondFactor, err = a.mustHaveFactor(ctx, v.User); err != nil {
		return nil, err
	}
	if v.Sessions, err = a.Sessions(ctx, p.ID); err != nil {
		return nil, err
	}
	v.Tokens, err = a.tokensOf(ctx, p.ID)
	return v, err
}

// CredentialsOf returns how the accounts can sign in and when they last did, by
// id: one's own, or anybody's for who manages accounts.
func (a *App) CredentialsOf(ctx context.Context, ids ...thads.PrincipalID) (map[thads.PrincipalID]CredentialInfo, error) {
	for _, id := range ids {
		if _, err := a.ownOrManaged(ctx, id); err != nil {
			return nil, err
		}
	}
	return a.credentialInfo(ctx, ids...)
}

// FirstAdministrator makes a one-time link for the first administrator where
// nobody who can manage accounts has a password or an identity of the provider:
// for an account that manages accounts, FirstAdministratorAccount if it is one,
// which is added where there is none. The user is nil where somebody can sign
// in. CodeNotAllowed if the account is there and manages nothing any more: then
// somebody took that from it, and gives it back by hand.
func (a *App) FirstAdministrator(ctx context.Context) (auth.Token, *User, error) {
	p := auth.FromContext(ctx)
	if !p.IsSystem() {
		return auth.Token{}, nil, forbidden()
	}
	users, err := a.usersWhere(ctx, store.In("roles", texts(managing())), store.Eq("disabled", false))
	if err != nil {
		return auth.Token{}, nil, err
	}
	today := a.Today()
	users = slices.DeleteFunc(users, func(u *User) bool { return !u.manages(today) })
	ids := make([]thads.PrincipalID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	infos, err := a.credentialInfo(ctx, ids...)
	if err != nil {
		return auth.Token{}, nil, err
	}
	for _, u := range users {
		if infos[u.ID].HasPassword || u.Provider != nil {
			return auth.Token{}, nil, nil
		}
	}
	var first *User
	if len(users) > 0 {
		first = users[max(0, slices.IndexFunc(users, func(u *User) bool { return u.ID == userID(FirstAdministratorAccount) }))]
	} else {
		first, err = a.EnsureUser(ctx, NewUser{
			Account: FirstAdministratorAccount, Name: "Quản trị hệ thống", Grants: []NewGrant{{Role: auth.RoleAdministrator}},
		})
		if err != nil {
			return auth.Token{}, nil, err
		}
		if !first.manages(today) {
			return auth.Token{}, nil, thads.Errorf(thads.CodeNotAllowed, "account",
				"Không còn tài khoản nào quản trị được tài khoản; hãy mở lại bằng thads user enable hoặc thads user grant %s --role ADMINISTRATOR",
				"No account can manage accounts any more; mend it by thads user enable, or thads user grant %s --role ADMINISTRATOR", first.Account)
		}
	}
	token, _, err := a.newLink(ctx, first, p.ID, InvitationLife)
	return token, first, err
}
