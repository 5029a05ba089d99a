package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

func TestRetentionRules(t *testing.T) {
	codes := map[string]bool{}
	for _, r := range app.RetentionRules() {
		if codes[r.Code] {
			t.Errorf("the code %s is there twice", r.Code)
		}
		codes[r.Code] = true
		for _, text := range []thads.Text{r.Subject, r.Term, r.Since, r.Action, r.Ground} {
			if text.VI == "" || text.EN == "" || text.VI == text.EN {
				t.Errorf("%s: %+v", r.Code, text)
			}
		}
		// Nothing is deleted by the program on a ground that nobody has read.
		if r.Automatic && !r.Verified {
			t.Errorf("%s is automatic on an unverified ground", r.Code)
		}
		if !r.Verified && !strings.Contains(r.Ground.VI, "chưa đối chiếu") {
			t.Errorf("%s does not say that its ground is unverified", r.Code)
		}
	}
	if len(codes) < 10 {
		t.Errorf("only %d rules", len(codes))
	}
}

// put stores a document as the application does.
func (w *world) put(t *testing.T, coll, id string, fields store.Fields) {
	t.Helper()
	d := &store.Document{ID: id, Version: 1, Body: []byte(`{}`), Fields: fields, UpdatedAt: w.clock()}
	if err := w.store.Insert(t.Context(), collection(t, coll), d); err != nil {
		t.Fatal(err)
	}
}

// ids are those of all documents of a collection.
func (w *world) ids(ctx context.Context, t *testing.T, coll string) []string {
	t.Helper()
	var out []string
	for v, err := range w.store.Versions(ctx, collection(t, coll)) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v.ID)
	}
	slices.Sort(out)
	return out
}

func TestSweepRetention(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := keeper(t.Context())
	now := w.clock()
	// More than one page of what has ended.
	for i := range 1203 {
		w.put(t, "session", fmt.Sprintf("old-%04d", i), store.Fields{"user": "us_x", "expiresAt": now.Add(-24*time.Hour - time.Duration(i)*time.Second)})
	}
	for _, coll := range []string{"session", "link", "challenge"} {
		w.put(t, coll, "ended", store.Fields{"user": "us_x", "expiresAt": now.Add(-24 * time.Hour)})
		w.put(t, coll, "just ended", store.Fields{"user": "us_x", "expiresAt": now.Add(-24*time.Hour + time.Millisecond)})
		w.put(t, coll, "going on", store.Fields{"user": "us_x", "expiresAt": now.Add(time.Hour)})
	}
	var accounts []*app.User
	for _, name := range []string{"active", "disabled"} {
		u, err := w.AddUser(ctx, app.NewUser{Account: name, Grants: []app.NewGrant{{Role: auth.RoleAdministrator}}})
		if err != nil {
			t.Fatal(err)
		}
		w.put(t, "credential", string(u.ID), nil)
		accounts = append(accounts, u)
	}
	if _, err := w.DisableUser(ctx, app.UserChange{ID: accounts[1].ID, Version: accounts[1].Version()}); err != nil {
		t.Fatal(err)
	}
	if len(w.ids(t.Context(), t, "credential")) == 1 {
		// Disabling itself may take the credential away; it is put back to be swept.
		w.put(t, "credential", string(accounts[1].ID), nil)
	}

	done, err := w.SweepRetention(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{app.RetainSessions: 1204, app.RetainLinks: 1, app.RetainChallenges: 1}, done); diff != "" {
		t.Errorf("swept (-want +got):\n%s", diff)
	}
	for _, coll := range []string{"session", "link", "challenge"} {
		if got := w.ids(t.Context(), t, coll); !slices.Equal(got, []string{"going on", "just ended"}) {
			t.Errorf("%s: %q", coll, got)
		}
	}
	if got := w.ids(t.Context(), t, "credential"); len(got) != 2 {
		t.Errorf("credentials were deleted before their term: %q", got)
	}
	w.mu.Lock()
	w.now = now.Add(30 * 24 * time.Hour)
	w.mu.Unlock()
	done, err = w.SweepRetention(ctx)
	if err != nil || done[app.RetainCredentials] != 1 || done[app.RetainSessions] != 2 {
		t.Errorf("swept %v, %v", done, err)
	}
	if got := w.ids(t.Context(), t, "credential"); !slices.Equal(got, []string{string(accounts[0].ID)}) {
		t.Errorf("credentials: %q", got)
	}
	if done, err = w.SweepRetention(ctx); err != nil || len(done) != 0 {
		t.Errorf("swept again: %v, %v", done, err)
	}
}

