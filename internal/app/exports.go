package app

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// ExportOptions say what of the cases is exported, and how.
type ExportOptions struct {
	Format sheet.Format
	// Filter, By and Descending choose and order the cases as Cases does.
	Filter     *CaseFilter
	By         CaseOrderField
	Descending bool
}

// exportAbout says what an export is, who makes it and when.
func (a *App) exportAbout(p auth.Principal, title string) sheet.About {
	return sheet.About{Title: title, By: cmp.Or(p.Name, string(p.ID)), At: a.clock()}
}

// exportFile writes a file by fill, and gives it up where that fails.
func (a *App) exportFile(w io.Writer, f sheet.Format, about sheet.About, fill func(*sheet.File) error) (err error) {
	file, err := sheet.NewFile(w, f, about)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Abort()) }()
	if err := fill(file); err != nil {
		return err
	}
	return file.Close()
}

// ExportTemplate writes an empty register to be filled in and imported.
func (a *App) ExportTemplate(ctx context.Context, w io.Writer, k sheet.Kind, f sheet.Format) error {
	if _, err := a.permit(ctx, auth.Read); err != nil {
		return err
	}
	if k != sheet.Cases && k != sheet.CaseEvents && !k.IsRecords() {
		return thads.Errorf(thads.CodeUnknown, "register", "Không có sổ %q", "There is no register %q", string(k))
	}
	return sheet.WriteTemplate(w, k, f)
}
