package httpd_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// allOf are the arguments of a list that is not filtered.
type allOf struct{}

func (allOf) Cases(context.Context, string, string, string) (app.ExportOptions, error) {
	return app.ExportOptions{By: app.CasesByNumber}, nil
}

func (allOf) Records(context.Context, sheet.Kind, string, string, string) (app.RecordExportOptions, error) {
	return app.RecordExportOptions{}, nil
}

// A caller asks for files: by cookie or by token, or without either.
type caller struct {
	name   string
	header []string
	// grants are the roles as they were given; within are the units, only the
	// rights that a token was left.
	grants []app.NewGrant
	within []thads.UnitID
	only   []auth.Right
	id     thads.PrincipalID
	// status is what every request answers, 0 where the table decides.
	status int
}

// reachOf reads the table: how far a grant's right goes.
func reachOf(role auth.Role, right auth.Right) auth.Reach {
	for _, spec := range auth.Specs() {
		if spec.Role == role {
			return spec.Rights[right]
		}
	}
	return auth.ReachNothing
}

func (c *caller) holds(right auth.Right) bool {
	if right == auth.SignedIn {
		return true
	}
	return (c.only == nil || slices.Contains(c.only, right)) &&
		slices.ContainsFunc(c.grants, func(g app.NewGrant) bool { return reachOf(g.Role, right) != auth.ReachNothing })
}

// A ledger is a province with a case in every relation to the first branch.
type ledger struct {
	*bench
	province, first, second, room thads.UnitID
	officer, colleague            thads.OfficerID
	cases                         []ledgerCase
}

type ledgerCase struct {
	number   string
	units    []thads.UnitID
	officers []thads.OfficerID
}

// reaches tells whether a right of somebody reaches what these units and officers
// hold or held.
func (l *ledger) reaches(c *caller, right auth.Right, units []thads.UnitID, officers []thads.OfficerID) bool {
	if c.only != nil && !slices.Contains(c.only, right) {
		return false
	}
	under := func(u, above thads.UnitID) bool {
		return u == above || above == l.province || above == l.first && u == l.room
	}
	for _, g := range c.grants {
		switch r := reachOf(g.Role, right); r {
		case auth.ReachOwn:
			if slices.Contains(officers, g.Officer) {
				return true
			}
		case auth.ReachUnit, auth.ReachProvince:
			for _, u := range units {
				within := c.within == nil || slices.ContainsFunc(c.within, func(w thads.UnitID) bool { return under(u, w) })
				if within && (r == auth.ReachProvince || under(u, g.Unit)) {
					return true
				}
			}
		case auth.ReachNothing:
		}
	}
	return false
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	st := openStore(t, t.TempDir())
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Options{Store: st, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{bench: newBench(t, func(o *httpd.Options) { o.Backend, o.Arguments = a, allOf{} })}
	l.app = a
	ctx := auth.NewContext(t.Context(), auth.System("test"))
	unit := func(code string, level thads.UnitLevel, parent thads.UnitID) thads.UnitID {
		e := thads.UnitEvent{Kind: thads.UnitEstablished, Code: code, Name: "Đơn vị " + code, Level: level, Parent: parent}
		e.EffectiveOn = thads.DateOf(2009, 7, 1)
		u, err := l.app.UnitOpen(ctx, code, e)
		if err != nil {
			t.Fatal(err)
		}
		return u.ID
	}
	l.province = unit("TH", thads.LevelProvince, "")
	l.first, l.second = unit("TH-01", thads.LevelDistrict, l.province), unit("TH-02", thads.LevelDistrict, l.province)
	l.room = unit("TH-01-A", thads.LevelStaff, l.first)
	officer := func(code string) thads.OfficerID {
		e := thads.OfficerEvent{Kind: thads.OfficerAppointed, Name: "Lê Văn " + code, Code: code, Rank: thads.OfficerRanks()[0].Value, Unit: l.first, Position: thads.OfficerPositions()[0].Value}
		e.EffectiveOn = thads.DateOf(2015, 1, 1)
		o, err := l.app.OfficerOpen(ctx, code, e)
		if err != nil {
			t.Fatal(err)
		}
		return o.ID
	}
	l.officer, l.colleague = officer("CHV01"), officer("CHV02")
	for i, h := range []struct {
		unit    thads.UnitID
		officer thads.OfficerID
		to      thads.UnitID
	}{{l.first, l.officer, ""}, {l.first, l.colleague, ""}, {l.room, "", ""}, {l.province, "", ""}, {l.second, "", ""}, {l.first, l.officer, l.second}, {l.first, l.colleague, l.second}} {
		on := thads.DateOf(2018, 10, 5)
		k := ledgerCase{number: fmt.Sprintf("%d/QĐ-CCTHADS", 7001+i), units: []thads.UnitID{h.unit}}
		e := thads.CaseEvent{
			Kind: thads.CaseDecided, ToUnit: h.unit, ToOfficer: h.officer, Decision: &thads.Decision{Number: thads.ParseDocumentNumber(k.number), Date: on},
			Particulars: &thads.Particulars{
				Initiation: thads.OnRequest, RequestedOn: thads.DateOf(2018, 9, 28),
				Judgment:    thads.Judgment{Kind: thads.JudgmentCivil, Number: thads.ParseDocumentNumber("07/2018/DS-ST"), Date: thads.DateOf(2018, 9, 5), Court: "TAND tỉnh"},
				Parties:     []thads.Party{{Role: thads.Debtor, Kind: thads.Person, Name: "Nguyễn Văn Nợ"}, {Role: thads.Creditor, Kind: thads.Person, Name: "Trần Thị Được"}},
				Obligations: []thads.Obligation{{Kind: thads.Debt, Amount: 1000}},
			},
		}
		e.EffectiveOn = on
		c, err := l.app.CaseOpen(ctx, k.number, e, nil)
		if err != nil {
			t.Fatal(err)
		}
		if h.officer != "" {
			k.officers = []thads.OfficerID{h.officer}
		}
		note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "Đã gọi điện"}
		note.EffectiveOn = thads.DateOf(2018, 10, 20)
		if c, err = l.app.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 1}, note, nil); err != nil {
			t.Fatal(err)
		}
		if h.to != "" {
			move := thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: h.to}
			move.EffectiveOn = thads.DateOf(2018, 11, 1)
			if _, err := l.app.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 2}, move, nil); err != nil {
				t.Fatal(err)
			}
			k.units = append(k.units, h.to)
		}
		l.cases = append(l.cases, k)
	}
	return l
}

