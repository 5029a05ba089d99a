package graph_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// A canary is a piece of personal data that occurs once in all records, so that
// wherever it turns up it can have come from one place only.
type canary struct {
	// text is the part of it that no mask leaves.
	text string
	data auth.PersonalData
	// record holds it; protected tells that the record is a family matter or has
	// a party under age.
	record    *placed
	protected bool
	// published: the law makes it public.
	published bool
}

// An aviary is a matrix with canaries in cases of each kind, all of them the
// officer's own in the first branch.
type aviary struct {
	*matrix
	canaries []*canary
	cases    []*placed
	// kind is the type by which fields that answer any record are asked.
	kind string
	// fits is what one operation may cost: how deep a field is asked, and for how
	// many elements.
	fits map[string]fit
}

type fit struct{ depth, size int }

// canaryCases are the cases with canaries: how each differs, and whether it is
// protected and published.
var canaryCases = []struct {
	name                 string
	judgment             string
	juvenile, unenforced bool
	protected, published bool
}{
	{"Ordin", "CIVIL", false, false, false, false},
	{"Famil", "MARRIAGE_FAMILY", false, true, true, false},
	{"Juven", "CIVIL", true, true, true, false},
	{"Publi", "CIVIL", false, true, false, true},
}

func newAviary(t *testing.T) *aviary {
	t.Helper()
	a := &aviary{matrix: newMatrix(t), kind: "Case", fits: map[string]fit{}}
	for i, k := range canaryCases {
		r := a.add(&placed{kind: "Case", relation: k.name, unit: a.first, officer: a.officer, found: fmt.Sprintf("%d/QĐ-CCTHADS", 600+i)})
		a.cases = append(a.cases, r)
		plant := func(text string, data auth.PersonalData, published bool) string {
			a.canaries = append(a.canaries, &canary{text: text, data: data, record: r, protected: k.protected, published: published && k.published})
			return text
		}
		word := func(what string) string { return "Kz" + what + k.name }
		party := func(role, what string, n int) object {
			debtor := role == "DEBTOR"
			year := 1910 + 3*i + n
			plant(fmt.Sprint(year), auth.PartyContact, false)
			return object{
				"role": role, "kind": "PERSON", "name": "Nguyễn Văn " + plant(word(what), auth.PartyName, debtor),
				"address":   "Số 9 ngõ " + plant(word(what+"addr"), auth.PartyContact, debtor) + ", phường Thử, tỉnh Thanh Hóa",
				"birthYear": year, "juvenile": k.juvenile && debtor,
				"identityNumber": plant(fmt.Sprintf("0380901234%d%d", i, n), auth.IdentityNumber, false),
				"accountNumber":  plant(fmt.Sprintf("97041111222233%d%d", i, n), auth.AccountNumber, false),
			}
		}
		parties := []object{party("DEBTOR", "debtor", 0), party("CREDITOR", "creditor", 1), party("RELATED", "related", 2)}
		opened := a.must(leader, "caseOpen", a.decided(r.found, "2018-10-05", object{"particulars": caseParticulars(object{
			"judgment":    object{"kind": k.judgment, "number": "07/2018/DS-ST", "date": "2018-09-05", "court": "TAND thành phố Thanh Hóa"},
			"parties":     parties,
			"obligations": []object{{"kind": "DEBT", "amount": 100_000, "content": "Trả nợ " + plant(word("oblig"), auth.PartyName, true)}},
		})}))
		record := func(name string, in object) {
			opened = a.must(leader, name, with(in, object{"id": opened["id"], "version": opened["version"]}))
		}
		r.id = opened["id"].(string)
		record("caseRecordCollection", object{"effectiveOn": "2018-10-20", "obligation": "o1", "amount": 1000, "receipt": "BL " + plant(word("receipt"), auth.PartyName, false)})
		record("caseRecordPayout", object{"effectiveOn": "2018-10-21", "obligation": "o1", "amount": 1000, "recipient": "Lê Thị " + plant(word("recipient"), auth.PartyName, false)})
		record("caseNote", object{"effectiveOn": "2018-10-22", "note": "Đã gặp bà " + plant(word("note"), auth.PartyName, false)})
		record("caseNote", object{"effectiveOn": "2018-10-23", "note": "Nhầm"})
		record("caseVoid", object{"event": opened["version"], "reason": "Ghi nhầm cho ông " + plant(word("reason"), auth.PartyName, false)})
		if k.unenforced {
			record("caseBeginVerification", object{"effectiveOn": "2018-10-24"})
			record("caseRecordVerification", object{"effectiveOn": "2018-10-25", "finding": "NO_MEANS"})
			record("caseDeclareNotEnforceable", object{"effectiveOn": "2018-11-05", "decision": paper("9/QĐ", "2018-11-05"), "ground": "L2008_44A_1_A"})
		}
	}
	v := a.add(&placed{kind: "AdministrativeVerdict", relation: "Verdi", unit: a.first, officer: a.officer, found: "666/2018/HC-ST"})
	plant := func(text string, data auth.PersonalData) string {
		a.canaries = append(a.canaries, &canary{text: text, data: data, record: v})
		return text
	}
	registered := a.must(leader, "verdictRegister", object{"unit": a.first, "officer": a.officer, "particulars": verdictParticulars(object{
		"number":    v.found,
		"creditors": []object{{"kind": "PERSON", "name": "Trần Thị " + plant("KzcreditorVerdi", auth.PartyName), "address": "Số 3 ngõ " + plant("KzaddrVerdi", auth.PartyContact) + ", phường Thử, tỉnh Thanh Hóa"}},
		"operative": "Hủy quyết định về bà " + plant("KzoperativeVerdi", auth.PartyName),
	})})
	v.id = registered["id"].(string)
	a.must(leader, "verdictNote", object{"id": v.id, "version": registered["version"], "effectiveOn": "2018-10-20", "note": "Đã gọi " + plant("KznoteVerdi", auth.PartyName)})
	return a
}

