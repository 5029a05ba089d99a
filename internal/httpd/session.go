package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file is signing in by password: two requests of JSON that the sign-in
// page makes. What they answer sets cookies; nothing in it is worth keeping.

// The routes of signing in by password, as log and metrics name them too.
const (
	routeSession = "/session"
	routeFactor  = "/session/factor"
)

func isSessionRoute(route string) bool { return route == routeSession || route == routeFactor }

// maxSignIn bounds the body of a sign-in, in bytes.
const maxSignIn = 4 << 10

// deviceYear is how long a browser keeps the cookie by which it is known, in
// seconds.
const deviceYear = 365 * 24 * 60 * 60

// A signInState says what a sign-in has come to.
type signInState string

const (
	stateSignedIn     signInState = "SIGNED_IN"
	stateSecondFactor signInState = "SECOND_FACTOR"
)

// timed bounds how long an answer may take to find.
func (s *Server) timed(serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
		defer cancel()
		serve(w, r.WithContext(ctx))
	})
}

// serveSession signs in by account and password.
func (s *Server) serveSession(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Account  *string `json:"account"`
		Password *string `json:"password"`
	}
	if !s.readSignIn(w, r, &body) {
		return
	}
	if body.Account == nil || body.Password == nil {
		s.refuseSignIn(w, r, http.StatusBadRequest, problemSignInBody, 0)
		return
	}
	q := s.signInRequest(r, auth.ByPassword)
	q.Account, q.Password = *body.Account, *body.Password
	result, err := s.o.Backend.SignIn(r.Context(), q, s.o.Sessions)
	s.answerSignIn(w, r, result, err, problemCredentials)
}

// serveFactor completes a sign-in by a second factor.
func (s *Server) serveFactor(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Challenge *string `json:"challenge"`
		Code      *string `json:"code"`
	}
	if !s.readSignIn(w, r, &body) {
		return
	}
	if body.Challenge == nil || body.Code == nil {
		s.refuseSignIn(w, r, http.StatusBadRequest, problemSignInBody, 0)
		return
	}
	// What is no challenge is answered like one that has ended.
	challenge, _ := auth.ParseToken(*body.Challenge)
	result, err := s.o.Backend.SecondFactor(r.Context(), challenge, *body.Code, s.signInRequest(r, auth.ByPassword), s.o.Sessions)
	s.answerSignIn(w, r, result, err, problemCode)
}

// readSignIn reads the body of a sign-in, or refuses it and is false. The form
// of a foreign page cannot declare JSON.
func (s *Server) readSignIn(w http.ResponseWriter, r *http.Request, body any) bool {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.refuseSignIn(w, r, http.StatusMethodNotAllowed, problemFileMethod, 0)
		return false
	}
	if !isJSON(r.Header.Values("Content-Type")) || r.Header.Get("Content-Encoding") != "" {
		s.refuseSignIn(w, r, http.StatusUnsupportedMediaType, problemSignInType, 0)
		return false
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSignIn))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		s.refuseSignIn(w, r, http.StatusRequestEntityTooLarge, problemSignInLarge, 0)
		return false
	}
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err = d.Decode(body); err == nil {
			if _, end := d.Token(); !errors.Is(end, io.EOF) {
				err = errTrailing
			}
		}
	}
	if err != nil {
		s.refuseSignIn(w, r, http.StatusBadRequest, problemSignInBody, 0)
	}
	return err == nil
}

// errTrailing: something follows the JSON of a body.
var errTrailing = errors.New("httpd: more than one value")

// origin tells how and from where a request signs in.
func (s *Server) origin(r *http.Request, means auth.Means) app.SignInOrigin {
	return app.SignInOrigin{Means: means, Agent: r.UserAgent(), Address: s.addressText(r)}
}

// address is where on the network a request comes from: the other end of the
// connection. What a header tells of it anybody can write; it counts as far as
// proxies that the configuration names have written it, each of which adds at the
// end from where it was asked. Without that, all who come through a proxy would be
// one place, and each could use up the attempts of all. It is the zero Addr where
// the connection has no such end.
func (s *Server) address(r *http.Request) netip.Addr {
	addr := remote(r)
	named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(named) {
		if !s.isProxy(addr) {
			break
		}
		before, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break // the proxy itself is the last that is known
		}
		addr = before.Unmap().WithZone("")
	}
	return addr
}

