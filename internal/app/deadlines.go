package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A DeadlineFilter says which deadlines: all conditions given must hold. A list
// that is not nil but empty matches nothing.
type DeadlineFilter struct {
	// AsOf is the day they are asked for; today where there is none. It may be a
	// day to come: what runs now is then asked for as if nothing more happened.
	AsOf   *thads.Date
	States []ledger.DeadlineState
	// Units keeps these and those below them.
	Units    []thads.UnitID
	Officers []thads.OfficerID
	Rules    []thads.RuleCode
	Books    []thads.Book
	// DueFrom and DueTo bound the last day, both included.
	DueFrom, DueTo *thads.Date
}

// A Deadline is a time limit that runs in a record.
type Deadline struct {
	Rule *thads.DeadlineRule
	From thads.Date
	// DueOn is the last day, State where it stands on the day asked for, DaysLeft
	// how many days are left then; negative for days over.
	DueOn    thads.Date
	State    ledger.DeadlineState
	DaysLeft int
	// Ground is the law it rests on, as on the day it began.
	Ground string
	// Certain tells that the calendar is certain for it.
	Certain bool
	// Unit and Officer answer for it.
	Unit    thads.UnitID
	Officer thads.OfficerID
}

// A DeadlineItem is a deadline and the record it runs in, which the caller may
// open.
type DeadlineItem struct {
	Deadline *Deadline
	Book     thads.Book
	ID       string
}

// A DeadlineCount is how many deadlines stand where.
type DeadlineCount struct {
	// Key is the unit, officer, rule or book; "" for all, and for deadlines
	// without an officer.
	Key   string
	Title thads.Text
	// Overdue are over; Due end within seven days, Coming within thirty.
	Overdue, Due, Coming int
}

// Deadlines returns one page of the deadlines that run, the earliest first, of
// records that the caller may open.
func (a *App) Deadlines(ctx context.Context, f *DeadlineFilter, first int, after *store.Cursor) (*Page[*DeadlineItem], error) {
	p, err := a.permit(ctx, auth.Read)
	if err != nil {
		return nil, err
	}
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	place, err := deadlinePlace(after)
	if err != nil {
		return nil, err
	}
	q, err := a.deadlineQuery(ctx, f)
	if err != nil {
		return nil, err
	}
	l, err := a.deadlineView(ctx)
	if err != nil {
		return nil, err
	}
	reader, err := a.deadlineReader(ctx, p, l, q)
	if err != nil {
		return nil, err
	}
	found, more, total := l.Select(q, reader, place, first)
	page := &Page[*DeadlineItem]{
		Items: make([]Item[*DeadlineItem], len(found)), HasNext: more, HasPrevious: after != nil,
		count: func(context.Context) (int64, error) { return int64(total), nil },
	}
	for i := range found {
		d := &found[i]
		item := &DeadlineItem{Deadline: deadlineOn(d, q.AsOf), Book: d.Book, ID: d.ID}
		page.Items[i] = Item[*DeadlineItem]{Value: item, Cursor: deadlineCursor(d.Place())}
	}
	return page, nil
}

// deadlineReader tells what the principal may open. What memory cannot tell, the
// documents do.
func (a *App) deadlineReader(ctx context.Context, p auth.Principal, l *ledger.Deadlines, q ledger.DeadlineQuery) (ledger.DeadlineReader, error) {
	r := ledger.DeadlineReader{Scopes: map[thads.Book]thads.OpenScope{}, Known: map[string]bool{}}
	for _, n := range postedNouns() {
		scope, err := a.scope(ctx, p, n.readRight())
		if err != nil {
			return r, err
		}
		r.Scopes[n.book()] = scope
	}
	doubtful := l.Doubtful(q, r)
	for _, n := range postedNouns() {
		for part := range slices.Chunk(doubtful[n.book()], store.MaxPage) {
			heads, err := a.store.Heads(ctx, n.collection(), r.Scopes[n.book()], part...)
			if err != nil {
				return r, unavailable(err)
			}
			for _, h := range heads {
				r.Known[h.ID] = true
			}
		}
	}
	return r, nil
}

