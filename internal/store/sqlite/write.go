package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
)

const (
	// groupJobs bounds the writes that share one commit.
	groupJobs = 64
	// beginSlice is how long one attempt at the write lock waits, before the
	// loop looks whether anybody still wants the write.
	beginSlice = 250 * time.Millisecond
)

// statements are the texts a collection's writes and reads use over and over.
type statements struct {
	insert, replace, delete, find        string
	bodyInsert, bodySet, bodyDel         string
	setInsert, setDelete, documentSelect string
	tombstone                            string
}

func (k *collection) statements() statements {
	cols := []string{"id", "version", "pos", "derived_version", "postings_version", "updated_at", "present", "sets", "head", "postings"}
	for _, f := range k.single {
		cols = append(cols, column(f.Name))
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(cols)), ", ")
	assign := strings.Join(cols[1:], " = ?, ") + " = ?"
	return statements{
		documentSelect: "SELECT " + k.documentColumns(store.ScanOptions{}),
		insert:         "INSERT INTO " + k.main + " (" + strings.Join(cols, ", ") + ") VALUES (" + marks + ") ON CONFLICT (id) DO NOTHING",
		find:           "SELECT rid, version, sets FROM " + k.main + " WHERE id = ?",
		replace:        "UPDATE " + k.main + " SET " + assign + " WHERE rid = ?",
		delete:         "DELETE FROM " + k.main + " WHERE rid = ?",
		bodyInsert:     "INSERT INTO " + k.body + " (rid, body) VALUES (?, ?)",
		bodySet:        "UPDATE " + k.body + " SET body = ? WHERE rid = ?",
		bodyDel:        "DELETE FROM " + k.body + " WHERE rid = ?",
		setInsert:      "INSERT INTO " + k.set + " (field, term, rid) VALUES (?, ?, ?)",
		setDelete:      "DELETE FROM " + k.set + " WHERE field = ? AND term = ? AND rid = ?",
		tombstone: "INSERT INTO thads_tombstone VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET" +
			" version = excluded.version, position = excluded.position, deleted_at = excluded.deleted_at",
	}
}

// A job is one write on its way through writeLoop.
type job struct {
	ctx   context.Context //nolint:containedctx // of the call that waits for it
	since time.Time
	// run makes the changes. It returns a sentinel of the contract without
	// having changed anything, or an error of the engine.
	run  func(*writeTx) error
	err  error
	done chan struct{}
}

// A writeTx is the transaction that a job runs in.
type writeTx struct {
	*zs.Conn
	s        *Store
	position int64 // the last one given
}

// next gives the write its position.
func (t *writeTx) next() int64 {
	t.position++
	return t.position
}

// exec runs a statement of a write and returns the number of rows it changed.
func (t *writeTx) exec(sql string, args ...any) (int, error) {
	st, err := t.Prepare(sql)
	if err != nil {
		return 0, err
	}
	bind(st, args)
	if _, err = st.Step(); err != nil {
		_ = resetStatement(st) // says the same
		return 0, err
	}
	return t.Changes(), resetStatement(st)
}

