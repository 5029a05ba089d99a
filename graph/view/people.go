package view

import (
	"slices"
	"sync"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// The connections and edges of people and of what they were shown.
type (
	UserConnection       = Connection[*app.User]
	UserEdge             = Edge[*app.User]
	DisclosureConnection = Connection[*app.Disclosure]
	DisclosureEdge       = Edge[*app.Disclosure]
)

// A Viewer is who is asking. What stands in the account is read once, when a
// field asks for it: pages ask at each step who is there, and seldom for more.
type Viewer struct {
	p    auth.Principal
	info func() (*app.ViewerInfo, error)
}

// NewViewer shows a principal; info reads what stands in its account, nil where
// it has none.
func NewViewer(p auth.Principal, info func() (*app.ViewerInfo, error)) *Viewer {
	return &Viewer{p: p, info: sync.OnceValues(info)}
}

// ID is the principal's id.
func (v *Viewer) ID() thads.PrincipalID { return v.p.ID }

// Name is the name to show.
func (v *Viewer) Name() string { return v.p.Name }

// Rights are those held.
func (v *Viewer) Rights() []auth.Right { return v.p.Rights() }

// Means are how the session began.
func (v *Viewer) Means() auth.Means { return v.p.Means }

// Home is where the first role is held.
func (v *Viewer) Home() thads.UnitID { return v.p.Unit() }

// Purposes are those that may be stated for seeing masked data, in the order of
// the table.
func (v *Viewer) Purposes() []auth.Purpose {
	return v.p.Purposes(auth.Unmask)
}

// Account is the name of the account; the id where there is none.
func (v *Viewer) Account() (string, error) {
	i, err := v.info()
	if err != nil || i == nil {
		return string(v.p.ID), err
	}
	return i.User.Account, nil
}

// Grants are the roles held today.
func (v *Viewer) Grants() ([]app.UserGrant, error) {
	i, err := v.info()
	if err != nil || i == nil {
		return nil, err
	}
	return i.Grants, nil
}

// Needs are what has still to be done; what this request has done is not among
// them any more.
func (v *Viewer) Needs() ([]auth.Need, error) {
	if len(v.p.Needs) == 0 {
		return nil, nil
	}
	c, err := v.credential()
	return slices.DeleteFunc(slices.Clone(v.p.Needs), func(n auth.Need) bool {
		return n == auth.NeedPassword && c.HasPassword || n == auth.NeedSecondFactor && c.HasSecondFactor
	}), err
}

func (v *Viewer) credential() (app.CredentialInfo, error) {
	i, err := v.info()
	if err != nil || i == nil {
		return app.CredentialInfo{}, err
	}
	return i.Credential, nil
}

// HasPassword tells whether there is a password.
func (v *Viewer) HasPassword() (bool, error) {
	c, err := v.credential()
	return c.HasPassword, err
}

// HasSecondFactor tells whether there is a second factor.
func (v *Viewer) HasSecondFactor() (bool, error) {
	c, err := v.credential()
	return c.HasSecondFactor, err
}

// RecoveryCodesLeft is how many recovery codes were not used.
func (v *Viewer) RecoveryCodesLeft() (int, error) {
	c, err := v.credential()
	return c.RecoveryLeft, err
}

// MustHaveSecondFactor tells whether a role demands a second factor.
func (v *Viewer) MustHaveSecondFactor() (bool, error) {
	i, err := v.info()
	return err == nil && i != nil && i.MustHaveSecondFactor, err
}

// ProviderSubject is who it is at the provider of OpenID Connect, "" for nobody.
func (v *Viewer) ProviderSubject() (string, error) {
	i, err := v.info()
	if err != nil || i == nil {
		return "", err
	}
	return Subject(i.User), nil
}

// Subject is who a user is at the provider of OpenID Connect, "" for nobody.
func Subject(u *app.User) string {
	if u.Provider == nil {
		return ""
	}
	return u.Provider.Subject
}

// Sessions are one's own. A program that was lent some rights is not told from
// where its owner signs in, nor of other programs.
func (v *Viewer) Sessions() ([]*app.Session, error) {
	i, err := v.info()
	if err != nil || i == nil || v.p.Means == auth.ByToken {
		return nil, err
	}
	return i.Sessions, nil
}

// Tokens are one's own.
func (v *Viewer) Tokens() ([]*app.APIToken, error) {
	i, err := v.info()
	if err != nil || i == nil || v.p.Means == auth.ByToken {
		return nil, err
	}
	return i.Tokens, nil
}
