package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// exportReason is one that allows numbers.
func exportReason() app.ExportReason {
	return app.ExportReason{Purpose: auth.ForEnforcement, Reason: "Rà soát việc chưa có điều kiện"}
}

// numbersShown are the identity and account numbers in a file, sorted.
func numbersShown(t *testing.T, data []byte) []string {
	t.Helper()
	var out []string
	take := func(numbers map[int]string) {
		for _, n := range numbers {
			out = append(out, n)
		}
	}
	for _, e := range readBack(t, data) {
		take(e.Opening.Identities)
		take(e.Opening.Accounts)
		for _, ev := range e.Events {
			take(ev.Identities)
			take(ev.Accounts)
		}
	}
	slices.Sort(out)
	return out
}

func TestExportedNumbers(t *testing.T) {
	w := newWorld(t)
	first, second, officer := w.exportable(t)
	all := []string{"038090000123", "0100109106", "038090000456", "038090000777", "0781000123456"}
	slices.Sort(all)
	xlsx := func(numbers bool, why app.ExportReason) app.ExportOptions {
		return app.ExportOptions{Format: sheet.XLSX, Numbers: numbers, ExportReason: why}
	}
	for name, tt := range map[string]struct {
		ctx  context.Context
		o    app.ExportOptions
		want []string
	}{
		"a leader, for a purpose": {leader(t.Context()), xlsx(true, exportReason()), all},
		"a leader without":        {leader(t.Context()), xlsx(false, app.ExportReason{}), nil},
		"a leader, not asked for": {leader(t.Context()), xlsx(false, exportReason()), nil},
		"the officer":             {as(t.Context(), auth.RoleOfficer, first, officer), xlsx(true, exportReason()), all},
		"another officer":         {as(t.Context(), auth.RoleOfficer, first, "of_x"), xlsx(true, exportReason()), nil},
		"the head of a unit":      {as(t.Context(), auth.RoleUnitHead, second, ""), xlsx(true, exportReason()), []string{"0100109106", "038090000123", "038090000777", "0781000123456"}},
		"the program":             {keeper(t.Context()), xlsx(true, exportReason()), all},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, numbersShown(t, w.exportedAs(tt.ctx, t, tt.o))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, tt := range map[string]struct {
		ctx   context.Context
		o     app.ExportOptions
		want  thads.Code
		field string
	}{
		"without a purpose":       {leader(t.Context()), xlsx(true, app.ExportReason{Reason: exportReason().Reason}), thads.CodeRequired, "purpose"},
		"without a reason":        {leader(t.Context()), xlsx(true, app.ExportReason{Purpose: auth.ForEnforcement}), thads.CodeRequired, "reason"},
		"a short reason":          {leader(t.Context()), xlsx(true, app.ExportReason{Purpose: auth.ForEnforcement, Reason: "vì cần"}), thads.CodeOutOfRange, "reason"},
		"no purpose of the role":  {as(t.Context(), auth.RoleOfficer, first, officer), xlsx(true, app.ExportReason{Purpose: auth.ForDataSubject, Reason: exportReason().Reason}), thads.CodeForbidden, "purpose"},
		"no purpose at all":       {leader(t.Context()), xlsx(false, app.ExportReason{Purpose: "CURIOSITY", Reason: exportReason().Reason}), thads.CodeForbidden, "purpose"},
		"no right to see numbers": {as(t.Context(), auth.RoleStatistician, first, ""), xlsx(true, exportReason()), thads.CodeForbidden, "numbers"},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(w.ids(t.Context(), t, "disclosure"))
			var b bytes.Buffer
			err := w.ExportCases(tt.ctx, &b, tt.o)
			if es, _ := thads.Refusals(err); code(err) != tt.want || strings.Join(es[0].Field, ".") != tt.field || b.Len() > 0 {
				t.Errorf("got %v and %d bytes, want %s of %s", err, b.Len(), tt.want, tt.field)
			}
			if after := len(w.ids(t.Context(), t, "disclosure")); after != before {
				t.Error("what was refused is on record")
			}
		})
	}
	unsealed, err := app.New(app.Options{Store: w.store, Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := unsealed.ExportCases(leader(t.Context()), io.Discard, xlsx(true, exportReason())); code(err) != thads.CodeUnavailable {
		t.Errorf("numbers exported without the keys: %v", err)
	}
	if err := unsealed.ExportCases(leader(t.Context()), io.Discard, xlsx(false, app.ExportReason{})); err != nil {
		t.Errorf("exported without the keys: %v", err)
	}
}

// TestExportIsRecorded finds every file by its record, in which stands who took
// it, when and why, before the first byte is written.
func TestExportIsRecorded(t *testing.T) {
	dir := t.TempDir()
	w := newWorldWith(t, dir)
	first, _, officer := w.exportable(t)
	ctx := as(t.Context(), auth.RoleOfficer, first, officer)
	number, live := "038090000123", true
	o := app.ExportOptions{Format: sheet.CSV, Numbers: true, Filter: &app.CaseFilter{Live: &live}, ExportReason: exportReason()}
	exports := map[string]func(context.Context, io.Writer) error{
		"cases":  func(ctx context.Context, out io.Writer) error { return w.ExportCases(ctx, out, o) },
		"events": func(ctx context.Context, out io.Writer) error { return w.ExportCaseEvents(ctx, out, o) },
		"officers": func(ctx context.Context, out io.Writer) error {
			return w.ExportRecords(ctx, out, sheet.Officers, app.RecordExportOptions{Format: sheet.CSV, ExportReason: exportReason()})
		},
	}
	for name, export := range exports {
		t.Run(name, func(t *testing.T) {
			before := w.ids(ctx, t, "disclosure")
			var id string
			out := &meddler{}
			out.meddle = func() {
				recorded := slices.DeleteFunc(w.ids(ctx, t, "disclosure"), func(id string) bool { return slices.Contains(before, id) })
				if len(recorded) != 1 {
					t.Fatalf("at the first byte there are the records %q", recorded)
				}
				id = recorded[0]
			}
			if err := export(ctx, out); err != nil {
				t.Fatal(err)
			}
			d, err := w.Disclosure(leader(ctx), id)
			if err != nil || d == nil {
				t.Fatalf("%v, %v", d, err)
			}
			if d.Kind != app.DisclosedExport || d.By != "us_officer" || d.Purpose != auth.ForEnforcement || d.Reason != exportReason().Reason || !d.At.Equal(w.clock()) {
				t.Errorf("the record: %+v", d)
			}
			if name == "cases" && (!strings.Contains(d.Export, "Sổ thụ lý") || !strings.Contains(d.Export, "(.csv)") || !strings.Contains(d.Export, "Live = true") ||
				!slices.Equal(d.Data, []auth.PersonalData{auth.PartyName, auth.PartyContact, auth.IdentityNumber, auth.AccountNumber})) {
				t.Errorf("the record: %+v", d)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\r\n")
			if last := strings.Trim(lines[len(lines)-1], ";"); last != "Xuất bởi OFFICER lúc 09:00 ngày 09/12/2019, nhật ký "+id {
				t.Errorf("the last line is %q", last)
			}
		})
	}

	// A number by which the cases were chosen is on record masked.
	var id string
	o.Filter = &app.CaseFilter{IdentityNumber: &number}
	o.Recorded = func(d *app.Disclosure) { id = d.ID }
	data := w.exportedAs(ctx, t, o)
	d, err := w.Disclosure(leader(ctx), id)
	if err != nil || strings.Contains(d.Export, number) || !strings.Contains(d.Export, "IdentityNumber = ") {
		t.Errorf("the record: %+v, %v", d, err)
	}
	if !bytes.Contains(data, []byte(id)) {
		t.Errorf("the file is without %s", id)
	}
	o.Format, o.Filter = sheet.XLSX, nil
	book, err := excelize.OpenReader(bytes.NewReader(w.exportedAs(ctx, t, o)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if p, err := book.GetDocProps(); err != nil || p.Creator != "OFFICER" || !strings.HasSuffix(p.Description, "nhật ký "+id) {
		t.Errorf("properties: %+v, %v", p, err)
	}

	// Where it cannot be put on record, nothing leaves.
	whole := w.store
	w.use(t, &failingStore{Store: whole, coll: "disclosure"}, dir)
	for name, export := range exports {
		var b bytes.Buffer
		if err := export(ctx, &b); err == nil || b.Len() > 0 {
			t.Errorf("%s: %d bytes left without a record, %v", name, b.Len(), err)
		}
	}
}

// TestMaskedExport shows a statistician no names, and refuses the file where it
// is brought in, by column and cell.
func TestMaskedExport(t *testing.T) {
	w := newWorld(t)
	first, _, _ := w.exportable(t)
	ctx := as(t.Context(), auth.RoleStatistician, first, "")
	for _, f := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		data := w.exportedAs(ctx, t, app.ExportOptions{Format: f})
		text := string(data)
		if f == sheet.XLSX {
			book, err := excelize.OpenReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			text = ""
			for _, name := range book.GetSheetList() {
				rows, err := book.GetRows(name)
				if err != nil {
					t.Fatal(err)
				}
				text += fmt.Sprintln(name, rows)
			}
			if err := book.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for _, word := range []string{"Nguyễn Văn Nợ", "Trần Thị Được", "Người thừa kế", "Công ty Thử", "Phường Thử", "xác minh tại xã", "0781000123456", "038090000123"} {
			if strings.Contains(text, word) {
				t.Errorf("%s shows %q", f, word)
			}
		}
		if !strings.Contains(text, "N• V• N•") {
			t.Errorf("%s shows no masked name", f)
		}
		im := w.started(leader(t.Context()), t, string(f), data)
		if im.Creates != 0 || im.Errors == 0 {
			t.Errorf("%s: %d would be created, %d errors", f, im.Creates, im.Errors)
		}
	}
}

// Who reads the access records may be shown no case, and nobody's name by them.
func TestRecordsOfExportsNameNobody(t *testing.T) {
	w := newWorld(t)
	w.exportable(t)
	for text, want := range map[string]string{
		"Nguyễn Văn Nợ": `Text = "N• V• N•"`, `x" Hồ Thị Chung`: `Text = "x• H• T• C•"`, "12/QĐ-CCTHADS": `Text = "12/QĐ-CCTHADS"`,
	} {
		var record *app.Disclosure
		why := exportReason()
		why.Recorded = func(d *app.Disclosure) { record = d }
		o := app.ExportOptions{Format: sheet.CSV, Filter: &app.CaseFilter{Text: &text}, ExportReason: why}
		if err := w.ExportCases(leader(t.Context()), io.Discard, o); err != nil {
			t.Fatal(err)
		}
		if record == nil || !strings.Contains(record.Export, want) {
			t.Errorf("%s: recorded %+v", text, record)
		}
	}
}
