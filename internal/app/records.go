package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file holds what the use cases of all nouns share: opening a record,
// recording in it, listing, and looking up what an event names.

// checks refuses an event that names what does not exist; nil where there is
// nothing to look up.
type checks[E any] func(ctx context.Context, a *App, p auth.Principal, e *E) error

// open records the first event of a new record.
func open[S, E any](ctx context.Context, a *App, n *noun[S, E], check checks[E], c Change, e E) (*S, error) {
	p, err := a.permit(ctx, n.right(&e))
	if err != nil {
		return nil, err
	}
	if err := n.checkNamed(ctx, a, p, check, &e); err != nil {
		return nil, err
	}
	s, err := n.create(ctx, a, p, c, e)
	return shownAfter(ctx, a, s, err)
}

// recordEvent records a further event. A correction takes its kind from what it
// corrects; correcting or taking back asks for the right of that event.
func recordEvent[S, E any](ctx context.Context, a *App, n *noun[S, E], check checks[E], c Change, e E) (*S, error) {
	p, asked, err := mayRecord(ctx, a, n, c, &e)
	if err != nil {
		return nil, err
	}
	c.asked = asked
	if err := n.checkNamed(ctx, a, p, check, &e); err != nil {
		return nil, err
	}
	s, err := n.amend(ctx, a, p, c, e)
	return shownAfter(ctx, a, s, err)
}

// mayRecord returns the right that a further event asks for and its recorder, if
// they hold it somewhere: a correction takes its kind from what it corrects, and
// correcting or taking back asks for the right of that event.
func mayRecord[S, E any](ctx context.Context, a *App, n *noun[S, E], c Change, e *E) (auth.Principal, auth.Right, error) {
	p, err := a.permit(ctx, n.reads)
	if err != nil {
		return p, "", err
	}
	asked := n.right(e)
	if r := n.record(e); r.Supersedes != 0 || r.Voids != 0 {
		old, err := n.event(ctx, a, p, c.ID, max(r.Supersedes, r.Voids))
		if err != nil {
			return p, "", err
		}
		asked = n.right(old)
		if r.Supersedes != 0 {
			n.alike(e, old)
		}
	}
	_, err = a.permit(ctx, asked)
	return p, asked, err
}

func (n *noun[S, E]) checkNamed(ctx context.Context, a *App, p auth.Principal, check checks[E], e *E) error {
	if check == nil || n.record(e).Voids != 0 {
		return nil
	}
	return check(ctx, a, p, e)
}

// event returns an event that the history has.
func (n *noun[S, E]) event(ctx context.Context, a *App, p auth.Principal, id string, seq int) (*E, error) {
	scope, err := n.writeScope(ctx, a, p)
	if err != nil {
		return nil, err
	}
	h, err := n.get(ctx, a, scope, id)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, notFound("id")
	}
	events := n.events(h.state)
	if seq < 1 || seq > len(events) {
		return nil, thads.Errorf(thads.CodeUnknown, "event", "Không có sự kiện số %d", "There is no event %d", seq)
	}
	return &events[seq-1], nil
}

// shown returns which records of a kind are shown with others that refer to
// them: none to those without the right to read them, who are told nothing of
// them where a list of their own would be refused.
func (n *noun[S, E]) shown(ctx context.Context, a *App) (thads.OpenScope, error) {
	return a.scope(ctx, auth.FromContext(ctx), n.reads)
}

// readMany returns those of the records that exist and that the caller may
// open, by id, for showing them with others.
func readMany[S, E any](ctx context.Context, a *App, n *noun[S, E], ids []string) (map[string]*S, error) {
	scope, err := n.shown(ctx, a)
	if err != nil {
		return nil, err
	}
	records, err := n.getMany(ctx, a, scope, ids)
	if err != nil {
		return nil, err
	}
	return showAll(ctx, a, records)
}

// readHeads returns those of the heads that exist and that the caller may see,
// by id, for showing them with others. T is what a head of the noun holds.
func readHeads[T, S, E any](ctx context.Context, a *App, n *noun[S, E], ids []string) (map[string]*T, error) {
	scope, err := n.shown(ctx, a)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*T, len(ids))
	for part := range slices.Chunk(ids, store.MaxPage) {
		heads, err := a.store.Heads(ctx, n.coll, scope, part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, h := range heads {
			if out[h.ID], err = decodeHead[T](h); err != nil {
				return nil, err
			}
		}
	}
	return showAll(ctx, a, out)
}

// An Order is what a list is ordered by: By is a value of the noun's GraphQL
// enumeration of orders.
type Order[F ~string] struct {
	By         F
	Descending bool
}

// list returns one page of the records that the conditions and the caller's
// scope reach. fields are the declared fields of the orders.
func list[S, E any, F ~string](ctx context.Context, a *App, n *noun[S, E], w *conditions, fields map[F]string, o Order[F], page PageArgs) (*Page[*S], error) {
	scope, err := a.reader(ctx, n.reads)
	if err != nil {
		return nil, err
	}
	return listWithin(ctx, a, n, scope, w, fields, o, page)
}

func listWithin[S, E any, F ~string](ctx context.Context, a *App, n *noun[S, E], scope thads.OpenScope, w *conditions, fields map[F]string, o Order[F], page PageArgs) (*Page[*S], error) {
	if err := w.errs.Err(); err != nil {
		return nil, err
	}
	q, err := page.query(scope, w.conds, fields[o.By], o.Descending)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, n.coll, q, decodeHead[S])
}

// maxRelated bounds how many related records are read for one request.
const maxRelated = 10000

