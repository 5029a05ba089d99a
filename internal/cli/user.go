package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
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
type userOptions struct{ name, role, unit, officer, from, until, grant string }

// A userVerb is what thads user does.
type userVerb struct {
	name string
	// args shows what stands behind the verb, options which options it has.
	args    string
	options []string
	about   thads.Text
	run     func(ctx context.Context, env *Env, a *app.App, o *userOptions, account string) error
}

// userVerbs are what thads user does, in the order of its help.
func userVerbs() []userVerb {
	return []userVerb{
		{
			"add", "NAME --role ROLE",
			[]string{"name", "role", "unit", "officer", "from", "until"},
			thads.Text{VI: "thêm tài khoản; cấp đường vào bằng link", EN: "adds an account; link makes its way in"},
			userAdd,
		},
		{"list", "", nil, thads.Text{VI: "liệt kê tài khoản và vai trò", EN: "lists the accounts and their roles"}, userList},
		{
			"grant", "NAME --role ROLE",
			[]string{"role", "unit", "officer", "from", "until"},
			thads.Text{VI: "giao thêm một vai trò", EN: "gives one more role"},
			userGrant,
		},
		{
			"end", "NAME --grant ID",
			[]string{"grant", "until"},
			thads.Text{VI: "kết thúc một vai trò: ngay, hoặc hết ngày --until", EN: "ends a role: at once, or with the day --until"},
			userEnd,
		},
		{"rename", "NAME --name NAME", []string{"name"}, thads.Text{VI: "đổi tên hiển thị", EN: "changes the name shown"}, userRename},
		{
			"disable", "NAME", nil,
			thads.Text{VI: "khóa tài khoản; phiên, liên kết và khóa API kết thúc ngay", EN: "disables an account; its sessions, links and API tokens end at once"},
			userDisable,
		},
		{"enable", "NAME", nil, thads.Text{VI: "mở lại tài khoản; mật khẩu cũ không còn, cấp đường vào bằng link", EN: "enables an account again; its password is gone, link makes its way in"}, userEnable},
		{
			"link", "NAME", nil,
			thads.Text{VI: "in liên kết đăng nhập dùng một lần", EN: "prints a sign-in link that works once"},
			userLink,
		},
		{
			"reset-factor", "NAME", nil,
			thads.Text{VI: "gỡ xác thực hai lớp và mã khôi phục; mọi phiên kết thúc", EN: "takes second factor and recovery codes away; all sessions end"},
			userResetFactor,
		},
		{"sign-out", "NAME", nil, thads.Text{VI: "kết thúc mọi phiên của tài khoản", EN: "ends all sessions of an account"}, userSignOut},
	}
}

func userCommand() Command {
	var names []string
	about := [2]strings.Builder{}
	for _, v := range userVerbs() {
		names = append(names, v.name)
		line := strings.TrimSpace(v.name + " " + v.args)
		fmt.Fprintf(&about[0], "  %-23s %s\n", line, v.about.VI)
		fmt.Fprintf(&about[1], "  %-23s %s\n", line, v.about.EN)
	}
	return Command{
		Name: "user", Args: strings.Join(names, "|") + " [NAME]",
		Synopsis: thads.Text{VI: "quản lý tài khoản và liên kết đăng nhập", EN: "manages accounts and sign-in links"},
		About: thads.Text{
			VI: about[0].String() + `
Lệnh làm việc trực tiếp với kho dữ liệu, kể cả khi máy chủ đang chạy, và ai chạy được lệnh trên máy chủ thì
có mọi quyền quản trị tài khoản. Không tài khoản nào có mật khẩu mặc định: chủ tài khoản vào bằng liên kết rồi
tự đặt mật khẩu.

Người quản trị mất lối vào: thads user link quantri in liên kết có hiệu lực 24 giờ, qua đó đặt được mật khẩu
mới mà không cần mật khẩu cũ trong 15 phút đầu; mất điện thoại xác thực hai lớp và mã khôi phục thì chạy
thads user reset-factor quantri trước. Không còn ai quản trị được tài khoản: thads user enable, hoặc
thads user grant NAME --role ADMINISTRATOR.`,
			EN: about[1].String() + `
The command works on the store itself, also while a server is running; whoever can run it on the server can
manage all accounts. No account has a default password: its owner comes in by a link and sets one.

An administrator who has lost the way in: thads user link quantri prints a link that works within 24 hours; for
15 minutes after using it a new password is set without the old one. Without the phone of the second factor and
the recovery codes, run thads user reset-factor quantri first. If nobody can manage accounts any more: thads
user enable, or thads user grant NAME --role ADMINISTRATOR.`,
		},
		Examples: []string{
			"thads user add lanhdao --role LEADER --name 'Lê Văn Minh Họa'",
			"thads user add ketoan.tx --role ACCOUNTANT --unit 38.14 --until 2027-12-31",
			"thads user grant chv.an --role OFFICER --officer CHV-012",
			"thads user link lanhdao",
		},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			o := new(userOptions)
			env.Config.AddStore(set)
			env.Config.AddAddress(set)
			roles := rolesText()
			for _, t := range o.texts() {
				usage := thads.Text{VI: t.vi, EN: t.en}
				if t.name == "role" {
					usage = thads.Text{VI: t.vi + ", một trong " + roles + ".", EN: t.en + ", one of " + roles + "."}
				}
				set.Add(config.Option{
					Name: t.name, Value: t.value, NoVariable: true, Usage: usage,
					Allowed: thads.Text{VI: "một giá trị không rỗng", EN: "a value that is not empty"},
					Set:     func(v string) bool { *t.to = v; return v != "" },
				})
			}
			return func(ctx context.Context, args []string) error { return runUser(ctx, env, o, args) }
		},
	}
}

