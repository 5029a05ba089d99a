package sheet

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// aReport is a form like those of the circulars: headers three deep, columns of
// their own and shared ones beside one another, money and a share.
func aReport(unit thads.QuantityUnit) *Report {
	const to, with = "Tổng số phải thi hành", "Có điều kiện thi hành"
	r := &Report{
		About:    About{Title: "Kết quả thi hành án dân sự & chia theo đơn vị", By: "Lê Thị Thử", At: time.Date(2019, 12, 9, 2, 30, 0, 0, time.UTC)},
		Superior: "Tổng cục Thi hành án dân sự", Agency: "Cục Thi hành án dân sự tỉnh Thanh Hóa",
		Number: "07/TK-THA", Basis: []string{"Ban hành theo Thông tư số 08/2015/TT-BTP", "ngày 26/6/2015 của Bộ Tư pháp"},
		Title:     "Kết quả thi hành án dân sự tính bằng tiền chia theo cơ quan thi hành án dân sự và chấp hành viên",
		Period:    []string{"12 tháng năm 2019", "(từ ngày 01/10/2018 đến ngày 30/9/2019)"},
		Recipient: "Tổng cục Thi hành án dân sự", Account: unit, RowHeader: "Tên cơ quan, chấp hành viên",
		Place: "Thanh Hóa, ngày 09 tháng 12 năm 2019", Notes: []string{strings.Repeat("Cột D3 chưa đối chiếu với văn bản gốc; ", 12)}, Checks: []string{"C = D + E: đạt ở cả 14 dòng"},
		Signers: []ReportSigner{{Title: "Người lập biểu", Hint: "(Ký, ghi rõ họ tên)", Name: "Lê Thị Thử"}, {Title: "Thủ trưởng đơn vị", Hint: "(Ký tên, đóng dấu)", Name: "Nguyễn Văn Thử"}},
		Columns: []ReportColumn{
			{Code: "A1", Path: []string{"Tổng số thụ lý", "Tổng số"}, Formula: "A2 + A3", Unit: unit},
			{Code: "A2", Path: []string{"Tổng số thụ lý", "Chia ra", "Năm trước chuyển sang (trừ số đã chuyển sổ theo dõi riêng)"}, Unit: unit},
			{Code: "A3", Path: []string{"Tổng số thụ lý", "Chia ra", "Thụ lý mới"}, Unit: unit},
			{Code: "B1", Path: []string{"Ủy thác thi hành án"}, Unit: unit},
			{Code: "B2", Path: []string{"Cục Thi hành án rút lên thi hành"}, Unit: unit},
			{Code: "C", Path: []string{to, "Tổng số phải thi hành"}, Formula: "A1 − B1 − B2 − B3", Unit: unit},
			{Code: "D", Path: []string{to, with, "Tổng số có điều kiện thi hành"}, Formula: "D1 + D2 + D3 + D4", Unit: unit},
			{Code: "D1", Path: []string{to, with, "Thi hành xong"}, Unit: unit},
			{Code: "D2", Path: []string{to, with, "Đình chỉ thi hành án"}, Unit: unit},
			{Code: "D3", Path: []string{to, with, "Giảm nghĩa vụ thi hành án"}, Unit: unit},
			{Code: "D4", Path: []string{to, with, "Đang thi hành"}, Unit: unit},
			{Code: "D5", Path: []string{to, with, "Hoãn thi hành án"}, Unit: unit},
			{Code: "D6", Path: []string{to, with, "Tạm đình chỉ thi hành án"}, Unit: unit},
			{Code: "E", Path: []string{to, "Chưa có điều kiện (trừ số đã chuyển sổ theo dõi riêng)"}, Unit: unit},
			{Code: "R", Path: []string{"Tổng số chuyển kỳ sau"}, Formula: "C − (D1 + D2 + D3)", Unit: unit},
			{Code: "P", Path: []string{"Tỷ lệ % (xong + đình chỉ + giảm)/có điều kiện"}, Formula: "(D1 + D2 + D3) / D × 100", Unit: thads.UnitPercent},
		},
	}
	for i := range 14 {
		row := ReportRow{Key: fmt.Sprintf("unit:u%d", i), Title: "Chi cục Thi hành án dân sự thành phố Thanh Hóa", Level: i % 3, Unit: fmt.Sprintf("u%d", i)}
		switch i % 3 {
		case 0:
			row.Title, row.Key = "Tổng số toàn tỉnh", fmt.Sprintf("total%d", i)
		case 2:
			row.Title, row.Officer = "Nguyễn Thị Hồng Thử", "of_1"
		}
		for j := range r.Columns {
			n := int64(970_327_000_000 / (i + 1) / (j + 1))
			if unit == thads.UnitCases {
				n = int64(13_140 / (i + 1) / (j + 1))
			}
			if r.Columns[j].Unit == thads.UnitPercent {
				n = 7_641 / int64(i+1)
			}
			row.Cells = append(row.Cells, ReportCell{N: n})
		}
		r.Rows = append(r.Rows, row)
	}
	r.Rows[3].Cells[15] = ReportCell{Null: true}
	r.Rows[4].Cells[2] = ReportCell{Hidden: true}
	r.Rows[5].Cells[9] = ReportCell{N: -1_234_567}
	return r
}

