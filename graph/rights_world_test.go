package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// A placed record lies somewhere in relation to the people of the matrix, all of
// whom belong to the first branch.
type placed struct {
	kind, relation, id string
	// unit and officer hold it, units and officers hold or ever held it; by owns
	// what belongs to a person.
	unit, officer   string
	units, officers []string
	by              thads.PrincipalID
	// shared tells that its owner lets everybody see it, late that something of it
	// was recorded after its period was locked.
	shared, late bool
	// fresh makes it again, before its owner takes it away, and tells its id.
	fresh func() string
	// found is what a search finds it by: a number.
	found string
}

// A matrix is a province with a record of every kind in every relation, and
// somebody of every role.
type matrix struct {
	*world
	// room stands below the first branch.
	room string
	// under is the unit above each.
	under   map[string]string
	records []*placed
	people  []*person
	uploads []*placed
	// deadlinesOf are how many deadlines run in each record, see running.
	deadlinesOf   map[string]int
	deadlinesOnce sync.Once
}

// relations of a record to the first branch and its officer.
const (
	relOwn           = "own unit, own"
	relColleague     = "own unit, a colleague's"
	relHanded        = "own unit, once own"
	relBelow         = "unit below"
	relParent        = "parent unit"
	relOther         = "other unit"
	relOnce          = "other unit, once own"
	relOnceColleague = "other unit, once a colleague's"
	relAll           = "of nobody alone"
	relMine          = "one's own"
)

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	m := &matrix{world: newProvince(t)}
	m.room = m.make(leader, "unitEstablish", object{"effectiveOn": "2010-01-01", "code": "TH-01-A", "name": "Tổ thi hành án số 1", "level": "STAFF_ROOM", "parent": m.first})
	m.under = map[string]string{m.province: "", m.first: m.province, m.second: m.province, m.room: m.first}
	m.casesAndVerdicts()
	m.direction()
	m.everyRole()
	m.files()
	m.disclosures()
	m.savedQueries()
	m.afterLock()
	return m
}

func (m *matrix) add(r *placed) *placed {
	if r.units == nil && r.unit != "" {
		r.units = []string{r.unit}
	}
	if r.officers == nil && r.officer != "" {
		r.officers = []string{r.officer}
	}
	m.records = append(m.records, r)
	return r
}

// holdings are where cases and verdicts lie: who began with them, and who has
// them now.
func (m *matrix) holdings() []struct{ relation, unit, officer, toUnit, toOfficer string } {
	return []struct{ relation, unit, officer, toUnit, toOfficer string }{
		{relOwn, m.first, m.officer, "", ""},
		{relColleague, m.first, m.colleague, "", ""},
		{relHanded, m.first, m.officer, "", m.colleague},
		{relBelow, m.room, "", "", ""},
		{relParent, m.province, "", "", ""},
		{relOther, m.second, "", "", ""},
		{relOnce, m.first, m.officer, m.second, ""},
		{relOnceColleague, m.first, m.colleague, m.second, ""},
	}
}

func (m *matrix) casesAndVerdicts() {
	m.t.Helper()
	for i, h := range m.holdings() {
		r := m.add(&placed{kind: "Case", relation: h.relation, unit: h.unit, officer: h.officer, found: fmt.Sprintf("%d/QĐ-CCTHADS", 701+i)})
		in := m.decided(r.found, "2018-10-05", object{"unit": h.unit, "officer": h.officer})
		v := m.add(&placed{kind: "AdministrativeVerdict", relation: h.relation, unit: h.unit, officer: h.officer, found: fmt.Sprintf("%d/2018/HC-ST", 801+i)})
		judged := object{"unit": h.unit, "officer": h.officer, "particulars": verdictParticulars(object{"number": v.found})}
		if h.officer == "" {
			delete(in, "officer")
			delete(judged, "officer")
		}
		opened := m.must(leader, "caseOpen", in)
		opened = m.must(leader, "caseRecordCollection", object{"id": opened["id"], "version": opened["version"], "effectiveOn": "2018-10-20", "obligation": "o1", "amount": 1000})
		m.moves("case", r, opened, h.toUnit, h.toOfficer)
		m.moves("verdict", v, m.must(leader, "verdictRegister", judged), h.toUnit, h.toOfficer)
	}
}

