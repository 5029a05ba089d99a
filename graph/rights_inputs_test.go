package graph_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// This file fills arguments and inputs from the schema alone, so that a field
// that is new is asked like all others. What a schema cannot say (which record an
// id names, which number a judgment has) is told by a few tables.

// impossible is a version that no record has: what is allowed ends in a
// conflict, and nothing is recorded.
const impossible = 9999

// A filling says which records arguments name.
type filling struct {
	// kind is what the plain ids of the field name: its own kind of record.
	kind string
	// named are the ids by the kind that they name; own is one of kind.
	own   string
	named map[string]string
	// event is the event that is corrected or taken back.
	event int
	// hints are values by "Type.field", over those of the tables.
	hints object
	// unknown collects the names of ids of which nobody said what they name.
	unknown *[]string
	// opens tells that the input makes a record: who is to hold it is told.
	opens bool
	// at is a path of fields with dots: the optional input to be given as well,
	// with the id to give.
	at, atID string
}

// kindOfID tells which kind of record an id names by the name of its argument or
// field; "" is the record's own kind.
var kindOfID = map[string]string{
	"id": "", "ids": "", "unit": "Unit", "units": "Unit", "everUnits": "Unit", "parents": "Unit", "under": "Unit", "successors": "Unit", "takesOver": "Unit",
	"officer": "Officer", "officers": "Officer", "case": "Case", "cases": "Case", "moneyCases": "Case", "directive": "Directive", "directives": "Directive",
	"conference": "Conference", "conferences": "Conference", "task": "Task", "upload": "Upload", "mapping": "KeptMapping", "grant": "Grant", "by": "Principal",
}

// parentOf tells it for the one name that means two kinds.
var parentOf = map[string]string{"UnitEstablishInput": "Unit", "UnitMoveInput": "Unit", "UnitCorrectInput": "Unit", "ReorganisedUnitInput": "Unit", "DirectiveDocumentInput": "Directive"}

// idKind is the kind that an id names, and whether anybody said so.
func idKind(in, name string) (string, bool) {
	if name == "parent" {
		k, ok := parentOf[in]
		return k, ok
	}
	k, ok := kindOfID[name]
	return k, ok
}

// words are texts that their fields take.
var words = map[string]string{
	"reason": "Kiểm thử phân quyền của sổ", "party": "p1", "text": "Rà soát", "account": "can-bo", "title": "Rà soát án", "link": "https://example.gov.vn",
	"number": "999/QĐ", "court": "TAND thành phố Thử", "code": "TH-01", "field": "unit", "row": "total", "column": "A1", "new": "mot hai ba bon nam sau", "credential": "không phải mật khẩu", "confirm": "true",
}

// numbers are whole numbers that their fields take.
var numbers = map[string]int{"version": impossible, "event": 1, "statYear": 2019, "year": 2018, "first": 20, "latest": 20, "headerRow": 1, "days": 1}

// hints are whole values by "Type.field" that the schema alone cannot make
// plausible.
var hints = object{
	"CaseParticularsInput.parties":     []object{{"role": "DEBTOR", "kind": "PERSON", "name": "Nguyễn Văn Nợ"}, {"role": "CREDITOR", "kind": "PERSON", "name": "Trần Thị Được"}},
	"CaseParticularsInput.obligations": []object{{"kind": "DEBT", "amount": 1000}},
	"CaseParticularsInput.initiation":  "ON_REQUEST", "CaseParticularsInput.requestedOn": "2018-09-28",
	"JudgmentInput.date": "2018-09-05", "JudgmentInput.kind": "CIVIL",
	"CaseBringForwardInput.state": "NOT_ENFORCEABLE", "CaseBringForwardInput.stateSince": "2017-01-01", "CaseBringForwardInput.ground": "L2008_44A_1_A",
	"CaseBringForwardInput.effectiveOn": "2018-10-01", "CaseBringForwardInput.decision": object{"number": "900/QĐ", "date": "2016-03-01"},
	"CaseReceiveInput.effectiveOn": "2018-10-01",
	// A day on which no case of the tests was open: it is judged behind the rights.
	"CaseAssignManyInput.effectiveOn":          "2018-09-30",
	"VerdictParticularsInput.date":             "2018-09-05",
	"VerdictParticularsInput.receivedOn":       "2018-09-20",
	"VerdictParticularsInput.debtors":          []object{{"name": "UBND huyện Thử"}},
	"TaskParticularsInput.dueOn":               "2018-12-31",
	"TaskParticularsInput.content":             "Rà soát toàn bộ",
	"DirectedCaseParticularsInput.title":       "Vụ việc Thử",
	"DirectedCaseParticularsInput.description": "Theo danh mục",
	"ConferenceParticularsInput.kind":          "BRIEFING",
	"ConferenceParticularsInput.statYear":      2018,
	"DirectiveDocumentInput.class":             "NONE",
	"TargetParticularsInput.document":          "1100/QĐ-TCTHADS",
	"TargetParticularsInput.metric":            "CASE_RATE",
	"TargetParticularsInput.value":             object{"unit": "PERCENT", "percent": 72},
	"QuantityInput.unit":                       "PERCENT",
	"QuantityInput.percent":                    72,
	"BodyInput.name":                           nil,
	// Nothing is founded and nobody appointed: numbers that are taken, no units.
	"UnitReorganiseInput.establish": []object{}, "UnitEstablishInput.level": "DISTRICT", "OfficerAppointInput.code": "CHV01", "OfficerReappointInput.code": "CHV01",
	// A day that is no end of a month: nothing is locked.
	"PeriodLockInput.through":  "2018-10-30",
	"ReportInput.moment":       object{"asOf": "2018-12-31"},
	"SavedQueryInput.question": object{"statistics": object{"measure": "CARRIED_OUT"}},
	// A party that no case has, so that nothing is erased.
	"PartyEraseInput.party": "p99",
}

