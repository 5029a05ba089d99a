package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// caseRow is a row of the register of cases of the first district; every third
// case has three parties.
func caseRow(i int) sheet.CaseRow {
	return sheet.CaseRow{
		Unit: "TH-01", Officer: "CHV01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i), Date: thads.DateOf(2018, 10, 5),
		Initiation: thads.OnRequest, JudgmentKind: thads.JudgmentCivil, JudgmentNumber: fmt.Sprintf("%d/2018/DS-ST", i), JudgmentDate: thads.DateOf(2018, 9, 5),
		Court: "TAND thành phố Thanh Hóa", RequestedOn: thads.DateOf(2018, 10, 1),
		Debtor:         sheet.PartyCells{Name: fmt.Sprintf("Nguyễn Văn Nợ x%d", i), IdentityNumber: fmt.Sprintf("038%09d", i)},
		Creditor:       sheet.PartyCells{Name: "Trần Thị Được"},
		ObligationKind: thads.Debt, Amount: 1_000_000,
	}
}

// eventRow is a row of the register of events: money collected in a case.
func eventRow(i int, on thads.Date, amount thads.Dong) sheet.EventRow {
	return sheet.EventRow{
		Unit: "TH-01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i), Date: thads.DateOf(2018, 10, 5),
		EffectiveOn: on, Kind: thads.CaseCollected, Amount: amount,
	}
}

// register writes a workbook with cases and, where there are any, events; a CSV
// file where there are none.
func register(t testing.TB, cases []sheet.CaseRow, events []sheet.EventRow) []byte {
	t.Helper()
	var b bytes.Buffer
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	format := sheet.CSV
	if len(events) > 0 {
		format = sheet.XLSX
	}
	f, err := sheet.NewFile(&b, format, sheet.About{})
	must(err)
	if len(cases) > 0 {
		table, err := f.Cases()
		must(err)
		for i := range cases {
			must(table.Write(&cases[i]))
		}
	}
	if len(events) > 0 {
		table, err := f.Events()
		must(err)
		for i := range events {
			must(table.Write(&events[i]))
		}
	}
	must(f.Close())
	return b.Bytes()
}

func caseRows(from, to int) []sheet.CaseRow {
	var rows []sheet.CaseRow
	for i := from; i <= to; i++ {
		rows = append(rows, caseRow(i))
	}
	return rows
}

// started uploads a file and checks it.
func (w *world) started(ctx context.Context, t testing.TB, key string, data []byte) *app.Import {
	t.Helper()
	u, err := w.UploadFile(ctx, "sổ thụ lý", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	im, err := w.ImportStart(ctx, key, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return w.worked(ctx, t, im.ID, app.ImportChecked)
}

// worked carries out the jobs that wait and returns the import, which must be in
// the state.
func (w *world) worked(ctx context.Context, t testing.TB, id string, want app.ImportState) *app.Import {
	t.Helper()
	if err := w.ResumeJobs(ctx); err != nil {
		t.Fatal(err)
	}
	im, err := w.Import(ctx, id)
	if err != nil || im == nil || im.State != want {
		t.Fatalf("the import is %+v, not %s (%v)", im, want, err)
	}
	return im
}

func (w *world) accepted(ctx context.Context, t testing.TB, im *app.Import, mode app.AcceptMode) *app.Import {
	t.Helper()
	im, err := w.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, mode)
	if err != nil {
		t.Fatal(err)
	}
	return w.worked(ctx, t, im.ID, app.ImportAccepted)
}

func (w *world) undone(ctx context.Context, t testing.TB, im *app.Import, reason string) *app.Import {
	t.Helper()
	im, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, reason)
	if err != nil {
		t.Fatal(err)
	}
	return w.worked(ctx, t, im.ID, app.ImportUndone)
}

