package auth

import (
	"container/list"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"
)

// A Throttle decides which attempts to sign in are looked at. It counts those
// that have not succeeded, in buckets that fill again with time:
//
//   - by account and source: whoever tries passwords on an account from one place
//     uses up that place's bucket, and no one else's;
//   - by source, over all accounts: one place cannot try one password on everybody;
//   - by account, over all sources but known devices: many places together cannot
//     try many passwords on one account;
//   - by known device: whoever has signed in as the account from a device before
//     has a bucket of their own there, and is asked for none of the others. An
//     attacker who uses up all the others does not lock them out.
//
// Nothing depends on whether an account exists. Its memory is bounded. It never
// reads the clock. Its methods are safe for concurrent use.
type Throttle struct {
	mu      sync.Mutex
	rules   ThrottleRules
	buckets [bucketKinds]*bucketTable
}

// A Rate is how many attempts may fail at once, and after how long one more may.
type Rate struct {
	Burst int
	Every time.Duration
}

// ThrottleRules are the rates of a Throttle and its size.
type ThrottleRules struct {
	// Pair is the rate by account and source, Source by source, Account by
	// account over all sources, Device by account and known device.
	Pair, Source, Account, Device Rate
	// Factor is the rate of wrong second factors by account, where the password
	// was right, and by account and known device.
	Factor Rate
	// Confirm is the rate by session of wrong answers of somebody who has
	// signed in and is asked once more.
	Confirm Rate
	// Size bounds the buckets of each kind that are remembered.
	Size int
}

// DefaultThrottleRules are the rates that the application uses. From unknown
// devices an account can be tried 60 times an hour for as long as an attack
// goes on (OWASP ASVS 5.0, 6.3.1): with the common passwords refused, guessing
// does not get far.
func DefaultThrottleRules() ThrottleRules {
	return ThrottleRules{
		Pair:    Rate{Burst: 10, Every: time.Minute},
		Source:  Rate{Burst: 100, Every: 5 * time.Second},
		Account: Rate{Burst: 30, Every: time.Minute},
		Device:  Rate{Burst: 10, Every: time.Minute},
		Factor:  Rate{Burst: 10, Every: 6 * time.Minute},
		Confirm: Rate{Burst: 10, Every: time.Minute},
		Size:    1 << 14,
	}
}

// An Attempt is who tries to sign in, and from where.
type Attempt struct {
	// Account is the account, by any name that is always the same for it.
	Account string
	// Source is where the attempt comes from, as SourceOf names it.
	Source string
	// Device is the known device, by any name that is always the same for it;
	// "" for an unknown one. The caller has made sure of it.
	Device string
}

// SourceOf names the network from which an address comes: the 24 bits (IPv4) or
// 64 bits (IPv6) before the part that one customer may choose.
func SourceOf(addr netip.Addr) string {
	if !addr.IsValid() {
		return "" // without an address all are one source
	}
	addr = addr.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}

// bucketKind says what a bucket counts.
type bucketKind int

const (
	bucketPair bucketKind = iota
	bucketSource
	bucketAccount
	bucketDevice
	bucketFactor
	bucketConfirm
	bucketKinds
)

// A bucketKey names a bucket within its kind, in a size that does not depend on
// what somebody typed.
type bucketKey [16]byte

func keyOf(parts ...string) bucketKey {
	h := sha256.New()
	for _, p := range parts {
		// Lengths keep the parts apart.
		h.Write([]byte{byte(len(p) >> 24), byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p))})
		h.Write([]byte(p))
	}
	return bucketKey(h.Sum(nil)[:16])
}

// A place is one bucket.
type place struct {
	kind bucketKind
	key  bucketKey
}

// NewThrottle makes a throttle in which nobody has failed.
func NewThrottle(rules ThrottleRules) *Throttle {
	t := &Throttle{rules: rules}
	for k := range t.buckets {
		t.buckets[k] = &bucketTable{rate: rules.rate(bucketKind(k)), size: max(1, rules.Size), used: map[bucketKey]*list.Element{}, order: list.New()}
	}
	return t
}

func (r ThrottleRules) rate(k bucketKind) Rate {
	switch k {
	case bucketPair:
		return r.Pair
	case bucketSource:
		return r.Source
	case bucketAccount:
		return r.Account
	case bucketDevice:
		return r.Device
	case bucketFactor:
		return r.Factor
	default:
		return r.Confirm
	}
}

// places are the buckets of an attempt, narrow ones first.
func (a Attempt) places() []place {
	if a.Device != "" {
		return []place{{bucketDevice, keyOf(a.Account, a.Device)}}
	}
	return []place{
		{bucketSource, keyOf(a.Source)},
		{bucketPair, keyOf(a.Account, a.Source)},
		{bucketAccount, keyOf(a.Account)},
	}
}

