package app

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"runtime"
	"sync"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

const (
	// maxDumpLine bounds one line of a dump: a document of the largest size,
	// its postings in base64.
	maxDumpLine = 2 * store.MaxDocumentBytes
	// loadLines and loadBytes bound the part of a dump that is held in memory.
	loadLines = bulkSize
	loadBytes = 8 << 20
)

// loadDoc is the document of metaCollection that tells of a load. While it says
// that the load is under way, nothing but the same load may use the store.
const loadDoc = "load"

// A loadState is what it says.
type loadState struct {
	// Sum is that of the dump's trailer.
	Sum       string    `json:"sum"`
	Documents int       `json:"documents"`
	StartedAt time.Time `json:"startedAt"`
	// FinishedAt is zero while the load is under way.
	FinishedAt time.Time `json:"finishedAt,omitzero"`
}

// loading reads what is known of a load; nil if there was none.
func (a *App) loading(ctx context.Context) (*loadState, int64, error) {
	docs, err := a.store.Get(ctx, metaCollection, thads.Everything(), loadDoc)
	if err != nil || len(docs) == 0 {
		return nil, 0, unavailable(err)
	}
	s := new(loadState)
	if err := json.Unmarshal(docs[0].Body, s); err != nil {
		return nil, 0, fmt.Errorf("meta %s: %w", loadDoc, err)
	}
	return s, docs[0].Version, nil
}

// checkLoaded refuses a store into which a dump was loaded in part.
func (a *App) checkLoaded(ctx context.Context) error {
	s, _, err := a.loading(ctx)
	if err != nil || s == nil || !s.FinishedAt.IsZero() {
		return err
	}
	return thads.Errorf(thads.CodeUnavailable, "",
		"Kho dữ liệu này đang được nạp dở từ một bản sao lưu (bắt đầu %s); hãy chạy lại thads load với đúng bản sao lưu đó để hoàn tất",
		"A dump was loaded into this store in part (begun %s); run thads load with the same dump again to complete it",
		thads.DateIn(s.StartedAt).Vietnamese())
}