// value fills a type.
func (f *filling) value(s *ast.Schema, in, name, path string, t *ast.Type) any {
	if t.Elem != nil {
		return []any{f.value(s, in, name, path, t.Elem)}
	}
	def := s.Types[t.Name()]
	switch def.Kind {
	case ast.InputObject:
		return f.input(s, def, path)
	case ast.Enum:
		return def.EnumValues[0].Name
	default:
	}
	switch t.Name() {
	case "ID":
		return f.id(in, name)
	case "String":
		if name == "idempotencyKey" {
			return "key of " + f.own
		}
		if w, ok := words[name]; ok {
			return w
		}
		return "Nội dung thử"
	case "Int", "Dong":
		if name == "event" && f.event != 0 {
			return f.event
		}
		if n, ok := numbers[name]; ok {
			return n
		}
		return 1000
	case "Boolean":
		return true
	case "Date":
		return "2018-10-05"
	case "Percent":
		return 72
	}
	*f.unknown = append(*f.unknown, fmt.Sprintf("%s.%s: no value of the type %s is known", in, name, t.Name()))
	return nil
}

// id is the record that an id names.
func (f *filling) id(in, name string) any {
	kind, ok := idKind(in, name)
	if !ok {
		*f.unknown = append(*f.unknown, fmt.Sprintf("%s.%s: nobody said what this id names", in, name))
		return nil
	}
	if kind == "" || kind == f.kind && f.named[kind] == "" {
		return f.own
	}
	return f.named[kind]
}

// input fills an input object: what is needed, what a hint says, and the optional
// input asked for.
func (f *filling) input(s *ast.Schema, def *ast.Definition, path string) object {
	out := object{}
	for _, field := range def.Fields {
		at := field.Name
		if path != "" {
			at = path + "." + field.Name
		}
		key := def.Name + "." + field.Name
		hint, hinted := f.hints[key]
		if !hinted {
			hint, hinted = hints[key]
		}
		isRef := field.Type.Name() == "ID"
		switch {
		case f.at == at && isRef:
			out[field.Name] = f.atID
			if field.Type.Elem != nil {
				out[field.Name] = []any{f.atID}
			}
		case strings.HasPrefix(f.at, at+".") && s.Types[field.Type.Name()].Kind == ast.InputObject:
			out[field.Name] = f.value(s, def.Name, field.Name, at, field.Type)
		case hinted && hint != nil:
			out[field.Name] = hint
		case hinted:
		case field.Type.NonNull && field.DefaultValue == nil:
			out[field.Name] = f.value(s, def.Name, field.Name, at, field.Type)
		case f.opens && f.named[optionalRef(field)] != "":
			out[field.Name] = f.value(s, def.Name, field.Name, at, field.Type)
		}
	}
	return out
}

// optionalRef is the kind of the optional ids that are given where the filling
// names one: who is to hold a record decides who may make it.
func optionalRef(field *ast.FieldDefinition) string {
	if field.Type.Name() == "ID" && (field.Name == "unit" || field.Name == "officer") {
		return kindOfID[field.Name]
	}
	return ""
}

// references are the paths of the ids in an input, and what each names.
func references(s *ast.Schema, def *ast.Definition, path string, seen []string) map[string]string {
	out := map[string]string{}
	if slices.Contains(seen, def.Name) {
		return out
	}
	seen = append(slices.Clone(seen), def.Name)
	for _, field := range def.Fields {
		at := field.Name
		if path != "" {
			at = path + "." + field.Name
		}
		inner := s.Types[field.Type.Name()]
		switch {
		case field.Type.Name() == "ID":
			if kind, ok := idKind(def.Name, field.Name); ok && kind != "" {
				out[at] = kind
			}
		case inner.Kind == ast.InputObject:
			for p, kind := range references(s, inner, at, seen) {
				out[p] = kind
			}
		}
	}
	return out
}
