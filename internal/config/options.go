// Package config reads the options of the program: flags of the command line
// and THADS_* variables of the environment become one validated struct. A flag
// wins over its variable. What is wrong is named, with what would be right.
package config

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// ErrHelp: the arguments ask for help and not for the command.
var ErrHelp = errors.New("help requested")

// An Error says which option, variable or argument is wrong and what is
// allowed, in one sentence of each language.
type Error struct{ Text thads.Text }

// Error returns both sentences, Vietnamese first.
func (e *Error) Error() string { return e.Text.VI + "\n" + e.Text.EN }

// Wrong makes an Error. The arguments fill both sentences, which therefore use
// the same verbs in the same order.
func Wrong(vi, en string, args ...any) *Error {
	return &Error{thads.Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}}
}

// An Option is one option of a command.
type Option struct {
	// Name is the name of the flag without dashes. Its variable is THADS_ and
	// the name in capitals with underscores.
	Name string
	// Value is what stands for the value in the help ("HOST:PORT"); an option
	// without it is a switch.
	Value string
	Usage thads.Text
	// Default is shown in the help; Set is not called for it.
	Default string
	// Allowed completes the sentence "--name must be …" when Set refuses.
	Allowed thads.Text
	// Set takes a value and tells whether it is allowed. A switch gets "true"
	// or "false".
	Set func(value string) bool
	// Repeatable options may be given several times; their variable holds the
	// values separated by commas.
	Repeatable bool
	// NoVariable marks what only a command line can say.
	NoVariable bool
	// Secret values are never repeated in a message.
	Secret bool
}

// variablePrefix leads the names of all variables.
const variablePrefix = "THADS_"

// Variable is the name of the option's environment variable.
func (o *Option) Variable() string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_"))
}

func (o *Option) isSwitch() bool { return o.Value == "" }

// refuse says that a value given under a name (flag or variable) is wrong.
func (o *Option) refuse(name, value string) *Error {
	// The argument of a person can hold anything; a message holds one short line.
	shown := fmt.Sprintf(" %q", shorten(value))
	if o.Secret {
		shown = ""
	}
	return Wrong("%[1]s%[2]s: phải là %[3]s.", "%[1]s%[2]s: must be %[4]s.", name, shown, o.Allowed.VI, o.Allowed.EN)
}

