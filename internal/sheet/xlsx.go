package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

const (
	// maxToken bounds, in bytes, one tag or text of the XML in a workbook:
	// several times what the longest cell can take.
	maxToken = 1 << 20
	// maxRowNumber is the last row that a workbook can have.
	maxRowNumber = 1 << 20
	// maxSheets bounds the sheets of a workbook.
	maxSheets = 200
)

// An xlsxFile is an opened workbook.
type xlsxFile struct {
	parts  map[string]*zip.File
	limits Limits
	shared sharedStrings
}

// An xlsxSheet is one sheet of a workbook.
type xlsxSheet struct {
	file  *xlsxFile
	title string
	part  *zip.File
	// merged are the merged cells once they have been read.
	merged []merge
	read   bool
}

func openXLSX(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	x := &xlsxFile{parts: make(map[string]*zip.File, len(z.File)), limits: limits}
	if len(z.File) > limits.Parts {
		return nil, refuse(thads.CodeLimit, "Tệp .xlsx chứa hơn %d phần", "The workbook has more than %d parts", limits.Parts)
	}
	var total uint64
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if f.Flags&1 != 0 {
			return nil, refuse(thads.CodeInvalid, "Tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại dạng .xlsx", "The workbook has a password; remove it and save as .xlsx")
		}
		if total += f.UncompressedSize64; total > uint64(limits.Unpacked) || total < f.UncompressedSize64 {
			return nil, refuse(thads.CodeLimit, "Tệp .xlsx giải nén ra hơn %d MB", "The workbook unpacks to more than %d MB", limits.Unpacked>>20)
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/uint64(limits.Ratio) > f.CompressedSize64 {
			return nil, refuse(thads.CodeLimit, "Tệp .xlsx có phần nén hơn %d lần; có thể là tệp phá hoại", "A part of the workbook is packed more than %d times; it may be a bomb", limits.Ratio)
		}
		switch {
		case strings.HasSuffix(name, "vbaproject.bin"), strings.HasPrefix(name, "xl/macrosheets/"):
			return nil, refuse(thads.CodeInvalid, "Tệp có macro; hãy lưu lại dạng .xlsx không macro", "The workbook has macros; save it as .xlsx without macros")
		case strings.HasPrefix(name, "xl/externallinks/") && strings.HasSuffix(name, ".xml"):
			return nil, refuse(thads.CodeInvalid, "Tệp có liên kết tới tệp khác; hãy dán lại dạng giá trị (Paste values) rồi lưu", "The workbook links to other files; paste values only and save it again")
		}
		if _, twice := x.parts[name]; twice {
			return nil, refuse(thads.CodeInvalid, "Tệp .xlsx có hai phần cùng tên %q", "The workbook has two parts named %q", clip(f.Name))
		}
		x.parts[name] = f
	}
	b := &Book{limits: limits}
	if err := x.read(b); err != nil {
		return nil, damaged(err)
	}
	return b, nil
}

// damaged tells that a workbook cannot be read, unless the fault is that of the
// disk or a refusal already.
func damaged(err error) error {
	var refusal *thads.Error
	var disk *fs.PathError
	if errors.As(err, &refusal) || errors.As(err, &disk) {
		return err
	}
	e := thads.Errorf(thads.CodeInvalid, "", "Tệp .xlsx hỏng hoặc không đúng định dạng; hãy mở bằng Excel rồi lưu lại", "The workbook is damaged or no .xlsx; open it in a spreadsheet program and save it again")
	e.Cause = err
	return e
}

// errPart: a part of the workbook is missing or malformed.
var errPart = errors.New("sheet: a part of the workbook is missing or malformed")

// read reads what leads to the sheets.
func (x *xlsxFile) read(b *Book) error {
	workbook, err := x.relation("_rels/.rels", "", func(kind, _ string) bool { return kind == "officeDocument" })
	if err != nil {
		return err
	}
	if len(workbook) == 0 {
		return errPart
	}
	book := workbook[0].target
	dir, file := path.Split(book)
	rels, err := x.relation(dir+"_rels/"+file+".rels", dir, func(string, string) bool { return true })
	if err != nil {
		return err
	}
	byID := make(map[string]relation, len(rels))
	for _, r := range rels {
		byID[r.id] = r
		if r.kind == "sharedStrings" {
			if err := x.readStrings(r.target); err != nil {
				return err
			}
		}
	}
	return x.each(book, func(t xml.StartElement) error {
		switch t.Name.Local {
		case "workbookPr":
			v := attr(t, "date1904")
			b.date1904 = v == "1" || v == "true"
		case "sheet":
			if state := attr(t, "state"); state != "" && state != "visible" {
				return nil
			}
			r := byID[attr(t, "id")]
			part := x.parts[r.target]
			if r.kind != "worksheet" || part == nil {
				return nil // a chart, for instance
			}
			if len(b.sheets) == maxSheets {
				return refuse(thads.CodeLimit, "Tệp có hơn %d trang tính", "The workbook has more than %d sheets", maxSheets)
			}
			b.sheets = append(b.sheets, &xlsxSheet{file: x, title: clip(attr(t, "name")), part: part})
		}
		return nil
	})
}

