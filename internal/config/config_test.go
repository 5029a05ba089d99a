package config_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/thads/thads/internal/config"
)

// parse reads arguments and variables as the server does.
func parse(args, environ []string) (*config.Config, []string, error) {
	c := config.Defaults()
	s := config.NewSet("serve")
	c.AddStore(s)
	c.AddAddress(s)
	c.AddServe(s)
	rest, err := s.Parse(args, environ)
	return c, rest, err
}

func TestDefaults(t *testing.T) {
	c, rest, err := parse(nil, []string{"HOME=/home/a", "THADSX=1"})
	if err != nil || len(rest) != 0 {
		t.Fatalf("rest %v, error %v", rest, err)
	}
	if diff := cmp.Diff(config.Defaults(), c); diff != "" {
		t.Error(diff)
	}
}

func TestValues(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		want    func(*config.Config)
		rest    []string
	}{
		{name: "flags", args: []string{"--addr", "127.0.0.1:0", "-data=x", "--demo", "--timeout", "5s"}, want: func(c *config.Config) {
			c.Serve.Addr, c.Store.Data, c.Serve.Demo, c.Serve.Timeout = "127.0.0.1:0", "x", true, 5*time.Second
		}},
		{name: "variables", environ: []string{"THADS_ADDR=[::1]:9", "THADS_DEMO=yes", "THADS_LOG=debug", "THADS_LOG_FORMAT=json", "THADS_SESSION_IDLE=10m"}, want: func(c *config.Config) {
			c.Serve.Addr, c.Serve.Demo, c.Log.Level, c.Log.JSON, c.Serve.SessionIdle = "[::1]:9", true, slog.LevelDebug, true, 10*time.Minute
		}},
		{name: "a flag wins", args: []string{"--data", "flag", "--demo=false"}, environ: []string{"THADS_DATA=variable", "THADS_DEMO=1"}, want: func(c *config.Config) { c.Store.Data = "flag" }},
		{name: "an empty variable is none", environ: []string{"THADS_DATA="}, want: func(*config.Config) {}},
		{name: "repeated", args: []string{"--cors-origin", "https://A.example", "--cors-origin=http://b.example:81/"}, want: func(c *config.Config) {
			c.Serve.CORSOrigins = []string{"https://a.example", "http://b.example:81"}
		}},
		{name: "a list in a variable", environ: []string{"THADS_CORS_ORIGIN=https://a.example, https://b.example"}, want: func(c *config.Config) {
			c.Serve.CORSOrigins = []string{"https://a.example", "https://b.example"}
		}},
		{name: "proxies", args: []string{"--trusted-proxy", "127.0.0.1", "--trusted-proxy", "::ffff:10.0.0.1", "--trusted-proxy=10.0.0.0/28", "--trusted-proxy", "::1"}, want: func(c *config.Config) {
			c.Serve.TrustedProxies = []netip.Prefix{
				netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/28"), netip.MustParsePrefix("::1/128"),
			}
		}},
		{name: "flags behind arguments", args: []string{"a.csv", "--data", "x", "b.csv"}, want: func(c *config.Config) { c.Store.Data = "x" }, rest: []string{"a.csv", "b.csv"}},
		{name: "a double dash ends the flags", args: []string{"--data", "x", "--", "--addr"}, want: func(c *config.Config) { c.Store.Data = "x" }, rest: []string{"--addr"}},
		{name: "a single dash is a file", args: []string{"-"}, want: func(*config.Config) {}, rest: []string{"-"}},
		{name: "several hosts", args: []string{"--store", "mongodb://u:p@h1:27017,h2:27017/db?replicaSet=r"}, want: func(c *config.Config) {
			c.Store.URI = "mongodb://u:p@h1:27017,h2:27017/db?replicaSet=r"
		}},
		{name: "what Kubernetes sets for a service of this name", environ: []string{"THADS_PORT=tcp://10.0.0.1:80", "THADS_PORT_80_TCP_ADDR=10.0.0.1", "THADS_SERVICE_HOST=10.0.0.1"}, want: func(*config.Config) {}},
		{name: "a provider", args: []string{"--oidc-issuer", "https://sso.example.vn/realms/thads", "--oidc-client-id", "thads"}, environ: []string{"THADS_OIDC_CLIENT_SECRET=topsecret"}, want: func(c *config.Config) {
			c.Serve.OIDC = config.OIDC{Issuer: "https://sso.example.vn/realms/thads", ClientID: "thads", Secret: "topsecret", Name: "sso.example.vn"}
		}},
		{name: "a provider on this machine", args: []string{"--oidc-issuer=http://127.0.0.1:81", "--oidc-client-id=a", "--oidc-client-secret=b", "--oidc-name", " Cổng đăng nhập "}, want: func(c *config.Config) {
			c.Serve.OIDC = config.OIDC{Issuer: "http://127.0.0.1:81", ClientID: "a", Secret: "b", Name: "Cổng đăng nhập"}
		}},
		{name: "all interfaces behind a proxy", args: []string{"--addr", ":8080", "--url", "https://thads.example.vn/"}, want: func(c *config.Config) {
			c.Serve.Addr = ":8080"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, rest, err := parse(tt.args, tt.environ)
			if err != nil {
				t.Fatal(err)
			}
			if u := got.Serve.URL; u != nil {
				if u.String() != "https://thads.example.vn" {
					t.Errorf("url %s", u)
				}
				got.Serve.URL = nil
			}
			want := config.Defaults()
			tt.want(want)
			if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.rest, rest); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Each wrong input is answered with its own name and with what is allowed, in
// Vietnamese first.
func TestWhatIsWrongIsNamed(t *testing.T) {
	tests := []struct {
		name    string
		args    []string
		environ []string
		want    []string // what the message names
	}{
		{"unknown flag", []string{"--colour"}, nil, []string{"--colour", "--addr", "--data", "--store"}},
		{"mistyped flag", []string{"--dta", "x"}, nil, []string{"--dta", "có phải --data", "did you mean --data"}},
		{"unknown flag behind an argument", []string{"x", "--colour"}, nil, []string{"--colour"}},
		{"unknown variable", nil, []string{"THADS_COLOUR=1"}, []string{"THADS_COLOUR", "THADS_ADDR"}},
		{"mistyped variable", nil, []string{"THADS_STROE=x"}, []string{"THADS_STROE", "THADS_STORE"}},
		{"no value", []string{"--data"}, nil, []string{"--data", "DIR"}},
		{"no value behind others", []string{"--demo", "--addr"}, nil, []string{"--addr", "HOST:PORT"}},
		{"twice", []string{"--data", "a", "--data", "b"}, nil, []string{"--data", "hai lần", "twice"}},
		{"address without a port", []string{"--addr", "localhost"}, nil, []string{"--addr", "localhost", "HOST:PORT"}},
		{"port that is none", []string{"--addr", "127.0.0.1:70000"}, nil, []string{"70000"}},
		{"network without TLS", []string{"--addr", "0.0.0.0:80"}, nil, []string{"0.0.0.0:80", "--url", "TLS"}},
		{"every interface without TLS", []string{"--addr", ":80"}, nil, []string{"--url"}},
		{"plain http to a network", []string{"--url", "http://thads.example.vn"}, nil, []string{"--url", "https://"}},
		{"address with a path", []string{"--url", "https://example.vn/thads"}, nil, []string{"--url"}},
		{"every proxy", []string{"--trusted-proxy", "0.0.0.0/0"}, nil, []string{"--trusted-proxy", "0.0.0.0/0"}},
		{"a proxy by name", []string{"--trusted-proxy", "localhost"}, nil, []string{"--trusted-proxy", "localhost"}},
		{"a range that begins in its middle", nil, []string{"THADS_TRUSTED_PROXY=10.0.0.1/24"}, []string{"THADS_TRUSTED_PROXY", "10.0.0.1/24"}},
		{"every origin", []string{"--cors-origin", "*"}, nil, []string{"--cors-origin", `"*"`}},
		{"wildcard", []string{"--cors-origin", "https://*.example"}, nil, []string{"--cors-origin"}},
		{"origin without scheme", []string{"--cors-origin", "a.example"}, nil, []string{"--cors-origin"}},
		{"the null origin", []string{"--cors-origin", "null"}, nil, []string{"null"}},
		{"origin with a path", nil, []string{"THADS_CORS_ORIGIN=https://a.example/x"}, []string{"THADS_CORS_ORIGIN", "https://a.example/x"}},
		{"origin with a user", []string{"--cors-origin", "https://u@a.example"}, nil, []string{"--cors-origin"}},
		{"switch", []string{"--demo=maybe"}, nil, []string{"--demo", "maybe", "true"}},
		{"switch variable", nil, []string{"THADS_DEMO=maybe"}, []string{"THADS_DEMO", "true"}},
		{"log level", []string{"--log", "loud"}, nil, []string{"--log", "loud", "debug", "error"}},
		{"log level that slog would take", []string{"--log", "INFO+2"}, nil, []string{"--log"}},
		{"log format", []string{"--log-format", "xml"}, nil, []string{"xml", "json"}},
		{"no duration", []string{"--timeout", "30"}, nil, []string{"--timeout", "30s"}},
		{"no time at all", []string{"--timeout", "0s"}, nil, []string{"--timeout", "1s", "10m"}},
		{"for ever", nil, []string{"THADS_SESSION_MAX=9000h"}, []string{"THADS_SESSION_MAX", "720h"}},
		{"no directory", []string{"--data", ""}, nil, []string{"--data"}},
		{"keys beside the data", []string{"--data", "x", "--config", filepath.Join("x", "keys")}, nil, []string{"--config", "--data"}},
		{"keys in the data", []string{"--data", "x", "--config", "x"}, nil, []string{"--config", "--data"}},
		{"database of another kind", []string{"--store", "postgres://u:topsecret@h/db"}, nil, []string{"--store", "mongodb://"}},
		{"cluster without a host", nil, []string{"THADS_STORE=mongodb:///"}, []string{"THADS_STORE", "mongodb://"}},
		{"provider without TLS", []string{"--oidc-issuer", "http://sso.example.vn"}, nil, []string{"--oidc-issuer", "https://"}},
		{"provider with a query", []string{"--oidc-issuer", "https://sso.example.vn/?a=b"}, nil, []string{"--oidc-issuer"}},
		{"provider with a user", []string{"--oidc-issuer", "https://u@sso.example.vn/"}, nil, []string{"--oidc-issuer"}},
		{"provider that is none", []string{"--oidc-issuer", ""}, nil, []string{"--oidc-issuer"}},
		{"provider without a client", []string{"--oidc-issuer", "https://sso.example.vn"}, nil, []string{"--oidc-issuer", "--oidc-client-id"}},
		{"provider without a secret", []string{"--oidc-issuer", "https://sso.example.vn", "--oidc-client-id", "a"}, nil, []string{"--oidc-client-secret-file"}},
		{"secret twice", []string{"--oidc-issuer", "https://sso.example.vn", "--oidc-client-id", "a", "--oidc-client-secret", "topsecret", "--oidc-client-secret-file", "f"}, nil, []string{"--oidc-client-secret", "--oidc-client-secret-file"}},
		{"secret with a space", []string{"--oidc-client-secret", "topsecret topsecret"}, nil, []string{"--oidc-client-secret"}},
		{"secret of no provider", nil, []string{"THADS_OIDC_CLIENT_SECRET=topsecret"}, []string{"--oidc-client-secret", "--oidc-issuer"}},
		{"client of no provider", []string{"--oidc-client-id", "a"}, nil, []string{"--oidc-client-id", "--oidc-issuer"}},
		{"name of no provider", []string{"--oidc-name", "a"}, nil, []string{"--oidc-name", "--oidc-issuer"}},
		{"name with a line end", []string{"--oidc-name", "a\nb"}, nil, []string{"--oidc-name"}},
		{"file that is missing", []string{"--oidc-issuer", "https://sso.example.vn", "--oidc-client-id", "a", "--oidc-client-secret-file", "testdata/none"}, nil, []string{"--oidc-client-secret-file", "testdata/none"}},
		{"a very long one", []string{"--log", strings.Repeat("x", 5000)}, nil, []string{"--log", "…"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := parse(tt.args, tt.environ)
			var wrong *config.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got error %v, want a *config.Error", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(wrong.Error(), want) {
					t.Errorf("%q does not say %q", wrong, want)
				}
			}
			vi, en, both := strings.Cut(wrong.Error(), "\n")
			if !both || vi == "" || en == "" || strings.Contains(en, "\n") {
				t.Errorf("%q is not one sentence of each language", wrong)
			}
			if strings.Contains(wrong.Error(), "topsecret") || len(wrong.Error()) > 1200 {
				t.Errorf("%q says too much", wrong)
			}
		})
	}
}

