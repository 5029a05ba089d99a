package sheet

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

func TestNumberAndDateInOneCell(t *testing.T) {
	day := thads.DateOf(2018, 9, 5)
	for _, tt := range []struct {
		text   string
		issuer bool
		number string
		date   thads.Date
		rest   string
		code   thads.Code
	}{
		{"46/QĐ-CCTHADS ngày 05/09/2018", false, "46/QĐ-CCTHADS", day, "", ""},
		{"46/QĐ-CCTHADS\n5-9-2018", false, "46/QĐ-CCTHADS", day, "", ""},
		{"46/QĐ-CCTHADS (5.9.2018)", false, "46/QĐ-CCTHADS", day, "", ""},
		{"46/QĐ-CCTHADS-05.09.2018", false, "46/QĐ-CCTHADS", day, "", ""},
		{"Số: 46/QĐ-CCTHADS, ngày 05 tháng 9 năm 2018", false, "46/QĐ-CCTHADS", day, "", ""},
		{"Quyết định số 46/QĐ-CCTHADS ngay 5/9/2018", false, "46/QĐ-CCTHADS", day, "", ""},
		{"05/09/2018; 46/QĐ-CCTHADS", false, "46/QĐ-CCTHADS", day, "", ""},
		{"ngày 5/9/2018, số 46/QĐ-CCTHADS", false, "46/QĐ-CCTHADS", day, "", ""},
		{"46/QĐ-CCTHADS", false, "46/QĐ-CCTHADS", 0, "", ""},
		{"46", false, "46", 0, "", ""},
		{"07/2018/DS-ST", true, "07/2018/DS-ST", 0, "", ""},
		{"12a/QĐ-THADS ngày 5/9/2018", false, "12a/QĐ-THADS", day, "", ""},
		{"46/QĐ-CCTHADS ngày 5/9/2018 (sửa đổi)", false, "46/QĐ-CCTHADS", day, "sửa đổi", ""},
		{"07/2018/DS-ST ngày 05/9/2018 của TAND huyện Nga Sơn", true, "07/2018/DS-ST", day, "TAND huyện Nga Sơn", ""},
		{"07/2018/DS-ST, 05/9/2018, Tòa án nhân dân huyện Nga Sơn", true, "07/2018/DS-ST", day, "Tòa án nhân dân huyện Nga Sơn", ""},
		{"Bản án dân sự sơ thẩm số 07/2018/DS-ST của TAND huyện Nga Sơn ngày 05/9/2018", true, "07/2018/DS-ST", day, "TAND huyện Nga Sơn", ""},
		{"07/2018/DS-ST\nngày 05/9/2018\nTAND cấp cao tại Hà Nội", true, "07/2018/DS-ST", day, "TAND cấp cao tại Hà Nội", ""},
		{"Phán quyết số 12/18 HCM do Trọng tài thương mại ban hành ngày 5/9/2018", true, "12/18 HCM", day, "Trọng tài thương mại ban hành", ""},
		// What could be read in two ways is refused, and nothing is guessed.
		{"46/QĐ-CCTHADS ngày 5/9/18", false, "", 0, "", thads.CodeInvalid},
		{"46/QĐ-CCTHADS ngày 31/02/2018", false, "", 0, "", thads.CodeInvalid},
		{"46/QĐ ngày 5/9/2018, 47/QĐ ngày 6/9/2018", false, "", 0, "", thads.CodeInvalid},
	} {
		v := reading{cell: &Cell{Kind: Text, Text: tt.text}, book: &Book{}}
		number, date, rest := v.asNumberDate(tt.issuer)
		if number != tt.number || date != tt.date || rest != tt.rest || v.code != tt.code {
			t.Errorf("%q is %q of %s, %q, %s", tt.text, number, date, rest, v.code)
		}
		if v.code != "" && (v.text.VI == "" || v.text.EN == "") {
			t.Errorf("%q is refused without a sentence", tt.text)
		}
	}
}

