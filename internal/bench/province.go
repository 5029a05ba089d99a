package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	zs "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store/sqlite"
	"github.com/thads/thads/internal/thads"
)

const (
	branches = 27
	// sampled is how many cases the bulk inserts are compared on.
	sampled = 20000
	// bulkSize is how many documents one commit of a bulk insert carries.
	bulkSize = 1000
)

// A province is a store filled with synthetic cases, and a connection of its own
// for the questions asked by hand.
type province struct {
	dir   string
	store *sqlite.Store
	app   *app.App
	hand  *zs.Conn
	units []thads.UnitID
	cases int
	ids   []string
}

func leader(ctx context.Context) context.Context {
	return auth.NewContext(ctx, auth.Person("bench", "bench", auth.RoleLeader, "", ""))
}

func open(ctx context.Context, dir string) (*sqlite.Store, error) {
	return sqlite.Open(ctx, sqlite.Options{Dir: dir, Collections: app.Collections()})
}

// build fills a store with n cases of about six events, validated one by one.
func build(ctx context.Context, n int) (*province, error) {
	dir, err := os.MkdirTemp("", "thads-bench-")
	if err != nil {
		return nil, err
	}
	p := &province{dir: dir, cases: n}
	if p.store, err = open(ctx, dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if p.app, err = app.New(app.Options{Store: p.store}); err != nil {
		return nil, errors.Join(err, p.close())
	}
	if err := p.found(leader(ctx)); err != nil {
		return nil, errors.Join(err, p.close())
	}
	start := time.Now()
	result, err := p.app.CasesBackfill(leader(ctx), p.histories(), false)
	if err != nil || result.Created != n {
		return nil, errors.Join(err, fmt.Errorf("%d of %d cases were stored, refused: %v", result.Created, n, result.Refused), p.close())
	}
	took := time.Since(start)
	fmt.Printf("validated, encoded and stored in %.1f s: %s cases/s\n\n", took.Seconds(), grouped(int(float64(n)/took.Seconds())))
	p.hand, err = zs.OpenConn(filepath.Join(dir, sqlite.FileName), zs.OpenReadWrite)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	if err := prepare(p.hand); err != nil {
		return nil, errors.Join(err, p.close())
	}
	err = sqlitex.ExecuteTransient(p.hand, `SELECT id FROM "case" ORDER BY id`, &sqlitex.ExecOptions{ResultFunc: func(s *zs.Stmt) error {
		p.ids = append(p.ids, s.ColumnText(0))
		return nil
	}})
	return p, err
}

// prepare sets a connection of our own up as the adapter sets up its own.
func prepare(c *zs.Conn) error {
	for _, pragma := range []string{"busy_timeout=5000", "synchronous=FULL", "cache_size=-64000", "wal_autocheckpoint=16000"} {
		if err := sqlitex.ExecuteTransient(c, "PRAGMA "+pragma, nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *province) close() error {
	var errs []error
	if p.hand != nil {
		errs = append(errs, p.hand.Close())
	}
	return errors.Join(append(errs, p.store.Close(), os.RemoveAll(p.dir))...)
}

func (p *province) bytes(ctx context.Context) int64 {
	info, err := p.store.Info(ctx)
	if err != nil {
		return 0
	}
	return info.Bytes
}

// found founds the department and its branches.
func (p *province) found(ctx context.Context) error {
	var root thads.UnitID
	for i := range branches + 1 {
		e := thads.UnitEvent{Kind: thads.UnitEstablished, Code: fmt.Sprintf("U%02d", i), Name: fmt.Sprintf("Chi cục số %d", i), Level: thads.LevelDistrict, Parent: root}
		if i == 0 {
			e.Level, e.Name = thads.LevelProvince, "Cục"
		}
		e.EffectiveOn = thads.DateOf(2009, 7, 1)
		u, err := p.app.UnitOpen(ctx, e.Code, e)
		if err != nil {
			return err
		}
		if i == 0 {
			root = u.ID
		}
		p.units = append(p.units, u.ID)
	}
	return nil
}

var (
	families = []string{"Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Vũ", "Đỗ", "Bùi", "Trịnh"}
	middles  = []string{"Văn", "Văn", "Thị", "Thị", "Đức", "Hữu", "Ngọc", "Minh", "Thanh", "Xuân"}
	givens   = []string{"An", "Bình", "Chung", "Dũng", "Đạt", "Giang", "Hà", "Hải", "Hùng", "Khánh", "Lan", "Linh", "Long", "Mai", "Nam", "Oanh", "Phúc", "Quân", "Sơn", "Tâm", "Thảo", "Tuấn", "Út", "Vinh", "Yến"}
)

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// histories yields the cases: some finished, some not enforceable, most under way.
func (p *province) histories() func(func(app.CaseHistory) bool) {
	return func(yield func(app.CaseHistory) bool) {
		r := rand.New(rand.NewPCG(2019, 12))
		for i := range p.cases {
			if !yield(p.history(r, i)) {
				return
			}
		}
	}
}

func (p *province) history(r *rand.Rand, i int) app.CaseHistory {
	// Numbers count up within a unit and a statistical year; ten years.
	unit := 1 + i%branches
	year := 2010 + (i/branches)%10
	number := i/branches/10 + 1
	on := thads.DateOf(year-1, time.October, 1).AddDays(r.IntN(330))
	amount := thads.Dong(1+r.IntN(500)) * 1_000_000
	opened := thads.CaseEvent{
		Kind: thads.CaseDecided, ToUnit: p.units[unit],
		Decision: &thads.Decision{Number: thads.ParseDocumentNumber(fmt.Sprintf("%d/QĐ-CCTHADS", number)), Date: on},
		Particulars: &thads.Particulars{
			Initiation: []thads.Initiation{thads.OwnMotion, thads.OnRequest}[r.IntN(2)],
			Judgment:   thads.Judgment{Kind: thads.JudgmentKinds()[r.IntN(6)].Value, Number: thads.ParseDocumentNumber(fmt.Sprintf("%d/%d/DS-ST", 1+r.IntN(300), year-1)), Date: on.AddDays(-40), Court: "Tòa án nhân dân huyện"},
			Parties: []thads.Party{
				{Role: thads.Debtor, Kind: thads.Person, Name: pick(r, families) + " " + pick(r, middles) + " " + pick(r, givens), Address: "Thôn 3, xã Thử Nghiệm"},
				{Role: thads.Creditor, Kind: thads.Person, Name: pick(r, families) + " " + pick(r, middles) + " " + pick(r, givens), Address: "Thôn 5, xã Thử Nghiệm"},
			},
			Obligations: []thads.Obligation{{Kind: thads.Debt, Amount: amount, Content: "Trả tiền vay"}},
		},
	}
	events := []thads.CaseEvent{opened, {Kind: thads.CaseVerificationBegun}, {Kind: thads.CaseVerified, Finding: thads.FindingMeans}}
	switch r.IntN(4) {
	case 0:
		events = append(events, thads.CaseEvent{Kind: thads.CaseCollected, Amount: amount}, thads.CaseEvent{Kind: thads.CasePaidOut, Amount: amount})
	case 1:
		events = append(events, thads.CaseEvent{Kind: thads.CaseNotEnforceable, Ground: "L2008_44A_1_A", Decision: opened.Decision}, thads.CaseEvent{Kind: thads.CaseNoted, Note: "Xác minh lại định kỳ"})
	case 2:
		events = append(events, thads.CaseEvent{Kind: thads.CaseCollected, Amount: amount / 2}, thads.CaseEvent{Kind: thads.CasePaidOut, Amount: amount / 2}, thads.CaseEvent{Kind: thads.CaseNoted, Note: "Đã đôn đốc"})
	default:
		events = append(events, thads.CaseEvent{Kind: thads.CaseCollected, Amount: amount / 4}, thads.CaseEvent{Kind: thads.CasePostponed, Ground: "L2008_48_1_C", Decision: opened.Decision}, thads.CaseEvent{Kind: thads.CaseNoted, Note: "Hai bên thỏa thuận"})
	}
	h := app.CaseHistory{Key: fmt.Sprint("case-", i)}
	for k, e := range events {
		e.EffectiveOn = on.AddDays(11 * k)
		h.Events = append(h.Events, app.RecordedCaseEvent{Event: e, At: e.EffectiveOn.StartOfDay().Add(9 * time.Hour), By: "bench"})
	}
	return h
}
