package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// This file is what the command import tells.

// How much of what a check has found is listed. All of it is in the file that
// --problems names.
const (
	listedProblems = 1000
	listedLeftOut  = 50
)

// report lists what the check has found and writes the file of problems.
func (r *importRun) report(ctx context.Context, im *app.Import) (err error) {
	w := bufio.NewWriter(r.env.Stdout)
	defer func() { err = errors.Join(err, w.Flush()) }()
	problems := im.Errors + im.Warnings
	if err := r.problems(ctx, w, im, problems, listedProblems, sheet.Error, sheet.Warning); err != nil {
		return err
	}
	if err := r.problems(ctx, w, im, im.LeftOut, listedLeftOut, sheet.LeftOut); err != nil {
		return err
	}
	if im.Stopped {
		fmt.Fprintln(w, "Phần còn lại của tệp chưa được kiểm tra. (The rest of the file was not checked.)")
	}
	fmt.Fprintf(w, "Đã đọc %d dòng, %d việc; %d lỗi, %d cảnh báo, bỏ qua %d dòng. (%[1]d rows, %[2]d cases; %[3]d errors, %[4]d warnings, %[5]d rows left out.)\n",
		im.Rows, im.Cases, im.Errors, im.Warnings, im.LeftOut)
	if r.o.problems == "" || problems == 0 || im.State != app.ImportChecked {
		return nil
	}
	if err := writeNew(r.o.problems, func(w io.Writer) error { return r.app.ImportProblemFile(ctx, im.ID, w) }); err != nil {
		return err
	}
	fmt.Fprintf(w, "Các dòng có vấn đề đã ghi ra %s. (The rows with problems were written to %[1]s.)\n", r.o.problems)
	return nil
}

// problems lists problems of some severities, of which there are n.
func (r *importRun) problems(ctx context.Context, w io.Writer, im *app.Import, n, most int, severities ...sheet.Severity) error {
	listed := 0
	for p, err := range each(func(page app.PageArgs) (*app.Page[*sheet.Problem], error) {
		return r.app.ImportProblems(ctx, im.ID, severities, page)
	}) {
		if err != nil {
			return err
		}
		if listed == most {
			break
		}
		listed++
		word := map[sheet.Severity]string{sheet.Error: "LỖI", sheet.Warning: "CẢNH BÁO", sheet.LeftOut: "BỎ QUA"}[p.Severity]
		if _, err := fmt.Fprintf(w, "%s  %s\n", word, p.String()); err != nil {
			return err
		}
	}
	if listed < n {
		fmt.Fprintf(w, "… và %d dòng khác (and %[1]d more)\n", n-listed)
	}
	return nil
}

// decide tells how the file is to be accepted; "" where there is nothing to do.
func (r *importRun) decide(ctx context.Context, im *app.Import) (app.AcceptMode, error) {
	steps := im.NextSteps()
	mode := app.AcceptMode("")
	switch {
	case slices.Contains(steps, app.StepAcceptAll):
		mode = app.AcceptAll
	case r.o.goodRows && slices.Contains(steps, app.StepAcceptGoodRows):
		mode = app.AcceptGoodRows
	}
	switch {
	case im.State == app.ImportMapping, im.State == app.ImportFailed:
		return "", &refused{thads.Text{
			VI: im.Message.VI + ". Xem cách ghép cột bằng --show-mapping, sửa lại rồi dùng với --mapping.",
			EN: im.Message.EN + ". See the mapping by --show-mapping, mend it and give it by --mapping.",
		}}
	case mode == "" && im.State == app.ImportChecked && im.Errors == 0 && !im.Stopped:
		return "", r.nothingNew(ctx, im)
	case mode == "":
		return "", &refused{refusedText()}
	case r.o.dryRun:
		return "", r.say("Có thể nhập: %d việc mới, %d việc có thêm diễn biến, %d việc đã có, %d việc không nhập được. Chưa ghi gì.",
			"%d new cases and %d that go on could be brought in; %d are there already, %d cannot be. Nothing was written.", im.Creates, im.Changes, im.Existing, im.Bad)
	}
	return mode, nil
}

