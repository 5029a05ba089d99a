package sheet

import (
	"slices"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// An EventRow is one row of a register of events, in the columns of the
// template. An event has one row, or several where it has several parties or
// obligations: those after the first leave the kind empty. Zero values are empty
// cells.
type EventRow struct {
	// Key, or Unit with Number and Date of the enforcement decision, name the
	// case.
	Key, Unit, Number string
	Date              thads.Date

	EffectiveOn thads.Date
	Kind        thads.CaseEventKind
	// Obligation is the place of the obligation in the case, from "1"; empty for
	// all that are unfinished.
	Obligation string
	// Amount is in đồng, below 0 only for an adjustment downwards.
	Amount thads.Dong
	Ground thads.GroundCode
	Until  thads.Date
	// DocumentNumber and what follows are the decision behind the event.
	DocumentNumber                 string
	DocumentDate                   thads.Date
	DocumentIssuer, DocumentSigner string
	Finding                        thads.Finding
	Measure                        thads.Measure
	// ToUnit and ToOfficer are the codes of those that receive the case.
	ToUnit, ToOfficer   string
	Recipient, Receipt  string
	AddTags, RemoveTags []thads.Tag
	Note                string
	// Party is one whom the event adds or changes, or one of the decision's.
	Party EventPartyCells
	// Initiation and what follows tell what a case is about that was received
	// before it was decided.
	Initiation              thads.Initiation
	JudgmentKind            thads.JudgmentKind
	JudgmentNumber          string
	JudgmentDate            thads.Date
	Court                   string
	ReceivedOn, RequestedOn thads.Date
	Tags                    []thads.Tag
	Owed                    EventObligationCells

	// resumed is the decision by which the case went on, where a book has it in
	// the row of the decision that stopped it.
	resumedNumber string
	resumedDate   thads.Date
	// ground is the legal ground as written: what it means depends on the kind
	// and date of the event.
	ground string
}

// EventPartyCells are the columns of a party in a register of events.
type EventPartyCells struct {
	// ID is the party's within the case, "p3"; empty for one that is new.
	ID             string
	Role           thads.PartyRole
	Kind           thads.PartyKind
	Name           string
	Address        string
	BirthYear      int
	IdentityNumber string
	AccountNumber  string
	Juvenile       bool
	JointGroup     string
}

// EventObligationCells are the columns of an obligation that a decision orders.
type EventObligationCells struct {
	// ID is the obligation's within the case, "o1"; empty for that of its place.
	ID       string
	Kind     thads.ObligationKind
	Amount   thads.Dong
	Periodic bool
	Content  string
	// Debtors and Creditors are the ids of the parties it binds.
	Debtors, Creditors []string
}

// The parts of a row of events, beside what names the case and the obligations
// of a decision. (Parts mean something within one register.)
const (
	// ofEvent columns say what happened.
	ofEvent = ofCreditor
	// ofParty columns describe a party of the event.
	ofParty = ofDebtor
	// ofParticulars columns say what the case is about.
	ofParticulars = ofRelated
)

// The places of the columns of events that the code speaks of.
const (
	evKey = iota
	evUnit
	evNumber
	evDate
	evEffectiveOn
	evKind
	evObligation
	evAmount
	evGround
	evUntil
	evDocumentNumber
	evDocumentDate
	evDocumentIssuer
	evDocumentSigner
	evFinding
	evMeasure
	evToUnit
	evToOfficer
	evRecipient
	evReceipt
	evAddTags
	evRemoveTags
	evNote
	evPartyID
	evPartyRole
	evPartyName
	evPartyKind
	evPartyAddress
	evPartyBirthYear
	evPartyIdentity
	evPartyJuvenile
	evPartyGroup
	evPartyAccount
	evInitiation
	evJudgmentKind
	evJudgmentNumber
	evJudgmentDate
	evCourt
	evReceivedOn
	evRequestedOn
	evTags
	evOwedID
	evOwedKind
	evOwedAmount
	evOwedPeriodic
	evOwedContent
	evOwedDebtors
	evOwedCreditors
	// What follows is read and never written.
	evNumberAndDate
	evDocumentNumberAndDate
	evReceiptAndDate
	evResumedNumber
	evResumedDate
	evResumedNumberAndDate
)

// newEventRegister returns the columns of the register of events.
func newEventRegister() *register[EventRow] {
	type row = EventRow
	r := &register[row]{lacking: lackingOfEvents, guess: guessEvent}
	text, date, dong := textColumn[row], dateColumn[row], dongColumn[row]
	party := func(c column[row]) column[row] {
		c.part, c.header = ofParty, "Đương sự – "+c.header
		return c
	}
	about := func(c column[row]) column[row] {
		c.part, c.header = ofParticulars, "Thụ lý – "+c.header
		return c
	}
	owed := func(c column[row]) column[row] {
		c.part, c.header = ofObligation, "Thụ lý – "+c.header
		return c
	}
	grounds := newGroundBook()
	r.columns = []column[row]{
		evKey: text(column[row]{
			code: "key", header: "Mã hồ sơ", width: 28, example: "TH-2019-0046",
			help: vi("Mã của hồ sơ trong hệ thống, hoặc mã riêng như ở sổ thụ lý của cùng tệp. Không có mã thì ghi mã đơn vị và số, ngày quyết định thi hành án. Để trống tất cả: như dòng trên.", "The id of the record, or a key as in the register of cases of the same file. Without it: unit, number and date of the enforcement decision. All empty: the case of the row above."),
		}, func(r *row) *string { return &r.Key }),
		evUnit: text(column[row]{
			code: "unit", header: "Mã đơn vị", aliases: []string{"Đơn vị", "Mã cơ quan THADS"}, width: 12, example: "38.01",
			help: vi("Mã của đơn vị đã ra quyết định thi hành án.", "The code of the unit that issued the enforcement decision."),
		}, func(r *row) *string { return &r.Unit }),
		evNumber: text(column[row]{
			code: "number", header: "Số quyết định thi hành án", width: 20, example: "46/QĐ-CCTHADS",
			help: vi("Số, ký hiệu quyết định thi hành án của việc.", "The number of the enforcement decision."),
		}, func(r *row) *string { return &r.Number }),
		evDate: date(column[row]{
			code: "date", header: "Ngày quyết định thi hành án (dd/MM/yyyy)", width: 16, example: "05/10/2018",
			help: vi("Ngày quyết định thi hành án của việc.", "The date of the enforcement decision."),
		}, func(r *row) *thads.Date { return &r.Date }),
		evEffectiveOn: date(column[row]{
			code: "effectiveOn", header: "Ngày sự kiện (dd/MM/yyyy)", part: ofEvent, width: 16, example: "12/03/2019", field: "effectiveOn",
			aliases: []string{"Ngày", "Ngày tháng", "Ngày tháng năm", "Ngày có hiệu lực", "Ngày hiệu lực", "Ngày tính vào sổ", "Ngày thực hiện", "Ngày áp dụng", "Ngày thu", "Ngày thu tiền", "Ngày chi", "Ngày chi trả", "Ngày xác minh", "Ngày phân công"},
			help:    vi("Ngày sự kiện có hiệu lực; để trống thì lấy ngày văn bản, quyết định.", "When the event counts; empty for the date of its document."),
		}, func(r *row) *thads.Date { return &r.EffectiveOn }),
		evKind: kindColumn(column[row]{
			code: "kind", header: "Loại sự kiện", aliases: []string{"Sự kiện", "Diễn biến", "Loại diễn biến", "Loại quyết định", "Loại việc phát sinh"}, part: ofEvent, required: true, width: 26, example: "Hoãn thi hành án", field: "kind",
			help: vi("Điều đã xảy ra. Sự kiện có nhiều đương sự hoặc nghĩa vụ: ghi thêm dòng ngay bên dưới, để trống cột này.", "What happened. For several parties or obligations add rows directly below with this column empty."),
		}, func(r *row) *thads.CaseEventKind { return &r.Kind }),
		evObligation: {
			code: "obligation", header: "Nghĩa vụ thứ", aliases: []string{"Nghĩa vụ số", "Khoản số", "Số thứ tự nghĩa vụ", "STT nghĩa vụ"}, part: ofEvent, width: 10, example: "1", field: "obligation",
			help: vi("Thứ tự của nghĩa vụ trong việc (1, 2 …); để trống thì áp dụng cho mọi nghĩa vụ chưa xong.", "The place of the obligation in the case (1, 2 …); empty for all that are unfinished."),
			set:  func(r *row, v *reading) { r.Obligation = placeOf(v, "o") },
			get:  func(r *row) any { return orNil(r.Obligation) },
		},
		evAmount: signedOf(column[row]{
			code: "amount", header: "Số tiền (đồng)", part: ofEvent, width: 20, example: "25.000.000", field: "amount",
			aliases: []string{"Số tiền", "Giá trị", "Số tiền thu", "Số tiền đã thu", "Số tiền chi", "Số tiền chi trả", "Số tiền đã chi", "Số tiền miễn, giảm", "Số tiền được miễn, giảm", "Số tiền cưỡng chế", "Số tiền thi hành"},
			help:    vi("Số tiền hoặc giá trị của sự kiện, bằng đồng, số nguyên; chỉ điều chỉnh giảm mới có dấu trừ.", "The sum or value in whole đồng; below 0 only for an adjustment downwards."),
		}, func(r *row) *thads.Dong { return &r.Amount }),
		evGround: {
			code: "ground", header: "Căn cứ pháp lý", part: ofEvent, width: 30, example: "điểm c khoản 1 Điều 48 Luật THADS 2008", field: "ground", words: grounds.words,
			aliases: []string{"Căn cứ", "Căn cứ ra quyết định", "Lý do, căn cứ", "Căn cứ, lý do", "Điều luật áp dụng", "Điều khoản áp dụng"},
			help:    vi("Điều luật làm căn cứ, ghi như trong quyết định hoặc theo mã; không ghi tên luật thì hiểu theo luật có hiệu lực vào ngày sự kiện.", "The legal ground as cited or by its code; without the name of the law, that of the date."),
			set:     func(r *row, v *reading) { r.ground = v.asText() },
			get:     func(r *row) any { return orNil(grounds.label(r.Ground)) },
		},
		evUntil: date(column[row]{
			code: "until", header: "Đến ngày (dd/MM/yyyy)", aliases: []string{"Thời hạn", "Thời hạn hoãn", "Hoãn đến ngày", "Đến hết ngày", "Thời hạn đến ngày", "Ngày hết hạn"}, part: ofEvent, width: 16, example: "12/06/2019", field: "until",
			help: vi("Hoãn, tạm dừng hoặc biện pháp bảo đảm kéo dài đến hết ngày nào.", "The last day of a postponement, pause or security measure."),
		}, func(r *row) *thads.Date { return &r.Until }),
		evDocumentNumber: text(column[row]{
			code: "documentNumber", header: "Số văn bản, quyết định", aliases: []string{"Số quyết định", "Số QĐ", "Số văn bản"}, part: ofEvent, width: 20, example: "12/QĐ-CCTHADS", field: "decision.number",
			help: vi("Số, ký hiệu văn bản, quyết định của chính sự kiện này.", "The number of the document behind the event."),
		}, func(r *row) *string { return &r.DocumentNumber }),
		evDocumentDate: date(column[row]{
			code: "documentDate", header: "Ngày văn bản, quyết định (dd/MM/yyyy)", aliases: []string{"Ngày quyết định", "Ngày QĐ", "Ngày văn bản", "Ngày ra quyết định"}, part: ofEvent, width: 16, example: "12/03/2019", field: "decision.date",
			help: vi("Ngày của văn bản, quyết định đó.", "The date of that document."),
		}, func(r *row) *thads.Date { return &r.DocumentDate }),
		evDocumentIssuer: text(column[row]{
			code: "documentIssuer", header: "Cơ quan ra văn bản, quyết định", aliases: []string{"Cơ quan ra quyết định", "Cơ quan ban hành", "Nơi ban hành"}, part: ofEvent, width: 26, example: "TAND cấp cao tại Hà Nội", field: "decision.issuer",
			help: vi("Chỉ ghi khi không phải đơn vị đang giữ hồ sơ.", "Only where it was not the unit that holds the case."),
		}, func(r *row) *string { return &r.DocumentIssuer }),
		evDocumentSigner: text(column[row]{
			code: "documentSigner", header: "Người ký", aliases: []string{"Người ký quyết định", "Người ký văn bản", "Người ra quyết định"}, part: ofEvent, width: 22, example: "Lê Văn C", field: "decision.signer",
			help: vi("Người ký văn bản, quyết định.", "Who signed it."),
		}, func(r *row) *string { return &r.DocumentSigner }),
		evFinding: wordColumn(column[row]{
			code: "finding", header: "Kết quả xác minh", aliases: []string{"Kết quả"}, part: ofEvent, width: 22, example: "Có điều kiện thi hành", field: "finding",
			help: vi("Kết quả xác minh điều kiện thi hành án.", "What the verification of means found."),
		}, vocabularyOf(thads.Findings(), map[string]thads.Finding{
			"có điều kiện": thads.FindingMeans, "có ĐK": thads.FindingMeans, "chưa có điều kiện": thads.FindingNoMeans, "chưa có ĐK": thads.FindingNoMeans, "không có điều kiện": thads.FindingNoMeans, "chưa rõ": thads.FindingUnclear,
		}), func(r *row) *thads.Finding { return &r.Finding }),
		evMeasure: wordColumn(column[row]{
			code: "measure", header: "Biện pháp", aliases: []string{"Biện pháp bảo đảm", "Biện pháp cưỡng chế", "Biện pháp áp dụng", "Biện pháp bảo đảm áp dụng", "Biện pháp cưỡng chế áp dụng", "Loại biện pháp"}, part: ofEvent, width: 30, example: "Kê biên, xử lý tài sản", field: "measure",
			help: vi("Biện pháp bảo đảm hoặc cưỡng chế.", "The measure of security or coercion."),
		}, measuresOfEvents(), func(r *row) *thads.Measure { return &r.Measure }),
		evToUnit: text(column[row]{
			code: "toUnit", header: "Mã đơn vị nhận", aliases: []string{"Đơn vị nhận", "Chuyển đến đơn vị"}, part: ofEvent, width: 12, example: "38.02", field: "toUnit",
			help: vi("Mã của đơn vị nhận hồ sơ.", "The code of the unit that receives the case."),
		}, func(r *row) *string { return &r.ToUnit }),
		evToOfficer: text(column[row]{
			code: "toOfficer", header: "Mã chấp hành viên nhận", aliases: []string{"Chấp hành viên nhận", "Chấp hành viên được phân công", "Giao chấp hành viên", "CHV được phân công"}, part: ofEvent, width: 14, example: "CHV02", field: "toOfficer",
			help: vi("Mã công chức của chấp hành viên nhận hồ sơ.", "The code of the officer who receives the case."),
		}, func(r *row) *string { return &r.ToOfficer }),
		evRecipient: text(column[row]{
			code: "recipient", header: "Nơi nhận, người nhận", part: ofEvent, width: 26, example: "THADS tỉnh Nghệ An", field: "recipient",
			aliases: []string{"Người nhận", "Người nhận tiền", "Nơi nhận ủy thác", "Cơ quan nhận ủy thác", "Cơ quan thi hành án nhận ủy thác", "Ủy thác đến", "Đơn vị nhận ủy thác", "Nơi gửi tiền"},
			help:    vi("Cơ quan nhận ủy thác, người nhận tiền hoặc nơi gửi tiền.", "Who a case is entrusted to or money is paid to."),
		}, func(r *row) *string { return &r.Recipient }),
		evReceipt: text(column[row]{
			code: "receipt", header: "Số biên lai, phiếu chi", part: ofEvent, width: 18, example: "0001234", field: "receipt",
			help: vi("Số biên lai thu hoặc phiếu chi.", "The number of the receipt or voucher."),
		}, func(r *row) *string { return &r.Receipt }),
		evAddTags: tagsOf(column[row]{
			code: "addTags", header: "Gắn nhãn", part: ofEvent, width: 22, example: "Phức tạp, kéo dài", field: "addTags",
			help: vi("Một hoặc nhiều nhãn gắn thêm, cách nhau bằng dấu chấm phẩy.", "Tags that are added, divided by semicolons."),
		}, func(r *row) *[]thads.Tag { return &r.AddTags }),
		evRemoveTags: tagsOf(column[row]{
			code: "removeTags", header: "Bỏ nhãn", part: ofEvent, width: 22, example: "Thuộc diện chỉ đạo", field: "removeTags",
			help: vi("Một hoặc nhiều nhãn bỏ đi, cách nhau bằng dấu chấm phẩy.", "Tags that are taken off, divided by semicolons."),
		}, func(r *row) *[]thads.Tag { return &r.RemoveTags }),
		evNote: noteOf(column[row]{
			code: "note", header: "Ghi chú", part: ofEvent, width: 30, example: "Theo đơn của đương sự", field: "note",
			help: vi("Ghi chú tự do; bắt buộc với sự kiện “Ghi chú”.", "A note; required for the event “Note”."),
		}, func(r *row) *string { return &r.Note }),
		evPartyID: party(text(column[row]{
			code: "partyId", header: "Mã", width: 8, example: "p2", field: "id",
			help: vi("Mã của đương sự trong việc (p1, p2 …) khi thay đổi người đã có; để trống khi thêm người mới.", "The party's id in the case (p1, p2 …) to change one; empty to add one."),
		}, func(r *row) *string { return &r.Party.ID })),
		evPartyRole: party(wordColumn(column[row]{
			code: "partyRole", header: "Tư cách", width: 20, example: "Người phải thi hành án", field: "role",
			help: vi("Người phải, người được thi hành án hoặc người có quyền lợi, nghĩa vụ liên quan.", "Debtor, creditor or related person."),
		}, vocabularyOf(thads.PartyRoles(), map[string]thads.PartyRole{"phải THA": thads.Debtor, "người phải THA": thads.Debtor, "được THA": thads.Creditor, "người được THA": thads.Creditor, "liên quan": thads.Related, "người liên quan": thads.Related}), func(r *row) *thads.PartyRole { return &r.Party.Role })),
		evPartyName: party(text(column[row]{
			code: "partyName", header: "Họ tên", width: 26, example: "Nguyễn Văn A", field: "name",
			help: vi("Họ tên hoặc tên tổ chức, mỗi người một dòng.", "The name, one party a row."),
		}, func(r *row) *string { return &r.Party.Name })),
		evPartyKind: party(wordColumn(column[row]{
			code: "partyKind", header: "Loại", width: 14, example: "Cá nhân", field: "kind",
			help: vi("Để trống thì đoán theo tên, như ở sổ thụ lý.", "Empty: as the name suggests, as in the register of cases."),
		}, vocabularyOf(thads.PartyKinds(), map[string]thads.PartyKind{"người": thads.Person, "pháp nhân": thads.Organisation, "cơ quan": thads.Organisation, "doanh nghiệp": thads.Organisation, "nhà nước": thads.StateBudget}), func(r *row) *thads.PartyKind { return &r.Party.Kind })),
		evPartyAddress: party(text(column[row]{
			code: "partyAddress", header: "Địa chỉ", width: 30, example: "Xã Nga An, huyện Nga Sơn", field: "address", help: vi("Địa chỉ.", "The address."),
		}, func(r *row) *string { return &r.Party.Address })),
		evPartyBirthYear: party(yearOf(column[row]{
			code: "partyBirthYear", header: "Năm sinh", width: 10, example: "1985", field: "birthYear", help: vi("Bốn chữ số; chỉ ghi cho cá nhân.", "Four digits; of persons only."),
		}, func(r *row) *int { return &r.Party.BirthYear })),
		evPartyIdentity: party(identityColumn(column[row]{code: "partyIdentity", header: "Số định danh"}, func(r *row) *string { return &r.Party.IdentityNumber })),
		evPartyJuvenile: party(yesColumn(column[row]{
			code: "partyJuvenile", header: "Chưa thành niên", width: 10, example: "có", field: "juvenile", help: vi("“có” nếu là người chưa thành niên.", "“có” for a party under age."),
		}, func(r *row) *bool { return &r.Party.Juvenile })),
		evPartyGroup: party(text(column[row]{
			code: "partyGroup", header: "Nhóm liên đới", width: 10, example: "A", field: "jointGroup", help: vi("Những người cùng nhóm có quyền, nghĩa vụ liên đới.", "Parties of one group owe or are owed jointly."),
		}, func(r *row) *string { return &r.Party.JointGroup })),
		evPartyAccount: party(accountColumn(column[row]{code: "partyAccount", header: "Số tài khoản"}, func(r *row) *string { return &r.Party.AccountNumber })),
		evInitiation: about(wordColumn(column[row]{
			code: "initiation", header: "Hình thức thi hành", width: 16, example: "Theo yêu cầu", field: "particulars.initiation",
			help: vi("Các cột “Thụ lý” chỉ ghi khi quyết định thi hành án thay nội dung đã tiếp nhận.", "Only where the enforcement decision replaces what was received."),
		}, vocabularyOf(thads.Initiations(), map[string]thads.Initiation{"CĐ": thads.OwnMotion, "TYC": thads.OnRequest, "YC": thads.OnRequest, "yêu cầu": thads.OnRequest}), func(r *row) *thads.Initiation { return &r.Initiation })),
		evJudgmentKind: about(wordColumn(column[row]{
			code: "judgmentKind", header: "Loại bản án", width: 16, example: "Dân sự", field: "particulars.judgment.kind", help: vi("Lĩnh vực của bản án.", "The field of law of the judgment."),
		}, vocabularyOf(thads.JudgmentKinds(), nil), func(r *row) *thads.JudgmentKind { return &r.JudgmentKind })),
		evJudgmentNumber: about(text(column[row]{
			code: "judgmentNumber", header: "Số bản án", width: 18, example: "07/2018/DS-ST", field: "particulars.judgment.number", help: vi("Số bản án, quyết định.", "The number of the judgment."),
		}, func(r *row) *string { return &r.JudgmentNumber })),
		evJudgmentDate: about(date(column[row]{
			code: "judgmentDate", header: "Ngày bản án (dd/MM/yyyy)", width: 16, example: "05/09/2018", field: "particulars.judgment.date", help: vi("Ngày bản án, quyết định.", "The date of the judgment."),
		}, func(r *row) *thads.Date { return &r.JudgmentDate })),
		evCourt: about(text(column[row]{
			code: "court", header: "Tòa án", width: 28, example: "TAND thành phố Thanh Hóa", field: "particulars.judgment.court", help: vi("Tòa án đã ra bản án.", "The court."),
		}, func(r *row) *string { return &r.Court })),
		evReceivedOn: about(date(column[row]{
			code: "receivedOn", header: "Ngày nhận bản án (dd/MM/yyyy)", width: 16, example: "20/09/2018", field: "particulars.judgment.receivedOn", help: vi("Ngày nhận bản án.", "When the judgment was received."),
		}, func(r *row) *thads.Date { return &r.ReceivedOn })),
		evRequestedOn: about(date(column[row]{
			code: "requestedOn", header: "Ngày yêu cầu (dd/MM/yyyy)", width: 16, example: "01/10/2018", field: "particulars.requestedOn", help: vi("Ngày nhận đơn; chỉ với việc theo yêu cầu.", "The date of the request; on request only."),
		}, func(r *row) *thads.Date { return &r.RequestedOn })),
		evTags: about(tagsOf(column[row]{
			code: "tags", header: "Nhãn", width: 22, example: "Tín dụng, ngân hàng", field: "particulars.tags", help: vi("Nhãn, cách nhau bằng dấu chấm phẩy.", "Tags, divided by semicolons."),
		}, func(r *row) *[]thads.Tag { return &r.Tags })),
		evOwedID: owed(text(column[row]{
			code: "obligationId", header: "Mã nghĩa vụ", width: 8, example: "o1", field: "id", help: vi("Để trống thì theo thứ tự: o1, o2 …", "Empty for that of its place: o1, o2 …"),
		}, func(r *row) *string { return &r.Owed.ID })),
		evOwedKind: owed(wordColumn(column[row]{
			code: "obligationKind", header: "Loại nghĩa vụ", width: 20, example: "Trả nợ", field: "kind", help: vi("Mỗi nghĩa vụ một dòng.", "One obligation a row."),
		}, vocabularyOf(thads.ObligationKinds(), nil), func(r *row) *thads.ObligationKind { return &r.Owed.Kind })),
		evOwedAmount: owed(dong(column[row]{
			code: "obligationAmount", header: "Số tiền phải thi hành (đồng)", width: 20, example: "100.000.000", field: "amount", help: vi("Số tiền hoặc giá trị, bằng đồng.", "The sum or value in đồng."),
		}, func(r *row) *thads.Dong { return &r.Owed.Amount })),
		evOwedPeriodic: owed(yesColumn(column[row]{
			code: "obligationPeriodic", header: "Định kỳ", width: 10, example: "có", field: "periodic", help: vi("“có” nếu thi hành theo định kỳ.", "“có” where instalments fall due over time."),
		}, func(r *row) *bool { return &r.Owed.Periodic })),
		evOwedContent: owed(text(column[row]{
			code: "obligationContent", header: "Nội dung nghĩa vụ", width: 30, example: "Trả nợ gốc và lãi", field: "content", help: vi("Nội dung cụ thể.", "What exactly is owed."),
		}, func(r *row) *string { return &r.Owed.Content })),
		evOwedDebtors: owed(idsOf(column[row]{
			code: "obligationDebtors", header: "Mã người phải thi hành", width: 14, example: "p1; p2", field: "debtors", help: vi("Mã những đương sự phải thi hành; để trống là tất cả.", "The ids of the debtors it binds; empty for all."),
		}, func(r *row) *[]string { return &r.Owed.Debtors })),
		evOwedCreditors: owed(idsOf(column[row]{
			code: "obligationCreditors", header: "Mã người được thi hành", width: 14, example: "p3", field: "creditors", help: vi("Mã những đương sự được thi hành; để trống là tất cả.", "The ids of the creditors it is owed to; empty for all."),
		}, func(r *row) *[]string { return &r.Owed.Creditors })),
	}
	r.composites = []column[row]{
		numberDateColumn(column[row]{
			code: "numberAndDate", gives: []string{"number", "date"}, header: "Số, ngày quyết định thi hành án", example: "46/QĐ-CCTHADS ngày 05/10/2018",
			help: vi("Số và ngày quyết định thi hành án trong một ô.", "Number and date of the enforcement decision in one cell."),
		}, func(r *row) (*string, *thads.Date) { return &r.Number, &r.Date }, nil),
		numberDateColumn(column[row]{
			code: "documentNumberAndDate", gives: []string{"documentNumber", "documentDate"}, header: "Số, ngày văn bản, quyết định", part: ofEvent, example: "12/QĐ-CCTHADS ngày 12/03/2019", field: "decision",
			help: vi("Số và ngày văn bản, quyết định của sự kiện trong một ô.", "Number and date of the document in one cell."),
		}, func(r *row) (*string, *thads.Date) { return &r.DocumentNumber, &r.DocumentDate }, nil),
		numberDateColumn(column[row]{
			code: "receiptAndDate", gives: []string{"receipt", "effectiveOn"}, header: "Số, ngày biên lai, phiếu chi", part: ofEvent, example: "0001234 ngày 12/03/2019", field: "receipt",
			help: vi("Số biên lai, phiếu chi và ngày thu, chi trong một ô.", "Number of the receipt and the day of payment in one cell."),
		}, func(r *row) (*string, *thads.Date) { return &r.Receipt, &r.EffectiveOn }, nil),
		text(column[row]{
			code: "resumedNumber", header: "Số quyết định tiếp tục thi hành án", example: "30/QĐ-CCTHADS", field: "decision.number",
			help: vi("Sổ hoãn, tạm đình chỉ ghi quyết định tiếp tục ở cùng dòng: dòng đó cho hai sự kiện.", "Books of postponements have the decision to resume in the same row: the row gives two events."),
		}, func(r *row) *string { return &r.resumedNumber }),
		date(column[row]{
			code: "resumedDate", header: "Ngày quyết định tiếp tục thi hành án", example: "12/06/2019", field: "decision.date",
			help: vi("Ngày quyết định tiếp tục, cũng là ngày sự kiện.", "The date of the decision to resume, and of that event."),
		}, func(r *row) *thads.Date { return &r.resumedDate }),
		numberDateColumn(column[row]{
			code: "resumedNumberAndDate", gives: []string{"resumedNumber", "resumedDate"}, header: "Số, ngày quyết định tiếp tục thi hành án", example: "30/QĐ-CCTHADS ngày 12/06/2019", field: "decision",
			help: vi("Số và ngày quyết định tiếp tục trong một ô.", "Number and date of the decision to resume in one cell."),
		}, func(r *row) (*string, *thads.Date) { return &r.resumedNumber, &r.resumedDate }, nil),
	}
	return r.index()
}

// guessEvent returns the code of the column that a header of a book means: books
// name the paper ("Số, ngày quyết định đình chỉ", or "Quyết định đình chỉ" above
// "Số" and "Ngày"), each a little differently.
func guessEvent(path []string, known func(string) string) string {
	words := titleWords(headerKey(strings.Join(path, " ")))
	has := words.has
	numbered, dated := has("so"), has("ngay")
	of := func(number, date, both string) string {
		switch {
		case numbered == dated:
			return both
		case numbered:
			return number
		}
		return date
	}
	switch {
	// What a book repeats of the case is none of the event's.
	case has("ban an", "toa an", "phai thi hanh", "duoc thi hanh", "con lai", "con phai thu", "don vi tinh"):
		return ""
	case has("so tien", "gia tri", "thanh tien"):
		return "amount"
	case has("bien lai", "phieu thu", "phieu chi", "chung tu"):
		return of("receipt", "effectiveOn", "receiptAndDate")
	case has("ly do", "can cu", "dieu luat", "dieu khoan"):
		return "ground"
	case has("thoi han", "den ngay", "den het ngay"):
		return "until"
	case has("nguoi ky"):
		return "documentSigner"
	case has("uy thac") && has("co quan", "noi", "don vi", "den", "nhan") && !numbered:
		return "recipient"
	case has("co quan ra", "co quan ban hanh", "noi ban hanh"):
		return "documentIssuer"
	case has("ghi chu"):
		return "note"
	case has("bien phap") && !numbered && !dated:
		return "measure"
	case has("ket qua xac minh"):
		return "finding"
	case !has("quyet dinh", "van ban", "thong bao"):
		return known(path[len(path)-1])
	case has("tiep tuc"):
		return of("resumedNumber", "resumedDate", "resumedNumberAndDate")
	case has("thi hanh an") && len(kindsNamed(string(words))) == 0:
		return of("number", "date", "numberAndDate")
	}
	return of("documentNumber", "documentDate", "documentNumberAndDate")
}

// kindsNamed returns the kinds of events whose decisions a folded text names, in
// the order of their words: "tạm đình chỉ" is not "đình chỉ".
func kindsNamed(folded string) []thads.CaseEventKind {
	var out []thads.CaseEventKind
	rest := " " + folded + " "
	for _, w := range []struct {
		words string
		kind  thads.CaseEventKind
	}{
		{"tam dinh chi", thads.CaseSuspended},
		{"dinh chi", thads.CaseTerminated},
		{"tam hoan xuat canh", thads.CaseSecurityMeasure},
		{"hoan", thads.CasePostponed},
		{"tam dung", thads.CasePaused},
		{"tiep tuc", thads.CaseResumed},
		{"so theo doi rieng", thads.CaseMovedToSeparate},
		{"chua co dieu kien", thads.CaseNotEnforceable},
		{"chua du dieu kien", thads.CaseNotEnforceable},
		{"uy thac", thads.CaseEntrusted},
		{"thu hoi", thads.CaseRevoked},
		{"cuong che", thads.CaseCoerciveMeasure},
		{"bao dam", thads.CaseSecurityMeasure},
		{"mien giam", thads.CaseReduced},
		{"mien", thads.CaseReduced},
		{"giam", thads.CaseReduced},
		{"rut ho so", thads.CaseWithdrawn},
		{"tra lai don", thads.CaseRequestReturned},
		{"tra don", thads.CaseRequestReturned},
		{"tra lai yeu cau", thads.CaseRequestReturned},
		{"tu choi", thads.CaseRefused},
		{"khoi phuc", thads.CaseReopened},
		{"phan cong", thads.CaseAssigned},
		{"chi tra", thads.CasePaidOut},
		{"chi tien", thads.CasePaidOut},
		{"thu tien", thads.CaseCollected},
		{"bien lai thu", thads.CaseCollected},
		{"phieu chi", thads.CasePaidOut},
		{"xac minh", thads.CaseVerified},
	} {
		for {
			before, after, found := strings.Cut(rest, " "+w.words+" ")
			if !found {
				break
			}
			if rest = before + " | " + after; !slices.Contains(out, w.kind) {
				out = append(out, w.kind)
			}
		}
	}
	return out
}

// kind takes from the titles of a book of events, or from its headers, that it is
// of one kind.
func (m *Mapping) kind(titles []string) {
	var headers []string
	for _, c := range m.Columns {
		if c.Field != "" {
			headers = append(headers, c.Title)
		}
	}
	kind := kindOfBook(titles, headers)
	for _, spec := range thads.CaseEventSpecs() {
		if spec.Kind != kind {
			continue
		}
		m.Constants = map[string]string{"kind": kind.Name().VI}
		// What the kind does not have is of something else: the sum that is
		// struck off by a termination follows from the case.
		for i := range m.Columns {
			if need, ok := needOf(&spec, m.Columns[i].Field); ok && need == thads.Without {
				m.Columns[i].Field, m.Columns[i].Unit = "", ""
			}
		}
	}
}

// needOf tells whether a kind of event has what a column says, where that differs
// between the kinds.
func needOf(spec *thads.CaseEventSpec, code string) (thads.Need, bool) {
	switch code {
	case "amount":
		return spec.Amount, true
	case "ground":
		return spec.Ground, true
	case "until":
		return spec.Until, true
	case "documentNumber", "documentDate", "documentNumberAndDate", "documentIssuer", "documentSigner":
		return spec.Decision, true
	case "finding":
		return spec.Finding, true
	case "measure":
		return spec.Measure, true
	case "toUnit":
		return spec.ToUnit, true
	case "toOfficer":
		return spec.ToOfficer, true
	case "recipient":
		return spec.Recipient, true
	case "receipt":
		return spec.Receipt, true
	case "addTags", "removeTags":
		return spec.Tags, true
	}
	return thads.Optional, false
}

// kindOfBook returns the kind of event that a book is of, from the titles above
// its headers or, where they do not tell, from the headers; empty where it is of
// several. A decision to resume stands in books of what it ends.
func kindOfBook(titles, headers []string) thads.CaseEventKind {
	for _, texts := range [][]string{titles, headers} {
		var kinds []thads.CaseEventKind
		for _, text := range texts {
			for _, kind := range kindsNamed(key(text)) {
				if !slices.Contains(kinds, kind) {
					kinds = append(kinds, kind)
				}
			}
		}
		if len(kinds) > 1 {
			kinds = slices.DeleteFunc(kinds, func(k thads.CaseEventKind) bool { return k == thads.CaseResumed })
		}
		if len(kinds) == 1 {
			return kinds[0]
		}
	}
	return ""
}

// wordsOfEvents are the words by which books and clerks name the kinds of events,
// beside their full names.
func wordsOfEvents() map[thads.CaseEventKind][]string {
	return map[thads.CaseEventKind][]string{
		thads.CaseReceived:          {"tiếp nhận", "nhận bản án", "nhận đơn yêu cầu"},
		thads.CaseRefused:           {"từ chối", "từ chối yêu cầu", "từ chối nhận đơn"},
		thads.CaseDecided:           {"thi hành án", "THA", "ra QĐ thi hành án", "thụ lý"},
		thads.CaseBroughtForward:    {"số dư", "chuyển số dư"},
		thads.CaseVerificationBegun: {"bắt đầu xác minh", "hết thời hạn tự nguyện", "hết hạn tự nguyện"},
		thads.CaseVerified:          {"xác minh", "XM", "kết quả xác minh", "xác minh điều kiện thi hành án", "biên bản xác minh"},
		thads.CaseCollected:         {"thu", "thu tiền", "đã thu", "thu được", "nộp tiền"},
		thads.CasePaidOut:           {"chi", "chi tiền", "chi trả", "đã chi trả", "trả tiền", "chi trả tiền"},
		thads.CaseDeposited:         {"gửi tiền", "gửi tiết kiệm", "gửi kho bạc", "gửi tiền tiết kiệm"},
		thads.CasePerformed:         {"xong", "thi hành xong", "THX", "tự thi hành", "đương sự tự thi hành", "tự nguyện thi hành", "giao tài sản", "thi hành nghĩa vụ", "thỏa thuận thi hành"},
		thads.CaseAdjusted:          {"điều chỉnh", "điều chỉnh giá trị", "lãi phát sinh"},
		thads.CaseReduced:           {"miễn", "giảm", "miễn, giảm", "xét miễn, giảm", "miễn, giảm thi hành án"},
		thads.CasePostponed:         {"hoãn"},
		thads.CaseSuspended:         {"tạm đình chỉ", "TĐC"},
		thads.CasePaused:            {"tạm dừng"},
		thads.CaseResumed:           {"tiếp tục"},
		thads.CaseNotEnforceable:    {"chưa có điều kiện", "chưa có điều kiện thi hành", "chưa có ĐK", "chưa đủ điều kiện", "CĐK", "CCĐK", "chưa có điều kiện thi hành án", "về việc chưa có điều kiện thi hành án"},
		thads.CaseMovedToSeparate:   {"sổ theo dõi riêng", "chuyển sổ theo dõi riêng", "chuyển sổ riêng", "chuyển theo dõi riêng"},
		thads.CaseBackFromSeparate:  {"từ sổ theo dõi riêng", "ra khỏi sổ theo dõi riêng", "đưa ra khỏi sổ theo dõi riêng"},
		thads.CaseRequestReturned:   {"trả lại yêu cầu", "trả đơn", "trả lại đơn", "trả lại đơn yêu cầu", "trả đơn yêu cầu"},
		thads.CaseEntrusted:         {"ủy thác", "ủy thác đi", "UT", "UTTHA"},
		thads.CaseTerminated:        {"đình chỉ", "ĐC"},
		thads.CaseWithdrawn:         {"rút", "rút hồ sơ", "rút lên", "rút hồ sơ thi hành án"},
		thads.CaseRevoked:           {"thu hồi", "hủy", "thu hồi, hủy", "thu hồi quyết định", "hủy quyết định", "thu hồi, sửa đổi, bổ sung, hủy"},
		thads.CaseReopened:          {"thi hành lại", "khôi phục", "khôi phục thi hành"},
		thads.CaseSecurityMeasure:   {"bảo đảm", "biện pháp bảo đảm", "BPBĐ", "áp dụng BPBĐ", "áp dụng biện pháp bảo đảm"},
		thads.CaseCoerciveMeasure:   {"cưỡng chế", "CC", "biện pháp cưỡng chế", "BPCC", "áp dụng biện pháp cưỡng chế"},
		thads.CasePartiesChanged:    {"thay đổi đương sự", "bổ sung đương sự", "chuyển giao quyền, nghĩa vụ"},
		thads.CaseAssigned:          {"phân công", "phân công CHV", "thay đổi chấp hành viên", "thay CHV"},
		thads.CaseTransferred:       {"chuyển đơn vị", "chuyển hồ sơ", "chuyển giao hồ sơ"},
		thads.CaseTagged:            {"nhãn"},
		thads.CaseNoted:             {"ghi nhận", "chú thích"},
	}
}

// kindsOfEvents is the vocabulary of the kinds of events. Those that a register
// of events does not have are understood too, so that they are refused by name.
func kindsOfEvents() *vocabulary {
	v := vocabularyOf(kindTerms(), nil)
	v.names = slices.DeleteFunc(v.names, func(name string) bool {
		kind, _ := v.find(name)
		return opensOnly(thads.CaseEventKind(kind))
	})
	for kind, words := range wordsOfEvents() {
		for _, word := range words {
			v.add(word, string(kind))
		}
	}
	return v
}

// kindColumn is a column of kinds of events. What stands around the word for it
// in decisions may be left out: "QĐ hoãn thi hành án" is "hoãn".
func kindColumn[R any](c column[R], at func(*R) *thads.CaseEventKind) column[R] {
	words := kindsOfEvents()
	c = wordColumn(c, words, at)
	exact := c.set
	c.set = func(r *R, v *reading) {
		cell := *v.cell
		if _, known := words.find(cell.Text); !known && cell.Kind == Text {
			if bare := withoutPaper(cell.Text); bare != "" {
				if _, known := words.find(bare); known {
					cell.Text = bare
				}
			}
		}
		inner := *v
		inner.cell = &cell
		exact(r, &inner)
		v.code, v.text, v.warning = inner.code, inner.text, inner.warning
	}
	return c
}

// withoutPaper takes off the words by which decisions begin and end.
func withoutPaper(text string) string {
	words := strings.Fields(exactKey(text))
	folded := func(words []string) string { return key(strings.Join(words, " ")) }
	for _, lead := range []string{"ra", "quyet dinh", "qd", "thong bao", "tb", "ve viec", "v v"} {
		if n := strings.Count(lead, " ") + 1; n < len(words) && folded(words[:n]) == lead {
			words = words[n:]
		}
	}
	for _, tail := range []string{"thi hanh an", "tha", "thads"} {
		if n := len(words) - strings.Count(tail, " ") - 1; n > 0 && folded(words[n:]) == tail {
			words = words[:n]
		}
	}
	return strings.Join(words, " ")
}

// opensOnly tells whether a kind is none of a register of events: it opens a
// case, or takes an event back.
func opensOnly(k thads.CaseEventKind) bool {
	return k == thads.CaseReceived || k == thads.CaseBroughtForward || k == thads.CaseVoidedEvent
}

func kindTerms() []thads.Term[thads.CaseEventKind] {
	var terms []thads.Term[thads.CaseEventKind]
	for _, s := range thads.CaseEventSpecs() {
		terms = append(terms, thads.Term[thads.CaseEventKind]{Value: s.Kind, Name: s.Name})
	}
	return terms
}

// measuresOfEvents is the vocabulary of both kinds of measures.
func measuresOfEvents() *vocabulary {
	return vocabularyOf(slices.Concat(thads.SecurityMeasures(), thads.CoerciveMeasures()), map[string]thads.Measure{
		"phong tỏa": thads.FreezeAccount, "phong tỏa tài khoản": thads.FreezeAccount, "phong tỏa tài sản": thads.FreezeAccount,
		"tạm giữ": thads.SeizeTemporarily, "tạm giữ tài sản": thads.SeizeTemporarily, "tạm giữ giấy tờ": thads.SeizeTemporarily,
		"tạm dừng chuyển dịch": thads.HaltTransactions, "tạm dừng đăng ký": thads.HaltTransactions, "tạm dừng việc đăng ký, chuyển dịch": thads.HaltTransactions, "tạm dừng việc đăng ký, chuyển quyền sở hữu, sử dụng, thay đổi hiện trạng tài sản": thads.HaltTransactions,
		"hoãn xuất cảnh": thads.ExitPostponement,
		"khấu trừ":       thads.DeductAccount, "khấu trừ tiền": thads.DeductAccount, "khấu trừ tài khoản": thads.DeductAccount, "khấu trừ tiền trong tài khoản": thads.DeductAccount, "thu tiền, giấy tờ có giá": thads.DeductAccount,
		"trừ thu nhập": thads.DeductIncome,
		"khai thác":    thads.ExploitAsset,
		"kê biên":      thads.AttachAsset, "kê biên tài sản": thads.AttachAsset, "kê biên, xử lý tài sản của người phải thi hành án": thads.AttachAsset,
		"giao tài sản": thads.CompelHandOver, "buộc giao tài sản": thads.CompelHandOver, "buộc chuyển giao vật": thads.CompelHandOver, "buộc giao nhà": thads.CompelHandOver, "chuyển giao quyền sử dụng đất": thads.CompelHandOver, "buộc chuyển giao quyền sử dụng đất": thads.CompelHandOver,
		"buộc thực hiện công việc": thads.CompelPerformance, "buộc thực hiện": thads.CompelPerformance, "buộc không được thực hiện công việc": thads.CompelPerformance,
	})
}

// signedOf is a column of amounts that may be below 0.
func signedOf[R any](c column[R], at func(*R) *thads.Dong) column[R] {
	c = dongColumn(c, at)
	c.set = func(r *R, v *reading) { *at(r) = v.asSignedDong() }
	return c
}

// yearOf is a column of years.
func yearOf[R any](c column[R], at func(*R) *int) column[R] {
	c.format = formatYear
	c.set = func(r *R, v *reading) { *at(r) = v.asYear() }
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

// noteOf is a column of texts that keep their line breaks.
func noteOf[R any](c column[R], at func(*R) *string) column[R] {
	c.set = func(r *R, v *reading) {
		if *at(r) = v.asText(); v.cell.Kind == Text {
			*at(r) = strings.TrimSpace(v.cell.Text)
		}
	}
	c.get = func(r *R) any { return orNil(*at(r)) }
	return c
}

// tagsOf is a column of tags, as registers of cases have it.
func tagsOf[R any](c column[R], at func(*R) *[]thads.Tag) column[R] {
	c.words = vocabularyOf(thads.Tags(), nil)
	tags := tagColumn(column[CaseRow]{header: c.header, words: c.words})
	c.set = func(r *R, v *reading) {
		var row CaseRow
		tags.set(&row, v)
		*at(r) = row.Tags
	}
	c.get = func(r *R) any { return tags.get(&CaseRow{Tags: *at(r)}) }
	return c
}

// idsOf is a column of ids of parties, divided by semicolons or commas.
func idsOf[R any](c column[R], at func(*R) *[]string) column[R] {
	c.set = func(r *R, v *reading) {
		for _, id := range strings.FieldsFunc(v.asText(), func(r rune) bool { return r == ';' || r == ',' }) {
			if id = strings.TrimSpace(id); id != "" {
				*at(r) = append(*at(r), id)
			}
		}
	}
	c.get = func(r *R) any { return orNil(strings.Join(*at(r), "; ")) }
	return c
}

// idMark stands before an id that would otherwise be read as a place.
const idMark = "#"

// looksLikePlace tells whether an id would be read as a place, or has the mark.
func looksLikePlace(id string) bool {
	return id != "" && (strings.Trim(id, "0123456789") == "" || strings.HasPrefix(id, idMark))
}

// placeOf reads the place of an obligation in the case, from 1, and returns its
// id as those have it that came without one: the prefix and the place. Any other
// id is taken as it is.
func placeOf(v *reading, prefix string) string {
	text := v.asText()
	if id, marked := strings.CutPrefix(text, idMark); marked || !looksLikePlace(text) {
		return id
	}
	place := strings.TrimLeft(text, "0")
	if place == "" {
		v.wrong(thads.CodeOutOfRange, "Thứ tự phải từ 1", "Places count from 1")
		return ""
	}
	return prefix + place
}

// lackingOfEvents are the columns without which a register of events tells of no
// case, or not what happened.
func lackingOfEvents(has func(code string) bool) []string {
	var out []string
	if !has("key") {
		for _, code := range []string{"unit", "number", "date"} {
			if !has(code) {
				out = append(out, code)
			}
		}
	}
	if has("resumedDate") {
		return out // the kind and date of what a row tells may be those
	}
	if !has("kind") {
		out = append(out, "kind")
	}
	if !has("effectiveOn") && !has("documentDate") {
		out = append(out, "effectiveOn")
	}
	return out
}
