package graph

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// This file is what the resolvers of accounts, of one's own account and of API
// tokens share. Their mutations have no idempotency keys: those of accounts are
// sent with the version that the caller saw, so that the same request twice
// changes once, and those of one's own account answer secrets that are shown
// once and kept nowhere.

// viewer shows who is asking; nil for the anonymous.
func (r *Resolver) viewer(ctx context.Context) (*view.Viewer, error) {
	p := auth.FromContext(ctx)
	if p.IsAnonymous() {
		return nil, nil
	}
	return view.NewViewer(p, func() (*app.ViewerInfo, error) { return r.app.Viewer(ctx) }), nil
}

// viewerPayload answers a change of one's own account.
func (r *Resolver) viewerPayload(ctx context.Context, err error) (*model.ViewerPayload, error) {
	userErrors, err := outcome(ctx, err)
	if err != nil || len(userErrors) > 0 {
		return &model.ViewerPayload{UserErrors: userErrors}, err
	}
	v, err := r.viewer(ctx)
	return &model.ViewerPayload{Viewer: v, UserErrors: userErrors}, err
}

// changeUser changes an account that the caller saw and splits the answer into
// what a payload holds.
func changeUser(ctx context.Context, id string, version int, do func(context.Context, app.UserChange) (*app.User, error)) (*model.UserPayload, error) {
	u, userErrors, err := seen(ctx, id, version, do)
	return &model.UserPayload{User: u, UserErrors: userErrors}, err
}

// seen changes an account that the caller saw in a version.
func seen[T any](ctx context.Context, id string, version int, do func(context.Context, app.UserChange) (*T, error)) (*T, []*model.UserError, error) {
	// A version of 0 would change whatever the account has become meanwhile.
	if version < 1 {
		userErrors, err := outcome(ctx, thads.Errorf(thads.CodeOutOfRange, "version", "Phiên bản phải từ 1", "A version is at least 1"))
		return nil, userErrors, err
	}
	done, err := do(ctx, app.UserChange{ID: thads.PrincipalID(id), Version: version})
	if err != nil {
		done = nil // what the account still is
	}
	userErrors, err := outcome(ctx, err)
	return done, userErrors, err
}

// signInPath is where a one-time link leads, behind the address of the
// application.
const signInPath = "/signin?token="

// linkOf shows a one-time link once.
func linkOf(u *app.User, token auth.Token, until time.Time, err error) (*model.UserLink, error) {
	if err != nil {
		return nil, err
	}
	return &model.UserLink{User: u, Path: signInPath + token.Reveal(), ExpiresAt: until}, nil
}

// invite adds an account with the link by which its owner comes in.
func (r *Resolver) invite(ctx context.Context, in app.NewUser) (*model.UserLinkPayload, error) {
	link, err := linkOf(r.app.InviteUser(ctx, in))
	userErrors, err := outcome(ctx, err)
	return &model.UserLinkPayload{Link: link, UserErrors: userErrors}, err
}

// makeLink makes a link for somebody who has lost the way in.
func (r *Resolver) makeLink(ctx context.Context, in model.UserInput) (*model.UserLinkPayload, error) {
	link, userErrors, err := seen(ctx, in.ID, in.Version, func(ctx context.Context, c app.UserChange) (*model.UserLink, error) {
		return linkOf(r.app.MakeLink(ctx, c))
	})
	return &model.UserLinkPayload{Link: link, UserErrors: userErrors}, err
}

// setProvider ties an identity of the configured provider to an account, or
// unties it.
func (r *Resolver) setProvider(ctx context.Context, c app.UserChange, subject *string) (*app.User, error) {
	switch {
	case subject == nil:
		return r.app.SetProvider(ctx, c, "", "")
	case r.provider.Issuer == "":
		return nil, thads.Errorf(thads.CodeNotAllowed, "subject", "Chưa cấu hình đăng nhập một lần (OpenID Connect)", "No provider of OpenID Connect is configured")
	case strings.TrimSpace(*subject) == "":
		return nil, thads.Errorf(thads.CodeRequired, "subject", "Thiếu danh tính", "The subject is missing")
	}
	return r.app.SetProvider(ctx, c, r.provider.Issuer, *subject)
}