// related returns the heads of all records that a condition reaches, in the
// order of a sort field, for showing them with the records they belong to.
func related[S, E any](ctx context.Context, a *App, n *noun[S, E], where store.Cond, sort string) ([]*S, error) {
	scope, err := n.shown(ctx, a)
	if err != nil {
		return nil, err
	}
	q := store.Query{Scope: scope, Where: []store.Cond{where}, Sort: sort, Limit: store.MaxPage}
	var out []*S
	for {
		page, err := findPage(ctx, a, n.coll, q, decodeHead[S])
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			out = append(out, it.Value)
			q.After = it.Cursor
		}
		switch {
		case !page.HasNext:
			return out, nil
		case len(out) >= maxRelated:
			return nil, thads.Errorf(thads.CodeLimit, "", "Quá %d bản ghi liên quan, hãy dùng danh sách có lọc", "More than %d related records, use a list with a filter", maxRelated)
		}
	}
}

// conditions are built from a filter, field by field; what is not given adds
// none.
type conditions struct {
	conds []store.Cond
	errs  thads.Errors
}

func (w *conditions) add(c ...store.Cond) { w.conds = append(w.conds, c...) }

func (w *conditions) text(text *string) {
	if text != nil {
		w.add(wordConds(*text)...)
	}
}

func (w *conditions) flag(field string, v *bool) {
	if v != nil {
		w.add(store.Eq(field, *v))
	}
}

// missing asks for records without (true) or with (false) a value.
func (w *conditions) missing(field string, v *bool) {
	switch {
	case v == nil:
	case *v:
		w.add(store.IsNull(field))
	default:
		w.add(store.NotIn(field, []string{}))
	}
}

// dates asks for a day within a range; the field is named alike in the filter.
func (w *conditions) dates(field string, r *DateRange) {
	w.conds = r.conds(w.conds, &w.errs, field)
}

// overdue asks for a term that was over on a day, and a record not done by then.
func (w *conditions) overdue(term, doneOn string, on *thads.Date) {
	if on != nil {
		w.add(store.Between(term, nil, int64(on.AddDays(-1))), store.Between(doneOn, int64(on.AddDays(1)), nil))
	}
}

// below asks for one of the units or one that stands or stood below them.
func (w *conditions) below(d *Directory, field string, units []thads.UnitID) {
	if units != nil {
		w.add(store.In(field, texts(d.below(units))))
	}
}

// oneOf asks for one of the values; an empty list matches nothing.
func oneOf[T ~string](w *conditions, field string, values []T) {
	if values != nil {
		w.add(store.In(field, texts(values)))
	}
}

// oneOfYears does the same with statistical years.
func oneOfYears(w *conditions, field string, years []thads.StatYear) {
	if years == nil {
		return
	}
	values := make([]int64, len(years))
	for i, y := range years {
		values[i] = int64(y)
	}
	w.add(store.In(field, values))
}

// never is the day in fields that hold the end of something that has none, so
// that a range of days asks for it.
const never = int64(99999999)

// untilOr returns a day for such a field.
func untilOr(d thads.Date) int64 {
	if d.IsZero() {
		return never
	}
	return int64(d)
}

// optionalDay sets a field where there is a day.
func optionalDay(f store.Fields, field string, d thads.Date) {
	if !d.IsZero() {
		f[field] = int64(d)
	}
}

// optionalText sets a field where there is a value.
func optionalText[T ~string](f store.Fields, field string, v T) {
	if v != "" {
		f[field] = string(v)
	}
}

// lastRecord keeps of a history what a head shows: when it was last written.
func lastRecord[E any](events []E, record func(*E) *thads.Record) []E {
	var last E
	r := record(&events[len(events)-1])
	*record(&last) = thads.Record{Seq: r.Seq, RecordedAt: r.RecordedAt}
	return []E{last}
}

// A naming collects the records that an event names and refuses those that do
// not exist, those that the recorder may not read included.
type naming struct {
	errs  thads.Errors
	by    auth.Principal
	named []named
	on    thads.Date
	dir   *Directory
}

type named struct {
	noun      derivable
	field, id string
}

// named begins the check of what an event names that counts on a day.
func (a *App) named(ctx context.Context, by auth.Principal, on thads.Date) (*naming, error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return &naming{by: by, on: on, dir: d}, nil
}

func (n *naming) unit(field string, id thads.UnitID) {
	if id != "" {
		n.dir.checkUnit(&n.errs, field, id, n.on)
	}
}

func (n *naming) officer(field string, id thads.OfficerID) {
	if id != "" {
		n.dir.checkOfficer(&n.errs, field, id, n.on)
	}
}

func (n *naming) bodies(field string, bodies []thads.Body) {
	for i, b := range bodies {
		n.unit(fmt.Sprintf("%s.%d.unit", field, i), b.Unit)
	}
}

func (n *naming) record(noun derivable, field, id string) {
	if id != "" {
		n.named = append(n.named, named{noun, field, id})
	}
}

// refusals looks the records up, each collection once.
func (n *naming) refusals(ctx context.Context, a *App) error {
	ids := map[derivable][]string{}
	for _, r := range n.named {
		if !slices.Contains(ids[r.noun], r.id) {
			ids[r.noun] = append(ids[r.noun], r.id)
		}
	}
	found := map[string]bool{}
	for noun, want := range ids {
		scope, err := a.scope(ctx, n.by, noun.readRight())
		if err != nil {
			return err
		}
		for part := range slices.Chunk(want, store.MaxPage) {
			heads, err := a.store.Heads(ctx, noun.collection(), scope, part...)
			if err != nil {
				return unavailable(err)
			}
			for _, h := range heads {
				found[h.ID] = true
			}
		}
	}
	for _, r := range n.named {
		if !found[r.id] {
			n.errs.Add(thads.CodeUnknown, r.field, "Không có bản ghi này, hoặc không có quyền xem", "There is no such record, or none that you may see")
		}
	}
	return n.errs.Err()
}
