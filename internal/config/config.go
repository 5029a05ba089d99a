package config

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/thads"
)

// A Config is what the options say. Each command fills the part that it
// understands; the rest stays at its defaults.
type Config struct {
	Store Store
	Log   Log
	Serve Serve
}

// Store says where the records are kept.
type Store struct {
	// Data is the directory of the SQLite database.
	Data string
	// URI names a MongoDB deployment; empty keeps everything in Data.
	URI string
	// Secrets is the directory of the file with the keys, which must not lie
	// where the database and its backups are.
	Secrets string
}

// IsMongo tells whether the records are kept in MongoDB.
func (s Store) IsMongo() bool { return s.URI != "" }

// Log says what is written to the log.
type Log struct {
	Level slog.Level
	// JSON writes one object a line instead of text.
	JSON bool
}

// Serve configures the server.
type Serve struct {
	// Addr is what it listens on, HOST:PORT; port 0 takes a free one.
	Addr string
	// URL is the address that people use, nil where it is that of Addr.
	URL *url.URL
	// Demo fills an empty store with the demonstration province.
	Demo bool
	// CORSOrigins are the foreign origins whose pages may use the API.
	CORSOrigins []string
	// TrustedProxies are the proxies in front whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Timeout bounds the answer to one request of the API.
	Timeout time.Duration
	// Drain bounds how long requests under way may take to end at a shutdown.
	Drain time.Duration
	// SessionIdle ends a session that nobody used for so long, SessionMax
	// every session.
	SessionIdle, SessionMax time.Duration
	// OIDC is where people may sign in besides.
	OIDC OIDC
}

// Defaults are the values of the options that are not given. The directory of
// the keys is chosen when it is needed.
func Defaults() *Config {
	return &Config{
		Store: Store{Data: "data"},
		Serve: Serve{
			Addr:        "127.0.0.1:8080",
			Timeout:     30 * time.Second,
			Drain:       10 * time.Second,
			SessionIdle: 2 * time.Hour,
			SessionMax:  12 * time.Hour,
		},
	}
}

// Variables are the names of all variables that any command understands.
func Variables() []string {
	s := NewSet("")
	Defaults().addAll(s)
	var names []string
	for _, o := range s.Options() {
		names = append(names, o.Variable())
	}
	return names
}

func isVariable(name string) bool { return slices.Contains(Variables(), name) }

func (c *Config) addAll(s *Set) {
	c.AddStore(s)
	c.AddAddress(s)
	c.AddServe(s)
}

// AddStore adds the options of every command that opens the store: where it
// is, where the keys are, and what is logged.
func (c *Config) AddStore(s *Set) {
	s.Add(Option{
		Name: "data", Value: "DIR", Default: "./data",
		Usage:   thads.Text{VI: "Thư mục chứa cơ sở dữ liệu SQLite; được tạo nếu chưa có.", EN: "The directory of the SQLite database; made if it is missing."},
		Allowed: thads.Text{VI: "tên một thư mục", EN: "the name of a directory"},
		Set:     func(v string) bool { c.Store.Data = v; return v != "" },
	})
	s.Add(Option{
		Name: "store", Value: "URI", Secret: true,
		Usage:   thads.Text{VI: "Địa chỉ mongodb:// của cụm MongoDB; bỏ trống thì dùng SQLite trong --data.", EN: "The mongodb:// address of a MongoDB cluster; empty for SQLite under --data."},
		Allowed: thads.Text{VI: "rỗng, mongodb://… hoặc mongodb+srv://…", EN: "empty, mongodb://… or mongodb+srv://…"},
		Set: func(v string) bool {
			c.Store.URI = v
			return v == "" || hasHost(v, "mongodb://") || hasHost(v, "mongodb+srv://")
		},
	})
	s.Add(Option{
		Name: "config", Value: "DIR", Default: "~/.config/thads",
		Usage:   thads.Text{VI: "Thư mục chứa tệp khóa bí mật (secrets.json, quyền 0600); phải nằm ngoài --data.", EN: "The directory of the file with the keys (secrets.json, mode 0600); it must lie outside --data."},
		Allowed: thads.Text{VI: "tên một thư mục", EN: "the name of a directory"},
		Set:     func(v string) bool { c.Store.Secrets = v; return v != "" },
	})
	s.Add(Option{
		Name: "log", Value: "LEVEL", Default: strings.ToLower(c.Log.Level.String()),
		Usage:   thads.Text{VI: "Mức nhật ký: debug, info, warn hoặc error.", EN: "What is logged: debug, info, warn or error."},
		Allowed: thads.Text{VI: "debug, info, warn hoặc error", EN: "debug, info, warn or error"},
		Set: func(v string) bool {
			if !slices.Contains([]string{"debug", "info", "warn", "error"}, v) {
				return false
			}
			return c.Log.Level.UnmarshalText([]byte(v)) == nil
		},
	})
	s.Add(Option{
		Name: "log-format", Value: "FORMAT", Default: "text",
		Usage:   thads.Text{VI: "Dạng nhật ký: text hoặc json.", EN: "The form of the log: text or json."},
		Allowed: thads.Text{VI: "text hoặc json", EN: "text or json"},
		Set:     func(v string) bool { c.Log.JSON = v == "json"; return v == "json" || v == "text" },
	})
	s.Check(c.Store.separate)
}