// nothingNew tells that the ledger has all of the file already.
func (r *importRun) nothingNew(ctx context.Context, im *app.Import) error {
	old, err := r.before(ctx, im.Digest, app.ImportAccepted)
	if err != nil {
		return err
	}
	if old == nil {
		return r.say("Mọi việc trong tệp đã có trong sổ; không có gì thay đổi.", "All cases of the file are in the ledger; nothing has changed.")
	}
	return r.say("Tệp này đã được nhập ngày %s (%s); không có gì thay đổi.", "This file was brought in on %s (%s); nothing has changed.",
		thads.DateIn(old.StartedAt).Vietnamese(), old.ByName)
}

// accepted tells what an acceptance has done.
func (r *importRun) accepted(ctx context.Context, im *app.Import) error {
	if im.State != app.ImportAccepted {
		return fail(nil, "Lần nhập %s chưa hoàn tất (%s): %s", "The import %s is not complete (%s): %s", im.ID, im.State, im.Message.VI)
	}
	err := r.say("Đã nhập %d việc mới, bổ sung %d việc. Hoàn tác bằng: thads import --undo %s --reason …",
		"%d new cases were brought in and %d go on. To take it back: thads import --undo %s --reason …", im.Created, im.Changed, im.ID)
	if left := im.Bad + im.Refused; err == nil && left > 0 {
		err = r.say("%d việc không được nhập.", "%d cases were not brought in.", left)
	}
	if err != nil || im.Refused == 0 {
		return err
	}
	// What was refused only when it was written was not listed before.
	if err := r.problems(ctx, r.env.Stdout, im, 0, listedProblems, sheet.Error); err != nil {
		return err
	}
	return &refused{thads.Text{
		VI: "Một phần của tệp bị từ chối khi ghi vì sổ đã thay đổi sau khi kiểm tra; hãy sửa các dòng đó rồi nhập tiếp.",
		EN: "Part of the file was refused while it was written because the ledger had changed since the check; mend those rows and bring them in.",
	}}
}

// takenBack tells what undoing has done.
func (r *importRun) takenBack(ctx context.Context, im *app.Import) error {
	if err := r.say("Đã hoàn tác %d việc.", "%d cases were taken back.", im.Undone); err != nil {
		return err
	}
	if im.NotUndone == 0 {
		return nil
	}
	j, err := r.app.Job(ctx, im.Job)
	if err != nil {
		return err
	}
	if j != nil {
		for _, p := range j.Problems {
			fmt.Fprintf(r.env.Stdout, "CÒN LẠI  %s\n", p)
		}
	}
	return fail(nil, "%d việc đã có diễn biến sau khi nhập nên được giữ nguyên.", "%d cases have gone on since and were left as they are.", im.NotUndone)
}

// printMapping prints how the file is read.
func (r *importRun) printMapping(im *app.Import) error {
	out := json.NewEncoder(r.env.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(im.Reading); err != nil {
		return err
	}
	if im.State == app.ImportMapping {
		return &refused{thads.Text{VI: im.Message.VI + ".", EN: im.Message.EN + "."}}
	}
	return nil
}

// listAll lists the imports, the latest first.
func (r *importRun) listAll(ctx context.Context) error {
	w := tabwriter.NewWriter(r.env.Stdout, 0, 0, 2, ' ', 0)
	none := true
	for im, err := range r.imports(ctx) {
		if err != nil {
			return err
		}
		if none {
			none = false
			fmt.Fprintln(w, "MÃ\tNGÀY\tTRẠNG THÁI\tTẠO MỚI\tBỔ SUNG\tLỖI\tNGƯỜI NHẬP\tTỆP")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\n", im.ID, thads.DateIn(im.StartedAt).Vietnamese(), im.State.Name().VI, im.Created, im.Changed, im.Errors, im.ByName, im.File)
	}
	if none {
		return r.say("Chưa có lần nhập nào.", "There are no imports yet.")
	}
	return w.Flush()
}

func (r *importRun) say(vi, en string, args ...any) error { return say(r.env, vi, en, args...) }
