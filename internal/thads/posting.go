package thads

import "time"

// PostingRules is the version of the rules by which histories become postings
// and terms, and of their encoding. Documents of another version are folded
// again when the ledger is built.
const PostingRules = 1

// A Posting is one amount in one account: what an event of a record moved there,
// in cases and in đồng, with the dimensions that the record had. A recorded
// event posts the difference between what the whole history comes to with it
// and without it; nothing else makes postings, and the postings of a version are
// the first ones of the next.
type Posting struct {
	Account Account
	// EffectiveOn is when it counts in life, BookedOn when it counts in the
	// books: the later of EffectiveOn and the first day open when the event was
	// recorded.
	EffectiveOn, BookedOn Date
	// RecordedAt is when the event was recorded, UTC to the millisecond, Event
	// its sequence in the record.
	RecordedAt time.Time
	Event      int

	Unit    UnitID
	Officer OfficerID
	// Initiation and Kind are those of a case; "" in the other books.
	Initiation Initiation
	Kind       JudgmentKind
	// Subject is the kind of obligation of an amount in đồng; a case counts with
	// that of its first obligation. In the book of verdicts it is the category.
	Subject string
	// Tags are sorted and unique; a slice is shared between postings and never
	// changed.
	Tags []Tag

	Cases int
	Dong  Dong
}

// RuleCode names a rule of deadlines.
type RuleCode string

// A Deadline is a time limit that ran or runs in a record: by which rule, from
// when, and how it ended. When it is due follows from the rule and the calendar,
// unless the record itself says so.
type Deadline struct {
	Rule RuleCode
	// From is the day whose event set the limit running.
	From Date
	// Due is the last day where the record names it (a task, a postponement);
	// zero where the rule and the calendar tell.
	Due Date
	// Ended is the day of the event that ended it, zero while it runs. Met tells
	// that what was due was done, not that it ceased to be due.
	Ended Date
	Met   bool

	Unit    UnitID
	Officer OfficerID
}
