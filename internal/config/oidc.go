package config

import (
	"errors"
	"io"
	"net/url"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// OIDC configures a provider of OpenID Connect at which people may sign in
// besides. Where Issuer is empty there is none.
type OIDC struct {
	// Issuer is the provider, by the address that its tokens name exactly.
	Issuer string
	// ClientID and Secret are what the provider knows this server by.
	ClientID, Secret string
	// SecretFile is where the secret was read, empty where it was given itself.
	SecretFile string
	// Name is what the sign-in page calls the provider.
	Name string
}

const (
	// maxOIDCName is the longest name of a provider, in characters.
	maxOIDCName = 60
	// maxOIDCSecret bounds the file of the secret, in bytes.
	maxOIDCSecret = 4 << 10
)

// add adds the options of the provider.
func (o *OIDC) add(s *Set) {
	s.Add(Option{
		Name: "oidc-issuer", Value: "URL",
		Usage:   thads.Text{VI: "Nơi đăng nhập một lần (OpenID Connect): địa chỉ issuer, đúng như nơi đó công bố; địa chỉ quay về cần đăng ký là <--url>/oidc/callback.", EN: "The provider of OpenID Connect at which people may sign in: its issuer, exactly as it publishes it; the redirect address to register there is <--url>/oidc/callback."},
		Allowed: thads.Text{VI: "https://HOST[/PATH], hoặc http:// với localhost", EN: "https://HOST[/PATH], or http:// with localhost"},
		Set:     func(v string) bool { o.Issuer = v; return isIssuer(v) },
	})
	s.Add(Option{
		Name: "oidc-client-id", Value: "ID",
		Usage:   thads.Text{VI: "Tên mà nơi đăng nhập một lần cấp cho máy chủ này.", EN: "The name by which the provider knows this server."},
		Allowed: thads.Text{VI: "một tên không có dấu cách", EN: "a name without spaces"},
		Set:     func(v string) bool { o.ClientID = v; return isWord(v) },
	})
	s.Add(Option{
		Name: "oidc-client-secret", Value: "SECRET", Secret: true,
		Usage:   thads.Text{VI: "Mật khẩu mà nơi đăng nhập một lần cấp cho máy chủ này; nên đặt trong tệp, hoặc trong biến môi trường.", EN: "The secret by which the provider knows this server; better in a file, or in the variable."},
		Allowed: thads.Text{VI: "một chuỗi không có dấu cách", EN: "a text without spaces"},
		Set:     func(v string) bool { o.Secret = v; return isWord(v) },
	})
	s.Add(Option{
		Name: "oidc-client-secret-file", Value: "FILE",
		Usage:   thads.Text{VI: "Tệp chứa mật khẩu đó, một dòng.", EN: "The file in which that secret stands, in one line."},
		Allowed: thads.Text{VI: "tên một tệp", EN: "the name of a file"},
		Set:     func(v string) bool { o.SecretFile = v; return v != "" },
	})
	s.Add(Option{
		Name: "oidc-name", Value: "NAME",
		Usage:   thads.Text{VI: "Tên nơi đăng nhập một lần hiện trên trang đăng nhập; mặc định là máy chủ trong issuer.", EN: "What the sign-in page calls the provider; by default the host of the issuer."},
		Allowed: thads.Text{VI: "một tên có 1 đến 60 ký tự", EN: "a name of 1 to 60 characters"},
		Set: func(v string) bool {
			o.Name = strings.TrimSpace(v)
			n := utf8.RuneCountInString(o.Name)
			return utf8.ValidString(v) && n > 0 && n <= maxOIDCName && !strings.ContainsFunc(v, unicode.IsControl)
		},
	})
	s.Check(o.finish)
}

// finish reads the file of the secret, and refuses half a configuration.
func (o *OIDC) finish() error {
	if o.Issuer == "" {
		for _, given := range []struct{ name, value string }{
			{"oidc-client-id", o.ClientID}, {"oidc-client-secret", o.Secret}, {"oidc-client-secret-file", o.SecretFile}, {"oidc-name", o.Name},
		} {
			if given.value != "" {
				return Wrong("--%[1]s chỉ có nghĩa cùng với --oidc-issuer.", "--%[1]s needs --oidc-issuer.", given.name)
			}
		}
		return nil
	}
	switch {
	case o.ClientID == "":
		return Wrong("--oidc-issuer cần có --oidc-client-id.", "--oidc-issuer needs --oidc-client-id.")
	case o.Secret != "" && o.SecretFile != "":
		return Wrong("Chỉ ghi một trong hai: --oidc-client-secret hoặc --oidc-client-secret-file.", "Give one of the two alone: --oidc-client-secret or --oidc-client-secret-file.")
	case o.Secret == "" && o.SecretFile == "":
		return Wrong("--oidc-issuer cần có --oidc-client-secret-file hoặc --oidc-client-secret.", "--oidc-issuer needs --oidc-client-secret-file or --oidc-client-secret.")
	case o.SecretFile != "":
		secret, err := readSecret(o.SecretFile)
		if err != nil {
			return err
		}
		o.Secret = secret
	}
	if o.Name == "" {
		u, err := url.Parse(o.Issuer)
		if err != nil {
			return Wrong("--oidc-issuer %[1]q: không đọc được.", "--oidc-issuer %[1]q: cannot be read.", shorten(o.Issuer))
		}
		o.Name = u.Hostname()
	}
	return nil
}

// readSecret reads the line of a file. What it holds is in no message.
func readSecret(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", unreadable(name, err)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxOIDCSecret+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", unreadable(name, err)
	}
	secret := strings.TrimRight(string(b), "\r\n")
	if len(b) > maxOIDCSecret || !isWord(secret) {
		return "", Wrong("--oidc-client-secret-file %[1]q: phải chứa đúng một dòng, không có dấu cách.", "--oidc-client-secret-file %[1]q: must hold exactly one line, without spaces.", shorten(name))
	}
	return secret, nil
}

func unreadable(name string, err error) error {
	return Wrong("--oidc-client-secret-file %[1]q: không đọc được: %[2]v.", "--oidc-client-secret-file %[1]q: cannot be read: %[2]v.", shorten(name), err)
}

// isIssuer tells whether v can be an issuer (OpenID Connect Discovery 1.0, 3):
// with TLS, or on this machine.
func isIssuer(v string) bool {
	u, err := url.Parse(v)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(v, "#") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && IsLoopback(u.Hostname())
}

// isWord tells whether v is a text that can be typed, without spaces.
func isWord(v string) bool {
	return v != "" && utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}
