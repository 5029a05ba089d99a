package sheet

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// compositesOfCases are the columns of books that hold several columns of the
// template together, or have a column for every kind of obligation. before is
// how many columns stand before them.
func compositesOfCases(before int, kinds *vocabulary) []column[CaseRow] {
	all := []column[CaseRow]{
		numberDateColumn(column[CaseRow]{
			code: "numberAndDate", gives: []string{"number", "date"}, header: "Số, ngày quyết định thi hành án", example: "46/QĐ-CCTHADS ngày 05/10/2018", field: "decision",
			aliases: []string{"Số, ngày quyết định", "Số, ngày ra quyết định", "Số, ngày ra quyết định thi hành án", "Quyết định thi hành án", "Quyết định thi hành án số, ngày"},
			help:    vi("Số và ngày quyết định thi hành án trong một ô.", "Number and date of the enforcement decision in one cell."),
		}, func(r *CaseRow) (*string, *thads.Date) { return &r.Number, &r.Date }, nil),
		numberDateColumn(column[CaseRow]{
			code: "judgmentNumberAndDate", gives: []string{"judgmentNumber", "judgmentDate"}, header: "Số, ngày bản án, quyết định", example: "07/2018/DS-ST ngày 05/9/2018", field: "particulars.judgment",
			aliases: []string{"Số, ngày bản án", "Bản án số, ngày", "Bản án, quyết định số, ngày"},
			help:    vi("Số và ngày bản án, quyết định trong một ô.", "Number and date of the judgment in one cell."),
		}, func(r *CaseRow) (*string, *thads.Date) { return &r.JudgmentNumber, &r.JudgmentDate }, nil),
		numberDateColumn(column[CaseRow]{
			code: "judgmentNumberDateCourt", gives: []string{"judgmentNumber", "judgmentDate", "court"}, header: "Số, ngày bản án, quyết định của Tòa án", example: "07/2018/DS-ST ngày 05/9/2018 của TAND huyện Nga Sơn", field: "particulars.judgment",
			aliases: []string{"Bản án, quyết định", "Bản án", "Bản án, quyết định của Tòa án", "Số, ngày, tên Tòa án", "Bản án, quyết định số, ngày của Tòa án"},
			help:    vi("Số, ngày bản án và tên Tòa án trong một ô.", "Number and date of the judgment and the court in one cell."),
		}, func(r *CaseRow) (*string, *thads.Date) { return &r.JudgmentNumber, &r.JudgmentDate }, func(r *CaseRow) *string { return &r.Court }),
		partyColumn("debtor", "người phải thi hành án", ofDebtor, func(r *CaseRow) *PartyCells { return &r.Debtor }),
		partyColumn("creditor", "người được thi hành án", ofCreditor, func(r *CaseRow) *PartyCells { return &r.Creditor }),
		partyColumn("related", "người có quyền lợi, nghĩa vụ liên quan", ofRelated, func(r *CaseRow) *PartyCells { return &r.Related }),
		obligationsColumn(kinds),
	}
	return append(all, amountsByKind(before+len(all))...)
}

// obligationsColumn reads obligations with their amounts from one cell: "Án phí:
// 200.000 đ; bồi thường 5 triệu đồng".
func obligationsColumn(kinds *vocabulary) column[CaseRow] {
	c := column[CaseRow]{
		code: "obligations", gives: []string{"obligationKind", "amount"}, header: "Các khoản và số tiền phải thi hành", part: ofObligation, width: 36, format: formatDong, example: "Án phí: 200.000 đ; bồi thường: 5.000.000 đ",
		aliases: []string{"Khoản và số tiền phải thi hành", "Nội dung, số tiền phải thi hành", "Nghĩa vụ và số tiền phải thi hành", "Nghĩa vụ phải thi hành"},
		help:    vi("Các nghĩa vụ và số tiền trong một ô, mỗi nghĩa vụ một dòng hoặc cách nhau bằng dấu chấm phẩy.", "Obligations and their amounts in one cell, a line each or divided by semicolons."),
	}
	c.set = func(r *CaseRow, v *reading) {
		for i, o := range v.asObligations(kinds) {
			if i == 0 {
				r.ObligationKind, r.Amount = o.Kind, o.Amount
				if r.Content == "" {
					r.Content = o.Content
				}
				continue
			}
			o.column = colObligationKind
			r.MoreObligations = append(r.MoreObligations, o)
		}
	}
	c.get = func(*CaseRow) any { return nil }
	return c
}