// callers are somebody of every role, each by cookie and by token, and those who
// are different.
func (l *ledger) callers(t *testing.T) []*caller {
	t.Helper()
	limits := app.SessionLimits{Idle: time.Hour, Max: time.Hour}
	system := auth.NewContext(t.Context(), auth.System("test"))
	out := []*caller{
		{name: "nobody", status: http.StatusUnauthorized},
		{name: "a cookie of nobody", header: []string{"Cookie", "thads=" + auth.NewToken().Reveal()}, status: http.StatusUnauthorized},
		{name: "a token of nobody", header: []string{"Authorization", "Bearer thads_" + strings.Repeat("A", 43)}, status: http.StatusUnauthorized},
	}
	person := func(name string, means auth.Means, grants ...app.NewGrant) *caller {
		c := &caller{name: name, grants: grants}
		u, err := l.app.AddUser(system, app.NewUser{Account: fmt.Sprintf("nguoi-%d", len(out)), Name: name, Grants: grants})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c.id = u.ID
		token, _, err := l.app.SignInAs(system, u.ID, app.SignInOrigin{Means: means}, limits)
		if err != nil {
			t.Fatal(err)
		}
		c.header = []string{"Cookie", "thads=" + token.Reveal()}
		out = append(out, c)
		return c
	}
	tokenOf := func(c *caller, name string, within []thads.UnitID, only ...auth.Right) *caller {
		as, err := l.app.User(system, c.id)
		if err != nil {
			t.Fatal(err)
		}
		k := &caller{name: name, grants: c.grants, within: within, only: only, id: c.id}
		if len(only) == 0 {
			for _, right := range auth.Rights() {
				if right.Value != auth.Public && right.Value != auth.SignedIn && right.Value != auth.ManageAccounts && c.holds(right.Value) {
					k.only = append(k.only, right.Value)
				}
			}
		}
		p := as.Principal(l.app.Today())
		_, secret, err := l.app.CreateToken(auth.NewContext(system, p), app.NewToken{Name: name, Units: within, Rights: k.only, Days: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		k.header = []string{"Authorization", "Bearer " + secret}
		out = append(out, k)
		return k
	}
	for _, spec := range auth.Specs() {
		if spec.Role == auth.RoleSystem {
			continue
		}
		g := app.NewGrant{Role: spec.Role, Unit: l.first}
		switch {
		case spec.Role == auth.RoleOfficer:
			g.Officer = l.officer
		case spec.Role == auth.RoleAdministrator:
			g.Unit = ""
		case spec.Count == auth.ReachProvince:
			g.Unit = l.province
		}
		c := person(string(spec.Role), auth.ByDemonstration, g)
		tokenOf(c, string(spec.Role)+" by token", nil)
		if spec.Role == auth.RoleLeader {
			tokenOf(c, "LEADER by token for one unit", []thads.UnitID{l.second})
			tokenOf(c, "LEADER by token to read", nil, auth.Read)
		}
	}
	person("CLERK here, ACCOUNTANT there", auth.ByDemonstration, app.NewGrant{Role: auth.RoleClerk, Unit: l.first}, app.NewGrant{Role: auth.RoleAccountant, Unit: l.second})
	person("HEAD of the other unit", auth.ByDemonstration, app.NewGrant{Role: auth.RoleUnitHead, Unit: l.second})
	person("HEAD who needs a password", auth.ByLink, app.NewGrant{Role: auth.RoleUnitHead, Unit: l.first}).status = http.StatusForbidden
	disabled := person("disabled HEAD", auth.ByDemonstration, app.NewGrant{Role: auth.RoleUnitHead, Unit: l.first})
	disabled.status = http.StatusUnauthorized
	tokenOf(disabled, "disabled HEAD by token", nil).status = http.StatusUnauthorized
	u, err := l.app.User(system, disabled.id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.app.DisableUser(system, app.UserChange{ID: u.ID, Version: u.Version()}); err != nil {
		t.Fatal(err)
	}
	return out
}

// readsOf is the right to read what a register holds.
func readsOf(k sheet.Kind) auth.Right {
	switch k {
	case sheet.Units, sheet.Officers:
		return auth.SignedIn
	case sheet.Directives, sheet.Tasks, sheet.DirectedCases:
		return auth.ReadDirection
	case sheet.Conferences, sheet.Targets:
		return auth.ReadFigures
	default:
		return auth.Read
	}
}

// Files are taken in and handed out as the table of roles says, by cookie and by
// token alike, and hold what the right to export reaches.
func TestRightsOfFiles(t *testing.T) {
	l := newLedger(t)
	callers := l.callers(t)
	cells := 0
	expect := func(t *testing.T, c *caller, method, target, body string, rights ...auth.Right) (content string, ok bool) {
		t.Helper()
		header := c.header
		if method == http.MethodPost {
			header = append([]string{"Content-Type", octets}, header...)
		}
		res := l.do(method, target, body, header...)
		content = text(t, res)
		cells++
		want := c.status
		if want == 0 {
			want = http.StatusOK
			if method == http.MethodPost {
				want = http.StatusCreated
			}
			for _, right := range rights {
				if !c.holds(right) {
					want = http.StatusForbidden
				}
			}
		}
		if method == http.MethodHead && res.StatusCode == http.StatusOK && want == http.StatusForbidden && len(rights) > 1 {
			// What the route lets through, the application refuses when it writes.
			want = http.StatusOK
		}
		if res.StatusCode != want {
			t.Errorf("%s %s by %s: %d, want %d: %.200s", method, target, c.name, res.StatusCode, want, content)
		}
		return content, res.StatusCode == want && want < 300
	}
	for _, c := range callers {
		t.Run(c.name, func(t *testing.T) {
			answer, ok := expect(t, c, http.MethodPost, "/uploads?name=a.csv", "x", auth.Import)
			if ok && !strings.Contains(answer, `"id":"up_`) {
				t.Errorf("an upload answers %s", answer)
			}
			for _, k := range httpd.Registers() {
				for _, format := range []sheet.Format{sheet.XLSX, sheet.CSV} {
					if raced && format == sheet.XLSX && k.Value != sheet.Cases {
						continue
					}
					name := httpd.Noun(k.Value) + "." + string(format)
					expect(t, c, http.MethodHead, "/exports/"+name, "", auth.Export, readsOf(k.Value))
					file, ok := expect(t, c, http.MethodGet, "/exports/"+name, "", auth.Export, readsOf(k.Value))
					if ok && (k.Value == sheet.Cases || k.Value == sheet.CaseEvents) {
						cells += l.holdsCases(t, c, name, file)
					}
					if !ok && strings.Contains(file, "QĐ-CCTHADS") {
						t.Errorf("the refusal of %s to %s holds %s", name, c.name, file)
					}
					expect(t, c, http.MethodGet, "/templates/"+name, "", auth.Read)
				}
			}
		})
	}
	l.problemFiles(t, callers, &cells)
	t.Logf("%d cells of the rights of files, %d callers", cells, len(callers))
}

// holdsCases looks which cases a file holds.
func (l *ledger) holdsCases(t *testing.T, c *caller, name, file string) int {
	t.Helper()
	if strings.HasSuffix(name, ".xlsx") {
		z, err := zip.NewReader(bytes.NewReader([]byte(file)), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, part := range z.File {
			r, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(&b, r); err != nil { //nolint:gosec // our own file
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		file = b.String()
	}
	for _, k := range l.cases {
		want := l.reaches(c, auth.Export, k.units, k.officers)
		if got := strings.Contains(file, k.number); got != want {
			t.Errorf("%s of %s holds %s of %v: %v, want %v", name, c.name, k.number, k.units, got, want)
		}
	}
	return len(l.cases)
}

// problemFiles asks for the problems of everybody's imports.
func (l *ledger) problemFiles(t *testing.T, callers []*caller, cells *int) {
	t.Helper()
	var register bytes.Buffer
	if err := l.app.ExportTemplate(auth.NewContext(t.Context(), auth.System("test")), &register, sheet.Cases, sheet.XLSX); err != nil {
		t.Fatal(err)
	}
	owners := map[string]*caller{}
	for _, c := range callers {
		if c.status != 0 || c.only != nil || !c.holds(auth.Import) {
			continue
		}
		u, err := l.app.User(auth.NewContext(t.Context(), auth.System("test")), c.id)
		if err != nil {
			t.Fatal(err)
		}
		ctx := auth.NewContext(t.Context(), u.Principal(l.app.Today()))
		upload, err := l.app.UploadFile(ctx, "Sổ.xlsx", bytes.NewReader(register.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		im, err := l.app.ImportStart(ctx, "key", upload.ID)
		if err != nil {
			t.Fatal(err)
		}
		owners[im.ID] = c
	}
	if err := l.app.ResumeJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range callers {
		missing := l.do(http.MethodGet, "/imports/im_00000000000000000000000000/problems.xlsx", "", c.header...)
		nothing := requestID.ReplaceAllString(text(t, missing), "")
		for id, owner := range owners {
			res := l.do(http.MethodGet, "/imports/"+id+"/problems.xlsx", "", c.header...)
			body := requestID.ReplaceAllString(text(t, res), "")
			*cells++
			sees := owner.id == c.id
			for _, g := range c.grants {
				sees = sees || reachOf(g.Role, auth.Import) == auth.ReachProvince && c.within == nil
			}
			switch {
			case c.status != 0:
				if res.StatusCode != c.status {
					t.Errorf("problems of %s by %s: %d, want %d", owner.name, c.name, res.StatusCode, c.status)
				}
			case !c.holds(auth.Import):
				if res.StatusCode != http.StatusForbidden {
					t.Errorf("problems of %s by %s: %d, want 403", owner.name, c.name, res.StatusCode)
				}
			case !sees:
				if res.StatusCode != http.StatusNotFound || body != nothing {
					t.Errorf("problems of %s by %s: %d %s\nof nothing: %s", owner.name, c.name, res.StatusCode, body, nothing)
				}
			case owner.id == c.id:
				if res.StatusCode != http.StatusOK {
					t.Errorf("problems of %s by %s: %d %.200s", owner.name, c.name, res.StatusCode, body)
				}
			default:
				// Whether the content of another's file is shown depends on the sight.
				if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusForbidden {
					t.Errorf("problems of %s by %s: %d", owner.name, c.name, res.StatusCode)
				}
			}
		}
	}
	if len(owners) < 3 {
		t.Errorf("%d imports", len(owners))
	}
}

var requestID = regexp.MustCompile(`"requestId":"[^"]*"`)
