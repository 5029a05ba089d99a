package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	zs "zombiezen.com/go/sqlite"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

// acceptedTables are the tables that an acceptance fills, in the order of
// insertion.
var acceptedTables = []string{"claim", "claim_body", "secret", "secret_body", "case", "case_body", "case_set"}

// acceptedPart is how many cases an acceptance writes in one transaction.
const acceptedPart = 2000

// accept brings a register of n cases in and takes it back. The yardstick of the
// acceptance inserts the rows that it has made, into the same tables and indexes,
// with statements prepared by hand and in transactions of the same size; it reads
// no file, checks nothing and encodes nothing.
func accept(ctx context.Context, n int) error {
	ctx = leader(ctx)
	dir, err := os.MkdirTemp("", "thads-bench-accept-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p := &province{dir: dir, cases: n}
	if p.store, err = open(ctx, dir); err != nil {
		return err
	}
	err = p.accept(ctx, n)
	return errors.Join(err, p.store.Close())
}

func (p *province) accept(ctx context.Context, n int) error {
	sealer, err := app.OpenSealer(p.dir)
	if err != nil {
		return err
	}
	if p.app, err = app.New(app.Options{Store: p.store, Sealer: sealer}); err != nil {
		return err
	}
	if err := p.found(ctx); err != nil {
		return err
	}
	data, err := p.register(n)
	if err != nil {
		return err
	}
	fmt.Printf("\n## A register of %s cases brought in (%.1f MB)\n\n", grouped(n), float64(len(data))/1e6)
	upload, err := p.app.UploadFile(ctx, "bench.csv", bytes.NewReader(data))
	if err != nil {
		return err
	}
	im, err := p.app.ImportStart(ctx, "bench", upload.ID)
	if err != nil {
		return err
	}
	var wall, cpu time.Duration
	show := func(name string, done int) error {
		if done != n {
			return fmt.Errorf("%s: %d of %d cases: %+v", name, done, n, im)
		}
		row(name, persec(n, wall), persec(n, cpu)+" CPU", "")
		return nil
	}
	work := func() (err error) {
		used, start := processors(), time.Now()
		if err := p.app.ResumeJobs(ctx); err != nil {
			return err
		}
		wall, cpu = time.Since(start), processors()-used
		im, err = p.app.Import(ctx, im.ID)
		return err
	}
	if err := work(); err != nil {
		return err
	}
	if err := show("checked", im.Creates); err != nil {
		return err
	}
	if im, err = p.app.ImportAccept(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, app.AcceptAll); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	if err := show("accepted", im.Created); err != nil {
		return err
	}
	accepted := wall
	by, used, err := p.acceptByHand(ctx)
	if err != nil {
		return err
	}
	row("the same rows inserted by hand", persec(n, by), persec(n, used)+" CPU", ratio(by, accepted))
	if im, err = p.app.ImportUndo(ctx, app.ImportChange{ID: im.ID, Version: im.Version}, "bench"); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	return show("undone", im.Undone)
}

func persec(n int, d time.Duration) string { return grouped(int(float64(n)/d.Seconds())) + "/s" }

// processors is the time that this process has used of the processors.
func processors() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// register writes a register of n cases: two in three have one debtor alone, the
// others three parties.
func (p *province) register(n int) ([]byte, error) {
	r := rand.New(rand.NewPCG(2019, 11))
	var b bytes.Buffer
	f, err := sheet.NewFile(&b, sheet.CSV, sheet.About{})
	if err != nil {
		return nil, err
	}
	table, err := f.Cases()
	if err != nil {
		return nil, err
	}
	name := func() string { return pick(r, families) + " " + pick(r, middles) + " " + pick(r, givens) }
	for i := range n {
		unit, year := 1+i%branches, 2012+(i/branches)%8
		on := thads.DateOf(year-1, time.October, 1).AddDays(r.IntN(330))
		c := sheet.CaseRow{
			Unit: fmt.Sprintf("U%02d", unit), Number: fmt.Sprintf("%d/QĐ-CCTHADS", i/branches/8+1), Date: on,
			Initiation: thads.OwnMotion, JudgmentKind: thads.JudgmentCriminal, JudgmentNumber: fmt.Sprintf("%d/%d/HS-ST", 1+i, year-1),
			JudgmentDate: on.AddDays(-40), Court: "TAND huyện",
			Debtor:         sheet.PartyCells{Name: name(), Address: "Thôn 3, xã Thử Nghiệm", IdentityNumber: fmt.Sprintf("038%09d", i)},
			ObligationKind: thads.CourtFee, Amount: thads.Dong(1+r.IntN(500)) * 100_000,
		}
		more := i%3 == 0
		if more {
			c.Creditor = sheet.PartyCells{Name: "Công ty TNHH " + name(), Address: "Phường Thử"}
		}
		if err := table.Write(&c); err != nil {
			return nil, err
		}
		if more {
			second := sheet.CaseRow{Unit: c.Unit, Number: c.Number, Debtor: sheet.PartyCells{Name: name(), Address: "Thôn 4, xã Thử Nghiệm"}}
			if err := table.Write(&second); err != nil {
				return nil, err
			}
		}
	}
	err = f.Close()
	return b.Bytes(), err
}

// acceptByHand inserts the rows of the acceptance into a fresh store by hand.
func (p *province) acceptByHand(ctx context.Context) (wall, cpu time.Duration, err error) {
	from, err := zs.OpenConn(filepath.Join(p.dir, sqlite.FileName), zs.OpenReadOnly)
	if err != nil {
		return 0, 0, err
	}
	defer from.Close()
	batches, err := batchesOf(from, acceptedTables, acceptedPart)
	if err != nil {
		return 0, 0, err
	}
	dir, err := os.MkdirTemp("", "thads-bench-hand-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	s, err := open(ctx, dir)
	if err != nil {
		return 0, 0, err
	}
	if err := s.Close(); err != nil {
		return 0, 0, err
	}
	c, err := zs.OpenConn(filepath.Join(dir, sqlite.FileName), zs.OpenReadWrite)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	if err := prepare(c); err != nil {
		return 0, 0, err
	}
	used, start := processors(), time.Now()
	for _, b := range batches {
		if err := b.insert(c, acceptedTables); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(start), processors() - used, ctx.Err()
}
