package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/oidc"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
	"github.com/thads/thads/web"
)

const (
	// sweepEvery is how often sessions and links that have ended are deleted.
	sweepEvery = time.Hour
	// watchAgain is how long the server waits before it watches the store anew
	// after watching failed.
	watchAgain = 2 * time.Second
)

func serveCommand() Command {
	return Command{
		Name:     "serve",
		Synopsis: thads.Text{VI: "chạy máy chủ (mặc định)", EN: "runs the server (the default)"},
		About: thads.Text{
			VI: `Máy chủ trả lời tại /graphql (API), / (ứng dụng web), /healthz, /readyz và /metrics. SIGTERM hoặc Ctrl-C:
chờ các yêu cầu đang chạy (--drain), đóng kho dữ liệu rồi kết thúc với mã 0. Lần thứ hai kết thúc ngay.`,
			EN: `The server answers at /graphql (API), / (web application), /healthz, /readyz and /metrics. SIGTERM or Ctrl-C:
waits for the requests under way (--drain), closes the store and ends with code 0. A second one ends at once.`,
		},
		Examples: []string{
			"thads --demo",
			"thads serve --addr 127.0.0.1:9000 --data /var/lib/thads --config /etc/thads",
			"thads serve --addr 0.0.0.0:8080 --url https://thads.example.vn --log-format json",
		},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			env.Config.AddStore(set)
			env.Config.AddAddress(set)
			env.Config.AddServe(set)
			return func(ctx context.Context, args []string) error {
				if err := noArguments("serve", args); err != nil {
					return err
				}
				return serve(ctx, env)
			}
		},
	}
}

// serve runs the server until ctx ends: drained and closed, it returns nil.
func serve(ctx context.Context, env *Env) (err error) {
	log := env.Logger()
	log.InfoContext(ctx, "thads starts", "version", Version(), slog.Any("", env.Config))
	st, err := env.OpenStore(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	a, err := env.newApp(st, log, true)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, env.Config.Serve.Addr)
	if err != nil {
		return err
	}
	s, err := newServing(env, log, st, a, listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return s.run(ctx)
}

// listen takes the address, or says why not in a sentence.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fail(err, "Địa chỉ %[1]s đang được chương trình khác dùng; chọn cổng khác bằng --addr, hoặc --addr 127.0.0.1:0 để lấy một cổng trống.", "The address %[1]s is in use by another program; choose another port by --addr, or a free one by --addr 127.0.0.1:0.", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fail(err, "Không có quyền dùng cổng của %[1]s; hãy chọn cổng từ 1024 trở lên bằng --addr.", "No permission for the port of %[1]s; choose one from 1024 up by --addr.", addr)
	case err != nil:
		return nil, fail(err, "Không lắng nghe được tại %[1]s: %[2]v", "Cannot listen on %[1]s: %[2]v", addr, err)
	}
	return l, nil
}

// A serving is one run of the server.
type serving struct {
	env      *Env
	log      *slog.Logger
	store    store.Store
	app      *app.App
	listener net.Listener
	server   *httpd.Server
	base     string
	// greeting tells the links of the demonstration, empty without it.
	greeting string
}

func newServing(env *Env, log *slog.Logger, st store.Store, a *app.App, l net.Listener) (*serving, error) {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	o := env.Config.Serve
	base := o.Base(host, port)
	if base.Scheme == "https" && len(o.TrustedProxies) == 0 {
		log.Warn("behind a proxy that --trusted-proxy does not name, all sign-ins come from one place: whoever tries many passwords slows everybody down who signs in from a new device")
	}
	pages, err := web.Handler()
	if err != nil {
		return nil, err
	}
	provider, err := newProvider(o.OIDC, base)
	if err != nil {
		return nil, err
	}
	api := graph.NewHandler(a, log, graph.WithProvider(graph.Provider{Name: o.OIDC.Name, Issuer: o.OIDC.Issuer}))
	server, err := httpd.New(httpd.Options{
		Backend: a, GraphQL: api, Arguments: graph.NewArguments(), Web: pages, URL: base, Provider: provider, CORSOrigins: o.CORSOrigins,
		TrustedProxies: o.TrustedProxies,
		Sessions:       app.SessionLimits{Idle: o.SessionIdle, Max: o.SessionMax},
		Timeout:        o.Timeout, Drain: o.Drain, Version: Version(), Log: log,
		Checks: []httpd.Check{{Name: "ledger", Ask: a.LedgerReady}},
	})
	if err != nil {
		return nil, err
	}
	return &serving{env: env, log: log, store: st, app: a, listener: l, server: server, base: base.String()}, nil
}