// write hands a job to the writer and waits for its commit. When ctx ends
// before the job was begun it is given up; after that its outcome is awaited,
// which store.WriteDeadline bounds.
func (s *Store) write(ctx context.Context, fn func(*writeTx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	j := &job{ctx: ctx, since: time.Now(), run: fn, done: make(chan struct{})}
	select {
	case <-s.closing:
		return store.ErrClosed
	default:
	}
	timer := time.NewTimer(store.WriteDeadline)
	defer timer.Stop()
	select {
	case s.jobs <- j:
	case <-ctx.Done():
		return fmt.Errorf("sqlite: %w", ctx.Err())
	case <-timer.C:
		return fmt.Errorf("%w: too many writes are waiting", store.ErrUnavailable)
	case <-s.closing:
		return store.ErrClosed
	}
	<-j.done
	return j.err
}

// writeLoop runs the jobs one after another. Jobs that wait while a
// transaction is open join it, so that they share the fsync of its commit.
func (s *Store) writeLoop() {
	defer close(s.written)
	for {
		select {
		case j := <-s.jobs:
			s.group(j)
		case <-s.closing:
			return
		}
	}
}

// group runs first, and what waits behind it, in one transaction.
func (s *Store) group(first *job) {
	jobs := []*job{first}
	err := s.lock(first)
	if err == nil {
		tx := &writeTx{Conn: s.writer, s: s}
		err = s.runJobs(tx, &jobs)
		if err == nil {
			err = s.commit(tx)
		}
		if err != nil && !s.writer.AutocommitEnabled() {
			if e := run(s.writer, "ROLLBACK"); e != nil {
				err = errors.Join(err, e)
			}
		}
	}
	if err == nil {
		s.announce()
	}
	for _, j := range jobs {
		// A refusal of the contract changed nothing and stands whatever became
		// of the others; success is success only if the commit was.
		if j.err == nil && err != nil {
			j.err = wrap(j.ctx, err)
		}
		close(j.done)
	}
}

// lock begins a transaction, which takes the write lock. Another process may
// hold it for a while.
func (s *Store) lock(j *job) error {
	s.writer.SetBusyTimeout(beginSlice)
	for {
		err := run(s.writer, "BEGIN IMMEDIATE")
		if zs.ErrCode(err).ToPrimary() != zs.ResultBusy {
			return err
		}
		if j.ctx.Err() != nil {
			return fmt.Errorf("sqlite: %w", j.ctx.Err())
		}
		if time.Since(j.since) > s.begin {
			return fmt.Errorf("%w: another process holds the write lock: %w", store.ErrUnavailable, err)
		}
	}
}

// runJobs runs the first job and those that wait. It returns the error that
// makes the transaction void.
func (s *Store) runJobs(tx *writeTx, jobs *[]*job) error {
	err := rows(tx.Conn, "SELECT position FROM thads_meta", nil, func(st *zs.Stmt) error {
		tx.position = st.ColumnInt64(0)
		return nil
	})
	if err != nil {
		return err
	}
	for {
		j := (*jobs)[len(*jobs)-1]
		if j.err = j.run(tx); j.err != nil && !refusal(j.err) {
			err := j.err
			j.err = nil // group wraps it for all
			return err
		}
		if len(*jobs) == groupJobs {
			return nil
		}
		select {
		case next := <-s.jobs:
			*jobs = append(*jobs, next)
		default:
			return nil
		}
	}
}

// refusal tells whether an error is an answer to this write alone, that left
// nothing changed.
func refusal(err error) bool {
	return errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict)
}

// commit stores the last position given and commits.
func (s *Store) commit(tx *writeTx) error {
	if _, err := tx.exec("UPDATE thads_meta SET position = ?", tx.position); err != nil {
		return err
	}
	if now := time.Now(); now.Sub(s.pruned) > time.Hour {
		if err := forget(tx.Conn, now.Add(-s.keep)); err != nil {
			return err
		}
		s.pruned = now
	}
	_, err := tx.exec("COMMIT")
	return err
}

// announce wakes the watchers of this process.
func (s *Store) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Insert stores a new document.
func (s *Store) Insert(ctx context.Context, c *store.Collection, d *store.Document) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	if err := checkNew(k, d); err != nil {
		return err
	}
	rows := k.layOut([]*store.Document{d})
	return s.write(ctx, func(tx *writeTx) error {
		rid, err := tx.insertRow(k, &rows[0])
		if err != nil {
			return err
		}
		if rid == 0 {
			return fmt.Errorf("%w: %s %s", store.ErrExists, c.Name, d.ID)
		}
		return tx.insertTerms(k, terms(nil, k, rid, rows[0].sets))
	})
}

