package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/thads"
)

// keysOptions are the options of the command keys.
type keysOptions struct{ commitments, resealOnly bool }

func keysCommand() Command {
	return Command{
		Name: "keys", Args: "status|rotate|prune",
		Synopsis: thads.Text{VI: "đổi khóa mã hóa số định danh, số tài khoản, tệp nhập", EN: "turns over the keys that seal numbers and files"},
		About: thads.Text{
			VI: `  status   các khóa trong tệp khóa và số giá trị cần từng khóa
  rotate   tạo khóa mới và mã hóa lại mọi giá trị; nếu bị ngắt, chạy lại để làm tiếp
  prune    bỏ khỏi tệp những khóa không còn giá trị nào cần

Chạy được khi máy chủ đang chạy: máy chủ tự đọc lại tệp khóa. Khóa tra cứu (--commitments) cũ ở lại chừng nào diễn biến
của hồ sơ còn mang mã tra cứu làm bằng khóa đó. Bản sao lưu (thads dump) lấy trước khi đổi cần khóa của lúc ấy: hãy giữ
một bản sao của tệp khóa cũ chừng nào còn giữ bản sao lưu đó.`,
			EN: `  status   the keys in the file and how many values need each
  rotate   makes a new key and seals everything anew; cut off, it goes on when run again
  prune    takes keys that no value needs any more out of the file

It works beside a running server, which reads the file again by itself. An old key of lookups (--commitments) stays as long
as events carry what it made. A dump that was taken before needs the keys of its time: keep a copy of the old file with
keys for as long as you keep that dump.`,
		},
		Examples: []string{"thads keys status", "thads keys rotate", "thads keys rotate --commitments", "thads keys prune"},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			o := new(keysOptions)
			env.Config.AddStore(set)
			flag := func(name, vi, en string, p *bool) {
				set.Add(config.Option{
					Name: name, NoVariable: true, Usage: thads.Text{VI: vi, EN: en},
					Allowed: thads.Text{VI: "true hoặc false", EN: "true or false"},
					Set:     func(v string) bool { b, err := strconv.ParseBool(v); *p = b; return err == nil },
				})
			}
			flag("commitments", "rotate: đổi cả khóa tra cứu theo số định danh.", "rotate: makes a new key of the lookups by number too.", &o.commitments)
			flag("reseal-only", "rotate: không tạo khóa, chỉ mã hóa lại những gì còn theo khóa cũ.", "rotate: makes no key, and only seals anew what older keys have sealed.", &o.resealOnly)
			return func(ctx context.Context, args []string) error { return runKeys(ctx, env, o, args) }
		},
	}
}

func runKeys(ctx context.Context, env *Env, o *keysOptions, args []string) (err error) {
	if len(args) != 1 || !slices.Contains([]string{"status", "rotate", "prune"}, args[0]) {
		return config.Wrong("thads keys cần một trong: status, rotate, prune. Xem thads help keys.", "thads keys needs one of: status, rotate, prune. See thads help keys.")
	}
	if args[0] != "rotate" && *o != (keysOptions{}) {
		return config.Wrong("--commitments và --reseal-only chỉ dùng với thads keys rotate.", "--commitments and --reseal-only go with thads keys rotate only.")
	}
	if o.commitments && o.resealOnly {
		return config.Wrong("--commitments không đi cùng --reseal-only.", "--commitments does not go with --reseal-only.")
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	ctx = auth.NewContext(ctx, auth.System("thads keys"))
	switch args[0] {
	case "rotate":
		return rotateKeys(ctx, env, a, app.KeyRotation{Commitments: o.commitments, ResealOnly: o.resealOnly})
	case "prune":
		return pruneKeys(ctx, env, a)
	}
	return showKeys(ctx, env, a)
}

func showKeys(ctx context.Context, env *Env, a *app.App) error {
	status, err := a.KeyStatus(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "KHÓA (KEY)\tDÙNG ĐỂ (USE)\tTRẠNG THÁI (STATE)\tTẠO (MADE)\tTHAY (REPLACED)\tSỐ GIÁ TRỊ (VALUES)")
	for _, part := range []struct {
		use  string
		keys []app.KeyUse
	}{{"mã hóa (sealing)", status.Sealing}, {"tra cứu (lookup)", status.Commitments}} {
		for i := range part.keys {
			u := &part.keys[i]
			state := "cũ (old)"
			switch {
			case u.Missing:
				state = "KHÔNG CÓ TRONG TỆP (MISSING)"
			case u.Current:
				state = "hiện dùng (current)"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", u.ID, part.use, state, dayText(u.MadeAt), dayText(u.RetiredAt), usesText(u))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if status.Resealing {
		return say(env, "Lần đổi khóa trước chưa xong; hãy chạy lại thads keys rotate.", "The last rotation has not come to its end; run thads keys rotate again.")
	}
	return nil
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return thads.DateIn(t).Vietnamese()
}

func usesText(u *app.KeyUse) string {
	parts := []string{strconv.Itoa(u.Total())}
	for _, name := range slices.Sorted(maps.Keys(u.Uses)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, u.Uses[name]))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return parts[0] + " (" + strings.Join(parts[1:], ", ") + ")"
}

func rotateKeys(ctx context.Context, env *Env, a *app.App, o app.KeyRotation) error {
	tell := env.tell()
	r, err := a.RotateKeys(ctx, o, func(n int) { tell("Đã mã hóa lại %d giá trị", "%d values sealed anew", n) })
	if err != nil {
		return err
	}
	if r.Resumed {
		err = say(env, "Đã làm xong lần đổi khóa bị ngắt trước đó; chưa tạo khóa mới. Muốn đổi nữa thì chạy lại.", "An earlier rotation that was cut off is finished now, and no key was made. Run it again to make one.")
	}
	if err == nil {
		err = say(env, "Khóa mã hóa %[1]s, khóa tra cứu %[2]s; đã mã hóa lại %[3]d giá trị.", "The sealing key is %[1]s, that of lookups %[2]s; %[3]d values were sealed anew.", r.Sealing, r.Commitment, r.Resealed)
	}
	if err == nil && len(r.Damaged) > 0 {
		return fail(nil, "%d giá trị không mở được bằng khóa nào, được giữ nguyên: %s", "%d values are opened by no key and were left as they are: %s", len(r.Damaged), strings.Join(r.Damaged[:min(len(r.Damaged), 20)], ", "))
	}
	return err
}

func pruneKeys(ctx context.Context, env *Env, a *app.App) error {
	p, err := a.PruneKeys(ctx)
	if err != nil {
		return err
	}
	if len(p.Removed) == 0 {
		return say(env, "Không có khóa cũ.", "There are no old keys.")
	}
	for _, id := range slices.Sorted(maps.Keys(p.Kept)) {
		if err := say(env, "Giữ khóa %[1]s: %[2]s.", "The key %[1]s stays: %[3]s.", id, p.Kept[id].VI, p.Kept[id].EN); err != nil {
			return err
		}
	}
	return say(env, "Đã bỏ khóa %s.", "Taken out: %s.", strings.Join(p.Removed, ", "))
}
