package sheet

import (
	"testing"

	"github.com/thads/thads/internal/thads"
)

// TestRowsLeftOut looks at rows of a register with the columns TT (not read),
// number, debtor, kind, amount, note.
func TestRowsLeftOut(t *testing.T) {
	titles := []string{"TT", "Quyết định / Số", "Người phải THA", "Loại nghĩa vụ", "Số tiền (đồng)", "Ghi chú"}
	cells := []mappedCell{{at: 1, names: true}, {at: 2}, {at: 3}, {at: 4}, {at: 5}}
	type rows [][]string
	for name, tt := range map[string]struct {
		rows rows
		want []thads.Text // of each row; the zero Text for those that are read
	}{
		"a case":                     {rows{{"1", "46/QĐ-CCTHADS", "Nguyễn Văn A", "Án phí", "#200000", ""}}, []thads.Text{{}}},
		"a further debtor":           {rows{{"", "", "Trần Thị Cộng", "", "", ""}}, []thads.Text{{}}},
		"a further obligation":       {rows{{"", "", "", "Tiền phạt", "#500000", ""}}, []thads.Text{{}}},
		"companies, police, people":  {rows{{"", "", "Công ty TNHH A", "", "#1000000", ""}, {"", "", "Công an xã", "", "", ""}, {"", "", "Cộng đồng dân cư thôn 3", "", "", ""}, {"", "", "Tổng công ty B", "", "#5000", ""}, {"", "", "Cong ty C", "", "", ""}}, []thads.Text{{}, {}, {}, {}, {}}},
		"numbers in parentheses":     {rows{{"(1)", "(2)", "(3)", "(4)", "(5)", "(6)"}}, []thads.Text{columnNumbers}},
		"plain numbers":              {rows{{"#1", "#2", "#3", "#4", "#5", "#6"}}, []thads.Text{columnNumbers}},
		"letters, numbers, formulas": {rows{{"A", "B", "1", "2", "3=1+2", "4"}}, []thads.Text{columnNumbers}},
		"a case that counts":         {rows{{"#1", "#2", "#2", "#4", "#5", ""}}, []thads.Text{{}}},
		"repeated headers":           {rows{{"TT", "Số", "Người phải THA", "Loại nghĩa vụ", "Số tiền (đồng)", "Ghi chú"}, {"", "Quyết định", "Người phải THA", "", "", ""}}, []thads.Text{repeatedHeader, repeatedHeader}},
		"subtotals": {
			rows{{"", "", "Cộng", "", "#700000", ""}, {"Tổng cộng", "", "", "", "#700000", ""}, {"", "CỘNG TRANG 1", "", "", "700.000", ""}, {"", "", "Tổng số: ", "25 việc", "#7", ""}, {"", "", "Mang sang", "", "#7", ""}, {"", "", "cong", "", "#7", ""}, {"", "", "Lũy kế đến 30/9/2018", "", "#7", ""}},
			[]thads.Text{subtotal, subtotal, subtotal, subtotal, subtotal, subtotal, subtotal},
		},
		"sections": {
			rows{{"I", "Án chủ động", "", "", "", ""}, {"II. Án theo yêu cầu", "", "", "", "#700", ""}, {"", "Tháng 10 năm 2018", "", "", "", ""}, {"", "Chấp hành viên: Lê Văn C", "", "", "", ""}, {"", "VIỆC CŨ CHUYỂN SANG", "", "", "", ""}, {"Xã Nga An", "", "", "", "#900000", ""}},
			[]thads.Text{section, section, section, section, section, section},
		},
		"a number alone is no section": {rows{{"", "46/QĐ-CCTHADS", "", "", "", ""}}, []thads.Text{{}}},
		"signatures and what follows": {
			rows{{"", "", "", "", "Thanh Hóa, ngày 30 tháng 9 năm 2018", ""}, {"", "Người lập sổ", "", "", "KT. CHI CỤC TRƯỞNG", ""}, {"", "(Ký, ghi rõ họ tên)", "", "", "(Ký tên, đóng dấu)", ""}, {"", "Lê Thị Ghi", "", "", "Phạm Văn Ký", ""}},
			[]thads.Text{signature, signature, signature, behindSigned},
		},
		"the next page": {
			rows{{"", "Người lập sổ", "", "", "Thủ trưởng", ""}, {"", "Lê Thị Ghi", "", "", "", ""}, {"2", "47/QĐ-CCTHADS", "Nguyễn Văn A", "Án phí", "#200000", "x"}, {"", "", "Trần Thị B", "", "", ""}},
			[]thads.Text{signature, behindSigned, {}, {}},
		},
		"headers behind signatures": {
			rows{{"", "Người lập sổ", "", "", "", ""}, {"TT", "Số", "Người phải THA", "Loại nghĩa vụ", "Số tiền (đồng)", "Ghi chú"}, {"", "", "Trần Thị B", "", "", ""}},
			[]thads.Text{signature, repeatedHeader, {}},
		},
		"an officer's name is no signature": {rows{{"", "", "Kế toán viên Lê Văn C", "", "#100000", ""}}, []thads.Text{{}}},
	} {
		l := newLeaver(titles, cells)
		for i, texts := range tt.rows {
			row := &Row{Number: i + 2}
			for _, text := range texts {
				c := Cell{Kind: Text, Text: text}
				switch {
				case text == "":
					c = Cell{}
				case text[0] == '#':
					c = Cell{Kind: Number, Text: text[1:]}
				}
				row.Cells = append(row.Cells, c)
			}
			if got, left := l.look(row); got != tt.want[i] || left != (tt.want[i] != thads.Text{}) {
				t.Errorf("%s, row %d: %q, want %q", name, i, got.VI, tt.want[i].VI)
			}
		}
	}
}
