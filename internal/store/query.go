package store

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// A Query asks for one page of heads.
type Query struct {
	// Scope limits what can be reached; the zero scope reaches nothing.
	Scope thads.OpenScope
	// Where holds conditions that must all hold.
	Where []Cond
	// Sort names a sortable field; ties are ordered by id in the same
	// direction. Empty sorts by id.
	Sort string
	// Descending reverses the order.
	Descending bool
	// Limit is the size of the page, 1 to MaxPage.
	Limit int
	// After and Before bound the page (exclusive). Empty is unbounded.
	After, Before Cursor
	// FromEnd takes the last Limit documents of the range and not the first.
	FromEnd bool
}

// An Op is the operator of a condition.
type Op int

// The operators. Null never satisfies any of them but IsNull.
const (
	// OpEq: the field equals the value; a Strings field contains it.
	OpEq Op = iota + 1
	// OpIn: the field equals one of the values, or a Strings field contains
	// one of them; an empty list matches nothing.
	OpIn
	// OpRange: Low <= field <= High; either bound may be nil.
	OpRange
	// OpPrefix: the String field, or a member of the Strings field, starts
	// with the value, byte by byte.
	OpPrefix
	// OpAll: the Strings field contains every value; an empty list matches
	// everything.
	OpAll
	// OpNull: the field is null or missing (a Strings field: empty).
	OpNull
	// OpNot: none of the values equals the (non-null) field or is a member.
	OpNot
)

// A Cond is one condition on one declared field.
type Cond struct {
	Field string
	Op    Op
	// Values are the operands of OpEq and OpPrefix (one), OpIn, OpAll and
	// OpNot (any number), in the Go type of the field's elements.
	Values []any
	// Low and High are the inclusive bounds of OpRange.
	Low, High any
}

// Eq matches documents whose field equals v or contains it.
func Eq(field string, v any) Cond { return Cond{Field: field, Op: OpEq, Values: []any{v}} }

// In matches documents whose field equals or contains one of vs.
func In[T any](field string, vs []T) Cond { return Cond{Field: field, Op: OpIn, Values: anys(vs)} }

// All matches documents whose Strings field contains every one of vs.
func All(field string, vs []string) Cond { return Cond{Field: field, Op: OpAll, Values: anys(vs)} }

// NotIn matches documents whose field is not null and none of vs.
func NotIn[T any](field string, vs []T) Cond { return Cond{Field: field, Op: OpNot, Values: anys(vs)} }

// Between matches documents whose field lies within the bounds, both
// inclusive; a nil bound is open.
func Between(field string, low, high any) Cond {
	return Cond{Field: field, Op: OpRange, Low: low, High: high}
}

// Prefix matches documents whose field starts with p or contains a member that does.
func Prefix(field, p string) Cond { return Cond{Field: field, Op: OpPrefix, Values: []any{p}} }

// IsNull matches documents whose field is null or missing.
func IsNull(field string) Cond { return Cond{Field: field, Op: OpNull} }