// sight is how somebody sees a kind of data of a record by a right: as clearly as
// the clearest of the grants that open it, by the table.
func (a *aviary) sight(p *person, right auth.Right, c *canary, purpose auth.Purpose) auth.Sight {
	best := auth.Masked
	for g := range p.granting(right) {
		alone := &person{principal: p.principal, grants: []auth.Grant{*g}}
		if !a.covers(alone, right, c.record.units, c.record.officers) {
			continue
		}
		for _, spec := range auth.Specs() {
			if spec.Role != g.Role || purpose != "" && !slices.Contains(spec.Purposes, purpose) {
				continue
			}
			s := spec.Sight[c.data]
			if c.protected {
				s = min(s, spec.Sight[auth.Protected])
			}
			best = max(best, s)
		}
	}
	return best
}

// clear tells whether somebody may see a canary without asking for it.
func (a *aviary) clear(p *person, c *canary) bool {
	return a.sees(p, c.record) && a.sight(p, auth.Read, c, "") == auth.Clear
}

// clearAnywhere tells whether somebody sees such data clearly by every role held,
// so that names can be looked for without asking which role opens a case.
func (a *aviary) clearAnywhere(p *person, c *canary) bool {
	for g := range p.granting(auth.Read) {
		alone := &person{principal: p.principal, grants: []auth.Grant{{Role: g.Role, Unit: thads.UnitID(a.first), Officer: thads.OfficerID(a.officer)}}}
		if a.sight(alone, auth.Read, c, "") != auth.Clear {
			return false
		}
	}
	return a.clear(p, c)
}

// in tells whether an answer holds a canary; whether letters are capitals or not
// does not matter. Years stand alone: other numbers may hold their digits.
func (c *canary) in(answer string) bool { return c.within(strings.ToLower(answer)) }

func (c *canary) within(lower string) bool {
	text := strings.ToLower(c.text)
	if len(text) > 4 {
		return strings.Contains(lower, text)
	}
	for rest := lower; ; {
		i := strings.Index(rest, text)
		if i < 0 {
			return false
		}
		end := i + len(text)
		if !belongs(rest, i-1) && !belongs(rest, end) {
			return true
		}
		rest = rest[end:]
	}
}