// Load stores a dump in an empty store, of whatever engine. open is called twice:
// the whole dump is verified, down to the replay of every history, before the
// first document is written. A dump that was packed with gzip is unpacked.
//
// What a crash cuts off is completed by loading the same dump again; until then
// the store is refused by Prepare. progress, if not nil, hears how many
// documents were verified and how many stored.
//
// Refused are a store that holds anything, a dump that is damaged or not whole
// (the line is named) and one of a newer form.
func (a *App) Load(ctx context.Context, open func() (io.ReadCloser, error), progress func(verified, stored int)) (*DumpReport, error) {
	if _, err := a.permit(ctx, auth.Administer); err != nil {
		return nil, err
	}
	hear := func(verified, stored int) {
		if progress != nil {
			progress(verified, stored)
		}
	}
	// The store first: a whole dump need not be read to refuse a full one.
	state, version, err := a.loading(ctx)
	if err != nil {
		return nil, err
	}
	if state == nil || !state.FinishedAt.IsZero() {
		if err := a.checkEmpty(ctx); err != nil {
			return nil, err
		}
	}
	verified, err := a.readDump(ctx, open, func(_ []loaded, n int) error {
		hear(n, 0)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	if state != nil && state.FinishedAt.IsZero() && state.Sum != verified.sum {
		return nil, thads.Errorf(thads.CodeConflict, "",
			"Kho dữ liệu này đang nạp dở một bản sao lưu khác; hãy nạp lại bản đó, hoặc dùng kho trống",
			"Another dump was loaded into this store in part; load that one again, or take an empty store")
	}
	if state == nil || !state.FinishedAt.IsZero() {
		state = &loadState{Sum: verified.sum, Documents: verified.Documents, StartedAt: store.Instant(a.clock())}
		if version, err = a.noteLoad(ctx, state, version); err != nil {
			return nil, err
		}
	}
	l := &loader{app: a}
	report, err := a.readDump(ctx, open, func(batch []loaded, n int) error {
		if err := l.store(ctx, batch); err != nil {
			return err
		}
		hear(verified.Documents, n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if report.sum != verified.sum {
		return nil, badDump(0, "nội dung thay đổi trong khi nạp", "it changed while it was loaded")
	}
	a.forget()
	state.FinishedAt = store.Instant(a.clock())
	if _, err := a.noteLoad(ctx, state, version); err != nil {
		return nil, err
	}
	report.Notices = l.notices
	return &report.DumpReport, nil
}

// checkEmpty refuses a store that holds anything of its own.
func (a *App) checkEmpty(ctx context.Context) error {
	for _, c := range Collections() {
		n, err := a.store.Count(ctx, c, thads.Everything())
		if err != nil {
			return unavailable(err)
		}
		if c == metaCollection {
			for d, err := range a.store.Versions(ctx, c) {
				if err != nil {
					return unavailable(err)
				}
				if isOwnMeta(d.ID) {
					n--
				}
			}
		}
		if n > 0 {
			return thads.Errorf(thads.CodeNotAllowed, "", "Kho dữ liệu không trống (có %[1]d bản ghi loại %[2]s); chỉ nạp được vào kho trống", "The store is not empty (it has %[1]d documents of the kind %[2]s); a dump is loaded into an empty store only", n, c.Name)
		}
	}
	return nil
}

// noteLoad writes how the load stands over the version given and returns the
// next.
func (a *App) noteLoad(ctx context.Context, s *loadState, version int64) (int64, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return 0, fmt.Errorf("load: %w", err)
	}
	d := &store.Document{ID: loadDoc, Version: version + 1, Body: body, DerivedVersion: derivedVersion, UpdatedAt: a.clock()}
	if version == 0 {
		err = a.store.Insert(ctx, metaCollection, d)
	} else {
		err = a.store.Replace(ctx, metaCollection, d)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) {
		return 0, thads.Errorf(thads.CodeConflict, "", "Một tiến trình khác đang nạp vào kho dữ liệu này", "Another process is loading into this store")
	}
	return d.Version, unavailable(err)
}

// A loaded is one document of a dump, made ready to be stored.
type loaded struct {
	line   int
	coll   *store.Collection
	doc    *store.Document
	claims []string
}

// A dumpRead is what was read of a dump.
type dumpRead struct {
	DumpReport
	sum string
}

// readDump reads a dump from its beginning and gives its documents to each, some
// at a time, with how many were read so far. It returns without an error only
// if the dump is whole.
func (a *App) readDump(ctx context.Context, open func() (io.ReadCloser, error), each func(batch []loaded, n int) error) (_ *dumpRead, err error) {
	in, err := open()
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r := &dumpReader{all: sha256.New(), read: &dumpRead{DumpReport: DumpReport{Counts: map[string]int{}}}}
	if err := r.begin(in); err != nil {
		return nil, err
	}
	// The next part is read and made ready while each works on the one before.
	ctx, stop := context.WithCancel(ctx)
	parts := make(chan dumpPart)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(parts)
		for {
			batch, err := r.batch(ctx)
			select {
			case parts <- dumpPart{batch, r.read.Documents, err}:
			case <-ctx.Done():
				return
			}
			if err != nil || len(batch) == 0 {
				return
			}
		}
	})
	defer reading.Wait()
	defer stop()
	for p := range parts {
		switch {
		case p.err != nil:
			return nil, p.err
		case len(p.batch) == 0:
			return r.read, r.end()
		}
		if err := each(p.batch, p.read); err != nil {
			return nil, err
		}
	}
	return nil, ctx.Err()
}

// A dumpPart is some documents of a dump, how many were read with them, and
// what went wrong.
type dumpPart struct {
	batch []loaded
	read  int
	err   error
}

// A dumpReader reads a dump line by line.
type dumpReader struct {
	in   *bufio.Reader
	line int
	all  hash.Hash
	// coll and id are the last document read, done the collections before.
	coll, id string
	done     map[string]bool
	trailer  *dumpTrailer
	read     *dumpRead
}

// badDump refuses a dump, naming the line where there is one.
func badDump(line int, vi, en string, args ...any) error {
	vi, en = fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...)
	if line == 0 {
		return thads.Errorf(thads.CodeInvalid, "", "Bản sao lưu không dùng được: %[1]s", "The dump cannot be used: %[2]s", vi, en)
	}
	return thads.Errorf(thads.CodeInvalid, "", "Bản sao lưu hỏng ở dòng %[1]d: %[2]s", "The dump is damaged in line %[1]d: %[3]s", line, vi, en)
}

// begin unpacks the dump where it is packed and reads its header.
func (r *dumpReader) begin(in io.Reader) error {
	r.in = bufio.NewReaderSize(in, 1<<20)
	if magic, err := r.in.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(r.in)
		if err != nil {
			return badDump(0, "không giải nén được", "it cannot be unpacked")
		}
		r.in = bufio.NewReaderSize(z, 1<<20)
	}
	raw, err := r.next()
	if err != nil {
		return err
	}
	var line dumpLine
	var header dumpHeader
	if raw == nil || json.Unmarshal(raw, &line) != nil || line.Dump == nil || json.Unmarshal(line.Dump, &header) != nil {
		return badDump(0, "tệp không phải bản sao lưu của thads", "the file is no dump of thads")
	}
	// Before the checksum: a newer form may have another.
	if header.Format > dumpFormat {
		return badDump(0, "do phiên bản thads mới hơn ghi (dạng %[1]d, chương trình này đọc đến dạng %[2]d)", "it was written by a newer thads (form %[1]d, this program reads up to %[2]d)", header.Format, dumpFormat)
	}
	if line.Sum != lineSum(line.Dump) || header.Format < 1 {
		return badDump(r.line, "sai mã kiểm tra", "the checksum is wrong")
	}
	return nil
}

