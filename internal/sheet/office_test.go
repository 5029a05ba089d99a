package sheet

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// program returns the first of the programs that is installed. The test fails
// where none is: what people see cannot be told without.
func program(t *testing.T, of string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("this test needs %s (Debian package %s); “make prepare” installs it", strings.Join(names, " or "), of)
	return ""
}

// An office converts files as a person's office program shows them.
type office struct {
	soffice, pdftotext, dir string
}

// convert runs the program in a profile of its own, as on a new machine.
func (o *office) convert(ctx context.Context, profile, to string, args ...string) error {
	out := filepath.Join(o.dir, profile)
	args = append([]string{
		"--headless", "--norestore", "--nolockcheck", "-env:UserInstallation=file://" + filepath.Join(o.dir, "profile-"+profile),
		"--convert-to", to, "--outdir", out,
	}, args...)
	c := exec.CommandContext(ctx, o.soffice, args...)
	c.Env = append(os.Environ(), "HOME="+o.dir, "LC_ALL=C.UTF-8")
	if said, err := c.CombinedOutput(); err != nil {
		return &officeError{string(said), err}
	}
	return nil
}

type officeError struct {
	said string
	err  error
}

func (e *officeError) Error() string { return e.err.Error() + ": " + e.said }

// awkward are values that spreadsheets like to show or take for something else.
func awkward() []CaseRow {
	sums := []thads.Dong{1, 999, 100_000, 999_999_999_999_999, thads.MaxDong, 168_182_330_867_000}
	days := []thads.Date{thads.DateOf(2018, 9, 5), thads.DateOf(1999, 12, 31), thads.DateOf(2099, 11, 30), thads.DateOf(1899, 12, 31), thads.DateOf(1900, 3, 1), thads.DateOf(2024, 2, 29)}
	texts := []string{"=1+1", "+84 912 345 678", "-5", "@SUM(1;2)", "=HYPERLINK(\"http://example.invalid\";\"x\")", "'=1", "007", "1/2", "05-09-2018", "1E5", "TRUE", "Nguyễn Thị Ánh Đào – Đặng Quỳnh Ỷ", "a;b\"c", strings.Repeat("Việc thi hành án kéo dài ", 400)}
	var rows []CaseRow
	for i, text := range texts {
		rows = append(rows, CaseRow{
			Key: "việc " + thads.Dong(i).Vietnamese(), Unit: "38.10", Number: "0" + string(rune('1'+i%9)) + "/QĐ-CCTHADS", Date: days[i%len(days)], EffectiveOn: days[(i+1)%len(days)],
			JudgmentDate: days[(i+2)%len(days)], Debtor: PartyCells{Name: text, BirthYear: 1985, IdentityNumber: "038090000123"},
			ObligationKind: thads.Debt, Amount: sums[i%len(sums)], Outstanding: sums[(i+1)%len(sums)], Note: text,
		})
	}
	return rows
}

// awkwardCase is a case with the largest sums, and rows of events with them.
func awkwardCase(t *testing.T) (*thads.Case, []EventRow) {
	t.Helper()
	opening := openingWith([]thads.Party{aParty(thads.Debtor, "@Nợ")}, []thads.Obligation{{Kind: thads.Debt, Amount: thads.MaxDong - 1}})
	c, err := thads.OpenCase("cs_awkward", opening, exportClock)
	if err != nil {
		t.Fatal(err)
	}
	return c, []EventRow{
		{Key: "cs_awkward", Date: thads.DateOf(2018, 10, 5), EffectiveOn: thads.DateOf(2019, 12, 31), Kind: thads.CaseAdjusted, Amount: -thads.MaxDong, Note: "+84"},
		{Key: "cs_awkward", Date: thads.DateOf(2018, 10, 5), EffectiveOn: thads.DateOf(2020, 2, 29), Kind: thads.CaseCollected, Amount: 888_888_888_888_888, Until: thads.DateOf(2020, 3, 31), Receipt: "0001234"},
	}
}

// shown is what a person should see in a cell of a workbook.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case thads.Date:
		return v.Vietnamese()
	case thads.Dong: // the program runs without a country: commas group
		return strings.ReplaceAll(strings.TrimSuffix(v.Vietnamese(), " đ"), ".", ",")
	default:
		return show(v)
	}
}

