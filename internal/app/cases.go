package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// cases ties thads.Case to the store.
var cases = &noun[thads.Case, thads.CaseEvent]{
	coll:   caseCollection,
	prefix: "cs",
	fold: func(id string, events []thads.CaseEvent) (*thads.Case, error) {
		return thads.FoldCase(thads.CaseID(id), events)
	},
	add:    (*thads.Case).Append,
	empty:  func(id string) *thads.Case { return &thads.Case{ID: thads.CaseID(id)} },
	events: func(c *thads.Case) []thads.CaseEvent { return c.Events },
	record: func(e *thads.CaseEvent) *thads.Record { return &e.Record },
	index:  indexCase,
	claims: func(c *thads.Case) []string {
		if k := c.DecisionKey(); k != "" {
			return []string{k}
		}
		return nil
	},
	touches: func(c *thads.Case, e *thads.CaseEvent) []thads.UnitID {
		return present(append(slices.Clone(c.Units), e.ToUnit)...)
	},
	holder:  func(c *thads.Case) thads.UnitID { return c.Unit },
	officer: func(c *thads.Case) thads.OfficerID { return c.Officer },
	reads:   auth.Read,
	right: func(e *thads.CaseEvent) auth.Right {
		switch e.Kind {
		case thads.CaseCollected, thads.CasePaidOut, thads.CaseDeposited:
			return auth.RecordMoney
		default:
			return auth.Record
		}
	},
	alike:  func(e, old *thads.CaseEvent) { e.Kind = old.Kind },
	ledger: thads.BookCases,
	posts: func(c *thads.Case) ([]thads.Posting, []thads.Deadline, error) {
		postings, err := thads.PostCase(c)
		if err != nil {
			return nil, nil, err
		}
		deadlines, err := thads.CaseDeadlines(c)
		return postings, deadlines, err
	},
}

func indexCase(c *thads.Case) (head any, fields store.Fields) {
	t := c.Totals()
	f := store.Fields{
		"state": string(c.State), "live": c.State.IsUnfinished(),
		"unit": string(c.Unit), "initiation": string(c.Particulars.Initiation),
		"judgmentKind": string(c.Particulars.Judgment.Kind),
		"openedOn":     int64(c.OpenedOn), "since": int64(c.Since),
		"outstanding": int64(t.Outstanding()), "total": int64(t.Total),
		"number": c.NumberSortKey(), "debtor": c.DebtorSortKey(), "updatedAt": c.UpdatedAt(),
		"tags": texts(c.Tags), "units": texts(c.Units), "officers": texts(c.Officers),
		"words": c.SearchWords(), "numbers": c.NumberWords(), "publicWords": c.PublicWords(), "publicDebtor": c.PublicSortKey(),
	}
	if c.IsConfidential() {
		f["protected"] = true
	}
	if c.Officer != "" {
		f["officer"] = string(c.Officer)
	}
	if !c.FinishedOn.IsZero() {
		f["finishedOn"] = int64(c.FinishedOn)
	}
	if c.IsPublishable() {
		f["publishable"] = true
	}
	optionalText(f, "likeness", c.LikenessKey())
	var identities []string
	for i := range c.Parties {
		if k := c.Parties[i].Commitment; k != "" {
			identities = append(identities, k)
		}
	}
	f["identities"] = identities
	return c.Head(), f
}

// texts returns the values as plain strings.
func texts[T ~string](vs []T) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = string(v)
	}
	return out
}

// A CaseFilter says which cases: all conditions given must hold. A list that is
// not nil but empty matches nothing.
type CaseFilter struct {
	Text           *string
	States         []thads.CaseState
	Live           *bool
	Units          []thads.UnitID
	EverUnits      []thads.UnitID
	Officers       []thads.OfficerID
	Unassigned     *bool
	Initiation     *thads.Initiation
	JudgmentKinds  []thads.JudgmentKind
	Tags           []thads.Tag
	OpenedOn       *DateRange
	FinishedOn     *DateRange
	Since          *DateRange
	Outstanding    *DongRange
	Total          *DongRange
	IdentityNumber *string
}

// A DateRange holds the days from the first to the last, both included; a zero
// bound is open.
type DateRange struct{ From, To thads.Date }

// A DongRange holds the amounts from the least to the most, both included; a
// nil bound is open.
type DongRange struct{ Min, Max *thads.Dong }

