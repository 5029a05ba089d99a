package sheet

import (
	"slices"
	"strconv"

	"github.com/thads/thads/internal/thads"
)

// EventRows returns the rows of the events of a case that stand, behind the one
// that opens it, in the order in which they count; none for a case whose opening
// was taken back. They read again as the same events.
func EventRows(c *thads.Case, names Names) []EventRow {
	if c.State == thads.StateVoided {
		return nil
	}
	standing := standingEvents(c)
	if len(standing) < 2 {
		return nil
	}
	name := EventRow{Key: string(c.ID)}
	if len(c.Units) > 0 {
		name.Unit = names.Unit(c.Units[0])
	}
	if c.Decision != nil {
		name.Number, name.Date = c.Decision.Number.Raw, c.Decision.Date
	}
	places := make(map[string]string, len(c.Balances))
	for i := range c.Balances {
		if id := c.Balances[i].ID; id == "o"+strconv.Itoa(i+1) {
			places[id] = strconv.Itoa(i + 1)
		}
	}
	var rows []EventRow
	for _, e := range standing[1:] {
		rows = append(rows, rowsOf(e, name, places, names)...)
	}
	return rows
}

// standingEvents returns the events that count, in the order in which they do:
// by date, and within one in the order in which they, or the events that they
// correct, were recorded.
func standingEvents(c *thads.Case) []*thads.CaseEvent {
	fate, _ := c.Fates()
	place := make([]int, len(c.Events))
	var out []*thads.CaseEvent
	for i := range c.Events {
		e := &c.Events[i]
		if place[i] = i; e.Supersedes > 0 {
			place[i] = place[e.Supersedes-1]
		}
		if fate[i] == thads.FateStands {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b *thads.CaseEvent) int {
		if a.EffectiveOn != b.EffectiveOn {
			return int(a.EffectiveOn) - int(b.EffectiveOn)
		}
		return place[a.Seq-1] - place[b.Seq-1]
	})
	return out
}

// rowsOf returns the rows of one event. name names the case, places the
// obligations that are known by their places.
func rowsOf(e *thads.CaseEvent, name EventRow, places map[string]string, names Names) []EventRow {
	r := name
	r.Kind, r.EffectiveOn, r.Amount, r.Ground, r.Until = e.Kind, e.EffectiveOn, e.Amount, e.Ground, e.Until
	r.Finding, r.Measure, r.AddTags, r.RemoveTags = e.Finding, e.Measure, e.AddTags, e.RemoveTags
	r.Recipient, r.Receipt, r.Note = e.Recipient, e.Receipt, e.Note
	switch r.Obligation = e.Obligation; {
	case places[e.Obligation] != "":
		r.Obligation = places[e.Obligation]
	case looksLikePlace(e.Obligation):
		r.Obligation = idMark + e.Obligation
	}
	if d := e.Decision; d != nil {
		r.DocumentNumber, r.DocumentDate, r.DocumentIssuer, r.DocumentSigner = d.Number.Raw, d.Date, d.Issuer, d.Signer
	}
	if e.ToUnit != "" {
		r.ToUnit = names.Unit(e.ToUnit)
	}
	if e.ToOfficer != "" {
		r.ToOfficer = names.Officer(e.ToOfficer)
	}
	parties, obligations := e.Parties, []thads.Obligation(nil)
	if p := e.Particulars; p != nil {
		parties, obligations = p.Parties, p.Obligations
		r.Initiation, r.Tags, r.RequestedOn = p.Initiation, p.Tags, p.RequestedOn
		j := &p.Judgment
		r.JudgmentKind, r.JudgmentNumber, r.JudgmentDate, r.Court, r.ReceivedOn = j.Kind, j.Number.Raw, j.Date, j.Court, j.ReceivedOn
	}
	rows := make([]EventRow, max(1, len(parties), len(obligations)))
	rows[0] = r
	for i := range rows {
		if i > 0 {
			rows[i] = name
		}
		if i < len(parties) {
			p := &parties[i]
			rows[i].Party = EventPartyCells{
				ID: p.ID, Role: p.Role, Kind: p.Kind, Name: p.Name, Address: p.Address,
				BirthYear: p.BirthYear, Juvenile: p.Juvenile, JointGroup: p.JointGroup,
			}
			if names.Identity != nil {
				rows[i].Party.IdentityNumber = names.Identity(p)
			}
			if names.Account != nil {
				rows[i].Party.AccountNumber = names.Account(p)
			}
		}
		if i < len(obligations) {
			o := &obligations[i]
			rows[i].Owed = EventObligationCells{
				ID: o.ID, Kind: o.Kind, Amount: o.Amount, Periodic: o.Periodic, Content: o.Content, Debtors: o.Debtors, Creditors: o.Creditors,
			}
		}
	}
	return rows
}
