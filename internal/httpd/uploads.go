package httpd

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/thads/thads/internal/app"
)

// MaxUpload bounds a file that is sent, in bytes.
const MaxUpload = 64 << 20

// uploadType is what an upload must be declared as. A foreign page cannot send
// it without asking first, which is refused; nor does a browser guess it.
const uploadType = "application/octet-stream"

// serveUpload takes a file: the body is its bytes, the parameter name what it is
// called. All of the request is judged before a byte of the body is read.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	if t := r.Header.Values("Content-Type"); len(t) != 1 || t[0] != uploadType || r.Header.Get("Content-Encoding") != "" {
		s.refuse(w, r, http.StatusUnsupportedMediaType, problemUploadType)
		return
	}
	if r.ContentLength > MaxUpload {
		// The rest of the body is not read: the connection ends.
		w.Header().Set("Connection", "close")
		s.refuse(w, r, http.StatusRequestEntityTooLarge, problemUploadLarge)
		return
	}
	if !s.uploads.take() {
		w.Header().Set("Connection", "close")
		s.refuse(w, r, http.StatusServiceUnavailable, problemBusy)
		return
	}
	defer s.uploads.give()
	body := &arriving{
		body: http.MaxBytesReader(w, r.Body, MaxUpload),
		pace: newPace(http.NewResponseController(w).SetReadDeadline),
	}
	u, err := s.o.Backend.UploadFile(r.Context(), r.URL.Query().Get("name"), body)
	switch {
	case body.err != nil:
		s.refuseBody(w, r, body.err)
	case err != nil:
		s.refuseError(w, r, err)
	default:
		uploaded(w, u)
	}
}

// refuseBody answers to a body that did not arrive.
func (s *Server) refuseBody(w http.ResponseWriter, r *http.Request, err error) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		s.refuse(w, r, http.StatusRequestEntityTooLarge, problemUploadLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		s.refuse(w, r, http.StatusRequestTimeout, problemUploadSlow)
	default:
		s.refuse(w, r, http.StatusBadRequest, problemUploadBody)
	}
}

// uploaded answers what importStart takes.
func uploaded(w http.ResponseWriter, u *app.Upload) {
	// The upload may have used up the time that the answer had.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeGrace)) // where there is none, there is nothing to set
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(struct { // a client that went away needs no answer
		ID    string `json:"id"`
		Name  string `json:"name"`
		Bytes int64  `json:"bytes"`
	}{u.ID, u.Name, u.Bytes})
}