// A userText is one option of the command user.
type userText struct {
	name, value, vi, en string
	to                  *string
}

func (o *userOptions) texts() []userText {
	return []userText{
		{"role", "ROLE", "vai trò", "the role", &o.role},
		{"unit", "CODE", "mã đơn vị nơi giữ vai trò.", "the code of the unit where the role is held.", &o.unit},
		{"officer", "CODE", "mã công chức, cho vai trò OFFICER.", "the officer's code, for the role OFFICER.", &o.officer},
		{"from", "DATE", "ngày đầu giữ vai trò (yyyy-mm-dd); mặc định là hôm nay.", "the first day of the role (yyyy-mm-dd); today by default.", &o.from},
		{"until", "DATE", "ngày cuối giữ vai trò (yyyy-mm-dd).", "the last day of the role (yyyy-mm-dd).", &o.until},
		{"grant", "ID", "mã vai trò của tài khoản, như list in ra.", "the id of the account's role, as list prints it.", &o.grant},
		{"name", "NAME", "tên hiển thị; khi thêm, mặc định là tên tài khoản.", "the name to show; when adding, that of the account by default.", &o.name},
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
	verb, account, err := userAction(env, o, args)
	if err != nil {
		return err
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	return verb.run(auth.NewContext(ctx, auth.System("thads user")), env, a, o, account)
}

// userAction checks the arguments before anything is opened.
func userAction(env *Env, o *userOptions, args []string) (verb userVerb, account string, err error) {
	verbs := userVerbs()
	i := -1
	if len(args) > 0 {
		i = slices.IndexFunc(verbs, func(v userVerb) bool { return v.name == args[0] })
	}
	if i < 0 {
		var names []string
		for _, v := range verbs {
			names = append(names, v.name)
		}
		return verb, "", config.Wrong("thads user cần một trong: %[1]s. Xem thads help user.", "thads user needs one of: %[1]s. See thads help user.", strings.Join(names, ", "))
	}
	switch verb = verbs[i]; {
	case verb.args == "" && len(args) != 1:
		return verb, "", config.Wrong("thads user %[1]s không nhận tham số.", "thads user %[1]s takes no arguments.", verb.name)
	case verb.args != "" && len(args) != 2:
		return verb, "", config.Wrong("thads user %[1]s cần đúng một tên: thads user %[1]s %[2]s.", "thads user %[1]s needs exactly one name: thads user %[1]s %[2]s.", verb.name, verb.args)
	case verb.args != "":
		account = args[1]
	}
	if err := o.check(verb); err != nil {
		return verb, "", err
	}
	if verb.name == "link" {
		_, port, err := net.SplitHostPort(env.Config.Serve.Addr)
		if err != nil {
			return verb, "", err // the option was checked
		}
		if port == "0" && env.Config.Serve.URL == nil {
			return verb, "", config.Wrong("Không biết cổng của máy chủ; hãy ghi --addr hoặc --url.", "The port of the server is not known; give --addr or --url.")
		}
	}
	return verb, account, nil
}

// check refuses options that the verb does not have, and values that are none.
func (o *userOptions) check(verb userVerb) error {
	for _, t := range o.texts() {
		if *t.to != "" && !slices.Contains(verb.options, t.name) {
			return config.Wrong("--%[1]s không dùng với thads user %[2]s.", "--%[1]s does not go with thads user %[2]s.", t.name, verb.name)
		}
	}
	if slices.Contains(verb.options, "role") && !auth.Role(o.role).Valid() {
		return config.Wrong("thads user %[1]s cần --role, một trong %[2]s.", "thads user %[1]s needs --role, one of %[2]s.", verb.name, rolesText())
	}
	for name, v := range map[string]string{"rename": o.name, "end": o.grant} {
		if verb.name == name && v == "" {
			return config.Wrong("thads user %[1]s %[2]s.", "thads user %[1]s %[2]s.", verb.name, verb.args)
		}
	}
	for name, text := range map[string]string{"from": o.from, "until": o.until} {
		if _, err := optionalDate(text); err != nil {
			return config.Wrong("--%[1]s phải là ngày yyyy-mm-dd.", "--%[1]s must be a date, yyyy-mm-dd.", name)
		}
	}
	return nil
}

func optionalDate(text string) (thads.Date, error) {
	if text == "" {
		return 0, nil
	}
	return thads.ParseDate(text)
}

// newGrant is the role that the options name.
func (o *userOptions) newGrant(ctx context.Context, a *app.App) (app.NewGrant, error) {
	g := app.NewGrant{Role: auth.Role(o.role)}
	var errFrom, errUntil error
	g.From, errFrom = optionalDate(o.from)
	g.Until, errUntil = optionalDate(o.until)
	if err := errors.Join(errFrom, errUntil); err != nil {
		return g, err
	}
	d, err := a.Directory(ctx)
	if err != nil {
		return g, err
	}
	if o.unit != "" {
		u, ok := d.Tree.ByCode(o.unit)
		if !ok {
			return g, thads.Errorf(thads.CodeUnknown, "unit", "Không có đơn vị mã %q", "There is no unit with the code %q", o.unit)
		}
		g.Unit = u.ID
	}
	if o.officer != "" {
		officer := d.OfficerByCode(o.officer)
		if officer == nil {
			return g, thads.Errorf(thads.CodeUnknown, "officer", "Không có công chức mã %q", "There is no officer with the code %q", o.officer)
		}
		g.Officer = officer.ID
	}
	return g, nil
}

func userAdd(ctx context.Context, env *Env, a *app.App, o *userOptions, account string) error {
	g, err := o.newGrant(ctx, a)
	if err != nil {
		return err
	}
	u, err := a.AddUser(ctx, app.NewUser{Account: account, Name: o.name, Grants: []app.NewGrant{g}})
	if err != nil {
		return err
	}
	return say(env, "Đã thêm tài khoản %q (%s). Cấp liên kết đăng nhập: thads user link %[1]q", "The account %q (%s) was added. For a sign-in link: thads user link %[1]q", u.Account, g.Role)
}

func userGrant(ctx context.Context, env *Env, a *app.App, o *userOptions, account string) error {
	g, err := o.newGrant(ctx, a)
	if err != nil {
		return err
	}
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.GrantUser(ctx, c, g) },
		"Tài khoản %q có thêm vai trò %[2]s.", "The account %q has the role %[2]s as well.", g.Role)
}