// belongs tells whether what stands at a place would make a number or an id go on.
func belongs(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z' || strings.IndexByte("_.-", s[i]) >= 0)
}

// full is every field of a type, and of what it names, that asks for no argument
// but enumerations: to a depth, and no type within itself.
func (a *aviary) full(typeName string, depth int, within []string) string {
	def := a.schema.Types[typeName]
	if def.IsAbstractType() {
		// One kind at a time: fields of several may have the same name.
		kind := a.kind
		if !slices.ContainsFunc(a.schema.PossibleTypes[typeName], func(d *ast.Definition) bool { return d.Name == kind }) {
			kind = "Case"
		}
		return "__typename ... on " + kind + " { " + a.full(kind, depth, within) + "} "
	}
	within = append(slices.Clone(within), typeName)
	var b strings.Builder
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") || f.Name == "nodes" && def.Fields.ForName("edges") != nil && strings.HasSuffix(typeName, "Connection") {
			continue
		}
		var args []string
		askable := true
		for _, arg := range f.Arguments {
			needed := arg.Type.NonNull && arg.DefaultValue == nil
			isEnum := a.schema.Types[arg.Type.Name()].Kind == ast.Enum && arg.Type.Elem == nil
			switch {
			case needed && isEnum:
				args = append(args, arg.Name+": "+a.schema.Types[arg.Type.Name()].EnumValues[0].Name)
			case needed:
				askable = false
			case arg.Name == "first":
				args = append(args, "first: 3")
			}
		}
		if !askable {
			continue
		}
		call := f.Name
		if len(args) > 0 {
			call += "(" + strings.Join(args, ", ") + ")"
		}
		inner := a.schema.Types[f.Type.Name()]
		switch {
		case inner.IsLeafType():
			b.WriteString(call + " ")
		case depth > 0 && !slices.Contains(within, inner.Name):
			if s := a.full(inner.Name, depth-1, within); s != "" {
				b.WriteString(call + " { " + s + "} ")
			}
		}
	}
	return b.String()
}

