package thads

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Entries are the postings and terms of one record as they are stored beside it.
// A byte of format, then:
//
//	words     n, n × (length, bytes): words that are not in the list of known ones
//	tag sets  n, n × (m, m × word)
//	contexts  n, n × (unit, officer, initiation, kind, subject: words; tag set, 0 for none)
//	events    n, n × (seq and instant, as differences from the event before; m, m × posting)
//	deadlines n, n × (flags, rule, context of the holder, day and days that the flags tell)
//
// Numbers are varints, of differences in zigzag. A posting is a byte of flags,
// the word of its class and what the flags tell to follow. Days are written as
// the number that a Date is, and differ by little.
const entriesFormat = 1

// ErrEntries tells that stored entries cannot be read: they are damaged, or
// written in another format. They follow from the history and can be made again.
var ErrEntries = errors.New("thads: unreadable entries")

// knownWords are written as their index. Words are only ever appended: the list
// is part of the format. The frequent ones come first, so that their index takes
// one byte.
var knownWords = []string{
	"",
	// Accounts.
	"NEW", "ADJUSTED", "FROM_SEPARATE_BOOK", "REOPENED", "OPENING",
	"VOLUNTARY", "VERIFYING", "IN_PROGRESS", "HELD", "POSTPONED", "PAUSED", "SUSPENDED", "NOT_ENFORCEABLE",
	"DONE", "TERMINATED", "REDUCED", "ENTRUSTED", "WITHDRAWN", "REVOKED", "RETURNED",
	"TO_SEPARATE_BOOK", "TRANSFERRED", "SEPARATE_BOOK", "MEASURE", "REDUCTION_DECISION",
	"VERDICT_NEW", "VERDICT_REOPENED", "VERDICT_UNNOTIFIED", "VERDICT_NOTIFIED", "VERDICT_COMPELLED", "VERDICT_URGED",
	"VERDICT_DONE", "VERDICT_NO_LONGER", "VERDICT_TRANSFERRED", "VERDICT_UNTRACKED", "VERDICT_NOTICE", "VERDICT_SESSION",
	"VERDICT_COMPULSION", "VERDICT_PETITION",
	"DIRECTED_LISTED", "DIRECTED_REOPENED", "DIRECTED_OPEN", "DIRECTED_RESOLVED", "DIRECTED_DELISTED", "DIRECTED_TRANSFERRED",
	"TASK_SET", "TASK_REOPENED", "TASK_NOT_STARTED", "TASK_IN_PROGRESS", "TASK_DONE", "TASK_CANCELLED",
	// Initiations, kinds of judgments and of obligations.
	"OWN_MOTION", "ON_REQUEST",
	"CIVIL", "CRIMINAL", "ADMINISTRATIVE", "MARRIAGE_FAMILY", "BUSINESS_COMMERCIAL", "LABOUR", "BANKRUPTCY", "ARBITRATION", "OTHER",
	"COURT_FEE", "FINE", "ARREARS", "ILLICIT_GAINS", "COMPENSATION", "MAINTENANCE", "DEBT", "LATE_INTEREST", "OTHER_MONEY",
	"HAND_OVER_ASSET", "HAND_OVER_PAPERS", "HAND_OVER_CHILD", "CONFISCATION", "DESTRUCTION", "PERFORM_ACT", "REFRAIN_FROM_ACT", "OTHER_NON_MONEY",
	// Tags.
	"CREDIT_INSTITUTION", "DIRECTED", "CORRUPTION_RECOVERY", "COUNCIL_LIST", "STATE_COMPENSATION", "COMPLEX", "IMPORTED",
	// Grounds and measures.
	"L2008_44A_1_A", "L2008_44A_1_B", "L2008_44A_1_C", "L2008_44A_PRISON",
	"L2008_48_1_A", "L2008_48_1_B", "L2008_48_1_C", "L2008_48_1_D", "L2008_48_1_DD", "L2008_48_1_E", "L2008_48_1_G", "L2008_48_1_H", "L2008_48_2",
	"L2008_49_1", "L2008_49_2",
	"L2008_50_1_A", "L2008_50_1_B", "L2008_50_1_C", "L2008_50_1_D", "L2008_50_1_DD", "L2008_50_1_E", "L2008_50_1_G", "L2008_50_1_H",
	"L2008_61", "L2008_37_1", "L2008_37_3", "L2008_150",
	"L2025_38_1", "L2025_38_4", "L2025_42", "L2025_47", "L2025_48", "L2025_48_AGREED", "L2025_35", "L2025_46_2",
	"FREEZE_ACCOUNT", "SEIZE_TEMPORARILY", "HALT_TRANSACTIONS", "EXIT_POSTPONEMENT",
	"DEDUCT_ACCOUNT", "DEDUCT_INCOME", "EXPLOIT_ASSET", "ATTACH_ASSET", "COMPEL_HAND_OVER", "COMPEL_PERFORMANCE",
	// Categories of verdicts.
	"REJECT_CLAIM", "ANNUL_DECISION", "ANNUL_DISMISSAL", "DECLARE_UNLAWFUL", "COMPEL_ACT", "VOTER_LIST", "PROVISIONAL_MEASURE",
}

