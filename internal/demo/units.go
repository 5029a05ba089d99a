package demo

import (
	"math/rand/v2"
	"strconv"

	"github.com/thads/thads/internal/thads"
)

// A unit is an agency that holds cases.
type unit struct {
	code, name, short, area string
	// weight is its share of the province's new cases, in thousandths.
	weight   int
	highland bool
	town     bool
	communes int
	officers int

	id     thads.UnitID
	symbol string
	court  string
	// head signs its decisions.
	head string
	// by is the account that keeps the unit's register.
	by thads.PrincipalID
	// roster lists who enforces here, and when.
	roster []posting
}

// A posting is an enforcement officer's time in a unit.
type posting struct {
	officer  int
	from, to day // to is the last day, or endless
}

const endless day = 1 << 20

// provinceAt is the index of the department among the units; the districts follow.
const provinceAt = 0

// provinceCode is the code by which the demonstration's department is known.
const provinceCode = "TH"

// newUnits lists the department and its 27 branches as of 2019. The names are
// those of the districts of Thanh Hóa then, from memory; codes, weights and
// numbers of officers are made up.
func newUnits() []*unit {
	type row struct {
		kind, place      string
		weight, officers int
		highland         bool
	}
	rows := []row{
		{"thành phố", "Thanh Hóa", 158, 8, false},
		{"thành phố", "Sầm Sơn", 44, 3, false},
		{"thị xã", "Bỉm Sơn", 36, 2, false},
		{"huyện", "Tĩnh Gia", 78, 4, false},
		{"huyện", "Quảng Xương", 58, 3, false},
		{"huyện", "Hoằng Hóa", 62, 3, false},
		{"huyện", "Hậu Lộc", 44, 2, false},
		{"huyện", "Nga Sơn", 40, 2, false},
		{"huyện", "Hà Trung", 31, 2, false},
		{"huyện", "Vĩnh Lộc", 22, 1, false},
		{"huyện", "Yên Định", 44, 2, false},
		{"huyện", "Thiệu Hóa", 38, 2, false},
		{"huyện", "Đông Sơn", 24, 1, false},
		{"huyện", "Triệu Sơn", 52, 3, false},
		{"huyện", "Nông Cống", 43, 2, false},
		{"huyện", "Thọ Xuân", 56, 3, false},
		{"huyện", "Như Thanh", 22, 1, true},
		{"huyện", "Như Xuân", 17, 1, true},
		{"huyện", "Thường Xuân", 18, 1, true},
		{"huyện", "Ngọc Lặc", 26, 2, true},
		{"huyện", "Cẩm Thủy", 23, 1, true},
		{"huyện", "Thạch Thành", 26, 2, true},
		{"huyện", "Lang Chánh", 10, 1, true},
		{"huyện", "Bá Thước", 15, 1, true},
		{"huyện", "Quan Hóa", 10, 1, true},
		{"huyện", "Quan Sơn", 8, 1, true},
		{"huyện", "Mường Lát", 9, 1, true},
	}
	units := []*unit{{
		code: provinceCode, name: "Cục Thi hành án dân sự tỉnh Thanh Hóa", short: "Cục THADS tỉnh Thanh Hóa", area: "tỉnh Thanh Hóa",
		weight: 34, town: true, communes: 14, officers: 6,
		symbol: "/QĐ-CTHADS", court: "TAND tỉnh Thanh Hóa",
	}}
	for i, r := range rows {
		area := r.kind + " " + r.place
		units = append(units, &unit{
			code: provinceCode + "-" + twoDigits(i+1), name: "Chi cục Thi hành án dân sự " + area, short: "Chi cục THADS " + area, area: area,
			weight: r.weight, highland: r.highland, town: r.kind != "huyện", communes: 9 + r.weight/4, officers: r.officers,
			symbol: "/QĐ-CCTHADS", court: "TAND " + area,
		})
	}
	for _, u := range units {
		u.by = principal("vt-" + u.code)
	}
	return units
}

// staffRooms are the department's rooms, from memory.
var staffRooms = []struct{ code, name, short string }{
	{"TH-VP", "Văn phòng Cục Thi hành án dân sự tỉnh Thanh Hóa", "Văn phòng"},
	{"TH-TCCB", "Phòng Tổ chức cán bộ", "Phòng TCCB"},
	{"TH-NV", "Phòng Nghiệp vụ và Tổ chức thi hành án dân sự", "Phòng NV&TCTHA"},
	{"TH-KT", "Phòng Kiểm tra, giải quyết khiếu nại, tố cáo", "Phòng KT, GQKNTC"},
	{"TH-TCKT", "Phòng Tài chính, Kế toán", "Phòng TC-KT"},
}

// principal names an account of the demonstration.
func principal(name string) thads.PrincipalID { return thads.PrincipalID("demo:" + name) }

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// An officer is one invented civil servant.
type officer struct {
	code, name string
	rank       thads.OfficerRank
	promoted   day // 0: never
	posts      []post
	leaves     day // the first day without service, 0: never
	id         thads.OfficerID
	by         thads.PrincipalID
}