func paperOf(t *testing.T, r *Report) (*excelize.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteReport(&b, XLSX, r); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, b.Bytes()
}

// cellAt finds the cell with a text.
func cellAt(t *testing.T, f *excelize.File, text string) (column, row int) {
	t.Helper()
	found, err := f.SearchSheet(paperSheet, text)
	if err != nil || len(found) == 0 {
		t.Fatalf("no cell shows %q (%v)", text, err)
	}
	column, row, err = excelize.CellNameToCoordinates(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return column, row
}

// Cells are numbers in the unit that the paper names, exact to the đồng, and the
// same report makes the same bytes.
func TestReportOnPaperHasTrueNumbers(t *testing.T) {
	r := aReport(thads.UnitDong)
	f, bytesOnce := paperOf(t, r)
	_, again := paperOf(t, r)
	if !bytes.Equal(bytesOnce, again) {
		t.Error("the same report made different files")
	}
	_, top := cellAt(t, f, "Tổng số toàn tỉnh")
	for _, want := range []struct {
		cell, value string
		kind        excelize.CellType
	}{
		{cell: fmt.Sprintf("B%d", top), value: "970327000"},
		{cell: fmt.Sprintf("K%d", top+5), value: "-1234.567"},
		{cell: fmt.Sprintf("Q%d", top), value: "76.41"},
		{cell: fmt.Sprintf("Q%d", top+3), value: noNumber, kind: excelize.CellTypeInlineString},
		{cell: fmt.Sprintf("D%d", top+4), value: hiddenNumber, kind: excelize.CellTypeInlineString},
	} {
		got, err := f.GetCellValue(paperSheet, want.cell, excelize.Options{RawCellValue: true})
		if err != nil || got != want.value {
			t.Errorf("%s is %q (%v), want %q", want.cell, got, err, want.value)
		}
		if kind, err := f.GetCellType(paperSheet, want.cell); err != nil || kind != want.kind {
			t.Errorf("%s is of the type %v (%v), want %v", want.cell, kind, err, want.kind)
		}
	}
	if shown, err := f.GetCellValue(paperSheet, fmt.Sprintf("B%d", top)); err != nil || strings.TrimSpace(shown) != "970,327,000" {
		t.Errorf("the first number is shown as %q (%v)", shown, err)
	}
	cellAt(t, f, "Đơn vị tính: 1.000 đồng")
}

// Headers that columns share are one cell, a column's own reaches down to the
// codes, no two cells overlap, and every page repeats them.
func TestReportHeadersAreMerged(t *testing.T) {
	f, _ := paperOf(t, aReport(thads.UnitCases))
	merged, err := f.GetMergeCells(paperSheet)
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]string{}
	spans := map[string]string{}
	for _, m := range merged {
		left, top, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		right, bottom, failed := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil || failed != nil {
			t.Fatal(err, failed)
		}
		area := m.GetStartAxis() + ":" + m.GetEndAxis()
		spans[m.GetCellValue()] = fmt.Sprintf("%d×%d", right-left+1, bottom-top+1)
		for c := left; c <= right; c++ {
			for row := top; row <= bottom; row++ {
				name := fmt.Sprintf("%s%d", Letter(c), row)
				if other := taken[name]; other != "" {
					t.Errorf("%s and %s overlap in %s", other, area, name)
				}
				taken[name] = area
			}
		}
	}
	got := map[string]string{}
	for _, text := range []string{"Tên cơ quan, chấp hành viên", "Tổng số thụ lý", "Chia ra", "Ủy thác thi hành án", "Có điều kiện thi hành", "Tỷ lệ % (xong + đình chỉ + giảm)/có điều kiện"} {
		got[text] = spans[text]
	}
	if d := cmp.Diff(map[string]string{
		"Tên cơ quan, chấp hành viên": "1×3", "Tổng số thụ lý": "3×1", "Chia ra": "2×1", "Ủy thác thi hành án": "1×3", "Có điều kiện thi hành": "7×1",
		"Tỷ lệ % (xong + đình chỉ + giảm)/có điều kiện": "1×3",
	}, got); d != "" {
		t.Errorf("columns × rows of the headers (-want +got):\n%s", d)
	}
	_, top := cellAt(t, f, "Tên cơ quan, chấp hành viên")
	_, body := cellAt(t, f, "Tổng số toàn tỉnh")
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Name] = n.RefersTo
	}
	if want := fmt.Sprintf("'Biểu'!$%d:$%d", top, body-1); names["_xlnm.Print_Titles"] != want {
		t.Errorf("the pages repeat %q, want %q", names["_xlnm.Print_Titles"], want)
	}
	panes, err := f.GetPanes(paperSheet)
	if err != nil || !panes.Freeze || panes.XSplit != 1 || panes.YSplit != body-1 {
		t.Errorf("frozen are %+v (%v), want column 1 and %d rows", panes, err, body-1)
	}
	layout, err := f.GetPageLayout(paperSheet)
	if err != nil || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("the page is laid out as %+v (%v)", layout, err)
	}
}

