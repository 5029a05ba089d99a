package sheet

import "strings"

// recordHeader is what a column of a register of records is called; the path of
// the field itself where nobody gave it a name (a test refuses that).
func recordHeader(k Kind, code string) string {
	if header := ownHeader(k, code); header != "" {
		return header
	}
	switch code {
	case "note":
		return "Ghi chú"
	case "decision.number":
		return "Số văn bản"
	case "decision.date":
		return "Ngày văn bản (dd/MM/yyyy)"
	case "decision.issuer":
		return "Cơ quan ban hành"
	case "decision.signer":
		return "Người ký"
	case "evidence":
		return "Tài liệu minh chứng (JSON)"
	}
	return code
}

// ownHeader is the header of a column that means something else, or that exists
// only, in one kind of register.
func ownHeader(k Kind, code string) string {
	switch k {
	case Units:
		return unitHeader(code)
	case Officers:
		return officerHeader(code)
	case Verdicts:
		return verdictHeader(code)
	case Directives:
		return directiveHeader(code)
	case Tasks:
		return taskHeader(code)
	case DirectedCases:
		return directedCaseHeader(code)
	case Conferences:
		return conferenceHeader(code)
	case Targets:
		return targetHeader(code)
	default:
		return ""
	}
}

func unitHeader(code string) string {
	switch code {
	case "code":
		return "Mã đơn vị"
	case "name":
		return "Tên đơn vị"
	case "shortName":
		return "Tên viết tắt"
	case "level":
		return "Cấp đơn vị"
	case "parent":
		return "Đơn vị cấp trên"
	case "area":
		return "Địa bàn"
	case "successors":
		return "Đơn vị kế thừa"
	case "through":
		return "Khóa sổ đến hết ngày (dd/MM/yyyy)"
	}
	return ""
}

func officerHeader(code string) string {
	switch code {
	case "name":
		return "Họ tên"
	case "code":
		return "Mã công chức"
	case "rank":
		return "Ngạch"
	case "unit":
		return "Đơn vị công tác"
	case "position":
		return "Vị trí"
	}
	return ""
}

func verdictHeader(code string) string {
	switch code {
	case "particulars.number":
		return "Số bản án"
	case "particulars.date":
		return "Ngày bản án (dd/MM/yyyy)"
	case "particulars.court":
		return "Tòa án"
	case "particulars.receivedOn":
		return "Ngày cơ quan THADS nhận bản án (dd/MM/yyyy)"
	case "particulars.creditors":
		return "Người được thi hành án (JSON)"
	case "particulars.debtors":
		return "Cơ quan, người phải thi hành án (JSON)"
	case "particulars.operative":
		return "Nội dung phải thi hành"
	case "particulars.category":
		return "Loại nội dung"
	case "particulars.tracked":
		return "Có nội dung theo dõi"
	case "particulars.debtorReceivedOn":
		return "Ngày người phải thi hành án nhận bản án khi vào sổ (dd/MM/yyyy)"
	case "particulars.moneyCases":
		return "Việc thi hành án phần dân sự"
	case "debtorReceivedOn":
		return "Ngày nhận bản án được xác định (dd/MM/yyyy)"
	case "recipient":
		return "Nơi nhận, người làm việc"
	case "result":
		return "Kết quả, lý do"
	case "toUnit":
		return "Đơn vị theo dõi"
	case "toOfficer":
		return "Chấp hành viên theo dõi"
	}
	return ""
}

func directiveHeader(code string) string {
	switch code {
	case "document.type":
		return "Loại văn bản"
	case "document.number":
		return "Số, ký hiệu"
	case "document.date":
		return "Ngày ban hành (dd/MM/yyyy)"
	case "document.issuer":
		return "Cơ quan ban hành"
	case "document.class":
		return "Độ mật"
	case "document.parent":
		return "Thực hiện văn bản"
	case "terms.title":
		return "Trích yếu"
	case "terms.scope":
		return "Phạm vi"
	case "terms.addressees":
		return "Nơi nhận (JSON)"
	case "terms.expiresOn":
		return "Hết hiệu lực ngày (dd/MM/yyyy)"
	case "terms.reviewOn":
		return "Sơ kết, tổng kết ngày (dd/MM/yyyy)"
	}
	if part, ok := strings.CutPrefix(code, "decision."); ok {
		return map[string]string{
			"number": "Số văn bản sửa đổi, kết thúc", "date": "Ngày văn bản sửa đổi, kết thúc (dd/MM/yyyy)",
			"issuer": "Cơ quan sửa đổi, kết thúc", "signer": "Người ký sửa đổi, kết thúc",
		}[part]
	}
	return ""
}