// conds translates the filter but for Text and IdentityNumber, which depend on
// what the caller sees (see caseConds).
func (f *CaseFilter) conds(d *Directory) ([]store.Cond, error) {
	var w []store.Cond
	if f.States != nil {
		w = append(w, store.In("state", texts(f.States)))
	}
	if f.Live != nil {
		w = append(w, store.Eq("live", *f.Live))
	}
	if f.Units != nil {
		w = append(w, store.In("unit", texts(d.below(f.Units))))
	}
	if f.EverUnits != nil {
		w = append(w, store.In("units", texts(f.EverUnits)))
	}
	if f.Officers != nil {
		w = append(w, store.In("officer", texts(f.Officers)))
	}
	if f.Unassigned != nil {
		if *f.Unassigned {
			w = append(w, store.IsNull("officer"))
		} else {
			w = append(w, store.NotIn("officer", []string{}))
		}
	}
	if f.Initiation != nil {
		w = append(w, store.Eq("initiation", string(*f.Initiation)))
	}
	if f.JudgmentKinds != nil {
		w = append(w, store.In("judgmentKind", texts(f.JudgmentKinds)))
	}
	if len(f.Tags) > 0 {
		w = append(w, store.All("tags", texts(f.Tags)))
	}
	var es thads.Errors
	w = f.OpenedOn.conds(w, &es, "openedOn")
	w = f.FinishedOn.conds(w, &es, "finishedOn")
	w = f.Since.conds(w, &es, "since")
	w = f.Outstanding.conds(w, &es, "outstanding")
	w = f.Total.conds(w, &es, "total")
	return w, es.Err()
}

func (r *DateRange) conds(w []store.Cond, es *thads.Errors, field string) []store.Cond {
	if r == nil || r.From.IsZero() && r.To.IsZero() {
		return w
	}
	var low, high any
	if !r.From.IsZero() {
		low = int64(r.From)
	}
	if !r.To.IsZero() {
		high = int64(r.To)
		if r.To < r.From {
			es.Add(thads.CodeOutOfRange, "filter."+field, "Ngày đầu sau ngày cuối", "The first day is after the last")
		}
	}
	return append(w, store.Between(field, low, high))
}

func (r *DongRange) conds(w []store.Cond, es *thads.Errors, field string) []store.Cond {
	if r == nil || r.Min == nil && r.Max == nil {
		return w
	}
	var low, high any
	if r.Min != nil {
		low = int64(*r.Min)
	}
	if r.Max != nil {
		high = int64(*r.Max)
	}
	if r.Min != nil && r.Max != nil && *r.Max < *r.Min {
		es.Add(thads.CodeOutOfRange, "filter."+field, "Số nhỏ nhất lớn hơn số lớn nhất", "The least is more than the most")
	}
	return append(w, store.Between(field, low, high))
}

// wordConds matches records that have all words of the text, the last of them
// perhaps unfinished, as it is while somebody types. A text without any word
// matches nothing, unless it is empty.
func wordConds(text string) []store.Cond { return wordCondsOn("words", text) }

// wordCondsOn is wordConds on a field of words.
func wordCondsOn(field, text string) []store.Cond {
	words := thads.Tokens(text)
	if len(words) == 0 {
		if thads.NormalizeName(text) == "" {
			return nil
		}
		return []store.Cond{store.In(field, []string{})}
	}
	typed := lastWord(text)
	var whole []string
	for _, w := range words {
		if w != typed {
			whole = append(whole, withoutZeros(w))
		}
	}
	typed = withoutZeros(typed)
	var conds []store.Cond
	if len(whole) > 0 {
		conds = append(conds, store.All(field, whole))
	}
	if typed != "" {
		conds = append(conds, store.Prefix(field, typed))
	}
	return conds
}

// withoutZeros drops the leading zeros of a number: 046 is found as 46, which
// every number's search words contain.
func withoutZeros(word string) string {
	if n := strings.TrimLeft(word, "0"); n != "" && strings.Trim(word, "0123456789") == "" {
		return n
	}
	return word
}

// lastWord returns the folded word at the very end of the text, or "".
func lastWord(text string) string {
	folded := thads.Fold(text)
	i := len(folded)
	for i > 0 && (folded[i-1] >= 'a' && folded[i-1] <= 'z' || folded[i-1] >= '0' && folded[i-1] <= '9') {
		i--
	}
	return folded[i:]
}

// A CaseOrderField is what cases are ordered by: the values of the GraphQL
// enumeration of that name.
type CaseOrderField string

// The orders of cases.
const (
	CasesByUpdate      CaseOrderField = "UPDATED_AT"
	CasesByOpening     CaseOrderField = "OPENED_ON"
	CasesByNumber      CaseOrderField = "NUMBER"
	CasesByDebtor      CaseOrderField = "DEBTOR_NAME"
	CasesByOutstanding CaseOrderField = "OUTSTANDING"
	CasesByTotal       CaseOrderField = "TOTAL"
	CasesBySince       CaseOrderField = "SINCE"
)