func (s *Server) isProxy(addr netip.Addr) bool {
	return slices.ContainsFunc(s.o.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// remote is the other end of the connection.
func remote(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}

func (s *Server) addressText(r *http.Request) string {
	if addr := s.address(r); addr.IsValid() {
		return addr.String()
	}
	return ""
}

// signInRequest is what the application is told of a request that signs in.
func (s *Server) signInRequest(r *http.Request, means auth.Means) app.SignInRequest {
	return app.SignInRequest{Source: auth.SourceOf(s.address(r)), Device: s.deviceToken(r), Origin: s.origin(r, means)}
}

// answerSignIn answers what a sign-in has come to; wrong is what to say where
// what was typed is wrong.
func (s *Server) answerSignIn(w http.ResponseWriter, r *http.Request, result *app.SignInResult, err error, wrong problem) {
	var throttled *app.Throttled
	var answer struct {
		State     signInState `json:"state"`
		Challenge string      `json:"challenge,omitempty"`
	}
	switch {
	case errors.Is(err, app.ErrWrongCredentials):
		s.refuseSignIn(w, r, http.StatusUnauthorized, wrong, 0)
		return
	case errors.As(err, &throttled):
		s.refuseSignIn(w, r, http.StatusTooManyRequests, problemThrottled, throttled.Seconds())
		return
	case errors.Is(err, app.ErrBusy):
		s.refuseSignIn(w, r, http.StatusServiceUnavailable, problemSignInBusy, signInAgain)
		return
	case err != nil:
		s.log.ErrorContext(r.Context(), "sign-in failed", "requestId", request.FromContext(r.Context()).ID(), "error", err)
		if errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrClosed) {
			s.refuseSignIn(w, r, http.StatusServiceUnavailable, problemUnavailable, signInAgain)
			return
		}
		s.refuseSignIn(w, r, http.StatusInternalServerError, problemInternal, 0)
		return
	case result.Challenge.IsZero():
		s.begin(w, r, result)
		answer.State = stateSignedIn
	default:
		answer.State, answer.Challenge = stateSecondFactor, result.Challenge.Reveal()
	}
	w.Header().Set("Content-Type", jsonType)
	_ = json.NewEncoder(w).Encode(answer) // a client that went away needs no answer
}

// signInAgain is when somebody may try again whom the server had no time for, in
// seconds.
const signInAgain = 5

// refuseSignIn answers with a problem, and after how many seconds trying again
// makes sense, 0 for a problem that does not go away by itself.
func (s *Server) refuseSignIn(w http.ResponseWriter, r *http.Request, status int, p problem, after int) {
	req := request.FromContext(r.Context())
	req.Ran(request.Operation{Code: string(p.code)})
	h := w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Content-Language", req.Language())
	if after > 0 {
		h.Set("Retry-After", strconv.Itoa(after))
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct { // a client that went away needs no answer
		Code       thads.Code `json:"code"`
		Message    string     `json:"message"`
		RetryAfter int        `json:"retryAfter,omitempty"`
		RequestID  string     `json:"requestId"`
	}{p.code, p.text.In(req.Language()), after, req.ID()})
}

// begin hands a session that has begun to the browser, with the cookie by which
// the device is known, and ends the session that it had: none lives on under a
// new person, or is worth having planted before.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, result *app.SignInResult) {
	req := request.FromContext(r.Context())
	req.By(string(result.User.ID))
	if err := s.endSession(r.Context(), r); err != nil {
		// The old session ends by itself; the new one is what was asked for.
		s.log.WarnContext(r.Context(), "the former session could not be ended", "requestId", req.ID(), "error", err)
	}
	http.SetCookie(w, s.newCookie(s.cookie, result.Session.Reveal(), int(s.o.Sessions.Max.Seconds())))
	if !result.Device.IsZero() {
		http.SetCookie(w, s.newCookie(s.device, result.Device.Reveal(), deviceYear))
	}
}

// deviceToken returns the token by which the device is known, zero if it is not.
// It opens nothing: it spares its owner what others have used up.
func (s *Server) deviceToken(r *http.Request) auth.Token {
	if hasAuthorization(r) {
		return auth.Token{}
	}
	for _, cookie := range r.CookiesNamed(s.device) {
		if token, ok := auth.ParseToken(cookie.Value); ok {
			return token
		}
	}
	return auth.Token{}
}
