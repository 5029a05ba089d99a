package app_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// benchHistories yields cases as a register brings them: one opening each, a
// third of them with three parties, the others with one, most with an identity number.
func benchHistories(unit thads.UnitID, officer thads.OfficerID, n int) iter.Seq[app.CaseHistory] {
	families := []string{"Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đỗ", "Bùi"}
	middles := []string{"Văn", "Thị", "Đức", "Hữu", "Ngọc", "Minh"}
	givens := []string{"An", "Bình", "Chung", "Dũng", "Đạt", "Giang", "Hà", "Hải", "Hùng", "Khánh", "Lan", "Linh", "Sơn", "Tâm", "Yến"}
	return func(yield func(app.CaseHistory) bool) {
		r := rand.New(rand.NewPCG(3, 5))
		name := func() string {
			return families[r.IntN(len(families))] + " " + middles[r.IntN(len(middles))] + " " + givens[r.IntN(len(givens))]
		}
		at := time.Date(2019, 12, 9, 2, 0, 0, 0, time.UTC)
		for i := range n {
			on := thads.DateOf(2010+i%10, time.January, 5).AddDays(r.IntN(200))
			e := decided(unit, officer, fmt.Sprintf("%d/QĐ-CCTHADS", i+1), on)
			e.Particulars.Initiation = thads.OwnMotion
			e.Particulars.Judgment.Number = thads.ParseDocumentNumber(fmt.Sprintf("%d/%d/DS-ST", 1+r.IntN(300), on.Year()))
			e.Particulars.Judgment.Date = on.AddDays(-30)
			e.Particulars.Parties = []thads.Party{{Role: thads.Debtor, Kind: thads.Person, Name: name(), Address: "Thôn 3, xã Thử Nghiệm", BirthYear: 1970}}
			e.Particulars.Tags = []thads.Tag{thads.TagImported}
			if i%3 == 0 {
				e.Particulars.Parties = append(e.Particulars.Parties,
					thads.Party{Role: thads.Debtor, Kind: thads.Person, Name: name(), Address: "Thôn 4, xã Thử Nghiệm"},
					thads.Party{Role: thads.Creditor, Kind: thads.Organisation, Name: "Công ty TNHH " + name(), Address: "Phường Thử"})
			}
			h := app.CaseHistory{Key: fmt.Sprint("row-", i), Events: []app.RecordedCaseEvent{{Event: e, At: at, By: "bench"}}}
			if i%4 != 0 {
				h.Numbers = map[int]app.PartyNumbers{0: {Identity: fmt.Sprintf("038%09d", i)}}
			}
			if !yield(h) {
				return
			}
		}
	}
}

// cpuTime is what this process has used of the processors.
func cpuTime(b testing.TB) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCasesBackfill validates, seals, claims and stores 50,000 cases of one
// event in an empty store.
func BenchmarkCasesBackfill(b *testing.B) {
	const n = 50_000
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		_, first, _, officer := w.province(b)
		cpu := cpuTime(b)
		b.StartTimer()
		got, err := w.CasesBackfill(leader(b.Context()), benchHistories(first, officer, n), false)
		if err != nil || got.Created != n {
			b.Fatalf("%+v, %v", got, err)
		}
		b.ReportMetric(n/(cpuTime(b)-cpu).Seconds(), "cases/cpu-s")
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "cases/s")
}