// DeadlineCounts counts the deadlines that run, among the records that the
// caller's figures count: in one line, or by unit, officer, rule or book in the
// order of their titles.
func (a *App) DeadlineCounts(ctx context.Context, f *DeadlineFilter, by ledger.DeadlineGrouping) ([]*DeadlineCount, error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return nil, err
	}
	scope, err := a.countScope(ctx, p)
	if err != nil {
		return nil, err
	}
	q, err := a.deadlineQuery(ctx, f)
	if err != nil {
		return nil, err
	}
	l, err := a.deadlineView(ctx)
	if err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	counts := l.Counts(q, scope, by)
	out := make([]*DeadlineCount, len(counts))
	for i, c := range counts {
		out[i] = &DeadlineCount{Key: c.Key, Title: d.deadlineTitle(by, c.Key), Overdue: c.Overdue, Due: c.Due, Coming: c.Coming}
	}
	slices.SortStableFunc(out, func(a, b *DeadlineCount) int {
		return strings.Compare(thads.TextSortKey(a.Title.VI), thads.TextSortKey(b.Title.VI))
	})
	return out, nil
}

// countDeadlines counts what runs on a day in these units, for summaries. The
// units are those asked for and below.
func (a *App) countDeadlines(ctx context.Context, scope thads.CountScope, units []thads.UnitID, day thads.Date) (*DeadlineCount, error) {
	l, err := a.deadlineView(ctx)
	if err != nil {
		return nil, err
	}
	c := l.Counts(ledger.DeadlineQuery{AsOf: day, Units: units}, scope, "")[0]
	return &DeadlineCount{Title: allDeadlines, Overdue: c.Overdue, Due: c.Due, Coming: c.Coming}, nil
}

var (
	allDeadlines  = thads.Text{VI: "Tất cả", EN: "All"}
	nobodysTitle  = thads.Text{VI: "Chưa phân công", EN: "Not assigned"}
	outsidersUnit = thads.Text{VI: "Ngoài hệ thống", EN: "Outside the agency"}
)

// deadlineTitle is what a line of counts is called.
func (d *Directory) deadlineTitle(by ledger.DeadlineGrouping, key string) thads.Text {
	switch by {
	case ledger.DeadlinesByUnit:
		if key == "" {
			return outsidersUnit
		}
		if u := d.Unit(thads.UnitID(key)); u != nil {
			return plainText(u.Name)
		}
	case ledger.DeadlinesByOfficer:
		if key == "" {
			return nobodysTitle
		}
		if o := d.Officer(thads.OfficerID(key)); o != nil {
			return plainText(o.Name)
		}
	case ledger.DeadlinesByRule:
		if r, ok := thads.DeadlineRuleOf(thads.RuleCode(key)); ok {
			return r.Name
		}
	case ledger.DeadlinesByBook:
		for _, b := range thads.Books() {
			if string(b.Value) == key {
				return b.Name
			}
		}
	default:
		return allDeadlines
	}
	return plainText(key)
}

// DeadlinesByRecord returns the deadlines that run today in records which the
// caller was shown, by id, the earliest first. While the books are built they are
// made from the documents.
func (a *App) DeadlinesByRecord(ctx context.Context, ids []string) (map[string][]*Deadline, error) {
	today := a.Today()
	out := make(map[string][]*Deadline, len(ids))
	if a.books.built.Load() {
		for _, id := range ids {
			for _, d := range a.books.deadlines.Of(id, today) {
				out[id] = append(out[id], deadlineOn(&d, today))
			}
		}
		return out, nil
	}
	for _, n := range postedNouns() {
		own := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !n.owns(id) })
		for part := range slices.Chunk(own, store.MaxPage) {
			docs, err := a.store.Get(ctx, n.collection(), thads.Everything(), part...)
			if err != nil {
				return nil, unavailable(err)
			}
			for _, doc := range docs {
				_, deadlines, err := n.entries(doc)
				if err != nil {
					return nil, err
				}
				for _, d := range thads.OpenOn(deadlines, today) {
					o := ledger.OpenDeadline{ID: doc.ID, Book: n.book(), Deadline: d}
					if o.DueOn, o.Certain = d.End(); !o.DueOn.IsZero() {
						out[doc.ID] = append(out[doc.ID], deadlineOn(&o, today))
					}
				}
			}
		}
	}
	return out, nil
}

// DeadlineRules returns the rules of deadlines, those included that are known and
// not tracked.
func (a *App) DeadlineRules(ctx context.Context) ([]*thads.DeadlineRule, error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	rules := thads.DeadlineRules()
	out := make([]*thads.DeadlineRule, len(rules))
	for i := range rules {
		out[i] = &rules[i]
	}
	return out, nil
}