// found lists the problems of an import: their rows, codes and severities.
func (w *world) found(ctx context.Context, t testing.TB, id string) []string {
	t.Helper()
	page, err := w.ImportProblems(ctx, id, nil, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, it := range page.Items {
		out = append(out, fmt.Sprintf("%s %d %s %s", it.Value.Sheet, it.Value.Row, it.Value.Code, it.Value.Severity))
	}
	return out
}

// randomID matches the ids of uploads, which are random.
var randomID = regexp.MustCompile(`up_[0-9a-z]+`)

// recorded is everything that an acceptance writes, in a form that compares:
// without what is random (nonces) and the instants at which numbers were claimed.
func recorded(t testing.TB, s store.Store, keys string) map[string]string {
	t.Helper()
	sealer, err := app.OpenSealer(keys)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range app.Collections() {
		switch c.Name {
		case "case", "claim", "secret", "import", "importPart":
		default:
			continue
		}
		for d, err := range s.Scan(t.Context(), c, store.ScanOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			body := string(d.Body)
			switch c.Name {
			case "claim":
				body = fmt.Sprint(d.Fields["owner"])
			case "secret", "importPart":
				if body, err = sealer.Open(d.ID, d.Body); err != nil {
					t.Fatal(err)
				}
			}
			if strings.HasPrefix(d.ID, "up_") {
				continue // the file itself, under an id that is random
			}
			out[c.Name+" "+d.ID] = randomID.ReplaceAllString(string(d.Head)+"\n"+body, "up_")
		}
	}
	return out
}

// numbered counts the cases that stand by their number, and those voided.
func (w *world) standing(t testing.TB) (standing, voided int64) {
	t.Helper()
	coll := collection(t, "case")
	all, err := w.store.Count(t.Context(), coll, thads.Everything())
	if err != nil {
		t.Fatal(err)
	}
	voided, err = w.store.Count(t.Context(), coll, thads.Everything(), store.Eq("state", string(thads.StateVoided)))
	if err != nil {
		t.Fatal(err)
	}
	return all - voided, voided
}

// TestAcceptInSeveralParts accepts more cases than one write carries, meets the
// same file again, takes it back and brings it in once more.
func TestAcceptInSeveralParts(t *testing.T) {
	n := 2100
	w := newWorld(t)
	if raced { // which makes SQLite slow
		n = 210
		app.SetPartSize(w.App, 100)
	}
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	data := register(t, caseRows(1, n), nil)

	im := w.started(ctx, t, "first", data)
	if im.Creates != n || im.Bad+im.Existing+im.Changes+im.Errors != 0 {
		t.Fatalf("checked: %+v", im)
	}
	im = w.accepted(ctx, t, im, app.AcceptAll)
	if im.Created != n || im.Changed+im.Refused != 0 {
		t.Fatalf("accepted: %+v", im)
	}
	c, err := w.CaseByNumber(ctx, first, fmt.Sprintf("%d/QĐ-CCTHADS", n), 2019)
	if err != nil || c == nil || c.Officer != officer || c.Parties[0].Commitment == "" || !slices.Contains(c.Tags, thads.TagImported) {
		t.Fatalf("the last case: %+v, %v", c, err)
	}
	j, err := w.Job(ctx, im.Job)
	if err != nil || j.State != app.JobDone || j.Done != n || j.Total != n {
		t.Errorf("job: %+v, %v", j, err)
	}

	again := w.started(ctx, t, "again", data)
	if again.Existing != n || again.Creates+again.Changes+again.Bad != 0 {
		t.Errorf("the same file again: %+v", again)
	}
	if _, err := w.ImportAccept(ctx, app.ImportChange{ID: again.ID, Version: again.Version}, app.AcceptAll); code(err) != thads.CodeTransition {
		t.Errorf("accepting nothing: %v", err)
	}

	im = w.undone(ctx, t, im, "Nhập nhầm sổ")
	if im.Undone != n || im.NotUndone != 0 {
		t.Fatalf("undone: %+v", im)
	}
	if standing, voided := w.standing(t); standing != 0 || voided != int64(n) {
		t.Errorf("%d cases stand, %d are voided", standing, voided)
	}
	if c, err = w.Case(ctx, c.ID); err != nil || c.State != thads.StateVoided || c.Events[1].Reason != "Nhập nhầm sổ" || c.Events[1].By != "leader" {
		t.Errorf("a case taken back: %+v, %v", c, err)
	}

	// At once: nobody waits for the numbers.
	once := w.started(ctx, t, "once more", data)
	if once.Attempt != 2 || once.Creates != n {
		t.Fatalf("after the undoing: %+v", once)
	}
	once = w.accepted(ctx, t, once, app.AcceptAll)
	if standing, voided := w.standing(t); once.Created != n || standing != int64(n) || voided != int64(n) {
		t.Errorf("once more: %+v, %d stand, %d voided", once, standing, voided)
	}
}

// TestAcceptGoodRows leaves out what has errors, on request.
func TestAcceptGoodRows(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	ctx := leader(t.Context())
	rows := caseRows(1, 30)
	rows[4].Amount, rows[11].Unit = 0, "TH-77"
	im := w.started(ctx, t, "k", register(t, rows, nil))
	if im.Creates != 28 || im.Bad != 2 {
		t.Fatalf("checked: %+v", im)
	}
	change := app.ImportChange{ID: im.ID, Version: im.Version}
	if _, err := w.ImportAccept(ctx, change, app.AcceptAll); code(err) != thads.CodeNotAllowed {
		t.Errorf("all of a file with errors: %v", err)
	}
	if _, err := w.ImportAccept(ctx, change, "SOME"); code(err) != thads.CodeInvalid {
		t.Errorf("in no such way: %v", err)
	}
	im = w.accepted(ctx, t, im, app.AcceptGoodRows)
	if im.Created != 28 || im.Refused != 0 || im.Mode != app.AcceptGoodRows {
		t.Errorf("accepted: %+v", im)
	}
	if c, err := w.CaseByNumber(ctx, first, "5/QĐ-CCTHADS", 2019); c != nil || err != nil {
		t.Errorf("a case with an error was recorded: %+v, %v", c, err)
	}
}

// TestAcceptTakenMeanwhile takes numbers between the check and the acceptance:
// those entries become problems and the others stand.
func TestAcceptTakenMeanwhile(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	im := w.started(ctx, t, "k", register(t, caseRows(1, 30), nil))
	for _, number := range []string{"7/QĐ-CCTHADS", "30/QĐ-CCTHADS"} {
		if _, err := w.CaseOpen(ctx, number, decided(first, officer, number, thads.DateOf(2018, 10, 5)), nil); err != nil {
			t.Fatal(err)
		}
	}
	im = w.accepted(ctx, t, im, app.AcceptAll)
	if im.Created != 28 || im.Refused != 2 {
		t.Fatalf("accepted: %+v", im)
	}
	if diff := cmp.Diff([]string{" 8 DUPLICATE ERROR", " 31 DUPLICATE ERROR"}, w.found(ctx, t, im.ID)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	bad, err := w.ImportEntries(ctx, im.ID, []app.ImportAction{app.ActionBad}, app.PageArgs{})
	if err != nil || len(bad.Items) != 2 || bad.Items[0].Value.Row != 8 {
		t.Errorf("bad entries: %+v, %v", bad, err)
	}
	// What was refused is not taken back.
	im = w.undone(ctx, t, im, "Nhập nhầm")
	if standing, voided := w.standing(t); im.Undone != 28 || standing != 2 || voided != 28 {
		t.Errorf("undone: %+v, %d stand, %d voided", im, standing, voided)
	}
}

// A meddling store lets somebody else act before the first bulk replacement.
type meddlingStore struct {
	store.Store
	once sync.Once
	act  func()
}

func (s *meddlingStore) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	s.once.Do(s.act)
	return s.Store.BulkReplace(ctx, c, docs)
}

// events returns the kinds and amounts of the events of a case that stand.
func (w *world) events(t testing.TB, unit thads.UnitID, number string) []string {
	t.Helper()
	c, err := w.CaseByNumber(leader(t.Context()), unit, number, 2019)
	if err != nil || c == nil {
		t.Fatalf("case %s: %v, %v", number, c, err)
	}
	fates, _ := c.Fates()
	var out []string
	for i, e := range c.Events {
		if fates[i] == thads.FateStands {
			out = append(out, fmt.Sprint(e.Kind, " ", int64(e.Amount)))
		}
	}
	return out
}

// TestAcceptChangesBesidePeople appends events to cases in which somebody records
// at the same moment, one of them what makes an event of the file impossible.
func TestAcceptChangesBesidePeople(t *testing.T) {
	w := newWorld(t)
	keys := t.TempDir()
	w.use(t, w.store, keys)
	_, first, _, _ := w.province(t)
	ctx := leader(t.Context())
	w.accepted(ctx, t, w.started(ctx, t, "cases", register(t, caseRows(1, 20), nil)), app.AcceptAll)
	var rows []sheet.EventRow
	for i := 1; i <= 20; i++ {
		rows = append(rows, eventRow(i, thads.DateOf(2018, 11, 5), 400_000))
	}
	// The same case twice in one file.
	rows = append(rows, eventRow(3, thads.DateOf(2018, 12, 5), 100_000))
	im := w.started(ctx, t, "events", register(t, nil, rows))
	if im.Changes != 21 || im.Bad != 0 {
		t.Fatalf("checked: %+v", im)
	}
	record := func(number string, amount thads.Dong) {
		t.Helper()
		c, err := w.CaseByNumber(ctx, first, number, 2019)
		if err != nil || c == nil {
			t.Fatalf("%s: %v, %v", number, c, err)
		}
		e := thads.CaseEvent{Kind: thads.CaseCollected, Amount: amount}
		e.EffectiveOn = thads.DateOf(2018, 11, 6)
		if _, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID), Key: "by hand " + number}, e, nil); err != nil {
			t.Fatal(err)
		}
	}
	whole := w.store
	w.use(t, &meddlingStore{Store: whole, act: func() {
		record("3/QĐ-CCTHADS", 50_000)
		record("5/QĐ-CCTHADS", 50_000)
		record("9/QĐ-CCTHADS", 900_000)
	}}, keys)
	im = w.accepted(ctx, t, im, app.AcceptAll)
	if im.Changed != 20 || im.Refused != 1 {
		t.Fatalf("accepted: %+v", im)
	}
	for number, want := range map[string][]string{
		"3/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 50000", "COLLECTED 400000", "COLLECTED 100000"},
		"5/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 50000", "COLLECTED 400000"},
		"6/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 400000"},
		"9/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 900000"},
	} {
		if diff := cmp.Diff(want, w.events(t, first, number)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", number, diff)
		}
	}
	if got := w.found(ctx, t, im.ID); len(got) != 1 || !strings.Contains(got[0], " 10 CONFLICTS_WITH_LATER_EVENT ERROR") {
		t.Errorf("problems: %v", got)
	}

	// Taken back: what was recorded by hand before stays, what was recorded since keeps its case.
	record("6/QĐ-CCTHADS", 20_000)
	im = w.undone(ctx, t, im, "Sổ thu tiền sai")
	if im.Undone != 18 || im.NotUndone != 1 {
		t.Errorf("undone: %+v", im)
	}
	j, err := w.Job(ctx, im.Job)
	if err != nil || len(j.Problems) != 1 || !strings.Contains(j.Problems[0], "6/QĐ-CCTHADS") {
		t.Errorf("job: %+v, %v", j, err)
	}
	for number, want := range map[string][]string{
		"3/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 50000"},
		"6/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 400000", "COLLECTED 20000"},
		"7/QĐ-CCTHADS": {"DECIDED 0"},
		"9/QĐ-CCTHADS": {"DECIDED 0", "COLLECTED 900000"},
	} {
		if diff := cmp.Diff(want, w.events(t, first, number)); diff != "" {
			t.Errorf("undone, %s (-want +got):\n%s", number, diff)
		}
	}
}

