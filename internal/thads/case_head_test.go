package thads

import "testing"

func TestLikenessKey(t *testing.T) {
	on := DateOf(2015, 3, 2)
	key := func(change func(*CaseEvent)) string {
		t.Helper()
		e := opening(on, money(5_000_000))
		if change != nil {
			change(&e)
		}
		c, err := OpenCase("cs_1", e, clock)
		if err != nil {
			t.Fatal(err)
		}
		return c.LikenessKey()
	}
	plain := key(nil)
	if plain == "" {
		t.Fatal("no key")
	}
	for name, tt := range map[string]struct {
		change func(*CaseEvent)
		same   bool
	}{
		"another decision":     {func(e *CaseEvent) { e.Decision = decision("99/QĐ-CTHADS", on) }, true},
		"another unit":         {func(e *CaseEvent) { e.ToUnit = unitB }, true},
		"name typed otherwise": {func(e *CaseEvent) { e.Particulars.Parties[1].Name = "NGUYEN  VĂN THỬ" }, true},
		"leading zero":         {func(e *CaseEvent) { e.Particulars.Judgment.Number = ParseDocumentNumber("007/2014/DS-ST") }, true},
		"further debtor": {func(e *CaseEvent) {
			e.Particulars.Parties = append(e.Particulars.Parties, Party{Role: Debtor, Kind: Person, Name: "Ai Khác"})
		}, true},
		"another debtor":          {func(e *CaseEvent) { e.Particulars.Parties[1].Name = "Trần Văn Thử" }, false},
		"another judgment":        {func(e *CaseEvent) { e.Particulars.Judgment.Number = ParseDocumentNumber("08/2014/DS-ST") }, false},
		"judgment of another day": {func(e *CaseEvent) { e.Particulars.Judgment.Date = on.AddDays(-31) }, false},
		"begun otherwise":         {func(e *CaseEvent) { e.Particulars.Initiation, e.Particulars.RequestedOn = OwnMotion, 0 }, false},
	} {
		if got := key(tt.change); (got == plain) != tt.same {
			t.Errorf("%s: the key is %q beside %q", name, got, plain)
		}
	}
	// What was taken back is like nothing.
	c, err := OpenCase("cs_1", opening(on, money(5_000_000)), clock)
	if err != nil {
		t.Fatal(err)
	}
	c, err = c.Append(CaseEvent{Record: Record{Voids: 1, Reason: "nhầm"}}, clock)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.LikenessKey(); got != "" {
		t.Errorf("a voided case has the key %q", got)
	}
}
