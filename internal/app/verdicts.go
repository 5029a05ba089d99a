package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

var verdictCollection = &store.Collection{
	Name: "verdict",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "live", Type: store.Bool},
		{Name: "tracked", Type: store.Bool},
		{Name: "category", Type: store.String},
		{Name: "unit", Type: store.String},
		{Name: "officer", Type: store.String},
		{Name: "registeredOn", Type: store.Int, Sortable: true},
		{Name: "finishedOn", Type: store.Int},
		// doneOn is never for a live verdict and null for a voided one.
		{Name: "doneOn", Type: store.Int},
		{Name: "deadline", Type: store.Int},
		// due orders by the deadline, those without one first.
		{Name: "due", Type: store.Int, Sortable: true},
		{Name: "receiptUnknown", Type: store.Bool},
		{Name: "compelled", Type: store.Bool},
		{Name: "since", Type: store.Int, Sortable: true},
		{Name: "debtor", Type: store.String, Sortable: true},
		{Name: "number", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		{Name: "units", Type: store.Strings},
		{Name: "officers", Type: store.Strings},
		// words find the verdict by names and numbers, numbers by numbers alone.
		{Name: "words", Type: store.Strings},
		{Name: "numbers", Type: store.Strings},
	},
	Indexes:      []store.Index{{"updatedAt"}, {"registeredOn"}, {"number"}, {"due"}, {"debtor"}, {"since"}, {"unit", "live"}},
	ScopeField:   "units",
	OfficerField: "officers",
}

var verdicts = &noun[thads.AdministrativeVerdict, thads.VerdictEvent]{
	coll:   verdictCollection,
	prefix: "vd",
	fold: func(id string, events []thads.VerdictEvent) (*thads.AdministrativeVerdict, error) {
		return thads.FoldVerdict(thads.VerdictID(id), events)
	},
	add: (*thads.AdministrativeVerdict).Append,
	empty: func(id string) *thads.AdministrativeVerdict {
		return &thads.AdministrativeVerdict{ID: thads.VerdictID(id)}
	},
	events: func(v *thads.AdministrativeVerdict) []thads.VerdictEvent { return v.Events },
	record: verdictRecord,
	index: func(v *thads.AdministrativeVerdict) (any, store.Fields) {
		words := v.Number.Raw + " " + v.Court
		for _, c := range v.Creditors {
			words += " " + c.Name
		}
		for _, d := range v.Debtors {
			words += " " + d.Name
		}
		f := store.Fields{
			"state": string(v.State), "live": v.State.IsLive(), "tracked": v.IsTracked(), "category": string(v.Category),
			"unit": string(v.Unit), "registeredOn": int64(v.RegisteredOn), "since": int64(v.Since),
			"receiptUnknown": v.IsReceiptUnknown(), "compelled": v.Compulsion != nil,
			"number":    strconv.Itoa(v.Date.Year()) + " " + thads.TextSortKey(v.Number.Key()),
			"updatedAt": v.UpdatedAt(),
			"units":     texts(v.Units), "officers": texts(v.Officers), "words": append(thads.Tokens(words), v.Number.SearchTokens()...),
			"numbers": v.Number.SearchTokens(),
		}
		if len(v.Debtors) > 0 {
			f["debtor"] = thads.TextSortKey(v.Debtors[0].Name)
		}
		optionalText(f, "officer", v.Officer)
		optionalDay(f, "finishedOn", v.FinishedOn)
		if !v.IsVoided() {
			f["doneOn"] = untilOr(v.FinishedOn)
		}
		if d, known := v.Deadline(); known {
			f["deadline"], f["due"] = int64(d), int64(d)
		}
		return plainHead(v, func(h *thads.AdministrativeVerdict) { h.Events = lastRecord(h.Events, verdictRecord) }), f
	},
	claims:     verdictClaims,
	claimField: "particulars.number",
	touches: func(v *thads.AdministrativeVerdict, e *thads.VerdictEvent) []thads.UnitID {
		return present(append(slices.Clone(v.Units), e.ToUnit)...)
	},
	holder:  func(v *thads.AdministrativeVerdict) thads.UnitID { return v.Unit },
	officer: func(v *thads.AdministrativeVerdict) thads.OfficerID { return v.Officer },
	reads:   auth.Read,
	right:   func(*thads.VerdictEvent) auth.Right { return auth.Record },
	alike:   func(e, old *thads.VerdictEvent) { e.Kind = old.Kind },
	ledger:  thads.BookVerdicts,
	posts: func(v *thads.AdministrativeVerdict) ([]thads.Posting, []thads.Deadline, error) {
		postings, err := thads.PostVerdict(v)
		return postings, thads.VerdictDeadlines(v), err
	},
}

func verdictRecord(e *thads.VerdictEvent) *thads.Record { return &e.Record }

func verdictClaims(v *thads.AdministrativeVerdict) []string {
	if k := v.NaturalKey(); k != "" {
		return []string{"verdict/" + k}
	}
	return nil
}