// mixedFile is a register with cases that are there, new ones and events of both.
func mixedFile(t testing.TB) []byte {
	t.Helper()
	var events []sheet.EventRow
	for i := 1; i <= 120; i += 2 {
		events = append(events, eventRow(i, thads.DateOf(2018, 11, 5), thads.Dong(i)*1000))
	}
	return register(t, caseRows(1, 120), events)
}

// mixed prepares a world in which the mixed file was checked and is about to be
// accepted: twenty of its cases are there, and two of its numbers were taken
// since the check.
func (w *world) mixed(t testing.TB) *app.Import {
	t.Helper()
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	app.SetPartSize(w.App, 25)
	w.accepted(ctx, t, w.started(ctx, t, "cases", register(t, caseRows(1, 20), nil)), app.AcceptAll)
	im := w.started(ctx, t, "mixed", mixedFile(t))
	if im.Creates != 100 || im.Changes != 10 || im.Existing != 10 || im.Bad != 0 {
		t.Fatalf("checked: %+v", im)
	}
	for _, i := range []int{31, 90} {
		number := fmt.Sprintf("%d/QĐ-CCTHADS", i)
		if _, err := w.CaseOpen(ctx, number, decided(first, officer, number, thads.DateOf(2018, 10, 5)), nil); err != nil {
			t.Fatal(err)
		}
	}
	im, err := w.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// TestAcceptResumes stops an acceptance, and then its undoing, behind every
// write: resumed, each ends as if nothing had happened.
func TestAcceptResumes(t *testing.T) {
	keys := t.TempDir()
	ctx := leader(t.Context())
	var id string
	prepared(t, keys, func(w *world) { id = w.mixed(t).ID })
	// open makes a world over a copy of what was prepared.
	open := func() *world {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Dir: copied(t, keys), Collections: app.Collections()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		w := &world{now: time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)}
		w.use(t, s, keys)
		app.SetPartSize(w.App, 25)
		return w
	}
	undo := func(w *world, im *app.Import) {
		t.Helper()
		if _, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, "Nhập nhầm"); err != nil {
			t.Fatal(err)
		}
	}
	undisturbed := open()
	im := undisturbed.worked(ctx, t, id, app.ImportAccepted)
	if im.Created != 98 || im.Changed != 10 || im.Refused != 2 {
		t.Fatalf("undisturbed: %+v", im)
	}
	accepted := recorded(t, undisturbed.store, keys)
	undo(undisturbed, im)
	undisturbed.worked(ctx, t, id, app.ImportUndone)
	undone := recorded(t, undisturbed.store, keys)

	step := 1
	if raced {
		step = 5
	}
	for left := 0; ; left += step {
		w := open()
		stopped := stopBehind(t, w, keys, left, func() error { return w.ResumeJobs(ctx) })
		im := w.worked(ctx, t, id, app.ImportAccepted)
		if diff := cmp.Diff(accepted, recorded(t, w.store, keys)); diff != "" {
			t.Fatalf("accepted, stopped behind %d writes (-undisturbed +resumed):\n%s", left, diff)
		}
		undo(w, im)
		stopped = stopBehind(t, w, keys, left, func() error { return w.ResumeJobs(ctx) }) || stopped
		w.worked(ctx, t, id, app.ImportUndone)
		if diff := cmp.Diff(undone, recorded(t, w.store, keys)); diff != "" {
			t.Fatalf("undone, stopped behind %d writes (-undisturbed +resumed):\n%s", left, diff)
		}
		if !stopped {
			if left < 10 {
				t.Fatalf("there were %d writes only", left)
			}
			return
		}
	}
}

