package cli

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/httpd"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// exportOptions are the options of the command export.
type exportOptions struct {
	format                     sheet.Format
	filter, orderBy, direction string
	events, numbers            bool
	purpose, reason            string
	as                         string
}

func exportCommand() Command {
	return Command{
		Name: "export", Args: "REGISTER FILE.xlsx|FILE.csv|-",
		Synopsis: thads.Text{VI: "xuất sổ ra bảng tính", EN: "writes a register to a spreadsheet"},
		About: thads.Text{
			VI: `Sổ (REGISTER): ` + nouns() + `.
Tệp xuất ra nhập lại được bằng thads import; tệp .csv của các sổ khác sổ việc thì cần --events, không có nó là danh
sách để xem. Số và ngày là số và ngày thật; nội dung không bao giờ là công thức. --filter chọn hồ sơ như danh sách
của API (JSON của CaseFilter, UnitFilter, …). Số định danh, số tài khoản chỉ có khi ghi --numbers với mục đích và lý do.
Mỗi lần xuất được ghi nhật ký trước khi ghi tệp, và tệp nêu mã nhật ký đó. Tệp chỉ xuất hiện khi đã ghi xong và chỉ
người chạy lệnh đọc được; - là đầu ra chuẩn, cần --format.`,
			EN: `Registers (REGISTER): ` + nouns() + `.
What is written can be brought in again by thads import; a .csv of other registers than those of cases needs --events
for that and is a list for people without. Numbers and dates are true ones; no text is ever a formula. --filter chooses
records like the lists of the API (a CaseFilter, UnitFilter, … as JSON). Identity and account numbers are written with
--numbers only, for a purpose and a reason. Every export is put on record before anything is written, and the file names
that record. It appears when it is whole, and only who runs the command can read it; - is standard output and needs --format.`,
		},
		Examples: []string{
			"thads export cases so-thu-ly.xlsx", `thads export --filter '{"live":true}' --order-by NUMBER cases dang-thi-hanh.csv`,
			"thads export --numbers --purpose PAYMENT --reason 'Chi trả tiền quý IV' cases chi-tra.xlsx",
			"thads export --as chicuc --format csv case-events - | gzip > dien-bien.csv.gz",
		},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			o := new(exportOptions)
			env.Config.AddStore(set)
			set.Add(config.Option{
				Name: "format", Value: "FORMAT", NoVariable: true,
				Usage:   thads.Text{VI: "Loại tệp; mặc định theo đuôi tệp.", EN: "The kind of file; by default what its name ends in."},
				Allowed: thads.Text{VI: "xlsx hoặc csv", EN: "xlsx or csv"},
				Set: func(v string) bool {
					o.format = sheet.Format(v)
					return slices.Contains([]sheet.Format{sheet.XLSX, sheet.CSV}, o.format)
				},
			})
			text := func(name, value, vi, en string, p *string) {
				set.Add(config.Option{
					Name: name, Value: value, NoVariable: true, Usage: thads.Text{VI: vi, EN: en},
					Allowed: thads.Text{VI: "một giá trị không rỗng", EN: "a value that is not empty"},
					Set:     func(v string) bool { *p = v; return v != "" },
				})
			}
			text("filter", "JSON", "Những hồ sơ nào, như bộ lọc của API; mặc định là tất cả.", "Which records, as the filter of the API says; by default all.", &o.filter)
			text("order-by", "FIELD", "Thứ tự, như của API, chẳng hạn NUMBER.", "The order, as in the API, such as NUMBER.", &o.orderBy)
			text("direction", "ASC|DESC", "Chiều sắp xếp, với --order-by.", "The direction, with --order-by.", &o.direction)
			set.Add(config.Option{
				Name: "events", NoVariable: true,
				Usage:   thads.Text{VI: "Trong tệp .csv của sổ khác sổ việc: các diễn biến, để nhập lại.", EN: "In a .csv of other registers than those of cases: their events, to be imported again."},
				Allowed: thads.Text{VI: "true hoặc false", EN: "true or false"},
				Set:     func(v string) bool { b, err := strconv.ParseBool(v); o.events = b; return err == nil },
			})
			set.Add(config.Option{
				Name: "numbers", NoVariable: true,
				Usage:   thads.Text{VI: "Xuất cả số định danh, số tài khoản; cần --purpose và --reason.", EN: "Writes identity and account numbers too; needs --purpose and --reason."},
				Allowed: thads.Text{VI: "true hoặc false", EN: "true or false"},
				Set:     func(v string) bool { b, err := strconv.ParseBool(v); o.numbers = b; return err == nil },
			})
			text("purpose", "PURPOSE", "Mục đích: "+purposes()+".", "The purpose: "+purposes()+".", &o.purpose)
			text("reason", "TEXT", "Lý do, 10 đến 500 ký tự; được ghi vào nhật ký.", "The reason, 10 to 500 characters, which goes on record.", &o.reason)
			text("as", "ACCOUNT", "Xuất những gì tài khoản này được xem; mặc định là tất cả.", "What this account may see; by default everything.", &o.as)
			return func(ctx context.Context, args []string) error { return runExport(ctx, env, o, args) }
		},
	}
}

