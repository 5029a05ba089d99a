package graph_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
)

// limits are those of the sessions of these tests.
var limits = app.SessionLimits{Idle: time.Hour, Max: 12 * time.Hour}

// goodPassword is one that nobody uses.
const goodPassword = "cau Ham Rong 1965 bac qua song Ma"

// A session is somebody who has signed in.
type session struct {
	w     *world
	token auth.Token
}

// enter signs in by the path of a one-time link.
func (w *world) enter(path any) *session {
	w.t.Helper()
	text, ok := strings.CutPrefix(fmt.Sprint(path), "/signin?token=")
	link, isToken := auth.ParseToken(text)
	if !ok || !isToken {
		w.t.Fatalf("%v is no path of a link", path)
	}
	in, err := w.app.RedeemLink(w.t.Context(), link, app.SignInOrigin{Agent: "Trình duyệt thử", Address: "192.0.2.7"}, limits)
	if err != nil {
		w.t.Fatal(err)
	}
	return &session{w, in.Session}
}

// who is the principal of the session as the next request finds it.
func (s *session) who() auth.Principal {
	s.w.t.Helper()
	p, err := s.w.app.Authenticate(s.w.t.Context(), s.token, limits)
	if err != nil {
		s.w.t.Fatal(err)
	}
	return p
}

// ended tells whether the session is over.
func (s *session) ended() bool {
	s.w.t.Helper()
	_, err := s.w.app.Authenticate(s.w.t.Context(), s.token, limits)
	if err != nil && !errors.Is(err, app.ErrNoAccess) {
		s.w.t.Fatal(err)
	}
	return err != nil
}

// clerkLan is the input that adds an account of a clerk of the first unit.
func (w *world) clerkLan() object {
	return object{"account": "lan.tt", "name": "Trần Thị Lan", "grants": []object{{"role": "CLERK", "unit": w.first, "from": "2026-11-01", "until": "2027-10-31"}}}
}

// known is somebody invited who has set a password, with the account.
func (w *world) known(input object) (*session, object) {
	w.t.Helper()
	link := w.must(administrator, "userInvite", input)
	s := w.enter(link["path"])
	w.must(s.who(), "passwordSet", object{"new": goodPassword})
	return s, link["user"].(object)
}

// codeOf is the code of an operation's first error.
func (w *world) codeOf(as auth.Principal, query string) string {
	return w.post(as, "vi", query, nil).code()
}

