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

// casesUnder reads a CSV file under the mapping proposed, changed by a person, and
// returns all cases and what was reported as read does.
func casesUnder(t *testing.T, text string, change func(b *Book, m *Mapping)) (entries []*caseEntry, problems []string) {
	t.Helper()
	b := opened(t, []byte(text))
	found, err := Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	change(b, found.Cases)
	r, err := newCaseReader(b, found.Cases, func(p Problem) {
		code := string(p.Code)
		switch p.Severity {
		case Warning:
			code = strings.ToLower(code)
		case LeftOut:
			code = "left out"
		default:
		}
		problems = append(problems, strings.TrimSpace(fmt.Sprintf("%s%d %s %s", p.Letter(), p.Row, code, p.Got)))
	})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range r.entries() {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries, problems
}

func TestConstants(t *testing.T) {
	text := "Số QĐ;Ngày QĐ;Số bản án;Ngày bản án;Người phải THA;Số tiền (nghìn đồng)\n" +
		"46/QĐ-CCTHADS;05/10/2018;07/2018/DS-ST;05/09/2018;Nguyễn Văn A;1 234,5\n" +
		";;;;Trần Thị B;\n" +
		";;;;;2 tỷ\n"
	entries, problems := casesUnder(t, text, func(_ *Book, m *Mapping) {
		m.Constants = map[string]string{"unit": "38.10", "initiation": "chu dong", "court": "TAND A", "obligationKind": "Án phí", "tags": "Phức tạp, kéo dài"}
	})
	if len(problems) > 0 || len(entries) != 1 {
		t.Fatalf("%d cases, %v", len(entries), problems)
	}
	e := entries[0]
	p := e.Event.Particulars
	if e.UnitCode != "38.10" || p.Initiation != thads.OwnMotion || p.Judgment.Court != "TAND A" || p.Judgment.Kind != thads.JudgmentCivil || e.Failed {
		t.Errorf("%+v", e)
	}
	want := []thads.Obligation{{Kind: thads.CourtFee, Amount: 1_234_500}, {Kind: thads.CourtFee, Amount: 2_000_000_000}}
	if diff := cmp.Diff(want, p.Obligations); diff != "" || len(p.Parties) != 2 {
		t.Errorf("%s%+v", diff, p.Parties)
	}
	if diff := cmp.Diff([]thads.Tag{thads.TagComplex, thads.TagImported}, p.Tags); diff != "" {
		t.Error(diff)
	}
}

func TestReceivedCases(t *testing.T) {
	head := "Mã hồ sơ;Đơn vị;Hình thức;Ngày nhận bản án;Số bản án;Ngày bản án;Tòa án;Người phải THA;Nghĩa vụ;Số tiền;Số QĐ;Ngày QĐ\n"
	rest := ";TH-01;CĐ;20/09/2018;%s/2018/DS-ST;05/09/2018;TAND A;Nguyễn Văn A;Án phí;200000;%s;%s\n"
	text := head +
		"" + fmt.Sprintf(rest, "1", "", "") + // no key: what was received tells cases apart
		"" + fmt.Sprintf(rest, "2", "", "") +
		";;;;;;;Trần Thị B;;;;\n" +
		"HS3" + fmt.Sprintf(rest, "3", "46/QĐ-CCTHADS", "05/10/2018") +
		"HS4" + fmt.Sprintf(rest, "3", "", "") + // the key tells them apart
		"hs4" + fmt.Sprintf(strings.Replace(rest, "Án phí", "Phạt", 1), "3", "", "") +
		"HS5" + fmt.Sprintf(rest, "5", "", "05/10/2018") + // a date without a number is no receipt
		"HS6;TH-01;CĐ;;6/2018/DS-ST;05/09/2018;TAND A;Nguyễn Văn A;Án phí;200000;;\n"
	entries, problems := casesUnder(t, text, func(*Book, *Mapping) {})
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%d %v %s %s %s %t", e.Row, e.RowNumbers, e.Key, e.Event.Kind, e.Event.EffectiveOn.Vietnamese(), e.Failed))
	}
	want := []string{
		"2 [2]  RECEIVED 20/09/2018 false",
		"3 [3 4]  RECEIVED 20/09/2018 false",
		"5 [5] HS3 DECIDED 05/10/2018 false",
		"6 [6 7] HS4 RECEIVED 20/09/2018 false",
		"8 [8] HS5 DECIDED 05/10/2018 true",
		"9 [9] HS6 RECEIVED  true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"K8 REQUIRED", "D9 REQUIRED"}, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if e := entries[0]; e.Event.Decision != nil || e.Event.Particulars.Judgment.ReceivedOn != thads.DateOf(2018, 9, 20) {
		t.Errorf("%+v", e.Event)
	}
	p := entries[0].Problem(thads.Errorf(thads.CodeFutureDate, "effectiveOn", "x", "x"))
	if p.Letter() != "D" {
		t.Errorf("the day of receipt is at %s", p.Letter())
	}
}

