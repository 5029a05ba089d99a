package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A dump is the whole of a store as lines of JSON, independent of the engine:
//
//	{"sum":"…","dump":{"format":1,…}}                       the header
//	{"sum":"…","doc":{"c":"case","id":"cs_…","v":7,…}}      one per document
//	{"sum":"…","end":{"documents":…,"counts":{…},"sum":"…"}} the trailer
//
// sum is the beginning of the SHA-256 of the value that follows it, byte for
// byte, and the trailer's the SHA-256 of all lines of documents with their line
// ends. Documents of a collection stand together and in the order of their ids,
// so that two dumps of the same records are the same but for their headers.
//
// What can be derived is left out: heads and fields, and the claims of numbers.
// So are sessions and sign-in links, which end with a move, and what imports of
// files keep: files, findings and how far they have come are working papers, and
// what they recorded is in the records. What accounts are signed in by (passwords,
// second factors, API tokens) is left out too: a copy of the records is no key to
// the application, and after a move everybody comes in by a new link. Sealed
// numbers of parties are in the dump as they are: without the secrets file of the
// time nobody reads them.
//
// # While others write
//
// A dump reads document after document and locks nothing, but what it holds
// fits together. Nothing is ever deleted, and whatever a document refers to was
// written before it; so what refers is read before what it refers to (records
// of cases before officers and units, and these before the sealed numbers and
// accounts), and every reference resolves. Kinds of records that refer to one
// another in both directions, or to others of their own kind, are read again
// until nothing changed between two readings, which makes them a snapshot; only
// cases, administrative verdicts and what is sealed do not, and are read in a
// single pass of any length. Jobs are read last, and those that did not end
// before the dump began are given as running: the store that loads them carries
// them to their end again, which repeats nothing.
//
// One thing a pass over cases cannot give: a number that one case gave up and
// another took during the pass may be seen at both. Loading gives it to the
// case that was written last, and says so.

// dumpFormat is the version of the form of a dump.
const dumpFormat = 1

// A dumpHeader is the first line.
type dumpHeader struct {
	Format int `json:"format"`
	// Program and Engine wrote the dump.
	Program string `json:"program"`
	Engine  string `json:"engine"`
	// Created is when it began.
	Created time.Time `json:"created"`
}

// A dumpDocument is the line of a document.
type dumpDocument struct {
	Collection string `json:"c"`
	ID         string `json:"id"`
	Version    int64  `json:"v"`
	UpdatedAt  int64  `json:"at"` // milliseconds since 1970
	// Derived and Rules are the versions by which head and postings were made.
	Derived  int             `json:"dv"`
	Rules    int             `json:"pv,omitzero"`
	Body     json.RawMessage `json:"body"`
	Postings []byte          `json:"postings,omitzero"` // base64
}

// A dumpTrailer is the last line.
type dumpTrailer struct {
	Documents int            `json:"documents"`
	Counts    map[string]int `json:"counts"`
	Sum       string         `json:"sum"`
}

// A dumpLine is any line.
type dumpLine struct {
	Sum  string          `json:"sum"`
	Dump json.RawMessage `json:"dump,omitempty"`
	Doc  json.RawMessage `json:"doc,omitempty"`
	End  json.RawMessage `json:"end,omitempty"`
}

// lineSum is the checksum of one line: 64 bits against damage, not against
// forgery.
func lineSum(payload []byte) string {
	sum := sha256.Sum256(payload)
	return hex.EncodeToString(sum[:8])
}

// isOwnMeta tells whether a document of metaCollection is one that every store
// makes for itself.
func isOwnMeta(id string) bool { return id == derivedDoc || id == loadDoc }

// A dumpGroup is collections that are read together: until they stand still, or
// once where their documents do not refer to one another.
type dumpGroup struct {
	colls  []*store.Collection
	settle bool
}

