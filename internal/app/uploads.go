package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// uploadCollection holds what is known of files that were sent and that no
// import has taken yet.
var uploadCollection = &store.Collection{
	Name:    "upload",
	Fields:  []store.Field{{Name: "at", Type: store.Time, Sortable: true}},
	Indexes: []store.Index{{"at"}},
}

// importPartCollection holds files and the working papers of imports in pieces.
// Ids are the owner's, the kind of piece and its place: "up_…/f/00001". Their
// bodies are sealed, because registers hold names and identity numbers.
var importPartCollection = &store.Collection{Name: "importPart"}

const (
	uploadPrefix = "up"
	// pieceBytes is the size of the pieces of a file, the last one's excepted.
	pieceBytes = 1 << 20
	// cachedPieces bounds the pieces of a file held while it is read: a workbook
	// is read at a few places at once.
	cachedPieces = 8
	// uploadsKept is how long a file waits for the import that takes it.
	uploadsKept = 24 * time.Hour
	// maxFileName bounds the name of a file, in characters.
	maxFileName = 200
	// cleaningTime bounds the deleting of pieces after a call that has failed.
	cleaningTime = 30 * time.Second
)

// uploadRecord is an upload as it is kept.
type uploadRecord struct {
	Upload
	By thads.PrincipalID `json:"by"`
	At time.Time         `json:"at"`
	// Complete tells that the last piece has come.
	Complete bool `json:"complete"`
	// Import is the import that takes the file; "" while none does.
	Import string `json:"import,omitzero"`

	version int64
}

func (u *uploadRecord) document(now time.Time) (*store.Document, error) {
	body, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("upload %s: %w", u.ID, err)
	}
	return &store.Document{
		ID: u.ID, Version: u.version, Body: body, DerivedVersion: derivedVersion, UpdatedAt: now,
		Fields: store.Fields{"at": u.At},
	}, nil
}

// uploadRecord reads an upload; nil if there is none.
func (a *App) uploadRecord(ctx context.Context, id string) (*uploadRecord, error) {
	docs, err := a.store.Get(ctx, uploadCollection, thads.Everything(), id)
	if err != nil || len(docs) == 0 {
		return nil, unavailable(err)
	}
	u := &uploadRecord{version: docs[0].Version}
	if err := json.Unmarshal(docs[0].Body, u); err != nil {
		return nil, fmt.Errorf("upload %s: %w", id, err)
	}
	return u, nil
}

// importer returns the principal of a call about imports.
func (a *App) importer(ctx context.Context) (auth.Principal, error) {
	p, err := a.permit(ctx, auth.Import)
	if err != nil {
		return p, err
	}
	return p, a.checkLoaded(ctx)
}

// UploadFile keeps a file, sealed, until an import takes it or a day has passed.
// A file beyond sheet.DefaultLimits is refused with CodeLimit as soon as that is
// known; an error of r is returned as it is. Nothing stays of what failed.
func (a *App) UploadFile(ctx context.Context, name string, r io.Reader) (*Upload, error) {
	p, err := a.importer(ctx)
	if err != nil {
		return nil, err
	}
	if a.sealer == nil {
		return nil, thads.Errorf(thads.CodeUnavailable, "", "Chưa có khóa bí mật nên không nhận được tệp", "Files need the secrets file")
	}
	now := store.Instant(a.clock())
	u := &uploadRecord{Upload: Upload{ID: newID(uploadPrefix, "", ""), Name: fileName(name)}, By: p.ID, At: now, version: 1}
	doc, err := u.document(now)
	if err != nil {
		return nil, err
	}
	if err := a.store.Insert(ctx, uploadCollection, doc); err != nil {
		return nil, unavailable(err)
	}
	if err := a.receive(ctx, u, r); err != nil {
		clean, stop := context.WithTimeout(context.WithoutCancel(ctx), cleaningTime)
		defer stop()
		if failed := a.deleteUpload(clean, u); failed != nil {
			a.log.WarnContext(ctx, "an upload that failed stays until it is swept", "upload", u.ID, "error", failed)
		}
		return nil, err
	}
	return &u.Upload, nil
}

