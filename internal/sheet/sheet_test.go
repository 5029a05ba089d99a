package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

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
	w, err := NewCaseWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the entries of a file and what was reported, one line each
// ("D2 INVALID 31/02/2018"; warnings in lower case).
func read(data []byte) (entries []*CaseEntry, problems []string, err error) {
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		return nil, nil, err
	}
	r, err := NewCaseReader(b, func(p Problem) {
		code := string(p.Code)
		if p.Severity == Warning {
			code = strings.ToLower(code)
		}
		problems = append(problems, strings.TrimSpace(fmt.Sprintf("%s%d %s %s", p.Letter(), p.Row, code, p.Got)))
	})
	if err != nil {
		return nil, problems, err
	}
	for e, err := range r.Entries() {
		if err != nil {
			return entries, problems, err
		}
		entries = append(entries, e)
	}
	return entries, problems, nil
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
	if err := WriteCaseTemplate(&b, XLSX); err != nil {
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

// pack makes a workbook from its parts.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// workbook are the parts of a small workbook around the rows of its sheet.
func workbook(rows string) map[string]string {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	return map[string]string{
		"[Content_Types].xml":        head + `<Types/>`,
		"_rels/.rels":                head + `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            head + `<workbook><sheets><sheet name="Sổ" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": head + `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       head + `<sst><si><t>Mã đơn vị</t></si><si><r><t>Số </t></r><r><t>quyết định</t></r><rPh><t>phonetic</t></rPh></si></sst>`,
		"xl/worksheets/sheet1.xml":   head + `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
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

func TestHostileFiles(t *testing.T) {
	with := func(name, text string) []byte {
		parts := workbook(`<row><c t="s"><v>0</v></c></row>`)
		parts[name] = text
		return pack(t, parts)
	}
	sheetWith := func(rows string) []byte { return pack(t, workbook(rows)) }
	good := write(t, XLSX, sample(1))
	limits := DefaultLimits()
	limits.Bytes, limits.Unpacked, limits.Rows, limits.Columns, limits.Runes, limits.Strings, limits.Parts = 1<<20, 8<<20, 100, 50, 1000, 1<<16, 50
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint("part", i)] = "x"
	}
	encrypted := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), utf16le("EncryptedPackage")...)
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":                 {nil, "empty"},
		"too large":             {make([]byte, 1<<20+1), "at most 1 MB"},
		"old format":            {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Workbook"), "old .xls"},
		"password":              {encrypted, "password"},
		"PDF":                   {[]byte("%PDF-1.4"), "no .xlsx or CSV"},
		"UTF-16":                {[]byte("\xff\xfea\x00;\x00"), "neither"},
		"binary":                {[]byte("a\x00b"), "neither"},
		"zip of nothing":        {pack(t, map[string]string{"a": "b"}), "damaged"},
		"truncated":             {good[:len(good)/2], "damaged"},
		"macros":                {with("xl/vbaProject.bin", "x"), "macros"},
		"old macros":            {with("xl/macrosheets/sheet1.xml", "x"), "macros"},
		"links":                 {with("xl/externalLinks/externalLink1.xml", "x"), "links to other files"},
		"parts":                 {pack(t, many), "more than 50 parts"},
		"bomb":                  {with("xl/worksheets/sheet1.xml", strings.Repeat("0", 4<<20)), "may be a bomb"},
		"too much unpacked":     {with("xl/media/x.bin", strings.Repeat("01", 5<<20)), "unpacks to more than"},
		"document type":         {with("xl/worksheets/sheet1.xml", `<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>`), "damaged"},
		"no XML":                {with("xl/worksheets/sheet1.xml", "]]>"), "damaged"},
		"no end":                {with("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"), "damaged"},
		"string of nowhere":     {sheetWith(`<row><c t="s"><v>99</v></c></row>`), "damaged"},
		"negative string":       {sheetWith(`<row><c t="s"><v>-1</v></c></row>`), "damaged"},
		"rows back":             {sheetWith(`<row r="5"><c><v>1</v></c></row><row r="4"><c><v>1</v></c></row>`), "damaged"},
		"row of no number":      {sheetWith(`<row r="99999999"><c><v>1</v></c></row>`), "damaged"},
		"columns back":          {sheetWith(`<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`), "damaged"},
		"column of no letter":   {sheetWith(`<row><c r="11"><v>1</v></c></row>`), "damaged"},
		"too many columns":      {sheetWith(`<row><c r="XFD1"><v>1</v></c></row>`), "more than 50 columns"},
		"too many rows":         {sheetWith(strings.Repeat(`<row><c><v>1</v></c></row>`, 101)), "more than 100 rows"},
		"a long cell":           {sheetWith(`<row><c t="str"><v>` + strings.Repeat("ê", 1001) + `</v></c></row>`), "more than 1000 characters"},
		"a longer tag":          {sheetWith(`<row` + strings.Repeat(` x="yyyyyyyy"`, 200_000) + `>`), "exceeds"},
		"too many texts":        {with("xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si><t>0123456789</t></si>", 6000)+"</sst>"), "texts"},
		"CSV of one quote":      {[]byte("a;b\n\"" + strings.Repeat("x", 1000)), "quotes"},
		"CSV of bad quotes":     {[]byte("a;b\nx\"y;z\n"), "quotes"},
		"CSV of another code":   {[]byte("a;b\nTh\xe0nh;x\n"), "not UTF-8"},
		"CSV of too many rows":  {[]byte(strings.Repeat("a;b\n", 101)), "more than 100 rows"},
		"CSV of many columns":   {[]byte(strings.Repeat(";", 51)), "more than 50 columns"},
		"CSV with a long cell":  {[]byte("a;" + strings.Repeat("x", 1001)), "more than 1000 characters"},
		"nothing but separator": {[]byte(";;;\n;;;\n"), "headers"},
	} {
		l := limits
		if name == "bomb" {
			l.Unpacked, l.Ratio = 1<<30, 100
		} else {
			l.Ratio = 1 << 40
		}
		err := readAll(tt.data, l)
		if _, refused := thads.Refusals(err); !refused || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	// A part that is longer than it says.
	lying := bytes.Clone(good)
	z, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) == 0 {
		t.Fatal("an empty workbook")
	}
	for at := 0; ; {
		i := bytes.Index(lying[at:], []byte("PK\x01\x02"))
		if i < 0 {
			break
		}
		at += i
		copy(lying[at+24:], []byte{10, 0, 0, 0}) // the unpacked size in the directory
		at += 4
	}
	if err := readAll(lying, DefaultLimits()); err == nil {
		t.Error("parts longer than they say were read")
	}
}

// readAll reads every row of every sheet and the register.
func readAll(data []byte, l Limits) error {
	b, err := Open(bytes.NewReader(data), int64(len(data)), l)
	if err != nil {
		return err
	}
	for _, s := range b.sheets {
		for _, err := range s.rows() {
			if err != nil {
				return err
			}
		}
	}
	r, err := NewCaseReader(b, func(Problem) {})
	if err != nil {
		return err
	}
	for _, err := range r.Entries() {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestLetters(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "A", 26: "Z", 27: "AA", 52: "AZ", 53: "BA", 702: "ZZ", 703: "AAA", 16384: "XFD"} {
		if got := Letter(n); got != want {
			t.Errorf("column %d is %q, want %q", n, got, want)
		}
		if back, ok := columnOf(want + "12"); n > 0 && (!ok || back != n) {
			t.Errorf("%s12 is in column %d", want, back)
		}
	}
}

// smallLimits keep a fuzzed file from taking long.
func smallLimits() Limits {
	return Limits{Bytes: 1 << 20, Unpacked: 4 << 20, Ratio: 200, Parts: 50, Rows: 1000, Columns: 100, Runes: 2000, Strings: 1 << 20}
}

func fuzzed(t *testing.T, data []byte) {
	start := time.Now()
	err := readAll(data, smallLimits())
	if err != nil {
		if es, refused := thads.Refusals(err); !refused || es[0].Text.VI == "" {
			t.Errorf("refused without a sentence: %v", err)
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add(write(f, CSV, sample(1), sample(2)))
	f.Add(table(required, good(nil), good(map[int]string{colDate: "x"})))
	f.Add([]byte("\ufeffa;b\n\"c\nd\";e\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte("PK")) {
			return
		}
		fuzzed(t, data)
	})
}

func FuzzXLSX(f *testing.F) {
	f.Add(write(f, XLSX, sample(1)))
	f.Add(pack(f, workbook(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, append([]byte("PK\x03\x04"), bytes.TrimPrefix(data, []byte("PK\x03\x04"))...))
	})
}

// FuzzSheet fuzzes the rows within an intact workbook, which bytes at random
// never reach.
func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>x</t></is></c></row>`, `<sst><si><t>Mã đơn vị</t></si></sst>`)
	f.Add(`<row><c t="b"><f>1</f><v>1</v></c><c t="e"><v>#REF!</v></c><c t="d"><v>2018-09-05</v></c></row>`, `<sst/>`)
	f.Fuzz(func(t *testing.T, rows, texts string) {
		parts := workbook(rows)
		parts["xl/sharedStrings.xml"] = texts
		fuzzed(t, pack(t, parts))
	})
}
