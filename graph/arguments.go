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
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/graph/generated"
	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// Arguments reads the arguments of lists where they do not come through the API:
// files that are fetched by an address and commands. They are the same JSON and
// are read by the same code, so that a list and its file cannot differ.
type Arguments struct {
	schema   *ast.Schema
	executor *executor.Executor
}

// NewArguments returns a reader of arguments.
func NewArguments() *Arguments {
	schema := generated.NewExecutableSchema(generated.Config{
		Resolvers: noting{&Resolver{}},
		Directives: generated.DirectiveRoot{
			// Rights are judged where the arguments are used.
			Access: func(ctx context.Context, _ any, next graphql.Resolver, _ auth.Right) (any, error) { return next(ctx) },
		},
	})
	return &Arguments{schema.Schema(), executor.New(schema)}
}

// Cases reads a CaseFilter as JSON, and an order as a CaseOrderField and an
// OrderDirection; each may be empty for none. What cannot be read, names included
// that the API does not have, is a refusal.
func (a *Arguments) Cases(ctx context.Context, filter, orderBy, direction string) (app.ExportOptions, error) {
	n, err := a.read(ctx, "cases", filter, orderBy, direction)
	if err != nil {
		return app.ExportOptions{}, err
	}
	f, _ := n.filter.(*app.CaseFilter)
	return app.ExportOptions{Filter: f, By: app.CaseOrderField(n.by), Descending: n.descending}, nil
}

// Records reads filter and order of the list of another kind of records, alike.
func (a *Arguments) Records(ctx context.Context, k sheet.Kind, filter, orderBy, direction string) (app.RecordExportOptions, error) {
	n, err := a.read(ctx, listOf(k), filter, orderBy, direction)
	if err != nil {
		return app.RecordExportOptions{}, err
	}
	return app.RecordExportOptions{Filter: n.filter, By: n.by, Descending: n.descending}, nil
}

// listOf is the field of the API that lists records of a kind.
func listOf(k sheet.Kind) string {
	switch k {
	case sheet.Units:
		return "units"
	case sheet.Officers:
		return "officers"
	case sheet.Verdicts:
		return "administrativeVerdicts"
	case sheet.Directives:
		return "directives"
	case sheet.Tasks:
		return "tasks"
	case sheet.DirectedCases:
		return "directedCases"
	case sheet.Conferences:
		return "conferences"
	case sheet.Targets:
		return "targets"
	case sheet.Cases, sheet.CaseEvents:
	}
	return "cases"
}

// listArguments are what a list was asked for.
type listArguments struct {
	// filter is a pointer to the filter of the list, nil for none.
	filter     any
	by         string
	descending bool
}

// read reads the arguments of a list.
func (a *Arguments) read(ctx context.Context, list, filter, orderBy, direction string) (*listArguments, error) {
	field := a.schema.Query.Fields.ForName(list)
	variables, declared, passed := map[string]any{}, []string{}, []string{}
	add := func(name string, value map[string]any) {
		variables[name] = value
		declared = append(declared, "$"+name+": "+field.Arguments.ForName(name).Type.String())
		passed = append(passed, name+": $"+name)
	}
	if filter != "" {
		value, err := object("filter", filter)
		if err != nil {
			return nil, err
		}
		add("filter", value)
	}
	switch {
	case orderBy != "" && direction != "":
		add("orderBy", map[string]any{"field": orderBy, "direction": direction})
	case orderBy != "":
		add("orderBy", map[string]any{"field": orderBy})
	case direction != "":
		return nil, thads.Errorf(thads.CodeRequired, "orderBy", "Thiếu orderBy cho chiều sắp xếp", "A direction needs orderBy")
	}
	query := "{ " + list + " { __typename } }"
	if len(passed) > 0 {
		query = "query(" + strings.Join(declared, ", ") + ") { " + list + "(" + strings.Join(passed, ", ") + ") { __typename } }"
	}
	n := &listArguments{}
	return n, a.run(context.WithValue(ctx, argumentsKey{}, n), query, variables)
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

type argumentsKey struct{ _ byte }

// noting resolves lists by noting what was asked for.
type noting struct{ *Resolver }

func (n noting) Query() generated.QueryResolver {
	return notingQuery{n.Resolver.Query()}
}

type notingQuery struct{ generated.QueryResolver }

// noted notes the arguments of a list and answers an empty page.
func noted[T, F any, O ~string](ctx context.Context, filter *F, by O, direction model.OrderDirection) *view.Connection[T] {
	if n, ok := ctx.Value(argumentsKey{}).(*listArguments); ok {
		n.by, n.descending = string(by), direction == model.OrderDirectionDesc
		if filter != nil {
			n.filter = filter
		}
	}
	return &view.Connection[T]{}
}

func (notingQuery) Cases(ctx context.Context, filter *app.CaseFilter, o model.CaseOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.CaseHead], error) {
	return noted[*thads.CaseHead](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) Units(ctx context.Context, filter *app.UnitFilter, o model.UnitOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.Unit], error) {
	return noted[*thads.Unit](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) Officers(ctx context.Context, filter *app.OfficerFilter, o model.OfficerOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.Officer], error) {
	return noted[*thads.Officer](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) AdministrativeVerdicts(ctx context.Context, filter *app.VerdictFilter, o model.AdministrativeVerdictOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.AdministrativeVerdict], error) {
	return noted[*thads.AdministrativeVerdict](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) Directives(ctx context.Context, filter *app.DirectiveFilter, o model.DirectiveOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.Directive], error) {
	return noted[*thads.Directive](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) Tasks(ctx context.Context, filter *app.TaskFilter, o model.TaskOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.Task], error) {
	return noted[*thads.Task](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) DirectedCases(ctx context.Context, filter *app.DirectedCaseFilter, o model.DirectedCaseOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.DirectedCase], error) {
	return noted[*thads.DirectedCase](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) Conferences(ctx context.Context, filter *app.ConferenceFilter, o model.ConferenceOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.Conference], error) {
	return noted[*thads.Conference](ctx, filter, o.Field, o.Direction), nil
}

func (notingQuery) Targets(ctx context.Context, filter *app.TargetFilter, o model.TargetOrder, _ *int, _ *store.Cursor, _ *int, _ *store.Cursor) (*view.Connection[*thads.Target], error) {
	return noted[*thads.Target](ctx, filter, o.Field, o.Direction), nil
}