// deep asks for everything that a root field can answer, with as much of it at a
// time as one operation may cost, and page by page to the end.
func (a *aviary) deep(t *testing.T, p *person, f *ast.FieldDefinition, args object) string {
	t.Helper()
	isList := strings.HasSuffix(f.Type.Name(), "Connection")
	given := with(args)
	try := func(n fit) *reply {
		if isList {
			given["first"] = n.size
		}
		r, err := a.call(p, a.asking(f, given, a.full(f.Type.Name(), n.depth, nil)), given)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	n, known := a.fits[f.Name+" "+a.kind]
	if !known {
		n = fit{depth: 8, size: 100}
	}
	r := try(n)
	for ; tooLarge(r); r = try(n) {
		if n.size /= 4; !isList || n.size == 0 {
			n = fit{depth: n.depth - 1, size: 100}
		}
		if n.depth < 2 {
			t.Fatalf("%s costs too much at any depth", f.Name)
		}
	}
	a.fits[f.Name+" "+a.kind] = n
	if slices.Contains([]string{"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_REQUEST", "INTERNAL"}, r.code()) {
		t.Fatalf("%s: %s", f.Name, r.raw)
	}
	out := r.raw
	for isList && at(r.Data, f.Name+".pageInfo.hasNextPage") == true {
		given["after"] = at(r.Data, f.Name+".pageInfo.endCursor")
		if r = try(n); len(r.Errors) > 0 {
			t.Fatalf("%s: %s", f.Name, r.raw)
		}
		out += r.raw
	}
	return out
}

// tooLarge tells whether an operation costs or says more than one may.
func tooLarge(r *reply) bool {
	return r.code() == "COMPLEXITY_LIMIT_EXCEEDED" || r.code() == "GRAPHQL_PARSE_FAILED" && strings.Contains(r.Errors[0].Message, "token limit")
}

// asking is a query of a field with a selection.
func (a *aviary) asking(f *ast.FieldDefinition, args object, selection string) string {
	query := a.operation("query", f, args)
	head := strings.TrimSuffix(query, a.plainSelection(f.Type)+" }")
	if selection == "" || a.schema.Types[f.Type.Name()].IsLeafType() {
		return head + " }"
	}
	return head + " { " + selection + "} }"
}

// sightings looks for canaries in what somebody was answered.
func (a *aviary) sightings(t *testing.T, p *person, what, answer string) {
	t.Helper()
	lower := strings.ToLower(answer)
	for _, c := range a.canaries {
		if c.within(lower) && !a.clear(p, c) && !(c.published && strings.HasPrefix(what, "publicDebtors")) {
			t.Errorf("%s shows %s to %s, %s of %s: %s", what, c.text, p.name, c.data, c.record.relation, around(answer, c.text))
		}
	}
	a.cursorsIn(t, p, what, answer)
}

// around is where a text occurs in an answer.
func around(answer, text string) string {
	i := strings.Index(strings.ToLower(answer), strings.ToLower(text))
	if i < 0 {
		return ""
	}
	return answer[max(0, i-80):min(len(answer), i+len(text)+40)]
}

var cursors = regexp.MustCompile(`"(?:cursor|startCursor|endCursor)":"([^"]+)"`)

// cursorsIn looks into the cursors of an answer: neither a name nor the key by
// which it is ordered stands in one of who may not see the name.
func (a *aviary) cursorsIn(t *testing.T, p *person, what, answer string) {
	t.Helper()
	seen := map[string]bool{}
	for _, found := range cursors.FindAllStringSubmatch(answer, -1) {
		if seen[found[1]] {
			continue
		}
		seen[found[1]] = true
		raw, err := base64.RawURLEncoding.DecodeString(found[1])
		if err != nil {
			t.Errorf("%s: the cursor %s: %v", what, found[1], err)
			continue
		}
		for _, c := range a.canaries {
			if c.data != auth.PartyName || a.clear(p, c) || c.published {
				continue
			}
			if c.in(string(raw)) || strings.Contains(string(raw), thads.NameSortKey("Nguyễn Văn "+c.text)) {
				t.Errorf("%s: a cursor of %s holds %s: %s", what, p.name, c.text, raw)
			}
		}
	}
}

// Nobody is shown personal data that the table does not show them: not by any
// query with every field to full depth, not by what a mutation answers, not in a
// cursor, a refusal or a file; and who may see them does.
func TestCanaries(t *testing.T) {
	a := newAviary(t)
	if raced {
		// Those whose sight of data is that of others.
		a.people = slices.DeleteFunc(a.people, func(p *person) bool {
			return p.token || p.needs || p.isAnonymous() || strings.HasPrefix(p.name, "HEAD") || p.name == string(auth.RoleUnitHead) || p.name == string(auth.RoleAdministrator)
		})
	}
	for _, p := range a.people {
		t.Run("queries/"+p.name, func(t *testing.T) { a.inQueries(t, p) })
	}
	for _, p := range a.people {
		t.Run("searches/"+p.name, func(t *testing.T) { a.inSearches(t, p) })
	}
	for _, p := range a.people {
		t.Run("mutations/"+p.name, func(t *testing.T) { a.inMutations(t, p) })
	}
	for _, p := range a.people {
		t.Run("exports/"+p.name, func(t *testing.T) { a.inExports(t, p) })
	}
	log := a.log.String()
	for _, c := range a.canaries {
		if c.in(log) && len(c.text) > 4 {
			t.Errorf("the log holds %s: %s", c.text, around(log, c.text))
		}
	}
	t.Logf("%d canaries, %d people; depths and sizes asked for: %v", len(a.canaries), len(a.people), a.fits)
}

func (a *aviary) inQueries(t *testing.T, p *person) {
	t.Helper()
	for _, f := range a.schema.Query.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		if f.Arguments.ForName("id") == nil {
			args := a.arguments(f, a.filling(t, &filling{}))
			if f.Name == "search" {
				continue // see inSearches
			}
			if f.Name == "nodes" {
				args["ids"] = []string{a.cases[1].id}
			}
			a.sightings(t, p, f.Name, a.deep(t, p, f, args))
			// The cursors of every order.
			if o := f.Arguments.ForName("orderBy"); o != nil {
				by := a.schema.Types[a.schema.Types[o.Type.Name()].Fields.ForName("field").Type.Name()]
				for _, v := range by.EnumValues {
					ordered := with(args, object{"first": 200, "orderBy": object{"field": v.Name, "direction": "ASC"}})
					r, err := a.call(p, a.operation("query", f, ordered), ordered)
					if err != nil {
						t.Fatal(err)
					}
					a.sightings(t, p, f.Name+" by "+v.Name, r.raw)
				}
			}
			continue
		}
		for _, r := range a.records {
			planted := slices.ContainsFunc(a.canaries, func(c *canary) bool { return c.record == r })
			switch {
			case slices.Contains([]string{"Case", "AdministrativeVerdict"}, r.kind) && !planted: // nothing in it
				continue
			case f.Type.Name() != "Node" && r.kind != f.Type.Name() && (f.Name != "importProposal" || r.kind != "Import"):
				continue
			}
			a.kind = r.kind
			fill := a.filling(t, &filling{own: r.id, kind: r.kind})
			answer := a.deep(t, p, f, with(a.arguments(f, fill), object{"id": r.id}))
			a.kind = "Case"
			a.sightings(t, p, f.Name+" of "+r.relation, answer)
			if f.Type.Name() != r.kind || a.isRefused(p, a.schema.Query, f) {
				continue
			}
			// Who may see something sees it.
			for _, c := range a.canaries {
				if c.record == r && a.clear(p, c) && !c.in(answer) {
					t.Errorf("%s of %s keeps %s from %s", f.Name, r.relation, c.text, p.name)
				}
			}
			if slices.ContainsFunc(a.canaries, func(c *canary) bool {
				return c.record == r && a.sees(p, r) && c.data == auth.PartyName && !a.clear(p, c)
			}) && !strings.Contains(answer, thads.MaskSign) {
				t.Errorf("%s of %s masks nothing for %s", f.Name, r.relation, p.name)
			}
		}
	}
}

