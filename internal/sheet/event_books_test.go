package sheet

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/thads"
)

// csvBook is a book of these lines of cells.
func csvBook(t *testing.T, lines ...[]string) *Book {
	t.Helper()
	var b strings.Builder
	b.WriteString("\ufeff")
	for _, line := range lines {
		for i, cell := range line {
			if i > 0 {
				b.WriteByte(';')
			}
			fmt.Fprintf(&b, "\"%s\"", strings.ReplaceAll(cell, `"`, `""`))
		}
		b.WriteString("\r\n")
	}
	return openBook(t, []byte(b.String()))
}

// mapped is the mapping of a CSV file with its headers in the first row.
func mapped(t *testing.T, b *Book, k Kind, constants map[string]string) *Mapping {
	t.Helper()
	m := proposed(t, b, k, "")
	m.Constants = constants
	return m
}

// found is what a problem says, in short.
func found(problems []Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %s%d %s %q", p.Severity, p.Letter(), p.Row, p.Code, p.Got))
	}
	return out
}

func want(t *testing.T, problems []Problem, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, found(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
		for _, p := range problems {
			t.Log(p.String())
		}
	}
}

// TestEveryKindOfEvent writes an event of each kind with all its fields, and
// with those it needs only, and reads it as it was. Openings are of the register
// of cases, and what takes an event back is of none.
func TestEveryKindOfEvent(t *testing.T) {
	const kinds = 33
	specs := thads.CaseEventSpecs()
	if n := len(specs); n != kinds {
		t.Fatalf("there are %d kinds, the test knows %d", n, kinds)
	}
	read := map[thads.CaseEventKind]int{}
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.Bool().Draw(t, "all")
		on := among(t, "on", []thads.Date{thads.DateOf(2019, 3, 12), thads.DateOf(2026, 7, 15)})
		var events []thads.CaseEvent
		var rows []EventRow
		for i := below(t, "kinds", 3); i < kinds; i += 3 {
			e := filled(t, &specs[i], on, func(n thads.Need) bool { return n == thads.Required || all && n == thads.Optional })
			if e.Particulars != nil {
				for i := range e.Particulars.Parties {
					e.Particulars.Parties[i].ID = fmt.Sprintf("p%d", 7-i)
				}
				for i := range e.Particulars.Obligations {
					e.Particulars.Obligations[i].ID = fmt.Sprintf("k%d", i)
				}
			}
			if specs[i].OneObligation || all && !specs[i].WholeCase {
				e.Obligation = among(t, "obligation", []string{"o1", "o2", "o12", "k0", "3", "#3"})
			}
			events = append(events, e)
			rows = append(rows, rowsOf(&e, EventRow{Key: string(e.Kind)}, map[string]string{"o1": "1", "o2": "2"}, testNames)...)
		}
		b := openBook(t, writeRegisters(t, XLSX, nil, rows))
		entries, problems := readEntries(t, b, Reading{Events: proposed(t, b, CaseEvents, eventsSheet)})
		for _, p := range problems {
			if row := &rows[p.Row-2]; p.Severity == Error && (p.Code != thads.CodeNotAllowed || !opensOnly(row.Kind)) {
				t.Fatal(p.String())
			}
		}
		if len(entries) != len(events) {
			t.Fatalf("read as %d entries", len(entries))
		}
		for i, e := range entries {
			if want := events[i].Kind; e.Key != string(want) || len(e.Events) != 1 || e.Failed != opensOnly(want) {
				t.Fatalf("%s is read as %d events of %q, failed %v", want, len(e.Events), e.Key, e.Failed)
			}
			read[e.Events[0].Event.Kind]++
			got := &e.Events[0]
			event, unit, officer := recorded(events[i])
			if event.Kind == thads.CaseBroughtForward && event.Particulars.Balance != nil {
				t.Fatal("a register of events has no balances")
			}
			if diff := cmp.Diff(normal(event), normal(got.Event)); diff != "" {
				t.Fatalf("%s (-written +read):\n%s", event.Kind, diff)
			}
			if got.UnitCode != unit || got.OfficerCode != officer {
				t.Fatalf("%s goes to %q and %q", event.Kind, got.UnitCode, got.OfficerCode)
			}
		}
	})
	if len(read) != kinds {
		t.Errorf("%d kinds were read, want %d", len(read), kinds)
	}
}

