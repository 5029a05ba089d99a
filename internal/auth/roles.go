package auth

import (
	"slices"

	"github.com/thads/thads/internal/thads"
)

// This file is the one table of who may do what: Roles. Everything else that
// judges a right, how far it reaches or which personal data are shown asks it,
// and RIGHTS.md is written from it.

// A Right is what a field of the API, a file or a command asks for. The values
// are those of the GraphQL enumeration Right.
type Right string

// The rights.
const (
	Public         Right = "PUBLIC"
	SignedIn       Right = "SIGNED_IN"
	Read           Right = "READ"
	ReadDirection  Right = "READ_DIRECTION"
	ReadFigures    Right = "READ_FIGURES"
	Record         Right = "RECORD"
	RecordMoney    Right = "RECORD_MONEY"
	Report         Right = "REPORT"
	Direct         Right = "DIRECT"
	Lock           Right = "LOCK"
	Import         Right = "IMPORT"
	Export         Right = "EXPORT"
	Unmask         Right = "UNMASK"
	Administer     Right = "ADMINISTER"
	ManageAccounts Right = "MANAGE_ACCOUNTS"
	Audit          Right = "AUDIT"
)

// Rights are all rights with their names, in the order of the table.
func Rights() []thads.Term[Right] {
	return []thads.Term[Right]{
		{Value: Public, Name: thads.Text{VI: "Công khai", EN: "Public"}},
		{Value: SignedIn, Name: thads.Text{VI: "Đã đăng nhập", EN: "Signed in"}},
		{Value: Read, Name: thads.Text{VI: "Xem việc thi hành án và án hành chính", EN: "Read cases and administrative verdicts"}},
		{Value: ReadDirection, Name: thads.Text{VI: "Xem chỉ đạo, nhiệm vụ, việc thuộc diện chỉ đạo", EN: "Read directives, tasks and directed cases"}},
		{Value: ReadFigures, Name: thads.Text{VI: "Xem số liệu, chỉ tiêu, hội nghị", EN: "Read figures, targets and conferences"}},
		{Value: Record, Name: thads.Text{VI: "Ghi hồ sơ", EN: "Record in cases and verdicts"}},
		{Value: RecordMoney, Name: thads.Text{VI: "Ghi thu, chi tiền", EN: "Record money collected and paid out"}},
		{Value: Report, Name: thads.Text{VI: "Báo cáo nhiệm vụ, việc thuộc diện chỉ đạo", EN: "Report on tasks and directed cases"}},
		{Value: Direct, Name: thads.Text{VI: "Chỉ đạo, điều hành", EN: "Direct"}},
		{Value: Lock, Name: thads.Text{VI: "Khóa sổ", EN: "Lock the books of a period"}},
		{Value: Import, Name: thads.Text{VI: "Nhập sổ", EN: "Import registers"}},
		{Value: Export, Name: thads.Text{VI: "Xuất sổ", EN: "Export registers"}},
		{Value: Unmask, Name: thads.Text{VI: "Xem dữ liệu cá nhân đã che", EN: "Unmask personal data"}},
		{Value: Administer, Name: thads.Text{VI: "Quản trị tổ chức", EN: "Administer units and officers"}},
		{Value: ManageAccounts, Name: thads.Text{VI: "Quản trị tài khoản", EN: "Manage accounts"}},
		{Value: Audit, Name: thads.Text{VI: "Xem nhật ký truy cập", EN: "Read the access records"}},
	}
}

// A Reach says how far a right goes.
type Reach int

// The reaches, from the narrowest to the widest.
const (
	// ReachNothing: the right is not held.
	ReachNothing Reach = iota
	// ReachOwn: the records that one holds as an officer (to read: or held).
	ReachOwn
	// ReachUnit: those of one's unit and the units below it.
	ReachUnit
	// ReachProvince: all.
	ReachProvince
)

// String returns the name of the reach as the documentation shows it.
func (r Reach) String() string {
	switch r {
	case ReachOwn:
		return "own"
	case ReachUnit:
		return "unit"
	case ReachProvince:
		return "province"
	case ReachNothing:
	}
	return "–"
}