// knownWord finds the index of a known word.
var knownWord = func() map[string]uint64 {
	m := make(map[string]uint64, len(knownWords))
	for i, w := range knownWords {
		m[w] = uint64(i)
	}
	return m
}()

// The flags of a posting. Its lowest two bits tell the cases, the next two the
// đồng, the others what follows.
const (
	casesNone, casesOne, casesBack, casesGiven = 0, 1, 2, 3
	dongNone, dongBack, dongGiven, dongAgain   = 0 << 2, 1 << 2, 2 << 2, 3 << 2
	casesMask, dongMask                        = 3, 3 << 2
	hasDetail, hasContext, hasDay, hasBooked   = 1 << 4, 1 << 5, 1 << 6, 1 << 7
)

// The flags of a deadline.
const (
	deadlineMet, deadlineDue, deadlineEnded = 1, 2, 4
)

// An entryContext are the dimensions that postings share.
type entryContext struct {
	unit       UnitID
	officer    OfficerID
	initiation Initiation
	kind       JudgmentKind
	subject    string
	tags       uint64 // from 1; 0 for none
}

// An entryWriter collects what postings share.
type entryWriter struct {
	words    []string
	word     map[string]uint64
	sets     [][]Tag
	contexts []entryContext
}

func (w *entryWriter) ref(s string) uint64 {
	if i, ok := knownWord[s]; ok {
		return i
	}
	i, ok := w.word[s]
	if !ok {
		if w.word == nil {
			w.word = map[string]uint64{}
		}
		i = uint64(len(knownWords) + len(w.words))
		w.word[s] = i
		w.words = append(w.words, s)
	}
	return i
}

func (w *entryWriter) context(c entryContext, tags []Tag) uint64 {
	if len(tags) > 0 {
		i := slices.IndexFunc(w.sets, func(s []Tag) bool { return slices.Equal(s, tags) })
		if i < 0 {
			i = len(w.sets)
			w.sets = append(w.sets, tags)
		}
		c.tags = uint64(i + 1)
	}
	i := slices.Index(w.contexts, c)
	if i < 0 {
		i = len(w.contexts)
		w.contexts = append(w.contexts, c)
	}
	return uint64(i)
}

// held is any context of a unit and officer.
func (w *entryWriter) held(unit UnitID, officer OfficerID) uint64 {
	i := slices.IndexFunc(w.contexts, func(c entryContext) bool { return c.unit == unit && c.officer == officer })
	if i < 0 {
		return w.context(entryContext{unit: unit, officer: officer}, nil)
	}
	return uint64(i)
}

