package app

import "context"

// jobImportAccept is the kind of job that writes what was checked.
const jobImportAccept = "importAccept"

// ImportAccept writes what was checked, by a job.
func (a *App) ImportAccept(ctx context.Context, c ImportChange, mode AcceptMode) (*Import, error) {
	return nil, notYet()
}

func runImportAccept(ctx context.Context, a *App, j *Job) error { return notYet() }
