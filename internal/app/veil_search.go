package app

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A finding is a search for cases or verdicts under way. What a principal does
// not see must not be found either: whoever could ask for names would learn them
// from the answers. So words are looked for within what those grants open that
// see the names, and numbers of documents in numbers alone.
type finding struct {
	scope thads.OpenScope
	// grants are those whose scopes are searched; narrowed tells that they are
	// fewer than those that scope adds up.
	grants   []sightGrant
	narrowed bool
	conds    []store.Cond
}

// byText looks for words or for a number. protects tells that some of the records
// may be protected.
func (f *finding) byText(text string, protects bool) {
	hidden := slices.ContainsFunc(f.grants, func(g sightGrant) bool {
		return g.sight.plain[sightName] != auth.Clear || protects && g.sight.protected[sightName] != auth.Clear
	})
	switch {
	case !hidden || thads.NormalizeName(text) == "":
		f.conds = append(f.conds, wordConds(text)...)
	case isNumberText(text):
		f.conds = append(f.conds, wordCondsOn("numbers", text)...)
	default:
		f.keep(func(g sightGrant) bool { return g.sight.plain[sightName] == auth.Clear })
		f.conds = append(f.conds, wordConds(text)...)
		if protects {
			f.leaveProtected(sightName, auth.Clear)
		}
	}
}

// byNumber looks for persons by the commitments of an identity number.
func (f *finding) byNumber(v *Veil, commitments []string) error {
	may := func(g sightGrant) bool { return g.sight.plain[sightIdentity] >= auth.OnPurpose }
	if !slices.ContainsFunc(v.unmasks, may) {
		return thads.Errorf(thads.CodeForbidden, "filter.identityNumber", "Không có quyền tra theo số định danh", "You may not look persons up by their numbers")
	}
	f.keep(func(g sightGrant) bool {
		return slices.ContainsFunc(v.unmasks, func(u sightGrant) bool { return may(u) && u.is(g) })
	})
	f.leaveProtected(sightIdentity, auth.OnPurpose)
	f.conds = append(f.conds, store.In("identities", commitments))
	return nil
}

// is tells whether two are the same grant, seen from different rights.
func (g sightGrant) is(o sightGrant) bool {
	return g.grant.Role == o.grant.Role && g.grant.Unit == o.grant.Unit && g.grant.Officer == o.grant.Officer &&
		slices.Equal(g.grant.Within, o.grant.Within)
}

// keep searches only what some of the grants open.
func (f *finding) keep(wanted func(sightGrant) bool) {
	kept := slices.DeleteFunc(slices.Clone(f.grants), func(g sightGrant) bool { return !wanted(g) })
	f.narrowed = f.narrowed || len(kept) < len(f.grants)
	f.grants = kept
}

// leaveProtected leaves protected records out unless all grants see a kind of
// their data so clearly.
func (f *finding) leaveProtected(kind int, clearly auth.Sight) {
	if slices.ContainsFunc(f.grants, func(g sightGrant) bool { return g.sight.protected[kind] < clearly }) {
		f.conds = append(f.conds, store.IsNull("protected"))
	}
}

// scoped returns the scope that is searched.
func (f *finding) scoped(ctx context.Context, a *App) (thads.OpenScope, error) {
	if !f.narrowed {
		return f.scope, nil
	}
	grants := make([]auth.Reached, len(f.grants))
	for i := range f.grants {
		grants[i] = f.grants[i].grant
	}
	return a.openedBy(ctx, grants)
}

// isNumberText tells whether a text is the number of a document or the beginning
// of one, and no name.
func isNumberText(text string) bool {
	return !strings.ContainsFunc(text, unicode.IsLetter) || thads.ParseDocumentNumber(text).Parsed
}

// shownDigits is how much of an identity number is kept of a lookup.
const shownDigits = 3

// maskNumber shows the end of a number, enough to tell which of the numbers that
// somebody has in hand was looked up.
func maskNumber(number string) string {
	n, err := identityNumber(number, "")
	if err != nil {
		return thads.MaskSign
	}
	return strings.Repeat(thads.MaskSign, len(n)-shownDigits) + n[len(n)-shownDigits:]
}
