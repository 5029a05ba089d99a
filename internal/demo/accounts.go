package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

// An Account is one of those by which the demonstration is looked at.
type Account struct {
	Role auth.Role
	User *app.User
}

// branchCode is the code of the branch where the roles of a unit are held: that
// with the most cases.
const branchCode = provinceCode + "-01"

// Accounts makes the accounts of the demonstration, one for each role, the
// leader's first, or returns those that are there. Roles of the province are
// held in the department, those of a unit in one branch; the officer is one of
// the branch who holds cases. Where the branch is not there, neither are its
// accounts. The caller acts for the system.
func Accounts(ctx context.Context, a *app.App) ([]Account, error) {
	d, err := a.Directory(ctx)
	if err != nil {
		return nil, err
	}
	province, branch := thads.UnitID(""), thads.UnitID("")
	if u, ok := d.Tree.ByCode(provinceCode); ok {
		province = u.ID
	}
	if u, ok := d.Tree.ByCode(branchCode); ok {
		branch = u.ID
	}
	var out []Account
	for _, spec := range auth.Specs() {
		n := app.NewUser{Account: "minh-hoa", Name: names[spec.Role]}
		if spec.Role != auth.RoleLeader {
			n.Account += "-" + strings.ToLower(strings.ReplaceAll(string(spec.Role), "_", "-"))
		}
		g := app.NewGrant{Role: spec.Role}
		switch {
		case spec.Role == auth.RoleAdministrator:
		case spec.Count == auth.ReachProvince:
			g.Unit = province
		case branch == "":
			continue
		default:
			g.Unit = branch
		}
		if spec.Role == auth.RoleOfficer {
			o, err := busyOfficer(ctx, a, branch)
			if err != nil {
				return nil, err
			}
			if o == nil {
				continue
			}
			g.Officer, n.Name = o.ID, o.Name
		}
		n.Grants = []app.NewGrant{g}
		u, err := a.EnsureUser(ctx, n)
		if err != nil {
			return nil, fmt.Errorf("account of %s: %w", spec.Role, err)
		}
		out = append(out, Account{Role: spec.Role, User: u})
	}
	return out, nil
}

// names are those of the accounts, invented.
var names = map[auth.Role]string{
	auth.RoleLeader:        "Lãnh đạo tỉnh (minh họa)",
	auth.RoleProfessional:  "Đặng Thu Mẫu (minh họa)",
	auth.RoleUnitHead:      "Hoàng Quốc Mẫu (minh họa)",
	auth.RoleClerk:         "Vũ Thị Mẫu (minh họa)",
	auth.RoleAccountant:    "Bùi Kim Mẫu (minh họa)",
	auth.RoleStatistician:  "Đỗ Văn Mẫu (minh họa)",
	auth.RoleSteering:      "Lương Đình Mẫu (minh họa)",
	auth.RoleProcuracy:     "Mai Thanh Mẫu (minh họa)",
	auth.RoleAdministrator: "Quản trị hệ thống (minh họa)",
}

// busyOfficer returns an officer of the branch who holds cases that go on, the
// first by code, or nil.
func busyOfficer(ctx context.Context, a *app.App, branch thads.UnitID) (*thads.Officer, error) {
	enforces, most, one, live := true, app.MaxPage, 1, true
	page, err := a.Officers(ctx, &app.OfficerFilter{Units: []thads.UnitID{branch}, CanEnforce: &enforces},
		app.Order[app.OfficerOrderField]{By: app.OfficersByName}, app.PageArgs{First: &most})
	if err != nil {
		return nil, err
	}
	officers := make([]*thads.Officer, 0, len(page.Items))
	for _, it := range page.Items {
		if _, serves := it.Value.At(a.Today()); serves {
			officers = append(officers, it.Value)
		}
	}
	slices.SortFunc(officers, func(o, p *thads.Officer) int { return strings.Compare(o.Code, p.Code) })
	for _, o := range officers {
		held, err := a.Cases(ctx, &app.CaseFilter{Officers: []thads.OfficerID{o.ID}, Live: &live}, app.CasesByUpdate, true, app.PageArgs{First: &one})
		if err != nil {
			return nil, err
		}
		if len(held.Items) > 0 {
			return o, nil
		}
	}
	return nil, nil
}