// setPolicy demands a second factor of roles. The policy has the version 0 until
// it is first set.
func (r *Resolver) setPolicy(ctx context.Context, in model.AccessPolicySetInput) (*model.AccessPolicyPayload, error) {
	p, err := r.app.SetAccessPolicy(ctx, in.Version, in.SecondFactorRoles)
	userErrors, err := outcome(ctx, err)
	return &model.AccessPolicyPayload{Policy: p, UserErrors: userErrors}, err
}

// beginFactor makes the secret of a second factor.
func (r *Resolver) beginFactor(ctx context.Context, credential string) (*model.SecondFactorBeginPayload, error) {
	e, err := r.app.BeginSecondFactor(ctx, credential)
	userErrors, err := outcome(ctx, err)
	return &model.SecondFactorBeginPayload{Enrolment: e, UserErrors: userErrors}, err
}

// recoveryCodes answers recovery codes, once.
func recoveryCodes(ctx context.Context, codes []string, err error) (*model.RecoveryCodesPayload, error) {
	userErrors, err := outcome(ctx, err)
	return &model.RecoveryCodesPayload{Codes: codes, UserErrors: userErrors}, err
}

// endOthers ends the other sessions of who asks.
func (r *Resolver) endOthers(ctx context.Context, confirmed bool) error {
	if !confirmed {
		return thads.Errorf(thads.CodeRequired, "confirm", "Cần xác nhận kết thúc các phiên khác", "Confirm that the other sessions are to end")
	}
	return r.app.EndOtherSessions(ctx)
}

// createToken makes an API token and answers its secret, once.
func (r *Resolver) createToken(ctx context.Context, in app.NewToken) (*model.TokenCreatePayload, error) {
	var created *model.CreatedToken
	err := askable(in.Fields)
	if err == nil {
		var t *app.APIToken
		var secret string
		if t, secret, err = r.app.CreateToken(ctx, in); err == nil {
			created = &model.CreatedToken{Token: t, Secret: secret}
		}
	}
	userErrors, err := outcome(ctx, err)
	return &model.TokenCreatePayload{Created: created, UserErrors: userErrors}, err
}

// askable refuses fields that the API does not have, and those that no token may
// ask for.
func askable(fields []string) error {
	var es thads.Errors
	schema := Schema()
	for i, name := range fields {
		at := "fields." + strconv.Itoa(i)
		f := schema.Mutation.Fields.ForName(name)
		switch {
		case f != nil && rightOf(f) == auth.SignedIn:
			es.Add(thads.CodeNotAllowed, at, "Khóa API không được gọi %s", "An API token may not ask for %s", name)
		case f == nil && (strings.HasPrefix(name, "__") || schema.Query.Fields.ForName(name) == nil):
			es.Add(thads.CodeInvalid, at, "API không có trường %q", "The API has no field %q", name)
		}
	}
	return es.Err()
}

// rightOf is the right that a root field asks for.
func rightOf(f *ast.FieldDefinition) auth.Right {
	d := f.Directives.ForName("access")
	if d == nil {
		return ""
	}
	return auth.Right(d.Arguments.ForName("right").Value.Raw)
}

// revokeToken ends an API token.
func (r *Resolver) revokeToken(ctx context.Context, id string) (*model.TokenPayload, error) {
	t, err := r.app.RevokeToken(ctx, id)
	userErrors, err := outcome(ctx, err)
	return &model.TokenPayload{Token: t, UserErrors: userErrors}, err
}

// rightsOf shows the rights of a role, in the order of the table.
func rightsOf(s *auth.RoleSpec) []*model.RightReach {
	out := []*model.RightReach{}
	for _, t := range auth.Rights() {
		if reach := s.Rights[t.Value]; reach != auth.ReachNothing {
			out = append(out, &model.RightReach{Right: t.Value, Reach: reach})
		}
	}
	return out
}

// sightsOf shows how a role sees each kind of personal data.
func sightsOf(s *auth.RoleSpec) []*model.DataSight {
	out := []*model.DataSight{}
	for _, t := range auth.AllPersonalData() {
		out = append(out, &model.DataSight{Data: t.Value, Sight: s.Sight[t.Value]})
	}
	return out
}

// signInProvider is what the provider is called, nil where none is configured.
func (r *Resolver) signInProvider() *string { return optional(r.provider.Name) }

// A Provider is the provider of OpenID Connect by which people may sign in.
type Provider struct {
	// Name is what the sign-in page calls it, Issuer its claim iss. Both are
	// empty where none is configured.
	Name, Issuer string
}