// nouns are the words for the registers.
func nouns() string {
	var out []string
	for _, t := range httpd.Registers() {
		out = append(out, httpd.Noun(t.Value))
	}
	return strings.Join(out, ", ")
}

// purposes are the purposes for which numbers are exported.
func purposes() string {
	var out []string
	for _, t := range auth.Purposes() {
		out = append(out, string(t.Value))
	}
	return strings.Join(out, ", ")
}

// registerNamed returns the register that an argument names.
func registerNamed(noun string) (sheet.Kind, error) {
	t, ok := httpd.RegisterOf(noun)
	if !ok {
		return "", config.Wrong("Không có sổ %q; các sổ: %s.", "There is no register %q; the registers are: %s.", noun, nouns())
	}
	return t.Value, nil
}

func runExport(ctx context.Context, env *Env, o *exportOptions, args []string) (err error) {
	if len(args) != 2 {
		return config.Wrong("thads export cần tên sổ và tên tệp. Xem thads help export.", "thads export takes a register and the name of a file. See thads help export.")
	}
	register, err := registerNamed(args[0])
	if err != nil {
		return err
	}
	name := args[1]
	if o.format == "" {
		format, ok := sheet.FormatOf(name)
		if !ok {
			return config.Wrong("%q phải có đuôi .xlsx hoặc .csv, hoặc cần --format.", "%q must end in .xlsx or .csv, or --format is needed.", name)
		}
		o.format = format
	}
	export, err := o.exporter(ctx, register)
	if refusals, ok := thads.Refusals(err); ok {
		return &config.Error{Text: refusals[0].Text}
	} else if err != nil {
		return err
	}
	a, done, err := env.OpenApp(ctx, env.Logger())
	if err != nil {
		return err
	}
	defer func() { err = done(err) }()
	if ctx, err = actAs(ctx, a, "export", o.as); err != nil {
		return err
	}
	write := func(w io.Writer) error { return export(ctx, a, &counted{to: w, tell: env.tell()}) }
	if name == "-" {
		return write(env.Stdout)
	}
	if err := writeWhole(name, write); err != nil {
		return err
	}
	return say(env, "Đã ghi %s.", "%s was written.", name)
}

// exporter returns what writes a register, with the arguments read.
func (o *exportOptions) exporter(ctx context.Context, k sheet.Kind) (func(context.Context, *app.App, io.Writer) error, error) {
	arguments := graph.NewArguments()
	why := app.ExportReason{Purpose: auth.Purpose(o.purpose), Reason: o.reason}
	if k.IsRecords() {
		if o.numbers {
			return nil, config.Wrong("--numbers chỉ dùng với sổ cases, case-events.", "--numbers goes with the registers cases and case-events only.")
		}
		list, err := arguments.Records(ctx, k, o.filter, o.orderBy, o.direction)
		list.Format, list.Events, list.ExportReason = o.format, o.events, why
		return func(ctx context.Context, a *app.App, w io.Writer) error { return a.ExportRecords(ctx, w, k, list) }, err
	}
	if o.events {
		return nil, config.Wrong("--events không dùng với sổ %q.", "--events does not go with the register %q.", httpd.Noun(k))
	}
	list, err := arguments.Cases(ctx, o.filter, o.orderBy, o.direction)
	list.Format, list.Numbers, list.ExportReason = o.format, o.numbers, why
	if k == sheet.CaseEvents {
		return func(ctx context.Context, a *app.App, w io.Writer) error { return a.ExportCaseEvents(ctx, w, list) }, err
	}
	return func(ctx context.Context, a *app.App, w io.Writer) error { return a.ExportCases(ctx, w, list) }, err
}

// counted tells how much was written.
type counted struct {
	to    io.Writer
	tell  func(vi, en string, args ...any)
	bytes int64
}

// Write implements io.Writer.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.bytes += int64(n)
	c.tell("Đã ghi %d MB", "%d MB written", c.bytes>>20)
	return n, err
}
