package thads

import (
	"slices"
	"strconv"
	"strings"
)

// MaxName bounds names, courts and numbers, in bytes of UTF-8.
const MaxName = 1000

// normalise unifies what the same input may be typed as in several ways, and
// numbers parties and obligations that came without an id.
func (e *CaseEvent) normalise() {
	if p := e.Particulars; p != nil {
		q := *p
		q.Parties = numberParties(p.Parties, 0)
		q.Obligations = slices.Clone(p.Obligations)
		for i := range q.Obligations {
			if q.Obligations[i].ID == "" {
				q.Obligations[i].ID = "o" + itoa(i+1)
			}
			q.Obligations[i].Content = NormalizeName(q.Obligations[i].Content)
		}
		q.Tags = uniqueTags(p.Tags)
		q.Judgment.Court = NormalizeName(p.Judgment.Court)
		e.Particulars = &q
	}
	if len(e.Parties) > 0 {
		e.Parties = numberParties(e.Parties, e.Seq)
	}
	e.AddTags, e.RemoveTags = uniqueTags(e.AddTags), uniqueTags(e.RemoveTags)
	e.Note, e.Reason = strings.TrimSpace(e.Note), strings.TrimSpace(e.Reason)
	e.Recipient = NormalizeName(e.Recipient)
}

func numberParties(parties []Party, after int) []Party {
	out := slices.Clone(parties)
	for i := range out {
		p := &out[i]
		if p.ID == "" {
			p.ID = "p" + itoa(after+i+1)
		}
		p.Name, p.Address = NormalizeName(p.Name), NormalizeName(p.Address)
	}
	return out
}

