package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file reads what a check has found: problems and entries, which are kept
// in pieces in the order of the file.

// ImportProblems returns one page of what the last check found, in the order of
// the rows; of all severities where none is given. Of errors, and of the rest,
// the first 10,000 are kept.
func (a *App) ImportProblems(ctx context.Context, id string, severities []sheet.Severity, page PageArgs) (*Page[*sheet.Problem], error) {
	wanted := func(p *sheet.Problem) bool { return len(severities) == 0 || slices.Contains(severities, p.Severity) }
	found, err := findingsPage(ctx, a, id, problemPart, texts(severities), wanted, page)
	if err != nil {
		return nil, err
	}
	clear, err := a.seesFile(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := range found.Items {
		if p := found.Items[i].Value; !clear {
			p.Got = thads.MaskText(p.Got)
			p.Text.VI, p.Text.EN = unquoted(p.Text.VI), unquoted(p.Text.EN)
		}
	}
	return found, nil
}

// quoted are the parts of a text that are taken from a file, or may be.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|“[^”]*”`)

// unquoted masks what a text quotes.
func unquoted(text string) string { return quoted.ReplaceAllString(text, "“"+thads.MaskSign+"”") }

// seesFile tells whether the caller may see what stands in the file of an import:
// who sent it, and who sees whom all cases are about. A file may hold protected
// ones, and nothing in it tells reliably which they are.
func (a *App) seesFile(ctx context.Context, id string) (bool, error) {
	r, err := a.visibleImport(ctx, id)
	if err != nil || r == nil {
		return false, err
	}
	if r.By == auth.FromContext(ctx).ID {
		return true, nil
	}
	v, err := a.Veil(ctx)
	if err != nil {
		return false, err
	}
	least := v.least()
	return !least.masksText(), nil
}

// mayRead refuses the content of a file to those who may see the import and not
// whom its cases are about.
func (a *App) mayRead(ctx context.Context, id string) error {
	clear, err := a.seesFile(ctx, id)
	if err == nil && !clear {
		err = thads.Errorf(thads.CodeForbidden, "id", "Tệp có thể chứa việc được bảo vệ, chỉ người gửi tệp được xem nội dung", "The file may hold protected cases: who sent it alone may see what it says")
	}
	return err
}

// ImportEntries returns one page of what becomes of the entries of the file, in
// their order; of all actions where none is given.
func (a *App) ImportEntries(ctx context.Context, id string, actions []ImportAction, page PageArgs) (*Page[*ImportEntry], error) {
	wanted := func(e *importEntryKept) bool { return len(actions) == 0 || slices.Contains(actions, e.Action) }
	kept, err := findingsPage(ctx, a, id, entryPart, texts(actions), wanted, page)
	if err != nil {
		return nil, err
	}
	v, err := a.Veil(ctx)
	if err != nil {
		return nil, err
	}
	least := v.least()
	out := &Page[*ImportEntry]{HasNext: kept.HasNext, HasPrevious: kept.HasPrevious, count: kept.count}
	for _, it := range kept.Items {
		if least.in(it.Value.Protected)[sightName] != auth.Clear {
			it.Value.Debtor = maskCounted(it.Value.Debtor)
		}
		out.Items = append(out.Items, Item[*ImportEntry]{Value: &it.Value.ImportEntry, Cursor: it.Cursor})
	}
	return out, nil
}

// findingsPage reads one page of findings. A cursor marks the place of a finding
// in the whole list of its run, whichever kinds of findings are asked for.
func findingsPage[T any](ctx context.Context, a *App, id, kind string, kinds []string, wanted func(*T) bool, args PageArgs) (*Page[*T], error) {
	r, err := a.visibleImport(ctx, id)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, notFound("id")
	}
	q, err := args.query(thads.Everything(), nil, "", false)
	if err != nil {
		return nil, err
	}
	f := &findings[T]{app: a, r: r, kind: kind, wanted: wanted}
	if err := f.index(ctx, kinds); err != nil {
		return nil, err
	}
	from, to := 0, f.total
	if q.After != "" {
		at, err := f.place(q.After, "after")
		if err != nil {
			return nil, err
		}
		from = at + 1
	}
	if q.Before != "" {
		at, err := f.place(q.Before, "before")
		if err != nil {
			return nil, err
		}
		to = min(to, at)
	}
	items, more, err := f.read(ctx, from, to, q.Limit, q.FromEnd)
	if err != nil {
		return nil, err
	}
	out := &Page[*T]{Items: items, count: func(context.Context) (int64, error) { return int64(f.matching), nil }}
	out.HasPrevious, out.HasNext = q.Sides(more)
	return out, nil
}

