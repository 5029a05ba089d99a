package sheet

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/thads/thads/internal/thads"
)

// BenchmarkBothRegisters reads a workbook of 20,000 cases with three events each.
func BenchmarkBothRegisters(b *testing.B) {
	const cases = 20_000
	day := thads.DateOf(2018, 10, 5)
	rows := make([]CaseRow, cases)
	events := make([]EventRow, 0, 3*cases)
	for i := range rows {
		rows[i] = CaseRow{
			Key: fmt.Sprintf("TH%06d", i), Unit: "38.01", Number: fmt.Sprintf("%d/QĐ-CCTHADS", i), Date: day, EffectiveOn: day, Initiation: thads.OnRequest, JudgmentKind: thads.JudgmentCivil, JudgmentNumber: "07/2018/DS-ST",
			JudgmentDate: day.AddDays(-30), Court: "TAND thành phố Thanh Hóa", Debtor: PartyCells{Name: fmt.Sprintf("Nguyễn Văn Thử %d", i), Address: "Phường Mẫu"}, Creditor: PartyCells{Name: "Ngân hàng Ví Dụ"}, ObligationKind: thads.Debt, Amount: 20_000_000,
		}
		name := EventRow{Key: rows[i].Key, Unit: "38.01", Number: rows[i].Number, Date: day}
		for n, kind := range []thads.CaseEventKind{thads.CaseVerificationBegun, thads.CaseVerified, thads.CasePostponed} {
			r := name
			if r.Kind, r.EffectiveOn = kind, day.AddDays(20*(n+1)); kind == thads.CaseVerified {
				r.Finding = thads.FindingMeans
			}
			if kind == thads.CasePostponed {
				r.Ground, r.DocumentNumber, r.DocumentDate = "L2008_48_1_C", "12/QĐ-CCTHADS", r.EffectiveOn
			}
			events = append(events, r)
		}
	}
	book := openBook(b, writeRegisters(b, XLSX, rows, events))
	clear(rows) // their texts would count as memory of reading
	clear(events)
	reading := Reading{Cases: proposed(b, book, Cases, casesSheet), Events: proposed(b, book, CaseEvents, eventsSheet)}
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		r, err := NewReader(book, reading, func(p Problem) { b.Fatal(p.String()) })
		if err != nil {
			b.Fatal(err)
		}
		n, peak := 0, uint64(0)
		for e, err := range r.Entries() {
			if err != nil || len(e.Events) != 3 {
				b.Fatal(e, err)
			}
			if n++; n%4000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
			}
		}
		if n != cases {
			b.Fatal(n, "cases")
		}
		b.ReportMetric(float64(peak)/(1<<20), "MB-live")
	}
	b.ReportMetric(float64(cases)*float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}
