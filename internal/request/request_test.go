package request_test

import (
	"strings"
	"testing"

	"github.com/thads/thads/internal/request"
)

func TestLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"":                           "vi",
		"en":                         "en",
		"en-GB,en;q=0.9":             "en",
		"vi-VN,vi;q=0.9,en;q=0.8":    "vi",
		"en;q=0.5,vi;q=0.9":          "vi",
		"fr,en;q=0.5":                "en",
		"fr":                         "vi",
		"*":                          "vi",
		"not a language;;;q=":        "vi",
		strings.Repeat("en,", 10000): "vi",
	} {
		if got := request.New(header).Language(); got != want {
			t.Errorf("%.40q: got %s, want %s", header, got, want)
		}
	}
}

func TestContext(t *testing.T) {
	var none *request.Request
	if got := request.FromContext(t.Context()); got != none {
		t.Errorf("an empty context belongs to %v", got)
	}
	none.Ran(request.Operation{Kind: "query"})
	none.Took("/x")
	none.By("us_1")
	if none.ID() != "" || none.Language() != "vi" || none.Operation() != (request.Operation{}) || none.Route() != "" || none.Principal() != "" {
		t.Error("no request knows something")
	}

	r := request.New("en")
	if got := request.FromContext(request.NewContext(t.Context(), r)); got != r {
		t.Errorf("got %v, want %v", got, r)
	}
	if len(r.ID()) != 24 || r.ID() == request.New("").ID() {
		t.Errorf("id %q is too short or not unique", r.ID())
	}
	r.Ran(request.Operation{Kind: "query", Name: "CaseList", Code: "FORBIDDEN"})
	r.Took("/graphql")
	r.By("us_1")
	if got := r.Operation(); got.Name != "CaseList" || r.Route() != "/graphql" || r.Principal() != "us_1" {
		t.Errorf("got %+v %s %s", got, r.Route(), r.Principal())
	}
}

func TestNamesThatWouldSpoilALog(t *testing.T) {
	for _, name := range []string{"a b", "a\nlevel=ERROR", "Trần", strings.Repeat("a", 65)} {
		r := request.New("")
		r.Ran(request.Operation{Kind: "query", Name: name})
		if got := r.Operation(); got.Name != "" || got.Kind != "query" {
			t.Errorf("%q was kept as %+v", name, got)
		}
	}
}
