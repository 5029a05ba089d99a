package app

import "context"

// jobImportUndo is the kind of job that takes back what an import recorded.
const jobImportUndo = "importUndo"

// ImportUndo takes back, by a job, what an import recorded.
func (a *App) ImportUndo(ctx context.Context, c ImportChange, reason string) (*Import, error) {
	return nil, notYet()
}

func runImportUndo(ctx context.Context, a *App, j *Job) error { return notYet() }
