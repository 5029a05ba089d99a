package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// marked writes a file that says who made it.
func marked(t *testing.T, f Format, row CaseRow) []byte {
	t.Helper()
	about := About{Title: "Sổ", By: "Nguyễn Thị “Kế toán”; phòng 2", At: time.Date(2019, 12, 9, 2, 5, 0, 0, time.UTC), Record: "dc_0abc"}
	var b bytes.Buffer
	file, err := NewFile(&b, f, about)
	if err != nil {
		t.Fatal(err)
	}
	table, err := file.Cases()
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Write(&row); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const madeBy = "Xuất bởi Nguyễn Thị “Kế toán”; phòng 2 lúc 09:05 ngày 09/12/2019, nhật ký dc_0abc"

// TestExportMark writes who made a file: in a CSV file below its rows, where
// reading leaves the line out and nothing else.
func TestExportMark(t *testing.T) {
	data := marked(t, CSV, sample(46))
	lines := strings.Split(strings.TrimSpace(string(data)), "\r\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, `"`+madeBy+`";`) {
		t.Errorf("the last line is %q", last)
	}
	entries, problems, err := read(data)
	if err != nil || len(entries) != 1 || !slices.ContainsFunc(problems, func(p string) bool { return strings.HasSuffix(p, "Dòng ghi ai đã xuất tệp và lúc nào)") }) {
		t.Errorf("read %d entries, problems %q, %v", len(entries), problems, err)
	}

	data = marked(t, XLSX, sample(46))
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	properties, err := book.GetDocProps()
	if err != nil || properties.Description != madeBy || properties.Creator != "Nguyễn Thị “Kế toán”; phòng 2" {
		t.Errorf("properties: %+v, %v", properties, err)
	}
	footer, err := book.GetHeaderFooter(casesSheet)
	if err != nil || !strings.Contains(footer.OddFooter, madeBy) {
		t.Errorf("footer: %+v, %v", footer, err)
	}
	if entries, _, err = read(data); err != nil || len(entries) != 1 {
		t.Errorf("read %d entries, %v", len(entries), err)
	}
}

// TestOnlyTheMarkIsLeftOut keeps rows that merely resemble the line.
func TestOnlyTheMarkIsLeftOut(t *testing.T) {
	for text, want := range map[string]bool{
		madeBy: true, strings.ToUpper(madeBy): true, "Xuất lúc 09:05 ngày 09/12/2019, nhật ký dc_1": true,
		"Xuất bởi Nguyễn Văn A":                         false,
		"Xuất bởi A lúc 09:05 ngày 09/12/2019":          false,
		"Nhật ký: " + madeBy:                            false,
		"Xuất bởi A lúc 9 giờ ngày 1/2/2019, nhật ký x": false,
	} {
		row := &Row{Cells: []Cell{{}, {Kind: Text, Text: text}, {Kind: Text, Text: " "}}}
		if got := isExportMark(row); got != want {
			t.Errorf("%q: %v", text, got)
		}
		row.Cells[0] = Cell{Kind: Text, Text: "1"}
		if isExportMark(row) {
			t.Errorf("%q beside another cell is left out", text)
		}
	}
}

// TestMaskedCells refuses what was not shown to whoever exported the file, and
// names the cell.
func TestMaskedCells(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*CaseRow)
		column string // "" where it is no mask
	}{
		"name":           {func(r *CaseRow) { r.Debtor.Name = "N• V• A•" }, "Người phải thi hành án"},
		"address":        {func(r *CaseRow) { r.Debtor.Address = "•, Phường Thử" }, "Địa chỉ người phải THA"},
		"item-like":      {func(r *CaseRow) { r.Debtor.Address = "• Phường Thử" }, "Địa chỉ người phải THA"},
		"number":         {func(r *CaseRow) { r.Creditor.IdentityNumber = "•••••••••123" }, "Số định danh người được THA"},
		"account":        {func(r *CaseRow) { r.Debtor.AccountNumber = "•••••••••123" }, "Số tài khoản người phải THA"},
		"note":           {func(r *CaseRow) { r.Note = "•••" }, "Ghi chú"},
		"note of a list": {func(r *CaseRow) { r.Note = "• Kho 2\n• Tủ 3" }, ""},
		"masked in list": {func(r *CaseRow) { r.Note = "• Kho 2\n• N• V• A•" }, "Ghi chú"},
	} {
		for _, f := range []Format{CSV, XLSX} {
			t.Run(name+" "+string(f), func(t *testing.T) {
				row := sample(46)
				tt.change(&row)
				data := write(t, f, row)
				b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
				if err != nil {
					t.Fatal(err)
				}
				found, err := Detect(b)
				if err != nil {
					t.Fatal(err)
				}
				var problems []Problem
				r, err := newCaseReader(b, found.Cases, func(p Problem) { problems = append(problems, p) })
				if err != nil {
					t.Fatal(err)
				}
				failed := false
				for e, err := range r.entries() {
					if err != nil {
						t.Fatal(err)
					}
					failed = failed || e.Failed
				}
				i := slices.IndexFunc(problems, func(p Problem) bool { return p.Code == thads.CodeNotAllowed })
				if tt.column == "" {
					if i >= 0 || failed {
						t.Fatalf("problems: %v", problems)
					}
					return
				}
				if i < 0 || !failed {
					t.Fatalf("not refused: %v", problems)
				}
				if p := &problems[i]; p.Severity != Error || p.Row != 2 || p.Header != tt.column || !strings.Contains(p.Where(), "dòng 2, cột "+p.Letter()) || !strings.Contains(p.Text.VI, "dữ liệu đã che") {
					t.Errorf("refused as %v", p)
				}
			})
		}
	}
}
