package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/thads/thads/internal/thads"
)

// A Reason names why a whole file was refused, for programs and logs; people
// read the sentence of the refusal.
type Reason string

// The reasons why files are refused.
const (
	ReasonEmpty Reason = "EMPTY"
	// ReasonBytes, and those that follow, name the limit that was exceeded.
	ReasonBytes      Reason = "LIMIT_BYTES"
	ReasonUnpacked   Reason = "LIMIT_UNPACKED"
	ReasonRatio      Reason = "LIMIT_RATIO"
	ReasonWholeRatio Reason = "LIMIT_WHOLE_RATIO"
	ReasonParts      Reason = "LIMIT_PARTS"
	ReasonDepth      Reason = "LIMIT_DEPTH"
	ReasonSheets     Reason = "LIMIT_SHEETS"
	ReasonRows       Reason = "LIMIT_ROWS"
	ReasonColumns    Reason = "LIMIT_COLUMNS"
	ReasonCells      Reason = "LIMIT_CELLS"
	ReasonRunes      Reason = "LIMIT_RUNES"
	ReasonStrings    Reason = "LIMIT_STRINGS"
	ReasonToken      Reason = "LIMIT_TOKEN"
	ReasonRecord     Reason = "LIMIT_RECORD"

	// The file is of another kind.
	ReasonPDF            Reason = "PDF"
	ReasonHTML           Reason = "HTML"
	ReasonXMLSpreadsheet Reason = "XML_SPREADSHEET"
	ReasonXML            Reason = "XML"
	ReasonOpenDocument   Reason = "OPEN_DOCUMENT"
	ReasonWordDocument   Reason = "WORD_DOCUMENT"
	ReasonPresentation   Reason = "PRESENTATION"
	ReasonBinaryWorkbook Reason = "BINARY_WORKBOOK"
	ReasonImage          Reason = "IMAGE"
	ReasonArchive        Reason = "ARCHIVE"
	ReasonRichText       Reason = "RICH_TEXT"
	ReasonSymbolicLink   Reason = "SYLK"
	ReasonProgram        Reason = "PROGRAM"
	ReasonBinary         Reason = "BINARY"
	ReasonOldWorkbook    Reason = "OLD_WORKBOOK"
	ReasonCompound       Reason = "COMPOUND_FILE"

	// The file is a workbook that is not taken.
	ReasonEncrypted    Reason = "ENCRYPTED"
	ReasonTruncated    Reason = "TRUNCATED"
	ReasonDamaged      Reason = "DAMAGED"
	ReasonOverlap      Reason = "OVERLAPPING_PARTS"
	ReasonTwice        Reason = "DUPLICATE_PARTS"
	ReasonDocumentType Reason = "DOCUMENT_TYPE"
	ReasonMacros       Reason = "MACROS"
	ReasonLinks        Reason = "EXTERNAL_LINKS"
	ReasonConnections  Reason = "DATA_CONNECTIONS"
	ReasonEmbedded     Reason = "EMBEDDED_OBJECTS"
	ReasonFormula      Reason = "DANGEROUS_FORMULA"

	// The file is text that is not taken.
	ReasonQuotes     Reason = "QUOTES"
	ReasonEncoding   Reason = "UNKNOWN_ENCODING"
	ReasonTCVN3      Reason = "TCVN3"
	ReasonVNI        Reason = "VNI"
	ReasonMojibake   Reason = "MISREAD_TEXT"
	ReasonLostLetter Reason = "LOST_LETTERS"
)

// A reasonError carries the reason of a refusal, and the fault that led to it.
type reasonError struct {
	reason Reason
	cause  error
}

func (e *reasonError) Error() string {
	if e.cause != nil {
		return string(e.reason) + ": " + e.cause.Error()
	}
	return string(e.reason)
}

func (e *reasonError) Unwrap() error { return e.cause }

// ReasonOf returns why a file was refused; "" where err says no such thing.
func ReasonOf(err error) Reason {
	var e *reasonError
	if errors.As(err, &e) {
		return e.reason
	}
	return ""
}

