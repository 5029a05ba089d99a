// Package mongo keeps the documents of thads in a MongoDB replica set.
//
// A document of the contract is a document of a collection of the same name:
// its id is the _id, its declared fields stand beside it as f_NAME (null is
// never stored: a field without a value is missing), and head, body and
// postings are binary. A write is one command on one document, guarded by
// {_id, v}; nothing depends on a transaction. Reads and writes are of the
// majority, so what was acknowledged survives the loss of a member and is seen
// by every process.
//
// Only operators that MongoDB and the engines speaking its protocol share are
// used. What else the deployment can do is detected from hello and buildInfo,
// never by trying: some engines accept what they do not do. Where there are
// change streams, watchers follow one and resume it by token. Elsewhere writes
// carry a position made of the server's clock, and watchers poll for them with
// an overlap longer than store.WriteDeadline; see poll.go.
package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/thads/thads/internal/store"
)

// schemaVersion is the layout this program writes.
const schemaVersion = 1

// application marks the database as one of thads.
const application = "thads"

const (
	metaCollection      = "thads_meta"
	tombstoneCollection = "thads_tombstones"
	metaID              = "database"
)

// DefaultDatabase is the database used when the URI names none.
const DefaultDatabase = "thads"

// selectionTimeout is how long an operation looks for a server. It is short,
// so that a dead cluster is an error message and not a hung page.
const selectionTimeout = 5 * time.Second

// Options say how to open a store.
type Options struct {
	// URI is the connection string, with credentials and TLS as MongoDB
	// defines them. Its path names the database. It is never logged.
	URI string
	// Collections are the declarations of what the store keeps.
	Collections []*store.Collection
	// KeepDeletions is for how long deletions stay visible to watchers that
	// poll; 0 is seven days.
	KeepDeletions time.Duration
	// Log receives what was done while opening; nil discards it.
	Log *slog.Logger

	// Of the tests.
	dialer   options.ContextDialer
	deadline time.Duration // in place of store.WriteDeadline
}

// Store implements store.Store on a MongoDB database.
type Store struct {
	client *mongo.Client
	db     *mongo.Database
	log    *slog.Logger
	colls  map[string]*collection
	keep   time.Duration
	dbID   string
	notes  []string
	can    capabilities
	clock  clock
	// deadline is store.WriteDeadline, but in tests.
	deadline time.Duration

	ctx  context.Context //nolint:containedctx // ends with the store, not with a call
	stop context.CancelCauseFunc

	mu     sync.Mutex
	closed bool
	calls  sync.WaitGroup
	local  chan struct{} // closed and replaced by this process's writes
}

var _ store.Store = (*Store)(nil)

// capabilities are what the deployment told of itself.
type capabilities struct {
	engine, version string
	// streams: a replica set or a sharded cluster of MongoDB itself, which has
	// change streams and retryable writes.
	streams bool
}

// Open connects to the deployment, refuses a database that is not this
// program's to write (ErrForeign, ErrNewer), and makes the indexes that the
// declarations ask for; it drops none. ErrUnavailable if no server answers
// within a few seconds.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := store.CheckCollections(o.Collections); err != nil {
		return nil, err
	}
	opts, database, err := clientOptions(o)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, errors.New("mongo: the connection string is not usable: " + redact(o.URI, err))
	}
	s := &Store{
		client: client,
		db:     client.Database(database),
		log:    o.Log,
		colls:  make(map[string]*collection, len(o.Collections)),
		keep:   o.KeepDeletions,
		local:  make(chan struct{}),

		deadline: store.WriteDeadline,
	}
	if o.deadline > 0 {
		s.deadline = o.deadline
	}
	s.ctx, s.stop = context.WithCancelCause(context.Background())
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.keep <= 0 {
		s.keep = 7 * 24 * time.Hour
	}
	if err := s.open(ctx, o.Collections); err != nil {
		err = s.wrap(ctx, err)
		s.stop(store.ErrClosed)
		return nil, errors.Join(err, disconnect(client)) //nolint:contextcheck // also when ctx has ended
	}
	return s, nil
}

// clientOptions returns the options of the driver and the database's name.
func clientOptions(o Options) (*options.ClientOptions, string, error) {
	opts := options.Client().ApplyURI(o.URI)
	if err := opts.Validate(); err != nil {
		return nil, "", errors.New("mongo: the connection string is not usable: " + redact(o.URI, err))
	}
	// What is acknowledged to a person is decided here and not in the URI.
	opts.SetAppName(application).
		SetWriteConcern(writeconcern.Majority()).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary()).
		SetRetryWrites(true).
		SetRetryReads(true)
	if opts.ServerSelectionTimeout == nil {
		opts.SetServerSelectionTimeout(selectionTimeout)
	}
	if opts.ConnectTimeout == nil {
		opts.SetConnectTimeout(selectionTimeout)
	}
	if o.dialer != nil {
		opts.SetDialer(o.dialer)
	}
	database, err := databaseName(o.URI)
	return opts, database, err
}

