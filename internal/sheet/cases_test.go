package sheet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

func TestWrittenRowsAreReadBack(t *testing.T) {
	older := CaseRow{
		Unit: "TH-01", Number: "1/QĐ-CTHADS", Date: thads.DateOf(2010, 1, 31), EffectiveOn: thads.DateOf(2018, 9, 30), Initiation: thads.OwnMotion, JudgmentKind: thads.JudgmentCriminal,
		JudgmentNumber: "1/HSST", JudgmentDate: thads.DateOf(1999, 12, 31), Court: "TAND", Debtor: PartyCells{Name: "A", Kind: thads.Person}, ObligationKind: thads.Fine, Amount: 5_000_000, Outstanding: 4_000_000,
		State: thads.StatePostponed, Since: thads.DateOf(2017, 2, 28), Ground: "L2008_48_1_DD",
	}
	for _, f := range []Format{XLSX, CSV} {
		young := sample(1)
		young.Amount = 1_000_000
		entries, problems, err := read(write(t, f, young, older))
		if err != nil || len(problems) > 0 || len(entries) != 2 {
			t.Fatalf("%s: %d entries, %v, %v", f, len(entries), problems, err)
		}
		for i, want := range []CaseRow{young, older} {
			got := entries[i].rows[0].row
			// An address is one line of text.
			want.Debtor.Address = thads.NormalizeName(want.Debtor.Address)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, row %d (-want +got):\n%s", f, i, diff)
			}
		}
		e := entries[0]
		if e.Event.Kind != thads.CaseDecided || e.Event.EffectiveOn != thads.DateOf(2018, 10, 6) || e.UnitCode != "38.10" || len(e.Event.Particulars.Parties) != 2 {
			t.Errorf("%s: %+v", f, e.Event)
		}
		if diff := cmp.Diff(map[int]string{0: "038090000123", 1: "0100109106"}, e.Identities); diff != "" {
			t.Error(diff)
		}
		o := entries[1].Event
		if o.Kind != thads.CaseBroughtForward || o.Particulars.Obligations[0].Amount != 4_000_000 || o.Particulars.Balance.Ground != "L2008_48_1_DD" || !strings.Contains(o.Note, "5.000.000 đ") {
			t.Errorf("%s: %+v", f, o)
		}
	}
}

func TestRowsOfOneCase(t *testing.T) {
	columns := append(append([]int(nil), required...), colCreditorName, colContent, colNote)
	row := func(change map[int]string, rest ...string) []string { return append(good(change), rest...) }
	only := func(values map[int]string) []string {
		out := make([]string, len(columns))
		for at, i := range columns {
			out[at] = values[i]
		}
		return out
	}
	for name, tt := range map[string]struct {
		rows        [][]string
		cases       int
		parties     int
		obligations int
		problems    []string
	}{
		"one row":            {[][]string{row(nil, "Trần Thị Được")}, 1, 2, 1, nil},
		"repeated number":    {[][]string{row(nil), only(map[int]string{colUnit: "th-01", colNumber: "046/qđ–ccthads", colDebtorName: "Lê Văn Hai"})}, 1, 2, 1, nil},
		"number left out":    {[][]string{row(nil), only(map[int]string{colCreditorName: "Lê Văn Hai", colObligationKind: "Án phí", colAmount: "200000"})}, 1, 2, 2, nil},
		"debtor repeated":    {[][]string{row(nil), row(map[int]string{colObligationKind: "Án phí", colAmount: "200000"})}, 1, 1, 2, nil},
		"whole row repeated": {[][]string{row(nil), row(nil)}, 0, 0, 0, []string{"J3 DUPLICATE Trả nợ"}},
		"copied for a creditor": {
			[][]string{row(nil, "Trần Thị Được"), row(nil, "Lê Văn Hai")},
			1, 3, 1,
			[]string{"J3 duplicate Trả nợ"},
		},
		"another content":       {[][]string{row(nil, "", "gốc"), row(nil, "", "lãi")}, 1, 1, 2, nil},
		"another case":          {[][]string{row(nil), row(map[int]string{colNumber: "47/QĐ-CCTHADS"})}, 2, 1, 1, nil},
		"the next year":         {[][]string{row(nil), row(map[int]string{colDate: "05/10/2019"})}, 2, 1, 1, nil},
		"differs":               {[][]string{row(nil), row(map[int]string{colCourt: "TAND khác", colDebtorName: "Hai"})}, 0, 0, 0, []string{"H3 VERSION_CONFLICT TAND khác", "J3 duplicate Trả nợ"}},
		"adds nothing":          {[][]string{row(nil), only(map[int]string{colNote: ""}), only(map[int]string{colUnit: "TH-01", colNumber: "46/QĐ-CCTHADS"})}, 0, 0, 0, []string{"4 DUPLICATE"}},
		"first row incomplete":  {[][]string{only(map[int]string{colDebtorName: "Một"}), row(nil)}, 1, 1, 1, []string{"A2 REQUIRED", "B2 REQUIRED", "C2 REQUIRED", "D2 REQUIRED", "E2 REQUIRED", "F2 REQUIRED", "G2 REQUIRED", "H2 REQUIRED", "J2 REQUIRED"}},
		"amount without a kind": {[][]string{row(nil), only(map[int]string{colAmount: "5000"})}, 0, 0, 0, []string{"J3 REQUIRED"}},
		"party without a name":  {[][]string{row(nil), only(map[int]string{colDebtorName: " ", colContent: "x", colObligationKind: "Trả nợ", colAmount: "1000"})}, 1, 1, 2, nil},
		"bad cell":              {[][]string{row(map[int]string{colDate: "31/02/2018"}), row(map[int]string{colNumber: "47/QĐ-CCTHADS"})}, 1, 1, 1, []string{"C2 INVALID 31/02/2018"}},
		"blank rows between":    {[][]string{row(nil), only(nil), only(nil), row(map[int]string{colNumber: "47/QĐ-CCTHADS"})}, 2, 1, 1, nil},
	} {
		entries, problems, err := read(table(columns, tt.rows...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tt.problems, problems); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", name, diff)
		}
		if len(entries) != tt.cases {
			t.Errorf("%s: %d cases, want %d", name, len(entries), tt.cases)
		}
		if len(entries) > 0 {
			p := entries[0].Event.Particulars
			if len(p.Parties) != tt.parties || len(p.Obligations) != tt.obligations {
				t.Errorf("%s: %d parties and %d obligations, want %d and %d", name, len(p.Parties), len(p.Obligations), tt.parties, tt.obligations)
			}
		}
	}
}

