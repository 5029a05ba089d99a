package cli

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
	dryRun, goodRows, showMapping, list bool
	mapping, problems, undo, reason, as string
}

func importCommand() Command {
	return Command{
		Name: "import", Args: "FILE.xlsx|FILE.csv",
		Synopsis: thads.Text{VI: "nhập sổ việc thi hành án từ bảng tính", EN: "brings in a register of cases from a spreadsheet"},
		About: thads.Text{
			VI: `Tệp theo mẫu của thads template, hoặc sổ của chính đơn vị: trang, dòng tiêu đề và các cột được tự nhận ra;
--show-mapping in cách ghép cột, sửa lại rồi dùng với --mapping. Toàn bộ tệp được kiểm tra trước: mọi vấn đề được
liệt kê theo dòng và cột, và chỉ khi không có lỗi nào thì tệp mới được ghi vào sổ (với --good-rows: những việc
không có lỗi). Nếu bị ngắt giữa chừng, chạy lại đúng lệnh này để hoàn tất. Nhập lại một tệp đã nhập không làm thay
đổi gì. --undo hoàn tác một lần nhập. Chạy được khi máy chủ đang hoạt động.

Mã kết thúc: 0 đã nhập (hoặc có thể nhập, với --dry-run), 3 tệp bị từ chối và không có gì được ghi.`,
			EN: `The file is laid out as thads template writes it, or is the agency's own register: sheet, headers and columns are
recognised; --show-mapping prints how, to be mended and given by --mapping. All of it is checked first: every problem
is listed by row and column, and only a file without errors is written (by --good-rows: the cases without errors).
After an interruption the same command completes it. A file that was brought in before changes nothing. --undo takes
an import back. A server may be running meanwhile.

Exit codes: 0 accepted (with --dry-run: acceptable), 3 refused, and nothing was written.`,
		},
		Examples: []string{
			"thads template so-thu-ly.xlsx", "thads import --dry-run so-thu-ly.xlsx", "thads import --as lanhdao so-thu-ly.xlsx",
			"thads import --show-mapping so-cu.xlsx > so-cu.json", "thads import --mapping so-cu.json --good-rows --problems can-sua.xlsx so-cu.xlsx",
			"thads import --list", "thads import --undo im_… --reason 'Nhập nhầm năm'",
		},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			o := new(importOptions)
			env.Config.AddStore(set)
			o.declare(set)
			return func(ctx context.Context, args []string) error { return runImport(ctx, env, o, args) }
		},
	}
}

// declare declares the options.
func (o *importOptions) declare(set *config.Set) {
	flag := func(name, vi, en string, p *bool) {
		set.Add(config.Option{
			Name: name, NoVariable: true, Usage: thads.Text{VI: vi, EN: en}, Allowed: thads.Text{VI: "true hoặc false", EN: "true or false"},
			Set: func(v string) bool { b, err := strconv.ParseBool(v); *p = b; return err == nil },
		})
	}
	text := func(name, value, vi, en string, p *string) {
		set.Add(config.Option{
			Name: name, Value: value, NoVariable: true, Usage: thads.Text{VI: vi, EN: en},
			Allowed: thads.Text{VI: "một giá trị không rỗng", EN: "a value that is not empty"},
			Set:     func(v string) bool { *p = v; return v != "" },
		})
	}
	flag("dry-run", "Chỉ kiểm tra và liệt kê vấn đề; không ghi gì.", "Checks and lists the problems only; writes nothing.", &o.dryRun)
	flag("good-rows", "Nhập những việc không có lỗi; phần còn lại được để lại.", "Brings in the cases without errors and leaves the others.", &o.goodRows)
	text("mapping", "FILE.json", "Cách ghép cột, như --show-mapping in ra.", "Which column means what, as --show-mapping prints it.", &o.mapping)
	flag("show-mapping", "In cách ghép cột được nhận ra rồi dừng.", "Prints which column is taken to mean what, and stops.", &o.showMapping)
	text("problems", "FILE.xlsx", "Ghi các dòng có vấn đề ra tệp này, có thêm cột vấn đề.", "Writes the rows with problems to this file, with one more column that tells them.", &o.problems)
	flag("list", "Liệt kê các lần nhập.", "Lists the imports.", &o.list)
	text("undo", "ID", "Hoàn tác lần nhập này; cần --reason.", "Takes this import back; needs --reason.", &o.undo)
	text("reason", "TEXT", "Lý do hoàn tác.", "Why it is taken back.", &o.reason)
	text("as", "ACCOUNT", "Ghi nhận là tài khoản này nhập, với quyền của tài khoản; mặc định là hệ thống.", "Records under this account, with its rights; by default the system itself.", &o.as)
}

