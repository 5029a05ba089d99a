package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A LedgerCheck is what became of a check of the books against the records.
type LedgerCheck struct {
	// Records and Postings were looked at, Locks and Reports recomputed.
	Records, Postings, Locks, Reports int
	// Differences tell what is not as it follows from the records; empty where
	// all is well. Only the first maxDifferences are kept, DifferenceCount is how
	// many there are.
	Differences     []LedgerDifference
	DifferenceCount int
}

// maxDifferences bounds the differences that a check keeps.
const maxDifferences = 1000

// A LedgerDifference is something that is not as it follows from the records.
type LedgerDifference struct {
	// ID is the record or lock, Where the form, row and column of a kept report,
	// empty for what concerns the whole.
	ID, Where string
	Text      thads.Text
}

func (c *LedgerCheck) differs(id, where, vi, en string, args ...any) {
	if c.DifferenceCount++; len(c.Differences) < maxDifferences {
		c.Differences = append(c.Differences, LedgerDifference{ID: id, Where: where, Text: thads.Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}})
	}
}

// VerifyLedger folds every record anew, compares its postings with those that
// are stored beside it, and makes every report that a lock has kept once more, as
// known at the instant at which it was made. It writes nothing; progress, if not
// nil, hears how many records were looked at. It is for the operator: it asks for
// no right.
func (a *App) VerifyLedger(ctx context.Context, progress func(done int)) (*LedgerCheck, error) {
	c := &LedgerCheck{}
	// The locks first: a report whose lock is complete is made of records that
	// were stored before.
	locks, err := a.lockedPeriods(ctx)
	if err != nil {
		return nil, err
	}
	books := ledger.New()
	for _, n := range postedNouns() {
		if err := a.verifyBook(ctx, n, c, books, progress); err != nil {
			return nil, err
		}
	}
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return nil, err
	}
	view := books.View()
	for _, l := range locks {
		if err := a.verifyLock(ctx, l, view, d, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// lockedPeriods are the locks that are complete, by unit and day.
func (a *App) lockedPeriods(ctx context.Context) ([]*lockRecord, error) {
	var out []*lockRecord
	for doc, err := range a.store.Scan(ctx, periodLockCollection, store.ScanOptions{}) {
		if err != nil {
			return nil, unavailable(err)
		}
		l, err := decodeLock(doc)
		if err != nil {
			return nil, err
		}
		if l.State == PeriodLocked {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(x, y *lockRecord) int { return x.ClosedAt.Compare(y.ClosedAt) })
	return out, nil
}

// verifyBook compares the stored postings of a kind of records with what follows
// from them, and enters the latter into books.
func (a *App) verifyBook(ctx context.Context, n derivable, c *LedgerCheck, books *ledger.Ledger, progress func(done int)) error {
	return books.Load(func(yield func(ledger.Document, error) bool) {
		for d, err := range a.store.Scan(ctx, n.collection(), store.ScanOptions{}) {
			if err != nil {
				yield(ledger.Document{}, unavailable(err))
				return
			}
			if c.Records++; progress != nil && c.Records%10000 == 0 {
				progress(c.Records)
			}
			postings, deadlines, err := n.entries(d)
			if err != nil {
				c.differs(d.ID, "", "không đọc được: %v", "cannot be read: %v", err)
				continue
			}
			c.Postings += len(postings)
			if d.PostingsVersion == thads.PostingRules && !bytes.Equal(d.Postings, thads.EncodeEntries(postings, deadlines)) {
				c.differs(d.ID, "", "bút toán đã lưu khác bút toán tính từ diễn biến", "the stored postings are not those of its history")
			}
			if !yield(ledger.Document{ID: d.ID, Version: d.Version, Book: n.book(), Postings: postings}, nil) {
				return
			}
		}
	})
}

// verifyLock makes the reports of a lock once more and compares.
func (a *App) verifyLock(ctx context.Context, l *lockRecord, view *ledger.View, d *Directory, c *LedgerCheck) error {
	c.Locks++
	if hash, err := l.seal(); err != nil {
		return err
	} else if hash != l.Hash {
		c.differs(l.ID, "", "mã băm của lần khóa sổ đến %s không khớp", "the hash of the lock through %s does not match", l.Through)
	}
	for _, kept := range l.Kept {
		docs, err := a.store.Get(ctx, periodReportCollection, thads.Everything(), periodReportID(l.ID, kept.Form))
		if err != nil {
			return unavailable(err)
		}
		if len(docs) == 0 {
			c.differs(l.ID, string(kept.Form), "biểu đã chốt không còn", "the kept report is gone")
			continue
		}
		c.Reports++
		if digest(docs[0].Body) != kept.Digest {
			c.differs(l.ID, string(kept.Form), "mã băm của biểu đã chốt không khớp", "the hash of the kept report does not match")
		}
		was := new(forms.Report)
		if err := json.Unmarshal(docs[0].Body, was); err != nil {
			c.differs(l.ID, string(kept.Form), "không đọc được biểu đã chốt: %v", "the kept report cannot be read: %v", err)
			continue
		}
		f, ok := forms.FormOf(kept.Form, l.Regime)
		if !ok || !f.Available {
			c.differs(l.ID, string(kept.Form), "không còn định nghĩa của biểu", "the form is not defined any more")
			continue
		}
		is, err := computeReport(view, d, l.requestOf(f))
		if err != nil {
			return fmt.Errorf("lock %s: %s: %w", l.ID, kept.Form, err)
		}
		compareKept(l, was, is, c)
	}
	return nil
}

// compareKept compares a kept report with the same made anew, cell by cell. Names
// may have changed meanwhile. A row that one of them lacks is one of zeros.
func compareKept(l *lockRecord, was, is *forms.Report, c *LedgerCheck) {
	keys := map[string]bool{}
	var order []string
	for _, r := range slices.Concat(was.Rows, is.Rows) {
		if !keys[r.Key] {
			keys[r.Key] = true
			order = append(order, r.Key)
		}
	}
	cell := func(r *forms.Report, row, column string) forms.Value {
		line, ok := r.Row(row)
		i := slices.IndexFunc(r.Form.Columns, func(c forms.Column) bool { return c.Code == column })
		if !ok || i < 0 || i >= len(line.Values) {
			return forms.Value{}
		}
		return line.Values[i]
	}
	for _, row := range order {
		for _, column := range was.Form.Columns {
			kept, made := cell(was, row, column.Code), cell(is, row, column.Code)
			if kept == made || column.IsRatio() && (kept.Null || kept.N == 0) && (made.Null || made.N == 0) {
				continue
			}
			c.differs(l.ID, string(was.Form.Code)+" "+row+" "+column.Code,
				"khóa sổ đến %[1]s đã chốt %[2]d, tính lại được %[3]d", "the lock through %[1]s has kept %[2]d, made anew it is %[3]d", l.Through, kept.N, made.N)
		}
	}
}