// normal is an event with its texts as recording would make them.
func normal(e thads.CaseEvent) thads.CaseEvent {
	line := thads.NormalizeName
	parties := func(in []thads.Party) []thads.Party {
		out := slices.Clone(in)
		for i := range out {
			p := &out[i]
			p.Name, p.Address, p.JointGroup = line(p.Name), line(p.Address), line(p.JointGroup)
		}
		return out
	}
	if d := e.Decision; d != nil {
		e.Decision = &thads.Decision{Number: thads.ParseDocumentNumber(d.Number.Raw), Date: d.Date, Issuer: line(d.Issuer), Signer: line(d.Signer)}
	}
	e.Parties, e.Recipient, e.Receipt = parties(e.Parties), line(e.Recipient), line(e.Receipt)
	if p := e.Particulars; p != nil {
		q := *p
		q.Parties, q.Obligations, q.Judgment.Court = parties(p.Parties), slices.Clone(p.Obligations), line(p.Judgment.Court)
		for i := range q.Obligations {
			q.Obligations[i].Content = line(q.Obligations[i].Content)
		}
		e.Particulars = &q
	}
	return e
}

// TestKindsByTheirWords: the kinds are known by all their names and by the words
// of books, each means one kind, and those to choose from are those a register
// may have.
func TestKindsByTheirWords(t *testing.T) {
	c := newEventRegister().columns[evKind]
	read := func(text string) (thads.CaseEventKind, thads.Code) {
		var row EventRow
		v := reading{cell: &Cell{Kind: Text, Text: text}}
		c.set(&row, &v)
		return row.Kind, v.code
	}
	for _, s := range thads.CaseEventSpecs() {
		words := append([]string{s.Name.VI, s.Name.EN, string(s.Kind), strings.ToUpper(thads.Fold(s.Name.VI))}, wordsOfEvents()[s.Kind]...)
		if len(words) < 5 && s.Kind != thads.CaseVoidedEvent {
			t.Errorf("%s has no words of books", s.Kind)
		}
		for _, word := range words {
			if kind, code := read(word); kind != s.Kind {
				t.Errorf("%q is read as %q %s, want %s", word, kind, code, s.Kind)
			}
		}
	}
	for text, kind := range map[string]thads.CaseEventKind{
		"QĐ hoãn THA": thads.CasePostponed, "Quyết định tạm đình chỉ thi hành án": thads.CaseSuspended, "quyet dinh dinh chi thi hanh an": thads.CaseTerminated,
		"QĐ về việc chưa có điều kiện thi hành án": thads.CaseNotEnforceable, "Thông báo trả lại đơn yêu cầu": thads.CaseRequestReturned, "uỷ thác": thads.CaseEntrusted,
		"Quyết định thi hành án": thads.CaseDecided, "QĐ cưỡng chế": thads.CaseCoerciveMeasure,
	} {
		if got, code := read(text); got != kind {
			t.Errorf("%q is read as %q %s, want %s", text, got, code, kind)
		}
	}
	for _, text := range []string{"gửi", "quyết định", "THA hoãn lại"} {
		if kind, code := read(text); kind != "" || code != thads.CodeInvalid {
			t.Errorf("%q is read as %s %s", text, kind, code)
		}
	}
	if names := c.words.names; len(names) != 30 || slices.Contains(names, thads.CaseVoidedEvent.Name().VI) {
		t.Errorf("%d kinds to choose from: %q", len(names), names)
	}
}

