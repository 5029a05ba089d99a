package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// jobImport is the kind of job that journals an import. It is carried out by
// whoever has the file, never by the worker.
const jobImport = "import"

// maxWholeProblems bounds the problems of one import that are listed.
const maxWholeProblems = 1000

// An ImportFile is a register of cases to bring in.
type ImportFile struct {
	// Name is for people; the content says what the file is.
	Name string
	Data io.ReaderAt
	// Size in bytes.
	Size int64
}

// ImportOptions say how a file is brought in.
type ImportOptions struct {
	// DryRun checks everything and writes nothing.
	DryRun bool
	// Limits bound what is read; the zero value is sheet.DefaultLimits.
	Limits sheet.Limits
	// Progress, if not nil, hears how many cases were checked or written.
	Progress func(checked, written int)
}

// An ImportReport tells what became of a file.
type ImportReport struct {
	// Digest identifies the content of the file (SHA-256, hexadecimal).
	Digest string
	// Rows and Cases were read; cases in which something is wrong count too.
	Rows, Cases int
	// Created were stored (or would be, in a dry run); Existing had been
	// stored from the same file before.
	Created, Existing int
	// Problems are listed in the order of their rows, at most 1000 of each
	// severity; Errors and Warnings count all that were found.
	Problems         []sheet.Problem
	Errors, Warnings int
	// Stopped tells that the rest of the file was not looked at, because there
	// were too many problems or the file is damaged there.
	Stopped bool
	// Incomplete tells that some cases were refused while others were written,
	// because their numbers were taken after the check.
	Incomplete bool
	// Before is the journal of an earlier import of the same file, or nil.
	Before *Job
}

// Accepted tells whether nothing keeps the file from being brought in.
func (r *ImportReport) Accepted() bool { return r.Errors == 0 }

func (r *ImportReport) problem(p sheet.Problem) {
	n := &r.Errors
	if p.Severity == sheet.Warning {
		n = &r.Warnings
	}
	if *n++; *n <= maxWholeProblems {
		r.Problems = append(r.Problems, p)
	}
}

// refuse adds the refusals that err consists of as problems of the whole file;
// a fault is returned.
func (r *ImportReport) refuse(err error) error {
	es, isRefusal := thads.Refusals(err)
	if !isRefusal {
		return err
	}
	for _, e := range es {
		if e.Code == thads.CodeUnavailable {
			return err
		}
		r.problem(sheet.Problem{Code: e.Code, Text: e.Text})
	}
	r.Stopped = true
	return nil
}

// ImportCases brings in a register of cases, whole or not at all: every row is
// checked against the columns, the rules of cases, the units and officers, and
// the numbers taken, in the file and in the store, before the first is
// written. What is wrong is in the report; the error is for faults and for
// callers who may not import.
//
// The ids of the cases derive from the content of the file and the row. So the
// same file again completes what a crash has cut off, and changes nothing where
// it was complete, whoever brings it in.
func (a *App) ImportCases(ctx context.Context, f ImportFile, o ImportOptions) (*ImportReport, error) {
	p, err := a.permit(ctx, auth.Direct)
	if err != nil {
		return nil, err
	}
	if err := a.checkLoaded(ctx); err != nil {
		return nil, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	report := &ImportReport{}
	h := sha256.New()
	if o.Limits == (sheet.Limits{}) {
		o.Limits = sheet.DefaultLimits()
	}
	// Before the digest, so that a file of any size is refused at once.
	book, err := sheet.Open(f.Data, f.Size, o.Limits)
	if err != nil {
		return report, report.refuse(err)
	}
	if _, err := io.Copy(h, io.NewSectionReader(f.Data, 0, f.Size)); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	report.Digest = hex.EncodeToString(h.Sum(nil))
	if report.Before, err = a.job(ctx, importJobID(report.Digest)); err != nil {
		return nil, err
	}
	im := &wholeImport{app: a, by: p, now: a.clock(), directory: d, book: book, options: o, report: report, rowOf: map[string]int{}}
	im.index()
	if err := im.check(ctx); err != nil {
		return nil, err
	}
	if o.DryRun || !report.Accepted() || report.Cases == 0 {
		return report, nil
	}
	return report, im.accept(ctx, f.Name)
}

func importJobID(digest string) string {
	return newID("jb", auth.System(jobImport).ID, digest)
}

// wholeImport is one import under way.
type wholeImport struct {
	app       *App
	by        auth.Principal
	directory *Directory
	book      *sheet.Book
	options   ImportOptions
	report    *ImportReport
	now       time.Time
	officers  map[string]*thads.Officer
	// within are the units for which the principal may write; nil for all.
	within []thads.UnitID
	// rowOf is the row in which each decision of the file occurred first.
	rowOf   map[string]int
	checked int
}

// index prepares what is looked up for every case.
func (im *wholeImport) index() {
	im.officers = make(map[string]*thads.Officer, len(im.directory.officers))
	for _, o := range im.directory.officers {
		if !o.IsVoided() {
			im.officers[strings.ToUpper(o.Code)] = o
		}
	}
	if im.by.Reach() != auth.ReachEverything {
		im.within = append([]thads.UnitID{}, im.directory.Tree.SubtreeEver(im.by.Unit)...)
	}
}

// check reads the file and checks every row and case of it.
func (im *wholeImport) check(ctx context.Context) error {
	reader, err := sheet.NewCaseReader(im.book, im.report.problem)
	if err != nil {
		return im.report.refuse(err)
	}
	part := make([]*sheet.CaseEntry, 0, bulkSize)
	for e, err := range reader.Entries() {
		if err != nil {
			if err := im.report.refuse(err); err != nil {
				return fmt.Errorf("import: %w", err)
			}
			break
		}
		if part = append(part, e); len(part) == bulkSize {
			if err := im.checkPart(ctx, part); err != nil {
				return err
			}
			part = part[:0]
		}
		if im.report.Errors > maxWholeProblems {
			im.report.Stopped = true
			break
		}
	}
	if err := im.checkPart(ctx, part); err != nil {
		return err
	}
	im.report.Rows, im.report.Cases = reader.Counts()
	if im.report.Rows == 0 && im.report.Accepted() {
		im.report.problem(sheet.Problem{Sheet: reader.Sheet(), Code: thads.CodeRequired, Text: thads.Text{VI: "Sổ không có dòng nào", EN: "The register has no rows"}})
	}
	slices.SortStableFunc(im.report.Problems, func(a, b sheet.Problem) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column))
	})
	return nil
}

