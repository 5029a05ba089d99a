package graph

import (
	"container/list"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
)

// This file keeps answers while nothing changes. What may be kept is said in
// cache_plan.go, what an answer is kept under here: the question, who asks with
// which rights, the language, the day, and how many changes there were.

// Bounds of the answers kept, in bytes.
const (
	maxAnswers = 32 << 20
	// maxAnswer is that of one: a single large one must not drive out all others.
	maxAnswer = maxAnswers / 8
	// answerOverhead is about what keeping one costs besides its bytes.
	answerOverhead = 2000
)

// An answerKey is what an answer is kept under.
type answerKey [sha256.Size]byte

// A keptAnswer is an answer that can be given again as it is.
type keptAnswer struct {
	body []byte
	op   request.Operation
	// posted and got are the headers for a POST and for a GET; whoever gives the
	// answer copies them.
	posted, got http.Header
}

// newAnswer makes an answer that can be given again. Only a GET, whose answer a
// browser may remember, is told how to ask whether it still holds: by the entity
// tag (RFC 9110, 8.8.3), which is the quoted hash of the bytes.
func newAnswer(body []byte, contentType string, op request.Operation) *keptAnswer {
	sum := sha256.Sum256(body)
	// The name is a piece of the document, which must not be kept with it.
	op.Name = strings.Clone(op.Name)
	k := &keptAnswer{body: body, op: op, posted: http.Header{}}
	k.posted.Set("Content-Type", contentType)
	k.posted.Set("Content-Length", strconv.Itoa(len(body)))
	k.got = k.posted.Clone()
	k.got.Set("Etag", `"`+hex.EncodeToString(sum[:])+`"`)
	k.got.Set("Cache-Control", "private, no-cache")
	return k
}

func (k *keptAnswer) size() int { return len(k.body) + answerOverhead }

// answers are those kept. All of them were given at the same number of changes:
// with the next change none of them is worth anything.
type answers struct {
	mu       sync.Mutex
	bound    int
	position int64
	size     int
	kept     map[answerKey]*list.Element
	// order has the answer given last in front.
	order   *list.List
	flights map[answerKey]*flight
}

type ordered struct {
	key    answerKey
	answer *keptAnswer
}

func newAnswers(bound int) *answers {
	return &answers{bound: bound, kept: map[answerKey]*list.Element{}, order: list.New(), flights: map[answerKey]*flight{}}
}

// A flight is an answer that is being found. Whoever asks the same meanwhile
// waits for it.
type flight struct {
	key      answerKey
	position int64
	// done is closed when answer is set, which stays nil where there is nothing
	// that could be given to others.
	done   chan struct{}
	answer *keptAnswer
}

// find returns an answer that is kept; or else the flight to wait for; or else
// the flight that the caller has to land, which nobody else is on.
func (a *answers) find(key answerKey, position int64) (k *keptAnswer, wait, land *flight) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(position)
	if e, ok := a.kept[key]; ok {
		a.order.MoveToFront(e)
		return e.Value.(*ordered).answer, nil, nil //nolint:forcetypeassert // the list holds nothing else
	}
	if f, ok := a.flights[key]; ok {
		return nil, f, nil
	}
	f := &flight{key: key, position: position, done: make(chan struct{})}
	a.flights[key] = f
	return nil, nil, f
}

// land ends a flight with its answer, nil for none that could be given to others.
// It is kept only if nothing has changed since the flight began: what it read
// could be of before and after. Those who wait began before any such change, so
// that it is right for them.
func (a *answers) land(f *flight, k *keptAnswer, position int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f.answer = k
	close(f.done)
	delete(a.flights, f.key)
	a.advance(position)
	if k == nil || f.position != a.position || k.size() > min(maxAnswer, a.bound) {
		return
	}
	a.kept[f.key] = a.order.PushFront(&ordered{f.key, k})
	a.size += k.size()
	for a.size > a.bound {
		a.drop(a.order.Back())
	}
}

// advance forgets everything when there was a change.
func (a *answers) advance(position int64) {
	if position <= a.position {
		return
	}
	a.position, a.size = position, 0
	clear(a.kept)
	a.order.Init()
}

func (a *answers) drop(e *list.Element) {
	o := a.order.Remove(e).(*ordered) //nolint:forcetypeassert // the list holds nothing else
	delete(a.kept, o.key)
	a.size -= o.answer.size()
}

// A situation is what an answer depends on besides the question.
type situation struct {
	who      auth.Principal
	language string
	// accept is the header, which decides the media type.
	accept   string
	today    thads.Date
	position int64
}

// keyOf is what the answer to a question is kept under.
func keyOf(question [sha256.Size]byte, s situation) answerKey {
	b := make([]byte, 0, 512)
	b = append(b, question[:]...)
	b = appendPrincipal(b, s.who)
	b = appendText(b, s.language)
	b = appendText(b, s.accept)
	b = binary.AppendVarint(b, int64(s.today))
	b = binary.AppendVarint(b, s.position)
	return sha256.Sum256(b)
}

// appendPrincipal appends everything of a principal that decides what it is
// answered; not who of several sessions of the same person it is. Two principals
// have the same bytes only if they may have the same answers.
func appendPrincipal(b []byte, p auth.Principal) []byte {
	b = appendText(b, string(p.ID))
	b = appendText(b, string(p.Means))
	b = binary.AppendUvarint(b, uint64(len(p.Grants)))
	for _, g := range p.Grants {
		b = appendText(b, string(g.Role))
		b = appendText(b, string(g.Unit))
		b = appendText(b, string(g.Officer))
		b = appendTexts(b, g.Within)
	}
	b = appendTexts(b, p.Only)
	b = appendTexts(b, p.Fields)
	return appendTexts(b, p.Needs)
}

// appendText appends a text so that where it ends cannot be mistaken.
func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTexts appends a list; no list is not the empty one.
func appendTexts[T ~string](b []byte, list []T) []byte {
	if list == nil {
		return append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(list))+1)
	for _, s := range list {
		b = appendText(b, string(s))
	}
	return b
}
