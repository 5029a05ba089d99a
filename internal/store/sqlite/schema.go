package sqlite

import (
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/store"
)

// applicationID marks the file as one of thads ("THAD").
const applicationID = 0x54484144

// schemaVersion is the layout this program writes: the highest migration.
const schemaVersion = 1

//go:embed migrations/*.sql
var migrations embed.FS

// identify refuses a file that is not this program's to write. A new, empty
// file passes.
func identify(c *zs.Conn) error {
	var app, version, tables int64
	for sql, to := range map[string]*int64{
		"PRAGMA application_id":              &app,
		"PRAGMA user_version":                &version,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		err := rows(c, sql, nil, func(st *zs.Stmt) error {
			*to = st.ColumnInt64(0)
			return nil
		})
		if err != nil {
			return err
		}
	}
	switch {
	case app == 0 && version == 0 && tables == 0:
		return nil
	case app != applicationID:
		return fmt.Errorf("%w: %s was not written by thads; choose another directory", store.ErrForeign, FileName)
	case version > schemaVersion:
		return fmt.Errorf("%w: %s has layout %d and this program writes up to %d; use the newer thads", store.ErrNewer, FileName, version, schemaVersion)
	}
	return nil
}

// migrate applies the numbered files that the database has not seen, each in
// one transaction with its own record, so that a crash leaves a whole number
// of them behind.
func (s *Store) migrate(c *zs.Conn) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		base := path.Base(name)
		number, _, _ := strings.Cut(base, "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("sqlite: migration %s has no number: %w", base, err)
		}
		sql, err := migrations.ReadFile(name)
		if err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		err = immediate(c, func() error {
			// Asked inside the transaction: another process may have been first.
			var at int64
			err := rows(c, "PRAGMA user_version", nil, func(st *zs.Stmt) error {
				at = st.ColumnInt64(0)
				return nil
			})
			if err != nil || at >= int64(version) {
				return err
			}
			if err := script(c, string(sql)); err != nil {
				return err
			}
			if version == 1 {
				if err := run(c, "INSERT INTO thads_meta VALUES (1, ?, 0, 0)", rand.Text()); err != nil {
					return err
				}
				if err := run(c, fmt.Sprintf("PRAGMA application_id=%d", applicationID)); err != nil {
					return err
				}
			}
			if err := run(c, "INSERT INTO thads_migration VALUES (?, ?, ?)", version, base, time.Now()); err != nil {
				return err
			}
			s.log.Info("sqlite: layout updated", "migration", base)
			return run(c, fmt.Sprintf("PRAGMA user_version=%d", version))
		})
		if err != nil {
			return fmt.Errorf("sqlite: migration %s: %w", base, err)
		}
	}
	return nil
}