// moves gives a record to whom it is to have at last.
func (m *matrix) moves(noun string, r *placed, record object, unit, officer string) {
	m.t.Helper()
	r.id = record["id"].(string)
	change := object{"id": r.id, "version": record["version"], "effectiveOn": "2018-11-01"}
	if officer != "" {
		m.must(leader, noun+"Assign", with(change, object{"officer": officer}))
		r.officer, r.officers = officer, append(r.officers, officer)
	}
	if unit != "" {
		m.must(leader, noun+"Transfer", with(change, object{"unit": unit}))
		r.unit, r.officer, r.units = unit, "", append(r.units, unit)
	}
}

// direction makes what is directed: held by units, or known to all who direct.
func (m *matrix) direction() {
	m.t.Helper()
	elsewhere := m.recordOf("Case", relOther).id
	for _, h := range []struct{ relation, unit, to string }{
		{relOwn, m.first, ""}, {relBelow, m.room, ""}, {relParent, m.province, ""}, {relOther, m.second, ""}, {relOnce, m.first, m.second},
	} {
		// The directed case of one's own unit is about a case of another.
		listed := m.must(leader, "directedCaseList", object{"unit": h.unit, "effectiveOn": "2018-10-10", "particulars": object{
			"title": "Vụ " + h.relation, "directingBody": "Thường trực Tỉnh ủy", "case": elsewhere,
		}})
		r := m.add(&placed{kind: "DirectedCase", relation: h.relation, id: listed["id"].(string), unit: h.unit})
		if h.to != "" {
			m.must(leader, "directedCaseTransfer", object{"id": r.id, "version": listed["version"], "effectiveOn": "2018-11-01", "unit": h.to})
			r.unit, r.units = h.to, append(r.units, h.to)
		}
	}
	for i, h := range []struct{ relation, unit string }{{relOwn, m.first}, {relBelow, m.room}, {relOther, m.second}, {relAll, ""}} {
		number := fmt.Sprintf("%d-CT/TU", 901+i)
		issued := m.issued(number)
		addressees := []object{{"unit": m.first}, {"unit": m.second}}
		lead, about := object{"name": "Công an tỉnh"}, object{}
		reach := object{}
		if h.unit != "" {
			addressees = []object{{"unit": h.unit}}
			lead, about, reach = object{"unit": h.unit}, object{"unit": h.unit}, object{"reach": "UNIT", "unit": h.unit}
		}
		issued["terms"] = object{"title": "Tăng cường thi hành án", "addressees": addressees}
		m.add(&placed{kind: "Directive", relation: h.relation, unit: h.unit, found: number, id: m.make(leader, "directiveIssue", issued)})
		m.add(&placed{kind: "Task", relation: h.relation, unit: h.unit, id: m.make(leader, "taskSet", set("", object{"lead": lead}))})
		m.add(&placed{kind: "Conference", relation: h.relation, unit: h.unit, id: m.make(leader, "conferenceRecord", conference(about))})
		m.add(&placed{kind: "Target", relation: h.relation, unit: h.unit, id: m.make(leader, "targetDefine", target(reach))})
	}
	for _, u := range []struct{ relation, id string }{{relOwn, m.first}, {relBelow, m.room}, {relParent, m.province}, {relOther, m.second}} {
		m.add(&placed{kind: "Unit", relation: u.relation, id: u.id, unit: u.id})
	}
	m.add(&placed{kind: "Officer", relation: relOwn, id: m.officer})
	m.add(&placed{kind: "Officer", relation: relColleague, id: m.colleague})
}

// recordOf is the record of a kind in a relation.
func (m *matrix) recordOf(kind, relation string) *placed {
	m.t.Helper()
	i := slices.IndexFunc(m.records, func(r *placed) bool { return r.kind == kind && r.relation == relation })
	if i < 0 {
		m.t.Fatalf("there is no %s of %s", kind, relation)
	}
	return m.records[i]
}

