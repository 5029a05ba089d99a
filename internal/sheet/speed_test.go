package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

const (
	registerRows    = 50_000
	registerColumns = 29
)

// registerRow is row i of a large register: codes, names that repeat and that do
// not, dates, amounts, long texts and empty cells.
func registerRow(i int) []any {
	day := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%5000)
	return []any{
		"38.10", fmt.Sprintf("CHV%02d", i%40), fmt.Sprintf("%d/QĐ-CCTHADS", i+1), day, day.AddDate(0, 0, 1),
		"Theo yêu cầu", "Hôn nhân và gia đình", fmt.Sprintf("%02d/%d/HNGĐ-ST", i%90, day.Year()), day.AddDate(0, 0, -30), "Tòa án nhân dân thành phố Thanh Hóa",
		fmt.Sprintf("Nguyễn Văn Thử %d", i), "Cá nhân", fmt.Sprintf("Số %d đường Thử Nghiệm, phường Đông Vệ, thành phố Thanh Hóa", i%700), 1950 + i%50, fmt.Sprintf("038%09d", i),
		fmt.Sprintf("Ngân hàng Thử số %d", i%30), "Tổ chức", "Xã Thử, huyện Mẫu, tỉnh Thanh Hóa", nil, fmt.Sprintf("%010d", i%1000),
		"Trả nợ", 1_000_000 + i*37, "Trả nợ gốc và lãi chậm trả theo hợp đồng tín dụng", day.AddDate(0, 0, -5), nil,
		"Tín dụng, ngân hàng; Án phức tạp", "ghi chú <dòng> & “hai”", nil, float64(i) / 4,
	}
}

// largeWorkbook is a register of so many rows as github.com/xuri/excelize/v2
// writes it: with a table of shared strings, or with every text in its cell.
func largeWorkbook(t testing.TB, rows int, shared bool) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	set := func(row int, values []any) error { return f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", row), &values) }
	flush := func() error { return nil }
	if !shared {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		set, flush = func(row int, values []any) error { return w.SetRow(fmt.Sprintf("A%d", row), values) }, w.Flush
	}
	for i := range rows {
		if err := set(i+1, registerRow(i)); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(flush(), f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func largeCSV(t testing.TB, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	for i := range rows {
		fields := make([]string, registerColumns)
		for j, v := range registerRow(i) {
			switch v := v.(type) {
			case nil:
			case time.Time:
				fields[j] = v.Format("02/01/2006")
			default:
				fields[j] = fmt.Sprint(v)
			}
		}
		if err := w.Write(fields); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.Bytes()
}

// BenchmarkRead reads a register of 50,000 rows, and beside it only the tokens
// that encoding/xml makes of the same sheet, and what unpacking alone takes.
func BenchmarkRead(b *testing.B) {
	for _, tt := range []struct {
		name string
		file func() []byte
	}{
		{"shared", sync.OnceValue(func() []byte { return largeWorkbook(b, registerRows, true) })},
		{"inline", sync.OnceValue(func() []byte { return largeWorkbook(b, registerRows, false) })},
		{"csv", sync.OnceValue(func() []byte { return largeCSV(b, registerRows) })},
	} {
		run := func(name string, read func(data []byte) error) {
			b.Run(tt.name+"/"+name, func(b *testing.B) {
				data := tt.file()
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					if err := read(data); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(registerRows*b.N)/b.Elapsed().Seconds(), "rows/s")
				b.ReportMetric(float64(len(data))/1e6, "MB/file")
			})
		}
		run("rows", func(data []byte) error {
			book, err := Open(bytes.NewReader(data), int64(len(data)), DefaultLimits())
			if err != nil {
				return err
			}
			n := 0
			for row, err := range book.sheets[0].rows() {
				if err != nil {
					return err
				}
				if len(row.Cells) != registerColumns {
					return fmt.Errorf("row %d has %d cells", row.Number, len(row.Cells))
				}
				n++
			}
			if n != registerRows {
				return fmt.Errorf("%d rows", n)
			}
			return nil
		})
		if tt.name == "csv" {
			continue
		}
		each := func(data []byte, do func(io.Reader) error) error {
			z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				return err
			}
			for _, f := range z.File {
				if f.Name != "xl/worksheets/sheet1.xml" && !strings.HasSuffix(f.Name, "sharedStrings.xml") {
					continue
				}
				r, err := f.Open()
				if err != nil {
					return err
				}
				if err := errors.Join(do(r), r.Close()); err != nil {
					return err
				}
			}
			return nil
		}
		run("tokens", func(data []byte) error {
			return each(data, func(r io.Reader) error {
				d := xml.NewDecoder(r)
				for {
					if _, err := d.RawToken(); errors.Is(err, io.EOF) {
						return nil
					} else if err != nil {
						return err
					}
				}
			})
		})
		run("unpack", func(data []byte) error {
			return each(data, func(r io.Reader) error {
				_, err := io.Copy(io.Discard, r)
				return err
			})
		})
	}
}
