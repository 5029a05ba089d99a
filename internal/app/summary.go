package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A SummaryInput asks for a summary: of the caller's own unit where none is given,
// today where there is no day, and by the books.
type SummaryInput struct {
	Unit    thads.UnitID
	AsOf    *thads.Date
	KnownAt *time.Time
	Basis   ledger.Basis
	// Latest is how many of the latest changes are listed, 0 to 20.
	Latest int
}

// A Summary is what a leader is told of a unit and those below it: the figures of
// the year up to a day, and what is there now.
type Summary struct {
	Unit   *thads.Unit
	AsOf   thads.Date
	Moment Moment
	// CaseRate and MoneyRate are the two rates by which a year is judged.
	CaseRate, MoneyRate *Indicator
	// Settled is what was settled in the year, of what there was to enforce and of
	// that what had means.
	Settled, ToEnforce, Enforceable FigureValue
	// VerdictsTracked are the administrative verdicts tracked in the year,
	// DirectedListed the directed cases since they were listed.
	VerdictsTracked, VerdictsDone    int
	DirectedListed, DirectedResolved int

	// Live are the cases that the units hold now and that are unfinished.
	Live int
	// OpenVerdicts are tracked and not done.
	OpenVerdicts      int
	OpenDirectedCases int
	OpenTasks         int
	// Latest are the cases changed last, newest first.
	Latest []*thads.CaseHead

	in *indicating
}

// ByState counts the cases that the units hold now, by state.
func (s *Summary) ByState(ctx context.Context) (map[thads.CaseState]int, error) {
	out := map[thads.CaseState]int{}
	err := eachCounted(s.in.scope, func(within []store.Cond) error {
		counts, err := s.in.app.store.CountBy(ctx, caseCollection, thads.Everything(), "state", append(within, s.in.stored())...)
		for state, n := range counts {
			out[thads.CaseState(state)] += int(n)
		}
		return unavailable(err)
	})
	return out, err
}

// stored keeps the stored records of the units.
func (i *indicating) stored() store.Cond { return store.In("unit", texts(i.filter.Units)) }

// Deadlines counts the deadlines that are over, due and coming on the day of the
// summary, as the records stand now.
func (s *Summary) Deadlines(ctx context.Context) (*DeadlineCount, error) {
	return s.in.app.countDeadlines(ctx, s.in.scope, s.in.filter.Units, s.AsOf)
}

// maxLatest bounds the latest changes of a summary.
const maxLatest = 20

// Summary returns the figures of a unit, with the latest changes. The figures
// count what the caller's count scope reaches, which may be more than the caller
// may open; the latest changes are those that may be opened.
func (a *App) Summary(ctx context.Context, in SummaryInput) (*Summary, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	if in.Latest < 0 || in.Latest > maxLatest {
		return nil, thads.Errorf(thads.CodeOutOfRange, "latest", "Chỉ từ 0 đến %d", "Only 0 to %d", maxLatest)
	}
	m, err := a.moment(&MomentInput{AsOf: in.AsOf, KnownAt: in.KnownAt, Basis: in.Basis})
	if err != nil {
		return nil, err
	}
	i, err := k.indicating(in.Unit, "")
	if err != nil {
		return nil, err
	}
	s := &Summary{Unit: i.unit, AsOf: m.AsOf, Moment: m, Latest: []*thads.CaseHead{}, in: i}
	s.figures(i)
	if err := s.standing(i); err != nil {
		return nil, err
	}
	// Tasks are of several units: all who see figures count them alike.
	tasks, err := a.store.Count(ctx, taskCollection, thads.Everything(), store.Eq("live", true))
	if err != nil {
		return nil, unavailable(err)
	}
	s.OpenTasks = int(tasks)
	if in.Latest == 0 {
		return s, nil
	}
	open, err := cases.shown(ctx, a)
	if err != nil {
		return nil, err
	}
	q := store.Query{Scope: open, Where: []store.Cond{i.stored()}, Sort: "updatedAt", Descending: true, Limit: in.Latest}
	page, err := findPage(ctx, a, caseCollection, q, decodeHead[thads.CaseHead])
	if err != nil {
		return nil, err
	}
	for _, it := range page.Items {
		s.Latest = append(s.Latest, it.Value)
	}
	return s, nil
}