// next returns the next line with its end; nil at the end of the dump. It is
// valid until the one after.
func (r *dumpReader) next() ([]byte, error) {
	var long []byte
	for {
		part, err := r.in.ReadSlice('\n')
		r.read.Bytes += int64(len(part))
		switch {
		case err == nil && long == nil:
			r.line++
			return part, nil
		case err == nil:
			r.line++
			return append(long, part...), nil
		case errors.Is(err, bufio.ErrBufferFull):
			if long = append(long, part...); len(long) > maxDumpLine {
				return nil, badDump(r.line+1, "dòng dài quá %d MB", "the line exceeds %d MB", maxDumpLine>>20)
			}
		case errors.Is(err, io.EOF):
			if len(part) > 0 || len(long) > 0 {
				return nil, badDump(r.line+1, "dòng bị cắt cụt", "the line is cut off")
			}
			return nil, nil
		case isPacking(err):
			return nil, badDump(r.line+1, "không giải nén được", "it cannot be unpacked")
		default:
			return nil, fmt.Errorf("load: %w", err)
		}
	}
}

// isPacking tells whether an error is about the packed form and not the disk.
func isPacking(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt)
}

// batch reads some documents and makes them ready on all processors; none at the
// trailer.
func (r *dumpReader) batch(ctx context.Context) ([]loaded, error) {
	var lines [][]byte
	size := 0
	first := r.line + 1
	for r.trailer == nil && len(lines) < loadLines && size < loadBytes {
		raw, err := r.next()
		if err != nil {
			return nil, err
		}
		if raw == nil {
			return nil, badDump(0, "thiếu dòng kết thúc; bản sao lưu chưa ghi xong", "it has no trailer; it was cut off")
		}
		if end, err := r.isTrailer(raw); err != nil {
			return nil, err
		} else if end {
			break
		}
		r.all.Write(raw)
		lines = append(lines, bytes.Clone(raw))
		size += len(raw)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	batch, errs := make([]loaded, len(lines)), make([]error, len(lines))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(lines))
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(lines); i += workers {
				batch[i], errs[i] = prepareLine(lines[i], first+i)
			}
		})
	}
	wg.Wait()
	for i := range batch {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if err := r.follow(&batch[i]); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

// isTrailer reads the trailer.
func (r *dumpReader) isTrailer(raw []byte) (bool, error) {
	// A document begins the same way for as many bytes as its checksum has.
	const at = len(`{"sum":"0123456789abcdef",`)
	if len(raw) < at || !bytes.HasPrefix(raw[at:], []byte(`"end":`)) {
		return false, nil
	}
	var line dumpLine
	if json.Unmarshal(raw, &line) != nil || line.Sum != lineSum(line.End) {
		return false, badDump(r.line, "sai mã kiểm tra", "the checksum is wrong")
	}
	r.trailer = new(dumpTrailer)
	if err := json.Unmarshal(line.End, r.trailer); err != nil {
		return false, badDump(r.line, "không đọc được dòng kết thúc", "the trailer is not readable")
	}
	return true, nil
}

// prepareLine checks the line of a document and makes the document anew.
func prepareLine(raw []byte, number int) (loaded, error) {
	var line dumpLine
	if json.Unmarshal(raw, &line) != nil || line.Doc == nil || line.Sum != lineSum(line.Doc) {
		return loaded{}, badDump(number, "sai mã kiểm tra", "the checksum is wrong")
	}
	var d dumpDocument
	if err := json.Unmarshal(line.Doc, &d); err != nil {
		return loaded{}, badDump(number, "không đọc được", "it is not readable")
	}
	doc, claims, err := restored(&d)
	if err != nil {
		return loaded{}, badDump(number, "bản ghi %[1]s không dựng lại được: %[2]s", "the record %[1]s cannot be made anew: %[2]s", d.ID, err)
	}
	return loaded{line: number, coll: collectionNamed(d.Collection), doc: doc, claims: claims}, nil
}

// follow checks that a document stands where it belongs: each collection once,
// its documents in the order of their ids.
func (r *dumpReader) follow(d *loaded) error {
	name := d.coll.Name
	switch {
	case name == r.coll && d.doc.ID <= r.id:
		return badDump(d.line, "bản ghi lặp lại hoặc sai thứ tự", "the record is repeated or out of order")
	case name != r.coll && r.done[name]:
		return badDump(d.line, "loại bản ghi lặp lại", "the kind of records is repeated")
	case name != r.coll:
		if r.done == nil {
			r.done = map[string]bool{}
		}
		r.done[r.coll] = true
	}
	r.coll, r.id = name, d.doc.ID
	r.read.Documents++
	r.read.Counts[name]++
	return nil
}

// end compares what was read with the trailer.
func (r *dumpReader) end() error {
	if raw, err := r.next(); err != nil || raw != nil {
		return errors.Join(err, badDump(r.line, "có dữ liệu sau dòng kết thúc", "there is more behind the trailer"))
	}
	r.read.sum = hex.EncodeToString(r.all.Sum(nil))
	if r.trailer.Sum != r.read.sum || r.trailer.Documents != r.read.Documents || !maps.Equal(r.trailer.Counts, r.read.Counts) {
		return badDump(0, "thiếu dòng hoặc sai mã kiểm tra toàn tệp", "lines are missing, or the checksum over all is wrong")
	}
	return nil
}

// A loader stores what is read.
type loader struct {
	app     *App
	notices []thads.Text
}

// store stores a batch: the documents, then the claims of their numbers. What is
// there already was stored by the same load before a crash.
func (l *loader) store(ctx context.Context, batch []loaded) error {
	for len(batch) > 0 {
		n := 1
		for n < len(batch) && batch[n].coll == batch[0].coll {
			n++
		}
		docs := make([]*store.Document, n)
		for i := range docs {
			docs[i] = batch[i].doc
		}
		if _, err := l.app.store.BulkInsert(ctx, batch[0].coll, docs); err != nil {
			return unavailable(err)
		}
		if err := l.claim(ctx, batch[:n]); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

// claim takes the numbers of stored documents.
func (l *loader) claim(ctx context.Context, batch []loaded) error {
	var docs []*store.Document
	var owner []*loaded
	for i := range batch {
		for _, number := range batch[i].claims {
			d, err := claimDocument(batch[i].coll, batch[i].doc.ID, number, batch[i].doc.UpdatedAt)
			if err != nil {
				return err
			}
			docs, owner = append(docs, d), append(owner, &batch[i])
		}
	}
	taken, err := l.app.store.BulkInsert(ctx, claimCollection, docs)
	if err != nil {
		return unavailable(err)
	}
	for _, i := range taken {
		if err := l.contest(ctx, docs[i], owner[i]); err != nil {
			return err
		}
	}
	return nil
}

// contest decides whose a number is that two records have, because it changed
// hands while the dump was taken: it belongs to the one that was written last.
func (l *loader) contest(ctx context.Context, claim *store.Document, d *loaded) error {
	old, version, err := l.app.readClaim(ctx, claim.ID)
	if err != nil {
		return err
	}
	if old.Owner == d.doc.ID {
		return nil // by this load, before a crash
	}
	l.notices = append(l.notices, thads.Text{
		VI: fmt.Sprintf("Số %q có ở hai hồ sơ (%s và %s), vì được đổi trong khi sao lưu; hồ sơ ghi sau giữ số này, hãy kiểm tra hồ sơ kia", claim.ID, old.Owner, d.doc.ID),
		EN: fmt.Sprintf("Two records (%s and %s) have the number %q, which changed hands during the dump; the later one keeps it, look at the other", old.Owner, d.doc.ID, claim.ID),
	})
	heads, err := l.app.store.Heads(ctx, d.coll, thads.Everything(), old.Owner)
	if err != nil {
		return unavailable(err)
	}
	if len(heads) == 1 && !heads[0].UpdatedAt.Before(d.doc.UpdatedAt) {
		return nil
	}
	claim.Version = version + 1
	return unavailable(l.app.store.Replace(ctx, claimCollection, claim))
}
