// Package scalar writes and reads the scalars of the API. A zero date, an empty
// text and a zero instant are null: the domain has no other way of not having
// one, and a field that the schema calls non-null then fails instead of showing
// an invented value.
package scalar

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// raw writes a value that needs no escaping.
func raw(s string) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, s) })
}

// MarshalString writes a text; an empty one is null.
func MarshalString(s string) graphql.Marshaler {
	if s == "" {
		return graphql.Null
	}
	return graphql.MarshalString(s)
}

// UnmarshalString reads a text.
func UnmarshalString(v any) (string, error) { return graphql.UnmarshalString(v) }

// MarshalDate writes a civil date, yyyy-MM-dd.
func MarshalDate(d thads.Date) graphql.Marshaler {
	if d.IsZero() {
		return graphql.Null
	}
	return raw(`"` + d.String() + `"`)
}

// UnmarshalDate reads a civil date; null is none.
func UnmarshalDate(v any) (thads.Date, error) {
	if v == nil {
		return 0, nil
	}
	s, ok := v.(string)
	if !ok {
		return 0, invalid("Ngày phải là chuỗi dạng yyyy-MM-dd", "A date is a string like 2019-12-09")
	}
	return thads.ParseDate(s)
}

// MarshalTime writes an instant in UTC, RFC 3339 with milliseconds.
func MarshalTime(t time.Time) graphql.Marshaler {
	if t.IsZero() {
		return graphql.Null
	}
	return raw(t.UTC().Format(`"2006-01-02T15:04:05.000Z"`))
}

// UnmarshalTime reads an instant; null is none.
func UnmarshalTime(v any) (time.Time, error) {
	if v == nil {
		return time.Time{}, nil
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, invalid("Thời điểm phải là chuỗi dạng RFC 3339", "An instant is a string in RFC 3339")
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

// MarshalDong writes an amount as a number.
func MarshalDong(d thads.Dong) graphql.Marshaler { return raw(strconv.FormatInt(int64(d), 10)) }

// UnmarshalDong reads a whole number of đồng that JSON keeps exactly; null is none.
func UnmarshalDong(v any) (thads.Dong, error) {
	var n int64
	var err error
	switch v := v.(type) {
	case nil:
	case json.Number:
		n, err = strconv.ParseInt(string(v), 10, 64)
	case int64:
		n = v
	case int:
		n = int64(v)
	case string:
		err = strconv.ErrSyntax
	case float64:
		n = int64(v)
		if float64(n) != v {
			err = strconv.ErrSyntax
		}
	default:
		err = strconv.ErrSyntax
	}
	if err != nil || !thads.Dong(n).Valid() {
		return 0, invalid("Số tiền phải là số nguyên đồng, không quá %d", "An amount is a whole number of đồng, at most %d", thads.MaxDong)
	}
	return thads.Dong(n), nil
}

// MarshalPercent writes points with two decimals, as a number.
func MarshalPercent(p thads.Percent) graphql.Marshaler {
	return raw(strconv.FormatFloat(p.Float(), 'f', 2, 64))
}

// UnmarshalPercent reads points with at most two decimals.
func UnmarshalPercent(v any) (thads.Percent, error) {
	var s string
	switch v := v.(type) {
	case json.Number:
		s = string(v)
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		s = strconv.FormatInt(v, 10)
	case int:
		s = strconv.Itoa(v)
	}
	f, err := strconv.ParseFloat(s, 64)
	hundredths := f * 100
	rounded := thads.Percent(hundredths + 0.5)
	if hundredths < 0 {
		rounded = thads.Percent(hundredths - 0.5)
	}
	if diff := hundredths - float64(rounded); err != nil || f < -1e6 || f > 1e6 || diff > 1e-6 || diff < -1e-6 {
		return 0, invalid("Tỷ lệ phải là số có tối đa hai chữ số thập phân", "A percentage is a number with at most two decimals")
	}
	return rounded, nil
}

// MarshalCursor writes a cursor.
func MarshalCursor(c store.Cursor) graphql.Marshaler { return MarshalString(string(c)) }

// UnmarshalCursor reads a cursor; whether it is one, the list tells.
func UnmarshalCursor(v any) (store.Cursor, error) {
	s, err := graphql.UnmarshalString(v)
	return store.Cursor(s), err
}

// MarshalDocumentNumber writes a number as it was written.
func MarshalDocumentNumber(n thads.DocumentNumber) graphql.Marshaler { return MarshalString(n.Raw) }

// UnmarshalDocumentNumber reads any number.
func UnmarshalDocumentNumber(v any) (thads.DocumentNumber, error) {
	s, err := graphql.UnmarshalString(v)
	return thads.ParseDocumentNumber(s), err
}

// MarshalText writes a text in the caller's language.
func MarshalText(t thads.Text) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		MarshalString(t.In(request.FromContext(ctx).Language())).MarshalGQL(w)
		return nil
	})
}

// UnmarshalText exists because every scalar has both directions; texts in two
// languages are never input.
func UnmarshalText(context.Context, any) (thads.Text, error) {
	return thads.Text{}, fmt.Errorf("a text in two languages is not input")
}

// MarshalInt writes a whole number.
func MarshalInt(n int) graphql.Marshaler { return graphql.MarshalInt(n) }

// UnmarshalInt reads a whole number of 32 bits, as the specification of GraphQL
// has it: what is larger is refused and not cut. Null is none.
func UnmarshalInt(v any) (int, error) {
	n, err := graphql.UnmarshalInt32(v)
	if err != nil {
		return 0, invalid("Giá trị phải là số nguyên không quá 32 bit", "The value is a whole number of at most 32 bits")
	}
	return int(n), nil
}

// invalid refuses what cannot be read. The API adds where it stands.
func invalid(vi, en string, args ...any) error {
	return thads.Errorf(thads.CodeInvalid, "", vi, en, args...)
}

// MarshalStatYear writes a statistical year; none is null.
func MarshalStatYear(y thads.StatYear) graphql.Marshaler {
	if y == 0 {
		return graphql.Null
	}
	return graphql.MarshalInt(int(y))
}

// UnmarshalStatYear reads a statistical year.
func UnmarshalStatYear(v any) (thads.StatYear, error) {
	n, err := UnmarshalInt(v)
	return thads.StatYear(n), err
}

// MarshalCell writes a number of a table: cases and đồng whole, points with two
// decimals; where there is none, null.
func MarshalCell(c view.Cell) graphql.Marshaler {
	switch {
	case c.Null:
		return graphql.Null
	case c.Points:
		return MarshalPercent(thads.Percent(c.N))
	}
	return raw(strconv.FormatInt(c.N, 10))
}

// UnmarshalCell exists because every scalar has both directions; numbers of
// tables are never input.
func UnmarshalCell(any) (view.Cell, error) {
	return view.Cell{}, fmt.Errorf("a number of a table is not input")
}

// MarshalKey writes a key of a group as it is.
func MarshalKey(k view.Key) graphql.Marshaler { return graphql.MarshalString(string(k)) }

// UnmarshalKey exists because every scalar has both directions; keys are never
// input.
func UnmarshalKey(any) (view.Key, error) {
	return "", fmt.Errorf("a key of a group is not input")
}
