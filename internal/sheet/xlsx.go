package sheet

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

const (
	// maxRowNumber is the last row that a workbook can have.
	maxRowNumber = 1 << 20
	// maxSheets bounds the sheets of a workbook.
	maxSheets = 200
	// maxMerges bounds the merged cells that are kept of a sheet.
	maxMerges = 5000
	// maxFormula bounds, in bytes, a formula: Excel takes 8,192 characters.
	maxFormula = 64 << 10
	// maxReference bounds the identifiers and targets of relations.
	maxReference = 2048
	// chunkBytes is how much of the shared strings one block of memory has.
	chunkBytes = 256 << 10
)

// An xlsxFile is an opened workbook.
type xlsxFile struct {
	parts  map[string]*zip.File
	limits Limits
	shared sharedStrings
	// worksheets are the parts of all sheets, also hidden ones.
	worksheets []*zip.File
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

// A budgetReader reads no more than the directory of a workbook may take, so
// that one of millions of entries is not brought into memory to be counted.
type budgetReader struct {
	r    io.ReaderAt
	left int64
}

var errBudget = errors.New("sheet: the directory of the workbook is too long")

func (b *budgetReader) ReadAt(p []byte, off int64) (int, error) {
	if b.left >= 0 {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, errBudget
		}
	}
	return b.r.ReadAt(p, off)
}

func openXLSX(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	// An entry takes 46 bytes and its name; the end of the directory is looked
	// for in the last 64 KB.
	budget := &budgetReader{r: r, left: int64(limits.Parts)*512 + 256<<10}
	z, err := zip.NewReader(budget, size)
	switch {
	case errors.Is(err, errBudget), err == nil && len(z.File) > limits.Parts:
		return nil, reject(ReasonParts, "Tệp .xlsx chứa hơn %d phần", "The workbook has more than %d parts", limits.Parts)
	case errors.Is(err, zip.ErrFormat), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e := reject(ReasonTruncated, "Tệp .xlsx bị cắt cụt hoặc tải lên chưa trọn; hãy chép lại tệp gốc rồi thử lại", "The workbook is cut off or was not uploaded whole; copy the original again and retry")
		e.Cause = &reasonError{ReasonTruncated, err}
		return nil, e
	case err != nil:
		return nil, damaged(err)
	}
	budget.left = -1 // what follows is bounded by the parts
	x := &xlsxFile{parts: make(map[string]*zip.File, len(z.File)), limits: limits}
	x.shared.file = x
	if err := x.admit(z.File, size); err != nil {
		return nil, damaged(err)
	}
	b := &Book{limits: limits, workbook: x}
	if err := x.readBook(b); err != nil {
		return nil, damaged(err)
	}
	return b, nil
}

