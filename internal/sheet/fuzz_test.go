package sheet

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/internal/thads"
)

// smallLimits keep a fuzzed file from taking long.
func smallLimits() Limits {
	return Limits{Bytes: 1 << 20, Unpacked: 4 << 20, Ratio: 200, WholeRatio: 150, Parts: 50, Depth: 20, Rows: 1000, Columns: 100, Runes: 2000, Cells: 20_000, Strings: 1 << 20}
}

// fuzzed reads everything of a file, and the register in it where there is one:
// it is read, or refused with a sentence.
func fuzzed(t *testing.T, data []byte) {
	start := time.Now()
	err := readFile(data, smallLimits())
	if err == nil {
		err = readRegisters(data)
	}
	if err != nil {
		if es, refused := thads.Refusals(err); !refused || es[0].Text.VI == "" || es[0].Text.EN == "" {
			t.Errorf("refused without a sentence: %v", err)
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

func readRegisters(data []byte) error {
	b, err := Open(bytes.NewReader(data), int64(len(data)), smallLimits())
	if err != nil {
		return err
	}
	reading, err := Detect(b)
	if err != nil {
		return err
	}
	r, err := NewReader(b, reading, func(Problem) {})
	if err != nil {
		return err
	}
	for _, err := range r.Entries() {
		if err != nil {
			return err
		}
	}
	return nil
}

func FuzzCSV(f *testing.F) {
	f.Add(write(f, CSV, sample(1), sample(2)))
	f.Add(table(required, good(nil), good(map[int]string{colDate: "x"})))
	for _, text := range []string{
		"\ufeffa;b\n\"c\nd\";e\n", "sep=,\na,b\n", "\xff\xfea\x00;\x00\xa1\x1e", "\xfe\xff\x00a\x00;\x1e\xa1", "S\xe8;Quy\xd5t \xae\xdenh\n",
		"So\xe1;Quye\xe1t \xf1\xf2nh\n", "Ng\xfd\xf5\xcci;S\xf4\xec\n", "=cmd|'/C calc'!A0;-1\n", "a\tb\rc\td\n", "Nguy?n;Nguy\xc3\xa1\xc2\xbb\xe2\x80\xa6n\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte("PK")) {
			return
		}
		fuzzed(t, data)
	})
}

func FuzzXLSX(f *testing.F) {
	f.Add(write(f, XLSX, sample(1)))
	f.Add(pack(f, workbook(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, append([]byte("PK\x03\x04"), bytes.TrimPrefix(data, []byte("PK\x03\x04"))...))
	})
}

// FuzzParts fuzzes what leads to the rows.
func FuzzParts(f *testing.F) {
	parts := workbook("")
	f.Add(parts["[Content_Types].xml"], parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"])
	f.Add(`<Types><Override PartName="/xl/workbook.xml" ContentType="a"/></Types>`, `<workbook><workbookPr date1904="1"/><definedNames><definedName name="a">A1</definedName></definedNames></workbook>`, relationship("worksheet", "worksheets/sheet1.xml", "External"))
	f.Fuzz(func(t *testing.T, types, book, rels string) {
		parts := workbook(`<row><c><v>1</v></c></row>`)
		parts["[Content_Types].xml"], parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"] = types, book, rels
		fuzzed(t, pack(t, parts))
	})
}

// sheetSeeds are rows and shared strings for what reads sheets.
var sheetSeeds = [][2]string{
	{`<row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>x</t></is></c></row>`, `<sst><si><t>Mã đơn vị</t></si></sst>`},
	{`<row><c t="b"><f>1</f><v>1</v></c><c t="e"><v>#REF!</v></c><c t="d"><v>2018-09-05</v></c></row>`, `<sst/>`},
	{"<row r=\"3\"><c r=\"C3\" t='s' s=\"1\"><v> 1 </v></c><x><c><v>5</v></c></x></row>\r\n<row ><c t=\"str\"><v>a&#x1EA1;&lt;\r\n<![CDATA[<v>&amp;]]>b</v></c ></row>", `<sst><si><r><rPr><sz val="1"/></rPr><t> a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></si><si/></sst>`},
	{`<!-- - --><?a b?><x:row xmlns:x="y"><x:c x:r="Z9" r="B1"><x:v>1.5<w/>2</x:v></x:c><c/><c><v> </v></c></x:row>`, "\ufeff<?xml version=\"1.0\"?><sst> \n<si><t>_x000D_ _x005F_</t></si></sst>"},
	{`<row><c t="inlineStr"><is><t>x</t><phoneticPr fontId="1"/><r><r><t>y</t></r></r></is></c><c t="n"><is><t>7</t></is></c></row><row r="9"/>`, `<sst><a><si><t>n</t></si></a><si><t>y<t>z</t></t></si></sst>`},
}

// FuzzSheet fuzzes the rows within an intact workbook, which bytes at random
// never reach: whatever is read of them, encoding/xml reads as well.
func FuzzSheet(f *testing.F) {
	for _, s := range sheetSeeds {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, rows, strs string) {
		parts := workbook(rows)
		parts["xl/sharedStrings.xml"] = strs
		data := pack(t, parts)
		fuzzed(t, data)
		b, err := Open(bytes.NewReader(data), int64(len(data)), smallLimits())
		if err != nil {
			return
		}
		if b.Inspect(context.Background()) != nil {
			return // the whole of it is compared
		}
		got, err := allRows(b.sheets[0])
		if err != nil {
			return
		}
		want, err := referenceRows(parts["xl/worksheets/sheet1.xml"], strs)
		if err != nil {
			t.Fatalf("encoding/xml refuses what was read: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rows (-encoding/xml +own):\n%s", diff)
		}
	})
}

// TestSeedsAreCompared: the comparison of FuzzSheet reaches rows.
func TestSeedsAreCompared(t *testing.T) {
	for i, s := range sheetSeeds {
		parts := workbook(s[0])
		got, err := allRows(openFile(t, pack(t, with(parts, "xl/sharedStrings.xml", s[1]))).sheets[0])
		want, err2 := referenceRows(parts["xl/worksheets/sheet1.xml"], s[1])
		if err != nil || err2 != nil || len(got) == 0 {
			t.Errorf("seed %d: %v, %v, %v", i, got, err, err2)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d (-encoding/xml +own):\n%s", i, diff)
		}
	}
}

// allRows reads all rows.
func allRows(s source) ([]Row, error) {
	var rows []Row
	for row, err := range s.rows() {
		if err != nil {
			return nil, err
		}
		rows = append(rows, Row{row.Number, slices.Clone(row.Cells)})
	}
	return rows, nil
}

// An element is XML as encoding/xml reads it, by local names.
type element struct {
	name     string
	attrs    map[string]string
	children []*element
	text     string // of its own
}

func parseXML(text string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	root := &element{}
	open := []*element{root}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			if len(root.children) != 1 {
				return nil, fmt.Errorf("%d root elements", len(root.children))
			}
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := t.(type) {
		case xml.StartElement:
			e := &element{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				if a.Name.Space == "" {
					e.attrs[a.Name.Local] = a.Value
				}
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
}

func (e *element) all(name string) []*element {
	var out []*element
	for _, c := range e.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

// rich is the text of a shared string, or within a cell.
func (e *element) rich() string {
	var b strings.Builder
	for _, c := range e.children {
		switch c.name {
		case "t":
			b.WriteString(c.text)
		case "r":
			for _, t := range c.all("t") {
				b.WriteString(t.text)
			}
		}
	}
	return string(unescapeText([]byte(b.String()), 0))
}

// referenceRows reads the rows of a sheet from its XML as a whole.
func referenceRows(sheet, strs string) ([]Row, error) {
	sst, err := parseXML(strs)
	if err != nil {
		return nil, err
	}
	root, err := parseXML(sheet)
	if err != nil {
		return nil, err
	}
	var shared []string
	for _, si := range sst.all("si") {
		shared = append(shared, si.rich())
	}
	var rows []Row
	number := 0
	data := root.all("sheetData")
	if len(data) == 0 {
		return nil, errors.New("no rows")
	}
	for _, row := range data[0].all("row") {
		number++
		if r, ok := row.attrs["r"]; ok {
			if number, err = strconv.Atoi(r); err != nil {
				return nil, err
			}
		}
		out := Row{Number: number}
		column := 0
		for _, c := range row.all("c") {
			column++
			if r, ok := c.attrs["r"]; ok {
				column, _ = columnOf(r)
			}
			cell := Cell{Formula: len(c.all("f")) > 0}
			for _, is := range c.all("is") {
				cell.Text = is.rich()
			}
			for _, v := range c.all("v") {
				cell.Text = v.text
			}
			switch c.attrs["t"] {
			case "s":
				i, err := strconv.Atoi(strings.TrimSpace(cell.Text))
				if err != nil || i < 0 || i >= len(shared) {
					return nil, errors.New("no such string")
				}
				cell.Kind, cell.Text = Text, shared[i]
			case "str", "inlineStr":
				cell.Kind = Text
				if len(c.all("v")) > 0 {
					cell.Text = string(unescapeText([]byte(cell.Text), 0))
				}
			case "b":
				cell.Kind = Bool
			case "e":
				cell.Kind = Failed
			case "d":
				cell.Kind = Date
			default:
				cell.Kind, cell.Text = Number, strings.TrimSpace(cell.Text)
			}
			if cell.Text == "" {
				if cell.Kind = Empty; !cell.Formula {
					continue
				}
			}
			for len(out.Cells) < column-1 {
				out.Cells = append(out.Cells, Cell{})
			}
			out.Cells = append(out.Cells, cell)
		}
		if !out.IsBlank() {
			rows = append(rows, out)
		}
	}
	return rows, nil
}

// FuzzScanner holds the tokens of the scanner against those of encoding/xml: the
// same, or none.
func FuzzScanner(f *testing.F) {
	for _, text := range scannerSeeds() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ownTokens(bytes.NewReader(data))
		if err != nil {
			return
		}
		want, err := xmlTokens(data)
		if err != nil {
			t.Fatalf("encoding/xml refuses what was read: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tokens (-encoding/xml +own):\n%s", diff)
		}
		// Nor does it matter in which pieces the text comes.
		again, err := ownTokens(iotest.OneByteReader(bytes.NewReader(data)))
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Errorf("byte by byte: %v\n%s", err, diff)
		}
	})
}

func scannerSeeds() []string {
	var seeds []string
	for _, s := range sheetSeeds {
		seeds = append(seeds, "<a>"+s[0]+"</a>", s[1])
	}
	return append(seeds,
		"<?xml version=\"1.0\" encoding='utf-8' standalone=\"yes\" ?>\r\n<a:b c = 'd\"e' f=\"&quot;&apos;&#39;&#x27;>\"/>\n<!---->",
		"<a>\r\r\n&#13;\n]]&gt;<![CDATA[]]]]><![CDATA[>&lt;\r\n]]></a >", "<a\tb='ê\r\nệ'c=\"\">&amp;amp;</a>", "<a><?xml version=\"1.0\"?></a>", "<a>]]></a>", "<a>&a;</a>", "<!DOCTYPE a><a/>", "<a b='<'/>", "<a/>x", "<a>&amp;", "<a/> \n", "<a><![CDATA[x", "<a>x</a><!-- ", "<a:b:c/>", "<a><!-- -- --></a>",
		"<a>"+strings.Repeat("x&amp;ệ\r\n]", 12_000)+"</a>", "<a><![CDATA["+strings.Repeat("x&amp;ệ\r\n]", 12_000)+"]]></a>", "<a><!--"+strings.Repeat("- ", 50_000)+"--></a>", "<a>"+strings.Repeat("]", 70_000)+"</a>",
		"<a>"+strings.Repeat("<b c='d'/>", 10_000)+"</a>", "<a "+strings.Repeat("b='c' ", 20_000)+"/>",
	)
}

func TestScannerSeeds(t *testing.T) {
	read := 0
	for _, seed := range scannerSeeds() {
		got, err := ownTokens(strings.NewReader(seed))
		if err != nil {
			continue
		}
		read++
		want, err := xmlTokens([]byte(seed))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%.60s: %v (-encoding/xml +own):\n%s", seed, err, diff)
		}
	}
	if read < 15 {
		t.Errorf("only %d were read", read)
	}
}