// check refuses options that do not go together.
func (o *importOptions) check(args []string) error {
	file := importOptions{dryRun: o.dryRun, goodRows: o.goodRows, showMapping: o.showMapping, mapping: o.mapping, problems: o.problems}
	switch {
	case o.list && o.undo != "":
		return config.Wrong("--list và --undo không đi cùng nhau.", "--list and --undo do not go together.")
	case (o.list || o.undo != "") && (len(args) > 0 || file != importOptions{}):
		return config.Wrong("--list và --undo không nhận tệp và các tùy chọn về tệp. Xem thads help import.", "--list and --undo take no file and no options of files. See thads help import.")
	case (o.undo != "") != (o.reason != ""):
		return config.Wrong("--undo và --reason phải đi cùng nhau.", "--undo and --reason go together.")
	case o.list || o.undo != "":
		return nil
	case len(args) != 1:
		return config.Wrong("thads import cần đúng một tệp. Xem thads help import.", "thads import takes one file. See thads help import.")
	}
	if o.problems == "" {
		return nil
	}
	if f, ok := sheet.FormatOf(o.problems); !ok || f != sheet.XLSX {
		return config.Wrong("--problems %q phải có đuôi .xlsx.", "--problems %q must end in .xlsx.", o.problems)
	}
	if _, err := os.Lstat(o.problems); err == nil {
		return config.Wrong("Tệp %s đã có; hãy chọn tên khác.", "The file %s exists; choose another name.", o.problems)
	}
	return nil
}

// An importRun is one run of the command.
type importRun struct {
	env *Env
	o   *importOptions
	app *app.App
}