// amountsByKind are columns of amounts, one for each kind of money that may be
// owed. first is the place of the first.
func amountsByKind(first int) []column[CaseRow] {
	aliases := map[thads.ObligationKind][]string{
		thads.CourtFee: {"Án phí", "Lệ phí"}, thads.Fine: {"Phạt", "Phạt tiền"}, thads.IllicitGains: {"Thu lợi bất chính", "Tiền thu lợi bất chính"},
		thads.Compensation: {"Bồi thường thiệt hại"}, thads.LateInterest: {"Lãi chậm THA"}, thads.OtherMoney: {"Khoản tiền khác", "Tiền khác"},
	}
	var out []column[CaseRow]
	for _, t := range thads.ObligationKinds() {
		if !t.Value.IsMoney() {
			continue
		}
		c := column[CaseRow]{
			code: "amount:" + string(t.Value), header: t.Name.VI, aliases: aliases[t.Value], part: ofObligation, width: 18, format: formatDong, example: "200.000", field: "amount",
			help: vi("Số tiền của loại nghĩa vụ này; ô trống là không có. Việc cũ: số còn phải thi hành.", "The amount of this kind of obligation; empty where there is none. Older cases: what is outstanding."),
			get:  func(*CaseRow) any { return nil },
		}
		at := first + len(out)
		c.set = func(r *CaseRow, v *reading) {
			if v.cell.Kind == Number && strings.Trim(v.cell.Text, "0.") == "" || v.cell.Kind == Text && strings.Trim(v.cell.Text, "0- ") == "" {
				return // none
			}
			if amount := v.asDong(); v.code == "" {
				r.MoreObligations = append(r.MoreObligations, ObligationCells{Kind: t.Value, Amount: amount, column: at})
			}
		}
		out = append(out, c)
	}
	return out
}

// asObligations returns the obligations that a cell names, each with its amount
// at the end. What stands before the amount is the kind or begins with it.
func (r *reading) asObligations(kinds *vocabulary) []ObligationCells {
	var out []ObligationCells
	for _, line := range r.asLines() {
		for item := range strings.SplitSeq(line, ";") {
			item, _ = listItem(strings.Trim(item, " .,;"))
			if item == "" {
				continue
			}
			if len(out) > thads.MaxParties {
				return out // more than a case may have
			}
			name, amount := r.amountBehind(item)
			name = strings.Trim(name, " :.,-–(")
			o := ObligationCells{Amount: amount}
			if value, exact := kinds.find(name); exact {
				o.Kind = thads.ObligationKind(value)
			} else if value, begins := kinds.begins(name); begins {
				o.Kind, o.Content = thads.ObligationKind(value), name
			} else {
				r.wrong(thads.CodeInvalid, "Không nhận ra nghĩa vụ %[1]q; cần dạng “Án phí: 200.000 đ; bồi thường: 5.000.000 đ”", "%[1]q is no known obligation; “Án phí: 200.000 đ; bồi thường: 5.000.000 đ” is expected", clip(name))
				return nil
			}
			if o.Kind.IsMoney() && o.Amount == 0 {
				r.wrong(thads.CodeRequired, "Thiếu số tiền của %[1]q", "The amount of %[1]q is missing", clip(name))
				return nil
			}
			out = append(out, o)
		}
	}
	return out
}

// amountBehind divides an item into what is owed and how much: the longest end
// that is an amount.
func (r *reading) amountBehind(item string) (name string, amount thads.Dong) {
	for i := range len(item) {
		if item[i] < '0' || item[i] > '9' || i > 0 && !strings.ContainsRune(" :(-", rune(item[i-1])) {
			continue
		}
		if d, err := thads.ParseDong(strings.Trim(item[i:], " .,)"), cmp.Or(r.unit, thads.MoneyDong)); err == nil && d > 0 {
			return item[:i], d
		}
	}
	return item, 0
}

