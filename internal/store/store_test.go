package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/store"
)

func sample() *store.Collection {
	return &store.Collection{Name: "c", Fields: []store.Field{
		{Name: "s", Type: store.String, Sortable: true},
		{Name: "i", Type: store.Int, Sortable: true},
		{Name: "b", Type: store.Bool, Sortable: true},
		{Name: "t", Type: store.Time, Sortable: true},
		{Name: "plain", Type: store.String},
		{Name: "set", Type: store.Strings},
		{Name: "n", Type: store.Int},
	}}
}

func TestCursorRoundTrip(t *testing.T) {
	c := sample()
	for _, test := range []struct {
		sort  string
		value any
	}{
		{"", nil},
		{"s", ""},
		{"s", "Đỗ \"x\" \u2028 </script>"},
		{"i", int64(1)<<62 + 1},
		{"i", int64(-1) << 63},
		{"b", true},
		{"b", false},
		{"t", time.Date(2019, 9, 30, 17, 0, 0, 1_000_000, time.UTC)},
		{"t", store.Time.Zero()},
	} {
		cur, err := store.NewCursor(test.sort, test.value, "án/1")
		if err != nil {
			t.Fatal(err)
		}
		value, id, err := cur.Decode(c, test.sort)
		if err != nil {
			t.Fatalf("%v: %v", test, err)
		}
		if diff := cmp.Diff([]any{test.value, "án/1"}, []any{value, id}); diff != "" {
			t.Errorf("%v: %s", test, diff)
		}
		if strings.ContainsAny(string(cur), "+/= ") {
			t.Errorf("%q does not go into a URL", cur)
		}
	}
	if _, err := store.NewCursor("s", []string{"x"}, "id"); !errors.Is(err, store.ErrBadCursor) {
		t.Errorf("a set as a mark: %v", err)
	}
}

// TestCursorsOfClients decodes cursors as clients hold them: the encoding of a
// version does not change.
func TestCursorsOfClients(t *testing.T) {
	for raw, want := range map[string][]any{
		`{"v":1,"i":"án/1"}`:                             {"", nil, "án/1"},
		`{"v":1,"s":"s","t":1,"k":"Đỗ","i":"a"}`:         {"s", "Đỗ", "a"},
		`{"v":1,"s":"s","t":1,"k":"\"\u003c\"","i":"a"}`: {"s", "\"<\"", "a"},
		`{"v":1,"s":"i","t":2,"k":-7,"i":"a"}`:           {"i", int64(-7), "a"},
		`{"v":1,"s":"b","t":3,"k":true,"i":"a"}`:         {"b", true, "a"},
		`{"v":1,"s":"t","t":4,"k":9,"i":"a"}`:            {"t", time.UnixMilli(9).UTC(), "a"},
	} {
		cur := store.Cursor(base64.RawURLEncoding.EncodeToString([]byte(raw)))
		sort := want[0].(string)
		value, id, err := cur.Decode(sample(), sort)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(want[1:], []any{value, id}); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
		again, err := store.NewCursor(sort, value, id)
		if err != nil || again != cur {
			got, _ := base64.RawURLEncoding.DecodeString(string(again))
			t.Errorf("%s is now written as %s (%v)", raw, got, err)
		}
	}
}

func FuzzCursorDecode(f *testing.F) {
	for _, sort := range []string{"", "s", "i", "b", "t"} {
		for _, v := range []any{"x", int64(3), true, time.UnixMilli(9)} {
			c, err := store.NewCursor(sort, v, "id")
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(c), sort)
		}
	}
	f.Add("", "s")
	f.Add("eyJ2IjoxfQ", "none")
	f.Fuzz(func(t *testing.T, raw, sort string) {
		c := sample()
		value, id, err := store.Cursor(raw).Decode(c, sort)
		if err != nil {
			if !errors.Is(err, store.ErrBadCursor) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		if id == "" || (sort == "") != (value == nil) {
			t.Fatalf("decoded to %v, %q", value, id)
		}
		again, err := store.NewCursor(sort, value, id)
		if err != nil {
			t.Fatal(err)
		}
		v2, id2, err := again.Decode(c, sort)
		if err != nil || id2 != id || !cmp.Equal(value, v2) {
			t.Fatalf("%v %q became %v %q (%v)", value, id, v2, id2, err)
		}
	})
}