func uniqueTags(in []Tag) []Tag {
	var out []Tag
	for _, t := range in {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// validate checks the fields of a new event against its specification, all of
// them at once, before it is replayed.
func (c *Case) validate(e *CaseEvent) Errors {
	var es Errors
	spec, ok := caseEventSpec(e.Kind)
	if !ok || e.Kind == CaseVoidedEvent {
		es.Add(CodeInvalid, "kind", "Không có loại sự kiện %q", "There is no kind of event %q", string(e.Kind))
		return es
	}
	if e.Supersedes != 0 {
		if was := c.Events[e.Supersedes-1].Kind; was != e.Kind {
			es.Add(CodeInvalid, "kind", "Sự kiện sửa phải cùng loại “%[1]s”", "A correction must be of the same kind, %[2]q", was.Name().VI, was.Name().EN)
		}
	}
	spec.check(&es, e)
	if spec.WholeCase && e.Obligation != "" {
		es.Add(CodeNotAllowed, "obligation", "Sự kiện này áp dụng cho cả việc, không cho riêng một nghĩa vụ", "This event is about the whole case, not about one obligation")
	}
	if e.Kind == CaseAdjusted {
		if e.Amount < -MaxDong || e.Amount > MaxDong {
			es.Add(CodeOutOfRange, "amount", "Số tiền ngoài giới hạn", "The amount is out of range")
		}
	} else if e.Amount < 0 || e.Amount > MaxDong {
		es.Add(CodeOutOfRange, "amount", "Số tiền phải từ 1 đến %s", "The amount must be from 1 to %s", MaxDong.Vietnamese())
	}
	if !e.Until.IsZero() && e.Until < e.EffectiveOn {
		es.Add(CodeOutOfRange, "until", "Ngày kết thúc trước ngày bắt đầu", "It ends before it begins")
	}
	if e.Finding != "" {
		es.term(checkTerm(findings, e.Finding, "finding", "kết quả xác minh", "a finding"))
	}
	es.measure(e)
	es.decision(e.Decision, "decision", DateIn(e.RecordedAt))
	if e.Particulars != nil {
		es.particulars(e, DateIn(e.RecordedAt))
	}
	if e.Kind == CasePartiesChanged {
		es.parties(e.Parties, "parties")
	}
	for i, t := range slices.Concat(e.AddTags, e.RemoveTags) {
		es.term(checkTerm(tags, t, "tags."+itoa(i), "nhãn", "a tag"))
	}
	for field, s := range map[string]string{"note": e.Note, "recipient": e.Recipient, "receipt": e.Receipt} {
		es.length(field, s)
	}
	if e.Kind == CaseNoted && e.Note == "" {
		es.term(required("note", "nội dung ghi chú", "The note"))
	}
	slices.SortStableFunc(es, func(a, b *Error) int { return strings.Compare(strings.Join(a.Field, "."), strings.Join(b.Field, ".")) })
	return es
}

// check compares the fields given with those the kind has.
func (s *CaseEventSpec) check(es *Errors, e *CaseEvent) {
	for _, f := range []struct {
		need   Need
		given  bool
		field  string
		vi, en string
	}{
		{s.Amount, e.Amount != 0, "amount", "số tiền", "The amount"},
		{s.Ground, e.Ground != "", "ground", "căn cứ pháp lý", "The legal ground"},
		{s.Until, !e.Until.IsZero(), "until", "thời hạn", "The end date"},
		{s.Decision, e.Decision != nil, "decision", "số, ngày quyết định", "The decision"},
		{s.Finding, e.Finding != "", "finding", "kết quả xác minh", "The finding"},
		{s.Measure, e.Measure != "", "measure", "biện pháp", "The measure"},
		{s.Particulars, e.Particulars != nil, "particulars", "nội dung việc thi hành án", "What the case is about"},
		{s.Parties, len(e.Parties) > 0, "parties", "đương sự", "The parties"},
		{s.Tags, len(e.AddTags)+len(e.RemoveTags) > 0, "tags", "nhãn", "The tags"},
		{s.ToUnit, e.ToUnit != "", "toUnit", "đơn vị", "The unit"},
		{s.ToOfficer, e.ToOfficer != "", "toOfficer", "chấp hành viên", "The officer"},
		{s.Recipient, e.Recipient != "", "recipient", "nơi nhận", "The recipient"},
		{s.Receipt, e.Receipt != "", "receipt", "số biên lai, phiếu chi", "The receipt"},
	} {
		switch {
		case f.need == Required && !f.given:
			*es = append(*es, required(f.field, f.vi, f.en))
		case f.need == Without && f.given:
			es.Add(CodeNotAllowed, f.field, "“%[1]s” không có mục %[3]s", "%[2]q has no such field", s.Name.VI, s.Name.EN, f.vi)
		}
	}
}

// term appends a refusal unless it is nil.
func (es *Errors) term(e *Error) {
	if e != nil {
		*es = append(*es, e)
	}
}

// length refuses a text beyond MaxText.
func (es *Errors) length(field, s string) {
	if len(s) > MaxText {
		*es = append(*es, tooLong(field))
	}
}

// name refuses an empty name and one beyond MaxName.
func (es *Errors) name(field, s, vi, en string) {
	switch {
	case s == "":
		*es = append(*es, required(field, vi, en))
	case len(s) > MaxName:
		es.Add(CodeOutOfRange, field, "Dài quá %d byte", "Longer than %d bytes", MaxName)
	}
}

// past refuses a date that is empty or after today.
func (es *Errors) past(field string, d, today Date, vi, en string) {
	switch {
	case d.IsZero():
		*es = append(*es, required(field, vi, en))
	case d > today:
		es.Add(CodeFutureDate, field, "Ngày %[1]s sau ngày ghi nhận %[2]s", "%[1]s is after the day of recording, %[2]s", d.Vietnamese(), today.Vietnamese())
	}
}

// decision checks a decision, where there is one.
func (es *Errors) decision(d *Decision, field string, today Date) {
	if d == nil {
		return
	}
	es.name(field+".number", d.Number.Raw, "số quyết định", "The number of the decision")
	es.past(field+".date", d.Date, today, "ngày quyết định", "The date of the decision")
	es.length(field+".issuer", d.Issuer)
	es.length(field+".signer", d.Signer)
}

func (es *Errors) measure(e *CaseEvent) {
	switch e.Kind {
	case CaseSecurityMeasure:
		es.term(checkTerm(securityMeasures, e.Measure, "measure", "biện pháp bảo đảm", "a measure of security"))
	case CaseCoerciveMeasure:
		es.term(checkTerm(coerciveMeasures, e.Measure, "measure", "biện pháp cưỡng chế", "a measure of coercion"))
	default:
	}
}

// particulars checks what opens a case.
func (es *Errors) particulars(e *CaseEvent, today Date) {
	p := e.Particulars
	es.term(checkTerm(initiations, p.Initiation, "particulars.initiation", "hình thức thi hành", "The way it began"))
	j := &p.Judgment
	es.term(checkTerm(judgmentKinds, j.Kind, "particulars.judgment.kind", "loại bản án", "The kind of judgment"))
	es.name("particulars.judgment.number", j.Number.Raw, "số bản án, quyết định", "The number of the judgment")
	es.name("particulars.judgment.court", j.Court, "Tòa án ra bản án", "The court")
	es.past("particulars.judgment.date", j.Date, today, "ngày bản án", "The date of the judgment")
	if j.Date > e.EffectiveOn && !e.EffectiveOn.IsZero() {
		es.Add(CodeOutOfRange, "particulars.judgment.date", "Bản án sau ngày mở việc", "The judgment is later than the opening of the case")
	}
	es.parties(p.Parties, "particulars.parties")
	if !slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Role == Debtor }) {
		es.term(required("particulars.parties", "người phải thi hành án", "A debtor"))
	}
	es.obligations(p)
	for i, t := range p.Tags {
		es.term(checkTerm(tags, t, "particulars.tags."+itoa(i), "nhãn", "a tag"))
	}
	switch b := p.Balance; {
	case e.Kind != CaseBroughtForward && b != nil:
		es.Add(CodeNotAllowed, "particulars.balance", "Chỉ việc cũ chuyển sang mới có số dư", "Only an older case that is brought forward has a balance")
	case e.Kind == CaseBroughtForward && b == nil:
		es.term(required("particulars.balance", "trạng thái khi chuyển sang", "The state it is brought forward in"))
	case b != nil:
		es.balance(b, e.EffectiveOn)
	}
}