// reject makes the refusal of a whole file for a reason.
func reject(reason Reason, vi, en string, args ...any) *thads.Error {
	code := thads.CodeInvalid
	if strings.HasPrefix(string(reason), "LIMIT_") {
		code = thads.CodeLimit
	}
	e := thads.Errorf(code, "", vi, en, args...)
	e.Cause = &reasonError{reason: reason}
	return e
}

// refuse makes a refusal of a whole file.
func refuse(code thads.Code, vi, en string, args ...any) error {
	return thads.Errorf(code, "", vi, en, args...)
}

// damaged tells that a workbook cannot be read, unless the fault is that of the
// disk or a refusal already.
func damaged(err error) error {
	if err == nil {
		return nil
	}
	var fault *faultError
	if errors.As(err, &fault) {
		return fault
	}
	var refusal *thads.Error
	if errors.As(err, &refusal) {
		return err
	}
	e := reject(ReasonDamaged, "Tệp .xlsx hỏng hoặc không đúng định dạng; hãy mở bằng Excel rồi lưu lại", "The workbook is damaged or no .xlsx; open it in a spreadsheet program and save it again")
	e.Cause = &reasonError{ReasonDamaged, err}
	return e
}

// tooLong refuses a cell beyond the limit.
func (l *Limits) tooLong(row, column int) error {
	return reject(ReasonRunes, "Ô %[1]s%[2]d dài quá %[3]d ký tự", "The cell %[1]s%[2]d has more than %[3]d characters", Letter(column), row, l.Runes)
}

// checkText tells whether a cell's text is within the limit.
func (l *Limits) checkText(row, column int, s string) error {
	if len(s) > l.Runes && utf8.RuneCountInString(s) > l.Runes {
		return l.tooLong(row, column)
	}
	return nil
}

// tooManyRows refuses a sheet beyond the limit.
func (l *Limits) tooManyRows() error {
	return reject(ReasonRows, "Trang tính có hơn %d dòng; hãy chia thành nhiều tệp", "The sheet has more than %d rows; split it into several files", l.Rows)
}

// tooManyColumns refuses a row beyond the limit.
func (l *Limits) tooManyColumns(row int) error {
	return reject(ReasonColumns, "Dòng %[1]d có hơn %[2]d cột", "Row %[1]d has more than %[2]d columns", row, l.Columns)
}

// tooManyCells refuses a sheet beyond the limit.
func (l *Limits) tooManyCells() error {
	return reject(ReasonCells, "Trang tính có hơn %d ô, kể cả ô chỉ có định dạng; hãy xoá các dòng và cột trống rồi lưu lại", "The sheet has more than %d cells, counting those that have only a format; delete the empty rows and columns and save it again", l.Cells)
}

func encrypted() error {
	return reject(ReasonEncrypted, "Tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại dạng .xlsx", "The workbook has a password; remove it and save as .xlsx")
}

// compoundMagic begins the files of Office up to 2003, and workbooks with a
// password.
var compoundMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// refuseCompound tells what an OLE compound file is by the names in its
// directory.
func refuseCompound(r io.ReaderAt, size int64, head []byte) error {
	names := [][]byte{head}
	// The directory begins in the sector that the header names, and is often at
	// the end of the file.
	if len(head) >= 52 {
		shift := binary.LittleEndian.Uint16(head[30:])
		sector := binary.LittleEndian.Uint32(head[48:])
		if shift <= 16 {
			names = append(names, readSome(r, (int64(sector)+1)<<shift, size))
		}
	}
	names = append(names, readSome(r, size-headBytes, size))
	has := func(name string) bool {
		wanted := utf16le(name)
		for _, b := range names {
			if bytes.Contains(b, wanted) {
				return true
			}
		}
		return false
	}
	switch {
	case has("EncryptedPackage"), has("EncryptionInfo"), has("\x06DataSpaces"):
		return encrypted()
	case has("WordDocument"):
		return reject(ReasonWordDocument, "Tệp là văn bản Word, không phải bảng tính; hãy chép bảng sang Excel rồi lưu dạng .xlsx", "This is a Word document and no spreadsheet; copy its table to Excel and save it as .xlsx")
	case has("Workbook"), has("Book"):
		return reject(ReasonOldWorkbook, "Tệp Excel đời cũ (.xls); hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is an old .xls file; open it in Excel and save it as .xlsx")
	}
	return reject(ReasonCompound, "Tệp thuộc định dạng Office đời cũ, không phải .xlsx; hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is a file of an old Office program and no .xlsx; open it in Excel and save it as .xlsx")
}