// CalendarYear returns the working calendar of a year, 2018 to 2027.
func (a *App) CalendarYear(ctx context.Context, year int) (*thads.WorkCalendar, error) {
	if _, err := a.permit(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	c, ok := thads.CalendarOf(year)
	if !ok {
		return nil, thads.Errorf(thads.CodeOutOfRange, "year", "Chỉ có lịch từ năm %d đến %d", "There are calendars of %d to %d", thads.FirstCalendarYear, thads.LastCalendarYear)
	}
	return &c, nil
}

// deadlineOn is how a deadline stands on a day.
func deadlineOn(o *ledger.OpenDeadline, day thads.Date) *Deadline {
	rule, _ := thads.DeadlineRuleOf(o.Rule)
	return &Deadline{
		Rule: rule, From: o.From, DueOn: o.DueOn, State: ledger.DeadlineStateOn(o.DueOn, day), DaysLeft: day.DaysUntil(o.DueOn),
		Ground: o.Ground(), Certain: o.Certain, Unit: o.Unit, Officer: o.Officer,
	}
}

// deadlineQuery translates a filter.
func (a *App) deadlineQuery(ctx context.Context, f *DeadlineFilter) (ledger.DeadlineQuery, error) {
	q := ledger.DeadlineQuery{AsOf: a.Today()}
	if f == nil {
		return q, nil
	}
	var errs thads.Errors
	day := func(field string, d *thads.Date, into *thads.Date) {
		switch {
		case d == nil:
		case !d.Valid():
			errs.Add(thads.CodeInvalid, field, "Ngày không có trong lịch", "It is not a day of the calendar")
		default:
			*into = *d
		}
	}
	day("filter.asOf", f.AsOf, &q.AsOf)
	day("filter.dueFrom", f.DueFrom, &q.DueFrom)
	day("filter.dueTo", f.DueTo, &q.DueTo)
	for _, r := range f.Rules {
		if _, ok := thads.DeadlineRuleOf(r); !ok {
			errs.Add(thads.CodeUnknown, "filter.rules", "Không có quy định mã %q", "There is no rule %q", string(r))
		}
	}
	if err := errs.Err(); err != nil {
		return q, err
	}
	q.States, q.Officers, q.Rules, q.Books = f.States, f.Officers, f.Rules, f.Books
	if f.Units != nil {
		d, err := a.Directory(ctx)
		if err != nil {
			return q, err
		}
		q.Units = append([]thads.UnitID{}, d.below(f.Units)...)
	}
	return q, nil
}

// deadlineView returns the deadlines as they stand now.
func (a *App) deadlineView(ctx context.Context) (*ledger.Deadlines, error) {
	if err := a.books.ready(ctx, a); err != nil {
		return nil, err
	}
	a.books.deadlines.Settle(a.Today())
	return a.books.deadlines, nil
}

// deadlineRecord is what the deadlines take of a document. Whoever has postings
// held the record.
func deadlineRecord(book thads.Book, d *store.Document, postings []thads.Posting, deadlines []thads.Deadline) ledger.DeadlineRecord {
	r := ledger.DeadlineRecord{ID: d.ID, Version: d.Version, Book: book, Deadlines: deadlines}
	if len(deadlines) == 0 {
		return r
	}
	for i := range postings {
		p := &postings[i]
		if i > 0 && p.Unit == postings[i-1].Unit && p.Officer == postings[i-1].Officer {
			continue
		}
		if !slices.Contains(r.Units, p.Unit) {
			r.Units = append(r.Units, p.Unit)
		}
		if !slices.Contains(r.Officers, p.Officer) {
			r.Officers = append(r.Officers, p.Officer)
		}
	}
	return r
}

// deadlineCursor and deadlinePlace write and read the place of a deadline.
func deadlineCursor(p ledger.DeadlinePlace) store.Cursor { return encodePlace(p) }

func deadlinePlace(c *store.Cursor) (*ledger.DeadlinePlace, error) {
	if c == nil {
		return nil, nil
	}
	p := new(ledger.DeadlinePlace)
	b, err := base64.RawURLEncoding.DecodeString(string(*c))
	if err == nil {
		err = json.Unmarshal(b, p)
	}
	if err != nil || p.ID == "" || p.Due.IsZero() {
		return nil, thads.Errorf(thads.CodeInvalid, "after", "Con trỏ trang không dùng được cho danh sách này", "The cursor does not belong to this list")
	}
	return p, nil
}
