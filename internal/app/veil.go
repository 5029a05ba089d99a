package app

import (
	"context"
	"slices"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// A Veil is what a principal sees of the personal data in cases and
// administrative verdicts. How clearly depends on the grants that open the case:
// who may open it as its officer and as a statistician sees it as its officer.
// What is masked is written with thads.MaskSign. A Veil is made for one request
// and is safe for concurrent use.
type Veil struct {
	// reads are the grants that open cases, unmasks those with the right UNMASK.
	reads, unmasks []sightGrant
	// clear tells that no read grant masks anything, alike that all see the same,
	// so that it need not be asked which of them open a case.
	clear, alike bool
}

// A sightGrant is a grant with what it opens and how it sees that.
type sightGrant struct {
	grant    auth.Reached
	scope    thads.OpenScope
	purposes []auth.Purpose
	sight    sights
}

// sights say how each kind of personal data is seen, in cases that are not
// protected and in those that are.
type sights struct{ plain, protected kindSights }

// kindSights are the sights by kind: name, contact, identity and account number.
type kindSights [4]auth.Sight

// sightKinds are the kinds of data in the order of kindSights.
var sightKinds = [len(kindSights{})]auth.PersonalData{auth.PartyName, auth.PartyContact, auth.IdentityNumber, auth.AccountNumber}

const (
	sightName = iota
	sightContact
	sightIdentity
	sightAccount
)

// sightsOf are the sights of a role. What is protected is seen as clearly as
// both its own kind and what is protected are.
func sightsOf(spec auth.RoleSpec) sights {
	var s sights
	for i, k := range sightKinds {
		s.plain[i] = spec.Sight[k]
		s.protected[i] = min(spec.Sight[k], spec.Sight[auth.Protected])
	}
	return s
}

// in are the sights in a case that is protected or not.
func (s *sights) in(protected bool) kindSights {
	if protected {
		return s.protected
	}
	return s.plain
}

// masksText tells whether names or addresses are masked anywhere. The numbers of
// parties are never in a case that is shown, but sealed apart from it.
func (s *sights) masksText() bool {
	return s.plain[sightName] != auth.Clear || s.plain[sightContact] != auth.Clear ||
		s.protected[sightName] != auth.Clear || s.protected[sightContact] != auth.Clear
}

// clearest are the clearer of two sights of each kind.
func clearest(a, b sights) sights {
	for i := range sightKinds {
		a.plain[i], a.protected[i] = max(a.plain[i], b.plain[i]), max(a.protected[i], b.protected[i])
	}
	return a
}

// Veil returns what the caller sees.
func (a *App) Veil(ctx context.Context) (*Veil, error) {
	return a.veil(ctx, auth.FromContext(ctx))
}

// veil returns what a principal sees.
func (a *App) veil(ctx context.Context, p auth.Principal) (*Veil, error) {
	v := &Veil{}
	var err error
	if v.reads, err = a.sightGrants(ctx, p.Granting(auth.Read)); err != nil {
		return nil, err
	}
	if v.unmasks, err = a.sightGrants(ctx, p.Granting(auth.Unmask)); err != nil {
		return nil, err
	}
	v.clear, v.alike = len(v.reads) > 0, true
	for i := range v.reads {
		v.clear = v.clear && !v.reads[i].sight.masksText()
		v.alike = v.alike && v.reads[i].sight == v.reads[0].sight
	}
	return v, nil
}

// sightGrants look up what grants open and how they see it.
func (a *App) sightGrants(ctx context.Context, grants []auth.Reached) ([]sightGrant, error) {
	out := make([]sightGrant, len(grants))
	for i, g := range grants {
		scope, err := a.openedBy(ctx, grants[i:i+1])
		if err != nil {
			return nil, err
		}
		spec, _ := g.Role.Spec()
		out[i] = sightGrant{grant: g, scope: scope, purposes: spec.Purposes, sight: sightsOf(spec)}
	}
	return out, nil
}

// over returns how the principal sees a record that these units and officers hold
// or ever held: as clearly as the clearest of the grants that open it.
func (v *Veil) over(units []thads.UnitID, officers []thads.OfficerID) sights {
	if v.alike && len(v.reads) > 0 {
		return v.reads[0].sight
	}
	var s sights
	for i := range v.reads {
		if g := &v.reads[i]; g.scope.Reaches(units, officers) {
			s = clearest(s, g.sight)
		}
	}
	return s
}

// least returns the sights that hold wherever the principal looks, for what does
// not tell who holds it.
func (v *Veil) least() sights {
	if len(v.reads) == 0 {
		return sights{}
	}
	s := v.reads[0].sight
	for i := range v.reads {
		for k := range sightKinds {
			s.plain[k] = min(s.plain[k], v.reads[i].sight.plain[k])
			s.protected[k] = min(s.protected[k], v.reads[i].sight.protected[k])
		}
	}
	return s
}

// veiled returns what the principal sees of a record: itself where it is of a kind
// that holds no personal data of parties.
func veiled[T any](v *Veil, record T) T {
	if v.clear {
		return record
	}
	var seen any
	switch r := any(record).(type) {
	case *thads.Case:
		seen = v.Case(r)
	case *thads.CaseHead:
		seen = v.Head(r)
	case *thads.AdministrativeVerdict:
		seen = v.Verdict(r)
	default:
		return record
	}
	out, _ := seen.(T)
	return out
}

// show returns what the caller sees of a record.
func show[T any](ctx context.Context, a *App, record T) (T, error) {
	v, err := a.Veil(ctx)
	if err != nil {
		var none T
		return none, err
	}
	return veiled(v, record), nil
}

// shownAfter shows the outcome of a use case.
func shownAfter[T any](ctx context.Context, a *App, record *T, err error) (*T, error) {
	if err != nil || record == nil {
		return nil, err
	}
	return show(ctx, a, record)
}

// showAll shows records by their ids.
func showAll[T any](ctx context.Context, a *App, records map[string]*T) (map[string]*T, error) {
	v, err := a.Veil(ctx)
	if err != nil || v.clear {
		return records, err
	}
	for id, r := range records {
		records[id] = veiled(v, r)
	}
	return records, nil
}

// caseSights are how the principal sees the data of a case.
func (v *Veil) caseSights(c *thads.Case) kindSights {
	s := v.over(c.Units, c.Officers)
	return s.in(c.IsConfidential())
}

// Case returns what the principal sees of a case; c itself is left as it was.
func (v *Veil) Case(c *thads.Case) *thads.Case {
	if v.clear || c == nil {
		return c
	}
	m := maskingBy(v.caseSights(c))
	if m.nothing() {
		return c
	}
	out := *c
	out.Particulars = m.particulars(c.Particulars)
	out.Parties = m.parties(c.Parties)
	if m.names {
		out.Balances = slices.Clone(c.Balances)
		for i := range out.Balances {
			out.Balances[i].Content = thads.MaskText(out.Balances[i].Content)
		}
	}
	out.Events = slices.Clone(c.Events)
	for i := range out.Events {
		m.event(&out.Events[i])
	}
	return &out
}

// Head returns what the principal sees of the head of a case.
func (v *Veil) Head(h *thads.CaseHead) *thads.CaseHead {
	if v.clear || h == nil {
		return h
	}
	s := v.over(h.Units, h.Officers)
	if s.in(h.Protected)[sightName] == auth.Clear {
		return h
	}
	out := *h
	if h.DebtorKind != thads.StateBudget {
		out.DebtorName = maskCounted(h.DebtorName)
	}
	if h.CreditorKind != thads.StateBudget {
		out.CreditorName = maskCounted(h.CreditorName)
	}
	return &out
}

// maskCounted masks the name of the first party of several, which ends in how
// many follow.
func maskCounted(name string) string {
	if i := strings.LastIndex(name, " (+"); i > 0 && strings.HasSuffix(name, ")") {
		if n := name[i+len(" (+") : len(name)-1]; n != "" && strings.Trim(n, "0123456789") == "" {
			return thads.MaskName(name[:i]) + name[i:]
		}
	}
	return thads.MaskName(name)
}

// Verdict returns what the principal sees of an administrative verdict, whose
// creditors are persons; its debtors are agencies.
func (v *Veil) Verdict(d *thads.AdministrativeVerdict) *thads.AdministrativeVerdict {
	if v.clear || d == nil {
		return d
	}
	s := v.over(d.Units, d.Officers)
	m := maskingBy(s.plain)
	if m.nothing() {
		return d
	}
	out := *d
	out.VerdictParticulars = m.verdict(d.VerdictParticulars)
	out.Events = slices.Clone(d.Events)
	if m.names {
		out.Result = thads.MaskText(out.Result)
	}
	for i := range out.Events {
		e := &out.Events[i]
		if e.Particulars != nil {
			p := m.verdict(*e.Particulars)
			e.Particulars = &p
		}
		if m.names {
			e.Recipient, e.Result = thads.MaskText(e.Recipient), thads.MaskText(e.Result)
			e.Note, e.Reason = thads.MaskText(e.Note), thads.MaskText(e.Reason)
		}
	}
	return &out
}

// Party returns which data of a party of a case the principal sees masked, beside
// the sealed numbers, and which may be asked for by Reveal, the sealed numbers
// included. The case may be one that the veil has shown.
func (v *Veil) Party(c *thads.Case, p *thads.Party) (masked, revealable []auth.PersonalData) {
	masked, revealable = []auth.PersonalData{}, []auth.PersonalData{}
	sight := v.caseSights(c)
	asked := v.revealing(c, "")
	for i, k := range sightKinds {
		var there, hidden bool
		switch i {
		case sightName, sightContact:
			there = p.Kind != thads.StateBudget
			if hidden = there && sight[i] != auth.Clear; hidden {
				masked = append(masked, k)
			}
		case sightIdentity:
			there, hidden = p.HasIdentityNumber(), true
		case sightAccount:
			there, hidden = p.HasAccountNumber(), true
		}
		if there && hidden && asked[i] >= auth.OnPurpose {
			revealable = append(revealable, k)
		}
	}
	return masked, revealable
}

// revealing are the sights of the grants that may unmask data of a case, of those
// alone that may state a purpose where one is given.
func (v *Veil) revealing(c *thads.Case, purpose auth.Purpose) kindSights {
	var s sights
	for i := range v.unmasks {
		g := &v.unmasks[i]
		if (purpose == "" || slices.Contains(g.purposes, purpose)) && g.scope.Reaches(c.Units, c.Officers) {
			s = clearest(s, g.sight)
		}
	}
	return s.in(c.IsConfidential())
}

// A masking says what of a record is masked. Free texts are masked where names
// are: anybody may be named in them.
type masking struct{ names, contacts bool }

func maskingBy(s kindSights) masking {
	return masking{names: s[sightName] != auth.Clear, contacts: s[sightContact] != auth.Clear}
}

func (m masking) nothing() bool { return !m.names && !m.contacts }

// parties masks parties; the state budget is nobody.
func (m masking) parties(parties []thads.Party) []thads.Party {
	out := slices.Clone(parties)
	for i := range out {
		p := &out[i]
		if p.Kind == thads.StateBudget {
			continue
		}
		if m.names {
			p.Name = thads.MaskName(p.Name)
		}
		if m.contacts {
			p.Address, p.BirthYear = thads.MaskAddress(p.Address), 0
		}
	}
	return out
}

func (m masking) particulars(p thads.Particulars) thads.Particulars {
	p.Parties = m.parties(p.Parties)
	if m.names {
		p.Obligations = slices.Clone(p.Obligations)
		for i := range p.Obligations {
			p.Obligations[i].Content = thads.MaskText(p.Obligations[i].Content)
		}
	}
	return p
}

// event masks an event, which is the caller's own copy.
func (m masking) event(e *thads.CaseEvent) {
	if e.Particulars != nil {
		p := m.particulars(*e.Particulars)
		e.Particulars = &p
	}
	e.Parties = m.parties(e.Parties)
	if !m.names {
		return
	}
	if e.Kind != thads.CaseEntrusted { // to another agency
		e.Recipient = thads.MaskName(e.Recipient)
	}
	e.Receipt, e.Note, e.Reason = thads.MaskText(e.Receipt), thads.MaskText(e.Note), thads.MaskText(e.Reason)
}

func (m masking) verdict(p thads.VerdictParticulars) thads.VerdictParticulars {
	p.Creditors = slices.Clone(p.Creditors)
	for i := range p.Creditors {
		c := &p.Creditors[i]
		if c.Kind == thads.StateBudget {
			continue
		}
		if m.names {
			c.Name = thads.MaskName(c.Name)
		}
		if m.contacts {
			c.Address = thads.MaskAddress(c.Address)
		}
	}
	if m.names {
		p.Operative = thads.MaskText(p.Operative)
	}
	return p
}