func checkNew(k *collection, d *store.Document) error {
	if err := d.Check(k.decl); err != nil {
		return err
	}
	if d.Version != 1 {
		return fmt.Errorf("%w: a new document has version 1, not %d", store.ErrBadDocument, d.Version)
	}
	return nil
}

// bulkDocuments and bulkBytes bound what one transaction of a bulk write
// carries, so that other writes never wait long and the log stays small.
const (
	bulkDocuments = 4000
	bulkBytes     = 64 << 20
)

// bulk cuts documents into the parts of its transactions and runs fn for each;
// at is the place of the part's first document. The context is looked at
// between two parts: a transaction that began is carried out.
func bulk(docs []*store.Document, fn func(at int, part []*store.Document) error) error {
	for from := 0; from < len(docs); {
		to, size := from, 0
		for to < len(docs) && to-from < bulkDocuments && size < bulkBytes {
			size += len(docs[to].Head) + len(docs[to].Body) + len(docs[to].Postings)
			to++
		}
		if err := fn(from, docs[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// A laidOut is a document as rows. It is made outside the writer, which is the
// one thing that bulk writes wait for.
type laidOut struct {
	row  []any // of the main table; the position is not known yet
	sets map[int][]string
	body []byte
}

// columnPosition is the place of the position in a row of the main table.
const columnPosition = 2

func (k *collection) layOut(docs []*store.Document) []laidOut {
	out := make([]laidOut, len(docs))
	for i, d := range docs {
		out[i].row, out[i].sets = k.row(d, 0)
		out[i].body = d.Body
	}
	return out
}

// BulkInsert stores new documents, some thousands in a transaction.
func (s *Store) BulkInsert(ctx context.Context, c *store.Collection, docs []*store.Document) (taken []int, err error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if err := d.Check(k.decl); err != nil {
			return nil, err
		}
	}
	err = bulk(docs, func(at int, part []*store.Document) error {
		rows := k.layOut(part)
		return s.write(ctx, func(tx *writeTx) error {
			all := make([]term, 0, 8*len(rows))
			for i := range rows {
				rid, err := tx.insertRow(k, &rows[i])
				if err != nil {
					return err
				}
				if rid == 0 {
					taken = append(taken, at+i)
					continue
				}
				all = terms(all, k, rid, rows[i].sets)
			}
			// In the order of the table, so that each of its pages is met once.
			slices.SortFunc(all, compareTerms)
			return tx.insertTerms(k, all)
		})
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

// BulkReplace stores documents over the versions before them, some thousands in
// a transaction.
func (s *Store) BulkReplace(ctx context.Context, c *store.Collection, docs []*store.Document) (lost []int, err error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	if err := store.CheckBulk(k.decl, docs); err != nil {
		return nil, err
	}
	err = bulk(docs, func(at int, part []*store.Document) error {
		rows := k.layOut(part)
		return s.write(ctx, func(tx *writeTx) error {
			var gone, added []term
			for i, d := range part {
				rid, old, err := tx.at(k, d.ID, d.Version-1)
				if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
					lost = append(lost, at+i)
					continue
				}
				if err != nil {
					return err
				}
				g, a, err := tx.replaceRow(k, rid, old, &rows[i])
				if err != nil {
					return err
				}
				gone, added = append(gone, g...), append(added, a...)
			}
			slices.SortFunc(gone, compareTerms)
			slices.SortFunc(added, compareTerms)
			if err := tx.deleteTerms(k, gone); err != nil {
				return err
			}
			return tx.insertTerms(k, added)
		})
	})
	if err != nil {
		return nil, err
	}
	return lost, nil
}

// BulkDelete removes documents at these versions, some thousands in a
// transaction.
func (s *Store) BulkDelete(ctx context.Context, c *store.Collection, docs []store.VersionOf) (lost []int, err error) {
	k, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	for at := 0; at < len(docs); at += bulkDocuments {
		part := docs[at:min(at+bulkDocuments, len(docs))]
		err := s.write(ctx, func(tx *writeTx) error {
			for i, d := range part {
				err := tx.remove(k, d.ID, d.Version)
				switch {
				case errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound):
					lost = append(lost, at+i)
				case err != nil:
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return lost, nil
}

// Replace stores d over the version before it.
func (s *Store) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	if err := d.Check(k.decl); err != nil {
		return err
	}
	rows := k.layOut([]*store.Document{d})
	return s.write(ctx, func(tx *writeTx) error {
		rid, old, err := tx.at(k, d.ID, d.Version-1)
		if err != nil {
			return err
		}
		gone, added, err := tx.replaceRow(k, rid, old, &rows[0])
		if err != nil {
			return err
		}
		if err := tx.deleteTerms(k, gone); err != nil {
			return err
		}
		return tx.insertTerms(k, added)
	})
}

// replaceRow stores the rows of a document over those of its row, whose sets
// are given as stored, and returns the terms that go and come with it.
func (t *writeTx) replaceRow(k *collection, rid int64, old []byte, r *laidOut) (gone, added []term, err error) {
	was, err := decodeSets(old)
	if err != nil {
		return nil, nil, err
	}
	k.known.written.Add(1)
	r.row[columnPosition] = t.next()
	if _, err := t.exec(k.sql.replace, append(r.row[1:], rid)...); err != nil {
		return nil, nil, err
	}
	if _, err := t.exec(k.sql.bodySet, r.body, rid); err != nil {
		return nil, nil, err
	}
	gone, added = difference(terms(nil, k, rid, was), terms(nil, k, rid, r.sets))
	return gone, added, nil
}

// Delete removes the document at this version.
func (s *Store) Delete(ctx context.Context, c *store.Collection, id string, version int64) error {
	k, err := s.collection(c)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *writeTx) error { return tx.remove(k, id, version) })
}

// remove deletes the rows of a document that must be at this version.
func (t *writeTx) remove(k *collection, id string, version int64) error {
	rid, old, err := t.at(k, id, version)
	if err != nil {
		return err
	}
	was, err := decodeSets(old)
	if err != nil {
		return err
	}
	if err := t.deleteTerms(k, terms(nil, k, rid, was)); err != nil {
		return err
	}
	for _, sql := range []string{k.sql.bodyDel, k.sql.delete} {
		if _, err := t.exec(sql, rid); err != nil {
			return err
		}
	}
	_, err = t.exec(k.sql.tombstone, k.decl.Name, id, version, t.next(), time.Now())
	return err
}

// at finds the row of a document that must be at this version.
func (t *writeTx) at(k *collection, id string, version int64) (rid int64, sets []byte, err error) {
	st, err := t.Prepare(k.sql.find)
	if err != nil {
		return 0, nil, err
	}
	defer func() {
		if e := resetStatement(st); err == nil {
			err = e
		}
	}()
	st.BindText(1, id)
	found, err := st.Step()
	switch {
	case err != nil:
		return 0, nil, err
	case !found:
		return 0, nil, fmt.Errorf("%w: %s %s", store.ErrNotFound, k.decl.Name, id)
	case st.ColumnInt64(1) != version:
		return 0, nil, fmt.Errorf("%w: %s %s is at version %d, not %d", store.ErrConflict, k.decl.Name, id, st.ColumnInt64(1), version)
	}
	return st.ColumnInt64(0), blob(st, 2), nil
}

// insertRow stores the rows of a document but its terms. The row is 0 if the id
// is taken.
func (t *writeTx) insertRow(k *collection, r *laidOut) (rid int64, err error) {
	r.row[columnPosition] = t.position + 1
	n, err := t.exec(k.sql.insert, r.row...)
	if err != nil || n == 0 {
		return 0, err
	}
	t.position++
	k.known.written.Add(1)
	rid = t.LastInsertRowID()
	_, err = t.exec(k.sql.bodyInsert, rid, r.body)
	return rid, err
}

// row returns the values of the columns of the main table, the id first.
func (k *collection) row(d *store.Document, position int64) ([]any, map[int][]string) {
	fields := k.decl.Normalize(d.Fields)
	var present int64
	sets := make(map[int][]string, len(k.sets))
	var enc []byte
	for _, f := range k.sets {
		members, ok := fields[f.Name].([]string)
		if !ok {
			continue
		}
		n := k.number[f.Name]
		present |= 1 << n
		sets[n] = members
		enc = binary.AppendUvarint(enc, uint64(n))
		enc = binary.AppendUvarint(enc, uint64(len(members)))
		for _, m := range members {
			enc = binary.AppendUvarint(enc, uint64(len(m)))
			enc = append(enc, m...)
		}
	}
	row := make([]any, 0, 10+len(k.single)+1)
	row = append(row, d.ID, d.Version, position, d.DerivedVersion, d.PostingsVersion, d.UpdatedAt,
		present, orNull(enc), orNull(d.Head), orNull(d.Postings))
	for _, f := range k.single {
		row = append(row, fields[f.Name])
	}
	return row, sets
}

func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

var errSets = errors.New("sqlite: the stored sets of a document are not readable")

// decodeSets reads the members by the number of their field.
func decodeSets(b []byte) (map[int][]string, error) {
	if len(b) == 0 {
		return nil, nil
	}
	whole := string(b) // one copy that all members share
	at := 0
	number := func() int {
		v, n := binary.Uvarint(b[at:])
		if n <= 0 || v > store.MaxDocumentBytes {
			return -1
		}
		at += n
		return int(v)
	}
	sets := map[int][]string{}
	for at < len(b) {
		field, count := number(), number()
		if field < 0 || count < 0 || count > len(b) {
			return nil, errSets
		}
		members := make([]string, 0, count)
		for range count {
			n := number()
			if n < 0 || at+n > len(b) {
				return nil, errSets
			}
			members = append(members, whole[at:at+n])
			at += n
		}
		sets[field] = members
	}
	return sets, nil
}

// A term is a row of a set table.
type term struct {
	field int
	text  string
	rid   int64
}

func compareTerms(a, b term) int {
	if a.field != b.field {
		return a.field - b.field
	}
	if c := strings.Compare(a.text, b.text); c != 0 {
		return c
	}
	switch {
	case a.rid < b.rid:
		return -1
	case a.rid > b.rid:
		return 1
	}
	return 0
}

// terms appends the rows of a document's sets in the order of the table.
func terms(to []term, k *collection, rid int64, sets map[int][]string) []term {
	for _, f := range k.sets {
		n := k.number[f.Name]
		for _, m := range sets[n] {
			to = append(to, term{n, m, rid})
		}
	}
	return to
}

// difference returns what only a and what only b has.
func difference(a, b []term) (onlyA, onlyB []term) {
	in := make(map[term]bool, len(a))
	for _, t := range a {
		in[t] = true
	}
	for _, t := range b {
		if in[t] {
			delete(in, t)
		} else {
			onlyB = append(onlyB, t)
		}
	}
	for _, t := range a {
		if in[t] {
			onlyA = append(onlyA, t)
		}
	}
	return onlyA, onlyB
}

func (t *writeTx) insertTerms(k *collection, all []term) error {
	return t.eachTerm(k.sql.setInsert, all)
}

func (t *writeTx) deleteTerms(k *collection, all []term) error {
	return t.eachTerm(k.sql.setDelete, all)
}

func (t *writeTx) eachTerm(sql string, all []term) error {
	if len(all) == 0 {
		return nil
	}
	st, err := t.Prepare(sql)
	if err != nil {
		return err
	}
	for _, r := range all {
		st.BindInt64(1, int64(r.field))
		st.BindText(2, r.text)
		st.BindInt64(3, r.rid)
		if _, err := st.Step(); err != nil {
			_ = resetStatement(st) // says the same
			return err
		}
		if err := st.Reset(); err != nil {
			return err
		}
	}
	return st.ClearBindings()
}