// admit takes the parts of a workbook, none of which is unpacked yet.
func (x *xlsxFile) admit(files []*zip.File, size int64) error {
	var total uint64
	for _, f := range files {
		if f.Flags&1 != 0 {
			return encrypted()
		}
		if total += f.UncompressedSize64; total > uint64(x.limits.Unpacked) || total < f.UncompressedSize64 {
			return reject(ReasonUnpacked, "Tệp .xlsx giải nén ra hơn %d MB", "The workbook unpacks to more than %d MB", x.limits.Unpacked>>20)
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/uint64(max(x.limits.Ratio, 1)) > f.CompressedSize64 {
			return reject(ReasonRatio, "Tệp .xlsx có phần nén hơn %d lần; có thể là tệp phá hoại", "A part of the workbook is packed more than %d times; it may be a bomb", x.limits.Ratio)
		}
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if _, twice := x.parts[name]; twice {
			return reject(ReasonTwice, "Tệp .xlsx có hai phần cùng tên %q", "The workbook has two parts named %q", clip(f.Name))
		}
		x.parts[name] = f
	}
	if total > 16<<20 && total/uint64(max(x.limits.WholeRatio, 1)) > uint64(size) {
		return reject(ReasonWholeRatio, "Cả tệp .xlsx nén hơn %d lần; có thể là tệp phá hoại", "The workbook as a whole is packed more than %d times; it may be a bomb", x.limits.WholeRatio)
	}
	// What the file is comes before what is wrong with it.
	if err := x.refuseKind(); err != nil {
		return err
	}
	for name := range x.parts {
		if err := refusePart(name); err != nil {
			return err
		}
	}
	return refuseOverlap(files, size)
}

// refuseOverlap refuses a workbook in which parts share bytes: a small file of
// that kind unpacks to a very large one.
func refuseOverlap(files []*zip.File, size int64) error {
	type extent struct{ from, to int64 }
	extents := make([]extent, 0, len(files))
	for _, f := range files {
		from, err := f.DataOffset()
		if err != nil {
			return err
		}
		if f.CompressedSize64 > uint64(size) || from > size-int64(f.CompressedSize64) {
			return errPart
		}
		extents = append(extents, extent{from, from + int64(f.CompressedSize64)})
	}
	slices.SortFunc(extents, func(a, b extent) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(extents); i++ {
		if extents[i].from < extents[i-1].to {
			return reject(ReasonOverlap, "Tệp .xlsx có các phần chồng lên nhau; có thể là tệp phá hoại", "Parts of the workbook overlap; it may be a bomb")
		}
	}
	return nil
}

// refuseKind tells what a zip file is that is no workbook of this kind.
func (x *xlsxFile) refuseKind() error {
	has := func(name string) bool { return x.parts[name] != nil }
	switch {
	case has("[content_types].xml") && has("xl/workbook.bin"):
		return foreign(ReasonBinaryWorkbook)
	case has("[content_types].xml") && has("word/document.xml"):
		return foreign(ReasonWordDocument)
	case has("[content_types].xml") && has("ppt/presentation.xml"):
		return foreign(ReasonPresentation)
	case has("mimetype") && has("content.xml"):
		return foreign(ReasonOpenDocument)
	case !has("[content_types].xml") && !has("_rels/.rels"):
		return foreign(ReasonArchive)
	}
	return nil
}

// refusePart refuses a workbook with a part that can do harm, by its name.
func refusePart(name string) error {
	under := func(dirs ...string) bool {
		return slices.ContainsFunc(dirs, func(d string) bool { return strings.HasPrefix(name, d) && len(name) > len(d) })
	}
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "vbaproject"), base == "vbadata.xml", under("xl/macrosheets/", "xl/dialogsheets/", "customui/"):
		return withMacros()
	case under("xl/externallinks/"):
		return withLinks()
	case name == "xl/connections.xml", name == "xl/volatiledependencies.xml", under("xl/querytables/"):
		return withConnections()
	case under("xl/activex/", "xl/embeddings/", "xl/webextensions/"):
		return withObjects()
	}
	return nil
}

func withMacros() error {
	return reject(ReasonMacros, "Tệp có macro; hãy lưu lại dạng .xlsx không macro", "The workbook has macros; save it as .xlsx without macros")
}

func withLinks() error {
	return reject(ReasonLinks, "Tệp có liên kết tới tệp khác hoặc địa chỉ mạng; hãy dán lại dạng giá trị (Paste values), bỏ liên kết rồi lưu", "The workbook links to other files or addresses; paste values only, break the links and save it again")
}

func withConnections() error {
	return reject(ReasonConnections, "Tệp có kết nối lấy dữ liệu từ nơi khác; hãy xoá kết nối (Data, Queries & Connections) rồi lưu lại", "The workbook has data connections; delete them (Data, Queries & Connections) and save it again")
}

func withObjects() error {
	return reject(ReasonEmbedded, "Tệp có đối tượng nhúng (OLE, ActiveX, tiện ích bổ sung); hãy xoá các đối tượng đó rồi lưu lại", "The workbook has embedded objects (OLE, ActiveX, add-ins); delete them and save it again")
}

