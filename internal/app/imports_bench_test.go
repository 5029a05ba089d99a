// With the race detector it would measure something else.

//go:build !race

package app_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/thads/thads/internal/app"
)

// heapPeak samples how much the last collection found alive, until it is
// stopped, and returns the most that it has seen, in bytes.
func heapPeak() (stop func() uint64) {
	runtime.GC()
	done := make(chan struct{})
	var wg sync.WaitGroup
	var peak uint64
	wg.Go(func() {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() uint64 {
		close(done)
		wg.Wait()
		return peak
	}
}

// A measured step took so long on the clock and on the processors, and had so
// much heap alive at most.
type measured struct {
	wall, cpu time.Duration
	heap      uint64
}

func measure(tb testing.TB, step func()) measured {
	tb.Helper()
	stop, cpu, start := heapPeak(), cpuTime(tb), time.Now()
	step()
	return measured{time.Since(start), cpuTime(tb) - cpu, stop()}
}

// importMeasured brings a file of n rows into an empty store.
func importMeasured(tb testing.TB, n int) (w *world, im *app.Import, check, accept measured) {
	tb.Helper()
	w = newWorld(tb)
	w.province(tb)
	ctx := leader(tb.Context())
	check = measure(tb, func() { im = w.started(ctx, tb, "k", register(tb, caseRows(1, n), nil)) })
	if im.Creates != n {
		tb.Fatalf("checked: %+v", im)
	}
	accept = measure(tb, func() { im = w.accepted(ctx, tb, im, app.AcceptAll) })
	if im.Created != n {
		tb.Fatalf("accepted: %+v", im)
	}
	return w, im, check, accept
}

// BenchmarkImport brings a file of 20,000 and one of 50,000 rows in, meets it
// again, and takes it back. The check includes writing and sending the file. Each
// step tells its cases a second on the clock (/s) and on the processors (/cpu-s).
func BenchmarkImport(b *testing.B) {
	for _, n := range []int{20_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				w, im, check, accept := importMeasured(b, n)
				ctx := leader(b.Context())
				again := measure(b, func() {
					if again := w.started(ctx, b, "again", register(b, caseRows(1, n), nil)); again.Existing != n {
						b.Fatalf("again: %+v", again)
					}
				})
				undo := measure(b, func() { im = w.undone(ctx, b, im, "Nhập nhầm") })
				if im.Undone != n {
					b.Fatalf("undone: %+v", im)
				}
				for name, m := range map[string]measured{"check": check, "accept": accept, "again": again, "undo": undo} {
					b.ReportMetric(float64(n)/m.wall.Seconds(), name+"/s")
					b.ReportMetric(float64(n)/m.cpu.Seconds(), name+"/cpu-s")
					b.ReportMetric(float64(m.heap)/(1<<20), name+"-MB")
				}
			}
		})
	}
}

// TestAcceptHeap accepts five times the rows with hardly more memory: what grows
// with the file is a hash of each decision.
func TestAcceptHeap(t *testing.T) {
	_, _, _, small := importMeasured(t, 10_000)
	_, _, _, large := importMeasured(t, 50_000)
	t.Logf("alive at most: %d MB with 10,000 rows, %d MB with 50,000; %.0f and %.0f cases/s", small.heap>>20, large.heap>>20, 1e4/small.wall.Seconds(), 5e4/large.wall.Seconds())
	if limit := small.heap + small.heap/2 + 32<<20; large.heap > limit {
		t.Errorf("%d MB are alive with 50,000 rows and %d MB with 10,000", large.heap>>20, small.heap>>20)
	}
}