// PersonalData are the kinds of personal data of a party. The values are those
// of the GraphQL enumeration PersonalData.
type PersonalData string

// The kinds of personal data.
const (
	// PartyName is the name of a party, in lists and in the case.
	PartyName PersonalData = "NAME"
	// PartyContact is the address and the year of birth.
	PartyContact PersonalData = "CONTACT"
	// IdentityNumber is a number of an identity card, passport or tax payer.
	IdentityNumber PersonalData = "IDENTITY_NUMBER"
	// AccountNumber is the number of a bank account.
	AccountNumber PersonalData = "ACCOUNT_NUMBER"
	// Protected is anything that tells who is meant in a family matter or a case
	// with a party under age: it is shown where both this and its own kind are.
	Protected PersonalData = "PROTECTED"
)

// AllPersonalData are the kinds with their names.
func AllPersonalData() []thads.Term[PersonalData] {
	return []thads.Term[PersonalData]{
		{Value: PartyName, Name: thads.Text{VI: "Họ tên", EN: "Name"}},
		{Value: PartyContact, Name: thads.Text{VI: "Địa chỉ, năm sinh", EN: "Address and year of birth"}},
		{Value: IdentityNumber, Name: thads.Text{VI: "Số định danh", EN: "Identity number"}},
		{Value: AccountNumber, Name: thads.Text{VI: "Số tài khoản", EN: "Account number"}},
		{Value: Protected, Name: thads.Text{VI: "Việc hôn nhân gia đình, người chưa thành niên", EN: "Family matters and parties under age"}},
	}
}

// A Sight says how a role sees personal data.
type Sight int

// The sights, from the least to the most.
const (
	// Masked data are never shown.
	Masked Sight = iota
	// OnPurpose data are masked until a purpose is stated, which is recorded.
	OnPurpose
	// Clear data are shown.
	Clear
)

// String returns the name of the sight as the documentation shows it.
func (s Sight) String() string {
	switch s {
	case OnPurpose:
		return "on purpose"
	case Clear:
		return "clear"
	case Masked:
	}
	return "masked"
}

// A Purpose is why somebody asks for masked personal data. The values are those
// of the GraphQL enumeration Purpose.
type Purpose string

// The purposes.
const (
	ForEnforcement    Purpose = "ENFORCEMENT"
	ForVerification   Purpose = "VERIFICATION"
	ForPayment        Purpose = "PAYMENT"
	ForCorrespondence Purpose = "CORRESPONDENCE"
	ForComplaint      Purpose = "COMPLAINT"
	ForSupervision    Purpose = "SUPERVISION"
	ForDataSubject    Purpose = "DATA_SUBJECT_REQUEST"
)

// Purposes are the purposes with their names.
func Purposes() []thads.Term[Purpose] {
	return []thads.Term[Purpose]{
		{Value: ForEnforcement, Name: thads.Text{VI: "Tổ chức thi hành án", EN: "Enforcing the judgment"}},
		{Value: ForVerification, Name: thads.Text{VI: "Xác minh điều kiện thi hành án", EN: "Verifying the means of the debtor"}},
		{Value: ForPayment, Name: thads.Text{VI: "Thu, chi trả tiền", EN: "Collecting and paying money"}},
		{Value: ForCorrespondence, Name: thads.Text{VI: "Tống đạt, gửi văn bản", EN: "Serving and sending papers"}},
		{Value: ForComplaint, Name: thads.Text{VI: "Giải quyết khiếu nại, tố cáo", EN: "Settling a complaint"}},
		{Value: ForSupervision, Name: thads.Text{VI: "Kiểm tra, kiểm sát", EN: "Inspection and supervision"}},
		{Value: ForDataSubject, Name: thads.Text{VI: "Yêu cầu của chủ thể dữ liệu", EN: "A request of the person concerned"}},
	}
}