// refuseKindOf refuses a workbook by the type of the contents of a part, or of a
// relation between two.
func refuseKindOf(kind string) error {
	kind = strings.ToLower(kind)
	for _, k := range []struct {
		part   string
		refuse func() error
	}{
		{"sheet.binary", func() error { return foreign(ReasonBinaryWorkbook) }},
		{"macro", withMacros},
		{"vba", withMacros},
		{"dialogsheet", withMacros},
		{"customui", withMacros},
		{"ui/extensibility", withMacros},
		{"externallink", withLinks},
		{"attachedtemplate", withLinks},
		{"connections", withConnections},
		{"querytable", withConnections},
		{"volatiledependencies", withConnections},
		{"activex", withObjects},
		{"oleobject", withObjects},
		{"webextension", withObjects},
		{"relationships/control", withObjects},
		{"relationships/package", withObjects},
	} {
		if strings.Contains(kind, k.part) {
			return k.refuse()
		}
	}
	return nil
}

// readBook reads what leads to the sheets, and looks at all that the parts say
// about themselves and one another.
func (x *xlsxFile) readBook(b *Book) error {
	if err := x.readTypes(); err != nil {
		return err
	}
	var names []string
	for name := range x.parts {
		if strings.HasSuffix(name, ".rels") {
			names = append(names, name)
		}
	}
	slices.Sort(names) // of two refusals the same one is always told
	for _, name := range names {
		if _, err := x.relations(name, false); err != nil {
			return err
		}
	}
	top, err := x.relations("_rels/.rels", true)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(top, func(r relation) bool { return r.kind == "officeDocument" })
	if i < 0 {
		return errPart
	}
	book := top[i].target
	dir, file := path.Split(book)
	rels, err := x.relations(dir+"_rels/"+file+".rels", true)
	if err != nil {
		return err
	}
	byID := make(map[string]relation, len(rels))
	for _, r := range rels {
		byID[r.id] = r
		if r.kind == "sharedStrings" {
			x.shared.part = x.parts[r.target]
		}
	}
	return x.readWorkbook(book, b, byID)
}

// readTypes looks at the types of the parts that there are; some programs list
// types that they do not use.
func (x *xlsxFile) readTypes() error {
	extensions := map[string]bool{}
	for name := range x.parts {
		extensions[strings.TrimPrefix(path.Ext(name), ".")] = true
	}
	return x.each("[content_types].xml", func(s *scanner) error {
		name := strings.ToLower(strings.TrimPrefix(s.attr("PartName"), "/"))
		if x.parts[name] == nil && !extensions[strings.ToLower(s.attr("Extension"))] {
			return nil
		}
		return refuseKindOf(s.attr("ContentType"))
	})
}

// readWorkbook reads the list of the sheets.
func (x *xlsxFile) readWorkbook(book string, b *Book, byID map[string]relation) error {
	titles := map[string]bool{}
	return x.each(book, func(s *scanner) error {
		switch string(s.local) {
		case "workbookPr":
			v := s.attr("date1904")
			b.date1904 = v == "1" || v == "true"
		case "definedName":
			if s.attr("vbProcedure") != "" || s.attr("xlm") != "" || s.attr("macro") != "" {
				return withMacros()
			}
			name := clip(s.attr("name"))
			formula, err := x.formula(s, nil)
			if err != nil {
				return err
			}
			return refuseFormula(formula, func() thads.Text { return thads.Text{VI: "Tên “" + name + "”", EN: "The name “" + name + "”"} })
		case "oleLink", "ddeLink", "externalReference":
			return withLinks()
		case "sheet":
			r := byID[s.attr("id")]
			part := x.parts[r.target]
			if r.kind != "worksheet" || part == nil {
				return nil // a chart, for instance
			}
			title := clip(s.attr("name"))
			if len(x.worksheets) == maxSheets {
				return reject(ReasonSheets, "Tệp có hơn %d trang tính", "The workbook has more than %d sheets", maxSheets)
			}
			if titles[title] {
				return errPart
			}
			titles[title] = true
			x.worksheets = append(x.worksheets, part)
			if state := s.attr("state"); state != "" && state != "visible" {
				b.notices = append(b.notices, Problem{
					Sheet: title, Severity: LeftOut, Code: thads.CodeNotAllowed,
					Text: thads.Text{VI: "Trang tính ẩn nên không được đọc; hãy bỏ ẩn nếu cần nhập", EN: "The sheet is hidden and is not read; unhide it where it is wanted"},
				})
				return nil
			}
			b.sheets = append(b.sheets, &xlsxSheet{file: x, title: title, part: part})
		}
		return nil
	})
}

