package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// importCollection holds the lives of files. The head is what people see, the
// body what the application knows besides.
var importCollection = &store.Collection{
	Name: "import",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "by", Type: store.String},
		{Name: "digest", Type: store.String},
		{Name: "startedAt", Type: store.Time, Sortable: true},
		// expiresAt is when something of the import is to be deleted; the zero
		// instant where nothing is.
		{Name: "expiresAt", Type: store.Time, Sortable: true},
	},
	Indexes: []store.Index{{"startedAt"}, {"by", "startedAt"}, {"state", "startedAt"}, {"digest", "startedAt"}, {"expiresAt"}},
}

const (
	importPrefix = "im"
	// filesKept is how long after its last change an import keeps its file. An
	// import that nobody accepted by then is given up.
	filesKept = 30 * 24 * time.Hour
	// leftoversAfter is when the pieces of a cancelled import are looked for
	// again: a check that was under way may have written some since.
	leftoversAfter = time.Hour
	// importRequests is how many requests an import remembers by their key.
	importRequests = 20
)

// importRecord is an import as it is kept.
type importRecord struct {
	Import
	importKept

	version int64
}

// importKept is what the application knows of an import beside what people see.
type importKept struct {
	// Upload owns the pieces of the file.
	Upload string `json:"upload"`
	// Run counts the runs of checks; a newer one wins. Shown is the run whose
	// findings are kept, 0 for none, and Pieces how many it has of each kind.
	Run    int            `json:"run"`
	Shown  int            `json:"shown,omitzero"`
	Pieces map[string]int `json:"pieces,omitzero"`
	// Jobs counts the jobs begun; Kind is that of the last one and Actor who
	// began it.
	Jobs  int         `json:"jobs"`
	Kind  string      `json:"kind,omitzero"`
	Actor importActor `json:"actor"`
	// Requests are the last changes that came with a key.
	Requests []importRequest `json:"requests,omitzero"`
	// ExpiresAt is when the file, or what is left of it, is deleted.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// importActor is who began a job, with the rights of then.
type importActor struct {
	ID     thads.PrincipalID `json:"id"`
	Name   string            `json:"name"`
	Grants []auth.Grant      `json:"grants"`
	Only   []auth.Right      `json:"only,omitzero"`
}

func actorOf(p auth.Principal) importActor {
	return importActor{ID: p.ID, Name: p.Name, Grants: p.Grants, Only: p.Only}
}

func (a importActor) principal() auth.Principal {
	return auth.Principal{ID: a.ID, Name: a.Name, Grants: a.Grants, Only: a.Only}
}

type importRequest struct {
	Key    string `json:"key"`
	Digest string `json:"digest"`
}

// importJob is the input of the jobs of an import.
type importJob struct {
	Import string `json:"import"`
	// Number is the job's place among those of the import.
	Number int `json:"number"`
}

// isEnded tells whether nothing more happens to the import by itself.
func (s ImportState) isEnded() bool {
	return s == ImportAccepted || s == ImportUndone || s == ImportCancelled
}

// isUnderWay tells whether a job is at work.
func (s ImportState) isUnderWay() bool {
	return s == ImportChecking || s == ImportAccepting || s == ImportUndoing
}

func (r *importRecord) document(now time.Time) (*store.Document, error) {
	head, err := json.Marshal(&r.Import)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", r.ID, err)
	}
	body, err := json.Marshal(&r.importKept)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", r.ID, err)
	}
	return &store.Document{
		ID: r.ID, Version: r.version, Head: head, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{
			"state": string(r.State), "by": string(r.By), "digest": r.Digest,
			"startedAt": r.StartedAt, "expiresAt": r.ExpiresAt,
		},
	}, nil
}

func decodeImport(d *store.Document) (*importRecord, error) {
	r := &importRecord{version: d.Version}
	if err := errors.Join(json.Unmarshal(d.Head, &r.Import), json.Unmarshal(d.Body, &r.importKept)); err != nil {
		return nil, fmt.Errorf("import %s: %w", d.ID, err)
	}
	return r, nil
}

