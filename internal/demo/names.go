package demo

import (
	"math/rand/v2"
	"strconv"

	"github.com/thads/thads/internal/thads"
)

// A weighted is a value and how often it comes.
type weighted[T any] struct {
	value  T
	weight int
}

// A lottery draws values by their weights.
type lottery[T any] struct {
	values []T
	sums   []int
}

func newLottery[T any](entries []weighted[T]) lottery[T] {
	var l lottery[T]
	sum := 0
	for _, e := range entries {
		sum += e.weight
		l.values, l.sums = append(l.values, e.value), append(l.sums, sum)
	}
	return l
}

func (l *lottery[T]) draw(r *rand.Rand) T {
	n := r.IntN(l.sums[len(l.sums)-1])
	for i, s := range l.sums {
		if n < s {
			return l.values[i]
		}
	}
	return l.values[len(l.values)-1]
}

var familyNames = []weighted[string]{
	{"Nguyễn", 290},
	{"Lê", 190},
	{"Trịnh", 55},
	{"Phạm", 80},
	{"Trần", 60},
	{"Hoàng", 55},
	{"Vũ", 30},
	{"Đỗ", 30},
	{"Bùi", 35},
	{"Mai", 28},
	{"Cao", 18},
	{"Ngô", 18},
	{"Lưu", 14},
	{"Đinh", 12},
	{"Hà", 20},
	{"Lương", 16},
	{"Tống", 8},
	{"Viên", 5},
	{"Thiều", 6},
	{"Đào", 8},
	{"Đặng", 10},
	{"Dương", 8},
	{"Phan", 6},
	{"Trương", 10},
}

// highlandNames are more frequent in the mountain districts.
var highlandNames = []weighted[string]{
	{"Hà", 90},
	{"Phạm", 80},
	{"Bùi", 70},
	{"Lương", 65},
	{"Vi", 60},
	{"Lò", 45},
	{"Quách", 35},
	{"Ngân", 30},
	{"Cầm", 18},
	{"Lữ", 15},
	{"Lê", 40},
	{"Nguyễn", 40},
	{"Trương", 20},
	{"Thao", 15},
	{"Hơ", 10},
	{"Sung", 8},
}

var (
	menMiddle   = []string{"Văn", "Văn", "Văn", "Đình", "Hữu", "Xuân", "Đức", "Minh", "Quang", "Ngọc", "Công", "Bá", "Trọng", "Duy", "Thế", "Viết"}
	womenMiddle = []string{"Thị", "Thị", "Thị", "Thị", "Thị Thu", "Thị Hồng", "Thị Thanh", "Thị Ngọc", "Thị Kim", "Ngọc", "Thị Minh", "Thùy"}
	menNames    = []string{
		"An", "Bình", "Chung", "Cường", "Dũng", "Duy", "Đại", "Đạt", "Đông", "Đức", "Giang", "Hà", "Hải", "Hào", "Hiếu", "Hoàn",
		"Hoàng", "Hòa", "Hùng", "Huy", "Hưng", "Khánh", "Khoa", "Kiên", "Lâm", "Linh", "Long", "Lợi", "Lực", "Mạnh", "Minh", "Nam",
		"Nghĩa", "Nhân", "Phong", "Phú", "Phúc", "Phương", "Quân", "Quang", "Quyết", "Sơn", "Sỹ", "Tài", "Tâm", "Tân", "Thái", "Thành",
		"Thắng", "Thiện", "Thịnh", "Thuận", "Tiến", "Tình", "Toàn", "Trung", "Trường", "Tuấn", "Tùng", "Vinh", "Việt", "Vương",
	}
	womenNames = []string{
		"An", "Anh", "Bích", "Châu", "Dung", "Duyên", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hồng", "Huệ", "Hương", "Huyền",
		"Lan", "Liên", "Linh", "Loan", "Luyến", "Lý", "Mai", "Minh", "Nga", "Ngân", "Ngọc", "Nguyệt", "Nhàn", "Nhung", "Oanh", "Phương",
		"Quyên", "Sen", "Tâm", "Thanh", "Thảo", "Thơm", "Thu", "Thủy", "Thúy", "Trang", "Trinh", "Tuyết", "Vân", "Xuân", "Yến",
	}
)

// A namer invents people and organisations.
type namer struct {
	families, highland lottery[string]
}

func newNamer() *namer {
	return &namer{families: newLottery(familyNames), highland: newLottery(highlandNames)}
}

// person invents a name of three or four words.
func (n *namer) person(r *rand.Rand, highland, woman bool) string {
	families := &n.families
	if highland && r.IntN(10) < 6 {
		families = &n.highland
	}
	if woman {
		return families.draw(r) + " " + pick(r, womenMiddle) + " " + pick(r, womenNames)
	}
	return families.draw(r) + " " + pick(r, menMiddle) + " " + pick(r, menNames)
}

// address invents an address in a unit's area. The word that marks what is
// invented stands in it, so that no address is taken for a real one.
func (u *unit) address(r *rand.Rand) string {
	commune := strconv.Itoa(1 + r.IntN(u.communes))
	if u.town {
		return "Số " + strconv.Itoa(1+r.IntN(180)) + ", phường Minh Họa " + commune + ", " + u.area
	}
	return "Thôn " + strconv.Itoa(1+r.IntN(12)) + ", xã Minh Họa " + commune + ", " + u.area
}

// party invents a person of a unit's area.
func (g *generator) party(r *rand.Rand, role thads.PartyRole, u *unit) thads.Party {
	return thads.Party{
		Role: role, Kind: thads.Person, Name: g.names.person(r, u.highland, r.IntN(100) < 38),
		Address: u.address(r), BirthYear: 1952 + r.IntN(47),
	}
}

// company invents an organisation.
func company(r *rand.Rand, role thads.PartyRole, u *unit) thads.Party {
	kind := pick(r, []string{"Công ty TNHH", "Công ty cổ phần", "Công ty TNHH một thành viên", "Hợp tác xã", "Doanh nghiệp tư nhân"})
	trade := pick(r, []string{"Xây dựng", "Thương mại", "Vận tải", "Nông sản", "Vật liệu", "Dịch vụ", "May mặc", "Chế biến gỗ", "Đá ốp lát"})
	return thads.Party{
		Role: role, Kind: thads.Organisation, Address: u.address(r),
		Name: kind + " " + trade + " Minh Họa " + strconv.Itoa(1+r.IntN(400)),
	}
}

// bank invents a credit institution.
func bank(r *rand.Rand, u *unit) thads.Party {
	letter := string(rune('A' + r.IntN(8)))
	return thads.Party{
		Role: thads.Creditor, Kind: thads.Organisation, Address: u.address(r),
		Name: "Ngân hàng TMCP Minh Họa " + letter + ", chi nhánh " + u.area,
	}
}

func stateBudget() thads.Party {
	return thads.Party{Role: thads.Creditor, Kind: thads.StateBudget, Name: "Ngân sách nhà nước"}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance is true in so many of a thousand cases.
func chance(r *rand.Rand, permille int) bool { return r.IntN(1000) < permille }

// between draws from low to high, both included.
func between(r *rand.Rand, low, high int) int {
	if high <= low {
		return low
	}
	return low + r.IntN(high-low+1)
}