func TestVariablesOfOtherCommandsAreLeftAlone(t *testing.T) {
	c := config.Defaults()
	s := config.NewSet("user")
	c.AddStore(s)
	if _, err := s.Parse(nil, []string{"THADS_ADDR=nonsense", "THADS_DATA=x"}); err != nil {
		t.Fatal(err)
	}
	if c.Store.Data != "x" {
		t.Errorf("data = %q", c.Store.Data)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"-h"}, {"--demo", "-help"}, {"--data", "x", "y", "--help"}} {
		if _, _, err := parse(args, nil); !errors.Is(err, config.ErrHelp) {
			t.Errorf("%v: got %v", args, err)
		}
	}
	s := config.NewSet("serve")
	c := config.Defaults()
	c.AddStore(s)
	c.AddAddress(s)
	c.AddServe(s)
	var out bytes.Buffer
	if err := s.WriteHelp(&out); err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Options() {
		for _, want := range []string{"--" + o.Name, o.Variable(), o.Usage.VI, o.Usage.EN, o.Default} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the help does not mention %q", want)
			}
		}
		if o.Allowed.VI == "" || o.Allowed.EN == "" {
			t.Errorf("--%s does not say what is allowed", o.Name)
		}
	}
}

func TestSecretsAreNotLogged(t *testing.T) {
	c, _, err := parse([]string{"--store", "mongodb://user:p@ss@h1:1,h2:2/thads?authMechanismProperties=TOKEN:abc"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "options", c)
	for _, secret := range []string{"user", "p@ss", "ss@", "abc"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log tells %q: %s", secret, &out)
		}
	}
	if !strings.Contains(out.String(), "h1:1,h2:2/thads") {
		t.Errorf("the log does not tell where the store is: %s", &out)
	}
}

