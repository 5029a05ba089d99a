package thads

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// everyKind is a set of histories in which every kind of event occurs, with
// every field that it may have.
func everyKind(tb testing.TB) map[string]*Case {
	tb.Helper()
	full := func(on Date, obligations ...Obligation) *Particulars {
		p := particulars(on, obligations...)
		p.Judgment.ReceivedOn, p.RequestedOn, p.Tags = on.AddDays(-5), on.AddDays(-3), []Tag{TagCredit, TagDirected}
		p.Parties[1].JointGroup, p.Parties[1].Commitment, p.Parties[1].Juvenile = "nhóm 1", "hmac:abc", true
		p.Obligations[0].Periodic, p.Obligations[0].Content = true, "Trả nợ gốc “và lãi” <5%> & phí \u2028"
		p.Obligations[0].Debtors, p.Obligations[0].Creditors = []string{"p2"}, []string{"p1"}
		return p
	}
	paper := &Decision{Number: ParseDocumentNumber("07/2019/QĐ-CTHADS"), Date: 20190102, Issuer: "Cục", Signer: "Bà Y"}
	meta := func(e *CaseEvent) {
		e.OpenFrom, e.Key, e.Digest, e.Note = 20191001, "key-1", "sha256:00", "dòng một\ndòng hai"
		if e.Decision != nil {
			e.Decision = paper
		}
	}
	received := ev(CaseReceived, 20190102, meta, func(e *CaseEvent) { e.Particulars, e.ToOfficer = full(20190102, money(100), thing(0)), offA })
	c := history(tb, received,
		ev(CaseDecided, 20190105, meta, func(e *CaseEvent) { e.Particulars = full(20190105, money(100), thing(0), money(1_000_000_000_000)) }),
		ev(CaseVerificationBegun, 20190120, meta), ev(CaseVerified, 20190121, meta, of("o1")), ev(CaseVerified, 20190122, meta),
		ev(CaseCollected, 20190201, meta, of("o1"), dong(50), func(e *CaseEvent) { e.Receipt = "BL 0012" }),
		ev(CasePaidOut, 20190202, meta, of("o1"), dong(20), func(e *CaseEvent) { e.Receipt, e.Recipient = "PC 1", "Ông A" }),
		ev(CaseDeposited, 20190203, meta, of("o1"), dong(30), func(e *CaseEvent) { e.Recipient = "Ngân hàng" }),
		ev(CasePerformed, 20190204, meta, of("o2"), dong(0)),
		ev(CaseAdjusted, 20190205, meta, of("o1"), dong(-5), func(e *CaseEvent) { e.Decision = paper }),
		ev(CaseReduced, 20190206, meta, of("o1"), on("L2008_61")),
		ev(CasePostponed, 20190207, meta, of("o3"), on("L2008_48_2"), until(20190401)),
		ev(CaseResumed, 20190208, meta), ev(CaseSuspended, 20190209, meta), ev(CaseResumed, 20190210, meta),
		ev(CasePaused, 20190211, meta, on("L2008_150"), until(20190501)), ev(CaseResumed, 20190212, meta),
		ev(CaseSecurityMeasure, 20190213, meta, dong(7), until(20190301)), ev(CaseCoerciveMeasure, 20190214, meta, dong(8)),
		ev(CasePartiesChanged, 20190215, meta, func(e *CaseEvent) { e.Decision = paper }),
		ev(CaseAssigned, 20190216, meta), ev(CaseTransferred, 20190217, meta, func(e *CaseEvent) { e.ToOfficer = offA }),
		ev(CaseTagged, 20190218, meta, func(e *CaseEvent) { e.RemoveTags = []Tag{TagDirected} }), ev(CaseNoted, 20190219, meta),
		ev(CaseNoted, 20190218, meta, correcting(24)), voiding(25),
		ev(CaseNotEnforceable, 20190301, meta, of("o1")), ev(CaseTerminated, 20190302, meta, of("o1")),
		ev(CaseReopened, 20190303, meta, of("o1")), ev(CaseEntrusted, 20190304, meta),
		ev(CaseReopened, 20190305, meta, of("o2")))
	back := history(tb, ev(CaseBroughtForward, 20190930, meta, func(e *CaseEvent) {
		e.Particulars = full(20190930, money(100))
		e.Particulars.Balance = &OpeningBalance{State: StateNotEnforceable, Since: 20180901, Ground: "L2008_44A_1_A", Verifications: 2}
		e.ToOfficer = offA
	}), ev(CaseMovedToSeparate, 20191001, meta, func(e *CaseEvent) { e.Decision = paper }), ev(CaseBackFromSeparate, 20191101, meta), ev(CaseRevoked, 20191201, meta, on("L2008_37_3")))
	returned, _ := caseIn(tb, StateReturned, 20260701, false)
	withdrawn, _ := caseIn(tb, StateWithdrawn, 20200101, false)
	rejected, _ := caseIn(tb, StateRefused, 20200101, false)
	voided, _ := caseIn(tb, StateVoided, 20200101, false)
	return map[string]*Case{
		"long": c, "brought forward": back, "returned": returned, "withdrawn": withdrawn, "refused": rejected, "voided": voided,
	}
}

