package thads

import (
	"cmp"
	"slices"
	"strings"
)

// MaxName bounds names, courts and numbers, in bytes of UTF-8.
const MaxName = 1000

// normalise unifies what the same input may be typed as in several ways. What
// the caller's event points to is copied, never changed.
func (e *CaseEvent) normalise() {
	if p := e.Particulars; p != nil {
		q := *p
		q.Parties = normaliseParties(p.Parties)
		q.Obligations = slices.Clone(p.Obligations)
		for i := range q.Obligations {
			o := &q.Obligations[i]
			o.ID, o.Content = NormalizeName(o.ID), NormalizeName(o.Content)
			o.Debtors, o.Creditors = slices.Clone(o.Debtors), slices.Clone(o.Creditors)
		}
		q.Tags = uniqueTags(p.Tags)
		q.Judgment.Court = NormalizeName(p.Judgment.Court)
		q.Judgment.Number = ParseDocumentNumber(p.Judgment.Number.Raw)
		if p.Balance != nil {
			b := *p.Balance
			q.Balance = &b
		}
		e.Particulars = &q
	}
	if d := e.Decision; d != nil {
		e.Decision = &Decision{
			Number: ParseDocumentNumber(d.Number.Raw), Date: d.Date,
			Issuer: NormalizeName(d.Issuer), Signer: NormalizeName(d.Signer),
		}
	}
	e.Parties = normaliseParties(e.Parties)
	e.AddTags, e.RemoveTags = uniqueTags(e.AddTags), uniqueTags(e.RemoveTags)
	e.Note, e.Reason = trimText(e.Note), trimText(e.Reason)
	e.Obligation, e.Recipient, e.Receipt = NormalizeName(e.Obligation), NormalizeName(e.Recipient), NormalizeName(e.Receipt)
}

func normaliseParties(parties []Party) []Party {
	out := slices.Clone(parties)
	for i := range out {
		p := &out[i]
		p.ID, p.Name, p.Address = NormalizeName(p.ID), NormalizeName(p.Name), NormalizeName(p.Address)
		p.JointGroup = NormalizeName(p.JointGroup)
	}
	return out
}

