package thads

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Every class, dimension and frequent ground is a known word, and each word is
// there once: what is not known is written out in every record.
func TestKnownWords(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range knownWords {
		if seen[w] {
			t.Errorf("%q is there twice", w)
		}
		seen[w] = true
	}
	var want []string
	for _, s := range ChartOfAccounts() {
		want = append(want, string(s.Class))
		if knownWord[string(s.Class)] >= 0x80 {
			t.Errorf("class %s takes two bytes", s.Class)
		}
	}
	add := func(words ...string) { want = append(want, words...) }
	for _, x := range Initiations() {
		add(string(x.Value))
	}
	for _, x := range JudgmentKinds() {
		add(string(x.Value))
	}
	for _, x := range ObligationKinds() {
		add(string(x.Value))
	}
	for _, x := range Tags() {
		add(string(x.Value))
	}
	for _, x := range slices.Concat(SecurityMeasures(), CoerciveMeasures()) {
		add(string(x.Value))
	}
	for _, x := range VerdictCategories() {
		add(string(x.Category))
	}
	for _, g := range Grounds() {
		if g.ValidTo == law2008To && !slices.Contains(g.Kinds, CaseRefused) {
			add(string(g.Code))
		}
	}
	for _, w := range want {
		if !seen[w] {
			t.Errorf("%q is not known", w)
		}
	}
}

// The words are part of the format: what was written yesterday is read today.
func TestEntriesFormat(t *testing.T) {
	at := time.Date(2019, time.March, 4, 5, 6, 7, 8e6, time.UTC)
	postings := []Posting{
		{Account: Account{AccountNew, ""}, EffectiveOn: 20190301, BookedOn: 20190301, RecordedAt: at, Event: 1, Unit: "un_1", Officer: "of_1", Initiation: OnRequest, Kind: JudgmentCivil, Subject: "DEBT", Cases: -1, Dong: -1000},
		{Account: Account{AccountPostponed, "L2008_48_1_C"}, EffectiveOn: 20190301, BookedOn: 20190401, RecordedAt: at, Event: 1, Unit: "un_1", Officer: "of_1", Initiation: OnRequest, Kind: JudgmentCivil, Subject: "DEBT", Tags: []Tag{TagCredit}, Cases: 1, Dong: 1000},
	}
	deadlines := []Deadline{{Rule: "R", From: 20190302, Due: 20190312, Ended: 20190310, Met: true, Unit: "un_1", Officer: "of_1"}}
	want := "\x01" + // the format
		"\x03\x01R\x04un_1\x04of_1" + // three words, from 139 = 0x8b 0x01 on
		"\x01\x01P" + // one set of one tag
		"\x02\x8c\x01\x8d\x0156E\x00\x8c\x01\x8d\x0156E\x01" + // two contexts
		"\x01\x02\xc0\x98\xc2\xf1\xa8Z\x02" + // one event, the first, its instant, two postings
		"J\x01\xba\xd1\xa0\x13\xcf\x0f" + // one case back, đồng given; NEW; the day, the đồng
		"\xb5\n]\x01\xc8\x01" + // one case, the đồng back; POSTPONED, its ground, the second context, booked 100 later
		"\x01\a\x8b\x01\x00\x02\x14\x10" // one deadline, met, due and ended
	got := EncodeEntries(postings, deadlines)
	ps, ds, err := DecodeEntries(got)
	if err != nil || !same(ps, postings) || !slices.Equal(ds, deadlines) {
		t.Errorf("read back %+v, %+v, %v", ps, ds, err)
	}
	if string(got) != want {
		t.Errorf("written as %q, want %q", got, want)
	}
}