// readSome reads up to 64 KB from an offset; nothing where that is not possible,
// which only makes the sentence of a refusal less exact.
func readSome(r io.ReaderAt, from, size int64) []byte {
	from = max(from, 0)
	if from >= size {
		return nil
	}
	b := make([]byte, min(headBytes, size-from))
	n, err := r.ReadAt(b, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	return b[:n]
}

func utf16le(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

// magics begin files that are often taken for spreadsheets, or named like one.
var magics = []struct {
	magic  string
	reason Reason
}{
	{"%PDF", ReasonPDF},
	{"{\\rtf", ReasonRichText},
	{"\x89PNG", ReasonImage},
	{"\xff\xd8\xff", ReasonImage},
	{"GIF8", ReasonImage},
	{"BM", ReasonImage},
	{"II*\x00", ReasonImage},
	{"MM\x00*", ReasonImage},
	{"RIFF", ReasonImage},
	{"\x1f\x8b", ReasonArchive},
	{"7z\xbc\xaf\x27\x1c", ReasonArchive},
	{"Rar!", ReasonArchive},
	{"BZh", ReasonArchive},
	{"\xfd7zXZ", ReasonArchive},
	{"\x28\xb5\x2f\xfd", ReasonArchive},
	{"PK", ReasonArchive},
	{"MZ", ReasonProgram},
	{"\x7fELF", ReasonProgram},
	// Excel 2 to 4.
	{"\x09\x00\x04\x00", ReasonOldWorkbook},
	{"\x09\x02\x06\x00", ReasonOldWorkbook},
	{"\x09\x04\x06\x00", ReasonOldWorkbook},
}

// refuseForeign tells what a file is that is neither a workbook nor text; nil
// where it may be CSV.
func refuseForeign(head []byte) error {
	for _, m := range magics {
		// Two letters begin words as well: a binary file has bytes that no text has.
		if bytes.HasPrefix(head, []byte(m.magic)) && (len(m.magic) > 2 || m.magic[0] < ' ' || bytes.IndexByte(head, 0) >= 0 || m.magic == "PK" && bytes.ContainsAny(head[:min(8, len(head))], "\x01\x03\x05\x06\x07\x08")) {
			return foreign(m.reason)
		}
	}
	// A register may also begin with a column ID.
	if bytes.HasPrefix(head, []byte("ID;P")) && (bytes.Contains(head, []byte("\nP;P")) || bytes.Contains(head, []byte("\nC;")) || bytes.Contains(head, []byte("\nB;Y"))) {
		return foreign(ReasonSymbolicLink)
	}
	text := head
	if utf16, little := utf16Mark(head); utf16 {
		text = narrow(head[2:], little)
	} else if bytes.IndexByte(head, 0) >= 0 {
		return foreign(ReasonBinary)
	}
	text = bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n"))
	text = text[:min(len(text), 4096)]
	starts := func(words ...string) bool {
		for _, w := range words {
			if bytes.HasPrefix(text, []byte(w)) {
				return true
			}
		}
		return false
	}
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	switch {
	case starts("<?xml", "<workbook", "<ss:workbook", "<office:") || starts("<!--") && has("<?xml"):
		switch {
		case has("urn:schemas-microsoft-com:office:spreadsheet"), has(`progid="excel.sheet"`):
			return foreign(ReasonXMLSpreadsheet)
		case has("urn:oasis:names:tc:opendocument"):
			return foreign(ReasonOpenDocument)
		case has("<html"):
			return foreign(ReasonHTML)
		}
		return foreign(ReasonXML)
	case starts("<html", "<!doctype", "<head", "<body", "<table", "<meta", "<style", "<div", "<script"), starts("<!--") && has("<html"),
		starts("mime-version:") && has("multipart/"):
		return foreign(ReasonHTML)
	case starts("%!ps"):
		return foreign(ReasonPDF)
	}
	return nil
}

// narrow returns the ASCII characters of a text in UTF-16.
func narrow(b []byte, little bool) []byte {
	out := make([]byte, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		low, high := b[0], b[1]
		if !little {
			low, high = high, low
		}
		if high == 0 && low < utf8.RuneSelf {
			out = append(out, low)
		} else {
			out = append(out, '?')
		}
	}
	return out
}

// foreign refuses a file of another kind.
func foreign(reason Reason) error {
	switch reason {
	case ReasonPDF:
		return reject(reason, "Tệp là PDF, không phải bảng tính; cần tệp Excel (.xlsx) hoặc CSV gốc", "This is a PDF and no spreadsheet; the original Excel (.xlsx) or CSV file is needed")
	case ReasonHTML:
		return reject(reason, "Tệp là trang web (HTML) mang tên bảng tính; hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is a web page (HTML) named like a spreadsheet; open it in Excel and save it as .xlsx")
	case ReasonXMLSpreadsheet:
		return reject(reason, "Tệp là “XML Spreadsheet 2003”; hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is an “XML Spreadsheet 2003”; open it in Excel and save it as .xlsx")
	case ReasonXML:
		return reject(reason, "Tệp là XML, không phải bảng tính .xlsx hoặc CSV", "This is an XML file and no .xlsx or CSV")
	case ReasonOpenDocument:
		return reject(reason, "Tệp thuộc định dạng OpenDocument (.ods); hãy mở bằng LibreOffice hoặc Excel rồi lưu lại dạng .xlsx", "This is an OpenDocument file (.ods); open it in LibreOffice or Excel and save it as .xlsx")
	case ReasonWordDocument:
		return reject(reason, "Tệp là văn bản Word (.docx), không phải bảng tính; hãy chép bảng sang Excel rồi lưu dạng .xlsx", "This is a Word document (.docx) and no spreadsheet; copy its table to Excel and save it as .xlsx")
	case ReasonPresentation:
		return reject(reason, "Tệp là bài trình chiếu PowerPoint, không phải bảng tính", "This is a PowerPoint presentation and no spreadsheet")
	case ReasonBinaryWorkbook:
		return reject(reason, "Tệp là Excel nhị phân (.xlsb); hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is a binary workbook (.xlsb); open it in Excel and save it as .xlsx")
	case ReasonImage:
		return reject(reason, "Tệp là hình ảnh, không phải bảng tính .xlsx hoặc CSV", "This is a picture and no .xlsx or CSV")
	case ReasonArchive:
		return reject(reason, "Tệp là tệp nén; hãy giải nén rồi tải lên bảng tính .xlsx hoặc CSV ở trong", "This is an archive; unpack it and upload the .xlsx or CSV inside")
	case ReasonRichText:
		return reject(reason, "Tệp là văn bản RTF, không phải bảng tính; hãy chép bảng sang Excel rồi lưu dạng .xlsx", "This is an RTF text and no spreadsheet; copy its table to Excel and save it as .xlsx")
	case ReasonSymbolicLink:
		return reject(reason, "Tệp thuộc định dạng SYLK (.slk); hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is a SYLK file (.slk); open it in Excel and save it as .xlsx")
	case ReasonProgram:
		return reject(reason, "Tệp là chương trình máy tính, không phải bảng tính; đừng mở tệp này", "This is a program and no spreadsheet; do not open it")
	case ReasonOldWorkbook:
		return reject(reason, "Tệp Excel đời cũ (.xls); hãy mở bằng Excel rồi lưu lại dạng .xlsx", "This is an old .xls file; open it in Excel and save it as .xlsx")
	default:
		return reject(ReasonBinary, "Tệp không phải bảng tính .xlsx hoặc CSV; hãy lưu lại dạng .xlsx hoặc “CSV UTF-8”", "The file is neither .xlsx nor CSV; save it as .xlsx or “CSV UTF-8”")
	}
}
