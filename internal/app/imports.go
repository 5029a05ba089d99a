package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file begins imports and changes them up to their acceptance. Nothing
// here writes a record of the ledger.

// mappable are the states in which it can be said how the file is read.
func mappable() []ImportState {
	return []ImportState{ImportMapping, ImportChecking, ImportChecked, ImportFailed}
}

// MaxPreview bounds the rows of a preview.
const MaxPreview = 100

// ImportStart begins to import an uploaded file: it recognises the registers in
// it, by a mapping that was kept where one fits, and begins the check. Where the
// columns are not all recognised the import waits for ImportSetMapping. A file
// that is not acceptable is refused and deleted. The same key again returns the
// same import.
func (a *App) ImportStart(ctx context.Context, key, upload string) (*Import, error) {
	p, err := a.importer(ctx)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, thads.Errorf(thads.CodeRequired, "idempotencyKey", "Thiếu khóa chống ghi trùng", "The idempotency key is missing")
	}
	if len(key) > maxKey {
		return nil, thads.Errorf(thads.CodeOutOfRange, "idempotencyKey", "Khóa dài quá %d byte", "The key is longer than %d bytes", maxKey)
	}
	id := newID(importPrefix, p.ID, key)
	if r, err := a.importRecord(ctx, id); err != nil || r != nil {
		return a.startedBefore(ctx, r, upload, err)
	}
	u, err := a.uploadRecord(ctx, upload)
	if err != nil {
		return nil, err
	}
	if u == nil || !u.Complete || u.By != p.ID || u.Import != "" && u.Import != id {
		// Unless the same request was carried out between the two readings.
		if r, err := a.importRecord(ctx, id); err != nil || r != nil {
			return a.startedBefore(ctx, r, upload, err)
		}
		return nil, thads.Errorf(thads.CodeNotFound, "upload", "Không có tệp này; tệp chưa nhập chỉ được giữ một ngày", "There is no such file; one that is not imported is kept for a day")
	}
	r, err := a.newImport(ctx, p, id, u)
	if err != nil {
		if !isFault(err) {
			if failed := a.deleteUpload(ctx, u); failed != nil {
				a.log.WarnContext(ctx, "a refused file stays until it is swept", "upload", u.ID, "error", failed)
			}
		}
		return nil, err
	}
	// The file is bound to this import before the import is there: a second one
	// under another key does not get it.
	if u.Import == "" {
		u.Import = id
		switch err := a.saveUpload(ctx, u); {
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
			return a.ImportStart(ctx, key, upload) // somebody was faster
		case err != nil:
			return nil, err
		}
	}
	doc, err := r.document(r.StartedAt)
	if err != nil {
		return nil, err
	}
	switch err := a.store.Insert(ctx, importCollection, doc); {
	case errors.Is(err, store.ErrExists):
		if r, err = a.importRecord(ctx, id); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, unavailable(err)
	}
	if err := a.journalImport(ctx, r); err != nil {
		return nil, err
	}
	return &r.Import, a.forgetUpload(ctx, u.ID)
}

// startedBefore answers a request that has begun an import already.
func (a *App) startedBefore(ctx context.Context, r *importRecord, upload string, err error) (*Import, error) {
	if err != nil {
		return nil, err
	}
	if r.Upload != upload {
		return nil, keyReused()
	}
	return &r.Import, a.journalImport(ctx, r)
}

// newImport makes the import of a file that can be read.
func (a *App) newImport(ctx context.Context, p auth.Principal, id string, u *uploadRecord) (*importRecord, error) {
	now := store.Instant(a.clock())
	r := &importRecord{
		Import: Import{
			ID: id, Version: 1, File: u.Name, Bytes: u.Bytes, Digest: u.Digest, State: ImportMapping,
			By: p.ID, ByName: p.Name, StartedAt: now, FileKept: true,
		},
		importKept: importKept{Upload: u.ID, ExpiresAt: now.Add(filesKept)},
		version:    1,
	}
	book, err := a.openImport(ctx, r)
	if err != nil {
		return nil, err
	}
	reading, err := sheet.Detect(book)
	if err != nil {
		// Headers that nobody has foreseen can be shown by a person; a file that
		// cannot be read is refused.
		es, isRefusal := thads.Refusals(err)
		if !isRefusal {
			return nil, err
		}
		if err := readable(book); err != nil {
			return nil, err
		}
		r.Message, reading = es[0].Text, sheet.Reading{}
	}
	if r.Attempt, err = a.attempt(ctx, r.Digest); err != nil {
		return nil, err
	}
	if r.KeptMapping, err = a.applyKept(ctx, p, book, &reading); err != nil {
		return nil, err
	}
	r.Reading = reading
	err = checkReading(book, &reading)
	switch {
	case err == nil:
		r.State = ImportChecking
		r.begin(jobImportCheck, p)
	case isFault(err):
		return nil, err
	case r.Message == thads.Text{}:
		es, _ := thads.Refusals(err)
		r.Message = es[0].Text
	}
	return r, nil
}

// readable refuses a file in which the first rows of a sheet cannot be read.
func readable(b *sheet.Book) error {
	for _, name := range b.Sheets() {
		_, err := sheet.Propose(b, sheet.Cases, name, 1)
		if err != nil && !errors.Is(err, &thads.Error{Code: thads.CodeUnknown}) {
			return err
		}
	}
	return nil
}

