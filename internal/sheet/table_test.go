package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/thads"
)

// A testRow is a row of a register that has a column of every format.
type testRow struct {
	text string
	on   thads.Date
	sum  thads.Dong
	year int
	at   time.Time
}

func testRegister() *register[testRow] {
	return &register[testRow]{columns: []column[testRow]{
		textColumn(column[testRow]{code: "text", header: "Chữ", required: true, width: 20}, func(r *testRow) *string { return &r.text }),
		dateColumn(column[testRow]{code: "on", header: "Ngày"}, func(r *testRow) *thads.Date { return &r.on }),
		dongColumn(column[testRow]{code: "sum", header: "Số tiền phải thi hành theo bản án, quyết định (đồng)"}, func(r *testRow) *thads.Dong { return &r.sum }),
		{code: "year", header: "Năm", format: formatYear, get: func(r *testRow) any { return orNil(r.year) }},
		{code: "at", header: "Lúc", get: func(r *testRow) any {
			if r.at.IsZero() {
				return nil
			}
			return r.at
		}},
	}}
}

// writeTest writes rows, those of two sheets in turns.
func writeTest(t testing.TB, f Format, about About, rows ...testRow) []byte {
	t.Helper()
	var b bytes.Buffer
	file, err := NewFile(&b, f, about)
	if err != nil {
		t.Fatal(err)
	}
	var tables []*Table[testRow]
	for _, name := range []string{"Một", "Hai"} {
		if f == CSV && len(tables) == 1 {
			break
		}
		table, err := newTable(file, testRegister(), tableOptions{name: name, fixed: 1, locked: name == "Hai"})
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	for i := range rows {
		for _, table := range tables {
			if err := table.Write(&rows[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cellsOf returns what this package reads in a sheet.
func cellsOf(t testing.TB, data []byte, name string) [][]Cell {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	s := b.source(name)
	if s == nil {
		t.Fatalf("there is no sheet %q among %q", name, b.Sheets())
	}
	var out [][]Cell
	for row, err := range s.rows() {
		if err != nil {
			t.Fatal(err)
		}
		for len(out) < row.Number-1 {
			out = append(out, nil)
		}
		out = append(out, slices.Clone(row.Cells))
	}
	return out
}

func TestTableOfEveryFormat(t *testing.T) {
	about := About{Title: "Sổ thử & <kiểm>", By: "Lê Thị \"Thử\"", At: time.Date(2019, 3, 5, 20, 30, 0, 0, time.UTC)}
	data := writeTest(t, XLSX, about,
		testRow{"=1+1 & <b>\"x\"</b>\ndòng hai ", thads.DateOf(2018, 9, 5), 999_999_999_999_999, 1985, time.Date(2018, 9, 5, 18, 45, 30, 0, time.UTC)},
		testRow{"007", thads.DateOf(1899, 12, 31), -1, 0, time.Time{}},
		testRow{})
	for _, name := range []string{"Một", "Hai"} {
		want := [][]Cell{
			{{Text, "Chữ *", false}, {Text, "Ngày", false}, {Text, "Số tiền phải thi hành theo bản án, quyết định (đồng)", false}, {Text, "Năm", false}, {Text, "Lúc", false}},
			{{Text, "=1+1 & <b>\"x\"</b>\ndòng hai ", false}, {Number, "43348", false}, {Number, "999999999999999", false}, {Number, "1985", false}, {Number, "43349.073263889", false}},
			{{Text, "007", false}, {Text, "31/12/1899", false}, {Number, "-1", false}},
		}
		if diff := cmp.Diff(want, cellsOf(t, data, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}

	// Another program reads the same, and finds what makes it legible.
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for ref, want := range map[string]string{"A2": "=1+1 & <b>\"x\"</b>\ndòng hai ", "A3": "007", "B2": "05/09/2018", "C2": "999,999,999,999,999", "D2": "1985", "E2": "06/09/2018 01:45"} {
		for _, name := range f.GetSheetList() {
			if got, err := f.GetCellValue(name, ref); err != nil || got != want {
				t.Errorf("%s!%s shows %q, want %q (%v)", name, ref, got, want, err)
			}
			if formula, err := f.GetCellFormula(name, ref); err != nil || formula != "" {
				t.Errorf("%s!%s is the formula %q (%v)", name, ref, formula, err)
			}
		}
	}
	for column, least := range map[string]float64{"A": 20, "B": 12, "C": 24, "D": 6} {
		if got, err := f.GetColWidth("Hai", column); err != nil || got < least {
			t.Errorf("column %s is %g wide, want %g or more (%v)", column, got, least, err)
		}
	}
	panes, err := f.GetPanes("Hai")
	if err != nil || !panes.Freeze || panes.XSplit != 1 || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	page, err := f.GetPageLayout("Hai")
	if err != nil || *page.Orientation != "landscape" || *page.FitToWidth != 1 || *page.FitToHeight != 0 {
		t.Errorf("page %+v, %v", page, err)
	}
	foot, err := f.GetHeaderFooter("Hai")
	if want := "&LSổ thử && <kiểm> – Xuất bởi Lê Thị \"Thử\" lúc 03:30 ngày 06/03/2019&RTrang &P/&N"; err != nil || foot.OddFooter != want {
		t.Errorf("the foot of a page is %q, want %q (%v)", foot.OddFooter, want, err)
	}
	props, err := f.GetDocProps()
	if err != nil || props.Title != about.Title || props.Creator != about.By || props.Created != "2019-03-05T20:30:00Z" || props.Description != "Xuất bởi Lê Thị \"Thử\" lúc 03:30 ngày 06/03/2019" {
		t.Errorf("properties %+v, %v", props, err)
	}
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	if diff := cmp.Diff(map[string]string{
		"Một _xlnm.Print_Titles": "'Một'!$1:$1", "Hai _xlnm.Print_Titles": "'Hai'!$1:$1",
		"Một _xlnm._FilterDatabase": "'Một'!$A$1:$E$4", "Hai _xlnm._FilterDatabase": "'Hai'!$A$1:$E$4",
	}, names); diff != "" {
		t.Error(diff)
	}
}

func TestTableWithoutAbout(t *testing.T) {
	a, b := writeTest(t, XLSX, About{}), writeTest(t, XLSX, About{})
	if !bytes.Equal(a, b) {
		t.Error("the same table is written differently")
	}
	f, err := excelize.OpenReader(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if foot, err := f.GetHeaderFooter("Một"); err != nil || foot.OddFooter != "&L&RTrang &P/&N" {
		t.Errorf("the foot of a page is %q (%v)", foot.OddFooter, err)
	}
}

func TestTableAsCSV(t *testing.T) {
	data := writeTest(t, CSV, About{}, testRow{"=HYPERLINK(\"x\";1)\ny", thads.DateOf(2018, 9, 5), -5, 1985, time.Date(2018, 9, 5, 18, 45, 30, 0, time.UTC)}, testRow{text: "a;b"})
	want := "\ufeffChữ;Ngày;Số tiền phải thi hành theo bản án, quyết định (đồng);Năm;Lúc\r\n" +
		"\"'=HYPERLINK(\"\"x\"\";1)\r\ny\";05/09/2018;-5;1985;06/09/2018 01:45\r\n\"a;b\";;;;\r\n"
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
	file, err := NewFile(io.Discard, CSV, About{})
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err == nil {
		t.Error("a file without a table is closed")
	}
	if _, err := newTable(file, testRegister(), tableOptions{name: "a"}); err != nil {
		t.Error(err)
	}
	if _, err := newTable(file, testRegister(), tableOptions{name: "b"}); err == nil {
		t.Error("a CSV file takes a second table")
	}
	if _, err := NewFile(io.Discard, "ods", About{}); err == nil {
		t.Error("there is a format ods")
	}
}

// Every text comes back from CSV as it was, and none begins like a formula there.
func TestGuardIsUndone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[ '\t]{0,2}[=+\-@'a1＝]{0,3}[a-z0-9' ]{0,3}`).Draw(t, "text")
		g := guard(s)
		if unguard(g) != s {
			t.Fatalf("%q is written as %q and read as %q", s, g, unguard(g))
		}
		if isFormula(g) {
			t.Fatalf("%q is written as %q, which begins like a formula", s, g)
		}
	})
	for _, s := range []string{"=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "＝1", "'=1", "''=1"} {
		if g := guard(s); g != "'"+s {
			t.Errorf("%q is written as %q", s, g)
		}
	}
	for _, s := range []string{"", "a=1", "'a", "12", "''"} {
		if g := guard(s); g != s {
			t.Errorf("%q is written as %q", s, g)
		}
	}
}

func TestTextsOfAnyCharacters(t *testing.T) {
	texts := []string{"\x01\x02", "a\rb", "_x000D_", "__x000d_", "_x00", "\xff\xfe", "\ufffe\uffff", "𝕬 ạ̃", "]]>", "&amp;", "_x005F_", " giữa  hai "}
	var rows []testRow
	for _, s := range texts {
		rows = append(rows, testRow{text: s})
	}
	f, err := excelize.OpenReader(bytes.NewReader(writeTest(t, XLSX, About{}, rows...)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	want := slices.Clone(texts)
	want[5], want[6] = "\ufffd\ufffd", "\ufffd\ufffd" // what no workbook can hold
	for i, s := range want {
		got, err := f.GetCellValue("Một", fmt.Sprintf("A%d", i+2))
		if err != nil || got != s {
			t.Errorf("%q is read as %q (%v)", texts[i], got, err)
		}
	}
}

func TestTablesThatCannotBe(t *testing.T) {
	long := strings.Repeat("ạ", maxCellText)
	writeTest(t, XLSX, About{}, testRow{text: long})
	file, err := NewFile(io.Discard, XLSX, About{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Abort() }()
	table, err := newTable(file, testRegister(), tableOptions{name: "Một"})
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Write(&testRow{text: long + "x"}); err == nil {
		t.Error("a text is written that no workbook can hold")
	}
	for _, name := range []string{"", "MỘT", "a/b", "[a]", "'a", strings.Repeat("a", 32)} {
		if _, err := newTable(file, testRegister(), tableOptions{name: name}); err == nil {
			t.Errorf("a sheet is called %q", name)
		}
	}
	table.sheet.rows = lastRow
	err = table.Write(&testRow{text: "x"})
	if refusals, ok := thads.Refusals(err); !ok || refusals[0].Code != thads.CodeLimit {
		t.Errorf("a row beyond the last: %v", err)
	}
}

// fullDisk takes so many bytes and no more.
type fullDisk int

func (f *fullDisk) Write(p []byte) (int, error) {
	if *f -= fullDisk(len(p)); *f < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestNothingIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, room := range []fullDisk{0, 3000, 6000, 9000} {
		file, err := NewFile(&room, XLSX, About{})
		if err != nil {
			t.Fatal(err)
		}
		failed := false
		for i := range 3 {
			table, err := newTable(file, testRegister(), tableOptions{name: fmt.Sprint("Trang ", i)})
			if err != nil {
				t.Fatal(err)
			}
			for j := range 50 {
				err := table.Write(&testRow{text: fmt.Sprint(j * i), sum: thads.Dong(j * 7919)})
				failed = failed || errors.Is(err, io.ErrShortWrite)
			}
		}
		err = file.Close()
		if room < 0 && !failed && !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("the disk was full, and closing says %v", err)
		}
		if err := file.Abort(); err != nil {
			t.Error(err)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// What a file takes in memory does not grow with its rows, and the first rows
// are on their way before the last ones are known.
func TestWritingInBoundedMemory(t *testing.T) {
	memory := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var sent counted
	file, err := NewFile(&sent, XLSX, About{})
	if err != nil {
		t.Fatal(err)
	}
	var tables []*Table[testRow]
	for i := range 3 {
		table, err := newTable(file, testRegister(), tableOptions{name: fmt.Sprint("Trang ", i)})
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	rows := func(from, to int) {
		for i := from; i < to; i++ {
			r := testRow{text: fmt.Sprintf("Nguyễn Văn %x", uint64(i)*0x9e3779b97f4a7c15), on: thads.DateOf(2018, 9, 5), sum: thads.Dong(i) * 7919 * 104729, year: 1985}
			for _, table := range tables {
				if err := table.Write(&r); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	rows(0, 300)
	before := memory()
	rows(300, 4300)
	if after := memory(); after > before+1<<19 {
		t.Errorf("4,000 rows more take %d KB more", (after-before)>>10)
	}
	if sent < 50_000 {
		t.Errorf("%d bytes are sent before the end", sent)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

type counted int

func (c *counted) Write(p []byte) (int, error) { *c += counted(len(p)); return len(p), nil }

func TestPartsOfAWorkbookAreXML(t *testing.T) {
	data := writeTest(t, XLSX, About{Title: "<&>", By: "&<>\"'", At: time.Now()}, testRow{text: "x"})
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if err := wellFormed(r); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{
		"[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml", "xl/_rels/workbook.xml.rels",
		"xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
	}, names); diff != "" {
		t.Error(diff)
	}
}

func wellFormed(r io.Reader) error {
	d := xml.NewDecoder(r)
	for {
		if _, err := d.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