// An account is added, given roles for a term, disabled and enabled again, by
// those who manage accounts and by nobody else, each time from the version that
// they saw.
func accountLife(t *testing.T) *world {
	w := newProvince(t)
	w.onlyFor("userInvite", w.clerkLan())
	for _, bad := range []struct {
		in          object
		code, field string
	}{
		{object{"account": " "}, "REQUIRED", "account"},
		{object{"account": strings.Repeat("a", 61)}, "OUT_OF_RANGE", "account"},
		{object{"grants": []object{}}, "REQUIRED", "grants"},
		{object{"grants": []object{{"role": "CLERK"}}}, "REQUIRED", "grants.0.unit"},
		{object{"grants": []object{{"role": "CLERK", "unit": "un_none"}}}, "UNKNOWN_REFERENCE", "grants.0.unit"},
		{object{"grants": []object{{"role": "OFFICER", "unit": w.first}}}, "REQUIRED", "grants.0.officer"},
		{object{"grants": []object{{"role": "ADMINISTRATOR", "unit": w.first}}}, "NOT_ALLOWED", "grants.0.unit"},
		{object{"grants": []object{{"role": "CLERK", "unit": w.first, "from": "2026-11-02", "until": "2026-11-01"}}}, "OUT_OF_RANGE", "grants.0.until"},
	} {
		w.refuses(administrator, "userInvite", with(w.clerkLan(), bad.in), bad.code, bad.field)
	}
	link := w.must(administrator, "userInvite", w.clerkLan())
	u := link["user"].(object)
	for path, want := range map[string]any{"version": 1, "account": "lan.tt", "name": "Trần Thị Lan", "disabledAt": nil, "hasPassword": false, "hasSecondFactor": false, "providerSubject": nil, "lastSignInAt": nil} {
		if got := u[path]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("an invited account: %s is %v, want %v", path, got, want)
		}
	}
	w.refuses(administrator, "userInvite", with(w.clerkLan(), object{"account": "LAN.TT"}), "DUPLICATE", "account")
	s := w.enter(link["path"])
	w.must(s.who(), "passwordSet", object{"new": goodPassword})

	change := func(do string, more object, want object) {
		t.Helper()
		in := with(object{"id": u["id"], "version": u["version"]}, more)
		w.onlyFor(do, in)
		w.staleVersion(administrator, do, in)
		w.refuses(administrator, do, with(in, object{"id": "us_none"}), "NOT_FOUND", "id")
		u = w.must(administrator, do, in)
		for path, v := range want {
			if got := at(u, path); fmt.Sprint(got) != fmt.Sprint(v) {
				t.Errorf("%s: %s is %v, want %v", do, path, got, v)
			}
		}
	}
	grant := func(more ...object) object {
		return object{"grant": with(object{"role": "ACCOUNTANT", "unit": w.first}, more...)}
	}
	change("userRename", object{"name": "Trần Thị Hương Lan"}, object{"name": "Trần Thị Hương Lan", "version": 2, "hasPassword": true})
	change("userGrant", grant(), object{"grants.1.role": "ACCOUNTANT", "grants.1.current": true, "grants.1.from": today.String(), "grants.1.until": nil, "grants.1.unit.code": "TH-01"})
	if p := s.who(); !p.Can(auth.RecordMoney) || !p.Can(auth.Record) {
		t.Errorf("who has two roles has the rights %v", p.Rights())
	}
	in := object{"id": u["id"], "version": u["version"]}
	w.refuses(administrator, "userGrant", with(in, grant()), "DUPLICATE", "grant.role")
	w.refuses(administrator, "userEndGrant", with(in, object{"grant": "g9", "until": today.String()}), "UNKNOWN_REFERENCE", "grant")
	w.refuses(administrator, "userEndGrant", with(in, object{"grant": "g2", "until": "2026-11-01"}), "OUT_OF_RANGE", "until")
	change("userEndGrant", object{"grant": "g2", "until": today.AddDays(-1).String()}, object{"grants.1.current": false, "grants.1.until": today.AddDays(-1).String(), "grants.0.current": true})
	if p := s.who(); p.Can(auth.RecordMoney) || !p.Can(auth.Record) {
		t.Errorf("whose second role ended has the rights %v", p.Rights())
	}
	change("userSetProvider", object{"subject": "248289761001"}, object{"providerSubject": "248289761001"})
	_, other := w.known(object{"account": "minh", "name": "Lê Minh", "grants": []object{{"role": "LEADER"}}})
	w.refuses(administrator, "userSetProvider", object{"id": other["id"], "version": other["version"], "subject": "248289761001"}, "DUPLICATE", "subject")
	w.refuses(administrator, "userSetProvider", object{"id": other["id"], "version": other["version"], "subject": " "}, "REQUIRED", "subject")
	change("userSetProvider", object{"subject": nil}, object{"providerSubject": nil})

	change("userResetSecondFactor", nil, object{"hasSecondFactor": false, "hasPassword": true, "sessions": []any{}})
	again := object{"id": u["id"], "version": u["version"]}
	w.onlyFor("userMakeLink", again)
	w.staleVersion(administrator, "userMakeLink", again)
	s = w.enter(w.must(administrator, "userMakeLink", again)["path"])
	if me := w.ask(s.who(), `{ me { means needs account grants { role } } }`, nil); fmt.Sprint(me["me"]) != "map[account:lan.tt grants:[map[role:CLERK]] means:LINK needs:[]]" {
		t.Errorf("after a link: %v", me)
	}
	change("userEndSessions", nil, object{"sessions": []any{}})
	if !s.ended() {
		t.Error("a session outlives userEndSessions")
	}
	s = w.enter(w.must(administrator, "userMakeLink", object{"id": u["id"], "version": u["version"]})["path"])
	unused := w.must(administrator, "userMakeLink", object{"id": u["id"], "version": u["version"]})["path"]
	change("userDisable", nil, nil)
	if u["disabledAt"] == nil || !s.ended() {
		t.Errorf("disabled at %v, the session ended: %t", u["disabledAt"], s.ended())
	}
	link2, _ := auth.ParseToken(strings.TrimPrefix(fmt.Sprint(unused), "/signin?token="))
	if _, err := w.app.RedeemLink(t.Context(), link2, app.SignInOrigin{}, limits); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("a link of a disabled account gives %v", err)
	}
	w.refuses(administrator, "userMakeLink", object{"id": u["id"], "version": u["version"]}, "NOT_ALLOWED", "id")
	change("userEnable", nil, object{"disabledAt": nil})
	w.shownAlike(administrator, u)
	w.policy()
	w.keepsSecrets(goodPassword, fmt.Sprint(unused))
	return w
}