// numberDateColumn reads the number and date of a paper, and who issued it where
// issuer is not nil, from one cell.
func numberDateColumn[R any](c column[R], at func(*R) (*string, *thads.Date), issuer func(*R) *string) column[R] {
	c.width = 26
	c.set = func(r *R, v *reading) {
		number, date := at(r)
		var rest string
		*number, *date, rest = v.asNumberDate(issuer != nil)
		switch {
		case rest == "" || v.code != "":
		case issuer != nil:
			*issuer(r) = rest
		default:
			v.warn("Phần “%[1]s” sau số và ngày không được nhập", "“%[1]s” behind number and date is left out", clip(rest))
		}
	}
	c.get = func(*R) any { return nil }
	return c
}

var (
	// datePattern finds dates within a text: 05/09/2018, 5-9-2018, ngày 05 tháng 9
	// năm 2018.
	datePattern = regexp.MustCompile(`(?i)(?:ng[àa]y\s*:?\s*)?(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4})|ng[àa]y\s+(\d{1,2})\s+th[áa]ng\s+(\d{1,2})\s+n[ăa]m\s+(\d{4})`)
	// shortDatePattern finds what was meant as a date and lacks its century.
	shortDatePattern = regexp.MustCompile(`(?i)(?:^|[^\d/])\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}(?:[^\d/]|$)|ng[àa]y\s+\d`)
	// numberPattern finds the number behind the words before it: "Bản án dân sự
	// sơ thẩm số: 07/2018/DS-ST".
	numberPattern = regexp.MustCompile(`^[^\d]*[\s:.](\d+\s*[\p{L}]{0,3}\s*[/-].*)$`)
	// courtPattern finds the court behind a number.
	courtPattern = regexp.MustCompile(`(?i)^(.*?\d.*?)[\s,;–(-]+((?:của\s+|do\s+)?(?:t[òo]a|toà|tand|hội đồng|trọng tài|trung tâm|ủy ban|uỷ ban|ubnd|cục|chi cục)(?:\s.*)?)$`)
)

// asNumberDate returns the number and date of a paper that a cell holds
// together, and what stands behind them; with an issuer, also what stands
// between them. Either may be missing.
func (r *reading) asNumberDate(issuer bool) (number string, date thads.Date, rest string) {
	text := r.asText()
	if r.code != "" {
		return "", 0, ""
	}
	before, match, after := text, "", ""
	for _, m := range datePattern.FindAllStringSubmatchIndex(text, -1) {
		if m[2] >= 0 && m[0] == m[2] && m[0] > 0 && strings.ContainsRune("0123456789/.", rune(text[m[0]-1])) {
			continue // the middle of a number
		}
		if next := firstRune(text[m[1]:]); m[1] < len(text) && (next == '/' || next >= '0' && next <= '9') {
			continue
		}
		if match != "" {
			r.wrong(thads.CodeInvalid, "Ô có nhiều ngày; mỗi ô ghi số và ngày của một văn bản, ví dụ 46/QĐ-CCTHADS ngày 05/10/2018", "The cell has several dates; number and date of one paper are expected, for example 46/QĐ-CCTHADS ngày 05/10/2018")
			return "", 0, ""
		}
		before, match, after = text[:m[0]], text[m[0]:m[1]], text[m[1]:]
	}
	switch {
	case match != "":
		var err error
		if date, err = thads.ParseVietnameseDate(strings.TrimSpace(dateOnly(match))); err != nil {
			r.refused(err, dateExpected)
			return "", 0, ""
		}
	case shortDatePattern.MatchString(text):
		r.wrong(thads.CodeInvalid, "Không đọc được ngày trong ô; %[1]s", "The date in the cell cannot be read; %[2]s", dateExpected.VI, dateExpected.EN)
		return "", 0, ""
	}
	const between = " ,;:.-–()"
	before, after = strings.Trim(before, between), strings.Trim(after, between)
	if before == "" {
		before, after = after, ""
	}
	if m := numberPattern.FindStringSubmatch(before); m != nil {
		before = m[1]
	}
	rest = after
	if issuer {
		if m := courtPattern.FindStringSubmatch(before); m != nil {
			before, rest = m[1], strings.TrimSpace(m[2]+" "+after)
		}
		for _, word := range []string{"của ", "do ", "Của ", "Do "} {
			rest = strings.TrimPrefix(rest, word)
		}
	}
	return strings.Trim(before, between), date, rest
}

