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