// figures asks the ledger once for all figures of the summary.
func (s *Summary) figures(i *indicating) {
	var ask []ledger.Figure
	var take []func(ledger.Amount)
	figure := func(m forms.Measure, into func(ledger.Amount)) {
		f, _ := forms.FigureOf(m, s.Moment.Regime)
		ask, take = append(ask, f), append(take, into)
	}
	value := func(v *FigureValue) func(ledger.Amount) {
		return func(a ledger.Amount) { *v = valueOf(a) }
	}
	count := func(n *int) func(ledger.Amount) {
		return func(a ledger.Amount) { *n = int(a.Cases) }
	}
	figure(forms.MeasureSettled, value(&s.Settled))
	figure(forms.MeasureToEnforce, value(&s.ToEnforce))
	figure(forms.MeasureEnforceable, value(&s.Enforceable))
	figure(forms.MeasureVerdictsTracked, count(&s.VerdictsTracked))
	figure(forms.MeasureVerdictsDone, count(&s.VerdictsDone))
	figure(forms.MeasureDirectedListed, count(&s.DirectedListed))
	figure(forms.MeasureDirectedResolved, count(&s.DirectedResolved))
	rates := []reading{unread(thads.MetricCaseRate, s.Moment), unread(thads.MetricMoneyRate, s.Moment)}
	for r := range rates {
		for p := range rates[r].parts {
			sum := &rates[r].parts[p]
			ask = append(ask, sum.figure)
			take = append(take, func(a ledger.Amount) { sum.n = inUnit(sum.unit, a) })
		}
	}
	for n, a := range i.sum(i.query(s.Moment, i.filter, ask...)) {
		take[n](a)
	}
	s.CaseRate = i.indicator(thads.MetricCaseRate, s.Moment, rates[0].concluded(thads.MetricCaseRate))
	s.MoneyRate = i.indicator(thads.MetricMoneyRate, s.Moment, rates[1].concluded(thads.MetricMoneyRate))
}

// standing asks the ledger what there is now, whatever day the figures are of.
func (s *Summary) standing(i *indicating) error {
	now, err := i.app.moment(&MomentInput{Basis: ledger.Effective})
	if err != nil {
		return err
	}
	var ask []ledger.Figure
	for _, m := range []forms.Measure{forms.MeasureCarriedOut, forms.MeasureVerdictsNotDone, forms.MeasureDirectedOpen} {
		f, _ := forms.FigureOf(m, now.Regime)
		ask = append(ask, f)
	}
	sums := i.sum(i.query(now, i.filter, ask...))
	s.Live, s.OpenVerdicts, s.OpenDirectedCases = int(sums[0].Cases), int(sums[1].Cases), int(sums[2].Cases)
	return nil
}

// home returns the unit asked for, else the principal's own, else the first
// province.
func (d *Directory) home(p auth.Principal, asked thads.UnitID, today thads.Date) thads.UnitID {
	if own := cmp.Or(asked, p.Unit()); own != "" {
		return own
	}
	for _, id := range d.Tree.All() {
		if u := d.Unit(id); u.Level == thads.LevelProvince && u.ExistsOn(today) {
			return id
		}
	}
	return ""
}

// eachCounted calls count with the conditions of a count scope: each record that
// names the unit and officer which hold it, and that the scope reaches, satisfies
// exactly one of them.
func eachCounted(scope thads.CountScope, count func([]store.Cond) error) error {
	if scope.IsEverything() {
		return count(nil)
	}
	units := scope.Units()
	if len(units) > 0 {
		if err := count([]store.Cond{store.In("unit", texts(units))}); err != nil {
			return err
		}
	}
	if o := scope.Officer(); o != "" {
		return count([]store.Cond{store.Eq("officer", string(o)), store.NotIn("unit", texts(units))})
	}
	return nil
}

