package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file tests imports of one file that several persons, or one at several
// times, have to do with.

// TestAcceptTheRestOfAFile accepts the good rows of a file and, when the same file
// is sent again, what could not be accepted then. Undoing one of the two leaves
// what the other has recorded, though both recorded it under the same keys.
func TestAcceptTheRestOfAFile(t *testing.T) {
	twice := func(t *testing.T) (w *world, first, second *app.Import) {
		t.Helper()
		w = newWorld(t)
		w.province(t)
		ctx := leader(t.Context())
		w.accepted(ctx, t, w.started(ctx, t, "cases", register(t, caseRows(1, 2), nil)), app.AcceptAll)
		assigned := eventRow(1, thads.DateOf(2018, 11, 2), 0)
		assigned.Kind, assigned.ToOfficer = thads.CaseAssigned, "CHV09"
		data := register(t, nil, []sheet.EventRow{
			eventRow(1, thads.DateOf(2018, 11, 1), 600_000), eventRow(2, thads.DateOf(2018, 11, 1), 100_000), assigned,
		})
		first = w.started(ctx, t, "first", data)
		if first.Changes != 2 || first.Bad != 1 {
			t.Fatalf("first checked: %+v %v", first, w.found(ctx, t, first.ID))
		}
		tooEarly := w.started(ctx, t, "too early", data)
		first = w.accepted(ctx, t, first, app.AcceptGoodRows)
		if first.Changed != 2 || first.Created+first.Refused != 0 {
			t.Fatalf("first accepted: %+v", first)
		}
		if _, err := w.ImportAccept(ctx, change(tooEarly), app.AcceptGoodRows); code(err) != thads.CodeConflict {
			t.Errorf("accepting what was checked before that: %v", err)
		}

		e := thads.OfficerEvent{Kind: thads.OfficerAppointed, Name: "Đỗ Thị Mới", Code: "CHV09", Rank: thads.OfficerRanks()[0].Value, Unit: unitOf(t, w, "TH-01"), Position: thads.OfficerPositions()[0].Value}
		e.EffectiveOn = thads.DateOf(2016, 1, 1)
		if _, err := w.OfficerOpen(ctx, "officer-9", e); err != nil {
			t.Fatal(err)
		}
		w.on(thads.DateOf(2019, 12, 11))
		second = w.started(ctx, t, "second", data)
		if second.Attempt != 1 || second.Existing != 2 || second.Changes != 1 || second.Creates+second.Bad != 0 {
			t.Fatalf("second checked: %+v %v", second, w.found(ctx, t, second.ID))
		}
		second = w.accepted(ctx, t, second, app.AcceptAll)
		if second.Changed != 1 || second.Created+second.Refused != 0 {
			t.Fatalf("second accepted: %+v", second)
		}
		return w, first, second
	}
	// standing tells which events of a case stand behind its opening.
	standing := func(t *testing.T, w *world, i int) (kinds []thads.CaseEventKind) {
		t.Helper()
		c, err := w.CaseByNumber(leader(t.Context()), unitOf(t, w, "TH-01"), fmt.Sprintf("%d/QĐ-CCTHADS", i), 2019)
		if err != nil || c == nil {
			t.Fatalf("case %d: %v, %v", i, c, err)
		}
		fates, _ := c.Fates()
		for k := 1; k < len(c.Events); k++ {
			if fates[k] == thads.FateStands {
				kinds = append(kinds, c.Events[k].Kind)
			}
		}
		return kinds
	}

	t.Run("the second undone", func(t *testing.T) {
		w, first, second := twice(t)
		ctx := leader(t.Context())
		if second = w.undone(ctx, t, second, "Nhập nhầm"); second.Undone != 1 || second.NotUndone != 0 {
			t.Errorf("undone: %+v", second)
		}
		if diff := cmp.Diff([]thads.CaseEventKind{thads.CaseCollected}, standing(t, w, 1)); diff != "" {
			t.Errorf("what the first recorded: %s", diff)
		}
		if first = w.undone(ctx, t, first, "Nhập nhầm"); first.Undone != 2 || first.NotUndone != 0 {
			t.Errorf("then the first: %+v", first)
		}
		if got := standing(t, w, 1); len(got) > 0 {
			t.Errorf("still stand: %v", got)
		}
	})
	t.Run("the first undone", func(t *testing.T) {
		w, first, _ := twice(t)
		ctx := leader(t.Context())
		if first = w.undone(ctx, t, first, "Nhập nhầm"); first.Undone != 1 || first.NotUndone != 1 {
			t.Errorf("undone: %+v", first)
		}
		if diff := cmp.Diff([]thads.CaseEventKind{thads.CaseCollected, thads.CaseAssigned}, standing(t, w, 1)); diff != "" {
			t.Errorf("the case that went on: %s", diff)
		}
		if got := standing(t, w, 2); len(got) > 0 {
			t.Errorf("the other still has %v", got)
		}
	})
}