// A person of the matrix: who the application takes them for, and what they were
// given, from which the expectation follows.
type person struct {
	name      string
	principal auth.Principal
	grants    []auth.Grant
	// only, fields and within are what a token was left; nil is everything.
	only   []auth.Right
	fields []string
	token  bool
	// needs tells that something has to be done before rights are given.
	needs bool
}

func (p *person) isAnonymous() bool { return p.principal.ID == "" }

// everyRole makes somebody of every role of the table, and those who are
// different.
func (m *matrix) everyRole() {
	m.t.Helper()
	one := func(name string, grants ...auth.Grant) *person {
		p := &person{name: name, grants: grants}
		m.account(p, fmt.Sprintf("nguoi-%d", len(m.people)))
		m.people = append(m.people, p)
		return p
	}
	m.people = append(m.people, &person{name: "ANONYMOUS"})
	first := thads.UnitID(m.first)
	for _, spec := range auth.Specs() {
		if spec.Role == auth.RoleSystem {
			continue
		}
		g := auth.Grant{Role: spec.Role, Unit: first}
		switch {
		case spec.Role == auth.RoleOfficer:
			g.Officer = thads.OfficerID(m.officer)
		case spec.Role == auth.RoleAdministrator:
			g.Unit = ""
		case slices.Contains([]auth.Role{auth.RoleLeader, auth.RoleProfessional, auth.RoleSteering}, spec.Role):
			g.Unit = thads.UnitID(m.province)
		}
		one(string(spec.Role), g)
	}
	one("HEAD of the other unit", auth.Grant{Role: auth.RoleUnitHead, Unit: thads.UnitID(m.second)})
	one("HEAD of the unit below", auth.Grant{Role: auth.RoleUnitHead, Unit: thads.UnitID(m.room)})
	one("CLERK here, STATISTICIAN there", auth.Grant{Role: auth.RoleClerk, Unit: first}, auth.Grant{Role: auth.RoleStatistician, Unit: thads.UnitID(m.second)})
	one("OFFICER here, ACCOUNTANT below", auth.Grant{Role: auth.RoleOfficer, Unit: first, Officer: thads.OfficerID(m.officer)}, auth.Grant{Role: auth.RoleAccountant, Unit: thads.UnitID(m.room)})
	one("without a role")

	needy := one("HEAD who needs a second factor", auth.Grant{Role: auth.RoleUnitHead, Unit: first})
	needy.needs, needy.principal.Needs, needy.principal.Grants = true, []auth.Need{auth.NeedSecondFactor}, nil

	tokens := []struct {
		name string
		t    person
	}{
		{"TOKEN of a leader, for one unit", person{grants: []auth.Grant{{Role: auth.RoleLeader, Unit: thads.UnitID(m.province), Within: []thads.UnitID{first}}}}},
		{"TOKEN of a head, to read", person{grants: []auth.Grant{{Role: auth.RoleUnitHead, Unit: first}}, only: []auth.Right{auth.Read}}},
		{"TOKEN of a clerk, for three fields", person{grants: []auth.Grant{{Role: auth.RoleClerk, Unit: first}}, fields: []string{"cases", "caseNote", "node"}}},
	}
	for _, k := range tokens {
		p := one(k.name, k.t.grants...)
		p.token, p.only, p.fields = true, k.t.only, k.t.fields
		p.principal.Means, p.principal.Only, p.principal.Fields, p.principal.Grants = auth.ByToken, p.only, p.fields, p.grants
	}
}