// dateOnly takes the word before a numeric date off.
func dateOnly(s string) string {
	if i := strings.IndexAny(s, "0123456789"); i > 0 && strings.ContainsAny(s, "/.-") {
		s = s[i:]
	}
	return s
}

// partyColumn reads names and addresses of the parties of one role.
func partyColumn(role, header string, of part, at func(*CaseRow) *PartyCells) column[CaseRow] {
	c := column[CaseRow]{
		code: role + "NameAndAddress", gives: []string{role + "Name", role + "Address"}, header: "Họ tên, địa chỉ " + header, part: of, width: 36, example: "Nguyễn Văn A, sinh năm 1985, địa chỉ: phường Ba Đình, thành phố Thanh Hóa",
		aliases: []string{"Tên, địa chỉ " + header, header + ", địa chỉ"},
		help:    vi("Họ tên và địa chỉ trong một ô, mỗi người một dòng.", "Name and address in one cell, a party a line."),
	}
	c.set = func(r *CaseRow, v *reading) {
		parties := v.asParties()
		if len(parties) == 0 {
			return
		}
		p := at(r)
		p.Name, p.Address, p.Others = parties[0].Name, parties[0].Address, parties[1:]
		if p.BirthYear == 0 {
			p.BirthYear = parties[0].BirthYear
		}
	}
	c.get = func(*CaseRow) any { return nil }
	return c
}

const (
	birthWords = `(?:sinh\s+n[ăa]m|n[ăa]m\s+sinh|sinh\s+ng[àa]y|sinh|sn)\s*:?\s*(?:\d{1,2}[/.-]\d{1,2}[/.-])?(\d{4})(?:\)|$|[\s,;.])`
	// addressWords stand before an address.
	addressWords = `(?:địa\s*chỉ|dia\s*chi|đ\s*/\s*c|đc|nơi\s*cư\s*trú|nơi\s*ở|cư\s*trú\s*tại|cư\s*trú|cùng\s*trú\s*tại|trú\s*tại|trú\s*quán|đkhktt|hktt|hộ\s*khẩu(?:\s*thường\s*trú)?|trụ\s*sở(?:\s*chính)?)(?:\s*tại)?(?:\s*:\s*|\s+)`
)

var (
	dividerPattern = regexp.MustCompile(`[,;]\s+|\s[-–]\s`)
	birthPattern   = regexp.MustCompile(`(?i)[\s,;(–-]*` + birthWords)
	addressPattern = regexp.MustCompile(`(?i)(?:^|[\s,;:.(–-]+)` + addressWords)
	// birthFirst and addressFirst are the same at the beginning of a line.
	birthFirst   = regexp.MustCompile(`(?i)^[\s,;(–-]*` + birthWords)
	addressFirst = regexp.MustCompile(`(?i)^[\s,;:.(–-]*` + addressWords)
)

// asParties returns the parties whose names and addresses a cell holds, a party
// a line. Lines that begin like an address belong to the party before; where
// lines are numbered, every line without a number does.
func (r *reading) asParties() []PartyCells {
	lines := r.asLines()
	var texts [][]string
	numbered := false
	if len(lines) > 0 {
		_, numbered = listItem(lines[0])
	}
	for i, line := range lines {
		item, isItem := listItem(line)
		if i > 0 && (numbered && !isItem || !numbered && beginsAddress(line)) {
			texts[len(texts)-1] = append(texts[len(texts)-1], line)
			continue
		}
		if len(texts) > thads.MaxParties {
			break // more than a case may have
		}
		if numbered {
			line = item
		}
		texts = append(texts, []string{line})
	}
	parties := make([]PartyCells, len(texts))
	for i, text := range texts {
		parties[i] = partyOf(strings.Join(text, "\n"))
	}
	return parties
}

