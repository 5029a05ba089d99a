package sheet

import (
	"testing"

	"github.com/thads/thads/internal/thads"
)

func TestReadingValues(t *testing.T) {
	for _, tt := range []struct {
		column int
		cell   Cell
		want   string // the value shown; a code where it is refused
		warns  bool
	}{
		{colDate, Cell{Text, "05/09/2018", false}, "05/09/2018", false},
		{colDate, Cell{Text, "5-9-2018", false}, "05/09/2018", false},
		{colDate, Cell{Text, "5.9.2018", false}, "05/09/2018", false},
		{colDate, Cell{Text, "ngày 05 tháng 9 năm 2018", false}, "05/09/2018", false},
		{colDate, Cell{Text, "2018-09-05", false}, "05/09/2018", false},
		{colDate, Cell{Text, "05/09/2018 00:00:00", false}, "05/09/2018", false},
		{colDate, Cell{Date, "2018-09-05T00:00:00", false}, "05/09/2018", false},
		{colDate, Cell{Number, "43348", false}, "05/09/2018", false},
		{colDate, Cell{Number, "43348.75", false}, "05/09/2018", false},
		{colDate, Cell{Number, "4.3348E4", false}, "05/09/2018", false},
		{colDate, Cell{Number, "61", false}, "01/03/1900", false},
		{colDate, Cell{Text, "43348", false}, "05/09/2018", true},
		{colDate, Cell{Number, "60", false}, "INVALID", false},
		{colDate, Cell{Number, "-1", false}, "INVALID", false},
		{colDate, Cell{Number, "1e300", false}, "INVALID", false},
		{colDate, Cell{Number, "NaN", false}, "INVALID", false},
		{colDate, Cell{Number, "109999", false}, "OUT_OF_RANGE", false},
		{colDate, Cell{Text, "31/02/2018", false}, "INVALID", false},
		{colDate, Cell{Text, "09/2018", false}, "INVALID", false},
		{colDate, Cell{Text, "05/09/18", false}, "INVALID", false},
		{colDate, Cell{Bool, "1", false}, "INVALID", false},
		{colAmount, Cell{Text, "1.234.567", false}, "1.234.567 đ", false},
		{colAmount, Cell{Text, "1 234 567", false}, "1.234.567 đ", false},
		{colAmount, Cell{Text, "1\u00a0234\u00a0567", false}, "1.234.567 đ", false},
		{colAmount, Cell{Text, "1,234,567", false}, "1.234.567 đ", false},
		{colAmount, Cell{Text, "1234567", false}, "1.234.567 đ", false},
		{colAmount, Cell{Text, "1,5 tỷ", false}, "1.500.000.000 đ", false},
		{colAmount, Cell{Number, "1234567", false}, "1.234.567 đ", false},
		{colAmount, Cell{Number, "1.5E9", false}, "1.500.000.000 đ", false},
		{colAmount, Cell{Number, "1234567.5", false}, "INVALID", false},
		{colAmount, Cell{Number, "1e16", false}, "OUT_OF_RANGE", false},
		{colAmount, Cell{Number, "-5", false}, "OUT_OF_RANGE", false},
		{colAmount, Cell{Text, "-5", false}, "OUT_OF_RANGE", false},
		{colAmount, Cell{Text, "1.234.56", false}, "INVALID", false},
		{colAmount, Cell{Text, "nhiều", false}, "INVALID", false},
		{colInitiation, Cell{Text, "Theo yêu cầu", false}, "Theo yêu cầu", false},
		{colInitiation, Cell{Text, "theo yeu cau", false}, "Theo yêu cầu", false},
		{colInitiation, Cell{Text, "  THEO  YÊU CẦU ", false}, "Theo yêu cầu", false},
		{colInitiation, Cell{Text, "ON_REQUEST", false}, "Theo yêu cầu", false},
		{colInitiation, Cell{Text, "chu dong", false}, "Chủ động", false},
		{colInitiation, Cell{Text, "khác", false}, "INVALID", false},
		{colJudgmentKind, Cell{Text, "HNGĐ", false}, "Hôn nhân và gia đình", false},
		{colJudgmentKind, Cell{Text, "kinh doanh thuong mai", false}, "Kinh doanh, thương mại", false},
		{colGround, Cell{Text, "điểm d khoản 1 Điều 48 Luật THADS 2008", false}, "điểm d khoản 1 Điều 48 Luật THADS 2008", false},
		{colGround, Cell{Text, "Điểm đ, khoản 1, Điều 48 Luật THADS 2008", false}, "điểm đ khoản 1 Điều 48 Luật THADS 2008", false},
		{colGround, Cell{Text, "diem a khoan 1 dieu 48 luat thads 2008", false}, "điểm a khoản 1 Điều 48 Luật THADS 2008", false},
		// Without diacritics d and đ are one: it cannot be told which is meant.
		{colGround, Cell{Text, "diem d khoan 1 dieu 48 luat thads 2008", false}, "INVALID", false},
		{colGround, Cell{Text, "l2008_48_1_dd", false}, "điểm đ khoản 1 Điều 48 Luật THADS 2008", false},
		{colGround, Cell{Text, "L2008_50_1_A", false}, "INVALID", false}, // ends a case
		{colDebtorBirthYear, Cell{Number, "1985", false}, "1985", false},
		{colDebtorBirthYear, Cell{Text, "05/09/1985", false}, "1985", false},
		{colDebtorBirthYear, Cell{Text, "85", false}, "INVALID", false},
		{colDebtorIdentity, Cell{Text, "038090000123", false}, "038090000123", false},
		{colDebtorIdentity, Cell{Number, "138090000123", false}, "138090000123", false},
		{colDebtorIdentity, Cell{Number, "38090000123", false}, "INVALID", false}, // its zero is lost
		{colUnit, Cell{Number, "38.140000000000001", false}, "38.14", false},
		{colUnit, Cell{Text, " TH-01 ", false}, "TH-01", false},
		{colNumber, Cell{Number, "46", false}, "46", false},
		{colTags, Cell{Text, "Tín dụng, ngân hàng; Thuoc dien chi dao", false}, "Tín dụng, ngân hàng; Thuộc diện chỉ đạo", false},
		{colTags, Cell{Text, "DIRECTED, COMPLEX", false}, "Thuộc diện chỉ đạo; Phức tạp, kéo dài", false},
		{colTags, Cell{Text, "gì đó", false}, "INVALID", false},
	} {
		reg := newRegister()
		v := reading{cell: &tt.cell, book: &Book{}}
		var row CaseRow
		reg.columns[tt.column].set(&row, &v)
		got := show(reg.columns[tt.column].get(&row))
		if v.code != "" {
			got = string(v.code)
		}
		if got != tt.want || (v.warning.VI != "") != tt.warns {
			t.Errorf("%s of %q is %q (%s, warning %q), want %q", reg.columns[tt.column].header, tt.cell.Text, got, v.text.VI, v.warning.VI, tt.want)
		}
		if v.code != "" && (v.text.VI == "" || v.text.EN == "") {
			t.Errorf("%q is refused without a sentence", tt.cell.Text)
		}
	}
	v := reading{cell: &Cell{Kind: Number, Text: "41886"}, book: &Book{date1904: true}}
	if d := v.asDate(); d != thads.DateOf(2018, 9, 5) {
		t.Errorf("serial date since 1904: %s", d)
	}
}