// separate refuses keys that lie beside the data they protect: a copy of the
// directory would hold both.
func (s *Store) separate() error {
	if s.Secrets == "" || s.IsMongo() {
		return nil
	}
	data, err := filepath.Abs(s.Data)
	if err != nil {
		return Wrong("--data: không đọc được thư mục hiện tại.", "--data: the current directory cannot be read.")
	}
	keys, err := filepath.Abs(s.Secrets)
	if err != nil {
		return Wrong("--config: không đọc được thư mục hiện tại.", "--config: the current directory cannot be read.")
	}
	if rel, err := filepath.Rel(data, keys); err == nil && filepath.IsLocal(rel) {
		return Wrong("--config phải nằm ngoài --data, để bản sao lưu dữ liệu không mang theo khóa.", "--config must lie outside --data, so that a backup of the data does not carry the keys.")
	}
	return nil
}

// SecretsDir is the directory of the keys: the one that was given, otherwise
// the user's own for configuration.
func (s Store) SecretsDir() (string, error) {
	if s.Secrets != "" {
		return s.Secrets, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", Wrong("Không biết thư mục cấu hình của người dùng; hãy ghi --config DIR.", "The user's configuration directory is not known; give --config DIR.")
	}
	return filepath.Join(dir, "thads"), nil
}

// AddAddress adds the options that tell where the server listens and how people
// reach it.
func (c *Config) AddAddress(s *Set) {
	s.Add(Option{
		Name: "addr", Value: "HOST:PORT", Default: c.Serve.Addr,
		Usage:   thads.Text{VI: "Địa chỉ lắng nghe; cổng 0 chọn một cổng trống.", EN: "The address to listen on; port 0 takes a free one."},
		Allowed: thads.Text{VI: "HOST:PORT, ví dụ 127.0.0.1:8080", EN: "HOST:PORT, for example 127.0.0.1:8080"},
		Set:     func(v string) bool { c.Serve.Addr = v; return isAddr(v) },
	})
	s.Add(Option{
		Name: "url", Value: "URL",
		Usage:   thads.Text{VI: "Địa chỉ mà người dùng gõ, ví dụ https://thads.example.vn khi có proxy TLS phía trước.", EN: "The address that people use, for example https://thads.example.vn behind a TLS proxy."},
		Allowed: thads.Text{VI: "https://HOST, hoặc http:// với localhost", EN: "https://HOST, or http:// with localhost"},
		Set: func(v string) bool {
			u, ok := origin(v)
			c.Serve.URL = u
			return ok && (u.Scheme == "https" || IsLoopback(u.Hostname()))
		},
	})
	s.Check(c.Serve.protected)
}

