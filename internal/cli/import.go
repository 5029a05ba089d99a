package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// A refused is a file in which something is wrong. What it is was listed.
type refused struct{ text thads.Text }

// Error returns the sentence.
func (r *refused) Error() string { return r.text.EN }

// explain returns the sentence and the exit code.
func (r *refused) explain() (thads.Text, int) { return r.text, exitRefused }

// importOptions are the options of the command import.
type importOptions struct {
	dryRun bool
	as     string
}

func importCommand() Command {
	return Command{
		Name: "import", Args: "FILE.xlsx|FILE.csv",
		Synopsis: thads.Text{VI: "nhập sổ việc thi hành án từ bảng tính", EN: "brings in a register of cases from a spreadsheet"},
		About: thads.Text{
			VI: `Tệp theo mẫu của thads template. Toàn bộ tệp được kiểm tra trước: mọi vấn đề được liệt kê theo dòng và cột,
và chỉ khi không có lỗi nào thì tệp mới được ghi vào sổ, trọn vẹn. Nếu bị ngắt giữa chừng, chạy lại đúng lệnh
này để hoàn tất. Nhập lại một tệp đã nhập không làm thay đổi gì. Chạy được khi máy chủ đang hoạt động.

Mã kết thúc: 0 đã nhập (hoặc không có lỗi, với --dry-run), 3 tệp bị từ chối và không có gì được ghi.`,
			EN: `The file is laid out as thads template writes it. All of it is checked first: every problem is listed by row
and column, and only a file without errors is written, as a whole. After an interruption the same command
completes it. A file that was brought in before changes nothing. A server may be running meanwhile.

Exit codes: 0 accepted (with --dry-run: acceptable), 3 refused, and nothing was written.`,
		},
		Examples: []string{"thads template so-thu-ly.xlsx", "thads import --dry-run so-thu-ly.xlsx", "thads import --as lanhdao so-thu-ly.xlsx"},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			o := new(importOptions)
			env.Config.AddStore(set)
			set.Add(config.Option{
				Name: "dry-run", NoVariable: true,
				Usage:   thads.Text{VI: "Chỉ kiểm tra và liệt kê vấn đề; không ghi gì.", EN: "Checks and lists the problems only; writes nothing."},
				Allowed: thads.Text{VI: "true hoặc false", EN: "true or false"},
				Set:     func(v string) bool { b, err := strconv.ParseBool(v); o.dryRun = b; return err == nil },
			})
			set.Add(config.Option{
				Name: "as", Value: "ACCOUNT", NoVariable: true,
				Usage:   thads.Text{VI: "Ghi nhận là tài khoản này nhập, với quyền của tài khoản; mặc định là hệ thống.", EN: "Records under this account, with its rights; by default the system itself."},
				Allowed: thads.Text{VI: "tên một tài khoản", EN: "the name of an account"},
				Set:     func(v string) bool { o.as = v; return v != "" },
			})
			return func(ctx context.Context, args []string) error { return runImport(ctx, env, o, args) }
		},
	}
}

func runImport(ctx context.Context, env *Env, o *importOptions, args []string) (err error) {
	if len(args) != 1 {
		return config.Wrong("thads import cần đúng một tệp. Xem thads help import.", "thads import takes one file. See thads help import.")
	}
	f, err := os.Open(args[0])
	if err != nil {
		return fail(err, "Không mở được tệp %s: %v", "The file %s cannot be opened: %v", args[0], err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return config.Wrong("%s không phải là tệp.", "%s is no file.", args[0])
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	if ctx, err = actAs(ctx, a, o.as); err != nil {
		return err
	}
	report, err := a.ImportCases(ctx, app.ImportFile{Name: filepath.Base(args[0]), Data: f, Size: info.Size()}, app.ImportOptions{DryRun: o.dryRun})
	if err != nil {
		return err
	}
	return writeImport(env.Stdout, o, report)
}

// actAs returns a context for the account, or for the system where none is named.
func actAs(ctx context.Context, a *app.App, account string) (context.Context, error) {
	ctx = auth.NewContext(ctx, auth.System("import"))
	if account == "" {
		return ctx, nil
	}
	u, err := a.UserNamed(ctx, account)
	if err != nil {
		return nil, err
	}
	if u.IsDisabled() {
		return nil, thads.Errorf(thads.CodeForbidden, "as", "Tài khoản %q đã bị khóa", "The account %q is disabled", u.Account)
	}
	return auth.NewContext(ctx, u.Principal()), nil
}

// writeImport lists the problems and says what became of the file.
func writeImport(out io.Writer, o *importOptions, r *app.ImportReport) error {
	w := bufio.NewWriter(out)
	for i := range r.Problems {
		kind := "LỖI"
		if r.Problems[i].Severity == sheet.Warning {
			kind = "CẢNH BÁO"
		}
		fmt.Fprintf(w, "%s  %s\n", kind, r.Problems[i].String())
	}
	if more := r.Errors + r.Warnings - len(r.Problems); more > 0 {
		fmt.Fprintf(w, "… và %d vấn đề khác (and %[1]d more)\n", more)
	}
	if r.Stopped {
		fmt.Fprintln(w, "Phần còn lại của tệp chưa được kiểm tra. (The rest of the file was not checked.)")
	}
	fmt.Fprintf(w, "Đã đọc %d dòng, %d việc; %d lỗi, %d cảnh báo. (%[1]d rows, %[2]d cases; %[3]d errors, %[4]d warnings.)\n", r.Rows, r.Cases, r.Errors, r.Warnings)
	done := false
	switch {
	case !r.Accepted():
	case r.Created == 0:
		when := ""
		if r.Before != nil && !r.Before.FinishedAt.IsZero() {
			when = fmt.Sprintf(" ngày %s (%s)", thads.DateIn(r.Before.StartedAt).Vietnamese(), r.Before.By)
		}
		fmt.Fprintf(w, "Tệp này đã được nhập%s; không có gì thay đổi. (This file was brought in before; nothing has changed.)\n", when)
		done = true
	case o.dryRun:
		fmt.Fprintf(w, "Có thể nhập: %d việc mới. Chưa ghi gì. (%[1]d new cases could be brought in. Nothing was written.)\n", r.Created)
		done = true
	default:
		fmt.Fprintf(w, "Đã nhập %d việc", r.Created)
		if r.Existing > 0 {
			fmt.Fprintf(w, ", hoàn tất lần nhập trước (%d việc đã có)", r.Existing)
		}
		fmt.Fprintf(w, ". (%d cases were brought in.)\n", r.Created)
		done = true
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if done {
		return nil
	}
	if r.Incomplete {
		return &refused{thads.Text{
			VI: "Một phần của tệp đã được ghi trước khi có người dùng mất số của các dòng nêu trên; hãy sửa các dòng đó ở tệp khác và nhập tiếp.",
			EN: "Part of the file was written before somebody took the numbers of the rows above; bring those in by another file.",
		}}
	}
	return &refused{thads.Text{VI: "Tệp bị từ chối; không có gì được ghi. Hãy sửa các lỗi trên rồi nhập lại.", EN: "The file was refused; nothing was written. Mend what is listed and import it again."}}
}

// progressEvery is how often a long command tells how far it is.
const progressEvery = 5 * time.Second

// tell returns what tells progress on standard error, not too often.
func (e *Env) tell() func(vi, en string, args ...any) {
	last := time.Now()
	return func(vi, en string, args ...any) {
		if now := time.Now(); now.Sub(last) >= progressEvery {
			last = now
			fmt.Fprintf(e.Stderr, "%s (%s)\n", fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...))
		}
	}
}
