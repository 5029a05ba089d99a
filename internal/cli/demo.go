package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/demo"
	"github.com/thads/thads/internal/httpd"
)

// fill makes the demonstration: its records where the store is empty, its
// accounts, and the links that sign in as them.
func (s *serving) fill(ctx context.Context) error {
	began := time.Now()
	fill := s.env.fillDemo
	if fill == nil {
		fill = demo.Fill
	}
	made, err := fill(ctx, s.store, demo.Options{Log: s.log, Version: Version()})
	if errors.Is(err, demo.ErrNotEmpty) {
		return fail(err, "Kho dữ liệu đã có hồ sơ khác; --demo chỉ dùng với kho trống. Hãy bỏ --demo hoặc chọn thư mục khác bằng --data.",
			"The store holds other records; --demo needs an empty one. Leave --demo out, or choose another directory by --data.")
	}
	if err != nil {
		return err
	}
	if !made.Existing {
		// Writing a province takes far more memory than serving one: it goes
		// back to the system before the first visitor comes.
		debug.FreeOSMemory()
		s.log.InfoContext(ctx, "demonstration written", "cases", made.Cases, "events", made.Events, "took", time.Since(began).Round(time.Millisecond))
	}
	accounts, err := demo.Accounts(auth.NewContext(ctx, auth.System("demo")), s.app)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		link := s.base + httpd.SignInPath(s.server.LastingLink(account.User.ID))
		if account.Role == auth.RoleLeader {
			s.greeting += "Đăng nhập / Sign in: " + link + "\nCác vai trò khác / Other roles:\n"
			continue
		}
		s.greeting += fmt.Sprintf("  %s (%s): %s\n", account.Role.Name().VI, account.Role, link)
	}
	return nil
}
