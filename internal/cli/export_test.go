package cli

import (
	"context"

	"github.com/thads/thads/internal/demo"
	"github.com/thads/thads/internal/store"
)

// FillDemo makes a run use fill for the demonstration.
func (e *Env) FillDemo(fill func(context.Context, store.Store, demo.Options) (demo.Result, error)) {
	e.fillDemo = fill
}
