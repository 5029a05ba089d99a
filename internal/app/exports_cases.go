package app

import (
	"context"
	"io"
	"log/slog"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// exportPage is how many cases an export holds in memory at a time.
const exportPage = 100

// ExportCases writes the cases that the filter and the caller's scope reach: a
// workbook with the register of cases and that of their events, which can be
// imported again, and a sheet that shows where each case stands; or a CSV file
// with the register of cases alone. What is written of a case is one state of
// it, though others may change meanwhile, and no case that the list held
// throughout is missing or there twice.
//
// Identity numbers are written for those who hold auth.Direct, whose task
// importing is; the columns of others are empty. That numbers were taken out is
// logged.
func (a *App) ExportCases(ctx context.Context, w io.Writer, o ExportOptions) error {
	p, err := a.permit(ctx, auth.Read)
	if err != nil {
		return err
	}
	return a.exportFile(w, o.Format, a.exportAbout(p, "Sổ thụ lý việc thi hành án"), func(f *sheet.File) error {
		register, err := f.Cases()
		if err != nil {
			return err
		}
		var events *sheet.Table[sheet.EventRow]
		var summary *sheet.Table[sheet.CaseSummary]
		if o.Format == sheet.XLSX {
			if events, err = f.Events(); err != nil {
				return err
			}
			if summary, err = f.Summary(); err != nil {
				return err
			}
		}
		return a.exportEach(ctx, p, o, func(d *Directory, c *thads.Case, names sheet.Names) error {
			if err := writeRows(register, sheet.CaseRows(c, names)); err != nil || events == nil {
				return err
			}
			if err := writeRows(events, sheet.EventRows(c, names)); err != nil {
				return err
			}
			s := sheet.CaseSummary{Case: c, Unit: d.UnitName(c.Unit)}
			if o := d.Officer(c.Officer); o != nil {
				s.Officer = o.Name
			}
			return summary.Write(&s)
		})
	})
}

// ExportCaseEvents writes what happened in the cases that the filter and the
// caller's scope reach: the register of events, in the order of the cases.
func (a *App) ExportCaseEvents(ctx context.Context, w io.Writer, o ExportOptions) error {
	p, err := a.permit(ctx, auth.Read)
	if err != nil {
		return err
	}
	return a.exportFile(w, o.Format, a.exportAbout(p, "Sổ diễn biến việc thi hành án"), func(f *sheet.File) error {
		events, err := f.Events()
		if err != nil {
			return err
		}
		return a.exportEach(ctx, p, o, func(_ *Directory, c *thads.Case, names sheet.Names) error {
			return writeRows(events, sheet.EventRows(c, names))
		})
	})
}

func writeRows[R any](t *sheet.Table[R], rows []R) error {
	for i := range rows {
		if err := t.Write(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// exportEach gives fn every case of an export with what its rows say in the
// place of ids.
func (a *App) exportEach(ctx context.Context, p auth.Principal, o ExportOptions, fn func(*Directory, *thads.Case, sheet.Names) error) error {
	d, err := a.Directory(ctx)
	if err != nil {
		return err
	}
	names := sheet.Names{
		Unit: func(id thads.UnitID) string {
			if u := d.Unit(id); u != nil {
				return u.Code
			}
			return ""
		},
		Officer: func(id thads.OfficerID) string {
			if o := d.Officer(id); o != nil {
				return o.Code
			}
			return ""
		},
	}
	reveals := a.sealer != nil && p.Can(auth.Direct) /* identity numbers */
	revealed := 0
	err = a.eachCase(ctx, o, func(page []*thads.Case) error {
		var numbers map[string]string
		if reveals {
			if numbers, err = a.openSecrets(ctx, page); err != nil {
				return err
			}
			revealed += len(numbers)
		}
		for _, c := range page {
			names.Identity = func(party *thads.Party) string { return numbers[secretID(c.ID, party)] }
			if err := fn(d, c, names); err != nil {
				return err
			}
		}
		return nil
	})
	if revealed > 0 {
		a.log.InfoContext(ctx, "identity numbers were exported", slog.String("by", string(p.ID)), slog.Int("numbers", revealed))
	}
	return err
}

// eachCase gives fn, page by page, the cases of an export: those of the list in
// its order, and at the end those that changed their place in it meanwhile and
// were passed over.
func (a *App) eachCase(ctx context.Context, o ExportOptions, fn func([]*thads.Case) error) error {
	where, scope, err := a.caseConds(ctx, o.Filter, o.By)
	if err != nil {
		return err
	}
	// Writers' clocks may differ, and a write may take a while to be seen.
	since := a.clock().Add(-6 * store.WriteDeadline)
	seen := map[string]struct{}{}
	each := func(q store.Query) error {
		for more := true; more; {
			found, err := a.store.Find(ctx, caseCollection, q)
			if err != nil {
				return unavailable(err)
			}
			var ids []string
			for _, h := range found.Heads {
				if _, twice := seen[h.ID]; !twice {
					seen[h.ID] = struct{}{}
					ids = append(ids, h.ID)
				}
			}
			if err := a.givePage(ctx, scope, ids, fn); err != nil {
				return err
			}
			if more = found.HasNext; more {
				q.After = found.Heads[len(found.Heads)-1].Cursor
			}
		}
		return nil
	}
	q := store.Query{Scope: scope, Where: where, Sort: o.By.field(), Descending: o.Descending, Limit: exportPage}
	if err := each(q); err != nil {
		return err
	}
	q.Where = append(slices.Clip(where), store.Between("updatedAt", since, nil))
	q.Sort, q.Descending = CasesByUpdate.field(), false
	return each(q)
}

// givePage reads cases and gives them to fn in the order of their ids. What may
// no longer be seen is left out.
func (a *App) givePage(ctx context.Context, scope thads.OpenScope, ids []string, fn func([]*thads.Case) error) error {
	if len(ids) == 0 {
		return nil
	}
	full, err := cases.getMany(ctx, a, scope, ids)
	if err != nil {
		return err
	}
	page := make([]*thads.Case, 0, len(ids))
	for _, id := range ids {
		if c := full[id]; c != nil {
			page = append(page, c)
		}
	}
	return fn(page)
}