// An office program opens what is written, shows every number and date in full,
// and takes no text for a formula.
func TestOfficeShowsWhatIsWritten(t *testing.T) {
	o := &office{
		soffice:   program(t, "libreoffice-calc-nogui", "soffice", "libreoffice"),
		pdftotext: program(t, "poppler-utils", "pdftotext"),
		dir:       t.TempDir(),
	}
	rows := awkward()
	book, plain := filepath.Join(o.dir, "register.xlsx"), filepath.Join(o.dir, "register.csv")
	c, events := awkwardCase(t)
	for name, f := range map[string]Format{book: XLSX, plain: CSV} {
		var b bytes.Buffer
		file, err := NewFile(&b, f, About{Title: "Sổ thụ lý & thử", By: "Lê Thị Thử", At: time.Date(2019, 3, 5, 20, 30, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		register, err := file.Cases()
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			if err := register.Write(&rows[i]); err != nil {
				t.Fatal(err)
			}
		}
		if f == XLSX {
			book, err := file.Events()
			if err != nil {
				t.Fatal(err)
			}
			for i := range events {
				if err := book.Write(&events[i]); err != nil {
					t.Fatal(err)
				}
			}
			summary, err := file.Summary()
			if err != nil {
				t.Fatal(err)
			}
			if err := summary.Write(&CaseSummary{Case: c, Unit: "=1+1"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	// Divided by semicolons, quoted where needed, UTF-8, cells as they are shown,
	// every sheet.
	const asShown = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true,false,false,-1"
	var wait sync.WaitGroup
	errs := make([]error, 3)
	for i, run := range []func() error{
		func() error { return o.convert(ctx, "pdf", "pdf", book) },
		func() error { return o.convert(ctx, "cells", asShown, book) },
		// 1066 is Vietnamese: how people here open a CSV file.
		func() error {
			return o.convert(ctx, "plain", asShown, "--infilter=Text - txt - csv (StarCalc):59,34,76,1,,1066", plain)
		},
	} {
		wait.Go(func() { errs[i] = run() })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	reg := newRegister()
	t.Run("cells of the workbook", func(t *testing.T) {
		got := readPlain(t, filepath.Join(o.dir, "cells", "register-"+casesSheet+".csv"))
		var want [][]string
		head := make([]string, len(reg.columns))
		for i := range reg.columns {
			head[i] = reg.columns[i].sheetColumn().header
		}
		want = append(want, head)
		for i := range rows {
			line := make([]string, len(reg.columns))
			for j := range reg.columns {
				line[j] = shown(reg.columns[j].get(&rows[i]))
			}
			want = append(want, line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-written +shown):\n%s", diff)
		}
	})
	t.Run("printed pages", func(t *testing.T) {
		text, err := exec.CommandContext(ctx, o.pdftotext, "-layout", filepath.Join(o.dir, "pdf", "register.pdf"), "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		page := strings.Join(strings.Fields(string(text)), " ")
		if strings.Contains(page, "##") {
			t.Error("a number or date is not shown in full")
		}
		for _, value := range []string{
			"9,007,199,254,740,990", "-9,007,199,254,740,991", "888,888,888,888,888", "31/12/2019", "29/02/2020", "31/03/2020", "0001234", "02/01/2025 10:00",
			"Sổ thụ lý & thử – Xuất bởi Lê Thị Thử lúc 03:30 ngày 06/03/2019",
		} {
			if !strings.Contains(page, value) {
				t.Errorf("%q is not shown", value)
			}
		}
		for i := range rows {
			for j := range reg.columns {
				if c := &reg.columns[j]; c.format != formatText {
					if value := shown(c.get(&rows[i])); !strings.Contains(page, value) {
						t.Errorf("row %d: %s is not %q", i+2, c.header, value)
					}
				}
			}
			if name := rows[i].Debtor.Name; len(name) < 20 && !strings.Contains(page, name) {
				t.Errorf("row %d: %q is not shown", i+2, name)
			}
		}
	})
	t.Run("cells of the CSV file", func(t *testing.T) {
		got := readPlain(t, filepath.Join(o.dir, "plain", "register-register.csv"))
		if len(got) != len(rows)+1 {
			t.Fatalf("%d lines, want %d", len(got), len(rows)+1)
		}
		for i := range rows {
			for _, column := range []int{colDebtorName, colNote} {
				text := rows[i].Note
				if shown := strings.TrimPrefix(got[i+1][column], "'"); isFormula(text) && shown != strings.TrimPrefix(text, "'") {
					t.Errorf("row %d: %q is shown as %q", i+2, text, got[i+1][column])
				}
			}
			if want, shown := csvField(rows[i].Amount), got[i+1][colAmount]; shown != want {
				t.Errorf("row %d: %s is shown as %q", i+2, want, shown)
			}
			// Read as a Vietnamese date, and shown as one of no country.
			on := rows[i].Date
			if want, shown := fmt.Sprintf("%02d/%02d/%02d", on.Month(), on.Day(), on.Year()%100), got[i+1][colDate]; shown != want {
				t.Errorf("row %d: %s is shown as %q", i+2, want, shown)
			}
		}
	})
}

func readPlain(t *testing.T, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
