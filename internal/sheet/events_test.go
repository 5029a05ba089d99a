package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/thads"
)

// eventClock is when the cases of these tests were recorded: after every date
// they use.
var eventClock = time.Date(2028, time.January, 3, 1, 30, 0, 0, time.UTC)

// testNames are the codes of units and officers in files: "unit-a" is "UNIT-A".
var testNames = Names{
	Unit:    func(id thads.UnitID) string { return strings.ToUpper(string(id)) },
	Officer: func(id thads.OfficerID) string { return strings.ToUpper(string(id)) },
}

// writeRegisters writes cases and their events as an export does.
func writeRegisters(t interface{ Fatal(...any) }, f Format, cases []CaseRow, events []EventRow) []byte {
	var b bytes.Buffer
	file, err := NewFile(&b, f, About{})
	if err != nil {
		t.Fatal(err)
	}
	if cases != nil {
		writeAll(t, file, newRegister(), casesTable(), cases)
	}
	if events != nil {
		writeAll(t, file, newEventRegister(), tableOptions{name: eventsSheet}, events)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeAll[R any](t interface{ Fatal(...any) }, file *File, r *register[R], o tableOptions, rows []R) {
	table, err := newTable(file, r, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := table.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
}

// openBook opens a file of these tests.
func openBook(t interface{ Fatal(...any) }, data []byte) *Book {
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// proposed is the mapping of a sheet with its headers in the first row.
func proposed(t interface{ Fatal(...any) }, b *Book, k Kind, sheet string) *Mapping {
	m, err := Propose(b, k, sheet, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// readEntries reads all entries, and what was reported.
func readEntries(t interface{ Fatal(...any) }, b *Book, r Reading) ([]*Entry, []Problem) {
	var problems []Problem
	reader, err := NewReader(b, r, func(p Problem) { problems = append(problems, p) })
	if err != nil {
		t.Fatal(err)
	}
	var entries []*Entry
	for e, err := range reader.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries, problems
}

// recorded is an event as a file can tell it: without what recording adds, what
// the fold writes into it, and with the ids of receivers as a file has them.
func recorded(e thads.CaseEvent) (event thads.CaseEvent, unit, officer string) {
	unit, officer = testNames.Unit(e.ToUnit), testNames.Officer(e.ToOfficer)
	e.Record = thads.Record{EffectiveOn: e.EffectiveOn}
	e.Unit, e.Officer, e.ToUnit, e.ToOfficer = "", "", "", ""
	return e, unit, officer
}

// sameEvents reports how the events read differ from those of a case.
func sameEvents(c *thads.Case, e *Entry) string {
	standing := standingEvents(c)
	if len(e.Events) != len(standing)-1 {
		return fmt.Sprintf("%d events, want %d", len(e.Events), len(standing)-1)
	}
	for i, want := range standing[1:] {
		got := &e.Events[i]
		event, unit, officer := recorded(*want)
		if diff := cmp.Diff(event, got.Event); diff != "" {
			return fmt.Sprintf("event %d, %s (-recorded +read):\n%s", i, want.Kind, diff)
		}
		if got.UnitCode != unit || got.OfficerCode != officer {
			return fmt.Sprintf("event %d: %s goes to %q and %q, want %q and %q", i, want.Kind, got.UnitCode, got.OfficerCode, unit, officer)
		}
	}
	return ""
}

// sameOpening reports how the opening read differs from that of a case.
func sameOpening(c *thads.Case, e *Entry) string {
	want, unit, officer := recorded(*standingEvents(c)[0])
	got := e.Opening.Event
	p := *got.Particulars
	p.Tags = slices.DeleteFunc(slices.Clone(p.Tags), func(t thads.Tag) bool { return t == thads.TagImported })
	if len(p.Tags) == 0 {
		p.Tags = nil
	}
	got.Particulars = &p
	// The ids are those of the places where the file does not give them.
	for i := range p.Parties {
		if p.Parties[i].ID == "" {
			p.Parties[i].ID = fmt.Sprintf("p%d", i+1)
		}
	}
	for i := range p.Obligations {
		if p.Obligations[i].ID == "" {
			p.Obligations[i].ID = fmt.Sprintf("o%d", i+1)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return "(-recorded +read):\n" + diff
	}
	if e.UnitCode != unit || e.Opening.OfficerCode != officer {
		return fmt.Sprintf("opened in %q by %q, want %q and %q", e.UnitCode, e.Opening.OfficerCode, unit, officer)
	}
	return ""
}

// replayed records what was read of a case anew.
func replayed(t interface{ Fatal(...any) }, e *Entry) *thads.Case {
	first := e.Opening.Event
	first.By, first.ToUnit, first.ToOfficer = "person-1", thads.UnitID(strings.ToLower(e.UnitCode)), thads.OfficerID(strings.ToLower(e.Opening.OfficerCode))
	c, err := thads.OpenCase(thads.CaseID(e.Key), first, eventClock)
	if err != nil {
		t.Fatal("the opening:", err)
	}
	for i := range e.Events {
		next := e.Events[i].Event
		next.By, next.ToUnit, next.ToOfficer = "person-1", thads.UnitID(strings.ToLower(e.Events[i].UnitCode)), thads.OfficerID(strings.ToLower(e.Events[i].OfficerCode))
		if c, err = c.Append(next, eventClock); err != nil {
			t.Fatal(fmt.Sprintf("event %d, %s: %v", i, next.Kind, err))
		}
	}
	return c
}

// texts are what people type into a field, and what spreadsheets take amiss.
var texts = []string{
	"", "", "", "Nguyễn Thị Ví Dụ", "=1+1", "-12", "+84 900 000 000", "@SUM(A1)", "'đã có dấu nháy", "007", "1e5", "05/10/2018", "#3", "3",
	"Điểm c; khoản 1, Điều 48", "“ngoặc kép”, \"thường\"", "a|b", "x", "TRUE", "Tòa án nhân dân (cấp cao)",
}

// notes keep their line breaks.
var notes = append([]string{"Dòng một\nDòng hai", "=A1\n- mục 1\n- mục 2", "Có  hai dấu cách"}, texts...)

// below draws a number below n, each about as often. (Ranges favour small
// numbers.)
func below(t *rapid.T, label string, n int) int {
	k := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 12, 12).Draw(t, label) {
		k *= 2
		if bit {
			k++
		}
	}
	return k % n
}

// among draws one of several.
func among[T any](t *rapid.T, label string, from []T) T { return from[below(t, label, len(from))] }

// value draws one of the values of an enumeration.
func value[T ~string](t *rapid.T, label string, terms []thads.Term[T]) T {
	return among(t, label, terms).Value
}

// drawParty draws a party of a role, with a name of its own.
func drawParty(t *rapid.T, role thads.PartyRole, name string) thads.Party {
	p := thads.Party{Role: role, Kind: value(t, "kind of party", thads.PartyKinds()), Name: name, Address: among(t, "address", texts), JointGroup: among(t, "group", []string{"", "", "A", "2"})}
	if p.Kind == thads.Person {
		p.BirthYear, p.Juvenile = among(t, "born", []int{0, 1899, 1970, 2010}), below(t, "juvenile", 4) == 0
	}
	return p
}

// drawParticulars draws what a case is about.
func drawParticulars(t *rapid.T, on thads.Date) *thads.Particulars {
	p := &thads.Particulars{
		Initiation: value(t, "initiation", thads.Initiations()),
		Judgment: thads.Judgment{
			Kind: value(t, "judgment", thads.JudgmentKinds()), Number: thads.ParseDocumentNumber(among(t, "judgment number", []string{"07/2018/DS-ST", "Số 12", "123", "=5/HS"})),
			Date: on.AddDays(-rapid.IntRange(0, 400).Draw(t, "judged")), Court: "TAND " + among(t, "court", texts),
		},
	}
	if below(t, "received", 2) == 0 {
		p.Judgment.ReceivedOn = p.Judgment.Date.AddDays(5)
	}
	if p.Initiation == thads.OnRequest && below(t, "requested", 2) == 0 {
		p.RequestedOn = on.AddDays(-3)
	}
	for _, term := range thads.Tags() {
		if term.Value != thads.TagImported && below(t, "tag", 5) == 0 {
			p.Tags = append(p.Tags, term.Value)
		}
	}
	ids := map[thads.PartyRole][]string{}
	for i := range 1 + below(t, "parties", 4) {
		role := thads.Debtor
		if i > 0 {
			role = value(t, "role", thads.PartyRoles())
		}
		p.Parties = append(p.Parties, drawParty(t, role, fmt.Sprintf("Người thứ %d", i+1)))
		ids[role] = append(ids[role], fmt.Sprintf("p%d", i+1))
	}
	if below(t, "debtor first", 2) == 0 && len(p.Parties) > 1 {
		slices.Reverse(p.Parties)
		ids = nil // the places have changed
	}
	for i := range 1 + below(t, "obligations", 3) {
		o := thads.Obligation{
			Kind: value(t, "obligation", thads.ObligationKinds()), Amount: thads.Dong(rapid.Int64Range(1, 5_000_000_000).Draw(t, "sum")),
			Periodic: below(t, "periodic", 4) == 0, Content: fmt.Sprintf("%s khoản %d", among(t, "content", texts), i+1),
		}
		if !o.Kind.IsMoney() && below(t, "no value", 2) == 0 {
			o.Amount = 0
		}
		if below(t, "bound", 3) == 0 {
			o.Debtors, o.Creditors = ids[thads.Debtor], ids[thads.Creditor]
		}
		p.Obligations = append(p.Obligations, o)
	}
	return p
}

// drawDecision draws the paper behind an event.
func drawDecision(t *rapid.T, on thads.Date) *thads.Decision {
	return &thads.Decision{
		Number: thads.ParseDocumentNumber(among(t, "number", []string{"12/QĐ-CCTHADS", "Số 7/TB", "15", "9a/QĐ-CTHADS"})),
		Date:   on.AddDays(-below(t, "paper", 3)), Issuer: among(t, "issuer", texts), Signer: among(t, "signer", texts),
	}
}

// filled is an event of a kind with all that the kind needs and some of what it
// may have.
func filled(t *rapid.T, spec *thads.CaseEventSpec, on thads.Date, with func(thads.Need) bool) thads.CaseEvent {
	e := thads.CaseEvent{Kind: spec.Kind, Note: strings.TrimSpace(among(t, "note", notes))}
	e.EffectiveOn, e.By = on, "person-1"
	if spec.Kind == thads.CaseNoted && e.Note == "" {
		e.Note = "Đã gọi điện cho đương sự."
	}
	if with(spec.Amount) {
		e.Amount = thads.Dong(rapid.Int64Range(1, 2_000_000).Draw(t, "amount"))
	}
	if with(spec.Ground) {
		var fits []thads.Ground
		for _, g := range thads.Grounds() {
			if slices.Contains(g.Kinds, spec.Kind) && g.InForce(on) {
				fits = append(fits, g)
			}
		}
		if len(fits) > 0 {
			e.Ground = among(t, "ground", fits).Code
		}
	}
	if with(spec.Until) {
		e.Until = on.AddDays(60)
	}
	if with(spec.Decision) {
		e.Decision = drawDecision(t, on)
	}
	if with(spec.Finding) {
		e.Finding = value(t, "finding", thads.Findings())
	}
	if with(spec.Measure) {
		measures := thads.SecurityMeasures()
		if spec.Kind == thads.CaseCoerciveMeasure {
			measures = thads.CoerciveMeasures()
		}
		e.Measure = value(t, "measure", measures)
	}
	if with(spec.Particulars) {
		e.Particulars = drawParticulars(t, on)
	}
	if with(spec.Parties) {
		for i := range 1 + below(t, "more parties", 3) {
			e.Parties = append(e.Parties, drawParty(t, value(t, "role", thads.PartyRoles()), fmt.Sprintf("Người thêm %d", i+1)))
		}
	}
	if with(spec.Tags) {
		all := thads.Tags()
		i := below(t, "tags", len(all)-1)
		e.AddTags, e.RemoveTags = []thads.Tag{all[i].Value, all[len(all)-1].Value}, nil
		if below(t, "take off", 2) == 0 {
			e.AddTags, e.RemoveTags = e.RemoveTags, e.AddTags
		}
	}
	if with(spec.ToUnit) {
		e.ToUnit = among(t, "unit", []thads.UnitID{"unit-a", "unit-b", "unit-c"})
	}
	if with(spec.ToOfficer) {
		e.ToOfficer = among(t, "officer", []thads.OfficerID{"chv-1", "chv-2", "chv-3"})
	}
	if with(spec.Recipient) {
		e.Recipient = "Nơi nhận " + among(t, "recipient", texts)
	}
	if with(spec.Receipt) {
		e.Receipt = among(t, "receipt", []string{"0001234", "1234", "12/PC", "=9"})
	}
	return e
}

// drawCase draws a legal history: openings of all kinds, steps that the law
// allows and now and then others, corrections, and events taken back.
func drawCase(t *rapid.T, id thads.CaseID) *thads.Case {
	some := func(n thads.Need) bool {
		return n == thads.Required || n == thads.Optional && below(t, "optional", 2) == 0
	}
	specs := map[thads.CaseEventKind]*thads.CaseEventSpec{}
	for i := range thads.CaseEventSpecs() {
		spec := &thads.CaseEventSpecs()[i]
		specs[spec.Kind] = spec
	}
	day := thads.DateOf(2018, 10, 1).AddDays(rapid.IntRange(0, 300).Draw(t, "opened"))
	first := filled(t, specs[among(t, "opening", []thads.CaseEventKind{thads.CaseReceived, thads.CaseDecided, thads.CaseBroughtForward})], day, some)
	first.Particulars, first.ToUnit = drawParticulars(t, day), "unit-a"
	if first.Decision != nil {
		// Numbers are unique within a file.
		first.Decision.Number = thads.ParseDocumentNumber(fmt.Sprintf("%d/QĐ-%s", 100+below(t, "number", 900), id))
	}
	if first.Kind == thads.CaseBroughtForward {
		states := append(thads.LiveStates(), thads.StateSeparateBook)
		first.Particulars.Balance = &thads.OpeningBalance{State: among(t, "state", states), Since: day.AddDays(-rapid.IntRange(0, 900).Draw(t, "since")), Verifications: below(t, "verifications", 4)}
	}
	c, err := thads.OpenCase(id, first, eventClock)
	if err != nil {
		t.Fatal("the opening:", err)
	}
	for range 3 + below(t, "length", 20) {
		day = min(day.AddDays(among(t, "later", []int{0, 0, 3, 10, 40, 200, -15})), thads.DateOf(2027, 12, 1))
		if next, err := c.Append(drawStep(t, c, day, specs, some), eventClock); err == nil {
			c = next
		}
	}
	return c
}

// drawStep draws a further event of a case.
func drawStep(t *rapid.T, c *thads.Case, day thads.Date, specs map[thads.CaseEventKind]*thads.CaseEventSpec, some func(thads.Need) bool) thads.CaseEvent {
	if n := len(c.Events); n > 1 && below(t, "amend", 8) == 0 {
		was := c.Events[1+below(t, "which", n-1)]
		if was.Kind != thads.CaseVoidedEvent && below(t, "correct", 2) == 0 {
			was.Supersedes, was.Reason, was.EffectiveOn = was.Seq, "nhập nhầm", was.EffectiveOn.AddDays(among(t, "moved", []int{0, 0, 1, -2, 20}))
			return was
		}
		var e thads.CaseEvent
		e.Voids, e.Reason, e.By = was.Seq, "nhập nhầm", "person-1"
		return e
	}
	kind := among(t, "any kind", thads.CaseEventSpecs()).Kind
	if steps := c.NextSteps(day); len(steps) > 0 && below(t, "in order", 5) != 0 {
		kind = among(t, "step", steps).Kind
		if slices.Contains([]thads.CaseEventKind{thads.CaseRevoked, thads.CaseWithdrawn, thads.CaseTerminated, thads.CaseEntrusted, thads.CaseRefused}, kind) && below(t, "go on", 3) != 0 {
			kind = thads.CaseVerified
		}
	}
	e := filled(t, specs[kind], day, some)
	if len(c.Balances) > 0 && !specs[kind].WholeCase && (specs[kind].OneObligation || below(t, "one", 2) == 0) {
		b := &c.Balances[below(t, "obligation", len(c.Balances))]
		e.Obligation = b.ID
		limit := b.Remaining
		if kind == thads.CasePaidOut || kind == thads.CaseDeposited {
			limit = b.Held
		}
		if e.Amount != 0 {
			e.Amount = thads.Dong(rapid.Int64Range(1, max(1, int64(limit))).Draw(t, "within"))
		}
	}
	switch kind {
	case thads.CaseAdjusted:
		if below(t, "down", 2) == 0 {
			e.Amount = -e.Amount
		}
	case thads.CaseVerified:
		if below(t, "means", 2) == 0 {
			e.Finding = thads.FindingMeans
		}
	case thads.CasePartiesChanged:
		if below(t, "change", 2) == 0 {
			was := among(t, "party", c.Parties)
			e.Parties[0].ID, e.Parties[0].Role = was.ID, was.Role
		}
	case thads.CaseDecided:
		if c.State == thads.StateReceived && below(t, "as received", 2) == 0 {
			e.Particulars = nil
		}
	default:
	}
	return e
}

// TestHistoriesReadAgain writes cases with random histories as an export does
// and reads them: opening and events are the same field by field, and recorded
// anew they lead to the same case.
func TestHistoriesReadAgain(t *testing.T) {
	kinds := map[thads.CaseEventKind]int{}
	amended := 0
	rapid.Check(t, func(t *rapid.T) {
		var cases []*thads.Case
		var rows []CaseRow
		events := []EventRow{}
		for i := range 1 + below(t, "cases", 2) {
			c := drawCase(t, thads.CaseID(fmt.Sprintf("TH%d", i+1)))
			if c.State == thads.StateVoided {
				continue
			}
			cases, rows, events = append(cases, c), append(rows, CaseRows(c, testNames)...), append(events, EventRows(c, testNames)...)
			for _, e := range standingEvents(c) {
				kinds[e.Kind]++
				if e.Supersedes > 0 {
					amended++
				}
			}
		}
		if len(cases) == 0 {
			return
		}
		b := openBook(t, writeRegisters(t, XLSX, rows, events))
		entries, problems := readEntries(t, b, Reading{Cases: proposed(t, b, Cases, casesSheet), Events: proposed(t, b, CaseEvents, eventsSheet)})
		checkNoErrors(t, problems)
		if len(entries) != len(cases) {
			t.Fatalf("%d entries of %d cases", len(entries), len(cases))
		}
		for i, c := range cases {
			e := entries[i]
			if e.Failed || e.Opening == nil || e.Key != string(c.ID) {
				t.Fatalf("entry %d is failed %v, opened %v, key %q", i, e.Failed, e.Opening != nil, e.Key)
			}
			if diff := sameOpening(c, e); diff != "" {
				t.Fatal("opening", diff)
			}
			if diff := sameEvents(c, e); diff != "" {
				t.Fatal(diff)
			}
			again := replayed(t, e)
			again.Tags = slices.DeleteFunc(again.Tags, func(t thads.Tag) bool { return t == thads.TagImported })
			if again.State != c.State || again.Since != c.Since || again.Unit != c.Unit || again.Officer != c.Officer {
				t.Fatalf("read again the case is %s since %s, want %s since %s", again.State, again.Since, c.State, c.Since)
			}
			if diff := cmp.Diff(c.Totals(), again.Totals()); diff != "" {
				t.Fatal("sums (-recorded +read):\n", diff)
			}
			if diff := cmp.Diff(c.Parties, again.Parties); diff != "" {
				t.Fatal("parties (-recorded +read):\n", diff)
			}
		}

		// The events alone, as text.
		if len(events) == 0 {
			return
		}
		b = openBook(t, writeRegisters(t, CSV, nil, events))
		entries, problems = readEntries(t, b, Reading{Events: proposed(t, b, CaseEvents, "")})
		checkNoErrors(t, problems)
		for _, e := range entries {
			i := slices.IndexFunc(cases, func(c *thads.Case) bool { return string(c.ID) == e.Key })
			if e.Opening != nil || i < 0 {
				t.Fatalf("an entry of the case %q, opened %v", e.Key, e.Opening != nil)
			}
			if diff := sameEvents(cases[i], e); diff != "" {
				t.Fatal("CSV:", diff)
			}
		}
	})
	if len(kinds) < 22 || amended < 10 {
		t.Errorf("random histories are too tame: %d kinds, %d amended", len(kinds), amended)
	}
	t.Logf("kinds %v, amended %d", kinds, amended)
}

func checkNoErrors(t interface{ Fatal(...any) }, problems []Problem) {
	for _, p := range problems {
		if p.Severity == Error {
			t.Fatal(p.String())
		}
	}
}