// fileName keeps of a file's name what can be shown.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(thads.NormalizeName(strings.ToValidUTF8(name, "")), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[len(runes)-maxFileName:]) // the end says what kind of file it is
	}
	if name == "." || name == "/" {
		name = ""
	}
	return cmp.Or(name, "?")
}

// receive stores the pieces of a file.
func (a *App) receive(ctx context.Context, u *uploadRecord, r io.Reader) error {
	limit := sheet.DefaultLimits().Bytes
	digest := sha256.New()
	piece := make([]byte, pieceBytes)
	for n := 1; ; n++ {
		read, err := io.ReadFull(r, piece)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("upload: %w", err)
		}
		if u.Bytes += int64(read); u.Bytes > limit {
			return thads.Errorf(thads.CodeLimit, "", "Tệp lớn hơn %d MB", "The file has more than %d MB", limit>>20)
		}
		if read > 0 {
			digest.Write(piece[:read])
			d, err := a.sealedPart(partID(u.ID, filePart, n), nil, piece[:read])
			if err != nil {
				return err
			}
			if err := a.store.Insert(ctx, importPartCollection, d); err != nil {
				return unavailable(err)
			}
		}
		if err != nil {
			break
		}
	}
	if u.Bytes == 0 {
		return thads.Errorf(thads.CodeInvalid, "", "Tệp trống", "The file is empty")
	}
	u.Digest, u.Complete = hex.EncodeToString(digest.Sum(nil)), true
	return a.saveUpload(ctx, u)
}

// saveUpload writes an upload over the version that was read.
func (a *App) saveUpload(ctx context.Context, u *uploadRecord) error {
	u.version++
	doc, err := u.document(a.clock())
	if err != nil {
		return err
	}
	return unavailable(a.store.Replace(ctx, uploadCollection, doc))
}

// deleteUpload deletes an upload that no import has, with its pieces.
func (a *App) deleteUpload(ctx context.Context, u *uploadRecord) error {
	if err := a.deleteParts(ctx, partPrefix(u.ID, filePart)); err != nil {
		return err
	}
	return a.forgetUpload(ctx, u.ID)
}

// forgetUpload deletes what is known of an upload and leaves its pieces.
func (a *App) forgetUpload(ctx context.Context, id string) error {
	for {
		u, err := a.uploadRecord(ctx, id)
		if err != nil || u == nil {
			return err
		}
		err = a.store.Delete(ctx, uploadCollection, id, u.version)
		if !errors.Is(err, store.ErrConflict) {
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return unavailable(err)
		}
	}
}

// The kinds of pieces.
const (
	filePart    = "f"
	problemPart = "p"
	entryPart   = "e"
)

func partPrefix(owner, kind string) string { return owner + "/" + kind + "/" }

// partID names the n-th piece, from 1.
func partID(owner, kind string, n int) string {
	return fmt.Sprintf("%s%05d", partPrefix(owner, kind), n)
}

// sealedPart makes the document of a piece. Its body is sealed for this id: a
// piece that was moved elsewhere cannot be opened.
func (a *App) sealedPart(id string, head, body []byte) (*store.Document, error) {
	sealed, err := a.sealer.Seal(id, string(body))
	if err != nil {
		return nil, fmt.Errorf("part %s: %w", id, err)
	}
	return &store.Document{ID: id, Version: 1, Head: head, Body: sealed, DerivedVersion: derivedVersion, UpdatedAt: a.clock()}, nil
}

// openPart returns the content of a piece.
func (a *App) openPart(d *store.Document) (string, error) {
	if a.sealer == nil {
		return "", fmt.Errorf("part %s: there are no keys", d.ID)
	}
	return a.sealer.Open(d.ID, d.Body)
}

// deleteParts deletes all pieces whose ids begin with a prefix.
func (a *App) deleteParts(ctx context.Context, prefix string) error {
	return a.deletePartsBut(ctx, prefix, "")
}

