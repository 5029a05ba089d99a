package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/thads"
)

const (
	// flowRunes is how many characters of a value one cell takes; what is longer
	// goes on in the same column of the rows below. Every office program takes
	// more, and so do DefaultLimits.
	flowRunes = 15_000
	// jsonMark leads a text that holds what a cell cannot, written in JSON.
	jsonMark = "json:"
	// exactly bounds the hundredths that are written as a number, which formats
	// would otherwise write in powers of ten.
	exactly = 100_000_000
)

// Rows returns the rows of an event, given as a pointer: the values by the
// columns of the register, nil where a cell is empty (string, int, float64,
// thads.Dong for any large number, thads.Date). There is more than one where a
// value needs several cells; those below have the key and the rest of that value
// only. References are written as they stand in the event.
func (r *RecordRegister) Rows(key string, event any) ([][]any, error) {
	if err := r.checkEvent(event); err != nil {
		return nil, err
	}
	v := reflect.ValueOf(event).Elem()
	rows := [][]any{make([]any, len(r.columns))}
	put := func(row, column int, value any) {
		for len(rows) <= row {
			more := make([]any, len(r.columns))
			more[recordKey] = rows[0][recordKey]
			rows = append(rows, more)
		}
		rows[row][column] = value
	}
	put(0, recordKey, orNil(spelled(key)))
	step := v.FieldByName("Kind").String()
	if on := v.FieldByName("EffectiveOn").Interface().(thads.Date); !undated(r.kind, step) {
		put(0, recordOn, orNil(on))
	}
	put(0, recordStep, r.columns[recordStep].words.label[step])
	for i := recordFields; i < len(r.columns); i++ {
		c := &r.columns[i]
		f, given := fieldAt(v, c.index)
		if !given {
			continue
		}
		value, err := c.value(f)
		if err != nil {
			return nil, err
		}
		text, isText := value.(string)
		if !isText || !c.leaf.flows() {
			put(0, i, value)
			continue
		}
		for row := 0; ; row++ {
			part := headRunes(text, flowRunes)
			put(row, i, part)
			if text = text[len(part):]; text == "" {
				break
			}
		}
	}
	return rows, nil
}

// undated tells whether an event counts on the day on which it is recorded,
// whatever a file says: the locking of a period.
func undated(k Kind, step string) bool { return k == Units && step == string(thads.UnitPeriodLocked) }

// headRunes returns the first characters of a text.
func headRunes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// value returns what a cell says of a field.
func (c *recordColumn) value(f reflect.Value) (any, error) {
	switch c.leaf {
	case leafText, leafRef:
		return orNil(spelled(f.String())), nil
	case leafNumber:
		return orNil(spelled(f.Interface().(thads.DocumentNumber).Raw)), nil
	case leafDate:
		return orNil(f.Interface().(thads.Date)), nil
	case leafInt:
		if f.Kind() == reflect.Pointer {
			if f.IsNil() {
				return nil, nil
			}
			return int(f.Elem().Int()), nil
		}
		return orNil(int(f.Int())), nil
	case leafFlag:
		switch {
		case f.Bool():
			return "Có", nil
		case c.explicit:
			return "Không", nil
		}
		return nil, nil
	case leafWord:
		if f.String() == "" {
			return nil, nil
		}
		if label, ok := c.words.label[f.String()]; ok {
			return label, nil
		}
		return f.String(), nil
	case leafQuantity:
		q := f.Interface().(thads.Quantity)
		if q == (thads.Quantity{}) {
			return nil, nil
		}
		if !isShare(q.Unit) {
			return thads.Dong(q.Value), nil // grouped, as all large numbers are
		}
		if q.Value <= -exactly || q.Value >= exactly {
			return hundredths(q.Value), nil
		}
		return float64(q.Value) / 100, nil
	case leafRefs, leafLines:
		lines := make([]string, f.Len())
		for i := range lines {
			lines[i] = f.Index(i).String()
		}
		return orNil(spelled(strings.Join(lines, "\n"))), nil
	case leafList:
		if f.Len() == 0 {
			return nil, nil
		}
		return marshalled(f.Interface())
	}
	return nil, fmt.Errorf("sheet: column %s has no form", c.code)
}

// isShare tells whether quantities of a unit count hundredths.
func isShare(u thads.QuantityUnit) bool { return u == thads.UnitPercent || u == thads.UnitPoints }

