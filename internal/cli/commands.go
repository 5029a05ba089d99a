// Package cli is the program behind package main: it finds the command, reads
// its options, opens the store and wires the parts together. It is the only
// package that knows both storage engines.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/demo"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// The exit codes.
const (
	exitOK = 0
	// exitFailed: the command could not do what it was asked for.
	exitFailed = 1
	// exitUsage: an option, variable or argument is wrong; nothing was done.
	exitUsage = 2
	// exitRefused: a file to bring in has errors; nothing was written.
	exitRefused = 3
)

// A Command is one command of the program.
type Command struct {
	Name string
	// Args stands for the arguments in the help ("FILE.xlsx|FILE.csv").
	Args     string
	Synopsis thads.Text
	// About explains the command in a few sentences; may be empty.
	About thads.Text
	// Examples are whole command lines.
	Examples []string
	// Setup declares the command's options in set, over env.Config and
	// variables of its own, and returns what runs once they are set. args are
	// the arguments that are no options. It must do nothing else: the help
	// calls it too.
	Setup func(set *config.Set, env *Env) func(ctx context.Context, args []string) error
}

// commands are all commands, in the order in which the help lists them.
func commands() []Command {
	return []Command{
		serveCommand(), userCommand(), templateCommand(), importCommand(), exportCommand(), dumpCommand(), loadCommand(), keysCommand(), ledgerCommand(), versionCommand(), helpCommand(),
	}
}

// Env is what surrounds a run of the program. Nothing in this package looks at
// the process itself, so that tests run the whole of it.
type Env struct {
	// Args are the arguments without the name of the program.
	Args []string
	// Environ holds NAME=value, as os.Environ returns it.
	Environ        []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Config is what the options said, filled before a command runs.
	Config *config.Config

	// fillDemo replaces demo.Fill in tests, where writing a whole province
	// under the race detector would take minutes.
	fillDemo func(context.Context, store.Store, demo.Options) (demo.Result, error)
}

// Main runs the program and returns its exit code. The end of ctx is the wish
// to stop.
func Main(ctx context.Context, env *Env) int {
	err := run(ctx, env)
	if err == nil {
		return exitOK
	}
	text, code := explain(err)
	fmt.Fprintf(env.Stderr, "%s\n%s\n", text.VI, text.EN)
	return code
}

func run(ctx context.Context, env *Env) error {
	name, args := "serve", env.Args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && isHelp(args[0]) {
		return writeOverview(env.Stdout)
	}
	all := commands()
	i := slices.IndexFunc(all, func(c Command) bool { return c.Name == name })
	if i < 0 {
		var names []string
		for _, c := range all {
			names = append(names, c.Name)
		}
		return config.Wrong("Không có lệnh %[1]q; các lệnh: %[2]s. Xem thads help.", "There is no command %[1]q; the commands are: %[2]s. See thads help.", name, strings.Join(names, ", "))
	}
	command := all[i]
	env.Config = defaults(command)
	set := config.NewSet(command.Name)
	action := command.Setup(set, env)
	rest, err := set.Parse(args, env.Environ)
	if errors.Is(err, config.ErrHelp) {
		return writeHelp(env.Stdout, command)
	}
	if err != nil {
		return err
	}
	return action(ctx, rest)
}

// defaults are the options of a command before any is given. What runs once
// and is watched tells of its result and of what is wrong, not of its steps.
func defaults(c Command) *config.Config {
	o := config.Defaults()
	if c.Name != "serve" {
		o.Log.Level = slog.LevelWarn
	}
	return o
}

func isHelp(arg string) bool {
	return slices.Contains([]string{"-h", "-help", "--help"}, arg)
}

// noArguments refuses arguments of a command that takes none.
func noArguments(command string, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return config.Wrong("thads %[1]s không nhận tham số %[2]q. Xem thads help %[1]s.", "thads %[1]s takes no argument %[2]q. See thads help %[1]s.", command, args[0])
}

func helpCommand() Command {
	return Command{
		Name: "help", Args: "[COMMAND]",
		Synopsis: thads.Text{VI: "giải thích một lệnh", EN: "explains a command"},
		Examples: []string{"thads help serve"},
		Setup: func(_ *config.Set, env *Env) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error {
				if len(args) == 0 {
					return writeOverview(env.Stdout)
				}
				for _, c := range commands() {
					if c.Name == args[0] && len(args) == 1 {
						return writeHelp(env.Stdout, c)
					}
				}
				return config.Wrong("Không có lệnh %q. Xem thads help.", "There is no command %q. See thads help.", strings.Join(args, " "))
			}
		},
	}
}

func writeOverview(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`thads – Sổ thi hành án dân sự (enforcement ledger)

Cách dùng (usage): thads [COMMAND] [OPTIONS] [ARGUMENTS]

Không ghi lệnh thì chạy serve. (Without a command: serve.)

Các lệnh (commands):
`)
	all := commands()
	width := len(slices.MaxFunc(all, func(a, b Command) int { return cmp.Compare(len(a.Name), len(b.Name)) }).Name)
	for _, c := range all {
		fmt.Fprintf(&b, "  %-*s  %s (%s)\n", width, c.Name, c.Synopsis.VI, c.Synopsis.EN)
	}
	b.WriteString(`
Ví dụ (examples):
  thads --demo                              tỉnh minh họa, mở liên kết được in ra
                                            (the demonstration province; open the printed link)
  thads serve --addr 127.0.0.1:9000         máy chủ trên cổng khác (another port)
  THADS_STORE=mongodb://db/thads thads      dữ liệu trong MongoDB (records in MongoDB)
  thads help serve                          mọi tùy chọn của máy chủ (all options of the server)

Biến môi trường (environment):
  Mỗi tùy chọn --ten-goi có biến THADS_TEN_GOI; tùy chọn trên dòng lệnh được ưu tiên.
  (Every option --some-name has a variable THADS_SOME_NAME; the option wins.)

Mã kết thúc (exit codes):
  0  hoàn thành, kể cả khi dừng bằng SIGTERM (done, also when stopped by SIGTERM)
  1  không thực hiện được (failed)
  2  tùy chọn, biến hoặc tham số sai; chưa làm gì (wrong option, variable or argument; nothing was done)
  3  tệp nhập bị từ chối vì có lỗi; không có gì được ghi (import: the file has errors; nothing was written)
`)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeHelp(w io.Writer, c Command) error {
	var b strings.Builder
	env := &Env{Config: defaults(c), Stdout: io.Discard, Stderr: io.Discard}
	set := config.NewSet(c.Name)
	c.Setup(set, env)
	fmt.Fprintf(&b, "thads %s – %s\n%*s%s\n\nCách dùng (usage): %s\n", c.Name, c.Synopsis.VI, len("thads ")+len(c.Name)+3, "", c.Synopsis.EN,
		strings.Join(strings.Fields(strings.Join([]string{"thads", c.Name, c.Args, optionsWord(set)}, " ")), " "))
	if c.About.VI != "" {
		fmt.Fprintf(&b, "\n%s\n\n%s\n", c.About.VI, c.About.EN)
	}
	if len(set.Options()) > 0 {
		b.WriteString("\nTùy chọn (options):\n")
		if err := set.WriteHelp(&b); err != nil {
			return err
		}
	}
	if len(c.Examples) > 0 {
		fmt.Fprintf(&b, "\nVí dụ (examples):\n  %s\n", strings.Join(c.Examples, "\n  "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func optionsWord(set *config.Set) string {
	if len(set.Options()) == 0 {
		return ""
	}
	return "[OPTIONS]"
}
