package cli

import (
	"context"
	"errors"
	"log/slog"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/store/mongo"
	"github.com/thads/thads/internal/store/sqlite"
)

// Logger returns the log that the options ask for, on standard error.
func (e *Env) Logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: e.Config.Log.Level}
	if e.Config.Log.JSON {
		return slog.New(slog.NewJSONHandler(e.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, options))
}

// OpenStore opens the store that the options name. The caller closes it.
func (e *Env) OpenStore(ctx context.Context, log *slog.Logger) (store.Store, error) {
	if e.Config.Store.IsMongo() {
		st, err := mongo.Open(ctx, mongo.Options{URI: e.Config.Store.URI, Collections: app.Collections(), Log: log})
		if err != nil {
			return nil, err
		}
		return st, nil
	}
	st, err := sqlite.Open(ctx, sqlite.Options{Dir: e.Config.Store.Data, Collections: app.Collections(), Log: log})
	if err != nil {
		return nil, err
	}
	return st, nil
}

// OpenApp opens the store and the application over it, for commands that work
// while a server may be running on the same records. The caller calls done with
// the error of its work when it has finished; done closes the store and returns
// what went wrong.
func (e *Env) OpenApp(ctx context.Context, log *slog.Logger) (a *app.App, done func(error) error, err error) {
	st, err := e.OpenStore(ctx, log)
	if err != nil {
		return nil, nil, err
	}
	if a, err = e.newApp(st, log, false); err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return a, func(err error) error { return errors.Join(err, st.Close()) }, nil
}

func (e *Env) newApp(st store.Store, log *slog.Logger, serving bool) (*app.App, error) {
	dir, err := e.Config.Store.SecretsDir()
	if err != nil {
		return nil, err
	}
	sealer, err := app.OpenSealer(dir)
	if err != nil {
		return nil, fail(err, "Không dùng được tệp khóa trong %s (chọn thư mục khác bằng --config): %v", "The file with the keys in %s cannot be used (choose another directory by --config): %v", dir, err)
	}
	return app.New(app.Options{Store: st, Log: log, Sealer: sealer, Version: Version(), Demo: e.Config.Serve.Demo, Serving: serving})
}