// trimText prepares a text of several lines, which keeps its line breaks.
func trimText(s string) string { return strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD")) }

func uniqueTags(in []Tag) []Tag {
	var out []Tag
	seen := make(map[Tag]bool, len(in))
	for _, t := range in {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// number gives an id to the parties and obligations that came without one. A
// party that is added gets one that no other event of the history has used, so
// that it is never taken for one that is changed; particulars, which replace
// all, avoid only the ids of parties added later. A correction may use again
// the ids that the event it corrects had brought in.
func (c *Case) number(e *CaseEvent) {
	if e.Particulars == nil && !slices.ContainsFunc(e.Parties, func(p Party) bool { return p.ID == "" }) {
		return
	}
	place, known := 0, slots(c.Events)
	if e.Supersedes > 0 {
		place = known[e.Supersedes-1]
	}
	used := make(map[string]bool)
	introduced := make(map[string]bool)
	for i := range c.Events {
		for _, p := range c.Events[i].allParties() {
			if !introduced[p.ID] {
				introduced[p.ID] = true
				used[p.ID] = known[i] != place && (e.Particulars == nil || c.Events[i].Particulars == nil)
			}
		}
	}
	if e.Particulars != nil {
		numberIDs(e.Particulars.Parties, "p", used, func(p *Party) *string { return &p.ID })
		numberIDs(e.Particulars.Obligations, "o", make(map[string]bool), func(o *Obligation) *string { return &o.ID })
	}
	numberIDs(e.Parties, "p", used, func(p *Party) *string { return &p.ID })
}

// allParties returns the parties that the event names.
func (e *CaseEvent) allParties() []Party {
	if e.Particulars != nil {
		return e.Particulars.Parties
	}
	return e.Parties
}

// numberIDs gives each element without an id the first that is free: that of
// its place where possible.
func numberIDs[T any](list []T, prefix string, used map[string]bool, id func(*T) *string) {
	for i := range list {
		used[*id(&list[i])] = true
	}
	n := 0
	for i := range list {
		if p := id(&list[i]); *p == "" {
			for n = max(n, i) + 1; used[prefix+itoa(n)]; {
				n++
			}
			*p = prefix + itoa(n)
		}
	}
}

// validate checks the fields of a new event against its specification, all of
// them at once, before it is replayed.
func (c *Case) validate(e *CaseEvent) Errors {
	var es Errors
	spec, ok := caseEventSpec(e.Kind)
	if !ok || e.Kind == CaseVoidedEvent {
		es.Add(CodeInvalid, "kind", "Không có loại sự kiện %q", "There is no kind of event %q", clip(string(e.Kind)))
		return es
	}
	if e.Supersedes != 0 {
		if was := c.Events[e.Supersedes-1].Kind; was != e.Kind {
			es.Add(CodeInvalid, "kind", "Sự kiện sửa phải cùng loại với sự kiện được sửa, “%[1]s”", "A correction must be of the same kind, %[2]q", was.Name().VI, was.Name().EN)
		}
	}
	spec.check(&es, e)
	if spec.WholeCase && e.Obligation != "" {
		es.Add(CodeNotAllowed, "obligation", "Sự kiện này áp dụng cho cả việc, không cho riêng một nghĩa vụ", "This event is about the whole case, not about one obligation")
	}
	if e.Kind == CaseAdjusted {
		if !e.Amount.Valid() {
			es.Add(CodeOutOfRange, "amount", "Số tiền phải từ %[1]s đến %[2]s", "The amount must be from %[1]s to %[2]s", (-MaxDong).Vietnamese(), MaxDong.Vietnamese())
		}
	} else if e.Amount < 0 || e.Amount > MaxDong {
		es.Add(CodeOutOfRange, "amount", "Số tiền phải từ 1 đến %s", "The amount must be from 1 to %s", MaxDong.Vietnamese())
	}
	// What the kind does not have at all is refused once and not looked into.
	switch {
	case e.Until.IsZero() || spec.Until == Without:
	case !e.Until.Valid():
		es.valid("until", e.Until)
	case e.Until < e.EffectiveOn:
		es.Add(CodeOutOfRange, "until", "Ngày kết thúc trước ngày bắt đầu", "It ends before it begins")
	}
	if e.Finding != "" && spec.Finding != Without {
		es.term(checkTerm(findings, e.Finding, "finding", "kết quả xác minh", "A finding"))
	}
	es.measure(e)
	today := DateIn(e.RecordedAt)
	if spec.Decision != Without {
		es.decision(e.Decision, "decision", today)
	}
	if e.Particulars != nil && spec.Particulars != Without {
		es.particulars(e, today)
	}
	if e.Kind == CasePartiesChanged {
		es.parties(e.Parties, "parties", today)
	}
	if spec.Tags != Without {
		es.tags("addTags", e.AddTags)
		es.tags("removeTags", e.RemoveTags)
		both := func(t Tag) bool { return slices.Contains(e.RemoveTags, t) }
		if i := slices.IndexFunc(e.AddTags[:min(len(e.AddTags), len(tags))], both); i >= 0 {
			es.Add(CodeInvalid, "addTags."+itoa(i), "Không thể vừa gắn vừa bỏ một nhãn", "One tag cannot be both added and removed")
		}
	}
	es.length("note", e.Note)
	es.short("recipient", e.Recipient)
	es.unmasked("recipient", e.Recipient)
	es.unmasked("receipt", e.Receipt)
	es.unmaskedText("note", e.Note)
	es.short("receipt", e.Receipt)
	es.short("obligation", e.Obligation)
	es.short("toUnit", string(e.ToUnit))
	es.short("toOfficer", string(e.ToOfficer))
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
		{s.Tags, len(e.AddTags)+len(e.RemoveTags) > 0, "addTags", "nhãn", "The tags"},
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
	if s == "" {
		*es = append(*es, required(field, vi, en))
	}
	es.short(field, s)
}

// tags refuses tags that do not exist.
func (es *Errors) tags(field string, given []Tag) {
	if len(given) > len(tags) {
		// There are no more: some do not exist, and one refusal is enough.
		es.Add(CodeLimit, field, "Có tối đa %d nhãn", "There are at most %d tags", len(tags))
		return
	}
	for i, t := range given {
		es.term(checkTerm(tags, t, field+"."+itoa(i), "nhãn", "A tag"))
	}
}

// past refuses a date that is empty or after today.
func (es *Errors) past(field string, d, today Date, vi, en string) {
	switch {
	case d.IsZero():
		*es = append(*es, required(field, vi, en))
	case !d.Valid():
		es.valid(field, d)
	case d > today:
		es.Add(CodeFutureDate, field, "Ngày %[1]s sau ngày ghi nhận %[2]s", "%[1]s is after the day of recording, %[2]s", d.Vietnamese(), today.Vietnamese())
	}
}

// decision checks a decision, where there is one.
//
//nolint:unparam // the field is given as to the other checks
func (es *Errors) decision(d *Decision, field string, today Date) {
	if d == nil {
		return
	}
	es.name(field+".number", d.Number.Raw, "số quyết định", "The number of the decision")
	es.past(field+".date", d.Date, today, "ngày quyết định", "The date of the decision")
	es.short(field+".issuer", d.Issuer)
	es.short(field+".signer", d.Signer)
}

// measure checks that a measure is one of its kind; check reports a missing one.
func (es *Errors) measure(e *CaseEvent) {
	switch {
	case e.Measure == "":
	case e.Kind == CaseSecurityMeasure:
		es.term(checkTerm(securityMeasures, e.Measure, "measure", "biện pháp bảo đảm", "A measure of security"))
	case e.Kind == CaseCoerciveMeasure:
		es.term(checkTerm(coerciveMeasures, e.Measure, "measure", "biện pháp cưỡng chế", "A measure of coercion"))
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
	if j.Date > e.EffectiveOn && j.Date.Valid() && j.Date <= today {
		es.Add(CodeOutOfRange, "particulars.judgment.date", "Ngày bản án sau ngày mở việc", "The judgment is later than the opening of the case")
	}
	es.received("particulars.judgment.receivedOn", j.ReceivedOn, today)
	es.received("particulars.requestedOn", p.RequestedOn, today)
	if p.Initiation == OwnMotion && !p.RequestedOn.IsZero() {
		es.Add(CodeNotAllowed, "particulars.requestedOn", "Việc chủ động thi hành không có ngày yêu cầu", "A case of own motion has no request")
	}
	es.parties(p.Parties, "particulars.parties", today)
	if !slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Role == Debtor }) {
		es.term(required("particulars.parties", "người phải thi hành án", "A debtor"))
	}
	es.obligations(p)
	es.tags("particulars.tags", p.Tags)
	switch b := p.Balance; {
	case e.Kind != CaseBroughtForward && b != nil:
		es.Add(CodeNotAllowed, "particulars.balance", "Chỉ việc cũ chuyển sang mới có số dư", "Only an older case that is brought forward has a balance")
	case e.Kind == CaseBroughtForward && b == nil:
		es.term(required("particulars.balance", "trạng thái khi chuyển sang", "The state it is brought forward in"))
	case b != nil:
		es.balance(b, e.EffectiveOn)
	}
}

// received refuses a day of receipt that lies in the future; it may be empty.
func (es *Errors) received(field string, d, today Date) {
	if !d.IsZero() {
		es.past(field, d, today, "", "")
	}
}

// balance checks how an older case enters the ledger.
func (es *Errors) balance(b *OpeningBalance, on Date) {
	if b.State == "" {
		es.term(required("particulars.balance.state", "trạng thái khi chuyển sang", "The state it is brought forward in"))
	} else if !b.State.bringsForward() {
		es.Add(CodeInvalid, "particulars.balance.state", "Trạng thái %q không phải của việc chưa thi hành xong", "%q is not the state of an unfinished case", clip(string(b.State)))
	}
	es.valid("particulars.balance.since", b.Since)
	if b.Since > on {
		es.Add(CodeOutOfRange, "particulars.balance.since", "Trạng thái bắt đầu sau ngày chuyển số dư", "The state began after the balance was brought forward")
	}
	switch kind := groundedBy(b.State); {
	case b.Ground == "":
	case kind == "":
		es.Add(CodeNotAllowed, "particulars.balance.ground", "Trạng thái chuyển sang không có căn cứ pháp lý", "The state it is brought forward in rests on no ground")
	default:
		// The ground must have been in force when the state began.
		if refusal := checkGround(b.Ground, kind, cmp.Or(b.Since, on)); refusal != nil {
			refusal.Field = []string{"particulars", "balance", "ground"}
			es.term(refusal)
		}
	}
	if b.Verifications < 0 || b.Verifications > MaxEvents {
		es.Add(CodeOutOfRange, "particulars.balance.verifications", "Số lần xác minh phải từ 0 đến %d", "The number of verifications must be from 0 to %d", MaxEvents)
	}
}

// groundedBy is the kind of step whose legal ground a state has; empty where the
// state rests on none. A case in the separate book keeps the ground on which it
// was declared not enforceable.
func groundedBy(s CaseState) CaseEventKind {
	switch s {
	case StatePostponed:
		return CasePostponed
	case StateSuspended:
		return CaseSuspended
	case StatePaused:
		return CasePaused
	case StateNotEnforceable, StateSeparateBook:
		return CaseNotEnforceable
	default:
		return ""
	}
}

// unmasked refuses a masked name or address, which somebody has sent back who
// was not shown what it stands for.
func (es *Errors) unmasked(field, value string) {
	if IsMasked(value) {
		es.Add(CodeInvalid, field, "Tên, địa chỉ đang bị che (%[1]s) không ghi được; hãy mở dữ liệu trước khi ghi", "A masked name or address (%[1]s) cannot be recorded; ask for what it stands for first", MaskSign)
	}
}

// unmaskedText refuses a masked free text, which is the sign and nothing else: a
// text of its own may have the sign, before the items of a list.
func (es *Errors) unmaskedText(field, value string) {
	if NormalizeName(value) == MaskSign {
		es.unmasked(field, value)
	}
}

// parties checks parties and the ids that bind them.
func (es *Errors) parties(parties []Party, field string, today Date) {
	if len(parties) > MaxParties {
		es.Add(CodeLimit, field, "Một việc có tối đa %d đương sự", "A case has at most %d parties", MaxParties)
		return
	}
	seen := make(map[string]bool, len(parties))
	for i := range parties {
		p, at := &parties[i], field+"."+itoa(i)
		if seen[p.ID] {
			es.Add(CodeDuplicate, at+".id", "Trùng mã đương sự %q", "The party id %q occurs twice", clip(p.ID))
		}
		seen[p.ID] = true
		es.short(at+".id", p.ID)
		es.short(at+".jointGroup", p.JointGroup)
		es.short(at+".commitment", p.Commitment)
		es.short(at+".accountCommitment", p.AccountCommitment)
		es.term(checkTerm(partyRoles, p.Role, at+".role", "tư cách đương sự", "The party's role"))
		es.term(checkTerm(partyKinds, p.Kind, at+".kind", "loại đương sự", "The kind of party"))
		es.name(at+".name", p.Name, "tên đương sự", "The party's name")
		es.short(at+".address", p.Address)
		es.unmasked(at+".name", p.Name)
		es.unmasked(at+".address", p.Address)
		if p.BirthYear != 0 && (p.BirthYear < 1880 || p.BirthYear > today.Year()) {
			es.Add(CodeOutOfRange, at+".birthYear", "Năm sinh %d không hợp lệ", "%d is no year of birth", p.BirthYear)
		}
		if (p.Kind == Organisation || p.Kind == StateBudget) && (p.BirthYear != 0 || p.Juvenile) {
			es.Add(CodeNotAllowed, at+".kind", "Chỉ cá nhân mới có năm sinh hoặc là người chưa thành niên", "Only a person has a year of birth or is under age")
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
	roles := make(map[string]PartyRole, len(p.Parties))
	for i := range p.Parties {
		roles[p.Parties[i].ID] = p.Parties[i].Role
	}
	seen := make(map[string]bool, len(p.Obligations))
	var total Dong
	for i := range p.Obligations {
		o, at := &p.Obligations[i], field+"."+itoa(i)
		if seen[o.ID] {
			es.Add(CodeDuplicate, at+".id", "Trùng mã nghĩa vụ %q", "The obligation id %q occurs twice", clip(o.ID))
		}
		seen[o.ID] = true
		es.short(at+".id", o.ID)
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
		es.unmaskedText(at+".content", o.Content)
		es.bound(at+".debtors", o.Debtors, Debtor, roles)
		es.bound(at+".creditors", o.Creditors, Creditor, roles)
		if total > MaxDong {
			es.Add(CodeOutOfRange, at+".amount", "Tổng số tiền vượt quá %s", "The sum exceeds %s", MaxDong.Vietnamese())
			return
		}
	}
}

// bound checks that the parties an obligation names exist in the role in which
// it names them, each once.
func (es *Errors) bound(field string, ids []string, role PartyRole, roles map[string]PartyRole) {
	if len(ids) > MaxParties {
		es.Add(CodeLimit, field, "Một việc có tối đa %d đương sự", "A case has at most %d parties", MaxParties)
		return
	}
	seen := make(map[string]bool, len(ids))
	for i, id := range ids {
		at := field + "." + itoa(i)
		switch has, ok := roles[id]; {
		case !ok:
			es.Add(CodeUnknown, at, "Không có đương sự mã %q", "There is no party %q", clip(id))
		case has != role:
			es.Add(CodeInvalid, at, "Đương sự %[1]q không phải là “%[2]s”", "Party %[1]q is no %[3]s", clip(id), termOf(partyRoles, role).VI, termOf(partyRoles, role).EN)
		case seen[id]:
			es.Add(CodeDuplicate, at, "Đương sự %q được nêu hai lần", "Party %q is named twice", clip(id))
		}
		seen[id] = true
	}
}