// marshalled returns a value in JSON, with letters as they are.
func marshalled(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("sheet: %w", err)
	}
	// Spreadsheets write characters that XML lacks as _x000B_; no text of ours
	// is to look like that.
	text := strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "_x", `\u005fx`)
	if !strings.ContainsFunc(text, unwritable) {
		return text, nil
	}
	out := &strings.Builder{}
	for _, r := range text {
		if unwritable(r) {
			fmt.Fprintf(out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String(), nil
}

// spelled returns a text as a cell can hold it.
func spelled(s string) string {
	if !strings.HasPrefix(s, jsonMark) && !strings.Contains(s, "_x") && !strings.ContainsFunc(s, unwritable) {
		return s
	}
	out, err := marshalled(s)
	if err != nil {
		return s
	}
	return jsonMark + out
}

// unwritable tells whether some format of file loses a character: the control
// characters, and what XML does not have.
func unwritable(r rune) bool {
	return r != '\n' && unicode.IsControl(r) || r == 0xfffe || r == 0xffff
}

// understood returns the text that a cell spells.
func understood(s string) string {
	if rest, ok := strings.CutPrefix(s, jsonMark); ok {
		var text string
		if json.Unmarshal([]byte(rest), &text) == nil {
			return text
		}
	}
	return s
}

// parseFlow returns the value of a field that may take several cells, from
// their texts one behind the other.
func (c *recordColumn) parseFlow(text string) (reflect.Value, *thads.Error) {
	text = strings.TrimSpace(text)
	out := reflect.New(c.kind).Elem()
	switch c.leaf {
	case leafRefs, leafLines:
		for line := range strings.FieldsFuncSeq(understood(text), func(r rune) bool {
			// Codes have no such signs, so that people may use them as well.
			return r == '\n' || (c.ref == RefUnit || c.ref == RefOfficer) && (r == ';' || r == ',')
		}) {
			if line = strings.TrimSpace(line); line != "" {
				out = reflect.Append(out, reflect.ValueOf(line).Convert(c.kind.Elem()))
			}
		}
	case leafList:
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		err := d.Decode(out.Addr().Interface())
		if err == nil {
			if _, err = d.Token(); errors.Is(err, io.EOF) {
				return out, nil
			}
			err = errors.New("more follows")
		}
		return out, thads.Errorf(thads.CodeInvalid, "", "Không đọc được danh sách JSON; cần dạng như trong tệp đã xuất", "This is no list in JSON of the form that an exported file has (%[1]v)", err)
	default:
		out.SetString(understood(text))
	}
	return out, nil
}

// read returns the value of a field from its only cell; what is wrong is in v.
func (c *recordColumn) read(v *reading) reflect.Value {
	out := reflect.New(c.kind).Elem()
	switch c.leaf {
	case leafNumber:
		out.Set(reflect.ValueOf(thads.ParseDocumentNumber(understood(v.asText()))))
	case leafDate:
		out.Set(reflect.ValueOf(v.asDate()))
	case leafInt:
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(v.asText()), "%"), 10, 32)
		if err != nil && v.code == "" {
			v.wrong(thads.CodeInvalid, "Không phải là số nguyên", "This is no whole number")
		}
		if out.Kind() == reflect.Pointer {
			out.Set(reflect.New(c.kind.Elem()))
			out.Elem().SetInt(n)
		} else {
			out.SetInt(n)
		}
	case leafFlag:
		out.SetBool(v.asFlag())
	case leafWord:
		text := v.asText()
		word, ok := c.words.find(text)
		if !ok && v.code == "" {
			v.wrong(thads.CodeInvalid, "Giá trị không có trong danh mục; %s", "This is none of the values allowed; see: %s", c.words.expected(c.header))
		}
		out.SetString(word)
	case leafQuantity:
		out.Set(reflect.ValueOf(thads.Quantity{Value: v.asHundredths()}))
	default:
		out.SetString(understood(v.asText()))
	}
	return out
}

// asFlag returns the cell as yes or no.
func (r *reading) asFlag() bool {
	text := r.cell.Text
	if r.cell.Kind != Bool {
		text = r.asText()
	}
	switch key(text) {
	case "co", "x", "1", "yes", "true", "dung":
		return true
	case "khong", "0", "no", "false", "sai":
		return false
	}
	if r.code == "" {
		r.wrong(thads.CodeInvalid, "Cần “Có” hoặc “Không”", "“Có” (yes) or “Không” (no) is expected")
	}
	return false
}

// asHundredths returns the cell as a number with at most two decimals, in
// hundredths.
func (r *reading) asHundredths() int64 {
	if v, ok := r.number(); ok {
		h := math.Round(v * 100)
		switch {
		case v == math.Trunc(v) && math.Abs(v) <= float64(thads.MaxDong):
			return 100 * int64(v)
		case math.Abs(h) < 1e15 && h/100 == v:
			return int64(h)
		}
		r.wrong(thads.CodeInvalid, "Số quá lớn, hoặc có quá hai chữ số thập phân", "The number is too large, or has more than two decimals")
		return 0
	}
	if r.noTruth() || r.code != "" {
		return 0
	}
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(r.cell.Text), "%"))
	if h, ok := parseHundredths(text); ok {
		return h
	}
	d, err := thads.ParseDong(text, thads.MoneyDong)
	if err != nil {
		r.refused(err, thads.Text{VI: "cần một số, ví dụ 81,5", EN: "a number is expected, for example 81,5"})
	}
	return 100 * int64(d)
}

// parseHundredths reads digits with one or two decimals after a comma or a dot.
func parseHundredths(s string) (int64, bool) {
	at := strings.IndexAny(s, ".,")
	if decimals := len(s) - at - 1; at < 0 || decimals < 1 || decimals > 2 {
		return 0, false
	}
	s = (s + "0")[:at+3]
	h, err := strconv.ParseInt(s[:at]+s[at+1:], 10, 64)
	return h, err == nil && thads.Dong(h).Valid()
}

// hundredths writes a number of hundredths with its decimals.
func hundredths(h int64) string {
	s := fmt.Sprintf("%03d", max(h, -h))
	if h < 0 {
		return "-" + s[:len(s)-2] + "," + s[len(s)-2:]
	}
	return s[:len(s)-2] + "," + s[len(s)-2:]
}

// settleQuantities brings numbers into the unit that they were given with.
func (r *RecordRegister) settleQuantities(event reflect.Value) *thads.Error {
	for i := range r.columns {
		c := &r.columns[i]
		if c.leaf != leafQuantity {
			continue
		}
		f, given := fieldAt(event, c.index)
		if !given {
			continue
		}
		q := f.Interface().(thads.Quantity)
		if isShare(q.Unit) {
			continue
		}
		if q.Value%100 != 0 {
			return thads.Errorf(thads.CodeInvalid, c.code, "Số có phần lẻ; cần số nguyên", "The number has decimals; a whole number is expected")
		}
		q.Value /= 100
		f.Set(reflect.ValueOf(q))
	}
	return nil
}
