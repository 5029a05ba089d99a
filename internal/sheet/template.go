package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteTemplate writes an empty register: in a workbook with an explanation of
// every column and lists to choose from.
func WriteTemplate(w io.Writer, k Kind, f Format) error {
	switch k {
	case Cases:
		return writeTemplate(w, f, newRegister(), casesTable(), About{Title: "Mẫu sổ thụ lý việc thi hành án"}, []string{
			"Sổ thụ lý việc thi hành án – hướng dẫn nhập (Register of cases: how to fill it in)",
			"Mỗi việc một dòng ở trang “" + casesSheet + "”. Việc có nhiều đương sự hoặc nghĩa vụ: thêm dòng ngay bên dưới với cùng mã đơn vị và số quyết định, chỉ điền phần thêm.",
			"Cột có dấu * (nền hồng) là bắt buộc ở dòng đầu của mỗi việc.",
		})
	case CaseEvents:
		return writeTemplate(w, f, newEventRegister(), eventsTable(), About{Title: "Mẫu sổ diễn biến việc thi hành án"}, []string{
			"Sổ diễn biến việc thi hành án – hướng dẫn nhập (Register of events: how to fill it in)",
			"Mỗi sự kiện một dòng ở trang “" + eventsSheet + "”. Việc được gọi tên bằng mã hồ sơ, hoặc bằng mã đơn vị và số, ngày quyết định thi hành án; để trống tất cả thì là việc của dòng trên.",
			"Sự kiện có nhiều đương sự: thêm dòng ngay bên dưới, để trống cột “Loại sự kiện”, chỉ điền phần thêm. Cột có dấu * (nền hồng) là bắt buộc.",
		})
	default:
		return WriteRecordTemplate(w, k, f)
	}
}

// writeTemplate writes an empty register. The first of the lines is the title of
// the guide.
func writeTemplate[R any](w io.Writer, f Format, r *register[R], o tableOptions, about About, lines []string) (err error) {
	file, err := NewFile(w, f, about)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Abort()) }()
	columns := writable(r)
	lists := choiceColumns(columns)
	o.choices = map[string]choiceList{}
	for i, c := range lists {
		if holdsSeveral(c.code) {
			continue // a list would offer to replace what the cell has
		}
		at := Letter(i + 1)
		o.choices[c.code] = choiceList{title: c.header, from: fmt.Sprintf("'%[1]s'!$%[2]s$2:$%[2]s$%[3]d", listsSheet, at, len(c.choices())+1)}
	}
	if _, err := newTable(file, r, o); err != nil {
		return err
	}
	if f == XLSX {
		if err := writeGuide(file.book, columns, lines); err != nil {
			return err
		}
		if err := writeLists(file.book, lists); err != nil {
			return err
		}
	}
	return file.Close()
}

// holdsSeveral tells whether a cell of a column may hold several choices.
func holdsSeveral(code string) bool {
	return slices.Contains([]string{"tags", "addTags", "removeTags"}, code)
}

// choiceColumns are the columns that have values to choose from.
func choiceColumns[R any](columns []column[R]) []*column[R] {
	var out []*column[R]
	for i := range columns {
		if len(columns[i].choices()) > 0 {
			out = append(out, &columns[i])
		}
	}
	return out
}

// choices are what a column offers to choose from.
func (c *column[R]) choices() []string {
	if c.words == nil {
		return nil
	}
	return c.words.names
}

// kind says in words what may stand in a column.
func (c *column[R]) kind() string {
	if names := c.choices(); len(names) > 0 {
		return strings.Join(names, "; ")
	}
	switch c.format {
	case formatDate:
		return "ngày"
	case formatDong:
		return "số nguyên đồng"
	case formatYear:
		return "năm, 4 chữ số"
	case formatText:
	}
	return "chữ"
}

// writeGuide writes the sheet that explains the columns.
func writeGuide[R any](b *bookWriter, columns []column[R], lines []string) error {
	heads := []string{"Cột", "Tiêu đề", "Bắt buộc", "Giải thích", "Explanation", "Giá trị được dùng", "Ví dụ"}
	l := layout{name: guideSheet}
	for _, width := range []float64{6, 34, 10, 60, 50, 60, 30} {
		l.columns = append(l.columns, sheetColumn{style: styleText, width: width})
	}
	s, err := b.sheet(l)
	if err != nil {
		return err
	}
	lines = append(slices.Clone(lines),
		"Có thể đổi thứ tự cột, thêm dòng tiêu đề phía trên hoặc xóa cột không bắt buộc.",
		"Ngày: dd/MM/yyyy (05/09/2018, 5-9-2018) hoặc ô kiểu ngày. Tiền: số nguyên đồng (1.234.567, 1 234 567 hoặc ô kiểu số). Danh mục: gõ có dấu hoặc không dấu.",
		"Tệp được kiểm tra toàn bộ trước khi ghi vào sổ. Nhập lại cùng một tệp không làm thay đổi gì.",
		"")
	for i, line := range lines {
		// Not wrapped: a line runs on over the columns to its right.
		c := cell{value: line, style: styleNone}
		if i == 0 {
			c.style = styleTitle
		}
		if err := s.row([]cell{c}, 0); err != nil {
			return err
		}
	}
	var head []cell
	for _, h := range heads {
		head = append(head, cell{value: h, style: styleOptional})
	}
	if err := s.row(head, 0); err != nil {
		return err
	}
	for i := range columns {
		c := &columns[i]
		required := ""
		if c.required {
			required = "có"
		}
		if err := s.row([]cell{{value: Letter(i + 1)}, {value: c.header}, {value: required}, {value: c.help.VI}, {value: c.help.EN}, {value: c.kind()}, {value: c.example}}, 0); err != nil {
			return err
		}
	}
	return nil
}

// writeLists writes the sheet with the choices of the columns.
func writeLists[R any](b *bookWriter, columns []*column[R]) error {
	l := layout{name: listsSheet}
	for range columns {
		l.columns = append(l.columns, sheetColumn{style: styleText, width: 34})
	}
	s, err := b.sheet(l)
	if err != nil {
		return err
	}
	most := 0
	cells := make([]cell, len(columns))
	for i, c := range columns {
		most = max(most, len(c.choices()))
		cells[i] = cell{value: c.header, style: styleTitle}
	}
	for row := 0; ; row++ {
		if err := s.row(cells, 0); err != nil || row == most {
			return err
		}
		for i, c := range columns {
			cells[i] = cell{}
			if names := c.choices(); row < len(names) {
				cells[i].value = names[row]
			}
		}
	}
}