// shownAlike expects an account alike by its id, in the list and as a node, and
// by node nothing for those who manage no accounts.
func (w *world) shownAlike(as auth.Principal, u object) {
	w.t.Helper()
	fields := w.selection("User", 1)
	vars := object{"id": u["id"]}
	data := w.ask(as, fmt.Sprintf(`query($id: ID!) { user(id: $id) { %[1]s } node(id: $id) { ... on User { %[1]s } } users(filter: { text: "huong LAN" }, first: 1) { totalCount nodes { %[1]s } } }`, fields), vars)
	for _, path := range []string{"node", "users.nodes.0"} {
		if diff := cmp.Diff(data["user"], at(data, path)); diff != "" {
			w.t.Errorf("an account by %s (-user +):\n%s", path, diff)
		}
	}
	for _, p := range w.everybody() {
		if p.IsAnonymous() || p.Can(auth.ManageAccounts) {
			continue
		}
		if got := w.ask(p, `query($id: ID!) { node(id: $id) { id } }`, vars)["node"]; got != nil {
			w.t.Errorf("%s sees the account: %v", p.ID, got)
		}
	}
}

// policy demands a second factor of roles.
func (w *world) policy() {
	w.t.Helper()
	in := object{"version": 0, "secondFactorRoles": []string{"OFFICER", "LEADER"}}
	w.onlyFor("accessPolicySet", in)
	p := w.must(administrator, "accessPolicySet", in)
	if diff := cmp.Diff(object{"version": p["version"], "secondFactorRoles": []any{"LEADER", "OFFICER"}}, p); diff != "" {
		w.t.Errorf("policy (-want +got):\n%s", diff)
	}
	w.refuses(administrator, "accessPolicySet", in, "VERSION_CONFLICT", "version")
	if diff := cmp.Diff(any(p), w.ask(administrator, `{ accessPolicy { version secondFactorRoles } }`, nil)["accessPolicy"]); diff != "" {
		w.t.Errorf("policy (-set +read):\n%s", diff)
	}
}

// keepsSecrets expects that no secret was logged.
func (w *world) keepsSecrets(secrets ...string) {
	w.t.Helper()
	for _, s := range secrets {
		s = strings.TrimPrefix(s, "/signin?token=")
		if len(s) < 6 {
			w.t.Errorf("%q is too short to be looked for", s)
		}
		if strings.Contains(w.log.String(), s) {
			w.t.Errorf("the secret %q is in the log", s)
		}
	}
}

