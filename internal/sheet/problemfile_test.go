package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// statutory is a register as an agency keeps it: a title, headers over two rows
// with merged cells, true dates, a subtotal, and rows of which some are wrong.
func statutory(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const name = "Sổ [2019]"
	if err := f.SetSheetName("Sheet1", strings.NewReplacer("[", "(", "]", ")").Replace(name)); err != nil {
		t.Fatal(err)
	}
	sheet := f.GetSheetList()[0]
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range [][]any{
		{"SỔ THỤ LÝ THI HÀNH ÁN"},
		{},
		{"Mã đơn vị", "Số quyết định", "Ngày quyết định", "Hình thức thi hành", "Loại bản án", "Bản án", nil, nil, "Người phải thi hành án", "Loại nghĩa vụ", "Số tiền", "Ngày lập phiếu", "Số trang"},
		{nil, nil, nil, nil, nil, "Số", "Ngày", "Tòa án"},
		{"TH-01", "1/QĐ-CCTHADS", 43378, "Theo yêu cầu", "Dân sự", "07/2018/DS-ST", 43348, "TAND Thử", "Một", "Trả nợ", 5000000, 43380, 12},
		{"TH-01", "2/QĐ-CCTHADS", "31/02/2018", "Theo yêu cầu", "Dân sự", "08/2018/DS-ST", 43348, "TAND Thử", "=Hai", "Trả nợ", 1500000.5, 43380, 13},
		{"Cộng", nil, nil, nil, nil, nil, nil, nil, nil, nil, 6500000},
		{"TH-01", "3/QĐ-CCTHADS", 43378, "Theo yêu cầu", "Dân sự", "09/2018/DS-ST", 43348, "TAND Thử", "Ba", "Trả nợ", "năm triệu", 43380, true},
	} {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &line); err != nil {
			t.Fatal(err)
		}
	}
	for _, area := range [][2]string{{"A1", "K1"}, {"F3", "H3"}, {"A3", "A4"}, {"B3", "B4"}} {
		if err := f.MergeCell(sheet, area[0], area[1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, cell := range []string{"C5", "G5", "L5", "G6", "L6", "C8", "G8", "L8"} {
		if err := f.SetCellStyle(sheet, cell, cell, date); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// handedBack reads a file and returns what was wrong, and the problem file of the
// rows in which something was.
func handedBack(t *testing.T, data []byte) (Reading, map[string]map[int][]Problem, []byte) {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	reading, err := Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]map[int][]Problem{}
	r, err := NewReader(b, reading, func(p Problem) {
		if p.Severity == Error {
			if rows[p.Sheet] == nil {
				rows[p.Sheet] = map[int][]Problem{}
			}
			rows[p.Sheet][p.Row] = append(rows[p.Sheet][p.Row], p)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Failed { // whole
			for _, n := range e.RowNumbers {
				rows[e.Sheet][n] = append(rows[e.Sheet][n], []Problem{}...)
			}
		}
	}
	var out bytes.Buffer
	if err := WriteProblemFile(&out, b, reading, rows); err != nil {
		t.Fatal(err)
	}
	return reading, rows, out.Bytes()
}

func texted(rows [][]Cell) [][]string {
	var out [][]string
	for _, r := range rows {
		var line []string
		for _, c := range r {
			line = append(line, c.Text)
		}
		out = append(out, line)
	}
	return out
}

func TestRowsAreHandedBack(t *testing.T) {
	reading, rows, data := handedBack(t, statutory(t))
	const name = "Sổ (2019)"
	if len(rows[name]) != 2 || len(rows[name][6]) != 2 || len(rows[name][8]) != 1 {
		t.Fatalf("the rows that are wrong: %v", rows)
	}
	got := texted(cellsOf(t, data, name))
	want := [][]string{
		{"SỔ THỤ LÝ THI HÀNH ÁN"},
		nil,
		{"Mã đơn vị", "Số quyết định", "Ngày quyết định", "Hình thức thi hành", "Loại bản án", "Bản án", "", "", "Người phải thi hành án", "Loại nghĩa vụ", "Số tiền", "Ngày lập phiếu", "Số trang"},
		{"", "", "", "", "", "Số", "Ngày", "Tòa án", "", "", "", "", "", "Vấn đề"},
		{"TH-01", "2/QĐ-CCTHADS", "31/02/2018", "Theo yêu cầu", "Dân sự", "08/2018/DS-ST", "43348", "TAND Thử", "=Hai", "Trả nợ", "1500000.5", "43380", "13"},
		{"TH-01", "3/QĐ-CCTHADS", "43378", "Theo yêu cầu", "Dân sự", "09/2018/DS-ST", "43348", "TAND Thử", "Ba", "Trả nợ", "năm triệu", "43380", "1"},
	}
	for i, n := range []int{6, 8} {
		want[4+i] = append(want[4+i], problemText(rows[name][n]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text := got[4][13]; !strings.Contains(text, "Ngày quyết định (cột C): ") || !strings.Contains(text, "\n") {
		t.Errorf("what is wrong is told as %q", text)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	// What was a date is one still, also where nobody said which the column is.
	for ref, want := range map[string]string{"G5": "05/09/2018", "C6": "05/10/2018", "L5": "07/10/2018", "M5": "13", "M6": "TRUE", "K6": "năm triệu"} {
		if got, err := f.GetCellValue(name, ref); err != nil || got != want {
			t.Errorf("%s shows %q, want %q (%v)", ref, got, want, err)
		}
	}
	merged, err := f.GetMergeCells(name)
	var areas []string
	for _, m := range merged {
		areas = append(areas, m.GetStartAxis()+":"+m.GetEndAxis())
	}
	slices.Sort(areas)
	if diff := cmp.Diff([]string{"A1:K1", "A3:A4", "B3:B4", "F3:H3"}, areas); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}

	// Mended, it is read as the file was; the column with what was wrong is not.
	for ref, value := range map[string]any{"C5": "28/02/2018", "K5": 1500000, "K6": 5000000} {
		if err := f.SetCellValue(name, ref, value); err != nil {
			t.Fatal(err)
		}
	}
	var mended bytes.Buffer
	if err := f.Write(&mended); err != nil {
		t.Fatal(err)
	}
	again, rows, data := handedBack(t, mended.Bytes())
	if len(rows) > 0 {
		t.Errorf("mended, there is wrong: %v", rows)
	}
	codes := func(m *Mapping) (out []string) {
		for _, c := range m.Columns {
			if c.Title != problemHeader {
				out = append(out, c.Field)
			}
		}
		return out
	}
	if diff := cmp.Diff(codes(reading.Cases), codes(again.Cases)); diff != "" {
		t.Errorf("read again the columns are others:\n%s", diff)
	}
	entries, _ := entriesOf(t, mended.Bytes())
	if len(entries) != 2 || entries[1].Opening.Event.Particulars.Obligations[0].Amount != 5_000_000 || entries[0].Opening.Event.Decision.Date != thads.DateOf(2018, 2, 28) {
		t.Errorf("%d entries are read of what was mended", len(entries))
	}
	// Nothing to mend: the headers alone.
	if got := texted(cellsOf(t, data, name)); len(got) != 4 || got[3][13] != problemHeader {
		t.Errorf("without problems the file has %q", got)
	}
}

// Handed back twice, the column says what is wrong now.
func TestRowsAreHandedBackTwice(t *testing.T) {
	_, first, data := handedBack(t, statutory(t))
	_, second, data := handedBack(t, data)
	const name = "Sổ (2019)"
	if len(first[name]) != 2 || len(second[name]) != 2 {
		t.Fatalf("%d rows are wrong, and then %d", len(first[name]), len(second[name]))
	}
	got := texted(cellsOf(t, data, name))
	if len(got) != 6 || len(got[3]) != 14 || got[3][13] != problemHeader || len(got[4]) != 14 || !strings.Contains(got[4][13], "Ngày quyết định (cột C)") {
		t.Errorf("the second time the file is %q", got)
	}
}

func TestRowsOfCSVAreHandedBack(t *testing.T) {
	data := table(required, good(nil), good(map[int]string{colNumber: "047/QĐ-CCTHADS", colDate: "hôm qua", colDebtorName: "=1+1"}))
	_, rows, out := handedBack(t, data)
	if len(rows[""]) != 1 {
		t.Fatalf("the rows that are wrong: %v", rows)
	}
	got := texted(cellsOf(t, out, "Các dòng cần sửa"))
	want := append(good(map[int]string{colNumber: "047/QĐ-CCTHADS", colDate: "hôm qua", colDebtorName: "=1+1"}), problemText(rows[""][3]))
	if len(got) != 2 || !slices.Equal(got[1], want) {
		t.Errorf("handed back: %q, want %q", got, want)
	}
}

func TestProblemFileOfAnotherBook(t *testing.T) {
	b := &Book{}
	err := WriteProblemFile(&bytes.Buffer{}, b, Reading{Cases: &Mapping{Register: Cases, Sheet: "Một", HeaderRow: 1}}, nil)
	if refusals, ok := thads.Refusals(err); !ok || refusals[0].Code != thads.CodeUnknown {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestSheetNames(t *testing.T) {
	for got, want := range map[string]string{
		sheetName("Sổ [1]: a/b"): "Sổ -1-- a-b", sheetName(strings.Repeat("ạ", 40)): strings.Repeat("ạ", 31), sheetName("'x'"): "x", sheetName(""): "Các dòng cần sửa",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