// importRecord reads an import; nil if there is none.
func (a *App) importRecord(ctx context.Context, id string) (*importRecord, error) {
	docs, err := a.store.Get(ctx, importCollection, thads.Everything(), id)
	if err != nil || len(docs) == 0 {
		return nil, unavailable(err)
	}
	return decodeImport(docs[0])
}

// saveImport writes an import over the version that was read. The error wraps
// store.ErrConflict where another writer was faster.
func (a *App) saveImport(ctx context.Context, r *importRecord) error {
	now := store.Instant(a.clock())
	if r.FileKept {
		r.ExpiresAt = now.Add(filesKept)
	}
	next := *r
	next.version++
	doc, err := next.document(now)
	if err != nil {
		return err
	}
	if err := a.store.Replace(ctx, importCollection, doc); err != nil {
		return unavailable(err)
	}
	r.version = next.version
	return nil
}

// seesImport tells whether the principal may see the import: who began it, and
// those who see every unit.
func (r *importRecord) seenBy(p auth.Principal) bool {
	return r.By == p.ID || p.Everywhere(auth.Import)
}

// visibleImport returns an import that the caller may see, or nil.
func (a *App) visibleImport(ctx context.Context, id string) (*importRecord, error) {
	p, err := a.permit(ctx, auth.Import)
	if err != nil {
		return nil, err
	}
	r, err := a.importRecord(ctx, id)
	if err != nil || r == nil || !r.seenBy(p) {
		return nil, err
	}
	return r, nil
}

// Import returns an import that the caller may see, or nil.
func (a *App) Import(ctx context.Context, id string) (*Import, error) {
	r, err := a.visibleImport(ctx, id)
	if err != nil || r == nil {
		return nil, err
	}
	return &r.Import, nil
}

// ImportJob returns the job under way, or the last one, of an import that the
// caller may see, whoever began the job; nil where none was needed yet.
func (a *App) ImportJob(ctx context.Context, id string) (*Job, error) {
	r, err := a.visibleImport(ctx, id)
	if err != nil || r == nil || r.Job == "" {
		return nil, err
	}
	return a.job(ctx, r.Job)
}

// Imports returns one page of the imports that the caller may see, the latest
// first; of all states where none is given.
func (a *App) Imports(ctx context.Context, states []ImportState, page PageArgs) (*Page[*Import], error) {
	p, err := a.permit(ctx, auth.Import)
	if err != nil {
		return nil, err
	}
	var where []store.Cond
	if len(states) > 0 {
		where = append(where, store.In("state", texts(states)))
	}
	if !p.Everywhere(auth.Import) {
		where = append(where, store.Eq("by", string(p.ID)))
	}
	q, err := page.query(thads.Everything(), where, "startedAt", true)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, importCollection, q, decodeHead[Import])
}

