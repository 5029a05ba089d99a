package ledger

import (
	"strings"

	"github.com/thads/thads/internal/thads"
)

// The dimensions that a combination is made of.
const (
	dimUnit = iota
	dimOfficer
	dimAccount
	dimInitiation
	dimKind
	dimSubject
	dimTags
	dims
)

// names are the values of the dimensions, by their numbers. They only grow, so
// that a reader's copy of the slices stays right while a writer adds to them.
type names struct {
	// texts holds those of the dimensions that are a word; accounts and tags have
	// lists of their own.
	texts    [dims][]string
	accounts []thads.Account
	tagSets  [][]thads.Tag
	// combos holds the combinations, one column for each dimension.
	combos [dims][]uint32
	// places holds the pair of unit and account of each combination.
	places []uint32
}

// size is how many combinations there are.
func (n *names) size() int { return len(n.combos[0]) }

// dictionary numbers the combinations of dimensions that occur. A province has
// some hundred thousand of them and many millions of postings: whatever is asked
// of dimensions is asked once of each combination.
type dictionary struct {
	names
	wordIDs    [dims]map[string]uint32
	lastWords  [dims]lastWord
	accountIDs map[thads.Account]uint32
	tagIDs     map[string]uint32
	comboIDs   map[[dims]uint32]uint32
	placeIDs   map[[2]uint32]uint32

	lastAccount   thads.Account
	lastAccountID uint32
	// lastTags is the slice numbered last: postings share theirs.
	lastTags   []thads.Tag
	lastTagsID uint32
	joined     []byte
}

// lastWord is the word numbered last: the next posting mostly bears the same.
type lastWord struct {
	text string
	id   uint32
}

func newDictionary() dictionary {
	d := dictionary{
		accountIDs: map[thads.Account]uint32{{}: 0}, tagIDs: map[string]uint32{"": 0}, comboIDs: map[[dims]uint32]uint32{},
		placeIDs: map[[2]uint32]uint32{},
	}
	for i := range d.wordIDs {
		d.wordIDs[i] = map[string]uint32{"": 0}
		d.texts[i] = []string{""}
	}
	d.accounts, d.tagSets = []thads.Account{{}}, [][]thads.Tag{nil}
	return d
}

// combo numbers the dimensions of a posting.
func (d *dictionary) combo(p *thads.Posting) uint32 {
	key := [dims]uint32{
		dimUnit:       d.word(dimUnit, string(p.Unit)),
		dimOfficer:    d.word(dimOfficer, string(p.Officer)),
		dimAccount:    d.account(p.Account),
		dimInitiation: d.word(dimInitiation, string(p.Initiation)),
		dimKind:       d.word(dimKind, string(p.Kind)),
		dimSubject:    d.word(dimSubject, p.Subject),
		dimTags:       d.tagSet(p.Tags),
	}
	id, ok := d.comboIDs[key]
	if !ok {
		id = uint32(d.size())
		d.comboIDs[key] = id
		for i, v := range key {
			d.combos[i] = append(d.combos[i], v)
		}
		at := [2]uint32{key[dimUnit], key[dimAccount]}
		place, ok := d.placeIDs[at]
		if !ok {
			place = uint32(len(d.placeIDs))
			d.placeIDs[at] = place
		}
		d.places = append(d.places, place)
	}
	return id
}

func (d *dictionary) word(dim int, s string) uint32 {
	last := &d.lastWords[dim]
	if s == last.text {
		return last.id
	}
	id, ok := d.wordIDs[dim][s]
	if !ok {
		// What was read may be a piece of a large text, which must not be kept.
		s = strings.Clone(s)
		id = uint32(len(d.texts[dim]))
		d.wordIDs[dim][s] = id
		d.texts[dim] = append(d.texts[dim], s)
	}
	*last = lastWord{d.texts[dim][id], id}
	return id
}

func (d *dictionary) account(a thads.Account) uint32 {
	if a == d.lastAccount {
		return d.lastAccountID
	}
	id, ok := d.accountIDs[a]
	if !ok {
		a = thads.Account{Class: thads.AccountClass(strings.Clone(string(a.Class))), Detail: strings.Clone(a.Detail)}
		id = uint32(len(d.accounts))
		d.accountIDs[a] = id
		d.accounts = append(d.accounts, a)
	}
	d.lastAccount, d.lastAccountID = d.accounts[id], id
	return id
}

func (d *dictionary) tagSet(tags []thads.Tag) uint32 {
	if len(tags) == 0 {
		return 0
	}
	if len(tags) == len(d.lastTags) && &tags[0] == &d.lastTags[0] {
		return d.lastTagsID
	}
	d.joined = d.joined[:0]
	for _, t := range tags {
		d.joined = append(append(d.joined, t...), 0)
	}
	id, ok := d.tagIDs[string(d.joined)]
	if !ok {
		own := make([]thads.Tag, len(tags))
		for i, t := range tags {
			own[i] = thads.Tag(strings.Clone(string(t)))
		}
		id = uint32(len(d.tagSets))
		d.tagIDs[string(d.joined)] = id
		d.tagSets = append(d.tagSets, own)
	}
	d.lastTags, d.lastTagsID = tags, id
	return id
}

// bytes is about what the dictionary takes.
func (d *dictionary) bytes() int64 {
	const entry = 2 * (dims + 1) * 4 // of a map, at its usual load
	return int64(d.size()) * (dims*4 + 4 + entry)
}
