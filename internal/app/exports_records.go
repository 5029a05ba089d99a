package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// RecordExportOptions say what of a kind of records is exported, and how.
type RecordExportOptions struct {
	Format sheet.Format
	// Filter chooses the records as their list does: a pointer to the filter of
	// the kind (*UnitFilter for sheet.Units), nil for all that the caller sees.
	Filter any
	// By, a value of the kind's enumeration of orders ("" for its usual one), and
	// Descending order them.
	By         string
	Descending bool
	// Events asks, of a CSV file, for the events, which can be imported again, in
	// the place of the list for people. A workbook has both.
	Events bool
	ExportReason
}

// ExportRecords writes the records of a kind that the filter and the caller's
// right EXPORT reach, as the caller sees them, and puts that on record before the
// first byte: a list for people, one row a record, and their events as they
// stand after corrections, from which ImportStart makes the same records in this
// store or another one. Records that were voided are in the list, where the
// filter asks for them, and have no events. Other records are named as people
// name them: units and officers by code, cases and directives by number.
func (a *App) ExportRecords(ctx context.Context, w io.Writer, k sheet.Kind, o RecordExportOptions) (err error) {
	p, err := a.permit(ctx, auth.Export)
	if err != nil {
		return err
	}
	kind := recordKindOf(k)
	if kind == nil {
		return thads.Errorf(thads.CodeUnknown, "register", "Không có sổ %q", "There is no register %q", string(k))
	}
	var title string
	for _, t := range sheet.RecordKinds() {
		if t.Value == k {
			title = t.Name.VI
		}
	}
	if !sheet.IsFormat(o.Format) {
		return thads.Errorf(thads.CodeInvalid, "format", "Không có loại tệp %q", "There is no format %q", string(o.Format))
	}
	if err := checkReason(&o.ExportReason, exportPurposes(p), false); err != nil {
		return err
	}
	export, err := kind.export(ctx, a, o)
	if err != nil {
		return err
	}
	v, err := a.veil(ctx, p)
	if err != nil {
		return err
	}
	var data []auth.PersonalData
	if k == sheet.Verdicts {
		data = v.shown()
	}
	about, err := a.recordExport(ctx, title, o.Format, o.Filter, data, o.ExportReason)
	if err != nil {
		return err
	}
	out, err := sheet.NewRecordWriter(w, sheet.RecordExport{
		Kind: k, Format: o.Format, About: about, List: kind.list(), Events: o.Events,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Abort()) }()
	if err := export(v, out); err != nil {
		return err
	}
	return out.Close()
}

// A recordKind is a kind of record seen without its types.
type recordKind interface {
	kind() sheet.Kind
	// list are the columns of the list for people.
	list() []sheet.ListColumn
	// export checks what is asked for and returns what writes it.
	export(ctx context.Context, a *App, o RecordExportOptions) (func(*Veil, *sheet.RecordWriter) error, error)

	recordImportKind
}

// recordKinds are the kinds of records beside cases.
func recordKinds() []recordKind {
	return []recordKind{
		unitRecords(), officerRecords(), verdictRecords(), directiveRecords(),
		taskRecords(), directedCaseRecords(), conferenceRecords(), targetRecords(),
	}
}

func recordKindOf(k sheet.Kind) recordKind {
	for _, r := range recordKinds() {
		if r.kind() == k {
			return r
		}
	}
	return nil
}

// A recordNoun ties a noun to its register: S is the state that its events E
// fold into, F the filter and O the order of its list.
type recordNoun[S, E, F any, O ~string] struct {
	register sheet.Kind
	noun     *noun[S, E]
	pages    func(*App, context.Context, *F, Order[O], PageArgs) (*Page[*S], error)
	orders   map[O]string
	// by is the usual order.
	by     O
	id     func(*S) string
	voided func(*S) bool
	// key names a record as people do, "" where only its id names it.
	key     func(*namer, *S) string
	columns []listColumn[S]
	// title is the column of the register that says what the record is.
	title string
}

// A listColumn is one column of a list for people.
type listColumn[S any] struct {
	sheet.ListColumn
	get func(*namer, *S) any
}

func textOf[S any](header string, width float64, get func(*namer, *S) string) listColumn[S] {
	return listColumn[S]{sheet.ListColumn{Header: header, Width: width}, func(n *namer, s *S) any {
		if v := get(n, s); v != "" {
			return v
		}
		return nil
	}}
}

func dayOf[S any](header string, get func(*S) thads.Date) listColumn[S] {
	return listColumn[S]{sheet.ListColumn{Header: header, Format: sheet.ListDate}, func(_ *namer, s *S) any {
		if d := get(s); !d.IsZero() {
			return d
		}
		return nil
	}}
}

