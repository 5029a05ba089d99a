package sheet

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMergedCells(t *testing.T) {
	open := func(merges string) *Book {
		parts := workbook(`<row><c><v>1</v></c></row>`)
		parts["xl/worksheets/sheet1.xml"] = strings.Replace(parts["xl/worksheets/sheet1.xml"], "</sheetData>", "</sheetData>"+merges, 1)
		data := pack(t, parts)
		b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := open(`<mergeCells count="3"><mergeCell ref="B2:D3"/><mergeCell ref="A60:A70"/><mergeCell ref="A61:AC61"/></mergeCells>`)
	for range 2 {
		got, err := b.sheets[0].merges()
		if diff := cmp.Diff([]merge{{2, 2, 3, 4}, {60, 1, 70, 1}}, got, cmp.AllowUnexported(merge{})); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	if diff := cmp.Diff([]string{"Sổ"}, b.Sheets()); diff != "" {
		t.Error(diff)
	}
	for _, ref := range []string{"", "B2:A1", "A0:B1", "1:2", "A1:B9999999", "A1:B2:C3"} {
		if got, err := open(`<mergeCells><mergeCell ref="` + ref + `"/></mergeCells>`).sheets[0].merges(); err == nil {
			t.Errorf("merged cells %q are %v", ref, got)
		}
	}
}