func TestPartiesInOneCell(t *testing.T) {
	for text, want := range map[string][]PartyCells{
		"Nguyễn Văn A":                                                                {{Name: "Nguyễn Văn A"}},
		"Nguyễn Văn A, thôn 3, xã Nga An":                                             {{Name: "Nguyễn Văn A", Address: "thôn 3, xã Nga An"}},
		"Nguyễn Văn A - xã Nga An, huyện Nga Sơn":                                     {{Name: "Nguyễn Văn A", Address: "xã Nga An, huyện Nga Sơn"}},
		"Nguyễn Văn A, sinh năm 1985, địa chỉ: xã Nga An":                             {{Name: "Nguyễn Văn A", Address: "xã Nga An", BirthYear: 1985}},
		"Nguyễn Văn A (SN: 1985)\nĐ/c: xã Nga An":                                     {{Name: "Nguyễn Văn A", Address: "xã Nga An", BirthYear: 1985}},
		"Nguyễn Văn A sinh ngày 02/03/1985; trú tại số 5 đường Lê Lợi":                {{Name: "Nguyễn Văn A", Address: "số 5 đường Lê Lợi", BirthYear: 1985}},
		"Nguyễn Văn A\nxã Nga An\nhuyện Nga Sơn":                                      {{Name: "Nguyễn Văn A", Address: "xã Nga An, huyện Nga Sơn"}},
		"Công ty TNHH Thương mại, Dịch vụ A, địa chỉ: phường B":                       {{Name: "Công ty TNHH Thương mại, Dịch vụ A", Address: "phường B"}},
		"Công ty TNHH Thương mại, Dịch vụ A\nphường B":                                {{Name: "Công ty TNHH Thương mại, Dịch vụ A", Address: "phường B"}},
		"Nguyễn Văn A\nTrần Thị B":                                                    {{Name: "Nguyễn Văn A"}, {Name: "Trần Thị B"}},
		"Nguyễn Văn A, xã X\nTrần Thị B, xã Y":                                        {{Name: "Nguyễn Văn A", Address: "xã X"}, {Name: "Trần Thị B", Address: "xã Y"}},
		"1. Nguyễn Văn A\nbản Hạ, xã X\n2) Trần Thị B, sinh năm 1970\n3/ Lê C - xã Z": {{Name: "Nguyễn Văn A", Address: "bản Hạ, xã X"}, {Name: "Trần Thị B", BirthYear: 1970}, {Name: "Lê C", Address: "xã Z"}},
		"Quân Văn A\nPhương Thị B\nTổ 5, phường C":                                    {{Name: "Quân Văn A"}, {Name: "Phương Thị B", Address: "Tổ 5, phường C"}},
		" \n ": {},
	} {
		v := reading{cell: &Cell{Kind: Text, Text: text}, book: &Book{}}
		if diff := cmp.Diff(want, v.asParties()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestNamesInOneCell(t *testing.T) {
	for text, want := range map[string][]string{
		"Nguyễn Văn A":                             {"Nguyễn Văn A"},
		"3. Hoàng":                                 {"3. Hoàng"},
		"Nguyễn Văn A\r\nTrần Thị B":               {"Nguyễn Văn A", "Trần Thị B"},
		"1. Nguyễn Văn A;\n2. Trần Thị B.C":        {"Nguyễn Văn A", "Trần Thị B.C"},
		"- Nguyễn Văn A\n- Trần Thị B":             {"Nguyễn Văn A", "Trần Thị B"},
		"Ngân hàng Thử\nchi nhánh Thanh Hóa":       {"Ngân hàng Thử chi nhánh Thanh Hóa"},
		"Nguyễn Văn A\n\n  \nTrần Thị B":           {"Nguyễn Văn A", "Trần Thị B"},
		"Công ty 27/7\nHợp tác xã 19/5":            {"Công ty 27/7", "Hợp tác xã 19/5"},
		"Doanh nghiệp A\n2018 Thương mại Hợp nhất": {"Doanh nghiệp A", "2018 Thương mại Hợp nhất"},
	} {
		v := reading{cell: &Cell{Kind: Text, Text: text}, book: &Book{}}
		if diff := cmp.Diff(want, v.asNames()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestKindOfJudgment(t *testing.T) {
	for number, want := range map[string]thads.JudgmentKind{
		"07/2018/DS-ST": thads.JudgmentCivil, "97/2024/DS-PT": thads.JudgmentCivil, "15/HSST": thads.JudgmentCriminal, "15/2018/HSPT": thads.JudgmentCriminal, "72/2025/QĐST-HNGĐ": thads.JudgmentFamily,
		"3/2018/KDTM-ST": thads.JudgmentCommercial, "1/2018/LĐ-ST": thads.JudgmentLabour, "1/2018/HC-PT": thads.JudgmentAdministrative, "01/2018/QĐ-TBPS": thads.JudgmentBankruptcy, "06/2023/QĐCNHG-DS": thads.JudgmentCivil,
		"46/QĐ-CCTHADS": "", "12/18": "", "": "",
	} {
		if got := kindOfJudgment(number); got != want {
			t.Errorf("%q is %q, want %q", number, got, want)
		}
	}
}
