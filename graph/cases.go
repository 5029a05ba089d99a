package graph

import (
	"context"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// value is what a pointer points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// caseEvent begins an event of a kind.
func caseEvent(kind thads.CaseEventKind, on thads.Date, note *string) thads.CaseEvent {
	e := thads.CaseEvent{Kind: kind, Note: value(note)}
	e.EffectiveOn = on
	return e
}

// change names the record that a mutation changes.
func change(id string, version int, key *string) app.Change {
	return app.Change{ID: id, Version: version, Key: value(key)}
}

// casePayload answers a mutation of a case.
func casePayload(ctx context.Context, c *thads.Case, err error) (*model.CasePayload, error) {
	userErrors, err := outcome(ctx, err)
	if err != nil {
		return nil, err
	}
	return &model.CasePayload{Case: headOf(ctx, c), UserErrors: userErrors}, nil
}

// openCase records the first event of a case.
func (r *Resolver) openCase(ctx context.Context, key *string, e thads.CaseEvent, unit string, officer *string, p *model.CaseParticularsInput) (*model.CasePayload, error) {
	e.ToUnit, e.ToOfficer = thads.UnitID(unit), thads.OfficerID(value(officer))
	particulars, numbers := particularsOf(p)
	e.Particulars = particulars
	c, err := r.app.CaseOpen(ctx, value(key), e, numbers)
	return casePayload(ctx, c, err)
}

// recordCase records a further event of a case.
func (r *Resolver) recordCase(ctx context.Context, c app.Change, e thads.CaseEvent, numbers map[int]app.PartyNumbers) (*model.CasePayload, error) {
	// A version of 0 would record whatever the case has become meanwhile.
	if c.Version < 1 {
		err := thads.Errorf(thads.CodeOutOfRange, "version", "Phiên bản phải từ 1", "A version is at least 1")
		return casePayload(ctx, nil, err)
	}
	s, err := r.app.CaseRecord(ctx, c, e, numbers)
	return casePayload(ctx, s, err)
}

func (r *Resolver) caseMoney(ctx context.Context, kind thads.CaseEventKind, in model.CaseMoneyInput) (*model.CasePayload, error) {
	e := caseEvent(kind, in.EffectiveOn, in.Note)
	e.Obligation, e.Amount = value(in.Obligation), in.Amount
	e.Receipt, e.Recipient = value(in.Receipt), value(in.Recipient)
	return r.recordCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), e, nil)
}

func (r *Resolver) caseStep(ctx context.Context, kind thads.CaseEventKind, in model.CaseStepInput) (*model.CasePayload, error) {
	e := caseEvent(kind, in.EffectiveOn, in.Note)
	e.Obligation, e.Decision = value(in.Obligation), in.Decision
	return r.recordCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), e, nil)
}

func (r *Resolver) caseDecided(ctx context.Context, kind thads.CaseEventKind, in model.CaseDecidedInput) (*model.CasePayload, error) {
	e := caseEvent(kind, in.EffectiveOn, in.Note)
	e.Obligation, e.Decision, e.Ground = value(in.Obligation), in.Decision, thads.GroundCode(value(in.Ground))
	return r.recordCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), e, nil)
}

func (r *Resolver) caseGrounded(ctx context.Context, kind thads.CaseEventKind, in model.CaseGroundedInput) (*model.CasePayload, error) {
	e := caseEvent(kind, in.EffectiveOn, in.Note)
	e.Obligation, e.Decision = value(in.Obligation), in.Decision
	e.Ground, e.Until = thads.GroundCode(in.Ground), value(in.Until)
	return r.recordCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), e, nil)
}

func (r *Resolver) caseMeasure(ctx context.Context, kind thads.CaseEventKind, in model.CaseMeasureInput) (*model.CasePayload, error) {
	e := caseEvent(kind, in.EffectiveOn, in.Note)
	e.Obligation, e.Decision, e.Measure = value(in.Obligation), in.Decision, in.Measure
	e.Amount, e.Until = value(in.Amount), value(in.Until)
	return r.recordCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), e, nil)
}

// correctCase replaces an event; the application takes its kind from what it
// replaces.
func (r *Resolver) correctCase(ctx context.Context, in model.CaseCorrectInput) (*model.CasePayload, error) {
	e := caseEvent("", in.EffectiveOn, in.Note)
	e.Supersedes, e.Reason = in.Event, in.Reason
	e.Obligation, e.Amount, e.Ground, e.Until = value(in.Obligation), value(in.Amount), thads.GroundCode(value(in.Ground)), value(in.Until)
	e.Decision, e.Finding, e.Measure = in.Decision, value(in.Finding), value(in.Measure)
	e.AddTags, e.RemoveTags = in.AddTags, in.RemoveTags
	e.ToUnit, e.ToOfficer = thads.UnitID(value(in.Unit)), thads.OfficerID(value(in.Officer))
	e.Recipient, e.Receipt = value(in.Recipient), value(in.Receipt)
	parties, numbers := partiesOf(in.Parties)
	e.Parties = parties
	if in.Particulars != nil {
		e.Particulars, numbers = particularsOf(in.Particulars)
		if in.State != nil {
			e.Particulars.Balance = &thads.OpeningBalance{
				State: *in.State, Since: value(in.StateSince), Ground: e.Ground, Verifications: value(in.Verifications),
			}
			e.Ground = ""
		}
	}
	return r.recordCase(ctx, change(in.ID, in.Version, in.IdempotencyKey), e, numbers)
}

