package app

import (
	"context"
	"io"

	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// notYet refuses what is still being built.
func notYet() error {
	return thads.Errorf(thads.CodeUnavailable, "", "Chức năng này chưa dùng được", "This is not available yet")
}

// UploadFile keeps a file, sealed, until an import takes it or a day has passed.
func (a *App) UploadFile(ctx context.Context, name string, r io.Reader) (*Upload, error) {
	return nil, notYet()
}

// ImportStart begins to import an uploaded file. The same key again returns the
// same import.
func (a *App) ImportStart(ctx context.Context, key, upload string) (*Import, error) {
	return nil, notYet()
}

// ImportSetMapping says how the file is read and checks it again.
func (a *App) ImportSetMapping(ctx context.Context, c ImportChange, r sheet.Reading, keep bool) (*Import, error) {
	return nil, notYet()
}

// ImportPropose proposes a mapping for a sheet whose headers end in a row.
func (a *App) ImportPropose(ctx context.Context, id string, k sheet.Kind, sheetName string, headerRow int) (*sheet.Mapping, error) {
	return nil, notYet()
}

// ImportCancel gives the import up and deletes its file.
func (a *App) ImportCancel(ctx context.Context, c ImportChange) (*Import, error) {
	return nil, notYet()
}

// Import returns an import that the caller may see, or nil.
func (a *App) Import(ctx context.Context, id string) (*Import, error) { return nil, notYet() }

// Imports returns one page of the imports that the caller may see, the latest
// first; of all states where none is given.
func (a *App) Imports(ctx context.Context, states []ImportState, page PageArgs) (*Page[*Import], error) {
	return nil, notYet()
}

// ImportSheets returns the names of the sheets of the file; a CSV file has one without a name.
func (a *App) ImportSheets(ctx context.Context, id string) ([]string, error) { return nil, notYet() }

// ImportPreview returns the first rows of a register of the file.
func (a *App) ImportPreview(ctx context.Context, id string, k sheet.Kind, rows int) (*sheet.Preview, error) {
	return nil, notYet()
}

// ImportProblems returns one page of what the last check found, of all
// severities where none is given.
func (a *App) ImportProblems(ctx context.Context, id string, severities []sheet.Severity, page PageArgs) (*Page[*sheet.Problem], error) {
	return nil, notYet()
}

// ImportEntries returns one page of what becomes of the entries of the file, of
// all actions where none is given.
func (a *App) ImportEntries(ctx context.Context, id string, actions []ImportAction, page PageArgs) (*Page[*ImportEntry], error) {
	return nil, notYet()
}

// ImportProblemFile writes the rows that have problems as a workbook.
func (a *App) ImportProblemFile(ctx context.Context, id string, w io.Writer) error { return notYet() }

// MappingsKept returns the mappings kept for the caller's files; all of them
// for those who see every unit.
func (a *App) MappingsKept(ctx context.Context) ([]*KeptMapping, error) { return nil, notYet() }

// MappingForget forgets a kept mapping.
func (a *App) MappingForget(ctx context.Context, id string) error { return notYet() }
