package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

func templateCommand() Command {
	return Command{
		Name: "template", Args: "[REGISTER] FILE.xlsx|FILE.csv",
		Synopsis: thads.Text{VI: "ghi tệp mẫu của một sổ", EN: "writes the template of a register"},
		About: thads.Text{
			VI: `Sổ (REGISTER): ` + nouns() + `; mặc định là cases.
Tệp .xlsx có trang nhập, trang hướng dẫn từng cột và danh mục các giá trị để chọn. Tệp đã có không bị ghi đè.`,
			EN: `Registers (REGISTER): ` + nouns() + `; by default cases.
The .xlsx has a sheet to fill in, one that explains every column, and lists to choose from. An existing file is not overwritten.`,
		},
		Examples: []string{"thads template so-thu-ly.xlsx", "thads template case-events dien-bien.xlsx"},
		Setup: func(_ *config.Set, env *Env) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error { return runTemplate(env, args) }
		},
	}
}

func runTemplate(env *Env, args []string) error {
	if len(args) == 1 {
		args = []string{httpd.Noun(sheet.Cases), args[0]}
	}
	if len(args) != 2 {
		return config.Wrong("thads template cần tên một tệp. Xem thads help template.", "thads template takes the name of a file. See thads help template.")
	}
	register, err := registerNamed(args[0])
	if err != nil {
		return err
	}
	format, ok := sheet.FormatOf(args[1])
	if !ok {
		return config.Wrong("%q phải có đuôi .xlsx hoặc .csv.", "%q must end in .xlsx or .csv.", args[1])
	}
	if err := writeNew(args[1], func(w io.Writer) error { return sheet.WriteTemplate(w, register, format) }); err != nil {
		return err
	}
	return say(env, "Đã ghi tệp mẫu %s. Điền xong thì kiểm tra bằng: thads import --dry-run %[1]s", "The template %s was written. Check what you fill in by: thads import --dry-run %[1]s", args[1])
}

// writeNew writes a file that must not exist yet.
func writeNew(name string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fail(err, "Tệp %s đã có; hãy chọn tên khác.", "The file %s exists; choose another name.", name)
	case err != nil:
		return fail(err, "Không ghi được tệp %s: %v", "The file %s cannot be written: %v", name, err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(name))
		}
	}()
	return write(f)
}
