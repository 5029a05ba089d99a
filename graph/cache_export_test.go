package graph

import "github.com/thads/thads/internal/request"

// Keeps tells whether the answer to a posted request may be kept.
func Keeps(body string) bool { return planner{Schema()}.plan([]byte(body)).keeps }

// Lasting and Fleeting are the root fields whose answers are kept, and the types
// that none of them may have.
func Lasting() []string  { return lasting }
func Fleeting() []string { return fleeting }

// A Store of answers, of a size in bytes.
type Store struct{ a *answers }

// NewStore returns one.
func NewStore(bound int) Store { return Store{newAnswers(bound)} }

// Put keeps an answer of a size under a name that was found at one position, and
// landed at another.
func (s Store) Put(name string, size int, found, landed int64) {
	_, _, f := s.a.find(answerKey([]byte(key(name))), found)
	s.a.land(f, newAnswer(make([]byte, size), "", request.Operation{}), landed)
}

// Has tells whether an answer is kept at a position.
func (s Store) Has(name string, position int64) bool {
	k, _, f := s.a.find(answerKey([]byte(key(name))), position)
	if f != nil {
		s.a.land(f, nil, position)
	}
	return k != nil
}

// Size is how many bytes the answers count for.
func (s Store) Size() int { return s.a.size }

func key(name string) string {
	var k answerKey
	copy(k[:], name)
	return string(k[:])
}
