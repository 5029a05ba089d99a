package app_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// TestImportsTellNoProtectedNames lets those import who do not see whom protected
// cases are about: neither what a file is like or unlike, nor the files and
// findings of others tell them.
func TestImportsTellNoProtectedNames(t *testing.T) {
	w := newVeilWorld(t)
	familyRow := func(i int) sheet.CaseRow {
		r := row(i)
		r.JudgmentKind, r.JudgmentNumber = thads.JudgmentFamily, "06/2018/QĐST-HNGĐ"
		r.Debtor = sheet.PartyCells{Name: secretName}
		return r
	}
	like := familyRow(801) // the family case's judgment, debtor and way of beginning
	there := familyRow(47) // its decision, with other content
	plain := row(802)
	plain.Debtor.Name = openName
	// Each has the file of one row more, as no file is imported twice.
	sent := func(ctx context.Context, who string, i int) *app.Import {
		t.Helper()
		im := w.checked(ctx, t, "sent by "+who, file(t, sheet.XLSX, like, there, plain, row(i)))
		if im.State != app.ImportChecked {
			t.Fatalf("%s: %s: %v", who, im.State, im.Message)
		}
		return im
	}
	leads, helps := leader(t.Context()), w.as(t, auth.RoleProfessional)
	theirs, own := sent(leads, "leader", 901), sent(helps, "professional", 902)

	texts := func(ctx context.Context, im *app.Import) string {
		t.Helper()
		page, err := w.ImportProblems(ctx, im.ID, nil, app.PageArgs{})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, it := range page.Items {
			out = append(out, it.Value.Got+" "+it.Value.Text.VI)
		}
		return strings.Join(out, "\n")
	}
	debtors := func(ctx context.Context, im *app.Import) string {
		t.Helper()
		page, err := w.ImportEntries(ctx, im.ID, nil, app.PageArgs{})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, it := range page.Items {
			out = append(out, it.Value.Debtor)
		}
		return strings.Join(out, ", ")
	}

	if got := texts(leads, theirs); !strings.Contains(got, "Giống việc "+w.famNo) || !strings.Contains(got, "khác ở “") {
		t.Errorf("a leader is told %q", got)
	}
	got := texts(helps, own)
	if strings.Contains(got, "Giống việc "+w.famNo) || strings.Contains(got, "khác ở “") {
		t.Errorf("who does not see it is told %q", got)
	}
	if !strings.Contains(got, "Giống việc "+w.plainNo) || !strings.Contains(got, "với nội dung khác;") {
		t.Errorf("who does not see it is not told of the rest: %q", got)
	}

	if got, want := debtors(leads, theirs), secretName+", "+secretName+", "+openName+", "+row(901).Debtor.Name; got != want {
		t.Errorf("a leader reads the entries %q, want %q", got, want)
	}
	for who, im := range map[string]*app.Import{"a leader": theirs, "their own": own} {
		if got := debtors(helps, im); !strings.HasPrefix(got, "P• T• K•, P• T• K•, "+openName) {
			t.Errorf("who does not see it reads the entries of %s: %q", who, got)
		}
	}

	// The file is for who sent it, and for who sees all.
	for _, tt := range []struct {
		name string
		ctx  context.Context
		im   *app.Import
		may  bool
	}{{"a leader's own", leads, theirs, true}, {"another's", leads, own, true}, {"own", helps, own, true}, {"a leader's", helps, theirs, false}} {
		check := func(what string, err error) {
			t.Helper()
			if refused := code(err) == thads.CodeForbidden; refused == tt.may || err != nil && !refused {
				t.Errorf("%s: %s: %v", tt.name, what, err)
			}
		}
		_, err := w.ImportPreview(tt.ctx, tt.im.ID, sheet.Cases, 10)
		check("preview", err)
		_, err = w.ImportPropose(tt.ctx, tt.im.ID, sheet.Cases, tt.im.Reading.Cases.Sheet, 2)
		check("propose", err)
		var out bytes.Buffer
		check("problem file", w.ImportProblemFile(tt.ctx, tt.im.ID, &out))
		if !tt.may && out.Len() > 0 {
			t.Errorf("%s: %d bytes of the file", tt.name, out.Len())
		}
	}
	bad := row(903)
	bad.Unit = secretName // a cell to the left of where it should be
	with := w.checked(leads, t, "with a bad row", file(t, sheet.XLSX, bad))
	if got := texts(leads, with); !strings.Contains(got, secretName) {
		t.Errorf("a leader is told %q", got)
	}
	if got := texts(helps, with); strings.Contains(got, "Phạm") || !strings.Contains(got, "Không có đơn vị mã “•”") {
		t.Errorf("who did not send it is told %q", got)
	}
}