// field returns the declared field of the order.
func (o CaseOrderField) field() string {
	switch o {
	case CasesByOpening:
		return "openedOn"
	case CasesByNumber:
		return "number"
	case CasesByDebtor:
		return "debtor"
	case CasesByOutstanding:
		return "outstanding"
	case CasesByTotal:
		return "total"
	case CasesBySince:
		return "since"
	case CasesByUpdate:
	}
	return "updatedAt"
}

// Cases returns one page of the cases that the filter and the caller's scope
// reach. A lookup by identity number asks for the right UNMASK and is on record
// before it is answered. Who does not see the names finds cases by their numbers
// only, and cannot order them by name (CodeNotAllowed).
func (a *App) Cases(ctx context.Context, f *CaseFilter, by CaseOrderField, descending bool, page PageArgs) (*Page[*thads.CaseHead], error) {
	where, scope, err := a.caseConds(ctx, f, by)
	if err != nil {
		return nil, err
	}
	q, err := page.query(scope, where, by.field(), descending)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, caseCollection, q, decodeHead[thads.CaseHead])
}

// caseConds returns the conditions and the scope of a list of cases by the filter
// and in the order. Where the filter looks a person up it has been recorded.
func (a *App) caseConds(ctx context.Context, f *CaseFilter, by CaseOrderField) ([]store.Cond, thads.OpenScope, error) {
	scope, err := a.reader(ctx, auth.Read)
	if err != nil {
		return nil, scope, err
	}
	v, err := a.Veil(ctx)
	if err != nil {
		return nil, scope, err
	}
	if by == CasesByDebtor && v.least().plain[sightName] != auth.Clear {
		return nil, scope, thads.Errorf(thads.CodeNotAllowed, "orderBy", "Không sắp xếp được theo tên khi tên bị che", "The names are masked, so nothing can be ordered by them")
	}
	if f == nil {
		return nil, scope, nil
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, scope, err
	}
	where, err := f.conds(d)
	if err != nil {
		return nil, scope, err
	}
	s := finding{scope: scope, grants: v.reads}
	if f.Text != nil {
		s.byText(*f.Text, true)
	}
	if f.IdentityNumber == nil {
		scope, err = s.scoped(ctx, a)
		return append(where, s.conds...), scope, err
	}
	commitments, err := a.commitments(*f.IdentityNumber, "filter.identityNumber")
	if err != nil {
		return nil, scope, err
	}
	if err := s.byNumber(v, commitments); err != nil {
		return nil, scope, err
	}
	if scope, err = s.scoped(ctx, a); err != nil {
		return nil, scope, err
	}
	_, err = a.disclose(ctx, Disclosure{
		Kind: DisclosedLookup, Data: []auth.PersonalData{auth.IdentityNumber}, Reason: maskNumber(*f.IdentityNumber),
	})
	return append(where, s.conds...), scope, err
}

// Case returns what the caller sees of one case, or nil if there is none or it may
// not be seen.
func (a *App) Case(ctx context.Context, id thads.CaseID) (*thads.Case, error) {
	return read(ctx, a, cases, string(id))
}

// CasesByID returns those of the cases that exist and may be seen, by id.
func (a *App) CasesByID(ctx context.Context, ids []string) (map[string]*thads.Case, error) {
	return readMany(ctx, a, cases, ids)
}

// CaseHeads returns, without their histories, those of the cases that exist and may be seen, by id.
func (a *App) CaseHeads(ctx context.Context, ids []string) (map[string]*thads.CaseHead, error) {
	return readHeads[thads.CaseHead](ctx, a, cases, ids)
}

// CaseByNumber returns the case with an enforcement decision, or nil.
func (a *App) CaseByNumber(ctx context.Context, unit thads.UnitID, number string, year thads.StatYear) (*thads.Case, error) {
	return readClaimed(ctx, a, cases, []string{thads.DecisionKey(unit, thads.ParseDocumentNumber(number), year)})
}