// inSearches looks for people by their names: who does not see a name finds
// nobody by it, neither by searching nor by a filter.
func (a *aviary) inSearches(t *testing.T, p *person) {
	t.Helper()
	for _, c := range a.canaries {
		if c.data != auth.PartyName || c.record.kind != "Case" || !strings.Contains(c.text, "debtor") && !strings.Contains(c.text, "creditor") {
			continue
		}
		list := a.schema.Query.Fields.ForName("cases")
		if !a.isRefused(p, a.schema.Query, list) {
			for _, orderBy := range []string{"DEBTOR_NAME", "UPDATED_AT"} {
				r, err := a.call(p, `query($text: String!, $by: CaseOrderField!) { cases(filter: { text: $text }, orderBy: { field: $by }) { totalCount nodes { id debtorName } pageInfo { endCursor } } }`,
					object{"text": c.text, "by": orderBy})
				if err != nil {
					t.Fatal(err)
				}
				got := fmt.Sprint(at(r.Data, "cases.totalCount"))
				switch {
				case got == "1" && !a.clear(p, c), got != "1" && a.clearAnywhere(p, c):
					t.Errorf("cases by the name %s count %s: %s", c.text, got, r.raw)
				case got != "0" && got != "1" && (orderBy != "DEBTOR_NAME" || r.code() != "NOT_ALLOWED"):
					t.Errorf("cases by the name %s: %s", c.text, r.raw)
				}
				a.sightings(t, p, "cases by name", r.raw)
			}
		}
		if !a.isRefused(p, a.schema.Query, a.schema.Query.Fields.ForName("search")) {
			r, err := a.call(p, `query($text: String!) { search(text: $text) { title detail node { id } } }`, object{"text": c.text})
			if err != nil {
				t.Fatal(err)
			}
			hits, _ := r.Data["search"].([]any)
			if len(hits) > 0 && !a.clear(p, c) || len(hits) == 0 && a.clearAnywhere(p, c) {
				t.Errorf("search by the name %s: %s", c.text, r.raw)
			}
			a.sightings(t, p, "search by name", r.raw)
		}
		// By its number a case is found by whoever may open it.
		if !a.isRefused(p, a.schema.Query, a.schema.Query.Fields.ForName("search")) {
			r, err := a.call(p, `query($text: String!) { search(text: $text) { title detail node { id ... on Case { debtorName creditorName } } } }`, object{"text": c.record.found})
			if err != nil {
				t.Fatal(err)
			}
			hits, _ := r.Data["search"].([]any)
			if (len(hits) > 0) != a.sees(p, c.record) {
				t.Errorf("search by the number %s: %s", c.record.found, r.raw)
			}
			a.sightings(t, p, "search by number", r.raw)
		}
	}
}