// databaseName returns the database that the path of a connection string names.
func databaseName(uri string) (string, error) {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "?")
	_, path, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(path)
	if err != nil || strings.ContainsAny(name, "/\\. \"$*<>:|?\x00") {
		return "", errors.New("mongo: the connection string names no valid database")
	}
	if name == "" {
		name = DefaultDatabase
	}
	return name, nil
}

// redact returns the text of an error about the URI without its credentials.
func redact(uri string, err error) string {
	text := err.Error()
	_, rest, _ := strings.Cut(uri, "://")
	authority, _, _ := strings.Cut(rest, "?")
	at := strings.LastIndex(authority, "@")
	if at < 0 {
		return text
	}
	secrets := []string{uri, authority[:at]}
	user, password, _ := strings.Cut(authority[:at], ":")
	for _, part := range []string{password, user} {
		secrets = append(secrets, part)
		if plain, err := url.PathUnescape(part); err == nil {
			secrets = append(secrets, plain)
		}
	}
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

func (s *Store) open(ctx context.Context, colls []*store.Collection) error {
	if err := s.detect(ctx); err != nil {
		return err
	}
	if err := s.identify(ctx); err != nil {
		return err
	}
	if !s.can.streams {
		if err := s.clock.measure(ctx, s.db); err != nil {
			return err
		}
	}
	for _, decl := range colls {
		if err := s.reconcile(ctx, decl); err != nil {
			return fmt.Errorf("mongo: collection %s: %w", decl.Name, err)
		}
	}
	slices.Sort(s.notes)
	if s.can.streams {
		return nil
	}
	s.notes = append(s.notes, "This deployment has no change streams; the writes of other processes are found by polling.")
	_, err := s.db.Collection(tombstoneCollection).Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys: bson.D{{Key: "pos", Value: 1}}, Options: options.Index().SetName("thads_pos"),
	})
	if err != nil {
		return err
	}
	return s.forget(ctx)
}

// detect asks the deployment what it is.
func (s *Store) detect(ctx context.Context) error {
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	if err := s.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return err
	}
	raw, err := s.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Raw()
	if err != nil {
		return err
	}
	s.can = capabilities{engine: "mongodb"}
	s.can.version, _ = raw.Lookup("version").StringValueOK()
	compatible := false
	for _, key := range []string{"ferretdbVersion", "ferretdb"} {
		v, err := raw.LookupErr(key)
		if err != nil {
			continue
		}
		compatible = true
		s.can.engine = "ferretdb"
		if text, ok := v.StringValueOK(); ok {
			// An embedded one does not know its own.
			if text == "" || text == "unknown" {
				text = "of unknown version, as MongoDB " + s.can.version
			}
			s.can.version = text
		} else if doc, ok := v.DocumentOK(); ok {
			if text, ok := doc.Lookup("version").StringValueOK(); ok {
				s.can.version = text
			}
		}
	}
	s.can.streams = (hello.SetName != "" || hello.Msg == "isdbgrid") && !compatible
	return nil
}

// A meta is the document that says whose the database is.
type meta struct {
	ID            string `bson:"_id"`
	Application   string `bson:"application"`
	SchemaVersion int    `bson:"schemaVersion"`
	DatabaseID    string `bson:"databaseId"`
	// Forgotten is the position up to which deletions are no longer known.
	Forgotten int64 `bson:"forgotten"`
}

