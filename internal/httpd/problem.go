package httpd

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/thads"
)

// A problem is a refusal of this package: in the form of a GraphQL error where
// the API was asked, as one JSON object where a file was or somebody signs in, and
// in a line of text elsewhere.
type problem struct {
	code thads.Code
	text thads.Text
}

var (
	problemInternal = problem{"INTERNAL", thads.Text{
		VI: "Lỗi hệ thống. Khi báo lỗi, hãy ghi kèm mã yêu cầu.",
		EN: "Internal error. Quote the request id when you report it.",
	}}
	problemStarting = problem{thads.CodeUnavailable, thads.Text{
		VI: "Hệ thống đang khởi động, hãy thử lại sau ít giây.",
		EN: "The system is starting; try again in a few seconds.",
	}}
	problemUnavailable = problem{thads.CodeUnavailable, thads.Text{
		VI: "Kho dữ liệu tạm thời không trả lời, hãy thử lại sau ít phút.",
		EN: "The store cannot answer now; try again in a few minutes.",
	}}
	problemMethod = problem{"METHOD_NOT_ALLOWED", thads.Text{
		VI: "API chỉ nhận POST.",
		EN: "The API takes POST only.",
	}}
	problemMediaType = problem{"UNSUPPORTED_MEDIA_TYPE", thads.Text{
		VI: "API chỉ nhận Content-Type: application/json với UTF-8.",
		EN: "The API takes Content-Type: application/json in UTF-8 only.",
	}}
	problemTooLarge = problem{"REQUEST_TOO_LARGE", thads.Text{
		VI: "Yêu cầu lớn quá 1 MB.",
		EN: "The request is larger than 1 MB.",
	}}
	problemBody = problem{"BAD_REQUEST", thads.Text{
		VI: "Không nhận được toàn bộ yêu cầu.",
		EN: "The request did not arrive whole.",
	}}
	problemFileMethod = problem{"METHOD_NOT_ALLOWED", thads.Text{
		VI: "Địa chỉ này không nhận phương thức đó.",
		EN: "This address does not take that method.",
	}}
	problemSignIn = problem{"UNAUTHENTICATED", thads.Text{
		VI: "Cần đăng nhập để gửi hoặc tải tệp.",
		EN: "Sign in to send or fetch files.",
	}}
	problemToken = problem{"UNAUTHENTICATED", thads.Text{
		VI: "Khóa API không đúng, đã bị thu hồi hoặc đã hết hạn.",
		EN: "The API token is wrong, was revoked or has expired.",
	}}
	problemCredentials = problem{"WRONG_CREDENTIALS", thads.Text{
		VI: "Tên tài khoản hoặc mật khẩu không đúng.",
		EN: "The account or the password is wrong.",
	}}
	problemCode = problem{"WRONG_CREDENTIALS", thads.Text{
		VI: "Mã không đúng, hoặc lần đăng nhập này đã hết hạn.",
		EN: "The code is wrong, or this sign-in has expired.",
	}}
	problemThrottled = problem{"TOO_MANY_ATTEMPTS", thads.Text{
		VI: "Đã thử sai quá nhiều lần, hãy đợi rồi thử lại.",
		EN: "Too many wrong attempts; wait and try again.",
	}}
	problemSignInBusy = problem{thads.CodeUnavailable, thads.Text{
		VI: "Nhiều người đang đăng nhập cùng lúc, hãy thử lại sau ít giây.",
		EN: "Many people are signing in; try again in a few seconds.",
	}}
	problemSignInType = problem{"UNSUPPORTED_MEDIA_TYPE", thads.Text{
		VI: "Đăng nhập chỉ nhận Content-Type: application/json với UTF-8.",
		EN: "Signing in takes Content-Type: application/json in UTF-8 only.",
	}}
	problemSignInLarge = problem{"REQUEST_TOO_LARGE", thads.Text{
		VI: "Yêu cầu lớn quá 4 KB.",
		EN: "The request is larger than 4 KB.",
	}}
	problemSignInBody = problem{"BAD_REQUEST", thads.Text{
		VI: "Yêu cầu đăng nhập không đọc được.",
		EN: "The sign-in request cannot be read.",
	}}
	problemForbidden = problem{thads.CodeForbidden, thads.Text{
		VI: "Không có quyền gửi hoặc tải tệp này.",
		EN: "You may not send or fetch this file.",
	}}
	problemNoFile = problem{thads.CodeNotFound, thads.Text{
		VI: "Không có tệp này.",
		EN: "There is no such file.",
	}}
	problemBusy = problem{thads.CodeUnavailable, thads.Text{
		VI: "Máy chủ đang chuyển nhiều tệp, hãy thử lại sau ít giây.",
		EN: "The server is moving many files; try again in a few seconds.",
	}}
	problemUploadType = problem{"UNSUPPORTED_MEDIA_TYPE", thads.Text{
		VI: "Tệp gửi lên phải có Content-Type: application/octet-stream.",
		EN: "A file is sent as Content-Type: application/octet-stream.",
	}}
	problemUploadLarge = problem{"REQUEST_TOO_LARGE", thads.Text{
		VI: "Tệp lớn quá 64 MB.",
		EN: "The file is larger than 64 MB.",
	}}
	problemUploadSlow = problem{"REQUEST_TIMEOUT", thads.Text{
		VI: "Tệp đến quá chậm nên đã bị ngắt, hãy gửi lại.",
		EN: "The file came too slowly and was cut off; send it again.",
	}}
	problemUploadBody = problem{"BAD_REQUEST", thads.Text{
		VI: "Không nhận được toàn bộ tệp, hãy gửi lại.",
		EN: "The file did not arrive whole; send it again.",
	}}
	problemForeign = problem{"CROSS_ORIGIN", thads.Text{
		VI: "Yêu cầu đến từ một trang web khác nên bị từ chối.",
		EN: "The request comes from a foreign page and is refused.",
	}}
)

const (
	jsonType    = "application/json; charset=utf-8"
	graphqlType = "application/graphql-response+json; charset=utf-8"
)

// fail answers with a problem.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, status int, p problem) {
	req := request.FromContext(r.Context())
	switch route := req.Route(); {
	case isFileRoute(route):
		s.refuse(w, r, status, p)
		return
	case isSessionRoute(route):
		s.refuseSignIn(w, r, status, p, 0)
		return
	}
	message := p.text.In(req.Language())
	h := w.Header()
	h.Set("Content-Language", req.Language())
	if req.Route() != "/graphql" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(message + "\n")) // a client that went away needs no answer
		return
	}
	req.Ran(request.Operation{Code: string(p.code)})
	h.Set("Content-Type", jsonType)
	if strings.Contains(r.Header.Get("Accept"), "application/graphql-response+json") {
		h.Set("Content-Type", graphqlType)
	}
	w.WriteHeader(status)
	type extensions struct {
		Code      thads.Code `json:"code"`
		RequestID string     `json:"requestId"`
	}
	type graphqlError struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // likewise
		"errors": []graphqlError{{Message: message, Extensions: extensions{p.code, req.ID()}}},
	})
}

func (s *Server) denyForeign(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusForbidden, problemForeign)
}