// ownTokens returns the tokens of a text, one line each; texts that follow one
// another are one.
func ownTokens(r io.Reader) ([]string, error) {
	s := newScanner(r, 100)
	var out []string
	var text []byte
	flush := func() {
		if len(text) > 0 {
			out, text = append(out, "text "+strconv.Quote(string(text))), nil
		}
	}
	for {
		k, err := s.next()
		if err != nil {
			return nil, err
		}
		switch k {
		case tokenText:
			if len(s.names) > 0 {
				if text, err = s.appendText(text); err != nil {
					return nil, err
				}
			}
			continue
		case tokenEOF:
			return out, nil
		case tokenStart:
			flush()
			line := "start " + string(s.qualified)
			for _, a := range s.attrs {
				value, err := unescape(nil, a.value, a.traits)
				if err != nil {
					return nil, err
				}
				line += fmt.Sprintf(" %s=%q", a.name, value)
			}
			out = append(out, line)
		case tokenStop:
			flush()
			out = append(out, "stop "+string(s.qualified))
		}
	}
}

// xmlTokens is ownTokens of encoding/xml.
func xmlTokens(data []byte) ([]string, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var out, names []string
	var text []byte
	flush := func() {
		if len(text) > 0 {
			out, text = append(out, "text "+strconv.Quote(string(text))), nil
		}
	}
	full := func(n xml.Name) string {
		if n.Space == "" {
			return n.Local
		}
		return n.Space + ":" + n.Local
	}
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if len(names) > 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			flush()
			line := "start " + full(t.Name)
			for _, a := range t.Attr {
				line += fmt.Sprintf(" %s=%q", full(a.Name), a.Value)
			}
			out, names = append(out, line), append(names, full(t.Name))
		case xml.EndElement:
			flush()
			last := len(names) - 1
			if last < 0 || names[last] != full(t.Name) {
				return nil, errors.New("crossed elements")
			}
			out, names = append(out, "stop "+full(t.Name)), names[:last]
		case xml.CharData:
			if len(names) > 0 {
				text = append(text, t...)
			}
		case xml.Directive:
			return nil, errors.New("a directive")
		}
	}
}
