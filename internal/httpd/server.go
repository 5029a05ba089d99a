// Package httpd serves the application over HTTP: it routes, identifies who
// asks, refuses what is too large, too slow or comes from a foreign page, and
// tells how it goes. What the API answers is package graph's, what the pages
// look like package web's; both come in as handlers.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/rs/cors"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// Limits of what a client may send and how slowly.
const (
	// MaxBody bounds the body of a request to the API, in bytes.
	MaxBody = 1 << 20
	// maxForm bounds the body of the sign-in form, in bytes.
	maxForm = 4 << 10
	// maxHeader bounds the head of a request, in bytes.
	maxHeader = 32 << 10

	headTimeout = 5 * time.Second
	readTimeout = 30 * time.Second
	idleTimeout = 2 * time.Minute
	// writeGrace is how much longer than its deadline an answer may take to
	// reach the client.
	writeGrace = 30 * time.Second
	// checkTimeout bounds the checks of /readyz and the look at the store that
	// /metrics takes.
	checkTimeout = 2 * time.Second
)

// Backend is what the server asks of the application.
type Backend interface {
	PeekLink(ctx context.Context, token auth.Token) (*app.User, error)
	RedeemLink(ctx context.Context, token auth.Token, o app.SignInOrigin, limits app.SessionLimits) (*app.SignInResult, error)
	SignInAs(ctx context.Context, id thads.PrincipalID, o app.SignInOrigin, limits app.SessionLimits) (auth.Token, *app.User, error)
	SignIn(ctx context.Context, r app.SignInRequest, limits app.SessionLimits) (*app.SignInResult, error)
	SecondFactor(ctx context.Context, challenge auth.Token, code string, r app.SignInRequest, limits app.SessionLimits) (*app.SignInResult, error)
	SignInProvider(ctx context.Context, s app.ProviderSignIn, limits app.SessionLimits) (*app.SignInResult, error)
	LinkProvider(ctx context.Context, issuer, subject string) error
	Authenticate(ctx context.Context, token auth.Token, limits app.SessionLimits) (auth.Principal, error)
	AuthenticateToken(ctx context.Context, text string) (auth.Principal, error)
	StillSignedIn(ctx context.Context, token auth.Token, limits app.SessionLimits) (auth.Principal, error)
	TokenStillWorks(ctx context.Context, text string) (auth.Principal, error)
	SignOut(ctx context.Context, token auth.Token) error
	UploadFile(ctx context.Context, name string, r io.Reader) (*app.Upload, error)
	Import(ctx context.Context, id string) (*app.Import, error)
	ImportProblemFile(ctx context.Context, id string, w io.Writer) error
	ExportCases(ctx context.Context, w io.Writer, o app.ExportOptions) error
	ExportCaseEvents(ctx context.Context, w io.Writer, o app.ExportOptions) error
	ExportRecords(ctx context.Context, w io.Writer, k sheet.Kind, o app.RecordExportOptions) error
	ExportTemplate(ctx context.Context, w io.Writer, k sheet.Kind, f sheet.Format) error
	ReportOutput(ctx context.Context, form string, v app.OutputValues, f app.OutputFormat) (*app.Output, error)
	ReportPostings(ctx context.Context, form string, v app.OutputValues, row, column string, w io.Writer) error
	SavedQueryOutput(ctx context.Context, id string, v app.OutputValues, f app.OutputFormat) (*app.Output, error)
	Today() thads.Date
	Ready(ctx context.Context) error
	StoreInfo(ctx context.Context) (store.Info, error)
}

// Arguments reads the arguments of lists as the API reads them.
type Arguments interface {
	// Cases reads a filter and an order of cases; what cannot be read is a refusal.
	Cases(ctx context.Context, filter, orderBy, direction string) (app.ExportOptions, error)
	// Records does the same for another kind of records.
	Records(ctx context.Context, k sheet.Kind, filter, orderBy, direction string) (app.RecordExportOptions, error)
}

