package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// exportable records cases with every way to open one, and much of what can
// happen to them.
func (w *world) exportable(t testing.TB) (first, second thads.UnitID, officer thads.OfficerID) {
	t.Helper()
	_, first, second, officer = w.province(t)
	ctx := leader(t.Context())
	open := func(key string, e thads.CaseEvent, identities map[int]app.PartyNumbers) *thads.Case {
		c, err := w.CaseOpen(ctx, key, e, identities)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		return c
	}
	record := func(c *thads.Case, on thads.Date, e thads.CaseEvent, identities map[int]app.PartyNumbers) {
		e.EffectiveOn = on
		if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, e, identities); err != nil {
			t.Fatalf("%s in %s: %v", e.Kind, c.ID, err)
		}
	}
	paper := func(n int, on thads.Date) *thads.Decision {
		return &thads.Decision{Number: thads.ParseDocumentNumber(fmt.Sprintf("%d/QĐ-CCTHADS", n)), Date: on, Signer: "Lê Văn Ký"}
	}

	one := decided(first, officer, "1/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	one.Note = "=1+1\ndòng hai"
	one.Particulars.Tags = []thads.Tag{thads.TagComplex}
	one.Particulars.Parties = append(one.Particulars.Parties,
		thads.Party{Role: thads.Debtor, Kind: thads.Person, Name: "Nguyễn Văn Nợ", JointGroup: "A"},
		thads.Party{Role: thads.Related, Kind: thads.Organisation, Name: "-Công ty Thử"})
	one.Particulars.Obligations = append(one.Particulars.Obligations,
		thads.Obligation{Kind: thads.CourtFee, Amount: 300_000, Debtors: []string{"p1"}},
		thads.Obligation{Kind: thads.Destruction, Content: "01 con dao"})
	c := open("one", one, map[int]app.PartyNumbers{0: {Identity: "038090000123", Account: "0781000123456"}, 3: {Identity: "0100109106"}})
	record(c, thads.DateOf(2018, 10, 20), thads.CaseEvent{Kind: thads.CaseCollected, Obligation: "o2", Amount: 300_000, Receipt: "0001234"}, nil)
	record(c, thads.DateOf(2018, 10, 22), thads.CaseEvent{Kind: thads.CasePaidOut, Obligation: "o2", Amount: 300_000, Receipt: "PC/7", Recipient: "Kho bạc"}, nil)
	record(c, thads.DateOf(2018, 11, 1), thads.CaseEvent{Kind: thads.CaseVerified, Finding: thads.FindingMeans, Note: "xác minh tại xã"}, nil)
	record(c, thads.DateOf(2018, 11, 5), thads.CaseEvent{Kind: thads.CasePartiesChanged, Parties: []thads.Party{{Role: thads.Debtor, Kind: thads.Person, Name: "Người thừa kế"}}}, map[int]app.PartyNumbers{0: {Identity: "038090000777"}})
	record(c, thads.DateOf(2018, 11, 6), thads.CaseEvent{Kind: thads.CaseTagged, AddTags: []thads.Tag{thads.TagDirected}}, nil)
	record(c, thads.DateOf(2018, 11, 8), thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: second, Note: "chuyển"}, nil)

	older := decided(second, "", "2/QĐ-CCTHADS", thads.DateOf(2012, 3, 1))
	older.Kind, older.EffectiveOn = thads.CaseBroughtForward, thads.DateOf(2018, 9, 30)
	older.Particulars.Balance = &thads.OpeningBalance{State: thads.StateNotEnforceable, Since: thads.DateOf(2016, 5, 6), Verifications: 1, Ground: "L2008_44A_1_A"}
	older.Particulars.Judgment.Date = thads.DateOf(2011, 12, 30)
	older.Particulars.Tags = []thads.Tag{thads.TagImported}
	open("older", older, nil)

	received := decided(first, "", "", thads.DateOf(2019, 1, 2))
	received.Kind, received.Decision = thads.CaseReceived, nil
	c = open("received", received, map[int]app.PartyNumbers{1: {Identity: "038090000456"}})
	record(c, thads.DateOf(2019, 1, 4), thads.CaseEvent{Kind: thads.CaseDecided, ToOfficer: officer, Decision: paper(3, thads.DateOf(2019, 1, 4))}, nil)
	open("received only", received, nil)

	wrong := decided(first, officer, "5/QĐ-CCTHADS", thads.DateOf(2019, 2, 2))
	c = open("corrected", wrong, nil)
	right := wrong
	right.Supersedes, right.Reason = 1, "nhầm số"
	right.Decision = paper(6, thads.DateOf(2019, 2, 2))
	record(c, thads.DateOf(2019, 2, 2), right, nil)
	record(c, thads.DateOf(2019, 2, 20), thads.CaseEvent{Kind: thads.CaseCollected, Amount: 7}, nil)
	undo := thads.CaseEvent{}
	undo.Voids, undo.Reason = 3, "nhầm việc"
	record(c, 0, undo, nil)

	c = open("voided", decided(first, officer, "7/QĐ-CCTHADS", thads.DateOf(2019, 2, 2)), nil)
	undo.Voids = 1
	record(c, 0, undo, nil)
	return first, second, officer
}

