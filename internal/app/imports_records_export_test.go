package app

import (
	"bytes"
	"context"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
)

// A RecordRun is a file of records brought in by tests without the life that
// imports have around it.
type RecordRun struct {
	Problems []sheet.Problem
	Actions  map[ImportAction]int
	IDs      []string
	keys     string
}

// ImportRecords checks a file of records and, where nothing is wrong, stores it.
func (a *App) ImportRecords(ctx context.Context, data []byte, keys string) (*RecordRun, error) {
	run := &RecordRun{Actions: map[ImportAction]int{}, keys: keys}
	report := func(p sheet.Problem) { run.Problems = append(run.Problems, p) }
	book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		return nil, err
	}
	m, err := sheet.DetectRecords(book)
	if err != nil {
		return nil, err
	}
	im, err := a.newRecordImporting(ctx, auth.FromContext(ctx), keys, book, m)
	if err != nil {
		return nil, err
	}
	reader, err := sheet.NewRecordReader(book, m, report)
	if err != nil {
		return nil, err
	}
	var plans []*recordPlan
	for e, err := range reader.Entries() {
		if err != nil {
			return nil, err
		}
		p, err := im.plan(ctx, e)
		if err != nil {
			return nil, err
		}
		for _, q := range p.problems {
			report(q)
		}
		run.Actions[p.action]++
		if p.action == ActionCreate {
			plans = append(plans, p)
			run.IDs = append(run.IDs, p.id)
		}
	}
	if run.Actions[ActionBad] > 0 {
		return run, nil
	}
	_, refused, err := im.kind.store(ctx, a, plans)
	for _, err := range refused {
		return run, err
	}
	return run, err
}

// UndoRecords takes a run back and returns why records were left.
func (a *App) UndoRecords(ctx context.Context, k sheet.Kind, run *RecordRun, reason string) (undone int, left []error, err error) {
	for i := len(run.IDs) - 1; i >= 0; i-- {
		done, refusal, err := recordKindOf(k).undo(ctx, a, auth.FromContext(ctx), run.keys, reason, run.IDs[i])
		switch {
		case err != nil:
			return undone, left, err
		case refusal != nil:
			left = append(left, refusal)
		case done:
			undone++
		}
	}
	return undone, left, nil
}