func (es *Errors) balance(b *OpeningBalance, on Date) {
	if !b.State.IsLive() && b.State != StateSeparateBook {
		es.Add(CodeInvalid, "particulars.balance.state", "Trạng thái %q không phải của việc chưa xong", "%q is not the state of an unfinished case", string(b.State))
	}
	if b.Since > on {
		es.Add(CodeOutOfRange, "particulars.balance.since", "Trạng thái bắt đầu sau ngày chuyển sổ", "The state began after the balance was brought forward")
	}
	if _, ok := GroundOf(b.Ground); b.Ground != "" && !ok {
		es.Add(CodeUnknown, "particulars.balance.ground", "Không có căn cứ pháp lý mã %q", "There is no legal ground %q", string(b.Ground))
	}
	if b.Verifications < 0 || b.Verifications > MaxEvents {
		es.Add(CodeOutOfRange, "particulars.balance.verifications", "Số lần xác minh ngoài giới hạn", "The number of verifications is out of range")
	}
}

// parties checks parties and the ids that bind them.
func (es *Errors) parties(parties []Party, field string) {
	if len(parties) > MaxParties {
		es.Add(CodeLimit, field, "Một việc có tối đa %d đương sự", "A case has at most %d parties", MaxParties)
		return
	}
	seen := make(map[string]bool, len(parties))
	for i := range parties {
		p, at := &parties[i], field+"."+itoa(i)
		if seen[p.ID] {
			es.Add(CodeDuplicate, at+".id", "Trùng mã đương sự %q", "The party id %q occurs twice", p.ID)
		}
		seen[p.ID] = true
		es.term(checkTerm(partyRoles, p.Role, at+".role", "tư cách đương sự", "The party's role"))
		es.term(checkTerm(partyKinds, p.Kind, at+".kind", "loại đương sự", "The kind of party"))
		es.name(at+".name", p.Name, "tên đương sự", "The party's name")
		es.length(at+".address", p.Address)
		if p.BirthYear != 0 && (p.BirthYear < 1880 || p.BirthYear > 2200) {
			es.Add(CodeOutOfRange, at+".birthYear", "Năm sinh %s không hợp lệ", "%s is no year of birth", strconv.Itoa(p.BirthYear))
		}
	}
}

// obligations checks obligations and that the parties they name exist.
func (es *Errors) obligations(p *Particulars) {
	const field = "particulars.obligations"
	if len(p.Obligations) == 0 {
		es.term(required(field, "nghĩa vụ thi hành án", "An obligation"))
	}
	if len(p.Obligations) > MaxParties {
		es.Add(CodeLimit, field, "Một việc có tối đa %d nghĩa vụ", "A case has at most %d obligations", MaxParties)
		return
	}
	seen := make(map[string]bool, len(p.Obligations))
	var total Dong
	for i := range p.Obligations {
		o, at := &p.Obligations[i], field+"."+itoa(i)
		if seen[o.ID] {
			es.Add(CodeDuplicate, at+".id", "Trùng mã nghĩa vụ %q", "The obligation id %q occurs twice", o.ID)
		}
		seen[o.ID] = true
		es.term(checkTerm(obligationKinds, o.Kind, at+".kind", "loại nghĩa vụ", "The kind of obligation"))
		switch {
		case o.Amount < 0 || o.Amount > MaxDong:
			es.Add(CodeOutOfRange, at+".amount", "Số tiền phải từ 0 đến %s", "The amount must be from 0 to %s", MaxDong.Vietnamese())
		case o.Amount == 0 && o.Kind.IsMoney():
			es.term(required(at+".amount", "số tiền phải thi hành", "The amount to be enforced"))
		default:
			total += o.Amount
		}
		es.length(at+".content", o.Content)
		for j, id := range slices.Concat(o.Debtors, o.Creditors) {
			if !slices.ContainsFunc(p.Parties, func(q Party) bool { return q.ID == id }) {
				es.Add(CodeUnknown, at+".parties."+itoa(j), "Không có đương sự mã %q", "There is no party %q", id)
			}
		}
		if total > MaxDong {
			es.Add(CodeOutOfRange, at+".amount", "Tổng số tiền vượt quá %s", "The sum exceeds %s", MaxDong.Vietnamese())
			return
		}
	}
}
