package sheet

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// sample is a row with every column of a new case.
func sample(i int) CaseRow {
	return CaseRow{
		Unit: "38.10", Officer: "CHV01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i), Date: thads.DateOf(2018, 10, 5), EffectiveOn: thads.DateOf(2018, 10, 6),
		Initiation: thads.OnRequest, JudgmentKind: thads.JudgmentFamily, JudgmentNumber: "07/2018/HNGĐ-ST", JudgmentDate: thads.DateOf(2018, 9, 5),
		Court:          "TAND thành phố Thanh Hóa",
		Debtor:         PartyCells{Name: "Nguyễn Văn Nợ", Kind: thads.Person, Address: "=1+1; phường \"Thử\"\nthành phố", BirthYear: 1985, IdentityNumber: "038090000123"},
		Creditor:       PartyCells{Name: "Ngân hàng Thử", Kind: thads.Organisation, Address: "Xã Thử", IdentityNumber: "0100109106"},
		ObligationKind: thads.Debt, Amount: 9_007_199_254_740_991, Content: "Trả nợ gốc", RequestedOn: thads.DateOf(2018, 10, 1),
		Tags: []thads.Tag{thads.TagCredit, thads.TagComplex}, Note: "dòng một\ndòng hai",
	}
}

func write(t testing.TB, f Format, rows ...CaseRow) []byte {
	t.Helper()
	var b bytes.Buffer
	file, err := NewFile(&b, f, About{})
	if err != nil {
		t.Fatal(err)
	}
	table, err := file.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := table.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the cases of a file in which nothing is wrong, under the mapping
// that is proposed, and what was reported, one line each ("D2 INVALID
// 31/02/2018"; warnings in lower case, rows left out in parentheses).
func read(data []byte) (entries []*caseEntry, problems []string, err error) {
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		return nil, nil, err
	}
	tell := func(p Problem) {
		code := string(p.Code)
		if p.Severity == Warning {
			code = strings.ToLower(code)
		}
		line := strings.TrimSpace(fmt.Sprintf("%s%d %s %s", p.Letter(), p.Row, code, p.Got))
		if p.Severity == LeftOut {
			line = fmt.Sprintf("(%d %s)", p.Row, p.Text.VI)
		}
		problems = append(problems, line)
	}
	found, err := Detect(b)
	if err != nil {
		return nil, nil, err
	}
	m := found.Cases
	m.Formulas = true
	m.unread(tell)
	r, err := newCaseReader(b, m, tell)
	if refusals, _ := thads.Refusals(err); len(refusals) > 0 {
		for _, e := range refusals {
			tell(m.problem(e))
		}
		return nil, problems, nil
	}
	for e, err := range r.entries() {
		if err != nil {
			return entries, problems, err
		}
		if !e.Failed {
			entries = append(entries, e)
		}
	}
	return entries, problems, nil
}

// problem places a refusal of the mapping at the headers of its file.
func (m *Mapping) problem(e *thads.Error) Problem {
	p := Problem{Sheet: m.Sheet, Row: m.HeaderRow, Severity: Error, Code: e.Code, Text: e.Text}
	if len(e.Field) < 2 {
		return p
	}
	switch e.Field[0] {
	case "columns":
		if i, err := strconv.Atoi(e.Field[1]); err == nil && i >= 0 && i < len(m.Columns) {
			p.Column, p.Header = m.Columns[i].Column, m.Columns[i].Title
			p.Got = clip(p.Header)
		}
	case "constants":
		for _, f := range Fields(m.Register) {
			if f.Code == e.Field[1] {
				p.Header = f.Header
			}
		}
	}
	return p
}

