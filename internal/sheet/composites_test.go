package sheet

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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

func TestObligationsInOneCell(t *testing.T) {
	kinds := newRegister().columns[colObligationKind].words
	for _, tt := range []struct {
		text string
		unit thads.MoneyUnit
		want []ObligationCells
		code thads.Code
	}{
		{"Án phí: 200.000 đ", "", []ObligationCells{{Kind: thads.CourtFee, Amount: 200_000}}, ""},
		{"Án phí DSST 200.000 đồng; bồi thường: 1,5 tỷ", "", []ObligationCells{{Kind: thads.CourtFee, Amount: 200_000, Content: "Án phí DSST"}, {Kind: thads.Compensation, Amount: 1_500_000_000}}, ""},
		{"1. Án phí: 200\n2. Phạt 5000.", thads.MoneyThousand, []ObligationCells{{Kind: thads.CourtFee, Amount: 200_000}, {Kind: thads.Fine, Amount: 5_000_000}}, ""},
		{"Trả nợ theo hợp đồng số 12 (100 triệu đồng)", "", []ObligationCells{{Kind: thads.Debt, Amount: 100_000_000, Content: "Trả nợ theo hợp đồng số 12"}}, ""},
		{"Giao tài sản\nTiêu hủy 01 con dao", "", []ObligationCells{{Kind: thads.HandOverAsset}, {Kind: thads.Destruction, Content: "Tiêu hủy 01 con dao"}}, ""},
		{" ; \n", "", nil, ""},
		{"Án phí", "", nil, thads.CodeRequired},
		{"Án phí: nhiều", "", nil, thads.CodeRequired},
		{"Khoản lạ: 5.000 đ", "", nil, thads.CodeInvalid},
		{"200.000 đ", "", nil, thads.CodeInvalid},
	} {
		v := reading{cell: &Cell{Kind: Text, Text: tt.text}, book: &Book{}, unit: tt.unit}
		got := v.asObligations(kinds)
		if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(ObligationCells{})); diff != "" || v.code != tt.code {
			t.Errorf("%q: %s (-want +got):\n%s", tt.text, v.code, diff)
		}
	}
}

func TestAmountsByKind(t *testing.T) {
	text := "Số QĐ;Ngày QĐ;Số bản án;Ngày bản án;Tòa án;Người phải THA;Án phí;Phạt;Bồi thường;Ghi chú\n" +
		"46/QĐ-CCTHADS;05/10/2018;07/2018/DS-ST;05/09/2018;TAND A;Nguyễn Văn A;200.000;-;5.000.000;\n" +
		";;;;;Trần Thị B;300.000;;0;\n" +
		";;;;;;x;;;\n"
	entries, problems := casesUnder(t, text, func(_ *Book, m *Mapping) {
		m.Constants = map[string]string{"unit": "38.10", "initiation": "CĐ"}
	})
	if diff := cmp.Diff([]string{"G4 INVALID x"}, problems); diff != "" || len(entries) != 1 {
		t.Fatalf("%d cases: %s", len(entries), diff)
	}
	want := []thads.Obligation{{Kind: thads.CourtFee, Amount: 200_000}, {Kind: thads.Compensation, Amount: 5_000_000}, {Kind: thads.CourtFee, Amount: 300_000}}
	if diff := cmp.Diff(want, entries[0].Event.Particulars.Obligations); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for field, at := range map[string]string{"particulars.obligations.1.amount": "I2", "particulars.obligations.2.amount": "G3", "particulars.obligations.2.kind": "G3"} {
		p := entries[0].Problem(thads.Errorf(thads.CodeInvalid, field, "x", "x"))
		if got := p.Letter() + strconv.Itoa(p.Row); got != at {
			t.Errorf("%s is at %s, want %s", field, got, at)
		}
	}
}

// FuzzCells reads any text as every kind of cell that says several things:
// nothing panics, what is read is normalised, and what is refused has a sentence.
func FuzzCells(f *testing.F) {
	for _, text := range []string{
		"Số 46/QĐ-CCTHADS ngày 05/10/2018 của TAND A", "1. Nguyễn Văn A, sinh năm 1985, ĐC: xã B\n2. Trần C", "Án phí: 200.000 đ; phạt 5 triệu", "- \n-", "ngày", "1)\n2)", "\u0301a\u200b\n\xff", "Đ/c: x", "12/12/2018/12",
	} {
		f.Add(text)
	}
	kinds := newRegister().columns[colObligationKind].words
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > DefaultLimits().Runes {
			return
		}
		b := &Book{}
		normal := func(s string) {
			if thads.NormalizeName(s) != s {
				t.Errorf("%q of %q is not normalised", s, text)
			}
		}
		check := func(v *reading) {
			if v.code != "" && (v.text.VI == "" || v.text.EN == "") {
				t.Errorf("%q is refused without a sentence", text)
			}
		}
		for _, issuer := range []bool{false, true} {
			v := reading{cell: &Cell{Kind: Text, Text: text}, book: b}
			number, date, rest := v.asNumberDate(issuer)
			normal(number)
			normal(rest)
			if date != 0 && !date.Valid() {
				t.Errorf("%q has the date %d", text, date)
			}
			check(&v)
		}
		v := reading{cell: &Cell{Kind: Text, Text: text}, book: b}
		for _, p := range v.asParties() {
			normal(p.Name)
			normal(p.Address)
		}
		for _, name := range v.asNames() {
			normal(name)
		}
		for _, o := range v.asObligations(kinds) {
			normal(o.Content)
			if o.Kind == "" || o.Amount < 0 {
				t.Errorf("%q is %+v", text, o)
			}
		}
		check(&v)
		headerKey(text)
		unitIn(text, true)
	})
}

// TestLongCells reads the longest cells that may be, of what repeats worst.
func TestLongCells(t *testing.T) {
	kinds := newRegister().columns[colObligationKind].words
	for _, part := range []string{"1)\n", "x\n", "a, ", "(", " - ", "1 ", "1/", "ngày ", "5/9/2018 ", "sinh năm ", "địa chỉ ", "Án phí 1; ", " / ", "đ/c", "của ", "số "} {
		text := strings.Repeat(part, DefaultLimits().Runes/len([]rune(part)))
		start := time.Now()
		v := reading{cell: &Cell{Kind: Text, Text: text}, book: &Book{}}
		v.asNumberDate(true)
		v.asParties()
		v.asNames()
		v.asObligations(kinds)
		headerKey(text)
		unitIn(text, true)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q repeated takes %s", part, took)
		}
	}
}
