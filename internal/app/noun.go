package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A noun ties one kind of record to the way it is kept: S is the state that
// its events E fold into. Everything that writes or reads a record of any kind
// goes through the functions of this file.
type noun[S, E any] struct {
	coll *store.Collection
	// prefix leads the ids of this kind ("cs").
	prefix string
	fold   func(id string, events []E) (*S, error)
	// add records an event; s is an empty state with its id for the first.
	add    func(s *S, e E, now time.Time) (*S, error)
	empty  func(id string) *S
	events func(*S) []E
	record func(*E) *thads.Record
	// index derives the head that lists show and the declared fields.
	index func(s *S) (head any, fields store.Fields)
	// claims are the numbers that only this record may have.
	claims func(s *S) []string
	// claimField is the input that holds the number, for refusals; "number"
	// where it is empty.
	claimField string
	// touches are the units whose locks bear on an event: those that hold or
	// held the record, whose figures it may change, and those the event names.
	touches func(s *S, e *E) []thads.UnitID
	// holder is the unit whose people may write the record; where it is "", those
	// may who reach everything. nil for kinds that any principal with the right
	// may write.
	holder func(s *S) thads.UnitID
	// officer is the officer whose record it is, or "".
	officer func(s *S) thads.OfficerID
	// reads is the right to read this kind of record, right what an event asks
	// for. That depends on nothing but its kind.
	reads auth.Right
	right func(e *E) auth.Right
	// alike gives a correction the kind of the event it corrects.
	alike func(e, old *E)
	// posts makes the postings and the deadlines of a record; nil for kinds of
	// which no figures are kept. ledger is the book that they are in.
	posts  func(s *S) ([]thads.Posting, []thads.Deadline, error)
	ledger thads.Book
}

// derivedVersion is the version of the rules by which heads, fields, sort keys
// and search tokens are derived from a body. Documents of another version are
// derived again at start (see Rederive).
const derivedVersion = thads.CollationVersion*1000 + 5

// idEncoding writes ids in letters and digits that cannot be confused.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID makes an id. With a key it derives from principal and key, so that the
// same request again makes the same id; without one it is random.
func newID(prefix string, by thads.PrincipalID, key string) string {
	var b [16]byte
	if key == "" {
		// crypto/rand.Read never fails.
		_, _ = rand.Read(b[:])
	} else {
		sum := sha256.Sum256([]byte(prefix + "\x00" + string(by) + "\x00" + key))
		copy(b[:], sum[:])
	}
	return prefix + "_" + idEncoding.EncodeToString(b[:])
}

// maxKey bounds an idempotency key, in bytes.
const maxKey = 200

// digestOf is the digest of a request, by which it is recognised when it comes
// again with its idempotency key.
func digestOf(request any) (string, error) {
	b, err := json.Marshal(request)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16]), nil
}

// A held is a record as it was read: its state and the version of its document.
type held[S any] struct {
	state   *S
	version int64
}

// decode folds a document.
func (n *noun[S, E]) decode(d *store.Document) (*S, error) {
	var events []E
	if err := json.Unmarshal(d.Body, &events); err != nil {
		return nil, fmt.Errorf("%s %s: body: %w", n.coll.Name, d.ID, err)
	}
	s, err := n.fold(d.ID, events)
	if err != nil {
		return nil, fmt.Errorf("%s %s: replay: %w", n.coll.Name, d.ID, err)
	}
	return s, nil
}

