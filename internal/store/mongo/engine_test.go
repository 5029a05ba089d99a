package mongo

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/storetest"
	"github.com/thads/thads/internal/thads"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// openMatters opens a new database of the deployment.
func openMatters(t *testing.T, server string, d options.ContextDialer) (*Store, *store.Collection) {
	t.Helper()
	uri, _ := testURI(t, server)
	c := storetest.Matters()
	s, err := Open(t.Context(), Options{URI: uri, Collections: []*store.Collection{c}, dialer: d})
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := errors.Join(s.db.Drop(ctx), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

// replicaServer is the deployment with change streams and retryable writes.
func replicaServer() string {
	if replicaURI != "" {
		return replicaURI
	}
	return serverURI
}

func TestDatabaseName(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://a":                                  DefaultDatabase,
		"mongodb://a/":                                 DefaultDatabase,
		"mongodb://a/?replicaSet=x":                    DefaultDatabase,
		"mongodb://a:1,b:2/province":                   "province",
		"mongodb://u:p%2Fq@a:1,b:2/province?w=1&x=a/b": "province",
		"mongodb+srv://u:p@cluster.example/thads_2":    "thads_2",
		"mongodb://a/b/c":                              "",
		"mongodb://a/b%20c":                            "",
		"mongodb://a/b.c":                              "",
	} {
		got, err := databaseName(uri)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", uri, got, err)
		}
	}
}

// TestCredentialsAreNotTold opens what cannot be opened and looks for the
// password in the errors.
func TestCredentialsAreNotTold(t *testing.T) {
	for _, uri := range []string{
		"mongodb://officer:s3cr%40et@127.0.0.1:1/x?serverSelectionTimeoutMS=200",
		"mongodb://officer:s3cr%40et@127.0.0.1:1/x?authMechanism=NONSENSE",
		"mongodb://officer:s3cr%40et@/x",
		"mongodb://officer:s3cr%40et@127.0.0.1:notaport/x",
		"mongodb://officer:s3cr@et@127.0.0.1:1/x",
		"postgres://officer:s3cr%40et@127.0.0.1:1/x",
		"mongodb://officer:s3cr%40et@127.0.0.1:1/x?serverSelectionTimeoutMS=abc",
	} {
		_, err := Open(t.Context(), Options{URI: uri})
		if err == nil {
			t.Fatalf("%s was opened", uri)
		}
		if strings.Contains(err.Error(), "s3cr") {
			t.Errorf("the password is told: %v", err)
		}
	}
}

func TestDeadServer(t *testing.T) {
	begun := time.Now()
	_, err := Open(t.Context(), Options{URI: "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=300"})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begun); took > selectionTimeout {
		t.Errorf("took %v", took)
	}
	opts, _, err := clientOptions(Options{URI: "mongodb://127.0.0.1:1/x?w=1&readConcernLevel=local&retryWrites=false"})
	must(t, err)
	if *opts.ServerSelectionTimeout != selectionTimeout || opts.WriteConcern.W != "majority" || opts.ReadConcern.Level != "majority" || !*opts.RetryWrites {
		t.Errorf("what is acknowledged depends on the URI: %+v %+v %v", opts.WriteConcern, opts.ReadConcern, *opts.RetryWrites)
	}
}

// TestIndexes declares what the database has in another form, and leaves in it
// what nobody declares.
func TestIndexes(t *testing.T) {
	uri, name := testURI(t, serverURI)
	s, err := Open(t.Context(), Options{URI: uri, Collections: []*store.Collection{storetest.Matters()}})
	must(t, err)
	defer func() { must(t, errors.Join(s.client.Database(name).Drop(context.Background()), s.Close())) }()
	ix := s.db.Collection("matters").Indexes()
	have := indexKeys(t, ix)
	want := map[string][]string{
		"_id_": {"_id"}, "by_units_state_opened": {"f_units", "f_state", "f_opened", "_id"}, "by_words_opened": {"f_words", "f_opened", "_id"},
		"by_titleKey": {"f_titleKey", "_id"}, "by_number": {"f_number", "_id"},
	}
	if !s.can.streams {
		want["thads_pos"] = []string{"pos"}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	_, err = ix.CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: "f_state", Value: 1}}, Options: options.Index().SetName("mine")})
	must(t, err)
	again, err := Open(t.Context(), Options{URI: uri, Collections: []*store.Collection{storetest.Matters()}})
	must(t, err)
	info, err := again.Info(t.Context())
	must(t, err)
	must(t, again.Close())
	if !strings.Contains(strings.Join(info.Notes, "\n"), "mine of matters is not declared") {
		t.Errorf("nothing is told of the index: %q", info.Notes)
	}
	if _, ok := indexKeys(t, ix)["mine"]; !ok {
		t.Error("an index was dropped")
	}
	must(t, ix.DropOne(t.Context(), "by_number"))
	_, err = ix.CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: "f_amount", Value: 1}}, Options: options.Index().SetName("by_number")})
	must(t, err)
	other, err := Open(t.Context(), Options{URI: uri, Collections: []*store.Collection{storetest.Matters()}})
	if err == nil {
		must(t, other.Close())
		t.Fatal("an index of other keys was taken for the declared one")
	}
	if !strings.Contains(err.Error(), "by_number") {
		t.Errorf("the error does not name the index: %v", err)
	}
}