// Options configure a Server.
type Options struct {
	// Backend, GraphQL, Arguments and Web are required.
	Backend   Backend
	GraphQL   http.Handler
	Arguments Arguments
	Web       http.Handler
	// Checks are asked by /readyz besides the store.
	Checks []Check
	// URL is the address that people use: its scheme decides about cookies.
	URL *url.URL
	// Provider is where people may sign in besides; nil for nowhere.
	Provider Provider
	// CORSOrigins are the foreign origins whose pages may use the API.
	CORSOrigins []string
	// TrustedProxies are the addresses of proxies whose X-Forwarded-For tells
	// where requests come from.
	TrustedProxies []netip.Prefix
	Sessions       app.SessionLimits
	// Timeout bounds the answer to one request of the API, Drain how long
	// requests under way may take to end at a shutdown.
	Timeout, Drain time.Duration
	// Version is shown in the metrics.
	Version string
	Log     *slog.Logger
}

// A Check is one condition for being ready.
type Check struct {
	Name string
	// Ask returns nil, or why the server is not ready, in a sentence that
	// anybody may read.
	Ask func(ctx context.Context) error
}

// A Server serves the application.
type Server struct {
	o       Options
	log     *slog.Logger
	handler http.Handler
	metrics *metrics
	// cookie, device and flow are the names of the cookies: of the session, of
	// the device, and of a sign-in at the provider that is under way.
	cookie, device, flow string
	secure               bool
	state                atomic.Int32
	// ending is closed when draining begins, for answers that last.
	ending chan struct{}
	// lasting are the links of LastingLink, the account by the hash of the
	// token. They are not written any more once state is serving.
	lasting map[string]thads.PrincipalID
	// uploads and downloads are the places for files under way.
	uploads, downloads slots
}

// The states of a server.
const (
	starting = iota
	serving
	draining
)

// New returns a Server that is not ready yet: until Ready is called it answers
// /healthz, /readyz and /metrics, and 503 to everything else.
func New(o Options) (*Server, error) {
	switch {
	case o.Backend == nil || o.GraphQL == nil || o.Arguments == nil || o.Web == nil || o.URL == nil:
		return nil, errors.New("httpd: an option is missing")
	case o.Timeout <= 0 || o.Drain <= 0 || o.Sessions.Idle <= 0 || o.Sessions.Max <= 0:
		return nil, errors.New("httpd: a limit is missing")
	}
	s := &Server{o: o, log: o.Log, secure: o.URL.Scheme == "https", cookie: "thads", device: "thads-device", flow: "thads-oidc", lasting: map[string]thads.PrincipalID{}, ending: make(chan struct{})}
	s.uploads, s.downloads = make(slots, maxUploads), make(slots, maxDownloads)
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.secure {
		// The prefix makes browsers refuse the cookies from other hosts, from
		// sub-domains and without TLS.
		for _, name := range []*string{&s.cookie, &s.device, &s.flow} {
			*name = "__Host-" + *name
		}
	}
	var err error
	if s.metrics, err = newMetrics(o.Backend, o.Version, s.log); err != nil {
		return nil, err
	}
	if s.handler, err = s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// routes wires the handlers. Outermost first: what every request needs, then
// the refusal of foreign pages, then the routes.
func (s *Server) routes() (http.Handler, error) {
	foreign := http.NewCrossOriginProtection()
	for _, origin := range s.o.CORSOrigins {
		if err := foreign.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("httpd: %w", err)
		}
	}
	foreign.SetDenyHandler(http.HandlerFunc(s.denyForeign))

	mux := http.NewServeMux()
	api := crossOrigin(s.o.CORSOrigins, foreign.Handler(http.HandlerFunc(s.serveGraphQL)))
	mux.Handle("/graphql", s.route("/graphql", s.whenServing(api)))
	mux.Handle("/signin", s.route("/signin", s.whenServing(foreign.Handler(http.HandlerFunc(s.serveSignIn)))))
	mux.Handle("/signout", s.route("/signout", s.whenServing(foreign.Handler(http.HandlerFunc(s.serveSignOut)))))
	mux.Handle(routeSession, s.route(routeSession, s.whenServing(foreign.Handler(s.timed(s.serveSession)))))
	mux.Handle(routeFactor, s.route(routeFactor, s.whenServing(foreign.Handler(s.timed(s.serveFactor)))))
	for _, step := range []struct {
		route   string
		methods []string
		serve   http.HandlerFunc
	}{
		{routeOIDCStart, []string{http.MethodGet, http.MethodPost}, s.serveOIDCStart},
		{routeOIDCCallback, []string{http.MethodGet}, s.serveOIDCCallback},
		{routeOIDCFinish, []string{http.MethodGet}, s.serveOIDCFinish},
	} {
		mux.Handle(step.route, s.route(step.route, s.whenServing(foreign.Handler(s.forOIDC(step.methods, step.serve)))))
	}
	uploads := s.forFiles(auth.Import, []string{http.MethodPost}, s.serveUpload)
	mux.Handle(routeUploads, s.route(routeUploads, s.whenServing(crossOrigin(s.o.CORSOrigins, foreign.Handler(uploads)))))
	fetch := []string{http.MethodGet, http.MethodHead}
	mux.Handle("/imports/{id}/problems.xlsx", s.route(routeProblems, s.whenServing(s.forFiles(auth.Import, fetch, s.serveProblems))))
	mux.Handle("/exports/{file}", s.route(routeExports, s.whenServing(s.forFiles(auth.Export, fetch, s.serveExport))))
	mux.Handle("/reports/{file}", s.route(routeReports, s.whenServing(s.forFiles(auth.ReadFigures, fetch, s.serveReport))))
	mux.Handle("/queries/{file}", s.route(routeQueries, s.whenServing(s.forFiles(auth.ReadFigures, fetch, s.serveQuery))))
	mux.Handle("/templates/{file}", s.route(routeTemplates, s.whenServing(s.forFiles(auth.SignedIn, fetch, s.serveTemplate))))
	mux.Handle("/healthz", s.route("/healthz", http.HandlerFunc(s.serveHealth)))
	mux.Handle("/readyz", s.route("/readyz", http.HandlerFunc(s.serveReady)))
	mux.Handle("/metrics", s.route("/metrics", s.metrics.handler))
	mux.Handle("/", s.route("/", s.whenServing(s.o.Web)))
	return s.envelope(mux), nil
}

