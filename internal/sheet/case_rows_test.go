package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// exportNames say codes for ids, and tell identity numbers that end like the
// commitment.
var exportNames = Names{
	Unit:    func(id thads.UnitID) string { return strings.ToUpper(string(id)) },
	Officer: func(id thads.OfficerID) string { return strings.ToUpper(string(id)) },
	Identity: func(p *thads.Party) string {
		if p.Commitment == "" {
			return ""
		}
		return "03809000" + p.Commitment
	},
}

var exportClock = time.Date(2025, 1, 2, 3, 0, 0, 0, time.UTC)

// openingWith is a decision that opens a case, with the parties and obligations
// given.
func openingWith(parties []thads.Party, obligations []thads.Obligation) thads.CaseEvent {
	e := thads.CaseEvent{
		Kind: thads.CaseDecided, ToUnit: "unit-1", ToOfficer: "chv1", Note: "dòng một\n dòng hai",
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber("046/QĐ-CCTHADS"), Date: thads.DateOf(2018, 10, 5), Signer: "Lê Văn C"},
		Particulars: &thads.Particulars{
			Initiation: thads.OnRequest, RequestedOn: thads.DateOf(2018, 10, 1), Tags: []thads.Tag{thads.TagCredit, thads.TagComplex},
			Judgment:    thads.Judgment{Kind: thads.JudgmentFamily, Number: thads.ParseDocumentNumber("07/2018/HNGĐ-ST"), Date: thads.DateOf(2018, 9, 5), Court: "TAND Thử", ReceivedOn: thads.DateOf(2018, 9, 20)},
			Parties:     parties,
			Obligations: obligations,
		},
	}
	e.EffectiveOn = thads.DateOf(2018, 10, 6)
	return e
}

func aParty(role thads.PartyRole, name string, change ...func(*thads.Party)) thads.Party {
	p := thads.Party{Role: role, Kind: thads.Person, Name: name}
	for _, c := range change {
		c(&p)
	}
	return p
}

