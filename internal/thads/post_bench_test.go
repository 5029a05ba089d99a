package thads

import (
	"testing"
	"time"
)

// ordinaryCase is the case of the benchmarks: six events, one obligation.
func ordinaryCase(tb testing.TB) *Case {
	first := opening(20181105, money(125_400_000))
	first.ToUnit, first.ToOfficer = "un_0123456789abcdefghij", "of_0123456789abcdefghij"
	c := &Case{ID: "case-1"}
	for i, e := range []CaseEvent{
		first, ev(CaseVerificationBegun, 20181116), ev(CaseVerified, 20181201),
		ev(CaseCollected, 20190110, dong(60_400_000)), ev(CasePaidOut, 20190115, dong(60_400_000)), ev(CasePerformed, 20190301, dong(65_000_000)),
	} {
		next, err := c.Append(e, time.Date(2019, 6, 1+i, 7, 8, 9, 123e6, time.UTC))
		if err != nil {
			tb.Fatal(err)
		}
		c = next
	}
	return c
}

func BenchmarkPostCase(b *testing.B) {
	c := ordinaryCase(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PostCase(c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(c.Events)), "ns/event")
}

func BenchmarkPostCaseCorrectedLate(b *testing.B) {
	c := ordinaryCase(b)
	c = record(b, c, ev(CaseVerified, 20181121, correcting(3)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PostCase(c); err != nil {
			b.Fatal(err)
		}
	}
}

// A history of the longest kind, every event of it recorded before the others.
func BenchmarkPostCaseAllLate(b *testing.B) {
	events := []CaseEvent{opening(20181105, money(1000))}
	for i := range 1000 {
		e := ev(CasePerformed, 20191105, dong(1))
		e.EffectiveOn = e.EffectiveOn.AddDays(-i % 300)
		if i == 999 {
			e.Amount = 1
		}
		events = append(events, e)
	}
	for i := range events {
		events[i].Seq, events[i].RecordedAt = i+1, clock.Add(time.Duration(i)*time.Millisecond)
	}
	for b.Loop() {
		if _, err := PostCase(&Case{Events: events}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeEntries(b *testing.B) {
	ps, err := PostCase(ordinaryCase(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = len(EncodeEntries(ps, nil))
	}
	b.ReportMetric(float64(size)/float64(len(ps)), "B/posting")
}

func BenchmarkDecodeEntries(b *testing.B) {
	ps, err := PostCase(ordinaryCase(b))
	if err != nil {
		b.Fatal(err)
	}
	data := EncodeEntries(ps, nil)
	var d EntryDecoder
	buf := make([]Posting, 0, 2*len(ps))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := d.Append(buf, nil, data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(ps))/b.Elapsed().Seconds(), "postings/s")
}