// checkPart checks some of the cases.
func (im *wholeImport) checkPart(ctx context.Context, entries []*sheet.CaseEntry) error {
	good := make([]*sheet.CaseEntry, 0, len(entries))
	histories := make([]CaseHistory, 0, len(entries))
	for _, e := range entries {
		if err := im.resolve(e, true); err != nil {
			if err := im.refused(e, err); err != nil {
				return err
			}
			continue
		}
		good = append(good, e)
		histories = append(histories, im.history(e))
	}
	result, err := im.app.CasesBackfill(im.system(ctx), slices.Values(histories), true)
	if err != nil {
		return err
	}
	for i, e := range good {
		if refusal := result.Refused[i]; refusal != nil {
			if err := im.refused(e, refusal); err != nil {
				return err
			}
		}
	}
	im.report.Created += result.Created
	im.report.Existing += result.Existing
	im.checked += len(entries)
	im.hear(0)
	return ctx.Err()
}

func (im *wholeImport) hear(written int) {
	if im.options.Progress != nil {
		im.options.Progress(im.checked, written)
	}
}

// history is a case as it is stored: its first event, recorded now.
func (im *wholeImport) history(e *sheet.CaseEntry) CaseHistory {
	return CaseHistory{
		Key:        "import/" + im.report.Digest + "/" + strconv.Itoa(e.Row),
		Events:     []RecordedCaseEvent{{Event: e.Event, At: im.now, By: im.by.ID}},
		Identities: e.Identities,
	}
}

// system returns a context under which the ids derive from the import and not
// from the person, so that a file stays one file whoever brings it in.
func (im *wholeImport) system(ctx context.Context) context.Context {
	return auth.NewContext(ctx, auth.System(jobImport))
}

// write stores the cases, which were checked. What is refused all the same (a
// number that was taken since) is added to the report.
func (im *wholeImport) write(ctx context.Context) error {
	reader, err := sheet.NewCaseReader(im.book, func(sheet.Problem) {})
	if err != nil {
		return err
	}
	var fault error
	var rows []int
	histories := func(yield func(CaseHistory) bool) {
		for e, err := range reader.Entries() {
			if err == nil {
				err = im.resolve(e, false)
			}
			if err != nil {
				fault = fmt.Errorf("import: what was checked cannot be read again: %w", err)
				return
			}
			if rows = append(rows, e.Row); len(rows)%1000 == 0 {
				im.hear(len(rows))
			}
			if !yield(im.history(e)) {
				return
			}
		}
	}
	result, err := im.app.CasesBackfill(im.system(ctx), histories, false)
	if err := errors.Join(fault, err); err != nil {
		return err
	}
	for i, refusal := range result.Refused {
		es, isRefusal := thads.Refusals(refusal)
		if !isRefusal {
			return refusal
		}
		im.report.Incomplete = true
		for _, e := range es {
			im.report.problem(sheet.Problem{Sheet: reader.Sheet(), Row: rows[i], Code: e.Code, Text: e.Text})
		}
	}
	im.report.Created, im.report.Existing = result.Created, result.Existing
	return nil
}