// Node returns the record with an id, whatever its kind: a pointer to the
// noun of the domain, or nil if there is none or it may not be seen.
func (a *App) Node(ctx context.Context, id string) (any, error) {
	prefix, _, _ := strings.Cut(id, "_")
	if right, known := nodeRights[prefix]; !known || !auth.FromContext(ctx).Can(right) {
		return nil, nil // as for what does not exist
	}
	switch prefix {
	case units.prefix:
		return record(a.Unit(ctx, thads.UnitID(id)))
	case officers.prefix:
		return record(a.Officer(ctx, thads.OfficerID(id)))
	case cases.prefix:
		return record(a.Case(ctx, thads.CaseID(id)))
	case verdicts.prefix:
		return record(a.Verdict(ctx, thads.VerdictID(id)))
	case directives.prefix:
		return record(a.Directive(ctx, thads.DirectiveID(id)))
	case tasks.prefix:
		return record(a.Task(ctx, thads.TaskID(id)))
	case directedCases.prefix:
		return record(a.DirectedCase(ctx, thads.DirectedCaseID(id)))
	case conferences.prefix:
		return record(a.Conference(ctx, thads.ConferenceID(id)))
	case targets.prefix:
		return record(a.Target(ctx, thads.TargetID(id)))
	case jobPrefix:
		return record(a.Job(ctx, id))
	case importPrefix:
		return record(a.Import(ctx, id))
	case userPrefix:
		return record(a.User(ctx, thads.PrincipalID(id)))
	case tokenPrefix:
		return record(a.APIToken(ctx, id))
	case disclosurePrefix:
		return record(a.Disclosure(ctx, id))
	case savedQueryPrefix:
		return record(a.SavedQuery(ctx, id))
	case periodLockPrefix:
		return record(a.PeriodLockByID(ctx, id))
	}
	return nil, nil
}

// nodeRights are the rights to read each kind of record, by the prefix of its ids.
var nodeRights = map[string]auth.Right{
	units.prefix: units.reads, officers.prefix: officers.reads, cases.prefix: cases.reads, verdicts.prefix: verdicts.reads,
	directives.prefix: directives.reads, tasks.prefix: tasks.reads, directedCases.prefix: directedCases.reads,
	conferences.prefix: conferences.reads, targets.prefix: targets.reads,
	jobPrefix: auth.SignedIn, importPrefix: auth.Import,
	userPrefix: auth.ManageAccounts, tokenPrefix: auth.SignedIn, disclosurePrefix: auth.Audit,
	savedQueryPrefix: auth.ReadFigures, periodLockPrefix: auth.ReadFigures,
}

// record makes of a nil pointer a plain nil.
func record[T any](v *T, err error) (any, error) {
	if v == nil {
		return nil, err
	}
	return v, err
}

// SearchKind is a kind of record that a search finds: the values of the GraphQL
// enumeration.
type SearchKind string

// The kinds of records that a search finds.
const (
	FindCases       SearchKind = "CASE"
	FindVerdicts    SearchKind = "VERDICT"
	FindDirectives  SearchKind = "DIRECTIVE"
	FindConferences SearchKind = "CONFERENCE"
	FindUnits       SearchKind = "UNIT"
	FindOfficers    SearchKind = "OFFICER"
)

// A Hit is one record that a search found.
type Hit struct {
	Kind  SearchKind
	Title string
	// Detail tells it from others of the same title.
	Detail thads.Text
	// Exact: the text matched with its accents.
	Exact bool
	// Record is a pointer to the noun, or to the head of a case.
	Record any
}

// searchLimits bound a search: the shortest text, the most hits of each kind,
// and how many candidates are ranked.
const (
	minSearch    = 2
	maxHits      = 20
	searchWindow = 100
)

// Search finds records by any number or by words of a name that the caller may
// see, with or without accents. Of each kind at most first are returned, those before that match
// with their accents.
func (a *App) Search(ctx context.Context, text string, kinds []SearchKind, first int) ([]Hit, error) {
	p, err := a.permit(ctx, auth.SignedIn)
	if err != nil {
		return nil, err
	}
	text = thads.NormalizeName(text)
	if len([]rune(text)) < minSearch {
		return nil, thads.Errorf(thads.CodeOutOfRange, "text", "Cần ít nhất %d ký tự", "At least %d characters are needed", minSearch)
	}
	if first < 1 || first > maxHits {
		return nil, thads.Errorf(thads.CodeOutOfRange, "first", "Chỉ từ 1 đến %d", "Only 1 to %d", maxHits)
	}
	v, err := a.veil(ctx, p)
	if err != nil {
		return nil, err
	}
	exact := thads.TokensExact(text)
	var out []Hit
	for _, s := range searches {
		if len(kinds) > 0 && !slices.Contains(kinds, s.kind) || !p.Can(s.reads) {
			continue
		}
		scope, err := a.scope(ctx, p, s.reads)
		if err != nil {
			return nil, err
		}
		where := wordConds(text)
		if s.personal {
			f := finding{scope: scope, grants: v.reads}
			f.byText(text, s.protects)
			if scope, err = f.scoped(ctx, a); err != nil {
				return nil, err
			}
			where = f.conds
		}
		q := store.Query{Scope: scope, Where: where, Sort: s.sort, Descending: s.descending, Limit: searchWindow}
		page, err := findPage(ctx, a, s.coll, q, func(h store.Head) (Hit, error) { return s.hit(v, h) })
		if err != nil {
			return nil, err
		}
		hits := make([]Hit, len(page.Items))
		for i, it := range page.Items {
			hits[i] = it.Value
			hits[i].Kind, hits[i].Exact = s.kind, matchesExactly(exact, hits[i])
		}
		slices.SortStableFunc(hits, func(a, b Hit) int {
			switch {
			case a.Exact == b.Exact:
				return 0
			case a.Exact:
				return -1
			}
			return 1
		})
		out = append(out, hits[:min(len(hits), first)]...)
	}
	return out, nil
}