// Take counts an attempt and returns 0, or refuses it and returns after how long
// one like it may be made. What is refused is not counted. An attempt that then
// succeeds is taken back by Forgive, one that was not judged by Return.
func (t *Throttle) Take(now time.Time, a Attempt) time.Duration { return t.take(now, a.places()) }

// Return gives back what Take counted, for an attempt that was not judged.
func (t *Throttle) Return(now time.Time, a Attempt) { t.giveBack(now, a.places()) }

// Forgive is Return for an attempt that succeeded: the bucket of the person's
// own – their device, or the account at their source – is full again. The others
// have what this attempt took, and no more: a right password of one's own must
// not buy attempts on other accounts.
func (t *Throttle) Forgive(now time.Time, a Attempt) {
	places := a.places()
	t.giveBack(now, places)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range places {
		if p.kind == bucketPair || p.kind == bucketDevice {
			t.buckets[p.kind].forget(p.key)
		}
	}
}

func (a Attempt) factor() []place { return []place{{bucketFactor, keyOf(a.Account, a.Device)}} }

// TakeFactor is Take for a second factor, behind a right password.
func (t *Throttle) TakeFactor(now time.Time, a Attempt) time.Duration {
	return t.take(now, a.factor())
}

// ForgiveFactor takes back what TakeFactor counted, for a right factor.
func (t *Throttle) ForgiveFactor(now time.Time, a Attempt) {
	t.giveBack(now, a.factor())
}

// TakeConfirm is Take for somebody who has signed in and is asked once more who
// they are, by the session.
func (t *Throttle) TakeConfirm(now time.Time, session string) time.Duration {
	return t.take(now, []place{{bucketConfirm, keyOf(session)}})
}

// ForgiveConfirm takes back what TakeConfirm counted.
func (t *Throttle) ForgiveConfirm(now time.Time, session string) {
	t.giveBack(now, []place{{bucketConfirm, keyOf(session)}})
}

// Len returns how many buckets are remembered.
func (t *Throttle) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, b := range t.buckets {
		n += len(b.used)
	}
	return n
}

func (t *Throttle) take(now time.Time, places []place) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	for _, p := range places {
		wait = max(wait, t.buckets[p.kind].wait(now, p.key))
	}
	if wait > 0 {
		return wait
	}
	for _, p := range places {
		t.buckets[p.kind].add(now, p.key, 1)
	}
	return 0
}

func (t *Throttle) giveBack(now time.Time, places []place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range places {
		t.buckets[p.kind].add(now, p.key, -1)
	}
}

// A bucketTable remembers the buckets of one kind, the last used first. A bucket
// is the instant at which it will be full again (the generic cell rate
// algorithm), so that filling needs no work.
type bucketTable struct {
	rate  Rate
	size  int
	used  map[bucketKey]*list.Element
	order *list.List
	// crowded is until when a bucket that is not remembered may be one that was
	// forgotten for want of room: whoever makes room by filling the table with
	// others must not find their own bucket full.
	crowded time.Time
}

type bucket struct {
	key  bucketKey
	full time.Time
}

// depth is how far ahead of now a bucket may be full again.
func (b *bucketTable) depth() time.Duration { return time.Duration(b.rate.Burst) * b.rate.Every }

// fullAt returns when a bucket is full again, now or later.
func (b *bucketTable) fullAt(now time.Time, key bucketKey) time.Time {
	full := now
	if e, ok := b.used[key]; ok {
		full = e.Value.(*bucket).full
	} else if now.Before(b.crowded) && !b.crowded.After(now.Add(b.depth())) {
		full = now.Add(b.depth() - b.rate.Every)
	}
	// Further ahead than a bucket can be is one from before the clock was set
	// back, which must not lock anybody out.
	if full.Before(now) || full.After(now.Add(b.depth())) {
		return now
	}
	return full
}

// wait returns after how long one may be taken, 0 for now.
func (b *bucketTable) wait(now time.Time, key bucketKey) time.Duration {
	return max(0, b.fullAt(now, key).Add(b.rate.Every).Sub(now)-b.depth())
}

// add takes n from the bucket, or gives -n back.
func (b *bucketTable) add(now time.Time, key bucketKey, n int) {
	full := b.fullAt(now, key).Add(time.Duration(n) * b.rate.Every)
	if !full.After(now) {
		b.forget(key)
		return
	}
	if e, ok := b.used[key]; ok {
		e.Value.(*bucket).full = full
		b.order.MoveToFront(e)
		return
	}
	if n < 0 {
		return // forgotten meanwhile
	}
	b.used[key] = b.order.PushFront(&bucket{key: key, full: full})
	for len(b.used) > b.size {
		oldest := b.order.Back().Value.(*bucket)
		if oldest.full.After(now) && oldest.full.After(b.crowded) {
			b.crowded = oldest.full
		}
		b.forget(oldest.key)
	}
}

func (b *bucketTable) forget(key bucketKey) {
	if e, ok := b.used[key]; ok {
		b.order.Remove(e)
		delete(b.used, key)
	}
}
