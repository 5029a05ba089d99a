package sheet

import (
	"slices"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/thads"
)

// A groundBook finds the legal ground that a text means in an event of a kind on
// a date: by its code, by its name, or by the article as decisions and books cite
// it ("điểm c khoản 1 Điều 48", "K1 Đ48"), with or without the law.
type groundBook struct {
	entries []groundEntry
	// words are what there is to choose from.
	words  *vocabulary
	labels map[thads.GroundCode]string
}

type groundEntry struct {
	ground thads.Ground
	cited  citation
	// names are the Vietnamese and English name and the citation, compared by.
	exact, folded []string
}

func newGroundBook() *groundBook {
	b := &groundBook{words: newVocabulary(), labels: map[thads.GroundCode]string{}}
	for _, g := range thads.Grounds() {
		e := groundEntry{ground: g}
		e.cited, _ = parseCitation(g.Citation)
		for _, name := range []string{g.Name.VI, g.Name.EN, g.Citation} {
			e.exact, e.folded = append(e.exact, exactKey(name)), append(e.folded, key(name))
		}
		b.entries = append(b.entries, e)
	}
	for i := range b.entries {
		g := &b.entries[i].ground
		// A citation that several grounds share is written for the first only.
		label := g.Citation
		if found, ok := b.find(label, g.Kinds[0], 0); !ok || found != g.Code {
			label = string(g.Code)
		}
		b.labels[g.Code] = label
		b.words.names = append(b.words.names, label)
	}
	return b
}

// label is how a ground is written, so that it is read as the same in an event
// of a kind that it belongs to; the code itself of one that there is not.
func (b *groundBook) label(code thads.GroundCode) string {
	if label, ok := b.labels[code]; ok {
		return label
	}
	return string(code)
}

// find returns the ground that a text means. Where a text fits several, those of
// the kind come before others, those in force on the date before others, and the
// general one before the special.
func (b *groundBook) find(text string, kind thads.CaseEventKind, on thads.Date) (thads.GroundCode, bool) {
	exact, folded := exactKey(text), key(text)
	if exact == "" {
		return "", false
	}
	cited, isCitation := parseCitation(text)
	for _, fits := range []func(*groundEntry) bool{
		func(e *groundEntry) bool { return strings.EqualFold(strings.TrimSpace(text), string(e.ground.Code)) },
		func(e *groundEntry) bool { return slices.Contains(e.exact, exact) },
		func(e *groundEntry) bool { return isCitation && e.cited.is(cited) },
		// Without diacritics points d and đ are one, and mean neither.
		func(e *groundEntry) bool { return !isCitation && slices.Contains(e.folded, folded) },
	} {
		best, rank := thads.GroundCode(""), -1
		for i := range b.entries {
			e := &b.entries[i]
			if !fits(e) {
				continue
			}
			r := e.cited.depth()
			if slices.Contains(e.ground.Kinds, kind) {
				r += 100
			}
			if on == 0 || e.ground.InForce(on) {
				r += 10
			}
			if r > rank {
				best, rank = e.ground.Code, r
			}
		}
		if rank >= 0 {
			return best, true
		}
	}
	return "", false
}

// A citation is an article of a law as a text cites it. What it does not name is
// empty; the law is the year in which it was passed.
type citation struct{ law, article, clause, point string }

// is tells whether the ground with this citation is meant by another: each part
// that it has is the same there, but for the law, which a text may leave out.
func (c citation) is(other citation) bool {
	same := func(mine, its string) bool { return mine == "" || mine == its }
	return c.article != "" && same(c.article, other.article) && same(c.clause, other.clause) && same(c.point, other.point) &&
		(other.law == "" || same(c.law, other.law))
}

// depth is how exact a citation is.
func (c citation) depth() int {
	n := 0
	for _, s := range []string{c.clause, c.point} {
		if s != "" {
			n++
		}
	}
	return n
}

// parseCitation reads a citation of the law on civil enforcement. A text without
// an article, or of another instrument, is none; nor is one without diacritics
// that names point d, which may be point đ.
func parseCitation(text string) (citation, bool) {
	var c citation
	words := strings.Fields(separated(exactKey(text)))
	plain := true // no word has diacritics where it should
	for i := 0; i < len(words); i++ {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch word := key(words[i]); {
		case word == "nghi" && key(next) == "dinh", word == "thong" && key(next) == "tu", word == "nd", word == "tt":
			return citation{}, false
		case word == "diem" && isPoint(next), words[i] == "đ" && isPoint(next):
			plain = plain && words[i] == "diem"
			c.point = next
			i++
		case word == "khoan" || word == "k":
			if !startsWithDigit(next) {
				continue
			}
			plain = plain && words[i] == "khoan"
			c.clause = next
			i++
		case word == "dieu" || words[i] == "đ":
			if !startsWithDigit(next) {
				continue
			}
			plain = plain && words[i] == "dieu"
			if c.article = next; i+2 < len(words) && words[i+2] == "a" && next == "44" {
				c.article, i = "44a", i+1 // article 44a, which separated took apart
			}
			i++
		case word == "2008" || word == "2014" || word == "2022":
			c.law = "2008" // as amended
		case word == "2025":
			c.law = "2025"
		}
	}
	if c.point == "dd" {
		c.point = "đ"
	}
	if c.article == "" || plain && c.point == "d" {
		return citation{}, false
	}
	return c, true
}

// separated puts spaces between letters and digits: "k1 đ48" becomes "k 1 đ 48".
func separated(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range s {
		if unicode.IsDigit(r) && unicode.IsLetter(last) || unicode.IsLetter(r) && unicode.IsDigit(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// isPoint tells whether a word is the letter of a point.
func isPoint(s string) bool {
	return slices.Contains([]string{"a", "b", "c", "d", "đ", "dd", "e", "g", "h", "i", "k", "l"}, s)
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
