package cli

import (
	"context"
	"fmt"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/config"
	"github.com/thads/thads/internal/thads"
)

func ledgerCommand() Command {
	return Command{
		Name: "ledger", Args: "verify",
		Synopsis: thads.Text{VI: "kiểm tra sổ và các biểu đã chốt", EN: "checks the books and the reports that locks have kept"},
		About: thads.Text{
			VI: `Tính lại bút toán của mọi hồ sơ từ diễn biến và so với bút toán đã lưu; lập lại mọi biểu đã chốt khi khóa sổ, theo những gì đã biết
vào lúc chốt, rồi so từng ô và mã băm. Không ghi gì. Mã kết thúc 1 khi có sai khác.`,
			EN: `Makes the postings of all records anew from their histories and compares them with those stored; makes every report that a lock
has kept once more, as known when it was kept, and compares cells and hashes. Writes nothing. Exit code 1 where anything differs.`,
		},
		Examples: []string{"thads ledger verify --data /var/lib/thads"},
		Setup: func(set *config.Set, env *Env) func(context.Context, []string) error {
			env.Config.AddStore(set)
			return func(ctx context.Context, args []string) error {
				if len(args) != 1 || args[0] != "verify" {
					return config.Wrong("Hãy ghi thads ledger verify.", "Say thads ledger verify.")
				}
				return verifyLedger(ctx, env)
			}
		},
	}
}

func verifyLedger(ctx context.Context, env *Env) error {
	log := env.Logger()
	a, done, err := env.OpenApp(ctx, log)
	if err != nil {
		return err
	}
	check, err := a.VerifyLedger(ctx, func(n int) { log.InfoContext(ctx, "checking the books", "records", n) })
	if err = done(err); err != nil {
		return err
	}
	return tellCheck(env, check)
}

// tellCheck prints what was checked and what differs.
func tellCheck(env *Env, c *app.LedgerCheck) error {
	for _, d := range c.Differences {
		at := d.ID
		if d.Where != "" {
			at += " " + d.Where
		}
		if _, err := fmt.Fprintf(env.Stdout, "%s: %s (%s)\n", at, d.Text.VI, d.Text.EN); err != nil {
			return err
		}
	}
	if more := c.DifferenceCount - len(c.Differences); more > 0 {
		if _, err := fmt.Fprintf(env.Stdout, "… và %[1]d sai khác nữa (and %[1]d more)\n", more); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(env.Stdout, "%[1]d hồ sơ, %[2]d bút toán, %[3]d lần khóa sổ, %[4]d biểu đã chốt: %[5]d sai khác (%[1]d records, %[2]d postings, %[3]d locks, %[4]d kept reports: %[5]d differences)\n",
		c.Records, c.Postings, c.Locks, c.Reports, c.DifferenceCount)
	if err == nil && c.DifferenceCount > 0 {
		err = fail(nil, "Sổ không khớp với hồ sơ.", "The books are not as the records say.")
	}
	return err
}
