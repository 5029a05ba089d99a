package thads

import (
	"slices"
	"strconv"
)

// A Term is one value of an enumeration with its names for people.
type Term[T ~string] struct {
	Value T
	Name  Text
}

// termOf returns the names of a value, or the value itself where it has none.
func termOf[T ~string](terms []Term[T], v T) Text {
	for _, t := range terms {
		if t.Value == v {
			return t.Name
		}
	}
	return Text{VI: string(v), EN: string(v)}
}

// isTerm tells whether v is one of the terms.
func isTerm[T ~string](terms []Term[T], v T) bool {
	return slices.ContainsFunc(terms, func(t Term[T]) bool { return t.Value == v })
}

// checkTerm refuses a value that is not one of the terms.
func checkTerm[T ~string](terms []Term[T], v T, field, vi, en string) *Error {
	if v == "" {
		return required(field, vi, en)
	}
	if !isTerm(terms, v) {
		return Errorf(CodeInvalid, field, "%[1]q không phải là "+vi+" hợp lệ", "%[1]q is no value of: "+en, clip(string(v)))
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
