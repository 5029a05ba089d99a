package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// maxRecord bounds, in bytes, one record of a CSV file, so that a quote that
// is never closed does not bring the rest of the file into memory.
const maxRecord = 4 << 20

// A csvFile is a CSV file divided by semicolons (as Vietnamese Excel writes it),
// commas or tabs, in one of the encodings that detect finds.
type csvFile struct {
	r       io.ReaderAt
	size    int64
	limits  Limits
	charset charset
}

func openCSV(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	f := &csvFile{r: r, size: size, limits: limits}
	head := make([]byte, min(size, 2))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, damaged(err)
	}
	var err error
	if f.charset, err = detect(io.NewSectionReader(r, 0, size), head); err != nil {
		return nil, err
	}
	return &Book{limits: limits, sheets: []source{f}, notices: f.charset.notice()}, nil
}

func (f *csvFile) name() string { return "" }

func (f *csvFile) merges() ([]merge, error) { return nil, nil }

var errRecord = errors.New("sheet: a record is too long")

// A recordReader fails when one record takes more than maxRecord bytes.
type recordReader struct {
	r io.Reader
	n int
}

func (r *recordReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if r.n += n; r.n > maxRecord {
		return 0, errRecord
	}
	return n, err
}

func (f *csvFile) rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		if err := f.each(func(row *Row) bool { return yield(row, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// each calls fn for every row until it returns false.
func (f *csvFile) each(fn func(*Row) bool) error {
	text, err := f.charset.decode(io.NewSectionReader(f.r, 0, f.size))
	if err != nil {
		return err
	}
	buffered := bufio.NewReaderSize(text, headBytes)
	head, err := buffered.Peek(buffered.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	in := &recordReader{r: buffered}
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	comma, line := declared(head)
	if r.Comma = comma; line > 0 {
		if _, err := buffered.Discard(bytes.IndexByte(head, '\n') + 1); err != nil {
			return err
		}
	} else {
		r.Comma = separator(head)
	}
	row := &Row{}
	var old oldText
	cells := 0
	for n := 0; ; n++ {
		in.n = 0
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return csvError(err, line)
		}
		row.Number, _ = r.FieldPos(0)
		row.Number += line
		cells += len(fields)
		switch {
		case n >= f.limits.Rows:
			return f.limits.tooManyRows()
		case len(fields) > f.limits.Columns:
			return f.limits.tooManyColumns(row.Number)
		case cells > f.limits.Cells:
			return f.limits.tooManyCells()
		}
		if err := f.fill(row, fields, &old); err != nil {
			return err
		}
		if !fn(row) {
			return nil
		}
	}
}

// fill makes the cells of a record.
func (f *csvFile) fill(row *Row, fields []string, old *oldText) error {
	row.Cells = row.Cells[:0]
	for i, text := range fields {
		if text == "" {
			row.Cells = append(row.Cells, Cell{})
			continue
		}
		if !utf8.ValidString(text) || strings.Contains(text, string(utf8.RuneError)) {
			return reject(ReasonEncoding, "Ô %[1]s%[2]d có ký tự hỏng, không phải mã UTF-8; hãy lưu lại dạng .xlsx hoặc “CSV UTF-8”", "The cell %[1]s%[2]d has broken characters that are not UTF-8; save the file as .xlsx or “CSV UTF-8”", Letter(i+1), row.Number)
		}
		if err := f.limits.checkText(row.Number, i+1, text); err != nil {
			return err
		}
		if err := old.check(row.Number, i+1, text); err != nil {
			return err
		}
		switch text[0] {
		case '=', '+', '-', '@', '\t', '\r':
			if err := refuseTypedFormula(text, cellPlace(i+1, row.Number)); err != nil {
				return err
			}
		}
		row.Cells = append(row.Cells, Cell{Kind: Text, Text: unguard(text)})
	}
	return nil
}

// csvError tells what is wrong with the form of the file, of which so many lines
// were passed over.
func csvError(err error, line int) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errRecord):
		return reject(ReasonRecord, "Một dòng của tệp CSV dài quá %d MB; có thể thiếu dấu ngoặc kép đóng", "A record of the CSV file exceeds %d MB; a closing quote may be missing", maxRecord>>20)
	case errors.As(err, &parse):
		return reject(ReasonQuotes, "Tệp CSV sai dấu ngoặc kép ở dòng %[1]d, ký tự thứ %[2]d", "The quotes of the CSV file are wrong in line %[1]d at byte %[2]d", parse.Line+line, parse.Column)
	}
	return err
}

// declared returns what divides the fields where the first line says it, as
// "sep=;" does to Excel, and how many lines that takes.
func declared(head []byte) (rune, int) {
	first, _, found := bytes.Cut(head, []byte("\n"))
	comma, ok := bytes.CutPrefix(bytes.TrimSuffix(first, []byte("\r")), []byte("sep="))
	if found && ok && len(comma) == 1 && bytes.ContainsAny(comma, ";,\t|") {
		return rune(comma[0]), 1
	}
	return 0, 0
}

// separator finds what divides the fields: what occurs equally often, outside
// quotes, in most lines. Titles and addresses are full of commas that a file
// divided by semicolons does not quote, so that the most frequent sign says
// little, and of signs that are equal the rarer in texts is taken.
func separator(head []byte) rune {
	signs := [...]byte{'\t', ';', ','}
	var now [len(signs)]int
	var lines [len(signs)]map[int]int // how many lines have a sign how often
	for i := range lines {
		lines[i] = map[int]int{}
	}
	quoted := false
	end := func() {
		for i := range now {
			if now[i] > 0 {
				lines[i][now[i]]++
			}
		}
		now = [len(signs)]int{}
	}
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			end()
		default:
			if i := bytes.IndexByte(signs[:], b); i >= 0 {
				now[i]++
			}
		}
	}
	end()
	best, most, often := byte(';'), 0, 0
	for i, sign := range signs {
		for n, count := range lines[i] {
			if count > most || count == most && (often < 2 && n > often || sign == best && n > often) {
				best, most, often = sign, count, n
			}
		}
	}
	return rune(best)
}