func taskHeader(code string) string {
	switch code {
	case "particulars.title":
		return "Nhiệm vụ"
	case "particulars.content":
		return "Nội dung"
	case "particulars.directive":
		return "Văn bản chỉ đạo"
	case "particulars.conference":
		return "Hội nghị"
	case "particulars.item":
		return "Mục kết luận"
	case "particulars.lead.unit":
		return "Đơn vị chủ trì"
	case "particulars.lead.name":
		return "Cơ quan chủ trì khác"
	case "particulars.coordinating":
		return "Phối hợp (JSON)"
	case "particulars.dueOn":
		return "Thời hạn được giao (dd/MM/yyyy)"
	case "particulars.standing":
		return "Thường xuyên"
	case "particulars.statYear":
		return "Năm thống kê"
	case "particulars.deliverable":
		return "Sản phẩm"
	case "particulars.reviewOn":
		return "Sơ kết, tổng kết ngày (dd/MM/yyyy)"
	case "text":
		return "Kết quả thực hiện"
	case "progress":
		return "Tiến độ (%)"
	case "dueOn":
		return "Thời hạn điều chỉnh (dd/MM/yyyy)"
	case "standing":
		return "Chuyển thành thường xuyên"
	}
	return ""
}

func directedCaseHeader(code string) string {
	switch code {
	case "particulars.case":
		return "Việc thi hành án"
	case "particulars.description":
		return "Mô tả vụ việc"
	case "particulars.title":
		return "Tên vụ việc"
	case "particulars.directingBody":
		return "Cơ quan chỉ đạo"
	case "particulars.trackingBody":
		return "Cơ quan theo dõi, đôn đốc"
	case "particulars.directive":
		return "Văn bản chỉ đạo"
	case "particulars.order":
		return "Nội dung chỉ đạo"
	case "text":
		return "Nội dung báo cáo, kết quả"
	case "toUnit":
		return "Đơn vị thực hiện"
	}
	return ""
}

func conferenceHeader(code string) string {
	switch code {
	case "particulars.kind":
		return "Loại hội nghị"
	case "particulars.title":
		return "Tên hội nghị"
	case "particulars.statYear":
		return "Năm thống kê"
	case "particulars.session":
		return "Buổi"
	case "particulars.place":
		return "Địa điểm"
	case "particulars.unit":
		return "Đơn vị"
	case "particulars.organiser":
		return "Cơ quan tổ chức"
	case "particulars.chair":
		return "Chủ trì"
	case "particulars.attendees":
		return "Thành phần dự (JSON)"
	case "particulars.agenda":
		return "Chương trình"
	case "particulars.documents":
		return "Tài liệu (JSON)"
	case "particulars.causes":
		return "Nguyên nhân (JSON)"
	case "particulars.opinions":
		return "Ý kiến (JSON)"
	case "particulars.source":
		return "Nguồn"
	case "figures":
		return "Số liệu báo cáo (JSON)"
	case "conclusion.by":
		return "Người kết luận"
	case "conclusion.text":
		return "Kết luận"
	case "conclusion.number":
		return "Số thông báo kết luận"
	case "conclusion.date":
		return "Ngày thông báo kết luận (dd/MM/yyyy)"
	case "conclusion.items":
		return "Nhiệm vụ kết luận (JSON)"
	}
	return ""
}

func targetHeader(code string) string {
	switch code {
	case "particulars.issuer":
		return "Cơ quan giao"
	case "particulars.document":
		return "Số văn bản giao"
	case "particulars.basis":
		return "Căn cứ"
	case "particulars.directive":
		return "Văn bản chỉ đạo"
	case "particulars.statYear":
		return "Năm thống kê"
	case "particulars.periodEnd":
		return "Kỳ đến hết ngày (dd/MM/yyyy)"
	case "particulars.metric":
		return "Chỉ tiêu"
	case "particulars.label":
		return "Tên chỉ tiêu khác"
	case "particulars.operator":
		return "So sánh"
	case "particulars.value":
		return "Giá trị"
	case "particulars.value.unit":
		return "Đơn vị tính"
	case "particulars.reach":
		return "Phạm vi"
	case "particulars.unit":
		return "Đơn vị"
	case "particulars.officer":
		return "Chấp hành viên"
	}
	if part, ok := strings.CutPrefix(code, "decision."); ok {
		return map[string]string{
			"number": "Số văn bản thu hồi", "date": "Ngày văn bản thu hồi (dd/MM/yyyy)",
			"issuer": "Cơ quan thu hồi", "signer": "Người ký thu hồi",
		}[part]
	}
	return ""
}
