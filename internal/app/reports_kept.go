package app

import (
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/thads"
)

// A PeriodLockState tells where a lock stands. The values are those of the GraphQL
// enumeration.
type PeriodLockState string

// The states of a lock.
const (
	// PeriodClosing: records under way are waited for.
	PeriodClosing PeriodLockState = "CLOSING"
	// PeriodLocked: the reports are kept.
	PeriodLocked PeriodLockState = "LOCKED"
)

// A PeriodLock is a lock of the books of a unit and those below it.
type PeriodLock struct {
	ID      string
	Unit    *thads.Unit
	Through thads.Date
	State   PeriodLockState
	// By is who locked, by name.
	By string
	// ClosedAt is when new records began to count in the next period; KnownAt is
	// the instant as known at which the reports were made, nil while closing.
	ClosedAt time.Time
	KnownAt  *time.Time
	// Hash is that of everything kept; nil while closing.
	Hash *string
	// Forms are those that were kept.
	Forms []forms.Code
}
