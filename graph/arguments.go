package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/thads/thads/graph/generated"
	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// Arguments reads the arguments of lists where they do not come through the API:
// files that are fetched by an address and commands. They are the same JSON and
// are read by the same code, so that a list and its file cannot differ.
type Arguments struct{ executor *executor.Executor }

// NewArguments returns a reader of arguments.
func NewArguments() *Arguments {
	return &Arguments{executor.New(generated.NewExecutableSchema(generated.Config{
		Resolvers: noting{&Resolver{}},
		Directives: generated.DirectiveRoot{
			// Rights are judged where the arguments are used.
			Access: func(ctx context.Context, _ any, next graphql.Resolver, _ auth.Right) (any, error) { return next(ctx) },
		},
	}))}
}

// Cases reads a CaseFilter as JSON, and an order as a CaseOrderField and an
// OrderDirection; each may be empty for none. What cannot be read, names included
// that the API does not have, is a refusal.
func (a *Arguments) Cases(ctx context.Context, filter, orderBy, direction string) (app.ExportOptions, error) {
	var noted app.ExportOptions
	variables, declared, passed := map[string]any{}, []string{}, []string{}
	add := func(name, typeName string, value map[string]any) {
		variables[name] = value
		declared, passed = append(declared, "$"+name+": "+typeName), append(passed, name+": $"+name)
	}
	if filter != "" {
		value, err := object("filter", filter)
		if err != nil {
			return noted, err
		}
		add("filter", "CaseFilter", value)
	}
	switch {
	case orderBy != "" && direction != "":
		add("orderBy", "CaseOrder!", map[string]any{"field": orderBy, "direction": direction})
	case orderBy != "":
		add("orderBy", "CaseOrder!", map[string]any{"field": orderBy})
	case direction != "":
		return noted, thads.Errorf(thads.CodeRequired, "orderBy", "Thiếu orderBy cho chiều sắp xếp", "A direction needs orderBy")
	}
	query := "{ cases { __typename } }"
	if len(passed) > 0 {
		query = "query(" + strings.Join(declared, ", ") + ") { cases(" + strings.Join(passed, ", ") + ") { __typename } }"
	}
	err := a.run(context.WithValue(ctx, notedKey{}, &noted), query, variables)
	return noted, err
}

// run runs a query whose resolver notes its arguments.
func (a *Arguments) run(ctx context.Context, query string, variables map[string]any) error {
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := a.executor.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if len(errs) == 0 {
		respond, ctx := a.executor.DispatchOperation(ctx, op)
		resp := respond(ctx)
		if resp == nil {
			return ctx.Err()
		}
		errs = resp.Errors
	}
	if len(errs) == 0 {
		return nil
	}
	err := unwrapped(errs[0])
	if _, refused := thads.Refusals(err); refused {
		return err
	}
	// The path begins with the word "variable".
	where, _ := strings.CutPrefix(errs[0].Path.String(), "variable.")
	return thads.Errorf(thads.CodeInvalid, where, "Không đọc được %[1]s: %[2]s", "%[1]s cannot be read: %[2]s", where, errs[0].Message)
}

// object reads one JSON object.
func object(name, text string) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var out map[string]any
	if err := d.Decode(&out); err == nil && out != nil {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return out, nil
		}
	}
	return nil, thads.Errorf(thads.CodeInvalid, name, "Tham số %s phải là một đối tượng JSON", "The parameter %s is one JSON object", name)
}

type notedKey struct{ _ byte }

// noting resolves lists by noting what was asked for.
type noting struct{ *Resolver }

func (n noting) Query() generated.QueryResolver {
	return notingQuery{n.Resolver.Query()}
}

type notingQuery struct{ generated.QueryResolver }

func (notingQuery) Cases(ctx context.Context, filter *app.CaseFilter, orderBy model.CaseOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.CaseHead], error) {
	if noted, ok := ctx.Value(notedKey{}).(*app.ExportOptions); ok {
		noted.Filter, noted.By, noted.Descending = filter, orderBy.Field, orderBy.Direction == model.OrderDirectionDesc
	}
	return &view.Connection[*thads.CaseHead]{}, nil
}