// A relation leads from one part of a workbook to another.
type relation struct{ id, kind, target string }

// relation reads the relations of a part that are wanted, by the last word of
// their kind. Relative targets are below dir.
func (x *xlsxFile) relation(name, dir string, wanted func(kind, target string) bool) ([]relation, error) {
	var out []relation
	err := x.each(name, func(t xml.StartElement) error {
		if t.Name.Local != "Relationship" || attr(t, "TargetMode") == "External" {
			return nil
		}
		r := relation{id: attr(t, "Id"), kind: path.Base(attr(t, "Type")), target: attr(t, "Target")}
		if rest, absolute := strings.CutPrefix(r.target, "/"); absolute {
			r.target = rest
		} else {
			r.target = path.Join(dir, r.target)
		}
		r.target = strings.ToLower(r.target)
		if wanted(r.kind, r.target) && len(out) < x.limits.Parts {
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// each calls fn for the start of every element of a part.
func (x *xlsxFile) each(name string, fn func(xml.StartElement) error) error {
	d, done, err := x.open(x.parts[strings.ToLower(name)])
	if err != nil {
		return err
	}
	defer done()
	for {
		t, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := t.(xml.StartElement); ok {
			if err := fn(start); err != nil {
				return err
			}
		}
	}
}

// attr returns the value of an attribute by its local name. A prefix does not
// matter: workbooks spell them as they like.
func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// A decoder reads the tokens of a part, each within maxToken. Raw tokens are
// enough and cost half: neither namespaces nor the nesting of what is passed
// over matter.
type decoder struct {
	xml *xml.Decoder
	in  *partReader
}

// open opens a part.
func (x *xlsxFile) open(part *zip.File) (*decoder, func(), error) {
	if part == nil {
		return nil, nil, errPart
	}
	r, err := part.Open()
	if err != nil {
		return nil, nil, err
	}
	in := &partReader{r: r, left: part.UncompressedSize64}
	// A part that fails its checksum failed before it is closed.
	return &decoder{xml: xml.NewDecoder(in), in: in}, func() { _ = r.Close() }, nil
}

func (d *decoder) next() (xml.Token, error) {
	d.in.token = 0
	t, err := d.xml.RawToken()
	if err != nil {
		return nil, err
	}
	if _, directive := t.(xml.Directive); directive {
		return nil, errPart // workbooks have no document types
	}
	return t, nil
}

// A partReader reads no more than the part was declared to have and than one
// token may take.
type partReader struct {
	r     io.Reader
	left  uint64
	token int
}

func (p *partReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if uint64(n) > p.left {
		return 0, errPart
	}
	p.left -= uint64(n)
	if p.token += n; p.token > maxToken {
		return 0, refuse(thads.CodeLimit, "Tệp .xlsx có một ô dài quá %d KB", "A cell of the workbook exceeds %d KB", maxToken>>10)
	}
	return n, err
}

// sharedStrings are the texts that cells refer to by number, one behind the
// other in one block of memory.
type sharedStrings struct {
	text string
	ends []uint32
}

func (s *sharedStrings) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.text[from:s.ends[i]], true
}

func (x *xlsxFile) readStrings(name string) error {
	d, done, err := x.open(x.parts[name])
	if err != nil {
		return err
	}
	defer done()
	text, phonetic := false, false
	var all strings.Builder
	for {
		t, err := d.next()
		if errors.Is(err, io.EOF) {
			x.shared.text = all.String()
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				text = !phonetic
			case "rPh":
				phonetic = true
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				text = false
			case "rPh":
				phonetic = false
			case "si":
				x.shared.ends = append(x.shared.ends, uint32(all.Len()))
			}
		case xml.CharData:
			if text {
				all.Write(t)
			}
		}
		if int64(all.Len()+4*len(x.shared.ends)) > x.limits.Strings {
			return refuse(thads.CodeLimit, "Chữ trong tệp .xlsx vượt quá %d MB; hãy chia thành nhiều tệp", "The texts of the workbook exceed %d MB; split it into several files", x.limits.Strings>>20)
		}
	}
}

func (s *xlsxSheet) name() string { return s.title }

func (s *xlsxSheet) rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		d, done, err := s.file.open(s.part)
		if err != nil {
			yield(nil, damaged(err))
			return
		}
		defer done()
		r := rowReader{sheet: s, decoder: d}
		for {
			row, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, damaged(err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// maxMerges bounds the merged cells that are kept of a sheet.
const maxMerges = 5000

func (s *xlsxSheet) merges() ([]merge, error) {
	if s.read {
		return s.merged, nil
	}
	d, done, err := s.file.open(s.part)
	if err != nil {
		return nil, damaged(err)
	}
	defer done()
	var merged []merge
	for {
		t, err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged(err)
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "mergeCell" {
			continue
		}
		m, ok := mergeOf(attr(start, "ref"))
		if !ok {
			return nil, damaged(errPart)
		}
		if m.top <= mergedRows && len(merged) < maxMerges {
			merged = append(merged, m)
		}
	}
	s.merged, s.read = merged, true
	return merged, nil
}

// mergeOf returns the rectangle that a reference such as B2:D3 names.
func mergeOf(ref string) (merge, bool) {
	first, last, ok := strings.Cut(ref, ":")
	if !ok {
		last = first
	}
	var m merge
	var okay [2]bool
	m.left, m.top, okay[0] = cellOf(first)
	m.right, m.bottom, okay[1] = cellOf(last)
	return m, okay[0] && okay[1] && m.left <= m.right && m.top <= m.bottom
}

// cellOf returns column and row, from 1, of a reference such as AC12.
func cellOf(ref string) (column, row int, ok bool) {
	column, ok = columnOf(ref)
	row, err := strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return column, row, ok && err == nil && row >= 1 && row <= maxRowNumber
}

// A rowReader reads the rows of a sheet one after another.
type rowReader struct {
	*decoder
	sheet *xlsxSheet
	row   Row
	count int
	// column is that of the last cell of the row, from 1.
	column int
	// kind is the attribute t of the cell, text what its value holds so far.
	kind    string
	text    []byte
	formula bool
}

// next returns the next row that has cells.
func (r *rowReader) next() (*Row, error) {
	reading := false // within a value
	for {
		t, err := r.decoder.next()
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF // before the end of the rows
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				if err := r.startRow(t); err != nil {
					return nil, err
				}
			case "c":
				if err := r.startCell(t); err != nil {
					return nil, err
				}
			case "v", "t":
				reading = true
			case "f":
				r.formula = true
			}
		case xml.CharData:
			if reading {
				r.text = append(r.text, t...)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v", "t":
				reading = false
			case "c":
				if err := r.endCell(); err != nil {
					return nil, err
				}
			case "row":
				if !r.row.IsBlank() {
					if r.count++; r.count > r.sheet.file.limits.Rows {
						return nil, r.sheet.file.limits.tooManyRows()
					}
					return &r.row, nil
				}
			case "sheetData":
				return nil, io.EOF
			}
		}
	}
}

func (r *rowReader) startRow(t xml.StartElement) error {
	number := r.row.Number + 1
	if at := attr(t, "r"); at != "" {
		n, err := strconv.Atoi(at)
		if err != nil || n < number || n > maxRowNumber {
			return errPart
		}
		number = n
	}
	r.row.Number, r.row.Cells, r.column = number, r.row.Cells[:0], 0
	return nil
}

func (r *rowReader) startCell(t xml.StartElement) error {
	r.column++
	r.kind, r.text, r.formula = "", r.text[:0], false
	for _, a := range t.Attr {
		switch a.Name.Local {
		case "r":
			n, ok := columnOf(a.Value)
			if !ok || n < r.column {
				return errPart
			}
			r.column = n
		case "t":
			r.kind = a.Value
		}
	}
	return nil
}

// columnOf returns the column, from 1, of a reference such as AC12.
func columnOf(ref string) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && 'A' <= ref[i] && ref[i] <= 'Z'; i++ {
		if n = n*26 + int(ref[i]-'A') + 1; n > 1<<14 {
			return 0, false
		}
	}
	return n, n > 0
}

func (r *rowReader) endCell() error {
	limits := &r.sheet.file.limits
	c := Cell{Kind: Number, Formula: r.formula}
	switch r.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(r.text)))
		text, ok := r.sheet.file.shared.at(i)
		if err != nil || !ok {
			return errPart
		}
		c.Kind, c.Text = Text, text
	case "str", "inlineStr":
		c.Kind, c.Text = Text, string(r.text)
	case "b":
		c.Kind, c.Text = Bool, string(r.text)
	case "e":
		c.Kind, c.Text = Failed, string(r.text)
	case "d":
		c.Kind, c.Text = Date, string(r.text)
	default:
		c.Text = strings.TrimSpace(string(r.text))
	}
	if c.Text == "" {
		c.Kind = Empty
		if !c.Formula {
			return nil // a cell that has only a style
		}
	}
	if r.column > limits.Columns {
		return limits.tooManyColumns(r.row.Number)
	}
	if err := limits.checkText(r.row.Number, r.column, c.Text); err != nil {
		return err
	}
	for len(r.row.Cells) < r.column-1 {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
	r.row.Cells = append(r.row.Cells, c)
	return nil
}