// Who was invited sets a password and, where a role demands it, a second factor
// before anything else; ends sessions, renews recovery codes and does without the
// factor again.
func ownAccountLife(t *testing.T) *world {
	w := newProvince(t)
	link := w.must(administrator, "userInvite", w.clerkLan())
	s := w.enter(link["path"])

	// First a password.
	first := s.who()
	me := w.ask(first, `{ me { account needs means rights grants { role } hasPassword sessions { current agent address means } } system { signInProvider } }`, nil)
	want := object{
		"me": object{
			"account": "lan.tt", "needs": []any{"PASSWORD"}, "means": "LINK", "rights": []any{"PUBLIC", "SIGNED_IN"}, "grants": []any{object{"role": "CLERK"}},
			"hasPassword": false, "sessions": []any{object{"current": true, "agent": "Trình duyệt thử", "address": "192.0.2.7", "means": "LINK"}},
		},
		"system": object{"signInProvider": provider.Name},
	}
	if diff := cmp.Diff(want, me); diff != "" {
		t.Errorf("who came by a link (-want +got):\n%s", diff)
	}
	for _, query := range []string{`{ cases { totalCount } }`, `{ roles { role } }`, `{ node(id: "un_x") { id } }`, `{ search(text: "xx") { title } }`} {
		if code := w.codeOf(first, query); code != "NEEDS_PASSWORD" {
			t.Errorf("%s before a password is set answers %q", query, code)
		}
	}
	if _, _, code := w.mutate(first, "vi", "tokenCreate", object{"name": "x", "rights": []string{"SIGNED_IN"}}); code != "NEEDS_PASSWORD" {
		t.Errorf("tokenCreate before a password is set answers %q", code)
	}
	if code := w.codeOf(first, `{ publicDebtors { nodes { name } } }`); code != "" {
		t.Errorf("what is public answers %q", code)
	}
	w.onlyFor("passwordSet", object{"new": goodPassword})
	for _, bad := range []struct{ password, code string }{{"1234567", "OUT_OF_RANGE"}, {"matkhau123", "INVALID"}, {"lan.tt lan.tt", "INVALID"}} {
		_, refusals, code := w.mutate(first, "vi", "passwordSet", object{"new": bad.password})
		if code != "" || len(refusals) != 1 || refusals[0].Field != "new" || refusals[0].Code != bad.code {
			t.Errorf("the password %q is refused by %q, %+v, want %s", bad.password, code, refusals, bad.code)
		}
	}
	v := w.must(first, "passwordSet", object{"new": goodPassword})
	if fmt.Sprint(v["needs"]) != "[]" || v["hasPassword"] != true {
		t.Errorf("after the password: needs %v, has one: %v", v["needs"], v["hasPassword"])
	}
	if code := w.codeOf(s.who(), `{ cases { totalCount } }`); code != "" {
		t.Errorf("with a password: %q", code)
	}

	// Then a second factor, where the role demands it.
	w.must(administrator, "accessPolicySet", object{"version": 0, "secondFactorRoles": []string{"CLERK"}})
	if code := w.codeOf(s.who(), `{ cases { totalCount } }`); code != "NEEDS_SECOND_FACTOR" {
		t.Errorf("without the second factor: %q", code)
	}
	w.onlyFor("secondFactorBegin", object{})
	w.refuses(s.who(), "secondFactorConfirm", object{"code": "123456"}, "NOT_FOUND", "")
	w.refuses(s.who(), "secondFactorBegin", object{}, "REQUIRED", "credential")
	w.refuses(s.who(), "secondFactorBegin", object{"credential": "khong phai"}, "INVALID", "credential")
	enrolment := w.must(s.who(), "secondFactorBegin", object{"credential": goodPassword})
	secret, err := auth.ParseOTPSecret(fmt.Sprint(enrolment["secret"]))
	if err != nil || !strings.HasPrefix(fmt.Sprint(enrolment["uri"]), "otpauth://totp/") {
		t.Fatalf("%v gives %v", enrolment["uri"], err)
	}
	w.onlyFor("secondFactorConfirm", object{"code": "123456"})
	w.refuses(s.who(), "secondFactorConfirm", object{"code": "12345"}, "INVALID", "code")
	codes := w.codes(s.who(), "secondFactorConfirm", object{"code": secret.Code(w.clock())})
	me = w.ask(s.who(), `{ me { needs hasSecondFactor mustHaveSecondFactor recoveryCodesLeft } cases { totalCount } }`, nil)
	if diff := cmp.Diff(object{"needs": []any{}, "hasSecondFactor": true, "mustHaveSecondFactor": true, "recoveryCodesLeft": number(len(codes))}, me["me"]); diff != "" {
		t.Errorf("with a second factor (-want +got):\n%s", diff)
	}
	w.onlyFor("recoveryCodesRenew", object{"credential": "x"})
	w.refuses(s.who(), "recoveryCodesRenew", object{"credential": ""}, "REQUIRED", "credential")
	renewed := w.codes(s.who(), "recoveryCodesRenew", object{"credential": codes[0]})
	if len(renewed) != len(codes) || renewed[0] == codes[0] {
		t.Errorf("renewed recovery codes: %d, the same: %t", len(renewed), renewed[0] == codes[0])
	}
	w.onlyFor("secondFactorRemove", object{"credential": "x"})
	if _, _, code := w.mutate(s.who(), "vi", "secondFactorRemove", object{"credential": goodPassword}); code != "FORBIDDEN" {
		t.Errorf("a factor that a role demands is removed: %q", code)
	}
	w.must(administrator, "accessPolicySet", object{"version": 1, "secondFactorRoles": []string{}})
	w.refuses(s.who(), "secondFactorRemove", object{"credential": "khong phai"}, "INVALID", "credential")
	if v := w.must(s.who(), "secondFactorRemove", object{"credential": goodPassword}); v["hasSecondFactor"] != false {
		t.Error("a removed factor is shown")
	}
	w.refuses(s.who(), "secondFactorRemove", object{"credential": goodPassword}, "NOT_ALLOWED", "")

	w.sessions(link["user"].(object), s)
	w.keepsSecrets(append(append(codes, renewed...), goodPassword, fmt.Sprint(enrolment["secret"]), fmt.Sprint(link["path"]))...)
	return w
}