// Every text finds the room that its letters need: a reader measures it by other
// means than the writer.
func TestReportTextsAreNotClipped(t *testing.T) {
	few := aReport(thads.UnitCases)
	few.Columns = few.Columns[14:]
	for i := range few.Rows {
		few.Rows[i].Cells = few.Rows[i].Cells[14:]
	}
	for name, r := range map[string]*Report{"money": aReport(thads.UnitDong), "cases": aReport(thads.UnitCases), "few columns": few} {
		t.Run(name, func(t *testing.T) { checkRoom(t, r) })
	}
}

func checkRoom(t *testing.T, r *Report) {
	t.Helper()
	f, _ := paperOf(t, r)
	rows, err := f.GetRows(paperSheet)
	if err != nil {
		t.Fatal(err)
	}
	areas := map[string]merge{}
	merged, err := f.GetMergeCells(paperSheet)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range merged {
		left, top, _ := excelize.CellNameToCoordinates(m.GetStartAxis())
		right, bottom, _ := excelize.CellNameToCoordinates(m.GetEndAxis())
		areas[m.GetStartAxis()] = merge{top: top, left: left, bottom: bottom, right: right}
	}
	checked := 0
	for i, row := range rows {
		for j, text := range row {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			checked++
			name := fmt.Sprintf("%s%d", Letter(j+1), i+1)
			area, isMerged := areas[name]
			if !isMerged {
				area = merge{top: i + 1, left: j + 1, bottom: i + 1, right: j + 1}
			}
			width, height := 0.0, 0.0
			for c := area.left; c <= area.right; c++ {
				w, err := f.GetColWidth(paperSheet, Letter(c))
				if err != nil {
					t.Fatal(err)
				}
				width += w
			}
			for n := area.top; n <= area.bottom; n++ {
				h, err := f.GetRowHeight(paperSheet, n)
				if err != nil {
					t.Fatal(err)
				}
				height += h
			}
			id, err := f.GetCellStyle(paperSheet, name)
			if err != nil {
				t.Fatal(err)
			}
			style, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			// A letter of Times New Roman is about as wide as a digit, bold capitals
			// a third more; a line is a fifth higher than its letters.
			letter := style.Font.Size / standardSize
			if style.Font.Bold {
				letter *= 1.07
			}
			lines, used := 1, 0.0
			for _, word := range strings.Fields(text) {
				w := letter * float64(len([]rune(word)))
				if w > width {
					t.Errorf("%s: the word %q needs %.1f digits and has %.1f", name, word, w, width)
				}
				if used > 0 && used+letter*0.5+w > width {
					lines, used = lines+1, 0
				}
				used += w + letter*0.5
			}
			if need := float64(lines) * style.Font.Size * 1.2; math.Ceil(need) > height+0.5 {
				t.Errorf("%s: %q needs %d lines, %.0f points, and has %.0f", name, text, lines, need, height)
			}
		}
	}
	if checked < 60 {
		t.Errorf("only %d cells were looked at", checked)
	}
}