// TestGroundsAsCited reads legal grounds as decisions and books cite them.
func TestGroundsAsCited(t *testing.T) {
	book := newGroundBook()
	old, current := thads.DateOf(2019, 3, 12), thads.DateOf(2026, 8, 1)
	for _, tt := range []struct {
		text string
		kind thads.CaseEventKind
		on   thads.Date
		want thads.GroundCode
	}{
		{"điểm c khoản 1 Điều 48 Luật THADS 2008", thads.CasePostponed, old, "L2008_48_1_C"},
		{"Điểm c, khoản 1, Điều 48", thads.CasePostponed, old, "L2008_48_1_C"},
		{"Điểm c, khoản 1, Điều 46", thads.CasePostponed, current, "L2025_46_1_C"},
		{"đ c k1 Đ48", thads.CasePostponed, old, "L2008_48_1_C"},
		{"theo điểm đ khoản 1 điều 50 Luật Thi hành án dân sự sửa đổi năm 2014", thads.CaseTerminated, old, "L2008_50_1_DD"},
		{"điểm d khoản 1 điều 50", thads.CaseTerminated, old, "L2008_50_1_D"},
		{"diem c khoan 1 dieu 50", thads.CaseTerminated, old, "L2008_50_1_C"},
		{"diem d khoan 1 dieu 50", thads.CaseTerminated, old, ""}, // d or đ
		{"diem dd khoan 1 dieu 50", thads.CaseTerminated, old, "L2008_50_1_DD"},
		{"khoản 2 Điều 48", thads.CasePostponed, old, "L2008_48_2"},
		{"điểm a khoản 1 Điều 44a", thads.CaseNotEnforceable, old, "L2008_44A_1_A"},
		{"khoản 2 Điều 44", thads.CaseNotEnforceable, old, "L2008_44A_PRISON"},
		{"Điều 48", thads.CaseTerminated, current, "L2025_48"},
		{"khoản 3 Điều 48", thads.CaseTerminated, current, "L2025_48"},
		{"L2025_48_AGREED", thads.CaseTerminated, current, "L2025_48_AGREED"},
		{"Đương sự thỏa thuận đình chỉ", thads.CaseTerminated, current, "L2025_48_AGREED"},
		{"Tạm dừng trong thời gian giải quyết khiếu nại", thads.CasePaused, old, "L2008_150"},
		{"Tạm dừng trong thời gian giải quyết khiếu nại", thads.CasePaused, current, "L2025_COMPLAINT"},
		{"Điều 61", thads.CaseReduced, old, "L2008_61"},
		{"khong co thu nhap tai san de thi hanh an", thads.CaseNotEnforceable, old, "L2008_44A_1_A"},
		// Of another step: found, so that the case says what is wrong with it.
		{"điểm a khoản 1 Điều 50", thads.CasePostponed, old, "L2008_50_1_A"},
		{"Điều 9 Nghị định 62/2015/NĐ-CP", thads.CaseNotEnforceable, old, ""},
		{"Điều 999", thads.CasePostponed, old, ""},
		{"Điều 50", thads.CaseTerminated, old, ""}, // which point?
		{"không rõ", thads.CaseTerminated, old, ""},
		{"", thads.CaseTerminated, old, ""},
	} {
		if got, _ := book.find(tt.text, tt.kind, tt.on); got != tt.want {
			t.Errorf("%q of %s on %s is %q, want %q", tt.text, tt.kind, tt.on, got, tt.want)
		}
	}
	for _, g := range thads.Grounds() {
		for _, kind := range g.Kinds {
			for _, on := range []thads.Date{old, current, 0} {
				for _, text := range []string{book.label(g.Code), string(g.Code)} {
					if got, ok := book.find(text, kind, on); got != g.Code || !ok {
						t.Errorf("%s, written %q, is read as %q", g.Code, text, got)
					}
				}
			}
		}
	}
}

