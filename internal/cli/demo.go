package cli

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/demo"
	"github.com/thads/thads/internal/httpd"
)

// fill makes the demonstration: its records where the store is empty, its
// account, and the link that signs in as it.
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
	u, err := s.app.EnsureUser(auth.NewContext(ctx, auth.System("demo")), app.NewUser{
		Account: "minh-hoa", Name: "Lãnh đạo tỉnh (minh họa)", Role: auth.RoleLeader,
	})
	if err != nil {
		return err
	}
	s.signIn = s.base + httpd.SignInPath(s.server.LastingLink(u.ID))
	return nil
}
