package sheet_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// events are the types of events by the register that they belong to.
func recordEvent(k sheet.Kind) reflect.Type {
	return map[sheet.Kind]reflect.Type{
		sheet.Units: reflect.TypeFor[thads.UnitEvent](), sheet.Officers: reflect.TypeFor[thads.OfficerEvent](),
		sheet.Verdicts: reflect.TypeFor[thads.VerdictEvent](), sheet.Directives: reflect.TypeFor[thads.DirectiveEvent](),
		sheet.Tasks: reflect.TypeFor[thads.TaskEvent](), sheet.DirectedCases: reflect.TypeFor[thads.DirectedCaseEvent](),
		sheet.Conferences: reflect.TypeFor[thads.ConferenceEvent](), sheet.Targets: reflect.TypeFor[thads.TargetEvent](),
	}[k]
}

// words are the constants of the enumerations that stand in columns of their own.
func recordWords(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[thads.UnitLevel]():
		var out []string
		for _, l := range thads.UnitLevels() {
			out = append(out, string(l.Level))
		}
		return out
	case reflect.TypeFor[thads.OfficerRank]():
		return values(thads.OfficerRanks())
	case reflect.TypeFor[thads.OfficerPosition]():
		return values(thads.OfficerPositions())
	case reflect.TypeFor[thads.VerdictCategory]():
		var out []string
		for _, c := range thads.VerdictCategories() {
			out = append(out, string(c.Category))
		}
		return out
	case reflect.TypeFor[thads.DirectiveType]():
		return values(thads.DirectiveTypes())
	case reflect.TypeFor[thads.SecurityClass]():
		return values(thads.SecurityClasses())
	case reflect.TypeFor[thads.ConferenceKind]():
		return values(thads.ConferenceKinds())
	case reflect.TypeFor[thads.DaySession]():
		return values(thads.DaySessions())
	case reflect.TypeFor[thads.TargetIssuer]():
		return values(thads.TargetIssuers())
	case reflect.TypeFor[thads.TargetReach]():
		return values(thads.TargetReaches())
	case reflect.TypeFor[thads.Operator]():
		return values(thads.Operators())
	case reflect.TypeFor[thads.QuantityUnit]():
		return values(thads.QuantityUnits())
	case reflect.TypeFor[thads.Metric]():
		var out []string
		for _, m := range thads.Metrics() {
			out = append(out, string(m.Metric))
		}
		return out
	}
	return nil
}

func values[T ~string](terms []thads.Term[T]) []string {
	var out []string
	for _, t := range terms {
		out = append(out, string(t.Value))
	}
	return out
}

// steps are the kinds of events that a register has.
func recordSteps(k sheet.Kind) []string {
	switch k {
	case sheet.Units:
		return kindsOf(thads.UnitEventSpecs())
	case sheet.Officers:
		return kindsOf(thads.OfficerEventSpecs())
	case sheet.Verdicts:
		return kindsOf(thads.VerdictEventSpecs())
	case sheet.Directives:
		return kindsOf(thads.DirectiveEventSpecs())
	case sheet.Tasks:
		return kindsOf(thads.TaskEventSpecs())
	case sheet.DirectedCases:
		return kindsOf(thads.DirectedCaseEventSpecs())
	case sheet.Conferences:
		return kindsOf(thads.ConferenceEventSpecs())
	default:
		return kindsOf(thads.TargetEventSpecs())
	}
}

func kindsOf[K ~string](specs []thads.EventSpec[K]) []string {
	var out []string
	for _, s := range specs {
		if s.Kind != "VOIDED" {
			out = append(out, string(s.Kind))
		}
	}
	return out
}

// A filler fills events with what the domain could have stored: texts without
// spaces at their ends, names without line breaks, lists that are nil or have
// something.
type filler struct {
	t *rapid.T
	// seldom is how many of ten fields are left empty.
	seldom int
}

