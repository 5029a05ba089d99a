package sheet

import (
	"bytes"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// A danger is what a formula may do beyond its workbook.
type danger int

const (
	dangerNone danger = iota
	// dangerFetches: it gets or sends data over a network.
	dangerFetches
	// dangerRuns: it calls programs or libraries.
	dangerRuns
	// dangerLinks: it refers to another file, or takes the reader to an address.
	dangerLinks
)

// dangerous are the functions that a register must not have: of Excel, its old
// macro language, LibreOffice and the sheets of Google.
var dangerous = map[string]danger{
	"WEBSERVICE": dangerFetches, "IMAGE": dangerFetches, "RTD": dangerFetches, "STOCKHISTORY": dangerFetches, "SQL.REQUEST": dangerFetches, "PY": dangerFetches, "TRANSLATE": dangerFetches,
	"CUBEVALUE": dangerFetches, "CUBEMEMBER": dangerFetches, "CUBESET": dangerFetches, "CUBESETCOUNT": dangerFetches, "CUBERANKEDMEMBER": dangerFetches, "CUBEMEMBERPROPERTY": dangerFetches, "CUBEKPIMEMBER": dangerFetches,
	"IMPORTDATA": dangerFetches, "IMPORTXML": dangerFetches, "IMPORTHTML": dangerFetches, "IMPORTFEED": dangerFetches, "IMPORTRANGE": dangerFetches,
	"CALL": dangerRuns, "REGISTER": dangerRuns, "REGISTER.ID": dangerRuns, "UNREGISTER": dangerRuns, "EXEC": dangerRuns, "EXECUTE": dangerRuns, "RUN": dangerRuns, "EVALUATE": dangerRuns,
	"DDE": dangerRuns, "INITIATE": dangerRuns, "POKE": dangerRuns, "SEND.KEYS": dangerRuns, "FOPEN": dangerRuns, "FWRITE": dangerRuns, "FWRITELN": dangerRuns, "FILES": dangerRuns, "DIRECTORY": dangerRuns,
	"HYPERLINK": dangerLinks,
}

// dangerOf returns what a formula may do, and by which function or reference. It
// is lenient with formulas that no program would calculate.
func dangerOf(formula []byte) (danger, string) {
	depth := 0 // brackets of references to tables
	for i := 0; i < len(formula); {
		switch c := formula[i]; {
		case c == '"':
			i = pastQuote(formula, i)
		case c == '\'' && depth > 0: // an escape within a reference to a table
			i += 2
		case c == '\'':
			end := pastQuote(formula, i)
			if name := formula[i:end]; bytes.IndexByte(name, '[') >= 0 && !bytes.HasPrefix(name, []byte("'[0]")) || bytes.Contains(name, []byte("://")) {
				return dangerLinks, string(name)
			}
			i = end
		case c == '[':
			if depth == 0 && (i == 0 || !isIdentifier(formula[i-1])) {
				if n := bytes.IndexByte(formula[i:], ']'); n > 1 && !bytes.Equal(formula[i:i+n], []byte("[0")) && refersOut(formula[i+1:i+n], formula[i+n+1:]) {
					return dangerLinks, string(formula[i : i+n+1])
				}
			}
			depth++
			i++
		case c == ']':
			depth = max(depth-1, 0)
			i++
		case c == '|' && depth == 0:
			return dangerRuns, "DDE"
		case isIdentifier(c):
			from := i
			for i < len(formula) && isIdentifier(formula[i]) {
				i++
			}
			name := strings.ToUpper(string(formula[from:i]))
			rest := bytes.TrimLeft(formula[i:], " \t\r\n")
			if depth > 0 || len(rest) == 0 || rest[0] != '(' {
				continue
			}
			if strings.HasPrefix(name, "_XLL.") || strings.HasPrefix(name, "_XLUDF.") {
				return dangerRuns, name
			}
			name = plainName(name)
			if d := dangerous[name]; d != dangerNone && (name != "HYPERLINK" || !staysInside(rest[1:])) {
				return d, name
			}
		default:
			i++
		}
	}
	return dangerNone, ""
}

// plainName returns a function's name without what marks functions of later
// versions.
func plainName(name string) string {
	for _, prefix := range []string{"_XLFN.", "_XLWS.", "_XLPM.", "COM.MICROSOFT."} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

// pastQuote returns the place behind a quoted text, in which two quotes are one.
func pastQuote(formula []byte, i int) int {
	quote := formula[i]
	for i++; i < len(formula); i++ {
		if formula[i] != quote {
			continue
		}
		if i+1 < len(formula) && formula[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return len(formula)
}

// isIdentifier tells whether c is a character of names; those beyond ASCII are.
func isIdentifier(c byte) bool {
	return c == '_' || c == '.' || c == '\\' || c >= 0x80 || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// refersOut tells whether what stands in brackets is another workbook, by its
// number or name, and not a column of a table.
func refersOut(inside, rest []byte) bool {
	if len(bytes.Trim(inside, "0123456789")) == 0 {
		return true
	}
	i := 0
	for i < len(rest) && (isIdentifier(rest[i]) || rest[i] == ' ') {
		i++
	}
	return i < len(rest) && rest[i] == '!'
}

// staysInside tells whether the address of HYPERLINK is a place in the same
// workbook, written out.
func staysInside(arguments []byte) bool {
	arguments = bytes.TrimLeft(arguments, " \t\r\n")
	if !bytes.HasPrefix(arguments, []byte(`"#`)) {
		return false
	}
	rest := bytes.TrimLeft(arguments[pastQuote(arguments, 0):], " \t\r\n")
	return len(rest) > 0 && (rest[0] == ',' || rest[0] == ';' || rest[0] == ')')
}

// refuseFormula refuses a formula that does more than calculate; nil for all
// others. The place is asked for only then.
func refuseFormula(formula []byte, place func() thads.Text) error {
	d, what := dangerOf(formula)
	if d == dangerNone {
		return nil
	}
	at, what := place(), clip(what)
	switch {
	case d == dangerFetches:
		return reject(ReasonFormula, "%[1]s có công thức lấy dữ liệu từ mạng (%[3]s); hãy dán lại dạng giá trị (Paste values) rồi lưu", "%[2]s has a formula that fetches data from a network (%[3]s); paste values only and save it again", at.VI, at.EN, what)
	case d == dangerRuns:
		return reject(ReasonFormula, "%[1]s có công thức gọi chương trình ngoài (%[3]s); tệp có thể là tệp phá hoại", "%[2]s has a formula that runs other programs (%[3]s); the file may be an attack", at.VI, at.EN, what)
	case what == "HYPERLINK":
		return reject(ReasonFormula, "%[1]s có công thức %[3]s dẫn ra ngoài tệp; hãy dán lại dạng giá trị (Paste values) rồi lưu", "%[2]s has a %[3]s that leads out of the file; paste values only and save it again", at.VI, at.EN, what)
	}
	return reject(ReasonLinks, "%[1]s có công thức tham chiếu tệp khác (%[3]s); hãy dán lại dạng giá trị (Paste values) rồi lưu", "%[2]s has a formula that refers to another file (%[3]s); paste values only and save it again", at.VI, at.EN, what)
}

// refuseTypedFormula is refuseFormula for a text that spreadsheet programs would
// take for a formula where it stands in a CSV file.
func refuseTypedFormula(text string, place func() thads.Text) error {
	formula := strings.TrimLeft(text, " \t\r\n")
	if formula == "" || !strings.ContainsRune("=+-@", rune(formula[0])) {
		return nil
	}
	formula = strings.TrimLeft(formula, "=+-@ ")
	if formula == "" || !isFormulaStart(formula[0]) {
		return nil
	}
	// A dash often begins an item of a list, in which a word before a bracket is
	// no call: behind signs other than "=" only what comes first counts.
	if text[0] != '=' {
		n := 0
		for n < len(formula) && isIdentifier(formula[n]) {
			n++
		}
		if rest := formula[n:]; !strings.HasPrefix(rest, "(") && (!strings.HasPrefix(rest, "|") || !strings.Contains(rest, "!")) {
			return nil
		}
		formula = formula[:n+1]
	}
	return refuseFormula([]byte(formula), place)
}

func isFormulaStart(c byte) bool {
	return isIdentifier(c) || c == '\'' || c == '[' || c == '(' || c == '"'
}
