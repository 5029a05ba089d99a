package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A world is an App over an empty store with a clock that tests set.
type world struct {
	*app.App
	store store.Store
	mu    sync.Mutex
	now   time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// on sets the clock to nine in the morning in Vietnam.
func (w *world) on(d thads.Date) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = d.StartOfDay().Add(9 * time.Hour)
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
	s := emptyStore(t)
	t.Cleanup(func() { _ = s.Close() })
	sealer, err := app.OpenSealer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.store = s
	if w.App, err = app.New(app.Options{Store: s, Clock: w.clock, Sealer: sealer}); err != nil {
		t.Fatal(err)
	}
	return w
}

func leader(ctx context.Context) context.Context {
	return auth.NewContext(ctx, auth.Person("leader", "Lãnh đạo", auth.RoleLeader, "", ""))
}

// province founds a province with two districts and an officer in the first.
func (w *world) province(t testing.TB) (province, first, second thads.UnitID, officer thads.OfficerID) {
	t.Helper()
	ctx := leader(t.Context())
	found := func(code, name string, level thads.UnitLevel, parent thads.UnitID) thads.UnitID {
		e := thads.UnitEvent{Kind: thads.UnitEstablished, Code: code, Name: name, Level: level, Parent: parent}
		e.EffectiveOn = thads.DateOf(2009, 7, 1)
		u, err := w.UnitOpen(ctx, "unit-"+code, e)
		if err != nil {
			t.Fatal(err)
		}
		return u.ID
	}
	province = found("TH", "Cục Thi hành án dân sự tỉnh Thanh Hóa", thads.LevelProvince, "")
	first = found("TH-01", "Chi cục Thi hành án dân sự thành phố Thanh Hóa", thads.LevelDistrict, province)
	second = found("TH-02", "Chi cục Thi hành án dân sự huyện Nga Sơn", thads.LevelDistrict, province)
	e := thads.OfficerEvent{Kind: thads.OfficerAppointed, Name: "Lê Văn Thử", Code: "CHV01", Rank: thads.OfficerRanks()[0].Value, Unit: first, Position: thads.OfficerPositions()[0].Value}
	e.EffectiveOn = thads.DateOf(2015, 1, 1)
	o, err := w.OfficerOpen(ctx, "officer-1", e)
	if err != nil {
		t.Fatal(err)
	}
	return province, first, second, o.ID
}

func decided(unit thads.UnitID, officer thads.OfficerID, number string, on thads.Date) thads.CaseEvent {
	e := thads.CaseEvent{
		Kind: thads.CaseDecided, ToUnit: unit, ToOfficer: officer,
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber(number), Date: on},
		Particulars: &thads.Particulars{
			Initiation: thads.OnRequest,
			Judgment:   thads.Judgment{Kind: thads.JudgmentCivil, Number: thads.ParseDocumentNumber("07/2018/DS-ST"), Date: thads.DateOf(2018, 9, 5), Court: "TAND thành phố Thanh Hóa"},
			Parties: []thads.Party{
				{Role: thads.Debtor, Kind: thads.Person, Name: "Nguyễn Văn Nợ", Address: "Phường Thử"},
				{Role: thads.Creditor, Kind: thads.Person, Name: "Trần Thị Được"},
			},
			Obligations: []thads.Obligation{{Kind: thads.Debt, Amount: 100_000_000}},
		},
	}
	e.EffectiveOn = on
	return e
}

func code(err error) thads.Code {
	es, _ := thads.Refusals(err)
	if len(es) == 0 {
		return thads.Code(fmt.Sprint(err))
	}
	return es[0].Code
}