func TestPrefixEnd(t *testing.T) {
	for _, test := range []struct {
		prefix, end string
		bounded     bool
	}{
		{"", "", false},
		{"a", "b", true},
		{"az", "a{", true},
		{"đ", "Ē", true},
		{"\u007f", "\u0080", true},
		{"\ud7ff", "\ue000", true},
		{"\uffff", "\U00010000", true},
		{"a\U0010FFFF", "b", true},
		{"\U0010FFFF", "", false},
	} {
		end, bounded := store.PrefixEnd(test.prefix)
		if test.prefix == "đ" {
			test.end = string(rune('đ') + 1)
		}
		if end != test.end || bounded != test.bounded {
			t.Errorf("%q: got %q %v, want %q %v", test.prefix, end, bounded, test.end, test.bounded)
		}
	}
}

// TestPrefixEndSeparates checks, for random strings, that a string lies between
// the prefix and its end exactly if it starts with the prefix.
func TestPrefixEndSeparates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	runes := []rune{0, 'a', 'b', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, utf8.MaxRune}
	text := func() string {
		var b strings.Builder
		for range r.IntN(4) {
			b.WriteRune(runes[r.IntN(len(runes))])
		}
		return b.String()
	}
	starts := 0
	for range 50_000 {
		p, s := text(), text()
		end, bounded := store.PrefixEnd(p)
		within := s >= p && (!bounded || s < end)
		if within != strings.HasPrefix(s, p) {
			t.Fatalf("%q within %q and %q (%v): %v", s, p, end, bounded, within)
		}
		if within {
			starts++
		}
	}
	if starts == 0 {
		t.Error("no string started with a prefix")
	}
}

func TestNormalize(t *testing.T) {
	c := sample()
	in := store.Fields{
		"plain": nil, "set": []string{"b", "a", "b"}, "n": int64(0), "unknown": "x",
		"t": time.Date(2019, 10, 1, 0, 0, 0, 1_999_999, time.FixedZone("ICT", 7*3600)),
	}
	got := c.Normalize(in)
	want := store.Fields{
		"s": "", "i": int64(0), "b": false, "t": time.Date(2019, 9, 30, 17, 0, 0, 1_000_000, time.UTC), "set": []string{"a", "b"}, "n": int64(0),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got, c.Normalize(got)); diff != "" {
		t.Errorf("once more changes it: %s", diff)
	}
	if diff := cmp.Diff([]string{"b", "a", "b"}, in["set"]); diff != "" {
		t.Errorf("the caller's set was changed: %s", diff)
	}
	if _, ok := c.Normalize(store.Fields{"set": []string{}})["set"]; ok {
		t.Error("an empty set is not null")
	}
}

func TestDocumentCheckCountsAllParts(t *testing.T) {
	third := make([]byte, store.MaxDocumentBytes/3+1)
	d := &store.Document{ID: "a", Version: 1, Head: third, Body: third}
	if err := d.Check(sample()); err != nil {
		t.Error(err)
	}
	d.Postings = third
	if err := d.Check(sample()); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("three thirds and three bytes: %v", err)
	}
}

func TestCheckCollectionsAccepts(t *testing.T) {
	if err := store.CheckCollections([]*store.Collection{sample(), {Name: "other2"}}); err != nil {
		t.Error(err)
	}
	many := &store.Collection{Name: "many"}
	for i := range store.MaxFields + 1 {
		many.Fields = append(many.Fields, store.Field{Name: fmt.Sprintf("f%d", i), Type: store.Int})
	}
	if err := store.CheckCollections([]*store.Collection{many}); !errors.Is(err, store.ErrBadDeclaration) {
		t.Errorf("too many fields: %v", err)
	}
}