// as is a context of somebody with a role.
func as(ctx context.Context, role auth.Role, unit thads.UnitID, officer thads.OfficerID) context.Context {
	return auth.NewContext(ctx, auth.Person(thads.PrincipalID("us_"+strings.ToLower(string(role))), string(role), role, unit, officer))
}

// finish carries a case through to its end.
func (w *world) finish(t *testing.T, id thads.CaseID, on thads.Date) {
	t.Helper()
	for _, e := range []thads.CaseEvent{{Kind: thads.CaseCollected, Amount: 100_000_000}, {Kind: thads.CasePaidOut, Amount: 100_000_000}} {
		e.EffectiveOn = on
		if _, err := w.CaseRecord(leader(t.Context()), app.Change{ID: string(id)}, e, nil); err != nil {
			t.Fatal(err)
		}
	}
	c, err := w.Case(leader(t.Context()), id)
	if err != nil || c.State.IsUnfinished() {
		t.Fatalf("the case is %s, %v", c.State, err)
	}
}

func TestEraseParty(t *testing.T) {
	w := newWorld(t)
	_, first, second, officer := w.province(t)
	ctx := leader(t.Context())
	open := func(i int) thads.CaseID {
		t.Helper()
		number := fmt.Sprintf("%d/QĐ-CCTHADS", i)
		c, err := w.CaseOpen(ctx, number, decided(first, officer, number, thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: numbersOf(i), 1: {Identity: "0123456789"}})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	going, ended, voided := open(1), open(2), open(3)
	// The debtor of the second case has had another number before.
	parties := thads.CaseEvent{Kind: thads.CasePartiesChanged, Parties: []thads.Party{{ID: "p1", Role: thads.Debtor, Kind: thads.Person, Name: "Nguyễn Văn Nợ"}}}
	parties.EffectiveOn = thads.DateOf(2018, 10, 20)
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(ended)}, parties, map[int]app.PartyNumbers{0: {Identity: "038999999999"}}); err != nil {
		t.Fatal(err)
	}
	w.finish(t, ended, thads.DateOf(2018, 11, 5))
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(voided)}, thads.CaseEvent{Record: thads.Record{Voids: 1, Reason: "ghi nhầm"}}, nil); err != nil {
		t.Fatal(err)
	}
	secrets := func(id thads.CaseID) int {
		return len(slices.DeleteFunc(w.ids(t.Context(), t, "secret"), func(s string) bool { return !strings.HasPrefix(s, string(id)+".") }))
	}
	const reason = "Theo đơn yêu cầu của đương sự"
	officerCtx := as(t.Context(), auth.RoleOfficer, first, officer)
	for name, tt := range map[string]struct {
		ctx    context.Context
		id     thads.CaseID
		party  string
		reason string
		want   thads.Code
		ground string
	}{
		"no right":                  {as(t.Context(), auth.RoleStatistician, first, ""), ended, "p1", reason, thads.CodeForbidden, ""},
		"nobody":                    {t.Context(), ended, "p1", reason, thads.CodeForbidden, ""},
		"another unit's":            {as(t.Context(), auth.RoleUnitHead, second, ""), ended, "p1", reason, thads.CodeNotFound, ""},
		"no such case":              {ctx, "cs_none", "p1", reason, thads.CodeNotFound, ""},
		"no such party":             {ctx, ended, "p9", reason, thads.CodeNotFound, ""},
		"without a reason":          {ctx, ended, "p1", "xóa", thads.CodeOutOfRange, ""},
		"under way":                 {ctx, going, "p1", reason, thads.CodeNotAllowed, "106/2025/QH15"},
		"before the term":           {officerCtx, ended, "p1", reason, thads.CodeNotAllowed, "20 năm"},
		"before the term, by clerk": {as(t.Context(), auth.RoleClerk, first, ""), ended, "p1", reason, thads.CodeNotAllowed, "chưa đối chiếu"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := w.EraseParty(tt.ctx, tt.id, tt.party, tt.reason)
			if code(err) != tt.want || d != nil {
				t.Fatalf("got %v, %v, want %s", d, err, tt.want)
			}
			if es, _ := thads.Refusals(err); !strings.Contains(es[0].Text.VI, tt.ground) {
				t.Errorf("the refusal %q is without %q", es[0].Text.VI, tt.ground)
			}
		})
	}
	if n := len(w.ids(t.Context(), t, "secret")); n != 3*3+1 {
		t.Fatalf("%d sealed numbers", n)
	}
	if n := len(w.ids(t.Context(), t, "disclosure")); n != 0 {
		t.Errorf("%d records of what was refused", n)
	}

	before, err := w.Case(ctx, ended)
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.EraseParty(as(t.Context(), auth.RoleUnitHead, first, ""), ended, "p1", reason)
	if err != nil {
		t.Fatal(err)
	}
	if d.Kind != app.DisclosedErasure || d.Case != ended || d.Party != "p1" || d.Purpose != auth.ForDataSubject || d.Reason != reason ||
		!slices.Equal(d.Data, []auth.PersonalData{auth.IdentityNumber, auth.AccountNumber}) || d.By != "us_unit_head" {
		t.Errorf("the record: %+v", d)
	}
	if got := w.ids(t.Context(), t, "disclosure"); !slices.Equal(got, []string{d.ID}) {
		t.Errorf("records: %q", got)
	}
	if n := secrets(ended); n != 1 {
		t.Errorf("%d numbers of the case are left, want that of the creditor", n)
	}
	after, err := w.Case(ctx, ended)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(toJSON(t, before.Events), toJSON(t, after.Events)); diff != "" {
		t.Errorf("the history has changed (-before +after):\n%s", diff)
	}
	if _, err := w.EraseParty(ctx, ended, "p1", reason); code(err) != thads.CodeNotAllowed {
		t.Errorf("erased twice: %v", err)
	}
	if _, err := w.EraseParty(officerCtx, voided, "p1", reason); err != nil || secrets(voided) != 1 {
		t.Errorf("a case recorded by mistake: %v, %d numbers left", err, secrets(voided))
	}
	// On the last day of the term it is not over yet.
	w.on(thads.DateOf(2038, 11, 4))
	if _, err := w.EraseParty(officerCtx, ended, "p2", reason); code(err) != thads.CodeNotAllowed {
		t.Errorf("erased a day too early: %v", err)
	}
	w.on(thads.DateOf(2038, 11, 5))
	if d, err = w.EraseParty(officerCtx, ended, "p2", reason); err != nil || d.Purpose != "" || secrets(ended) != 0 {
		t.Errorf("at the end of the term: %+v, %v", d, err)
	}
	if secrets(going) != 3 {
		t.Errorf("%d numbers of the case under way", secrets(going))
	}
}

