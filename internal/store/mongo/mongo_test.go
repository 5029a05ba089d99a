package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/storetest"
)

// envURI names a deployment to test instead of the test server: a connection
// string whose account may make and drop databases. Its path is not used.
const envURI = "THADS_TEST_MONGO_URI"

// The deployments under test, set once before the tests run: serverURI as it
// is, and replicaURI with the proxy that stands for a replica set, empty where
// the deployment is a real one.
var serverURI, replicaURI string

// replicaSet is what stands behind replicaURI.
var replicaSet *replica

func TestMain(m *testing.M) {
	os.Exit(storetest.Main(running{m}, func(ctx context.Context, spec string, colls []*store.Collection) (store.Store, error) {
		return Open(ctx, Options{URI: spec, Collections: colls})
	}))
}

// running runs the tests with a server.
type running struct{ m *testing.M }

func (r running) Run() int {
	if serverURI = os.Getenv(envURI); serverURI != "" {
		return r.m.Run()
	}
	s, err := startServer()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot test the MongoDB adapter:", err)
		return 1
	}
	serverURI, replicaURI = "mongodb://"+s.plain.addr()+"/", "mongodb://"+s.replica.addr()+"/"
	replicaSet = s.replica.acts
	fmt.Println("testing on", s.engine, "behind a proxy")
	code := r.m.Run()
	if err := s.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the test server:", err)
		return 1
	}
	return code
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *storetest.Database { return newDatabase(t, serverURI) })
}

// TestStoreOfReplicaSet runs the tests that meet retryable writes and change
// streams, over a proxy that provides both. A real deployment has had them in
// TestStore.
func TestStoreOfReplicaSet(t *testing.T) {
	if replicaURI == "" {
		t.Log("the deployment under test is a real one")
		return
	}
	storetest.Run(t, func(t *testing.T) *storetest.Database { return newDatabase(t, replicaURI) },
		"Watch", "WriteFails", "NoLostUpdate", "InsertRace", "Delete", "BulkInsert", "BulkReplace", "BulkDelete", "Closed", "Reopen", "Reconcile", "Cancelled", "Info")
}

// testURI returns a connection string for a database of its own.
func testURI(t *testing.T, server string) (uri, name string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		// Several hosts with ports are no URL for Go.
		scheme, rest, _ := strings.Cut(server, "://")
		rest, query, _ := strings.Cut(rest, "?")
		hosts, _, _ := strings.Cut(rest, "/")
		name = "thads_test_" + strings.ToLower(rand.Text()[:10])
		return scheme + "://" + hosts + "/" + name + "?" + query, name
	}
	name = "thads_test_" + strings.ToLower(rand.Text()[:10])
	u.Path = "/" + name
	return u.String(), name
}

func newDatabase(t *testing.T, server string) *storetest.Database {
	uri, name := testURI(t, server)
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	db := client.Database(name)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := errors.Join(db.Drop(ctx), client.Disconnect(ctx)); err != nil {
			t.Error(err)
		}
	})
	b := &breaker{conns: map[*breakable]bool{}}
	setMeta := func(ctx context.Context, key string, value any) error {
		_, err := db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: metaID}}, bson.D{{Key: "$set", Value: bson.D{{Key: key, Value: value}}}})
		return err
	}
	return &storetest.Database{
		Spec: uri,
		Open: func(ctx context.Context, colls []*store.Collection) (store.Store, error) {
			s, err := Open(ctx, Options{URI: uri, Collections: colls, dialer: b, deadline: 3 * time.Second})
			if err != nil {
				return nil, err // and no typed nil
			}
			return s, nil
		},
		MakeNewer:   func(ctx context.Context) error { return setMeta(ctx, "schemaVersion", schemaVersion+1) },
		MakeForeign: func(ctx context.Context) error { return setMeta(ctx, "application", "other") },
		Break: func(context.Context, store.Store) (func() error, error) {
			b.breakLarge(true, -1)
			return func() error { b.breakLarge(false, 0); return nil }, nil
		},
		Disconnect: func() error { b.cut(); return nil },
		OldPosition: func(ctx context.Context, s store.Store) (store.Position, error) {
			m := s.(*Store)
			if m.can.streams {
				return m.makePosition(kindTime, fmt.Sprint(uint64(1)<<32|1)), nil
			}
			at, err := m.Position(ctx)
			if err != nil {
				return "", err
			}
			_, err = db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: metaID}},
				bson.D{{Key: "$max", Value: bson.D{{Key: "forgotten", Value: m.clock.next()}}}})
			return at, err
		},
	}
}
