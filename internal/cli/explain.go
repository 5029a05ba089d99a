package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// A failure is an error with a sentence for the person who ran the program.
type failure struct {
	text  thads.Text
	cause error
}

// Error returns the sentence and its cause.
func (f *failure) Error() string {
	if f.cause == nil {
		return f.text.EN
	}
	return f.text.EN + ": " + f.cause.Error()
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// fail gives an error its sentence.
func fail(cause error, vi, en string, args ...any) error {
	return &failure{thads.Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}, cause}
}

// explain says in two languages what went wrong, and with which exit code.
func explain(err error) (thads.Text, int) {
	var wrong *config.Error
	if errors.As(err, &wrong) {
		return wrong.Text, exitUsage
	}
	var f *failure
	if errors.As(err, &f) {
		return f.text, exitFailed
	}
	var own *refused
	if errors.As(err, &own) {
		return own.explain()
	}
	if refusals, ok := thads.Refusals(err); ok {
		var vi, en []string
		for _, r := range refusals {
			vi, en = append(vi, r.Text.VI), append(en, r.Text.EN)
		}
		return thads.Text{VI: strings.Join(vi, "; ") + ".", EN: strings.Join(en, "; ") + "."}, exitFailed
	}
	text := func(vi, en string) (thads.Text, int) { return thads.Text{VI: vi, EN: en}, exitFailed }
	switch {
	case errors.Is(err, context.Canceled):
		return text("Đã dừng theo yêu cầu.", "Stopped as asked.")
	case errors.Is(err, store.ErrForeign):
		return text("Cơ sở dữ liệu này thuộc về chương trình khác; thads không ghi vào đó. Hãy chọn nơi khác bằng --data hoặc --store.",
			"This database belongs to another program; thads does not touch it. Choose another place by --data or --store.")
	case errors.Is(err, store.ErrNewer):
		return text("Cơ sở dữ liệu này do một phiên bản thads mới hơn ghi; hãy dùng phiên bản đó.",
			"This database was written by a newer version of thads; use that version.")
	case errors.Is(err, syscall.ENOSPC):
		return text("Ổ đĩa đã đầy.", "The disk is full.")
	case errors.Is(err, fs.ErrPermission):
		return text("Không có quyền đọc hoặc ghi: "+err.Error(), "No permission to read or write: "+err.Error())
	case errors.Is(err, store.ErrUnavailable):
		return text("Không mở được kho dữ liệu: "+err.Error(), "The store cannot be opened: "+err.Error())
	}
	return text("Lỗi: "+err.Error(), "Error: "+err.Error())
}