// exportedAs exports cases to a caller.
func (w *world) exportedAs(ctx context.Context, t testing.TB, o app.ExportOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.ExportCases(ctx, &b, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readBack returns the entries of a file in its order.
func readBack(t testing.TB, data []byte) []*sheet.Entry {
	t.Helper()
	b, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	reading, err := sheet.Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sheet.NewReader(b, reading, func(p sheet.Problem) {
		if p.Severity == sheet.Error {
			t.Error(p.String())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []*sheet.Entry
	for e, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// numbersIn are the decisions by which the cases of a file were opened, in its
// order; "–" for a case that was received before it was decided.
func numbersIn(t testing.TB, data []byte) []string {
	t.Helper()
	var out []string
	for _, e := range readBack(t, data) {
		if out = append(out, e.Number.Raw); e.Number.Raw == "" {
			out[len(out)-1] = "–"
		}
	}
	return out
}

func TestExportedListIsTheList(t *testing.T) {
	w := newWorld(t)
	first, _, officer := w.exportable(t)
	ctx := leader(t.Context())
	as := func(role auth.Role, unit thads.UnitID, o thads.OfficerID) context.Context {
		return auth.NewContext(t.Context(), auth.Person("x", "Người xem", role, unit, o))
	}
	text := "046"
	live := true
	for name, tt := range map[string]struct {
		ctx  context.Context
		o    app.ExportOptions
		want []string
	}{
		"by number":     {ctx, app.ExportOptions{By: app.CasesByNumber}, []string{"–", "2/QĐ-CCTHADS", "1/QĐ-CCTHADS", "–", "6/QĐ-CCTHADS"}},
		"backwards":     {ctx, app.ExportOptions{By: app.CasesByNumber, Descending: true}, []string{"6/QĐ-CCTHADS", "–", "1/QĐ-CCTHADS", "2/QĐ-CCTHADS", "–"}},
		"by opening":    {ctx, app.ExportOptions{By: app.CasesByOpening}, []string{"2/QĐ-CCTHADS", "1/QĐ-CCTHADS", "–", "–", "6/QĐ-CCTHADS"}},
		"a state":       {ctx, app.ExportOptions{Filter: &app.CaseFilter{States: []thads.CaseState{thads.StateNotEnforceable}}}, []string{"2/QĐ-CCTHADS"}},
		"nothing":       {ctx, app.ExportOptions{Filter: &app.CaseFilter{Text: &text}}, nil},
		"live":          {ctx, app.ExportOptions{By: app.CasesByNumber, Filter: &app.CaseFilter{Live: &live, Units: []thads.UnitID{first}}}, []string{"–", "–", "6/QĐ-CCTHADS"}},
		"a unit's head": {as(auth.RoleUnitHead, first, ""), app.ExportOptions{By: app.CasesByNumber}, []string{"–", "1/QĐ-CCTHADS", "–", "6/QĐ-CCTHADS"}},
		"an officer":    {as(auth.RoleOfficer, first, officer), app.ExportOptions{By: app.CasesByNumber}, []string{"1/QĐ-CCTHADS", "–", "6/QĐ-CCTHADS"}},
	} {
		for _, f := range []sheet.Format{sheet.XLSX, sheet.CSV} {
			tt.o.Format = f
			if diff := cmp.Diff(tt.want, numbersIn(t, w.exportedAs(tt.ctx, t, tt.o))); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, f, diff)
			}
		}
	}
	for name, export := range map[string]func(context.Context) error{
		"cases": func(ctx context.Context) error {
			return w.ExportCases(ctx, io.Discard, app.ExportOptions{Format: sheet.CSV})
		},
		"events": func(ctx context.Context) error {
			return w.ExportCaseEvents(ctx, io.Discard, app.ExportOptions{Format: sheet.CSV})
		},
		"template": func(ctx context.Context) error { return w.ExportTemplate(ctx, io.Discard, sheet.Cases, sheet.CSV) },
	} {
		others := []context.Context{t.Context(), as(auth.RoleAdministrator, "", "")}
		if name != "template" {
			others = append(others, as(auth.RoleClerk, first, ""), as(auth.RoleProcuracy, first, ""))
		}
		for _, who := range others {
			if err := export(who); code(err) != thads.CodeForbidden {
				t.Errorf("%s exported by one who may not read: %v", name, err)
			}
		}
		if err := export(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.ExportTemplate(ctx, io.Discard, "X", sheet.CSV); code(err) != thads.CodeUnknown {
		t.Errorf("the template of no register: %v", err)
	}
	number := "x"
	if err := w.ExportCases(ctx, io.Discard, app.ExportOptions{Format: sheet.CSV, Filter: &app.CaseFilter{IdentityNumber: &number}}); code(err) != thads.CodeInvalid {
		t.Errorf("a filter that is none: %v", err)
	}
}

// meddler changes cases while an export is written.
type meddler struct {
	bytes.Buffer
	meddle func()
}

func (m *meddler) Write(p []byte) (int, error) {
	if m.meddle != nil {
		m.meddle()
		m.meddle = nil
	}
	return m.Buffer.Write(p)
}

// Cases that change their place in the list while it is exported are there once.
func TestExportWhileOthersRecord(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	const n = 350
	histories := func(yield func(app.CaseHistory) bool) {
		for i := range n {
			e := decided(first, officer, fmt.Sprintf("%d/QĐ-CCTHADS", i+1), thads.DateOf(2019, 1, 1))
			if !yield(app.CaseHistory{Key: fmt.Sprint(i), Events: []app.RecordedCaseEvent{{Event: e, At: thads.DateOf(2019, 3, 1).AddDays(i).StartOfDay(), By: "x"}}}) {
				return
			}
		}
	}
	if made, err := w.CasesBackfill(ctx, histories, false); err != nil || made.Created != n {
		t.Fatalf("%+v, %v", made, err)
	}
	var ids []string
	for d, err := range w.store.Scan(ctx, caseCollectionOf(t), store.ScanOptions{WithoutBody: true}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	for _, descending := range []bool{true, false} {
		w.on(thads.DateOf(2024, 1, 1))
		changed := 0
		m := &meddler{meddle: func() {
			e := thads.CaseEvent{Kind: thads.CaseNoted, Note: "x"}
			e.EffectiveOn = thads.DateOf(2023, 1, 1)
			// From the first page and from those to come.
			for i := 0; i < n; i += 7 {
				if _, err := w.CaseRecord(ctx, app.Change{ID: ids[i]}, e, nil); err != nil {
					t.Error(err)
				}
				changed++
			}
		}}
		if err := w.ExportCases(ctx, m, app.ExportOptions{Format: sheet.CSV, By: app.CasesByUpdate, Descending: descending}); err != nil {
			t.Fatal(err)
		}
		if changed == 0 || bytes.Count(m.Bytes(), []byte("\n")) < n {
			t.Fatalf("%d changed, %d lines", changed, bytes.Count(m.Bytes(), []byte("\n")))
		}
		seen := map[string]int{}
		for _, e := range readBack(t, m.Bytes()) {
			seen[e.Key]++
		}
		for _, id := range ids {
			if seen[id] != 1 {
				t.Errorf("descending %v: %s is there %d times", descending, id, seen[id])
			}
		}
	}
}

// brokenPipe is a connection that ends after so many bytes.
type brokenPipe int

func (b *brokenPipe) Write(p []byte) (int, error) {
	if *b -= brokenPipe(len(p)); *b < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestExportToNobody(t *testing.T) {
	w := newWorld(t)
	w.exportable(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, f := range []sheet.Format{sheet.XLSX, sheet.CSV} {
		for _, room := range []brokenPipe{0, 1000} {
			if err := w.ExportCases(leader(t.Context()), &room, app.ExportOptions{Format: f}); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("%s to a reader that is gone: %v", f, err)
			}
		}
	}
	ctx, cancel := context.WithCancel(leader(t.Context()))
	cancel()
	if err := w.ExportCases(ctx, io.Discard, app.ExportOptions{Format: sheet.XLSX}); !errors.Is(err, context.Canceled) {
		t.Errorf("an export that was given up: %v", err)
	}
	if err := w.ExportCases(leader(t.Context()), io.Discard, app.ExportOptions{Format: "ods"}); err == nil {
		t.Error("exported in a format that there is not")
	}
}

// A caseContent is what stands of a case, without ids, and who recorded it when.
type caseContent struct {
	State                 thads.CaseState
	Since, OpenedOn, Done thads.Date
	Ground                thads.GroundCode
	Unit                  thads.UnitID
	Officer               thads.OfficerID
	Units                 []thads.UnitID
	Officers              []thads.OfficerID
	Decision              *thads.Decision
	Particulars           thads.Particulars
	Parties               []thads.Party
	Balances              []string
	Totals                thads.Totals
	Tags                  []thads.Tag
	Events                []thads.CaseEvent
}

// contents are the cases of a store but those that were opened by mistake, by
// unit, decision and judgment.
func contents(t testing.TB, w *world) map[string]caseContent {
	t.Helper()
	out := map[string]caseContent{}
	for d, err := range w.store.Scan(t.Context(), caseCollectionOf(t), store.ScanOptions{WithoutBody: true}) {
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.Case(leader(t.Context()), thads.CaseID(d.ID))
		if err != nil {
			t.Fatal(err)
		}
		if c.State == thads.StateVoided {
			continue
		}
		k := caseContent{
			c.State, c.Since, c.OpenedOn, c.FinishedOn, c.Ground, c.Unit, c.Officer, c.Units, c.Officers, c.Decision, c.Particulars, c.Parties, nil, c.Totals(), untagged(c.Tags), nil,
		}
		k.Particulars.Tags = untagged(k.Particulars.Tags)
		for _, b := range c.Balances {
			k.Balances = append(k.Balances, fmt.Sprintf("%s %s %s %d %d %d", b.ID, b.State, b.Since, b.Remaining, b.Done, b.Verifications))
		}
		fate, _ := c.Fates()
		for i, e := range c.Events {
			if fate[i] != thads.FateStands {
				continue
			}
			e.Record = thads.Record{EffectiveOn: e.EffectiveOn}
			if p := e.Particulars; p != nil {
				q := *p
				q.Tags = untagged(q.Tags)
				e.Particulars = &q
			}
			k.Events = append(k.Events, e)
		}
		slices.SortStableFunc(k.Events, func(a, b thads.CaseEvent) int { return int(a.EffectiveOn - b.EffectiveOn) })
		key := fmt.Sprint(c.Units[0], " ", c.NumberSortKey(), " ", c.OpenedOn)
		if _, twice := out[key]; twice {
			t.Fatalf("two cases are %s", key)
		}
		out[key] = k
	}
	return out
}

// untagged leaves out that a case came from a register.
func untagged(tags []thads.Tag) []thads.Tag {
	out := slices.DeleteFunc(slices.Clone(tags), func(t thads.Tag) bool { return t == thads.TagImported })
	if len(out) == 0 {
		return nil
	}
	return out
}

func caseCollectionOf(t testing.TB) *store.Collection {
	t.Helper()
	i := slices.IndexFunc(app.Collections(), func(c *store.Collection) bool { return c.Name == "case" })
	return app.Collections()[i]
}

// sameUnits is an empty store with the units and officers of another.
func (w *world) sameUnits(t testing.TB) *world {
	t.Helper()
	other := newWorld(t)
	for _, c := range app.Collections() {
		if c.Name != "unit" && c.Name != "officer" && c.Name != "claim" {
			continue
		}
		var docs []*store.Document
		for d, err := range w.store.Scan(t.Context(), c, store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if c.Name == "claim" && strings.HasPrefix(d.ID, "case/") {
				continue
			}
			docs = append(docs, d)
		}
		if taken, err := other.store.BulkInsert(t.Context(), c, docs); err != nil || len(taken) > 0 {
			t.Fatalf("%s: %v, %v", c.Name, taken, err)
		}
	}
	return other
}

// looked brings a file in as far as its check, which must find nothing wrong.
func (w *world) looked(t testing.TB, name string, data []byte) *app.Import {
	t.Helper()
	ctx := leader(t.Context())
	u, err := w.UploadFile(ctx, name, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	im, err := w.ImportStart(ctx, "key of "+name, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	im = w.jobsDone(t, im.ID)
	if im.State != app.ImportChecked || im.Errors > 0 {
		page, err := w.ImportProblems(ctx, im.ID, nil, app.PageArgs{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Items {
			t.Log(p.Value.String())
		}
		t.Fatalf("the import is %s with %d errors: %s", im.State, im.Errors, im.Message.VI)
	}
	return im
}

// broughtIn imports a file whole.
func (w *world) broughtIn(t testing.TB, name string, data []byte) *app.Import {
	t.Helper()
	im := w.looked(t, name, data)
	im, err := w.ImportAccept(leader(t.Context()), app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll)
	if err != nil {
		t.Fatal(err)
	}
	if im = w.jobsDone(t, im.ID); im.State != app.ImportAccepted {
		t.Fatalf("the import is %s: %s", im.State, im.Message.VI)
	}
	return im
}

func (w *world) jobsDone(t testing.TB, id string) *app.Import {
	t.Helper()
	ctx := leader(t.Context())
	if err := w.ResumeJobs(ctx); err != nil {
		t.Fatal(err)
	}
	im, err := w.Import(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// What one store exports, an empty one with the same units takes, and has the
// same cases: every opening, every event that stands, every identity number.
// What it exports in turn is the same file but for the cases' ids.
func TestExportAndImportAgain(t *testing.T) {
	w := newWorld(t)
	w.exportable(t)
	whole := app.ExportOptions{Format: sheet.XLSX, By: app.CasesByNumber, Numbers: true, ExportReason: exportReason()}
	data := w.exportedAs(leader(t.Context()), t, whole)
	other := w.sameUnits(t)
	im := other.broughtIn(t, "sổ.xlsx", data)
	if im.Created != 5 || im.Warnings > 5 {
		t.Errorf("%d cases were created, %d warnings", im.Created, im.Warnings)
	}
	// Commitments are made with the keys of each store.
	committed := cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.Last().String(), "Commitment") }, cmp.Comparer(func(a, b string) bool { return (a == "") == (b == "") }))
	if diff := cmp.Diff(contents(t, w), contents(t, other), committed); diff != "" {
		t.Errorf("(-exported +imported):\n%s", diff)
	}
	again := other.exportedAs(leader(t.Context()), t, whole)
	if diff := cmp.Diff(entriesWithoutKeys(readBack(t, data)), entriesWithoutKeys(readBack(t, again)), cmpopts.IgnoreUnexported(sheet.EventEntry{}), cmpopts.IgnoreFields(sheet.EventEntry{}, "Row", "RowNumbers")); diff != "" {
		t.Errorf("exported again (-first +second):\n%s", diff)
	}
	// Into the store that it came from the file brings nothing new.
	im = w.looked(t, "sổ.xlsx", data)
	if im.Creates != 0 || im.Changes != 0 || im.Existing != 5 {
		t.Errorf("the store takes from its own export: %d new, %d changed, %d existing", im.Creates, im.Changes, im.Existing)
	}
}

// A keylessEntry is an entry without where it stands and what the case is called.
type keylessEntry struct {
	Unit, Officer string
	Opening       thads.CaseEvent
	Identities    map[int]string
	Accounts      map[int]string
	Events        []sheet.EventEntry
}

func entriesWithoutKeys(entries []*sheet.Entry) []keylessEntry {
	var out []keylessEntry
	for _, e := range entries {
		out = append(out, keylessEntry{e.UnitCode, e.Opening.OfficerCode, e.Opening.Event, e.Opening.Identities, e.Opening.Accounts, e.Events})
	}
	slices.SortStableFunc(out, func(a, b keylessEntry) int { return int(a.Opening.EffectiveOn) - int(b.Opening.EffectiveOn) })
	return out
}
