package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/thads"
)

func loadCommand() Command {
	return Command{
		Name: "load", Args: "FILE|-",
		Synopsis: thads.Text{VI: "nạp một bản sao lưu vào kho dữ liệu trống", EN: "loads a backup into an empty store"},
		About: thads.Text{
			VI: `Nạp bản sao lưu của thads dump vào một kho trống, SQLite (--data) hoặc MongoDB (--store); đây cũng là cách chuyển từ
loại kho này sang loại kia. Toàn bộ tệp được kiểm tra trước khi ghi. Nếu bị ngắt giữa chừng, máy chủ từ chối kho đó
cho tới khi chạy lại đúng lệnh này. Dùng cùng tệp khóa (--config) thì số định danh vẫn đọc được. - là đầu vào chuẩn.`,
			EN: `Loads what thads dump wrote into an empty store, SQLite (--data) or MongoDB (--store); this is also the way from one
to the other. The whole file is verified before the first write. After an interruption the server refuses the store
until the same command completes it. With the same keys (--config) identity numbers stay readable. - is standard input.`,
		},
		Examples: []string{"thads load --data ./moi thads-2019-12-09.ndjson.gz", "thads load --store mongodb://db/thads thads-2019-12-09.ndjson.gz"},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			env.Config.AddStore(set)
			return func(ctx context.Context, args []string) error { return runLoad(ctx, env, args) }
		},
	}
}

func runLoad(ctx context.Context, env *Env, args []string) (err error) {
	if len(args) != 1 {
		return config.Wrong("thads load cần tên một tệp, hoặc - cho đầu vào chuẩn. Xem thads help load.", "thads load takes the name of a file, or - for standard input. See thads help load.")
	}
	name := args[0]
	if name == "-" {
		// It is read twice, so that it is verified before the first write.
		if name, err = spool(env.Stdin); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.Remove(name)) }()
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return fail(err, "Không mở được tệp %s.", "The file %s cannot be opened.", name)
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	tell := env.tell()
	open := func() (io.ReadCloser, error) { return os.Open(name) }
	report, err := a.Load(auth.NewContext(ctx, auth.System("load")), open, func(verified, stored int) {
		if stored == 0 {
			tell("Đã kiểm tra %d bản ghi", "%d records verified", verified)
		} else {
			tell("Đã nạp %d trên %d bản ghi", "%d of %d records loaded", stored, verified)
		}
	})
	if err != nil {
		return err
	}
	for _, n := range report.Notices {
		fmt.Fprintf(env.Stdout, "CẢNH BÁO  %s\n          %s\n", n.VI, n.EN)
	}
	return say(env, "Đã nạp %d bản ghi: %s.", "%d records were loaded: %s.", report.Documents, countsText(report.Counts))
}

// spool keeps an input in a temporary file, which only this user can read.
func spool(in io.Reader) (name string, err error) {
	f, err := os.CreateTemp("", "thads-load-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := io.Copy(f, in); err != nil {
		return "", fmt.Errorf("standard input: %w", err)
	}
	return f.Name(), nil
}