// crossOrigin lets pages of the origins read what the handler answers. Without
// origins it does nothing at all, because the library takes an empty list for
// all origins of the world.
func crossOrigin(origins []string, h http.Handler) http.Handler {
	if len(origins) == 0 {
		return h
	}
	return cors.New(cors.Options{
		AllowedOrigins:   origins,
		AllowedMethods:   []string{http.MethodPost, http.MethodGet},
		AllowedHeaders:   []string{"Content-Type", "Authorization", "If-None-Match"},
		ExposedHeaders:   []string{requestIDHeader, "Retry-After", "Www-Authenticate", "Etag"},
		AllowCredentials: true,
		MaxAge:           600,
	}).Handler(h)
}

// Handler returns the handler of the whole server.
func (s *Server) Handler() http.Handler { return s.handler }

// LastingLink makes a sign-in link of this process alone, which ends with it
// and can be opened again and again until then: for the demonstration. It must
// be called before Ready. It returns the token of the link.
func (s *Server) LastingLink(id thads.PrincipalID) auth.Token {
	token := auth.NewToken()
	s.lasting[token.Hash()] = id
	return token
}

// Ready lets requests in.
func (s *Server) Ready() { s.state.CompareAndSwap(starting, serving) }

// SignInPath is the address of a sign-in link on this server, without its host.
func SignInPath(token auth.Token) string { return "/signin?token=" + token.Reveal() }

// Serve answers requests on the listener until ctx ends; then it refuses new
// ones, waits for those under way at most as long as Options.Drain, and returns
// nil if all of them ended in time. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	// Requests outlive ctx: its end asks for a drain, not for their end. What
	// streams without end is told that draining has begun (app.Stay.Ending), or is
	// cut off when it is over.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      s.o.Timeout + readTimeout + writeGrace,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("httpd: serving ended: %w", err)
	case <-ctx.Done():
	}
	s.state.Store(draining)
	close(s.ending)
	deadline, cancel := context.WithTimeout(requests, s.o.Drain)
	defer cancel()
	err := server.Shutdown(deadline)
	if err != nil {
		cut()
		err = errors.Join(fmt.Errorf("httpd: requests were cut off after %v: %w", s.o.Drain, err), server.Close())
	}
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