// EncodeEntries writes postings and deadlines of a record compactly. Instants
// are kept to the millisecond.
func EncodeEntries(postings []Posting, deadlines []Deadline) []byte {
	var w entryWriter
	body := make([]byte, 0, 16*len(postings)+16*len(deadlines)+64)
	body = binary.AppendUvarint(body, uint64(events(postings)))
	var seq, at, day, dong int64
	var context uint64
	for i := 0; i < len(postings); {
		n := run(postings[i:])
		p := &postings[i]
		body = binary.AppendVarint(body, int64(p.Event)-seq)
		body = binary.AppendVarint(body, p.RecordedAt.UnixMilli()-at)
		body = binary.AppendUvarint(body, uint64(n))
		seq, at = int64(p.Event), p.RecordedAt.UnixMilli()
		for _, p := range postings[i : i+n] {
			flags, c := byte(0), w.context(entryContext{
				unit: p.Unit, officer: p.Officer, initiation: p.Initiation, kind: p.Kind, subject: p.Subject,
			}, p.Tags)
			switch p.Cases {
			case 0:
			case 1:
				flags |= casesOne
			case -1:
				flags |= casesBack
			default:
				flags |= casesGiven
			}
			switch int64(p.Dong) {
			case 0:
			case -dong:
				flags |= dongBack
			case dong:
				flags |= dongAgain
			default:
				flags |= dongGiven
			}
			if p.Account.Detail != "" {
				flags |= hasDetail
			}
			if c != context {
				flags |= hasContext
			}
			if int64(p.EffectiveOn) != day {
				flags |= hasDay
			}
			if p.BookedOn != p.EffectiveOn {
				flags |= hasBooked
			}
			body = binary.AppendUvarint(append(body, flags), w.ref(string(p.Account.Class)))
			if flags&hasDetail != 0 {
				body = binary.AppendUvarint(body, w.ref(p.Account.Detail))
			}
			if flags&hasContext != 0 {
				body = binary.AppendUvarint(body, c)
				context = c
			}
			if flags&hasDay != 0 {
				body = binary.AppendVarint(body, int64(p.EffectiveOn)-day)
				day = int64(p.EffectiveOn)
			}
			if flags&hasBooked != 0 {
				body = binary.AppendVarint(body, int64(p.BookedOn)-int64(p.EffectiveOn))
			}
			if flags&casesMask == casesGiven {
				body = binary.AppendVarint(body, int64(p.Cases))
			}
			if flags&dongMask == dongGiven {
				body = binary.AppendVarint(body, int64(p.Dong))
			}
			if p.Dong != 0 {
				dong = int64(p.Dong)
			}
		}
		i += n
	}
	body = binary.AppendUvarint(body, uint64(len(deadlines)))
	for i := range deadlines {
		d := &deadlines[i]
		var flags byte
		if d.Met {
			flags |= deadlineMet
		}
		if d.Due != 0 {
			flags |= deadlineDue
		}
		if d.Ended != 0 {
			flags |= deadlineEnded
		}
		body = binary.AppendUvarint(append(body, flags), w.ref(string(d.Rule)))
		body = binary.AppendUvarint(body, w.held(d.Unit, d.Officer))
		body = binary.AppendVarint(body, int64(d.From)-day)
		day = int64(d.From)
		if d.Due != 0 {
			body = binary.AppendVarint(body, int64(d.Due)-day)
		}
		if d.Ended != 0 {
			body = binary.AppendVarint(body, int64(d.Ended)-day)
		}
	}
	return append(w.head(), body...)
}

// head writes what postings share. The words of sets and contexts are looked up
// first: the words come before them.
func (w *entryWriter) head() []byte {
	var tail []byte
	tail = binary.AppendUvarint(tail, uint64(len(w.sets)))
	for _, set := range w.sets {
		tail = binary.AppendUvarint(tail, uint64(len(set)))
		for _, t := range set {
			tail = binary.AppendUvarint(tail, w.ref(string(t)))
		}
	}
	tail = binary.AppendUvarint(tail, uint64(len(w.contexts)))
	for _, c := range w.contexts {
		for _, s := range [...]string{string(c.unit), string(c.officer), string(c.initiation), string(c.kind), c.subject} {
			tail = binary.AppendUvarint(tail, w.ref(s))
		}
		tail = binary.AppendUvarint(tail, c.tags)
	}
	out := binary.AppendUvarint([]byte{entriesFormat}, uint64(len(w.words)))
	for _, s := range w.words {
		out = append(binary.AppendUvarint(out, uint64(len(s))), s...)
	}
	return append(out, tail...)
}