// particularsOf reads what opens a case, and the numbers of its parties by
// their index.
func particularsOf(in *model.CaseParticularsInput) (*thads.Particulars, map[int]app.PartyNumbers) {
	parties, numbers := partiesOf(in.Parties)
	p := &thads.Particulars{
		Initiation: in.Initiation, RequestedOn: value(in.RequestedOn), Judgment: *in.Judgment,
		Parties: parties, Tags: in.Tags,
	}
	for _, o := range in.Obligations {
		p.Obligations = append(p.Obligations, *o)
	}
	return p, numbers
}

func partiesOf(in []*model.PartyInput) ([]thads.Party, map[int]app.PartyNumbers) {
	var out []thads.Party
	numbers := map[int]app.PartyNumbers{}
	for i, p := range in {
		out = append(out, thads.Party{
			ID: value(p.ID), Role: p.Role, Kind: p.Kind, Name: p.Name, Address: value(p.Address),
			BirthYear: value(p.BirthYear), Juvenile: value(p.Juvenile), JointGroup: value(p.JointGroup),
		})
		if n := (app.PartyNumbers{Identity: value(p.IdentityNumber), Account: value(p.AccountNumber)}); n != (app.PartyNumbers{}) {
			numbers[i] = n
		}
	}
	return out, numbers
}

// assignMany assigns cases one by one; each is its own write.
func (r *Resolver) assignMany(ctx context.Context, in model.CaseAssignManyInput) (*model.CaseAssignManyPayload, error) {
	e := caseEvent(thads.CaseAssigned, in.EffectiveOn, in.Note)
	e.ToOfficer, e.Decision = thads.OfficerID(in.Officer), in.Decision
	done, err := r.app.CaseRecordMany(ctx, in.Ids, in.IdempotencyKey, e)
	userErrors, err := outcome(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &model.CaseAssignManyPayload{Cases: []*thads.CaseHead{}, UserErrors: userErrors}
	for _, c := range done {
		out.Cases = append(out.Cases, headOf(ctx, c))
	}
	return out, nil
}

// bringForward opens an older case with its balance.
func (r *Resolver) bringForward(ctx context.Context, in model.CaseBringForwardInput) (*model.CasePayload, error) {
	e := caseEvent(thads.CaseBroughtForward, in.EffectiveOn, in.Note)
	e.Decision, e.ToUnit, e.ToOfficer = in.Decision, thads.UnitID(in.Unit), thads.OfficerID(value(in.Officer))
	particulars, numbers := particularsOf(in.Particulars)
	particulars.Balance = &thads.OpeningBalance{
		State: in.State, Since: value(in.StateSince), Ground: thads.GroundCode(value(in.Ground)), Verifications: value(in.Verifications),
	}
	e.Particulars = particulars
	c, err := r.app.CaseOpen(ctx, value(in.IdempotencyKey), e, numbers)
	return casePayload(ctx, c, err)
}

// oneCase finds a case by its id or by its enforcement decision.
func (r *Resolver) oneCase(ctx context.Context, id *string, number *model.CaseNumberInput) (*thads.Case, error) {
	switch {
	case id != nil && number == nil:
		return r.app.Case(ctx, thads.CaseID(*id))
	case number != nil && id == nil:
		return r.app.CaseByNumber(ctx, thads.UnitID(number.Unit), number.Number, thads.StatYear(number.StatYear))
	}
	return nil, thads.Errorf(thads.CodeInvalid, "id", "Cần đúng một trong hai: id hoặc number", "Give either id or number")
}

// publicDebtors shows what the law makes public, to anybody.
func (r *Resolver) publicDebtors(ctx context.Context, text string, first int, after *store.Cursor) (*view.PublicDebtorConnection, error) {
	if first > maxPublicPage {
		return nil, thads.Errorf(thads.CodeOutOfRange, "first", "Kích thước trang phải từ 1 đến %d", "A page has 1 to %d elements", maxPublicPage)
	}
	p, err := r.app.PublicDebtors(ctx, text, app.PageArgs{First: &first, After: after})
	if err != nil {
		return nil, err
	}
	d, err := r.app.Directory(ctx)
	if err != nil {
		return nil, err
	}
	lang := request.FromContext(ctx).Language()
	return view.Page(p, func(c *thads.Case) *view.PublicDebtor {
		return view.PublicDebtorOf(c, d.UnitName(c.Unit), lang)
	}), nil
}

// maxPublicPage bounds a page of the public list.
const maxPublicPage = 100