func TestCaseFromOpeningToList(t *testing.T) {
	w := newWorld(t)
	_, first, second, officer := w.province(t)
	ctx := leader(t.Context())
	c, err := w.CaseOpen(ctx, "k1", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: {Identity: "038 090 000 123"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.State != thads.StateVoluntary || c.Parties[0].Commitment == "" {
		t.Fatalf("case is %s with commitment %q", c.State, c.Parties[0].Commitment)
	}
	again, err := w.CaseOpen(ctx, "k1", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), map[int]app.PartyNumbers{0: {Identity: "038 090 000 123"}})
	if err != nil || again.ID != c.ID {
		t.Fatalf("the same request again: %v, %v", again, err)
	}
	if _, err := w.CaseOpen(ctx, "k1", decided(first, officer, "47/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil); code(err) != thads.CodeKeyReused {
		t.Fatalf("another request under the same key: %v", err)
	}
	if _, err := w.CaseOpen(ctx, "k2", decided(first, officer, "046 / QĐ–CCTHADS", thads.DateOf(2018, 11, 5)), nil); code(err) != thads.CodeDuplicate {
		t.Fatalf("the same number again: %v", err)
	}
	if _, err := w.CaseOpen(ctx, "k3", decided(second, "", "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil); err != nil {
		t.Fatalf("the same number in another unit: %v", err)
	}
	if _, err := w.CaseOpen(ctx, "k4", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2019, 10, 5)), nil); err != nil {
		t.Fatalf("the same number in the next year: %v", err)
	}
	for text, want := range map[string]int{"nguyen van no": 3, "Nợ": 3, "46": 3, "046/QĐ-CCTHADS": 3, "47": 0, "trần duo": 3, "!!": 0, "": 3} {
		page, err := w.Cases(ctx, &app.CaseFilter{Text: &text}, app.CasesByUpdate, true, app.PageArgs{})
		if err != nil || len(page.Items) != want {
			t.Errorf("search %q: %d cases, want %d (%v)", text, len(page.Items), want, err)
		}
	}
	number := "038090000123"
	page, err := w.Cases(ctx, &app.CaseFilter{IdentityNumber: &number}, app.CasesByUpdate, true, app.PageArgs{})
	if err != nil || len(page.Items) != 1 || page.Items[0].Value.ID != c.ID {
		t.Errorf("by identity number: %v, %v", page, err)
	}
	byNumber, err := w.CaseByNumber(ctx, first, "46/qđ-ccthads", 2019)
	if err != nil || byNumber == nil || byNumber.ID != c.ID {
		t.Errorf("by decision: %v, %v", byNumber, err)
	}
}

func TestRecordingIsOncePerKeyAndVersion(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	c, err := w.CaseOpen(ctx, "k1", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
	if err != nil {
		t.Fatal(err)
	}
	collect := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 1_000_000}
	collect.EffectiveOn = thads.DateOf(2018, 10, 8)
	ch := app.Change{ID: string(c.ID), Version: 1, Key: "c1"}
	two, err := w.CaseRecord(ctx, ch, collect, nil)
	if err != nil || two.Version != 2 {
		t.Fatalf("first: %v", err)
	}
	again, err := w.CaseRecord(ctx, ch, collect, nil)
	if err != nil || again.Version != 2 {
		t.Fatalf("replayed: version %d, %v", again.Version, err)
	}
	collect.Amount = 2_000_000
	if _, err := w.CaseRecord(ctx, ch, collect, nil); code(err) != thads.CodeKeyReused {
		t.Fatalf("another content: %v", err)
	}
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 1}, collect, nil); code(err) != thads.CodeConflict {
		t.Fatalf("an old version: %v", err)
	}
	// Eight writers who all saw version 2: one wins.
	var wg sync.WaitGroup
	won := make(chan error, 8)
	for i := range 8 {
		wg.Go(func() {
			e := collect
			e.Amount = thads.Dong(i + 1)
			_, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID), Version: 2, Key: fmt.Sprint("w", i)}, e, nil)
			won <- err
		})
	}
	wg.Wait()
	close(won)
	wins := 0
	for err := range won {
		switch {
		case err == nil:
			wins++
		case code(err) != thads.CodeConflict:
			t.Errorf("a loser was told %v", err)
		}
	}
	if wins != 1 {
		t.Errorf("%d writers won, want 1", wins)
	}
}

func TestScopesHideAndRefuse(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	ctx := leader(t.Context())
	c, err := w.CaseOpen(ctx, "k1", decided(first, officer, "46/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
	if err != nil {
		t.Fatal(err)
	}
	as := func(role auth.Role, unit thads.UnitID, officer thads.OfficerID) context.Context {
		return auth.NewContext(t.Context(), auth.Person("p", "", role, unit, officer))
	}
	transfer := thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: second}
	transfer.EffectiveOn = thads.DateOf(2018, 11, 1)
	note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "đã xem"}
	note.EffectiveOn = thads.DateOf(2018, 11, 2)

	for name, tt := range map[string]struct {
		ctx   context.Context
		reads bool
		write thads.Code
	}{
		"leader":               {ctx, true, ""},
		"head of the province": {as(auth.RoleUnitHead, province, ""), true, ""},
		"head of the unit":     {as(auth.RoleUnitHead, first, ""), true, ""},
		"head of another unit": {as(auth.RoleUnitHead, second, ""), false, thads.CodeNotFound},
		"its officer":          {as(auth.RoleOfficer, first, officer), true, ""},
		"another officer":      {as(auth.RoleOfficer, first, "of_other"), false, thads.CodeNotFound},
		"reader":               {as(auth.RoleProcuracy, first, ""), true, thads.CodeForbidden},
		"administrator":        {as(auth.RoleAdministrator, first, ""), false, thads.CodeForbidden},
		"anonymous":            {t.Context(), false, thads.CodeForbidden},
	} {
		got, err := w.Case(tt.ctx, c.ID)
		if (got != nil) != tt.reads {
			t.Errorf("%s reads: %v, %v", name, got != nil, err)
		}
		_, err = w.CaseRecord(tt.ctx, app.Change{ID: string(c.ID)}, note, nil)
		if tt.write == "" && err != nil || tt.write != "" && code(err) != tt.write {
			t.Errorf("%s writes: %v, want %q", name, err, tt.write)
		}
	}
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, transfer, nil); err != nil {
		t.Fatal(err)
	}
	// The unit that once held the case reads it still and writes it no more.
	head := as(auth.RoleUnitHead, first, "")
	if got, _ := w.Case(head, c.ID); got == nil {
		t.Error("the former unit does not see the case")
	}
	if _, err := w.CaseRecord(head, app.Change{ID: string(c.ID)}, note, nil); code(err) != thads.CodeForbidden {
		t.Errorf("the former unit writes: %v", err)
	}
}

