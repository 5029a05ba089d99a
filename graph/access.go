package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/thads/thads/internal/auth"
)

// access is the directive on every root field: it lets those through that hold
// the right. A token asks for the fields that it was given and never changes the
// credentials of its owner; who has still to set a password or a second factor
// reaches nothing else.
func access(ctx context.Context, _ any, next graphql.Resolver, right auth.Right) (any, error) {
	p := auth.FromContext(ctx)
	field := graphql.GetFieldContext(ctx)
	name, changes := field.Field.Name, field.Object == "Mutation"
	switch {
	case p.Fields != nil && !slices.Contains(p.Fields, name):
		return nil, errTokenField
	case p.Means == auth.ByToken && changes && right == auth.SignedIn:
		return nil, errTokenAccount
	case right != auth.Public && len(p.Needs) > 0 && !slices.Contains(firstSteps, name):
		return nil, needed(p.Needs[0])
	case p.Can(right):
		return next(ctx)
	case p.IsAnonymous():
		return nil, errUnauthenticated
	}
	return nil, errForbidden
}

// firstSteps are the fields by which somebody does what is needed before the
// rights are given, and ends sessions that are not theirs.
var firstSteps = []string{
	"passwordSet", "secondFactorBegin", "secondFactorConfirm", "recoveryCodesRenew", "sessionEnd", "sessionEndOthers",
}

// needed tells what has to be done first.
func needed(n auth.Need) error {
	if n == auth.NeedSecondFactor {
		return errNeedsSecondFactor
	}
	return errNeedsPassword
}

var (
	errTokenField        = &codedError{code: "TOKEN_FIELD", vi: "Khóa API này không được gọi trường này", en: "This API token may not ask for this field"}
	errTokenAccount      = &codedError{code: "FORBIDDEN", vi: "Khóa API không thay đổi được thông tin đăng nhập", en: "An API token changes no credentials"}
	errNeedsPassword     = &codedError{code: "NEEDS_PASSWORD", vi: "Hãy đặt mật khẩu trước", en: "Set a password first"}
	errNeedsSecondFactor = &codedError{code: "NEEDS_SECOND_FACTOR", vi: "Hãy bật xác thực hai lớp trước", en: "Set up a second factor first"}
)