// encode makes the document of a state.
func (n *noun[S, E]) encode(id string, s *S, version int64) (*store.Document, error) {
	events := n.events(s)
	body, err := json.Marshal(events)
	if err != nil {
		return nil, fmt.Errorf("%s %s: body: %w", n.coll.Name, id, err)
	}
	headValue, fields := n.index(s)
	head, err := json.Marshal(headValue)
	if err != nil {
		return nil, fmt.Errorf("%s %s: head: %w", n.coll.Name, id, err)
	}
	d := &store.Document{
		ID: id, Version: version, Fields: fields, Head: head, Body: body,
		DerivedVersion: derivedVersion, UpdatedAt: n.record(&events[len(events)-1]).RecordedAt,
	}
	if n.posts != nil {
		postings, deadlines, err := n.posts(s)
		if err != nil {
			return nil, fmt.Errorf("%s %s: postings: %w", n.coll.Name, id, err)
		}
		d.Postings, d.PostingsVersion = thads.EncodeEntries(postings, deadlines), thads.PostingRules
	}
	return d, nil
}

// get reads one record within a scope; nil if there is none.
func (n *noun[S, E]) get(ctx context.Context, a *App, scope thads.OpenScope, id string) (*held[S], error) {
	docs, err := a.store.Get(ctx, n.coll, scope, id)
	if err != nil {
		return nil, unavailable(err)
	}
	if len(docs) == 0 {
		return nil, nil
	}
	s, err := n.decode(docs[0])
	if err != nil {
		return nil, err
	}
	return &held[S]{state: s, version: docs[0].Version}, nil
}

// read returns what the caller sees of a record that they may open, or nil.
func read[S, E any](ctx context.Context, a *App, n *noun[S, E], id string) (*S, error) {
	scope, err := a.reader(ctx, n.reads)
	if err != nil {
		return nil, err
	}
	h, err := n.get(ctx, a, scope, id)
	if err != nil || h == nil {
		return nil, err
	}
	return show(ctx, a, h.state)
}

// readClaimed returns the record that has claimed a number, if the caller may
// open it and it has the number still, or nil.
func readClaimed[S, E any](ctx context.Context, a *App, n *noun[S, E], claims []string) (*S, error) {
	scope, err := a.reader(ctx, n.reads)
	if err != nil || len(claims) == 0 {
		return nil, err
	}
	owner, err := a.claimOwner(ctx, claims[0])
	if err != nil || owner == "" {
		return nil, err
	}
	h, err := n.get(ctx, a, scope, owner)
	if err != nil || h == nil || !slices.Contains(n.claims(h.state), claims[0]) {
		return nil, err
	}
	return show(ctx, a, h.state)
}

