package graph

import (
	"context"

	"github.com/vikstrous/dataloadgen"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file is what the resolvers of the nouns beside Case share.

// on begins the record of an event that counts on a day.
func on(d thads.Date) thads.Record { return thads.Record{EffectiveOn: d} }

// correcting begins the record of an event that replaces another; the
// application gives it the kind of that.
func correcting(d thads.Date, event int, reason string) thads.Record {
	return thads.Record{EffectiveOn: d, Supersedes: event, Reason: reason}
}

// voiding begins the record of an event that takes another back.
func voiding(in model.VoidInput) thads.Record {
	return thads.Record{Voids: in.Event, Reason: in.Reason}
}

// openIn opens a record and splits the answer into what a payload holds.
func openIn[S, E any](ctx context.Context, key *string, e E, do func(context.Context, string, E) (*S, error)) (*S, []*model.UserError, error) {
	s, err := do(ctx, value(key), e)
	userErrors, err := outcome(ctx, err)
	return s, userErrors, err
}

// recordIn records a further event and splits the answer into what a payload holds.
func recordIn[S, E any](ctx context.Context, c app.Change, e E, do func(context.Context, app.Change, E) (*S, error)) (*S, []*model.UserError, error) {
	// A version of 0 would record whatever the record has become meanwhile.
	if c.Version < 1 {
		userErrors, err := outcome(ctx, thads.Errorf(thads.CodeOutOfRange, "version", "Phiên bản phải từ 1", "A version is at least 1"))
		return nil, userErrors, err
	}
	s, err := do(ctx, c, e)
	userErrors, err := outcome(ctx, err)
	return s, userErrors, err
}

// values are what the pointers point to.
func values[T any](ps []*T) []T {
	if ps == nil {
		return nil
	}
	out := make([]T, len(ps))
	for i, p := range ps {
		out[i] = *p
	}
	return out
}

// pageArgs are the arguments of a connection.
func pageArgs(first *int, after *store.Cursor, last *int, before *store.Cursor) app.PageArgs {
	return app.PageArgs{First: first, Last: last, After: after, Before: before}
}

// orderOf is the order that a list is asked for in.
func orderOf[F ~string](by F, d model.OrderDirection) app.Order[F] {
	return app.Order[F]{By: by, Descending: d == model.OrderDirectionDesc}
}

// connection shows a page.
func connection[T any](p *app.Page[T], err error) (*view.Connection[T], error) {
	if err != nil {
		return nil, err
	}
	return view.Page(p, view.Same[T]), nil
}

// either finds a record by its id or by what else makes it unique; name is the
// argument of that.
func either[S, N any](id *string, other *N, name string, byID func(string) (*S, error), byOther func(N) (*S, error)) (*S, error) {
	switch {
	case id != nil && other == nil:
		return byID(*id)
	case other != nil && id == nil:
		return byOther(*other)
	}
	return nil, thads.Errorf(thads.CodeInvalid, "id", "Cần đúng một trong hai: id hoặc %s", "Give either id or %s", name)
}

// whole returns the record behind a head, which lists show without its history,
// read once a request.
func whole[K ~string, S any](ctx context.Context, s *S, isHead bool, l *dataloadgen.Loader[K, *S], id K) (*S, error) {
	if !isHead {
		return s, nil
	}
	found, err := l.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, errGone
	}
	return found, nil
}

// related returns a record that another one names; nil for none, and for one
// that the caller may not see.
func related[K ~string, S any](ctx context.Context, l *dataloadgen.Loader[K, *S], id K) (*S, error) {
	if id == "" {
		return nil, nil
	}
	return l.Load(ctx, id)
}

// relatedAll returns those of the records that exist and may be seen.
func relatedAll[K ~string, S any](ctx context.Context, l *dataloadgen.Loader[K, *S], ids []K) ([]*S, error) {
	out := []*S{}
	found, err := l.LoadAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		if s != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

// optional is nil for the zero value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// quantityOf reads a number with its unit: exactly the field that belongs to the
// unit is given.
func quantityOf(in *model.QuantityInput) (thads.Quantity, error) {
	q := thads.Quantity{Unit: in.Unit}
	fields := []struct {
		name  string
		value *int64
		units []thads.QuantityUnit
	}{
		{"count", whole64(in.Count), []thads.QuantityUnit{thads.UnitCases, thads.UnitNone}},
		{"amount", whole64(in.Amount), []thads.QuantityUnit{thads.UnitDong}},
		{"percent", whole64(in.Percent), []thads.QuantityUnit{thads.UnitPercent, thads.UnitPoints}},
	}
	for _, f := range fields {
		belongs := false
		for _, u := range f.units {
			belongs = belongs || u == in.Unit
		}
		switch {
		case belongs && f.value == nil:
			return q, thads.Errorf(thads.CodeRequired, "value."+f.name, "Đơn vị tính %[1]s cần giá trị ở mục %[2]s", "The unit %[1]s needs its value in the field %[2]s", string(in.Unit), f.name)
		case !belongs && f.value != nil:
			return q, thads.Errorf(thads.CodeNotAllowed, "value."+f.name, "Đơn vị tính %[1]s không có mục %[2]s", "The unit %[1]s has no field %[2]s", string(in.Unit), f.name)
		case belongs:
			q.Value = *f.value
		}
	}
	return q, nil
}

func whole64[T ~int | ~int64](v *T) *int64 {
	if v == nil {
		return nil
	}
	n := int64(*v)
	return &n
}

// idOf is an optional id of a kind of record.
func idOf[T ~string](id *string) *T {
	if id == nil {
		return nil
	}
	out := T(*id)
	return &out
}

// yearOf is an optional statistical year.
func yearOf(y *int) *thads.StatYear {
	if y == nil {
		return nil
	}
	out := thads.StatYear(*y)
	return &out
}