func runImport(ctx context.Context, env *Env, o *importOptions, args []string) (err error) {
	if err := o.check(args); err != nil {
		return err
	}
	work := func(ctx context.Context, r *importRun) error { return r.listAll(ctx) }
	switch {
	case o.undo != "":
		work = func(ctx context.Context, r *importRun) error { return r.takeBack(ctx) }
	case !o.list:
		reading, err := readMapping(o.mapping)
		if err != nil {
			return err
		}
		f, err := openRegular(args[0])
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		work = func(ctx context.Context, r *importRun) error { return r.bringIn(ctx, f, reading) }
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	if ctx, err = actAs(ctx, a, "import", o.as); err != nil {
		return err
	}
	return work(ctx, &importRun{env, o, a})
}

// openRegular opens a file that is one.
func openRegular(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fail(err, "Không mở được tệp %s: %v", "The file %s cannot be opened: %v", name, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = config.Wrong("%s không phải là tệp.", "%s is no file.", name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// readMapping reads which column means what; nil where no file says so.
func readMapping(name string) (*sheet.Reading, error) {
	if name == "" {
		return nil, nil
	}
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	reading := new(sheet.Reading)
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	err = d.Decode(reading)
	if err == nil {
		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if closed := f.Close(); closed != nil {
		return nil, closed
	}
	if err != nil {
		return nil, config.Wrong("Không đọc được cách ghép cột trong %s: %v.", "The mapping in %s cannot be read: %v.", name, err)
	}
	return reading, nil
}

// actAs returns a context for the account, or for the system where none is named.
func actAs(ctx context.Context, a *app.App, what, account string) (context.Context, error) {
	ctx = auth.NewContext(ctx, auth.System(what))
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
	return auth.NewContext(ctx, u.Principal(a.Today())), nil
}

// bringIn leads a file through its life: it is sent, checked and, where it can
// be, accepted; what is not accepted is given up, so that nothing stays of it.
func (r *importRun) bringIn(ctx context.Context, f *os.File, reading *sheet.Reading) (err error) {
	if done, err := r.resume(ctx, f); done || err != nil {
		return err
	}
	im, err := r.start(ctx, f, reading)
	if err != nil {
		return r.refusedFile(err)
	}
	id := im.ID
	defer func() { err = errors.Join(err, r.giveUp(ctx, id)) }()
	if r.o.showMapping {
		return r.printMapping(im)
	}
	if im.State == app.ImportChecking {
		if im, err = r.finish(ctx, im, "Đã kiểm tra %d việc", "%d cases checked"); err != nil {
			return err
		}
	}
	if err := r.report(ctx, im); err != nil {
		return err
	}
	mode, err := r.decide(ctx, im)
	if err != nil || mode == "" {
		return err
	}
	if im, err = r.app.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, mode); err != nil {
		return err
	}
	if im, err = r.accept(ctx, im); err != nil {
		return err
	}
	return r.accepted(ctx, im)
}

// start sends the file and says how it is read.
func (r *importRun) start(ctx context.Context, f *os.File, reading *sheet.Reading) (*app.Import, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	u, err := r.app.UploadFile(ctx, filepath.Base(f.Name()), f)
	if err != nil {
		return nil, err
	}
	im, err := r.app.ImportStart(ctx, rand.Text(), u.ID)
	if err != nil || reading == nil {
		return im, err
	}
	mapped, err := r.app.ImportSetMapping(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, *reading, false)
	if err != nil {
		return nil, errors.Join(err, r.giveUp(ctx, im.ID))
	}
	return mapped, nil
}

// resume completes an import of the same file that was interrupted while it was
// accepted; done tells that there was one.
func (r *importRun) resume(ctx context.Context, f *os.File) (done bool, err error) {
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return false, fmt.Errorf("%s: %w", f.Name(), err)
	}
	im, err := r.before(ctx, hex.EncodeToString(h.Sum(nil)), app.ImportAccepting)
	if err != nil || im == nil || r.o.dryRun || r.o.showMapping {
		return false, err
	}
	if im, err = r.accept(ctx, im); err != nil {
		return true, err
	}
	return true, r.accepted(ctx, im)
}

// before returns the latest import of the same content in a state, or nil.
func (r *importRun) before(ctx context.Context, digest string, state app.ImportState) (*app.Import, error) {
	for im, err := range r.imports(ctx, state) {
		if err != nil {
			return nil, err
		}
		if im.Digest == digest {
			return im, nil
		}
	}
	return nil, nil
}

// imports reads all imports in the states, of all where none is given.
func (r *importRun) imports(ctx context.Context, states ...app.ImportState) func(yield func(*app.Import, error) bool) {
	return each(func(page app.PageArgs) (*app.Page[*app.Import], error) { return r.app.Imports(ctx, states, page) })
}

// each reads a list page by page.
func each[T any](read func(app.PageArgs) (*app.Page[T], error)) func(yield func(T, error) bool) {
	return func(yield func(T, error) bool) {
		size := app.MaxPage
		args := app.PageArgs{First: &size}
		for {
			page, err := read(args)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, it := range page.Items {
				if !yield(it.Value, nil) {
					return
				}
				args.After = &it.Cursor
			}
			if !page.HasNext {
				return
			}
		}
	}
}

// accept carries out the acceptance that was begun.
func (r *importRun) accept(ctx context.Context, im *app.Import) (*app.Import, error) {
	im, err := r.finish(ctx, im, "Đã ghi %d việc", "%d cases written")
	if err != nil && ctx.Err() != nil {
		return nil, fail(err, "Đã dừng khi đang ghi. Chạy lại đúng lệnh này để hoàn tất.", "Stopped while writing. Run the same command again to complete it.")
	}
	return im, err
}

// finish carries out the job of an import in this process, tells how far it is,
// and returns the import as it then stands.
func (r *importRun) finish(ctx context.Context, im *app.Import, vi, en string) (*app.Import, error) {
	j, err := r.app.Job(ctx, im.Job)
	if err != nil {
		return nil, err
	}
	if j == nil {
		return nil, fmt.Errorf("import %s: its job %q is not there", im.ID, im.Job)
	}
	if j.State == app.JobRunning {
		watching, stop := context.WithCancel(ctx)
		var watch sync.WaitGroup
		watch.Go(func() { r.watch(watching, j.ID, vi, en) })
		err = r.app.RunJob(ctx, j)
		stop()
		watch.Wait()
		if err != nil {
			return nil, err
		}
	}
	if im, err = r.app.Import(ctx, im.ID); err == nil && im == nil {
		err = errors.New("the import is gone")
	}
	return im, err
}

// watch tells how far a job is, from its journal.
func (r *importRun) watch(ctx context.Context, job, vi, en string) {
	tell := r.env.tell()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// A look that fails is none: the work itself tells what is wrong.
		if j, err := r.app.Job(ctx, job); err == nil && j != nil {
			tell(vi, en, j.Done)
		}
	}
}

// cleaning bounds giving up an import, also after the command was stopped.
const cleaning = 30 * time.Second

// giveUp cancels an import that is not accepted, so that neither its file nor
// its findings stay. One that is accepted or under way is left.
func (r *importRun) giveUp(ctx context.Context, id string) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cleaning)
	defer stop()
	im, err := r.app.Import(ctx, id)
	if err != nil || im == nil {
		return err
	}
	switch im.State {
	case app.ImportMapping, app.ImportChecking, app.ImportChecked, app.ImportFailed:
		_, err = r.app.ImportCancel(ctx, app.ImportChange{ID: im.ID, Version: im.Version})
	case app.ImportAccepting, app.ImportAccepted, app.ImportUndoing, app.ImportUndone, app.ImportCancelled:
	}
	return err
}

