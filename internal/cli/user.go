package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/thads"
)

// userOptions are the options of the command user.
type userOptions struct{ name, role, unit, officer string }

func userCommand() Command {
	return Command{
		Name: "user", Args: "add|list|disable|enable|link [NAME]",
		Synopsis: thads.Text{VI: "quản lý tài khoản và liên kết đăng nhập", EN: "manages accounts and sign-in links"},
		About: thads.Text{
			VI: `  add NAME --role VAI_TRO   thêm tài khoản
  list                      liệt kê tài khoản
  disable NAME              khóa tài khoản; mọi phiên của tài khoản kết thúc ngay
  enable NAME               mở lại tài khoản
  link NAME                 in liên kết đăng nhập dùng một lần, có hiệu lực 15 phút

Lệnh làm việc trực tiếp với kho dữ liệu, kể cả khi máy chủ đang chạy. Tài khoản không có mật khẩu.`,
			EN: `  add NAME --role ROLE      adds an account
  list                      lists the accounts
  disable NAME              disables an account; all its sessions end at once
  enable NAME               enables an account again
  link NAME                 prints a sign-in link that works once within 15 minutes

The command works on the store itself, also while a server is running. Accounts have no passwords.`,
		},
		Examples: []string{
			"thads user add lanhdao --role LEADER --name 'Lê Văn Minh Họa'",
			"thads user add ketoan.tx --role CLERK --unit 38.14",
			"thads user link lanhdao",
		},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			o := new(userOptions)
			env.Config.AddStore(set)
			env.Config.AddAddress(set)
			text := func(name, value, vi, en string, p *string) {
				set.Add(config.Option{
					Name: name, Value: value, NoVariable: true, Usage: thads.Text{VI: vi, EN: en},
					Allowed: thads.Text{VI: "một giá trị không rỗng", EN: "a value that is not empty"},
					Set:     func(v string) bool { *p = v; return v != "" },
				})
			}
			roles := rolesText()
			text("role", "ROLE", "add: vai trò, một trong "+roles+".", "add: the role, one of "+roles+".", &o.role)
			text("unit", "CODE", "add: mã đơn vị nơi giữ vai trò.", "add: the code of the unit where the role is held.", &o.unit)
			text("officer", "CODE", "add: mã công chức, cho vai trò OFFICER.", "add: the officer's code, for the role OFFICER.", &o.officer)
			text("name", "NAME", "add: tên hiển thị; mặc định là tên tài khoản.", "add: the name to show; by default that of the account.", &o.name)
			return func(ctx context.Context, args []string) error { return runUser(ctx, env, o, args) }
		},
	}
}

func rolesText() string {
	var names []string
	for _, r := range auth.Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

func runUser(ctx context.Context, env *Env, o *userOptions, args []string) (err error) {
	act, err := userAction(env, o, args)
	if err != nil {
		return err
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	return act(auth.NewContext(ctx, auth.System("thads user")), a)
}

// userAction checks the arguments before anything is opened.
func userAction(env *Env, o *userOptions, args []string) (func(context.Context, *app.App) error, error) {
	verb, name := "", ""
	if len(args) > 0 {
		verb = args[0]
	}
	if len(args) > 1 {
		name = args[1]
	}
	switch verb {
	case "add", "disable", "enable", "link":
		if len(args) != 2 {
			return nil, config.Wrong("thads user %[1]s cần đúng một tên: thads user %[1]s NAME.", "thads user %[1]s needs exactly one name: thads user %[1]s NAME.", verb)
		}
	case "list":
		if len(args) != 1 {
			return nil, config.Wrong("thads user list không nhận tham số.", "thads user list takes no arguments.")
		}
	default:
		return nil, config.Wrong("thads user cần một trong: add, list, disable, enable, link. Xem thads help user.", "thads user needs one of: add, list, disable, enable, link. See thads help user.")
	}
	if verb == "add" && !auth.Role(o.role).Valid() {
		return nil, config.Wrong("thads user add cần --role, một trong %s.", "thads user add needs --role, one of %s.", rolesText())
	}
	if verb != "add" && *o != (userOptions{}) {
		return nil, config.Wrong("--role, --unit, --officer và --name chỉ dùng với thads user add.", "--role, --unit, --officer and --name go with thads user add only.")
	}
	switch verb {
	case "add":
		return func(ctx context.Context, a *app.App) error {
			u, err := a.AddUser(ctx, app.NewUser{Account: name, Name: o.name, Role: auth.Role(o.role), UnitCode: o.unit, OfficerCode: o.officer})
			if err != nil {
				return err
			}
			return say(env, "Đã thêm tài khoản %q (%s). Cấp liên kết đăng nhập: thads user link %[1]q", "The account %q (%s) was added. For a sign-in link: thads user link %[1]q", u.Account, u.Role)
		}, nil
	case "list":
		return func(ctx context.Context, a *app.App) error { return listUsers(ctx, env, a) }, nil
	case "disable":
		return func(ctx context.Context, a *app.App) error {
			u, err := a.DisableUser(ctx, name)
			if err != nil {
				return err
			}
			return say(env, "Đã khóa tài khoản %q; mọi phiên đăng nhập đã kết thúc.", "The account %q is disabled; all its sessions have ended.", u.Account)
		}, nil
	case "enable":
		return func(ctx context.Context, a *app.App) error {
			u, err := a.EnableUser(ctx, name)
			if err != nil {
				return err
			}
			return say(env, "Tài khoản %q hoạt động.", "The account %q works.", u.Account)
		}, nil
	}
	host, port, err := net.SplitHostPort(env.Config.Serve.Addr)
	if err != nil {
		return nil, err // the option was checked
	}
	if port == "0" && env.Config.Serve.URL == nil {
		return nil, config.Wrong("Không biết cổng của máy chủ; hãy ghi --addr hoặc --url.", "The port of the server is not known; give --addr or --url.")
	}
	return func(ctx context.Context, a *app.App) error {
		token, until, err := a.SignInLink(ctx, name)
		if err != nil {
			return err
		}
		link := env.Config.Serve.Base(host, port).String() + httpd.SignInPath(token)
		_, err = fmt.Fprintf(env.Stdout, "%s\n", link)
		vietnam := time.FixedZone("+07", 7*60*60)
		// What is said about the link goes to standard error, so that the link
		// alone can be piped on.
		_, err2 := fmt.Fprintf(env.Stderr, "Dùng được một lần, đến %s.\nWorks once, until %[1]s.\n", until.In(vietnam).Format("15:04 02/01/2006"))
		return errors.Join(err, err2)
	}, nil
}

// say tells the result in two languages.
func say(env *Env, vi, en string, args ...any) error {
	_, err := fmt.Fprintf(env.Stdout, "%s\n%s\n", fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...))
	return err
}

func listUsers(ctx context.Context, env *Env, a *app.App) error {
	users, err := a.Users(ctx)
	if err != nil {
		return err
	}
	if len(users) == 0 {
		return say(env, "Chưa có tài khoản nào.", "There are no accounts yet.")
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TÀI KHOẢN\tTÊN\tVAI TRÒ\tĐƠN VỊ\tTRẠNG THÁI")
	for _, u := range users {
		state, unit := "hoạt động (active)", ""
		if u.IsDisabled() {
			state = "đã khóa (disabled)"
		}
		if d.Unit(u.Unit) != nil {
			unit = d.Unit(u.Unit).Code
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Account, u.Name, u.Role, unit, state)
	}
	return w.Flush()
}