func userEnd(ctx context.Context, env *Env, a *app.App, o *userOptions, account string) error {
	until, err := optionalDate(o.until)
	if err != nil {
		return err
	}
	if until.IsZero() {
		until = a.Today().AddDays(-1)
	}
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.EndGrant(ctx, c, o.grant, until) },
		"Vai trò %[2]s của tài khoản %[1]q hết ngày %[3]s.", "The role %[2]s of the account %[1]q ends with %[3]s.", o.grant, until)
}

func userRename(ctx context.Context, env *Env, a *app.App, o *userOptions, account string) error {
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.RenameUser(ctx, c, o.name) },
		"Đã đổi tên hiển thị của tài khoản %q.", "The name shown of the account %q was changed.")
}

func userDisable(ctx context.Context, env *Env, a *app.App, _ *userOptions, account string) error {
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.DisableUser(ctx, c) },
		"Đã khóa tài khoản %q; phiên, liên kết và khóa API đã kết thúc.", "The account %q is disabled; its sessions, links and API tokens have ended.")
}

func userEnable(ctx context.Context, env *Env, a *app.App, _ *userOptions, account string) error {
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.EnableUser(ctx, c) },
		"Tài khoản %q hoạt động. Cấp liên kết đăng nhập: thads user link %[1]q", "The account %q works. For a sign-in link: thads user link %[1]q")
}