// The secret of the provider stands in a file as editors leave it, and nowhere else.
func TestTheSecretInAFile(t *testing.T) {
	for _, tt := range []struct {
		name, content, want string
		bad                 bool
	}{
		{"a line", "topsecret\n", "topsecret", false},
		{"a line of Windows", "topsecret\r\n", "topsecret", false},
		{"no line end", "topsecret", "topsecret", false},
		{"nothing", "", "", true},
		{"an empty line", "\n", "", true},
		{"two lines", "topsecret\ntopsecret\n", "", true},
		{"a space", "topsecret topsecret", "", true},
		{"too much", strings.Repeat("topsecret", 1000), "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			c, _, err := parse([]string{"--oidc-issuer", "https://sso.example.vn", "--oidc-client-id", "a", "--oidc-client-secret-file", file}, nil)
			if tt.bad {
				var wrong *config.Error
				if !errors.As(err, &wrong) || strings.Contains(wrong.Error(), "topsecret") || !strings.Contains(wrong.Error(), "--oidc-client-secret-file") {
					t.Errorf("got error %v", err)
				}
				return
			}
			if err != nil || c.Serve.OIDC.Secret != tt.want {
				t.Fatalf("got %q, %v", c.Serve.OIDC.Secret, err)
			}
			var out bytes.Buffer
			slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "options", c)
			if strings.Contains(out.String(), "topsecret") || !strings.Contains(out.String(), "https://sso.example.vn") {
				t.Errorf("the log tells %s", &out)
			}
		})
	}
}