// A VerdictFilter says which administrative verdicts: all conditions given must
// hold. A list that is not nil but empty matches nothing.
type VerdictFilter struct {
	Text         *string
	States       []thads.VerdictState
	Live         *bool
	Tracked      *bool
	Categories   []thads.VerdictCategory
	Units        []thads.UnitID
	EverUnits    []thads.UnitID
	Officers     []thads.OfficerID
	Unassigned   *bool
	RegisteredOn *DateRange
	FinishedOn   *DateRange
	Deadline     *DateRange
	// OverdueOn keeps those not carried out by the end of this day although
	// the deadline was over.
	OverdueOn      *thads.Date
	ReceiptUnknown *bool
	Compelled      *bool
}

// A VerdictOrderField is what administrative verdicts are ordered by.
type VerdictOrderField string

// The orders of administrative verdicts.
const (
	VerdictsByUpdate       VerdictOrderField = "UPDATED_AT"
	VerdictsByRegistration VerdictOrderField = "REGISTERED_ON"
	VerdictsByNumber       VerdictOrderField = "NUMBER"
	VerdictsByDeadline     VerdictOrderField = "DEADLINE"
	VerdictsByDebtor       VerdictOrderField = "DEBTOR_NAME"
	VerdictsBySince        VerdictOrderField = "SINCE"
)

var verdictOrders = map[VerdictOrderField]string{
	VerdictsByUpdate: "updatedAt", VerdictsByRegistration: "registeredOn", VerdictsByNumber: "number",
	VerdictsByDeadline: "due", VerdictsByDebtor: "debtor", VerdictsBySince: "since",
}

// Verdicts returns one page of the administrative verdicts within the caller's scope.
func (a *App) Verdicts(ctx context.Context, f *VerdictFilter, o Order[VerdictOrderField], page PageArgs) (*Page[*thads.AdministrativeVerdict], error) {
	scope, err := a.reader(ctx, verdicts.reads)
	if err != nil {
		return nil, err
	}
	w := &conditions{}
	if f != nil {
		d, err := a.Directory(ctx)
		if err != nil {
			return nil, err
		}
		if f.Text != nil {
			v, err := a.Veil(ctx)
			if err != nil {
				return nil, err
			}
			s := finding{scope: scope, grants: v.reads}
			s.byText(*f.Text, false)
			if scope, err = s.scoped(ctx, a); err != nil {
				return nil, err
			}
			w.add(s.conds...)
		}
		oneOf(w, "state", f.States)
		w.flag("live", f.Live)
		w.flag("tracked", f.Tracked)
		oneOf(w, "category", f.Categories)
		w.below(d, "unit", f.Units)
		oneOf(w, "units", f.EverUnits)
		oneOf(w, "officer", f.Officers)
		w.missing("officer", f.Unassigned)
		w.dates("registeredOn", f.RegisteredOn)
		w.dates("finishedOn", f.FinishedOn)
		w.dates("deadline", f.Deadline)
		if f.OverdueOn != nil {
			w.add(store.Eq("tracked", true))
			w.overdue("deadline", "doneOn", f.OverdueOn)
		}
		w.flag("receiptUnknown", f.ReceiptUnknown)
		w.flag("compelled", f.Compelled)
	}
	return listWithin(ctx, a, verdicts, scope, w, verdictOrders, o, page)
}

// present returns the units that are given.
func present(units ...thads.UnitID) []thads.UnitID {
	var out []thads.UnitID
	for _, u := range units {
		if u != "" {
			out = append(out, u)
		}
	}
	return out
}

// Verdict returns an administrative verdict with its history, or nil.
func (a *App) Verdict(ctx context.Context, id thads.VerdictID) (*thads.AdministrativeVerdict, error) {
	return read(ctx, a, verdicts, string(id))
}

// VerdictsByID returns those of the administrative verdicts that exist and may
// be seen, by id.
func (a *App) VerdictsByID(ctx context.Context, ids []string) (map[string]*thads.AdministrativeVerdict, error) {
	return readMany(ctx, a, verdicts, ids)
}

// VerdictByNumber returns the administrative verdict of a court with a number
// and date, or nil.
func (a *App) VerdictByNumber(ctx context.Context, court, number string, date thads.Date) (*thads.AdministrativeVerdict, error) {
	var v thads.AdministrativeVerdict
	v.Court, v.Number, v.Date = thads.NormalizeName(court), thads.ParseDocumentNumber(number), date
	return readClaimed(ctx, a, verdicts, verdictClaims(&v))
}

// VerdictOpen records the first event of an administrative verdict.
func (a *App) VerdictOpen(ctx context.Context, key string, e thads.VerdictEvent) (*thads.AdministrativeVerdict, error) {
	return open(ctx, a, verdicts, checkVerdict, Change{Key: key}, e)
}

// VerdictRecord records a further event of an administrative verdict.
func (a *App) VerdictRecord(ctx context.Context, c Change, e thads.VerdictEvent) (*thads.AdministrativeVerdict, error) {
	return recordEvent(ctx, a, verdicts, checkVerdict, c, e)
}

func checkVerdict(ctx context.Context, a *App, by auth.Principal, e *thads.VerdictEvent) error {
	n, err := a.named(ctx, by, e.EffectiveOn)
	if err != nil {
		return err
	}
	n.unit("toUnit", e.ToUnit)
	n.officer("toOfficer", e.ToOfficer)
	if e.Particulars != nil {
		for i, id := range e.Particulars.MoneyCases {
			n.record(cases, fmt.Sprintf("particulars.moneyCases.%d", i), string(id))
		}
	}
	return n.refusals(ctx, a)
}