// TestErasureIsRecordedFirst lets the store fail when the record is written, and
// then when the numbers are deleted.
func TestErasureIsRecordedFirst(t *testing.T) {
	dir := t.TempDir()
	w := newWorldWith(t, dir)
	_, first, _, _ := w.province(t)
	id := w.numbered(t, first, 1, 1)[0]
	w.finish(t, id, thads.DateOf(2018, 11, 5))
	whole := w.store
	const reason = "Theo đơn yêu cầu của đương sự"
	w.use(t, &failingStore{Store: whole, coll: "disclosure"}, dir)
	if _, err := w.EraseParty(leader(t.Context()), id, "p1", reason); err == nil {
		t.Error("erased without a record")
	}
	if len(w.ids(t.Context(), t, "secret")) != 2 {
		t.Error("numbers were erased without a record")
	}
	w.use(t, &failingStore{Store: whole, coll: "secret"}, dir)
	if _, err := w.EraseParty(leader(t.Context()), id, "p1", reason); err == nil {
		t.Error("told to have erased what is there")
	}
	w.use(t, whole, dir)
	if d, err := w.EraseParty(leader(t.Context()), id, "p1", reason); err != nil || d == nil || len(w.ids(t.Context(), t, "secret")) != 0 {
		t.Errorf("erased: %v, %v", d, err)
	}
	if n := len(w.ids(t.Context(), t, "disclosure")); n != 2 {
		t.Errorf("%d records, want that of the attempt and that of the erasure", n)
	}
}

// A failingStore refuses to insert into and delete from one collection.
type failingStore struct {
	store.Store
	coll string
}

func (s *failingStore) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	if c.Name == s.coll {
		return errDead
	}
	return s.Store.Insert(ctx, c, d)
}

func (s *failingStore) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) ([]int, error) {
	if c.Name == s.coll {
		return nil, errDead
	}
	return s.Store.BulkDelete(ctx, c, docs)
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