// PublicDebtors returns one page of the debtors whom the law makes public,
// ordered by name, each with what is made public and nothing else (see
// thads.Case.Public). Anybody may ask; they are found by what is public alone. A
// case leaves the list with its state, as soon as that is recorded: well within
// the two working days that the law gives (Circular 04/2023 art 4).
func (a *App) PublicDebtors(ctx context.Context, text string, page PageArgs) (*Page[*thads.Case], error) {
	where := append([]store.Cond{store.Eq("publishable", true)}, wordCondsOn("publicWords", text)...)
	q, err := page.query(thads.Everything(), where, "publicDebtor", false)
	if err != nil {
		return nil, err
	}
	heads, err := findPage(ctx, a, caseCollection, q, decodeHead[thads.CaseHead])
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(heads.Items))
	for i, it := range heads.Items {
		ids[i] = string(it.Value.ID)
	}
	full, err := cases.getMany(ctx, a, thads.Everything(), ids)
	if err != nil {
		return nil, err
	}
	out := &Page[*thads.Case]{HasNext: heads.HasNext, HasPrevious: heads.HasPrevious}
	for _, it := range heads.Items {
		// A case that left the state between the two reads is public no longer.
		if c := full[string(it.Value.ID)]; c != nil && c.IsPublishable() {
			out.Items = append(out.Items, Item[*thads.Case]{Value: c.Public(), Cursor: it.Cursor})
		}
	}
	return out, nil
}

// CaseOpen records the first event of a case: RECEIVED, DECIDED or
// BROUGHT_FORWARD. numbers are the identity and account numbers of the event's
// parties by their index; they are sealed apart from the history.
func (a *App) CaseOpen(ctx context.Context, key string, e thads.CaseEvent, numbers map[int]PartyNumbers) (*thads.Case, error) {
	p, err := a.permit(ctx, auth.Record)
	if err != nil {
		return nil, err
	}
	if err := a.checkHolder(ctx, &e); err != nil {
		return nil, err
	}
	seal, err := a.sealParties(&e, numbers)
	if err != nil {
		return nil, err
	}
	c, err := cases.create(ctx, a, p, Change{Key: key, prepare: sealer(seal)}, e)
	return shownAfter(ctx, a, c, err)
}

// CaseRecord records a further event in a case.
func (a *App) CaseRecord(ctx context.Context, c Change, e thads.CaseEvent, numbers map[int]PartyNumbers) (*thads.Case, error) {
	p, asked, err := mayRecord(ctx, a, cases, c, &e)
	if err != nil {
		return nil, err
	}
	c.asked = asked
	if err := a.checkHolder(ctx, &e); err != nil {
		return nil, err
	}
	seal, err := a.sealParties(&e, numbers)
	if err != nil {
		return nil, err
	}
	c.prepare = sealer(seal)
	s, err := cases.amend(ctx, a, p, c, e)
	return shownAfter(ctx, a, s, err)
}

// MaxMany bounds how many records one request may change.
const MaxMany = 500

// CaseRecordMany records one event in each of several cases, each in its own
// write, and returns those that have it. Refusals name the case by its index;
// the same request again repeats nothing.
func (a *App) CaseRecordMany(ctx context.Context, ids []string, key string, e thads.CaseEvent) ([]*thads.Case, error) {
	p, err := a.permit(ctx, auth.Direct)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, thads.Errorf(thads.CodeRequired, "idempotencyKey", "Thiếu khóa chống ghi trùng", "The idempotency key is missing")
	}
	if len(ids) > MaxMany {
		return nil, thads.Errorf(thads.CodeLimit, "ids", "Mỗi lần tối đa %d việc", "At most %d cases at a time", MaxMany)
	}
	if err := a.checkHolder(ctx, &e); err != nil {
		return nil, err
	}
	v, err := a.Veil(ctx)
	if err != nil {
		return nil, err
	}
	var done []*thads.Case
	var es thads.Errors
	for i, id := range ids {
		c, err := cases.amend(ctx, a, p, Change{ID: id, Key: key, asked: auth.Direct}, e)
		refusals, refused := thads.Refusals(err)
		switch {
		case err == nil:
			done = append(done, v.Case(c))
		case !refused || refusals[0].Code == thads.CodeUnavailable:
			return done, err
		default:
			es = append(es, &thads.Error{Code: refusals[0].Code, Field: []string{"ids", strconv.Itoa(i)}, Text: refusals[0].Text, Event: refusals[0].Event})
		}
	}
	return done, es.Err()
}

// checkHolder refuses units and officers that do not exist on the day of the event.
func (a *App) checkHolder(ctx context.Context, e *thads.CaseEvent) error {
	return a.checkReceivers(ctx, e.ToUnit, e.ToOfficer, e.EffectiveOn)
}

// A CaseHistory is a case as its events were recorded one after another, for
// bringing many in at once.
type CaseHistory struct {
	// Key makes the case's id; the same key again is the same case.
	Key    string
	Events []RecordedCaseEvent
	// Numbers are those of the first event's parties, by index.
	Numbers map[int]PartyNumbers
}

// A RecordedCaseEvent is an event with when and by whom it was recorded.
type RecordedCaseEvent struct {
	Event thads.CaseEvent
	At    time.Time
	By    thads.PrincipalID
}
