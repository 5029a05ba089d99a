package cli

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/thads"
)

func dumpCommand() Command {
	return Command{
		Name: "dump", Args: "FILE|-",
		Synopsis: thads.Text{VI: "sao lưu toàn bộ dữ liệu ra một tệp", EN: "backs up all records to a file"},
		About: thads.Text{
			VI: `Bản sao lưu không phụ thuộc vào loại kho dữ liệu, có mã kiểm tra từng dòng, và lấy được khi máy chủ đang chạy.
Tên tệp kết thúc bằng .gz thì được nén; - là đầu ra chuẩn. Tệp chỉ xuất hiện khi đã ghi xong.
Số định danh nằm trong bản sao lưu ở dạng đã mã hóa: hãy cất tệp khóa (--config) ở nơi khác, không có nó thì không đọc lại được.`,
			EN: `A dump is independent of the engine, has a checksum in every line and can be taken while a server runs.
A name that ends in .gz packs it; - is standard output. The file appears when it is whole.
Identity numbers are in the dump sealed: keep the file with the keys (--config) elsewhere; without it nobody can read them.`,
		},
		Examples: []string{"thads dump thads-2019-12-09.ndjson.gz", "thads dump - | ssh saoluu 'cat > thads.ndjson'"},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			env.Config.AddStore(set)
			return func(ctx context.Context, args []string) error { return runDump(ctx, env, args) }
		},
	}
}

func runDump(ctx context.Context, env *Env, args []string) (err error) {
	if len(args) != 1 {
		return config.Wrong("thads dump cần tên một tệp, hoặc - cho đầu ra chuẩn. Xem thads help dump.", "thads dump takes the name of a file, or - for standard output. See thads help dump.")
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	ctx = auth.NewContext(ctx, auth.System("dump"))
	var report *app.DumpReport
	tell := env.tell()
	take := func(w io.Writer) (err error) {
		report, err = a.Dump(ctx, w, func(n int) { tell("Đã sao lưu %d bản ghi", "%d records dumped", n) })
		return err
	}
	switch {
	case args[0] == "-":
		err = take(env.Stdout)
	case strings.HasSuffix(args[0], ".gz"):
		err = writeWhole(args[0], func(w io.Writer) error {
			z := gzip.NewWriter(w)
			return errors.Join(take(z), z.Close())
		})
	default:
		err = writeWhole(args[0], take)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stderr, "Đã sao lưu %d bản ghi: %s.\n%[1]d records were dumped.\n", report.Documents, countsText(report.Counts))
	return err
}

// countsText lists documents by kind.
func countsText(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

// writeWhole writes a file, for this user alone, that appears under its name only
// when it is whole and on the disk.
func writeWhole(name string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return fail(err, "Không ghi được tệp %s: %v", "The file %s cannot be written: %v", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