func TestReorganisation(t *testing.T) {
	w := newWorld(t)
	province, first, second, officer := w.province(t)
	ctx := leader(t.Context())
	var ids []thads.CaseID
	for i := range 5 {
		unit := []thads.UnitID{first, second}[i%2]
		c, err := w.CaseOpen(ctx, fmt.Sprint("k", i), decided(unit, "", fmt.Sprintf("%d/QĐ-CCTHADS", i+1), thads.DateOf(2018, 10, 5)), nil)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	w.on(thads.DateOf(2025, 7, 2))
	r := app.Reorganisation{
		EffectiveOn: thads.DateOf(2025, 7, 1),
		Decision:    &thads.Decision{Number: thads.ParseDocumentNumber("1898/QĐ-BTP"), Date: thads.DateOf(2025, 6, 25)},
		Establish: []app.ReorganisedUnit{{
			Code: "KV1", Name: "Phòng THADS khu vực 1", ShortName: "KV1", Level: thads.LevelRegional, Parent: province,
			TakesOver: []thads.UnitID{first, second},
		}},
	}
	bad := r
	bad.Establish = append([]app.ReorganisedUnit{{Code: "TH", Name: "x", Level: thads.LevelRegional, Parent: "un_none", TakesOver: []thads.UnitID{first}}}, r.Establish...)
	if _, err := w.UnitReorganise(ctx, "bad", bad); err == nil {
		t.Fatal("a reorganisation that cannot be carried out was begun")
	}
	j, err := w.UnitReorganise(ctx, "2025", r)
	if err != nil {
		t.Fatal(err)
	}
	// A crash after the journal: the job is run by whoever comes next, twice.
	for range 2 {
		if err := w.RunJob(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	j, err = w.Job(ctx, j.ID)
	if err != nil || j.State != app.JobDone || len(j.Problems) > 0 || j.Done != j.Total && j.Total != 0 {
		t.Fatalf("job: %+v, %v", j, err)
	}
	d, err := w.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	kv1, ok := d.Tree.ByCode("KV1")
	if !ok {
		t.Fatal("the new unit was not founded")
	}
	for _, id := range ids {
		c, err := w.Case(ctx, id)
		if err != nil || c.Unit != kv1.ID || len(c.Events) != 2 || len(c.Units) != 2 {
			t.Errorf("case %s: %+v, %v", id, c, err)
		}
	}
	if u := d.Unit(first); u.ValidTo != thads.DateOf(2025, 6, 30) || !cmp.Equal(u.Successors, []thads.UnitID{kv1.ID}) {
		t.Errorf("the old unit ends %s with successors %v", u.ValidTo, u.Successors)
	}
	if o := d.Officer(officer); o.Unit != kv1.ID {
		t.Errorf("the officer is in %s", o.Unit)
	}
	again, err := w.UnitReorganise(ctx, "2025", r)
	if err != nil || again.ID != j.ID {
		t.Errorf("the same request again: %v, %v", again, err)
	}
}

func TestBackfillRepeatsNothing(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	histories := func(yield func(app.CaseHistory) bool) {
		for i := range 2500 {
			at := time.Date(2018, 10, 5, 3, 0, 0, 0, time.UTC)
			e := decided(first, officer, fmt.Sprintf("%d/QĐ-CCTHADS", i%2499+1), thads.DateOf(2018, 10, 5))
			collect := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 5}
			collect.EffectiveOn = thads.DateOf(2018, 10, 8)
			h := app.CaseHistory{Key: fmt.Sprint("row", i), Events: []app.RecordedCaseEvent{{Event: e, At: at, By: "clerk"}, {Event: collect, At: at.AddDate(0, 0, 4), By: "clerk"}}}
			if !yield(h) {
				return
			}
		}
	}
	for i, want := range []app.BulkResult{{Created: 2499}, {Created: 2499}, {Existing: 2499}, {Existing: 2499}} {
		got, err := w.CasesBackfill(ctx, histories, i == 0 || i == 3)
		if err != nil {
			t.Fatal(err)
		}
		if got.Created != want.Created || got.Existing != want.Existing || len(got.Refused) != 1 || code(got.Refused[2499]) != thads.CodeDuplicate {
			t.Errorf("run %d: %d created, %d existing, refused %v", i, got.Created, got.Existing, got.Refused)
		}
	}
}

func TestStoreAway(t *testing.T) {
	w := newWorld(t)
	ctx := leader(t.Context())
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := w.Cases(ctx, nil, app.CasesByUpdate, true, app.PageArgs{})
	if code(err) != thads.CodeUnavailable || !errors.Is(err, store.ErrClosed) {
		t.Errorf("a closed store: %v", err)
	}
}