func TestRedactURI(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://h/db":               "mongodb://h/db",
		"mongodb://u:p@h/db":           "mongodb://…@h/db",
		"mongodb+srv://u:a@b@h?x=y":    "mongodb+srv://…@h",
		"mongodb://h?password=secret":  "mongodb://h",
		"something else with a secret": "…",
	} {
		if got := config.RedactURI(uri); got != want {
			t.Errorf("%s: got %s, want %s", uri, got, want)
		}
	}
}

func TestBase(t *testing.T) {
	for _, tt := range []struct{ url, host, port, want string }{
		{"", "127.0.0.1", "8080", "http://localhost:8080"},
		{"", "::1", "8080", "http://localhost:8080"},
		{"https://thads.example.vn", "0.0.0.0", "8080", "https://thads.example.vn"},
		{"http://localhost:81", "::", "80", "http://localhost:81"},
	} {
		args := []string{"--addr", net.JoinHostPort(tt.host, tt.port)}
		if tt.url != "" {
			args = append(args, "--url", tt.url)
		}
		c, _, err := parse(args, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Serve.Base(tt.host, tt.port).String(); got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
	}
}

func TestSecretsDir(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	for given, want := range map[string]string{"": filepath.Join(dir, "thads"), "/etc/thads": "/etc/thads"} {
		got, err := config.Store{Secrets: given}.SecretsDir()
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", given, got, err, want)
		}
	}
}

// FuzzParse: whatever is given, the answer is a configuration or an error for
// people, never a panic.
func FuzzParse(f *testing.F) {
	f.Add("--addr\x00x:1", "THADS_DATA=x")
	f.Add("--demo=\x00--", "THADS_=")
	f.Add("-\x00---x", "")
	f.Fuzz(func(t *testing.T, args, environ string) {
		c, _, err := parse(strings.Split(args, "\x00"), strings.Split(environ, "\x00"))
		var wrong *config.Error
		if err != nil && !errors.As(err, &wrong) && !errors.Is(err, config.ErrHelp) {
			t.Errorf("got %v", err)
		}
		if err == nil && (c.Serve.Timeout <= 0 || c.Store.Data == "") {
			t.Errorf("got %+v", c)
		}
	})
}