// run is how many of the first postings are of one event.
func run(ps []Posting) int {
	n := 1
	for n < len(ps) && ps[n].Event == ps[0].Event && ps[n].RecordedAt.UnixMilli() == ps[0].RecordedAt.UnixMilli() {
		n++
	}
	return n
}

// events counts the runs of postings of one event.
func events(ps []Posting) int {
	n := 0
	for len(ps) > 0 {
		ps = ps[run(ps):]
		n++
	}
	return n
}

// DecodeEntries reads what EncodeEntries wrote. An error wraps ErrEntries.
func DecodeEntries(data []byte) ([]Posting, []Deadline, error) {
	return new(EntryDecoder).Append(nil, nil, data)
}

// An EntryDecoder decodes the entries of many records: their words and sets of
// tags share memory. It is not safe for concurrent use. The zero EntryDecoder is
// ready.
type EntryDecoder struct {
	interned map[string]string
	sets     map[string][]Tag

	// What the record at hand shares.
	words    []string
	tags     [][]Tag
	contexts []Posting
	key      []byte

	// data is what is left to read, day the last day read; bad tells that
	// something was not as it is written.
	data []byte
	day  int64
	bad  bool
}

// Append decodes the entries of a record and appends them. On an error, which
// wraps ErrEntries, the lists come back as they were.
func (d *EntryDecoder) Append(postings []Posting, deadlines []Deadline, data []byte) ([]Posting, []Deadline, error) {
	d.data, d.day, d.bad = data, 0, false
	if d.interned == nil {
		d.interned, d.sets = map[string]string{}, map[string][]Tag{}
	}
	if d.byte() != entriesFormat {
		return postings, deadlines, fmt.Errorf("%w: of another format", ErrEntries)
	}
	d.readShared()
	ps := d.readPostings(postings)
	ds := d.readDeadlines(deadlines)
	if d.bad || len(d.data) > 0 {
		return postings, deadlines, fmt.Errorf("%w: %d bytes before the end", ErrEntries, len(d.data))
	}
	return ps, ds, nil
}

// readShared reads words, sets of tags and contexts.
func (d *EntryDecoder) readShared() {
	d.words = d.words[:0]
	for range d.count(1) {
		d.words = append(d.words, d.intern(d.bytes()))
	}
	d.tags = d.tags[:0]
	for range d.count(1) {
		d.tags = append(d.tags, d.readTags())
	}
	d.contexts = d.contexts[:0]
	for range d.count(6) {
		c := Posting{
			Unit: UnitID(d.word()), Officer: OfficerID(d.word()),
			Initiation: Initiation(d.word()), Kind: JudgmentKind(d.word()), Subject: d.word(),
		}
		if set := d.uvarint(); set > uint64(len(d.tags)) {
			d.bad = true
		} else if set > 0 {
			c.Tags = d.tags[set-1]
		}
		d.contexts = append(d.contexts, c)
	}
}

// readTags reads a set of tags and returns the slice shared by all such.
func (d *EntryDecoder) readTags() []Tag {
	n := d.count(1)
	d.key = d.key[:0]
	start := d.data
	for range n {
		s := d.word()
		if d.key = append(binary.AppendUvarint(d.key, uint64(len(s))), s...); len(d.key) > MaxText {
			d.bad = true
			return nil
		}
	}
	if set, ok := d.sets[string(d.key)]; ok {
		return set
	}
	d.data = start
	set := make([]Tag, n)
	for i := range set {
		set[i] = Tag(d.word())
	}
	if !d.bad {
		d.sets[string(d.key)] = set
	}
	return set
}