func indexKeys(t *testing.T, ix mongo.IndexView) map[string][]string {
	t.Helper()
	cur, err := ix.List(t.Context())
	must(t, err)
	var list []struct {
		Name string `bson:"name"`
		Key  bson.D `bson:"key"`
	}
	must(t, cur.All(t.Context(), &list))
	out := map[string][]string{}
	for _, x := range list {
		for _, k := range x.Key {
			out[x.Name] = append(out[x.Name], k.Key)
		}
	}
	return out
}

func TestForeignDatabase(t *testing.T) {
	uri, name := testURI(t, serverURI)
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	must(t, err)
	db := client.Database(name)
	defer func() { must(t, errors.Join(db.Drop(context.Background()), client.Disconnect(context.Background()))) }()
	_, err = db.Collection("theirs").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "x"}})
	must(t, err)
	s, err := Open(t.Context(), Options{URI: uri})
	if err == nil {
		must(t, s.Close())
	}
	if !errors.Is(err, store.ErrForeign) {
		t.Errorf("got %v", err)
	}
	names, err := db.ListCollectionNames(t.Context(), bson.D{})
	must(t, err)
	if diff := cmp.Diff([]string{"theirs"}, names); diff != "" {
		t.Errorf("the database of another program was changed: %s", diff)
	}
}

// TestRetryableWrite cuts the connection behind a write, before its reply. The
// driver sends it again, and it is made once.
func TestRetryableWrite(t *testing.T) {
	b := &breaker{conns: map[*breakable]bool{}}
	s, c := openMatters(t, replicaServer(), b)
	d := &store.Document{ID: "a", Version: 1, Body: bytes.Repeat([]byte("x"), 100<<10)}
	b.breakLarge(true, 1)
	must(t, s.Insert(t.Context(), c, d))
	d.Version = 2
	b.breakLarge(true, 1)
	must(t, s.Replace(t.Context(), c, d))
	docs, err := s.Get(t.Context(), c, thads.Everything(), "a")
	must(t, err)
	if len(docs) != 1 || docs[0].Version != 2 {
		t.Errorf("got %+v", docs)
	}
}

