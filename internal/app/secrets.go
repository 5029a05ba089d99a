package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// PartyNumbers are the numbers of a party that are kept sealed, apart from the
// history: of an identity card, passport or tax payer, and of a bank account. ""
// says nothing of a number.
type PartyNumbers struct{ Identity, Account string }

// numbersOf puts together the numbers that a file gives of the parties of an
// event, each kind by the index of the party.
func numbersOf(identities, accounts map[int]string) map[int]PartyNumbers {
	if len(identities)+len(accounts) == 0 {
		return nil
	}
	out := make(map[int]PartyNumbers, len(identities)+len(accounts))
	for i, n := range identities {
		out[i] = PartyNumbers{Identity: n}
	}
	for i, n := range accounts {
		both := out[i]
		both.Account = n
		out[i] = both
	}
	return out
}

// accountPlace divides the numbers of accounts from identity numbers, in places
// and in commitments, so that neither can stand for the other.
const accountPlace = "account"

// identityNumber unifies an identity, passport or tax number, or refuses it.
func identityNumber(raw, field string) (string, error) {
	n := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '.' {
			return -1
		}
		return unicode.ToUpper(r)
	}, raw)
	ok := len(n) >= 6 && len(n) <= 20
	for _, r := range n {
		ok = ok && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r == '-')
	}
	if !ok {
		return "", thads.Errorf(thads.CodeInvalid, field, "Số định danh gồm 6 đến 20 chữ số hoặc chữ cái", "An identity number has 6 to 20 digits or letters")
	}
	return n, nil
}

// accountNumber unifies the number of a bank account, or refuses it.
func accountNumber(raw, field string) (string, error) {
	n := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '.' || r == '-' {
			return -1
		}
		return unicode.ToUpper(r)
	}, raw)
	ok := len(n) >= 4 && len(n) <= 34 // an IBAN has up to 34
	for _, r := range n {
		ok = ok && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z')
	}
	if !ok {
		return "", thads.Errorf(thads.CodeInvalid, field, "Số tài khoản gồm 4 đến 34 chữ số hoặc chữ cái", "An account number has 4 to 34 digits or letters")
	}
	return n, nil
}

// sealing returns what keeps numbers, or refuses them where there are no keys.
func (a *App) sealing(field string) (*Sealer, error) {
	if a.sealer == nil {
		return nil, thads.Errorf(thads.CodeUnavailable, field, "Chưa có khóa bí mật nên không dùng được số định danh, số tài khoản", "Identity and account numbers need the secrets file")
	}
	return a.sealer, nil
}

// commitments returns the commitments of an identity number as typed, by every
// key: records may carry any of them.
func (a *App) commitments(raw, field string) ([]string, error) {
	n, err := identityNumber(raw, field)
	if err != nil {
		return nil, err
	}
	s, err := a.sealing(field)
	if err != nil {
		return nil, err
	}
	return s.Commitments(n), nil
}

// accountCommitted is what of an account's number is committed to.
func accountCommitted(number string) string { return accountPlace + "\x00" + number }

// partiesOf returns the parties that an event brings, or nil.
func partiesOf(e *thads.CaseEvent) ([]thads.Party, string) {
	if e.Particulars != nil {
		return e.Particulars.Parties, "particulars.parties"
	}
	return e.Parties, "parties"
}

// sealParties puts the commitments of numbers into the event, and returns the
// numbers, unified, by the index of their party, to be sealed when the record's
// ids are known. The caller's event is left as it was.
func (a *App) sealParties(e *thads.CaseEvent, given map[int]PartyNumbers) (map[int]PartyNumbers, error) {
	return a.sealPartiesLike(e, given, nil)
}

// sealPartiesLike is sealParties for an event that is to be compared with
// another one, which may carry commitments by an earlier key: where it does, so
// does the event.
func (a *App) sealPartiesLike(e *thads.CaseEvent, given map[int]PartyNumbers, like *thads.CaseEvent) (map[int]PartyNumbers, error) {
	if len(given) == 0 {
		return nil, nil
	}
	parties, field := partiesOf(e)
	var others []thads.Party
	if like != nil {
		others, _ = partiesOf(like)
	}
	changed := slices.Clone(parties)
	numbers := make(map[int]PartyNumbers, len(given))
	for i, raw := range given {
		at := fmt.Sprintf("%s.%d.", field, i)
		if i < 0 || i >= len(changed) {
			return nil, thads.Errorf(thads.CodeUnknown, at+"identityNumber", "Không có đương sự này", "There is no such party")
		}
		var other thads.Party
		if i < len(others) {
			other = others[i]
		}
		var n PartyNumbers
		var err error
		if raw.Identity != "" {
			if n.Identity, err = identityNumber(raw.Identity, at+"identityNumber"); err != nil {
				return nil, err
			}
			s, err := a.sealing(at + "identityNumber")
			if err != nil {
				return nil, err
			}
			changed[i].Commitment = s.commitLike(n.Identity, other.Commitment)
		}
		if raw.Account != "" {
			if n.Account, err = accountNumber(raw.Account, at+"accountNumber"); err != nil {
				return nil, err
			}
			s, err := a.sealing(at + "accountNumber")
			if err != nil {
				return nil, err
			}
			changed[i].AccountCommitment = s.commitLike(accountCommitted(n.Account), other.AccountCommitment)
		}
		numbers[i] = n
	}
	if e.Particulars != nil {
		p := *e.Particulars
		p.Parties = changed
		e.Particulars = &p
	} else {
		e.Parties = changed
	}
	return numbers, nil
}