// deletePartsBut deletes all pieces whose ids begin with a prefix but not with
// another one, where that is not empty.
func (a *App) deletePartsBut(ctx context.Context, prefix, but string) error {
	// A piece that is sealed anew at the same time has another version than was
	// read: it is found by another look. What is left after that was deleted by
	// another process, or is written by one that will find its run overtaken and
	// delete it itself.
	for range 3 {
		lost, err := a.deletePartsOnce(ctx, prefix, but)
		if err != nil || lost == 0 {
			return err
		}
	}
	return nil
}

// deletePartsOnce deletes what it finds and returns how many others changed.
func (a *App) deletePartsOnce(ctx context.Context, prefix, but string) (lost int, err error) {
	var doomed []store.VersionOf
	for d, err := range a.store.Scan(ctx, importPartCollection, store.ScanOptions{After: prefix, WithoutBody: true, WithoutPostings: true}) {
		if err != nil {
			return 0, unavailable(err)
		}
		if !strings.HasPrefix(d.ID, prefix) {
			break
		}
		if but == "" || !strings.HasPrefix(d.ID, but) {
			doomed = append(doomed, store.VersionOf{ID: d.ID, Version: d.Version})
		}
	}
	for part := range slices.Chunk(doomed, store.MaxPage) {
		left, err := a.store.BulkDelete(ctx, importPartCollection, part)
		if err != nil {
			return lost, unavailable(err)
		}
		lost += len(left)
	}
	return lost, nil
}

// A pieceReader reads a file in pieces. It is safe for concurrent use.
type pieceReader struct {
	ctx   context.Context //nolint:containedctx // io.ReaderAt has none
	app   *App
	owner string
	size  int64

	mu     sync.Mutex
	cached []cachedPiece // the one used last at the end
}

type cachedPiece struct {
	n    int
	data string
}

// ReadAt implements io.ReaderAt.
func (r *pieceReader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("upload: negative offset")
	}
	read := 0
	for read < len(p) && off < r.size {
		data, err := r.piece(int(off / pieceBytes))
		if err != nil {
			return read, err
		}
		within := int(off % pieceBytes)
		if within >= len(data) {
			return read, fmt.Errorf("upload %s: a piece is too short", r.owner)
		}
		n := copy(p[read:], data[within:])
		read, off = read+n, off+int64(n)
	}
	if read < len(p) {
		return read, io.EOF
	}
	return read, nil
}

// piece returns the n-th piece, from 0.
func (r *pieceReader) piece(n int) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.cached, func(c cachedPiece) bool { return c.n == n }); i >= 0 {
		c := r.cached[i]
		r.cached = append(slices.Delete(r.cached, i, i+1), c)
		return c.data, nil
	}
	id := partID(r.owner, filePart, n+1)
	docs, err := r.app.store.Get(r.ctx, importPartCollection, thads.Everything(), id)
	if err != nil {
		return "", unavailable(err)
	}
	if len(docs) == 0 {
		return "", fmt.Errorf("upload %s: piece %d is gone", r.owner, n+1)
	}
	data, err := r.app.openPart(docs[0])
	if err != nil {
		return "", err
	}
	if len(r.cached) == cachedPieces {
		r.cached = slices.Delete(r.cached, 0, 1)
	}
	r.cached = append(r.cached, cachedPiece{n, data})
	return data, nil
}

// openFile opens the file whose pieces an upload has brought.
func (a *App) openFile(ctx context.Context, upload string, size int64) (*sheet.Book, error) {
	b, err := sheet.Open(&pieceReader{ctx: ctx, app: a, owner: upload, size: size}, size, sheet.DefaultLimits())
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, errors.Join(err, ctx.Err())
	case err != nil:
		return nil, err
	}
	b.Today = a.Today()
	return b, nil
}

// jsonLines writes values one to a line.
func jsonLines[T any](values []T) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i := range values {
		if err := enc.Encode(&values[i]); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// fromJSONLines reads what jsonLines has written.
func fromJSONLines[T any](text string) ([]T, error) {
	var out []T
	for dec := json.NewDecoder(strings.NewReader(text)); ; {
		var v T
		if err := dec.Decode(&v); err != nil {
			if errors.Is(err, io.EOF) {
				return out, nil
			}
			return nil, err
		}
		out = append(out, v)
	}
}