// matchesExactly tells whether all words but the last, which may be unfinished,
// stand in the title or detail as typed, and some word there begins like it.
func matchesExactly(typed []string, h Hit) bool {
	there := thads.TokensExact(h.Title + " " + h.Detail.VI)
	for _, w := range typed {
		if !slices.ContainsFunc(there, func(t string) bool { return strings.HasPrefix(t, w) }) {
			return false
		}
	}
	return true
}

// A search tells how one kind of record is found and shown.
type search struct {
	kind       SearchKind
	reads      auth.Right
	coll       *store.Collection
	sort       string
	descending bool
	// personal tells that the records name persons, protects that some of them
	// are protected.
	personal, protects bool
	hit                func(*Veil, store.Head) (Hit, error)
}

// hitOf shows a decoded head, as much of it as is to be seen.
func hitOf[T any](decode func(store.Head) (*T, error), show func(*T) Hit) func(*Veil, store.Head) (Hit, error) {
	return func(v *Veil, h store.Head) (Hit, error) {
		record, err := decode(h)
		if err != nil {
			return Hit{}, err
		}
		return show(veiled(v, record)), nil
	}
}

var searches = []search{
	{FindCases, cases.reads, caseCollection, "updatedAt", true, true, true, hitOf(decodeHead[thads.CaseHead], func(c *thads.CaseHead) Hit {
		title := c.DebtorName
		number := c.Judgment.Number.Raw
		if c.Decision != nil {
			number = c.Decision.Number.Raw
		}
		name := c.State.Name()
		detail := number + " · " + c.OpenedOn.Vietnamese() + " · "
		return Hit{Title: title, Detail: thads.Text{VI: detail + name.VI, EN: detail + name.EN}, Record: c}
	})},
	{FindVerdicts, verdicts.reads, verdictCollection, "updatedAt", true, true, false, hitOf(decodePlain[thads.AdministrativeVerdict], func(v *thads.AdministrativeVerdict) Hit {
		name := v.State.Name()
		detail := v.Court + " · "
		return Hit{Title: v.Number.Raw, Detail: thads.Text{VI: detail + name.VI, EN: detail + name.EN}, Record: v}
	})},
	{FindDirectives, directives.reads, directiveCollection, "date", true, false, false, hitOf(decodePlain[thads.Directive], func(d *thads.Directive) Hit {
		return Hit{Title: d.Number.Raw, Detail: plainText(d.Title), Record: d}
	})},
	{FindConferences, conferences.reads, conferenceCollection, "heldOn", true, false, false, hitOf(decodePlain[thads.Conference], func(c *thads.Conference) Hit {
		return Hit{Title: c.Particulars.Title, Detail: plainText(c.HeldOn.Vietnamese()), Record: c}
	})},
	{FindUnits, units.reads, unitCollection, "name", false, false, false, hitOf(decodePlain[thads.Unit], func(u *thads.Unit) Hit {
		return Hit{Title: u.Name, Detail: plainText(u.Code), Record: u}
	})},
	{FindOfficers, officers.reads, officerCollection, "name", false, false, false, hitOf(decodePlain[thads.Officer], func(o *thads.Officer) Hit {
		return Hit{Title: o.Name, Detail: plainText(o.Code), Record: o}
	})},
}

func plainText(s string) thads.Text { return thads.Text{VI: s, EN: s} }
