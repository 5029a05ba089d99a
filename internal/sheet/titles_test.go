package sheet

import (
	"testing"

	"github.com/thads/thads/internal/thads"
)

func TestTitles(t *testing.T) {
	reg := newRegister()
	for title, want := range map[string]string{
		"Số, ngày, tháng, năm ra quyết định thi hành án": "numberAndDate",
		"SO QD THA": "number", "Số QĐ": "number", "Ngày QĐ THA": "date", "Quyết định thi hành án / Số": "number", "QĐ THA / Ngày, tháng, năm": "date", "QĐ THA / Số, ngày": "numberAndDate",
		"Bản án, quyết định / Số": "judgmentNumber", "Bản án, quyết định / Ngày": "judgmentDate", "Bản án, quyết định / Tòa án": "court", "Bản án, quyết định / Số, ngày": "judgmentNumberAndDate",
		"Số BA": "judgmentNumber", "Ngày tuyên án": "judgmentDate", "Ngày nhận bản án": "receivedOn", "Ngày tháng năm nhận": "receivedOn", "Số, ngày bản án, quyết định; tên Tòa án": "judgmentNumberDateCourt",
		"Tòa án đã ra bản án": "court", "Cơ quan ban hành": "court",
		"Họ và tên, địa chỉ của người phải thi hành án": "debtorNameAndAddress", "Người phải THA / Họ tên": "debtorName", "Người phải THA / Đ/c": "debtorAddress", "Người phải THA / Năm sinh": "debtorBirthYear",
		"Số CCCD của người phải THA": "debtorIdentity", "nguoi phai tha": "debtorName", "Người phải thi hành án / Loại": "debtorKind", "Tên người được THA": "creditorName", "Người được thi hành án / Địa chỉ": "creditorAddress",
		"Người có quyền lợi và nghĩa vụ liên quan": "relatedName", "Người liên quan / Địa chỉ": "relatedAddress",
		"Các khoản phải thi hành / Loại": "obligationKind", "Các khoản phải thi hành / Số tiền (nghìn đồng)": "amount", "Khoản phải thi hành / Nội dung": "content", "Số tiền phải thi hành theo bản án": "amount",
		"Số tiền, ĐVT: triệu đồng": "amount", "Giá trị phải thi hành": "amount", "Số tiền còn phải thi hành": "outstanding", "Còn lại phải thi hành / Số tiền": "outstanding",
		"CHV": "officer", "Chấp hành viên thi hành": "officer", "Ngày nhận đơn yêu cầu thi hành án": "requestedOn", "Ghi chú": "note", "Mã hồ sơ": "key", "SỔ THỤ LÝ NĂM 2018 / Mã đơn vị": "unit",
		// What happened later, and what nobody knows.
		"Số, ngày quyết định hoãn": "", "Kết quả thi hành / Số tiền": "", "Quyết định đình chỉ / Ngày QĐ": "", "Đã thi hành xong": "", "Số, ngày biên lai": "", "Số tiền đã thu": "", "Ngày giao bản án cho đương sự xác minh": "", "Cột lạ": "", "TT": "",
		"Quyết định hoãn / Số": "", "Người phải THA ký nhận": "", "Số điện thoại người phải THA": "",
	} {
		if got := reg.recognise(title); got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
	for _, title := range []string{"TT", "STT", "Số thứ tự", "Vấn đề"} {
		if !isBeside(title) {
			t.Errorf("%q stands beside", title)
		}
	}
}

func TestUnitsInTitles(t *testing.T) {
	for _, tt := range []struct {
		text     string
		ofAmount bool
		want     thads.MoneyUnit
	}{
		{"Số tiền (đồng)", true, thads.MoneyDong},
		{"Số tiền (nghìn đồng)", true, thads.MoneyThousand},
		{"Số tiền (1.000 đ)", true, thads.MoneyThousand},
		{"Số tiền (ĐVT: 1.000 đồng)", true, thads.MoneyThousand},
		{"Số tiền, triệu đồng", true, thads.MoneyMillion},
		{"Số tiền (tr.đ)", true, thads.MoneyMillion},
		{"Giá trị (tỷ đồng)", true, thads.MoneyBillion},
		{"Số tiền phải thi hành", true, ""},
		{"Số tiền (theo bản án)", true, ""},
		{"Đơn vị tính: nghìn đồng", false, thads.MoneyThousand},
		{"ĐVT: Triệu đồng", false, thads.MoneyMillion},
		{"(Đơn vị: đồng)", false, thads.MoneyDong},
		{"(nghìn đồng)", false, thads.MoneyThousand},
		{"Tổng giá trị hàng tỷ đồng", false, ""},
		{"Đơn vị: Chi cục THADS huyện Nga Sơn", false, ""},
	} {
		if got, ok := unitIn(tt.text, tt.ofAmount); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q is in %q, want %q", tt.text, got, tt.want)
		}
	}
}
