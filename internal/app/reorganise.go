package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

const jobReorganise = "REORGANISE"

// A Reorganisation replaces units by others on one day: from 01/07/2025 the
// district branches by regional rooms (Decision 1898/QĐ-BTP of 25/06/2025).
type Reorganisation struct {
	EffectiveOn thads.Date        `json:"effectiveOn"`
	Decision    *thads.Decision   `json:"decision"`
	Establish   []ReorganisedUnit `json:"establish"`
}

// A ReorganisedUnit is a unit to be founded and those whose live records,
// officers and duties it takes over.
type ReorganisedUnit struct {
	Code      string          `json:"code"`
	Name      string          `json:"name"`
	ShortName string          `json:"shortName"`
	Level     thads.UnitLevel `json:"level"`
	// Parent is the unit above; ParentCode names one founded in the same
	// reorganisation.
	Parent     thads.UnitID   `json:"parent,omitzero"`
	ParentCode string         `json:"parentCode,omitzero"`
	TakesOver  []thads.UnitID `json:"takesOver"`
}

// UnitReorganise checks a reorganisation whole and journals it as a job, which
// then runs in the background. The same request again returns the same job.
func (a *App) UnitReorganise(ctx context.Context, key string, r Reorganisation) (*Job, error) {
	p, err := a.permit(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	// A job that began has changed the units it would now be checked against.
	if key != "" {
		if j, err := a.job(ctx, newID(jobPrefix, p.ID, key)); err != nil || j != nil {
			if err != nil {
				return nil, err
			}
			return a.startJob(ctx, p, key, jobReorganise, r)
		}
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.check(d, a.Today()).Err(); err != nil {
		return nil, err
	}
	return a.startJob(ctx, p, key, jobReorganise, r)
}

// check finds everything that would stop the reorganisation half-way.
func (r *Reorganisation) check(d *Directory, today thads.Date) thads.Errors {
	var es thads.Errors
	switch {
	case r.EffectiveOn.IsZero():
		es.Add(thads.CodeRequired, "effectiveOn", "Thiếu ngày hiệu lực", "The date is missing")
	case r.EffectiveOn > today:
		es.Add(thads.CodeFutureDate, "effectiveOn", "Ngày hiệu lực %s chưa đến", "%s has not come yet", r.EffectiveOn.Vietnamese())
	}
	if len(r.Establish) == 0 {
		es.Add(thads.CodeRequired, "establish", "Thiếu đơn vị mới", "The new units are missing")
	}
	codes, taken := map[string]int{}, map[thads.UnitID]int{}
	for i, u := range r.Establish {
		at := fmt.Sprintf("establish.%d", i)
		_, twice := codes[u.Code]
		if _, taken := d.Tree.ByCode(u.Code); twice || taken {
			es.Add(thads.CodeDuplicate, at+".code", "Mã đơn vị %q đã có", "The code %q is taken", u.Code)
		}
		codes[u.Code] = i
		for k, old := range u.TakesOver {
			field := fmt.Sprintf("%s.takesOver.%d", at, k)
			d.checkUnit(&es, field, old, r.EffectiveOn.AddDays(-1))
			if _, twice := taken[old]; twice {
				es.Add(thads.CodeDuplicate, field, "Mỗi đơn vị cũ chỉ có một đơn vị mới tiếp nhận", "A unit is taken over by one new unit only")
			}
			taken[old] = i
		}
	}
	for i, u := range r.Establish {
		at := fmt.Sprintf("establish.%d", i)
		parent, known := codes[u.ParentCode]
		switch {
		case u.Parent != "" && u.ParentCode != "":
			es.Add(thads.CodeNotAllowed, at+".parentCode", "Chỉ dùng một trong hai: parent hoặc parentCode", "Give parent or parentCode, not both")
		case u.Parent != "":
			d.checkUnit(&es, at+".parent", u.Parent, r.EffectiveOn)
			if _, ends := taken[u.Parent]; ends {
				es.Add(thads.CodeInvalid, at+".parent", "Đơn vị cấp trên cũng bị thay thế", "The parent itself is replaced")
			}
		case u.ParentCode != "" && (!known || parent >= i):
			es.Add(thads.CodeUnknown, at+".parentCode", "Đơn vị cấp trên %q phải đứng trước trong danh sách", "The parent %q must come earlier in the list", u.ParentCode)
		}
		// The unit is opened on paper: what the domain refuses is refused now.
		if _, err := thads.OpenUnit("un_check", u.event(r, "un_parent"), r.EffectiveOn.StartOfDay().AddDate(0, 0, 1)); err != nil {
			refusals, _ := thads.Refusals(err)
			for _, e := range refusals {
				es = append(es, &thads.Error{Code: e.Code, Field: append([]string{"establish", fmt.Sprint(i)}, e.Field...), Text: e.Text})
			}
		}
	}
	return es
}

func (u *ReorganisedUnit) event(r *Reorganisation, parent thads.UnitID) thads.UnitEvent {
	e := thads.UnitEvent{
		Kind: thads.UnitEstablished, Code: u.Code, Name: u.Name, ShortName: u.ShortName, Level: u.Level,
		Decision: r.Decision,
	}
	e.EffectiveOn = r.EffectiveOn
	if u.Parent != "" || u.ParentCode != "" {
		e.Parent = parent
	}
	return e
}

// runReorganise founds the new units, moves live cases, administrative verdicts
// and officers, and closes the old units.
func runReorganise(ctx context.Context, a *App, j *Job) error {
	var r Reorganisation
	if err := json.Unmarshal(j.Input, &r); err != nil {
		return fmt.Errorf("job %s: input: %w", j.ID, err)
	}
	p := j.principal()
	j.Done, j.Total, j.Problems = 0, 0, nil
	founded := map[string]thads.UnitID{}
	for i := range r.Establish {
		u := &r.Establish[i]
		parent := u.Parent
		if u.ParentCode != "" {
			parent = founded[u.ParentCode]
		}
		s, err := units.create(ctx, a, p, Change{Key: j.key("unit/" + u.Code), prepare: checkTree}, u.event(&r, parent))
		if err != nil {
			return fmt.Errorf("found %s: %w", u.Code, err)
		}
		founded[u.Code] = s.ID
		for _, old := range u.TakesOver {
			if err := a.countMoves(ctx, j, old); err != nil {
				return err
			}
		}
	}
	for i := range r.Establish {
		u := &r.Establish[i]
		for _, old := range u.TakesOver {
			if err := a.takeOver(ctx, j, &r, old, founded[u.Code]); err != nil {
				return err
			}
		}
	}
	return nil
}

func movingCases(old thads.UnitID) []store.Cond {
	return []store.Cond{store.Eq("unit", string(old)), store.Eq("live", true)}
}

func movingVerdicts(old thads.UnitID) []store.Cond {
	return []store.Cond{store.Eq("unit", string(old)), store.Eq("live", true)}
}

func movingOfficers(old thads.UnitID) []store.Cond {
	return []store.Cond{store.Eq("unit", string(old)), store.Eq("state", string(thads.OfficerServing))}
}

// countMoves adds what an old unit holds to the job's total.
func (a *App) countMoves(ctx context.Context, j *Job, old thads.UnitID) error {
	for c, where := range map[*store.Collection][]store.Cond{
		caseCollection: movingCases(old), verdictCollection: movingVerdicts(old), officerCollection: movingOfficers(old),
	} {
		n, err := a.store.Count(ctx, c, thads.Everything(), where...)
		if err != nil {
			return unavailable(err)
		}
		j.Total += int(n)
	}
	return nil
}

// takeOver moves what one old unit holds to a new one and closes the old one.
func (a *App) takeOver(ctx context.Context, j *Job, r *Reorganisation, old, to thads.UnitID) error {
	err := moveAll(ctx, a, j, officers, movingOfficers(old), func(o *thads.Officer) thads.OfficerEvent {
		e := thads.OfficerEvent{Kind: thads.OfficerPosted, Unit: to, Position: o.Position, Decision: r.Decision}
		e.EffectiveOn = r.EffectiveOn
		return e
	})
	if err != nil {
		return err
	}
	err = moveAll(ctx, a, j, cases, movingCases(old), func(c *thads.Case) thads.CaseEvent {
		e := thads.CaseEvent{Kind: thads.CaseTransferred, ToUnit: to, ToOfficer: c.Officer, Decision: r.Decision}
		e.EffectiveOn = r.EffectiveOn
		return e
	})
	if err != nil {
		return err
	}
	err = moveAll(ctx, a, j, verdicts, movingVerdicts(old), func(v *thads.AdministrativeVerdict) thads.VerdictEvent {
		e := thads.VerdictEvent{Kind: thads.VerdictTransferred, ToUnit: to, ToOfficer: v.Officer, Decision: r.Decision}
		e.EffectiveOn = r.EffectiveOn
		return e
	})
	if err != nil {
		return err
	}
	e := thads.UnitEvent{Kind: thads.UnitClosure, Successors: []thads.UnitID{to}, Decision: r.Decision}
	e.EffectiveOn = r.EffectiveOn
	_, err = units.amend(ctx, a, j.principal(), Change{ID: string(old), Key: j.key("close"), prepare: checkTree}, e)
	if err != nil {
		return j.problem(string(old), err)
	}
	return a.note(ctx, j, false)
}

// moveAll records one event in every record that the conditions reach. A record
// that refuses it is noted as a problem and left where it is.
func moveAll[S, E any](ctx context.Context, a *App, j *Job, n *noun[S, E], where []store.Cond, event func(*S) E) error {
	q := store.Query{Scope: thads.Everything(), Where: where, Limit: MaxPage}
	for {
		page, err := a.store.Find(ctx, n.coll, q)
		if err != nil {
			return unavailable(err)
		}
		for _, h := range page.Heads {
			if err := moveOne(ctx, a, j, n, h.ID, event); err != nil {
				return err
			}
			j.Done++
		}
		if err := a.note(ctx, j, false); err != nil {
			return err
		}
		if !page.HasNext {
			return nil
		}
		q.After = page.Heads[len(page.Heads)-1].Cursor
	}
}

func moveOne[S, E any](ctx context.Context, a *App, j *Job, n *noun[S, E], id string, event func(*S) E) error {
	h, err := n.get(ctx, a, thads.Everything(), id)
	if err != nil || h == nil {
		return err
	}
	if _, err := n.amend(ctx, a, j.principal(), Change{ID: id, Key: j.key("move")}, event(h.state)); err != nil {
		return j.problem(id, err)
	}
	return nil
}