// An office program prints the form with all its numbers and headers.
func TestOfficePrintsReports(t *testing.T) {
	o := &office{soffice: program(t, "libreoffice-calc-nogui", "soffice", "libreoffice"), pdftotext: program(t, "poppler-utils", "pdftotext"), dir: t.TempDir()}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r := aReport(thads.UnitDong)
	_, written := paperOf(t, r)
	book := filepath.Join(o.dir, "form.xlsx")
	if err := os.WriteFile(book, written, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := o.convert(ctx, "form", "pdf", book); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(ctx, o.pdftotext, "-layout", filepath.Join(o.dir, "form", "form.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	if strings.Contains(text, "##") {
		t.Errorf("a number does not fit its column:\n%s", text)
	}
	if pages := strings.Count(text, "\f"); pages != 1 {
		t.Errorf("it takes %d pages, want 1", pages)
	}
	for i := range r.Rows {
		for j, c := range r.Rows[i].Cells {
			if want := strings.NewReplacer(".", ",", ",", ".").Replace(c.shown(r.Columns[j].Unit)); !c.Null && !c.Hidden && !strings.Contains(text, want) {
				t.Errorf("row %d, column %s: %s is not on paper", i, r.Columns[j].Code, want)
			}
		}
	}
	words := map[string]bool{}
	for _, w := range strings.Fields(text) {
		words[w] = true
	}
	for i := range r.Columns {
		for _, header := range r.Columns[i].Path {
			for _, w := range strings.Fields(header) {
				if !words[w] {
					t.Errorf("the word %q of a header is not on paper", w)
				}
			}
		}
	}
}

// A table for programs is in đồng and in whole cases, says which column is which
// by code and which row by key, and runs no formula.
func TestReportAsCSV(t *testing.T) {
	r := aReport(thads.UnitDong)
	r.Rows[1].Title = "=cmd()"
	var b bytes.Buffer
	if err := WriteReport(&b, CSV, r); err != nil {
		t.Fatal(err)
	}
	text, isMarked := strings.CutPrefix(b.String(), "\ufeff")
	if !isMarked {
		t.Error("the byte order mark is missing")
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = ';'
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(r.Rows) {
		t.Fatalf("there are %d rows, want %d", len(rows), 1+len(r.Rows))
	}
	pick := func(row []string) []string { return []string{row[0], row[2], row[3], row[6], row[8], row[15], row[21]} }
	if d := cmp.Diff([][]string{
		{"Mã dòng", "Cấp", "Tên dòng", "A1 Tổng số (đồng)", "A3 Thụ lý mới (đồng)", "D3 Giảm nghĩa vụ thi hành án (đồng)", "P Tỷ lệ % (xong + đình chỉ + giảm)/có điều kiện"},
		{"total0", "0", "Tổng số toàn tỉnh", "970327000000", "323442333333", "97032700000", "76,41"},
		{"unit:u1", "1", "'=cmd()", "485163500000", "161721166666", "48516350000", "38,20"},
		{"total3", "0", "Tổng số toàn tỉnh", "242581750000", "80860583333", "24258175000", ""},
		{"unit:u4", "1", "Chi cục Thi hành án dân sự thành phố Thanh Hóa", "194065400000", "*", "19406540000", "15,28"},
		{"unit:u5", "2", "Nguyễn Thị Hồng Thử", "161721166666", "53907055555", "-1234567", "12,73"},
	}, [][]string{pick(rows[0]), pick(rows[1]), pick(rows[2]), pick(rows[4]), pick(rows[5]), pick(rows[6])}); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestReportsThatAreNoTables(t *testing.T) {
	for name, spoil := range map[string]func(*Report){
		"no columns": func(r *Report) { r.Columns = nil },
		"no header":  func(r *Report) { r.Columns[2].Path = nil },
		"cells":      func(r *Report) { r.Rows[2].Cells = r.Rows[2].Cells[1:] },
	} {
		r := aReport(thads.UnitCases)
		spoil(r)
		if err := WriteReport(&bytes.Buffer{}, XLSX, r); err == nil {
			t.Errorf("%s: it was written", name)
		}
	}
}

func TestLists(t *testing.T) {
	columns := []ListColumn{{Header: "Mã"}, {Header: "Số việc", Format: ListNumber}, {Header: "Số tiền (đồng)", Format: ListDong}, {Header: "Tỷ lệ"}}
	rows := [][]any{{"unit:u1", 13_140, thads.Dong(970_327_000_000), 76.41}, {"+1", 0, nil, -0.5}}
	write := func(f Format) *bytes.Buffer {
		t.Helper()
		var b bytes.Buffer
		w, err := NewListWriter(&b, f, About{Title: "Truy vấn"}, "Kết quả: tỷ lệ", columns)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := w.Write(slices.Clone(row)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return &b
	}
	if d := cmp.Diff("\ufeffMã;Số việc;Số tiền (đồng);Tỷ lệ\r\nunit:u1;13140;970327000000;76,41\r\n'+1;0;;-0,50\r\n", write(CSV).String()); d != "" {
		t.Errorf("CSV (-want +got):\n%s", d)
	}
	f, err := excelize.OpenReader(write(XLSX))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	got, err := f.GetRows("Kết quả- tỷ lệ", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{"Mã", "Số việc", "Số tiền (đồng)", "Tỷ lệ"}, {"unit:u1", "13140", "970327000000", "76.41"}, {"+1", "0", "", "-0.5"}}, got); d != "" {
		t.Errorf("XLSX (-want +got):\n%s", d)
	}
}