// findings are those of one kind of one run.
type findings[T any] struct {
	app    *App
	r      *importRecord
	kind   string
	wanted func(*T) bool
	// pieces are what is known of each piece, total how many findings there are
	// and matching how many of the kinds asked for.
	pieces          []pieceIndex
	total, matching int
}

// pieceIndex is where a piece begins in the list, and how many findings it has
// in all and of the kinds asked for.
type pieceIndex struct {
	id                 string
	first, n, matching int
}

// index reads the heads of the pieces.
func (f *findings[T]) index(ctx context.Context, kinds []string) error {
	if f.r.Shown == 0 {
		return nil
	}
	ids := make([]string, f.r.Pieces[f.kind])
	for i := range ids {
		ids[i] = f.r.pieceID(f.kind, f.r.Shown, i+1)
	}
	heads := make(map[string]pieceHead, len(ids))
	for part := range slices.Chunk(ids, store.MaxPage) {
		found, err := f.app.store.Heads(ctx, importPartCollection, thads.Everything(), part...)
		if err != nil {
			return unavailable(err)
		}
		for _, h := range found {
			var head pieceHead
			if err := json.Unmarshal(h.Head, &head); err != nil {
				return fmt.Errorf("part %s: %w", h.ID, err)
			}
			heads[h.ID] = head
		}
	}
	for _, id := range ids {
		head, there := heads[id]
		if !there {
			continue // deleted since the import was read
		}
		p := pieceIndex{id: id, first: f.total}
		for k, n := range head.By {
			p.n += n
			if len(kinds) == 0 || slices.Contains(kinds, k) {
				p.matching += n
			}
		}
		f.total += p.n
		f.matching += p.matching
		f.pieces = append(f.pieces, p)
	}
	return nil
}

// cursor marks a place in the list of the run.
func (f *findings[T]) cursor(at int) (store.Cursor, error) {
	return store.NewCursor("", nil, fmt.Sprintf("%s%d", f.r.results(f.kind, f.r.Shown), at))
}

// place reads a cursor.
func (f *findings[T]) place(c store.Cursor, field string) (int, error) {
	bad := thads.Errorf(thads.CodeInvalid, field, "Con trỏ trang không dùng được cho danh sách này", "The cursor does not belong to this list")
	_, id, err := c.Decode(importPartCollection, "")
	if err != nil {
		return 0, bad
	}
	prefix := f.r.results(f.kind, f.r.Shown)
	if len(id) <= len(prefix) || id[:len(prefix)] != prefix {
		return 0, bad
	}
	at, err := strconv.Atoi(id[len(prefix):])
	if err != nil || at < 0 {
		return 0, bad
	}
	return at, nil
}

// read returns the findings that are wanted between two places, the first or
// last limit of them, and whether there are more.
func (f *findings[T]) read(ctx context.Context, from, to, limit int, fromEnd bool) ([]Item[*T], bool, error) {
	pieces := slices.Clone(f.pieces)
	if fromEnd {
		slices.Reverse(pieces)
	}
	var items []Item[*T]
	for _, p := range pieces {
		if p.matching == 0 || p.first >= to || p.first+p.n <= from {
			continue
		}
		values, err := readPiece[T](ctx, f.app, p.id)
		if err != nil {
			return nil, false, err
		}
		for k := range values {
			i := k
			if fromEnd {
				i = len(values) - 1 - k
			}
			at := p.first + i
			if at < from || at >= to || !f.wanted(&values[i]) {
				continue
			}
			if len(items) == limit {
				return f.ordered(items, fromEnd), true, nil
			}
			c, err := f.cursor(at)
			if err != nil {
				return nil, false, err
			}
			items = append(items, Item[*T]{Value: &values[i], Cursor: c})
		}
	}
	return f.ordered(items, fromEnd), false, nil
}

func (f *findings[T]) ordered(items []Item[*T], fromEnd bool) []Item[*T] {
	if fromEnd {
		slices.Reverse(items)
	}
	return items
}

// readPiece reads a piece of findings; nothing where it was deleted.
func readPiece[T any](ctx context.Context, a *App, id string) ([]T, error) {
	docs, err := a.store.Get(ctx, importPartCollection, thads.Everything(), id)
	if err != nil || len(docs) == 0 {
		return nil, unavailable(err)
	}
	text, err := a.openPart(docs[0])
	if err != nil {
		return nil, err
	}
	values, err := fromJSONLines[T](text)
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", id, err)
	}
	return values, nil
}

