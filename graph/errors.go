package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
)

// presenter turns errors into what a client sees: refusals with their sentence
// and code, everything else as a fault without its text, which goes to the log.
type presenter struct{ log *slog.Logger }

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := graphql.DefaultErrorPresenter(ctx, err) // a copy with path and place
	lang := request.FromContext(ctx).Language()
	code := ""
	var own *codedError
	refusals, refused := thads.Refusals(unwrapped(err))
	switch {
	case errors.As(err, &own):
		shown.Message, code = own.text(lang), own.code
	case refused:
		shown.Message, code = refusals[0].Text.In(lang), string(refusals[0].Code)
		p.cause(ctx, refusals[0])
	case errors.Is(err, context.DeadlineExceeded):
		shown.Message, code = say(lang, "Yêu cầu chạy quá lâu và đã dừng", "The operation took too long and was stopped"), "TIMEOUT"
	case errors.Is(err, context.Canceled):
		shown.Message, code = say(lang, "Yêu cầu đã bị hủy", "The operation was cancelled"), "CANCELLED"
	case isIntrospection(shown):
		shown.Message, code = errUnauthenticated.text(lang), errUnauthenticated.code
	case strings.HasPrefix(shown.Message, undecodable):
		// gqlgen repeats the body here, which may hold anything.
		shown.Message, code = say(lang, "Nội dung yêu cầu không phải một đối tượng JSON hợp lệ", "The body is not one valid JSON object"), "BAD_REQUEST"
	case isRequestError(shown):
		// The parser's own words; they hold nothing but the request.
	default:
		p.log.ErrorContext(ctx, "an operation failed", "requestId", request.FromContext(ctx).ID(), "path", shown.Path.String(), "error", err)
		shown.Message, code = say(lang, "Lỗi hệ thống, hãy báo mã yêu cầu cho quản trị", "Internal error, tell the administrator the request id"), "INTERNAL"
	}
	shown.Err = nil
	if shown.Extensions == nil {
		shown.Extensions = map[string]any{}
	}
	if code != "" {
		shown.Extensions["code"] = code
	} else if shown.Extensions["code"] == nil {
		shown.Extensions["code"] = "BAD_REQUEST"
	}
	if refused && len(refusals[0].Field) > 0 {
		shown.Extensions["field"] = refusals[0].Field
	}
	shown.Extensions["requestId"] = request.FromContext(ctx).ID()
	return shown
}

// undecodable is how gqlgen begins to say that a body is no request.
const undecodable = "json request body could not be decoded"

// isIntrospection tells whether the schema itself was asked for, which fails
// only for those it is kept from.
func isIntrospection(err *gqlerror.Error) bool {
	if len(err.Path) == 0 {
		return false
	}
	name, ok := err.Path[0].(ast.PathName)
	return ok && (name == "__schema" || name == "__type")
}

// cause logs the fault behind a refusal.
func (p presenter) cause(ctx context.Context, e *thads.Error) {
	if e.Cause != nil {
		p.log.WarnContext(ctx, "an operation was refused", "requestId", request.FromContext(ctx).ID(), "code", string(e.Code), "cause", e.Cause)
	}
}

// unwrapped returns what gqlgen wrapped, so that a refusal is seen as one.
func unwrapped(err error) error {
	var wrapped *gqlerror.Error
	if errors.As(err, &wrapped) && wrapped.Err != nil {
		return wrapped.Err
	}
	return err
}

func say(lang, vi, en string) string {
	if lang == "en" {
		return en
	}
	return vi
}

// recovered turns a panic into a fault; its stack goes to the log alone.
func (p presenter) recovered(ctx context.Context, v any) error {
	p.log.ErrorContext(ctx, "a resolver panicked", "requestId", request.FromContext(ctx).ID(), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	return errPanic
}

var errPanic = errors.New("a resolver panicked")

// outcome splits an error of a mutation: what a person can mend becomes user
// errors; rights, a store that is away and faults stay errors of the operation.
func outcome(ctx context.Context, err error) ([]*model.UserError, error) {
	if err == nil {
		return []*model.UserError{}, nil
	}
	refusals, ok := thads.Refusals(err)
	if !ok {
		return nil, err
	}
	out := make([]*model.UserError, 0, len(refusals))
	for _, e := range refusals {
		if e.Code == thads.CodeForbidden || e.Code == thads.CodeUnavailable || e.Code == thads.CodeLedgerBuilding {
			return nil, err
		}
		u := &model.UserError{Code: e.Code, Message: e.Text.In(request.FromContext(ctx).Language()), Field: inputField(e.Field)}
		if e.Event != 0 {
			u.Event = &e.Event
		}
		out = append(out, u)
	}
	return out, nil
}

// inputField is the path of an input in the API for a field of the domain:
// there whoever receives a record is told from who holds it.
func inputField(field []string) []string {
	out := append([]string{}, field...)
	if len(out) > 0 {
		switch out[0] {
		case "toUnit":
			out[0] = "unit"
		case "toOfficer":
			out[0] = "officer"
		}
	}
	return out
}
