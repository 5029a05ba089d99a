package auth_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/thads/thads/internal/auth"
)

func TestTokens(t *testing.T) {
	a, b := auth.NewToken(), auth.NewToken()
	if a == b || a.Hash() == b.Hash() {
		t.Fatal("two tokens are the same")
	}
	if a.IsZero() || !(auth.Token{}).IsZero() {
		t.Error("IsZero is wrong")
	}
	again, ok := auth.ParseToken(a.Reveal())
	if !ok || again != a || again.Hash() != a.Hash() {
		t.Errorf("a token does not survive being written and read")
	}
	if got := a.Hash(); len(got) != 64 || strings.Contains(got, a.Reveal()) {
		t.Errorf("Hash() = %q", got)
	}
}

func TestWhatIsNoToken(t *testing.T) {
	good := auth.NewToken().Reveal()
	for name, s := range map[string]string{
		"empty":          "",
		"short":          good[1:],
		"long":           good + "A",
		"other letters":  "!" + good[1:],
		"line break":     good[:42] + "\n",
		"spare bits set": strings.Repeat("A", 42) + "B",
	} {
		t.Run(name, func(t *testing.T) {
			if tok, ok := auth.ParseToken(s); ok || !tok.IsZero() {
				t.Errorf("ParseToken(%q) is a token", s)
			}
		})
	}
}

func TestTokensAreNotPrinted(t *testing.T) {
	tok := auth.NewToken()
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %s %+v %#v %q", tok, tok, tok, tok, tok)
	fmt.Fprintf(&out, "%v %+v %#v", []auth.Token{tok}, struct{ T auth.Token }{tok}, struct{ T auth.Token }{tok})
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "token", tok)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "token", tok, "in", struct{ T auth.Token }{tok})
	if strings.Contains(out.String(), tok.Reveal()) {
		t.Errorf("the secret was printed: %s", out.String())
	}
}

func TestRoles(t *testing.T) {
	for _, r := range auth.Roles() {
		if !r.Valid() {
			t.Errorf("%s is not valid", r)
		}
	}
	for _, r := range []auth.Role{auth.RoleSystem, "", "leader"} {
		if r.Valid() {
			t.Errorf("people can have the role %q", r)
		}
	}
}

func TestRightsOfRoles(t *testing.T) {
	all := []auth.Right{auth.Public, auth.SignedIn, auth.Read, auth.Record, auth.Direct, auth.Administer}
	tests := []struct {
		name string
		p    auth.Principal
		want string // one letter for each of all
	}{
		{"anonymous", auth.Principal{}, "x....."},
		{"anonymous whatever the role says", auth.Principal{Role: auth.RoleLeader}, "x....."},
		{"a role that is none", auth.Principal{ID: "us_1", Role: "KING"}, "xx...."},
		{"leader", auth.Principal{ID: "us_1", Role: auth.RoleLeader}, "xxxxxx"},
		{"unit head", auth.Principal{ID: "us_1", Role: auth.RoleUnitHead}, "xxxxx."},
		{"officer", auth.Principal{ID: "us_1", Role: auth.RoleOfficer}, "xxxx.."},
		{"clerk", auth.Principal{ID: "us_1", Role: auth.RoleClerk}, "xxxx.."},
		{"reader", auth.Principal{ID: "us_1", Role: auth.RoleReader}, "xxx..."},
		{"administrator", auth.Principal{ID: "us_1", Role: auth.RoleAdministrator}, "xx...x"},
		{"system", auth.System("test"), "xxxxxx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, r := range all {
				if tt.p.Can(r) {
					got += "x"
				} else {
					got += "."
				}
			}
			if got != tt.want {
				t.Errorf("rights %v: got %s, want %s", all, got, tt.want)
			}
			if tt.p.Reach() != auth.ReachNothing && !tt.p.Can(auth.Read) {
				t.Error("reaches records without the right to read")
			}
		})
	}
}

func TestPrincipalInContext(t *testing.T) {
	if p := auth.FromContext(t.Context()); !p.IsAnonymous() {
		t.Errorf("an empty context carries %v", p)
	}
	want := auth.Principal{ID: "us_1", Name: "A", Role: auth.RoleReader}
	if got := auth.FromContext(auth.NewContext(t.Context(), want)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
