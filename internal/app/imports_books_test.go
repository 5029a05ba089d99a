package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// TestImportBookOfPostponements brings in a statutory book as agencies keep it:
// of one kind of event, which its title tells, with the decision to resume in
// the row of that which postponed. The row gives two events, both of which are
// known again, and both taken back.
func TestImportBookOfPostponements(t *testing.T) {
	w := newWorld(t)
	_, first, _, _ := w.province(t)
	ctx := leader(t.Context())
	begun := eventRow(1, thads.DateOf(2018, 11, 5), 0)
	begun.Kind = thads.CaseVerificationBegun
	other := begun
	other.Number = "2/QĐ-CCTHADS"
	w.accepted(ctx, t, w.started(ctx, t, "cases", register(t, caseRows(1, 2), []sheet.EventRow{begun, other})), app.AcceptAll)

	book := []byte("\ufeffSỔ RA QUYẾT ĐỊNH HOÃN, TIẾP TỤC THI HÀNH ÁN;;;;;\r\n" +
		"STT;Mã đơn vị;Số, ngày QĐ thi hành án;Số, ngày quyết định hoãn;Căn cứ;Số, ngày quyết định tiếp tục thi hành án\r\n" +
		"1;TH-01;1/QĐ-CCTHADS ngày 05/10/2018;12/QĐ-CCTHADS ngày 10/12/2018;điểm c khoản 1 Điều 48;15/QĐ-CCTHADS ngày 11/03/2019\r\n" +
		"2;TH-01;2/QĐ-CCTHADS ngày 05/10/2018;13/QĐ-CCTHADS ngày 10/12/2018;điểm a khoản 1 Điều 48;\r\n" +
		";Cộng: 02 quyết định;;;;\r\n")
	im := w.started(ctx, t, "book", book)
	if im.Changes != 2 || im.Bad != 0 || im.Errors != 0 || im.LeftOut != 1 {
		t.Fatalf("checked: %+v, %v", im, w.found(ctx, t, im.ID))
	}
	im = w.accepted(ctx, t, im, app.AcceptAll)
	if im.Changed != 2 || im.Refused != 0 {
		t.Fatalf("accepted: %+v, %v", im, w.found(ctx, t, im.ID))
	}
	went := []string{"DECIDED 0", "VERIFICATION_BEGUN 0"}
	for number, want := range map[string][]string{
		"1/QĐ-CCTHADS": append(went[:2:2], "POSTPONED 0", "RESUMED 0"),
		"2/QĐ-CCTHADS": append(went[:2:2], "POSTPONED 0"),
	} {
		if diff := cmp.Diff(want, w.events(t, first, number)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", number, diff)
		}
	}
	if im = w.undone(ctx, t, im, "Nhập nhầm sổ"); im.Undone != 2 || im.NotUndone != 0 {
		t.Errorf("undone: %+v", im)
	}
	for _, number := range []string{"1/QĐ-CCTHADS", "2/QĐ-CCTHADS"} {
		if diff := cmp.Diff(went, w.events(t, first, number)); diff != "" {
			t.Errorf("undone, %s (-want +got):\n%s", number, diff)
		}
	}
}
