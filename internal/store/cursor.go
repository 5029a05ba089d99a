package store

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Cursor marks a document's place in a sort: the value of the sort field and
// the id. It stays valid when the document moves or goes, and is opaque to
// clients.
type Cursor string

// cursorVersion is raised when the encoding changes, so that a cursor kept by a
// client from before is refused and not misread.
const cursorVersion = 1

type cursorJSON struct {
	V    int             `json:"v"`
	Sort string          `json:"s,omitempty"`
	Type FieldType       `json:"t,omitempty"`
	Key  json.RawMessage `json:"k,omitempty"`
	ID   string          `json:"i"`
}

// NewCursor encodes the place of the document id whose sort field holds value
// (string, int64, bool or time.Time; ignored where sort is empty).
func NewCursor(sort string, value any, id string) (Cursor, error) {
	b, err := AppendCursor(nil, sort, value, id)
	return Cursor(b), err
}

// AppendCursor appends to dst what NewCursor returns. Engines make a cursor for
// every row of a page, so it writes the encoding without reflection.
func AppendCursor(dst []byte, sort string, value any, id string) ([]byte, error) {
	var stack [256]byte
	b := append(stack[:0], `{"v":`...)
	b = strconv.AppendInt(b, cursorVersion, 10)
	if sort != "" {
		b = appendText(append(b, `,"s":`...), sort)
		b = append(b, `,"t":`...)
		switch v := value.(type) {
		case string:
			b = appendText(appendType(b, String), v)
		case int64:
			b = strconv.AppendInt(appendType(b, Int), v, 10)
		case bool:
			b = strconv.AppendBool(appendType(b, Bool), v)
		case time.Time:
			b = strconv.AppendInt(appendType(b, Time), v.UnixMilli(), 10)
		default:
			return dst, fmt.Errorf("%w: cannot mark a %T", ErrBadCursor, value)
		}
	}
	b = append(appendText(append(b, `,"i":`...), id), '}')
	return base64.RawURLEncoding.AppendEncode(dst, b), nil
}

func appendType(b []byte, t FieldType) []byte {
	return append(strconv.AppendInt(b, int64(t), 10), `,"k":`...)
}

// appendText appends s as a JSON string. Nearly all keys and ids are plain
// ASCII and stand as they are.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(fmt.Sprintf("store: cannot encode a string: %v", err)) // there is no such string
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// Decode returns the sort value and id that the cursor marks, in the Go type of
// the sort field. ErrBadCursor if it was made for another sort or by nobody.
func (c Cursor) Decode(coll *Collection, sort string) (value any, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil {
		return nil, "", fmt.Errorf("%w: not an encoding", ErrBadCursor)
	}
	var j cursorJSON
	if err := json.Unmarshal(raw, &j); err != nil || j.V != cursorVersion || j.ID == "" {
		return nil, "", fmt.Errorf("%w: not readable", ErrBadCursor)
	}
	if j.Sort != sort {
		return nil, "", fmt.Errorf("%w: made for another order", ErrBadCursor)
	}
	if sort == "" {
		return nil, j.ID, nil
	}
	f, ok := coll.Field(sort)
	if !ok || f.Type != j.Type {
		return nil, "", fmt.Errorf("%w: made for another field", ErrBadCursor)
	}
	switch f.Type {
	case String:
		value, err = decodeKey[string](j.Key)
	case Int:
		value, err = decodeKey[int64](j.Key)
	case Bool:
		value, err = decodeKey[bool](j.Key)
	case Time:
		var ms int64
		ms, err = decodeKey[int64](j.Key)
		value = time.UnixMilli(ms).UTC()
	default:
		err = fmt.Errorf("%w: field %q is not sortable", ErrBadCursor, sort)
	}
	return value, j.ID, err
}

func decodeKey[T any](raw json.RawMessage) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%w: key not readable", ErrBadCursor)
	}
	return v, nil
}