var (
	anyText = rapid.Custom(func(t *rapid.T) string {
		pieces := []string{
			"Kế hoạch", "=1+1", "-3", "+84", "@SUM(A1)", "'", "\"", ";", ",", "\n", "\t", "\r\n", "\x01", "_x000D_", "json:", "json:\"a\"", "|", " ", "Đ", "ờ", "😀",
			"</t>", "&amp;", "\u2028", "\u0085", "0123", "1.234", "\ufeff", "\uffff", "{}", "[]",
		}
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 6).Draw(t, "pieces"), "")
		if rapid.IntRange(0, 30).Draw(t, "long") == 30 {
			s += strings.Repeat("dài \n", rapid.IntRange(3000, 3900).Draw(t, "times"))
		}
		return strings.TrimSpace(s)
	})
	aName = rapid.Custom(func(t *rapid.T) string {
		name := []rune(thads.NormalizeName(anyText.Draw(t, "text")))
		return strings.TrimSpace(string(name[:min(len(name), 200)]))
	})
	// What names a record has neither the signs that divide several of them nor
	// spaces at its ends.
	aReference = rapid.Custom(func(t *rapid.T) string {
		return thads.NormalizeName("38." + strings.NewReplacer(";", "", ",", "").Replace(aName.Draw(t, "name")))
	})
	aDay = rapid.Custom(func(t *rapid.T) thads.Date {
		return thads.DateOf(1900, 1, 1).AddDays(rapid.IntRange(0, 70_000).Draw(t, "day"))
	})
)

func (f *filler) fill(v reflect.Value, at string, explicit bool) {
	if at != "" && rapid.IntRange(1, 10).Draw(f.t, "given") <= f.seldom {
		return
	}
	t := v.Type()
	switch {
	case t == reflect.TypeFor[thads.Date]():
		v.Set(reflect.ValueOf(aDay.Draw(f.t, "date")))
	case t == reflect.TypeFor[thads.DocumentNumber]():
		v.Set(reflect.ValueOf(thads.ParseDocumentNumber(aName.Draw(f.t, "number"))))
	case t == reflect.TypeFor[thads.Quantity]():
		q := thads.Quantity{Unit: thads.QuantityUnit(rapid.SampledFrom(values(thads.QuantityUnits())).Draw(f.t, "unit"))}
		q.Value = rapid.OneOf(rapid.Int64Range(-1_000_000, 1_000_000), rapid.Int64Range(-int64(thads.MaxDong), int64(thads.MaxDong))).Draw(f.t, "value")
		v.Set(reflect.ValueOf(q))
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		v.Set(reflect.New(t.Elem()))
		f.fields(v.Elem(), at)
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().SetInt(rapid.Int64Range(0, 100).Draw(f.t, "count"))
	case t.Kind() == reflect.Struct:
		f.fields(v, at)
	case t.Kind() == reflect.Slice:
		n := rapid.IntRange(1, 3).Draw(f.t, "length")
		v.Set(reflect.MakeSlice(t, n, n))
		for i := range n {
			if e := v.Index(i); e.Kind() == reflect.String {
				e.SetString(aReference.Draw(f.t, "entry"))
			} else {
				f.fields(e, at)
			}
		}
	case t.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(f.t, "flag"))
	case t.Kind() == reflect.Int:
		v.SetInt(rapid.Int64Range(1990, 2100).Draw(f.t, "year"))
	case recordWords(t) != nil:
		v.SetString(rapid.SampledFrom(recordWords(t)).Draw(f.t, "word"))
	case strings.HasSuffix(t.Name(), "ID"):
		v.SetString(aReference.Draw(f.t, "reference"))
	default:
		v.SetString(anyText.Draw(f.t, "text"))
	}
}

func (f *filler) fields(v reflect.Value, at string) {
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() && !field.Anonymous {
			f.fill(v.Field(i), strings.TrimPrefix(at+"."+field.Name, "."), false)
		}
	}
}

// tidy makes of an event what reading gives: nothing of what recording itself
// fills in, and no empty parts.
func tidy(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct && !tidy(v.Elem()) {
			v.SetZero()
		}
		return !v.IsNil()
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[thads.DocumentNumber]() {
			return !v.IsZero()
		}
		some := false
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !f.Anonymous {
				// A flag that is written as no tells of the part that it is in.
				some = tidy(v.Field(i)) || some || f.Name == "Tracked"
			}
		}
		return some
	default:
		return !v.IsZero()
	}
}

