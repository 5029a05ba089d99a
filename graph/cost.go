package graph

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/internal/app"
)

// costed prices every field from the schema alone, so that no list can be
// forgotten: a field costs one and what is selected in it; a connection
// multiplies that by the size of its page, any other list by the sizes below.
type costed struct{ graphql.ExecutableSchema }

// The sizes that lists without a page are taken to have.
const (
	listSize = 10
	// historySize is that of histories, which are longer.
	historySize = 20
	// changesSize is that of the cells in which two reports differ.
	changesSize = 50
	// countCost is what counting a whole list costs, fileCost what opening the
	// file of an import does.
	countCost = 50
	fileCost  = 400
	// figureCost is what adding up a figure costs, or opening one to its records;
	// tableCost is that of a whole form, trendCost that of a figure of every month.
	figureCost = 50
	tableCost  = 300
	trendCost  = 12 * figureCost
)

// Complexity returns the cost of a field.
func (c costed) Complexity(_ context.Context, typeName, field string, child int, args map[string]any) (int, bool) {
	def := c.Schema().Types[typeName]
	if def == nil {
		return 0, false
	}
	f := def.Fields.ForName(field)
	if f == nil {
		return 0, false
	}
	n := size(def, f, args)
	return add(add(1, multiply(n, child)), add(extra(def, f), figures(f, n))), true
}

// size returns how many elements a field is taken to answer.
func size(def *ast.Definition, f *ast.FieldDefinition, args map[string]any) int {
	isConnection := strings.HasSuffix(f.Type.Name(), "Connection")
	switch {
	case f.Type.Name() == "ReportComparison":
		return 1 // its page is that of the cells that differ, not of the two reports
	case isConnection, f.Arguments.ForName("first") != nil:
		return page(f, args)
	case f.Type.Elem == nil, strings.HasSuffix(def.Name, "Connection"), def.Name == "Statistics":
		// The page was counted where it was asked for.
		return 1
	case def.Name == "ReportComparison":
		return changesSize
	case f.Arguments.ForName("ids") != nil:
		if ids, ok := args["ids"].([]any); ok {
			return max(len(ids), 1)
		}
		return app.MaxPage
	case f.Arguments.ForName("metrics") != nil:
		return given(args["metrics"])
	case f.Arguments.ForName("figures") != nil:
		return given(args["figures"])
	case f.Name == "events":
		return historySize
	default:
		return listSize
	}
}

// given returns how long a list of arguments is.
func given(list any) int {
	if l, ok := list.([]any); ok {
		return max(len(l), 1)
	}
	return 1
}

// page returns the size of the page asked for; what the application will refuse
// costs as much as the largest.
func page(f *ast.FieldDefinition, args map[string]any) int {
	n := 0
	for _, name := range []string{"first", "last"} {
		if f.Arguments.ForName(name) == nil {
			continue
		}
		switch v := args[name].(type) {
		case int64:
			n = max(n, bounded(v))
		case int:
			n = max(n, bounded(int64(v)))
		case float64:
			n = max(n, bounded(int64(min(max(v, 0), app.MaxPage))))
		case json.Number:
			i, err := v.Int64()
			if err != nil {
				i = app.MaxPage
			}
			n = max(n, bounded(i))
		}
	}
	if n == 0 {
		return app.DefaultPage
	}
	return n
}

func bounded(n int64) int {
	if n < 1 || n > app.MaxPage {
		return app.MaxPage
	}
	return int(n)
}

// countedLists are read as a whole for every page: counting them costs nothing.
var countedLists = []string{"FigureRecordConnection", "CorrectionConnection", "DeadlineConnection"}

// extra is the cost of fields that read much and answer little.
func extra(def *ast.Definition, f *ast.FieldDefinition) int {
	switch f.Name {
	case "totalCount":
		if slices.Contains(countedLists, def.Name) {
			return 0
		}
		return countCost
	case "summary":
		return countCost
	case "sheets", "preview", "importProposal":
		return fileCost
	}
	return 0
}

// figures is the cost of what the ledger adds up for a field: once, or for each of
// n elements.
func figures(f *ast.FieldDefinition, n int) int {
	switch f.Type.Name() {
	case "Indicator", "TargetProgress", "FigureCheck", "ReportCell":
		if f.Type.Elem == nil {
			n = 1
		}
		return multiply(n, figureCost)
	case "Statistics", "FigureRecordConnection", "CorrectionConnection", "ReportChangeRecord", "DeadlineCount":
		return figureCost
	case "Report", "ReportComparison":
		return tableCost
	case "IndicatorPoint":
		return trendCost
	}
	return 0
}

// add and multiply stay at the largest number where they would overflow: a
// product that wrapped around would let the dearest operation pass.
func add(a, b int) int {
	if a > math.MaxInt32-b {
		return math.MaxInt32
	}
	return a + b
}

func multiply(a, b int) int {
	if a != 0 && b > math.MaxInt32/a {
		return math.MaxInt32
	}
	return a * b
}
