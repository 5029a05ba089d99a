package thads

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestContentIsWhatARecordedEventSays(t *testing.T) {
	typed := CaseEvent{
		Kind: CaseDecided, ToUnit: "un_1", Note: "  đã xem \n",
		Decision: &Decision{Number: ParseDocumentNumber("046 / QĐ–CCTHADS"), Date: DateOf(2018, 10, 5), Signer: " Lê  Văn A "},
		Particulars: &Particulars{
			Initiation:  OwnMotion,
			Judgment:    Judgment{Kind: JudgmentCivil, Number: ParseDocumentNumber("07/2018/DS-ST"), Date: DateOf(2018, 9, 5), Court: "TAND  thành phố"},
			Parties:     []Party{{ID: "p1", Role: Debtor, Kind: Person, Name: " Nguyễn  Văn Nợ"}},
			Obligations: []Obligation{{ID: "o1", Kind: Fine, Amount: 5_000_000, Content: " tiền  phạt"}},
			Tags:        []Tag{TagComplex, TagComplex},
		},
	}
	typed.EffectiveOn = DateOf(2018, 10, 5)
	before := typed.Particulars.Parties[0].Name
	recorded := typed
	recorded.By, recorded.Key = "clerk", "k1"
	c, err := OpenCase("cs_1", recorded, time.Date(2018, 10, 5, 3, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Events[0].Content(), typed.Content()); diff != "" {
		t.Errorf("as typed and as recorded differ:\n%s", diff)
	}
	if typed.Particulars.Parties[0].Name != before {
		t.Error("the event itself was changed")
	}
	other := typed
	other.Note = "khác"
	if cmp.Equal(other.Content(), typed.Content()) {
		t.Error("two events that say different things have the same content")
	}
}