func randomRecord(t *rapid.T, k sheet.Kind) []any {
	f := &filler{t: t, seldom: rapid.IntRange(0, 9).Draw(t, "seldom")}
	var out []any
	for range rapid.IntRange(1, 4).Draw(t, "events") {
		p := reflect.New(recordEvent(k))
		f.fields(p.Elem(), "")
		p.Elem().FieldByName("Kind").SetString(rapid.SampledFrom(recordSteps(k)).Draw(t, "kind"))
		p.Elem().FieldByName("EffectiveOn").Set(reflect.ValueOf(aDay.Draw(t, "on")))
		switch e := p.Interface().(type) {
		case *thads.VerdictEvent:
			e.Unit, e.Officer = "", ""
		case *thads.DirectedCaseEvent:
			e.Unit = ""
		case *thads.UnitEvent:
			if e.Kind == thads.UnitPeriodLocked {
				e.EffectiveOn = 0
			}
		}
		tidy(p.Elem())
		out = append(out, p.Interface())
	}
	return out
}

func recordFile(t testing.TB, k sheet.Kind, f sheet.Format, keys []string, records [][]any) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewRecordWriter(&b, sheet.RecordExport{Kind: k, Format: f, Events: true, List: []sheet.ListColumn{{Header: "Hồ sơ", Width: 20}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, events := range records {
		if err := w.List([]any{keys[i]}); err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if err := w.Event(keys[i], e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readRecords reads a file of records back; problems are given as lines.
func readRecords(t testing.TB, data []byte, change func(*sheet.Mapping)) (entries []*sheet.RecordEntry, problems []string) {
	t.Helper()
	book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	m, err := sheet.DetectRecords(book)
	if err != nil {
		t.Fatal(err)
	}
	if m == nil {
		t.Fatal("no register was found")
	}
	if change != nil {
		change(m)
	}
	r, err := sheet.NewRecordReader(book, m, func(p sheet.Problem) { problems = append(problems, string(p.Severity)+" "+p.String()) })
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries, problems
}

// Whatever records hold, writing and reading them gives the same events.
func TestRecordsBackAndForth(t *testing.T) {
	for _, k := range sheet.RecordKinds() {
		t.Run(string(k.Value), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { backAndForth(t, rt, k.Value) })
		})
	}
}

func backAndForth(t *testing.T, rt *rapid.T, k sheet.Kind) {
	f := rapid.SampledFrom([]sheet.Format{sheet.XLSX, sheet.CSV}).Draw(rt, "format")
	var records [][]any
	var keys []string
	for i := range rapid.IntRange(1, 3).Draw(rt, "records") {
		records = append(records, randomRecord(rt, k))
		keys = append(keys, fmt.Sprintf("%d %s", i, aName.Draw(rt, "key")))
	}
	for i := range keys {
		keys[i] = thads.NormalizeName(keys[i])
	}
	entries, problems := readRecords(t, recordFile(t, k, f, keys, records), nil)
	if len(problems) > 0 {
		rt.Fatalf("problems: %q", problems)
	}
	var gotKeys []string
	for i, e := range entries {
		gotKeys = append(gotKeys, e.Key)
		if e.Failed || i >= len(records) {
			rt.Fatalf("entry %d of %d failed", i, len(records))
		}
		var got []any
		for _, ev := range e.Events {
			got = append(got, ev.Event)
		}
		if d := cmp.Diff(records[i], got); d != "" {
			rt.Fatalf("record %d (-written +read):\n%s", i, d)
		}
	}
	if !slices.Equal(keys, gotKeys) {
		rt.Fatalf("keys %q, want %q", gotKeys, keys)
	}
}

// Every column has a header of its own in Vietnamese, and every enumeration the
// names of its values.
func TestRecordColumns(t *testing.T) {
	for _, k := range sheet.RecordKinds() {
		seen := map[string]string{}
		fields := sheet.Fields(k.Value)
		for _, f := range fields {
			folded := thads.Fold(strings.Split(f.Header, " (")[0])
			if other, twice := seen[folded]; twice {
				t.Errorf("%s: %s and %s are both called %q", k.Value, other, f.Code, f.Header)
			}
			seen[folded] = f.Code
			if f.Header == f.Code || f.Header == folded {
				t.Errorf("%s: %s has no header", k.Value, f.Code)
			}
			if f.Help.VI == "" || f.Help.EN == "" {
				t.Errorf("%s: %s has no help", k.Value, f.Code)
			}
		}
		p := reflect.New(recordEvent(k.Value)).Elem()
		covered(t, p.Type(), "", func(path string, typ reflect.Type) {
			i := slices.IndexFunc(fields, func(f sheet.Field) bool { return f.Code == path || strings.HasPrefix(path, f.Code+".") })
			derived := k.Value == sheet.Verdicts && (path == "unit" || path == "officer") || k.Value == sheet.DirectedCases && path == "unit"
			if (i < 0) != derived {
				t.Errorf("%s: %s has no column", k.Value, path)
			}
			if i >= 0 && fields[i].Code == path && typ.Kind() == reflect.String && typ.PkgPath() != "" && !strings.HasSuffix(typ.Name(), "ID") && len(fields[i].Choices) == 0 {
				t.Errorf("%s: %s has no choices", k.Value, path)
			}
		})
	}
	if sheet.NewRecordRegister("") != nil || sheet.Cases.IsRecords() {
		t.Error("cases are no such register")
	}
}

// covered tells of the fields of an event, those of its parts by their path.
func covered(t *testing.T, typ reflect.Type, at string, tell func(string, reflect.Type)) {
	t.Helper()
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Anonymous || at == "" && f.Name == "Kind" {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		path := strings.TrimPrefix(at+"."+name, ".")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[thads.DocumentNumber]() {
			covered(t, inner, path, tell)
			continue
		}
		tell(path, f.Type)
	}
}

// What is wrong with a file is told by cell, and what people type is understood.
func TestRecordProblems(t *testing.T) {
	const tasks = "Tiêu đề sổ\n\nstt;HO SO NHIEM VU;Ngày hiệu lực;Diễn biến;Nhiệm vụ;Thời hạn được giao;Thường xuyên;Tiến độ;Tài liệu minh chứng;Đơn vị chủ trì;Kết quả thực hiện\n"
	const targets = "Hồ sơ chỉ tiêu;Ngày hiệu lực;Diễn biến;Giá trị;Đơn vị tính;Chỉ tiêu\n"
	for _, tt := range []struct {
		name, file string
		change     func(*sheet.Mapping)
		want       []string
	}{
		{
			"as people type", tasks +
				"1;;01/02/2019;giao nhiem vu;Một;1-3-2019;x;;;TH-01;\n" +
				"2;;2019-02-05;REPORTED;;;;40%;\"[{\"\"text\"\":\"\"Biên bản\"\"}]\";;Đang làm\n" +
				"3;;06/02/2019;Giao nhiệm vụ;Hai;43525;không;;;TH-02;\n", nil,
			[]string{"WARNING F6 INVALID"},
		},
		{
			"wrong values", tasks +
				"1;A;32/02/2019;Giao việc;Một;ngày mai;có lẽ;;;TH-01;\n" +
				"1;A;02/02/2019;Báo cáo tiến độ;;;;nửa;\"[{\"\"văn bản\"\":1}]\";;Đang\n" +
				"1;A;03/02/2019;Báo cáo tiến độ;;;;;[] [];;Đang\n", nil,
			[]string{"ERROR D4 INVALID", "ERROR C4 INVALID", "ERROR F4 INVALID", "ERROR G4 INVALID", "ERROR H5 INVALID", "ERROR I5 INVALID", "ERROR I6 INVALID"},
		},
		{
			"rows that go on", tasks +
				"1;A;01/02/2019;Giao nhiệm vụ;Một;01/03/2019;;;;TH-01;\n" +
				";A;;;;02/03/2019;;;;;\n" +
				"2;B;;;Hai;;;;;;\n", nil,
			[]string{"ERROR F5 NOT_ALLOWED", "ERROR D6 REQUIRED"},
		},
		{"constants", tasks + "1;A;01/02/2019;;Một;;;;;TH-01;\n2;B;02/02/2019;;Hai;;;;;TH-01;\n", func(m *sheet.Mapping) {
			m.Columns = slices.DeleteFunc(m.Columns, func(c sheet.MappedColumn) bool {
				return c.Field == "particulars.dueOn" || c.Field == "particulars.standing"
			})
			m.Constants = map[string]string{"kind": "Giao nhiệm vụ", "particulars.standing": "có", "particulars.statYear": "2019", "text": "không thuộc loại này"}
		}, nil},
		{
			"numbers", targets +
				"A;01/02/2019;Giao chỉ tiêu;81,5;%;Tỷ lệ thi hành xong về việc\n" +
				"B;01/02/2019;Giao chỉ tiêu;13.140;việc;Số việc đã giải quyết xong\n" +
				"C;01/02/2019;Giao chỉ tiêu;970,5;đồng;Số tiền đã thi hành xong\n" +
				"D;01/02/2019;Giao chỉ tiêu;nhiều;đồng;Số tiền đã thi hành xong\n" +
				"E;01/02/2019;Giao chỉ tiêu;-4,72;điểm %;Chỉ tiêu khác\n", nil,
			[]string{"ERROR D4 INVALID", "ERROR D5 INVALID"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			data := []byte(tt.file)
			book, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			reading, err := sheet.Detect(book)
			if err != nil || reading.Records == nil {
				t.Fatalf("%+v, %v", reading, err)
			}
			if tt.change != nil {
				tt.change(reading.Records)
			}
			if err := reading.Records.Check(book); err != nil && tt.name != "constants" {
				t.Errorf("the mapping does not fit: %v", err)
			}
			r, err := sheet.NewRecordReader(book, reading.Records, func(p sheet.Problem) {
				got = append(got, fmt.Sprintf("%s %s%d %s", p.Severity, p.Letter(), p.Row, p.Code))
			})
			if err != nil {
				t.Fatal(err)
			}
			// It can be read again, and tells the same.
			for range 2 {
				got = nil
				for _, err := range r.Entries() {
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What is typed becomes what was meant.
func TestRecordsTyped(t *testing.T) {
	entries, problems := readRecords(t, []byte("Hồ sơ đơn vị;Ngày hiệu lực;Diễn biến;Mã đơn vị;Tên đơn vị;Cấp đơn vị;Đơn vị kế thừa;Khóa sổ đến hết ngày\n"+
		";01/07/2009;Thành lập đơn vị;TH-01;Chi cục;chi cuc thads cap huyen;;\n"+
		";01/06/2017;CLOSED;;;;\"TH-02; TH-03\";\n"+
		";;Chốt số liệu, khóa sổ kỳ báo cáo;;;;;30/09/2016\n"+
		";02/07/2009;Established;TH-02;\"json:\"\"Chi\\u0020cục\"\"\";Chi cục THADS cấp huyện;;\n"), nil)
	if len(problems) > 0 {
		t.Fatalf("%q", problems)
	}
	on := func(y, m, d int) thads.Record { return thads.Record{EffectiveOn: thads.Date(y*10000 + m*100 + d)} }
	want := [][]any{
		{
			&thads.UnitEvent{Record: on(2009, 7, 1), Kind: thads.UnitEstablished, Code: "TH-01", Name: "Chi cục", Level: thads.LevelDistrict},
			&thads.UnitEvent{Record: on(2017, 6, 1), Kind: thads.UnitClosure, Successors: []thads.UnitID{"TH-02", "TH-03"}},
			&thads.UnitEvent{Kind: thads.UnitPeriodLocked, Through: thads.DateOf(2016, 9, 30)},
		},
		{&thads.UnitEvent{Record: on(2009, 7, 2), Kind: thads.UnitEstablished, Code: "TH-02", Name: "Chi cục", Level: thads.LevelDistrict}},
	}
	var got [][]any
	for _, e := range entries {
		var events []any
		for _, ev := range e.Events {
			events = append(events, ev.Event)
		}
		got = append(got, events)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Templates and workbooks are recognised, and their columns explained.
func TestRecordTemplates(t *testing.T) {
	for _, k := range sheet.RecordKinds() {
		for _, f := range []sheet.Format{sheet.XLSX, sheet.CSV} {
			var b bytes.Buffer
			if err := sheet.WriteRecordTemplate(&b, k.Value, f); err != nil {
				t.Fatal(err)
			}
			book, err := sheet.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), sheet.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			reading, err := sheet.Detect(book)
			if err != nil || reading.Records == nil || reading.Records.Register != k.Value || reading.Cases != nil {
				t.Fatalf("%s %s: %+v, %v", k.Value, f, reading, err)
			}
			if err := reading.Records.Check(book); err != nil {
				t.Errorf("%s %s: %v", k.Value, f, err)
			}
			if len(reading.Records.Columns) != len(sheet.Fields(k.Value)) {
				t.Errorf("%s %s: %d columns", k.Value, f, len(reading.Records.Columns))
			}
			proposed, err := sheet.Propose(book, k.Value, reading.Records.Sheet, 1)
			if err != nil || cmp.Diff(reading.Records.Columns, proposed.Columns) != "" {
				t.Errorf("%s %s: proposed %+v, %v", k.Value, f, proposed, err)
			}
		}
	}
}

// FuzzRecords reads whatever rows stand below the headers of a register: every
// problem has a place and a sentence, and what was read can be written.
func FuzzRecords(f *testing.F) {
	for i, k := range sheet.RecordKinds() {
		records := [][]any{{reflect.New(recordEvent(k.Value)).Interface()}}
		data := string(recordFile(f, k.Value, sheet.CSV, []string{"A"}, records))
		f.Add(uint8(i), data[strings.Index(data, "\n")+1:])
	}
	f.Add(uint8(0), "A;01/01/2012;Thành lập đơn vị;TH-09;Chi cục;Chi cục THADS cấp huyện\nA;;;;tiếp\n;;;\n")
	f.Add(uint8(4), "A;1/2/2019;SET;\"json:\"\"\\u0001\"\"\";;;;;;\"[{\"\"unit\"\":\"\"x\"\"}]\"\n")
	f.Add(uint8(7), "A;43525;Giao chỉ tiêu;;;;;2019;;;;;81,5;%\n")
	f.Fuzz(func(t *testing.T, kind uint8, rows string) {
		k := sheet.RecordKinds()[int(kind)%len(sheet.RecordKinds())].Value
		var b bytes.Buffer
		if err := sheet.WriteRecordTemplate(&b, k, sheet.CSV); err != nil {
			t.Fatal(err)
		}
		b.WriteString(rows)
		book, err := sheet.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), sheet.DefaultLimits())
		if err != nil {
			return // refused as a file
		}
		m, err := sheet.DetectRecords(book)
		if err != nil || m == nil {
			return
		}
		r, err := sheet.NewRecordReader(book, m, func(p sheet.Problem) {
			if p.Row < 2 || p.Code == "" || p.Text.VI == "" || p.Text.EN == "" || p.Severity == "" {
				t.Errorf("a problem without place or sentence: %+v", p)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range r.Entries() {
			if err != nil {
				return
			}
			for _, ev := range e.Events {
				if len(ev.RowNumbers) == 0 {
					t.Errorf("an event of no row: %+v", ev)
				}
				if _, err := r.Register().Rows(e.Key, ev.Event); err != nil {
					t.Errorf("what was read cannot be written: %v", err)
				}
			}
		}
	})
}

// TestMaskedRecords refuses what was not shown to whoever exported a register of
// other records.
func TestMaskedRecords(t *testing.T) {
	data := recordFile(t, sheet.Officers, sheet.CSV, []string{"CHV01"}, [][]any{{&thads.OfficerEvent{
		Record: thads.Record{EffectiveOn: thads.DateOf(2015, 1, 1)}, Kind: thads.OfficerAppointed, Code: "CHV01", Name: "N• V• A•",
		Rank: thads.OfficerRanks()[0].Value, Unit: "38.10", Position: thads.OfficerPositions()[0].Value,
	}}})
	_, problems := readRecords(t, data, nil)
	if !strings.Contains(strings.Join(problems, "\n"), string(thads.CodeNotAllowed)) {
		t.Errorf("problems: %q", problems)
	}
}
