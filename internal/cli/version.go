package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/thads"
)

// release is the version of the sources.
const release = "0.1.0"

// Version is the version of the program, with the commit it was built from
// where the build knows it.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			commit = "+" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ".changed"
		}
	}
	if commit == "" {
		return release
	}
	return release + commit + changed
}

func versionCommand() Command {
	return Command{
		Name:     "version",
		Synopsis: thads.Text{VI: "in phiên bản", EN: "prints the version"},
		Setup: func(_ *config.Set, env *Env) func(context.Context, []string) error {
			return func(_ context.Context, args []string) error {
				if err := noArguments("version", args); err != nil {
					return err
				}
				_, err := fmt.Fprintf(env.Stdout, "thads %s (%s %s/%s)\n", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			}
		},
	}
}
