package app

import (
	"context"
	"io"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// exportPage is how many cases an export holds in memory at a time.
const exportPage = 100

// ExportCases writes the cases that the filter and the caller's right EXPORT
// reach, as the caller sees them: a workbook with the register of cases and that
// of their events, which can be imported again, and a sheet that shows where each
// case stands; or a CSV file with the register of cases alone. What is written of
// a case is one state of it, though others may change meanwhile, and no case that
// the list held throughout is missing or there twice.
//
// That the register was taken out is on record before the first byte. Identity
// and account numbers are written where the options ask for them, in the cases in
// which the caller may unmask them for the purpose; the columns are empty
// otherwise. Masked names cannot be imported again.
func (a *App) ExportCases(ctx context.Context, w io.Writer, o ExportOptions) error {
	e, err := a.caseExport(ctx, "Sổ thụ lý việc thi hành án", o)
	if err != nil {
		return err
	}
	return a.exportFile(w, o.Format, e.about, func(f *sheet.File) error {
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
		return e.each(ctx, func(d *Directory, c *thads.Case, names sheet.Names) error {
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
// caller's right EXPORT reach: the register of events, in the order of the cases,
// under the rules of ExportCases.
func (a *App) ExportCaseEvents(ctx context.Context, w io.Writer, o ExportOptions) error {
	e, err := a.caseExport(ctx, "Sổ diễn biến việc thi hành án", o)
	if err != nil {
		return err
	}
	return a.exportFile(w, o.Format, e.about, func(f *sheet.File) error {
		events, err := f.Events()
		if err != nil {
			return err
		}
		return e.each(ctx, func(_ *Directory, c *thads.Case, names sheet.Names) error {
			return writeRows(events, sheet.EventRows(c, names))
		})
	})
}

// A caseExport is an export of cases that is on record.
type caseExport struct {
	app     *App
	options ExportOptions
	about   sheet.About
	veil    *Veil
	// numbers says in which cases numbers are written; nil for none.
	numbers func(*thads.Case) kindSights
	// where and listed choose the cases, of which those are written that the right
	// to export opens.
	where         []store.Cond
	listed, scope thads.OpenScope
}

// caseExport checks what is asked for and puts it on record.
func (a *App) caseExport(ctx context.Context, title string, o ExportOptions) (*caseExport, error) {
	if _, err := a.permit(ctx, auth.Export); err != nil {
		return nil, err
	}
	if !sheet.IsFormat(o.Format) {
		return nil, thads.Errorf(thads.CodeInvalid, "format", "Không có loại tệp %q", "There is no format %q", string(o.Format))
	}
	return a.caseListing(ctx, title, o)
}

// caseListing is caseExport for what is written in a format of the caller's.
func (a *App) caseListing(ctx context.Context, title string, o ExportOptions) (*caseExport, error) {
	p, err := a.permit(ctx, auth.Export)
	if err != nil {
		return nil, err
	}
	e := &caseExport{app: a, options: o}
	if e.scope, err = a.scope(ctx, p, auth.Export); err != nil {
		return nil, err
	}
	if e.veil, err = a.veil(ctx, p); err != nil {
		return nil, err
	}
	if o.Numbers && !p.Can(auth.Unmask) {
		return nil, thads.Errorf(thads.CodeForbidden, "numbers", "Không có quyền xuất số định danh, số tài khoản", "Numbers may not be exported")
	}
	if err := checkReason(&e.options.ExportReason, exportPurposes(p), o.Numbers); err != nil {
		return nil, err
	}
	if e.where, e.listed, err = a.caseConds(ctx, o.Filter, o.By); err != nil {
		return nil, err
	}
	data := e.veil.shown()
	if o.Numbers {
		if _, err := a.sealing("numbers"); err != nil {
			return nil, err
		}
		data = append(data, auth.IdentityNumber, auth.AccountNumber)
		e.numbers = func(c *thads.Case) kindSights { return e.veil.revealing(c, o.Purpose) }
	}
	e.about, err = a.recordExport(ctx, title, o.Format, o.Filter, data, e.options.ExportReason)
	return e, err
}

// exportPurposes are the purposes that a principal may state for an export.
func exportPurposes(p auth.Principal) []auth.Purpose { return p.Purposes(auth.Unmask, auth.Export) }

// shown are the kinds of data of parties that the principal sees unmasked
// somewhere.
func (v *Veil) shown() []auth.PersonalData {
	var out []auth.PersonalData
	for _, i := range []int{sightName, sightContact} {
		for _, g := range v.reads {
			if g.sight.plain[i] == auth.Clear {
				out = append(out, sightKinds[i])
				break
			}
		}
	}
	return out
}

func writeRows[R any](t *sheet.Table[R], rows []R) error {
	for i := range rows {
		if err := t.Write(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// each gives fn every case of the export, as the caller sees it, with what its
// rows say in the place of ids.
func (e *caseExport) each(ctx context.Context, fn func(*Directory, *thads.Case, sheet.Names) error) error {
	d, err := e.app.Directory(ctx)
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
	return e.pages(ctx, func(page []*thads.Case) error {
		var numbers map[string]string
		if e.numbers != nil {
			if numbers, err = e.app.openSecrets(ctx, page); err != nil {
				return err
			}
		}
		for _, c := range page {
			if e.numbers != nil {
				sights := e.numbers(c)
				names.Identity = func(p *thads.Party) string { return seen(sights[sightIdentity], numbers[secretID(c.ID, p)]) }
				names.Account = func(p *thads.Party) string { return seen(sights[sightAccount], numbers[accountID(c.ID, p)]) }
			}
			if err := fn(d, e.veil.Case(c), names); err != nil {
				return err
			}
		}
		return nil
	})
}

// seen is a number that is seen for the stated purpose, "" where it is not.
func seen(s auth.Sight, number string) string {
	if s < auth.OnPurpose {
		return ""
	}
	return number
}

// pages gives fn, page by page, the cases of an export: those of the list in its
// order, and at the end those that changed their place in it meanwhile and were
// passed over.
func (e *caseExport) pages(ctx context.Context, fn func([]*thads.Case) error) error {
	// Writers' clocks may differ, and a write may take a while to be seen.
	since := e.app.clock().Add(-6 * store.WriteDeadline)
	done := map[string]struct{}{}
	each := func(q store.Query) error {
		for more := true; more; {
			found, err := e.app.store.Find(ctx, caseCollection, q)
			if err != nil {
				return unavailable(err)
			}
			var ids []string
			for _, h := range found.Heads {
				if _, twice := done[h.ID]; !twice {
					done[h.ID] = struct{}{}
					ids = append(ids, h.ID)
				}
			}
			if err := e.app.givePage(ctx, e.scope, ids, fn); err != nil {
				return err
			}
			if more = found.HasNext; more {
				q.After = found.Heads[len(found.Heads)-1].Cursor
			}
		}
		return nil
	}
	q := store.Query{Scope: e.listed, Where: e.where, Sort: e.options.By.field(), Descending: e.options.Descending, Limit: exportPage}
	if err := each(q); err != nil {
		return err
	}
	q.Where = append(slices.Clip(e.where), store.Between("updatedAt", since, nil))
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
