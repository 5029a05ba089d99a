package graph

import (
	"context"
	"sync"
	"time"

	"github.com/vikstrous/dataloadgen"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// loaders read the records of one request, many at a time and each once.
type loaders struct {
	// Whole records, for what lists do not show.
	cases         *dataloadgen.Loader[thads.CaseID, *thads.Case]
	verdicts      *dataloadgen.Loader[thads.VerdictID, *thads.AdministrativeVerdict]
	directives    *dataloadgen.Loader[thads.DirectiveID, *thads.Directive]
	tasks         *dataloadgen.Loader[thads.TaskID, *thads.Task]
	directedCases *dataloadgen.Loader[thads.DirectedCaseID, *thads.DirectedCase]
	conferences   *dataloadgen.Loader[thads.ConferenceID, *thads.Conference]
	targets       *dataloadgen.Loader[thads.TargetID, *thads.Target]

	// Heads, for records that others name.
	caseHeads       *dataloadgen.Loader[thads.CaseID, *thads.CaseHead]
	directiveHeads  *dataloadgen.Loader[thads.DirectiveID, *thads.Directive]
	taskHeads       *dataloadgen.Loader[thads.TaskID, *thads.Task]
	conferenceHeads *dataloadgen.Loader[thads.ConferenceID, *thads.Conference]

	// Heads of the records that name one of these.
	directivesUnder *dataloadgen.Loader[thads.DirectiveID, []*thads.Directive]
	directiveTasks  *dataloadgen.Loader[thads.DirectiveID, []*thads.Task]
	directiveCases  *dataloadgen.Loader[thads.DirectiveID, []*thads.DirectedCase]
	conferenceTasks *dataloadgen.Loader[thads.ConferenceID, []*thads.Task]

	// deadlines are those that run in a record.
	deadlines *dataloadgen.Loader[string, []*app.Deadline]

	// veil is what the caller sees of personal data.
	veil func() (*app.Veil, error)

	// Accounts and what belongs to them.
	users       *dataloadgen.Loader[thads.PrincipalID, *app.User]
	credentials *dataloadgen.Loader[thads.PrincipalID, app.CredentialInfo]
	sessions    *dataloadgen.Loader[thads.PrincipalID, []*app.Session]
	tokens      *dataloadgen.Loader[thads.PrincipalID, []*app.APIToken]
}

type loadersKey struct{ _ byte }

// wait is how long a loader collects keys. The elements of a list ask for
// theirs at once, so that little time is enough.
const wait = 2 * time.Millisecond

func withLoaders(ctx context.Context, a *app.App) context.Context {
	return context.WithValue(ctx, loadersKey{}, &loaders{
		cases:         load[thads.CaseID](a.CasesByID),
		verdicts:      load[thads.VerdictID](a.VerdictsByID),
		directives:    load[thads.DirectiveID](a.DirectivesByID),
		tasks:         load[thads.TaskID](a.TasksByID),
		directedCases: load[thads.DirectedCaseID](a.DirectedCasesByID),
		conferences:   load[thads.ConferenceID](a.ConferencesByID),
		targets:       load[thads.TargetID](a.TargetsByID),

		caseHeads:       load[thads.CaseID](a.CaseHeads),
		directiveHeads:  load[thads.DirectiveID](a.DirectiveHeads),
		taskHeads:       load[thads.TaskID](a.TaskHeads),
		conferenceHeads: load[thads.ConferenceID](a.ConferenceHeads),

		directivesUnder: loadGroups(a.DirectivesUnder, func(d *thads.Directive) thads.DirectiveID { return d.Parent }),
		directiveTasks:  loadGroups(a.TasksOfDirectives, func(t *thads.Task) thads.DirectiveID { return t.Particulars.Directive }),
		directiveCases:  loadGroups(a.DirectedCasesOfDirectives, func(c *thads.DirectedCase) thads.DirectiveID { return c.Directive }),
		conferenceTasks: loadGroups(a.TasksOfConferences, func(t *thads.Task) thads.ConferenceID { return t.Particulars.Conference }),

		deadlines: loadLists(a.DeadlinesByRecord),

		veil: sync.OnceValues(func() (*app.Veil, error) { return a.Veil(ctx) }),

		users:       loadEach(a.UsersByID),
		credentials: loadEach(a.CredentialsOf),
		sessions:    loadEach(a.SessionsOf),
		tokens:      loadEach(a.TokensOfAll),
	})
}

// loadersOf returns the loaders of the request.
func loadersOf(ctx context.Context) *loaders {
	l, _ := ctx.Value(loadersKey{}).(*loaders)
	return l
}

// load makes a loader of a reading by ids: nil for a record that is missing.
func load[K ~string, V any](read func(context.Context, []string) (map[string]*V, error)) *dataloadgen.Loader[K, *V] {
	return loader(func(ctx context.Context, keys []K) ([]*V, []error) {
		found, err := read(ctx, plain(keys))
		if err != nil {
			return nil, []error{err}
		}
		out := make([]*V, len(keys))
		for i, k := range keys {
			out[i] = found[string(k)]
		}
		return out, nil
	})
}

// loadGroups makes a loader of a reading of records that name one of the keys;
// a record's own key tells where it belongs.
func loadGroups[K ~string, V any](read func(context.Context, []string) ([]*V, error), own func(*V) K) *dataloadgen.Loader[K, []*V] {
	return loader(func(ctx context.Context, keys []K) ([][]*V, []error) {
		found, err := read(ctx, plain(keys))
		if err != nil {
			return nil, []error{err}
		}
		groups := make(map[K][]*V, len(keys))
		for _, v := range found {
			groups[own(v)] = append(groups[own(v)], v)
		}
		out := make([][]*V, len(keys))
		for i, k := range keys {
			out[i] = groups[k]
		}
		return out, nil
	})
}

// loadLists makes a loader of a reading of lists by their keys.
func loadLists[V any](read func(context.Context, []string) (map[string][]V, error)) *dataloadgen.Loader[string, []V] {
	return loader(func(ctx context.Context, keys []string) ([][]V, []error) {
		found, err := read(ctx, keys)
		if err != nil {
			return nil, []error{err}
		}
		out := make([][]V, len(keys))
		for i, k := range keys {
			out[i] = found[k]
		}
		return out, nil
	})
}

// loadEach makes a loader of a reading of values by their keys: the zero value
// for one that is missing.
func loadEach[K comparable, V any](read func(context.Context, ...K) (map[K]V, error)) *dataloadgen.Loader[K, V] {
	return loader(func(ctx context.Context, keys []K) ([]V, []error) {
		found, err := read(ctx, keys...)
		if err != nil {
			return nil, []error{err}
		}
		out := make([]V, len(keys))
		for i, k := range keys {
			out[i] = found[k]
		}
		return out, nil
	})
}

func loader[K comparable, V any](batch func(context.Context, []K) ([]V, []error)) *dataloadgen.Loader[K, V] {
	return dataloadgen.NewLoader(batch, dataloadgen.WithBatchCapacity(app.MaxPage), dataloadgen.WithWait(wait))
}

func plain[K ~string](keys []K) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = string(k)
	}
	return out
}

// caseOf returns the whole case behind a head, read once a request.
func caseOf(ctx context.Context, h *thads.CaseHead) (*thads.Case, error) {
	c, err := loadersOf(ctx).cases.Load(ctx, h.ID)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, errGone
	}
	return c, nil
}

// headOf shows a case whose whole record is at hand.
func headOf(ctx context.Context, c *thads.Case) *thads.CaseHead {
	if c == nil {
		return nil
	}
	loadersOf(ctx).cases.Prime(c.ID, c)
	return c.Head()
}

// errGone: a record left the caller's scope between list and detail.
var errGone = &codedError{code: string(thads.CodeNotFound), vi: "Bản ghi không còn xem được", en: "The record can no longer be seen"}
