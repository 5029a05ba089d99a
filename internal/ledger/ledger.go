// Package ledger holds the postings of all records in memory and answers every
// figure from them: as of a date, as known at an instant, on either base of
// dates, for whatever the caller's scope counts, and opened to the records
// behind it. It is pure: it knows no store and never reads the clock.
package ledger

import (
	"time"

	"github.com/thads/thads/internal/thads"
)

// A Basis is the kind of date by which figures are counted. The values are those
// of the GraphQL enumeration DateBasis.
type Basis string

// The bases.
const (
	// Booked counts on the date of the books: what was reported under a lock
	// stays as it was, corrections count in the first open period.
	Booked Basis = "BOOKED"
	// Effective counts on the day on which it happened, as is now known.
	Effective Basis = "EFFECTIVE"
)

// A Moment is when a figure is asked for.
type Moment struct {
	// From is the first day of the span of flows (1 October of the statistical
	// year), To the last day of flows and the day of stocks.
	From, To thads.Date
	// Known hides what was recorded after it; the zero time hides nothing.
	Known time.Time
	Basis Basis
}

// A Span is the days over which a part of a figure is summed.
type Span int

// The spans: before Moment.From, from From to To, and up to To.
const (
	Before Span = iota + 1
	Within
	UpTo
)

// Accounts selects accounts: those of the classes, of these details only, or
// of all but those.
type Accounts struct {
	Classes []thads.AccountClass
	// Only, if not nil, keeps these details; Except leaves these out.
	Only, Except []string
}

// A Part is one summand of a figure: the sum over accounts in a span, of what
// the filter lets through, times Sign.
type Part struct {
	Accounts Accounts
	Span     Span
	Sign     int64
	// Where narrows the part further; the zero Filter does not.
	Where Filter
}

// A Figure is a sum of parts.
type Figure []Part

// A Filter keeps postings by their dimensions. A nil list keeps all, an empty
// one nothing.
type Filter struct {
	Units       []thads.UnitID
	Officers    []thads.OfficerID
	Initiations []thads.Initiation
	Kinds       []thads.JudgmentKind
	Subjects    []string
	// Tags keeps postings that bear one of them.
	Tags []thads.Tag
	// Accounts keeps these classes.
	Accounts []thads.AccountClass
	// Documents keeps the postings of these records.
	Documents []string
}

// A Dimension is what groups are made by. The values are those of the GraphQL
// enumeration.
type Dimension string

// The dimensions. A posting with several tags is in the group of each: groups by
// tag overlap.
const (
	ByUnit       Dimension = "UNIT"
	ByOfficer    Dimension = "OFFICER"
	ByAccount    Dimension = "ACCOUNT" // the class
	ByDetail     Dimension = "DETAIL"  // the ground or measure
	ByInitiation Dimension = "INITIATION"
	ByKind       Dimension = "JUDGMENT_KIND"
	BySubject    Dimension = "SUBJECT"
	ByTag        Dimension = "TAG"
	ByMonth      Dimension = "MONTH"     // "2019-03", of the date on the query's basis
	ByStatYear   Dimension = "STAT_YEAR" // "2019"
)

// A Query asks for figures.
type Query struct {
	// Scope is whose postings count; the zero scope counts nothing.
	Scope  thads.CountScope
	Moment Moment
	Filter Filter
	// Figures are what is summed; every group answers each of them.
	Figures []Figure
	GroupBy []Dimension
	// Roll puts a unit in the place of others when grouping by unit: its
	// superior at some level. Units that are not in it stay themselves.
	Roll map[thads.UnitID]thads.UnitID
	// Late keeps only corrections: postings booked on another day than they
	// count in life.
	Late bool
}

// An Amount is a number of cases and of đồng. Corrections can make it negative.
type Amount struct {
	Cases int64
	Dong  int64
}

// IsZero tells whether both are zero.
func (a Amount) IsZero() bool { return a == Amount{} }

// A Group is the figures of one combination of keys, in the order of the query.
type Group struct {
	Keys   []string
	Values []Amount
}

// A Contribution is what one record adds to a figure.
type Contribution struct {
	ID   string
	Book thads.Book
	Amount
}

// An Entry is one posting behind a figure. Its amounts are the posting's own
// times Sign, so that entries add up to the figure.
type Entry struct {
	ID   string
	Book thads.Book
	thads.Posting
	Sign int64
}

// A Document is what the ledger takes of one record.
type Document struct {
	ID      string
	Version int64 // of the stored document
	Book    thads.Book
	// Postings in the order of recording: those of a version are the first
	// ones of the next.
	Postings []thads.Posting
}

// Stats tell how large a ledger is.
type Stats struct {
	Documents, Postings int
	// Late counts the postings booked on another day than they count in life.
	Late int
	// Combinations counts the different dimensions that postings bear together.
	Combinations int
	// Bytes is about what the postings take in memory.
	Bytes int64
}
