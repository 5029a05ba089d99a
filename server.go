// Command thads keeps the enforcement ledger ("Sổ THADS") of a provincial
// civil-judgment-enforcement agency. See thads help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/thads/thads/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; a second one ends at once.
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Main(ctx, &cli.Env{
		Args: os.Args[1:], Environ: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}