// follow watches and returns what it is told, and how the watch ended.
func follow(t *testing.T, s *Store, from store.Position) (<-chan store.Change, <-chan error) {
	changes, done := make(chan store.Change, 1000), make(chan error, 1)
	go func() {
		done <- s.Watch(t.Context(), from, func(c store.Change) error {
			changes <- c
			return nil
		})
	}()
	return changes, done
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// TestStreamLosesItsHistory ends the history of a stream that is under way, and
// changes a collection as a whole.
func TestStreamLosesItsHistory(t *testing.T) {
	if replicaSet == nil {
		t.Log("the history of a real deployment is not ours to end")
		return
	}
	for name, lose := range map[string]func(*Store, *store.Collection) error{
		"history lost":       func(s *Store, _ *store.Collection) error { replicaSet.lose(s.db.Name()); return nil },
		"collection dropped": func(s *Store, c *store.Collection) error { return s.db.Collection(c.Name).Drop(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			s, c := openMatters(t, replicaURI, nil)
			from, err := s.Position(t.Context())
			must(t, err)
			changes, done := follow(t, s, from)
			must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
			receive(t, changes)
			must(t, lose(s, c))
			if err := receive(t, done); !errors.Is(err, store.ErrPositionLost) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestPositionsOfTheOtherKind gives a deployment the positions it had before it
// became, or ceased to be, a replica set.
func TestPositionsOfTheOtherKind(t *testing.T) {
	for _, server := range []string{serverURI, replicaServer()} {
		s, _ := openMatters(t, server, nil)
		kinds := []string{kindTime, kindToken}
		if s.can.streams {
			kinds = []string{kindPoll}
		}
		for _, kind := range append(kinds, "x") {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			err := s.Watch(ctx, s.makePosition(kind, "5"), func(store.Change) error { return nil })
			cancel()
			if !errors.Is(err, store.ErrPositionLost) {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}

// TestPollMeetsLateWrites lets writes become visible nearly a write deadline
// after they took their position, behind what the watcher has seen.
func TestPollMeetsLateWrites(t *testing.T) {
	s, c := openMatters(t, serverURI, nil)
	if s.can.streams {
		t.Log("this deployment is not polled")
		return
	}
	from, err := s.Position(t.Context())
	must(t, err)
	changes, _ := follow(t, s, from)
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "a", Version: 1}))
	receive(t, changes)
	k := s.colls[c.Name]
	_, err = k.c.InsertOne(t.Context(), k.encode(&store.Document{ID: "late", Version: 1}, s.clock.next()-store.WriteDeadline.Milliseconds()+500))
	must(t, err)
	if got := receive(t, changes); got.ID != "late" || got.Version != 1 {
		t.Errorf("told of %+v", got)
	}
	// A tombstone is no deletion until the document is gone: this one's process
	// died between the two. The watcher tells of what comes behind it only.
	must(t, s.bury(t.Context(), c.Name, "late", 1))
	must(t, s.Insert(t.Context(), c, &store.Document{ID: "b", Version: 1}))
	if got := receive(t, changes); got.ID != "b" {
		t.Errorf("told of %+v", got)
	}
	// And this one's lived.
	_, err = k.c.DeleteOne(t.Context(), at("late", 1))
	must(t, err)
	if got := receive(t, changes); got.ID != "late" || !got.Deleted {
		t.Errorf("told of %+v", got)
	}
}

func TestClock(t *testing.T) {
	s, _ := openMatters(t, serverURI, nil)
	var c clock
	must(t, c.measure(t.Context(), s.db))
	last := int64(0)
	for range 1000 {
		next := c.next()
		if next <= last {
			t.Fatalf("%d behind %d", next, last)
		}
		last = next
	}
	if apart := time.Duration(last-time.Now().UnixMilli()) * time.Millisecond; serverURI != "" && replicaURI != "" && apart.Abs() > 3*time.Second {
		t.Errorf("the server of this machine is %v apart", apart)
	}
}

func TestWrapKeepsTheCallersEnd(t *testing.T) {
	s, _ := openMatters(t, serverURI, nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		err  error
		want error
	}{
		{"caller's end", ended, errors.New("x"), context.Canceled},
		{"own deadline", t.Context(), context.DeadlineExceeded, store.ErrUnavailable},
		{"not primary", t.Context(), mongo.CommandError{Code: 10107}, store.ErrUnavailable},
		{"unauthorized", t.Context(), mongo.CommandError{Code: 13}, store.ErrUnavailable},
		{"too large", t.Context(), mongo.CommandError{Code: codeObjectTooLarge}, store.ErrTooLarge},
		{"write concern", t.Context(), mongo.WriteException{WriteConcernError: &mongo.WriteConcernError{Code: 64}}, store.ErrUnavailable},
		{"contract", t.Context(), store.ErrConflict, store.ErrConflict},
	} {
		if got := s.wrap(test.ctx, test.err); !errors.Is(got, test.want) {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	if got := s.wrap(t.Context(), mongo.CommandError{Code: codeBadValue}); errors.Is(got, store.ErrUnavailable) {
		t.Errorf("a fault of ours is told as the engine's: %v", got)
	}
	taken, err := takenOf(mongo.BulkWriteException{WriteErrors: []mongo.BulkWriteError{{WriteError: mongo.WriteError{Index: 3, Code: 11000}}}})
	if err != nil || !cmp.Equal(taken, []int{3}) {
		t.Errorf("taken: %v, %v", taken, err)
	}
	for _, bulk := range []mongo.BulkWriteException{
		{WriteErrors: []mongo.BulkWriteError{{WriteError: mongo.WriteError{Index: 3, Code: 11000}}}, WriteConcernError: &mongo.WriteConcernError{Code: 64}},
		{WriteErrors: []mongo.BulkWriteError{{WriteError: mongo.WriteError{Index: 3, Code: 11000}}, {WriteError: mongo.WriteError{Index: 4, Code: 91}}}},
	} {
		if _, err := takenOf(bulk); err == nil {
			t.Errorf("%+v passed for taken ids", bulk)
		}
	}
}
