package app

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// This file carries registers of records beside cases through the life of an
// import: the jobs are those of cases, and what they do with an entry is here.

// kept returns what the findings keep of a record.
func (p *recordPlan) kept() importEntryKept {
	k := importEntryKept{ImportEntry: ImportEntry{
		Sheet: p.entry.Sheet, Row: p.entry.Row, Action: p.action, Unit: p.unit, Number: p.name, Debtor: p.title, Events: p.events, Record: p.id,
	}}
	if p.action == ActionBad {
		k.Record, k.Rows = "", p.rows()
	}
	return k
}

// rows returns all rows of a record.
func (p *recordPlan) rows() []rowRun {
	rows := []int{p.entry.Row}
	for _, e := range p.entry.Events {
		rows = append(rows, e.RowNumbers...)
	}
	slices.Sort(rows)
	var runs []rowRun
	for _, row := range slices.Compact(rows) {
		if n := len(runs); n > 0 && runs[n-1].To+1 == row {
			runs[n-1].To = row
			continue
		}
		runs = append(runs, rowRun{p.entry.Sheet, row, row})
	}
	return runs
}

// beginRecordImporting opens the file of an import of records for a pass over its
// entries, as beginImporting does for cases.
func (a *App) beginRecordImporting(ctx context.Context, r *importRecord, report func(sheet.Problem)) (*recordImporting, *sheet.RecordReader, error) {
	book, err := a.openImport(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	im, err := a.newRecordImporting(ctx, r.Actor.principal(), r.keyPrefix(), book, r.Reading.Records)
	if err != nil {
		return nil, nil, err
	}
	reader, err := sheet.NewRecordReader(book, r.Reading.Records, report)
	return im, reader, err
}

// readRecords checks the records of the file; stopped tells that the rest was
// not looked at.
func (c *checking) readRecords(ctx context.Context) (counts sheet.Counts, stopped bool, err error) {
	im, reader, err := c.app.beginRecordImporting(ctx, c.r, c.report)
	if err != nil {
		return counts, true, c.refuse(err)
	}
	for e, err := range reader.Entries() {
		if err != nil {
			stopped = true
			if err := c.refuse(err); err != nil {
				return counts, true, err
			}
			break
		}
		p, err := im.plan(ctx, e)
		if err != nil {
			return counts, true, err
		}
		for _, problem := range p.problems {
			c.report(problem)
		}
		c.byAction[p.action]++
		c.pending = append(c.pending, p.kept())
		if c.checked++; c.checked%entriesPerPiece == 0 {
			if err := c.reached(ctx); err != nil {
				return counts, true, err
			}
		}
		if c.faulty > maxImportProblems {
			stopped = true
			break
		}
	}
	return reader.Counts(), stopped, c.reached(ctx)
}

// reached notes how far the check has come, and ends it where the import went on
// without it.
func (c *checking) reached(ctx context.Context) error {
	if _, err := c.current(ctx); err != nil {
		return err
	}
	c.job.Done, c.job.Total = c.checked, max(c.job.Total, c.checked)
	if err := c.keepEntries(ctx, false); err != nil {
		return err
	}
	return c.app.note(ctx, c.job, false)
}

// writeRecords stores the records of the file that the check found good.
func (acc *acceptance) writeRecords(ctx context.Context) error {
	a := acc.app
	again := func(err error) error {
		return fmt.Errorf("import %s: what was checked cannot be read again: %w", acc.r.ID, err)
	}
	im, reader, err := a.beginRecordImporting(ctx, acc.r, func(sheet.Problem) {})
	if err != nil {
		return again(err)
	}
	checked, stop := iter.Pull2(a.entriesOf(ctx, acc.r, false))
	defer stop()
	read := 0
	var part []*recordPlan
	for e, err := range reader.Entries() {
		if err != nil {
			return again(err)
		}
		was, err, ok := checked()
		if err != nil {
			return err
		}
		if !ok || was.Sheet != e.Sheet || was.Row != e.Row {
			return fmt.Errorf("import %s: row %d is not what was checked", acc.r.ID, e.Row)
		}
		acc.unmark(&was)
		if read++; was.Action == ActionCreate {
			p, err := im.plan(ctx, e)
			if err != nil {
				return err
			}
			if acc.decideRecord(p, was) {
				part = append(part, p)
			}
		}
		if read%entriesPerPiece == 0 {
			if err := acc.storeRecords(ctx, im, part, read); err != nil {
				return err
			}
			part = part[:0]
			if err := im.refresh(ctx); err != nil {
				return err
			}
		}
	}
	return acc.storeRecords(ctx, im, part, read)
}

// refresh brings a pass up to the present: the clock, and the units and officers
// with the locks of their books.
func (im *recordImporting) refresh(ctx context.Context) error {
	d, err := im.app.presentDirectory(ctx)
	if err != nil {
		return err
	}
	im.now, im.dir = im.app.clock(), d
	return nil
}

// decideRecord compares what is to be done now with what the check has told, and
// tells whether the record is to be stored.
func (acc *acceptance) decideRecord(p *recordPlan, was importEntryKept) bool {
	switch {
	case p.action == ActionExisting && p.own:
		acc.created++ // by this acceptance before it was interrupted
		return false
	case p.action == ActionBad:
		acc.refuseRecord(p, slices.DeleteFunc(p.problems, func(q sheet.Problem) bool { return q.Severity != sheet.Error })...)
		return false
	case p.action != was.Action || p.id != was.Record:
		acc.refuseRecord(p, p.entry.Problem(0, thads.Errorf(thads.CodeConflict, "",
			"Hồ sơ này đã thay đổi sau khi kiểm tra tệp; hãy kiểm tra lại tệp", "The record was changed after the file was checked; check the file again")))
		return false
	}
	return true
}

func (acc *acceptance) refuseRecord(p *recordPlan, problems ...sheet.Problem) {
	acc.refused++
	acc.refusedRows[entryPlace{p.entry.Sheet, p.entry.Row}] = p.rows()
	for _, q := range problems {
		acc.problem(q)
	}
}

// storeRecords stores some records and counts them.
func (acc *acceptance) storeRecords(ctx context.Context, im *recordImporting, part []*recordPlan, read int) error {
	created, refused, err := im.kind.store(ctx, acc.app, part)
	if err != nil {
		return err
	}
	acc.created += created
	for i, p := range part {
		es, _ := thads.Refusals(refused[i])
		var problems []sheet.Problem
		for _, e := range es {
			problems = append(problems, p.entry.Problem(0, e))
		}
		if len(problems) > 0 {
			acc.refuseRecord(p, problems...)
		}
	}
	acc.job.Done, acc.job.Total = read, max(acc.job.Total, read)
	return acc.reached(ctx)
}

// takeRecordsBack takes back the records that the import made, the last first.
// A unit under which others stand is left until they are gone, whatever the
// order of the file.
func (u *undoing) takeRecordsBack(ctx context.Context) error {
	kind := recordKindOf(u.r.Reading.Records.Register)
	if kind == nil {
		return fmt.Errorf("import %s: there is no register %q", u.r.ID, u.r.Reading.Records.Register)
	}
	// What is left of a round is tried again once something of it went.
	var next []leftRecord
	for e, err := range u.app.entriesOf(ctx, u.r, true) {
		if err != nil {
			return err
		}
		if e.Action == ActionCreate && e.Record != "" {
			next = append(next, leftRecord{entry: e})
		}
	}
	for went := true; went && len(next) > 0; {
		round := next
		next, went = nil, false
		for _, l := range round {
			undone, refusal, err := kind.undo(ctx, u.app, u.r.Actor.principal(), u.keys, u.r.Reason, l.entry.Record)
			switch {
			case err != nil:
				return err
			case refusal != nil:
				next = append(next, leftRecord{l.entry, refusal})
			case undone:
				u.undone++
				u.job.Done++
				went = true
			}
			if err := u.app.note(ctx, u.job, false); err != nil {
				return err
			}
		}
		r, err := u.app.importOf(ctx, u.job)
		if err != nil {
			return err
		}
		if r == nil || r.State != ImportUndoing {
			return errGivenUp
		}
	}
	for _, l := range next {
		u.left++
		u.job.Done++
		if err := u.job.problem(fmt.Sprintf("Dòng %d, hồ sơ %s", l.entry.Row, l.entry.Number), l.refusal); err != nil {
			return err
		}
	}
	u.job.Total = max(u.job.Total, u.job.Done)
	return nil
}

// A leftRecord is a record that could not be taken back, and why.
type leftRecord struct {
	entry   importEntryKept
	refusal error
}
