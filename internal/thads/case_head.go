package thads

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

// A CaseHead is what lists show of a case, without its history.
type CaseHead struct {
	ID           CaseID         `json:"id"`
	Version      int            `json:"version"`
	State        CaseState      `json:"state"`
	Since        Date           `json:"since"`
	Ground       GroundCode     `json:"ground,omitzero"`
	Decision     *Decision      `json:"decision,omitzero"`
	OpenedOn     Date           `json:"openedOn"`
	FinishedOn   Date           `json:"finishedOn,omitzero"`
	Initiation   Initiation     `json:"initiation"`
	RequestedOn  Date           `json:"requestedOn,omitzero"`
	Judgment     Judgment       `json:"judgment"`
	Unit         UnitID         `json:"unit"`
	Officer      OfficerID      `json:"officer,omitzero"`
	DebtorName   string         `json:"debtorName"`
	DebtorKind   PartyKind      `json:"debtorKind,omitzero"`
	CreditorName string         `json:"creditorName,omitzero"`
	CreditorKind PartyKind      `json:"creditorKind,omitzero"`
	Totals       Totals         `json:"totals"`
	Tags         []Tag          `json:"tags,omitzero"`
	LastEvent    CaseEventBrief `json:"lastEvent"`
	UpdatedAt    time.Time      `json:"updatedAt"`
	// Protected is Case.IsConfidential; Units and Officers are all that hold or
	// ever held the case. They tell who sees the names.
	Protected bool        `json:"protected,omitzero"`
	Units     []UnitID    `json:"units"`
	Officers  []OfficerID `json:"officers,omitzero"`
}

// A CaseEventBrief is the kind and date of an event.
type CaseEventBrief struct {
	Kind        CaseEventKind `json:"kind"`
	EffectiveOn Date          `json:"on"`
}

// Head returns what lists show of the case.
func (c *Case) Head() *CaseHead {
	h := &CaseHead{
		ID: c.ID, Version: c.Version, State: c.State, Since: c.Since, Ground: c.Ground,
		Decision: c.Decision, OpenedOn: c.OpenedOn, FinishedOn: c.FinishedOn,
		Initiation: c.Particulars.Initiation, RequestedOn: c.Particulars.RequestedOn,
		Judgment: c.Particulars.Judgment, Unit: c.Unit, Officer: c.Officer,
		DebtorName: c.namesOf(Debtor), CreditorName: c.namesOf(Creditor),
		Totals: c.Totals(), Tags: c.Tags, UpdatedAt: c.UpdatedAt(),
		Protected: c.IsConfidential(), Units: c.Units, Officers: c.Officers,
	}
	if debtor, _ := c.firstOf(Debtor); debtor != nil {
		h.DebtorKind = debtor.Kind
	}
	if creditor, _ := c.firstOf(Creditor); creditor != nil {
		h.CreditorKind = creditor.Kind
	}
	if n := len(c.Events); n > 0 {
		h.LastEvent = CaseEventBrief{Kind: c.Events[n-1].Kind, EffectiveOn: c.Events[n-1].EffectiveOn}
	}
	return h
}

// firstOf returns the first party of a role, and how many there are.
func (c *Case) firstOf(role PartyRole) (first *Party, count int) {
	for i := range c.Parties {
		if c.Parties[i].Role == role {
			if first == nil {
				first = &c.Parties[i]
			}
			count++
		}
	}
	return first, count
}

// namesOf returns the name of the first party of a role and how many follow.
func (c *Case) namesOf(role PartyRole) string {
	first, n := c.firstOf(role)
	switch {
	case first == nil:
		return ""
	case n > 1:
		return first.Name + " (+" + strconv.Itoa(n-1) + ")"
	}
	return first.Name
}

// DebtorSortKey orders cases by their first debtor: people by their given name,
// organisations by their first word. Of a confidential case it is the key of the
// masked name, as its place in a list would tell the name to those who may not
// see it.
func (c *Case) DebtorSortKey() string {
	first, _ := c.firstOf(Debtor)
	switch {
	case first == nil:
		return ""
	case c.IsConfidential() && first.Kind != StateBudget:
		return TextSortKey(MaskName(first.Name))
	}
	return nameKey(first)
}

// PublicSortKey orders the case among what the law makes public: by the name of the
// first debtor who is public. "" where it is not public.
func (c *Case) PublicSortKey() string {
	p := c.Public()
	if p == nil {
		return ""
	}
	if first, _ := p.firstOf(Debtor); first != nil {
		return nameKey(first)
	}
	return ""
}

// nameKey orders persons by their given names, and others as they are written.
func nameKey(p *Party) string {
	if p.Kind == Person {
		return NameSortKey(p.Name)
	}
	return TextSortKey(p.Name)
}

// SearchWords are the folded words by which the case is found: the names of its
// parties and the numbers of its decision and judgment.
func (c *Case) SearchWords() []string {
	var words []string
	for i := range c.Parties {
		words = append(words, Tokens(c.Parties[i].Name)...)
	}
	return distinct(append(words, c.NumberWords()...))
}