// inMutations records in the cases, and is refused: both answer the record or
// words about it.
func (a *aviary) inMutations(t *testing.T, p *person) {
	t.Helper()
	for _, f := range a.schema.Mutation.Fields {
		if strings.HasPrefix(f.Name, "__") || a.kindOf(f) != "Case" || a.opens(f) || a.isRefused(p, a.schema.Mutation, f) {
			continue
		}
		for i, r := range a.cases {
			if f.Name != "caseNote" && i != 1 {
				continue // what is refused is the same of all; a family matter is the one to look at
			}
			fill := a.filling(t, &filling{own: r.id, kind: "Case", event: 1, named: map[string]string{"Unit": a.second, "Officer": a.officer, "Case": r.id}})
			in := fill.input(a.schema, a.inputOf(f), "")
			if f.Name == "caseNote" {
				read := a.ask(leader, `query($id: ID!) { case(id: $id) { version } }`, object{"id": r.id})
				in["version"], in["effectiveOn"], in["note"] = at(read, "case.version"), "2018-12-01", "Đã đọc"
			}
			var answer *reply
			for depth := 5; depth > 0 && (answer == nil || answer.code() == "COMPLEXITY_LIMIT_EXCEEDED"); depth-- {
				query := fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { %s } }", a.inputOf(f).Name, f.Name, a.full(f.Type.Name(), depth, nil))
				var err error
				if answer, err = a.call(p, query, object{"input": in}); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := answer.outcomeOf(f.Name); err != nil {
				t.Errorf("%s: %s %v", f.Name, got, err)
			}
			a.sightings(t, p, f.Name+" of "+r.relation, answer.raw)
			if f.Name == "caseNote" && a.mayChange(p, f, r, 0) == reached && !strings.Contains(answer.raw, r.found) {
				t.Errorf("caseNote of %s by %s answers no case: %s", r.relation, p.name, answer.raw)
			}
		}
	}
}

// inExports takes every register out, in both formats.
func (a *aviary) inExports(t *testing.T, p *person) {
	t.Helper()
	ctx := auth.NewContext(t.Context(), p.principal)
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		files := map[string]func(io.Writer) error{
			"CASES": func(w io.Writer) error {
				return a.app.ExportCases(ctx, w, app.ExportOptions{Format: format, By: app.CasesByNumber})
			},
			"CASE_EVENTS": func(w io.Writer) error {
				return a.app.ExportCaseEvents(ctx, w, app.ExportOptions{Format: format, By: app.CasesByNumber})
			},
		}
		for _, k := range sheet.RecordKinds() {
			for _, events := range []bool{false, true} {
				if format == sheet.XLSX && (events || k.Value != sheet.Verdicts) {
					continue // a workbook has both; of the others the text is enough
				}
				files[fmt.Sprint(k.Value, events)] = func(w io.Writer) error {
					return a.app.ExportRecords(ctx, w, k.Value, app.RecordExportOptions{Format: format, Events: events})
				}
			}
		}
		for name, write := range files {
			var b bytes.Buffer
			err := write(&b)
			what := fmt.Sprintf("export of %s as %s", name, format)
			if !p.holds(auth.Export) {
				refusals, refused := thads.Refusals(err)
				if !refused || refusals[0].Code != thads.CodeForbidden || b.Len() > 0 {
					t.Errorf("%s by %s, who may not: %v, %d bytes", what, p.name, err, b.Len())
				}
				continue
			}
			if err != nil {
				if refusals, refused := thads.Refusals(err); refused && refusals[0].Code == thads.CodeForbidden {
					continue // a kind of records that the role does not read
				}
				t.Errorf("%s by %s: %v", what, p.name, err)
				continue
			}
			content := b.String()
			if format == sheet.XLSX {
				content = unzipped(t, b.Bytes())
			}
			a.sightings(t, p, what, content)
			for _, c := range a.canaries {
				if name == "CASES" && c.data == auth.PartyName && strings.Contains(c.text, "Kzdebtor") && a.clear(p, c) && a.covers(p, auth.Export, c.record.units, c.record.officers) && !c.in(content) {
					t.Errorf("%s keeps %s from %s", what, c.text, p.name)
				}
			}
		}
	}
}