// takeBack undoes an import, or completes an undoing that was interrupted.
func (r *importRun) takeBack(ctx context.Context) error {
	im, err := r.app.Import(ctx, r.o.undo)
	if err != nil {
		return err
	}
	if im == nil {
		return fail(nil, "Không có lần nhập %q. Xem thads import --list.", "There is no import %q. See thads import --list.", r.o.undo)
	}
	if im.State != app.ImportUndoing {
		if im, err = r.app.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, r.o.reason); err != nil {
			return err
		}
	}
	if im, err = r.finish(ctx, im, "Đã hoàn tác %d việc", "%d cases taken back"); err != nil {
		if ctx.Err() != nil {
			return fail(err, "Đã dừng khi đang hoàn tác. Chạy lại đúng lệnh này để hoàn tất.", "Stopped while taking back. Run the same command again to complete it.")
		}
		return err
	}
	return r.takenBack(ctx, im)
}

// isBad tells whether a refusal is about a file and not about the caller or the
// store.
func isBad(refusals thads.Errors) bool {
	return len(refusals) > 0 && refusals[0].Code != thads.CodeForbidden && refusals[0].Code != thads.CodeUnavailable
}

// refusedFile lists what is wrong with a file that was refused as a whole.
func (r *importRun) refusedFile(err error) error {
	refusals, ok := thads.Refusals(err)
	if !ok || !isBad(refusals) {
		return err
	}
	for _, e := range refusals {
		where := ""
		if len(e.Field) > 0 && e.Field[0] == "reading" {
			where = strings.Join(e.Field, ".") + ": "
		}
		if _, err := fmt.Fprintf(r.env.Stdout, "LỖI  %s%s (%s)\n", where, e.Text.VI, e.Text.EN); err != nil {
			return err
		}
	}
	return &refused{refusedText()}
}

func refusedText() thads.Text {
	return thads.Text{VI: "Tệp bị từ chối; không có gì được ghi. Hãy sửa các lỗi trên rồi nhập lại.", EN: "The file was refused; nothing was written. Mend what is listed and import it again."}
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
