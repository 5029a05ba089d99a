package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// A register is a store of synthetic cases with their encoded postings, and the
// ledger built from it.
type register struct {
	dir      string
	cases    int
	postings int
	store    *sqlite.Store
	ledger   *ledger.Ledger
}

// measureLedger builds a province of n cases and prints what its figures cost,
// beside SQL over a table of the same postings. The table's columns are numbers,
// its indexes cover what is asked, and the file is given no durability.
func measureLedger(ctx context.Context, n, rounds int) error {
	fmt.Printf("\n## The ledger of %s cases\n\n", grouped(n))
	dir, err := os.MkdirTemp("", "thads-bench-ledger-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	g := &register{dir: dir, cases: n}
	if g.store, err = sqlite.Open(ctx, sqlite.Options{Dir: dir, Collections: []*store.Collection{ledgerCases}}); err != nil {
		return err
	}
	err = g.measure(ctx, rounds)
	return errors.Join(err, g.store.Close())
}

func (g *register) measure(ctx context.Context, rounds int) error {
	start := time.Now()
	if err := g.fill(ctx); err != nil {
		return err
	}
	fmt.Printf("%s cases with %s postings made and stored in %.1f s\n", grouped(g.cases), grouped(g.postings), time.Since(start).Seconds())
	if err := g.build(ctx); err != nil {
		return err
	}
	t, err := g.tabulate(ctx)
	if err != nil {
		return err
	}
	return errors.Join(g.ask(ctx, t, rounds), t.conn.Close())
}

// fill makes the documents, on all processors, and stores them.
func (g *register) fill(ctx context.Context) error {
	const batch = 2000
	type made struct {
		docs     []*store.Document
		postings int
		err      error
	}
	ready := make(chan made)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		go func() {
			for from := w * batch; from < g.cases; from += workers * batch {
				var m made
				for i := from; i < min(from+batch, g.cases) && m.err == nil; i++ {
					d, n, err := ledgerDocument(i, g.cases)
					m.docs, m.postings, m.err = append(m.docs, d), m.postings+n, err
				}
				select {
				case ready <- m:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	for left := g.cases; left > 0; {
		select {
		case m := <-ready:
			if m.err != nil {
				return m.err
			}
			if taken, err := g.store.BulkInsert(ctx, ledgerCases, m.docs); err != nil || len(taken) > 0 {
				return errors.Join(err, fmt.Errorf("%d ids were taken", len(taken)))
			}
			left -= len(m.docs)
			g.postings += m.postings
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// buildGCPercent is how far the heap grows while a ledger is built.
const buildGCPercent = 30

// documents reads the store as the application does when it starts.
func (g *register) documents(ctx context.Context) iter.Seq2[ledger.Document, error] {
	return func(yield func(ledger.Document, error) bool) {
		var decoder thads.EntryDecoder
		var postings []thads.Posting
		var deadlines []thads.Deadline
		for d, err := range g.store.Scan(ctx, ledgerCases, store.ScanOptions{WithoutBody: true}) {
			if err == nil {
				postings, deadlines, err = decoder.Append(postings[:0], deadlines[:0], d.Postings)
			}
			if err != nil {
				yield(ledger.Document{}, err)
				return
			}
			if !yield(ledger.Document{ID: d.ID, Version: d.Version, Book: thads.BookCases, Postings: postings}, nil) {
				return
			}
		}
	}
}

// build builds the ledger and prints what that took.
func (g *register) build(ctx context.Context) error {
	debug.FreeOSMemory()
	before, err := memory()
	if err != nil {
		return err
	}
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // sets the peak back
		return err
	}
	// Most of a ledger holds no pointers: collecting often costs little, and what was
	// decoded and dropped does not pile up beside it.
	defer debug.SetGCPercent(debug.SetGCPercent(buildGCPercent))
	g.ledger = ledger.New()
	start, used := time.Now(), processors()
	if err := g.ledger.Load(g.documents(ctx)); err != nil {
		return err
	}
	took, used := time.Since(start), processors()-used
	after, err := memory()
	if err != nil {
		return err
	}
	debug.FreeOSMemory()
	settled, err := memory()
	if err != nil {
		return err
	}
	s := g.ledger.Stats()
	if s.Postings != g.postings || s.Documents != g.cases {
		return fmt.Errorf("%d cases with %d postings were stored, the ledger has %+v", g.cases, g.postings, s)
	}
	fmt.Printf("built from the store in %.1f s (%.1f s of processors): %s postings/s, %s of them late\n",
		took.Seconds(), used.Seconds(), grouped(int(float64(s.Postings)/took.Seconds())), grouped(s.Late))
	fmt.Printf("%.1f bytes a posting in the ledger; resident %d MB before, %d MB at most, %d MB after, %d MB once freed\n\n",
		float64(s.Bytes)/float64(s.Postings), before.resident>>20, after.peak>>20, after.resident>>20, settled.resident>>20)
	return nil
}

// usage is what the process has of memory, in bytes.
type usage struct{ resident, peak int }

func memory() (usage, error) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return usage{}, err
	}
	var u usage
	for line := range strings.Lines(string(data)) {
		name, rest, _ := strings.Cut(line, ":")
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		switch {
		case name != "VmRSS" && name != "VmHWM":
		case err != nil:
			return usage{}, err
		case name == "VmRSS":
			u.resident = n << 10
		default:
			u.peak = n << 10
		}
	}
	return u, nil
}

// moments draws dates and instants at which figures are asked for.
type moments struct{ r *rand.Rand }

func newMoments() moments { return moments{rand.New(rand.NewPCG(12, 9))} }

func (m moments) draw() ledger.Moment {
	to := ledgerFrom.Start().AddDays(365 + m.r.IntN(365*ledgerYears))
	known := to.AddDays(m.r.IntN(400)).StartOfDay().Add(10 * time.Hour)
	return ledger.Moment{From: thads.StatYearOf(to).Start(), To: to, Known: known, Basis: ledger.Booked}
}
