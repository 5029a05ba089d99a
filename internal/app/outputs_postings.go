package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A postingOutput is one posting behind a cell: what it adds, cases and đồng, with
// its dimensions. The postings of a column add up to its cell.
type postingOutput struct {
	Column string     `json:"column"`
	Book   thads.Book `json:"book"`
	// ID is left out where the caller may not open the record.
	ID          string             `json:"id,omitzero"`
	Event       int                `json:"event"`
	RecordedAt  time.Time          `json:"recordedAt"`
	EffectiveOn thads.Date         `json:"effectiveOn"`
	BookedOn    thads.Date         `json:"bookedOn"`
	Account     thads.AccountClass `json:"account"`
	Detail      string             `json:"detail,omitzero"`
	Unit        thads.UnitID       `json:"unit"`
	Officer     thads.OfficerID    `json:"officer,omitzero"`
	Initiation  thads.Initiation   `json:"initiation,omitzero"`
	Kind        thads.JudgmentKind `json:"judgmentKind,omitzero"`
	Subject     string             `json:"subject,omitzero"`
	Tags        []thads.Tag        `json:"tags,omitzero"`
	Cases       int64              `json:"cases"`
	Dong        int64              `json:"dong"`
}

// totalRow is the key of the first row of every report.
const totalRow = "total"

// postingsAtOnce is of how many postings it is asked together which records the
// caller may open.
const postingsAtOnce = 1000

// ReportPostings writes the postings behind one cell of a report, or behind all
// columns of its first row where no cell is named: a line of JSON each, column by
// column, as many lines as columns they count in. Shares have none, and sums of
// columns those of their summands. Records that the caller may not open have no
// id; to those who never see protected matters no kind of judgment is told.
func (a *App) ReportPostings(ctx context.Context, form string, v OutputValues, row, column string, w io.Writer) error {
	in, err := a.reportAsked(ctx, form, v)
	if err != nil {
		return err
	}
	k, err := a.ask(ctx)
	if err != nil {
		return err
	}
	r, err := k.reporting(ctx, in)
	if err != nil {
		return err
	}
	columns := []string{column}
	if column == "" {
		row, columns = totalRow, baseColumns(&r.request.Form)
	}
	out := &postingWriter{asking: k, out: bufio.NewWriter(w)}
	for _, column := range columns {
		q, err := r.query(row, column)
		if err != nil {
			return err
		}
		if why := r.suppressed(q); why != nil {
			return thads.Errorf(thads.CodeForbidden, "row", "%[1]s", "%[2]s", why.VI, why.EN)
		}
		out.column = column
		for e := range k.view.Entries(q) {
			if err := out.add(ctx, e); err != nil {
				return err
			}
		}
		if err := out.flush(ctx); err != nil {
			return err
		}
	}
	return out.out.Flush()
}

// baseColumns are the columns of a form that are summed by the ledger.
func baseColumns(f *forms.Form) []string {
	var out []string
	for i := range f.Columns {
		if c := &f.Columns[i]; !c.IsRatio() && len(c.Terms) == 0 && len(c.Figure) > 0 {
			out = append(out, c.Code)
		}
	}
	return out
}

// A postingWriter writes postings, some at a time.
type postingWriter struct {
	*asking
	out     *bufio.Writer
	column  string
	waiting []ledger.Entry
}

func (w *postingWriter) add(ctx context.Context, e ledger.Entry) error {
	w.waiting = append(w.waiting, e)
	if len(w.waiting) < postingsAtOnce {
		return nil
	}
	return w.flush(ctx)
}

func (w *postingWriter) flush(ctx context.Context) error {
	if len(w.waiting) == 0 {
		return ctx.Err()
	}
	open, err := w.app.openable(ctx, func(yield func(thads.Book, string) bool) {
		for i := range w.waiting {
			if !yield(w.waiting[i].Book, w.waiting[i].ID) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	for i := range w.waiting {
		line, err := json.Marshal(w.posting(&w.waiting[i], open))
		if err != nil {
			return fmt.Errorf("output: %w", err)
		}
		if _, err := w.out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	w.waiting = w.waiting[:0]
	return ctx.Err()
}

// posting is a posting as the caller sees it.
func (w *postingWriter) posting(e *ledger.Entry, open map[string]bool) postingOutput {
	out := postingOutput{
		Column: w.column, Book: e.Book, Event: e.Event, RecordedAt: e.RecordedAt, EffectiveOn: e.EffectiveOn, BookedOn: e.BookedOn,
		Account: e.Account.Class, Detail: e.Account.Detail, Unit: e.Unit, Officer: e.Officer, Initiation: e.Initiation, Subject: e.Subject,
		Tags: e.Tags, Cases: e.Sign * int64(e.Cases), Dong: e.Sign * int64(e.Dong),
	}
	if open[e.ID] {
		out.ID = e.ID
	}
	if !w.hides {
		out.Kind = e.Kind
	}
	return out
}
