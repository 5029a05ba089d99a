package store

import (
	"errors"
	"fmt"
	"strings"
)

// ErrBadDeclaration: a collection is declared in a way no engine could keep.
var ErrBadDeclaration = errors.New("store: bad declaration")

// CheckCollections reports, wrapping ErrBadDeclaration, the first declaration
// that an engine could not keep. Engines call it when they open.
func CheckCollections(colls []*Collection) error {
	seen := map[string]bool{}
	for _, c := range colls {
		if !isName(c.Name) {
			return fmt.Errorf("%w: collection name %q", ErrBadDeclaration, c.Name)
		}
		// SQLite does not tell names apart by case.
		key := strings.ToLower(c.Name)
		if seen[key] {
			return fmt.Errorf("%w: collection %q is declared twice", ErrBadDeclaration, c.Name)
		}
		seen[key] = true
		if err := c.check(); err != nil {
			return fmt.Errorf("%w: collection %q: %w", ErrBadDeclaration, c.Name, err)
		}
	}
	return nil
}

func (c *Collection) check() error {
	fields := map[string]bool{}
	for _, f := range c.Fields {
		key := strings.ToLower(f.Name)
		switch {
		case !isName(f.Name):
			return fmt.Errorf("field name %q", f.Name)
		case fields[key]:
			return fmt.Errorf("field %q is declared twice", f.Name)
		case f.Type < String || f.Type > Strings:
			return fmt.Errorf("field %q has no type", f.Name)
		case f.Sortable && f.Type == Strings:
			return fmt.Errorf("field %q is a set and cannot be sortable", f.Name)
		}
		fields[key] = true
	}
	if len(c.Fields) > MaxFields {
		return fmt.Errorf("%d fields, at most %d", len(c.Fields), MaxFields)
	}
	for _, ix := range c.Indexes {
		sets, named := 0, map[string]bool{}
		for _, name := range ix {
			f, ok := c.Field(name)
			if !ok || named[name] {
				return fmt.Errorf("index %v names %q, which is no field or named twice", ix, name)
			}
			named[name] = true
			if f.Type == Strings {
				sets++
			}
		}
		if len(ix) == 0 || sets > 1 {
			return fmt.Errorf("index %v: an index names at least one field and at most one set", ix)
		}
	}
	for _, name := range []string{c.ScopeField, c.OfficerField} {
		if name == "" {
			continue
		}
		if f, ok := c.Field(name); !ok || f.Type != Strings {
			return fmt.Errorf("scope field %q is no declared set", name)
		}
	}
	if c.OfficerField != "" && c.ScopeField == "" {
		return errors.New("an officer field needs a scope field")
	}
	return nil
}

// isName tells whether s is lower camel case of ASCII letters and digits.
func isName(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		b := s[i]
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') {
			return false
		}
	}
	return true
}