func TestRefusalsFindTheirCell(t *testing.T) {
	young := sample(1)
	young.Amount = 1_000_000
	entries, problems, err := read(write(t, XLSX, young, CaseRow{Unit: "38.10", Number: "1/QĐ-CCTHADS", Debtor: PartyCells{Name: "Hai", BirthYear: 1990}, ObligationKind: thads.CourtFee, Amount: 7_000}))
	if err != nil || len(problems) > 0 || len(entries) != 1 {
		t.Fatalf("%v, %v, %v", entries, problems, err)
	}
	for field, want := range map[string]string{
		"toUnit": "A2", "toOfficer": "B2", "decision.number": "C2", "number": "C2", "decision.date": "D2", "effectiveOn": "E2",
		"particulars.initiation": "F2", "particulars.judgment.kind": "G2", "particulars.judgment.number": "H2", "particulars.judgment.date": "I2",
		"particulars.judgment.court": "J2", "particulars.parties": "K2", "particulars.parties.0.name": "K2", "particulars.parties.1.name": "P2",
		"particulars.parties.1.identityNumber": "S2", "particulars.parties.2.birthYear": "N3", "particulars.parties.2.name": "K3",
		"particulars.obligations": "T2", "particulars.obligations.0.amount": "U2", "particulars.obligations.1.amount": "U3", "particulars.obligations.1.kind": "T3",
		"particulars.requestedOn": "W2", "particulars.tags": "X2", "particulars.tags.1": "X2", "note": "Y2", "particulars.balance.state": "Z2",
		"particulars.balance.since": "AA2", "particulars.balance.ground": "AB2", "particulars.parties.9.name": "2", "what.is.this": "2", "": "2",
	} {
		p := entries[0].Problem(thads.Errorf(thads.CodeInvalid, field, "x", "x"))
		if got := fmt.Sprintf("%s%d", p.Letter(), p.Row); got != want {
			t.Errorf("%s is at %s, want %s", field, got, want)
		}
	}
	p := entries[0].Problem(thads.Errorf(thads.CodeInvalid, "particulars.obligations.1.amount", "Sai", "Wrong"))
	if want := "trang “Vụ việc”, dòng 3, cột U (Số tiền phải thi hành (đồng)): INVALID: Sai (đọc được: \"7.000 đ\")"; p.String() != want {
		t.Errorf("written as %s, want %s", p.String(), want)
	}
}

func TestHeaders(t *testing.T) {
	heads := func(names ...string) []byte { return []byte(strings.Join(names, ";") + "\n") }
	all := []string{"DON VI", "so qd", "Ngày QĐ", "hình thức", "LOẠI ÁN", "Số bản án", "Ngày tuyên án", "Tòa án", "Người phải THA", "Nghĩa vụ", "Số tiền (đồng)"}
	entries, problems, err := read(append(append([]byte("SỔ THỤ LÝ THI HÀNH ÁN\nNăm 2019;;\n\n"), heads(all...)...), []byte(strings.Join(good(nil), ";")+"\n")...))
	if err != nil || len(entries) != 1 || len(problems) > 0 || entries[0].Row != 5 {
		t.Errorf("other headers below a title: %v, %v, %v", entries, problems, err)
	}
	_, problems, err = read(heads(append(all, "Cột lạ", "Số QĐ")...))
	if diff := cmp.Diff([]string{"L1 unknown_reference Cột lạ", "M1 DUPLICATE Số QĐ"}, problems); diff != "" || err != nil {
		t.Errorf("%s%v", diff, err)
	}
	_, problems, err = read(append(heads(all[1:]...), []byte("x;y\n")...))
	if diff := cmp.Diff([]string{"1 REQUIRED"}, problems); diff != "" || err != nil {
		t.Errorf("%s%v", diff, err)
	}
	if _, _, err = read([]byte("a;b;c\n1;2;3\n")); err == nil || !strings.Contains(err.Error(), "headers") {
		t.Errorf("no headers: %v", err)
	}
	// Commas and tabs divide as well, with and without a byte order mark.
	for _, comma := range []string{";", ",", "\t"} {
		for _, mark := range []string{"", "\ufeff"} {
			text := mark + strings.Join(all, comma) + "\r\n" + strings.Join(good(map[int]string{colCourt: "TAND A"}), comma) + "\r\n"
			if entries, problems, err := read([]byte(text)); err != nil || len(entries) != 1 || len(problems) > 0 {
				t.Errorf("divided by %q: %v, %v, %v", comma, entries, problems, err)
			}
		}
	}
}
