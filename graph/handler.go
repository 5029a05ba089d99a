package graph

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/thads/thads/graph/generated"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
)

// Limits of one operation.
const (
	// MaxTokens bounds the tokens of a document before it is parsed further.
	MaxTokens = 8000
	// MaxCost bounds the cost of an operation: about the number of fields it
	// may answer, see cost.go.
	MaxCost = 30000
	// documentCache is how many parsed documents are kept.
	documentCache = 200
)

// An Option says more of how the API answers.
type Option func(*Resolver)

// WithProvider names the provider of OpenID Connect by which people may sign in.
func WithProvider(p Provider) Option { return func(r *Resolver) { r.provider = p } }

// NewHandler returns the API over the use cases. It takes POST with JSON, and GET
// for the documents that it knows; the caller has judged method, media type and
// size of the request, and put the principal into its context. Subscriptions are
// answered where the context says how they may last (app.WithStay). Faults go to
// log and are not shown.
func NewHandler(a *app.App, log *slog.Logger, options ...Option) http.Handler {
	errcode.RegisterErrorType(codeTooCostly, errcode.KindProtocol)
	resolvers := &Resolver{app: a, live: DefaultLive()}
	for _, o := range options {
		o(resolvers)
	}
	schema := generated.NewExecutableSchema(generated.Config{
		Resolvers:  resolvers,
		Directives: generated.DirectiveRoot{Access: access},
	})
	p := presenter{log: log}
	s := handler.New(costed{schema})
	s.AddTransport(newStreamer(a, resolvers.live, p))
	s.AddTransport(transport.POST{})
	s.SetQueryCache(lru.New[*ast.QueryDocument](documentCache))
	s.SetParserTokenLimit(MaxTokens)
	s.SetDisableSuggestion(true)
	s.Use(extension.Introspection{})
	s.Use(extension.FixedComplexityLimit(MaxCost))
	s.AroundOperations(introspectSignedIn)
	s.AroundOperations(refuseDefer)
	s.AroundResponses(note)
	s.SetErrorPresenter(p.present)
	s.SetRecoverFunc(p.recovered)
	return newFront(a, schema.Schema(), p, withRequest(a, s))
}

// withRequest puts the loaders of one request into its context.
func withRequest(a *app.App, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(withLoaders(r.Context(), a)))
	})
}

// introspectSignedIn keeps the schema from the anonymous. It is no secret; it
// only gives those who probe one thing less.
func introspectSignedIn(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	op.DisableIntrospection = auth.FromContext(ctx).IsAnonymous()
	return next(ctx)
}

// note tells the request which operation it ran and how it ended, for the log
// and the metrics.
func note(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	resp := next(ctx)
	if resp == nil {
		return nil // the end of a stream, which is what it was before
	}
	op := request.Operation{}
	if graphql.HasOperationContext(ctx) {
		oc := graphql.GetOperationContext(ctx)
		if oc.Operation != nil {
			op.Kind, op.Name = string(oc.Operation.Operation), oc.Operation.Name
		}
	}
	if len(resp.Errors) > 0 {
		op.Code, _ = resp.Errors[0].Extensions["code"].(string)
	}
	request.FromContext(ctx).Ran(op)
	noteEnding(ctx, op, len(resp.Errors) > 0)
	return resp
}

// refuseDefer refuses @defer, which the parser knows and this transport does
// not: a deferred field would silently come back as null.
func refuseDefer(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if deferred(op.Operation.SelectionSet) || deferredFragments(op.Doc.Fragments) {
		r := request.FromContext(ctx)
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{{
			Message: errDefer.text(r.Language()), Extensions: map[string]any{"code": errDefer.code, "requestId": r.ID()},
		}}})
	}
	return next(ctx)
}

func deferredFragments(fragments ast.FragmentDefinitionList) bool {
	for _, f := range fragments {
		if deferred(f.SelectionSet) {
			return true
		}
	}
	return false
}

func deferred(set ast.SelectionSet) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if deferred(s.SelectionSet) {
				return true
			}
		case *ast.InlineFragment:
			if s.Directives.ForName("defer") != nil || deferred(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if s.Directives.ForName("defer") != nil {
				return true
			}
		}
	}
	return false
}

// Schema returns the schema as it is served.
func Schema() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

var (
	_ error = (*codedError)(nil)

	errUnauthenticated = &codedError{code: "UNAUTHENTICATED", vi: "Cần đăng nhập để xem dữ liệu này", en: "Sign in to see this"}
	errDefer           = &codedError{code: "BAD_REQUEST", vi: "Không hỗ trợ @defer", en: "@defer is not supported"}
	errForbidden       = &codedError{code: "FORBIDDEN", vi: "Không có quyền xem hoặc ghi dữ liệu này", en: "You may not see or change this"}
)

// A codedError is a refusal of the API itself.
type codedError struct{ code, vi, en string }

func (e *codedError) Error() string { return fmt.Sprintf("%s: %s", e.code, e.en) }

// text returns the message in a language.
func (e *codedError) text(lang string) string {
	if lang == "en" {
		return e.en
	}
	return e.vi
}

// codeTooCostly is the code that gqlgen gives an operation beyond MaxCost.
const codeTooCostly = "COMPLEXITY_LIMIT_EXCEEDED"

// isRequestError tells whether an error was made by parsing or validating, not
// by running.
func isRequestError(err *gqlerror.Error) bool { return err.Unwrap() == nil }