// dumpGroups are the collections of a dump but the jobs, in the order in which
// they are read: the reverse of nouns, where what is referred to comes first.
func dumpGroups() []*dumpGroup {
	var groups []*dumpGroup
	once := func(c *store.Collection) { groups = append(groups, &dumpGroup{colls: []*store.Collection{c}}) }
	once(disclosureCollection)
	once(savedQueryCollection)
	once(periodLockCollection)
	once(periodReportCollection)
	for _, n := range slices.Backward(nouns()) {
		c := n.collection()
		if c == caseCollection || c == verdictCollection {
			once(c)
			continue
		}
		if len(groups) == 0 || !groups[len(groups)-1].settle {
			groups = append(groups, &dumpGroup{settle: true})
		}
		g := groups[len(groups)-1]
		g.colls = append(g.colls, c)
	}
	once(secretCollection)
	once(userCollection)
	once(metaCollection)
	return groups
}

// A DumpReport tells what a dump or load held.
type DumpReport struct {
	Documents int
	// Counts are the documents by collection.
	Counts map[string]int
	// Bytes is the length of the dump before it is packed.
	Bytes int64
	// Notices say what a person should know.
	Notices []thads.Text
}

// Dump writes everything that the store keeps to w; see the form above. Others
// may go on writing meanwhile. progress, if not nil, hears how many documents
// were written.
func (a *App) Dump(ctx context.Context, w io.Writer, progress func(documents int)) (*DumpReport, error) {
	if _, err := a.permit(ctx, auth.Administer); err != nil {
		return nil, err
	}
	if err := a.checkLoaded(ctx); err != nil {
		return nil, err
	}
	info, err := a.store.Info(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	d := &dumper{app: a, out: bufio.NewWriterSize(w, 1<<20), all: sha256.New(), progress: progress, report: &DumpReport{Counts: map[string]int{}}}
	finished, err := a.finishedJobs(ctx)
	if err != nil {
		return nil, err
	}
	err = d.line("dump", dumpHeader{Format: dumpFormat, Program: a.version, Engine: info.Engine, Created: store.Instant(a.clock())})
	if err != nil {
		return nil, err
	}
	for _, group := range dumpGroups() {
		if err := d.group(ctx, group); err != nil {
			return nil, err
		}
	}
	if err := d.jobs(ctx, finished); err != nil {
		return nil, err
	}
	trailer := dumpTrailer{Documents: d.report.Documents, Counts: d.report.Counts, Sum: hex.EncodeToString(d.all.Sum(nil))}
	if err := d.line("end", trailer); err != nil {
		return nil, err
	}
	if err := d.out.Flush(); err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	return d.report, nil
}

// A dumper is a dump under way.
type dumper struct {
	app      *App
	out      *bufio.Writer
	all      hash.Hash // of the lines of documents
	buf      []byte
	progress func(int)
	report   *DumpReport
}

// line writes one line of a kind ("dump", "doc" or "end").
func (d *dumper) line(kind string, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	b := append(d.buf[:0], `{"sum":"`...)
	b = append(b, lineSum(payload)...)
	b = append(b, `","`...)
	b = append(b, kind...)
	b = append(b, `":`...)
	b = append(b, payload...)
	b = append(b, "}\n"...)
	d.buf = b
	if kind == "doc" {
		d.all.Write(b)
	}
	d.report.Bytes += int64(len(b))
	if _, err := d.out.Write(b); err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	return nil
}

// document writes one document.
func (d *dumper) document(c *store.Collection, doc *store.Document) error {
	if c == metaCollection && isOwnMeta(doc.ID) {
		return nil
	}
	err := d.line("doc", dumpDocument{
		Collection: c.Name, ID: doc.ID, Version: doc.Version, UpdatedAt: doc.UpdatedAt.UnixMilli(),
		Derived: doc.DerivedVersion, Rules: doc.PostingsVersion, Body: doc.Body, Postings: doc.Postings,
	})
	if err != nil {
		return err
	}
	d.report.Documents++
	d.report.Counts[c.Name]++
	if d.progress != nil && d.report.Documents%1000 == 0 {
		d.progress(d.report.Documents)
	}
	return nil
}

// group writes the documents of collections that are read together.
func (d *dumper) group(ctx context.Context, group *dumpGroup) error {
	if group.settle {
		return d.settled(ctx, group.colls)
	}
	for _, c := range group.colls {
		for doc, err := range d.app.store.Scan(ctx, c, store.ScanOptions{}) {
			if err != nil {
				return unavailable(err)
			}
			if err := d.document(c, doc); err != nil {
				return err
			}
		}
	}
	return nil
}

// settled writes the documents of collections when they stand still.
func (d *dumper) settled(ctx context.Context, colls []*store.Collection) error {
	held, err := d.settle(ctx, colls)
	if err != nil {
		return err
	}
	for i, c := range colls {
		for _, id := range slices.Sorted(maps.Keys(held[i])) {
			if err := d.document(c, held[i][id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxSettling bounds how often collections are read again until they stand
// still. They are changed by people, a few times a day.
const maxSettling = 1000

// settle reads collections until one look at the versions of all their
// documents finds what was read before: then it is a snapshot of the instant in
// which that look began. Directory holds the largest of them in memory too.
func (d *dumper) settle(ctx context.Context, group []*store.Collection) ([]map[string]*store.Document, error) {
	held := make([]map[string]*store.Document, len(group))
	for i, c := range group {
		held[i] = map[string]*store.Document{}
		for doc, err := range d.app.store.Scan(ctx, c, store.ScanOptions{}) {
			if err != nil {
				return nil, unavailable(err)
			}
			held[i][doc.ID] = doc
		}
	}
	for range maxSettling {
		still := true
		for i, c := range group {
			changed, err := d.changed(ctx, c, held[i])
			if err != nil {
				return nil, err
			}
			still = still && len(changed) == 0
			for part := range slices.Chunk(changed, store.MaxPage) {
				docs, err := d.app.store.Get(ctx, c, thads.Everything(), part...)
				if err != nil {
					return nil, unavailable(err)
				}
				for _, doc := range docs {
					held[i][doc.ID] = doc
				}
			}
		}
		if still {
			return held, nil
		}
	}
	return nil, thads.Errorf(thads.CodeUnavailable, "", "Dữ liệu đang thay đổi liên tục nên chưa sao lưu được; hãy thử lại", "The records are changing all the time and could not be dumped; try again")
}

// changed returns the ids of the documents that are not at the version held.
func (d *dumper) changed(ctx context.Context, c *store.Collection, held map[string]*store.Document) ([]string, error) {
	var ids []string
	for v, err := range d.app.store.Versions(ctx, c) {
		if err != nil {
			return nil, unavailable(err)
		}
		if doc := held[v.ID]; doc == nil || doc.Version != v.Version {
			ids = append(ids, v.ID)
		}
	}
	return ids, nil
}

// finishedJobs returns the ids of the jobs that have ended.
func (a *App) finishedJobs(ctx context.Context) (map[string]bool, error) {
	finished := map[string]bool{}
	for j, err := range a.allJobs(ctx) {
		if err != nil {
			return nil, err
		}
		if j.State != JobRunning {
			finished[j.ID] = true
		}
	}
	return finished, nil
}

func (a *App) allJobs(ctx context.Context) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		for doc, err := range a.store.Scan(ctx, jobCollection, store.ScanOptions{}) {
			var j *Job
			if err != nil {
				err = unavailable(err)
			} else {
				j, err = decodeJob(doc)
			}
			if !yield(j, err) || err != nil {
				return
			}
		}
	}
}

// jobs writes the jobs. What ended during the dump may have changed records
// after they were read, so it is given as running.
func (d *dumper) jobs(ctx context.Context, finished map[string]bool) error {
	for doc, err := range d.app.store.Scan(ctx, jobCollection, store.ScanOptions{}) {
		if err != nil {
			return unavailable(err)
		}
		j, err := decodeJob(doc)
		if err != nil {
			return err
		}
		if _, err := runner(j.Kind); err == nil && j.State != JobRunning && !finished[j.ID] {
			j.State, j.FinishedAt = JobRunning, time.Time{}
			again, err := j.document(doc.UpdatedAt)
			if err != nil {
				return err
			}
			doc.Body = again.Body
		}
		if err := d.document(jobCollection, doc); err != nil {
			return err
		}
	}
	return nil
}

// restored makes a document of a dump anew: head, fields and what else derives
// from its body. claims are the numbers that only its record may have.
func restored(in *dumpDocument) (doc *store.Document, claims []string, err error) {
	raw := &store.Document{
		ID: in.ID, Version: in.Version, Body: in.Body, Postings: in.Postings, PostingsVersion: in.Rules,
		DerivedVersion: in.Derived, UpdatedAt: time.UnixMilli(in.UpdatedAt).UTC(),
	}
	c := collectionNamed(in.Collection)
	switch c {
	case nil:
		return nil, nil, fmt.Errorf("there is no collection %q", in.Collection)
	case secretCollection:
		doc, err = deriveSecret(raw)
	case userCollection:
		var u *User
		if u, err = decodeUser(raw.ID, raw.Version, raw.Body); err == nil {
			doc, err = u.document(raw.UpdatedAt)
		}
	case disclosureCollection:
		var d *Disclosure
		if d, err = decodeDisclosure(raw.ID, raw.Body); err == nil {
			doc, err = d.document()
		}
	case savedQueryCollection:
		var q *SavedQuery
		if q, err = decodeSavedQuery(auth.Principal{}, raw.ID, raw.Version, raw.Body); err == nil {
			doc, err = q.document()
		}
	case jobCollection:
		var j *Job
		if j, err = decodeJob(raw); err == nil {
			doc, err = j.document(raw.UpdatedAt)
		}
	case metaCollection:
		doc = raw
	default:
		n := nounOf(c)
		if n == nil {
			return nil, nil, fmt.Errorf("documents of the collection %q are not in dumps", in.Collection)
		}
		doc, claims, err = n.restore(raw)
	}
	if err != nil {
		return nil, nil, err
	}
	if doc.ID != raw.ID {
		return nil, nil, fmt.Errorf("%s %s names itself %s", c.Name, raw.ID, doc.ID)
	}
	doc.Version, doc.Body, doc.UpdatedAt = raw.Version, raw.Body, raw.UpdatedAt
	// Postings are made from the history and never taken from a file.
	doc.DerivedVersion = derivedVersion
	return doc, claims, doc.Check(c)
}

// restorable is a noun seen without its types.
type restorable interface {
	restore(d *store.Document) (doc *store.Document, claims []string, err error)
}

// restore makes a document anew and returns the numbers that only its record
// may have.
func (n *noun[S, E]) restore(d *store.Document) (*store.Document, []string, error) {
	s, err := n.decode(d)
	if err != nil {
		return nil, nil, err
	}
	doc, err := n.encode(d.ID, s, d.Version)
	return doc, n.claims(s), err
}

func nounOf(c *store.Collection) restorable {
	for _, n := range nouns() {
		if r, ok := n.(restorable); ok && n.collection() == c {
			return r
		}
	}
	return nil
}

func collectionNamed(name string) *store.Collection {
	for _, c := range Collections() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// deriveSecret makes the fields of a sealed number from its id, which ends in
// the commitment, and its envelope.
func deriveSecret(raw *store.Document) (*store.Document, error) {
	var e envelope
	if err := json.Unmarshal(raw.Body, &e); err != nil {
		return nil, fmt.Errorf("secret %s: %w", raw.ID, err)
	}
	dot := strings.LastIndexByte(raw.ID, '.')
	if dot < 0 || e.Key == "" {
		return nil, fmt.Errorf("secret %s is no envelope", raw.ID)
	}
	return &store.Document{ID: raw.ID, Fields: store.Fields{"commitment": raw.ID[dot+1:], "key": e.Key}}, nil
}
