package graph

import (
	"context"

	"github.com/vikstrous/dataloadgen"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/thads"
)

// subject returns the record behind a figure: restricted where it has no id, and
// where the caller may not open it any more.
func subject(ctx context.Context, book thads.Book, id string) (view.FigureSubject, error) {
	l := loadersOf(ctx)
	switch {
	case id == "":
	case book == thads.BookCases:
		return found(ctx, book, l.caseHeads, thads.CaseID(id))
	case book == thads.BookVerdicts:
		return found(ctx, book, l.verdicts, thads.VerdictID(id))
	case book == thads.BookDirected:
		return found(ctx, book, l.directedCases, thads.DirectedCaseID(id))
	case book == thads.BookTasks:
		return found(ctx, book, l.taskHeads, thads.TaskID(id))
	}
	return &model.RestrictedCase{Book: book}, nil
}

// found shows a record of a book by its id.
func found[K ~string, S any](ctx context.Context, book thads.Book, l *dataloadgen.Loader[K, *S], id K) (view.FigureSubject, error) {
	s, err := l.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return &model.RestrictedCase{Book: book}, nil
	}
	return s, nil
}