// newProvider makes the client of the provider of OpenID Connect, nil where none
// is configured. People come back to the address that they use.
func newProvider(o config.OIDC, base *url.URL) (httpd.Provider, error) {
	if o.Issuer == "" {
		return nil, nil //nolint:nilnil // none is what httpd.Options takes for none
	}
	return oidc.New(oidc.Options{
		Issuer: o.Issuer, ClientID: o.ClientID, Secret: o.Secret, Redirect: base.JoinPath(httpd.OIDCCallback).String(),
	})
}

// run answers requests while it prepares the store, then tells people where,
// and waits for the end: first the server drains, then the work in the
// background ends, and only then does the caller close the store.
func (s *serving) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		// Without a server there is nothing to prepare for.
		defer stop()
		served <- s.server.Serve(ctx, s.listener)
	}()

	// Work in the background goes on while the server drains.
	behind, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var background sync.WaitGroup

	err := s.prepare(ctx)
	if err == nil {
		background.Go(func() { s.watch(behind) })
		background.Go(func() { s.sweep(behind) })
		s.server.Ready()
		err = s.greet(ctx)
	}
	if ctx.Err() != nil {
		err = nil // asked to stop meanwhile, or served tells what happened
	}
	if err != nil {
		stop()
	}
	err = errors.Join(err, <-served)
	end()
	background.Wait()
	if err == nil {
		s.log.InfoContext(behind, "stopped")
	}
	return err
}

// prepare brings the store up to date and fills it where that is asked for.
func (s *serving) prepare(ctx context.Context) error {
	err := s.app.Prepare(ctx, func(done int) {
		s.log.InfoContext(ctx, "deriving lists and search words anew", "done", done)
	})
	if err != nil {
		return err
	}
	if !s.env.Config.Serve.Demo {
		// The figures are added up in the background: lists answer meanwhile.
		return nil
	}
	if err := s.fill(ctx); err != nil {
		return err
	}
	return s.app.BuildLedger(ctx, nil)
}

// greet tells where the server is and how to sign in.
func (s *serving) greet(ctx context.Context) error {
	text := "Sổ THADS: " + s.base + "\n"
	if s.greeting == "" {
		first, err := s.firstAdministrator(ctx)
		if err != nil {
			return err
		}
		text += first
	}
	_, err := io.WriteString(s.env.Stdout, text+s.greeting)
	return err
}

// firstAdministrator tells how somebody comes in who can manage accounts, where
// nobody can yet. The link is for who started the server: it is printed and not
// logged.
func (s *serving) firstAdministrator(ctx context.Context) (string, error) {
	token, u, err := s.app.FirstAdministrator(auth.NewContext(ctx, auth.System("thads serve")))
	if refusals, refused := thads.Refusals(err); refused && refusals[0].Code == thads.CodeNotAllowed {
		// The records can be read and written all the same.
		return refusals[0].Text.VI + "\n" + refusals[0].Text.EN + "\n", nil
	}
	if err != nil || u == nil {
		return "", err
	}
	return fmt.Sprintf("Chưa có ai quản trị tài khoản. Người quản trị đầu tiên (%[1]s) vào bằng liên kết dùng một lần trong %[2]d giờ:\n"+
		"Nobody manages accounts yet. The first administrator (%[1]s) comes in by a link that works once within %[2]d hours:\n  %[3]s\n",
		u.Account, int(app.InvitationLife.Hours()), s.base+httpd.SignInPath(token)), nil
}

// watch keeps the application's picture of the store current. When the store
// goes away it tries again until it is back: nothing has to be restarted.
func (s *serving) watch(ctx context.Context) {
	for {
		err := s.app.Run(ctx)
		if ctx.Err() != nil {
			return
		}
		s.log.ErrorContext(ctx, "the store is not watched; trying again", "error", err, "in", watchAgain)
		if !wait(ctx, watchAgain) {
			return
		}
	}
}

// sweep deletes what has ended, now and then.
func (s *serving) sweep(ctx context.Context) {
	for {
		n, err := s.app.SweepAccess(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.WarnContext(ctx, "ended sessions could not be deleted", "error", err)
		case n > 0:
			s.log.InfoContext(ctx, "ended sessions and links deleted", "count", n)
		}
		if !wait(ctx, sweepEvery) {
			return
		}
	}
}

// wait is false if ctx ended before the time was over.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
