package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// Accounts that were written when each had one role keep it.
func TestFormerAccounts(t *testing.T) {
	for body, want := range map[string][]UserGrant{
		`{"id":"us_1","account":"a","name":"A","role":"UNIT_HEAD","unit":"un_1","addedAt":"2019-12-08T18:00:00Z","addedBy":"system:thads user"}`: {{
			ID: "g1", Role: auth.RoleUnitHead, Unit: "un_1", From: thads.DateOf(2019, 12, 9),
			GivenAt: time.Date(2019, 12, 8, 18, 0, 0, 0, time.UTC), GivenBy: "system:thads user",
		}},
		`{"id":"us_1","account":"a","name":"A","role":"READER","unit":"un_1","addedAt":"2019-12-08T18:00:00Z"}`: nil, // a role that is no more
		`{"id":"us_1","account":"a","name":"A","role":"LEADER","grants":[{"id":"g1","role":"CLERK","unit":"un_2","from":"2020-01-01","givenAt":"2020-01-01T00:00:00Z","givenBy":""}]}`: {{
			ID: "g1", Role: auth.RoleClerk, Unit: "un_2", From: thads.DateOf(2020, 1, 1), GivenAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		}},
	} {
		u, err := decodeUser("us_1", 1, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if u.Account != "a" || u.Name != "A" || u.version != 1 {
			t.Errorf("%s: %+v", body, u)
		}
		if diff := cmp.Diff(want, u.Grants); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}
