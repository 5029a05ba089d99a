package app_test

import (
	"testing"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/thads"
)

// A picture of the units that was read before a change and kept after it is not
// taken for the present one.
func TestPicturesKeptLateAreNotTaken(t *testing.T) {
	w := newWorld(t)
	province, _, _, _ := w.province(t)
	before, err := w.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: thads.DateOf(2019, 9, 30)}
	if _, err := w.UnitRecord(leader(t.Context()), app.Change{ID: string(province), Version: 1}, e); err != nil {
		t.Fatal(err)
	}
	app.KeepDirectory(w.App, before)
	now, err := w.Directory(t.Context())
	if err != nil || len(now.Unit(province).Locks) != 1 {
		t.Errorf("the lock is not in the picture (%v)", err)
	}
}