// table makes a CSV file of the columns named and the rows.
func table(columns []int, rows ...[]string) []byte {
	reg := newRegister()
	var heads []string
	for _, i := range columns {
		heads = append(heads, reg.columns[i].header)
	}
	var b strings.Builder
	for _, r := range append([][]string{heads}, rows...) {
		for i, cell := range r {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

var required = []int{colUnit, colNumber, colDate, colInitiation, colJudgmentKind, colJudgmentNumber, colJudgmentDate, colCourt, colDebtorName, colObligationKind, colAmount}

// good are the values of the required columns; change replaces some by column.
func good(change map[int]string) []string {
	values := map[int]string{
		colUnit: "TH-01", colNumber: "46/QĐ-CCTHADS", colDate: "05/10/2018", colInitiation: "Theo yêu cầu", colJudgmentKind: "Dân sự",
		colJudgmentNumber: "07/2018/DS-ST", colJudgmentDate: "5-9-2018", colCourt: "TAND Thử", colDebtorName: "Nguyễn Văn Nợ", colObligationKind: "Trả nợ", colAmount: "1.234.567",
	}
	var out []string
	for _, i := range required {
		v, ok := change[i]
		if !ok {
			v = values[i]
		}
		out = append(out, v)
	}
	return out
}

func TestTemplateExplainsItself(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTemplate(&b, Cases, XLSX); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if diff := cmp.Diff([]string{casesSheet, guideSheet, listsSheet}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	guide, err := f.GetRows(guideSheet)
	if err != nil {
		t.Fatal(err)
	}
	reg := newRegister()
	explained := map[string][]string{}
	for _, r := range guide {
		if len(r) > 1 {
			explained[r[1]] = r
		}
	}
	seen := map[string]string{}
	for i := range reg.columns {
		c := &reg.columns[i]
		head, err := f.GetCellValue(casesSheet, Letter(i+1)+"1")
		if err != nil || strings.TrimSuffix(head, " *") != c.header {
			t.Errorf("column %s is headed %q, want %q (%v)", Letter(i+1), head, c.header, err)
		}
		r := explained[c.header]
		if len(r) < 7 || r[0] != Letter(i+1) || r[3] == "" || r[4] == "" || r[5] == "" {
			t.Errorf("column %q is explained as %q", c.header, r)
			continue
		}
		// The example is one that reading accepts.
		v := reading{cell: &Cell{Kind: Text, Text: r[6]}, book: &Book{}}
		var row CaseRow
		if c.set(&row, &v); v.code != "" || c.get(&row) == nil {
			t.Errorf("the example %q of %q: %s", r[6], c.header, v.text.VI)
		}
		// So is every choice that the template offers.
		for _, choice := range c.choices() {
			v := reading{cell: &Cell{Kind: Text, Text: choice}, book: &Book{}}
			var row CaseRow
			if c.set(&row, &v); v.code != "" || show(c.get(&row)) != choice {
				t.Errorf("the choice %q of %q is read as %q: %s", choice, c.header, show(c.get(&row)), v.text.VI)
			}
		}
		for _, h := range append([]string{c.header}, c.aliases...) {
			if other, twice := seen[headerKey(h)]; twice && other != c.header {
				t.Errorf("the header %q means both %q and %q", h, other, c.header)
			}
			seen[headerKey(h)] = c.header
		}
	}
	lists, err := f.GetDataValidations(casesSheet)
	if err != nil || len(lists) != 12 {
		t.Errorf("%d lists to choose from, %v", len(lists), err)
	}
	panes, err := f.GetPanes(casesSheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	empty, problems, err := read(write(t, XLSX))
	if err != nil || len(empty) > 0 || len(problems) > 0 {
		t.Errorf("the empty template: %v, %v, %v", empty, problems, err)
	}
}

func TestTrueCellTypes(t *testing.T) {
	row := sample(1)
	row.Amount = 168_182_330_867_000 // the program shows 15 digits
	f, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, row)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for column, want := range map[int]string{colDate: "05/10/2018", colAmount: "168,182,330,867,000", colDebtorBirthYear: "1985", colDebtorIdentity: "038090000123"} {
		got, err := f.GetCellValue(casesSheet, Letter(column+1)+"2")
		if err != nil || got != want {
			t.Errorf("column %s shows %q, want %q (%v)", Letter(column+1), got, want, err)
		}
	}
	for column, want := range map[int]excelize.CellType{colDate: excelize.CellTypeUnset, colAmount: excelize.CellTypeUnset, colDebtorAddress: excelize.CellTypeInlineString} {
		got, err := f.GetCellType(casesSheet, Letter(column+1)+"2")
		if err != nil || got != want {
			t.Errorf("column %s is of type %d, want %d (%v)", Letter(column+1), got, want, err)
		}
	}
	if formula, err := f.GetCellFormula(casesSheet, Letter(colDebtorAddress+1)+"2"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q (%v)", formula, err)
	}
}

func TestForeignWorkbook(t *testing.T) {
	text := func(s string) string { return `<c t="inlineStr"><is><t>` + s + `</t></is></c>` }
	headers := `<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c>` + text("Ngày QĐ") + text("Hình thức") + text("Loại án") + text("Số bản án") + text("Ngày bản án") + text("Tòa án") + text("Người phải THA") + text("Nghĩa vụ") + text("Số tiền") + `</row>`
	row := `<row r="7">` + text("TH-01") + text("46") + `<c r="C7"><f>B1+1</f><v>43378</v></c>` + text("Chủ động") + text("DS") + text("7/DS-ST") + `<c><v>43348</v></c>` + text("TAND") + text("A") + text("Án phí") + `<c t="str"><f>T(1)</f><v>300.000</v></c><c r="XFD7" s="4"/></row>`
	entries, problems, err := read(pack(t, workbook(headers+row)))
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v, %v", entries, problems, err)
	}
	e := entries[0]
	if e.Row != 7 || e.Sheet != "Sổ" || e.Event.Decision.Date != thads.DateOf(2018, 10, 5) || e.Event.Particulars.Obligations[0].Amount != 300_000 {
		t.Errorf("%+v", e.Event)
	}
	if diff := cmp.Diff([]string{"C7 invalid 43378", "K7 invalid 300.000"}, problems); diff != "" { // warnings of formulas
		t.Error(diff)
	}
	for name, tt := range map[string]struct{ cell, want string }{
		"an error":              {`<c r="K7" t="e"><v>#REF!</v></c>`, "K7 INVALID #REF!"},
		"a formula not counted": {`<c r="K7"><f>1+1</f></c>`, "K7 INVALID"},
		"a truth":               {`<c r="K7" t="b"><v>1</v></c>`, "K7 INVALID 1"},
	} {
		_, problems, err := read(pack(t, workbook(headers+strings.Replace(row, `<c t="str"><f>T(1)</f><v>300.000</v></c>`, tt.cell, 1))))
		if err != nil || len(problems) != 2 || problems[1] != tt.want {
			t.Errorf("%s: %v, %v", name, problems, err)
		}
	}
}