// A relation leads from one part of a workbook to another.
type relation struct{ id, kind, target string }

// relations reads the relations in a part, of which the kind is the last word.
// Those that lead out of the workbook refuse it, but for links that a person
// must follow: nothing here does.
func (x *xlsxFile) relations(name string, keep bool) ([]relation, error) {
	dir := path.Dir(path.Dir(name)) // that of the part whose relations they are
	var out []relation
	err := x.each(name, func(s *scanner) error {
		if string(s.local) != "Relationship" {
			return nil
		}
		r := relation{id: s.attr("Id"), kind: s.attr("Type"), target: s.attr("Target")}
		if len(r.id) > maxReference || len(r.kind) > maxReference || len(out) > x.limits.Parts {
			return errPart
		}
		link := strings.HasSuffix(r.kind, "/hyperlink")
		if !link {
			if err := refuseKindOf(r.kind); err != nil {
				return err
			}
			if s.attr("TargetMode") == "External" || leadsOut(r.target) {
				return withLinks()
			}
			if len(r.target) > maxReference {
				return errPart
			}
		}
		if !keep || link {
			return nil
		}
		r.kind = path.Base(r.kind)
		if rest, absolute := strings.CutPrefix(r.target, "/"); absolute {
			r.target = rest
		} else {
			r.target = path.Join(dir, r.target)
		}
		r.target = strings.ToLower(r.target)
		out = append(out, r)
		return nil
	})
	return out, err
}

// leadsOut tells whether a target is an address or a place on a disk.
func leadsOut(target string) bool {
	return strings.Contains(target, "://") || strings.HasPrefix(target, `\\`) || strings.HasPrefix(target, "//") ||
		strings.HasPrefix(strings.ToLower(target), "file:") || len(target) > 2 && target[1] == ':' && (target[2] == '\\' || target[2] == '/')
}

// open opens a part.
func (x *xlsxFile) open(part *zip.File) (*scanner, func(), error) {
	if part == nil {
		return nil, nil, errPart
	}
	r, err := part.Open()
	if err != nil {
		return nil, nil, err
	}
	// A part that fails its checksum, or is longer than it was declared to be,
	// failed before it is closed.
	return newScanner(&partReader{r: r, left: part.UncompressedSize64}, x.limits.Depth), func() { _ = r.Close() }, nil
}

// A partReader reads no more than the part was declared to have.
type partReader struct {
	r    io.Reader
	left uint64
}

func (p *partReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if uint64(n) > p.left {
		p.left = 0
		return 0, errPart
	}
	p.left -= uint64(n)
	return n, err
}

// each calls fn at the start of every element of a part, which may read on
// within the element.
func (x *xlsxFile) each(name string, fn func(*scanner) error) error {
	s, done, err := x.open(x.parts[strings.ToLower(name)])
	if err != nil {
		return err
	}
	defer done()
	for {
		t, err := s.next()
		if err != nil || t == tokenEOF {
			return err
		}
		if t == tokenStart {
			if err := fn(s); err != nil {
				return err
			}
		}
	}
}

// formula appends the text of the element that has just started.
func (x *xlsxFile) formula(s *scanner, dst []byte) ([]byte, error) {
	dst, err := s.value(dst, maxFormula)
	if errors.Is(err, errTooLong) {
		err = reject(ReasonToken, "Tệp .xlsx có một công thức dài quá %d KB", "A formula of the workbook exceeds %d KB", maxFormula>>10)
	}
	return dst, err
}

