package app

import (
	"context"
	"time"
)

// LockWait is how long a lock waits for what is under way.
const LockWait = lockWait

// SetLockWaiter makes locks wait by fn.
func SetLockWaiter(a *App, fn func(context.Context, time.Duration) error) { a.waitFor = fn }

// SetPictureAge makes writers look at the locks as they are stored when these
// were last looked at longer ago.
func SetPictureAge(a *App, d time.Duration) { a.pictureAge = d }

// PeriodCollections are where locks and what they keep are stored.
var (
	PeriodLockCollection   = periodLockCollection
	PeriodReportCollection = periodReportCollection
)
