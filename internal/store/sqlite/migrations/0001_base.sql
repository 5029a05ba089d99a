-- The base layout. The tables of the collections are made and extended from
-- their declarations when the store opens; see schema.go.

-- One row: who this database is, and the last position given to a write.
CREATE TABLE thads_meta (
  one             INTEGER PRIMARY KEY CHECK (one = 1),
  database_id     TEXT    NOT NULL,
  position        INTEGER NOT NULL,
  -- Deletions at or before this position are no longer remembered.
  forgotten       INTEGER NOT NULL
) STRICT;

CREATE TABLE thads_migration (
  version    INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL,
  applied_at INTEGER NOT NULL -- UTC, milliseconds
) STRICT;

-- The declared fields. The number of a set field stands in its rows in place
-- of the name, and as a bit in the column "present".
CREATE TABLE thads_field (
  collection TEXT    NOT NULL,
  field      TEXT    NOT NULL,
  number     INTEGER NOT NULL,
  type       INTEGER NOT NULL,
  sortable   INTEGER NOT NULL,
  PRIMARY KEY (collection, field)
) STRICT, WITHOUT ROWID;

-- What was deleted, so that watchers learn of it.
CREATE TABLE thads_tombstone (
  collection TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL, -- UTC, milliseconds
  PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX thads_tombstone_position ON thads_tombstone (position);