// AddServe adds the options of the server, those of AddStore and AddAddress
// aside.
func (c *Config) AddServe(s *Set) {
	s.Add(Option{
		Name:    "demo",
		Usage:   thads.Text{VI: "Nạp tỉnh minh họa (hư cấu) vào kho dữ liệu trống và in liên kết đăng nhập.", EN: "Fills an empty store with the (invented) demonstration province and prints a sign-in link."},
		Allowed: thads.Text{VI: "true hoặc false", EN: "true or false"},
		Set:     func(v string) bool { b, err := strconv.ParseBool(v); c.Serve.Demo = b; return err == nil },
	})
	c.Serve.OIDC.add(s)
	s.Add(Option{
		Name: "cors-origin", Value: "ORIGIN", Repeatable: true,
		Usage:   thads.Text{VI: "Nguồn gốc (origin) khác được gọi API từ trình duyệt; ghi chính xác, không có ký tự đại diện.", EN: "Another origin whose pages may call the API; exact, without wildcards."},
		Allowed: thads.Text{VI: "một nguồn gốc chính xác, ví dụ https://baocao.example.vn", EN: "one exact origin, for example https://baocao.example.vn"},
		Set: func(v string) bool {
			u, ok := origin(v)
			if ok {
				c.Serve.CORSOrigins = append(c.Serve.CORSOrigins, u.String())
			}
			return ok
		},
	})
	s.Add(Option{
		Name: "trusted-proxy", Value: "ADDRESS", Repeatable: true,
		Usage:   thads.Text{VI: "Địa chỉ của proxy phía trước, để tính số lần đăng nhập sai theo nơi gọi (X-Forwarded-For) chứ không theo proxy.", EN: "The address of a proxy in front, so that wrong sign-ins count by where they come from (X-Forwarded-For) and not by the proxy."},
		Allowed: thads.Text{VI: "một địa chỉ IP hoặc dải địa chỉ, ví dụ 127.0.0.1 hoặc 10.0.0.0/28", EN: "an IP address or a range, for example 127.0.0.1 or 10.0.0.0/28"},
		Set: func(v string) bool {
			p, ok := addresses(v)
			if ok {
				c.Serve.TrustedProxies = append(c.Serve.TrustedProxies, p)
			}
			return ok
		},
	})
	addDuration(s, "timeout", &c.Serve.Timeout, time.Second, 10*time.Minute, thads.Text{
		VI: "Thời hạn trả lời một yêu cầu của API.", EN: "How long the answer to one request of the API may take.",
	})
	addDuration(s, "drain", &c.Serve.Drain, time.Second, 10*time.Minute, thads.Text{
		VI: "Khi dừng: chờ các yêu cầu đang chạy lâu nhất bao nhiêu.", EN: "At a shutdown: how long requests under way may take to end.",
	})
	addDuration(s, "session-idle", &c.Serve.SessionIdle, time.Minute, 30*24*time.Hour, thads.Text{
		VI: "Phiên đăng nhập hết hạn sau thời gian không sử dụng này.", EN: "A session ends after this time without use.",
	})
	addDuration(s, "session-max", &c.Serve.SessionMax, time.Minute, 30*24*time.Hour, thads.Text{
		VI: "Phiên đăng nhập hết hạn sau thời gian này trong mọi trường hợp.", EN: "A session ends after this time in any case.",
	})
}

func addDuration(s *Set, name string, p *time.Duration, least, most time.Duration, usage thads.Text) {
	text := func(vi, en string) thads.Text {
		return thads.Text{VI: vi + " " + short(least) + " – " + short(most), EN: en + " " + short(least) + " to " + short(most)}
	}
	s.Add(Option{
		Name: name, Value: "DURATION", Default: short(*p), Usage: usage,
		Allowed: text("một khoảng thời gian như 30s, 10m hoặc 2h, trong", "a duration such as 30s, 10m or 2h, within"),
		Set: func(v string) bool {
			d, err := time.ParseDuration(v)
			*p = d
			return err == nil && d >= least && d <= most
		},
	})
}