// TestHeadersOfBooks: headers as the statutory books have them, alone and under
// one another.
func TestHeadersOfBooks(t *testing.T) {
	reg := newEventRegister()
	for title, want := range map[string]string{
		"Số, ngày QĐ thi hành án": "numberAndDate", "Số, ngày, tháng, năm ra quyết định thi hành án": "numberAndDate", "Quyết định THA (số, ngày)": "numberAndDate",
		"Quyết định thi hành án / Số": "number", "Quyết định thi hành án / Ngày, tháng, năm": "date", "Số QĐ THA": "number", "Ngày QĐ THA": "date",
		"Số, ngày quyết định đình chỉ": "documentNumberAndDate", "Số, ngày, tháng, năm quyết định đình chỉ thi hành án": "documentNumberAndDate",
		"Quyết định hoãn THA / Số": "documentNumber", "Quyết định hoãn THA / Ngày": "documentDate", "Số quyết định": "documentNumber", "Ngày ra quyết định": "documentDate",
		"Quyết định tiếp tục THA / Số": "resumedNumber", "Quyết định tiếp tục THA / Ngày": "resumedDate", "Số, ngày quyết định tiếp tục thi hành án": "resumedNumberAndDate",
		"Quyết định hoãn / Lý do, căn cứ": "ground", "Căn cứ đình chỉ": "ground", "Thời hạn hoãn": "until", "Hoãn đến ngày": "until",
		"Số, ngày biên lai": "receiptAndDate", "Biên lai / Số": "receipt", "Biên lai thu tiền / Ngày": "effectiveOn", "Số tiền thu được": "amount", "Phiếu chi số": "receipt",
		"Biện pháp cưỡng chế áp dụng": "measure", "Cơ quan nhận ủy thác": "recipient", "Người ký quyết định": "documentSigner",
		"Ghi chú": "note", "Mã hồ sơ": "key", "Ngày xác minh": "effectiveOn", "Kết quả xác minh điều kiện THA": "finding",
		// What a book repeats of the case.
		"Số, ngày bản án, quyết định của Tòa án": "", "Họ tên, địa chỉ người phải thi hành án": "", "Số tiền phải thi hành án": "", "Chấp hành viên": "", "Người được THA": "", "Số tiền còn phải thu": "",
	} {
		if got := reg.recognise(title); got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
	for _, tt := range []struct {
		titles, headers []string
		want            thads.CaseEventKind
	}{
		{[]string{"SỔ ĐÌNH CHỈ THI HÀNH ÁN"}, nil, thads.CaseTerminated},
		{[]string{"Sổ tạm đình chỉ"}, nil, thads.CaseSuspended},
		{[]string{"Chi cục THADS"}, []string{"Số, ngày QĐ thi hành án", "Số, ngày quyết định ủy thác"}, thads.CaseEntrusted},
		{[]string{"SỔ HOÃN, TIẾP TỤC THI HÀNH ÁN"}, nil, thads.CasePostponed},
		{[]string{"SỔ HOÃN, TẠM ĐÌNH CHỈ, TIẾP TỤC THI HÀNH ÁN"}, nil, ""},
		{[]string{"Sổ cưỡng chế thi hành án"}, []string{"Biện pháp bảo đảm"}, thads.CaseCoerciveMeasure},
		{[]string{"Sổ diễn biến"}, []string{"Loại sự kiện"}, ""},
	} {
		if got := kindOfBook(tt.titles, tt.headers); got != tt.want {
			t.Errorf("%q %q is a book of %q, want %q", tt.titles, tt.headers, got, tt.want)
		}
	}
}

// TestBookOfTerminations reads a book of one kind of event, which names the case
// and the decision each in one column.
func TestBookOfTerminations(t *testing.T) {
	b := csvBook(t,
		[]string{"TT", "Số, ngày QĐ thi hành án", "Người phải thi hành án", "Số, ngày quyết định đình chỉ", "Căn cứ", "Ghi chú"},
		[]string{"1", "46/QĐ-CCTHADS ngày 05/10/2018", "Nguyễn Văn A", "12/QĐ-CCTHADS, 12/03/2019", "điểm c khoản 1 Điều 50", ""},
		[]string{"2", "47/QĐ-CCTHADS\nngày 06/10/2018", "Trần Thị B", "13/QĐ-CCTHADS\n13/3/2019", "Điểm a, K1, Đ50", "Đã lưu hồ sơ"},
		[]string{"3", "48/QĐ-CCTHADS", "Lê Văn C", "14/QĐ-CCTHADS ngày 14/3/2019", "vì nghèo", ""},
		[]string{"4", "49/QĐ-CCTHADS ngày 06/10/2018", "Lê Văn D", "", "", ""},
	)
	m := mapped(t, b, CaseEvents, map[string]string{"unit": "38.01", "kind": "Đình chỉ thi hành án"})
	entries, problems := readEntries(t, b, Reading{Events: m})
	problems = slices.DeleteFunc(problems, func(p Problem) bool { return p.Severity != Error })
	// Lines are counted, and two cells have two.
	want(t, problems, `ERROR B6 REQUIRED ""`, `ERROR E6 UNKNOWN_REFERENCE "vì nghèo"`, `ERROR D7 REQUIRED ""`)
	if len(entries) != 4 || entries[0].Failed || entries[1].Failed || !entries[2].Failed || !entries[3].Failed {
		t.Fatalf("%d entries", len(entries))
	}
	e := entries[0]
	wantEvent := thads.CaseEvent{
		Record: thads.Record{EffectiveOn: thads.DateOf(2019, 3, 12)}, Kind: thads.CaseTerminated, Ground: "L2008_50_1_C",
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber("12/QĐ-CCTHADS"), Date: thads.DateOf(2019, 3, 12)},
	}
	if diff := cmp.Diff(wantEvent, e.Events[0].Event); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if e.UnitCode != "38.01" || e.Number.Raw != "46/QĐ-CCTHADS" || e.Date != thads.DateOf(2018, 10, 5) || e.Opening != nil || e.Row != 2 {
		t.Errorf("the entry is %+v", e)
	}
	if got := entries[1].Events[0].Event; got.Ground != "L2008_50_1_A" || got.Note != "Đã lưu hồ sơ" {
		t.Errorf("the second event is %+v", got)
	}
}