// getMany reads records within a scope, by id.
func (n *noun[S, E]) getMany(ctx context.Context, a *App, scope thads.OpenScope, ids []string) (map[string]*S, error) {
	out := make(map[string]*S, len(ids))
	for len(ids) > 0 {
		part := ids[:min(len(ids), store.MaxPage)]
		ids = ids[len(part):]
		docs, err := a.store.Get(ctx, n.coll, scope, part...)
		if err != nil {
			return nil, unavailable(err)
		}
		for _, d := range docs {
			if out[d.ID], err = n.decode(d); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// A Change is what every recording in an existing record carries.
type Change struct {
	// ID of the record and the version of it that the caller saw; version 0
	// records whatever the present version is (for jobs, which do not look).
	ID      string
	Version int
	// Key makes the same request, sent again, one request.
	Key string
	// asked is the right that the change asks for, where it is not that of the
	// event's own kind: taking an event back asks for the right of that event.
	asked auth.Right
	// prepare runs when the record is known to be legal and before it is
	// written, for what must be stored first.
	prepare func(ctx context.Context, a *App, state any) error
}

// stampEvent fills in who records, when the books are open, and the key.
func (a *App) stampEvent(ctx context.Context, r *thads.Record, p auth.Principal, key string, request any, units []thads.UnitID, now time.Time) error {
	if len(key) > maxKey {
		return thads.Errorf(thads.CodeOutOfRange, "idempotencyKey", "Khóa dài quá %d byte", "The key is longer than %d bytes", maxKey)
	}
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return err
	}
	if key != "" {
		if r.Digest, err = digestOf(request); err != nil {
			return err
		}
	}
	r.By, r.Key, r.OpenFrom = p.ID, key, d.Tree.OpenFrom(now, units...)
	return nil
}

// create stores a new record that begins with e. The same request again (by
// principal and key) returns what the first one made.
func (n *noun[S, E]) create(ctx context.Context, a *App, p auth.Principal, c Change, e E) (*S, error) {
	id := newID(n.prefix, p.ID, c.Key)
	now := a.clock()
	blank := n.empty(id)
	if err := a.stampEvent(ctx, n.record(&e), p, c.Key, e, n.touches(blank, &e), now); err != nil {
		return nil, err
	}
	s, err := n.add(blank, e, now)
	if err != nil {
		return nil, err
	}
	if err := n.mayWrite(ctx, a, p, n.right(&e), s); err != nil {
		return nil, err
	}
	if err := a.claimAll(ctx, n.coll, id, n.claims(s), n.holdsClaim); err != nil {
		return nil, n.refuseClaim(err)
	}
	if c.prepare != nil {
		if err := c.prepare(ctx, a, s); err != nil {
			return nil, err
		}
	}
	doc, err := n.encode(id, s, 1)
	if err != nil {
		return nil, err
	}
	if err := a.inTime(now); err != nil {
		return nil, err
	}
	switch err := a.store.Insert(ctx, n.coll, doc); {
	case errors.Is(err, store.ErrExists):
		return n.replayed(ctx, a, id, p.ID, c.Key, n.record(&e).Digest)
	case errors.Is(err, store.ErrTooLarge):
		return nil, tooLarge()
	case err != nil:
		return nil, unavailable(err)
	}
	return s, nil
}

// replayed answers a request whose id or key was there before: with what it
// made, if it was the same request.
func (n *noun[S, E]) replayed(ctx context.Context, a *App, id string, by thads.PrincipalID, key, digest string) (*S, error) {
	h, err := n.get(ctx, a, thads.Everything(), id)
	if err != nil {
		return nil, err
	}
	if h != nil {
		if seen, same := n.seen(h.state, by, key, digest); seen && same {
			return h.state, nil
		}
	}
	return nil, keyReused()
}

// seen tells whether the principal used the key in this record, and for the same
// request. A key is its user's own: another one's request with it is another.
func (n *noun[S, E]) seen(s *S, by thads.PrincipalID, key, digest string) (seen, same bool) {
	if key == "" {
		return false, false
	}
	events := n.events(s)
	for i := range events {
		if r := n.record(&events[i]); r.Key == key && r.By == by {
			return true, r.Digest == digest
		}
	}
	return false, false
}

// amend records an event in an existing record that the principal may open and
// its unit holds. The same request again returns the record as it is.
func (n *noun[S, E]) amend(ctx context.Context, a *App, p auth.Principal, c Change, e E) (*S, error) {
	scope, err := n.writeScope(ctx, a, p)
	if err != nil {
		return nil, err
	}
	// A writer without a version (a job) tries again when another one was
	// faster; a person is shown the conflict.
	for {
		h, err := n.get(ctx, a, scope, c.ID)
		if err != nil {
			return nil, err
		}
		if h == nil {
			return nil, notFound("id")
		}
		s, err := n.amendHeld(ctx, a, p, c, e, h)
		if errors.Is(err, store.ErrConflict) && c.Version == 0 && ctx.Err() == nil {
			continue
		}
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
			return n.lost(ctx, a, p, scope, c, e)
		}
		return s, err
	}
}

// lost answers a writer that another one overtook: with the record if that was
// the same request, else with the conflict.
func (n *noun[S, E]) lost(ctx context.Context, a *App, p auth.Principal, scope thads.OpenScope, c Change, e E) (*S, error) {
	h, err := n.get(ctx, a, scope, c.ID)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, notFound("id")
	}
	digest, err := digestOf(e)
	if err != nil {
		return nil, err
	}
	if seen, same := n.seen(h.state, p.ID, c.Key, digest); seen && same {
		return h.state, nil
	}
	return nil, versionConflict()
}