func TestObligationsOfSomeParties(t *testing.T) {
	columns := append(append([]int(nil), required...), colObligationDebtors, colCreditorName, colObligationCreditors, colPeriodic, colDebtorJointGroup, colDebtorJuvenile)
	row := func(change map[int]string, rest ...string) []string { return append(good(change), rest...) }
	entries, problems, err := read(table(columns,
		row(nil, "nguyen van no; Lê Văn Hai", "Trần Thị B", "", "có", "A", ""),
		row(map[int]string{colDebtorName: "Lê Văn Hai", colAmount: "5000"}, "2", "Trần Thị C", "Trần Thị C", "Không", "A", "x"),
		row(map[int]string{colDebtorName: "Lê Văn Ba", colAmount: "6000"}, "p1;p4", "", "", "", "", ""),
	))
	if err != nil || len(problems) > 0 || len(entries) != 1 {
		t.Fatalf("%v, %v", problems, err)
	}
	p := entries[0].Event.Particulars
	var got []string
	for _, o := range p.Obligations {
		got = append(got, fmt.Sprint(o.Debtors, o.Creditors, o.Periodic))
	}
	if diff := cmp.Diff([]string{"[p1 p3] [] true", "[p3] [p4] false", "[p1 p4] [] false"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Parties[0].ID != "p1" || p.Parties[0].JointGroup != "A" || !p.Parties[2].Juvenile || p.Parties[4].JointGroup != "" {
		t.Errorf("%+v", p.Parties)
	}
	_, problems, err = read(table(columns, row(nil, "Ai đó", "", "", "đôi khi", "", "")))
	if diff := cmp.Diff([]string{"O2 INVALID đôi khi", "L2 UNKNOWN_REFERENCE Ai đó"}, problems); diff != "" || err != nil {
		t.Errorf("%s%v", diff, err)
	}
}

func TestSeveralPartiesOfOneCell(t *testing.T) {
	columns := append(append([]int(nil), required...), colDebtorAddress, colDebtorBirthYear)
	names := map[int]string{colDebtorName: "1. Nguyễn Văn A\n2. Trần Thị B"}
	for name, tt := range map[string]struct {
		address, year string
		want          []string
		problems      []string
	}{
		"an address each":     {"xã X\nxã Y", "", []string{"Nguyễn Văn A, xã X", "Trần Thị B, xã Y"}, nil},
		"one address":         {"xã X", "", []string{"Nguyễn Văn A, xã X", "Trần Thị B, xã X"}, nil},
		"more lines":          {"xã X\nhuyện Y\ntỉnh Z", "", []string{"Nguyễn Văn A, xã X huyện Y tỉnh Z", "Trần Thị B, xã X huyện Y tỉnh Z"}, []string{"L2 out_of_range xã X huyện Y tỉnh Z"}},
		"whose year it is":    {"", "1980", nil, []string{"I2 INVALID Nguyễn Văn A; Trần Thị B"}},
		"no address, no year": {"", "", []string{"Nguyễn Văn A, ", "Trần Thị B, "}, nil},
	} {
		entries, problems, err := read(table(columns, append(good(names), tt.address, tt.year)))
		var got []string
		for _, e := range entries {
			for _, p := range e.Event.Particulars.Parties {
				got = append(got, p.Name+", "+p.Address)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s (-want +got):\n%s%v", name, diff, err)
		}
		if diff := cmp.Diff(tt.problems, problems); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", name, diff)
		}
	}
}

func TestUnusualValues(t *testing.T) {
	columns := append(append([]int(nil), required...), colRequestedOn, colReceivedOn, colDebtorBirthYear, colEffectiveOn)
	row := func(change map[int]string, rest ...string) []string { return append(good(change), rest...) }
	for name, tt := range map[string]struct {
		row  []string
		want []string
	}{
		"usual":                  {row(nil, "01/10/2018", "20/09/2018", "1980", ""), nil},
		"little":                 {row(map[int]string{colAmount: "999"}, "", "", "", ""), []string{"K2 out_of_range 999 đ"}},
		"much":                   {row(map[int]string{colAmount: "501 tỷ"}, "", "", "", ""), []string{"K2 out_of_range 501.000.000.000 đ"}},
		"old":                    {row(map[int]string{colDate: "05/10/1988", colJudgmentDate: "01/01/1988"}, "", "", "", ""), []string{"C2 out_of_range 05/10/1988"}},
		"a late judgment":        {row(map[int]string{colJudgmentDate: "06/10/2018"}, "", "", "", "31/10/2018"), []string{"G2 out_of_range 06/10/2018"}},
		"a late request":         {row(nil, "06/10/2018", "", "", ""), []string{"L2 out_of_range 06/10/2018"}},
		"received late":          {row(nil, "", "06/10/2018", "", ""), []string{"M2 out_of_range 06/10/2018"}},
		"received early":         {row(nil, "", "04/09/2018", "", ""), []string{"M2 out_of_range 04/09/2018"}},
		"a child":                {row(nil, "", "", "2015", ""), []string{"N2 out_of_range 2015"}},
		"a very old person":      {row(nil, "", "", "1900", ""), []string{"N2 out_of_range 1900"}},
		"refused by other rules": {row(nil, "", "", "1500", ""), nil},
	} {
		entries, problems := casesUnder(t, string(table(columns, tt.row)), func(b *Book, _ *Mapping) { b.Today = thads.DateOf(2019, 6, 1) })
		if diff := cmp.Diff(tt.want, problems); diff != "" || len(entries) != 1 || entries[0].Failed {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestIdentityNumbersAreNotQuoted(t *testing.T) {
	columns := append(append([]int(nil), required...), colDebtorIdentity)
	entries, problems, err := read(table(columns, append(good(nil), "038090000123")))
	if err != nil || len(problems) > 0 || len(entries) != 1 {
		t.Fatalf("%v, %v", problems, err)
	}
	p := entries[0].Problem(thads.Errorf(thads.CodeInvalid, "particulars.parties.0.identityNumber", "x", "x"))
	if p.Got != "•••••••••123" || p.Letter() != "L" {
		t.Errorf("%s quotes %q", p.Letter(), p.Got)
	}
	// A number that a spreadsheet cut.
	s := mappedSheet[CaseRow]{book: &Book{}, source: &csvFile{}, register: newRegister(), mapping: &Mapping{}, titles: []string{"CCCD"}, place: make([]int, 100)}
	s.cells = []mappedCell{{field: colDebtorIdentity}}
	var got []string
	s.report = func(p Problem) { got = append(got, p.Got) }
	rec := s.parse(&Row{Cells: []Cell{{Kind: Number, Text: "38090000123"}}})
	if diff := cmp.Diff([]string{"••••••••123"}, got); diff != "" || !rec.failed {
		t.Errorf("%s%v", diff, rec.failed)
	}
}

func TestFormulas(t *testing.T) {
	b := &Book{limits: DefaultLimits()}
	s := mappedSheet[CaseRow]{book: b, source: &csvFile{}, register: newRegister(), mapping: &Mapping{}, titles: []string{"Số tiền"}, place: make([]int, 100), formulas: map[int]bool{}}
	s.cells = []mappedCell{{field: colAmount}}
	var got []string
	s.report = func(p Problem) { got = append(got, fmt.Sprint(p.Severity, " ", p.Code, " ", p.Row)) }
	row := func(n int) *Row {
		return &Row{Number: n, Cells: []Cell{{Kind: Number, Text: "5000", Formula: true}}}
	}
	if rec := s.parse(row(2)); !rec.failed {
		t.Error("a formula was taken")
	}
	s.mapping.Formulas = true
	for n := 3; n < 5; n++ {
		if rec := s.parse(row(n)); rec.failed || rec.row.Amount != 5000 {
			t.Errorf("%+v", rec)
		}
	}
	if diff := cmp.Diff([]string{"ERROR NOT_ALLOWED 2", "WARNING INVALID 3"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
