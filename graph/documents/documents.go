// Package documents holds the GraphQL documents that the program knows: they may
// be asked for by GET under their ids, so that a browser can ask whether an
// answer that it has still holds. An id is the hash of the bytes of the file.
package documents

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed *.graphql
var files embed.FS

// A Document is a GraphQL document with one operation, which only reads.
type Document struct {
	// ID is "sha256:" and the hash of Text in hexadecimal digits, Name that of the
	// file without its ending.
	ID, Name, Text string
}

// All returns the known documents by name.
func All() []Document { return slices.Clone(known().list) }

// ByID returns the document with an id.
func ByID(id string) (Document, bool) {
	d, ok := known().byID[id]
	return d, ok
}

type index struct {
	list []Document
	byID map[string]Document
}

// known reads the files once; they are part of the program, so that they are
// there or it was not built.
var known = sync.OnceValue(func() index {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Sprintf("documents: %v", err))
	}
	out := index{byID: map[string]Document{}}
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			panic(fmt.Sprintf("documents: %v", err))
		}
		sum := sha256.Sum256(text)
		d := Document{ID: "sha256:" + hex.EncodeToString(sum[:]), Name: strings.TrimSuffix(e.Name(), path.Ext(e.Name())), Text: string(text)}
		out.list = append(out.list, d)
		out.byID[d.ID] = d
	}
	return out
})
