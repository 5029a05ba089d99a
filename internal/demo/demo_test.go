package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// A province is what one fill left in a store, read back from it.
type province struct {
	store    store.Store
	result   Result
	units    []*thads.Unit
	officers map[thads.OfficerID]*thads.Officer
	tree     *thads.UnitTree
	cases    []*thads.Case
	// documents counts the documents by collection, and largest is the size of
	// the largest of them.
	documents map[string]int
	largest   int
	hash      string
}

// filled fills one store for all tests of the package and reads it back.
var filled = sync.OnceValues(func() (*province, error) {
	p := &province{store: newMemory(), officers: map[thads.OfficerID]*thads.Officer{}}
	if !raced {
		s, err := sqlite.Open(background, sqlite.Options{Dir: filepath.Join(directory, "filled"), Collections: app.Collections()})
		if err != nil {
			return nil, err
		}
		p.store, closeAtEnd = s, s
	}
	var err error
	if p.result, err = Fill(background, p.store, Options{}); err != nil {
		return nil, err
	}
	return p, p.read()
})

var (
	directory  string
	closeAtEnd io.Closer
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if directory, err = os.MkdirTemp("", "demo"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if closeAtEnd != nil {
		err = closeAtEnd.Close()
	}
	if err := errors.Join(err, os.RemoveAll(directory)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func fill(t *testing.T) *province {
	t.Helper()
	p, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// eachDocument reads the documents of all collections, in their order.
func eachDocument(s store.Store, do func(c *store.Collection, d *store.Document) error) error {
	for _, c := range app.Collections() {
		for d, err := range s.Scan(background, c, store.ScanOptions{}) {
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			if err := do(c, d); err != nil {
				return fmt.Errorf("%s %s: %w", c.Name, d.ID, err)
			}
		}
	}
	return nil
}

// A digest is of everything in a store, byte for byte.
type digest struct{ hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (g digest) add(c *store.Collection, d *store.Document) error {
	fields, err := json.Marshal(c.Normalize(d.Fields))
	fmt.Fprintf(g, "%s\x00%s\x00%d\x00%d\x00%s\x00%s\x00%s\x00%s\x00%s\n", c.Name, d.ID, d.Version, d.DerivedVersion,
		d.UpdatedAt.UTC().Format(time.RFC3339Nano), fields, d.Head, d.Body, d.Postings)
	return err
}

func (g digest) String() string { return hex.EncodeToString(g.Sum(nil)) }

// read folds every document and keeps what the tests look at.
func (p *province) read() error {
	p.documents = map[string]int{}
	sum := newDigest()
	err := eachDocument(p.store, func(c *store.Collection, d *store.Document) error {
		p.documents[c.Name]++
		p.largest = max(p.largest, len(d.Head)+len(d.Body)+len(d.Postings))
		return errors.Join(sum.add(c, d), p.fold(c.Name, d))
	})
	p.tree, p.hash = thads.NewUnitTree(p.units), sum.String()
	if m, ok := p.store.(*memory); ok {
		// They were read and are many.
		delete(m.docs, "case")
		delete(m.docs, "claim")
	}
	return err
}

func (p *province) fold(collection string, d *store.Document) error {
	switch collection {
	case "unit":
		u, err := folded(d, thads.FoldUnit)
		p.units = append(p.units, u)
		return err
	case "officer":
		o, err := folded(d, thads.FoldOfficer)
		p.officers[thads.OfficerID(d.ID)] = o
		return err
	case "case":
		c, err := folded(d, thads.FoldCase)
		p.cases = append(p.cases, c)
		return err
	case "verdict":
		_, err := folded(d, thads.FoldVerdict)
		return err
	case "directive":
		_, err := folded(d, thads.FoldDirective)
		return err
	case "task":
		_, err := folded(d, thads.FoldTask)
		return err
	case "directedCase":
		_, err := folded(d, thads.FoldDirectedCase)
		return err
	case "conference":
		_, err := folded(d, thads.FoldConference)
		return err
	case "target":
		_, err := folded(d, thads.FoldTarget)
		return err
	case "claim", "periodLock", "periodReport":
		return nil
	default:
		return errors.New("nothing is to be written there")
	}
}

// folded decodes and folds a document.
func folded[I ~string, S, E any](d *store.Document, fold func(I, []E) (*S, error)) (*S, error) {
	var events []E
	if err := json.Unmarshal(d.Body, &events); err != nil {
		return nil, err
	}
	return fold(I(d.ID), events)
}

// all returns the folded documents of a small collection.
func all[I ~string, S, E any](t *testing.T, p *province, collection string, fold func(I, []E) (*S, error)) []*S {
	t.Helper()
	var out []*S
	at := slices.IndexFunc(app.Collections(), func(c *store.Collection) bool { return c.Name == collection })
	for d, err := range p.store.Scan(t.Context(), app.Collections()[at], store.ScanOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := folded(d, fold)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestDocuments(t *testing.T) {
	p := fill(t)
	if p.documents["case"] != p.result.Cases || p.result.Cases < 30_000 {
		t.Errorf("%d cases are stored, %d were written", p.documents["case"], p.result.Cases)
	}
	events := 0
	for _, c := range p.cases {
		events += len(c.Events)
		if len(c.Events) > 60 || len(c.Parties) > 8 {
			t.Errorf("case %s has %d events and %d parties", c.ID, len(c.Events), len(c.Parties))
		}
	}
	if events != p.result.Events {
		t.Errorf("%d events are stored, %d were written", events, p.result.Events)
	}
	want := map[string]int{"unit": 33, "directive": 4, "task": 7, "directedCase": 5, "conference": 1, "target": 10, "verdict": 24, "periodLock": 2, "periodReport": 24}
	for collection, n := range want {
		if p.documents[collection] != n {
			t.Errorf("%s: %d documents, want %d", collection, p.documents[collection], n)
		}
	}
	if n := p.documents["officer"]; n < 140 || n > 190 {
		t.Errorf("%d officers", n)
	}
	// Far below the limit of the store.
	if p.largest > store.MaxDocumentBytes/40 {
		t.Errorf("the largest document has %d bytes", p.largest)
	}
	if n := len(p.tree.SubtreeOn(p.root(t), thads.DateOf(2019, 12, 9))); n != 33 {
		t.Errorf("the department has %d units with itself", n)
	}
	t.Logf("%v, %d events, largest document %d bytes", p.documents, events, p.largest)
}

func (p *province) root(t *testing.T) thads.UnitID {
	t.Helper()
	u, ok := p.tree.ByCode(provinceCode)
	if !ok {
		t.Fatal("there is no department")
	}
	return u.ID
}

// The same program makes the same records, byte for byte and on any store, also
// when it was cut off again and again: in the units, the officers and the cases.
func TestRunsAreAlike(t *testing.T) {
	p := fill(t)
	m := newMemory()
	for _, cut := range []struct {
		writes int
		left   content
	}{{1, empty}, {300, partial}, {5000, partial}} {
		m.writes = cut.writes
		if _, err := Fill(t.Context(), m, Options{}); !errors.Is(err, errCut) {
			t.Fatalf("after %d writes: %v", cut.writes, err)
		}
		if got, err := inspect(t.Context(), m); got != cut.left || err != nil {
			t.Errorf("after %d writes the store is taken for %d (%v)", cut.writes, got, err)
		}
	}
	m.writes = -1
	result, err := Fill(t.Context(), m, Options{})
	if err != nil || result != p.result {
		t.Fatalf("completing: %+v, %v", result, err)
	}
	again := newDigest()
	if err := eachDocument(m, again.add); err != nil || again.String() != p.hash {
		t.Errorf("the second run made other documents (%v)", err)
	}
}

func TestWholeStoreIsLeftAlone(t *testing.T) {
	p := fill(t)
	before, err := p.store.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Fill(t.Context(), p.store, Options{})
	if diff := cmp.Diff(Result{Existing: true}, got); diff != "" || err != nil {
		t.Errorf("filling again: %v\n%s", err, diff)
	}
	if after, err := p.store.Position(t.Context()); err != nil || after != before {
		t.Errorf("filling again wrote something (%v)", err)
	}
}

func TestForeignStoreIsRefused(t *testing.T) {
	m := newMemory()
	for _, c := range app.Collections() {
		if c.Name == "user" || c.Name == "meta" {
			// These may be there before.
			m.of(c)["x"] = &store.Document{ID: "x", Version: 1, Body: []byte("{}")}
		}
		if c.Name == "verdict" {
			m.of(c)["vd_x"] = &store.Document{ID: "vd_x", Version: 1, Body: []byte("[]")}
		}
	}
	if _, err := Fill(t.Context(), m, Options{}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a store with other records: %v", err)
	}
	if len(m.docs["unit"]) != 0 {
		t.Error("something was written")
	}
}

// BenchmarkFill fills an empty store on disk.
func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		s, err := sqlite.Open(b.Context(), sqlite.Options{Dir: dir, Collections: app.Collections()})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		result, err := Fill(b.Context(), s, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		info, err := s.Info(b.Context())
		if err := errors.Join(err, s.Close()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(result.Cases), "cases")
		b.ReportMetric(float64(result.Events), "events")
		b.ReportMetric(float64(info.Bytes)/(1<<20), "MB")
		b.StartTimer()
	}
}

// BenchmarkPlan plans the province and puts it into words without storing it.
func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		g, err := newGenerator()
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range g.plans {
			g.history(p)
		}
	}
}