// short writes a duration without its zero parts: 2h and not 2h0m0s.
func short(d time.Duration) string {
	s := d.String()
	s = strings.TrimSuffix(s, "m0s")
	if len(s) < len(d.String()) {
		s += "m"
	}
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		s = t + "h"
	}
	return s
}

// protected refuses to send sessions over a network without TLS.
func (s *Serve) protected() error {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return Wrong("--addr %q: phải là HOST:PORT.", "--addr %q: must be HOST:PORT.", shorten(s.Addr))
	}
	if s.URL == nil && !IsLoopback(host) {
		return Wrong("--addr %q mở ra mạng mà không có TLS: hãy đặt proxy TLS phía trước và ghi địa chỉ của nó bằng --url https://…", "--addr %q opens to the network without TLS: put a TLS proxy in front and give its address by --url https://…", s.Addr)
	}
	return nil
}

// Base is the address that people use: the one that was given, otherwise that
// of the listener at host and port, with "localhost" for this machine.
func (s *Serve) Base(host, port string) *url.URL {
	if s.URL != nil {
		return s.URL
	}
	if IsLoopback(host) {
		host = "localhost"
	}
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
}

// IsLoopback tells whether a host name or address is this machine only.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func isAddr(v string) bool {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// addresses reads an address, or a range of addresses. All of the world is none.
func addresses(v string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), true
	}
	p, err := netip.ParsePrefix(v)
	return p, err == nil && p.Bits() > 0 && !p.Addr().Is4In6() && p == p.Masked()
}

// origin reads scheme, host and port, and refuses anything beyond them.
func origin(v string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSuffix(v, "/"))
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, "*,") {
		return nil, false
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	bare := url.URL{Scheme: u.Scheme, Host: u.Host}
	if u.Scheme != "https" && u.Scheme != "http" || *u != bare {
		return nil, false
	}
	return u, true
}

func hasHost(uri, scheme string) bool {
	rest, ok := strings.CutPrefix(uri, scheme)
	return ok && strings.Trim(rest, "/") != ""
}

// LogValue shows the options without secrets: of a MongoDB address the hosts
// and the database, never the user, the password or the parameters.
func (c *Config) LogValue() slog.Value {
	where := slog.String("data", c.Store.Data)
	if c.Store.IsMongo() {
		where = slog.String("store", RedactURI(c.Store.URI))
	}
	attrs := []slog.Attr{
		where,
		slog.String("addr", c.Serve.Addr),
		slog.Bool("demo", c.Serve.Demo),
		slog.Duration("timeout", c.Serve.Timeout),
		slog.Duration("drain", c.Serve.Drain),
		slog.Duration("sessionIdle", c.Serve.SessionIdle),
		slog.Duration("sessionMax", c.Serve.SessionMax),
		slog.String("log", strings.ToLower(c.Log.Level.String())),
	}
	if c.Serve.URL != nil {
		attrs = append(attrs, slog.String("url", c.Serve.URL.String()))
	}
	if len(c.Serve.CORSOrigins) > 0 {
		attrs = append(attrs, slog.Any("corsOrigins", c.Serve.CORSOrigins))
	}
	if len(c.Serve.TrustedProxies) > 0 {
		attrs = append(attrs, slog.Any("trustedProxies", c.Serve.TrustedProxies))
	}
	if c.Serve.OIDC.Issuer != "" {
		attrs = append(attrs, slog.String("oidcIssuer", c.Serve.OIDC.Issuer))
	}
	return slog.GroupValue(attrs...)
}

// RedactURI returns scheme, hosts and path of a connection string. net/url
// cannot be used: the strings of MongoDB name several hosts.
func RedactURI(uri string) string {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return "…"
	}
	rest, _, _ = strings.Cut(rest, "?")
	// A password may hold any character but is encoded where it holds "/" or "@";
	// cutting at the last "@" is right for those that forgot to encode it too.
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		rest = "…@" + rest[i+1:]
	}
	return scheme + "://" + rest
}