// files makes imports, with their jobs, files sent and mappings kept, of
// everybody who may.
func (m *matrix) files() {
	m.t.Helper()
	for i, p := range m.people {
		if p.token || !p.holds(rightOf(m.schema.Mutation.Fields.ForName("importStart"))) || !p.holds(auth.Import) {
			continue
		}
		as := p.principal
		data := m.register(1, func(_ int, r *sheet.CaseRow) { r.Number = fmt.Sprintf("%d/QĐ-NHAP", i+1) })
		im := m.must(as, "importStart", object{"upload": m.upload(as, data), "idempotencyKey": "matrix"})
		m.work()
		im = m.imported(as, im["id"])
		m.add(&placed{kind: "Import", relation: p.name, id: im["id"].(string), by: as.ID})
		m.add(&placed{kind: "Job", relation: p.name, id: at(im, "job.id").(string), by: as.ID})
		m.uploads = append(m.uploads, &placed{kind: "Upload", relation: p.name, id: m.upload(as, data), by: as.ID})
		keep := func() string { return m.keepMapping(as, im["id"]) }
		m.uploads = append(m.uploads, &placed{kind: "KeptMapping", relation: p.name, id: keep(), by: as.ID, unit: string(as.Unit()), fresh: keep})
	}
}

// keepMapping says again how the file of an import is read, and keeps it.
func (m *matrix) keepMapping(as auth.Principal, id any) string {
	m.t.Helper()
	im := at(m.ask(as, `query($id: ID!) { import(id: $id) { version reading { cases { sheet headerRow columns { column title field unit } } } } }`, object{"id": id}), "import")
	columns := []object{}
	for _, c := range at(im, "reading.cases.columns").([]any) {
		column := object{"column": at(c, "column"), "field": at(c, "field")}
		for _, name := range []string{"title", "unit"} {
			if v := at(c, name); v != nil {
				column[name] = v
			}
		}
		columns = append(columns, column)
	}
	m.keys++
	m.must(as, "importSetMapping", object{"id": id, "version": at(im, "version"), "keep": true, "idempotencyKey": fmt.Sprintf("keep-%d", m.keys), "reading": object{
		"cases": object{"sheet": at(im, "reading.cases.sheet"), "headerRow": at(im, "reading.cases.headerRow"), "columns": columns},
	}})
	m.work()
	kept := at(m.ask(as, `{ importMappings { id by } }`, nil), "importMappings").([]any)
	i := slices.IndexFunc(kept, func(k any) bool { return at(k, "by") == string(as.ID) })
	if i < 0 {
		m.t.Fatalf("of %s no mapping is kept: %v", as.Name, kept)
	}
	return at(kept[i], "id").(string)
}

// account gives somebody an account with the roles, signs them in, and places the
// account, its session and a token of it among what others may see or not.
func (m *matrix) account(p *person, name string) {
	m.t.Helper()
	ctx := auth.NewContext(m.t.Context(), auth.System("test"))
	n := app.NewUser{Account: name, Name: p.name}
	for _, g := range p.grants {
		n.Grants = append(n.Grants, app.NewGrant{Role: g.Role, Unit: g.Unit, Officer: g.Officer, From: thads.DateOf(2020, 1, 1)})
	}
	if len(n.Grants) == 0 {
		// A role that is held no longer.
		n.Grants = []app.NewGrant{{Role: auth.RoleLeader, From: thads.DateOf(2020, 1, 1), Until: thads.DateOf(2020, 12, 31)}}
	}
	u, err := m.app.AddUser(ctx, n)
	if err != nil {
		m.t.Fatalf("%s: %v", p.name, err)
	}
	signIn := func() auth.Principal {
		limits := app.SessionLimits{Idle: 24 * time.Hour, Max: 24 * time.Hour}
		token, _, err := m.app.SignInAs(ctx, u.ID, app.SignInOrigin{Means: auth.ByDemonstration}, limits)
		if err != nil {
			m.t.Fatalf("%s: %v", p.name, err)
		}
		signed, err := m.app.Authenticate(ctx, token, limits)
		if err != nil {
			m.t.Fatalf("%s: %v", p.name, err)
		}
		return signed
	}
	p.principal = signIn()
	if len(p.principal.Grants) != len(p.grants) {
		m.t.Fatalf("%s holds %+v, want %+v", p.name, p.principal.Grants, p.grants)
	}
	m.add(&placed{kind: "User", relation: p.name, id: string(u.ID), by: u.ID})
	m.uploads = append(m.uploads, &placed{
		kind: "Session", relation: p.name, id: p.principal.Session, by: u.ID, fresh: func() string { return signIn().Session },
	})
	if len(p.grants) == 0 {
		return
	}
	own, rights := p.principal, p.leaving()
	makeToken := func() string {
		t, _, err := m.app.CreateToken(auth.NewContext(m.t.Context(), own), app.NewToken{Name: "Thử", Rights: rights, Days: 30})
		if err != nil {
			m.t.Fatalf("%s: %v", p.name, err)
		}
		return t.ID
	}
	m.uploads = append(m.uploads, &placed{kind: "APIToken", relation: p.name, id: makeToken(), by: u.ID, fresh: makeToken})
}