// refused adds what was refused about a case to the report.
func (im *wholeImport) refused(e *sheet.CaseEntry, err error) error {
	es, isRefusal := thads.Refusals(err)
	if !isRefusal {
		return err
	}
	for _, refusal := range es {
		im.report.problem(e.Problem(refusal))
	}
	return nil
}

// resolve finds unit and officer of a case and, the first time that the file is
// read, refuses a decision that it has already had.
func (im *wholeImport) resolve(e *sheet.CaseEntry, first bool) error {
	var es thads.Errors
	on := e.Event.EffectiveOn
	unit, known := im.directory.Tree.ByCode(e.UnitCode)
	if !known {
		es.Add(thads.CodeUnknown, "toUnit", "Không có đơn vị mã %q", "There is no unit with the code %q", e.UnitCode)
	} else {
		e.Event.ToUnit = unit.ID
		im.directory.checkUnit(&es, "toUnit", unit.ID, on)
		if im.within != nil && !slices.Contains(im.within, unit.ID) {
			es.Add(thads.CodeForbidden, "toUnit", "Chỉ được nhập cho đơn vị mình phụ trách", "Only cases of one's own unit may be imported")
		}
	}
	if e.OfficerCode != "" {
		if o := im.officers[strings.ToUpper(e.OfficerCode)]; o == nil {
			es.Add(thads.CodeUnknown, "toOfficer", "Không có công chức mã %q", "There is no officer with the code %q", e.OfficerCode)
		} else {
			e.Event.ToOfficer = o.ID
			im.directory.checkOfficer(&es, "toOfficer", o.ID, on)
		}
	}
	if known && first {
		decision := e.Event.Decision
		claim := thads.DecisionKey(unit.ID, decision.Number, thads.StatYearOf(decision.Date))
		if before, twice := im.rowOf[claim]; twice {
			es.Add(thads.CodeDuplicate, "number", "Số quyết định này đã có ở dòng %d; các dòng của một việc phải liền nhau", "Row %d has this decision already; the rows of a case must follow one another", before)
		} else {
			im.rowOf[claim] = e.Row
		}
	}
	return es.Err()
}

// accept writes what was checked, journalled.
func (im *wholeImport) accept(ctx context.Context, name string) error {
	a, report := im.app, im.report
	j, err := im.journal(ctx, name)
	if err != nil {
		return err
	}
	if report.Created > 0 {
		if err := im.write(ctx); err != nil {
			return err
		}
	}
	if j.State == JobDone {
		return nil
	}
	j.State, j.Problems, j.FinishedAt = JobDone, nil, store.Instant(a.clock())
	j.Done, j.Total = report.Created+report.Existing, report.Cases
	if report.Incomplete {
		j.State, j.Problems = JobFailed, []string{fmt.Sprintf("%d vấn đề phát sinh khi ghi", report.Errors)}
	}
	return a.note(ctx, j, true)
}

// importInput is what the journal keeps of a file.
type importInput struct {
	File   string `json:"file"`
	Digest string `json:"digest"`
	Rows   int    `json:"rows"`
	Cases  int    `json:"cases"`
}

// journal begins the journal of the import, or finds it. It says FAILED until
// the last case is written: nobody but the holder of the file can go on with
// what a crash has cut off.
func (im *wholeImport) journal(ctx context.Context, name string) (*Job, error) {
	if im.report.Before != nil {
		return im.report.Before, nil
	}
	a := im.app
	input, err := json.Marshal(importInput{File: cmp.Or(thads.NormalizeName(name), "?"), Digest: im.report.Digest, Rows: im.report.Rows, Cases: im.report.Cases})
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	j := &Job{
		ID: importJobID(im.report.Digest), Kind: jobImport, Input: input, By: im.by.ID, State: JobFailed, Total: im.report.Cases,
		Problems: []string{"Chưa nhập xong; hãy nhập lại cùng tệp này để hoàn tất"}, StartedAt: store.Instant(a.clock()), version: 1,
	}
	d, err := j.document(a.clock())
	if err != nil {
		return nil, err
	}
	switch err := a.store.Insert(ctx, jobCollection, d); {
	case errors.Is(err, store.ErrExists):
		return a.job(ctx, j.ID)
	case err != nil:
		return nil, unavailable(err)
	}
	return j, nil
}