// A Role is what a person is in the agency, or to it.
type Role string

// The roles.
const (
	RoleLeader        Role = "LEADER"
	RoleProfessional  Role = "PROFESSIONAL_ROOM"
	RoleUnitHead      Role = "UNIT_HEAD"
	RoleOfficer       Role = "OFFICER"
	RoleClerk         Role = "CLERK"
	RoleAccountant    Role = "ACCOUNTANT"
	RoleStatistician  Role = "STATISTICIAN"
	RoleSteering      Role = "STEERING_COMMITTEE"
	RoleProcuracy     Role = "PROCURACY_READER"
	RoleAdministrator Role = "ADMINISTRATOR"
	// RoleSystem is the application itself: imports, jobs, the demonstration.
	RoleSystem Role = "SYSTEM"
)

// A RoleSpec is one row of the table.
type RoleSpec struct {
	Role Role
	Name thads.Text
	// Rights say how far each right goes; one that is missing is not held.
	// PUBLIC and SIGNED_IN belong to everybody and are left out.
	Rights map[Right]Reach
	// Count is whose cases add to the figures shown; it may be wider than what
	// may be opened.
	Count Reach
	// Sight says how personal data are seen; what is missing is masked.
	Sight map[PersonalData]Sight
	// Purposes are those that the role may state.
	Purposes []Purpose
}

// wide gives all rights one reach.
func wide(r Reach, rights ...Right) map[Right]Reach {
	m := make(map[Right]Reach, len(rights))
	for _, right := range rights {
		m[right] = r
	}
	return m
}

// with adds rights of another reach.
func with(m map[Right]Reach, r Reach, rights ...Right) map[Right]Reach {
	for _, right := range rights {
		m[right] = r
	}
	return m
}

// sees makes the sights of a role, in the order in which AllPersonalData lists
// what is seen.
func sees(name, contact, identity, account, protected Sight) map[PersonalData]Sight { //nolint:unparam // a row says every cell
	return map[PersonalData]Sight{
		PartyName: name, PartyContact: contact, IdentityNumber: identity, AccountNumber: account, Protected: protected,
	}
}

// Specs are the rows of the table, in the order in which people are shown them.
// What an officer may see is bound to the cases held; who supervises from
// outside (the steering committee, the procuracy) sees what the law gives them
// and no numbers of persons; the administrator of the system sees no case at all.
func Specs() []RoleSpec { return specs }