// leaving are the rights that somebody may leave a token.
func (p *person) leaving() []auth.Right {
	var out []auth.Right
	for _, t := range auth.Rights() {
		if t.Value != auth.Public && t.Value != auth.SignedIn && t.Value != auth.ManageAccounts && p.holds(t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

// disclosures makes the record of a look at masked data.
func (m *matrix) disclosures() {
	m.t.Helper()
	c := m.recordOf("Case", relOwn)
	revealed := at(m.ask(leader, `mutation($in: PartyRevealInput!) { partyReveal(input: $in) { revealed { disclosure { id } } userErrors { message } } }`,
		object{"in": object{"case": c.id, "party": "p1", "data": []string{"IDENTITY_NUMBER"}, "purpose": "ENFORCEMENT", "reason": "Kiểm thử phân quyền"}}), "partyReveal.revealed.disclosure.id")
	if revealed == nil {
		m.t.Fatal("nothing was revealed")
	}
	m.add(&placed{kind: "Disclosure", relation: relOwn, id: revealed.(string), units: c.units})
}

// none is an id like another, of nothing.
func none(id string) string {
	prefix, rest, _ := strings.Cut(id, "_")
	return prefix + "_" + strings.Repeat("0", len(rest))
}

// savedQueries makes questions that people keep: of everybody who may, one that is
// shared and one that is not.
func (m *matrix) savedQueries() {
	m.t.Helper()
	f := m.schema.Mutation.Fields.ForName("savedQueryCreate")
	for _, p := range m.people {
		if p.token || m.isRefused(p, m.schema.Mutation, f) {
			continue
		}
		for _, shared := range []bool{false, true} {
			relation := fmt.Sprintf("%s, shared: %t", p.name, shared)
			id := m.make(p.principal, f.Name, object{
				"name": relation, "shared": shared, "question": object{"statistics": object{"measure": "CARRIED_OUT", "groupBy": []string{"UNIT"}}},
			})
			m.add(&placed{kind: "SavedQuery", relation: relation, id: id, by: p.principal.ID, shared: shared})
		}
	}
}

// afterLock locks a period of the province and records money in it afterwards.
func (m *matrix) afterLock() {
	m.t.Helper()
	// The lock of a unit below is made with its reports, and can be looked up.
	payload, _ := m.lockPeriod(leader, object{"unit": m.room, "through": "2018-10-31", "idempotencyKey": "the lock of the matrix"})
	id, ok := at(payload, "lock.id").(string)
	if !ok {
		m.t.Fatalf("the lock is refused: %v", payload)
	}
	m.later(time.Minute)
	m.work()
	m.add(&placed{kind: "PeriodLock", relation: relBelow, id: id})
	m.lock("2018-10-31")
	for _, relation := range []string{relOwn, relBelow, relOther} {
		r := m.recordOf("Case", relation)
		c := at(m.ask(leader, `query($id: ID!) { case(id: $id) { version } }`, object{"id": r.id}), "case")
		m.must(leader, "caseRecordCollection", object{"id": r.id, "version": at(c, "version"), "effectiveOn": "2018-10-25", "obligation": "o1", "amount": 2000})
		r.late = true
	}
}