// TestUndoWithinOneUnit: a file that its sender could not bring in, and that
// somebody with wider rights has accepted, is not the sender's to take back.
func TestUndoWithinOneUnit(t *testing.T) {
	w := newWorld(t)
	_, first, second, _ := w.province(t)
	head := func(unit thads.UnitID) context.Context {
		return auth.NewContext(t.Context(), auth.Person("us_2", "us_2", auth.RoleUnitHead, unit, ""))
	}
	other := newWorld(t)
	other.province(t)
	for _, tt := range []struct {
		name  string
		data  []byte
		count int
	}{
		{"cases", register(t, caseRows(1, 2), nil), 2},
		{"officers", exported(leader(t.Context()), t, other, sheet.Officers, sheet.CSV, true), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.data
			if tt.name == "officers" { // one that is not there yet
				data = []byte(strings.ReplaceAll(string(data), "CHV01", "CHV02"))
			}
			im := w.started(head(second), t, tt.name, data)
			if im.Bad != tt.count || im.Creates != 0 {
				t.Fatalf("checked for the sender: %+v", im)
			}
			if _, err := w.ImportSetMapping(leader(t.Context()), change(im), im.Reading, false); err != nil {
				t.Fatal(err)
			}
			im = w.worked(leader(t.Context()), t, im.ID, app.ImportChecked)
			im = w.accepted(leader(t.Context()), t, im, app.AcceptAll)
			if im.Created != tt.count {
				t.Fatalf("accepted: %+v", im)
			}
			// How far it has come is seen by who sees the import.
			if j, err := w.ImportJob(head(second), im.ID); err != nil || j == nil || j.ID != im.Job || j.By != "leader" {
				t.Errorf("the job of the acceptance: %+v, %v", j, err)
			}
			stranger := auth.NewContext(t.Context(), auth.Person("us_3", "", auth.RoleUnitHead, second, ""))
			if j, err := w.ImportJob(stranger, im.ID); err != nil || j != nil {
				t.Errorf("the job of somebody else's import: %+v, %v", j, err)
			}
			im = w.undone(head(second), t, im, "Nhập nhầm")
			if im.Undone != 0 || im.NotUndone != tt.count {
				t.Errorf("undone by the sender: %+v", im)
			}
			j, err := w.Job(head(second), im.Job)
			if err != nil || len(j.Problems) != tt.count || j.Done != tt.count || j.Total != tt.count {
				t.Errorf("job: %+v, %v", j, err)
			}
		})
	}
	// One's own unit is.
	im := w.accepted(head(first), t, w.started(head(first), t, "own", register(t, caseRows(11, 12), nil)), app.AcceptAll)
	if im = w.undone(head(first), t, im, "Nhập nhầm"); im.Undone != 2 || im.NotUndone != 0 {
		t.Errorf("one's own: %+v", im)
	}
}

// A store that stops the process before an import is changed.
type stoppedStore struct {
	store.Store
	stop context.CancelFunc
}

func (s *stoppedStore) Replace(ctx context.Context, c *store.Collection, d *store.Document) error {
	if c.Name == "import" {
		s.stop()
		return ctx.Err()
	}
	return s.Store.Replace(ctx, c, d)
}

// TestAcceptRefusedThenNot stops an acceptance that has refused an entry right
// before its end. When it is resumed, the number that was in the way has become
// free: the entry is recorded after all, is told so, and is undone with the rest.
func TestAcceptRefusedThenNot(t *testing.T) {
	keys := t.TempDir()
	w := newWorldWith(t, keys)
	_, first, _, officer := w.province(t)
	ctx := leader(t.Context())
	im := w.started(ctx, t, "k", register(t, caseRows(1, 4), nil))
	taken, err := w.CaseOpen(ctx, "taken", decided(first, officer, "3/QĐ-CCTHADS", thads.DateOf(2018, 10, 5)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if im, err = w.ImportAccept(ctx, change(im), app.AcceptAll); err != nil {
		t.Fatal(err)
	}
	whole := w.store
	running, stop := context.WithCancel(ctx)
	defer stop()
	w.use(t, &stoppedStore{whole, stop}, keys)
	if err := w.ResumeJobs(running); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	w.use(t, whole, keys)
	if diff := cmp.Diff([]string{"2 CREATE", "3 CREATE", "4 BAD", "5 CREATE"}, w.entries(ctx, t, im.ID)); diff != "" {
		t.Fatalf("before the end: %s", diff)
	}
	if _, err := w.CaseRecord(ctx, app.Change{ID: string(taken.ID)}, thads.CaseEvent{Record: thads.Record{Voids: 1, Reason: "ghi nhầm"}}, nil); err != nil {
		t.Fatal(err)
	}
	w.on(thads.DateOf(2019, 12, 11))
	im = w.worked(ctx, t, im.ID, app.ImportAccepted)
	if im.Created != 4 || im.Refused != 0 {
		t.Errorf("resumed: %+v", im)
	}
	if diff := cmp.Diff([]string{"2 CREATE", "3 CREATE", "4 CREATE", "5 CREATE"}, w.entries(ctx, t, im.ID)); diff != "" {
		t.Errorf("entries: %s", diff)
	}
	im = w.undone(ctx, t, im, "Nhập nhầm")
	if standing, _ := w.standing(t); im.Undone != 4 || standing != 0 {
		t.Errorf("undone: %+v, %d stand", im, standing)
	}
}