// Inspect reads the whole file, also sheets that are hidden or that nobody maps,
// and refuses it for what lies deeper than Open looks: formulas that fetch, run
// or link, embedded objects, damage. It takes about as long as reading the rows,
// in as little memory.
func (b *Book) Inspect(ctx context.Context) error {
	if b.workbook == nil {
		for _, s := range b.sheets {
			for row, err := range s.rows() {
				if err == nil && row.Number&1023 == 0 {
					err = ctx.Err()
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, part := range b.workbook.worksheets {
		if err := b.workbook.inspect(ctx, part); err != nil {
			return damaged(err)
		}
	}
	return damaged(b.workbook.shared.readTo(math.MaxInt))
}

// inspect looks at the formulas and objects of a sheet, wherever they are in it.
func (x *xlsxFile) inspect(ctx context.Context, part *zip.File) error {
	s, done, err := x.open(part)
	if err != nil {
		return err
	}
	defer done()
	var formula, cell []byte
	place := func() thads.Text {
		if len(cell) == 0 {
			return thads.Text{VI: "Trang tính, ngoài các ô,", EN: "The sheet, outside its cells,"}
		}
		return thads.Text{VI: "Ô " + string(cell), EN: "The cell " + string(cell)}
	}
	for n := 0; ; n++ {
		if n&0xFFFF == 0 && ctx.Err() != nil {
			return &faultError{ctx.Err()} // no fault of the file
		}
		t, err := s.next()
		if err != nil || t == tokenEOF {
			return err
		}
		if t == tokenStop {
			if len(s.names) == 1 {
				cell = cell[:0] // behind the rows
			}
			continue
		}
		if t != tokenStart {
			continue
		}
		switch string(s.local) {
		case "f", "formula", "formula1", "formula2":
			if formula, err = x.formula(s, formula[:0]); err != nil {
				return err
			}
			if err := refuseFormula(formula, place); err != nil {
				return err
			}
		case "oleObject", "control":
			return withObjects()
		case "c":
			cell = cell[:0]
			for i := range s.attrs {
				if a := &s.attrs[i]; string(a.name) == "r" && len(a.value) < 20 {
					cell = append(cell, a.value...)
				}
			}
		}
	}
}

// cellPlace names a cell.
func cellPlace(column, row int) func() thads.Text {
	return func() thads.Text {
		cell := Letter(column) + strconv.Itoa(row)
		return thads.Text{VI: "Ô " + cell, EN: "The cell " + cell}
	}
}

// sharedStrings are the texts that cells refer to by number. They are read as
// far as they are asked for, and kept one behind the other in large blocks.
type sharedStrings struct {
	file *xlsxFile
	part *zip.File // nil where the workbook has none
	// scanner reads on; whole tells that it is at the end. close ends it.
	scanner *scanner
	close   func()
	whole   bool
	failed  error

	chunks []stringChunk
	// ends are where the texts end in their chunk.
	ends []uint32
	// bytes is what all of it takes.
	bytes int64
}

// A stringChunk is a block of texts.
type stringChunk struct {
	first int // the number of its first text
	text  string
}

// at returns a text by its number.
func (s *sharedStrings) at(i int) (string, error) {
	if i >= len(s.ends) {
		if err := s.readTo(i); err != nil {
			return "", err
		}
	}
	if i < 0 || i >= len(s.ends) {
		return "", errPart
	}
	n := sort.Search(len(s.chunks), func(n int) bool { return s.chunks[n].first > i }) - 1
	c := &s.chunks[n]
	from := uint32(0)
	if i > c.first {
		from = s.ends[i-1]
	}
	return c.text[from:s.ends[i]], nil
}

// readTo reads up to a text, or all there are.
func (s *sharedStrings) readTo(i int) error {
	for i >= len(s.ends) && s.failed == nil && !s.whole && s.part != nil {
		first := len(s.ends)
		if s.failed = s.readChunk(); s.failed != nil {
			s.ends = s.ends[:first] // those of the block that is not kept
			s.end()
		}
	}
	return s.failed
}

// end lets go of what reads.
func (s *sharedStrings) end() {
	if s.close != nil {
		s.close()
	}
	s.scanner, s.close = nil, nil
}

// readChunk reads the next block of texts.
func (s *sharedStrings) readChunk() error {
	if s.scanner == nil {
		in, done, err := s.file.open(s.part)
		if err != nil {
			return err
		}
		s.scanner, s.close = in, done
	}
	limits := &s.file.limits
	c := stringChunk{first: len(s.ends)}
	text := make([]byte, 0, chunkBytes+chunkBytes/8)
	for len(text) < chunkBytes {
		t, err := s.scanner.next()
		if err != nil {
			return err
		}
		if t == tokenEOF {
			s.whole = true
			s.end()
			break
		}
		if t != tokenStart || len(s.scanner.names) != 2 || string(s.scanner.local) != "si" {
			continue
		}
		from := len(text)
		if text, err = s.scanner.richText(text, limits.maxText()); err != nil {
			return err
		}
		text = unescapeText(text, from)
		s.ends = append(s.ends, uint32(len(text)))
		if s.bytes+int64(len(text)+4*len(s.ends)) > limits.Strings {
			return reject(ReasonStrings, "Chữ trong tệp .xlsx vượt quá %d MB; hãy chia thành nhiều tệp", "The texts of the workbook exceed %d MB; split it into several files", limits.Strings>>20)
		}
	}
	c.text = string(text)
	s.bytes += int64(len(text))
	if len(s.ends) > c.first {
		s.chunks = append(s.chunks, c)
	}
	return nil
}

// maxText is how many bytes the longest text that is read can take.
func (l *Limits) maxText() int { return l.Runes*utf8.UTFMax + 16 }

// errTooLong: a text is beyond what the longest cell can have.
var errTooLong = errors.New("sheet: a text is too long")

// richText appends the text of the element that has just started (of a shared
// string, or within a cell), without what tells how it is spoken.
func (s *scanner) richText(dst []byte, most int) ([]byte, error) {
	for depth := len(s.names); ; {
		t, err := s.next()
		if err != nil {
			return dst, err
		}
		switch {
		case t == tokenStop && len(s.names) < depth:
			return dst, nil
		case t != tokenStart:
		case string(s.local) == "t" && len(s.names) <= depth+2:
			if dst, err = s.value(dst, most); err != nil {
				return dst, err
			}
		case string(s.local) == "r" && len(s.names) == depth+1:
		default:
			if err := s.skip(); err != nil {
				return dst, err
			}
		}
	}
}

// value appends the text of the element that has just started.
func (s *scanner) value(dst []byte, most int) ([]byte, error) {
	from := len(dst)
	for {
		t, err := s.next()
		switch {
		case err != nil:
			return dst, err
		case t == tokenStop:
			return dst, nil
		case t == tokenStart:
			err = s.skip()
		case t == tokenText:
			dst, err = s.appendText(dst)
		}
		if err == nil && len(dst)-from > most {
			err = errTooLong
		}
		if err != nil {
			return dst, err
		}
	}
}

// unescapeText reads the characters that XML cannot have as workbooks write
// them, "_x000D_", from a place on.
func unescapeText(b []byte, from int) []byte {
	if !bytes.Contains(b[from:], []byte("_x")) {
		return b
	}
	out := b[:from] // never further than what is read
	for i := from; i < len(b); {
		r, ok := escapeAt(b[i:])
		if !ok {
			out = append(out, b[i])
			i++
			continue
		}
		i += escapeBytes
		if low, ok := escapeAt(b[i:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			r = utf16.DecodeRune(r, low)
			i += escapeBytes
		}
		out = utf8.AppendRune(out, r) // U+FFFD for half a character
	}
	return out
}

// escapeBytes is what an escaped character takes.
const escapeBytes = len("_x0000_")

// escapeAt returns the character of which b begins with the escape.
func escapeAt(b []byte) (rune, bool) {
	if len(b) < escapeBytes || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}

func (s *xlsxSheet) name() string { return s.title }

func (s *xlsxSheet) merges() ([]merge, error) {
	if s.read {
		return s.merged, nil
	}
	in, done, err := s.file.open(s.part)
	if err != nil {
		return nil, damaged(err)
	}
	defer done()
	var merged []merge
	for {
		t, err := in.next()
		if err != nil {
			return nil, damaged(err)
		}
		if t == tokenEOF {
			break
		}
		if t != tokenStart || string(in.local) != "mergeCell" || len(in.names) != 3 {
			continue
		}
		m, ok := mergeOf(in.attr("ref"))
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

// columnOf returns the column, from 1, of a reference such as AC12.
func columnOf[T string | []byte](ref T) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && 'A' <= ref[i] && ref[i] <= 'Z'; i++ {
		if n = n*26 + int(ref[i]-'A') + 1; n > 1<<14 {
			return 0, false
		}
	}
	return n, n > 0
}

func (s *xlsxSheet) rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		in, done, err := s.file.open(s.part)
		if err != nil {
			yield(nil, damaged(err))
			return
		}
		defer done()
		r := rowReader{in: in, file: s.file}
		for {
			row, err := r.nextRow()
			if errors.Is(err, errEndOfRows) {
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

// errEndOfRows: the sheet has no more rows.
var errEndOfRows = errors.New("sheet: no more rows")

// A rowReader reads the rows of a sheet one after another.
type rowReader struct {
	in    *scanner
	file  *xlsxFile
	row   Row
	old   oldText
	count int
	cells int
	// column is that of the last cell of the row, from 1.
	column int
	// inRows tells that the rows have begun.
	inRows bool
	// text are the texts of the row one behind the other, which become one
	// string; spans are the cells that have one.
	text    []byte
	spans   []span
	formula []byte
}

// A span is where the text of a cell is.
type span struct{ cell, from, to int }

// nextRow returns the next row that has cells, errEndOfRows after the last.
func (r *rowReader) nextRow() (*Row, error) {
	for {
		t, err := r.in.next()
		if err != nil {
			return nil, err
		}
		switch t {
		case tokenEOF:
			return nil, errPart // before the end of the rows
		case tokenStop:
			if r.inRows {
				return nil, errEndOfRows
			}
		case tokenStart:
			switch {
			case r.inRows && string(r.in.local) == "row":
				found, err := r.readRow()
				if err != nil {
					return nil, err
				}
				if found {
					return &r.row, nil
				}
			case r.inRows:
				err = r.in.skip()
			case len(r.in.names) == 1:
				switch string(r.in.local) {
				case "worksheet":
				case "macrosheet", "dialogsheet":
					return nil, withMacros()
				default:
					return nil, errPart
				}
			case string(r.in.local) == "sheetData":
				r.inRows = true
			default:
				err = r.in.skip()
			}
			if err != nil {
				return nil, err
			}
		case tokenText:
		}
	}
}

// readRow reads the row that has just started; false where it is blank.
func (r *rowReader) readRow() (bool, error) {
	number := r.row.Number + 1
	for i := range r.in.attrs {
		if a := &r.in.attrs[i]; string(a.name) == "r" {
			n, ok := number32(a.value)
			if !ok || n < number || n > maxRowNumber {
				return false, errPart
			}
			number = n
		}
	}
	r.row.Number, r.row.Cells, r.column = number, r.row.Cells[:0], 0
	r.text, r.spans = r.text[:0], r.spans[:0]
	for {
		t, err := r.in.next()
		if err != nil {
			return false, err
		}
		if t == tokenStop {
			break
		}
		if t != tokenStart {
			continue
		}
		if string(r.in.local) == "c" {
			err = r.readCell()
		} else {
			err = r.in.skip()
		}
		if err != nil {
			return false, err
		}
	}
	if len(r.spans) > 0 {
		texts := string(r.text)
		for _, s := range r.spans {
			c := &r.row.Cells[s.cell]
			c.Text = texts[s.from:s.to]
			if err := r.checkCell(s.cell+1, c); err != nil {
				return false, err
			}
		}
	}
	if r.row.IsBlank() {
		return false, nil
	}
	if r.count++; r.count > r.file.limits.Rows {
		return false, r.file.limits.tooManyRows()
	}
	return true, nil
}

// number32 returns a number in digits.
func number32(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0 && len(b) < 10
}

// readCell reads the cell that has just started.
func (r *rowReader) readCell() error {
	limits := &r.file.limits
	if r.cells++; r.cells > limits.Cells {
		return limits.tooManyCells()
	}
	r.column++
	kind := cellNumber
	for i := range r.in.attrs {
		switch a := &r.in.attrs[i]; string(a.name) {
		case "r":
			n, ok := columnOf(a.value)
			if !ok || n < r.column {
				return errPart
			}
			r.column = n
		case "t":
			kind = cellKindOf(a.value)
		}
	}
	from := len(r.text)
	c := Cell{}
	valued := false
	for {
		t, err := r.in.next()
		if err != nil {
			return err
		}
		if t == tokenStop {
			break
		}
		if t != tokenStart {
			continue
		}
		switch string(r.in.local) {
		case "v", "is":
			if valued {
				return errPart
			}
			valued = true
			if r.in.local[0] == 'v' {
				r.text, err = r.in.value(r.text, limits.maxText())
			} else {
				r.text, err = r.in.richText(r.text, limits.maxText())
			}
			if len(r.text)-from > limits.maxText() || errors.Is(err, errTooLong) {
				err = limits.tooLong(r.row.Number, r.column)
			}
		case "f":
			c.Formula = true
			r.formula, err = r.file.formula(r.in, r.formula[:0])
			if err == nil {
				err = refuseFormula(r.formula, cellPlace(r.column, r.row.Number))
			}
		default:
			err = r.in.skip()
		}
		if err != nil {
			return err
		}
	}
	return r.endCell(c, kind, from)
}

// A cellKind is the type of a cell as the file says it.
type cellKind int

const (
	cellNumber cellKind = iota
	cellShared
	cellText
	cellBool
	cellError
	cellDate
)

func cellKindOf(name []byte) cellKind {
	switch string(name) {
	case "s":
		return cellShared
	case "str", "inlineStr":
		return cellText
	case "b":
		return cellBool
	case "e":
		return cellError
	case "d":
		return cellDate
	}
	return cellNumber
}

// endCell takes a cell whose value begins at from.
func (r *rowReader) endCell(c Cell, kind cellKind, from int) error {
	limits := &r.file.limits
	switch kind {
	case cellShared:
		i, ok := number32(bytes.TrimSpace(r.text[from:]))
		if !ok {
			return errPart
		}
		r.text = r.text[:from]
		text, err := r.file.shared.at(i)
		if errors.Is(err, errTooLong) {
			err = limits.tooLong(r.row.Number, r.column)
		}
		if err != nil {
			return err
		}
		c.Kind, c.Text = Text, text
	case cellText:
		c.Kind = Text
		r.text = unescapeText(r.text, from)
	case cellBool:
		c.Kind = Bool
	case cellError:
		c.Kind = Failed
	case cellDate:
		c.Kind = Date
	default:
		c.Kind = Number
		trimmed := bytes.TrimSpace(r.text[from:])
		r.text = append(r.text[:from], trimmed...)
	}
	if c.Text == "" && len(r.text) == from {
		c.Kind = Empty
		if !c.Formula {
			return nil // a cell that has only a style
		}
	}
	if r.column > limits.Columns {
		return limits.tooManyColumns(r.row.Number)
	}
	for len(r.row.Cells) < r.column-1 {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
	r.row.Cells = append(r.row.Cells, c)
	if len(r.text) > from {
		r.spans = append(r.spans, span{r.column - 1, from, len(r.text)})
		return nil
	}
	return r.checkCell(r.column, &c)
}

// checkCell tells whether the text of a cell can be taken.
func (r *rowReader) checkCell(column int, c *Cell) error {
	if err := r.file.limits.checkText(r.row.Number, column, c.Text); err != nil {
		return err
	}
	if c.Kind != Text {
		return nil
	}
	return r.old.check(r.row.Number, column, c.Text)
}