// stopBehind runs what the world does over a store that stops working behind so
// many bulk writes, and tells whether it did. The world then works again, as
// after a start of the program.
func stopBehind(t *testing.T, w *world, keys string, left int, run func() error) bool {
	t.Helper()
	whole := w.store
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopping := &dyingStore{Store: whole, left: left, died: cancel}
	w.use(t, stopping, keys)
	app.SetPartSize(w.App, 25)
	err := run()
	if ctx.Err() == nil && err != nil {
		t.Fatal(err)
	}
	w.use(t, whole, keys)
	app.SetPartSize(w.App, 25)
	return ctx.Err() != nil
}

// A dyingStore carries out so many bulk writes, the last of them in part, and
// nothing after that: as if the process had died.
type dyingStore struct {
	store.Store
	mu   sync.Mutex
	left int
	died context.CancelFunc
}

var errDead = errors.New("the process is dead")

// bulk tells how many of n documents of a bulk write are still written.
func (s *dyingStore) bulk(n int) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left--
	switch {
	case s.left >= 0:
		return n, true
	case s.left == -1:
		s.died()
		return n / 2, false
	}
	return 0, false
}

func (s *dyingStore) alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left < 0 {
		return errDead
	}
	return nil
}

func (s *dyingStore) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	if err := s.alive(); err != nil {
		return err
	}
	return s.Store.Insert(ctx, c, d)
}

