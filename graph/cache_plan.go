package graph

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// lasting are the root fields whose answers may be kept while nothing changes:
// figures, what they are made of, and reference data. Nothing here is logged when
// it is read, is somebody's own, or is made of what App.Changes does not count.
var lasting = []string{
	"summary", "statistics", "indicator", "indicators", "corrections", "figuresCheck",
	"forms", "report", "reportCell", "compareReports", "periods", "calendar",
	"deadlineCounts", "deadlineRules",
	"unit", "units", "officer", "officers", "conference", "conferences", "target", "targets",
	"caseTransitions", "legalGrounds", "verdictSteps", "retentionRules",
}

// fleeting are the types that are made of what App.Changes does not count, or are
// somebody's own: an answer with one of them is never kept.
var fleeting = []string{
	"Viewer", "User", "Grant", "Session", "APIToken", "UserLink", "CreatedToken", "SecondFactorEnrolment", "AccessPolicy",
	"Disclosure", "RevealedParty", "Job", "Import", "ImportReading", "ImportMapping", "ImportColumn", "ImportConstant",
	"ImportField", "ImportPreviewRow", "ImportProblem", "ImportEntry", "KeptMapping", "System", "PublicDebtor",
	"SavedQuery", "Query", "Mutation", "Subscription",
}

// A plan is what is known of a request before it runs.
type plan struct {
	// kind is "" for what is no operation.
	kind ast.Operation
	// keeps tells that its answer may be kept; question is then the hash of
	// everything that is asked: document, operation and variables.
	keeps    bool
	question [sha256.Size]byte
	// body is the request as it would be posted, where it was not.
	body []byte
}

// A planner reads requests.
type planner struct{ schema *ast.Schema }

// plan reads the body of a request. What cannot be read, or what the schema does
// not allow, keeps nothing and is judged by who runs it.
func (p planner) plan(body []byte) *plan {
	var params graphql.RawParams
	if decodeRequest(bytes.NewReader(body), &params) != nil {
		return &plan{}
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, MaxTokens)
	if err != nil || doc == nil {
		return &plan{}
	}
	op := doc.Operations.ForName(params.OperationName)
	if op == nil {
		return &plan{}
	}
	out := &plan{kind: op.Operation}
	if op.Operation != ast.Query || !p.keepsAll(doc, op) {
		return out
	}
	// Keys are sorted, so that the same variables are the same bytes.
	variables, err := json.Marshal(params.Variables)
	if err != nil {
		return out
	}
	var b []byte
	b = appendText(b, params.Query)
	b = appendText(b, params.OperationName)
	b = append(b, variables...)
	out.keeps, out.question = true, sha256.Sum256(b)
	return out
}

// keepsAll tells whether every field that an operation can reach may be kept.
func (p planner) keepsAll(doc *ast.QueryDocument, op *ast.OperationDefinition) bool {
	w := walk{schema: p.schema, fragments: doc.Fragments, seen: map[*ast.FragmentDefinition]bool{}}
	return len(op.SelectionSet) > 0 && w.keeps(op.SelectionSet, p.schema.Query)
}

type walk struct {
	schema    *ast.Schema
	fragments ast.FragmentDefinitionList
	// seen keeps fragments that name each other from being walked for ever.
	seen map[*ast.FragmentDefinition]bool
}

// keeps judges a selection on a type. What the schema does not have is not kept.
func (w *walk) keeps(set ast.SelectionSet, on *ast.Definition) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !w.keepsField(s, on) {
				return false
			}
		case *ast.InlineFragment:
			if !w.keepsOn(s.SelectionSet, s.TypeCondition, on) {
				return false
			}
		case *ast.FragmentSpread:
			f := w.fragments.ForName(s.Name)
			if f == nil {
				return false
			}
			if !w.seen[f] {
				w.seen[f] = true
				if !w.keepsOn(f.SelectionSet, f.TypeCondition, on) {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

func (w *walk) keepsOn(set ast.SelectionSet, condition string, on *ast.Definition) bool {
	if condition == "" || condition == on.Name {
		return w.keeps(set, on)
	}
	t := w.schema.Types[condition]
	return t != nil && t != w.schema.Query && !slices.Contains(fleeting, t.Name) && w.keeps(set, t)
}

func (w *walk) keepsField(f *ast.Field, on *ast.Definition) bool {
	if f.Name == "__typename" {
		return true
	}
	def := on.Fields.ForName(f.Name)
	if def == nil || on == w.schema.Query && !slices.Contains(lasting, f.Name) {
		return false
	}
	t := w.schema.Types[def.Type.Name()]
	if t == nil || slices.Contains(fleeting, t.Name) {
		return false
	}
	return t.IsLeafType() || w.keeps(f.SelectionSet, t)
}

// decodeRequest reads the body of a request as gqlgen does: the first value of
// JSON, numbers as they are written.
func decodeRequest(r io.Reader, into *graphql.RawParams) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	return d.Decode(into)
}