// ImportProblemFile writes the rows that have problems, and all rows of the
// cases that were not accepted because of them, as a workbook like the file, with
// one more column that says what is wrong. Mended, it can be imported itself.
func (a *App) ImportProblemFile(ctx context.Context, id string, w io.Writer) error {
	r, book, err := a.bookOf(ctx, id)
	if err != nil {
		return err
	}
	if err := a.mayRead(ctx, id); err != nil {
		return err
	}
	if book == nil {
		return fileGone()
	}
	if r.Shown == 0 {
		return wrongState(r.State)
	}
	rows := problemRows{}
	for n := range r.Pieces[entryPart] {
		entries, err := readPiece[importEntryKept](ctx, a, r.pieceID(entryPart, r.Shown, n+1))
		if err != nil {
			return err
		}
		for i := range entries {
			for _, run := range entries[i].Rows {
				for row := run.From; row <= run.To; row++ {
					rows.at(run.Sheet, row)
				}
			}
		}
	}
	for n := range r.Pieces[problemPart] {
		problems, err := readPiece[sheet.Problem](ctx, a, r.pieceID(problemPart, r.Shown, n+1))
		if err != nil {
			return err
		}
		for _, p := range problems {
			rows.add(p, !r.State.isEnded())
		}
	}
	return sheet.WriteProblemFile(w, book, r.Reading, rows)
}

// problemRows are the problems by sheet and row.
type problemRows map[string]map[int][]sheet.Problem

// at makes sure that a row is among them.
func (m problemRows) at(name string, row int) {
	if m[name] == nil {
		m[name] = map[int][]sheet.Problem{}
	}
	if _, there := m[name][row]; !there {
		m[name][row] = nil
	}
}

// add adds a problem to its row. A warning alone brings its row only with
// warned: once the good rows are recorded, those that are handed back are the others.
func (m problemRows) add(p sheet.Problem, warned bool) {
	if p.Row == 0 || p.Severity == sheet.LeftOut {
		return
	}
	if _, there := m[p.Sheet][p.Row]; !there && p.Severity != sheet.Error && !warned {
		return
	}
	m.at(p.Sheet, p.Row)
	m[p.Sheet][p.Row] = append(m[p.Sheet][p.Row], p)
}

// pieceID names the n-th piece, from 1, of the findings of a run.
func (r *importRecord) pieceID(kind string, run, n int) string {
	return fmt.Sprintf("%s%05d", r.results(kind, run), n)
}

// changePieces lets the acceptance write into the entries what became of them:
// change gets the entries of one piece after the other, in the order of the file,
// and tells whether it has changed any. Another process may do the same at the
// same time, with the same outcome.
func (a *App) changePieces(ctx context.Context, r *importRecord, change func([]importEntryKept) (bool, error)) error {
	for n := range r.Pieces[entryPart] {
		if err := a.changePiece(ctx, r.pieceID(entryPart, r.Shown, n+1), change); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) changePiece(ctx context.Context, id string, change func([]importEntryKept) (bool, error)) error {
	for {
		docs, err := a.store.Get(ctx, importPartCollection, thads.Everything(), id)
		if err != nil {
			return unavailable(err)
		}
		if len(docs) == 0 {
			return fmt.Errorf("part %s is gone", id)
		}
		text, err := a.openPart(docs[0])
		if err != nil {
			return err
		}
		entries, err := fromJSONLines[importEntryKept](text)
		if err != nil {
			return fmt.Errorf("part %s: %w", id, err)
		}
		if changed, err := change(entries); err != nil || !changed {
			return err
		}
		d, err := makePiece(a, id, entries, func(e *importEntryKept) string { return string(e.Action) })
		if err != nil {
			return err
		}
		d.Version = docs[0].Version + 1
		if err := a.store.Replace(ctx, importPartCollection, d); !errors.Is(err, store.ErrConflict) {
			return unavailable(err)
		}
	}
}

// makePiece makes the document of a piece of findings, which are counted by
// their kind: severity or action.
func makePiece[T any](a *App, id string, values []T, kind func(*T) string) (*store.Document, error) {
	head := pieceHead{By: map[string]int{}}
	for i := range values {
		head.By[kind(&values[i])]++
	}
	h, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", id, err)
	}
	body, err := jsonLines(values)
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", id, err)
	}
	return a.sealedPart(id, h, body)
}
