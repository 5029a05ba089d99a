package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// maxRecord bounds, in bytes, one record of a CSV file, so that a quote that
// is never closed does not bring the rest of the file into memory.
const maxRecord = 4 << 20

// A csvFile is a CSV file in UTF-8, with or without a byte order mark, divided
// by semicolons (as Vietnamese Excel writes it), commas or tabs.
type csvFile struct {
	r      io.ReaderAt
	size   int64
	limits Limits
}

func openCSV(r io.ReaderAt, size int64, limits Limits) *Book {
	return &Book{limits: limits, sheets: []source{&csvFile{r, size, limits}}}
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
		buffered := bufio.NewReaderSize(io.NewSectionReader(f.r, 0, f.size), 64<<10)
		if mark, err := buffered.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
			if _, err := buffered.Discard(3); err != nil {
				yield(nil, err)
				return
			}
		}
		head, err := buffered.Peek(buffered.Size())
		if err != nil && !errors.Is(err, io.EOF) {
			yield(nil, err)
			return
		}
		in := &recordReader{r: buffered}
		r := csv.NewReader(in)
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator(head), -1, true
		row := &Row{}
		for n := 0; ; n++ {
			in.n = 0
			fields, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, csvError(err))
				return
			}
			row.Number, _ = r.FieldPos(0)
			switch {
			case n >= f.limits.Rows:
				err = f.limits.tooManyRows()
			case len(fields) > f.limits.Columns:
				err = f.limits.tooManyColumns(row.Number)
			default:
				err = f.fill(row, fields)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// fill makes the cells of a record.
func (f *csvFile) fill(row *Row, fields []string) error {
	row.Cells = row.Cells[:0]
	for i, text := range fields {
		if !utf8.ValidString(text) {
			return refuse(thads.CodeInvalid, "Ô %[1]s%[2]d không phải mã UTF-8; hãy lưu lại dạng .xlsx hoặc “CSV UTF-8”", "The cell %[1]s%[2]d is not UTF-8; save the file as .xlsx or “CSV UTF-8”", Letter(i+1), row.Number)
		}
		if err := f.limits.checkText(row.Number, i+1, text); err != nil {
			return err
		}
		c := Cell{Kind: Text, Text: unguard(text)}
		if text == "" {
			c.Kind = Empty
		}
		row.Cells = append(row.Cells, c)
	}
	return nil
}

// csvError tells what is wrong with the form of the file.
func csvError(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errRecord):
		return refuse(thads.CodeLimit, "Một dòng của tệp CSV dài quá %d MB; có thể thiếu dấu ngoặc kép đóng", "A record of the CSV file exceeds %d MB; a closing quote may be missing", maxRecord>>20)
	case errors.As(err, &parse):
		return refuse(thads.CodeInvalid, "Tệp CSV sai dấu ngoặc kép ở dòng %[1]d, ký tự thứ %[2]d", "The quotes of the CSV file are wrong in line %[1]d at byte %[2]d", parse.Line, parse.Column)
	}
	return err
}

// separator finds what divides the fields: what occurs most often, outside
// quotes, in the line that has most of any.
func separator(head []byte) rune {
	best, most := ';', 0
	var semicolons, commas, tabs int
	quoted := false
	end := func() {
		for _, c := range []struct {
			r rune
			n int
		}{{';', semicolons}, {',', commas}, {'\t', tabs}} {
			if c.n > most {
				best, most = c.r, c.n
			}
		}
		semicolons, commas, tabs = 0, 0, 0
	}
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ';':
			semicolons++
		case b == ',':
			commas++
		case b == '\t':
			tabs++
		case b == '\n':
			end()
		}
	}
	end()
	return best
}
