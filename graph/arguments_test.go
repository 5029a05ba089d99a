package graph_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// Filters and orders that do not come through the API are read as it reads them.
func TestArgumentsOfLists(t *testing.T) {
	a := graph.NewArguments()
	yes, least, kind := true, thads.Dong(9007199254740991), thads.OnRequest
	for name, tt := range map[string]struct {
		filter, orderBy, direction string
		want                       app.ExportOptions
	}{
		"nothing": {"", "", "", app.ExportOptions{By: app.CasesByUpdate, Descending: true}},
		"all":     {"{}", "NUMBER", "", app.ExportOptions{Filter: &app.CaseFilter{}, By: app.CasesByNumber}},
		"much": {
			`{"states":["VOLUNTARY","IN_PROGRESS"],"live":true,"initiation":"ON_REQUEST","units":["un_1"],"openedOn":{"from":"2018-10-01","to":null},
				"total":{"min":9007199254740991},"tags":[],"officers":null}`,
			"DEBTOR_NAME", "DESC",
			app.ExportOptions{
				Filter: &app.CaseFilter{
					States: []thads.CaseState{thads.StateVoluntary, thads.StateInProgress}, Live: &yes, Initiation: &kind, Units: []thads.UnitID{"un_1"},
					OpenedOn: &app.DateRange{From: thads.DateOf(2018, 10, 1)}, Total: &app.DongRange{Min: &least}, Tags: []thads.Tag{},
				},
				By: app.CasesByDebtor, Descending: true,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := a.Cases(t.Context(), tt.filter, tt.orderBy, tt.direction)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, tt := range map[string]struct {
		filter, orderBy, direction string
		code                       thads.Code
		field                      string
	}{
		"no JSON":              {"x", "", "", thads.CodeInvalid, "filter"},
		"a list":               {"[]", "", "", thads.CodeInvalid, "filter"},
		"null":                 {"null", "", "", thads.CodeInvalid, "filter"},
		"two objects":          {"{} {}", "", "", thads.CodeInvalid, "filter"},
		"an unknown name":      {`{"state":"CLOSED"}`, "", "", thads.CodeInvalid, "filter.state"},
		"another spelling":     {`{"States":["DONE"]}`, "", "", thads.CodeInvalid, "filter.States"},
		"an unknown state":     {`{"states":["NONE"]}`, "", "", thads.CodeInvalid, "filter.states[0]"},
		"a wrong type":         {`{"live":"yes"}`, "", "", thads.CodeInvalid, "filter.live"},
		"no date":              {`{"openedOn":{"from":"2018-13-45"}}`, "", "", thads.CodeInvalid, ""},
		"too much":             {`{"total":{"min":1e30}}`, "", "", thads.CodeInvalid, ""},
		"an unknown order":     {"", "NAME", "ASC", thads.CodeInvalid, "orderBy.field"},
		"an unknown direction": {"", "NUMBER", "UP", thads.CodeInvalid, "orderBy.direction"},
		"a direction alone":    {"", "", "ASC", thads.CodeRequired, "orderBy"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Cases(t.Context(), tt.filter, tt.orderBy, tt.direction)
			refusals, ok := thads.Refusals(err)
			if !ok || refusals[0].Code != tt.code || strings.Join(refusals[0].Field, ".") != tt.field {
				t.Errorf("got %v, want %s at %q", err, tt.code, tt.field)
			}
		})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := a.Cases(ended, "", "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// Every register of other records has a list, with its own filter and orders.
func TestArgumentsOfRecords(t *testing.T) {
	a := graph.NewArguments()
	text := "x"
	for k, filter := range map[sheet.Kind]any{
		sheet.Units: &app.UnitFilter{Text: &text}, sheet.Officers: &app.OfficerFilter{Text: &text}, sheet.Verdicts: &app.VerdictFilter{Text: &text},
		sheet.Directives: &app.DirectiveFilter{Text: &text}, sheet.Tasks: &app.TaskFilter{Text: &text}, sheet.DirectedCases: &app.DirectedCaseFilter{Text: &text},
		sheet.Conferences: &app.ConferenceFilter{Text: &text}, sheet.Targets: &app.TargetFilter{StatYears: []thads.StatYear{2019}},
	} {
		given := `{"text":"x"}`
		if k == sheet.Targets {
			given = `{"statYears":[2019]}`
		}
		got, err := a.Records(t.Context(), k, given, "UPDATED_AT", "DESC")
		if err != nil {
			t.Errorf("%s: %v", k, err)
			continue
		}
		if diff := cmp.Diff(app.RecordExportOptions{Filter: filter, By: "UPDATED_AT", Descending: true}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", k, diff)
		}
		if got, err := a.Records(t.Context(), k, "", "", ""); err != nil || got.Filter != nil || got.By == "" {
			t.Errorf("%s of all: %+v, %v", k, got, err)
		}
		_, err = a.Records(t.Context(), k, `{"identityNumber":"1"}`, "", "")
		if refusals, ok := thads.Refusals(err); !ok || refusals[0].Code != thads.CodeInvalid {
			t.Errorf("%s: a filter of cases is %v", k, err)
		}
	}
	for _, term := range sheet.RecordKinds() {
		if got, err := a.Records(t.Context(), term.Value, "", "UPDATED_AT", ""); err != nil || got.By != "UPDATED_AT" || got.Descending {
			t.Errorf("%s: %+v, %v", term.Value, got, err)
		}
	}
}