// changeImport carries out a change that a person asked for: it looks whether
// the import may be seen, whether it is in one of the states in which the change
// is possible and at the version that was seen, and whether the same request was
// carried out before, which then is answered by the import as it is. change
// works on a copy. If it begins a job (see importRecord.begin), the job is
// journalled.
func (a *App) changeImport(ctx context.Context, c ImportChange, request any, from []ImportState, change func(context.Context, auth.Principal, *importRecord) error) (*importRecord, error) {
	p, err := a.importer(ctx)
	if err != nil {
		return nil, err
	}
	if len(c.Key) > maxKey {
		return nil, thads.Errorf(thads.CodeOutOfRange, "idempotencyKey", "Khóa dài quá %d byte", "The key is longer than %d bytes", maxKey)
	}
	digest, err := digestOf(request)
	if err != nil {
		return nil, err
	}
	for {
		r, err := a.importRecord(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if r == nil || !r.seenBy(p) {
			return nil, notFound("id")
		}
		if i := slices.IndexFunc(r.Requests, func(q importRequest) bool { return c.Key != "" && q.Key == c.Key }); i >= 0 {
			if r.Requests[i].Digest != digest {
				return nil, keyReused()
			}
			return r, a.journalImport(ctx, r)
		}
		if c.Version != r.Version {
			return nil, importConflict()
		}
		if !slices.Contains(from, r.State) {
			return nil, wrongState(r.State)
		}
		before := r.Jobs
		if err := change(ctx, p, r); err != nil {
			return nil, err
		}
		if r.Version++; c.Key != "" {
			r.Requests = append(r.Requests, importRequest{c.Key, digest})
			r.Requests = r.Requests[max(0, len(r.Requests)-importRequests):]
		}
		switch err := a.saveImport(ctx, r); {
		case errors.Is(err, store.ErrConflict):
			continue // what was written since decides what is told
		case err != nil:
			return nil, err
		}
		if r.Jobs == before {
			return r, nil
		}
		return r, a.journalImport(ctx, r)
	}
}

func wrongState(s ImportState) error {
	return thads.Errorf(thads.CodeTransition, "id",
		"Không thể làm việc này khi lần nhập đang ở trạng thái “%[1]s”", "This is not possible while the import is in the state %[2]q", s.Name().VI, s.Name().EN)
}

func fileGone() error {
	return thads.Errorf(thads.CodeNotFound, "id", "Tệp của lần nhập này đã được xóa; hãy gửi lại tệp", "The file of this import was deleted; send it again")
}

func importConflict() error {
	return thads.Errorf(thads.CodeConflict, "version", "Lần nhập này vừa thay đổi; hãy xem lại trước khi làm tiếp", "The import has just changed; look at it again")
}

// begin notes that a job of a kind is to carry the import on. The job itself is
// journalled when the import is saved.
func (r *importRecord) begin(kind string, p auth.Principal) {
	r.Jobs++
	r.Kind, r.Actor = kind, actorOf(p)
	r.Job = r.jobID()
}

// jobKey makes the id of the import's last job, so that journalling it again
// changes nothing.
func (r *importRecord) jobKey() string { return "import/" + r.ID + "/" + strconv.Itoa(r.Jobs) }

func (r *importRecord) jobID() string { return newID(jobPrefix, r.Actor.ID, r.jobKey()) }

// journalImport journals the job that the import waits for, unless that was done.
func (a *App) journalImport(ctx context.Context, r *importRecord) error {
	if !r.State.isUnderWay() {
		return nil
	}
	_, err := a.startJob(ctx, r.Actor.principal(), r.jobKey(), r.Kind, importJob{Import: r.ID, Number: r.Jobs})
	return err
}

// importOf returns the import that a job is to carry on: nil where it is gone
// or goes on without this job.
func (a *App) importOf(ctx context.Context, j *Job) (*importRecord, error) {
	var in importJob
	if err := json.Unmarshal(j.Input, &in); err != nil {
		return nil, fmt.Errorf("job %s: input: %w", j.ID, err)
	}
	r, err := a.importRecord(ctx, in.Import)
	if err != nil || r == nil || r.Job != j.ID || !r.State.isUnderWay() {
		return nil, err
	}
	return r, nil
}

// eventKey is the idempotency key of what a row of the file records: the same
// file, brought in again, has the same keys, whoever brings it in. After an undo
// it has others.
func (r *importRecord) eventKey(sheetName string, row int) string {
	if len(sheetName) > 90 { // keys are bounded, and names of sheets are not
		sum := sha256.Sum256([]byte(sheetName))
		sheetName = hex.EncodeToString(sum[:16])
	}
	return r.keyPrefix() + sheetName + "/" + strconv.Itoa(row)
}

// keyPrefix leads the idempotency keys of all that the import records.
func (r *importRecord) keyPrefix() string {
	return "import/" + r.Digest + "/" + strconv.Itoa(r.Attempt) + "/"
}

// results prefixes the ids of the findings of a run.
func (r *importRecord) results(kind string, run int) string {
	return partPrefix(r.ID, kind) + fmt.Sprintf("%05d/", run)
}

// clearFindings forgets what the last check found.
func (r *importRecord) clearFindings() {
	r.Rows, r.Cases, r.LeftOut, r.Creates, r.Changes, r.Existing, r.Bad = 0, 0, 0, 0, 0, 0, 0
	r.Errors, r.Warnings, r.Stopped, r.Message, r.CheckedAt = 0, 0, false, thads.Text{}, time.Time{}
	r.Shown, r.Pieces = 0, nil
}

// attempt returns under which number a file is to be imported: that under which
// it is in the ledger or on its way there, or the next one where that was undone.
func (a *App) attempt(ctx context.Context, digest string) (int, error) {
	attempt := 1
	err := a.eachOfFile(ctx, digest, func(o *Import) error {
		n := o.Attempt
		if o.State == ImportUndone || o.State == ImportUndoing {
			n++
		}
		attempt = max(attempt, n)
		return nil
	})
	return attempt, err
}

// eachOfFile calls fn for every import of a file, whoever began it, the oldest
// first.
func (a *App) eachOfFile(ctx context.Context, digest string, fn func(*Import) error) error {
	q := store.Query{Scope: thads.Everything(), Where: []store.Cond{store.Eq("digest", digest)}, Sort: "startedAt", Limit: MaxPage}
	for {
		page, err := findPage(ctx, a, importCollection, q, decodeHead[Import])
		if err != nil {
			return err
		}
		for _, it := range page.Items {
			q.After = it.Cursor
			if err := fn(it.Value); err != nil {
				return err
			}
		}
		if !page.HasNext {
			return nil
		}
	}
}

// openImport opens the file of an import; a refusal where it was deleted.
func (a *App) openImport(ctx context.Context, r *importRecord) (*sheet.Book, error) {
	if !r.FileKept {
		return nil, fileGone()
	}
	return a.openFile(ctx, r.Upload, r.Bytes)
}

// mappingOf returns the mapping of a register; nil where it is not read.
func mappingOf(r *sheet.Reading, k sheet.Kind) *sheet.Mapping {
	switch k {
	case sheet.Cases:
		return r.Cases
	case sheet.CaseEvents:
		return r.Events
	default:
		if r.Records != nil && r.Records.Register == k {
			return r.Records
		}
	}
	return nil
}

// mapped lists the mappings of a reading with the paths of their inputs.
func mapped(r *sheet.Reading) []mappedAs {
	var out []mappedAs
	for _, m := range []mappedAs{{"cases", sheet.Cases, r.Cases}, {"events", sheet.CaseEvents, r.Events}} {
		if m.mapping != nil {
			out = append(out, m)
		}
	}
	if m := r.Records; m != nil {
		kind := m.Register
		if !kind.IsRecords() {
			kind = sheet.Units // any of them: checkReading tells that it is the wrong kind
		}
		out = append(out, mappedAs{"records", kind, m})
	}
	return out
}

type mappedAs struct {
	field   string
	kind    sheet.Kind
	mapping *sheet.Mapping
}

// checkReading refuses a reading that does not fit the file.
func checkReading(b *sheet.Book, r *sheet.Reading) error {
	var es thads.Errors
	all := mapped(r)
	if len(all) == 0 {
		es.Add(thads.CodeRequired, "reading", "Hãy chọn trang và dòng tiêu đề của ít nhất một sổ", "Say of at least one register in which sheet and row its headers are")
	}
	for _, m := range all {
		if m.mapping.Register != m.kind {
			es.Add(thads.CodeInvalid, "reading."+m.field+".register", "Loại sổ không đúng", "This is the wrong kind of register")
			continue
		}
		err := m.mapping.Check(b)
		refusals, isRefusal := thads.Refusals(err)
		if err != nil && !isRefusal {
			return err
		}
		for _, e := range refusals {
			es = append(es, &thads.Error{Code: e.Code, Field: append([]string{"reading", m.field}, e.Field...), Text: e.Text, Cause: e.Cause})
		}
	}
	return es.Err()
}

// isFault tells whether an error is none that the file is to blame for.
func isFault(err error) bool {
	es, isRefusal := thads.Refusals(err)
	return err != nil && (!isRefusal || slices.ContainsFunc(es, func(e *thads.Error) bool { return e.Code == thads.CodeUnavailable }))
}