// number is a whole number as JSON has it.
func number(n int) any { return json.Number(fmt.Sprint(n)) }

// codes runs a mutation that answers recovery codes.
func (w *world) codes(as auth.Principal, name string, input object) []string {
	w.t.Helper()
	f := w.schema.Mutation.Fields.ForName(name)
	data := w.ask(as, fmt.Sprintf(`mutation($input: %s) { %s(input: $input) { codes userErrors { code message field } } }`, f.Arguments.ForName("input").Type, name), object{"input": input})
	list, ok := at(data, name+".codes").([]any)
	if !ok || len(list) == 0 {
		w.t.Fatalf("%s answers %v", name, data)
	}
	w.done[name] = true
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = fmt.Sprint(c)
	}
	return out
}

// sessions ends sessions of one's own.
func (w *world) sessions(u object, s *session) {
	w.t.Helper()
	another := func() *session {
		u = w.ask(administrator, `query($id: ID!) { user(id: $id) { id version } }`, object{"id": u["id"]})["user"].(object)
		return w.enter(w.must(administrator, "userMakeLink", object{"id": u["id"], "version": u["version"]})["path"])
	}
	a, b := another(), another()
	ids := all(at(w.ask(s.who(), `{ me { sessions { id } } }`, nil), "me.sessions"), "id")
	if len(ids) != 3 {
		w.t.Fatalf("%d sessions", len(ids))
	}
	w.onlyFor("sessionEnd", object{"id": a.who().Session})
	w.refuses(leader, "sessionEnd", object{"id": a.who().Session}, "NOT_FOUND", "id")
	w.must(s.who(), "sessionEnd", object{"id": a.who().Session})
	if !a.ended() || b.ended() || s.ended() {
		w.t.Error("another session ended than the one that was named")
	}
	w.onlyFor("sessionEndOthers", object{"confirm": true})
	w.refuses(s.who(), "sessionEndOthers", object{"confirm": false}, "REQUIRED", "confirm")
	v := w.must(s.who(), "sessionEndOthers", object{"confirm": true})
	if !b.ended() || s.ended() || len(all(v["sessions"], "id")) != 1 {
		w.t.Errorf("after the others ended: %v", v["sessions"])
	}
	// A password that is changed ends the other sessions too.
	c := another()
	w.must(s.who(), "passwordSet", object{"current": goodPassword, "new": "Ham Rong 1972 nhip cau gay"})
	if !c.ended() || s.ended() {
		w.t.Error("another session outlives the password")
	}
}