// TestJSONOfEveryKind: what is written is read back the same, and folds to the
// same case.
func TestJSONOfEveryKind(t *testing.T) {
	seen := make(map[CaseEventKind]bool)
	for name, c := range everyKind(t) {
		t.Run(name, func(t *testing.T) {
			data, err := json.Marshal(c.Events)
			if err != nil {
				t.Fatal(err)
			}
			var events []CaseEvent
			if err := json.Unmarshal(data, &events); err != nil {
				t.Fatal(err)
			}
			for i := range events {
				seen[events[i].Kind] = true
			}
			got, err := FoldCase(c.ID, events)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c, got, wholeCase); diff != "" {
				t.Errorf("the case read back (-want +got):\n%s", diff)
			}
			again, err := json.Marshal(got.Events)
			if err != nil || string(again) != string(data) {
				t.Errorf("written again, it differs: %v\n%s\n%s", err, data, again)
			}
		})
	}
	for _, spec := range CaseEventSpecs() {
		if !seen[spec.Kind] {
			t.Errorf("no history has a %s", spec.Kind)
		}
	}
}

// TestEventsInJSON pins the form in which histories are stored: it is read for
// as long as there are records.
func TestEventsInJSON(t *testing.T) {
	c := history(t, opening(20190101, money(100)), ev(CaseCollected, 20190105, func(e *CaseEvent) { e.OpenFrom = 20191001 }), voiding(2))
	data, err := json.MarshalIndent(c.Events, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
 {
  "seq": 1,
  "on": "2019-01-01",
  "at": "2028-01-03T01:30:00Z",
  "by": "person-1",
  "kind": "DECIDED",
  "unit": "unit-a",
  "officer": "officer-a",
  "decision": {
   "number": "46/QĐ-CTHADS",
   "date": "2019-01-01"
  },
  "particulars": {
   "initiation": "ON_REQUEST",
   "judgment": {
    "kind": "CIVIL",
    "number": "07/2014/DS-ST",
    "date": "2018-12-02",
    "court": "Tòa án nhân dân thành phố"
   },
   "parties": [
    {
     "id": "p1",
     "role": "CREDITOR",
     "kind": "ORGANISATION",
     "name": "Ngân hàng Ví Dụ"
    },
    {
     "id": "p2",
     "role": "DEBTOR",
     "kind": "PERSON",
     "name": "Nguyễn Văn Thử",
     "address": "Phường Mẫu",
     "birthYear": 1970
    }
   ],
   "obligations": [
    {
     "id": "o1",
     "kind": "DEBT",
     "amount": 100
    }
   ]
  },
  "toUnit": "unit-a",
  "toOfficer": "officer-a"
 },
 {
  "seq": 2,
  "on": "2019-01-05",
  "at": "2028-01-03T01:30:00.001Z",
  "openFrom": "2019-10-01",
  "by": "person-1",
  "kind": "COLLECTED",
  "unit": "unit-a",
  "officer": "officer-a",
  "obligation": "o1",
  "amount": 10
 },
 {
  "seq": 3,
  "on": "2019-01-05",
  "at": "2028-01-03T01:30:00.002Z",
  "by": "person-1",
  "voids": 2,
  "reason": "nhập nhầm",
  "kind": "VOIDED",
  "unit": "unit-a",
  "officer": "officer-a"
 }
]`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReadingRubbish: what is no history is refused by the decoder or the fold.
func TestReadingRubbish(t *testing.T) {
	for _, data := range []string{
		``, `{}`, `[null]`, `[[]]`, `[{"seq":"1"}]`, `[{"on":20190101}]`, `[{"on":"2019-02-30"}]`, `[{"at":"yesterday"}]`,
		`[{"amount":1.5}]`, `[{"amount":1e400}]`, `[{"amount":9223372036854775808}]`, `[{"particulars":[]}]`, `[{"decision":{"number":7}}]`,
		`[{"parties":{}}]`, `[]`, `[{}]`, `[{"seq":1,"kind":"DECIDED"}]`,
		`[{"seq":1,"on":"2019-01-01","at":"2019-01-01T00:00:00Z","kind":"BROUGHT_FORWARD","toUnit":"u","particulars":{"obligations":[{"id":"o1"}]}}]`,
		`[{"seq":1,"on":"2019-01-01","at":"2019-01-01T00:00:00Z","kind":"RECEIVED","toUnit":"u"}]`,
	} {
		var events []CaseEvent
		if err := json.Unmarshal([]byte(data), &events); err != nil {
			continue
		}
		if c, err := FoldCase("case-1", events); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s was read as %+v, %v", data, c, err)
		}
	}
}

// FuzzCaseHistory reads anything as a history. What is accepted is a sound case
// that takes, or refuses, one more of every kind of event.
func FuzzCaseHistory(f *testing.F) {
	for _, c := range everyKind(f) {
		data, err := json.Marshal(c.Events)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add([]byte(strings.Replace(string(data), `"seq":2`, `"seq":2,"supersedes":1`, 1)))
		f.Add([]byte(strings.ReplaceAll(string(data), `"amount":100`, `"amount":9007199254740991`)))
		f.Add([]byte(strings.ReplaceAll(string(data), `"obligation":"o1"`, `"obligation":""`)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []CaseEvent
		if json.Unmarshal(data, &events) != nil {
			return
		}
		c, err := FoldCase("case-1", events)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if err := sound(c); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(c.Events)
		if err != nil {
			return // a year the calendar of entries does not have, in a field no fold reads
		}
		var back []CaseEvent
		if err := json.Unmarshal(again, &back); err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		same, err := FoldCase("case-1", back)
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if diff := cmp.Diff(c, same, wholeCase, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("what was written differs:\n%s", diff)
		}
		for _, spec := range CaseEventSpecs() {
			next, err := c.Append(ev(spec.Kind, 20190301), clock)
			if err == nil {
				if err := sound(next); err != nil {
					t.Fatalf("%s: %v", spec.Kind, err)
				}
				if _, err := FoldCase("case-1", next.Events); err != nil {
					t.Fatalf("%s accepted, then refused: %v", spec.Kind, err)
				}
			} else if _, ok := Refusals(err); !ok {
				t.Fatalf("%s: %v", spec.Kind, err)
			}
		}
	})
}

// shortLife is a history of six events, longLife one of about two hundred with
// late records and corrections.
func shortLife(tb testing.TB) *Case {
	tb.Helper()
	return history(tb, opening(20190101, money(50_000_000), money(2_500_000)),
		ev(CaseVerificationBegun, 20190115), ev(CaseVerified, 20190120),
		ev(CaseCollected, 20190201, of("o1"), dong(20_000_000), func(e *CaseEvent) { e.Receipt = "BL 0012345" }),
		ev(CasePaidOut, 20190205, of("o1"), dong(20_000_000), func(e *CaseEvent) { e.Recipient = "Ngân hàng Ví Dụ" }),
		ev(CasePostponed, 20190301, func(e *CaseEvent) { e.Note = "Hai bên thỏa thuận hoãn đến khi bán được tài sản." }))
}

func longLife(tb testing.TB) *Case {
	tb.Helper()
	c := history(tb, opening(20180101, money(50_000_000), money(2_500_000)), ev(CaseVerificationBegun, 20180115), ev(CaseVerified, 20180120))
	for i := 0; len(c.Events) < 200; i++ {
		day := Date(20180201).AddDays(7 * i)
		c = record(tb, c, ev(CaseCollected, day, of("o1"), dong(100_000)))
		c = record(tb, c, ev(CasePaidOut, day, of("o1"), dong(100_000)))
		if i%5 == 4 {
			c = record(tb, c, ev(CaseCollected, day, of("o1"), dong(100_001), correcting(len(c.Events)-1)))
			c = record(tb, c, ev(CaseNoted, day.AddDays(-20)))
		}
	}
	return c
}

func BenchmarkFoldCase(b *testing.B) {
	for name, c := range map[string]*Case{"6": shortLife(b), "200": longLife(b)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := FoldCase(c.ID, c.Events); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendCase(b *testing.B) {
	for name, c := range map[string]*Case{"6": shortLife(b), "200": longLife(b)} {
		e := ev(CaseNoted, 20270101)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Append(e, clock); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCaseJSON(b *testing.B) {
	c := shortLife(b)
	data, err := json.Marshal(c.Events)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(c.Events); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var events []CaseEvent
			if err := json.Unmarshal(data, &events); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestDatesOfRecordSurvive: instants keep their milliseconds, in UTC.
func TestDatesOfRecordSurvive(t *testing.T) {
	c, err := OpenCase("case-1", opening(20190101, money(1)), time.Date(2020, 2, 29, 23, 59, 59, 999_999_999, time.FixedZone("", 7*3600)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c.Events)
	if err != nil {
		t.Fatal(err)
	}
	var events []CaseEvent
	if err := json.Unmarshal(data, &events); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.Events, events) { // also the zone
		t.Errorf("recorded at %v, read back as %v", c.Events[0].RecordedAt, events[0].RecordedAt)
	}
	if got := events[0].RecordedAt.Format(time.RFC3339Nano); got != "2020-02-29T16:59:59.999Z" {
		t.Errorf("%s", got)
	}
}
