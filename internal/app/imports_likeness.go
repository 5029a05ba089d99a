package app

import (
	"context"
	"slices"
	"strconv"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// likenessChunk is how many keys one question to the store holds.
const likenessChunk = 500

// judgmentNumber is the field that a warning about likeness stands at.
const judgmentNumber = "particulars.judgment.number"

// A likeness remembers where each case of a file begins, by Case.LikenessKey. It
// holds some 50 bytes for each.
type likeness map[string]entryPlace

// An entryPlace is where an entry of the file begins.
type entryPlace struct {
	sheet string
	row   int
}

// alike warns of cases to be created that look like another case, in the store
// or before them in the file: it adds a warning to the problems of each. Cases
// that the principal may not see are not told of, and neither are protected ones
// to those who do not see whom they are about: that a case is like one in the
// file would tell them.
func (im *importing) alike(ctx context.Context, part []*planned) error {
	fresh := make(map[*planned]string)
	var keys []string
	for _, p := range part {
		if p.action != ActionCreate || p.state == nil {
			continue
		}
		if key := p.state.LikenessKey(); key != "" {
			fresh[p] = key
			keys = append(keys, key)
		}
	}
	stored, err := im.storedLike(ctx, keys)
	if err != nil {
		return err
	}
	for _, p := range part {
		key := fresh[p]
		if key == "" {
			continue
		}
		here := entryPlace{p.entry.Sheet, p.entry.Row}
		before, twice := im.likeness[key]
		if !twice {
			im.likeness[key] = here
		}
		switch {
		case stored[key]:
			text, err := im.describeLike(ctx, key)
			if err != nil {
				return err
			}
			p.warn(thads.CodeDuplicate, judgmentNumber, text)
		case twice && before != here:
			p.warn(thads.CodeDuplicate, judgmentNumber, thads.Text{
				VI: "Giống việc ở dòng " + strconv.Itoa(before.row) + ": cùng bản án, người phải thi hành án và cách thụ lý",
				EN: "Like the case in row " + strconv.Itoa(before.row) + ": the same judgment, debtor and way of beginning",
			})
		}
	}
	return nil
}

// storedLike tells which of the keys cases in the store have.
func (im *importing) storedLike(ctx context.Context, keys []string) (map[string]bool, error) {
	scope, err := im.app.scope(ctx, im.by, auth.Import)
	if err != nil {
		return nil, err
	}
	slices.Sort(keys)
	stored := map[string]bool{}
	for part := range slices.Chunk(slices.Compact(keys), likenessChunk) {
		counts, err := im.app.store.CountBy(ctx, caseCollection, scope, "likeness", im.tellable(store.In("likeness", part))...)
		if err != nil {
			return nil, unavailable(err)
		}
		for key := range counts {
			stored[key] = true
		}
	}
	return stored, nil
}

// tellable limits a question about the cases in the store to those that the
// principal may be told of.
func (im *importing) tellable(where ...store.Cond) []store.Cond {
	if im.blind {
		where = append(where, store.IsNull("protected"))
	}
	return where
}

// describeLike names the case in the store that has a key; of several the one
// that was written last.
func (im *importing) describeLike(ctx context.Context, key string) (thads.Text, error) {
	scope, err := im.app.scope(ctx, im.by, auth.Import)
	if err != nil {
		return thads.Text{}, err
	}
	page, err := im.app.store.Find(ctx, caseCollection, store.Query{
		Scope: scope, Where: im.tellable(store.Eq("likeness", key)), Sort: "updatedAt", FromEnd: true, Limit: 1,
	})
	if err != nil {
		return thads.Text{}, unavailable(err)
	}
	if len(page.Heads) == 0 { // gone since it was counted
		return thads.Text{VI: "Giống một việc đã có", EN: "Like a case that there is"}, nil
	}
	h, err := decodeHead[thads.CaseHead](page.Heads[0])
	if err != nil {
		return thads.Text{}, err
	}
	number := thads.Text{VI: "chưa có quyết định", EN: "without a decision yet"}
	if h.Decision != nil {
		number.VI = h.Decision.Number.String() + " ngày " + h.Decision.Date.Vietnamese()
		number.EN = h.Decision.Number.String() + " of " + h.Decision.Date.Vietnamese()
	}
	return thads.Text{
		VI: "Giống việc " + number.VI + ": cùng bản án, người phải thi hành án và cách thụ lý",
		EN: "Like case " + number.EN + ": the same judgment, debtor and way of beginning",
	}, nil
}