func shorten(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// A Set is the options that one command understands.
type Set struct {
	// Command is the name of the command, for messages.
	Command string
	options []*Option
	// finish are checks that need several options at once.
	finish []func() error
}

// NewSet returns a set without options.
func NewSet(command string) *Set { return &Set{Command: command} }

// Add adds an option.
func (s *Set) Add(o Option) { s.options = append(s.options, &o) }

// Check adds a check of the whole, which runs after all options are set. It
// returns an *Error where something is wrong.
func (s *Set) Check(f func() error) { s.finish = append(s.finish, f) }

// Options are the options in the order of their names.
func (s *Set) Options() []*Option {
	return slices.SortedFunc(slices.Values(s.options), func(a, b *Option) int { return cmp.Compare(a.Name, b.Name) })
}

func (s *Set) option(name string) *Option {
	for _, o := range s.options {
		if o.Name == name {
			return o
		}
	}
	return nil
}

// Parse reads the arguments and the variables that belong to the options, and
// returns the arguments that are no options, which may stand before, between
// and after them. environ holds NAME=value, as os.Environ returns it. Variables
// of other commands are left alone. ErrHelp if help is asked for, otherwise an
// *Error.
func (s *Set) Parse(args, environ []string) (rest []string, err error) {
	flags := flag.NewFlagSet(s.Command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	given := map[string]bool{}
	var refused *Error
	for _, o := range s.options {
		set := func(value string) error {
			switch {
			case given[o.Name] && !o.Repeatable:
				refused = Wrong("--%[1]s được ghi hai lần.", "--%[1]s is given twice.", o.Name)
			case !o.Set(value):
				refused = o.refuse("--"+o.Name, value)
			default:
				given[o.Name] = true
				return nil
			}
			return refused
		}
		if o.isSwitch() {
			flags.BoolFunc(o.Name, "", set)
		} else {
			flags.Func(o.Name, "", set)
		}
	}
	for {
		if err := s.unknown(args); err != nil {
			return nil, err
		}
		err := flags.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return nil, ErrHelp
		case refused != nil:
			return nil, refused
		case err != nil:
			// What is left after the two cases above: a flag without its value.
			return nil, s.missing(args)
		}
		// flag stops at the first argument that is no flag; people write
		// flags behind file names too.
		consumed := args[:len(args)-flags.NArg()]
		if args = flags.Args(); len(args) == 0 {
			break
		}
		if len(consumed) > 0 && consumed[len(consumed)-1] == "--" {
			rest = append(rest, args...)
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	if err := s.parseVariables(environ, given); err != nil {
		return nil, err
	}
	for _, check := range s.finish {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// unknown names the first flag, before any other argument, that is no option.
func (s *Set) unknown(args []string) error {
	for len(args) > 0 {
		name, value, ok := flagName(args[0])
		if !ok {
			return nil
		}
		args = args[1:]
		o := s.option(name)
		switch {
		case name == "h" || name == "help":
			return ErrHelp
		case o == nil:
			return s.noSuch("--"+shorten(name), s.names("--"))
		case !o.isSwitch() && !value && len(args) > 0:
			args = args[1:]
		}
	}
	return nil
}

// missing names the flag that stands last and lacks its value.
func (s *Set) missing(args []string) error {
	name, _, _ := flagName(args[len(args)-1])
	if o := s.option(name); o != nil {
		return Wrong("--%[1]s cần một giá trị: --%[1]s %[2]s.", "--%[1]s needs a value: --%[1]s %[2]s.", o.Name, o.Value)
	}
	return s.noSuch(shorten(args[len(args)-1]), s.names("--"))
}

// flagName takes an argument apart as package flag does: its name, and whether
// it holds a value too.
func flagName(arg string) (name string, hasValue, ok bool) {
	if len(arg) < 2 || arg[0] != '-' || arg == "--" {
		return "", false, false
	}
	name = strings.TrimPrefix(arg[1:], "-")
	name, _, hasValue = strings.Cut(name, "=")
	return name, hasValue, true
}

func (s *Set) names(prefix string) []string {
	names := []string{prefix + "help"}
	for _, o := range s.Options() {
		names = append(names, prefix+o.Name)
	}
	return names
}

// noSuch refuses a name and lists those that exist, the likeliest alone where
// there is one.
func (s *Set) noSuch(name string, known []string) *Error {
	if near := nearest(name, known); near != "" {
		return Wrong("Không có %[1]s; có phải %[2]s? Xem thads help %[3]s.", "There is no %[1]s; did you mean %[2]s? See thads help %[3]s.", name, near, s.Command)
	}
	return Wrong("Không có %[1]s; các lựa chọn của %[3]s: %[2]s.", "There is no %[1]s; the options of %[3]s are: %[2]s.", name, strings.Join(known, ", "), s.Command)
}

// parseVariables sets the options that no flag has set.
func (s *Set) parseVariables(environ []string, given map[string]bool) error {
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, variablePrefix) || isServiceLink(name) {
			continue
		}
		i := slices.IndexFunc(s.options, func(o *Option) bool { return !o.NoVariable && o.Variable() == name })
		if i < 0 {
			if isVariable(name) {
				continue // of another command
			}
			return s.noSuch(shorten(name), Variables())
		}
		o := s.options[i]
		if value == "" || given[o.Name] {
			continue // an empty variable is one that is not set
		}
		values := []string{value}
		if o.Repeatable {
			values = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		}
		for _, v := range values {
			if o.isSwitch() {
				switch strings.ToLower(v) {
				case "1", "true", "yes":
					v = "true"
				case "0", "false", "no":
					v = "false"
				}
			}
			if !o.Set(v) {
				return o.refuse(name, v)
			}
		}
	}
	return nil
}

// isServiceLink tells whether a variable is one of those that Kubernetes sets
// in every container for a service that is called "thads".
func isServiceLink(name string) bool {
	return name == "THADS_PORT" || strings.HasPrefix(name, "THADS_PORT_") || strings.HasPrefix(name, "THADS_SERVICE_")
}

// nearest returns the known name that a mistyped one was probably meant to be,
// or "".
func nearest(name string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(name, k); d < at && d*3 <= len(k) {
			best, at = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, remove or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// WriteHelp writes the options with their values, defaults and variables.
func (s *Set) WriteHelp(w io.Writer) error {
	for _, o := range s.Options() {
		head := "  --" + o.Name
		if o.Value != "" {
			head += " " + o.Value
		}
		if o.Repeatable {
			head += " …"
		}
		var notes []string
		if !o.NoVariable {
			notes = append(notes, o.Variable())
		}
		if o.Default != "" {
			notes = append(notes, "mặc định (default) "+o.Default)
		}
		text := head + "\n        " + o.Usage.VI + "\n        " + o.Usage.EN + "\n"
		if len(notes) > 0 {
			text += "        [" + strings.Join(notes, ", ") + "]\n"
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
