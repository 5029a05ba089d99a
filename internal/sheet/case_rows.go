package sheet

import (
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// Names give what rows say instead of ids.
type Names struct {
	// Unit and Officer return codes; "" where there is none.
	Unit    func(thads.UnitID) string
	Officer func(thads.OfficerID) string
	// Identity returns the identity number of a party of an event, Account that of
	// its bank account, "" where it is not to be told. They may be nil.
	Identity, Account func(*thads.Party) string
}

// CaseRows returns the rows of a case in the register of cases: its opening as
// it was recorded, which read again gives the same event. That it came from a
// register is left out (thads.TagImported). A case that was opened by mistake
// has no rows.
func CaseRows(c *thads.Case, names Names) []CaseRow {
	if c.State == thads.StateVoided {
		return nil
	}
	standing := standingEvents(c)
	if len(standing) == 0 || standing[0].Particulars == nil {
		return nil
	}
	e := standing[0]
	p := e.Particulars
	rows := make([]CaseRow, 1, max(1, len(p.Obligations), len(p.Parties)))
	r := &rows[0]
	r.Officer, r.EffectiveOn, r.Note = names.Officer(e.ToOfficer), e.EffectiveOn, e.Note
	r.Initiation = p.Initiation
	r.JudgmentKind, r.JudgmentNumber, r.JudgmentDate, r.Court = p.Judgment.Kind, p.Judgment.Number.Raw, p.Judgment.Date, p.Judgment.Court
	r.ReceivedOn, r.RequestedOn = p.Judgment.ReceivedOn, p.RequestedOn
	r.Tags = slices.DeleteFunc(slices.Clone(p.Tags), func(t thads.Tag) bool { return t == thads.TagImported })
	if d := e.Decision; d != nil {
		r.DecisionIssuer, r.DecisionSigner = d.Issuer, d.Signer
	}
	if b := p.Balance; b != nil {
		r.State, r.Since, r.Ground, r.Verifications = b.State, b.Since, b.Ground, b.Verifications
	}
	row := func(i int) *CaseRow {
		for i >= len(rows) {
			rows = append(rows, CaseRow{})
		}
		return &rows[i]
	}

	// Debtors stand before creditors and these before related persons in a row,
	// and parties are read in that order: the next party begins a row where its
	// place in this one is taken or passed.
	ids := namesParties(p)
	at, last := 0, -1
	for i := range p.Parties {
		party := &p.Parties[i]
		place := slices.Index([]thads.PartyRole{thads.Debtor, thads.Creditor, thads.Related}, party.Role)
		if place <= last {
			at++
		}
		last = place
		cells := PartyCells{
			Name: party.Name, Kind: party.Kind, Address: party.Address, BirthYear: party.BirthYear,
			Juvenile: party.Juvenile, JointGroup: party.JointGroup,
		}
		if names.Identity != nil {
			cells.IdentityNumber = names.Identity(party)
		}
		if names.Account != nil {
			cells.AccountNumber = names.Account(party)
		}
		if ids {
			cells.ID = party.ID
		}
		switch r := row(at); party.Role {
		case thads.Debtor:
			r.Debtor = cells
		case thads.Creditor:
			r.Creditor = cells
		case thads.Related:
			r.Related = cells
		}
	}

	ids = namesObligations(p)
	for i := range p.Obligations {
		o, r := &p.Obligations[i], row(i)
		r.ObligationKind, r.Content, r.Periodic = o.Kind, o.Content, o.Periodic
		r.ObligationDebtors, r.ObligationCreditors = strings.Join(o.Debtors, "; "), strings.Join(o.Creditors, "; ")
		if ids {
			r.ObligationID = o.ID
		}
		if e.Kind == thads.CaseBroughtForward {
			r.Outstanding = o.Amount
		} else {
			r.Amount = o.Amount
		}
	}
	for i := range rows {
		r := &rows[i]
		r.Key, r.Unit = string(c.ID), names.Unit(e.ToUnit)
		if d := e.Decision; d != nil {
			r.Number, r.Date = d.Number.Raw, d.Date
		}
	}
	return rows
}

// namesParties tells whether the parties' ids must be written: where they are
// not those of their places, where an obligation refers to them, and where two
// could be taken for one.
func namesParties(p *thads.Particulars) bool {
	if slices.ContainsFunc(p.Obligations, func(o thads.Obligation) bool { return len(o.Debtors)+len(o.Creditors) > 0 }) {
		return true
	}
	type person struct {
		role thads.PartyRole
		name string
	}
	seen := make(map[person]bool, len(p.Parties))
	for i := range p.Parties {
		party := &p.Parties[i]
		who := person{party.Role, party.Name}
		if party.ID != "p"+strconv.Itoa(i+1) || seen[who] {
			return true
		}
		seen[who] = true
	}
	return false
}

// namesObligations is the same for obligations.
func namesObligations(p *thads.Particulars) bool {
	type what struct {
		kind    thads.ObligationKind
		amount  thads.Dong
		content string
	}
	seen := make(map[what]bool, len(p.Obligations))
	for i := range p.Obligations {
		o := &p.Obligations[i]
		w := what{o.Kind, o.Amount, o.Content}
		if o.ID != "o"+strconv.Itoa(i+1) || seen[w] {
			return true
		}
		seen[w] = true
	}
	return false
}