func countOf[S any](header string, get func(*S) int) listColumn[S] {
	return listColumn[S]{sheet.ListColumn{Header: header, Format: sheet.ListNumber, Width: 10}, func(_ *namer, s *S) any { return get(s) }}
}

func (r *recordNoun[S, E, F, O]) kind() sheet.Kind { return r.register }

func (r *recordNoun[S, E, F, O]) list() []sheet.ListColumn {
	out := make([]sheet.ListColumn, len(r.columns))
	for i := range r.columns {
		out[i] = r.columns[i].ListColumn
	}
	return out
}

// export writes the records page by page, so that only one is in memory.
func (r *recordNoun[S, E, F, O]) export(ctx context.Context, a *App, o RecordExportOptions) (func(*Veil, *sheet.RecordWriter) error, error) {
	filter, ok := o.Filter.(*F)
	if o.Filter != nil && !ok {
		return nil, thads.Errorf(thads.CodeInvalid, "filter", "Bộ lọc không thuộc sổ này", "The filter is not one of this register")
	}
	by := O(cmp.Or(o.By, string(r.by)))
	if _, known := r.orders[by]; !known {
		return nil, thads.Errorf(thads.CodeInvalid, "by", "Không sắp xếp được theo %q", "There is no order by %q", o.By)
	}
	// The list is what may be read; of that, what may be exported is written.
	scope, err := a.reader(ctx, auth.Export)
	if err != nil {
		return nil, err
	}
	first := exportPage
	list := func(page PageArgs) (*Page[*S], error) {
		return r.pages(a, ctx, filter, Order[O]{By: by, Descending: o.Descending}, page)
	}
	// What is wrong with the filter is told before anything is on record.
	page := PageArgs{First: &first}
	found, err := list(page)
	if err != nil {
		return nil, err
	}
	return func(v *Veil, w *sheet.RecordWriter) error {
		for {
			var ids []string
			for i := range found.Items {
				ids = append(ids, r.id(found.Items[i].Value))
				page.After = &found.Items[i].Cursor
			}
			states, err := r.noun.getMany(ctx, a, scope, ids)
			if err != nil {
				return err
			}
			for id, s := range states {
				states[id] = veiled(v, s)
			}
			if err := r.write(ctx, a, w, ids, states); err != nil || !found.HasNext {
				return err
			}
			if found, err = list(page); err != nil {
				return err
			}
		}
	}, nil
}