// unzipped are the parts of a workbook, one after another.
func unzipped(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil { //nolint:gosec // our own file
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// Masked data are shown for the purposes that the table lets a role state, and
// for no others; whatever is shown was recorded.
func TestUnmasking(t *testing.T) {
	a := newAviary(t)
	f := a.schema.Mutation.Fields.ForName("partyReveal")
	if f == nil {
		t.Fatal("there is no mutation partyReveal")
	}
	kinds := []auth.PersonalData{auth.PartyName, auth.PartyContact, auth.IdentityNumber, auth.AccountNumber}
	count := func() string {
		return fmt.Sprint(at(a.ask(leader, `{ disclosures(filter: { kinds: [UNMASKING] }) { totalCount } }`, nil), "disclosures.totalCount"))
	}
	before, err := strconv.Atoi(count())
	if err != nil {
		t.Fatal(err)
	}
	cells, shown := 0, 0
	for _, p := range a.people {
		for i, r := range a.cases {
			if raced && i > 1 {
				continue // an ordinary case and a protected one
			}
			for _, purpose := range auth.Purposes() {
				for _, data := range kinds {
					var c *canary
					for _, x := range a.canaries {
						if x.record == r && x.data == data && (data != auth.PartyName || strings.Contains(x.text, "Kzdebtor")) && (c == nil) {
							c = x
						}
					}
					in := object{"case": r.id, "party": "p1", "data": []auth.PersonalData{data}, "purpose": purpose.Value, "reason": "Kiểm thử mở dữ liệu"}
					answer, err := a.call(p, `mutation($input: PartyRevealInput!) { partyReveal(input: $input) { revealed { name address birthYear identityNumber accountNumber disclosure { id kind by case party data purpose } } userErrors { code message field } } }`, object{"input": in})
					if err != nil {
						t.Fatal(err)
					}
					cells++
					want := denied
					switch {
					case a.isRefused(p, a.schema.Mutation, f):
					case !a.sees(p, r):
						want = invisible
					case a.sight(p, auth.Unmask, c, purpose.Value) >= auth.OnPurpose:
						want = reached
					default:
						want = notWritable
					}
					got := c.in(answer.raw)
					if got {
						shown++
					}
					if got != (want == reached) {
						t.Errorf("%s asks for %s of %s for %s: %s, want %s", p.name, data, r.relation, purpose.Value, answer.raw, want)
					}
					for _, other := range a.canaries {
						if other != c && other.data != data && other.in(answer.raw) {
							t.Errorf("%s asks for %s of %s and is shown %s", p.name, data, r.relation, other.text)
						}
					}
					if got && at(answer.Data, "partyReveal.revealed.disclosure.case") != r.id {
						t.Errorf("%s is shown %s of %s without a record of it: %s", p.name, data, r.relation, answer.raw)
					}
				}
			}
		}
	}
	if recorded := count(); recorded != strconv.Itoa(before+shown) {
		t.Errorf("%d times masked data were shown, and %s times it was recorded, %d before", shown, recorded, before)
	}
	t.Logf("%d cells of unmasking, %d of them shown and recorded", cells, shown)
}