// A post is where an officer serves from a day on. The unit is named by code,
// because it may be a staff room.
type post struct {
	unit     string
	position thads.OfficerPosition
	from     day
}

// served is how long before the first year careers began.
const served day = -900

// newOfficers invents the staff: the department's, then each branch's. Some
// move, one is promoted, two retire.
func (g *generator) newOfficers(r *rand.Rand) {
	add := func(unit string, rank thads.OfficerRank, position thads.OfficerPosition) {
		n := len(g.officers) + 1
		code := "MH-" + strconv.Itoa(1000 + n)[1:]
		g.officers = append(g.officers, &officer{
			code: code, name: g.names.person(r, false, chance(r, 380)), rank: rank, by: principal(code),
			posts: []post{{unit, position, served - day(r.IntN(1500))}},
		})
	}
	add(provinceCode, thads.RankSeniorOfficer, thads.PositionHead)
	for range 3 {
		add(provinceCode, thads.RankSeniorOfficer, thads.PositionDeputy)
	}
	for range g.units[provinceAt].officers {
		add(provinceCode, thads.RankIntermediateOfficer, thads.PositionOfficer)
	}
	for _, room := range staffRooms {
		rank, second := thads.RankPrincipalExaminer, thads.PositionExaminer
		if room.code == "TH-TCKT" {
			rank, second = thads.RankOther, thads.PositionAccountant
		}
		add(room.code, rank, thads.PositionHead)
		add(room.code, rank, second)
	}
	add("TH-VP", thads.RankOther, thads.PositionStatistician)
	for _, u := range g.units[provinceAt+1:] {
		add(u.code, thads.RankIntermediateOfficer, thads.PositionHead)
		if u.officers > 1 {
			add(u.code, thads.RankIntermediateOfficer, thads.PositionDeputy)
		}
		for i := range u.officers {
			rank := thads.RankJuniorOfficer
			if i == 0 {
				rank = thads.RankIntermediateOfficer
			}
			add(u.code, rank, thads.PositionOfficer)
		}
		add(u.code, thads.RankSecretary, thads.PositionSecretary)
		add(u.code, thads.RankOther, thads.PositionAccountant)
	}
	g.move("TH-01", "TH-13", dayOf(thads.DateOf(2018, 8, 1)))
	g.move("TH-16", "TH-18", dayOf(thads.DateOf(2018, 4, 2)))
	g.move("TH-05", "TH-01", dayOf(thads.DateOf(2018, 11, 1)))
	g.move("TH-08", "TH-09", dayOf(thads.DateOf(2019, 2, 18)))
	g.move("TH-04", "TH", dayOf(thads.DateOf(2019, 6, 3)))
	g.last("TH-06").leaves = dayOf(thads.DateOf(2019, 3, 1))
	g.last("TH-14").leaves = dayOf(thads.DateOf(2018, 7, 2))
	g.last("TH-02").promoted = dayOf(thads.DateOf(2019, 1, 2))
	g.makeRosters()
	for _, u := range g.units {
		for _, o := range g.officers {
			if o.posts[0].unit == u.code && o.posts[0].position == thads.PositionHead {
				u.head = o.name
			}
		}
	}
}

// last returns the last of a unit's enforcement officers without an office.
func (g *generator) last(unit string) *officer {
	var found *officer
	for _, o := range g.officers {
		if o.posts[0].unit == unit && o.posts[0].position == thads.PositionOfficer && len(o.posts) == 1 {
			found = o
		}
	}
	return found
}

func (g *generator) move(from, to string, on day) {
	o := g.last(from)
	o.posts = append(o.posts, post{to, thads.PositionOfficer, on})
}

// makeRosters lists for each unit who takes cases there: its enforcement
// officers and deputies, and its head where there would be one at most.
func (g *generator) makeRosters() {
	for at, u := range g.units {
		for _, wanted := range []thads.OfficerPosition{thads.PositionOfficer, thads.PositionDeputy, thads.PositionHead} {
			if wanted == thads.PositionHead && len(u.roster) > 1 || wanted == thads.PositionDeputy && at == provinceAt {
				continue
			}
			for i, o := range g.officers {
				for j, p := range o.posts {
					if p.unit != u.code || p.position != wanted {
						continue
					}
					to := endless
					if j+1 < len(o.posts) {
						to = o.posts[j+1].from - 1
					} else if o.leaves != 0 {
						to = o.leaves - 1
					}
					u.roster = append(u.roster, posting{i, p.from, to})
				}
			}
		}
	}
}

// enforcer draws one of those who take cases in the unit on a day, other than
// the one who has it.
func (u *unit) enforcer(r *rand.Rand, on day, not int) posting {
	var serving [16]posting
	n := 0
	for _, p := range u.roster {
		if p.from <= on && on <= p.to && p.officer != not && n < len(serving) {
			serving[n] = p
			n++
		}
	}
	if n == 0 {
		return posting{officer: not, to: endless}
	}
	return serving[r.IntN(n)]
}