// NumberWords are the folded words of the numbers of decision and judgment, by
// which those find the case too who do not see its names.
func (c *Case) NumberWords() []string {
	return distinct(append(c.Number().SearchTokens(), c.Particulars.Judgment.Number.SearchTokens()...))
}

// PublicWords are the folded words by which anybody finds the case where the law
// makes it public: those of what is published of it, and no others. There are
// none where it is not public.
func (c *Case) PublicWords() []string {
	p := c.Public()
	if p == nil {
		return nil
	}
	words := c.NumberWords()
	for i := range p.Parties {
		words = append(words, Tokens(p.Parties[i].Name)...)
	}
	return distinct(words)
}

// distinct sorts words and drops those that are there twice.
func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// LikenessKey is the same for cases that may be one case recorded twice: of one
// judgment (number and date), with the same first debtor, ignoring case and
// accents, and begun in the same way. Empty for cases that were voided and those
// of which too little is known. It is a digest, short enough for an index.
func (c *Case) LikenessKey() string {
	j := &c.Particulars.Judgment
	number := j.Number.Key()
	debtor, _ := c.firstOf(Debtor)
	if c.State == StateVoided || number == "" || j.Date.IsZero() || debtor == nil {
		return ""
	}
	name := Fold(debtor.Name)
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(naturalKey(number, itoa(int(j.Date)), name, string(c.Particulars.Initiation))))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// NumberSortKey orders cases by the statistical year of their decision and the
// number within it.
func (c *Case) NumberSortKey() string {
	if c.Decision == nil {
		return ""
	}
	return strconv.Itoa(int(StatYearOf(c.Decision.Date))) + " " + TextSortKey(c.Decision.Number.Key())
}

// DecisionKey is what makes the enforcement decision's number unique: the unit
// that issued it, the statistical year (numbers restart each 1 October) and the
// number. Empty while there is no decision.
func (c *Case) DecisionKey() string {
	if c.Decision == nil || c.State == StateVoided || len(c.Units) == 0 {
		return ""
	}
	return DecisionKey(c.Units[0], c.Decision.Number, StatYearOf(c.Decision.Date))
}

// DecisionKey is what makes an enforcement decision's number unique.
func DecisionKey(issuer UnitID, number DocumentNumber, year StatYear) string {
	return "case/" + string(issuer) + "/" + strconv.Itoa(int(year)) + "/" + number.Key()
}

// Outstanding is what is still to be collected or performed, and what is held.
func (t Totals) Outstanding() Dong { return t.Remaining + t.Held }

// Outstanding is what is still to be enforced of a live case, collected money
// that is not paid out included.
func (c *Case) Outstanding() Dong {
	return c.Totals().Outstanding()
}

// IsPublishable tells whether the law makes the case public: a debtor without
// means (Decree 62/2015 art 11, Circular 04/2023 art 4, Law 106/2025 art 38(2)),
// and no confidential matter. It ends with the state, well within the two
// working days the law gives.
func (c *Case) IsPublishable() bool {
	return c.State.isPublished() && !c.IsConfidential() &&
		slices.ContainsFunc(c.Balances, func(b Balance) bool { return b.isPublished() })
}

func (s CaseState) isPublished() bool { return s == StateNotEnforceable || s == StateSeparateBook }

// isPublished tells whether the debtor of the obligation is made public. Who has
// paid all of it owes nothing any more, though the money is not paid out yet.
func (b *Balance) isPublished() bool {
	return b.State.isPublished() && (b.Remaining > 0 || b.Held == 0)
}

// Public returns what the law makes public of the case and nothing else, or nil
// where that is nothing: who still owes something that cannot be enforced yet, by
// name and address, by which judgment and decision, what and why. Debtors whose
// own obligations are done are public no longer, though the case goes on for
// others.
func (c *Case) Public() *Case {
	if !c.IsPublishable() {
		return nil
	}
	p := &Case{ID: c.ID, State: c.State, Since: c.Since, Ground: c.Ground, Unit: c.Unit, Units: c.Units}
	j := c.Particulars.Judgment
	p.Particulars.Judgment = Judgment{Kind: j.Kind, Number: j.Number, Date: j.Date, Court: j.Court}
	if d := c.Decision; d != nil {
		p.Decision = &Decision{Number: d.Number, Date: d.Date, Issuer: d.Issuer}
	}
	for i := range c.Balances {
		b := &c.Balances[i]
		if !b.isPublished() {
			continue
		}
		p.Balances = append(p.Balances, Balance{
			Obligation: Obligation{ID: b.ID, Kind: b.Kind}, State: b.State, Since: b.Since, Ground: b.Ground, Remaining: b.Remaining,
		})
		for k := range c.Parties {
			q := &c.Parties[k]
			owes := q.Role == Debtor && (len(b.Debtors) == 0 || slices.Contains(b.Debtors, q.ID))
			if owes && !slices.ContainsFunc(p.Parties, func(o Party) bool { return o.ID == q.ID }) {
				p.Parties = append(p.Parties, Party{ID: q.ID, Role: q.Role, Kind: q.Kind, Name: q.Name, Address: q.Address})
			}
		}
	}
	return p
}