// exported writes cases as an export does: all sheets of a workbook, or the
// cases alone in CSV.
func exported(t testing.TB, f Format, cases ...*thads.Case) []byte {
	t.Helper()
	var b bytes.Buffer
	file, err := NewFile(&b, f, About{Title: "Sổ thử", By: "Người thử", At: exportClock})
	if err != nil {
		t.Fatal(err)
	}
	register, err := file.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for _, r := range CaseRows(c, exportNames) {
			if err := register.Write(&r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if f == XLSX {
		events, err := file.Events()
		if err != nil {
			t.Fatal(err)
		}
		summary, err := file.Summary()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			for _, r := range EventRows(c, exportNames) {
				if err := events.Write(&r); err != nil {
					t.Fatal(err)
				}
			}
			if err := summary.Write(&CaseSummary{Case: c, Unit: "Đơn vị thử", Officer: "Người giữ"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// entriesOf reads a file as an import does, and what is wrong with it.
func entriesOf(t testing.TB, data []byte) ([]*Entry, []string) {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	reading, err := Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	r, err := NewReader(b, reading, func(p Problem) {
		if p.Severity == Error {
			problems = append(problems, p.String())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []*Entry
	for e, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out, problems
}

func TestOpeningsReadAgain(t *testing.T) {
	debt := []thads.Obligation{{Kind: thads.Debt, Amount: 100_000_000}}
	juvenile := func(p *thads.Party) { p.Juvenile = true }
	born := func(year int) func(*thads.Party) { return func(p *thads.Party) { p.BirthYear = year } }
	group := func(g string) func(*thads.Party) { return func(p *thads.Party) { p.JointGroup = g } }
	id := func(id string) func(*thads.Party) { return func(p *thads.Party) { p.ID = id } }
	known := func(c string) func(*thads.Party) { return func(p *thads.Party) { p.Commitment = c } }
	older := openingWith([]thads.Party{aParty(thads.Debtor, "Một")}, []thads.Obligation{{Kind: thads.Fine, Amount: 7}, {Kind: thads.Destruction, Content: "01 con dao"}})
	older.Kind, older.EffectiveOn = thads.CaseBroughtForward, thads.DateOf(2018, 10, 8)
	older.Particulars.Balance = &thads.OpeningBalance{State: thads.StateNotEnforceable, Since: thads.DateOf(2017, 3, 12), Ground: "L2008_44A_1_A", Verifications: 2}
	received := openingWith([]thads.Party{aParty(thads.Debtor, "Một")}, debt)
	received.Kind, received.Decision, received.ToOfficer = thads.CaseReceived, nil, ""
	for name, opening := range map[string]thads.CaseEvent{
		"one of each":            openingWith([]thads.Party{aParty(thads.Debtor, "Một", known("0123")), aParty(thads.Creditor, "Hai", known("0456")), aParty(thads.Related, "Ba", known("0789"))}, debt),
		"creditors before":       openingWith([]thads.Party{aParty(thads.Creditor, "Một"), aParty(thads.Related, "Hai"), aParty(thads.Debtor, "Ba"), aParty(thads.Creditor, "Bốn")}, debt),
		"namesakes":              openingWith([]thads.Party{aParty(thads.Debtor, "Một"), aParty(thads.Debtor, "Một"), aParty(thads.Debtor, "Một", born(1985)), aParty(thads.Creditor, "Một")}, debt),
		"ids of their own":       openingWith([]thads.Party{aParty(thads.Debtor, "Một", id("p7")), aParty(thads.Creditor, "Hai", id("vợ"))}, []thads.Obligation{{ID: "o9", Kind: thads.Debt, Amount: 5}}),
		"juveniles and groups":   openingWith([]thads.Party{aParty(thads.Debtor, "Một", juvenile, group("A")), aParty(thads.Debtor, "Hai", group("A")), aParty(thads.Creditor, "Ba", juvenile)}, debt),
		"the same twice":         openingWith([]thads.Party{aParty(thads.Debtor, "Một")}, []thads.Obligation{{Kind: thads.Debt, Amount: 5}, {Kind: thads.Debt, Amount: 5}, {Kind: thads.Debt, Amount: 5, Content: "lãi"}}),
		"bound":                  openingWith([]thads.Party{aParty(thads.Debtor, "Một"), aParty(thads.Debtor, "Một"), aParty(thads.Creditor, "Hai; Ba")}, []thads.Obligation{{Kind: thads.Maintenance, Amount: 5, Periodic: true, Debtors: []string{"p2"}, Creditors: []string{"p3"}}}),
		"more parties than rows": openingWith([]thads.Party{aParty(thads.Debtor, "=Một"), aParty(thads.Debtor, "-Hai"), aParty(thads.Debtor, "@Ba")}, debt),
		"more obligations":       openingWith([]thads.Party{aParty(thads.Debtor, "Một")}, []thads.Obligation{{Kind: thads.CourtFee, Amount: thads.MaxDong - 1}, {Kind: thads.Fine, Amount: 1}, {Kind: thads.Confiscation, Content: "xe máy"}}),
		"brought forward":        older,
		"received":               received,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := thads.OpenCase("cs_"+thads.CaseID(strings.ReplaceAll(name, " ", "")), opening, exportClock)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []Format{XLSX, CSV} {
				entries, problems := entriesOf(t, exported(t, f, c))
				if len(problems) > 0 || len(entries) != 1 || entries[0].Failed || entries[0].Opening == nil {
					t.Fatalf("%s: %d entries, %q", f, len(entries), problems)
				}
				e := entries[0]
				got := e.Opening.Event
				got.By, got.ToUnit, got.ToOfficer = "p", thads.UnitID(strings.ToLower(e.UnitCode)), thads.OfficerID(strings.ToLower(e.Opening.OfficerCode))
				for i, number := range e.Opening.Identities {
					got.Particulars.Parties[i].Commitment = strings.TrimPrefix(number, "03809000")
				}
				again, err := thads.OpenCase(thads.CaseID(e.Key), got, exportClock)
				if err != nil {
					t.Fatalf("%s: %v", f, err)
				}
				want := c.Events[0]
				want.By = "p"
				p := *want.Particulars
				p.Tags = append(p.Tags[:len(p.Tags):len(p.Tags)], thads.TagImported)
				want.Particulars = &p
				if again.ID != c.ID {
					t.Errorf("%s: the case %s is called %s", f, c.ID, again.ID)
				}
				if diff := cmp.Diff(want, again.Events[0]); diff != "" {
					t.Errorf("%s (-recorded +read again):\n%s", f, diff)
				}
			}
		})
	}
}

func TestRowsOfWhatStands(t *testing.T) {
	c, err := thads.OpenCase("cs_1", openingWith([]thads.Party{aParty(thads.Debtor, "Sai")}, []thads.Obligation{{Kind: thads.Debt, Amount: 1}}), exportClock)
	if err != nil {
		t.Fatal(err)
	}
	note := thads.CaseEvent{Kind: thads.CaseNoted, Note: "x"}
	note.EffectiveOn = thads.DateOf(2018, 10, 6)
	if c, err = c.Append(note, exportClock); err != nil {
		t.Fatal(err)
	}
	right := openingWith([]thads.Party{aParty(thads.Debtor, "Đúng")}, []thads.Obligation{{Kind: thads.Debt, Amount: 2}})
	right.Supersedes, right.Reason = 1, "nhầm"
	if c, err = c.Append(right, exportClock); err != nil {
		t.Fatal(err)
	}
	rows := CaseRows(c, exportNames)
	if len(rows) != 1 || rows[0].Debtor.Name != "Đúng" || rows[0].Amount != 2 || rows[0].Key != "cs_1" || rows[0].Unit != "UNIT-1" {
		t.Errorf("a corrected case has the rows %+v", rows)
	}
	voided := thads.CaseEvent{Kind: thads.CaseVoidedEvent}
	voided.Voids, voided.Reason = 3, "nhập nhầm"
	if c, err = c.Append(voided, exportClock); err != nil {
		t.Fatal(err)
	}
	if rows := CaseRows(c, exportNames); len(rows) > 0 {
		t.Errorf("a voided case has the rows %+v", rows)
	}
}

func TestSummaryShowsWhereCasesStand(t *testing.T) {
	var parties []thads.Party
	for i := range 12 {
		parties = append(parties, aParty(thads.Debtor, fmt.Sprintf("Người %d", i+1)))
	}
	c, err := thads.OpenCase("cs_1", openingWith(parties, []thads.Obligation{{Kind: thads.Debt, Amount: 1_000_000}}), exportClock)
	if err != nil {
		t.Fatal(err)
	}
	collected := thads.CaseEvent{Kind: thads.CaseCollected, Amount: 400_000}
	collected.EffectiveOn = thads.DateOf(2018, 11, 1)
	if c, err = c.Append(collected, exportClock); err != nil {
		t.Fatal(err)
	}
	rows := cellsOf(t, exported(t, XLSX, c), summarySheet)
	got := map[string]string{}
	for i, head := range rows[0] {
		if i < len(rows[1]) {
			got[head.Text] = rows[1][i].Text
		}
	}
	for head, want := range map[string]string{
		"Số quyết định thi hành án": "046/QĐ-CCTHADS", "Đơn vị": "Đơn vị thử", "Chấp hành viên": "Người giữ", "Ngày quyết định": "43378",
		"Tổng phải thi hành (đồng)": "1000000", "Đã thu, chưa chi (đồng)": "400000", "Đã thi hành (đồng)": "0", "Còn phải thi hành (đồng)": "1000000",
		"Trạng thái": c.State.Name().VI, "Nghĩa vụ": "Trả nợ", "Nhãn": "Tín dụng, ngân hàng; Phức tạp, kéo dài", "Mã hồ sơ": "cs_1", "Ngày kết thúc": "",
	} {
		if got[head] != want {
			t.Errorf("%s is %q, want %q", head, got[head], want)
		}
	}
	if names := strings.Split(got["Người phải thi hành án"], "\n"); len(names) != 11 || names[0] != "Người 1" || names[10] != "… và 2 người khác" {
		t.Errorf("the debtors are %q", names)
	}
}
