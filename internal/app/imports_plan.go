package app

import (
	"context"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file decides what accepting an entry of a file would do. The check and
// the acceptance both ask it, so that they can never disagree.

// importing is one pass over an import's file: by the check, or by the
// acceptance. It is used by one goroutine.
type importing struct {
	app *App
	// imp is the import as it stood when the pass began.
	imp *Import
	// by is who began the check or the acceptance, with the rights of then.
	by        auth.Principal
	now       time.Time
	directory *Directory
}

// planned is what accepting one entry would do.
type planned struct {
	entry  *sheet.Entry
	action ImportAction
	// id is the case that is created, changed or there already; "" where the
	// entry is bad and names none.
	id thads.CaseID
	// own tells that the case has the id which this import gives to the entry:
	// it was created by an acceptance before (or, after a crash, by this one).
	own bool
	// state is the case as it stands once the entry is accepted; nil for bad
	// entries. Its last `events` events are what accepting records.
	state  *thads.Case
	events int
	// version is that of the stored document; 0 for cases that are created.
	version int64
	// numbers are the identity numbers to be sealed, by the index of the event
	// in state and of the party in the event.
	numbers map[int]map[int]string
	// problems are the refusals and warnings, placed in the file. An entry with
	// an error is bad.
	problems []sheet.Problem
}

// plan decides about some entries, in the order of the file; at most bulkSize at
// once are cheapest. Within one pass, an entry sees what those before it do to
// its case. The error is for faults.
func (im *importing) plan(ctx context.Context, entries []*sheet.Entry) ([]*planned, error) {
	return nil, notYet()
}

// document makes the document of a case that is created or changed.
func (p *planned) document() (*store.Document, error) {
	return cases.encode(string(p.id), p.state, p.version+1)
}

// secrets makes the documents of the identity numbers that the entry brings.
func (p *planned) secrets(a *App) ([]*store.Document, error) {
	return nil, notYet()
}

// begin prepares a pass over an import's file for the principal of a job. The
// reader tells its own problems to report, also while entries are read.
func (a *App) beginImporting(ctx context.Context, imp *Import, by auth.Principal, report func(sheet.Problem)) (*importing, *sheet.Reader, error) {
	return nil, nil, notYet()
}