// write writes some records; those that are gone from the caller's sight since
// they were listed are left out.
func (r *recordNoun[S, E, F, O]) write(ctx context.Context, a *App, w *sheet.RecordWriter, ids []string, states map[string]*S) error {
	n, err := a.newNamer(ctx)
	if err != nil {
		return err
	}
	events := make(map[string][]any, len(states))
	for id, s := range states {
		for _, e := range r.standing(w.Register(), s) {
			c, err := w.Register().Clone(e)
			if err != nil {
				return err
			}
			events[id] = append(events[id], c)
			n.want(w.Register().References(c))
		}
	}
	if err := n.load(ctx, a); err != nil {
		return err
	}
	for _, id := range ids {
		s := states[id]
		if s == nil {
			continue
		}
		row := make([]any, len(r.columns))
		for i := range r.columns {
			row[i] = r.columns[i].get(n, s)
		}
		if err := w.List(row); err != nil {
			return err
		}
		if r.voided(s) {
			continue
		}
		key := cmp.Or(r.key(n, s), id)
		for _, e := range events[id] {
			for _, ref := range w.Register().References(e) {
				ref.Set(n.name(ref.Kind, ref.Get()))
			}
			if err := w.Event(key, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// standing are the events of a record that stand after corrections, as pointers,
// in the order in which they count; those that count when they are recorded,
// whenever that is, are last.
func (r *recordNoun[S, E, F, O]) standing(reg *sheet.RecordRegister, s *S) []*E {
	events := r.noun.events(s)
	gone, slot := make([]bool, len(events)), make([]int, len(events))
	for i := range events {
		rec := r.noun.record(&events[i])
		slot[i] = i
		if v := rec.Voids; v > 0 && v <= i {
			gone[v-1], gone[i] = true, true
		}
		if v := rec.Supersedes; v > 0 && v <= i {
			gone[v-1], slot[i] = true, slot[v-1]
		}
	}
	var order []int
	for i := range events {
		if !gone[i] {
			order = append(order, i)
		}
	}
	last := func(i int) int {
		if reg.Undated(&events[i]) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(
			cmp.Compare(last(i), last(j)),
			cmp.Compare(r.noun.record(&events[i]).EffectiveOn, r.noun.record(&events[j]).EffectiveOn),
			cmp.Compare(slot[i], slot[j]))
	})
	out := make([]*E, len(order))
	for i, at := range order {
		out[i] = &events[at]
	}
	return out
}

// A namer names records in files. What has no name of its own is named by its id,
// what the caller may not open by nothing.
type namer struct {
	dir        *Directory
	scope      thads.OpenScope
	caseIDs    []string
	directive  []string
	cases      map[string]*thads.Case
	directives map[string]*thads.Directive
}

func (a *App) newNamer(ctx context.Context) (*namer, error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	scope, err := a.scope(ctx, auth.FromContext(ctx), auth.Read)
	if err != nil {
		return nil, err
	}
	return &namer{dir: d, scope: scope}, nil
}

// want remembers what is to be named.
func (n *namer) want(refs []sheet.Reference) {
	for _, ref := range refs {
		switch id := ref.Get(); ref.Kind {
		case sheet.RefCase:
			n.caseIDs = append(n.caseIDs, id)
		case sheet.RefDirective:
			n.directive = append(n.directive, id)
		case sheet.RefUnit, sheet.RefOfficer, sheet.RefTask, sheet.RefConference:
		}
	}
}

// load reads what was wanted.
func (n *namer) load(ctx context.Context, a *App) (err error) {
	if n.cases, err = cases.getMany(ctx, a, n.scope, distinct(n.caseIDs)); err != nil {
		return err
	}
	scope, err := a.scope(ctx, auth.FromContext(ctx), directives.reads)
	if err != nil {
		return err
	}
	n.directives, err = directives.getMany(ctx, a, scope, distinct(n.directive))
	return err
}

func distinct(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// name returns what names a record in a file.
func (n *namer) name(k sheet.RefKind, id string) string {
	name := ""
	switch k {
	case sheet.RefUnit:
		if u := n.dir.Unit(thads.UnitID(id)); u != nil {
			name = u.NaturalKey()
		}
	case sheet.RefOfficer:
		if o := n.dir.Officer(thads.OfficerID(id)); o != nil {
			name = o.NaturalKey()
		}
	case sheet.RefCase:
		c := n.cases[id]
		if c == nil {
			return "" // that there is one is not told to who may not open it
		}
		name = n.caseName(c)
	case sheet.RefDirective:
		d := n.directives[id]
		if d == nil {
			return ""
		}
		name = directiveName(d)
	case sheet.RefTask, sheet.RefConference:
	}
	return cmp.Or(name, id)
}

// nameParts divide what a record is named by.
const nameParts = " | "

// nameOf joins what a record is named by; "" where that could not be taken apart
// again.
func nameOf(parts ...string) string {
	for _, p := range parts {
		if p == "" || strings.Contains(p, strings.TrimSpace(nameParts)) {
			return ""
		}
	}
	return strings.Join(parts, nameParts)
}

// caseName is number, statistical year and unit of the enforcement decision.
func (n *namer) caseName(c *thads.Case) string {
	if c.DecisionKey() == "" {
		return ""
	}
	u := n.dir.Unit(c.Units[0])
	if u == nil {
		return ""
	}
	return nameOf(c.Decision.Number.Raw, thads.StatYearOf(c.Decision.Date).String(), u.NaturalKey())
}

func directiveName(d *thads.Directive) string {
	if d.NaturalKey() == "" {
		return ""
	}
	return nameOf(d.Number.Raw, d.Date.Vietnamese(), d.Issuer)
}

func verdictName(v *thads.AdministrativeVerdict) string {
	if v.NaturalKey() == "" {
		return ""
	}
	return nameOf(v.Number.Raw, v.Date.Vietnamese(), v.Court)
}

// unitName is the name of a unit for people.
func (n *namer) unitName(id thads.UnitID) string { return n.dir.UnitName(id) }

func (n *namer) officerName(id thads.OfficerID) string {
	if o := n.dir.Officer(id); o != nil {
		return o.Name
	}
	return ""
}

// bodies are the names of bodies, one a line.
func (n *namer) bodies(list ...thads.Body) string {
	var names []string
	for _, b := range list {
		if name := cmp.Or(n.unitName(b.Unit), b.Name); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "\n")
}

// directiveNumber is the number of a directive for people.
func (n *namer) directiveNumber(id thads.DirectiveID) string {
	if d := n.directives[string(id)]; d != nil {
		return d.Number.Raw
	}
	return ""
}
