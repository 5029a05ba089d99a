// Command bench measures thads on SQLite beside yardsticks in the same run: the
// same question in SQL by hand, the same rows inserted by hand, the same bytes
// from a bare handler. Machines are shared and noisy, so each figure is the
// median of interleaved rounds, and the ratio is what counts.
//
//	go run ./internal/bench -cases 25000,300000
//	go run ./internal/bench -cases= -registers= -http= -ledger 1000000
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sizes := flags.String("cases", "25000,300000", "numbers of cases, separated by commas")
	registers := flags.String("registers", "20000,50000", "sizes of registers brought in, in cases, separated by commas; empty for none")
	ledgers := flags.String("ledger", "100000,1000000", "sizes of ledgers, in cases, separated by commas; empty for none")
	served := flags.String("http", "20000", "numbers of cases whose summary is asked for over HTTP, separated by commas; empty for none")
	rounds := flags.Int("rounds", 9, "rounds whose median is printed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	fmt.Printf("%s, %d processors\n", runtime.Version(), runtime.GOMAXPROCS(0))
	for _, each := range []struct {
		flag, sizes string
		measure     func(n int) error
	}{
		{"cases", *sizes, func(n int) error { return measure(ctx, n, *rounds) }},
		{"registers", *registers, func(n int) error { return accept(ctx, n) }},
		{"ledger", *ledgers, func(n int) error { return measureLedger(ctx, n, *rounds) }},
		{"http", *served, func(n int) error { return overHTTP(ctx, n, *rounds) }},
	} {
		for s := range strings.FieldsFuncSeq(each.sizes, func(r rune) bool { return r == ',' }) {
			n, err := strconv.Atoi(s)
			if err != nil || n < 1000 {
				return fmt.Errorf("-%s %q: numbers of at least 1000", each.flag, s)
			}
			if err := each.measure(n); err != nil {
				return fmt.Errorf("%d cases: %w", n, err)
			}
		}
	}
	return nil
}

// measure builds a province of n cases and prints every figure.
func measure(ctx context.Context, n, rounds int) error {
	fmt.Printf("\n## %s cases\n\n", grouped(n))
	p, err := build(ctx, n)
	if err != nil {
		return err
	}
	defer p.close()
	fmt.Printf("%-44s %14s %14s %8s\n", "median of "+strconv.Itoa(rounds)+" rounds", "thads", "yardstick", "ratio")
	if err := p.bulk(ctx); err != nil {
		return err
	}
	pairs, err := p.pairs(ctx)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		if err := pair.print(ctx, rounds); err != nil {
			return fmt.Errorf("%s: %w", pair.name, err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("\nheap in use %d MB, obtained from the system %d MB, database %d MB\n", m.HeapInuse>>20, m.Sys>>20, p.bytes(ctx)>>20)
	return nil
}

// A pair is one question asked in two ways.
type pair struct {
	name        string
	times       int // how often a round asks
	thads, hand func(ctx context.Context, i int) error
}

// print measures both ways in turns and prints their medians.
func (p pair) print(ctx context.Context, rounds int) error {
	var ours, theirs []time.Duration
	for r := range rounds + 1 {
		a, err := p.round(ctx, r, p.thads)
		if err != nil {
			return fmt.Errorf("thads: %w", err)
		}
		b, err := p.round(ctx, r, p.hand)
		if err != nil {
			return fmt.Errorf("yardstick: %w", err)
		}
		if r > 0 { // the first warms caches up
			ours, theirs = append(ours, a), append(theirs, b)
		}
	}
	row(p.name, median(ours).String(), median(theirs).String(), ratio(median(ours), median(theirs)))
	return nil
}

func (p pair) round(ctx context.Context, r int, f func(context.Context, int) error) (time.Duration, error) {
	start := time.Now()
	for i := range p.times {
		if err := f(ctx, r*p.times+i); err != nil {
			return 0, err
		}
	}
	return (time.Since(start) / time.Duration(p.times)).Round(100 * time.Nanosecond), ctx.Err()
}

func row(name, ours, theirs, ratio string) {
	fmt.Printf("%-44s %14s %14s %8s\n", name, ours, theirs, ratio)
}

func ratio[T ~int64 | ~float64](a, b T) string {
	return strconv.FormatFloat(float64(a)/float64(b), 'f', 2, 64) + "×"
}

func median[T cmp.Ordered](vs []T) T {
	s := slices.Sorted(slices.Values(vs))
	return s[len(s)/2]
}

// grouped writes a number as Vietnamese readers do.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}