// partyOf reads one party: "Nguyễn Văn A, sinh năm 1985, địa chỉ: xã B, huyện C".
// Without a word for it, the address is what stands behind the first line,
// comma or dash.
func partyOf(text string) PartyCells {
	const between = " ,;:.-–(\n"
	var p PartyCells
	if m := birthPattern.FindStringSubmatchIndex(text); m != nil {
		p.BirthYear, _ = strconv.Atoi(text[m[2]:m[3]])
		text = text[:m[0]] + ", " + text[m[1]:]
	}
	clean := func(s string) string { return thads.NormalizeName(strings.Trim(s, between)) }
	if m := addressPattern.FindStringIndex(text); m != nil && m[0] > 0 {
		p.Name, p.Address = clean(text[:m[0]]), clean(text[m[1]:])
		return p
	}
	name, address, lines := strings.Cut(text, "\n")
	if at, end := divided(name, !lines); at >= 0 {
		name, address = name[:at], name[end:]+", "+address
	}
	p.Name, p.Address = clean(name), clean(strings.ReplaceAll(address, "\n", ", "))
	return p
}

// divided finds what divides a name from the address behind it: the first
// comma, dash or semicolon before the beginning of an address, or the first of
// them anywhere; -1 where there is none.
func divided(line string, anywhere bool) (at, end int) {
	const most = 50 // a longer line is no name and address
	marks := dividerPattern.FindAllStringIndex(line, most)
	for _, m := range marks {
		if beginsAddress(line[m[1]:]) {
			return m[0], m[1]
		}
	}
	if anywhere && len(marks) > 0 {
		return marks[0][0], marks[0][1]
	}
	return -1, 0
}

// beginsAddress tells whether a line is an address and no name.
func beginsAddress(line string) bool {
	line = beginning(line)
	if addressFirst.MatchString(line) || birthFirst.MatchString(line) {
		return true
	}
	words := strings.Fields(key(line))
	if len(words) == 0 {
		return true
	}
	if words[0][0] >= '0' && words[0][0] <= '9' {
		return true
	}
	two := words[0]
	if len(words) > 1 {
		two += " " + words[1]
	}
	// Vietnamese names do not begin with these, folded: units of the country and
	// what is smaller. "Tổ", "Phố", "Đường" may be parts of names and need more.
	switch words[0] {
	case "thon", "xom", "xa", "phuong", "huyen", "quan", "tinh", "tp", "tdp", "ap", "khoi", "ngo", "ngach", "hem", "sn", "tt", "tx":
		return !isName(line)
	}
	switch two {
	case "thi tran", "thi xa", "thanh pho", "to dan", "so nha", "nha so", "khu pho", "tieu khu", "khu dan", "khu tap", "can ho", "khu do":
		return true
	}
	switch words[0] {
	case "so", "to", "doi", "khu", "lo", "duong", "pho":
		return len(words) > 1 && words[1][0] >= '0' && words[1][0] <= '9'
	}
	return false
}

// beginning returns as much of a line as tells what it is.
func beginning(line string) string {
	const most = 64
	for i := range line {
		if i >= most {
			return line[:i]
		}
	}
	return line
}

// isName tells whether a line that begins with a word of addresses is the name
// of a person all the same: Phương and Quân are first syllables of some names,
// told apart by their diacritics.
func isName(line string) bool {
	first, _, _ := strings.Cut(strings.ToLower(thads.NormalizeName(line)), " ")
	switch strings.Trim(first, ",.:") {
	case "thôn", "xóm", "xã", "phường", "huyện", "quận", "tỉnh", "tp", "tdp", "ấp", "khối", "ngõ", "ngách", "hẻm", "sn", "tt", "tx",
		"thon", "xom", "xa", "huyen", "ap", "khoi", "ngo", "ngach", "hem":
		return false
	}
	return true
}