// identify reads whose the database is, and marks an empty one.
func (s *Store) identify(ctx context.Context) error {
	c := s.db.Collection(metaCollection)
	var m meta
	err := c.FindOne(ctx, bson.D{{Key: "_id", Value: metaID}}).Decode(&m)
	if errors.Is(err, mongo.ErrNoDocuments) {
		names, err := s.db.ListCollectionNames(ctx, bson.D{})
		if err != nil {
			return err
		}
		// The collection without the document is another process that is about
		// to mark the database.
		if slices.ContainsFunc(names, func(n string) bool { return n != metaCollection && !strings.HasPrefix(n, "system.") }) {
			return fmt.Errorf("%w: database %s has collections that were not made by thads; choose another", store.ErrForeign, s.db.Name())
		}
		m = meta{ID: metaID, Application: application, SchemaVersion: schemaVersion, DatabaseID: rand.Text()}
		_, err = c.InsertOne(ctx, m)
		if mongo.IsDuplicateKeyError(err) {
			err = c.FindOne(ctx, bson.D{{Key: "_id", Value: metaID}}).Decode(&m)
		}
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	switch {
	case m.Application != application || m.DatabaseID == "":
		return fmt.Errorf("%w: database %s was not written by thads; choose another", store.ErrForeign, s.db.Name())
	case m.SchemaVersion > schemaVersion:
		return fmt.Errorf("%w: database %s has layout %d and this program writes up to %d; use the newer thads", store.ErrNewer, s.db.Name(), m.SchemaVersion, schemaVersion)
	}
	s.dbID = m.DatabaseID
	return nil
}

// A collection is a declared collection and how it is kept.
type collection struct {
	decl  *store.Collection
	c     *mongo.Collection
	field map[string]store.Field // by the name of its key
}

// fieldKey is the key of a declared field in a document.
func fieldKey(name string) string { return "f_" + name }

// A declared is what meta keeps of the declaration of a field.
type declared struct {
	Type     int  `bson:"type"`
	Sortable bool `bson:"sortable"`
}

// reconcile compares a declaration with the last one and makes what it lacks.
func (s *Store) reconcile(ctx context.Context, decl *store.Collection) error {
	k := &collection{decl: decl, c: s.db.Collection(decl.Name), field: map[string]store.Field{}}
	id := bson.D{{Key: "_id", Value: "fields." + decl.Name}}
	var was struct {
		Fields map[string]declared `bson:"fields"`
	}
	metas := s.db.Collection(metaCollection)
	if err := metas.FindOne(ctx, id).Decode(&was); err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return err
	}
	for _, f := range decl.Fields {
		k.field[fieldKey(f.Name)] = f
		if w, ok := was.Fields[f.Name]; ok && w.Type != int(f.Type) {
			return fmt.Errorf("%w: field %q is kept with another type; a field of a new type needs a new name", store.ErrBadDeclaration, f.Name)
		}
	}
	for _, f := range decl.Fields {
		if !f.Sortable || was.Fields[f.Name].Sortable {
			continue
		}
		// Sortable fields are never null, also where they became so later.
		_, err := k.c.UpdateMany(ctx,
			bson.D{{Key: fieldKey(f.Name), Value: bson.D{{Key: "$exists", Value: false}}}},
			bson.D{{Key: "$set", Value: bson.D{{Key: fieldKey(f.Name), Value: value(f.Type.Zero())}}}})
		if err != nil {
			return err
		}
	}
	update := bson.D{}
	for _, f := range decl.Fields {
		if d := (declared{Type: int(f.Type), Sortable: f.Sortable}); was.Fields[f.Name] != d {
			update = append(update, bson.E{Key: "fields." + f.Name, Value: d})
		}
	}
	if len(update) > 0 {
		_, err := metas.UpdateOne(ctx, id, bson.D{{Key: "$set", Value: update}}, options.UpdateOne().SetUpsert(true))
		if err != nil {
			return err
		}
	}
	if err := s.reconcileIndexes(ctx, k); err != nil {
		return err
	}
	s.colls[decl.Name] = k
	return nil
}

// reconcileIndexes makes the declared indexes that are missing. It fails where
// an index of the same name has other keys, and drops nothing.
func (s *Store) reconcileIndexes(ctx context.Context, k *collection) error {
	want := map[string]bson.D{}
	for _, ix := range k.decl.Indexes {
		var keys bson.D
		for _, name := range ix {
			keys = append(keys, bson.E{Key: fieldKey(name), Value: int32(1)})
		}
		want["by_"+strings.Join(ix, "_")] = append(keys, bson.E{Key: "_id", Value: int32(1)})
	}
	if !s.can.streams {
		want["thads_pos"] = bson.D{{Key: "pos", Value: int32(1)}}
	}
	cur, err := k.c.Indexes().List(ctx)
	if err != nil && !hasCode(err, codeNamespaceNotFound) {
		return err
	}
	if err == nil {
		var have []struct {
			Name string   `bson:"name"`
			Key  bson.Raw `bson:"key"`
		}
		if err := cur.All(ctx, &have); err != nil {
			return err
		}
		for _, ix := range have {
			keys, ok := want[ix.Name]
			switch {
			case ix.Name == "_id_":
			case !ok:
				s.notes = append(s.notes, fmt.Sprintf("The index %s of %s is not declared; it was kept and may be dropped by hand.", ix.Name, k.decl.Name))
			case !sameKeys(ix.Key, keys):
				return fmt.Errorf("the index %s has other keys than declared; drop it by hand first", ix.Name)
			default:
				delete(want, ix.Name)
			}
		}
	}
	var models []mongo.IndexModel
	for name, keys := range want {
		models = append(models, mongo.IndexModel{Keys: keys, Options: options.Index().SetName(name)})
		s.log.InfoContext(ctx, "mongo: index added", "collection", k.decl.Name, "index", name)
	}
	if len(models) == 0 {
		return nil
	}
	_, err = k.c.Indexes().CreateMany(ctx, models)
	return err
}