func (d *EntryDecoder) readPostings(out []Posting) []Posting {
	var seq, at, dong int64
	var context Posting
	if len(d.contexts) > 0 {
		context = d.contexts[0]
	}
	for range d.count(3) {
		seq += d.varint()
		at += d.varint()
		recorded := time.UnixMilli(at).UTC()
		n := d.count(2)
		out = slices.Grow(out, n)
		for range n {
			if d.bad {
				return out
			}
			flags := d.byte()
			out = append(out, context)
			p := &out[len(out)-1]
			p.Account.Class = AccountClass(d.word())
			if flags&hasDetail != 0 {
				p.Account.Detail = d.word()
			}
			if flags&hasContext != 0 {
				c := d.uvarint()
				if c >= uint64(len(d.contexts)) {
					d.bad = true
					return out
				}
				context = d.contexts[c]
				p.Unit, p.Officer, p.Initiation, p.Kind, p.Subject, p.Tags =
					context.Unit, context.Officer, context.Initiation, context.Kind, context.Subject, context.Tags
			}
			if flags&hasDay != 0 {
				d.day += d.varint()
			}
			booked := d.day
			if flags&hasBooked != 0 {
				booked += d.varint()
			}
			p.EffectiveOn, p.BookedOn = d.date(d.day), d.date(booked)
			p.Event, p.RecordedAt = int(seq), recorded
			switch flags & casesMask {
			case casesNone:
			case casesOne:
				p.Cases = 1
			case casesBack:
				p.Cases = -1
			case casesGiven:
				p.Cases = int(d.varint())
			}
			switch flags & dongMask {
			case dongNone:
			case dongBack:
				dong = -dong
				p.Dong = Dong(dong)
			case dongGiven:
				dong = d.varint()
				p.Dong = Dong(dong)
			case dongAgain:
				p.Dong = Dong(dong)
			}
		}
	}
	return out
}

func (d *EntryDecoder) readDeadlines(out []Deadline) []Deadline {
	for range d.count(4) {
		if d.bad {
			return out
		}
		flags := d.byte()
		t := Deadline{Rule: RuleCode(d.word()), Met: flags&deadlineMet != 0}
		c := d.uvarint()
		if c >= uint64(len(d.contexts)) {
			d.bad = true
			return out
		}
		t.Unit, t.Officer = d.contexts[c].Unit, d.contexts[c].Officer
		d.day += d.varint()
		t.From = d.date(d.day)
		if flags&deadlineDue != 0 {
			t.Due = d.date(d.day + d.varint())
		}
		if flags&deadlineEnded != 0 {
			t.Ended = d.date(d.day + d.varint())
		}
		out = append(out, t)
	}
	return out
}

// byte reads a byte; 0 where there is none.
func (d *EntryDecoder) byte() byte {
	if len(d.data) == 0 {
		d.bad = true
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

func (d *EntryDecoder) uvarint() uint64 {
	if len(d.data) > 0 && d.data[0] < 0x80 {
		b := d.data[0]
		d.data = d.data[1:]
		return uint64(b)
	}
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *EntryDecoder) varint() int64 {
	u := d.uvarint()
	v := int64(u >> 1)
	if u&1 != 0 {
		v = ^v
	}
	return v
}

// count reads how many things follow that take at least size bytes each.
func (d *EntryDecoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.data)/size) {
		d.bad, d.data = true, nil
		return 0
	}
	return int(n)
}

// bytes reads a length and as many bytes.
func (d *EntryDecoder) bytes() []byte {
	n := d.count(1)
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

// word reads a word by its number.
func (d *EntryDecoder) word() string {
	i := d.uvarint()
	if i < uint64(len(knownWords)) {
		return knownWords[i]
	}
	if i -= uint64(len(knownWords)); i < uint64(len(d.words)) {
		return d.words[i]
	}
	d.bad = true
	return ""
}

// date is the date that a number is.
func (d *EntryDecoder) date(n int64) Date {
	if n != int64(Date(n)) {
		d.bad = true
	}
	return Date(n)
}

func (d *EntryDecoder) intern(b []byte) string {
	if s, ok := d.interned[string(b)]; ok {
		return s
	}
	s := string(b)
	d.interned[s] = s
	return s
}