func anys[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// Check reports, wrapping ErrBadQuery, what a query names that the collection
// does not declare. Engines call it before they translate a query.
func (q *Query) Check(c *Collection) error {
	if q.Limit < 1 || q.Limit > MaxPage {
		return fmt.Errorf("%w: limit %d not within 1 to %d", ErrBadQuery, q.Limit, MaxPage)
	}
	if q.Sort != "" {
		if f, ok := c.Field(q.Sort); !ok || !f.Sortable {
			return fmt.Errorf("%w: %s cannot be sorted by %q", ErrBadQuery, c.Name, q.Sort)
		}
	}
	return CheckConds(c, q.Where)
}

// Sides returns Page.HasPrevious and Page.HasNext of a page that was read to its
// limit and beyond (more) or not.
func (q *Query) Sides(more bool) (hasPrevious, hasNext bool) {
	return q.After != "" || more && q.FromEnd, q.Before != "" || more && !q.FromEnd
}

// CheckConds reports, wrapping ErrBadQuery, the first condition that does not
// fit the collection's declaration.
func CheckConds(c *Collection, where []Cond) error {
	for _, w := range where {
		f, ok := c.Field(w.Field)
		if !ok {
			return fmt.Errorf("%w: %s has no field %q", ErrBadQuery, c.Name, w.Field)
		}
		operands := w.Values
		switch w.Op {
		case OpEq, OpPrefix:
			if len(w.Values) != 1 {
				return fmt.Errorf("%w: field %q takes one value, got %d", ErrBadQuery, w.Field, len(w.Values))
			}
			if w.Op == OpPrefix && f.Type != String && f.Type != Strings {
				return fmt.Errorf("%w: field %q has no prefixes", ErrBadQuery, w.Field)
			}
		case OpAll:
			if f.Type != Strings {
				return fmt.Errorf("%w: field %q is no set", ErrBadQuery, w.Field)
			}
		case OpRange:
			if f.Type == Strings || f.Type == Bool {
				return fmt.Errorf("%w: field %q has no range", ErrBadQuery, w.Field)
			}
			operands = nil
			for _, b := range []any{w.Low, w.High} {
				if b != nil {
					operands = append(operands, b)
				}
			}
		case OpIn, OpNull, OpNot:
		default:
			return fmt.Errorf("%w: unknown operator %d", ErrBadQuery, w.Op)
		}
		for _, v := range operands {
			if !f.Type.elementFits(v) {
				return fmt.Errorf("%w: field %q does not compare with %T", ErrBadQuery, w.Field, v)
			}
			if s, ok := v.(string); ok && !isText(s) {
				return fmt.Errorf("%w: field %q does not compare with what is no text", ErrBadQuery, w.Field)
			}
		}
	}
	return nil
}

// elementFits tells whether v is what a field of this type compares with.
func (t FieldType) elementFits(v any) bool {
	switch v.(type) {
	case string:
		return t == String || t == Strings
	case int64:
		return t == Int
	case bool:
		return t == Bool
	case time.Time:
		return t == Time
	}
	return false
}

// CheckBulk is Check for many documents that are to be replaced in one call, in
// which no id may occur twice.
func CheckBulk(c *Collection, docs []*Document) error {
	seen := make(map[string]bool, len(docs))
	for _, d := range docs {
		if err := d.Check(c); err != nil {
			return err
		}
		if seen[d.ID] {
			return fmt.Errorf("%w: id %s occurs twice", ErrBadDocument, d.ID)
		}
		seen[d.ID] = true
	}
	return nil
}

// Check reports, wrapping ErrBadDocument or ErrTooLarge, why a document may not
// be stored in the collection. Engines call it before every write.
func (d *Document) Check(c *Collection) error {
	if d.ID == "" || len(d.ID) > MaxIDBytes {
		return fmt.Errorf("%w: id of %d bytes", ErrBadDocument, len(d.ID))
	}
	if !isText(d.ID) {
		return fmt.Errorf("%w: id is no text", ErrBadDocument)
	}
	if d.Version < 1 {
		return fmt.Errorf("%w: version %d", ErrBadDocument, d.Version)
	}
	if n := len(d.Head) + len(d.Body) + len(d.Postings); n > MaxDocumentBytes {
		return fmt.Errorf("%w: %s %s has %d bytes, at most %d", ErrTooLarge, c.Name, d.ID, n, MaxDocumentBytes)
	}
	for name, v := range d.Fields {
		f, ok := c.Field(name)
		if !ok {
			return fmt.Errorf("%w: %s has no field %q", ErrBadDocument, c.Name, name)
		}
		if v == nil {
			continue
		}
		if _, set := v.([]string); set != (f.Type == Strings) || !set && !f.Type.elementFits(v) {
			return fmt.Errorf("%w: %s field %q holds %T", ErrBadDocument, c.Name, name, v)
		}
		texts := 0
		switch v := v.(type) {
		case string:
			texts = len(v)
			ok = isText(v)
		case []string:
			for _, s := range v {
				texts = max(texts, len(s))
				ok = ok && isText(s)
			}
		}
		if !ok {
			return fmt.Errorf("%w: %s field %q holds what is no text", ErrBadDocument, c.Name, name)
		}
		if texts > MaxFieldBytes {
			return fmt.Errorf("%w: %s field %q holds %d bytes, at most %d", ErrTooLarge, c.Name, name, texts, MaxFieldBytes)
		}
	}
	return nil
}

// isText tells whether both engines keep s as it is: valid UTF-8 without NUL,
// which a pattern of MongoDB cannot contain.
func isText(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// Normalize returns the fields in the form in which every engine keeps and
// returns them: nulls and empty sets absent, a sortable field without a value
// at the zero value of its type, instants in UTC and whole milliseconds, sets
// sorted and without repetition. f is not changed and not shared.
func (c *Collection) Normalize(f Fields) Fields {
	out := make(Fields, len(c.Fields))
	for _, decl := range c.Fields {
		switch v := f[decl.Name].(type) {
		case nil:
			if decl.Sortable {
				out[decl.Name] = decl.Type.Zero()
			}
		case time.Time:
			out[decl.Name] = Instant(v)
		case []string:
			if len(v) > 0 {
				set := slices.Clone(v)
				slices.Sort(set)
				out[decl.Name] = slices.Compact(set)
			}
		default:
			out[decl.Name] = v
		}
	}
	return out
}

// Instant returns t as engines keep it: in UTC, cut to the millisecond.
func Instant(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

// Zero returns the value that a sortable field of this type has where a
// document has none.
func (t FieldType) Zero() any {
	switch t {
	case Int:
		return int64(0)
	case Bool:
		return false
	case Time:
		return Instant(time.Time{})
	default:
		return ""
	}
}

// PrefixEnd returns the smallest string above every string that starts with p,
// and false where there is none (p is empty or all of the highest code point).
// It counts in code points, whose order is that of the bytes of UTF-8, so that
// the bound is a valid string for every engine.
func PrefixEnd(p string) (string, bool) {
	runes := []rune(p)
	for i := len(runes) - 1; i >= 0; i-- {
		if runes[i] == utf8.MaxRune {
			continue
		}
		runes[i]++
		if runes[i] == 0xD800 { // the surrogates are no code points of their own
			runes[i] = 0xE000
		}
		return string(runes[:i+1]), true
	}
	return "", false
}