var specs = []RoleSpec{
	{
		Role: RoleLeader, Name: thads.Text{VI: "Lãnh đạo THADS tỉnh", EN: "Provincial leader"},
		Rights:   wide(ReachProvince, Read, ReadDirection, ReadFigures, Record, RecordMoney, Report, Direct, Lock, Import, Export, Unmask, Administer, Audit),
		Count:    ReachProvince,
		Sight:    sees(Clear, Clear, OnPurpose, OnPurpose, Clear),
		Purposes: []Purpose{ForEnforcement, ForVerification, ForPayment, ForCorrespondence, ForComplaint, ForSupervision, ForDataSubject},
	},
	{
		Role: RoleProfessional, Name: thads.Text{VI: "Phòng Nghiệp vụ", EN: "Professional room"},
		Rights:   wide(ReachProvince, Read, ReadDirection, ReadFigures, Record, Report, Import, Export, Unmask),
		Count:    ReachProvince,
		Sight:    sees(Clear, Clear, OnPurpose, OnPurpose, OnPurpose),
		Purposes: []Purpose{ForEnforcement, ForVerification, ForCorrespondence, ForComplaint, ForSupervision, ForDataSubject},
	},
	{
		Role: RoleUnitHead, Name: thads.Text{VI: "Chi cục trưởng, Trưởng phòng khu vực", EN: "Head of a unit"},
		Rights:   wide(ReachUnit, Read, ReadDirection, ReadFigures, Record, RecordMoney, Report, Direct, Lock, Import, Export, Unmask),
		Count:    ReachUnit,
		Sight:    sees(Clear, Clear, OnPurpose, OnPurpose, Clear),
		Purposes: []Purpose{ForEnforcement, ForVerification, ForPayment, ForCorrespondence, ForComplaint, ForSupervision, ForDataSubject},
	},
	{
		Role: RoleOfficer, Name: thads.Text{VI: "Chấp hành viên", EN: "Enforcement officer"},
		Rights:   with(wide(ReachOwn, Read, Record, RecordMoney, Export, Unmask), ReachUnit, ReadDirection, ReadFigures, Report),
		Count:    ReachUnit,
		Sight:    sees(Clear, Clear, OnPurpose, OnPurpose, Clear),
		Purposes: []Purpose{ForEnforcement, ForVerification, ForPayment, ForCorrespondence},
	},
	{
		Role: RoleClerk, Name: thads.Text{VI: "Thư ký, văn thư", EN: "Clerk"},
		Rights:   wide(ReachUnit, Read, ReadDirection, ReadFigures, Record, Report, Unmask),
		Count:    ReachUnit,
		Sight:    sees(Clear, Clear, OnPurpose, Masked, OnPurpose),
		Purposes: []Purpose{ForEnforcement, ForCorrespondence},
	},
	{
		Role: RoleAccountant, Name: thads.Text{VI: "Kế toán, thủ quỹ", EN: "Accountant"},
		Rights:   wide(ReachUnit, Read, ReadFigures, RecordMoney, Export, Unmask),
		Count:    ReachUnit,
		Sight:    sees(Clear, OnPurpose, OnPurpose, OnPurpose, OnPurpose),
		Purposes: []Purpose{ForPayment},
	},
	{
		Role: RoleStatistician, Name: thads.Text{VI: "Cán bộ thống kê", EN: "Statistician"},
		Rights: wide(ReachUnit, Read, ReadFigures, Lock, Export),
		Count:  ReachUnit,
	},
	{
		Role: RoleSteering, Name: thads.Text{VI: "Ban Chỉ đạo THADS, Ban Nội chính", EN: "Steering committee"},
		Rights: wide(ReachProvince, ReadDirection, ReadFigures),
		Count:  ReachProvince,
	},
	{
		Role: RoleProcuracy, Name: thads.Text{VI: "Viện kiểm sát", EN: "Procuracy reader"},
		Rights:   wide(ReachUnit, Read, ReadFigures, Unmask),
		Count:    ReachUnit,
		Sight:    sees(Clear, OnPurpose, Masked, Masked, OnPurpose),
		Purposes: []Purpose{ForSupervision},
	},
	{
		Role: RoleAdministrator, Name: thads.Text{VI: "Quản trị hệ thống", EN: "Administrator"},
		Rights: wide(ReachProvince, Administer, ManageAccounts, Audit),
	},
}

// system is the row of the application itself, which no person can have.
var system = RoleSpec{
	Role: RoleSystem,
	Rights: wide(ReachProvince, Read, ReadDirection, ReadFigures, Record, RecordMoney, Report, Direct, Lock, Import, Export, Unmask,
		Administer, ManageAccounts, Audit),
	Count:    ReachProvince,
	Sight:    sees(Clear, Clear, Clear, Clear, Clear),
	Purposes: []Purpose{ForEnforcement, ForVerification, ForPayment, ForCorrespondence, ForComplaint, ForSupervision, ForDataSubject},
}

// Spec returns the row of a role; it is false for what is no role.
func (r Role) Spec() (RoleSpec, bool) {
	if r == RoleSystem {
		return system, true
	}
	for _, s := range Specs() {
		if s.Role == r {
			return s, true
		}
	}
	return RoleSpec{}, false
}

// Valid tells whether people can have the role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Name returns the name of the role in the agency's language.
func (r Role) Name() thads.Text {
	s, _ := r.Spec()
	return s.Name
}

// Roles are the roles that people can have.
func Roles() []Role {
	var out []Role
	for _, s := range Specs() {
		out = append(out, s.Role)
	}
	return out
}
