package app

import (
	"context"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file is what figures are asked with and answered by, named as in the
// GraphQL schema. The inputs have the JSON of the schema's inputs, so that a
// question can be kept and asked again.

// A MomentInput says when a figure is asked for; what is not given follows from
// the rest (see App.moment).
type MomentInput struct {
	AsOf    *thads.Date   `json:"asOf,omitempty"`
	From    *thads.Date   `json:"from,omitempty"`
	KnownAt *time.Time    `json:"knownAt,omitempty"`
	Basis   ledger.Basis  `json:"basis,omitempty"`
	Regime  *forms.Regime `json:"regime,omitempty"`
}

// A Moment is when a figure was asked for, with everything resolved.
type Moment struct {
	// From and AsOf are the first and the last day of flows; stocks are as of
	// AsOf.
	From, AsOf thads.Date
	// KnownAt is the instant as known at which the figures are, UTC.
	KnownAt time.Time
	Basis   ledger.Basis
	Regime  forms.Regime
	// latest tells that no instant was asked for: nothing recorded is hidden, not
	// even what another process has recorded by a clock that is ahead of this one's.
	latest bool
}

// A FigureValue is a number of records and of đồng. Corrections can make it
// negative.
type FigureValue struct {
	Cases int
	Dong  thads.Dong
}

// A FigureRecord is what one record adds to a figure.
type FigureRecord struct {
	Value FigureValue
	Book  thads.Book
	// ID is empty where the caller may not open the record.
	ID string
}

// FigureRecords are one page of the records behind a figure: the largest in đồng
// first, then in cases.
type FigureRecords struct {
	*Page[*FigureRecord]
	// Sum is what all of them add up to: the figure.
	Sum FigureValue
}

// A StatisticsInput asks for a group-by.
type StatisticsInput struct {
	Measure   forms.Measure      `json:"measure"`
	GroupBy   []ledger.Dimension `json:"groupBy,omitempty"`
	Moment    *MomentInput       `json:"moment,omitempty"`
	Filter    *StatisticsFilter  `json:"filter,omitempty"`
	UnitLevel *thads.UnitLevel   `json:"unitLevel,omitempty"`
}

// A StatisticsFilter says which postings count: all conditions given must hold. A
// list that is not nil but empty keeps nothing.
type StatisticsFilter struct {
	// Units keeps these and those below them.
	Units           []thads.UnitID         `json:"units,omitzero"`
	Officers        []thads.OfficerID      `json:"officers,omitzero"`
	Initiations     []thads.Initiation     `json:"initiations,omitzero"`
	JudgmentKinds   []thads.JudgmentKind   `json:"judgmentKinds,omitzero"`
	ObligationKinds []thads.ObligationKind `json:"obligationKinds,omitzero"`
	// Tags keeps what bears one of them.
	Tags []thads.Tag `json:"tags,omitzero"`
}

// Statistics answer a group-by.
type Statistics struct {
	Moment  Moment
	Measure forms.Measure
	// Total is the sum over all groups; nil where it is suppressed.
	Total *FigureValue
	// Groups are one page of the groups, in the order of their keys.
	Groups []Item[*StatisticsGroup]
	// GroupCount is how many groups there are in all.
	GroupCount           int
	HasNext, HasPrevious bool
}

// A StatisticsGroup is one group.
type StatisticsGroup struct {
	// Keys are in the order of GroupBy, Titles what they are called.
	Keys   []string
	Titles []thads.Text
	// Value is nil where it is suppressed, and Suppressed says why.
	Value      *FigureValue
	Suppressed *thads.Text

	open opener
}

// An opener opens a figure to the records behind it.
type opener func(ctx context.Context, first int, after *store.Cursor) (*FigureRecords, error)

// An Indicator is a metric of a unit or an officer with what it is made of. What
// it is compared with is computed when it is asked for.
type Indicator struct {
	Metric  thads.Metric
	Name    thads.Text
	Moment  Moment
	Unit    *thads.Unit
	Officer *thads.Officer
	// Value is nil where there is none to compute; NotComputable says why.
	Value         *thads.Quantity
	NotComputable *thads.Text
	// Numerator and Denominator are what a share is made of; a count has a
	// numerator alone.
	Numerator, Denominator *IndicatorPart

	in *indicating
}

// An IndicatorPart is one of the sums of an indicator.
type IndicatorPart struct {
	Measure forms.Measure
	Value   thads.Quantity

	open opener
}

// An IndicatorPoint is an indicator at a day; Value is nil where there is none.
type IndicatorPoint struct {
	AsOf  thads.Date
	Value *thads.Quantity
}

// TargetProgress is how far a target is reached.
type TargetProgress struct {
	Target *thads.Target
	Moment Moment
	// Value is what was reached; nil where it cannot be computed, and
	// NotComputable says why.
	Value         *thads.Quantity
	NotComputable *thads.Text
	// Reached is nil where there is no telling.
	Reached *bool
	// Over is how much the value exceeds the target, negative for under; points
	// for shares.
	Over *thads.Quantity
	// Ratio is the value as a share of the target.
	Ratio *thads.Percent
}

// A FigureVerdict is what the check of a published figure comes to. The values
// are those of the GraphQL enumeration.
type FigureVerdict string

// The verdicts.
const (
	FigureMatches       FigureVerdict = "MATCHES"
	FigureDiffers       FigureVerdict = "DIFFERS"
	FigureNotComputable FigureVerdict = "NOT_COMPUTABLE"
)

// A FigureCheck is what the ledger says about a published figure.
type FigureCheck struct {
	// ID is the figure's.
	ID       string
	Reported thads.Quantity
	// Computed and Difference are nil where nothing computes.
	Computed, Difference *thads.Quantity
	// Tolerance is how much may differ by rounding.
	Tolerance *thads.Quantity
	Verdict   FigureVerdict
	Reason    thads.Text
	// Warning is shown where a difference lies within the tolerance.
	Warning *thads.Text
	Moment  *Moment
	// Parts are the sums that it is made of.
	Parts []*IndicatorPart
}

// A Correction is an event that is booked in another period than it happened in.
type Correction struct {
	Book thads.Book
	// ID is empty where the caller may not open the record.
	ID string
	// Event is its sequence in the record.
	Event      int
	RecordedAt time.Time
	// BookedOn is the day from which it counts in the books.
	BookedOn thads.Date
	// Postings are what it moved.
	Postings []thads.Posting
}
