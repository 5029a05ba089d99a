package app

import "context"

// tryQuestion asks a question once, so that one that cannot be answered is
// refused before it is kept.
func (a *App) tryQuestion(ctx context.Context, in *SavedQuestionInput) error {
	var err error
	switch {
	case in.Statistics != nil:
		_, err = a.Statistics(ctx, *in.Statistics, 1, nil)
	case in.Report != nil:
		_, err = a.Report(ctx, *in.Report)
	case in.Cases != nil:
		_, _, err = a.caseConds(ctx, in.Cases.Filter, in.Cases.OrderBy)
	}
	return err
}
