package app

import "context"

// tryQuestion asks a question once, so that one that cannot be answered is
// refused before it is kept.
func (a *App) tryQuestion(ctx context.Context, in *SavedQuestionInput) error {
	if in.Cases == nil {
		return nil
	}
	_, _, err := a.caseConds(ctx, in.Cases.Filter, in.Cases.OrderBy)
	return err
}