// secretPrefix leads the places of all numbers of a party, the earlier ones
// included.
func secretPrefix(id thads.CaseID, party string) string { return string(id) + "." + party + "." }

// secretID is the place of a sealed identity number: the case, the party and the
// commitment, so that a party's earlier numbers stay with the history.
func secretID(id thads.CaseID, p *thads.Party) string {
	return secretPrefix(id, p.ID) + p.Commitment
}

// accountID is the place of a sealed account number. Like that of an identity
// number it ends in the commitment.
func accountID(id thads.CaseID, p *thads.Party) string {
	return secretPrefix(id, p.ID) + accountPlace + "." + p.AccountCommitment
}

// sealer returns the step that stores sealed numbers before the record that
// refers to them; what is left over from a record that was then refused is
// harmless and found by no one.
func sealer(numbers map[int]PartyNumbers) func(context.Context, *App, any) error {
	if len(numbers) == 0 {
		return nil
	}
	return func(ctx context.Context, a *App, state any) error {
		c, ok := state.(*thads.Case)
		if !ok {
			return fmt.Errorf("secrets: %T has no parties", state)
		}
		docs, err := a.secretDocuments(c, &c.Events[len(c.Events)-1], numbers)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if err := a.store.Insert(ctx, secretCollection, d); err != nil && !errors.Is(err, store.ErrExists) {
				return unavailable(err)
			}
		}
		return nil
	}
}

// secretDocuments are the sealed numbers of the parties of a case's event.
func (a *App) secretDocuments(c *thads.Case, e *thads.CaseEvent, numbers map[int]PartyNumbers) ([]*store.Document, error) {
	parties, _ := partiesOf(e)
	var docs []*store.Document
	for i, n := range numbers {
		p := &parties[i]
		for _, s := range []struct{ id, commitment, number string }{
			{secretID(c.ID, p), p.Commitment, n.Identity}, {accountID(c.ID, p), p.AccountCommitment, n.Account},
		} {
			if s.number == "" {
				continue
			}
			sealed, key, err := a.sealer.seal(s.id, s.number)
			if err != nil {
				return nil, err
			}
			docs = append(docs, &store.Document{
				ID: s.id, Version: 1, Body: sealed, DerivedVersion: derivedVersion, UpdatedAt: c.UpdatedAt(),
				Fields: store.Fields{"commitment": s.commitment, "key": key},
			})
		}
	}
	return docs, nil
}

// secretIDs are the places of the numbers that the parties of a case have or had.
func secretIDs(c *thads.Case) []string {
	var ids []string
	for i := range c.Events {
		parties, _ := partiesOf(&c.Events[i])
		for j := range parties {
			if parties[j].HasIdentityNumber() {
				ids = append(ids, secretID(c.ID, &parties[j]))
			}
			if parties[j].HasAccountNumber() {
				ids = append(ids, accountID(c.ID, &parties[j]))
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// openSecrets returns the numbers of the parties of cases, by secretID and
// accountID; those that were erased are missing. That whoever is given them may
// have them, and that it is on record, the caller has seen to.
func (a *App) openSecrets(ctx context.Context, page []*thads.Case) (map[string]string, error) {
	var ids []string
	for _, c := range page {
		ids = append(ids, secretIDs(c)...)
	}
	return a.openPlaces(ctx, ids)
}

// openPlaces opens sealed numbers by their places.
func (a *App) openPlaces(ctx context.Context, ids []string) (map[string]string, error) {
	out := make(map[string]string, len(ids))
	for part := range slices.Chunk(ids, store.MaxPage) {
		docs, err := a.store.Get(ctx, secretCollection, thads.Everything(), part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, d := range docs {
			if out[d.ID], err = a.sealer.Open(d.ID, d.Body); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// partyNumbers returns the numbers of a party of a case, opened; those that are
// not kept, or no longer, are "".
func (a *App) partyNumbers(ctx context.Context, c *thads.Case, p *thads.Party) (PartyNumbers, error) {
	if a.sealer == nil || !p.HasIdentityNumber() && !p.HasAccountNumber() {
		return PartyNumbers{}, nil
	}
	open, err := a.openPlaces(ctx, []string{secretID(c.ID, p), accountID(c.ID, p)})
	return PartyNumbers{Identity: open[secretID(c.ID, p)], Account: open[accountID(c.ID, p)]}, err
}
