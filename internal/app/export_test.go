package app

import (
	"context"

	"github.com/thads/thads/internal/ledger"
)

// SetPartSize makes acceptances and undoings write so many cases at once.
func SetPartSize(a *App, n int) { a.partSize = n }

// KeepDirectory keeps a picture of the units as whoever read it would, however late.
func KeepDirectory(a *App, d *Directory) { a.directory.Store(d) }

// Figures is the ledger as it stands.
func (a *App) Figures(ctx context.Context) (*ledger.View, error) { return a.figures(ctx) }

// CaseCollection is where cases are kept.
var CaseCollection = caseCollection