// script executes the statements of a file.
func script(c *zs.Conn, sql string) error {
	for {
		sql = strings.TrimSpace(sql)
		if sql == "" {
			return nil
		}
		st, trailing, err := c.PrepareTransient(sql)
		if err != nil {
			return err
		}
		_, err = st.Step()
		if e := st.Finalize(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
		sql = sql[len(sql)-trailing:]
	}
}

// immediate runs fn in a transaction that holds the write lock.
func immediate(c *zs.Conn, fn func() error) error {
	if err := run(c, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := fn()
	if err == nil {
		if err = run(c, "COMMIT"); err == nil {
			return nil
		}
	}
	// Several errors end the transaction by themselves.
	if !c.AutocommitEnabled() {
		c.SetInterrupt(nil)
		if e := run(c, "ROLLBACK"); e != nil {
			return fmt.Errorf("%w (and %w)", err, e)
		}
	}
	return err
}

// A collection is a declared collection and how it is kept.
type collection struct {
	decl *store.Collection
	// The tables, quoted: heads and postings, bodies, members of sets.
	main, body, set string
	// number of each declared field, stable across declarations.
	number map[string]int
	// single holds the single-valued fields in the order of their columns,
	// sets the set fields.
	single, sets []store.Field
	byNumber     map[int]store.Field

	sql   statements
	known known
}

// column returns the quoted column of a single-valued field.
func column(field string) string { return `"f_` + field + `"` }

func columnType(t store.FieldType) string {
	if t == store.String {
		return "TEXT"
	}
	return "INTEGER"
}

// newCollection lays out a declaration whose fields have these numbers.
func newCollection(decl *store.Collection, number map[string]int) *collection {
	k := &collection{
		decl:     decl,
		main:     `"` + decl.Name + `"`,
		body:     `"` + decl.Name + `_body"`,
		set:      `"` + decl.Name + `_set"`,
		number:   number,
		byNumber: map[int]store.Field{},
	}
	for _, f := range decl.Fields {
		k.byNumber[number[f.Name]] = f
		if f.Type == store.Strings {
			k.sets = append(k.sets, f)
		} else {
			k.single = append(k.single, f)
		}
	}
	k.sql = k.statements()
	return k
}

// reconcile makes the tables, columns and indexes that the declarations ask
// for and the database lacks. Nothing is dropped: what is no longer declared
// stays and is told in Info.
func (s *Store) reconcile(c *zs.Conn, colls []*store.Collection) error {
	return immediate(c, func() error {
		for _, decl := range colls {
			if err := s.reconcileOne(c, decl); err != nil {
				return fmt.Errorf("sqlite: collection %s: %w", decl.Name, err)
			}
		}
		return s.noteUndeclared(c)
	})
}

func (s *Store) reconcileOne(c *zs.Conn, decl *store.Collection) error {
	type stored struct {
		number   int
		typ      store.FieldType
		sortable bool
	}
	known, next := map[string]stored{}, 1
	err := rows(c, "SELECT field, number, type, sortable FROM thads_field WHERE collection = ?", []any{decl.Name}, func(st *zs.Stmt) error {
		f := stored{number: st.ColumnInt(1), typ: store.FieldType(st.ColumnInt(2)), sortable: st.ColumnBool(3)}
		known[st.ColumnText(0)] = f
		next = max(next, f.number+1)
		return nil
	})
	if err != nil {
		return err
	}
	number := map[string]int{}
	for _, f := range decl.Fields {
		number[f.Name] = next
		if k, ok := known[f.Name]; ok {
			number[f.Name] = k.number
			if k.typ != f.Type {
				return fmt.Errorf("%w: field %q is kept with another type; a field of a new type needs a new name", store.ErrBadDeclaration, f.Name)
			}
			continue
		}
		if next++; next > 63 {
			return fmt.Errorf("%w: more than 62 fields were declared over time", store.ErrBadDeclaration)
		}
	}
	k := newCollection(decl, number)
	s.colls[decl.Name] = k

	for _, ddl := range []string{
		`CREATE TABLE IF NOT EXISTS ` + k.main + ` (
  rid              INTEGER PRIMARY KEY,
  id               TEXT    NOT NULL UNIQUE,
  version          INTEGER NOT NULL,
  pos              INTEGER NOT NULL,
  derived_version  INTEGER NOT NULL,
  postings_version INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  present          INTEGER NOT NULL,
  sets             BLOB,
  head             BLOB,
  postings         BLOB
) STRICT`,
		`CREATE UNIQUE INDEX IF NOT EXISTS "` + decl.Name + `_pos" ON ` + k.main + ` (pos)`,
		`CREATE TABLE IF NOT EXISTS ` + k.body + ` (rid INTEGER PRIMARY KEY, body BLOB) STRICT`,
		`CREATE TABLE IF NOT EXISTS ` + k.set + ` (
  field INTEGER NOT NULL,
  term  TEXT    NOT NULL,
  rid   INTEGER NOT NULL,
  PRIMARY KEY (field, term, rid)
) STRICT, WITHOUT ROWID`,
	} {
		if err := run(c, ddl); err != nil {
			return err
		}
	}
	for _, f := range decl.Fields {
		was, ok := known[f.Name]
		if !ok {
			if f.Type != store.Strings {
				err := run(c, `ALTER TABLE `+k.main+` ADD COLUMN `+column(f.Name)+` `+columnType(f.Type))
				if err != nil {
					return err
				}
			}
			s.log.Debug("sqlite: field added", "collection", decl.Name, "field", f.Name)
		}
		if f.Sortable && !was.sortable {
			// Sortable fields are never null, also where they became so later.
			err := run(c, `UPDATE `+k.main+` SET `+column(f.Name)+` = ? WHERE `+column(f.Name)+` IS NULL`, f.Type.Zero())
			if err != nil {
				return err
			}
		}
		err := run(c, `INSERT INTO thads_field VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET sortable = excluded.sortable`,
			decl.Name, f.Name, number[f.Name], int(f.Type), f.Sortable)
		if err != nil {
			return err
		}
	}
	for name, cols := range k.indexes() {
		if err := run(c, `CREATE INDEX IF NOT EXISTS "`+name+`" ON `+k.main+` (`+strings.Join(cols, ", ")+`)`); err != nil {
			return err
		}
	}
	return nil
}

// indexes returns the columns of the declared indexes by the name of the index.
func (k *collection) indexes() map[string][]string {
	out := map[string][]string{}
	for _, ix := range k.decl.Indexes {
		name := k.decl.Name + "_by"
		var cols []string
		for _, fn := range ix {
			if f, _ := k.decl.Field(fn); f.Type != store.Strings {
				name += "_" + fn
				cols = append(cols, column(fn))
			}
		}
		if len(cols) > 0 {
			out[name] = append(cols, "id")
		}
	}
	return out
}

// noteUndeclared keeps in s.notes which indexes and columns nobody declares
// any more.
func (s *Store) noteUndeclared(c *zs.Conn) error {
	s.notes = nil
	for _, k := range s.colls {
		declared := k.indexes()
		err := rows(c, `SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND name LIKE ? ESCAPE '\' ORDER BY name`,
			[]any{k.decl.Name, k.decl.Name + `\_by\_%`}, func(st *zs.Stmt) error {
				if name := st.ColumnText(0); declared[name] == nil {
					s.notes = append(s.notes, fmt.Sprintf("The index %s is no longer declared; it was kept and may be dropped by hand.", name))
				}
				return nil
			})
		if err != nil {
			return err
		}
	}
	slices.Sort(s.notes)
	return nil
}

// readIdentity keeps who the database is.
func (s *Store) readIdentity(c *zs.Conn) error {
	return rows(c, "SELECT database_id FROM thads_meta", nil, func(st *zs.Stmt) error {
		s.dbID = st.ColumnText(0)
		return nil
	})
}

// forget drops the tombstones that watchers had time enough to see.
func forget(c *zs.Conn, before time.Time) error {
	err := run(c, `UPDATE thads_meta SET forgotten = max(forgotten,
  coalesce((SELECT max(position) FROM thads_tombstone WHERE deleted_at < ?), 0))`, before)
	if err != nil {
		return err
	}
	return run(c, "DELETE FROM thads_tombstone WHERE deleted_at < ?", before)
}
