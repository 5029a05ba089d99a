// Command testserver is a MongoDB-protocol server for the tests of
// internal/store/mongo: FerretDB v1 on SQLite, embedded. It is a module of its
// own so that its dependencies stay out of the program's.
//
// It listens on a free port of 127.0.0.1, prints the address and its version as
// one line on standard output, and ends when its standard input does, so that it never
// outlives the test that started it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"runtime/debug"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	dir := flag.String("dir", "", "directory for the databases")
	verbose := flag.Bool("v", false, "log to standard error")
	flag.Parse()
	if err := serve(*dir, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "testserver:", err)
		os.Exit(1)
	}
}

func serve(dir string, verbose bool) error {
	log := slog.New(slog.DiscardHandler)
	if verbose {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
		Logger:    log,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- db.Run(ctx) }()
	u, err := url.Parse(db.MongoDBURI())
	if err != nil {
		cancel()
		return err
	}
	fmt.Println(u.Host, "FerretDB", version())
	_, err = io.Copy(io.Discard, os.Stdin)
	cancel()
	<-done
	return err
}

// version returns the version of the engine, which embedded does not know it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/FerretDB/FerretDB" {
				return dep.Version
			}
		}
	}
	return "unknown"
}
