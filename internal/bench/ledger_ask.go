package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// mostRoundsInSQL bounds the rounds of a ledger: SQL takes seconds for a question.
const mostRoundsInSQL = 5

// A question is one that the ledger and SQL both answer.
type question struct {
	name  string
	query func() ledger.Query
	// page asks for the first records instead of the sums.
	page int
	// whole answers the question for the ledger where more than the sums is asked.
	whole func(*ledger.View, ledger.Query) error
}

// ask prints what the questions cost.
func (g *register) ask(ctx context.Context, t *table, rounds int) error {
	rounds = min(rounds, mostRoundsInSQL)
	// One core answers each question, as it does for one of many users; what it works
	// is counted, so that a busy machine does not tell.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	fmt.Printf("%-64s %12s %12s %8s  index\n", "median of "+strconv.Itoa(rounds)+" rounds, processor time, random dates and instants", "ledger", "SQL", "ratio")
	for _, q := range g.questions() {
		if err := g.compare(ctx, t, &q, rounds); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	return g.applyOne(ctx, t)
}

// questions are what is asked.
func (g *register) questions() []question {
	drawn := newMoments()
	figure := func(m forms.Measure) ledger.Figure {
		f, ok := forms.FigureOf(m, forms.RegimeTT06)
		if !ok {
			return nil
		}
		return f
	}
	one := func(f ledger.Figure, change func(*ledger.Query)) func() ledger.Query {
		return func() ledger.Query {
			q := ledger.Query{Scope: thads.CountEverything(), Moment: drawn.draw(), Figures: []ledger.Figure{f}}
			if change != nil {
				change(&q)
			}
			return q
		}
	}
	inUnit := func(q *ledger.Query) { q.Filter.Units = []thads.UnitID{ledgerUnit(drawn.r.IntN(ledgerUnits))} }
	form, _ := forms.FormOf(forms.FormOfficersByCase, forms.RegimeTT06)
	return []question{
		{name: "live cases by unit, account, kind of judgment", query: one(figure(forms.MeasureCarriedOut), func(q *ledger.Query) {
			q.GroupBy = []ledger.Dimension{ledger.ByUnit, ledger.ByAccount, ledger.ByKind}
		})},
		{name: "the same and what was settled in the year", query: one(figure(forms.MeasureCarriedOut), func(q *ledger.Query) {
			q.Figures = append(q.Figures, figure(forms.MeasureSettled))
			q.GroupBy = []ledger.Dimension{ledger.ByUnit, ledger.ByAccount, ledger.ByKind}
		})},
		{name: "the same as now known to have happened (no SQL)", query: one(figure(forms.MeasureCarriedOut), func(q *ledger.Query) {
			q.Moment.Basis = ledger.Effective
			q.Figures = append(q.Figures, figure(forms.MeasureSettled))
			q.GroupBy = []ledger.Dimension{ledger.ByUnit, ledger.ByAccount, ledger.ByKind}
		})},
		{name: "settled in the year by month (no SQL)", query: one(figure(forms.MeasureSettled), func(q *ledger.Query) {
			q.GroupBy = []ledger.Dimension{ledger.ByMonth}
		})},
		{name: "a form by unit and officer, whole", query: func() ledger.Query {
			return formQuery(&form, drawn.draw())
		}, whole: func(v *ledger.View, q ledger.Query) error {
			r, err := forms.Compute(v, organisation{}, forms.Request{Form: form, Unit: ledgerUnit(0), Scope: q.Scope, Moment: q.Moment})
			if err == nil && len(r.Rows) < ledgerUnits {
				err = fmt.Errorf("%d rows", len(r.Rows))
			}
			return err
		}},
		{name: "page of 50: settled in the year, of a unit", query: one(figure(forms.MeasureSettled), inUnit), page: 50},
		{name: "page of 50: live, of a unit", query: one(figure(forms.MeasureCarriedOut), inUnit), page: 50},
		{name: "page of 50: settled in the year, whole province", query: one(figure(forms.MeasureSettled), nil), page: 50},
		{name: "page of 50: live, whole province", query: one(figure(forms.MeasureCarriedOut), nil), page: 50},
	}
}

// formQuery is what a form by officers asks the ledger.
func formQuery(f *forms.Form, m ledger.Moment) ledger.Query {
	q := ledger.Query{Scope: thads.CountEverything(), Moment: m, Filter: f.Where, GroupBy: []ledger.Dimension{ledger.ByUnit, ledger.ByOfficer}}
	for i := range f.Columns {
		if c := &f.Columns[i]; !c.IsRatio() && len(c.Terms) == 0 {
			q.Figures = append(q.Figures, c.Figure)
		}
	}
	return q
}

// compare asks both in turns and prints the medians. The answers are compared,
// and SQL is given the index with which it was fastest in the first round.
func (g *register) compare(ctx context.Context, t *table, q *question, rounds int) error {
	var ours, theirs []time.Duration
	index, inSQL := "", true
	for r := range rounds + 1 {
		asked := q.query()
		inSQL = asked.Moment.Basis == ledger.Booked && !slices.Contains(asked.GroupBy, ledger.ByMonth)
		took, answer, err := g.answer(q, asked)
		if err != nil {
			return err
		}
		var sqlTook time.Duration
		if inSQL && r == 0 {
			if index, err = t.bestIndex(&asked, q.page); err != nil {
				return err
			}
		}
		if inSQL {
			start := processors()
			rows, err := t.ask(t.question(&asked, q.page, index), keysIn(&asked, q.page))
			if err != nil {
				return err
			}
			sqlTook = processors() - start
			if err := alike(answer, rows, q.page); err != nil {
				return err
			}
		}
		if r > 0 { // the first warms caches up
			ours, theirs = append(ours, took), append(theirs, sqlTook)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	sql, times := "", ""
	if inSQL {
		sql, times = show(median(theirs)), ratio(median(theirs), median(ours))
	}
	fmt.Printf("%-64s %12s %12s %8s  %s\n", q.name, show(median(ours)), sql, times, strings.TrimPrefix(index, "INDEXED BY "))
	return nil
}

func show(d time.Duration) string { return strconv.FormatFloat(d.Seconds()*1000, 'f', 2, 64) + " ms" }

// answer asks the ledger: the median of some times, since it takes milliseconds.
func (g *register) answer(q *question, asked ledger.Query) (time.Duration, []ledger.Group, error) {
	const times = 5
	var took []time.Duration
	var out []ledger.Group
	for range times {
		start := processors()
		v := g.ledger.View()
		switch {
		case q.page > 0:
			page, total := v.Page(asked, 0, q.page)
			took = append(took, processors()-start)
			out = make([]ledger.Group, len(page))
			for i, c := range page {
				out[i].Values = []ledger.Amount{c.Amount, {Cases: int64(total.Records), Dong: total.Dong}}
			}
			continue
		case q.whole != nil:
			if err := q.whole(v, asked); err != nil {
				return 0, nil, err
			}
			took = append(took, processors()-start)
			out = v.Sum(asked)
			continue
		}
		out = v.Sum(asked)
		took = append(took, processors()-start)
	}
	return median(took), out, nil
}

func keysIn(q *ledger.Query, page int) int {
	if page > 0 {
		return 0
	}
	return len(q.GroupBy)
}

// alike compares the answers: the groups, or the sizes of the records.
func alike(ours, theirs []ledger.Group, page int) error {
	if page == 0 {
		zero := func(g ledger.Group) bool {
			return !slices.ContainsFunc(g.Values, func(a ledger.Amount) bool { return !a.IsZero() })
		}
		theirs = slices.DeleteFunc(theirs, zero)
		slices.SortFunc(theirs, func(a, b ledger.Group) int { return slices.Compare(a.Keys, b.Keys) })
	}
	if len(ours) == 0 || len(ours) != len(theirs) {
		return fmt.Errorf("the ledger has %d rows, SQL %d", len(ours), len(theirs))
	}
	for i := range ours {
		if !slices.Equal(ours[i].Values, theirs[i].Values) || page == 0 && !slices.Equal(ours[i].Keys, theirs[i].Keys) {
			return fmt.Errorf("the ledger says %+v, SQL %+v", ours[i], theirs[i])
		}
	}
	return nil
}

// question writes either kind of question in SQL.
func (t *table) question(q *ledger.Query, page int, index string) string {
	if page > 0 {
		return t.page(q, page, index)
	}
	return t.sums(q, index)
}

// bestIndex finds the index with which the question is answered fastest; "" leaves
// it to the planner.
func (t *table) bestIndex(q *ledger.Query, page int) (string, error) {
	choices := []string{""}
	for _, x := range tableIndexes {
		// An index that does not cover the question reads the table row by row: far
		// slower than any that does.
		if covers(x.columns, q, page) {
			choices = append(choices, "INDEXED BY "+x.name)
		}
	}
	took := map[string]time.Duration{}
	for _, choice := range choices {
		start := processors()
		if _, err := t.ask(t.question(q, page, choice), keysIn(q, page)); err != nil {
			return "", err
		}
		took[choice] = processors() - start
	}
	return slices.MinFunc(choices, func(a, b string) int { return cmp.Compare(took[a], took[b]) }), nil
}

// organisation is that of the synthetic province.
type organisation struct{}

func (organisation) Rows(thads.UnitID, thads.Date, thads.Date) []thads.UnitID {
	return allLedgerUnits()
}
func (organisation) Below(thads.UnitID) []thads.UnitID             { return allLedgerUnits() }
func (organisation) UnitName(id thads.UnitID, _ thads.Date) string { return string(id) }
func (organisation) OfficerName(id thads.OfficerID) string         { return string(id) }

func allLedgerUnits() []thads.UnitID {
	out := make([]thads.UnitID, ledgerUnits)
	for i := range out {
		out[i] = ledgerUnit(i)
	}
	return out
}

// applyOne applies one more event to cases drawn at random, and inserts its
// postings into the table, on which no durability is spent.
func (g *register) applyOne(ctx context.Context, t *table) error {
	const events = 500
	r := rand.New(rand.NewPCG(7, 7))
	insert, err := t.insert()
	if err != nil {
		return err
	}
	var ours, theirs []time.Duration
	var decoder thads.EntryDecoder
	for range events {
		docs, err := g.store.Get(ctx, ledgerCases, thads.Everything(), string(ledgerID(r.IntN(g.cases))))
		if err != nil || len(docs) != 1 {
			return errors.Join(err, fmt.Errorf("%d cases", len(docs)))
		}
		postings, _, err := decoder.Append(nil, nil, docs[0].Postings)
		if err != nil {
			return err
		}
		held := g.ledger.Version(docs[0].ID)
		last := postings[len(postings)-1]
		last.Event, last.RecordedAt, last.BookedOn, last.EffectiveOn = int(held)+1, last.RecordedAt.Add(time.Hour), 20200302, 20200302
		back := last
		back.Cases, back.Dong, back.Account = -last.Cases, -last.Dong, thads.Account{Class: thads.AccountInProgress}
		// The same case may have been drawn before.
		if held != docs[0].Version {
			continue
		}
		d := ledger.Document{ID: docs[0].ID, Version: held + 1, Book: thads.BookCases, Postings: append(postings, last, back)}
		start := processors()
		if !g.ledger.Apply(d) {
			return errors.New("a newer version was not taken")
		}
		ours = append(ours, processors()-start)
		start = processors()
		for _, p := range []thads.Posting{last, back} {
			if err := t.add(insert, d.ID, &p); err != nil {
				return err
			}
		}
		theirs = append(theirs, processors()-start)
	}
	fmt.Printf("%-64s %12s %12s %8s\n", "one event of two postings applied", show(median(ours)), show(median(theirs)), ratio(median(theirs), median(ours)))
	return nil
}