// A token has the rights that it was left, asks for its fields, and changes no
// credentials; its secret is shown once.
func tokenLife(t *testing.T) *world {
	w := newProvince(t)
	s, u := w.known(w.clerkLan())
	in := object{"name": "Báo cáo tuần", "roles": []string{"CLERK"}, "units": []string{w.first}, "rights": []string{"READ", "READ_FIGURES"}, "fields": []string{"cases", "me", "caseNote"}, "days": 30}
	w.onlyFor("tokenCreate", in)
	for _, bad := range []struct {
		in          object
		code, field string
	}{
		{object{"name": ""}, "REQUIRED", "name"},
		{object{"roles": []string{"LEADER"}}, "NOT_ALLOWED", "roles.0"},
		{object{"units": []string{"un_none"}}, "UNKNOWN_REFERENCE", "units.0"},
		{object{"rights": []string{}}, "REQUIRED", "rights"},
		{object{"rights": []string{"READ", "RECORD_MONEY"}}, "NOT_ALLOWED", "rights.1"},
		{object{"rights": []string{"MANAGE_ACCOUNTS"}}, "NOT_ALLOWED", "rights.0"},
		{object{"fields": []string{"cases", "everything"}}, "INVALID", "fields.1"},
		{object{"fields": []string{"__schema"}}, "INVALID", "fields.0"},
		{object{"fields": []string{"passwordSet"}}, "NOT_ALLOWED", "fields.0"},
		{object{"days": 0}, "OUT_OF_RANGE", "days"},
		{object{"days": 367}, "OUT_OF_RANGE", "days"},
	} {
		w.refuses(s.who(), "tokenCreate", with(in, bad.in), bad.code, bad.field)
	}
	made := w.must(s.who(), "tokenCreate", in)
	token, secret := made["token"].(object), fmt.Sprint(made["secret"])
	program := func() auth.Principal {
		t.Helper()
		p, err := w.app.AuthenticateToken(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	c := w.must(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	elsewhere := w.decided("47/QĐ-CCTHADS", "2018-10-05")
	elsewhere["unit"] = w.second
	delete(elsewhere, "officer")
	w.must(leader, "caseOpen", elsewhere)
	if got := all(at(w.ask(program(), `{ cases { nodes { id } } }`, nil), "cases.nodes"), "id"); fmt.Sprint(got) != fmt.Sprint([]any{c["id"]}) {
		t.Errorf("the program sees %v", got)
	}
	for query, code := range map[string]string{
		`{ summary { liveCases } }`: "TOKEN_FIELD", `{ system { version } }`: "TOKEN_FIELD",
		`{ alias: cases { totalCount } }`: "", `{ me { account } cases: summary { liveCases } }`: "TOKEN_FIELD",
	} {
		if got := w.codeOf(program(), query); got != code {
			t.Errorf("%s by a program answers %q, want %q", query, got, code)
		}
	}
	if _, _, code := w.mutate(program(), "vi", "caseNote", object{"id": c["id"], "version": c["version"], "effectiveOn": "2018-11-01", "note": "x"}); code != "FORBIDDEN" {
		t.Errorf("a program that was left READ records: %q", code)
	}
	me := w.ask(program(), `{ me { account means rights sessions { id } tokens { id } } }`, nil)
	if diff := cmp.Diff(object{"account": "lan.tt", "means": "TOKEN", "rights": []any{"PUBLIC", "SIGNED_IN", "READ", "READ_FIGURES"}, "sessions": []any{}, "tokens": []any{}}, me["me"]); diff != "" {
		t.Errorf("me of a program (-want +got):\n%s", diff)
	}
	// Without a list of fields it may ask for all, but for those of the owner's
	// credentials.
	free := w.must(s.who(), "tokenCreate", object{"name": "Ứng dụng", "rights": []string{"READ"}})
	if got := fmt.Sprint(at(free, "token.roles"), at(free, "token.fields")); got != "[] []" {
		t.Errorf("a token that is narrowed to nothing shows %s", got)
	}
	p, err := w.app.AuthenticateToken(t.Context(), fmt.Sprint(free["secret"]))
	if err != nil {
		t.Fatal(err)
	}
	// Nor is it told of its owner's sessions by way of a token that it knows.
	if code := w.post(p, "vi", `query($id: ID!) { node(id: $id) { ... on APIToken { user { sessions { address } } } } }`, object{"id": token["id"]}).code(); code != "FORBIDDEN" {
		t.Errorf("a program asks for its owner's sessions: %q", code)
	}
	for _, f := range w.schema.Mutation.Fields {
		if rightOf(f) != auth.SignedIn {
			continue
		}
		answer := w.post(p, "vi", fmt.Sprintf(`mutation($input: %s) { %s(input: $input) { userErrors { code } } }`, f.Arguments.ForName("input").Type, f.Name), object{"input": ownInput(f.Name)})
		if answer.code() != "FORBIDDEN" {
			t.Errorf("%s by a program answers %q", f.Name, answer.code())
		}
	}

	// Its owner and those who manage accounts see it; others do not.
	query := fmt.Sprintf(`query($id: ID!) { node(id: $id) { ... on APIToken { %s } } }`, w.selection("APIToken", 1))
	for _, as := range []auth.Principal{s.who(), administrator} {
		shown := w.ask(as, query, object{"id": token["id"]})["node"]
		if at(shown, "lastUsedAt") == nil || at(shown, "name") != "Báo cáo tuần" || at(shown, "units.0.code") != "TH-01" || at(shown, "user.account") != "lan.tt" {
			t.Errorf("%s is shown %v", as.ID, shown)
		}
	}
	if got := w.ask(leader, query, object{"id": token["id"]})["node"]; got != nil {
		t.Errorf("a leader sees the token of a clerk: %v", got)
	}
	w.onlyFor("tokenRevoke", object{"id": token["id"]})
	w.refuses(leader, "tokenRevoke", object{"id": token["id"]}, "NOT_FOUND", "id")
	if done := w.must(s.who(), "tokenRevoke", object{"id": token["id"]}); done["revokedAt"] == nil {
		t.Error("a revoked token does not say when")
	}
	if _, err := w.app.AuthenticateToken(t.Context(), secret); !errors.Is(err, app.ErrNoAccess) {
		t.Errorf("a revoked token opens: %v", err)
	}
	data := w.ask(administrator, `query($id: ID!) { user(id: $id) { tokens { name } } }`, object{"id": u["id"]})
	if got := fmt.Sprint(all(at(data, "user.tokens"), "name")); got != "[Ứng dụng Báo cáo tuần]" {
		t.Errorf("the tokens of the account are %s", got)
	}
	w.must(administrator, "tokenRevoke", object{"id": at(free, "token.id")})
	w.keepsSecrets(strings.TrimPrefix(secret, "thads_"), fmt.Sprint(free["secret"]))
	return w
}

// ownInput is an input of a mutation of one's own account.
func ownInput(name string) object {
	switch name {
	case "passwordSet":
		return object{"new": goodPassword}
	case "secondFactorBegin":
		return object{}
	case "secondFactorConfirm":
		return object{"code": "123456"}
	case "sessionEndOthers":
		return object{"confirm": true}
	case "sessionEnd", "tokenRevoke":
		return object{"id": "x"}
	case "tokenCreate":
		return object{"name": "x", "rights": []string{"READ"}}
	}
	return object{"credential": "x"}
}