func userResetFactor(ctx context.Context, env *Env, a *app.App, _ *userOptions, account string) error {
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.ResetSecondFactor(ctx, c) },
		"Đã gỡ xác thực hai lớp của tài khoản %q; mọi phiên đã kết thúc.", "The account %q has no second factor any more; all its sessions have ended.")
}

func userSignOut(ctx context.Context, env *Env, a *app.App, _ *userOptions, account string) error {
	return changeAccount(ctx, env, a, account, func(c app.UserChange) (*app.User, error) { return a.EndUserSessions(ctx, c) },
		"Mọi phiên của tài khoản %q đã kết thúc.", "All sessions of the account %q have ended.")
}

// changeAccount changes an account as it is now and says so: the texts have the
// account's name first.
func changeAccount(ctx context.Context, env *Env, a *app.App, account string, change func(app.UserChange) (*app.User, error), vi, en string, args ...any) error {
	u, err := a.UserNamed(ctx, account)
	if err != nil {
		return err
	}
	if u, err = change(u.Change()); err != nil {
		return err
	}
	args = append([]any{u.Account}, args...)
	return say(env, vi, en, args...)
}

func userLink(ctx context.Context, env *Env, a *app.App, _ *userOptions, account string) error {
	host, port, err := net.SplitHostPort(env.Config.Serve.Addr)
	if err != nil {
		return err
	}
	u, err := a.UserNamed(ctx, account)
	if err != nil {
		return err
	}
	_, token, until, err := a.MakeLink(ctx, u.Change())
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
}

// say tells the result in two languages.
func say(env *Env, vi, en string, args ...any) error {
	_, err := fmt.Fprintf(env.Stdout, "%s\n%s\n", fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...))
	return err
}

func userList(ctx context.Context, env *Env, a *app.App, _ *userOptions, _ string) error {
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	size := app.MaxPage
	args := app.PageArgs{First: &size}
	for some := false; ; some = true {
		page, err := a.Users(ctx, nil, args)
		if err != nil {
			return err
		}
		if len(page.Items) == 0 && !some {
			return say(env, "Chưa có tài khoản nào.", "There are no accounts yet.")
		}
		if !some {
			fmt.Fprintln(w, "TÀI KHOẢN\tTÊN\tVAI TRÒ\tTRẠNG THÁI")
		}
		for _, it := range page.Items {
			u, state := it.Value, "hoạt động (active)"
			if u.IsDisabled() {
				state = "đã khóa (disabled)"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Account, u.Name, grantsText(u, d, a.Today()), state)
			args.After = &it.Cursor
		}
		if !page.HasNext {
			return w.Flush()
		}
	}
}

// grantsText lists the roles that are held or will be, each with its id.
func grantsText(u *app.User, d *app.Directory, today thads.Date) string {
	var parts []string
	for _, g := range u.Grants {
		if !g.Until.IsZero() && (g.Until < today || g.Until < g.From) {
			continue
		}
		text := g.ID + " " + string(g.Role)
		if unit := d.Unit(g.Unit); unit != nil {
			text += " " + unit.Code
		}
		if officer := d.Officer(g.Officer); officer != nil {
			text += " " + officer.Code
		}
		if g.From > today {
			text += " từ " + g.From.Vietnamese()
		}
		if !g.Until.IsZero() {
			text += " đến " + g.Until.Vietnamese()
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}
