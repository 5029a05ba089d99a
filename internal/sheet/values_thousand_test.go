package sheet

import (
	"testing"

	"github.com/thads/thads/internal/thads"
)

// TestDotsInThousands: a dot before three digits groups in a column of
// thousands; in larger units nobody can tell, and in đồng it always groups.
func TestDotsInThousands(t *testing.T) {
	for _, tt := range []struct {
		text string
		unit thads.MoneyUnit
		want thads.Dong
		code thads.Code
	}{
		{"10.000", thads.MoneyThousand, 10_000_000, ""},
		{" 1.000 ", thads.MoneyThousand, 1_000_000, ""},
		{"100", thads.MoneyThousand, 100_000, ""},
		{"1.234,5", thads.MoneyThousand, 1_234_500, ""},
		{"1.234.567", thads.MoneyThousand, 1_234_567_000, ""},
		{"0.500", thads.MoneyThousand, 0, thads.CodeInvalid},
		{"10.00", thads.MoneyThousand, 0, thads.CodeInvalid},
		{"10.000", thads.MoneyDong, 10_000, ""},
		{"10.000", thads.MoneyMillion, 0, thads.CodeInvalid},
		{"1.234", thads.MoneyBillion, 0, thads.CodeInvalid},
	} {
		r := reading{cell: &Cell{Kind: Text, Text: tt.text}, book: &Book{}, unit: tt.unit}
		if got := r.asDong(); got != tt.want || r.code != tt.code {
			t.Errorf("%q in %s is %d (%s), want %d (%s)", tt.text, tt.unit, got, r.code, tt.want, tt.code)
		}
	}
}