// ImportSetMapping says how the file is read and begins to check it again; a
// check under way is given up. With keep, files with the same headers are read
// so from now on. A reading that does not fit the file is refused with the paths
// of its inputs ("reading.cases.columns.3.field").
func (a *App) ImportSetMapping(ctx context.Context, c ImportChange, reading sheet.Reading, keep bool) (*Import, error) {
	request := struct {
		Do      string
		Reading sheet.Reading
		Keep    bool
	}{"setMapping", reading, keep}
	r, err := a.changeImport(ctx, c, request, mappable(), func(ctx context.Context, p auth.Principal, r *importRecord) error {
		book, err := a.openImport(ctx, r)
		if err != nil {
			return err
		}
		next := reading
		if err := completeReading(book, &next); err != nil {
			return err
		}
		if err := checkReading(book, &next); err != nil {
			return err
		}
		r.clearFindings()
		r.Reading, r.KeptMapping, r.State = next, false, ImportChecking
		r.begin(jobImportCheck, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if keep {
		if err := a.keepMappings(ctx, &r.Reading); err != nil {
			return nil, err
		}
	}
	return &r.Import, nil
}

// completeReading gives the columns of a reading the titles that they have in
// the file, and adds those that it leaves out.
func completeReading(b *sheet.Book, r *sheet.Reading) error {
	for _, m := range mapped(r) {
		full, err := sheet.Propose(b, m.kind, m.mapping.Sheet, m.mapping.HeaderRow)
		if err != nil {
			es, isRefusal := thads.Refusals(err)
			if !isRefusal {
				return err
			}
			e := *es[0]
			e.Field = append([]string{"reading", m.field}, e.Field...)
			return &e
		}
		next := *m.mapping
		next.Register = m.kind
		next.Columns = slices.Clone(m.mapping.Columns)
		for i := range next.Columns {
			next.Columns[i].Title = ""
		}
		for _, c := range full.Columns {
			i := slices.IndexFunc(next.Columns, func(o sheet.MappedColumn) bool { return o.Column == c.Column })
			if i < 0 {
				next.Columns = append(next.Columns, sheet.MappedColumn{Column: c.Column, Title: c.Title})
				continue
			}
			next.Columns[i].Title = c.Title
		}
		slices.SortStableFunc(next.Columns, func(x, y sheet.MappedColumn) int { return x.Column - y.Column })
		switch m.kind {
		case sheet.Cases:
			r.Cases = &next
		case sheet.CaseEvents:
			r.Events = &next
		default:
			r.Records = &next
		}
	}
	return nil
}

// ImportCancel gives up an import that is not accepted yet. Its file and what
// was found in it are deleted.
func (a *App) ImportCancel(ctx context.Context, c ImportChange) (*Import, error) {
	r, err := a.changeImport(ctx, c, "cancel", mappable(), func(_ context.Context, _ auth.Principal, r *importRecord) error {
		r.cancel(store.Instant(a.clock()).Add(leftoversAfter))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.deleteWorkingPapers(ctx, r); err != nil {
		a.log.WarnContext(ctx, "the pieces of a cancelled import stay until they are swept", "import", r.ID, "error", err)
	}
	return &r.Import, nil
}

// cancel gives the import up; what is left of it is deleted at an instant.
func (r *importRecord) cancel(leftovers time.Time) {
	r.clearFindings()
	r.State, r.FileKept, r.ExpiresAt = ImportCancelled, false, leftovers
}

// ImportSheets returns the names of the visible sheets of the file, in their
// order; a CSV file has one without a name. There are none once the file is
// deleted.
func (a *App) ImportSheets(ctx context.Context, id string) ([]string, error) {
	_, book, err := a.bookOf(ctx, id)
	if err != nil || book == nil {
		return nil, err
	}
	return book.Sheets(), nil
}

// ImportPropose proposes a mapping for a sheet whose headers end in a row,
// counted from 1. Nothing is kept.
func (a *App) ImportPropose(ctx context.Context, id string, k sheet.Kind, sheetName string, headerRow int) (*sheet.Mapping, error) {
	_, book, err := a.bookOf(ctx, id)
	if err != nil {
		return nil, err
	}
	// Any row can be called the headers, and then stands in what is proposed.
	if err := a.mayRead(ctx, id); err != nil {
		return nil, err
	}
	if book == nil {
		return nil, fileGone()
	}
	return sheet.Propose(book, k, sheetName, headerRow)
}

// ImportPreview returns the first rows, 1 to MaxPreview, behind the headers of
// a register of the file; none where the register is not read or the file is
// deleted.
func (a *App) ImportPreview(ctx context.Context, id string, k sheet.Kind, rows int) (*sheet.Preview, error) {
	if rows < 1 || rows > MaxPreview {
		return nil, thads.Errorf(thads.CodeOutOfRange, "rows", "Số dòng xem trước từ 1 đến %d", "A preview has 1 to %d rows", MaxPreview)
	}
	r, book, err := a.bookOf(ctx, id)
	if err != nil || book == nil {
		return &sheet.Preview{}, err
	}
	if err := a.mayRead(ctx, id); err != nil {
		return &sheet.Preview{}, err
	}
	m := mappingOf(&r.Reading, k)
	if m == nil {
		return &sheet.Preview{}, nil
	}
	return sheet.ReadPreview(book, m, rows)
}

// bookOf opens the file of an import that the caller may see; nil once the file
// is deleted.
func (a *App) bookOf(ctx context.Context, id string) (*importRecord, *sheet.Book, error) {
	r, err := a.visibleImport(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if r == nil {
		return nil, nil, notFound("id")
	}
	if !r.FileKept {
		return r, nil, nil
	}
	book, err := a.openImport(ctx, r)
	return r, book, err
}