// TestBookOfPostponements reads two events of one row: what stopped the case and
// what let it go on.
func TestBookOfPostponements(t *testing.T) {
	b := csvBook(t,
		[]string{"Mã đơn vị", "Số, ngày QĐ THA", "Số, ngày quyết định hoãn", "Lý do, căn cứ", "Hoãn đến ngày", "Số, ngày quyết định tiếp tục thi hành án"},
		[]string{"38.01", "46/QĐ-CCTHADS ngày 05/10/2018", "12/QĐ-CCTHADS ngày 12/03/2019", "điểm c khoản 1 Điều 48", "12/06/2019", "30/QĐ-CCTHADS ngày 13/06/2019"},
		[]string{"38.01", "47/QĐ-CCTHADS ngày 05/10/2018", "13/QĐ-CCTHADS ngày 12/03/2019", "điểm c khoản 1 Điều 48", "", ""},
		[]string{"38.01", "48/QĐ-CCTHADS ngày 05/10/2018", "", "", "", "31/QĐ-CCTHADS ngày 14/06/2019"},
		[]string{"38.01", "49/QĐ-CCTHADS ngày 05/10/2018", "", "", "", "32/QĐ-CCTHADS"},
	)
	entries, problems := readEntries(t, b, Reading{Events: mapped(t, b, CaseEvents, map[string]string{"kind": "hoãn"})})
	want(t, problems, `ERROR F5 REQUIRED ""`)
	type brief struct {
		kind   thads.CaseEventKind
		on     thads.Date
		number string
		nth    int
	}
	var got [][]brief
	for _, e := range entries {
		var events []brief
		for _, ev := range e.Events {
			events = append(events, brief{ev.Event.Kind, ev.Event.EffectiveOn, ev.Event.Decision.Number.Raw, ev.Nth})
		}
		got = append(got, events)
	}
	wanted := [][]brief{
		{{thads.CasePostponed, thads.DateOf(2019, 3, 12), "12/QĐ-CCTHADS", 0}, {thads.CaseResumed, thads.DateOf(2019, 6, 13), "30/QĐ-CCTHADS", 1}},
		{{thads.CasePostponed, thads.DateOf(2019, 3, 12), "13/QĐ-CCTHADS", 0}},
		{{thads.CaseResumed, thads.DateOf(2019, 6, 14), "31/QĐ-CCTHADS", 0}},
		{{thads.CaseResumed, 0, "32/QĐ-CCTHADS", 0}},
	}
	if diff := cmp.Diff(wanted, got, cmp.AllowUnexported(brief{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	resumed := &entries[0].Events[1]
	for field, at := range map[string]string{"effectiveOn": "F", "decision.number": "F", "decision.date": "F", "kind": ""} {
		p := entries[0].EventProblem(1, thads.Errorf(thads.CodeInvalid, field, "x", "x"))
		if p.Letter() != at || p.Row != resumed.Row {
			t.Errorf("a refusal of %s is placed at %s%d, want %s", field, p.Letter(), p.Row, at)
		}
	}
}

// TestBookOfCollections reads amounts in the unit of their column, receipts with
// their dates, and several rows of one case that follow one another.
func TestBookOfCollections(t *testing.T) {
	b := csvBook(t,
		[]string{"Số, ngày QĐ THA", "Số, ngày biên lai", "Số tiền (nghìn đồng)", "Nghĩa vụ thứ", "Ghi chú"},
		[]string{"46/QĐ-CCTHADS ngày 05/10/2018", "0001234 ngày 12/03/2019", "1500", "1", ""},
		[]string{"", "0001235 ngày 10/02/2019", "200", "02", ""},
		[]string{"46/qđ-ccthads ngày 05/10/2018", "0001236 ngày 13/03/2019", "300,5", "0", ""},
		[]string{"47/QĐ-CCTHADS ngày 05/10/2018", "0001237 ngày 13/03/2019", "-7", "", "hoàn"},
	)
	m := mapped(t, b, CaseEvents, map[string]string{"unit": "38.01", "kind": "thu tiền"})
	for i := range m.Columns {
		if m.Columns[i].Field == "amount" {
			m.Columns[i].Unit = thads.MoneyThousand
		}
	}
	entries, problems := readEntries(t, b, Reading{Events: m})
	want(t, problems, `ERROR D4 OUT_OF_RANGE "0"`)
	if len(entries) != 2 || len(entries[0].Events) != 3 {
		t.Fatalf("%d entries", len(entries))
	}
	var got []string
	for _, ev := range append(slices.Clone(entries[0].Events), entries[1].Events...) {
		got = append(got, fmt.Sprintf("%d: %s %d %s %s", ev.Row, ev.Event.EffectiveOn, ev.Event.Amount, ev.Event.Obligation, ev.Event.Receipt))
	}
	if diff := cmp.Diff([]string{"3: 2019-02-10 200000 o2 0001235", "2: 2019-03-12 1500000 o1 0001234", "4: 2019-03-13 300500  0001236", "5: 2019-03-13 -7000  0001237"}, got); diff != "" {
		t.Errorf("events by date (-want +got):\n%s", diff)
	}
	if entries[0].Row != 2 || !entries[0].Failed || entries[1].Failed {
		t.Errorf("entries at %d failed %v, at %d failed %v", entries[0].Row, entries[0].Failed, entries[1].Row, entries[1].Failed)
	}
}

// TestRowsThatGoOn: further parties of an event, and what rows may not say.
func TestRowsThatGoOn(t *testing.T) {
	head := []string{"Mã hồ sơ", "Loại sự kiện", "Ngày sự kiện", "Ghi chú", "Đương sự – Tư cách", "Đương sự – Họ tên", "Đương sự – Số định danh", "Đương sự – Loại"}
	b := csvBook(t, head,
		[]string{"A", "Thay đổi, bổ sung đương sự", "12/03/2019", "", "liên quan", "Nguyễn Văn A", "038090000123", ""},
		[]string{"", "", "", "", "người phải THA", "Công ty TNHH B", "", ""},
		[]string{"A", "", "", "khác", "người được THA", "Ngân sách nhà nước", "0123456789", ""},
		[]string{"", "", "13/03/2019", "", "", "", "", ""},
		[]string{"B", "Ghi chú", "", "lời", "", "", "", ""},
		[]string{"", "Hủy sự kiện", "12/03/2019", "", "", "", "", ""},
		[]string{"C", "chuyển số dư", "12/03/2019", "", "", "", "", ""},
	)
	entries, problems := readEntries(t, b, Reading{Events: mapped(t, b, CaseEvents, nil)})
	want(t, problems, `ERROR D4 VERSION_CONFLICT "khác"`, `ERROR B5 REQUIRED ""`, `ERROR C6 REQUIRED ""`, `ERROR B7 NOT_ALLOWED "Hủy sự kiện"`, `ERROR B8 NOT_ALLOWED "Chuyển số dư việc cũ"`)
	if len(entries) != 3 {
		t.Fatalf("%d entries", len(entries))
	}
	ev := &entries[0].Events[0]
	if diff := cmp.Diff([]thads.Party{
		{Role: thads.Related, Kind: thads.Person, Name: "Nguyễn Văn A"}, {Role: thads.Debtor, Kind: thads.Organisation, Name: "Công ty TNHH B"}, {Role: thads.Creditor, Kind: thads.StateBudget, Name: "Ngân sách nhà nước"},
	}, ev.Event.Parties); diff != "" {
		t.Errorf("parties (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int]string{0: "038090000123", 2: "0123456789"}, ev.Identities); diff != "" {
		t.Errorf("identities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{2, 3, 4}, ev.RowNumbers); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	// Refusals of the domain find their cells; identity numbers stay hidden.
	for field, want := range map[string]string{
		"parties.0.identityNumber": "G2 \"•••••••••123\"", "parties.1.name": "F3 \"Công ty TNHH B\"", "parties.2.role": "E4 \"Người được thi hành án\"",
		"parties.1.kind": "H3 \"\"", "effectiveOn": "C2 \"12/03/2019\"", "note": "D2 \"\"", "kind": "B2 \"Thay đổi, bổ sung đương sự\"", "parties": "F2 \"Nguyễn Văn A\"", "parties.9.name": "2 \"\"", "": "2 \"\"", "decision.number": "2 \"\"",
	} {
		p := entries[0].EventProblem(0, thads.Errorf(thads.CodeInvalid, field, "x", "x"))
		if got := fmt.Sprintf("%s%d %q", p.Letter(), p.Row, p.Got); got != want {
			t.Errorf("a refusal of %q is placed at %s, want %s", field, got, want)
		}
	}
	for field, want := range map[string]string{"key": "A2", "number": "A2", "toUnit": "2", "": "2"} {
		p := entries[0].Problem(thads.Errorf(thads.CodeNotFound, field, "x", "x"))
		if got := fmt.Sprintf("%s%d", p.Letter(), p.Row); got != want {
			t.Errorf("a refusal of the case's %q is placed at %s, want %s", field, got, want)
		}
	}
}

// TestWhatNamesTheCase: every row names a case, or goes on with that of the row
// above.
func TestWhatNamesTheCase(t *testing.T) {
	head := []string{"Mã hồ sơ", "Mã đơn vị", "Số QĐ THA", "Ngày QĐ THA", "Loại sự kiện", "Ngày", "Ghi chú"}
	note := []string{"Ghi chú", "12/03/2019", "lời"}
	row := func(names ...string) []string { return append(names, note...) }
	b := csvBook(t, head,
		row("", "", "", ""),
		row("", "38.01", "46/QĐ", "05/10/2018"),
		row("", "", "", ""),
		row("", "38.01", "Số 46/QĐ", ""),
		row("", "38.02", "", ""),
		row("", "", "47/QĐ", ""),
		row("K1", "", "", ""),
		row("k1", "38.01", "", ""),
		row("K1", "38.01", "48/QĐ", "05/10/2018"),
	)
	entries, problems := readEntries(t, b, Reading{Events: mapped(t, b, CaseEvents, nil)})
	want(t, problems, `ERROR C2 REQUIRED ""`, `ERROR C6 REQUIRED ""`, `ERROR B7 REQUIRED ""`, `ERROR D7 REQUIRED ""`)
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%d: %s|%s|%s|%s %d %v", e.Row, e.Key, e.UnitCode, e.Number, e.Date, len(e.Events), e.Failed))
	}
	wanted := []string{"2: ||| 1 true", "3: |38.01|46/QĐ|2018-10-05 3 false", "6: |38.02|| 1 true", "7: ||47/QĐ| 1 true", "8: K1||| 1 false", "9: k1|38.01|| 1 false", "10: K1|38.01|48/QĐ|2018-10-05 1 false"}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// TestBooksAreFound: a book of events is found by its headers, and what it is of
// by its title; columns that its kind of event does not have are left out.
func TestBooksAreFound(t *testing.T) {
	b := csvBook(t,
		[]string{"CHI CỤC THADS HUYỆN NGA SƠN"},
		[]string{"SỔ RA QUYẾT ĐỊNH ĐÌNH CHỈ THI HÀNH ÁN"},
		[]string{"(Đơn vị tính: nghìn đồng)"},
		[]string{"TT", "Quyết định thi hành án", "", "Họ tên người phải thi hành án", "Quyết định đình chỉ", "", "Căn cứ", "Số tiền đình chỉ", "Ghi chú"},
		[]string{"", "Số", "Ngày", "", "Số", "Ngày", "", "", ""},
		[]string{"(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"},
		[]string{"1", "46/QĐ-CCTHADS", "05/10/2018", "Nguyễn Văn A", "12/QĐ-CCTHADS", "12/03/2019", "điểm c khoản 1 Điều 50", "1.500", ""},
		[]string{"2", "47/QĐ-CCTHADS", "05/10/2018", "Trần Thị B", "13/QĐ-CCTHADS", "13/03/2019", "điểm c khoản 1 Điều 50", "200", ""},
		[]string{"", "Cộng", "", "", "", "", "", "1.700", ""},
	)
	reading, err := Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	if reading.Cases != nil || reading.Events == nil {
		t.Fatalf("found %+v", reading)
	}
	m := reading.Events
	fields := map[string]string{}
	for _, c := range m.Columns {
		fields[Letter(c.Column)] = c.Field
	}
	if diff := cmp.Diff(map[string]string{"A": "", "B": "number", "C": "date", "D": "", "E": "documentNumber", "F": "documentDate", "G": "ground", "H": "", "I": "note"}, fields); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"kind": "Đình chỉ thi hành án"}, m.Constants); diff != "" {
		t.Errorf("constants (-want +got):\n%s", diff)
	}
	m.Constants["unit"] = "38.01"
	entries, problems := readEntries(t, b, reading)
	want(t, problems, `WARNING D5 UNKNOWN_REFERENCE "Họ tên người phải thi hành án"`, `WARNING H5 UNKNOWN_REFERENCE "Số tiền đình chỉ"`, `LEFT_OUT 6 NOT_ALLOWED "(1)"`, `LEFT_OUT 9 NOT_ALLOWED "Cộng"`)
	if diff := cmp.Diff([]string{"#46/QĐ-CCTHADS 7", "#47/QĐ-CCTHADS 8"}, names(entries)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// TestExportsAreFound: both registers of a file that was exported are found as
// they were written.
func TestExportsAreFound(t *testing.T) {
	b := bookOf(t, []string{"A", "B"}, []string{"A", "B"})
	reading, err := Detect(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bothOf(t, b), reading); diff != "" {
		t.Errorf("(-proposed +found):\n%s", diff)
	}
	var columns []string
	for _, c := range reading.Events.Columns {
		columns = append(columns, c.Field)
	}
	var written []string
	for _, c := range newEventRegister().columns {
		written = append(written, c.code)
	}
	if diff := cmp.Diff(written, columns); diff != "" {
		t.Errorf("columns of events (-written +found):\n%s", diff)
	}
	if reading.Events.Constants != nil || reading.Cases == nil {
		t.Errorf("found %+v", reading)
	}
	alone := openBook(t, writeRegisters(t, CSV, nil, []EventRow{{Key: "A", Kind: thads.CaseNoted, EffectiveOn: thads.DateOf(2019, 1, 1), Note: "lời"}}))
	if reading, err = Detect(alone); err != nil || reading.Cases != nil || reading.Events == nil {
		t.Errorf("a register of events alone: %+v, %v", reading, err)
	}
}

// TestUnusualEvents: what may be a slip is a warning.
func TestUnusualEvents(t *testing.T) {
	b := csvBook(t,
		[]string{"Mã hồ sơ", "Loại sự kiện", "Ngày sự kiện", "Số tiền", "Số quyết định", "Ngày quyết định"},
		[]string{"A", "thu tiền", "12/03/2019", "999", "", ""},
		[]string{"", "điều chỉnh", "12/03/2019", "-600.000.000.000", "", ""},
		[]string{"", "tiếp tục", "12/03/2019", "", "1/QĐ", "13/03/2019"},
		[]string{"", "thu tiền", "12/03/1985", "1000", "", ""},
	)
	b.Today = thads.DateOf(2019, 10, 1)
	entries, problems := readEntries(t, b, Reading{Events: mapped(t, b, CaseEvents, nil)})
	want(t, problems, `WARNING D2 OUT_OF_RANGE "999 đ"`, `WARNING D3 OUT_OF_RANGE "-600.000.000.000 đ"`, `WARNING F4 OUT_OF_RANGE "13/03/2019"`, `WARNING C5 OUT_OF_RANGE "12/03/1985"`)
	if len(entries) != 1 || entries[0].Failed {
		t.Errorf("entries %v", names(entries))
	}
}