func (s *dyingStore) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	if err := s.alive(); err != nil {
		return err
	}
	return s.Store.Replace(ctx, c, d)
}

func (s *dyingStore) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	n, alive := s.bulk(len(docs))
	taken, err := s.Store.BulkInsert(ctx, c, docs[:n])
	if err == nil && !alive {
		err = errDead
	}
	return taken, err
}

func (s *dyingStore) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) ([]int, error) {
	n, alive := s.bulk(len(docs))
	lost, err := s.Store.BulkReplace(ctx, c, docs[:n])
	if err == nil && !alive {
		err = errDead
	}
	return lost, err
}

func (s *dyingStore) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) ([]int, error) {
	n, alive := s.bulk(len(docs))
	lost, err := s.Store.BulkDelete(ctx, c, docs[:n])
	if err == nil && !alive {
		err = errDead
	}
	return lost, err
}

// TestAcceptByTwoProcesses has two programs on one store carry out the same
// acceptance, and then the same undoing.
func TestAcceptByTwoProcesses(t *testing.T) {
	keys := t.TempDir()
	ctx := leader(t.Context())
	alone := newWorldWith(t, keys)
	im := alone.mixed(t)
	im = alone.worked(ctx, t, im.ID, app.ImportAccepted)
	accepted := recorded(t, alone.store, keys)
	alone.undone(ctx, t, im, "Nhập nhầm")
	undone := recorded(t, alone.store, keys)

	w := newWorldWith(t, keys)
	im = w.mixed(t)
	other := &world{now: w.now}
	other.use(t, w.store, keys)
	app.SetPartSize(other.App, 40)
	both := func() {
		t.Helper()
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, one := range []*world{w, other} {
			wg.Go(func() { errs[i] = one.ResumeJobs(ctx) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	both()
	im = w.worked(ctx, t, im.ID, app.ImportAccepted)
	if diff := cmp.Diff(accepted, recorded(t, w.store, keys)); diff != "" {
		t.Errorf("accepted by two (-by one +by two):\n%s", diff)
	}
	im, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, "Nhập nhầm")
	if err != nil {
		t.Fatal(err)
	}
	both()
	w.worked(ctx, t, im.ID, app.ImportUndone)
	if diff := cmp.Diff(undone, recorded(t, w.store, keys)); diff != "" {
		t.Errorf("undone by two (-by one +by two):\n%s", diff)
	}
}

// TestUndoLeavesWhatHasGoneOn takes back what nobody has touched since, and what
// somebody has only corrected for the worse.
func TestUndoLeavesWhatHasGoneOn(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	im := w.accepted(ctx, t, w.started(ctx, t, "k", register(t, caseRows(1, 12), nil)), app.AcceptAll)
	of := func(i int) *thads.Case {
		t.Helper()
		c, err := w.CaseByNumber(ctx, first, fmt.Sprintf("%d/QĐ-CCTHADS", i), 2019)
		if err != nil || c == nil {
			t.Fatalf("case %d: %v, %v", i, c, err)
		}
		return c
	}
	record := func(c *thads.Case, e thads.CaseEvent) *thads.Case {
		t.Helper()
		e.EffectiveOn = thads.DateOf(2018, 11, 6)
		c, err := w.CaseRecord(ctx, app.Change{ID: string(c.ID)}, e, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	went := record(of(2), thads.CaseEvent{Kind: thads.CaseCollected, Amount: 5})
	// Recorded and taken back: nothing of it stands.
	noted := record(of(3), thads.CaseEvent{Kind: thads.CaseNoted, Note: "nhầm"})
	record(noted, thads.CaseEvent{Record: thads.Record{Voids: 2, Reason: "ghi nhầm"}})
	// Taken back by hand.
	record(of(4), thads.CaseEvent{Record: thads.Record{Voids: 1, Reason: "ghi nhầm"}})
	corrected := decided(first, officer, "5/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	corrected.Supersedes, corrected.Reason = 1, "sửa tên"
	five := of(5)
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(five.ID)}, corrected, nil); err != nil {
		t.Fatal(err)
	}

	if _, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, " "); code(err) != thads.CodeRequired {
		t.Errorf("without a reason: %v", err)
	}
	im = w.undone(ctx, t, im, "Nhập nhầm")
	if im.Undone != 11 || im.NotUndone != 1 {
		t.Errorf("undone: %+v", im)
	}
	if c := of(2); c.Version != went.Version || c.State == thads.StateVoided {
		t.Errorf("the case that went on: %+v", c)
	}
	if c := of(5); c.State == thads.StateVoided {
		t.Errorf("the case that was corrected: %+v", c)
	}
	j, err := w.Job(ctx, im.Job)
	if err != nil || len(j.Problems) != 1 || !strings.Contains(j.Problems[0], "2/QĐ-CCTHADS") {
		t.Errorf("job: %+v, %v", j, err)
	}
	if standing, voided := w.standing(t); standing != 2 || voided != 10 {
		t.Errorf("%d cases stand, %d are voided", standing, voided)
	}
	if _, err := w.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, "nữa"); code(err) != thads.CodeTransition {
		t.Errorf("undone twice: %v", err)
	}
}

// TestLikeness warns of cases that may be there under another number.
func TestLikeness(t *testing.T) {
	w := newWorld(t)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	stored := decided(first, officer, "900/QĐ-CCTHADS", thads.DateOf(2018, 10, 5))
	stored.Particulars.Judgment.Number = thads.ParseDocumentNumber("3/2018/DS-ST")
	stored.Particulars.Parties[0].Name = "NGUYỄN VĂN NỢ  X3"
	if _, err := w.CaseOpen(ctx, "stored", stored, nil); err != nil {
		t.Fatal(err)
	}
	rows := caseRows(1, 8)
	// The seventh is like the second but for its number, the eighth begun otherwise.
	rows[6].JudgmentNumber, rows[6].Debtor.Name = rows[1].JudgmentNumber, rows[1].Debtor.Name
	rows[7].JudgmentNumber, rows[7].Debtor.Name = rows[1].JudgmentNumber, rows[1].Debtor.Name
	rows[7].Initiation, rows[7].RequestedOn = thads.OwnMotion, 0
	im := w.started(ctx, t, "k", register(t, rows, nil))
	if im.Creates != 8 || im.Warnings != 2 || im.Errors != 0 {
		t.Errorf("checked: %+v", im)
	}
	if diff := cmp.Diff([]string{" 4 DUPLICATE WARNING", " 8 DUPLICATE WARNING"}, w.found(ctx, t, im.ID)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	page, err := w.ImportProblems(ctx, im.ID, nil, app.PageArgs{})
	if err != nil || len(page.Items) != 2 {
		t.Fatal(err)
	}
	for i, want := range []string{"900/QĐ-CCTHADS", "dòng 3"} {
		p := page.Items[i].Value
		if !strings.Contains(p.Text.VI, want) || p.Text.EN == "" || p.Header == "" {
			t.Errorf("warning %d: %+v", i, p)
		}
	}
	// Warnings keep nobody from accepting.
	if im = w.accepted(ctx, t, im, app.AcceptAll); im.Created != 8 {
		t.Errorf("accepted: %+v", im)
	}
}
