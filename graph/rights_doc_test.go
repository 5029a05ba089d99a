package graph_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/thads"
)

var update = flag.Bool("update", false, "write RIGHTS.md from the table of rights and the schema")

// rightsFile is the documentation of the rights, from this folder.
const rightsFile = "../RIGHTS.md"

// RIGHTS.md says what the program does: it is written from the table by which
// rights are judged and from the schema that asks for them.
func TestTheDocumentationOfRights(t *testing.T) {
	want := rightsDocument(graph.Schema())
	if *update {
		if err := os.WriteFile(rightsFile, []byte(want), 0o644); err != nil { //nolint:gosec // a page of documentation
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(rightsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("RIGHTS.md is not what the table says; write it by: go test ./graph -run TestTheDocumentationOfRights -update\n(-table +file):\n%s", diff)
	}
}

// both writes a text in Vietnamese and English.
func both(t thads.Text) string { return t.VI + " · " + t.EN }

// reachNames and sightNames are what the cells of the tables say; no is a cell
// of what is not held.
var (
	reachNames = map[auth.Reach]thads.Text{
		auth.ReachOwn: {VI: "của mình", EN: "own"}, auth.ReachUnit: {VI: "đơn vị", EN: "unit"}, auth.ReachProvince: {VI: "toàn tỉnh", EN: "province"},
	}
	sightNames = map[auth.Sight]thads.Text{
		auth.Masked: {VI: "che", EN: "masked"}, auth.OnPurpose: {VI: "theo mục đích", EN: "on purpose"}, auth.Clear: {VI: "hiển thị", EN: "clear"},
	}
)

const no = "–"

func reachName(r auth.Reach) string {
	if r == auth.ReachNothing {
		return no
	}
	return both(reachNames[r])
}

// rightsDocument writes the whole page.
func rightsDocument(s *ast.Schema) string {
	var b strings.Builder
	b.WriteString(`# Phân quyền · Rights

<!-- Written from internal/auth/roles.go and graph/schema by: go test ./graph -run TestTheDocumentationOfRights -update -->

Ai được làm gì, đến đâu, và thấy dữ liệu cá nhân nào. Trang này được sinh từ bảng mà máy chủ dùng để xét quyền.

Who may do what, how far, and which personal data they see. This page is written from the table by which the server judges;
` + "`go test ./graph`" + ` refuses one that differs, and tries every cell of it.

- **của mình · own**: hồ sơ đang giữ với tư cách chấp hành viên; để xem: cả hồ sơ đã từng giữ. The records one holds as an officer; to read, also those one held.
- **đơn vị · unit**: hồ sơ của đơn vị mình và cấp dưới; để xem: cả hồ sơ các đơn vị ấy từng giữ. Those of one's unit and the units below it; to read, also those that these ever held.
- **toàn tỉnh · province**: tất cả. All.
- Chỉ đơn vị đang giữ hồ sơ mới được ghi. Only who reaches the present holder of a record may write it.
- Không thấy được thì không phân biệt được với không tồn tại. What may not be seen cannot be told from what does not exist.
- Một người có nhiều vai trò thì có quyền của mỗi vai trò tại nơi giữ vai trò đó; một khóa API được không hơn chủ của nó. Who has several roles has the rights of each where it is held; an API token has no more than its owner.
- Văn bản chỉ đạo, nhiệm vụ, hội nghị, chỉ tiêu, đơn vị và công chức là của chung: ai có quyền xem thì xem tất cả; phạm vi chỉ áp dụng khi ghi. Directives, tasks, conferences, targets, units and officers are shared: whoever may read them reads all of them; the reach counts for writing.

## Vai trò · Roles

`)
	row(&b, "Mã · Code", "Vai trò · Role")
	rule(&b, 2)
	for _, spec := range auth.Specs() {
		row(&b, "`"+string(spec.Role)+"`", both(spec.Name))
	}

	b.WriteString("\n## Vai trò × quyền · Role × right\n\n")
	head := []string{"Quyền · Right"}
	for _, spec := range auth.Specs() {
		head = append(head, "`"+string(spec.Role)+"`")
	}
	row(&b, head...)
	rule(&b, len(head))
	for _, t := range auth.Rights() {
		if t.Value == auth.Public || t.Value == auth.SignedIn {
			continue
		}
		cells := []string{fmt.Sprintf("%s (`%s`)", both(t.Name), t.Value)}
		for _, spec := range auth.Specs() {
			cells = append(cells, reachName(spec.Rights[t.Value]))
		}
		row(&b, cells...)
	}
	cells := []string{"Số liệu gồm việc của · Whose cases add to the figures"}
	for _, spec := range auth.Specs() {
		cells = append(cells, reachName(spec.Count))
	}
	row(&b, cells...)

	b.WriteString("\n## Vai trò × dữ liệu cá nhân · Role × personal data\n\n" +
		"Trong việc hôn nhân gia đình hoặc có người chưa thành niên, dữ liệu chỉ hiển thị khi cả dòng của nó và dòng `PROTECTED` đều hiển thị.\n" +
		"In family matters and cases with a party under age, data are clear where both their own row and `PROTECTED` are.\n\n")
	head[0] = "Dữ liệu · Data"
	row(&b, head...)
	rule(&b, len(head))
	for _, t := range auth.AllPersonalData() {
		cells := []string{fmt.Sprintf("%s (`%s`)", both(t.Name), t.Value)}
		for _, spec := range auth.Specs() {
			cells = append(cells, both(sightNames[spec.Sight[t.Value]]))
		}
		row(&b, cells...)
	}

	b.WriteString("\n## Vai trò × mục đích · Role × purpose\n\n")
	head[0] = "Mục đích · Purpose"
	row(&b, head...)
	rule(&b, len(head))
	for _, t := range auth.Purposes() {
		cells := []string{fmt.Sprintf("%s (`%s`)", both(t.Name), t.Value)}
		for _, spec := range auth.Specs() {
			cell := no
			if slices.Contains(spec.Purposes, t.Value) {
				cell = "×"
			}
			cells = append(cells, cell)
		}
		row(&b, cells...)
	}

	b.WriteString("\n## Trường gốc × quyền · Root field × right\n")
	for _, t := range auth.Rights() {
		roots := []struct {
			name   string
			fields []string
		}{
			{"Query", asking(s.Query, t.Value)}, {"Mutation", asking(s.Mutation, t.Value)}, {"Subscription", asking(s.Subscription, t.Value)},
		}
		if len(roots[0].fields)+len(roots[1].fields)+len(roots[2].fields) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### `%s`: %s\n\n", t.Value, both(t.Name))
		fmt.Fprintf(&b, "- Vai trò · Roles: %s\n", holders(t.Value))
		for _, root := range roots {
			if len(root.fields) > 0 {
				fmt.Fprintf(&b, "- %s: %s\n", root.name, strings.Join(root.fields, ", "))
			}
		}
	}
	b.WriteString(`
## Tệp × quyền · Files × right

Các đường dẫn ngoài GraphQL; cookie của phiên hoặc khóa API. Addresses beside GraphQL, by the cookie of a session or an API token.

`)
	row(&b, "Đường dẫn · Address", "Quyền · Right")
	rule(&b, 2)
	for _, f := range []struct {
		address string
		right   auth.Right
	}{
		{"POST /uploads", auth.Import},
		{"GET /imports/{id}/problems.xlsx", auth.Import},
		{"GET /exports/{file}", auth.Export},
		{"GET /reports/{file}", auth.ReadFigures},
		{"GET /queries/{file}", auth.ReadFigures},
		{"GET /templates/{file}", auth.SignedIn},
	} {
		row(&b, "`"+f.address+"`", fmt.Sprintf("`%s`: %s", f.right, holders(f.right)))
	}
	return b.String()
}

// asking are the fields of a root type that ask for a right, in their order.
func asking(root *ast.Definition, right auth.Right) []string {
	var out []string
	for _, f := range root.Fields {
		if !strings.HasPrefix(f.Name, "__") && rightOf(f) == right {
			out = append(out, "`"+f.Name+"`")
		}
	}
	return out
}

// holders are the roles that hold a right.
func holders(right auth.Right) string {
	switch right {
	case auth.Public:
		return "mọi người, không cần đăng nhập · anybody, also without signing in"
	case auth.SignedIn:
		return "mọi người đã đăng nhập · anybody who has signed in"
	default:
	}
	var out []string
	for _, spec := range auth.Specs() {
		if spec.Rights[right] != auth.ReachNothing {
			out = append(out, "`"+string(spec.Role)+"`")
		}
	}
	return strings.Join(out, ", ")
}

func row(b *strings.Builder, cells ...string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func rule(b *strings.Builder, columns int) {
	b.WriteString(strings.Repeat("|---", columns) + "|\n")
}
