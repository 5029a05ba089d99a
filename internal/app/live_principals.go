package app

import (
	"maps"
	"sync"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// Bounds of what is kept of who asks.
const (
	// principalAge is for how long at most a principal is kept. What else ends it
	// is seen at once or, from another process, through the watch; this bounds how
	// long a store that cannot be watched is trusted.
	principalAge = time.Minute
	// maxPrincipals is how many are kept.
	maxPrincipals = 10_000
)

// principals keep who stands behind sessions and tokens, so that a request need
// not read the store to know. What is kept holds as long as nothing has changed
// that decides it: no session, link, token, credential, account, unit or policy,
// here or in another process (App.accessChanges).
type principals struct {
	mu sync.RWMutex
	// at is the number of the changes under which all of known was read.
	at    int64
	known map[principalKey]knownPrincipal
}

// A principalKey is what was presented: the hash of the secret, whether it is an
// API token's, and the limits by which a session was judged.
type principalKey struct {
	hash   string
	token  bool
	limits SessionLimits
}

type knownPrincipal struct {
	principal auth.Principal
	// until is when the store has to be asked again, noteAt when the use of what
	// was presented has to be written down.
	until, noteAt time.Time
}

// find returns who was presented, where that is known for now. use tells that the
// call counts as a use, which is written down now and then.
func (k *principals) find(key principalKey, changes int64, now time.Time, use bool) (auth.Principal, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.at != changes {
		return auth.Principal{}, false
	}
	p, ok := k.known[key]
	if !ok || !now.Before(p.until) || use && !now.Before(p.noteAt) {
		return auth.Principal{}, false
	}
	return p.principal, true
}

// keep remembers who was presented. changes is the number that was seen before
// the store was read: what was read across a change is not kept.
func (k *principals) keep(key principalKey, changes int64, p knownPrincipal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case changes < k.at:
		return
	case changes > k.at || k.known == nil:
		k.at, k.known = changes, map[principalKey]knownPrincipal{}
	case len(k.known) >= maxPrincipals:
		maps.DeleteFunc(k.known, func(_ principalKey, old knownPrincipal) bool { return !p.until.Before(old.until) })
		if len(k.known) >= maxPrincipals {
			return
		}
	}
	k.known[key] = p
}

// recall returns who a secret stands for, where that is known; otherwise keep is
// to be called with what the store says.
func (a *App) recall(key principalKey, use bool) (p auth.Principal, known bool, keep func(p auth.Principal, ends, noteAt time.Time)) {
	changes, now := a.accessChanges(), a.clock()
	if !a.KeepsUp() {
		return auth.Principal{}, false, func(auth.Principal, time.Time, time.Time) {}
	}
	if p, known = a.principals.find(key, changes, now, use); known {
		return p, true, nil
	}
	return p, false, func(p auth.Principal, ends, noteAt time.Time) {
		// Roles are held by the day.
		until := earliest(ends, now.Add(principalAge), thads.DateIn(now).AddDays(1).StartOfDay())
		a.principals.keep(key, changes, knownPrincipal{principal: p, until: until, noteAt: noteAt})
	}
}

func earliest(first time.Time, more ...time.Time) time.Time {
	for _, t := range more {
		if t.Before(first) {
			first = t
		}
	}
	return first
}

// KeepsUp tells whether the application sees what other processes write, so that
// what it keeps in memory holds: where Run was promised (Options.Serving).
func (a *App) KeepsUp() bool { return a.serving }
