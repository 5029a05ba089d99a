package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/auth"
)

// The numbers of the debtor of these tests, and why somebody asks for them.
const (
	identityNumber = "038090000123"
	accountNumber  = "19034567890123"
	whyAsked       = "Đối chiếu giấy tờ khi chi trả"
)

// partiesNow are the parties of a case as somebody is shown them.
func (w *world) partiesNow(as auth.Principal, id any) []any {
	w.t.Helper()
	data := w.ask(as, `query($id: ID!) { case(id: $id) { parties { name address hasIdentityNumber hasAccountNumber masked revealable } } }`, object{"id": id})
	return at(data, "case.parties").([]any)
}

// Masked data are shown to those whose role may state a purpose, each time with
// a record that those see who read the access records; and sealed numbers are
// erased with one.
func privacyLife(t *testing.T) *world {
	w := newProvince(t)
	particulars := caseParticulars()
	debtor := with(particulars["parties"].([]object)[0], object{"identityNumber": identityNumber, "accountNumber": accountNumber, "birthYear": 1990})
	particulars["parties"] = []object{debtor, particulars["parties"].([]object)[1]}
	c := w.must(w.head(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05", object{"particulars": particulars}))

	both := []any{"IDENTITY_NUMBER", "ACCOUNT_NUMBER"}
	for _, s := range []struct {
		as                 auth.Principal
		name, address      string
		masked, revealable []any
	}{
		{leader, "Nguyễn Văn Nợ", "Phường Thử", []any{}, both},
		{w.head(), "Nguyễn Văn Nợ", "Phường Thử", []any{}, both},
		{w.clerk(), "Nguyễn Văn Nợ", "Phường Thử", []any{}, both[:1]},
		{w.accountant(), "Nguyễn Văn Nợ", "•", []any{"CONTACT"}, []any{"CONTACT", "IDENTITY_NUMBER", "ACCOUNT_NUMBER"}},
		{w.reader(), "Nguyễn Văn Nợ", "•", []any{"CONTACT"}, []any{"CONTACT"}},
		{w.statistician(), "•", "•", []any{"NAME", "CONTACT"}, []any{}},
	} {
		p := w.partiesNow(s.as, c["id"])[0]
		if name := fmt.Sprint(at(p, "name")); name != s.name && (s.name != "•" || !strings.Contains(name, "•") || strings.Contains(name, "Nguyễn")) {
			t.Errorf("%s sees the name %q", s.as.ID, name)
		}
		if address := fmt.Sprint(at(p, "address")); address != s.address && (s.address != "•" || strings.Contains(address, "1990")) {
			t.Errorf("%s sees the address %q", s.as.ID, address)
		}
		if diff := cmp.Diff([][]any{s.masked, s.revealable}, [][]any{at(p, "masked").([]any), at(p, "revealable").([]any)}); diff != "" {
			t.Errorf("what %s is shown masked and may ask for (-want +got):\n%s", s.as.ID, diff)
		}
		if at(p, "hasIdentityNumber") != true || at(p, "hasAccountNumber") != true {
			t.Errorf("%s is told of no numbers: %v", s.as.ID, p)
		}
	}

	in := object{"case": c["id"], "party": "p1", "data": []string{"IDENTITY_NUMBER", "ACCOUNT_NUMBER"}, "purpose": "PAYMENT", "reason": whyAsked}
	w.onlyFor("partyReveal", in)
	for _, bad := range []struct {
		as          auth.Principal
		in          object
		code, field string
	}{
		{w.head(), object{"case": "cs_none"}, "NOT_FOUND", "case"},
		{w.stranger(), object{"purpose": "ENFORCEMENT"}, "NOT_FOUND", "case"},
		{w.head(), object{"party": "p9"}, "NOT_FOUND", "party"},
		{w.head(), object{"data": []string{}}, "REQUIRED", "data"},
		{w.head(), object{"data": []string{"PROTECTED"}}, "INVALID", "data"},
		{w.head(), object{"reason": "Cần xem"}, "OUT_OF_RANGE", "reason"},
		{w.head(), object{"reason": strings.Repeat("Cần xem ", 100)}, "OUT_OF_RANGE", "reason"},
		{w.clerk(), nil, "NOT_ALLOWED", "purpose"},
	} {
		w.refuses(bad.as, "partyReveal", with(in, bad.in), bad.code, bad.field)
	}
	if _, _, code := w.mutate(w.clerk(), "vi", "partyReveal", with(in, object{"purpose": "ENFORCEMENT"})); code != "FORBIDDEN" {
		t.Errorf("a clerk asks for an account number: %q", code)
	}
	if got := w.disclosed(nil); len(got) != 0 {
		t.Fatalf("what was refused was recorded: %v", got)
	}

	revealed := w.must(w.head(), "partyReveal", in)
	for path, want := range map[string]any{
		"id": "p1", "name": nil, "address": nil, "birthYear": nil, "identityNumber": identityNumber, "accountNumber": accountNumber,
		"disclosure.kind": "UNMASKING", "disclosure.by": "head", "disclosure.byName": "Chi cục trưởng", "disclosure.case": c["id"], "disclosure.party": "p1",
		"disclosure.purpose": "PAYMENT", "disclosure.reason": whyAsked, "disclosure.export": nil,
	} {
		if got := at(revealed, path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("revealed: %s is %v, want %v", path, got, want)
		}
	}
	contact := w.must(w.accountant(), "partyReveal", with(in, object{"data": []string{"CONTACT"}}))
	if got := fmt.Sprint([]any{contact["address"], contact["birthYear"], contact["identityNumber"]}); got != "[Phường Thử 1990 <nil>]" {
		t.Errorf("the accountant was shown %s", got)
	}
	w.must(w.head(), "caseNote", object{"id": c["id"], "version": c["version"], "effectiveOn": "2018-11-01", "note": "Đã đối chiếu"})
	w.disclosures(c["id"], revealed["disclosure"].(object))
	w.erases(c["id"])
	w.keepsSecrets(identityNumber, accountNumber, whyAsked)
	return w
}

// disclosed are the records that a filter reaches, as an administrator sees them.
func (w *world) disclosed(filter object) []any {
	w.t.Helper()
	data := w.ask(administrator, `query($f: DisclosureFilter) { disclosures(filter: $f) { totalCount nodes { id kind by party data } } }`, object{"f": filter})
	nodes := at(data, "disclosures.nodes").([]any)
	if fmt.Sprint(at(data, "disclosures.totalCount")) != fmt.Sprint(len(nodes)) {
		w.t.Errorf("%v counts %v, shows %d", filter, at(data, "disclosures.totalCount"), len(nodes))
	}
	return nodes
}

// disclosures reads the records of two looks at a case, the first of the head
// and the second of the accountant.
func (w *world) disclosures(id any, first object) {
	w.t.Helper()
	tested := map[string]bool{}
	for _, c := range []struct {
		filter object
		by     string
	}{
		{nil, "[accountant head]"},
		{object{"kinds": []string{"UNMASKING"}}, "[accountant head]"},
		{object{"kinds": []string{"EXPORT", "LOOKUP"}}, "[]"},
		{object{"kinds": []string{}}, "[]"},
		{object{"by": "head"}, "[head]"},
		{object{"case": id}, "[accountant head]"},
		{object{"case": "cs_none"}, "[]"},
		{object{"days": between(today.String(), today.String())}, "[accountant head]"},
		{object{"days": from(today.AddDays(1).String())}, "[]"},
	} {
		if got := fmt.Sprint(all(w.disclosed(c.filter), "by")); got != c.by {
			w.t.Errorf("disclosures %v are by %s, want %s", c.filter, got, c.by)
		}
		for field := range c.filter {
			tested[field] = true
		}
	}
	for _, f := range w.schema.Types["DisclosureFilter"].Fields {
		if !tested[f.Name] {
			w.t.Errorf("disclosures: the filter %s is not tested", f.Name)
		}
	}
	query := fmt.Sprintf(`query($id: ID!) { node(id: $id) { ... on Disclosure { %s } } }`, w.selection("Disclosure", 1))
	for _, p := range w.everybody() {
		if p.IsAnonymous() {
			continue
		}
		shown := w.ask(p, query, object{"id": first["id"]})["node"]
		if p.Can(auth.Audit) {
			if diff := cmp.Diff(any(first), shown); diff != "" {
				w.t.Errorf("a disclosure to %s (-made +read):\n%s", p.ID, diff)
			}
		} else if shown != nil {
			w.t.Errorf("%s is shown a disclosure: %v", p.ID, shown)
		}
	}
}

// erases erases the numbers of a party, once its case has ended.
func (w *world) erases(id any) {
	w.t.Helper()
	in := object{"case": id, "party": "p1", "reason": "Công dân yêu cầu xóa số đã lưu"}
	w.onlyFor("partyErase", in)
	w.refuses(w.head(), "partyErase", in, "NOT_ALLOWED", "case")
	now := w.ask(w.head(), `query($id: ID!) { case(id: $id) { version } }`, object{"id": id})["case"].(object)
	w.must(w.head(), "caseRevoke", object{"id": id, "version": now["version"], "effectiveOn": "2018-12-01", "decision": paper("13/QĐ", "2018-12-01"), "ground": "L2008_37_1"})
	for _, bad := range []struct {
		as          auth.Principal
		in          object
		code, field string
	}{
		{w.head(), object{"case": "cs_none"}, "NOT_FOUND", "case"},
		{w.stranger(), nil, "NOT_FOUND", "case"},
		{w.head(), object{"party": "p9"}, "NOT_FOUND", "party"},
		{w.head(), object{"party": "p2"}, "NOT_ALLOWED", "party"},
		{w.head(), object{"reason": "Xóa"}, "OUT_OF_RANGE", "reason"},
	} {
		w.refuses(bad.as, "partyErase", with(in, bad.in), bad.code, bad.field)
	}
	d := w.must(w.head(), "partyErase", in)
	data, _ := d["data"].([]any)
	if d["kind"] != "ERASURE" || !slices.Equal(data, []any{"IDENTITY_NUMBER", "ACCOUNT_NUMBER"}) {
		w.t.Errorf("the record of the erasure is %v", d)
	}
	w.refuses(w.head(), "partyErase", in, "NOT_ALLOWED", "party")
	revealed := w.must(w.head(), "partyReveal", object{"case": id, "party": "p1", "data": []string{"IDENTITY_NUMBER", "ACCOUNT_NUMBER"}, "purpose": "PAYMENT", "reason": whyAsked})
	if revealed["identityNumber"] != nil || revealed["accountNumber"] != nil {
		w.t.Errorf("erased numbers are shown: %v", revealed)
	}
}

// What is kept for how long is told to everybody who has signed in, in both
// languages, every rule with its ground.
func TestRetentionRules(t *testing.T) {
	w := newProvince(t)
	const query = `{ retentionRules { code subject term since action ground verified automatic } }`
	vi, en := w.post(w.clerk(), "vi", query, nil).Data["retentionRules"].([]any), w.post(w.clerk(), "en", query, nil).Data["retentionRules"].([]any)
	if len(vi) == 0 || len(vi) != len(en) {
		t.Fatalf("%d rules, %d in English", len(vi), len(en))
	}
	codes := map[string]bool{}
	for i := range vi {
		code := fmt.Sprint(at(vi[i], "code"))
		if codes[code] || code != at(en[i], "code") {
			t.Errorf("rule %d is called %s, in English %v", i, code, at(en[i], "code"))
		}
		codes[code] = true
		if at(vi[i], "ground") == at(en[i], "ground") {
			t.Errorf("%s has one ground for both languages", code)
		}
	}
	if code := w.codeOf(anonymous, query); code != "UNAUTHENTICATED" {
		t.Errorf("anonymous: %q", code)
	}
}

// The table of rights is what the server judges by.
func TestRolesAreTheTable(t *testing.T) {
	w := newProvince(t)
	roles := w.ask(w.clerk(), `{ roles { role name rights { right reach } count sights { data sight } purposes } }`, nil)["roles"].([]any)
	if len(roles) != len(auth.Specs()) {
		t.Fatalf("%d roles, want %d", len(roles), len(auth.Specs()))
	}
	reaches := map[auth.Reach]string{auth.ReachOwn: "OWN", auth.ReachUnit: "UNIT", auth.ReachProvince: "PROVINCE"}
	sights := map[auth.Sight]string{auth.Masked: "MASKED", auth.OnPurpose: "ON_PURPOSE", auth.Clear: "CLEAR"}
	for i, s := range auth.Specs() {
		want := object{"role": string(s.Role), "name": s.Name.VI, "rights": []any{}, "count": nil, "sights": []any{}, "purposes": []any{}}
		for _, r := range auth.Rights() {
			if reach, held := s.Rights[r.Value]; held {
				want["rights"] = append(want["rights"].([]any), object{"right": string(r.Value), "reach": reaches[reach]})
			}
		}
		if s.Count != auth.ReachNothing {
			want["count"] = reaches[s.Count]
		}
		for _, d := range auth.AllPersonalData() {
			want["sights"] = append(want["sights"].([]any), object{"data": string(d.Value), "sight": sights[s.Sight[d.Value]]})
		}
		for _, p := range s.Purposes {
			want["purposes"] = append(want["purposes"].([]any), string(p))
		}
		if diff := cmp.Diff(any(want), roles[i]); diff != "" {
			t.Errorf("%s (-table +API):\n%s", s.Role, diff)
		}
	}
}