func (n *noun[S, E]) amendHeld(ctx context.Context, a *App, p auth.Principal, c Change, e E, h *held[S]) (*S, error) {
	now := a.clock()
	if err := a.stampEvent(ctx, n.record(&e), p, c.Key, e, n.touches(h.state, &e), now); err != nil {
		return nil, err
	}
	if seen, same := n.seen(h.state, p.ID, c.Key, n.record(&e).Digest); seen {
		if same {
			return h.state, nil
		}
		return nil, keyReused()
	}
	if err := n.mayWrite(ctx, a, p, cmp.Or(c.asked, n.right(&e)), h.state); err != nil {
		return nil, err
	}
	if c.Version != 0 && c.Version != len(n.events(h.state)) {
		return nil, versionConflict()
	}
	s, err := n.add(h.state, e, now)
	if err != nil {
		return nil, err
	}
	if err := a.claimAll(ctx, n.coll, c.ID, n.claims(s), n.holdsClaim); err != nil {
		return nil, n.refuseClaim(err)
	}
	if c.prepare != nil {
		if err := c.prepare(ctx, a, s); err != nil {
			return nil, err
		}
	}
	doc, err := n.encode(c.ID, s, h.version+1)
	if err != nil {
		return nil, err
	}
	if err := a.inTime(now); err != nil {
		return nil, err
	}
	switch err := a.store.Replace(ctx, n.coll, doc); {
	case errors.Is(err, store.ErrTooLarge):
		return nil, tooLarge()
	case err != nil:
		return nil, unavailable(err)
	}
	return s, nil
}

// writeScope returns which records a principal may see who wants to write one.
func (n *noun[S, E]) writeScope(ctx context.Context, a *App, p auth.Principal) (thads.OpenScope, error) {
	return a.scope(ctx, p, n.reads)
}

// mayWrite refuses a principal whose right does not reach the unit or officer
// that holds the record now.
func (n *noun[S, E]) mayWrite(ctx context.Context, a *App, p auth.Principal, right auth.Right, s *S) error {
	if n.holder == nil {
		return nil
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	unit, officer := n.holder(s), n.officer(s)
	for _, g := range p.Granting(right) {
		if d.covers(g, unit, officer) {
			return nil
		}
	}
	return thads.Errorf(thads.CodeForbidden, "id", "Chỉ đơn vị đang giữ hồ sơ được ghi", "Only the unit that holds the record may write it")
}

// refuseClaim points the refusal of a number at the input that holds it.
func (n *noun[S, E]) refuseClaim(err error) error {
	var e *thads.Error
	if n.claimField == "" || !errors.As(err, &e) {
		return err
	}
	return &thads.Error{Code: e.Code, Field: strings.Split(n.claimField, "."), Text: e.Text, Cause: e.Cause}
}

// holdsClaim tells whether the stored record still has the number claimed.
func (n *noun[S, E]) holdsClaim(ctx context.Context, a *App, id, claim string) (bool, error) {
	h, err := n.get(ctx, a, thads.Everything(), id)
	if err != nil || h == nil {
		return false, err
	}
	for _, c := range n.claims(h.state) {
		if c == claim {
			return true, nil
		}
	}
	return false, nil
}

func notFound(field string) error {
	return thads.Errorf(thads.CodeNotFound, field, "Không tìm thấy bản ghi, hoặc không có quyền xem", "There is no such record, or none that you may see")
}

func versionConflict() error {
	return thads.Errorf(thads.CodeConflict, "version", "Hồ sơ vừa được người khác ghi; hãy xem lại trước khi ghi tiếp", "Somebody else has just changed the record; look at it again before recording")
}

func keyReused() error {
	return thads.Errorf(thads.CodeKeyReused, "idempotencyKey", "Khóa này đã dùng cho một yêu cầu khác", "This key was used for another request")
}

func tooLarge() error {
	return thads.Errorf(thads.CodeLimit, "", "Hồ sơ vượt quá %d MB", "The record would exceed %d MB", store.MaxDocumentBytes>>20)
}
