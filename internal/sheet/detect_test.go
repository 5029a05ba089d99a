package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// opened opens a file that is known to be good.
func opened(t testing.TB, data []byte) *Book {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// small is a register of cases of own motion with a title, a unit of money above
// the headers, and columns that nobody knows.
const small = `SỔ THỤ LÝ THI HÀNH ÁN CHỦ ĐỘNG;;;;;;;;
Đơn vị tính: nghìn đồng;;;;;;;;
TT;"Số, ngày QĐ";"Số, ngày bản án của Tòa án";Người phải THA;Số CCCD người phải THA;Khoản phải THA;Số tiền;Cột lạ;
1;46/QĐ-CCTHADS ngày 05/10/2018;07/2018/DS-ST ngày 5-9-2018 của TAND A;Nguyễn Văn A;038090000123;Án phí;200;x;thừa
;;;;;Cộng;200;;
2;47/QĐ-CCTHADS ngày 05/10/2018;07/2018/DS-ST ngày 5-9-2018 của TAND A;Trần Thị B;;Án phí DSST;300.5;;
`

func TestPropose(t *testing.T) {
	b := opened(t, []byte(small))
	want := &Mapping{
		Register: Cases, HeaderRow: 3,
		Columns: []MappedColumn{
			{Column: 1, Title: "TT"},
			{Column: 2, Title: "Số, ngày QĐ", Field: "numberAndDate"},
			{Column: 3, Title: "Số, ngày bản án của Tòa án", Field: "judgmentNumberDateCourt"},
			{Column: 4, Title: "Người phải THA", Field: "debtorName"},
			{Column: 5, Title: "Số CCCD người phải THA", Field: "debtorIdentity"},
			{Column: 6, Title: "Khoản phải THA", Field: "obligationKind"},
			{Column: 7, Title: "Số tiền", Field: "amount", Unit: thads.MoneyThousand},
			{Column: 8, Title: "Cột lạ"},
			{Column: 9}, // has values
		},
		Constants: map[string]string{"initiation": "Chủ động"},
	}
	found, err := Detect(b)
	if diff := cmp.Diff(want, found.Cases); diff != "" || err != nil || found.Events != nil {
		t.Errorf("detected (-want +got):\n%s%v, %v", diff, found.Events, err)
	}
	got, err := Propose(b, Cases, "", 3)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("proposed (-want +got):\n%s%v", diff, err)
	}
	for name, propose := range map[string]func() (*Mapping, error){
		"no sheet":   func() (*Mapping, error) { return Propose(b, Cases, "Sổ", 3) },
		"no row":     func() (*Mapping, error) { return Propose(b, Cases, "", 20) },
		"below 1":    func() (*Mapping, error) { return Propose(b, Cases, "", 0) },
		"too low":    func() (*Mapping, error) { return Propose(b, Cases, "", 1<<40) },
		"no such":    func() (*Mapping, error) { return Propose(b, "BOOKS", "", 3) },
		"no headers": func() (*Mapping, error) { return Propose(opened(t, []byte("1;2;3\n4;5;6\n")), Cases, "", 1) },
	} {
		m, err := propose()
		if es, refused := thads.Refusals(err); name != "no headers" && (!refused || es[0].Text.VI == "") {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
		if name == "no headers" && (err != nil || m.known("amount")) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// known tells whether a column has the field.
func (m *Mapping) known(code string) bool {
	return slices.ContainsFunc(m.Columns, func(c MappedColumn) bool { return c.Field == code })
}

func TestCheckOfMappings(t *testing.T) {
	b := opened(t, []byte(small))
	good := func() *Mapping {
		m, err := Propose(b, Cases, "", 3)
		if err != nil {
			t.Fatal(err)
		}
		m.Constants["unit"] = "38.10"
		return m
	}
	if err := good().Check(b); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(m *Mapping)
		want   []string
	}{
		"another register":       {func(m *Mapping) { m.Register = "BOOKS" }, []string{"register INVALID"}},
		"another sheet":          {func(m *Mapping) { m.Sheet = "Sổ" }, []string{"sheet UNKNOWN_REFERENCE"}},
		"no row":                 {func(m *Mapping) { m.HeaderRow = 0 }, []string{"headerRow OUT_OF_RANGE"}},
		"no such field":          {func(m *Mapping) { m.Columns[7].Field = "fields" }, []string{"columns.7.field UNKNOWN_REFERENCE"}},
		"a field twice":          {func(m *Mapping) { m.Columns[7].Field = "amount" }, []string{"columns.7.field DUPLICATE"}},
		"a part twice":           {func(m *Mapping) { m.Columns[7].Field = "date" }, []string{"columns.7.field DUPLICATE"}},
		"order":                  {func(m *Mapping) { m.Columns[1].Column = 1 }, []string{"columns.1.column OUT_OF_RANGE"}},
		"column 0":               {func(m *Mapping) { m.Columns[0].Column = 0 }, []string{"columns.0.column OUT_OF_RANGE"}},
		"beyond all":             {func(m *Mapping) { m.Columns[8].Column = 1 << 30 }, []string{"columns.8.column OUT_OF_RANGE"}},
		"no such unit":           {func(m *Mapping) { m.Columns[6].Unit = "CENT" }, []string{"columns.6.unit INVALID"}},
		"a unit of names":        {func(m *Mapping) { m.Columns[3].Unit = thads.MoneyMillion }, []string{"columns.3.unit NOT_ALLOWED"}},
		"too many":               {func(m *Mapping) { m.Columns = make([]MappedColumn, 1000) }, []string{"columns LIMIT_EXCEEDED"}},
		"nothing for a field":    {func(m *Mapping) { m.Columns[2].Field = "" }, []string{"constants.judgmentNumber REQUIRED", "constants.judgmentDate REQUIRED", "constants.court REQUIRED"}},
		"no unit":                {func(m *Mapping) { m.Constants = nil }, []string{"constants.unit REQUIRED", "constants.initiation REQUIRED"}},
		"a bad constant":         {func(m *Mapping) { m.Constants["initiation"] = "ngẫu nhiên" }, []string{"constants.initiation INVALID"}},
		"an empty constant":      {func(m *Mapping) { m.Constants["unit"] = " " }, []string{"constants.unit REQUIRED"}},
		"a constant of a column": {func(m *Mapping) { m.Constants["date"] = "05/10/2018" }, []string{"constants.date NOT_ALLOWED"}},
		"a composite constant":   {func(m *Mapping) { m.Constants["creditorNameAndAddress"] = "A, xã B" }, []string{"constants.creditorNameAndAddress NOT_ALLOWED"}},
		"an unknown constant":    {func(m *Mapping) { m.Constants["a.b"] = "x" }, []string{"constants|a.b UNKNOWN_REFERENCE"}},
		"received, not decided":  {func(m *Mapping) { m.Columns[1].Field = "receivedOn" }, nil},
	} {
		m := good()
		tt.change(m)
		err := m.Check(b)
		refusals, refused := thads.Refusals(err)
		var got []string
		for _, e := range refusals {
			path := strings.Join(e.Field, ".")
			if len(e.Field) == 2 && strings.Contains(e.Field[1], ".") {
				path = strings.Join(e.Field, "|")
			}
			got = append(got, fmt.Sprintf("%s %s", path, e.Code))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil && !refused {
			t.Errorf("%s (-want +got):\n%s%v", name, diff, err)
		}
	}
}

func TestKeptMappings(t *testing.T) {
	propose := func(text string) *Mapping {
		found, err := Detect(opened(t, []byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		return found.Cases
	}
	kept := propose(small)
	kept.Columns[7].Field, kept.Columns[6].Unit, kept.Formulas = "note", thads.MoneyMillion, true
	kept.Constants["unit"] = "38.10"

	// Next year's file: other rows above, another way to write the titles.
	next := propose("\n" + strings.ReplaceAll(strings.Replace(small, "Cột lạ", "CỘT LẠ", 1), "Số, ngày QĐ", "Số và ngày QĐ"))
	if next.HeaderRow != 4 || next.Signature() != kept.Signature() {
		t.Fatalf("row %d, signature %s, want %s", next.HeaderRow, next.Signature(), kept.Signature())
	}
	got := next.Adopt(kept)
	if got.HeaderRow != 4 || got.Columns[7].Field != "note" || got.Columns[6].Unit != thads.MoneyMillion || !got.Formulas || got.Constants["unit"] != "38.10" || got.Columns[7].Title != "CỘT LẠ" {
		t.Errorf("adopted %+v", got)
	}
	got.Constants["unit"], got.Columns[3].Field = "x", ""
	if kept.Constants["unit"] != "38.10" || next.Columns[3].Field != "debtorName" {
		t.Error("what was kept, or proposed, changed with what was adopted")
	}
	for name, other := range map[string]string{
		"another title": strings.Replace(small, "Cột lạ", "Cột quen", 1),
		"another order": strings.Replace(small, "TT;\"Số, ngày QĐ\"", "\"Số, ngày QĐ\";TT", 1),
	} {
		if propose(other).Signature() == kept.Signature() {
			t.Errorf("%s: the same signature", name)
		}
	}
	events := *kept
	events.Register = CaseEvents
	if events.Signature() == kept.Signature() {
		t.Error("another register has the same signature")
	}
}

func TestPreview(t *testing.T) {
	row := sample(1)
	row.Amount = 1_234_567
	b := opened(t, write(t, XLSX, row, sample(2)))
	found, err := Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ReadPreview(b, found.Cases, 1)
	if err != nil || len(p.Rows) != 1 || p.Rows[0].Number != found.Cases.HeaderRow+1 {
		t.Fatalf("%+v, %v", p, err)
	}
	shown := map[string]string{}
	for _, c := range found.Cases.Columns {
		if c.Column <= len(p.Rows[0].Cells) {
			shown[c.Field] = p.Rows[0].Cells[c.Column-1]
		}
	}
	for field, want := range map[string]string{
		"unit": "38.10", "date": "05/10/2018", "amount": "1.234.567", "debtorBirthYear": "1985",
		"debtorIdentity": "•••••••••123", "creditorIdentity": "•••••••106", "debtorName": "Nguyễn Văn Nợ",
	} {
		if shown[field] != want {
			t.Errorf("%s is shown as %q, want %q", field, shown[field], want)
		}
	}

	b = opened(t, []byte(small))
	if found, err = Detect(b); err != nil {
		t.Fatal(err)
	}
	if p, err = ReadPreview(b, found.Cases, 10); err != nil || len(p.Rows) != 3 {
		t.Fatalf("%+v, %v", p, err)
	}
	if p.Rows[0].LeftOut != (thads.Text{}) || p.Rows[1].LeftOut != subtotal || p.Rows[2].LeftOut != (thads.Text{}) {
		t.Errorf("%+v", p.Rows)
	}
	if _, err := ReadPreview(b, &Mapping{Register: Cases, Sheet: "Sổ"}, 1); err == nil {
		t.Error("rows of no sheet were shown")
	}
}

func TestFieldsOfRegisters(t *testing.T) {
	for _, k := range []Kind{Cases, CaseEvents} {
		seen := map[string]bool{}
		for _, f := range Fields(k) {
			if f.Code == "" || f.Header == "" || f.Help.VI == "" || f.Help.EN == "" || seen[f.Code] {
				t.Errorf("%s has the field %+v", k, f)
			}
			seen[f.Code] = true
		}
		if len(seen) > maxColumns {
			t.Errorf("%s has %d columns", k, len(seen))
		}
	}
	if Fields("BOOKS") != nil {
		t.Error("there are fields of a register that does not exist")
	}
}

// TestHeaders of a template are not found among its lists of choices.
func TestTemplatesAreTold(t *testing.T) {
	found, err := Detect(opened(t, write(t, XLSX, sample(1))))
	if err != nil || found.Cases == nil || found.Cases.Sheet != casesSheet || found.Events != nil {
		t.Errorf("%+v, %v", found, err)
	}
}