func drawPosting(t *rapid.T) Posting {
	word := rapid.SampledFrom([]string{"", "NEW", "un_1", "từ ngữ", "DEBT", "L2008_61", "a longer word that no list knows"})
	date := rapid.SampledFrom([]Date{0, 20190101, 20190102, 20190201, 20200101, 10101, -5, math.MaxInt32, math.MinInt32})
	p := Posting{
		Account:     Account{AccountClass(word.Draw(t, "class")), word.Draw(t, "detail")},
		EffectiveOn: date.Draw(t, "on"),
		RecordedAt:  time.UnixMilli(rapid.Int64Range(-1<<40, 1<<50).Draw(t, "at")).UTC(), Event: rapid.IntRange(0, 5).Draw(t, "event"),
		Unit: UnitID(word.Draw(t, "unit")), Officer: OfficerID(word.Draw(t, "officer")),
		Initiation: Initiation(word.Draw(t, "initiation")), Kind: JudgmentKind(word.Draw(t, "kind")), Subject: word.Draw(t, "subject"),
		Cases: rapid.SampledFrom([]int{0, 1, -1, 2, math.MaxInt, math.MinInt}).Draw(t, "cases"),
		Dong:  Dong(rapid.SampledFrom([]int64{0, 5, -5, 7, math.MaxInt64, math.MinInt64}).Draw(t, "dong")),
	}
	p.BookedOn = p.EffectiveOn
	if rapid.Bool().Draw(t, "late") {
		p.BookedOn = date.Draw(t, "booked")
	}
	for range rapid.IntRange(0, 2).Draw(t, "tags") {
		p.Tags = append(p.Tags, Tag(word.Draw(t, "tag")))
	}
	return p
}

// TestEntriesRoundTrip writes and reads anything at all, many records with one
// decoder, which shares what it read but never mixes it up.
func TestEntriesRoundTrip(t *testing.T) {
	var d EntryDecoder
	rapid.Check(t, func(t *rapid.T) {
		postings := rapid.SliceOfN(rapid.Custom(drawPosting), 0, 12).Draw(t, "postings")
		var deadlines []Deadline
		for range rapid.IntRange(0, 4).Draw(t, "deadlines") {
			p := drawPosting(t)
			deadlines = append(deadlines, Deadline{
				Rule: RuleCode(p.Account.Class), From: p.EffectiveOn, Due: p.BookedOn, Ended: Date(p.Event), Met: p.Cases > 0, Unit: p.Unit, Officer: p.Officer,
			})
		}
		data := EncodeEntries(postings, deadlines)
		before := []Posting{{Event: 77}}
		ps, ds, err := d.Append(before, nil, data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, ps[:1]); diff != "" || !same(ps[1:], postings) || !slices.Equal(ds, deadlines) {
			t.Fatalf("read back %+v\n%+v\nof %+v\n%+v", ps, ds, postings, deadlines)
		}
		for n := range data {
			if _, _, err := d.Append(nil, nil, data[:n]); !errors.Is(err, ErrEntries) {
				t.Fatalf("the first %d of %d bytes: %v", n, len(data), err)
			}
		}
		if _, _, err := d.Append(nil, nil, append(data, 0)); !errors.Is(err, ErrEntries) {
			t.Fatalf("a byte too much: %v", err)
		}
	})
}

// What is read with one decoder shares the memory of words and tags.
func TestEntryDecoderShares(t *testing.T) {
	data := EncodeEntries([]Posting{{Unit: "un_1", Tags: []Tag{TagCredit, "MY_OWN"}, Cases: 1}}, nil)
	var d EntryDecoder
	ps, _, err := d.Append(nil, nil, data)
	if err == nil {
		ps, _, err = d.Append(ps, nil, slices.Clone(data))
	}
	if err != nil || len(ps) != 2 || &ps[0].Tags[0] != &ps[1].Tags[0] {
		t.Fatalf("%+v, %v", ps, err)
	}
	buf := make([]Posting, 0, 8)
	if n := testing.AllocsPerRun(100, func() {
		if _, _, err := d.Append(buf, nil, data); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("reading what was read before takes %v allocations", n)
	}
}

// FuzzDecodeEntries: rubbish is refused, and whatever is read can be written and
// read again.
func FuzzDecodeEntries(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{entriesFormat})
	f.Add([]byte{entriesFormat, 0, 0, 0, 0, 0})
	f.Add(EncodeEntries([]Posting{{Account: Account{AccountNew, "x"}, Unit: "un_1", Tags: []Tag{TagCredit}, Cases: 3, Dong: 5}}, []Deadline{{Rule: "R", From: 20190101, Due: 20190102}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		ps, ds, err := DecodeEntries(data)
		if err != nil {
			if !errors.Is(err, ErrEntries) || ps != nil || ds != nil {
				t.Fatalf("%v, %v, %v", ps, ds, err)
			}
			return
		}
		again, terms, err := DecodeEntries(EncodeEntries(ps, ds))
		if err != nil || !same(ps, again) || !slices.Equal(ds, terms) {
			t.Fatalf("%v: %+v\n%+v", err, ps, again)
		}
	})
}