// sameKeys compares the keys of an index by name and order; their numbers may
// come back in another type.
func sameKeys(have bson.Raw, want bson.D) bool {
	elems, err := have.Elements()
	if err != nil || len(elems) != len(want) {
		return false
	}
	for i, e := range elems {
		if n, ok := e.Value().AsInt64OK(); e.Key() != want[i].Key || !ok || n != 1 {
			return false
		}
	}
	return true
}

// collection returns how the declared collection is kept.
func (s *Store) collection(c *store.Collection) (*collection, error) {
	k, ok := s.colls[c.Name]
	if !ok {
		return nil, fmt.Errorf("%w: collection %q was not declared when the store opened", store.ErrBadQuery, c.Name)
	}
	return k, nil
}

// enter begins a call that Close waits for.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("mongo: %w", err)
	}
	s.calls.Add(1)
	return s.calls.Done, nil
}

// Close waits for the calls under way and disconnects.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.stop(store.ErrClosed)
	s.calls.Wait()
	return disconnect(s.client)
}

func disconnect(c *mongo.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), selectionTimeout)
	defer cancel()
	if err := c.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongo: %w", err)
	}
	return nil
}

// Ping tells whether a primary answers.
func (s *Store) Ping(ctx context.Context) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return s.wrap(ctx, s.db.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Err())
}

// Info describes the open store.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return store.Info{}, err
	}
	defer leave()
	info := store.Info{Engine: s.can.engine, EngineVersion: s.can.version, SchemaVersion: schemaVersion, Notes: slices.Clone(s.notes)}
	raw, err := s.db.RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Raw()
	switch {
	case err == nil:
		for _, key := range []string{"storageSize", "indexSize"} {
			if n, ok := raw.Lookup(key).AsInt64OK(); ok {
				info.Bytes += n
			}
		}
	case isCommandError(err): // not every account and engine may ask
		s.log.DebugContext(ctx, "mongo: no statistics", "error", err)
	default:
		return store.Info{}, s.wrap(ctx, err)
	}
	return info, nil
}

// Codes of the server.
const (
	codeNamespaceNotFound  = 26
	codeBadValue           = 2
	codeFailedToParse      = 9
	codeTypeMismatch       = 14
	codeObjectTooLarge     = 10334
	codeCloseStream        = 222
	codeInvalidResumeToken = 260
	codeStreamFatal        = 280
	codeHistoryLost        = 286
)

func hasCode(err error, codes ...int) bool {
	var se mongo.ServerError
	if !errors.As(err, &se) {
		return false
	}
	return slices.ContainsFunc(codes, se.HasErrorCode)
}

func isCommandError(err error) bool {
	var ce mongo.CommandError
	return errors.As(err, &ce) && !mongo.IsNetworkError(err) && !mongo.IsTimeout(err)
}

// wrap turns the driver's errors into those of the contract. ctx is the
// caller's: a deadline of the store's own is the engine's failure.
func (s *Store) wrap(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("mongo: %w", ctx.Err())
	case s.ctx.Err() != nil, errors.Is(err, mongo.ErrClientDisconnected):
		return store.ErrClosed
	case isContract(err):
		return err
	case hasCode(err, codeObjectTooLarge):
		return fmt.Errorf("%w: %w", store.ErrTooLarge, err)
	case hasCode(err, codeBadValue, codeFailedToParse, codeTypeMismatch):
		return fmt.Errorf("mongo: %w", err) // a fault of this package
	}
	var marshal mongo.MarshalError
	if errors.As(err, &marshal) {
		return fmt.Errorf("mongo: %w", err)
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}

func isContract(err error) bool {
	return slices.ContainsFunc([]error{
		store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrTooLarge, store.ErrBadDocument, store.ErrBadQuery,
		store.ErrBadCursor, store.ErrPositionLost, store.ErrNewer, store.ErrForeign, store.ErrUnavailable, store.ErrClosed,
		store.ErrBadDeclaration, errStored,
	}, func(target error) bool { return errors.Is(err, target) })
}
